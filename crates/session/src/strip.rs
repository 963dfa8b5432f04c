//! Strips: what every track, group, effect return and the mix bus has.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use twobus_dsp::param::{ParamSpec, Scale, Unit};
use twobus_dsp::{Db, DeviceKind, fader};

use crate::automation::Lane;
use crate::ids::{DeviceId, SendId, StripId};

/// Input trim.
pub const TRIM: ParamSpec = control("trim", "trim", Unit::Db, -24.0, 24.0, 0.0);
/// Fader: minus infinity, or from the floor of the taper to its top.
pub const FADER: ParamSpec =
    control("fader", "fader", Unit::Db, f64::NEG_INFINITY, fader::MAX.0, 0.0);
/// Send level: as the fader.
pub const SEND: ParamSpec =
    control("send", "level", Unit::Db, f64::NEG_INFINITY, fader::MAX.0, f64::NEG_INFINITY);
/// Pan of a mono strip, balance of a stereo one.
pub const PAN: ParamSpec = control("pan", "pan", Unit::Percent, -100.0, 100.0, 0.0);
/// Stereo width.
pub const WIDTH: ParamSpec = control("width", "width", Unit::Percent, 0.0, 200.0, 100.0);

/// Mute, as automation has it.
pub const MUTE: ParamSpec = ParamSpec {
    id: "mute",
    name: "mute",
    unit: Unit::Switch,
    range: 0.0..=1.0,
    default: 0.0,
    scale: Scale::Stepped,
    choices: &[],
};

/// Number of colours in the palette of tracks.
pub const COLOURS: u8 = 12;

pub(crate) const fn control(
    id: &'static str,
    name: &'static str,
    unit: Unit,
    low: f64,
    high: f64,
    default: f64,
) -> ParamSpec {
    ParamSpec { id, name, unit, range: low..=high, default, scale: Scale::Linear, choices: &[] }
}

/// A channel of the mixer. The signal runs trim, polarity, inserts, fader, pan, output; pre-fader sends
/// leave after the inserts, post-fader sends after the pan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Strip {
    /// Identity within the song; [`StripId::MIX_BUS`] for the mix bus.
    pub id: StripId,
    /// Shown to people.
    pub name: String,
    /// What it carries.
    pub role: Role,
    /// Index into the palette of track colours, below [`COLOURS`].
    pub colour: u8,
    /// Gain before the inserts: [`TRIM`].
    pub trim: Db,
    /// Polarity inverted.
    pub invert: bool,
    /// Devices, in the order the signal passes them.
    pub inserts: Vec<Device>,
    /// Sends, in the order they are shown.
    pub sends: Vec<AuxSend>,
    /// Pan or balance in percent, negative to the left: [`PAN`].
    pub pan: f64,
    /// Width in percent: [`WIDTH`].
    pub width: f64,
    /// Fader: [`FADER`].
    pub fader: Db,
    /// Muted: neither its output nor its sends carry anything.
    pub mute: bool,
    /// Soloed. Monitoring only: a bounce ignores it.
    pub solo: bool,
    /// Stays audible while others are soloed. [Effect returns](crate::Bus::effect_return) begin with it on.
    pub solo_safe: bool,
    /// Where its signal goes; [`Output::Nowhere`] for the mix bus.
    pub output: Output,
    /// Automation, at most one lane a control.
    pub lanes: Vec<Lane>,
}

impl Strip {
    /// A neutral strip: unity everywhere, no devices, into the mix bus.
    pub fn new(id: StripId, name: impl Into<String>) -> Self {
        let to_itself = id == StripId::MIX_BUS;
        Self {
            id,
            name: name.into(),
            role: Role::Other,
            colour: 0,
            trim: Db::UNITY,
            invert: false,
            inserts: Vec::new(),
            sends: Vec::new(),
            pan: PAN.default,
            width: WIDTH.default,
            fader: Db::UNITY,
            mute: false,
            solo: false,
            solo_safe: false,
            output: if to_itself { Output::Nowhere } else { Output::Strip(StripId::MIX_BUS) },
            lanes: Vec::new(),
        }
    }
}

/// Where a strip's signal goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Output {
    /// Into a group, a return or the mix bus.
    Strip(StripId),
    /// Nowhere: heard through its sends only.
    Nowhere,
}

/// What a strip carries: guessed from its name on import, editable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Drum kit and its pieces.
    Drums,
    /// Percussion other than the kit.
    Percussion,
    /// Bass of any kind.
    Bass,
    /// Guitars.
    Guitar,
    /// Piano, organ, electric piano, clavinet.
    Keys,
    /// Synthesisers and pads.
    Synth,
    /// Strings.
    Strings,
    /// Brass and woodwind.
    Winds,
    /// Lead vocal.
    LeadVocal,
    /// Backing vocals and choirs.
    BackingVocal,
    /// Effects and sounds.
    Effects,
    /// Anything else.
    #[default]
    Other,
}

