//! A tone on the left, then on the right, so that one hears whether a sound device works and is wired right.

use std::f64::consts::TAU;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use twobus_dsp::Db;

use crate::device::{Backend, Config, Output, Playback, State, Wish};

/// Peak of the tone, in dBFS: heard, and harmless to ears and loudspeakers.
pub const LEVEL_DB: f64 = -20.0;
/// Its rate, pitch, and length on each side, the pause between, and its fades.
const RATE_HZ: u32 = 48_000;
const PITCH_HZ: f64 = 440.0;
const SIDE_FRAMES: u64 = 48_000;
const PAUSE_FRAMES: u64 = 14_400;
const FADE_FRAMES: f64 = 480.0;
/// First frame of the right side, and the end of all.
const RIGHT: u64 = SIDE_FRAMES + PAUSE_FRAMES;
const END: u64 = RIGHT + SIDE_FRAMES;
/// What lies in a device when the last frame has been filled is still heard.
const RINGS: Duration = Duration::from_millis(300);
/// How long a device may take to open before that is a failure.
const PATIENCE: Duration = Duration::from_secs(5);

/// Left or right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Left.
    Left,
    /// Right.
    Right,
}

/// How a trial stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrialState {
    /// The device is being opened.
    Opening,
    /// The tone is on this side.
    Sounds(Side),
    /// It has sounded on both sides of this device.
    Done(Config),
    /// It has not; why, in a sentence.
    Failed(String),
}

/// A trial of a sound device. Dropping it closes the device.
#[derive(Debug)]
pub struct Trial {
    output: Output,
    place: Arc<AtomicU64>,
    begun: Instant,
    /// The device, once it is open.
    config: Option<Config>,
    /// When the last frame was handed to it.
    filled: Option<Instant>,
    why: String,
}

impl Trial {
    /// Begins on the device that `wish` asks for.
    pub fn begin(backend: Arc<dyn Backend>, wish: Wish) -> Self {
        let place = Arc::new(AtomicU64::new(0));
        let tone = Tone { frame: 0, place: Arc::clone(&place) };
        Self {
            output: Output::new(backend, wish, Box::new(tone), RATE_HZ),
            place,
            begun: Instant::now(),
            config: None,
            filled: None,
            why: "the sound system does not answer".to_owned(),
        }
    }

    /// How it stands now.
    pub fn look(&mut self) -> TrialState {
        if let Some(notice) = self.output.notices().into_iter().next_back() {
            self.why = notice.to_string();
        }
        if let State::Playing(config) = self.output.status().state {
            self.config = Some(config);
        }
        let place = self.place.load(Relaxed);
        if place >= END {
            let filled = *self.filled.get_or_insert_with(Instant::now);
            return match self.config.clone() {
                Some(config) if filled.elapsed() >= RINGS => TrialState::Done(config),
                _ => TrialState::Sounds(Side::Right),
            };
        }
        match place {
            // A device that was lost on the way is waited for as long as one that opens.
            _ if self.begun.elapsed() > PATIENCE + RINGS => TrialState::Failed(self.why.clone()),
            0 => TrialState::Opening,
            1..RIGHT => TrialState::Sounds(Side::Left),
            _ => TrialState::Sounds(Side::Right),
        }
    }
}

/// The tone.
struct Tone {
    frame: u64,
    place: Arc<AtomicU64>,
}

impl Playback for Tone {
    fn fill(&mut self, left: &mut [f64], right: &mut [f64]) {
        for (left, right) in left.iter_mut().zip(right) {
            (*left, *right) = match self.frame {
                on if on < SIDE_FRAMES => (sample(on), 0.0),
                on if (RIGHT..END).contains(&on) => (0.0, sample(on - RIGHT)),
                _ => (0.0, 0.0),
            };
            self.frame += 1;
        }
        self.place.store(self.frame, Relaxed);
    }
}

/// The tone at a frame of its side.
fn sample(frame: u64) -> f64 {
    let (at, end) = (frame as f64, SIDE_FRAMES as f64);
    let fade = (at.min(end - at) / FADE_FRAMES).min(1.0);
    (TAU * PITCH_HZ * at / f64::from(RATE_HZ)).sin() * fade * Db(LEVEL_DB).to_gain()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::fake::{Fake, FakeOutput};

    /// Looks until it has come to an end.
    fn outcome(trial: &mut Trial, mut act: impl FnMut()) -> (Vec<TrialState>, TrialState) {
        let mut states = Vec::new();
        loop {
            act();
            let state = trial.look();
            if let TrialState::Done(_) | TrialState::Failed(_) = state {
                return (states, state);
            }
            if states.last() != Some(&state) {
                states.push(state);
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn it_sounds_left_then_right_at_its_level() {
        let fake = Fake::with(FakeOutput::new("speakers", 48_000));
        let mut trial = Trial::begin(Arc::new(fake.clone()), Wish::default());
        let mut heard = Vec::new();
        let (states, end) =
            outcome(&mut trial, || heard.extend(fake.pull(1200).unwrap_or_default()));
        let sides = [Side::Left, Side::Right].map(TrialState::Sounds);
        assert!(states.ends_with(&sides), "{states:?}");
        assert!(matches!(end, TrialState::Done(config) if config.name == "speakers"));
        let peak = |side: usize, from: u64, to: u64| {
            let frames = heard.chunks(2).skip(from as usize).take((to - from) as usize);
            frames.map(|frame| f64::from(frame[side]).abs()).fold(0.0, f64::max)
        };
        let level = Db(LEVEL_DB).to_gain();
        assert!((peak(0, 0, SIDE_FRAMES) - level).abs() < 1e-4);
        assert!((peak(1, RIGHT, END) - level).abs() < 1e-4);
        assert_eq!((peak(1, 0, RIGHT), peak(0, SIDE_FRAMES, END)), (0.0, 0.0));
    }

    #[test]
    fn without_a_device_it_says_why() {
        let mut trial = Trial::begin(Arc::new(Fake::default()), Wish::default());
        let (_, end) = outcome(&mut trial, || {});
        assert!(matches!(&end, TrialState::Failed(why) if why.contains("No sound")), "{end:?}");
    }
}
