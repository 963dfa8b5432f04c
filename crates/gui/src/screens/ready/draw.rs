//! The report as it looks.

use iced::{Color, Rectangle, Size};
use twobus_session::readiness::{Part as Share, Row, Verdict, words};

use super::{Part, Ready};
use crate::icon::{self, Icon};
use crate::painter::{Ink, Painter, rect};
use crate::parts::sheet::{self, MARGIN};
use crate::parts::{self, Lamp};
use crate::theme::{
    NARROW, NARROW_MEDIUM, SANS, SANS_BOLD, SANS_MEDIUM, accent, bg, ink, line, radius, size,
    state, track,
};
use crate::widgets::{Control, Touch};

const WANTED: Size = Size::new(1240.0, 768.0);
/// Narrower than this, there is no column beside the rows.
const LEAST_WIDE: f32 = 1100.0;
const COLUMN: f32 = 304.0;
const SMALL_ROW: f32 = 39.0;

/// Where the pieces lie.
struct Plan {
    area: Rectangle,
    verdict: Rectangle,
    rows: Rectangle,
    column: Option<Rectangle>,
}

fn plan(size: Size) -> Plan {
    let area = sheet::area(size, WANTED);
    let (x, inner) = (area.x + MARGIN, area.width - 2.0 * MARGIN);
    let wide = area.width >= LEAST_WIDE;
    let rows = if wide { inner - COLUMN - 24.0 } else { inner };
    let top = area.y + 166.0;
    let height = area.y + area.height - 80.0 - top;
    Plan {
        area,
        verdict: rect(x, area.y + 74.0, inner, 76.0),
        rows: rect(x, top, rows, height),
        column: wide.then(|| rect(x + rows + 24.0, top, COLUMN, height)),
    }
}

/// Letters of a line in a row.
fn letters(plan: &Plan) -> usize {
    ((plan.rows.width - 150.0) / 6.0).max(40.0) as usize
}

/// The lines of a row that is to be looked at.
fn told(row: &Row, ready: &Ready, letters: usize) -> Vec<(String, Color)> {
    let said = words::sentence(row);
    let what = sheet::lines(said.what, letters).into_iter();
    let mut all: Vec<(String, Color)> = what.map(|line| (line, ink::SECONDARY)).collect();
    let places = words::places(row, ready.readiness.rate_hz, Some(&ready.timeline));
    let causes = words::causes_placed(row, ready.readiness.rate_hz, Some(&ready.timeline));
    let act = [said.act.to_owned(), causes, places].into_iter().filter(|text| !text.is_empty());
    let act = act.collect::<Vec<_>>().join("  ·  ");
    all.extend(sheet::lines(&act, letters).into_iter().map(|line| (line, ink::TERTIARY)));
    all
}

/// The rows that are shown: their places among all, and where they lie.
fn shown(ready: &Ready, plan: &Plan) -> Vec<(usize, Rectangle)> {
    let letters = letters(plan);
    let (mut y, bottom) = (plan.rows.y, plan.rows.y + plan.rows.height);
    let mut found = Vec::new();
    for (index, row) in ready.rows().into_iter().enumerate().skip(ready.top) {
        let height = match row.verdict {
            Verdict::Fine => SMALL_ROW,
            _ => 34.0 + 17.0 * told(row, ready, letters).len() as f32,
        };
        if y + height > bottom {
            break;
        }
        found.push((index, rect(plan.rows.x, y, plan.rows.width, height - 3.0)));
        y += height;
    }
    found
}

fn show(row: Rectangle) -> Rectangle {
    rect(row.x + row.width - 92.0, row.center_y() - 14.0, 80.0, 28.0)
}

fn button(part: Part, area: Rectangle) -> Rectangle {
    match part {
        Part::Back => sheet::foot(area, 0.0, 178.0),
        Part::Anyway => sheet::foot(area, 188.0, 156.0),
        Part::Save => sheet::foot(area, 354.0, 114.0),
        _ => sheet::cross(area),
    }
}

pub(super) fn controls(ready: &Ready, size: Size) -> Vec<Control<Part>> {
    let plan = plan(size);
    let beside = Control::button(Part::Beside, rect(0.0, 0.0, size.width, size.height)).skipped();
    let mut all = vec![beside, Control::label(Part::Ground, plan.area)];
    for (index, area) in shown(ready, &plan) {
        all.push(Control::label(Part::Row(index), area));
        if ready.cause(index).is_some() {
            all.push(Control::button(Part::Show(index), show(area)));
        }
    }
    let buttons = [Part::Save, Part::Anyway, Part::Back];
    all.extend(buttons.map(|part| Control::button(part, button(part, plan.area))));
    all.push(Control::button(Part::Cross, sheet::cross(plan.area)).skipped());
    all
}

