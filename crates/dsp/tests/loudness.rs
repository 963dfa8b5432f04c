//! The synthesisable loudness cases of EBU Tech 3341 (2023) and 3342 (2023), Table 1 of either,
//! and the calibrations of ITU-R BS.1770-5, at three rates and with our own, narrower bars.

use std::f64::consts::TAU;

use twobus_dsp::meter::loudness::{CURVE_STEP_S, Loudness, LoudnessMeter, MONO, STEREO, SURROUND};
use twobus_dsp::units::Db;

const RATES_HZ: [f64; 3] = [44_100.0, 48_000.0, 96_000.0];
/// Largest difference from the exact value, in LU.
const LOUDNESS_BAR: f64 = 0.02;
/// What EBU Tech 3341 allows, in LU.
const STANDARD_BAR: f64 = 0.1;
/// Largest difference of a range from the exact value, in LU; the standard allows 1.
const RANGE_BAR: f64 = 0.1;

/// Tones of 1 kHz in a row: (seconds, peak level in dBFS); minus infinity is silence.
type Tones<'a> = &'a [(f64, f64)];

fn tones(rate_hz: f64, tones: Tones) -> Vec<f32> {
    let mut signal = Vec::new();
    let mut end_s = 0.0;
    for &(length_s, level) in tones {
        end_s += length_s;
        let end = (end_s * rate_hz).round() as usize;
        let gain = Db(level).to_gain();
        signal.extend(
            (signal.len()..end)
                .map(|frame| (gain * (TAU * 1000.0 * frame as f64 / rate_hz).sin()) as f32),
        );
    }
    signal
}

fn measured(rate_hz: f64, signal: &[f32]) -> Loudness {
    let mut meter = LoudnessMeter::new(rate_hz, STEREO);
    signal.chunks(1000).for_each(|block| meter.push(&[block, block]));
    meter.finish();
    meter.loudness().clone()
}

fn check(what: &str, rate_hz: f64, actual: f64, expected: f64, bar: f64) {
    let close = (actual - expected).abs() <= bar;
    assert!(close, "{what} at {rate_hz} Hz: {actual}, not {expected} ±{bar}");
}

/// Checks against the standard's value, and with our bar against the exact one.
fn check_integrated(case: &str, standard: f64, row: Tones) {
    let exact = ideal_integrated(row);
    check(case, f64::NAN, exact, standard, STANDARD_BAR);
    for rate_hz in RATES_HZ {
        let loudness = measured(rate_hz, &tones(rate_hz, row));
        check(case, rate_hz, loudness.integrated().0, exact, LOUDNESS_BAR);
    }
}

/// Integrated loudness of tones as a formula: gated means over 400 ms, the filter taken as 0 dB.
fn ideal_integrated(row: Tones) -> f64 {
    let mut energies = Vec::new();
    for &(length_s, level) in row {
        let steps = (length_s * 100.0).round() as usize;
        energies.extend(std::iter::repeat_n(10.0_f64.powf(level / 10.0), steps));
    }
    let blocks = energies.windows(40).step_by(10).map(|block| mean_level(block.iter().copied()));
    let audible: Vec<f64> = blocks.filter(|&level| level > -70.0).collect();
    let mean = |levels: &[f64]| mean_level(levels.iter().map(|level| 10.0_f64.powf(level / 10.0)));
    let gate = mean(&audible) - 10.0;
    mean(&audible.into_iter().filter(|&level| level > gate).collect::<Vec<_>>())
}

fn mean_level(energies: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = energies.len() as f64;
    10.0 * (energies.sum::<f64>() / count).log10()
}

fn check_range(case: &str, expected: f64, row: Tones) {
    for rate_hz in RATES_HZ {
        let once = tones(rate_hz, row);
        let range = measured(rate_hz, &once).range().expect("tones have a range");
        check(case, rate_hz, range, expected, RANGE_BAR);
        let twice = measured(rate_hz, &[once.as_slice(), &once].concat()).range();
        let twice = twice.expect("tones have a range");
        check("the same repeated", rate_hz, twice, expected, RANGE_BAR);
    }
}

