//! Where everything in the mixer lies.

use iced::{Rectangle, Size};
use twobus_dsp::{Db, fader};
use twobus_session::mix::MONITOR_LEVEL;
use twobus_session::strip::{PAN, TRIM, WIDTH};
use twobus_session::{BusKind, Mix, Strip, StripId};

use super::{Choice, MixerScene, Part, Piece, ROOMY, Switch, chips, popover};
use crate::painter::rect;
use crate::parts::CAP;
use crate::theme::layout::{MIX_BUS, MIXER_BAR, STRIP, STRIP_HEIGHT};
use crate::widgets::{Acts, Control};

/// Width of a narrow strip.
const NARROW: f32 = 64.0;
/// Least height of a narrow strip that shows its inserts as chips.
const CHIPS_HEIGHT: f32 = 300.0;
/// Most insert slots and sends that are shown.
pub(crate) const SLOTS: usize = 4;
pub(crate) const SENDS: usize = 2;
/// Pixels of a knob's whole travel.
pub(super) const KNOB_PX: f32 = 200.0;

/// Where the strips lie.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    /// The bar over them.
    pub(crate) bar: Rectangle,
    /// All strips but the mix bus.
    pub(crate) strips: Rectangle,
    /// The mix bus.
    pub(crate) bus: Rectangle,
    /// Width of a strip, its line at the right included.
    pub(crate) step: f32,
}

impl Frame {
    pub(crate) fn new(size: Size, narrow: bool) -> Self {
        let (top, bus) = (MIXER_BAR, MIX_BUS.min(size.width / 2.0));
        let height = (size.height - top).max(0.0);
        Self {
            bar: rect(0.0, 0.0, size.width, MIXER_BAR),
            strips: rect(0.0, top, size.width - bus, height),
            bus: rect(size.width - bus, top, bus, height),
            step: if narrow { NARROW } else { STRIP },
        }
    }

    /// Most that `count` strips can be scrolled, in pixels.
    pub(crate) fn most_scroll(&self, count: usize) -> f32 {
        (count as f32 * self.step - self.strips.width).max(0.0)
    }

    /// Where the strip at place `index` lies.
    pub(crate) fn strip(&self, index: usize, scroll: f32) -> Rectangle {
        let x = self.strips.x + index as f32 * self.step - scroll;
        rect(x.round(), self.strips.y, self.step, self.strips.height)
    }
}

/// Where the pieces of a strip lie.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pieces {
    area: Rectangle,
    /// Inserts and sends are shown: there is room for them.
    pub(crate) full: bool,
    /// Inserts are chips, since the strip is narrow.
    pub(crate) has_chips: bool,
    /// Where the pan begins.
    base: f32,
    /// Width of slots and rows.
    inner: f32,
}

/// The pieces of a strip in `area`.
pub(crate) fn pieces(area: Rectangle) -> Pieces {
    let full = area.height >= STRIP_HEIGHT - 40.0;
    let has_chips = !full && area.width < STRIP && area.height >= CHIPS_HEIGHT;
    let base = area.y
        + match (full, has_chips) {
            (true, _) => 165.0,
            (false, true) => 52.0,
            (false, false) => 10.0,
        };
    Pieces { area, full, has_chips, base, inner: area.width.min(STRIP) - 11.0 }
}

impl Pieces {
    /// Whether the strip is narrow.
    pub(crate) fn is_narrow(&self) -> bool {
        self.area.width < STRIP
    }

    fn left(&self) -> f32 {
        self.area.x + 5.0
    }

    pub(crate) fn slot(&self, index: usize) -> Rectangle {
        rect(self.left(), self.area.y + 10.0 + index as f32 * 22.0, self.inner, 20.0)
    }

    /// An insert of a narrow strip.
    pub(crate) fn chip(&self, index: usize) -> Rectangle {
        rect(self.area.x + 4.0 + index as f32 * 18.5, self.area.y + 10.0, 17.5, 20.0)
    }

    /// How many of M, S and Ø have room.
    pub(crate) fn buttons(&self) -> usize {
        if self.is_narrow() { 2 } else { 3 }
    }

    /// The sends of a narrow strip without rows for them.
    pub(crate) fn send_lines(&self) -> Rectangle {
        rect(self.area.x + 4.0, self.area.y + 31.0, self.area.width - 9.0, 16.0)
    }

    pub(crate) fn send(&self, index: usize) -> Rectangle {
        rect(self.left(), self.area.y + 110.0 + index as f32 * 22.0, self.inner, 20.0)
    }

