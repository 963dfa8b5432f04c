//! Soloed bands of a signal that was not put together from bands.
//!
//! With d(s) = s³ + a s² + a s + 1 a split takes (s³ + a s²)/d of what is left as the band above it, and
//! leaves the rest, (a s + 1)/d, below: 12 dB/octave to both sides, and the two sum to what came, exactly
//! and without delay, as a crossover of Linkwitz and Riley does not (R. H. Small, "Constant-Voltage
//! Crossover Network Design", JAES 19(1), 1971). The price is that bands overlap and stand above their
//! surroundings in their middle: the less, the larger a is, and the less steep.

use super::MOST_BANDS;
use super::crossover::Frame;
use crate::svf::{Coefficients, Svf};

/// The a of the splits: a band of two octaves is 3 dB high in its middle, and a decade away 28 dB down.
const A: f64 = 4.0;

/// What a split takes for the band above it, with `g` = tan(π f / rate), as two filters of second order.
fn above(g: f64) -> [Coefficients; 2] {
    // d = (s + 1)(s² + (a − 1) s + 1): s² over the second factor, then (s + a)(s + 1)/(s + 1)².
    let k = A - 1.0;
    [Coefficients { g, k, mix: [1.0, -k, -1.0] }, Coefficients { g, k: 2.0, mix: [1.0, k, k] }]
}

/// The filters of both channels.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Solo([[[Svf; 2]; 2]; MOST_BANDS - 1]);

impl Solo {
    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }

    pub(super) fn flush(&mut self) {
        self.0.iter_mut().flatten().flatten().for_each(Svf::flush);
    }

    /// Leaves of each band of `signal` its share; `g` is tan(π f / rate) of each split, from the lowest
    /// up, one fewer than there are `shares`.
    #[inline(always)]
    pub(super) fn process(&mut self, g: &[f64], shares: &[f64], signal: &mut [Frame]) {
        let [below @ .., highest] = shares else { return };
        let mut filters = [[Coefficients::UNITY.solve(); 2]; MOST_BANDS - 1];
        for (filter, g) in filters.iter_mut().zip(g) {
            *filter = above(*g).map(|filter| filter.solve());
        }
        for frame in signal {
            for (channel, x) in frame.iter_mut().enumerate() {
                let (mut rest, mut heard) = (*x, 0.0);
                for ((share, filters), states) in below.iter().zip(&filters).zip(&mut self.0) {
                    let [first, second] = &mut states[channel];
                    let high = second.tick(&filters[1], first.tick(&filters[0], rest));
                    heard += share * (rest - high);
                    rest = high;
                }
                *x = heard + highest * rest;
            }
        }
    }
}
