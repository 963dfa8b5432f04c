//! Looking for peaks in a block of frames: bounds that get tighter and dearer, then the reading itself.
//!
//! ```text
//! block ─ steps between frames ─► group ─ near taps ─► midpoints ─ steps between them ─► fine filter
//! ```
//!
//! What a bound keeps below the floor is not looked at any further, and what is looked at to the end is
//! read exactly, so that no result depends on how a signal was cut into blocks.

use super::{FINE_TAPS, HALF_REACH, Interpolator, REACH, WINDOW};

/// Most frames scanned at a time.
pub const BLOCK: usize = 128;

/// Frames before a block that are scanned with it.
pub const MARGIN: usize = 2 * REACH - 1;

/// Intervals that have one bound.
const GROUP: usize = 16;

/// Frames on each side of a midpoint that its near taps see.
const NEAR: usize = 8;

/// Midpoints by which those around some intervals are more than the intervals.
const AROUND: usize = FINE_TAPS / 2;

/// Midpoints of the longest block, in whole groups.
const MIDPOINTS: usize = (BLOCK + AROUND).next_multiple_of(GROUP);

/// What bounds are raised by, more than any rounding takes from them.
pub(super) const SLACK: f64 = 1.0 + 1e-12;

/// What the taps outside of [`NEAR`] can add to a midpoint at most.
///
/// Two bounds, of which the lower holds. By the inequality of Cauchy and Schwarz, it is the norm of the
/// taps times that of the frames. And by summation by parts from the outside in, it is a weighted sum of
/// the steps between frames, plus the sum of the taps times the innermost frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Far {
    norm: f64,
    steepest: f64,
    loudest: f64,
}

impl Far {
    /// Of the taps of a symmetric half-band filter.
    pub(super) fn new(half: &[f64]) -> Self {
        let outer = &half[..HALF_REACH - NEAR];
        let mut sum = 0.0;
        let sums: Vec<f64> = outer
            .iter()
            .map(|tap| {
                sum += tap;
                f64::abs(sum)
            })
            .collect();
        let (last, before) = sums.split_last().expect("there are taps outside");
        let squares: f64 = outer.iter().map(|tap| tap * tap).sum();
        Self {
            norm: (2.0 * squares).sqrt(),
            steepest: 2.0 * before.iter().sum::<f64>(),
            loudest: 2.0 * last,
        }
    }

    #[inline(always)]
    fn bound(self, extent: &Extent) -> f64 {
        let by_norm = self.norm * extent.energy.sqrt();
        by_norm.min(self.steepest * extent.steepest + self.loudest * extent.loudest)
    }
}

/// Reads the peaks of one channel's blocks.
#[derive(Debug, Clone)]
pub struct Scanner {
    /// Midpoints by their near taps alone.
    near: [f64; MIDPOINTS],
    /// Midpoints and frames in turn.
    doubled: Box<[f64]>,
    peaks: [f64; BLOCK],
}

impl Default for Scanner {
    fn default() -> Self {
        Self::new()
    }
}

impl Scanner {
    /// A scanner of blocks of at most [`BLOCK`] frames.
    pub fn new() -> Self {
        let doubled = vec![0.0; 2 * (BLOCK + AROUND)].into();
        Self { near: [0.0; MIDPOINTS], doubled, peaks: [0.0; BLOCK] }
    }

    /// The largest magnitudes in the intervals that the frames after the first [`MARGIN`] of `frames`
    /// complete, one each: exact where above `floor`, else any value not above it. None when nothing is.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    #[inline(always)]
    pub fn peaks(&mut self, with: &Interpolator, frames: &[f64], floor: f64) -> Option<&[f64]> {
        let count = frames.len() - MARGIN;
        let extent = Extent::of(frames);
        if with.bound(extent.loudest, extent.steepest) * SLACK <= floor {
            return None;
        }
        let far = with.far.bound(&extent);
        self.sum_near(with, frames, count + AROUND);
        let (mut known, mut any) = (0, false);
        for first in (0..count).step_by(GROUP) {
            let last = count.min(first + GROUP);
            self.peaks[first..last].fill(0.0);
            if self.bound(with, frames, first..last, far) * SLACK <= floor {
                continue;
            }
            for at in known.max(first)..last + AROUND {
                self.doubled[2 * at] = with.midpoint(&frames[at..at + 2 * HALF_REACH]);
                self.doubled[2 * at + 1] = frames[at + HALF_REACH];
            }
            (known, any) = (last + AROUND, true);
            for at in first..last {
                if let Some(around) = self.doubled[2 * at..].first_chunk::<WINDOW>() {
                    self.peaks[at] = with.peak(around, floor);
                }
            }
        }
        any.then_some(&self.peaks[..count])
    }

