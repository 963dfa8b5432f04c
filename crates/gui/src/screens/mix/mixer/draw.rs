//! The strips as they look.

use std::borrow::Cow;

use iced::{Rectangle, Size};
use twobus_dsp::units::signed;
use twobus_dsp::{Db, fader};
use twobus_session::strip::PAN;
use twobus_session::{Device, Mix, Output, Strip, StripId, Tap};

use super::layout::{self, Frame, Pieces, SENDS, SLOTS, pieces, returns};
use super::{Choice, MixerScene, Part, Piece, bus, chips, popover};
use crate::icon::{self, Icon};
use crate::meters::Meter;
use crate::painter::{Ink, Painter, inset, rect};
use crate::parts::{self, Lamp, Look};
use crate::screens::mix::Split;
use crate::settings::MeterKind;
use crate::theme::{
    NARROW, NARROW_MEDIUM, SANS_BOLD, SANS_MEDIUM, accent, bg, ink, line, lit, meter as colours,
    radius, size, track,
};
use crate::widgets::Touch;

/// Draws the mixer: its strips first, then the mix bus and the bar over what scrolls below them.
pub(super) fn draw(
    scene: &MixerScene<'_>,
    painter: &mut Painter<'_>,
    size: Size,
    touch: Touch<Part>,
) {
    let (mix, mixer) = (scene.desk.mix(), scene.mixer);
    let frame = Frame::new(size, mixer.is_narrow());
    let shown = mixer.shown(mix);
    let places = shown.iter().enumerate().map(|(index, id)| (frame.strip(index, mixer.scroll), id));
    let seen = places.filter(|(area, _)| area.intersects(&frame.strips));
    let seen: Vec<(Rectangle, Cow<'_, Strip>)> =
        seen.filter_map(|(area, id)| Some((area, scene.desk.as_heard(mix.strip(*id)?)))).collect();
    painter.layer(frame.bar.union(&frame.strips).union(&frame.bus), |painter| {
        for (area, strip) in &seen {
            draw_ground(scene, painter, strip, *area);
        }
        bus::draw_ground(scene, painter, &frame);
    });
    painter.layer(frame.strips, |painter| {
        for (area, strip) in &seen {
            draw_strip(scene, painter, strip, &pieces(*area), touch);
        }
        scrollbar(painter, &frame, mixer.scroll, shown.len());
    });
    painter.layer(frame.bus, |painter| bus::draw(scene, painter, &frame, touch));
    draw_bar(scene, painter, &frame, touch);
    popover::draw(scene, painter, &frame, touch);
}

fn scrollbar(painter: &mut Painter<'_>, frame: &Frame, scroll: f32, count: usize) {
    let most = frame.most_scroll(count);
    if most > 0.0 {
        let (area, whole) = (frame.strips, count as f32 * frame.step);
        let width = area.width * area.width / whole;
        let x = area.x + (area.width - width) * scroll / most;
        painter.fill(rect(x, area.y + area.height - 3.0, width, 3.0), line::STRONG);
    }
}

fn draw_bar(scene: &MixerScene<'_>, painter: &mut Painter<'_>, frame: &Frame, touch: Touch<Part>) {
    painter.fill(frame.bar, bg::RAISED);
    let edge = if touch.is_over(Part::Split) { accent::LINE } else { bg::APP };
    painter.fill(rect(0.0, frame.bar.y, frame.bar.width, 2.0), edge);
    let label = Ink::new(NARROW, size::BASE, ink::TERTIARY);
    let at = |x| rect(x, frame.bar.y, 60.0, frame.bar.height);
    painter.text("Mixer", at(12.0), Ink::new(SANS_BOLD, size::BASE, ink::PRIMARY));
    if layout::choice(frame, Choice::Narrow).is_some() {
        painter.text("Strip", at(90.0), label);
    }
    draw_count(scene, painter, frame);
    painter.text("Meter", at(256.0), label);
    painter.text("Show", at(440.0), label);
    let mixer = scene.mixer;
    for choice in Choice::ALL {
        let Some(area) = layout::choice(frame, choice) else { continue };
        let on = match choice {
            Choice::Arrange => mixer.shares == Split::Arrange,
            Choice::Both => matches!(mixer.shares, Split::Both | Split::At(_)),
            Choice::Alone => mixer.shares == Split::Mixer,
            Choice::Narrow => mixer.is_narrow(),
            Choice::Wide => !mixer.is_narrow(),
            Choice::Peak => scene.desk.live.meter_kind() == MeterKind::PeakRms,
            Choice::Vu => scene.desk.live.meter_kind() == MeterKind::Vu,
            Choice::ResetSolo | Choice::ClearPeaks => false,
            shows => mixer.shows == shows,
        };
        let over = touch.is_over(Part::Bar(choice));
        if on || over {
            painter.card(area, if on { bg::CONTROL } else { bg::HOVER }, radius::CONTROL);
        }
        let colour = if on { ink::PRIMARY } else { ink::SECONDARY };
        painter.text(choice.label(), area, Ink::new(SANS_MEDIUM, size::BASE, colour).centred());
    }
}

/// How many of the strips are seen, where not all of them are.
fn draw_count(scene: &MixerScene<'_>, painter: &mut Painter<'_>, frame: &Frame) {
    let all = scene.mixer.shown(scene.desk.mix()).len();
    let seen = (frame.strips.width / frame.step).round() as usize;
    if seen < all {
        let words = Ink::new(NARROW, size::BASE, ink::TERTIARY);
        let area = rect(650.0, frame.bar.y, frame.bar.width - 850.0, frame.bar.height);
        painter.text(&format!("{seen} of {all} strips in view"), area, words);
    }
}

impl MixerScene<'_> {
    fn is_chosen(&self, id: StripId) -> bool {
        self.mixer.selected.contains(&id) || self.mixer.chosen == Some(id)
    }
}

