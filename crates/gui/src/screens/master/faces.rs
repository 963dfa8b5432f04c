//! The four panels: equalizer, dynamics, stereo image, limiter.

use std::rc::Rc;

use iced::advanced::graphics::geometry::Path;
use iced::{Point, Rectangle};
use twobus_dsp::eq::curve::Curve;
use twobus_dsp::eq::params::{BANDS, PARAMS, PHASE, band};
use twobus_dsp::eq::prototype::Shape;
use twobus_dsp::param::{ParamSpec, Unit, Values};
use twobus_dsp::units::signed;
use twobus_dsp::{Db, DeviceKind, compressor};
use twobus_engine::Readings;
use twobus_session::{Device, StripId};

use super::draw::draw_power;
use super::layout::{self, RANGE_DB, card, knob, node, picture, plot, switch};
use super::params::{at, get, is_switch, knobs, switches, value};
use super::{MasterScene, Panel, Part};
use crate::painter::{Ink, Painter, rect};
use crate::parts::plot::{Plot, sampled};
use crate::parts::{self, HistoryLook, Lamp, Moment, Trace, Transfer};
use crate::theme::{
    NARROW, NARROW_BOLD, NARROW_MEDIUM, SANS, SANS_BOLD, accent, bg, faded, ink, line, meter,
    radius, size,
};
use crate::widgets::Touch;

/// Points of a drawn curve.
const POINTS: usize = 320;
/// Points of a transfer curve, and the level at its bottom, in dBFS.
const TRANSFER_POINTS: usize = 121;
const FLOOR_DB: f64 = -60.0;
/// Level at the top of the spectrum, and how many dB lie below it.
const SPECTRUM_DB: (f64, f64) = (-6.0, 66.0);
/// Reductions that the pictures reach, in dB: of the compressor, and of the limiter.
const REDUCTION_DB: [f64; 2] = [6.0, 6.0];
/// Letters that name and value of a switch have room for.
const MOST_LETTERS: usize = 18;
/// Narrower cards tell the frequency only.
const WIDE_CARD: f32 = 56.0;
/// Room for a meter beside a history.
const METER: f32 = 50.0;

pub(super) fn draw(
    scene: &MasterScene<'_>,
    painter: &mut Painter<'_>,
    (area, panel): (Rectangle, Panel),
    touch: Touch<Part>,
) {
    painter.fill(area, bg::PANEL);
    let Some((slot, device)) = scene.master.device(panel, scene.desk) else {
        if panel == Panel::Image {
            draw_image(scene, painter, picture(area, panel));
        }
        return draw_missing(painter, area, panel, touch);
    };
    draw_head(scene, painter, area, (slot, device), touch);
    let picture = picture(area, panel);
    match panel {
        Panel::Tone => draw_tone(scene, painter, area, device, touch),
        Panel::Dynamics => draw_dynamics(scene, painter, picture, (slot, device)),
        Panel::Image => draw_image(scene, painter, picture),
        Panel::Limit => draw_limit(scene, painter, picture, (slot, device)),
    }
    for (index, param) in knobs(device, scene.master.band).into_iter().enumerate() {
        let (spec, place) = (&device.kind.specs()[param], knob(area, panel, index));
        if place.y + place.height > area.y + area.height + 2.0 || is_switch(spec) {
            continue;
        }
        let (value, over) = (value(device, param), touch.is_over(Part::Param(device.id, param)));
        let travel = spec.to_travel(value).clamp(0.0, 1.0);
        let words = (short(spec), spec.format(value));
        parts::dial(painter, place, (&words.0, &words.1), (from(spec), travel), over);
    }
}

/// Where the arc of a knob begins: at zero, where that lies within.
fn from(spec: &ParamSpec) -> f64 {
    let two_sided = *spec.range.start() < 0.0 && *spec.range.end() > 0.0;
    if two_sided { spec.to_travel(0.0) } else { 0.0 }
}

/// The name of a parameter without the number of its band.
fn short(spec: &ParamSpec) -> String {
    spec.name.trim_end_matches(|letter: char| letter.is_ascii_digit()).trim_end().to_owned()
}

