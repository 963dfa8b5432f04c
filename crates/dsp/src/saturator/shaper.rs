//! What a curve adds to a signal, at the highest rate.

use super::curve::{Curve, scale};

/// Frames by which the shaper is late: half a frame for the mean, half for the average of two means.
pub(super) const LATENCY_FRAMES: usize = 1;

/// Replaces a signal by the difference that a curve makes to it.
#[derive(Debug, Clone)]
pub(super) struct Shaper {
    /// The last frame, then the new ones; so are the others. Interleaved.
    input: Vec<f64>,
    scales: Vec<f64>,
    differences: Vec<f64>,
}

/// Values of one frame.
const FRAME: usize = 2;

impl Shaper {
    /// For blocks of at most `max_frames`.
    pub(super) fn new(max_frames: usize) -> Self {
        let length = FRAME * (1 + max_frames);
        let mut shaper = Self {
            input: vec![0.0; length],
            scales: vec![0.0; length],
            differences: vec![0.0; length],
        };
        shaper.reset();
        shaper
    }

    pub(super) fn reset(&mut self) {
        self.input.fill(0.0);
        self.scales.fill(scale(0.0));
        self.differences.fill(0.0);
    }

    /// Works in place on `block`.
    ///
    /// Of the curve's mean between two frames the mean of the input between them is taken away, so
    /// that nothing is left where the curve is straight.
    #[inline(always)]
    pub(super) fn process(&mut self, curve: &Curve, block: &mut [f64]) {
        let length = block.len();
        let new = FRAME..FRAME + length;
        self.input[new.clone()].copy_from_slice(block);
        for (scales, u) in self.scales[new.clone()].iter_mut().zip(&*block) {
            *scales = scale(*u);
        }
        let (before, after) = (&self.input[..length], &self.input[new.clone()]);
        let (scale_before, scale_after) = (&self.scales[..length], &self.scales[new.clone()]);
        let differences = &mut self.differences[new];
        for i in 0..length {
            let mean = curve.mean([after[i], scale_after[i]], [before[i], scale_before[i]]);
            differences[i] = mean - 0.5 * (after[i] + before[i]);
        }
        let (before, after) = (&self.differences[..length], &self.differences[FRAME..]);
        for ((out, before), after) in block.iter_mut().zip(before).zip(after) {
            *out = 0.5 * (before + after);
        }
        for line in [&mut self.input, &mut self.scales, &mut self.differences] {
            line.copy_within(length..length + FRAME, 0);
        }
    }
}