pub(super) fn draw(ready: &Ready, painter: &mut Painter<'_>, size: Size, touch: Touch<Part>) {
    let (plan, whole) = (plan(size), rect(0.0, 0.0, size.width, size.height));
    painter.layer(whole, |painter| {
        let report = &ready.readiness;
        let length = words::time(report.frames, report.rate_hz);
        let below = match ready.tracing {
            true => format!(
                "{} – print {} · {length} · looking for the tracks behind it…",
                ready.title, ready.print
            ),
            false => format!(
                "{} – print {} · {length} · measured over the whole song",
                ready.title, ready.print
            ),
        };
        let cross = touch.is_over(Part::Cross);
        sheet::sheet(painter, (size, plan.area), ("Ready for mastering?", &below), cross);
        draw_verdict(ready, painter, plan.verdict);
        let letters = letters(&plan);
        let rows = ready.rows();
        for (index, area) in shown(ready, &plan) {
            match rows[index].verdict {
                Verdict::Fine => draw_fine(painter, area, rows[index], report.rate_hz),
                _ => draw_fault(ready, painter, (area, letters), (index, rows[index]), touch),
            }
        }
        draw_scroll(ready, painter, &plan);
        if let Some(column) = plan.column {
            draw_column(painter, column, ready);
        }
        draw_foot(ready, painter, plan.area, touch);
    });
}

/// The sign and colours of a verdict.
fn look(verdict: Verdict) -> (Icon, Color, Color) {
    match verdict {
        Verdict::Fine => (Icon::Check, state::OK, state::OK_BG),
        Verdict::Consider => (Icon::Warn, state::WARN, state::WARN_BG),
        Verdict::Fix => (Icon::Cross, state::FAIL, state::FAIL_BG),
    }
}

fn draw_verdict(ready: &Ready, painter: &mut Painter<'_>, area: Rectangle) {
    let report = &ready.readiness;
    let (sign, colour, _) = look(report.worst());
    painter.card(area, bg::RAISED, radius::PANEL);
    painter.card(rect(area.x, area.y, 4.0, area.height), colour, 2.0);
    icon::draw(painter, sign, rect(area.x + 16.0, area.y, 36.0, area.height), 28.0, colour);
    let row = |y, height| rect(area.x + 64.0, area.y + y, area.width - 430.0, height);
    let headline = words::headline(report);
    painter.text(&headline, row(16.0, 22.0), Ink::new(SANS_BOLD, size::HEADING, ink::PRIMARY));
    let below = match report.worst() {
        Verdict::Fix => "What is to be fixed cannot be taken out of the print; no master cures it.",
        Verdict::Consider => {
            "A master can soften these; the mix often does it better. Taste is never a fault."
        }
        Verdict::Fine => "Loudness, tone and peaks can be set in the master.",
    };
    painter.text(below, row(42.0, 18.0), Ink::new(SANS, size::BASE, ink::SECONDARY));
    let all = [Verdict::Fix, Verdict::Consider, Verdict::Fine];
    for (index, verdict) in all.into_iter().enumerate() {
        let (sign, colour, ground) = look(verdict);
        let x = area.x + area.width - 350.0 + index as f32 * 114.0;
        let badge = rect(x, area.y + 14.0, 106.0, 48.0);
        painter.card(badge, ground, radius::PANEL);
        icon::draw(painter, sign, rect(badge.x + 8.0, badge.y, 24.0, badge.height), 16.0, colour);
        let count = report.count(verdict).to_string();
        let number = Ink::new(NARROW_MEDIUM, size::DISPLAY, ink::PRIMARY);
        painter.text(&count, rect(badge.x + 36.0, badge.y, 30.0, badge.height), number);
        let after = badge.x + 40.0 + 13.0 * count.len() as f32;
        let word = rect(after, badge.y + 2.0, badge.x + badge.width - after, badge.height);
        painter.text(verdict.name(), word, Ink::new(NARROW, size::BASE, ink::SECONDARY));
    }
}

