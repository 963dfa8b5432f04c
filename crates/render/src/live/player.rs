//! The end of a playing mix that lives on the audio thread.

use std::sync::Arc;

use rtrb::{Consumer, Producer};

use super::FADE_S;
use super::exit::Exit;
use super::message::{Act, Cued, Message, Numbered, Retired, Taken};
use super::moment::{Moment, Shared, State};
use super::swap::Swap;
use crate::BLOCK;
use crate::bypass::BYPASS_S;
use crate::control::frames;
use crate::cycle::Cycle;
use crate::plan::{Helpers, Plan};
use crate::probe::Probe;
use crate::renderer::Renderer;

/// This side's ends of what crosses.
pub(super) struct Ends {
    pub(super) messages: Consumer<Numbered>,
    pub(super) retired: Producer<Retired>,
    pub(super) taken: Producer<Taken>,
    pub(super) shared: Arc<Shared>,
}

/// Plays: whatever drives it, a device or a test, asks for frames and gets them.
pub struct Player {
    renderer: Renderer,
    ends: Ends,
    phase: Phase,
    /// Whether it stands where it is to play from.
    ready: bool,
    /// Whether it was told to play while it did not.
    wanted: bool,
    /// Whether controls moved while it stood: they are to stand where they belong when it begins.
    touched: bool,
    exit: Exit,
    way: Way,
    fade_frames: u32,
    bypass_frames: u32,
    /// Frames put out so far.
    frame: u64,
    /// The number of the message taken last.
    serial: u64,
}

enum Phase {
    Standing,
    Playing,
    /// Fading out, for so many frames more.
    Leaving(u32, Next),
}

/// What comes after a fade.
enum Next {
    Stop,
    Cue(Box<Cued>),
    Swap(Box<Swap>),
}

/// From where playback goes on.
#[derive(Clone, Copy)]
struct Way {
    start: u64,
    cycle: Option<Cycle>,
    /// The clock at `start`.
    clock: u64,
    /// Nothing before this frame is heard.
    floor: u64,
}

impl Player {
    pub(super) fn new(
        plan: Plan,
        rate_hz: u32,
        exit: Exit,
        ends: Ends,
        helpers: Option<Helpers>,
    ) -> Self {
        let rate = f64::from(rate_hz);
        let mut renderer = Renderer::new(plan);
        helpers.into_iter().for_each(|helpers| renderer.set_live_helpers(helpers));
        let player = Self {
            renderer,
            ends,
            phase: Phase::Standing,
            ready: true,
            wanted: false,
            touched: false,
            exit,
            way: Way { start: 0, cycle: None, clock: 0, floor: 0 },
            // One more than the length: a fade is at its end after that many steps, whatever the rounding.
            fade_frames: (FADE_S * rate).ceil() as u32 + 1,
            bypass_frames: frames(BYPASS_S, rate) + 1,
            frame: 0,
            serial: 0,
        };
        player.publish();
        player
    }

    /// Fills both slices, of equal and any length, with the next frames.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    #[rtsan_standalone::nonblocking]
    pub fn fill(&mut self, left: &mut [f64], right: &mut [f64]) {
        let frames = left.len().min(right.len());
        let (left, right) = (&mut left[..frames], &mut right[..frames]);
        self.take_messages();
        let blocks = left.chunks_mut(BLOCK).zip(right.chunks_mut(BLOCK));
        for (mut left, mut right) in blocks {
            while !left.is_empty() {
                let most = match self.phase {
                    Phase::Leaving(frames, _) => frames as usize,
                    Phase::Standing | Phase::Playing => left.len(),
                };
                let frames = most.min(left.len());
                let (now_left, later_left) = left.split_at_mut(frames);
                let (now_right, later_right) = right.split_at_mut(frames);
                self.put_out(now_left, now_right);
                self.fade_on(frames as u32);
                (left, right) = (later_left, later_right);
            }
        }
        self.publish();
    }

    /// Takes what was said, as long as it can be acted on at once and what it replaces can be given back.
    fn take_messages(&mut self) {
        while !matches!(self.phase, Phase::Leaving(..)) && !self.ends.retired.is_full() {
            let Ok(Numbered { serial, message }) = self.ends.messages.pop() else { return };
            let carried = self.renderer.carried() as u64;
            let at = match &message {
                Message::Change(_) | Message::Swap(_) => self.frame + carried,
                Message::Cue(cued) if self.meets(cued) => self.frame + carried,
                Message::Cue(_)
                | Message::Monitor(_)
                | Message::Offset(_)
                | Message::Listen(_)
                | Message::Speaker(_)
                | Message::Probe(..)
                | Message::Play
                | Message::Stop => self.frame,
            };
            let mut note = Taken { serial, frame: at, ..self.note(message.act()) };
            self.serial = serial;
            if let Message::Change(command) = message {
                note.stroke = self.renderer.hear(command);
                self.touched = true;
                self.push(note);
            } else {
                self.push(note);
                self.act(message);
            }
        }
    }

