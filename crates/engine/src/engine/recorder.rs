//! Recording of automation: what hands do while a song plays becomes edits.
//!
//! The player notes the frame of every move, where the control stood, and how it runs on; out of these
//! notes each control's [`Recording`] is made again here, exactly as it was heard.
//!
//! A pass goes from the start of playback to its stop. A locate or a loop's wrap ends it, too, and what is
//! still being written goes on in the next pass.

mod desk;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use twobus_render::live::{Act, Taken};
use twobus_render::{Command, Stroke};
use twobus_session::automation::{Pass, Recording, Stretch, pass_edit};
use twobus_session::{Edit, LaneMode, LaneTarget, StripId};

pub(super) use self::desk::Desk;

/// A control that a lane can drive.
pub(super) type Handle = (StripId, LaneTarget);

/// Keeps what hands do.
#[derive(Default)]
pub(super) struct Recorder {
    /// Whether anything is written.
    is_on: bool,
    holds: BTreeMap<Handle, Hold>,
    /// What was said to the player and has not acted yet, by the numbers of the messages.
    sent: VecDeque<(u64, Handle, Deed)>,
    /// Where the pass under way began; `None` while nothing plays.
    begun: Option<Begun>,
    /// What the pass has heard and is over.
    heard: BTreeMap<Handle, Vec<Stretch>>,
    written: Vec<Edit>,
}

/// A control that was taken.
struct Hold {
    mode: LaneMode,
    /// Whether it is under a hand; if not, it is latched, written, or on its way back.
    in_hand: bool,
    /// Where it was put; `None` while it stands where it was taken.
    value: Option<f64>,
    recording: Option<Recording>,
    /// Of one that was let go: the frame at which it is back.
    back_at: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Deed {
    Take,
    Move,
    Let,
}

#[derive(Debug, Clone, Copy)]
struct Begun {
    clock: u64,
    position: u64,
}

/// Where a control stands, where it runs to, and in how many frames.
type Rest = (f64, f64, u32);

impl Recorder {
    /// Whether what hands do is written.
    pub(super) fn set_on(&mut self, is_on: bool) {
        self.is_on = is_on;
    }

    /// Edits of the passes that are over.
    pub(super) fn take_written(&mut self) -> Vec<Edit> {
        std::mem::take(&mut self.written)
    }

    /// True when a hand has the control.
    pub(super) fn is_in_hand(&self, handle: Handle) -> bool {
        self.holds.get(&handle).is_some_and(|hold| hold.in_hand)
    }

    /// A hand takes a control; false when no lane is played there.
    pub(super) fn touch(&mut self, handle: Handle, desk: &mut Desk<'_>) -> bool {
        let Some(mode) = desk.lane(handle).map(|lane| lane.mode) else { return false };
        self.take(handle, mode, true, desk);
        true
    }

    fn take(&mut self, handle: Handle, mode: LaneMode, in_hand: bool, desk: &mut Desk<'_>) {
        let serial = desk.control.change(Command::Take(handle.0, handle.1));
        self.sent.push_back((serial, handle, Deed::Take));
        let hold = self.holds.entry(handle).or_insert_with(|| Hold::new(mode));
        (hold.mode, hold.in_hand) = (mode, in_hand);
    }

    /// A hand moves a control that it has: the message `serial`.
    pub(super) fn moves(&mut self, handle: Handle, serial: u64) {
        self.sent.push_back((serial, handle, Deed::Move));
    }

    /// The hand lets a control go; what latches stays while the song plays.
    pub(super) fn let_go(&mut self, handle: Handle, desk: &mut Desk<'_>) {
        let Some(hold) = self.holds.get_mut(&handle).filter(|hold| hold.in_hand) else { return };
        hold.in_hand = false;
        let stays = self.is_on && matches!(hold.mode, LaneMode::Latch | LaneMode::Write);
        if !(stays && self.begun.is_some()) {
            self.send_let(handle, desk);
        }
    }

    fn send_let(&mut self, handle: Handle, desk: &mut Desk<'_>) {
        let serial = desk.control.change(Command::Let(handle.0, handle.1));
        self.sent.push_back((serial, handle, Deed::Let));
    }

    /// Before playback begins: lanes in write are written from its first frame on.
    pub(super) fn before_play(&mut self, desk: &mut Desk<'_>) {
        if !self.is_on {
            return;
        }
        for handle in desk.write_lanes() {
            if !self.holds.contains_key(&handle) {
                self.take(handle, LaneMode::Write, false, desk);
            }
        }
    }

    /// Before playback goes elsewhere: what is latched and not in a hand goes back to its lane.
    pub(super) fn before_locate(&mut self, desk: &mut Desk<'_>) {
        self.let_all(desk, |hold| hold.mode == LaneMode::Latch);
    }

    /// Lets go everything of a kind that is held, but not by a hand.
    fn let_all(&mut self, desk: &mut Desk<'_>, kind: impl Fn(&Hold) -> bool) {
        let held = |hold: &Hold| !hold.in_hand && hold.back_at.is_none() && kind(hold);
        let held = self.holds.iter().filter(|(_, hold)| held(hold)).map(|(handle, _)| *handle);
        for handle in held.collect::<Vec<_>>() {
            self.send_let(handle, desk);
        }
    }

    /// Lets go what has no lane any more.
    pub(super) fn after_update(&mut self, desk: &mut Desk<'_>) {
        let gone = self.holds.keys().copied().filter(|handle| desk.lane(*handle).is_none());
        for handle in gone.collect::<Vec<_>>() {
            let _gone = (self.holds.remove(&handle), self.heard.remove(&handle));
            let _serial = desk.control.change(Command::Let(handle.0, handle.1));
        }
    }

