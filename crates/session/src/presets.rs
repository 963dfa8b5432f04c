//! Presets: settings of devices that have a name and a purpose, shipped with the program.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;
use twobus_dsp::DeviceKind;

use crate::edit::master::numbered;
use crate::ids::DeviceId;
use crate::strip::Device;

/// Settings of one kind of device.
#[derive(Debug, Clone, PartialEq)]
pub struct Preset {
    /// Shown to people; unique among the presets of its kind.
    pub name: String,
    /// What it is for, in one sentence.
    pub purpose: String,
    /// Values in the order of the kind's parameters, all of them.
    pub values: Vec<f64>,
}

/// How a preset stands in its file: parameters that are not named have their defaults.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PresetFile {
    name: String,
    #[serde(rename = "for")]
    purpose: String,
    values: BTreeMap<String, f64>,
}

/// The presets of `kind`, in the order menus show them.
pub fn presets(kind: DeviceKind) -> &'static [Preset] {
    static ALL: OnceLock<Vec<Vec<Preset>>> = OnceLock::new();
    let all = ALL.get_or_init(|| DeviceKind::ALL.map(read).into());
    let at = DeviceKind::ALL.iter().position(|other| *other == kind);
    at.and_then(|at| all.get(at)).map_or(&[], Vec::as_slice)
}

/// The preset of `kind` that is called `name`, whatever its case.
pub fn find(kind: DeviceKind, name: &str) -> Option<&'static Preset> {
    presets(kind).iter().find(|preset| preset.name.to_lowercase() == name.to_lowercase())
}

/// A whole chain of a master.
#[derive(Debug, Clone, PartialEq)]
pub struct ChainPreset {
    /// Shown to people; unique among the chains.
    pub name: String,
    /// What it is for, in one sentence.
    pub purpose: String,
    /// Kinds and values of its devices, in the order the signal passes them.
    pub devices: Vec<(DeviceKind, Vec<f64>)>,
}

impl ChainPreset {
    /// Its devices, with ids from `first` on.
    pub fn devices(&self, first: DeviceId) -> Vec<Device> {
        let device = |(kind, values): &(DeviceKind, Vec<f64>)| Device {
            values: values.clone(),
            ..Device::new(first, *kind)
        };
        numbered(self.devices.iter().map(device), first)
    }
}

/// How a chain stands in its file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChainFile {
    name: String,
    #[serde(rename = "for")]
    purpose: String,
    devices: Vec<ChainDevice>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChainDevice {
    kind: DeviceKind,
    values: BTreeMap<String, f64>,
}

const CHAINS: &str = include_str!("../../../assets/presets/chains.json");

/// The chains for masters, in the order menus show them.
pub fn chains() -> &'static [ChainPreset] {
    static ALL: OnceLock<Vec<ChainPreset>> = OnceLock::new();
    ALL.get_or_init(|| {
        let files: Vec<ChainFile> =
            serde_json::from_str(CHAINS).expect("the chains shipped are valid: a test reads them");
        let device = |device: ChainDevice| (device.kind, values(device.kind, &device.values));
        let chain = |file: ChainFile| ChainPreset {
            name: file.name,
            purpose: file.purpose,
            devices: file.devices.into_iter().map(device).collect(),
        };
        files.into_iter().map(chain).collect()
    })
}

/// The chain that is called `name`, whatever its case.
pub fn chain(name: &str) -> Option<&'static ChainPreset> {
    chains().iter().find(|chain| chain.name.to_lowercase() == name.to_lowercase())
}

/// All values of `kind` in order: those `given`, and the defaults of the others.
fn values(kind: DeviceKind, given: &BTreeMap<String, f64>) -> Vec<f64> {
    let value =
        |spec: &twobus_dsp::param::ParamSpec| given.get(spec.id).copied().unwrap_or(spec.default);
    kind.specs().iter().map(value).collect()
}

fn source(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Equalizer => include_str!("../../../assets/presets/equalizer.json"),
        DeviceKind::Compressor => include_str!("../../../assets/presets/compressor.json"),
        DeviceKind::Gate => include_str!("../../../assets/presets/gate.json"),
        DeviceKind::DeEsser => include_str!("../../../assets/presets/de-esser.json"),
        DeviceKind::Saturator => include_str!("../../../assets/presets/saturator.json"),
        DeviceKind::Clipper => include_str!("../../../assets/presets/clipper.json"),
        DeviceKind::Multiband => include_str!("../../../assets/presets/multiband.json"),
        DeviceKind::Stereo => include_str!("../../../assets/presets/stereo.json"),
        DeviceKind::Delay => include_str!("../../../assets/presets/delay.json"),
        DeviceKind::Reverb => include_str!("../../../assets/presets/reverb.json"),
        DeviceKind::Limiter => include_str!("../../../assets/presets/limiter.json"),
        DeviceKind::Utility => include_str!("../../../assets/presets/utility.json"),
    }
}

fn read(kind: DeviceKind) -> Vec<Preset> {
    let files: Vec<PresetFile> = serde_json::from_str(source(kind))
        .expect("the presets shipped are valid: a test reads them");
    let preset = |file: PresetFile| Preset {
        values: values(kind, &file.values),
        name: file.name,
        purpose: file.purpose,
    };
    files.into_iter().map(preset).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_preset_sets_parameters_that_exist_to_values_they_take() {
        for kind in DeviceKind::ALL {
            let files: Vec<PresetFile> = serde_json::from_str(source(kind)).unwrap();
            let mut names = BTreeSet::new();
            for file in &files {
                assert!(names.insert(file.name.to_lowercase()), "{} stands twice", file.name);
                assert!(file.purpose.ends_with('.') && !file.values.is_empty(), "{}", file.name);
                for (id, value) in &file.values {
                    let param = kind.param(id).unwrap_or_else(|| panic!("{}: {id}", file.name));
                    assert_eq!(kind.specs()[param].check(*value), Ok(()), "{}: {id}", file.name);
                }
            }
            assert!(
                source(kind) == "[]" || files.len() >= 5,
                "{} has {} presets",
                kind.name(),
                files.len()
            );
            assert_eq!(presets(kind).len(), files.len());
        }
        assert!(find(DeviceKind::Delay, "slap").is_some());
        assert!(find(DeviceKind::Delay, "Air").is_none());
    }

    #[test]
    fn every_chain_sets_parameters_that_exist_and_ends_in_a_limiter() {
        let files: Vec<ChainFile> = serde_json::from_str(CHAINS).unwrap();
        assert!(files.len() >= 6);
        let mut names = BTreeSet::new();
        for file in &files {
            assert!(names.insert(file.name.to_lowercase()), "{} stands twice", file.name);
            assert!(file.purpose.ends_with('.'), "{}", file.name);
            assert_eq!(file.devices.last().unwrap().kind, DeviceKind::Limiter, "{}", file.name);
            for ChainDevice { kind, values } in &file.devices {
                for (id, value) in values {
                    let name = format!("{}, {}: {id}", file.name, kind.name());
                    let param = kind.param(id).unwrap_or_else(|| panic!("{name}"));
                    assert_eq!(kind.specs()[param].check(*value), Ok(()), "{name}");
                }
            }
        }
        assert_eq!(chains().len(), files.len());
        let ids: Vec<u32> = chains()[0].devices(DeviceId(7)).iter().map(|d| d.id.0).collect();
        assert!(ids.iter().copied().eq(7..7 + chains()[0].devices.len() as u32));
    }
}
