//! The bounce sheet as it looks.

use iced::advanced::graphics::geometry::Path;
use iced::{Point, Rectangle, Size};
use twobus_dsp::Db;
use twobus_dsp::units::signed;
use twobus_jobs::sketch::{COLUMN_FRAMES, Column, Sketch};

use super::{Bounce, Part, Phase};
use crate::grid::minutes;
use crate::icon::{self, Icon};
use crate::meters::Bar;
use crate::painter::{Ink, Painter, rect};
use crate::parts::sheet::{self, MARGIN};
use crate::parts::{self, Lamp};
use crate::theme::{
    NARROW, NARROW_MEDIUM, SANS, SANS_BOLD, accent, bg, ink, line, radius, size, state,
};
use crate::widgets::{Acts, Control, Touch};

const WANTED: Size = Size::new(920.0, 572.0);
const ROW: f32 = 36.0;
/// Width of the names before the rows.
const NAMES: f32 = 126.0;
/// Width of the figures beside the wave.
const FIGURES: f32 = 132.0;

fn row(area: Rectangle, index: usize) -> Rectangle {
    let y = area.y + 84.0 + index as f32 * ROW;
    let x = area.x + MARGIN + NAMES;
    rect(x, y, area.width - 2.0 * MARGIN - NAMES, 28.0)
}

/// Where a control lies.
fn place(part: Part, area: Rectangle) -> Rectangle {
    let at = |index: usize, x: f32, width: f32| {
        let row = row(area, index);
        rect(row.x + x, row.y, width, row.height)
    };
    match part {
        Part::Kind(0) => at(0, 0.0, 64.0),
        Part::Kind(index) => at(0, 68.0 + (index as f32 - 1.0) * 102.0, 98.0),
        Part::Whole => at(1, 0.0, 96.0),
        Part::Loop => at(1, 100.0, 110.0),
        Part::Tail => at(1, 232.0, 160.0),
        Part::Float => at(2, 0.0, 96.0),
        Part::Integer => at(2, 100.0, 66.0),
        Part::Stems => at(3, 0.0, 220.0),
        Part::Note => at(5, 0.0, 520.0),
        Part::Check => {
            let foot = sheet::foot_words(area);
            rect(foot.x, foot.y, 300.0, foot.height)
        }
        Part::Cancel => sheet::foot(area, 0.0, 96.0),
        Part::Go => sheet::foot(area, 0.0, 128.0),
        Part::Cross => sheet::cross(area),
        Part::Ground => area,
        Part::Beside => rect(0.0, 0.0, 0.0, 0.0),
    }
}

fn kinds(bounce: &Bounce) -> impl Iterator<Item = Part> {
    (0..=bounce.versions.len()).map(Part::Kind)
}

pub(super) fn controls(bounce: &Bounce, size: Size) -> Vec<Control<Part>> {
    let area = sheet::area(size, WANTED);
    let button = |part| Control::button(part, place(part, area));
    let beside = Control::button(Part::Beside, rect(0.0, 0.0, size.width, size.height)).skipped();
    let mut all = vec![beside, Control::label(Part::Ground, area)];
    if !bounce.is_running() {
        all.extend(kinds(bounce).map(button));
        all.extend([Part::Whole, Part::Loop, Part::Tail].map(button));
        all.extend([Part::Float, Part::Integer, Part::Stems].map(button));
    }
    // Whatever is typed goes there, wherever the keyboard is.
    all.push(Control { acts: Acts::Nothing, ..button(Part::Note) }.skipped());
    all.push(button(Part::Check));
    all.push(button(bounce.main()));
    if !bounce.is_running() {
        let cancel = sheet::foot(area, 138.0, 96.0);
        all.push(Control::button(Part::Cancel, cancel));
    }
    all.push(button(Part::Cross).skipped());
    all
}

