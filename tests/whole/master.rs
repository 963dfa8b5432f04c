//! Masters: loudness and true peak of the written file, caps, formats, and what is never overwritten.

use std::path::Path;
use std::sync::OnceLock;

use serde_json::{Value, json};
use twobus_dsp::meter::true_peak::{TruePeak, VerifiedPeak};
use twobus_media::SampleFormat::{Float32, Int24};

use crate::referee::{Kaiser, fft_peak, itu_peak, sample_peak};
use crate::support::{
    Planar, RATE_HZ, Run, Studio, assert_same, db, decode, frames, noise, padded, sine,
    stereo_noise,
};

/// How far above its ceiling a file may read, in dB.
const TOLERANCE_DB: f64 = 0.02;

/// Six seconds of something like music: a beat, a bass, chords and air, about −17 LUFS.
pub(crate) fn music() -> &'static Planar {
    static MUSIC: OnceLock<Planar> = OnceLock::new();
    MUSIC.get_or_init(|| {
        let length = frames(6.0);
        let tones = [(55.0, 0.12), (220.0, 0.05), (277.18, 0.05), (329.63, 0.05), (1_318.5, 0.02)];
        let tones: Vec<Vec<f32>> =
            tones.iter().map(|(hz, level)| sine(*hz, RATE_HZ, *level, length)).collect();
        let air = [noise(1, 0.05, length), noise(2, 0.05, length)];
        let hits = noise(3, 0.55, length);
        let side = |channel: usize| -> Vec<f32> {
            let at = |frame: usize| {
                let beat = (frame % 24_000) as f64 / 24_000.0;
                let hit = f64::from(hits[frame]) * (-60.0 * beat).exp();
                let tones: f64 = tones.iter().map(|tone| f64::from(tone[frame])).sum();
                let swell = 0.7 + 0.3 * (frame as f64 / 30_000.0).sin();
                (hit + tones * swell + f64::from(air[channel][frame])) as f32
            };
            (0..length).map(at).collect()
        };
        vec![side(0), side(1)]
    })
}

/// A studio with "music.wav" and no project.
pub(crate) fn with_music() -> Studio {
    let studio = Studio::empty();
    studio.wav("music.wav", Float32, music());
    studio
}

/// The true peak of a file in dBTP, as the higher of two interpolators.
pub(crate) fn true_peak_dbtp(planar: &[Vec<f32>]) -> f64 {
    let mut meter = TruePeak::new(planar.len());
    let mut verified = VerifiedPeak::new(planar.len());
    for (channel, samples) in planar.iter().enumerate() {
        meter.push(channel, samples);
        verified.push(channel, samples);
    }
    meter.finish();
    verified.finish();
    meter.peak_db().0.max(verified.peak_db().0)
}

pub(crate) fn number(json: &Value, key: &str) -> f64 {
    json[key].as_f64().unwrap_or_else(|| panic!("{key} in {json}"))
}

pub(crate) fn integrated(studio: &Studio, path: &str) -> f64 {
    number(&studio.json(&format!("analyze {path}"))["files"][0]["report"], "integrated_lufs")
}

#[test]
fn dsp16_a_master_reaches_its_loudness_within_0_1_lu_under_its_ceiling() {
    let studio = with_music();
    for target in [-23.0, -16.0, -14.0, -11.0] {
        let out = format!("at{target}.wav");
        let line = format!("master music.wav --target {target} --max-reduction 24 --out {out}");
        let json = studio.json(&line);
        let found = integrated(&studio, &out);
        assert!((found - target).abs() <= 0.1, "{found}, not {target}");
        assert_eq!(number(&json["after"], "integrated_lufs"), found);
        assert_eq!((&json["capped"], number(&json, "target_lufs")), (&Value::Bool(false), target));
        let peak = true_peak_dbtp(&studio.read(&out));
        assert!(peak <= -1.0 + TOLERANCE_DB, "{peak} at {target}");
    }
}

