//! The mix bus and the monitor as they look.

use iced::{Point, Rectangle};
use twobus_dsp::units::signed;
use twobus_dsp::{Db, fader};
use twobus_session::StripId;

use super::draw::{draw_meters, draw_slots, draw_values, pan_words};
use super::layout::{self, Frame, bus_pieces};
use super::{MixerScene, Part, Piece, Switch};
use crate::icon::{self, Icon};
use crate::painter::{Ink, Painter, inset, rect};
use crate::parts::{self, Lamp, Look};
use crate::theme::{
    NARROW, NARROW_MEDIUM, SANS_BOLD, SANS_MEDIUM, accent, bg, ink, line, lit, meter as colours,
    radius, size, state,
};
use crate::widgets::Touch;

/// Loudness at the top and at the bottom of its columns, in LUFS, and the marks between.
const LOUDEST: f64 = -3.0;
const QUIETEST: f64 = -41.0;
const MARKS: [f64; 4] = [-9.0, -14.0, -23.0, -30.0];
/// Pixels about the line I in which a mark has no number.
const MARK: f32 = 10.0;

/// What lies under everything else of it.
pub(super) fn draw_ground(scene: &MixerScene<'_>, painter: &mut Painter<'_>, frame: &Frame) {
    let (strip, at) = (&*scene.desk.as_heard(&scene.desk.mix().bus), bus_pieces(frame));
    painter.bar(frame.bus, bg::PANEL);
    painter.bar(rect(frame.bus.x, frame.bus.y, 1.0, frame.bus.height), line::STRONG);
    painter.bar(rect(frame.bus.x, frame.bus.y, frame.bus.width, 4.0), ink::SECONDARY);
    let look = Look::of_bus(scene.desk.live.meter_kind(), scene.desk.live.k_scale());
    draw_meters(painter, &at, scene.desk.live.meter(StripId::MIX_BUS), look);
    parts::groove(painter, at.travel(), fader::travel(strip.fader), ink::SECONDARY);
}

pub(super) fn draw(
    scene: &MixerScene<'_>,
    painter: &mut Painter<'_>,
    frame: &Frame,
    touch: Touch<Part>,
) {
    let (strip, at) = (&*scene.desk.as_heard(&scene.desk.mix().bus), bus_pieces(frame));
    let meter = scene.desk.live.meter(StripId::MIX_BUS);
    if at.full {
        draw_slots(painter, strip, &at, meter, touch);
        rows(scene, painter, frame, touch);
        balance(scene, painter, frame, touch);
    }
    monitor(scene, painter, frame, touch);
    correlation(scene, painter, layout::correlation(frame));
    let over = |piece| touch.is_over(Part::Strip(StripId::MIX_BUS, piece));
    let lamp = if strip.mute { Lamp::On(lit::MUTE) } else { Lamp::Off };
    parts::button(painter, layout::bus_button(frame, 0), "M", lamp, over(Piece::Mute));
    draw_values(painter, strip, &at, meter, touch);
    true_peak(scene, painter, frame);
    let look = Look::of_bus(scene.desk.live.meter_kind(), scene.desk.live.k_scale());
    let travel = at.travel();
    parts::fader_scale(painter, travel, travel.x - 4.0, false);
    let chosen = scene.mixer.chosen == Some(StripId::MIX_BUS);
    parts::fader(painter, travel, fader::travel(strip.fader), chosen);
    parts::meter_scale(painter, at.meter(0), at.meter(1).x + 14.0, look);
    loudness(scene, painter, frame);
    plate(scene, painter, at.plate());
}

fn rows(scene: &MixerScene<'_>, painter: &mut Painter<'_>, frame: &Frame, touch: Touch<Part>) {
    let strip = &*scene.desk.as_heard(&scene.desk.mix().bus);
    let rows = [
        (Piece::Trim, "Trim", strip.trim.to_string()),
        (Piece::Width, "Width", format!("{} %", signed(strip.width, 0))),
    ];
    for (index, (piece, label, value)) in rows.into_iter().enumerate() {
        let area = layout::bus_row(frame, index);
        let over = touch.is_over(Part::Strip(StripId::MIX_BUS, piece));
        painter.card(area, if over { bg::RAISED } else { bg::WELL }, radius::SLOT);
        painter.text(label, inset(area, 4.0), Ink::new(NARROW, size::SMALL, ink::SECONDARY));
        let number = Ink::new(NARROW, size::SMALL, ink::PRIMARY).right();
        painter.text(&value, inset(area, 4.0), number);
    }
}

