//! What a hand did to a control during a pass, as it was heard.

use twobus_dsp::curve::{Breakpoint, FLOOR_DB, Interpolation};

/// The values that one control took, frame by frame: straight stretches along its scale.
///
/// Frames are those of the timeline where the control sits on the signal's way; before the song's first
/// they are negative.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    interpolation: Interpolation,
    /// The first frame that was heard so.
    start: i64,
    /// Corners so far, strictly rising; the first lies just before `start`.
    corners: Vec<Corner>,
    /// Where the way under way ends.
    ahead: Corner,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Corner {
    frame: i64,
    value: f64,
}

/// A finished recording: its points, and the frames from `start` to before `end` that it counts for.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch {
    /// First frame.
    pub start: u64,
    /// First frame after it.
    pub end: u64,
    /// Its corners: the first at `start`, the last at the last frame (the last change, where it holds).
    pub points: Vec<Breakpoint>,
}

impl Recording {
    /// From frame `start` on the control stands at `value`.
    pub fn new(interpolation: Interpolation, start: i64, value: f64) -> Self {
        let before = Corner { frame: start - 1, value };
        Self { interpolation, start, corners: vec![before], ahead: before }
    }

    /// The control, which stood at `from` just before `frame`, runs from there straight to `to`, which it
    /// reaches after `frames` frames; with 0 and with 1 it is there at `frame`.
    ///
    /// A way that is still under way ends here. Frames do not run backwards: a stroke before the last
    /// corner acts there.
    pub fn stroke(&mut self, frame: i64, from: f64, to: f64, frames: u32) {
        let at = (frame - 1).max(self.corners.last().map_or(i64::MIN, |last| last.frame));
        if self.ahead.frame < at {
            self.push(self.ahead);
        }
        self.push(Corner { frame: at, value: from });
        self.ahead = Corner { frame: at + i64::from(frames.max(1)), value: to };
    }

    fn push(&mut self, corner: Corner) {
        match self.corners.last_mut() {
            Some(last) if last.frame == corner.frame => *last = corner,
            Some(_) | None => self.corners.push(corner),
        }
    }

    /// The value at `frame`.
    pub fn value_at(&self, frame: i64) -> f64 {
        let after = self.corners.partition_point(|corner| corner.frame <= frame);
        let from = self.corners[after.saturating_sub(1)];
        let to = self.corners.get(after).copied().unwrap_or(self.ahead);
        between(self.interpolation, from, to, frame)
    }

    /// What is left of the way under way at `frame`: where it leads, and in how many frames.
    pub fn rest_at(&self, frame: i64) -> (f64, u32) {
        let left = u32::try_from(self.ahead.frame - frame).unwrap_or(0);
        (self.ahead.value, left)
    }

    /// All of it up to the frame before `end`; `None` when that is nothing.
    pub fn finish(&self, end: i64) -> Option<Stretch> {
        let first = self.start.max(0);
        let last = end - 1;
        if last < first {
            return None;
        }
        let point =
            |frame: i64, value| Breakpoint { frame: frame.cast_unsigned(), value, bend: 0.0 };
        let inner = self.corners.iter().chain(Some(&self.ahead));
        let inner = inner.filter(|corner| corner.frame > first && corner.frame < last);
        let mut points = vec![point(first, self.value_at(first))];
        points.extend(inner.map(|corner| point(corner.frame, corner.value)));
        if last > first {
            points.push(point(last, self.value_at(last)));
        }
        Some(Stretch { start: first.cast_unsigned(), end: end.cast_unsigned(), points })
    }
}

/// The value at `frame` on the way from one corner to the next, and what they stand at before and after.
fn between(interpolation: Interpolation, from: Corner, to: Corner, frame: i64) -> f64 {
    if frame <= from.frame {
        return from.value;
    }
    if frame >= to.frame {
        return to.value;
    }
    let way = (to.frame - from.frame) as f64;
    let t = (frame - from.frame) as f64 / way;
    match interpolation {
        Interpolation::Hold => from.value,
        Interpolation::Linear => from.value + t * (to.value - from.value),
        Interpolation::Log => from.value * (to.value / from.value).powf(t),
        Interpolation::Level => {
            let (a, b) = (from.value.max(FLOOR_DB), to.value.max(FLOOR_DB));
            let value = a + t * (b - a);
            if value <= FLOOR_DB { f64::NEG_INFINITY } else { value }
        }
    }
}
