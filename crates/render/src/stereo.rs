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

    pub(crate) fn clear(&mut self, frames: usize) {
        self.left[..frames].fill(T::default());
        self.right[..frames].fill(T::default());
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
    /// Adds this signal to `bus`, in 64 bit: first through `matrix`, then by `level`.
    pub(crate) fn add_to(&self, bus: &mut Stereo<f64>, matrix: Matrix, level: f64, frames: usize) {
        wide::run(Adding { signal: self, bus, matrix, level, frames });
    }

    /// Sets `to` to this signal times `gain`, rounded to 32 bit.
    pub(crate) fn round_to(&self, to: &mut Stereo<f32>, gain: f64, frames: usize) {
        wide::run(Rounding { signal: self, to, gain, frames });
    }
}

struct Adding<'a, T> {
    signal: &'a Stereo<T>,
    bus: &'a mut Stereo<f64>,
    matrix: Matrix,
    level: f64,
    frames: usize,
}

impl<T: Copy + Into<f64>> Work for Adding<'_, T> {
    #[inline(always)]
    fn run(self) {
        let Self { signal, bus, matrix, level, frames } = self;
        let inputs = signal.left[..frames].iter().zip(&signal.right[..frames]);
        let outputs = bus.left[..frames].iter_mut().zip(&mut bus.right[..frames]);
        if matrix.rl == 0.0 && matrix.lr == 0.0 {
            for ((&l, &r), (to_left, to_right)) in inputs.zip(outputs) {
                *to_left += l.into() * matrix.ll * level;
                *to_right += r.into() * matrix.rr * level;
            }
        } else {
            for ((&l, &r), (to_left, to_right)) in inputs.zip(outputs) {
                let (l, r) = through(matrix, l.into(), r.into());
                *to_left += l * level;
                *to_right += r * level;
            }
        }
    }
}

struct Rounding<'a, T> {
    signal: &'a Stereo<T>,
    to: &'a mut Stereo<f32>,
    gain: f64,
    frames: usize,
}

impl<T: Copy + Into<f64>> Work for Rounding<'_, T> {
    #[inline(always)]
    fn run(self) {
        let Self { signal, to, gain, frames } = self;
        let inputs = signal.left[..frames].iter().zip(&signal.right[..frames]);
        let outputs = to.left[..frames].iter_mut().zip(&mut to.right[..frames]);
        for ((&l, &r), (to_left, to_right)) in inputs.zip(outputs) {
            (*to_left, *to_right) = ((l.into() * gain) as f32, (r.into() * gain) as f32);
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
