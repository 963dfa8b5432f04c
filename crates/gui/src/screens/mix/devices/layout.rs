//! Where everything in the panel lies.

use iced::{Rectangle, Size};
use twobus_dsp::DeviceKind;
use twobus_dsp::param::Unit;
use twobus_session::{Device, DeviceId};

use super::cells::{self, Cell};
use super::{Devices, DevicesScene, Part, equalizer, handles, pages};
use crate::painter::rect;
use crate::parts::DIAL;
use crate::widgets::{Acts, Control};

/// The bar with the chain, and the head of a pane under it.
pub(super) const BAR: f32 = 34.0;
const HEAD: f32 = 30.0;
/// Width from which on two devices are shown side by side.
pub(super) const TWO_PANES: f32 = 1600.0;
/// Share of the width that a face with a wide graph gets beside one without.
const WIDE_SHARE: f32 = 0.59;
/// Space around what lies in a pane.
pub(super) const PAD: f32 = 8.0;
/// Width of the levels beside a face.
const LEVELS: f32 = 34.0;
/// Pixels of a knob's whole travel.
const KNOB_PX: f32 = 200.0;

/// A device where it is shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pane<'d> {
    pub(super) device: &'d Device,
    pub(super) area: Rectangle,
}

/// The panes of the devices that are shown.
pub(super) fn panes<'d>(shown: &[&'d Device], size: Size) -> Vec<Pane<'d>> {
    let height = (size.height - BAR).max(0.0);
    let share = match shown {
        [a, b] => match (is_wide(a.kind), is_wide(b.kind)) {
            (true, false) => WIDE_SHARE,
            (false, true) => 1.0 - WIDE_SHARE,
            (true, true) | (false, false) => 0.5,
        },
        _ => 1.0,
    };
    let first = (size.width * share).round();
    let areas = [rect(0.0, BAR, first, height), rect(first, BAR, size.width - first, height)];
    shown.iter().zip(areas).map(|(device, area)| Pane { device, area }).collect()
}

fn is_wide(kind: DeviceKind) -> bool {
    matches!(kind, DeviceKind::Equalizer | DeviceKind::Multiband)
}

impl Pane<'_> {
    /// The row with power, preset and choices.
    pub(super) fn head(&self) -> Rectangle {
        rect(self.area.x, self.area.y, self.area.width, HEAD)
    }

    pub(super) fn power(&self) -> Rectangle {
        rect(self.area.x + PAD - 4.0, self.area.y + 3.0, 24.0, 24.0)
    }

    pub(super) fn name(&self) -> Rectangle {
        rect(self.area.x + 30.0, self.area.y + 3.0, 76.0, 22.0)
    }

    pub(super) fn preset(&self) -> Rectangle {
        rect(self.area.x + 108.0, self.area.y + 3.0, 140.0, 22.0)
    }

    /// What it listens to, where it can listen to something else.
    pub(super) fn key(&self) -> Option<Rectangle> {
        let x = self.area.x + self.area.width - 128.0 - PAD;
        let listens = self.device.kind.param("external").is_some();
        listens.then(|| rect(x, self.area.y + 3.0, 128.0, 22.0))
    }

    /// The names of pages side by side; none where there is one page.
    pub(super) fn page(&self, index: usize, count: usize) -> Rectangle {
        let end = self.key().map_or(self.area.x + self.area.width - PAD, |key| key.x - PAD);
        let x = end - (count - index) as f32 * 62.0;
        rect(x, self.area.y + 3.0, 62.0, 22.0)
    }

    /// Below the head.
    pub(super) fn body(&self) -> Rectangle {
        let Rectangle { x, y, width, height } = self.area;
        let height = (height - HEAD - PAD).max(0.0);
        rect(x + PAD, y + HEAD, width - 2.0 * PAD, height)
    }

    /// What is drawn, over the cells.
    pub(super) fn picture(&self) -> Rectangle {
        let body = self.body();
        let height = (body.height - DIAL.height - 14.0).max(40.0);
        rect(body.x, body.y, self.levels().x - PAD - body.x, height)
    }

    /// The levels beside what is drawn.
    pub(super) fn levels(&self) -> Rectangle {
        let body = self.body();
        let below = match self.device.kind {
            DeviceKind::Equalizer => equalizer::BELOW,
            _ => DIAL.height + 14.0,
        };
        let height = (body.height - below).max(40.0);
        rect(body.x + body.width - LEVELS, body.y, LEVELS, height)
    }

    /// The row of the cells.
    pub(super) fn row(&self) -> Rectangle {
        let body = self.body();
        rect(body.x, body.y + body.height - DIAL.height, body.width, DIAL.height)
    }

    /// The parameters of the page that is shown.
    pub(super) fn cells(&self, devices: &Devices) -> Vec<Cell> {
        match self.device.kind {
            DeviceKind::Equalizer => equalizer::cells(self, devices),
            _ => {
                let page = devices.page(self.device.id);
                cells::row(&pages::params(self.device, page), self.row())
            }
        }
    }
}

/// The place of a device in the chain bar.
pub(super) fn tab(index: usize) -> Rectangle {
    rect(132.0 + index as f32 * 112.0, 5.0, 96.0, 24.0)
}