fn steady(case: &str, level: f64) {
    for rate_hz in RATES_HZ {
        let loudness = measured(rate_hz, &tones(rate_hz, &[(20.0, level)]));
        check(&format!("{case} I"), rate_hz, loudness.integrated().0, level, LOUDNESS_BAR);
        check(&format!("{case} M"), rate_hz, loudness.momentary().0, level, LOUDNESS_BAR);
        check(&format!("{case} S"), rate_hz, loudness.short_term().0, level, LOUDNESS_BAR);
    }
}

#[test]
fn ebu_3341_cases_1_and_2_steady_tones() {
    steady("3341-1", -23.0);
    steady("3341-2", -33.0);
}

#[test]
fn ebu_3341_cases_3_to_5_gates() {
    check_integrated("3341-3", -23.0, &[(10.0, -36.0), (60.0, -23.0), (10.0, -36.0)]);
    check_integrated(
        "3341-4",
        -23.0,
        &[(10.0, -72.0), (10.0, -36.0), (60.0, -23.0), (10.0, -36.0), (10.0, -72.0)],
    );
    check_integrated("3341-5", -23.0, &[(20.0, -26.0), (20.1, -20.0), (20.0, -26.0)]);
}

#[test]
fn ebu_3341_case_6_five_channels() {
    for rate_hz in RATES_HZ {
        let [front, centre, surround] =
            [-28.0, -24.0, -30.0].map(|level| tones(rate_hz, &[(20.0, level)]));
        let mut meter = LoudnessMeter::new(rate_hz, SURROUND);
        meter.push(&[&front, &front, &centre, &surround, &surround]);
        check("3341-6", rate_hz, meter.loudness().integrated().0, -23.0, LOUDNESS_BAR);
    }
}

#[test]
fn ebu_3341_case_9_short_term_is_constant_after_3_s() {
    for rate_hz in RATES_HZ {
        let loudness =
            measured(rate_hz, &tones(rate_hz, &[(1.34, -20.0), (1.66, -30.0)].repeat(5)));
        let settled = (3.0 / CURVE_STEP_S).round() as usize - 1;
        for level in loudness.short_term_curve().skip(settled) {
            check("3341-9", rate_hz, level.0, -23.0, LOUDNESS_BAR);
        }
    }
}

#[test]
fn ebu_3341_case_12_momentary_is_constant_after_1_s() {
    for rate_hz in RATES_HZ {
        let row = [(0.18, -20.0), (0.22, -30.0)].repeat(25);
        let loudness = measured(rate_hz, &tones(rate_hz, &row));
        let settled = (1.0 / CURVE_STEP_S).round() as usize - 1;
        let exact = mean_level([[0.01; 18].as_slice(), &[0.001; 22]].concat().into_iter());
        check("3341-12", rate_hz, exact, -23.0, STANDARD_BAR);
        for level in loudness.momentary_curve().skip(settled) {
            check("3341-12", rate_hz, level.0, exact, LOUDNESS_BAR);
        }
    }
}

#[test]
fn ebu_3341_case_10_largest_short_term_of_twenty_files() {
    for (rate_hz, i) in grid() {
        let lead_s = 0.15 * f64::from(i);
        let row = [(lead_s, f64::NEG_INFINITY), (3.0, -23.0), (1.0, f64::NEG_INFINITY)];
        let loudest = measured(rate_hz, &tones(rate_hz, &row)).loudest_short_term().unwrap();
        check(&format!("3341-10.{i}"), rate_hz, loudest.level.0, -23.0, LOUDNESS_BAR);
        assert!((loudest.start_s - lead_s).abs() < 0.011);
    }
}

#[test]
fn ebu_3341_case_13_largest_momentary_of_twenty_files() {
    for (rate_hz, i) in grid() {
        let lead_s = 0.02 * f64::from(i);
        let row = [(lead_s, f64::NEG_INFINITY), (0.4, -23.0), (1.0, f64::NEG_INFINITY)];
        let loudest = measured(rate_hz, &tones(rate_hz, &row)).loudest_momentary().unwrap();
        check(&format!("3341-13.{i}"), rate_hz, loudest.level.0, -23.0, LOUDNESS_BAR);
        assert!((loudest.start_s - lead_s).abs() < 0.011);
    }
}

