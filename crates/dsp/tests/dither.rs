//! Dither as it can be measured from the codes alone: rows H1 to H5.

use std::f64::consts::TAU;

use realfft::RealFftPlanner;
use twobus_dsp::dither::shape::{Shape, threshold_db};
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
fn h3_a_tone_that_fades_to_silence_shows_no_stepping() {
    /// Frames of a window: its mean is known to a hundredth of a step, its power to 2 %.
    const WINDOW: usize = 1 << 15;
    let step = TAU * 997.0 / 48_000.0;
    let gain = |n: usize| Db(-80.0 - 50.0 * n as f64 / FRAMES as f64).to_gain();
    let signal: Vec<f64> = (0..FRAMES).map(|n| gain(n) * (step * n as f64).sin()).collect();
    let windows = |dither| -> Vec<(f64, f64)> {
        error(16, dither, 0, &signal).chunks(WINDOW).map(|w| (mean(w), power(w).sqrt())).collect()
    };
    for dither in [TPDF, shaped(48_000)] {
        let usual = power(&error(16, dither, 0, &vec![0.0; FRAMES])).sqrt();
        for (window, (mean, rms)) in windows(dither).into_iter().enumerate() {
            assert!(mean.abs() <= 0.02, "{dither:?}: mean {mean} in window {window}");
            assert!((rms / usual - 1.0).abs() <= 0.03, "{dither:?}: RMS {rms}, usual {usual}");
        }
    }
    // Plain rounding steps: at last it keeps the tone's whole error, and no noise.
    let plain = windows(Dither::Off);
    let (loud, soft) = (plain[0].1, plain[plain.len() - 1].1);
    assert!(soft < 0.1 * loud, "{soft} after {loud}");
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

/// Rates that files are delivered at.
const RATES_HZ: [u32; 6] = [44_100, 48_000, 88_200, 96_000, 176_400, 192_000];

fn shaped(rate_hz: u32) -> Dither {
    Dither::Shaped { seed: 1, rate_hz }
}

/// Mean power of `bins` within a sixth of an octave to both sides of `hz`, against white TPDF's, in dB.
fn third_octave_db(bins: &[f64], rate_hz: u32, hz: f64) -> f64 {
    let frames = 2 * (bins.len() - 1);
    let edge = |sixths: f64| {
        (hz * 2.0_f64.powf(sixths / 6.0) / f64::from(rate_hz) * frames as f64) as usize
    };
    let flat = 2.0 * 0.25 / frames as f64;
    10.0 * (mean(&bins[edge(-1.0)..edge(1.0).min(bins.len())]) / flat).log10()
}

#[test]
fn h5_the_shaped_error_follows_its_curve_within_1_db_at_every_rate() {
    for rate_hz in RATES_HZ {
        let bins = spectrum(&error(16, shaped(rate_hz), 0, &vec![0.25 / 32_768.0; 4 * FRAMES]));
        let mut worst = 0.0_f64;
        for band in 0..23 {
            let hz = 100.0 * 2.0_f64.powf(f64::from(band) / 3.0);
            // The curve's own mean over the band, as the error's.
            let sixth = |k: i32| hz * 2.0_f64.powf(f64::from(k) / 600.0);
            let power = |k| 10.0_f64.powf(Shape::aim_db(rate_hz, sixth(k)) / 10.0);
            let (sum, width) = (-100..100).fold((0.0, 0.0), |(sum, width), k| {
                let step = sixth(k + 1) - sixth(k);
                (sum + power(k) * step, width + step)
            });
            let off = third_octave_db(&bins, rate_hz, hz) - 10.0 * f64::log10(sum / width);
            worst = if off.abs() > worst.abs() { off } else { worst };
        }
        println!("{rate_hz} Hz: {worst:+.2} dB at worst");
        assert!(worst.abs() <= 1.0, "{worst:+.2} dB at {rate_hz} Hz");
    }
}

/// The level of an error behind a weighting against that of white TPDF dither, in dB.
fn weighted_db(bins: &[f64], rate_hz: u32, weight: impl Fn(f64) -> f64) -> f64 {
    let hz = |bin: usize| bin as f64 * f64::from(rate_hz) / (2 * (bins.len() - 1)) as f64;
    let flat = 2.0 * 0.25 / (2 * (bins.len() - 1)) as f64;
    let weights: Vec<f64> = (0..bins.len()).map(|bin| weight(hz(bin))).collect();
    let sum: f64 = bins.iter().zip(&weights).map(|(power, weight)| power * weight).sum();
    10.0 * (sum / (flat * weights.iter().sum::<f64>())).log10()
}

/// The filter that R. Wannamaker found best behind F-weighting: "Psychoacoustically Optimal Noise Shaping",
/// JAES 40(7/8), 1992, Table 1, order 9 at 44.1 kHz.
const OPTIMUM: [f64; 10] =
    [1.0, -2.412, 3.370, -3.937, 4.174, -3.353, 2.205, -1.281, 0.569, -0.0847];

/// Its squared magnitude.
fn optimum(hz: f64) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for (k, a) in OPTIMUM.iter().enumerate() {
        let (sin, cos) = (TAU * hz / 44_100.0 * k as f64).sin_cos();
        (re, im) = (re + a * cos, im - a * sin);
    }
    re * re + im * im
}

