//! `bounce`: a mix to a new print.

use serde::Serialize;
use twobus_analysis::Report;
use twobus_jobs::{Bounce, BounceOptions, Error, Folder, Progress, Result, bounce};
use twobus_session::{Edit, Mix, Print, Song, SongEdit};

use crate::args::{BounceArgs, Position};
use crate::commands::song;
use crate::outcome::Outcome;
use crate::show;

#[derive(Serialize)]
struct Json {
    print: u32,
    kind: &'static str,
    path: String,
    frames: u64,
    rate_hz: u32,
    audible_hash: String,
    report: Option<Report>,
    stems: Vec<StemJson>,
    residual_dbfs: Option<f64>,
}

#[derive(Serialize)]
struct StemJson {
    name: String,
    path: String,
}

pub(crate) fn run(args: &BounceArgs, progress: &Progress) -> Result<Outcome> {
    let folder = Folder::new(&args.project);
    folder.check_writable()?;
    let project = folder.load()?;
    let song = song(&project, args.song)?.clone();
    let mut options = BounceOptions {
        kind: args.kind,
        note: args.note.clone(),
        format: args.format.into(),
        stems: args.stems,
        measure: !args.no_measure,
        dither: !args.no_dither,
        allow_missing: args.allow_missing,
        ..BounceOptions::default()
    };
    if let Some(threads) = args.threads {
        options.threads = usize::from(threads);
    }
    options.range = range(args, &song);
    let mut done = bounce(&folder, &project, &song, &options, progress)?;
    // The song may have got other prints meanwhile.
    let changed = folder.change(|project| {
        let now = project.song(song.id);
        let number = now.map_or(done.print.number, Song::fresh_print_number);
        let print = Print { number, ..done.print.clone() };
        let add = SongEdit::AddPrint(Box::new(print));
        let _undo = project.apply(Edit::Song { song: song.id, change: add })?;
        Ok(number)
    });
    let unnoted = |error| Error::Unnoted { path: done.path.clone(), source: Box::new(error) };
    let changed = changed.map_err(unnoted)?;
    done.print.number = changed.value;
    let notes = done.notes.iter().cloned().chain(changed.notes).collect();
    Ok(Outcome::new(text(&done), &json(&done)).with_warnings(notes))
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

fn text(done: &Bounce) -> String {
    let print = &done.print;
    let length = show::time(print.frames, print.rate_hz);
    let mut text = format!(
        "Print {} ({}), {length}: {}\n",
        print.number,
        print.kind.name(),
        done.path.display()
    );
    if let Some(report) = &done.report {
        text.push_str(&show::table(&show::figures(&[report])));
    }
    for stem in &done.stems {
        text.push_str(&format!("Stem \"{}\": {}\n", stem.name, stem.path.display()));
    }
    if let Some(residual) = done.residual_dbfs {
        let residual = show::value(Some(residual), 1, "dBFS");
        text.push_str(&format!("The print minus the sum of its stems peaks at {residual}.\n"));
    }
    text
}

fn json(done: &Bounce) -> Json {
    let stem = |stem: &twobus_jobs::StemFile| StemJson {
        name: stem.name.clone(),
        path: stem.path.display().to_string(),
    };
    Json {
        print: done.print.number,
        kind: done.print.kind.name(),
        path: done.path.display().to_string(),
        frames: done.print.frames,
        rate_hz: done.print.rate_hz,
        audible_hash: done.print.audible_hash.clone(),
        report: done.report.clone(),
        stems: done.stems.iter().map(stem).collect(),
        residual_dbfs: done.residual_dbfs.filter(|residual| residual.is_finite()),
    }
}
