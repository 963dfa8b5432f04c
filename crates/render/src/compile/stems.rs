//! Stems in the same pass as the print: what each strip gives to the mix bus, through the mix bus's own
//! strip, so that the stems' sum is the print wherever that strip is linear.

use std::collections::BTreeSet;

use twobus_session::{Mix, Strip, StripId};

use super::Compiler;
use super::solo::destinations;
use crate::bypass::Slot;
use crate::plan::Plan;
use crate::stereo::Stereo;
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
        let input = plan.buses.len();
        plan.buses.extend([Stereo::silent(), Stereo::silent()]);
        tee(plan, compiler, strip, input);
        let node = bus_copy(compiler, mix, plan.stems_pass_inserts, input);
        plan.strips.push(node);
        plan.outputs.push(input + 1);
        plan.stem_names.push(strip.name.clone());
    }
    plan.levels.push(plan.strips.len());
}

/// Lets everything that `strip` puts on the mix bus arrive at bus `to` as well.
fn tee(plan: &mut Plan, compiler: &Compiler<'_>, strip: &Strip, to: usize) {
    let mix_bus = compiler.bus_of(StripId::MIX_BUS);
    let copies = compiler.edges(strip).into_iter().filter(|edge| edge.to == mix_bus);
    let copies: Vec<Edge> = copies.map(|edge| Edge { to, ..edge }).collect();
    if let Some(node) = plan.strips.iter_mut().find(|node| node.id == strip.id) {
        node.edges.extend(copies);
    }
}

/// The mix bus's strip once more, from bus `input` to the bus behind it. Where its devices are not
/// linear they are left out, and only their latency stays.
fn bus_copy(compiler: &mut Compiler<'_>, mix: &Mix, devices: bool, input: usize) -> StripNode {
    let build = compiler.device;
    let processors = mix.bus.inserts.iter().map(|device| build(device, compiler.rate_hz)).collect();
    let _ = compiler.processors.insert(StripId::MIX_BUS, processors);
    let mut strip = mix.bus.clone();
    if !devices {
        strip.inserts.iter_mut().for_each(|device| device.bypass = true);
    }
    let mut node = compiler.node(&strip, Input::Bus(input), false);
    node.edges = vec![compiler.open_edge(input + 1, Tap::Output, 0)];
    node
}