pub(super) fn draw(bounce: &Bounce, painter: &mut Painter<'_>, size: Size, touch: Touch<Part>) {
    let (area, whole) = (sheet::area(size, WANTED), rect(0.0, 0.0, size.width, size.height));
    painter.layer(whole, |painter| {
        let title = format!("Bounce “{}”", bounce.title);
        let below = "A print is one stereo file of the whole mix, kept with the mix it came from. You master the print; the mix stays editable.";
        sheet::sheet(painter, (size, area), (&title, below), touch.is_over(Part::Cross));
        draw_settings(bounce, painter, area, touch);
        let y = row(area, 6).y;
        let inner = area.width - 2.0 * MARGIN;
        painter.fill(rect(area.x + MARGIN, y, inner, 1.0), line::SUBTLE);
        draw_progress(bounce, painter, rect(area.x + MARGIN, y + 14.0, inner, 150.0));
        draw_foot(bounce, painter, area, touch);
    });
}

fn draw_settings(bounce: &Bounce, painter: &mut Painter<'_>, area: Rectangle, touch: Touch<Part>) {
    let usable = !bounce.is_running();
    for (index, name) in ["Print", "Range", "Format", "Also", "Name", "Note"].iter().enumerate() {
        let row = row(area, index);
        let words = rect(area.x + MARGIN, row.y, NAMES, row.height);
        painter.text(name, words, Ink::new(SANS, size::BASE, ink::SECONDARY));
    }
    let mut pick = |part, label: &str, on, usable| {
        let over = touch.is_over(part);
        sheet::pick(painter, place(part, area), label, (on, usable), over);
    };
    pick(Part::Kind(0), "Main", bounce.version.is_none(), usable);
    for (index, version) in bounce.versions.iter().enumerate() {
        pick(Part::Kind(index + 1), &version.name, bounce.version == Some(index), usable);
    }
    let looped = bounce.looped.as_ref().map_or("No loop", |(_, bars)| bars);
    pick(Part::Whole, "Whole song", bounce.whole, usable);
    pick(Part::Loop, looped, !bounce.whole, usable && bounce.looped.is_some());
    pick(Part::Float, "32-bit float", bounce.float, usable);
    pick(Part::Integer, "24-bit", !bounce.float, usable);
    let tail = (bounce.tail && bounce.whole, usable && bounce.whole);
    sheet::tick(painter, place(Part::Tail, area), "Let the tail ring out", tail);
    sheet::tick(
        painter,
        place(Part::Stems, area),
        "Stems, one for each strip",
        (bounce.stems, usable),
    );
    draw_words(bounce, painter, area);
    sheet::field(painter, place(Part::Note, area), &bounce.note, true);
}

/// The quiet words beside the settings.
fn draw_words(bounce: &Bounce, painter: &mut Painter<'_>, area: Rectangle) {
    let quiet = Ink::new(SANS, size::SMALL, ink::TERTIARY);
    let mut beside = |index: usize, x: f32, text: &str, ink: Ink| {
        let row = row(area, index);
        painter.text(text, rect(row.x + x, row.y, row.width - x, row.height), ink);
    };
    let after = 72.0 + bounce.versions.len() as f32 * 102.0 + 12.0;
    let (ignored, colour) = match bounce.altered {
        true => ("solo or monitor is on: no bounce contains it", state::WARN),
        false => ("the whole mix; solo and monitor do not count", ink::TERTIARY),
    };
    if after < 440.0 {
        beside(0, after, ignored, quiet.coloured(colour));
    }
    beside(1, 404.0, "on: until it is below −90 dBFS, 30 s at most", quiet);
    let khz = signed(f64::from(bounce.rate_hz) / 1000.0, 1);
    let khz = khz.trim_end_matches(".0");
    let rate = match bounce.float {
        true => format!(
            "{khz} kHz, the rate of the song. Not normalised, no dither: the print is not the final file"
        ),
        false => format!(
            "{khz} kHz, the rate of the song. Dithered once; what is above full scale is clipped"
        ),
    };
    beside(2, 180.0, &rate, quiet);
    let name = format!("{} – print {}", bounce.title, bounce.number);
    beside(4, 12.0, &name, Ink::new(SANS_BOLD, size::BASE, ink::PRIMARY));
    let fixed = if bounce.is_running() { "all above is fixed for this print" } else { "" };
    beside(4, 534.0, fixed, quiet);
    let until = if bounce.is_running() { "until the print is done" } else { "just type" };
    beside(5, 534.0, until, quiet);
}

