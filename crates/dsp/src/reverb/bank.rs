//! Sixteen delay lines side by side.

use super::mixing::{LINES, Lines};
use crate::block::BLOCK;
use crate::svf::SILENCE;

/// Lengths in frames.
pub(super) type Delays = [usize; LINES];

/// Delay lines of one length of memory, written and read in blocks on the grid.
pub(super) struct Bank {
    rings: Vec<f64>,
    /// Frames of each ring, a power of two.
    size: usize,
}

impl Bank {
    /// Silent lines for delays of up to `longest` frames.
    pub(super) fn new(longest: usize) -> Self {
        let size = (longest + 2 * BLOCK).next_power_of_two();
        Self { rings: vec![0.0; LINES * size], size }
    }

    pub(super) fn reset(&mut self) {
        self.rings.fill(0.0);
    }

    /// Writes a block of every line; `frame` is its first, and it lies within one cell of the grid. What
    /// has died away is written as zero.
    #[inline(always)]
    pub(super) fn write(&mut self, frame: u64, lines: &Lines, frames: usize) {
        let start = frame as usize & (self.size - 1);
        for (ring, line) in self.rings.chunks_exact_mut(self.size).zip(lines) {
            for (kept, &x) in ring[start..start + frames].iter_mut().zip(line) {
                *kept = if x.abs() < SILENCE { 0.0 } else { x };
            }
        }
    }

    /// Reads a block of every line, each `delays` before `frame`.
    #[inline(always)]
    pub(super) fn read(&self, frame: u64, delays: &Delays, lines: &mut Lines, frames: usize) {
        let rings = self.rings.chunks_exact(self.size);
        for ((ring, line), &delay) in rings.zip(lines).zip(delays) {
            read(ring, frame as usize, delay, &mut line[..frames]);
        }
    }
}

/// Reads from a ring of a power of two frames, beginning `delay` before `frame`.
#[inline(always)]
pub(super) fn read(ring: &[f64], frame: usize, delay: usize, out: &mut [f64]) {
    let [before, after] = pieces(ring, frame, delay, out.len());
    let (first, rest) = out.split_at_mut(before.len());
    first.copy_from_slice(before);
    rest.copy_from_slice(after);
}

/// The `frames` from `delay` before `frame` on, in the two pieces in which a ring holds them.
#[inline(always)]
pub(super) fn pieces(ring: &[f64], frame: usize, delay: usize, frames: usize) -> [&[f64]; 2] {
    let start = frame.wrapping_sub(delay) & (ring.len() - 1);
    let first = frames.min(ring.len() - start);
    [&ring[start..start + first], &ring[..frames - first]]
}
