//! The faults of known tools, each of which is none here.

use twobus_analysis::matching::tone::{LOWS_END, MAX_DB, OVER_NOISE_DB, tone};
use twobus_analysis::matching::{Amounts, Area, Traits, Verdict, propose};
use twobus_dsp::eq::params::BANDS;
use twobus_dsp::eq::prototype::Shape::{Bell, HighCut, HighShelf, LowShelf, Tilt};

use crate::signals::*;

#[test]
fn m17_an_amount_scales_the_curve_and_none_does_nothing() {
    let (own, reference) = (profile(&music(1)), traits(&music(2)));
    let none = propose(&own, &reference, &Amounts::NONE);
    assert!(none.curve.is_flat() && none.compression.is_none() && none.loudness_lufs.is_none());
    assert_eq!(none.width_percent, 100.0);
    let (full, half) = (tone(&own, &reference, 1.0).0, tone(&own, &reference, 0.5).0);
    for hz in frequencies(50.0, 12_000.0) {
        let level = |curve: &twobus_analysis::matching::Curve| curve.db_at(hz) + curve.output_db;
        let gap = level(&half) - 0.5 * level(&full);
        assert!(gap.abs() < 0.6, "{gap:.2} dB at {hz:.0} Hz: {full:?}, {half:?}");
    }
}

#[test]
fn m17_a_song_that_ends_at_16_khz_is_not_boosted_above_it() {
    let song = ended(&music(1), 16_000.0);
    let bright = with_curve(&music(1), &curve(&[(HighShelf, 5000.0, 6.0, 0.707)]));
    let (found, decisions) = tone(&profile(&song), &traits(&bright), 1.0);
    for hz in frequencies(16_000.0, 24_000.0) {
        let db = found.db_at(hz) + found.output_db.max(0.0);
        assert!(db <= 1.0, "{db:.2} dB at {hz:.0} Hz: {found:?}");
    }
    let brought = found.db_at(9000.0) - found.db_at(1000.0);
    assert!(brought > 2.0, "what is there is brought up: {found:?}");
    let told = |d: &twobus_analysis::matching::Decision| {
        d.verdict == Verdict::Refused && d.text.contains("the song ends at")
    };
    assert!(decisions.iter().any(told), "{decisions:#?}");
}

#[test]
fn m17_a_reference_that_ends_at_12_khz_takes_nothing_away_above_it() {
    let song = music(1);
    let lossy = ended(&song, 12_000.0);
    let (found, _) = tone(&profile(&song), &traits(&lossy), 1.0);
    for hz in frequencies(40.0, 20_000.0) {
        assert!(found.db_at(hz).abs() < 0.5, "{:.2} dB at {hz:.0} Hz: {found:?}", found.db_at(hz));
    }
}

#[test]
fn m17_no_correction_is_above_6_db_and_it_is_said() {
    let song = music(1);
    let far = curve(&[(LowShelf, 150.0, 12.0, 0.707), (HighShelf, 4000.0, -12.0, 0.707)]);
    let (found, decisions) = tone(&profile(&song), &traits(&with_curve(&song, &far)), 1.0);
    for hz in frequencies(10.0, 24_000.0) {
        assert!(found.db_at(hz).abs() <= MAX_DB + 0.05, "{:.2} dB at {hz:.0} Hz", found.db_at(hz));
    }
    let told = |text: &str| {
        decisions.iter().any(|d| d.verdict == Verdict::Refused && d.text.contains(text))
    };
    assert!(told("Only 6 dB"), "{decisions:#?}");
}

