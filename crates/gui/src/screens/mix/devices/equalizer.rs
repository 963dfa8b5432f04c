//! The face of an equalizer: its graph with nodes over the spectrum, a card a band, and the chosen band.

use std::rc::Rc;

use iced::{Point, Rectangle};
use twobus_dsp::eq::curve::Curve;
use twobus_dsp::eq::params::{AUTO_GAIN, BAND_PARAMS, BANDS, OUTPUT, PARAMS, PHASE, band};
use twobus_dsp::eq::prototype::Shape;
use twobus_dsp::param::Values;
use twobus_render::live::Range;
use twobus_session::Device;

use super::cells::{Cell, Style};
use super::layout::{PAD, Pane, value};
use super::{Analyser, Devices, DevicesScene, Part, RANGES_DB};
use crate::painter::{Ink, Painter, inset, rect};
use crate::parts::plot::{Plot, sampled};
use crate::parts::{self, Lamp, Trace};
use crate::seen::Seen;
use crate::theme::{NARROW, NARROW_MEDIUM, accent, bg, faded, ink, line, radius, size, state};
use crate::widgets::{Control, Touch};

/// Points of a drawn curve.
const POINTS: usize = 320;
/// Height of the cards and of the row over them, and the gap between.
const CARDS: f32 = 52.0;
const DETAILS: f32 = 24.0;
const GAP: f32 = 6.0;
/// Height of all that lies under the graph.
pub(super) const BELOW: f32 = CARDS + DETAILS + 2.0 * GAP;
/// Width of a knob of the chosen band, with its name.
const KNOB_WIDTH: f32 = 104.0;
/// Width of the switch for listening.
const LISTEN: f32 = 84.0;
/// Widest card.
const CARD: f32 = 84.0;
/// Half of what a node catches.
const CATCH: f32 = 12.0;
/// Narrowest pane in which the range of the graph can be chosen.
const ROOMY: f32 = 940.0;
/// Level at the top of the spectrum, and how many dB lie below it.
const SPECTRUM_DB: (f64, f64) = (-6.0, 72.0);

/// Index of a band's parameter.
pub(super) const fn at(number: usize, offset: usize) -> usize {
    number * BAND_PARAMS + offset
}

/// The shape of a band.
pub(super) fn shape(device: &Device, number: usize) -> Shape {
    let index = value(device, at(number, band::SHAPE)) as usize;
    Shape::ALL.get(index).copied().unwrap_or(Shape::Bell)
}

fn graph(pane: &Pane<'_>) -> Rectangle {
    let body = pane.body();
    rect(body.x, body.y, pane.levels().x - PAD - body.x, (body.height - BELOW).max(60.0))
}

/// The axes of the graph.
pub(super) fn plot(devices: &Devices, pane: &Pane<'_>) -> Plot {
    parts::eq_plot(graph(pane), RANGES_DB[devices.range.min(RANGES_DB.len() - 1)])
}

/// The axes of the spectrum in the graph.
fn spectrum_plot(area: Rectangle) -> Plot {
    let (top_db, span_db) = SPECTRUM_DB;
    Plot::new(area, top_db - span_db, top_db)
}

fn analyser(pane: &Pane<'_>, index: usize) -> Rectangle {
    rect(pane.area.x + 312.0 + index as f32 * 36.0, pane.area.y + 3.0, 36.0, 22.0)
}

fn range(pane: &Pane<'_>, index: usize) -> Option<Rectangle> {
    let area = rect(pane.area.x + 504.0 + index as f32 * 36.0, pane.area.y + 3.0, 36.0, 22.0);
    (pane.area.width >= ROOMY).then_some(area)
}

fn card(pane: &Pane<'_>, number: usize) -> Rectangle {
    let body = pane.body();
    let room = body.width - 3.0 * KNOB_WIDTH - 12.0;
    let step = (room / BANDS as f32).min(CARD + 4.0);
    let y = body.y + body.height - CARDS;
    rect(body.x + number as f32 * step, y, step - 4.0, CARDS)
}

