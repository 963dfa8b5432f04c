//! What holds for both: blocks, resets, silence, broken input, any setting.

use twobus_dsp::{DeviceKind, Processor};

use crate::{RATE_HZ, RATES_HZ, Random, Stereo, device, run, whole_grid};

const KINDS: [DeviceKind; 2] = [DeviceKind::Saturator, DeviceKind::Clipper];

fn bits(signal: &Stereo) -> Vec<u32> {
    signal.iter().flatten().map(|x| x.to_bits()).collect()
}

/// `input` in blocks of `length`, with moves at frames that all of the lengths below meet.
fn moved(kind: DeviceKind, quality: f64, input: &Stereo, length: usize) -> Stereo {
    let mut device = device(kind, RATE_HZ, &[("quality", quality), ("drive", 6.0)]);
    let mut output = input.clone();
    let [left, right] = &mut output;
    for (part, (left, right)) in left.chunks_mut(2991).zip(right.chunks_mut(2991)).enumerate() {
        for (param, spec) in kind.specs().iter().enumerate().filter(|(i, _)| !kind.is_fixed(*i)) {
            let value =
                if (part + param) % 2 == 0 { *spec.range.end() } else { *spec.range.start() };
            if part % 2 == 0 {
                device.glide(param, 0.5 * (value + spec.default), 1000 + 64 * param);
            } else {
                device.set(param, value);
            }
        }
        for (l, r) in left.chunks_mut(length).zip(right.chunks_mut(length)) {
            device.process(l, r);
        }
    }
    output
}

#[test]
fn e3_any_block_lengths_give_the_same_bits_while_everything_moves() {
    let input = Random(4).noise(4 * 2991, 1.0);
    for kind in KINDS {
        for quality in [0.0, 1.0] {
            let whole = bits(&moved(kind, quality, &input, 2991));
            for length in [1, 3, 64, 997] {
                assert!(bits(&moved(kind, quality, &input, length)) == whole, "{kind:?} {length}");
            }
        }
    }
}

#[test]
fn e3_reset_is_a_new_beginning_to_the_bit() {
    let input = Random(5).noise(20_000, 1.0);
    for kind in KINDS {
        let mut used = device(kind, RATE_HZ, &[("drive", 20.0)]);
        let fresh = run(&mut *used, &input);
        used.reset();
        assert!(bits(&run(&mut *used, &input)) == bits(&fresh), "{kind:?}");
    }
}

#[test]
fn e5_an_impulse_comes_out_after_the_latency_at_every_rate_and_quality() {
    for kind in KINDS {
        for (rate_hz, quality) in RATES_HZ.into_iter().flat_map(|rate| [(rate, 0.0), (rate, 1.0)]) {
            let mut device = device(kind, rate_hz, &[("quality", quality)]);
            let latency = device.latency_frames();
            let mut signal = [vec![0.0; 1000], vec![0.0; 1000]];
            let [left, right] = &mut signal;
            (left[10], right[20]) = (0.25, -0.25);
            device.process(left, right);
            let loudest = |x: &[f32]| (0..1000).max_by(|a, b| x[*a].abs().total_cmp(&x[*b].abs()));
            assert_eq!((loudest(left), loudest(right)), (Some(10 + latency), Some(20 + latency)));
        }
    }
}

#[test]
fn e7_moving_anything_while_a_tone_plays_does_not_click() {
    let tone: Vec<f32> = (0..20_000).map(|i| 0.3 * (0.005 * i as f32).sin()).collect();
    for kind in KINDS {
        for (param, spec) in kind.specs().iter().enumerate().filter(|(i, _)| !kind.is_fixed(*i)) {
            let mut device = device(kind, RATE_HZ, &[("drive", 6.0)]);
            let mut output = [tone.clone(), tone.clone()];
            let [left, right] = &mut output;
            for (at, (l, r)) in left.chunks_mut(5000).zip(right.chunks_mut(5000)).enumerate() {
                let ends = [*spec.range.end(), *spec.range.start(), spec.default];
                ends.get(at.wrapping_sub(1))
                    .into_iter()
                    .for_each(|value| device.set(param, *value));
                device.process(l, r);
            }
            // A jump of the level stands out in the second difference, which a slow tone hardly has;
            // in parts of the loudest, since levels move over 48 dB.
            let loudest = left.iter().fold(0.0_f32, |m, x| m.max(x.abs()));
            let steps = left[1000..].windows(3);
            let bend = steps.map(|w| (w[0] - 2.0 * w[1] + w[2]).abs()).fold(0.0, f32::max);
            let bend = bend / loudest;
            println!("{kind:?} {}: {bend:.5}", spec.id);
            assert!(bend < 0.03, "{kind:?} {}: {bend}", spec.id);
        }
    }
}

#[test]
fn e8_after_noise_comes_silence_of_exact_zeros() {
    for kind in KINDS {
        let mut device = device(kind, RATE_HZ, &[("drive", 20.0)]);
        let [mut left, mut right] = Random(6).noise(44_100, 1.0);
        device.process(&mut left, &mut right);
        let (mut left, mut right) = (vec![0.0; 10 * 44_100], vec![0.0; 10 * 44_100]);
        device.process(&mut left, &mut right);
        let settled = 3 * 44_100;
        assert!(left[settled..].iter().chain(&right[settled..]).all(|x| *x == 0.0), "{kind:?}");
    }
}

#[test]
fn e9_specials_are_contained_and_forgotten() {
    let input = Random(7).noise(6000, 1.0);
    for kind in KINDS {
        let mut clean = device(kind, RATE_HZ, &[]);
        let expected = bits(&run(&mut *clean, &input));
        for special in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e38, f32::MIN, 1e-45] {
            for drive in [0.0, 24.0] {
                let mut device = device(kind, RATE_HZ, &[("drive", drive)]);
                let mut poisoned = input.clone();
                poisoned[0][3000] = special;
                let output = run(&mut *device, &poisoned);
                assert!(output.iter().flatten().all(|x| x.is_finite()), "{kind:?} {special}");
                let param = kind.param("drive").unwrap();
                device.set(param, kind.specs()[param].default);
                device.reset();
                assert!(bits(&run(&mut *device, &input)) == expected, "{kind:?} {special}");
            }
        }
    }
}

#[test]
fn e12_random_settings_give_finite_output() {
    let rounds = if whole_grid() { 100_000 } else { 3_000 };
    for kind in KINDS {
        let mut random = Random(8);
        let mut device: Box<dyn Processor> = device(kind, RATE_HZ, &[]);
        for round in 0..rounds {
            let param = random.below(kind.specs().len() + 1);
            let range = kind.specs().get(param).map_or(0.0..=1.0, |spec| spec.range.clone());
            let value = match random.below(4) {
                0 => [f64::NAN, f64::INFINITY, -1e300, 1e300, 0.0][random.below(5)],
                1 => *range.start(),
                2 => *range.end(),
                _ => range.start() + random.unit() * (range.end() - range.start()),
            };
            let frames = random.below(300);
            if random.below(2) == 0 {
                device.set(param, value);
            } else {
                device.glide(param, value, frames);
            }
            let level = 10.0_f64.powf(6.0 * random.unit() - 3.0);
            let length = random.below(100);
            let [mut left, mut right] = random.noise(length, level);
            device.process(&mut left, &mut right);
            let loudest = left.iter().chain(&right).fold(0.0_f32, |m, x| m.max(x.abs()));
            assert!(loudest.is_finite() && device.gain_reduction_db() >= 0.0, "round {round}");
            assert!(f64::from(loudest) <= 2e5, "{kind:?} round {round}: {loudest}");
        }
    }
}
