use super::*;
use crate::device::Fault;
use crate::device::{ErrorKind, SampleFormat};

/// A supervisor with a clock of its own, and a device whose signs it shows.
struct Bench {
    supervisor: Supervisor,
    now: Duration,
    signs: Signs,
    /// Whether the device calls back.
    alive: bool,
    actions: Vec<Action>,
}

fn id(name: &str) -> OutputId {
    OutputId::new(name)
}

fn config(name: &str) -> Config {
    Config {
        output: id(name),
        name: name.to_owned(),
        rate_hz: 48_000,
        channels: 2,
        format: SampleFormat::F32,
        period_frames: 512,
    }
}

fn wish(name: Option<&str>) -> Wish {
    Wish { output: name.map(id), period_frames: 512 }
}

fn survey(default: &str, wanted: bool) -> Survey {
    Survey { default: Some(id(default)), wanted }
}

impl Bench {
    fn new(name: Option<&str>) -> Self {
        let (supervisor, actions) = Supervisor::new(wish(name), Duration::ZERO);
        let signs = Signs::default();
        Self { supervisor, now: Duration::ZERO, signs, alive: true, actions }
    }

    /// One that plays on `name`, wished for or the default one.
    fn playing(wished: Option<&str>, name: &str) -> Self {
        let mut bench = Self::new(wished);
        bench.opens(name);
        bench
    }

    fn does(&mut self, event: Event) {
        self.actions.extend(self.supervisor.handle(self.now, event));
    }

    /// Time passes in ticks, while the device calls back or not.
    fn runs(&mut self, time: Duration) {
        let end = self.now + time;
        while self.now < end {
            self.now += TICK;
            if self.alive {
                self.signs.callbacks += 5;
                self.signs.frames += 2400;
            }
            self.does(Event::Tick(self.signs));
        }
    }

    fn runs_ms(&mut self, ms: u64) {
        self.runs(Duration::from_millis(ms));
    }

    fn opens(&mut self, name: &str) {
        self.signs = Signs::default();
        self.alive = true;
        self.does(Event::Opened(Ok(config(name))));
    }

    fn fails(&mut self) {
        self.fails_by(ErrorKind::Missing);
    }

    fn fails_by(&mut self, kind: ErrorKind) {
        self.does(Event::Opened(Err(Error::new(kind))));
    }

    /// The chosen device is seen to be there, again and again.
    fn sees_the_chosen_one(&mut self) {
        for _ in 0..20 {
            self.runs_ms(1000);
            self.does(Event::Surveyed(survey("b", true)));
        }
    }

    /// What was to be done since this was last asked, without what was said.
    fn todo(&mut self) -> Vec<Action> {
        let mut todo = std::mem::take(&mut self.actions);
        todo.retain(|action| !matches!(action, Action::Say(_)));
        todo
    }

    /// What was said since anything was last asked.
    fn said(&mut self) -> Vec<Notice> {
        let said = |action| match action {
            Action::Say(notice) => Some(notice),
            _ => None,
        };
        std::mem::take(&mut self.actions).into_iter().filter_map(said).collect()
    }
}

#[test]
fn a_device_that_calls_back_is_left_alone() {
    let mut bench = Bench::playing(Some("a"), "a");
    let _ = bench.todo();
    bench.runs(Duration::from_secs(3600));
    assert_eq!(bench.todo(), []);
    assert_eq!(bench.supervisor.playing(), Some(&config("a")));
}

#[test]
fn r35_a_device_that_is_lost_is_reopened_by_its_id_else_the_default_plays() {
    let mut bench = Bench::playing(Some("a"), "a");
    bench.runs_ms(1000);
    bench.signs.fault = Some(Fault::Gone);
    let _ = bench.todo();
    bench.runs_ms(50);
    assert_eq!(bench.todo(), [Action::Close]);
    bench.does(Event::Closed);
    bench.runs_ms(50);
    assert_eq!(bench.todo(), [Action::Open(Some(id("a")))]);
    bench.fails();
    assert!(matches!(&bench.said()[..], [Notice::Instead { wanted, .. }] if *wanted == id("a")));
    bench.opens("b");
    assert_eq!(bench.supervisor.playing(), Some(&config("b")));
    // All of this within 2 s.
    assert!(bench.now <= Duration::from_secs(2));
}