#[test]
fn m17_noise_is_not_boosted() {
    // Between the songs' notes there is hiss, which has most of what lies above 5 kHz.
    let mut hiss = [Noise::new(91), Noise::new(92)];
    let mut song = with_curve(&music(1), &curve(&[(HighCut, 3000.0, 0.0, 0.707)]));
    for (side, hiss) in song.iter_mut().zip(&mut hiss) {
        // Two seconds of nothing but hiss, twice.
        for (frame, x) in side.iter_mut().enumerate() {
            let t = frame as f64 / f64::from(RATE_HZ);
            let paused = (4.0..6.0).contains(&t) || t > 22.0;
            let music = if paused { 0.0 } else { *x };
            *x = music + (3e-4 * hiss.next()) as f32;
        }
    }
    let (found, decisions) = tone(&profile(&song), &traits(&music(1)), 1.0);
    // From where the refusal begins.
    let begins = decisions.iter().find(|d| d.text.contains("its own noise"));
    println!("{begins:?}, {:?}", found.bands);
    for hz in frequencies(5000.0, 20_000.0) {
        let db = found.db_at(hz) + found.output_db.max(0.0);
        assert!(db <= OVER_NOISE_DB + 0.05, "{db:.2} dB at {hz:.0} Hz: {found:?}");
    }
    assert!(decisions.iter().any(|d| d.text.contains("its own noise")), "{decisions:#?}");
}

#[test]
fn m17_edges_are_not_corrected() {
    let song = music(3);
    // A reference that differs at the edges alone, and by far.
    let mut noise = Noise::new(5);
    let hiss: Vec<f32> = (0..song[0].len()).map(|_| (0.2 * noise.next()) as f32).collect();
    let below = ended(&[hiss.clone(), Vec::new()], 18_500.0);
    let above: Vec<f32> = hiss.iter().zip(&below[0]).map(|(all, below)| all - below).collect();
    let mut edges = song.clone();
    edges.iter_mut().for_each(|side| side.iter_mut().zip(&above).for_each(|(x, h)| *x += h));
    let rumble: Vec<f32> = (0..edges[0].len())
        .map(|n| (0.1 * (std::f64::consts::TAU * 22.0 * n as f64 / 48_000.0).sin()) as f32)
        .collect();
    edges.iter_mut().for_each(|side| side.iter_mut().zip(&rumble).for_each(|(x, r)| *x += r));
    let (found, _) = tone(&profile(&song), &traits(&edges), 1.0);
    for hz in [10.0, 20.0, 25.0, 18_000.0, 20_000.0, 23_000.0] {
        let db = found.db_at(hz) + found.output_db;
        assert!(db.abs() <= 0.5, "{db:.2} dB at {hz:.0} Hz: {found:?}");
    }
}

#[test]
fn m17_above_16_khz_nothing_is_boosted_beyond_what_is_boosted_below() {
    // Of what a song has there: shelves, bells and tilts of references, ends of songs, and other songs.
    let song = music(1);
    let ended_song = ended(&song, 16_000.0);
    let shapes = [
        vec![(HighShelf, 5000.0, 6.0, 0.707)],
        vec![(HighShelf, 12_000.0, 6.0, 0.707)],
        vec![(Bell, 14_000.0, 6.0, 0.9)],
        vec![(Bell, 16_000.0, 5.0, 1.4), (LowShelf, 120.0, -3.0, 0.707)],
        vec![(Tilt, 1500.0, 5.0, 0.707)],
    ];
    let changed = shapes.iter().map(|shape| with_curve(&song, &curve(shape)));
    for reference in changed.chain([music(2), music(3)]) {
        let reference = traits(&reference);
        for (own, has_highs) in [(&song, true), (&ended_song, false)] {
            let (found, _) = tone(&profile(own), &reference, 1.0);
            let below = frequencies(1000.0, 16_000.0).map(|hz| found.db_at(hz));
            let most = if has_highs { MAX_DB.min(below.fold(0.0, f64::max)) + 0.1 } else { 1.0 };
            let gain_db = if has_highs { 0.0 } else { found.output_db.max(0.0) };
            for hz in frequencies(16_000.0, 24_000.0) {
                let db = found.db_at(hz) + gain_db;
                assert!(db <= most, "{db:.2} dB at {hz:.0} Hz, at most {most:.2}: {found:?}");
            }
        }
    }
}

