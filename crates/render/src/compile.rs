//! From the document to a running plan: the only place where `render` names session types.

use std::collections::{BTreeMap, BTreeSet};

use twobus_dsp::curve::{Breakpoint, Curve, Interpolation};
use twobus_dsp::delay_line::DelayLine;
use twobus_dsp::pan::{Matrix, PanLaw};
use twobus_dsp::processor::Processor;
use twobus_dsp::{DeviceKind, delay};
use twobus_session::{
    Device, DeviceId, Lane, LaneTarget, Mix, Output, Strip, StripId, Tap as SessionTap, Track,
};

use crate::buses::Buses;
use crate::bypass::{AutomatedParam, Slot};
use crate::control::{self, LevelControl, MuteControl, ValueControl};
use crate::fade::Fade;
use crate::plan::Plan;
use crate::scratch::Scratch;
use crate::source::Source;
use crate::strip::{Edge, Input, StripNode, Tap};
use crate::voice::Voice;
pub(crate) use latency::Arrival;
use latency::{arrivals, by_level, running_order};
use solo::{Solo, destinations, solo};

mod declick;
mod latency;
mod solo;
mod stems;

/// Why a mix cannot run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// Signals would run in a circle, along these strips.
    #[error("the routing runs in a circle: {}. Take out one of its sends or outputs", .0.join(" → "))]
    Cycle(Vec<String>),
    /// A strip goes out to, or sends to, something that is not there; or the mix bus does to anything.
    #[error("\"{0}\" goes to a strip that is not there, or cannot go anywhere")]
    Nowhere(String),
    /// A device listens to a strip that is not there.
    #[error("a device of \"{0}\" listens to a strip that is not there")]
    NothingToHear(String),
}

/// What a plan is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A print: solo is ignored.
    Bounce,
    /// A print and, in the same pass, what each strip gives to the mix bus.
    Stems,
    /// A print and, in the same pass, what each track and return gives to it: through the groups on its
    /// way as far as these are linear. For looking, not for files.
    Tracks,
    /// Listening: solo counts.
    Playback,
}

/// What a mix needs to become a plan.
pub struct Context<'a> {
    /// The song's rate, in Hz.
    pub rate_hz: u32,
    /// The project's pan law.
    pub pan_law: PanLaw,
    /// What the plan is for.
    pub purpose: Purpose,
    /// The samples of each track.
    pub source: &'a mut dyn FnMut(&Track) -> Box<dyn Source>,
    /// Builds a device; normally [`build_device`].
    pub device: &'a dyn Fn(&Device, u32) -> Box<dyn Processor>,
}

/// The device as the document describes it, at `rate_hz`.
pub fn build_device(device: &Device, rate_hz: u32) -> Box<dyn Processor> {
    device.kind.build(&device.values, f64::from(rate_hz))
}

/// Makes room in the `processor` of a device for what its lanes move, whether they are on or off: so a lane
/// that is switched changes no latency.
fn reserve(strip: &Strip, device: &Device, processor: &mut dyn Processor) {
    for lane in &strip.lanes {
        let LaneTarget::Device { device: id, param } = lane.target else { continue };
        let param = (id == device.id).then(|| device.kind.param(param.as_str())).flatten();
        if let Some(param) = param.filter(|param| device.kind.is_reservable(*param)) {
            processor.reserve(param);
        }
    }
}

