//! The output on made-up devices that misbehave, in real time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use twobus_engine::Playback;
use twobus_engine::device::fake::{Behaviour, Fake, FakeOutput};
use twobus_engine::device::{Fault, Notice, Output, OutputId, Reason, State, Wish};

use crate::signals::{Player, STEP, Signal};

const SONG_HZ: u32 = 48_000;

/// Longer than anything here should take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A ramp without end on a made-up sound system.
struct Stage {
    fake: Fake,
    output: Output,
    position: Arc<AtomicU64>,
}

impl Stage {
    fn new(fake: &Fake, wished: Option<&str>) -> Self {
        let player = Player::new(Signal::Ramp, u64::MAX);
        let position = Arc::clone(&player.position);
        let output = start(fake, wished, Box::new(player));
        Self { fake: fake.clone(), output, position }
    }

    fn plays_on(&self, id: &str) -> bool {
        matches!(&self.output.status().state, State::Playing(config) if config.output.as_str() == id)
    }

    fn position(&self) -> u64 {
        self.position.load(Relaxed)
    }

    /// The next callback, as ramp steps of the left channel.
    fn pull(&self, frames: usize) -> Vec<u64> {
        let out = self.fake.pull(frames).expect("a stream is open");
        out.chunks(2).map(|frame| (f64::from(frame[0]) / STEP) as u64).collect()
    }
}

fn start(fake: &Fake, wished: Option<&str>, playback: Box<dyn Playback>) -> Output {
    let wish = Wish { output: wished.map(OutputId::new), ..Wish::default() };
    Output::new(Arc::new(fake.clone()), wish, playback, SONG_HZ)
}

/// Waits until it is so, and returns how long that took.
fn wait(so: impl Fn() -> bool) -> Duration {
    let start = Instant::now();
    while !so() {
        assert!(start.elapsed() < PATIENCE, "it never came to be");
        thread::sleep(Duration::from_millis(2));
    }
    start.elapsed()
}

#[test]
fn callbacks_of_every_length_get_the_song_without_a_break() {
    let fake = Fake::with(FakeOutput::new("a", SONG_HZ));
    let stage = Stage::new(&fake, None);
    let _ = wait(|| stage.plays_on("a"));
    let mut next = 1;
    for length in [512, 1, 0, 341, 4096, 1024, 7] {
        let played = stage.pull(length);
        let expected: Vec<u64> = (next..next + length as u64).collect();
        assert_eq!(played, expected);
        next += length as u64;
    }
}

#[test]
fn r35_an_unplugged_device_is_followed_by_the_default_at_the_same_position() {
    for reported in [true, false] {
        let fake = Fake::with(FakeOutput::new("built-in", SONG_HZ));
        fake.plug(FakeOutput::paced("usb", SONG_HZ));
        let stage = Stage::new(&fake, Some("usb"));
        let _ = wait(|| stage.position() > u64::from(SONG_HZ));
        fake.unplug("usb", reported);
        let took = wait(|| stage.plays_on("built-in"));
        assert!(took < Duration::from_secs(2), "{took:?}");
        let position = stage.position();
        assert_eq!(stage.pull(3), [position + 1, position + 2, position + 3]);
        let notices = stage.output.notices();
        let reason = if reported { Reason::Gone } else { Reason::Silent };
        let lost =
            |notice: &Notice| matches!(notice, Notice::Lost { reason: why, .. } if *why == reason);
        assert!(notices.iter().any(lost), "{notices:?}");
        assert!(
            notices.iter().any(|notice| matches!(notice, Notice::Instead { .. })),
            "{notices:?}"
        );
        // Plugged in again it plays again.
        fake.plug(FakeOutput::new("usb", SONG_HZ));
        let _ = wait(|| stage.plays_on("usb"));
        assert_eq!(stage.pull(1), [position + 4]);
    }
}

#[test]
fn r35_a_new_default_is_followed() {
    let fake = Fake::with(FakeOutput::new("a", SONG_HZ));
    fake.plug(FakeOutput::new("b", SONG_HZ));
    let stage = Stage::new(&fake, None);
    let _ = wait(|| stage.plays_on("a"));
    fake.set_default(&OutputId::new("b"));
    // Driven by hand, "a" must not seem silent meanwhile.
    let took = wait(|| {
        let _ = fake.pull(64);
        stage.plays_on("b")
    });
    assert!(took < Duration::from_millis(2500), "{took:?}");
}

