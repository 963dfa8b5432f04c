//! Rows V1 to V8: what the sample-rate converter must do, measured on its output.

use std::f64::consts::TAU;

use twobus_media::Converter;

const MUSIC_RATES_HZ: [u32; 6] = [44_100, 48_000, 88_200, 96_000, 176_400, 192_000];
const OTHER_PAIRS_HZ: [(u32, u32); 8] = [
    (22_050, 48_000),
    (32_000, 44_100),
    (11_025, 48_000),
    (8_000, 44_100),
    (48_000, 32_000),
    (96_000, 22_050),
    (47_952, 48_000),
    (44_100, 384_000),
];

/// All pairs of the rates of music, and some that are not.
fn pairs() -> Vec<(u32, u32)> {
    let mut pairs = OTHER_PAIRS_HZ.to_vec();
    for from in MUSIC_RATES_HZ {
        pairs.extend(MUSIC_RATES_HZ.iter().filter(|&&to| to != from).map(|&to| (from, to)));
    }
    pairs
}

fn convert(input: &[f32], from_hz: u32, to_hz: u32) -> Vec<f32> {
    let mut converter = Converter::new(from_hz, to_hz, 1);
    let mut out = vec![Vec::new()];
    converter.push(&[input], &mut out);
    converter.finish(&mut out);
    out.remove(0)
}

fn sine(hz: f64, amplitude: f64, rate_hz: u32, frames: usize) -> Vec<f32> {
    let step = TAU * hz / f64::from(rate_hz);
    (0..frames).map(|n| (amplitude * (step * n as f64).sin()) as f32).collect()
}

/// The middle of a signal, away from where it begins and ends.
fn middle(signal: &[f32]) -> &[f32] {
    &signal[signal.len() / 4..signal.len() * 3 / 4]
}

/// Least-squares fit of a sine of `hz`: its amplitude and what remains (root mean square).
fn fit(signal: &[f32], hz: f64, rate_hz: u32) -> (f64, f64) {
    let step = TAU * hz / f64::from(rate_hz);
    let (mut ss, mut cc, mut sc, mut xs, mut xc) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (n, &x) in signal.iter().enumerate() {
        let (s, c) = (step * n as f64).sin_cos();
        let x = f64::from(x);
        ss += s * s;
        cc += c * c;
        sc += s * c;
        xs += x * s;
        xc += x * c;
    }
    let determinant = ss * cc - sc * sc;
    let (a, b) = ((xs * cc - xc * sc) / determinant, (xc * ss - xs * sc) / determinant);
    let rest: f64 = signal
        .iter()
        .enumerate()
        .map(|(n, &x)| {
            let (s, c) = (step * n as f64).sin_cos();
            (f64::from(x) - a * s - b * c).powi(2)
        })
        .sum();
    (a.hypot(b), (rest / signal.len() as f64).sqrt())
}

fn db(amplitude: f64) -> f64 {
    20.0 * amplitude.max(1e-30).log10()
}

fn nyquist_hz((from, to): (u32, u32)) -> f64 {
    f64::from(from.min(to)) / 2.0
}

/// Gain at `hz` in dB.
fn gain_db(pair: (u32, u32), hz: f64) -> f64 {
    let out = convert(&sine(hz, 0.5, pair.0, pair.0 as usize / 5), pair.0, pair.1);
    db(fit(middle(&out), hz, pair.1).0 / 0.5)
}

#[test]
fn v1_ripple_is_within_0_01_db_up_to_20_khz() {
    let mut worst = 0.0_f64;
    for pair in pairs() {
        let top_hz = (0.9 * nyquist_hz(pair)).min(20_000.0);
        for step in 1..=20 {
            let gain = gain_db(pair, top_hz * f64::from(step) / 20.0);
            worst = worst.max(gain.abs());
            assert!(gain.abs() <= 0.01, "{pair:?} {step}: {gain} dB");
        }
    }
    println!("V1 worst {worst:.7} dB");
}

