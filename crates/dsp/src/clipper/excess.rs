//! What a signal has above the clipper's ceiling, averaged between two frames.
//!
//! With the ceiling at 1 and a knee of width w about it, the output's slope falls straight from 1 at
//! 1 − w/2 to 0 at 1 + w/2. What is cut off is then the mean over all thresholds τ in the knee of
//! max(|u| − τ, 0), and with z₊ = max(z, 0) its antiderivative is
//!
//! Φ(u) = ((|u| − 1 + w/2)₊³ − (|u| − 1 − w/2)₊³) / (6 w).
//!
//! As in the saturator ([`Curve`](crate::saturator::Curve)) the mean between two frames a and b is
//! (Φ(a) − Φ(b)) / (a − b), and the division is carried out where it would be inexact: for a and b of
//! one sign, with z and y the distances of |a| and |b| above a threshold,
//!
//! (z₊³ − y₊³) / (z − y) = (z₊ + y₊) (z₊² + z₊ y₊ + y₊²) / (|z| + |y|),
//!
//! since z₊ − y₊ is z − y where both are positive, and where only one is, |z| + |y| is |z − y|. For
//! a and b of two signs, a − b is no smaller than either and is divided by as it is.

/// Frames by which [`Excess`] is late: half a frame for the mean, half for the average of two means.
pub(super) const LATENCY_FRAMES: usize = 1;

/// The narrowest knee, in parts of the ceiling: to the ear and to the meter it is none.
const HARD: f64 = 1e-3;

/// The widest knee, in parts of the ceiling: below 1/20 of the ceiling nothing is bent.
const SOFT: f64 = 1.9;

/// Keeps 0/0 from happening: far below any distance.
const TINY: f64 = 1e-200;

/// The shape of the knee.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Knee {
    /// From its begin to its end, in parts of the ceiling.
    width: f64,
}

impl Knee {
    /// From 0, hard, to 1, soft.
    pub fn new(softness: f64) -> Self {
        Self { width: HARD + softness * (SOFT - HARD) }
    }

    /// Level above which something is cut off, in parts of the ceiling.
    pub fn begin(&self) -> f64 {
        1.0 - 0.5 * self.width
    }

    /// The output for the input `u`, both in parts of the ceiling.
    pub fn at(&self, u: f64) -> f64 {
        u - self.mean(u, u)
    }

    /// What is cut off on the way from `b` to `a`.
    #[inline(always)]
    fn mean(&self, a: f64, b: f64) -> f64 {
        let (size_a, size_b) = (a.abs(), b.abs());
        let one_sign = a.is_sign_positive() == b.is_sign_positive();
        let above = |threshold: f64| {
            let (z, y) = (size_a - threshold, size_b - threshold);
            let (over_z, over_y) = (z.max(0.0), y.max(0.0));
            let squares = over_z * over_z + over_z * over_y + over_y * over_y;
            let sum = if one_sign { over_z + over_y } else { over_z - over_y };
            let distance = if one_sign { z.abs() + y.abs() } else { size_a + size_b };
            sum * squares / (distance + TINY)
        };
        let half = 0.5 * self.width;
        let cut = (above(1.0 - half) - above(1.0 + half)) / (6.0 * self.width);
        // The mean points to where `a` lies.
        cut.copysign(if a.is_sign_positive() { cut } else { -cut })
    }
}

/// Replaces a signal by what is cut off from it, at the highest rate.
#[derive(Debug, Clone)]
pub(super) struct Excess {
    /// The last frame, then the new ones; so are the others. Interleaved.
    input: Vec<f64>,
    means: Vec<f64>,
}

/// Values of one frame.
const FRAME: usize = 2;

impl Excess {
    /// For blocks of at most `max_frames`.
    pub(super) fn new(max_frames: usize) -> Self {
        let length = FRAME * (1 + max_frames);
        Self { input: vec![0.0; length], means: vec![0.0; length] }
    }

    pub(super) fn reset(&mut self) {
        self.input.fill(0.0);
        self.means.fill(0.0);
    }

    /// Works in place on `block`, in parts of the ceiling.
    #[inline(always)]
    pub(super) fn process(&mut self, knee: &Knee, block: &mut [f64]) {
        let length = block.len();
        let new = FRAME..FRAME + length;
        self.input[new.clone()].copy_from_slice(block);
        let loudest = self.input[..FRAME + length].iter().fold(0.0, |m: f64, u| m.max(u.abs()));
        let means = &mut self.means[new.clone()];
        if loudest > knee.begin() {
            let (before, after) = (&self.input[..length], &self.input[new]);
            for i in 0..length {
                means[i] = knee.mean(after[i], before[i]);
            }
        } else {
            means.fill(0.0);
        }
        let (before, after) = (&self.means[..length], &self.means[FRAME..]);
        for ((out, before), after) in block.iter_mut().zip(before).zip(after) {
            *out = 0.5 * (before + after);
        }
        self.input.copy_within(length..length + FRAME, 0);
        self.means.copy_within(length..length + FRAME, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The clipped part by its definition: the slope falls straight through the knee.
    fn formula(width: f64, u: f64) -> f64 {
        let over = u.abs() - 1.0 + 0.5 * width;
        let cut = if over <= 0.0 {
            0.0
        } else if over <= width {
            over * over / (2.0 * width)
        } else {
            u.abs() - 1.0
        };
        cut.copysign(u)
    }

    #[test]
    fn the_mean_is_the_mean() {
        for softness in [0.0, 0.1, 0.5, 1.0] {
            let knee = Knee::new(softness);
            let pairs = [(0.3, 0.2), (-2.0, 3.0), (1.5, 1.5), (0.0, -4.0), (-0.0, 4.0), (9.0, 0.9)];
            for (a, b) in pairs.into_iter().flat_map(|(a, b)| [(a, b), (b, a), (-a, -b)]) {
                let points = 50_000;
                let sum: f64 = (0..points)
                    .map(|i| b + (a - b) * (f64::from(i) + 0.5) / f64::from(points))
                    .map(|u| formula(knee.width, u))
                    .sum();
                let mean = knee.mean(a, b);
                assert!((mean - sum / f64::from(points)).abs() < 1e-6, "{softness} {a} {b}");
                assert!((knee.at(a) - (a - formula(knee.width, a))).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn neighbours_on_a_threshold_are_no_special_case() {
        let knee = Knee::new(0.0);
        for u in [knee.begin(), 1.0, 1.0 + 0.5 * knee.width, 0.0, 1e3] {
            for next in [u, u * (1.0 + f64::EPSILON), u - 1e-9, -u] {
                let mean = knee.mean(next, u);
                assert!(mean.is_finite());
                let expected = 0.5 * (formula(knee.width, u) + formula(knee.width, next));
                assert!((mean - expected).abs() < 1e-6, "{u} {next}: {mean}");
            }
        }
    }
}
