//! `master`: a print, or any stereo file, to a delivered file.

use std::path::{Path, PathBuf};

use serde::Serialize;
use twobus_analysis::places::{self, Played};
use twobus_analysis::{LoudestPart, Report};
use twobus_dsp::dither::Dither;
use twobus_dsp::units::signed;
use twobus_dsp::{Db, DeviceKind};
use twobus_jobs::compare::PART_S;
use twobus_jobs::deliver::tags;
use twobus_jobs::master::print_of;
use twobus_jobs::{
    Error, Folder, Format, MasterOptions, Mastered, Progress, Result, is_same_file, master,
};
use twobus_media::Tags;
use twobus_session::audible::changes_since;
use twobus_session::{
    Device, DeviceId, Edit, MasterEdit, MasterInput, Print, Project, Song, SongId, Target,
};

use crate::args::{Goal, MasterArgs};
use crate::commands::song;
use crate::outcome::Outcome;
use crate::places::table;
use crate::show;

mod keep;

#[derive(Serialize)]
struct Json {
    path: String,
    format: String,
    place: Option<String>,
    target_lufs: Option<f64>,
    ceiling_dbtp: f64,
    max_reduction_db: f64,
    capped: bool,
    drive_db: f64,
    reduction_db: f64,
    reduction_s: f64,
    verify_trim_db: f64,
    dither: &'static str,
    dither_rms_dbfs: Option<f64>,
    before: Report,
    after: Report,
    loudest: Option<LoudestPart>,
    places: Vec<Played>,
}

/// What is to be done.
struct Work {
    input: PathBuf,
    out: PathBuf,
    options: MasterOptions,
    /// Where it comes from, if that is a project.
    origin: Option<Origin>,
}

/// The song that is mastered.
struct Origin {
    folder: Folder,
    song: SongId,
    print: Option<u32>,
    /// What a person should know, one sentence each.
    notes: Vec<String>,
}

pub(crate) fn run(args: &MasterArgs, progress: &Progress) -> Result<Outcome> {
    let folder = Folder::new(&args.input);
    let work = if folder.document().exists() { of_project(args, folder)? } else { of_file(args)? };
    check_free(&work.out, args.force)?;
    let _at_work = work.origin.as_ref().map(|origin| origin.folder.at_work()).transpose()?;
    let done = master(&work.input, &work.out, &work.options, progress)?;
    let mut notes = done.notes.clone();
    if let Some(Goal::Place(place)) = args.target {
        let played = places::at(place, &done.after);
        notes.extend(played.into_iter().next().into_iter().flat_map(|played| played.warnings));
    }
    if let Some(origin) = work.origin {
        notes.extend(note_delivery(&origin, &done));
        if args.keep {
            notes.extend(keep::keep(&origin, &done, &work.options, args.chain.into()));
        }
        notes.extend(origin.notes);
    }
    let options = &work.options;
    let text = format!("{}\n{}", text(&done, options), table(&places::all(&done.after)));
    Ok(Outcome::new(text, &json(&done, options, args)).with_warnings(notes))
}

fn is_limiter(device: &Device) -> bool {
    device.kind == DeviceKind::Limiter && !device.bypass
}

fn set(device: &mut Device, id: &str, value: f64) {
    if let Some(param) = device.kind.param(id) {
        device.values[param] = value;
    }
}

/// Notes in the project what was delivered, and from what; the file is there in any case.
fn note_delivery(origin: &Origin, done: &Mastered) -> Vec<String> {
    let noted = done.delivery(&origin.folder, origin.print).and_then(|delivery| {
        origin.folder.change(|project| {
            let master = project.song(origin.song).map(|song| song.master.delivered(delivery));
            let change = MasterEdit::Deliveries(master.unwrap_or_default());
            Ok(project.apply(Edit::Master { song: origin.song, change })?)
        })
    });
    match noted {
        Ok(changed) => changed.notes,
        Err(error) => vec![format!("The master is not noted in the project: {error}.")],
    }
}

/// Refuses before the work what would be refused after it.
pub(super) fn check_free(out: &Path, force: bool) -> Result<()> {
    if out.exists() && !force {
        let text = format!(
            "{}: there is a file already; name another with --out, or give --force",
            out.display()
        );
        return Err(Error::Missing(text));
    }
    Ok(())
}

