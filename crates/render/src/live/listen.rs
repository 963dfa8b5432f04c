//! A range of frequencies that is heard alone.

use twobus_dsp::svf::{Coefficients, Solved, Svf};

use super::FADE_S;
use crate::fade::Fade;

/// A range of frequencies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Range {
    /// About `hz`, as wide as a bell of that Q.
    Around {
        /// Its middle, in Hz.
        hz: f64,
        /// How narrow it is.
        q: f64,
    },
    /// Below so many Hz, at 12 dB an octave.
    Below(f64),
    /// Above so many Hz, at 12 dB an octave.
    Above(f64),
}

/// Q of a filter of 12 dB an octave without a bump (Butterworth).
const FLAT_Q: f64 = std::f64::consts::FRAC_1_SQRT_2;
/// Highest frequency of a filter, as a share of the rate.
const HIGHEST: f64 = 0.49;

impl Range {
    fn filter(self, rate_hz: f64) -> Solved {
        let within = |hz: f64| hz.clamp(1.0, HIGHEST * rate_hz);
        match self {
            Self::Around { hz, q } => Coefficients::band_pass(within(hz), q, rate_hz),
            Self::Below(hz) => Coefficients::low_pass(within(hz), FLAT_Q, rate_hz),
            Self::Above(hz) => Coefficients::high_pass(within(hz), FLAT_Q, rate_hz),
        }
        .solve()
    }
}

/// Lets a range of frequencies through, or everything: then it changes no bit.
pub(super) struct Listen {
    rate_hz: f64,
    /// Share of the range alone.
    share: Fade,
    filter: Solved,
    /// States of left and right.
    states: [Svf; 2],
}

impl Listen {
    pub(super) fn new(rate_hz: f64) -> Self {
        Self {
            rate_hz,
            share: Fade::new(false, FADE_S * rate_hz),
            filter: Coefficients::UNITY.solve(),
            states: [Svf::default(); 2],
        }
    }

    /// Takes the range that is heard from now on.
    pub(super) fn set(&mut self, range: Option<Range>) {
        if let Some(range) = range {
            if self.share.resting() == Some(0.0) {
                self.states.iter_mut().for_each(Svf::reset);
            }
            self.filter = range.filter(self.rate_hz);
        }
        self.share.set(range.is_some());
    }

    pub(super) fn process(&mut self, left: &mut [f64], right: &mut [f64]) {
        if self.share.resting() == Some(0.0) {
            return;
        }
        for (left, right) in left.iter_mut().zip(right) {
            let share = self.share.advance();
            for (state, sample) in self.states.iter_mut().zip([left, right]) {
                let alone = state.tick(&self.filter, *sample);
                *sample += share * (alone - *sample);
            }
        }
        self.states.iter_mut().for_each(Svf::flush);
    }
}
