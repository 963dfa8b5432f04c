//! The buffers that signals pass between strips in.

use std::ops::Range;

use twobus_dsp::pan::Matrix;

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
        let inputs = self.left[..frames].iter().zip(&self.right[..frames]);
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

/// One frame through `matrix`.
pub(crate) fn through(matrix: Matrix, left: f64, right: f64) -> (f64, f64) {
    (left * matrix.ll + right * matrix.rl, left * matrix.lr + right * matrix.rr)
}

impl Stereo<f32> {
    /// Takes the frames of `wide`, rounded.
    pub(crate) fn round_from(&mut self, wide: &Stereo<f64>, frames: usize) {
        let rounded = |to: &mut [f32], from: &[f64]| {
            to[..frames].iter_mut().zip(from).for_each(|(to, from)| *to = *from as f32);
        };
        rounded(&mut self.left, &wide.left);
        rounded(&mut self.right, &wide.right);
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
    let finite = all_finite(left) && all_finite(right);
    if !finite {
        left.fill(0.0);
        right.fill(0.0);
    }
    !finite
}

/// A finite number times zero is zero, anything else is not: the sum of the products tells.
fn all_finite(samples: &[f32]) -> bool {
    const LANES: usize = 8;
    // Sums side by side, since one would have to wait for itself at every frame.
    let mut sums = [0.0_f32; LANES];
    let (lanes, rest) = samples.as_chunks::<LANES>();
    for lane in lanes {
        sums.iter_mut().zip(lane).for_each(|(sum, x)| *sum += x * 0.0);
    }
    let rest: f32 = rest.iter().map(|x| x * 0.0).sum();
    sums.iter().sum::<f32>() + rest == 0.0
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
