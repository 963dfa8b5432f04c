//! Multiband and stereo: what happens where along the spectrum.

use std::f64::consts::TAU;

use iced::{Point, Rectangle};
use twobus_dsp::{DeviceKind, multiband};

use super::super::pages;
use super::{View, cut_left};
use crate::painter::{Ink, Painter, rect};
use crate::parts::plot::{Plot, frequency_grid, level_grid, sampled, through};
use crate::parts::{self, Trace};
use crate::theme::{NARROW, NARROW_MEDIUM, accent, bg, faded, ink, line, meter, size};

/// Gains that the pictures show either way, in dB.
const RANGE_DB: f64 = 18.0;

/// The axes of the bands.
pub(crate) fn bands_plot(area: Rectangle) -> Plot {
    Plot::new(area, -RANGE_DB, RANGE_DB)
}

/// Bands between their splits: the gain of each, and what is taken away from it now.
pub(super) fn draw_multiband(view: &View<'_>, painter: &mut Painter<'_>) {
    let (area, count) = (view.area, pages::bands(view.device));
    let plot = bands_plot(area);
    frequency_grid(painter, &plot);
    level_grid(painter, &plot, &[-12.0, -6.0, 0.0, 6.0, 12.0]);
    let set = std::array::from_fn(|index| super::value(view.device, multiband::SPLITS + index));
    let splits = multiband::splits_hz(set);
    let edges: Vec<f64> =
        std::iter::once(20.0).chain(splits.into_iter().take(count - 1)).chain([20_000.0]).collect();
    let chosen = view.devices.page(view.device.id).checked_sub(1);
    painter.layer(area, |painter| {
        if let Some(seen) = view.seen {
            let spectrum = Plot::new(area, -84.0, -12.0);
            parts::spectrum(painter, &spectrum, &seen.before_db, Trace::Before);
            parts::spectrum(painter, &spectrum, &seen.after_db, Trace::After);
        }
    });
    for number in 0..count {
        draw_band(view, painter, &plot, (number, [edges[number], edges[number + 1]]), chosen);
    }
    painter.layer(area, |painter| {
        for hz in &edges[1..count] {
            parts::split_line(painter, &plot, *hz, false);
        }
    });
}

fn draw_band(
    view: &View<'_>,
    painter: &mut Painter<'_>,
    plot: &Plot,
    (number, edges): (usize, [f64; 2]),
    chosen: Option<usize>,
) {
    let of = |param| super::value(view.device, multiband::band_param(number, param));
    let (left, right) = (plot.x(edges[0]), plot.x(edges[1]).min(plot.area.x + plot.area.width));
    let gain_db = of(multiband::GAIN);
    // A band's gain that moves is negative.
    let taken_db = view.seen.map_or(0.0, |seen| -seen.band_gains_db[number]);
    painter.layer(plot.area, |painter| {
        if chosen == Some(number) {
            let whole = rect(left, plot.area.y, right - left, plot.area.height);
            painter.fill(whole, faded(accent::BASE, 0.08));
        }
        let (top, now) = (plot.y(gain_db), plot.y(gain_db - taken_db));
        painter.fill(rect(left, top, right - left, now - top), faded(meter::REDUCTION, 0.55));
        let lit = if of(multiband::ON) >= 0.5 { accent::BASE } else { line::STRONG };
        painter.fill(rect(left, top.round() - 1.0, right - left, 2.0), lit);
        let title = format!("{}", number + 1);
        let row = |y: f32| rect(left, plot.area.y + y, right - left, 14.0);
        let big = Ink::new(NARROW_MEDIUM, size::BASE, ink::PRIMARY).centred();
        painter.text(&title, row(6.0), big);
        let threshold = multiband::band_param(number, multiband::THRESHOLD);
        let words = view.device.kind.specs()[threshold].format(of(multiband::THRESHOLD));
        let small = Ink::new(NARROW, size::MICRO, ink::TERTIARY).centred();
        painter.text(&words, row(20.0), small);
    });
}

