//! One pass of the limiter over what lies before it, with the latency taken away.

use twobus_dsp::Db;
use twobus_dsp::limiter::{Limiter, SPECS};
use twobus_dsp::processor::Processor;
use twobus_media::PcmReader;

use super::{MasterOptions, Processed};
use crate::error::Result;
use crate::playlist::PIECE_FRAMES;
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
    let latency = limiter.latency_frames() as u64;
    let drive = Db(drive_db).to_gain();
    let mut reader = PcmReader::open(&processed.path)?;
    let (mut left, mut right) = (vec![0.0; PIECE_FRAMES], vec![0.0; PIECE_FRAMES]);
    let mut at = 0;
    let mut deepest = Deepest { db: 0.0, frame: 0 };
    while at < processed.frames + latency {
        let frames = (processed.frames + latency - at).min(PIECE_FRAMES as u64);
        let frames = usize::try_from(frames).expect("a piece is short");
        let (left, right) = (&mut left[..frames], &mut right[..frames]);
        let found = reader.read(at, &mut [&mut *left, &mut *right])?;
        for side in [&mut *left, &mut *right] {
            side[found..].fill(0.0);
            side.iter_mut().for_each(|x| *x = (f64::from(*x) * drive) as f32);
        }
        limiter.process(left, right);
        let db = f64::from(limiter.gain_reduction_db());
        if db > deepest.db {
            deepest = Deepest { db, frame: at.saturating_sub(latency) };
        }
        let early = usize::try_from(latency.saturating_sub(at)).unwrap_or(usize::MAX).min(frames);
        sink(&left[early..], &right[early..])?;
        at += frames as u64;
        progress.advance(frames as u64)?;
    }
    Ok(deepest)
}

/// The limiter of the options, held to the target's ceiling.
fn ready(rate_hz: u32, options: &MasterOptions) -> Limiter {
    let mut limiter = Limiter::new(f64::from(rate_hz));
    for (index, value) in options.limiter.values.iter().enumerate() {
        limiter.set(index, *value);
    }
    limiter.set(param("drive"), 0.0);
    limiter.set(param("ceiling"), options.target.ceiling_dbtp);
    limiter.reset();
    limiter
}
