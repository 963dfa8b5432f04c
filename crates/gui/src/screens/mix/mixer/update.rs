//! What the mixer does.

use iced::Point;
use iced::keyboard::Modifiers;
use twobus_dsp::param::ParamSpec;
use twobus_dsp::{Db, fader};
use twobus_render::Command;
use twobus_session::mix::MONITOR_LEVEL;
use twobus_session::strip::{FADER, PAN, SEND, TRIM, WIDTH};
use twobus_session::{DeviceId, Edit, Monitor, SendEdit, SongEdit, Strip, StripEdit, StripId};

use super::draw::{letter_of, output_name, pan_words};
use super::layout::{Frame, returns};
use super::{Choice, Mixer, Part, Piece, Switch, menus};
use crate::desk::Desk;
use crate::screens::menu::Menu;
use crate::screens::mix::Split;
use crate::settings::MeterKind;
use crate::steps::{STEP_DB, STEP_PERCENT};
use crate::widgets::{Help, Input, Phase};

/// What the mixer asks of the window.
pub(crate) enum Action {
    /// Nothing.
    None,
    /// To show a menu.
    Menu(Menu),
    /// To make it lower by so many pixels, or higher.
    Split(f32),
    /// To show arrange and mixer, or one of them: the next, or this one.
    Toggle,
    Share(Split),
    /// To show a device of a strip.
    Devices(StripId, DeviceId),
    /// To hear the reference, or the mix again.
    Reference,
    /// To let the meters of strips move so.
    Meter(MeterKind),
    /// To let the meter of the mix bus read the next scale.
    Scale,
    /// To give the keyboard to another region.
    Leave {
        /// Whether backwards.
        back: bool,
    },
}

impl Mixer {
    /// Takes in what was done to it.
    pub(crate) fn update(&mut self, input: Input<Part>, desk: &mut Desk) -> Action {
        self.leave_popover(&input);
        match input {
            Input::Over(over) => self.over = over,
            Input::Focus(part) => self.focused(part),
            Input::Leave { back } => return Action::Leave { back },
            Input::Press { part, modifiers, at } => return self.pressed(part, modifiers, at, desk),
            Input::Menu(part, at) => return menus::of(part, at, desk),
            Input::Move(part, travel) => self.moved(part, travel, desk),
            Input::Drop(_) => {
                self.grabbed.clear();
                desk.drop_held();
            }
            Input::Cancel(_) => {
                self.grabbed.clear();
                desk.cancel_held();
            }
            Input::Step { part, steps, fine } => step(part, steps, fine, desk),
            Input::Reset(part) => reset(part, desk),
            Input::Typed(part, text) => typed(part, &text, desk),
            Input::Wheel { across, down, .. } => self.scroll_by((across + down) * 60.0, desk),
            Input::Point { part: Part::Split, phase, at, .. } => return self.on_split(phase, at.y),
            Input::Point { .. } => {}
        }
        Action::None
    }

    /// The edge to the arrange is dragged, or pressed twice.
    fn on_split(&mut self, phase: Phase, y: f32) -> Action {
        match (phase, self.split) {
            (Phase::Down, _) => self.split = Some(y),
            // The edge goes with the pointer, so that the next position is told from the new edge.
            (Phase::Drag, Some(from)) => return Action::Split(y - from),
            (Phase::Up, _) => self.split = None,
            (Phase::Twice, _) => return Action::Toggle,
            _ => {}
        }
        Action::None
    }

    /// Takes note of how wide it is, and how it shares the room out with the arrange.
    pub(crate) fn resized(&mut self, width: f32, shares: Split) {
        (self.width, self.shares, self.popover) = (width, shares, None);
    }

    fn scroll_by(&mut self, pixels: f32, desk: &Desk) {
        let frame = Frame::new(iced::Size::new(self.width, 0.0), self.is_narrow());
        let most = frame.most_scroll(self.shown(desk.mix()).len());
        self.scroll = (self.scroll + pixels).clamp(0.0, most);
    }

    fn focused(&mut self, part: Part) {
        self.focus = Some(part);
        if let Part::Strip(strip, _) = part
            && !self.selected.contains(&strip)
        {
            self.choose(strip);
        }
    }

    /// Chooses one strip alone.
    pub(crate) fn choose(&mut self, strip: StripId) {
        (self.chosen, self.selected) = (Some(strip), vec![strip]);
    }

