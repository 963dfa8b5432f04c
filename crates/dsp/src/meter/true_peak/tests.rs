use std::f64::consts::{PI, TAU};

use super::*;

const RATES_HZ: [f64; 3] = [44_100.0, 48_000.0, 96_000.0];

/// Frames of a tone around a shorter one in the EBU cases 20 to 23, at four times the rate.
const FINE: usize = 4;

fn reading(signal: &[f64]) -> f64 {
    let mut meter = TruePeak::new(1);
    meter.push_f64(0, signal);
    meter.finish();
    meter.peak_db().0
}

fn verified(signal: &[f64]) -> f64 {
    let samples: Vec<f32> = signal.iter().map(|x| *x as f32).collect();
    let mut meter = VerifiedPeak::new(1);
    meter.push(0, &samples);
    meter.finish();
    meter.peak_db().0
}

/// A tone as in EBU Tech 3341, table 1, cases 15 to 19: 1 s with fades of 10 ms.
fn tone(rate_hz: f64, frequency: f64, amplitude: f64, degrees: f64) -> Vec<f64> {
    let frames = rate_hz as usize;
    let fade = 0.01 * rate_hz;
    (0..frames)
        .map(|i| {
            let edge = (i.min(frames - 1 - i) as f64 / fade).min(1.0);
            amplitude * edge * (TAU * frequency * i as f64 + degrees.to_radians()).sin()
        })
        .collect()
}

/// EBU Tech 3341, table 1, cases 20 to 23: a period of fs/4 at full scale within a tone of fs/6 at
/// half, made at four times the rate, low-passed, and decimated from `offset`.
fn burst(rate_hz: f64, offset: usize) -> Vec<f64> {
    let frames = (0.05 * rate_hz) as usize;
    let period = 4 * FINE;
    // A whole number of periods of the slow tone, so that both meet at a rising zero.
    let start = (frames / 12) * 6 * FINE;
    let fine = |i: usize| {
        let (slow, fast) = (TAU / (6 * FINE) as f64, TAU / period as f64);
        if i < start {
            0.5 * (slow * i as f64).sin()
        } else if i < start + period {
            (fast * (i - start) as f64).sin()
        } else {
            0.5 * (slow * (i - start - period) as f64).sin()
        }
    };
    let source: Vec<f64> = (0..frames * FINE).map(fine).collect();
    (0..frames - 64).map(|n| low_passed(&source, FINE * (n + 32) + offset)).collect()
}

/// The value at `at` after a low-pass at half the slower rate.
fn low_passed(source: &[f64], at: usize) -> f64 {
    const REACH: usize = 32 * FINE;
    let tap = |k: usize| {
        let t = (k as f64 - REACH as f64) / FINE as f64;
        let window = 0.5 + 0.5 * (PI * (k as f64 - REACH as f64) / REACH as f64).cos();
        window / FINE as f64 * if t == 0.0 { 1.0 } else { (PI * t).sin() / (PI * t) }
    };
    (0..2 * REACH).map(|k| tap(k) * source[at + k - REACH]).sum()
}

/// 64 points per frame by a Hann-windowed sinc, for signals far below half the rate.
fn fine_peak(signal: &[f64]) -> f64 {
    const REACH: usize = 48;
    let mut peak = 0.0_f64;
    for point in 0..64 {
        let taps: Vec<f64> = (0..2 * REACH)
            .map(|k| {
                let t = k as f64 - (REACH - 1) as f64 - f64::from(point) / 64.0;
                let window = 0.5 + 0.5 * (PI * t / REACH as f64).cos();
                window * if t == 0.0 { 1.0 } else { (PI * t).sin() / (PI * t) }
            })
            .collect();
        for span in signal.windows(2 * REACH) {
            let value: f64 = span.iter().zip(&taps).map(|(x, tap)| x * tap).sum();
            peak = peak.max(value.abs());
        }
    }
    20.0 * peak.log10()
}

#[test]
fn true_peak_of_ebu_3341_cases_15_to_19_is_exact_within_0_05_db_at_every_rate() {
    for rate_hz in RATES_HZ {
        for (frequency, amplitude, degrees) in [
            (0.25, 0.5, 0.0),
            (0.25, 0.5, 45.0),
            (1.0 / 6.0, 0.5, 60.0),
            (0.125, 0.5, 67.5),
            (0.25, 1.41, 45.0),
        ] {
            let signal = tone(rate_hz, frequency, amplitude, degrees);
            let expected = 20.0 * f64::log10(amplitude);
            for reading in [reading(&signal), verified(&signal)] {
                assert!((reading - expected).abs() < 0.05, "{reading} at {frequency}, {rate_hz}");
            }
        }
    }
}

#[test]
fn true_peak_of_ebu_3341_cases_20_to_23_is_a_64_times_meters_within_0_05_db_at_every_rate() {
    for rate_hz in RATES_HZ {
        for offset in 0..FINE {
            let signal = burst(rate_hz, offset);
            let expected = fine_peak(&signal);
            assert!((-0.4..0.2).contains(&expected), "case {}: {expected}", 20 + offset);
            for reading in [reading(&signal), verified(&signal)] {
                assert!((reading - expected).abs() < 0.05, "case {}: {reading}", 20 + offset);
                assert!((-0.4..0.2).contains(&reading));
            }
        }
    }
}

#[test]
fn the_reading_does_not_depend_on_the_lengths_of_pushes() {
    let signal: Vec<f32> = (0..20_000).map(|i| (f64::from(i) * 12.9898).sin() as f32).collect();
    let read = |length: usize| {
        let (mut meter, mut verified) = (TruePeak::new(1), VerifiedPeak::new(1));
        for block in signal.chunks(length) {
            meter.push(0, block);
            verified.push(0, block);
        }
        meter.finish();
        verified.finish();
        (meter.peak(0).to_bits(), verified.peak(0).to_bits())
    };
    for length in [1, 16, 17, 127, 480, 4096] {
        assert_eq!(read(length), read(signal.len()));
    }
}

#[test]
fn skipping_quiet_blocks_does_not_change_the_reading() {
    let music = |i: u32| {
        let t = f64::from(i);
        (t * 0.01).sin() * (0.5 + 0.4 * (t * 0.0003).sin()) + 0.1 * (t * t * 0.37).sin()
    };
    let signal: Vec<f64> = (0..40_000).map(music).collect();
    let (interpolator, mut channel) = (Interpolator::new(), Channel::new());
    let mut highest = 0.0_f64;
    for sample in signal.iter().copied().chain(std::iter::repeat_n(0.0, MARGIN + BLOCK)) {
        // Without a peak so far, no block is skipped.
        channel.peak = 0.0;
        channel.push(&interpolator, &[sample]);
        highest = highest.max(channel.peak);
    }
    assert_eq!(reading(&signal), 20.0 * highest.log10());
}

#[test]
fn e9_samples_that_are_not_finite_count_as_silence() {
    let mut meter = VerifiedPeak::new(2);
    meter.push(0, &[f32::NAN, f32::INFINITY, f32::NEG_INFINITY]);
    meter.push(1, &[0.0, 0.5, 0.0]);
    meter.finish();
    assert_eq!((meter.peak(0), meter.peak(1)), (0.0, 0.5));
}

#[test]
fn a_peak_between_the_very_first_or_last_samples_is_read() {
    for signal in [[0.7, 0.7, 0.0, 0.0], [0.0, 0.0, 0.7, 0.7]] {
        let expected = 20.0 * (0.7 * 4.0 / PI).log10();
        assert!((reading(&signal) - expected).abs() < 0.01);
        assert!((verified(&signal) - expected).abs() < 0.01);
    }
}
