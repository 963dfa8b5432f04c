//! The search for commands: what is typed is looked for in their names.

use iced::keyboard::key::Named;
use iced::{Element, Length, Rectangle, Size};

use crate::commands::{Command, search};
use crate::icon::{self, Icon};
use crate::painter::{Ink, Painter, rect};
use crate::theme::{NARROW_MEDIUM, SANS, accent, bg, ink, line, radius, size};
use crate::widgets::{Control, Help, Input, Scene, Surface, Touch};

/// A part of the search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Everything beside it.
    Beside,
    /// Its ground.
    Ground,
    /// A command that was found, from the first that is seen.
    Row(usize),
}

/// What the search asks of the window.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Action {
    None,
    /// To close it.
    Close,
    /// To close it and do this.
    Run(Command),
}

/// The search while it is shown.
#[derive(Debug)]
pub(crate) struct Search {
    query: String,
    found: Vec<Command>,
    /// The one that Enter does.
    chosen: usize,
}

/// Commands that are seen at a time.
const ROWS: usize = 12;
const ROW: f32 = 28.0;
const WIDTH: f32 = 520.0;
const FIELD: f32 = 44.0;
const PADDING: f32 = 6.0;
/// Top of it in the window.
const TOP: f32 = 96.0;

impl Default for Search {
    fn default() -> Self {
        Self { query: String::new(), found: search(""), chosen: 0 }
    }
}

impl Search {
    /// Takes in what was done to it.
    pub(crate) fn update(&mut self, input: Input<Part>) -> Action {
        match input {
            Input::Press { part: Part::Row(row), .. } => {
                self.chosen = self.top() + row;
                self.run()
            }
            Input::Press { part: Part::Beside, .. } => Action::Close,
            Input::Wheel { down, .. } => {
                self.step(down.round() as isize);
                Action::None
            }
            _ => Action::None,
        }
    }

    /// A key; what is typed is looked for.
    pub(crate) fn key(&mut self, named: Option<Named>, text: Option<&str>) -> Action {
        match named {
            Some(Named::Escape) => return Action::Close,
            Some(Named::Enter) => return self.run(),
            Some(Named::ArrowDown) => self.step(1),
            Some(Named::ArrowUp) => self.step(-1),
            Some(Named::Backspace) => {
                let _letter = self.query.pop();
                self.look();
            }
            _ => {
                let letters = text.unwrap_or("").chars().filter(|letter| !letter.is_control());
                self.query.extend(letters);
                self.look();
            }
        }
        Action::None
    }

    fn look(&mut self) {
        (self.found, self.chosen) = (search(&self.query), 0);
    }

    fn step(&mut self, by: isize) {
        let last = self.found.len().saturating_sub(1);
        self.chosen = self.chosen.saturating_add_signed(by).min(last);
    }

    fn run(&self) -> Action {
        self.found.get(self.chosen).map_or(Action::None, |command| Action::Run(*command))
    }

    /// The first command that is seen.
    fn top(&self) -> usize {
        (self.chosen + 1).saturating_sub(ROWS)
    }

    /// It over the whole window.
    pub(crate) fn view<'a, Message: 'a>(
        &'a self,
        publish: impl Fn(Input<Part>) -> Message + 'a,
    ) -> Element<'a, Message> {
        Surface::new(self, (Length::Fill, Length::Fill), publish).into()
    }
}

fn ground(size: Size) -> Rectangle {
    let height = FIELD + ROWS as f32 * ROW + 2.0 * PADDING;
    rect(((size.width - WIDTH) / 2.0).round(), TOP, WIDTH, height)
}

fn row(size: Size, index: usize) -> Rectangle {
    let area = ground(size);
    let y = area.y + FIELD + PADDING + index as f32 * ROW;
    rect(area.x + PADDING, y, area.width - 2.0 * PADDING, ROW)
}

impl Scene for &Search {
    type Part = Part;

    fn controls(&self, size: Size) -> Vec<Control<Part>> {
        let whole = rect(0.0, 0.0, size.width, size.height);
        let beside = Control::button(Part::Beside, whole).skipped();
        let ground = Control::label(Part::Ground, ground(size));
        let rows = (self.found.len() - self.top().min(self.found.len())).min(ROWS);
        let rows = (0..rows).map(|index| Control::button(Part::Row(index), row(size, index)));
        [beside, ground].into_iter().chain(rows).collect()
    }

