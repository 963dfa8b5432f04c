//! What holds for every device: no input, no setting and no block length breaks it.

use twobus_dsp::DeviceKind;

use crate::signals::{Random, impulse, noise, silence};
use crate::{RATES_HZ, bits, device, peak, run, run_in_blocks, set, whole_grid};

const RATE_HZ: f64 = 48_000.0;

/// Every parameter glides to other values while noise plays: blocks of any length give the same bits.
pub(crate) fn any_blocks(kind: DeviceKind, settings: &[(&str, f64)]) {
    let input = noise(8 * 6000, 0.5, 1);
    let through = |length: usize| {
        let mut random = Random::new(2);
        let mut device = device(kind, RATE_HZ, settings);
        let mut output = [vec![], vec![]];
        for part in 0..8 {
            for (param, spec) in kind.specs().iter().enumerate() {
                let value = spec.from_travel(random.unit());
                match random.below(3) {
                    0 => device.glide(param, value, 500 * (part + 1)),
                    1 if part > 3 => device.set(param, value),
                    _ => {}
                }
            }
            let range = 6000 * part..6000 * (part + 1);
            let part = [input[0][range.clone()].to_vec(), input[1][range].to_vec()];
            let heard = run_in_blocks(device.as_mut(), &part, length);
            output.iter_mut().zip(heard).for_each(|(all, heard)| all.extend(heard));
        }
        output
    };
    let whole = bits(&through(6000));
    for length in [1, 3, 64, 997] {
        assert!(bits(&through(length)) == whole, "blocks of {length}");
    }
}

pub(crate) fn reset_begins_anew(kind: DeviceKind, settings: &[(&str, f64)]) {
    let input = noise(48_000, 1.0, 3);
    let mut device = device(kind, RATE_HZ, settings);
    let fresh = run(device.as_mut(), &input);
    device.reset();
    assert!(bits(&run(device.as_mut(), &input)) == bits(&fresh));
    for (param, spec) in kind.specs().iter().enumerate() {
        device.set(param, *spec.range.end());
        device.process(&mut [0.5; 100], &mut [0.5; 100]);
    }
    for (param, spec) in kind.specs().iter().enumerate() {
        device.set(param, spec.default);
    }
    set(device.as_mut(), kind, settings);
    device.reset();
    assert!(bits(&run(device.as_mut(), &input)) == bits(&fresh), "after other settings");
}

/// The dry signal comes out `frames` frames late at every rate, and this is what is reported.
pub(crate) fn latency_is(kind: DeviceKind, frames: usize) {
    for rate_hz in RATES_HZ {
        let mut device = device(kind, rate_hz, &[("mix", 20.0)]);
        assert_eq!(device.latency_frames(), frames);
        let output = run(device.as_mut(), &impulse(10, [1.0, 1.0]));
        assert_eq!(output[0].iter().position(|&x| x != 0.0), Some(frames));
    }
}

/// After a second of noise and `seconds` of silence, the output is zero to the bit, and so is all state:
/// the device then does what a new one does.
pub(crate) fn dies_away(kind: DeviceKind, rate_hz: f64, settings: &[(&str, f64)], seconds: f64) {
    let mut device = device(kind, rate_hz, settings);
    let _ = run(device.as_mut(), &noise(rate_hz as usize, 1.0, 4));
    let _ = run(device.as_mut(), &silence((seconds * rate_hz) as usize));
    let after = run(device.as_mut(), &silence(rate_hz as usize));
    assert!(after.iter().flatten().all(|x| x.to_bits() == 0));
}

pub(crate) fn contains_specials(kind: DeviceKind, settings: &[(&str, f64)]) {
    let input = noise(10_000, 1.0, 5);
    let mut device = device(kind, RATE_HZ, settings);
    let expected = bits(&run(device.as_mut(), &input));
    for special in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e38, -1e38, f32::MAX, 1e-45] {
        device.reset();
        let mut poisoned = input.clone();
        poisoned[0][500] = special;
        poisoned[1][700] = special;
        let output = run(device.as_mut(), &poisoned);
        assert!(output.iter().flatten().all(|x| x.is_finite()), "{special}");
        device.reset();
        assert!(bits(&run(device.as_mut(), &input)) == expected, "{special}");
    }
}

/// Random, extreme and impossible settings: the output stays finite and within `most`.
pub(crate) fn random_settings(kind: DeviceKind, most: f64) {
    let mut random = Random::new(6);
    let mut device = device(kind, RATE_HZ, &[]);
    let specials = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, -1e300, 0.0];
    let rounds = if whole_grid() { 100_000 } else { 6000 };
    for round in 0..rounds {
        let param = random.below(kind.specs().len() + 1);
        let range = kind.specs().get(param).map_or(0.0..=1.0, |spec| spec.range.clone());
        let value = match random.below(4) {
            0 => specials[random.below(specials.len())],
            1 => *range.start(),
            2 => *range.end(),
            _ => range.start() + random.unit() * (range.end() - range.start()),
        };
        if random.below(2) == 0 {
            device.set(param, value);
        } else {
            device.glide(param, value, random.below(300));
        }
        if random.below(500) == 0 {
            device.reset();
        }
        let block = noise(1 + random.below(130), 1.0, round);
        let output = run(device.as_mut(), &block);
        assert!(output.iter().flatten().all(|x| x.is_finite()), "{param} {value}");
        assert!(peak(&output) <= most, "{param} {value}: {}", peak(&output));
    }
}