/// Compiles `mix` to a plan that begins at frame 0.
///
/// # Errors
/// When the routing has a cycle or leads to something that is no bus.
pub fn compile(mix: &Mix, context: &mut Context<'_>) -> Result<Plan, CompileError> {
    let (order, levels) = by_level(running_order(mix)?);
    let mut compiler = Compiler::new(mix, &order, context);
    let tracks: BTreeMap<StripId, &Track> = mix.tracks.iter().map(|t| (t.strip.id, t)).collect();
    let mut strips: Vec<StripNode> = Vec::with_capacity(order.len());
    for strip in &order {
        let track = tracks.get(&strip.id);
        let voice = track.map(|track| {
            let source = (context.source)(track);
            Voice::new(source, control::MUTE_S * compiler.rate())
        });
        let input = Input { voice, bus: compiler.buses.get(&strip.id).copied() };
        strips.push(compiler.node(strip, input, track.is_some_and(|track| track.mono)));
    }
    let latency_frames = compiler.arrival(StripId::MIX_BUS).output;
    let mut plan = Plan {
        strips,
        levels,
        buses: Buses::silent(compiler.buses.len() + 1 + compiler.listeners.len()),
        carried: Vec::new(),
        outputs: vec![compiler.print_bus()],
        stem_names: Vec::new(),
        stem_strips: Vec::new(),
        latency_frames,
        stems_pass_inserts: false,
        scratch: Scratch::new(),
        overflows: 0,
    };
    match context.purpose {
        Purpose::Stems => stems::add(&mut plan, &mut compiler, mix),
        Purpose::Tracks => stems::add_tracks(&mut plan, &mut compiler, mix),
        Purpose::Bounce | Purpose::Playback => {}
    }
    plan.make_room();
    plan.reset(0);
    Ok(plan)
}

/// What is shared while strips are built.
struct Compiler<'a> {
    rate_hz: u32,
    pan_law: PanLaw,
    /// Index of the input among the plan's buses of each bus strip, and of each track that others feed.
    buses: BTreeMap<StripId, usize>,
    arrivals: BTreeMap<StripId, Arrival>,
    /// Devices that listen to another strip; each has a bus for that, behind the print's.
    listeners: Vec<Listener>,
    /// The song's tempo in beats a minute, if it has one: what notes of a delay follow.
    tempo: Option<Curve>,
    solo: Solo,
    /// Processors of each strip, built once, taken when its node is made.
    processors: BTreeMap<StripId, Vec<Box<dyn Processor>>>,
    device: &'a dyn Fn(&Device, u32) -> Box<dyn Processor>,
}

/// A device that listens to another strip.
#[derive(Clone, Copy)]
struct Listener {
    device: DeviceId,
    key: StripId,
    /// Frames by which its input lies behind the timeline.
    latency: u64,
}

impl<'a> Compiler<'a> {
    fn new(mix: &Mix, order: &[&Strip], context: &Context<'a>) -> Self {
        let fed: BTreeSet<StripId> = mix.strips().flat_map(destinations).collect();
        let tracks = mix.tracks.iter().map(|track| &track.strip);
        let fed = tracks.filter(|track| fed.contains(&track.id));
        let bus_strips = mix.buses.iter().map(|bus| &bus.strip);
        let bus_strips = bus_strips.chain(std::iter::once(&mix.bus)).chain(fed);
        let buses = bus_strips.zip(0..).map(|(strip, index)| (strip.id, index)).collect();
        let build = |strip: &Strip, device: &Device| {
            let mut processor = (context.device)(device, context.rate_hz);
            reserve(strip, device, &mut *processor);
            processor
        };
        let of_strip = |strip: &Strip| strip.inserts.iter().map(|d| build(strip, d)).collect();
        let processors: BTreeMap<StripId, Vec<Box<dyn Processor>>> =
            order.iter().map(|strip| (strip.id, of_strip(strip))).collect();
        let of_all = |all: &[Box<dyn Processor>]| {
            all.iter().map(|processor| processor.latency_frames() as u64).collect()
        };
        let latencies: BTreeMap<StripId, Vec<u64>> =
            processors.iter().map(|(id, all)| (*id, of_all(all))).collect();
        let of_strip = |id: StripId| latencies.get(&id).map_or(&[][..], Vec::as_slice);
        let arrivals = arrivals(order, of_strip);
        let listeners = order.iter().flat_map(|strip| {
            let input = arrivals.get(&strip.id).map_or(0, |at| at.input);
            listeners(strip, input, of_strip(strip.id))
        });
        let listeners = listeners.collect();
        let listens = context.purpose == Purpose::Playback;
        let solo = if listens { solo(mix) } else { Solo::default() };
        let (rate_hz, pan_law, device) = (context.rate_hz, context.pan_law, context.device);
        let tempo = tempo(mix);
        Self { rate_hz, pan_law, buses, arrivals, listeners, tempo, solo, processors, device }
    }

