//! What of a mix can be heard: its hash, and what has changed since a print, in words.
//!
//! Names, colours, roles, solo, the monitor and what lies along the song are not part of it. The
//! structures are taken apart without `..`, so that a new field must be placed here before it compiles.

mod leaves;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use twobus_dsp::param::ParamSpec;
use twox_hash::XxHash3_64;

use self::leaves::{Heard, Leaves, Shown, TEMPO};
use crate::describe::{arrow, pan_law};
use crate::mix::Mix;
use crate::print::{Conditions, Print};
use crate::project::{Project, Song};

/// Version of the sound: raised whenever the same document renders to other samples.
pub const RENDER_VERSION: u32 = 1;

/// Hash of everything that a bounce of `mix` depends on, as 16 hexadecimal digits: the audible state in
/// canonical JSON, the hashes of the files it plays, the song's rate, the pan law, the bounce range and
/// [`RENDER_VERSION`]; XXH3 (64-bit).
pub fn audible_hash(
    project: &Project,
    song: &Song,
    mix: &Mix,
    range: Option<(u64, u64)>,
) -> String {
    hash_under(&Conditions::of(project, mix), song.rate_hz, mix, range)
}

/// The same under other conditions than the project's: of a bounce that had to leave files out.
pub fn hash_under(
    conditions: &Conditions,
    rate_hz: u32,
    mix: &Mix,
    range: Option<(u64, u64)>,
) -> String {
    let parts = leaves::parts(&Heard { conditions, rate_hz, names: &[] }, mix);
    let state: BTreeMap<&str, BTreeMap<&str, &Value>> = parts
        .iter()
        .map(|(key, part)| {
            let leaves = part.leaves.iter().map(|(key, leaf)| (key.as_str(), &leaf.value));
            (key.as_str(), leaves.collect())
        })
        .collect();
    let Conditions { pan_law, render_version, files: _ } = conditions;
    let all = json!([render_version, rate_hz, pan_law, range, state]);
    format!("{:016x}", XxHash3_64::oneshot(all.to_string().as_bytes()))
}

/// What has changed in the song's mix since `print`, one line a change: a value, a lane, a device, a
/// strip that came or went. Empty exactly when the print is current. A print of a version is held against
/// the same version of the mix.
pub fn changes_since(print: &Print, project: &Project, song: &Song) -> Vec<String> {
    let Some(mix) = &song.mix else {
        return vec!["the song has no mix any more".to_owned()];
    };
    let (old, new) = (print.heard(), print.as_heard(mix));
    let now = Conditions::of(project, &new);
    if hash_under(&now, song.rate_hz, &new, print.range) == print.audible_hash {
        return Vec::new();
    }
    let before = print.conditions.clone().unwrap_or_else(|| Conditions::of(project, &old));
    let parts = |conditions, mix| {
        leaves::parts(&Heard { conditions, rate_hz: song.rate_hz, names: &project.media }, mix)
    };
    let mut changes = conditions_differ(&before, &now);
    changes.extend(differences(&parts(&before, &old), &parts(&now, &new)));
    if changes.is_empty() {
        // What a print of an earlier program keeps no copy of.
        changes.push("an audio file, the pan law or the program's sound has changed".to_owned());
    }
    changes
}

fn conditions_differ(old: &Conditions, new: &Conditions) -> Vec<String> {
    let mut changes = Vec::new();
    if old.pan_law != new.pan_law {
        let (old, new) = (pan_law(old.pan_law), pan_law(new.pan_law));
        changes.push(format!("Pan law {old} → {new}"));
    }
    if old.render_version != new.render_version {
        changes
            .push("The program's sound has changed: it renders the same mix otherwise".to_owned());
    }
    changes
}

type Parts = BTreeMap<String, Leaves>;

fn differences(old: &Parts, new: &Parts) -> Vec<String> {
    let mut changes = Vec::new();
    for (key, part) in old {
        match new.get(key) {
            Some(now) => changes.extend(leaf_differences(part, now)),
            None if owner_is_in(part, new) => changes.push(format!("{} removed", part.name)),
            None => {}
        }
    }
    for (key, part) in new {
        if !old.contains_key(key) && owner_is_in(part, old) {
            changes.push(format!("{} added", part.name));
        }
    }
    changes
}

/// What belongs to a strip that came or went is not counted again.
fn owner_is_in(part: &Leaves, parts: &Parts) -> bool {
    part.owner.as_ref().is_none_or(|owner| parts.contains_key(owner))
}

fn leaf_differences(old: &Leaves, new: &Leaves) -> Vec<String> {
    let name = &new.name;
    let mut changes = Vec::new();
    for (key, leaf) in &old.leaves {
        match new.leaves.get(key) {
            Some(now) if now.value == leaf.value => {}
            Some(now) => {
                let words = leaf.shown.to(&now.shown).map(|words| format!("{name} {words}"));
                changes.extend(words);
            }
            None if key == TEMPO => {}
            None => changes.push(format!("{name} {key} removed")),
        }
    }
    let is_new = |key: &&String| !old.leaves.contains_key(*key) && *key != TEMPO;
    changes.extend(new.leaves.keys().filter(is_new).map(|key| format!("{name} {key} added")));
    changes
}

impl Shown {
    /// The way from this value to `new`, in words; `None` when only what came or went differs.
    fn to(&self, new: &Self) -> Option<String> {
        match (self, new) {
            (Self::Number(spec, old), Self::Number(_, new)) => Some(number_words(spec, *old, *new)),
            (Self::Text(what, old), Self::Text(_, new)) if old == new => {
                Some(format!("{what} {new} is not what it was"))
            }
            (Self::Text(what, old), Self::Text(_, new)) => Some(format!("{what} {old} → {new}")),
            (Self::Lane(what), _) => Some(format!("{what} automation changed")),
            (Self::Order(what, old), Self::Order(_, new)) => {
                let kept = |of: &[u32], others: &[u32]| -> Vec<u32> {
                    of.iter().filter(|id| others.contains(id)).copied().collect()
                };
                (kept(old, new) != kept(new, old)).then(|| format!("order of {what} changed"))
            }
            (Self::Number(..) | Self::Text(..) | Self::Order(..), _) => Some("changed".to_owned()),
        }
    }
}

/// A value before and after; one that moved by less than people are shown is said to have.
fn number_words(spec: &ParamSpec, old: f64, new: f64) -> String {
    let (name, shown) = (spec.name, spec.format(new));
    if spec.format(old) == shown {
        format!("{name} {shown}, moved a little")
    } else {
        format!("{name} {}", arrow(spec, old, new))
    }
}

#[cfg(test)]
mod tests;
