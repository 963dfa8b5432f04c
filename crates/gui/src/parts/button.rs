//! Buttons.

use iced::{Color, Rectangle};

use crate::icon::{self, Icon};
use crate::painter::{Ink, Painter};
use crate::theme::{NARROW_BOLD, SANS_MEDIUM, accent, bg, ink, line, radius, size};

/// How a button is lit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Lamp {
    /// It is not.
    Off,
    /// It cannot be used.
    Dead,
    /// In this colour, with dark words.
    On(Color),
}

fn ground(lamp: Lamp, over: bool) -> Color {
    match (lamp, over) {
        (Lamp::On(colour), _) => colour,
        (Lamp::Dead, _) => bg::RAISED,
        (Lamp::Off, true) => bg::HOVER,
        (Lamp::Off, false) => bg::CONTROL,
    }
}

fn words(lamp: Lamp) -> Color {
    match lamp {
        Lamp::On(_) => ink::DARK,
        Lamp::Off => ink::PRIMARY,
        Lamp::Dead => ink::DISABLED,
    }
}

/// A button with a letter.
pub(crate) fn button(
    painter: &mut Painter<'_>,
    area: Rectangle,
    label: &str,
    lamp: Lamp,
    over: bool,
) {
    painter.card(area, ground(lamp, over), radius::SLOT);
    let letters = Ink::new(NARROW_BOLD, size::BASE, words(lamp)).centred();
    painter.text(label, area, letters);
}

/// A button with words.
pub(crate) fn chip(
    painter: &mut Painter<'_>,
    area: Rectangle,
    label: &str,
    lamp: Lamp,
    over: bool,
) {
    painter.card(area, ground(lamp, over), radius::CONTROL);
    let letters = Ink::new(SANS_MEDIUM, size::BASE, words(lamp)).centred();
    painter.text(label, area, letters);
}

/// A button with an icon.
pub(crate) fn icon_button(
    painter: &mut Painter<'_>,
    area: Rectangle,
    icon: Icon,
    lamp: Lamp,
    over: bool,
) {
    painter.card(area, ground(lamp, over), radius::CONTROL);
    icon::draw(painter, icon, area, 16.0, words(lamp));
}

/// The one filled button that names the next step.
pub(crate) fn main_button(
    painter: &mut Painter<'_>,
    area: Rectangle,
    label: &str,
    usable: bool,
    over: bool,
) {
    let (fill, colour) = match (usable, over) {
        (false, _) => (bg::RAISED, ink::DISABLED),
        (true, true) => (accent::BASE, ink::DARK),
        (true, false) => (accent::FILL, ink::DARK),
    };
    match usable {
        true => painter.card(area, fill, radius::CONTROL),
        false => painter.box_with(area, fill, line::SUBTLE, radius::CONTROL),
    }
    painter.text(label, area, Ink::new(SANS_MEDIUM, size::TITLE, colour).centred());
}
