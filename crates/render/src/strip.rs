//! One strip of a running plan: input, trim, inserts, fader, pan, and the edges to other strips.
//!
//! A strip runs in one go ([`StripNode::process`]), or in two ([`StripNode::prepare`], [`Carried::add_to`]), of
//! which several threads can do the first with different strips, and the second with different buses.

mod carried;
mod edge;
mod signal;

use std::sync::Arc;

use twobus_dsp::delay_line::DelayLine;
use twobus_dsp::pan::{self, Matrix, PanLaw};
use twobus_session::{DeviceId, LaneTarget, SendId, StripId};

use crate::buses::Buses;
use crate::bypass::Slot;
use crate::command::Command;
use crate::compile::Arrival;
use crate::control::hand::Stroke;
use crate::control::{LevelControl, MuteControl, ValueControl};
use crate::meters::StripMeter;
use crate::probe::Probe;
use crate::scratch::Scratch;
use crate::voice::Voice;

pub(crate) use carried::Carried;
pub(crate) use edge::{Edge, Tap};
use signal::Signal;

/// Where a strip's signal comes from: their sum.
pub(crate) struct Input {
    /// A track's clips.
    pub(crate) voice: Option<Voice>,
    /// The sum of what other strips put on a bus, by index; of a track only if any do.
    pub(crate) bus: Option<usize>,
}

impl Input {
    pub(crate) fn of_bus(bus: usize) -> Self {
        Self { voice: None, bus: Some(bus) }
    }
}

/// A strip as it runs.
pub(crate) struct StripNode {
    pub(crate) id: StripId,
    pub(crate) input: Input,
    /// The law of a mono track; `None` for a stereo strip.
    pub(crate) mono: Option<PanLaw>,
    pub(crate) arrival: Arrival,
    /// Lets a track wait for what its devices listen to.
    pub(crate) late: DelayLine<f32>,
    pub(crate) trim: LevelControl,
    pub(crate) sign: ValueControl,
    pub(crate) slots: Vec<Slot>,
    pub(crate) fader: LevelControl,
    pub(crate) pan: ValueControl,
    pub(crate) width: ValueControl,
    pub(crate) mute: MuteControl,
    pub(crate) edges: Vec<Edge>,
    /// What it has [prepared](Self::prepare), unless that is under way to the buses.
    pub(crate) carried: Option<Carried>,
    /// Pan and width last used, and their matrix.
    pub(crate) matrix: (f64, f64, Matrix),
    /// Blocks silenced because the input held something that is not a number.
    pub(crate) faults: u32,
    /// Frames that the source could not deliver in time.
    pub(crate) missing_frames: u64,
    /// Where its levels are shown, if anywhere.
    pub(crate) meter: Option<Arc<StripMeter>>,
    /// Looks at one of its devices, if one does.
    pub(crate) probe: Option<Box<Probe>>,
}

/// A run's place: timeline position of its first frame, and its length.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) start: u64,
    pub(crate) frames: usize,
}

/// A run's place on the timeline as a point of the path sees it that lies behind some latency: what
/// comes first there is of a time before the song.
#[derive(Clone, Copy)]
struct LatePlace {
    start: i64,
    frames: usize,
}

impl Place {
    fn behind(self, latency: u64) -> LatePlace {
        LatePlace { start: late(self.start, latency), frames: self.frames }
    }
}

/// `frame` as it is `latency` frames later on a path.
fn late(frame: u64, latency: u64) -> i64 {
    frame.cast_signed() - latency.cast_signed()
}

