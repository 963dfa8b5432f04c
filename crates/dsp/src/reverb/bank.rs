//! Sixteen delay lines side by side.

use super::mixing::{LINES, Lines};
use crate::block::{BLOCK, PLACES};
use crate::svf::SILENCE;

/// Lengths in frames.
pub(super) type Delays = [usize; LINES];

/// Frames of a ring for delays of up to `longest`: a power of two, then its first block once more, so that no
/// block that is read has to wrap. (And rings that lie in a row do not meet in the sets of a cache.)
pub(super) fn ring_frames(longest: usize) -> usize {
    (longest + 2 * BLOCK).next_power_of_two() + BLOCK
}

/// The block of a ring that begins `delay` before `frame`.
#[inline(always)]
pub(super) fn behind(ring: &[f64], frame: u64, delay: usize) -> &[f64; BLOCK] {
    let size = ring.len() - BLOCK;
    let start = (frame as usize).wrapping_sub(delay) & (size - 1);
    ring[start..].first_chunk().expect("behind a ring's end its first block stands once more")
}

/// Writes a block that begins at `frame` and lies within one cell of the grid, sample by sample.
#[inline(always)]
pub(super) fn write(ring: &mut [f64], frame: u64, samples: impl ExactSizeIterator<Item = f64>) {
    let (size, frames) = (ring.len() - BLOCK, samples.len());
    let start = frame as usize & (size - 1);
    ring[start..start + frames].iter_mut().zip(samples).for_each(|(kept, x)| *kept = x);
    if start < BLOCK {
        ring.copy_within(start..start + frames, size + start);
    }
}

/// Delay lines of one length of memory, written and read in blocks on the grid.
pub(super) struct Bank {
    rings: Vec<f64>,
    /// Of each ring.
    frames: usize,
}

impl Bank {
    /// Silent lines for delays of up to `longest` frames.
    pub(super) fn new(longest: usize) -> Self {
        let frames = ring_frames(longest);
        Self { rings: vec![0.0; LINES * frames], frames }
    }

    pub(super) fn reset(&mut self) {
        self.rings.fill(0.0);
    }

    /// Writes a block of every line; `frame` is its first, and it lies within one cell of the grid. What
    /// has died away is written as zero.
    #[inline(always)]
    pub(super) fn write(&mut self, frame: u64, lines: &Lines, frames: usize) {
        for (ring, line) in self.rings.chunks_exact_mut(self.frames).zip(lines) {
            write(ring, frame, line[..frames].iter().map(|&x| heard(x)));
        }
    }

    /// Writes the sums of two blocks, as [`write`](Self::write) does.
    #[inline(always)]
    pub(super) fn write_sums(&mut self, frame: u64, lines: [&Lines; 2], frames: usize) {
        let [one, other] = lines;
        for (ring, (one, other)) in
            self.rings.chunks_exact_mut(self.frames).zip(one.iter().zip(other))
        {
            let sums = one[..frames].iter().zip(&other[..frames]).map(|(x, y)| heard(x + y));
            write(ring, frame, sums);
        }
    }

    /// The blocks of all lines, each `delays` before `frame`.
    #[inline(always)]
    pub(super) fn blocks(&self, frame: u64, delays: &Delays) -> Blocks<'_> {
        std::array::from_fn(|line| {
            behind(&self.rings[line * self.frames..][..self.frames], frame, delays[line])
        })
    }
}

/// A block of every line, where it lies.
pub(super) type Blocks<'a> = [&'a [f64; BLOCK]; LINES];

/// Sets `lines` to `blocks`.
#[inline(always)]
pub(super) fn copy(blocks: Blocks<'_>, lines: &mut Lines, frames: usize) {
    for (line, block) in lines.iter_mut().zip(blocks) {
        line[..frames].copy_from_slice(&block[..frames]);
    }
}

/// Zero for what has died away.
#[inline(always)]
fn heard(x: f64) -> f64 {
    if x.abs() < SILENCE { 0.0 } else { x }
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
    /// True while the gains do not change.
    #[inline(always)]
    pub(super) fn is_level(&self) -> bool {
        self.step.iter().all(|&step| step == 0.0)
    }

    /// Sets `lines` to `blocks`, multiplied.
    #[inline(always)]
    pub(super) fn scale(&self, blocks: Blocks<'_>, lines: &mut Lines, frames: usize) {
        for (line, (out, block)) in lines.iter_mut().zip(blocks).enumerate() {
            let (now, step) = (self.now[line], self.step[line]);
            let (out, places) = (&mut out[..frames], &PLACES[self.from..]);
            if step == 0.0 {
                out.iter_mut().zip(block).for_each(|(out, x)| *out = x * now);
                continue;
            }
            for ((out, x), place) in out.iter_mut().zip(block).zip(places) {
                *out = x * (now + step * place);
            }
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
}
