//! What comes out for what goes in.

use iced::advanced::graphics::geometry::Path;
use iced::{Point, Rectangle};
use twobus_dsp::units::signed;

use super::plot::through;
use crate::painter::{Ink, Painter, rect};
use crate::theme::{NARROW, accent, bg, faded, ink, line, size};

/// A curve of levels: both axes go from `floor_db` to 0 dB.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Transfer<'a> {
    /// Lowest level, in dB.
    pub(crate) floor_db: f64,
    /// Output in dB for inputs evenly spaced from the floor to 0 dB.
    pub(crate) output_db: &'a [f32],
    /// Threshold and width of the knee about it, in dB.
    pub(crate) threshold_db: Option<(f64, f64)>,
    /// Where it is now: level in and level out, in dB.
    pub(crate) now_db: Option<(f64, f64)>,
}

impl Transfer<'_> {
    /// Where a level out lies for a level in.
    pub(crate) fn at(&self, area: Rectangle, (input_db, output_db): (f64, f64)) -> Point {
        let share = |db: f64| (1.0 - db / self.floor_db) as f32;
        let x = area.x + area.width * share(input_db);
        Point::new(x, area.y + area.height * (1.0 - share(output_db)))
    }

    /// The output for an input, read from the curve.
    pub(crate) fn output_at(&self, input_db: f64) -> f64 {
        let last = self.output_db.len().saturating_sub(1);
        let place = ((1.0 - input_db / self.floor_db).clamp(0.0, 1.0) * last as f64).round();
        self.output_db.get(place as usize).map_or(input_db, |db| f64::from(*db))
    }
}

/// Levels with a line, in dB.
const LINES: [f64; 4] = [-12.0, -24.0, -36.0, -48.0];

/// Draws the curve into `area`, with the levels that are there now as a dot on it.
pub(crate) fn transfer(painter: &mut Painter<'_>, area: Rectangle, curve: &Transfer<'_>) {
    grid(painter, area, curve);
    painter.layer(area, |painter| {
        let last = curve.output_db.len().max(2) - 1;
        let input = |index: usize| curve.floor_db * (1.0 - index as f64 / last as f64);
        let points = curve.output_db.iter().enumerate();
        let points = points.map(|(index, db)| curve.at(area, (input(index), f64::from(*db))));
        painter.stroke(&through(points), accent::BASE, 2.0);
    });
    painter.layer(area, |painter| {
        if let Some((threshold_db, _)) = curve.threshold_db {
            let at = curve.at(area, (threshold_db, curve.output_at(threshold_db)));
            disc(painter, at, 8.0, accent::BASE);
            disc(painter, at, 6.5, bg::WELL);
        }
        if let Some(now_db) = curve.now_db {
            let at = curve.at(area, now_db);
            painter.fill(rect(at.x.round(), at.y, 1.0, area.y + area.height - at.y), ink::TERTIARY);
            painter.fill(rect(area.x, at.y.round(), at.x - area.x, 1.0), ink::TERTIARY);
            disc(painter, at, 6.0, bg::WELL);
            disc(painter, at, 4.5, ink::PRIMARY);
        }
    });
}

fn disc(painter: &mut Painter<'_>, at: Point, radius: f32, colour: iced::Color) {
    let area = rect(at.x - radius, at.y - radius, 2.0 * radius, 2.0 * radius);
    painter.card(area, colour, radius);
}

fn grid(painter: &mut Painter<'_>, area: Rectangle, curve: &Transfer<'_>) {
    painter.fill(area, bg::WELL);
    let small = Ink::new(NARROW, size::MICRO, ink::TERTIARY);
    let bottom = area.y + area.height;
    for db in LINES.into_iter().filter(|db| *db > curve.floor_db) {
        let at = curve.at(area, (db, db));
        painter.fill(rect(at.x.round(), area.y, 1.0, area.height), line::GRID);
        painter.fill(rect(area.x, at.y.round(), area.width, 1.0), line::GRID);
        if db % 24.0 == 0.0 {
            let words = signed(db, 0);
            painter.text(&words, rect(at.x - 14.0, bottom - 13.0, 28.0, 12.0), small.centred());
            painter.text(&words, rect(area.x + 4.0, at.y - 13.0, 28.0, 12.0), small);
        }
    }
    if let Some((threshold_db, knee_db)) = curve.threshold_db {
        let x = |db: f64| curve.at(area, (db.clamp(curve.floor_db, 0.0), 0.0)).x;
        let (low, high) = (x(threshold_db - knee_db / 2.0), x(threshold_db + knee_db / 2.0));
        painter.fill(rect(low, area.y, high - low, area.height), faded(accent::BASE, 0.08));
        let middle = x(threshold_db).round();
        let middle = Path::line(Point::new(middle, area.y), Point::new(middle, bottom));
        painter.dashed(&middle, accent::LINE, 1.0, &[2.0, 3.0]);
    }
    let straight = Path::line(Point::new(area.x, bottom), Point::new(area.x + area.width, area.y));
    painter.dashed(&straight, line::STRONG, 1.0, &[3.0, 3.0]);
    let right = rect(area.x, area.y + 4.0, area.width - 6.0, 12.0);
    painter.text("Out", right, small.right());
    painter.text("In", rect(right.x, bottom - 28.0, right.width, 12.0), small.right());
}

/// A curve of amplitudes, both axes from −1 to 1: outputs for inputs evenly spaced.
pub(crate) fn shape(painter: &mut Painter<'_>, area: Rectangle, outputs: &[f32], ceiling: f64) {
    painter.fill(area, bg::WELL);
    let middle = area.center();
    painter.fill(rect(middle.x.round(), area.y, 1.0, area.height), line::GRID);
    painter.fill(rect(area.x, middle.y.round(), area.width, 1.0), line::GRID);
    let y = |value: f64| middle.y - area.height / 2.0 * (value / 1.1) as f32;
    for level in [ceiling, -ceiling] {
        painter.fill(rect(area.x, y(level).round(), area.width, 1.0), line::STRONG);
    }
    let small = Ink::new(NARROW, size::MICRO, ink::TERTIARY);
    let right = rect(area.x, area.y + 4.0, area.width - 6.0, 12.0);
    painter.text("Out", right, small.right());
    painter.text("In", rect(right.x, middle.y + 2.0, right.width, 12.0), small.right());
    painter.layer(area, |painter| {
        let step = area.width / (outputs.len().max(2) - 1) as f32;
        let straight =
            Path::line(Point::new(area.x, y(-1.0)), Point::new(area.x + area.width, y(1.0)));
        painter.dashed(&straight, line::STRONG, 1.0, &[3.0, 3.0]);
        let point = |(index, value): (usize, &f32)| {
            Point::new(area.x + index as f32 * step, y(f64::from(*value)))
        };
        painter.stroke(&through(outputs.iter().enumerate().map(point)), accent::BASE, 2.0);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_lie_where_the_axes_say() {
        let output: Vec<f32> = (0..=60).map(|step| -60.0 + step as f32 / 2.0).collect();
        let curve =
            Transfer { floor_db: -60.0, output_db: &output, threshold_db: None, now_db: None };
        let area = rect(0.0, 0.0, 120.0, 120.0);
        assert_eq!(curve.at(area, (0.0, 0.0)), Point::new(120.0, 0.0));
        assert_eq!(curve.at(area, (-60.0, -30.0)), Point::new(0.0, 60.0));
        assert!((curve.output_at(0.0) + 30.0).abs() < 1e-9);
    }
}
