//! The fader.

use iced::{Color, Rectangle, Size};
use twobus_dsp::fader::TAPER;
use twobus_dsp::units::signed;

use crate::painter::{Ink, Painter, inset, rect};
use crate::theme::{self, NARROW, accent, bg, ink, line, size};

/// Size of the cap.
pub(crate) const CAP: Size = Size::new(28.0, 36.0);
const GROOVE: f32 = 4.0;

/// Marks of the scale: travel and label.
const FADER_MARKS: [f64; 9] = [10.0, 5.0, 0.0, -5.0, -10.0, -20.0, -30.0, -40.0, -60.0];

/// Where a travel lies along the height of `travel_area`.
fn y_of(travel_area: Rectangle, travel: f64) -> f32 {
    travel_area.y + travel_area.height * (1.0 - travel as f32)
}

/// Draws the groove of a fader in the middle of `travel_area`, and the line from its cap down.
pub(crate) fn groove(
    painter: &mut Painter<'_>,
    travel_area: Rectangle,
    travel: f64,
    colour: Color,
) {
    let (x, y) = (travel_area.center_x(), y_of(travel_area, travel));
    let bottom = travel_area.y + travel_area.height;
    let groove = rect(x - GROOVE / 2.0, travel_area.y - 4.0, GROOVE, travel_area.height + 8.0);
    painter.bar(groove, bg::WELL);
    painter.bar(rect(x - 1.0, y.round(), 2.0, (bottom - y).max(0.0)), colour);
}

/// Draws the cap of a fader, whose middle travels the height of `travel_area`.
pub(crate) fn fader(painter: &mut Painter<'_>, travel_area: Rectangle, travel: f64, chosen: bool) {
    let (x, y) = (travel_area.center_x(), y_of(travel_area, travel));
    let cap = rect(x - CAP.width / 2.0, (y - CAP.height / 2.0).round(), CAP.width, CAP.height);
    draw_cap(painter, cap, if chosen { accent::BASE } else { ink::PRIMARY });
}

/// The cap: lit from above, with a line in its middle that points at the scale.
fn draw_cap(painter: &mut Painter<'_>, cap: Rectangle, index: Color) {
    let [top, middle, bottom] = theme::CAP;
    painter.card(cap, bg::WELL, 4.0);
    let body = inset(cap, 1.0);
    painter.card(body, middle, 3.0);
    painter.card(rect(body.x, body.y, body.width, 9.0), top, 3.0);
    painter.card(rect(body.x, body.y + body.height - 9.0, body.width, 9.0), bottom, 3.0);
    painter
        .fill(rect(body.x + 1.0, body.y + body.height / 2.0 - 1.0, body.width - 2.0, 2.0), index);
}

/// Those that a narrow strip has room for.
const SPARSE_MARKS: [f64; 6] = [10.0, 0.0, -10.0, -20.0, -40.0, -60.0];

/// The scale of a fader, its numbers ending at `right`; `sparse` where the strip is narrow.
pub(crate) fn fader_scale(
    painter: &mut Painter<'_>,
    travel_area: Rectangle,
    right: f32,
    sparse: bool,
) {
    let small = Ink::new(NARROW, size::MICRO, ink::TERTIARY).right();
    let marks: &[f64] = if sparse { &SPARSE_MARKS } else { &FADER_MARKS };
    for db in marks.iter().copied() {
        let travel = twobus_dsp::fader::travel(twobus_dsp::Db(db)) as f32;
        let y = (travel_area.y + travel_area.height * (1.0 - travel)).round();
        let label = match db {
            low if low <= TAPER[TAPER.len() - 1].1 => "∞".to_owned(),
            db => signed(db.abs(), 0),
        };
        let unity = db == 0.0;
        let ink = if unity { small.coloured(ink::PRIMARY) } else { small };
        painter.text(&label, rect(right - 18.0, y - 6.0, 18.0, 12.0), ink);
        let tick = if unity { ink::SECONDARY } else { line::STRONG };
        painter.fill(rect(right + 3.0, y, 4.0, 1.0), tick);
    }
}