fn draw_missing(painter: &mut Painter<'_>, area: Rectangle, panel: Panel, touch: Touch<Part>) {
    let words = Ink::new(SANS, size::BASE, ink::TERTIARY).centred();
    // Of the stereo image there is something to see in any case.
    let text = match panel {
        Panel::Tone => "No equalizer in the chain: its tone is that of the print.",
        Panel::Dynamics => "No compressor in the chain.",
        Panel::Image => "",
        Panel::Limit => "No limiter: nothing holds the ceiling while it plays; delivery adds one.",
    };
    painter.text(text, rect(area.x, area.center_y() - 46.0, area.width, 20.0), words);
    let label = format!("+ {}", panel.kind().name());
    let over = touch.is_over(Part::New(panel));
    parts::chip(painter, layout::new(area, panel), &label, Lamp::Off, over);
}

fn draw_head(
    scene: &MasterScene<'_>,
    painter: &mut Painter<'_>,
    area: Rectangle,
    (slot, device): (usize, &Device),
    touch: Touch<Part>,
) {
    draw_power(painter, rect(area.x + 6.0, area.y, 16.0, layout::PANEL_HEAD), !device.bypass);
    let title = format!("{}  {}", slot + 1, device.kind.name());
    let colour = if device.bypass { ink::DISABLED } else { ink::PRIMARY };
    let words = rect(area.x + 26.0, area.y, 92.0, layout::PANEL_HEAD);
    painter.text(&title, words, Ink::new(SANS_BOLD, size::BASE, colour));
    for (index, param) in switches(device, scene.master.band).into_iter().enumerate() {
        let place = switch(area, index);
        if place.x + place.width >= area.x + area.width {
            break;
        }
        let spec = &device.kind.specs()[param];
        let on = spec.unit == Unit::Switch && value(device, param) >= 0.5;
        let over = touch.is_over(Part::Param(device.id, param));
        painter.card(place, if over { bg::HOVER } else { bg::WELL }, radius::SLOT);
        let inner = rect(place.x + 6.0, place.y, place.width - 12.0, place.height);
        let (name, words) = (short(spec), spec.format(value(device, param)));
        let colour = if on { accent::BASE } else { ink::PRIMARY };
        let number = Ink::new(NARROW_MEDIUM, size::SMALL, colour);
        // Where there is no room for both, the value says enough.
        match name.chars().count() + words.chars().count() <= MOST_LETTERS {
            true => {
                painter.text(&name, inner, Ink::new(NARROW, size::SMALL, ink::TERTIARY));
                painter.text(&words, inner, number.right());
            }
            false => painter.text(&words, inner, number.centred()),
        }
    }
}

/// The values of an equalizer as its functions take them.
fn values(device: &Device) -> Values<PARAMS> {
    let mut values = Values::new(twobus_dsp::eq::SPECS);
    for (param, value) in device.values.iter().enumerate() {
        let _changed = values.set(param, *value);
    }
    values
}

impl MasterScene<'_> {
    /// The lines of an equalizer: all of it, then each band alone; kept until a value changes.
    pub(super) fn lines(&self, device: &Device) -> Rc<Vec<Vec<f32>>> {
        let mut lines = self.master.lines.borrow_mut();
        if let Some((of, lines)) = lines.as_ref()
            && *of == device.values
        {
            return Rc::clone(lines);
        }
        let rate_hz = f64::from(self.desk.rate_hz());
        let drawn = |values: &Values<PARAMS>, channel| {
            let curve = Curve::new(values, &[0.0; BANDS], channel, rate_hz);
            sampled(POINTS, |hz| curve.db_at(hz))
        };
        let alone = |number: usize| {
            let mut values = values(device);
            for other in (0..BANDS).filter(|other| *other != number) {
                let _changed = values.set(at(other, band::ON), 0.0);
            }
            let _changed = values.set(PHASE, 0.0);
            // A band of the side alone is drawn as the side has it.
            let side = value(device, at(number, band::SIDE)) as usize == 2;
            drawn(&values, usize::from(side))
        };
        let whole = std::iter::once(drawn(&values(device), 0));
        let new = Rc::new(whole.chain((0..BANDS).map(alone)).collect::<Vec<_>>());
        *lines = Some((device.values.clone(), Rc::clone(&new)));
        new
    }
}

