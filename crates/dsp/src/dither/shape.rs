//! The shape of the error of dithered rounding: loud where hearing is dull, soft where it is keen.
//!
//! - What is aimed for is the threshold of hearing, [`threshold_db`], up to a bound: an error that
//!   follows it is equally audible at all frequencies, which is the least audible there is (M. Gerzon,
//!   P. Craven, "Optimal Noise Shaping and Dither of Digital Signals", 87th AES Convention, 1989, preprint
//!   2822). By their theorem the mean over all frequencies of the error's level in dB cannot be lowered, so
//!   what is taken away in one place is added in another.
//! - The filter is the one of its order whose error has the least power behind the reciprocal of that
//!   curve: linear prediction with the reciprocal as its power spectrum (W. Verhelst, D. De Koning, "Least
//!   Squares Theory and Design of Optimal Noise Shaping Filters", AES 22nd Conference, 2002, §3). It is
//!   designed for each rate when a file is begun.
//! - The error is fed back without what was clamped, so that it is bounded whatever the input is:
//!   there is nothing in it that could oscillate.

/// Rate of the [shortest](SHORTEST) filter; those of higher rates resolve the same frequencies.
const SHORTEST_RATE_HZ: u32 = 48_000;
/// Coefficients at that rate and below.
const SHORTEST: usize = 40;
/// Points of the curve between 0 Hz and half the rate.
const POINTS: usize = 4096;

/// Threshold of hearing for tones in the free field: frequency in Hz, sound pressure level in dB.
///
/// To 12.5 kHz: ISO 226:2003, Table 1 (T_f); above: ISO 389-7:2005, Table 1.
const THRESHOLD: [(f64, f64); 31] = [
    (20.0, 78.5),
    (25.0, 68.7),
    (31.5, 59.5),
    (40.0, 51.1),
    (50.0, 44.0),
    (63.0, 37.5),
    (80.0, 31.5),
    (100.0, 26.5),
    (125.0, 22.1),
    (160.0, 17.9),
    (200.0, 14.4),
    (250.0, 11.4),
    (315.0, 8.6),
    (400.0, 6.2),
    (500.0, 4.4),
    (630.0, 3.0),
    (800.0, 2.2),
    (1000.0, 2.4),
    (1250.0, 3.5),
    (1600.0, 1.7),
    (2000.0, -1.3),
    (2500.0, -4.2),
    (3150.0, -6.0),
    (4000.0, -5.4),
    (5000.0, -1.5),
    (6300.0, 6.0),
    (8000.0, 12.6),
    (10_000.0, 13.9),
    (12_500.0, 12.3),
    (14_000.0, 18.4),
    (16_000.0, 40.2),
];

/// Where the curve is bounded, in dB SPL: below [`BOUNDS_MEET_HZ`] and above. Little is gained by more
/// error in the lowest octaves, which are narrow; above, more of it would load tweeters and lossy codecs.
const BOUNDS_DB: [f64; 2] = [5.0, 35.0];
const BOUNDS_MEET_HZ: f64 = 2000.0;
/// How smoothly the curve goes over into its bounds: the power of the mean of both.
const SMOOTHNESS: f64 = 4.0;

/// The threshold of hearing at `hz`, in dB SPL; as at its ends beyond them.
pub fn threshold_db(hz: f64) -> f64 {
    let at = THRESHOLD.partition_point(|(other, _)| *other <= hz);
    let (Some(low), Some(high)) = (at.checked_sub(1).map(|i| THRESHOLD[i]), THRESHOLD.get(at))
    else {
        return THRESHOLD[at.min(THRESHOLD.len() - 1)].1;
    };
    low.1 + (high.1 - low.1) * (hz / low.0).ln() / (high.0 / low.0).ln()
}

/// What the error follows at `hz`, in dB: the threshold within its bounds.
fn aim_db(hz: f64) -> f64 {
    let bound = BOUNDS_DB[usize::from(hz >= BOUNDS_MEET_HZ)];
    let part = |db: f64| 10.0_f64.powf(-SMOOTHNESS * db / 10.0);
    -10.0 / SMOOTHNESS * (part(threshold_db(hz)) + part(bound)).log10()
}

/// A filter for the error: `1 + a₁ z⁻¹ + a₂ z⁻² + …`.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    coefficients: Vec<f64>,
}

impl Shape {
    /// The filter for files at `rate_hz`.
    pub fn new(rate_hz: u32) -> Self {
        let rate_hz = rate_hz.max(1);
        let longer = f64::from(rate_hz.max(SHORTEST_RATE_HZ)) / f64::from(SHORTEST_RATE_HZ);
        let order = (SHORTEST as f64 * longer.min(8.0)).round() as usize;
        let step_hz = f64::from(rate_hz) / 2.0 / POINTS as f64;
        let weight = |point: usize| 10.0_f64.powf(-aim_db((point as f64 + 0.5) * step_hz) / 10.0);
        let weights: Vec<f64> = (0..POINTS).map(weight).collect();
        let correlation: Vec<f64> = (0..=order).map(|lag| correlation(&weights, lag)).collect();
        Self { coefficients: prediction(&correlation) }
    }

    /// The curve that the filter follows at `rate_hz`, in dB above an error that is not shaped.
    pub fn aim_db(rate_hz: u32, hz: f64) -> f64 {
        let step_hz = f64::from(rate_hz) / 2.0 / POINTS as f64;
        let levels = (0..POINTS).map(|point| aim_db((point as f64 + 0.5) * step_hz));
        aim_db(hz) - levels.sum::<f64>() / POINTS as f64
    }

