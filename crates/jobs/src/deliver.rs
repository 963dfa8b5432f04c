//! Delivery: one print to several files in one go. The chain is rendered once for each rate, the limiter
//! driven once for each rate and target, and all files of one rate and target are written from that one
//! pass; each is then decoded again and held against what it was made from.

mod check;
mod html;
mod plan;
mod tags;

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use twobus_analysis::Report;
use twobus_dsp::dither::Dither;
use twobus_session::{Delivery, Target};

use crate::error::{Error, Result};
use crate::folder::Folder;
use crate::master::{
    MasterOptions, NewFile, Processed, Rendered, Source, check_apart, check_target,
};
use crate::output::Format;
use crate::progress::Progress;
use crate::room::check_room;

pub use check::{Checked, Row};
pub(crate) use check::{Expected, check, cure_db};
pub use html::page;
pub use plan::{FIELDS, PATTERN, Planned, plan};
pub use tags::tags;

/// A file that is wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct FileSpec {
    /// Its format.
    pub format: Format,
    /// Its rate in Hz; `None` for the print's.
    pub rate_hz: Option<u32>,
    /// What it is held to.
    pub target: Target,
}

/// How to deliver.
#[derive(Debug, Clone)]
pub struct DeliverOptions {
    /// Trim, chain, limiter, dither and tags. Target, rate and format are those of each file.
    pub master: MasterOptions,
    /// Gain before lossy encoders, in dB; 0 or below.
    pub codec_trim_db: f64,
}

/// What came of a delivery.
#[derive(Debug)]
pub struct Delivered {
    /// What the print measures.
    pub before: Report,
    /// XXH3 (64-bit) of the print's bytes, as 16 hexadecimal digits.
    pub input_hash: String,
    /// What became of each file, in the order they were asked for.
    pub files: Vec<DeliveredFile>,
}

/// What became of a file.
#[derive(Debug)]
pub struct DeliveredFile {
    /// What was wanted, and where.
    pub planned: Planned,
    /// Its rate, in Hz.
    pub rate_hz: u32,
    /// Gain before the limiter, and its largest gain reduction, in dB; `None` where it did not come so far.
    pub limited_db: Option<(f64, f64)>,
    /// Its dither; none for a copy of samples that its format holds.
    pub dither: Dither,
    /// The file as it was decoded again, or why there is none.
    pub outcome: Result<Checked>,
    /// What a person should know, one sentence each.
    pub notes: Vec<String>,
}

impl DeliveredFile {
    /// True when the file is there and everything about it is as it should be.
    pub fn is_right(&self) -> bool {
        self.outcome.as_ref().is_ok_and(Checked::is_right)
    }

    /// RMS of what dither and rounding add to it, all frequencies together, in dBFS; `None` without dither.
    pub fn dither_rms_dbfs(&self) -> Option<f64> {
        let bits = self.planned.spec.format.samples().bits();
        (self.dither != Dither::Off).then(|| self.dither.rms_dbfs(bits))
    }
}

impl Delivered {
    /// The files that were written, as the project in `folder` notes them, made of the print `print`.
    ///
    /// # Errors
    /// When a path cannot be written down.
    pub fn deliveries(&self, folder: &Folder, print: Option<u32>) -> Result<Vec<Delivery>> {
        let written = self.files.iter().filter_map(|file| {
            let checked = file.outcome.as_ref().ok()?;
            Some((&file.planned.path, checked))
        });
        let delivery = |(path, checked): (&PathBuf, &Checked)| {
            let (file_hash, input_hash) = (checked.file_hash.clone(), self.input_hash.clone());
            Ok(Delivery { file: folder.relative(path)?, file_hash, print, input_hash })
        };
        written.map(delivery).collect()
    }
}

/// Delivers the print `input` to the files of `planned`.
///
/// A file that fails does not keep the others from being written. Files that are there are replaced only
/// with [`MasterOptions::overwrite`], and only by whole ones.
///
/// # Errors
/// Before anything is written: when files are there that may not be replaced (the error lists them), a
/// target is out of range, the print cannot be read, or its disk has no room. What goes wrong later is the
/// outcome of each file; a job that was cancelled leaves the files that were finished.
pub fn deliver(
    input: &Path,
    planned: &[Planned],
    options: &DeliverOptions,
    progress: &Progress,
) -> Result<Delivered> {
    let first = planned.first().ok_or_else(|| Error::Missing("no file is asked for".to_owned()))?;
    refuse_existing(planned, options.master.overwrite)?;
    for file in planned {
        check_target(&file.spec.target)?;
        check_apart(input, &file.path)?;
    }
    let source = Source::open(input, &first.path, progress)?;
    let rate_hz = source.info.rate_hz;
    let bytes = planned.iter().map(|file| bytes_ahead(&source, file)).sum::<u64>();
    check_room(&first.path, bytes)?;
    progress.begin("Mastering", passes(planned, rate_hz) * source.frames_at(None));
    // What was delivered before a job was cancelled is told, so that this goes on.
    let unstopped = Progress::new();
    let (measured, files) = rayon::join(
        || source.measure(&unstopped),
        || deliver_groups(&source, planned, options, progress),
    );
    let (before, input_hash) = measured?;
    Ok(Delivered { before: before.report, input_hash, files })
}

/// What became of each file, in their order.
fn deliver_groups(
    source: &Source,
    planned: &[Planned],
    options: &DeliverOptions,
    progress: &Progress,
) -> Vec<DeliveredFile> {
    let mut files: Vec<Option<DeliveredFile>> = planned.iter().map(|_| None).collect();
    let mut processed = None;
    for group in groups(planned, source.info.rate_hz) {
        let done = deliver_group(source, &mut processed, planned, &group, options, progress);
        for (index, file) in group.into_iter().zip(done) {
            files[index] = Some(file);
            progress.file_done(index);
        }
    }
    files.into_iter().flatten().collect()
}