/// The chosen band's parameters, and those of the whole.
pub(super) fn cells(pane: &Pane<'_>, devices: &Devices) -> Vec<Cell> {
    let (device, number) = (pane.device, devices.page(pane.device.id).min(BANDS - 1));
    let (body, head) = (pane.body(), pane.head());
    let mut all = Vec::new();
    let from = if range(pane, 0).is_some() { 620.0 } else { 470.0 };
    for (param, x, width) in
        [(PHASE, from, 134.0), (OUTPUT, from + 142.0, 116.0), (AUTO_GAIN, from + 264.0, 58.0)]
    {
        let area = rect(head.x + x, head.y + 3.0, width, 22.0);
        all.push(Cell { param, area, style: Style::Flat });
    }
    let details = body.y + body.height - CARDS - GAP - DETAILS;
    let mut x = body.x;
    for (offset, width) in details_of(device, number) {
        let area = rect(x, details, width - 4.0, DETAILS);
        all.push(Cell { param: at(number, offset), area, style: Style::Flat });
        x += width;
    }
    let knobs = body.x + body.width - 3.0 * KNOB_WIDTH;
    for (index, offset) in [band::FREQUENCY, band::GAIN, band::Q].into_iter().enumerate() {
        let area = rect(knobs + index as f32 * KNOB_WIDTH, card(pane, 0).y, KNOB_WIDTH, CARDS);
        all.push(Cell { param: at(number, offset), area, style: Style::Beside });
    }
    all
}

/// What of a band stands in the row over the cards, and how wide.
fn details_of(device: &Device, number: usize) -> Vec<(usize, f32)> {
    let shape = shape(device, number);
    let mut all = vec![(band::ON, 74.0), (band::SHAPE, 92.0), (band::SIDE, 78.0)];
    if matches!(shape, Shape::LowCut | Shape::HighCut) {
        all.push((band::SLOPE, 92.0));
    }
    all.push((band::DYNAMIC, 84.0));
    if value(device, at(number, band::DYNAMIC)) >= 0.5 {
        let times = [(band::ATTACK, 112.0), (band::RELEASE, 118.0)];
        all.extend([(band::THRESHOLD, 130.0), (band::RATIO, 96.0), (band::RANGE, 108.0)]);
        all.extend(times);
    }
    all
}

/// The values of an equalizer as its functions take them.
fn values(device: &Device) -> Values<PARAMS> {
    let mut values = Values::new(twobus_dsp::eq::SPECS);
    for (param, value) in device.values.iter().enumerate() {
        let _changed = values.set(param, *value);
    }
    values
}

/// The curves of an equalizer: left or mid, right or side, then each band alone.
fn lines(devices: &Devices, device: &Device, rate_hz: f64) -> Rc<Vec<Vec<f32>>> {
    devices.drawn(device, || {
        let values = values(device);
        let still = [0.0; BANDS];
        let whole = (0..2).map(|channel| {
            let curve = Curve::new(&values, &still, channel, rate_hz);
            sampled(POINTS, |hz| curve.db_at(hz))
        });
        whole.chain((0..BANDS).map(|number| alone(device, number, rate_hz))).collect()
    })
}

/// The curve of one band.
fn alone(device: &Device, number: usize, rate_hz: f64) -> Vec<f32> {
    let mut values = values(device);
    for other in (0..BANDS).filter(|other| *other != number) {
        let _changed = values.set(at(other, band::ON), 0.0);
    }
    let _changed = values.set(PHASE, 0.0);
    // Of a dynamic notch or cut, which rests at nothing, the whole is shown.
    let _changed = values.set(at(number, band::DYNAMIC), 0.0);
    let channel = usize::from(is_side(device, number));
    let curve = Curve::new(&values, &[0.0; BANDS], channel, rate_hz);
    sampled(POINTS, |hz| curve.db_at(hz))
}

/// The range of frequencies that a band works on.
pub(super) fn range_of(device: &Device, number: usize) -> Range {
    let number = number.min(BANDS - 1);
    let hz = value(device, at(number, band::FREQUENCY));
    match shape(device, number) {
        Shape::LowCut | Shape::LowShelf => Range::Below(hz),
        Shape::HighCut | Shape::HighShelf => Range::Above(hz),
        _ => Range::Around { hz, q: value(device, at(number, band::Q)) },
    }
}

/// The switch that lets the chosen band be heard alone.
fn listen(pane: &Pane<'_>) -> Rectangle {
    let body = pane.body();
    let y = body.y + body.height - CARDS - GAP - DETAILS;
    rect(body.x + body.width - LISTEN, y, LISTEN, DETAILS)
}

/// Whether a band works on the side alone.
fn is_side(device: &Device, number: usize) -> bool {
    value(device, at(number, band::SIDE)) as usize == 2
}