fn draw_fine(painter: &mut Painter<'_>, area: Rectangle, row: &Row, rate_hz: u32) {
    painter.card(area, crate::theme::over(bg::APP, bg::PANEL, 0.6), radius::CONTROL);
    painter.card(rect(area.x, area.y, 4.0, area.height), state::OK, 2.0);
    icon::draw(
        painter,
        Icon::Check,
        rect(area.x + 10.0, area.y, 24.0, area.height),
        14.0,
        state::OK,
    );
    let at = |x, width| rect(area.x + x, area.y, width, area.height);
    let title = Ink::new(SANS_BOLD, size::TITLE, ink::PRIMARY);
    painter.text(words::title(row.check), at(40.0, 150.0), title);
    let value = Ink::new(NARROW_MEDIUM, size::TITLE, ink::PRIMARY);
    painter.text(&words::value(row, rate_hz), at(194.0, 116.0), value);
    let why = Ink::new(SANS, size::SMALL, ink::SECONDARY);
    painter.text(words::sentence(row).what, at(318.0, area.width - 326.0), why);
}

fn draw_fault(
    ready: &Ready,
    painter: &mut Painter<'_>,
    (area, letters): (Rectangle, usize),
    (index, row): (usize, &Row),
    touch: Touch<Part>,
) {
    let (sign, colour, _) = look(row.verdict);
    painter.card(area, bg::RAISED, radius::CONTROL);
    painter.card(rect(area.x, area.y, 4.0, area.height), colour, 2.0);
    icon::draw(painter, sign, rect(area.x + 10.0, area.y + 8.0, 24.0, 20.0), 15.0, colour);
    let at = |x, y, width| rect(area.x + x, area.y + y, width, 18.0);
    let title = Ink::new(SANS_BOLD, size::TITLE, ink::PRIMARY);
    painter.text(words::title(row.check), at(40.0, 9.0, 150.0), title);
    let band = words::band(row);
    let value = words::value(row, ready.readiness.rate_hz);
    let value = if band.is_empty() { value } else { format!("{value}, {band}") };
    let number = Ink::new(NARROW_MEDIUM, size::TITLE, colour);
    painter.text(&value, at(194.0, 9.0, 210.0), number);
    let gauge = rect(area.x + 412.0, area.y + 12.0, area.width - 412.0 - 110.0, 12.0);
    draw_gauge(ready, painter, gauge, row, colour);
    for (line, (text, colour)) in told(row, ready, letters).into_iter().enumerate() {
        let words = at(40.0, 30.0 + 17.0 * line as f32, area.width - 150.0);
        painter.text(&text, words, Ink::new(SANS, size::BASE, colour));
    }
    if ready.cause(index).is_some() {
        let over = touch.is_over(Part::Show(index));
        let button = show(area);
        painter.card(button, if over { bg::HOVER } else { bg::CONTROL }, radius::CONTROL);
        let words = Ink::new(SANS_MEDIUM, size::BASE, accent::BASE).centred();
        painter.text("Show me", button, words);
    }
}

/// Where in the song it is; else which tracks have which share of it.
fn draw_gauge(ready: &Ready, painter: &mut Painter<'_>, area: Rectangle, row: &Row, colour: Color) {
    if area.width < 60.0 || (row.places.is_empty() && row.causes.is_empty()) {
        return;
    }
    painter.card(area, bg::WELL, radius::SLOT);
    let frames = ready.readiness.frames.max(1) as f32;
    for place in &row.places {
        let x = area.x + area.width * place.start as f32 / frames;
        let wide = area.width * place.end.saturating_sub(place.start) as f32 / frames;
        painter.fill(rect(x, area.y + 2.0, wide.max(2.0), area.height - 4.0), colour);
    }
    if !row.places.is_empty() {
        return;
    }
    let mut x = area.x;
    for cause in &row.causes {
        // Shares are powers; what is not a share is drawn as an equal part.
        let share = match cause.part {
            Share::ShareDb(db) => 10.0_f32.powf(db as f32 / 10.0),
            _ => 1.0 / row.causes.len() as f32,
        };
        let wide = (area.width * share).min(area.x + area.width - x);
        painter.fill(
            rect(x, area.y + 2.0, wide - 1.0, area.height - 4.0),
            track(ready.colour(cause.strip)),
        );
        x += wide;
    }
}

/// How far the rows are scrolled, where not all have room.
fn draw_scroll(ready: &Ready, painter: &mut Painter<'_>, plan: &Plan) {
    let (count, seen) = (ready.readiness.rows.len(), shown(ready, plan).len());
    if seen >= count {
        return;
    }
    let rail = rect(plan.rows.x + plan.rows.width + 6.0, plan.rows.y, 4.0, plan.rows.height);
    painter.card(rail, bg::WELL, 2.0);
    let (from, part) = (ready.top as f32 / count as f32, seen as f32 / count as f32);
    let thumb = rect(rail.x, rail.y + rail.height * from, 4.0, rail.height * part);
    painter.card(thumb, line::STRONG, 2.0);
}

