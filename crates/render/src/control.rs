//! Controls of a strip: resting values, moves by hand, and automation, as values for each frame.

mod driven;
pub(crate) mod hand;

use twobus_dsp::Db;
use twobus_dsp::curve::Curve;

use self::driven::Driven;
pub(crate) use self::driven::Ways;
use self::hand::Stroke;
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
    db: Driven,
    /// A level in dB that rests, and its gain.
    resting: (f64, f64),
}

impl LevelControl {
    pub(crate) fn new(level: Db, lane: Option<Curve>, rate_hz: f64) -> Self {
        let resting = (level.0, level.to_gain());
        Self { db: Driven::level(level.0, lane, rate_hz), resting }
    }

    pub(crate) fn set(&mut self, level: Db) {
        self.db.set(level.0);
    }

    /// Moves it from `frame` on; what that is heard as, if a hand has it.
    pub(crate) fn turn(&mut self, level: Db, frame: i64) -> Option<Stroke> {
        self.db.turn(level.0, frame)
    }

    /// A hand takes it before `frame`.
    pub(crate) fn take(&mut self, frame: i64) -> Option<Stroke> {
        Some(self.db.take(frame))
    }

    /// The hand lets it go before `frame`.
    pub(crate) fn let_go(&mut self, frame: i64) -> Option<Stroke> {
        self.db.let_go(frame)
    }

    /// Arrives at once where it belongs at `start`.
    pub(crate) fn reset(&mut self, start: i64) {
        self.db.reset(start);
    }

    /// Goes on from where `old` stands at `frame`: without a jump, and without a change where both say
    /// the same.
    pub(crate) fn follow(&mut self, old: &Self, frame: i64) {
        self.db.follow(&old.db, frame);
    }

    /// The gain of the run, if it is one; else the gains of its frames are in `out`.
    pub(crate) fn fill(&mut self, start: i64, frames: usize, out: &mut Values) -> Option<f64> {
        if let Some(db) = self.db.constant(start, frames) {
            if db != self.resting.0 {
                self.resting = (db, Db(db).to_gain());
            }
            return Some(self.resting.1);
        }
        for (frame, gain) in (start..).zip(&mut out[..frames]) {
            *gain = Db(self.db.next(frame)).to_gain();
        }
        None
    }
}

/// A plain value, such as a pan. By hand it runs linearly.
#[derive(Debug, Clone)]
pub(crate) struct ValueControl(Driven);

impl ValueControl {
    pub(crate) fn new(value: f64, lane: Option<Curve>, rate_hz: f64) -> Self {
        Self(Driven::plain(value, lane, rate_hz))
    }

    pub(crate) fn set(&mut self, value: f64) {
        self.0.set(value);
    }

    /// Moves it from `frame` on; what that is heard as, if a hand has it.
    pub(crate) fn turn(&mut self, value: f64, frame: i64) -> Option<Stroke> {
        self.0.turn(value, frame)
    }

    /// A hand takes it before `frame`.
    pub(crate) fn take(&mut self, frame: i64) -> Option<Stroke> {
        Some(self.0.take(frame))
    }

    /// The hand lets it go before `frame`.
    pub(crate) fn let_go(&mut self, frame: i64) -> Option<Stroke> {
        self.0.let_go(frame)
    }

    /// Arrives at once where it belongs at `start`.
    pub(crate) fn reset(&mut self, start: i64) {
        self.0.reset(start);
    }

    /// Goes on from where `old` stands at `frame`, as [`LevelControl::follow`] does.
    pub(crate) fn follow(&mut self, old: &Self, frame: i64) {
        self.0.follow(&old.0, frame);
    }

    /// The value of the run, if it is one; else the values of its frames are in `out`.
    pub(crate) fn fill(&mut self, start: i64, frames: usize, out: &mut Values) -> Option<f64> {
        let constant = self.0.constant(start, frames);
        if constant.is_none() {
            let values = (start..).zip(&mut out[..frames]);
            values.for_each(|(frame, value)| *value = self.0.next(frame));
        }
        constant
    }
}

/// Mute: a gain between exactly 0 and exactly 1 that fades between them with flat ends.
#[derive(Debug, Clone)]
pub(crate) struct MuteControl {
    lane: Option<Curve>,
    muted: bool,
    /// Silent whatever mute says: solo elsewhere.
    cut: bool,
    hand: Option<MuteHand>,
    fade: Fade,
}

/// A hand that has a mute: where it holds it, and whether it has moved it.
#[derive(Debug, Clone, Copy)]
struct MuteHand {
    muted: bool,
    moved: bool,
}

impl MuteControl {
    pub(crate) fn new(muted: bool, cut: bool, lane: Option<Curve>, rate_hz: f64) -> Self {
        let fade = Fade::new(true, MUTE_S * rate_hz);
        let mut control = Self { lane, muted, cut, hand: None, fade };
        control.reset(0);
        control
    }

    /// Mutes or un-mutes from `frame` on; what that is heard as, if a hand has it.
    pub(crate) fn turn(&mut self, muted: bool, frame: i64) -> Option<Stroke> {
        let from = self.is_muted(frame - 1);
        match &mut self.hand {
            Some(hand) => {
                *hand = MuteHand { muted, moved: true };
                Some(step(frame, from, muted))
            }
            None => {
                self.muted = muted;
                None
            }
        }
    }

    /// A hand takes it before `frame`.
    pub(crate) fn take(&mut self, frame: i64) -> Option<Stroke> {
        let muted = self.is_muted(frame - 1);
        let _hand = self.hand.get_or_insert(MuteHand { muted, moved: false });
        Some(step(frame, muted, muted))
    }

    /// The hand lets it go before `frame`; it is at once what its lane says.
    pub(crate) fn let_go(&mut self, frame: i64) -> Option<Stroke> {
        let hand = self.hand.take()?;
        Some(step(frame, hand.muted, self.is_muted(frame)))
    }

    pub(crate) fn set_cut(&mut self, cut: bool) {
        self.cut = cut;
    }

    /// Arrives at once at what holds at `start`.
    pub(crate) fn reset(&mut self, start: i64) {
        if self.hand.is_some_and(|hand| !hand.moved) {
            self.hand = None;
            let _stroke = self.take(start + 1);
        }
        self.fade.set(self.open_at(start));
        self.fade.finish();
    }

    /// Goes on from how far `old` is open, in the same hand.
    pub(crate) fn follow(&mut self, old: &Self) {
        self.fade = old.fade.clone();
        self.hand = old.hand;
    }

    fn is_muted(&self, frame: i64) -> bool {
        let lane = || self.lane.as_ref().map(|lane| lane.value_at(frame) >= 0.5);
        self.hand.map(|hand| hand.muted).or_else(lane).unwrap_or(self.muted)
    }

    fn open_at(&self, frame: i64) -> bool {
        !(self.is_muted(frame) || self.cut)
    }

    /// The gain of the run, if it is one; else the gains of its frames are in `out`.
    pub(crate) fn fill(&mut self, start: i64, frames: usize, out: &mut Values) -> Option<f64> {
        let changes = |lane: &Curve| lane.constant_over(start, frames).is_none();
        let moves = self.hand.is_none() && self.lane.as_ref().is_some_and(changes);
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

/// A mute that steps.
fn step(frame: i64, from: bool, to: bool) -> Stroke {
    let value = |muted: bool| f64::from(u8::from(muted));
    Stroke { frame, from: value(from), to: value(to), frames: 0 }
}
