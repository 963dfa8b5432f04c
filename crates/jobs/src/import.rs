//! Import: files to tracks. One row a file, whatever becomes of it; one bad file stops no other.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use twobus_dsp::Db;
use twobus_dsp::pan::PanLaw;
use twobus_media::{RATES_HZ, Scan, ScanJob, Warning, converted_frames, probe, scan};

use twobus_session::roles::{Guess, guess};
use twobus_session::{
    Bus, ChannelMap, Clip, ClipId, Edit, Fade, ListEdit, MediaFile, MediaId, Mix, Output, Project,
    Song, SongEdit, Strip, StripEdit, StripId, Track,
};

use crate::audio::note_seen;
use crate::collect::copy_in;
use crate::error::{Error, Result};
use crate::folder::Folder;
use crate::progress::Progress;

mod balance;
mod print;

pub use balance::TARGET_PEAK_DBFS;
pub use print::{Arrived, arrive, check_print};

/// How to import.
#[derive(Debug, Clone, Copy)]
pub struct ImportOptions {
    /// Copy the files into the project.
    pub copy: bool,
    /// Propose trims so that the sum peaks near [`TARGET_PEAK_DBFS`].
    pub trims: bool,
    /// Put tracks whose guessed group has at least two members into a group.
    pub groups: bool,
    /// Split files with more than two channels into mono tracks; without it they are refused.
    pub split: bool,
}

/// Files that one import takes.
pub const MOST_FILES: usize = 4096;

impl Default for ImportOptions {
    fn default() -> Self {
        Self { copy: false, trims: true, groups: false, split: false }
    }
}

/// What came of an import.
#[derive(Debug)]
pub struct Import {
    /// The song's rate, in Hz: as it was, or that of most files.
    pub rate_hz: u32,
    /// One row a file, in the order they were given.
    pub rows: Vec<Row>,
    /// Peak of the sum of all imported files at unity, in dBFS, if it was asked for.
    pub sum_peak_dbfs: Option<f64>,
    /// The trim proposed for every track.
    pub trim: Db,
    /// The law by which the project pans mono tracks.
    pub pan_law: PanLaw,
    /// What makes tracks of the files, as one step.
    pub edit: Edit,
}

/// What became of one file.
#[derive(Debug)]
pub struct Row {
    /// The file.
    pub path: PathBuf,
    /// What it is, or why it was not imported.
    pub outcome: Result<Imported>,
}

/// A file that was imported.
#[derive(Debug, Clone)]
pub struct Imported {
    /// As the project lists it.
    pub media: MediaFile,
    /// Name, role, colour and group guessed from its name.
    pub guess: Guess,
    /// Length at the song's rate, in frames.
    pub frames: u64,
    /// Place on the timeline, in frames at the song's rate.
    pub position: u64,
    /// Largest sample, in dBFS; minus infinity for digital silence.
    pub peak_dbfs: f64,
    /// RMS over all channels, in dBFS.
    pub rms_dbfs: f64,
    /// Nothing but silence.
    pub silent: bool,
    /// Two channels that carry one signal.
    pub dual_mono: bool,
    /// True when it is read from a conversion in the cache.
    pub converted: bool,
    /// What a person should know.
    pub warnings: Vec<Warning>,
}

