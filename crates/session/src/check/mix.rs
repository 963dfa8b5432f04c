//! The rules of a mix as a whole.

use std::collections::BTreeSet;

use super::{Files, MAX_ITEMS, count, each, level, once, quoted, routing, rule, strip, timeline};
use crate::error::EditError;
use crate::ids::StripId;
use crate::mix::{MONITOR_LEVEL, Mix};
use crate::strip::{Output, Strip};
use crate::version::{SHIFT, Version};

pub(super) fn mix(mix: &Mix, files: Files<'_>) -> Result<(), EditError> {
    count(mix.tracks.len(), "tracks", MAX_ITEMS)?;
    count(mix.buses.len(), "buses", MAX_ITEMS)?;
    unique_ids(mix)?;
    each(
        &mix.tracks,
        "tracks",
        |track| quoted(&track.strip.name),
        |track| strip::track(track, files),
    )?;
    each(
        &mix.buses,
        "buses",
        |bus| quoted(&bus.strip.name),
        |bus| strip::strip(&bus.strip).map_err(|e| e.within("strip", "")),
    )?;
    mix_bus(&mix.bus)?;
    routing::routing(mix)?;
    timeline::timeline(&mix.timeline).map_err(|e| e.within("timeline", ""))?;
    super::unique(&mix.versions, "versions")?;
    each(&mix.versions, "versions", |version| quoted(&version.name), version)?;
    level(&MONITOR_LEVEL, mix.monitor.level).map_err(|e| e.within("monitor", "monitor"))
}

/// A version; strips that are gone may be named.
pub(super) fn version(version: &Version) -> Result<(), EditError> {
    super::name(&version.name)?;
    count(version.mute.len(), "mute", MAX_ITEMS)?;
    count(version.only.len(), "only", MAX_ITEMS)?;
    count(version.shift.len(), "shift", MAX_ITEMS)?;
    let shifts = version.shift.iter();
    shifts.map(|shift| shift.by.0).try_for_each(|by| super::value(&SHIFT, by))
}

/// The strip `id` of `mix` by itself, and its track's clips.
pub(super) fn one_strip(mix: &Mix, id: StripId, files: Files<'_>) -> Result<(), EditError> {
    if let Some(at) = mix.tracks.iter().position(|track| track.strip.id == id) {
        let track = &mix.tracks[at];
        return strip::track(track, files)
            .map_err(|e| e.within(&format!("tracks[{at}]"), &quoted(&track.strip.name)));
    }
    if let Some(at) = mix.buses.iter().position(|bus| bus.strip.id == id) {
        let strip = &mix.buses[at].strip;
        return strip::strip(strip)
            .map_err(|e| e.within(&format!("buses[{at}].strip"), &quoted(&strip.name)));
    }
    mix_bus(&mix.bus)
}

fn mix_bus(bus: &Strip) -> Result<(), EditError> {
    let fault = if bus.id != StripId::MIX_BUS {
        Some(rule("id", "the mix bus has the id 0"))
    } else if bus.output != Output::Nowhere {
        Some(rule("output", "the mix bus has no output; what it carries is the mix"))
    } else if !bus.sends.is_empty() {
        Some(rule("sends", "the mix bus has no sends; what it carries is the mix"))
    } else {
        None
    };
    let checked = fault.map_or_else(|| strip::strip(bus), Err);
    checked.map_err(|e| e.within("bus", &quoted(&bus.name)))
}

/// Every strip, clip and send is found by its id within the mix.
fn unique_ids(mix: &Mix) -> Result<(), EditError> {
    let (mut strips, mut sends) = (BTreeSet::new(), BTreeSet::new());
    for strip in mix.strips() {
        once(&mut strips, "strip", &strip.id)?;
        strip.sends.iter().try_for_each(|send| once(&mut sends, "send", &send.id))?;
    }
    super::unique_ids(mix.tracks.iter().flat_map(|track| &track.clips))
}
