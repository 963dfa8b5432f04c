//! The deliver sheet as it looks.

use iced::{Color, Rectangle, Size};
use twobus_dsp::Db;
use twobus_dsp::units::signed;
use twobus_jobs::deliver::{Checked, Planned};
use twobus_jobs::{DeliveredFile, Format};
use twobus_media::Field;

use super::{Deliver, Offer, Part, Phase};
use crate::icon::{self, Icon};
use crate::painter::{Ink, Painter, rect};
use crate::parts::sheet::{self, MARGIN};
use crate::parts::{self, Lamp};
use crate::theme::{
    NARROW, NARROW_MEDIUM, SANS, SANS_BOLD, SANS_MEDIUM, accent, bg, ink, line, radius, size, state,
};
use crate::widgets::{Acts, Control, Touch};

const WANTED: Size = Size::new(1320.0, 712.0);
const OFFER: f32 = 58.0;
const ROW: f32 = 40.0;
const CHECK: f32 = 44.0;

/// Where the three columns lie.
struct Plan {
    area: Rectangle,
    formats: Rectangle,
    files: Rectangle,
    checks: Option<Rectangle>,
}

fn plan(size: Size) -> Plan {
    let area = sheet::area(size, WANTED);
    let (x, y) = (area.x + MARGIN, area.y + 80.0);
    let (inner, height) = (area.width - 2.0 * MARGIN, area.height - 156.0);
    // The column of checks goes where there is no room for it: the rows of files say what failed.
    let wide = inner >= 1100.0;
    let left = if wide { 416.0 } else { (inner * 0.44).min(416.0) };
    let checks = if wide { 330.0 } else { 0.0 };
    let middle = inner - left - 24.0 - if wide { checks + 24.0 } else { 0.0 };
    Plan {
        area,
        formats: rect(x, y, left, height),
        files: rect(x + left + 24.0, y, middle, height),
        checks: wide.then(|| rect(x + inner - checks, y, checks, height)),
    }
}

impl Plan {
    fn offer(&self, index: usize) -> Rectangle {
        let area = self.formats;
        rect(area.x, area.y + 22.0 + index as f32 * OFFER, area.width, OFFER - 6.0)
    }

    /// A named field below the formats.
    fn field(&self, index: usize, count: usize) -> Rectangle {
        let area = self.formats;
        let y = area.y + 22.0 + count as f32 * OFFER + 6.0 + index as f32 * 30.0;
        rect(area.x + 76.0, y, area.width - 76.0, 26.0)
    }

    /// What is asked before anything is written.
    fn question(&self) -> Rectangle {
        rect(self.files.x, self.files.y + 22.0, self.files.width, 92.0)
    }

    fn file(&self, deliver: &Deliver, index: usize) -> Rectangle {
        let below = if deliver.is_asking() { 104.0 } else { 0.0 };
        let y = self.files.y + 22.0 + below + index as f32 * ROW;
        rect(self.files.x, y, self.files.width, ROW - 3.0)
    }
}

/// The fields below the formats.
const FIELDS: [(Part, &str); 5] = [
    (Part::Folder, "Folder"),
    (Part::Pattern, "File names"),
    (Part::Title, "Title"),
    (Part::Artist, "Artist"),
    (Part::Isrc, "ISRC"),
];

fn button(deliver: &Deliver, part: Part, area: Rectangle) -> Rectangle {
    match (part, deliver.is_running()) {
        (Part::Write, _) => sheet::foot(area, 0.0, 150.0),
        (Part::Cancel, _) => sheet::foot(area, 160.0, 96.0),
        (Part::Open, _) => sheet::foot(area, 266.0, 120.0),
        (Part::Retry, _) => sheet::foot(area, 396.0, 130.0),
        _ => sheet::cross(area),
    }
}

