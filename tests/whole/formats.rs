//! Rows 29, 30, 32, 41, 42 and 43 from file to print: every kind of file, many files, long files.

use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use serde_json::json;
use twobus_media::SampleFormat::{Float32, Int16, Int24};

use crate::support::{
    Planar, RATE_HZ, Studio, frames, impulse, noise, peak, peak_frame, stereo_noise,
};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../media/tests/data");

/// Files with one sample of 0.9 on each side, their frames, and whether they are exact.
const FILES: [(&str, usize, usize, bool); 12] = [
    ("short-24.aiff", 500, 900, true),
    ("short-f32.caf", 500, 900, true),
    ("short-24.m4a", 500, 900, true),
    ("short-24.w64", 500, 900, true),
    ("long-16.flac", 5000, 9000, true),
    ("long-24.flac", 5000, 9000, true),
    ("long-alac.caf", 5000, 9000, true),
    ("long-flac.ogg", 5000, 9000, true),
    ("long-vorbis.ogg", 5000, 9000, false),
    ("long.mp3", 5000, 9000, false),
    ("long-vbr.mp3", 5000, 9000, false),
    ("long-aac.m4a", 5000, 9000, false),
];

#[test]
fn r30_left_and_right_stay_where_they_are_from_every_format_to_every_format() {
    for (name, left, right, exact) in FILES {
        let studio = Studio::empty();
        let _ = studio.done("new song --song Song");
        let _ = studio.file("stem", &std::fs::read(Path::new(FIXTURES).join(name)).unwrap());
        let _ = studio.done("import song stem --no-trims");
        let mut files = Vec::new();
        for format in ["wav24", "wav32f"] {
            files.push((exact, studio.printed(&format!("--format {format} --no-dither"))));
        }
        for format in ["wav16", "wav24", "wav32f", "flac16", "flac24"] {
            let master =
                studio.run(&format!("master song --format {format} --out {format} --json"));
            files.push((false, master.json()["path"].as_str().unwrap().to_owned()));
        }
        for (exact, path) in files {
            let found = studio.read(&path);
            let (l, r) = (peak_frame(&found[0]), peak_frame(&found[1]));
            let slack = usize::from(!exact);
            assert!(
                l.abs_diff(left) <= slack && r.abs_diff(right) <= slack,
                "{name} {path}: {l} {r}"
            );
            if exact {
                assert!((found[0][left] - 0.9).abs() < 1e-4, "{name} {path}");
                assert_eq!((found[0][right], found[1][left]), (0.0, 0.0), "{name} {path}");
            }
        }
    }
}

#[test]
fn r29_a_file_of_many_channels_is_refused_unless_it_is_to_be_split() {
    let studio = Studio::new();
    studio.wav("good.wav", Int24, &stereo_noise(1, 0.1, 4_800));
    let channels: Planar = (0..32).map(|n| impulse(100 * (n + 1), 0.5, 4_800)).collect();
    studio.wav("room.wav", Int16, &channels);
    let (json, warnings) = studio.warned("import song room.wav good.wav --no-trims");
    let error = json["files"][0]["error"].as_str().unwrap();
    assert!(error.contains("has 32 channels") && error.contains("--split"), "{error}");
    assert!(json["files"][1]["error"].is_null() && warnings.contains(error), "{json}");
    let _ = studio.ends("import song room.wav", 1).says(&["--split"]);
    let text = studio.done("import song room.wav --split --no-trims").stdout;
    assert!(text.contains("split"), "{text}");
    let json = studio.json("bounce song --stems --no-measure");
    let stems = json["stems"].as_array().unwrap();
    assert_eq!(stems.len(), 33);
    for (n, stem) in stems[1..].iter().enumerate() {
        let stem = studio.read(stem["path"].as_str().unwrap());
        assert_eq!(peak_frame(&stem[0]), 100 * (n + 1));
        assert!((peak(&stem) - 0.5 * 0.5_f64.sqrt()).abs() < 1e-6);
    }
}