    fn help(&self, _: Part) -> Help {
        Help::default()
    }

    fn draw(&self, painter: &mut Painter<'_>, size: Size, touch: Touch<Part>) {
        let (whole, ground) = (rect(0.0, 0.0, size.width, size.height), ground(size));
        painter.layer(whole, |painter| {
            painter.fill(whole, bg::SCRIM);
            painter.box_with(ground, bg::PANEL, line::STRONG, radius::DIALOG);
            self.draw_field(painter, rect(ground.x, ground.y, ground.width, FIELD));
            for (index, command) in self.found.iter().skip(self.top()).take(ROWS).enumerate() {
                let area = row(size, index);
                let is_chosen = self.top() + index == self.chosen;
                if is_chosen || touch.is_over(Part::Row(index)) {
                    let ground = if is_chosen { accent::DIM } else { bg::HOVER };
                    painter.card(area, ground, radius::CONTROL);
                }
                let words = rect(area.x + 12.0, area.y, area.width - 24.0, area.height);
                painter.text(command.name, words, Ink::new(SANS, size::TITLE, ink::PRIMARY));
                let keys = Ink::new(NARROW_MEDIUM, size::BASE, ink::TERTIARY).right();
                painter.text(command.keys, words, keys);
            }
            if self.found.is_empty() {
                let words = Ink::new(SANS, size::BASE, ink::TERTIARY).centred();
                painter.text("No command is called so.", row(size, 0), words);
            }
        });
    }
}

impl Search {
    fn draw_field(&self, painter: &mut Painter<'_>, area: Rectangle) {
        let mark = rect(area.x + 12.0, area.y, 20.0, area.height);
        icon::draw(painter, Icon::Search, mark, 16.0, ink::SECONDARY);
        let words = rect(area.x + 42.0, area.y, area.width - 54.0, area.height);
        let letters = Ink::new(SANS, size::HEADING, ink::PRIMARY);
        match self.query.is_empty() {
            true => painter.text("|search every command", words, letters.coloured(ink::DISABLED)),
            false => painter.text(&format!("{}|", self.query), words, letters),
        }
        let foot = rect(area.x, area.y + area.height - 1.0, area.width, 1.0);
        painter.fill(foot, line::SUBTLE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_found_and_enter_does_it() {
        let mut search = Search::default();
        assert_eq!(search.key(None, Some("save")), Action::None);
        let name = |search: &mut Search| match search.key(Some(Named::Enter), None) {
            Action::Run(command) => command.name,
            other => panic!("{other:?}"),
        };
        assert_eq!(name(&mut search), "Save");
        assert_eq!(search.key(Some(Named::ArrowDown), None), Action::None);
        assert_eq!(name(&mut search), "Save as…");
        assert_eq!(search.key(Some(Named::ArrowDown), None), Action::None);
        assert_eq!(name(&mut search), "Save as…", "the last stays chosen");
        for _ in 0.."save".len() {
            assert_eq!(search.key(Some(Named::Backspace), None), Action::None);
        }
        assert_eq!(name(&mut search), "Play or stop");
        assert_eq!(search.key(None, Some("no such thing")), Action::None);
        assert_eq!(search.key(Some(Named::Enter), None), Action::None);
        assert_eq!(search.key(Some(Named::Escape), None), Action::Close);
    }

    #[test]
    fn the_list_scrolls_with_what_is_chosen() {
        let mut search = Search::default();
        for _ in 0..20 {
            let _none = search.key(Some(Named::ArrowDown), None);
        }
        assert_eq!(search.top(), 21 - ROWS);
        let Action::Run(command) = search.update(Input::Press {
            part: Part::Row(0),
            modifiers: iced::keyboard::Modifiers::empty(),
            at: iced::Point::ORIGIN,
        }) else {
            panic!("a row does something")
        };
        assert_eq!(command, crate::commands::COMMANDS[21 - ROWS]);
    }
}
