//! A delivered file, decoded again and held against what it was made from.

use std::path::Path;

use twobus_analysis::Report;
use twobus_dsp::Db;
use twobus_dsp::units::signed;
use twobus_media::{ContentHash, Decoder, Field, SampleHash, Tags, read_tags};
use twobus_session::Target;

use crate::error::Result;
use crate::master::{LOUDNESS_TOLERANCE_LU, TOLERANCE_DB};
use crate::measuring::Measuring;
use crate::progress::Progress;

/// What a file is held against.
#[derive(Debug, Clone)]
pub(crate) struct Expected {
    /// The samples that were written; `None` for a lossy file, which has others.
    pub(crate) samples: Option<SampleHash>,
    pub(crate) frames: u64,
    /// Integrated loudness, in LUFS; `None` where the master is too quiet to be measured.
    pub(crate) loudness: Option<Loudness>,
    /// Highest true peak.
    pub(crate) ceiling_dbtp: f64,
    /// How far below that a lossy file was limited, in dB; 0 or below.
    pub(crate) codec_trim_db: f64,
    pub(crate) tags: Tags,
}

/// The loudness that a file is held against, in LUFS.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Loudness {
    /// What was asked for.
    Asked(f64),
    /// What was asked for and is not to be had under the cap on gain reduction.
    Capped(f64),
    /// What the master is, as nothing was asked for.
    AsMaster(f64),
}

impl Loudness {
    /// That of a file with `target`, of a master at `lufs`.
    pub(crate) fn of(target: &Target, lufs: f64, is_capped: bool) -> Self {
        match target.loudness_lufs {
            Some(asked) if is_capped => Self::Capped(asked),
            Some(asked) => Self::Asked(asked),
            None => Self::AsMaster(lufs),
        }
    }
}

/// A file that was decoded again.
#[derive(Debug, Clone)]
pub struct Checked {
    /// Size in bytes.
    pub bytes: u64,
    /// XXH3 (64-bit) of its bytes, as 16 hexadecimal digits.
    pub file_hash: String,
    /// What it measures.
    pub report: Report,
    /// What it was held against, one row each.
    pub rows: Vec<Row>,
    /// How far below the ceiling a lossy file is to be limited for its true peak to keep the ceiling, in dB,
    /// where it is above.
    pub cure_db: Option<f64>,
}

