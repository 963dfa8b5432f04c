//! What the panel does.

use iced::Point;
use iced::keyboard::key::Named;
use iced::keyboard::{Key, Modifiers};
use twobus_dsp::DeviceKind;
use twobus_dsp::eq::params::{BANDS, band};
use twobus_dsp::eq::prototype::Shape;
use twobus_dsp::param::{ParamSpec, Unit};
use twobus_render::Command;
use twobus_session::edit::ListEdit;
use twobus_session::{Device, DeviceEdit, DeviceId, Edit, ParamId, StripEdit};

use super::equalizer::{self, at};
use super::layout::{self, Pane, device_of, value};
use super::{Analyser, Compare, Devices, DevicesScene, Part, RANGES_DB, found, handles, menus};
use crate::desk::Desk;
use crate::screens::menu::Menu;
use crate::steps::stepped;
use crate::widgets::{Input, Phase};

/// What the panel asks of the window.
pub(crate) enum Action {
    None,
    /// To show a menu.
    Menu(Menu),
    /// To give the keyboard to another region.
    Leave {
        back: bool,
    },
}

/// What is dragged.
#[derive(Debug, Clone, Copy)]
pub(super) enum Hold {
    /// A device along the chain.
    Tab(DeviceId),
    /// A node, from where it was taken hold of.
    Node { device: DeviceId, number: usize, from: Point, hz: f64, gain_db: f64 },
    /// What stood at `value` when it was last moved, with the pointer there.
    Handle { device: DeviceId, param: usize, from: Point, value: f64 },
}

/// Share of the way in which Shift moves what is dragged.
const FINE: f32 = 0.1;

/// Lines of the wheel that double a Q.
const Q_LINES: f64 = 6.0;

/// A change of a device of the open song.
pub(super) fn change(desk: &Desk, device: DeviceId, change: DeviceEdit) -> Edit {
    Edit::Device { song: desk.song_id(), device, change }
}

/// The nearest value that is shown with as many digits as people read.
fn readable(spec: &ParamSpec, value: f64) -> f64 {
    let near = spec.nearest(value).unwrap_or(spec.default);
    spec.parse(&spec.format(near)).unwrap_or(near)
}

impl Devices {
    /// Takes in what was done to it.
    pub(crate) fn update(&mut self, input: Input<Part>, desk: &mut Desk) -> Action {
        match input {
            Input::Over(over) => self.over = over,
            Input::Focus(part) => self.focused(part, desk),
            Input::Leave { back } => return Action::Leave { back },
            Input::Press { part, at, .. } => return self.pressed(part, at, desk),
            Input::Menu(part, at) => return self.menu(part, at, desk),
            Input::Move(Part::Param(id, param), travel) => {
                let spec = found(desk, id).and_then(|(_, device)| device.kind.specs().get(param));
                if let Some(spec) = spec {
                    let value = readable(spec, spec.from_travel(travel));
                    set(id, &[(param, value)], desk);
                }
            }
            Input::Drop(_) => desk.drop_held(),
            Input::Cancel(_) => desk.cancel_held(),
            Input::Step { part: Part::Param(id, param), steps, fine } => {
                step(id, param, (steps, fine), desk);
            }
            Input::Reset(Part::Param(id, param)) => reset(id, &[param], desk),
            Input::Typed(Part::Param(id, param), text) => typed(id, param, text.trim(), desk),
            Input::Point { part, phase, at, modifiers } => {
                self.pointed(part, (phase, at, modifiers), desk);
            }
            Input::Wheel { at, down, .. } => self.wheel(at, f64::from(-down), desk),
            _ => {}
        }
        Action::None
    }

    fn focused(&mut self, part: Part, desk: &Desk) {
        self.focus = Some(part);
        if let Some(id) = device_of(part) {
            self.choose(id, desk);
        }
        if let Part::Node(id, number) = part {
            let _before = self.pages.insert(id, number);
        }
    }

    fn menu(&self, part: Part, at: Point, desk: &Desk) -> Action {
        let strip = self.strip.and_then(|id| desk.strip(id));
        let menu = strip.and_then(|strip| menus::of(part, strip, at, desk));
        menu.map_or(Action::None, Action::Menu)
    }