/// The curve that is heard now where bands are dynamic.
fn heard(
    devices: &Devices,
    device: &Device,
    seen: Option<&Seen>,
    rate_hz: f64,
) -> Option<Vec<f32>> {
    let seen = seen.filter(|seen| seen.target.device == device.id)?;
    let moves = seen.band_gains_db.iter().any(|gain| *gain != 0.0);
    moves.then(|| {
        let values = values(device);
        if values.is_on(PHASE) {
            // The curve at rest, which takes milliseconds there, is drawn already.
            let curve = Curve::of_movements(&values, &seen.band_gains_db, 0, rate_hz);
            let moved = sampled(POINTS, |hz| curve.db_at(hz));
            let still = lines(devices, device, rate_hz);
            return still[0].iter().zip(moved).map(|(still, moved)| still + moved).collect();
        }
        let curve = Curve::new(&values, &seen.band_gains_db, 0, rate_hz);
        sampled(POINTS, |hz| curve.db_at(hz))
    })
}

/// Where the node of a band lies; `None` while the band is off.
pub(super) fn node(scene: &DevicesScene<'_>, pane: &Pane<'_>, number: usize) -> Option<Point> {
    let device = pane.device;
    if value(device, at(number, band::ON)) < 0.5 {
        return None;
    }
    let (plot, rate_hz) = (plot(scene.devices, pane), f64::from(scene.desk.rate_hz()));
    let lines = lines(scene.devices, device, rate_hz);
    let x = plot.x(value(device, at(number, band::FREQUENCY)));
    let share = ((x - plot.area.x) / plot.area.width).clamp(0.0, 1.0);
    let line = &lines[usize::from(is_side(device, number))];
    let db = line[(share * (POINTS - 1) as f32).round() as usize];
    let (top, bottom) = (plot.area.y + 10.0, plot.area.y + plot.area.height - 10.0);
    let x = x.clamp(plot.area.x, plot.area.x + plot.area.width);
    Some(Point::new(x, plot.y(f64::from(db)).clamp(top, bottom)))
}

pub(super) fn controls(scene: &DevicesScene<'_>, pane: &Pane<'_>, all: &mut Vec<Control<Part>>) {
    let (id, chosen) = (pane.device.id, scene.devices.page(pane.device.id));
    for index in 0..Analyser::ALL.len() {
        all.push(Control::button(Part::Analyser(index), analyser(pane, index)));
    }
    for index in 0..RANGES_DB.len() {
        all.extend(range(pane, index).map(|area| Control::button(Part::Range(index), area)));
    }
    all.push(Control { stops: true, ..Control::field(Part::Graph(id), graph(pane)) });
    // The chosen node lies above the others.
    let order = (0..BANDS).filter(|number| *number != chosen).chain([chosen]);
    for number in order {
        if let Some(at) = node(scene, pane, number) {
            let area = rect(at.x - CATCH, at.y - CATCH, 2.0 * CATCH, 2.0 * CATCH);
            all.push(Control { stops: true, ..Control::field(Part::Node(id, number), area) });
        }
    }
    all.push(Control::button(Part::Listen(id), listen(pane)));
    let page = |number| Control::button(Part::Page(id, number), card(pane, number));
    all.extend((0..BANDS).map(page));
}

/// Draws the graph, the cards, and what is chosen in the head.
pub(super) fn draw(
    scene: &DevicesScene<'_>,
    painter: &mut Painter<'_>,
    pane: &Pane<'_>,
    touch: Touch<Part>,
) {
    draw_head(scene, painter, pane, touch);
    draw_graph(scene, painter, pane, touch);
    let on = scene.devices.listens == Some(pane.device.id);
    let (lamp, over) = (
        if on { Lamp::On(state::WARN) } else { Lamp::Off },
        touch.is_over(Part::Listen(pane.device.id)),
    );
    parts::small_chip(painter, listen(pane), "Listen", lamp, over);
    for number in 0..BANDS {
        draw_card(scene, painter, pane, number, touch);
    }
}

