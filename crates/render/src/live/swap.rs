//! From one plan to the next while it plays: who takes over what from whom.

use std::collections::BTreeMap;

use twobus_session::StripId;

use super::layout::{EdgeLayout, Layout, SlotKey, StripLayout};
use crate::plan::Plan;
use crate::strip::StripNode;

/// A plan on its way to take over; on the way back, the one it has replaced.
pub(super) struct Swap {
    pub(super) plan: Box<Plan>,
    pub(super) table: Table,
}

/// A strip by index, and one of its slots or edges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Part {
    strip: usize,
    part: usize,
}

/// Which parts of the new plan (first) take over from which of the old one (second), what has come and
/// what goes. Made where the plans are compiled, so that the audio thread only looks up.
#[derive(Default)]
pub(super) struct Table {
    strips: Vec<(usize, usize)>,
    new_strips: Vec<usize>,
    /// Of those, the tracks.
    tracks: Vec<(usize, usize)>,
    slots: Vec<(Part, Part)>,
    new_slots: Vec<Part>,
    gone_slots: Vec<Part>,
    edges: Vec<(Part, Part)>,
    new_edges: Vec<Part>,
    gone_edges: Vec<Part>,
    /// A change that cannot fade by itself: latencies, or the order of devices.
    gated: bool,
    /// Frames after which everything that has grown later has arrived.
    gap_frames: u64,
}

impl Table {
    /// From the plan laid out as `old` to that laid out as `new`.
    pub(super) fn between(old: &Layout, new: &Layout) -> Self {
        let mut table = Self::default();
        let places: BTreeMap<StripId, usize> =
            old.strips.iter().zip(0..).map(|(strip, index)| (strip.id, index)).collect();
        for (index, strip) in new.strips.iter().enumerate() {
            let before = places.get(&strip.id).map(|&place| (place, &old.strips[place]));
            match before.filter(|(_, before)| before.is_track == strip.is_track) {
                Some((place, before)) => {
                    table.pair((index, strip), (place, before));
                }
                None => table.come(index, strip),
            }
        }
        for (index, strip) in old.strips.iter().enumerate() {
            if !table.strips.iter().any(|&(_, paired)| paired == index) {
                let parts = parts(index, strip.edges.len());
                table.gone_edges.extend(parts);
            }
        }
        table.gap_frames = gap(&table, old, new);
        table
    }

    fn pair(&mut self, new: (usize, &StripLayout), old: (usize, &StripLayout)) {
        let ((index, strip), (place, before)) = (new, old);
        self.strips.push((index, place));
        if strip.is_track {
            self.tracks.push((index, place));
        }
        self.gated |= strip.mono != before.mono;
        let slots = matched(index, &strip.slots, place, &before.slots);
        // Devices that pass each other cannot cross-fade one by one.
        self.gated |= !slots.both.is_sorted_by_key(|(_, old)| old.part);
        let late = |keys: &[SlotKey], parts: &[Part]| {
            parts.iter().any(|at| keys[at.part].latency_frames > 0)
        };
        self.gated |= late(&strip.slots, &slots.new) || late(&before.slots, &slots.gone);
        self.slots.extend(slots.both);
        self.new_slots.extend(slots.new);
        self.gone_slots.extend(slots.gone);
        let keys = |edges: &[EdgeLayout]| edges.iter().map(|edge| edge.key).collect::<Vec<_>>();
        let edges = matched(index, &keys(&strip.edges), place, &keys(&before.edges));
        let moved = |(new, old): &(Part, Part)| {
            strip.edges[new.part].frames != before.edges[old.part].frames
        };
        self.gated |= edges.both.iter().any(moved);
        self.edges.extend(edges.both);
        self.new_edges.extend(edges.new);
        self.gone_edges.extend(edges.gone);
    }

    fn come(&mut self, index: usize, strip: &StripLayout) {
        self.new_strips.push(index);
        self.new_edges.extend(parts(index, strip.edges.len()));
    }

    /// True when the whole output closes for the change.
    pub(super) fn is_gated(&self) -> bool {
        self.gated
    }

