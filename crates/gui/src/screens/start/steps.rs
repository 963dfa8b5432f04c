//! How a record is made here, in five small pictures.

use iced::advanced::graphics::geometry::Path;
use iced::{Point, Rectangle};

use crate::icon::{self, Icon};
use crate::painter::{Ink, Painter, rect};
use crate::theme::{
    NARROW, NARROW_MEDIUM, SANS_MEDIUM, accent, bg, ink, line, meter, plot, radius, size, state,
    track,
};

/// Height of a card, and of the picture on it.
const CARD: f32 = 164.0;
const PICTURE: f32 = 86.0;

/// From this width on a format has room for its name and a mark.
const BOTH: f32 = 60.0;

/// What a step is called, what is done, and its picture.
type Step = (&'static str, &'static str, fn(&mut Painter<'_>, Rectangle));

const STEPS: [Step; 5] = [
    ("Load", "Stems onto tracks", lanes),
    ("Mix", "Balance, place, shape", faders),
    ("Bounce", "One stereo print", print),
    ("Master", "Tone, level, limit", curve),
    ("Deliver", "Every format, checked", formats),
];

/// Draws them beside each other, under a heading.
pub(super) fn draw(painter: &mut Painter<'_>, area: Rectangle) {
    let heading = Ink::new(SANS_MEDIUM, size::TITLE, ink::PRIMARY);
    painter.text("How a record is made here", rect(area.x, area.y, area.width, 20.0), heading);
    let step = (area.width + 20.0) / STEPS.len() as f32;
    for (index, (title, words, picture)) in STEPS.into_iter().enumerate() {
        let card = rect((area.x + index as f32 * step).round(), area.y + 32.0, step - 20.0, CARD);
        painter.card(card, bg::PANEL, radius::PANEL);
        painter.fill(rect(card.x, card.y, card.width, 3.0), accent::FILL);
        picture(painter, rect(card.x + 12.0, card.y + 16.0, card.width - 24.0, PICTURE));
        let row = |y| rect(card.x + 12.0, card.y + y, card.width - 18.0, 18.0);
        painter.text(title, row(114.0), heading);
        painter.text(words, row(135.0), Ink::new(NARROW, size::BASE, ink::TERTIARY));
        if index + 1 < STEPS.len() {
            let gap = rect(card.x + card.width, card.y, 20.0, card.height);
            icon::draw(painter, Icon::Right, gap, 14.0, ink::TERTIARY);
        }
    }
}

/// A share from 0 to 1 that stands for chance: the same one for the same number.
fn chance(number: u32) -> f32 {
    let once = number.wrapping_add(1).wrapping_mul(2_654_435_761);
    let twice = (once ^ (once >> 15)).wrapping_mul(2_246_822_519);
    ((twice ^ (twice >> 13)) >> 16) as f32 / 65_536.0
}

/// Columns of a wave, `loud` high at most.
fn wave(painter: &mut Painter<'_>, area: Rectangle, seed: u32, loud: f32) -> Path {
    painter.fill(area, bg::WELL);
    let columns = (area.width / 2.0) as u32;
    Path::new(|path| {
        for column in 0..columns {
            let share = 0.35 + 0.65 * chance(seed + column);
            let (x, high) = (area.x + column as f32 * 2.0 + 1.0, area.height / 2.0 * loud * share);
            path.move_to(Point::new(x, area.center_y() - high));
            path.line_to(Point::new(x, area.center_y() + high));
        }
    })
}

fn lanes(painter: &mut Painter<'_>, area: Rectangle) {
    let height = area.height / 5.0;
    for (index, colour) in [0, 2, 4, 6, 10].into_iter().enumerate() {
        let y = area.y + index as f32 * height;
        let lane = rect(area.x, y.round(), area.width, (height - 3.0).round());
        let path = wave(painter, lane, index as u32 * 977, 0.9);
        painter.stroke(&path, track(colour), 1.0);
    }
}

fn faders(painter: &mut Painter<'_>, area: Rectangle) {
    let step = area.width / 5.0;
    for (index, level) in [0.6, 0.8, 0.45, 0.7, 0.55].into_iter().enumerate() {
        let x = (area.x + (index as f32 + 0.5) * step).round();
        let y = |share: f32| (area.y + area.height * (1.0 - share)).round();
        painter.fill(rect(x - 6.0, area.y, 3.0, area.height), bg::WELL);
        painter.fill(rect(x + 3.0, area.y, 4.0, area.height), bg::WELL);
        let bar = level * 0.8;
        painter.fill(rect(x + 3.0, y(bar), 4.0, area.height * bar), meter::LOW);
        painter.fill(rect(x + 3.0, y(bar), 4.0, area.height * bar * 0.3), meter::MID);
        let cap = rect(x - 11.0, y(level) - 7.0, 13.0, 14.0);
        painter.card(cap, bg::HOVER, radius::SLOT);
        painter.fill(rect(cap.x, cap.center_y() - 1.0, cap.width, 2.0), ink::PRIMARY);
    }
}

fn print(painter: &mut Painter<'_>, area: Rectangle) {
    let well = rect(area.x, area.y + 14.0, area.width, area.height - 28.0);
    let path = wave(painter, well, 4242, 0.95);
    painter.stroke(&path, accent::LINE, 1.0);
    let body = rect(well.x, well.y, well.width, well.height);
    let inner = Path::new(|path| {
        for column in 0..(body.width / 2.0) as u32 {
            let high = body.height / 2.0 * 0.45 * (0.6 + 0.4 * chance(column + 99));
            let x = body.x + column as f32 * 2.0 + 1.0;
            path.move_to(Point::new(x, body.center_y() - high));
            path.line_to(Point::new(x, body.center_y() + high));
        }
    });
    painter.stroke(&inner, accent::BASE, 1.0);
}

fn curve(painter: &mut Painter<'_>, area: Rectangle) {
    painter.card(area, bg::WELL, radius::SLOT);
    let ceiling = area.y + 16.0;
    painter.fill(rect(area.x, ceiling, area.width, 1.0), line::STRONG);
    let at = |x: f32, y: f32| Point::new(area.x + area.width * x, area.y + area.height * y);
    let reduction = Path::new(|path| {
        path.move_to(at(0.0, 0.19));
        for dip in [0.15, 0.4, 0.62, 0.85] {
            path.line_to(at(dip, 0.19));
            path.line_to(at(dip + 0.03, 0.38));
            path.line_to(at(dip + 0.14, 0.19));
        }
    });
    painter.stroke(&reduction, meter::REDUCTION, 1.5);
    let tone = Path::new(|path| {
        path.move_to(at(0.0, 0.78));
        path.bezier_curve_to(at(0.25, 0.78), at(0.3, 0.5), at(0.5, 0.66));
        path.bezier_curve_to(at(0.7, 0.8), at(0.75, 0.5), at(1.0, 0.48));
    });
    painter.stroke(&tone, accent::BASE, 2.0);
    let spectrum = Path::new(|path| {
        path.move_to(at(0.0, 0.92));
        path.bezier_curve_to(at(0.2, 0.7), at(0.35, 0.8), at(0.55, 0.85));
        path.bezier_curve_to(at(0.75, 0.9), at(0.85, 0.94), at(1.0, 0.97));
    });
    painter.stroke(&spectrum, plot::SPECTRUM, 1.5);
}

fn formats(painter: &mut Painter<'_>, area: Rectangle) {
    let (width, height) = ((area.width - 8.0) / 2.0, (area.height - 8.0) / 2.0);
    for (index, name) in ["WAV 24", "FLAC", "WAV 16", "Ogg"].into_iter().enumerate() {
        let (column, row) = ((index % 2) as f32, (index / 2) as f32);
        let (x, y) = (area.x + column * (width + 8.0), area.y + row * (height + 8.0));
        let cell = rect(x.round(), y.round(), width.floor(), height.floor());
        painter.card(cell, bg::WELL, radius::SLOT);
        let ink = Ink::new(NARROW_MEDIUM, size::BASE, ink::PRIMARY);
        if cell.width < BOTH {
            painter.text(name, cell, ink.centred());
            continue;
        }
        let words = rect(cell.x + 8.0, cell.y, cell.width - 24.0, cell.height);
        painter.text(name, words, ink);
        let mark = rect(cell.x + cell.width - 22.0, cell.y, 16.0, cell.height);
        icon::draw(painter, Icon::Check, mark, 12.0, state::OK);
    }
}