    fn bus_of(&self, id: StripId) -> usize {
        self.buses.get(&id).copied().expect("every destination was checked to be there")
    }

    /// The bus behind all strips' inputs: what the mix bus puts out.
    fn print_bus(&self) -> usize {
        self.buses.len()
    }

    /// The bus on which `device` hears what it listens to, if that is another strip.
    fn key_bus(&self, device: DeviceId) -> Option<usize> {
        let place = self.listeners.iter().position(|listener| listener.device == device);
        place.map(|place| self.print_bus() + 1 + place)
    }

    fn arrival(&self, id: StripId) -> Arrival {
        self.arrivals.get(&id).copied().unwrap_or_default()
    }

    fn rate(&self) -> f64 {
        f64::from(self.rate_hz)
    }

    fn node(&mut self, strip: &Strip, input: Input, mono: bool) -> StripNode {
        let processors = self.processors.remove(&strip.id).unwrap_or_default();
        let slots = strip.inserts.iter().zip(processors);
        let slots = slots.map(|(device, processor)| self.slot(strip, device, processor)).collect();
        let rate = self.rate();
        let sign = if strip.invert { -1.0 } else { 1.0 };
        let lane = |target| lane_curve(strip, target, self.rate_hz);
        let cut = self.solo.cut.contains(&strip.id);
        StripNode {
            id: strip.id,
            mono: mono.then_some(self.pan_law),
            arrival: self.arrival(strip.id),
            late: DelayLine::new(self.input_delay(strip, &input)),
            carried: None,
            trim: LevelControl::new(strip.trim, None, rate),
            sign: ValueControl::new(sign, None, rate),
            slots,
            fader: LevelControl::new(strip.fader, lane(LaneTarget::Fader), rate),
            pan: ValueControl::new(strip.pan, lane(LaneTarget::Pan), rate),
            width: ValueControl::new(strip.width, lane(LaneTarget::Width), rate),
            mute: MuteControl::new(strip.mute, cut, lane(LaneTarget::Mute), rate),
            edges: self.edges(strip),
            input,
            matrix: (f64::NAN, f64::NAN, Matrix::IDENTITY),
            faults: 0,
            missing_frames: 0,
            meter: None,
            probe: None,
        }
    }

    /// Frames by which a track's clips wait for what feeds it and for what its devices listen to; all else
    /// waits on its way.
    fn input_delay(&self, strip: &Strip, input: &Input) -> usize {
        if input.voice.is_some() { frames_of(self.arrival(strip.id).input) } else { 0 }
    }

    fn slot(&self, strip: &Strip, device: &Device, processor: Box<dyn Processor>) -> Slot {
        let rate = self.rate();
        let automated = |lane: &Lane| {
            let LaneTarget::Device { device: id, param } = lane.target else { return None };
            let param = (id == device.id).then(|| device.kind.param(param.as_str())).flatten()?;
            let control = strip.control(lane.target)?;
            let (runs, own) = (control.interpolation(), control.value);
            let curve = lane_curve(strip, lane.target, self.rate_hz);
            let moves = device.kind.is_automatable(param);
            moves.then(|| AutomatedParam::new(param, curve, runs, own, rate))
        };
        let tempo = (device.kind == DeviceKind::Delay).then(|| self.tempo.clone()).flatten();
        let tempo = tempo.map(|lane| {
            let own = lane.value_at(0);
            AutomatedParam::new(delay::TEMPO, Some(lane), Interpolation::Hold, own, rate)
        });
        let automation = strip.lanes.iter().filter_map(automated).chain(tempo).collect();
        Slot::new(device, processor, automation, self.key_bus(device.id), self.rate())
    }

