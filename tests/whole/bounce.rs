//! Prints: what they contain and what they do not, their length, their stems, their place.

use serde_json::{Value, json};
use twobus_media::SampleFormat::{Float32, Int24};

use crate::support::{
    FULL_24, Planar, Studio, assert_same, db, frames, noise, padded, stereo_noise,
};

fn two_stems() -> Studio {
    let stems = [stereo_noise(1, 0.3, frames(1.0)), stereo_noise(2, 0.3, frames(1.0))];
    Studio::with_stems(Int24, &stems)
}

fn strip(id: u32, change: Value) -> Value {
    json!([{"strip": {"song": 1, "strip": id, "change": change}}])
}

fn insert(id: u32, kind: &str, values: Value) -> Value {
    let device = json!({"id": 1, "kind": kind, "bypass": false, "values": values});
    strip(id, json!({"inserts": {"add": {"item": device}}}))
}

#[test]
fn f6_a_bounce_ignores_solo_and_says_so() {
    let studio = two_stems();
    let plain = studio.bytes(&studio.printed(""));
    studio.apply(&strip(1, json!({"solo": true})));
    let (json, warnings) = studio.warned("bounce song");
    assert!(plain == studio.bytes(json["path"].as_str().unwrap()));
    assert!(warnings.contains("Solo was on"), "{warnings}");
    let _ = studio.ends("bounce song", 3).says(&["warning: Solo was on"]);
}

#[test]
fn r33_a_bounce_contains_no_monitor_switch_and_says_so() {
    let studio = two_stems();
    let plain = studio.bytes(&studio.printed(""));
    let monitor =
        json!({"level": -20.0, "dim": true, "mono": true, "side": false, "reference": false});
    studio.apply(&json!([{"song": {"song": 1, "change": {"monitor": monitor}}}]));
    let (json, warnings) = studio.warned("bounce song");
    assert!(plain == studio.bytes(json["path"].as_str().unwrap()));
    assert!(warnings.contains("monitor switch"), "{warnings}");
}

#[test]
fn f6_a_muted_track_is_exactly_absent() {
    let studio = two_stems();
    studio.apply(&strip(2, json!({"mute": true})));
    let muted = studio.print("");
    let stem = stereo_noise(1, 0.3, frames(1.0));
    assert_same(&muted, &stem.iter().map(|x| padded(x, muted[0].len())).collect::<Planar>());
}

/// Largest sample of the print minus the sum of its stems, from the files.
fn residual(studio: &Studio, json: &Value) -> f64 {
    let print = studio.read(json["path"].as_str().unwrap());
    let stems = json["stems"].as_array().unwrap().iter();
    let stems: Vec<Planar> =
        stems.map(|stem| studio.read(stem["path"].as_str().unwrap())).collect();
    let mut largest = 0.0_f64;
    for channel in 0..2 {
        for (frame, x) in print[channel].iter().enumerate() {
            let sum: f64 = stems.iter().map(|stem| f64::from(stem[channel][frame])).sum();
            largest = largest.max((f64::from(*x) - sum).abs());
        }
    }
    largest
}

#[test]
fn r33_stems_null_against_the_print_where_the_bus_is_linear() {
    let studio = two_stems();
    studio.apply(&insert(0, "utility", json!({"gain": -2.0})));
    studio.apply(&strip(0, json!({"fader": -1.5})));
    let json = studio.json("bounce song --stems");
    assert_eq!(json["stems"].as_array().unwrap().len(), 2);
    let (found, reported) = (residual(&studio, &json), json["residual_dbfs"].as_f64().unwrap());
    assert!((db(found) - reported).abs() < 1e-9, "{} {reported}", db(found));
    assert!(reported < -120.0, "{reported}");
}

#[test]
fn r33_stems_of_a_bus_that_is_not_linear_are_said_not_to_null() {
    let studio = two_stems();
    studio.apply(&insert(0, "limiter", json!({"drive": 12.0})));
    let (json, warnings) = studio.warned("bounce song --stems");
    let (found, reported) = (residual(&studio, &json), json["residual_dbfs"].as_f64().unwrap());
    assert!((db(found) - reported).abs() < 1e-9, "{} {reported}", db(found));
    assert!(reported > -60.0, "{reported}");
    assert!(warnings.contains("not linear"), "{warnings}");
}

#[test]
fn product_a_tail_lasts_until_half_a_second_is_below_minus_90_dbfs() {
    let quiet = 10_f64.powf(-91.0 / 20.0) as f32;
    for (stem, wanted) in [
        // Loud to its end: half a second is added.
        (vec![0.5; 48_000], 72_000),
        // Its end is quiet already.
        ([vec![0.5; 24_000], vec![quiet; 30_000]].concat(), 54_000),
        // Half of the quiet lies within.
        ([vec![0.5; 36_000], vec![quiet; 12_000]].concat(), 60_000),
    ] {
        let length = stem.len();
        let studio = Studio::with_stems(Float32, &[vec![stem.clone(), stem]]);
        assert_eq!(studio.json("bounce song --no-measure")["frames"], wanted);
        let to_the_end = studio.json("bounce song --no-measure --from 0.1");
        assert_eq!(to_the_end["frames"], length - 4800);
        let fixed = studio.json("bounce song --no-measure --from 0 --to 0:02.5");
        assert_eq!(fixed["frames"], 120_000);
    }
}

