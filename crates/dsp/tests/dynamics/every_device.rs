//! What holds for each of them, whatever its settings: the rows E3 to E12.

use twobus_dsp::param::ParamSpec;
use twobus_dsp::{DeviceKind, Processor};

use crate::{RATES_HZ, Random, Stereo, device, null, run, whole_grid};

const KINDS: [DeviceKind; 3] = [DeviceKind::Compressor, DeviceKind::Gate, DeviceKind::DeEsser];

const RATE_HZ: f64 = 48_000.0;

fn random_value(random: &mut Random, spec: &ParamSpec) -> f64 {
    match random.below(8) {
        0 => [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, -1e300][random.below(5)],
        1 => *spec.range.start(),
        2 => *spec.range.end(),
        _ => spec.from_travel(random.unit()),
    }
}

/// A random move of a random parameter that may be moved while playing.
fn random_move(random: &mut Random, kind: DeviceKind, device: &mut dyn Processor) {
    let param = random.below(kind.specs().len());
    if kind.is_fixed(param) {
        return;
    }
    let value = random_value(random, &kind.specs()[param]);
    if random.below(2) == 0 {
        device.set(param, value);
    } else {
        device.glide(param, value, random.below(3000));
    }
}

fn bits(signal: &Stereo) -> Vec<u32> {
    signal.iter().flatten().map(|x| x.to_bits()).collect()
}

/// `input` in blocks of `length`; at every 997th frame something moves, the same whatever the length.
fn moving(kind: DeviceKind, seed: u64, input: &Stereo, key: &Stereo, length: usize) -> Stereo {
    let mut random = Random::new(seed);
    let values: Vec<f64> = kind.specs().iter().map(|s| s.from_travel(random.unit())).collect();
    let mut device = kind.build(&values, RATE_HZ);
    let mut output = input.clone();
    for start in (0..input[0].len()).step_by(997) {
        random_move(&mut random, kind, &mut *device);
        let end = input[0].len().min(start + 997);
        for at in (start..end).step_by(length) {
            let block = at..end.min(at + length);
            let [left, right] = &mut output;
            let key = [&key[0][block.clone()], &key[1][block.clone()]];
            device.process_keyed(&mut left[block.clone()], &mut right[block], key);
        }
    }
    output
}

#[test]
fn e3_any_block_lengths_give_the_same_bits_while_parameters_move() {
    let mut random = Random::new(1);
    let (input, key) = (random.noise(12_000, 1.0), random.noise(12_000, 0.3));
    let seeds = if whole_grid() { 200 } else { 12 };
    for kind in KINDS {
        let mut changed = 0;
        for seed in 0..seeds {
            let whole = moving(kind, seed, &input, &key, 997);
            changed += u64::from(whole != input);
            for length in [1, 3, 64, 333] {
                let cut = moving(kind, seed, &input, &key, length);
                assert!(bits(&cut) == bits(&whole), "{} {seed} {length}", kind.name());
            }
        }
        assert!(2 * changed > seeds, "{}: {changed} of {seeds} did anything", kind.name());
    }
}

#[test]
fn e3_reset_is_a_new_beginning_to_the_bit() {
    let mut random = Random::new(2);
    let input = random.noise(20_000, 1.0);
    for kind in KINDS {
        for _ in 0..30 {
            let values: Vec<f64> =
                kind.specs().iter().map(|s| s.from_travel(random.unit())).collect();
            let fresh = run(&mut *kind.build(&values, RATE_HZ), &input);
            let mut used = kind.build(&values, RATE_HZ);
            let _ = run(&mut *used, &random.noise(7_777, 2.0));
            used.reset();
            assert!(bits(&run(&mut *used, &input)) == bits(&fresh), "{} {values:?}", kind.name());
        }
    }
}

/// Settings that let everything through.
fn neutral(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Compressor | DeviceKind::Gate | DeviceKind::DeEsser => "range",
        other => panic!("{} is not one of these", other.name()),
    }
}

