//! The report on any audio file, and on what is being written.

use std::path::Path;
use std::sync::Mutex;
use std::sync::mpsc::Receiver;

use twobus_analysis::{Checked, Checker, Coding, Material, Report};
use twobus_media::{Decoder, Info, Warning};
use twobus_session::Measurements;

use crate::error::Result;
use crate::measuring::Measuring;
use crate::output::{Chunk, Format};
use crate::progress::Progress;
use crate::sketch::{Sketch, Sketcher};

/// What an audio file is and measures.
#[derive(Debug, Clone)]
pub struct Analysis {
    /// The file.
    pub info: Info,
    /// What it measures.
    pub report: Report,
    /// What a person should know about the file.
    pub warnings: Vec<Warning>,
}

/// Decodes and measures the file at `path`.
///
/// # Errors
/// When it cannot be read, or the job is cancelled.
pub fn analyze(path: &Path, progress: &Progress) -> Result<Analysis> {
    let bytes = std::fs::metadata(path).map_or(0, |file| file.len());
    progress.begin("Measuring", bytes);
    measure(path, false, |bytes| progress.advance(bytes))
}

/// As [`analyze`], of a file as it is heard: a mono one is on both sides, which ITU-R BS.1770 reads 3 LU
/// louder than one channel alone.
///
/// # Errors
/// As [`analyze`].
pub fn analyze_as_heard(path: &Path, progress: &Progress) -> Result<Analysis> {
    let bytes = std::fs::metadata(path).map_or(0, |file| file.len());
    progress.begin("Measuring", bytes);
    measure(path, true, |bytes| progress.advance(bytes))
}

/// As [`analyze`], beside work that the progress belongs to.
pub(crate) fn analyze_beside(path: &Path, progress: &Progress) -> Result<Analysis> {
    measure(path, false, |_| progress.advance(0))
}

/// Calls `advance` with the bytes of every block; mono is measured `on_both_sides` or as it is.
fn measure(
    path: &Path,
    on_both_sides: bool,
    mut advance: impl FnMut(u64) -> Result<()>,
) -> Result<Analysis> {
    let mut decoder = Decoder::open(path)?;
    let info = decoder.info().clone();
    let doubled = on_both_sides && info.channels == 1;
    let mut measuring = Measuring::new(info.rate_hz, if doubled { 2 } else { info.channels });
    let mut block = Vec::new();
    let mut told = 0;
    while decoder.next(&mut block)? > 0 {
        if doubled {
            block.truncate(1);
            block.extend_from_within(..);
        }
        measuring.push(&mut block);
        let read = decoder.bytes_read();
        advance(read - told)?;
        told = read;
    }
    Ok(Analysis { info, report: measuring.finish(), warnings: decoder.warnings() })
}

/// Measures and checks the chunks of a file of `format` that arrive until there are no more.
pub(crate) fn listen(
    rate_hz: u32,
    format: Format,
    chunks: &Receiver<Chunk>,
    sketch: &Mutex<Sketch>,
) -> Checked {
    let coding = match format.is_integer() {
        true => Coding::Integer(format.samples().bits()),
        false => Coding::Float,
    };
    let mut checker = Checker::new(Material { rate_hz, coding });
    if let Ok(mut sketch) = sketch.lock() {
        *sketch = Sketch { rate_hz, ..Sketch::default() };
    }
    let mut sketcher = Sketcher::new();
    for [left, right] in chunks {
        checker.push(&left, &right);
        sketcher.push(&left, &right);
        sketcher.renew(sketch, || checker.so_far());
    }
    checker.finish()
}

/// The figures that are kept with a print.
pub(crate) fn measurements(report: &Report) -> Measurements {
    Measurements {
        integrated_lufs: report.integrated_lufs,
        short_term_max_lufs: report.short_term_max.map(|extreme| extreme.value),
        momentary_max_lufs: report.momentary_max.map(|extreme| extreme.value),
        range_lu: report.range_lu,
        true_peak_dbtp: report.true_peak.map(|extreme| extreme.value),
        peak_dbfs: report.sample_peak.map(|extreme| extreme.value),
    }
}
