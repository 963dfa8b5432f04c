//! Delay and reverb: what comes after, over time.

use iced::advanced::graphics::geometry::Path;
use iced::{Point, Rectangle};
use twobus_dsp::delay::Delay;
use twobus_dsp::processor::Processor as _;
use twobus_dsp::reverb::Reverb;
use twobus_dsp::units::signed;

use super::View;
use crate::painter::{Ink, Painter, rect};
use crate::parts::plot::through;
use crate::theme::{NARROW, NARROW_MEDIUM, accent, bg, faded, ink, line, plot, size};

/// Quietest repeat that is drawn, in dB.
const QUIETEST_DB: f64 = -48.0;
/// Most repeats that are drawn.
const MOST_REPEATS: usize = 24;
/// Shortest time that is shown, in seconds.
const SHORTEST_S: f64 = 0.05;
/// The middle of what a listener hears, in Hz: there the repeats are measured.
const MIDDLE_HZ: f64 = 1000.0;

/// A repeat: when, on which side (0 left), and how loud.
struct Repeat {
    at_s: f64,
    side: usize,
    db: f64,
}

/// The repeats of a single impulse on both sides, from the lengths and the loop of the device itself, and the
/// largest gain of one turn of the loop over all frequencies.
fn repeats(view: &View<'_>) -> (Vec<Repeat>, f64) {
    let lines = view.devices.drawn(view.device, || {
        let mut delay = Delay::new(view.rate_hz);
        for (param, value) in view.device.values.iter().enumerate() {
            delay.set(param, *value);
        }
        delay.reset();
        let [left, right] = delay.lengths().map(|frames| (frames / view.rate_hz) as f32);
        let [middle, largest] = [delay.loop_gain(MIDDLE_HZ), delay.largest_loop_gain()];
        vec![vec![left, right, middle as f32], vec![largest as f32]]
    });
    let [left_s, right_s, turn] = [0, 1, 2].map(|index| f64::from(lines[0][index]));
    // The choices of the routing: stereo, both sides crossed, and one that sets out from either side.
    let routing = view.get("routing") as usize;
    let mut all = Vec::new();
    for side in 0..2 {
        if (routing == 2 && side == 1) || (routing == 3 && side == 0) {
            continue;
        }
        let (mut at_s, mut here, mut gain) = (0.0, side, 1.0_f64);
        for _ in 0..MOST_REPEATS {
            at_s += if here == 0 { left_s } else { right_s };
            let db = 20.0 * gain.max(1e-9).log10();
            if db < QUIETEST_DB {
                break;
            }
            all.push(Repeat { at_s, side: here, db });
            gain *= turn;
            here = if routing == 0 { here } else { 1 - here };
        }
    }
    (all, f64::from(lines[1][0]))
}

pub(super) fn draw_delay(view: &View<'_>, painter: &mut Painter<'_>) {
    let (area, (repeats, largest)) = (view.area, repeats(view));
    let last_s = repeats.iter().map(|repeat| repeat.at_s).fold(SHORTEST_S, f64::max) * 1.08;
    let middle = (area.y + area.height / 2.0 - 6.0).round();
    let x = |s: f64| area.x + 16.0 + (area.width - 32.0) * (s / last_s) as f32;
    painter.fill(area, bg::WELL);
    times(painter, area, last_s, &x);
    painter.fill(rect(area.x, middle, area.width, 1.0), line::STRONG);
    let half = area.height / 2.0 - 24.0;
    painter.fill(rect(x(0.0) - 1.5, middle - half, 3.0, 2.0 * half), plot::INPUT);
    for repeat in &repeats {
        let tall = half * (1.0 - repeat.db / QUIETEST_DB).clamp(0.0, 1.3) as f32;
        let y = if repeat.side == 0 { middle - tall } else { middle };
        painter.fill(rect(x(repeat.at_s) - 1.5, y, 3.0, tall), accent::BASE);
    }
    let small = Ink::new(NARROW, size::MICRO, ink::TERTIARY);
    painter.text(
        "left",
        rect(area.x + area.width - 36.0, middle - 16.0, 30.0, 12.0),
        small.right(),
    );
    painter.text(
        "right",
        rect(area.x + area.width - 36.0, middle + 4.0, 30.0, 12.0),
        small.right(),
    );
    let loop_db = 20.0 * largest.max(1e-9).log10();
    if loop_db > QUIETEST_DB {
        // Below the line of the first repeat's time, which may stand anywhere.
        let at = rect(area.x + area.width - 126.0, area.y + 22.0, 120.0, 14.0);
        painter.text(&format!("loop at most {} dB", signed(loop_db, 1)), at, small.right());
    }
    if let Some(first) = repeats.first() {
        let words = format!("{} ms", signed(first.at_s * 1000.0, 1));
        let medium = Ink::new(NARROW_MEDIUM, size::SMALL, ink::PRIMARY);
        let line = x(first.at_s);
        match line < area.x + area.width - 220.0 {
            true => painter.text(&words, rect(line + 6.0, area.y + 6.0, 80.0, 14.0), medium),
            false => {
                painter.text(&words, rect(line - 86.0, area.y + 6.0, 80.0, 14.0), medium.right());
            }
        }
    }
}

