//! `import`: stems to tracks, with a table of what they are.

use std::path::{Path, PathBuf};

use serde::Serialize;
use twobus_dsp::Db;
use twobus_dsp::pan::{self, PanLaw};
use twobus_jobs::import::{Imported, TARGET_PEAK_DBFS};
use twobus_jobs::{Error, Folder, Import, ImportOptions, Progress, Result, Row, import};
use twobus_media::Warning;

use crate::args::ImportArgs;
use crate::commands::song;
use crate::outcome::Outcome;
use crate::show;

/// A peak this close to the target has reached it, in dB.
const NEAR_DB: f64 = 0.2;

#[derive(Serialize)]
struct Json {
    rate_hz: u32,
    sum_peak_dbfs: Option<f64>,
    trim_db: f64,
    pan_law: PanLaw,
    mono_centre_db: f64,
    files: Vec<RowJson>,
}

#[derive(Serialize)]
struct RowJson {
    path: String,
    error: Option<String>,
    file: Option<ImportedJson>,
}

#[derive(Serialize)]
struct ImportedJson {
    name: String,
    role: twobus_session::Role,
    colour: u8,
    group: Option<&'static str>,
    format: String,
    rate_hz: u32,
    channels: u16,
    frames: u64,
    position: u64,
    timestamp: Option<u64>,
    peak_dbfs: Option<f64>,
    rms_dbfs: Option<f64>,
    silent: bool,
    dual_mono: bool,
    converted: bool,
    warnings: Vec<String>,
}

pub(crate) fn run(args: &ImportArgs, progress: &Progress) -> Result<Outcome> {
    let folder = Folder::new(&args.project);
    folder.check_writable()?;
    let project = folder.load()?;
    let paths = files(&args.files)?;
    let options = ImportOptions {
        copy: args.copy,
        trims: !args.no_trims,
        groups: args.groups,
        split: args.split,
    };
    let id = song(&project, args.song)?.id;
    let found = import(&folder, &project, song(&project, args.song)?, &paths, options, progress)?;
    let imported = found.rows.iter().filter(|row| row.outcome.is_ok()).count();
    if imported == 0 {
        let reasons = errors(&found.rows).join("\n");
        return Err(Error::Missing(format!(
            "none of {} files could be imported:\n{reasons}",
            paths.len()
        )));
    }
    let changed = folder.change(|project| Ok(project.apply(found.edit.clone())?))?;
    let title = project.song(id).map_or("", |song| song.title.as_str());
    let text = text(&found, title, imported);
    let warnings = warnings(&found.rows).into_iter().chain(changed.notes).collect();
    Ok(Outcome::new(text, &json(&found)).with_warnings(warnings))
}

/// Files as they are, folders as the files in them, in the order of their names.
pub(crate) fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let failed =
            |source| Error::Io { action: "reading the folder", path: path.clone(), source };
        let mut inside = Vec::new();
        for entry in std::fs::read_dir(path).map_err(failed)? {
            let entry = entry.map_err(failed)?.path();
            if entry.is_file() && is_audio_name(&entry) {
                inside.push(entry);
            }
        }
        inside.sort();
        files.extend(inside);
    }
    if files.is_empty() {
        let text = "there are no audio files in the folders given; name the files themselves";
        return Err(Error::Missing(text.to_owned()));
    }
    Ok(files)
}

/// Endings of the files that a folder gives; a file that is named itself may be called anything.
const ENDINGS: [&str; 13] = [
    "wav", "wave", "bwf", "rf64", "w64", "aif", "aiff", "aifc", "caf", "flac", "mp3", "ogg", "m4a",
];