#[test]
fn r35_silence_is_noticed_within_two_seconds_though_no_error_comes() {
    let mut bench = Bench::playing(None, "a");
    bench.runs_ms(5000);
    let _ = bench.todo();
    bench.alive = false;
    let died = bench.now;
    while bench.supervisor.playing().is_some() {
        bench.runs(TICK);
    }
    assert!(bench.now - died < Duration::from_secs(2));
    assert!(bench.now - died > Duration::from_secs(1), "a gap at the start is no loss");
    let lost = Notice::Lost { name: "a".to_owned(), reason: Reason::Silent };
    assert!(bench.said().contains(&lost));
}

#[test]
fn r35_a_device_may_take_its_time_to_begin() {
    let mut bench = Bench::playing(None, "a");
    bench.signs = Signs { callbacks: 2, frames: 1024, ..Signs::default() };
    bench.alive = false;
    bench.runs_ms(3500);
    assert!(bench.supervisor.playing().is_some());
    bench.runs_ms(1000);
    assert!(bench.supervisor.playing().is_none());
}

#[test]
fn r38_a_stall_of_the_supervisor_is_not_taken_for_one_of_the_device() {
    let mut bench = Bench::playing(Some("a"), "a");
    bench.runs_ms(1000);
    let _ = bench.todo();
    for _ in 0..5 {
        bench.now += Duration::from_secs(4);
        bench.does(Event::Tick(bench.signs));
        bench.runs_ms(100);
    }
    assert_eq!(bench.todo(), []);
}

#[test]
fn r35_an_error_storm_is_a_loss_but_errors_between_callbacks_are_not() {
    let mut bench = Bench::playing(Some("a"), "a");
    for _ in 0..100 {
        bench.signs.errors += 30;
        bench.runs(TICK);
    }
    let _ = bench.todo();
    bench.alive = false;
    bench.signs.errors += 5000;
    bench.runs(TICK);
    assert_eq!(bench.todo(), [Action::Close]);
}

#[test]
fn r35_losses_are_followed_by_ever_longer_waits_until_a_device_is_trusted() {
    let mut bench = Bench::playing(None, "a");
    let mut waits = Vec::new();
    for _ in 0..8 {
        bench.signs.fault = Some(Fault::Gone);
        bench.runs(TICK);
        bench.does(Event::Closed);
        let closed = bench.now;
        let _ = bench.todo();
        while bench.supervisor.is_waiting() {
            bench.runs(TICK);
        }
        waits.push((bench.now - closed).as_millis());
        bench.opens("a");
    }
    assert_eq!(waits, [50, 250, 500, 1000, 2000, 4000, 4000, 4000]);
    bench.runs(TRUSTED);
    bench.signs.fault = Some(Fault::Gone);
    bench.runs(TICK);
    bench.does(Event::Closed);
    bench.runs_ms(50);
    assert!(!bench.supervisor.is_waiting(), "trusted again, reopened at once");
}

#[test]
fn r35_a_new_default_is_followed_and_a_flip_flop_ever_more_patiently() {
    let mut bench = Bench::playing(None, "a");
    let mut times_s = Vec::new();
    let mut names = ["b", "a"].into_iter().cycle();
    let mut other = "b";
    for _ in 0..4 {
        let changed = bench.now;
        other = names.next().unwrap_or(other);
        while bench.supervisor.playing().is_some() {
            bench.runs(TICK);
            if bench.todo().contains(&Action::Survey) {
                bench.does(Event::Surveyed(survey(other, false)));
            }
        }
        times_s.push((bench.now - changed).as_secs());
        bench.does(Event::Closed);
        bench.opens(other);
    }
    assert_eq!(times_s, [2, 2, 3, 4]);
    // One that comes and goes between two surveys interrupts nothing.
    for turn in 0..20 {
        bench.runs_ms(1000);
        let default = ["b", "a"][turn % 2];
        bench.does(Event::Surveyed(survey(default, false)));
    }
    assert_eq!(bench.supervisor.playing(), Some(&config(other)));
}

