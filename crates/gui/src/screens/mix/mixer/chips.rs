//! Inserts of a narrow strip, as chips of a letter or two.

use iced::Rectangle;
use twobus_dsp::DeviceKind;
use twobus_session::{Device, Strip};

use super::layout::Pieces;
use super::{Part, Piece};
use crate::painter::{Ink, Painter};
use crate::theme::{NARROW_MEDIUM, accent, bg, ink, line, radius, size};
use crate::widgets::{Control, Touch};

/// Chips that have room.
pub(super) const CHIPS: usize = 3;

/// What stands at the place of a chip: a device, or the first free one.
fn piece(strip: &Strip, index: usize) -> Option<Piece> {
    match strip.inserts.len() {
        count if index < count => Some(Piece::Insert(index)),
        count if index == count => Some(Piece::AddInsert),
        _ => None,
    }
}

pub(super) fn controls(strip: &Strip, at: &Pieces, all: &mut Vec<Control<Part>>) {
    for index in 0..CHIPS {
        if let Some(piece) = piece(strip, index) {
            all.push(Control::button(Part::Strip(strip.id, piece), at.chip(index)));
        }
    }
}

/// A device in a letter or two.
fn letters(device: &Device) -> &'static str {
    match device.kind {
        DeviceKind::Utility => "U",
        DeviceKind::Saturator => "Sa",
        DeviceKind::Clipper => "Cl",
        DeviceKind::Equalizer => "EQ",
        DeviceKind::Multiband => "MB",
        DeviceKind::Stereo => "St",
        DeviceKind::Limiter => "L",
        DeviceKind::Delay => "Dl",
        DeviceKind::Compressor => "C",
        DeviceKind::Gate => "G",
        DeviceKind::DeEsser => "D",
        DeviceKind::Reverb => "R",
    }
}

pub(super) fn draw(painter: &mut Painter<'_>, strip: &Strip, at: &Pieces, touch: Touch<Part>) {
    for index in 0..CHIPS {
        let Some(piece) = piece(strip, index) else { continue };
        let over = touch.is_over(Part::Strip(strip.id, piece));
        draw_chip(painter, strip.inserts.get(index), at.chip(index), over);
    }
}

fn draw_chip(painter: &mut Painter<'_>, device: Option<&Device>, area: Rectangle, over: bool) {
    let small = Ink::new(NARROW_MEDIUM, size::SMALL, ink::PRIMARY).centred();
    let Some(device) = device else {
        let fill = if over { bg::HOVER } else { bg::PANEL };
        painter.box_with(area, fill, line::SUBTLE, radius::SLOT);
        let colour = if over { ink::PRIMARY } else { ink::DISABLED };
        return painter.text("+", area, small.coloured(colour));
    };
    painter.card(area, if over { bg::HOVER } else { bg::CONTROL }, radius::SLOT);
    let (words, lit) = match device.bypass {
        true => (ink::DISABLED, line::STRONG),
        false => (ink::PRIMARY, accent::BASE),
    };
    painter.text(letters(device), area, small.coloured(words));
    let foot = crate::painter::rect(area.x, area.y + area.height - 2.0, area.width, 2.0);
    painter.fill(foot, lit);
}
