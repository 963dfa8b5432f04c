//! The buffers that signals pass between strips in.

use twobus_dsp::pan::Matrix;

use crate::BLOCK;

/// One inner block of a stereo signal.
#[derive(Debug, Clone)]
pub(crate) struct Stereo<T> {
    pub(crate) left: [T; BLOCK],
    pub(crate) right: [T; BLOCK],
}

impl<T: Copy + Default> Stereo<T> {
    pub(crate) fn silent() -> Self {
        Self { left: [T::default(); BLOCK], right: [T::default(); BLOCK] }
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::silent();
    }

    /// The first `frames` frames of both channels.
    pub(crate) fn channels(&mut self, frames: usize) -> (&mut [T], &mut [T]) {
        (&mut self.left[..frames], &mut self.right[..frames])
    }
}

impl<T: Copy + Into<f64>> Stereo<T> {
    /// Adds this signal through `matrix` to `bus`, in 64 bit.
    pub(crate) fn add_to(&self, bus: &mut Stereo<f64>, matrix: Matrix, frames: usize) {
        let inputs = self.left[..frames].iter().zip(&self.right[..frames]);
        let outputs = bus.left[..frames].iter_mut().zip(&mut bus.right[..frames]);
        if matrix.rl == 0.0 && matrix.lr == 0.0 {
            for ((&l, &r), (to_left, to_right)) in inputs.zip(outputs) {
                *to_left += l.into() * matrix.ll;
                *to_right += r.into() * matrix.rr;
            }
        } else {
            for ((&l, &r), (to_left, to_right)) in inputs.zip(outputs) {
                let (l, r): (f64, f64) = (l.into(), r.into());
                *to_left += l * matrix.ll + r * matrix.rl;
                *to_right += l * matrix.lr + r * matrix.rr;
            }
        }
    }
}

impl Stereo<f32> {
    /// Silences the block when it holds anything that is not a finite number; true when it did.
    pub(crate) fn contain(&mut self, frames: usize) -> bool {
        let (left, right) = self.channels(frames);
        let finite = all_finite(left) && all_finite(right);
        if !finite {
            left.fill(0.0);
            right.fill(0.0);
        }
        !finite
    }
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
                let mut block = Stereo { left: [0.5; BLOCK], right: [f32::MAX; BLOCK] };
                assert!(!block.contain(BLOCK));
                block.right[place] = special;
                assert!(block.contain(BLOCK));
                assert!(block.left.iter().chain(&block.right).all(|&x| x == 0.0));
            }
        }
    }
}
