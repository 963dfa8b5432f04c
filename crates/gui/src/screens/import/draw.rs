//! The import table as it looks.

use iced::{Rectangle, Size};
use twobus_dsp::Db;
use twobus_jobs::import::Imported;

use super::{HEAD, Part, ROW, Row, Table, cell, foot, shown_rows};
use crate::icon::{self, Icon};
use crate::painter::{Ink, Painter, inset, rect};
use crate::parts::{self, Lamp};
use crate::theme::{
    NARROW, NARROW_MEDIUM, SANS, SANS_BOLD, SANS_MEDIUM, accent, bg, ink, line, meter, radius,
    size, state, track,
};
use crate::widgets::Touch;

pub(super) const TAKE: (f32, f32) = (10.0, 28.0);
pub(super) const NAME: (f32, f32) = (44.0, 116.0);
const FILE: (f32, f32) = (166.0, 136.0);
pub(super) const ROLE: (f32, f32) = (308.0, 118.0);
pub(super) const COLOUR: (f32, f32) = (440.0, 50.0);
pub(super) const GROUP: (f32, f32) = (498.0, 100.0);
const CHANNELS: (f32, f32) = (614.0, 80.0);
const LENGTH: (f32, f32) = (690.0, 58.0);
const START: (f32, f32) = (756.0, 58.0);
const LEVEL: (f32, f32) = (842.0, 108.0);
const PEAK: (f32, f32) = (940.0, 50.0);
const RMS: (f32, f32) = (1000.0, 54.0);
const LOOK: (f32, f32) = (1090.0, 370.0);
const TRIM: (f32, f32) = (1468.0, 78.0);

const COLUMNS: [(&str, (f32, f32), bool); 12] = [
    ("Name", NAME, false),
    ("File", FILE, false),
    ("Role", ROLE, false),
    ("Colour", COLOUR, false),
    ("Group", GROUP, false),
    ("Channels", CHANNELS, false),
    ("Length", LENGTH, true),
    ("Start", START, true),
    ("Level", LEVEL, false),
    ("peak", PEAK, true),
    ("RMS", RMS, true),
    ("Look at", LOOK, false),
];

pub(super) fn draw(table: &Table, painter: &mut Painter<'_>, size: Size, touch: Touch<Part>) {
    painter.fill(rect(0.0, 0.0, size.width, size.height), bg::APP);
    let title = rect(24.0, 20.0, size.width - 48.0, 24.0);
    let text = format!("{} stems dropped. Is this right?", table.rows.len());
    painter.text(&text, title, Ink::new(SANS_BOLD, size::HEADING, ink::PRIMARY));
    let rate = format!("Song rate {} Hz", table.import.rate_hz);
    painter.text(&rate, title, Ink::new(SANS, size::BASE, ink::SECONDARY).right());
    let below = rect(24.0, 44.0, size.width - 48.0, 20.0);
    let words = "Names, roles, colours and groups are guessed from the file names. Click any cell to change it; nothing is copied or altered.";
    painter.text(words, below, Ink::new(SANS, size::BASE, ink::SECONDARY));
    draw_head(painter, size);
    for shown in 0..table.rows.len().saturating_sub(table.top).min(shown_rows(size)) {
        let index = table.top + shown;
        draw_row(table, painter, size, (shown, index), touch);
    }
    draw_foot(table, painter, foot(size), touch);
}

fn draw_head(painter: &mut Painter<'_>, size: Size) {
    painter.card(rect(24.0, HEAD - 4.0, size.width - 48.0, 30.0), bg::PANEL, radius::CONTROL);
    for (label, column, right) in COLUMNS {
        let at = cell(size, 0, column);
        let area = rect(at.x, HEAD - 4.0, at.width, 30.0);
        let words = Ink::new(NARROW, size::BASE, ink::TERTIARY);
        painter.text(label, area, if right { words.right() } else { words });
    }
    let at = cell(size, 0, TRIM);
    let words = Ink::new(NARROW, size::BASE, ink::TERTIARY).right();
    painter.text("Trim", rect(at.x, HEAD - 4.0, at.width, 30.0), words);
}

