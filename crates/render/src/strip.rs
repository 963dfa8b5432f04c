//! One strip of a running plan: input, trim, inserts, fader, pan, and the edges to other strips.

use std::sync::Arc;

use twobus_dsp::delay_line::DelayLine;
use twobus_dsp::pan::{self, Matrix, PanLaw};
use twobus_session::{DeviceId, LaneTarget, SendId, StripId};

use crate::bypass::Slot;
use crate::command::Command;
use crate::compile::Arrival;
use crate::control::hand::Stroke;
use crate::control::{LevelControl, MuteControl, ValueControl};
use crate::fade::Fade;
use crate::meters::StripMeter;
use crate::probe::Probe;
use crate::scratch::Scratch;
use crate::stereo::{Stereo, through};
use crate::voice::Voice;

/// Where a strip's signal comes from.
pub(crate) enum Input {
    /// A track's clips.
    Source(Voice),
    /// The sum of what other strips put on a bus, by index.
    Bus(usize),
}

/// Which of a strip's signals an edge carries.
pub(crate) enum Tap {
    /// The output.
    Output,
    /// A send before the fader.
    Pre(SendId, LevelControl),
    /// A send after the pan.
    Post(SendId, LevelControl),
    /// What a device elsewhere listens to: after the inserts, whatever fader, mute and solo say.
    Key(DeviceId),
}

/// A way from a strip to a bus, by index, late enough to meet the others there.
pub(crate) struct Edge {
    pub(crate) to: usize,
    pub(crate) tap: Tap,
    pub(crate) delay: DelayLine<f64>,
    /// Open but where the edge has just come or is about to go.
    pub(crate) gate: Fade,
    /// Frames that a closed gate waits before it opens.
    pub(crate) wait_frames: usize,
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
    /// Of a strip that has devices: room for its signal behind them.
    pub(crate) prepared: Option<Box<Prepared>>,
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

/// A strip's signal behind its devices, if they have run already.
pub(crate) struct Prepared {
    signal: Box<Stereo<f32>>,
    is_ready: bool,
}

impl Prepared {
    pub(crate) fn new() -> Self {
        Self { signal: Box::new(Stereo::silent()), is_ready: false }
    }
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

/// A signal in the scratch, and the gains it has still to pass.
#[derive(Clone, Copy)]
enum Signal {
    Single(Matrix),
    Double(Matrix),
    Post,
    PreTap,
}

impl StripNode {
    /// Runs once: reads the input, puts the result on the buses the edges lead to.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn process(
        &mut self,
        place: Place,
        buses: &mut [Stereo<f64>],
        scratch: &mut Scratch,
    ) {
        let signal = self.inserted(place, buses, scratch);
        let after = place.behind(self.arrival.output);
        let mute = self.mute.fill(after.start, after.frames, &mut scratch.mutes);
        let post = self.post(after, signal, mute, scratch);
        let pre = self.pre_tap(after, signal, mute, scratch);
        if let Some(meter) = &self.meter {
            post.measure(scratch, after.frames, meter);
            meter.reductions(self.slots.iter().map(Slot::gain_reduction_db));
        }
        for edge in &mut self.edges {
            edge.process(after, [signal, pre, post], buses, scratch);
        }
    }

    /// The signal behind the devices, which may have run already.
    fn inserted(&mut self, place: Place, buses: &[Stereo<f64>], scratch: &mut Scratch) -> Signal {
        if let Some(prepared) = self.prepared.as_mut().filter(|prepared| prepared.is_ready) {
            prepared.is_ready = false;
            std::mem::swap(&mut scratch.single, &mut prepared.signal);
            return Signal::Single(Matrix::IDENTITY);
        }
        let wide = self.fetch(place, buses, scratch);
        self.insert(place, wide, buses, scratch)
    }

    /// Runs the devices, if there are any, and keeps their signal for [`process`](Self::process).
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn prepare(&mut self, place: Place, buses: &[Stereo<f64>], scratch: &mut Scratch) {
        if self.prepared.is_none() {
            return;
        }
        let _signal = self.inserted(place, buses, scratch);
        if let Some(prepared) = &mut self.prepared {
            std::mem::swap(&mut scratch.single, &mut prepared.signal);
            prepared.is_ready = true;
        }
    }

    /// Brings the input into the scratch; true when it is 64 bit wide.
    fn fetch(&mut self, place: Place, buses: &[Stereo<f64>], scratch: &mut Scratch) -> bool {
        match &mut self.input {
            Input::Source(source) => {
                let (single, leaving) = (&mut scratch.single, &mut scratch.leaving);
                let missing = source.read(place.start, place.frames, single, leaving);
                if missing > 0 {
                    self.missing_frames += missing;
                    self.meter.iter().for_each(|meter| meter.starved(missing));
                }
                self.faults += scratch.single.contain(place.frames);
                let (left, right) = scratch.single.channels(place.frames);
                self.late.process(left, right);
                false
            }
            Input::Bus(index) => {
                scratch.double.copy_from(&buses[*index], place.frames);
                true
            }
        }
    }

