//! What crosses between the two threads.

use twobus_dsp::Db;
use twobus_session::{Monitor, StripId};

use super::listen::Range;
use super::speaker::Speaker;
use super::swap::Swap;
use crate::command::Command;
use crate::control::hand::Stroke;
use crate::cycle::Cycle;
use crate::probe::Probe;
use crate::source::Source;

/// A place to play from, with streams made for it.
pub struct Cue {
    /// Timeline position of the first frame.
    pub start: u64,
    /// What repeats from there on.
    pub cycle: Option<Cycle>,
    /// `None` begins anew at `start`, with no signal left from before. A clock (see
    /// [`Moment`](super::Moment)) means that playback goes on and these streams join it with a cross-fade:
    /// they begin at `start`, which is the position at that clock, and what has gone by since is left out.
    pub joins: Option<u64>,
    /// The streams of the tracks; a track without one keeps its own.
    pub sources: Vec<(StripId, Box<dyn Source>)>,
    /// What the monitor's reference switch lets through; `None` keeps what there is.
    pub reference: Option<Box<dyn Source>>,
}

/// A cue on its way: its sources by the index of their strips in the running plan.
pub(super) struct Cued {
    pub(super) start: u64,
    pub(super) cycle: Option<Cycle>,
    pub(super) joins: Option<u64>,
    pub(super) sources: Vec<(usize, Option<Box<dyn Source>>)>,
    pub(super) reference: Option<Box<dyn Source>>,
}

/// What is said to the audio thread.
pub(super) enum Message {
    /// A control moves.
    Change(Command),
    /// The monitor's switches.
    Monitor(Monitor),
    /// The monitor's gain for comparing.
    Offset(Db),
    /// The range of frequencies that is heard alone.
    Listen(Option<Range>),
    /// The speaker that the monitor is heard through.
    Speaker(Option<Speaker>),
    /// A place to play from.
    Cue(Box<Cued>),
    /// A look at a device of the strip with this index, or none any more.
    Probe(usize, Option<Box<Probe>>),
    /// Another plan.
    Swap(Box<Swap>),
    /// Begin to play where it stands.
    Play,
    /// Fade out and stand.
    Stop,
}

/// A message with its number.
pub(super) struct Numbered {
    pub(super) serial: u64,
    pub(super) message: Message,
}

/// What the audio thread gives back, to be freed where that may take time.
#[expect(dead_code, reason = "what is retired is only ever dropped")]
pub(super) enum Retired {
    /// A cue with the streams it replaced.
    Cue(Box<Cued>),
    /// A swap with the plan it replaced.
    Swap(Box<Swap>),
    /// A look that is over.
    Probe(Box<Probe>),
}

/// What kind of message acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// A control moved.
    Change,
    /// The monitor was set.
    Monitor,
    /// A look at a device began or ended.
    Probe,
    /// It went to a place, or streams joined.
    Cue,
    /// Another plan took over.
    Swap,
    /// It was told to play.
    Play,
    /// It was told to stop.
    Stop,
    /// Playback began at a place, all controls where they belong there. This, as the next, is no message:
    /// its number is that of the message taken last.
    Begin,
    /// Playback went on at another place, as at a loop's start, with all that it had.
    Wrap,
}

impl Message {
    pub(super) fn act(&self) -> Act {
        match self {
            Self::Change(_) => Act::Change,
            Self::Monitor(_) | Self::Offset(_) | Self::Listen(_) | Self::Speaker(_) => Act::Monitor,
            Self::Cue(_) => Act::Cue,
            Self::Probe(..) => Act::Probe,
            Self::Swap(_) => Act::Swap,
            Self::Play => Act::Play,
            Self::Stop => Act::Stop,
        }
    }
}

/// When a message acted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Taken {
    /// The message's number, as [`Control`](super::Control) gave it.
    pub serial: u64,
    /// What it was.
    pub act: Act,
    /// The frame, counted over all that the player ever put out, from which on it acts: the first of the
    /// block that is rendered next, or of a fade.
    pub frame: u64,
    /// The clock there: see [`Moment`](super::Moment).
    pub clock: u64,
    /// Timeline position of the frame rendered next.
    pub position: u64,
    /// What it is heard as, when a hand takes, moves or lets go a control.
    pub stroke: Option<Stroke>,
}