impl Checked {
    /// True when every row is as it should be.
    pub fn is_right(&self) -> bool {
        self.rows.iter().all(|row| row.is_right)
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it is.
    pub name: &'static str,
    /// Whether it is as it should be.
    pub is_right: bool,
    /// What was found, and what was wanted where that differs.
    pub words: String,
}

/// The steps in which a cure is given, in dB, and what it leaves for an encoder that reacts to it.
const CURE_STEP_DB: f64 = 0.1;

/// Decodes the file at `path` and holds it against what was expected.
///
/// # Errors
/// When it cannot be read, which a file that was just written should.
pub(crate) fn check(path: &Path, expected: &Expected, progress: &Progress) -> Result<Checked> {
    let (report, samples) = decode(path, progress)?;
    let mut rows = Vec::new();
    if let Some(written) = &expected.samples {
        let is_right = samples == *written;
        let words = if is_right { "bit-identical" } else { "not what was written" };
        rows.push(Row { name: "samples", is_right, words: words.to_owned() });
    }
    rows.push(length(&report, expected.frames));
    rows.extend(expected.loudness.map(|wanted| loudness(&report, wanted)));
    let (peak, cure_db) = true_peak(&report, expected);
    rows.push(peak);
    rows.extend(tags(path, &expected.tags));
    let bytes = std::fs::metadata(path).map_or(0, |file| file.len());
    let file_hash = ContentHash::of_file(path)?.to_string();
    Ok(Checked { bytes, file_hash, report, rows, cure_db })
}

fn decode(path: &Path, progress: &Progress) -> Result<(Report, SampleHash)> {
    let mut decoder = Decoder::open(path)?;
    let (rate_hz, channels) = (decoder.info().rate_hz, decoder.info().channels);
    let mut measuring = Measuring::new(rate_hz, channels);
    let mut samples = SampleHash::new(channels);
    let mut block = Vec::new();
    while decoder.next(&mut block)? > 0 {
        let channels: Vec<&[f32]> = block.iter().map(Vec::as_slice).collect();
        samples.push(&channels);
        // The file has its name now, so it is looked at whoever wants to stop.
        let _stopped = progress.advance(channels[0].len() as u64);
        measuring.push(&mut block);
    }
    Ok((measuring.finish(), samples))
}

fn length(report: &Report, wanted: u64) -> Row {
    let is_right = report.frames == wanted;
    let words = match is_right {
        true => format!("{wanted} frames"),
        false => format!("{} frames instead of {wanted}", report.frames),
    };
    Row { name: "length", is_right, words }
}

fn loudness(report: &Report, wanted: Loudness) -> Row {
    let found = report.integrated_lufs.unwrap_or(f64::NEG_INFINITY);
    let is_near = |lufs: f64| (found - lufs).abs() <= LOUDNESS_TOLERANCE_LU;
    let (is_right, wanted) = match wanted {
        Loudness::Asked(lufs) if is_near(lufs) => (true, ", as asked for".to_owned()),
        Loudness::AsMaster(lufs) if is_near(lufs) => (true, ", as the master".to_owned()),
        Loudness::Capped(lufs) if found <= lufs => {
            let why = "the cap on gain reduction is reached";
            (true, format!(", {} LU less than asked for: {why}", signed(lufs - found, 1)))
        }
        Loudness::Asked(lufs) | Loudness::AsMaster(lufs) | Loudness::Capped(lufs) => {
            (false, format!(" instead of {}", signed(lufs, 2)))
        }
    };
    Row { name: "loudness", is_right, words: format!("{} LUFS{wanted}", signed(found, 2)) }
}

/// What the ceiling of the limiter has to be lowered by, in dB, for a lossy file that has this true peak.
pub(crate) fn cure_db(peak_dbtp: f64, ceiling_dbtp: f64) -> f64 {
    ((ceiling_dbtp - peak_dbtp) / CURE_STEP_DB).floor() * CURE_STEP_DB - CURE_STEP_DB
}

/// The true peak against the ceiling, and what would cure a lossy file that is above.
fn true_peak(report: &Report, expected: &Expected) -> (Row, Option<f64>) {
    let ceiling = expected.ceiling_dbtp;
    let peak = report.true_peak.map_or(f64::NEG_INFINITY, |peak| peak.value);
    let is_right = peak <= ceiling + TOLERANCE_DB;
    let is_lossy = expected.samples.is_none();
    let cure_db = (is_lossy && !is_right).then(|| expected.codec_trim_db + cure_db(peak, ceiling));
    let (found, ceiling) = (signed(peak, 2), Db(ceiling));
    let words = match cure_db {
        None if is_right => format!("{found} dBTP, at most {ceiling}"),
        None => format!("{found} dBTP, above the ceiling of {ceiling}"),
        Some(cure) => format!(
            "{found} dBTP, above the ceiling of {ceiling}: the encoder overshoots; --codec-trim {} cures it",
            signed(cure, 1).replace('−', "-")
        ),
    };
    (Row { name: "true peak", is_right, words }, cure_db)
}

fn tags(path: &Path, wanted: &Tags) -> Vec<Row> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let found = match read_tags(path) {
        Ok(found) => found,
        Err(error) => {
            return vec![Row { name: "tags", is_right: false, words: error.to_string() }];
        }
    };
    let differs = |field: &&Field| found.get(**field) != wanted.get(**field);
    let wrong: Vec<&str> = Field::ALL.iter().filter(differs).map(|field| field.name()).collect();
    let count = Field::ALL.iter().filter(|field| wanted.get(**field).is_some()).count();
    let words = match wrong.is_empty() {
        true => format!("{count} read back"),
        false => format!("not read back: {}", wrong.join(", ")),
    };
    let mut rows = vec![Row { name: "tags", is_right: wrong.is_empty(), words }];
    if let Some(cover) = &wanted.cover {
        let is_right = found.cover.as_ref() == Some(cover);
        let words = if is_right { format!("{cover:?}") } else { "not read back".to_owned() };
        rows.push(Row { name: "cover", is_right, words });
    }
    rows
}