#[test]
fn r29_the_law_of_mono_tracks_is_said() {
    let studio = Studio::new();
    studio.wav("mono.wav", Int24, &[noise(1, 0.1, 4_800)]);
    studio.wav("stereo.wav", Int24, &stereo_noise(2, 0.1, 4_800));
    let text = studio.done("import song mono.wav stereo.wav").stdout;
    assert!(text.contains("Mono tracks stand in the centre, at −3.0 dB"), "{text}");
    studio.apply(&json!([{"project": {"pan-law": "constant-sum"}}]));
    let found = studio.json("import song mono.wav");
    assert_eq!(
        (&found["pan_law"], &found["mono_centre_db"]),
        (&json!("constant-sum"), &json!(-6.0))
    );
    let text = studio.done("import song stereo.wav").stdout;
    assert!(!text.contains("Mono"), "{text}");
}

#[test]
fn r27_r25_what_is_wrong_with_a_file_stands_in_its_row_and_below_the_table() {
    let studio = Studio::new();
    let bytes = std::fs::read(Path::new(FIXTURES).join("long-no-header.mp3")).unwrap();
    let _ = studio.file("stems/late.mp3", &bytes);
    studio.wav("stems/good.wav", Int24, &stereo_noise(1, 0.1, 4_800));
    let good = studio.bytes("stems/good.wav");
    let _ = studio.file("stems/cut.wav", &good[..good.len() - 6_000]);
    let run = studio.ends("import song stems", 3);
    let row = |name: &str| run.stdout.lines().find(|line| line.starts_with(name)).unwrap();
    assert!(row("Late").ends_with("converted, delay unknown"), "{}", run.stdout);
    assert!(row("Cut").ends_with("cut short"), "{}", run.stdout);
    let _ = run.says(&[
        "late.mp3: The file does not tell its encoder's delay",
        "cut.wav: The file promises",
    ]);
}

#[test]
fn r32_what_was_clipped_is_said_with_its_first_place_and_its_true_peak() {
    let studio = Studio::new();
    let mut stem = vec![vec![0.1; frames(2.0)]; 2];
    // A plateau, so that its true peak is hardly above it: +1.23 dB.
    let top = 10.0_f32.powf(1.23 / 20.0);
    stem[1][60_000..60_400].fill(top);
    studio.wav("loud.wav", Float32, &stem);
    let _ = studio.done("import song loud.wav --no-trims");
    let (json, warnings) = studio.warned("bounce song --format wav24 --no-dither");
    assert!(warnings.contains("400 samples lay above full scale"), "{warnings}");
    assert!(warnings.contains("the first at 0:01.250"), "{warnings}");
    let told = warnings.split("true peak was ").nth(1).unwrap().split(' ').next().unwrap();
    let told: f64 = told.parse().unwrap();
    assert!((1.23..2.6).contains(&told), "{warnings}");
    let found = studio.read(json["path"].as_str().unwrap());
    assert_eq!(
        found[1][60_000],
        1.0 - 1.0 / 8_388_608.0,
        "clamped to the last step, never wrapped"
    );
    // Float keeps it, and says nothing.
    let found = studio.print("--format wav32f");
    assert_eq!(found[1][60_200], top);
}

#[test]
fn r43_a_384_khz_song_is_refused_and_a_384_khz_file_is_converted() {
    let studio = Studio::empty();
    let _ = studio.ends("new high --rate 384000", 2).says(&["384000", "44100..=192000"]);
    assert!(!studio.at("high").exists());
    let _ = studio.done("new song --song Song");
    let stem = vec![impulse(40_000, 0.5, 96_000), impulse(60_000, 0.5, 96_000)];
    studio.wav_at("stem.wav", Float32, 384_000, None, &stem);
    let found = studio.json("import song stem.wav --no-trims");
    assert_eq!(found["rate_hz"], 192_000);
    let file = &found["files"][0]["file"];
    assert_eq!(
        (&file["rate_hz"], &file["frames"], &file["converted"]),
        (&json!(384_000), &json!(48_000), &json!(true))
    );
    let print = studio.print("");
    assert_eq!((peak_frame(&print[0]), peak_frame(&print[1])), (20_000, 30_000));
}