fn draw_tone(
    scene: &MasterScene<'_>,
    painter: &mut Painter<'_>,
    area: Rectangle,
    device: &Device,
    touch: Touch<Part>,
) {
    if device.kind != DeviceKind::Equalizer {
        return;
    }
    let (plot, lines, chosen) = (plot(area), scene.lines(device), scene.master.band);
    parts::eq_grid(painter, &plot, RANGE_DB);
    if let Some(hearing) = scene.desk.live.hearing().filter(|h| !h.spectrum_db.is_empty()) {
        let (top, span) = SPECTRUM_DB;
        let levels = Plot::new(plot.area, top - span, top);
        painter.layer(plot.area, |painter| {
            parts::spectrum(painter, &levels, &hearing.spectrum_db, Trace::After);
        });
    }
    painter.layer(plot.area, |painter| {
        if let (Some(band), true) = (lines.get(chosen + 1), is_on(device, chosen)) {
            parts::eq_band(painter, &plot, band);
        }
        if let Some(whole) = lines.first() {
            parts::eq_curve(painter, &plot, whole);
        }
    });
    painter.layer(plot.area, |painter| {
        for number in 0..BANDS {
            if let Some(at) = node(&plot, device, number, scene.node_db(device, number)) {
                let look = (number == chosen, touch.is_over(Part::Node(number)));
                parts::eq_node(painter, at, number + 1, look);
            }
        }
    });
    for number in 0..BANDS {
        draw_card(painter, card(area, number), device, (number, number == chosen), touch);
    }
}

/// Whether a band takes part.
fn is_on(device: &Device, number: usize) -> bool {
    value(device, at(number, band::ON)) >= 0.5
}

fn draw_card(
    painter: &mut Painter<'_>,
    area: Rectangle,
    device: &Device,
    (number, chosen): (usize, bool),
    touch: Touch<Part>,
) {
    let over = touch.is_over(Part::Band(number));
    let ground = if chosen { accent::DIM } else { bg::RAISED };
    painter.card(area, if over && !chosen { bg::HOVER } else { ground }, radius::CONTROL);
    if chosen {
        painter.outline(area, accent::BASE, 1.0, radius::CONTROL);
    }
    let on = is_on(device, number);
    let row = |y: f32| rect(area.x + 6.0, area.y + y, area.width - 8.0, 16.0);
    let index = value(device, at(number, band::SHAPE)) as usize;
    let shape = Shape::ALL.get(index).copied().unwrap_or(Shape::Bell);
    let specs = device.kind.specs();
    let name = specs[at(number, band::SHAPE)].format(index as f64);
    let quiet = if on { ink::SECONDARY } else { ink::DISABLED };
    let number_ink = Ink::new(NARROW_BOLD, size::SMALL, if on { accent::BASE } else { quiet });
    painter.text(&(number + 1).to_string(), row(4.0), number_ink);
    let beside = rect(area.x + 18.0, area.y + 4.0, area.width - 20.0, 16.0);
    if area.width >= WIDE_CARD {
        painter.text(&name, beside, Ink::new(NARROW, size::SMALL, quiet));
    }
    if !on {
        return painter.text("off", row(24.0), Ink::new(NARROW, size::SMALL, quiet));
    }
    let number_ink = Ink::new(NARROW_MEDIUM, size::SMALL, ink::PRIMARY);
    let hz = specs[at(number, band::FREQUENCY)].format(value(device, at(number, band::FREQUENCY)));
    let hz = if area.width >= WIDE_CARD { hz } else { hz.replace(" kHz", "k").replace(" Hz", "") };
    painter.text(&hz, row(24.0), number_ink);
    if shape.has_gain() {
        let gain = value(device, at(number, band::GAIN));
        let sign = if gain > 0.0 { "+" } else { "" };
        let unit = if area.width >= WIDE_CARD { " dB" } else { "" };
        painter.text(&format!("{sign}{}{unit}", signed(gain, 1)), row(41.0), number_ink);
    }
}

/// Level out for a steady level in, in dB.
fn output_db(device: &Device, input_db: f64) -> f64 {
    let values = std::array::from_fn(|param| value(device, param));
    let reduction_db = compressor::computer(values).reduction_db(input_db);
    let made_up = if get(device, "auto_makeup") >= 0.5 { 0.0 } else { get(device, "makeup") };
    let (wet, gain) = (get(device, "mix") / 100.0, Db(made_up - reduction_db).to_gain());
    input_db + Db::from_gain(1.0 - wet + wet * gain).0
}

