//! The start screen: stems to drop, the demo, and what was open lately.

mod steps;

use iced::advanced::graphics::geometry::Path;
use iced::{Element, Length, Rectangle, Size};

use crate::desk::{Recent, SKETCH, Standing};
use crate::icon::{self, Icon};
use crate::painter::{Ink, Painter, inset, rect};
use crate::parts::{self, Lamp};
use crate::theme::{
    NARROW, SANS, SANS_BOLD, SANS_MEDIUM, accent, bg, ink, line, radius, size, state, track,
};
use crate::trying::Tried;
use crate::widgets::{Control, Help, Input, Scene, Surface, Touch};

/// A control of the start screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Files,
    Demo,
    Stereo,
    Other,
    /// Chooses another sound device.
    Sound,
    /// Plays the test tone.
    Try,
    Recent(usize),
    /// Restores unsaved work.
    Restore(usize),
    /// Gives it up.
    Discard(usize),
}

/// Unsaved work that is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offered {
    /// The project's name.
    pub(crate) name: String,
    /// When it was kept, and where it lay.
    pub(crate) about: String,
}

/// What the start screen asks of the window.
pub(crate) enum Action {
    None,
    /// To choose stems.
    Files,
    /// To open the demo.
    Demo,
    /// To choose a finished mix.
    Stereo,
    /// To choose a project.
    Other,
    /// To show the settings.
    Settings,
    /// To play the test tone, or to stop it.
    Try,
    /// To open one that was open lately.
    Recent(usize),
    Restore(usize),
    Discard(usize),
    Leave {
        back: bool,
    },
}

/// The start screen.
#[derive(Debug, Default)]
pub(crate) struct Start {
    pub(crate) recent: Vec<Recent>,
    pub(crate) offered: Vec<Offered>,
    pub(crate) focus: Option<Part>,
    pub(crate) over: Option<Part>,
    /// The sound device that is asked for, in words.
    pub(crate) device: String,
    /// How its trial stands.
    pub(crate) tried: Tried,
    /// Files hang over the window.
    pub(crate) dropping: bool,
    /// The demo is there to be opened.
    pub(crate) has_demo: bool,
}

impl Start {
    /// Takes in what was done to it.
    pub(crate) fn update(&mut self, input: Input<Part>) -> Action {
        match input {
            Input::Over(over) => self.over = over,
            Input::Focus(part) => self.focus = Some(part),
            Input::Leave { back } => return Action::Leave { back },
            Input::Press { part, .. } => {
                return match part {
                    Part::Files => Action::Files,
                    Part::Demo => Action::Demo,
                    Part::Stereo => Action::Stereo,
                    Part::Other => Action::Other,
                    Part::Sound => Action::Settings,
                    Part::Try => Action::Try,
                    Part::Recent(index) => Action::Recent(index),
                    Part::Restore(index) => Action::Restore(index),
                    Part::Discard(index) => Action::Discard(index),
                };
            }
            _ => {}
        }
        Action::None
    }

    /// The screen as it is.
    pub(crate) fn view<'a, Message: 'a>(
        &'a self,
        active: bool,
        publish: impl Fn(Input<Part>) -> Message + 'a,
    ) -> Element<'a, Message> {
        let ways = (Length::Fill, Length::Fill);
        Surface::new(self, ways, publish).focus(self.focus.filter(|_| active)).into()
    }

    /// What is said about the control under the pointer, or else the one with the keyboard.
    pub(crate) fn help_now(&self, active: bool) -> Option<Help> {
        let part = self.over.or(self.focus.filter(|_| active))?;
        Some((&self).help(part))
    }

    /// The control where the Tab key enters.
    pub(crate) fn enter(&mut self, back: bool) {
        self.focus = Some(if back { Part::Try } else { Part::Files });
    }
}

/// Where the pieces of the screen lie.
struct Plan {
    drop: Rectangle,
    steps: Rectangle,
    side: Rectangle,
}