/// Balance and scale.
fn balance(scene: &MixerScene<'_>, painter: &mut Painter<'_>, frame: &Frame, touch: Touch<Part>) {
    let strip = &*scene.desk.as_heard(&scene.desk.mix().bus);
    let over = touch.is_over(Part::Strip(StripId::MIX_BUS, Piece::Pan));
    let words = format!("Bal {}", pan_words(strip.pan));
    parts::button(painter, layout::bus_button(frame, 1), &words, Lamp::Off, over);
    let (button, over) = (layout::bus_button(frame, 2), touch.is_over(Part::Scale));
    parts::button(painter, button, scene.desk.live.k_scale().name(), Lamp::Off, over);
}

fn monitor(scene: &MixerScene<'_>, painter: &mut Painter<'_>, frame: &Frame, touch: Touch<Part>) {
    let (area, monitor) = (layout::monitor(frame), scene.desk.mix().monitor);
    painter.box_with(area, bg::WELL, line::STRONG, radius::CONTROL);
    match bus_pieces(frame).full {
        true => listening(painter, frame, monitor.level, touch),
        false => listening_line(painter, frame, monitor.level, touch),
    }
    for (index, which) in Switch::ALL.into_iter().enumerate() {
        let on = super::update::switched(&monitor, which);
        let lamp = if on { Lamp::On(state::WARN) } else { Lamp::Off };
        let over = touch.is_over(Part::Monitor(which));
        parts::button(painter, layout::switch(frame, index), which.label(), lamp, over);
    }
}

/// The listening level as a line in a row.
fn listening_line(painter: &mut Painter<'_>, frame: &Frame, level: Db, touch: Touch<Part>) {
    let row = layout::listen(frame);
    if touch.is_over(Part::Listen) {
        painter.card(inset(row, 1.0), bg::RAISED, radius::CONTROL);
    }
    icon::draw(
        painter,
        Icon::Phones,
        rect(row.x + 4.0, row.y, 14.0, row.height),
        12.0,
        ink::SECONDARY,
    );
    let title = rect(row.x + 21.0, row.y, 30.0, row.height);
    painter.text("Mon", title, Ink::new(NARROW_MEDIUM, size::SMALL, ink::PRIMARY));
    let (x, width) = (row.x + 48.0, row.width - 94.0);
    let travel = fader::travel(level) / fader::travel(Db::UNITY);
    let end = x + width * travel as f32;
    painter.card(rect(x, row.center_y() - 1.5, width, 3.0), bg::CONTROL, 1.5);
    painter.card(rect(x, row.center_y() - 1.5, end - x, 3.0), accent::BASE, 1.5);
    painter.card(rect(end - 4.5, row.center_y() - 4.5, 9.0, 9.0), ink::PRIMARY, 4.5);
    let value = rect(row.x, row.y, row.width - 6.0, row.height);
    let number = Ink::new(NARROW_MEDIUM, size::BASE, ink::PRIMARY).right();
    painter.text(&level.to_string(), value, number);
}

/// The listening level as a knob.
fn listening(painter: &mut Painter<'_>, frame: &Frame, level: Db, touch: Touch<Part>) {
    let area = layout::monitor(frame);
    icon::draw(
        painter,
        Icon::Phones,
        rect(area.x + 5.0, area.y + 5.0, 14.0, 14.0),
        12.0,
        ink::SECONDARY,
    );
    let title = rect(area.x + 22.0, area.y + 4.0, 56.0, 16.0);
    painter.text("Monitor", title, Ink::new(NARROW_MEDIUM, size::SMALL, ink::PRIMARY));
    let knob = layout::listen(frame);
    let travel = fader::travel(level) / fader::travel(Db::UNITY);
    let centre = Point::new(knob.x + 17.0, knob.center_y());
    let over = touch.is_over(Part::Listen);
    parts::knob(painter, centre, 14.0, (0.0, travel), accent::BASE, over);
    let value = rect(knob.x + 34.0, knob.y + 2.0, 36.0, 18.0);
    let number = Ink::new(NARROW_MEDIUM, size::TITLE, ink::PRIMARY).right();
    painter.text(&level.to_string(), value, number);
    let unit = rect(value.x, value.y + 15.0, value.width, 14.0);
    painter.text("level dB", unit, Ink::new(NARROW, size::MICRO, ink::TERTIARY).right());
    let note = Ink::new(NARROW, size::MICRO, ink::TERTIARY).centred();
    painter.text("heard only,", rect(area.x, area.y + 116.0, area.width, 12.0), note);
    painter.text("never printed", rect(area.x, area.y + 128.0, area.width, 12.0), note);
}

