//! A parameter of a device that a lane, or a hand on that lane, drives.

use twobus_dsp::curve::{Curve, Interpolation};

use crate::control::Ways;
use crate::control::hand::{Hand, Stroke};

/// An automated parameter of the device in a slot.
pub(crate) struct AutomatedParam {
    /// Its index.
    pub(crate) param: usize,
    /// `None` while the lane is off, or has no points: then only a hand drives the parameter.
    lane: Option<Curve>,
    interpolation: Interpolation,
    /// Its value in the document.
    own: f64,
    /// What the device was told last.
    last: f64,
    hand: Option<Hand>,
    ways: Ways,
}

/// What a device is to be told.
pub(super) enum Order {
    /// Jump there.
    Set(f64),
    /// Run there within the frames that come.
    Glide(f64),
}

impl AutomatedParam {
    pub(crate) fn new(
        param: usize,
        lane: Option<Curve>,
        interpolation: Interpolation,
        own: f64,
        rate_hz: f64,
    ) -> Self {
        let ways = Ways::new(rate_hz);
        Self { param, lane, interpolation, own, last: f64::NAN, hand: None, ways }
    }

    fn holds(&self) -> bool {
        self.interpolation == Interpolation::Hold
    }

    /// True while it, and not the document, says where the parameter is.
    pub(super) fn drives(&self) -> bool {
        self.lane.is_some() || self.hand.is_some()
    }

    /// The value when playback is at `frame`, hands aside.
    fn driven_at(&self, frame: i64) -> f64 {
        self.lane.as_ref().map_or(self.own, |lane| lane.value_at(frame))
    }

    /// The parameter's own value was set, by whoever has not taken it.
    pub(super) fn set(&mut self, value: f64) {
        self.own = value;
    }

    /// Moves it from `frame` on, if a hand has it.
    pub(super) fn turn(&mut self, value: f64, frame: i64) -> Option<Stroke> {
        let frames = if self.holds() { 0 } else { self.ways.jump };
        let hand = self.hand.as_mut().filter(|hand| hand.holds())?;
        Some(hand.turn(value, frame, frames))
    }

    /// A hand takes it before `frame`.
    pub(super) fn take(&mut self, frame: i64) -> Stroke {
        let told = if self.lane.is_some() { self.last } else { f64::NAN };
        let value = if told.is_nan() { self.driven_at(frame - 1) } else { told };
        let hand = self.hand.get_or_insert_with(|| Hand::at(value, self.interpolation));
        hand.catch();
        hand.stroke(frame)
    }

    /// The hand lets go before `frame`.
    pub(super) fn let_go(&mut self, frame: i64) -> Option<Stroke> {
        let back = if self.holds() { 0 } else { self.ways.back };
        let to = self.driven_at(frame + i64::from(back.saturating_sub(1)));
        let hand = self.hand.as_mut().filter(|hand| hand.holds())?;
        let stroke = hand.let_go(to, frame, back);
        if self.holds() && self.lane.is_some() {
            // It is back at once. Without a lane the hand has yet to tell the device so.
            self.hand = None;
        }
        Some(stroke)
    }

    /// Stands where it belongs at `start`.
    pub(super) fn reset(&mut self, start: i64) {
        let here = self.driven_at(start);
        self.hand = self.hand.take().and_then(|hand| hand.anew(here));
    }

    /// Goes on as `old` does, the same parameter of the plan before, if that drove it.
    pub(super) fn follow(&mut self, old: Option<&Self>) {
        let old = old.filter(|old| old.drives());
        self.hand = old.and_then(|old| old.hand.clone());
        self.last = old.map_or(f64::NAN, |old| old.last);
    }

    /// What the device was told last.
    pub(super) fn last(&self) -> f64 {
        self.last
    }

    /// Frames from `at` on that are on one segment: up to a corner, that one included where the value
    /// runs, left out where it holds.
    pub(super) fn frames_to_corner(&self, at: i64) -> Option<usize> {
        if let Some(hand) = &self.hand {
            return hand.frames_to_corner().map(|frames| frames.max(1));
        }
        let lane = self.lane.as_ref()?;
        let next = match self.holds() {
            true => lane.next_point(at),
            false => lane.next_point(at - 1).map(|point| point + 1),
        };
        next.map(|next| usize::try_from(next - at).unwrap_or(usize::MAX))
    }

    /// What the device is to be told for `frames` frames from `start` on, if that is anything new: where it
    /// is to be at the last of them; what holds changes at `start`. With no frames it is to be where it was
    /// just before.
    pub(super) fn order(&mut self, start: i64, frames: usize) -> Option<Order> {
        let value = self.hand_value(frames).or_else(|| {
            let at = if self.holds() { start } else { start + frames as i64 - 1 };
            self.lane.as_ref().map(|lane| lane.value_at(at))
        })?;
        if value == self.last {
            return None;
        }
        // By a lane that has just come the device runs in its own time.
        let jumps = self.holds() || frames == 0 || self.last.is_nan();
        self.last = value;
        Some(if jumps { Order::Set(value) } else { Order::Glide(value) })
    }

    /// Where the hand that has it puts it within `frames` frames.
    fn hand_value(&mut self, frames: usize) -> Option<f64> {
        let hand = self.hand.as_mut()?;
        hand.skip(frames);
        let (value, is_back) = (hand.value(), hand.is_back());
        if is_back {
            self.hand = None;
        }
        Some(value)
    }
}