fn is_audio_name(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

/// The report for people: a table with one row a file.
pub(crate) fn text(found: &Import, title: &str, imported: usize) -> String {
    let head =
        ["Track", "Role", "Group", "Format", "Rate", "Ch", "Length", "Start", "Peak", "RMS", ""];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    let good = found.rows.iter().filter_map(|row| row.outcome.as_ref().ok());
    rows.extend(good.map(|imported| cells(imported, found.rate_hz)));
    let trims = found.sum_peak_dbfs.map_or_else(String::new, |peak| trims(peak, found.trim));
    let rate = found.rate_hz;
    let tracks = show::count(imported, "file");
    let mono = mono(found);
    format!("{}{tracks} in \"{title}\" at {rate} Hz.\n{mono}{trims}", show::table(&rows))
}

/// What was done about a sum that peaks at `peak_dbfs`.
fn trims(peak_dbfs: f64, trim: Db) -> String {
    let level = |dbfs| show::value(Some(dbfs), 1, "dBFS");
    let (before, after, target) =
        (level(peak_dbfs), level(peak_dbfs + trim.0), level(TARGET_PEAK_DBFS));
    let reached = peak_dbfs + trim.0 - TARGET_PEAK_DBFS;
    let limit = if reached.abs() > NEAR_DB {
        format!("; {target} is out of reach of a trim")
    } else {
        String::new()
    };
    format!(
        "At 0 dB the sum peaks at {before}; every trim was set to {trim} dB, so that it peaks at {after}{limit}.\n"
    )
}

fn cells(imported: &Imported, rate_hz: u32) -> Vec<String> {
    let mut remarks = Vec::new();
    if imported.silent {
        remarks.push("silent");
    }
    if imported.dual_mono {
        remarks.push("dual mono");
    }
    if imported.converted {
        remarks.push("converted");
    }
    if imported.media.channels > 2 {
        remarks.push("split");
    }
    remarks.extend(imported.warnings.iter().map(remark));
    remarks.dedup();
    vec![
        imported.guess.name.clone(),
        imported.guess.role.name().to_owned(),
        imported.guess.group.unwrap_or("–").to_owned(),
        imported.media.format.clone(),
        imported.media.rate_hz.to_string(),
        imported.media.channels.to_string(),
        show::time(imported.frames, rate_hz),
        show::time(imported.position, rate_hz),
        show::value(Some(imported.peak_dbfs), 1, ""),
        show::value(Some(imported.rms_dbfs), 1, ""),
        remarks.join(", "),
    ]
}

/// A warning in a word or two; it is said in full below the table.
fn remark(warning: &Warning) -> &'static str {
    match warning {
        Warning::Truncated { .. } => "cut short",
        Warning::Unfinished { .. } => "unfinished",
        Warning::NonFinite { .. } | Warning::Lost { .. } | Warning::Checksum => "damaged",
        Warning::DelayUnknown => "delay unknown",
    }
}

/// What a mono track in the centre loses on each side.
fn centre_db(law: PanLaw) -> f64 {
    let exact = Db::from_gain(pan::mono(law, 0.0).0).0;
    // The laws are named by tenths of a dB.
    (exact * 10.0).round() / 10.0 + 0.0
}

/// How mono tracks are panned, if there are any.
fn mono(found: &Import) -> String {
    let mut channels =
        found.rows.iter().filter_map(|row| Some(row.outcome.as_ref().ok()?.media.channels));
    if channels.all(|channels| channels == 2) {
        return String::new();
    }
    let level = show::value(Some(centre_db(found.pan_law)), 1, "dB");
    format!("Mono tracks stand in the centre, at {level} on each side (the project's pan law).\n")
}

fn errors(rows: &[Row]) -> Vec<String> {
    rows.iter().filter_map(|row| row.outcome.as_ref().err()).map(ToString::to_string).collect()
}

/// What a person should know: a sentence that holds for several files is said once.
pub(crate) fn warnings(rows: &[Row]) -> Vec<String> {
    let mut of_files: Vec<(String, Vec<String>)> = Vec::new();
    for (row, imported) in rows.iter().filter_map(|row| Some((row, row.outcome.as_ref().ok()?))) {
        let name = row.path.file_name().map_or_else(|| "?".into(), |name| name.to_string_lossy());
        for warning in imported.warnings.iter().map(ToString::to_string) {
            match of_files.iter_mut().find(|(text, _)| *text == warning) {
                Some((_, names)) => names.push(name.to_string()),
                None => of_files.push((warning, vec![name.to_string()])),
            }
        }
    }
    let said = of_files.into_iter().map(|(text, names)| format!("{}: {text}", names.join(", ")));
    errors(rows).into_iter().chain(said).collect()
}

fn json(found: &Import) -> Json {
    let finite = |value: f64| value.is_finite().then_some(value);
    let file = |imported: &Imported| ImportedJson {
        name: imported.guess.name.clone(),
        role: imported.guess.role,
        colour: imported.guess.colour,
        group: imported.guess.group,
        format: imported.media.format.clone(),
        rate_hz: imported.media.rate_hz,
        channels: imported.media.channels,
        frames: imported.frames,
        position: imported.position,
        timestamp: imported.media.timestamp,
        peak_dbfs: finite(imported.peak_dbfs),
        rms_dbfs: finite(imported.rms_dbfs),
        silent: imported.silent,
        dual_mono: imported.dual_mono,
        converted: imported.converted,
        warnings: imported.warnings.iter().map(ToString::to_string).collect(),
    };
    let row = |row: &Row| RowJson {
        path: row.path.display().to_string(),
        error: row.outcome.as_ref().err().map(ToString::to_string),
        file: row.outcome.as_ref().ok().map(file),
    };
    Json {
        rate_hz: found.rate_hz,
        sum_peak_dbfs: found.sum_peak_dbfs,
        trim_db: found.trim.0,
        pan_law: found.pan_law,
        mono_centre_db: centre_db(found.pan_law),
        files: found.rows.iter().map(row).collect(),
    }
}
