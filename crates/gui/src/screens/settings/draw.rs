//! The settings as they look.

use iced::{Rectangle, Size};
use twobus_engine::device::OutputInfo;

use super::layout::{self, area};
use super::{Devices, Part, SettingsSheet};
use crate::icon::{self, Icon};
use crate::painter::{Ink, Painter, inset, rect};
use crate::parts::{self, Lamp};
use crate::settings::{KScale, MeterKind, PERIODS, SCALES};
use crate::theme::{
    NARROW, SANS, SANS_BOLD, SANS_MEDIUM, accent, bg, ink, line, radius, size, state,
};
use crate::widgets::Touch;

pub(super) fn draw(
    sheet: &SettingsSheet,
    painter: &mut Painter<'_>,
    size: Size,
    touch: Touch<Part>,
) {
    let (whole, ground) = (area(Part::Beside, size), layout::ground(size));
    painter.layer(whole, |painter| {
        painter.fill(whole, bg::SCRIM);
        painter.box_with(ground, bg::PANEL, line::STRONG, radius::DIALOG);
        let title = rect(ground.x + 24.0, ground.y + 20.0, 300.0, 24.0);
        painter.text("Settings", title, Ink::new(SANS_BOLD, size::HEADING, ink::PRIMARY));
        draw_labels(painter, ground);
        draw_devices(sheet, painter, size, touch);
        draw_sound(sheet, painter, size, touch);
        draw_looks(sheet, painter, size, touch);
        let over = touch.is_over(Part::Close);
        parts::main_button(painter, area(Part::Close, size), "Close", true, over);
    });
}

fn draw_labels(painter: &mut Painter<'_>, ground: Rectangle) {
    let labels = [
        ("Sound device", layout::DEVICES_Y),
        ("Period", layout::PERIOD_Y),
        ("Test", layout::TRY_Y + 2.0),
        ("Scale", layout::SCALE_Y),
        ("Motion", layout::MOTION_Y),
        ("Meters", layout::METER_Y),
        ("Mix bus reads", layout::K_Y),
    ];
    for (label, y) in labels {
        let at = rect(ground.x + 24.0, ground.y + y, 104.0, 28.0);
        painter.text(label, at, Ink::new(SANS, size::BASE, ink::SECONDARY));
    }
    for y in [layout::SCALE_Y - 14.0, layout::METER_Y - 9.0] {
        let wide = ground.width - 48.0;
        painter.fill(rect(ground.x + 24.0, ground.y + y, wide, 1.0), line::SUBTLE);
    }
}

fn draw_devices(sheet: &SettingsSheet, painter: &mut Painter<'_>, size: Size, touch: Touch<Part>) {
    painter.card(layout::list(size), bg::WELL, radius::CONTROL);
    for row in 0..layout::ROWS {
        let (index, at) = (sheet.top + row, layout::row(size, row));
        let chosen = sheet.settings.device.as_ref();
        match index.checked_sub(1).map(|index| sheet.told().get(index)) {
            None => {
                let about = "whatever the system plays on";
                let is = (chosen.is_none(), touch.is_over(Part::Device(row)));
                draw_device(painter, at, ("System default", about), is);
            }
            Some(Some(info)) => {
                let is_chosen = chosen.is_some_and(|chosen| chosen.id == info.id);
                let is = (is_chosen, touch.is_over(Part::Device(row)));
                draw_device(painter, at, (&info.name, &takes(info)), is);
            }
            Some(None) => {
                let (words, colour) = match &sheet.devices {
                    Devices::Asked(_) => ("Asking the sound system…", ink::TERTIARY),
                    Devices::Failed(why) => (why.as_str(), state::WARN),
                    Devices::Told(all) if all.is_empty() => {
                        ("There is no device that can play.", state::WARN)
                    }
                    Devices::Told(_) => return,
                };
                painter.text(words, inset(at, 10.0), Ink::new(SANS, size::BASE, colour));
                return;
            }
        }
    }
}

