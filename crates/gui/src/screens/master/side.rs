//! The column at the right: what is heard, the target, meters, and what each place will do.

mod meters;

use iced::Rectangle;
use twobus_analysis::places::{self, Played};
use twobus_dsp::Db;
use twobus_dsp::units::signed;
use twobus_render::live::Speaker;
use twobus_session::Target;
use twobus_session::readiness::Check;

use super::draw::source_name;
use super::layout::Frame;
use super::update::is_checked;
use super::{MasterScene, Part};
use crate::desk::Source;
use crate::icon::{self, Icon};
use crate::painter::{Ink, Painter, rect};
use crate::parts::{self, Lamp};
use crate::theme::{
    NARROW, NARROW_MEDIUM, SANS, SANS_BOLD, SANS_MEDIUM, accent, bg, ink, line, radius, size, state,
};
use crate::widgets::{Control, Touch};

/// From the column's edge to what is in it.
const MARGIN: f32 = 14.0;
/// Height of the meters.
const METERS: f32 = 200.0;
/// Places that are told of, by their ids.
const PLACES: [&str; 6] = ["spotify", "apple-music", "youtube", "club", "cd", "ebu-r128"];
const PLACE: f32 = 22.0;

/// What is offered to be made up for, in the order of the sliders.
pub(super) const AMOUNTS: [&str; 4] = ["Tone", "Loudness", "Width", "Dynamics"];

/// What is heard while it is held, with its sign.
pub(super) const CHECKS: [(Icon, &str); 4] = [
    (Icon::Mono, "Mono"),
    (Icon::Stereo, "Side"),
    (Icon::Phone, "Phone"),
    (Icon::Laptop, "Laptop"),
];

/// Where the pieces lie, from the top down.
struct Plan {
    area: Rectangle,
    sources: f32,
    file: f32,
    buttons: f32,
    amounts: f32,
    target: f32,
    meters: f32,
    places: f32,
    checks: f32,
}

fn plan(frame: &Frame) -> Plan {
    Plan {
        area: frame.side,
        sources: 32.0,
        file: 92.0,
        buttons: 116.0,
        amounts: 146.0,
        target: 186.0,
        meters: 222.0,
        places: 222.0 + METERS + 34.0,
        checks: 222.0 + METERS + 34.0 + 26.0 + PLACES.len() as f32 * PLACE + 8.0,
    }
}

impl Plan {
    fn row(&self, x: f32, y: f32, width: f32, height: f32) -> Rectangle {
        rect(self.area.x + MARGIN + x, self.area.y + y, width, height)
    }

    fn width(&self) -> f32 {
        self.area.width - 2.0 * MARGIN
    }

    fn source(&self, index: usize) -> Rectangle {
        let wide = (self.width() - 12.0) / 3.0;
        self.row(index as f32 * (wide + 6.0), self.sources, wide, 52.0)
    }

    fn amount(&self, index: usize) -> Rectangle {
        let wide = (self.width() - 24.0) / 4.0;
        self.row(index as f32 * (wide + 8.0), self.amounts, wide, 30.0)
    }

    fn place(&self, index: usize) -> Rectangle {
        self.row(0.0, self.places + 20.0 + index as f32 * PLACE, self.width(), PLACE)
    }

    fn check(&self, index: usize) -> Rectangle {
        let wide = (self.width() - 12.0) / 4.0;
        self.row(index as f32 * (wide + 4.0), self.checks + 20.0, wide, 50.0)
    }

    fn has_room(&self, area: Rectangle) -> bool {
        area.y + area.height <= self.area.y + self.area.height
    }
}

/// A button of the rail that the column folds to.
fn rail(frame: &Frame, index: usize) -> Rectangle {
    rect(frame.side.x + 6.0, 8.0 + index as f32 * 62.0, frame.side.width - 12.0, 56.0)
}

/// Which share of a slider a point is at.
pub(super) fn share(frame: &Frame, index: usize, x: f32) -> f64 {
    let area = plan(frame).amount(index);
    f64::from((x - area.x) / area.width).clamp(0.0, 1.0)
}

