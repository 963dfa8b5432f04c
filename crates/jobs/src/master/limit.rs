//! One pass of the limiter over what lies before it, with the latency taken away.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use twobus_dsp::Db;
use twobus_dsp::limiter::{Asked, Limiter, SPECS};
use twobus_dsp::processor::Processor;

use super::pass::WAITING;
use super::{MasterOptions, Processed};
use crate::error::Result;
use crate::output::Chunk;
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

/// A block that is driven, and what its peaks ask for.
struct Driven {
    sides: [Vec<f32>; 2],
    asked: Asked,
}

/// Limits `processed` after a gain of `drive_db` and hands it to `sink` block by block, left and right.
/// Returns where the gain was lowest.
///
/// Peaks are read on a thread of their own, which takes about as long as all that follows from them.
pub(super) fn limit(
    processed: &Processed,
    drive_db: f64,
    options: &MasterOptions,
    progress: &Progress,
    mut sink: impl FnMut(Chunk),
) -> Result<Deepest> {
    let mut limiter = ready(processed.rate_hz, options);
    let latency = limiter.latency_frames();
    let (mut at, mut deepest) = (0, Deepest { db: 0.0, frame: 0 });
    let read = thread::scope(|scope| {
        let (driven, blocks) = sync_channel(WAITING);
        let reader = scope.spawn(move || drive(processed, drive_db, options, progress, &driven));
        for Driven { mut sides, asked } in blocks {
            let [left, right] = &mut sides;
            let frames = left.len();
            limiter.answer(left, right, &asked);
            let db = f64::from(limiter.gain_reduction_db());
            if db > deepest.db {
                deepest = Deepest { db, frame: (at as u64).saturating_sub(latency as u64) };
            }
            let early = latency.saturating_sub(at).min(frames);
            for side in &mut sides {
                let _early = side.drain(..early);
            }
            sink(sides);
            at += frames;
        }
        reader.join().expect("reading peaks does not panic")
    });
    read.map(|()| deepest)
}

/// Sends all of `processed` behind the drive, and the silence that brings out what the limiter holds back.
fn drive(
    processed: &Processed,
    drive_db: f64,
    options: &MasterOptions,
    progress: &Progress,
    driven: &SyncSender<Driven>,
) -> Result<()> {
    let mut limiter = ready(processed.rate_hz, options);
    let gain = Db(drive_db).to_gain();
    let silence = vec![0.0; limiter.latency_frames()];
    let mut send = |sides: [&[f32]; 2]| {
        let louder = |x: &f32| (f64::from(*x) * gain) as f32;
        let mut sides = sides.map(|side| side.iter().map(louder).collect::<Vec<f32>>());
        let frames = sides[0].len() as u64;
        let [left, right] = &mut sides;
        let asked = limiter.ask(left, right);
        // The other end takes blocks until there are no more.
        let _gone = driven.send(Driven { sides, asked });
        progress.advance(frames)
    };
    processed.samples.read(|left, right| send([left, right]))?;
    send([&silence, &silence])
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