/// What belongs where: the one column that teaches.
fn draw_column(painter: &mut Painter<'_>, area: Rectangle, ready: &Ready) {
    painter.card(area, bg::APP, radius::PANEL);
    let words = Ink::new(SANS, size::BASE, ink::SECONDARY);
    let row = |y| rect(area.x + 16.0, area.y + y, area.width - 28.0, 18.0);
    painter.text("Mix or master?", row(14.0), words_bold(size::TITLE));
    let text = "Mixing is the balance between the parts. Mastering is the balance of the whole, and of this song beside the others.";
    for (index, line) in sheet::lines(text, 44).iter().enumerate() {
        painter.text(line, row(40.0 + 18.0 * index as f32), words);
    }
    draw_way(painter, rect(area.x + 16.0, area.y + 106.0, area.width - 32.0, 80.0));
    let lists = [
        (
            "Go back to the mix for",
            state::WARN,
            [
                "one part too loud, too quiet, too dull",
                "clicks, cut endings, clipped tracks",
                "mud where two parts collide",
                "bass that is wide or out of phase",
            ],
        ),
        (
            "Leave for mastering",
            state::OK,
            [
                "overall brightness or weight (1–2 dB)",
                "final loudness and true peak",
                "a little glue over everything",
                "matching the other songs, gaps, codes",
            ],
        ),
    ];
    let mut y = 196.0;
    for (title, colour, items) in lists {
        painter.text(title, row(y), words_bold(size::BASE));
        for item in items {
            y += 19.0;
            let mark = rect(area.x + 14.0, area.y + y, 16.0, 18.0);
            icon::draw(painter, Icon::Right, mark, 11.0, colour);
            painter.text(item, rect(area.x + 36.0, area.y + y, area.width - 44.0, 18.0), words);
        }
        y += 28.0;
    }
    if area.height < y + 70.0 {
        return;
    }
    painter.fill(rect(area.x + 16.0, area.y + y, area.width - 32.0, 1.0), line::SUBTLE);
    let text = match ready.notes.first() {
        Some(note) => note.clone(),
        None => "A quiet print is not a fault: the loudness comes in the next step.".to_owned(),
    };
    for (index, line) in sheet::lines(&text, 44).iter().enumerate().take(6) {
        painter.text(line, row(y + 12.0 + 18.0 * index as f32), words);
    }
}

fn words_bold(size: f32) -> Ink {
    Ink::new(SANS_BOLD, size, ink::PRIMARY)
}

/// Many lanes, one file, one master.
fn draw_way(painter: &mut Painter<'_>, area: Rectangle) {
    for (index, colour) in [0, 2, 4, 7, 10].into_iter().enumerate() {
        let lane = rect(area.x, area.y + index as f32 * 11.0, 92.0, 7.0);
        painter.card(lane, track(colour), 2.0);
    }
    let arrow = |x| rect(area.x + x, area.y + 16.0, 20.0, 20.0);
    icon::draw(painter, Icon::Right, arrow(104.0), 14.0, ink::SECONDARY);
    painter.card(rect(area.x + 136.0, area.y + 10.0, 64.0, 32.0), accent::LINE, 3.0);
    icon::draw(painter, Icon::Right, arrow(208.0), 14.0, ink::SECONDARY);
    painter.card(rect(area.x + 236.0, area.y + 6.0, 34.0, 40.0), accent::FILL, 3.0);
    let small = Ink::new(SANS, size::SMALL, ink::TERTIARY).centred();
    for (x, text) in [(46.0, "mix: tracks"), (168.0, "print: one file"), (253.0, "master")] {
        painter.text(text, rect(area.x + x - 50.0, area.y + 58.0, 100.0, 16.0), small);
    }
}

fn draw_foot(ready: &Ready, painter: &mut Painter<'_>, area: Rectangle, touch: Touch<Part>) {
    let quiet = Ink::new(SANS, size::SMALL, ink::TERTIARY);
    let words =
        format!("The report is kept with print {}. It never changes your audio.", ready.print);
    painter.text(&words, sheet::foot_words(area), quiet);
    let at = |part| button(part, area);
    parts::chip(painter, at(Part::Save), "Save report", Lamp::Off, touch.is_over(Part::Save));
    let (back, anyway) = (touch.is_over(Part::Back), touch.is_over(Part::Anyway));
    match ready.is_ready() {
        true => {
            parts::chip(painter, at(Part::Back), "Back to the mix", Lamp::Off, back);
            parts::main_button(painter, at(Part::Anyway), "Master it", true, anyway);
        }
        false => {
            parts::chip(painter, at(Part::Anyway), "Master it anyway", Lamp::Off, anyway);
            parts::main_button(painter, at(Part::Back), "Back to mix and fix", true, back);
        }
    }
}
