use twobus_session::targets::destination;

use super::*;
use crate::report::Extreme;
use crate::{Analyzer, Report};

/// The report on a master with these figures.
fn report(lufs: f64, true_peak: f64) -> Report {
    let extreme = |value| Some(Extreme { value, time_s: 0.0 });
    Report {
        integrated_lufs: Some(lufs),
        true_peak: extreme(true_peak),
        sample_peak: extreme(true_peak - 0.2),
        short_term_max: extreme(lufs + 2.0),
        ..Analyzer::new(48_000, 2).finish()
    }
}

fn played(place: &str, mode: &str, lufs: f64, true_peak: f64) -> Played {
    let place = destination(place).unwrap();
    let all = at(place, &report(lufs, true_peak));
    all.into_iter().find(|played| played.mode == mode).unwrap()
}

#[test]
fn dsp16_gains_are_those_of_each_service_s_own_rules() {
    // place, setting, loudness, true peak, gain.
    for (place, mode, lufs, peak, gain) in [
        // Spotify's own example: −20 LUFS at −5 dBTP is lifted to −16 only.
        ("spotify", "Normal", -20.0, -5.0, 4.0),
        ("spotify", "Normal", -9.0, -1.0, -5.0),
        ("spotify", "Normal", -14.0, -1.0, 0.0),
        ("spotify", "Normal", -18.0, -0.5, 0.0),
        ("spotify", "Normal", -18.0, -12.0, 4.0),
        ("spotify", "Quiet", -14.0, -1.0, -5.0),
        ("spotify", "Loud", -14.0, -1.0, 3.0),
        ("spotify", "Loud", -8.0, -1.0, -3.0),
        ("apple-music", "Sound Check", -9.0, -1.0, -7.0),
        ("apple-music", "Sound Check", -18.0, -2.0, 1.0),
        ("youtube", "Videos", -9.0, -1.0, -5.0),
        ("youtube", "Videos", -18.0, -6.0, 0.0),
        ("youtube", "YouTube Music", -9.0, -1.0, 0.0),
        ("tidal", "Normalised", -18.0, -6.0, 0.0),
        ("tidal", "Normalised", -10.0, -1.0, -4.0),
        ("cd", "", -9.0, -0.3, 0.0),
    ] {
        let found = played(place, mode, lufs, peak);
        assert!((found.gain_db - gain).abs() < 1e-9, "{place} {mode}: {found:?}");
        assert!((found.loudness_lufs - lufs - gain).abs() < 1e-9);
        assert!((found.headroom_db + peak + gain).abs() < 1e-9);
    }
}

#[test]
fn dsp16_what_is_not_turned_up_says_why() {
    let words = |place, mode, lufs, peak| played(place, mode, lufs, peak).remarks.join(" ");
    assert!(words("tidal", "Normalised", -18.0, -6.0).contains("not turned up"));
    let spotify = words("spotify", "Normal", -20.0, -5.0);
    assert!(spotify.contains("Stays 2.0 LU below the −14.0") && spotify.contains("no more room"));
    // +3 dB on samples at −1.2 dBFS, held at −1.
    let loud = played("spotify", "Loud", -14.0, -1.0);
    assert!((loud.limited_db - 2.8).abs() < 1e-9 && loud.remarks[0].contains("2.8 dB"), "{loud:?}");
    assert!(words("spotify", "Normal", -9.0, -1.0).is_empty());
}

#[test]
fn dsp16_warnings_name_the_rule_that_is_broken() {
    let warnings = |place: &str, lufs, peak| {
        at(destination(place).unwrap(), &report(lufs, peak))[0].warnings.join(" ")
    };
    assert_eq!(warnings("spotify", -14.0, -1.0), "");
    let louder = warnings("spotify", -9.0, -1.0);
    assert!(louder.contains("at most −2.0 dBTP, as it is louder than −14.0 LUFS"), "{louder}");
    assert!(louder.contains("1.0 dB above that"), "{louder}");
    assert!(warnings("amazon-music", -14.0, -1.0).contains("at most −2.0 dBTP;"));
    assert!(
        warnings("ebu-r128", -14.0, -1.0).contains("asks for −23.0 LUFS; this is 9.0 LU louder")
    );
    assert_eq!(warnings("ebu-r128", -23.2, -1.0), "");
    assert!(warnings("ebu-r128", -23.4, -1.0).contains("0.4 LU softer"));
    // Its short-term loudness reaches −17.5.
    assert!(
        warnings("ebu-r128-s1", -19.5, -1.0).contains("at most −18.0 LUFS; here it reaches −17.5")
    );
    assert_eq!(warnings("atsc-a85", -25.9, -2.0), "");
    assert!(warnings("radio", -8.0, -1.0).contains("only 7.0 LU above"));
    assert!(warnings("vinyl", -8.0, -1.0).contains("louder than −10.0 LUFS"));
}

#[test]
fn silence_has_no_places_and_every_place_answers_for_sound() {
    assert!(all(&Analyzer::new(48_000, 2).finish()).is_empty());
    let all = all(&report(-14.0, -1.0));
    let settings = targets().destinations.iter().map(|place| place.playback.len().max(1));
    assert_eq!(all.len(), settings.sum::<usize>());
}

/// A beat with a tone, `seconds` long.
fn music(gain: f64) -> Vec<f32> {
    let mut state = 7_u32;
    (0..10 * 48_000_u32)
        .map(|n| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = f64::from(state >> 8) / 8_388_608.0 - 1.0;
            let beat = f64::from(n % 24_000) / 24_000.0;
            let tone = 0.1 * (f64::from(n) * 0.05).sin();
            (gain * (0.6 * noise * (-30.0 * beat).exp() + tone)) as f32
        })
        .collect()
}

#[test]
fn dsp16_what_is_predicted_is_what_the_gain_makes_of_the_sound() {
    let measure = |signal: &[f32]| {
        let mut analyzer = Analyzer::new(48_000, 2);
        analyzer.push(&[signal, signal]);
        analyzer.finish()
    };
    for level in [0.25, 1.0, 2.0] {
        let master = music(level);
        for played in all(&measure(&master)) {
            let gain = Db(played.gain_db).to_gain();
            let heard: Vec<f32> = master.iter().map(|x| (f64::from(*x) * gain) as f32).collect();
            let found = measure(&heard);
            let loudness = found.integrated_lufs.unwrap();
            assert!((loudness - played.loudness_lufs).abs() < 0.01, "{}: {loudness}", played.name);
            let peak = found.true_peak.unwrap().value;
            assert!((peak - played.true_peak_dbtp).abs() < 0.01, "{}: {peak}", played.name);
        }
    }
}
