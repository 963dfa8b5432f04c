//! The spectrum analyser against tones and noises of known levels: rows A1 to A7 but for its live half.

use std::f64::consts::TAU;

use proptest::prelude::*;
use realfft::RealFftPlanner;
use twobus_dsp::meter::spectrum::{Averaging, Spectrum, third_octaves};

const RATES: [f64; 3] = [44_100.0, 48_000.0, 96_000.0];

fn sine(rate_hz: f64, frequency_hz: f64, gain: f64, frames: usize) -> Vec<f32> {
    let step = TAU * frequency_hz / rate_hz;
    (0..frames).map(|n| (gain * (step * n as f64).sin()) as f32).collect()
}

/// White noise of uniform samples, mean square 1/3.
fn noise(seed: u64, frames: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    };
    (0..frames).map(|_| next() as f32).collect()
}

/// Noise whose density falls by 3.01 dB an octave, made in frequency so that it is exact.
fn pink(rate_hz: f64, frames: usize) -> Vec<f32> {
    let mut planner = RealFftPlanner::<f64>::new();
    let (forward, back) = (planner.plan_fft_forward(frames), planner.plan_fft_inverse(frames));
    let mut white: Vec<f64> = noise(7, frames).into_iter().map(f64::from).collect();
    let mut bins = forward.make_output_vec();
    forward.process(&mut white, &mut bins).expect("lengths agree");
    for (bin, value) in bins.iter_mut().enumerate() {
        let hz = bin as f64 * rate_hz / frames as f64;
        *value = if hz < 5.0 { 0.0.into() } else { *value / (value.norm() * hz.sqrt()) };
    }
    let last = bins.len() - 1;
    bins[last].im = 0.0;
    back.process(&mut bins, &mut white).expect("lengths agree");
    white.into_iter().map(|x| (x * 0.01) as f32).collect()
}

fn of(rate_hz: f64, left: &[f32], right: &[f32]) -> Spectrum {
    let mut spectrum = Spectrum::new(rate_hz, Averaging::Infinite);
    spectrum.push(left, right);
    assert!(spectrum.transforms() > 0);
    spectrum
}

#[test]
fn a1_a_tone_reads_its_level_and_frequency_wherever_it_lies() {
    for rate_hz in RATES {
        for step in 0..400 {
            let frequency_hz = 20.0 * 1000.0_f64.powf(f64::from(step) / 399.0);
            let tone = sine(rate_hz, frequency_hz, 0.1, 2 * 32_768);
            let spectrum = of(rate_hz, &tone, &tone);
            let (found_hz, level) = spectrum.strongest();
            let bins = (found_hz - frequency_hz) / spectrum.bin_hz();
            assert!((level.0 + 20.0).abs() <= 0.1, "{frequency_hz} Hz at {rate_hz}: {}", level.0);
            assert!(bins.abs() <= 0.2, "{frequency_hz} Hz at {rate_hz}: {bins} bins");
            let drawn = spectrum.curve_db(frequency_hz, 1.0 / 24.0, 0.0).0;
            assert!((drawn + 20.0).abs() <= 0.1, "drawn {frequency_hz} Hz at {rate_hz}: {drawn}");
        }
    }
}

#[test]
fn a2_pink_noise_is_flat_in_thirds_and_white_noise_in_density() {
    for rate_hz in RATES {
        let frames = 1 << 21;
        let signal = pink(rate_hz, frames);
        let spectrum = of(rate_hz, &signal, &signal);
        let levels: Vec<f64> = third_octaves()
            .map(|band| 10.0 * spectrum.band_power(band.from_hz, band.to_hz).log10())
            .collect();
        let mean = levels.iter().sum::<f64>() / levels.len() as f64;
        for (band, level) in third_octaves().zip(&levels) {
            let off = level - mean;
            assert!(off.abs() <= 0.5, "{:.0} Hz at {rate_hz}: {off}", band.middle_hz);
        }
        let white = noise(3, frames);
        let spectrum = of(rate_hz, &white, &white);
        let expected = 10.0 * (1.0 / 3.0 / (rate_hz / 2.0)).log10();
        for band in third_octaves().filter(|band| band.middle_hz > 100.0) {
            let width = band.to_hz - band.from_hz;
            let density = 10.0 * (spectrum.band_power(band.from_hz, band.to_hz) / width).log10();
            assert!((density - expected).abs() <= 0.5, "{:.0} Hz: {density}", band.middle_hz);
        }
    }
}

#[test]
fn a2_the_slope_of_the_curve_is_exact() {
    let signal = noise(5, 1 << 17);
    let spectrum = of(48_000.0, &signal, &signal);
    for slope in [-6.0, 3.0, 4.5] {
        for octaves in -5..=4 {
            let at = 1000.0 * 2.0_f64.powi(octaves);
            let flat = spectrum.curve_db(at, 0.1, 0.0).0;
            let tilted = spectrum.curve_db(at, 0.1, slope).0;
            assert!((tilted - flat - slope * f64::from(octaves)).abs() < 1e-9);
        }
    }
}

#[test]
fn a3_the_bands_sum_to_the_mean_square() {
    let signals = [noise(11, 1 << 20), sine(48_000.0, 997.0, 0.5, 1 << 20)];
    for signal in signals {
        let mean_square =
            signal.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / signal.len() as f64;
        let spectrum = of(48_000.0, &signal, &signal);
        let mut edges: Vec<f64> = third_octaves().map(|band| band.to_hz).collect();
        edges.insert(0, 0.0);
        edges.push(24_000.0 + spectrum.bin_hz());
        let sum: f64 = edges.windows(2).map(|two| spectrum.band_power(two[0], two[1])).sum();
        let off = 10.0 * (sum / mean_square).log10();
        assert!(off.abs() <= 0.05, "{off} dB");
    }
}

