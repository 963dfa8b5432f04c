//! A line of text while it is typed: its caret, what is selected, and the keys that change it.

use iced::advanced::text::{self, Paragraph as _};
use iced::keyboard::key::Named;
use iced::keyboard::{Key, Modifiers};
use iced::{Pixels, Rectangle, Size};

use crate::painter::{Align, Ink, Painter, rect};
use crate::theme::accent;

/// A line of text while it is typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct TextLine {
    letters: Vec<char>,
    /// The letter that the caret stands before.
    caret: usize,
    /// The other end of what is selected: the caret itself where nothing is.
    anchor: usize,
}

/// What came of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Edited {
    /// It is not one that changes a line.
    Passed,
    /// It was taken.
    Done,
    /// This goes to the clipboard.
    Copy(String),
    /// What is in the clipboard is wanted.
    Paste,
}

impl TextLine {
    /// A line with all of `text` selected, so that what is typed takes its place.
    pub(crate) fn selected(text: &str) -> Self {
        let letters: Vec<char> = text.chars().collect();
        Self { caret: letters.len(), anchor: 0, letters }
    }

    /// A line that `text` was typed into.
    pub(crate) fn typed(text: &str) -> Self {
        let letters: Vec<char> = text.chars().collect();
        Self { caret: letters.len(), anchor: letters.len(), letters }
    }

    /// What stands in it.
    pub(crate) fn text(&self) -> String {
        self.letters.iter().collect()
    }

    /// Selects all of it.
    pub(crate) fn select_all(&mut self) {
        (self.anchor, self.caret) = (0, self.letters.len());
    }

    fn range(&self) -> std::ops::Range<usize> {
        self.caret.min(self.anchor)..self.caret.max(self.anchor)
    }

    /// Puts `text` in the place of what is selected.
    pub(crate) fn insert(&mut self, text: &str) {
        let range = self.range();
        let new: Vec<char> = text.chars().filter(|letter| !letter.is_control()).collect();
        self.caret = range.start + new.len();
        self.anchor = self.caret;
        drop(self.letters.splice(range, new));
    }

    /// A key, and the letters that it stands for.
    pub(crate) fn key(&mut self, key: &Key, text: Option<&str>, modifiers: Modifiers) -> Edited {
        match key.as_ref() {
            Key::Named(named) if self.moved(named, modifiers.shift()) => Edited::Done,
            Key::Named(Named::Backspace) => self.remove(true),
            Key::Named(Named::Delete) => self.remove(false),
            Key::Character(letter) if modifiers.command() => self.command(&letter.to_lowercase()),
            _ => match text.filter(|text| text.chars().any(|letter| !letter.is_control())) {
                Some(text) if !modifiers.command() => {
                    self.insert(text);
                    Edited::Done
                }
                _ => Edited::Passed,
            },
        }
    }

    /// Moves the caret; with `selects` the other end of the selection stays.
    fn moved(&mut self, key: Named, selects: bool) -> bool {
        let range = self.range();
        let ends = selects || range.is_empty();
        self.caret = match key {
            Named::ArrowLeft if ends => self.caret.saturating_sub(1),
            Named::ArrowLeft => range.start,
            Named::ArrowRight if ends => (self.caret + 1).min(self.letters.len()),
            Named::ArrowRight => range.end,
            Named::Home => 0,
            Named::End => self.letters.len(),
            _ => return false,
        };
        if !selects {
            self.anchor = self.caret;
        }
        true
    }

    fn remove(&mut self, before: bool) -> Edited {
        if self.range().is_empty() {
            let _moved =
                self.moved(if before { Named::ArrowLeft } else { Named::ArrowRight }, true);
        }
        self.insert("");
        Edited::Done
    }

    fn command(&mut self, letter: &str) -> Edited {
        let chosen: String = self.letters[self.range()].iter().collect();
        match letter {
            "a" => self.select_all(),
            "v" => return Edited::Paste,
            "c" if !chosen.is_empty() => return Edited::Copy(chosen),
            "x" if !chosen.is_empty() => {
                self.insert("");
                return Edited::Copy(chosen);
            }
            _ => return Edited::Passed,
        }
        Edited::Done
    }

