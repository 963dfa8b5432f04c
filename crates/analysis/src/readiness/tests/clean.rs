//! A clean print, and whatever else may come.

use super::*;

/// Half a minute of a made-up song: bass, voice, hits with a little reverb, hats; verses and
/// choruses; from silence to silence.
fn song() -> [Vec<f32>; 2] {
    let seconds = 30.0;
    let count = frames(seconds);
    let (hiss, wide) = (noise(11, count), noise(12, count));
    let mut channels = [vec![0.0; count], vec![0.0; count]];
    let mut dull = [0.0_f64; 2];
    for n in frames(0.4)..count {
        let t = n as f64 / f64::from(RATE_HZ) - 0.4;
        let ending = ((28.0 - t) / 1.5).clamp(0.0, 1.0).powi(4);
        let level = if ((t / 7.0) as usize).is_multiple_of(2) { 0.55 } else { 1.0 };
        let bass: f64 = (1..6).map(|k| (TAU * 55.0 * f64::from(k) * t).sin() / f64::from(k)).sum();
        let voice: f64 =
            (1..30).map(|k| (TAU * 220.0 * f64::from(k) * t).sin() / f64::from(k).powf(1.3)).sum();
        let beat = t % 0.5;
        let hit = (-beat / 0.04).exp() * (beat / 0.0005).min(1.0);
        dull[0] += 0.25 * (f64::from(hiss[n]) - dull[0]);
        dull[1] += 0.25 * (f64::from(wide[n]) - dull[1]);
        let middle = 0.05 * bass + 0.03 * voice + 0.9 * hit * dull[0] + 0.01 * dull[0];
        let side = 0.012 * dull[1];
        channels[0][n] = (level * ending * (middle + side)) as f32;
        channels[1][n] = (level * ending * (middle - side)) as f32;
    }
    channels
}

#[test]
fn dsp19_a_clean_print_has_nothing_to_fix() {
    let [left, right] = song();
    let checked = check(&left, &right);
    let readiness = &checked.readiness;
    let faults: Vec<&Row> = readiness.rows.iter().filter(|r| r.verdict != Verdict::Fine).collect();
    assert_eq!(readiness.worst().max(Verdict::Consider), Verdict::Consider, "{faults:?}");
    assert!(faults.len() <= 4, "{faults:?}");
    assert_eq!(checked.pictures.peaks.len(), 3000);
}

#[test]
fn dsp19_every_check_has_one_row_in_order() {
    let [left, right] = song();
    let rows = check(&left, &right).readiness.rows;
    let checks: Vec<Check> = rows.iter().map(|row| row.check).collect();
    let expected: Vec<Check> =
        Check::ALL.into_iter().filter(|check| *check != Check::VocalLevel).collect();
    assert_eq!(checks, expected);
}

#[test]
fn dsp19_the_report_does_not_depend_on_the_blocks() {
    let [left, right] = song();
    let whole = check(&left, &right);
    for block in [1, 37, 4096, 100_000] {
        let mut checker = Checker::new(Material { rate_hz: RATE_HZ, coding: Coding::Integer(24) });
        left.chunks(block).zip(right.chunks(block)).for_each(|(l, r)| checker.push(l, r));
        assert_eq!(checker.finish(), whole, "{block}");
    }
}

#[test]
fn dsp19_nothing_silence_and_single_frames_have_a_report() {
    for (left, right) in [(vec![], vec![]), (vec![0.5], vec![0.5]), (vec![0.0], vec![0.0])] {
        let checked = check(&left, &right);
        assert_eq!(checked.readiness.frames, left.len() as u64);
        let text = serde_json::to_string(&checked.readiness).unwrap();
        assert_eq!(serde_json::from_str::<Readiness>(&text).unwrap(), checked.readiness);
    }
    let nothing = check(&silence(5.0), &silence(5.0)).readiness;
    assert_eq!(nothing.worst(), Verdict::Fix);
    let fixes: Vec<Check> =
        nothing.rows.iter().filter(|r| r.verdict != Verdict::Fine).map(|r| r.check).collect();
    assert_eq!(fixes, [Check::DeadChannel]);
}

#[test]
fn dsp19_what_is_not_a_number_is_silence() {
    let [mut left, right] = song();
    let clean = check(&left, &right);
    for n in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        left[frames(0.1)] = n;
        assert_eq!(check(&left, &right), clean);
    }
}

#[test]
fn dsp19_extreme_rates_and_depths_are_measured() {
    for rate_hz in [1000, 8000, 11_025, 44_101, 192_000, 768_000] {
        let samples = noise(1, 2 * rate_hz as usize);
        let coding = if rate_hz == 8000 { Coding::Integer(8) } else { Coding::Float };
        let checked = check_as(Material { rate_hz, coding }, &samples, &samples);
        for row in &checked.readiness.rows {
            assert!(row.value.is_none_or(f64::is_finite), "{row:?}");
        }
        near(&row_of(&checked, Check::Correlation), 1.0, 1e-9);
    }
}

#[test]
fn dsp19_ten_minutes_take_a_bounded_memory() {
    // What is kept does not depend on the rate.
    let mut checker = Checker::new(Material { rate_hz: 8000, coding: Coding::Float });
    let block = sine(441.0, -20.0, 0.0, 1.0)[..8000].to_vec();
    let minutes = 10;
    (0..60 * minutes).for_each(|_| checker.push(&block, &block));
    let frames = checker.spectra.frames.len() * size_of::<spectra::Frame>();
    let held = frames + checker.peaks.steps().len() * 4 + checker.clicks_held();
    let per_second = held / (60 * minutes);
    assert!(per_second < 3000, "{per_second} bytes a second");
    assert_eq!(checker.finish().readiness.frames, 8000 * 60 * minutes as u64);
}