/// Signals between silences whose peaks lie between the samples, 12 dB above full scale, and some music.
fn hard() -> Planar {
    let apart = frames(0.1);
    let sample = |seconds: f64, at: &dyn Fn(usize) -> f64| -> Vec<f32> {
        (0..frames(seconds)).map(|n| (4.0 * at(n)) as f32).collect()
    };
    let burst = |n: usize| {
        let level = if (4800..5040).contains(&n) { 1.0 } else { 0.1 };
        level * (std::f64::consts::TAU * 0.24 * n as f64).sin()
    };
    let doublets = |n: usize| match (n % 997, n / 997 % 2) {
        (0, _) | (1, 0) => 1.0,
        (1, _) => -1.0,
        _ => 0.0,
    };
    let parts = [
        sample(0.3, &|n| if n % 4 < 2 { 1.0 } else { -1.0 }),
        sample(0.3, &doublets),
        sample(0.3, &burst),
        music()[0][..frames(1.0)].iter().map(|x| 3.0 * x).collect(),
    ];
    let silence = vec![0.0; apart];
    let side: Vec<f32> =
        parts.iter().flat_map(|part| part.iter().chain(&silence)).copied().collect();
    let other = side.iter().map(|x| 0.5 * x).collect();
    vec![side, other]
}

/// What meters that share nothing with the product read of a file, in dBTP: 64 points a frame, an FFT of the
/// whole at 16, and the samples themselves; and what the filter printed in BS.1770-5 reads.
fn refereed_dbtp(planar: &Planar) -> (f64, f64) {
    let kaiser = Kaiser::new();
    let peak = |of: &dyn Fn(&[f32]) -> f64| planar.iter().map(|c| of(c)).fold(0.0, f64::max);
    let strict = [peak(&|c| kaiser.peak(c)), peak(&fft_peak), peak(&sample_peak)];
    (db(strict.into_iter().fold(0.0, f64::max)), db(peak(&itu_peak)))
}

#[test]
fn t2_the_ceiling_holds_in_the_file_of_every_format_and_rate() {
    let studio = Studio::empty();
    studio.wav("hard.wav", Float32, &hard());
    for format in ["wav16", "wav24", "wav32f", "flac16", "flac24"] {
        for (rate, ceiling, options) in
            [("", -1.0, ""), ("--rate 44100", -0.1, "--dither none"), ("--rate 96000", -1.0, "")]
        {
            let rate_hz = rate.split(' ').next_back().and_then(|hz| hz.parse().ok());
            let rate_hz = rate_hz.unwrap_or(48_000);
            let out = format!("out-{format}-{rate_hz}");
            let json = studio.json(&format!(
                "master hard.wav --ceiling {ceiling} --format {format} {rate} {options} --out {out}"
            ));
            assert!(number(&json, "reduction_db") > 3.0, "{json}");
            let file = studio.read(&out);
            let (peak, itu) = refereed_dbtp(&file);
            println!("{format} {rate}: {peak:.3} and {itu:.3} dBTP for {ceiling}");
            assert!(peak <= ceiling + TOLERANCE_DB && itu <= ceiling + 0.3, "{out}: {peak} {itu}");
            assert!(peak > ceiling - 0.3, "{out}: {peak} is lower than need be");
            assert_eq!(file[0].len(), frames(2.3) * rate_hz / 48_000, "{out}");
        }
    }
}

#[test]
fn dsp16_a_target_beyond_the_cap_stops_at_the_cap_and_says_so() {
    let studio = with_music();
    let line = "master music.wav --target -5 --max-reduction 3 --out out.wav";
    let (json, warnings) = studio.warned(line);
    let reduction = number(&json, "reduction_db");
    assert!(reduction <= 3.0 && reduction > 2.8, "{reduction}");
    assert_eq!(json["capped"], true);
    let reached = integrated(&studio, "out.wav");
    assert!(reached < -5.0, "{reached}");
    assert!(warnings.contains("would take more than 3.0 dB"), "{warnings}");
    let words = format!("stops at −{:.1} LUFS", -reached);
    assert!(warnings.contains(&words), "{warnings}, not {words}");
    let _ = studio.ends(&format!("{line} --force"), 3).says(&["warning: "]);
}

