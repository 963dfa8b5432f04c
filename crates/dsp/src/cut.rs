//! Low and high cuts for what goes into a space: gone, to the bit, at the open end of their range.

use crate::glide::Glide;
use crate::smooth::Ramp;
use crate::svf::{Coefficients, Solved, Svf};

/// Butterworth: no gain above one at any frequency.
const Q: f64 = std::f64::consts::FRAC_1_SQRT_2;

/// A cut fades in and out over this time when it leaves or reaches the end of its range, in seconds.
const FADE_S: f64 = 0.02;

/// Which end of the spectrum a filter takes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// What lies below.
    Low,
    /// What lies above.
    High,
}

impl Cut {
    /// The filter at `cutoff_hz`, of which `share` (0 to 1) is mixed with the signal as it is.
    pub(crate) fn coefficients(self, cutoff_hz: f64, share: f64, rate_hz: f64) -> Coefficients {
        let cutoff_hz = cutoff_hz.min(0.45 * rate_hz);
        let filter = match self {
            Self::Low => Coefficients::high_pass(cutoff_hz, Q, rate_hz),
            Self::High => Coefficients::low_pass(cutoff_hz, Q, rate_hz),
        };
        let [input, band, low] = filter.mix;
        Coefficients { mix: [1.0 + share * (input - 1.0), share * band, share * low], ..filter }
    }
}

/// One cut of 12 dB per octave for two channels, which is not there at the open end of its range.
#[derive(Debug)]
pub(crate) struct CutFilter {
    cut: Cut,
    pub(crate) cutoff_hz: Glide,
    /// The value at which nothing is cut.
    open_hz: f64,
    share: Ramp,
    rate_hz: f64,
    solved: Solved,
    states: [Svf; 2],
}

impl CutFilter {
    pub(crate) fn new(cut: Cut, cutoff_hz: Glide, open_hz: f64, rate_hz: f64) -> Self {
        let solved = Coefficients::UNITY.solve();
        let (share, states) = (Ramp::new(0.0), [Svf::default(); 2]);
        let mut filter = Self { cut, cutoff_hz, open_hz, share, rate_hz, solved, states };
        filter.reset();
        filter
    }

    /// Takes a new cut-off, reached after `frames`.
    pub(crate) fn start(&mut self, cutoff_hz: f64, frames: usize) {
        self.cutoff_hz.start(cutoff_hz, frames);
        let share = if cutoff_hz == self.open_hz { 0.0 } else { 1.0 };
        if share != self.share.target() {
            self.share.set(share, (FADE_S * self.rate_hz) as u32);
        }
    }

    pub(crate) fn reset(&mut self) {
        self.cutoff_hz.finish();
        self.share.finish();
        self.states = [Svf::default(); 2];
        self.solve();
    }

    pub(crate) fn flush(&mut self) {
        self.states.iter_mut().for_each(Svf::flush);
    }

    fn solve(&mut self) {
        let share = self.share.resting().unwrap_or(1.0);
        self.solved = self.cut.coefficients(self.cutoff_hz.value(), share, self.rate_hz).solve();
    }

    /// Filters both channels in place.
    #[inline(always)]
    pub(crate) fn process(&mut self, left: &mut [f64], right: &mut [f64]) {
        if self.is_open() {
            self.states = [Svf::default(); 2];
            return;
        }
        let [mut first, mut second] = self.states;
        let mut frames = left.iter_mut().zip(right);
        if self.is_moving() {
            for (left, right) in &mut frames {
                let (cutoff, share) = (self.cutoff_hz.advance(), self.share.advance());
                self.solved = self.cut.coefficients(cutoff, share, self.rate_hz).solve();
                (*left, *right) =
                    (first.tick(&self.solved, *left), second.tick(&self.solved, *right));
                if !self.is_moving() {
                    break;
                }
            }
        }
        let solved = self.solved;
        for (left, right) in frames {
            (*left, *right) = (first.tick(&solved, *left), second.tick(&solved, *right));
        }
        self.states = [first, second];
    }

    /// Filters both channels in place with `first`, then `second`, whose steps the machine can take at the
    /// same time.
    #[inline(always)]
    pub(crate) fn process_both(
        first: &mut Self,
        second: &mut Self,
        left: &mut [f64],
        right: &mut [f64],
    ) {
        let is_busy = |filter: &Self| filter.is_moving() || filter.is_open();
        if is_busy(first) || is_busy(second) {
            first.process(left, right);
            second.process(left, right);
            return;
        }
        let (one, other) = (first.solved, second.solved);
        let [mut a, mut b] = first.states;
        let [mut c, mut d] = second.states;
        for (left, right) in left.iter_mut().zip(right) {
            *left = c.tick(&other, a.tick(&one, *left));
            *right = d.tick(&other, b.tick(&one, *right));
        }
        (first.states, second.states) = ([a, b], [c, d]);
    }

    /// True when nothing is cut.
    fn is_open(&self) -> bool {
        self.cutoff_hz.is_resting() && self.share.resting() == Some(0.0)
    }

    fn is_moving(&self) -> bool {
        !self.cutoff_hz.is_resting() || self.share.resting().is_none()
    }
}