/// The theorem of M. Gerzon and P. Craven ("Optimal Noise Shaping and Dither of Digital Signals", 87th AES
/// Convention, 1989): over all frequencies, the mean of a shaped error's level in dB is that of the white
/// one, where the filter is of minimum phase; any other filter adds to it.
#[test]
fn h5_what_the_shape_takes_in_one_place_it_adds_in_another_to_the_last_decibel() {
    let mean_db = |bins: &[f64]| mean(&bins.iter().map(|x| 10.0 * x.log10()).collect::<Vec<f64>>());
    for rate_hz in RATES_HZ {
        let level =
            |dither| mean_db(&spectrum(&error(16, dither, 0, &vec![0.25 / 32_768.0; FRAMES]))[1..]);
        let off = level(shaped(rate_hz)) - level(TPDF);
        println!("{rate_hz} Hz: {off:+.3} dB");
        assert!(off.abs() < 0.1, "{off:+} dB at {rate_hz} Hz");
    }
    // So is the filter of the literature, as it stands here.
    let points =
        (0..100_000).map(|point| 10.0 * optimum(0.2205 * (f64::from(point) + 0.5)).log10());
    let off = mean(&points.collect::<Vec<f64>>());
    assert!(off.abs() < 0.001, "{off:+} dB");
}

#[test]
fn h5_behind_f_weighting_the_shaped_error_is_10_db_below_white_dither_at_44_1_khz() {
    // F-weighting is only known as a drawing. The filter that is best for it has, as a least-squares optimum,
    // its reciprocal as its own response.
    let f_weight = |hz: f64| 1.0 / optimum(hz);
    let threshold = |hz: f64| 10.0_f64.powf(-threshold_db(hz) / 10.0);
    let bins = spectrum(&error(16, shaped(44_100), 0, &vec![0.25 / 32_768.0; FRAMES]));
    let (f, hearing) =
        (weighted_db(&bins, 44_100, f_weight), weighted_db(&bins, 44_100, threshold));
    println!("F-weighted {f:.1} dB, by the threshold of hearing {hearing:.1} dB");
    assert!(f <= -10.0, "{f} dB");
    assert!(hearing <= -10.0, "{hearing} dB");
}

#[test]
fn h5_total_power_is_as_said() {
    for rate_hz in RATES_HZ {
        let said = shaped(rate_hz).rms_dbfs(16);
        let found = error_power_dbfs(16, shaped(rate_hz), &sine(0.5, 21_773));
        println!("{rate_hz} Hz: {said:.2} dBFS");
        assert!((found - said).abs() < 0.1, "{found}, not {said} dBFS at {rate_hz} Hz");
    }
    assert!((TPDF.rms_dbfs(16) + 96.33).abs() < 0.01 && (TPDF.rms_dbfs(24) + 144.49).abs() < 0.01);
}

