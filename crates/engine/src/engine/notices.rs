//! What is said to people while a song plays.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::device;
use crate::reader::{Part, Pulse};

/// A disk that takes longer than this for a piece is said to be slow.
const SLOW: Duration = Duration::from_secs(1);
/// Time between two notices about tracks that starve.
const PAUSE: Duration = Duration::from_secs(5);

/// Something happened; its text is a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Notice {
    /// The sound device.
    #[error("{0}")]
    Device(device::Notice),
    /// A track cannot be read; it is silent until it can.
    #[error("{name} is silent: {why}.")]
    Silent {
        /// What is silent.
        name: String,
        /// Why.
        why: String,
    },
    /// The disk did not bring tracks in time.
    #[error("The disk did not keep up: {names} fell silent for {frames} frames.")]
    Starved {
        /// Which tracks.
        names: String,
        /// Frames that were silent, over all of them.
        frames: u64,
    },
    /// The disk does not answer.
    #[error("The disk does not answer ({name}); what it does not bring in time is silent.")]
    DiskHangs {
        /// What is being read.
        name: String,
    },
    /// It does again.
    #[error("The disk answers again.")]
    DiskBack,
}

impl Notice {
    /// True when something is not as it should be.
    pub fn is_warning(&self) -> bool {
        match self {
            Self::Device(notice) => match notice {
                device::Notice::Instead { .. }
                | device::Notice::Lost { .. }
                | device::Notice::None { .. }
                | device::Notice::Stuck { .. }
                | device::Notice::LeftBehind { .. }
                | device::Notice::Failed => true,
                device::Notice::Opened(_)
                | device::Notice::Period { .. }
                | device::Notice::Slow
                | device::Notice::Realtime(_) => false,
            },
            Self::Silent { .. } | Self::Starved { .. } | Self::DiskHangs { .. } => true,
            Self::DiskBack => false,
        }
    }
}

/// Watches what is to be said.
pub(super) struct Watch {
    pulse: Arc<Pulse>,
    hangs: bool,
    starved: u64,
    said_starved: Option<Instant>,
    /// What was starved when that was last said.
    told_starved: u64,
    waiting: Vec<Notice>,
}

impl Watch {
    pub(super) fn new(pulse: Arc<Pulse>) -> Self {
        let waiting = Vec::new();
        Self { pulse, hangs: false, starved: 0, said_starved: None, told_starved: 0, waiting }
    }

    /// A part cannot be read.
    pub(super) fn broken(&mut self, name: String, error: &twobus_jobs::Error) {
        self.waiting.push(Notice::Silent { name, why: error.to_string() });
    }

    /// Takes in what tracks have starved so far; returns the sum.
    pub(super) fn starved<'a>(&mut self, tracks: impl Iterator<Item = (&'a str, u64)>) -> u64 {
        let starved: Vec<(&str, u64)> = tracks.filter(|(_, frames)| *frames > 0).collect();
        self.starved = starved.iter().map(|(_, frames)| frames).sum();
        let quiet = self.said_starved.is_none_or(|said| said.elapsed() >= PAUSE);
        // Less than before: tracks are gone, and their sums with them.
        self.told_starved = self.told_starved.min(self.starved);
        if self.starved > self.told_starved && quiet {
            let names: Vec<&str> = starved.iter().map(|(name, _)| *name).collect();
            let names = match names.as_slice() {
                [one] => format!("\"{one}\""),
                more => format!("{} tracks", more.len()),
            };
            let frames = self.starved - self.told_starved;
            self.waiting.push(Notice::Starved { names, frames });
            (self.told_starved, self.said_starved) = (self.starved, Some(Instant::now()));
        }
        self.starved
    }

    /// Looks whether the disk answers.
    pub(super) fn disk(&mut self, name: impl FnOnce(Part) -> String) {
        match (self.pulse.stuck(SLOW), self.hangs) {
            (Some(part), false) => {
                self.hangs = true;
                self.waiting.push(Notice::DiskHangs { name: name(part) });
            }
            (None, true) => {
                self.hangs = false;
                self.waiting.push(Notice::DiskBack);
            }
            (Some(_), true) | (None, false) => {}
        }
    }

    /// What is to be said now.
    pub(super) fn take(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.waiting)
    }
}