    /// By how much it multiplies the power of the error, all frequencies together.
    pub fn power(&self) -> f64 {
        1.0 + self.coefficients.iter().map(|a| a * a).sum::<f64>()
    }

    /// By how much it multiplies the largest error.
    pub fn magnitude_sum(&self) -> f64 {
        1.0 + self.coefficients.iter().map(|a| a.abs()).sum::<f64>()
    }
}

/// Correlation at `lag` frames of a signal with the power spectrum `weights`, whose points lie in the
/// middle of equal parts of the band.
fn correlation(weights: &[f64], lag: usize) -> f64 {
    let step = std::f64::consts::PI * lag as f64 / weights.len() as f64;
    let sum: f64 =
        weights.iter().enumerate().map(|(i, w)| w * (step * (i as f64 + 0.5)).cos()).sum();
    sum / weights.len() as f64
}

/// The coefficients that leave the least of a signal with this autocorrelation: the recursion of
/// N. Levinson and J. Durbin (J. Makhoul, "Linear Prediction: A Tutorial Review", Proc. IEEE 63(4), 1975,
/// §II-D). The filter has all of its zeros within the unit circle.
fn prediction(correlation: &[f64]) -> Vec<f64> {
    let mut a: Vec<f64> = Vec::with_capacity(correlation.len());
    let mut left = correlation[0];
    for order in 1..correlation.len() {
        let known: f64 = a.iter().enumerate().map(|(i, a)| a * correlation[order - 1 - i]).sum();
        let reflection = -(correlation[order] + known) / left;
        let mirrored: Vec<f64> = a.iter().rev().map(|a| reflection * a).collect();
        a.iter_mut().zip(mirrored).for_each(|(a, m)| *a += m);
        a.push(reflection);
        left *= 1.0 - reflection * reflection;
    }
    a
}

/// Rounds one channel's samples with a shaped error.
#[derive(Debug, Clone)]
pub(super) struct Shaper {
    /// The last one first, as the errors lie.
    reversed: Vec<f64>,
    /// The last errors in steps, stored twice in a row so that any span of them is contiguous.
    errors: Vec<f64>,
    next: usize,
    /// Frame that continues what was rounded.
    frame: u64,
}

/// Louder samples are taken to be this loud, in steps: far beyond any full scale.
const LOUDEST: f64 = 1e9;

impl Shaper {
    pub(super) fn new(shape: &Shape) -> Self {
        let reversed: Vec<f64> = shape.coefficients.iter().rev().copied().collect();
        let errors = vec![0.0; 2 * reversed.len()];
        Self { reversed, errors, next: 0, frame: 0 }
    }

    /// Says which frame comes next; the errors of others are forgotten.
    pub(super) fn begin_at(&mut self, frame: u64) {
        if frame != self.frame {
            self.errors.fill(0.0);
            self.frame = frame;
        }
    }

    /// The whole step for a sample, both in steps; what is not a number is taken to be 0.
    pub(super) fn round(&mut self, steps: f64, dither: f64) -> f64 {
        let order = self.reversed.len();
        let steps = if steps.is_nan() { 0.0 } else { steps.clamp(-LOUDEST, LOUDEST) };
        let wanted = steps + dot(&self.reversed, &self.errors[self.next..self.next + order]);
        let nearest = (wanted + dither).round();
        let error = nearest - wanted;
        self.errors[self.next] = error;
        self.errors[self.next + order] = error;
        self.next = (self.next + 1) % order;
        self.frame += 1;
        nearest
    }
}

/// In four sums, in an order that is the same on every machine.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 4];
    let (a, a_rest) = a.as_chunks::<4>();
    let (b, b_rest) = b.as_chunks::<4>();
    for (a, b) in a.iter().zip(b) {
        (0..4).for_each(|lane| sums[lane] += a[lane] * b[lane]);
    }
    sums.iter().sum::<f64>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_threshold_is_the_table_s_and_goes_on_beyond_it() {
        for (hz, db) in THRESHOLD {
            assert!((threshold_db(hz) - db).abs() < 1e-9, "{hz} Hz");
        }
        assert_eq!((threshold_db(5.0), threshold_db(30_000.0)), (78.5, 40.2));
        assert!((threshold_db(2000.0_f64.sqrt() * 2500.0_f64.sqrt()) + 2.75).abs() < 1e-9);
    }

    #[test]
    fn the_mean_of_the_aim_in_db_is_nothing() {
        for rate_hz in [44_100, 96_000] {
            let level =
                |i: u32| Shape::aim_db(rate_hz, (f64::from(i) + 0.5) * f64::from(rate_hz) / 8192.0);
            let mean = (0..4096).map(level).sum::<f64>() / 4096.0;
            assert!(mean.abs() < 1e-9, "{mean} dB at {rate_hz} Hz");
        }
    }

    #[test]
    fn prediction_finds_the_filter_that_made_a_signal() {
        // x[n] = 0.5 x[n−1] + white noise: r(k) = 0.5^k.
        let a = prediction(&[1.0, 0.5, 0.25, 0.125]);
        assert!((a[0] + 0.5).abs() < 1e-12 && a[1].abs() < 1e-12 && a[2].abs() < 1e-12, "{a:?}");
    }
}