/// Scans `paths` side by side and proposes tracks for them.
///
/// A song without a rate takes that of most files. Files that are not PCM at the song's rate are
/// converted into the cache. Files that all carry a timestamp keep their distances; otherwise all
/// begin at frame 0. A file that the project already lists is listed once; one whose content has changed
/// since is listed anew, and tracks of the old content stay as they are.
///
/// # Errors
/// When the job is cancelled, the project's folder cannot be written, or there are more than
/// [`MOST_FILES`]; a bad file is a row, not an error.
pub fn import(
    folder: &Folder,
    project: &Project,
    song: &Song,
    paths: &[PathBuf],
    options: ImportOptions,
    progress: &Progress,
) -> Result<Import> {
    if paths.len() > MOST_FILES {
        return Err(Error::TooManyFiles { files: paths.len(), most: MOST_FILES });
    }
    let rate_hz = if song.rate_hz > 0 { song.rate_hz } else { common_rate(paths) };
    let bytes = paths.iter().filter_map(|path| path.metadata().ok()).map(|file| file.len()).sum();
    progress.begin("Reading", bytes);
    let _at_work = folder.at_work()?;
    let scratch = folder.sub(".cache/pcm")?;
    let scanned: Vec<Result<Scanned>> = paths
        .par_iter()
        .enumerate()
        .map(|(index, path)| {
            if !options.split {
                check_channels(path)?;
            }
            scan_one(folder, path, index, &scratch, rate_hz, progress)
        })
        .collect();
    progress.advance(0)?;
    let mut rows = rows(folder, project, paths, scanned, options, progress)?;
    place(&mut rows);
    let readers = Found { folder, rows: &rows, rate_hz, pan_law: project.pan_law };
    progress.begin("Balancing", 1);
    let sum_peak_dbfs =
        if options.trims { balance::sum_peak_dbfs(&readers, progress)? } else { None };
    let trim = sum_peak_dbfs.map_or(Db::UNITY, balance::trim_for);
    let edit = edits(project, song, rate_hz, &rows, trim, options);
    let rows = rows.into_iter().map(|row| Row { path: row.path, outcome: row.outcome }).collect();
    Ok(Import { rate_hz, rows, sum_peak_dbfs, trim, pan_law: project.pan_law, edit })
}

/// The rate of most files, within what a song may have; 48 kHz when nothing can be read.
fn common_rate(paths: &[PathBuf]) -> u32 {
    let rates = paths.iter().filter_map(|path| probe(path).ok()).map(|info| info.rate_hz);
    let rates: Vec<u32> = rates.filter(|rate| RATES_HZ.contains(rate)).collect();
    let votes = |rate: &u32| rates.iter().filter(|other| *other == rate).count();
    let most = rates.iter().copied().max_by_key(|rate| (votes(rate), *rate)).unwrap_or(48_000);
    most.clamp(Song::MIN_RATE_HZ, Song::MAX_RATE_HZ)
}

/// Fails for a file of more channels than a track has: which of them are meant is not guessed.
fn check_channels(path: &Path) -> Result<()> {
    match probe(path)?.channels {
        0..=2 => Ok(()),
        channels => Err(Error::Channels { path: path.to_owned(), channels }),
    }
}

/// A scan with the size of its file.
struct Scanned {
    scan: Scan,
    bytes: u64,
}

fn scan_one(
    folder: &Folder,
    path: &Path,
    index: usize,
    scratch: &Path,
    rate_hz: u32,
    progress: &Progress,
) -> Result<Scanned> {
    let bytes = path.metadata().map_or(0, |file| file.len());
    let converted = scratch.join(format!("import-{}-{index}.wav", std::process::id()));
    let job = ScanJob {
        rate_hz: Some(rate_hz),
        converted: &converted,
        bytes_done: progress.done(),
        cancel: progress.cancel_flag(),
    };
    let mut scan = scan(path, &job)?;
    if scan.frames == 0 {
        let problem = "there is no audio in this file; export it again";
        return Err(Error::Stem { path: path.to_owned(), problem });
    }
    let hash = scan.hash.to_string();
    if scan.converted {
        let name = folder.converted(&hash, rate_hz)?;
        std::fs::rename(&converted, &name).map_err(Error::io("keeping the conversion", &name))?;
    }
    // The peaks of many long files would fill the memory; who needs them reads them from the cache.
    std::mem::take(&mut scan.peaks).save(&folder.peaks(&hash, rate_hz)?, scan.hash)?;
    Ok(Scanned { scan, bytes })
}

/// A row on its way: with what later steps need besides what people see.
struct Work {
    path: PathBuf,
    outcome: Result<Imported>,
    scan: Option<Scan>,
}

