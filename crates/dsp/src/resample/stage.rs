//! One doubling and one halving of the rate, stereo and interleaved.

use super::filter::Filter;

/// Values computed together: few enough that their sums stay in registers.
const LANES: usize = 16;

/// Doubles the rate.
#[derive(Debug, Clone)]
pub(super) struct Doubling {
    /// The taps that meet a frame when the output lies at a new frame; the others are one tap of 1.
    taps: Box<[f64]>,
    /// What the taps still need of earlier frames, then the new ones.
    input: Vec<f64>,
    fresh: Vec<f64>,
}

impl Doubling {
    /// With a half-band `filter`, for blocks of at most `max_frames`.
    pub(super) fn new(filter: &Filter, max_frames: usize) -> Self {
        debug_assert!(filter.odd.is_empty(), "a half-band filter");
        let taps: Box<[f64]> = filter.even.iter().map(|tap| 2.0 * tap).collect();
        let input = vec![0.0; 2 * (filter.centre() + max_frames)];
        Self { taps, input, fresh: vec![0.0; 2 * max_frames] }
    }

    /// Fills `output`, twice as long as `input`.
    #[inline(always)]
    pub(super) fn process(&mut self, input: &[f64], output: &mut [f64]) {
        let past = 4 * self.taps.len() - 2;
        let length = input.len();
        self.input[past..past + length].copy_from_slice(input);
        let fresh = &mut self.fresh[..length];
        fresh.fill(0.0);
        add_symmetric(&self.taps, &self.input, fresh);
        let delayed = self.input[past / 2 + 1..].chunks_exact(2);
        for ((out, fresh), delayed) in
            output.chunks_exact_mut(4).zip(fresh.chunks_exact(2)).zip(delayed)
        {
            out[..2].copy_from_slice(fresh);
            out[2..].copy_from_slice(delayed);
        }
        self.input.copy_within(length..length + past, 0);
    }

    pub(super) fn reset(&mut self) {
        self.input.fill(0.0);
    }
}

/// Halves the rate.
#[derive(Debug, Clone)]
pub(super) struct Halving {
    filter: Filter,
    /// The frames of even index, and those of odd index: what the taps still need, then the new ones.
    even: Vec<f64>,
    odd: Vec<f64>,
}

impl Halving {
    /// For outputs of at most `max_frames`.
    pub(super) fn new(filter: Filter, max_frames: usize) -> Self {
        let length = 2 * (filter.centre() + max_frames);
        Self { filter, even: vec![0.0; length], odd: vec![0.0; length] }
    }

    /// Fills `output`, half as long as `input`.
    #[inline(always)]
    pub(super) fn process(&mut self, input: &[f64], output: &mut [f64]) {
        let past = 2 * self.filter.centre();
        let length = output.len();
        let (even, odd) = (&mut self.even[past..], &mut self.odd[past..]);
        for ((frames, even), odd) in
            input.chunks_exact(4).zip(even.chunks_exact_mut(2)).zip(odd.chunks_exact_mut(2))
        {
            even.copy_from_slice(&frames[..2]);
            odd.copy_from_slice(&frames[2..]);
        }
        // The odd frame before an even one is one frame older.
        let middle = &self.odd[self.filter.centre() - 1..];
        output.iter_mut().zip(middle).for_each(|(out, x)| *out = self.filter.middle * x);
        add_symmetric(&self.filter.even, &self.even, output);
        add_symmetric_about(&self.filter.odd, 1, &self.odd, output);
        self.even.copy_within(length..length + past, 0);
        self.odd.copy_within(length..length + past, 0);
    }

    pub(super) fn reset(&mut self) {
        self.even.fill(0.0);
        self.odd.fill(0.0);
    }
}

/// Adds to each value of `output` the filter of an even number of taps, `taps` and its mirror image,
/// over the frames of `input` that begin at its own.
#[inline(always)]
fn add_symmetric(taps: &[f64], input: &[f64], output: &mut [f64]) {
    add_symmetric_about(taps, 0, input, output);
}

/// The same, with `gap` frames left out between `taps` and its mirror image.
#[inline(always)]
fn add_symmetric_about(taps: &[f64], gap: usize, input: &[f64], output: &mut [f64]) {
    if taps.is_empty() {
        return;
    }
    let last = 2 * (2 * taps.len() + gap - 1);
    for (at, out) in output.chunks_mut(LANES).enumerate() {
        let input = &input[LANES * at..];
        // The same operations in the same order whether a chunk is full or not.
        if let Ok(out) = <&mut [f64; LANES]>::try_from(&mut *out) {
            let mut sums = *out;
            for (k, tap) in taps.iter().enumerate() {
                let (near, far) = (&input[2 * k..][..LANES], &input[last - 2 * k..][..LANES]);
                for lane in 0..LANES {
                    sums[lane] += tap * (near[lane] + far[lane]);
                }
            }
            *out = sums;
        } else {
            for (k, tap) in taps.iter().enumerate() {
                let (near, far) = (&input[2 * k..], &input[last - 2 * k..]);
                for ((out, near), far) in out.iter_mut().zip(near).zip(far) {
                    *out += tap * (near + far);
                }
            }
        }
    }
}
