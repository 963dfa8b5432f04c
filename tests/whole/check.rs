//! "Ready for mastering?": on prints, mixes and files; who is to blame; the page.

use std::f64::consts::TAU;

use serde_json::{Value, json};
use twobus_media::SampleFormat::{Float32, Int16, Int24};

use crate::support::{Planar, RATE_HZ, Studio, frames};

/// A mono sine with this peak, faded in and out over 0.2 s, after 0.2 s of silence.
fn tone(hz: f64, peak: f64, seconds: f64) -> Vec<f32> {
    let at = |n: usize| {
        let t = n as f64 / f64::from(RATE_HZ);
        let fade = ((t - 0.2) / 0.2).min((seconds - 0.1 - t) / 0.2).clamp(0.0, 1.0);
        (fade * peak * (TAU * hz * t).sin()) as f32
    };
    (0..frames(seconds)).map(at).collect()
}

fn both(samples: Vec<f32>) -> Planar {
    vec![samples.clone(), samples]
}

fn row<'a>(report: &'a Value, check: &str) -> &'a Value {
    let rows = report["rows"].as_array().unwrap();
    rows.iter().find(|row| row["check"] == check).unwrap_or_else(|| panic!("{check}: {report}"))
}

fn names(row: &Value) -> Vec<&str> {
    row["causes"].as_array().unwrap().iter().map(|cause| cause["name"].as_str().unwrap()).collect()
}

/// Keys, a bass whose sides are turned against each other, in a group, and a snare that has been clipped.
fn troubled() -> Studio {
    let studio = Studio::new();
    let bass = tone(70.0, 0.4, 8.0);
    let turned = bass.iter().map(|x| -0.8 * x).collect();
    let clipped =
        tone(200.0, 1.4, 8.0).iter().map(|x| x.clamp(-1.0, 32_767.0 / 32_768.0)).collect();
    studio.wav("stems/1 Keys.wav", Int24, &both(tone(500.0, 0.2, 8.0)));
    studio.wav("stems/2 Bass.wav", Int24, &[bass, turned]);
    studio.wav("stems/3 Snare.wav", Int16, &both(clipped));
    let _ = studio.done("import song stems --no-trims");
    let group = json!({"id": 8, "name": "Low", "role": "other", "colour": 0, "trim": 0.0, "invert": false,
        "inserts": [], "sends": [], "pan": 0.0, "width": 100.0, "fader": -3.0, "mute": false,
        "solo": false, "solo_safe": false, "output": {"strip": 0}, "lanes": []});
    studio.apply(&json!([
        {"song": {"song": 1, "change": {"buses": {"add": {"item": {"strip": group, "kind": "group"}}}}}},
        {"strip": {"song": 1, "strip": 2, "change": {"output": {"strip": 8}}}},
        {"strip": {"song": 1, "strip": 3, "change": {"fader": -12.0}}},
        {"timeline": {"song": 1, "change": {"tempo": {"add": {"item":
            {"frame": 0, "bpm": 120.0, "beats": 4, "unit": 4}}}}}},
    ]));
    studio
}

#[test]
fn dsp19_check_names_the_tracks_that_cause_what_a_print_has() {
    let studio = troubled();
    let bounced = studio.ends("bounce song", 0).stdout;
    assert!(bounced.contains("Ready for mastering? "), "{bounced}");
    let info = studio.done("info song").stdout;
    assert!(info.contains("Look at") || info.contains("Fix"), "{info}");
    let (report, warnings) = studio.warned("check song --html report.html");
    assert!(warnings.contains("Fix"), "{warnings}");
    assert_eq!(report["verdict"], "fix");
    let clipping = row(&report, "clipped-runs");
    assert_eq!((clipping["verdict"].as_str(), names(clipping)), (Some("fix"), vec!["Snare"]));
    assert!(clipping["causes"][0]["part"]["clipped-samples"].as_u64().unwrap() > 10_000);
    assert!(clipping["places"][0]["bars"][0].as_u64().unwrap() >= 1, "{clipping}");
    let low = row(&report, "low-end-phase");
    assert_eq!((low["verdict"].as_str(), names(low)), (Some("consider"), vec!["Bass"]));
    let page = String::from_utf8(studio.bytes("report.html")).unwrap();
    assert!(page.contains("Snare") && page.contains("<svg"), "{page}");
    // The print is measured alone, without its tracks.
    let plain = studio.json("check song --print 1 --no-tracks");
    assert_ne!(plain["verdict"], "fix");
    assert_eq!(row(&plain, "low-end-phase")["causes"], json!([]));
}

