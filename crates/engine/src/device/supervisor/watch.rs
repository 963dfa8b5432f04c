//! Looking out for a better device than the one that plays.

use std::time::Duration;

use crate::device::OutputId;
use crate::device::supervisor::Action;

/// How often it is asked which devices there are.
const INTERVAL: Duration = Duration::from_secs(1);

/// A device must be seen this many times in a row before it is taken, and more often after every
/// setback, so that one that comes and goes does not interrupt the song each time.
const SIGHTINGS: usize = 2;

#[derive(Debug, Default)]
pub(crate) struct Watch {
    next: Duration,
    /// A survey is under way.
    asked: bool,
    candidate: Option<OutputId>,
    sightings: usize,
}

impl Watch {
    /// Begins anew.
    pub(crate) fn restart(&mut self, now: Duration) {
        self.next = now + INTERVAL;
        self.candidate = None;
        self.sightings = 0;
    }

    /// Asks for a survey if it is time; never for two at once.
    pub(crate) fn ask(&mut self, now: Duration, actions: &mut Vec<Action>) {
        if now >= self.next && !self.asked {
            self.asked = true;
            self.next = now + INTERVAL;
            actions.push(Action::Survey);
        }
    }

    /// A survey is back.
    pub(crate) fn answered(&mut self) {
        self.asked = false;
    }

    /// A survey saw this better device, or none: whether it has been there long enough.
    pub(crate) fn sees(&mut self, candidate: Option<OutputId>, patience: usize) -> bool {
        let same = candidate.is_some() && candidate == self.candidate;
        self.sightings = if same { self.sightings + 1 } else { usize::from(candidate.is_some()) };
        self.candidate = candidate;
        self.sightings >= SIGHTINGS.max(patience)
    }
}
