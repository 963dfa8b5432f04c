//! `deliver`: one print, or every song, to several files in one go.

mod report;

use std::path::{Path, PathBuf};

use twobus_jobs::deliver::{Planned, plan, tags};
use twobus_jobs::{
    DeliverOptions, Delivered, Error, FileSpec, Folder, MasterOptions, Progress, Result, deliver,
};
use twobus_media::{Field, Tags, probe};
use twobus_session::{Edit, MasterEdit, Project, SongId, Target};

use crate::args::Goal;
use crate::args::deliver::DeliverArgs;
use crate::commands::check::write;
use crate::commands::master::{age, check_apart, input};
use crate::commands::song;
use crate::outcome::Outcome;
use report::{Report, planned_text};

/// What is to be done for one song or file.
struct Work {
    input: PathBuf,
    options: DeliverOptions,
    planned: Vec<Planned>,
    /// Song and print it comes from, if that is a project.
    origin: Option<(SongId, Option<u32>)>,
    /// What a person should know, one sentence each.
    notes: Vec<String>,
}

pub(crate) fn run(args: &DeliverArgs, progress: &Progress) -> Result<Outcome> {
    let folder = Folder::new(&args.input);
    let is_project = folder.document().exists();
    let works = if is_project { of_project(args, &folder)? } else { vec![of_file(args)?] };
    refuse_twins(&works)?;
    if args.dry_run {
        let all: Vec<&Planned> = works.iter().flat_map(|work| &work.planned).collect();
        return Ok(planned_text(&all));
    }
    // Nothing of the second song is in the way once the first is written.
    let there = works.iter().flat_map(|work| &work.planned).filter(|file| file.exists);
    if let (false, count @ 1..) = (args.force, there.clone().count()) {
        let list: Vec<String> = there.map(|file| file.path.display().to_string()).collect();
        return Err(Error::Missing(format!(
            "{count} files are there already, and nothing was written; give --force to replace them, or \
             another --out or --pattern:\n  {}",
            list.join("\n  ")
        )));
    }
    if let Some(page) = args.html.as_deref().filter(|page| page.exists() && !args.force) {
        let text = "there is a file already; name another with --html, or give --force";
        return Err(Error::Missing(format!("{}: {text}", page.display())));
    }
    let _at_work = is_project.then(|| folder.at_work()).transpose()?;
    let mut report = Report::default();
    for work in works {
        make(out_folder(args, &folder, is_project).as_path())?;
        let done = deliver(&work.input, &work.planned, &work.options, progress)?;
        let mut notes = work.notes;
        if let Some((song, print)) = work.origin {
            notes.extend(note(&folder, song, print, &done));
        }
        report.add(&work.input, work.origin.and_then(|(_, print)| print), done, notes);
        if progress.is_cancelled() {
            break;
        }
    }
    if let Some(page) = &args.html {
        write(page, &report.page())?;
    }
    report.outcome()
}

/// Notes in the project what was delivered; the files are there in any case.
fn note(folder: &Folder, song: SongId, print: Option<u32>, done: &Delivered) -> Vec<String> {
    let noted = done.deliveries(folder, print).and_then(|new| {
        folder.change(|project| {
            let mut master = project.song(song).map(|song| song.master.clone()).unwrap_or_default();
            for delivery in new.clone() {
                master.deliveries = master.delivered(delivery);
            }
            let change = MasterEdit::Deliveries(master.deliveries);
            Ok(project.apply(Edit::Master { song, change })?)
        })
    });
    match noted {
        Ok(changed) => changed.notes,
        Err(error) => vec![format!("The files are not noted in the project: {error}.")],
    }
}

fn of_project(args: &DeliverArgs, folder: &Folder) -> Result<Vec<Work>> {
    let project = folder.load()?;
    let count = u32::try_from(project.songs.len()).unwrap_or(u32::MAX);
    let numbers = if args.all { 1..=count } else { args.song..=args.song };
    numbers.map(|number| of_song(args, folder, &project, number)).collect()
}

