//! Controls of a strip: resting values, moves by hand, and automation, as values for each frame.

use twobus_dsp::Db;
use twobus_dsp::curve::{Curve, FLOOR_DB};
use twobus_dsp::smooth::Ramp;

use crate::RUN;

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
    jump_frames: u32,
}

impl LevelControl {
    pub(crate) fn new(level: Db, lane: Option<Curve>, rate_hz: f64) -> Self {
        let resting = (level.0, level.to_gain());
        let db = Ramp::new(level.0.max(FLOOR_DB));
        Self { lane, db, resting, jump_frames: frames(JUMP_S, rate_hz) }
    }

    pub(crate) fn set(&mut self, level: Db) {
        self.db.set(level.0.max(FLOOR_DB), self.jump_frames);
        self.resting = (level.0, level.to_gain());
    }

    pub(crate) fn reset(&mut self) {
        self.db.finish();
    }

    /// The gain of the run, if it is one; else the gains of its frames are in `out`.
    pub(crate) fn fill(&mut self, start: i64, frames: usize, out: &mut Values) -> Option<f64> {
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
}

/// A plain value, such as a pan. By hand it runs linearly.
#[derive(Debug, Clone)]
pub(crate) struct ValueControl {
    lane: Option<Curve>,
    value: Ramp,
    jump_frames: u32,
}

impl ValueControl {
    pub(crate) fn new(value: f64, lane: Option<Curve>, rate_hz: f64) -> Self {
        Self { lane, value: Ramp::new(value), jump_frames: frames(JUMP_S, rate_hz) }
    }

    pub(crate) fn set(&mut self, value: f64) {
        self.value.set(value, self.jump_frames);
    }

    pub(crate) fn reset(&mut self) {
        self.value.finish();
    }

    /// The value of the run, if it is one; else the values of its frames are in `out`.
    pub(crate) fn fill(&mut self, start: i64, frames: usize, out: &mut Values) -> Option<f64> {
        match &self.lane {
            Some(lane) => {
                let constant = lane.constant_over(start, frames);
                if constant.is_none() {
                    let values = (start..).map(|frame| lane.value_at(frame));
                    out[..frames].iter_mut().zip(values).for_each(|(out, value)| *out = value);
                }
                constant
            }
            None => {
                let resting = self.value.resting();
                if resting.is_none() {
                    out[..frames].iter_mut().for_each(|out| *out = self.value.advance());
                }
                resting
            }
        }
    }
}

/// Mute: a gain between exactly 0 and exactly 1 that fades between them with flat ends.
#[derive(Debug, Clone)]
pub(crate) struct MuteControl {
    lane: Option<Curve>,
    muted: bool,
    /// Silent whatever mute says: solo elsewhere.
    cut: bool,
    open: f64,
    step: f64,
}

impl MuteControl {
    pub(crate) fn new(muted: bool, cut: bool, lane: Option<Curve>, rate_hz: f64) -> Self {
        let mut control = Self { lane, muted, cut, open: 1.0, step: 1.0 / (MUTE_S * rate_hz) };
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
        self.open = self.target_at(start);
    }

    fn target_at(&self, frame: i64) -> f64 {
        let muted = self.lane.as_ref().map_or(self.muted, |lane| lane.value_at(frame) >= 0.5);
        if muted || self.cut { 0.0 } else { 1.0 }
    }

    /// The gain of the run, if it is one; else the gains of its frames are in `out`.
    pub(crate) fn fill(&mut self, start: i64, frames: usize, out: &mut Values) -> Option<f64> {
        let changes = |lane: &Curve| lane.constant_over(start, frames).is_none();
        let moves = self.lane.as_ref().is_some_and(changes);
        if !moves && self.open == self.target_at(start) {
            return Some(self.open);
        }
        for (frame, gain) in (start..).zip(&mut out[..frames]) {
            let target = self.target_at(frame);
            self.open += (target - self.open).clamp(-self.step, self.step);
            *gain = self.open * self.open * (3.0 - 2.0 * self.open);
        }
        None
    }
}