/// Below 30 Hz a correction fades; half a dB from 10 to 15 Hz is what is meant by nothing.
#[test]
fn m17_a_change_of_the_lows_ends_below_hearing_boost_or_cut() {
    let song = music(1);
    let shelves = [
        (LowShelf, 77.0, 5.5, 0.707),
        (LowShelf, 120.0, 4.0, 0.5),
        (Tilt, 600.0, -3.0, 0.707),
        (LowShelf, 151.0, -4.9, 0.707),
        (LowShelf, 77.0, -5.5, 0.707),
        (Tilt, 600.0, 3.0, 0.707),
        (Bell, 50.0, -5.0, 0.7),
    ];
    let mut ended = 0;
    for shelf in shelves {
        let known = curve(&[shelf]);
        let reference = traits(&with_curve(&song, &known));
        let (found, decisions) = tone(&profile(&song), &reference, 1.0);
        let moved = found.db_at(50.0) - found.db_at(1000.0);
        assert!(found.bands.len() <= BANDS && moved.abs() > 1.0, "{found:?}");
        // As the equalizer renders it: nothing from 10 to 15 Hz.
        let rendered = rendered_db(&found);
        let deep = [10.0, 12.0, 15.0].map(&rendered);
        println!("{shelf:?}: {deep:.2?} dB from 10 to 15 Hz, {:.2} at 40", rendered(40.0));
        assert!(deep.iter().all(|db| db.abs() <= 0.5), "{deep:.2?} dB: {found:?}");
        for hz in frequencies(40.0, 16_000.0) {
            let gap = found.db_at(hz) + found.output_db - known.db_at(hz);
            let flat = found.db_at(1000.0) + found.output_db - known.db_at(1000.0);
            assert!((gap - flat).abs() <= 0.5, "{gap:.2} dB off at {hz:.0} Hz: {found:?}");
        }
        let ends = found.bands[0].frequency_hz == LOWS_END.0;
        let told = |d: &twobus_analysis::matching::Decision| d.text.contains("ends below hearing");
        assert_eq!(decisions.iter().any(told), ends, "{decisions:#?}");
        ended += u32::from(ends);
    }
    assert!(ended > 0, "no boost had to be ended");
}

#[test]
fn m17_the_curve_is_a_few_wide_bands_and_no_single_note_is_cut() {
    let song = music(1);
    // The reference lacks one note, a twelfth of an octave wide.
    let note = curve(&[(Bell, 1000.0, -18.0, 17.0)]);
    let (found, _) = tone(&profile(&song), &traits(&with_curve(&song, &note)), 1.0);
    assert!(found.db_at(1000.0) > -4.0, "{found:?}");
    for (seed, other) in [(1, 2), (3, 4), (5, 1)] {
        let (found, _) = tone(&profile(&music(seed)), &traits(&music(other)), 1.0);
        assert!(found.bands.len() <= BANDS && found.bands.iter().all(|band| band.q <= 1.42));
    }
}

#[test]
fn m17_nothing_sounds_before_it_should() {
    let (found, _) = tone(&profile(&music(1)), &traits(&music(2)), 1.0);
    let mut click = [vec![0.0; 9600], vec![0.0; 9600]];
    click.iter_mut().for_each(|side| side[4800] = 1.0);
    let out = with_curve(&click, &found);
    let before = out[0][..4800].iter().map(|x| x.abs()).fold(0.0, f32::max);
    assert!(before < 1e-3 * out[0][4800].abs(), "pre-echo of {before}");
    assert_eq!(equalizer(&found).latency_frames(), 0);
}

#[test]
fn m17_bass_is_resolved_from_40_hz() {
    let song = music(2);
    for (hz, gain) in [(45.0, 4.0), (60.0, -4.0), (60.0, 5.0)] {
        let known = curve(&[(Bell, hz, gain, 1.4)]);
        let changed = profile(&with_curve(&song, &known));
        let own = profile(&song);
        let louder = changed.report.integrated_lufs.unwrap() - own.report.integrated_lufs.unwrap();
        let (found, _) = tone(&own, &Traits::of(&changed), 1.0);
        for at in frequencies(40.0, 200.0) {
            let gap = found.db_at(at) + found.output_db - known.db_at(at) + louder;
            assert!(gap.abs() <= 0.5, "{gap:.2} dB off at {at:.0} Hz: {known:?} became {found:?}");
        }
    }
}