pub(super) fn controls(scene: &MasterScene<'_>, frame: &Frame, all: &mut Vec<Control<Part>>) {
    if frame.folded {
        all.extend((0..3).map(|index| Control::button(Part::Source(index), rail(frame, index))));
        all.push(Control::button(Part::Target, rail(frame, 3)));
        all.push(Control::button(Part::Reference, rail(frame, 4)));
        return;
    }
    let plan = plan(frame);
    let button = |part, area| Control::button(part, area);
    all.push(button(Part::Matched, plan.row(plan.width() - 200.0, 6.0, 200.0, 22.0)));
    all.extend((0..3).map(|index| button(Part::Source(index), plan.source(index))));
    all.push(button(Part::Reference, plan.row(0.0, plan.file, plan.width(), 22.0)));
    all.push(button(Part::Match, plan.row(0.0, plan.buttons, 152.0, 24.0)));
    all.push(button(Part::Assistant, plan.row(156.0, plan.buttons, plan.width() - 156.0, 24.0)));
    for index in 0..AMOUNTS.len() {
        let area = plan.amount(index);
        all.push(Control { stops: true, ..Control::field(Part::Amount(index), area) });
    }
    all.push(button(Part::Target, plan.row(50.0, plan.target, plan.width() - 50.0, 24.0)));
    all.push(Control::label(Part::Meters, plan.row(0.0, plan.meters, plan.width(), METERS + 20.0)));
    for index in 0..scene.played().len() {
        let area = plan.place(index);
        if plan.has_room(area) {
            all.push(Control::label(Part::Place(index), area));
        }
    }
    for index in 0..CHECKS.len() {
        let area = plan.check(index);
        if plan.has_room(area) {
            all.push(Control::field(Part::Check(index), area));
        }
    }
}

impl MasterScene<'_> {
    /// What the places do with the master.
    pub(super) fn played(&self) -> Vec<Played> {
        let Some(studied) = &self.master.studied else { return Vec::new() };
        let all = places::all(&studied.master.report);
        let usual = |id: &&str| all.iter().find(|p| p.usual && p.place == **id).cloned();
        PLACES.iter().filter_map(usual).collect()
    }

    /// The name of the reference's file.
    pub(super) fn reference_name(&self) -> Option<String> {
        let reference = self.desk.song().master.references.first()?;
        let path = &self.desk.project().media(reference.media)?.path;
        Some(path.rsplit('/').next().unwrap_or(path).to_owned())
    }

    /// Whether one of the three can be heard.
    pub(super) fn has_source(&self, source: Source) -> bool {
        match source {
            Source::Print | Source::Master => !self.is_empty(),
            Source::Reference => !self.desk.song().master.references.is_empty(),
        }
    }
}

/// A target in words.
pub(super) fn target_words(target: &Target) -> String {
    match target.loudness_lufs {
        None => format!("None (ceiling {} dBTP)", Db(target.ceiling_dbtp)),
        Some(lufs) => format!("{} LUFS, {} dBTP", Db(lufs), Db(target.ceiling_dbtp)),
    }
}

pub(super) fn draw(
    scene: &MasterScene<'_>,
    painter: &mut Painter<'_>,
    frame: &Frame,
    touch: Touch<Part>,
) {
    painter.fill(frame.side, bg::PANEL);
    painter.fill(rect(frame.side.x, 0.0, 1.0, frame.side.height), bg::APP);
    if frame.folded {
        return draw_rail(scene, painter, frame, touch);
    }
    let plan = plan(frame);
    draw_listen(scene, painter, &plan, touch);
    draw_reference(scene, painter, &plan, touch);
    rule(painter, &plan, plan.target - 8.0);
    draw_target(scene, painter, &plan, touch);
    meters::draw_loudness(scene, painter, &plan);
    meters::draw_peaks(scene, painter, &plan);
    meters::draw_numbers(scene, painter, &plan);
    rule(painter, &plan, plan.places - 8.0);
    draw_places(scene, painter, &plan, touch);
    draw_checks(scene, painter, &plan, touch);
}

fn rule(painter: &mut Painter<'_>, plan: &Plan, y: f32) {
    painter.fill(rect(plan.area.x, plan.area.y + y, plan.area.width, 1.0), line::SUBTLE);
}

fn heading(painter: &mut Painter<'_>, area: Rectangle, text: &str) {
    painter.text(text, area, Ink::new(SANS_BOLD, size::BASE, ink::PRIMARY));
}