fn correlation(scene: &MixerScene<'_>, painter: &mut Painter<'_>, area: Rectangle) {
    let value = scene.desk.live.readings().and_then(twobus_engine::Readings::correlation);
    painter.text("Corr", area, Ink::new(NARROW, size::SMALL, ink::TERTIARY));
    let bar = rect(area.x + 32.0, area.center_y() - 3.0, area.width - 70.0, 6.0);
    painter.fill(bar, bg::WELL);
    painter.fill(rect(bar.center_x(), bar.y - 2.0, 1.0, 10.0), line::STRONG);
    let Some(value) = value else { return };
    let end = bar.center_x() + bar.width / 2.0 * value as f32;
    let (from, to) = (bar.center_x().min(end), bar.center_x().max(end));
    let colour = if value < 0.0 { state::WARN } else { colours::MID };
    painter.fill(rect(from, bar.y, to - from, bar.height), colour);
    let sign = if value > 0.0 { "+" } else { "" };
    let number = Ink::new(NARROW_MEDIUM, size::BASE, ink::PRIMARY).right();
    painter.text(&format!("{sign}{}", signed(value, 2)), area, number);
}

/// Above this a true peak is worth a look, in dBTP.
const HOT_DBTP: f64 = -1.0;

fn true_peak(scene: &MixerScene<'_>, painter: &mut Painter<'_>, frame: &Frame) {
    let level = bus_pieces(frame).peak();
    let area = rect(level.x + level.width + 2.0, level.y, frame.bus.width - 85.0, level.height);
    painter.card(area, bg::WELL, radius::SLOT);
    painter.text("TP", inset(area, 4.0), Ink::new(NARROW, size::SMALL, ink::TERTIARY));
    let peak = scene.desk.live.readings().map(twobus_engine::Readings::true_peak);
    if let Some(peak) = peak.filter(|peak| !peak.is_silence()) {
        let colour = if peak.0 > HOT_DBTP { colours::HOT } else { colours::HIGH };
        let number = Ink::new(NARROW_MEDIUM, size::BASE, colour).right();
        painter.text(&peak.to_string(), inset(area, 4.0), number);
    }
}

fn loudness(scene: &MixerScene<'_>, painter: &mut Painter<'_>, frame: &Frame) {
    let readings = scene.desk.live.readings();
    let share = |lufs: f64| ((lufs - QUIETEST) / (LOUDEST - QUIETEST)).clamp(0.0, 1.0) as f32;
    for (index, label) in ["M", "S"].into_iter().enumerate() {
        let area = layout::loudness(frame, index);
        let level = readings.map_or(Db::SILENCE, |readings| match index {
            0 => readings.momentary(),
            _ => readings.short_term(),
        });
        let height = (area.height * share(level.0)).round();
        painter.fill(area, bg::WELL);
        let bar = rect(area.x, area.y + area.height - height, area.width, height);
        painter.fill(bar, colours::LOUDNESS);
        let foot = rect(area.x, area.y + area.height - 13.0, area.width, 12.0);
        let dark = if height > 14.0 { ink::DARK } else { ink::TERTIARY };
        painter.text(label, foot, Ink::new(NARROW_MEDIUM, size::MICRO, dark).centred());
    }
    let (left, right) = (layout::loudness(frame, 0), layout::loudness(frame, 1));
    let y = |lufs| (left.y + left.height * (1.0 - share(lufs))).round();
    let end = right.x + right.width;
    let integrated = readings.map_or(Db::SILENCE, twobus_engine::Readings::integrated);
    for mark in MARKS {
        painter.fill(rect(end + 2.0, y(mark), 3.0, 1.0), line::STRONG);
        if !integrated.is_silence() && (y(integrated.0) - y(mark)).abs() < MARK {
            continue;
        }
        let words = Ink::new(NARROW, size::MICRO, ink::TERTIARY);
        painter.text(&signed(mark.abs(), 0), rect(end + 7.0, y(mark) - 6.0, 14.0, 12.0), words);
    }
    if !integrated.is_silence() {
        let at = y(integrated.0);
        painter.fill(rect(left.x - 1.0, at, end - left.x + 3.0, 2.0), ink::PRIMARY);
        painter.text(
            "I",
            rect(end + 4.0, at - 6.0, 8.0, 12.0),
            Ink::new(NARROW_MEDIUM, size::SMALL, ink::PRIMARY),
        );
    }
}

fn plate(scene: &MixerScene<'_>, painter: &mut Painter<'_>, area: Rectangle) {
    painter.fill(area, bg::RAISED);
    painter.fill(rect(area.x, area.y, 3.0, area.height), ink::SECONDARY);
    let inner = rect(area.x + 10.0, area.y, area.width - 16.0, area.height);
    painter.text("Mix bus", inner, Ink::new(SANS_BOLD, size::BASE, ink::PRIMARY));
    let integrated = scene.desk.live.readings().map(twobus_engine::Readings::integrated);
    if let Some(level) = integrated.filter(|level| !level.is_silence()) {
        let words = Ink::new(SANS_MEDIUM, size::BASE, ink::PRIMARY).right();
        painter.text(&format!("{level} LUFS"), inner, words);
    }
}