/// Lines at round times, with their seconds.
fn times(painter: &mut Painter<'_>, area: Rectangle, last_s: f64, x: &dyn Fn(f64) -> f32) {
    let step = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|step| last_s / step <= 10.0)
        .unwrap_or(20.0);
    let small = Ink::new(NARROW, size::MICRO, ink::TERTIARY);
    let count = (last_s / step) as usize;
    for index in 0..=count {
        let s = index as f64 * step;
        painter.fill(rect(x(s).round(), area.y, 1.0, area.height), line::GRID);
        let words = if step < 0.1 { format!("{:.0} ms", s * 1000.0) } else { format!("{s:.1} s") };
        let foot = rect(x(s) - 20.0, area.y + area.height - 14.0, 40.0, 12.0);
        painter.text(&words, foot, small.centred());
    }
}

/// Frequencies at which the decay is drawn, in Hz.
const DECAYS_HZ: [f64; 3] = [100.0, 1000.0, 8000.0];
/// The decay is drawn down to this, in dB.
const DECAYED_DB: f64 = -60.0;

/// How long the room takes to fall by 60 dB at low, middle and high frequencies.
fn decays_s(view: &View<'_>) -> [f64; 3] {
    let lines = view.devices.drawn(view.device, || {
        let mut reverb = Reverb::new(view.rate_hz);
        for (param, value) in view.device.values.iter().enumerate() {
            reverb.set(param, *value);
        }
        vec![DECAYS_HZ.map(|hz| reverb.decay_s(hz) as f32).to_vec()]
    });
    [0, 1, 2].map(|index| f64::from(lines[0][index]))
}

pub(super) fn draw_reverb(view: &View<'_>, painter: &mut Painter<'_>) {
    let (area, decays) = (view.area, decays_s(view));
    let before_s = view.get("pre_delay") / 1000.0;
    let longest_s = decays.into_iter().fold(0.1, f64::max);
    let last_s = (before_s + longest_s) * 1.05;
    let x = |s: f64| area.x + 16.0 + (area.width - 32.0) * (s / last_s) as f32;
    let y = |db: f64| area.y + 12.0 + (area.height - 30.0) * (db / DECAYED_DB) as f32;
    painter.fill(area, bg::WELL);
    times(painter, area, last_s, &x);
    let small = Ink::new(NARROW, size::MICRO, ink::TERTIARY);
    for db in [0.0, -20.0, -40.0, -60.0] {
        painter.fill(rect(area.x, y(db).round(), area.width, 1.0), line::GRID);
        let row = rect(area.x, y(db) - 13.0, area.width - 6.0, 12.0);
        painter.text(&signed(db, 0), row, small.right());
    }
    painter.fill(rect(x(0.0) - 1.5, y(0.0), 3.0, y(DECAYED_DB) - y(0.0)), plot::INPUT);
    painter.layer(area, |painter| {
        let start = Point::new(x(before_s), y(0.0));
        let end = |s: f64| Point::new(x(before_s + s), y(DECAYED_DB));
        let foot = Point::new(start.x, y(DECAYED_DB));
        let under = through([start, end(decays[1]), foot].into_iter());
        painter.shape(&under, faded(accent::BASE, 0.14));
        for (index, s) in decays.into_iter().enumerate() {
            let (colour, width) =
                if index == 1 { (accent::BASE, 2.0) } else { (accent::LINE, 1.5) };
            painter.stroke(&Path::line(start, end(s)), colour, width);
        }
        painter.stroke(&Path::line(start, foot), accent::LINE, 1.5);
    });
    for (index, (hz, s)) in [("100 Hz", 0), ("1 kHz", 1), ("8 kHz", 2)].into_iter().enumerate() {
        let row = rect(area.x, area.y + 18.0 + index as f32 * 15.0, area.width - 34.0, 14.0);
        let words = format!("{hz}   {} s", signed(decays[s], 2));
        painter.text(&words, row, Ink::new(NARROW_MEDIUM, size::SMALL, ink::SECONDARY).right());
    }
}
