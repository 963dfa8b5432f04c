//! Sixteen delay lines side by side.

use super::mixing::{LINES, Lines};
use crate::block::{BLOCK, PLACES};
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

    /// Reads a block of every line, each `delays` before `frame`, and multiplies it on the way.
    #[inline(always)]
    pub(super) fn read_scaled(
        &self,
        frame: u64,
        delays: &Delays,
        slope: &Slope,
        lines: &mut Lines,
        frames: usize,
    ) {
        let rings = self.rings.chunks_exact(self.size);
        for (line, ((ring, out), &delay)) in rings.zip(lines).zip(delays).enumerate() {
            slope.read(line, (ring, frame), delay, &mut out[..frames]);
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

/// Gains of each line at the first frame of the grid's cell, and their change from frame to frame.
#[derive(Clone, Copy)]
pub(super) struct Slope<'a> {
    pub(super) now: &'a [f64; LINES],
    pub(super) step: &'a [f64; LINES],
    /// The block's first frame in the cell.
    pub(super) from: usize,
}

impl Slope<'_> {
    /// Writes `sound` of `line`, multiplied; its first frame is `at` frames into the block.
    #[inline(always)]
    fn scale(&self, line: usize, at: usize, sound: &[f64], out: &mut [f64]) {
        let (now, step) = (self.now[line], self.step[line]);
        if step == 0.0 {
            out.iter_mut().zip(sound).for_each(|(out, x)| *out = x * now);
            return;
        }
        for ((out, x), place) in out.iter_mut().zip(sound).zip(&PLACES[self.from + at..]) {
            *out = x * (now + step * place);
        }
    }

    /// Multiplies each line of a block.
    #[inline(always)]
    pub(super) fn scale_all(&self, lines: &mut Lines, frames: usize) {
        for (line, (&now, &step)) in lines.iter_mut().zip(self.now.iter().zip(self.step)) {
            for (x, place) in line[..frames].iter_mut().zip(&PLACES[self.from..]) {
                *x *= now + step * place;
            }
        }
    }

    /// Reads a line from its ring, beginning `delay` before `frame`, and multiplies it.
    #[inline(always)]
    pub(super) fn read(
        &self,
        line: usize,
        (ring, frame): (&[f64], u64),
        delay: usize,
        out: &mut [f64],
    ) {
        let [before, after] = pieces(ring, frame as usize, delay, out.len());
        let (first, rest) = out.split_at_mut(before.len());
        self.scale(line, 0, before, first);
        self.scale(line, before.len(), after, rest);
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
