//! What the Master view does.

use iced::Point;
use iced::keyboard::Modifiers;
use iced::keyboard::key::Named;
use twobus_dsp::eq::params::{BANDS, band};
use twobus_dsp::eq::prototype::Shape;
use twobus_dsp::param::Unit;
use twobus_dsp::{Db, DeviceKind};
use twobus_render::Command;
use twobus_render::live::Speaker;
use twobus_session::StripId;
use twobus_session::edit::ListEdit;
use twobus_session::strip::TRIM;
use twobus_session::targets::targets;
use twobus_session::{Device, DeviceEdit, DeviceId, Edit, LoopRange, MasterEdit, Target, presets};

use super::layout::{Frame, plot};
use super::params::{at, change, drag, found, next, readable, set, value};
use super::side::{self, CHECKS};
use super::{Master, MasterScene, Panel, Part};
use crate::desk::{Desk, Listening, Source};
use crate::screens::menu::{Choice, Menu};
use crate::steps::{STEP_DB, stepped};
use crate::widgets::{Input, Phase, Scene as _};

/// What the view asks of the window.
pub(crate) enum Action {
    None,
    /// To show a menu.
    Menu(Menu),
    /// To bounce the mix again, or for the first time.
    Update,
    /// To show the report on the print.
    Readiness,
    /// To choose a reference.
    Reference,
    /// To propose a chain: by the reference, or without one.
    Propose {
        matching: bool,
    },
    /// To give the keyboard to another region.
    Leave {
        back: bool,
    },
}

/// What is dragged.
#[derive(Debug, Clone, Copy)]
pub(super) enum Hold {
    /// The place, or the loop once it has moved far enough.
    Wave { from: u64, x: f32 },
    /// A node, from where it was taken hold of.
    Node { number: usize, from: Point, hz: f64, gain_db: f64 },
    /// An amount.
    Amount(usize),
    /// A check.
    Check,
}

/// Pixels that a drag over the wave moves until it sets the loop.
const LOOP_PX: f32 = 4.0;
/// Lines of the wheel that double a Q.
const Q_LINES: f64 = 6.0;
/// Loudness that is offered, in LUFS.
const OFFERED_LUFS: [f64; 4] = [-16.0, -14.0, -11.0, -9.0];

impl Master {
    /// Takes in what was done to it.
    pub(crate) fn update(&mut self, input: Input<Part>, desk: &mut Desk) -> Action {
        match input {
            Input::Over(over) => self.over = over,
            Input::Focus(part) => self.focused(part),
            Input::Leave { back } => return Action::Leave { back },
            Input::Press { part, at, modifiers } => return self.pressed(part, at, modifiers, desk),
            Input::Menu(Part::Chip(id), at) => return device_menu(id, at, desk),
            Input::Move(Part::Param(id, param), travel) => {
                if let Some(spec) = found(desk, id).and_then(|d| d.kind.specs().get(param)) {
                    drag(desk, id, &[(param, readable(spec, spec.from_travel(travel)))]);
                }
            }
            Input::Move(Part::Trim, travel) => {
                let value = readable(&TRIM, TRIM.from_travel(travel));
                let edit = master(desk, MasterEdit::Trim(Db(value)));
                desk.drag(edit, Some(Command::Trim(StripId(1), Db(value))));
            }
            Input::Drop(_) => desk.drop_held(),
            Input::Cancel(_) => desk.cancel_held(),
            Input::Step { part, steps, fine } => self.step(part, steps, fine, desk),
            Input::Reset(part) => self.reset(part, desk),
            Input::Typed(part, text) => self.typed(part, text.trim(), desk),
            Input::Point { part, phase, at, modifiers } => {
                self.pointed(part, (phase, at, modifiers), desk);
            }
            Input::Wheel { at, down, .. } => self.wheel(at, f64::from(-down), desk),
            Input::Move(..) | Input::Menu(..) => {}
        }
        Action::None
    }

    fn focused(&mut self, part: Part) {
        self.focus = Some(part);
        if let Part::Node(number) | Part::Band(number) = part {
            self.band = number;
        }
    }