#[test]
fn v2_the_response_is_within_0_1_db_up_to_0_93_nyquist() {
    let mut worst = 0.0_f64;
    for pair in pairs() {
        let gain = gain_db(pair, 0.93 * nyquist_hz(pair));
        worst = worst.min(gain);
        assert!(gain >= -0.1, "{pair:?}: {gain} dB");
    }
    println!("V2 lowest {worst:.6} dB");
}

#[test]
fn v3_aliases_are_below_minus_140_dbfs() {
    let mut worst = f64::NEG_INFINITY;
    for pair in pairs().into_iter().filter(|(from, to)| from > to) {
        let (low, high) = (1.02 * nyquist_hz(pair), f64::from(pair.0) / 2.0);
        for hz in (0..8).map(|i| low + (high - low) * f64::from(i) / 8.0).filter(|&hz| hz < high) {
            let out = convert(&sine(hz, 1.0, pair.0, pair.0 as usize / 5), pair.0, pair.1);
            let rms = middle(&out).iter().map(|&x| f64::from(x).powi(2)).sum::<f64>();
            let level = db((rms / middle(&out).len() as f64).sqrt() * 2.0_f64.sqrt());
            worst = worst.max(level);
            assert!(level <= -140.0, "{pair:?} {hz} Hz: {level} dBFS");
        }
    }
    println!("V3 worst alias {worst:.1} dBFS");
}

#[test]
fn v3_images_are_below_minus_140_dbfs() {
    let mut worst = f64::NEG_INFINITY;
    for pair in pairs().into_iter().filter(|(from, to)| from < to) {
        for part in [0.3, 0.7, 0.98] {
            // The first image above the old Nyquist frequency, at 1.02 of it for the last tone.
            let hz = part * nyquist_hz(pair);
            let image_hz = f64::from(pair.0) - hz;
            if image_hz < f64::from(pair.1) / 2.0 {
                let out = convert(&sine(hz, 1.0, pair.0, pair.0 as usize / 5), pair.0, pair.1);
                let tone = fit(middle(&out), hz, pair.1).0;
                let windowed = image_level(middle(&out), image_hz, pair.1);
                worst = worst.max(db(windowed));
                assert!(db(windowed) <= -140.0, "{pair:?} {hz}: {} (tone {tone})", db(windowed));
            }
        }
    }
    println!("V3 worst image {worst:.1} dBFS");
}

/// Amplitude at `hz` through a window whose side lobes do not reach 140 dB.
fn image_level(signal: &[f32], hz: f64, rate_hz: u32) -> f64 {
    let count = signal.len() as f64;
    let (mut re, mut im, mut sum) = (0.0, 0.0, 0.0);
    for (n, &x) in signal.iter().enumerate() {
        let phase = TAU * n as f64 / count;
        let window = 0.355_768 - 0.487_396 * phase.cos() + 0.144_232 * (2.0 * phase).cos()
            - 0.012_604 * (3.0 * phase).cos();
        let window = window * window;
        let (s, c) = (TAU * hz / f64::from(rate_hz) * n as f64).sin_cos();
        re += f64::from(x) * window * c;
        im += f64::from(x) * window * s;
        sum += window;
    }
    2.0 * re.hypot(im) / sum
}

#[test]
fn v4_thd_and_noise_of_997_hz_at_minus_1_dbfs_are_below_minus_140_db() {
    let amplitude = 10.0_f64.powf(-1.0 / 20.0);
    let mut worst = f64::NEG_INFINITY;
    for pair in pairs() {
        let out = convert(&sine(997.0, amplitude, pair.0, pair.0 as usize / 2), pair.0, pair.1);
        let (level, rest) = fit(middle(&out), 997.0, pair.1);
        let ratio = db(rest * 2.0_f64.sqrt() / level);
        worst = worst.max(ratio);
        assert!(ratio <= -140.0, "{pair:?}: {ratio} dB");
    }
    println!("V4 worst {worst:.1} dB");
}