    /// Chooses the strip beside the chosen one, and brings it into view.
    pub(crate) fn walk(&mut self, back: bool, desk: &Desk) {
        let mut all = self.shown(desk.mix());
        all.push(StripId::MIX_BUS);
        let here = all.iter().position(|strip| Some(*strip) == self.chosen);
        let to = match (here, back) {
            (None, _) => 0,
            (Some(here), true) => here.saturating_sub(1),
            (Some(here), false) => (here + 1).min(all.len() - 1),
        };
        self.choose(all[to]);
        let piece = match self.focus {
            Some(Part::Strip(_, piece)) => piece,
            _ => Piece::Fader,
        };
        self.focus = Some(Part::Strip(all[to], piece));
        let frame = Frame::new(iced::Size::new(self.width, 0.0), self.is_narrow());
        let (left, right) = (to as f32 * frame.step, (to + 1) as f32 * frame.step);
        if to < all.len() - 1 {
            let low = (right - frame.strips.width).max(0.0);
            self.scroll = self.scroll.clamp(low, left.max(low));
        }
    }

    fn pressed(&mut self, part: Part, modifiers: Modifiers, at: Point, desk: &mut Desk) -> Action {
        match part {
            Part::Strip(strip, piece) => {
                return self.pressed_piece(strip, piece, (modifiers, at), desk);
            }
            Part::Monitor(Switch::Reference) => return Action::Reference,
            Part::Monitor(which) => {
                let mut monitor = desk.mix().monitor;
                let on = switch_mut(&mut monitor, which);
                *on = !*on;
                set_monitor(monitor, desk);
            }
            Part::Bar(Choice::Peak) => return Action::Meter(MeterKind::PeakRms),
            Part::Bar(Choice::Vu) => return Action::Meter(MeterKind::Vu),
            Part::Bar(Choice::Arrange) => return Action::Share(Split::Arrange),
            Part::Bar(Choice::Both) => return Action::Share(Split::Both),
            Part::Bar(Choice::Alone) => return Action::Share(Split::Mixer),
            Part::Scale => return Action::Scale,
            Part::Bar(choice) => self.chose(choice, desk),
            Part::Listen | Part::Correlation | Part::Loudness | Part::Split => {}
        }
        Action::None
    }

    fn pressed_piece(
        &mut self,
        id: StripId,
        piece: Piece,
        (modifiers, at): (Modifiers, Point),
        desk: &mut Desk,
    ) -> Action {
        let Some(strip) = desk.strip(id) else { return Action::None };
        match piece {
            Piece::Mute => desk.edit(id, StripEdit::Mute(!strip.mute)),
            Piece::Solo => desk.edit(id, StripEdit::Solo(!strip.solo)),
            Piece::Polarity => desk.edit(id, StripEdit::Invert(!strip.invert)),
            Piece::Peak | Piece::Meter => {
                desk.live.clear_peaks(Some(id).filter(|_| !modifiers.alt()));
            }
            Piece::Plate if modifiers.shift() || modifiers.command() => self.add_selected(id),
            Piece::Plate => {
                let again = self.chosen == Some(id) && self.selected.len() == 1;
                self.choose(id);
                if again {
                    return menus::of(Part::Strip(id, Piece::Plate), at, desk);
                }
            }
            Piece::Sends if returns(desk.mix()).next().is_none() => {
                return menus::of(Part::Strip(id, Piece::AddSend), at, desk);
            }
            Piece::Sends => self.toggle_popover(id),
            Piece::Insert(index) => {
                let device = strip.inserts.get(index).map(|device| device.id);
                return device.map_or(Action::None, |device| Action::Devices(id, device));
            }
            Piece::AddInsert | Piece::AddSend => {
                return menus::of(Part::Strip(id, piece), at, desk);
            }
            Piece::Send(_)
            | Piece::Popover
            | Piece::Trim
            | Piece::Width
            | Piece::Pan
            | Piece::Level
            | Piece::Fader => {}
        }
        Action::None
    }

    fn add_selected(&mut self, strip: StripId) {
        match self.selected.iter().position(|other| *other == strip) {
            Some(at) if self.selected.len() > 1 => _ = self.selected.remove(at),
            Some(_) => {}
            None => self.selected.push(strip),
        }
        self.chosen = self.selected.last().copied();
    }

    fn chose(&mut self, choice: Choice, desk: &mut Desk) {
        match choice {
            Choice::Narrow => self.narrow = true,
            Choice::Wide => self.narrow = false,
            Choice::All | Choice::Tracks | Choice::Buses => self.shows = choice,
            Choice::ResetSolo => {
                desk.clear("Clear solos", |strip| strip.solo, StripEdit::Solo(false));
            }
            Choice::ClearPeaks => desk.live.clear_peaks(None),
            Choice::Peak | Choice::Vu | Choice::Arrange | Choice::Both | Choice::Alone => {}
        }
        self.scroll_by(0.0, desk);
    }

