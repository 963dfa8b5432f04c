//! A file read once, for its profile or through a chain.

use std::path::Path;

use twobus_analysis::matching::{Profile, Profiler};
use twobus_analysis::{Analyzer, Report};
use twobus_dsp::{Db, Processor};
use twobus_media::{Decoder, Depth, Info};
use twobus_session::Device;

use crate::error::{Error, Result};
use crate::progress::Progress;

/// What is measured behind a chain.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chained {
    pub(super) integrated_lufs: f64,
    pub(super) true_peak_dbtp: f64,
    /// Largest gain reduction of its compressors, in dB.
    pub(super) reduction_db: f64,
}

impl Chained {
    /// Behind no device.
    pub(super) fn untouched(report: &Report) -> Self {
        let silence = f64::NEG_INFINITY;
        Self {
            integrated_lufs: report.integrated_lufs.unwrap_or(silence),
            true_peak_dbtp: report.true_peak.map_or(silence, |peak| peak.value),
            reduction_db: 0.0,
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

/// Measures the file at `path` after a gain of `trim` and the devices of `chain`, one after the other.
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
    let mut running: Option<(Vec<Box<dyn Processor>>, Analyzer)> = None;
    let (mut block, mut reduction_db) = ([Vec::new(), Vec::new()], 0.0_f32);
    read(path, trim, progress, |info, left, right| {
        let (devices, analyzer) = running.get_or_insert_with(|| {
            let build =
                |device: &Device| device.kind.build(&device.values, f64::from(info.rate_hz));
            (chain.iter().map(build).collect(), Analyzer::new(info.rate_hz, 2))
        });
        for (block, side) in block.iter_mut().zip([left, right]) {
            block.clear();
            block.extend_from_slice(side);
        }
        let [left, right] = &mut block;
        for device in devices.iter_mut() {
            device.process(left, right);
            reduction_db = reduction_db.max(device.gain_reduction_db());
        }
        analyzer.push(&[left.as_slice(), right.as_slice()]);
    })?;
    let report = running.map(|(_, analyzer)| analyzer.finish());
    let report = report.filter(|report| report.integrated_lufs.is_some()).ok_or_else(|| {
        let problem = "is silent, or as good as; there is nothing to compare";
        Error::Stem { path: path.to_owned(), problem }
    })?;
    Ok(Chained { reduction_db: f64::from(reduction_db), ..Chained::untouched(&report) })
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