    fn pressed(&mut self, part: Part, at: Point, desk: &mut Desk) -> Action {
        match part {
            Part::Close => self.close(),
            Part::Add | Part::Preset(_) | Part::Key(_) => return self.menu(part, at, desk),
            Part::New(index) => self.add(index, desk),
            Part::BypassAll => self.bypass_all(desk),
            Part::Side(side) => self.switch_side(side, desk),
            Part::CopySide => self.copy_side(desk),
            Part::Power(id) => toggle_bypass(id, desk),
            Part::Page(id, page) => _ = self.pages.insert(id, page),
            Part::Listen(id) => {
                self.listens = (self.listens != Some(id)).then_some(id);
                self.hear_listened(desk);
            }
            Part::Analyser(index) => self.analyser = Analyser::ALL[index.min(3)],
            Part::Range(index) => self.range = index.min(RANGES_DB.len() - 1),
            Part::Choice(id, param, index) => apply(id, param, index as f64, desk),
            Part::Param(id, param) => {
                let Some((_, device)) = found(desk, id) else { return Action::None };
                if device.kind.specs()[param].unit == Unit::Choice {
                    return self.menu(part, at, desk);
                }
                let on = value(device, param) >= 0.5;
                apply(id, param, if on { 0.0 } else { 1.0 }, desk);
            }
            Part::Tab(_)
            | Part::Graph(_)
            | Part::Node(..)
            | Part::Picture(_)
            | Part::Levels(_)
            | Part::Handle(..) => {}
        }
        Action::None
    }

    fn add(&mut self, index: usize, desk: &mut Desk) {
        let (Some(strip), Some(kind)) = (self.strip, DeviceKind::ALL.get(index)) else { return };
        let device = Device::new(desk.song().fresh_device_id(), *kind);
        let id = device.id;
        desk.edit(strip, StripEdit::Inserts(ListEdit::add(device)));
        self.choose(id, desk);
        self.focus = Some(Part::Tab(id));
    }

    fn bypass_all(&self, desk: &mut Desk) {
        let Some(strip) = self.strip.and_then(|id| desk.strip(id)) else { return };
        let off = !strip.inserts.iter().all(|device| device.bypass);
        let edits = strip.inserts.iter().filter(|device| device.bypass != off);
        let edits = edits.map(|device| change(desk, device.id, DeviceEdit::Bypass(off))).collect();
        let what = if off { "Bypass" } else { "Hear" };
        let name = format!("{what} the chain of {}", strip.name);
        desk.apply(Edit::Batch { name, edits });
    }

    /// Which of the two settings of a device is on: undo may have brought back the other.
    pub(super) fn side(&self, device: &Device) -> usize {
        let Some(Compare { sides, on }) = self.compare.get(&device.id) else { return 0 };
        if sides[1 - on] == device.values && sides[*on] != device.values { 1 - on } else { *on }
    }

