//! Pictures as inline SVG.

use std::fmt::Write as _;
use std::ops::RangeInclusive;

use maud::{Markup, html};

/// Size of a picture, in its own units; it is scaled to the width of the page.
const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 180.0;
/// Room for the labels of both axes.
const LEFT: f64 = 44.0;
const BOTTOM: f64 = 20.0;
const TOP: f64 = 8.0;
const RIGHT: f64 = 8.0;
/// Points of a curve at most: more than a screen has.
const MOST_POINTS: usize = 1200;
/// Labels along the time.
const TIMES: usize = 8;

/// An axis: its range, the values with a line and a label, and whether it is logarithmic.
#[derive(Debug, Clone)]
pub struct Axis {
    /// Lowest and highest value.
    pub range: RangeInclusive<f64>,
    /// Values with a line, and what is written there.
    pub marks: Vec<(f64, String)>,
    /// Whether equal ratios are equally far apart.
    pub logarithmic: bool,
}

impl Axis {
    /// An axis from `range` with lines at `marks`.
    pub fn linear(range: RangeInclusive<f64>, marks: &[f64]) -> Self {
        let label = |mark: &f64| (*mark, twobus_dsp::units::signed(*mark, 0));
        Self { range, marks: marks.iter().map(label).collect(), logarithmic: false }
    }

    /// A time axis of `length_s`, from 0.
    pub fn time(length_s: f64) -> Self {
        let length_s = length_s.max(1e-3);
        let steps = [0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0];
        let fits = |step: &&f64| length_s / **step <= TIMES as f64;
        let step = steps.iter().find(fits).copied().unwrap_or(length_s / TIMES as f64);
        let label = |index: usize| {
            let time_s = index as f64 * step;
            let (minutes, seconds) = ((time_s / 60.0).floor(), time_s % 60.0);
            let decimals = usize::from(step < 1.0);
            let width = if decimals > 0 { 4 } else { 2 };
            (time_s, format!("{minutes:.0}:{seconds:0width$.decimals$}"))
        };
        let marks = (0..=TIMES).map(label).filter(|(time_s, _)| *time_s <= length_s).collect();
        Self { range: 0.0..=length_s, marks, logarithmic: false }
    }

    /// A frequency axis in Hz, 20 to 22,000.
    pub fn frequency() -> Self {
        let marks = [(20.0, "20"), (50.0, "50"), (100.0, "100"), (200.0, "200"), (500.0, "500")];
        let high = [(1e3, "1 k"), (2e3, "2 k"), (5e3, "5 k"), (10e3, "10 k"), (20e3, "20 k")];
        let marks = marks.into_iter().chain(high).map(|(hz, label)| (hz, label.to_owned()));
        Self { range: 20.0..=22_000.0, marks: marks.collect(), logarithmic: true }
    }

    /// Where `value` lies between both ends, 0 to 1.
    fn part(&self, value: f64) -> f64 {
        let scale = |x: f64| if self.logarithmic { x.max(1e-9).ln() } else { x };
        let (low, high) = (scale(*self.range.start()), scale(*self.range.end()));
        ((scale(value) - low) / (high - low).max(1e-12)).clamp(0.0, 1.0)
    }

    fn x(&self, value: f64) -> f64 {
        LEFT + self.part(value) * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, value: f64) -> f64 {
        HEIGHT - BOTTOM - self.part(value) * (HEIGHT - BOTTOM - TOP)
    }
}

/// A curve through `points`, which are broken off where one is `None`, over `marks` along the x axis.
pub fn curve(
    x: &Axis,
    y: &Axis,
    points: &[(f64, Option<f64>)],
    marks: &[(f64, f64)],
    name: &str,
) -> Markup {
    let mut path = String::new();
    let mut drawn = false;
    for (at, value) in thinned(points) {
        match value {
            Some(value) => {
                let verb = if drawn { 'L' } else { 'M' };
                // Writing to a string cannot fail.
                let _written = write!(path, "{verb}{:.1} {:.1}", x.x(at), y.y(value));
                drawn = true;
            }
            None => drawn = false,
        }
    }
    frame(x, y, marks, name, &html! { path.line d=(path) {} })
}

/// A waveform: the highest magnitude of each of `peaks`, which fill the time axis.
pub fn waveform(x: &Axis, peaks: &[f32], marks: &[(f64, f64)], name: &str) -> Markup {
    let y = Axis {
        range: -1.0..=1.0,
        marks: vec![(-1.0, "−1".to_owned()), (0.0, "0".to_owned()), (1.0, "1".to_owned())],
        logarithmic: false,
    };
    let per_point = peaks.len().div_ceil(MOST_POINTS).max(1);
    let columns: Vec<f64> = peaks
        .chunks(per_point)
        .map(|part| f64::from(part.iter().copied().fold(0.0, f32::max)))
        .collect();
    let length = *x.range.end();
    let at = |index: usize| x.x(length * index as f64 / columns.len().max(1) as f64);
    let mut path = String::new();
    for (index, peak) in columns.iter().enumerate() {
        let verb = if index == 0 { 'M' } else { 'L' };
        let _written = write!(path, "{verb}{:.1} {:.1}", at(index), y.y(*peak));
    }
    for (index, peak) in columns.iter().enumerate().rev() {
        let _written = write!(path, "L{:.1} {:.1}", at(index), y.y(-peak));
    }
    if !path.is_empty() {
        path.push('Z');
    }
    frame(x, &y, marks, name, &html! { path.body d=(path) {} })
}

/// At most [`MOST_POINTS`] of the points, evenly.
fn thinned(points: &[(f64, Option<f64>)]) -> impl Iterator<Item = (f64, Option<f64>)> {
    points.iter().copied().step_by(points.len().div_ceil(MOST_POINTS).max(1))
}

/// Lines, labels and marked stretches around `content`.
fn frame(x: &Axis, y: &Axis, marks: &[(f64, f64)], name: &str, content: &Markup) -> Markup {
    let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
    html! {
        svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-label=(name)
            xmlns="http://www.w3.org/2000/svg" {
            @for (value, label) in &y.marks {
                @let at = number(y.y(*value));
                path.grid d={ "M" (LEFT) " " (at) "H" (right) } {}
                text x=(LEFT - 6.0) y=(at) text-anchor="end" dominant-baseline="middle" { (label) }
            }
            @for (value, label) in &x.marks {
                @let at = number(x.x(*value));
                path.grid d={ "M" (at) " " (TOP) "V" (bottom) } {}
                text x=(at) y=(HEIGHT - 5.0) text-anchor="middle" { (label) }
            }
            @for (from, to) in marks {
                @let start = x.x(*from);
                rect.mark x=(number(start)) y=(TOP) width=(number((x.x(*to) - start).max(1.5)))
                    height=(bottom - TOP) {}
            }
            (content)
        }
    }
}

fn number(value: f64) -> String {
    format!("{value:.1}")
}
