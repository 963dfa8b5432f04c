//! Where signal may run: into any strip, never in a circle.

use std::collections::BTreeMap;

use super::quoted;
use crate::error::{EditError, Problem, id_text};
use crate::ids::StripId;
use crate::mix::Mix;
use crate::strip::{Output, Strip};

pub(super) fn routing(mix: &Mix) -> Result<(), EditError> {
    for strip in mix.strips() {
        keys(strip, mix)?;
        if let Some(to) = destinations(strip).find(|to| mix.strip(*to).is_none()) {
            let fault = EditError::from(Problem::Missing { what: "strip", id: id_text(&to) });
            return Err(fault.within("", &quoted(&strip.name)));
        }
    }
    match circle(mix) {
        Some(path) => Err(Problem::Cycle { path }.into()),
        None => Ok(()),
    }
}

fn destinations(strip: &Strip) -> impl Iterator<Item = StripId> {
    let output = match strip.output {
        Output::Strip(id) => Some(id),
        Output::Nowhere => None,
    };
    output.into_iter().chain(strip.sends.iter().map(|send| send.to))
}

/// What a device listens to must be there, and it must be one that can listen.
fn keys(strip: &Strip, mix: &Mix) -> Result<(), EditError> {
    let heard = strip.inserts.iter().filter_map(|device| Some((device, device.key?)));
    for (device, key) in heard {
        let fault = if mix.strip(key).is_none() {
            Problem::Missing { what: "strip", id: id_text(&key) }
        } else if device.kind.param("external").is_none() {
            Problem::Deaf { device: device.kind.name() }
        } else {
            continue;
        };
        let fault = EditError::from(fault).within("key", device.kind.name());
        return Err(fault.within("", &quoted(&strip.name)));
    }
    Ok(())
}

/// Of every strip that others listen to: those.
fn listeners(mix: &Mix) -> BTreeMap<StripId, Vec<StripId>> {
    let mut listeners: BTreeMap<StripId, Vec<StripId>> = BTreeMap::new();
    for strip in mix.strips() {
        for key in strip.inserts.iter().filter_map(|device| device.key) {
            listeners.entry(key).or_default().push(strip.id);
        }
    }
    listeners
}

/// The names along a circle, if there is one: what has no way out is taken away until nothing changes;
/// from whatever remains, every way leads on for ever.
fn circle(mix: &Mix) -> Option<String> {
    let listeners = listeners(mix);
    let onward = |strip: &Strip| {
        let heard = listeners.get(&strip.id).into_iter().flatten().copied();
        destinations(strip).chain(heard).collect::<Vec<_>>()
    };
    let mut left: BTreeMap<StripId, &Strip> = mix.strips().map(|strip| (strip.id, strip)).collect();
    let mut users: BTreeMap<StripId, Vec<StripId>> = BTreeMap::new();
    let mut ways: BTreeMap<StripId, usize> = BTreeMap::new();
    for strip in mix.strips() {
        let onward = onward(strip);
        let _new = ways.insert(strip.id, onward.len());
        onward.into_iter().for_each(|to| users.entry(to).or_default().push(strip.id));
    }
    let mut ended: Vec<StripId> =
        ways.iter().filter(|(_, n)| **n == 0).map(|(id, _)| *id).collect();
    while let Some(end) = ended.pop() {
        let _gone = left.remove(&end);
        for user in users.get(&end).into_iter().flatten() {
            let ways = ways.entry(*user).or_default();
            *ways = ways.saturating_sub(1);
            if *ways == 0 {
                ended.push(*user);
            }
        }
    }
    let mut walked: Vec<&Strip> = vec![left.values().next()?];
    loop {
        let onward = onward(walked[walked.len() - 1]);
        let next = onward.iter().find_map(|to| left.get(to).copied())?;
        let met = walked.iter().position(|strip| strip.id == next.id);
        walked.push(next);
        if let Some(start) = met {
            let names: Vec<&str> =
                walked[start..].iter().map(|strip| strip.name.as_str()).collect();
            return Some(names.join(" → "));
        }
    }
}
