//! Chains of a master: places, presets, A and B at equal loudness, and dither.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use twobus_dsp::DeviceKind;
use twobus_dsp::limiter::Limiter;
use twobus_dsp::processor::Processor as _;
use twobus_media::SampleFormat::{Float32, Int24};
use twobus_session::presets::chains;

use crate::master::{integrated, number, true_peak_dbtp, with_music};
use crate::support::{Planar, Run, Studio, db, decode, frames, stereo_noise};

/// A project whose print is the music of the masters' tests, with `chain` on its master.
fn with_print(chain: &Value) -> Studio {
    let studio = Studio::with_stems(Int24, &[crate::master::music().clone()]);
    let edits: Vec<Value> = chain
        .as_array()
        .unwrap()
        .iter()
        .map(|item| json!({"master": {"song": 1, "change": {"chain": {"add": {"item": item}}}}}))
        .collect();
    studio.apply(&json!(edits));
    let _ = studio.done("bounce song");
    studio
}

fn device(id: u32, kind: &str, values: &Value) -> Value {
    json!({"id": id, "kind": kind, "bypass": false, "values": values})
}

#[test]
fn product_a_target_is_a_place_by_its_name() {
    let studio = with_music();
    let r128 = studio.json("master music.wav --target ebu-r128 --out r128.wav");
    assert_eq!((&r128["place"], number(&r128, "target_lufs")), (&json!("ebu-r128"), -23.0));
    assert!((integrated(&studio, "r128.wav") + 23.0).abs() <= 0.1);
    // A service asks for no loudness, and for a lower ceiling where it is loud.
    let spotify = studio.json("master music.wav --target spotify --out spotify.wav");
    assert!(spotify["target_lufs"].is_null() && number(&spotify, "ceiling_dbtp") == -1.0);
    let line = "master music.wav --target spotify --reach -11 --max-reduction 24 --out loud.wav";
    let loud = studio.json(line);
    assert_eq!(number(&loud, "ceiling_dbtp"), -2.0);
    assert!((integrated(&studio, "loud.wav") + 11.0).abs() <= 0.1);
    assert!(true_peak_dbtp(&studio.read("loud.wav")) <= -2.0 + 0.02);
    // What was asked for besides may break a place's rules, which is said.
    let line = "master music.wav --target ebu-r128 --reach -16 --max-reduction 24 --out x.wav";
    let (_, warnings) = studio.warned(line);
    assert!(
        warnings.contains("EBU R 128 asks for −23.0 LUFS; this is 7.0 LU louder"),
        "{warnings}"
    );
    let _ = studio.ends("master music.wav --target nowhere", 2).says(&["atsc-a85", "spotify"]);
    let _ = studio.ends("master music.wav --target -14 --reach -9", 1).says(&["one loudness"]);
}