    fn pressed(&mut self, part: Part, at: Point, modifiers: Modifiers, desk: &mut Desk) -> Action {
        match part {
            Part::Update => return Action::Update,
            Part::Readiness => return Action::Readiness,
            Part::Reference => return Action::Reference,
            Part::Match if desk.song().master.references.is_empty() => return Action::Reference,
            Part::Match => return Action::Propose { matching: true },
            Part::Assistant => return Action::Propose { matching: false },
            Part::Add => return Action::Menu(add_menu(desk, at)),
            Part::Presets => return Action::Menu(chains_menu(desk, at)),
            Part::Target => return Action::Menu(target_menu(desk, at)),
            Part::Chip(id) => {
                self.chosen = Some(id);
                return device_menu(id, at, desk);
            }
            Part::Show(index) => self.shows_master = index == 1,
            Part::Power(id) => toggle(id, desk),
            Part::Compare => compare(desk),
            Part::Bypass => bypass(desk),
            Part::New(panel) => self.add(panel.kind(), desk),
            Part::Param(id, param) => self.press_param(id, param, modifiers.shift(), desk),
            Part::Band(number) => self.press_band(number, desk),
            Part::Source(index) => self.hear(index, desk),
            Part::Matched => desk.listen(|listening| listening.matched = !listening.matched),
            Part::Wave
            | Part::Trim
            | Part::Graph
            | Part::Node(_)
            | Part::Amount(_)
            | Part::Meters
            | Part::Place(_)
            | Part::Check(_) => {}
        }
        Action::None
    }

    /// Lets one of the three be heard.
    pub(crate) fn hear(&mut self, index: usize, desk: &mut Desk) {
        let Some(source) = Source::ALL.get(index).copied() else { return };
        if !(MasterScene { desk, master: self }).has_source(source) {
            return desk
                .live
                .say("There is no reference yet: choose a file beside the buttons.", false);
        }
        desk.listen(|listening| listening.source = source);
    }

    fn press_param(&self, id: DeviceId, param: usize, back: bool, desk: &mut Desk) {
        let Some(device) = found(desk, id) else { return };
        let spec = &device.kind.specs()[param];
        if !matches!(spec.unit, Unit::Switch | Unit::Choice) {
            return;
        }
        let now = value(device, param);
        let to = match back {
            true if now <= *spec.range.start() => *spec.range.end(),
            true => now - 1.0,
            false => next(spec, now),
        };
        set(desk, id, &[(param, to)], None);
    }

    fn press_band(&mut self, number: usize, desk: &mut Desk) {
        let again = self.band == number;
        self.band = number;
        let Some((_, device)) = self.device(Panel::Tone, desk) else { return };
        let (id, on) = (device.id, value(device, at(number, band::ON)) >= 0.5);
        if again {
            let to = if on { 0.0 } else { 1.0 };
            set(desk, id, &[(at(number, band::ON), to)], None);
        }
    }

    /// Adds a device at its usual place: tone first, the limiter last, the image before it.
    fn add(&mut self, kind: DeviceKind, desk: &mut Desk) {
        let device = Device::new(desk.song().fresh_device_id(), kind);
        self.chosen = Some(device.id);
        let edit = add_edit(desk, device);
        desk.apply(edit);
    }

    fn step(&mut self, part: Part, steps: f64, fine: bool, desk: &mut Desk) {
        match part {
            Part::Param(id, param) => {
                let Some(device) = found(desk, id) else { return };
                let to = stepped(&device.kind.specs()[param], value(device, param), steps, fine);
                set(desk, id, &[(param, to)], None);
            }
            Part::Trim => {
                let by = STEP_DB.by(fine);
                set_trim(desk, desk.song().master.trim.0 + steps * by);
            }
            _ => {}
        }
    }

    fn reset(&mut self, part: Part, desk: &mut Desk) {
        match part {
            Part::Param(id, param) => {
                let Some(device) = found(desk, id) else { return };
                let to = device.kind.specs()[param].default;
                set(desk, id, &[(param, to)], None);
            }
            Part::Trim => set_trim(desk, TRIM.default),
            _ => {}
        }
    }

    fn typed(&mut self, part: Part, text: &str, desk: &mut Desk) {
        let spec = match part {
            Part::Param(id, param) => found(desk, id).map(|d| &d.kind.specs()[param]),
            Part::Trim => Some(&TRIM),
            _ => None,
        };
        let Some(spec) = spec.filter(|_| !text.is_empty()) else { return };
        match (spec.parse(text), part) {
            (Ok(value), Part::Param(id, param)) => set(desk, id, &[(param, value)], None),
            (Ok(value), _) => set_trim(desk, value),
            (Err(_), _) => {
                let (low, high) =
                    (spec.format(*spec.range.start()), spec.format(*spec.range.end()));
                let words = format!("“{text}” is not from {low} to {high}; it stays as it was");
                desk.live.say(words, true);
            }
        }
    }

