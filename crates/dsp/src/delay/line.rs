//! The line of one channel: a ring that is written frame by frame and read at any distance behind.

use super::kernel::{HALF, Kernels, SUMS, TAPS};
use crate::block::BLOCK;

/// The shortest delay that can be read, in frames: half a kernel lies on either side of it.
pub(super) const SHORTEST: f64 = HALF as f64;

/// Frames that a read computes side by side.
const STRIDE: usize = 8;

/// A ring of frames.
pub(super) struct Line {
    /// A power of two frames, then the first [`TAPS`] of them again, so that no read has to wrap.
    ring: Vec<f64>,
    mask: usize,
    /// Where the next frame goes.
    next: usize,
    /// Frames written since the reset; what lies further back is taken to be silent, so that a reset
    /// need not clear megabytes.
    filled: usize,
    kernels: &'static Kernels,
}

impl Line {
    /// A silent line for delays of up to `longest` frames.
    pub(super) fn new(longest: usize) -> Self {
        let frames = (longest + TAPS + BLOCK).next_power_of_two();
        Self {
            ring: vec![0.0; frames + TAPS],
            mask: frames - 1,
            next: 0,
            filled: 0,
            kernels: Kernels::table(),
        }
    }

    pub(super) fn reset(&mut self) {
        (self.next, self.filled) = (0, 0);
    }

    /// Reads as many frames as `out` has, the first of them `delay` frames before the next to be
    /// written. All must have been written: `delay` is at least [`SHORTEST`] − 1 more than their number.
    #[inline(always)]
    pub(super) fn read(&self, delay: f64, out: &mut [f64]) {
        let whole = delay as u32 as usize;
        let mut window = [0.0; BLOCK + STRIDE + TAPS];
        self.copy(whole + HALF, &mut window[..out.len() + TAPS]);
        let fraction = delay - whole as f64;
        if fraction == 0.0 {
            out.copy_from_slice(&window[HALF..HALF + out.len()]);
            return;
        }
        let row = self.kernels.at(fraction);
        for (at, out) in out.chunks_mut(STRIDE).enumerate() {
            let window = &window[STRIDE * at..][..STRIDE + TAPS];
            // Summed in the order of `read_moving`, so that both give the same bits.
            let mut sums = [[0.0; STRIDE]; SUMS];
            for (tap, weight) in row.iter().enumerate() {
                for (sum, frame) in sums[tap % SUMS].iter_mut().zip(&window[tap..]) {
                    *sum += weight * frame;
                }
            }
            let [a, b, c, d] = sums;
            for (frame, out) in out.iter_mut().enumerate() {
                *out = (a[frame] + b[frame]) + (c[frame] + d[frame]);
            }
        }
    }

    /// Reads one frame for each of `delays`, which are counted back from that frame itself.
    #[inline(always)]
    pub(super) fn read_moving(&self, delays: &[f64], out: &mut [f64]) {
        for (frame, (out, &delay)) in out.iter_mut().zip(delays).enumerate() {
            let whole = delay as u32 as usize;
            let back = whole + HALF - frame;
            let start = self.next.wrapping_sub(back) & self.mask;
            let mut silent = [0.0; TAPS];
            let written = self.ring[start..].first_chunk().filter(|_| back <= self.filled);
            let window = written.unwrap_or_else(|| {
                self.copy(back, &mut silent);
                &silent
            });
            *out = self.kernels.read(delay - whole as f64, window);
        }
    }

    /// The frames from `back` frames before the next one on; what was not written is 0.
    #[inline(always)]
    fn copy(&self, back: usize, out: &mut [f64]) {
        let unwritten = back.saturating_sub(self.filled).min(out.len());
        out[..unwritten].fill(0.0);
        let out = &mut out[unwritten..];
        let start = self.next.wrapping_sub(back - unwritten) & self.mask;
        let first = out.len().min(self.mask + 1 - start);
        let (before, after) = out.split_at_mut(first);
        before.copy_from_slice(&self.ring[start..start + first]);
        after.copy_from_slice(&self.ring[..after.len()]);
    }

    /// Appends `frames`, at most [`BLOCK`].
    #[inline(always)]
    pub(super) fn write(&mut self, frames: &[f64]) {
        let size = self.mask + 1;
        let first = frames.len().min(size - self.next);
        let (before, after) = frames.split_at(first);
        self.ring[self.next..self.next + first].copy_from_slice(before);
        self.ring[..after.len()].copy_from_slice(after);
        if self.next < TAPS || !after.is_empty() {
            let (ring, again) = self.ring.split_at_mut(size);
            again.copy_from_slice(&ring[..TAPS]);
        }
        self.next = (self.next + frames.len()) & self.mask;
        self.filled = (self.filled + frames.len()).min(size);
    }
}