/// One row a file, in order: what is copied gets its name here, one after the other.
fn rows(
    folder: &Folder,
    project: &Project,
    paths: &[PathBuf],
    scanned: Vec<Result<Scanned>>,
    options: ImportOptions,
    progress: &Progress,
) -> Result<Vec<Work>> {
    let mut files = project.media.clone();
    let mut next = project.fresh_media_id();
    let mut rows: Vec<Work> = Vec::new();
    for (path, scanned) in paths.iter().zip(scanned) {
        progress.advance(0)?;
        let done = scanned.and_then(|found| {
            let copy = match options.copy {
                true => copy_in(folder, path, found.bytes)?,
                false => path.clone(),
            };
            let media = listed(&mut files, &mut next, folder.relative(&copy)?, &found);
            note_seen(folder, &media, &copy)?;
            Ok((imported(media, &found.scan, path), found.scan))
        });
        let (outcome, scan) = match done {
            Err(Error::Cancelled) => return Err(Error::Cancelled),
            Err(error) => (Err(error), None),
            Ok((imported, scan)) => (Ok(imported), Some(scan)),
        };
        rows.push(Work { path: path.clone(), outcome, scan });
    }
    Ok(rows)
}

/// The file at `path` as `files` list it; one that is not there, or has another content, is added.
fn listed(
    files: &mut Vec<MediaFile>,
    next: &mut MediaId,
    path: String,
    found: &Scanned,
) -> MediaFile {
    let hash = found.scan.hash.to_string();
    if let Some(known) = files.iter().find(|file| file.path == path && file.hash == hash) {
        return known.clone();
    }
    let (scan, info) = (&found.scan, &found.scan.info);
    let file = MediaFile {
        id: *next,
        path,
        bytes: found.bytes,
        hash,
        rate_hz: info.rate_hz,
        // What was found, whatever the header promises.
        frames: converted_frames(scan.frames, scan.rate_hz, info.rate_hz),
        channels: u16::try_from(info.channels).unwrap_or(u16::MAX),
        format: format!("{} {}", info.format, info.depth),
        timestamp: info.start_frame,
    };
    next.0 += 1;
    files.push(file.clone());
    file
}

fn imported(media: MediaFile, scan: &Scan, path: &Path) -> Imported {
    let name = path.file_stem().map_or_else(|| "Track".into(), |name| name.to_string_lossy());
    let peak = scan.levels.iter().map(|level| level.peak).fold(0.0, f64::max);
    let power: f64 = scan.levels.iter().map(|level| level.rms * level.rms).sum();
    Imported {
        media,
        guess: guess(&name),
        frames: scan.frames,
        position: 0,
        peak_dbfs: Db::from_gain(peak).0,
        rms_dbfs: Db::from_power(power / scan.levels.len().max(1) as f64).0,
        silent: scan.silent,
        dual_mono: scan.dual_mono,
        converted: scan.converted,
        warnings: scan.warnings.clone(),
    }
}

/// Places the files: by their timestamps, when every one of them has one.
fn place(rows: &mut [Work]) {
    let stamps = rows.iter().filter_map(|row| row.scan.as_ref()).map(|scan| scan.start_frame);
    let Some(stamps) = stamps.collect::<Option<Vec<u64>>>() else { return };
    let Some(first) = stamps.iter().min().copied() else { return };
    let imported = rows.iter_mut().filter_map(|row| row.outcome.as_mut().ok());
    imported.zip(stamps).for_each(|(imported, stamp)| imported.position = stamp - first);
}

/// The imported files as the balance reads them.
pub(crate) struct Found<'a> {
    folder: &'a Folder,
    rows: &'a [Work],
    rate_hz: u32,
    pan_law: PanLaw,
}

