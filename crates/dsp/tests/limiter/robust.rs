//! No input, no setting and no block length breaks the limiter.

use twobus_dsp::Processor;
use twobus_dsp::limiter::SPECS;
use twobus_dsp::meter::true_peak::{TruePeak, VerifiedPeak};

use crate::referee::sample_peak;
use crate::signals::Random;
use crate::{Stereo, db, limiter, run, whole_grid};

const RATE_HZ: f64 = 48_000.0;

fn noise(frames: usize, level: f64, seed: u64) -> Stereo {
    let mut random = Random::new(seed);
    let mut channel = || (0..frames).map(|_| (level * random.symmetric()) as f32).collect();
    [channel(), channel()]
}

fn bits(signal: &Stereo) -> Vec<u32> {
    signal.iter().flatten().map(|x| x.to_bits()).collect()
}

#[test]
fn e3_any_block_lengths_give_the_same_bits() {
    let input = noise(20_000, 3.0, 1);
    let whole = run(&mut limiter(RATE_HZ, &[("drive", 3.0), ("link", 50.0)]), &input);
    for length in [1, 16, 17, 64, 127, 480, 4096] {
        let mut limiter = limiter(RATE_HZ, &[("drive", 3.0), ("link", 50.0)]);
        let mut output = input.clone();
        let [left, right] = &mut output;
        for (l, r) in left.chunks_mut(length).zip(right.chunks_mut(length)) {
            limiter.process(l, r);
        }
        for (part, whole) in output.iter().zip(&whole) {
            assert_eq!(part[..], whole[..part.len()], "blocks of {length}");
        }
    }
}

#[test]
fn e3_two_halves_of_two_limiters_give_the_bits_of_one() {
    let input = noise(20_000, 3.0, 8);
    for settings in [[("drive", 3.0), ("link", 100.0)], [("drive", 9.0), ("link", 40.0)]] {
        let whole = run(&mut limiter(RATE_HZ, &settings), &input);
        let (mut first, mut second) = (limiter(RATE_HZ, &settings), limiter(RATE_HZ, &settings));
        let mut output = input.clone();
        let [left, right] = &mut output;
        for (l, r) in left.chunks_mut(999).zip(right.chunks_mut(999)) {
            let asked = first.ask(l, r);
            second.answer(l, r, &asked);
        }
        for (part, whole) in output.iter().zip(&whole) {
            assert_eq!(part[..], whole[..part.len()]);
        }
    }
}

#[test]
fn e3_reset_is_a_new_beginning_to_the_bit() {
    let input = noise(20_000, 3.0, 2);
    let mut used = limiter(RATE_HZ, &[("release", 200.0)]);
    let fresh = run(&mut used, &input);
    used.reset();
    assert_eq!(used.max_gain_reduction_db(), 0.0);
    assert_eq!(bits(&run(&mut used, &input)), bits(&fresh));
}

#[test]
fn e8_after_noise_comes_silence_of_exact_zeros_and_a_gain_of_exactly_one() {
    for release in [10.0, 1000.0] {
        let mut limiter = limiter(RATE_HZ, &[("drive", 12.0), ("release", release)]);
        let mut loud = noise(48_000, 1.0, 3);
        let [left, right] = &mut loud;
        limiter.process(left, right);
        let latency = limiter.latency_frames();
        let mut silence = [vec![0.0; 60 * 48_000], vec![0.0; 60 * 48_000]];
        let [left, right] = &mut silence;
        limiter.process(left, right);
        assert!(left[latency..].iter().chain(&right[latency..]).all(|x| x.to_bits() == 0));
        assert!(limiter.gain_reduction_db() > 6.0, "the block begins with the last loud frames");
        let mut more = [0.0; 64];
        limiter.process(&mut more.clone(), &mut more);
        assert_eq!(limiter.gain_reduction_db(), 0.0);
    }
}