    fn moved(&mut self, part: Part, travel: f64, desk: &mut Desk) {
        match part {
            Part::Strip(id, Piece::Fader) => self.moved_faders(id, fader::level(travel), desk),
            _ => set(part, value_at(part, travel), desk),
        }
    }

    /// Moves a fader, and by as many dB all others that are selected with it.
    fn moved_faders(&mut self, id: StripId, level: Db, desk: &mut Desk) {
        if !self.selected.contains(&id) || self.selected.len() < 2 {
            return set(Part::Strip(id, Piece::Fader), level.0, desk);
        }
        if self.grabbed.is_empty() {
            let levels = self.selected.iter().filter_map(|id| Some((*id, desk.strip(*id)?.fader)));
            self.grabbed = levels.collect();
        }
        let Some((_, from)) = self.grabbed.iter().find(|(strip, _)| *strip == id) else { return };
        if from.is_silence() || level.is_silence() {
            return set(Part::Strip(id, Piece::Fader), level.0, desk);
        }
        let by = level.0 - from.0;
        let levels: Vec<(StripId, Db)> = self
            .grabbed
            .iter()
            .map(|(id, from)| (*id, Db((from.0 + by).min(fader::MAX.0))))
            .collect();
        desk.drag_faders(&levels);
    }
}

/// What a part's travel stands for.
fn value_at(part: Part, travel: f64) -> f64 {
    match part {
        Part::Strip(_, Piece::Pan) => PAN.from_travel(travel).round(),
        Part::Strip(_, Piece::Trim) => (TRIM.from_travel(travel) * 10.0).round() / 10.0,
        Part::Strip(_, Piece::Width) => WIDTH.from_travel(travel).round(),
        Part::Listen => fader::level(travel * fader::travel(Db::UNITY)).0,
        _ => fader::level(travel).0,
    }
}

/// The declaration of a part that has a value.
fn spec(part: Part) -> Option<&'static ParamSpec> {
    Some(match part {
        Part::Strip(_, Piece::Fader | Piece::Level) => &FADER,
        Part::Strip(_, Piece::Send(_)) => &SEND,
        Part::Strip(_, Piece::Pan) => &PAN,
        Part::Strip(_, Piece::Trim) => &TRIM,
        Part::Strip(_, Piece::Width) => &WIDTH,
        Part::Listen => &MONITOR_LEVEL,
        _ => return None,
    })
}

/// What a part stands at.
fn value(part: Part, desk: &Desk) -> Option<f64> {
    Some(match part {
        Part::Listen => desk.mix().monitor.level.0,
        Part::Strip(id, piece) => {
            let strip = desk.as_heard(desk.strip(id)?);
            match piece {
                Piece::Fader | Piece::Level => strip.fader.0,
                Piece::Pan => strip.pan,
                Piece::Trim => strip.trim.0,
                Piece::Width => strip.width,
                Piece::Send(index) => {
                    let to = returns(desk.mix()).nth(index)?.id;
                    let send = strip.sends.iter().find(|send| send.to == to);
                    send.map_or(f64::NEG_INFINITY, |send| send.level.0)
                }
                _ => return None,
            }
        }
        _ => return None,
    })
}

/// Moves a part to `value` while it is held.
fn set(part: Part, value: f64, desk: &mut Desk) {
    let song = desk.song_id();
    let (id, change, command) = match part {
        Part::Listen => {
            let monitor = Monitor { level: Db(value), ..desk.mix().monitor };
            return desk.drag(Edit::Song { song, change: SongEdit::Monitor(monitor) }, None);
        }
        Part::Strip(id, Piece::Fader | Piece::Level) => {
            (id, StripEdit::Fader(Db(value)), Command::Fader(id, Db(value)))
        }
        Part::Strip(id, Piece::Pan) => (id, StripEdit::Pan(value), Command::Pan(id, value)),
        Part::Strip(id, Piece::Trim) => {
            (id, StripEdit::Trim(Db(value)), Command::Trim(id, Db(value)))
        }
        Part::Strip(id, Piece::Width) => (id, StripEdit::Width(value), Command::Width(id, value)),
        Part::Strip(id, Piece::Send(index)) => return set_send(id, index, Db(value), desk),
        _ => return,
    };
    desk.drag(Edit::Strip { song, strip: id, change }, Some(command));
}

