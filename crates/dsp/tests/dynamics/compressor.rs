//! The rows C1 to C9.

use std::f64::consts::{E, TAU};

use twobus_dsp::DeviceKind::Compressor;
use twobus_dsp::Processor;
use twobus_dsp::meter::loudness::{LoudnessMeter, STEREO};

use crate::programme::{self, programmes};
use crate::{
    RATES_HZ, Random, Stereo, assert_same, both, db, device, gain, lines, null, param, rms, run,
    run_keyed, sine, whole_grid, wide,
};

const RATE_HZ: f64 = 48_000.0;

fn compressor(rate_hz: f64, settings: &[(&str, f64)]) -> Box<dyn Processor> {
    device(Compressor, rate_hz, settings)
}

/// Reduction of the last half of `input`, in dB, from its RMS before and after.
fn settled_reduction(device: &mut dyn Processor, input: &Stereo) -> f64 {
    let [output, _] = run(device, input);
    let half = output.len() / 2;
    db(rms(&input[0][half..]) / rms(&output[half..]))
}

/// Output level of the formula in the criterion, in dB.
fn formula(x: f64, threshold: f64, ratio: f64, knee: f64) -> f64 {
    let over = x - threshold;
    if 2.0 * over < -knee {
        x
    } else if 2.0 * over.abs() <= knee && knee > 0.0 {
        x + (1.0 / ratio - 1.0) * (over + knee / 2.0).powi(2) / (2.0 * knee)
    } else {
        threshold + over / ratio
    }
}

#[test]
fn c1_the_static_curve_is_the_formula() {
    let step_db = if whole_grid() { 0.5 } else { 3.0 };
    let mut worst = 0.0_f64;
    for detection in [0.0, 1.0] {
        for ratio in [1.5, 2.0, 4.0, 10.0, f64::INFINITY] {
            for knee in [0.0, 6.0, 12.0] {
                let infinite = if ratio.is_finite() { 0.0 } else { 1.0 };
                let mut device = compressor(
                    RATE_HZ,
                    &[
                        ("threshold", -20.0),
                        ("ratio", ratio.min(20.0)),
                        ("infinite_ratio", infinite),
                        ("knee", knee),
                        ("release", 400.0),
                        ("detection", detection),
                    ],
                );
                for step in 0..=(66.0 / step_db) as usize {
                    let level = -60.0 + step_db * step as f64;
                    device.reset();
                    let reduction =
                        settled_reduction(&mut *device, &sine(RATE_HZ, 1000.0, level, 0.4));
                    let error = reduction - (level - formula(level, -20.0, ratio, knee));
                    worst = worst.max(error.abs());
                    assert!(error.abs() <= 0.1, "{detection} {ratio} {knee} {level}: {error}");
                }
            }
        }
    }
    println!("static curve: at most {worst:.3} dB from the formula");
}

/// Frames in which the reduction in dB covers 63.2 % of a step from 10 dB below to 10 dB above the
/// threshold, and of the way back.
fn step_frames(rate_hz: f64, attack_ms: f64, release_ms: f64) -> [usize; 2] {
    let settings = [
        ("threshold", -20.0),
        ("ratio", 4.0),
        ("knee", 0.0),
        ("attack", attack_ms),
        ("release", release_ms),
    ];
    let part = ((10.0 * attack_ms + 6.0 * release_ms) / 1000.0 * rate_hz) as usize + 10;
    let level = |n: usize| if (part..2 * part).contains(&n) { gain(-10.0) } else { gain(-30.0) };
    let input = both((0..3 * part).map(level));
    let [output, _] = run(&mut *compressor(rate_hz, &settings), &input);
    let reduction: Vec<f64> =
        input[0].iter().zip(&output).map(|(x, y)| db(f64::from(*x) / f64::from(*y))).collect();
    let last = reduction[2 * part - 1];
    assert!((last - 7.5).abs() < 0.01, "{last}");
    let up = reduction[part..].iter().position(|&r| r >= last * (1.0 - 1.0 / E));
    let down = reduction[2 * part..].iter().position(|&r| r <= last / E);
    [up, down].map(|frames| frames.expect("it gets there") + 1)
}

#[test]
fn c2_attack_and_release_take_their_time_at_every_rate() {
    let mut pairs = vec![(0.02, 5.0), (1.0, 50.0), (10.0, 100.0), (30.0, 40.0), (50.0, 500.0)];
    // Also where the release is the shorter one.
    pairs.extend([(10.0, 5.0), (30.0, 28.0), (50.0, 20.0)]);
    if whole_grid() {
        pairs.extend([(250.0, 5000.0), (250.0, 250.0), (0.1, 2000.0), (250.0, 5.0), (100.0, 50.0)]);
    }
    for rate_hz in RATES_HZ {
        for &(attack_ms, release_ms) in &pairs {
            let frames = step_frames(rate_hz, attack_ms, release_ms);
            for (frames, time_ms) in frames.into_iter().zip([attack_ms, release_ms]) {
                let wanted = time_ms / 1000.0 * rate_hz;
                let off = (frames as f64 - wanted).abs();
                assert!(off <= 1.0 + 0.01 * wanted, "{rate_hz} {time_ms} ms: {frames} frames");
            }
        }
    }
}

