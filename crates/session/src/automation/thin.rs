//! Fewer breakpoints for the same curve, to a stated error.

use twobus_dsp::curve::{Breakpoint, FLOOR_DB, Interpolation};

use super::Control;

/// How far a written level may lie from the one that was heard, in dB.
pub const LEVEL_ERROR_DB: f64 = 0.1;
/// How far any other written value may lie from the one that was heard, as a part of its control's travel:
/// half a percent of pan.
pub const TRAVEL_ERROR: f64 = 0.0025;

impl Control {
    /// How far a written value may lie from the one that was heard, along the scale of
    /// [`coordinate`].
    pub(super) fn tolerance(&self) -> f64 {
        let (low, high) = (*self.spec.range.start(), *self.spec.range.end());
        match self.interpolation() {
            Interpolation::Level => LEVEL_ERROR_DB,
            Interpolation::Linear => TRAVEL_ERROR * (high - low),
            Interpolation::Log => TRAVEL_ERROR * (high / low).ln(),
            Interpolation::Hold => 0.0,
        }
    }
}

/// `value` on the scale along which it runs straight.
pub(super) fn coordinate(interpolation: Interpolation, value: f64) -> f64 {
    match interpolation {
        Interpolation::Level => value.max(FLOOR_DB),
        Interpolation::Log => value.ln(),
        Interpolation::Linear | Interpolation::Hold => value,
    }
}

/// Those of `points`, whose segments are straight, that keep the curve within `tolerance` at every frame;
/// the first and the last stay.
///
/// From each point that is kept the next is the last one that a straight line reaches while it passes all
/// between them within `tolerance`. Both curves have their corners at points, so that they differ most at
/// one. (The cone of such lines as in O'Rourke, "An on-line algorithm for fitting straight lines between
/// data ranges", Communications of the ACM 24(9), 1981.)
pub(super) fn thin(
    points: &[Breakpoint],
    interpolation: Interpolation,
    tolerance: f64,
) -> Vec<Breakpoint> {
    if interpolation == Interpolation::Hold {
        return changes(points);
    }
    let mut kept = Vec::new();
    let mut at = 0;
    while let Some(anchor) = points.get(at) {
        kept.push(*anchor);
        at = next(points, at, interpolation, tolerance);
    }
    kept
}

/// The point to keep after the one at `anchor`.
fn next(
    points: &[Breakpoint],
    anchor: usize,
    interpolation: Interpolation,
    tolerance: f64,
) -> usize {
    let height = |point: &Breakpoint| coordinate(interpolation, point.value);
    let from = points[anchor];
    let (mut steepest, mut flattest) = (f64::INFINITY, f64::NEG_INFINITY);
    let mut reached = anchor + 1;
    for (index, point) in points.iter().enumerate().skip(anchor + 1) {
        let run = (point.frame - from.frame) as f64;
        let rise = height(point) - height(&from);
        if (flattest..=steepest).contains(&(rise / run)) {
            reached = index;
        }
        flattest = flattest.max((rise - tolerance) / run);
        steepest = steepest.min((rise + tolerance) / run);
        if flattest > steepest {
            break;
        }
    }
    reached
}

/// Of points that hold, those that change anything, and the last.
fn changes(points: &[Breakpoint]) -> Vec<Breakpoint> {
    let mut kept: Vec<Breakpoint> = Vec::new();
    for (index, point) in points.iter().enumerate() {
        let same = kept.last().is_some_and(|last| last.value == point.value);
        if !same || index + 1 == points.len() {
            kept.push(*point);
        }
    }
    kept
}
