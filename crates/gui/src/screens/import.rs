//! The import table: what dropped files are, before they become tracks.

mod draw;
mod tailor;

use iced::widget::image::Handle;
use iced::{Element, Length, Point, Rectangle, Size};
use twobus_jobs::Import;
use twobus_jobs::import::Imported;
use twobus_session::Role;
use twobus_session::strip::COLOURS;

use crate::grid::minutes;
use crate::painter::{Painter, rect};
use crate::screens::menu::{Choice, Menu};
use crate::widgets::{Control, Help, Input, Scene, Surface, Touch};

/// A row while it is looked at: what was found, and what was changed of it.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) file: String,
    pub(crate) found: Result<Box<Imported>, String>,
    pub(crate) wave: Option<Handle>,
    pub(crate) taken: bool,
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) colour: u8,
    pub(crate) grouped: bool,
}

/// The table.
#[derive(Debug)]
pub(crate) struct Table {
    import: Import,
    pub(crate) rows: Vec<Row>,
    pub(crate) trims: bool,
    top: usize,
    pub(crate) focus: Option<Part>,
    pub(crate) over: Option<Part>,
}

/// A control of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Take(usize),
    Name(usize),
    Role(usize),
    Colour(usize),
    Group(usize),
    Trims,
    Cancel,
    Make,
}

/// What the table asks of the window.
pub(crate) enum Action {
    None,
    Menu(Menu),
    /// To leave everything as it was.
    Cancel,
    /// To make the tracks.
    Make(twobus_session::Edit),
    Leave {
        back: bool,
    },
}

/// Size of a wave in the table.
pub(crate) const WAVE: Size<u32> = Size::new(98, 24);

impl Table {
    /// The table of an import; `waves` has one for each of its rows.
    pub(crate) fn new(mut import: Import, waves: Vec<Option<Handle>>) -> Self {
        let rows = std::mem::take(&mut import.rows);
        let rows = rows.into_iter().zip(waves).map(|(row, wave)| {
            let file = row.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let found = row.outcome.map(Box::new).map_err(|error| error.to_string());
            let guess = found.as_ref().ok().map(|imported| imported.guess.clone());
            let taken = found.as_ref().is_ok_and(|imported| !imported.silent);
            Row {
                name: guess.as_ref().map_or_else(|| file.clone(), |guess| guess.name.clone()),
                role: guess.as_ref().map_or(Role::Other, |guess| guess.role),
                colour: guess.as_ref().map_or(5, |guess| guess.colour),
                grouped: guess.as_ref().is_some_and(|guess| guess.group.is_some()),
                file,
                found,
                wave,
                taken,
            }
        });
        Self { rows: rows.collect(), import, trims: true, top: 0, focus: None, over: None }
    }

    /// How many tracks it would make.
    pub(crate) fn taken(&self) -> usize {
        self.rows.iter().filter(|row| row.taken).count()
    }

    /// Takes in what was done to it.
    pub(crate) fn update(&mut self, input: Input<Part>) -> Action {
        match input {
            Input::Over(over) => self.over = over,
            Input::Focus(part) => self.focus = Some(part),
            Input::Leave { back } => return Action::Leave { back },
            Input::Press { part, at, .. } => return self.pressed(part, at),
            Input::Typed(Part::Name(index), text) if !text.trim().is_empty() => {
                if let Some(row) = self.rows.get_mut(index) {
                    row.name = text.trim().chars().take(60).collect();
                }
            }
            Input::Wheel { down, .. } => {
                let most = self.rows.len().saturating_sub(1);
                self.top = self.top.saturating_add_signed(down.round() as isize).min(most);
            }
            _ => {}
        }
        Action::None
    }

    fn pressed(&mut self, part: Part, at: Point) -> Action {
        let row = |index: usize| index;
        match part {
            Part::Trims => self.trims = !self.trims,
            Part::Cancel => return Action::Cancel,
            Part::Make if self.taken() > 0 => {
                return Action::Make(tailor::tailored(&self.import, &self.rows, self.trims));
            }
            Part::Role(index) => return self.role_menu(row(index), at),
            Part::Take(index) => {
                self.change(index, |row| row.taken = !row.taken && row.found.is_ok());
            }
            Part::Colour(index) => {
                self.change(index, |row| row.colour = (row.colour + 1) % COLOURS);
            }
            Part::Group(index) => self.change(index, |row| row.grouped = !row.grouped),
            Part::Make | Part::Name(_) => {}
        }
        Action::None
    }

