//! `bounce`: a mix to a new print, or to one print of each of its versions.

use serde::Serialize;
use twobus_analysis::Report;
use twobus_dsp::Db;
use twobus_dsp::units::signed;
use twobus_jobs::{Bounce, BounceOptions, Error, Folder, Progress, Result, bounce};
use twobus_session::readiness::words::headline;
use twobus_session::{
    Edit, LevelChange, Mix, Print, PrintKind, Project, Song, SongEdit, SongId, Version,
};

use crate::args::{BounceArgs, Position};
use crate::commands::song;
use crate::outcome::Outcome;
use crate::show;

/// The versions that are made of a mix that lists none, as far as its roles allow.
const USUAL: [PrintKind; 3] = [PrintKind::Instrumental, PrintKind::Tv, PrintKind::ACappella];

#[derive(Serialize)]
struct Json {
    #[serde(flatten)]
    first: PrintJson,
    /// The prints after the first, where several were made.
    versions: Vec<PrintJson>,
}

#[derive(Serialize)]
struct PrintJson {
    print: u32,
    kind: &'static str,
    version: Option<String>,
    path: String,
    frames: u64,
    rate_hz: u32,
    audible_hash: String,
    report: Option<Report>,
    stems: Vec<StemJson>,
    residual_dbfs: Option<f64>,
    level_change: Option<LevelChangeJson>,
}

#[derive(Serialize)]
struct StemJson {
    name: String,
    path: String,
}

#[derive(Serialize)]
struct LevelChangeJson {
    before: u32,
    louder_lu: f64,
    /// The master's input trim that holds the drive of its chain.
    trim_db: f64,
    held: bool,
}

/// A print that was made and noted.
struct Made {
    done: Bounce,
    level: Option<LevelChange>,
    notes: Vec<String>,
}

pub(crate) fn run(args: &BounceArgs, progress: &Progress) -> Result<Outcome> {
    let folder = Folder::new(&args.project);
    folder.check_writable()?;
    let project = folder.load()?;
    let mut song = song(&project, args.song)?.clone();
    let mut made = Vec::new();
    let mut length = None;
    for version in versions(args, &song)? {
        let options = BounceOptions { length, ..options(args, &song, version) };
        let done = bounce(&folder, &project, &song, &options, progress)?;
        // All are as long as the first.
        length = Some(done.print.frames);
        let print = note(args, &folder, song.id, done)?;
        song.prints.push(print.done.print.clone());
        made.push(print);
    }
    let text: String = made.iter().map(|made| text(made, args.hold_drive)).collect();
    let mut prints = made.iter().map(|made| json(made, args.hold_drive));
    let first = prints.next().expect("there is always one print to make");
    let json = Json { first, versions: prints.collect() };
    let notes = made.into_iter().flat_map(|made| made.notes).collect();
    Ok(Outcome::new(text, &json).with_warnings(notes))
}

/// What is to be bounced: the mix as it stands (`None`), versions of it, or both.
fn versions(args: &BounceArgs, song: &Song) -> Result<Vec<Option<Version>>> {
    let Some(names) = &args.versions else { return Ok(vec![None]) };
    let empty = Mix::default();
    let mix = song.mix.as_ref().unwrap_or(&empty);
    let usual = || Version::usual(mix);
    let own = |all: fn(&PrintKind) -> bool| match mix.versions.is_empty() {
        true => usual().into_iter().filter(|version| all(&version.kind)).collect(),
        false => mix.versions.clone(),
    };
    if names.is_empty() {
        let found: Vec<Version> = own(|kind| USUAL.contains(kind));
        if found.is_empty() {
            let text = "there are no versions to make: no track has the role of a vocal beside others; \
                        set roles, or list versions in the mix (docs of twobus_session::version)";
            return Err(Error::Missing(text.to_owned()));
        }
        return Ok(std::iter::once(None).chain(found.into_iter().map(Some)).collect());
    }
    let known: Vec<Version> = own(|_| true);
    let find = |name: &str| {
        if name.eq_ignore_ascii_case(PrintKind::Main.name()) {
            return Ok(None);
        }
        let is_named = |version: &&Version| version.name.eq_ignore_ascii_case(name);
        known.iter().find(is_named).cloned().map(Some).ok_or_else(|| {
            let names: Vec<&str> = known.iter().map(|version| version.name.as_str()).collect();
            let names = names.join(", ");
            Error::Missing(format!("there is no version \"{name}\"; there are main, {names}"))
        })
    };
    names.split(',').map(|name| find(name.trim())).collect()
}

fn options(args: &BounceArgs, song: &Song, version: Option<Version>) -> BounceOptions {
    let usual = BounceOptions::default();
    BounceOptions {
        kind: version.as_ref().map_or(args.kind, |version| version.kind),
        version,
        note: args.note.clone(),
        format: args.format.into(),
        range: range(args, song),
        length: None,
        stems: args.stems,
        threads: args.threads.map_or(usual.threads, usize::from),
        measure: !args.no_measure,
        dither: !args.no_dither,
        allow_missing: args.allow_missing,
    }
}