/// What lies under everything else of a strip: its ground, meters, and the way of its fader.
fn draw_ground(scene: &MixerScene<'_>, painter: &mut Painter<'_>, strip: &Strip, area: Rectangle) {
    let (at, colour) = (pieces(area), track(strip.colour));
    let ground = if scene.is_chosen(strip.id) { bg::RAISED } else { bg::PANEL };
    let row = |y: f32, height: f32| rect(area.x, y, area.width - 1.0, height);
    painter.bar(row(area.y, area.height), ground);
    painter.bar(row(area.y, 4.0), colour);
    if at.full {
        painter.bar(row(at.slot(0).y + 92.0, 1.0), line::SUBTLE);
        painter.bar(row(at.pan().y - 4.0, 1.0), line::SUBTLE);
    }
    let look = Look::of(scene.desk.live.meter_kind());
    draw_meters(painter, &at, scene.desk.live.meter(strip.id), look);
    parts::groove(painter, at.travel(), fader::travel(strip.fader), colour);
}

fn draw_strip(
    scene: &MixerScene<'_>,
    painter: &mut Painter<'_>,
    strip: &Strip,
    at: &Pieces,
    touch: Touch<Part>,
) {
    let (desk, chosen) = (scene.desk, scene.is_chosen(strip.id));
    if at.full {
        let reductions = desk.live.meter(strip.id);
        draw_slots(painter, strip, at, reductions, touch);
        draw_sends(painter, desk.mix(), strip, at, touch);
    }
    if at.has_chips {
        chips::draw(painter, strip, at, touch);
        popover::draw_lines(painter, desk.mix(), strip, at, touch);
    }
    draw_pan(painter, strip, at, touch);
    draw_buttons(painter, strip, at, touch);
    draw_fader(scene, painter, strip, at, chosen, touch);
    draw_plate(desk.mix(), painter, strip, at, chosen);
}