    /// Draws it into `area`, with its caret and what is selected. The caret is always seen.
    pub(crate) fn draw(&self, painter: &mut Painter<'_>, area: Rectangle, ink: Ink) {
        let upto = |end: usize| width(&self.letters[..end].iter().collect::<String>(), ink);
        let (whole, caret) = (upto(self.letters.len()), upto(self.caret));
        let x = match ink.align {
            Align::Centre if whole < area.width => area.center_x() - whole / 2.0,
            _ => area.x - (caret - area.width + CARET_WIDTH).max(0.0),
        };
        let row = |from: f32, width: f32| rect(x + from, area.y, width, area.height);
        let range = self.range();
        painter.layer(area, |painter| {
            let from = upto(range.start);
            painter.fill(row(from, upto(range.end) - from), accent::DIM);
            let words = Ink { align: Align::Left, ..ink };
            // A line that is longer than its field is seen in part, not cut.
            painter.text(&self.text(), row(0.0, 2.0 * whole + 8.0), words);
            painter.fill(row(caret, CARET_WIDTH), accent::BASE);
        });
    }
}

/// Width of a caret.
const CARET_WIDTH: f32 = 1.5;

/// How wide words are.
fn width(words: &str, ink: Ink) -> f32 {
    type Paragraph = <iced::Renderer as text::Renderer>::Paragraph;
    let text = text::Text {
        content: words,
        bounds: Size::INFINITE,
        size: Pixels(ink.size),
        line_height: text::LineHeight::Relative(1.2),
        font: ink.font,
        align_x: text::Alignment::Left,
        align_y: iced::alignment::Vertical::Center,
        shaping: text::Shaping::Advanced,
        wrapping: text::Wrapping::None,
    };
    Paragraph::with_text(text).min_width()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Modifiers = Modifiers::empty();

    fn press(line: &mut TextLine, named: Named, modifiers: Modifiers) {
        assert_eq!(line.key(&Key::Named(named), None, modifiers), Edited::Done);
    }

    fn letter(line: &mut TextLine, letter: &str, modifiers: Modifiers) -> Edited {
        line.key(&Key::Character(letter.into()), Some(letter), modifiers)
    }

    #[test]
    fn what_is_typed_takes_the_place_of_the_old_value() {
        let mut line = TextLine::selected("Kick");
        assert_eq!(letter(&mut line, "S", NONE), Edited::Done);
        assert_eq!(letter(&mut line, "n", NONE), Edited::Done);
        assert_eq!(line.text(), "Sn");
        let mut line = TextLine::selected("Kick");
        press(&mut line, Named::Backspace, NONE);
        assert_eq!(line.text(), "");
    }

    #[test]
    fn the_caret_moves_by_letters_and_to_the_ends_and_selects_with_shift() {
        let mut line = TextLine::selected("Kíck");
        press(&mut line, Named::ArrowLeft, NONE);
        press(&mut line, Named::Delete, NONE);
        assert_eq!(line.text(), "íck", "the selection is left at its beginning");
        press(&mut line, Named::End, NONE);
        press(&mut line, Named::ArrowLeft, Modifiers::SHIFT);
        press(&mut line, Named::ArrowLeft, Modifiers::SHIFT);
        assert_eq!(letter(&mut line, "x", NONE), Edited::Done);
        assert_eq!(line.text(), "íx");
        press(&mut line, Named::Home, NONE);
        press(&mut line, Named::Backspace, NONE);
        line.insert("a\nb");
        assert_eq!(line.text(), "abíx", "nothing lies before it, and a line stays one");
    }

    #[test]
    fn parts_are_copied_cut_and_pasted() {
        let mut line = TextLine::typed("Song");
        assert_eq!(letter(&mut line, "c", Modifiers::COMMAND), Edited::Passed);
        assert_eq!(letter(&mut line, "a", Modifiers::COMMAND), Edited::Done);
        assert_eq!(letter(&mut line, "c", Modifiers::COMMAND), Edited::Copy("Song".to_owned()));
        assert_eq!(letter(&mut line, "x", Modifiers::COMMAND), Edited::Copy("Song".to_owned()));
        assert_eq!(line.text(), "");
        assert_eq!(letter(&mut line, "v", Modifiers::COMMAND), Edited::Paste);
    }
}