#[test]
fn r35_the_chosen_device_gets_the_song_back_when_it_returns() {
    let mut bench = Bench::new(Some("a"));
    bench.fails();
    bench.opens("b");
    let _ = bench.todo();
    bench.runs_ms(2500);
    assert_eq!(bench.todo(), [Action::Survey], "one at a time");
    bench.does(Event::Surveyed(survey("b", false)));
    for _ in 0..2 {
        bench.runs_ms(1000);
        bench.does(Event::Surveyed(survey("b", true)));
    }
    assert_eq!(bench.todo().last(), Some(&Action::Close));
    bench.does(Event::Closed);
    assert_eq!(bench.todo(), [Action::Open(Some(id("a")))]);
}

#[test]
fn r35_a_chosen_device_that_is_in_use_interrupts_nothing() {
    let mut bench = Bench::new(Some("a"));
    bench.fails_by(ErrorKind::Busy);
    bench.opens("b");
    bench.sees_the_chosen_one();
    assert_eq!(bench.supervisor.playing(), Some(&config("b")));
    // One that was away and still does not open is tried once.
    bench.does(Event::Surveyed(survey("b", false)));
    bench.sees_the_chosen_one();
    bench.does(Event::Closed);
    bench.fails();
    bench.opens("b");
    bench.sees_the_chosen_one();
    assert_eq!(bench.supervisor.playing(), Some(&config("b")));
}

#[test]
fn r36_a_device_whose_rate_changed_is_opened_again() {
    let mut bench = Bench::playing(None, "a");
    bench.runs_ms(500);
    bench.signs.fault = Some(Fault::Invalidated);
    bench.runs(TICK);
    bench.does(Event::Closed);
    bench.runs(TICK);
    let _ = bench.todo();
    bench.opens("a");
    assert!(bench.supervisor.playing().is_some());
}

#[test]
fn r37_without_any_device_there_is_one_notice_and_quiet_attempts() {
    let mut bench = Bench::new(None);
    bench.fails();
    assert!(matches!(&bench.said()[..], [Notice::None { .. }]));
    let mut attempts = 0;
    for _ in 0..1200 {
        bench.runs(TICK);
        if !bench.supervisor.is_waiting() {
            attempts += 1;
            bench.fails();
        }
    }
    assert_eq!(bench.said(), []);
    assert!((15..=25).contains(&attempts), "{attempts} attempts in a minute");
    while bench.supervisor.is_waiting() {
        bench.runs(TICK);
    }
    bench.opens("a");
    assert_eq!(bench.supervisor.playing(), Some(&config("a")));
}

#[test]
fn r47_after_a_sleep_the_device_is_opened_again_at_once() {
    let mut bench = Bench::playing(None, "a");
    bench.runs_ms(20_000);
    let _ = bench.todo();
    bench.now += Duration::from_secs(30);
    bench.does(Event::Tick(bench.signs));
    assert_eq!(bench.todo(), [Action::Close]);
    bench.does(Event::Closed);
    assert_eq!(bench.todo(), [Action::Open(None)]);
}

/// Closes without an answer.
fn hanging() -> Bench {
    let mut bench = Bench::playing(None, "a");
    bench.runs_ms(600);
    bench.alive = false;
    bench.runs_ms(1500);
    assert_eq!(bench.todo().last(), Some(&Action::Close));
    bench.runs_ms(2000);
    assert_eq!(bench.todo(), [Action::Reclaim]);
    bench
}

#[test]
fn r35_from_a_device_that_does_not_answer_the_song_is_taken() {
    let mut bench = hanging();
    bench.does(Event::Reclaimed(true));
    assert_eq!(bench.said(), [Notice::LeftBehind { name: "a".to_owned() }]);
    bench.runs(TICK);
    assert_eq!(bench.todo(), [Action::Open(None)]);
}