    fn chosen<'d>(&self, desk: &'d Desk) -> Option<&'d Device> {
        let strip = desk.strip(self.strip?)?;
        let id = self.current(strip)?;
        strip.inserts.iter().find(|device| device.id == id)
    }

    /// Lets A or B be heard; what is changed from now on is that side's.
    fn switch_side(&mut self, side: usize, desk: &mut Desk) {
        let Some(device) = self.chosen(desk) else { return };
        let (id, values, on) = (device.id, device.values.clone(), self.side(device));
        if on == side {
            return;
        }
        let start = || Compare { sides: [values.clone(), values.clone()], on };
        let compare = self.compare.entry(id).or_insert_with(start);
        compare.sides[on].clone_from(&values);
        compare.on = side;
        let to = compare.sides[side].clone();
        if to != values {
            let edits = vec![change(desk, id, DeviceEdit::Values(to))];
            let name = format!("Setting {}", ["A", "B"][side]);
            desk.apply(Edit::Batch { name, edits });
        }
    }

    fn copy_side(&mut self, desk: &mut Desk) {
        let Some(device) = self.chosen(desk) else { return };
        let (values, on) = (device.values.clone(), self.side(device));
        let to = ["B", "A"][on];
        let _before =
            self.compare.insert(device.id, Compare { sides: [values.clone(), values], on });
        desk.live.say(format!("{to} is now what is heard"), false);
    }

    /// A key while the panel has the keyboard; true if it did something.
    pub(crate) fn key(&mut self, key: &Key, modifiers: Modifiers, desk: &mut Desk) -> bool {
        match (key.as_ref(), self.focus) {
            (Key::Character(digit), _) if modifiers.alt() => return self.choose_band(digit, desk),
            (Key::Character("a" | "A"), _) if modifiers.command() && modifiers.shift() => {
                let on = self.chosen(desk).map_or(0, |device| self.side(device));
                self.switch_side(1 - on, desk);
            }
            (Key::Character("b" | "B"), _) if !modifiers.command() => {
                match self.chosen(desk).map(|device| device.id) {
                    Some(id) => toggle_bypass(id, desk),
                    None => return false,
                }
            }
            (Key::Named(Named::Escape), _) if self.hold.take().is_some() => desk.cancel_held(),
            (Key::Named(Named::Escape), _) => self.close(),
            (Key::Named(Named::Enter), Some(Part::Tab(id))) => self.choose(id, desk),
            (Key::Named(Named::Delete | Named::Backspace), Some(Part::Node(id, number))) => {
                apply(id, at(number, band::ON), 0.0, desk);
                self.focus = Some(Part::Graph(id));
            }
            (Key::Named(Named::Delete | Named::Backspace), Some(Part::Tab(id))) => {
                if let Some(strip) = self.strip {
                    desk.edit(strip, StripEdit::Inserts(ListEdit::Remove(id)));
                    self.follow(None, desk);
                    self.focus = self.chosen.map(Part::Tab).or(Some(Part::Add));
                }
            }
            (Key::Named(named), Some(Part::Handle(id, param))) => {
                return step_handle(id, param, named, modifiers.shift(), desk);
            }
            (Key::Named(named), Some(Part::Node(id, number))) => {
                return step_node(id, number, named, modifiers.shift(), desk);
            }
            _ => return false,
        }
        true
    }

    /// Chooses a band of the equalizer by its number.
    fn choose_band(&mut self, digit: &str, desk: &Desk) -> bool {
        let number = digit.parse::<usize>().ok().filter(|number| (1..=BANDS).contains(number));
        let device = self.chosen(desk).filter(|device| device.kind == DeviceKind::Equalizer);
        let (Some(number), Some(device)) = (number, device) else { return false };
        let _before = self.pages.insert(device.id, number - 1);
        let on = value(device, at(number - 1, band::ON)) >= 0.5;
        let page = Part::Page(device.id, number - 1);
        self.focus = Some(if on { Part::Node(device.id, number - 1) } else { page });
        true
    }

    fn pointed(
        &mut self,
        part: Part,
        (phase, point, modifiers): (Phase, Point, Modifiers),
        desk: &mut Desk,
    ) {
        match (part, phase) {
            (Part::Tab(id), Phase::Down) => self.hold = Some(Hold::Tab(id)),
            (Part::Graph(id), Phase::Twice) => self.add_band(id, point, desk),
            (Part::Node(id, number), Phase::Twice) => {
                let params = [band::GAIN, band::Q].map(|offset| at(number, offset));
                reset(id, &params, desk);
            }
            (Part::Handle(id, param), Phase::Twice) => reset(id, &[param], desk),
            (Part::Handle(device, param), Phase::Down) => {
                let Some((_, found)) = found(desk, device) else { return };
                let value = value(found, param);
                self.hold = Some(Hold::Handle { device, param, from: point, value });
            }
            (Part::Node(id, number), Phase::Down) => {
                let Some((_, device)) = found(desk, id) else { return };
                let hz = value(device, at(number, band::FREQUENCY));
                let gain_db = value(device, at(number, band::GAIN));
                self.hold = Some(Hold::Node { device: id, number, from: point, hz, gain_db });
            }
            (_, Phase::Drag) => match self.hold {
                Some(Hold::Tab(id)) => self.drag_tab(id, point, desk),
                Some(hold @ Hold::Node { .. }) => self.drag_node(hold, point, modifiers, desk),
                Some(Hold::Handle { device, param, from, value }) => {
                    let across = (point.x - from.x) * if modifiers.shift() { FINE } else { 1.0 };
                    let Some(to) = self.dragged(device, param, (value, across), desk) else {
                        return;
                    };
                    self.hold = Some(Hold::Handle { device, param, from: point, value: to });
                }
                None => {}
            },
            (_, Phase::Up) if self.hold.take().is_some() => desk.drop_held(),
            _ => {}
        }
        self.lend_ear(part, phase, modifiers, desk);
    }

    /// While a node is held with Alt, its band is heard alone.
    fn lend_ear(&mut self, part: Part, phase: Phase, modifiers: Modifiers, desk: &mut Desk) {
        match (part, phase) {
            (Part::Node(id, _), Phase::Down) if modifiers.alt() && self.listens.is_none() => {
                (self.listens, self.lends_ear) = (Some(id), true);
            }
            (_, Phase::Up) if self.lends_ear => (self.listens, self.lends_ear) = (None, false),
            _ => {}
        }
        self.hear_listened(desk);
    }

    /// Lets be heard alone what is listened to, at once.
    fn hear_listened(&self, desk: &mut Desk) {
        let range = self.listened(desk);
        desk.live.set_listen(range);
    }

    fn drag_tab(&self, id: DeviceId, point: Point, desk: &mut Desk) {
        let Some((strip, _)) = found(desk, id) else { return };
        let count = strip.inserts.len();
        let over = (0..count).find(|index| {
            let tab = layout::tab(*index);
            (tab.x..tab.x + tab.width).contains(&point.x)
        });
        let here = strip.inserts.iter().position(|device| device.id == id);
        if let Some(to) = over.filter(|to| Some(*to) != here) {
            let change = StripEdit::Inserts(ListEdit::Move { id, to });
            let (song, strip) = (desk.song_id(), strip.id);
            desk.drag(Edit::Strip { song, strip, change }, None);
        }
    }

    /// The pane that shows a device.
    fn pane<'d>(&self, id: DeviceId, desk: &'d Desk) -> Option<Pane<'d>> {
        let strip = self.strip.and_then(|strip| desk.strip(strip))?;
        self.panes(strip, self.size).into_iter().find(|pane| pane.device.id == id)
    }

    /// Moves a parameter where its face draws it, from `value` by so many pixels; where it stands then, not
    /// yet rounded.
    fn dragged(
        &self,
        id: DeviceId,
        param: usize,
        (value, across): (f64, f32),
        desk: &mut Desk,
    ) -> Option<f64> {
        let pane = self.pane(id, desk)?;
        let handle = handles::of(&pane).into_iter().find(|handle| handle.param == param)?;
        let spec = pane.device.kind.specs().get(param)?;
        let to = spec.nearest(handle.way.moved(value, across))?;
        let shown = readable(spec, to);
        set(id, &[(param, shown)], desk);
        Some(to)
    }

    fn drag_node(&self, hold: Hold, point: Point, modifiers: Modifiers, desk: &mut Desk) {
        let Hold::Node { device: id, number, from, hz, gain_db } = hold else { return };
        let Some(pane) = self.pane(id, desk) else { return };
        let (plot, device) = (equalizer::plot(self, &pane), pane.device);
        let (mut across, mut down) = (point.x - from.x, point.y - from.y);
        if modifiers.shift() {
            // The axis that has moved more is kept, the other one stands.
            if across.abs() >= down.abs() { down = 0.0 } else { across = 0.0 }
        }
        let specs = device.kind.specs();
        let (frequency, gain) = (at(number, band::FREQUENCY), at(number, band::GAIN));
        let hz = readable(&specs[frequency], plot.hz(plot.x(hz) + across));
        let gain_db = readable(&specs[gain], plot.db(plot.y(gain_db) + down));
        match equalizer::shape(device, number).has_gain() {
            true => set(id, &[(frequency, hz), (gain, gain_db)], desk),
            false => set(id, &[(frequency, hz)], desk),
        }
    }

    /// A band that is off becomes a bell there.
    fn add_band(&mut self, id: DeviceId, point: Point, desk: &mut Desk) {
        let Some(pane) = self.pane(id, desk) else { return };
        let (plot, device) = (equalizer::plot(self, &pane), pane.device);
        let is_off = |number: &usize| value(device, at(*number, band::ON)) < 0.5;
        let is_flat = |number: &usize| {
            equalizer::shape(device, *number) == Shape::Bell
                && value(device, at(*number, band::GAIN)) == 0.0
        };
        let Some(number) = (0..BANDS).find(is_off).or_else(|| (0..BANDS).find(is_flat)) else {
            return desk.live.say("All eight bands are in use; Delete takes one away", true);
        };
        let specs = device.kind.specs();
        let at = |offset: usize| at(number, offset);
        let (hz, gain_db) = (plot.hz(point.x), plot.db(point.y));
        let values = [
            (at(band::ON), 1.0),
            (at(band::SHAPE), Shape::Bell as usize as f64),
            (at(band::FREQUENCY), readable(&specs[at(band::FREQUENCY)], hz)),
            (at(band::GAIN), readable(&specs[at(band::GAIN)], gain_db)),
            (at(band::Q), 1.0),
        ];
        let edits = params(device, &values).map(|edit| change(desk, id, edit)).collect();
        desk.apply(Edit::Batch { name: format!("Add EQ band {}", number + 1), edits });
        let _before = self.pages.insert(id, number);
        self.focus = Some(Part::Node(id, number));
    }

    /// The wheel over a node turns its Q.
    fn wheel(&mut self, point: Point, lines: f64, desk: &mut Desk) {
        let Some(strip) = self.strip.and_then(|id| desk.strip(id)) else { return };
        let scene = DevicesScene::new(desk, self);
        let controls = layout::controls(&scene, self.size);
        let under = controls.iter().rev().find(|control| control.area.contains(point));
        let Some(Part::Node(id, number)) = under.map(|control| control.part) else { return };
        let Some(device) = strip.inserts.iter().find(|device| device.id == id) else { return };
        let param = at(number, band::Q);
        let spec = &device.kind.specs()[param];
        let q = value(device, param) * (lines / Q_LINES).exp2();
        apply(id, param, readable(spec, q), desk);
        let _before = self.pages.insert(id, number);
    }
}

