//! Changes counted a second way: from the JSON of both mixes, by what the document says is audible.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::changes_since;
use crate::testing::{self, Chance};
use crate::*;

type Leaves = BTreeMap<String, Value>;

/// What there is in a mix: leaves by thing, and lists in their order.
#[derive(Default)]
struct Things {
    /// By the path of the thing; what lies on a strip begins with the strip's path.
    things: BTreeMap<String, Leaves>,
    orders: BTreeMap<String, Vec<String>>,
    tempo: Option<Value>,
}

impl Things {
    fn of(mix: &Mix) -> Self {
        let json = serde_json::to_value(mix).unwrap();
        let mut found = Self::default();
        for (list, owner) in [("tracks", true), ("buses", false)] {
            let order = json[list].as_array().unwrap().iter().map(|item| {
                let strip = found.strip(&item["strip"]);
                if owner {
                    let leaves = found.things.get_mut(&strip).unwrap();
                    let _none = leaves.insert("mono".to_owned(), item["mono"].clone());
                    let _order = found.list(&item["clips"], &strip, "clip");
                }
                strip
            });
            let order = order.collect();
            let _none = found.orders.insert(list.to_owned(), order);
        }
        let _bus = found.strip(&json["bus"]);
        if json.to_string().contains(r#""kind":"delay""#) {
            let tempo = json["timeline"]["tempo"].as_array().unwrap().iter();
            found.tempo = Some(
                tempo.map(|at| Value::from(vec![at["frame"].clone(), at["bpm"].clone()])).collect(),
            );
        }
        found
    }

    fn strip(&mut self, strip: &Value) -> String {
        const SILENT: [&str; 9] =
            ["id", "name", "role", "colour", "solo", "solo_safe", "inserts", "sends", "lanes"];
        let path = strip["id"].to_string();
        let mut leaves: Leaves = strip.as_object().unwrap().clone().into_iter().collect();
        leaves.retain(|key, _| !SILENT.contains(&key.as_str()));
        for lane in strip["lanes"].as_array().unwrap() {
            if lane["mode"] != "off" && lane["points"] != Value::Array(vec![]) {
                let _none = leaves.insert(lane["target"].to_string(), lane["points"].clone());
            }
        }
        let _none = self.things.insert(path.clone(), leaves);
        for (list, kind) in [("inserts", "device"), ("sends", "send")] {
            let order = self.list(&strip[list], &path, kind);
            let _none = self.orders.insert(format!("{path} {list}"), order);
        }
        path
    }

    fn list(&mut self, items: &Value, owner: &str, kind: &str) -> Vec<String> {
        let mut order = Vec::new();
        for item in items.as_array().unwrap() {
            let path = format!("{owner} {kind} {}", item["id"]);
            let mut leaves: Leaves = item.as_object().unwrap().clone().into_iter().collect();
            let _id = leaves.remove("id");
            if let Some(Value::Object(values)) = leaves.remove("values") {
                leaves.extend(values.into_iter().map(|(id, value)| (format!("= {id}"), value)));
            }
            order.push(path.clone());
            let _none = self.things.insert(path, leaves);
        }
        order
    }

    fn differences(&self, new: &Self) -> usize {
        let paths: BTreeSet<&String> = self.things.keys().chain(new.things.keys()).collect();
        let owned = |path: &str, by: &Self| match path.split_once(' ') {
            Some((owner, _)) => by.things.contains_key(owner),
            None => true,
        };
        let of_things =
            paths.into_iter().map(|path| match (self.things.get(path), new.things.get(path)) {
                (Some(old), Some(new)) => {
                    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
                    keys.into_iter().filter(|key| old.get(*key) != new.get(*key)).count()
                }
                (Some(_), None) => usize::from(owned(path, new)),
                (None, _) => usize::from(owned(path, self)),
            });
        let of_things: usize = of_things.sum();
        let moved = self.orders.iter().filter(|(list, old)| {
            let Some(new) = new.orders.get(*list) else { return false };
            let both = |of: &[String], other: &[String]| -> Vec<String> {
                of.iter().filter(|item| other.contains(item)).cloned().collect()
            };
            both(old, new) != both(new, old)
        });
        let tempo = self.tempo.is_some() && new.tempo.is_some() && self.tempo != new.tempo;
        of_things + moved.count() + usize::from(tempo)
    }
}

#[test]
fn changes_are_as_many_as_values_differ_and_none_is_without_words() {
    let mut most = 0;
    for seed in 0..60 {
        let mut chance = Chance::new(seed);
        let mut project = testing::project();
        let start = project.songs[0].mix.clone().unwrap();
        let conditions = Some(Conditions::of(&project, &start));
        let print = Print { conditions, ..project.songs[0].prints[0].clone() };
        for step in 0..60 {
            // What is refused changes nothing.
            let edit = testing::edit(&mut chance, &project);
            let _undo = project.apply(edit);
            let song = project.song(SongId(1));
            let Some((song, mix)) = song.and_then(|song| Some((song, song.mix.as_ref()?))) else {
                break;
            };
            let told = changes_since(&print, &project, song);
            let law = usize::from(project.pan_law != testing::project().pan_law);
            let counted = Things::of(&start).differences(&Things::of(mix)) + law;
            assert_eq!(told.len(), counted, "seed {seed}, step {step}: {told:#?}");
            let is_said = |words: &String| words.trim().len() > 3 && !words.contains("  ");
            assert!(told.iter().all(is_said), "seed {seed}, step {step}: {told:#?}");
            most = most.max(counted);
        }
    }
    assert!(most > 8, "the edits reach far: {most}");
}
