//! Automation lanes: what they drive, how they are read and written, and their breakpoints.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use twobus_dsp::DeviceKind;
use twobus_dsp::curve::Breakpoint;

use crate::ids::{DeviceId, SendId};

/// The automation of one control of a strip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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

/// The stored id of a device parameter, one of those declared in `twobus-dsp`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
