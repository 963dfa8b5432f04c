//! The bounce sheet: what is printed, and the print while it draws itself.

mod draw;

use std::sync::Arc;

use iced::keyboard::key::Named;
use iced::time::Instant;
use iced::{Element, Length, Size};
use twobus_jobs::{BounceOptions, Format, Progress};
use twobus_session::{PrintKind, Version};

use crate::desk::Desk;
use crate::grid::{Grid, minutes};
use crate::painter::Painter;
use crate::widgets::{Control, Help, Input, Scene, Surface, Touch};

/// The sheet.
#[derive(Debug)]
pub(crate) struct Bounce {
    title: String,
    number: u32,
    rate_hz: u32,
    /// End of the last clip, in frames.
    end: u64,
    /// Solo or a monitor switch is on, which no bounce contains.
    altered: bool,
    versions: Vec<Version>,
    /// The version that is printed; `None` for the mix as it stands.
    version: Option<usize>,
    /// The loop in frames, and its bars in words.
    looped: Option<((u64, u64), String)>,
    whole: bool,
    tail: bool,
    float: bool,
    stems: bool,
    note: String,
    check: bool,
    phase: Phase,
    focus: Option<Part>,
    over: Option<Part>,
}

/// How far it is.
#[derive(Debug)]
enum Phase {
    /// It is still to begin.
    Asked,
    /// It runs.
    Running { progress: Arc<Progress>, since: Instant },
    /// It failed; why.
    Failed(String),
}

/// A part of the sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Everything beside it.
    Beside,
    Ground,
    Cross,
    /// The mix, or a version of it.
    Kind(usize),
    Whole,
    Loop,
    Tail,
    Float,
    Integer,
    Stems,
    Note,
    Check,
    Cancel,
    Go,
}

/// What the sheet asks of the window.
#[derive(Debug)]
pub(crate) enum Action {
    None,
    /// To begin.
    Start(Box<BounceOptions>),
    /// To close it, and to stop what runs.
    Close,
}

/// Versions that there is room for.
const MOST_VERSIONS: usize = 4;
/// Letters of a note.
const NOTE: usize = 200;

impl Bounce {
    /// What is to be bounced of the open song.
    pub(crate) fn new(desk: &Desk) -> Self {
        let (song, mix) = (desk.song(), desk.mix());
        let mut versions = match mix.versions.is_empty() {
            true => Version::usual(mix),
            false => mix.versions.clone(),
        };
        versions.truncate(MOST_VERSIONS);
        let grid = Grid::new(&mix.timeline, desk.rate_hz());
        let looped = mix.timeline.loop_range.filter(|range| range.start < range.end);
        let looped = looped.map(|range| {
            let bars = (grid.place(range.start).bar, grid.place(range.end).bar);
            ((range.start, range.end), format!("Loop {}–{}", bars.0, bars.1))
        });
        Self {
            title: song.title.clone(),
            number: song.fresh_print_number(),
            rate_hz: desk.rate_hz(),
            end: mix.end(),
            altered: mix.monitor.is_altering() || mix.strips().any(|strip| strip.solo),
            versions,
            version: None,
            looped,
            whole: true,
            tail: true,
            float: true,
            stems: false,
            note: String::new(),
            check: true,
            phase: Phase::Asked,
            focus: None,
            over: None,
        }
    }

    /// What was typed.
    pub(crate) fn note(&self) -> &str {
        self.note.trim()
    }

    /// Whether the print is to be checked when it is done.
    pub(crate) fn checks(&self) -> bool {
        self.check
    }

    /// It has begun.
    pub(crate) fn started(&mut self, progress: Arc<Progress>) {
        self.phase = Phase::Running { progress, since: Instant::now() };
    }

    /// It has failed: the sheet stays, says why, and can begin again.
    pub(crate) fn failed(&mut self, why: String) {
        self.phase = Phase::Failed(why);
    }

    /// Whether it runs.
    pub(crate) fn is_running(&self) -> bool {
        matches!(self.phase, Phase::Running { .. })
    }

    fn options(&self) -> BounceOptions {
        let version = self.version.and_then(|index| self.versions.get(index)).cloned();
        let range = self.looped.as_ref().map(|(range, _)| *range).filter(|_| !self.whole);
        BounceOptions {
            kind: version.as_ref().map_or(PrintKind::Main, |version| version.kind),
            version,
            note: self.note().to_owned(),
            format: if self.float { Format::Wav32f } else { Format::Wav24 },
            range,
            length: (self.whole && !self.tail).then_some(self.end),
            stems: self.stems,
            ..BounceOptions::default()
        }
    }

