//! The files that one pass of the limiter makes.

use rayon::prelude::*;
use twobus_dsp::dither::Dither;
use twobus_session::Target;

use super::check::{Expected, Loudness, check};
use super::{DeliverOptions, DeliveredFile, Planned};
use crate::error::Result;
use crate::master::{
    MasterOptions, NewFile, Processed, Rendered, Source, WrittenFile, to_loudness,
};
use crate::progress::Progress;

/// What became of each file, in their order.
pub(super) fn deliver_groups(
    source: &Source,
    planned: &[Planned],
    options: &DeliverOptions,
    progress: &Progress,
) -> Vec<DeliveredFile> {
    let mut files: Vec<Option<DeliveredFile>> = planned.iter().map(|_| None).collect();
    let mut processed = None;
    for indices in groups(planned, source.info.rate_hz, options.codec_trim_db) {
        let wanted: Vec<&Planned> = indices.iter().map(|&index| &planned[index]).collect();
        let done = Group::new(source, &wanted, options, progress).deliver(&wanted, &mut processed);
        for (index, file) in indices.into_iter().zip(done) {
            files[index] = Some(file);
            progress.file_done(index);
        }
    }
    files.into_iter().flatten().collect()
}

/// The files that one pass of the limiter makes, those of one rate and one target, by their indices; files
/// of one rate follow each other.
pub(super) fn groups(planned: &[Planned], rate_hz: u32, codec_trim_db: f64) -> Vec<Vec<usize>> {
    let key =
        |file: &Planned| (file.spec.rate_hz.unwrap_or(rate_hz), limited_to(file, codec_trim_db));
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

/// What the limiter holds a file to: a lossy one stays below its ceiling by what its encoder may add.
fn limited_to(file: &Planned, codec_trim_db: f64) -> Target {
    let target = file.spec.target;
    let trim_db = if file.spec.format.is_lossy() { codec_trim_db } else { 0.0 };
    Target { ceiling_dbtp: target.ceiling_dbtp + trim_db, ..target }
}

/// How the files of a group are made.
struct Group<'a> {
    source: &'a Source,
    rate_hz: u32,
    master: MasterOptions,
    codec_trim_db: f64,
    progress: &'a Progress,
}

/// What became of a file, and whether the cap on gain reduction decided on its loudness.
struct Made {
    file: DeliveredFile,
    is_capped: bool,
}

impl Made {
    /// The loudness of the file, decoded, unless the cap decided on it.
    fn lufs(&self) -> Option<f64> {
        let checked = self.file.outcome.as_ref().ok().filter(|_| !self.is_capped);
        checked.and_then(|checked| checked.report.integrated_lufs)
    }
}

impl<'a> Group<'a> {
    fn new(
        source: &'a Source,
        wanted: &[&Planned],
        options: &DeliverOptions,
        progress: &'a Progress,
    ) -> Self {
        let rate_hz = wanted[0].spec.rate_hz.unwrap_or(source.info.rate_hz);
        // The coarsest integers need the most room below the ceiling.
        let formats = wanted.iter().map(|file| file.spec.format);
        let coarsest = formats
            .min_by_key(|format| if format.is_integer() { format.samples().bits() } else { 64 });
        let master = MasterOptions {
            target: limited_to(wanted[0], options.codec_trim_db),
            rate_hz: Some(rate_hz),
            format: coarsest.unwrap_or(wanted[0].spec.format),
            ..options.master.clone()
        };
        Self { source, rate_hz, master, codec_trim_db: options.codec_trim_db, progress }
    }

    /// Renders once and writes all files; what fails for all of them is said of each.
    fn deliver(
        &self,
        wanted: &[&Planned],
        processed: &mut Option<Processed>,
    ) -> Vec<DeliveredFile> {
        let rendered = self.processed(processed).and_then(|processed| {
            Ok((Rendered::new(&processed, &self.master, self.progress)?, processed))
        });
        match rendered {
            Ok((rendered, processed)) => self.write(&rendered, &processed, wanted),
            Err(error) => {
                let failed = |file: &&Planned| DeliveredFile {
                    planned: (*file).clone(),
                    rate_hz: self.rate_hz,
                    limited_db: None,
                    dither: Dither::Off,
                    outcome: Err(error.again()),
                    notes: Vec::new(),
                };
                wanted.iter().map(failed).collect()
            }
        }
    }

