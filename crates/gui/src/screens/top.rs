//! The bar at the top: rooms, transport, clock, loudness, undo, and the next step.

mod tempo;

use iced::{Element, Length, Rectangle, Size};
use twobus_dsp::Db;
use twobus_dsp::units::signed;
use twobus_engine::Readings;
use twobus_engine::device::State as DeviceState;
use twobus_session::timeline::BPM;
use twobus_session::{LoopRange, StripId};

use crate::desk::{Desk, Room};
use crate::grid::{Grid, clock};
use crate::icon::{self, Icon};
use crate::painter::{Align, Ink, Painter, rect};
use crate::parts::{self, Lamp};
use crate::theme::layout::TOP_BAR;
use crate::theme::{
    NARROW, NARROW_MEDIUM, SANS, SANS_BOLD, SANS_MEDIUM, accent, bg, ink, line, meter as colours,
    radius, size, state,
};
use crate::topics::Topic;
use crate::widgets::{Control, Help, Input, Scene, Surface, Touch};

/// A control of the bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Mix,
    Master,
    ToStart,
    Stop,
    Play,
    Loop,
    Follow,
    Clock,
    /// Tempo at the playhead.
    Tempo,
    /// Metre there.
    Metre,
    Loudness,
    Undo,
    Redo,
    Dropouts,
    Bounce,
}

/// What the bar asks of the window.
pub(crate) enum Action {
    None,
    /// To give the keyboard to another region.
    Leave {
        back: bool,
    },
    /// To open the device again.
    Retry,
    /// To show the settings.
    Settings,
    /// To take the next step.
    Next,
    /// To go to a room.
    Room(Room),
}

/// The bar.
#[derive(Debug, Default)]
pub(crate) struct TopBar {
    pub(crate) focus: Option<Part>,
    pub(crate) over: Option<Part>,
    /// The lanes follow the playhead.
    pub(crate) follows: bool,
}

impl TopBar {
    /// Takes in what was done to it.
    pub(crate) fn update(&mut self, input: Input<Part>, desk: Option<&mut Desk>) -> Action {
        match input {
            Input::Over(over) => self.over = over,
            Input::Focus(part) => self.focus = Some(part),
            Input::Leave { back } => return Action::Leave { back },
            Input::Press { part: Part::Follow, .. } => self.follows = !self.follows,
            Input::Typed(part, text) => {
                if let Some(desk) = desk {
                    tempo::typed(part, &text, desk);
                }
            }
            Input::Move(Part::Tempo, travel) => {
                if let Some(desk) = desk {
                    tempo::set(BPM.from_travel(travel), desk);
                }
            }
            Input::Drop(_) => desk.into_iter().for_each(Desk::drop_held),
            Input::Cancel(_) => desk.into_iter().for_each(Desk::cancel_held),
            Input::Reset(Part::Tempo) => {
                if let Some(desk) = desk {
                    tempo::set(BPM.default, desk);
                    desk.drop_held();
                }
            }
            Input::Step { part, steps, fine } => {
                if let Some(desk) = desk {
                    tempo::step(part, steps, fine, desk);
                }
            }
            Input::Press { part, .. } => {
                return desk.map_or(Action::None, |desk| press(part, desk));
            }
            _ => {}
        }
        Action::None
    }

    /// The bar as it is.
    pub(crate) fn view<'a, Message: 'a>(
        &'a self,
        desk: Option<&'a Desk>,
        active: bool,
        publish: impl Fn(Input<Part>) -> Message + 'a,
    ) -> Element<'a, Message> {
        let ways = (Length::Fill, Length::Fixed(TOP_BAR));
        let scene = Bar { bar: self, desk };
        Surface::new(scene, ways, publish).focus(self.focus.filter(|_| active)).into()
    }

    /// What is said about the control under the pointer, or else the one with the keyboard.
    pub(crate) fn help(&self, desk: Option<&Desk>, active: bool) -> Option<Help> {
        let part = self.over.or(self.focus.filter(|_| active))?;
        Some(Bar { bar: self, desk }.help(part))
    }

    /// What the longer help is about.
    pub(crate) fn topic(&self, active: bool) -> Option<Topic> {
        Some(match self.over.or(self.focus.filter(|_| active))? {
            Part::Mix | Part::Master => Topic::Window,
            Part::ToStart | Part::Stop | Part::Play | Part::Loop | Part::Follow => Topic::Transport,
            Part::Clock | Part::Tempo | Part::Metre => Topic::Tempo,
            Part::Loudness => Topic::Loudness,
            Part::Undo | Part::Redo => Topic::Steps,
            Part::Dropouts => Topic::Device,
            Part::Bounce => Topic::Print,
        })
    }

    /// The control where the Tab key enters.
    pub(crate) fn enter(&mut self, back: bool) {
        self.focus = Some(if back { Part::Dropouts } else { Part::Mix });
    }
}

