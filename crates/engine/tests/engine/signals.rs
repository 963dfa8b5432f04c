//! Playbacks that are known frame by frame.

use std::f64::consts::TAU;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use twobus_engine::Playback;

/// One step of the ramp: exact in 32-bit float for the first 2²⁴ frames.
pub(crate) const STEP: f64 = 1.0 / 16_777_216.0;

/// What is played.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) enum Signal {
    /// Left frame k is (k + 1) steps, right the same below zero.
    Ramp,
    /// Left 1 at this frame, right at that.
    Impulses(u64, u64),
    /// A sine of this many Hz at the song's rate.
    Tone(f64, u32),
}

impl Signal {
    pub(crate) fn at(self, frame: u64) -> [f64; 2] {
        let impulse = |at| f64::from(u8::from(frame == at));
        match self {
            Self::Ramp => [(frame + 1) as f64 * STEP, (frame + 1) as f64 * -STEP],
            Self::Impulses(left, right) => [impulse(left), impulse(right)],
            Self::Tone(hz, rate_hz) => {
                let sine = 0.5 * (TAU * (hz * frame as f64 / f64::from(rate_hz)).fract()).sin();
                [sine, sine]
            }
        }
    }
}

/// Plays a signal of some length, then silence, and tells how far it is.
pub(crate) struct Player {
    pub(crate) signal: Signal,
    pub(crate) frames: u64,
    /// Blocks once when it comes to this frame, for this long.
    pub(crate) stall: Option<(u64, Duration)>,
    pub(crate) position: Arc<AtomicU64>,
}

impl Player {
    pub(crate) fn new(signal: Signal, frames: u64) -> Self {
        Self { signal, frames, stall: None, position: Arc::default() }
    }
}

impl Playback for Player {
    fn fill(&mut self, left: &mut [f64], right: &mut [f64]) {
        let start = self.position.load(Relaxed);
        for (frame, (left, right)) in (start..).zip(left.iter_mut().zip(&mut *right)) {
            [*left, *right] = if frame < self.frames { self.signal.at(frame) } else { [0.0; 2] };
        }
        let end = start + left.len() as u64;
        self.position.store(end, Relaxed);
        if let Some((_, time)) = self.stall.take_if(|(frame, _)| *frame < end) {
            std::thread::sleep(time);
        }
    }
}
