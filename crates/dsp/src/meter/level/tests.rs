use std::f64::consts::TAU;

use super::*;

const RATE_HZ: f64 = 48_000.0;

fn sine(frequency_hz: f64, gain: f64, frames: usize) -> Vec<f32> {
    (0..frames).map(|n| (gain * (TAU * frequency_hz * n as f64 / RATE_HZ).sin()) as f32).collect()
}

fn noise(seed: u32, frames: usize) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    };
    (0..frames).map(|_| next()).collect()
}

fn measured(channels: &[&[f32]]) -> LevelMeter {
    let mut meter = LevelMeter::new(RATE_HZ, channels.len(), LIVE_WINDOW_S);
    meter.push(channels);
    meter
}

#[test]
fn peak_one_full_scale_sample_reads_0_00_dbfs_at_once_and_is_held() {
    let mut signal = vec![0.0; 1000];
    signal[777] = -1.0;
    let mut meter = measured(&[&signal]);
    assert_eq!(meter.peak(0), Db(0.0));
    assert_eq!(meter.held_peak(0), Db(0.0));
    meter.push(&[&vec![0.25; (HOLD_S * RATE_HZ) as usize - 1000]]);
    assert_eq!(meter.held_peak(0), Db(0.0));
    meter.push(&[&[0.25; 1500]]);
    assert_eq!(meter.held_peak(0), Db::from_gain(0.25));
    assert_eq!(meter.peak(0), Db(0.0));
}

#[test]
fn overs_are_runs_of_three_or_more_samples_at_full_scale() {
    let signal = [1.0, 1.0, 0.0, -1.0, -1.0, -1.0, -1.5, 0.0, 1.0, -1.0, FULL_SCALE, 0.9999, 1.0];
    for block in 1..=signal.len() {
        let mut meter = LevelMeter::new(RATE_HZ, 1, LIVE_WINDOW_S);
        signal.chunks(block).for_each(|part| meter.push(&[part]));
        assert_eq!(meter.overs(0), 2, "in blocks of {block}");
    }
}

#[test]
fn rms_of_a_sine_is_its_peak_minus_3_01_within_0_05_db() {
    for frequency_hz in [40.0, 101.0, 997.0, 15_000.0] {
        for level in [0.0, -20.0, -60.0] {
            let signal = sine(frequency_hz, Db(level).to_gain(), 48_000);
            let meter = measured(&[&signal]);
            assert!((meter.rms(0).0 - (level - 3.0103)).abs() < 0.05, "{frequency_hz} Hz");
            assert!((meter.whole_rms(0).0 - (level - 3.0103)).abs() < 0.01);
        }
    }
}

#[test]
fn rms_forgets_after_its_window() {
    let mut meter = measured(&[&sine(997.0, 1.0, 48_000)]);
    meter.push(&[&[0.0; 14_400]]);
    assert!(meter.rms(0).is_silence());
    assert!(!meter.whole_rms(0).is_silence());
}

#[test]
fn correlation_of_equal_opposite_and_silent_channels() {
    let signal = noise(1, 48_000);
    let opposite: Vec<f32> = signal.iter().map(|x| -x).collect();
    let silence = vec![0.0; 48_000];
    let read = |l: &[f32], r: &[f32]| measured(&[l, r]).correlation();
    assert_eq!(read(&signal, &signal), Some(1.0));
    assert_eq!(read(&signal, &opposite), Some(-1.0));
    assert_eq!(read(&signal, &silence), None);
    assert_eq!(read(&silence, &silence), None);
    assert_eq!(measured(&[&signal]).correlation(), None);
}

#[test]
fn w6_correlation_is_within_0_01_of_its_definition_over_the_last_300_ms() {
    let left = noise(1, 60_000);
    let right: Vec<f32> =
        left.iter().zip(noise(2, 60_000)).map(|(l, n)| 0.6 * l + 0.8 * n).collect();
    let tail = 60_000 - (LIVE_WINDOW_S * RATE_HZ) as usize;
    let dot = |a: &[f32], b: &[f32]| -> f64 {
        a[tail..].iter().zip(&b[tail..]).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
    };
    let expected = dot(&left, &right) / (dot(&left, &left) * dot(&right, &right)).sqrt();
    let actual = measured(&[&left, &right]).correlation().unwrap();
    assert!((actual - expected).abs() < 1e-9);
    assert!((actual - 0.6).abs() < 0.03);
}

#[test]
fn dc_offset_is_the_mean() {
    let signal: Vec<f32> = sine(1000.0, 0.5, 48_000).iter().map(|x| x + 0.125).collect();
    let meter = measured(&[&signal, &vec![-0.5; 48_000]]);
    assert!((meter.dc_offset(0) - 0.125).abs() < 1e-7);
    assert!((meter.dc_offset(1) + 0.5).abs() < 1e-12);
}

#[test]
fn e3_every_chunking_reads_the_same_bits() {
    let (left, right) = (noise(3, 50_001), noise(4, 50_001));
    let whole = measured(&[&left, &right]);
    for block in [1, 17, 480, 512, 4096] {
        let mut parts = LevelMeter::new(RATE_HZ, 2, LIVE_WINDOW_S);
        left.chunks(block).zip(right.chunks(block)).for_each(|(l, r)| parts.push(&[l, r]));
        assert_eq!(whole.rms(1), parts.rms(1));
        assert_eq!(whole.whole_rms(0), parts.whole_rms(0));
        assert_eq!(whole.correlation(), parts.correlation());
        assert_eq!(whole.dc_offset(1).to_bits(), parts.dc_offset(1).to_bits());
        assert_eq!(whole.peak(0), parts.peak(0));
    }
}

#[test]
fn e9_a_step_with_a_sample_that_is_not_finite_counts_as_silence() {
    let mut signal = vec![0.5; 48_000];
    signal[100] = f32::NAN;
    signal[20_000] = f32::INFINITY;
    let meter = measured(&[&signal]);
    assert_eq!(meter.peak(0), Db::from_gain(0.5));
    assert!((meter.dc_offset(0) - 0.5 * 0.98).abs() < 1e-12);
    assert!(meter.whole_rms(0).0.is_finite());
}

#[test]
fn a_new_whole_begins_on_reset() {
    let mut meter = measured(&[&[1.0; 4800], &[1.0; 4800]]);
    assert_eq!(meter.overs(1), 1);
    meter.reset_whole();
    meter.push(&[&[0.5; 4800], &[-0.5; 4800]]);
    assert_eq!(meter.overs(1), 0);
    assert_eq!(meter.peak(0), Db::from_gain(0.5));
    assert_eq!(meter.whole_rms(1), Db::from_gain(0.5));
    assert_eq!(meter.whole_correlation(), Some(-1.0));
}