fn press(part: Part, desk: &mut Desk) -> Action {
    match part {
        Part::ToStart => desk.live.locate(0),
        Part::Stop => desk.live.stop(),
        Part::Play => desk.live.toggle(),
        Part::Loop => toggle_loop(desk),
        Part::Loudness => desk.live.clear_peaks(None),
        Part::Undo => desk.undo(),
        Part::Redo => desk.redo(),
        Part::Dropouts if desk.live.device().is_some_and(|d| !plays(&d.state)) => {
            return Action::Retry;
        }
        Part::Dropouts if desk.live.has_dropped() => return Action::Settings,
        Part::Dropouts => desk.live.clear_xruns(),
        Part::Bounce => return Action::Next,
        Part::Mix => return Action::Room(Room::Mix),
        Part::Master => return Action::Room(Room::Master),
        Part::Follow | Part::Clock | Part::Tempo | Part::Metre => {}
    }
    Action::None
}

fn plays(state: &DeviceState) -> bool {
    matches!(state, DeviceState::Playing(_))
}

/// Switches the loop; without one the whole song is looped.
pub(crate) fn toggle_loop(desk: &mut Desk) {
    let whole = LoopRange { start: 0, end: desk.mix().end(), on: false };
    let range = desk.mix().timeline.loop_range.unwrap_or(whole);
    if range.start < range.end {
        desk.set_loop(Some(LoopRange { on: !range.on, ..range }));
    }
}

struct Bar<'a> {
    bar: &'a TopBar,
    desk: Option<&'a Desk>,
}

/// From this load on a dropout is near.
const HOT_LOAD: f32 = 0.8;
/// Width of the loudness well where all of it has room.
const LOUDNESS_WIDTH: f32 = 322.0;

/// Where a control lies; `None` where the window is too narrow for it.
fn area(part: Part, size: Size) -> Rectangle {
    let (width, wide) = (size.width, size.width >= 1280.0);
    let button =
        |index: f32| rect(if wide { 414.0 } else { 262.0 } + 37.0 * index, 10.0, 34.0, 32.0);
    let right = |from: f32, width_of| rect(width - from, 8.0, width_of, 36.0);
    match part {
        Part::Mix => rect(108.0, 11.0, 66.0, 30.0),
        Part::Master => rect(174.0, 11.0, 70.0, 30.0),
        Part::ToStart => button(0.0),
        Part::Stop => button(1.0),
        Part::Play => button(2.0),
        Part::Loop => button(3.0),
        Part::Follow => button(4.0),
        Part::Clock => rect(button(5.0).x + 4.0, 6.0, 247.0, 40.0),
        Part::Tempo => {
            let clock = area(Part::Clock, size);
            rect(clock.x + 172.0, clock.y + 2.0, 42.0, 36.0)
        }
        Part::Metre => {
            let clock = area(Part::Clock, size);
            rect(clock.x + 214.0, clock.y + 2.0, 30.0, 36.0)
        }
        Part::Loudness => {
            let x = area(Part::Clock, size).x + 256.0;
            let left = if wide { Part::Undo } else { Part::Dropouts };
            let end = area(left, size).x - 10.0;
            rect(x, 6.0, (end - x).clamp(0.0, LOUDNESS_WIDTH), 40.0)
        }
        Part::Undo => right(if wide { 408.0 } else { 202.0 }, 32.0),
        Part::Redo => right(if wide { 374.0 } else { 168.0 }, 32.0),
        Part::Dropouts if wide => right(208.0, 84.0),
        Part::Dropouts => right(250.0, 40.0),
        Part::Bounce => right(116.0, 104.0),
    }
}