#[test]
fn e5_the_latency_is_that_of_an_impulse_at_every_rate_and_in_every_mode() {
    for kind in KINDS {
        let lookahead = kind.param("lookahead");
        let choices = lookahead.map_or(1, |param| kind.specs()[param].choices.len());
        for rate_hz in RATES_HZ {
            for choice in 0..choices {
                let mut settings = vec![(neutral(kind), 0.0)];
                settings.extend(lookahead.map(|_| ("lookahead", choice as f64)));
                let mut device = device(kind, rate_hz, &settings);
                let latency = device.latency_frames();
                let mut impulse = [vec![0.0; latency + 300], vec![0.0; latency + 300]];
                (impulse[0][100], impulse[1][101]) = (1.0, -1.0);
                let [left, right] = &mut impulse;
                device.process(left, right);
                assert_eq!(left.iter().position(|x| *x != 0.0), Some(100 + latency));
                assert_eq!(right.iter().position(|x| *x != 0.0), Some(101 + latency));
                assert_eq!((left[100 + latency], right[101 + latency]), (1.0, -1.0));
            }
        }
    }
}

#[test]
fn e8_after_noise_comes_silence_of_exact_zeros_and_no_reduction() {
    let mut random = Random::new(3);
    for kind in KINDS {
        for _ in 0..6 {
            let mut values: Vec<f64> =
                kind.specs().iter().map(|s| s.from_travel(random.unit())).collect();
            for (value, spec) in values.iter_mut().zip(kind.specs()) {
                let is_release = spec.id == "release";
                *value = if is_release { value.min(500.0) } else { *value };
            }
            let mut device = kind.build(&values, RATE_HZ);
            let _ = run(&mut *device, &random.noise(48_000, 1.0));
            let silence = [vec![0.0; 2_880_000], vec![0.0; 2_880_000]];
            let [left, right] = run(&mut *device, &silence);
            let quiet = left.iter().chain(&right).all(|x| x.abs() <= 1.0);
            let last = left[2_400_000..].iter().chain(&right[2_400_000..]);
            assert!(quiet && last.into_iter().all(|x| *x == 0.0), "{} {values:?}", kind.name());
        }
    }
}

#[test]
fn e9_specials_are_forgotten_at_the_reset() {
    let input = Random::new(4).noise(10_000, 0.7);
    for kind in KINDS {
        let fresh = run(&mut *device(kind, RATE_HZ, &[]), &input);
        for special in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e38, -f32::MAX, 1e-45] {
            let mut poisoned = input.clone();
            poisoned[0][5000] = special;
            let mut device = device(kind, RATE_HZ, &[]);
            let output = run(&mut *device, &poisoned);
            assert!(output.iter().all(|channel| channel[..5000].iter().all(|x| x.is_finite())));
            device.reset();
            assert!(bits(&run(&mut *device, &input)) == bits(&fresh), "{} {special}", kind.name());
        }
    }
}

#[test]
fn e12_no_setting_breaks_the_output() {
    let rounds = if whole_grid() { 100_000 } else { 10_000 };
    for kind in KINDS {
        let mut random = Random::new(5);
        let mut device = device(kind, RATE_HZ, &[]);
        for round in 0..rounds {
            random_move(&mut random, kind, &mut *device);
            let frames = random.below(100);
            let level = 10.0_f64.powf(2.0 * random.symmetric());
            let [mut left, mut right] = random.noise(frames, level);
            let key = random.noise(frames, 1.0);
            device.process_keyed(&mut left, &mut right, [&key[0], &key[1]]);
            let loudest = left.iter().chain(&right).fold(0.0_f32, |peak, x| peak.max(x.abs()));
            assert!(left.iter().chain(&right).all(|x| x.is_finite()), "{} {round}", kind.name());
            assert!(loudest <= 10_000.0, "{} {round}: {loudest}", kind.name());
            let reduction = device.gain_reduction_db();
            assert!(reduction >= 0.0 && reduction.is_finite(), "{} {round}", kind.name());
        }
    }
}

/// Largest second difference, as a part of the peak: a jump shows in full, a low sine hardly.
fn roughness(signal: &[f32]) -> f64 {
    let second = |w: &[f32]| f64::from(w[2] - 2.0 * w[1] + w[0]).abs();
    let peak = signal.iter().fold(0.5_f32, |peak, x| peak.max(x.abs()));
    signal[2000..].windows(3).map(second).fold(0.0, f64::max) / f64::from(peak)
}

/// A sine of 76 Hz, loud enough that each of them works.
fn low_tone() -> Stereo {
    let tone: Vec<f32> = (0..9600).map(|n| 0.5 * (n as f32 * 0.01).sin()).collect();
    [tone.clone(), tone]
}