#[test]
fn e9_specials_are_contained_and_reset_recovers_to_the_bit() {
    let input = noise(20_000, 2.0, 4);
    let expected = run(&mut limiter(RATE_HZ, &[]), &input);
    for special in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e38, -1e38, f32::MAX, 1e-45] {
        let mut limiter = limiter(RATE_HZ, &[("drive", 24.0)]);
        let mut poisoned = input.clone();
        poisoned[0][5000] = special;
        let output = run(&mut limiter, &poisoned);
        assert!(output.iter().flatten().all(|x| x.is_finite()), "{special}");
        assert!(output.iter().all(|channel| db(sample_peak(channel)) <= -1.0), "{special}");
        limiter.set(0, 0.0);
        limiter.reset();
        assert_eq!(bits(&run(&mut limiter, &input)), bits(&expected), "{special}");
    }
}

#[test]
fn e12_random_settings_never_break_the_ceiling() {
    let mut random = Random::new(5);
    let mut limiter = limiter(RATE_HZ, &[]);
    let latency = limiter.latency_frames();
    let specials = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, -1e300, 0.0];
    let rounds = if whole_grid() { 100_000 } else { 5_000 };
    for round in 0..rounds {
        let param = random.below(SPECS.len() + 1);
        let range = SPECS.get(param).map_or(0.0..=1.0, |spec| spec.range.clone());
        let value = match random.below(4) {
            0 => specials[random.below(specials.len())],
            1 => *range.start(),
            2 => *range.end(),
            _ => range.start() + random.unit() * (range.end() - range.start()),
        };
        limiter.set(param, value);
        let level = 10.0_f64.powf(3.0 * random.symmetric());
        let [mut left, mut right] = noise(random.below(100), level, round);
        limiter.process(&mut left, &mut right);
        assert_eq!(limiter.latency_frames(), latency);
        assert!(left.iter().chain(&right).all(|x| x.abs() <= 1.0), "round {round}");
        assert!(limiter.gain_reduction_db() >= 0.0 && limiter.max_gain_reduction_db().is_finite());
    }
}

#[test]
fn values_outside_the_range_are_limited_to_it_and_no_numbers_ignored() {
    let input = noise(5_000, 1.0, 6);
    let with = |settings: &[(&str, f64)]| bits(&run(&mut limiter(RATE_HZ, settings), &input));
    assert_eq!(with(&[("drive", 99.0)]), with(&[("drive", 24.0)]));
    assert_eq!(with(&[("drive", 6.0), ("drive", f64::NAN)]), with(&[("drive", 6.0)]));
}

/// Not a test: prints what a stereo frame costs, the least of many tries.
#[test]
#[ignore = "a measurement, to be run alone"]
fn t9_cost_per_frame() {
    let frames = 24_000;
    let tones = |i: usize| {
        let bass = (i as f64 * 0.0072).sin() * (-3.0 * i as f64 / 24_000.0).exp();
        bass + 0.4 * (i as f64 * 0.058).sin() + 0.2 * (i as f64 * 0.41).sin()
    };
    let music = crate::both((0..frames).map(tones));
    for (name, signal) in [("noise", noise(frames, 1.0, 7)), ("music", music)] {
        for drive in [0.0, 6.0, 12.0] {
            let mut limiter = limiter(RATE_HZ, &[("drive", drive)]);
            let ns = least_ns_per_frame(frames, || drop(run(&mut limiter, &signal)));
            let core = ns * RATE_HZ / 1e9 * 100.0;
            let reduction = limiter.max_gain_reduction_db();
            println!("{name}, {reduction:>4.1} dB: {ns:.0} ns per frame, {core:.2} % of a core");
        }
        let ns = least_ns_per_frame(frames, || {
            let mut meter = TruePeak::new(2);
            signal.iter().enumerate().for_each(|(i, channel)| meter.push(i, channel));
        });
        println!("{name}: true peak {ns:.0} ns per frame");
        let ns = least_ns_per_frame(frames, || {
            let mut meter = VerifiedPeak::new(2);
            signal.iter().enumerate().for_each(|(i, channel)| meter.push(i, channel));
        });
        println!("{name}: verified true peak {ns:.0} ns per frame");
    }
}

#[expect(clippy::disallowed_types, reason = "measures time")]
fn least_ns_per_frame(frames: usize, mut work: impl FnMut()) -> f64 {
    let time = |_| {
        let start = std::time::Instant::now();
        work();
        start.elapsed().as_nanos() as f64
    };
    (0..40).map(time).fold(f64::MAX, f64::min) / frames as f64
}
