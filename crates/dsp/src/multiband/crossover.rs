//! Splits a stereo signal into bands that sum to an all-pass, and joins them.

use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};

use super::MOST_BANDS;
use crate::dynamics::CELL;
use crate::svf::{Coefficients, SILENCE};

/// Left and right of one frame.
pub(super) type Frame = [f64; 2];

/// A value per channel for each band and frame.
pub(super) type Frames = [[Frame; CELL]; MOST_BANDS];

/// Splits at the highest part of the rate: a bilinear filter reaches no further.
const HIGHEST: f64 = 0.45;

/// A Butterworth filter of second order as a state variable filter, in both channels, after
/// [`crate::svf`]: here with its low-pass and its band-pass out at the same time.
#[derive(Debug, Clone, Copy, Default)]
struct TwoPole([Frame; 2]);

impl TwoPole {
    /// The band-pass (times Q) and the low-pass of `input`.
    #[inline(always)]
    fn tick(&mut self, [a1, a2, a3]: [f64; 3], input: Frame) -> [Frame; 2] {
        let (mut band, mut low) = ([0.0; 2], [0.0; 2]);
        for channel in 0..2 {
            let (first, second) = (self.0[0][channel], self.0[1][channel]);
            let v3 = input[channel] - second;
            band[channel] = a1 * first + a2 * v3;
            low[channel] = second + a2 * first + a3 * v3;
            self.0[0][channel] = 2.0 * band[channel] - first;
            self.0[1][channel] = 2.0 * low[channel] - second;
        }
        [band, low]
    }

    #[inline(always)]
    fn low(&mut self, a: [f64; 3], input: Frame) -> Frame {
        self.tick(a, input)[1]
    }

    #[inline(always)]
    fn high(&mut self, a: [f64; 3], input: Frame) -> Frame {
        let [band, low] = self.tick(a, input);
        std::array::from_fn(|c| input[c] - SQRT_2 * band[c] - low[c])
    }

    #[inline(always)]
    fn all(&mut self, a: [f64; 3], input: Frame) -> Frame {
        let [band, _] = self.tick(a, input);
        std::array::from_fn(|c| input[c] - 2.0 * SQRT_2 * band[c])
    }

    fn flush(&mut self) {
        if self.0.iter().flatten().all(|state| state.abs() < SILENCE) {
            self.0 = [[0.0; 2]; 2];
        }
    }
}

/// One split, and the all-pass that those below it need.
#[derive(Debug, Clone, Copy, Default)]
struct Split {
    hz: f64,
    a: [f64; 3],
    first: TwoPole,
    low: TwoPole,
    high: TwoPole,
    all: TwoPole,
}

/// All splits.
#[derive(Debug, Clone, Default)]
pub(super) struct Crossover {
    splits: [Split; MOST_BANDS - 1],
}

impl Crossover {
    pub(super) fn aim(&mut self, splits_hz: [f64; MOST_BANDS - 1], rate_hz: f64) {
        for (split, hz) in self.splits.iter_mut().zip(splits_hz) {
            if split.hz != hz {
                split.hz = hz;
                let hz = hz.min(HIGHEST * rate_hz);
                let g = Coefficients::low_pass(hz, FRAC_1_SQRT_2, rate_hz).g;
                let a1 = 1.0 / (1.0 + g * (g + SQRT_2));
                split.a = [a1, g * a1, g * g * a1];
            }
        }
    }

    pub(super) fn reset(&mut self) {
        for split in &mut self.splits {
            *split = Split { hz: split.hz, a: split.a, ..Split::default() };
        }
    }

    pub(super) fn flush(&mut self) {
        for Split { first, low, high, all, .. } in &mut self.splits {
            [first, low, high, all].into_iter().for_each(TwoPole::flush);
        }
    }

    /// Fills the first `count` of `bands` from `signal`.
    #[inline(always)]
    pub(super) fn split(&mut self, count: usize, signal: &[Frame], bands: &mut Frames) {
        bands[0][..signal.len()].copy_from_slice(signal);
        for index in 0..count - 1 {
            let Split { a, mut first, mut low, mut high, .. } = self.splits[index];
            let [below, above] = &mut bands[index..=index + 1] else { return };
            for (below, above) in below.iter_mut().zip(above).take(signal.len()) {
                let rest = *below;
                let [band, once] = first.tick(a, rest);
                let twice = std::array::from_fn(|c| rest[c] - SQRT_2 * band[c] - once[c]);
                *below = low.low(a, once);
                *above = high.high(a, twice);
            }
            let split = &mut self.splits[index];
            (split.first, split.low, split.high) = (first, low, high);
        }
    }

    /// Fills `sum` with the sum of the first `count` of `bands`, each in the phase that the splits above
    /// it give to what lies there.
    #[inline(always)]
    pub(super) fn join(&mut self, count: usize, bands: &Frames, sum: &mut [Frame]) {
        let [lowest, higher @ ..] = &bands[..count] else { return };
        sum.copy_from_slice(&lowest[..sum.len()]);
        for (band, split) in higher.iter().zip(&mut self.splits[1..]).take(count - 2) {
            let Split { a, mut all, .. } = *split;
            for (sum, band) in sum.iter_mut().zip(band) {
                let turned = all.all(a, *sum);
                *sum = std::array::from_fn(|c| turned[c] + band[c]);
            }
            split.all = all;
        }
        // The highest band has passed all splits.
        for (sum, band) in sum.iter_mut().zip(&bands[count - 1]) {
            *sum = std::array::from_fn(|c| sum[c] + band[c]);
        }
    }
}
