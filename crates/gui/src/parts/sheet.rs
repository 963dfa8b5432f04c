//! A sheet: a large dialog over the window, with a title, a line below it, and a row of buttons.

use iced::{Rectangle, Size};

use crate::icon::{self, Icon};
use crate::painter::{Ink, Painter, rect};
use crate::theme::{SANS, SANS_BOLD, accent, bg, ink, line, radius, size};

/// From a sheet's edge to what is in it.
pub(crate) const MARGIN: f32 = 24.0;
/// Height of the row of buttons at its foot.
const FOOT: f32 = 64.0;

/// Where a sheet of the size `wanted` lies in a window.
pub(crate) fn area(window: Size, wanted: Size) -> Rectangle {
    let width = wanted.width.min(window.width - 32.0);
    let height = wanted.height.min(window.height - 32.0);
    let (x, y) = ((window.width - width) / 2.0, (window.height - height) / 2.0);
    rect(x.round(), y.round(), width, height)
}

/// The cross at the corner of a sheet.
pub(crate) fn cross(sheet: Rectangle) -> Rectangle {
    rect(sheet.x + sheet.width - 42.0, sheet.y + 16.0, 28.0, 28.0)
}

/// A button at the foot of a sheet, `width` wide, ending `from_right` pixels from its right edge.
pub(crate) fn foot(sheet: Rectangle, from_right: f32, width: f32) -> Rectangle {
    let (right, bottom) = (sheet.x + sheet.width - MARGIN, sheet.y + sheet.height);
    rect(right - from_right - width, bottom - 52.0, width, 34.0)
}

/// The words at the left of the foot.
pub(crate) fn foot_words(sheet: Rectangle) -> Rectangle {
    rect(sheet.x + MARGIN, sheet.y + sheet.height - 52.0, sheet.width * 0.5, 34.0)
}

/// Draws the ground, title and cross of a sheet over a window.
pub(crate) fn sheet(
    painter: &mut Painter<'_>,
    (window, sheet): (Size, Rectangle),
    (title, below): (&str, &str),
    over_cross: bool,
) {
    painter.fill(rect(0.0, 0.0, window.width, window.height), bg::SCRIM);
    painter.box_with(sheet, bg::PANEL, line::STRONG, radius::DIALOG);
    let row = |y, height| rect(sheet.x + MARGIN, sheet.y + y, sheet.width - 100.0, height);
    painter.text(title, row(20.0, 22.0), Ink::new(SANS_BOLD, size::HEADING, ink::PRIMARY));
    painter.text(below, row(42.0, 18.0), Ink::new(SANS, size::BASE, ink::SECONDARY));
    let colour = if over_cross { ink::PRIMARY } else { ink::SECONDARY };
    icon::draw(painter, Icon::Cross, cross(sheet), 14.0, colour);
    let y = sheet.y + sheet.height - FOOT;
    painter.fill(rect(sheet.x + 1.0, y, sheet.width - 2.0, 1.0), line::SUBTLE);
}

/// One of several to choose from.
pub(crate) fn pick(
    painter: &mut Painter<'_>,
    area: Rectangle,
    label: &str,
    (on, usable): (bool, bool),
    over: bool,
) {
    let colour = match (on, usable) {
        (true, _) => ink::PRIMARY,
        (false, true) => ink::SECONDARY,
        (false, false) => ink::DISABLED,
    };
    if over && usable {
        painter.card(area, bg::HOVER, radius::CONTROL);
    }
    if on {
        painter.outline(
            area,
            if usable { accent::BASE } else { line::STRONG },
            1.0,
            radius::CONTROL,
        );
    }
    let face = if on { SANS_BOLD } else { SANS };
    painter.text(label, area, Ink::new(face, size::BASE, colour).centred());
}

/// A box to tick, with its words.
pub(crate) fn tick(
    painter: &mut Painter<'_>,
    area: Rectangle,
    label: &str,
    (on, usable): (bool, bool),
) {
    let mark = rect(area.x, area.center_y() - 8.0, 16.0, 16.0);
    match (on, usable) {
        (true, true) => painter.card(mark, accent::FILL, 3.0),
        (true, false) => {}
        (false, _) => painter.box_with(mark, bg::WELL, line::STRONG, 3.0),
    }
    if on {
        let colour = if usable { ink::DARK } else { ink::PRIMARY };
        icon::draw(painter, Icon::Check, mark, 12.0, colour);
    }
    let colour = if on || usable { ink::PRIMARY } else { ink::DISABLED };
    let words = rect(area.x + 24.0, area.y, area.width - 24.0, area.height);
    painter.text(label, words, Ink::new(SANS, size::BASE, colour));
}

/// A line that is typed into, which may have the caret.
pub(crate) fn field(painter: &mut Painter<'_>, area: Rectangle, text: &str, caret: bool) {
    painter.card(area, bg::WELL, radius::CONTROL);
    if caret {
        painter.outline(area, accent::LINE, 1.0, radius::CONTROL);
    }
    let text = if caret { format!("{text}|") } else { text.to_owned() };
    let words = rect(area.x + 12.0, area.y, area.width - 16.0, area.height);
    painter.text(&text, words, Ink::new(SANS, size::BASE, ink::PRIMARY));
}

/// `text` in lines of at most so many letters.
pub(crate) fn lines(text: &str, letters: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("there is always a line");
        if last.is_empty() {
            last.push_str(word);
        } else if last.chars().count() + 1 + word.chars().count() <= letters {
            last.push(' ');
            last.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_hold_whole_words_and_lose_none() {
        let text = "One octave stands out from the song's own balance.";
        let found = lines(text, 20);
        assert!(found.iter().all(|line| line.chars().count() <= 20));
        assert_eq!(found.join(" "), text);
        assert_eq!(lines("", 20), [""]);
        assert_eq!(lines("immeasurable", 4), ["immeasurable"]);
    }
}