    fn change(&mut self, index: usize, change: impl FnOnce(&mut Row)) {
        if let Some(row) = self.rows.get_mut(index) {
            change(row);
        }
    }

    fn role_menu(&self, index: usize, at: Point) -> Action {
        let Some(row) = self.rows.get(index) else { return Action::None };
        let mut menu = Menu::new(format!("Role of {}", row.name), at);
        for role in Role::ALL {
            menu.check(role.name(), row.role == role, Choice::Role(index, role));
        }
        Action::Menu(menu)
    }

    /// Gives a row another role, with its colour.
    pub(crate) fn set_role(&mut self, index: usize, role: Role) {
        self.change(index, |row| {
            row.role = role;
            row.colour = twobus_session::roles::colour(role);
        });
    }

    /// The table as it is.
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
        self.focus = Some(if back { Part::Make } else { Part::Take(self.top) });
    }

    /// A length of a row.
    fn length(&self, frames: u64) -> String {
        minutes(frames, self.import.rate_hz)
    }
}

const HEAD: f32 = 126.0;
const FOOT: f32 = 90.0;
const ROW: f32 = 41.0;

/// A column: where it begins, as a share of the width of 1552 at the design's size, and how wide it is.
fn cell(size: Size, index: usize, (x, width): (f32, f32)) -> Rectangle {
    let scale = (size.width - 48.0) / 1552.0;
    let y = HEAD + 32.0 + index as f32 * ROW;
    rect(24.0 + x * scale, y, width * scale, ROW - 3.0)
}

fn foot(size: Size) -> Rectangle {
    rect(24.0, size.height - FOOT - 8.0, size.width - 48.0, FOOT)
}

fn shown_rows(size: Size) -> usize {
    ((size.height - HEAD - 32.0 - FOOT - 16.0) / ROW).max(1.0) as usize
}

impl Scene for &Table {
    type Part = Part;

    fn controls(&self, size: Size) -> Vec<Control<Part>> {
        let mut all = Vec::new();
        let count = self.rows.len().saturating_sub(self.top).min(shown_rows(size));
        for shown in 0..count {
            let index = self.top + shown;
            if self.rows[index].found.is_err() {
                continue;
            }
            let at = |column| cell(size, shown, column);
            let name = Control::button(Part::Name(index), at(draw::NAME));
            all.push(Control::button(Part::Take(index), at(draw::TAKE)));
            all.push(Control { acts: crate::widgets::Acts::Write, ..name });
            all.push(Control::button(Part::Role(index), at(draw::ROLE)));
            all.push(Control::button(Part::Colour(index), at(draw::COLOUR)));
            all.push(Control::button(Part::Group(index), at(draw::GROUP)));
        }
        all.push(Control::button(Part::Trims, draw::trims(foot(size))));
        all.push(Control::button(Part::Cancel, draw::cancel(foot(size))));
        all.push(Control::button(Part::Make, draw::make(foot(size))));
        all
    }

    fn help(&self, part: Part) -> Help {
        let name =
            |index: usize| self.rows.get(index).map_or("", |row| row.name.as_str()).to_owned();
        match part {
            Part::Take(index) => Help::new(name(index), "Whether it becomes a track."),
            Part::Name(index) => Help::new(name(index), "Click, or Enter, to type another name."),
            Part::Role(index) => Help::new(name(index), "What it carries; its colour follows."),
            Part::Colour(index) => Help::new(name(index), "Click for the next colour."),
            Part::Group(index) => {
                Help::new(name(index), "Whether it goes through the group of its kind.")
            }
            Part::Trims => Help::new(
                "Proposed trim",
                "The same on every track keeps their balance; it can be changed later.",
            ),
            Part::Cancel => Help::new("Cancel", "Leaves everything as it was."),
            Part::Make => Help::new(
                "Make session",
                "Makes a track of each file that is ticked. One step to undo.",
            ),
        }
    }

    fn value(&self, part: Part) -> String {
        match part {
            Part::Name(index) => {
                self.rows.get(index).map_or_else(String::new, |row| row.name.clone())
            }
            _ => String::new(),
        }
    }

    fn draw(&self, painter: &mut Painter<'_>, size: Size, touch: Touch<Part>) {
        draw::draw(self, painter, size, touch);
    }
}