#[test]
fn dsp16_analyze_and_master_tell_what_each_place_will_do() {
    let studio = with_music();
    let line = "master music.wav --target -9 --max-reduction 24 --out out.wav";
    let master = studio.json(line);
    let analyzed = &studio.json("analyze out.wav")["files"][0];
    assert_eq!(analyzed["places"], master["places"]);
    let places = analyzed["places"].as_array().unwrap();
    let find = |place: &str, mode: &str| {
        places.iter().find(|p| p["place"] == place && p["mode"] == mode).unwrap()
    };
    let spotify = find("spotify", "Normal");
    let lufs = number(&analyzed["report"], "integrated_lufs");
    assert!((number(spotify, "gain_db") + 14.0 + lufs).abs() < 1e-9, "{spotify}");
    assert!(spotify["warnings"][0].as_str().unwrap().contains("−2.0 dBTP"), "{spotify}");
    assert_eq!(number(find("cd", ""), "gain_db"), 0.0);
    let loudest = &analyzed["loudest"];
    assert!(number(loudest, "end_s") <= 6.0 && number(loudest, "lufs") > -12.0, "{loudest}");
    let text = studio.done("analyze out.wav").stdout;
    for words in ["Played by", "Spotify, Normal", "TIDAL", "Loudest from 0:00"] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn h5_shaped_dither_is_chosen_and_said_with_its_total_level() {
    let studio = with_music();
    let master = |dither: &str| {
        let line = format!("master music.wav --format wav16 --dither {dither} --out {dither}.wav");
        studio.json(&line)
    };
    let (none, tpdf, shaped) = (master("none"), master("tpdf"), master("shaped"));
    assert_eq!((&none["dither"], &none["dither_rms_dbfs"]), (&json!("none"), &Value::Null));
    assert!((number(&tpdf, "dither_rms_dbfs") + 96.33).abs() < 0.01, "{tpdf}");
    assert!((number(&shaped, "dither_rms_dbfs") + 83.6).abs() < 0.2, "{shaped}");
    // What was added is what was said.
    let line = "master music.wav --format wav32f --out exact.wav";
    let _ = studio.done(line);
    let exact = studio.read("exact.wav");
    for (name, said) in [("tpdf", -96.33), ("shaped", number(&shaped, "dither_rms_dbfs"))] {
        let file = studio.read(&format!("{name}.wav"));
        let trim = f64::from(file[0][1000]) / f64::from(exact[0][1000]);
        assert!((trim - 1.0).abs() < 0.01);
        let error = residual(&file, &exact);
        assert!((error - said).abs() < 0.3, "{name}: {error} dBFS, not {said}");
        assert!(true_peak_dbtp(&file) <= -1.0 + 0.02);
    }
}

/// RMS of the difference of two files, in dBFS, the second scaled to the first.
fn residual(a: &Planar, b: &Planar) -> f64 {
    let pairs = || a.iter().flatten().zip(b.iter().flatten());
    let products: f64 = pairs().map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
    let squares: f64 = pairs().map(|(_, b)| f64::from(*b).powi(2)).sum();
    let gain = products / squares;
    let error: f64 = pairs().map(|(a, b)| (f64::from(*a) - gain * f64::from(*b)).powi(2)).sum();
    db((error / pairs().count() as f64).sqrt())
}

#[test]
fn product_every_chain_preset_renders_and_is_as_loud_as_its_drive_says() {
    let studio = with_music();
    for (index, preset) in chains().iter().enumerate() {
        let line = format!("master music.wav --json --format wav32f --out out{index}.wav");
        let run = studio.command(&line).arg("--preset").arg(&preset.name).output().unwrap();
        let run = Run::of(&line, run);
        assert!(matches!(run.code, Some(0 | 3)), "{}: {run:?}", preset.name);
        let json = run.json();
        let drive = number(&json, "drive_db");
        let louder =
            number(&json["after"], "integrated_lufs") - number(&json["before"], "integrated_lufs");
        println!("{}: drive {drive} dB, {louder:+.2} LU", preset.name);
        // Without drive as loud as before, less what is cut off; with it, louder by no more than that.
        // A chain for speech takes the bass away that this music stands on.
        let least = if preset.name == "Podcast" { -4.0 } else { -1.5 };
        assert!(louder > least && louder < drive + 1.0, "{}: {louder} LU", preset.name);
        let file = studio.read(&format!("out{index}.wav"));
        assert!(file.iter().flatten().all(|x| x.is_finite()), "{}", preset.name);
        assert!(true_peak_dbtp(&file) <= -1.0 + 0.02, "{}", preset.name);
    }
    let _ = studio.ends("master music.wav --preset nothing", 2).says(&["Gentle polish"]);
}

#[test]
fn issue5_the_chains_a_and_b_are_mastered_shown_and_compared_at_equal_loudness() {
    let bright = json!({"b7_freq": 6000, "b7_gain": 5});
    let studio = with_print(&json!([
        device(1, "equalizer", &bright),
        device(2, "compressor", &json!({"threshold": -30, "ratio": 3})),
        device(3, "limiter", &json!({"drive": 6}))
    ]));
    let _ = studio.ends("master song --chain b", 1).says(&["no chain B"]);
    // B is a copy of A whose limiter is driven less.
    studio.apply(&json!([{"master": {"song": 1, "change": "copy-chain"}}]));
    let info = &studio.json("info song")["songs"][0]["master"];
    let ids = |chain: &Value| -> Vec<u64> {
        chain.as_array().unwrap().iter().map(|device| device["id"].as_u64().unwrap()).collect()
    };
    assert_eq!((ids(&info["chain"]), ids(&info["alternative"])), (vec![1, 2, 3], vec![4, 5, 6]));
    let less = json!({"param": {"id": "drive", "value": 1}});
    studio.apply(&json!([{"device": {"song": 1, "device": 6, "change": less}}]));
    let text = studio.done("info song").stdout;
    assert!(text.contains("Chain A: Equalizer 1, ") && text.contains("Chain B: "), "{text}");

    let compared = studio.json("compare song --from 1 --to 5");
    assert_eq!((number(&compared, "from_s"), number(&compared, "to_s")), (1.0, 5.0));
    let versions = compared["versions"].as_array().unwrap();
    assert_eq!(versions.len(), 3);
    // Files of both chains, that part of them, at the gains that were found.
    let render = |options: &str, out: &str| -> (Planar, f64) {
        let line = format!("master song {options} --ceiling -1 --format wav32f --out {out} --json");
        let trim = number(&studio.run(&line).json(), "verify_trim_db");
        let cut = |channel: &Vec<f32>| channel[frames(1.0)..frames(5.0)].to_vec();
        (studio.read(out).iter().map(cut).collect(), trim)
    };
    let heard: Vec<f64> = [("--chain a", "a.wav", 1), ("--chain b", "b.wav", 2)]
        .into_iter()
        .map(|(options, out, version)| {
            // A file has a trim that playback has not.
            let (part, trim) = render(options, out);
            let gain = 10.0_f64.powf((number(&versions[version], "gain_db") - trim) / 20.0);
            let scale = |x: &f32| (f64::from(*x) * gain) as f32;
            let part: Planar = part.iter().map(|side| side.iter().map(scale).collect()).collect();
            studio.wav(&format!("matched-{out}"), Float32, &part);
            integrated(&studio, &format!("matched-{out}"))
        })
        .collect();
    let softest = versions.iter().map(|v| number(v, "lufs")).fold(f64::MAX, f64::min);
    assert!(heard.iter().all(|lufs| (lufs - softest).abs() <= 0.1), "{heard:?}, not {softest}");
    assert!(versions.iter().all(|version| number(version, "gain_db") <= 0.0), "{compared}");
}

#[test]
fn issue5_each_device_is_bypassed_at_equal_loudness() {
    let studio = with_print(&json!([
        device(1, "equalizer", &json!({"b3_freq": 1000, "b3_gain": 6, "b3_q": 0.5})),
        device(2, "saturator", &json!({"drive": 6, "auto_level": 0})),
    ]));
    let render = |out: &str| {
        let _ =
            studio.run(&format!("master song --ceiling 0 --trim -12 --format wav32f --out {out}"));
        integrated(&studio, out)
    };
    studio.apply(&json!([{"master": {"song": 1, "change": {"trim": -12}}}]));
    let gains = studio.json("compare song --from 0 --to 6")["bypass"].clone();
    let with = render("with.wav");
    for index in [0, 1] {
        let bypass = |on: bool| json!([{"device": {"song": 1, "device": index + 1, "change": {"bypass": on}}}]);
        studio.apply(&bypass(true));
        let without = render(&format!("without{index}.wav"));
        let gain = number(&gains[index], "gain_db");
        assert!((without + gain - with).abs() <= 0.1, "{index}: {without} {gain:+} is not {with}");
        // Found the same while it is bypassed.
        let again = studio.json("compare song --from 0 --to 6")["bypass"].clone();
        assert!((number(&again[index], "gain_db") - gain).abs() < 0.01);
        studio.apply(&bypass(false));
    }
    assert!(gains.as_array().unwrap().iter().any(|device| number(device, "gain_db") > 1.0));
}

#[test]
fn product_the_drive_that_was_found_is_kept_and_the_next_master_has_it() {
    let studio = with_print(&json!([device(1, "stereo", &json!({}))]));
    let first = studio.json("master song --target -14 --ceiling -1.5 --max-reduction 24 --keep");
    let found = number(&first, "drive_db");
    assert!(found > 0.0);
    let master = &studio.json("info song")["songs"][0]["master"];
    assert_eq!(master["chain"][1]["kind"], "Limiter");
    let second = studio.json("master song --ceiling -1.5 --out again.wav");
    assert_eq!(number(&second, "drive_db"), found);
    assert!((integrated(&studio, "again.wav") + 14.0).abs() <= 0.1);
    let (_, warnings) = studio.warned("master song --target -30 --out soft.wav --keep");
    assert!(warnings.contains("not kept") && warnings.contains("trim"), "{warnings}");
}

/// Rows of AAC at 256 kb/s and MP3 at 320 kb/s, by an installed ffmpeg.
#[test]
fn t8_a_master_under_its_ceiling_stays_below_full_scale_through_aac_and_mp3() {
    let studio = with_music();
    let _ = studio.done("master music.wav --target -11 --max-reduction 24 --out out.wav");
    for (codec, rate, out) in [("aac", "256k", "out.m4a"), ("libmp3lame", "320k", "out.mp3")] {
        let mut ffmpeg = Command::new("ffmpeg");
        let _ = ffmpeg.args(["-v", "error", "-i"]).arg(studio.at("out.wav"));
        let _ = ffmpeg.args(["-c:a", codec, "-b:a", rate]).arg(studio.at(out));
        if !ffmpeg.status().is_ok_and(|status| status.success()) {
            println!("{codec}: not measured, as there is no ffmpeg that can encode it");
            continue;
        }
        let run = studio.run(&format!("analyze --json {out}"));
        let json = run.json();
        let peak = number(&json["files"][0]["report"]["true_peak"], "value");
        println!("{codec} at {rate}: {peak:.2} dBTP after −1 dBTP");
        let warned = json["warnings"].to_string().contains("players clip");
        assert_eq!(warned, peak > 0.0, "{json}");
    }
}

#[test]
fn t8_a_lossy_file_that_peaks_above_full_scale_is_warned_of() {
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/../media/tests/data/music.mp3");
    let studio = Studio::empty();
    let _bytes = std::fs::copy(Path::new(fixture), studio.at("music.mp3")).unwrap();
    let run = studio.run("analyze --json music.mp3");
    let json = run.json();
    let peak = number(&json["files"][0]["report"]["true_peak"], "value");
    let warned = json["warnings"].to_string().contains("players clip");
    assert_eq!(warned, peak > 0.0, "{peak} dBTP: {json}");
    // Integers of lossless files are no matter of this, whatever their peaks are.
    studio.wav("loud.wav", Float32, &stereo_noise(1, 1.5, frames(1.0)));
    let run = studio.run("analyze --json loud.wav");
    assert!(!run.json()["warnings"].to_string().contains("players clip"), "{run:?}");
}

/// The demo's stems, summed.
fn demo_music() -> Planar {
    let stems = concat!(env!("CARGO_MANIFEST_DIR"), "/../../projects/mdn-multitrack/stems");
    let mut sum = vec![Vec::new(), Vec::new()];
    for stem in std::fs::read_dir(stems).unwrap() {
        let planar = decode(&stem.unwrap().path());
        for (side, sum) in sum.iter_mut().enumerate() {
            let channel = planar.get(side).unwrap_or(&planar[0]);
            sum.resize(sum.len().max(channel.len()), 0.0);
            sum.iter_mut().zip(channel).for_each(|(sum, x)| *sum += x);
        }
    }
    sum
}

fn report(planar: &Planar, rate_hz: u32) -> twobus_analysis::Report {
    let mut analyzer = twobus_analysis::Analyzer::new(rate_hz, 2);
    analyzer.push(&[&planar[0], &planar[1]]);
    analyzer.finish()
}

#[test]
fn t7_3_db_of_reduction_on_the_demo_s_music_take_3_db_of_peak_and_add_nothing_out_of_band() {
    const RATE_HZ: u32 = 44_100;
    let mut music = demo_music();
    let peak = true_peak_dbtp(&music);
    let scale = 10.0_f64.powf((-1.0 + 3.0 - peak) / 20.0);
    music.iter_mut().flatten().for_each(|x| *x = (f64::from(*x) * scale) as f32);
    let before = report(&music, RATE_HZ);
    for character in 0..3 {
        let mut limiter = Limiter::new(f64::from(RATE_HZ));
        limiter.set(DeviceKind::Limiter.param("character").unwrap(), f64::from(character));
        limiter.reset();
        let latency = limiter.latency_frames();
        let mut limited = music.clone();
        limited.iter_mut().for_each(|side| side.extend(vec![0.0; latency]));
        let [left, right] = &mut limited[..] else { unreachable!("it is stereo") };
        limiter.process(left, right);
        let limited: Planar = limited.iter().map(|side| side[latency..].to_vec()).collect();
        let after = report(&limited, RATE_HZ);
        let reduction = f64::from(limiter.max_gain_reduction_db());
        let lost = before.plr_lu.unwrap() - after.plr_lu.unwrap();
        let range = after.range_lu.unwrap() - before.range_lu.unwrap();
        let outside = outside_the_band(&music[0], &limited[0]);
        println!(
            "character {character}: reduction {reduction:.2} dB, PLR −{lost:.2} LU, \
             LRA {range:+.3} LU, outside the band {outside:.1} dBFS"
        );
        assert!((reduction - 3.0).abs() < 0.2 && (lost - reduction).abs() <= 0.5);
        assert!(range.abs() <= 0.3 && outside <= -60.0);
    }
}

/// The highest line of what the limiter has changed where the music itself has nothing: above 20.5 kHz,
/// where its encoder ends.
fn outside_the_band(before: &[f32], after: &[f32]) -> f64 {
    const FRAMES: usize = 1 << 19;
    let start = before.len() / 3;
    let level = |signal: &dyn Fn(usize) -> f64, bin: usize| {
        let (mut re, mut im) = (0.0, 0.0);
        for n in 0..FRAMES {
            let turn = std::f64::consts::TAU * ((bin * n) % FRAMES) as f64 / FRAMES as f64;
            let window = 0.5 - 0.5 * (std::f64::consts::TAU * n as f64 / FRAMES as f64).cos();
            let (sin, cos) = turn.sin_cos();
            re += signal(start + n) * window * cos;
            im += signal(start + n) * window * sin;
        }
        db(4.0 * f64::hypot(re, im) / FRAMES as f64)
    };
    let bins = (0..12).map(|k| (20_600 + 110 * k) * FRAMES / 44_100);
    bins.map(|bin| {
        let music = level(&|n| f64::from(before[n]), bin);
        assert!(music < -90.0, "the music reaches {music} dBFS there");
        level(&|n| f64::from(after[n]) - f64::from(before[n]), bin)
    })
    .fold(f64::NEG_INFINITY, f64::max)
}
