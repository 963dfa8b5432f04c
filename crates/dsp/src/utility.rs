//! Utility: gain, polarity per channel, channel swap. Linear. Latency: none.
//!
//! A change of gain, polarity or swap is ramped over [`RAMP_S`] so that it makes no click.

use crate::param::{ParamSpec, Unit, Values};
use crate::processor::Processor;
use crate::smooth::Ramp;
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

const GAIN: usize = 0;
const INVERT_LEFT: usize = 1;
const INVERT_RIGHT: usize = 2;
const SWAP: usize = 3;

/// A gain, and a 2 × 2 matrix of signs, each on its way to its target.
#[derive(Debug, Clone)]
pub struct Utility {
    values: Values<4>,
    /// In dB.
    gain: Ramp,
    /// Shares left→left, right→left, left→right, right→right.
    matrix: [Ramp; 4],
    ramp_frames: u32,
}

impl Utility {
    /// A neutral utility at `rate_hz`.
    pub fn new(rate_hz: f64) -> Self {
        Self {
            values: Values::new(SPECS),
            gain: Ramp::new(0.0),
            matrix: [1.0, 0.0, 0.0, 1.0].map(Ramp::new),
            ramp_frames: (RAMP_S * rate_hz).round().max(1.0) as u32,
        }
    }

    fn run(&mut self, param: usize, value: f64, frames: u32) {
        if !self.values.set(param, value) {
            return;
        }
        if param == GAIN {
            self.gain.set(self.values[GAIN], frames);
            return;
        }
        let sign = |param: usize| if self.values.is_on(param) { -1.0 } else { 1.0 };
        let (left, right) = (sign(INVERT_LEFT), sign(INVERT_RIGHT));
        let swaps = self.values.is_on(SWAP);
        let target = if swaps { [0.0, left, right, 0.0] } else { [left, 0.0, 0.0, right] };
        for (ramp, target) in self.matrix.iter_mut().zip(target) {
            ramp.set(target, self.ramp_frames);
        }
    }

    /// The gains of all frames, while they rest.
    fn resting(&self) -> Option<[f64; 4]> {
        let gain = Db(self.gain.resting()?).to_gain();
        let still = self.matrix.iter().all(|ramp| ramp.resting().is_some());
        still.then(|| self.matrix.map(|ramp| gain * ramp.target()))
    }

    fn advance(&mut self) -> [f64; 4] {
        let gain = Db(self.gain.advance()).to_gain();
        self.matrix.each_mut().map(|ramp| gain * ramp.advance())
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
        self.run(param, value, self.ramp_frames);
    }

    fn glide(&mut self, param: usize, value: f64, frames: usize) {
        self.run(param, value, u32::try_from(frames).unwrap_or(u32::MAX));
    }

    fn reset(&mut self) {
        self.gain.finish();
        self.matrix.iter_mut().for_each(Ramp::finish);
    }

    fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        let resting = self.resting();
        for (l, r) in left.iter_mut().zip(right.iter_mut()) {
            let [ll, rl, lr, rr] = resting.unwrap_or_else(|| self.advance());
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
        // No step is above 0.1 dB: 24 dB in 10 ms.
        assert!(l.windows(2).all(|w| (w[0] - w[1]).abs() < 0.006));
        assert!((f64::from(l[959]) - Db(-24.0).to_gain()).abs() < 1e-6);
    }
}