impl StripNode {
    /// Runs once: reads the input, puts the result on the buses the edges lead to.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn process(&mut self, place: Place, buses: &mut Buses, scratch: &mut Scratch) {
        let signals = self.run(place, buses, scratch);
        let at = place.behind(self.arrival.output);
        for edge in &mut self.edges {
            edge.process(at, signals, buses, scratch);
        }
    }

    /// Runs once, and leaves in [`carried`](Self::carried) what its edges carry.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn prepare(&mut self, place: Place, buses: &Buses, scratch: &mut Scratch) {
        let signals = self.run(place, buses, scratch);
        let at = place.behind(self.arrival.output);
        let Some(carried) = &mut self.carried else { return };
        for (edge, load) in self.edges.iter_mut().zip(&mut carried.loads) {
            edge.prepare(at, signals, scratch, load);
        }
        std::mem::swap(&mut scratch.single, &mut carried.signal);
    }

    /// Makes room for what its edges carry, which are all there.
    pub(crate) fn make_room(&mut self) {
        self.carried = Some(Carried::by(&self.edges));
    }

    /// Everything up to the edges: the signal behind the devices, and those of pre-fader and post-fader taps.
    fn run(&mut self, place: Place, buses: &Buses, scratch: &mut Scratch) -> [Signal; 3] {
        let wide = self.fetch(place, buses, scratch);
        let signal = self.insert(place, wide, buses, scratch);
        let after = place.behind(self.arrival.output);
        let mute = self.mute.fill(after.start, after.frames, &mut scratch.mutes);
        let post = self.post(after, signal, mute, scratch);
        let pre = self.pre_tap(after, signal, mute, scratch);
        if let Some(meter) = &self.meter {
            post.measure(scratch, after.frames, meter);
            meter.reductions(self.slots.iter().map(Slot::gain_reduction_db));
        }
        [signal, pre, post]
    }

    /// Brings the input into the scratch; true when it is 64 bit wide.
    fn fetch(&mut self, place: Place, buses: &Buses, scratch: &mut Scratch) -> bool {
        if let Some(voice) = &mut self.input.voice {
            let (single, leaving) = (&mut scratch.single, &mut scratch.leaving);
            let missing = voice.read(place.start, place.frames, single, leaving);
            if missing > 0 {
                self.missing_frames += missing;
                self.meter.iter().for_each(|meter| meter.starved(missing));
            }
            self.faults += scratch.single.contain(place.frames);
            let (left, right) = scratch.single.channels(place.frames);
            self.late.process(left, right);
        }
        let Some(bus) = self.input.bus else { return false };
        buses.copy_to(bus, &mut scratch.double, place.frames);
        if self.input.voice.is_some() {
            scratch.add_single(place.frames);
        }
        true
    }

    /// Trim, polarity and inserts. The gain that can wait for the pan's matrix does.
    fn insert(&mut self, place: Place, wide: bool, buses: &Buses, scratch: &mut Scratch) -> Signal {
        let start = place.behind(self.arrival.input).start;
        let trim = self.trim.fill(start, place.frames, &mut scratch.gains);
        let sign = self.sign.fill(start, place.frames, &mut scratch.signs);
        match trim.zip(sign).map(|(trim, sign)| trim * sign) {
            Some(gain) if self.slots.is_empty() => {
                let gain = Matrix::IDENTITY.scaled(gain);
                return if wide { Signal::Double(gain) } else { Signal::Single(gain) };
            }
            // As the source is, which was looked at.
            Some(1.0) if !wide => {}
            Some(gain) => {
                if wide {
                    scratch.double.round_to(&mut scratch.single, gain, place.frames);
                } else {
                    scratch.single.scale(gain, place.frames);
                }
                self.faults += scratch.single.contain(place.frames);
            }
            None => {
                scratch.scale_by(trim, sign, wide, place.frames);
                if self.slots.is_empty() {
                    return Signal::Double(Matrix::IDENTITY);
                }
                scratch.double.round_to(&mut scratch.single, 1.0, place.frames);
                self.faults += scratch.single.contain(place.frames);
            }
        }
        self.run_slots(start, place.frames, buses, scratch);
        Signal::Single(Matrix::IDENTITY)
    }

    /// Passes the devices, in 32 bit.
    fn run_slots(&mut self, start: i64, frames: usize, buses: &Buses, scratch: &mut Scratch) {
        let mut at = start;
        let watched = self.meter.as_deref().filter(|meter| meter.is_watched());
        watched.iter().for_each(|meter| meter.measure_point(0, &scratch.single, frames));
        for (index, slot) in self.slots.iter_mut().enumerate() {
            if let Some(bus) = slot.key {
                buses.round_to(bus, &mut scratch.key, frames);
            }
            let mut probe = self.probe.as_mut().filter(|probe| probe.device == slot.device);
            if let Some(probe) = &mut probe {
                probe.before(&scratch.single, frames);
            }
            slot.process(at, &mut scratch.single, frames, slot.key.map(|_| &scratch.key));
            if let Some(probe) = probe {
                probe.after(&scratch.single, frames);
                probe.gains(slot.band_gains_db());
            }
            watched
                .iter()
                .for_each(|meter| meter.measure_point(index + 1, &scratch.single, frames));
            at -= slot.latency_frames() as i64;
        }
    }

    /// Fader, mute, pan and width: one matrix while they rest, else a run of their result.
    ///
    /// Both ways compute a frame in the same order, so that it does not matter which is taken.
    fn post(
        &mut self,
        at: LatePlace,
        signal: Signal,
        mute: Option<f64>,
        scratch: &mut Scratch,
    ) -> Signal {
        let fader = self.fader.fill(at.start, at.frames, &mut scratch.gains);
        let pan = self.pan.fill(at.start, at.frames, &mut scratch.pans);
        let width = self.width.fill(at.start, at.frames, &mut scratch.widths);
        if let (Some(fader), Some(mute), Some(pan), Some(width)) = (fader, mute, pan, width) {
            return signal.through(self.matrix_at(pan, width).scaled(fader * mute));
        }
        for i in 0..at.frames {
            let (pan, width) = (pan.unwrap_or(scratch.pans[i]), width.unwrap_or(scratch.widths[i]));
            let gain = fader.unwrap_or(scratch.gains[i]) * mute.unwrap_or(scratch.mutes[i]);
            let matrix = self.matrix_at(pan, width).scaled(gain);
            let (left, right) = signal.through(matrix).frame(scratch, i);
            (scratch.post.left[i], scratch.post.right[i]) = (left, right);
        }
        Signal::Post
    }

    fn matrix_at(&mut self, pan: f64, width: f64) -> Matrix {
        if (pan, width) != (self.matrix.0, self.matrix.1) {
            let matrix = match self.mono {
                Some(law) => {
                    let (left, right) = pan::mono(law, pan / 100.0);
                    Matrix { ll: left, rl: 0.0, lr: 0.0, rr: right }
                }
                None => pan::stereo(width / 100.0, pan / 100.0),
            };
            self.matrix = (pan, width, matrix);
        }
        self.matrix.2
    }

    /// The signal of pre-fader sends: after the inserts, muted with the strip.
    fn pre_tap(
        &self,
        at: LatePlace,
        signal: Signal,
        mute: Option<f64>,
        scratch: &mut Scratch,
    ) -> Signal {
        if let Some(mute) = mute {
            return signal.through(Matrix::IDENTITY.scaled(mute));
        }
        if self.edges.iter().any(|edge| matches!(edge.tap, Tap::Pre(..))) {
            for i in 0..at.frames {
                let muted = signal.through(Matrix::IDENTITY.scaled(scratch.mutes[i]));
                let (left, right) = muted.frame(scratch, i);
                (scratch.pre_tap.left[i], scratch.pre_tap.right[i]) = (left, right);
            }
        }
        Signal::PreTap
    }

    /// Forgets all signal and arrives at what holds at `start`.
    pub(crate) fn reset(&mut self, start: u64) {
        let mut at = late(start, self.arrival.input);
        self.trim.reset(at);
        self.sign.reset(at);
        for slot in &mut self.slots {
            slot.reset(at);
            at -= slot.latency_frames() as i64;
        }
        self.fader.reset(at);
        self.pan.reset(at);
        self.width.reset(at);
        self.mute.reset(at);
        self.late.reset();
        if let Some(voice) = &mut self.input.voice {
            voice.finish();
        }
        for edge in &mut self.edges {
            edge.delay.reset();
            edge.gate.finish();
            edge.wait_frames = 0;
            if let Tap::Pre(_, level) | Tap::Post(_, level) = &mut edge.tap {
                level.reset(at);
            }
        }
    }

    /// The frame that its output is at when the plan's input is at `start`.
    pub(crate) fn output_at(&self, start: u64) -> i64 {
        late(start, self.arrival.output)
    }

    /// Lets all controls go on from where those of `old` stand when the plan is at `start`.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn follow(&mut self, old: &Self, start: u64) {
        let (input, output) = (late(start, self.arrival.input), self.output_at(start));
        self.trim.follow(&old.trim, input);
        self.sign.follow(&old.sign, input);
        self.fader.follow(&old.fader, output);
        self.pan.follow(&old.pan, output);
        self.width.follow(&old.width, output);
        self.mute.follow(&old.mute);
        self.faults = old.faults;
        self.missing_frames = old.missing_frames;
    }

    /// Takes a command for this strip when the plan is at `start`; ids it does not have are ignored.
    /// Returns what a hand's move is heard as.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn apply(&mut self, command: Command, start: u64) -> Option<Stroke> {
        let at = self.output_at(start);
        match command {
            Command::Trim(_, level) => self.trim.set(level),
            Command::Invert(_, on) => self.sign.set(if on { -1.0 } else { 1.0 }),
            Command::Cut(_, on) => self.mute.set_cut(on),
            Command::Bypass(_, device, on) => {
                return self.with_slot(device, start, |slot, _| {
                    slot.bypass(on);
                    None
                });
            }
            Command::Fader(_, level) => return self.fader.turn(level, at),
            Command::Pan(_, pan) => return self.pan.turn(pan, at),
            Command::Width(_, width) => return self.width.turn(width, at),
            Command::Mute(_, on) => return self.mute.turn(on, at),
            Command::Send(_, send, level) => {
                return self.with_send(send, |control| control.turn(level, at));
            }
            Command::Param(_, device, param, value) => {
                return self.with_slot(device, start, |slot, at| slot.turn(param, value, at));
            }
            Command::Take(_, target) => return self.take(target, start),
            Command::Let(_, target) => return self.let_go(target, start),
        }
        None
    }

    fn take(&mut self, target: LaneTarget, start: u64) -> Option<Stroke> {
        let at = self.output_at(start);
        match target {
            LaneTarget::Fader => self.fader.take(at),
            LaneTarget::Pan => self.pan.take(at),
            LaneTarget::Width => self.width.take(at),
            LaneTarget::Mute => self.mute.take(at),
            LaneTarget::Send(send) => self.with_send(send, |control| control.take(at)),
            LaneTarget::Device { device, param } => {
                self.with_slot(device, start, |slot, at| slot.take(param, at))
            }
        }
    }

    fn let_go(&mut self, target: LaneTarget, start: u64) -> Option<Stroke> {
        let at = self.output_at(start);
        match target {
            LaneTarget::Fader => self.fader.let_go(at),
            LaneTarget::Pan => self.pan.let_go(at),
            LaneTarget::Width => self.width.let_go(at),
            LaneTarget::Mute => self.mute.let_go(at),
            LaneTarget::Send(send) => self.with_send(send, |control| control.let_go(at)),
            LaneTarget::Device { device, param } => {
                self.with_slot(device, start, |slot, at| slot.let_go(param, at))
            }
        }
    }

    fn with_send(
        &mut self,
        send: SendId,
        act: impl FnOnce(&mut LevelControl) -> Option<Stroke>,
    ) -> Option<Stroke> {
        let level = self.edges.iter_mut().find_map(|edge| match &mut edge.tap {
            Tap::Pre(id, control) | Tap::Post(id, control) if *id == send => Some(control),
            Tap::Pre(..) | Tap::Post(..) | Tap::Output | Tap::Key(_) => None,
        });
        act(level?)
    }

    /// Lets `act` have a slot, and the frame it is at when the plan is at `start`.
    fn with_slot(
        &mut self,
        device: DeviceId,
        start: u64,
        act: impl FnOnce(&mut Slot, i64) -> Option<Stroke>,
    ) -> Option<Stroke> {
        let mut at = late(start, self.arrival.input);
        for slot in &mut self.slots {
            if slot.device == device {
                return act(slot, at);
            }
            at -= slot.latency_frames() as i64;
        }
        None
    }
}
