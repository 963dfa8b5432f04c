//! Prints and the mixes they came from: their age, versions, level, reopening; songs that begin as prints;
//! what is said of songs and records.

use serde_json::{Value, json};
use twobus_media::SampleFormat::{Float32, Int24};

use crate::support::{Planar, Studio, assert_same, db, frames, stereo_noise};

fn strip(id: u32, change: Value) -> Value {
    json!({"strip": {"song": 1, "strip": id, "change": change}})
}

fn strings(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|item| item.as_str().unwrap()).collect()
}

/// A lead and a backing vocal, a guitar and a bass, with a delay that two of them are sent to.
fn band() -> Studio {
    let studio = Studio::new();
    for (seed, name) in (1..).zip(["1 Lead Vox", "2 BV", "3 Guitar", "4 Bass"]) {
        studio.wav(&format!("stems/{name}.wav"), Int24, &stereo_noise(seed, 0.1, frames(1.0)));
    }
    let _ = studio.done("import song stems --no-trims");
    let fx = json!({"id": 9, "name": "Echo", "role": "effects", "colour": 0, "trim": 0.0, "invert": false,
        "inserts": [{"id": 1, "kind": "delay", "bypass": false, "values": {"mix": 100.0}}], "sends": [],
        "pan": 0.0, "width": 100.0, "fader": 0.0, "mute": false, "solo": false, "solo_safe": true,
        "output": {"strip": 0}, "lanes": []});
    let send = |id: u32| json!({"sends": {"add": {"item": {"id": id, "to": 9, "level": -6.0, "tap": "post"}}}});
    studio.apply(&json!([
        {"song": {"song": 1, "change": {"buses": {"add": {"item": {"strip": fx, "kind": "return"}}}}}},
        strip(1, send(1)),
        strip(3, send(2)),
        strip(1, json!({"fader": -1.5})),
        strip(0, json!({"fader": -2.0})),
    ]));
    studio
}

#[test]
fn product_a_print_says_how_far_behind_it_is_and_what_has_changed() {
    let studio = band();
    let _ = studio.done("bounce song --no-measure");
    assert!(studio.done("info song").stdout.contains("Print 1 (main), current"));
    assert_eq!(studio.done("changes song").stdout, "Print 1 (main) is current.\n");
    studio.apply(&json!([
        strip(1, json!({"fader": -2.0})),
        strip(2, json!({"name": "Choir"})),
        strip(2, json!({"mute": true})),
        strip(3, json!({"inserts": {"add": {"item":
            {"id": 2, "kind": "equalizer", "bypass": false, "values": {"b3_gain": -2.5}}}}})),
        {"device": {"song": 1, "device": 1, "change": {"param": {"id": "feedback", "value": 40}}}},
        strip(4, json!({"lanes": {"add": {"item": {"target": "pan", "mode": "read",
            "points": [{"frame": 0, "value": -10}, {"frame": 9, "value": 10}]}}}})),
    ]));
    let told = studio.json("changes song");
    let expected = [
        "Lead Vox fader −1.5 → −2.0 dB",
        "Choir mute off → on",
        "Guitar Equalizer added",
        "Bass pan automation added",
        "Echo Delay Feedback",
    ];
    let mut found = strings(&told["changes_since"]);
    found.sort_unstable();
    let mut wanted = expected;
    wanted.sort_unstable();
    assert_eq!(found.len(), wanted.len(), "{found:?}");
    assert!(found.iter().zip(wanted).all(|(found, wanted)| found.starts_with(wanted)), "{found:?}");
    assert!(found.iter().any(|words| words.ends_with(" → 40 %")), "{found:?}");
    let info = studio.done("info song").stdout;
    assert!(info.contains("Print 1 (main), 5 changes behind"), "{info}");
    assert!(info.contains("  Lead Vox fader −1.5 → −2.0 dB\n"), "{info}");
    let _ = studio.ends("changes song --print 7", 1).says(&["\"Song\" has no print 7"]);
}