fn draw_progress(bounce: &Bounce, painter: &mut Painter<'_>, area: Rectangle) {
    let well = rect(area.x, area.y + 22.0, area.width - FIGURES, 112.0);
    let head = rect(area.x, area.y, well.width, 18.0);
    let bold = Ink::new(SANS_BOLD, size::BASE, ink::PRIMARY);
    let number = Ink::new(NARROW, size::BASE, ink::SECONDARY);
    match &bounce.phase {
        Phase::Asked => {
            let text = format!("{} of song", bounce.length());
            painter.text("The print draws itself here", head, bold.coloured(ink::TERTIARY));
            painter.text(&text, head, number.right());
            draw_wave(painter, well, &Sketch::default(), bounce.end);
        }
        Phase::Running { progress, since } => {
            let share = progress.share();
            let seconds = since.elapsed().as_secs_f64();
            let stage = match share {
                whole if whole >= 1.0 => "Measuring and naming the file",
                _ => "Rendering faster than real time",
            };
            painter.text(stage, head, bold);
            painter.text(&how_far(bounce, share, seconds), head, number.right());
            progress.look(|sketch| draw_wave(painter, well, sketch, bounce.end));
            let bar = rect(well.x, well.y + well.height + 8.0, well.width, 6.0);
            painter.card(bar, bg::WELL, 3.0);
            painter.card(rect(bar.x, bar.y, bar.width * share as f32, 6.0), accent::FILL, 3.0);
            let figures = rect(well.x + well.width + 16.0, well.y, FIGURES - 16.0, 126.0);
            progress.look(|sketch| draw_figures(painter, figures, sketch));
        }
        Phase::Failed(why) => {
            painter.card(well, state::FAIL_BG, radius::CONTROL);
            icon::draw(
                painter,
                Icon::Cross,
                rect(well.x + 12.0, well.y + 12.0, 20.0, 20.0),
                14.0,
                state::FAIL,
            );
            painter.text("The bounce did not work; nothing was kept", head, bold);
            for (index, line) in sheet::lines(why, 108).iter().take(5).enumerate() {
                let y = well.y + 12.0 + index as f32 * 18.0;
                let words = rect(well.x + 42.0, y, well.width - 56.0, 18.0);
                painter.text(line, words, Ink::new(SANS, size::BASE, ink::PRIMARY));
            }
        }
    }
}

/// "2:17 of 3:42 and the tail · 18× real time · about 5 s left".
fn how_far(bounce: &Bounce, share: f64, seconds: f64) -> String {
    let done = (share * bounce.end as f64) as u64;
    let tail = if bounce.whole && bounce.tail { " and the tail" } else { "" };
    let mut text = format!("{} of {}{tail}", minutes(done, bounce.rate_hz), bounce.length());
    if seconds > 0.3 && share > 0.01 {
        let speed = done as f64 / f64::from(bounce.rate_hz) / seconds;
        let left = seconds * (1.0 - share) / share;
        text.push_str(&format!("  ·  {speed:.0}× real time  ·  about {left:.0} s left"));
    }
    text
}