/// Total harmonic distortion of the settled output in percent, and the reduction in dB.
fn thd_percent(rate_hz: f64, hz: f64) -> (f64, f64) {
    let settings = [("threshold", -20.0), ("ratio", 4.0), ("attack", 10.0), ("release", 100.0)];
    let mut device = compressor(rate_hz, &settings);
    let [output, _] = run(&mut *device, &sine(rate_hz, hz, 0.0, 3.0));
    let second = rate_hz as usize;
    let lines = lines(&wide(&output[2 * second..]));
    let harmonics = (2..).map(|h| (h as f64 * hz) as usize).take_while(|&line| line < lines.len());
    let sum: f64 = harmonics.map(|line| lines[line].powi(2)).sum();
    let fundamental = lines[hz as usize];
    (100.0 * sum.sqrt() / fundamental, -db(fundamental))
}

#[test]
fn c3_distortion_of_sines_at_15_db_reduction() {
    for (hz, bar) in [(100.0, 0.1), (1000.0, 0.005)] {
        let (thd, reduction) = thd_percent(RATE_HZ, hz);
        println!("{hz} Hz: THD {thd:.4} %, reduction {reduction:.2} dB");
        assert!(thd <= bar && (14.5..15.1).contains(&reduction), "{hz}: {thd} % {reduction} dB");
    }
}

#[test]
fn c4_what_is_not_reduced_passes_bit_for_bit() {
    let loud = Random::new(1).noise(20_000, 1.0);
    let soft = Random::new(2).noise(20_000, gain(-21.5));
    for lookahead in 0..5 {
        for detection in [0.0, 1.0] {
            for link in [0.0, 40.0, 100.0] {
                let common = [
                    ("lookahead", f64::from(lookahead)),
                    ("detection", detection),
                    ("link", link),
                    ("threshold", -18.0),
                ];
                let with = |more: &[(&str, f64)]| compressor(RATE_HZ, &[&common, more].concat());
                assert_same(&run(&mut *with(&[]), &soft), &soft);
                assert_same(&run(&mut *with(&[("mix", 50.0)]), &soft), &soft);
                assert_same(&run(&mut *with(&[("ratio", 1.0)]), &loud), &loud);
                assert_same(&run(&mut *with(&[("range", 0.0)]), &loud), &loud);
                assert_same(&run(&mut *with(&[("mix", 0.0)]), &loud), &loud);
            }
        }
    }
}

#[test]
fn c4_after_a_loud_passage_the_signal_is_untouched_again() {
    let loud = sine(RATE_HZ, 100.0, 0.0, 1.0);
    let soft = sine(RATE_HZ, 100.0, -30.0, 4.0);
    let mut device = compressor(RATE_HZ, &[("auto_release", 1.0)]);
    let _ = run(&mut *device, &loud);
    assert!(device.gain_reduction_db() > 10.0);
    let long = compressor(RATE_HZ, &[]).latency_frames();
    assert_eq!(long, 0);
    let (mut last, mut rounds) = (soft.clone(), 0);
    while last != run(&mut *device, &soft) || device.gain_reduction_db() != 0.0 {
        (last, rounds) = (soft.clone(), rounds + 1);
        assert!(rounds < 10);
    }
}

#[test]
fn c5_full_link_keeps_the_image_and_none_makes_two_mono_compressors() {
    let mut random = Random::new(3);
    let [burst, _] = random.noise(24_000, 1.0);
    let soft: Vec<f32> = (0..24_000).map(|n| 0.05 * (n as f32 * 0.2).sin()).collect();
    let settings = [("threshold", -30.0), ("attack", 0.1), ("release", 20.0)];
    let linked = |input: &Stereo| run(&mut *compressor(RATE_HZ, &settings), input);
    let [left, right] = linked(&[burst.clone(), soft.clone()]);
    for ((x, y), (left, right)) in burst.iter().zip(&soft).zip(left.iter().zip(&right)) {
        let (a, b) = (f64::from(*left) / f64::from(*x), f64::from(*right) / f64::from(*y));
        assert!(*y == 0.0 || x.abs() < 1e-3 || (a / b - 1.0).abs() < 1e-6, "{a} {b}");
    }
    for detection in [0.0, 1.0] {
        let settings = [&settings[..], &[("link", 0.0), ("detection", detection)]].concat();
        let free = |input: &Stereo| run(&mut *compressor(RATE_HZ, &settings), input);
        let [left, right] = free(&[burst.clone(), soft.clone()]);
        assert!(left == free(&[burst.clone(), burst.clone()])[0]);
        assert!(right == free(&[soft.clone(), soft.clone()])[1]);
        // Linked, two equal channels are what one of them is alone.
        let settings = [&settings[1..], &[("link", 100.0), ("threshold", -30.0)]].concat();
        let both = [burst.clone(), burst.clone()];
        assert!(run(&mut *compressor(RATE_HZ, &settings), &both)[0] == left);
    }
}