pub(super) fn controls(deliver: &Deliver, size: Size) -> Vec<Control<Part>> {
    let plan = plan(size);
    let press = |part, area| Control::button(part, area);
    let beside = press(Part::Beside, rect(0.0, 0.0, size.width, size.height)).skipped();
    let mut all = vec![beside, Control::label(Part::Ground, plan.area)];
    let count = deliver.offers.len();
    for index in 0..count {
        let area = plan.offer(index);
        all.push(press(Part::Offer(index), area));
        all.push(press(Part::Tick(index), rect(area.x, area.y, 40.0, area.height)));
        if deliver.offers[index].is_dithered() {
            all.push(press(Part::Dither(index), dither(area)));
        }
    }
    for (index, (part, _)) in FIELDS.into_iter().enumerate() {
        let field = press(part, plan.field(index, count));
        let acts = if part == Part::Folder { Acts::Press } else { Acts::Write };
        if field.area.y + field.area.height <= plan.formats.y + plan.formats.height {
            all.push(Control { acts, ..field });
        }
    }
    if deliver.is_asking() {
        let question = plan.question();
        let at = |x, width| rect(question.x + x, question.y + 54.0, width, 28.0);
        all.push(press(Part::Update, at(36.0, 140.0)));
        all.push(press(Part::Keep, at(186.0, 120.0)));
    }
    if deliver.to_write().iter().any(|file| file.exists) && matches!(deliver.phase, Phase::Asked) {
        all.push(press(Part::Replace, replace(deliver, &plan)));
    }
    let mut buttons = vec![Part::Cancel, Part::Write];
    if deliver.has_failed() {
        buttons.insert(0, Part::Retry);
    }
    if !matches!(deliver.phase, Phase::Asked) {
        buttons.insert(0, Part::Open);
    }
    all.extend(buttons.into_iter().map(|part| press(part, button(deliver, part, plan.area))));
    all.push(press(Part::Cross, sheet::cross(plan.area)).skipped());
    all
}

/// Where the dither of a format is chosen, in its card.
fn dither(card: Rectangle) -> Rectangle {
    rect(card.x + 222.0, card.y + 6.0, 96.0, 22.0)
}

fn replace(deliver: &Deliver, plan: &Plan) -> Rectangle {
    let last = plan.file(deliver, deliver.planned().len());
    rect(last.x, last.y + 6.0, last.width, 24.0)
}

pub(super) fn draw(deliver: &Deliver, painter: &mut Painter<'_>, size: Size, touch: Touch<Part>) {
    let (plan, whole) = (plan(size), rect(0.0, 0.0, size.width, size.height));
    painter.layer(whole, |painter| {
        let title = format!("Deliver “{}”", deliver.title);
        let count = deliver.planned().len();
        let files = if count == 1 { "1 file".to_owned() } else { format!("{count} files") };
        let below = format!("{files}. Each is checked after it is written, by decoding it again.");
        sheet::sheet(painter, (size, plan.area), (&title, &below), touch.is_over(Part::Cross));
        draw_formats(deliver, painter, &plan, touch);
        draw_fields(deliver, painter, &plan, touch);
        draw_files(deliver, painter, &plan, touch);
        if let Some(area) = plan.checks {
            draw_checks(deliver, painter, area);
        }
        draw_foot(deliver, painter, plan.area, touch);
    });
}

fn heading(painter: &mut Painter<'_>, area: Rectangle, text: &str) {
    let row = rect(area.x, area.y - 2.0, area.width, 18.0);
    painter.text(text, row, Ink::new(SANS_BOLD, size::BASE, ink::PRIMARY));
}

/// Bytes of a file of this format, where that is known beforehand.
fn bytes(deliver: &Deliver, offer: &Offer) -> Option<f64> {
    let rate = offer.spec.rate_hz.unwrap_or(deliver.rate_hz);
    let seconds = deliver.frames as f64 / f64::from(deliver.rate_hz.max(1));
    let bits = match offer.spec.format {
        Format::Wav16 => 16.0,
        Format::Wav24 => 24.0,
        Format::Wav32f => 32.0,
        Format::Flac16 | Format::Flac24 | Format::Vorbis(_) => return None,
    };
    Some(seconds * f64::from(rate) * 2.0 * bits / 8.0)
}

fn megabytes(bytes: f64) -> String {
    match bytes {
        large if large >= 1e9 => format!("{} GB", signed(large / 1e9, 2)),
        bytes => format!("{} MB", signed(bytes / 1e6, 1)),
    }
}

fn khz(rate_hz: u32) -> String {
    let text = signed(f64::from(rate_hz) / 1000.0, 1);
    format!("{} kHz", text.trim_end_matches(".0"))
}

