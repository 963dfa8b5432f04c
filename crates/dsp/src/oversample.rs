//! Interpolation between samples: what a true-peak meter and a true-peak limiter look at.
//!
//! Two steps. The first computes the value halfway between two frames with a long half-band filter,
//! the only place where a steep filter is needed. The second divides each half into
//! [`FINE_STEPS`] parts with a short filter, because the signal then fills only half of its band.
//! Together they look at [`FACTOR`] points per frame at a small fraction of the cost of one
//! single-step filter of equal steepness.
//!
//! Both filters are windowed sincs with a Dolph–Chebyshev window: C. L. Dolph, "A Current
//! Distribution for Broadside Arrays Which Optimizes the Relationship Between Beam Width and
//! Side-Lobe Level", Proc. IRE 34(6), 1946. Multistage design: R. E. Crochiere, L. R. Rabiner,
//! "Multirate Digital Signal Processing", 1983, chapter 5. The largest error of looking at finitely
//! many points: ITU-R BS.1770-5, Annex 2, Attachment 1.

mod scan;

use std::f64::consts::PI;

pub use scan::{BLOCK, MARGIN, Scanner};
use scan::{Extent, Far, SLACK, higher};

/// Frames on each side of a half that the half-band filter sees.
pub const HALF_REACH: usize = 128;

/// Points of the doubled signal that the fine filter sees.
pub const FINE_TAPS: usize = 12;

/// Parts into which the fine filter divides half a frame.
pub const FINE_STEPS: usize = 16;

/// Pairs of positions that mirror each other in half a frame; the last is the middle, twice.
const PAIRS: usize = FINE_STEPS / 2;

/// Points looked at per frame.
pub const FACTOR: usize = 2 * FINE_STEPS;

/// Frames needed on each side of an interval between two frames to know its peak.
pub const REACH: usize = HALF_REACH + FINE_TAPS / 4;

/// Points of the doubled signal needed for the peak of one interval: both of its halves.
pub const WINDOW: usize = FINE_TAPS + 1;

/// Side lobes of the half-band filter's window, in dB: the narrowest that is still inaudible.
const HALF_ATTENUATION_DB: f64 = 80.0;

/// Side lobes of the fine filter's window, in dB: what its length allows.
const FINE_ATTENUATION_DB: f64 = 90.0;

/// The filters of both steps, and what they can at most do to a signal.
#[derive(Debug, Clone)]
pub struct Interpolator {
    half: Box<[f64]>,
    fine: Fine,
    far: Far,
    half_slope: f64,
    fine_slope: f64,
}

impl Default for Interpolator {
    fn default() -> Self {
        Self::new()
    }
}

impl Interpolator {
    /// Designs both filters; they do not depend on the sample rate.
    pub fn new() -> Self {
        let half: Box<[f64]> = windowed_sinc(HALF_REACH, 0.5, HALF_ATTENUATION_DB).into();
        let fine: [[f64; FINE_TAPS]; PAIRS] = std::array::from_fn(|pair| {
            let position = (pair + 1) as f64 / FINE_STEPS as f64;
            let taps = windowed_sinc(FINE_TAPS / 2, position, FINE_ATTENUATION_DB);
            std::array::from_fn(|k| taps[k])
        });
        let half_slope = slope_gain(&half, HALF_REACH - 1);
        let slopes = fine.iter().map(|taps| slope_gain(taps, FINE_TAPS / 2 - 1));
        let fine_slope = slopes.fold(0.0, f64::max);
        let (fine, far) = (Fine::new(&fine), Far::new(&half));
        Self { half, fine, far, half_slope, fine_slope }
    }

    /// Value halfway between the two central frames of `around`, which holds twice
    /// [`HALF_REACH`] frames.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    #[inline(always)]
    pub fn midpoint(&self, around: &[f64]) -> f64 {
        dot(&self.half, around)
    }

    /// Largest magnitude between the two central frames of the doubled signal `around`, both
    /// included: exact where it is above `floor`, else any value not above `floor`.
    ///
    /// Points alternate between midpoints and frames; the first, the last and the central one are
    /// midpoints.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    #[inline(always)]
    pub fn peak(&self, around: &[f64; WINDOW], floor: f64) -> f64 {
        let middle = FINE_TAPS / 2;
        let ends = around[middle - 1..=middle + 1].iter().fold(0.0, |m, u| higher(m, u.abs()));
        let steepest = steepest(around);
        if ends + self.fine_slope * steepest <= floor {
            return ends;
        }
        let halves = [&around[..FINE_TAPS], &around[1..]];
        halves.iter().fold(ends, |peak, half| higher(peak, self.fine.peak(half)))
    }

