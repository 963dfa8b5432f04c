//! What was heard, written into a lane, which elsewhere stays as it was.

use twobus_dsp::curve::{Breakpoint, Curve, Interpolation};

use super::thin::thin;
use super::{Control, Lane, Stretch};
use crate::edit::LaneEdit;

/// The edit that writes `heard` into `lane`, which drives `control`.
///
/// Breakpoints outside of the stretch stay as they are, byte for byte, and so does the curve at every
/// frame there, but for the rounding of numbers: where the stretch begins and ends in the middle of a
/// segment, points are added on it. Inside, the lane is within [`LEVEL_ERROR_DB`](super::LEVEL_ERROR_DB)
/// or [`TRAVEL_ERROR`](super::TRAVEL_ERROR) of what was heard, at every frame.
pub fn overwrite(lane: &Lane, control: Control, heard: &Stretch) -> LaneEdit {
    let before = Before { points: &lane.points, control, curve: curve(lane, control) };
    let (start, end) = (heard.start, heard.end);
    let mut points = before.up_to(start);
    let added = points.len();
    // The first segment begins on the frame before, unless an older point there would bend it.
    let edge = start.checked_sub(1).filter(|edge| !before.has_point(*edge));
    let edge = edge.map(|edge| before.point(edge, 0.0));
    let after = before.from(end);
    let corners: Vec<Breakpoint> =
        edge.into_iter().chain(heard.points.iter().copied()).chain(Some(after)).collect();
    let thinned = thin(&corners, control.interpolation(), control.tolerance());
    let inside = |point: &&Breakpoint| (start..end).contains(&point.frame);
    points.extend(thinned.iter().filter(inside));
    let from = if added > 0 { points[0].frame } else { start };
    let mut to = end;
    if !before.has_point(end) {
        points.push(after);
        to = end + 1;
    }
    LaneEdit::Points { from, to, points }
}

fn curve(lane: &Lane, control: Control) -> Option<Curve> {
    Curve::new(lane.points.clone(), control.interpolation())
}

/// The lane as it was.
struct Before<'a> {
    points: &'a [Breakpoint],
    control: Control,
    curve: Option<Curve>,
}

impl Before<'_> {
    fn has_point(&self, frame: u64) -> bool {
        self.points.binary_search_by_key(&frame, |point| point.frame).is_ok()
    }

    /// A point on the curve.
    fn point(&self, frame: u64, bend: f64) -> Breakpoint {
        let value = match &self.curve {
            Some(curve) => curve.value_at(frame.cast_signed()),
            None => self.control.value,
        };
        let (low, high) = (*self.control.spec.range.start(), *self.control.spec.range.end());
        // Between two values in range lies none outside, but for rounding.
        Breakpoint { frame, value: value.clamp(low, high), bend }
    }

    /// The segment that `frame` lies inside of, its ends excluded.
    fn segment(&self, frame: u64) -> Option<(Breakpoint, Breakpoint)> {
        let after = self.points.partition_point(|point| point.frame <= frame);
        let from = *self.points.get(after.checked_sub(1)?)?;
        let to = *self.points.get(after)?;
        (from.frame < frame).then_some((from, to))
    }

    /// What keeps the curve as it is up to the frame before `start`.
    ///
    /// A part of a bent segment is a bent segment: `(e^(kt) − 1) / (e^k − 1)` over a part of the length is
    /// the same function with that part of `k`. The first point keeps its bend, so a second one a frame
    /// later takes it over.
    fn up_to(&self, start: u64) -> Vec<Breakpoint> {
        let Some(edge) = start.checked_sub(1).filter(|edge| !self.has_point(*edge)) else {
            return Vec::new();
        };
        let holds = self.control.interpolation() == Interpolation::Hold;
        match self.segment(edge) {
            Some(_) if holds => Vec::new(),
            Some((from, to)) if from.bend != 0.0 && from.frame + 1 < edge => {
                let second = from.frame + 1;
                let part = (edge - second) as f64 / (to.frame - from.frame) as f64;
                vec![self.point(second, from.bend * part), self.point(edge, 0.0)]
            }
            Some(_) | None => vec![self.point(edge, 0.0)],
        }
    }

    /// What keeps the curve as it is from `end` on.
    fn from(&self, end: u64) -> Breakpoint {
        let bend = self.segment(end).map_or(0.0, |(from, to)| {
            from.bend * (to.frame - end) as f64 / (to.frame - from.frame) as f64
        });
        self.point(end, bend)
    }
}