fn plan(size: Size) -> Plan {
    let side = (size.width * 0.336).clamp(300.0, 537.0);
    let left = rect(40.0, 40.0, size.width - side - 112.0, 0.0);
    let drop = (size.height - 306.0).clamp(220.0, 520.0);
    Plan {
        drop: rect(left.x, left.y, left.width, drop),
        steps: rect(left.x, left.y + drop + 18.0, left.width, 196.0),
        side: rect(size.width - side - 40.0, 40.0, side, size.height - 80.0),
    }
}

fn button(size: Size, index: usize) -> Rectangle {
    let drop = plan(size).drop;
    let (width, gap) = (168.0, 12.0);
    let x = drop.center_x() - 1.5 * width - gap + index as f32 * (width + gap);
    rect(x, drop.y + drop.height - 94.0, width, 40.0)
}

fn card(size: Size, index: usize, height: f32) -> Rectangle {
    let side = plan(size).side;
    rect(side.x, side.y + 30.0 + index as f32 * (height + 8.0), side.width, height)
}

/// From this width on the longest sentence has room in the wider face.
const ROOMY: f32 = 640.0;
/// From this width on words have room beside the button of the test tone.
const WIDE: f32 = 500.0;

/// The box on the sound device, beside the steps.
fn sound(size: Size) -> Rectangle {
    let plan = plan(size);
    rect(plan.side.x, plan.steps.y + 32.0, plan.side.width, 164.0)
}

fn change(sound: Rectangle) -> Rectangle {
    rect(sound.x + sound.width - 92.0, sound.y + 38.0, 76.0, 26.0)
}

fn tone(sound: Rectangle) -> Rectangle {
    rect(sound.x + 16.0, sound.y + 78.0, 150.0, 30.0)
}

/// Height of a card.
const CARD: f32 = 76.0;

impl Start {
    fn offered_area(&self, size: Size, index: usize) -> Rectangle {
        card(size, index, CARD)
    }

    fn recent_area(&self, size: Size, index: usize) -> Rectangle {
        let past = if self.offered.is_empty() { 0.0 } else { 34.0 };
        let area = card(size, index + self.offered.len(), CARD);
        rect(area.x, area.y + past, area.width, area.height)
    }

    fn buttons_of_offer(&self, size: Size, index: usize) -> [Rectangle; 2] {
        let area = self.offered_area(size, index);
        let at = |x| rect(area.x + area.width - x, area.y + 22.0, 80.0, 26.0);
        [at(180.0), at(92.0)]
    }
}

impl Scene for &Start {
    type Part = Part;

    fn controls(&self, size: Size) -> Vec<Control<Part>> {
        let mut all = vec![
            Control::button(Part::Files, button(size, 0)),
            Control::button(Part::Stereo, button(size, 2)),
        ];
        if self.has_demo {
            all.insert(1, Control::button(Part::Demo, button(size, 1)));
        }
        for index in 0..self.offered.len() {
            let [restore, discard] = self.buttons_of_offer(size, index);
            all.push(Control::button(Part::Restore(index), restore));
            all.push(Control::button(Part::Discard(index), discard));
        }
        let bottom = sound(size).y - 8.0;
        for index in 0..self.recent.len() {
            let area = self.recent_area(size, index);
            if area.y + area.height < bottom {
                all.push(Control::button(Part::Recent(index), area));
            }
        }
        let side = plan(size).side;
        let other = rect(side.x + side.width - 160.0, side.y - 4.0, 160.0, 26.0);
        all.push(Control::button(Part::Other, other));
        let sound = sound(size);
        all.push(Control::button(Part::Sound, change(sound)));
        all.push(Control::button(Part::Try, tone(sound)));
        all
    }

    fn help(&self, part: Part) -> Help {
        match part {
            Part::Files => Help::new(
                "Choose files",
                "Makes a track of each file; they stay where they are. Ctrl I.",
            ),
            Part::Stereo => Help::new(
                "Master a stereo file",
                "A finished mix from elsewhere: it goes straight to Master.",
            ),
            Part::Demo => Help::new("Open demo song", "Five stems that come with Twobus."),
            Part::Other => Help::new("Open other", "Chooses the folder of a project. Ctrl O."),
            Part::Sound => Help::new("Sound device", "Chooses another one, and its period. Ctrl ,"),
            Part::Try => Help::new("Test tone", "A quiet tone on the left, then on the right."),
            Part::Recent(index) => match self.recent.get(index) {
                Some(recent) => Help::at(
                    recent.name.clone(),
                    recent.path.display().to_string(),
                    "Click to open it.",
                ),
                None => Help::default(),
            },
            Part::Restore(_) => Help::new(
                "Restore",
                "Opens the work as it was kept; the saved project is kept too.",
            ),
            Part::Discard(_) => {
                Help::new("Discard", "Removes what was kept of this work for good.")
            }
        }
    }

