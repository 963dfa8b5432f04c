//! Deliveries: several files in one go, each decoded again; names, tags, and what is never overwritten.

use serde_json::{Value, json};
use twobus_media::SampleFormat::{Float32, Int24};
use twobus_media::{Cover, Field, read_tags};
use twobus_session::Target;
use twobus_session::targets::destination;

use crate::support::{Planar, Studio, assert_same, frames, noise, sine};

/// Two seconds of tones and hits, so loud that a limiter has work.
fn loud(rate_hz: u32) -> Planar {
    let length = 2 * rate_hz as usize;
    let hits = noise(3, 0.9, length);
    [110.0, 165.0]
        .map(|hz| {
            let tone = sine(hz, rate_hz, 0.3, length);
            let at = |n: usize| {
                let beat = (n % (rate_hz as usize / 2)) as f32 / (rate_hz / 2) as f32;
                tone[n] + hits[n] * (-30.0 * beat).exp()
            };
            (0..length).map(at).collect()
        })
        .to_vec()
}

/// A project of one song that arrived as a print at `rate_hz`, with codes and credits.
fn arrived(rate_hz: u32) -> Studio {
    let studio = Studio::empty();
    studio.wav_at("from/print.wav", Float32, rate_hz, None, &loud(rate_hz));
    let _ = studio.done("new song --print from/print.wav --song Ferry");
    let _ = studio
        .done("tag song --isrc DEA122600001 --upc 4006381333931 --artist Ferrymen --date 2026");
    studio
}

fn files(json: &Value) -> Vec<&Value> {
    json["songs"][0]["files"].as_array().unwrap().iter().collect()
}

fn path(file: &Value) -> &str {
    file["path"].as_str().unwrap()
}

#[test]
fn product_ten_formats_are_written_at_once_and_each_is_verified() {
    let studio = arrived(48_000);
    let formats =
        "wav16,wav24,wav32f,flac16,flac24,wav16@44100,flac24@96000,wav24/-20,flac16@44100/-20";
    let line = format!("deliver song --format {formats} --format vorbis8/-20 --ceiling -3");
    let json = studio.json(&format!("{line} --pattern {{nr}}_{{format}}_{{rate}}_{{target}}"));
    let files = files(&json);
    assert_eq!(files.len(), 10);
    for file in &files {
        assert_eq!(file["verified"], true, "{file:#}");
        let checks = file["checks"].as_array().unwrap();
        let names: Vec<&str> =
            checks.iter().map(|check| check["check"].as_str().unwrap()).collect();
        let lossy = path(file).ends_with(".ogg");
        assert_eq!(names.contains(&"samples"), !lossy, "{names:?}");
        assert!(
            ["length", "loudness", "true peak", "tags"].iter().all(|name| names.contains(name))
        );
        let tags = read_tags(&studio.at(path(file))).unwrap();
        assert_eq!(tags.get(Field::Isrc), Some("DEA122600001"));
        assert_eq!(
            (tags.get(Field::Title), tags.get(Field::Upc)),
            (Some("Ferry"), Some("4006381333931"))
        );
        if let Some(target) = file["target_lufs"].as_f64() {
            let found = file["after"]["integrated_lufs"].as_f64().unwrap();
            assert!((found - target).abs() <= 0.1, "{found} {target}");
        }
        assert!(file["after"]["true_peak"]["value"].as_f64().unwrap() <= -2.98);
    }
    // The same samples, whatever holds them.
    let samples = |at: usize| studio.read(path(files[at]));
    assert_same(&samples(0), &samples(3));
    assert_same(&samples(1), &samples(4));
    assert!(path(files[7]).ends_with("01_WAV 24-bit_48_-20 LUFS.wav"), "{}", path(files[7]));
    let masters = studio.json("info song")["songs"][0]["masters"].clone();
    assert_eq!(masters.as_array().unwrap().len(), 10);
    assert!(masters.as_array().unwrap().iter().all(|master| master["current"] == true));
    let mut names = studio.names("song/masters");
    names.retain(|name| name.contains("twobus") || name.ends_with(".part"));
    assert_eq!(names, [""; 0]);
}

