//! Gains of bands by a chain of shelving filters, one at each split.
//!
//! The whole signal gets the gain of the highest band; the shelf at each split then adds to all below it
//! what the band below the split has more. At gains that are equal every shelf is exactly nothing.
//! Shelves are those of R. Bristow-Johnson's "Audio EQ Cookbook" (W3C, 2021) with a Q of √½, as state
//! variable filters: A. Simper, "Linear Trapezoidal Integrated State Variable Filter With Low Noise
//! Optimisation", Cytomic, 2013. Gains move them at every frame.

use std::f64::consts::SQRT_2;

use super::MOST_BANDS;
use super::crossover::{Frame, Frames};
use crate::dynamics::CELL;
use crate::dynamics::levels::exp2_of;
use crate::svf::{Coefficients, Svf};

/// Splits at the highest part of the rate.
const HIGHEST: f64 = 0.45;

/// Damping: 1/Q.
const K: f64 = SQRT_2;

/// The shelves of both channels.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Shelves {
    hz: [f64; MOST_BANDS - 1],
    /// tan(π f / rate) of each split.
    g: [f64; MOST_BANDS - 1],
    states: [[Svf; 2]; MOST_BANDS - 1],
}

/// The filter that raises what lies below a split by `level` (a logarithm to base 2), with
/// `g` = tan(π f / rate): what the sound uses and a window draws.
#[inline(always)]
pub fn shelf(g: f64, level: f64) -> Coefficients {
    // A² is the gain.
    let a = exp2_of(0.5 * level);
    let g = g * exp2_of(-0.25 * level);
    Coefficients { g, k: K, mix: [1.0, K * (a - 1.0), a * a - 1.0] }
}

impl Shelves {
    pub(super) fn aim(&mut self, splits_hz: [f64; MOST_BANDS - 1], rate_hz: f64) {
        if self.hz != splits_hz {
            self.hz = splits_hz;
            let highest_hz = HIGHEST * rate_hz;
            self.g =
                splits_hz.map(|hz| Coefficients::low_pass(hz.min(highest_hz), 1.0 / K, rate_hz).g);
        }
    }

    /// tan(π f / rate) of each split, from the lowest up.
    pub(super) fn g(&self) -> &[f64; MOST_BANDS - 1] {
        &self.g
    }

    pub(super) fn reset(&mut self) {
        self.states.iter_mut().flatten().for_each(Svf::reset);
    }

    pub(super) fn flush(&mut self) {
        self.states.iter_mut().flatten().for_each(Svf::flush);
    }

    /// Gives `signal` the gains of `count` bands; with `linked`, those of the left channel hold for both.
    #[inline(always)]
    pub(super) fn process(
        &mut self,
        count: usize,
        linked: bool,
        levels: &Frames,
        signal: &mut [Frame],
    ) {
        for (frame, level) in signal.iter_mut().zip(&levels[count - 1]) {
            *frame = std::array::from_fn(|c| frame[c] * exp2_of(level[c]));
        }
        let mut filters = [Coefficients::UNITY.solve(); CELL];
        for split in 0..count - 1 {
            for channel in 0..2 {
                if channel == 0 || !linked {
                    let bands = levels[split].iter().zip(&levels[split + 1]);
                    let filters = filters.iter_mut().take(signal.len());
                    for (filter, (below, above)) in filters.zip(bands) {
                        let level = below[channel] - above[channel];
                        *filter = shelf(self.g[split], level).solve();
                    }
                }
                let state = &mut self.states[split][channel];
                for (frame, filter) in signal.iter_mut().zip(&filters) {
                    frame[channel] = state.tick(filter, frame[channel]);
                }
            }
        }
    }
}