/// The wave of `sketch` along a song of `end` frames.
fn draw_wave(painter: &mut Painter<'_>, well: Rectangle, sketch: &Sketch, end: u64) {
    painter.card(well, bg::WELL, radius::CONTROL);
    let columns = (end / u64::from(COLUMN_FRAMES)).max(sketch.columns.len() as u64).max(1);
    let share = sketch.columns.len() as f32 / columns as f32;
    let (width, middle) = ((well.width * share).round(), well.center_y());
    painter.fill(rect(well.x, well.y, width, well.height), crate::theme::faded(accent::DIM, 0.35));
    let half = well.height / 2.0 - 6.0;
    let heights = |pixel: usize| {
        let column = |x: usize| (x as f64 / f64::from(well.width) * columns as f64) as usize;
        let (from, to) = (column(pixel), column(pixel + 1).max(column(pixel) + 1));
        merged(sketch.columns.get(from..to.min(sketch.columns.len())).unwrap_or(&[]))
    };
    let pixels = width as usize;
    let shape = |low: &dyn Fn(Column) -> f32, high: &dyn Fn(Column) -> f32| {
        let point = |x: usize, sample: f32| {
            Point::new(well.x + x as f32, middle - sample.clamp(-1.0, 1.0) * half)
        };
        Path::new(|p| {
            p.move_to(point(0, low(heights(0))));
            (0..pixels).for_each(|x| p.line_to(point(x, high(heights(x)))));
            (0..pixels).rev().for_each(|x| p.line_to(point(x, low(heights(x)))));
            p.close();
        })
    };
    if pixels > 1 {
        painter.shape(&shape(&|c| c.min, &|c| c.max), accent::LINE);
        painter.shape(&shape(&|c| -c.rms, &|c| c.rms), accent::BASE);
    }
    painter.fill(rect(well.x, middle, well.width, 1.0), line::SUBTLE);
    let full = (middle - half).round();
    painter.fill(rect(well.x, full, well.width, 1.0), line::SUBTLE);
    let words = rect(well.x, full + 2.0, well.width - 4.0, 12.0);
    painter.text("0 dBFS", words, Ink::new(NARROW, size::MICRO, ink::TERTIARY).right());
    if pixels > 0 {
        painter.fill(rect(well.x + width, well.y, 2.0, well.height), ink::PRIMARY);
    }
}

fn merged(columns: &[Column]) -> Column {
    let join = |a: Column, b: &Column| Column {
        min: a.min.min(b.min),
        max: a.max.max(b.max),
        rms: a.rms.max(b.rms),
    };
    columns.iter().fold(Column::default(), join)
}

fn draw_figures(painter: &mut Painter<'_>, area: Rectangle, sketch: &Sketch) {
    let last = sketch.columns.last().copied().unwrap_or_default();
    let highest = merged(&sketch.columns);
    let db = |gain: f32| Db::from_gain(f64::from(gain)).0;
    let peak = |column: Column| db(column.max.max(-column.min));
    let bar = Bar::still(peak(last), db(last.rms), peak(highest));
    parts::small_meter(painter, rect(area.x, area.y, 20.0, area.height), &bar);
    let so_far = sketch.so_far;
    let figures = [
        ("Integrated", so_far.integrated_lufs, "LUFS"),
        ("True peak", so_far.true_peak_dbtp, "dBTP"),
        ("Range", so_far.range_lu, "LU"),
    ];
    for (index, (label, value, unit)) in figures.into_iter().enumerate() {
        let at = |y, height| rect(area.x + 30.0, area.y + index as f32 * 42.0 + y, 90.0, height);
        painter.text(label, at(0.0, 14.0), Ink::new(SANS, size::SMALL, ink::TERTIARY));
        let words = value.map_or_else(|| "–".to_owned(), |value| signed(value, 1));
        painter.text(&words, at(14.0, 20.0), Ink::new(NARROW_MEDIUM, size::HEADING, ink::PRIMARY));
        let unit_at = rect(area.x + 76.0, area.y + index as f32 * 42.0 + 16.0, 40.0, 18.0);
        painter.text(unit, unit_at, Ink::new(NARROW, size::SMALL, ink::SECONDARY));
    }
}

fn draw_foot(bounce: &Bounce, painter: &mut Painter<'_>, area: Rectangle, touch: Touch<Part>) {
    let check = place(Part::Check, area);
    sheet::tick(
        painter,
        check,
        "Check if it is ready for mastering when done",
        (bounce.check, true),
    );
    let quiet = Ink::new(SANS, size::SMALL, ink::TERTIARY).right();
    if bounce.is_running() {
        let cancel = place(Part::Cancel, area);
        let words = rect(cancel.x - 260.0, cancel.y, 248.0, cancel.height);
        painter.text("Esc stops and keeps nothing", words, quiet);
        parts::chip(painter, cancel, "Cancel", Lamp::Off, touch.is_over(Part::Cancel));
        return;
    }
    let again = matches!(bounce.phase, Phase::Failed(_));
    let label = if again { "Retry" } else { "Bounce" };
    let cancel = sheet::foot(area, 138.0, 96.0);
    parts::chip(painter, cancel, "Cancel", Lamp::Off, touch.is_over(Part::Cancel));
    parts::main_button(painter, place(Part::Go, area), label, true, touch.is_over(Part::Go));
}
