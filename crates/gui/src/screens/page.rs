//! The longer help, over the whole window.

mod drawn;

use iced::keyboard::key::Named;
use iced::{Element, Length, Rectangle, Size};

use crate::icon::{self, Icon};
use crate::painter::{Ink, Painter, rect};
use crate::parts;
use crate::theme::{SANS, SANS_BOLD, SANS_MEDIUM, accent, bg, ink, line, radius, size};
use crate::topics::Topic;
use crate::widgets::{Control, Help, Input, Scene, Surface, Touch};

/// A part of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Everything beside it.
    Beside,
    /// Its ground.
    Ground,
    /// Closes it.
    Close,
}

/// The page while it is shown.
#[derive(Debug)]
pub(crate) struct Page {
    topic: Topic,
    /// What has the keyboard now, and its one sentence.
    about: Option<Help>,
}

const WIDTH: f32 = 600.0;
/// Room beside the text, height of a line of it, and space between paragraphs.
const MARGIN: f32 = 28.0;
const LINE: f32 = 19.0;
const SPACE: f32 = 10.0;
/// Height of what is said about the control itself.
const ABOUT: f32 = 52.0;
/// Letters of a line.
const LETTERS: usize = 84;

impl Page {
    /// The page on `topic`, and on what has the keyboard.
    pub(crate) fn new(topic: Topic, about: Option<Help>) -> Self {
        Self { topic, about }
    }

    /// What it is about.
    #[cfg(test)]
    pub(crate) fn topic(&self) -> Topic {
        self.topic
    }

    /// Takes in what was done to it; true when it is to be closed.
    pub(crate) fn update(&self, input: &Input<Part>) -> bool {
        matches!(input, Input::Press { part: Part::Close | Part::Beside, .. })
    }

    /// A key; true when it is to be closed.
    pub(crate) fn key(&self, named: Option<Named>) -> bool {
        matches!(named, Some(Named::Escape | Named::Enter | Named::F1))
    }

    /// It over the whole window.
    pub(crate) fn view<'a, Message: 'a>(
        &'a self,
        publish: impl Fn(Input<Part>) -> Message + 'a,
    ) -> Element<'a, Message> {
        let ways = (Length::Fill, Length::Fill);
        Surface::new(self, ways, publish).focus(Some(Part::Close)).into()
    }

    /// Its paragraphs as lines.
    fn lines(&self) -> Vec<Vec<String>> {
        self.topic.text().iter().map(|text| wrapped(text, LETTERS)).collect()
    }

    /// Height of the drawn example and the space behind it.
    fn drawn_height(&self) -> f32 {
        if drawn::has(self.topic) { drawn::HEIGHT + SPACE } else { 0.0 }
    }

    fn ground(&self, size: Size) -> Rectangle {
        let lines = self.lines();
        let count: usize = lines.iter().map(Vec::len).sum();
        let about = if self.about.is_some() { ABOUT } else { 0.0 };
        let text = count as f32 * LINE + lines.len() as f32 * SPACE;
        let height = 68.0 + about + text + self.drawn_height() + 64.0;
        let (x, y) = ((size.width - WIDTH) / 2.0, (size.height - height) / 2.0);
        rect(x.round(), y.max(4.0).round(), WIDTH, height.round())
    }

    fn close(&self, size: Size) -> Rectangle {
        let area = self.ground(size);
        rect(area.x + area.width - MARGIN - 110.0, area.y + area.height - 52.0, 110.0, 32.0)
    }
}

/// `text` in lines of at most `letters`.
fn wrapped(text: &str, letters: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(last) if last.chars().count() + 1 + word.chars().count() <= letters => {
                last.push(' ');
                last.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

impl Scene for &Page {
    type Part = Part;

    fn controls(&self, size: Size) -> Vec<Control<Part>> {
        let whole = rect(0.0, 0.0, size.width, size.height);
        vec![
            Control::button(Part::Beside, whole).skipped(),
            Control::label(Part::Ground, self.ground(size)),
            Control::button(Part::Close, self.close(size)),
        ]
    }

    fn help(&self, _: Part) -> Help {
        Help::default()
    }

    fn draw(&self, painter: &mut Painter<'_>, size: Size, touch: Touch<Part>) {
        let (whole, ground) = (rect(0.0, 0.0, size.width, size.height), self.ground(size));
        painter.layer(whole, |painter| {
            painter.fill(whole, bg::SCRIM);
            painter.box_with(ground, bg::PANEL, line::STRONG, radius::DIALOG);
            let left = ground.x + MARGIN;
            let row = |y: f32| rect(left, y, ground.width - 2.0 * MARGIN, LINE);
            let mark = rect(left, ground.y + 22.0, 20.0, 24.0);
            icon::draw(painter, Icon::Lamp, mark, 18.0, accent::BASE);
            let title = rect(left + 28.0, ground.y + 22.0, ground.width - 2.0 * MARGIN, 24.0);
            let heading = Ink::new(SANS_BOLD, size::HEADING, ink::PRIMARY);
            painter.text(self.topic.title(), title, heading);
            let mut y = ground.y + 64.0;
            if let Some(about) = &self.about {
                let name = format!("{}  {}", about.name, about.value);
                painter.text(&name, row(y), Ink::new(SANS_MEDIUM, size::TITLE, accent::BASE));
                painter.text(about.text, row(y + LINE), Ink::new(SANS, size::BASE, ink::TERTIARY));
                y += ABOUT;
            }
            drawn::draw(self.topic, painter, Rectangle { height: drawn::HEIGHT, ..row(y) });
            y += self.drawn_height();
            for paragraph in self.lines() {
                for line in paragraph {
                    painter.text(&line, row(y), Ink::new(SANS, size::TITLE, ink::SECONDARY));
                    y += LINE;
                }
                y += SPACE;
            }
            let over = touch.is_over(Part::Close);
            parts::main_button(painter, self.close(size), "Close", true, over);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_fits_into_the_smallest_window_and_loses_no_word() {
        let smallest = Size::new(1024.0, 640.0);
        for topic in Topic::ALL {
            let page = Page::new(topic, Some(Help::new("Fader", "Drag it.")));
            let ground = page.ground(smallest);
            assert!(ground.y + ground.height <= smallest.height, "{topic:?}");
            for (text, lines) in topic.text().iter().zip(page.lines()) {
                assert!(lines.iter().all(|line| line.chars().count() <= LETTERS));
                assert_eq!(lines.join(" "), *text);
            }
        }
    }
}
