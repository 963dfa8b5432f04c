//! A compiled mix: strips in running order, the buses between them, and its outputs.

use std::num::NonZeroUsize;
use std::thread::Thread;

use twobus_session::{DeviceId, StripId};

use crate::BLOCK;
use crate::buses::Buses;
use crate::command::Command;
use crate::control::hand::Stroke;
use crate::pool::{Enlist, Pool};
use crate::scratch::Scratch;
use crate::strip::{Carried, Place, StripNode};

/// A mix ready to run. Made by [`compile`](crate::compile()).
pub struct Plan {
    /// Level by level: strips of one do not depend on each other.
    pub(crate) strips: Vec<StripNode>,
    /// Where each level ends.
    pub(crate) levels: Vec<usize>,
    pub(crate) buses: Buses,
    /// What the strips of a level carry, while it is added to the buses; room for those of any level.
    pub(crate) carried: Vec<Carried>,
    /// The bus of each output: the print, then the stems.
    pub(crate) outputs: Vec<usize>,
    pub(crate) stem_names: Vec<String>,
    pub(crate) stem_strips: Vec<StripId>,
    pub(crate) latency_frames: u64,
    pub(crate) stems_pass_inserts: bool,
    pub(crate) scratch: Scratch,
    pub(crate) overflows: u32,
}

/// A place where something that is not a finite number was silenced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// The strip.
    pub strip: StripId,
    /// The device, or `None` for the strip's own input or output.
    pub device: Option<DeviceId>,
    /// Blocks silenced so far.
    pub blocks: u32,
}

impl Plan {
    /// Frames by which every output lies behind the timeline.
    pub fn latency_frames(&self) -> u64 {
        self.latency_frames
    }

    /// Names of the stems, in the order of the outputs after the print.
    pub fn stem_names(&self) -> &[String] {
        &self.stem_names
    }

    /// The strips that the stems come from, in the same order.
    pub fn stem_strips(&self) -> &[StripId] {
        &self.stem_strips
    }

    /// True when stems pass copies of the mix bus's devices: when all of those are linear.
    pub fn stems_pass_inserts(&self) -> bool {
        self.stems_pass_inserts
    }

    /// Everything that had to be silenced so far.
    pub fn faults(&self) -> impl Iterator<Item = Fault> {
        let of_strip = |strip: &StripNode| {
            let own = Fault { strip: strip.id, device: None, blocks: strip.faults };
            let id = strip.id;
            let slots = strip.slots.iter();
            let slots =
                slots.map(move |s| Fault { strip: id, device: Some(s.device), blocks: s.faults });
            std::iter::once(own).chain(slots.collect::<Vec<_>>())
        };
        let overflow = Fault { strip: StripId::MIX_BUS, device: None, blocks: self.overflows };
        let all = self.strips.iter().flat_map(of_strip).chain(std::iter::once(overflow));
        all.filter(|fault| fault.blocks > 0)
    }

    /// Frames that sources could not deliver in time so far, over all tracks.
    pub fn missing_frames(&self) -> u64 {
        self.strips.iter().map(|strip| strip.missing_frames).sum()
    }

    /// Renders the run at `place`: whole blocks from a line of the grid, or the rest of one block. With
    /// `helpers`, a level's strips are shared out, then the buses that they lead to; signals meet in the same
    /// order all the same.
    pub(crate) fn render_run(&mut self, place: Place, mut helpers: Option<&mut Helpers>) {
        self.buses.clear(place.frames);
        let mut start = 0;
        for &end in &self.levels {
            let level = &mut self.strips[start..end];
            match helpers.as_mut().filter(|helpers| helpers.are_worth(level)) {
                Some(helpers) => {
                    helpers.process(level, place, &mut self.buses, &mut self.carried);
                }
                None => level.iter_mut().for_each(|strip| {
                    strip.process(place, &mut self.buses, &mut self.scratch);
                }),
            }
            start = end;
        }
        for &output in &self.outputs {
            self.overflows += contain_output(self.buses.channels_mut(output, place.frames));
        }
    }

    /// Makes room for what strips carry, now that all are there.
    pub(crate) fn make_room(&mut self) {
        self.strips.iter_mut().for_each(StripNode::make_room);
        self.carried.reserve(self.strips.len());
    }

    pub(crate) fn output(&self, index: usize, frames: usize) -> (&[f64], &[f64]) {
        self.buses.channels(self.outputs[index], frames).into()
    }

    pub(crate) fn reset(&mut self, start: u64) {
        self.strips.iter_mut().for_each(|strip| strip.reset(start));
    }

    /// Takes a command when it is at `start`; what a hand's move is heard as.
    pub(crate) fn apply(&mut self, command: Command, start: u64) -> Option<Stroke> {
        let id = command.strip();
        let strips = self.strips.iter_mut().filter(|strip| strip.id == id);
        strips.fold(None, |heard, strip| strip.apply(command, start).or(heard))
    }
}

/// Threads that help, and what they compute in.
pub(crate) struct Helpers {
    pool: Pool,
    scratches: Vec<Scratch>,
}

impl Helpers {
    /// Helpers such that `threads` are at work, the caller's included, who has no deadline.
    pub(crate) fn new(threads: NonZeroUsize) -> Self {
        Self::of(Pool::new(threads))
    }

    /// Helpers of an audio thread.
    pub(crate) fn live(threads: NonZeroUsize, enlist: Enlist) -> Self {
        Self::of(Pool::live(threads, enlist))
    }

    /// The threads to be woken when something begins to play.
    pub(crate) fn sleepers(&self) -> Vec<Thread> {
        self.pool.sleepers()
    }

    fn of(pool: Pool) -> Self {
        let scratches = (0..pool.threads()).map(|_| Scratch::new()).collect();
        Self { pool, scratches }
    }

    /// True when there is more than one strip with devices: all others cost less than to meet.
    fn are_worth(&self, level: &[StripNode]) -> bool {
        let mut busy = level.iter().filter(|strip| !strip.slots.is_empty());
        self.pool.threads() > 1 && busy.nth(1).is_some()
    }

    /// Runs the strips of a level, each on any thread, then adds what they carry, each side of a bus on any
    /// thread and in the order of the strips.
    fn process(
        &mut self,
        level: &mut [StripNode],
        place: Place,
        buses: &mut Buses,
        carried: &mut Vec<Carried>,
    ) {
        let Self { pool, scratches } = self;
        pool.for_each(level, scratches, |_, strip, scratch| strip.prepare(place, buses, scratch));
        // Strips themselves stay on one thread at a time.
        carried.extend(level.iter_mut().filter_map(|strip| strip.carried.take()));
        let all = &*carried;
        pool.for_each(buses.sides_mut(), scratches, |index, sum, _| {
            let (bus, side) = (index / 2, index % 2);
            all.iter().for_each(|strip| strip.add_to(bus, side, &mut sum[..place.frames]));
        });
        for (strip, carried) in level.iter_mut().zip(carried.drain(..)) {
            strip.carried = Some(carried);
        }
    }
}

/// Silences every block that 32 bit cannot hold; returns how many.
fn contain_output([left, right]: [&mut [f64]; 2]) -> u32 {
    let fits = |samples: &[f64]| samples.iter().all(|x| x.abs() <= f64::from(f32::MAX));
    let mut contained = 0;
    for (left, right) in left.chunks_mut(BLOCK).zip(right.chunks_mut(BLOCK)) {
        if !(fits(left) && fits(right)) {
            left.fill(0.0);
            right.fill(0.0);
            contained += 1;
        }
    }
    contained
}