    fn draw(&self, painter: &mut Painter<'_>, size: Size, touch: Touch<Part>) {
        painter.fill(rect(0.0, 0.0, size.width, size.height), bg::APP);
        let plan = plan(size);
        self.draw_drop(painter, plan.drop);
        self.draw_buttons(painter, size, touch);
        steps::draw(painter, plan.steps);
        self.draw_side(painter, size, touch);
        self.draw_sound(painter, size, touch);
    }
}

impl Start {
    fn draw_drop(&self, painter: &mut Painter<'_>, area: Rectangle) {
        if self.dropping {
            painter.card(area, accent::DIM, radius::DIALOG);
        }
        let edge = inset(area, 1.0);
        let round = iced::border::radius(radius::DIALOG);
        let path = Path::rounded_rectangle(edge.position(), edge.size(), round);
        painter.dashed(&path, accent::LINE, 1.5, &[8.0, 5.0]);
        if area.height > 400.0 {
            draw_ghosts(painter, rect(area.x + 56.0, area.y + 48.0, area.width - 112.0, 232.0));
        }
        let foot = area.y + area.height;
        let row = |up: f32, height| rect(area.x, foot - up, area.width, height);
        let hero = Ink::new(SANS_BOLD, size::HERO, ink::PRIMARY).centred();
        painter.text("Drop your stems here", row(204.0, 40.0), hero);
        let words = Ink::new(SANS, size::TITLE, ink::SECONDARY).centred();
        painter.text("WAV, AIFF, FLAC or MP3, any sample rate, mono or stereo. A folder makes one track per file.", row(156.0, 20.0), words);
        let face = if area.width < ROOMY { NARROW } else { SANS };
        let quiet = Ink::new(face, size::BASE, ink::TERTIARY).centred();
        painter.text("Files stay where they are. Names, colours and groups are guessed from the file names; you can change them.", row(132.0, 20.0), quiet);
    }

    fn draw_buttons(&self, painter: &mut Painter<'_>, size: Size, touch: Touch<Part>) {
        let [files, demo, stereo] = [0, 1, 2].map(|index| button(size, index));
        parts::main_button(painter, files, "Choose files…", true, touch.is_over(Part::Files));
        if self.has_demo {
            parts::chip(painter, demo, "Open demo song", Lamp::Off, touch.is_over(Part::Demo));
        }
        let over = touch.is_over(Part::Stereo);
        parts::chip(painter, stereo, "Master a stereo file", Lamp::Off, over);
        let note = Ink::new(NARROW, size::BASE, ink::TERTIARY).centred();
        let below = |area: Rectangle| rect(area.x, area.y + 46.0, area.width, 16.0);
        painter.text("Ctrl I", below(files), note);
        let about = if self.has_demo { "5 stems, 1:23" } else { "the demo is with the source" };
        painter.text(about, below(demo), note);
        painter.text("a finished mix, any format", below(stereo), note);
    }

    fn draw_side(&self, painter: &mut Painter<'_>, size: Size, touch: Touch<Part>) {
        let side = plan(size).side;
        let heading = Ink::new(SANS_BOLD, size::HEADING, ink::PRIMARY);
        let title = rect(side.x, side.y - 2.0, side.width, 22.0);
        painter.text(
            if self.offered.is_empty() { "Recent" } else { "Unsaved work" },
            title,
            heading,
        );
        let other = if touch.is_over(Part::Other) { ink::PRIMARY } else { ink::SECONDARY };
        let words = Ink::new(SANS, size::BASE, other).right();
        painter.text("Open other…   Ctrl O", title, words);
        for (index, offered) in self.offered.iter().enumerate() {
            self.draw_offer(painter, size, (index, offered), touch);
        }
        if !self.offered.is_empty() && !self.recent.is_empty() {
            let first = self.recent_area(size, 0);
            painter.text("Recent", rect(first.x, first.y - 30.0, first.width, 22.0), heading);
        }
        for (index, recent) in self.recent.iter().enumerate() {
            let area = self.recent_area(size, index);
            if area.y + area.height < sound(size).y - 8.0 {
                draw_recent(painter, area, recent, touch.is_over(Part::Recent(index)));
            }
        }
        if self.recent.is_empty() && self.offered.is_empty() {
            let words = Ink::new(SANS, size::BASE, ink::TERTIARY);
            let area = rect(side.x, side.y + 34.0, side.width, 20.0);
            painter.text("Projects that you save are listed here.", area, words);
        }
    }

