//! Dialogs as they look.

use iced::{Rectangle, Size};

use super::browse::ROWS;
use super::{Dialog, Part};
use crate::icon::{self, Icon};
use crate::painter::{Ink, Painter, inset, rect};
use crate::parts::{self, Lamp};
use crate::theme::{NARROW, SANS, SANS_BOLD, accent, bg, ink, line, radius, size, state};
use crate::widgets::{Control, Touch};

const WIDTH: f32 = 560.0;
const ROW: f32 = 24.0;

/// Where a dialog lies, and its pieces.
struct Plan {
    area: Rectangle,
    folder: Rectangle,
    field: Rectangle,
}

fn plan(dialog: &Dialog, size: Size) -> Plan {
    let folder = if dialog.folder.is_some() { ROW * (ROWS as f32 + 1.0) + 12.0 } else { 0.0 };
    let field = if dialog.field.is_some() { 40.0 } else { 0.0 };
    let height = 150.0 + folder + field;
    let (x, y) = ((size.width - WIDTH) / 2.0, (size.height - height) / 2.0);
    let area = rect(x.round(), y.max(8.0).round(), WIDTH, height);
    let inner = inset(area, 24.0);
    Plan {
        area,
        folder: rect(inner.x, area.y + 78.0, inner.width, folder),
        field: rect(inner.x, area.y + 84.0 + folder, inner.width, 28.0),
    }
}

fn button(dialog: &Dialog, area: Rectangle, index: usize) -> Rectangle {
    let from_right = (dialog.buttons.len() - index) as f32;
    let (width, gap) = (110.0, 10.0);
    let x = area.x + area.width - 24.0 - from_right * (width + gap) + gap;
    rect(x, area.y + area.height - 52.0, width, 32.0)
}

fn row(plan: &Plan, index: usize) -> Rectangle {
    let y = plan.folder.y + 6.0 + ROW * (index as f32 + 1.0);
    rect(plan.folder.x, y, plan.folder.width, ROW)
}

pub(super) fn controls(dialog: &Dialog, size: Size) -> Vec<Control<Part>> {
    let plan = plan(dialog, size);
    let beside = Control::button(Part::Beside, rect(0.0, 0.0, size.width, size.height)).skipped();
    let mut all = vec![beside, Control::label(Part::Ground, plan.area)];
    if let Some(folder) = &dialog.folder {
        let above = rect(plan.folder.x, plan.folder.y, plan.folder.width, ROW);
        all.push(Control::button(Part::Above, above));
        for index in 0..folder.entries.len().saturating_sub(folder.top).min(ROWS) {
            all.push(Control::button(Part::Row(index), row(&plan, index)));
        }
    }
    for index in 0..dialog.buttons.len() {
        all.push(Control::button(Part::Button(index), button(dialog, plan.area, index)));
    }
    all
}

pub(super) fn draw(dialog: &Dialog, painter: &mut Painter<'_>, size: Size, touch: Touch<Part>) {
    let (plan, whole) = (plan(dialog, size), rect(0.0, 0.0, size.width, size.height));
    painter.layer(whole, |painter| {
        painter.fill(whole, bg::SCRIM);
        painter.box_with(plan.area, bg::PANEL, line::STRONG, radius::DIALOG);
        let title = rect(plan.area.x + 24.0, plan.area.y + 20.0, WIDTH - 48.0, 24.0);
        painter.text(&dialog.title, title, Ink::new(SANS_BOLD, size::HEADING, ink::PRIMARY));
        draw_text(painter, dialog, &plan);
        draw_folder(painter, dialog, &plan, touch);
        draw_field(painter, dialog, &plan);
        for (index, label) in dialog.buttons.iter().enumerate() {
            let area = button(dialog, plan.area, index);
            let over = touch.is_over(Part::Button(index));
            match index + 1 == dialog.buttons.len() {
                true => parts::main_button(painter, area, label, true, over),
                false => parts::chip(painter, area, label, Lamp::Off, over),
            }
        }
    });
}

/// Letters of a line of text in a dialog.
const LINE_LETTERS: usize = 84;

