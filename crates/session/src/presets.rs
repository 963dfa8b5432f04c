//! Presets: settings of devices that have a name and a purpose, shipped with the program.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;
use twobus_dsp::DeviceKind;

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
        DeviceKind::Utility | DeviceKind::Limiter => "[]",
    }
}

fn read(kind: DeviceKind) -> Vec<Preset> {
    let files: Vec<PresetFile> = serde_json::from_str(source(kind))
        .expect("the presets shipped are valid: a test reads them");
    let values = |given: &BTreeMap<String, f64>| {
        let value = |spec: &twobus_dsp::param::ParamSpec| {
            given.get(spec.id).copied().unwrap_or(spec.default)
        };
        kind.specs().iter().map(value).collect()
    };
    let preset = |file: PresetFile| Preset {
        values: values(&file.values),
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
}