#[test]
fn product_versions_are_made_in_one_go_and_add_up_to_the_main_print() {
    let studio = band();
    let json = studio.json("bounce song --versions");
    let kinds = |json: &Value| -> Vec<String> {
        let others = json["versions"].as_array().unwrap();
        let all = std::iter::once(json).chain(others);
        all.map(|print| print["kind"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(kinds(&json), ["main", "instrumental", "TV", "a cappella"]);
    let samples = |print: &Value| studio.read(print["path"].as_str().unwrap());
    let all: Vec<Planar> =
        std::iter::once(&json).chain(json["versions"].as_array().unwrap()).map(samples).collect();
    let [main, instrumental, tv, voices] = &all[..] else { panic!("{}", all.len()) };
    // The mix bus is linear: what is not in one is in the other.
    let mut largest = 0.0_f64;
    for channel in 0..2 {
        let lengths = all.iter().map(|print| print[channel].len());
        assert!(lengths.clone().all(|frames| frames == main[channel].len()), "as long as the main");
        for frame in 0..main[channel].len() {
            let at = |planar: &Planar| f64::from(planar[channel][frame]);
            let sum = at(instrumental) + at(voices);
            largest = largest.max((at(main) - sum).abs());
        }
    }
    assert!(db(largest) < -130.0, "{}", db(largest));
    assert!(tv != main && tv != instrumental);
    // Each is a print of its own, current while what it is made of is, and each holds the whole mix.
    let info = studio.json("info song");
    let prints = info["songs"][0]["prints"].as_array().unwrap();
    assert_eq!(prints.len(), 4);
    assert!(prints.iter().all(|print| print["changes_since"] == json!([])), "{prints:?}");
    let names = studio.names("song/prints");
    let expected = ["Song 001.wav", "Song 002 instrumental.wav", "Song 003 TV.wav"];
    assert_eq!(names[..3], expected);
    // The master follows the main one.
    let _ = studio.ends("master song", 0);
    assert_eq!(studio.json("info song")["songs"][0]["masters"][0]["print"], 1);
    assert_eq!(kinds(&studio.json("bounce song --no-measure --versions=tv,MAIN")), ["TV", "main"]);
    let _ = studio.ends("bounce song --versions=karaoke", 1).says(&["instrumental", "vocal up"]);
}

#[test]
fn product_versions_can_be_listed_in_the_mix() {
    let studio = band();
    studio.apply(&json!([{"song": {"song": 1, "change": {"versions": {"add": {"item":
        {"id": 1, "name": "Loud-guitar", "kind": "other", "mute": [4],
         "shift": [{"strip": 3, "by": 2.0}]}}}}}}]));
    let json = studio.json("bounce song --no-measure --versions");
    assert_eq!(json["versions"].as_array().unwrap().len(), 1);
    let made = studio.read(&studio.printed("--versions=loud-GUITAR"));
    studio.apply(&json!([strip(4, json!({"mute": true})), strip(3, json!({"fader": 2.0}))]));
    assert_same(&made, &studio.print(""));
    let _ = studio.ends("bounce song --versions=TV", 1).says(&["Loud-guitar"]);
}

#[test]
fn product_a_louder_print_offers_the_trim_that_holds_the_drive() {
    let studio = band();
    assert_eq!(studio.json("bounce song")["level_change"], Value::Null);
    studio.apply(&json!([strip(0, json!({"fader": -0.8}))]));
    let said = studio.done("bounce song").stdout;
    assert!(said.contains("Print 2 is 1.2 dB louder than print 1; --hold-drive"), "{said}");
    studio.apply(&json!([strip(0, json!({"fader": -3.8}))]));
    let json = studio.json("bounce song --hold-drive");
    let change = &json["level_change"];
    assert_eq!((&change["before"], &change["held"]), (&json!(2), &json!(true)));
    let trim = change["trim_db"].as_f64().unwrap();
    assert!((trim - 3.0).abs() <= 0.1, "{trim}");
    // The chain gets the level it had: measured, not computed.
    let lufs = |line: &str| {
        let json = studio.run(&format!("{line} --json")).json();
        json["after"]["integrated_lufs"].as_f64().unwrap()
    };
    let before = lufs("master song --print 2 --trim 0 --out 2.wav");
    let held = lufs("master song --print 3 --out 3.wav");
    assert!((before - held).abs() <= 0.1, "{before} {held}");
}

#[test]
fn product_a_master_pinned_to_a_print_stays_with_it() {
    let studio = band();
    let first = studio.print("");
    assert_eq!(studio.json("info song")["songs"][0]["master"]["input"], "newest-print");
    studio.apply(&json!([
        {"master": {"song": 1, "change": {"input": {"print": 1}}}},
        strip(0, json!({"fader": -8.0})),
    ]));
    let said = studio.ends("bounce song", 0).stdout;
    assert!(said.contains("Print 2") && !said.contains("--hold-drive"), "{said}");
    let info = studio.done("info song").stdout;
    assert!(info.contains("The master is pinned to print 1.\n"), "{info}");
    assert_eq!(studio.json("info song")["songs"][0]["master"]["input"], json!({"print": 1}));
    // The first print is what is looked at, and what is mastered, to the bit.
    assert_eq!(studio.json("changes song")["print"], 1);
    assert_eq!(studio.json("changes song --print 2")["print"], 2);
    let checked = studio.run("check song --no-tracks --json").json();
    assert!(checked["what"].as_str().unwrap().contains("print 1"), "{checked}");
    let (master, said) = studio.warned("master song --format wav32f --ceiling 0");
    assert_same(&first, &studio.read(master["path"].as_str().unwrap()));
    assert!(said.contains("1 change newer than print 1"), "{said}");
}

#[test]
fn product_an_earlier_mix_is_reopened_and_the_present_one_kept() {
    let studio = band();
    let first = studio.print("");
    studio.apply(&json!([strip(1, json!({"fader": -9.0}))]));
    let said = studio.done("reopen song 1").stdout;
    assert!(
        said.contains("is that of print 1 again") && said.contains("kept as draft 1"),
        "{said}"
    );
    assert_same(&first, &studio.print(""));
    assert!(
        studio.done("info song").stdout.contains("Draft 1: the mix before print 1 was reopened")
    );
    // What there is a print of needs no draft.
    let said = studio.json("reopen song --draft 1");
    assert_eq!(said["kept"], "print 2");
    let info = studio.json("info song");
    assert_eq!(info["songs"][0]["drafts"], json!([]));
    assert_eq!(info["songs"][0]["strips"][0]["fader_db"], -9.0);
    let _ = studio.ends("reopen song 9", 1).says(&["song 1 has no print 9"]);
    let _ = studio.ends("reopen song", 2);
}

#[test]
fn product_a_song_can_begin_with_a_print_at_its_own_rate() {
    let studio = Studio::empty();
    let print = stereo_noise(7, 0.2, 44_100);
    studio.wav_at("from/theirs.wav", Float32, 44_100, None, &print);
    studio.wav_at("from/high.wav", Int24, 96_000, None, &print);
    let made = studio.json("new song --print from/theirs.wav");
    assert_eq!((&made["title"], &made["rate_hz"]), (&json!("theirs"), &json!(44_100)));
    let _ = studio.done("add-song song --print from/high.wav --title High --copy");
    assert_eq!(studio.names("song/audio"), ["high.wav"]);
    let info = studio.json("info song");
    let song = |at: usize| &info["songs"][at];
    assert_eq!((&song(1)["rate_hz"], &song(1)["frames"]), (&json!(96_000), &json!(44_100)));
    assert!(studio.done("info song").stdout.contains("Print from elsewhere: ../from/theirs.wav"));
    // It is mastered as any print; with nothing to do, sample by sample.
    let master = studio.json("master song --format wav32f --ceiling 0");
    assert_same(&print, &studio.read(master["path"].as_str().unwrap()));
    let _ = studio.done("master song --song 2 --format wav24");
    let _ = studio.ends("bounce song", 1).says(&["it arrived as a finished print"]);
    // Nothing is made of what cannot be a print.
    studio.wav_at("low.wav", Int24, 22_050, None, &print);
    studio.wav_at("three.wav", Int24, 48_000, None, &[print.clone(), print].concat()[..3]);
    let _ = studio.ends("new other --print low.wav", 1).says(&["44.1 to 192 kHz"]);
    let _ = studio.ends("new other --print three.wav", 1).says(&["3 channels"]);
    assert!(!studio.at("other").exists());
}

#[test]
fn product_codes_and_credits_are_checked_before_they_are_noted() {
    let studio = Studio::new();
    let line =
        "tag song --isrc de-a12-26-00001 --upc 4006381333931 --artist Ferrymen --date 2026-11-24";
    let tags = studio.json(line);
    assert_eq!((&tags["isrc"], &tags["upc"]), (&json!("DEA122600001"), &json!("4006381333931")));
    assert_eq!(studio.json("tag song")["release"]["date"], "2026-11-24");
    for (wrong, words) in [
        ("--isrc DE-A12-26-0001", "is no ISRC"),
        ("--upc 4006381333932", "the last of which checks the others"),
        ("--date 2026-02-30", "a date is 2026"),
        ("--cover none.png", "none.png"),
    ] {
        let _ = studio.ends(&format!("tag song --title Other {wrong}"), 1).says(&[words]);
    }
    assert_eq!(studio.json("tag song")["title"], "Song");
}