fn of_project(args: &MasterArgs, folder: Folder) -> Result<Work> {
    let project = folder.load()?;
    let song = song(&project, args.song)?;
    let (input, print) = input(args.print, &folder, &project, song)?;
    let notes = print.map_or_else(Vec::new, |print| age(print, &project, song));
    let master = &song.master;
    let chain = match args.preset {
        Some(preset) => preset.devices(song.fresh_device_id()),
        None => {
            let none = || Error::Missing(format!("\"{}\" has no chain B", song.title));
            master.chain_of(args.chain.into()).ok_or_else(none)?.to_vec()
        }
    };
    let tags = tags(&folder, &project, song)?;
    let options = MasterOptions { tags, ..options(args, master.target, master.trim, chain)? };
    let out = match &args.out {
        Some(out) => {
            check_apart(out, &folder, &project)?;
            out.clone()
        }
        None => {
            let masters = folder.path().join("masters");
            let failed =
                |source| Error::Io { action: "making the folder", path: masters.clone(), source };
            std::fs::create_dir_all(&masters).map_err(failed)?;
            masters.join(name(&song.title, &options))
        }
    };
    let (song, print) = (song.id, print.map(|print| print.number));
    Ok(Work { input, out, options, origin: Some(Origin { folder, song, print, notes }) })
}

/// Says when the mix has changed since the print was made.
pub(super) fn age(print: &Print, project: &Project, song: &Song) -> Vec<String> {
    let changes = if song.mix.is_some() { changes_since(print, project, song) } else { Vec::new() };
    let (title, number) = (&song.title, print.number);
    let text = match changes.len() {
        0 => return Vec::new(),
        1 => "1 change".to_owned(),
        count => format!("{count} changes"),
    };
    vec![format!(
        "The mix of \"{title}\" is {text} newer than print {number}; bounce again to master that."
    )]
}

/// Refuses to write over what the project is made of, even with --force.
pub(super) fn check_apart(out: &Path, folder: &Folder, project: &Project) -> Result<()> {
    let prints = project.songs.iter().flat_map(|song| &song.prints);
    let prints = prints.map(|print| folder.path().join(&print.file));
    let stems = project.media.iter().map(|file| folder.resolve(file));
    if prints.chain(stems).any(|own| is_same_file(&own, out)) {
        let place = out.display();
        let text =
            format!("{place}: is a print or a stem of the project; name another file with --out");
        return Err(Error::Missing(text));
    }
    Ok(())
}

fn of_file(args: &MasterArgs) -> Result<Work> {
    let chain = args.preset.map_or_else(Vec::new, |preset| preset.devices(DeviceId(1)));
    let options = options(args, Target::default(), Db::UNITY, chain)?;
    if args.keep {
        let text = "only a project can keep a drive; this is a file".to_owned();
        return Err(Error::Missing(text));
    }
    let stem =
        args.input.file_stem().map_or_else(|| "Master".into(), |stem| stem.to_string_lossy());
    let beside = args.input.with_file_name(name(&format!("{stem} master"), &options));
    let (input, out) = (args.input.clone(), args.out.clone().unwrap_or(beside));
    Ok(Work { input, out, options, origin: None })
}

/// The options, of which those not given are the project's.
fn options(
    args: &MasterArgs,
    own: Target,
    trim: Db,
    mut chain: Vec<Device>,
) -> Result<MasterOptions> {
    // The limiter at the end of the chain is the one that is driven; the rest runs before it.
    let last = chain.pop_if(|last| is_limiter(last));
    let mut limiter = last.unwrap_or_else(|| Device::new(DeviceId(0), DeviceKind::Limiter));
    if let Some(release_ms) = args.release {
        set(&mut limiter, "release", release_ms);
        set(&mut limiter, "auto_release", 0.0);
    }
    if let Some(character) = args.limiter {
        set(&mut limiter, "character", character.value());
    }
    Ok(MasterOptions {
        trim: args.trim.map_or(trim, Db),
        chain,
        limiter,
        target: target(args, own)?,
        rate_hz: args.rate,
        format: args.format.into(),
        dither: args.dither.into(),
        overwrite: args.force,
        tags: Tags::default(),
    })
}