fn draw_listen(
    scene: &MasterScene<'_>,
    painter: &mut Painter<'_>,
    plan: &Plan,
    touch: Touch<Part>,
) {
    heading(painter, plan.row(0.0, 8.0, 100.0, 18.0), "Listen to");
    let listening = scene.desk.listening();
    let over = touch.is_over(Part::Matched);
    let looped = scene.desk.mix().timeline.loop_range.is_some_and(|range| range.on);
    let text = match (listening.matched, looped) {
        (false, _) => "as loud as they are",
        (true, true) => "same loudness over the loop",
        (true, false) => "same loudness, loudest part",
    };
    let words = plan.row(plan.width() - 200.0, 8.0, 160.0, 18.0);
    let colour = if over { ink::PRIMARY } else { ink::SECONDARY };
    painter.text(text, words, Ink::new(SANS, size::SMALL, colour).right());
    let toggle = plan.row(plan.width() - 30.0, 9.0, 28.0, 16.0);
    let (ground, x) = match listening.matched {
        true => (accent::FILL, toggle.x + 14.0),
        false => (line::STRONG, toggle.x + 2.0),
    };
    painter.card(toggle, ground, 8.0);
    painter.card(rect(x, toggle.y + 2.0, 12.0, 12.0), ink::PRIMARY, 6.0);
    for (index, source) in Source::ALL.into_iter().enumerate() {
        draw_source(scene, painter, plan.source(index), (index, source), touch);
    }
}

fn draw_source(
    scene: &MasterScene<'_>,
    painter: &mut Painter<'_>,
    area: Rectangle,
    (index, source): (usize, Source),
    touch: Touch<Part>,
) {
    let listening = scene.desk.listening();
    let (on, usable) = (listening.source == source, scene.has_source(source));
    let over = touch.is_over(Part::Source(index));
    let ground = match (on && usable, over && usable) {
        (true, _) => accent::FILL,
        (false, true) => bg::HOVER,
        (false, false) => bg::CONTROL,
    };
    painter.card(area, ground, radius::CONTROL);
    let colour = match (on && usable, usable) {
        (true, _) => ink::DARK,
        (false, true) => ink::PRIMARY,
        (false, false) => ink::DISABLED,
    };
    let narrow = area.width < 80.0;
    let name = match (narrow, source) {
        (true, Source::Print) => "Print",
        (true, Source::Reference) => "Ref",
        (_, source) => source_name(source),
    };
    let row = |y: f32, height| rect(area.x, area.y + y, area.width, height);
    let bold = Ink::new(SANS_BOLD, size::TITLE, colour).centred();
    painter.text(name, row(10.0, 18.0), bold);
    let gain = match usable {
        true => format!("{} dB", signed(listening.gain_db(source), 1)),
        false => "–".to_owned(),
    };
    let quiet = if on && usable { ink::DARK } else { ink::SECONDARY };
    painter.text(&gain, row(30.0, 16.0), Ink::new(NARROW, size::SMALL, quiet).centred());
    let key = rect(area.x, area.y + 2.0, area.width - 6.0, 14.0);
    let small = Ink::new(NARROW, size::MICRO, quiet).right();
    painter.text(&(index + 1).to_string(), key, small);
}

fn draw_reference(
    scene: &MasterScene<'_>,
    painter: &mut Painter<'_>,
    plan: &Plan,
    touch: Touch<Part>,
) {
    let row = plan.row(0.0, plan.file, plan.width(), 22.0);
    let colour = if touch.is_over(Part::Reference) { ink::PRIMARY } else { ink::SECONDARY };
    icon::draw(painter, Icon::File, rect(row.x, row.y, 16.0, row.height), 13.0, ink::TERTIARY);
    let name = scene.reference_name();
    let words = rect(row.x + 20.0, row.y, row.width * 0.55, row.height);
    let text = name.clone().unwrap_or_else(|| "Choose a track you admire…".to_owned());
    painter.text(&text, words, Ink::new(SANS, size::SMALL, colour));
    if let Some(studied) = &scene.master.studied {
        let lufs = studied.part_lufs().map(|lufs| lufs.map_or("–".to_owned(), |v| signed(v, 1)));
        let text = match name {
            Some(_) => format!("{}, {}, {} LUFS", lufs[0], lufs[1], lufs[2]),
            None => format!("{}, {} LUFS", lufs[0], lufs[1]),
        };
        painter.text(&text, row, Ink::new(NARROW, size::SMALL, ink::TERTIARY).right());
    }
    let buttons = [
        (Part::Match, "Match reference…", plan.row(0.0, plan.buttons, 152.0, 24.0)),
        (Part::Assistant, "Assistant…", plan.row(156.0, plan.buttons, plan.width() - 156.0, 24.0)),
    ];
    for (part, label, area) in buttons {
        let usable = !scene.is_empty() && (part == Part::Assistant || name_is(scene));
        let lamp = if usable { Lamp::Off } else { Lamp::Dead };
        parts::chip(painter, area, label, lamp, touch.is_over(part));
    }
    let amounts = scene.master.amounts;
    let values = [amounts.tone, amounts.loudness, amounts.width, amounts.dynamics];
    for (index, (name, value)) in AMOUNTS.into_iter().zip(values).enumerate() {
        draw_amount(painter, plan.amount(index), name, value);
    }
}

