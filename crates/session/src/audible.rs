//! What of a mix can be heard: its hash, and what has changed since a print, in words.
//!
//! Names, colours, roles, solo, the monitor and what lies along the song are not part of it. The
//! structures are taken apart without `..`, so that a new field must be placed here before it compiles.

mod leaves;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use twox_hash::XxHash3_64;

use self::leaves::{Leaves, Shown};
use crate::describe::arrow;
use crate::mix::Mix;
use crate::print::Print;
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
    let parts = leaves::parts(project, mix);
    let state: BTreeMap<&str, BTreeMap<&str, &Value>> = parts
        .iter()
        .map(|(key, part)| {
            let leaves = part.leaves.iter().map(|(key, leaf)| (key.as_str(), &leaf.value));
            (key.as_str(), leaves.collect())
        })
        .collect();
    let all = json!([RENDER_VERSION, song.rate_hz, project.pan_law, range, state]);
    format!("{:016x}", XxHash3_64::oneshot(all.to_string().as_bytes()))
}

/// What has changed in the song's mix since `print`, one line a change: a value, a lane, a device, a
/// strip that came or went. Empty exactly when the print is current.
pub fn changes_since(print: &Print, project: &Project, song: &Song) -> Vec<String> {
    let Some(mix) = &song.mix else {
        return vec!["the song has no mix any more".to_owned()];
    };
    if audible_hash(project, song, mix, print.range) == print.audible_hash {
        return Vec::new();
    }
    let (old, new) = (leaves::parts(project, &print.mix), leaves::parts(project, mix));
    let mut changes = differences(&old, &new);
    if changes.is_empty() {
        // What a print does not keep a copy of.
        changes.push("an audio file, the pan law or the program's sound has changed".to_owned());
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
            None => changes.push(format!("{name} {key} removed")),
        }
    }
    let added = new.leaves.keys().filter(|key| !old.leaves.contains_key(*key));
    changes.extend(added.map(|key| format!("{name} {key} added")));
    changes
}

impl Shown {
    /// The way from this value to `new`, in words; `None` when only what came or went differs.
    fn to(&self, new: &Self) -> Option<String> {
        match (self, new) {
            (Self::Number(spec, old), Self::Number(_, new)) => {
                Some(format!("{} {}", spec.name, arrow(spec, *old, *new)))
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

#[cfg(test)]
mod tests;
