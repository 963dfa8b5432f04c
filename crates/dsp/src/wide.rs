//! Loops compiled once more for the vectors that most machines have, and chosen as the program runs.
//!
//! No operation is fused, whatever the vectors, so that a loop whose lanes do not meet has the same bytes on
//! every machine.

#[cfg(target_arch = "x86_64")]
use pulp::x86::{V3, V4};

/// Work whose loops the compiler may compute side by side.
pub trait Work {
    /// Does it. Implementations and all that they call must be `#[inline(always)]`, so that they are
    /// compiled for these vectors too.
    fn run(self);
}

/// Does `work` with vectors of four 64-bit numbers where the machine has them.
///
/// Audio thread: no allocation, no lock, no system call.
pub fn run(work: impl Work) {
    #[cfg(target_arch = "x86_64")]
    if let Some(simd) = v3() {
        simd.vectorize(Call(work));
        return;
    }
    work.run();
}

/// Does `work` with the widest vectors of the machine; short work does not gain from it.
///
/// Audio thread: no allocation, no lock, no system call.
pub(crate) fn run_widest(work: impl Work) {
    #[cfg(target_arch = "x86_64")]
    if let Some(simd) = v4() {
        simd.vectorize(Call(work));
        return;
    }
    run(work);
}

/// AVX2 and what comes with it, if the machine has it.
#[cfg(target_arch = "x86_64")]
pub(crate) fn v3() -> Option<V3> {
    V3::try_new().filter(|_| allowed() >= 3)
}

/// AVX-512 and what comes with it, if the machine has it.
#[cfg(target_arch = "x86_64")]
pub(crate) fn v4() -> Option<V4> {
    V4::try_new().filter(|_| allowed() >= 4)
}

/// The highest level of x86-64 (its psABI, section 3.1.1) that may be used: any but in tests.
#[cfg(all(target_arch = "x86_64", not(test)))]
fn allowed() -> u8 {
    u8::MAX
}

#[cfg(all(target_arch = "x86_64", test))]
use tests::allowed;

#[cfg(target_arch = "x86_64")]
struct Call<W>(W);

#[cfg(target_arch = "x86_64")]
impl<W: Work> pulp::NullaryFnOnce for Call<W> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        self.0.run();
    }
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use std::cell::Cell;

    use crate::DeviceKind;
    use crate::param::Scale;

    thread_local! {
        static ALLOWED: Cell<u8> = const { Cell::new(u8::MAX) };
    }

    pub(super) fn allowed() -> u8 {
        ALLOWED.get()
    }

    /// Each kind at work: the defaults, and every number a third of the way towards the upper end.
    fn render(kind: DeviceKind, level: u8) -> Vec<f32> {
        ALLOWED.set(level);
        let values: Vec<f64> = kind
            .specs()
            .iter()
            .enumerate()
            .map(|(param, spec)| {
                let moves = spec.scale != Scale::Stepped && !kind.is_fixed(param);
                if moves {
                    spec.default + (spec.range.end() - spec.default) / 3.0
                } else {
                    spec.default
                }
            })
            .collect();
        let mut device = kind.build(&values, 48_000.0);
        let mut state = 1_u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 24) as f32 - 0.5
        };
        let mut out = Vec::new();
        for _ in 0..300 {
            let (mut left, mut right) = ([0.0; 64], [0.0; 64]);
            left.iter_mut().chain(&mut right).for_each(|x| *x = noise());
            device.process(&mut left, &mut right);
            out.extend(left.into_iter().chain(right));
        }
        ALLOWED.set(u8::MAX);
        out
    }

    #[test]
    fn e4_instruction_sets_differ_by_less_than_140_db() {
        for kind in DeviceKind::ALL {
            let widest = render(kind, u8::MAX);
            assert!(widest.iter().any(|x| x.abs() > 1e-3), "{kind:?} is silent");
            for level in [1, 3] {
                let other = render(kind, level);
                let pairs = widest.iter().zip(&other);
                let worst = pairs.map(|(a, b)| (a - b).abs()).fold(0.0_f32, f32::max);
                println!("{kind:?}, x86-64-v{level}: {worst:e}");
                assert!(worst < 1e-7, "{kind:?}, x86-64-v{level}: {worst:e}");
            }
        }
    }
}