/// The text, in as many as three lines.
fn draw_text(painter: &mut Painter<'_>, dialog: &Dialog, plan: &Plan) {
    let mut lines: Vec<String> = vec![String::new()];
    for word in dialog.text.split(' ') {
        let last = lines.last_mut().expect("there is always a line");
        match last.chars().count() + word.chars().count() < LINE_LETTERS {
            true => last.push_str(&format!("{word} ")),
            false => lines.push(format!("{word} ")),
        }
    }
    for (index, text) in lines.iter().take(3).enumerate() {
        let y = plan.area.y + 48.0 + index as f32 * 17.0;
        let area = rect(plan.area.x + 24.0, y, WIDTH - 48.0, 17.0);
        painter.text(text.trim_end(), area, Ink::new(SANS, size::BASE, ink::SECONDARY));
    }
}

fn draw_folder(painter: &mut Painter<'_>, dialog: &Dialog, plan: &Plan, touch: Touch<Part>) {
    let Some(folder) = &dialog.folder else { return };
    painter.card(plan.folder, bg::WELL, radius::CONTROL);
    let above = rect(plan.folder.x, plan.folder.y, plan.folder.width, ROW);
    if touch.is_over(Part::Above) {
        painter.card(above, bg::HOVER, radius::SLOT);
    }
    icon::draw(painter, Icon::Up, rect(above.x + 8.0, above.y, 16.0, ROW), 14.0, accent::BASE);
    let words = Ink::new(NARROW, size::BASE, ink::TERTIARY);
    let path = rect(above.x + 32.0, above.y, above.width - 40.0, ROW);
    painter.text(&folder.path.display().to_string(), path, words);
    if let Some(problem) = &folder.problem {
        painter.text(problem, inset(row(plan, ROWS - 1), 8.0), words.coloured(state::WARN));
    }
    draw_scroll(painter, plan.folder, (folder.top, folder.entries.len()));
    for (index, entry) in folder.entries.iter().skip(folder.top).take(ROWS).enumerate() {
        let area = row(plan, index);
        if entry.chosen || touch.is_over(Part::Row(index)) {
            let ground = if entry.chosen { accent::DIM } else { bg::HOVER };
            painter.card(area, ground, radius::SLOT);
        }
        let (icon, colour) = match (entry.is_project, entry.is_folder) {
            (true, _) => (Icon::Logo, accent::BASE),
            (_, true) => (Icon::Folder, ink::SECONDARY),
            (_, false) => (Icon::File, ink::TERTIARY),
        };
        icon::draw(painter, icon, rect(area.x + 8.0, area.y, 16.0, ROW), 14.0, colour);
        let name = rect(area.x + 32.0, area.y, area.width - 40.0, ROW);
        painter.text(&entry.name, name, Ink::new(SANS, size::BASE, ink::PRIMARY));
    }
}

/// Which part of a long folder is shown, at its right edge.
fn draw_scroll(painter: &mut Painter<'_>, area: Rectangle, (top, count): (usize, usize)) {
    if count <= ROWS {
        return;
    }
    let height = area.height - ROW - 8.0;
    let at = |row: usize| height * row as f32 / count as f32;
    let bar = rect(area.x + area.width - 5.0, area.y + ROW + 4.0 + at(top), 3.0, at(ROWS));
    painter.card(bar, line::STRONG, 1.5);
}

fn draw_field(painter: &mut Painter<'_>, dialog: &Dialog, plan: &Plan) {
    let Some(field) = &dialog.field else { return };
    painter.box_with(plan.field, bg::WELL, accent::BASE, radius::CONTROL);
    let area = inset(plan.field, 4.0);
    let area = rect(area.x + 4.0, area.y, area.width - 8.0, area.height);
    let words = Ink::new(SANS, size::TITLE, ink::PRIMARY);
    if field.text().is_empty() && dialog.folder.is_some() {
        let hint = rect(area.x + 6.0, area.y, area.width, area.height);
        painter.text("or type a path", hint, words.coloured(ink::DISABLED));
    }
    field.draw(painter, area, words);
}
