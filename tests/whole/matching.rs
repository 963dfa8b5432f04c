//! `match` and `assist`: what they say, what they write, and what they do to a project.

use serde_json::Value;
use twobus_media::SampleFormat::Float32;

use crate::loudness_referee::integrated_lufs;
use crate::referee::{Kaiser, fft_peak, sample_peak};
use crate::support::{Planar, RATE_HZ, Studio, assert_same, frames, noise, sine, stereo_noise};

/// Ten seconds of hits, a bass and air; `bright` is the level of the air.
fn song(bright: f64) -> Planar {
    let length = frames(10.0);
    let bass = [sine(62.0, RATE_HZ, 0.15, length), sine(248.0, RATE_HZ, 0.05, length)];
    let air = stereo_noise(5, bright, length);
    let hits = noise(9, 0.3, length);
    let side = |channel: usize| {
        let mut soft = 0.0;
        let mut at = |frame: usize| {
            let beat = (frame % 24_000) as f64 / 24_000.0;
            let hit = f64::from(hits[frame]) * (-40.0 * beat).exp();
            soft += 0.08 * (f64::from(air[1 - channel][frame]) / bright * 0.05 - soft);
            let tones: f64 = bass.iter().map(|tone| f64::from(tone[frame])).sum();
            (hit + tones + 2.0 * soft + f64::from(air[channel][frame])) as f32
        };
        (0..length).map(&mut at).collect()
    };
    vec![side(0), side(1)]
}

/// A brighter one, 4 dB louder.
fn bright() -> Planar {
    song(0.025).into_iter().map(|side| side.iter().map(|x| 1.6 * x).collect()).collect()
}

/// A studio with "song.wav" and "bright.wav".
fn studio() -> Studio {
    let studio = Studio::empty();
    studio.wav("song.wav", Float32, &song(0.01));
    studio.wav("bright.wav", Float32, &bright());
    studio
}

fn decisions<'a>(json: &'a Value, verdict: &str) -> Vec<&'a str> {
    let all = json["decisions"].as_array().unwrap().iter();
    let of = all.filter(|decision| decision["verdict"] == verdict);
    of.map(|decision| decision["text"].as_str().unwrap()).collect()
}

#[test]
fn m17a_a_file_matched_to_itself_comes_out_as_it_was() {
    let studio = studio();
    let json = studio.json("match song.wav --reference song.wav --out out.wav --format wav32f");
    assert_eq!((&json["curve"], &json["chain"]), (&Value::Array(vec![]), &Value::Array(vec![])));
    assert!(
        decisions(&json, "done").is_empty() && decisions(&json, "refused").is_empty(),
        "{json}"
    );
    assert_same(&studio.read("song.wav"), &studio.read("out.wav"));
    let said = studio.done("match song.wav --reference song.wav").stdout;
    assert!(said.contains("Nothing is done.") && said.contains("Left alone"), "{said}");
}

#[test]
fn m17e_a_matched_master_holds_by_meters_that_share_nothing_with_the_product() {
    let studio = studio();
    for (format, ceiling) in [("wav24", -1.0), ("flac16", -3.0)] {
        let line =
            format!("match song.wav --reference bright.wav --max-reduction 12 --ceiling {ceiling}");
        let json =
            studio.run(&format!("{line} --out out.{format} --format {format} --json")).json();
        let number = |value: &Value| value.as_f64().unwrap_or_else(|| panic!("{json:#}"));
        let goal = number(&json["target"]["loudness_lufs"]);
        assert_eq!(number(&json["target"]["ceiling_dbtp"]), ceiling);
        let file = studio.read(&format!("out.{format}"));
        let reached = integrated_lufs(&file);
        assert!((reached - goal).abs() <= 0.3, "{reached} LUFS, not {goal}");
        let kaiser = Kaiser::new();
        let peaks =
            file.iter().flat_map(|side| [kaiser.peak(side), fft_peak(side), sample_peak(side)]);
        let peak = 20.0 * peaks.fold(0.0, f64::max).log10();
        println!("{format}: {reached:.2} LUFS for {goal}, {peak:.3} dBTP for {ceiling}");
        assert!(peak <= ceiling + 0.02, "{peak} dBTP, not {ceiling}");
        std::fs::remove_file(studio.at(&format!("out.{format}"))).unwrap();
    }
}

