//! Drawn examples of what the longer help explains: computed by the functions that the program works by.

use iced::advanced::graphics::geometry::Path;
use iced::{Point, Rectangle};
use twobus_dsp::curve::{Breakpoint, Curve, Interpolation};
use twobus_dsp::units::signed;
use twobus_dsp::{Db, fader};

use crate::meters::{Bar, place};
use crate::painter::{Ink, Painter, rect};
use crate::parts::plot::through;
use crate::parts::{self, Look};
use crate::theme::{
    NARROW, NARROW_MEDIUM, accent, bg, ink, line, meter as colours, plot, radius, size, state,
};
use crate::topics::Topic;

/// Height of an example.
pub(super) const HEIGHT: f32 = 108.0;

const SMALL: Ink = Ink::new(NARROW, size::SMALL, ink::SECONDARY);

/// Whether there is an example of a topic.
pub(super) fn has(topic: Topic) -> bool {
    of(topic).is_some()
}

type Draw = fn(&mut Painter<'_>, Rectangle);

fn of(topic: Topic) -> Option<Draw> {
    Some(match topic {
        Topic::Meter => levels,
        Topic::Correlation => correlation,
        Topic::Sends => sends,
        Topic::Fader => taper,
        Topic::Automation => automation,
        Topic::Loudness => between_samples,
        Topic::Print => way_of_a_print,
        _ => return None,
    })
}

/// Draws the example of a topic, if there is one.
pub(super) fn draw(topic: Topic, painter: &mut Painter<'_>, area: Rectangle) {
    let Some(example) = of(topic) else { return };
    painter.card(area, bg::WELL, radius::CONTROL);
    painter.layer(area, |painter| example(painter, crate::painter::inset(area, 10.0)));
}

/// A meter, and what each of its pieces says.
fn levels(painter: &mut Painter<'_>, area: Rectangle) {
    let (peak_db, mean_db, hold_db) = (-12.0, -24.0, -4.0);
    let bar = rect(area.x + 40.0, area.y, 14.0, area.height);
    parts::meter(painter, bar, &Bar::still(peak_db, mean_db, hold_db), true, Look::PEAK);
    let y = |db: f64| bar.y + 8.0 + (bar.height - 8.0) * (1.0 - place(db)) as f32;
    let said = [
        (bar.y + 3.0, "lamp: full scale was passed"),
        (y(hold_db), "line: the highest of the last moments"),
        ((y(peak_db) + y(mean_db)) / 2.0, "dim: the peak now"),
        ((y(mean_db) + bar.y + bar.height) / 2.0, "bright: the mean of 300 ms"),
    ];
    for (y, words) in said {
        painter.fill(rect(bar.x + 18.0, y.round(), 24.0, 1.0), line::STRONG);
        painter.text(words, rect(bar.x + 50.0, y - 8.0, 300.0, 16.0), SMALL);
    }
}

/// Left against right of three signals.
fn correlation(painter: &mut Painter<'_>, area: Rectangle) {
    let side = area.height - 18.0;
    let step = area.width / 3.0;
    // Right follows left by so many degrees; the cosine of that is the correlation of two tones.
    for (index, (degrees, words)) in
        [(0.0, "+1: mono"), (90.0, "0: wide"), (180.0, "−1: gone in mono")].into_iter().enumerate()
    {
        let middle = area.x + (index as f32 + 0.5) * step;
        let well = rect(middle - side / 2.0, area.y, side, side);
        painter.fill(rect(middle, well.y, 1.0, side), line::STRONG);
        painter.fill(rect(well.x, well.center_y(), side, 1.0), line::STRONG);
        let point = |turn: i32| {
            let phase = f64::from(turn) / 60.0 * std::f64::consts::TAU;
            let (left, right) = (phase.sin(), (phase + f64::to_radians(degrees)).sin());
            let (across, up) = ((right - left) / 2.0, (left + right) / 2.0);
            let reach = 0.46 * f64::from(side);
            Point::new(middle + (across * reach) as f32, well.center_y() - (up * reach) as f32)
        };
        painter.stroke(&through((0..=60).map(point)), plot::SPECTRUM, 1.5);
        let below = rect(middle - step / 2.0, area.y + area.height - 14.0, step, 14.0);
        painter.text(words, below, SMALL.centred());
    }
}

/// A box with a word, and the arrow behind it.
fn station(painter: &mut Painter<'_>, area: Rectangle, words: &str, arrow: f32) {
    painter.box_with(area, bg::CONTROL, line::STRONG, radius::CONTROL);
    painter.text(words, area, Ink::new(NARROW_MEDIUM, size::SMALL, ink::PRIMARY).centred());
    if arrow > 0.0 {
        let (x, y) = (area.x + area.width, area.center_y());
        painter.fill(rect(x, y - 0.5, arrow, 1.0), ink::TERTIARY);
        let head = [(-5.0, -4.0), (0.0, 0.0), (-5.0, 4.0)];
        let head = head.map(|(by, up)| Point::new(x + arrow + by, y + up));
        painter.stroke(&through(head.into_iter()), ink::TERTIARY, 1.5);
    }
}

/// Where a send leaves a strip, before its fader or behind it.
fn sends(painter: &mut Painter<'_>, area: Rectangle) {
    let (wide, arrow) = (96.0, 64.0);
    let top = |index: usize| rect(area.x + index as f32 * (wide + arrow), area.y + 4.0, wide, 28.0);
    for (index, words) in ["inserts", "fader, pan", "output"].into_iter().enumerate() {
        station(painter, top(index), words, if index < 2 { arrow } else { 0.0 });
    }
    let foot = rect(area.x + wide + arrow / 2.0, area.y + area.height - 30.0, wide + arrow, 28.0);
    station(painter, foot, "return: reverb, delay", 0.0);
    for (index, words) in ["pre", "post"].into_iter().enumerate() {
        let from = top(index);
        let (x, y) = (from.x + wide + arrow / 2.0, from.center_y());
        let colour = if index == 1 { accent::BASE } else { accent::LINE };
        let down = Path::line(Point::new(x, y), Point::new(x, foot.y));
        painter.stroke(&down, colour, 1.5);
        painter.text(words, rect(x + 6.0, y + 12.0, 40.0, 16.0), SMALL);
    }
}

/// How much of its travel a fader gives to which levels.
fn taper(painter: &mut Painter<'_>, area: Rectangle) {
    let y = area.center_y();
    let x = |db: f64| area.x + 12.0 + (area.width - 36.0) * fader::travel(Db(db)) as f32;
    painter.card(rect(x(-200.0), y - 2.0, x(10.0) - x(-200.0), 4.0), bg::CONTROL, 2.0);
    painter.fill(rect(x(-10.0), y - 2.0, x(10.0) - x(-10.0), 4.0), accent::LINE);
    for db in [10.0, 5.0, 0.0, -5.0, -10.0, -20.0, -30.0, -40.0, -60.0] {
        painter.fill(rect(x(db).round(), y - 10.0, 1.0, 20.0), line::STRONG);
        let colour = if db == 0.0 { ink::PRIMARY } else { ink::TERTIARY };
        let words = rect(x(db) - 16.0, y + 12.0, 32.0, 14.0);
        painter.text(&signed(db, 0), words, SMALL.coloured(colour).centred());
    }
    painter.text("∞", rect(x(-200.0) - 8.0, y + 12.0, 16.0, 14.0), SMALL.centred());
    let above = rect(x(-10.0), y - 34.0, x(10.0) - x(-10.0), 14.0);
    painter.text("half of the travel for ±10 dB", above, SMALL.centred());
}

/// A straight way, an early and a late one.
fn automation(painter: &mut Painter<'_>, area: Rectangle) {
    let points = [(0, 0.1, 0.0), (100, 0.8, -0.6), (200, 0.2, 0.6), (300, 0.9, 0.0)];
    let list = points.map(|(frame, value, bend)| Breakpoint { frame, value, bend });
    let Some(curve) = Curve::new(list.into(), Interpolation::Linear) else { return };
    let chart = rect(area.x, area.y, area.width, area.height - 18.0);
    let at = |frame: i64| {
        let x = chart.x + chart.width * (frame as f32 / 300.0);
        Point::new(x, chart.y + chart.height * (1.0 - curve.value_at(frame)) as f32)
    };
    painter.stroke(&through((0..=300).map(at)), accent::BASE, 1.5);
    for (index, words) in ["straight", "bent early", "bent late"].into_iter().enumerate() {
        let x = chart.x + chart.width * index as f32 / 3.0;
        let below = rect(x, area.y + area.height - 14.0, chart.width / 3.0, 14.0);
        painter.text(words, below, SMALL.centred());
    }
    painter.layer(area, |painter| {
        for (frame, _, _) in points {
            let point = at(i64::try_from(frame).unwrap_or(0));
            painter.card(rect(point.x - 3.5, point.y - 3.5, 7.0, 7.0), ink::PRIMARY, 3.5);
        }
    });
}

/// Samples at full scale, and the wave that a converter draws through them.
fn between_samples(painter: &mut Painter<'_>, area: Rectangle) {
    // A tone of a quarter of the rate, sampled beside its crests: they lie 3 dB above the samples.
    let wave = |sample: f64| 2.0_f64.sqrt() * (std::f64::consts::FRAC_PI_2 * (sample + 0.5)).sin();
    let (samples, middle) = (16.0, area.center_y());
    let at = |sample: f64| {
        let x = area.x + area.width * (sample / samples) as f32;
        Point::new(x, middle - 0.32 * area.height * wave(sample) as f32)
    };
    let full = 0.32 * area.height;
    for y in [middle - full, middle + full] {
        painter.fill(rect(area.x, y.round(), area.width, 1.0), state::WARN);
    }
    let steps = (0..=320).map(|step| at(f64::from(step) / 20.0));
    painter.stroke(&through(steps), plot::SPECTRUM, 1.5);
    painter.layer(area, |painter| {
        for sample in 0..=16 {
            let point = at(f64::from(sample));
            painter.card(rect(point.x - 3.0, point.y - 3.0, 6.0, 6.0), ink::PRIMARY, 3.0);
        }
        let words = SMALL.coloured(colours::HOT);
        let row = rect(area.x + area.width - 190.0, area.y - 8.0, 190.0, 14.0);
        painter.text("between the samples: +3.0 dBTP", row, words.right());
    });
}

/// From the stems to the files.
fn way_of_a_print(painter: &mut Painter<'_>, area: Rectangle) {
    let names = ["stems", "mix", "print", "master", "files"];
    let arrow = 44.0;
    let wide = (area.width - arrow * (names.len() - 1) as f32) / names.len() as f32;
    for (index, words) in names.into_iter().enumerate() {
        let x = area.x + index as f32 * (wide + arrow);
        let area = rect(x, area.center_y() - 18.0, wide, 32.0);
        station(painter, area, words, if index + 1 < names.len() { arrow } else { 0.0 });
        if words == "print" {
            painter.outline(area, accent::BASE, 1.5, radius::CONTROL);
        }
    }
    let between = ["", "bounce", "", "deliver"];
    for (index, words) in between.into_iter().enumerate() {
        let x = area.x + index as f32 * (wide + arrow) + wide;
        painter.text(
            words,
            rect(x - 10.0, area.center_y() - 22.0, arrow + 20.0, 14.0),
            SMALL.centred(),
        );
    }
}
