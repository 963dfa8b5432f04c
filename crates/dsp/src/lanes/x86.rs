//! The wavefront in vectors of four: two filters of two channels in each.

use std::arch::x86_64::__m256d;
use std::ops::Range;

use pulp::x86::V3;
use pulp::{NullaryFnOnce, cast, f64x4};

use super::{CHANNELS, Frame, Lanes, PAIR, PAIRS, Row};
use crate::wide;

/// As [`Row::process`] for blocks of at least [`FILTERS`] frames; false when this machine has no such
/// vectors.
pub(super) fn run(row: &mut Row, block: &mut [Frame]) -> bool {
    let Some(simd) = wide::v3() else { return false };
    match row.filters.div_ceil(PAIR) {
        0 => {}
        1 => dispatch(Run::<1> { simd, row, block }),
        2 => dispatch(Run::<2> { simd, row, block }),
        3 => dispatch(Run::<3> { simd, row, block }),
        _ => dispatch(Run::<PAIRS> { simd, row, block }),
    }
    true
}

/// AVX-512 has twice the registers, so that no coefficient has to be fetched at every step.
fn dispatch<const N: usize>(run: Run<'_, N>) {
    match wide::v4() {
        Some(wider) => wider.vectorize(run),
        None => run.simd.vectorize(run),
    }
}

/// Everything it calls is inlined into it, so that it is compiled for these vectors.
struct Run<'a, const N: usize> {
    simd: V3,
    row: &'a mut Row,
    block: &'a mut [Frame],
}

impl<const N: usize> NullaryFnOnce for Run<'_, N> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { simd, row, block } = self;
        let (frames, lag) = (block.len(), PAIR * N - 1);
        let mut front = Wavefront::<N>::load(row);
        front.begin(simd, block);
        for step in lag..frames {
            front.advance(simd, block[step], 0..N);
            block[step - lag] = front.output();
        }
        front.end(simd, &mut block[frames - lag..]);
        front.store(row);
    }
}

/// The lanes of each filter of a pair, both channels, as bits.
const BOTH_OF_FIRST: i32 = 0b0011;
const BOTH_OF_SECOND: i32 = 0b1100;

/// The first `N` vectors of a row, and what each of its filters put out last.
struct Wavefront<const N: usize> {
    b: [[__m256d; N]; 3],
    a: [[__m256d; N]; 2],
    state: [[__m256d; N]; 2],
    last: [__m256d; N],
}

impl<const N: usize> Wavefront<N> {
    #[inline(always)]
    fn load(row: &Row) -> Self {
        let load = |lanes: &[Lanes; PAIRS]| std::array::from_fn(|pair| vector(lanes[pair]));
        Self {
            b: [load(&row.b[0]), load(&row.b[1]), load(&row.b[2])],
            a: [load(&row.a[0]), load(&row.a[1])],
            state: [load(&row.state[0]), load(&row.state[1])],
            last: [vector([0.0; PAIR * CHANNELS]); N],
        }
    }

    #[inline(always)]
    fn store(&self, row: &mut Row) {
        for (lanes, vectors) in row.state.iter_mut().zip(&self.state) {
            for (lanes, vector) in lanes.iter_mut().zip(vectors) {
                *lanes = cast(*vector);
            }
        }
    }

    /// The steps before the last filter has a frame, each by itself, so that no state leaves its register.
    #[inline(always)]
    fn begin(&mut self, simd: V3, block: &[Frame]) {
        self.begin_at::<0>(simd, block);
        self.begin_at::<1>(simd, block);
        self.begin_at::<2>(simd, block);
        self.begin_at::<3>(simd, block);
        self.begin_at::<4>(simd, block);
        self.begin_at::<5>(simd, block);
        self.begin_at::<6>(simd, block);
    }

    /// Filter by filter begins; of a pair, the first begins alone.
    #[inline(always)]
    fn begin_at<const STEP: usize>(&mut self, simd: V3, block: &[Frame]) {
        let newest = STEP / PAIR;
        if STEP + 1 < PAIR * N {
            let before = self.states(newest);
            self.advance(simd, block[STEP], 0..newest + 1);
            if STEP.is_multiple_of(PAIR) {
                self.keep::<BOTH_OF_SECOND>(simd, newest, before);
            }
        }
    }

    /// The steps after the first filter's last frame; `out` is what the last filter puts out meanwhile.
    #[inline(always)]
    fn end(&mut self, simd: V3, out: &mut [Frame]) {
        self.end_at::<0>(simd, out);
        self.end_at::<1>(simd, out);
        self.end_at::<2>(simd, out);
        self.end_at::<3>(simd, out);
        self.end_at::<4>(simd, out);
        self.end_at::<5>(simd, out);
        self.end_at::<6>(simd, out);
    }

    /// Filter by filter ends; of a pair, the second works on alone.
    #[inline(always)]
    fn end_at<const STEP: usize>(&mut self, simd: V3, out: &mut [Frame]) {
        let oldest = STEP.div_ceil(PAIR);
        if STEP + 1 < PAIR * N {
            let before = self.states(oldest);
            self.advance(simd, [0.0; CHANNELS], oldest..N);
            if STEP.is_multiple_of(PAIR) {
                self.keep::<BOTH_OF_FIRST>(simd, oldest, before);
            }
            out[STEP] = self.output();
        }
    }

    /// The states of a pair.
    #[inline(always)]
    fn states(&self, pair: usize) -> [__m256d; 2] {
        self.state.map(|state| state[pair])
    }

    /// One step of the `pairs` at work; the first filter gets `frame`, each other what the one before put out.
    /// The same operations in the same order as [`Direct::tick`](crate::svf::Direct::tick).
    #[inline(always)]
    fn advance(&mut self, simd: V3, [left, right]: Frame, pairs: Range<usize>) {
        let avx = simd.avx;
        let before = self.last;
        for pair in 0..N {
            if !pairs.contains(&pair) {
                continue;
            }
            let input = match pair {
                0 => avx._mm256_permute2f128_pd::<0x20>(vector([left, right, 0.0, 0.0]), before[0]),
                _ => avx._mm256_permute2f128_pd::<0x21>(before[pair - 1], before[pair]),
            };
            let times = |factor: [__m256d; N], x| avx._mm256_mul_pd(factor[pair], x);
            let ([b0, b1, b2], [a1, a2]) = (self.b, self.a);
            let output = avx._mm256_add_pd(times(b0, input), self.state[0][pair]);
            let first = avx._mm256_add_pd(times(b1, input), self.state[1][pair]);
            self.state[0][pair] = avx._mm256_sub_pd(first, times(a1, output));
            self.state[1][pair] = avx._mm256_sub_pd(times(b2, input), times(a2, output));
            self.last[pair] = output;
        }
    }

    /// Takes back what the `LANES` of a pair did that were not at work.
    #[inline(always)]
    fn keep<const LANES: i32>(&mut self, simd: V3, pair: usize, before: [__m256d; 2]) {
        for (state, before) in self.state.iter_mut().zip(before) {
            state[pair] = simd.avx._mm256_blend_pd::<LANES>(state[pair], before);
        }
    }

    /// The frame that the last filter put out.
    #[inline(always)]
    fn output(&self) -> Frame {
        let [_, _, left, right]: Lanes = cast(self.last[N - 1]);
        [left, right]
    }
}

#[inline(always)]
fn vector([a, b, c, d]: Lanes) -> __m256d {
    cast(f64x4(a, b, c, d))
}
