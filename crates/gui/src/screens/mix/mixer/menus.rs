//! Menus of the mixer.

use iced::Point;
use twobus_dsp::{Db, DeviceKind};
use twobus_session::edit::ListEdit;
use twobus_session::{
    AuxSend, Bus, BusKind, Device, DeviceEdit, Edit, MasterEdit, Mix, Output, SendEdit, SongEdit,
    Strip, StripEdit, StripId, Tap,
};

use super::layout::returns;
use super::{Part, Piece, Switch, update::Action};
use crate::desk::Desk;
use crate::screens::dialog::About;
use crate::screens::menu::{Choice, Menu};

/// Level of a new send, in dB.
const NEW_SEND: Db = Db(-12.0);

/// The menu of a part.
pub(super) fn of(part: Part, at: Point, desk: &Desk) -> Action {
    if part == Part::Monitor(Switch::Reference) {
        return Action::Menu(of_reference(desk, at));
    }
    let Part::Strip(id, piece) = part else { return Action::None };
    let Some(strip) = desk.strip(id) else { return Action::None };
    let menu = match piece {
        Piece::AddInsert => add_device(desk, strip, at),
        Piece::AddSend => effects(desk, strip, at),
        Piece::Sends | Piece::Popover => return Action::None,
        Piece::Insert(index) => match strip.inserts.get(index) {
            Some(device) => of_device(desk, strip, device, at),
            None => return Action::None,
        },
        Piece::Send(index) => match of_send(desk, strip, index, at) {
            Some(menu) => menu,
            None => return Action::None,
        },
        Piece::Trim
        | Piece::Width
        | Piece::Pan
        | Piece::Mute
        | Piece::Solo
        | Piece::Polarity
        | Piece::Level
        | Piece::Peak
        | Piece::Fader
        | Piece::Meter
        | Piece::Plate => of_strip(desk, strip, at),
    };
    Action::Menu(menu)
}

/// The song that is heard beside the mix.
fn of_reference(desk: &Desk, at: Point) -> Menu {
    let name = desk.reference().map(|file| file.path.rsplit('/').next().unwrap_or(&file.path));
    let mut menu = Menu::new(name.unwrap_or("No reference yet"), at);
    menu.row("Choose a file…", Choice::Ask(About::Reference));
    if let Some(file) = desk.reference() {
        let change = MasterEdit::References(ListEdit::Remove(file.id));
        menu.row("Take it away", Choice::Edit(Edit::Master { song: desk.song_id(), change }));
    }
    menu
}

fn on(desk: &Desk, strip: &Strip, change: StripEdit) -> Choice {
    Choice::Edit(Edit::Strip { song: desk.song_id(), strip: strip.id, change })
}

/// The kinds of devices that can be added to a strip.
pub(crate) fn add_device(desk: &Desk, strip: &Strip, at: Point) -> Menu {
    let id = desk.song().fresh_device_id();
    let mut menu = Menu::new(format!("Add to {}", strip.name), at);
    for kind in DeviceKind::ALL {
        let change = StripEdit::Inserts(ListEdit::add(Device::new(id, kind)));
        menu.row(kind.name(), on(desk, strip, change));
    }
    menu
}

/// A return with a device, and a send to it from `strip`, as one step.
fn effects(desk: &Desk, strip: &Strip, at: Point) -> Menu {
    let (song, mix) = (desk.song_id(), desk.mix());
    let mut menu = Menu::new("New effect return", at);
    for kind in [DeviceKind::Reverb, DeviceKind::Delay] {
        let id = mix.fresh_strip_id();
        let mut bus = Strip { solo_safe: true, colour: 8, ..Strip::new(id, kind.name()) };
        bus.inserts.push(Device::new(desk.song().fresh_device_id(), kind));
        let add = SongEdit::Buses(ListEdit::add(Bus { strip: bus, kind: BusKind::Return }));
        let send = new_send(mix, id, NEW_SEND);
        let edits = vec![
            Edit::Song { song, change: add },
            Edit::Strip { song, strip: strip.id, change: send },
        ];
        let name = format!("Add return {}", kind.name());
        menu.row(kind.name(), Choice::Edit(Edit::Batch { name, edits }));
    }
    menu
}

/// A new send to `to`.
pub(super) fn new_send(mix: &Mix, to: StripId, level: Db) -> StripEdit {
    let send = AuxSend { id: mix.fresh_send_id(), to, level, tap: Tap::Post, off: false };
    StripEdit::Sends(ListEdit::add(send))
}

/// What can be done to a device.
pub(crate) fn of_device(desk: &Desk, strip: &Strip, device: &Device, at: Point) -> Menu {
    let mut menu = Menu::new(format!("{} {}", strip.name, device.kind.name()), at);
    let change = DeviceEdit::Bypass(!device.bypass);
    let bypass = Edit::Device { song: desk.song_id(), device: device.id, change };
    menu.check("Bypass", device.bypass, Choice::Edit(bypass));
    let place = strip.inserts.iter().position(|other| other.id == device.id).unwrap_or(0);
    let mut to = |label, to| {
        let change = StripEdit::Inserts(ListEdit::Move { id: device.id, to });
        menu.row(label, on(desk, strip, change));
    };
    if let Some(before) = place.checked_sub(1) {
        to("Move up", before);
    }
    if place + 1 < strip.inserts.len() {
        to("Move down", place + 1);
    }
    menu.row("Remove", on(desk, strip, StripEdit::Inserts(ListEdit::Remove(device.id))));
    menu
}