/// The insert slots, and the first free one.
pub(super) fn draw_slots(
    painter: &mut Painter<'_>,
    strip: &Strip,
    at: &Pieces,
    meter: Option<&Meter>,
    touch: Touch<Part>,
) {
    for (index, device) in strip.inserts.iter().enumerate().take(SLOTS) {
        let reduction_db = meter.map_or(0.0, |meter| meter.reductions_db[index]);
        let over = touch.is_over(Part::Strip(strip.id, Piece::Insert(index)));
        draw_slot(painter, device, at.slot(index), reduction_db, over);
    }
    if strip.inserts.len() < SLOTS {
        let area = at.slot(strip.inserts.len());
        let over = touch.is_over(Part::Strip(strip.id, Piece::AddInsert));
        painter.box_with(
            area,
            if over { bg::HOVER } else { bg::PANEL },
            line::SUBTLE,
            radius::SLOT,
        );
        let colour = if over { ink::PRIMARY } else { ink::TERTIARY };
        painter.text("+", area, Ink::new(NARROW, size::TITLE, colour).centred());
    } else if strip.inserts.len() > SLOTS {
        let (area, more) = (at.slot(SLOTS - 1), strip.inserts.len() - SLOTS);
        let words = Ink::new(NARROW, size::MICRO, ink::TERTIARY).right();
        painter.text(&format!("+{more}"), inset(area, 3.0), words);
    }
}

/// A gain reduction of so many dB fills the bar in a slot.
const FULL_REDUCTION_DB: f64 = 12.0;

fn draw_slot(
    painter: &mut Painter<'_>,
    device: &Device,
    area: Rectangle,
    reduction_db: f64,
    over: bool,
) {
    painter.card(area, if over { bg::HOVER } else { bg::CONTROL }, radius::SLOT);
    let (dot, words) = match device.bypass {
        true => (line::STRONG, ink::DISABLED),
        false => (accent::BASE, ink::PRIMARY),
    };
    painter.card(rect(area.x + 5.0, area.center_y() - 3.0, 6.0, 6.0), dot, 3.0);
    let name = rect(area.x + 15.0, area.y, area.width - 16.0, area.height);
    painter.text(short_name(device), name, Ink::new(NARROW_MEDIUM, size::SMALL, words));
    if reduction_db > 0.0 && !device.bypass {
        let bar = rect(area.x + area.width - 24.0, area.center_y() - 2.0, 20.0, 4.0);
        let width = (bar.width * (reduction_db / FULL_REDUCTION_DB).min(1.0) as f32).max(1.0);
        painter.fill(bar, bg::WELL);
        painter.fill(rect(bar.x + bar.width - width, bar.y, width, 4.0), colours::REDUCTION);
    }
}

/// A device's name where there is little room.
pub(crate) fn short_name(device: &Device) -> &'static str {
    match device.kind {
        twobus_dsp::DeviceKind::Equalizer => "EQ",
        twobus_dsp::DeviceKind::Compressor => "Comp",
        twobus_dsp::DeviceKind::DeEsser => "De-ess",
        twobus_dsp::DeviceKind::Saturator => "Saturate",
        other => other.name(),
    }
}

fn draw_sends(
    painter: &mut Painter<'_>,
    mix: &Mix,
    strip: &Strip,
    at: &Pieces,
    touch: Touch<Part>,
) {
    let mut count = 0;
    for (index, to) in returns(mix).enumerate().take(SENDS) {
        count += 1;
        if to.id == strip.id {
            continue;
        }
        let over = touch.is_over(Part::Strip(strip.id, Piece::Send(index)));
        draw_send(painter, strip, (index, to.id), at.send(index), over);
    }
    if count == 0 {
        let over = touch.is_over(Part::Strip(strip.id, Piece::AddSend));
        let colour = if over { ink::PRIMARY } else { ink::DISABLED };
        painter.text("+ send", at.send(0), Ink::new(NARROW, size::SMALL, colour).centred());
    }
}