#[test]
fn r35_one_that_hangs_with_the_song_is_left_with_it_and_that_is_said() {
    let mut bench = hanging();
    bench.does(Event::Reclaimed(false));
    assert_eq!(bench.said(), [Notice::Stuck { name: "a".to_owned() }]);
    assert!(bench.supervisor.is_dead());
    bench.does(Event::Provided);
    assert_eq!(bench.todo(), [Action::Open(None)]);
}

#[test]
fn r37_a_sound_system_that_does_not_answer_is_waited_for_until_another_is_chosen() {
    let mut bench = Bench::new(None);
    bench.runs_ms(60_000);
    assert_eq!(bench.said(), [Notice::Slow]);
    bench.does(Event::Choose(wish(Some("b"))));
    assert_eq!(bench.todo(), [Action::Reclaim]);
    bench.does(Event::Reclaimed(true));
    assert_eq!(bench.todo(), [Action::Open(Some(id("b")))]);
}

#[test]
fn a_device_without_a_clock_is_left_and_not_opened_again() {
    let mut bench = Bench::playing(Some("null"), "null");
    let _ = bench.todo();
    bench.signs = Signs { callbacks: 100, frames: 480_000, ..Signs::default() };
    bench.runs(TICK);
    assert_eq!(bench.todo(), [Action::Close]);
    bench.does(Event::Closed);
    bench.runs_ms(1100);
    assert_eq!(bench.todo(), [Action::Survey]);
    bench.does(Event::Surveyed(survey("a", true)));
    assert_eq!(bench.todo(), [Action::Open(None)]);
    // Were it the default one too, it would be left at once.
    bench.opens("null");
    assert_eq!(bench.todo(), [Action::Close]);
}

#[test]
fn a_choice_while_a_device_is_opened_counts() {
    let mut bench = Bench::new(Some("a"));
    bench.does(Event::Choose(wish(Some("b"))));
    bench.does(Event::Reclaimed(false));
    let _ = bench.todo();
    bench.opens("a");
    assert_eq!(bench.todo(), [Action::Close]);
    bench.does(Event::Closed);
    assert_eq!(bench.todo(), [Action::Open(Some(id("b")))]);
}

#[test]
fn a_panic_of_the_playback_ends_it_and_is_said() {
    let mut bench = Bench::playing(None, "a");
    bench.signs.panicked = true;
    bench.runs(TICK);
    bench.does(Event::Closed);
    assert!(bench.supervisor.is_dead());
    assert!(bench.said().contains(&Notice::Failed));
}

#[test]
fn it_stops_from_every_phase() {
    let mut waiting = Bench::new(None);
    waiting.fails();
    waiting.does(Event::Stop);
    assert_eq!(waiting.todo().last(), Some(&Action::Stopped));
    let mut opening = Bench::new(None);
    opening.does(Event::Stop);
    opening.does(Event::Reclaimed(false));
    opening.opens("a");
    opening.does(Event::Closed);
    assert_eq!(opening.todo().last(), Some(&Action::Stopped));
    let mut slow = Bench::new(None);
    slow.does(Event::Stop);
    slow.does(Event::Reclaimed(true));
    assert_eq!(slow.todo().last(), Some(&Action::Stopped));
    let mut playing = Bench::playing(None, "a");
    playing.does(Event::Stop);
    playing.does(Event::Closed);
    assert_eq!(playing.todo().last(), Some(&Action::Stopped));
    let mut hanging = Bench::playing(None, "a");
    hanging.does(Event::Stop);
    hanging.runs_ms(2000);
    hanging.does(Event::Reclaimed(false));
    assert_eq!(hanging.todo().last(), Some(&Action::Stopped));
}

#[test]
fn the_audio_threads_priority_is_told_once() {
    let mut bench = Bench::playing(None, "a");
    let _ = bench.said();
    bench.signs.realtime = Some(Realtime::Denied);
    bench.runs_ms(1000);
    assert_eq!(bench.said(), [Notice::Realtime(Realtime::Denied)]);
}
