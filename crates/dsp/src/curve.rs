//! Automation curves: breakpoints at exact frames, and the value at every frame between them.
//!
//! Levels run linearly in dB, frequencies linearly in their logarithm, everything else linearly;
//! switches hold. A segment may be bent. A level below [`FLOOR_DB`] is silence.

/// Levels at and below this are exactly silent; a ramp to or from minus infinity starts here.
pub const FLOOR_DB: f64 = -120.0;

/// Strongest bend of a segment: [`Breakpoint::bend`] lies within ± this.
pub const MAX_BEND: f64 = 1.0;

/// A value at a frame, and the shape of the way to the next one.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Breakpoint {
    /// Position on the timeline, in frames.
    pub frame: u64,
    /// Value from this frame on, in the parameter's unit; minus infinity for a silent level.
    #[cfg_attr(feature = "serde", serde(with = "crate::units::level"))]
    pub value: f64,
    /// Shape of the way to the next breakpoint: 0 straight, above 0 late, below 0 early; ±1 at most.
    #[cfg_attr(feature = "serde", serde(default))]
    pub bend: f64,
}

/// The domain in which a segment is straight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interpolation {
    /// Linear in the value as stored; for levels that is linear in dB.
    Linear,
    /// Levels in dB: linear in dB above [`FLOOR_DB`], silence at and below it.
    Level,
    /// Linear in the logarithm, for frequencies and times.
    Log,
    /// Holds until the next breakpoint.
    Hold,
}

/// Breakpoints in the order of their frames, with the domain they run in.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    points: Vec<Breakpoint>,
    interpolation: Interpolation,
}

impl Curve {
    /// A curve through `points`, which must be sorted by frame, at most one a frame.
    ///
    /// Returns `None` when there is no point, or the order is not strictly rising.
    pub fn new(points: Vec<Breakpoint>, interpolation: Interpolation) -> Option<Self> {
        let rising = points.windows(2).all(|pair| pair[0].frame < pair[1].frame);
        (rising && !points.is_empty()).then_some(Self { points, interpolation })
    }

    /// The value at `frame`: the first point's before it, the last point's after it.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn value_at(&self, frame: u64) -> f64 {
        let after = self.points.partition_point(|point| point.frame <= frame);
        match (after.checked_sub(1).and_then(|i| self.points.get(i)), self.points.get(after)) {
            (Some(from), Some(to)) => self.between(from, to, frame),
            (Some(only), None) | (None, Some(only)) => self.floored(only.value),
            (None, None) => 0.0,
        }
    }

    /// The one value of all frames from `start` on for `frames` frames, if it does not change there.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn constant_over(&self, start: u64, frames: u64) -> Option<f64> {
        let end = start.saturating_add(frames);
        let after = self.points.partition_point(|point| point.frame <= start);
        let here = after.checked_sub(1).and_then(|i| self.points.get(i));
        let next = self.points.get(after);
        match (here, next) {
            (None, Some(first)) => (first.frame >= end).then(|| self.floored(first.value)),
            (Some(last), None) => Some(self.floored(last.value)),
            (Some(from), Some(to)) => {
                let holds = self.interpolation == Interpolation::Hold || from.value == to.value;
                (holds && to.frame >= end).then(|| self.floored(from.value))
            }
            (None, None) => Some(0.0),
        }
    }

    /// Its breakpoints, in order.
    pub fn points(&self) -> &[Breakpoint] {
        &self.points
    }

    fn between(&self, from: &Breakpoint, to: &Breakpoint, frame: u64) -> f64 {
        let travelled = (frame - from.frame) as f64 / (to.frame - from.frame) as f64;
        let t = bent(travelled, from.bend);
        match self.interpolation {
            Interpolation::Hold => from.value,
            Interpolation::Linear => from.value + t * (to.value - from.value),
            Interpolation::Log => from.value * (to.value / from.value).powf(t),
            Interpolation::Level => {
                let (a, b) = (from.value.max(FLOOR_DB), to.value.max(FLOOR_DB));
                self.floored(a + t * (b - a))
            }
        }
    }

    fn floored(&self, value: f64) -> f64 {
        let silent = self.interpolation == Interpolation::Level && value <= FLOOR_DB;
        if silent { f64::NEG_INFINITY } else { value }
    }
}

/// `t` in 0 to 1 bent by `bend`: an exponential through (0, 0) and (1, 1), at ±1 a factor of about
/// 400 between the slopes of its ends.
fn bent(t: f64, bend: f64) -> f64 {
    const STEEPNESS: f64 = 6.0;
    let k = bend * STEEPNESS;
    if k.abs() < 1e-6 { t } else { (k * t).exp_m1() / k.exp_m1() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(frame: u64, value: f64) -> Breakpoint {
        Breakpoint { frame, value, bend: 0.0 }
    }

    #[test]
    fn f5_breakpoints_act_at_their_frame_and_levels_run_in_db() {
        let curve =
            Curve::new(vec![point(100, 0.0), point(300, -20.0)], Interpolation::Level).unwrap();
        assert_eq!(curve.value_at(0), 0.0);
        assert_eq!(curve.value_at(100), 0.0);
        assert_eq!(curve.value_at(200), -10.0);
        assert_eq!(curve.value_at(300), -20.0);
        assert_eq!(curve.value_at(u64::MAX), -20.0);
    }

    #[test]
    fn f5_frequencies_run_in_their_logarithm() {
        let curve =
            Curve::new(vec![point(0, 100.0), point(100, 10_000.0)], Interpolation::Log).unwrap();
        assert!((curve.value_at(50) - 1000.0).abs() < 1e-9);
    }

    #[test]
    fn a_ramp_to_silence_ends_in_silence() {
        let points = vec![point(0, 0.0), point(100, f64::NEG_INFINITY)];
        let curve = Curve::new(points, Interpolation::Level).unwrap();
        assert_eq!(curve.value_at(50), -60.0);
        assert_eq!(curve.value_at(100), f64::NEG_INFINITY);
    }

    #[test]
    fn constant_stretches_are_found_and_agree_with_the_values() {
        let points = vec![point(64, -6.0), point(128, -6.0), point(200, 0.0)];
        let curve = Curve::new(points, Interpolation::Level).unwrap();
        assert_eq!(curve.constant_over(0, 64), Some(-6.0));
        assert_eq!(curve.constant_over(64, 64), Some(-6.0));
        assert_eq!(curve.constant_over(100, 64), None);
        assert_eq!(curve.constant_over(200, 64), Some(0.0));
    }

    #[test]
    fn points_out_of_order_are_refused() {
        assert!(Curve::new(vec![point(5, 0.0), point(5, 1.0)], Interpolation::Linear).is_none());
        assert!(Curve::new(vec![], Interpolation::Linear).is_none());
    }
}