fn params<'d>(
    device: &'d Device,
    values: &'d [(usize, f64)],
) -> impl Iterator<Item = DeviceEdit> + 'd {
    values.iter().filter_map(|(param, value)| {
        let id = ParamId::new(device.kind.specs().get(*param)?.id)?;
        Some(DeviceEdit::Param { id, value: *value })
    })
}

/// Moves parameters of a device while they are held.
fn set(id: DeviceId, values: &[(usize, f64)], desk: &mut Desk) {
    let Some((strip, device)) = found(desk, id) else { return };
    let (strip, kind) = (strip.id, device.kind);
    let mut edits: Vec<Edit> = params(device, values).map(|edit| change(desk, id, edit)).collect();
    let edit = match edits.len() {
        1 => edits.remove(0),
        _ => Edit::Batch { name: format!("{} node", kind.name()), edits },
    };
    let fixed = values.iter().any(|(param, _)| kind.is_fixed(*param));
    let mut commands =
        values.iter().map(|(param, value)| Command::Param(strip, id, *param, *value));
    desk.drag(edit, commands.next().filter(|_| !fixed));
    commands.for_each(|command| _ = desk.hear(command));
}

/// Sets a parameter, as a step of its own.
fn apply(id: DeviceId, param: usize, value: f64, desk: &mut Desk) {
    let Some((_, device)) = found(desk, id) else { return };
    let edit = params(device, &[(param, value)]).next();
    if let Some(edit) = edit {
        desk.apply(change(desk, id, edit));
    }
}

