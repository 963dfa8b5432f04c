//! Levels of the last seconds, and the gain that was taken away from them.

use iced::advanced::graphics::geometry::Path;
use iced::{Point, Rectangle};
use twobus_dsp::units::signed;

use super::plot::through;
use crate::painter::{Ink, Painter, rect};
use crate::theme::{NARROW, NARROW_BOLD, accent, bg, faded, ink, line, meter, plot, size};

/// What happened in a short time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Moment {
    /// Highest level that went in, in dBFS.
    pub(crate) input_db: f32,
    /// Highest level that came out, in dBFS.
    pub(crate) output_db: f32,
    /// Largest reduction, in dB: 0 or positive.
    pub(crate) reduction_db: f32,
}

impl Moment {
    /// Nothing.
    pub(crate) const SILENT: Self =
        Self { input_db: f32::NEG_INFINITY, output_db: f32::NEG_INFINITY, reduction_db: 0.0 };
}

/// How the picture is scaled, and what lies across it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HistoryLook<'a> {
    /// Level at the bottom, in dBFS; at the top is 0 dBFS.
    pub(crate) floor_db: f64,
    /// Reduction that reaches from the top to the bottom, in dB.
    pub(crate) reduction_range_db: f64,
    /// A level above which something happens, in dBFS.
    pub(crate) threshold_db: Option<f64>,
    /// A level that nothing passes, in dBFS.
    pub(crate) ceiling_db: Option<f64>,
    /// What the left edge says: how far it reaches back.
    pub(crate) span: &'a str,
}

/// Levels and reductions with a number, in dB.
const LEVELS: [f64; 4] = [-12.0, -24.0, -36.0, -48.0];
const REDUCTIONS: [f64; 4] = [3.0, 6.0, 12.0, 24.0];

/// Draws `moments`, the oldest first, over the whole width of `area`.
pub(crate) fn history(
    painter: &mut Painter<'_>,
    area: Rectangle,
    moments: &[Moment],
    look: HistoryLook<'_>,
) {
    let bottom = area.y + area.height;
    let y = |db: f64| area.y + area.height * (db / look.floor_db).clamp(0.0, 1.0) as f32;
    let hang = |db: f64| area.y + area.height * (db / look.reduction_range_db).min(1.0) as f32;
    let small = Ink::new(NARROW, size::MICRO, ink::TERTIARY);
    painter.fill(area, bg::WELL);
    for db in LEVELS.into_iter().filter(|db| *db > look.floor_db) {
        painter.fill(rect(area.x, y(db).round(), area.width, 1.0), line::GRID);
    }
    painter.layer(area, |painter| {
        let side = |level: fn(&Moment) -> f32, foot: f32, place: &dyn Fn(f64) -> f32| {
            let step = area.width / (moments.len().max(2) - 1) as f32;
            let at = move |index: usize| area.x + index as f32 * step;
            let points = moments.iter().enumerate();
            let points: Vec<Point> =
                points.map(|(i, m)| Point::new(at(i), place(f64::from(level(m))))).collect();
            let feet = [Point::new(area.x + area.width, foot), Point::new(area.x, foot)];
            (through(points.iter().copied()), through(points.into_iter().chain(feet)))
        };
        let (_, input) = side(|moment| moment.input_db, bottom, &y);
        painter.shape(&input, faded(plot::INPUT, 0.45));
        let (edge, output) = side(|moment| moment.output_db, bottom, &y);
        painter.shape(&output, faded(meter::LOW, 0.75));
        painter.stroke(&edge, meter::MID, 1.0);
        let (edge, taken) = side(|moment| moment.reduction_db, area.y, &hang);
        painter.shape(&taken, faded(meter::REDUCTION, 0.2));
        painter.stroke(&edge, meter::REDUCTION, 1.75);
        if let Some(db) = look.threshold_db {
            let ends = [area.x, area.x + area.width].map(|x| Point::new(x, y(db).round()));
            painter.dashed(&Path::line(ends[0], ends[1]), accent::BASE, 1.0, &[4.0, 3.0]);
        }
    });
    painter.layer(area, |painter| {
        if let Some(db) = look.ceiling_db {
            painter.fill(rect(area.x, y(db).round(), area.width, 1.0), ink::PRIMARY);
        }
        for db in LEVELS.into_iter().filter(|db| *db > look.floor_db) {
            let row = rect(area.x, y(db) - 13.0, area.width - 4.0, 12.0);
            painter.text(&signed(db, 0), row, small.right());
        }
        for db in REDUCTIONS.into_iter().filter(|db| *db < 0.9 * look.reduction_range_db) {
            let row = rect(area.x + 4.0, hang(db) - 6.0, 20.0, 12.0);
            painter.text(&signed(-db, 0), row, small.coloured(meter::REDUCTION));
        }
        let foot = rect(area.x + 40.0, bottom - 14.0, area.width - 46.0, 12.0);
        painter.text(look.span, foot, small);
        painter.text("now", foot, small.right());
    });
}

/// How much is taken away now, as a bar that hangs, with the most of late and a scale at its right.
pub(crate) fn reduction_meter(
    painter: &mut Painter<'_>,
    area: Rectangle,
    (now_db, most_db): (f64, f64),
    range_db: f64,
) {
    const WIDTH: f32 = 14.0;
    /// Room for the number below.
    const NUMBER: f32 = 32.0;
    let area = rect(area.x, area.y, area.width, (area.height - NUMBER).max(8.0));
    let bar = rect(area.x, area.y, WIDTH, area.height);
    let down = |db: f64| (area.height * (db / range_db).clamp(0.0, 1.0) as f32).round();
    painter.fill(bar, bg::WELL);
    painter.fill(rect(bar.x, bar.y, WIDTH, down(now_db)), meter::REDUCTION);
    let held = bar.y + down(most_db).min(bar.height - 2.0);
    painter
        .fill(rect(bar.x, held, WIDTH, 2.0), if most_db > 0.0 { ink::PRIMARY } else { bg::WELL });
    let small = Ink::new(NARROW, size::MICRO, ink::TERTIARY);
    for share in [0.0, 1.0 / 6.0, 1.0 / 3.0, 0.5, 2.0 / 3.0, 1.0] {
        let y = bar.y + bar.height * share as f32;
        painter.fill(
            rect(bar.x + WIDTH + 1.0, y.round().min(bar.y + bar.height - 1.0), 3.0, 1.0),
            line::STRONG,
        );
        let row = rect(
            bar.x + WIDTH + 7.0,
            (y - 6.0).clamp(bar.y - 2.0, bar.y + bar.height - 10.0),
            24.0,
            12.0,
        );
        painter.text(&signed(-share * range_db, 0), row, small);
    }
    let below = rect(bar.x - 14.0, bar.y + bar.height + 4.0, WIDTH + 28.0, 14.0);
    let number = Ink::new(NARROW_BOLD, size::SMALL, meter::REDUCTION).centred();
    painter.text(&signed(-now_db, 1), below, number);
    let unit = rect(below.x, below.y + 14.0, below.width, 12.0);
    painter.text("GR dB", unit, small.centred());
}