#[test]
fn c5_in_between_the_softer_channel_moves_towards_the_louder_one() {
    let input =
        [sine(RATE_HZ, 300.0, 0.0, 1.0)[0].clone(), sine(RATE_HZ, 300.0, -40.0, 1.0)[0].clone()];
    let reductions: Vec<f64> = (0..=10)
        .map(|step| {
            let settings = [("threshold", -20.0), ("link", 10.0 * f64::from(step))];
            let [_, right] = run(&mut *compressor(RATE_HZ, &settings), &input);
            db(rms(&input[1][24_000..]) / rms(&right[24_000..]))
        })
        .collect();
    for (step, reduction) in reductions.iter().enumerate() {
        assert!((reduction - 0.1 * step as f64 * reductions[10]).abs() < 0.01, "{reductions:?}");
    }
    assert!(reductions[0].abs() < 1e-4 && reductions[10] > 14.5);
}

#[test]
fn c6_the_side_chain_filter_moves_the_detector_only() {
    // A filter of −3.01 dB at 200 Hz lowers the level that the curve sees by as much.
    let settings = [("threshold", -20.0), ("infinite_ratio", 1.0), ("release", 1000.0)];
    let with = |low_cut: f64, hz: f64| {
        let settings = [&settings[..], &[("sc_low_cut", low_cut), ("knee", 0.0)]].concat();
        settled_reduction(&mut *compressor(RATE_HZ, &settings), &sine(RATE_HZ, hz, 0.0, 2.0))
    };
    let off = with(20.0, 200.0);
    for (hz, is_below) in [(196.0, true), (204.0, false)] {
        let lowered = off - with(200.0, hz);
        assert_eq!(lowered > 3.01, is_below, "{hz}: {lowered}");
    }
    // What passes is the audio itself, times a gain.
    let input = sine(RATE_HZ, 50.0, -1.0, 1.0);
    let settings = [("threshold", -20.0), ("sc_low_cut", 2000.0)];
    assert_same(&run(&mut *compressor(RATE_HZ, &settings), &input), &input);
}

#[test]
fn c6_an_external_key_moves_the_gain_and_is_not_heard() {
    let input = sine(RATE_HZ, 440.0, -30.0, 1.0);
    let key = sine(RATE_HZ, 1000.0, 0.0, 1.0);
    let settings = [("threshold", -20.0), ("release", 1000.0), ("external", 1.0)];
    let output = run_keyed(&mut *compressor(RATE_HZ, &settings), &input, &key);
    let reduction = db(rms(&input[0][24_000..]) / rms(&output[0][24_000..]));
    assert!((reduction - 15.0).abs() < 0.1, "{reduction}");
    let lines = lines(&wide(&output[0][24_000..]));
    assert!(db(lines[500] / lines[220]) < -80.0);
    // Off, or without a key, it listens to its own input.
    assert_same(&run(&mut *compressor(RATE_HZ, &settings), &input), &input);
    assert_same(&run_keyed(&mut *compressor(RATE_HZ, &settings[..2]), &input, &key), &input);
}

#[test]
fn c6_listening_puts_out_what_the_detector_hears() {
    let input = Random::new(5).noise(4800, 0.5);
    let key = Random::new(6).noise(4800, 0.5);
    let settings = [("threshold", -40.0), ("external", 1.0), ("listen", 1.0)];
    assert_same(&run_keyed(&mut *compressor(RATE_HZ, &settings), &input, &key), &key);
    let filtered = [("listen", 1.0), ("sc_low_cut", 1000.0)];
    let tone = sine(RATE_HZ, 1000.0, -6.0, 1.0);
    let [heard, _] = run(&mut *compressor(RATE_HZ, &filtered), &tone);
    assert!((db(rms(&heard[24_000..]) / rms(&tone[0])) + 3.01).abs() < 0.02);
}

