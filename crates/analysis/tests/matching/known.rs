//! What is known beforehand: nothing to do, and curves to find again.

use twobus_analysis::matching::tone::tone;
use twobus_analysis::matching::{Amounts, Verdict, propose};
use twobus_dsp::eq::prototype::Shape::{Bell, HighShelf, LowShelf, Tilt};

use twobus_analysis::matching::tone::MAX_DB;

use crate::signals::*;

#[test]
fn m17a_a_song_matched_to_itself_is_left_alone() {
    for seed in 1..=3 {
        let profile = profile(&music(seed));
        let found = propose(&profile, &traits(&music(seed)), &Amounts::FULL);
        assert!(found.curve.is_flat() && found.curve.output_db == 0.0, "{:?}", found.curve);
        assert_eq!((found.width_percent, found.loudness_lufs), (100.0, None));
        assert_eq!(found.compression, None);
        assert!(found.decisions.iter().all(|decision| decision.verdict == Verdict::Fine));
        assert!(found.decisions.iter().all(|decision| decision.text.starts_with("Left alone")));
    }
}

#[test]
fn m17b_a_known_curve_is_found_within_half_a_db_from_40_hz_to_16_khz() {
    let curves = [
        curve(&[(Bell, 90.0, 5.0, 1.0)]),
        curve(&[(Bell, 2500.0, -6.0, 0.8)]),
        curve(&[(LowShelf, 150.0, 4.0, 0.707), (HighShelf, 5000.0, -5.0, 0.707)]),
        curve(&[
            (LowShelf, 80.0, 6.0, 0.707),
            (Bell, 700.0, -3.0, 1.2),
            (HighShelf, 9000.0, 4.0, 0.707),
        ]),
        curve(&[(Tilt, 900.0, 3.0, 0.707)]),
        curve(&[(Tilt, 900.0, -5.0, 0.707)]),
    ];
    for (seed, known) in (1..).zip(curves) {
        let song = music(seed);
        let (own, changed) = (profile(&song), profile(&with_curve(&song, &known)));
        let reference = twobus_analysis::matching::Traits::of(&changed);
        let (found, _) = tone(&own, &reference, 1.0);
        // At equal loudness: the reference is as much louder as its curve makes it.
        let louder = changed.report.integrated_lufs.unwrap() - own.report.integrated_lufs.unwrap();
        for hz in frequencies(40.0, 16_000.0) {
            let gap = found.db_at(hz) + found.output_db - (known.db_at(hz) - louder);
            assert!(gap.abs() <= 0.5, "{gap:.2} dB off at {hz:.0} Hz: {known:?} became {found:?}");
        }
    }
}

#[test]
fn m17d_a_second_pass_adds_at_most_0_3_db() {
    for (seed, other) in [(1, 2), (2, 3), (4, 1), (5, 6)] {
        let (song, reference) = (music(seed), traits(&music(other)));
        let (first, _) = tone(&profile(&song), &reference, 1.0);
        let matched = with_curve(&song, &first);
        let (second, _) = tone(&profile(&matched), &reference, 1.0);
        for hz in frequencies(20.0, 20_000.0) {
            let db = second.db_at(hz) + second.output_db;
            assert!(db.abs() <= 0.3, "{db:.2} dB at {hz:.0} Hz: {first:?}, then {second:?}");
        }
    }
}

/// Where the cap refuses something, a rendered file does not remember it: a second match goes on from there, never
/// further than the reference, and says so. Everywhere else it finds nothing to do.
#[test]
fn m17d_behind_a_cap_a_second_pass_goes_on_and_never_too_far() {
    let song = music(1);
    let shelf = [(LowShelf, 150.0, 2.0, 0.707)];
    for gain_db in [-12.0, 11.0] {
        // Two bells, as the equalizer of the test has them, at the same place.
        let far = [(Bell, 2000.0, 0.5 * gain_db, 0.8), (Bell, 2000.0, 0.5 * gain_db, 0.8)];
        let known = curve(&[&shelf[..], &far[..]].concat());
        let reference = traits(&with_curve(&song, &known));
        let (first, told) = tone(&profile(&song), &reference, 1.0);
        let reached = first.db_at(2000.0);
        assert!((reached.abs() - MAX_DB).abs() < 1.0, "{reached} dB of {gain_db}: {first:?}");
        let refused = |told: &[twobus_analysis::matching::Decision]| {
            told.iter().filter(|d| d.verdict == Verdict::Refused).count()
        };
        assert_eq!(refused(&told), 1, "{told:#?}");
        let level = |curve: &twobus_analysis::matching::Curve, hz: f64| {
            curve.db_at(hz) - curve.db_at(400.0)
        };
        // What is asked for without a cap is done in full, right beside it.
        for hz in frequencies(40.0, 600.0).chain(frequencies(9000.0, 14_000.0)) {
            let gap = level(&first, hz) - level(&known, hz);
            assert!(gap.abs() <= 0.6, "{gap:.2} dB off at {hz:.0} Hz: {first:?}");
        }
        let matched = with_curve(&song, &first);
        let (second, _) = tone(&profile(&matched), &reference, 1.0);
        for hz in frequencies(40.0, 14_000.0) {
            let both = level(&first, hz) + level(&second, hz);
            let off = both - level(&known, hz);
            assert!(off.abs() <= 0.6, "{off:.2} dB off at {hz:.0} Hz: {first:?}, {second:?}");
        }
    }
}