    /// The higher of `floor` and the largest magnitude of a doubled signal of [`WINDOW`] points or more,
    /// of which the first and the last are midpoints; not before the seventh point and not after the last
    /// but six.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    #[inline(always)]
    pub fn highest(&self, doubled: &[f64], floor: f64) -> f64 {
        const GROUP: usize = 32;
        let mut peak = floor;
        let last = doubled.len() - WINDOW;
        for first in (0..=last).step_by(GROUP) {
            let end = last.min(first + GROUP - 2);
            let extent = Extent::of(&doubled[first..end + WINDOW]);
            if (extent.loudest + self.fine_slope * extent.steepest) * SLACK <= peak {
                continue;
            }
            for at in (first..=end).step_by(2) {
                if let Some(around) = doubled[at..].first_chunk::<WINDOW>() {
                    peak = higher(peak, self.peak(around, peak));
                }
            }
        }
        peak
    }

    /// Upper bound of all values that can be interpolated from frames that are at most `loudest`, with steps
    /// between them that are at most `steepest`.
    ///
    /// Every filter here has unity gain at 0 Hz, so that an interpolated value differs from its
    /// neighbour by a weighted sum of the steps between frames; the sum of the weights' magnitudes
    /// times the largest step bounds the difference. Steps are small where the treble is soft,
    /// which makes this far tighter than a bound from magnitudes alone.
    #[inline(always)]
    fn bound(&self, loudest: f64, steepest: f64) -> f64 {
        loudest + self.half_slope * (1.0 + self.fine_slope) * steepest
    }
}

/// The fine filter, for two positions at a time that mirror each other.
///
/// Their taps mirror each other too, so that the part of the signal that is even about the middle
/// gives both the same value e, and the odd part gives them the values o and −o. The larger
/// magnitude of e + o and e − o is |e| + |o|.
#[derive(Debug, Clone)]
struct Fine {
    /// By point, then by pair of positions.
    even: [[f64; PAIRS]; FINE_TAPS / 2],
    odd: [[f64; PAIRS]; FINE_TAPS / 2],
}

impl Fine {
    /// From the taps for the positions in the left half.
    fn new(taps: &[[f64; FINE_TAPS]; PAIRS]) -> Self {
        let fold = |sign: f64| {
            std::array::from_fn(|k| {
                taps.each_ref().map(|taps| 0.5 * (taps[k] + sign * taps[FINE_TAPS - 1 - k]))
            })
        };
        Self { even: fold(1.0), odd: fold(-1.0) }
    }

    /// Largest magnitude at any position between the two central points of `around`.
    #[inline(always)]
    fn peak(&self, around: &[f64]) -> f64 {
        let (mut even, mut odd) = ([0.0; PAIRS], [0.0; PAIRS]);
        for k in 0..FINE_TAPS / 2 {
            let (left, right) = (around[k], around[FINE_TAPS - 1 - k]);
            for pair in 0..PAIRS {
                even[pair] += self.even[k][pair] * (left + right);
                odd[pair] += self.odd[k][pair] * (left - right);
            }
        }
        let mut sums: [f64; PAIRS] = std::array::from_fn(|pair| even[pair].abs() + odd[pair].abs());
        let mut left = PAIRS / 2;
        while left > 0 {
            for pair in 0..left {
                sums[pair] = higher(sums[pair], sums[pair + left]);
            }
            left /= 2;
        }
        sums[0]
    }
}

/// Largest step between two neighbours.
#[inline(always)]
fn steepest(values: &[f64; WINDOW]) -> f64 {
    let step = |k: usize| (values[k + 1] - values[k]).abs();
    let four: [f64; 4] = std::array::from_fn(|k| higher(step(k), higher(step(k + 4), step(k + 8))));
    higher(higher(four[0], four[2]), higher(four[1], four[3]))
}

/// Sum of products, in interleaved partial sums so that the compiler can use vector lanes, of which several
/// do not wait for each other.
#[inline(always)]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    const LANES: usize = 32;
    let mut sums = [0.0; LANES];
    for (a, b) in a.as_chunks::<LANES>().0.iter().zip(b.as_chunks::<LANES>().0) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let mut left = LANES / 2;
    while left > 0 {
        let (low, high) = sums.split_at_mut(left);
        low.iter_mut().zip(high).for_each(|(low, high)| *low += *high);
        left /= 2;
    }
    sums[0]
}

/// Filter of `2 * reach` taps for the point `position` (0 to 1) between the two central ones, with
/// unity gain at 0 Hz.
pub(crate) fn windowed_sinc(reach: usize, position: f64, attenuation_db: f64) -> Vec<f64> {
    let window = Chebyshev::new(2 * reach, attenuation_db);
    let mut taps: Vec<f64> = (0..2 * reach)
        .map(|k| {
            let distance = k as f64 - (reach - 1) as f64 - position;
            window.at(distance) * (PI * distance).sin() / (PI * distance)
        })
        .collect();
    let sum: f64 = taps.iter().sum();
    taps.iter_mut().for_each(|tap| *tap /= sum);
    taps
}