#[test]
fn r35_thousands_of_errors_are_counted_and_end_in_one_notice() {
    let fake = Fake::with(FakeOutput::paced("a", SONG_HZ));
    let stage = Stage::new(&fake, None);
    let _ = wait(|| stage.position() > 0);
    fake.behave("a", Behaviour::Storm);
    let _ = wait(|| stage.output.status().errors >= 1000 && !stage.plays_on("a"));
    fake.behave("a", Behaviour::Normal);
    let _ = wait(|| stage.plays_on("a"));
    let notices = stage.output.notices();
    let losses = notices.iter().filter(|notice| matches!(notice, Notice::Lost { .. })).count();
    assert!((1..=3).contains(&losses), "{notices:?}");
    let before = stage.position();
    let _ = wait(|| stage.position() > before);
}

#[test]
fn r35_from_a_device_that_does_not_answer_the_song_is_taken_and_goes_on_elsewhere() {
    let fake = Fake::with(FakeOutput::paced("a", SONG_HZ));
    fake.plug(FakeOutput::new("b", SONG_HZ));
    let stage = Stage::new(&fake, None);
    let _ = wait(|| stage.position() > u64::from(SONG_HZ));
    fake.set_default(&OutputId::new("b"));
    fake.behave("a", Behaviour::Hang);
    let took = wait(|| stage.plays_on("b"));
    assert!(took < Duration::from_secs(4), "{took:?}");
    let position = stage.position();
    assert_eq!(stage.pull(2), [position + 1, position + 2]);
    let notices = stage.output.notices();
    let left = |notice: &Notice| matches!(notice, Notice::LeftBehind { .. });
    assert!(notices.iter().any(left), "{notices:?}");
    // It answers after all; nobody minds.
    fake.behave("a", Behaviour::Normal);
    assert_eq!(stage.pull(2), [position + 3, position + 4]);
    assert!(stage.output.close().is_some());
}

#[test]
fn r35_a_callback_that_hangs_is_left_with_the_song_and_a_new_one_plays() {
    let fake = Fake::with(FakeOutput::paced("a", SONG_HZ));
    fake.plug(FakeOutput::new("b", SONG_HZ));
    let mut player = Player::new(Signal::Ramp, u64::MAX);
    player.stall = Some((u64::from(SONG_HZ), Duration::from_secs(20)));
    let output = start(&fake, None, Box::new(player));
    let _ = wait(|| output.status().state == State::Dead);
    let notices = output.notices();
    assert!(notices.iter().any(|notice| matches!(notice, Notice::Stuck { .. })), "{notices:?}");
    fake.set_default(&OutputId::new("b"));
    output.provide(Box::new(Player::new(Signal::Ramp, 100)), SONG_HZ);
    let _ = wait(|| fake.pull(1).is_some());
    assert!(output.close().is_some());
}

#[test]
fn r36_the_devices_rate_may_change_and_the_songs_does_not() {
    let fake = Fake::with(FakeOutput::new("a", SONG_HZ));
    let tone = Player::new(Signal::Tone(1000.0, SONG_HZ), u64::MAX);
    let output = start(&fake, None, Box::new(tone));
    let rate = || match output.status().state {
        State::Playing(config) => config.rate_hz,
        _ => 0,
    };
    for rate_hz in [48_000, 44_100, 96_000] {
        if rate_hz != SONG_HZ {
            fake.set_rate("a", rate_hz);
        }
        let _ = wait(|| rate() == rate_hz);
        let played = fake.pull(rate_hz as usize).expect("a stream is open");
        // The second half of a second, when the conversion has begun.
        let left: Vec<f32> = played.chunks(2).map(|frame| frame[0]).collect();
        let upward = |pair: &&[f32]| pair[0] < 0.0 && pair[1] >= 0.0;
        let periods = left[left.len() / 2..].windows(2).filter(upward).count();
        assert!((499..=501).contains(&periods), "{periods} in half a second at {rate_hz} Hz");
    }
}

#[test]
fn r37_without_a_device_it_waits_quietly_and_plays_when_one_comes() {
    let fake = Fake::default();
    let stage = Stage::new(&fake, None);
    let _ = wait(|| stage.output.status().state == State::NoOutput);
    thread::sleep(Duration::from_millis(1000));
    let notices = stage.output.notices();
    assert!(matches!(&notices[..], [Notice::None { .. }]), "{notices:?}");
    fake.set_default(&OutputId::new("a"));
    fake.plug(FakeOutput::new("a", SONG_HZ));
    let _ = wait(|| stage.plays_on("a"));
    assert_eq!(stage.pull(1), [1]);
}

