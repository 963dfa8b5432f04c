//! A disk that hangs, fails and is slow, under a whole engine.

mod scope;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use twobus_session::Strip;

use super::*;
use crate::device::fake::{Fake, FakeOutput};
use crate::tape::Tape;

/// A disk that may hang.
#[derive(Default)]
struct Disk {
    hangs: AtomicBool,
}

impl Disk {
    fn wait(&self) {
        while self.hangs.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Frames that are their own position, read from a [`Disk`].
struct Ruler(Arc<Disk>);

const STEP: f64 = 1.0 / 16_777_216.0;

impl Tape for Ruler {
    fn is_mono(&self) -> bool {
        false
    }

    fn read(
        &mut self,
        start: u64,
        left: &mut [f32],
        right: &mut [f32],
    ) -> Result<(), twobus_jobs::Error> {
        self.0.wait();
        for (x, frame) in left.iter_mut().zip(start..) {
            *x = (frame as f64 * STEP) as f32;
        }
        right.copy_from_slice(left);
        Ok(())
    }
}

struct Deck {
    engine: Engine,
    fake: Fake,
    disk: Arc<Disk>,
    /// All notices so far.
    said: Vec<String>,
}

impl Deck {
    /// One track of a [`Ruler`], whose opening hangs if its disk does.
    fn new(hangs: bool) -> Self {
        let disk = Arc::new(Disk { hangs: AtomicBool::new(hangs) });
        let mut project = Project::new("Record");
        let mut song = Song::new(SongId(1), "Song");
        song.rate_hz = 48_000;
        let track = twobus_session::Track {
            strip: Strip::new(StripId(1), "Ruler"),
            mono: false,
            clips: Vec::new(),
        };
        song.mix.as_mut().unwrap().tracks.push(track);
        project.songs.push(song);
        let of_tapes = Arc::clone(&disk);
        let opener: Opener = Arc::new(move |_, _| {
            of_tapes.wait();
            Ok(Box::new(Ruler(Arc::clone(&of_tapes))))
        });
        let fake = Fake::with(FakeOutput::new("a", 48_000));
        let backend = Arc::new(fake.clone());
        let engine = Engine::with(opener, &project, SongId(1), backend, Wish::default()).unwrap();
        Self { engine, fake, disk, said: Vec::new() }
    }

    /// Polls, and lets the device play a little meanwhile, until it is so.
    fn wait(&mut self, so: impl Fn(&Status) -> bool) -> Status {
        let start = Instant::now();
        loop {
            let polled = Instant::now();
            let status = self.engine.poll();
            self.said.extend(status.notices.iter().map(ToString::to_string));
            assert!(polled.elapsed() < Duration::from_millis(200), "the window had to wait");
            if so(&status) {
                return status;
            }
            assert!(start.elapsed() < Duration::from_secs(20), "it never came to be: {status:?}");
            let _ = self.fake.pull(1);
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Waits until a notice has said this.
    fn hears(&mut self, text: &str) -> Status {
        while !self.said.iter().any(|said| said.contains(text)) {
            let known = self.said.len();
            let status = self.wait(|status| !status.notices.is_empty());
            assert!(self.said.len() > known, "{status:?}");
        }
        self.wait(|_| true)
    }

    /// The ramp's steps on the left.
    fn pull(&self, frames: usize) -> Vec<u64> {
        let played = self.fake.pull(frames).unwrap();
        played.chunks(2).map(|frame| (f64::from(frame[0]) / STEP) as u64).collect()
    }

    fn plays(&mut self) {
        let _ = self.wait(|status| status.state == State::Ready && !status.loading);
        let _ = self.engine.play();
        let _ = self.wait(|status| status.playhead > 0);
    }
}

#[test]
fn r46_a_disk_that_hangs_makes_silence_and_a_message_and_nothing_waits() {
    let mut deck = Deck::new(false);
    deck.plays();
    deck.disk.hangs.store(true, Ordering::Relaxed);
    // Four seconds, at a pace that a device may have: what was read ahead, then silence.
    let paced = |_| {
        thread::sleep(Duration::from_millis(3));
        deck.pull(480)
    };
    let played: Vec<u64> = (0..400).flat_map(paced).collect();
    let first_silent = played.iter().position(|step| *step == 0).unwrap();
    assert!(played[..first_silent].windows(2).all(|pair| pair[1] == pair[0] + 1));
    assert!(played[first_silent..].iter().all(|step| *step == 0));
    let status = deck.hears("\"Ruler\" fell silent");
    assert!(status.starved_frames > 50_000);
    let _ = deck.hears("does not answer (\"Ruler\")");
    // Everything else works meanwhile.
    let _ = deck.engine.preview(Command::Fader(StripId(1), Db(0.0)));
    deck.engine.set_loop(None).unwrap();
    deck.disk.hangs.store(false, Ordering::Relaxed);
    let _ = deck.hears("answers again");
    // The track is back, and in its place.
    let start = Instant::now();
    while deck.pull(1)[0] == 0 {
        assert!(start.elapsed() < Duration::from_secs(20));
        thread::sleep(Duration::from_millis(1));
    }
    thread::sleep(Duration::from_millis(50));
    let status = deck.engine.poll();
    assert_eq!(deck.pull(100)[0], status.playhead);
}

#[test]
fn r46_a_disk_that_hangs_from_the_start_keeps_nobody_waiting() {
    let mut deck = Deck::new(true);
    // It stands ready without the track, and plays.
    deck.plays();
    assert!(deck.pull(64).iter().all(|step| *step == 0));
    deck.disk.hangs.store(false, Ordering::Relaxed);
    // The track joins where playback is.
    let start = Instant::now();
    while deck.pull(1)[0] == 0 {
        let _ = deck.engine.poll();
        assert!(start.elapsed() < Duration::from_secs(20));
        thread::sleep(Duration::from_millis(1));
    }
    let _ = deck.pull(1000);
    let status = deck.engine.poll();
    assert_eq!(deck.pull(10)[0], status.playhead);
}

#[test]
fn r46_an_engine_whose_disk_hangs_can_be_closed() {
    let mut deck = Deck::new(false);
    deck.plays();
    deck.disk.hangs.store(true, Ordering::Relaxed);
    let start = Instant::now();
    deck.engine.close();
    assert!(start.elapsed() < Duration::from_secs(2));
    deck.disk.hangs.store(false, Ordering::Relaxed);
}