#[test]
fn r49_prints_are_numbered_and_never_overwritten() {
    let studio = two_stems();
    let first = studio.json("bounce song --note one");
    let bytes = studio.bytes("song/prints/Song 001.wav");
    // A file that the document does not know is in the way of the next print.
    let _ = studio.file("song/prints/Song 002.wav", b"mine");
    let second = studio.json("bounce song --format wav24 --kind instrumental");
    let third = studio.json("bounce song");
    assert_eq!(
        (&first["print"], &second["print"], &third["print"]),
        (&json!(1), &json!(2), &json!(3))
    );
    assert!(bytes == studio.bytes("song/prints/Song 001.wav"));
    assert_eq!(studio.bytes("song/prints/Song 002.wav"), b"mine");
    assert_eq!(second["kind"], "instrumental");
    let names = ["Song 001.wav", "Song 002 instrumental.wav", "Song 002.wav", "Song 003.wav"];
    assert_eq!(studio.names("song/prints"), names);
    let prints = &studio.json("info song")["songs"][0]["prints"];
    assert_eq!(prints.as_array().unwrap().len(), 3);
    assert_eq!(prints[0]["note"], "one");
}

#[test]
fn product_info_tells_in_words_what_changed_since_a_print() {
    let studio = two_stems();
    let _ = studio.done("bounce song");
    assert!(studio.done("info song").stdout.contains("current"));
    studio.apply(&strip(2, json!({"fader": -1.5})));
    let text = studio.done("info song").stdout;
    assert!(text.contains("1 change behind"), "{text}");
    let changes = &studio.json("info song")["songs"][0]["prints"][0]["changes_since"];
    let change = changes[0].as_str().unwrap();
    assert!(change.contains("fader") && change.contains("−1.5 dB"), "{change}");
    // Solo and monitor are not in a print, so they do not age it.
    studio.apply(&strip(2, json!({"fader": 0.0})));
    studio.apply(&strip(1, json!({"solo": true})));
    assert!(studio.done("info song").stdout.contains("current"));
}

#[test]
fn e9_r31_a_stem_with_nan_and_infinity_is_named_and_the_rest_stays() {
    let mut poisoned = stereo_noise(1, 0.3, frames(0.5));
    let healthy = stereo_noise(2, 0.3, frames(0.5));
    for (frame, x) in [(100, f32::NAN), (9_000, f32::INFINITY), (9_001, f32::NEG_INFINITY)] {
        poisoned[0][frame] = x;
    }
    let studio = Studio::new();
    studio.wav("stems/bad.wav", Float32, &poisoned);
    studio.wav("stems/good.wav", Float32, &healthy);
    let (_, warnings) = studio.warned("import song stems --no-trims");
    assert!(warnings.contains("bad.wav") && warnings.contains("3 samples"), "{warnings}");
    let print = studio.print("");
    for channel in 0..2 {
        for (frame, x) in healthy[channel].iter().enumerate() {
            let other = poisoned[channel][frame];
            let other = if other.is_finite() { f64::from(other) } else { 0.0 };
            assert_eq!(print[channel][frame], (f64::from(*x) + other) as f32, "frame {frame}");
        }
    }
}

#[test]
fn h6_a_24_bit_stem_at_unity_is_copied_bit_exactly() {
    let stem = stereo_noise(3, 0.9, frames(0.5));
    let studio = Studio::with_stems(Int24, std::slice::from_ref(&stem));
    for options in ["--format wav24", "--format wav24 --no-dither", "--format wav32f"] {
        let print = studio.print(options);
        let wanted: Planar = stem.iter().map(|x| padded(x, print[0].len())).collect();
        assert_same(&print, &wanted);
    }
}

#[test]
fn h1_h6_dither_of_a_24_bit_print_has_minus_144_49_dbfs_of_error() {
    let between: Vec<f32> = noise(1, 0.25, frames(2.0)).iter().map(|x| x * 0.001).collect();
    let stem = vec![between.clone(), between];
    let studio = Studio::with_stems(Float32, std::slice::from_ref(&stem));
    let print = studio.print("--format wav24");
    let errors: Vec<f64> =
        print[0].iter().zip(&stem[0]).map(|(y, x)| f64::from(*y) - f64::from(*x)).collect();
    let power = errors.iter().map(|e| e * e).sum::<f64>() / errors.len() as f64;
    let wanted = db(0.5 / FULL_24);
    assert!((10.0 * power.log10() - wanted).abs() < 0.1, "{}", 10.0 * power.log10());
    assert!((wanted + 144.49).abs() < 0.01);
}

#[test]
fn r32_a_print_over_full_scale_is_whole_in_float_and_clipped_in_24_bit_with_a_warning() {
    let loud = stereo_noise(4, 0.9, frames(0.3));
    let studio = Studio::with_stems(Int24, &[loud.clone(), loud.clone()]);
    let print = studio.print("--format wav32f");
    assert_eq!(print[0][1234], 2.0 * loud[0][1234]);
    let (json, warnings) = studio.warned("bounce song --format wav24 --no-dither");
    let over = loud.iter().flatten().filter(|x| {
        let twice = 2.0 * f64::from(**x) * FULL_24;
        !(-FULL_24..=FULL_24 - 1.0).contains(&twice)
    });
    assert!(warnings.contains(&format!("{} samples", over.count())), "{warnings}");
    let clipped = studio.read(json["path"].as_str().unwrap());
    for (y, x) in clipped[0].iter().zip(&loud[0]) {
        let wanted = (2.0 * f64::from(*x)).clamp(-1.0, (FULL_24 - 1.0) / FULL_24);
        assert_eq!(f64::from(*y), wanted);
    }
}