/// Largest distance of the output of `taps` from the input at `near`, for an input whose steps
/// are at most 1.
///
/// Summation by parts turns the taps into weights of the steps; the sum of their magnitudes is
/// reached by the worst input.
fn slope_gain(taps: &[f64], near: usize) -> f64 {
    let mut weight = 0.0;
    let mut sum: f64 = 0.0;
    for (k, tap) in taps.iter().enumerate() {
        weight += tap - f64::from(u8::from(k == near));
        sum += weight.abs();
    }
    sum
}

/// A Dolph–Chebyshev window as a sum of cosines, so that it can be read between its points.
struct Chebyshev {
    length: f64,
    harmonics: Vec<f64>,
}

impl Chebyshev {
    /// The window of an even `length` whose side lobes all lie `attenuation_db` below its main lobe.
    fn new(length: usize, attenuation_db: f64) -> Self {
        let order = (length - 1) as f64;
        let edge = (10.0_f64.powf(attenuation_db / 20.0).acosh() / order).cosh();
        let harmonics = (0..length / 2)
            .map(|k| chebyshev(order, edge * (PI * k as f64 / length as f64).cos()))
            .collect();
        Self { length: length as f64, harmonics }
    }

    /// The window at `distance` from its centre, times an arbitrary constant.
    fn at(&self, distance: f64) -> f64 {
        let turn = 2.0 * PI * distance / self.length;
        let overtones = self.harmonics.iter().enumerate().skip(1);
        self.harmonics[0] + overtones.map(|(k, h)| 2.0 * h * (turn * k as f64).cos()).sum::<f64>()
    }
}

/// Chebyshev polynomial of the first kind of degree `order` at `x`, which is not negative.
fn chebyshev(order: f64, x: f64) -> f64 {
    if x > 1.0 { (order * x.acosh()).cosh() } else { (order * x.acos()).cos() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Magnitude of the half-band filter at `frequency` (in rates), relative to its ideal.
    fn half_gain(frequency: f64) -> f64 {
        let taps = Interpolator::new().half;
        let centre = HALF_REACH as f64 - 0.5;
        let phase = |k: usize| 2.0 * PI * frequency * (k as f64 - centre);
        taps.iter().enumerate().map(|(k, tap)| tap * phase(k).cos()).sum()
    }

    #[test]
    fn t1_the_half_band_filter_is_flat_within_0_01_db_to_0_485_of_the_rate() {
        for step in 0..=485 {
            let gain = half_gain(f64::from(step) / 1000.0);
            assert!((20.0 * gain.log10()).abs() < 0.01, "{gain} at {step}/1000");
        }
    }

    #[test]
    fn interpolation_of_a_sine_reads_its_amplitude_at_every_frequency_and_phase() {
        let interpolator = Interpolator::new();
        for frequency in [0.01, 0.1, 0.25, 1.0 / 3.0, 0.4, 0.45, 0.48] {
            let sine = |i: usize| (2.0 * PI * (frequency * i as f64 + 0.123)).sin();
            let frames: Vec<f64> = (0..2 * REACH + 200).map(sine).collect();
            let peak =
                (0..200).map(|at| interval(&interpolator, &frames[at..])).fold(0.0, f64::max);
            assert!((20.0 * peak.log10()).abs() < 0.012, "{peak} at {frequency}");
        }
    }

    #[test]
    fn a_bound_is_never_below_the_peak_and_is_tight_for_bass() {
        let interpolator = Interpolator::new();
        let mut state = 1_u64;
        for frequency in [0.0, 0.002, 0.03, 0.2] {
            for _ in 0..50 {
                let frames: Vec<f64> = (0..2 * REACH)
                    .map(|i| {
                        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                        let sign = if state >> 63 == 0 { 1.0 } else { -1.0 };
                        if frequency == 0.0 { sign } else { (PI * frequency * i as f64).sin() }
                    })
                    .collect();
                let extent = Extent::of(&frames);
                let bound = interpolator.bound(extent.loudest, extent.steepest);
                let peak = interval(&interpolator, &frames);
                assert!(peak <= bound);
                assert!(frequency != 0.002 || bound < 1.03, "{bound}");
            }
        }
    }

    #[test]
    fn a_floor_changes_nothing_above_it() {
        let interpolator = Interpolator::new();
        for seed in 0..200 {
            let around: [f64; WINDOW] = std::array::from_fn(|k| ((seed * 31 + k * k) as f64).sin());
            let exact = interpolator.peak(&around, 0.0);
            for floor in [0.3, 0.8, 1.2, 2.0] {
                let peak = interpolator.peak(&around, floor);
                assert!(if exact > floor { peak == exact } else { peak <= floor });
            }
        }
    }

    /// Peak of the interval after frame `REACH - 1` of `frames`.
    fn interval(interpolator: &Interpolator, frames: &[f64]) -> f64 {
        let around = std::array::from_fn(|k| {
            let at = k / 2;
            if k % 2 == 0 {
                interpolator.midpoint(&frames[at..at + 2 * HALF_REACH])
            } else {
                frames[at + HALF_REACH]
            }
        });
        interpolator.peak(&around, 0.0)
    }
}
