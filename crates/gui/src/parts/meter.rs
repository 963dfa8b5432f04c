//! The level meter.

use iced::{Color, Rectangle};

use crate::meters::{Bar, place};
use crate::painter::{Ink, Painter, rect};
use crate::theme::{NARROW, bg, ink, line, meter as colours, size};

/// Segments: where each begins, its RMS body and its peak, from the bottom up.
const SEGMENTS: [(f64, Color, Color); 5] = [
    (-60.0, colours::LOW, colours::PEAK_LOW),
    (-18.0, colours::MID, colours::PEAK_MID),
    (-9.0, colours::HIGH, colours::PEAK_HIGH),
    (-3.0, colours::HOT, colours::PEAK_HOT),
    (0.0, colours::OVER, colours::OVER),
];

/// Marks of the scale.
const MARKS: [f64; 7] = [0.0, -6.0, -12.0, -18.0, -24.0, -36.0, -48.0];

/// Height of the lamp over a bar.
const LAMP: f32 = 6.0;

/// The area of the bars below the lamp.
fn bars(area: Rectangle) -> Rectangle {
    rect(area.x, area.y + LAMP + 2.0, area.width, area.height - LAMP - 2.0)
}

/// Draws one bar. The number of rectangles is always the same, so that a still meter costs nothing.
pub(crate) fn meter(painter: &mut Painter<'_>, area: Rectangle, bar: &Bar, over: bool) {
    let lamp = if over { colours::OVER } else { bg::RAISED };
    painter.fill(rect(area.x, area.y, area.width, LAMP), lamp);
    body(painter, bars(area), bar);
}

/// A bar without a lamp, as in the header of a lane.
pub(crate) fn small_meter(painter: &mut Painter<'_>, area: Rectangle, bar: &Bar) {
    body(painter, area, bar);
}

fn body(painter: &mut Painter<'_>, area: Rectangle, bar: &Bar) {
    painter.fill(area, bg::WELL);
    let (rms, peak) = (place(bar.rms_db), place(bar.peak_db));
    for (index, (from, body, dim)) in SEGMENTS.into_iter().enumerate() {
        let low = place(from);
        let high = SEGMENTS.get(index + 1).map_or(1.0, |next| place(next.0));
        span(painter, area, (low, rms.clamp(low, high)), body);
        span(painter, area, (rms.clamp(low, high), peak.clamp(low, high)), dim);
    }
    let hold = place(bar.hold_db);
    let y = (area.y + area.height * (1.0 - hold as f32)).round();
    let colour = if hold > 0.0 { hold_colour(bar.hold_db) } else { bg::WELL };
    painter.fill(rect(area.x, y.min(area.y + area.height - 2.0), area.width, 2.0), colour);
}

/// The hold line takes the colour of its level when that is worth a look.
fn hold_colour(db: f64) -> Color {
    match db {
        over if over >= 0.0 => colours::OVER,
        hot if hot >= -3.0 => colours::HOT,
        high if high >= -9.0 => colours::HIGH,
        _ => colours::HOLD,
    }
}

fn span(painter: &mut Painter<'_>, area: Rectangle, (low, high): (f64, f64), colour: Color) {
    let y = |place: f64| (area.y + area.height * (1.0 - place as f32)).round();
    let (top, bottom) = (y(high), y(low));
    // What shows nothing is parked as a line of the well, so that the list of shapes keeps its length.
    match bottom > top {
        true => painter.fill(rect(area.x, top, area.width, bottom - top), colour),
        false => painter.fill(rect(area.x, area.y + area.height - 1.0, area.width, 1.0), bg::WELL),
    }
}

/// The scale beside a meter that fills `area`; it begins at `x`.
pub(crate) fn meter_scale(painter: &mut Painter<'_>, area: Rectangle, x: f32) {
    let area = bars(area);
    let small = Ink::new(NARROW, size::MICRO, ink::TERTIARY);
    for db in MARKS {
        let y = (area.y + area.height * (1.0 - place(db) as f32)).round();
        let label = format!("{}", db.abs());
        painter.fill(rect(x, y, 3.0, 1.0), line::STRONG);
        painter.text(&label, rect(x + 5.0, y - 6.0, 16.0, 12.0), small);
    }
}