fn draw_formats(deliver: &Deliver, painter: &mut Painter<'_>, plan: &Plan, touch: Touch<Part>) {
    heading(painter, plan.formats, "Formats");
    for (index, offer) in deliver.offers.iter().enumerate() {
        let area = plan.offer(index);
        let chosen = index == deliver.chosen;
        let over = touch.is_over(Part::Offer(index));
        let ground = match (chosen, over) {
            (true, _) => accent::DIM,
            (false, true) => bg::HOVER,
            (false, false) => bg::RAISED,
        };
        painter.card(area, ground, radius::CONTROL);
        if chosen {
            painter.outline(area, accent::BASE, 1.0, radius::CONTROL);
        }
        let tick = rect(area.x + 12.0, area.y + 8.0, 16.0, 20.0);
        sheet::tick(painter, tick, "", (offer.on, !deliver.is_running()));
        let colour = if offer.on { ink::PRIMARY } else { ink::TERTIARY };
        let row = |x: f32, y: f32| rect(area.x + x, area.y + y, area.width - x - 12.0, 18.0);
        let name = offer.spec.format.to_string();
        painter.text(&name, row(40.0, 8.0), Ink::new(SANS_BOLD, size::TITLE, colour));
        let rate = khz(offer.spec.rate_hz.unwrap_or(deliver.rate_hz));
        let quiet = Ink::new(NARROW, size::BASE, ink::SECONDARY);
        painter.text(&rate, row(160.0, 8.0), quiet);
        if offer.is_dithered() {
            let over = touch.is_over(Part::Dither(index));
            parts::small_chip(painter, dither(area), offer.dither_name(), Lamp::Off, over);
        }
        let target = &offer.spec.target;
        let held = match target.loudness_lufs {
            Some(lufs) => format!("{} LUFS · ceiling {} dBTP", Db(lufs), Db(target.ceiling_dbtp)),
            None => format!("no loudness target · ceiling {} dBTP", Db(target.ceiling_dbtp)),
        };
        let below = format!("{} · {held}", offer.purpose);
        painter.text(&below, row(40.0, 28.0), quiet.coloured(ink::TERTIARY));
        if let Some(bytes) = bytes(deliver, offer).filter(|_| offer.on) {
            let small = Ink::new(NARROW, size::SMALL, ink::TERTIARY).right();
            painter.text(&megabytes(bytes), row(40.0, 8.0), small);
        }
    }
}

fn draw_fields(deliver: &Deliver, painter: &mut Painter<'_>, plan: &Plan, touch: Touch<Part>) {
    let count = deliver.offers.len();
    for (index, (part, name)) in FIELDS.into_iter().enumerate() {
        let area = plan.field(index, count);
        if area.y + area.height > plan.formats.y + plan.formats.height {
            break;
        }
        let label = rect(plan.formats.x, area.y, 76.0, area.height);
        painter.text(name, label, Ink::new(SANS, size::BASE, ink::SECONDARY));
        let folder = deliver.folder.display().to_string();
        let text = match part {
            Part::Folder => folder.as_str(),
            Part::Pattern => &deliver.pattern,
            Part::Title => deliver.tag(Field::Title),
            Part::Artist => deliver.tag(Field::Artist),
            _ => deliver.tag(Field::Isrc),
        };
        let ground = if touch.is_over(part) { bg::RAISED } else { bg::WELL };
        painter.card(area, ground, radius::CONTROL);
        let words = rect(area.x + 10.0, area.y, area.width - 16.0, area.height);
        let (text, colour) = match text.is_empty() {
            true => ("none", ink::DISABLED),
            false => (text, ink::PRIMARY),
        };
        painter.text(text, words, Ink::new(NARROW, size::BASE, colour));
    }
}