#[test]
fn r37_a_sound_system_that_does_not_answer_blocks_nobody() {
    let fake = Fake::with(FakeOutput::new("a", SONG_HZ));
    fake.hang_opening(true);
    let started = Instant::now();
    let stage = Stage::new(&fake, None);
    let _ = (stage.output.status(), stage.output.notices());
    assert!(started.elapsed() < Duration::from_millis(500));
    let _ = wait(|| stage.output.notices().contains(&Notice::Slow));
    fake.hang_opening(false);
    let _ = wait(|| stage.plays_on("a"));
    // Closing does not wait for it either.
    fake.hang_opening(true);
    let stage = Stage::new(&fake, None);
    thread::sleep(Duration::from_millis(100));
    let started = Instant::now();
    assert!(stage.output.close().is_some());
    assert!(started.elapsed() < Duration::from_millis(500));
    fake.hang_opening(false);
}

#[test]
fn r38_xruns_are_counted_with_what_they_may_have_dropped() {
    let fake = Fake::with(FakeOutput::new("a", SONG_HZ));
    let stage = Stage::new(&fake, None);
    let _ = wait(|| stage.plays_on("a"));
    let _ = stage.pull(256);
    fake.raise(Fault::Xrun, 1);
    let _ = stage.pull(300);
    fake.raise(Fault::Xrun, 1);
    let status = stage.output.status();
    assert_eq!((status.xruns, status.dropped_frames), (2, 556));
    assert_eq!(stage.pull(1), [557], "the song moves on");
    assert!(stage.plays_on("a"));
}

#[test]
fn r38_what_is_heard_lies_behind_by_block_delay_and_conversion() {
    let mut device = FakeOutput::new("a", SONG_HZ);
    device.delay = Duration::from_millis(10);
    let fake = Fake::with(device.clone());
    let stage = Stage::new(&fake, None);
    let _ = wait(|| stage.plays_on("a"));
    let _ = stage.pull(256);
    assert_eq!(stage.output.status().behind_frames, 256 + 480);
    drop(stage);
    // To 96 kHz: 256 device frames are 128 of the song, and the conversion keeps one and a half blocks.
    device.rate_hz = 96_000;
    let fake = Fake::with(device);
    let stage = Stage::new(&fake, None);
    let _ = wait(|| stage.plays_on("a"));
    let _ = fake.pull(256);
    assert_eq!(stage.output.status().behind_frames, 128 + 480 + 768);
}

#[test]
fn r39_a_playback_that_panics_is_silenced_and_said() {
    struct Broken;
    impl Playback for Broken {
        fn fill(&mut self, _: &mut [f64], _: &mut [f64]) {
            panic!("on purpose");
        }
    }
    let fake = Fake::with(FakeOutput::new("a", SONG_HZ));
    let output = start(&fake, None, Box::new(Broken));
    let _ = wait(|| fake.pull(16).is_some_and(|out| out == [0.0; 32]));
    let _ = wait(|| output.status().state == State::Dead);
    assert!(output.notices().contains(&Notice::Failed));
    output.provide(Box::new(Player::new(Signal::Ramp, 100)), SONG_HZ);
    let _ = wait(|| fake.pull(1).is_some());
}

#[test]
fn a_device_without_a_clock_is_left() {
    let mut device = FakeOutput::paced("null", SONG_HZ);
    device.behaviour = Behaviour::Runaway;
    let fake = Fake::with(device);
    let stage = Stage::new(&fake, None);
    let _ = wait(|| stage.output.status().state == State::NoOutput);
    let notices = stage.output.notices();
    let no_clock = |notice: &Notice| matches!(notice, Notice::Lost { reason: Reason::NoClock, .. });
    assert!(notices.iter().any(no_clock), "{notices:?}");
    thread::sleep(Duration::from_secs(2));
    assert_eq!(fake.openings(), 1);
}

#[test]
fn another_choice_takes_the_song_along() {
    let fake = Fake::with(FakeOutput::new("a", SONG_HZ));
    fake.plug(FakeOutput::new("b", SONG_HZ));
    let stage = Stage::new(&fake, None);
    let _ = wait(|| stage.plays_on("a"));
    assert_eq!(stage.pull(2), [1, 2]);
    stage.output.choose(Wish { output: Some(OutputId::new("b")), period_frames: 64 });
    let _ = wait(|| stage.plays_on("b"));
    assert_eq!(stage.pull(2), [3, 4]);
}

#[test]
fn closing_gives_the_playback_back_and_dropping_closes() {
    let fake = Fake::with(FakeOutput::new("a", SONG_HZ));
    let stage = Stage::new(&fake, None);
    let _ = wait(|| stage.plays_on("a"));
    let mut playback = stage.output.close().expect("nothing hangs");
    let (mut left, mut right) = ([0.0; 2], [0.0; 2]);
    playback.fill(&mut left, &mut right);
    assert_eq!(left, [STEP, 2.0 * STEP]);
    assert_eq!(fake.open_output(), None);
    let stage = Stage::new(&fake, None);
    let _ = wait(|| stage.plays_on("a"));
    drop(stage.output);
    let _ = wait(|| fake.open_output().is_none());
}
