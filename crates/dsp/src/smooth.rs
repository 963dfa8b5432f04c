//! Values that travel to their target instead of jumping, so that no move of a control clicks.

use crate::units::Db;

/// A value that runs straight to its target over a given number of frames and then equals it exactly.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ramp {
    value: f64,
    target: f64,
    step: f64,
    frames_left: u32,
}

impl Ramp {
    /// A ramp at rest at `value`.
    pub fn new(value: f64) -> Self {
        Self { value, target: value, step: 0.0, frames_left: 0 }
    }

    /// Starts towards `target`, which is reached after `frames` frames; with 0 at once.
    pub fn set(&mut self, target: f64, frames: u32) {
        if frames == 0 || target == self.value {
            *self = Self::new(target);
        } else {
            let step = (target - self.value) / f64::from(frames);
            *self = Self { value: self.value, target, step, frames_left: frames };
        }
    }

    /// Arrives at the target at once.
    pub fn finish(&mut self) {
        *self = Self::new(self.target);
    }

    /// The value of the last frame.
    pub fn value(&self) -> f64 {
        self.value
    }

    /// The value, when it is at rest.
    pub fn resting(&self) -> Option<f64> {
        (self.frames_left == 0).then_some(self.value)
    }

    /// Where it is going, or is.
    pub fn target(&self) -> f64 {
        self.target
    }

    /// The value in `frames` frames.
    pub fn after(&self, frames: usize) -> f64 {
        if frames >= self.frames_left as usize {
            self.target
        } else {
            self.value + self.step * frames as f64
        }
    }

    /// Frames until it arrives; 0 at rest.
    pub fn frames_left(&self) -> usize {
        self.frames_left as usize
    }

    /// Advances by `frames` frames at once.
    pub fn skip(&mut self, frames: usize) {
        match u32::try_from(frames) {
            Ok(frames) if frames < self.frames_left => {
                self.value = self.after(frames as usize);
                self.frames_left -= frames;
            }
            _ => self.finish(),
        }
    }

    /// The next frame's value.
    pub fn advance(&mut self) -> f64 {
        match self.frames_left {
            0 => {}
            1 => self.finish(),
            _ => {
                self.value += self.step;
                self.frames_left -= 1;
            }
        }
        self.value
    }
}

/// Fills `gains` with the gains of a level in dB that is on its way.
///
/// Audio thread: no allocation, no lock, no system call.
pub fn fill_gains(level_db: &mut Ramp, gains: &mut [f64]) {
    match level_db.resting() {
        Some(level) => gains.fill(Db(level).to_gain()),
        None => gains.iter_mut().for_each(|gain| *gain = Db(level_db.advance()).to_gain()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_arrives_exactly_and_in_time() {
        let mut ramp = Ramp::new(0.3);
        ramp.set(-0.7, 7);
        let values: Vec<f64> = (0..8).map(|_| ramp.advance()).collect();
        assert!(values[5] > -0.7 && values[6] == -0.7 && values[7] == -0.7);
        assert_eq!(ramp.resting(), Some(-0.7));
    }
}