/// Frames of the response that is measured.
const FRAMES: usize = 8192;
/// Points of the curve.
const POINTS: usize = 120;

/// The gain of the difference between both sides over frequency, measured on the device itself.
fn side_gains_db(view: &View<'_>) -> Vec<f32> {
    let mut processor = DeviceKind::Stereo.build(&view.device.values, view.rate_hz);
    processor.reset();
    let (mut left, mut right) = (vec![0.0_f32; FRAMES], vec![0.0_f32; FRAMES]);
    (left[0], right[0]) = (1.0, -1.0);
    processor.process(&mut left, &mut right);
    let response: Vec<f64> = left.iter().zip(&right).map(|(l, r)| 0.5 * f64::from(l - r)).collect();
    sampled(POINTS, |hz| {
        let omega = TAU * hz / view.rate_hz;
        let parts = response.iter().enumerate().map(|(frame, value)| {
            let (sin, cos) = (omega * frame as f64).sin_cos();
            [value * cos, value * sin]
        });
        let [re, im] = parts.fold([0.0, 0.0], |[a, b], [c, d]| [a + c, b + d]);
        20.0 * f64::hypot(re, im).max(1e-6).log10()
    })
}

/// The axes of the side's level.
pub(crate) fn side_plot(area: Rectangle) -> Plot {
    Plot::new(cut_left(area, area.height * 1.4).1, -36.0, 12.0)
}

/// How far the sides open, and the gain of their difference over frequency.
pub(super) fn draw_stereo(view: &View<'_>, painter: &mut Painter<'_>) {
    draw_fan(view, painter, cut_left(view.area, view.area.height * 1.4).0);
    let plot = side_plot(view.area);
    let right = plot.area;
    frequency_grid(painter, &plot);
    level_grid(painter, &plot, &[-24.0, -12.0, 0.0, 6.0]);
    let lines = view.devices.drawn(view.device, || vec![side_gains_db(view)]);
    painter.layer(right, |painter| {
        painter.shape(&plot.under(&lines[0], plot.bottom_db), faded(accent::BASE, 0.12));
        painter.stroke(&plot.line(&lines[0]), accent::BASE, 2.0);
        if view.is_on("mono") {
            parts::split_line(painter, &plot, view.get("mono_below"), true);
        }
    });
    let words = rect(right.x + 6.0, right.y + 6.0, right.width - 12.0, 12.0);
    let small = Ink::new(NARROW, size::MICRO, ink::SECONDARY).right();
    painter.text("side level by frequency", words, small);
}

fn draw_fan(view: &View<'_>, painter: &mut Painter<'_>, area: Rectangle) {
    painter.fill(area, bg::WELL);
    let foot = Point::new(area.center_x(), area.y + area.height - 16.0);
    let reach = (area.height - 34.0).min(area.width / 2.0 - 16.0);
    // A width of 100 % opens by 45° either way, one of 200 % by 63°.
    let half = (view.get("width") / 100.0).atan();
    let turn = view.get("balance") / 100.0 * 0.5;
    let at = |angle: f64, r: f32| {
        let (sin, cos) = angle.sin_cos();
        Point::new(foot.x + r * sin as f32, foot.y - r * cos as f32)
    };
    let arc = |half: f64, turn: f64| {
        let steps = (0..=24).map(move |step| turn + half * (f64::from(step) / 12.0 - 1.0));
        std::iter::once(foot).chain(steps.map(move |angle| at(angle, reach))).chain([foot])
    };
    painter.layer(area, |painter| {
        painter.stroke(&through(arc(std::f64::consts::FRAC_PI_4, 0.0)), line::STRONG, 1.0);
        painter.shape(&through(arc(half, turn)), faded(accent::BASE, 0.2));
        painter.stroke(&through(arc(half, turn)), accent::BASE, 2.0);
    });
    let small = Ink::new(NARROW, size::MICRO, ink::TERTIARY);
    painter.text("L", rect(area.x + 8.0, area.y + 8.0, 20.0, 12.0), small);
    painter.text("R", rect(area.x, area.y + 8.0, area.width - 8.0, 12.0), small.right());
}
