//! Parameters with their names: knobs, fields, switches, and choices of a few.

use iced::{Point, Rectangle};

use super::{Lamp, knob};
use crate::painter::{Ink, Painter, inset, rect};
use crate::theme::{NARROW, NARROW_MEDIUM, SANS_MEDIUM, accent, bg, ink, radius, size};

/// Size of a knob with its name and value.
pub(crate) const DIAL: iced::Size = iced::Size::new(84.0, 78.0);
/// Radius of its knob.
const KNOB: f32 = 18.0;

/// A knob under its name and over its value.
pub(crate) fn dial(
    painter: &mut Painter<'_>,
    area: Rectangle,
    (name, value): (&str, &str),
    travel: (f64, f64),
    over: bool,
) {
    let row = |y: f32| rect(area.x, area.y + y, area.width, 14.0);
    let centre = Point::new(area.center_x(), area.y + 38.0);
    painter.text(name, row(0.0), Ink::new(NARROW, size::BASE, ink::SECONDARY).centred());
    knob(painter, centre, KNOB, travel, accent::BASE, over);
    painter.text(value, row(60.0), Ink::new(NARROW_MEDIUM, size::BASE, ink::PRIMARY).centred());
}

/// A row with a name and a value.
pub(crate) fn field(
    painter: &mut Painter<'_>,
    area: Rectangle,
    (name, value): (&str, &str),
    over: bool,
) {
    painter.card(area, if over { bg::RAISED } else { bg::WELL }, radius::SLOT);
    let inner = inset(area, 5.0);
    painter.text(name, inner, Ink::new(NARROW, size::SMALL, ink::TERTIARY));
    painter.text(value, inner, Ink::new(NARROW_MEDIUM, size::SMALL, ink::PRIMARY).right());
}

/// A value of a few that are shown side by side, in a well: lit if it is chosen.
pub(crate) fn segment(
    painter: &mut Painter<'_>,
    area: Rectangle,
    label: &str,
    (on, over): (bool, bool),
) {
    painter.fill(area, bg::WELL);
    if on || over {
        let fill = if on { bg::CONTROL } else { bg::RAISED };
        painter.card(inset(area, 2.0), fill, radius::SLOT);
    }
    let colour = if on { ink::PRIMARY } else { ink::SECONDARY };
    painter.text(label, area, Ink::new(SANS_MEDIUM, size::SMALL, colour).centred());
}

/// A small button with words.
pub(crate) fn small_chip(
    painter: &mut Painter<'_>,
    area: Rectangle,
    label: &str,
    lamp: Lamp,
    over: bool,
) {
    let (fill, colour) = match (lamp, over) {
        (Lamp::On(colour), _) => (colour, ink::DARK),
        (Lamp::Dead, _) => (bg::RAISED, ink::DISABLED),
        (Lamp::Off, true) => (bg::HOVER, ink::PRIMARY),
        (Lamp::Off, false) => (bg::CONTROL, ink::SECONDARY),
    };
    painter.card(area, fill, radius::CONTROL);
    painter.text(label, area, Ink::new(SANS_MEDIUM, size::SMALL, colour).centred());
}
