//! Changes of a song's master, and of any device.

use std::mem::{replace, swap};

use serde::{Deserialize, Serialize};
use twobus_dsp::Db;

use super::list::ListEdit;
use crate::automation::ParamId;
use crate::error::{Problem, id_text};
use crate::ids::{DeviceId, StripId};
use crate::master::{Delivery, MasterInput, Reference, Target};
use crate::presets;
use crate::project::Song;
use crate::strip::Device;

/// A change of a song's master.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MasterEdit {
    /// What is mastered.
    Input(MasterInput),
    /// Gain before the chain, in dB.
    Trim(Db),
    /// The chain that is heard and delivered.
    Chain(ListEdit<Device>),
    /// All devices of the chain: what brings those before a preset back.
    Devices(Vec<Device>),
    /// The devices of the [chain preset](crate::presets::chains) of this name, in place of all others.
    Preset(String),
    /// The other chain of an A/B comparison; its devices have ids of their own.
    Alternative(Option<Vec<Device>>),
    /// The chain and its alternative change places.
    SwapChains,
    /// The alternative becomes a copy of the chain, with ids of its own.
    CopyChain,
    /// What the delivered file is held to.
    Target(Target),
    /// Songs to compare with.
    References(ListEdit<Reference>),
    /// The files that were delivered.
    Deliveries(Vec<Delivery>),
}

impl MasterEdit {
    pub(super) fn swap(self, song: &mut Song) -> Result<Self, Problem> {
        let fresh = song.fresh_device_id();
        let master = &mut song.master;
        Ok(match self {
            Self::Input(new) => Self::Input(replace(&mut master.input, new)),
            Self::Trim(new) => Self::Trim(replace(&mut master.trim, new)),
            Self::Chain(change) => Self::Chain(change.swap(&mut master.chain)?),
            Self::Devices(new) => Self::Devices(replace(&mut master.chain, new)),
            Self::Preset(name) => {
                let missing = || Problem::Missing { what: "chain preset", id: name.clone() };
                let preset = presets::chain(&name).ok_or_else(missing)?;
                Self::Devices(replace(&mut master.chain, preset.devices(fresh)))
            }
            Self::CopyChain => {
                let copy = numbered(master.chain.iter().cloned(), fresh);
                Self::Alternative(master.alternative.replace(copy))
            }
            Self::Alternative(new) => Self::Alternative(replace(&mut master.alternative, new)),
            Self::SwapChains => {
                let other = master.alternative.as_mut();
                swap(
                    &mut master.chain,
                    other.ok_or(Problem::Rule(
                        "there is no other chain; add an alternative first",
                    ))?,
                );
                Self::SwapChains
            }
            Self::Target(new) => Self::Target(replace(&mut master.target, new)),
            Self::References(change) => Self::References(change.swap(&mut master.references)?),
            Self::Deliveries(new) => Self::Deliveries(replace(&mut master.deliveries, new)),
        })
    }
}

/// The devices with ids from `first` on.
pub(crate) fn numbered(devices: impl Iterator<Item = Device>, first: DeviceId) -> Vec<Device> {
    devices.zip(first.0..).map(|(device, id)| Device { id: DeviceId(id), ..device }).collect()
}

/// A change of a device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum DeviceEdit {
    /// Bypassed.
    Bypass(bool),
    /// The value of a parameter.
    Param {
        /// Which parameter.
        id: ParamId,
        /// Its value, in its own unit.
        value: f64,
    },
    /// The values of the [preset](crate::presets) of this name.
    Preset(String),
    /// All values, in the order of the kind's parameters: what brings those before a preset back.
    Values(Vec<f64>),
    /// The strip whose output it listens to; `null` for its own input. Of kinds that have the parameter
    /// `external`, which says whether it does.
    Key(Option<StripId>),
}

impl DeviceEdit {
    pub(super) fn swap(self, device: &mut Device) -> Result<Self, Problem> {
        Ok(match self {
            Self::Bypass(new) => Self::Bypass(replace(&mut device.bypass, new)),
            Self::Param { id, value } => {
                let index = device.kind.param(id.as_str());
                let slot = index.and_then(|index| device.values.get_mut(index));
                let missing = || Problem::Missing { what: "parameter", id: id_text(&id) };
                Self::Param { id, value: replace(slot.ok_or_else(missing)?, value) }
            }
            Self::Preset(name) => {
                let missing = || Problem::Missing { what: "preset", id: name.clone() };
                let preset = presets::find(device.kind, &name).ok_or_else(missing)?;
                Self::Values(replace(&mut device.values, preset.values.clone()))
            }
            Self::Values(new) => Self::Values(replace(&mut device.values, new)),
            Self::Key(new) => Self::Key(replace(&mut device.key, new)),
        })
    }
}

pub(super) fn device_mut(song: &mut Song, id: DeviceId) -> Result<&mut Device, Problem> {
    let Song { mix, master, .. } = song;
    let strips = mix.iter_mut().flat_map(|mix| {
        let tracks = mix.tracks.iter_mut().map(|track| &mut track.strip);
        tracks.chain(mix.buses.iter_mut().map(|bus| &mut bus.strip)).chain([&mut mix.bus])
    });
    let inserts = strips.flat_map(|strip| &mut strip.inserts);
    let chains = master.chain.iter_mut().chain(master.alternative.iter_mut().flatten());
    let found = inserts.chain(chains).find(|device| device.id == id);
    found.ok_or_else(|| Problem::Missing { what: "device", id: id_text(&id) })
}
