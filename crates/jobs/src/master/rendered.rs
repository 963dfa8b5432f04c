//! A master that is ready to be written: driven to its target and verified, for one rate and one target.

use std::path::Path;

use twobus_analysis::Report;
use twobus_dsp::Db;
use twobus_dsp::dither::Dither;
use twobus_dsp::meter::loudness::{LoudnessMeter, weights};
use twobus_media::SampleHash;

use super::{
    Drive, Limited, MasterOptions, Processed, Source, capped_note, drive_and_verify, limit,
};
use crate::error::Result;
use crate::output::{Format, Output, OutputSpec, Over, depth};
use crate::progress::Progress;

/// What lies before the limiter, how the limiter is driven, and what has to follow it.
pub(crate) struct Rendered {
    pub(super) processed: Processed,
    pub(super) drive: Drive,
    pub(super) limited: Limited,
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
        processed: Processed,
        options: &MasterOptions,
        progress: &Progress,
    ) -> Result<Self> {
        let (drive, limited) = drive_and_verify(&processed, options, progress)?;
        Ok(Self { processed, drive, limited })
    }

    /// Its rate, in Hz.
    pub(crate) fn rate_hz(&self) -> u32 {
        self.processed.rate_hz
    }

    /// Gain before the limiter, and its largest gain reduction, in dB.
    pub(crate) fn limited_db(&self) -> (f64, f64) {
        (self.drive.db, self.limited.reduction_db)
    }

    /// The dither of a file of `format`: none for a copy of samples that the format holds.
    pub(crate) fn dither(
        &self,
        source: &Source,
        format: Format,
        options: &MasterOptions,
    ) -> Dither {
        let Limited { reduction_db, trim_db, .. } = self.limited;
        let gains = [options.trim.0, self.drive.db, reduction_db, trim_db];
        let converted = self.processed.rate_hz != source.before.info.rate_hz;
        let processed = converted || !options.chain.is_empty() || gains.iter().any(|db| *db != 0.0);
        let wanted = options.dither.at(self.processed.rate_hz);
        format.dither_as(wanted, depth(&source.before.info), processed)
    }

    /// Writes all of `files` in one pass of the limiter; one outcome a file. A file that fails does not keep
    /// the others from being written.
    pub(crate) fn write(
        &self,
        files: &[NewFile<'_>],
        options: &MasterOptions,
        progress: &Progress,
    ) -> Vec<Result<WrittenFile>> {
        let Processed { rate_hz, .. } = self.processed;
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
        let mut meter = LoudnessMeter::new(f64::from(rate_hz), &weights(2));
        let pass = limit(&self.processed, self.drive.db, options, progress, |left, right| {
            meter.push(&[left, right]);
            for output in &mut outputs {
                let pushed = output.as_mut().map(|(output, gain)| push(output, *gain, left, right));
                if let Ok(Err(error)) = pushed {
                    *output = Err(error);
                }
            }
            Ok(())
        });
        if let Err(error) = pass {
            return files.iter().map(|_| Err(error.again())).collect();
        }
        meter.finish();
        let lufs = meter.loudness().integrated().0;
        let finish = |(output, file): (Result<(Output, f64)>, &NewFile<'_>)| {
            let loudness_lufs =
                lufs.is_finite().then_some(lufs + self.limited.trim_db + file.gain_db);
            finish(output?.0, loudness_lufs)
        };
        outputs.into_iter().zip(files).map(finish).collect()
    }

    /// What a person should know of a target that was out of reach.
    pub(crate) fn shortfall(&self, after: &Report, options: &MasterOptions) -> Option<String> {
        let reduction_s = self.limited.reduction_at as f64 / f64::from(self.processed.rate_hz);
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