fn name_is(scene: &MasterScene<'_>) -> bool {
    scene.has_source(Source::Reference)
}

fn draw_amount(painter: &mut Painter<'_>, area: Rectangle, name: &str, value: f64) {
    let row = rect(area.x, area.y, area.width, 14.0);
    painter.text(name, row, Ink::new(NARROW, size::MICRO, ink::SECONDARY));
    let colour = if value > 0.0 { ink::PRIMARY } else { ink::TERTIARY };
    let text = format!("{:.0} %", 100.0 * value);
    painter.text(&text, row, Ink::new(NARROW_MEDIUM, size::MICRO, colour).right());
    let rail = rect(area.x, area.y + 18.0, area.width, 3.0);
    painter.card(rail, bg::WELL, 1.0);
    painter.card(rect(rail.x, rail.y, rail.width * value as f32, 3.0), accent::BASE, 1.0);
    let x = area.x + (area.width - 8.0) * value as f32;
    painter.card(rect(x, area.y + 15.5, 8.0, 8.0), ink::PRIMARY, 4.0);
}

fn draw_target(
    scene: &MasterScene<'_>,
    painter: &mut Painter<'_>,
    plan: &Plan,
    touch: Touch<Part>,
) {
    heading(painter, plan.row(0.0, plan.target, 48.0, 24.0), "Target");
    let area = plan.row(50.0, plan.target, plan.width() - 50.0, 24.0);
    let over = touch.is_over(Part::Target);
    painter.card(area, if over { bg::HOVER } else { bg::CONTROL }, radius::CONTROL);
    let words = rect(area.x + 10.0, area.y, area.width - 34.0, area.height);
    let text = target_words(&scene.desk.song().master.target);
    painter.text(&text, words, Ink::new(NARROW_MEDIUM, size::BASE, ink::PRIMARY));
    let arrow = rect(area.x + area.width - 24.0, area.y, 20.0, area.height);
    icon::draw(painter, Icon::Down, arrow, 12.0, ink::SECONDARY);
}

fn draw_places(
    scene: &MasterScene<'_>,
    painter: &mut Painter<'_>,
    plan: &Plan,
    touch: Touch<Part>,
) {
    let head = plan.row(0.0, plan.places, plan.width(), 16.0);
    heading(painter, head, "What each place will do");
    let played = scene.played();
    if played.is_empty() {
        let words = Ink::new(SANS, size::SMALL, ink::TERTIARY);
        painter.text("once the master is measured", plan.place(0), words);
    }
    for (index, place) in played.iter().enumerate() {
        let area = plan.place(index);
        if !plan.has_room(area) {
            break;
        }
        if touch.is_over(Part::Place(index)) {
            painter.card(area, bg::RAISED, radius::SLOT);
        }
        let (sign, colour) = match place.warnings.is_empty() {
            true => (Icon::Check, state::OK),
            false => (Icon::Warn, state::WARN),
        };
        icon::draw(painter, sign, rect(area.x, area.y, 16.0, area.height), 12.0, colour);
        let at = |x: f32, width: f32| rect(area.x + x, area.y, width, area.height);
        painter.text(&place.name, at(20.0, 94.0), Ink::new(SANS, size::BASE, ink::PRIMARY));
        let quiet = Ink::new(NARROW, size::SMALL, ink::SECONDARY);
        painter.text(&in_short(place), at(116.0, 130.0), quiet);
        let value = format!("{} dB", signed(place.gain_db, 1));
        let number = Ink::new(NARROW_MEDIUM, size::BASE, ink::PRIMARY).right();
        painter.text(&value, area, number);
    }
}

/// What becomes of the master, in two or three words.
fn in_short(place: &Played) -> String {
    let gain = match place.gain_db {
        down if down < -0.05 => "turned down",
        up if up > 0.05 => "turned up",
        _ => "played as it is",
    };
    match place.warnings.len() {
        0 => gain.to_owned(),
        1 => format!("{gain}; one warning"),
        n => format!("{gain}; {n} warnings"),
    }
}

