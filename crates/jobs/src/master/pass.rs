//! One pass of the limiter over what lies before it: kept, and measured on other threads meanwhile.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use twobus_dsp::Db;
use twobus_dsp::meter::loudness::{LoudnessMeter, weights};
use twobus_dsp::meter::true_peak::VerifiedPeak;

use super::limit::{Deepest, limit};
use super::spool::{Spool, SpoolWriter};
use super::{MasterOptions, Processed};
use crate::error::Result;
use crate::output::Chunk;
use crate::progress::Progress;

/// Chunks that may wait for another thread.
pub(super) const WAITING: usize = 8;

/// What the limiter made of a drive.
#[derive(Debug)]
pub(super) struct Pass {
    /// Gain before the limiter, in dB.
    pub(super) drive_db: f64,
    /// Integrated loudness behind the trim, in LUFS; minus infinity for silence.
    pub(super) lufs: f64,
    pub(super) deepest: Deepest,
    /// Gain that brings the verified true peak to the ceiling, in dB; 0 or below.
    pub(super) trim_db: f64,
    /// The samples, before the trim.
    pub(super) samples: Spool,
}

/// Limits `processed` after a gain of `drive_db`.
///
/// # Errors
/// When the temporary files cannot be written or read, or the job is cancelled.
pub(super) fn pass(
    processed: &Processed,
    drive_db: f64,
    options: &MasterOptions,
    progress: &Progress,
) -> Result<Pass> {
    let (ceiling, rate_hz) = (ceiling(options, processed.rate_hz), processed.rate_hz);
    let writer = SpoolWriter::create(processed.samples.folder());
    let (deepest, kept, true_peak) = thread::scope(|scope| {
        let (to_meter, chunks) = sync_channel::<Arc<Chunk>>(WAITING);
        let kept = scope.spawn(move || keep(writer, rate_hz, &chunks));
        let (to_peaks, chunks) = sync_channel::<Arc<Chunk>>(WAITING);
        let peaks = scope.spawn(move || verify(ceiling, &chunks));
        let deepest = limit(processed, drive_db, options, progress, |chunk| {
            let chunk = Arc::new(chunk);
            // Who has gone has reported why by what it returned.
            let _gone = (to_peaks.send(Arc::clone(&chunk)), to_meter.send(chunk));
        });
        drop((to_meter, to_peaks));
        let kept = kept.join().expect("a meter does not panic");
        (deepest, kept, peaks.join().expect("a meter does not panic"))
    });
    let (lufs, samples) = kept?;
    let trim_db = Db::from_gain(ceiling / true_peak).0.min(0.0);
    Ok(Pass { drive_db, lufs: lufs + trim_db, deepest: deepest?, trim_db, samples })
}

/// The highest true peak that leaves room for dither and rounding, which can add to it.
fn ceiling(options: &MasterOptions, rate_hz: u32) -> f64 {
    let step = match options.format.is_integer() {
        true => 1.0 / f64::from(1_u32 << (options.format.samples().bits() - 1)),
        false => 0.0,
    };
    let room = options.dither.at(rate_hz).peak_steps() * step;
    Db(options.target.ceiling_dbtp).to_gain() - room
}

/// Writes the chunks and measures their loudness.
fn keep(
    mut writer: SpoolWriter,
    rate_hz: u32,
    chunks: &Receiver<Arc<Chunk>>,
) -> Result<(f64, Spool)> {
    let mut meter = LoudnessMeter::new(f64::from(rate_hz), &weights(2));
    for chunk in chunks {
        let [left, right] = &*chunk;
        meter.push(&[left, right]);
        writer.push(left, right)?;
    }
    meter.finish();
    Ok((meter.loudness().integrated().0, writer.finish()?))
}

/// The true peak of the chunks by two interpolators, at least `ceiling`.
fn verify(ceiling: f64, chunks: &Receiver<Arc<Chunk>>) -> f64 {
    let mut peaks = VerifiedPeak::above(2, ceiling);
    for chunk in chunks {
        (0..2).for_each(|side| peaks.push(side, &chunk[side]));
    }
    peaks.finish();
    peaks.peak(0).max(peaks.peak(1))
}