fn draw_device(
    painter: &mut Painter<'_>,
    area: Rectangle,
    (name, about): (&str, &str),
    (is_chosen, is_over): (bool, bool),
) {
    if is_chosen || is_over {
        painter.card(area, if is_chosen { accent::DIM } else { bg::HOVER }, radius::SLOT);
    }
    if is_chosen {
        let mark = rect(area.x + 6.0, area.y, 14.0, area.height);
        icon::draw(painter, Icon::Check, mark, 12.0, accent::BASE);
    }
    let half = (area.width - 36.0) * 0.58;
    let words = rect(area.x + 26.0, area.y, half, area.height);
    painter.text(name, words, Ink::new(SANS_MEDIUM, size::BASE, ink::PRIMARY));
    let rest = rect(words.x + half + 8.0, area.y, area.width - half - 42.0, area.height);
    painter.text(about, rest, Ink::new(NARROW, size::SMALL, ink::TERTIARY).right());
}

/// What a device takes, in a few words.
fn takes(info: &OutputInfo) -> String {
    if info.busy {
        return "in use by another program".to_owned();
    }
    let khz = |hz: u32| f64::from(hz) / 1000.0;
    let (from, to) = (info.rates_hz.first(), info.rates_hz.last());
    let rates = match (from.map(|range| khz(range.from)), to.map(|range| khz(range.to))) {
        (Some(from), Some(to)) if from < to => format!("{from} to {to} kHz"),
        (Some(from), _) => format!("{from} kHz"),
        (None, _) => String::new(),
    };
    format!("{rates} · {}", info.host)
}

fn draw_sound(sheet: &SettingsSheet, painter: &mut Painter<'_>, size: Size, touch: Touch<Part>) {
    for (index, frames) in PERIODS.into_iter().enumerate() {
        let on = sheet.settings.period_frames == frames;
        choice(painter, Part::Period(index), size, (&frames.to_string(), on), touch);
    }
    let first = area(Part::Period(0), size);
    let note = rect(first.x, first.y + 32.0, 520.0, 16.0);
    let ms = f64::from(sheet.settings.period_frames) / 48.0;
    let words = format!("frames: {ms:.1} ms at 48 kHz. It plays at the song's own rate if it can.");
    painter.text(&words, note, Ink::new(NARROW, size::SMALL, ink::TERTIARY));
    let at = area(Part::Try, size);
    let label = if sheet.tried.sounds() { "Stop" } else { "Play a test tone" };
    parts::chip(painter, at, label, Lamp::Off, touch.is_over(Part::Try));
    let beside = rect(at.x + at.width + 14.0, at.y, 370.0, at.height);
    let (words, is_bad) = sheet.tried.words();
    let colour = if is_bad { state::WARN } else { ink::SECONDARY };
    painter.text(&words, beside, Ink::new(SANS, size::BASE, colour));
}

fn draw_looks(sheet: &SettingsSheet, painter: &mut Painter<'_>, size: Size, touch: Touch<Part>) {
    let settings = &sheet.settings;
    let scale = settings.scale_percent;
    choice(painter, Part::DisplayScale, size, ("Display", scale.is_none()), touch);
    for (index, percent) in SCALES.into_iter().enumerate() {
        let on = scale == Some(percent);
        choice(painter, Part::Scale(index), size, (&format!("{percent} %"), on), touch);
    }
    choice(painter, Part::Motion, size, ("Reduce motion", settings.reduce_motion), touch);
    for kind in MeterKind::ALL {
        choice(painter, Part::Meter(kind), size, (kind.name(), settings.meter == kind), touch);
    }
    for scale in KScale::ALL {
        choice(
            painter,
            Part::Scaled(scale),
            size,
            (scale.name(), settings.k_scale == scale),
            touch,
        );
    }
}

fn choice(
    painter: &mut Painter<'_>,
    part: Part,
    size: Size,
    (label, on): (&str, bool),
    touch: Touch<Part>,
) {
    let lamp = if on { Lamp::On(accent::FILL) } else { Lamp::Off };
    parts::chip(painter, area(part, size), label, lamp, touch.is_over(part));
}
