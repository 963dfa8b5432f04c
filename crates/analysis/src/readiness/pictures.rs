//! Curves of a file, for people to look at.

use serde::Serialize;
use twobus_dsp::Db;

use super::{Checker, HOP_S};
use crate::report::{CURVE_STEP_S, Report};

/// Points of the spectrum in an octave.
const PER_OCTAVE: f64 = 12.0;
/// Lowest frequency of the spectrum, in Hz.
const LOWEST_HZ: f64 = 20.0;
/// Highest frequency of the spectrum, in Hz.
const HIGHEST_HZ: f64 = 22_000.0;

/// Curves of one file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pictures {
    /// Length of the file, in seconds.
    pub length_s: f64,
    /// Highest magnitude of both channels every 10 ms, 1 being full scale.
    pub peaks: Vec<f32>,
    /// Mean spectrum: frequency in Hz, and level of a twelfth of an octave in dBFS.
    pub spectrum: Vec<(f64, f64)>,
    /// Correlation of left and right over 3 s, at every step of [`correlation_step_s`](Self::correlation_step_s).
    pub correlation: Vec<Option<f64>>,
    /// Time between two of them, in seconds.
    pub correlation_step_s: f64,
    /// Short-term loudness in LUFS at every step of [`loudness_step_s`](Self::loudness_step_s).
    pub loudness: Vec<Option<f32>>,
    /// Time between two of them, in seconds.
    pub loudness_step_s: f64,
}

pub(super) fn draw(checker: &Checker, report: &Report) -> Pictures {
    let spectra = &checker.spectra;
    Pictures {
        length_s: checker.frames as f64 / f64::from(checker.material.rate_hz.max(1)),
        peaks: checker.peaks.steps().to_vec(),
        spectrum: spectrum(&spectra.mean(), spectra.bin_hz()),
        correlation: checker.windows.correlations(),
        correlation_step_s: HOP_S,
        loudness: report.short_term_lufs.clone(),
        loudness_step_s: CURVE_STEP_S,
    }
}

/// Levels in twelfths of an octave; bins that are wider are shared out.
fn spectrum(mean: &[f64], bin_hz: f64) -> Vec<(f64, f64)> {
    let top = HIGHEST_HZ.min(mean.len() as f64 * bin_hz);
    let points = ((top / LOWEST_HZ).log2() * PER_OCTAVE).max(0.0) as u32;
    let half = 2.0_f64.powf(0.5 / PER_OCTAVE);
    let point = |index: u32| {
        let hz = LOWEST_HZ * 2.0_f64.powf(f64::from(index) / PER_OCTAVE);
        let (low, high) = (hz / half / bin_hz, hz * half / bin_hz);
        // Each bin reaches half a bin to either side of its frequency.
        let bins = (low + 0.5).floor() as usize..=(high + 0.5).floor() as usize;
        let share = |bin: usize| {
            let (from, to) = (bin as f64 - 0.5, bin as f64 + 0.5);
            (to.min(high) - from.max(low)).max(0.0)
        };
        let power: f64 = bins.filter_map(|bin| Some(mean.get(bin)? * share(bin))).sum();
        (hz, Db::from_power(power / 2.0).0.max(super::peaks::FLOOR_DBFS))
    };
    (0..points).map(point).collect()
}
