//! Menus of the panel.

use iced::Point;
use twobus_session::{Device, DeviceEdit, Edit, ParamId, Strip, StripId};

use super::update::change;
use super::{Part, found};
use crate::desk::Desk;
use crate::screens::menu::{Choice, Menu};
use crate::screens::mix::mixer;

/// The menu of a part; `None` where it has none.
pub(super) fn of(part: Part, strip: &Strip, at: Point, desk: &Desk) -> Option<Menu> {
    match part {
        Part::Add => Some(mixer::add_device(desk, strip, at)),
        Part::Tab(id) | Part::Power(id) => {
            found(desk, id).map(|(strip, device)| mixer::of_device(desk, strip, device, at))
        }
        Part::Preset(id) => found(desk, id).map(|(_, device)| presets(desk, device, at)),
        Part::Key(id) => found(desk, id).map(|(strip, device)| keys(desk, strip, device, at)),
        Part::Param(id, param) => {
            found(desk, id).and_then(|(_, device)| choices(desk, device, param, at))
        }
        _ => None,
    }
}

fn presets(desk: &Desk, device: &Device, at: Point) -> Menu {
    let mut menu = Menu::new(format!("{} presets", device.kind.name()), at);
    let defaults = device.kind.specs().iter().map(|spec| spec.default).collect();
    let edit =
        |change| Choice::Edit(Edit::Device { song: desk.song_id(), device: device.id, change });
    menu.row("As it comes", edit(DeviceEdit::Values(defaults)));
    for preset in twobus_session::presets::presets(device.kind) {
        let is_set = preset.values == device.values;
        menu.check(&preset.name, is_set, edit(DeviceEdit::Preset(preset.name.clone())));
    }
    menu
}

/// What a device can listen to: its own signal, or what another strip puts out.
fn keys(desk: &Desk, strip: &Strip, device: &Device, at: Point) -> Menu {
    let mut menu = Menu::new(format!("{} listens to", device.kind.name()), at);
    let external = ParamId::new("external").expect("compressors and gates declare it");
    let choice = |key: Option<StripId>, name: &str| {
        let value = f64::from(u8::from(key.is_some()));
        let edits = [DeviceEdit::Key(key), DeviceEdit::Param { id: external, value }];
        let edits = edits.map(|edit| change(desk, device.id, edit)).into();
        Choice::Edit(Edit::Batch { name: format!("{} listens to {name}", strip.name), edits })
    };
    menu.check("its own signal", device.key.is_none(), choice(None, "its own signal"));
    for other in desk.mix().strips().filter(|other| other.id != strip.id) {
        menu.check(&other.name, device.key == Some(other.id), choice(Some(other.id), &other.name));
    }
    menu
}

/// The values of a parameter with few of them.
fn choices(desk: &Desk, device: &Device, param: usize, at: Point) -> Option<Menu> {
    let spec = device.kind.specs().get(param)?;
    let id = ParamId::new(spec.id)?;
    let mut menu = Menu::new(spec.name, at);
    for (index, name) in spec.choices.iter().enumerate() {
        let value = index as f64;
        let set = change(desk, device.id, DeviceEdit::Param { id, value });
        menu.check(name, device.values.get(param) == Some(&value), Choice::Edit(set));
    }
    (!spec.choices.is_empty()).then_some(menu)
}