    pub(crate) fn pan(&self) -> Rectangle {
        rect(self.left(), self.base - 1.0, self.inner, 28.0)
    }

    /// M, S and Ø.
    pub(crate) fn button(&self, index: usize) -> Rectangle {
        let step = (self.inner + 2.0) / self.buttons() as f32;
        rect(
            (self.left() + index as f32 * step).round(),
            self.base + 31.0,
            step.floor() - 2.0,
            24.0,
        )
    }

    pub(crate) fn level(&self) -> Rectangle {
        rect(self.left(), self.base + 61.0, (self.inner * 0.54).round() - 1.0, 18.0)
    }

    pub(crate) fn peak(&self) -> Rectangle {
        let level = self.level();
        let x = level.x + level.width + 2.0;
        rect(x, level.y, self.left() + self.inner - x, 18.0)
    }

    /// What the middle of the cap travels.
    pub(crate) fn travel(&self) -> Rectangle {
        let x = self.area.x + if self.is_narrow() { 30.0 } else { 35.0 } - CAP.width / 2.0;
        let top = self.base + 101.0;
        let bottom = self.area.y + self.area.height - 50.0;
        rect(x, top, CAP.width, (bottom - top).max(40.0))
    }

    /// Where the fader is taken hold of.
    pub(crate) fn fader(&self) -> Rectangle {
        let travel = self.travel();
        rect(travel.x, travel.y - 18.0, travel.width, travel.height + 36.0)
    }

    /// A bar of the meter.
    pub(crate) fn meter(&self, side: usize) -> Rectangle {
        let travel = self.travel();
        let (width, x) = match self.area.width > STRIP {
            true => (12.0, self.area.x + 66.0 + side as f32 * 14.0),
            false => (7.0, travel.x + CAP.width + 2.0 + side as f32 * 8.0),
        };
        rect(x, travel.y - 16.0, width, travel.height + 30.0)
    }

    /// Both bars.
    pub(crate) fn meters(&self) -> Rectangle {
        self.meter(0).union(&self.meter(1))
    }

    pub(crate) fn plate(&self) -> Rectangle {
        rect(self.area.x, self.area.y + self.area.height - 28.0, self.area.width - 1.0, 28.0)
    }
}

/// The returns of a mix, in the order in which sends show them.
pub(crate) fn returns(mix: &Mix) -> impl Iterator<Item = &Strip> {
    mix.buses.iter().filter(|bus| bus.kind == BusKind::Return).map(|bus| &bus.strip)
}

pub(super) fn turn(part: Part, area: Rectangle, travel: f64, pixels: f32) -> Control<Part> {
    Control { part, area, acts: Acts::Turn { travel, pixels, catch: None }, stops: true }
}

/// All controls of the mixer, strip by strip, each from top to bottom.
pub(super) fn controls(scene: &MixerScene<'_>, size: Size) -> Vec<Control<Part>> {
    let (mix, mixer) = (scene.desk.mix(), scene.mixer);
    let frame = Frame::new(size, mixer.is_narrow());
    let mut all: Vec<Control<Part>> = bar(&frame);
    let shown = mixer.shown(mix);
    for (index, id) in shown.iter().enumerate() {
        let area = frame.strip(index, mixer.scroll);
        let Some(seen) = area.intersection(&frame.strips) else { continue };
        let Some(strip) = mix.strip(*id) else { continue };
        let from = all.len();
        strip_controls(mix, &scene.desk.as_heard(strip), &pieces(area), &mut all);
        for control in &mut all[from..] {
            control.area = control.area.intersection(&seen).unwrap_or_default();
        }
    }
    bus_controls(mix, &scene.desk.as_heard(&mix.bus), &frame, &mut all);
    popover::controls(scene, &frame, &mut all);
    all
}

fn bar(frame: &Frame) -> Vec<Control<Part>> {
    let edge = Control::field(Part::Split, rect(0.0, 0.0, frame.bar.width, frame.bar.height));
    let choices = Choice::ALL.into_iter().filter_map(|which| Some((which, choice(frame, which)?)));
    let choices = choices.map(|(which, area)| Control::button(Part::Bar(which), area).skipped());
    std::iter::once(edge).chain(choices).collect()
}