    /// Trim, polarity and inserts. The gain that can wait for the pan's matrix does.
    fn insert(
        &mut self,
        place: Place,
        wide: bool,
        buses: &[Stereo<f64>],
        scratch: &mut Scratch,
    ) -> Signal {
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
    fn run_slots(
        &mut self,
        start: i64,
        frames: usize,
        buses: &[Stereo<f64>],
        scratch: &mut Scratch,
    ) {
        let mut at = start;
        for slot in &mut self.slots {
            let key = slot.key.and_then(|bus| buses.get(bus));
            if let Some(key) = key {
                key.round_to(&mut scratch.key, 1.0, frames);
            }
            let mut probe = self.probe.as_mut().filter(|probe| probe.device == slot.device);
            if let Some(probe) = &mut probe {
                probe.before(&scratch.single, frames);
            }
            slot.process(at, &mut scratch.single, frames, key.map(|_| &scratch.key));
            if let Some(probe) = probe {
                probe.after(&scratch.single, frames);
                probe.gains(slot.band_gains_db());
            }
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
        if let Input::Source(voice) = &mut self.input {
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

impl Edge {
    /// Takes over the signal of `old`, an edge of the same way, and goes on from its level at `frame`.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn take_over(&mut self, old: &mut Self, frame: i64) {
        self.delay.take_over_from(&mut old.delay);
        if let (
            Tap::Pre(_, level) | Tap::Post(_, level),
            Tap::Pre(_, before) | Tap::Post(_, before),
        ) = (&mut self.tap, &old.tap)
        {
            level.follow(before, frame);
        }
        self.gate = old.gate.clone();
        self.gate.set(true);
        self.wait_frames = old.wait_frames;
    }

    /// Comes in as soon as its delay is filled.
    pub(crate) fn come_in(&mut self) {
        self.gate.set(false);
        self.gate.finish();
        self.gate.set(true);
        self.wait_frames = self.delay.frames();
    }

    /// Carries one block to its bus.
    fn process(
        &mut self,
        at: LatePlace,
        [inserted, pre, post]: [Signal; 3],
        buses: &mut [Stereo<f64>],
        scratch: &mut Scratch,
    ) {
        let (signal, level) = match &mut self.tap {
            Tap::Output => (post, Some(1.0)),
            Tap::Key(_) => (inserted, Some(1.0)),
            Tap::Pre(_, level) => (pre, level.fill(at.start, at.frames, &mut scratch.gains)),
            Tap::Post(_, level) => (post, level.fill(at.start, at.frames, &mut scratch.gains)),
        };
        let bus = &mut buses[self.to];
        let open = self.gate.resting() == Some(1.0);
        if let (Some(level), 0, true) = (level, self.delay.frames(), open) {
            signal.add_to(scratch, bus, level, at.frames);
            return;
        }
        for i in 0..at.frames {
            let (left, right) = signal.frame(scratch, i);
            let level = level.unwrap_or(scratch.gains[i]);
            (scratch.edge.left[i], scratch.edge.right[i]) = (left * level, right * level);
        }
        let (left, right) = scratch.edge.channels(at.frames);
        self.delay.process(left, right);
        if !open {
            for (left, right) in left.iter_mut().zip(right) {
                let waits = self.wait_frames > 0;
                self.wait_frames = self.wait_frames.saturating_sub(1);
                let gain = if waits { 0.0 } else { self.gate.advance() };
                (*left, *right) = (*left * gain, *right * gain);
            }
        }
        scratch.edge.add_to(bus, Matrix::IDENTITY, 1.0, at.frames);
    }
}

impl Signal {
    /// The same signal through one more matrix.
    fn through(self, after: Matrix) -> Self {
        match self {
            Self::Single(before) => Self::Single(product(before, after)),
            Self::Double(before) => Self::Double(product(before, after)),
            Self::Post | Self::PreTap => self,
        }
    }

    /// Frame `i`, all gains passed.
    fn frame(self, scratch: &Scratch, i: usize) -> (f64, f64) {
        let single = |x: f32| f64::from(x);
        match self {
            Self::Single(matrix) => {
                through(matrix, single(scratch.single.left[i]), single(scratch.single.right[i]))
            }
            Self::Double(matrix) => {
                through(matrix, scratch.double.left[i], scratch.double.right[i])
            }
            Self::Post => (scratch.post.left[i], scratch.post.right[i]),
            Self::PreTap => (scratch.pre_tap.left[i], scratch.pre_tap.right[i]),
        }
    }

    /// Shows its levels, all gains passed, on `meter`.
    fn measure(self, scratch: &Scratch, frames: usize, meter: &StripMeter) {
        match self {
            Self::Single(matrix) => meter.measure(&scratch.single, matrix, frames),
            Self::Double(matrix) => meter.measure(&scratch.double, matrix, frames),
            Self::Post => meter.measure(&scratch.post, Matrix::IDENTITY, frames),
            Self::PreTap => meter.measure(&scratch.pre_tap, Matrix::IDENTITY, frames),
        }
    }

    /// Adds all frames, all gains passed, to `bus` by `level`.
    fn add_to(self, scratch: &Scratch, bus: &mut Stereo<f64>, level: f64, frames: usize) {
        match self {
            Self::Single(m) | Self::Double(m) if m == SILENT => {}
            Self::Single(matrix) => scratch.single.add_to(bus, matrix, level, frames),
            Self::Double(matrix) => scratch.double.add_to(bus, matrix, level, frames),
            Self::Post => scratch.post.add_to(bus, Matrix::IDENTITY, level, frames),
            Self::PreTap => scratch.pre_tap.add_to(bus, Matrix::IDENTITY, level, frames),
        }
    }
}

const SILENT: Matrix = Matrix { ll: 0.0, rl: 0.0, lr: 0.0, rr: 0.0 };

/// First `before`, then `after`.
fn product(before: Matrix, after: Matrix) -> Matrix {
    Matrix {
        ll: before.ll * after.ll + before.lr * after.rl,
        rl: before.rl * after.ll + before.rr * after.rl,
        lr: before.ll * after.lr + before.lr * after.rr,
        rr: before.rl * after.lr + before.rr * after.rr,
    }
}
