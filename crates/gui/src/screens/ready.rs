//! "Ready for mastering?": the report on a print, row by row, with the way to what causes it in the mix.

mod draw;

use iced::keyboard::key::Named;
use iced::{Element, Length, Size};
use twobus_session::readiness::{Row, Verdict, words};
use twobus_session::{Print, Readiness, StripId, Timeline};

use crate::painter::Painter;
use crate::widgets::{Control, Help, Input, Scene, Surface, Touch};

/// The sheet.
#[derive(Debug)]
pub(crate) struct Ready {
    title: String,
    print: u32,
    readiness: Readiness,
    timeline: Timeline,
    /// Strips of its mix, and their colours.
    colours: Vec<(StripId, u8)>,
    /// The tracks behind the rows are still being looked for.
    tracing: bool,
    /// What a person should know besides.
    notes: Vec<String>,
    top: usize,
    focus: Option<Part>,
    over: Option<Part>,
}

/// A part of the sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Beside,
    Ground,
    Cross,
    /// A row, by its place among all.
    Row(usize),
    /// Shows what is behind a row.
    Show(usize),
    Save,
    Anyway,
    Back,
}

/// What the sheet asks of the window.
#[derive(Debug)]
pub(crate) enum Action {
    None,
    Close,
    /// To show a place of the mix and the strips in question.
    Show(Cause),
    /// To write the report as a page.
    Save,
    /// To go on to the master.
    Master,
}

/// What "Show me" shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cause {
    /// The stretch of the song, in frames; all of it where none is named.
    pub(crate) place: Option<(u64, u64)>,
    /// The strips that are behind it.
    pub(crate) strips: Vec<StripId>,
    /// What it is about, in words.
    pub(crate) words: String,
}

impl Ready {
    /// The report that was kept with `print`; `None` where it was not looked at.
    pub(crate) fn new(title: &str, print: &Print) -> Option<Self> {
        Some(Self {
            title: title.to_owned(),
            print: print.number,
            readiness: print.readiness.clone()?,
            timeline: print.mix.timeline.clone(),
            colours: print.mix.strips().map(|strip| (strip.id, strip.colour)).collect(),
            tracing: false,
            notes: Vec::new(),
            top: 0,
            focus: None,
            over: None,
        })
    }

    /// The number of its print.
    pub(crate) fn print(&self) -> u32 {
        self.print
    }

    /// The tracks behind the rows are looked for.
    pub(crate) fn trace(&mut self) {
        self.tracing = true;
    }

    /// They are found.
    pub(crate) fn traced(&mut self, readiness: Readiness, notes: Vec<String>) {
        (self.readiness, self.notes, self.tracing) = (readiness, notes, false);
    }

    /// They cannot be found; the rows stay.
    pub(crate) fn untraced(&mut self, why: String) {
        (self.notes, self.tracing) = (vec![why], false);
    }

    fn rows(&self) -> Vec<&Row> {
        self.readiness.by_weight()
    }

    /// What is behind a row, if that can be shown.
    fn cause(&self, index: usize) -> Option<Cause> {
        let rows = self.rows();
        let row = rows.get(index).filter(|row| row.verdict != Verdict::Fine)?;
        let place = row.places.first().map(|place| (place.start, place.end));
        let strips: Vec<StripId> = row.causes.iter().map(|cause| cause.strip).collect();
        let is_something = place.is_some() || !strips.is_empty();
        let words = format!("{}: {}", words::title(row.check), words::sentence(row).act);
        is_something.then_some(Cause { place, strips, words })
    }

    /// The colour of a strip, by its place in the palette.
    fn colour(&self, strip: StripId) -> u8 {
        let found = self.colours.iter().find(|(id, _)| *id == strip);
        found.map_or(0, |(_, colour)| *colour)
    }

    /// Takes in what was done to it.
    pub(crate) fn update(&mut self, input: Input<Part>) -> Action {
        match input {
            Input::Over(over) => self.over = over,
            Input::Focus(part) => self.focus = Some(part),
            Input::Leave { back } => {
                self.focus = Some(if back { Part::Back } else { Part::Save });
            }
            Input::Press { part, .. } => return self.pressed(part),
            Input::Wheel { down, .. } => {
                let most = self.readiness.rows.len().saturating_sub(1);
                self.top = self.top.saturating_add_signed(down.round() as isize).min(most);
            }
            _ => {}
        }
        Action::None
    }

    fn pressed(&self, part: Part) -> Action {
        match part {
            Part::Cross | Part::Back => Action::Close,
            Part::Anyway => Action::Master,
            Part::Save => Action::Save,
            Part::Show(index) => self.cause(index).map_or(Action::None, Action::Show),
            Part::Beside | Part::Ground | Part::Row(_) => Action::None,
        }
    }

    /// A key that no control of it has taken.
    pub(crate) fn key(&mut self, named: Option<Named>) -> Action {
        let last = self.readiness.rows.len().saturating_sub(1);
        match named {
            Some(Named::Escape) => return Action::Close,
            Some(Named::Enter) if self.is_ready() => return Action::Master,
            Some(Named::Enter) => return Action::Close,
            Some(Named::ArrowDown) => self.top = (self.top + 1).min(last),
            Some(Named::ArrowUp) => self.top = self.top.saturating_sub(1),
            _ => {}
        }
        Action::None
    }

    /// Whether nothing is to be fixed.
    fn is_ready(&self) -> bool {
        self.readiness.count(Verdict::Fix) == 0
    }

    /// The sheet over the whole window.
    pub(crate) fn view<'a, Message: 'a>(
        &'a self,
        publish: impl Fn(Input<Part>) -> Message + 'a,
    ) -> Element<'a, Message> {
        Surface::new(self, (Length::Fill, Length::Fill), publish).focus(self.focus).into()
    }
}

impl Scene for &Ready {
    type Part = Part;

    fn controls(&self, size: Size) -> Vec<Control<Part>> {
        draw::controls(self, size)
    }

    fn help(&self, part: Part) -> Help {
        match part {
            Part::Row(index) => match self.rows().get(index) {
                Some(row) => Help::at(
                    words::title(row.check),
                    words::value(row, self.readiness.rate_hz),
                    words::sentence(row).what,
                ),
                None => Help::default(),
            },
            Part::Show(_) => Help::new("Show me", "Goes to the bars and tracks in the mix."),
            Part::Save => Help::new("Save report", "Writes this report beside the print."),
            Part::Anyway => Help::new("Master it anyway", "Goes on with this print as it is."),
            Part::Back => Help::new("Back to the mix", "Closes this. Esc."),
            Part::Cross => Help::new("Close", "Esc."),
            Part::Beside | Part::Ground => Help::default(),
        }
    }

    fn draw(&self, painter: &mut Painter<'_>, size: Size, touch: Touch<Part>) {
        draw::draw(self, painter, size, touch);
    }
}
