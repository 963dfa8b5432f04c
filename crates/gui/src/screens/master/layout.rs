//! Where everything in the Master view lies.

use iced::{Point, Rectangle, Size};
use twobus_dsp::eq::params::{BANDS, band};
use twobus_session::Device;

use super::params::{at, get, is_switch, knobs, switches, value};
use super::{MasterScene, Panel, Part, side};
use crate::painter::{inset, rect};
use crate::parts::eq_plot;
use crate::parts::plot::Plot;
use crate::widgets::{Acts, Control};

/// Width of the column at the right, and of what it folds to in a narrow window.
const COLUMN: f32 = 336.0;
const RAIL: f32 = 64.0;
/// Narrower than this it is folded.
const LEAST_WIDE: f32 = 1440.0;
/// Height of the head over the wave, of the chain, and of a panel's head.
const HEAD: f32 = 30.0;
const CHAIN: f32 = 35.0;
pub(super) const PANEL_HEAD: f32 = 28.0;
/// Height of the knobs below a picture.
pub(super) const KNOBS: f32 = 80.0;
/// Gain that the graph reaches, in dB.
pub(super) const RANGE_DB: f64 = 6.0;
/// Half of what a node catches.
const CATCH: f32 = 12.0;
/// Pixels of a knob's whole travel.
const TRAVEL: f32 = 200.0;

/// Where the pieces lie.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) head: Rectangle,
    pub(super) wave: Rectangle,
    pub(super) chain: Rectangle,
    panels: [Rectangle; 4],
    /// The column at the right.
    pub(super) side: Rectangle,
    /// Whether that is folded.
    pub(super) folded: bool,
}

impl Frame {
    pub(super) fn new(size: Size) -> Self {
        let folded = size.width < LEAST_WIDE;
        let right = if folded { RAIL } else { COLUMN };
        let left = (size.width - right).max(200.0);
        let wave = (size.height * 0.19).clamp(80.0, 260.0);
        let chain = HEAD + wave;
        let rest = (size.height - chain - CHAIN).max(100.0);
        let (upper, y) = ((rest * 0.5).round(), chain + CHAIN);
        let (tone, image) = ((left * 0.595).round(), (left * 0.235).round().max(220.0));
        let lower = rest - upper;
        Self {
            head: rect(0.0, 0.0, left, HEAD),
            wave: rect(12.0, HEAD + 8.0, left - 58.0, wave - 26.0),
            chain: rect(0.0, chain, left, CHAIN - 1.0),
            panels: [
                rect(0.0, y, tone - 1.0, upper - 1.0),
                rect(tone, y, left - tone - 1.0, upper - 1.0),
                rect(0.0, y + upper, image - 1.0, lower),
                rect(image, y + upper, left - image - 1.0, lower),
            ],
            side: rect(left, 0.0, right, size.height),
            folded,
        }
    }

    /// Where a panel lies.
    pub(super) fn panel(&self, panel: Panel) -> Rectangle {
        let at = Panel::ALL.iter().position(|other| *other == panel).unwrap_or(0);
        self.panels[at]
    }
}

/// What of a panel is the picture.
pub(super) fn picture(area: Rectangle, panel: Panel) -> Rectangle {
    let below = KNOBS + if panel == Panel::Tone { 6.0 } else { 0.0 };
    let inner =
        rect(area.x + 8.0, area.y + PANEL_HEAD, area.width - 16.0, area.height - PANEL_HEAD);
    match panel {
        // Its knobs stand beside it.
        Panel::Image => {
            let side = (inner.width - 84.0).min(inner.height - 28.0).max(40.0);
            rect(inner.x, inner.y + 2.0, side, side)
        }
        _ => rect(inner.x, inner.y, inner.width, (inner.height - below).max(20.0)),
    }
}

/// Where the knob number `index` of a panel lies.
pub(super) fn knob(area: Rectangle, panel: Panel, index: usize) -> Rectangle {
    let y = area.y + area.height - KNOBS;
    let index = index as f32;
    match panel {
        Panel::Tone => rect(area.x + area.width - 264.0 + index * 84.0, y, 84.0, 78.0),
        Panel::Image => {
            let x = area.x + area.width - 84.0;
            rect(x, area.y + PANEL_HEAD + 4.0 + index * 80.0, 84.0, 78.0)
        }
        _ => {
            let step =
                ((area.width - 16.0) / 7.0).min(if panel == Panel::Limit { 104.0 } else { 84.0 });
            rect(area.x + 8.0 + index * step, y, step, 78.0)
        }
    }
}

