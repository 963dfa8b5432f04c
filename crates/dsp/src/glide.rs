//! Parameters on their way: by hand or by automation, straight along their scale.

use crate::param::{ParamSpec, Scale};

/// The value of one parameter, frame by frame.
///
/// It runs along the parameter's [`Scale`]: by equal differences, or by equal ratios where it is
/// logarithmic, and equals its target exactly after the frames given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glide {
    value: f64,
    target: f64,
    /// Difference or ratio from frame to frame.
    step: f64,
    frames_left: usize,
    is_log: bool,
}

impl Glide {
    /// At rest at the default of `spec`.
    pub fn new(spec: &ParamSpec) -> Self {
        let is_log = spec.scale == Scale::Log;
        let value = spec.default;
        Self { value, target: value, step: 0.0, frames_left: 0, is_log }
    }

    /// Starts towards `target`, a value of the parameter, which is reached after `frames` frames; with
    /// 0 at once.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn start(&mut self, target: f64, frames: usize) {
        self.target = target;
        if frames == 0 || target == self.value {
            self.finish();
            return;
        }
        self.frames_left = frames;
        self.step = if self.is_log {
            ((target / self.value).ln() / frames as f64).exp()
        } else {
            (target - self.value) / frames as f64
        };
    }

    /// Arrives at the target at once.
    pub fn finish(&mut self) {
        self.value = self.target;
        self.frames_left = 0;
    }

    /// The value of the last frame.
    pub fn value(&self) -> f64 {
        self.value
    }

    /// True while the value does not change from frame to frame.
    pub fn is_resting(&self) -> bool {
        self.frames_left == 0
    }

    /// True while the value is 0 and stays so.
    pub fn is_off(&self) -> bool {
        self.frames_left == 0 && self.value == 0.0
    }

    /// The next frame's value.
    #[inline]
    pub fn advance(&mut self) -> f64 {
        match self.frames_left {
            0 => {}
            1 => self.finish(),
            _ => {
                self.frames_left -= 1;
                self.value =
                    if self.is_log { self.value * self.step } else { self.value + self.step };
            }
        }
        self.value
    }

    /// Goes `frames` frames on.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn skip(&mut self, frames: usize) {
        if !self.is_resting() {
            (0..frames).for_each(|_| _ = self.advance());
        }
    }

    /// The values of the next `values.len()` frames.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn fill(&mut self, values: &mut [f64]) {
        if self.is_resting() {
            values.fill(self.value);
        } else {
            values.fill_with(|| self.advance());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::param::Unit;

    const GAIN: ParamSpec = ParamSpec::linear("gain", "Gain", Unit::Db, (-10.0, 10.0), 2.0);
    const CUTOFF: ParamSpec = ParamSpec::log("cutoff", "Cut-off", Unit::Hz, (20.0, 20e3), 100.0);

    #[test]
    fn f5_a_glide_is_straight_along_its_scale_and_arrives_exactly_and_in_time() {
        let (mut gain, mut cutoff) = (Glide::new(&GAIN), Glide::new(&CUTOFF));
        gain.start(-4.0, 60);
        cutoff.start(6400.0, 60);
        let (mut linear, mut log) = ([0.0; 61], [0.0; 61]);
        gain.fill(&mut linear[..7]);
        gain.fill(&mut linear[7..]);
        cutoff.fill(&mut log);
        for frame in 1..60 {
            let part = frame as f64 / 60.0;
            assert!((linear[frame - 1] - (2.0 - 6.0 * part)).abs() < 1e-12);
            assert!((log[frame - 1] / (100.0 * 64.0_f64.powf(part)) - 1.0).abs() < 1e-12);
        }
        assert_eq!((linear[59], linear[60], log[59], log[60]), (-4.0, -4.0, 6400.0, 6400.0));
        assert!(gain.is_resting() && cutoff.is_resting());
    }

    #[test]
    fn no_frames_means_at_once() {
        let mut gain = Glide::new(&GAIN);
        gain.start(3.0, 0);
        assert_eq!(gain.value(), 3.0);
    }
}