#[test]
fn product_cover_code_and_credits_are_read_back_from_every_file() {
    let studio = arrived(44_100);
    // The header of a PNG of 3 × 2 pixels.
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    png.extend([0, 0, 0, 3, 0, 0, 0, 2, 8, 2, 0, 0, 0, 0x12, 0x16, 0xf1, 0x4d]);
    let _ = studio.file("song/cover.png", &png);
    let _ = studio.done("tag song --cover song/cover.png --label Quay --composer Ada");
    let json = studio.json("deliver song --format wav16,flac24,vorbis8 --target -20 --ceiling -3");
    for file in files(&json) {
        assert_eq!(file["verified"], true, "{file:#}");
        let tags = read_tags(&studio.at(path(file))).unwrap();
        let expected = [
            (Field::Title, "Ferry"),
            (Field::Artist, "Ferrymen"),
            (Field::Isrc, "DEA122600001"),
            (Field::Upc, "4006381333931"),
            (Field::Date, "2026"),
            (Field::Label, "Quay"),
            (Field::Composer, "Ada"),
        ];
        for (field, text) in expected {
            assert_eq!(tags.get(field), Some(text), "{}", path(file));
        }
        assert_eq!(tags.cover, Some(Cover::open(&studio.at("song/cover.png")).unwrap()));
        let checks = file["checks"].to_string();
        assert!(checks.contains("3 × 2") && checks.contains("cover"), "{checks}");
    }
}

#[test]
fn product_files_are_held_to_the_places_they_go_to() {
    let studio = arrived(48_000);
    let json =
        studio.json("deliver song --format wav24,wav24/-20,flac24/vinyl --target ebu-r128 --pattern {format}{target}");
    let found: Vec<[Option<f64>; 2]> = files(&json)
        .iter()
        .map(|file| [file["target_lufs"].as_f64(), file["ceiling_dbtp"].as_f64()])
        .collect();
    let vinyl = destination("vinyl").unwrap().target(None);
    let own = Target::default().ceiling_dbtp;
    let expected = [
        [Some(-23.0), Some(-1.0)],
        [Some(-20.0), Some(own)],
        [vinyl.loudness_lufs, Some(vinyl.ceiling_dbtp)],
    ];
    assert_eq!(found, expected);
    let reached = files(&json)[0]["after"]["integrated_lufs"].as_f64().unwrap();
    assert!((reached + 23.0).abs() <= 0.1, "{reached}");
    let _ = studio.ends("deliver song --format wav24 --target nowhere", 2).says(&["ebu-r128"]);
}

#[test]
fn t8_a_vorbis_file_is_as_loud_as_asked_for_and_keeps_the_ceiling_with_the_trim_that_is_told() {
    let studio = arrived(44_100);
    for quality in [-1, 2, 6, 9] {
        let line = format!(
            "deliver song --format vorbis{quality} --target -10 --max-reduction 24 --pattern {{depth}} --ceiling -1 \
             --json --force"
        );
        let first = studio.run(&line).json();
        let file = files(&first)[0].clone();
        let (peak, loudness) = heard(&file);
        println!("q{quality}: {peak:.2} dBTP after −1 dBTP, {loudness:.2} LUFS");
        assert!((loudness + 10.0).abs() <= 0.1, "{file:#}");
        // What is measured is the file, decoded again.
        let decoded = studio.run(&format!("analyze --json {}", path(&file))).json();
        assert_eq!(decoded["files"][0]["report"]["true_peak"]["value"].as_f64(), Some(peak));
        let over = peak > -0.98;
        assert_eq!(file["verified"], !over, "{file:#}");
        assert_eq!(file["codec_trim_db"].is_number(), over, "{file:#}");
        if let Some(cure) = file["codec_trim_db"].as_f64() {
            let again = studio.run(&format!("{line} --codec-trim {cure}")).json();
            let file = files(&again)[0].clone();
            assert_eq!(file["verified"], true, "{file:#}");
            let (peak, loudness) = heard(&file);
            println!("  with {cure:.1} dB: {peak:.2} dBTP, {loudness:.2} LUFS");
            assert!(peak <= -0.98 && (loudness + 10.0).abs() <= 0.1, "{peak} {loudness}");
        }
    }
}

#[test]
fn t8_a_lossy_file_that_the_cap_keeps_from_its_loudness_says_so_and_by_how_much() {
    let studio = arrived(44_100);
    let line = "deliver song --format flac24,vorbis2 --target -6 --max-reduction 3 --codec-trim -1";
    let (json, said) = studio.warned(line);
    for file in files(&json) {
        let short = -6.0 - heard(file).1;
        assert!(short > 0.5, "{file:#}");
        let checks = file["checks"].to_string();
        assert!(checks.contains("less than asked for: the cap on gain reduction"), "{checks}");
        let name = path(file);
        let words =
            said.lines().find(|line| line.contains(name)).unwrap_or_else(|| panic!("{said}"));
        assert!(words.contains("would take more than 3.0 dB of gain reduction"), "{words}");
    }
}

/// True peak and integrated loudness of a file, decoded again.
fn heard(file: &Value) -> (f64, f64) {
    let number = |value: &Value| value.as_f64().unwrap_or_else(|| panic!("{file:#}"));
    (number(&file["after"]["true_peak"]["value"]), number(&file["after"]["integrated_lufs"]))
}

