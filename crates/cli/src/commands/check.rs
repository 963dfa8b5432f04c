//! `check`: is a print, a mix or a stereo file ready for mastering?

use std::path::{Path, PathBuf};

use serde::Serialize;
use twobus_analysis::Report;
use twobus_jobs::{
    Error, Examination, Folder, Progress, Result, check_file, check_mix, check_print, report_page,
};
use twobus_session::readiness::{Cause, Check, Place, Row, Verdict, bars, words};
use twobus_session::{MasterInput, Print, Project, Song};

use crate::args::CheckArgs;
use crate::commands::song;
use crate::outcome::Outcome;

/// Columns in which a line of text lies.
const WIDTH: usize = 108;
/// Columns before the sentences.
const INDENT: usize = 48;

#[derive(Serialize)]
struct Json {
    title: String,
    what: String,
    format: String,
    rate_hz: u32,
    frames: u64,
    thresholds: String,
    headline: String,
    verdict: Verdict,
    fix: usize,
    consider: usize,
    fine: usize,
    rows: Vec<RowJson>,
    report: Report,
    notes: Vec<String>,
    html: Option<PathBuf>,
}

#[derive(Serialize)]
struct RowJson {
    check: Check,
    title: &'static str,
    verdict: Verdict,
    strong: bool,
    value: Option<f64>,
    text: String,
    what: &'static str,
    act: &'static str,
    band_hz: Option<(f64, f64)>,
    places: Vec<PlaceJson>,
    causes: Vec<Cause>,
    longest: Option<u64>,
}

#[derive(Serialize)]
struct PlaceJson {
    start: u64,
    end: u64,
    text: String,
    /// First and last bar, where there is a tempo.
    bars: Option<(u64, u64)>,
}

pub(crate) fn run(args: &CheckArgs, progress: &Progress) -> Result<Outcome> {
    if let Some(page) = args.html.as_deref().filter(|page| page.exists() && !args.force) {
        let text = "there is a file already; name another with --html, or give --force";
        return Err(Error::Missing(format!("{}: {text}", page.display())));
    }
    let folder = Folder::new(&args.input);
    let examined = if folder.document().exists() {
        of_project(args, &folder, progress)?
    } else {
        refuse_project_options(args)?;
        check_file(&args.input, progress)?
    };
    if let Some(page) = &args.html {
        write(page, &report_page(&examined))?;
    }
    let fixes = examined.readiness.count(Verdict::Fix);
    let warnings = if fixes > 0 { vec![examined.headline()] } else { Vec::new() };
    Ok(Outcome::new(text(&examined), &json(&examined, args)).with_warnings(warnings))
}

fn of_project(args: &CheckArgs, folder: &Folder, progress: &Progress) -> Result<Examination> {
    let project = folder.load()?;
    let song = song(&project, args.song)?;
    if args.mix {
        return check_mix(folder, &project, song, progress);
    }
    match print(args, song)? {
        Some(print) => check_print(folder, &project, song, print, !args.no_tracks, progress),
        None => check_file(&arrived(folder, &project, song)?, progress),
    }
}

/// The print that is asked for, or the one that the master follows, or the newest of any kind.
fn print<'a>(args: &CheckArgs, song: &'a Song) -> Result<Option<&'a Print>> {
    let Some(number) = args.print else {
        return Ok(song.followed_print().or(song.prints.last()));
    };
    let found = song.prints.iter().find(|print| print.number == number);
    let missing = || Error::Missing(format!("\"{}\" has no print {number}", song.title));
    found.map(Some).ok_or_else(missing)
}

/// The stereo file that a song without prints is mastered from.
fn arrived(folder: &Folder, project: &Project, song: &Song) -> Result<PathBuf> {
    if let MasterInput::File(media) = &song.master.input
        && let Some(file) = project.media(*media)
    {
        return Ok(folder.resolve(file));
    }
    let text = "has no print yet; make one with \"bounce\", or check the mix as it is with --mix";
    Err(Error::Missing(format!("\"{}\" {text}", song.title)))
}

fn refuse_project_options(args: &CheckArgs) -> Result<()> {
    if args.print.is_some() || args.mix {
        let text = "is no project, and only a project has prints and a mix";
        return Err(Error::Missing(format!("{}: {text}", args.input.display())));
    }
    Ok(())
}