/// Where the switch number `index` in the head of a panel lies.
pub(super) fn switch(area: Rectangle, index: usize) -> Rectangle {
    rect(area.x + 118.0 + index as f32 * 108.0, area.y + 3.0, 104.0, 22.0)
}

/// The button of an empty panel.
pub(super) fn new(area: Rectangle, panel: Panel) -> Rectangle {
    match panel {
        Panel::Image => rect(area.x + area.width - 84.0, area.y + PANEL_HEAD + 6.0, 76.0, 28.0),
        _ => rect(area.center_x() - 70.0, area.center_y() - 15.0, 140.0, 30.0),
    }
}

/// The card of a band.
pub(super) fn card(area: Rectangle, number: usize) -> Rectangle {
    let step = (area.width - 290.0) / BANDS as f32;
    let y = area.y + area.height - KNOBS + 8.0;
    rect(area.x + 8.0 + number as f32 * step, y, step - 4.0, 62.0)
}

/// The axes of the equalizer's graph.
pub(super) fn plot(area: Rectangle) -> Plot {
    eq_plot(picture(area, Panel::Tone), RANGE_DB)
}

/// Where the node of a band lies; `None` while the band is off.
pub(super) fn node(plot: &Plot, device: &Device, number: usize, line_db: f64) -> Option<Point> {
    if value(device, at(number, band::ON)) < 0.5 {
        return None;
    }
    let inner = inset(plot.area, 10.0);
    let x = plot.x(value(device, at(number, band::FREQUENCY)));
    let y = plot.y(line_db);
    let (right, bottom) = (inner.x + inner.width, inner.y + inner.height);
    Some(Point::new(x.clamp(inner.x, right), y.clamp(inner.y, bottom)))
}

/// A chip of the chain.
pub(super) fn chip(frame: &Frame, index: usize) -> Rectangle {
    rect(108.0 + index as f32 * 148.0, frame.chain.y + 5.0, 138.0, 24.0)
}

/// The buttons of the chain, from the right.
pub(super) fn tool(frame: &Frame, part: Part) -> Rectangle {
    let right = |from: f32, width| rect(frame.chain.width - from, frame.chain.y + 5.0, width, 24.0);
    match part {
        Part::Bypass => right(102.0, 94.0),
        Part::Presets => right(200.0, 92.0),
        _ => right(296.0, 90.0),
    }
}

/// The pieces of the head over the wave.
pub(super) fn head(frame: &Frame, part: Part) -> Rectangle {
    match part {
        Part::Show(index) => rect(frame.head.width - 120.0 + index as f32 * 56.0, 4.0, 54.0, 22.0),
        Part::Update => rect(300.0, 4.0, 230.0, 22.0),
        _ => rect(538.0, 4.0, 90.0, 22.0),
    }
}

pub(super) fn trim(frame: &Frame) -> Rectangle {
    rect(28.0, frame.chain.y + 5.0, 58.0, 24.0)
}

fn turn(part: Part, area: Rectangle, travel: f64) -> Control<Part> {
    let acts = Acts::Turn { travel, pixels: TRAVEL, catch: None };
    Control { part, area, acts, stops: true }
}

fn node_control(part: Part, at: Point) -> Control<Part> {
    let area = rect(at.x - CATCH, at.y - CATCH, 2.0 * CATCH, 2.0 * CATCH);
    Control { stops: true, ..Control::field(part, area) }
}

pub(super) fn controls(scene: &MasterScene<'_>, size: Size) -> Vec<Control<Part>> {
    let frame = Frame::new(size);
    let mut all = Vec::new();
    if !scene.is_empty() {
        above(scene, &frame, &mut all);
        for panel in Panel::ALL {
            of_panel(scene, &frame, panel, &mut all);
        }
    } else if scene.desk.song().mix.is_some() {
        all.push(Control::button(Part::Update, empty_button(&frame)));
    }
    side::controls(scene, &frame, &mut all);
    all
}

/// The button where there is no print yet.
pub(super) fn empty_button(frame: &Frame) -> Rectangle {
    let middle = frame.wave.x + frame.wave.width / 2.0;
    rect(middle - 70.0, frame.side.height / 2.0 + 24.0, 140.0, 36.0)
}

