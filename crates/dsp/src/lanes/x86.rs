//! The wavefront in vectors of four: two filters of two channels in each.

use std::arch::x86_64::__m256d;

use pulp::x86::V3;
use pulp::{NullaryFnOnce, cast, f64x4, u64x4};

use super::{Cascade, FILTERS, Frame, LAG, LANES, Lanes};

/// As [`Cascade::process`] for blocks of at least [`FILTERS`] frames; false when this machine has no such
/// vectors.
pub(super) fn run(cascade: &mut Cascade, block: &mut [Frame]) -> bool {
    let Some(simd) = V3::try_new() else { return false };
    simd.vectorize(Run { simd, cascade, block });
    true
}

/// Everything it calls is inlined into it, so that it is compiled for these vectors.
struct Run<'a> {
    simd: V3,
    cascade: &'a mut Cascade,
    block: &'a mut [Frame],
}

impl NullaryFnOnce for Run<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { simd, cascade, block } = self;
        let frames = block.len();
        let mut front = Wavefront::load(cascade);
        for step in 0..LAG {
            let before = front.state;
            front.advance(simd, block[step]);
            front.keep(simd, before, STARTED[step]);
        }
        for step in LAG..frames {
            front.advance(simd, block[step]);
            block[step - LAG] = front.output();
        }
        for step in 0..LAG {
            let before = front.state;
            front.advance(simd, [0.0; 2]);
            front.keep(simd, before, ENDING[step]);
            block[frames - LAG + step] = front.output();
        }
        cascade.state = [store(front.state[0]), store(front.state[1])];
    }
}

/// The first two filters, and the last two.
type Halves = [__m256d; 2];

/// Lanes at work, all bits set, at each step before the last filter has a frame, and after the first has
/// none.
const STARTED: [[u64; LANES]; LAG] = [at_work(0, 1), at_work(0, 2), at_work(0, 3)];
const ENDING: [[u64; LANES]; LAG] = [at_work(1, FILTERS), at_work(2, FILTERS), at_work(3, FILTERS)];

/// A mask of the lanes of filters `from` to `to`.
const fn at_work(from: usize, to: usize) -> [u64; LANES] {
    let mut mask = [0; LANES];
    let mut lane = 2 * from;
    while lane < 2 * to {
        mask[lane] = u64::MAX;
        lane += 1;
    }
    mask
}

/// A cascade in vectors, and what each of its filters put out last.
struct Wavefront {
    filters: [Filter; 2],
    state: [Halves; 2],
    last: Halves,
}

impl Wavefront {
    #[inline(always)]
    fn load(cascade: &Cascade) -> Self {
        let [s11, s12, s22, in2] = &cascade.step;
        let [x, y1, y2] = &cascade.out;
        let (s11, s12, s22, in2) = (load(s11), load(s12), load(s22), load(in2));
        let (x, y1, y2) = (load(x), load(y1), load(y2));
        let first = Filter { step: [s11[0], s12[0], s22[0], in2[0]], out: [x[0], y1[0], y2[0]] };
        let last = Filter { step: [s11[1], s12[1], s22[1], in2[1]], out: [x[1], y1[1], y2[1]] };
        let state = [load(&cascade.state[0]), load(&cascade.state[1])];
        Self { filters: [first, last], state, last: load(&[0.0; LANES]) }
    }

    /// One step of every lane; the first filter gets `frame`, each other what the one before put out.
    #[inline(always)]
    fn advance(&mut self, simd: V3, [left, right]: Frame) {
        let new: __m256d = cast(f64x4(left, right, 0.0, 0.0));
        let first = simd.avx._mm256_permute2f128_pd::<0x20>(new, self.last[0]);
        let last = simd.avx._mm256_permute2f128_pd::<0x21>(self.last[0], self.last[1]);
        let [s1, s2] = &mut self.state;
        self.last = [
            self.filters[0].tick(simd, &mut s1[0], &mut s2[0], first),
            self.filters[1].tick(simd, &mut s1[1], &mut s2[1], last),
        ];
    }

    /// Takes back what lanes did that are not at work.
    #[inline(always)]
    fn keep(&mut self, simd: V3, before: [Halves; 2], [a, b, c, d, e, f, g, h]: [u64; LANES]) {
        let at_work: [__m256d; 2] = [cast(u64x4(a, b, c, d)), cast(u64x4(e, f, g, h))];
        for (state, before) in self.state.iter_mut().zip(before) {
            state[0] = simd.avx._mm256_blendv_pd(before[0], state[0], at_work[0]);
            state[1] = simd.avx._mm256_blendv_pd(before[1], state[1], at_work[1]);
        }
    }

    /// The frame that the last filter put out.
    #[inline(always)]
    fn output(&self) -> Frame {
        let [_, _, left, right]: [f64; 4] = cast(self.last[1]);
        [left, right]
    }
}

/// [`Solved`](crate::svf::Solved) for four lanes.
struct Filter {
    step: [__m256d; 4],
    out: [__m256d; 3],
}

impl Filter {
    /// The same operations in the same order as [`Svf::tick`](crate::svf::Svf::tick).
    #[inline(always)]
    fn tick(&self, simd: V3, s1: &mut __m256d, s2: &mut __m256d, x: __m256d) -> __m256d {
        let avx = simd.avx;
        let [s11, s12, s22, in2] = self.step;
        let [out_x, out_1, out_2] = self.out;
        let across = avx._mm256_mul_pd(s12, *s2);
        let kept = avx._mm256_sub_pd(avx._mm256_mul_pd(s11, *s1), across);
        let first = avx._mm256_add_pd(avx._mm256_mul_pd(s12, x), kept);
        let across = avx._mm256_mul_pd(s12, *s1);
        let kept = avx._mm256_add_pd(across, avx._mm256_mul_pd(s22, *s2));
        let second = avx._mm256_add_pd(avx._mm256_mul_pd(in2, x), kept);
        let across = avx._mm256_mul_pd(out_1, *s1);
        let kept = avx._mm256_add_pd(across, avx._mm256_mul_pd(out_2, *s2));
        let output = avx._mm256_add_pd(avx._mm256_mul_pd(out_x, x), kept);
        (*s1, *s2) = (first, second);
        output
    }
}

#[inline(always)]
fn load(&[a, b, c, d, e, f, g, h]: &Lanes) -> Halves {
    [cast(f64x4(a, b, c, d)), cast(f64x4(e, f, g, h))]
}

#[inline(always)]
fn store([low, high]: Halves) -> Lanes {
    let ([a, b, c, d], [e, f, g, h]): ([f64; 4], [f64; 4]) = (cast(low), cast(high));
    [a, b, c, d, e, f, g, h]
}
