//! `bounce`: a mix to a new print.

use serde::Serialize;
use twobus_analysis::Report;
use twobus_jobs::{Bounce, BounceOptions, Folder, Progress, Result, bounce};
use twobus_session::{Edit, SongEdit};

use crate::args::BounceArgs;
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
    let mut project = folder.load()?;
    let song = song(&project, args.song)?.clone();
    let mut options = BounceOptions {
        kind: args.kind,
        note: args.note.clone(),
        format: args.format.into(),
        stems: args.stems,
        measure: !args.no_measure,
        dither: !args.no_dither,
        ..BounceOptions::default()
    };
    if let Some(threads) = args.threads {
        options.threads = usize::from(threads);
    }
    if let Some(to) = args.to {
        let from = args.from.map_or(0, |from| from.frame(song.rate_hz));
        options.range = Some((from, to.frame(song.rate_hz)));
    }
    let done = bounce(&folder, &project, &song, &options, progress)?;
    let add = SongEdit::AddPrint(Box::new(done.print.clone()));
    let _undo = project.apply(Edit::Song { song: song.id, change: add })?;
    folder.save(&project)?;
    Ok(Outcome::new(text(&done), &json(&done)).with_warnings(done.notes.clone()))
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