fn draw_row(
    table: &Table,
    painter: &mut Painter<'_>,
    size: Size,
    (shown, index): (usize, usize),
    touch: Touch<Part>,
) {
    let row = &table.rows[index];
    let at = |column| cell(size, shown, column);
    let whole = rect(24.0, at(NAME).y, size.width - 48.0, ROW - 3.0);
    painter.fill(whole, bg::PANEL);
    let colour = if row.taken { track(row.colour) } else { line::STRONG };
    painter.fill(rect(whole.x, whole.y, 4.0, whole.height), colour);
    let file = Ink::new(NARROW, size::BASE, ink::TERTIARY);
    painter.text(&row.file, at(FILE), file);
    let found = match &row.found {
        Ok(found) => found,
        Err(why) => {
            let words = at((LOOK.0, LOOK.1 + TRIM.1));
            return draw_words(painter, words, Icon::Cross, state::FAIL, why);
        }
    };
    draw_choices(painter, row, index, &at, touch);
    draw_facts(table, painter, row, found, &at);
}

fn draw_choices(
    painter: &mut Painter<'_>,
    row: &Row,
    index: usize,
    at: &impl Fn((f32, f32)) -> Rectangle,
    touch: Touch<Part>,
) {
    check(painter, at(TAKE), row.taken);
    let words = if row.taken { ink::PRIMARY } else { ink::DISABLED };
    let over = touch.is_over(Part::Name(index));
    if over {
        painter.card(inset(at(NAME), 4.0), bg::WELL, radius::SLOT);
    }
    painter.text(&row.name, at(NAME), Ink::new(SANS_MEDIUM, size::TITLE, words));
    let drop = |painter: &mut Painter<'_>, area: Rectangle, label: &str, over: bool| {
        let area = rect(area.x, area.center_y() - 13.0, area.width, 26.0);
        painter.card(area, if over { bg::HOVER } else { bg::CONTROL }, radius::CONTROL);
        painter.text(label, inset(area, 8.0), Ink::new(SANS, size::BASE, words));
        let mark = rect(area.x + area.width - 20.0, area.y, 16.0, area.height);
        icon::draw(painter, Icon::Down, mark, 12.0, ink::SECONDARY);
    };
    drop(painter, at(ROLE), &capitalised(row.role.name()), touch.is_over(Part::Role(index)));
    let swatch = rect(at(COLOUR).x, at(COLOUR).center_y() - 9.0, 34.0, 18.0);
    painter.card(swatch, if row.taken { track(row.colour) } else { bg::CONTROL }, radius::SLOT);
    let group = row.found.as_ref().ok().and_then(|found| found.guess.group);
    let label = group.filter(|_| row.grouped).unwrap_or("none");
    drop(painter, at(GROUP), label, touch.is_over(Part::Group(index)));
}

fn draw_facts(
    table: &Table,
    painter: &mut Painter<'_>,
    row: &Row,
    found: &Imported,
    at: &impl Fn((f32, f32)) -> Rectangle,
) {
    let (icon, channels) = match found.media.channels {
        1 => (Icon::Mono, "mono".to_owned()),
        2 => (Icon::Stereo, "stereo".to_owned()),
        more => (Icon::Stereo, format!("{more} channels")),
    };
    let cell = at(CHANNELS);
    icon::draw(painter, icon, rect(cell.x, cell.y, 16.0, cell.height), 12.0, ink::SECONDARY);
    let beside = rect(cell.x + 22.0, cell.y, cell.width - 22.0, cell.height);
    painter.text(&channels, beside, Ink::new(NARROW, size::BASE, ink::SECONDARY));
    let number = Ink::new(NARROW, size::BASE, ink::SECONDARY).right();
    painter.text(&table.length(found.frames), at(LENGTH), number);
    painter.text(&table.length(found.position), at(START), number);
    let wave = at(LEVEL);
    let well = rect(wave.x, wave.center_y() - 12.0, 98.0, 24.0);
    painter.fill(well, bg::WELL);
    if let Some(handle) = &row.wave {
        painter.picture(handle, well);
    }
    let clipped = found.peak_dbfs >= 0.0;
    let colour = if clipped { state::FAIL } else { ink::SECONDARY };
    painter.text(&Db(found.peak_dbfs).to_string(), at(PEAK), number.coloured(colour));
    painter.text(&Db(found.rms_dbfs).to_string(), at(RMS), number);
    let (icon, colour, words) = remark(table, found);
    draw_words(painter, at(LOOK), icon, colour, &words);
    let trim =
        if table.trims && row.taken { table.import.trim.to_string() } else { "–".to_owned() };
    let area = at(TRIM);
    let area = rect(area.x, area.center_y() - 11.0, area.width, 22.0);
    painter.card(area, bg::WELL, radius::SLOT);
    painter.text(
        &format!("{trim} dB"),
        inset(area, 6.0),
        Ink::new(NARROW_MEDIUM, size::BASE, ink::PRIMARY).right(),
    );
}