#[test]
fn dsp16_a_cap_of_nothing_goes_up_to_where_the_limiter_would_begin() {
    let studio = with_music();
    let line = "master music.wav --target -5 --max-reduction 0 --out out.wav";
    let (json, _) = studio.warned(line);
    assert!(number(&json, "reduction_db") <= 0.02);
    let peak = true_peak_dbtp(&studio.read("out.wav"));
    assert!((peak + 1.0).abs() < 0.05, "{peak}");
}

#[test]
fn h6_a_master_of_24_bit_audio_that_nothing_changes_is_a_copy() {
    let studio = Studio::empty();
    let quiet = stereo_noise(1, 0.3, frames(1.0));
    studio.wav("quiet.wav", Int24, &quiet);
    let _ = studio.done("master quiet.wav --format wav24 --out out.wav");
    assert_same(&studio.read("out.wav"), &quiet);
}

#[test]
fn product_the_limiter_of_a_project_s_chain_keeps_its_drive() {
    let studio = Studio::with_stems(Int24, &[stereo_noise(1, 0.02, frames(4.0))]);
    let values = json!({"drive": 6});
    let limiter = json!({"id": 1, "kind": "limiter", "bypass": false, "values": values});
    let chain = json!({"chain": {"add": {"item": limiter}}});
    studio.apply(&json!([{"master": {"song": 1, "change": chain}}]));
    let _ = studio.done("bounce song");
    let json = studio.json("master song");
    assert_eq!(number(&json, "drive_db"), 6.0);
    let louder =
        number(&json["after"], "integrated_lufs") - number(&json["before"], "integrated_lufs");
    assert!((louder - 6.0).abs() < 0.01, "{louder}");
}

#[test]
fn t3_what_lies_under_the_ceiling_passes_bit_exactly_without_a_target() {
    let studio = Studio::empty();
    let quiet = stereo_noise(1, 0.3, frames(1.0));
    studio.wav("quiet.wav", Float32, &quiet);
    let json = studio.json("master quiet.wav --format wav32f --out out.wav");
    assert_same(&studio.read("out.wav"), &quiet);
    for key in ["drive_db", "reduction_db", "verify_trim_db"] {
        assert_eq!(number(&json, key), 0.0, "{key}");
    }
    assert!(json["target_lufs"].is_null());
    // 24 bits hold all of it as well.
    let _ = studio.done("master quiet.wav --format wav24 --dither none --out out24.wav");
    assert_same(&studio.read("out24.wav"), &quiet);
}

#[test]
fn t3_a_trim_is_a_gain_and_nothing_else() {
    let studio = Studio::empty();
    let quiet = stereo_noise(1, 0.3, frames(0.5));
    studio.wav("quiet.wav", Float32, &quiet);
    let _ = studio.done("master quiet.wav --trim -6.5 --format wav32f --out out.wav");
    let gain = 10_f64.powf(-6.5 / 20.0);
    for (y, x) in studio.read("out.wav")[0].iter().zip(&quiet[0]) {
        assert!((f64::from(*y) - gain * f64::from(*x)).abs() < 1e-7);
    }
}

#[test]
fn r34_the_same_input_gives_the_same_master() {
    let studio = with_music();
    let line = "master music.wav --target -14 --max-reduction 24 --format wav16 --rate 44100 --out";
    let _ = studio.done(&format!("{line} a.wav"));
    let _ = studio.done(&format!("{line} b.wav"));
    assert!(studio.bytes("a.wav") == studio.bytes("b.wav"));
}