pub(super) fn write(path: &Path, page: &str) -> Result<()> {
    let failed = |source| Error::Io { action: "writing the page", path: path.to_owned(), source };
    std::fs::write(path, page).map_err(failed)
}

fn text(examined: &Examination) -> String {
    let (subject, readiness) = (&examined.subject, &examined.readiness);
    let rate = words::hz(f64::from(readiness.rate_hz));
    let length = words::time(readiness.frames, readiness.rate_hz);
    let mut text = format!(
        "{}, {}: {}, {rate}, {length}\n{}\n\n",
        subject.title,
        subject.what,
        subject.format,
        examined.headline()
    );
    for row in readiness.by_weight() {
        text.push_str(&row_text(examined, row));
    }
    for note in &examined.notes {
        text.push_str(&format!("\n{note}"));
    }
    text
}

fn row_text(examined: &Examination, row: &Row) -> String {
    let rate_hz = examined.readiness.rate_hz;
    let head = format!(
        "{} {:<9} {:<18} {:<16}",
        row.verdict.icon(),
        row.verdict.name(),
        words::title(row.check),
        words::value(row, rate_hz)
    );
    let said = words::sentence(row);
    let mut lines = wrapped(said.what);
    if row.verdict != Verdict::Fine {
        lines.extend(wrapped(said.act));
        let timeline = examined.timeline.as_ref();
        let told = [
            ("At", words::band(row)),
            ("Tracks:", words::causes_placed(row, rate_hz, timeline)),
            ("Where:", words::places(row, rate_hz, timeline)),
        ];
        let told = told.iter().filter(|(_, text)| !text.is_empty());
        lines.extend(told.flat_map(|(name, text)| wrapped(&format!("{name} {text}."))));
    }
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate() {
        let left = if index == 0 { head.as_str() } else { "" };
        text.push_str(format!("{left:<INDENT$}{line}").trim_end());
        text.push('\n');
    }
    text
}

/// `text` in lines that fit beside the names and values.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WIDTH - INDENT => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn json(examined: &Examination, args: &CheckArgs) -> Json {
    let (subject, readiness) = (&examined.subject, &examined.readiness);
    Json {
        title: subject.title.clone(),
        what: subject.what.clone(),
        format: subject.format.clone(),
        rate_hz: readiness.rate_hz,
        frames: readiness.frames,
        thresholds: readiness.thresholds.clone(),
        headline: examined.headline(),
        verdict: readiness.worst(),
        fix: readiness.count(Verdict::Fix),
        consider: readiness.count(Verdict::Consider),
        fine: readiness.count(Verdict::Fine),
        rows: readiness.rows.iter().map(|row| row_json(examined, row)).collect(),
        report: examined.report.clone(),
        notes: examined.notes.clone(),
        html: args.html.clone(),
    }
}

fn row_json(examined: &Examination, row: &Row) -> RowJson {
    let said = words::sentence(row);
    RowJson {
        check: row.check,
        title: words::title(row.check),
        verdict: row.verdict,
        strong: row.strong,
        value: row.value,
        text: words::value(row, examined.readiness.rate_hz),
        what: said.what,
        act: said.act,
        band_hz: row.band_hz,
        places: row.places.iter().map(|place| place_json(examined, *place)).collect(),
        causes: row.causes.clone(),
        longest: row.longest,
    }
}

fn place_json(examined: &Examination, place: Place) -> PlaceJson {
    let (rate_hz, timeline) = (examined.readiness.rate_hz, examined.timeline.as_ref());
    let bar = |frame| Some(bars::bar_beat(timeline?, rate_hz, frame)?.bar);
    let last = place.end.saturating_sub(1).max(place.start);
    PlaceJson {
        start: place.start,
        end: place.end,
        text: words::place(place, rate_hz, timeline),
        bars: bar(place.start).zip(bar(last)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_wrapped_at_words() {
        let text = "word ".repeat(40);
        let lines = wrapped(&text);
        assert!(lines.len() > 2 && lines.iter().all(|line| line.chars().count() <= WIDTH - INDENT));
        assert_eq!(lines.join(" "), text.trim_end());
    }
}
