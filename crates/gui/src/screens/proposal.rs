//! What match or assistant propose, with the reason of each step, before anything is changed.

use std::sync::Arc;

use iced::keyboard::key::Named;
use iced::{Element, Length, Rectangle, Size};
use twobus_analysis::matching::{Decision, Verdict};
use twobus_dsp::Db;
use twobus_jobs::{Matched, Progress};

use crate::icon::{self, Icon};
use crate::painter::{Ink, Painter, rect};
use crate::parts::sheet::{self, MARGIN};
use crate::parts::{self, Lamp};
use crate::theme::{NARROW_MEDIUM, SANS, SANS_BOLD, accent, bg, ink, radius, size, state};
use crate::widgets::{Control, Help, Input, Scene, Surface, Touch};

/// The sheet.
#[derive(Debug)]
pub(crate) struct Proposal {
    title: String,
    progress: Arc<Progress>,
    found: Option<Matched>,
    problem: Option<String>,
    top: usize,
    focus: Option<Part>,
}

/// A part of the sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Beside,
    Ground,
    Cross,
    Cancel,
    Apply,
}

/// What the sheet asks of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    None,
    Close,
    Apply,
}

const WANTED: Size = Size::new(820.0, 620.0);
/// Letters of a line of a reason.
const LETTERS: usize = 104;

impl Proposal {
    /// One that is still being looked for.
    pub(crate) fn new(title: String, progress: Arc<Progress>) -> Self {
        Self { title, progress, found: None, problem: None, top: 0, focus: None }
    }

    /// What it is called, as a step of the history too.
    pub(crate) fn title(&self) -> &str {
        &self.title
    }

    /// It was found.
    pub(crate) fn found(&mut self, matched: Matched) {
        self.found = Some(matched);
    }

    /// It cannot be found; why.
    pub(crate) fn failed(&mut self, why: String) {
        self.problem = Some(why);
    }

    /// What is proposed.
    pub(crate) fn matched(&self) -> Option<&Matched> {
        self.found.as_ref()
    }

    fn is_usable(&self) -> bool {
        self.found.as_ref().is_some_and(|found| !found.is_nothing())
    }

    /// Takes in what was done to it.
    pub(crate) fn update(&mut self, input: Input<Part>) -> Action {
        match input {
            Input::Focus(part) => self.focus = Some(part),
            Input::Leave { .. } => self.focus = Some(Part::Cancel),
            Input::Press { part: Part::Apply, .. } if self.is_usable() => return Action::Apply,
            Input::Press { part: Part::Cancel | Part::Cross, .. } => return Action::Close,
            Input::Wheel { down, .. } => {
                let most = self.found.as_ref().map_or(0, |found| found.decisions.len());
                self.top = self.top.saturating_add_signed(down.round() as isize).min(most);
            }
            _ => {}
        }
        Action::None
    }

    /// A key that no control of it has taken.
    pub(crate) fn key(&self, named: Option<Named>) -> Action {
        match named {
            Some(Named::Escape) => Action::Close,
            Some(Named::Enter) if self.is_usable() => Action::Apply,
            _ => Action::None,
        }
    }

    /// The sheet over the whole window.
    pub(crate) fn view<'a, Message: 'a>(
        &'a self,
        publish: impl Fn(Input<Part>) -> Message + 'a,
    ) -> Element<'a, Message> {
        Surface::new(self, (Length::Fill, Length::Fill), publish).focus(self.focus).into()
    }
}

fn button(part: Part, area: Rectangle) -> Rectangle {
    match part {
        Part::Apply => sheet::foot(area, 0.0, 150.0),
        Part::Cancel => sheet::foot(area, 160.0, 96.0),
        _ => sheet::cross(area),
    }
}

impl Scene for &Proposal {
    type Part = Part;

    fn controls(&self, size: Size) -> Vec<Control<Part>> {
        let area = sheet::area(size, WANTED);
        let whole = rect(0.0, 0.0, size.width, size.height);
        let press = |part| Control::button(part, button(part, area));
        vec![
            Control::button(Part::Beside, whole).skipped(),
            Control::label(Part::Ground, area),
            press(Part::Cancel),
            press(Part::Apply),
            press(Part::Cross).skipped(),
        ]
    }

