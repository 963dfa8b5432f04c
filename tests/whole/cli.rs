//! The command line itself: exit codes, JSON, streams, and `apply`.

use std::io::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use twobus_media::SampleFormat::Int24;

use crate::support::{Run, Studio, frames, stereo_noise};

fn one_stem() -> Studio {
    Studio::with_stems(Int24, &[stereo_noise(1, 0.3, frames(1.0))])
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn exit_code_2_is_wrong_usage() {
    let studio = one_stem();
    for line in [
        "",
        "mix",
        "bounce",
        "bounce song --threads 0",
        "bounce song --threads many",
        "bounce song --format mp3",
        "bounce song --kind demo",
        "bounce song --to late",
        "bounce song --to 1:-5",
        "bounce song --to NaN",
        "new other --rate 8000",
        "import song",
        "analyze",
        "master song --target loud",
        "master song --target NaN",
        "master song --target 3",
        "master song --ceiling 1",
        "master song --ceiling -40",
        "master song --max-reduction -1",
        "master song --release 0",
        "master song --trim NaN",
        "master song --rate 1",
        "recover song --restore 1 --discard 1",
        "recover song --to other",
        "pack",
    ] {
        let run = studio.ends(line, 2);
        assert!(run.stdout.is_empty() && !run.stderr.is_empty(), "{run:?}");
    }
    assert!(studio.names("song/prints").is_empty());
}

#[test]
fn exit_code_1_says_what_where_and_what_to_do() {
    let studio = one_stem();
    let _ = studio.file("edits.json", b"[{\"strip\": 3}]");
    let _ = studio.file("broken/project.json", b"{\"name\": ");
    for (line, words) in [
        ("info nowhere", &["nowhere"][..]),
        ("info broken", &["project.json", "line 1"]),
        ("new song", &["song", "already", "choose another folder"]),
        ("bounce song --song 7", &["no song 7", "has 1"]),
        ("bounce song --from 2 --to 1", &["range", "end must lie after its start"]),
        ("bounce song --to 1e12", &["long after the song"]),
        ("master song", &["no main print yet", "bounce it first"]),
        ("master song --print 4", &["no print 4"]),
        ("master nowhere.wav", &["nowhere.wav", "does not exist"]),
        ("analyze nowhere.wav", &["nowhere.wav", "does not exist"]),
        ("apply song nowhere.json", &["nowhere.json"]),
        ("apply song edits.json", &["edits.json", "not a list of edits", "line 1"]),
        ("import song broken", &["no audio files"]),
        ("relink nowhere", &["nowhere"]),
        ("save-as song song", &["song", "already"]),
        ("save-as nowhere other", &["nowhere"]),
        ("recover song --restore 7", &["no snapshot 7", "--list"]),
        ("unpack nowhere.zip", &["nowhere.zip"]),
        ("unpack edits.json other", &["edits.json", "not an archive"]),
    ] {
        let run = studio.ends(line, 1);
        assert!(run.stdout.is_empty(), "{run:?}");
        let _ = run.says(words).says(&["error: "]);
        let run = studio.ends(&format!("{line} --json"), 1);
        assert!(run.stderr.is_empty(), "{run:?}");
        let json = run.json();
        assert_eq!(keys(&json), ["error"]);
        let text = json["error"].as_str().unwrap();
        assert!(words.iter().all(|word| text.contains(word)), "{text}");
    }
}

/// Fails unless the object has just these keys, and its warnings.
fn check(json: &Value, documented: &str) {
    let mut wanted: Vec<&str> = documented.split(' ').chain(["warnings"]).collect();
    wanted.sort_unstable();
    assert_eq!(keys(json), wanted);
}

#[test]
fn json_of_deliveries_and_of_songs_has_the_documented_keys() {
    let studio = Studio::new();
    studio.wav("stems/a.wav", Int24, &stereo_noise(1, 0.3, frames(1.0)));
    let _ = studio.done("import song stems");
    let _ = studio.done("bounce song --no-measure");
    let delivery = studio.json("deliver stems/a.wav --format wav16 --out delivered");
    check(&delivery, "songs");
    assert_eq!(keys(&delivery["songs"][0]), ["before", "files", "input", "print"]);
    let file = [
        "after",
        "bytes",
        "ceiling_dbtp",
        "checks",
        "codec_trim_db",
        "dither",
        "dither_rms_dbfs",
        "drive_db",
        "error",
        "format",
        "path",
        "rate_hz",
        "reduction_db",
        "target_lufs",
        "verified",
    ];
    assert_eq!(keys(&delivery["songs"][0]["files"][0]), file);
    let planned = studio.json("deliver stems/a.wav --format wav16 --out delivered --dry-run");
    check(&planned, "files");
    check(&studio.json("changes song"), "print kind changes_since");
    check(&studio.json("reopen song 1"), "reopened kept changes_since");
    check(&studio.json("tag song"), "album artist upc release title track isrc credits");
    check(&studio.json("add-song song --title Two"), "number title rate_hz print frames");
}

#[test]
fn json_has_the_documented_keys() {
    let studio = Studio::empty();
    check(&studio.json("new song --rate 48000"), "project name song");
    studio.wav("stems/a.wav", Int24, &stereo_noise(1, 0.3, frames(1.0)));
    let import = studio.json("import song stems");
    check(&import, "rate_hz sum_peak_dbfs trim_db pan_law mono_centre_db files");
    assert_eq!(keys(&import["files"][0]), ["error", "file", "path"]);
    let row = [
        "channels",
        "colour",
        "converted",
        "dual_mono",
        "format",
        "frames",
        "group",
        "name",
        "peak_dbfs",
        "position",
        "rate_hz",
        "rms_dbfs",
        "role",
        "silent",
        "timestamp",
        "warnings",
    ];
    assert_eq!(keys(&import["files"][0]["file"]), row);
    let _ = studio.file("edits.json", b"[]");
    check(&studio.json("apply song edits.json"), "applied");
    check(&studio.json("collect song"), "copied");
    let bounce = studio.json("bounce song --stems");
    let documented = "print kind version path frames rate_hz audible_hash report stems residual_dbfs \
                      level_change versions";
    check(&bounce, documented);
    assert_eq!(keys(&bounce["stems"][0]), ["name", "path"]);
    let info = studio.json("info song");
    check(&info, "name artist songs offline read_only");
    let song = [
        "drafts",
        "frames",
        "isrc",
        "master",
        "master_file",
        "masters",
        "prints",
        "rate_hz",
        "strips",
        "title",
        "versions",
    ];
    assert_eq!(keys(&info["songs"][0]), song);
    let print =
        ["changes_since", "file", "frames", "kind", "measurements", "note", "number", "version"];
    assert_eq!(keys(&info["songs"][0]["prints"][0]), print);
    let strip = [
        "fader_db", "id", "inserts", "lanes", "mute", "name", "output", "pan", "role", "sends",
        "solo", "trim_db",
    ];
    assert_eq!(keys(&info["songs"][0]["strips"][0]), strip);
    let master = studio.json("master song");
    let documented = "path format place target_lufs ceiling_dbtp max_reduction_db capped drive_db \
                      reduction_db reduction_s verify_trim_db dither dither_rms_dbfs before after \
                      loudest places";
    check(&master, documented);
    let info = studio.json("info song");
    assert_eq!(keys(&info["songs"][0]["masters"][0]), ["current", "file", "print"]);
    check(&studio.json("relink song"), "linked files");
    check(&studio.json("save-as song other"), "project prints masters");
    check(&studio.json("recover song"), "snapshots restored discarded");
    check(&studio.json("pack song"), "path files bytes");
    check(&studio.json("unpack song.zip unpacked"), "project files");
    let analyze = studio.json("analyze stems/a.wav");
    check(&analyze, "files");
    assert_eq!(
        keys(&analyze["files"][0]),
        ["channels", "error", "format", "loudest", "path", "places", "report"]
    );
    for report in
        [&bounce["report"], &master["before"], &master["after"], &analyze["files"][0]["report"]]
    {
        assert_eq!(keys(report), REPORT);
    }
}

const REPORT: [&str; 16] = [
    "channels",
    "clipped_runs",
    "correlation",
    "correlation_min",
    "crest_db",
    "frames",
    "integrated_lufs",
    "momentary_max",
    "plr_lu",
    "range_lu",
    "rate_hz",
    "rms_dbfs",
    "sample_peak",
    "short_term_lufs",
    "short_term_max",
    "true_peak",
];

#[test]
fn analyze_measures_the_good_files_beside_a_bad_one() {
    let studio = one_stem();
    let _ = studio.file("page.mp3", b"<html>");
    let (json, warnings) = studio.warned("analyze stems/01.wav page.mp3");
    assert!(json["files"][0]["report"].is_object() && json["files"][1]["report"].is_null());
    assert!(warnings.contains("page.mp3"), "{warnings}");
    let _ = studio.ends("analyze page.mp3", 1).says(&["page.mp3"]);
}

#[test]
fn analyze_of_silence_has_null_where_there_is_nothing_to_measure() {
    let studio = Studio::new();
    studio.wav("a.wav", Int24, &[vec![0.0; 48_000], vec![0.0; 48_000]]);
    let report = studio.json("analyze a.wav")["files"][0]["report"].clone();
    for key in ["integrated_lufs", "true_peak", "sample_peak", "rms_dbfs", "plr_lu", "crest_db"] {
        assert!(report[key].is_null(), "{key}: {}", report[key]);
    }
}

/// Runs `line` with a standard input that stays open and silent.
fn with_open_input(studio: &Studio, line: &str) -> Run {
    let mut child = studio.command(line).stdin(Stdio::piped()).spawn().unwrap();
    let input = child.stdin.take();
    let started = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if started.elapsed() > Duration::from_secs(60) {
            child.kill().unwrap();
            panic!("{line} waits for input");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    drop(input);
    Run::of(line, child.wait_with_output().unwrap())
}

#[test]
fn no_command_reads_standard_input_or_draws_into_a_pipe() {
    let studio = one_stem();
    let _ = studio.file("edits.json", b"[]");
    for line in [
        "new other",
        "import song stems",
        "apply song edits.json",
        "info song",
        "collect song",
        "bounce song --stems",
        "master song",
        "analyze stems/01.wav",
    ] {
        let run = with_open_input(&studio, line);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:?}");
        assert!(!run.stdout.contains('\u{1b}') && !run.stdout.contains('\r'), "{run:?}");
    }
}

fn applied_from_input(studio: &Studio, edits: &Value, options: &str) -> Run {
    let line = format!("apply song - {options}");
    let mut child = studio.command(&line).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(edits.to_string().as_bytes()).unwrap();
    Run::of(&line, child.wait_with_output().unwrap())
}

#[test]
fn apply_reads_edits_from_standard_input_and_names_them() {
    let studio = one_stem();
    let edits = json!([{"strip": {"song": 1, "strip": 1, "change": {"fader": -1.5}}}]);
    let run = applied_from_input(&studio, &edits, "--json");
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(run.json()["applied"][0], "1 fader 0.0 → −1.5 dB");
    assert_eq!(studio.json("info song")["songs"][0]["strips"][0]["fader_db"], -1.5);
}

#[test]
fn apply_takes_all_edits_or_none() {
    let studio = one_stem();
    let before = studio.bytes("song/project.json");
    let edit =
        |strip: u32, change: Value| json!({"strip": {"song": 1, "strip": strip, "change": change}});
    for (bad, words) in [
        (edit(9, json!({"fader": -3.0})), &["edit 2", "strip", "9"][..]),
        (edit(1, json!({"fader": 99.0})), &["edit 2", "fader"]),
        (edit(1, json!({"output": {"strip": 1}})), &["edit 2"]),
    ] {
        let edits = json!([edit(1, json!({"fader": -3.0})), bad]);
        let run = applied_from_input(&studio, &edits, "");
        assert_eq!(run.code, Some(1), "{run:?}");
        let _ = run.says(words).says(&["nothing was changed"]);
        assert!(before == studio.bytes("song/project.json"));
    }
    let run = applied_from_input(&studio, &json!([edit(1, json!({"louder": 3}))]), "");
    assert_eq!(run.code, Some(1), "{run:?}");
    let _ = run.says(&["louder"]);
}

#[test]
fn r12_a_broken_document_is_left_as_it_is_and_the_backup_is_named() {
    let studio = one_stem();
    studio.apply(&json!([{"strip": {"song": 1, "strip": 1, "change": {"fader": -3.0}}}]));
    let whole = studio.bytes("song/project.json");
    let cut = &whole[..whole.len() / 2];
    let _ = studio.file("song/project.json", cut);
    for line in ["info song", "bounce song", "import song stems", "collect song"] {
        let _ =
            studio.ends(line, 1).says(&["project.json", "line", "project.json.bak and is whole"]);
        assert!(studio.bytes("song/project.json") == cut);
    }
}