/// What is to be known of a file, the gravest first.
fn remark(table: &Table, found: &Imported) -> (Icon, iced::Color, String) {
    if let Some(warning) = found.warnings.first() {
        let icon = match warning {
            twobus_media::Warning::DelayUnknown => Icon::Clock,
            _ => Icon::Warn,
        };
        return (icon, state::WARN, warning.to_string());
    }
    match found {
        found if found.silent => (Icon::Warn, state::WARN, "silent: left out".to_owned()),
        found if found.peak_dbfs >= 0.0 => {
            (Icon::Cross, state::FAIL, "at full scale: it may be clipped".to_owned())
        }
        found if found.dual_mono => {
            (Icon::Mono, state::WARN, "dual mono: both sides are the same".to_owned())
        }
        found if found.media.rate_hz != table.import.rate_hz => {
            let (from, to) = (found.media.rate_hz, table.import.rate_hz);
            (Icon::Turn, ink::SECONDARY, format!("{from} Hz: converted to {to} once"))
        }
        _ => (Icon::Check, state::OK, "fine".to_owned()),
    }
}

fn draw_words(
    painter: &mut Painter<'_>,
    area: Rectangle,
    icon: Icon,
    colour: iced::Color,
    words: &str,
) {
    icon::draw(painter, icon, rect(area.x, area.y, 16.0, area.height), 14.0, colour);
    let beside = rect(area.x + 22.0, area.y, area.width - 22.0, area.height);
    painter.text(words, beside, Ink::new(NARROW, size::BASE, colour));
}

fn check(painter: &mut Painter<'_>, area: Rectangle, on: bool) {
    let area = rect(area.x + 4.0, area.center_y() - 8.0, 16.0, 16.0);
    match on {
        true => {
            painter.card(area, accent::FILL, radius::SLOT);
            icon::draw(painter, Icon::Check, area, 12.0, ink::DARK);
        }
        false => painter.box_with(area, bg::WELL, line::STRONG, radius::SLOT),
    }
}

pub(super) fn trims(foot: Rectangle) -> Rectangle {
    rect(foot.x + foot.width * 0.5, foot.y + 32.0, 200.0, 26.0)
}

pub(super) fn cancel(foot: Rectangle) -> Rectangle {
    rect(foot.x + foot.width - 282.0, foot.y + 26.0, 96.0, 38.0)
}

pub(super) fn make(foot: Rectangle) -> Rectangle {
    rect(foot.x + foot.width - 176.0, foot.y + 26.0, 160.0, 38.0)
}

/// Level at the left of the bar of the sum, in dBFS.
const LOWEST_DB: f64 = -24.0;

fn draw_foot(table: &Table, painter: &mut Painter<'_>, foot: Rectangle, touch: Touch<Part>) {
    painter.card(foot, bg::PANEL, radius::PANEL);
    if let Some(peak) = table.import.sum_peak_dbfs {
        let after = Db(peak + if table.trims { table.import.trim.0 } else { 0.0 });
        let words =
            format!("Sum of all stems peaks at {}; as it will be at {after} dBFS", Db(peak));
        let text = rect(foot.x + 16.0, foot.y + 14.0, 420.0, 18.0);
        painter.text(&words, text, Ink::new(SANS, size::BASE, ink::SECONDARY));
        let bar = rect(text.x, foot.y + 42.0, 300.0, 12.0);
        let share = |db: f64| ((db - LOWEST_DB) / (6.0 - LOWEST_DB)).clamp(0.0, 1.0) as f32;
        painter.fill(bar, bg::WELL);
        painter.fill(rect(bar.x, bar.y, bar.width * share(peak), 12.0), meter::PEAK_LOW);
        painter.fill(rect(bar.x, bar.y, bar.width * share(after.0), 12.0), meter::MID);
        painter.fill(rect(bar.x + bar.width * share(0.0), bar.y - 3.0, 1.0, 18.0), ink::PRIMARY);
    }
    let trims = trims(foot);
    check(painter, trims, table.trims);
    let words = rect(trims.x + 28.0, trims.y, trims.width - 28.0, trims.height);
    painter.text("Use the proposed trim", words, Ink::new(SANS, size::BASE, ink::PRIMARY));
    let count = format!("{} of {} stems", table.taken(), table.rows.len());
    let (cancel, make) = (cancel(foot), make(foot));
    let area = rect(cancel.x - 130.0, cancel.y, 120.0, cancel.height);
    painter.text(&count, area, Ink::new(SANS, size::BASE, ink::SECONDARY).right());
    parts::chip(painter, cancel, "Cancel", Lamp::Off, touch.is_over(Part::Cancel));
    let usable = table.taken() > 0;
    parts::main_button(painter, make, "Make session", usable, touch.is_over(Part::Make));
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}