impl Role {
    /// All of them, in the order menus show them.
    pub const ALL: [Self; 12] = [
        Self::Drums,
        Self::Percussion,
        Self::Bass,
        Self::Guitar,
        Self::Keys,
        Self::Synth,
        Self::Strings,
        Self::Winds,
        Self::LeadVocal,
        Self::BackingVocal,
        Self::Effects,
        Self::Other,
    ];

    /// Name shown to people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Drums => "drums",
            Self::Percussion => "percussion",
            Self::Bass => "bass",
            Self::Guitar => "guitar",
            Self::Keys => "keys",
            Self::Synth => "synth",
            Self::Strings => "strings",
            Self::Winds => "winds",
            Self::LeadVocal => "lead vocal",
            Self::BackingVocal => "backing vocal",
            Self::Effects => "effects",
            Self::Other => "other",
        }
    }
}

/// Where a send leaves its strip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tap {
    /// After the inserts, before the fader and the pan.
    Pre,
    /// After the fader and the pan.
    #[default]
    Post,
}

/// A send from a strip into a group, a return or the mix bus.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuxSend {
    /// Identity within the song.
    pub id: SendId,
    /// Destination.
    pub to: StripId,
    /// Level: [`SEND`].
    pub level: Db,
    /// Before or after the fader.
    pub tap: Tap,
    /// Switched off without losing its level.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub off: bool,
}

/// A device in an insert slot or a master chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "DeviceFile", into = "DeviceFile")]
pub struct Device {
    /// Identity within the song.
    pub id: DeviceId,
    /// What it is.
    pub kind: DeviceKind,
    /// Bypassed: the signal passes unchanged, at the same latency.
    pub bypass: bool,
    /// Values in the order of [`DeviceKind::specs`], all of them.
    pub values: Vec<f64>,
    /// The strip whose output it listens to; `None` listens to its own input.
    pub key: Option<StripId>,
}

impl Device {
    /// A device with default values.
    pub fn new(id: DeviceId, kind: DeviceKind) -> Self {
        let values = kind.specs().iter().map(|spec| spec.default).collect();
        Self { id, kind, bypass: false, values, key: None }
    }
}

/// How a device stands in the file: its values by the stored ids of its parameters.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeviceFile {
    id: DeviceId,
    kind: DeviceKind,
    bypass: bool,
    #[serde(deserialize_with = "values")]
    values: BTreeMap<String, f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<StripId>,
}

/// Most parameters a device may have, so that a hostile file cannot fill the memory.
const MAX_VALUES: usize = 1_000;

/// Values by id, none twice: of two the last one would win silently.
fn values<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, f64>, D::Error> {
    struct Values;

    impl<'de> Visitor<'de> for Values {
        type Value = BTreeMap<String, f64>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("the values of a device by the ids of its parameters")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut values = BTreeMap::new();
            while let Some((id, value)) = map.next_entry::<String, f64>()? {
                if values.len() == MAX_VALUES {
                    return Err(A::Error::custom("a device does not have so many parameters"));
                }
                match values.entry(id) {
                    Entry::Occupied(twice) => {
                        let id = twice.key();
                        return Err(A::Error::custom(format!(
                            "the parameter \"{id}\" stands twice"
                        )));
                    }
                    Entry::Vacant(free) => _ = free.insert(value),
                }
            }
            Ok(values)
        }
    }

    from.deserialize_map(Values)
}

impl From<Device> for DeviceFile {
    fn from(device: Device) -> Self {
        let ids = device.kind.specs().iter().map(|spec| spec.id.to_owned());
        let values = ids.zip(device.values).collect();
        let Device { id, kind, bypass, key, .. } = device;
        Self { id, kind, bypass, values, key }
    }
}

impl TryFrom<DeviceFile> for Device {
    type Error = String;

    fn try_from(mut file: DeviceFile) -> Result<Self, String> {
        let specs = file.kind.specs();
        let values =
            specs.iter().map(|spec| file.values.remove(spec.id).unwrap_or(spec.default)).collect();
        match file.values.keys().next() {
            Some(unknown) => Err(format!("a {} has no parameter \"{unknown}\"", file.kind.name())),
            None => {
                let DeviceFile { id, kind, bypass, key, .. } = file;
                Ok(Self { id, kind, bypass, values, key })
            }
        }
    }
}
