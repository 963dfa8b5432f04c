//! What a listener changes while a plan plays.

use twobus_dsp::Db;
use twobus_session::{DeviceId, LaneTarget, SendId, StripId};

/// A change of one control of a playing plan; it is heard after a short ramp, without a click.
///
/// Positions of the controls in the document do not change by it: a drag sends commands, its end an
/// edit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Command {
    /// Input trim.
    Trim(StripId, Db),
    /// Polarity.
    Invert(StripId, bool),
    /// Fader.
    Fader(StripId, Db),
    /// Pan or balance, in percent.
    Pan(StripId, f64),
    /// Width, in percent.
    Width(StripId, f64),
    /// Mute.
    Mute(StripId, bool),
    /// Silenced by a solo elsewhere.
    Cut(StripId, bool),
    /// Level of a send.
    Send(StripId, SendId, Db),
    /// Bypass of a device.
    Bypass(StripId, DeviceId, bool),
    /// A device's parameter by index, in its own unit.
    Param(StripId, DeviceId, usize, f64),
    /// A hand takes a control: it stays where it is, whatever its lane says, and goes where the commands
    /// above put it.
    Take(StripId, LaneTarget),
    /// The hand lets go: the control runs back to its lane, within
    /// [`RETURN_S`](crate::RETURN_S); a switch is there at once.
    Let(StripId, LaneTarget),
}

impl Command {
    /// The strip it concerns.
    pub fn strip(&self) -> StripId {
        match *self {
            Self::Trim(strip, _)
            | Self::Invert(strip, _)
            | Self::Fader(strip, _)
            | Self::Pan(strip, _)
            | Self::Width(strip, _)
            | Self::Mute(strip, _)
            | Self::Cut(strip, _)
            | Self::Send(strip, _, _)
            | Self::Bypass(strip, _, _)
            | Self::Param(strip, _, _, _)
            | Self::Take(strip, _)
            | Self::Let(strip, _) => strip,
        }
    }

    /// True when both move the same control.
    pub fn moves_same(&self, other: &Self) -> bool {
        self.control().is_some_and(|control| other.control() == Some(control))
    }

    /// Which control it moves: kind, strip, send or device, parameter.
    fn control(&self) -> Option<(u8, StripId, u32, usize)> {
        Some(match *self {
            Self::Trim(strip, _) => (0, strip, 0, 0),
            Self::Invert(strip, _) => (1, strip, 0, 0),
            Self::Fader(strip, _) => (2, strip, 0, 0),
            Self::Pan(strip, _) => (3, strip, 0, 0),
            Self::Width(strip, _) => (4, strip, 0, 0),
            Self::Mute(strip, _) => (5, strip, 0, 0),
            Self::Cut(strip, _) => (6, strip, 0, 0),
            Self::Send(strip, send, _) => (7, strip, send.0, 0),
            Self::Bypass(strip, device, _) => (8, strip, device.0, 0),
            Self::Param(strip, device, param, _) => (9, strip, device.0, param),
            Self::Take(..) | Self::Let(..) => return None,
        })
    }
}