    fn pointed(
        &mut self,
        part: Part,
        (phase, point, modifiers): (Phase, Point, Modifiers),
        desk: &mut Desk,
    ) {
        match (part, phase) {
            (Part::Wave, Phase::Down) => {
                let from = self.frame_at(point, desk);
                self.hold = Some(Hold::Wave { from, x: point.x });
                desk.live.locate(from);
            }
            (Part::Wave, Phase::Twice) => crate::screens::top::toggle_loop(desk),
            (Part::Graph, Phase::Twice) => self.add_band(point, desk),
            (Part::Node(number), Phase::Twice) => self.reset_band(number, desk),
            (Part::Node(number), Phase::Down) => {
                let Some((_, device)) = self.device(Panel::Tone, desk) else { return };
                let hz = value(device, at(number, band::FREQUENCY));
                let gain_db = value(device, at(number, band::GAIN));
                self.hold = Some(Hold::Node { number, from: point, hz, gain_db });
            }
            (Part::Amount(index), Phase::Down | Phase::Twice) => {
                self.hold = Some(Hold::Amount(index));
                self.set_amount(index, point);
            }
            (Part::Check(index), Phase::Down | Phase::Twice) => {
                self.hold = Some(Hold::Check);
                hold_check(index, true, desk);
            }
            (_, Phase::Drag) => self.dragged(point, modifiers, desk),
            (_, Phase::Up) => match self.hold.take() {
                Some(Hold::Check) => release_checks(desk),
                Some(Hold::Node { .. } | Hold::Wave { .. }) => desk.drop_held(),
                Some(Hold::Amount(_)) | None => {}
            },
            _ => {}
        }
    }

    fn dragged(&mut self, point: Point, modifiers: Modifiers, desk: &mut Desk) {
        match self.hold {
            Some(Hold::Wave { from, x }) if (point.x - x).abs() > LOOP_PX => {
                let to = self.frame_at(point, desk);
                let (start, end) = (from.min(to), from.max(to));
                if end > start && desk.song().mix.is_some() {
                    let range = Some(LoopRange { start, end, on: true });
                    let change = twobus_session::TimelineEdit::Loop(range);
                    let edit = Edit::Timeline { song: desk.song_id(), change };
                    desk.drag(edit, None);
                }
            }
            Some(hold @ Hold::Node { .. }) => self.drag_node(hold, point, modifiers, desk),
            Some(Hold::Amount(index)) => self.set_amount(index, point),
            _ => {}
        }
    }

    fn frame_at(&self, point: Point, desk: &Desk) -> u64 {
        let scene = MasterScene { desk, master: self };
        scene.along(&Frame::new(self.size)).frame(point.x)
    }

    fn set_amount(&mut self, index: usize, point: Point) {
        let share = side::share(&Frame::new(self.size), index, point.x);
        let share = (share * 20.0).round() / 20.0;
        let amounts = &mut self.amounts;
        match index {
            0 => amounts.tone = share,
            1 => amounts.loudness = share,
            2 => amounts.width = share,
            _ => amounts.dynamics = share,
        }
    }

    fn drag_node(&self, hold: Hold, point: Point, modifiers: Modifiers, desk: &mut Desk) {
        let Hold::Node { number, from, hz, gain_db } = hold else { return };
        let Some((_, device)) = self.device(Panel::Tone, desk) else { return };
        let plot = plot(Frame::new(self.size).panel(Panel::Tone));
        let (mut across, mut down) = (point.x - from.x, point.y - from.y);
        if modifiers.shift() {
            // The axis that has moved more is kept, the other one stands.
            if across.abs() >= down.abs() { down = 0.0 } else { across = 0.0 }
        }
        let (frequency, gain) = (at(number, band::FREQUENCY), at(number, band::GAIN));
        let specs = device.kind.specs();
        let hz = readable(&specs[frequency], plot.hz(plot.x(hz) + across));
        let gain_db = readable(&specs[gain], plot.db(plot.y(gain_db) + down));
        let id = device.id;
        match shape(device, number).has_gain() {
            true => drag(desk, id, &[(frequency, hz), (gain, gain_db)]),
            false => drag(desk, id, &[(frequency, hz)]),
        }
    }

    fn reset_band(&mut self, number: usize, desk: &mut Desk) {
        let Some((_, device)) = self.device(Panel::Tone, desk) else { return };
        let (id, specs) = (device.id, device.kind.specs());
        let of = |offset| (at(number, offset), specs[at(number, offset)].default);
        let values = [of(band::GAIN), of(band::Q)];
        set(desk, id, &values, Some(&format!("Reset EQ band {}", number + 1)));
    }