    fn help(&self, part: Part) -> Help {
        match part {
            Part::Apply => Help::new(
                "Use this chain",
                "One step; the chain of before stays as the other one of A/B.",
            ),
            Part::Cancel | Part::Cross => Help::new("Cancel", "Changes nothing. Esc."),
            Part::Beside | Part::Ground => Help::default(),
        }
    }

    fn draw(&self, painter: &mut Painter<'_>, size: Size, touch: Touch<Part>) {
        let (area, whole) = (sheet::area(size, WANTED), rect(0.0, 0.0, size.width, size.height));
        painter.layer(whole, |painter| {
            let below = match &self.found {
                None => "The song is measured; nothing is changed yet.".to_owned(),
                Some(found) => format!(
                    "The song measures {} LUFS. Nothing is changed until you use it; the chain of before stays as the other one.",
                    Db(found.song.integrated_lufs)
                ),
            };
            sheet::sheet(painter, (size, area), (&self.title, &below), touch.is_over(Part::Cross));
            self.draw_body(painter, area);
            let over = |part| touch.is_over(part);
            parts::chip(painter, button(Part::Cancel, area), "Cancel", Lamp::Off, over(Part::Cancel));
            let usable = self.is_usable();
            let apply = button(Part::Apply, area);
            parts::main_button(painter, apply, "Use this chain", usable, over(Part::Apply));
        });
    }
}

impl Proposal {
    fn draw_body(&self, painter: &mut Painter<'_>, area: Rectangle) {
        let inner =
            rect(area.x + MARGIN, area.y + 78.0, area.width - 2.0 * MARGIN, area.height - 150.0);
        if let Some(why) = &self.problem {
            for (index, line) in sheet::lines(why, LETTERS).iter().enumerate() {
                let row = rect(inner.x, inner.y + 18.0 * index as f32, inner.width, 18.0);
                painter.text(line, row, Ink::new(SANS, size::BASE, state::FAIL));
            }
            return;
        }
        let Some(found) = &self.found else {
            let share = self.progress.share() as f32;
            let bar = rect(inner.x, inner.y + 30.0, inner.width, 6.0);
            let words = format!("{}…", self.progress.stage());
            painter.text(
                &words,
                rect(inner.x, inner.y, inner.width, 20.0),
                Ink::new(SANS, size::BASE, ink::SECONDARY),
            );
            painter.card(bar, bg::WELL, 3.0);
            return painter.card(rect(bar.x, bar.y, bar.width * share, 6.0), accent::FILL, 3.0);
        };
        let mut y = inner.y;
        for decision in found.decisions.iter().skip(self.top) {
            let lines = sheet::lines(&decision.text, LETTERS);
            let height = 16.0 + 17.0 * lines.len() as f32;
            if y + height > inner.y + inner.height {
                break;
            }
            draw_decision(painter, rect(inner.x, y, inner.width, height - 4.0), decision, &lines);
            y += height;
        }
    }
}

fn draw_decision(
    painter: &mut Painter<'_>,
    area: Rectangle,
    decision: &Decision,
    lines: &[String],
) {
    let (sign, colour) = match decision.verdict {
        Verdict::Done => (Icon::Plus, accent::BASE),
        Verdict::Fine => (Icon::Check, state::OK),
        Verdict::Refused => (Icon::Warn, state::WARN),
    };
    painter.card(area, bg::RAISED, radius::CONTROL);
    painter.card(rect(area.x, area.y, 3.0, area.height), colour, 1.0);
    icon::draw(painter, sign, rect(area.x + 10.0, area.y, 16.0, area.height), 13.0, colour);
    let name = rect(area.x + 34.0, area.y, 84.0, area.height);
    painter.text(decision.area.name(), name, Ink::new(SANS_BOLD, size::BASE, ink::PRIMARY));
    for (index, line) in lines.iter().enumerate() {
        let row =
            rect(area.x + 122.0, area.y + 6.0 + 17.0 * index as f32, area.width - 130.0, 17.0);
        painter.text(line, row, Ink::new(NARROW_MEDIUM, size::BASE, ink::SECONDARY));
    }
}
