use std::f64::consts::TAU;

use super::*;

const RATE_HZ: u32 = 48_000;

/// A tone of 1 kHz with this peak level, in dBFS.
fn tone(level: f64, length_s: f64) -> Vec<f32> {
    let step = TAU * 1000.0 / f64::from(RATE_HZ);
    let frames = (length_s * f64::from(RATE_HZ)) as usize;
    (0..frames).map(|n| (Db(level).to_gain() * (step * n as f64).sin()) as f32).collect()
}

fn noise(seed: u32, frames: usize) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    };
    (0..frames).map(|_| next()).collect()
}

fn report(channels: &[&[f32]]) -> Report {
    let mut analyzer = Analyzer::new(RATE_HZ, channels.len());
    analyzer.push(channels);
    analyzer.finish()
}

fn close(actual: Option<f64>, expected: f64, within: f64) {
    let actual = actual.unwrap();
    assert!((actual - expected).abs() <= within, "{actual}, not {expected}");
}

#[test]
fn a_tone_reads_as_it_is() {
    let signal = tone(-18.0, 20.0);
    let report = report(&[&signal, &signal]);
    assert_eq!((report.rate_hz, report.frames), (RATE_HZ, 960_000));
    close(report.integrated_lufs, -18.0, 0.02);
    close(report.momentary_max.map(|max| max.value), -18.0, 0.02);
    close(report.short_term_max.map(|max| max.value), -18.0, 0.02);
    close(report.range_lu, 0.0, 0.1);
    close(report.sample_peak.map(|peak| peak.value), -18.0, 0.001);
    close(report.true_peak.map(|peak| peak.value), -18.0, 0.05);
    close(report.plr_lu, 0.0, 0.07);
    close(report.rms_dbfs, -21.01, 0.01);
    close(report.crest_db, 3.01, 0.01);
    close(report.correlation, 1.0, 1e-9);
    close(report.correlation_min.map(|min| min.value), 1.0, 1e-9);
    assert_eq!(report.clipped_runs, 0);
    assert_eq!(report.short_term_lufs.len(), 200);
    close(report.short_term_lufs[99].map(f64::from), -18.0, 0.02);
}

#[test]
fn extremes_are_where_they_are_heard() {
    let mut left: Vec<f32> = [(-30.0, 8.0), (-10.0, 4.0), (-30.0, 8.0)]
        .iter()
        .flat_map(|&(level, length_s)| tone(level, length_s))
        .collect();
    let mut right = left.clone();
    right[15 * 48_000..19 * 48_000].iter_mut().for_each(|sample| *sample *= -1.0);
    left[17 * 48_000 + 100] = 0.9;
    let report = report(&[&left, &right]);
    let at = |extreme: Option<Extreme>| extreme.map(|extreme| extreme.time_s);
    let in_time = |extreme, expected: f64, within| close(at(extreme), expected, within);
    in_time(report.sample_peak, 17.0, 1e-9);
    in_time(report.true_peak, 17.0, 0.0101);
    in_time(report.correlation_min, 15.0, 0.5);
    let loudest_s = at(report.short_term_max).unwrap();
    assert!((7.99..=9.01).contains(&loudest_s));
    close(report.correlation_min.map(|min| min.value), -0.9, 0.1);
    close(report.channels[0].sample_peak_dbfs, Db::from_gain(0.9).0, 1e-5);
    close(report.channels[1].sample_peak_dbfs, -10.0, 0.001);
}

#[test]
fn clipped_runs_and_dc_are_counted_per_channel() {
    let clipped: Vec<f32> = tone(6.0, 1.0).iter().map(|sample| sample.clamp(-1.0, 1.0)).collect();
    let offset: Vec<f32> = tone(-20.0, 1.0).iter().map(|sample| sample + 0.01).collect();
    let report = report(&[&clipped, &offset]);
    assert_eq!(report.channels[0].clipped_runs, 2000);
    assert_eq!(report.channels[1].clipped_runs, 0);
    assert_eq!(report.clipped_runs, 2000);
    assert!((report.channels[1].dc_offset - 0.01).abs() < 1e-6);
    assert!(report.channels[0].dc_offset.abs() < 1e-6);
    assert!(report.channels[0].true_peak_dbtp > report.channels[0].sample_peak_dbfs);
}

#[test]
fn silence_and_nothing_have_no_levels_and_survive_json() {
    let silence = vec![0.0; 4 * RATE_HZ as usize];
    for report in [report(&[&silence, &silence]), report(&[&[], &[]]), report(&[])] {
        assert_eq!(report.integrated_lufs, None);
        assert_eq!(report.true_peak, None);
        assert_eq!(report.sample_peak, None);
        assert_eq!(report.plr_lu, None);
        assert_eq!(report.rms_dbfs, None);
        assert_eq!(report.correlation, None);
        assert_eq!(report.correlation_min, None);
        let json = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&json).unwrap(), report);
    }
}

#[test]
fn every_value_survives_json() {
    let (left, right) = (noise(1, 200_000), noise(2, 200_000));
    let report = report(&[&left, &right]);
    let json = serde_json::to_string_pretty(&report).unwrap();
    assert_eq!(serde_json::from_str::<Report>(&json).unwrap(), report);
    // Noise has all there is: what is null comes from the silence taken to precede it.
    assert!(!json.contains("null"));
}

#[test]
fn e3_the_report_does_not_depend_on_the_blocks() {
    let (mut left, right) = (noise(1, 190_001), noise(2, 190_001));
    left[1000..1004].fill(2.0);
    left[1100] = f32::NAN;
    left[2000] = f32::INFINITY;
    let whole = report(&[&left, &right]);
    close(whole.sample_peak.map(|peak| peak.value), 6.0206, 0.001);
    for block in [1, 17, 480, 512, 4096] {
        let mut analyzer = Analyzer::new(RATE_HZ, 2);
        for (left, right) in left.chunks(block).zip(right.chunks(block)) {
            analyzer.push(&[left, right]);
        }
        assert_eq!(analyzer.finish(), whole, "in blocks of {block}");
    }
}

#[test]
fn without_true_peak_all_else_is_the_same() {
    let (left, right) = (noise(1, 200_000), noise(2, 200_000));
    let mut expected = report(&[&left, &right]);
    let mut analyzer = Analyzer::new(RATE_HZ, 2).without_true_peak();
    analyzer.push(&[&left, &right]);
    expected.true_peak = None;
    expected.plr_lu = None;
    expected.channels.iter_mut().for_each(|channel| channel.true_peak_dbtp = None);
    assert_eq!(analyzer.finish(), expected);
}

#[test]
fn mono_and_five_channels_are_measured_too() {
    let signal = tone(-18.0, 5.0);
    let mono = report(&[&signal]);
    close(mono.integrated_lufs, -21.01, 0.02);
    assert_eq!(mono.correlation, None);
    let five = report(&[signal.as_slice(); 5]);
    // Three channels count 1 and two 1.41.
    close(five.integrated_lufs, -21.01 + 10.0 * 5.82_f64.log10(), 0.02);
    assert_eq!(five.channels.len(), 5);
}
