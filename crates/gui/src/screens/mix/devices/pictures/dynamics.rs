//! Compressor, gate, limiter and de-esser: the curve, the last seconds, and what is taken away now.

use iced::Rectangle;
use twobus_dsp::{Db, DeviceKind, compressor, deesser, gate};

use super::{View, cut_left};
use crate::painter::{Ink, Painter, rect};
use crate::parts::plot::{Plot, frequency_grid};
use crate::parts::{self, HistoryLook, Moment, Transfer};
use crate::theme::{NARROW, faded, ink, meter, size};

/// Lowest level of both axes, in dBFS.
const FLOOR_DB: f64 = -60.0;
/// The same for a gate, which works lower down.
const GATE_FLOOR_DB: f64 = -80.0;
/// Levels at the top and the bottom of a de-esser's range, in dB.
const RANGE_DB: (f64, f64) = (3.0, -27.0);
/// Points of the curve.
const POINTS: usize = 161;
/// Room for the meter of the reduction.
const METER: f32 = 50.0;

/// Values of a device as an array, for the functions of its kind.
fn values<const N: usize>(view: &View<'_>) -> [f64; N] {
    std::array::from_fn(|param| super::value(view.device, param))
}

/// Level out for a steady level in, in dB.
fn output_db(view: &View<'_>, input_db: f64) -> f64 {
    match view.device.kind {
        DeviceKind::Gate => input_db - gate::computer(values(view)).reduction_db(input_db),
        DeviceKind::DeEsser => input_db - deesser::computer(values(view)).reduction_db(input_db),
        DeviceKind::Limiter => (input_db + view.get("drive")).min(view.get("ceiling")),
        _ => {
            let reduction_db = compressor::computer(values(view)).reduction_db(input_db);
            let made_up = if view.is_on("auto_makeup") { 0.0 } else { view.get("makeup") };
            let (wet, gain) = (view.get("mix") / 100.0, Db(made_up - reduction_db).to_gain());
            input_db + Db::from_gain(1.0 - wet + wet * gain).0
        }
    }
}

/// Threshold and width of the knee, in dB.
fn threshold_db(view: &View<'_>) -> Option<(f64, f64)> {
    match view.device.kind {
        DeviceKind::Limiter => None,
        _ => Some((view.get("threshold"), view.get("knee"))),
    }
}

/// Largest reduction that the pictures show, in dB.
fn range_db(view: &View<'_>) -> f64 {
    match view.device.kind {
        DeviceKind::Gate => 48.0,
        DeviceKind::Limiter => 12.0,
        _ => 18.0,
    }
}

/// Lowest level of the axes of a kind, in dBFS.
pub(crate) fn floor_db(kind: DeviceKind) -> f64 {
    if kind == DeviceKind::Gate { GATE_FLOOR_DB } else { FLOOR_DB }
}

/// The square with the curve of a kind, and what lies beside it.
pub(crate) fn cut_curve(kind: DeviceKind, area: Rectangle) -> (Rectangle, Rectangle) {
    let share = if kind == DeviceKind::DeEsser { 0.26 } else { 0.36 };
    cut_left(area, area.height.min(area.width * share))
}

/// The range of frequencies of a de-esser, and what lies beside it.
fn cut_range(area: Rectangle) -> (Rectangle, Rectangle) {
    let (_, rest) = cut_curve(DeviceKind::DeEsser, area);
    cut_left(rest, rest.width * 0.4)
}

/// The axes of a de-esser's range.
pub(crate) fn range_plot(area: Rectangle) -> Plot {
    let (top_db, bottom_db) = RANGE_DB;
    Plot::new(cut_range(area).0, bottom_db, top_db)
}

pub(super) fn draw(view: &View<'_>, painter: &mut Painter<'_>) {
    let (left, rest) = cut_curve(view.device.kind, view.area);
    draw_transfer(view, painter, left);
    draw_history(view, painter, rest);
}