fn draw_dynamics(
    scene: &MasterScene<'_>,
    painter: &mut Painter<'_>,
    area: Rectangle,
    (slot, device): (usize, &Device),
) {
    let mut rest = area;
    if device.kind == DeviceKind::Compressor {
        let side = area.height.min(area.width * 0.42);
        let input = |index: usize| FLOOR_DB * (1.0 - index as f64 / (TRANSFER_POINTS - 1) as f64);
        let output: Vec<f32> =
            (0..TRANSFER_POINTS).map(|index| output_db(device, input(index)) as f32).collect();
        let curve = Transfer {
            floor_db: FLOOR_DB,
            output_db: &output,
            threshold_db: Some((get(device, "threshold"), get(device, "knee"))),
            now_db: None,
        };
        parts::transfer(painter, rect(area.x, area.y, side, area.height), &curve);
        rest = rect(area.x + side + 8.0, area.y, area.width - side - 8.0, area.height);
    }
    let look = HistoryLook {
        floor_db: -48.0,
        reduction_range_db: REDUCTION_DB[0],
        threshold_db: (device.kind == DeviceKind::Compressor).then(|| get(device, "threshold")),
        ceiling_db: None,
        span: "into it and out of it, last 8 s",
    };
    draw_history(scene, painter, rest, slot, look);
}

fn draw_limit(
    scene: &MasterScene<'_>,
    painter: &mut Painter<'_>,
    area: Rectangle,
    (slot, device): (usize, &Device),
) {
    let meters = METER + 46.0;
    let plot = rect(area.x, area.y, area.width - meters, area.height);
    let look = HistoryLook {
        floor_db: -27.0,
        reduction_range_db: REDUCTION_DB[1],
        threshold_db: None,
        ceiling_db: Some(get(device, "ceiling")),
        span: "−8 s",
    };
    draw_history(scene, painter, plot, slot, look);
    draw_way(scene, painter, plot);
    let x = area.x + area.width - 38.0;
    let bus = scene.desk.live.meter(StripId::MIX_BUS);
    for side in 0..2 {
        let bar = bus.map(|meter| meter.bars[side]).unwrap_or_default();
        let column = rect(x + side as f32 * 18.0, area.y, 15.0, area.height - 30.0);
        parts::small_meter(painter, column, &bar);
    }
    let below = rect(x - 6.0, area.y + area.height - 26.0, 46.0, 14.0);
    let peak = scene.desk.live.readings().map_or(Db::SILENCE, Readings::true_peak);
    let words = if peak.is_silence() { "–".to_owned() } else { peak.to_string() };
    painter.text(&words, below, Ink::new(NARROW_BOLD, size::SMALL, ink::PRIMARY).centred());
    let unit = rect(below.x, below.y + 14.0, below.width, 12.0);
    painter.text("out dBTP", unit, Ink::new(NARROW, size::MICRO, ink::TERTIARY).centred());
}

/// The last seconds of a device, and what it takes away now.
fn draw_history(
    scene: &MasterScene<'_>,
    painter: &mut Painter<'_>,
    area: Rectangle,
    slot: usize,
    look: HistoryLook<'_>,
) {
    let hearing = scene.desk.live.hearing();
    let still = || vec![Moment::SILENT; 2];
    let moments = hearing.map_or_else(still, |hearing| hearing.moments(slot));
    let plot = rect(area.x, area.y, (area.width - METER - 4.0).max(20.0), area.height);
    parts::history(painter, plot, &moments, look);
    let bar = rect(plot.x + plot.width + 8.0, area.y, METER - 4.0, area.height - 30.0);
    let now = hearing.map_or((0.0, 0.0), |hearing| hearing.reduction_db(slot));
    parts::reduction_meter(painter, bar, now, look.reduction_range_db);
}

