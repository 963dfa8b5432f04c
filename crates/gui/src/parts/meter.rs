//! The level meter.

use iced::{Color, Rectangle};

use crate::meters::{Bar, VU_DBFS, place};
use crate::painter::{Ink, Painter, rect};
use crate::settings::{KScale, MeterKind};
use crate::theme::{NARROW, bg, ink, line, meter as colours, size};

/// RMS body and peak of the segments, from the bottom up.
const COLOURS: [(Color, Color); 5] = [
    (colours::LOW, colours::PEAK_LOW),
    (colours::MID, colours::PEAK_MID),
    (colours::HIGH, colours::PEAK_HIGH),
    (colours::HOT, colours::PEAK_HOT),
    (colours::OVER, colours::OVER),
];

/// How a meter looks: what it shows, where its colours change, what its scale calls 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Look {
    is_vu: bool,
    /// Where the segments begin, in dBFS.
    from: [f64; 5],
    /// Level that reads 0, in dBFS.
    zero_db: f64,
    /// What stands at the scale, above or below that.
    marks: [f64; 7],
}

impl Look {
    /// A peak above a body, in dBFS.
    pub(crate) const PEAK: Self = Self {
        is_vu: false,
        from: [-60.0, -18.0, -9.0, -3.0, 0.0],
        zero_db: 0.0,
        marks: [0.0, -6.0, -12.0, -18.0, -24.0, -36.0, -48.0],
    };
    /// A needle, in VU.
    const VU: Self = Self {
        is_vu: true,
        from: [-60.0, -28.0, VU_DBFS, VU_DBFS + 3.0, 0.0],
        zero_db: VU_DBFS,
        marks: [12.0, 6.0, 3.0, 0.0, -6.0, -14.0, -30.0],
    };

    /// The look of a strip's meter.
    pub(crate) fn of(kind: MeterKind) -> Self {
        match kind {
            MeterKind::PeakRms => Self::PEAK,
            MeterKind::Vu => Self::VU,
        }
    }

    /// The look of the mix bus's: of a K-scale green lies below 0, amber from there, red from +4
    /// (Katz, see [`KScale`]).
    pub(crate) fn of_bus(kind: MeterKind, scale: KScale) -> Self {
        let headroom = scale.headroom_db();
        match scale {
            KScale::Off => Self::of(kind),
            KScale::K20 | KScale::K14 | KScale::K12 => Self {
                is_vu: false,
                from: [-60.0, -headroom - 8.0, -headroom, -headroom + 4.0, 0.0],
                zero_db: -headroom,
                marks: [headroom, 4.0, 0.0, -4.0, -10.0, -20.0, -30.0],
            },
        }
    }
}

/// Height of the lamp over a bar.
const LAMP: f32 = 6.0;

/// The area of the bars below the lamp.
fn bars(area: Rectangle) -> Rectangle {
    rect(area.x, area.y + LAMP + 2.0, area.width, area.height - LAMP - 2.0)
}

/// Draws one bar.
pub(crate) fn meter(painter: &mut Painter<'_>, area: Rectangle, bar: &Bar, over: bool, look: Look) {
    let lamp = if over { colours::OVER } else { bg::RAISED };
    painter.bar(rect(area.x, area.y, area.width, LAMP), lamp);
    body(painter, bars(area), bar, look);
}

/// A bar without a lamp, as in the header of a lane.
pub(crate) fn small_meter(painter: &mut Painter<'_>, area: Rectangle, bar: &Bar) {
    body(painter, area, bar, Look::PEAK);
}

fn body(painter: &mut Painter<'_>, area: Rectangle, bar: &Bar, look: Look) {
    painter.bar(area, bg::WELL);
    let (rms, peak) = match look.is_vu {
        true => (place(bar.vu_db), place(bar.vu_db)),
        false => (place(bar.rms_db), place(bar.peak_db)),
    };
    for (index, (body, dim)) in COLOURS.into_iter().enumerate() {
        let low = place(look.from[index]);
        let high = look.from.get(index + 1).map_or(1.0, |next| place(*next));
        span(painter, area, (low, rms.clamp(low, high)), body);
        span(painter, area, (rms.clamp(low, high), peak.clamp(low, high)), dim);
    }
    let hold = place(bar.hold_db);
    let y = (area.y + area.height * (1.0 - hold as f32)).round();
    if hold > 0.0 {
        let y = y.min(area.y + area.height - 2.0);
        painter.bar(rect(area.x, y, area.width, 2.0), hold_colour(bar.hold_db));
    }
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
    if bottom > top {
        painter.bar(rect(area.x, top, area.width, bottom - top), colour);
    }
}

/// The scale beside a meter that fills `area`; it begins at `x`.
pub(crate) fn meter_scale(painter: &mut Painter<'_>, area: Rectangle, x: f32, look: Look) {
    let area = bars(area);
    let small = Ink::new(NARROW, size::MICRO, ink::TERTIARY);
    for mark in look.marks {
        let y = (area.y + area.height * (1.0 - place(look.zero_db + mark) as f32)).round();
        let label = format!("{}", mark.abs());
        painter.fill(rect(x, y, 3.0, 1.0), line::STRONG);
        painter.text(&label, rect(x + 5.0, y - 6.0, 16.0, 12.0), small);
    }
}
