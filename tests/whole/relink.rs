//! Stems that have moved, changed, or are spelled in another way.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use twobus_media::SampleFormat::Int24;

use crate::support::{Planar, Run, Studio, assert_same, frames, padded, stereo_noise};

fn two_stems() -> (Studio, [Planar; 2]) {
    let stems = [stereo_noise(1, 0.3, frames(0.5)), stereo_noise(2, 0.3, frames(0.5))];
    (Studio::with_stems(Int24, &stems), stems)
}

fn move_file(studio: &Studio, from: &str, to: &str) {
    std::fs::create_dir_all(studio.at(to).parent().unwrap()).unwrap();
    std::fs::rename(studio.at(from), studio.at(to)).unwrap();
}

fn found(json: &Value) -> Vec<&str> {
    json["files"].as_array().unwrap().iter().map(|row| row["found"].as_str().unwrap()).collect()
}

#[test]
fn r16_moved_stems_are_found_in_the_project_beside_it_and_in_a_chosen_folder() {
    for (to, line) in [
        ("song/somewhere/deep/02.wav", "relink song"),
        ("beside/02.wav", "relink song"),
        ("stems/renamed.wav", "relink song"),
        ("beside/renamed/to.wav", "relink song"),
        ("deep/1/2/3/4/5/6/02.wav", "relink song deep"),
    ] {
        let (studio, _) = two_stems();
        let before = studio.bytes(&studio.printed(""));
        studio.apply(&json!([{"strip": {"song": 1, "strip": 2, "change": {"pan": 20}}}]));
        let panned = studio.bytes(&studio.printed(""));
        move_file(&studio, "stems/02.wav", to);
        let offline = studio.json("info song")["offline"].clone();
        assert_eq!(offline, json!([{"path": "../stems/02.wav", "state": "missing"}]));
        let _ = studio.ends("bounce song", 1).says(&["02.wav", "missing"]);
        let json = studio.json(line);
        assert_eq!((found(&json), &json["linked"]), (vec!["moved"], &json!(1)), "{to}");
        // All its settings have stayed.
        assert!(studio.bytes(&studio.printed("")) == panned, "{to}");
        assert!(before != panned);
        assert_eq!(found(&studio.json("relink song")), [""; 0]);
    }
}