fn draw_files(deliver: &Deliver, painter: &mut Painter<'_>, plan: &Plan, touch: Touch<Part>) {
    let (title, right) = match &deliver.phase {
        Phase::Asked => ("Before anything is written", String::new()),
        Phase::Running(progress) => ("Progress", format!("{:.0} %", 100.0 * progress.share())),
        Phase::Failed(_) => ("Nothing was written", String::new()),
        Phase::Done => {
            let right = deliver.written.iter().filter(|file| file.is_right()).count();
            ("Written", format!("{right} of {} verified", deliver.written.len()))
        }
    };
    heading(painter, plan.files, title);
    let head = rect(plan.files.x, plan.files.y - 2.0, plan.files.width, 18.0);
    painter.text(&right, head, Ink::new(NARROW, size::BASE, ink::SECONDARY).right());
    if deliver.is_asking() {
        draw_question(deliver, painter, plan.question(), touch);
    }
    for (index, file) in deliver.planned().iter().enumerate() {
        let area = plan.file(deliver, index);
        if area.y + area.height > plan.files.y + plan.files.height {
            break;
        }
        draw_file(deliver, painter, area, (index, file));
    }
    let last = plan.file(deliver, deliver.planned().len());
    match &deliver.phase {
        Phase::Asked if deliver.to_write().iter().any(|file| file.exists) => {
            let area = replace(deliver, plan);
            sheet::tick(painter, area, "Replace the files that are there", (deliver.replace, true));
        }
        Phase::Running(progress) => {
            let bar = rect(last.x, last.y + 8.0, last.width, 8.0);
            painter.card(bar, bg::WELL, 4.0);
            let done = bar.width * progress.share() as f32;
            painter.card(rect(bar.x, bar.y, done, 8.0), accent::FILL, 4.0);
        }
        Phase::Failed(why) => {
            let room = rect(last.x, last.y + 8.0, last.width, 90.0);
            draw_lines(painter, room, why, state::FAIL);
        }
        Phase::Asked | Phase::Done => {}
    }
}

fn draw_lines(painter: &mut Painter<'_>, area: Rectangle, text: &str, colour: Color) {
    let letters = (area.width / 6.2) as usize;
    for (index, line) in sheet::lines(text, letters).iter().enumerate() {
        let row = rect(area.x, area.y + 18.0 * index as f32, area.width, 18.0);
        painter.text(line, row, Ink::new(SANS, size::BASE, colour));
    }
}

fn draw_question(
    deliver: &Deliver,
    painter: &mut Painter<'_>,
    area: Rectangle,
    touch: Touch<Part>,
) {
    painter.card(area, state::WARN_BG, radius::CONTROL);
    painter.card(rect(area.x, area.y, 4.0, area.height), state::WARN, 2.0);
    icon::draw(
        painter,
        Icon::Turn,
        rect(area.x + 12.0, area.y + 10.0, 18.0, 18.0),
        14.0,
        state::WARN,
    );
    let print = deliver.print.map_or(String::new(), |number| number.to_string());
    let title = format!("The mix has changed since print {print}. Which one is meant?");
    let row = |y: f32| rect(area.x + 36.0, area.y + y, area.width - 44.0, 18.0);
    painter.text(&title, row(10.0), Ink::new(SANS_BOLD, size::TITLE, ink::PRIMARY));
    let changes = deliver.changes.iter().take(3).cloned().collect::<Vec<_>>().join("; ");
    painter.text(&changes, row(30.0), Ink::new(NARROW, size::BASE, ink::SECONDARY));
    let at = |x, width| rect(area.x + x, area.y + 54.0, width, 28.0);
    let over = |part| touch.is_over(part);
    parts::chip(painter, at(36.0, 140.0), "Update the print", Lamp::Off, over(Part::Update));
    let keep = format!("Keep print {print}");
    parts::chip(painter, at(186.0, 120.0), &keep, Lamp::Off, over(Part::Keep));
}

/// How a file stands: its sign, colour, and a word.
fn standing(deliver: &Deliver, file: &Planned) -> (Icon, Color, String) {
    let index = deliver.under_way.iter().position(|path| *path == file.path);
    match &deliver.phase {
        _ if deliver.result(file).is_some_and(DeliveredFile::is_right) => {
            (Icon::Check, state::OK, "verified".to_owned())
        }
        Phase::Asked | Phase::Failed(_) if file.exists && !deliver.replace => {
            (Icon::Warn, state::WARN, "is there already".to_owned())
        }
        Phase::Asked | Phase::Failed(_) => (Icon::File, ink::TERTIARY, "to be written".to_owned()),
        Phase::Running(progress) if index.is_some_and(|index| progress.is_file_done(index)) => {
            (Icon::Check, state::OK, "written".to_owned())
        }
        Phase::Running(_) => (Icon::Clock, ink::TERTIARY, "under way".to_owned()),
        Phase::Done => match deliver.result(file) {
            Some(file) => (Icon::Cross, state::FAIL, trouble(file)),
            None => (Icon::Cross, state::FAIL, "not written".to_owned()),
        },
    }
}

