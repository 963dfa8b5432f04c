//! One mix, the same bytes: for any number of threads, any repeat, and any range.

use serde_json::{Value, json};
use twobus_media::SampleFormat::{Float32, Int24};

use crate::support::{Planar, Studio, frames, noise, stereo_noise};

/// One of everything that keeps time or state: groups, lanes, a limiter, a utility, a mono track.
fn rich() -> Studio {
    let mut stems: Vec<Planar> = (0..5).map(|seed| stereo_noise(seed, 0.3, frames(1.5))).collect();
    stems.push(vec![noise(99, 0.5, frames(1.2))]);
    let studio = Studio::with_stems(Int24, &stems);
    let strip =
        |id: u32, change: Value| json!({"strip": {"song": 1, "strip": id, "change": change}});
    let lane = |target: &str, points: Value| json!({"lanes": {"add": {"item": {"target": target, "points": points}}}});
    let group = json!({
        "strip": {"id": 10, "name": "Group", "role": "other", "colour": 0, "trim": 0.0,
            "invert": false, "inserts": [], "sends": [], "pan": 0.0, "width": 100.0, "fader": -1.0,
            "mute": false, "solo": false, "solo_safe": false, "output": {"strip": 0}, "lanes": []},
        "kind": "group"});
    let limiter = json!({"id": 1, "kind": "limiter", "bypass": false,
        "values": {"drive": 9.0, "ceiling": -3.0}});
    let utility = json!({"id": 2, "kind": "utility", "bypass": false,
        "values": {"gain": -6.5, "swap": 1.0}});
    studio.apply(&json!([
        {"song": {"song": 1, "change": {"buses": {"add": {"item": group}}}}},
        strip(1, json!({"output": {"strip": 10}})),
        strip(2, json!({"output": {"strip": 10}})),
        strip(10, json!({"inserts": {"add": {"item": limiter}}})),
        strip(0, json!({"inserts": {"add": {"item": utility}}})),
        strip(3, lane("fader", json!([
            {"frame": 1000, "value": 0.0},
            {"frame": 30_001, "value": -20.0, "bend": 0.4},
            {"frame": 50_000, "value": "-inf"}]))),
        strip(4, lane("pan", json!([
            {"frame": 0, "value": -100.0}, {"frame": 60_007, "value": 100.0}]))),
        strip(5, lane("mute", json!([
            {"frame": 10_000, "value": 1.0}, {"frame": 20_011, "value": 0.0}]))),
        strip(6, json!({"pan": 37.0})),
    ]));
    studio
}

#[test]
fn e3_r34_any_number_of_threads_and_any_repeat_give_the_same_bytes() {
    let studio = rich();
    for format in ["wav32f", "wav24"] {
        let first = studio.bytes(&studio.printed(&format!("--format {format} --threads 1")));
        for options in
            ["--threads 1", "--threads 2", "--threads 3", "--threads 4", "--threads 64", ""]
        {
            for _ in 0..3 {
                let again = studio.bytes(&studio.printed(&format!("--format {format} {options}")));
                assert!(first == again, "{format} {options}");
            }
        }
    }
}

#[test]
fn e3_a_range_is_the_same_range_of_the_whole_dither_included() {
    let studio = rich();
    for options in ["--format wav32f", "--format wav24"] {
        let whole = studio.print(options);
        for (from, to) in [(0, 777), (12_345, 54_321), (frames(1.4), frames(1.9))] {
            let range = studio.print(&format!("{options} --from {from}f --to {to}f"));
            for (range, whole) in range.iter().zip(&whole) {
                assert!(range == &whole[from..to], "{options}, frames {from} to {to}");
            }
        }
    }
}

#[test]
fn e3_measuring_and_writing_stems_do_not_change_a_print() {
    let studio = rich();
    let plain = studio.bytes(&studio.printed(""));
    let measured = studio.json("bounce song");
    let with_stems = studio.json("bounce song --stems");
    assert!(plain == studio.bytes(measured["path"].as_str().unwrap()));
    assert!(plain == studio.bytes(with_stems["path"].as_str().unwrap()));
}

#[test]
fn r34_a_deleted_cache_is_rebuilt_the_same() {
    let studio = Studio::new();
    let stem = stereo_noise(5, 0.5, 44_100);
    studio.wav_at("stems/a.wav", Float32, 44_100, None, &stem);
    let _ = studio.done("import song stems");
    let before = studio.bytes(&studio.printed(""));
    let cached = |studio: &Studio| -> Vec<Vec<u8>> {
        let names = studio.names("song/.cache/pcm");
        names.iter().map(|name| studio.bytes(&format!("song/.cache/pcm/{name}"))).collect()
    };
    let cache = cached(&studio);
    assert_eq!(cache.len(), 1);
    std::fs::remove_dir_all(studio.at("song/.cache")).unwrap();
    assert!(before == studio.bytes(&studio.printed("")));
    assert!(cache == cached(&studio));
}
