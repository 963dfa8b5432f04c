//! The frequencies at which spectra are kept and compared.
//!
//! Cells are equally wide on a logarithmic axis, so that a sum over cells is a smoothing that is equally wide
//! everywhere. Smoothing is as wide as what the ear hears as one band, its equivalent rectangular bandwidth
//! (B. R. Glasberg, B. C. J. Moore, "Derivation of auditory filter shapes from notched-noise data", Hearing
//! Research 47, 1990: 24.7 (4.37 f/kHz + 1) Hz), but nowhere narrower than half an octave, which is what bands an
//! octave wide can follow: 0.9 octaves at 50 Hz, a half from 110 Hz on. The notes of a song's key are not its tone.

use std::f64::consts::PI;
use std::ops::Range;
use std::sync::OnceLock;

use twobus_dsp::eq::prototype::{Setting, Shape};

/// Cells in an octave.
pub const CELLS_PER_OCTAVE: usize = 24;
/// Number of cells: ten octaves.
pub const CELLS: usize = 10 * CELLS_PER_OCTAVE;
/// Lower edge of the lowest cell, in Hz.
pub const LOWEST_HZ: f64 = 20.0;
/// Least width of the smoothing, in octaves: that of the rectangle with the same area and height.
pub const SMOOTHING_OCTAVES: f64 = 0.5;
/// Smoothing at a point inside of this range does not look outside of it, in Hz.
pub const RANGE_HZ: Range<f64> = 30.0..17_000.0;

/// Cells from one point of comparison to the next: a sixth of an octave.
const CELLS_PER_POINT: usize = 4;
/// Number of points of comparison.
pub const POINTS: usize = CELLS / CELLS_PER_POINT;
/// How far the smoothing reaches to either side, as a part of its width: beyond, its weight is below 1 %.
const REACH: f64 = 1.25;

/// Lower edge of cell `cell`, in Hz; that of [`CELLS`] is the end of the grid.
pub fn edge_hz(cell: usize) -> f64 {
    LOWEST_HZ * (cell as f64 / CELLS_PER_OCTAVE as f64).exp2()
}

/// Centre of cell `cell`, in Hz.
pub fn cell_hz(cell: usize) -> f64 {
    edge_hz(cell) * (0.5 / CELLS_PER_OCTAVE as f64).exp2()
}

/// Frequency of point `point`, in Hz.
pub fn point_hz(point: usize) -> f64 {
    edge_hz(point * CELLS_PER_POINT + CELLS_PER_POINT / 2)
}

/// The weights of the cells around a point, from the first of them on; their sum is 1.
#[derive(Debug, Clone)]
pub(super) struct Kernel {
    pub(super) first: usize,
    pub(super) weights: Vec<f64>,
}

impl Kernel {
    /// Mean power in `cells` around the point, of those below `end`.
    pub(super) fn mean_below(&self, cells: &[f64], end: usize) -> f64 {
        let inside = end.saturating_sub(self.first).min(self.weights.len());
        let weight: f64 = self.weights[..inside].iter().sum();
        let sum: f64 =
            self.weights[..inside].iter().zip(&cells[self.first..]).map(|(w, x)| w * x).sum();
        if weight > 0.0 { sum / weight } else { 0.0 }
    }

    /// Mean power in `cells` around the point.
    pub(super) fn mean(&self, cells: &[f64]) -> f64 {
        self.weights.iter().zip(&cells[self.first..]).map(|(weight, cell)| weight * cell).sum()
    }
}

/// The smoothing at every point.
pub(super) fn kernels() -> &'static [Kernel] {
    static KERNELS: OnceLock<Vec<Kernel>> = OnceLock::new();
    KERNELS.get_or_init(|| (0..POINTS).map(kernel).collect())
}

/// Width of the smoothing at `hz`, in octaves.
fn smoothing_octaves(hz: f64) -> f64 {
    let half = 0.5 * 24.7 * (4.37e-3 * hz + 1.0) / hz;
    // At and below 12 Hz, where there is no point, it would reach to nothing.
    ((1.0 + half) / (1.0 - half.min(0.9))).log2().max(SMOOTHING_OCTAVES)
}

/// A Gaussian over the logarithm of frequency; at the ends of the grid, what of it lies inside.
fn kernel(point: usize) -> Kernel {
    let middle = point * CELLS_PER_POINT + CELLS_PER_POINT / 2;
    let width = smoothing_octaves(point_hz(point)) * CELLS_PER_OCTAVE as f64;
    let reach = (REACH * width).ceil() as usize;
    let (first, end) = (middle.saturating_sub(reach), (middle + reach).min(CELLS));
    let sigma = width / (2.0 * PI).sqrt();
    let is_inside = RANGE_HZ.contains(&point_hz(point));
    let weight = |cell: usize| {
        if is_inside && !RANGE_HZ.contains(&cell_hz(cell)) {
            return 0.0;
        }
        let distance = cell as f64 + 0.5 - middle as f64;
        (-0.5 * (distance / sigma).powi(2)).exp()
    };
    let weights: Vec<f64> = (first..end).map(weight).collect();
    let sum: f64 = weights.iter().sum();
    Kernel { first, weights: weights.iter().map(|weight| weight / sum).collect() }
}

/// How loudness weights the power in each cell: ITU-R BS.1770-5, Annex 1, as analogue filters.
pub(super) fn k_weights() -> &'static [f64; CELLS] {
    const FILTERS: [Setting; 2] = [
        Setting {
            shape: Shape::HighShelf,
            frequency_hz: 1682.0,
            gain_db: 4.0,
            q: 0.7072,
            poles: 1,
        },
        Setting { shape: Shape::LowCut, frequency_hz: 38.0, gain_db: 0.0, q: 0.5, poles: 2 },
    ];
    static WEIGHTS: OnceLock<[f64; CELLS]> = OnceLock::new();
    WEIGHTS.get_or_init(|| {
        std::array::from_fn(|cell| {
            let db: f64 = FILTERS.iter().map(|filter| filter.prototype_db(cell_hz(cell))).sum();
            10.0_f64.powf(db / 10.0)
        })
    })
}

/// Power as a level in dB.
pub(super) fn db(power: f64) -> f64 {
    10.0 * power.max(f64::MIN_POSITIVE).log10()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smoothing_is_as_wide_as_the_ear_hears_and_keeps_what_is_flat() {
        for kernel in kernels() {
            assert!((kernel.mean(&[2.5; CELLS]) - 2.5).abs() < 1e-12);
        }
        for (hz, wanted) in [(1000.0, SMOOTHING_OCTAVES), (100.0, 0.52), (67.0, 0.70)] {
            let point =
                (0..POINTS).min_by_key(|point| (point_hz(*point) - hz).abs() as u64).unwrap();
            let highest = kernels()[point].weights.iter().copied().fold(0.0, f64::max);
            let octaves = 1.0 / highest / CELLS_PER_OCTAVE as f64;
            assert!((octaves / wanted - 1.0).abs() < 0.1, "{octaves} at {hz} Hz");
        }
    }

    #[test]
    fn points_lie_a_sixth_of_an_octave_apart() {
        assert!((point_hz(6) / point_hz(0) - 2.0).abs() < 1e-9);
        assert!(point_hz(0) > LOWEST_HZ && point_hz(POINTS - 1) < edge_hz(CELLS));
    }
}