fn set_send(id: StripId, index: usize, level: Db, desk: &mut Desk) {
    let Some(to) = returns(desk.mix()).nth(index).map(|strip| strip.id) else { return };
    let Some(strip) = desk.strip(id) else { return };
    let song = desk.song_id();
    match strip.sends.iter().find(|send| send.to == to).map(|send| send.id) {
        Some(send) => {
            let change = StripEdit::Send { send, change: SendEdit::Level(level) };
            let command = Command::Send(id, send, level);
            desk.drag(Edit::Strip { song, strip: id, change }, Some(command));
        }
        None => desk.edit(id, menus::new_send(desk.mix(), to, level)),
    }
}

/// Moves a part by steps.
fn step(part: Part, steps: f64, fine: bool, desk: &mut Desk) {
    let (Some(spec), Some(now)) = (spec(part), value(part, desk)) else { return };
    let percent = matches!(part, Part::Strip(_, Piece::Pan | Piece::Width));
    let step = if percent { STEP_PERCENT } else { STEP_DB };
    let by = steps * step.by(fine);
    /// From silence a fader steps to the lowest mark of its taper, and below that into silence.
    const LOWEST_DB: f64 = fader::TAPER[fader::TAPER.len() - 1].1;
    let to = match now + by {
        _ if now == f64::NEG_INFINITY && by > 0.0 => LOWEST_DB,
        low if !percent && low < LOWEST_DB => f64::NEG_INFINITY,
        to => to,
    };
    finish(part, spec.nearest(to).unwrap_or(now), desk);
}

/// Sets a part, as a step of its own.
fn finish(part: Part, value: f64, desk: &mut Desk) {
    set(part, value, desk);
    desk.drop_held();
}

fn reset(part: Part, desk: &mut Desk) {
    if let Some(spec) = spec(part) {
        finish(part, spec.default, desk);
    }
}

fn typed(part: Part, text: &str, desk: &mut Desk) {
    let (text, Some(spec)) = (text.trim(), spec(part)) else { return };
    if text.is_empty() {
        return;
    }
    let value = match part {
        Part::Strip(_, Piece::Pan) => parse_pan(text),
        _ if matches!(text, "-inf" | "−∞" | "off") => Some(f64::NEG_INFINITY),
        _ => spec.parse(text).ok(),
    };
    match value.filter(|value| spec.range.contains(value)) {
        Some(value) => finish(part, value, desk),
        None => {
            let (low, high) = (spec.format(*spec.range.start()), spec.format(*spec.range.end()));
            desk.live
                .say(format!("“{text}” is not from {low} to {high}; it stays as it was"), true);
        }
    }
}

/// "C", "L20", "r35", "-20".
fn parse_pan(text: &str) -> Option<f64> {
    let text = text.to_lowercase();
    let side = |prefix: char| text.strip_prefix(prefix).and_then(|rest| rest.trim().parse().ok());
    match text.as_str() {
        "c" => Some(0.0),
        _ => {
            let left = side('l').map(|percent: f64| -percent);
            left.or_else(|| side('r')).or_else(|| PAN.parse(&text).ok())
        }
    }
}

pub(super) fn switched(monitor: &Monitor, which: Switch) -> bool {
    match which {
        Switch::Dim => monitor.dim,
        Switch::Mono => monitor.mono,
        Switch::Side => monitor.side,
        Switch::Reference => monitor.reference,
    }
}

fn switch_mut(monitor: &mut Monitor, which: Switch) -> &mut bool {
    match which {
        Switch::Dim => &mut monitor.dim,
        Switch::Mono => &mut monitor.mono,
        Switch::Side => &mut monitor.side,
        Switch::Reference => &mut monitor.reference,
    }
}

fn set_monitor(monitor: Monitor, desk: &mut Desk) {
    let change = SongEdit::Monitor(monitor);
    desk.apply(Edit::Song { song: desk.song_id(), change });
}

/// What is said about a part.
pub(super) fn help(desk: &Desk, part: Part) -> Help {
    match part {
        Part::Strip(id, piece) => match desk.strip(id) {
            Some(strip) => help_piece(desk, &desk.as_heard(strip), piece),
            None => Help::default(),
        },
        Part::Listen => {
            let level = format!("{} dB", desk.mix().monitor.level);
            Help::at("Listening level", level, "How loud it is heard here; no bounce contains it.")
        }
        Part::Monitor(which) => Help::new(which.label(), about_switch(which)),
        Part::Bar(choice) => Help::new(choice.label(), about_choice(choice)),
        Part::Scale => Help::at(
            "Scale of the mix bus",
            desk.live.k_scale().name(),
            "What its meter calls 0: full scale, or 20, 14, 12 dB below it. Click for the next.",
        ),
        Part::Correlation => {
            Help::new("Correlation", "Of left and right: +1 is mono, below 0 they cancel in mono.")
        }
        Part::Split => Help::new(
            "Mixer",
            "Drag its edge to share the room out; double-click shows the mixer, the lanes, or both.",
        ),
        Part::Loudness => {
            Help::new("Loudness", "Momentary and short-term; the line I is the whole so far. LUFS.")
        }
    }
}