#[test]
fn c7_a_parallel_mix_is_the_sum_of_dry_and_wet_at_the_same_time() {
    let input = Random::new(7).noise(24_000, 1.0);
    for lookahead in [0.0, 2.0, 4.0] {
        let settings = [("threshold", -30.0), ("makeup", 6.0), ("lookahead", lookahead)];
        let mixed = |mix: f64| {
            let settings = [&settings[..], &[("mix", mix)]].concat();
            run(&mut *compressor(RATE_HZ, &settings), &input)
        };
        let (dry, wet, half) = (mixed(0.0), mixed(100.0), mixed(50.0));
        assert_same(&dry, &input);
        let sum: Vec<f32> = dry[0].iter().zip(&wet[0]).map(|(a, b)| 0.5 * (a + b)).collect();
        assert!(db(null(&half[0], &sum)) <= -120.0);
    }
}

/// The loudest line beside a sine of `hz` at 0 dBFS that is reduced by `settings`, in dBFS.
fn loudest_product(rate_hz: f64, hz: usize, settings: &[(&str, f64)]) -> f64 {
    let mut device = compressor(rate_hz, settings);
    let [output, _] = run(&mut *device, &sine(rate_hz, hz as f64, 0.0, 3.0));
    assert!(device.gain_reduction_db() > 14.0);
    let second = rate_hz as usize;
    let lines = lines(&wide(&output[2 * second..]));
    let others = lines.iter().enumerate().filter(|(line, _)| *line != hz);
    db(others.map(|(_, x)| *x).fold(1e-12, f64::max))
}

#[test]
fn c8_fast_gain_does_not_alias() {
    for rate_hz in [44_100.0, 48_000.0, 96_000.0] {
        for hz in [10_000, 9_973] {
            for release in [20.0, 100.0, 500.0] {
                let settings = [("threshold", -20.0), ("attack", 1.0), ("release", release)];
                let product = loudest_product(rate_hz, hz, &settings);
                println!("{rate_hz} Hz, {hz} Hz, release {release} ms: {product:.1} dBFS");
                assert!(product <= -80.0, "{rate_hz} {hz} {release}: {product:.1}");
            }
        }
    }
}

/// Integrated loudness in LUFS.
fn loudness(signal: &Stereo) -> f64 {
    let mut meter = LoudnessMeter::new(programme::RATE_HZ, STEREO);
    meter.push(&[&signal[0], &signal[1]]);
    meter.finish();
    meter.loudness().integrated().0
}

#[test]
fn c9_automatic_make_up_keeps_the_integrated_loudness() {
    for (name, programme) in programmes(24.0) {
        for (threshold, ratio, attack) in
            [(-18.0, 2.0, 30.0), (-30.0, 4.0, 5.0), (-36.0, 10.0, 1.0)]
        {
            let settings = [("threshold", threshold), ("ratio", ratio), ("attack", attack)];
            let plain = run(&mut *compressor(programme::RATE_HZ, &settings), &programme);
            let settings = [&settings[..], &[("auto_makeup", 1.0)]].concat();
            let output = run(&mut *compressor(programme::RATE_HZ, &settings), &programme);
            let before = loudness(&programme);
            let (lost, off) = (loudness(&plain) - before, loudness(&output) - before);
            println!("{name}, {threshold} dB, {ratio}:1: {lost:+.2} LU, with make-up {off:+.2} LU");
            assert!(off.abs() <= 0.5, "{name} {threshold}: {off}");
        }
    }
}

#[test]
fn look_ahead_lets_the_gain_move_before_the_peak() {
    let input = both((0..24_000).map(|n| {
        let level = if n < 12_000 { gain(-30.0) } else { 1.0 };
        level * (TAU * 0.125 * f64::from(n)).sin()
    }));
    let first = |lookahead: f64| {
        let settings = [("threshold", -20.0), ("attack", 1.0), ("lookahead", lookahead)];
        let [output, _] = run(&mut *compressor(RATE_HZ, &settings), &input);
        db(output[12_000..12_048].iter().fold(0.0, |peak: f64, x| peak.max(f64::from(x.abs()))))
    };
    assert!(first(0.0) > -1.0 && first(3.0) < -14.0, "{} {}", first(0.0), first(3.0));
}

#[test]
fn f5_an_automated_make_up_is_straight_in_decibels_to_the_frame() {
    let mut device = compressor(RATE_HZ, &[]);
    device.glide(param(Compressor, "makeup"), 12.0, 1000);
    let [output, _] = run(&mut *device, &both((0..1100).map(|_| 0.01)));
    for (n, y) in output.iter().enumerate() {
        let wanted = 12.0 * ((n + 1) as f64 / 1000.0).min(1.0);
        assert!((db(f64::from(*y) / 0.01) - wanted).abs() < 1e-4, "{n}");
    }
}
