//! What the file is.

use realfft::RealFftPlanner;

use super::*;

fn material(rate_hz: u32, coding: Coding) -> Material {
    Material { rate_hz, coding }
}

fn tone_at(rate_hz: u32) -> Vec<f32> {
    let at = |n: u32| 0.2 * (TAU * 997.0 * f64::from(n) / f64::from(rate_hz)).sin();
    (0..rate_hz).map(|n| at(n) as f32).collect()
}

#[test]
fn dsp19_sample_rate() {
    let cases =
        [(22_050, FIX), (44_099, FIX), (44_100, FINE), (192_000, FINE), (384_000, CONSIDER)];
    for (rate_hz, verdict) in cases {
        let tone = tone_at(rate_hz);
        let checked = check_as(material(rate_hz, Coding::Float), &tone, &tone);
        let _row = judged(Check::SampleRate, &checked, verdict);
    }
}

#[test]
fn dsp19_bit_depth_and_lossy_source() {
    let tone = tone_at(RATE_HZ);
    let cases = [
        (Coding::Integer(8), STRONG, FINE),
        (Coding::Integer(16), CONSIDER, FINE),
        (Coding::Integer(20), CONSIDER, FINE),
        (Coding::Integer(24), FINE, FINE),
        (Coding::Integer(32), FINE, FINE),
        (Coding::Float, FINE, FINE),
        (Coding::Lossy, FINE, FIX),
    ];
    for (coding, depth, lossy) in cases {
        let checked = check_as(material(RATE_HZ, coding), &tone, &tone);
        let _row = judged(Check::BitDepth, &checked, depth);
        let _row = judged(Check::LossyFile, &checked, lossy);
    }
}

/// Noise in whole numbers of `bits`.
fn in_bits(bits: i32) -> Vec<f32> {
    let scale = 2.0_f32.powi(bits - 1);
    noise(7, 48_000).iter().map(|x| (0.5 * x * scale).round() / scale).collect()
}

#[test]
fn dsp19_padded_bits() {
    let cases = [
        (Coding::Integer(24), 24, 0.0, FINE),
        (Coding::Integer(24), 17, 7.0, FINE),
        (Coding::Integer(24), 16, 8.0, CONSIDER),
        (Coding::Integer(16), 16, 0.0, FINE),
        (Coding::Integer(16), 8, 8.0, CONSIDER),
        (Coding::Float, 16, 8.0, CONSIDER),
        (Coding::Float, 24, 0.0, FINE),
    ];
    for (coding, bits, idle, verdict) in cases {
        let samples = in_bits(bits);
        let checked = check_as(material(RATE_HZ, coding), &samples, &samples);
        near(&judged(Check::IdleBits, &checked, verdict), idle, 0.0);
    }
    let louder: Vec<f32> = noise(1, 48_000).iter().map(|x| 1.7 * x).collect();
    let checked = check_as(material(RATE_HZ, Coding::Float), &louder, &louder);
    near(&judged(Check::IdleBits, &checked, FINE), 0.0, 0.0);
}

/// Pink noise of −20 dBFS that ends at `top_hz`, with noise of 16 bits over all of it.
fn ending_at(top_hz: f64, rate_hz: u32) -> Vec<f32> {
    let length = 2 * rate_hz as usize;
    let mut planner = RealFftPlanner::<f64>::new();
    let (forward, back) = (planner.plan_fft_forward(length), planner.plan_fft_inverse(length));
    let mut samples: Vec<f64> = noise(4, length).iter().map(|x| f64::from(*x)).collect();
    let mut spectrum = forward.make_output_vec();
    forward.process(&mut samples, &mut spectrum).unwrap();
    for (bin, value) in spectrum.iter_mut().enumerate() {
        let hz = bin as f64 / 2.0;
        *value *= if hz > top_hz { 0.0 } else { (20.0 / hz.max(20.0)).sqrt() };
    }
    // A spectrum of real samples.
    spectrum[0].im = 0.0;
    spectrum[length / 2].im = 0.0;
    back.process(&mut spectrum, &mut samples).unwrap();
    let power = samples.iter().map(|x| x * x).sum::<f64>() / length as f64;
    let scale = 0.1 / power.sqrt();
    let dither = noise(8, length);
    let dithered = samples.iter().zip(dither).map(|(x, d)| (x * scale) as f32 + d / 32_768.0);
    dithered.collect()
}

#[test]
fn dsp19_up_sampled_content_ends_far_below_half_the_rate() {
    let cases = [
        (96_000, 22_050.0, CONSIDER),
        (96_000, 24_000.0, CONSIDER),
        (96_000, 42_600.0, CONSIDER),
        (96_000, 43_700.0, FINE),
        (96_000, 48_000.0, FINE),
        (48_000, 22_050.0, FINE),
        (44_100, 11_025.0, CONSIDER),
        (44_100, 22_050.0, FINE),
    ];
    for (rate_hz, top_hz, verdict) in cases {
        let samples = ending_at(top_hz, rate_hz);
        let checked = check_as(material(rate_hz, Coding::Integer(24)), &samples, &samples);
        let row = judged(Check::Bandwidth, &checked, verdict);
        if verdict == STRONG {
            near(&row, top_hz / f64::from(rate_hz), 0.003);
        }
    }
}

#[test]
fn dsp19_lossy_shelves() {
    for rate_hz in [44_100, 48_000] {
        for (top_hz, verdict) in
            [(16_000.0, STRONG), (17_500.0, STRONG), (19_000.0, STRONG), (20_000.0, STRONG)]
        {
            let samples = ending_at(top_hz, rate_hz);
            let checked = check_as(material(rate_hz, Coding::Integer(24)), &samples, &samples);
            near(&judged(Check::Shelf, &checked, verdict), top_hz, 150.0);
        }
        for top_hz in [20_600.0, 24_000.0] {
            let samples = ending_at(top_hz, rate_hz);
            let checked = check_as(material(rate_hz, Coding::Integer(24)), &samples, &samples);
            assert_eq!(judged(Check::Shelf, &checked, FINE).value, None);
        }
    }
    // Dark music falls off, but not at once.
    let mut last = 0.0;
    let dark: Vec<f32> = noise(6, frames(4.0))
        .iter()
        .map(|x| {
            last += 0.02 * (x - last);
            last
        })
        .collect();
    let _row = judged(Check::Shelf, &check(&dark, &dark), FINE);
}