    /// What lies before the limiter: what was made last, if it is at this rate.
    fn processed(&self, last: &mut Option<Processed>) -> Result<Processed> {
        if let Some(same) = last.as_ref().filter(|last| last.rate_hz() == self.rate_hz) {
            return Ok(same.clone());
        }
        let made = self.source.process(self.rate_hz, &self.master, self.progress)?;
        Ok(last.insert(made).clone())
    }

    fn write(
        &self,
        rendered: &Rendered,
        processed: &Processed,
        wanted: &[&Planned],
    ) -> Vec<DeliveredFile> {
        let files: Vec<NewFile<'_>> =
            wanted.iter().map(|file| self.new_file(rendered, file)).collect();
        let written = rendered.write(&files, &self.master, self.progress);
        let written: Vec<_> = wanted.iter().zip(written).collect();
        let made: Vec<Made> = written
            .into_par_iter()
            .map(|(file, written)| self.made(rendered, file, written))
            .collect();
        let files = wanted.iter().zip(made);
        files.map(|(file, made)| self.to_loudness(processed, file, made).file).collect()
    }

    /// Writes a lossy file again, if its encoder has made it quieter than asked for.
    fn to_loudness(&self, processed: &Processed, file: &Planned, made: Made) -> Made {
        let alone = MasterOptions { format: file.spec.format, ..self.master.clone() };
        let write = |rendered: &Rendered, options: &MasterOptions| {
            let new = self.new_file(rendered, file);
            let written = rendered.write(&[new], options, self.progress);
            let written = written.into_iter().next().expect("there is one outcome a file")?;
            Ok(self.made(rendered, file, Ok(written)))
        };
        to_loudness(processed, &alone, made, Made::lufs, write, self.progress)
    }

    fn new_file<'b>(&self, rendered: &Rendered, file: &'b Planned) -> NewFile<'b> {
        let format = file.spec.format;
        NewFile { path: &file.path, format, dither: self.dither(rendered, file) }
    }

    fn dither(&self, rendered: &Rendered, file: &Planned) -> Dither {
        let dither = file.spec.dither.unwrap_or(self.master.dither);
        let master = MasterOptions { dither, ..self.master.clone() };
        rendered.dither(self.source, file.spec.format, &master)
    }

    /// A file that was written, decoded again and held against what was asked for.
    fn made(&self, rendered: &Rendered, file: &Planned, written: Result<WrittenFile>) -> Made {
        let mut notes = Vec::new();
        let is_capped = rendered.is_capped();
        let outcome = written.and_then(|written| {
            notes.extend(written.over.map(|over| format!("{}.", over.sentence(self.rate_hz))));
            let target = file.spec.target;
            let expected = Expected {
                samples: (!file.spec.format.is_lossy()).then_some(written.samples),
                frames: written.frames,
                loudness: written.lufs.map(|lufs| Loudness::of(&target, lufs, is_capped)),
                ceiling_dbtp: target.ceiling_dbtp,
                codec_trim_db: self.codec_trim_db,
                tags: self.master.tags.clone(),
            };
            check(&file.path, &expected, self.progress)
        });
        let report = outcome.as_ref().ok().map(|checked| &checked.report);
        notes.extend(report.and_then(|report| rendered.shortfall(report, &self.master)));
        let made = DeliveredFile {
            planned: file.clone(),
            rate_hz: self.rate_hz,
            limited_db: Some(rendered.limited_db()),
            dither: self.dither(rendered, file),
            outcome,
            notes,
        };
        Made { file: made, is_capped }
    }
}