#[test]
fn h5_the_shaped_error_is_stable_with_silence_dc_and_a_full_scale_square() {
    let square = (0..FRAMES).map(|n| if n / 50 % 2 == 0 { 1.0 } else { -1.0 });
    let square: Vec<f64> = square.collect();
    let dc = |level: f64| vec![level; FRAMES];
    for rate_hz in [44_100, 192_000] {
        let largest = shaped(rate_hz).peak_steps();
        for (name, signal) in [
            ("silence", dc(0.0)),
            ("DC", dc(0.3)),
            ("full scale", dc(-1.0)),
            ("square", square.clone()),
        ] {
            let error = error(16, shaped(rate_hz), 0, &signal);
            // What lies beyond full scale is clamped, which only ever takes from it.
            assert!(error.iter().all(|e| e.abs() <= largest), "{name} at {rate_hz} Hz");
            let (head, tail) = error.split_at(FRAMES / 2);
            let drift = 10.0 * (power(tail) / power(head)).log10();
            assert!(drift.abs() < 0.1, "{name} at {rate_hz} Hz: {drift} dB");
            // No line stands out of the noise: no limit cycle. Clamping makes some of what is no noise.
            if name == "silence" || name == "DC" {
                assert_no_line(&spectrum(tail), name);
            }
        }
    }
}

/// Each bin of a noise is exponentially distributed around its neighbours' mean; of half a million one
/// exceeds it by some 13 times, not by 30.
fn assert_no_line(bins: &[f64], name: &str) {
    for (index, around) in bins.windows(401).enumerate().step_by(7) {
        let local = mean(around);
        assert!(around[200] < 30.0 * local, "{name}: a line at bin {}", index + 200);
    }
}

#[test]
fn h5_h3_a_soft_tone_keeps_its_level_in_shaped_dither_without_harmonics() {
    let cycles = 21_779;
    for level in [-80.0, -100.0, -110.0] {
        let signal = sine(Db(level).to_gain(), cycles);
        let error = error(16, shaped(48_000), 0, &signal);
        let codes: Vec<f64> = error.iter().zip(&signal).map(|(e, s)| e / 32_768.0 + s).collect();
        let bins = spectrum(&codes);
        let read = |bin: usize| Db::from_power(2.0 * bins[bin]).0;
        assert!((read(cycles) - level).abs() < 0.2, "{level} dBFS reads {}", read(cycles));
        for harmonic in 2..=5 {
            let found = read(harmonic * cycles);
            assert!(found < -130.0, "harmonic {harmonic} of {level} dBFS at {found} dBFS");
        }
    }
}

#[test]
fn e3_shaped_dither_does_not_depend_on_the_lengths_of_blocks() {
    let samples: Vec<f64> = (0..10_000).map(|n| (f64::from(n) * 0.01).sin() * 0.9).collect();
    let codes = |block: usize| {
        let mut quantizer = Quantizer::new(16, shaped(44_100));
        let mut codes = vec![0; samples.len()];
        for start in (0..samples.len()).step_by(block) {
            let range = start..(start + block).min(samples.len());
            for channel in [1, 0] {
                let out = &mut codes[range.clone()];
                quantizer.quantize(channel, start as u64, &samples[range.clone()], out);
            }
        }
        codes
    };
    let whole = codes(samples.len());
    assert!([1, 17, 512, 9999].into_iter().all(|block| codes(block) == whole));
}

#[test]
fn shaped_dither_takes_what_is_not_a_number_and_goes_on() {
    let mut quantizer = Quantizer::new(16, shaped(44_100));
    let mut codes = [0; 6];
    let samples = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, 0.0, 0.5];
    quantizer.quantize(0, 0, &samples, &mut codes);
    assert!(codes[0].abs() < 100 && codes[1] == 32_767 && codes[2] == -32_768);
    assert!(codes[4].abs() < 100 && (codes[5] - 16_384).abs() < 100, "{codes:?}");
    assert_eq!(quantizer.clamped(), 3);
}