/// What can be done to a send.
pub(crate) fn of_send(desk: &Desk, strip: &Strip, index: usize, at: Point) -> Option<Menu> {
    let to = returns(desk.mix()).nth(index)?;
    let mut menu = Menu::new(format!("{} send to {}", strip.name, to.name), at);
    match strip.sends.iter().find(|send| send.to == to.id) {
        None => menu.row("Send", on(desk, strip, new_send(desk.mix(), to.id, NEW_SEND))),
        Some(send) => {
            let change = |change| on(desk, strip, StripEdit::Send { send: send.id, change });
            menu.row("Level…", Choice::SendLevel(strip.id, send.id));
            menu.check("Pre fader", send.tap == Tap::Pre, change(SendEdit::Tap(Tap::Pre)));
            menu.check("Post fader", send.tap == Tap::Post, change(SendEdit::Tap(Tap::Post)));
            menu.check("Off", send.off, change(SendEdit::Off(!send.off)));
            menu.row("Remove", on(desk, strip, StripEdit::Sends(ListEdit::Remove(send.id))));
        }
    }
    Some(menu)
}

fn of_strip(desk: &Desk, strip: &Strip, at: Point) -> Menu {
    let mut menu = Menu::new(strip.name.clone(), at);
    if strip.id == StripId::MIX_BUS {
        menu.row("Reset fader", on(desk, strip, StripEdit::Fader(Db::UNITY)));
        return menu;
    }
    menu.row("Rename…", Choice::Rename(strip.id));
    menu.row("Trim…", Choice::Trim(strip.id));
    menu.row("Width…", Choice::Width(strip.id));
    let invert = on(desk, strip, StripEdit::Invert(!strip.invert));
    menu.check("Ø polarity", strip.invert, invert);
    for (index, to) in returns(desk.mix()).enumerate().filter(|(_, to)| to.id != strip.id) {
        let send = strip.sends.iter().find(|send| send.to == to.id);
        let level = send.map_or_else(|| "off".to_owned(), |send| format!("{} dB", send.level));
        let label = format!("Send to {}: {level}…", to.name);
        menu.row(&label, Choice::Sends(strip.id, index));
    }
    menu.row("Colour: next", on(desk, strip, StripEdit::Colour((strip.colour + 1) % 12)));
    menu.check(
        "Solo safe",
        strip.solo_safe,
        on(desk, strip, StripEdit::SoloSafe(!strip.solo_safe)),
    );
    let mix = desk.mix();
    let mut output = |label: String, to| {
        menu.check(&label, strip.output == to, on(desk, strip, StripEdit::Output(to)));
    };
    output("› Mix".to_owned(), Output::Strip(StripId::MIX_BUS));
    for bus in mix.buses.iter().filter(|bus| bus.strip.id != strip.id) {
        output(format!("› {}", bus.strip.name), Output::Strip(bus.strip.id));
    }
    output("› nowhere".to_owned(), Output::Nowhere);
    menu.row("New group for it", Choice::Edit(group(desk, strip)));
    move_rows(desk, strip, &mut menu);
    let song = desk.song_id();
    let removed = match mix.tracks.iter().any(|track| track.strip.id == strip.id) {
        true => SongEdit::Tracks(ListEdit::Remove(strip.id)),
        false => SongEdit::Buses(ListEdit::Remove(strip.id)),
    };
    menu.row("Remove", Choice::Edit(Edit::Song { song, change: removed }));
    menu
}

fn move_rows(desk: &Desk, strip: &Strip, menu: &mut Menu) {
    let tracks = &desk.mix().tracks;
    let Some(place) = tracks.iter().position(|track| track.strip.id == strip.id) else { return };
    let song = desk.song_id();
    let mut to = |label, to| {
        let change = SongEdit::Tracks(ListEdit::Move { id: strip.id, to });
        menu.row(label, Choice::Edit(Edit::Song { song, change }));
    };
    if let Some(before) = place.checked_sub(1) {
        to("Move left", before);
    }
    if place + 1 < tracks.len() {
        to("Move right", place + 1);
    }
}

/// A group that `strip` goes out to, and that goes where it went.
fn group(desk: &Desk, strip: &Strip) -> Edit {
    let (song, id) = (desk.song_id(), desk.mix().fresh_strip_id());
    let name = format!("{} Group", strip.name);
    let base = Strip::new(id, name.clone());
    let bus = Strip { colour: strip.colour, role: strip.role, output: strip.output, ..base };
    let add = SongEdit::Buses(ListEdit::add(Bus { strip: bus, kind: BusKind::Group }));
    let output = StripEdit::Output(Output::Strip(id));
    let edits = vec![
        Edit::Song { song, change: add },
        Edit::Strip { song, strip: strip.id, change: output },
    ];
    Edit::Batch { name: format!("Add group {name}"), edits }
}