    /// Takes in what was done to it.
    pub(crate) fn update(&mut self, input: Input<Part>) -> Action {
        match input {
            Input::Over(over) => self.over = over,
            Input::Focus(part) => self.focus = Some(part),
            Input::Leave { back } => {
                self.focus = Some(if back { self.main() } else { Part::Kind(0) });
            }
            Input::Press { part, .. } => return self.pressed(part),
            _ => {}
        }
        Action::None
    }

    fn main(&self) -> Part {
        if self.is_running() { Part::Cancel } else { Part::Go }
    }

    fn pressed(&mut self, part: Part) -> Action {
        match part {
            Part::Cancel | Part::Cross => return Action::Close,
            Part::Check => self.check = !self.check,
            _ if self.is_running() => {}
            Part::Go => return Action::Start(Box::new(self.options())),
            Part::Kind(index) => self.version = index.checked_sub(1),
            Part::Whole => self.whole = true,
            Part::Loop => self.whole = self.looped.is_none(),
            Part::Tail => self.tail = !self.tail,
            Part::Float => self.float = true,
            Part::Integer => self.float = false,
            Part::Stems => self.stems = !self.stems,
            Part::Beside | Part::Ground | Part::Note => {}
        }
        Action::None
    }

    /// A key that no control of it has taken: what is typed goes into the note.
    pub(crate) fn key(&mut self, named: Option<Named>, text: Option<&str>) -> Action {
        match named {
            Some(Named::Escape) => Action::Close,
            Some(Named::Enter) => self.pressed(self.main()),
            Some(Named::Backspace) => {
                let _letter = self.note.pop();
                Action::None
            }
            _ => {
                let room = NOTE.saturating_sub(self.note.chars().count());
                let letters = text.unwrap_or("").chars().filter(|letter| !letter.is_control());
                self.note.extend(letters.take(room));
                Action::None
            }
        }
    }

    /// The sheet over the whole window.
    pub(crate) fn view<'a, Message: 'a>(
        &'a self,
        publish: impl Fn(Input<Part>) -> Message + 'a,
    ) -> Element<'a, Message> {
        Surface::new(self, (Length::Fill, Length::Fill), publish).focus(self.focus).into()
    }

    /// Length of the song, as people read it.
    fn length(&self) -> String {
        minutes(self.end, self.rate_hz)
    }
}

impl Scene for &Bounce {
    type Part = Part;

    fn controls(&self, size: Size) -> Vec<Control<Part>> {
        draw::controls(self, size)
    }

    fn help(&self, part: Part) -> Help {
        match part {
            Part::Kind(0) => Help::new("Main", "The whole mix; solo and monitor do not count."),
            Part::Kind(index) => {
                let version = self.versions.get(index - 1);
                let name = version.map_or("", |version| version.name.as_str());
                Help::new(name, "The mix with some tracks muted or moved, by their roles.")
            }
            Part::Whole => Help::new("Whole song", "From its first frame on."),
            Part::Loop => Help::new("Loop", "Only what the ruler's flags enclose."),
            Part::Tail => {
                Help::new("Let the tail ring out", "Until it is below −90 dBFS, 30 s at most.")
            }
            Part::Float => Help::new("32-bit float", "Loses nothing, also above full scale."),
            Part::Integer => Help::new("24-bit", "Dithered; what is above full scale is clipped."),
            Part::Stems => {
                Help::new("Stems", "What each strip gives to the mix bus, as a file of its own.")
            }
            Part::Note => Help::new("Note", "Stays with the print. Just type."),
            Part::Check => {
                Help::new("Ready for mastering?", "Looks through the print when it is done.")
            }
            Part::Go => Help::new("Bounce", "Prints are never overwritten. Enter."),
            Part::Cancel => Help::new("Cancel", "Stops and keeps nothing. Esc."),
            Part::Cross => Help::new("Close", "Stops and keeps nothing. Esc."),
            Part::Beside | Part::Ground => Help::default(),
        }
    }

    fn draw(&self, painter: &mut Painter<'_>, size: Size, touch: Touch<Part>) {
        draw::draw(self, painter, size, touch);
    }
}
