//! What a listener changes while a plan plays.

use twobus_dsp::Db;
use twobus_session::{DeviceId, SendId, StripId};

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
            | Self::Param(strip, _, _, _) => strip,
        }
    }
}
