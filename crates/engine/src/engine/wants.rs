//! Streams that are wanted, and streams that are on their way: one order at a time.

use std::collections::BTreeSet;

use twobus_render::Cycle;
use twobus_render::live::{Moment, State};

use crate::reader::{Part, Preparation};

/// What is wanted beyond what is on its way.
#[derive(Debug, Default)]
pub(super) struct Wants {
    /// All streams, at this place.
    place: Option<u64>,
    /// All streams, where playback is.
    all: bool,
    /// The streams of these, where playback is.
    parts: BTreeSet<Part>,
}

impl Wants {
    pub(super) fn start_at(frame: u64) -> Self {
        Self { place: Some(frame), ..Self::default() }
    }

    /// All streams, where playback is.
    pub(super) fn all(&mut self) {
        self.all = true;
    }

    /// Those of `part`, where playback is.
    pub(super) fn part(&mut self, part: Part) {
        let _new = self.parts.insert(part);
    }

    /// All streams at `frame`, unless a place is wanted already.
    pub(super) fn place(&mut self, frame: u64) {
        self.place = self.place.or(Some(frame));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.place.is_none() && !self.all && self.parts.is_empty()
    }

    /// What to order now, and the clock that it is to join, if any.
    pub(super) fn take(
        &mut self,
        moment: Moment,
        cycle: Option<Cycle>,
        request: u64,
    ) -> Option<(Preparation, Option<u64>)> {
        if self.is_empty() {
            return None;
        }
        let Self { place, all, parts } = std::mem::take(self);
        let order =
            |parts, start, joins| Some((Preparation { request, parts, start, cycle }, joins));
        match (place, moment.state) {
            (Some(frame), _) => order(None, frame, None),
            // It stands: there is no signal that could go on, so that it may as well begin anew.
            (None, State::Stopped | State::Ready) if all => order(None, moment.playhead, None),
            (None, _) => {
                let parts = (!all).then_some(parts);
                order(parts, moment.position, Some(moment.clock))
            }
        }
    }
}

/// Streams on their way.
#[derive(Debug)]
pub(super) enum Flight {
    /// None.
    None,
    /// The reader makes them, to join playback at a clock or not.
    Preparing(Preparation, Option<u64>),
    /// They were sent to the player, with this number.
    Sent(u64),
}

impl Flight {
    pub(super) fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    pub(super) fn is_preparing(&self) -> bool {
        matches!(self, Self::Preparing(..))
    }

    /// What is still being made is no longer wanted.
    pub(super) fn abandon(&mut self) {
        if self.is_preparing() {
            *self = Self::None;
        }
    }

    /// The streams of `request` are made: what they were to be, if they are still wanted.
    pub(super) fn landed(&mut self, request: u64) -> Option<(Preparation, Option<u64>)> {
        match std::mem::replace(self, Self::None) {
            Self::Preparing(order, joins) if order.request == request => Some((order, joins)),
            other => {
                *self = other;
                None
            }
        }
    }

    /// The player has taken the message `serial`, and all before it.
    pub(super) fn taken(&mut self, serial: u64) {
        if matches!(self, Self::Sent(sent) if *sent <= serial) {
            *self = Self::None;
        }
    }
}
