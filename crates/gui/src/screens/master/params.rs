//! Which parameters a panel shows, and how they are changed.

use twobus_dsp::DeviceKind;
use twobus_dsp::eq::params::{BAND_PARAMS, PHASE, band};
use twobus_dsp::param::{ParamSpec, Unit};
use twobus_render::Command;
use twobus_session::{Device, DeviceEdit, DeviceId, Edit, ParamId, StripId};

use crate::desk::Desk;

/// Knobs of a panel at most.
const MOST_KNOBS: usize = 7;

/// Index of a band's parameter.
pub(super) const fn at(number: usize, offset: usize) -> usize {
    number * BAND_PARAMS + offset
}

/// What a parameter stands at.
pub(super) fn value(device: &Device, param: usize) -> f64 {
    device.values.get(param).copied().unwrap_or(0.0)
}

/// What the parameter with a stored id stands at.
pub(super) fn get(device: &Device, id: &str) -> f64 {
    device.kind.param(id).map_or(0.0, |param| value(device, param))
}

/// Parameters that are knobs; `band` is the one that is chosen of an equalizer.
pub(super) fn knobs(device: &Device, chosen_band: usize) -> Vec<usize> {
    let named = |ids: &[&str]| ids.iter().filter_map(|id| device.kind.param(id)).collect();
    match device.kind {
        DeviceKind::Equalizer => {
            [band::FREQUENCY, band::GAIN, band::Q].map(|offset| at(chosen_band, offset)).into()
        }
        DeviceKind::Compressor => {
            named(&["threshold", "ratio", "attack", "release", "knee", "makeup", "mix"])
        }
        DeviceKind::Stereo => named(&["width", "mono_below", "balance"]),
        DeviceKind::Limiter => named(&["drive", "ceiling", "release", "link"]),
        _ => {
            let specs = device.kind.specs().iter().enumerate();
            let turns = specs.filter(|(_, spec)| !is_switch(spec)).map(|(index, _)| index);
            turns.take(MOST_KNOBS).collect()
        }
    }
}

/// Parameters that stand in the head of a panel: switches and choices.
pub(super) fn switches(device: &Device, chosen_band: usize) -> Vec<usize> {
    let named = |ids: &[&str]| ids.iter().filter_map(|id| device.kind.param(id)).collect();
    match device.kind {
        DeviceKind::Equalizer => {
            vec![at(chosen_band, band::SHAPE), at(chosen_band, band::SIDE), PHASE]
        }
        DeviceKind::Compressor => named(&["detection", "auto_release"]),
        DeviceKind::Stereo => named(&["mono"]),
        DeviceKind::Limiter => named(&["character", "auto_release"]),
        _ => {
            let specs = device.kind.specs().iter().enumerate();
            let steps = specs.filter(|(_, spec)| is_switch(spec)).map(|(index, _)| index);
            steps.take(2).collect()
        }
    }
}

/// Whether a parameter is pressed rather than turned.
pub(super) fn is_switch(spec: &ParamSpec) -> bool {
    matches!(spec.unit, Unit::Switch | Unit::Choice)
}

/// A device of the chain.
pub(super) fn found(desk: &Desk, id: DeviceId) -> Option<&Device> {
    desk.song().master.chain.iter().find(|device| device.id == id)
}

/// The nearest value that is shown with as many digits as people read.
pub(super) fn readable(spec: &ParamSpec, value: f64) -> f64 {
    let near = spec.nearest(value).unwrap_or(spec.default);
    spec.parse(&spec.format(near)).unwrap_or(near)
}

/// A change of a device of the open song.
pub(super) fn change(desk: &Desk, device: DeviceId, change: DeviceEdit) -> Edit {
    Edit::Device { song: desk.song_id(), device, change }
}

/// The edits that set parameters of a device.
fn edits(desk: &Desk, id: DeviceId, values: &[(usize, f64)]) -> Vec<Edit> {
    let Some(device) = found(desk, id) else { return Vec::new() };
    let edit = |(param, value): &(usize, f64)| {
        let id = ParamId::new(device.kind.specs().get(*param)?.id)?;
        Some(change(desk, device.id, DeviceEdit::Param { id, value: *value }))
    };
    values.iter().filter_map(edit).collect()
}

/// Moves parameters while they are held.
pub(super) fn drag(desk: &mut Desk, id: DeviceId, values: &[(usize, f64)]) {
    let mut edits = edits(desk, id, values);
    let Some(kind) = found(desk, id).map(|device| device.kind) else { return };
    let edit = match edits.len() {
        0 => return,
        1 => edits.remove(0),
        _ => Edit::Batch { name: format!("{} node", kind.name()), edits },
    };
    let fixed = values.iter().any(|(param, _)| kind.is_fixed(*param));
    let mut commands =
        values.iter().map(|(param, value)| Command::Param(StripId::MIX_BUS, id, *param, *value));
    desk.drag(edit, commands.next().filter(|_| !fixed));
    commands.for_each(|command| desk.live.preview(command));
}

/// Sets parameters, as one step called `name`, or by what they are.
pub(super) fn set(desk: &mut Desk, id: DeviceId, values: &[(usize, f64)], name: Option<&str>) {
    let mut edits = edits(desk, id, values);
    match (edits.len(), name) {
        (0, _) => {}
        (1, None) => desk.apply(edits.remove(0)),
        (_, name) => {
            let name = name.unwrap_or("Master").to_owned();
            desk.apply(Edit::Batch { name, edits });
        }
    }
}

/// The next value of a switch or choice.
pub(super) fn next(spec: &ParamSpec, now: f64) -> f64 {
    let next = now + 1.0;
    if next > *spec.range.end() { *spec.range.start() } else { next }
}