/// What is measured of print and master, over the picture of the limiter.
fn draw_way(scene: &MasterScene<'_>, painter: &mut Painter<'_>, plot: Rectangle) {
    let Some(studied) = scene.master.studied.as_ref().filter(|_| plot.width > 420.0) else {
        return;
    };
    let area = rect(plot.x + plot.width - METER - 300.0, plot.y + plot.height - 56.0, 292.0, 36.0);
    painter.layer(area, |painter| {
        painter.box_with(area, bg::WELL, line::STRONG, 3.0);
        let small = Ink::new(NARROW, size::SMALL, ink::SECONDARY);
        let number = Ink::new(NARROW_MEDIUM, size::SMALL, ink::PRIMARY);
        for (index, (name, survey)) in
            [("print", &studied.print), ("master", &studied.master)].into_iter().enumerate()
        {
            let x = area.x + 12.0 + index as f32 * 142.0;
            painter.text(name, rect(x, area.y, 44.0, area.height), small);
            let level = |value: Option<f64>, unit: &str| {
                value.map_or_else(|| "–".to_owned(), |v| format!("{} {unit}", signed(v, 1)))
            };
            let report = &survey.report;
            let rows = [
                level(report.integrated_lufs, "LUFS"),
                level(report.true_peak.map(|peak| peak.value), "dBTP"),
            ];
            for (line, text) in rows.iter().enumerate() {
                let y = area.y + 3.0 + line as f32 * 15.0;
                painter.text(text, rect(x + 44.0, y, 86.0, 15.0), number);
            }
        }
        let arrow = rect(area.x + 128.0, area.y, 20.0, area.height);
        crate::icon::draw(painter, crate::icon::Icon::Right, arrow, 12.0, ink::TERTIARY);
    });
}

/// Left against right: the middle upwards, the side across.
fn draw_image(scene: &MasterScene<'_>, painter: &mut Painter<'_>, area: Rectangle) {
    painter.fill(area, bg::WELL);
    let (middle, half) = (area.center(), area.width / 2.0 - 8.0);
    let point = |x: f32, y: f32| Point::new(middle.x + x * half, middle.y - y * half);
    let diamond = Path::new(|p| {
        p.move_to(point(-1.0, 0.0));
        [(0.0, 1.0), (1.0, 0.0), (0.0, -1.0)].into_iter().for_each(|(x, y)| p.line_to(point(x, y)));
        p.close();
    });
    painter.stroke(&diamond, line::GRID, 1.0);
    for (a, b) in [((0.0, 1.0), (0.0, -1.0)), ((-1.0, 0.0), (1.0, 0.0))] {
        painter.stroke(&Path::line(point(a.0, a.1), point(b.0, b.1)), line::GRID, 1.0);
    }
    let small = Ink::new(NARROW, size::MICRO, ink::TERTIARY);
    for (x, y, text) in [(0.0, 0.94, "M"), (-0.62, 0.62, "L"), (0.62, 0.62, "R")] {
        let at = point(x, y);
        painter.text(text, rect(at.x - 8.0, at.y - 6.0, 16.0, 12.0), small.centred());
    }
    if let Some(hearing) = scene.desk.live.hearing() {
        // All dots are one shape: as many rectangles of their own would each be painted by themselves.
        let dots = Path::new(|p| {
            for [left, right] in &hearing.dots {
                let (mid, side) = ((left + right) / 2.0, (right - left) / 2.0);
                let at = point(side.clamp(-1.0, 1.0), mid.clamp(-1.0, 1.0));
                p.rectangle(at, iced::Size::new(1.5, 1.5));
            }
        });
        painter.layer(area, |painter| painter.shape(&dots, faded(meter::MID, 0.75)));
    }
    draw_correlation(scene, painter, rect(area.x, area.y + area.height + 6.0, area.width, 8.0));
}

fn draw_correlation(scene: &MasterScene<'_>, painter: &mut Painter<'_>, area: Rectangle) {
    painter.fill(area, bg::WELL);
    let found = scene.desk.live.readings().and_then(Readings::correlation);
    if let Some(correlation) = found {
        let half = area.width / 2.0;
        let wide = half * correlation.abs() as f32;
        let x = if correlation < 0.0 { area.center_x() - wide } else { area.center_x() };
        let colour = if correlation < 0.0 { meter::HOT } else { meter::MID };
        painter.fill(rect(x, area.y, wide, area.height), colour);
    }
    painter.fill(rect(area.center_x(), area.y - 2.0, 1.0, area.height + 4.0), ink::SECONDARY);
    let small = Ink::new(NARROW, size::MICRO, ink::TERTIARY);
    let row = rect(area.x, area.y + 10.0, area.width, 12.0);
    painter.text("−1", row, small);
    painter.text("0", row, small.centred());
    painter.text("+1", row, small.right());
}