/// The line of a shell that runs the command with few open files and little memory.
#[cfg(target_os = "linux")]
fn limited(studio: &Studio, line: &str, open_files: u32, memory_kib: u32) -> crate::support::Run {
    let limits = format!("ulimit -n {open_files}; ulimit -v {memory_kib}; exec \"$0\" \"$@\"");
    let mut command = std::process::Command::new("sh");
    let _ = command.arg("-c").arg(limits).arg(crate::support::program());
    let _ = command.args(line.split_whitespace()).current_dir(studio.at(""));
    crate::support::Run::of(line, command.output().unwrap())
}

#[cfg(target_os = "linux")]
#[test]
fn r41_a_thousand_stems_are_imported_and_bounced_with_256_open_files() {
    const STEMS: usize = 1_000;
    let studio = Studio::new();
    for n in 0..STEMS {
        studio.wav(&format!("stems/{n:04}.wav"), Int16, &vec![impulse(4 * n, 0.5, 4_800); 2]);
    }
    for line in
        ["import song stems", "bounce song --no-measure", "bounce song --no-measure --threads 1"]
    {
        let run = limited(&studio, line, 256, 1 << 20);
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:?}");
    }
    let trim = studio.json("info song")["songs"][0]["strips"][0]["trim_db"].as_f64().unwrap();
    let wanted = 0.5 * 10.0_f64.powf(trim / 20.0);
    let print = studio.read("song/prints/Song 001.wav");
    for (frame, sample) in print[0].iter().enumerate().take(4_000) {
        let expected = if frame % 4 == 0 { wanted } else { 0.0 };
        assert!((f64::from(*sample) - expected).abs() < 1e-6, "{frame}: {sample}");
    }
    assert!(studio.bytes("song/prints/Song 001.wav") == studio.bytes("song/prints/Song 002.wav"));
    // One file is open for each stem that is written: that needs more than there may be.
    let run = limited(&studio, "bounce song --no-measure --stems", 256, 1 << 20);
    assert_eq!(run.code, Some(1), "{run:?}");
    let _ = run.says(&["too many files are open", "ulimit -n"]);
    assert_eq!(studio.names("song/prints").len(), 2);
}

#[test]
fn r41_more_files_than_one_import_takes_are_refused() {
    let studio = Studio::new();
    let names = "a.wav ".repeat(4_097);
    let _ =
        studio.ends(&format!("import song {names}"), 1).says(&["4097 files", "4096", "in parts"]);
}

/// Twelve and a half hours of mono: more than 4 GiB, more than 2³¹ frames, nearly all of it sparse.
fn write_half_a_day(path: &Path) -> u64 {
    let frames = (1_u64 << 31) + 12_000_000;
    let bytes = 2 * frames;
    let mut head = b"RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0".to_vec();
    for size in [bytes + 72, bytes, frames] {
        head.extend_from_slice(&size.to_le_bytes());
    }
    head.extend_from_slice(b"\0\0\0\0fmt \x10\0\0\0\x01\0\x01\0");
    head.extend_from_slice(&RATE_HZ.to_le_bytes());
    head.extend_from_slice(&(2 * RATE_HZ).to_le_bytes());
    head.extend_from_slice(b"\x02\0\x10\0data\xff\xff\xff\xff");
    let mut file = std::fs::File::create(path).unwrap();
    file.write_all(&head).unwrap();
    let at = head.len() as u64 + 2 * (frames - 1_000);
    let _ = file.seek(SeekFrom::Start(at)).unwrap();
    file.write_all(&16_384_i16.to_le_bytes()).unwrap();
    file.set_len(head.len() as u64 + bytes).unwrap();
    frames
}

#[test]
fn r42_the_last_seconds_of_twelve_hours_are_bounced() {
    let studio = Studio::new();
    let length = write_half_a_day(&studio.at("long.wav"));
    let found = studio.json("import song long.wav --no-trims");
    assert_eq!(found["files"][0]["file"]["frames"].as_u64(), Some(length));
    let from = length - 480_000;
    let print = studio.print(&format!("--from {from}f --to {length}f"));
    assert_eq!((print[0].len(), peak_frame(&print[0])), (480_000, 479_000));
    assert!((peak(&print) - 0.5 * 0.5_f64.sqrt()).abs() < 1e-6);
}
