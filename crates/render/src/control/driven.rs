//! A value that the document, a lane or a hand drives, along the scale on which it runs straight.

use twobus_dsp::curve::{Curve, FLOOR_DB, Interpolation};
use twobus_dsp::smooth::Ramp;

use super::hand::{Hand, RETURN_S, Stroke};
use super::{JUMP_S, frames};

/// Frames of the ways that controls run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ways {
    /// After a jump by hand.
    pub(crate) jump: u32,
    /// Back to the lane.
    pub(crate) back: u32,
}

impl Ways {
    pub(crate) fn new(rate_hz: f64) -> Self {
        Self { jump: frames(JUMP_S, rate_hz), back: frames(RETURN_S, rate_hz) }
    }
}

/// A level in dB, or a plain value: a frame at a time.
#[derive(Debug, Clone)]
pub(super) struct Driven {
    lane: Option<Curve>,
    /// The control's own value; for levels, as it was set and floored.
    set: f64,
    own: Ramp,
    /// Nothing runs below it.
    floor: f64,
    hand: Option<Hand>,
    /// What is left of the way from where a control before this one stood.
    lead: Ramp,
    ways: Ways,
}

impl Driven {
    /// A level, in dB.
    pub(super) fn level(db: f64, lane: Option<Curve>, rate_hz: f64) -> Self {
        Self::new(db, lane, FLOOR_DB, rate_hz)
    }

    /// A plain value.
    pub(super) fn plain(value: f64, lane: Option<Curve>, rate_hz: f64) -> Self {
        Self::new(value, lane, f64::NEG_INFINITY, rate_hz)
    }

    fn new(set: f64, lane: Option<Curve>, floor: f64, rate_hz: f64) -> Self {
        let (own, lead) = (Ramp::new(set.max(floor)), Ramp::new(0.0));
        Self { lane, set, own, floor, hand: None, lead, ways: Ways::new(rate_hz) }
    }

    /// Sets the control's own value.
    pub(super) fn set(&mut self, value: f64) {
        self.own.set(value.max(self.floor), self.ways.jump);
        self.set = value;
    }

    /// Moves the control from `frame` on: the hand that has it, or its own value.
    pub(super) fn turn(&mut self, value: f64, frame: i64) -> Option<Stroke> {
        let (to, jump) = (value.max(self.floor), self.ways.jump);
        match self.hand.as_mut().filter(|hand| hand.holds()) {
            Some(hand) => Some(hand.turn(to, frame, jump)),
            None => {
                self.set(value);
                None
            }
        }
    }

    /// A hand takes the control before `frame`.
    pub(super) fn take(&mut self, frame: i64) -> Stroke {
        let value = self.value_at(frame - 1);
        let hand = self.hand.get_or_insert_with(|| Hand::at(value, Interpolation::Linear));
        hand.catch();
        self.lead = Ramp::new(0.0);
        hand.stroke(frame)
    }

    /// The hand lets go before `frame`; it runs back to the lane, or to the control's own value.
    pub(super) fn let_go(&mut self, frame: i64) -> Option<Stroke> {
        let back = self.ways.back;
        let to = match &self.lane {
            Some(lane) => lane.value_at(frame + i64::from(back) - 1).max(self.floor),
            None => self.own.target(),
        };
        let hand = self.hand.as_mut().filter(|hand| hand.holds())?;
        Some(hand.let_go(to, frame, back))
    }

    /// Arrives at once where it belongs at `start`.
    pub(super) fn reset(&mut self, start: i64) {
        self.own.finish();
        self.lead = Ramp::new(0.0);
        let here = self.driven_at(start).max(self.floor);
        self.hand = self.hand.take().and_then(|hand| hand.anew(here));
    }

    /// Goes on from where `old` stands at `frame`: without a jump, without a change where both say the
    /// same, and in the same hand.
    pub(super) fn follow(&mut self, old: &Self, frame: i64) {
        let same_value = self.lane.is_some() || self.own.target() == old.own.target();
        if old.hand.is_some() {
            self.hand.clone_from(&old.hand);
        } else if self.lane == old.lane && same_value {
            (self.own, self.lead) = (old.own, old.lead);
        } else {
            self.lead_from(old.value_at(frame), frame);
        }
    }

    /// Runs to where it belongs from `value`, where it stood at `frame`.
    fn lead_from(&mut self, value: f64, frame: i64) {
        self.lead = Ramp::new(value - self.driven_at(frame).max(self.floor));
        self.lead.set(0.0, self.ways.jump);
    }

    /// What drives it says so for `frame`, hands aside.
    fn driven_at(&self, frame: i64) -> f64 {
        self.lane.as_ref().map_or(self.own.value(), |lane| lane.value_at(frame))
    }

    /// Where it stands at `frame`, the last one that was asked for.
    fn value_at(&self, frame: i64) -> f64 {
        match &self.hand {
            Some(hand) => hand.value(),
            None => self.driven_at(frame).max(self.floor) + self.lead.value(),
        }
    }

    /// The one value of the next `frames` frames, if it is one.
    pub(super) fn constant(&self, start: i64, frames: usize) -> Option<f64> {
        match (&self.hand, &self.lane) {
            (Some(hand), _) => hand.resting().map(|value| self.floored(value)),
            _ if self.lead.resting().is_none() => None,
            (None, Some(lane)) => lane.constant_over(start, frames),
            (None, None) => self.own.resting().map(|_| self.set),
        }
    }

    /// The value of the next frame.
    pub(super) fn next(&mut self, frame: i64) -> f64 {
        if let Some(hand) = &mut self.hand {
            hand.skip(1);
            let (value, is_back) = (hand.value(), hand.is_back());
            if is_back {
                self.hand = None;
                self.lead_from(value, frame);
            }
            return self.floored(value);
        }
        let driven = match &self.lane {
            Some(lane) => lane.value_at(frame),
            None => {
                let own = self.own.advance();
                if self.own.resting().is_some() { self.set } else { own }
            }
        };
        let lead = self.lead.advance();
        let arrived = self.lead.resting().is_some();
        if arrived { driven } else { driven.max(self.floor) + lead }
    }

    /// A level at the floor is silence.
    fn floored(&self, value: f64) -> f64 {
        if value <= self.floor { f64::NEG_INFINITY } else { value }
    }
}
