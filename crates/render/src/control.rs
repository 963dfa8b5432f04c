//! Controls of a strip: resting values, moves by hand, and automation, as values for each frame.

use twobus_dsp::Db;
use twobus_dsp::curve::{Curve, FLOOR_DB};
use twobus_dsp::smooth::Ramp;

use crate::RUN;
use crate::fade::Fade;

/// Time a control takes to arrive after a jump by hand.
pub(crate) const JUMP_S: f64 = 0.010;
/// Time a mute or an un-mute takes.
pub(crate) const MUTE_S: f64 = 0.005;

/// Frames of `time_s` at `rate_hz`.
pub(crate) fn frames(time_s: f64, rate_hz: f64) -> u32 {
    (time_s * rate_hz).round() as u32
}

/// One value for each frame of a run.
pub(crate) type Values = [f64; RUN];

/// A level: a gain for each frame. By hand it runs linearly in dB.
#[derive(Debug, Clone)]
pub(crate) struct LevelControl {
    lane: Option<Curve>,
    db: Ramp,
    resting: (f64, f64),
    /// What is left, in dB, of the way from where a control before this one stood.
    lead: Ramp,
    jump_frames: u32,
}

impl LevelControl {
    pub(crate) fn new(level: Db, lane: Option<Curve>, rate_hz: f64) -> Self {
        let resting = (level.0, level.to_gain());
        let db = Ramp::new(level.0.max(FLOOR_DB));
        Self { lane, db, resting, lead: Ramp::new(0.0), jump_frames: frames(JUMP_S, rate_hz) }
    }

    pub(crate) fn set(&mut self, level: Db) {
        self.db.set(level.0.max(FLOOR_DB), self.jump_frames);
        self.resting = (level.0, level.to_gain());
    }

    pub(crate) fn reset(&mut self) {
        self.db.finish();
        self.lead = Ramp::new(0.0);
    }

    /// Goes on from where `old` stands at `frame`: without a jump, and without a change where both say
    /// the same.
    pub(crate) fn follow(&mut self, old: &Self, frame: i64) {
        let same_level = self.lane.is_some() || self.db.target() == old.db.target();
        if self.lane == old.lane && same_level {
            (self.db, self.lead) = (old.db, old.lead);
            return;
        }
        self.lead = Ramp::new(old.db_at(frame) - self.db_at(frame));
        self.lead.set(0.0, self.jump_frames);
    }

    /// Where it stands at `frame`, floored.
    fn db_at(&self, frame: i64) -> f64 {
        let db = self.lane.as_ref().map_or(self.db.value(), |lane| lane.value_at(frame));
        db.max(FLOOR_DB) + self.lead.value()
    }

    /// The gain of the run, if it is one; else the gains of its frames are in `out`.
    pub(crate) fn fill(&mut self, start: i64, frames: usize, out: &mut Values) -> Option<f64> {
        if self.lead.resting().is_none() {
            self.fill_led(start, frames, out);
            return None;
        }
        if let Some(lane) = &self.lane {
            if let Some(db) = lane.constant_over(start, frames) {
                if db != self.resting.0 {
                    self.resting = (db, Db(db).to_gain());
                }
                return Some(self.resting.1);
            }
            let gains = (start..).map(|frame| Db(lane.value_at(frame)).to_gain());
            out[..frames].iter_mut().zip(gains).for_each(|(out, gain)| *out = gain);
            return None;
        }
        if self.db.resting().is_some() {
            return Some(self.resting.1);
        }
        for gain in &mut out[..frames] {
            let db = self.db.advance();
            let arrived = self.db.resting().is_some();
            *gain = if arrived { self.resting.1 } else { Db(db).to_gain() };
        }
        None
    }

    /// The gains of frames on the way from where another control stood.
    fn fill_led(&mut self, start: i64, frames: usize, out: &mut Values) {
        for (frame, gain) in (start..).zip(&mut out[..frames]) {
            let db = match &self.lane {
                Some(lane) => lane.value_at(frame),
                None if self.db.resting().is_some() => self.resting.0,
                None => self.db.advance(),
            };
            let lead = self.lead.advance();
            let arrived = self.lead.resting().is_some();
            *gain = if arrived { Db(db) } else { Db(db.max(FLOOR_DB) + lead) }.to_gain();
        }
    }
}