    fn edges(&self, strip: &Strip) -> Vec<Edge> {
        let mut edges = Vec::new();
        match strip.output {
            Output::Strip(to) => edges.push(self.edge(strip.id, to, Tap::Output)),
            Output::Nowhere if strip.id == StripId::MIX_BUS => {
                edges.push(self.open_edge(self.print_bus(), Tap::Output, 0));
            }
            Output::Nowhere => {}
        }
        for send in strip.sends.iter().filter(|send| !send.off) {
            let lane = lane_curve(strip, LaneTarget::Send(send.id), self.rate_hz);
            let level = LevelControl::new(send.level, lane, self.rate());
            let tap = match send.tap {
                SessionTap::Pre => Tap::Pre(send.id, level),
                SessionTap::Post => Tap::Post(send.id, level),
            };
            edges.push(self.edge(strip.id, send.to, tap));
        }
        if let Some(open) = self.solo.only_into.get(&strip.id) {
            let open: Vec<usize> = open.iter().map(|bus| self.bus_of(*bus)).collect();
            edges.retain(|edge| open.contains(&edge.to));
        }
        // Devices go on listening whatever is soloed.
        let heard = self.listeners.iter().filter(|listener| listener.key == strip.id);
        edges.extend(heard.filter_map(|listener| self.key_edge(strip.id, listener)));
        edges
    }

    fn key_edge(&self, from: StripId, listener: &Listener) -> Option<Edge> {
        let wait = listener.latency - self.arrival(from).output;
        let bus = self.key_bus(listener.device)?;
        Some(self.open_edge(bus, Tap::Key(listener.device), frames_of(wait)))
    }

    fn edge(&self, from: StripId, to: StripId, tap: Tap) -> Edge {
        let wait = self.arrival(to).input - self.arrival(from).output;
        self.open_edge(self.bus_of(to), tap, frames_of(wait))
    }

    fn open_edge(&self, to: usize, tap: Tap, frames: usize) -> Edge {
        let gate = Fade::new(true, control::MUTE_S * self.rate());
        Edge { to, tap, delay: DelayLine::new(frames), gate, wait_frames: 0 }
    }
}

/// The curve that drives `target` in a song at `rate_hz`, jumps drawn out so that they do not click; `None`
/// when no lane is played there.
pub fn lane_curve(strip: &Strip, target: LaneTarget, rate_hz: u32) -> Option<Curve> {
    let curve = strip.curve(target)?;
    let spec = strip.control(target)?.spec;
    let jump_frames = u64::from(control::frames(control::MUTE_S, f64::from(rate_hz)));
    Some(declick::declick(curve, target, spec, jump_frames))
}

/// The song's tempo as a lane that holds from change to change.
fn tempo(mix: &Mix) -> Option<Curve> {
    let points = mix.timeline.tempo.iter().map(|change| Breakpoint {
        frame: change.frame,
        value: change.bpm,
        bend: 0.0,
    });
    Curve::new(points.collect(), Interpolation::Hold)
}

/// The devices of `strip` that listen to another one; its input lies `input` frames behind the timeline.
fn listeners(strip: &Strip, input: u64, latencies: &[u64]) -> Vec<Listener> {
    let mut at = input;
    let mut listeners = Vec::new();
    for (device, latency) in strip.inserts.iter().zip(latencies) {
        if let Some(key) = device.key {
            listeners.push(Listener { device: device.id, key, latency: at });
        }
        at += latency;
    }
    listeners
}

fn frames_of(latency: u64) -> usize {
    usize::try_from(latency).expect("latencies are far below the address space")
}
