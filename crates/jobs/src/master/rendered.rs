//! A master that is ready to be written: driven to its target and verified, for one rate and one target.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use twobus_analysis::Report;
use twobus_dsp::Db;
use twobus_dsp::dither::Dither;
use twobus_media::SampleHash;

use super::drive::{Drive, settle};
use super::pass::{Pass, WAITING};
use super::{MasterOptions, Processed, Source, capped_note};
use crate::error::{Error, Result};
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
}

/// A file that was written.
#[derive(Debug)]
pub(crate) struct WrittenFile {
    pub(crate) frames: u64,
    pub(crate) samples: SampleHash,
    /// Integrated loudness of what was written, in LUFS; `None` where it is too quiet to be measured.
    pub(crate) lufs: Option<f64>,
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

    /// True when the target's loudness was out of reach under its cap on gain reduction.
    pub(crate) fn is_capped(&self) -> bool {
        self.drive.capped
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

    /// Writes all of `files` in one go, each on a thread of its own; one outcome a file. A file that fails does
    /// not keep the others from being written.
    pub(crate) fn write(
        &self,
        files: &[NewFile<'_>],
        options: &MasterOptions,
        progress: &Progress,
    ) -> Vec<Result<WrittenFile>> {
        let gain = Db(self.limited.trim_db).to_gain();
        let (read, written) = thread::scope(|scope| {
            let begin = |file| {
                let (to_file, pieces) = sync_channel::<Message>(WAITING);
                (to_file, scope.spawn(move || self.write_one(file, options, &pieces)))
            };
            let (to_files, writers): (Vec<_>, Vec<_>) = files.iter().map(begin).unzip();
            // A file that has gone has reported why by what it returned.
            let send = |message: Message| {
                to_files.iter().for_each(|to_file| drop(to_file.send(message.clone())));
            };
            let read = self.limited.samples.read(|left, right| {
                let frames = left.len() as u64;
                send(Message::Piece(Arc::new([left, right].map(|side| scaled(side, gain)))));
                progress.advance(frames)
            });
            if read.is_ok() {
                send(Message::End);
            }
            drop(to_files);
            let join = |writer: thread::ScopedJoinHandle<'_, _>| {
                writer.join().expect("writing does not panic")
            };
            (read, writers.into_iter().map(join).collect())
        });
        match read {
            Ok(()) => written,
            Err(error) => files.iter().map(|_| Err(error.again())).collect(),
        }
    }

    /// Writes a file of the pieces that come; without an end, there will be no file.
    fn write_one(
        &self,
        file: &NewFile<'_>,
        options: &MasterOptions,
        pieces: &Receiver<Message>,
    ) -> Result<WrittenFile> {
        let spec = OutputSpec {
            path: file.path,
            format: file.format,
            rate_hz: self.rate_hz,
            dither: file.dither,
            overwrite: options.overwrite,
            start_frame: 0,
            tags: &options.tags,
        };
        let mut output = Output::create(&spec, None)?;
        for message in pieces {
            match message {
                Message::Piece(piece) => output.push(&piece[0], &piece[1])?,
                Message::End => {
                    let lufs = Some(self.limited.lufs).filter(|lufs| lufs.is_finite());
                    return finish(output, lufs);
                }
            }
        }
        Err(Error::Cancelled)
    }

    /// What a person should know of a target that was out of reach.
    pub(crate) fn shortfall(&self, after: &Report, options: &MasterOptions) -> Option<String> {
        let reduction_s = self.limited.deepest.frame as f64 / f64::from(self.rate_hz);
        capped_note(&self.drive, reduction_s, after, &options.target)
    }
}

/// What a file's thread is sent.
#[derive(Clone)]
enum Message {
    /// The next samples, left and right.
    Piece(Arc<[Vec<f64>; 2]>),
    /// That was all.
    End,
}

fn scaled(samples: &[f32], gain: f64) -> Vec<f64> {
    samples.iter().map(|&x| f64::from(x) * gain).collect()
}

fn finish(mut output: Output, lufs: Option<f64>) -> Result<WrittenFile> {
    output.flush()?;
    let (over, samples) = (output.over(), output.samples().clone());
    let frames = output.finish()?.frames;
    Ok(WrittenFile { frames, samples, lufs, over })
}