/// What is heard changes to another signal, or the level to another one: at any moment of a wave, on and
/// off, with filters in the side-chain and a key of its own.
#[test]
fn f4_switching_the_detection_or_listening_while_it_plays_does_not_click() {
    let (input, mut tested) = (low_tone(), 0);
    let key: Stereo = input.clone().map(|side| side.iter().map(|x| 0.3 - x * x).collect());
    for kind in KINDS {
        for switch in ["listen", "detection"].into_iter().filter_map(|id| kind.param(id)) {
            tested += 1;
            for (moment, external) in
                (0..32_u32).map(|n| (3000 + 61 * n as usize, f64::from(n % 2)))
            {
                let chain = [("low_cut", 60.0), ("external", external)];
                let chain: Vec<(&str, f64)> =
                    chain.into_iter().filter(|(id, _)| kind.param(id).is_some()).collect();
                let mut device = device(kind, RATE_HZ, &chain);
                let [mut left, mut right] = input.clone();
                for (block, on) in
                    [(0..moment, 0.0), (moment..moment + 2500, 1.0), (moment + 2500..9600, 0.0)]
                {
                    device.set(switch, on);
                    let key = [&key[0][block.clone()], &key[1][block.clone()]];
                    device.process_keyed(&mut left[block.clone()], &mut right[block], key);
                }
                let rough = roughness(&left).max(roughness(&right));
                assert!(rough < 0.003, "{} {switch} at {moment}: {rough}", kind.name());
            }
        }
    }
    assert_eq!(tested, 4);
}

/// The steps of a sine's second difference that a move adds, above those it has.
#[test]
fn f4_moves_by_hand_do_not_click() {
    let input = low_tone();
    for kind in KINDS {
        for (param, spec) in kind.specs().iter().enumerate() {
            if kind.is_fixed(param) {
                continue;
            }
            let mut device = device(kind, RATE_HZ, &[]);
            let [mut left, mut right] = input.clone();
            device.process(&mut left[..4000], &mut right[..4000]);
            let is_low = spec.to_travel(spec.default) < 0.5;
            device.set(param, if is_low { *spec.range.end() } else { *spec.range.start() });
            device.process(&mut left[4000..], &mut right[4000..]);
            let rough = roughness(&left);
            println!("{} {}: {rough:.5}", kind.name(), spec.id);
            assert!(rough < 0.003, "{} {}: {rough}", kind.name(), spec.id);
        }
    }
}

/// With a lane on its look-ahead a device reserves the longest one, and sounds as it does at the one in use:
/// only later.
#[test]
fn f5_a_reserved_look_ahead_sounds_as_the_one_in_use_at_a_latency_that_stays() {
    let input = Random::new(7).noise(30_000, 0.5);
    for kind in [DeviceKind::Compressor, DeviceKind::Gate] {
        let param = kind.param("lookahead").unwrap();
        assert!(kind.is_fixed(param) && kind.is_reservable(param) && kind.is_automatable(param));
        for (choice, link) in (0..5).flat_map(|choice| [(choice, 0.0), (choice, 100.0)]) {
            let mut settings = vec![("threshold", -20.0), ("lookahead", f64::from(choice))];
            settings.extend((kind == DeviceKind::Compressor).then_some(("link", link)));
            let plain = run(&mut *device(kind, RATE_HZ, &settings), &input);
            let mut reserved = device(kind, RATE_HZ, &settings);
            reserved.reserve(param);
            assert_eq!(reserved.latency_frames(), 480);
            let output = run(&mut *reserved, &input);
            // A detector that waits is cut into cells at other frames of the signal.
            assert!(null(&plain[0], &output[0]) < 1e-5, "{} {choice}", kind.name());
        }
    }
}

#[test]
fn f4_a_look_ahead_that_moves_while_it_plays_does_not_click() {
    let input = low_tone();
    for kind in [DeviceKind::Compressor, DeviceKind::Gate] {
        let param = kind.param("lookahead").unwrap();
        let mut device = device(kind, RATE_HZ, &[("threshold", -30.0)]);
        device.reserve(param);
        let [mut left, mut right] = input.clone();
        for (part, (left, right)) in left.chunks_mut(1000).zip(right.chunks_mut(1000)).enumerate() {
            device.set(param, [0.0, 4.0, 1.0, 3.0][part % 4]);
            device.process(left, right);
            assert_eq!(device.latency_frames(), 480);
        }
        let rough = roughness(&left[480..]);
        assert!(rough < 0.003, "{}: {rough}", kind.name());
    }
}
