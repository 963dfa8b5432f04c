//! The panel as it looks.

use iced::{Color, Size};
use twobus_dsp::DeviceKind;
use twobus_session::{Device, Strip};

use super::layout::{self, BAR, Pane, value};
use super::{DevicesScene, Part, equalizer, handles, help, pages, pictures};
use crate::icon::{self, Icon};
use crate::meters::Meter;
use crate::painter::{Ink, Painter, inset, rect};
use crate::parts::{self, Lamp};
use crate::screens::mix::mixer::short_name;
use crate::theme::{NARROW, SANS_BOLD, SANS_MEDIUM, accent, bg, ink, line, radius, size, track};
use crate::widgets::Touch;

pub(super) fn draw(
    scene: &DevicesScene<'_>,
    painter: &mut Painter<'_>,
    size: Size,
    touch: Touch<Part>,
) {
    let Some(strip) = scene.strip() else { return };
    painter.fill(rect(0.0, 0.0, size.width, size.height), bg::PANEL);
    draw_bar(scene, painter, strip, size, touch);
    if strip.inserts.is_empty() {
        draw_empty(painter, size, touch);
    }
    let panes = scene.devices.panes(strip, size);
    for pane in &panes {
        painter.layer(pane.area, |painter| draw_pane(scene, painter, pane, touch));
    }
    if let [_, second] = panes.as_slice() {
        let x = second.area.x;
        painter.fill(rect(x - 1.0, BAR, 1.0, second.area.height), bg::APP);
        painter.fill(rect(x, BAR, 1.0, second.area.height), line::SUBTLE);
    }
}

fn draw_bar(
    scene: &DevicesScene<'_>,
    painter: &mut Painter<'_>,
    strip: &Strip,
    size: Size,
    touch: Touch<Part>,
) {
    painter.fill(rect(0.0, 0.0, size.width, BAR), bg::RAISED);
    painter.fill(rect(0.0, 0.0, size.width, 1.0), bg::APP);
    painter.fill(rect(0.0, 1.0, 4.0, BAR - 1.0), track(strip.colour));
    let title = Ink::new(SANS_BOLD, size::TITLE, ink::PRIMARY);
    painter.text(&strip.name, rect(14.0, 0.0, 76.0, BAR), title);
    painter.text(
        "inserts",
        rect(92.0, 0.0, 40.0, BAR),
        Ink::new(NARROW, size::SMALL, ink::TERTIARY),
    );
    let shown = scene.devices.shown(strip);
    for (index, device) in strip.inserts.iter().enumerate() {
        let is_shown = shown.iter().any(|other| other.id == device.id);
        let chosen = scene.devices.current(strip) == Some(device.id);
        draw_tab(painter, device, index, (is_shown, chosen), touch);
    }
    let add = layout::add(strip.inserts.len());
    let over = touch.is_over(Part::Add);
    painter.box_with(add, if over { bg::HOVER } else { bg::RAISED }, line::STRONG, radius::CONTROL);
    icon::draw(painter, Icon::Plus, add, 12.0, ink::SECONDARY);
    draw_tools(scene, painter, strip, size, touch);
}

