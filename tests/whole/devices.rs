//! Devices from the command line: what there is, and that all of it can be set and automated.

use serde_json::{Value, json};
use twobus_dsp::DeviceKind;
use twobus_media::SampleFormat::{Float32, Int24};

use crate::support::{Studio, frames, stereo_noise};

const README: &str = include_str!("../../README.md");

fn strip(change: Value) -> Value {
    json!({"strip": {"song": 1, "strip": 1, "change": change}})
}

/// The lists of edits in the README.
fn examples() -> Vec<Value> {
    let blocks = README.split("```json\n").skip(1);
    let blocks = blocks.map(|rest| rest.split("```").next().unwrap());
    let lists = blocks.filter(|text| text.trim_start().starts_with('['));
    lists.map(|text| serde_json::from_str(text).unwrap()).collect()
}

#[test]
fn the_edits_in_the_readme_apply_and_are_heard() {
    let stems: Vec<_> = (1..=5).map(|seed| stereo_noise(seed, 0.1, frames(2.0))).collect();
    let studio = Studio::with_stems(Int24, &stems);
    let echo = json!({"id": 9, "name": "Echo", "role": "effects", "colour": 0, "trim": 0, "invert": false,
        "inserts": [{"id": 9, "kind": "delay", "bypass": false, "values": {"mix": 100}}], "sends": [],
        "pan": 0, "width": 100, "fader": 0, "mute": false, "solo": false, "solo_safe": true,
        "output": {"strip": 0}, "lanes": []});
    let add = json!({"buses": {"add": {"item": {"strip": echo, "kind": "return"}}}});
    studio.apply(&json!([{"song": {"song": 1, "change": add}}]));
    let plain = studio.json("bounce song")["path"].as_str().unwrap().to_owned();
    let mut last = studio.read(&plain);
    let examples = examples();
    assert!(examples.len() >= 2);
    for edits in examples {
        studio.apply(&edits);
        let next = studio.json("bounce song")["path"].as_str().unwrap().to_owned();
        let next = studio.read(&next);
        assert!(next != last && next.iter().flatten().all(|x| x.is_finite()));
        last = next;
    }
}

#[test]
fn every_parameter_of_every_device_can_be_set_and_every_moving_one_automated() {
    let studio = Studio::with_stems(Float32, &[stereo_noise(1, 0.1, frames(0.5))]);
    for (id, kind) in (1..).zip(DeviceKind::ALL) {
        let item = json!({"id": id, "kind": kind, "bypass": false, "values": {}});
        studio.apply(&json!([strip(json!({"inserts": {"add": {"item": item}}}))]));
        let mut edits = Vec::new();
        let mut fixed = Vec::new();
        for (index, spec) in kind.specs().iter().enumerate() {
            let (low, high) = (*spec.range.start(), *spec.range.end());
            for value in [low, high, spec.default] {
                let param = json!({"param": {"id": spec.id, "value": value}});
                edits.push(json!({"device": {"song": 1, "device": id, "change": param}}));
            }
            let points = json!([{"frame": 0, "value": low}, {"frame": 9000, "value": high},
                {"frame": 18_000, "value": spec.default}]);
            let target = json!({"device": {"device": id, "param": spec.id}});
            let lane = json!({"target": target, "mode": "read", "points": points});
            let add = strip(json!({"lanes": {"add": {"item": lane}}}));
            if kind.is_automatable(index) { edits.push(add) } else { fixed.push(add) }
        }
        studio.apply(&Value::Array(edits));
        for add in fixed {
            let _ = studio.file("fixed.json", json!([add]).to_string().as_bytes());
            let refused = studio.ends("apply song fixed.json", 1);
            let _ = refused.says(&["stays as it is while a song plays"]);
        }
        let heard = studio.json("bounce song --no-measure")["path"].as_str().unwrap().to_owned();
        let all = studio.read(&heard);
        assert!(all.iter().flatten().all(|x| x.is_finite()), "{}", kind.name());
        studio.apply(&json!([strip(json!({"inserts": {"remove": id}}))]));
    }
}

#[test]
fn devices_lists_what_there_is_with_ids_ranges_and_presets() {
    let studio = Studio::empty();
    let all = studio.json("devices");
    assert_eq!(all["devices"].as_array().unwrap().len(), DeviceKind::ALL.len());
    // Chains for masters say what they are for.
    let text = studio.done("devices").stdout;
    let chains = all["chains"].as_array().unwrap();
    assert!(!chains.is_empty());
    for chain in chains {
        let (name, purpose) = (chain["name"].as_str().unwrap(), chain["purpose"].as_str().unwrap());
        assert!(text.contains(&format!("{name}: {purpose}")) && purpose.len() > 20, "{text}");
    }
    let one = studio.json("devices compressor");
    let one = &one["devices"][0];
    let specs = DeviceKind::Compressor.specs();
    let params = one["parameters"].as_array().unwrap();
    assert_eq!(params.len(), specs.len());
    for (param, spec) in params.iter().zip(specs) {
        assert_eq!(param["id"], spec.id);
        assert_eq!(param["low"].as_f64(), Some(*spec.range.start()));
    }
    let text = studio.done("devices compressor").stdout;
    assert!(text.contains("Bass guitar: Keeps every note") && !text.contains("Not automated"));
    let text = studio.done("devices equalizer").stdout;
    assert!(text.contains("Not automated: phase"), "{text}");
    let _ = studio.ends("devices kazoo", 1).says(&["no device \"kazoo\"", "compressor"]);
}