    /// A band that is off becomes a bell there.
    fn add_band(&mut self, point: Point, desk: &mut Desk) {
        let Some((_, device)) = self.device(Panel::Tone, desk) else { return };
        let plot = plot(Frame::new(self.size).panel(Panel::Tone));
        let is_off = |number: &usize| value(device, at(*number, band::ON)) < 0.5;
        let is_flat = |number: &usize| {
            shape(device, *number) == Shape::Bell && value(device, at(*number, band::GAIN)) == 0.0
        };
        let free = (0..BANDS).find(is_off).or_else(|| (0..BANDS).find(is_flat));
        let Some(number) = free else {
            return desk.live.say("All eight bands are in use; Delete takes one away.", true);
        };
        let (id, specs) = (device.id, device.kind.specs());
        let near =
            |offset, value| (at(number, offset), readable(&specs[at(number, offset)], value));
        let values = [
            (at(number, band::ON), 1.0),
            (at(number, band::SHAPE), Shape::Bell as usize as f64),
            near(band::FREQUENCY, plot.hz(point.x)),
            near(band::GAIN, plot.db(point.y)),
            (at(number, band::Q), 1.0),
        ];
        self.band = number;
        self.focus = Some(Part::Node(number));
        set(desk, id, &values, Some(&format!("Add EQ band {}", number + 1)));
    }

    /// The wheel over a node turns its Q.
    fn wheel(&mut self, point: Point, lines: f64, desk: &mut Desk) {
        let controls = MasterScene { desk, master: self }.controls(self.size);
        let under = controls.iter().rev().find(|control| control.area.contains(point));
        let Some(Part::Node(number)) = under.map(|control| control.part) else { return };
        let Some((_, device)) = self.device(Panel::Tone, desk) else { return };
        let param = at(number, band::Q);
        let q = value(device, param) * (lines / Q_LINES).exp2();
        let (id, to) = (device.id, readable(&device.kind.specs()[param], q));
        self.band = number;
        set(desk, id, &[(param, to)], None);
    }

    /// A named key while the view has the keyboard; true if it did something.
    pub(crate) fn key(&mut self, key: Named, fine: bool, desk: &mut Desk) -> bool {
        let Some(Part::Node(number)) = self.focus else { return false };
        let Some((_, device)) = self.device(Panel::Tone, desk) else { return false };
        let id = device.id;
        let (offset, steps) = match key {
            Named::ArrowUp => (band::GAIN, 1.0),
            Named::ArrowDown => (band::GAIN, -1.0),
            Named::ArrowRight => (band::FREQUENCY, 1.0),
            Named::ArrowLeft => (band::FREQUENCY, -1.0),
            Named::Delete | Named::Backspace => {
                set(desk, id, &[(at(number, band::ON), 0.0)], None);
                self.focus = Some(Part::Graph);
                return true;
            }
            _ => return false,
        };
        self.step(Part::Param(id, at(number, offset)), steps, fine, desk);
        true
    }

    /// Switches the device that has the keyboard.
    pub(crate) fn bypass_focused(&self, desk: &mut Desk) {
        let id = match self.focus {
            Some(Part::Param(id, _) | Part::Chip(id) | Part::Power(id)) => Some(id),
            Some(Part::Node(_) | Part::Band(_) | Part::Graph) => {
                self.device(Panel::Tone, desk).map(|(_, device)| device.id)
            }
            _ => self.chosen,
        };
        if let Some(id) = id {
            toggle(id, desk);
        }
    }
}

/// A check is heard while its key or button is held: mono, side, then the small speakers.
pub(crate) fn hold_check(index: usize, on: bool, desk: &mut Desk) {
    desk.listen(|listening| match index {
        0 => listening.mono = on,
        1 => listening.side = on,
        _ => {
            let speaker = Speaker::ALL.get(index - 2).copied();
            match on {
                true => listening.speaker = speaker,
                false if listening.speaker == speaker => listening.speaker = None,
                false => {}
            }
        }
    });
}

/// Whether a check is heard.
pub(crate) fn is_checked(index: usize, listening: &Listening) -> bool {
    match index {
        0 => listening.mono,
        1 => listening.side,
        _ => listening.speaker.is_some_and(|heard| Speaker::ALL.get(index - 2) == Some(&heard)),
    }
}

fn release_checks(desk: &mut Desk) {
    (0..CHECKS.len()).for_each(|index| hold_check(index, false, desk));
}

fn shape(device: &Device, number: usize) -> Shape {
    let index = value(device, at(number, band::SHAPE)) as usize;
    Shape::ALL.get(index).copied().unwrap_or(Shape::Bell)
}

fn master(desk: &Desk, change: MasterEdit) -> Edit {
    Edit::Master { song: desk.song_id(), change }
}