/// Where a choice of the bar lies. Where strips are narrow for want of room, that is no choice; what is
/// shown is.
pub(super) fn choice(frame: &Frame, choice: Choice) -> Option<Rectangle> {
    let roomy = frame.bar.width >= ROOMY;
    let (x, width) = match choice {
        Choice::Narrow if roomy => (120.0, 58.0),
        Choice::Wide if roomy => (178.0, 58.0),
        Choice::Arrange if !roomy => (68.0, 58.0),
        Choice::Both if !roomy => (126.0, 48.0),
        Choice::Alone if !roomy => (174.0, 50.0),
        Choice::Narrow | Choice::Wide | Choice::Arrange | Choice::Both | Choice::Alone => {
            return None;
        }
        Choice::Peak => (294.0, 84.0),
        Choice::Vu => (378.0, 40.0),
        Choice::All => (474.0, 40.0),
        Choice::Tracks => (514.0, 58.0),
        Choice::Buses => (572.0, 58.0),
        Choice::ResetSolo => (frame.bar.width - 190.0, 84.0),
        Choice::ClearPeaks => (frame.bar.width - 98.0, 90.0),
    };
    Some(rect(x, frame.bar.y + 2.0, width, frame.bar.height - 4.0))
}

fn strip_controls(mix: &Mix, strip: &Strip, at: &Pieces, all: &mut Vec<Control<Part>>) {
    let id = strip.id;
    let part = |piece| Part::Strip(id, piece);
    if at.full {
        slots(strip, at, all);
        sends(mix, strip, at, all);
    }
    if at.has_chips {
        chips::controls(strip, at, all);
        all.push(Control::button(part(Piece::Sends), at.send_lines()));
    }
    all.push(turn(part(Piece::Pan), at.pan(), PAN.to_travel(strip.pan), KNOB_PX));
    let buttons = [Piece::Mute, Piece::Solo, Piece::Polarity].into_iter().take(at.buttons());
    for (index, piece) in buttons.enumerate() {
        all.push(Control::button(part(piece), at.button(index)));
    }
    faders(strip, at, all);
    all.push(Control::button(part(Piece::Plate), at.plate()));
}

fn slots(strip: &Strip, at: &Pieces, all: &mut Vec<Control<Part>>) {
    for index in 0..strip.inserts.len().min(SLOTS) {
        all.push(Control::button(Part::Strip(strip.id, Piece::Insert(index)), at.slot(index)));
    }
    if strip.inserts.len() < SLOTS {
        let free = at.slot(strip.inserts.len());
        all.push(Control::button(Part::Strip(strip.id, Piece::AddInsert), free));
    }
}

fn sends(mix: &Mix, strip: &Strip, at: &Pieces, all: &mut Vec<Control<Part>>) {
    let mut count = 0;
    for (index, to) in returns(mix).enumerate().take(SENDS) {
        count += 1;
        let level =
            strip.sends.iter().find(|send| send.to == to.id).map_or(Db::SILENCE, |s| s.level);
        let (part, travel) = (Part::Strip(strip.id, Piece::Send(index)), fader::travel(level));
        if to.id != strip.id {
            all.push(turn(part, at.send(index), travel, KNOB_PX));
        }
    }
    if count == 0 {
        all.push(Control::button(Part::Strip(strip.id, Piece::AddSend), at.send(0)));
    }
}

fn faders(strip: &Strip, at: &Pieces, all: &mut Vec<Control<Part>>) {
    let id = strip.id;
    let part = |piece| Part::Strip(id, piece);
    let level =
        Control { part: part(Piece::Level), area: at.level(), acts: Acts::Type, stops: false };
    all.push(level);
    all.push(Control::button(part(Piece::Peak), at.peak()).skipped());
    let acts = Acts::Turn {
        travel: fader::travel(strip.fader),
        pixels: at.travel().height,
        catch: Some(fader::travel(Db::UNITY)),
    };
    all.push(Control { part: part(Piece::Fader), area: at.fader(), acts, stops: true });
    all.push(Control::button(part(Piece::Meter), at.meters()).skipped());
}

/// The pieces of the mix bus: its values stand beside those of the strips.
pub(super) fn bus_pieces(frame: &Frame) -> Pieces {
    let strip = rect(frame.bus.x, frame.bus.y, frame.step, frame.bus.height);
    Pieces { base: pieces(strip).base, ..pieces(frame.bus) }
}

