//! A file read once, for its profile or through a chain.

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use twobus_analysis::Report;
use twobus_analysis::matching::{Profile, Profiler};
use twobus_dsp::meter::loudness::{LoudnessMeter, STEREO};
use twobus_dsp::meter::true_peak::TruePeak;
use twobus_dsp::{Db, Processor};
use twobus_media::{Decoder, Depth, Info, probe};
use twobus_session::Device;

use crate::error::{Error, Result};
use crate::progress::Progress;

/// Blocks that may wait for a device or a meter.
const WAITING: usize = 8;

/// What is measured behind a chain.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chained {
    pub(super) integrated_lufs: f64,
    pub(super) true_peak_dbtp: f64,
    /// Largest gain reduction of its compressors, in dB.
    pub(super) reduction_db: f64,
    /// Gain that was added so that the song stays as loud, in dB.
    pub(super) made_up_db: f64,
}

impl Chained {
    /// Behind no device.
    pub(super) fn untouched(report: &Report) -> Self {
        let silence = f64::NEG_INFINITY;
        Self {
            integrated_lufs: report.integrated_lufs.unwrap_or(silence),
            true_peak_dbtp: report.true_peak.map_or(silence, |peak| peak.value),
            reduction_db: 0.0,
            made_up_db: 0.0,
        }
    }
}

/// Measures the file at `path` after a gain of `trim`.
pub(super) fn profile(path: &Path, trim: Db, progress: &Progress) -> Result<Profile> {
    let mut profiler = None;
    read(path, trim, progress, |info, left, right| {
        let bits = match info.depth {
            Depth::Int(bits) => Some(bits),
            Depth::Float(_) | Depth::Lossy => None,
        };
        profiler.get_or_insert_with(|| Profiler::new(info.rate_hz, bits)).push(left, right);
    })?;
    profiler.and_then(Profiler::finish).ok_or_else(|| {
        let problem = "is silent, or as good as; there is nothing to compare";
        Error::Stem { path: path.to_owned(), problem }
    })
}

/// Measures the file at `path` after a gain of `trim` and the devices of `chain`, one after the other, each
/// on a thread of its own.
///
/// This is for numbers; what is heard and delivered runs through the renderer.
pub(super) fn through(
    path: &Path,
    chain: &[Device],
    trim: Db,
    progress: &Progress,
) -> Result<Chained> {
    let bytes = std::fs::metadata(path).map_or(0, |file| file.len());
    progress.begin("Measuring", bytes);
    let rate_hz = f64::from(probe(path)?.rate_hz);
    thread::scope(|scope| {
        let (first, mut blocks) = sync_channel::<[Vec<f32>; 2]>(WAITING);
        let mut stages = Vec::new();
        for device in chain {
            let (next, behind) = sync_channel(WAITING);
            let before = std::mem::replace(&mut blocks, behind);
            let device = device.kind.build(&device.values, rate_hz);
            stages.push(scope.spawn(move || run(device, &before, &next)));
        }
        let meters = scope.spawn(move || measured(rate_hz, &blocks));
        let read = read(path, trim, progress, |_, left, right| {
            // Every stage takes blocks until there are no more.
            let _gone = first.send([left.to_vec(), right.to_vec()]);
        });
        drop(first);
        let reductions =
            stages.into_iter().map(|stage| stage.join().expect("devices do not panic"));
        let reduction_db = reductions.fold(0.0, f32::max);
        let (integrated, peak) = meters.join().expect("meters do not panic");
        read?;
        let problem = "is silent, or as good as; there is nothing to compare";
        if integrated.is_silence() {
            return Err(Error::Stem { path: path.to_owned(), problem });
        }
        let reduction_db = f64::from(reduction_db);
        Ok(Chained {
            integrated_lufs: integrated.0,
            true_peak_dbtp: peak.0,
            reduction_db,
            made_up_db: 0.0,
        })
    })
}

/// Passes all blocks through a device; its largest gain reduction, in dB.
fn run(
    mut device: Box<dyn Processor>,
    blocks: &Receiver<[Vec<f32>; 2]>,
    next: &SyncSender<[Vec<f32>; 2]>,
) -> f32 {
    let mut reduction_db = 0.0_f32;
    for [mut left, mut right] in blocks {
        device.process(&mut left, &mut right);
        reduction_db = reduction_db.max(device.gain_reduction_db());
        // Whoever comes next takes blocks until there are no more.
        let _gone = next.send([left, right]);
    }
    reduction_db
}

/// Integrated loudness and true peak.
fn measured(rate_hz: f64, blocks: &Receiver<[Vec<f32>; 2]>) -> (Db, Db) {
    let (mut loudness, mut peaks) = (LoudnessMeter::new(rate_hz, STEREO), TruePeak::new(2));
    for [left, right] in blocks {
        loudness.push(&[&left, &right]);
        peaks.push(0, &left);
        peaks.push(1, &right);
    }
    peaks.finish();
    (loudness.loudness().integrated(), peaks.peak_db())
}

/// Reads a file from start to end; a mono one is given on both sides.
fn read(
    path: &Path,
    trim: Db,
    progress: &Progress,
    mut sink: impl FnMut(&Info, &[f32], &[f32]),
) -> Result<()> {
    let mut decoder = Decoder::open(path)?;
    let info = decoder.info().clone();
    if info.channels > 2 {
        let problem = "has more than two channels; only stereo and mono files can be compared";
        return Err(Error::Stem { path: path.to_owned(), problem });
    }
    let gain = trim.to_gain();
    let (mut block, mut told) = (Vec::new(), 0);
    while decoder.next(&mut block)? > 0 {
        if gain != 1.0 {
            let samples = block.iter_mut().flatten();
            samples.for_each(|x| *x = (f64::from(*x) * gain) as f32);
        }
        if let (Some(left), Some(right)) = (block.first(), block.last()) {
            sink(&info, left, right);
        }
        let done = decoder.bytes_read();
        progress.advance(done - told)?;
        told = done;
    }
    Ok(())
}
