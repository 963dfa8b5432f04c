//! A compiled mix: strips in running order, the buses between them, and its outputs.

use std::num::NonZeroUsize;
use std::thread::Thread;

use twobus_session::{DeviceId, StripId};

use crate::BLOCK;
use crate::command::Command;
use crate::control::hand::Stroke;
use crate::pool::{Enlist, Pool};
use crate::scratch::Scratch;
use crate::stereo::Stereo;
use crate::strip::{Place, StripNode};

/// A mix ready to run. Made by [`compile`](crate::compile()).
pub struct Plan {
    /// Level by level: strips of one do not depend on each other.
    pub(crate) strips: Vec<StripNode>,
    /// Where each level ends.
    pub(crate) levels: Vec<usize>,
    pub(crate) buses: Vec<Stereo<f64>>,
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
    /// `helpers`, the devices of a level's strips are shared out; signals meet in the same order all the
    /// same.
    pub(crate) fn render_run(&mut self, place: Place, mut helpers: Option<&mut Helpers>) {
        self.buses.iter_mut().for_each(|bus| bus.clear(place.frames));
        let mut start = 0;
        for &end in &self.levels {
            let level = &mut self.strips[start..end];
            if let Some(helpers) = &mut helpers {
                helpers.prepare(level, place, &self.buses);
            }
            for strip in level {
                strip.process(place, &mut self.buses, &mut self.scratch);
            }
            start = end;
        }
        for &output in &self.outputs {
            self.overflows += contain_output(&mut self.buses[output], place.frames);
        }
    }

    pub(crate) fn output(&self, index: usize, frames: usize) -> (&[f64], &[f64]) {
        let bus = &self.buses[self.outputs[index]];
        (&bus.left[..frames], &bus.right[..frames])
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

    /// Lets the signal of each strip that has devices pass them, if there are several such strips.
    fn prepare(&mut self, level: &mut [StripNode], place: Place, buses: &[Stereo<f64>]) {
        let worth_it = level.iter().filter(|strip| strip.prepared.is_some()).nth(1).is_some();
        if worth_it && self.pool.threads() > 1 {
            self.pool.for_each(level, &mut self.scratches, |strip, scratch| {
                strip.prepare(place, buses, scratch);
            });
        }
    }
}

/// Silences every block that 32 bit cannot hold; returns how many.
fn contain_output(bus: &mut Stereo<f64>, frames: usize) -> u32 {
    let (left, right) = bus.channels(frames);
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