#[test]
fn h5_each_file_tells_its_dither_and_the_rms_of_that() {
    let studio = arrived(48_000);
    for (dither, at_16, at_24) in [("tpdf", -96.3, -144.5), ("shaped", -80.0, -128.0)] {
        let line = format!("deliver song --format wav16,flac24,wav32f --dither {dither} --force");
        let run = studio.run(&format!("{line} --html page.html"));
        let name = if dither == "tpdf" { "TPDF" } else { "shaped" };
        assert!(run.stdout.contains(&format!(", dither {name}, −")), "{}", run.stdout);
        let page = String::from_utf8(studio.bytes("page.html")).unwrap();
        assert!(page.contains(&format!("dither {name}, −")), "{page}");
        let json = studio.run(&format!("{line} --json")).json();
        let files = files(&json);
        for (file, expected) in files.iter().zip([at_16, at_24]) {
            assert_eq!(file["dither"], name);
            let rms = file["dither_rms_dbfs"].as_f64().unwrap();
            assert!((rms - expected).abs() < if dither == "tpdf" { 0.1 } else { 8.0 }, "{rms}");
        }
        assert_eq!(
            (&files[2]["dither"], &files[2]["dither_rms_dbfs"]),
            (&json!("none"), &Value::Null)
        );
    }
}

#[test]
fn product_a_delivered_file_is_the_master_of_the_same_options() {
    let studio = arrived(96_000);
    for (format, rate, target) in
        [("wav16", 44_100, -16), ("wav24", 96_000, -18), ("flac24", 48_000, -14)]
    {
        let master =
            format!("master song --format {format} --rate {rate} --target {target} --force");
        let master =
            studio.run(&format!("{master} --out alone.{}", &format[..4].trim_end_matches("1")));
        assert!(matches!(master.code, Some(0 | 3)), "{master:?}");
        let json = studio
            .run(&format!("deliver song --format {format}@{rate}/{target} --json --force"))
            .json();
        let file = files(&json)[0].clone();
        assert_eq!(file["verified"], true, "{file:#}");
        let name = studio.names(".").into_iter().find(|name| name.starts_with("alone")).unwrap();
        assert_same(&studio.read(path(&file)), &studio.read(&name));
        std::fs::remove_file(studio.at(&name)).unwrap();
    }
}

#[test]
fn product_files_that_are_there_are_listed_and_nothing_is_written() {
    let studio = arrived(44_100);
    let planned = studio.json("deliver song --format wav24,flac24 --dry-run");
    let exists: Vec<&Value> =
        planned["files"].as_array().unwrap().iter().map(|f| &f["exists"]).collect();
    assert_eq!(exists, [&json!(false), &json!(false)]);
    assert_eq!(studio.names("song/masters"), [""; 0]);
    let mine = "song/masters/Ferry [44.1-24].flac";
    let _ = studio.file(mine, b"mine");
    let run = studio.ends("deliver song --format wav24,flac24", 1);
    let _ =
        run.says(&["1 files are there already, and nothing was written", "Ferry [44.1-24].flac"]);
    assert_eq!(studio.names("song/masters"), ["Ferry [44.1-24].flac"]);
    assert_eq!(studio.bytes(mine), b"mine");
    let _ = studio.done("deliver song --format wav24,flac24 --force");
    assert!(studio.bytes(mine).starts_with(b"fLaC"));
    // Two files of one name would replace each other.
    let run = studio.ends("deliver song --format wav24,wav24/-20 --force", 1);
    let _ = run.says(&["two files would be called", "{target}"]);
    let _ =
        studio.ends("deliver song --format wav24 --pattern {year}", 1).says(&["{year}", "{title}"]);
    let _ = studio.ends("deliver song --format mp3", 2).says(&["vorbis"]);
}

#[test]
fn product_one_file_that_fails_does_not_keep_the_others_from_being_written() {
    let studio = arrived(44_100);
    std::fs::create_dir_all(studio.at("song/masters/Ferry [44.1-24].wav")).unwrap();
    let (json, said) = studio.warned("deliver song --format wav16,wav24,flac16 --force");
    let verified: Vec<&Value> = files(&json).iter().map(|file| &file["verified"]).collect();
    assert_eq!(verified, [&json!(true), &json!(false), &json!(true)]);
    assert!(
        said.contains("[44.1-24].wav was not written") && said.contains("not a regular file"),
        "{said}"
    );
    assert_eq!(studio.names("song/masters").len(), 3);
}

