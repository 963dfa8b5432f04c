//! The end of a playing mix that stays on the window's thread.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::thread::Thread;

use rtrb::{Consumer, Producer, PushError};
use twobus_dsp::Db;
use twobus_session::{DeviceId, LaneTarget, Monitor, StripId};

use super::layout::Layout;
use super::listen::Range;
use super::message::{Cue, Cued, Message, Numbered, Retired, Taken};
use super::moment::{Moment, Shared, State};
use super::speaker::Speaker;
use super::swap::{Swap, Table};
use crate::command::Command;
use crate::meters::StripMeter;
use crate::plan::Plan;
use crate::probe::{Look, Probe};

/// This side's ends of what crosses.
pub(super) struct Ends {
    pub(super) messages: Producer<Numbered>,
    pub(super) retired: Consumer<Retired>,
    pub(super) taken: Consumer<Taken>,
    pub(super) tap: Consumer<[f32; 2]>,
    pub(super) shared: Arc<Shared>,
}

/// Says what shall be played and how, and sees what is.
///
/// Nothing here waits for the audio thread. What does not fit its ring is parked, of each control only
/// the newest value, and sent by the next [`poll`](Self::poll). Messages arrive in the order of their
/// numbers.
pub struct Control {
    ends: Ends,
    /// Of the plan that was sent last.
    layout: Layout,
    meters: BTreeMap<StripId, Arc<StripMeter>>,
    parked: VecDeque<Numbered>,
    serial: u64,
    rate_hz: f64,
    /// Threads that help the audio thread while something plays.
    sleepers: Vec<Thread>,
}

impl Control {
    pub(super) fn new(
        ends: Ends,
        layout: Layout,
        meters: BTreeMap<StripId, Arc<StripMeter>>,
        rate_hz: f64,
        sleepers: Vec<Thread>,
    ) -> Self {
        Self { ends, layout, meters, parked: VecDeque::new(), serial: 0, rate_hz, sleepers }
    }

    /// Moves a control; returns the message's number.
    pub fn change(&mut self, command: Command) -> u64 {
        self.send(Message::Change(command))
    }

    /// Sets the monitor's switches; returns the message's number.
    pub fn monitor(&mut self, monitor: Monitor) -> u64 {
        self.send(Message::Monitor(monitor))
    }

    /// Sets the gain that makes what is heard as loud as what it is compared with: a bypassed device, the
    /// other chain, the print. It belongs to the monitor; no bounce has it. Returns the message's number.
    pub fn offset(&mut self, offset: Db) -> u64 {
        self.send(Message::Offset(offset))
    }

    /// Lets a range of frequencies be heard alone, or everything again. It belongs to the monitor; no bounce
    /// has it. Returns the message's number.
    pub fn listen(&mut self, range: Option<Range>) -> u64 {
        self.send(Message::Listen(range))
    }

    /// Lets the listener hear through a small speaker, or no longer; returns the message's number. It belongs to
    /// the monitor; no bounce has it.
    pub fn speaker(&mut self, speaker: Option<Speaker>) -> u64 {
        self.send(Message::Speaker(speaker))
    }

    /// Begins to play, at the place of the last cue; returns the message's number. Without one since the
    /// last stop, playback begins when it comes.
    pub fn play(&mut self) -> u64 {
        let serial = self.send(Message::Play);
        self.wake();
        serial
    }

    /// Fades out and stands still until the next cue; returns the message's number.
    pub fn stop(&mut self) -> u64 {
        self.send(Message::Stop)
    }

    /// Goes to the place of `cue`; returns the message's number. Streams of strips that do not play are
    /// left out.
    pub fn cue(&mut self, cue: Cue) -> u64 {
        let Cue { start, cycle, joins, sources, reference } = cue;
        let place = |(id, source)| Some((self.layout.index(id)?, Some(source)));
        let sources = sources.into_iter().filter_map(place).collect();
        self.send(Message::Cue(Box::new(Cued { start, cycle, joins, sources, reference })))
    }

    /// Lets `plan` take over; returns the message's number.
    ///
    /// Tracks keep the streams they play; those of `plan` are only used by tracks that are new. Devices of
    /// equal id, kind and latency are taken over with their signal, delays by their edges, meters by their
    /// strips; their settings and all controls run to those of `plan`. What is new or gone fades.
    pub fn swap(&mut self, mut plan: Plan) -> u64 {
        attach(&mut plan, &mut self.meters);
        let layout = Layout::of(&plan);
        let table = Table::between(&self.layout, &layout);
        self.layout = layout;
        self.send(Message::Swap(Box::new(Swap { plan: Box::new(plan), table })))
    }

