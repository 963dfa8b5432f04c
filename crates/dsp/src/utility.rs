//! Utility: gain, polarity per channel, channel swap. Linear. Latency: none.
//!
//! A change of gain, polarity or swap is ramped over [`RAMP_S`] so that it makes no click.

use crate::param::{ParamSpec, Unit};
use crate::processor::Processor;
use crate::units::Db;

/// Length of the ramp after a change of a setting, in seconds.
pub const RAMP_S: f64 = 0.01;

/// Parameters of a [`Utility`], in order.
pub const SPECS: &[ParamSpec] = &[
    ParamSpec::linear("gain", "Gain", Unit::Db, (-24.0, 24.0), 0.0),
    ParamSpec::switch("invert_left", "Invert left", false),
    ParamSpec::switch("invert_right", "Invert right", false),
    ParamSpec::switch("swap", "Swap channels", false),
];

/// A 2 × 2 matrix of gains, ramped linearly to its target.
#[derive(Debug, Clone)]
pub struct Utility {
    values: [f64; 4],
    /// Gains left→left, right→left, left→right, right→right.
    now: [f64; 4],
    target: [f64; 4],
    step: [f64; 4],
    frames_left: usize,
    ramp_frames: usize,
}

impl Utility {
    /// A neutral utility at `rate_hz`.
    pub fn new(rate_hz: f64) -> Self {
        let unity = [1.0, 0.0, 0.0, 1.0];
        let ramp_frames = (RAMP_S * rate_hz).round().max(1.0) as usize;
        Self {
            values: [0.0; 4],
            now: unity,
            target: unity,
            step: [0.0; 4],
            frames_left: 0,
            ramp_frames,
        }
    }

    fn matrix(&self) -> [f64; 4] {
        let gain = Db(self.values[0]).to_gain();
        let sign = |on: f64| if on >= 0.5 { -gain } else { gain };
        let (left, right) = (sign(self.values[1]), sign(self.values[2]));
        if self.values[3] >= 0.5 { [0.0, left, right, 0.0] } else { [left, 0.0, 0.0, right] }
    }
}

impl Processor for Utility {
    fn latency_frames(&self) -> usize {
        0
    }

    fn is_linear(&self) -> bool {
        true
    }

    fn set(&mut self, param: usize, value: f64) {
        let Some(value) = SPECS.get(param).and_then(|spec| spec.nearest(value)) else { return };
        self.values[param] = value;
        self.target = self.matrix();
        self.frames_left = self.ramp_frames;
        for ((step, target), now) in self.step.iter_mut().zip(self.target).zip(self.now) {
            *step = (target - now) / self.ramp_frames as f64;
        }
    }

    fn reset(&mut self) {
        self.now = self.target;
        self.frames_left = 0;
    }

    fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        for (l, r) in left.iter_mut().zip(right.iter_mut()) {
            if self.frames_left > 0 {
                self.frames_left -= 1;
                if self.frames_left == 0 {
                    self.now = self.target;
                } else {
                    self.now.iter_mut().zip(self.step).for_each(|(now, step)| *now += step);
                }
            }
            let [ll, rl, lr, rr] = self.now;
            let (x, y) = (f64::from(*l), f64::from(*r));
            *l = (ll * x + rl * y) as f32;
            *r = (lr * x + rr * y) as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neutral_is_bit_exact_and_swap_swaps() {
        let mut utility = Utility::new(48_000.0);
        let (mut l, mut r) = ([0.1, -0.2], [0.3, 0.4]);
        utility.process(&mut l, &mut r);
        assert_eq!((l, r), ([0.1, -0.2], [0.3, 0.4]));
        utility.set(3, 1.0);
        utility.reset();
        utility.process(&mut l, &mut r);
        assert_eq!((l, r), ([0.3, 0.4], [0.1, -0.2]));
    }

    #[test]
    fn a_gain_change_has_no_step() {
        let mut utility = Utility::new(48_000.0);
        let (mut l, mut r) = ([1.0_f32; 960], [1.0_f32; 960]);
        utility.set(0, -24.0);
        utility.process(&mut l, &mut r);
        assert!(l.windows(2).all(|w| (w[0] - w[1]).abs() < 0.003));
        assert!((f64::from(l[959]) - Db(-24.0).to_gain()).abs() < 1e-6);
    }
}
