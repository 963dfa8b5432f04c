//! What came of a delivery: as text, as JSON.

use std::path::{Path, PathBuf};

use serde::Serialize;
use twobus_dsp::units::signed;
use twobus_jobs::deliver::{Planned, page};
use twobus_jobs::{Delivered, DeliveredFile, Error, Result};

use crate::outcome::Outcome;

/// All files of a delivery.
#[derive(Default)]
pub(super) struct Report {
    songs: Vec<SongJson>,
    text: String,
    warnings: Vec<String>,
    failed: Vec<String>,
    cancelled: bool,
    delivered: Vec<(PathBuf, Delivered)>,
}

#[derive(Serialize)]
struct SongJson {
    input: String,
    print: Option<u32>,
    before: twobus_analysis::Report,
    files: Vec<FileJson>,
}

#[derive(Serialize)]
struct FileJson {
    path: String,
    format: String,
    rate_hz: u32,
    target_lufs: Option<f64>,
    ceiling_dbtp: f64,
    /// Written, decoded again, and everything as it should be.
    verified: bool,
    error: Option<String>,
    bytes: Option<u64>,
    drive_db: Option<f64>,
    reduction_db: Option<f64>,
    dither: &'static str,
    dither_rms_dbfs: Option<f64>,
    checks: Vec<CheckJson>,
    /// Gain to take away before the encoder, where it overshoots.
    codec_trim_db: Option<f64>,
    after: Option<twobus_analysis::Report>,
}

#[derive(Serialize)]
struct CheckJson {
    check: &'static str,
    right: bool,
    words: String,
}

#[derive(Serialize)]
struct PlannedJson {
    files: Vec<PlannedFileJson>,
}

#[derive(Serialize)]
struct PlannedFileJson {
    path: String,
    format: String,
    exists: bool,
}

/// What would be written.
pub(super) fn planned_text(files: &[&Planned]) -> Outcome {
    let mut text = String::new();
    for file in files {
        let there = if file.exists { ", is there already" } else { "" };
        text.push_str(&format!("{}: {}{there}\n", file.path.display(), file.spec.format));
    }
    let json = files.iter().map(|file| PlannedFileJson {
        path: file.path.display().to_string(),
        format: file.spec.format.to_string(),
        exists: file.exists,
    });
    Outcome::new(text, &PlannedJson { files: json.collect() })
}

impl Report {
    /// Adds what came of one song or file.
    pub(super) fn add(
        &mut self,
        input: &Path,
        print: Option<u32>,
        done: Delivered,
        notes: Vec<String>,
    ) {
        for file in &done.files {
            self.text.push_str(&file_text(file));
            let path = file.planned.path.display();
            match &file.outcome {
                Err(Error::Cancelled) => self.cancelled = true,
                Err(error) => self.failed.push(format!("{path} was not written: {error}")),
                Ok(checked) => {
                    let wrong = checked.rows.iter().filter(|row| !row.is_right);
                    let wrong = wrong.map(|row| format!("{path}: {}: {}.", row.name, row.words));
                    self.warnings.extend(wrong);
                }
            }
            let notes = file.notes.iter().map(|note| format!("{path}: {note}"));
            self.warnings.extend(notes);
        }
        self.warnings.extend(notes);
        self.songs.push(SongJson {
            input: input.display().to_string(),
            print,
            before: done.before.clone(),
            files: done.files.iter().map(file_json).collect(),
        });
        self.delivered.push((input.to_owned(), done));
    }

    /// All of it as a page for a browser.
    pub(super) fn page(&self) -> String {
        let all = self.delivered.iter().map(|(input, done)| (input.as_path(), done));
        page(&all.collect::<Vec<_>>())
    }

    /// What is printed: an error where nothing could be written, warnings where not all is as it should be.
    pub(super) fn outcome(mut self) -> Result<Outcome> {
        let files = || self.songs.iter().flat_map(|song| &song.files);
        let written = files().filter(|file| file.error.is_none()).count();
        let right = files().filter(|file| file.verified).count();
        let all = files().count();
        if written == 0 {
            return Err(match self.failed.first() {
                Some(_) => Error::Missing(self.failed.join("\n")),
                None => Error::Cancelled,
            });
        }
        self.text.push_str(&format!("{right} of {all} files written and verified.\n"));
        if self.cancelled {
            let text = "Stopped before all was done; the files that were finished stay.";
            self.failed.push(text.to_owned());
        }
        let warnings = [self.failed, self.warnings].concat();
        let json = serde_json::json!({ "songs": self.songs });
        Ok(Outcome::new(self.text, &json).with_warnings(warnings))
    }
}

fn file_text(file: &DeliveredFile) -> String {
    let (path, format) = (file.planned.path.display(), file.planned.spec.format);
    let khz = f64::from(file.rate_hz) / 1000.0;
    let head = format!("{path}: {format}, {khz} kHz");
    match &file.outcome {
        Err(error) => format!("{head}\n  not written: {error}\n"),
        Ok(checked) => {
            let size = signed(checked.bytes as f64 / 1e6, 1);
            let rows = checked.rows.iter().map(|row| {
                let mark = if row.is_right { "✓" } else { "✗" };
                vec![format!("  {mark} {}", row.name), row.words.clone()]
            });
            let dither = file.dither_rms_dbfs().map_or_else(String::new, |rms| {
                format!(", dither {}, {} dBFS", file.dither.name(), signed(rms, 1))
            });
            format!("{head}, {size} MB{dither}\n{}", left_table(&rows.collect::<Vec<_>>()))
        }
    }
}

/// Two columns, both set to the left.
fn left_table(rows: &[Vec<String>]) -> String {
    let width = rows.iter().map(|row| row[0].chars().count()).max().unwrap_or(0);
    let line = |row: &Vec<String>| format!("{:width$}  {}\n", row[0], row[1]);
    rows.iter().map(line).collect()
}

fn file_json(file: &DeliveredFile) -> FileJson {
    let (spec, checked) = (&file.planned.spec, file.outcome.as_ref().ok());
    FileJson {
        path: file.planned.path.display().to_string(),
        format: spec.format.to_string(),
        rate_hz: file.rate_hz,
        target_lufs: spec.target.loudness_lufs,
        ceiling_dbtp: spec.target.ceiling_dbtp,
        verified: file.is_right(),
        error: file.outcome.as_ref().err().map(ToString::to_string),
        bytes: checked.map(|checked| checked.bytes),
        drive_db: file.limited_db.map(|(drive, _)| drive),
        reduction_db: file.limited_db.map(|(_, reduction)| reduction),
        dither: file.dither.name(),
        dither_rms_dbfs: file.dither_rms_dbfs(),
        checks: checked.map_or_else(Vec::new, |checked| {
            let row = |row: &twobus_jobs::deliver::Row| CheckJson {
                check: row.name,
                right: row.is_right,
                words: row.words.clone(),
            };
            checked.rows.iter().map(row).collect()
        }),
        codec_trim_db: checked.and_then(|checked| checked.cure_db),
        after: checked.map(|checked| checked.report.clone()),
    }
}