/// What is wrong with a file, in a few words.
fn trouble(file: &DeliveredFile) -> String {
    match &file.outcome {
        Err(error) => error.to_string(),
        Ok(checked) => {
            let wrong = checked.rows.iter().find(|row| !row.is_right);
            wrong.map_or(String::new(), |row| format!("{}: {}", row.name, row.words))
        }
    }
}

fn draw_file(
    deliver: &Deliver,
    painter: &mut Painter<'_>,
    area: Rectangle,
    (index, file): (usize, &Planned),
) {
    let ground =
        if index % 2 == 0 { bg::RAISED } else { crate::theme::over(bg::APP, bg::PANEL, 0.6) };
    painter.card(area, ground, radius::SLOT);
    let (sign, colour, word) = standing(deliver, file);
    icon::draw(painter, sign, rect(area.x + 8.0, area.y, 20.0, area.height), 14.0, colour);
    let name = file.path.file_name().unwrap_or_default().to_string_lossy();
    let words = rect(area.x + 36.0, area.y, area.width * 0.62, area.height);
    painter.text(&name, words, Ink::new(SANS_MEDIUM, size::BASE, ink::PRIMARY));
    let right = rect(area.x + area.width * 0.62, area.y, area.width * 0.38 - 10.0, area.height);
    painter.text(&word, right, Ink::new(NARROW, size::BASE, colour).right());
}

/// What will be checked, or what was found of the chosen file.
fn draw_checks(deliver: &Deliver, painter: &mut Painter<'_>, area: Rectangle) {
    let found = match &deliver.phase {
        Phase::Done => chosen(deliver, &deliver.written),
        _ => None,
    };
    let title = match found {
        Some(file) => format!("Checks: {}", file.planned.spec.format),
        None => "Will be checked".to_owned(),
    };
    heading(painter, area, &title);
    let head = rect(area.x, area.y - 2.0, area.width, 18.0);
    painter.text("written, then decoded", head, Ink::new(SANS, size::SMALL, ink::TERTIARY).right());
    let mut y = area.y + 22.0;
    match found.map(|file| &file.outcome) {
        Some(Ok(checked)) => {
            for (name, words, right) in said(checked) {
                let sign =
                    if right { (Icon::Check, state::OK) } else { (Icon::Cross, state::FAIL) };
                draw_check(
                    painter,
                    rect(area.x, y, area.width, CHECK - 3.0),
                    (name, &words),
                    Some(sign),
                );
                y += CHECK;
            }
        }
        Some(Err(error)) => {
            let room = rect(area.x, y, area.width, 90.0);
            draw_lines(painter, room, &error.to_string(), state::FAIL);
        }
        None => {
            let ceiling =
                deliver.offers.get(deliver.chosen).map_or(-1.0, |o| o.spec.target.ceiling_dbtp);
            let rows = [
                ("samples", "WAV and FLAC: the same after decoding, bit by bit".to_owned()),
                ("true peak", format!("at or below {} dBTP", Db(ceiling))),
                ("loudness", "as the master, within 0.1 LU".to_owned()),
                ("length", "to the frame".to_owned()),
                ("tags", "read back from the file".to_owned()),
            ];
            for (name, words) in rows {
                draw_check(painter, rect(area.x, y, area.width, CHECK - 3.0), (name, &words), None);
                y += CHECK;
            }
            if deliver.tag(Field::Isrc).is_empty() {
                let row = rect(area.x, y, area.width, CHECK - 3.0);
                draw_check(
                    painter,
                    row,
                    ("ISRC", "the song has none"),
                    Some((Icon::Warn, state::WARN)),
                );
                y += CHECK;
            }
        }
    }
    let lossy = rect(area.x, y + 6.0, area.width, 104.0);
    if lossy.y + lossy.height <= area.y + area.height {
        painter.card(lossy, bg::APP, radius::CONTROL);
        let title = rect(lossy.x + 14.0, lossy.y + 10.0, lossy.width - 28.0, 18.0);
        painter.text("Lossy formats", title, Ink::new(SANS_BOLD, size::BASE, ink::PRIMARY));
        let text = "Vorbis can peak above the master. Each file is decoded; one that is above the ceiling can be written again with a little less before its encoder.";
        draw_lines(
            painter,
            rect(lossy.x + 14.0, lossy.y + 30.0, lossy.width - 24.0, 70.0),
            text,
            ink::SECONDARY,
        );
    }
}