/// In the order of the Tab key.
const PARTS: [Part; 15] = [
    Part::Mix,
    Part::Master,
    Part::ToStart,
    Part::Stop,
    Part::Play,
    Part::Loop,
    Part::Follow,
    Part::Clock,
    Part::Tempo,
    Part::Metre,
    Part::Loudness,
    Part::Undo,
    Part::Redo,
    Part::Dropouts,
    Part::Bounce,
];

impl Scene for Bar<'_> {
    type Part = Part;

    fn controls(&self, size: Size) -> Vec<Control<Part>> {
        let control = |part| match part {
            // What is not in the window yet says so.
            Part::Clock => Control::label(part, area(part, size)),
            Part::Tempo | Part::Metre => tempo::control(part, self.desk, area(part, size)),
            _ => Control::button(part, area(part, size)),
        };
        PARTS.into_iter().map(control).filter(|control| control.area.width > 0.0).collect()
    }

    fn help(&self, part: Part) -> Help {
        let steps = self.desk.map_or((None, None), Desk::steps);
        match part {
            Part::Mix => Help::new("Mix", "Balances the parts of a song. Ctrl 1."),
            Part::Master => Help::new("Master", "Finishes the print. Ctrl 2."),
            Part::ToStart => Help::new("To the start", "Key Home."),
            Part::Stop => Help::new("Stop", "Fades out and stands."),
            Part::Play => Help::new("Play", "Plays, or stops. Space."),
            Part::Loop => {
                Help::new("Loop", "Repeats the part between the flags of the ruler. Key L.")
            }
            Part::Follow => Help::new("Follow", "The lanes follow the playhead."),
            Part::Clock => {
                Help::new("Place", "What is heard now: time, and bar, beat and hundredths.")
            }
            Part::Tempo => Help::new(
                "Tempo",
                "Quarter notes a minute at the playhead. Drag up or down, or type another.",
            ),
            Part::Metre => Help::new(
                "Metre",
                "Beats of a bar at the playhead. Double-click or Enter to type another, such as 6/8.",
            ),
            Part::Loudness => Help::new(
                "Loudness",
                "Short-term, whole so far, highest true peak, peak to loudness. Click to begin anew.",
            ),
            Part::Undo => Help::at("Undo", steps.0.unwrap_or("nothing"), "Ctrl Z."),
            Part::Redo => Help::at("Redo", steps.1.unwrap_or("nothing"), "Ctrl Shift Z."),
            Part::Dropouts => Help::new(
                "Dropouts",
                "Load of the processor by playback, and how often sound came too late. Click to count anew.",
            ),
            Part::Bounce => match self.desk.map(Desk::room) {
                Some(Room::Master) => {
                    Help::new("Deliver", "Writes the master in every format, checked. Ctrl E.")
                }
                Some(Room::Mix) | None => {
                    Help::new("Bounce", "Makes a print of the mix: one stereo file. Ctrl B.")
                }
            },
        }
    }

    fn draw(&self, painter: &mut Painter<'_>, size: Size, touch: Touch<Part>) {
        painter.fill(rect(0.0, 0.0, size.width, size.height), bg::PANEL);
        painter.fill(rect(0.0, size.height - 1.0, size.width, 1.0), line::SUBTLE);
        self.draw_rooms(painter, size, touch);
        if size.width >= 1280.0 {
            self.draw_song(painter);
        }
        self.draw_transport(painter, size, touch);
        self.draw_clock(painter, area(Part::Clock, size));
        for part in [Part::Tempo, Part::Metre].into_iter().filter(|part| touch.is_over(*part)) {
            painter.outline(area(part, size), line::STRONG, 1.0, radius::SLOT);
        }
        self.draw_loudness(painter, area(Part::Loudness, size));
        self.draw_steps(painter, size, touch);
        self.draw_device(painter, area(Part::Dropouts, size));
        let usable = self.desk.is_some_and(|desk| desk.end() > 0);
        let over = touch.is_over(Part::Bounce);
        let in_master = self.desk.is_some_and(|desk| desk.room() == Room::Master);
        let next = if in_master { "Deliver…" } else { "Bounce…" };
        parts::main_button(painter, area(Part::Bounce, size), next, usable, over);
    }
}