    /// The first midpoints by their near taps, at least `count` of them.
    #[inline(always)]
    fn sum_near(&mut self, with: &Interpolator, frames: &[f64], count: usize) {
        let taps = &with.half[HALF_REACH - NEAR..HALF_REACH + NEAR];
        for (group, first) in
            self.near.as_chunks_mut::<GROUP>().0.iter_mut().zip((0..).step_by(GROUP))
        {
            if first >= count {
                return;
            }
            let mut sums = [0.0; GROUP];
            for (tap, at) in taps.iter().zip(first + HALF_REACH - NEAR..) {
                if let Some(frames) = frames[at..].first_chunk::<GROUP>() {
                    for lane in 0..GROUP {
                        sums[lane] += tap * frames[lane];
                    }
                }
            }
            *group = sums;
        }
    }

    /// Upper bound of what lies in some intervals, where a midpoint is off by at most `far`.
    #[inline(always)]
    fn bound(
        &self,
        with: &Interpolator,
        frames: &[f64],
        intervals: std::ops::Range<usize>,
        far: f64,
    ) -> f64 {
        let (first, count) = (intervals.start, intervals.len());
        let near = &self.near[first..first + count + AROUND];
        let left = &frames[first + HALF_REACH - 1..][..near.len()];
        let right = &frames[first + HALF_REACH..][..near.len()];
        let (mut steepest, mut loudest) = ([0.0; LANES], [0.0; LANES]);
        for (at, mid) in near.iter().enumerate() {
            let lane = at % LANES;
            let step = higher((mid - left[at]).abs(), (mid - right[at]).abs());
            steepest[lane] = higher(steepest[lane], step);
            loudest[lane] = higher(loudest[lane], higher(mid.abs(), right[at].abs()));
        }
        let (steepest, loudest) = (highest(&mut steepest), highest(&mut loudest));
        loudest + far + with.fine_slope * (steepest + far)
    }
}

/// How large some frames and the steps between them are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    pub(super) loudest: f64,
    pub(super) steepest: f64,
    /// Sum of squares.
    energy: f64,
}

const LANES: usize = 16;

impl Extent {
    #[inline(always)]
    pub(super) fn of(frames: &[f64]) -> Self {
        let next = frames.get(1..).unwrap_or_default();
        let (mut loudest, mut steepest, mut energy) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
        let (chunks, rest) = frames[..next.len()].as_chunks::<LANES>();
        let (next_chunks, next_rest) = next.as_chunks::<LANES>();
        for (frames, next) in chunks.iter().zip(next_chunks) {
            for lane in 0..LANES {
                loudest[lane] = higher(loudest[lane], frames[lane].abs());
                steepest[lane] = higher(steepest[lane], (next[lane] - frames[lane]).abs());
                energy[lane] += frames[lane] * frames[lane];
            }
        }
        for (lane, (frame, next)) in rest.iter().zip(next_rest).enumerate() {
            loudest[lane] = higher(loudest[lane], frame.abs());
            steepest[lane] = higher(steepest[lane], (next - frame).abs());
            energy[lane] += frame * frame;
        }
        let last = frames.last().copied().unwrap_or_default();
        Self {
            loudest: higher(highest(&mut loudest), last.abs()),
            steepest: highest(&mut steepest),
            energy: energy.iter().sum::<f64>() + last * last,
        }
    }
}

/// The larger of two numbers: one instruction, unlike [`f64::max`], which minds what is no number.
#[inline(always)]
pub(super) fn higher(a: f64, b: f64) -> f64 {
    if b > a { b } else { a }
}