/// The monitor, in the coordinates of the mixer. Where there is no room beside inserts it has two rows.
pub(super) fn monitor(frame: &Frame) -> Rectangle {
    match bus_pieces(frame).full {
        true => rect(frame.bus.x + 86.0, frame.bus.y + 8.0, 80.0, 144.0),
        false => rect(frame.bus.x + 5.0, frame.bus.y + 6.0, frame.bus.width - 10.0, 40.0),
    }
}

/// The knob of the listening level, or its line.
pub(super) fn listen(frame: &Frame) -> Rectangle {
    let monitor = monitor(frame);
    match bus_pieces(frame).full {
        true => rect(monitor.x + 4.0, monitor.y + 22.0, 72.0, 36.0),
        false => rect(monitor.x, monitor.y, monitor.width, 20.0),
    }
}

/// A switch of the monitor.
pub(super) fn switch(frame: &Frame, index: usize) -> Rectangle {
    let monitor = monitor(frame);
    if !bus_pieces(frame).full {
        let step = (monitor.width - 6.0) / Switch::ALL.len() as f32;
        let x = monitor.x + 4.0 + index as f32 * step;
        return rect(x.round(), monitor.y + 20.0, step.floor() - 2.0, 18.0);
    }
    let (column, row) = ((index % 2) as f32, (index / 2) as f32);
    rect(monitor.x + 6.0 + column * 35.0, monitor.y + 64.0 + row * 26.0, 33.0, 24.0)
}

/// A row under the inserts of the mix bus.
pub(super) fn bus_row(frame: &Frame, index: usize) -> Rectangle {
    rect(frame.bus.x + 5.0, frame.bus.y + 110.0 + index as f32 * 22.0, 76.0, 20.0)
}

/// The correlation.
pub(super) fn correlation(frame: &Frame) -> Rectangle {
    let at = bus_pieces(frame);
    if !at.full {
        let mute = bus_button(frame, 0);
        return rect(mute.x + 56.0, mute.y, frame.bus.width - 66.0, mute.height);
    }
    rect(at.pan().x, at.pan().y, frame.bus.width - 10.0, at.pan().height)
}

/// A loudness column: momentary, short-term.
pub(super) fn loudness(frame: &Frame, index: usize) -> Rectangle {
    let meter = bus_pieces(frame).meter(0);
    rect(frame.bus.x + 114.0 + index as f32 * 14.0, meter.y, 12.0, meter.height)
}

/// Mute, balance and scale of the mix bus; the last two where there is room.
pub(super) fn bus_button(frame: &Frame, index: usize) -> Rectangle {
    let at = bus_pieces(frame);
    if !at.full {
        let level = at.level();
        return rect(level.x, level.y - 22.0, 48.0, 20.0);
    }
    let row = at.button(0);
    match index {
        0 => rect(row.x, row.y, 48.0, row.height),
        1 => rect(row.x + 52.0, row.y, 60.0, row.height),
        _ => rect(row.x + 116.0, row.y, 46.0, row.height),
    }
}

fn bus_controls(mix: &Mix, strip: &Strip, frame: &Frame, all: &mut Vec<Control<Part>>) {
    let at = bus_pieces(frame);
    let part = |piece| Part::Strip(StripId::MIX_BUS, piece);
    if at.full {
        slots(strip, &at, all);
        let (trim, width) = (TRIM.to_travel(strip.trim.0), WIDTH.to_travel(strip.width));
        all.push(turn(part(Piece::Trim), bus_row(frame, 0), trim, KNOB_PX));
        all.push(turn(part(Piece::Width), bus_row(frame, 1), width, KNOB_PX));
    }
    let travel = fader::travel(mix.monitor.level) / fader::travel(Db(*MONITOR_LEVEL.range.end()));
    all.push(turn(Part::Listen, listen(frame), travel, KNOB_PX));
    for (index, which) in Switch::ALL.into_iter().enumerate() {
        all.push(Control::button(Part::Monitor(which), switch(frame, index)));
    }
    all.push(Control::label(Part::Correlation, correlation(frame)));
    all.push(Control::button(part(Piece::Mute), bus_button(frame, 0)));
    if at.full {
        let balance = PAN.to_travel(strip.pan);
        all.push(turn(part(Piece::Pan), bus_button(frame, 1), balance, KNOB_PX));
        all.push(Control::button(Part::Scale, bus_button(frame, 2)));
    }
    faders(strip, &at, all);
    let columns = loudness(frame, 0).union(&loudness(frame, 1));
    all.push(Control::label(Part::Loudness, columns));
    all.push(Control::button(part(Piece::Plate), at.plate()));
}
