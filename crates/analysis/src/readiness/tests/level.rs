//! Level and dynamics.

use super::*;

/// 1 kHz at `level` for 20 s with 10 ms at `peak` in the middle, both in dBFS.
fn burst(level: f64, peak: f64) -> Vec<f32> {
    let mut samples = sine(1000.0, level, 0.0, 20.0);
    let loud = sine(1000.0, peak, 0.0, 0.01);
    samples[frames(10.0)..frames(10.01)].copy_from_slice(&loud);
    samples
}

#[test]
fn dsp19_true_peak_of_an_integer_file() {
    for (level, verdict) in [(-3.1, FINE), (-2.9, CONSIDER), (-0.4, CONSIDER), (-0.2, STRONG)] {
        let samples = sine(997.0, level, 0.0, 2.0);
        let row = judged(Check::TruePeak, &check(&samples, &samples), verdict);
        near(&row, level, 0.05);
        assert_eq!(row.places.is_empty(), verdict == FINE);
    }
}

#[test]
fn dsp19_true_peak_of_a_float_file_is_never_a_fault() {
    let samples = sine(997.0, 4.0, 0.0, 2.0);
    let material = Material { rate_hz: RATE_HZ, coding: Coding::Float };
    near(&judged(Check::TruePeak, &check_as(material, &samples, &samples), FINE), 4.0, 0.05);
    // What a lossy file decodes to is cut by most players.
    let material = Material { rate_hz: RATE_HZ, coding: Coding::Lossy };
    near(&judged(Check::TruePeak, &check_as(material, &samples, &samples), STRONG), 4.0, 0.05);
}

#[test]
fn dsp19_clipped_runs_one_to_eight_and_more() {
    for (count, verdict) in [(0, FINE), (1, CONSIDER), (8, CONSIDER), (9, FIX)] {
        let mut samples = sine(440.0, -6.0, 0.0, 10.0);
        for top in 0..count {
            samples[frames(0.5) + top * frames(0.9)..][..4].fill(0.8);
        }
        let row = judged(Check::ClippedRuns, &check(&samples, &samples), verdict);
        near(&row, count as f64, 0.0);
        assert_eq!(row.longest, (count > 0).then_some(4));
        // On one side only they are as many.
        let quiet = sine(440.0, -12.0, 0.0, 10.0);
        near(&judged(Check::ClippedRuns, &check(&quiet, &samples), verdict), count as f64, 0.0);
    }
}

#[test]
fn dsp19_loudness_hint() {
    for (level, verdict) in [(-30.0, FINE), (-14.1, FINE), (-13.9, CONSIDER), (-10.9, STRONG)] {
        let samples = sine(1000.0, level, 0.0, 5.0);
        near(&judged(Check::Loudness, &check(&samples, &samples), verdict), level, 0.05);
    }
    let samples = sine(1000.0, -11.1, 0.0, 5.0);
    let _row = judged(Check::Loudness, &check(&samples, &samples), CONSIDER);
}

#[test]
fn dsp19_limiter_peak_to_loudness() {
    for (plr, verdict) in [(12.2, FINE), (11.8, CONSIDER), (9.2, CONSIDER), (8.8, STRONG)] {
        let samples = burst(-20.0, -20.0 + plr);
        let row = judged(Check::Plr, &check(&samples, &samples), verdict);
        near(&row, plr, 0.1);
        // The peak is in the middle, and so are the loudest 3 s.
        assert!(row.places.iter().all(|p| p.start <= 480_000 && p.end >= 480_480), "{row:?}");
        assert_eq!(row.places.is_empty(), verdict == FINE);
    }
}

#[test]
fn dsp19_limiter_share_of_flat_peaks() {
    for (flat, verdict) in [(18, FINE), (22, CONSIDER), (98, CONSIDER), (102, STRONG)] {
        let mut samples = sine(1000.0, -8.0, 0.0, 20.0);
        let loud = sine(1000.0, -6.0, 0.0, 0.01);
        for step in 0..flat {
            samples[frames(0.15 * step as f64)..][..480].copy_from_slice(&loud);
        }
        let row = judged(Check::FlatPeaks, &check(&samples, &samples), verdict);
        near(&row, flat as f64 / 20.0, 0.001);
    }
}

#[test]
fn dsp19_crest_of_the_loudest_3_s() {
    for (psr, verdict) in [(10.3, FINE), (9.7, CONSIDER), (8.3, CONSIDER), (7.7, STRONG)] {
        // The 10 ms raise the 3 s by what they hold of them.
        let raised = 10.0 * (1.0 + 10.0_f64.powf((psr + 0.13) / 10.0) / 300.0).log10();
        let samples = burst(-20.0, -20.0 + psr + raised);
        let row = judged(Check::Psr, &check(&samples, &samples), verdict);
        near(&row, psr, 0.1);
        assert!(row.places.iter().all(|p| p.start <= 480_000 && p.end >= 480_480), "{row:?}");
    }
}

#[test]
fn dsp19_loudness_range() {
    let cases = [
        (0.8, STRONG),
        (1.2, CONSIDER),
        (2.8, CONSIDER),
        (3.2, FINE),
        (14.8, FINE),
        (15.2, CONSIDER),
        (19.8, CONSIDER),
        (20.3, STRONG),
    ];
    for (range, verdict) in cases {
        let mut samples = sine(1000.0, -20.0, 0.0, 20.0);
        samples.extend(sine(1000.0, -20.0 - range, 0.0, 20.0));
        near(&judged(Check::LoudnessRange, &check(&samples, &samples), verdict), range, 0.15);
    }
}
