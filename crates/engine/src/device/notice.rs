//! What is said about devices, to people.

use crate::device::{Config, OutputId, Period};

/// Something happened to the sound device; its text is a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Notice {
    /// A device plays.
    #[error("Playing on {} at {} Hz, {}.", .0.name, .0.rate_hz, .0.format)]
    Opened(Config),
    /// The period is not what was asked for.
    #[error("The sound device does not take blocks of {asked} frames; it got {got}.")]
    Period {
        /// What was asked for.
        asked: Period,
        /// What the device took.
        got: Period,
    },
    /// The device that was chosen cannot be used, so that another plays.
    #[error("{wanted} cannot be used just now, so the default device is tried instead: {why}.")]
    Instead {
        /// The chosen one.
        wanted: OutputId,
        /// Why it cannot be used.
        why: String,
    },
    /// The device was lost.
    #[error("{name} {reason}.")]
    Lost {
        /// Its name.
        name: String,
        /// Why.
        reason: Reason,
    },
    /// There is no device; it is looked for again and again, quietly.
    #[error("No sound: {why}. It is tried again; everything but playing works.")]
    None {
        /// Why.
        why: String,
    },
    /// Opening takes long.
    #[error("The sound system does not answer; it is waited for.")]
    Slow,
    /// The device does not answer; the song was taken from it.
    #[error("{name} does not answer and was left behind.")]
    LeftBehind {
        /// Its name.
        name: String,
    },
    /// The device hangs in the middle of the song and does not let go of it.
    #[error("{name} does not answer and holds the song; play again to start anew.")]
    Stuck {
        /// Its name.
        name: String,
    },
    /// The playback panicked.
    #[error("Playing failed through a fault in Twobus; it was stopped. Play again to start anew.")]
    Failed,
    /// What the audio thread's priority is.
    #[error("{0}")]
    Realtime(Realtime),
}

/// Why a device is no longer used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// It or its server is gone.
    #[error("was lost")]
    Gone,
    /// It reports errors and nothing else.
    #[error("only reports errors")]
    Errors,
    /// It no longer asks for sound.
    #[error("no longer asks for sound")]
    Silent,
    /// It asks for sound without end.
    #[error("keeps no time and cannot be used")]
    NoClock,
    /// Its rate or format changed, or its server has ended.
    #[error("has changed or ended and is opened again")]
    Changed,
    /// The computer or the program was asleep.
    #[error("is opened again after a sleep")]
    Asleep,
    /// Another became the default one.
    #[error("is no longer the default device")]
    NotDefault,
    /// The chosen one is there again.
    #[error("gives way to the device that was chosen")]
    ChosenIsBack,
    /// Another was chosen.
    #[error("was left for another choice")]
    Chosen,
    /// The playback panicked.
    #[error("was stopped")]
    Panic,
}

/// The priority of the audio thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[repr(u8)]
pub enum Realtime {
    /// The sound system has given it a real-time priority.
    #[error("The audio thread has a real-time priority from the sound system.")]
    Given = 1,
    /// We have.
    #[error("The audio thread has a real-time priority.")]
    Taken = 2,
    /// The system does not allow it.
    #[error(
        "The audio thread has no real-time priority, so that a busy computer may make gaps; the system \
         does not allow it (on Linux: rtprio in /etc/security/limits.d)."
    )]
    Denied = 3,
}

impl Realtime {
    pub(crate) fn of(code: u8) -> Option<Self> {
        [Self::Given, Self::Taken, Self::Denied].into_iter().find(|outcome| *outcome as u8 == code)
    }
}