fn draw_head(
    scene: &DevicesScene<'_>,
    painter: &mut Painter<'_>,
    pane: &Pane<'_>,
    touch: Touch<Part>,
) {
    let label = Ink::new(NARROW, size::SMALL, ink::TERTIARY);
    let before = |area: Rectangle, wide: f32| rect(area.x - wide, area.y, wide, area.height);
    painter.text("Analyser", before(analyser(pane, 0), 48.0), label);
    for (index, which) in Analyser::ALL.into_iter().enumerate() {
        let look = (scene.devices.analyser == which, touch.is_over(Part::Analyser(index)));
        parts::segment(painter, analyser(pane, index), which.label(), look);
    }
    for (index, db) in RANGES_DB.into_iter().enumerate() {
        let Some(area) = range(pane, index) else { continue };
        if index == 0 {
            painter.text("Range", before(area, 36.0), label);
        }
        let look = (scene.devices.range == index, touch.is_over(Part::Range(index)));
        parts::segment(painter, area, &format!("±{db:.0}"), look);
    }
}

fn draw_graph(
    scene: &DevicesScene<'_>,
    painter: &mut Painter<'_>,
    pane: &Pane<'_>,
    touch: Touch<Part>,
) {
    let (devices, device) = (scene.devices, pane.device);
    let (plot, rate_hz) = (plot(devices, pane), f64::from(scene.desk.rate_hz()));
    let seen = scene.desk.live.seen().filter(|seen| seen.target.device == device.id);
    parts::eq_grid(painter, &plot, RANGES_DB[devices.range.min(RANGES_DB.len() - 1)]);
    let chosen = devices.page(device.id).min(BANDS - 1);
    painter.layer(plot.area, |painter| {
        if let Some(seen) = seen {
            draw_spectra(painter, plot.area, seen, devices.analyser);
        }
        let lines = lines(devices, device, rate_hz);
        if value(device, at(chosen, band::ON)) >= 0.5 {
            parts::eq_band(painter, &plot, &lines[2 + chosen]);
        }
        if lines[1] != lines[0] {
            painter.stroke(&plot.line(&lines[1]), accent::LINE, 1.5);
        }
        let now = heard(devices, device, seen, rate_hz);
        parts::eq_curve(painter, &plot, now.as_deref().unwrap_or(&lines[0]));
    });
    painter.layer(plot.area, |painter| {
        draw_legend(painter, plot.area, devices.analyser);
        let order = (0..BANDS).filter(|number| *number != chosen).chain([chosen]);
        for number in order {
            if let Some(at) = node(scene, pane, number) {
                let over = touch.is_over(Part::Node(device.id, number));
                painter.layer(plot.area, |painter| {
                    parts::eq_node(painter, at, number + 1, (number == chosen, over));
                });
            }
        }
        let held = (0..BANDS).find(|number| touch.is_over(Part::Node(device.id, *number)));
        if let Some((number, at)) = held.and_then(|n| Some((n, node(scene, pane, n)?))) {
            draw_note(painter, plot.area, device, (number, at));
        }
    });
}

fn draw_spectra(painter: &mut Painter<'_>, area: Rectangle, seen: &Seen, analyser: Analyser) {
    let plot = spectrum_plot(area);
    if matches!(analyser, Analyser::Pre | Analyser::Both) {
        parts::spectrum(painter, &plot, &seen.before_db, Trace::Before);
    }
    if matches!(analyser, Analyser::Post | Analyser::Both) {
        parts::spectrum(painter, &plot, &seen.after_db, Trace::After);
        parts::spectrum(painter, &plot, &seen.hold_db, Trace::Hold);
    }
}

fn draw_legend(painter: &mut Painter<'_>, area: Rectangle, analyser: Analyser) {
    let small = Ink::new(NARROW, size::MICRO, ink::SECONDARY);
    let before = matches!(analyser, Analyser::Pre | Analyser::Both);
    let after = matches!(analyser, Analyser::Post | Analyser::Both);
    let words = [
        ("before", Trace::Before, before),
        ("after", Trace::After, after),
        ("peak hold", Trace::Hold, after),
    ];
    let mut x = area.x + 142.0;
    for (label, trace, shown) in words {
        if shown {
            painter.fill(rect(x, area.y + 14.0, 18.0, 1.5), parts::trace_colour(trace));
            painter.text(label, rect(x + 23.0, area.y + 8.0, 44.0, 13.0), small);
            x += 60.0;
        }
    }
    if analyser != Analyser::Off {
        let plot = spectrum_plot(area);
        for db in [-18.0, -30.0, -42.0, -54.0, -66.0] {
            let row = rect(area.x, plot.y(db) - 6.0, area.width - 6.0, 12.0);
            let words = twobus_dsp::units::signed(db, 0);
            painter.text(&words, row, small.coloured(ink::TERTIARY).right());
        }
        let top = rect(area.x, area.y + 8.0, area.width - 6.0, 12.0);
        painter.text("dBFS", top, small.coloured(ink::TERTIARY).right());
    }
}