    fn draw_sound(&self, painter: &mut Painter<'_>, size: Size, touch: Touch<Part>) {
        let area = sound(size);
        painter.card(area, bg::PANEL, radius::PANEL);
        let row = |y| rect(area.x + 16.0, area.y + y, area.width - 32.0, 20.0);
        painter.text("Sound", row(12.0), Ink::new(SANS_BOLD, size::TITLE, ink::PRIMARY));
        let at = row(41.0);
        icon::draw(painter, Icon::Speaker, rect(at.x, at.y, 18.0, 20.0), 18.0, accent::BASE);
        let words = rect(at.x + 30.0, at.y, at.width - 120.0, 20.0);
        painter.text(&self.device, words, Ink::new(NARROW, size::TITLE, ink::SECONDARY));
        let over = touch.is_over(Part::Sound);
        parts::chip(painter, change(area), "Change…", Lamp::Off, over);
        let button = tone(area);
        let label = if self.tried.sounds() { "Stop" } else { "Play a test tone" };
        parts::chip(painter, button, label, Lamp::Off, touch.is_over(Part::Try));
        let (words, is_bad) = self.tried.words();
        let colour = if is_bad { state::WARN } else { ink::TERTIARY };
        let x = button.x + button.width + 14.0;
        let beside = rect(x, button.y, area.x + area.width - 8.0 - x, button.height);
        let foot = row(132.0);
        painter.fill(rect(foot.x, foot.y - 8.0, foot.width, 1.0), line::SUBTLE);
        let wide = area.width >= WIDE;
        let words_at = if wide { beside } else { foot };
        painter.text(&words, words_at, Ink::new(NARROW, size::BASE, colour));
        if wide {
            let hint = match self.has_demo {
                true => {
                    "First time? Open the demo and press Space. Every control explains itself in the bar below."
                }
                false => "Every control explains itself in the bar below.",
            };
            painter.text(hint, foot, Ink::new(NARROW, size::BASE, ink::SECONDARY));
        }
    }

    fn draw_offer(
        &self,
        painter: &mut Painter<'_>,
        size: Size,
        (index, offered): (usize, &Offered),
        touch: Touch<Part>,
    ) {
        let area = self.offered_area(size, index);
        painter.box_with(area, bg::PANEL, state::WARN, radius::PANEL);
        icon::draw(
            painter,
            Icon::Warn,
            rect(area.x + 12.0, area.y, 20.0, area.height),
            16.0,
            state::WARN,
        );
        let words = rect(area.x + 44.0, area.y + 12.0, area.width - 240.0, 20.0);
        painter.text(&offered.name, words, Ink::new(SANS_MEDIUM, size::TITLE, ink::PRIMARY));
        let below = rect(words.x, words.y + 22.0, words.width, 18.0);
        painter.text(&offered.about, below, Ink::new(NARROW, size::BASE, ink::TERTIARY));
        let [restore, discard] = self.buttons_of_offer(size, index);
        let over = |part| touch.is_over(part);
        parts::chip(
            painter,
            restore,
            "Restore",
            Lamp::On(accent::FILL),
            over(Part::Restore(index)),
        );
        parts::chip(painter, discard, "Discard", Lamp::Off, over(Part::Discard(index)));
    }
}