#[test]
fn r49_a_master_replaces_a_file_only_when_told_to() {
    let studio = with_music();
    let _ = studio.file("out.wav", b"old");
    let _ = studio.ends("master music.wav --out out.wav", 1).says(&["out.wav", "--force"]);
    assert_eq!(studio.bytes("out.wav"), b"old");
    let _ = studio.done("master music.wav --out out.wav --force");
    assert_eq!(studio.read("out.wav")[0].len(), music()[0].len());
}

#[test]
fn r49_a_master_never_replaces_its_input_a_print_or_a_stem() {
    let studio = Studio::with_stems(Int24, &[stereo_noise(1, 0.3, frames(1.0))]);
    let _ = studio.done("bounce song --format wav24");
    let _ = studio.done("bounce song");
    studio.wav("music.wav", Float32, &stereo_noise(2, 0.3, frames(1.0)));
    std::fs::create_dir(studio.at("link")).unwrap();
    for (input, out) in [
        ("music.wav", "music.wav"),
        ("music.wav", "./link/../music.wav"),
        ("song", "stems/01.wav"),
        ("song", "song/prints/old.wav"),
        ("song --print 2", "song/prints/old.wav"),
    ] {
        // Names of prints hold a blank, which a line here cannot: a link stands for it.
        #[cfg(unix)]
        if out.ends_with("old.wav") && !studio.at(out).exists() {
            std::os::unix::fs::symlink("Song 001.wav", studio.at(out)).unwrap();
        }
        let before = studio.bytes(out);
        let _ = studio.ends(&format!("master {input} --out {out} --force"), 1).says(&["--out"]);
        assert!(before == studio.bytes(out), "{out}");
    }
}

#[test]
fn r49_a_master_knows_the_print_it_was_made_of_and_says_when_the_mix_is_newer() {
    let studio = Studio::with_stems(Int24, &[stereo_noise(1, 0.3, frames(1.0))]);
    let _ = studio.done("bounce song");
    let _ = studio.done("master song");
    let document: serde_json::Value =
        serde_json::from_slice(&studio.bytes("song/project.json")).unwrap();
    let song = &document["songs"][0];
    let delivery = &song["master"]["deliveries"][0];
    assert_eq!(delivery["file"], "masters/Song 24-bit.wav");
    assert_eq!(
        (&delivery["print"], &delivery["input_hash"]),
        (&json!(1), &song["prints"][0]["file_hash"])
    );
    let masters = |studio: &Studio| studio.json("info song")["songs"][0]["masters"].clone();
    assert_eq!(masters(&studio)[0]["current"], true);
    studio.apply(&json!([{"strip": {"song": 1, "strip": 1, "change": {"fader": -3.0}}}]));
    assert_eq!(masters(&studio)[0]["current"], false);
    let (_, warnings) = studio.warned("master song --force");
    assert!(warnings.contains("1 change newer than print 1; bounce again"), "{warnings}");
    let _ = studio.done("bounce song");
    let _ = studio.done("master song --force");
    let masters = masters(&studio);
    assert_eq!((masters.as_array().unwrap().len(), &masters[0]["print"]), (1, &json!(2)));
    assert_eq!(masters[0]["current"], true);
}

#[test]
fn a_project_s_newest_main_print_is_mastered_into_its_masters() {
    let studio = Studio::with_stems(Int24, &[stereo_noise(1, 0.3, frames(1.0))]);
    let _ = studio.done("bounce song");
    let _ = studio.done("bounce song --kind instrumental --to 0.5");
    let json = studio.json("master song --format flac16 --rate 44100");
    assert_eq!(json["path"], "song/masters/Song 44100 16-bit.flac");
    assert_eq!(json["before"]["frames"], 72_000);
    let json = studio.json("master song --print 2");
    assert_eq!(json["before"]["frames"], 24_000);
    assert_eq!(studio.names("song/masters"), ["Song 24-bit.wav", "Song 44100 16-bit.flac"]);
}