#[test]
fn product_hostile_titles_stay_in_the_folder() {
    let studio = arrived(44_100);
    for (title, name) in [
        ("../../../escape", "-..-..-escape [44.1-24].wav"),
        ("/etc/passwd", "-etc-passwd [44.1-24].wav"),
        ("CON", "CON [44.1-24].wav"),
        ("..", "[44.1-24].wav"),
    ] {
        let edit = json!([{"song": {"song": 1, "change": {"title": title}}}]);
        studio.apply(&edit);
        let json = studio.json("deliver song --format wav24");
        let written = std::path::PathBuf::from(path(files(&json)[0]));
        assert_eq!(written.file_name().unwrap().to_str().unwrap(), name);
        assert_eq!(written.parent().unwrap(), std::path::Path::new("song/masters"));
        let tags = read_tags(&studio.at(path(files(&json)[0]))).unwrap();
        assert_eq!(tags.get(Field::Title), Some(title));
    }
    let json = studio.json("deliver song --format wav16 --pattern {title}");
    assert!(path(files(&json)[0]).ends_with("Untitled.wav"));
}

#[test]
fn product_a_codec_that_overshoots_is_told_with_the_trim_that_cures_it() {
    let studio = Studio::empty();
    // Clipped tones: the harmonics that an encoder leaves out were holding their corners down.
    let clipped = |hz: f64| -> Vec<f32> {
        let tone = sine(hz, 48_000, 3.0, frames(3.0));
        tone.into_iter().map(|x| x.clamp(-0.7, 0.7)).collect()
    };
    let dense: Planar = vec![clipped(220.0), clipped(331.0)];
    studio.wav("dense.wav", Float32, &dense);
    let line = "deliver dense.wav --format vorbis0 --ceiling -3 --force";
    let (json, said) = studio.warned(line);
    let file = files(&json)[0].clone();
    let trim = file["codec_trim_db"].as_f64().unwrap();
    let peak = file["after"]["true_peak"]["value"].as_f64().unwrap();
    assert!(peak > -2.98 && trim < 0.0, "{peak} {trim}");
    assert!(said.contains("the encoder overshoots; --codec-trim -"), "{said}");
    // The trim that is told is the whole of it, whatever was given already.
    let (json, _) = studio.warned(&format!("{line} --codec-trim -0.1"));
    let told = files(&json)[0]["codec_trim_db"].as_f64().unwrap();
    assert!(told < -0.1 && (told - trim).abs() < 0.3, "{told} {trim}");
    let cured = studio.json(&format!("{line} --codec-trim {trim:.1}"));
    let file = files(&cured)[0];
    assert_eq!(file["verified"], true, "{file:#}");
    println!("{peak:.2} dBTP, cured with {trim:.1} dB");
    // A single master says it too, with the ceiling that cures it.
    let line = "master dense.wav --format vorbis --out dense.ogg --force";
    let (_, said) = studio.warned(&format!("{line} --ceiling -3"));
    let lower =
        said.split("the encoder overshoots; --ceiling ").nth(1).unwrap_or_else(|| panic!("{said}"));
    let cured =
        studio.run(&format!("{line} --json --ceiling {}", lower.split(' ').next().unwrap())).json();
    let peak = cured["after"]["true_peak"]["value"].as_f64().unwrap();
    assert!(peak <= -2.98, "{peak}");
}

#[test]
fn product_the_report_is_a_page_in_which_no_name_becomes_markup() {
    let studio = arrived(44_100);
    let title = "<script>alert(1)</script> & co";
    studio.apply(&json!([{"song": {"song": 1, "change": {"title": title}}}]));
    let _ = studio.done("deliver song --format wav16,flac16 --html report.html");
    let page = String::from_utf8(studio.bytes("report.html")).unwrap();
    assert!(page.contains("bit-identical") && page.contains("2 of 2 files written and verified"));
    assert!(!page.contains("<script") && !page.contains("http"), "{page}");
    assert!(page.contains("&amp; co"));
    let _ = studio.ends("deliver song --format flac24 --html report.html", 1).says(&["--force"]);
    assert_eq!(studio.names("song/masters").len(), 2);
}

#[test]
fn product_every_song_of_a_record_is_delivered() {
    let studio = arrived(44_100);
    studio.wav_at("from/b.wav", Int24, 96_000, None, &loud(96_000));
    let _ = studio.done("add-song song --print from/b.wav --title Second");
    let _ = studio.ends("deliver song --all --format flac24 --pattern {album}", 1).says(&["{nr}"]);
    let (json, said) =
        studio.warned("deliver song --all --format flac24,wav16@44100 --pattern {nr}-{depth}");
    assert!(said.contains("\"Second\" has no ISRC"), "{said}");
    assert_eq!(json["songs"].as_array().unwrap().len(), 2);
    let names = ["01-16.wav", "01-24.flac", "02-16.wav", "02-24.flac"];
    assert_eq!(studio.names("song/masters"), names);
    let tags = read_tags(&studio.at("song/masters/02-24.flac")).unwrap();
    assert_eq!((tags.get(Field::Track), tags.get(Field::Tracks)), (Some("2"), Some("2")));
}
