//! Reading between the frames: a windowed sinc for each of [`PHASES`] fractions of a frame.
//!
//! T. Laakso, V. Välimäki, M. Karjalainen, U. Laine, "Splitting the Unit Delay", IEEE Signal Processing
//! Magazine 13(1), 1996, section "Windowing the ideal solution"; the window is Kaiser's. In a loop, a
//! gain of ever so little above one at any frequency would grow without end, so each row is divided by
//! its largest gain. The straight line between two rows cannot exceed the larger of them.

use std::f64::consts::PI;
use std::sync::OnceLock;

/// Frames that one read takes in.
pub(super) const TAPS: usize = 24;

/// Frames on either side of the place read at.
pub(super) const HALF: usize = TAPS / 2;

/// Fractions of a frame that have their own row.
const PHASES: usize = 256;

/// Shape of Kaiser's window: ripple against width.
const BETA: f64 = 9.0;

/// Frequencies at which a row's largest gain is looked for, from 0 to half the rate.
const GRID: usize = 128;

/// What the largest gain may be missed by between two of them.
const MISSED: f64 = 3e-6;

/// Sums that a read adds up side by side, for the vector unit.
pub(super) const SUMS: usize = 4;

/// Weights from the oldest to the latest frame.
pub(super) type Row = [f64; TAPS];

/// Weights for every fraction of a frame.
pub(super) struct Kernels {
    rows: Vec<Row>,
}

impl Kernels {
    /// The one table of the program; computed at the first call, so call it in constructors.
    pub(super) fn table() -> &'static Self {
        static TABLE: OnceLock<Kernels> = OnceLock::new();
        TABLE.get_or_init(|| Self {
            rows: (0..=PHASES).map(|phase| row(phase as f64 / PHASES as f64)).collect(),
        })
    }

    /// The rows on either side of `fraction` (0 to 1), and how far it lies between them.
    #[inline(always)]
    fn around(&self, fraction: f64) -> (&Row, &Row, f64) {
        let place = fraction * PHASES as f64;
        let phase = (place as u32 as usize).min(PHASES - 1);
        (&self.rows[phase], &self.rows[phase + 1], place - phase as f64)
    }

    /// The weights for a delay of `fraction` (0 to 1) more than whole frames.
    #[inline(always)]
    pub(super) fn at(&self, fraction: f64) -> Row {
        let (row, next, between) = self.around(fraction);
        let mut weights = *row;
        for (weight, next) in weights.iter_mut().zip(next) {
            *weight += between * (*next - *weight);
        }
        weights
    }

    /// The sum of `frames`, weighted for `fraction`.
    #[inline(always)]
    pub(super) fn read(&self, fraction: f64, frames: &Row) -> f64 {
        let (row, next, between) = self.around(fraction);
        let mut sums = [0.0; SUMS];
        for quad in 0..TAPS / SUMS {
            for (lane, sum) in sums.iter_mut().enumerate() {
                let tap = SUMS * quad + lane;
                *sum += (row[tap] + between * (next[tap] - row[tap])) * frames[tap];
            }
        }
        (sums[0] + sums[1]) + (sums[2] + sums[3])
    }
}

fn row(fraction: f64) -> Row {
    if fraction == 0.0 || fraction == 1.0 {
        let one = if fraction == 0.0 { HALF } else { HALF - 1 };
        return std::array::from_fn(|tap| if tap == one { 1.0 } else { 0.0 });
    }
    let row: Row = std::array::from_fn(|tap| {
        let from_centre = HALF as f64 - tap as f64 - fraction;
        sinc(from_centre) * kaiser(from_centre / HALF as f64)
    });
    let loudest = (0..=GRID).map(|i| gain(&row, PI * i as f64 / GRID as f64)).fold(1.0, f64::max);
    row.map(|weight| weight / (loudest * (1.0 + MISSED)))
}

/// Gain of `row` at `omega` radians per frame.
fn gain(row: &Row, omega: f64) -> f64 {
    let (re, im) = row.iter().zip(0_u8..).fold((0.0, 0.0), |(re, im), (weight, tap)| {
        let (sin, cos) = (omega * f64::from(tap)).sin_cos();
        (re + weight * cos, im + weight * sin)
    });
    f64::hypot(re, im)
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

fn kaiser(x: f64) -> f64 {
    if x.abs() >= 1.0 { 0.0 } else { bessel_i0(BETA * (1.0 - x * x).sqrt()) / bessel_i0(BETA) }
}

/// Modified Bessel function of the first kind and order zero, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    for k in 1..40 {
        term *= (0.5 * x / f64::from(k)).powi(2);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l3_no_fraction_has_a_gain_above_one_at_any_frequency() {
        let table = Kernels::table();
        for step in 0..=1000 {
            let row = table.at(f64::from(step) / 1000.0);
            let loudest = (0..3000).map(|i| gain(&row, PI * f64::from(i) / 3000.0));
            assert!(loudest.fold(0.0, f64::max) <= 1.0, "fraction {step}/1000");
        }
    }

    #[test]
    fn l1_whole_frames_are_read_as_they_are() {
        let row = Kernels::table().at(0.0);
        assert!(row.iter().enumerate().all(|(tap, &w)| w == if tap == HALF { 1.0 } else { 0.0 }));
    }
}