/// A bounce rings out behind the last clip, so the end of the print is silent: a stem that is cut is found.
#[test]
fn dsp19_check_finds_the_stem_that_is_cut_in_a_print() {
    let studio = Studio::new();
    let cut: Vec<f32> = (0..frames(6.01))
        .map(|n| (0.1 * (TAU * 331.0 * n as f64 / f64::from(RATE_HZ)).sin()) as f32)
        .collect();
    studio.wav("stems/1 Keys.wav", Int24, &both(tone(500.0, 0.2, 5.0)));
    studio.wav("stems/2 Strings.wav", Int24, &both(cut));
    let _ = studio.done("import song stems --no-trims");
    let _bounced = studio.ends("bounce song", 0);
    for command in ["check song", "check song --mix"] {
        let (report, _) = studio.warned(command);
        let ending = row(&report, "cut-tail");
        assert_eq!((ending["verdict"].as_str(), names(ending)), (Some("fix"), vec!["Strings"]));
        let end = ending["places"][0]["end"].as_u64().unwrap();
        assert!(end.abs_diff(frames(6.01) as u64) < 10, "{ending}");
    }
}

#[test]
fn dsp19_check_of_the_mix_is_that_of_its_print_and_makes_none() {
    let studio = troubled();
    let (mix, _) = studio.warned("check song --mix");
    assert!(studio.names("song/prints").is_empty());
    let _ = studio.ends("bounce song", 0);
    let (print, _) = studio.warned("check song");
    let values = |report: &Value| -> Vec<Value> {
        let rows = report["rows"].as_array().unwrap();
        rows.iter().map(|row| json!([row["check"], row["value"], row["verdict"]])).collect()
    };
    assert_eq!(values(&mix), values(&print));
}

#[test]
fn dsp19_check_of_any_stereo_file() {
    let studio = Studio::empty();
    let quiet: Planar = both(tone(400.0, 0.1, 6.0));
    studio.wav("quiet.wav", Float32, &quiet);
    let report = studio.json("check quiet.wav");
    assert_ne!(report["verdict"], "fix");
    assert_eq!(report["rows"].as_array().unwrap().len(), 30);
    studio.wav("mono.wav", Int24, &quiet[..1]);
    assert_ne!(studio.json("check mono.wav")["verdict"], "fix");
    studio.wav("dead.wav", Int24, &[quiet[0].clone(), vec![0.0; quiet[0].len()]]);
    let (report, _) = studio.warned("check dead.wav");
    assert_eq!(row(&report, "dead-channel")["verdict"], "fix");
    let text = studio.ends("check dead.wav", 3).stdout;
    assert!(text.contains("✗ fix       Channels"), "{text}");
}

#[test]
fn dsp19_check_refuses_what_it_cannot_check_and_says_what_to_do() {
    let studio = troubled();
    let refused = |line: &str, what: &str| {
        let run = studio.ends(line, 1);
        assert!(run.stderr.contains(what), "{line}: {}", run.stderr);
    };
    refused("check song", "--mix");
    refused("check song --print 7", "no print 7");
    refused("check missing.wav", "missing.wav");
    studio.wav("six.wav", Int24, &vec![tone(400.0, 0.1, 1.0); 6]);
    refused("check six.wav", "6 channels");
    refused("check six.wav --mix", "no project");
    studio.wav("two.wav", Int24, &both(tone(400.0, 0.1, 2.0)));
    let _ = studio.file("page.html", b"mine");
    refused("check two.wav --html page.html", "--force");
    assert_eq!(studio.bytes("page.html"), b"mine");
    let _ = studio.run("check two.wav --html page.html --force");
    assert_ne!(studio.bytes("page.html"), b"mine");
}

/// Tags that have no end tag.
const VOID: [&str; 2] = ["meta", "!DOCTYPE"];

/// Asserts that every tag of a page is closed in turn, and returns the names of all.
fn tags(page: &str) -> Vec<&str> {
    let (mut open, mut all): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for part in page.split('<').skip(1) {
        let (tag, _) = part.split_once('>').unwrap_or_else(|| panic!("<{part}"));
        let name = tag.split([' ', '\n']).next().unwrap();
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{tag}"),
            None if VOID.contains(&name) => {}
            None => open.push(name),
        }
        all.push(name);
    }
    assert!(open.is_empty(), "{open:?}");
    all
}