fn of_song(args: &DeliverArgs, folder: &Folder, project: &Project, number: u32) -> Result<Work> {
    let song = song(project, number)?;
    let (input, print) = input(args.print, folder, project, song)?;
    let mut notes = print.map_or_else(Vec::new, |print| age(print, project, song));
    if song.isrc.is_none() {
        notes.push(format!("\"{}\" has no ISRC; \"tag --isrc\" gives it one.", song.title));
    }
    let rate_hz = print.map_or(song.rate_hz, |print| print.rate_hz);
    let tags = tags(folder, project, song)?;
    let base = MasterOptions::of(&song.master);
    let planned = planned(args, &out_folder(args, folder, true), base.target, &tags, rate_hz)?;
    for file in &planned {
        check_apart(&file.path, folder, project)?;
    }
    let origin = Some((song.id, print.map(|print| print.number)));
    Ok(Work { input, options: options(args, base, tags), planned, origin, notes })
}

fn of_file(args: &DeliverArgs) -> Result<Work> {
    let info = probe(&args.input)?;
    let stem =
        args.input.file_stem().map_or_else(|| "Master".into(), |stem| stem.to_string_lossy());
    let title = Tags { fields: vec![(Field::Title, stem.into_owned())], cover: None };
    let folder = out_folder(args, &Folder::new(&args.input), false);
    let base = MasterOptions::default();
    let planned = planned(args, &folder, base.target, &title, info.rate_hz)?;
    // Of a file nothing is known that its masters could say.
    let options = options(args, base, Tags::default());
    Ok(Work { input: args.input.clone(), options, planned, origin: None, notes: Vec::new() })
}

fn out_folder(args: &DeliverArgs, folder: &Folder, is_project: bool) -> PathBuf {
    let beside = || args.input.parent().map(Path::to_owned).unwrap_or_default();
    let usual = || if is_project { folder.path().join("masters") } else { beside() };
    args.out.clone().unwrap_or_else(usual)
}

fn make(folder: &Path) -> Result<()> {
    if folder.as_os_str().is_empty() {
        return Ok(());
    }
    std::fs::create_dir_all(folder).map_err(|source| Error::Io {
        action: "making the folder",
        path: folder.to_owned(),
        source,
    })
}

fn planned(
    args: &DeliverArgs,
    folder: &Path,
    own: Target,
    tags: &Tags,
    rate_hz: u32,
) -> Result<Vec<Planned>> {
    let specs = args.formats.iter().map(|wanted| FileSpec {
        format: wanted.format,
        rate_hz: wanted.rate_hz.filter(|rate| *rate != rate_hz),
        target: target(wanted.goal.or(args.target), args, own),
        dither: None,
    });
    plan(folder, &args.pattern, &specs.collect::<Vec<_>>(), tags, rate_hz)
}

/// What a file is held to: the place's, or the song's `own`, and what was given besides.
fn target(goal: Option<Goal>, args: &DeliverArgs, own: Target) -> Target {
    let target = match goal {
        Some(Goal::Place(place)) => place.target(None),
        Some(Goal::Loudness(lufs)) => Target { loudness_lufs: Some(lufs), ..own },
        None => own,
    };
    Target {
        ceiling_dbtp: args.ceiling.unwrap_or(target.ceiling_dbtp),
        max_reduction_db: args.max_reduction.unwrap_or(own.max_reduction_db),
        ..target
    }
}

fn options(args: &DeliverArgs, base: MasterOptions, tags: Tags) -> DeliverOptions {
    let master = MasterOptions { dither: args.dither.into(), overwrite: args.force, tags, ..base };
    DeliverOptions { master, codec_trim_db: args.codec_trim }
}

/// Refuses files of two songs under one name, which would replace each other.
fn refuse_twins(works: &[Work]) -> Result<()> {
    let all: Vec<&Path> =
        works.iter().flat_map(|work| &work.planned).map(|file| file.path.as_path()).collect();
    let lower = |path: &Path| path.to_string_lossy().to_lowercase();
    let twin =
        (1..all.len()).find(|&at| all[..at].iter().any(|other| lower(other) == lower(all[at])));
    twin.map_or(Ok(()), |at| {
        let name = all[at].display();
        Err(Error::Missing(format!(
            "two songs would have the file {name}; give the pattern a field that tells them apart, such as {{nr}}"
        )))
    })
}