    /// Looks at a device of a strip: its signal before and after, frame by frame, and the gains of its bands.
    /// One look at a strip at a time. `None` when no such strip plays.
    pub fn probe(&mut self, strip: StripId, device: DeviceId) -> Option<Look> {
        let index = self.layout.index(strip)?;
        let (probe, look) = Probe::new(device, self.rate_hz);
        let _serial = self.send(Message::Probe(index, Some(probe)));
        Some(look)
    }

    /// Looks at no device of a strip any more.
    pub fn unprobe(&mut self, strip: StripId) {
        if let Some(index) = self.layout.index(strip) {
            let _serial = self.send(Message::Probe(index, None));
        }
    }

    /// True when a track plays in the plan that was sent last.
    pub fn has_track(&self, id: StripId) -> bool {
        self.layout.strips.iter().any(|strip| strip.id == id && strip.is_track)
    }

    /// Frames by which that plan's output lies behind the timeline.
    pub fn latency_frames(&self) -> u64 {
        self.layout.latency_frames
    }

    /// Frames by which a control lies behind the timeline in that plan; `None` when there is none.
    pub fn lag_frames(&self, id: StripId, target: LaneTarget) -> Option<u64> {
        self.layout.lag_frames(id, target)
    }

    /// Sends what was parked and frees what the audio thread has given back.
    pub fn poll(&mut self) {
        while self.ends.retired.pop().is_ok() {}
        self.flush();
        // They may have gone to sleep while the device stood still, or before a cue came.
        if self.moment().state == State::Playing {
            self.wake();
        }
    }

    /// Wakes those who help the audio thread, which itself wakes nobody.
    fn wake(&self) {
        self.sleepers.iter().for_each(Thread::unpark);
    }

    /// Messages that wait for room.
    pub fn parked(&self) -> usize {
        self.parked.len()
    }

    /// Where playback is.
    pub fn moment(&self) -> Moment {
        self.ends.shared.read()
    }

    /// The next note on when a message acted.
    pub fn taken(&mut self) -> Option<Taken> {
        self.ends.taken.pop().ok()
    }

    /// The mix, frame by frame, before the monitor.
    pub fn tap(&mut self) -> &mut Consumer<[f32; 2]> {
        &mut self.ends.tap
    }

    /// The meter of a strip.
    pub fn meter(&self, id: StripId) -> Option<&StripMeter> {
        self.meters.get(&id).map(Arc::as_ref)
    }

    fn send(&mut self, message: Message) -> u64 {
        self.serial += 1;
        match &message {
            Message::Change(new) => {
                let newest = |old: &Numbered| !matches!(&old.message, Message::Change(old) if old.moves_same(new));
                self.parked.retain(newest);
            }
            Message::Monitor(_) => {
                self.parked.retain(|old| !matches!(old.message, Message::Monitor(_)));
            }
            Message::Offset(_) => {
                self.parked.retain(|old| !matches!(old.message, Message::Offset(_)));
            }
            Message::Listen(_) => {
                self.parked.retain(|old| !matches!(old.message, Message::Listen(_)));
            }
            Message::Speaker(_) => {
                self.parked.retain(|old| !matches!(old.message, Message::Speaker(_)));
            }
            Message::Cue(_)
            | Message::Probe(..)
            | Message::Swap(_)
            | Message::Play
            | Message::Stop => {}
        }
        // A newer value goes to the end, not to the place of the older: a swap may lie between them.
        self.parked.push_back(Numbered { serial: self.serial, message });
        self.flush();
        self.serial
    }

    fn flush(&mut self) {
        while let Some(next) = self.parked.pop_front() {
            if let Err(PushError::Full(next)) = self.ends.messages.push(next) {
                self.parked.push_front(next);
                return;
            }
        }
    }
}

/// Gives every strip of `plan` its meter: the one it had, or a new one.
pub(super) fn attach(plan: &mut Plan, meters: &mut BTreeMap<StripId, Arc<StripMeter>>) {
    for strip in &mut plan.strips {
        strip.meter = Some(Arc::clone(meters.entry(strip.id).or_default()));
    }
    meters.retain(|id, _| plan.strips.iter().any(|strip| strip.id == *id));
}