/// The file of the format that is chosen, if it was written.
fn chosen<'f>(deliver: &Deliver, files: &'f [DeliveredFile]) -> Option<&'f DeliveredFile> {
    let spec = &deliver.offers.get(deliver.chosen)?.spec;
    files.iter().find(|file| file.planned.spec == *spec).or(files.first())
}

/// What was found of a file: name, words, and whether it is right.
fn said(checked: &Checked) -> Vec<(&'static str, String, bool)> {
    let rows = checked.rows.iter().map(|row| (row.name, row.words.clone(), row.is_right));
    let mut rows: Vec<_> = rows.collect();
    rows.push(("size", megabytes(checked.bytes as f64), true));
    rows
}

fn draw_check(
    painter: &mut Painter<'_>,
    area: Rectangle,
    (name, words): (&str, &str),
    sign: Option<(Icon, Color)>,
) {
    painter.card(area, bg::RAISED, radius::SLOT);
    match sign {
        Some((sign, colour)) => {
            let at = rect(area.x + 6.0, area.y, 20.0, area.height);
            icon::draw(painter, sign, at, 14.0, colour);
        }
        None => {
            let dot = rect(area.x + 12.0, area.center_y() - 4.0, 8.0, 8.0);
            painter.outline(dot, line::STRONG, 1.5, 4.0);
        }
    }
    let row = |y: f32| rect(area.x + 32.0, area.y + y, area.width - 38.0, 16.0);
    let mut name = name.to_owned();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    painter.text(&name, row(4.0), Ink::new(SANS_MEDIUM, size::BASE, ink::PRIMARY));
    painter.text(words, row(21.0), Ink::new(NARROW_MEDIUM, size::SMALL, ink::SECONDARY));
}

fn draw_foot(deliver: &Deliver, painter: &mut Painter<'_>, area: Rectangle, touch: Touch<Part>) {
    let at = |part| button(deliver, part, area);
    let over = |part| touch.is_over(part);
    let obstacle = deliver.obstacle();
    let sizes = deliver.offers.iter().filter(|offer| offer.on).filter_map(|o| bytes(deliver, o));
    let (words, main, usable) = match &deliver.phase {
        Phase::Asked | Phase::Failed(_) => {
            let count = deliver.to_write().len();
            let main =
                if count == 1 { "Write 1 file".to_owned() } else { format!("Write {count} files") };
            let all = format!(
                "Nothing is written yet. {} and what is compressed.",
                megabytes(sizes.sum())
            );
            (obstacle.clone().unwrap_or(all), main, obstacle.is_none())
        }
        Phase::Running(_) => {
            let words = "Files that are written stay. Delivery goes on while you work.".to_owned();
            (words, "Keep working".to_owned(), true)
        }
        Phase::Done => {
            let words = match deliver.has_failed() {
                true => "Files that are right stay as they are.".to_owned(),
                false => "All files were decoded again, and are what the master is.".to_owned(),
            };
            (words, "Done".to_owned(), true)
        }
    };
    let asked = matches!(deliver.phase, Phase::Asked | Phase::Failed(_));
    let colour = if asked && obstacle.is_some() { state::WARN } else { ink::TERTIARY };
    let room = sheet::foot_words(area);
    painter.text(&words, room, Ink::new(SANS, size::BASE, colour));
    if deliver.has_failed() {
        parts::chip(painter, at(Part::Retry), "Write again", Lamp::Off, over(Part::Retry));
    }
    if !matches!(deliver.phase, Phase::Asked) {
        parts::chip(painter, at(Part::Open), "Open folder", Lamp::Off, over(Part::Open));
    }
    let cancel = if deliver.is_running() { "Stop" } else { "Close" };
    parts::chip(painter, at(Part::Cancel), cancel, Lamp::Off, over(Part::Cancel));
    parts::main_button(painter, at(Part::Write), &main, usable, over(Part::Write));
}