/// What the node under the pointer stands at.
fn draw_note(
    painter: &mut Painter<'_>,
    area: Rectangle,
    device: &Device,
    (number, node): (usize, Point),
) {
    let specs = device.kind.specs();
    let words = |offset: usize| {
        let param = at(number, offset);
        specs[param].format(value(device, param))
    };
    let shape = shape(device, number);
    let first = format!("{}  {}", number + 1, Shape::NAMES[shape as usize]);
    let gain = if shape.has_gain() { words(band::GAIN) } else { words(band::SLOPE) };
    let second = format!("{}   {gain}   Q {}", words(band::FREQUENCY), words(band::Q));
    let room = area.x + area.width - 172.0;
    let x = if node.x + 20.0 > room { node.x - 186.0 } else { node.x + 20.0 };
    let y = (node.y - 48.0).clamp(area.y + 4.0, area.y + area.height - 44.0);
    painter.layer(area, |painter| {
        painter.card(rect(x, y, 166.0, 40.0), bg::CONTROL, radius::CONTROL);
        let row = |at: f32| rect(x + 10.0, y + at, 150.0, 16.0);
        painter.text(&first, row(4.0), Ink::new(NARROW_MEDIUM, size::SMALL, ink::PRIMARY));
        painter.text(&second, row(20.0), Ink::new(NARROW, size::SMALL, ink::PRIMARY));
    });
}

fn draw_card(
    scene: &DevicesScene<'_>,
    painter: &mut Painter<'_>,
    pane: &Pane<'_>,
    number: usize,
    touch: Touch<Part>,
) {
    let (device, area) = (pane.device, card(pane, number));
    let chosen = scene.devices.page(device.id).min(BANDS - 1) == number;
    let over = touch.is_over(Part::Page(device.id, number));
    let on = value(device, at(number, band::ON)) >= 0.5;
    match chosen {
        true => painter.box_with(area, accent::DIM, accent::BASE, radius::CONTROL),
        false => painter.card(area, if over { bg::HOVER } else { bg::RAISED }, radius::CONTROL),
    }
    let disc = rect(area.x + 6.0, area.y + 7.0, 14.0, 14.0);
    let (edge, body, digit) = match (on, chosen) {
        (true, true) => (accent::BASE, accent::BASE, ink::DARK),
        (true, false) => (accent::BASE, bg::WELL, ink::PRIMARY),
        (false, _) => (line::STRONG, bg::WELL, ink::TERTIARY),
    };
    painter.card(disc, edge, 7.0);
    painter.card(inset(disc, 1.2), body, 5.8);
    let number_words = (number + 1).to_string();
    painter.text(&number_words, disc, Ink::new(NARROW_MEDIUM, size::MICRO, digit).centred());
    let shape = shape(device, number);
    let words = |offset: usize| {
        let param = at(number, offset);
        device.kind.specs()[param].format(value(device, param))
    };
    let (first, others) = match on {
        true => (ink::PRIMARY, ink::SECONDARY),
        false => (ink::DISABLED, ink::DISABLED),
    };
    let row = |y: f32, x: f32| rect(area.x + x, area.y + y, area.width - x - 2.0, 14.0);
    let small = Ink::new(NARROW, size::SMALL, others);
    if area.width >= 64.0 {
        painter.text(Shape::NAMES[shape as usize], row(7.0, 25.0), small);
    }
    let medium = Ink::new(NARROW_MEDIUM, size::SMALL, first);
    painter.text(&words(band::FREQUENCY), row(22.0, 8.0), medium);
    let last = match (on, shape.has_gain()) {
        (false, _) => "off".to_owned(),
        (true, true) => words(band::GAIN),
        (true, false) => words(band::SLOPE),
    };
    painter.text(&last, row(35.0, 8.0), small);
    if value(device, at(number, band::DYNAMIC)) >= 0.5 && on {
        let mark = rect(area.x, area.y + 36.0, area.width - 6.0, 12.0);
        let dynamic = Ink::new(NARROW, size::MICRO, faded(accent::BASE, 0.9)).right();
        painter.text("dyn", mark, dynamic);
    }
}