#[test]
fn files_from_elsewhere_are_mastered_lossy_and_mono_ones_too() {
    let studio = Studio::empty();
    let mono = noise(1, 0.3, frames(1.0));
    studio.wav("mono.wav", Int24, std::slice::from_ref(&mono));
    let _ = studio.ends("master mono.wav --format wav32f --out out.wav", 3).says(&["mono"]);
    assert_same(&studio.read("out.wav"), &[mono.clone(), mono]);
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/../media/tests/data/long-16.flac");
    let _ = std::fs::copy(fixture, studio.at("long.flac")).unwrap();
    let _ = studio.done("master long.flac --ceiling 0 --format wav32f --out long.wav");
    assert_same(&studio.read("long.wav"), &decode(Path::new(fixture)));
    studio.wav("three.wav", Int24, &[vec![0.1; 4_800], vec![0.1; 4_800], vec![0.1; 4_800]]);
    let _ = studio.ends("master three.wav", 1).says(&["three.wav", "more than two channels"]);
}

#[test]
fn silence_cannot_reach_a_loudness_but_can_be_written() {
    let studio = Studio::empty();
    studio.wav("silence.wav", Int24, &[vec![0.0; 48_000], vec![0.0; 48_000]]);
    let _ = studio
        .ends("master silence.wav --target -14", 1)
        .says(&["too quiet", "leave the target out"]);
    assert_eq!(studio.names("."), ["silence.wav"]);
    let _ = studio.done("master silence.wav --format wav32f --out out.wav");
    assert_eq!(studio.read("out.wav")[0], padded(&[], 48_000));
}

#[test]
fn r31_a_file_with_nan_is_mastered_to_finite_samples() {
    let studio = Studio::empty();
    let mut poisoned = stereo_noise(1, 0.3, frames(1.0));
    poisoned[0][500] = f32::NAN;
    poisoned[1][600] = f32::INFINITY;
    studio.wav("bad.wav", Float32, &poisoned);
    let run =
        studio.run("master bad.wav --target -14 --max-reduction 24 --format wav32f --out out.wav");
    assert!(matches!(run.code, Some(0 | 3)), "{run:?}");
    let file = studio.read("out.wav");
    let finite = studio.done("analyze out.wav").stdout;
    assert!(!finite.contains("not finite"), "{finite}");
    assert!((integrated(&studio, "out.wav") + 14.0).abs() <= 0.1);
    assert!(db(f64::from(file[0][40_000].abs())).is_finite());
}

#[test]
fn the_demo_gives_masters_at_minus_14_lufs_under_minus_1_dbtp() {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/../../projects/mdn-multitrack");
    let studio = Studio::empty();
    let demo = |options: &str| {
        let line = format!("demo {options} --out demo");
        Run::of(&line, studio.command(&line).arg(source).output().unwrap())
    };
    let run = demo("--json");
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:?}");
    let json = run.json();
    let masters = json["masters"].as_array().unwrap();
    assert_eq!(masters.len(), 2);
    for master in masters {
        let file = studio.read(master["path"].as_str().unwrap());
        let report = &master["report"];
        assert!((number(report, "integrated_lufs") + 14.0).abs() <= 0.1, "{report}");
        let peak = true_peak_dbtp(&file);
        assert!(peak <= -1.0 + TOLERANCE_DB, "{peak}");
        assert_eq!(file[0].len() as u64, report["frames"].as_u64().unwrap());
    }
    let names = studio.names("demo/masters");
    let document = studio.bytes("demo/project.json");
    let again = demo("");
    assert_eq!(again.code, Some(1), "{again:?}");
    let _ = again.says(&["--force", "--out"]);
    assert_eq!(studio.names("demo/masters"), names);
    assert!(document == studio.bytes("demo/project.json"));
}
