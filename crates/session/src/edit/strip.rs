//! Changes of a strip, its sends and lanes, and of a track.

use std::mem::replace;

use serde::{Deserialize, Serialize};
use twobus_dsp::Db;
use twobus_dsp::curve::Breakpoint;

use super::list::ListEdit;
use crate::automation::{Lane, LaneMode, LaneTarget};
use crate::clip::Clip;
use crate::error::{Problem, id_text};
use crate::ids::{SendId, StripId};
use crate::mix::Track;
use crate::strip::{AuxSend, Device, Output, Role, Strip, Tap};

/// A change of a strip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum StripEdit {
    /// Its name.
    Name(String),
    /// What it carries.
    Role(Role),
    /// Index into the palette of track colours.
    Colour(u8),
    /// Gain before the inserts, in dB.
    Trim(Db),
    /// Polarity inverted.
    Invert(bool),
    /// Pan or balance, in percent.
    Pan(f64),
    /// Width, in percent.
    Width(f64),
    /// Fader, in dB, or `"-inf"`.
    Fader(Db),
    /// Muted.
    Mute(bool),
    /// Soloed.
    Solo(bool),
    /// Audible while others are soloed.
    SoloSafe(bool),
    /// Where its signal goes.
    Output(Output),
    /// Its devices and their order.
    Inserts(ListEdit<Device>),
    /// Its sends and their order.
    Sends(ListEdit<AuxSend>),
    /// One of its sends.
    Send {
        /// Which send.
        send: SendId,
        /// What changes.
        change: SendEdit,
    },
    /// Its automation, by whole lanes.
    Lanes(ListEdit<Lane>),
    /// One of its lanes.
    Lane {
        /// The control it drives.
        target: LaneTarget,
        /// What changes.
        change: LaneEdit,
    },
}

impl StripEdit {
    pub(super) fn swap(self, strip: &mut Strip) -> Result<Self, Problem> {
        Ok(match self {
            Self::Name(new) => Self::Name(replace(&mut strip.name, new)),
            Self::Role(new) => Self::Role(replace(&mut strip.role, new)),
            Self::Colour(new) => Self::Colour(replace(&mut strip.colour, new)),
            Self::Trim(new) => Self::Trim(replace(&mut strip.trim, new)),
            Self::Invert(new) => Self::Invert(replace(&mut strip.invert, new)),
            Self::Pan(new) => Self::Pan(replace(&mut strip.pan, new)),
            Self::Width(new) => Self::Width(replace(&mut strip.width, new)),
            Self::Fader(new) => Self::Fader(replace(&mut strip.fader, new)),
            Self::Mute(new) => Self::Mute(replace(&mut strip.mute, new)),
            Self::Solo(new) => Self::Solo(replace(&mut strip.solo, new)),
            Self::SoloSafe(new) => Self::SoloSafe(replace(&mut strip.solo_safe, new)),
            Self::Output(new) => Self::Output(replace(&mut strip.output, new)),
            Self::Inserts(change) => Self::Inserts(change.swap(&mut strip.inserts)?),
            Self::Sends(change) => Self::Sends(change.swap(&mut strip.sends)?),
            Self::Send { send, change } => {
                let found = strip.sends.iter_mut().find(|other| other.id == send);
                let missing = || Problem::Missing { what: "send", id: id_text(&send) };
                Self::Send { send, change: change.swap(found.ok_or_else(missing)?) }
            }
            Self::Lanes(change) => Self::Lanes(change.swap(&mut strip.lanes)?),
            Self::Lane { target, change } => {
                let found = strip.lanes.iter_mut().find(|lane| lane.target == target);
                let missing = || Problem::Missing { what: "lane", id: id_text(&target) };
                Self::Lane { target, change: change.swap(found.ok_or_else(missing)?)? }
            }
        })
    }

    /// True when it can change where signal runs, or which ids are in use.
    pub(super) fn is_structural(&self) -> bool {
        match self {
            Self::Output(_) | Self::Inserts(_) | Self::Sends(_) => true,
            Self::Send { change, .. } => matches!(change, SendEdit::To(_)),
            Self::Name(_)
            | Self::Role(_)
            | Self::Colour(_)
            | Self::Trim(_)
            | Self::Invert(_)
            | Self::Pan(_)
            | Self::Width(_)
            | Self::Fader(_)
            | Self::Mute(_)
            | Self::Solo(_)
            | Self::SoloSafe(_)
            | Self::Lanes(_)
            | Self::Lane { .. } => false,
        }
    }
}

/// A change of a send.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SendEdit {
    /// Its destination.
    To(StripId),
    /// Its level, in dB, or `"-inf"`.
    Level(Db),
    /// Before or after the fader.
    Tap(Tap),
    /// Switched off.
    Off(bool),
}

impl SendEdit {
    fn swap(self, send: &mut AuxSend) -> Self {
        match self {
            Self::To(new) => Self::To(replace(&mut send.to, new)),
            Self::Level(new) => Self::Level(replace(&mut send.level, new)),
            Self::Tap(new) => Self::Tap(replace(&mut send.tap, new)),
            Self::Off(new) => Self::Off(replace(&mut send.off, new)),
        }
    }
}

/// A change of a lane.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum LaneEdit {
    /// Whether it is read or written.
    Mode(LaneMode),
    /// Replaces all breakpoints from frame `from` up to, not including, frame `to` by `points`, which
    /// lie there too. This adds, changes, removes, and writes a whole pass.
    Points {
        /// First frame.
        from: u64,
        /// First frame after it.
        to: u64,
        /// What lies there from now on.
        points: Vec<Breakpoint>,
    },
}

impl LaneEdit {
    pub(crate) fn swap(self, lane: &mut Lane) -> Result<Self, Problem> {
        match self {
            Self::Mode(new) => Ok(Self::Mode(replace(&mut lane.mode, new))),
            Self::Points { from, to, points } => {
                let inside = points.iter().all(|point| (from..to).contains(&point.frame));
                if from > to || !inside {
                    return Err(Problem::Rule("the points do not lie between \"from\" and \"to\""));
                }
                let first = lane.points.partition_point(|point| point.frame < from);
                let end = lane.points.partition_point(|point| point.frame < to);
                let points = lane.points.splice(first..end, points).collect();
                Ok(Self::Points { from, to, points })
            }
        }
    }
}

/// A change of what a track has besides its strip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrackEdit {
    /// Whether it carries one channel, which is panned, or two, which are balanced.
    Mono(bool),
    /// Its clips. A split is a batch of a `change` and an `add`.
    Clips(ListEdit<Clip>),
}

impl TrackEdit {
    pub(super) fn swap(self, track: &mut Track) -> Result<Self, Problem> {
        Ok(match self {
            Self::Mono(new) => Self::Mono(replace(&mut track.mono, new)),
            Self::Clips(change) => Self::Clips(change.swap(&mut track.clips)?),
        })
    }
}