#[test]
fn m17f_a_match_is_written_the_same_twice_and_each_line_is_told() {
    let studio = studio();
    let line = "match song.wav --reference bright.wav:2 --max-reduction 12 --out";
    let json = studio.json(&format!("{line} a.wav"));
    let _again = studio.json(&format!("{line} b.wav"));
    assert_eq!(studio.bytes("a.wav"), studio.bytes("b.wav"));
    let bands = json["curve"].as_array().unwrap();
    assert!(!bands.is_empty() && bands.len() <= 8);
    assert_eq!(json["references"][0]["weight"], 2.0);
    let said = studio.done("match song.wav --reference bright.wav").stdout;
    for decision in decisions(&json, "done").iter().filter(|text| text.contains("shelf")) {
        assert!(said.contains(decision), "{decision} in {said}");
    }
    assert!(said.contains("Not applied"), "{said}");
}

#[test]
fn m17_an_amount_of_nothing_leaves_every_bit() {
    let studio = studio();
    let none = "--tone 0 --loudness 0 --width 0 --dynamics 0";
    let line =
        format!("match song.wav --reference bright.wav {none} --format wav32f --out out.wav");
    let json = studio.json(&line);
    assert_eq!(json["chain"], Value::Array(vec![]));
    assert_same(&studio.read("song.wav"), &studio.read("out.wav"));
}

#[test]
fn m17_a_match_becomes_the_chain_of_a_project_in_one_step() {
    let studio = Studio::with_stems(Float32, &[song(0.01)]);
    studio.wav("bright.wav", Float32, &bright());
    let _print = studio.printed("");
    let json = studio.json("match song --reference bright.wav --apply");
    assert_eq!(json["applied"], "Match to reference");
    let document: Value = serde_json::from_slice(&studio.bytes("song/project.json")).unwrap();
    let master = &document["songs"][0]["master"];
    let kinds: Vec<&Value> =
        master["chain"].as_array().unwrap().iter().map(|device| &device["kind"]).collect();
    assert!(kinds.contains(&&Value::from("equalizer")), "{master}");
    assert_eq!(kinds.last(), Some(&&Value::from("limiter")));
    assert_eq!(master["references"].as_array().unwrap().len(), 1);
    assert_eq!(master["target"]["loudness_lufs"], json["target"]["loudness_lufs"]);
    let over_a_stem = "match song --out stems/01.wav --force";
    let _refused = studio.ends(over_a_stem, 1).says(&["is a print or a stem"]);
    // Once more: the references are those that are noted, and the chain before is kept beside the new one.
    let again = studio.json("match song --apply");
    assert_eq!(again["curve"], json["curve"]);
    let document: Value = serde_json::from_slice(&studio.bytes("song/project.json")).unwrap();
    let master = &document["songs"][0]["master"];
    assert_eq!(master["alternative"].as_array().unwrap().len(), kinds.len());
    let run = studio.run("master song --max-reduction 12 --json");
    assert!(matches!(run.code, Some(0 | 3)), "{run:?}");
    let goal = json["target"]["loudness_lufs"].as_f64().unwrap();
    let reached = run.json()["after"]["integrated_lufs"].as_f64().unwrap();
    assert!((reached - goal).abs() <= 0.3, "{reached}, not {goal}");
}

#[test]
fn m17_an_assistant_says_why_and_a_match_says_what_is_wrong() {
    let studio = studio();
    let json = studio.json("assist song.wav");
    assert_eq!((&json["chain"], &json["target"]), (&Value::Array(vec![]), &Value::Null));
    assert!(decisions(&json, "fine").iter().any(|text| text.contains("no reference")), "{json}");
    let json = studio.json("assist song.wav --reference bright.wav --target -20");
    assert_eq!(json["target"]["loudness_lufs"], -20.0);
    // A place has a ceiling too, and a loudness if it asks for one; what is given besides goes first.
    let a85 = studio.json("assist song.wav --target atsc-a85")["target"].clone();
    assert_eq!((&a85["loudness_lufs"], &a85["ceiling_dbtp"]), (&(-24.0).into(), &(-2.0).into()));
    let lower = studio.json("assist song.wav --target atsc-a85 --ceiling -3");
    assert_eq!(lower["target"]["ceiling_dbtp"], -3.0);
    let none = studio.json("assist song.wav --target spotify");
    assert_eq!(none["target"], Value::Null);
    let _refused = studio.ends("assist song.wav --target nowhere", 2).says(&["spotify"]);
    let _refused = studio.ends("match song.wav", 1).says(&["--reference"]);
    let _refused = studio.ends("match song.wav --reference nowhere.wav", 1).says(&["nowhere.wav"]);
    let _refused = studio.ends("match song.wav --reference bright.wav --apply", 1).says(&["--out"]);
    let over_it = "match song.wav --reference bright.wav --out bright.wav --force";
    let _refused = studio.ends(over_it, 1).says(&["is a reference"]);
    let _refused =
        studio.ends("match song.wav --reference bright.wav --tone 120", 2).says(&["0 to 100"]);
}
