//! Stems in the same pass as the print: what each strip gives to the mix bus, through the mix bus's own
//! strip, so that the stems' sum is the print wherever that strip is linear. Or finer: what each track and
//! return gives, through the groups on its way too.

use std::collections::BTreeSet;

use twobus_session::{BusKind, Mix, Output, Strip, StripId};

use super::Compiler;
use super::solo::destinations;
use crate::bypass::Slot;
use crate::plan::Plan;
use crate::strip::{Edge, Input, StripNode, Tap};

/// Adds an output for every strip that feeds the mix bus.
pub(super) fn add(plan: &mut Plan, compiler: &mut Compiler<'_>, mix: &Mix) {
    let mix_bus = plan.strips.iter().find(|node| node.id == StripId::MIX_BUS);
    plan.stems_pass_inserts = mix_bus.is_some_and(|n| n.slots.iter().all(Slot::is_linear));
    let feeders: BTreeSet<StripId> = mix
        .strips()
        .filter(|strip| destinations(strip).any(|to| to == StripId::MIX_BUS))
        .map(|strip| strip.id)
        .collect();
    for strip in mix.strips().filter(|strip| feeders.contains(&strip.id)) {
        let input = plan.buses.extend(2);
        tee(plan, compiler, strip, StripId::MIX_BUS, input);
        let mut node = bus_copy(compiler, &mix.bus, plan.stems_pass_inserts, input);
        node.edges = vec![compiler.open_edge(input + 1, Tap::Output, 0)];
        plan.strips.push(node);
        plan.outputs.push(input + 1);
        plan.stem_names.push(strip.name.clone());
        plan.stem_strips.push(strip.id);
    }
    plan.levels.push(plan.strips.len());
}

/// Adds an output for every track and return, behind copies of the strips that its output passes. What goes
/// out to another track is a part of that.
pub(super) fn add_tracks(plan: &mut Plan, compiler: &mut Compiler<'_>, mix: &Mix) {
    let returns = mix.buses.iter().filter(|bus| bus.kind == BusKind::Return).map(|bus| &bus.strip);
    let sources = mix.tracks.iter().map(|track| &track.strip).chain(returns);
    // Copies by how many others lie before them on their way: each such set is a level.
    let mut levels: Vec<Vec<StripNode>> = Vec::new();
    for strip in sources {
        let way = way(mix, strip);
        if way.iter().any(|next| mix.tracks.iter().any(|track| track.strip.id == next.id)) {
            continue;
        }
        let Some(first) = way.first() else { continue };
        let input = plan.buses.extend(way.len() + 1);
        tee(plan, compiler, strip, first.id, input);
        for (passed, bus) in way.iter().enumerate() {
            let original = plan.strips.iter().find(|node| node.id == bus.id);
            let linear = original.is_some_and(|node| node.slots.iter().all(Slot::is_linear));
            let to = input + passed + 1;
            let mut node = bus_copy(compiler, bus, linear, input + passed);
            node.edges = match way.get(passed + 1) {
                Some(next) => copies(compiler, bus, next.id, to),
                None => vec![compiler.open_edge(to, Tap::Output, 0)],
            };
            levels.resize_with(levels.len().max(passed + 1), Vec::new);
            levels[passed].push(node);
        }
        plan.outputs.push(input + way.len());
        plan.stem_names.push(strip.name.clone());
        plan.stem_strips.push(strip.id);
    }
    for level in levels {
        plan.strips.extend(level);
        plan.levels.push(plan.strips.len());
    }
}

/// The strips from the output of `strip` to the mix bus, which is the last; none if it does not lead there.
fn way<'a>(mix: &'a Mix, strip: &Strip) -> Vec<&'a Strip> {
    let mut way: Vec<&Strip> = Vec::new();
    let mut output = strip.output;
    while let Output::Strip(to) = output {
        // A circle has been refused before.
        let Some(next) = mix.strip(to).filter(|_| way.len() <= mix.buses.len() + mix.tracks.len())
        else {
            break;
        };
        way.push(next);
        output = next.output;
    }
    if way.last().is_some_and(|last| last.id == StripId::MIX_BUS) { way } else { Vec::new() }
}

/// What `strip` puts on the bus of `from`, on its way to bus `to` instead.
fn copies(compiler: &Compiler<'_>, strip: &Strip, from: StripId, to: usize) -> Vec<Edge> {
    let bus = compiler.bus_of(from);
    let there = compiler.edges(strip).into_iter().filter(|edge| edge.to == bus);
    there.map(|edge| Edge { to, ..edge }).collect()
}

/// Lets everything that `strip` puts on the bus of `from` arrive at bus `to` as well.
fn tee(plan: &mut Plan, compiler: &Compiler<'_>, strip: &Strip, from: StripId, to: usize) {
    let copies = copies(compiler, strip, from, to);
    if let Some(node) = plan.strips.iter_mut().find(|node| node.id == strip.id) {
        node.edges.extend(copies);
    }
}

/// A bus's strip once more, from bus `input` on, without its ways out. Where its devices are not linear they
/// are left out, and only their latency stays.
fn bus_copy(compiler: &mut Compiler<'_>, bus: &Strip, devices: bool, input: usize) -> StripNode {
    let build = compiler.device;
    let processors = bus.inserts.iter().map(|device| build(device, compiler.rate_hz)).collect();
    let _ = compiler.processors.insert(bus.id, processors);
    let mut strip = bus.clone();
    if !devices {
        strip.inserts.iter_mut().for_each(|device| device.bypass = true);
    }
    compiler.node(&strip, Input::of_bus(input), false)
}