/// Names every file that stands in the way.
fn refuse_existing(planned: &[Planned], overwrite: bool) -> Result<()> {
    let there = planned.iter().filter(|file| file.exists).map(|file| file.path.display());
    let there: Vec<String> = there.map(|path| path.to_string()).collect();
    if there.is_empty() || overwrite {
        return Ok(());
    }
    let (count, list) = (there.len(), there.join("\n  "));
    Err(Error::Missing(format!(
        "{count} of {} files are there already, and nothing was written; give --force to replace them, or \
         another folder or pattern:\n  {list}",
        planned.len()
    )))
}

fn bytes_ahead(source: &Source, file: &Planned) -> u64 {
    source.frames_at(file.spec.rate_hz).saturating_mul(file.spec.format.frame_bytes())
}

/// Passes over the print that are expected, for progress: chain, drive, verification, files, decoding.
fn passes(planned: &[Planned], rate_hz: u32) -> u64 {
    let groups = groups(planned, rate_hz);
    let drives = groups.iter().map(|group| match planned[group[0]].spec.target.loudness_lufs {
        Some(_) => 4,
        None => 3,
    });
    drives.sum::<u64>() + planned.len() as u64
}

/// The files that one pass of the limiter makes: those of one rate and one target, by their indices; files
/// of one rate follow each other.
fn groups(planned: &[Planned], rate_hz: u32) -> Vec<Vec<usize>> {
    let key = |file: &Planned| (file.spec.rate_hz.unwrap_or(rate_hz), file.spec.target);
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (index, file) in planned.iter().enumerate() {
        match groups.iter_mut().find(|group| key(&planned[group[0]]) == key(file)) {
            Some(group) => group.push(index),
            None => groups.push(vec![index]),
        }
    }
    groups.sort_by_key(|group| key(&planned[group[0]]).0);
    groups
}

/// Renders once and writes all files of a group; what fails for all of them is said of each.
fn deliver_group(
    source: &Source,
    processed: &mut Option<Processed>,
    planned: &[Planned],
    group: &[usize],
    options: &DeliverOptions,
    progress: &Progress,
) -> Vec<DeliveredFile> {
    let wanted: Vec<&Planned> = group.iter().map(|&index| &planned[index]).collect();
    let spec = &wanted[0].spec;
    let rate_hz = spec.rate_hz.unwrap_or(source.info.rate_hz);
    // The coarsest integers need the most room below the ceiling.
    let coarsest = wanted.iter().map(|file| file.spec.format);
    let coarsest = coarsest
        .min_by_key(|format| if format.is_integer() { format.samples().bits() } else { 64 });
    let master = MasterOptions {
        target: spec.target,
        rate_hz: Some(rate_hz),
        format: coarsest.unwrap_or(spec.format),
        ..options.master.clone()
    };
    let rendered = processed_at(rate_hz, source, processed, &master, progress)
        .and_then(|processed| Rendered::new(&processed, &master, progress));
    match rendered {
        Ok(rendered) => write_group(source, &rendered, &wanted, &master, options, progress),
        Err(error) => {
            let failed = |file: &&Planned| DeliveredFile {
                planned: (*file).clone(),
                rate_hz,
                limited_db: None,
                dither: Dither::Off,
                outcome: Err(error.again()),
                notes: Vec::new(),
            };
            wanted.iter().map(failed).collect()
        }
    }
}

/// What lies before the limiter at `rate_hz`: what was made last, if it is that.
fn processed_at(
    rate_hz: u32,
    source: &Source,
    last: &mut Option<Processed>,
    master: &MasterOptions,
    progress: &Progress,
) -> Result<Processed> {
    if let Some(same) = last.as_ref().filter(|last| last.rate_hz() == rate_hz) {
        return Ok(same.clone());
    }
    let made = source.process(rate_hz, master, progress)?;
    Ok(last.insert(made).clone())
}

fn write_group(
    source: &Source,
    rendered: &Rendered,
    wanted: &[&Planned],
    master: &MasterOptions,
    options: &DeliverOptions,
    progress: &Progress,
) -> Vec<DeliveredFile> {
    let rate_hz = rendered.rate_hz();
    let files = wanted.iter().copied().map(|file| NewFile {
        path: &file.path,
        format: file.spec.format,
        dither: rendered.dither(source, file.spec.format, master),
        gain_db: if file.spec.format.is_lossy() { options.codec_trim_db } else { 0.0 },
    });
    let files: Vec<NewFile<'_>> = files.collect();
    let written = rendered.write(&files, master, progress);
    let dithers = files.iter().map(|file| file.dither);
    let done: Vec<_> = wanted.iter().zip(dithers).zip(written).collect();
    done.into_par_iter()
        .map(|((file, dither), written)| {
            let mut notes = Vec::new();
            let outcome = written.and_then(|written| {
                notes.extend(written.over.map(|over| format!("{}.", over.sentence(rate_hz))));
                let lossless = !file.spec.format.is_lossy();
                let expected = Expected {
                    samples: lossless.then(|| written.samples.clone()),
                    frames: written.frames,
                    loudness_lufs: written.loudness_lufs,
                    ceiling_dbtp: file.spec.target.ceiling_dbtp,
                    tags: master.tags.clone(),
                };
                check(&file.path, &expected, progress)
            });
            notes.extend(
                outcome
                    .as_ref()
                    .ok()
                    .and_then(|checked| rendered.shortfall(&checked.report, master)),
            );
            DeliveredFile {
                planned: (*file).clone(),
                rate_hz,
                limited_db: Some(rendered.limited_db()),
                dither,
                outcome,
                notes,
            }
        })
        .collect()
}
