//! The Master view as it looks: head, wave, chain, panels.

use iced::{Rectangle, Size};
use twobus_dsp::units::signed;
use twobus_session::presets;

use super::layout::{self, Frame};
use super::{MasterScene, Panel, Part, faces, side, wave};
use crate::desk::{Desk, Source};
use crate::grid::minutes;
use crate::icon::{self, Icon};
use crate::painter::{Ink, Painter, rect};
use crate::parts::{self, Lamp};
use crate::theme::{
    NARROW, NARROW_MEDIUM, SANS, SANS_BOLD, SANS_MEDIUM, accent, bg, ink, line, meter, radius,
    size, state,
};
use crate::widgets::Touch;

pub(super) fn draw(
    scene: &MasterScene<'_>,
    painter: &mut Painter<'_>,
    size: Size,
    touch: Touch<Part>,
) {
    let frame = Frame::new(size);
    painter.fill(rect(0.0, 0.0, size.width, size.height), bg::APP);
    match scene.is_empty() {
        true => draw_empty(scene, painter, &frame, touch),
        false => {
            draw_head(scene, painter, &frame, touch);
            wave::draw(scene, painter, &frame);
            draw_chain(scene, painter, &frame, touch);
            for panel in Panel::ALL {
                faces::draw(scene, painter, (frame.panel(panel), panel), touch);
            }
        }
    }
    side::draw(scene, painter, &frame, touch);
}

/// What stands there before there is a print.
fn draw_empty(
    scene: &MasterScene<'_>,
    painter: &mut Painter<'_>,
    frame: &Frame,
    touch: Touch<Part>,
) {
    let middle = frame.side.height / 2.0;
    let row = |y: f32, height| rect(0.0, middle + y, frame.head.width, height);
    let bold = Ink::new(SANS_BOLD, size::HEADING, ink::PRIMARY).centred();
    painter.text("Bounce first", row(-44.0, 24.0), bold);
    let text = "A master is made of a print: one stereo file of the whole mix. The mix stays editable, and a newer print takes over.";
    painter.text(text, row(-16.0, 20.0), Ink::new(SANS, size::BASE, ink::SECONDARY).centred());
    if scene.desk.song().mix.is_some() {
        let button = layout::empty_button(frame);
        parts::main_button(painter, button, "Bounce…", true, touch.is_over(Part::Update));
    }
}

fn draw_head(
    scene: &MasterScene<'_>,
    painter: &mut Painter<'_>,
    frame: &Frame,
    touch: Touch<Part>,
) {
    painter.fill(frame.head, bg::PANEL);
    let desk = scene.desk;
    let at = |x, width| rect(x, 0.0, width, frame.head.height);
    let title = Ink::new(SANS_BOLD, size::TITLE, ink::PRIMARY);
    painter.text(&desk.song().title, at(12.0, 220.0), title);
    let length = minutes(desk.end(), desk.rate_hz());
    painter.text(&length, at(240.0, 50.0), Ink::new(NARROW, size::SMALL, ink::TERTIARY));
    draw_age(scene, painter, frame, touch);
    if frame.head.width > 1000.0 {
        draw_legend(painter, frame);
    }
    for (index, label) in ["Print", "Master"].into_iter().enumerate() {
        let (part, on) = (Part::Show(index), scene.master.shows_master == (index == 1));
        parts::segment(painter, layout::head(frame, part), label, (on, touch.is_over(part)));
    }
}

/// Whether the print is that of the mix as it is now.
fn draw_age(scene: &MasterScene<'_>, painter: &mut Painter<'_>, frame: &Frame, touch: Touch<Part>) {
    let desk = scene.desk;
    if desk.song().mix.is_none() {
        let words = Ink::new(SANS, size::SMALL, ink::TERTIARY);
        return painter.text(
            "a finished print from elsewhere",
            layout::head(frame, Part::Update),
            words,
        );
    }
    let area = layout::head(frame, Part::Update);
    let number = print_number(desk).map_or(String::new(), |number| format!("Print {number}"));
    let changes = scene.master.changes.len();
    let (text, colour, ground, sign) = match changes {
        0 => (format!("{number} is current"), state::OK, state::OK_BG, Icon::Check),
        1 => (
            format!("{number}: one change since. Update…"),
            state::WARN,
            state::WARN_BG,
            Icon::Turn,
        ),
        n => (
            format!("{number}: {n} changes since. Update…"),
            state::WARN,
            state::WARN_BG,
            Icon::Turn,
        ),
    };
    painter.card(area, ground, 11.0);
    if touch.is_over(Part::Update) {
        painter.outline(area, colour, 1.0, 11.0);
    }
    icon::draw(painter, sign, rect(area.x + 6.0, area.y, 18.0, area.height), 12.0, colour);
    let words = rect(area.x + 28.0, area.y, area.width - 32.0, area.height);
    painter.text(&text, words, Ink::new(SANS_MEDIUM, size::SMALL, colour));
    let ready = layout::head(frame, Part::Readiness);
    parts::small_chip(painter, ready, "Readiness…", Lamp::Off, touch.is_over(Part::Readiness));
}

/// The number of the print that goes in.
pub(super) fn print_number(desk: &Desk) -> Option<u32> {
    let found = twobus_jobs::master::input(desk.folder(), desk.project(), desk.song());
    found.ok().and_then(|(_, print)| print.map(|print| print.number))
}