pub(super) fn draw_send(
    painter: &mut Painter<'_>,
    strip: &Strip,
    (index, to): (usize, StripId),
    area: Rectangle,
    over: bool,
) {
    painter.card(area, if over { bg::RAISED } else { bg::WELL }, radius::SLOT);
    let send = strip.sends.iter().find(|send| send.to == to);
    let sounding = send.filter(|send| !send.off && !send.level.is_silence());
    let letter_colour = if sounding.is_some() { ink::PRIMARY } else { ink::TERTIARY };
    let inner = rect(area.x + 5.0, area.y, area.width - 10.0, area.height);
    let letter = Ink::new(NARROW_MEDIUM, size::SMALL, letter_colour);
    painter.text(letter_of(index), inner, letter);
    let small = Ink::new(NARROW, size::MICRO, ink::SECONDARY);
    if send.is_some_and(|send| send.tap == Tap::Pre) {
        painter.text("pre", rect(inner.x + 12.0, area.y - 2.0, 20.0, area.height), small);
    }
    let words = match sounding {
        Some(send) => signed(send.level.0, 0),
        None => "off".to_owned(),
    };
    let colour = if sounding.is_some() { ink::PRIMARY } else { ink::TERTIARY };
    painter.text(&words, inner, Ink::new(NARROW, size::SMALL, colour).right());
    if let Some(send) = sounding {
        let width = (inner.width - 30.0) * fader::travel(send.level) as f32;
        painter.fill(rect(inner.x + 10.0, area.y + 14.0, width, 3.0), accent::BASE);
    }
}

/// The letter of a return.
pub(super) fn letter_of(index: usize) -> &'static str {
    ["A", "B", "C", "D"].get(index).copied().unwrap_or("…")
}

/// A pan or balance, as people read it.
pub(super) fn pan_words(percent: f64) -> String {
    match percent.round() {
        0.0 => "C".to_owned(),
        left if left < 0.0 => format!("L{:.0}", -left),
        right => format!("R{right:.0}"),
    }
}

fn draw_pan(painter: &mut Painter<'_>, strip: &Strip, at: &Pieces, touch: Touch<Part>) {
    let area = at.pan();
    let centre = iced::Point::new(area.x + 18.0, area.center_y());
    let over = touch.is_over(Part::Strip(strip.id, Piece::Pan));
    parts::knob(painter, centre, 13.0, (0.5, PAN.to_travel(strip.pan)), accent::BASE, over);
    let colour = if strip.pan.round() == 0.0 { ink::TERTIARY } else { ink::PRIMARY };
    let words = Ink::new(NARROW, size::BASE, colour).right();
    painter.text(&pan_words(strip.pan), inset(area, 3.0), words);
}

fn draw_buttons(painter: &mut Painter<'_>, strip: &Strip, at: &Pieces, touch: Touch<Part>) {
    let buttons = [
        (Piece::Mute, "M", strip.mute, lit::MUTE),
        (Piece::Solo, "S", strip.solo, lit::SOLO),
        (Piece::Polarity, "Ø", strip.invert, lit::POLARITY),
    ];
    let count = at.buttons();
    if count < buttons.len() && strip.invert {
        // Where there is no room for its button a mark tells that polarity is turned; the menu switches it.
        let pan = at.pan();
        let mark = rect(pan.x, pan.y - 4.0, pan.width - 2.0, 12.0);
        painter.text("Ø", mark, Ink::new(NARROW_MEDIUM, size::SMALL, lit::POLARITY).right());
    }
    for (index, (piece, label, on, colour)) in buttons.into_iter().enumerate().take(count) {
        let lamp = if on { Lamp::On(colour) } else { Lamp::Off };
        let over = touch.is_over(Part::Strip(strip.id, piece));
        parts::button(painter, at.button(index), label, lamp, over);
    }
}

fn draw_fader(
    scene: &MixerScene<'_>,
    painter: &mut Painter<'_>,
    strip: &Strip,
    at: &Pieces,
    chosen: bool,
    touch: Touch<Part>,
) {
    let meter = scene.desk.live.meter(strip.id);
    draw_values(painter, strip, at, meter, touch);
    let look = Look::of(scene.desk.live.meter_kind());
    let travel = at.travel();
    parts::fader_scale(painter, travel, travel.x - 4.0, at.is_narrow());
    parts::fader(painter, travel, fader::travel(strip.fader), chosen);
    if at.meters().x + at.meters().width + 16.0 < at.plate().x + at.plate().width {
        parts::meter_scale(painter, at.meter(0), at.meter(1).x + 8.0, look);
    }
}