fn draw_checks(
    scene: &MasterScene<'_>,
    painter: &mut Painter<'_>,
    plan: &Plan,
    touch: Touch<Part>,
) {
    if !plan.has_room(plan.check(0)) {
        return;
    }
    rule(painter, plan, plan.checks - 6.0);
    let head = plan.row(0.0, plan.checks, plan.width(), 16.0);
    heading(painter, head, "Does it translate?");
    painter.text("hold to listen", head, Ink::new(SANS, size::SMALL, ink::TERTIARY).right());
    let print = twobus_jobs::master::print_of(scene.desk.song(), None).ok();
    let loss = print.and_then(|print| print.readiness.as_ref()?.row(Check::MonoLoss)?.value);
    let correlation = scene.master.studied.as_ref().and_then(|s| s.master.report.correlation);
    let band = |speaker: Speaker| Some(format!("from {:.0} Hz", speaker.band_hz().0));
    let values = [
        loss.map(|lu| format!("−{} LU", signed(lu, 1))),
        correlation.map(|value| format!("corr. {}", signed(value, 2))),
        band(Speaker::Phone),
        band(Speaker::Laptop),
    ];
    for (index, ((sign, name), value)) in CHECKS.into_iter().zip(values).enumerate() {
        let on = is_checked(index, scene.desk.listening());
        let area = plan.check(index);
        let over = touch.is_over(Part::Check(index));
        let ground = match (on, over) {
            (true, _) => accent::FILL,
            (false, true) => bg::HOVER,
            (false, false) => bg::CONTROL,
        };
        painter.card(area, ground, radius::CONTROL);
        let colour = if on { ink::DARK } else { ink::PRIMARY };
        icon::draw(painter, sign, rect(area.x + 4.0, area.y + 8.0, 18.0, 18.0), 13.0, colour);
        let words = rect(area.x + 24.0, area.y + 8.0, area.width - 24.0, 18.0);
        painter.text(name, words, Ink::new(SANS_MEDIUM, size::BASE, colour));
        let quiet = if on { ink::DARK } else { ink::SECONDARY };
        let key = rect(area.x, area.y, area.width - 4.0, 12.0);
        let key_ink = Ink::new(NARROW, size::MICRO, quiet).right();
        painter.text(&(index + 4).to_string(), key, key_ink);
        let below = rect(area.x + 6.0, area.y + 29.0, area.width - 8.0, 16.0);
        let text = value.unwrap_or_default();
        painter.text(&text, below, Ink::new(NARROW, size::SMALL, quiet));
    }
}

/// What the column folds to in a narrow window: what is heard, target, reference, I and TP.
fn draw_rail(
    scene: &MasterScene<'_>,
    painter: &mut Painter<'_>,
    frame: &Frame,
    touch: Touch<Part>,
) {
    for (index, source) in Source::ALL.into_iter().enumerate() {
        draw_source(scene, painter, rail(frame, index), (index, source), touch);
    }
    let target = scene.desk.song().master.target.loudness_lufs;
    let target = target.map_or("none".to_owned(), |lufs| signed(lufs, 1));
    let reference = if name_is(scene) { "chosen" } else { "none" };
    let rows =
        [(Part::Target, "Target", target.as_str()), (Part::Reference, "Ref. file", reference)];
    for (index, (part, name, value)) in rows.into_iter().enumerate() {
        let area = rail(frame, index + 3);
        let over = touch.is_over(part);
        painter.card(area, if over { bg::HOVER } else { bg::CONTROL }, radius::CONTROL);
        let row = |y: f32| rect(area.x, area.y + y, area.width, 16.0);
        painter.text(name, row(12.0), Ink::new(NARROW, size::SMALL, ink::SECONDARY).centred());
        painter.text(value, row(30.0), Ink::new(NARROW_MEDIUM, size::BASE, ink::PRIMARY).centred());
    }
    let report = scene.master.studied.as_ref().map(|studied| &studied.master.report);
    let numbers = [
        ("I LUFS", report.and_then(|report| report.integrated_lufs)),
        ("TP dBTP", report.and_then(|report| report.true_peak.map(|peak| peak.value))),
    ];
    for (index, (name, value)) in numbers.into_iter().enumerate() {
        let area = rail(frame, 5);
        let row = |y: f32| rect(area.x, area.y + index as f32 * 46.0 + y, area.width, 18.0);
        painter.text(name, row(4.0), Ink::new(NARROW, size::MICRO, ink::TERTIARY).centred());
        let text = value.map_or("–".to_owned(), |value| signed(value, 1));
        painter.text(
            &text,
            row(20.0),
            Ink::new(NARROW_MEDIUM, size::HEADING, ink::PRIMARY).centred(),
        );
    }
}
