//! The static curve: how much reduction a level asks for.

use super::levels::{from_db, to_db};

/// On which side of the threshold the gain is reduced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Above it: compression, `slope = 1 − 1/ratio`.
    Above,
    /// Below it: expansion, `slope = ratio − 1`.
    Below,
}

/// Steepest expansion, in dB per dB: where a gate's infinite ratio ends.
const STEEPEST: f64 = 1000.0;

/// A static curve with a soft knee, feed-forward: Giannoulis, Massberg, Reiss 2012, section 2.2.
///
/// Around the threshold, over the width of the knee, the reduction grows with the square of the distance
/// from where the knee begins. A processor that boosts takes the reduction with the other sign.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GainComputer {
    /// All in levels; `threshold` and `sign` such that `sign · level − threshold` is what lies beyond it.
    threshold: f32,
    sign: f32,
    half_knee: f32,
    knee: f32,
    /// 1 / (2 · knee), 0 for a hard one.
    curvature: f32,
    slope: f32,
    largest: f32,
}

impl GainComputer {
    /// A curve with its threshold and the width of its knee in dB, its slope in dB per dB
    /// ([`slope`](Self::slope)), and the largest reduction in dB.
    pub fn new(side: Side, threshold_db: f64, knee_db: f64, slope: f64, range_db: f64) -> Self {
        let sign = if side == Side::Above { 1.0 } else { -1.0 };
        let knee = from_db(knee_db);
        Self {
            threshold: (sign * from_db(threshold_db)) as f32,
            sign: sign as f32,
            half_knee: (0.5 * knee) as f32,
            knee: knee as f32,
            curvature: if knee > 0.0 { (0.5 / knee) as f32 } else { 0.0 },
            slope: slope as f32,
            largest: from_db(range_db) as f32,
        }
    }

    /// Reduction per level beyond the threshold for a `ratio` to 1, which may be infinite.
    pub fn slope(side: Side, ratio: f64) -> f64 {
        match side {
            Side::Above => 1.0 - 1.0 / ratio,
            Side::Below => (ratio - 1.0).min(STEEPEST),
        }
    }

    /// The reduction (0 or positive, in levels) at `level`.
    #[inline(always)]
    pub fn reduction(&self, level: f32) -> f32 {
        let beyond = self.sign * level - self.threshold;
        let in_knee = at_most(at_least(beyond + self.half_knee, 0.0), self.knee);
        let after_knee = at_least(beyond - self.half_knee, 0.0);
        at_most(self.slope * (in_knee * in_knee * self.curvature + after_knee), self.largest)
    }

    /// Replaces levels by the reductions they ask for.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    #[inline(always)]
    pub fn reductions(&self, levels: &mut [f32]) {
        levels.iter_mut().for_each(|level| *level = self.reduction(*level));
    }

    /// The reduction in dB (0 or positive) at a steady level in dB: the curve as a window draws it.
    pub fn reduction_db(&self, level_db: f64) -> f64 {
        to_db(f64::from(self.reduction(from_db(level_db) as f32)))
    }
}

/// Maximum in one instruction, which `f32::max` is not, because of what it does with NaN.
#[inline(always)]
fn at_least(x: f32, low: f32) -> f32 {
    if x > low { x } else { low }
}

#[inline(always)]
fn at_most(x: f32, high: f32) -> f32 {
    if x < high { x } else { high }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compressor(knee_db: f64, ratio: f64) -> GainComputer {
        GainComputer::new(
            Side::Above,
            -20.0,
            knee_db,
            GainComputer::slope(Side::Above, ratio),
            99.0,
        )
    }

    #[test]
    fn c1_the_curve_is_the_formula_of_the_paper() {
        for (knee, ratio) in [(0.0, 2.0), (6.0, 4.0), (12.0, f64::INFINITY), (24.0, 1.0)] {
            let curve = compressor(knee, ratio);
            for step in -600..=60 {
                let x = f64::from(step) / 10.0;
                let over = x + 20.0;
                let y = if 2.0 * over < -knee {
                    x
                } else if 2.0 * over.abs() <= knee && knee > 0.0 {
                    x + (1.0 / ratio - 1.0) * (over + knee / 2.0).powi(2) / (2.0 * knee)
                } else {
                    -20.0 + over / ratio
                };
                assert!((curve.reduction_db(x) - (x - y)).abs() < 1e-4, "{knee} {ratio} {x}");
            }
        }
    }

    #[test]
    fn c4_below_the_knee_and_at_a_ratio_of_one_nothing_is_asked_for() {
        assert_eq!(compressor(6.0, 8.0).reduction_db(-23.001), 0.0);
        assert_eq!(compressor(0.0, 1.0).reduction_db(40.0), 0.0);
    }

    #[test]
    fn an_expander_is_the_mirror_and_its_range_ends_it() {
        let slope = GainComputer::slope(Side::Below, 3.0);
        let curve = GainComputer::new(Side::Below, -40.0, 0.0, slope, 30.0);
        assert_eq!(curve.reduction_db(-39.0), 0.0);
        assert!((curve.reduction_db(-45.0) - 10.0).abs() < 1e-4);
        assert!((curve.reduction_db(-90.0) - 30.0).abs() < 1e-4);
        let gate = GainComputer::slope(Side::Below, f64::INFINITY);
        let gate = GainComputer::new(Side::Below, -40.0, 0.0, gate, 80.0);
        assert!((gate.reduction_db(-40.1) - 80.0).abs() < 1e-4);
    }
}