fn set_trim(desk: &mut Desk, value: f64) {
    let value = readable(&TRIM, value);
    let edit = master(desk, MasterEdit::Trim(Db(value)));
    desk.apply(edit);
}

fn toggle(id: DeviceId, desk: &mut Desk) {
    if let Some(device) = found(desk, id) {
        let edit = change(desk, id, DeviceEdit::Bypass(!device.bypass));
        desk.apply(edit);
    }
}

/// The other chain takes the place of this one; without one, it becomes a copy.
pub(crate) fn compare(desk: &mut Desk) {
    let edit = match desk.song().master.alternative {
        Some(_) => MasterEdit::SwapChains,
        None => MasterEdit::CopyChain,
    };
    let edit = master(desk, edit);
    desk.apply(edit);
}

fn bypass(desk: &mut Desk) {
    let chain = &desk.song().master.chain;
    let off = !chain.iter().all(|device| device.bypass);
    let edits = chain.iter().filter(|device| device.bypass != off);
    let edits: Vec<Edit> =
        edits.map(|device| change(desk, device.id, DeviceEdit::Bypass(off))).collect();
    let name = if off { "Bypass the chain" } else { "Hear the chain" }.to_owned();
    if !edits.is_empty() {
        desk.apply(Edit::Batch { name, edits });
    }
}

/// Adds a device at its usual place.
fn add_edit(desk: &Desk, device: Device) -> Edit {
    let chain = &desk.song().master.chain;
    let before_limiter = chain.iter().rposition(|other| other.kind == DeviceKind::Limiter);
    let last = before_limiter.filter(|at| at + 1 == chain.len());
    let at = match device.kind {
        DeviceKind::Equalizer => Some(0),
        DeviceKind::Limiter => None,
        _ => last,
    };
    master(desk, MasterEdit::Chain(ListEdit::Add { item: Box::new(device), at }))
}

fn add_menu(desk: &Desk, at: Point) -> Menu {
    let mut menu = Menu::new("Add to the chain", at);
    for kind in DeviceKind::ALL {
        let device = Device::new(desk.song().fresh_device_id(), kind);
        menu.row(kind.name(), Choice::Edit(add_edit(desk, device)));
    }
    menu
}

fn chains_menu(desk: &Desk, at: Point) -> Menu {
    let mut menu = Menu::new("Chains", at);
    for chain in presets::chains() {
        let edit = master(desk, MasterEdit::Preset(chain.name.clone()));
        menu.row(&chain.name, Choice::Edit(edit));
    }
    menu
}

fn device_menu(id: DeviceId, at: Point, desk: &Desk) -> Action {
    let chain = &desk.song().master.chain;
    let Some(place) = chain.iter().position(|device| device.id == id) else { return Action::None };
    let device = &chain[place];
    let mut menu = Menu::new(device.kind.name(), at);
    let bypassed = change(desk, id, DeviceEdit::Bypass(!device.bypass));
    menu.check("Bypass", device.bypass, Choice::Edit(bypassed));
    for preset in presets::presets(device.kind) {
        let edit = change(desk, id, DeviceEdit::Preset(preset.name.clone()));
        menu.check(&preset.name, preset.values == device.values, Choice::Edit(edit));
    }
    let chain_edit = |edit| Choice::Edit(master(desk, MasterEdit::Chain(edit)));
    if let Some(to) = place.checked_sub(1) {
        menu.row("Move left", chain_edit(ListEdit::Move { id, to }));
    }
    if place + 1 < chain.len() {
        menu.row("Move right", chain_edit(ListEdit::Move { id, to: place + 1 }));
    }
    menu.row("Remove", chain_edit(ListEdit::Remove(id)));
    Action::Menu(menu)
}

/// No loudness, one of a few, or that of a place that asks for one.
fn target_menu(desk: &Desk, at: Point) -> Menu {
    let now = desk.song().master.target;
    let mut menu = Menu::new("Target", at);
    for ceiling_dbtp in [-1.0, -2.0, -0.3] {
        let target = Target { ceiling_dbtp, loudness_lufs: None, ..now };
        let label = format!("None (ceiling {} dBTP)", Db(ceiling_dbtp));
        menu.check(&label, target == now, Choice::Reach(target));
    }
    for lufs in OFFERED_LUFS {
        let target = Target { loudness_lufs: Some(lufs), ..now };
        menu.check(&format!("Reach {} LUFS", Db(lufs)), target == now, Choice::Reach(target));
    }
    for place in targets().destinations.iter().filter(|place| place.loudness.is_some()) {
        let target = Target { max_reduction_db: now.max_reduction_db, ..place.target(None) };
        menu.check(&place.name, target == now, Choice::Reach(target));
    }
    menu
}