/// Adds a print to its song, and holds the drive if that was asked for.
fn note(args: &BounceArgs, folder: &Folder, song: SongId, mut done: Bounce) -> Result<Made> {
    let changed = folder.change(|project| add(args.hold_drive, project, song, &done.print));
    let unnoted = |error| Error::Unnoted { path: done.path.clone(), source: Box::new(error) };
    let changed = changed.map_err(unnoted)?;
    let (number, level) = changed.value;
    done.print.number = number;
    let mut notes = done.notes.clone();
    if level.is_some_and(|level| level.beyond) {
        notes.push("The master's trim does not reach so far; its drive is not what it was.".into());
    }
    notes.extend(changed.notes);
    Ok(Made { done, level, notes })
}

/// The song may have got other prints meanwhile, so the number is found here.
fn add(
    hold_drive: bool,
    project: &mut Project,
    id: SongId,
    print: &Print,
) -> Result<(u32, Option<LevelChange>)> {
    let missing = || Error::Missing("the song is not in the project any more".to_owned());
    let song = project.song(id).ok_or_else(missing)?;
    let number = song.fresh_print_number();
    let print = Print { number, ..print.clone() };
    let level = song.level_change(&print);
    let held = level.filter(|_| hold_drive).map(|level| level.hold(song));
    let add = Edit::Song { song: id, change: SongEdit::AddPrint(Box::new(print)) };
    let edits = std::iter::once(add).chain(held).collect();
    let name = format!("Print {number} of {}", song.title);
    let _undo = project.apply(Edit::Batch { name, edits })?;
    Ok((number, level))
}

/// The range asked for: to the end of the mix where only its start is given.
fn range(args: &BounceArgs, song: &Song) -> Option<(u64, u64)> {
    let frame = |position: Option<Position>| position.map(|at| at.frame(song.rate_hz));
    match (frame(args.from), frame(args.to)) {
        (None, None) => None,
        (from, Some(to)) => Some((from.unwrap_or(0), to)),
        (Some(from), None) => Some((from, song.mix.as_ref().map_or(0, Mix::end))),
    }
}

fn text(made: &Made, held: bool) -> String {
    let (done, print) = (&made.done, &made.done.print);
    let length = show::time(print.frames, print.rate_hz);
    let (number, kind, path) = (print.number, print.kind.name(), done.path.display());
    let mut text = format!("Print {number} ({kind}), {length}: {path}\n");
    if let Some(report) = &done.report {
        text.push_str(&show::table(&show::figures(&[report])));
    }
    if let Some(readiness) = &print.readiness {
        text.push_str(&format!("Ready for mastering? {}\n", headline(readiness)));
    }
    for stem in &done.stems {
        text.push_str(&format!("Stem \"{}\": {}\n", stem.name, stem.path.display()));
    }
    if let Some(residual) = done.residual_dbfs {
        let residual = show::value(Some(residual), 1, "dBFS");
        text.push_str(&format!("The print minus the sum of its stems peaks at {residual}.\n"));
    }
    if let Some(level) = &made.level {
        text.push_str(&level_text(number, level, held));
    }
    text
}

/// What the new level does to the master, and what was done or can be done about it.
fn level_text(number: u32, level: &LevelChange, held: bool) -> String {
    let (by, before) = (signed(level.louder_lu.abs(), 1), level.before);
    let word = if level.louder_lu > 0.0 { "louder" } else { "quieter" };
    let trim = signed(level.trim.0, 2);
    let advice = match held {
        true => format!(
            "the master's input trim is now {trim} dB, so that its chain gets the level it had"
        ),
        false => format!(
            "--hold-drive would have set the master's input trim to {trim} dB, so that its chain gets the level it had"
        ),
    };
    format!("Print {number} is {by} dB {word} than print {before}; {advice}.\n")
}

fn json(made: &Made, held: bool) -> PrintJson {
    let (done, print) = (&made.done, &made.done.print);
    let stem = |stem: &twobus_jobs::StemFile| StemJson {
        name: stem.name.clone(),
        path: stem.path.display().to_string(),
    };
    let level = |level: LevelChange| {
        let LevelChange { before, louder_lu, trim: Db(trim_db), beyond: _ } = level;
        LevelChangeJson { before, louder_lu, trim_db, held }
    };
    PrintJson {
        print: print.number,
        kind: print.kind.name(),
        version: print.version.as_ref().map(|version| version.name.clone()),
        path: done.path.display().to_string(),
        frames: print.frames,
        rate_hz: print.rate_hz,
        audible_hash: print.audible_hash.clone(),
        report: done.report.clone(),
        stems: done.stems.iter().map(stem).collect(),
        residual_dbfs: done.residual_dbfs.filter(|residual| residual.is_finite()),
        level_change: made.level.map(level),
    }
}
