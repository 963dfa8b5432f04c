//! Stems that are missing, changed, collected or copied.

use serde_json::json;
use twobus_media::SampleFormat::Int24;

use crate::support::{Studio, frames, stereo_noise};

fn two_stems() -> Studio {
    let stems = [stereo_noise(1, 0.3, frames(0.5)), stereo_noise(2, 0.3, frames(0.5))];
    Studio::with_stems(Int24, &stems)
}

#[test]
fn r16_a_missing_stem_stops_the_bounce_by_name_and_its_return_repairs_it() {
    let studio = two_stems();
    let before = studio.bytes(&studio.printed(""));
    let (stem, away) = (studio.at("stems/02.wav"), studio.at("02.wav"));
    std::fs::rename(&stem, &away).unwrap();
    let document = studio.bytes("song/project.json");
    let _ = studio.ends("bounce song", 1).says(&["02.wav", "missing"]);
    let _ = studio.done("info song");
    assert_eq!(studio.names("song/prints"), ["Song 001.wav"]);
    assert!(document == studio.bytes("song/project.json"));
    std::fs::rename(&away, &stem).unwrap();
    assert!(before == studio.bytes(&studio.printed("")));
}

#[test]
fn r17_a_changed_stem_stops_the_bounce_by_name() {
    let studio = two_stems();
    let old = studio.bytes("stems/02.wav");
    let before = studio.bytes(&studio.printed(""));
    studio.wav("stems/02.wav", Int24, &stereo_noise(2, 0.3, frames(0.4)));
    let _ = studio.ends("bounce song", 1).says(&["02.wav", "not the file that was imported"]);
    let _ = studio.ends("collect song", 1).says(&["02.wav"]);
    assert_eq!(studio.names("song/audio"), [""; 0]);
    let _ = studio.file("stems/02.wav", &old);
    assert!(before == studio.bytes(&studio.printed("")));
}

/// The usual case: the same length again, at the song's rate and at another one.
#[test]
fn r17_a_stem_written_over_with_the_same_size_stops_the_bounce_too() {
    let studio = Studio::new();
    studio.wav("stems/48.wav", Int24, &stereo_noise(1, 0.3, frames(0.5)));
    studio.wav_at("stems/44.wav", Int24, 44_100, None, &stereo_noise(2, 0.3, frames(0.5)));
    let _ = studio.done("import song stems/48.wav stems/44.wav --no-trims");
    let _ = studio.done("bounce song");
    for (name, rate_hz) in [("stems/48.wav", 48_000), ("stems/44.wav", 44_100)] {
        let old = studio.bytes(name);
        studio.wav_at(name, Int24, rate_hz, None, &stereo_noise(9, 0.3, frames(0.5)));
        assert_eq!(studio.bytes(name).len(), old.len());
        let _ = studio.ends("bounce song", 1).says(&[name, "not the file that was imported"]);
        let _ = studio.file(name, &old);
        let _ = studio.done("bounce song");
    }
}

#[test]
fn r17_a_changed_stem_that_is_imported_anew_can_be_bounced_without_its_old_track() {
    let studio = two_stems();
    let _ = studio.done("bounce song");
    let new = stereo_noise(7, 0.3, frames(0.4));
    studio.wav("stems/02.wav", Int24, &new);
    let _ = studio.done("import song stems/02.wav --no-trims");
    let _ = studio.ends("bounce song", 1).says(&["02.wav", "remove its old track"]);
    studio.apply(&json!([{"song": {"song": 1, "change": {"tracks": {"remove": 2}}}}]));
    let print = studio.print("");
    let old = stereo_noise(1, 0.3, frames(0.5));
    assert_eq!(print[0][77], (f64::from(old[0][77]) + f64::from(new[0][77])) as f32);
}

#[test]
fn r18_a_project_moved_with_its_stems_gives_the_same_bytes() {
    let studio = two_stems();
    let before = studio.bytes(&studio.printed(""));
    std::fs::create_dir(studio.at("elsewhere")).unwrap();
    for name in ["song", "stems"] {
        std::fs::rename(studio.at(name), studio.at(&format!("elsewhere/{name}"))).unwrap();
    }
    let json = studio.json("bounce elsewhere/song --no-measure");
    assert!(before == studio.bytes(json["path"].as_str().unwrap()));
}

#[test]
fn product_collect_brings_stems_of_one_name_into_the_project_and_the_bounce_stays() {
    let studio = Studio::new();
    studio.wav("a/drums.wav", Int24, &stereo_noise(1, 0.3, frames(0.5)));
    studio.wav("b/drums.wav", Int24, &stereo_noise(2, 0.3, frames(0.5)));
    let _ = studio.done("import song a b --no-trims");
    let before = studio.bytes(&studio.printed(""));
    assert_eq!(studio.json("collect song")["copied"], 2);
    assert_eq!(studio.names("song/audio"), ["drums (2).wav", "drums.wav"]);
    std::fs::remove_dir_all(studio.at("a")).unwrap();
    std::fs::remove_dir_all(studio.at("b")).unwrap();
    assert!(before == studio.bytes(&studio.printed("")));
    assert_eq!(studio.json("collect song")["copied"], 0);
}

#[test]
fn product_copies_of_one_name_get_numbers_in_the_order_of_the_files() {
    let stems: Vec<_> = (0..6).map(|seed| stereo_noise(seed, 0.1, frames(0.1))).collect();
    let studio = Studio::new();
    for (number, stem) in stems.iter().enumerate() {
        studio.wav(&format!("{number}/bass.wav"), Int24, stem);
    }
    let _ = studio.done("import song 0 1 2 3 4 5 --no-trims --copy");
    for (number, stem) in (1..).zip(&stems) {
        let name = if number == 1 { "bass.wav".to_owned() } else { format!("bass ({number}).wav") };
        assert!(&studio.read(&format!("song/audio/{name}")) == stem, "{name}");
    }
    let before = studio.bytes(&studio.printed(""));
    (0..6).for_each(|number| std::fs::remove_dir_all(studio.at(&number.to_string())).unwrap());
    assert!(before == studio.bytes(&studio.printed("")));
}

#[test]
fn product_a_file_that_cannot_be_imported_is_not_copied_either() {
    let studio = Studio::new();
    studio.wav("stems/good.wav", Int24, &stereo_noise(1, 0.1, frames(0.1)));
    let _ = studio.file("stems/page.mp3", b"<!DOCTYPE html><html><body>Not found</body></html>");
    let _ = studio.ends("import song stems --copy", 3).says(&["page.mp3"]);
    assert_eq!(studio.names("song/audio"), ["good.wav"]);
}

#[test]
fn product_a_file_that_is_named_twice_is_listed_once() {
    let studio = Studio::new();
    studio.wav("stems/a.wav", Int24, &stereo_noise(1, 0.1, frames(0.1)));
    let _ = studio.done("import song stems/a.wav stems/a.wav");
    let _ = studio.done("import song stems/a.wav");
    let document: serde_json::Value =
        serde_json::from_slice(&studio.bytes("song/project.json")).unwrap();
    assert_eq!(document["media"].as_array().unwrap().len(), 1);
    assert_eq!(document["songs"][0]["mix"]["tracks"].as_array().unwrap().len(), 3);
    let _ = studio.done("bounce song");
}