fn draw_recent(painter: &mut Painter<'_>, area: Rectangle, recent: &Recent, over: bool) {
    let edge = if over { accent::BASE } else { bg::PANEL };
    painter.box_with(area, if over { bg::RAISED } else { bg::PANEL }, edge, radius::PANEL);
    let (width, height) = (SKETCH.0 as f32, SKETCH.1 as f32);
    let well = rect(area.x + 12.0, area.y + (CARD - height) / 2.0, width, height);
    painter.fill(well, bg::WELL);
    match &recent.wave {
        Some(wave) => painter.picture(wave, well),
        None => painter.fill(rect(well.x, well.center_y(), well.width, 1.0), line::STRONG),
    }
    let small = Ink::new(NARROW, size::BASE, ink::TERTIARY);
    let row = |y| rect(well.x + well.width + 16.0, area.y + y, area.width - width - 120.0, 17.0);
    painter.text(&recent.name, row(12.0), Ink::new(SANS_MEDIUM, size::TITLE, ink::PRIMARY));
    painter.text(&recent.about, row(33.0), small.coloured(ink::SECONDARY));
    let (icon, colour) = match recent.state.1 {
        Standing::Quiet => (None, ink::TERTIARY),
        Standing::Good => (Some(Icon::Check), state::OK),
        Standing::Stale => (Some(Icon::Turn), state::WARN),
        Standing::Broken => (Some(Icon::Cross), state::FAIL),
    };
    let (mut words, at) = (row(51.0), row(51.0));
    if let Some(icon) = icon {
        icon::draw(painter, icon, rect(at.x, at.y, 12.0, at.height), 11.0, colour);
        words = rect(at.x + 16.0, at.y, at.width - 16.0, at.height);
    }
    let colour = if recent.state.1 == Standing::Good { ink::SECONDARY } else { colour };
    painter.text(&recent.state.0, words, small.coloured(colour));
    let when = rect(area.x, area.y + 12.0, area.width - 14.0, 17.0);
    painter.text(&recent.when, when, small.right());
}

/// Lanes that are not there yet.
fn draw_ghosts(painter: &mut Painter<'_>, area: Rectangle) {
    let names = ["Kick", "Snare", "Bass", "Guitars", "Keys", "Lead Vox", "Backing"];
    let colours = [0, 0, 2, 4, 6, 10, 11];
    let height = area.height / names.len() as f32;
    for (index, (name, colour)) in names.iter().zip(colours).enumerate() {
        let fade = 0.62 - index as f32 * 0.07;
        let lane = rect(area.x, area.y + index as f32 * height, area.width, height - 4.0);
        let over = |colour| crate::theme::over(bg::APP, colour, fade);
        painter.fill(rect(lane.x, lane.y, 4.0, lane.height), over(track(colour)));
        painter.fill(rect(lane.x + 4.0, lane.y, 100.0, lane.height), over(bg::PANEL));
        let words = rect(lane.x + 14.0, lane.y, 90.0, lane.height);
        painter.text(name, words, Ink::new(SANS, size::BASE, over(ink::SECONDARY)));
        let wave = rect(lane.x + 108.0, lane.y, lane.width - 108.0, lane.height);
        painter.fill(wave, crate::theme::over(bg::APP, track(colour), fade * 0.18));
        draw_ghost_wave(painter, wave, over(track(colour)), index as u32);
    }
}

/// A wave that stands for one: bursts that die away, spaced differently for every lane.
fn draw_ghost_wave(painter: &mut Painter<'_>, area: Rectangle, colour: iced::Color, lane: u32) {
    let spacing = [29.0, 46.0, 18.0, 90.0, 34.0, 120.0, 150.0][lane as usize % 7];
    let path = Path::new(|p| {
        let mut x = 0.0_f32;
        while x < area.width {
            let phase = (x % spacing) / spacing;
            let bar = ((x / spacing) as u32).wrapping_mul(2_654_435_761) >> 24;
            let loud = 0.25 + f32::from(u8::try_from(bar).unwrap_or(0)) / 512.0;
            let high = area.height * 0.45 * (-3.0 * phase).exp() * loud * 1.6;
            p.move_to(iced::Point::new(area.x + x, area.center_y() - high));
            p.line_to(iced::Point::new(area.x + x, area.center_y() + high));
            x += 2.0;
        }
    });
    painter.stroke(&path, colour, 1.0);
}
