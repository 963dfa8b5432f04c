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
    use crate::processor::Processor;

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
        let out = play(&mut [kind.build(&values, 48_000.0)], 1);
        ALLOWED.set(u8::MAX);
        out
    }

    /// Noise through a chain of devices; the two channels of a block after each other.
    fn play(chain: &mut [Box<dyn Processor>], seed: u32) -> Vec<f32> {
        let mut state = seed;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 24) as f32 - 0.5
        };
        let mut out = Vec::new();
        for _ in 0..300 {
            let (mut left, mut right) = ([0.0; 64], [0.0; 64]);
            left.iter_mut().chain(&mut right).for_each(|x| *x = noise());
            chain.iter_mut().for_each(|device| device.process(&mut left, &mut right));
            out.extend(left.into_iter().chain(right));
        }
        out
    }

    /// A mix of 32 stems, each through an equalizer and a compressor that work, in a mix of full scale.
    fn mix(level: u8) -> Vec<f64> {
        ALLOWED.set(level);
        let mut sum = vec![0.0; 300 * 128];
        for stem in 0..32_u32 {
            let moved = f64::from(stem % 8);
            let build = |kind: DeviceKind, settings: &[(&str, f64)]| {
                let mut values: Vec<f64> = kind.specs().iter().map(|spec| spec.default).collect();
                for &(id, value) in settings {
                    values[kind.param(id).expect("a parameter of this kind")] = value;
                }
                kind.build(&values, 48_000.0)
            };
            let bands = [
                ("b2_freq", 90.0 + 5.0 * moved),
                ("b2_gain", 4.0),
                ("b3_freq", 280.0 + 20.0 * moved),
                ("b3_gain", -6.0),
                ("b5_gain", 5.0),
                ("b7_gain", 3.0),
            ];
            let dynamics = [("threshold", -30.0), ("ratio", 3.0), ("attack", 10.0)];
            let mut chain =
                [build(DeviceKind::Equalizer, &bands), build(DeviceKind::Compressor, &dynamics)];
            let heard = play(&mut chain, stem + 1);
            sum.iter_mut().zip(heard).for_each(|(sum, x)| *sum += f64::from(x) / 32.0_f64.sqrt());
        }
        ALLOWED.set(u8::MAX);
        sum
    }

    #[test]
    fn e4_a_whole_mix_differs_by_less_than_140_db_too() {
        let widest = mix(u8::MAX);
        let loudest = widest.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
        assert!(loudest > 0.5, "{loudest}");
        for level in [1, 3] {
            let pairs = widest.iter().zip(mix(level));
            let worst = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            println!("x86-64-v{level}: {worst:e}");
            assert!(worst < 1e-7 * loudest.max(1.0), "x86-64-v{level}: {worst:e}");
        }
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
