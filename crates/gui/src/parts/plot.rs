//! The frame of a picture whose axes are frequency and level.

use iced::advanced::graphics::geometry::Path;
use iced::{Point, Rectangle};
use twobus_dsp::units::signed;

use crate::painter::{Ink, Painter, rect};
use crate::theme::{NARROW, bg, ink, line, size};

/// Frequencies at the left and right edge of every picture, in Hz.
pub(crate) const LOWEST_HZ: f64 = 20.0;
pub(crate) const HIGHEST_HZ: f64 = 20_000.0;

/// Frequencies with a number, in Hz.
const NUMBERED: [f64; 8] = [50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0, 10_000.0];

/// Where frequencies (left to right, in their logarithm) and levels (bottom to top) lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Plot {
    /// What the picture fills.
    pub(crate) area: Rectangle,
    /// Level at its bottom, in dB.
    pub(crate) bottom_db: f64,
    /// Level at its top, in dB.
    pub(crate) top_db: f64,
}

impl Plot {
    /// A picture in `area` with levels from `bottom_db` to `top_db`.
    pub(crate) const fn new(area: Rectangle, bottom_db: f64, top_db: f64) -> Self {
        Self { area, bottom_db, top_db }
    }

    /// Where a frequency lies.
    pub(crate) fn x(&self, hz: f64) -> f32 {
        let share = (hz / LOWEST_HZ).ln() / (HIGHEST_HZ / LOWEST_HZ).ln();
        self.area.x + self.area.width * share as f32
    }

    /// The frequency at a place, also beyond the edges.
    pub(crate) fn hz(&self, x: f32) -> f64 {
        hz_at(f64::from((x - self.area.x) / self.area.width))
    }

    /// Where a level lies.
    pub(crate) fn y(&self, db: f64) -> f32 {
        let share = (self.top_db - db) / (self.top_db - self.bottom_db);
        self.area.y + self.area.height * share as f32
    }

    /// The level at a place.
    pub(crate) fn db(&self, y: f32) -> f64 {
        let share = f64::from((y - self.area.y) / self.area.height);
        self.top_db - share * (self.top_db - self.bottom_db)
    }

    /// The points of levels that stand for evenly spaced places from the left to the right edge.
    fn points(&self, levels_db: &[f32]) -> impl DoubleEndedIterator<Item = Point> {
        let step = self.area.width / (levels_db.len().max(2) - 1) as f32;
        let beyond = self.area.height;
        let (top, bottom) = (self.area.y - beyond, self.area.y + self.area.height + beyond);
        levels_db.iter().enumerate().map(move |(index, db)| {
            let y = self.y(f64::from(*db)).clamp(top, bottom);
            Point::new(self.area.x + index as f32 * step, y)
        })
    }

    /// The line through levels that stand for evenly spaced places from the left to the right edge.
    pub(crate) fn line(&self, levels_db: &[f32]) -> Path {
        through(self.points(levels_db))
    }

    /// What lies between that line and the level `to_db`.
    pub(crate) fn under(&self, levels_db: &[f32], to_db: f64) -> Path {
        let y = self.y(to_db);
        let (left, right) = (self.area.x, self.area.x + self.area.width);
        let foot = [Point::new(right, y), Point::new(left, y)];
        through(self.points(levels_db).chain(foot))
    }
}

/// The frequency at a share of the way from the left to the right edge.
pub(crate) fn hz_at(share: f64) -> f64 {
    LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ).powf(share)
}

/// `count` values of a function of frequency, evenly spaced from the left to the right edge.
pub(crate) fn sampled(count: usize, mut level_db: impl FnMut(f64) -> f64) -> Vec<f32> {
    let last = (count.max(2) - 1) as f64;
    (0..count).map(|index| level_db(hz_at(index as f64 / last)) as f32).collect()
}

/// A line through points.
pub(crate) fn through(mut points: impl Iterator<Item = Point>) -> Path {
    Path::new(|path| {
        if let Some(first) = points.next() {
            path.move_to(first);
            points.for_each(|point| path.line_to(point));
        }
    })
}

/// A frequency as an axis has it: "50", "2k".
fn short_hz(hz: f64) -> String {
    match hz {
        low if low < 1000.0 => format!("{low:.0}"),
        high => format!("{:.0}k", high / 1000.0),
    }
}

/// The ground of a picture with lines at round frequencies.
pub(crate) fn frequency_grid(painter: &mut Painter<'_>, plot: &Plot) {
    let area = plot.area;
    painter.fill(area, bg::WELL);
    for decade in [10.0, 100.0, 1000.0, 10_000.0] {
        for hz in (1..10).map(|digit| decade * f64::from(digit)) {
            if (LOWEST_HZ..HIGHEST_HZ).contains(&hz) {
                let colour = if hz == decade { line::STRONG } else { line::GRID };
                painter.fill(rect(plot.x(hz).round(), area.y, 1.0, area.height), colour);
            }
        }
    }
    let small = Ink::new(NARROW, size::MICRO, ink::TERTIARY);
    for hz in NUMBERED {
        let foot = area.y + area.height - 14.0;
        painter.text(&short_hz(hz), rect(plot.x(hz) - 15.0, foot, 30.0, 12.0), small.centred());
    }
}

/// Lines at the levels `at_db`, with their numbers at the left.
pub(crate) fn level_grid(painter: &mut Painter<'_>, plot: &Plot, at_db: &[f64]) {
    let (area, small) = (plot.area, Ink::new(NARROW, size::MICRO, ink::TERTIARY));
    for db in at_db {
        let y = plot.y(*db).round();
        let colour = if *db == 0.0 { line::STRONG } else { line::GRID };
        painter.fill(rect(area.x, y, area.width, 1.0), colour);
        let sign = if *db > 0.0 { "+" } else { "" };
        let words =
            if *db == 0.0 { "0 dB".to_owned() } else { format!("{sign}{}", signed(*db, 0)) };
        painter.text(&words, rect(area.x + 6.0, y - 12.0, 40.0, 12.0), small);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_values_are_inverse() {
        let plot = Plot::new(rect(10.0, 20.0, 300.0, 100.0), -12.0, 12.0);
        for hz in [20.0, 440.0, 20_000.0] {
            assert!((plot.hz(plot.x(hz)) / hz - 1.0).abs() < 1e-4);
        }
        assert_eq!((plot.y(12.0), plot.y(0.0), plot.y(-12.0)), (20.0, 70.0, 120.0));
        assert!((plot.db(45.0) - 6.0).abs() < 1e-9);
        let flat = sampled(3, |hz| hz);
        assert!((flat[0] - 20.0).abs() < 1e-3 && (flat[1] - 632.46).abs() < 0.01);
    }
}
