//! A control in someone's hand: it stands where that puts it, whatever its lane says.

use twobus_dsp::curve::Interpolation;
use twobus_dsp::smooth::Ramp;

/// Time in which a control that was let go runs back to its lane, in seconds.
pub const RETURN_S: f64 = 0.1;

/// What a hand did to a control, as it is heard.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stroke {
    /// The first frame it acts on: of the timeline, where the control sits on the signal's way.
    pub frame: i64,
    /// Where the control stood just before, in its own unit.
    pub from: f64,
    /// Where it runs to, straight along its scale.
    pub to: f64,
    /// Frames until it is there; 0 is at once.
    pub frames: u32,
}

/// Where a control is that was taken, and has not yet come back to its lane.
#[derive(Debug, Clone)]
pub(crate) struct Hand {
    interpolation: Interpolation,
    /// Runs along the control's scale.
    ramp: Ramp,
    /// Where that leads, in the control's unit.
    to: f64,
    /// Whether it was moved since it was taken.
    moved: bool,
    /// Of a control that was let go: frames until it is back.
    returns: Option<u32>,
}

impl Hand {
    /// Takes a control that stands at `value`.
    pub(crate) fn at(value: f64, interpolation: Interpolation) -> Self {
        let ramp = Ramp::new(along(interpolation, value));
        Self { interpolation, ramp, to: value, moved: false, returns: None }
    }

    /// True until it is let go.
    pub(crate) fn holds(&self) -> bool {
        self.returns.is_none()
    }

    /// True when it was let go and is back.
    pub(crate) fn is_back(&self) -> bool {
        self.returns == Some(0)
    }

    /// Where the control stands: on the last frame.
    pub(crate) fn value(&self) -> f64 {
        match self.interpolation {
            _ if self.ramp.resting().is_some() => self.to,
            Interpolation::Log => self.ramp.value().exp(),
            Interpolation::Linear | Interpolation::Level | Interpolation::Hold => self.ramp.value(),
        }
    }

    /// The value, while it does not change and is not let go.
    pub(crate) fn resting(&self) -> Option<f64> {
        (self.holds() && self.ramp.resting().is_some()).then_some(self.to)
    }

    /// Takes it again, wherever it is on its way back.
    pub(crate) fn catch(&mut self) {
        if !self.holds() {
            *self = Self::at(self.value(), self.interpolation);
        }
    }

    /// Runs to `to`.
    pub(crate) fn turn(&mut self, to: f64, frame: i64, frames: u32) -> Stroke {
        self.moved = true;
        self.run(to, frame, frames)
    }

    /// Lets go: runs to `to`, where the lane will be.
    pub(crate) fn let_go(&mut self, to: f64, frame: i64, frames: u32) -> Stroke {
        self.returns = Some(frames);
        self.run(to, frame, frames)
    }

    fn run(&mut self, to: f64, frame: i64, frames: u32) -> Stroke {
        let from = self.value();
        self.ramp.set(along(self.interpolation, to), frames);
        self.to = to;
        Stroke { frame, from, to, frames }
    }

    /// The stroke that it is in.
    pub(crate) fn stroke(&self, frame: i64) -> Stroke {
        let frames = u32::try_from(self.ramp.frames_left()).unwrap_or(u32::MAX);
        Stroke { frame, from: self.value(), to: self.to, frames }
    }

    /// Goes `frames` frames on; not beyond a [corner](Self::frames_to_corner).
    pub(crate) fn skip(&mut self, frames: usize) {
        self.ramp.skip(frames);
        if let Some(left) = &mut self.returns {
            *left = left.saturating_sub(u32::try_from(frames).unwrap_or(u32::MAX));
        }
    }

    /// Frames to the end of the way it is on, if it is on any.
    pub(crate) fn frames_to_corner(&self) -> Option<usize> {
        let arrives = Some(self.ramp.frames_left()).filter(|frames| *frames > 0);
        let returns = self.returns.map(|frames| frames as usize);
        arrives.into_iter().chain(returns).min()
    }

    /// What becomes of it when playback begins anew where the lane is at `lane`: a control that was let go
    /// is back; one that was only taken stands where its lane does.
    pub(crate) fn anew(mut self, lane: f64) -> Option<Self> {
        if !self.holds() {
            return None;
        }
        if !self.moved {
            return Some(Self::at(lane, self.interpolation));
        }
        self.ramp.finish();
        Some(self)
    }
}

fn along(interpolation: Interpolation, value: f64) -> f64 {
    if interpolation == Interpolation::Log { value.ln() } else { value }
}