    /// A note on what happens at this frame.
    fn note(&self, act: Act) -> Taken {
        let (clock, position) = (self.renderer.rendered(), self.renderer.position());
        Taken { serial: self.serial, act, frame: self.frame, clock, position, stroke: None }
    }

    fn push(&mut self, note: Taken) {
        // One that nobody takes is no loss to what is heard.
        let _full = self.ends.taken.push(note);
    }

    fn act(&mut self, message: Message) {
        match message {
            Message::Change(command) => self.renderer.apply(command),
            Message::Monitor(switches) => self.exit.set_monitor(switches),
            Message::Offset(offset) => self.exit.set_offset(offset),
            Message::Listen(range) => self.exit.set_listen(range),
            Message::Speaker(speaker) => self.exit.set_speaker(speaker),
            Message::Probe(strip, probe) => self.look(strip, probe),
            Message::Play if self.is_playing() => {}
            Message::Play if self.ready => self.begin(),
            Message::Play => self.wanted = true,
            Message::Stop => {
                self.wanted = false;
                if self.is_playing() {
                    self.leave(self.fade_frames, true, Next::Stop);
                }
            }
            Message::Cue(cued) if self.is_playing() && !self.meets(&cued) => {
                self.leave(self.fade_frames, true, Next::Cue(cued));
            }
            Message::Cue(cued) => self.go(cued),
            Message::Swap(swap) if !self.is_playing() || swap.table.is_immediate() => {
                self.exchange(swap);
            }
            Message::Swap(swap) if swap.table.is_gated() => {
                self.leave(self.fade_frames, true, Next::Swap(swap));
            }
            Message::Swap(swap) => {
                swap.table.take_leave(self.renderer.plan_mut());
                // What fades begins to with the next block.
                let frames = self.bypass_frames + self.renderer.carried() as u32;
                self.leave(frames, false, Next::Swap(swap));
            }
        }
    }

    /// Exchanges the look at a strip's devices for another or none.
    fn look(&mut self, strip: usize, probe: Option<Box<Probe>>) {
        let before = match self.renderer.plan_mut().strips.get_mut(strip) {
            Some(node) => std::mem::replace(&mut node.probe, probe),
            None => probe,
        };
        if let Some(before) = before {
            // There is room, as for a cue.
            let _never_full = self.ends.retired.push(Retired::Probe(before));
        }
    }

    fn is_playing(&self) -> bool {
        !matches!(self.phase, Phase::Standing)
    }

    /// Fades out what must go, then does what comes `next`.
    fn leave(&mut self, frames: u32, close: bool, next: Next) {
        if close {
            self.exit.close();
        }
        self.phase = Phase::Leaving(frames, next);
    }

    /// Counts the frames of a fade; at its end does what comes next.
    fn fade_on(&mut self, frames: u32) {
        let Phase::Leaving(left, _) = &mut self.phase else { return };
        *left = left.saturating_sub(frames);
        if *left > 0 {
            return;
        }
        let Phase::Leaving(_, next) = std::mem::replace(&mut self.phase, Phase::Playing) else {
            return;
        };
        match next {
            Next::Stop => self.stand(),
            Next::Cue(cued) => self.go(cued),
            Next::Swap(swap) => self.exchange(swap),
        }
    }

    fn stand(&mut self) {
        let playhead = self.playhead();
        self.way = Way { start: playhead, cycle: None, clock: u64::MAX, floor: playhead };
        self.phase = Phase::Standing;
        self.ready = false;
    }

    /// Begins to play where it stands.
    fn begin(&mut self) {
        if std::mem::take(&mut self.touched) {
            self.renderer.locate(self.renderer.position());
        }
        self.wanted = false;
        self.phase = Phase::Playing;
        self.push(self.note(Act::Begin));
        // A song begins by itself; anywhere else the sound may be anything.
        match self.renderer.position() {
            0 => self.exit.stand_open(),
            _ => self.exit.open_after(self.renderer.plan().latency_frames()),
        }
    }

    /// Frames rendered since `clock`.
    fn since(&self, clock: u64) -> u64 {
        self.renderer.rendered().saturating_sub(clock)
    }

    /// True when streams that join playback lead on from exactly where it is.
    fn meets(&self, cued: &Cued) -> bool {
        let place = cued.joins.map(|clock| cued.place(self.since(clock)));
        place == Some(self.renderer.position())
    }