/// A plain value, such as a pan. By hand it runs linearly.
#[derive(Debug, Clone)]
pub(crate) struct ValueControl {
    lane: Option<Curve>,
    value: Ramp,
    /// What is left of the way from where a control before this one stood.
    lead: Ramp,
    jump_frames: u32,
}

impl ValueControl {
    pub(crate) fn new(value: f64, lane: Option<Curve>, rate_hz: f64) -> Self {
        let jump_frames = frames(JUMP_S, rate_hz);
        Self { lane, value: Ramp::new(value), lead: Ramp::new(0.0), jump_frames }
    }

    pub(crate) fn set(&mut self, value: f64) {
        self.value.set(value, self.jump_frames);
    }

    pub(crate) fn reset(&mut self) {
        self.value.finish();
        self.lead = Ramp::new(0.0);
    }

    /// Goes on from where `old` stands at `frame`, as [`LevelControl::follow`] does.
    pub(crate) fn follow(&mut self, old: &Self, frame: i64) {
        let same_value = self.lane.is_some() || self.value.target() == old.value.target();
        if self.lane == old.lane && same_value {
            (self.value, self.lead) = (old.value, old.lead);
            return;
        }
        self.lead = Ramp::new(old.value_at(frame) - self.value_at(frame));
        self.lead.set(0.0, self.jump_frames);
    }

    fn value_at(&self, frame: i64) -> f64 {
        let value = self.lane.as_ref().map_or(self.value.value(), |lane| lane.value_at(frame));
        value + self.lead.value()
    }

    /// The value of the run, if it is one; else the values of its frames are in `out`.
    pub(crate) fn fill(&mut self, start: i64, frames: usize, out: &mut Values) -> Option<f64> {
        let constant = match &self.lane {
            Some(lane) => lane.constant_over(start, frames),
            None => self.value.resting(),
        };
        if constant.is_some() && self.lead.resting().is_some() {
            return constant;
        }
        for (frame, out) in (start..).zip(&mut out[..frames]) {
            let value = match &self.lane {
                Some(lane) => lane.value_at(frame),
                None => self.value.advance(),
            };
            *out = value + self.lead.advance();
        }
        None
    }
}

/// Mute: a gain between exactly 0 and exactly 1 that fades between them with flat ends.
#[derive(Debug, Clone)]
pub(crate) struct MuteControl {
    lane: Option<Curve>,
    muted: bool,
    /// Silent whatever mute says: solo elsewhere.
    cut: bool,
    fade: Fade,
}

impl MuteControl {
    pub(crate) fn new(muted: bool, cut: bool, lane: Option<Curve>, rate_hz: f64) -> Self {
        let fade = Fade::new(true, MUTE_S * rate_hz);
        let mut control = Self { lane, muted, cut, fade };
        control.reset(0);
        control
    }

    pub(crate) fn set(&mut self, muted: bool) {
        self.muted = muted;
    }

    pub(crate) fn set_cut(&mut self, cut: bool) {
        self.cut = cut;
    }

    /// Arrives at once at what holds at `start`.
    pub(crate) fn reset(&mut self, start: i64) {
        self.fade.set(self.open_at(start));
        self.fade.finish();
    }

    /// Goes on from how far `old` is open.
    pub(crate) fn follow(&mut self, old: &Self) {
        self.fade = old.fade.clone();
    }

    fn open_at(&self, frame: i64) -> bool {
        let muted = self.lane.as_ref().map_or(self.muted, |lane| lane.value_at(frame) >= 0.5);
        !(muted || self.cut)
    }

    /// The gain of the run, if it is one; else the gains of its frames are in `out`.
    pub(crate) fn fill(&mut self, start: i64, frames: usize, out: &mut Values) -> Option<f64> {
        let changes = |lane: &Curve| lane.constant_over(start, frames).is_none();
        let moves = self.lane.as_ref().is_some_and(changes);
        self.fade.set(self.open_at(start));
        if let (false, Some(gain)) = (moves, self.fade.resting()) {
            return Some(gain);
        }
        for (frame, gain) in (start..).zip(&mut out[..frames]) {
            self.fade.set(self.open_at(frame));
            *gain = self.fade.advance();
        }
        None
    }
}
