//! A menu at the pointer, over everything else.

use iced::keyboard::key::Named;
use iced::{Element, Length, Point, Rectangle, Size};
use twobus_session::{DeviceId, Edit, LaneTarget, Role, SendId, StripId, Target};

use crate::icon::{self, Icon};
use crate::painter::{Ink, Painter, rect};
use crate::screens::dialog::About;
use crate::theme::{NARROW, SANS, bg, ink, line, radius, size};
use crate::widgets::{Control, Help, Input, Scene, Surface, Touch};

/// What choosing a row does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Choice {
    /// Changes the document.
    Edit(Edit),
    /// Asks for a name.
    Rename(StripId),
    /// Asks for a trim.
    Trim(StripId),
    /// Asks for a width.
    Width(StripId),
    /// Shows what can be done to a send, by the place of its return.
    Sends(StripId, usize),
    /// Asks for the level of a send.
    SendLevel(StripId, SendId),
    /// Shows the automation of a control.
    Lane(StripId, LaneTarget),
    /// Asks which parameter of a device is automated.
    LaneOf(StripId, DeviceId),
    /// Asks for a line, or a file.
    Ask(About),
    /// Brings the master to a target.
    Reach(Target),
    /// Gives a row of the import table a role.
    Role(usize, Role),
}

/// A row.
#[derive(Debug, Clone)]
struct Row {
    label: String,
    checked: bool,
    choice: Choice,
}

/// A menu while it is shown.
#[derive(Debug, Clone)]
pub(crate) struct Menu {
    title: String,
    rows: Vec<Row>,
    at: Point,
    focus: Option<Part>,
}

/// A part of a menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Beside it: closes it.
    Beside,
    /// Its title.
    Title,
    /// A row.
    Row(usize),
}

/// What became of a menu.
pub(crate) enum Action {
    /// It stays.
    None,
    /// It closes.
    Close,
    /// It closes, and this is done.
    Chosen(Choice),
}

const ROW: f32 = 24.0;
const WIDTH: f32 = 210.0;
const PADDING: f32 = 4.0;

impl Menu {
    /// An empty menu at a point of the window.
    pub(crate) fn new(title: impl Into<String>, at: Point) -> Self {
        Self { title: title.into(), rows: Vec::new(), at, focus: Some(Part::Row(0)) }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, label: &str, choice: Choice) {
        self.check(label, false, choice);
    }

    /// Adds a row that is checked or not.
    pub(crate) fn check(&mut self, label: &str, checked: bool, choice: Choice) {
        self.rows.push(Row { label: label.to_owned(), checked, choice });
    }

    /// Takes in what was done to it.
    pub(crate) fn update(&mut self, input: Input<Part>) -> Action {
        match input {
            Input::Press { part: Part::Row(index), .. } => match self.rows.get(index) {
                Some(row) => Action::Chosen(row.choice.clone()),
                None => Action::Close,
            },
            Input::Press { part: Part::Beside, .. } | Input::Menu(Part::Beside, _) => Action::Close,
            Input::Focus(part) => {
                self.focus = Some(part);
                Action::None
            }
            Input::Leave { back } => {
                let last = self.rows.len().saturating_sub(1);
                self.focus = Some(Part::Row(if back { last } else { 0 }));
                Action::None
            }
            _ => Action::None,
        }
    }

    /// The arrow keys walk through it, Escape closes it.
    pub(crate) fn key(&mut self, key: Named) -> Action {
        let here = match self.focus {
            Some(Part::Row(index)) => index,
            _ => 0,
        };
        let last = self.rows.len().saturating_sub(1);
        match key {
            Named::ArrowDown => self.focus = Some(Part::Row((here + 1).min(last))),
            Named::ArrowUp => self.focus = Some(Part::Row(here.saturating_sub(1))),
            Named::Escape => return Action::Close,
            _ => {}
        }
        Action::None
    }

    /// The menu over the whole window.
    pub(crate) fn view<'a, Message: 'a>(
        &'a self,
        publish: impl Fn(Input<Part>) -> Message + 'a,
    ) -> Element<'a, Message> {
        Surface::new(self, (Length::Fill, Length::Fill), publish).focus(self.focus).into()
    }

    fn area(&self, window: Size) -> Rectangle {
        let height = (self.rows.len() + 1) as f32 * ROW + 2.0 * PADDING;
        let x = self.at.x.min(window.width - WIDTH - 4.0).max(0.0);
        let y = self.at.y.min(window.height - height - 4.0).max(0.0);
        rect(x.round(), y.round(), WIDTH, height)
    }

    fn row_area(&self, window: Size, index: usize) -> Rectangle {
        let area = self.area(window);
        let y = area.y + PADDING + (index + 1) as f32 * ROW;
        rect(area.x + PADDING, y, area.width - 2.0 * PADDING, ROW)
    }
}

impl Scene for &Menu {
    type Part = Part;

    fn controls(&self, size: Size) -> Vec<Control<Part>> {
        let whole = rect(0.0, 0.0, size.width, size.height);
        let beside = Control::button(Part::Beside, whole).skipped();
        let title = Control::label(Part::Title, self.area(size));
        let rows = (0..self.rows.len())
            .map(|index| Control::button(Part::Row(index), self.row_area(size, index)));
        [beside, title].into_iter().chain(rows).collect()
    }

    fn help(&self, _: Part) -> Help {
        Help::default()
    }

    fn draw(&self, painter: &mut Painter<'_>, size: Size, touch: Touch<Part>) {
        let area = self.area(size);
        painter.layer(area, |painter| {
            painter.box_with(area, bg::RAISED, line::STRONG, radius::CONTROL);
            let title = rect(area.x + 12.0, area.y + PADDING, area.width - 24.0, ROW);
            painter.text(&self.title, title, Ink::new(NARROW, size::SMALL, ink::TERTIARY));
            for (index, row) in self.rows.iter().enumerate() {
                let area = self.row_area(size, index);
                if touch.is_over(Part::Row(index)) || self.focus == Some(Part::Row(index)) {
                    painter.card(area, bg::HOVER, radius::SLOT);
                }
                if row.checked {
                    let mark = rect(area.x + 4.0, area.y, 16.0, area.height);
                    icon::draw(painter, Icon::Check, mark, 12.0, ink::PRIMARY);
                }
                let words = rect(area.x + 24.0, area.y, area.width - 28.0, area.height);
                painter.text(&row.label, words, Ink::new(SANS, size::BASE, ink::PRIMARY));
            }
        });
    }
}