fn draw_tab(
    painter: &mut Painter<'_>,
    device: &Device,
    index: usize,
    (shown, chosen): (bool, bool),
    touch: Touch<Part>,
) {
    let area = layout::tab(index);
    let over = touch.is_over(Part::Tab(device.id));
    let fill = match (shown, over) {
        (_, true) => bg::HOVER,
        (true, false) => bg::CONTROL,
        (false, false) => bg::PANEL,
    };
    painter.card(area, fill, radius::CONTROL);
    if shown {
        let colour = if chosen { accent::BASE } else { accent::LINE };
        painter.fill(rect(area.x, area.y + 22.0, area.width, 2.0), colour);
    }
    let (dot, words) = match device.bypass {
        true => (line::STRONG, ink::DISABLED),
        false => (accent::BASE, ink::PRIMARY),
    };
    painter.card(rect(area.x + 9.0, area.center_y() - 3.5, 7.0, 7.0), dot, 3.5);
    let name = rect(area.x + 22.0, area.y, area.width - 36.0, area.height);
    painter.text(short_name(device), name, Ink::new(SANS_MEDIUM, size::BASE, words));
    for (column, row) in (0..2).flat_map(|column| (0..3).map(move |row| (column, row))) {
        let (x, y) = (area.x + 84.0 + column as f32 * 4.0, area.center_y() - 5.0);
        painter.fill(rect(x, y + row as f32 * 4.0, 1.5, 1.5), ink::TERTIARY);
    }
    if index > 0 {
        let arrow = rect(area.x - 14.0, area.y, 12.0, area.height);
        icon::draw(painter, Icon::Right, arrow, 10.0, ink::TERTIARY);
    }
}

fn draw_tools(
    scene: &DevicesScene<'_>,
    painter: &mut Painter<'_>,
    strip: &Strip,
    size: Size,
    touch: Touch<Part>,
) {
    let area = |part| layout::tool(part, size.width);
    icon::draw(painter, Icon::Cross, area(Part::Close), 12.0, close_ink(touch));
    if strip.inserts.is_empty() {
        return;
    }
    let all = strip.inserts.iter().all(|device| device.bypass);
    let lamp = if all { Lamp::On(accent::FILL) } else { Lamp::Off };
    let over = |part| touch.is_over(part);
    parts::small_chip(painter, area(Part::BypassAll), "Bypass chain", lamp, over(Part::BypassAll));
    let device =
        strip.inserts.iter().find(|device| Some(device.id) == scene.devices.current(strip));
    let on = device.map_or(0, |device| scene.devices.side(device));
    for (side, label) in ["A", "B"].into_iter().enumerate() {
        let lamp = if on == side { Lamp::On(accent::FILL) } else { Lamp::Off };
        let part = Part::Side(side);
        parts::small_chip(painter, area(part), label, lamp, over(part));
    }
    let words = if on == 0 { "Copy A→B" } else { "Copy B→A" };
    parts::small_chip(painter, area(Part::CopySide), words, Lamp::Off, over(Part::CopySide));
}

fn close_ink(touch: Touch<Part>) -> Color {
    if touch.is_over(Part::Close) { ink::PRIMARY } else { ink::SECONDARY }
}

fn draw_empty(painter: &mut Painter<'_>, size: Size, touch: Touch<Part>) {
    let title = rect(0.0, BAR + 36.0, size.width, 24.0);
    let words = Ink::new(SANS_MEDIUM, size::TITLE, ink::TERTIARY).centred();
    painter.text("Nothing is inserted here yet. Add a device:", title, words);
    for (index, kind) in DeviceKind::ALL.into_iter().enumerate() {
        let area = layout::new(index, size);
        let over = touch.is_over(Part::New(index));
        let fill = if over { bg::HOVER } else { bg::RAISED };
        painter.box_with(area, fill, line::SUBTLE, radius::CONTROL);
        pictures::emblem(
            painter,
            kind,
            rect(area.x + 12.0, area.y + 10.0, area.width - 24.0, 44.0),
        );
        let label = rect(area.x, area.y + 60.0, area.width, 16.0);
        painter.text(kind.name(), label, Ink::new(SANS_MEDIUM, size::BASE, ink::PRIMARY).centred());
    }
}