#[test]
#[cfg(unix)]
fn dsp19_check_page_is_whole_by_itself_and_escapes_every_name() {
    let studio = Studio::empty();
    let hostile = "<script>alert(1)<&\"'>";
    studio.wav("plain.wav", Int24, &both(tone(400.0, 0.9, 4.0)));
    std::fs::rename(studio.at("plain.wav"), studio.at(&format!("{hostile}.wav"))).unwrap();
    let mut command = studio.command("check --html page.html");
    let output = command.arg(format!("{hostile}.wav")).output().unwrap();
    assert!(matches!(output.status.code(), Some(0 | 3)), "{output:?}");
    let page = String::from_utf8(studio.bytes("page.html")).unwrap();
    let tags = tags(&page);
    assert!(!tags.contains(&"script") && !tags.contains(&"link") && !tags.contains(&"img"));
    assert_eq!(tags.iter().filter(|tag| **tag == "svg").count(), 4);
    assert!(page.contains("&lt;script&gt;alert(1)"), "{page}");
    // Nothing is fetched: the one address in it names what SVG is.
    let addresses = page.match_indices("http").map(|(at, _)| &page[at..]);
    assert!(addresses.into_iter().all(|from| from.starts_with("http://www.w3.org/2000/svg\"")));
    assert!(!page.contains("url(") && !page.contains("@import"));
}

/// The demo's folder, its stems in `folder` of the studio.
fn demo_stems(studio: &Studio, folder: &str) -> std::path::PathBuf {
    let demo =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../projects/mdn-multitrack");
    let copied = studio.at(folder).join("stems");
    std::fs::create_dir_all(&copied).unwrap();
    for stem in std::fs::read_dir(demo.join("stems")).unwrap() {
        let stem = stem.unwrap();
        let _bytes = std::fs::copy(stem.path(), copied.join(stem.file_name())).unwrap();
    }
    demo
}

#[test]
fn dsp19_check_of_the_demo_has_nothing_to_fix() {
    let studio = Studio::empty();
    let demo = demo_stems(&studio, "demo");
    let document = std::fs::read(demo.join("project.json")).unwrap();
    let _ = studio.file("demo/project.json", &document);
    let report = studio.json("check demo --mix");
    // A print of lossy stems is lossless itself.
    assert!(report["notes"].to_string().contains("Lossy stems"), "{report}");
    assert_eq!(report["fix"], 0, "{report}");
    // The silence before the music is the stems' own.
    assert!(report["consider"].as_u64().unwrap() <= 1, "{report}");
}

/// What `check` says of the demo with the edits of `file`, and the mix that they make.
fn demo_with(file: &str) -> (serde_json::Value, serde_json::Value) {
    let studio = Studio::empty();
    let demo = demo_stems(&studio, "source");
    let _ = studio.file("source/mix.json", &std::fs::read(demo.join(file)).unwrap());
    let _ = studio.json("demo source --out out");
    let project: serde_json::Value =
        serde_json::from_slice(&studio.bytes("out/project.json")).unwrap();
    (studio.json("check out --mix"), project["songs"][0]["mix"].clone())
}

/// The demo's mix uses the devices and automation, and is better for it.
#[test]
fn dsp19_the_demo_s_mix_asks_for_less_than_its_plain_balance() {
    let [(mixed, mix), (plain, _)] = ["mix.json", "balance.json"].map(demo_with);
    let count = |report: &serde_json::Value| report["consider"].as_u64().unwrap();
    assert_eq!((&mixed["fix"], &plain["fix"]), (&0.into(), &0.into()));
    assert!(count(&mixed) < count(&plain), "{mixed}");
    let text = mix.to_string();
    let kinds = ["equalizer", "compressor", "gate", "de-esser", "saturator", "clipper", "reverb"];
    for kind in kinds.into_iter().chain(["delay"]) {
        assert!(text.contains(&format!(r#""kind":"{kind}""#)), "no {kind}");
    }
    let send_moves = mix["tracks"][4]["strip"]["lanes"][0]["points"].as_array().unwrap().len();
    let fader_moves = mix["bus"]["lanes"][0]["points"].as_array().unwrap().len();
    assert!(send_moves > 2 && fader_moves > 2);
    // The document beside it is the same mix.
    let demo = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let document = std::fs::read(demo.join("../../projects/mdn-multitrack/project.json")).unwrap();
    let document: serde_json::Value = serde_json::from_slice(&document).unwrap();
    assert_eq!(document["songs"][0]["mix"], mix);
}
