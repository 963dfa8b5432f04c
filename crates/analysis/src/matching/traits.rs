//! What of a song is compared: numbers that people know, and its spectrum.

use serde::Serialize;

use super::bands::CREST_BANDS;
use super::grid::{POINTS, cell_hz, db, k_weights, kernels, point_hz};
use super::profile::{FLAT, Loudest, Profile};

/// Side below the middle by more than this says nothing, in dB: leakage, noise, a codec's rest.
pub const LEAST_WIDTH_DB: f64 = -30.0;
/// Where width is judged, in Hz: below, most records are mono, and above there is little of either.
const WIDTH_RANGE_HZ: (f64, f64) = (120.0, 16_000.0);

/// One point of a spectrum.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Point {
    /// Frequency, in Hz.
    pub hz: f64,
    /// Level of a cell of 1/24 octave, smoothed, in dB relative to the loudness; `None` beyond
    /// what the rate carries, and beyond where a low-pass or a codec ended the song.
    pub level_db: Option<f64>,
    /// Side relative to the middle, in dB; `None` where it is below [`LEAST_WIDTH_DB`] or not carried.
    pub side_db: Option<f64>,
}

/// What of a song, or of several references together, is compared.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Traits {
    /// Integrated loudness, in LUFS.
    pub integrated_lufs: f64,
    /// Highest short-term loudness, in LUFS.
    pub short_term_max_lufs: f64,
    /// Highest true peak, in dBTP.
    pub true_peak_dbtp: f64,
    /// Peak to loudness ratio, in LU.
    pub plr_lu: f64,
    /// Loudness range, in LU; `None` for what is too short.
    pub range_lu: Option<f64>,
    /// Peak above RMS in four bands over the loudest parts, in dB.
    pub crest_db: [Option<f64>; CREST_BANDS],
    /// Side relative to the middle over the loudest parts, weighted as loudness weights frequencies, in dB;
    /// `None` if the song is as good as mono.
    pub width_db: Option<f64>,
    /// Where a low-pass or a codec ended the song, in Hz; the lowest of several.
    pub end_hz: Option<f64>,
    /// The spectrum of the loudest parts.
    pub spectrum: Vec<Point>,
}

impl Traits {
    /// The traits of a song.
    pub fn of(profile: &Profile) -> Self {
        let report = &profile.report;
        let loudest = profile.loudest(&FLAT);
        let integrated = report.integrated_lufs.unwrap_or(f64::NEG_INFINITY);
        let true_peak = report.true_peak.map_or(integrated, |peak| peak.value);
        Self {
            integrated_lufs: integrated,
            // Below 3 s there is no short-term loudness.
            short_term_max_lufs: report.short_term_max.map_or(integrated, |max| max.value),
            true_peak_dbtp: true_peak,
            plr_lu: true_peak - integrated,
            range_lu: report.range_lu,
            crest_db: profile.crests_db(),
            width_db: width_db(&loudest),
            end_hz: loudest.end_hz(),
            spectrum: spectrum(&loudest),
        }
    }

    /// The mean of several, with their weights: of figures in dB, since so they are heard. None of none.
    pub fn mean(all: &[(Self, f64)]) -> Option<Self> {
        let first = &all.first()?.0;
        let mean = |value: &dyn Fn(&Self) -> Option<f64>| {
            let with = all.iter().filter_map(|(traits, weight)| Some((value(traits)?, *weight)));
            let (sum, weights) = with.fold((0.0, 0.0), |(sum, all), (value, weight)| {
                (sum + value * weight, all + weight)
            });
            (weights > 0.0).then(|| sum / weights)
        };
        let always = |value: &dyn Fn(&Self) -> f64| mean(&|traits| Some(value(traits)));
        let point = |(number, point): (usize, &Point)| Point {
            hz: point.hz,
            level_db: mean(&|traits| traits.spectrum[number].level_db),
            side_db: mean(&|traits| traits.spectrum[number].side_db),
        };
        Some(Self {
            integrated_lufs: always(&|traits| traits.integrated_lufs)?,
            short_term_max_lufs: always(&|traits| traits.short_term_max_lufs)?,
            true_peak_dbtp: always(&|traits| traits.true_peak_dbtp)?,
            plr_lu: always(&|traits| traits.plr_lu)?,
            range_lu: mean(&|traits| traits.range_lu),
            crest_db: std::array::from_fn(|band| mean(&|traits| traits.crest_db[band])),
            width_db: mean(&|traits| traits.width_db),
            end_hz: all.iter().filter_map(|(traits, _)| traits.end_hz).reduce(f64::min),
            spectrum: first.spectrum.iter().enumerate().map(point).collect(),
        })
    }
}

fn spectrum(loudest: &Loudest) -> Vec<Point> {
    let end_hz = loudest.end_hz();
    let (levels, widths) = (loudest.levels_db(end_hz), loudest.widths_db());
    let point = |point: usize| {
        let carried = loudest.carries(point) && !Loudest::is_beyond(end_hz, point_hz(point));
        let width = Some(widths[point]).filter(|width| carried && *width >= LEAST_WIDTH_DB);
        Point { hz: point_hz(point), level_db: carried.then_some(levels[point]), side_db: width }
    };
    (0..POINTS).map(point).collect()
}

/// Mean of the width over frequency, each point by what it adds to the loudness; none where the side as a
/// whole is below [`LEAST_WIDTH_DB`].
fn width_db(loudest: &Loudest) -> Option<f64> {
    let widths = loudest.widths_db();
    let (mut sum, mut all, mut power) = (0.0, 0.0, 0.0);
    for (share, width) in shares(loudest).iter().zip(widths).filter(|(share, _)| **share > 0.0) {
        power += share * 10.0_f64.powf(0.1 * width);
        if width >= LEAST_WIDTH_DB {
            sum += share * width;
            all += share;
        }
    }
    // A few cells of side in a mono record are none.
    let is_wide = db(power) >= LEAST_WIDTH_DB;
    (all > 0.1 && is_wide).then(|| sum / all)
}

/// What each point adds to the loudness, within the range in which width is judged; the sum is 1.
pub(super) fn shares(loudest: &Loudest) -> [f64; POINTS] {
    let weights = k_weights();
    let both = loudest.both();
    let heard: Vec<f64> = both.iter().zip(weights).map(|(power, weight)| power * weight).collect();
    let (low, high) = WIDTH_RANGE_HZ;
    let inside = |cell: usize| (low..high).contains(&cell_hz(cell));
    let heard: Vec<f64> = heard
        .iter()
        .enumerate()
        .map(|(cell, power)| if inside(cell) { *power } else { 0.0 })
        .collect();
    let points: [f64; POINTS] = std::array::from_fn(|point| kernels()[point].mean(&heard));
    let sum: f64 = points.iter().sum();
    points.map(|point| if sum > 0.0 { point / sum } else { 0.0 })
}