#[test]
fn r18_a_project_that_was_moved_without_its_stems_finds_them_where_they_were() {
    let (studio, _) = two_stems();
    let before = studio.bytes(&studio.printed(""));
    move_file(&studio, "song", "far/away/song");
    // A change at the new place does not make it forget the old one.
    let _ = studio.file("edits.json", br#"[{"project": {"name": "Moved"}}]"#);
    let _ = studio.done("apply far/away/song edits.json");
    let _ = studio.ends("bounce far/away/song", 1).says(&["missing"]);
    assert_eq!(found(&studio.json("relink far/away/song")), ["moved", "moved"]);
    let json = studio.json("bounce far/away/song --no-measure");
    assert!(studio.bytes(json["path"].as_str().unwrap()) == before);
}

#[test]
fn r16_the_same_name_with_another_content_is_not_taken_and_the_right_one_is() {
    let (studio, _) = two_stems();
    let before = studio.bytes(&studio.printed(""));
    move_file(&studio, "stems/02.wav", "zzz/02.wav");
    studio.wav("aaa/02.wav", Int24, &stereo_noise(9, 0.3, frames(0.5)));
    assert_eq!(found(&studio.json("relink song")), ["moved"]);
    assert!(studio.bytes(&studio.printed("")) == before);
}

#[test]
fn r16_nothing_found_is_said_and_changes_nothing() {
    let (studio, _) = two_stems();
    std::fs::remove_file(studio.at("stems/02.wav")).unwrap();
    let document = studio.bytes("song/project.json");
    let (json, warnings) = studio.warned("relink song stems");
    assert_eq!(found(&json), ["nothing"]);
    assert!(warnings.contains("02.wav") && warnings.contains("missing"), "{warnings}");
    assert!(studio.bytes("song/project.json") == document);
}

#[test]
fn r16_a_bounce_may_go_on_without_missing_stems_and_says_so_wherever_it_is_seen() {
    let (studio, stems) = two_stems();
    let before = studio.bytes(&studio.printed(""));
    std::fs::rename(studio.at("stems/02.wav"), studio.at("02.gone")).unwrap();
    let started = Instant::now();
    let (json, warnings) = studio.warned("bounce song --allow-missing --note Rough");
    assert!(started.elapsed() < Duration::from_secs(30));
    assert!(warnings.contains("Silent") && warnings.contains("changed: 2."), "{warnings}");
    let print = studio.read(json["path"].as_str().unwrap());
    let expected: Planar = stems[0].iter().map(|x| padded(x, print[0].len())).collect();
    assert_same(&print, &expected);
    let prints = studio.json("info song")["songs"][0]["prints"].clone();
    assert_eq!(prints[1]["note"], "Rough; without 2, whose files were missing");
    std::fs::rename(studio.at("02.gone"), studio.at("stems/02.wav")).unwrap();
    let prints = studio.json("info song")["songs"][0]["prints"].clone();
    assert_eq!(prints[0]["changes_since"], json!([]));
    assert_ne!(prints[1]["changes_since"], json!([]), "it is not a print of this mix");
    // Restored, the bounce is the same again.
    assert!(studio.bytes(&studio.printed("--allow-missing")) == before);
    for name in ["01.wav", "02.wav"] {
        std::fs::remove_file(studio.at(&format!("stems/{name}"))).unwrap();
    }
    let (json, _) = studio.warned("bounce song --allow-missing --stems");
    assert!(studio.read(json["path"].as_str().unwrap()).iter().flatten().all(|x| *x == 0.0));
}

#[test]
fn r17_a_changed_stem_is_kept_out_until_it_is_taken_and_its_track_stays() {
    for (seconds, name) in [(0.5, "as long"), (0.3, "shorter"), (0.7, "longer")] {
        let (studio, stems) = two_stems();
        let _ = studio.done("bounce song");
        studio.apply(&json!([{"strip": {"song": 1, "strip": 2, "change": {"pan": 20}}},
                              {"strip": {"song": 1, "strip": 1, "change": {"mute": true}}}]));
        let new = stereo_noise(7, 0.3, frames(seconds));
        studio.wav("stems/02.wav", Int24, &new);
        let document = studio.bytes("song/project.json");
        let (json, warnings) = studio.warned("relink song");
        assert_eq!(found(&json), ["other content"], "{name}");
        assert!(warnings.contains("--replace"), "{warnings}");
        assert!(studio.bytes("song/project.json") == document, "kept unless told to");
        let run = studio.run("relink song --replace --json");
        assert_eq!(found(&run.json()), ["replaced"], "{name}");
        assert_eq!(run.code, Some(if seconds < 0.5 { 3 } else { 0 }), "{run:?}");
        let print = studio.print("");
        // To the end of the clips, and until half a second was quiet.
        let end = stems[0][0].len().max(new[0].len() + frames(0.5));
        assert_eq!(print[0].len(), end, "{name}");
        let gain = f64::from(print[1][100]) / f64::from(new[1][100]);
        assert!((gain - 1.0).abs() < 1e-6, "{name}: panned to the right still, {gain}");
        assert!(print[0][100].abs() < new[0][100].abs(), "{name}");
        // The old print keeps its own mix, with the file that this was made of.
        let prints = studio.json("info song")["songs"][0]["prints"].clone();
        assert_ne!(prints[0]["changes_since"], json!([]));
    }
}

#[test]
fn r17_a_stem_of_another_rate_and_number_of_channels_is_taken_too() {
    let (studio, _) = two_stems();
    studio.wav_at("stems/02.wav", Int24, 44_100, None, &stereo_noise(7, 0.3, 22_050)[..1]);
    assert_eq!(found(&studio.json("relink song --replace")), ["replaced"]);
    let print = studio.print("");
    assert_eq!(print[0].len(), frames(0.5) + frames(0.5));
}

/// Runs a long bounce, and `act` once it is being written.
fn while_bouncing(studio: &Studio, act: impl FnOnce()) -> Run {
    let line = "bounce song --no-measure --threads 1";
    let mut child = studio.command(line).spawn().unwrap();
    let started = Instant::now();
    let begun = || {
        let names = studio.names("song/prints");
        let part = names.iter().find(|name| name.ends_with(".part"));
        let path = part.map(|part| studio.at(&format!("song/prints/{part}")));
        path.and_then(|path| path.metadata().ok()).is_some_and(|about| about.len() > 1 << 21)
    };
    while !begun() {
        assert!(child.try_wait().unwrap().is_none(), "it ended too soon");
        assert!(started.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(1));
    }
    act();
    Run::of(line, child.wait_with_output().unwrap())
}

#[test]
fn r17_a_stem_that_shrinks_or_changes_while_it_is_read_stops_the_bounce() {
    let studio = Studio::with_stems(Int24, &[stereo_noise(1, 0.3, frames(180.0))]);
    let whole = studio.bytes("stems/01.wav");
    let open = || std::fs::File::options().write(true).open(studio.at("stems/01.wav")).unwrap();
    let shrink = || open().set_len(10_000).unwrap();
    let overwrite = || {
        let noise = vec![0x55; 1 << 20];
        std::os::unix::fs::FileExt::write_all_at(&open(), &noise, 20 << 20).unwrap();
    };
    for act in [&shrink as &dyn Fn(), &overwrite] {
        let run = while_bouncing(&studio, act);
        assert_eq!(run.code, Some(1), "{run:?}");
        let _ = run.says(&["01.wav"]);
        assert_eq!(studio.names("song/prints"), [""; 0]);
        let _ = studio.file("stems/01.wav", &whole);
    }
    let _ = studio.done("bounce song --no-measure --to 1");
}

#[test]
fn r18_names_in_any_script_survive_and_one_that_is_not_unicode_is_refused_by_name() {
    use std::os::unix::ffi::OsStrExt;
    let studio = Studio::new();
    let names = ["Ka\u{308}se", "K\u{e4}se", "\u{9f13} \u{266f}", "\u{202e}evil", "a'b \"c\" & d"];
    for (seed, name) in (1..).zip(names) {
        studio.wav(&format!("stems/{name}.wav"), Int24, &stereo_noise(seed, 0.1, frames(0.1)));
    }
    let odd = std::ffi::OsStr::from_bytes(b"stems/bad\xff.wav");
    let _bytes = std::fs::copy(studio.at("stems/K\u{e4}se.wav"), studio.at(".").join(odd)).unwrap();
    let (json, warnings) = studio.warned("import song stems --no-trims");
    assert!(warnings.contains("not Unicode") && warnings.contains("rename it"), "{warnings}");
    let good = json["files"].as_array().unwrap().iter().filter(|row| row["error"].is_null());
    assert_eq!(good.count(), names.len());
    let _ = studio.done("bounce song");
    let _ = studio.done("collect song");
    let _ = studio.done("bounce song");
}

#[test]
fn r18_a_project_from_another_system_finds_its_stems() {
    let studio = Studio::new();
    studio.wav("St\u{e9}ms/K\u{e4}se.wav", Int24, &stereo_noise(1, 0.3, frames(0.2)));
    let _ = studio.done("import song St\u{e9}ms --no-trims");
    let before = studio.bytes(&studio.printed(""));
    let document = String::from_utf8(studio.bytes("song/project.json")).unwrap();
    let path = "../St\u{e9}ms/K\u{e4}se.wav";
    assert!(document.contains(path));
    for other in ["../Ste\u{301}ms/Ka\u{308}se.wav", "..\\\\St\u{e9}ms\\\\K\u{e4}se.wav"] {
        let _ = studio.file("song/project.json", document.replace(path, other).as_bytes());
        assert!(studio.bytes(&studio.printed("")) == before, "{other}");
    }
    // A drive of another system leads nowhere; the file is found by its content.
    for other in ["C:/Music/St\u{e9}ms/K\u{e4}se.wav", "D:\\\\Stems\\\\other name.wav"] {
        let _ = studio.file("song/project.json", document.replace(path, other).as_bytes());
        let _ = studio.ends("bounce song", 1).says(&["missing"]);
        assert_eq!(found(&studio.json("relink song")), ["moved"], "{other}");
        assert!(studio.bytes(&studio.printed("")) == before, "{other}");
    }
}
