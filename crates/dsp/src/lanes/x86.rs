//! The wavefront in vectors of four: two filters of two channels in each.

use std::arch::x86_64::__m256d;

use pulp::x86::V3;
use pulp::{NullaryFnOnce, cast, f64x4, u64x4};

use super::{CHANNELS, FILTERS, Frame, Lanes, PAIR, PAIRS, Row};
use crate::wide;

/// Most frames by which the last filter is behind the first.
const MOST_LAG: usize = FILTERS - 1;

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
        for step in 0..lag {
            let before = front.state;
            front.advance(simd, block[step]);
            front.keep(simd, &before, &STARTED[step]);
        }
        for step in lag..frames {
            front.advance(simd, block[step]);
            block[step - lag] = front.output();
        }
        for step in 0..lag {
            let before = front.state;
            front.advance(simd, [0.0; CHANNELS]);
            front.keep(simd, &before, &ENDING[step]);
            block[frames - lag + step] = front.output();
        }
        front.store(row);
    }
}

/// Lanes at work, all bits set, of every vector.
type Mask = [[u64; PAIR * CHANNELS]; PAIRS];

/// Which lanes are at work at each step before the last filter has a frame, and after the first has none.
const STARTED: [Mask; MOST_LAG] = masks(true);
const ENDING: [Mask; MOST_LAG] = masks(false);

const fn masks(started: bool) -> [Mask; MOST_LAG] {
    let mut masks = [[[0; PAIR * CHANNELS]; PAIRS]; MOST_LAG];
    let mut step = 0;
    while step < MOST_LAG {
        let mut filter = 0;
        while filter < FILTERS {
            if (filter <= step) == started {
                let (pair, lane) = (filter / PAIR, filter % PAIR * CHANNELS);
                masks[step][pair][lane] = u64::MAX;
                masks[step][pair][lane + 1] = u64::MAX;
            }
            filter += 1;
        }
        step += 1;
    }
    masks
}

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

    /// One step of every lane; the first filter gets `frame`, each other what the one before put out. The
    /// same operations in the same order as [`Direct::tick`](crate::svf::Direct::tick).
    #[inline(always)]
    fn advance(&mut self, simd: V3, [left, right]: Frame) {
        let avx = simd.avx;
        let before = self.last;
        for pair in 0..N {
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

    /// Takes back what lanes did that are not at work.
    #[inline(always)]
    fn keep(&mut self, simd: V3, before: &[[__m256d; N]; 2], at_work: &Mask) {
        for (state, before) in self.state.iter_mut().zip(before) {
            for pair in 0..N {
                let [a, b, c, d] = at_work[pair];
                let mask = cast(u64x4(a, b, c, d));
                state[pair] = simd.avx._mm256_blendv_pd(before[pair], state[pair], mask);
            }
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
