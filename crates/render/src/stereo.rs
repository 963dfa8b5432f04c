//! The buffers that signals pass between strips in.

use std::ops::Range;

use twobus_dsp::block::are_finite;
use twobus_dsp::pan::Matrix;
use twobus_dsp::wide::{self, Work};

use crate::{BLOCK, RUN};

/// A stereo signal of up to one run; of each buffer only the first frames of the run at hand count.
#[derive(Debug, Clone)]
pub(crate) struct Stereo<T> {
    pub(crate) left: [T; RUN],
    pub(crate) right: [T; RUN],
}

impl<T: Copy + Default> Stereo<T> {
    pub(crate) fn silent() -> Self {
        Self { left: [T::default(); RUN], right: [T::default(); RUN] }
    }

    pub(crate) fn copy_from(&mut self, other: &Self, frames: usize) {
        self.left[..frames].copy_from_slice(&other.left[..frames]);
        self.right[..frames].copy_from_slice(&other.right[..frames]);
    }

    /// The first `frames` frames of both channels.
    pub(crate) fn channels(&mut self, frames: usize) -> (&mut [T], &mut [T]) {
        (&mut self.left[..frames], &mut self.right[..frames])
    }
}

impl<T: Copy + Into<f64>> Stereo<T> {
    /// Adds one `side` (0 is left) of this signal to `sum`, in 64 bit: first through `matrix`, then by `level`.
    pub(crate) fn add_side(&self, side: usize, matrix: Matrix, level: f64, sum: &mut [f64]) {
        let (own, other, [gain, across]) = if side == 0 {
            (&self.left, &self.right, [matrix.ll, matrix.rl])
        } else {
            (&self.right, &self.left, [matrix.rr, matrix.lr])
        };
        let (own, other) = (&own[..sum.len()], &other[..sum.len()]);
        wide::run(Adding { own, other, gain, across, level, sum });
    }

    /// Sets `to` to this signal times `gain`, rounded to 32 bit.
    pub(crate) fn round_to(&self, to: &mut Stereo<f32>, gain: f64, frames: usize) {
        let (left, right) = to.channels(frames);
        round([&self.left[..frames], &self.right[..frames]], gain, [left, right]);
    }
}

/// Sets `to` to `signal` times `gain`, rounded to 32 bit; all of one length.
pub(crate) fn round<T: Copy + Into<f64>>(signal: [&[T]; 2], gain: f64, to: [&mut [f32]; 2]) {
    for (signal, to) in signal.into_iter().zip(to) {
        wide::run(Rounding { signal, to, gain });
    }
}

/// One side of a signal on its way to a sum: itself by `gain`, and the other side `across`.
struct Adding<'a, T> {
    own: &'a [T],
    other: &'a [T],
    gain: f64,
    across: f64,
    level: f64,
    sum: &'a mut [f64],
}

impl<T: Copy + Into<f64>> Work for Adding<'_, T> {
    #[inline(always)]
    fn run(self) {
        let Self { own, other, gain, across, level, sum } = self;
        if across == 0.0 {
            for (&x, sum) in own.iter().zip(sum) {
                *sum += x.into() * gain * level;
            }
        } else {
            for ((&x, &y), sum) in own.iter().zip(other).zip(sum) {
                *sum += (x.into() * gain + y.into() * across) * level;
            }
        }
    }
}

struct Rounding<'a, T> {
    signal: &'a [T],
    to: &'a mut [f32],
    gain: f64,
}

impl<T: Copy + Into<f64>> Work for Rounding<'_, T> {
    #[inline(always)]
    fn run(self) {
        for (&x, to) in self.signal.iter().zip(self.to) {
            *to = (x.into() * self.gain) as f32;
        }
    }
}

/// One frame through `matrix`.
#[inline(always)]
pub(crate) fn through(matrix: Matrix, left: f64, right: f64) -> (f64, f64) {
    (left * matrix.ll + right * matrix.rl, left * matrix.lr + right * matrix.rr)
}

impl Stereo<f32> {
    /// Multiplies all by `gain`, rounded once.
    pub(crate) fn scale(&mut self, gain: f64, frames: usize) {
        let (left, right) = self.channels(frames);
        left.iter_mut().chain(right).for_each(|x| *x = (f64::from(*x) * gain) as f32);
    }

    /// Some of its frames, left and right.
    pub(crate) fn part(&self, frames: Range<usize>) -> [&[f32]; 2] {
        [&self.left[frames.clone()], &self.right[frames]]
    }

    /// Silences every block that holds anything that is not a finite number; returns how many did.
    pub(crate) fn contain(&mut self, frames: usize) -> u32 {
        let (left, right) = self.channels(frames);
        let blocks = left.chunks_mut(BLOCK).zip(right.chunks_mut(BLOCK));
        blocks.map(|(left, right)| u32::from(contain(left, right))).sum()
    }
}

/// Silences a block that holds anything that is not a finite number; true when it did.
pub(crate) fn contain(left: &mut [f32], right: &mut [f32]) -> bool {
    let finite = are_finite(left, right);
    if !finite {
        left.fill(0.0);
        right.fill(0.0);
    }
    !finite
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e9_a_block_with_a_special_value_is_silenced() {
        for special in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            for place in [0, 31, 63] {
                let mut run = Stereo { left: [0.5; RUN], right: [f32::MAX; RUN] };
                assert_eq!(run.contain(RUN), 0);
                run.right[BLOCK + place] = special;
                assert_eq!(run.contain(RUN), 1);
                let silenced = run.left.iter().zip(&run.right).map(|(&l, &r)| l == 0.0 && r == 0.0);
                let expected = (0..RUN).map(|frame| frame / BLOCK == 1);
                assert!(silenced.eq(expected));
            }
        }
    }
}