fn about_switch(which: Switch) -> &'static str {
    match which {
        Switch::Dim => "20 dB quieter while you talk; heard only, never printed.",
        Switch::Mono => "Both sides summed, as a phone or a club plays it; heard only.",
        Switch::Side => "Only what differs between left and right; heard only.",
        Switch::Reference => {
            "The reference in place of the mix, as loud as it; right-click to choose one."
        }
    }
}

fn about_choice(choice: Choice) -> &'static str {
    match choice {
        Choice::Narrow => "Strips of 64 pixels.",
        Choice::Wide => "Strips of 84 pixels.",
        Choice::Arrange => "The lanes alone.",
        Choice::Both => "Lanes and mixer.",
        Choice::Alone => "The mixer alone.",
        Choice::All => "Every strip.",
        Choice::Tracks => "Tracks only.",
        Choice::Buses => "Groups and effect returns only.",
        Choice::Peak => "Meters show a mean of 300 ms under the peak.",
        Choice::Vu => "Meters move as a needle: 300 ms, 0 VU at −18 dBFS.",
        Choice::ResetSolo => "Takes every solo off.",
        Choice::ClearPeaks => "Forgets highest peaks, over lamps and the loudness so far.",
    }
}

fn help_piece(desk: &Desk, strip: &Strip, piece: Piece) -> Help {
    let name = |what: &str| format!("{} {what}", strip.name);
    match piece {
        Piece::Fader | Piece::Level => {
            let value = FADER.format(strip.fader.0);
            Help::at(
                name("fader"),
                value,
                "Drag; Shift is finer, double-click sets 0 dB; or type a value.",
            )
        }
        Piece::Pan if strip.id == StripId::MIX_BUS => Help::at(
            name("balance"),
            pan_words(strip.pan),
            "Drag up or down; double-click centres it.",
        ),
        Piece::Pan => Help::at(
            name("pan"),
            pan_words(strip.pan),
            "Drag up or down; type l20, c or r35; double-click centres it.",
        ),
        Piece::Trim => {
            Help::at(name("trim"), TRIM.format(strip.trim.0), "Gain before the inserts.")
        }
        Piece::Width => {
            Help::at(name("width"), WIDTH.format(strip.width), "0 % is mono, 100 % as it came.")
        }
        Piece::Mute => {
            Help::new(name("mute"), "Silences the strip and its sends. Key M; Shift M clears all.")
        }
        Piece::Solo => {
            Help::new(name("solo"), "Heard alone; a bounce ignores it. Key S; Shift S clears all.")
        }
        Piece::Polarity => Help::new(name("polarity"), "Turns the wave upside down. Key P."),
        Piece::Peak => Help::new(
            name("highest peak"),
            "Since it was cleared. Click to clear; Alt-click clears all.",
        ),
        Piece::Meter => Help::new(
            name("level"),
            "Bright: mean of 300 ms; dim: peak; line: held. Click to clear.",
        ),
        Piece::Plate => {
            let to = format!("› {}", output_name(desk.mix(), strip));
            Help::at(
                name(""),
                to,
                "Click chooses; again opens output, trim, name and colour; Shift adds to the selection.",
            )
        }
        Piece::AddInsert => Help::new(name("insert"), "Click to add a device."),
        Piece::AddSend => Help::new(name("send"), "Click to make an effect return and send to it."),
        Piece::Sends => Help::new(name("sends"), "Click to see and move them; Esc closes them."),
        Piece::Popover => Help::new(name("sends"), "Drag a row up to send more. Esc closes them."),
        Piece::Insert(index) => match strip.inserts.get(index) {
            Some(device) => Help::new(
                name(device.kind.name()),
                "Click to open it; right-click to bypass, move or remove.",
            ),
            None => Help::default(),
        },
        Piece::Send(index) => {
            let level = value(Part::Strip(strip.id, piece), desk).unwrap_or(f64::NEG_INFINITY);
            let what = format!("send {}", letter_of(index));
            Help::at(
                name(&what),
                SEND.format(level),
                "Drag up to send more; right-click for pre or post, or off.",
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pan_is_read_as_people_write_it() {
        for (text, percent) in [("c", 0.0), ("L20", -20.0), ("r 35", 35.0), ("-12", -12.0)] {
            assert_eq!(parse_pan(text), Some(percent), "{text}");
        }
        assert_eq!(parse_pan("loud"), None);
    }
}