/// Behind the last of `count` devices.
pub(super) fn add(count: usize) -> Rectangle {
    let tab = tab(count);
    rect(tab.x, tab.y, 28.0, tab.height)
}

/// What stands at the right of the chain bar.
pub(super) fn tool(part: Part, width: f32) -> Rectangle {
    let (from_right, wide) = match part {
        Part::BypassAll => (304.0, 104.0),
        Part::Side(side) => (192.0 - side as f32 * 28.0, 28.0),
        Part::CopySide => (128.0, 76.0),
        _ => (40.0, 28.0),
    };
    rect(width - from_right, 5.0, wide, 24.0)
}

/// A choice of kinds where a strip has no device yet.
pub(super) fn new(index: usize, size: Size) -> Rectangle {
    let (column, row) = ((index % 6) as f32, (index / 6) as f32);
    let left = (size.width - 6.0 * 148.0) / 2.0;
    rect(left + column * 148.0, BAR + 84.0 + row * 96.0, 136.0, 84.0)
}

/// A knob or fader-like control.
pub(super) fn turn(part: Part, area: Rectangle, travel: f64) -> Control<Part> {
    let acts = Acts::Turn { travel, pixels: KNOB_PX, catch: None };
    Control { part, area, acts, stops: true }
}

pub(super) fn controls(scene: &DevicesScene<'_>, size: Size) -> Vec<Control<Part>> {
    let Some(strip) = scene.strip() else { return Vec::new() };
    let mut all = Vec::new();
    for (index, device) in strip.inserts.iter().enumerate() {
        let part = Part::Tab(device.id);
        all.push(Control { stops: true, ..Control::field(part, tab(index)) });
    }
    all.push(Control::button(Part::Add, add(strip.inserts.len())));
    let tools = [Part::BypassAll, Part::Side(0), Part::Side(1), Part::CopySide, Part::Close];
    let usable = |part: &Part| *part == Part::Close || !strip.inserts.is_empty();
    let tools = tools.into_iter().filter(usable);
    all.extend(tools.map(|part| Control::button(part, tool(part, size.width))));
    if strip.inserts.is_empty() {
        let kinds = 0..DeviceKind::ALL.len();
        all.extend(kinds.map(|index| Control::button(Part::New(index), new(index, size))));
    }
    for pane in scene.devices.panes(strip, size) {
        pane_controls(scene, &pane, &mut all);
    }
    all
}

fn pane_controls(scene: &DevicesScene<'_>, pane: &Pane<'_>, all: &mut Vec<Control<Part>>) {
    let (devices, id) = (scene.devices, pane.device.id);
    all.push(Control::button(Part::Power(id), pane.power()));
    all.push(Control::label(Part::Levels(id), pane.levels()));
    if !twobus_session::presets::presets(pane.device.kind).is_empty() {
        all.push(Control::button(Part::Preset(id), pane.preset()));
    }
    if pane.device.kind == DeviceKind::Equalizer {
        equalizer::controls(scene, pane, all);
    } else {
        all.push(Control::label(Part::Picture(id), pane.picture()));
        handles::controls(pane, all);
        let count = pages::names(pane.device).len();
        if count > 1 {
            let page = |index| Control::button(Part::Page(id, index), pane.page(index, count));
            all.extend((0..count).map(page));
        }
    }
    if let Some(key) = pane.key() {
        all.push(Control::button(Part::Key(id), key));
    }
    for cell in pane.cells(devices) {
        cell_controls(pane.device, &cell, all);
    }
}

fn cell_controls(device: &Device, cell: &Cell, all: &mut Vec<Control<Part>>) {
    let spec = &device.kind.specs()[cell.param];
    let part = Part::Param(device.id, cell.param);
    match spec.unit {
        Unit::Switch => all.push(Control::button(part, cell.inner())),
        Unit::Choice => match cell.segments(spec) {
            Some(segments) => all.extend(segments.into_iter().enumerate().map(|(index, area)| {
                Control::button(Part::Choice(device.id, cell.param, index), area)
            })),
            None => all.push(Control::button(part, cell.inner())),
        },
        Unit::Db | Unit::Hz | Unit::Ms | Unit::Percent | Unit::Ratio | Unit::Number => {
            all.push(turn(part, cell.area, spec.to_travel(value(device, cell.param))));
        }
    }
}

/// What a parameter of a device stands at.
pub(super) fn value(device: &Device, param: usize) -> f64 {
    let default = device.kind.specs().get(param).map_or(0.0, |spec| spec.default);
    device.values.get(param).copied().unwrap_or(default)
}

/// The device that a part is about, if it is about one.
pub(super) fn device_of(part: Part) -> Option<DeviceId> {
    match part {
        Part::Tab(id)
        | Part::Power(id)
        | Part::Preset(id)
        | Part::Key(id)
        | Part::Page(id, _)
        | Part::Param(id, _)
        | Part::Choice(id, _, _)
        | Part::Graph(id)
        | Part::Node(id, _)
        | Part::Picture(id)
        | Part::Handle(id, _)
        | Part::Listen(id)
        | Part::Levels(id) => Some(id),
        Part::Add
        | Part::New(_)
        | Part::BypassAll
        | Part::Side(_)
        | Part::CopySide
        | Part::Close
        | Part::Analyser(_)
        | Part::Range(_) => None,
    }
}