#[test]
fn v5_the_length_is_rounded_and_an_impulse_is_symmetric_where_it_belongs() {
    for pair in pairs() {
        for frames in [0_usize, 1, 2, 1000, 12_345] {
            let out = convert(&vec![0.25; frames], pair.0, pair.1);
            let exact = frames as f64 * f64::from(pair.1) / f64::from(pair.0);
            assert_eq!(out.len(), (exact + 0.5).floor() as usize, "{pair:?} {frames}");
        }
        // An impulse at a frame whose time is a frame of the output, too.
        let divisor = (1..=pair.0.min(pair.1)).rev().find(|d| pair.0 % d == 0 && pair.1 % d == 0);
        let (from, to) = (pair.0 / divisor.unwrap(), pair.1 / divisor.unwrap());
        let units = 20_000_u32.div_ceil(from);
        let (at, expected) = ((units * from) as usize, (units * to) as usize);
        let mut input = vec![0.0; 2 * at + 1];
        input[at] = 1.0;
        let out = convert(&input, pair.0, pair.1);
        let peak = (0..out.len()).max_by(|&a, &b| out[a].abs().total_cmp(&out[b].abs()));
        assert_eq!(peak, Some(expected), "{pair:?}");
        for offset in 1..300.min(expected) {
            let (before, after) = (out[expected - offset], out[expected + offset]);
            assert!((before - after).abs() <= 1e-7, "{pair:?} {offset}: {before} {after}");
        }
    }
}

#[test]
fn v6_there_and_back_nulls_below_minus_120_dbfs() {
    let frames = 44_100;
    let input: Vec<f32> = (0..frames)
        .map(|n| {
            let t = n as f64 / 44_100.0;
            [110.0, 997.0, 7_919.0, 15_013.0, 19_900.0]
                .iter()
                .map(|hz| 0.18 * (TAU * hz * t).sin())
                .sum::<f64>() as f32
        })
        .collect();
    let back = convert(&convert(&input, 44_100, 96_000), 96_000, 44_100);
    assert_eq!(back.len(), input.len());
    let difference: f64 =
        middle(&input).iter().zip(middle(&back)).map(|(a, b)| f64::from(a - b).powi(2)).sum();
    let level = db((difference / middle(&input).len() as f64).sqrt());
    println!("V6 null {level:.1} dBFS");
    assert!(level <= -120.0, "{level} dBFS");
}

#[test]
fn v7_a_tone_keeps_its_pitch_between_all_pairs() {
    for pair in pairs() {
        let out = convert(&sine(1000.0, 0.5, pair.0, pair.0 as usize / 4), pair.0, pair.1);
        let (amplitude, rest) = fit(middle(&out), 1000.0, pair.1);
        assert!((amplitude - 0.5).abs() < 1e-5 && rest < 1e-6, "{pair:?}: {amplitude} {rest}");
    }
}

#[test]
fn v8_any_chunking_gives_the_same_bits() {
    let mut state = 1_u32;
    let mut random = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 8
    };
    let noise: Vec<f32> = (0..20_000).map(|_| random() as f32 / 8_388_608.0 - 1.0).collect();
    for pair in [(44_100, 48_000), (96_000, 44_100), (48_000, 48_000), (8_000, 44_100)] {
        let whole = convert(&noise, pair.0, pair.1);
        for most in [1, 7, 64, 1000, 5000] {
            let mut converter = Converter::new(pair.0, pair.1, 2);
            let mut out = vec![Vec::new(), Vec::new()];
            let mut rest = &noise[..];
            while !rest.is_empty() {
                let (piece, after) = rest.split_at(rest.len().min(1 + random() as usize % most));
                converter.push(&[piece, piece], &mut out);
                rest = after;
            }
            converter.finish(&mut out);
            assert!(out.iter().all(|channel| *channel == whole), "{pair:?} {most}");
        }
    }
}
