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

    /// The value at `frame`: the first point's before it, the last point's after it. Frames before the
    /// song's first are negative.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn value_at(&self, frame: i64) -> f64 {
        let after = self.points_until(frame);
        match (after.checked_sub(1).and_then(|i| self.points.get(i)), self.points.get(after)) {
            (Some(from), Some(to)) => self.between(from, to, frame),
            (Some(only), None) | (None, Some(only)) => self.floored(only.value),
            (None, None) => 0.0,
        }
    }

    /// The one value of all frames from `start` on for `frames` frames, if it does not change there.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn constant_over(&self, start: i64, frames: usize) -> Option<f64> {
        let end = start.saturating_add_unsigned(frames as u64);
        let after = self.points_until(start);
        let here = after.checked_sub(1).and_then(|i| self.points.get(i));
        match (here, self.points.get(after)) {
            (None, Some(first)) => (place(first) >= end).then(|| self.floored(first.value)),
            (Some(last), None) => Some(self.floored(last.value)),
            (Some(from), Some(to)) => {
                let holds = self.interpolation == Interpolation::Hold || from.value == to.value;
                (holds && place(to) >= end).then(|| self.floored(from.value))
            }
            (None, None) => Some(0.0),
        }
    }

    /// The first breakpoint after `frame`.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn next_point(&self, frame: i64) -> Option<i64> {
        self.points.get(self.points_until(frame)).map(place)
    }

    /// Number of breakpoints at and before `frame`.
    fn points_until(&self, frame: i64) -> usize {
        self.points.partition_point(|point| place(point) <= frame)
    }

    /// The domain in which its segments are straight.
    pub fn interpolation(&self) -> Interpolation {
        self.interpolation
    }

    /// Its breakpoints, in order.
    pub fn points(&self) -> &[Breakpoint] {
        &self.points
    }

    fn between(&self, from: &Breakpoint, to: &Breakpoint, frame: i64) -> f64 {
        let travelled = (frame - place(from)) as f64 / (to.frame - from.frame) as f64;
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

/// A breakpoint's frame; beyond what `i64` holds, the last one it does.
fn place(point: &Breakpoint) -> i64 {
    i64::try_from(point.frame).unwrap_or(i64::MAX)
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
        assert_eq!(curve.value_at(i64::MAX), -20.0);
        assert_eq!(curve.value_at(-1000), 0.0);
        assert_eq!((curve.next_point(99), curve.next_point(300)), (Some(100), None));
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
    fn bent_segments_pass_their_ends_rise_all_the_way_and_bend_to_their_side() {
        for bend in [-MAX_BEND, -0.4, 0.4, MAX_BEND] {
            let from = Breakpoint { frame: 0, value: 2.0, bend };
            let curve = Curve::new(vec![from, point(1000, 6.0)], Interpolation::Linear).unwrap();
            let values: Vec<f64> = (0..=1000).map(|frame| curve.value_at(frame)).collect();
            assert_eq!((values[0], values[1000]), (2.0, 6.0));
            assert!(values.windows(2).all(|pair| pair[0] < pair[1]));
            assert_eq!(values[500] < 4.0, bend > 0.0);
            // A bend and its opposite are the same curve seen from either end.
            let other = Curve::new(
                vec![Breakpoint { bend: -bend, ..from }, point(1000, 6.0)],
                Interpolation::Linear,
            );
            assert!((values[300] + other.unwrap().value_at(700) - 8.0).abs() < 1e-9);
        }
    }

    #[test]
    fn points_out_of_order_are_refused() {
        assert!(Curve::new(vec![point(5, 0.0), point(5, 1.0)], Interpolation::Linear).is_none());
        assert!(Curve::new(vec![], Interpolation::Linear).is_none());
    }
}