#[test]
fn a4_ten_bins_beside_a_tone_there_is_nothing_of_it() {
    for rate_hz in RATES {
        for part in [0.0, 0.25, 0.5, 0.77] {
            let bin_hz = of(rate_hz, &[0.0; 65_536], &[0.0; 65_536]).bin_hz();
            let frequency_hz = (341.0 + part) * bin_hz;
            // In 64 bit a tone has no noise of its own to hide in; in 32 bit that lies at -150 dB.
            let tone = sine(rate_hz, frequency_hz, 1.0, 65_536);
            let spectrum = of(rate_hz, &tone, &tone);
            let farther = (0..=spectrum.length() / 2)
                .filter(|&bin| (bin as f64 - 341.0 - part).abs() >= 10.0)
                .map(|bin| spectrum.tone_db(bin).0);
            let worst = farther.fold(f64::MIN, f64::max);
            assert!(worst <= -100.0, "{part} at {rate_hz}: {worst} dB");
        }
    }
}

#[test]
fn a5_what_fades_from_memory_does_so_with_its_time_constant() {
    let rate_hz = 48_000.0;
    for time_s in [0.1, 0.3, 1.0, 3.0] {
        let mut spectrum = Spectrum::new(rate_hz, Averaging::Exponential(time_s));
        let tone = sine(rate_hz, 1000.0, 1.0, spectrum.length());
        spectrum.push(&tone, &tone);
        // From where the window has left the tone behind, only the memory is left.
        let silence = vec![0.0; spectrum.length()];
        spectrum.push(&silence, &silence);
        let before = spectrum.strongest().1.0;
        let hops = (2.0 * time_s * rate_hz / spectrum.hop() as f64).round() as usize;
        let silence = vec![0.0; hops * spectrum.hop()];
        spectrum.push(&silence, &silence);
        let fallen_db = before - spectrum.strongest().1.0;
        let seconds = (hops * spectrum.hop()) as f64 / rate_hz;
        let found_s = seconds / (fallen_db / 10.0 * std::f64::consts::LN_10);
        assert!((found_s / time_s - 1.0).abs() <= 0.05, "{time_s} s: {found_s}");
    }
}

/// Welch's estimate written down as its definition says, one bin at a time, with the same window.
fn welch(signal: &[f32], rate_hz: f64, length: usize, hop: usize, bin: usize) -> f64 {
    let terms = [
        0.3232153788877343,
        -0.471492143957626,
        0.1755341299601972,
        -0.02849699010614994,
        0.001261357088292677,
    ];
    let window = |n: usize| -> f64 {
        (0..5).map(|k| terms[k] * (TAU * (k * n) as f64 / length as f64).cos()).sum()
    };
    let window: Vec<f64> = (0..length).map(window).collect();
    let squares: f64 = window.iter().map(|w| w * w).sum();
    let starts: Vec<usize> = (0..=signal.len() - length).step_by(hop).collect();
    let power = |start: &usize| {
        let (mut re, mut im) = (0.0, 0.0);
        for n in 0..length {
            let angle = TAU * ((bin * n) % length) as f64 / length as f64;
            let x = f64::from(signal[start + n]) * window[n];
            (re, im) = (re + x * angle.cos(), im - x * angle.sin());
        }
        2.0 * (re * re + im * im) / (rate_hz * squares)
    };
    starts.iter().map(power).sum::<f64>() / starts.len() as f64
}

#[test]
fn a5_the_infinite_average_is_welchs() {
    let signal = noise(19, 60_000);
    let spectrum = of(48_000.0, &signal, &signal);
    for bin in [1, 17, 400, 3000, 8000] {
        let expected =
            10.0 * welch(&signal, 48_000.0, spectrum.length(), spectrum.hop(), bin).log10();
        let found = spectrum.density_db(bin).0;
        assert!((found - expected).abs() <= 0.05, "bin {bin}: {found}, not {expected}");
    }
}

#[test]
fn a6_silence_reads_as_silence() {
    let spectrum = of(48_000.0, &[0.0; 65_536], &[0.0; 65_536]);
    for bin in 0..=spectrum.length() / 2 {
        assert!(spectrum.tone_db(bin).0 <= -140.0);
    }
    assert!(spectrum.curve_db(20.0, 0.1, 3.0).0 <= -140.0);
    let broken = of(48_000.0, &[f32::NAN; 65_536], &[f32::INFINITY; 65_536]);
    assert!(broken.strongest().1.0 <= -140.0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]
    #[test]
    fn a7_block_lengths_do_not_matter(cuts in proptest::collection::vec(1_usize..5000, 1..40)) {
        let (left, right) = (noise(1, 60_000), noise(2, 60_000));
        let whole = of(48_000.0, &left, &right);
        let mut parts = Spectrum::new(48_000.0, Averaging::Infinite);
        let (mut at, mut turn) = (0, 0);
        while at < left.len() {
            let to = (at + cuts[turn % cuts.len()]).min(left.len());
            parts.push(&left[at..to], &right[at..to]);
            (at, turn) = (to, turn + 1);
        }
        let equal = (0..=whole.length() / 2)
            .all(|bin| whole.tone_db(bin).0.to_bits() == parts.tone_db(bin).0.to_bits());
        prop_assert!(equal);
    }
}
