//! One band as the search sees it, and where a new one may begin.

use std::f64::consts::FRAC_1_SQRT_2;
use std::ops::RangeInclusive;

use twobus_dsp::eq::prototype::{Setting, Shape};

use super::{MAX_DB, Task, Trial};
use crate::matching::grid::{CELLS, cell_hz};

/// Where a band may lie, in Hz.
const RANGE_HZ: RangeInclusive<f64> = 30.0..=17_000.0;
/// Q of bells: none is narrower than an octave, as no single note is to be caught.
const BELL_Q: RangeInclusive<f64> = 0.3..=1.41;
/// Q of shelves: without a bump.
const SHELF_Q: RangeInclusive<f64> = 0.4..=0.9;
/// Q of bells that are tried.
const TRIED_Q: [f64; 3] = [0.45, 0.8, 1.3];
/// From one frequency that is tried to the next, in octaves.
const TRIED_OCTAVES: f64 = 0.4;
/// Gain below which a band is not worth having, in dB.
const LEAST_DB: f64 = 0.15;
/// Gain by which shapes are compared, in dB.
const PROBE_DB: f64 = 3.0;
/// Difference over which slopes are taken, in dB or as a part of an octave.
const DELTA: f64 = 0.02;

/// A band whose frequency, gain and Q the search moves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Band {
    shape: Shape,
    /// Logarithm of the frequency, gain in dB, logarithm of Q.
    at: [f64; 3],
}

impl Band {
    /// Place of the gain among the unknowns.
    pub(super) const GAIN: usize = 1;

    fn new(shape: Shape, frequency_hz: f64, gain_db: f64, q: f64) -> Self {
        Self { shape, at: [frequency_hz.ln(), gain_db, q.ln()] }.moved(&[0.0; 3])
    }

    pub(super) fn gain_db(&self) -> f64 {
        self.at[Self::GAIN]
    }

    pub(super) fn setting(&self) -> Setting {
        let [frequency, gain_db, q] = self.at;
        Setting { shape: self.shape, frequency_hz: frequency.exp(), gain_db, q: q.exp(), poles: 1 }
    }

    /// The same, `step` further and within its range.
    pub(super) fn moved(&self, step: &[f64]) -> Self {
        let q = if self.shape == Shape::Bell { BELL_Q } else { SHELF_Q };
        let limit = |value: f64, range: RangeInclusive<f64>| {
            value.clamp(range.start().ln(), range.end().ln())
        };
        // A step that leaves what is linear about a band tells little.
        let [frequency, gain_db, bandwidth] = self.at;
        Self {
            at: [
                limit(frequency + step[0].clamp(-0.5, 0.5), RANGE_HZ),
                (gain_db + step[1]).clamp(-MAX_DB, MAX_DB),
                limit(bandwidth + step[2].clamp(-0.5, 0.5), q),
            ],
            ..*self
        }
    }

    /// How the response in every cell, in dB, follows each unknown.
    pub(super) fn slopes_db(&self) -> [[f64; CELLS]; 3] {
        std::array::from_fn(|unknown| {
            let side = |delta: f64| {
                let mut at = self.at;
                at[unknown] += delta;
                response_db(&Self { at, ..*self }.setting())
            };
            let (low, high) = (side(-DELTA), side(DELTA));
            std::array::from_fn(|cell| (high[cell] - low[cell]) / (2.0 * DELTA))
        })
    }

    /// As people would set it: gain to 0.1 dB, three digits of frequency, two of Q.
    pub(super) fn rounded(&self) -> Setting {
        let setting = self.setting();
        let digits = |value: f64, digits: i32| {
            let unit = 10.0_f64.powi(value.log10().floor() as i32 + 1 - digits);
            (value / unit).round() * unit
        };
        let gain_db = (setting.gain_db * 10.0).round() / 10.0;
        Setting {
            frequency_hz: digits(setting.frequency_hz, 3),
            gain_db: if gain_db.abs() < LEAST_DB { 0.0 } else { gain_db },
            q: digits(setting.q, 2),
            ..setting
        }
    }
}

/// Response of a band with a gain in every cell, in dB: shapes with a gain are one section.
pub(super) fn response_db(setting: &Setting) -> [f64; CELLS] {
    let section = setting.prototype()[0];
    std::array::from_fn(|cell| 10.0 * section.power(cell_hz(cell) / setting.frequency_hz).log10())
}

/// The best new band of each shape, by what it would take from what is left if nothing else moved.
pub(super) fn candidates(task: &Task<'_>, trial: &Trial) -> Vec<Band> {
    let shapes: [(Shape, &[f64]); 4] = [
        (Shape::Bell, &TRIED_Q),
        (Shape::LowShelf, &[FRAC_1_SQRT_2]),
        (Shape::HighShelf, &[FRAC_1_SQRT_2]),
        (Shape::Tilt, &[FRAC_1_SQRT_2]),
    ];
    let octaves = (RANGE_HZ.end() / RANGE_HZ.start()).log2();
    let steps = (octaves / TRIED_OCTAVES).ceil() as usize;
    let best = |(shape, qs): (Shape, &[f64])| {
        let places = (0..=steps)
            .map(|step| RANGE_HZ.start() * (octaves * step as f64 / steps as f64).exp2());
        let all = places.flat_map(|hz| qs.iter().map(move |q| (hz, *q)));
        all.filter_map(|(hz, q)| probe(task, trial, shape, (hz, q)))
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, band)| band)
    };
    shapes.into_iter().filter_map(best).collect()
}

/// What a band of this shape and place would take from the squares of what is left, with the gain that
/// takes most.
fn probe(task: &Task<'_>, trial: &Trial, shape: Shape, (hz, q): (f64, f64)) -> Option<(f64, Band)> {
    let setting = Setting { shape, frequency_hz: hz, gain_db: PROBE_DB, q, poles: 1 };
    let section = setting.prototype()[0];
    // Sums of the weights, the shape and what is left, and of their products.
    let (mut all, mut units, mut missing, mut common, mut own) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (point, point_hz) in task.points() {
        let unit = 10.0 * section.power(point_hz / hz).log10() / PROBE_DB;
        let (weight, left) = (task.wishes[point].weight, trial.missing_db(task, point));
        all += weight;
        units += weight * unit;
        missing += weight * left;
        common += weight * unit * left;
        own += weight * unit * unit;
    }
    // The offset follows the band.
    let (common, own) = (common - units * missing / all, own - units * units / all);
    let gain_db = (common / own).clamp(-MAX_DB, MAX_DB);
    let taken = gain_db * (2.0 * common - gain_db * own);
    (own > 0.0 && gain_db != 0.0).then(|| (taken, Band::new(shape, hz, gain_db, q)))
}