fn toggle_bypass(id: DeviceId, desk: &mut Desk) {
    if let Some((_, device)) = found(desk, id) {
        desk.apply(change(desk, id, DeviceEdit::Bypass(!device.bypass)));
    }
}

fn reset(id: DeviceId, which: &[usize], desk: &mut Desk) {
    let Some((_, device)) = found(desk, id) else { return };
    let specs = device.kind.specs();
    let values: Vec<(usize, f64)> =
        which.iter().map(|param| (*param, specs[*param].default)).collect();
    set(id, &values, desk);
    desk.drop_held();
}

fn step(id: DeviceId, param: usize, (steps, fine): (f64, bool), desk: &mut Desk) {
    let Some((_, device)) = found(desk, id) else { return };
    let Some(spec) = device.kind.specs().get(param) else { return };
    apply(id, param, stepped(spec, value(device, param), steps, fine), desk);
}

/// The arrow keys move a node by steps of its frequency and gain.
fn step_node(id: DeviceId, number: usize, key: Named, fine: bool, desk: &mut Desk) -> bool {
    let (offset, steps) = match key {
        Named::ArrowUp => (band::GAIN, 1.0),
        Named::ArrowDown => (band::GAIN, -1.0),
        Named::ArrowRight => (band::FREQUENCY, 1.0),
        Named::ArrowLeft => (band::FREQUENCY, -1.0),
        _ => return false,
    };
    step(id, at(number, offset), (steps, fine), desk);
    true
}

/// The arrow keys move what a face draws by steps of its parameter.
fn step_handle(id: DeviceId, param: usize, key: Named, fine: bool, desk: &mut Desk) -> bool {
    let steps = match key {
        Named::ArrowUp | Named::ArrowRight => 1.0,
        Named::ArrowDown | Named::ArrowLeft => -1.0,
        Named::Delete | Named::Backspace => {
            reset(id, &[param], desk);
            return true;
        }
        _ => return false,
    };
    step(id, param, (steps, fine), desk);
    true
}

fn typed(id: DeviceId, param: usize, text: &str, desk: &mut Desk) {
    let spec = found(desk, id).and_then(|(_, device)| device.kind.specs().get(param));
    let Some(spec) = spec.filter(|_| !text.is_empty()) else { return };
    match spec.parse(text) {
        Ok(value) => apply(id, param, value, desk),
        Err(_) => {
            let (low, high) = (spec.format(*spec.range.start()), spec.format(*spec.range.end()));
            let words = format!("“{text}” is not from {low} to {high}; it stays as it was");
            desk.live.say(words, true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dragged_frequency_has_three_digits() {
        let kind = DeviceKind::Equalizer;
        let frequency = &kind.specs()[kind.param("b3_freq").unwrap()];
        assert_eq!(readable(frequency, 1234.567), 1230.0);
    }
}