/// One step that lists the files and makes their tracks.
fn edits(
    project: &Project,
    song: &Song,
    rate_hz: u32,
    rows: &[Work],
    trim: Db,
    options: ImportOptions,
) -> Edit {
    let empty = Mix::default();
    let mix = song.mix.as_ref().unwrap_or(&empty);
    let mut edits = Vec::new();
    let done: Vec<&Imported> = rows.iter().filter_map(|row| row.outcome.as_ref().ok()).collect();
    if song.rate_hz == 0 && !done.is_empty() {
        edits.push(Edit::Song { song: song.id, change: SongEdit::Rate(rate_hz) });
    }
    if song.mix.is_none() {
        let change = SongEdit::Mix(Some(Box::new(Mix::default())));
        edits.push(Edit::Song { song: song.id, change });
    }
    let mut tracks: Vec<(Track, Option<&'static str>)> = Vec::new();
    let (mut strip, mut clip) = (mix.fresh_strip_id().0, mix.fresh_clip_id().0);
    let mut listed: Vec<MediaId> = project.media.iter().map(|file| file.id).collect();
    for imported in &done {
        if !listed.contains(&imported.media.id) {
            listed.push(imported.media.id);
            edits.push(Edit::Media(ListEdit::add(imported.media.clone())));
        }
        for (track, group) in tracks_of(imported, &mut strip, &mut clip, trim) {
            let change = SongEdit::Tracks(ListEdit::add(track.clone()));
            edits.push(Edit::Song { song: song.id, change });
            tracks.push((track, group));
        }
    }
    if options.groups {
        edits.extend(group_edits(song, &tracks, strip));
    }
    Edit::Batch { name: format!("Import {} files", done.len()), edits }
}

/// What the tracks of a file with so many channels play of it.
fn channel_maps(channels: u16) -> Vec<ChannelMap> {
    match channels {
        1 | 2 => vec![ChannelMap::AsIs],
        more => (0..more).map(ChannelMap::Only).collect(),
    }
}

/// One track for a mono or stereo file, one for each channel of a file with more.
fn tracks_of(
    imported: &Imported,
    strip: &mut u32,
    clip: &mut u32,
    trim: Db,
) -> Vec<(Track, Option<&'static str>)> {
    let channels = imported.media.channels;
    let mut tracks = Vec::new();
    for map in channel_maps(channels) {
        let name = match map {
            ChannelMap::AsIs => imported.guess.name.clone(),
            ChannelMap::Only(channel) => format!("{} {}", imported.guess.name, channel + 1),
        };
        let clips = vec![Clip {
            id: ClipId(*clip),
            media: imported.media.id,
            channels: map,
            position: imported.position,
            offset: 0,
            length: imported.frames,
            gain: Db::UNITY,
            fade_in: Fade::default(),
            fade_out: Fade::default(),
        }];
        let guessed = &imported.guess;
        let base = Strip::new(StripId(*strip), name);
        let strip_now = Strip { role: guessed.role, colour: guessed.colour, trim, ..base };
        let mono = channels == 1 || matches!(map, ChannelMap::Only(_));
        tracks.push((Track { strip: strip_now, mono, clips }, guessed.group));
        *strip += 1;
        *clip += 1;
    }
    tracks
}

/// Makes a group for every guessed group of at least two tracks, and sends its tracks there.
fn group_edits(song: &Song, tracks: &[(Track, Option<&'static str>)], first: u32) -> Vec<Edit> {
    let mut names: Vec<&'static str> = Vec::new();
    for group in tracks.iter().filter_map(|(_, group)| *group) {
        if !names.contains(&group) {
            names.push(group);
        }
    }
    let members = |name: &str| -> Vec<&Track> {
        let of_group = tracks.iter().filter(|(_, group)| *group == Some(name));
        of_group.map(|(track, _)| track).collect()
    };
    names.retain(|name| members(name).len() > 1);
    let mut edits = Vec::new();
    for (name, id) in names.into_iter().zip(first..) {
        let members = members(name);
        let like = &members[0].strip;
        let base = Strip::new(StripId(id), name);
        let strip = Strip { role: like.role, colour: like.colour, ..base };
        let bus = Bus::group(strip);
        edits.push(Edit::Song { song: song.id, change: SongEdit::Buses(ListEdit::add(bus)) });
        edits.extend(members.iter().map(|track| Edit::Strip {
            song: song.id,
            strip: track.strip.id,
            change: StripEdit::Output(Output::Strip(StripId(id))),
        }));
    }
    edits
}