    /// Takes the streams of `cued` and goes to its place.
    fn go(&mut self, mut cued: Box<Cued>) {
        // Without a signal that goes on there is nothing to join any more.
        if cued.joins.is_none() || self.is_playing() || self.ready {
            let seamless = self.is_playing() && self.meets(&cued);
            let late = cued.joins.map_or(0, |clock| self.since(clock));
            let place = cued.place(late);
            self.take_streams(&mut cued, late, seamless);
            match cued.joins {
                None => self.renderer.locate(place),
                Some(_) if place == self.renderer.position() => {}
                Some(_) => {
                    self.renderer.jump(place);
                    self.push(self.note(Act::Wrap));
                }
            }
            self.renderer.set_cycle(cued.cycle);
            let floor = if cued.joins.is_none() { place } else { 0 };
            let clock = self.renderer.rendered();
            self.way = Way { start: place, cycle: cued.cycle, clock, floor };
            self.ready = true;
            self.touched &= cued.joins.is_some();
            match cued.joins {
                None if self.is_playing() || self.wanted => self.begin(),
                Some(_) if self.is_playing() && !seamless => {
                    self.exit.open_after(self.renderer.carried() as u64);
                }
                None | Some(_) => {}
            }
        }
        // There is room: it was looked for before the cue was taken, and nothing was given back since.
        let _never_full = self.ends.retired.push(Retired::Cue(cued));
    }

    /// Exchanges streams for those of `cued`, of which `late` frames have gone by.
    fn take_streams(&mut self, cued: &mut Cued, late: u64, seamless: bool) {
        let strips = &mut self.renderer.plan_mut().strips;
        for (index, source) in &mut cued.sources {
            if let Some(voice) = strips.get_mut(*index).and_then(|strip| strip.input.voice.as_mut())
            {
                if seamless {
                    voice.cross_to(source);
                } else {
                    voice.exchange(source);
                }
                voice.skip(late);
            }
        }
        if cued.reference.is_some() {
            let carried = if cued.joins.is_some() { self.renderer.carried() as u64 } else { 0 };
            let wait = carried + self.renderer.plan().latency_frames();
            self.exit.exchange_reference(&mut cued.reference, late, wait);
        }
    }

    /// Lets the plan of `swap` take over.
    fn exchange(&mut self, mut swap: Box<Swap>) {
        let at = self.renderer.position();
        let running = self.renderer.plan_mut();
        swap.table.take_over(&mut swap.plan, running, at);
        std::mem::swap(running, &mut swap.plan);
        self.exit.shift_reference(swap.plan.latency_frames, running.latency_frames);
        self.touched = true;
        if self.is_playing() && swap.table.is_gated() {
            self.exit.open_after(self.renderer.carried() as u64 + swap.table.gap_frames());
        }
        // There is room, as for a cue.
        let _never_full = self.ends.retired.push(Retired::Swap(swap));
    }

    /// Puts out up to a block.
    fn put_out(&mut self, left: &mut [f64], right: &mut [f64]) {
        if self.is_playing() {
            let at = self.playhead();
            let before = self.note(Act::Wrap);
            self.renderer.render(left, right);
            self.note_wrap(before);
            self.exit.pass(at, left, right);
        } else {
            self.exit.rest(left, right);
        }
        self.frame += left.len() as u64;
    }

    /// Notes when the loop has wrapped since `before`.
    fn note_wrap(&mut self, before: Taken) {
        let Some(cycle) = self.way.cycle else { return };
        let rendered = self.renderer.rendered() - before.clock;
        let ahead = cycle.ahead(before.position).filter(|ahead| *ahead <= rendered);
        if let Some(ahead) = ahead.filter(|_| rendered > 0) {
            self.push(Taken { clock: before.clock + ahead, position: cycle.start(), ..before });
        }
    }

    /// Timeline position of the frame that is handed out next.
    fn playhead(&self) -> u64 {
        let Way { start, cycle, clock, floor } = self.way;
        let latency = self.renderer.plan().latency_frames();
        let behind = self.renderer.carried() as u64 + latency;
        let since = self.renderer.rendered().saturating_sub(clock);
        let place = match since.checked_sub(behind) {
            Some(frames) => Cycle::after(cycle, start, frames),
            None => start.saturating_sub(behind - since),
        };
        place.max(floor)
    }

    fn publish(&self) {
        let state = match (&self.phase, self.ready) {
            (Phase::Standing, false) => State::Stopped,
            (Phase::Standing, true) => State::Ready,
            (Phase::Playing | Phase::Leaving(..), _) => State::Playing,
        };
        self.ends.shared.write(Moment {
            state,
            clock: self.renderer.rendered(),
            position: self.renderer.position(),
            playhead: self.playhead(),
            untapped: self.exit.untapped(),
        });
    }
}

impl Cued {
    /// Its place `late` frames after its start.
    fn place(&self, late: u64) -> u64 {
        Cycle::after(self.cycle, self.start, late)
    }
}