    /// The player is gone, at this clock.
    pub(super) fn lose_player(&mut self, clock: u64, desk: &mut Desk<'_>) {
        self.end(clock, true, desk);
        (self.holds, self.sent) = (BTreeMap::new(), VecDeque::new());
    }

    /// Takes in what the player says has happened.
    pub(super) fn take_note(&mut self, note: &Taken, desk: &mut Desk<'_>) {
        if note.act == Act::Change {
            // Of several moves that waited only the last was sent on.
            while let Some((serial, handle, deed)) = self.sent.front().copied() {
                if serial > note.serial {
                    return;
                }
                let _done = self.sent.pop_front();
                if let (true, Some(stroke)) = (serial == note.serial, note.stroke) {
                    self.heard(handle, deed, stroke, desk);
                }
            }
        } else if note.act == Act::Begin {
            self.end(note.clock, false, desk);
            self.begin(note, &BTreeMap::new(), desk);
        } else if note.act == Act::Wrap {
            let rests = self.rests(note.clock, desk);
            self.end(note.clock, false, desk);
            self.begin(note, &rests, desk);
        } else if note.act == Act::Stop {
            self.end(note.clock, true, desk);
            self.let_all(desk, |_| true);
        }
    }

    /// A hand's move is heard.
    fn heard(&mut self, handle: Handle, deed: Deed, stroke: Stroke, desk: &Desk<'_>) {
        let (plays, is_on) = (self.begun.is_some(), self.is_on);
        let Some(hold) = self.holds.get_mut(&handle) else { return };
        let Stroke { frame, from, to, frames } = stroke;
        if deed == Deed::Move {
            hold.value = Some(to);
        }
        if deed == Deed::Take
            && let Some(back_at) = hold.back_at.take()
        {
            hold.value = None;
            let over = hold.recording.take_if(|_| back_at <= frame);
            let over = over.and_then(|recording| recording.finish(back_at));
            self.heard.entry(handle).or_default().extend(over);
        }
        match &mut hold.recording {
            Some(recording) => recording.stroke(frame, from, to, frames),
            None if plays && is_on && hold.mode.writes() && deed == Deed::Take => {
                hold.recording = desk.recording(handle, frame, from);
            }
            None => {}
        }
        if deed == Deed::Let && plays {
            hold.back_at = Some(frame + i64::from(frames));
        } else if deed == Deed::Let && !hold.in_hand {
            let _back = self.holds.remove(&handle);
        }
    }

    /// A pass begins, with what is on its way in `rests`.
    fn begin(&mut self, note: &Taken, rests: &BTreeMap<Handle, Rest>, desk: &Desk<'_>) {
        self.begun = Some(Begun { clock: note.clock, position: note.position });
        for (handle, hold) in &mut self.holds {
            if !self.is_on || !hold.mode.writes() || hold.back_at.is_some() {
                continue;
            }
            let frame = desk.frame(*handle, note.position);
            let stands = hold.value.or_else(|| desk.value_at(*handle, frame));
            let rest = rests.get(handle).copied();
            let Some((from, to, frames)) = rest.or(stands.map(|value| (value, value, 0))) else {
                continue;
            };
            hold.recording = desk.recording(*handle, frame, from);
            if let Some(recording) = hold.recording.as_mut().filter(|_| frames > 0) {
                recording.stroke(frame, from, to, frames);
            }
        }
    }

    /// Where each recording is at `clock`.
    fn rests(&self, clock: u64, desk: &Desk<'_>) -> BTreeMap<Handle, Rest> {
        let Some(position) = self.begun.map(|begun| begun.position_at(clock)) else {
            return BTreeMap::new();
        };
        let rest = |(handle, hold): (&Handle, &Hold)| {
            let recording = hold.recording.as_ref()?;
            let last = desk.frame(*handle, position) - 1;
            let (to, frames) = recording.rest_at(last);
            Some((*handle, (recording.value_at(last), to, frames)))
        };
        self.holds.iter().filter_map(rest).collect()
    }

    /// Ends the pass at `clock`, and makes an edit of it; what was written falls back to touch if it `stops`.
    fn end(&mut self, clock: u64, stops: bool, desk: &mut Desk<'_>) {
        let Some(begun) = self.begun.take() else { return };
        let position = begun.position_at(clock);
        let mut heard = std::mem::take(&mut self.heard);
        for (handle, hold) in &mut self.holds {
            let end = desk.frame(*handle, position);
            let end = hold.back_at.map_or(end, |back_at| back_at.min(end));
            let over = hold.recording.take().and_then(|recording| recording.finish(end));
            heard.entry(*handle).or_default().extend(over);
        }
        self.holds.retain(|_, hold| hold.in_hand || hold.back_at.is_none());
        let mut passes = Vec::new();
        for ((strip, target), heard) in heard.into_iter().filter(|(_, heard)| !heard.is_empty()) {
            let hold = self.holds.get_mut(&(strip, target));
            let written = hold.filter(|hold| stops && hold.mode == LaneMode::Write);
            let mode = written.map(|hold| {
                hold.mode = LaneMode::Touch;
                hold.mode
            });
            passes.push(Pass { strip, target, heard, mode });
        }
        if let Some(edit) = pass_edit(desk.project, desk.song, &passes) {
            // The next pass is written on top of this one, whenever the document takes it. If it cannot,
            // it will say why.
            let _same = Arc::make_mut(desk.project).apply(edit.clone());
            self.written.push(edit);
        }
    }
}

impl Hold {
    fn new(mode: LaneMode) -> Self {
        Self { mode, in_hand: false, value: None, recording: None, back_at: None }
    }
}

impl Begun {
    fn position_at(self, clock: u64) -> u64 {
        self.position + clock.saturating_sub(self.clock)
    }
}