/// The largest of all lanes, pair by pair.
#[inline(always)]
pub(super) fn highest(lanes: &mut [f64; LANES]) -> f64 {
    let mut left = LANES / 2;
    while left > 0 {
        for lane in 0..left {
            lanes[lane] = higher(lanes[lane], lanes[lane + left]);
        }
        left /= 2;
    }
    lanes[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(seed: u64) -> impl FnMut() -> f64 {
        let mut state = seed | 1;
        move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
        }
    }

    /// Signals of all kinds: soft ones in front of loud, bass, treble, noise, single samples.
    fn signals() -> Vec<Vec<f64>> {
        let tone = |turn: f64| (0..MARGIN + BLOCK).map(|n| (turn * n as f64).sin()).collect();
        let mut all: Vec<Vec<f64>> = [0.001, 0.1, 1.0, 2.0, 3.0].map(tone).to_vec();
        for seed in 1..40 {
            let mut next = noise(seed);
            let ends = next().abs() * 400.0;
            let fall = next().abs() * 0.05;
            let level = |n: usize| (-fall * (n as f64 - ends).abs()).exp();
            all.push((0..MARGIN + BLOCK).map(|n| level(n) * next()).collect());
        }
        let mut single = vec![0.0; MARGIN + BLOCK];
        single[MARGIN + 3 - REACH] = 1.0;
        all.push(single);
        all
    }

    #[test]
    fn t1_a_scan_reads_exactly_what_is_above_its_floor_and_nothing_that_is_not() {
        let (with, mut scanner) = (Interpolator::new(), Scanner::new());
        let (mut skipped, mut read) = (0, 0);
        for signal in signals() {
            let all = scanner.peaks(&with, &signal, 0.0).unwrap_or_default().to_vec();
            let top = all.iter().copied().fold(0.0, f64::max);
            for floor in [0.2, 0.5, 0.8, 0.95, 1.0, 1.2].map(|part| part * top) {
                let some = scanner.peaks(&with, &signal, floor);
                for (at, exact) in all.iter().enumerate() {
                    let peak = some.map_or(0.0, |some| some[at]);
                    assert!(if *exact > floor { peak == *exact } else { peak <= floor });
                    *if peak == 0.0 { &mut skipped } else { &mut read } += 1;
                }
            }
        }
        assert!(skipped > 500 && read > 500, "{skipped} skipped, {read} read");
    }

    #[test]
    fn e3_a_scan_does_not_depend_on_the_lengths_of_blocks() {
        let (with, mut scanner) = (Interpolator::new(), Scanner::new());
        for signal in signals() {
            let whole = scanner.peaks(&with, &signal, 0.3).map(<[f64]>::to_vec);
            for length in [1, 5, 16, 100] {
                for first in (0..BLOCK).step_by(length) {
                    let last = BLOCK.min(first + length);
                    let part = scanner.peaks(&with, &signal[first..MARGIN + last], 0.3);
                    for at in first..last {
                        let a = whole.as_ref().map_or(0.0, |whole| whole[at]);
                        let b = part.map_or(0.0, |part| part[at - first]);
                        assert!(a == b || (a <= 0.3 && b <= 0.3));
                    }
                }
            }
        }
    }

    #[test]
    fn far_taps_add_no_more_than_their_bound_and_reach_it() {
        let with = Interpolator::new();
        let worst = |signs: &dyn Fn(usize) -> f64| {
            let frames: Vec<f64> = (0..2 * HALF_REACH)
                .map(|k| {
                    if k.abs_diff(HALF_REACH) < NEAR || k == HALF_REACH - NEAR {
                        0.0
                    } else {
                        signs(k)
                    }
                })
                .collect();
            (with.midpoint(&frames).abs(), with.far.bound(&Extent::of(&frames)))
        };
        for seed in 1..50 {
            let mut next = noise(seed);
            let values: Vec<f64> = (0..2 * HALF_REACH).map(|_| next()).collect();
            let (found, bound) = worst(&|k| values[k]);
            assert!(found <= bound, "{found} {bound}");
        }
        let (found, bound) = worst(&|k| with.half[k]);
        assert!(found > 0.999 * bound && found <= bound * SLACK, "{found} {bound}");
    }
}
