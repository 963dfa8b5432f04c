//! Automation lanes: what they drive, how they are read and written, and their breakpoints.
//!
//! A pass, from play to stop, is kept by a [`Recording`] a control; [`pass_edit`] makes one edit of it.

mod pass;
mod recording;
mod thin;
mod write;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use twobus_dsp::DeviceKind;
use twobus_dsp::curve::{Breakpoint, Curve, Interpolation};
use twobus_dsp::param::{ParamSpec, Scale};

use crate::ids::{DeviceId, SendId};
use crate::strip::{self, Strip};

pub use pass::{Pass, pass_edit};
pub use recording::{Recording, Stretch};
pub use thin::{LEVEL_ERROR_DB, TRAVEL_ERROR};
pub use write::overwrite;

/// The automation of one control of a strip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lane {
    /// The control it drives.
    pub target: LaneTarget,
    /// Whether it is read or written.
    #[serde(default)]
    pub mode: LaneMode,
    /// Breakpoints, strictly rising by frame; in the control's unit.
    pub points: Vec<Breakpoint>,
}

/// The control that a lane drives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum LaneTarget {
    /// The fader, in dB.
    Fader,
    /// Pan or balance, −100 to 100 %.
    Pan,
    /// Width, 0 to 200 %.
    Width,
    /// Mute: 0 or 1, held.
    Mute,
    /// The level of a send, in dB.
    Send(SendId),
    /// A parameter of a device, in its own unit.
    Device {
        /// The device.
        device: DeviceId,
        /// The parameter.
        param: ParamId,
    },
}

/// What becomes of a lane during playback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LaneMode {
    /// Ignored; the control stays where it is.
    Off,
    /// Played.
    #[default]
    Read,
    /// Played, written while the control is held.
    Touch,
    /// Played, written from the first touch until stop.
    Latch,
    /// Written from start to stop; becomes `Touch` on stop.
    Write,
}

impl LaneMode {
    /// True when a hand that takes the control writes the lane.
    pub fn writes(self) -> bool {
        matches!(self, Self::Touch | Self::Latch | Self::Write)
    }

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Read => "read",
            Self::Touch => "touch",
            Self::Latch => "latch",
            Self::Write => "write",
        }
    }
}

/// The stored id of a device parameter, one of those declared in `twobus-dsp`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParamId(&'static str);

impl ParamId {
    /// The parameter called `id` of any kind of device; `None` when no kind declares it.
    pub fn new(id: &str) -> Option<Self> {
        let mut specs = DeviceKind::ALL.iter().flat_map(|kind| kind.specs());
        specs.find(|spec| spec.id == id).map(|spec| Self(spec.id))
    }

    /// The id as it stands in files.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl Serialize for ParamId {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.0)
    }
}

impl<'de> Deserialize<'de> for ParamId {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let id = String::deserialize(from)?;
        Self::new(&id)
            .ok_or_else(|| D::Error::custom(format!("no device has a parameter \"{id}\"")))
    }
}

/// What a lane drives, with the range of its values.
#[derive(Debug, Clone, Copy)]
pub struct Control {
    /// Its declaration.
    pub spec: &'static ParamSpec,
    /// True when its values are levels, of which minus infinity is one.
    pub is_level: bool,
    /// Its value while no lane drives it.
    pub value: f64,
}

impl Control {
    /// The domain in which its lane runs straight from point to point.
    pub fn interpolation(&self) -> Interpolation {
        match self.spec.scale {
            _ if self.is_level => Interpolation::Level,
            Scale::Linear => Interpolation::Linear,
            Scale::Log => Interpolation::Log,
            Scale::Stepped => Interpolation::Hold,
        }
    }
}

impl Strip {
    /// The lane that drives `target`, if there is one.
    pub fn lane(&self, target: LaneTarget) -> Option<&Lane> {
        self.lanes.iter().find(|lane| lane.target == target)
    }

    /// What a lane makes of the control that `target` means; `None` when no lane is played there.
    pub fn curve(&self, target: LaneTarget) -> Option<Curve> {
        let lane = self.lane(target).filter(|lane| lane.mode != LaneMode::Off)?;
        Curve::new(lane.points.clone(), self.control(target)?.interpolation())
    }

    /// The control that `target` means on this strip; `None` when the strip has no such send or
    /// device, or the device no such parameter.
    pub fn control(&self, target: LaneTarget) -> Option<Control> {
        let plain = |spec, value| Some(Control { spec, is_level: false, value });
        match target {
            LaneTarget::Fader => {
                Some(Control { spec: &strip::FADER, is_level: true, value: self.fader.0 })
            }
            LaneTarget::Pan => plain(&strip::PAN, self.pan),
            LaneTarget::Width => plain(&strip::WIDTH, self.width),
            LaneTarget::Mute => plain(&strip::MUTE, f64::from(u8::from(self.mute))),
            LaneTarget::Send(id) => {
                let send = self.sends.iter().find(|send| send.id == id)?;
                Some(Control { spec: &strip::SEND, is_level: true, value: send.level.0 })
            }
            LaneTarget::Device { device, param } => {
                let device = self.inserts.iter().find(|other| other.id == device)?;
                let index = device.kind.param(param.as_str())?;
                plain(&device.kind.specs()[index], *device.values.get(index)?)
            }
        }
    }

    /// True when a lane may move what `target` means: some parameters of devices stay as they are while a song
    /// plays, see [`DeviceKind::is_automatable`](twobus_dsp::DeviceKind::is_automatable).
    pub fn can_move(&self, target: LaneTarget) -> bool {
        let LaneTarget::Device { device, param } = target else { return true };
        let device = self.inserts.iter().find(|other| other.id == device);
        let moves = |device: &crate::strip::Device| {
            let param = device.kind.param(param.as_str());
            param.is_some_and(|param| device.kind.is_automatable(param))
        };
        device.is_none_or(moves)
    }

    /// The control that `target` means, for people: "fader", "send 2", "Utility Gain".
    pub fn control_name(&self, target: LaneTarget) -> String {
        match target {
            LaneTarget::Send(id) => format!("send {}", id.0),
            LaneTarget::Device { device, param } => {
                let found = self.inserts.iter().find(|other| other.id == device);
                let kind = found.map_or("device", |device| device.kind.name());
                let spec = self.control(target).map_or(param.as_str(), |control| control.spec.name);
                format!("{kind} {spec}")
            }
            LaneTarget::Fader | LaneTarget::Pan | LaneTarget::Width | LaneTarget::Mute => {
                self.control(target).map_or("", |control| control.spec.name).to_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests;