fn draw_pane(
    scene: &DevicesScene<'_>,
    painter: &mut Painter<'_>,
    pane: &Pane<'_>,
    touch: Touch<Part>,
) {
    let device = pane.device;
    let over = |part| touch.is_over(part);
    let colour = if device.bypass { line::STRONG } else { accent::BASE };
    if over(Part::Power(device.id)) {
        painter.card(pane.power(), bg::HOVER, radius::CONTROL);
    }
    icon::draw(painter, Icon::Power, pane.power(), 14.0, colour);
    let ink_of_name = if device.bypass { ink::DISABLED } else { ink::PRIMARY };
    painter.text(device.kind.name(), pane.name(), Ink::new(SANS_BOLD, size::BASE, ink_of_name));
    draw_preset(painter, pane, over(Part::Preset(device.id)));
    if let Some(key) = pane.key() {
        let from = device.key.and_then(|id| scene.desk.strip(id));
        let name = from.map_or("own signal", |strip| strip.name.as_str());
        let words = format!("Listens to: {name}");
        parts::small_chip(painter, key, &words, Lamp::Off, over(Part::Key(device.id)));
    }
    if device.kind == DeviceKind::Equalizer {
        equalizer::draw(scene, painter, pane, touch);
    } else {
        let names = pages::names(device);
        for (index, name) in names.iter().enumerate().filter(|_| names.len() > 1) {
            let on = scene.devices.page(device.id).min(names.len() - 1) == index;
            let look = (on, over(Part::Page(device.id, index)));
            parts::segment(painter, pane.page(index, names.len()), name, look);
        }
        pictures::draw(scene, painter, pane);
        handles::draw(painter, pane, touch);
    }
    draw_levels(scene, painter, pane);
    for cell in pane.cells(scene.devices) {
        cell.draw(painter, device, value(device, cell.param), touch);
    }
    if device.bypass {
        let veil = crate::theme::faded(bg::PANEL, 0.45);
        painter.layer(pane.body(), |painter| painter.fill(pane.body(), veil));
    }
}

/// Levels of what goes in, and beside them of what comes out.
fn draw_levels(scene: &DevicesScene<'_>, painter: &mut Painter<'_>, pane: &Pane<'_>) {
    /// Room for the words below, width of a bar, and from one pair to the next.
    const WORDS: f32 = 14.0;
    const WIDE: f32 = 6.0;
    const PAIR: f32 = 18.0;
    let area = pane.levels();
    let still = Meter::default();
    let points = help::around(scene.desk, pane.device.id).unwrap_or([&still; 2]);
    for (pair, (meter, words)) in points.into_iter().zip(["In", "Out"]).enumerate() {
        let x = area.x + pair as f32 * PAIR;
        for (side, bar) in meter.bars.iter().enumerate() {
            let place = rect(x + side as f32 * (WIDE + 1.0), area.y, WIDE, area.height - WORDS);
            parts::small_meter(painter, place, bar);
        }
        let below = rect(x - 4.0, area.y + area.height - WORDS + 2.0, 2.0 * WIDE + 9.0, 12.0);
        let small = Ink::new(NARROW, size::MICRO, ink::TERTIARY).centred();
        painter.text(words, below, small);
    }
}

fn draw_preset(painter: &mut Painter<'_>, pane: &Pane<'_>, over: bool) {
    let presets = twobus_session::presets::presets(pane.device.kind);
    if presets.is_empty() {
        return;
    }
    let found = presets.iter().find(|preset| preset.values == pane.device.values);
    let is_new = pane.device.kind.specs().iter().zip(&pane.device.values);
    let is_new = is_new.clone().all(|(spec, value)| spec.default == *value);
    let words = match (found, is_new) {
        (Some(preset), _) => preset.name.as_str(),
        (None, true) => "Presets",
        (None, false) => "Own setting",
    };
    let area = pane.preset();
    painter.card(area, if over { bg::HOVER } else { bg::CONTROL }, radius::CONTROL);
    let inner = inset(area, 4.0);
    let room = rect(inner.x + 4.0, inner.y, inner.width - 22.0, inner.height);
    painter.text(words, room, Ink::new(SANS_MEDIUM, size::SMALL, ink::SECONDARY));
    let arrow = rect(area.x + area.width - 20.0, area.y, 16.0, area.height);
    icon::draw(painter, Icon::Down, arrow, 12.0, ink::TERTIARY);
}
