//! What an import makes of good, odd and bad files.

use std::path::Path;

use serde_json::{Value, json};
use twobus_media::SampleFormat::{Float32, Int16, Int24};

use crate::support::{
    Planar, Studio, db, frames, impulse, noise, peak, peak_frame, sine, stereo_noise,
};

/// Files with one sample of 0.9 at frame 5000 on the left and 9000 on the right, at 44.1 kHz.
const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../media/tests/data");

fn fixture(studio: &Studio, name: &str) {
    let content = std::fs::read(Path::new(FIXTURES).join(name)).unwrap();
    let _ = studio.file(&format!("stems/{name}"), &content);
}

/// The stems of a bounce by the name of their strips.
fn stems(studio: &Studio) -> Vec<(String, Planar)> {
    let json = studio.json("bounce song --stems --no-measure");
    let stems = json["stems"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    stems.map(|stem| (text(&stem["name"]), studio.read(&text(&stem["path"])))).collect()
}

#[test]
fn r27_stems_in_six_formats_line_up_within_one_sample() {
    let studio = Studio::empty();
    let _ = studio.done("new song --song Song");
    let names = [
        "long-16.flac",
        "long-16.m4a",
        "long-24.flac",
        "long-aac.m4a",
        "long-flac.ogg",
        "long-vorbis.ogg",
        "long.mp3",
    ];
    names.iter().for_each(|name| fixture(&studio, name));
    let wav = [impulse(5000, 0.9, 22_050), impulse(9000, 0.9, 22_050)];
    studio.wav_at("stems/z.wav", Int24, 44_100, None, &wav);
    let json = studio.json("import song stems --no-trims");
    assert_eq!(json["rate_hz"], 44_100);
    let files = json["files"].as_array().unwrap();
    assert_eq!(files.len(), names.len() + 1);
    for (row, (_, stem)) in files.iter().zip(stems(&studio)) {
        let slack = usize::from(row["file"]["format"].as_str().unwrap().contains("lossy"));
        for (channel, wanted) in [(0, 5000), (1, 9000)] {
            let found = peak_frame(&stem[channel]);
            assert!(found.abs_diff(wanted) <= slack, "{}: {found}, not {wanted}", row["path"]);
        }
    }
}

#[test]
fn r27_a_stem_that_does_not_tell_its_delay_is_said() {
    let studio = Studio::new();
    fixture(&studio, "long-no-header.mp3");
    let (_, warnings) = studio.warned("import song stems");
    assert!(warnings.contains("delay"), "{warnings}");
}

#[test]
fn r28_a_44_1_khz_stem_in_a_48_khz_song_has_its_length_and_pitch() {
    let studio = Studio::new();
    let tone = sine(997.0, 44_100, 0.5, 44_100);
    studio.wav_at("stems/tone.wav", Float32, 44_100, None, &[tone.clone(), tone]);
    let json = studio.json("import song stems --no-trims");
    let file = &json["files"][0]["file"];
    assert_eq!((&file["frames"], &file["converted"]), (&json!(48_000), &json!(true)));
    let print = studio.print("--to 48000f");
    let wanted = sine(997.0, 48_000, 0.5, 48_000);
    for frame in 4_000..44_000 {
        let error = f64::from(print[0][frame]) - f64::from(wanted[frame]);
        assert!(db(error.abs()) < -130.0, "frame {frame}: {error}");
    }
}

#[test]
fn r28_a_song_takes_the_rate_of_most_files() {
    let studio = Studio::empty();
    let _ = studio.done("new song");
    for (name, rate_hz) in [("a", 96_000), ("b", 44_100), ("c", 96_000)] {
        let stem = [noise(1, 0.1, 9_600)];
        studio.wav_at(&format!("stems/{name}.wav"), Int16, rate_hz, None, &stem);
    }
    assert_eq!(studio.json("import song stems")["rate_hz"], 96_000);
    assert_eq!(studio.json("info song")["songs"][0]["rate_hz"], 96_000);
}

#[test]
fn r23_r24_r25_bad_files_are_rows_and_stop_no_other() {
    let studio = Studio::new();
    studio.wav("stems/good.wav", Int24, &stereo_noise(1, 0.1, frames(0.1)));
    let _ = studio.file("stems/page.mp3", b"<!DOCTYPE html><html><body>Not found</body></html>");
    let _ = studio.file("stems/empty.wav", b"");
    studio.wav("stems/no frames.wav", Int24, &[vec![]]);
    let good = studio.bytes("stems/good.wav");
    let _ = studio.file("stems/cut.wav", &good[..good.len() - 6_000]);
    let _ = studio.file("stems/header.wav", &good[..20]);
    let _ = studio.file("stems/noise.flac", &good[100..]);
    std::fs::create_dir(studio.at("folder.wav")).unwrap();
    let (json, warnings) = studio.warned("import song stems gone.wav --no-trims");
    let rows = json["files"].as_array().unwrap();
    let bad = ["page.mp3", "empty.wav", "no frames.wav", "header.wav", "noise.flac", "gone.wav"];
    for row in rows {
        let path = row["path"].as_str().unwrap();
        let is_bad = bad.iter().any(|name| path.ends_with(name));
        assert_eq!(row["error"].is_string(), is_bad, "{row}");
        assert_eq!(row["file"].is_null(), is_bad, "{row}");
        if is_bad {
            assert!(row["error"].as_str().unwrap().contains(path), "{row}");
            assert!(warnings.contains(row["error"].as_str().unwrap()), "{warnings}");
        }
    }
    assert_eq!(rows.len(), bad.len() + 2);
    assert!(
        warnings.contains("cut.wav: The file promises 4800 frames and holds 3800"),
        "{warnings}"
    );
    let tracks = &studio.json("info song")["songs"][0]["strips"];
    assert_eq!(tracks.as_array().unwrap().len(), 3, "two tracks and the mix bus");
    let _ = studio.done("bounce song");
}

#[test]
fn r23_an_import_without_one_good_file_fails_and_changes_nothing() {
    let studio = Studio::new();
    let _ = studio.file("a.wav", b"");
    let _ = studio.file("b.mp3", b"<html></html>");
    let before = studio.bytes("song/project.json");
    let _ = studio.ends("import song a.wav b.mp3 c.wav", 1).says(&["a.wav", "b.mp3", "c.wav"]);
    let error = studio.ends("import song a.wav --json", 1).json();
    assert!(error["error"].as_str().unwrap().contains("a.wav"), "{error}");
    assert!(before == studio.bytes("song/project.json"));
}

#[cfg(unix)]
#[test]
fn r22_a_pipe_and_a_folder_are_refused_at_once() {
    let studio = Studio::new();
    studio.wav("good.wav", Int24, &stereo_noise(1, 0.1, frames(0.1)));
    let made = std::process::Command::new("mkfifo").arg(studio.at("pipe.wav")).status();
    assert!(made.unwrap().success());
    for options in ["", "--copy"] {
        let _ = studio
            .ends(&format!("import song good.wav pipe.wav {options}"), 3)
            .says(&["pipe.wav is not a regular file"]);
    }
}

#[test]
fn r29_a_file_with_three_channels_becomes_three_mono_tracks() {
    let studio = Studio::new();
    let channels: Planar = (0..3).map(|n| impulse(1_000 * (n + 1), 0.5, 9_600)).collect();
    studio.wav("stems/room.wav", Int24, &channels);
    let _ = studio.done("import song stems --no-trims --split");
    let stems = stems(&studio);
    let names: Vec<&str> = stems.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Room 1", "Room 2", "Room 3"]);
    for (number, (_, stem)) in (1..).zip(&stems) {
        assert_eq!(peak_frame(&stem[0]), 1_000 * number);
        assert_eq!(stem[0], stem[1]);
        assert!((peak(stem) - 0.5 * 0.5_f64.sqrt()).abs() < 1e-6);
    }
}

#[test]
fn r30_left_and_right_stay_where_they_are_in_every_depth() {
    for format in [Int16, Int24, Float32] {
        let stem = vec![impulse(1_000, 0.5, 4_800), impulse(2_000, 0.5, 4_800)];
        let studio = Studio::with_stems(format, &[stem]);
        for options in ["--format wav24 --no-dither", "--format wav32f"] {
            let print = studio.print(options);
            assert_eq!((peak_frame(&print[0]), peak_frame(&print[1])), (1_000, 2_000));
            assert_eq!((print[0][2_000], print[1][1_000]), (0.0, 0.0));
        }
    }
}

#[test]
fn product_timestamps_place_the_clips_when_every_file_has_one() {
    let studio = Studio::new();
    let stem = [impulse(100, 0.5, 4_800)];
    studio.wav_at("stems/a.wav", Int24, 48_000, Some(172_800_000), &stem);
    studio.wav_at("stems/b.wav", Int24, 48_000, Some(172_804_321), &stem);
    let json = studio.json("import song stems --no-trims");
    let position = |row: usize| json["files"][row]["file"]["position"].as_u64().unwrap();
    assert_eq!((position(0), position(1)), (0, 4_321));
    let found: Vec<usize> = stems(&studio).iter().map(|(_, stem)| peak_frame(&stem[0])).collect();
    assert_eq!(found, [100, 4_421]);

    let studio = Studio::new();
    studio.wav_at("stems/a.wav", Int24, 48_000, Some(5_000), &stem);
    studio.wav("stems/b.wav", Int24, &stem);
    let json = studio.json("import song stems");
    assert!((0..2).all(|row| json["files"][row]["file"]["position"] == 0), "{json}");
}

/// Bounces with the trims that were proposed, and returns the peak.
fn peak_with_trims(studio: &Studio) -> f64 {
    db(peak(&studio.print("--format wav32f")))
}

#[test]
fn product_proposed_trims_bring_the_peak_of_the_bounce_to_minus_6_dbfs() {
    let starts = [0, 7, 4_095, 20_001, 513];
    for seed in 0..4_u64 {
        let studio = Studio::new();
        for (number, start) in (0..5).zip(starts) {
            let seed = 100 * seed + number;
            let length = frames(0.7) + 997 * number as usize;
            let mut stem = stereo_noise(seed, 0.05 + 0.2 * number as f64, length);
            // Short peaks at different places, so that the bins' bounds mislead.
            stem[0][(seed as usize * 7_919) % length] = 0.95;
            stem.truncate(if number % 2 == 0 { 1 } else { 2 });
            let name = format!("stems/{number}.wav");
            studio.wav_at(&name, Int24, 48_000, Some(1_000 + start), &stem);
        }
        let room: Planar = (0..3).map(|n| noise(50 + n, 0.4, frames(0.5))).collect();
        studio.wav_at("stems/room.wav", Int24, 48_000, Some(1_000), &room);
        let json = studio.json("import song stems --split");
        let found = peak_with_trims(&studio);
        assert!((found + 6.0).abs() <= 0.2, "{found}");
        let unity = json["sum_peak_dbfs"].as_f64().unwrap() + json["trim_db"].as_f64().unwrap();
        assert!((found - unity).abs() < 0.001, "{found} {unity}");
    }
}

#[test]
fn product_proposed_trims_follow_the_pan_law_of_the_project() {
    let studio = Studio::new();
    studio.apply(&json!([{"project": {"pan-law": "constant-sum"}}]));
    studio.wav("stems/a.wav", Int24, &[noise(1, 0.9, frames(0.3))]);
    let _ = studio.done("import song stems");
    let found = peak_with_trims(&studio);
    assert!((found + 6.0).abs() <= 0.2, "{found}");
}

#[test]
fn product_trims_at_their_limit_do_not_promise_minus_6_dbfs() {
    for (peak, said) in [(0.0001, "peaks at −56.0 dBFS"), (300.0, "peaks at 25.5 dBFS")] {
        let studio = Studio::new();
        studio.wav("stems/a.wav", Float32, &[vec![peak; 4_800], vec![peak; 4_800]]);
        let text = studio.done("import song stems").stdout;
        assert!(text.contains(said) && text.contains("−6.0 dBFS is out of reach"), "{text}");
    }
    let studio = Studio::new();
    studio.wav("stems/a.wav", Float32, &stereo_noise(1, 0.1, 4_800));
    let text = studio.done("import song stems").stdout;
    assert!(text.contains("peaks at −6.") && !text.contains("out of reach"), "{text}");
}

#[test]
fn product_silent_and_dual_mono_stems_are_said() {
    let studio = Studio::new();
    let tone = sine(440.0, 48_000, 0.5, 9_600);
    studio.wav("stems/a.wav", Int24, &[tone.clone(), tone.clone()]);
    studio.wav("stems/b.wav", Int24, &[vec![0.0; 9_600], vec![0.0; 9_600]]);
    studio.wav("stems/c.wav", Int24, &[tone.clone(), noise(1, 0.5, 9_600)]);
    let json = studio.json("import song stems");
    let flags = |row: usize| {
        let file = &json["files"][row]["file"];
        (file["silent"].as_bool().unwrap(), file["dual_mono"].as_bool().unwrap())
    };
    assert_eq!([flags(0), flags(1), flags(2)], [(false, true), (true, false), (false, false)]);
    assert!(json["files"][1]["file"]["peak_dbfs"].is_null());
    let again = studio.done("import song stems").stdout;
    assert!(again.contains("silent") && again.contains("dual mono"), "{again}");
}

#[test]
fn product_guessed_groups_are_made_when_asked_for() {
    let studio = Studio::new();
    for name in ["kick", "snare", "bass", "vocal"] {
        studio.wav(&format!("stems/{name}.wav"), Int24, &stereo_noise(1, 0.1, 4_800));
    }
    let _ = studio.done("import song stems --groups");
    let info = studio.json("info song");
    let strips = info["songs"][0]["strips"].as_array().unwrap();
    let output = |name: &str| {
        let strip = strips.iter().find(|strip| strip["name"] == name).unwrap();
        strip["output"].as_str().unwrap().to_owned()
    };
    assert_eq!((output("Kick"), output("Snare")), ("Drums".to_owned(), "Drums".to_owned()));
    assert_eq!((output("Bass"), output("Drums")), ("Mix bus".to_owned(), "Mix bus".to_owned()));
}
