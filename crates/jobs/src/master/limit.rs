//! One pass of the limiter over what lies before it, with the latency taken away.

use twobus_dsp::Db;
use twobus_dsp::limiter::{Limiter, SPECS};
use twobus_dsp::processor::Processor;

use super::{MasterOptions, Processed};
use crate::error::Result;
use crate::progress::Progress;

/// Index of the limiter's parameter `id`.
pub(super) fn param(id: &str) -> usize {
    let found = SPECS.iter().position(|spec| spec.id == id);
    found.expect("the limiter declares its drive, ceiling and release")
}

/// The largest gain reduction.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deepest {
    /// In dB.
    pub(super) db: f64,
    /// First frame of the block that holds it.
    pub(super) frame: u64,
}

/// Limits `processed` after a gain of `drive_db` and hands it to `sink` block by block, left and right.
/// Returns where the gain was lowest.
pub(super) fn limit(
    processed: &Processed,
    drive_db: f64,
    options: &MasterOptions,
    progress: &Progress,
    mut sink: impl FnMut(&[f32], &[f32]) -> Result<()>,
) -> Result<Deepest> {
    let mut limiter = ready(processed.rate_hz, options);
    let latency = limiter.latency_frames();
    let drive = Db(drive_db).to_gain();
    let (mut at, mut deepest) = (0, Deepest { db: 0.0, frame: 0 });
    let mut piece = [Vec::new(), Vec::new()];
    let mut run = |sides: [&[f32]; 2]| {
        let frames = sides[0].len();
        for (piece, side) in piece.iter_mut().zip(sides) {
            piece.clear();
            piece.extend(side.iter().map(|&x| (f64::from(x) * drive) as f32));
        }
        let [left, right] = &mut piece;
        limiter.process(left, right);
        let db = f64::from(limiter.gain_reduction_db());
        if db > deepest.db {
            deepest = Deepest { db, frame: (at as u64).saturating_sub(latency as u64) };
        }
        let early = latency.saturating_sub(at).min(frames);
        sink(&left[early..], &right[early..])?;
        at += frames;
        progress.advance(frames as u64)
    };
    processed.samples.read(|left, right| run([left, right]))?;
    // Silence brings out what the limiter holds back.
    let silence = vec![0.0; latency];
    run([&silence, &silence])?;
    Ok(deepest)
}

/// The limiter of the options.
fn ready(rate_hz: u32, options: &MasterOptions) -> Limiter {
    let mut limiter = Limiter::new(f64::from(rate_hz));
    limiter_values(options)
        .iter()
        .enumerate()
        .for_each(|(index, value)| limiter.set(index, *value));
    limiter.reset();
    limiter
}

/// The limiter's values, held to the target's ceiling; the drive lies before it.
pub(super) fn limiter_values(options: &MasterOptions) -> Vec<f64> {
    let mut values: Vec<f64> = SPECS.iter().map(|spec| spec.default).collect();
    values.iter_mut().zip(&options.limiter.values).for_each(|(value, own)| *value = *own);
    values[param("drive")] = 0.0;
    values[param("ceiling")] = options.target.ceiling_dbtp;
    values
}