#[test]
fn m17_width_is_changed_by_at_most_3_db_and_none_is_made_of_nothing() {
    let song = music(1);
    let own = profile(&song);
    let only = Amounts { width: 1.0, ..Amounts::NONE };
    let to = |reference: &Stereo| propose(&own, &traits(reference), &only);
    let percent = |db: f64| 100.0 * 10.0_f64.powf(db / 20.0);
    for db in [-2.0, 2.0] {
        let found = to(&wider(&song, db)).width_percent;
        assert!((found / percent(db) - 1.0).abs() < 0.03, "{found} for {db} dB");
    }
    let far = to(&wider(&song, -9.0));
    assert!((far.width_percent - percent(-3.0)).abs() < 1.0, "{}", far.width_percent);
    let refused = |d: &&twobus_analysis::matching::Decision| {
        d.area == Area::Width && d.verdict == Verdict::Refused
    };
    assert_eq!(far.decisions.iter().filter(refused).count(), 1, "{:#?}", far.decisions);
    // On both sides of the least width that there is something to widen.
    let middle: Vec<f32> = song[0].iter().zip(&song[1]).map(|(l, r)| 0.5 * (l + r)).collect();
    let with_side_at = |db: f64| {
        // The song of half a second before, so that it has the same spectrum and nothing in common.
        let gain = 10.0_f32.powf(db as f32 / 20.0);
        let side = |frame: usize| gain * middle[(frame + middle.len() - 24_000) % middle.len()];
        let both = [1.0, -1.0].map(|sign| {
            middle.iter().enumerate().map(|(frame, m)| m + sign * side(frame)).collect()
        });
        profile(&both)
    };
    let found = propose(&with_side_at(-29.0), &traits(&song), &only);
    assert!((found.width_percent - percent(3.0)).abs() < 1.0, "{}", found.width_percent);
    assert_eq!(propose(&with_side_at(-31.0), &traits(&song), &only).width_percent, 100.0);
    let mono = profile(&wider(&song, -60.0));
    let found = propose(&mono, &traits(&song), &only);
    assert_eq!(found.width_percent, 100.0);
    assert_eq!(found.decisions.iter().filter(refused).count(), 1);
}

#[test]
fn m17_loudness_is_that_of_the_ear_and_of_the_loudest_parts() {
    let song = music(1);
    // Bass counts in RMS and hardly in loudness.
    let heavy = with_curve(&song, &curve(&[(LowShelf, 60.0, 6.0, 0.707)]));
    let only = Amounts { loudness: 1.0, ..Amounts::NONE };
    for db in [-4.0, 3.0] {
        let reference = louder(&heavy, db);
        let (own, other) = (profile(&song), traits(&reference));
        let aim = propose(&own, &other, &only).loudness_lufs.unwrap();
        let (i, s) =
            (own.report.integrated_lufs.unwrap(), own.report.short_term_max.unwrap().value);
        let gap = 0.5 * (other.integrated_lufs - i + other.short_term_max_lufs - s);
        assert!((aim - i - gap).abs() <= 0.06, "{aim}, {gap}");
        let rms = profile(&reference).report.rms_dbfs.unwrap() - own.report.rms_dbfs.unwrap();
        assert!(rms - gap > 1.0, "RMS {rms}, loudness {gap}");
    }
}

#[test]
fn m17_a_slow_tilt_is_matched_with_few_bands() {
    let song = music(4);
    let tilted = with_curve(&song, &curve(&[(Tilt, 700.0, 2.0, 0.707)]));
    let (found, _) = tone(&profile(&song), &traits(&tilted), 1.0);
    assert!((1..=3).contains(&found.bands.len()), "{found:?}");
}
