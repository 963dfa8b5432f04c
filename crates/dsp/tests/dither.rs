//! Dither as it can be measured from the codes alone: rows H1 to H4.

use std::f64::consts::TAU;

use realfft::RealFftPlanner;
use twobus_dsp::dither::{Dither, Quantizer};
use twobus_dsp::units::Db;

const FRAMES: usize = 1 << 20;
const TPDF: Dither = Dither::Tpdf { seed: 1 };

/// Error of `channel` in steps: code minus sample.
fn error(bits: u32, dither: Dither, channel: usize, samples: &[f64]) -> Vec<f64> {
    let mut codes = vec![0; samples.len()];
    Quantizer::new(bits, dither).quantize(channel, 0, samples, &mut codes);
    let scale = 2.0_f64.powi(bits as i32 - 1);
    codes.iter().zip(samples).map(|(&code, sample)| f64::from(code) - sample * scale).collect()
}

fn power(values: &[f64]) -> f64 {
    values.iter().map(|x| x * x).sum::<f64>() / values.len() as f64
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn sine(gain: f64, cycles: usize) -> Vec<f64> {
    let step = TAU * cycles as f64 / FRAMES as f64;
    (0..FRAMES).map(|n| gain * (step * n as f64).sin()).collect()
}

/// Power of each bin of the spectrum, both signs together: a sine of amplitude 1 reads 0.5.
fn spectrum(values: &[f64]) -> Vec<f64> {
    let transform = RealFftPlanner::new().plan_fft_forward(values.len());
    let (mut input, mut output) = (values.to_vec(), transform.make_output_vec());
    transform.process(&mut input, &mut output).expect("the lengths come from the transform");
    let scale = 2.0 / (values.len() as f64).powi(2);
    output.iter().map(|bin| bin.norm_sqr() * scale).collect()
}

fn error_power_dbfs(bits: u32, dither: Dither, samples: &[f64]) -> f64 {
    let steps = 2.0_f64.powi(bits as i32 - 1);
    Db::from_power(power(&error(bits, dither, 0, samples)) / (steps * steps)).0
}

#[test]
fn h1_tpdf_error_power_is_minus_96_33_dbfs_at_16_bits_and_minus_144_49_at_24() {
    let signal = sine(0.5, 21_773);
    for (bits, dither, expected) in
        [(16, TPDF, -96.33), (24, TPDF, -144.49), (16, Dither::Off, -101.10)]
    {
        let actual = error_power_dbfs(bits, dither, &signal);
        assert!((actual - expected).abs() < 0.1, "{bits} bits, {dither:?}: {actual} dBFS");
    }
    let silence = error_power_dbfs(16, TPDF, &vec![0.0; FRAMES]);
    assert!((silence + 96.33).abs() < 0.1, "silence: {silence} dBFS");
}

#[test]
fn h2_mean_and_power_of_the_error_do_not_depend_on_dc() {
    for part in 0..=20 {
        let dc = f64::from(part) / 20.0 / 32_768.0;
        let error = error(16, TPDF, part as usize, &vec![dc; FRAMES]);
        let (mean, rms) = (mean(&error), power(&error).sqrt());
        assert!(mean.abs() <= 0.005, "mean {mean} at {part}/20 of a step");
        assert!((rms / 0.5 - 1.0).abs() <= 0.005, "RMS {rms} at {part}/20 of a step");
    }
}

#[test]
fn h3_a_tone_keeps_its_level_down_to_minus_110_dbfs_without_harmonics() {
    // A whole number of cycles near 997 Hz at 48 kHz.
    let cycles = 21_779;
    for level in [-80.0, -90.0, -100.0, -110.0] {
        let signal = sine(Db(level).to_gain(), cycles);
        let error = error(16, TPDF, 0, &signal);
        let codes: Vec<f64> = error.iter().zip(&signal).map(|(e, s)| e / 32_768.0 + s).collect();
        let bins = spectrum(&codes);
        let read = |bin: usize| Db::from_power(2.0 * bins[bin]).0;
        assert!((read(cycles) - level).abs() < 0.2, "{level} dBFS reads {}", read(cycles));
        for harmonic in 2..=10 {
            let found = read(harmonic * cycles);
            assert!(found < -130.0, "harmonic {harmonic} of {level} dBFS at {found} dBFS");
        }
    }
}

#[test]
fn h4_the_error_is_white_within_0_5_db_per_third_octave() {
    let frames = 1 << 22;
    let bins = spectrum(&error(16, TPDF, 0, &vec![0.25 / 32_768.0; frames]));
    let flat = 2.0 * 0.25 / frames as f64;
    // From 50 Hz to 20 kHz at 48 kHz.
    for band in 0..26 {
        let centre_hz = 50.0 * 2.0_f64.powf(f64::from(band) / 3.0);
        let edge = |sixths: f64| {
            (centre_hz * 2.0_f64.powf(sixths / 6.0) / 48_000.0 * frames as f64) as usize
        };
        let level_db = 10.0 * (mean(&bins[edge(-1.0)..edge(1.0)]) / flat).log10();
        assert!(level_db.abs() < 0.5, "{level_db:+.3} dB at {centre_hz:.0} Hz");
    }
}

#[test]
fn h4_the_error_correlates_neither_with_itself_nor_between_channels() {
    let silence = vec![0.0; FRAMES];
    let [left, right] = [0, 1].map(|channel| error(16, TPDF, channel, &silence));
    let correlation = |a: &[f64], b: &[f64]| {
        let product: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum();
        product / (power(a) * power(b)).sqrt() / a.len() as f64
    };
    for lag in (1..=64).chain([1 << 8, 1 << 12, 1 << 16]) {
        let own = correlation(&left[lag..], &left[..FRAMES - lag]);
        assert!(own.abs() <= 0.01, "{own} at a lag of {lag}");
    }
    for lag in 0..=16 {
        let between = correlation(&left[lag..], &right[..FRAMES - lag]);
        assert!(between.abs() <= 0.01, "{between} between channels at {lag}");
    }
}

#[test]
fn h4_seeds_choose_the_noise() {
    let noise = |seed| error(16, Dither::Tpdf { seed }, 0, &[0.0; 64]);
    assert_eq!(noise(1), noise(1));
    assert_ne!(noise(1), noise(2));
}
