//! The order in which strips run, and the delays that line their paths up.

use std::collections::BTreeMap;

use twobus_session::{Mix, Strip, StripId};

use super::CompileError;
use super::solo::destinations;

/// Strips in running order: tracks as in the document, then buses, each after all that feed it and
/// otherwise as in the document, then the mix bus.
///
/// # Errors
/// [`CompileError::Cycle`] with the names along it; [`CompileError::NotABus`] for a destination that
/// cannot be fed.
pub(crate) fn running_order(mix: &Mix) -> Result<Vec<&Strip>, CompileError> {
    check_destinations(mix)?;
    let mut order: Vec<&Strip> = mix.tracks.iter().map(|track| &track.strip).collect();
    let mut waiting: Vec<&Strip> = mix.buses.iter().map(|bus| &bus.strip).collect();
    while !waiting.is_empty() {
        let fed_by_waiting =
            |bus: &Strip| waiting.iter().any(|other| destinations(other).any(|to| to == bus.id));
        let Some(ready) = waiting.iter().position(|bus| !fed_by_waiting(bus)) else {
            return Err(CompileError::Cycle(cycle(&waiting)));
        };
        order.push(waiting.remove(ready));
    }
    order.push(&mix.bus);
    Ok(order)
}

fn check_destinations(mix: &Mix) -> Result<(), CompileError> {
    let is_bus =
        |id: StripId| id == StripId::MIX_BUS || mix.buses.iter().any(|bus| bus.strip.id == id);
    for strip in mix.strips() {
        let from_mix_bus = strip.id == StripId::MIX_BUS;
        if destinations(strip).any(|to| from_mix_bus || !is_bus(to)) {
            return Err(CompileError::NotABus(strip.name.clone()));
        }
    }
    Ok(())
}

/// The names along a cycle among strips of which each is fed by another of them.
fn cycle(strips: &[&Strip]) -> Vec<String> {
    let feeds = |from: &Strip, to: &Strip| destinations(from).any(|id| id == to.id);
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

/// When each strip's signal arrives, given the latency of each strip's inserts.
///
/// An input of a bus waits for the latest of them.
pub(crate) fn arrivals(
    order: &[&Strip],
    insert_latency: impl Fn(StripId) -> u64,
) -> BTreeMap<StripId, Arrival> {
    let mut arrivals: BTreeMap<StripId, Arrival> = BTreeMap::new();
    for strip in order {
        let at = arrivals.entry(strip.id).or_default();
        at.output = at.input + insert_latency(strip.id);
        let output = at.output;
        for to in destinations(strip) {
            let next = arrivals.entry(to).or_default();
            next.input = next.input.max(output);
        }
    }
    arrivals
}
