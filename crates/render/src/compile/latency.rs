//! The order in which strips run, and the delays that line their paths up.

use std::collections::BTreeMap;

use twobus_session::{Mix, Strip, StripId};

use super::CompileError;
use super::solo::destinations;

/// Strips in running order: tracks, then buses, then the mix bus, as in the document, but each after all
/// that feed it or that a device of it listens to.
///
/// # Errors
/// [`CompileError::Cycle`] with the names along it; [`CompileError::Nowhere`] for a destination that
/// is not there.
pub(crate) fn running_order(mix: &Mix) -> Result<Vec<&Strip>, CompileError> {
    check_destinations(mix)?;
    let mut waiting: Vec<&Strip> = mix.strips().collect();
    let mut order: Vec<&Strip> = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let ready = waiting.iter().position(|strip| {
            let (id, listens) = (strip.id, |other: &Strip| keys(strip).any(|key| key == other.id));
            let feeds = |other: &Strip| destinations(other).any(|to| to == id) || listens(other);
            !waiting.iter().any(|other| feeds(other))
        });
        let Some(ready) = ready else { return Err(CompileError::Cycle(cycle(&waiting))) };
        order.push(waiting.remove(ready));
    }
    Ok(order)
}

/// Strips in running order, sorted so that those of one level, which do not depend on each other, stand
/// together; and where each level ends.
pub(super) fn by_level(mut order: Vec<&Strip>) -> (Vec<&Strip>, Vec<usize>) {
    let mut levels: BTreeMap<StripId, usize> = BTreeMap::new();
    for strip in &order {
        let heard = keys(strip).filter_map(|key| levels.get(&key)).map(|level| level + 1).max();
        let fed = levels.get(&strip.id).copied();
        let level = fed.max(heard).unwrap_or(0);
        let _before = levels.insert(strip.id, level);
        for to in destinations(strip) {
            let next = levels.entry(to).or_default();
            *next = (*next).max(level + 1);
        }
    }
    let level = |strip: &&Strip| levels.get(&strip.id).copied().unwrap_or(0);
    order.sort_by_key(level);
    let ends = (1..=order.len())
        .filter(|&end| order.get(end).is_none_or(|next| level(next) != level(&order[end - 1])));
    let ends = ends.collect();
    (order, ends)
}

/// The strips that devices of `strip` listen to.
pub(super) fn keys(strip: &Strip) -> impl Iterator<Item = StripId> {
    strip.inserts.iter().filter_map(|device| device.key)
}

fn check_destinations(mix: &Mix) -> Result<(), CompileError> {
    for strip in mix.strips() {
        let from_mix_bus = strip.id == StripId::MIX_BUS;
        if destinations(strip).any(|to| from_mix_bus || mix.strip(to).is_none()) {
            return Err(CompileError::Nowhere(strip.name.clone()));
        }
        if keys(strip).any(|key| mix.strip(key).is_none()) {
            return Err(CompileError::NothingToHear(strip.name.clone()));
        }
    }
    Ok(())
}

/// The names along a cycle among strips of which each is fed by another of them.
fn cycle(strips: &[&Strip]) -> Vec<String> {
    let feeds = |from: &Strip, to: &Strip| {
        destinations(from).any(|id| id == to.id) || keys(to).any(|id| id == from.id)
    };
    let Some(mut at) = strips.first().copied() else { return Vec::new() };
    let mut path = vec![at];
    // Walking upstream among strips that all have a feeder must come back to one of the path.
    while let Some(feeder) = strips.iter().copied().find(|other| feeds(other, at)) {
        if let Some(first) = path.iter().position(|strip| strip.id == feeder.id) {
            path.push(feeder);
            let names = path[first..].iter().rev().map(|strip| strip.name.clone());
            return names.collect();
        }
        path.push(feeder);
        at = feeder;
    }
    Vec::new()
}

/// Latency of every strip's input and output, in frames from the song's own time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Arrival {
    pub(crate) input: u64,
    pub(crate) output: u64,
}

/// When each strip's signal arrives, given the latency of each strip's inserts, one by one.
///
/// An input waits for the latest of what feeds it; a strip also waits for what its devices listen to, so
/// that they hear it with the signal it belongs to.
pub(crate) fn arrivals<'a>(
    order: &[&Strip],
    insert_latencies: impl Fn(StripId) -> &'a [u64],
) -> BTreeMap<StripId, Arrival> {
    let mut arrivals: BTreeMap<StripId, Arrival> = BTreeMap::new();
    for strip in order {
        let latencies = insert_latencies(strip.id);
        let mut input = arrivals.get(&strip.id).map_or(0, |at| at.input);
        let mut before = 0;
        for (device, latency) in strip.inserts.iter().zip(latencies) {
            let heard = device.key.and_then(|key| arrivals.get(&key)).map_or(0, |at| at.output);
            input = input.max(heard.saturating_sub(before));
            before += latency;
        }
        let output = input + before;
        let _before = arrivals.insert(strip.id, Arrival { input, output });
        for to in destinations(strip) {
            let next = arrivals.entry(to).or_default();
            next.input = next.input.max(output);
        }
    }
    arrivals
}