impl Bar<'_> {
    fn draw_rooms(&self, painter: &mut Painter<'_>, size: Size, touch: Touch<Part>) {
        icon::draw(painter, Icon::Logo, rect(10.0, 14.0, 24.0, 24.0), 20.0, accent::BASE);
        painter.text(
            "Twobus",
            rect(38.0, 10.0, 64.0, 32.0),
            Ink::new(SANS_BOLD, size::HEADING, ink::PRIMARY),
        );
        painter.card(rect(106.0, 9.0, 140.0, 34.0), bg::WELL, radius::PANEL);
        let room = self.desk.map_or(Room::Mix, Desk::room);
        let rooms = [(Part::Mix, "Mix", Room::Mix), (Part::Master, "Master", Room::Master)];
        for (part, label, of) in rooms {
            let (area, on) = (area(part, size), room == of);
            if on {
                painter.card(area, accent::FILL, radius::CONTROL);
            }
            let colour = match (on, self.desk.is_some()) {
                (true, _) => ink::DARK,
                (false, true) if touch.is_over(part) => ink::PRIMARY,
                (false, true) => ink::SECONDARY,
                (false, false) => ink::DISABLED,
            };
            painter.text(label, area, Ink::new(SANS_BOLD, size::TITLE, colour).centred());
        }
    }

    fn draw_song(&self, painter: &mut Painter<'_>) {
        let (title, about) = match self.desk {
            None => ("Untitled".to_owned(), "no tracks yet".to_owned()),
            Some(desk) => {
                let rate = twobus_dsp::units::signed(f64::from(desk.rate_hz()) / 1000.0, 1);
                let rate = rate.trim_end_matches(".0");
                let saved = match (desk.read_only().is_some(), desk.is_draft(), desk.is_dirty()) {
                    (true, _, _) => "read-only",
                    (_, true, _) => "not saved",
                    (_, _, true) => "changed",
                    (_, _, false) => "saved",
                };
                let what = match desk.room() {
                    Room::Mix => format!("{} tracks", desk.mix().tracks.len()),
                    Room::Master => format!("{} devices", desk.song().master.chain.len()),
                };
                (desk.name().to_owned(), format!("{what} · {rate} kHz · {saved}"))
            }
        };
        painter.text(
            &title,
            rect(262.0, 9.0, 148.0, 18.0),
            Ink::new(SANS_BOLD, size::TITLE, ink::PRIMARY),
        );
        painter.text(
            &about,
            rect(262.0, 26.0, 150.0, 16.0),
            Ink::new(NARROW, size::BASE, ink::TERTIARY),
        );
    }

    fn draw_transport(&self, painter: &mut Painter<'_>, size: Size, touch: Touch<Part>) {
        let playing = self.desk.is_some_and(|desk| desk.live.is_playing());
        let looped = self
            .desk
            .is_some_and(|desk| desk.mix().timeline.loop_range.is_some_and(|range| range.on));
        let buttons = [
            (Part::ToStart, Icon::Start, false),
            (Part::Stop, Icon::Stop, false),
            (Part::Play, Icon::Play, playing),
            (Part::Loop, Icon::Loop, looped),
            (Part::Follow, Icon::Follow, self.bar.follows),
        ];
        for (part, icon, on) in buttons {
            let lamp = match (self.desk.is_some(), on) {
                (false, _) => Lamp::Dead,
                (_, true) => Lamp::On(accent::FILL),
                (_, false) => Lamp::Off,
            };
            parts::icon_button(painter, area(part, size), icon, lamp, touch.is_over(part));
        }
    }

    fn draw_clock(&self, painter: &mut Painter<'_>, area: Rectangle) {
        painter.card(area, bg::WELL, radius::CONTROL);
        let (time, place, tempo) = match self.desk {
            None => (clock(0, 1), "1.1.00".to_owned(), None),
            Some(desk) => {
                let (frame, rate_hz) = (desk.live.heard(), desk.rate_hz());
                let grid = Grid::new(&desk.mix().timeline, rate_hz);
                (clock(frame, rate_hz), grid.place(frame).to_string(), Some(grid.tempo(frame)))
            }
        };
        let (bpm, metre) = match tempo {
            Some(tempo) => (signed(tempo.bpm, 2), format!("{}/{}", tempo.beats, tempo.unit)),
            None => ("120.00".to_owned(), "4/4".to_owned()),
        };
        let (x, y) = (area.x, area.y);
        painter.text(
            &time,
            rect(x + 10.0, y, 98.0, 40.0),
            Ink::new(SANS_MEDIUM, size::DISPLAY, ink::PRIMARY),
        );
        painter.fill(rect(x + 168.0, y + 8.0, 1.0, 24.0), line::SUBTLE);
        let number = Ink::new(NARROW_MEDIUM, size::TITLE, ink::PRIMARY);
        let unit = Ink::new(NARROW, size::MICRO, ink::TERTIARY);
        painter.text(&place, rect(x + 110.0, y + 4.0, 56.0, 16.0), number);
        painter.text("bar.beat", rect(x + 110.0, y + 21.0, 56.0, 14.0), unit);
        painter.text(&bpm, rect(x + 177.0, y + 4.0, 44.0, 16.0), number);
        painter.text("BPM", rect(x + 177.0, y + 21.0, 44.0, 14.0), unit);
        painter.text(&metre, rect(x + 214.0, y + 4.0, 26.0, 16.0), number.right());
    }

    fn draw_loudness(&self, painter: &mut Painter<'_>, area: Rectangle) {
        if area.width < 60.0 {
            return;
        }
        painter.card(area, bg::WELL, radius::CONTROL);
        let readings = self.desk.and_then(|desk| desk.live.readings());
        let of = |read: fn(&Readings) -> Db| readings.map_or(Db::SILENCE, read);
        let (integrated, peak) = (of(Readings::integrated), of(Readings::true_peak));
        let plr = if integrated.is_silence() { Db::SILENCE } else { Db(peak.0 - integrated.0) };
        let short = ("S LUFS", of(Readings::short_term));
        let [integrated, peak, plr] = [("I LUFS", integrated), ("TP dBTP", peak), ("PLR dB", plr)];
        // Where there is no room for all, these come first.
        let (values, inset, step) = match area.width >= LOUDNESS_WIDTH {
            true => ([short, integrated, peak, plr], 12.0, 53.0),
            false => ([integrated, peak, short, plr], 6.0, 48.0),
        };
        for (index, (label, value)) in values.into_iter().enumerate() {
            let x = area.x + inset + index as f32 * step;
            if x + step > area.x + area.width {
                break;
            }
            painter.text(
                label,
                rect(x, area.y + 3.0, step, 14.0),
                Ink::new(NARROW, size::MICRO, ink::TERTIARY),
            );
            let words = if value.is_silence() { "––".to_owned() } else { value.to_string() };
            let number = Ink::new(SANS_MEDIUM, size::HEADING, ink::PRIMARY);
            painter.text(&words, rect(x, area.y + 17.0, step, 20.0), number);
        }
        if area.width >= LOUDNESS_WIDTH {
            self.draw_stereo(painter, rect(area.x + 222.0, area.y + 6.0, 90.0, 14.0));
        }
    }

    /// The mix bus as two lying bars, from −30 dB to full scale.
    fn draw_stereo(&self, painter: &mut Painter<'_>, area: Rectangle) {
        const LOWEST_DB: f64 = -36.0;
        let meter = self.desk.and_then(|desk| desk.live.meter(StripId::MIX_BUS));
        let share = |db: f64| (1.0 - db / LOWEST_DB).clamp(0.0, 1.0) as f32;
        for side in 0..2 {
            let row = rect(area.x, area.y + side as f32 * 7.0, area.width, 6.0);
            let bar = meter.map(|meter| meter.bars[side]).unwrap_or_default();
            painter.fill(row, bg::PANEL);
            painter
                .fill(rect(row.x, row.y, row.width * share(bar.peak_db), 6.0), colours::PEAK_LOW);
            painter.fill(rect(row.x, row.y, row.width * share(bar.rms_db), 6.0), colours::MID);
            let x = row.x + row.width * share(bar.hold_db);
            painter.fill(rect(x - 2.0, row.y, 2.0, 6.0), colours::HOLD);
        }
        for mark in [-30.0, -18.0, -9.0, 0.0] {
            let x = area.x + area.width * share(mark);
            let words =
                Ink { align: Align::Centre, ..Ink::new(NARROW, size::MICRO, ink::TERTIARY) };
            painter.text(
                &format!("{}", f64::abs(mark)),
                rect(x - 10.0, area.y + 18.0, 20.0, 12.0),
                words,
            );
        }
    }

    fn draw_steps(&self, painter: &mut Painter<'_>, size: Size, touch: Touch<Part>) {
        let (undo, redo) = self.desk.map_or((None, None), Desk::steps);
        for (part, icon, step) in [(Part::Undo, Icon::Undo, undo), (Part::Redo, Icon::Redo, redo)] {
            let lamp = if step.is_some() { Lamp::Off } else { Lamp::Dead };
            parts::icon_button(painter, area(part, size), icon, lamp, touch.is_over(part));
        }
        if size.width >= 1280.0 {
            let x = area(Part::Redo, size).x + 42.0;
            let words = Ink::new(NARROW, size::BASE, ink::SECONDARY);
            let room = rect(x, 10.0, size.width - 222.0 - x, 16.0);
            match undo {
                Some(step) => {
                    painter.text("Undo:", room, words.coloured(ink::TERTIARY));
                    painter.text(step, rect(room.x, 26.0, room.width, 16.0), words);
                }
                None => painter.text("Nothing to undo", rect(x, 18.0, room.width, 16.0), words),
            }
        }
    }

    fn draw_device(&self, painter: &mut Painter<'_>, area: Rectangle) {
        if area.width <= 0.0 {
            return;
        }
        let small = Ink::new(NARROW, size::SMALL, ink::TERTIARY);
        let device = self.desk.and_then(|desk| desk.live.device());
        let (label, bad) = match device.map(|device| &device.state) {
            Some(DeviceState::Playing(_)) => ("Sound on", false),
            Some(DeviceState::Opening) => ("Opening device…", false),
            Some(_) => ("No sound device", true),
            None => ("Sound off", false),
        };
        if bad {
            painter.card(area, state::WARN_BG, radius::CONTROL);
            icon::draw(
                painter,
                Icon::Warn,
                rect(area.x + 2.0, area.y, 16.0, area.height),
                12.0,
                state::WARN,
            );
            let words = rect(area.x + 20.0, area.y + 4.0, area.width - 20.0, 14.0);
            painter.text("No sound", words, small.coloured(state::WARN));
            painter.text(
                "device: retry",
                rect(words.x, words.y + 15.0, words.width, 14.0),
                small.coloured(state::WARN),
            );
            return;
        }
        let load = self.desk.map_or(0.0, |desk| desk.live.load());
        let percent = format!("{} %", signed(f64::from(load) * 100.0, 0));
        let number = Ink::new(SANS, size::SMALL, ink::PRIMARY).right();
        if area.width < 60.0 {
            painter.text(&percent, rect(area.x, area.y + 4.0, area.width, 14.0), number);
            painter.text("DSP", rect(area.x, area.y + 19.0, area.width, 14.0), small.right());
            return;
        }
        if label != "Sound on" {
            painter.text(label, rect(area.x, area.y + 2.0, area.width, 14.0), small);
        } else {
            painter.text("DSP", rect(area.x, area.y, area.width, 14.0), small);
            painter.text(&percent, rect(area.x, area.y, area.width, 14.0), number);
        }
        let (bar, hot) = (rect(area.x, area.y + 16.0, area.width, 3.0), load > HOT_LOAD);
        painter.fill(bar, bg::WELL);
        let filled = rect(bar.x, bar.y, bar.width * load.clamp(0.0, 1.0), bar.height);
        painter.fill(filled, if hot { state::WARN } else { colours::MID });
        let xruns = self.desk.map_or(0, |desk| desk.live.xruns());
        let warns = self.desk.is_some_and(|desk| desk.live.has_dropped());
        let (text, colour) =
            if warns { (state::WARN, state::WARN) } else { (ink::TERTIARY, ink::PRIMARY) };
        let row = rect(area.x, area.y + 22.0, area.width, 14.0);
        painter.text("Dropouts", row, small.coloured(text));
        painter.text(&xruns.to_string(), row, number.coloured(colour));
    }
}