    /// True when nothing has to fade out before it.
    pub(super) fn is_immediate(&self) -> bool {
        !self.gated && self.gone_edges.is_empty() && self.gone_slots.is_empty()
    }

    /// Frames that the output stays closed after the change.
    pub(super) fn gap_frames(&self) -> u64 {
        self.gap_frames
    }

    /// Lets everything that goes begin to fade out of the running plan.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(super) fn take_leave(&self, running: &mut Plan) {
        for at in &self.gone_slots {
            if let Some(slot) = running.strips[at.strip].slots.get_mut(at.part) {
                slot.bypass(true);
            }
        }
        for at in &self.gone_edges {
            if let Some(edge) = running.strips[at.strip].edges.get_mut(at.part) {
                edge.gate.set(false);
            }
        }
    }

    /// Lets `new` take over from `old` at timeline position `at`.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(super) fn take_over(&self, new: &mut Plan, old: &mut Plan, at: u64) {
        new.overflows = old.overflows;
        for &(index, place) in &self.strips {
            let (strip, before) = (&mut new.strips[index], &mut old.strips[place]);
            strip.follow(before, at);
            std::mem::swap(&mut strip.probe, &mut before.probe);
        }
        for &index in &self.new_strips {
            let frame = new.strips[index].output_at(at);
            new.strips[index].mute.reset(frame);
        }
        for &(index, place) in &self.tracks {
            let voices = (&mut new.strips[index].input.voice, &mut old.strips[place].input.voice);
            if let (Some(voice), Some(before)) = voices {
                voice.take_over(before);
            }
            let before = &mut old.strips[place].late;
            new.strips[index].late.take_over_from(before);
        }
        for (to, from) in &self.slots {
            let before = &mut old.strips[from.strip].slots[from.part];
            new.strips[to.strip].slots[to.part].take_over(before);
        }
        if !self.gated {
            for to in &self.new_slots {
                new.strips[to.strip].slots[to.part].come_in();
            }
        }
        let output = |strip: &StripNode| strip.output_at(at);
        for (to, from) in &self.edges {
            let frame = output(&new.strips[to.strip]);
            let before = &mut old.strips[from.strip].edges[from.part];
            new.strips[to.strip].edges[to.part].take_over(before, frame);
        }
        for to in &self.new_edges {
            new.strips[to.strip].edges[to.part].come_in();
        }
    }
}

/// What two lists of keys have in common, and not.
struct Matched {
    both: Vec<(Part, Part)>,
    new: Vec<Part>,
    gone: Vec<Part>,
}

fn matched<K: PartialEq>(index: usize, new: &[K], place: usize, old: &[K]) -> Matched {
    let mut matched = Matched { both: Vec::new(), new: Vec::new(), gone: parts(place, old.len()) };
    for (to, key) in parts(index, new.len()).into_iter().zip(new) {
        match matched.gone.iter().position(|from| old[from.part] == *key) {
            Some(found) => matched.both.push((to, matched.gone.remove(found))),
            None => matched.new.push(to),
        }
    }
    matched
}

fn parts(strip: usize, count: usize) -> Vec<Part> {
    (0..count).map(|part| Part { strip, part }).collect()
}

/// Frames until everything that has become later has arrived at the output.
fn gap(table: &Table, old: &Layout, new: &Layout) -> u64 {
    let mut into: BTreeMap<Option<StripId>, u64> = BTreeMap::new();
    for (index, strip) in new.strips.iter().enumerate() {
        let own = table.new_slots.iter().filter(|at| at.strip == index);
        let own: u64 = own.map(|at| strip.slots[at.part].latency_frames as u64).sum();
        let leaves = into.get(&Some(strip.id)).copied().unwrap_or(0) + own;
        for (to, from) in table.edges.iter().filter(|(to, _)| to.strip == index) {
            let before = old.strips[from.strip].edges[from.part].frames;
            let edge = &strip.edges[to.part];
            let arrives = leaves + edge.frames.saturating_sub(before) as u64;
            let latest = into.entry(edge.key.to).or_default();
            *latest = (*latest).max(arrives);
        }
    }
    into.get(&None).copied().unwrap_or(0)
}
