//! Packing a project with all its files, and unpacking it elsewhere.

use twobus_media::SampleFormat::Int24;

use crate::support::{Studio, frames, stereo_noise};

#[test]
fn r21_a_packed_project_unpacks_to_the_same_sound_wherever_its_stems_were() {
    let studio = Studio::new();
    for (place, seed) in [("a", 1), ("b", 2)] {
        studio.wav(&format!("{place}/drums.wav"), Int24, &stereo_noise(seed, 0.3, frames(0.5)));
    }
    let _ = studio.done("import song a b --no-trims");
    let _ = studio.done("bounce song --stems");
    let _ = studio.done("master song");
    let before = studio.bytes("song/prints/Song 001.wav");
    let packed = studio.json("pack song");
    // Document, two stems, print, two bounced stems, master.
    assert_eq!(packed["files"], 7);
    let archive = studio.bytes("song.zip");
    assert_eq!(packed["bytes"], archive.len());
    let _ = studio.ends("pack song", 1).says(&["song.zip", "is there already"]);
    let _ = studio.done("pack song again.zip");
    assert!(studio.bytes("again.zip") == archive, "the same project gives the same archive");
    for gone in ["a", "b", "song"] {
        std::fs::remove_dir_all(studio.at(gone)).unwrap();
    }
    assert_eq!(studio.json("unpack song.zip")["files"], 7);
    assert_eq!(studio.names("song/audio"), ["drums (2).wav", "drums.wav"]);
    assert!(studio.bytes("song/prints/Song 001.wav") == before);
    assert!(studio.bytes(&studio.printed("")) == before);
    let _ = studio.ends("unpack song.zip", 1).says(&["song", "is there already"]);
    let _ = studio.done("unpack song.zip elsewhere");
    assert!(
        studio.bytes(studio.json("bounce elsewhere --no-measure")["path"].as_str().unwrap())
            == before
    );
}

#[test]
fn r21_nothing_of_the_project_is_packed_over_and_a_missing_stem_is_named() {
    let studio = Studio::with_stems(Int24, &[stereo_noise(1, 0.3, frames(0.1))]);
    let stem = studio.bytes("stems/01.wav");
    let document = studio.bytes("song/project.json");
    for target in ["stems/01.wav", "song/project.json"] {
        let _ =
            studio.ends(&format!("pack song {target} --force"), 1).says(&["part of the project"]);
    }
    assert!(studio.bytes("stems/01.wav") == stem);
    assert!(studio.bytes("song/project.json") == document);
    std::fs::remove_file(studio.at("stems/01.wav")).unwrap();
    let _ = studio.ends("pack song", 1).says(&["01.wav", "missing"]);
    assert!(!studio.at("song.zip").exists());
}
