//! The saturation that the repeats pass on their way into the line.

use crate::block::BLOCK;
use crate::glide::Glide;

/// Saturation: unity gain for small signals, never more for louder ones, and a ceiling of one over
/// `drive`; without drive the signal itself, to the bit.
#[inline(always)]
pub fn saturate(x: f64, drive: f64) -> f64 {
    let driven = drive * x;
    x / (1.0 + driven * driven).sqrt()
}

/// The saturation in the loop.
#[derive(Debug)]
pub(super) struct Saturation {
    pub(super) amount_percent: Glide,
    /// From 0 to 1 while the feedback is above 100 %, so that nothing grows without end.
    bound: f64,
    bound_step: f64,
}

/// The drive at 100 %.
pub const FULL_DRIVE: f64 = 4.0;

/// How fast the bound of a feedback above 100 % sets in and lets go, in seconds.
const BOUND_S: f64 = 0.01;

impl Saturation {
    pub(super) fn new(amount_percent: Glide, rate_hz: f64) -> Self {
        Self { amount_percent, bound: 0.0, bound_step: 1.0 / (BOUND_S * rate_hz) }
    }

    pub(super) fn reset(&mut self, feedback: f64) {
        self.amount_percent.finish();
        self.bound = if feedback > 1.0 { 1.0 } else { 0.0 };
    }

    /// The drives of the next frames, in which `feedback` (1 is 100 %) is fed back; `None` when there is
    /// no saturation in any of them.
    pub(super) fn fill(&mut self, feedback: &[f64], drives: &mut [f64; BLOCK]) -> bool {
        let is_bound = self.bound > 0.0 || feedback.iter().any(|&feedback| feedback > 1.0);
        if self.amount_percent.is_off() && !is_bound {
            return false;
        }
        let drives = &mut drives[..feedback.len()];
        self.amount_percent.fill(drives);
        for (drive, &feedback) in drives.iter_mut().zip(feedback) {
            let step = if feedback > 1.0 { self.bound_step } else { -self.bound_step };
            self.bound = (self.bound + step).clamp(0.0, 1.0);
            *drive = (*drive * (FULL_DRIVE / 100.0)).max(self.bound);
        }
        true
    }
}
