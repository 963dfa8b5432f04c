//! Delivery: one print to several files in one go. The chain is rendered once for each rate, the limiter
//! driven once for each rate and target, and all files of one rate and target are written from that one
//! pass; each is then decoded again and held against what was asked for. Lossy files are limited by a ceiling
//! of their own where their encoders are given room.

mod check;
mod group;
mod html;
mod plan;
mod tags;

use std::path::{Path, PathBuf};

use twobus_analysis::Report;
use twobus_dsp::dither::Dither;
use twobus_session::{Delivery, Target};

use crate::error::{Error, Result};
use crate::folder::Folder;
use crate::master::{MasterOptions, Source, check_apart, check_target};
use crate::output::{DitherKind, Format};
use crate::progress::Progress;
use crate::room::check_room;

pub(crate) use check::cure_db;
pub use check::{Checked, Row};
use group::{deliver_groups, groups};
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
    /// How it is dithered where it has to be; `None` for the way of [`DeliverOptions::master`].
    pub dither: Option<DitherKind>,
}

/// How to deliver.
#[derive(Debug, Clone)]
pub struct DeliverOptions {
    /// Trim, chain, limiter, dither and tags. Target, rate and format are those of each file.
    pub master: MasterOptions,
    /// How far below their ceiling lossy files are limited, for what their encoders overshoot, in dB; 0 or
    /// below. Their loudness stays what is asked for.
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
    progress.begin(
        "Mastering",
        passes(planned, rate_hz, options.codec_trim_db) * source.frames_at(None),
    );
    // What was delivered before a job was cancelled is told, so that this goes on.
    let unstopped = Progress::new();
    let (measured, files) = rayon::join(
        || source.measure(&unstopped),
        || deliver_groups(&source, planned, options, progress),
    );
    let (before, input_hash) = measured?;
    Ok(Delivered { before: before.report, input_hash, files })
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
fn passes(planned: &[Planned], rate_hz: u32, codec_trim_db: f64) -> u64 {
    let groups = groups(planned, rate_hz, codec_trim_db);
    let drives = groups.iter().map(|group| match planned[group[0]].spec.target.loudness_lufs {
        Some(_) => 4,
        None => 3,
    });
    drives.sum::<u64>() + planned.len() as u64
}