/// What the file is held to: the place's, or the project's own, and what was given besides.
fn target(args: &MasterArgs, own: Target) -> Result<Target> {
    let target = match (args.target, args.reach) {
        (Some(Goal::Place(place)), reach) => place.target(reach),
        (Some(Goal::Loudness(_)), Some(_)) => {
            let text = "give one loudness: --target with a number, or --reach".to_owned();
            return Err(Error::Missing(text));
        }
        (Some(Goal::Loudness(lufs)), None) | (None, Some(lufs)) => {
            Target { loudness_lufs: Some(lufs), ..own }
        }
        (None, None) => own,
    };
    Ok(Target {
        ceiling_dbtp: args.ceiling.unwrap_or(target.ceiling_dbtp),
        max_reduction_db: args.max_reduction.unwrap_or(own.max_reduction_db),
        ..target
    })
}

/// "Song 24-bit.wav", or "Song 44100 16-bit.wav" where a rate was asked for.
fn name(title: &str, options: &MasterOptions) -> String {
    let rate = options.rate_hz.map_or_else(String::new, |rate| format!(" {rate}"));
    let depth = match options.format {
        Format::Wav16 | Format::Flac16 => "16-bit",
        Format::Wav24 | Format::Flac24 => "24-bit",
        Format::Wav32f => "32-bit float",
        Format::Vorbis(_) => "Vorbis",
    };
    format!("{}{rate} {depth}.{}", twobus_jobs::file_name(title), options.format.extension())
}

/// The file that is mastered, and the print it is, if it is one.
pub(super) fn input<'a>(
    number: Option<u32>,
    folder: &Folder,
    project: &Project,
    song: &'a Song,
) -> Result<(PathBuf, Option<&'a Print>)> {
    let print = |number: Option<u32>| {
        let print = print_of(song, number)?;
        Ok((folder.path().join(&print.file), Some(print)))
    };
    match (&song.master.input, number) {
        (_, Some(number)) => print(Some(number)),
        (MasterInput::NewestPrint, None) => print(None),
        (MasterInput::Print(number), None) => print(Some(*number)),
        (MasterInput::File(id), None) => {
            let file = project.media(*id);
            let file =
                file.ok_or_else(|| Error::Missing("the master's file is not listed".to_owned()))?;
            Ok((folder.resolve(file), None))
        }
        (MasterInput::Stems(_), None) => {
            let text = "this master is made from stems, which the command line cannot do yet; choose a print with --print";
            Err(Error::Missing(text.to_owned()))
        }
    }
}

pub(crate) fn text(done: &Mastered, options: &MasterOptions) -> String {
    let mut rows = vec![vec![String::new(), "before".to_owned(), "after".to_owned()]];
    rows.extend(show::figures(&[&done.before.report, &done.after]));
    let drive = show::value(Some(done.drive_db), 2, "dB");
    let reduction = show::value(Some(done.reduction_db), 1, "dB");
    let (path, format) = (done.path.display(), options.format);
    let dither = match dither_rms_dbfs(done, options) {
        Some(rms) => format!(" Dither: {}, {} dBFS.", done.dither.name(), signed(rms, 1)),
        None => String::new(),
    };
    format!(
        "{path}: {format}\n{}Drive {drive}, largest gain reduction {reduction}.{dither}\n",
        show::table(&rows)
    )
}

/// RMS of what dither and rounding add to the file, all frequencies together.
fn dither_rms_dbfs(done: &Mastered, options: &MasterOptions) -> Option<f64> {
    let bits = options.format.samples().bits();
    (done.dither != Dither::Off).then(|| done.dither.rms_dbfs(bits))
}

fn json(done: &Mastered, options: &MasterOptions, args: &MasterArgs) -> Json {
    let place = match args.target {
        Some(Goal::Place(place)) => Some(place.id.clone()),
        Some(Goal::Loudness(_)) | None => None,
    };
    Json {
        place,
        path: done.path.display().to_string(),
        format: options.format.to_string(),
        target_lufs: options.target.loudness_lufs,
        ceiling_dbtp: options.target.ceiling_dbtp,
        max_reduction_db: options.target.max_reduction_db,
        capped: done.capped,
        drive_db: done.drive_db,
        reduction_db: done.reduction_db,
        reduction_s: done.reduction_s,
        verify_trim_db: done.verify_trim_db,
        dither: done.dither.name(),
        dither_rms_dbfs: dither_rms_dbfs(done, options),
        before: done.before.report.clone(),
        loudest: done.after.loudest_part(PART_S),
        places: places::all(&done.after),
        after: done.after.clone(),
    }
}
