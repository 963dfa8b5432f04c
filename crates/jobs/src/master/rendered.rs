//! A master that is ready to be written: driven to its target and verified, for one rate and one target.

use std::path::Path;

use twobus_analysis::Report;
use twobus_dsp::Db;
use twobus_dsp::dither::Dither;
use twobus_media::SampleHash;

use super::drive::{Drive, settle};
use super::pass::Pass;
use super::{MasterOptions, Processed, Source, capped_note};
use crate::error::Result;
use crate::output::{Format, Output, OutputSpec, Over, depth};
use crate::progress::Progress;

/// What the limiter made, how it was driven, and what has to follow it.
pub(crate) struct Rendered {
    rate_hz: u32,
    pub(super) drive: Drive,
    pub(super) limited: Pass,
}

/// A file to be written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewFile<'a> {
    pub(crate) path: &'a Path,
    pub(crate) format: Format,
    pub(crate) dither: Dither,
    /// Gain before its encoder, in dB; 0 or below.
    pub(crate) gain_db: f64,
}

/// A file that was written.
#[derive(Debug)]
pub(crate) struct WrittenFile {
    pub(crate) frames: u64,
    pub(crate) samples: SampleHash,
    /// Integrated loudness of what was written, in LUFS; `None` where it is too quiet to be measured.
    pub(crate) loudness_lufs: Option<f64>,
    /// What had to be clamped.
    pub(crate) over: Option<Over>,
}

impl Rendered {
    /// Drives the limiter of `options` to its target and verifies the true peak.
    ///
    /// # Errors
    /// When the input is silent while a loudness is asked for, or the job is cancelled.
    pub(crate) fn new(
        processed: &Processed,
        options: &MasterOptions,
        progress: &Progress,
    ) -> Result<Self> {
        let (drive, limited) = settle(processed, options, progress)?;
        Ok(Self { rate_hz: processed.rate_hz, drive, limited })
    }

    /// Its rate, in Hz.
    pub(crate) fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    /// Gain before the limiter, and its largest gain reduction, in dB.
    pub(crate) fn limited_db(&self) -> (f64, f64) {
        (self.drive.db, self.limited.deepest.db)
    }

    /// The dither of a file of `format`: none for a copy of samples that the format holds.
    pub(crate) fn dither(
        &self,
        source: &Source,
        format: Format,
        options: &MasterOptions,
    ) -> Dither {
        let (reduction_db, trim_db) = (self.limited.deepest.db, self.limited.trim_db);
        let gains = [options.trim.0, self.drive.db, reduction_db, trim_db];
        let converted = self.rate_hz != source.info.rate_hz;
        let processed = converted || !options.chain.is_empty() || gains.iter().any(|db| *db != 0.0);
        let wanted = options.dither.at(self.rate_hz);
        format.dither_as(wanted, depth(&source.info), processed)
    }

    /// Writes all of `files` in one go; one outcome a file. A file that fails does not keep
    /// the others from being written.
    pub(crate) fn write(
        &self,
        files: &[NewFile<'_>],
        options: &MasterOptions,
        progress: &Progress,
    ) -> Vec<Result<WrittenFile>> {
        let rate_hz = self.rate_hz;
        let create = |file: &NewFile<'_>| {
            let spec = OutputSpec {
                path: file.path,
                format: file.format,
                rate_hz,
                dither: file.dither,
                overwrite: options.overwrite,
                start_frame: 0,
                tags: &options.tags,
            };
            Ok((Output::create(&spec, None)?, Db(self.limited.trim_db + file.gain_db).to_gain()))
        };
        let mut outputs: Vec<Result<(Output, f64)>> = files.iter().map(create).collect();
        let read = self.limited.samples.read(|left, right| {
            for output in &mut outputs {
                let pushed = output.as_mut().map(|(output, gain)| push(output, *gain, left, right));
                if let Ok(Err(error)) = pushed {
                    *output = Err(error);
                }
            }
            progress.advance(left.len() as u64)
        });
        if let Err(error) = read {
            return files.iter().map(|_| Err(error.again())).collect();
        }
        let lufs = self.limited.lufs;
        let finish = |(output, file): (Result<(Output, f64)>, &NewFile<'_>)| {
            let loudness_lufs = lufs.is_finite().then_some(lufs + file.gain_db);
            finish(output?.0, loudness_lufs)
        };
        outputs.into_iter().zip(files).map(finish).collect()
    }

    /// What a person should know of a target that was out of reach.
    pub(crate) fn shortfall(&self, after: &Report, options: &MasterOptions) -> Option<String> {
        let reduction_s = self.limited.deepest.frame as f64 / f64::from(self.rate_hz);
        capped_note(&self.drive, reduction_s, after, &options.target)
    }
}

fn push(output: &mut Output, gain: f64, left: &[f32], right: &[f32]) -> Result<()> {
    let scaled =
        |samples: &[f32]| samples.iter().map(|&x| f64::from(x) * gain).collect::<Vec<f64>>();
    output.push(&scaled(left), &scaled(right))
}

fn finish(mut output: Output, loudness_lufs: Option<f64>) -> Result<WrittenFile> {
    output.flush()?;
    let (over, samples) = (output.over(), output.samples().clone());
    let frames = output.finish()?.frames;
    Ok(WrittenFile { frames, samples, loudness_lufs, over })
}