fn draw_transfer(view: &View<'_>, painter: &mut Painter<'_>, area: Rectangle) {
    let floor_db = floor_db(view.device.kind);
    let input = |index: usize| floor_db * (1.0 - index as f64 / (POINTS - 1) as f64);
    let output: Vec<f32> = (0..POINTS).map(|index| output_db(view, input(index)) as f32).collect();
    let now = view.seen.map(|seen| f64::from(seen.now.input_db)).filter(|db| *db > floor_db);
    let curve = Transfer {
        floor_db,
        output_db: &output,
        threshold_db: threshold_db(view),
        now_db: now.map(|db| (db, output_db(view, db))),
    };
    parts::transfer(painter, area, &curve);
}

/// Levels of the last seconds, and what is taken away now.
pub(super) fn draw_history(view: &View<'_>, painter: &mut Painter<'_>, area: Rectangle) {
    let still = [Moment::SILENT; 2];
    let moments = view.seen.map_or(&still[..], |seen| &seen.moments);
    let ceiling = matches!(view.device.kind, DeviceKind::Limiter | DeviceKind::Clipper);
    let look = HistoryLook {
        floor_db: floor_db(view.device.kind),
        reduction_range_db: range_db(view),
        threshold_db: view.device.kind.param("threshold").map(|_| view.get("threshold")),
        ceiling_db: ceiling.then(|| view.get("ceiling")),
        span: "last 6 s",
    };
    let bends = matches!(view.device.kind, DeviceKind::Saturator | DeviceKind::Clipper);
    if bends {
        return parts::history(painter, area, moments, look);
    }
    let plot = rect(area.x, area.y, (area.width - METER - 8.0).max(20.0), area.height);
    parts::history(painter, plot, moments, look);
    let bar = rect(plot.x + plot.width + 8.0, area.y, METER, area.height);
    let now = view.seen.map_or((0.0, 0.0), |seen| (f64::from(seen.now.reduction_db), seen.most_db));
    parts::reduction_meter(painter, bar, now, range_db(view));
}

/// A de-esser works on a part of the spectrum, which stands beside its curve.
pub(super) fn draw_deesser(view: &View<'_>, painter: &mut Painter<'_>) {
    draw_transfer(view, painter, cut_curve(view.device.kind, view.area).0);
    draw_range(view, painter);
    draw_history(view, painter, cut_range(view.area).1);
}

/// The range of frequencies that is turned down, as far as it may be and as it is now.
fn draw_range(view: &View<'_>, painter: &mut Painter<'_>) {
    let plot = range_plot(view.area);
    let area = plot.area;
    frequency_grid(painter, &plot);
    let hz = view.get("frequency");
    // The choice: a shelf, everything above; or a bell, so many octaves about it.
    let (low, high) = match view.get("shape") as usize {
        0 => (hz, 20_000.0),
        _ => {
            let half = (view.get("bandwidth") / 2.0).exp2();
            (hz / half, (hz * half).min(20_000.0))
        }
    };
    let down = |db: f64, colour, painter: &mut Painter<'_>| {
        let (top, bottom) = (plot.y(0.0), plot.y(-db));
        painter.fill(rect(plot.x(low), top, plot.x(high) - plot.x(low), bottom - top), colour);
    };
    down(view.get("range"), faded(meter::REDUCTION, 0.14), painter);
    let now = view.seen.map_or(0.0, |seen| f64::from(seen.now.reduction_db));
    down(now, faded(meter::REDUCTION, 0.7), painter);
    painter.layer(area, |painter| {
        if let Some(seen) = view.seen {
            let spectrum = Plot::new(area, -84.0, -12.0);
            parts::spectrum(painter, &spectrum, &seen.after_db, parts::Trace::After);
        }
        parts::split_line(painter, &plot, hz, true);
    });
    let words = rect(area.x + 6.0, area.y + 6.0, area.width, 12.0);
    painter.text("range", words, Ink::new(NARROW, size::MICRO, ink::TERTIARY));
}