/// Both bars of a strip.
pub(super) fn draw_meters(
    painter: &mut Painter<'_>,
    at: &Pieces,
    meter: Option<&Meter>,
    look: Look,
) {
    let still = Meter::default();
    let meter = meter.unwrap_or(&still);
    for side in 0..2 {
        parts::meter(painter, at.meter(side), &meter.bars[side], meter.over, look);
    }
}

/// The fader's value and the highest peak.
pub(super) fn draw_values(
    painter: &mut Painter<'_>,
    strip: &Strip,
    at: &Pieces,
    meter: Option<&Meter>,
    touch: Touch<Part>,
) {
    let over = |piece| touch.is_over(Part::Strip(strip.id, piece));
    let ground = |over| if over { bg::RAISED } else { bg::WELL };
    painter.card(at.level(), ground(over(Piece::Level)), radius::SLOT);
    painter.card(at.peak(), ground(over(Piece::Peak)), radius::SLOT);
    let numbers = Ink::new(NARROW_MEDIUM, size::BASE, ink::PRIMARY).right();
    painter.text(&strip.fader.to_string(), inset(at.level(), 3.0), numbers);
    if let Some(peak) = meter.and_then(|meter| meter.highest_db) {
        let over = meter.is_some_and(|meter| meter.over);
        let colour = match peak {
            _ if over => colours::OVER,
            hot if hot >= -3.0 => colours::HOT,
            high if high >= -9.0 => colours::HIGH,
            _ => ink::SECONDARY,
        };
        // A narrow strip has no room for tenths.
        let words = if at.is_narrow() { signed(peak, 0) } else { Db(peak).to_string() };
        painter.text(&words, inset(at.peak(), 3.0), numbers.coloured(colour));
    }
}

fn draw_plate(mix: &Mix, painter: &mut Painter<'_>, strip: &Strip, at: &Pieces, chosen: bool) {
    let (area, colour) = (at.plate(), track(strip.colour));
    painter.fill(area, if chosen { colour } else { bg::RAISED });
    painter.fill(rect(area.x, area.y, 3.0, area.height), colour);
    let (name, small) = match chosen {
        true => (ink::DARK, ink::DARK),
        false => (if strip.mute { ink::DISABLED } else { ink::PRIMARY }, ink::TERTIARY),
    };
    let top = rect(area.x + 8.0, area.y + 2.0, area.width - 12.0, 14.0);
    let named = rect(top.x, top.y, top.width - 18.0, top.height);
    painter.text(&strip.name, named, Ink::new(NARROW_MEDIUM, size::BASE, name));
    painter.text(&number(mix, strip.id), top, Ink::new(NARROW, size::MICRO, small).right());
    let below = rect(area.x + 8.0, area.y + 15.0, area.width - 12.0, 12.0);
    let tiny = Ink::new(NARROW, size::MICRO, small);
    icon::draw(painter, Icon::Right, rect(below.x - 2.0, below.y, 8.0, 12.0), 8.0, small);
    let to = rect(below.x + 8.0, below.y, below.width - 8.0, 12.0);
    painter.text(&output_name(mix, strip), to, tiny);
    // A narrow strip shows its output only.
    if strip.trim.0 != 0.0 && at.buttons() == 3 {
        painter.text(&format!("T {}", strip.trim), below, tiny.right());
    }
}

/// What a strip is known by besides its name: its number, "Grp", or the letter of a return.
pub(super) fn number(mix: &Mix, id: StripId) -> String {
    if let Some(index) = mix.tracks.iter().position(|track| track.strip.id == id) {
        return (index + 1).to_string();
    }
    match returns(mix).position(|strip| strip.id == id) {
        Some(index) => letter_of(index).to_owned(),
        None => "Grp".to_owned(),
    }
}

/// Where a strip goes, in a word.
pub(super) fn output_name(mix: &Mix, strip: &Strip) -> String {
    match strip.output {
        Output::Nowhere => "nowhere".to_owned(),
        Output::Strip(StripId::MIX_BUS) => "Mix".to_owned(),
        Output::Strip(id) => mix.strip(id).map_or_else(|| "?".to_owned(), |to| to.name.clone()),
    }
}