/// The wave, its head, and the chain.
fn above(scene: &MasterScene<'_>, frame: &Frame, all: &mut Vec<Control<Part>>) {
    let button = |part, area| Control::button(part, area);
    if scene.desk.song().mix.is_some() {
        all.push(button(Part::Update, head(frame, Part::Update)));
        all.push(button(Part::Readiness, head(frame, Part::Readiness)));
    }
    for index in 0..2 {
        all.push(button(Part::Show(index), head(frame, Part::Show(index))));
    }
    all.push(Control { stops: true, ..Control::field(Part::Wave, frame.wave) });
    let spec = &twobus_session::strip::TRIM;
    let travel = spec.to_travel(scene.desk.song().master.trim.0);
    all.push(turn(Part::Trim, trim(frame), travel));
    let chain = &scene.desk.song().master.chain;
    for (index, device) in chain.iter().enumerate() {
        let area = chip(frame, index);
        if area.x + area.width < tool(frame, Part::Compare).x - 40.0 {
            all.push(button(Part::Chip(device.id), area));
            let power = rect(area.x, area.y, 26.0, area.height);
            all.push(button(Part::Power(device.id), power));
        }
    }
    all.push(button(Part::Add, add(frame, chain.len())));
    for part in [Part::Compare, Part::Presets, Part::Bypass] {
        all.push(button(part, tool(frame, part)));
    }
}

/// The button after the last chip that has room.
pub(super) fn add(frame: &Frame, count: usize) -> Rectangle {
    let last = tool(frame, Part::Compare).x - 36.0;
    rect(chip(frame, count).x.min(last), frame.chain.y + 5.0, 28.0, 24.0)
}

fn of_panel(scene: &MasterScene<'_>, frame: &Frame, panel: Panel, all: &mut Vec<Control<Part>>) {
    let area = frame.panel(panel);
    let Some((_, device)) = scene.master.device(panel, scene.desk) else {
        return all.push(Control::button(Part::New(panel), new(area, panel)));
    };
    let band = scene.master.band;
    for (index, param) in switches(device, band).into_iter().enumerate() {
        let place = switch(area, index);
        if place.x + place.width < area.x + area.width {
            all.push(Control::button(Part::Param(device.id, param), place));
        }
    }
    if panel == Panel::Tone {
        let plot = plot(area);
        all.push(Control { stops: true, ..Control::field(Part::Graph, plot.area) });
        for number in 0..BANDS {
            if let Some(at) = node(&plot, device, number, scene.node_db(device, number)) {
                all.push(node_control(Part::Node(number), at));
            }
        }
        all.extend((0..BANDS).map(|n| Control::button(Part::Band(n), card(area, n))));
    }
    for (index, param) in knobs(device, band).into_iter().enumerate() {
        let (spec, place) = (&device.kind.specs()[param], knob(area, panel, index));
        if place.y + place.height > area.y + area.height + 2.0 || is_switch(spec) {
            continue;
        }
        let travel = spec.to_travel(value(device, param)).clamp(0.0, 1.0);
        all.push(turn(Part::Param(device.id, param), place, travel));
    }
}

impl MasterScene<'_> {
    /// Whether there is nothing to master.
    pub(super) fn is_empty(&self) -> bool {
        let (project, song) = (self.desk.project(), self.desk.song());
        twobus_jobs::master::input(self.desk.folder(), project, song).is_err()
    }

    /// Where the line of an equalizer lies at the frequency of a band, in dB.
    pub(super) fn node_db(&self, device: &Device, number: usize) -> f64 {
        let lines = self.lines(device);
        let Some(whole) = lines.first() else { return 0.0 };
        let plot = Plot::new(rect(0.0, 0.0, 1.0, 1.0), -1.0, 1.0);
        let share = plot.x(value(device, at(number, band::FREQUENCY))).clamp(0.0, 1.0);
        let index = (share * (whole.len().max(1) - 1) as f32).round() as usize;
        whole.get(index).map_or(0.0, |db| f64::from(*db))
    }

    /// The ceiling of the limiter that has the last word, in dBTP; that of the target without one.
    pub(super) fn ceiling_db(&self) -> f64 {
        let limiter = self.master.device(Panel::Limit, self.desk);
        let target = self.desk.song().master.target.ceiling_dbtp;
        limiter.map_or(target, |(_, device)| get(device, "ceiling"))
    }
}