#[test]
fn ebu_3341_case_11_largest_short_term_live() {
    live("3341-11", 0.15, 3.0, |loudness| loudness.loudest_short_term().unwrap().level);
}

#[test]
fn ebu_3341_case_14_largest_momentary_live() {
    live("3341-14", 0.02, 0.4, |loudness| loudness.loudest_momentary().unwrap().level);
}

fn grid() -> impl Iterator<Item = (f64, u32)> {
    RATES_HZ.into_iter().flat_map(|rate_hz| (0..20).map(move |i| (rate_hz, i)))
}

/// Twenty tones, each louder than the one before and each later in its window.
fn live(case: &str, step_s: f64, tone_s: f64, loudest: impl Fn(&Loudness) -> Db) {
    for rate_hz in RATES_HZ {
        let mut meter = LoudnessMeter::new(rate_hz, STEREO);
        let row: Vec<_> = (0..20)
            .flat_map(|i| {
                let lead_s = step_s * f64::from(i);
                let level = f64::from(i) - 38.0;
                let rest_s = tone_s - lead_s;
                [(lead_s, f64::NEG_INFINITY), (tone_s, level), (rest_s, f64::NEG_INFINITY)]
            })
            .collect();
        let signal = tones(rate_hz, &row);
        let frames = (2.0 * tone_s * rate_hz).round() as usize;
        for (i, tone) in (0..20).zip(signal.chunks(frames)) {
            meter.push(&[tone, tone]);
            let level = loudest(meter.loudness()).0;
            check(&format!("{case}.{i}"), rate_hz, level, f64::from(i) - 38.0, LOUDNESS_BAR);
        }
    }
}

#[test]
fn ebu_3342_cases_1_to_4_ranges() {
    check_range("3342-1", 10.0, &[(20.0, -20.0), (20.0, -30.0)]);
    check_range("3342-2", 5.0, &[(20.0, -20.0), (20.0, -15.0)]);
    check_range("3342-3", 20.0, &[(20.0, -40.0), (20.0, -20.0)]);
    check_range(
        "3342-4",
        15.0,
        &[(20.0, -50.0), (20.0, -35.0), (20.0, -20.0), (20.0, -35.0), (20.0, -50.0)],
    );
}

#[test]
fn bs1770_997_hz_full_scale_in_one_channel_reads_minus_3_01() {
    for rate_hz in [32_000.0, 44_100.0, 48_000.0, 88_200.0, 96_000.0, 176_400.0, 192_000.0] {
        let signal: Vec<f32> = (0..5 * rate_hz as usize)
            .map(|frame| (TAU * 997.0 * frame as f64 / rate_hz).sin() as f32)
            .collect();
        let mut meter = LoudnessMeter::new(rate_hz, MONO);
        meter.push(&[&signal]);
        check("997 Hz", rate_hz, meter.loudness().integrated().0, -3.0103, 0.001);
    }
}

#[test]
fn ebu_3341_calibration_1_khz_at_minus_18_dbfs_reads_minus_18() {
    check_integrated("calibration", -18.0, &[(20.0, -18.0)]);
}

#[test]
fn bs1770_an_incomplete_last_block_is_discarded() {
    // 0.9 s of −30 dBFS, then 0.05 s of 0 dBFS that no whole gating block reaches.
    for rate_hz in RATES_HZ {
        let quiet = measured(rate_hz, &tones(rate_hz, &[(0.9, -30.0)])).integrated();
        let end = measured(rate_hz, &tones(rate_hz, &[(0.9, -30.0), (0.05, 0.0)])).integrated();
        assert_eq!(quiet, end);
    }
}

#[test]
fn bs1770_gates_are_where_they_should_be() {
    // Absolute gate: −70.1 is nothing, −69.9 is something.
    for (level, audible) in [(-70.1, false), (-69.9, true)] {
        let loudness = measured(48_000.0, &tones(48_000.0, &[(5.0, level)]));
        assert_eq!(!loudness.integrated().is_silence(), audible);
    }
    // Relative gate: half the time 10 dB down is above the gate of the mean, 14 dB down is below.
    check_integrated("relative gate", -22.6, &[(60.0, -20.0), (60.0, -30.0)]);
    check_integrated("relative gate", -20.0, &[(60.0, -20.0), (60.0, -34.0)]);
}