fn draw_legend(painter: &mut Painter<'_>, frame: &Frame) {
    let small = Ink::new(SANS, size::SMALL, ink::SECONDARY);
    let x = frame.head.width - 424.0;
    let at = |from: f32, width| rect(x + from, 0.0, width, frame.head.height);
    painter.fill(rect(x, 14.0, 14.0, 2.0), meter::LOUDNESS);
    painter.text("short-term", at(18.0, 60.0), small);
    for dash in 0..3 {
        painter.fill(rect(x + 86.0 + dash as f32 * 6.0, 15.0, 4.0, 1.0), ink::PRIMARY);
    }
    painter.text("integrated", at(108.0, 60.0), small);
    painter.fill(rect(x + 170.0, 13.0, 8.0, 4.0), meter::HOT);
    painter.text("at the ceiling", at(184.0, 80.0), small);
    painter.text("Show", at(268.0, 30.0), small.coloured(ink::TERTIARY));
}

fn draw_chain(
    scene: &MasterScene<'_>,
    painter: &mut Painter<'_>,
    frame: &Frame,
    touch: Touch<Part>,
) {
    let (area, master) = (frame.chain, &scene.desk.song().master);
    painter.fill(area, bg::RAISED);
    let label = Ink::new(SANS, size::SMALL, ink::TERTIARY);
    painter.text("In", rect(12.0, area.y, 20.0, area.height), label);
    let trim = layout::trim(frame);
    painter.card(
        trim,
        if touch.is_over(Part::Trim) { bg::CONTROL } else { bg::WELL },
        radius::SLOT,
    );
    let words = rect(trim.x, trim.y, trim.width - 6.0, trim.height);
    let number = Ink::new(NARROW_MEDIUM, size::SMALL, ink::PRIMARY).right();
    painter.text(&format!("{} dB", master.trim), words, number);
    let limit = layout::tool(frame, Part::Compare).x - 40.0;
    let hearing = scene.desk.live.hearing();
    for (index, device) in master.chain.iter().enumerate() {
        let chip = layout::chip(frame, index);
        if chip.x + chip.width >= limit {
            break;
        }
        icon::draw(
            painter,
            Icon::Right,
            rect(chip.x - 14.0, chip.y, 14.0, chip.height),
            10.0,
            ink::TERTIARY,
        );
        let over = touch.is_over(Part::Chip(device.id));
        painter.card(chip, if over { bg::HOVER } else { bg::CONTROL }, radius::CONTROL);
        draw_power(painter, rect(chip.x, chip.y, 26.0, chip.height), !device.bypass);
        let colour = if device.bypass { ink::DISABLED } else { ink::PRIMARY };
        let name = rect(chip.x + 26.0, chip.y, 76.0, chip.height);
        painter.text(device.kind.name(), name, Ink::new(SANS_MEDIUM, size::BASE, colour));
        let taken = hearing.map_or(0.0, |hearing| hearing.reduction_db(index).0);
        if taken > 0.05 {
            let number = Ink::new(NARROW_MEDIUM, size::SMALL, meter::REDUCTION).right();
            let words = rect(chip.x, chip.y, chip.width - 8.0, chip.height);
            painter.text(&signed(-taken, 1), words, number);
        }
    }
    let add = layout::add(frame, master.chain.len());
    parts::icon_button(painter, add, Icon::Plus, Lamp::Off, touch.is_over(Part::Add));
    draw_tools(scene, painter, frame, touch);
}

fn draw_tools(
    scene: &MasterScene<'_>,
    painter: &mut Painter<'_>,
    frame: &Frame,
    touch: Touch<Part>,
) {
    let master = &scene.desk.song().master;
    let compare = if master.alternative.is_some() { "Swap A/B" } else { "Copy to B" };
    let all_off = !master.chain.is_empty() && master.chain.iter().all(|device| device.bypass);
    let bypass = if all_off { Lamp::On(state::WARN) } else { Lamp::Off };
    let tools = [
        (Part::Compare, compare.to_owned(), Lamp::Off),
        (Part::Presets, preset_name(scene).unwrap_or_else(|| "Chains…".to_owned()), Lamp::Off),
        (Part::Bypass, "Bypass chain".to_owned(), bypass),
    ];
    for (part, label, lamp) in tools {
        let area = layout::tool(frame, part);
        parts::small_chip(painter, area, &label, lamp, touch.is_over(part));
    }
}

/// The chain preset that stands as it came.
fn preset_name(scene: &MasterScene<'_>) -> Option<String> {
    let chain = &scene.desk.song().master.chain;
    let same = |preset: &&presets::ChainPreset| {
        let own = chain.iter().map(|device| (device.kind, &device.values));
        !chain.is_empty() && own.eq(preset.devices.iter().map(|(kind, values)| (*kind, values)))
    };
    presets::chains().iter().find(same).map(|preset| preset.name.clone())
}

/// The dot that says whether a device is on.
pub(super) fn draw_power(painter: &mut Painter<'_>, area: Rectangle, on: bool) {
    let dot = rect(area.center_x() - 3.5, area.center_y() - 3.5, 7.0, 7.0);
    painter.card(dot, if on { accent::BASE } else { line::STRONG }, 3.5);
}

/// What is heard, in a word.
pub(super) fn source_name(source: Source) -> &'static str {
    match source {
        Source::Print => "Mix print",
        Source::Master => "Master",
        Source::Reference => "Reference",
    }
}
