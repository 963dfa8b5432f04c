//! `devices`: what can be put into an insert, and how it is set.

use serde::Serialize;
use twobus_dsp::DeviceKind;
use twobus_dsp::param::{ParamSpec, Unit};
use twobus_jobs::{Error, Result};
use twobus_session::presets::{chains, presets};

use crate::args::DevicesArgs;
use crate::outcome::Outcome;
use crate::show;

#[derive(Serialize)]
struct Json {
    devices: Vec<DeviceJson>,
    /// Chains for masters, where all devices are listed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    chains: Vec<PresetJson>,
}

#[derive(Serialize)]
struct DeviceJson {
    kind: DeviceKind,
    name: &'static str,
    parameters: Vec<ParamJson>,
    presets: Vec<PresetJson>,
}

#[derive(Serialize)]
struct ParamJson {
    id: &'static str,
    name: &'static str,
    unit: &'static str,
    low: f64,
    high: f64,
    default: f64,
    choices: &'static [&'static str],
    automatable: bool,
}

#[derive(Serialize)]
struct PresetJson {
    name: &'static str,
    purpose: &'static str,
}

pub(crate) fn run(args: &DevicesArgs) -> Result<Outcome> {
    let Some(asked) = &args.kind else {
        let devices = DeviceKind::ALL.map(json).into();
        let chains = chains().iter();
        let chains = chains.map(|one| PresetJson { name: &one.name, purpose: &one.purpose });
        return Ok(Outcome::new(overview(), &Json { devices, chains: chains.collect() }));
    };
    let is_asked = |kind: &DeviceKind| id(*kind) == asked.to_lowercase();
    let kind = DeviceKind::ALL.into_iter().find(is_asked).ok_or_else(|| {
        let all = DeviceKind::ALL.map(id).join(", ");
        Error::Missing(format!("there is no device \"{asked}\"; there are {all}"))
    })?;
    Ok(Outcome::new(one(kind), &Json { devices: vec![json(kind)], chains: Vec::new() }))
}

/// How the kind stands in documents.
fn id(kind: DeviceKind) -> String {
    let text = serde_json::to_value(kind).unwrap_or_default();
    text.as_str().unwrap_or_default().to_owned()
}

fn overview() -> String {
    let mut rows = vec![["Kind", "Name", "Parameters", "Presets"].map(str::to_owned).to_vec()];
    rows.extend(DeviceKind::ALL.map(|kind| {
        let count = |count: usize| count.to_string();
        let (params, presets) = (count(kind.specs().len()), count(presets(kind).len()));
        vec![id(kind), kind.name().to_owned(), params, presets]
    }));
    let chains = chains().iter().map(|one| format!("{}: {}\n", one.name, one.purpose));
    format!(
        "{}One with its parameters: twobus-cli devices KIND\n\nChains for masters: twobus-cli master --preset NAME\n{}",
        show::table(&rows),
        chains.collect::<String>()
    )
}

fn one(kind: DeviceKind) -> String {
    let mut text = format!("{} ({})\n\n", kind.name(), id(kind));
    let mut rows = vec![["Id", "Name", "From", "To", "Default"].map(str::to_owned).to_vec()];
    rows.extend(kind.specs().iter().map(|spec| {
        let [low, high] = [spec.range.start(), spec.range.end()].map(|value| spec.format(*value));
        vec![spec.id.to_owned(), spec.name.to_owned(), low, high, spec.format(spec.default)]
    }));
    text.push_str(&show::table(&rows));
    for spec in kind.specs().iter().filter(|spec| !spec.choices.is_empty()) {
        let choice = |(number, name)| format!("{number} {name}");
        let choices: Vec<String> = spec.choices.iter().enumerate().map(choice).collect();
        text.push_str(&format!("{}: {}\n", spec.id, choices.join(", ")));
    }
    let fixed = |(index, spec): (usize, &ParamSpec)| {
        (!kind.is_automatable(index)).then(|| spec.id.to_owned())
    };
    let fixed: Vec<String> = kind.specs().iter().enumerate().filter_map(fixed).collect();
    if !fixed.is_empty() {
        text.push_str(&format!("Not automated: {}\n", fixed.join(", ")));
    }
    if !presets(kind).is_empty() {
        text.push_str("\nPresets\n");
        let lines = presets(kind).iter().map(|one| format!("{}: {}\n", one.name, one.purpose));
        text.extend(lines);
    }
    text
}

fn json(kind: DeviceKind) -> DeviceJson {
    let param = |(index, spec): (usize, &ParamSpec)| ParamJson {
        id: spec.id,
        name: spec.name,
        unit: unit(spec.unit),
        low: *spec.range.start(),
        high: *spec.range.end(),
        default: spec.default,
        choices: spec.choices,
        automatable: kind.is_automatable(index),
    };
    let preset = |preset: &'static twobus_session::presets::Preset| PresetJson {
        name: &preset.name,
        purpose: &preset.purpose,
    };
    DeviceJson {
        kind,
        name: kind.name(),
        parameters: kind.specs().iter().enumerate().map(param).collect(),
        presets: presets(kind).iter().map(preset).collect(),
    }
}

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Db => "dB",
        Unit::Hz => "Hz",
        Unit::Ms => "ms",
        Unit::Percent => "%",
        Unit::Ratio => "ratio",
        Unit::Number => "number",
        Unit::Switch => "switch",
        Unit::Choice => "choice",
    }
}
