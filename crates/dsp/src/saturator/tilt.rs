//! One-pole filters of a stereo frame: the tilt around the curve, and what keeps DC away.
//!
//! Trapezoidal integrators: V. Zavalishin, "The Art of VA Filter Design", rev. 2.1.2, 2018, chapter 3.

use std::f64::consts::PI;

use crate::svf::SILENCE;

/// Frequency at which a tilt leaves the level alone, in Hz.
pub const PIVOT_HZ: f64 = 1000.0;

/// A low-pass's and a high-pass's share of the output, and where they part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct OnePole {
    share: f64,
    low: f64,
    high: f64,
}

impl OnePole {
    fn new(g: f64, low: f64, high: f64) -> Self {
        Self { share: g / (1.0 + g), low, high }
    }

    /// Lets through what lies above `cutoff_hz`, where it takes 3 dB.
    pub(super) fn high_pass(cutoff_hz: f64, rate_hz: f64) -> Self {
        Self::new((PI * cutoff_hz / rate_hz).tan(), 0.0, 1.0)
    }

    /// Multiplies the highs by `gain` and divides the lows by it, and the exact inverse of that:
    /// (gain · s + ω) / (s + gain · ω) and its reciprocal.
    pub(super) fn tilt(gain: f64, rate_hz: f64) -> [Self; 2] {
        let pivot = (PI * PIVOT_HZ / rate_hz).tan();
        let inverse = 1.0 / gain;
        [Self::new(pivot * gain, inverse, gain), Self::new(pivot * inverse, gain, inverse)]
    }
}

/// The state of a [`OnePole`] in both channels.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct State([f64; 2]);

impl State {
    #[inline(always)]
    pub(super) fn tick(&mut self, filter: &OnePole, input: [f64; 2]) -> [f64; 2] {
        let mut output = [0.0; 2];
        for ((out, x), state) in output.iter_mut().zip(input).zip(&mut self.0) {
            let change = (x - *state) * filter.share;
            let low = *state + change;
            *state = low + change;
            *out = filter.low * low + filter.high * (x - low);
        }
        output
    }

    /// Zeroes what has died away.
    pub(super) fn flush(&mut self) {
        for state in &mut self.0 {
            *state = if state.abs() < SILENCE { 0.0 } else { *state };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tilt_and_its_inverse_cancel() {
        let [tilt, inverse] = OnePole::tilt(3.0, 48_000.0);
        let (mut first, mut second) = (State::default(), State::default());
        for i in 0..1000 {
            let x = [f64::from(i * i).sin(), f64::from(u8::from(i == 3))];
            let y = second.tick(&inverse, first.tick(&tilt, x));
            assert!((y[0] - x[0]).abs() < 1e-12 && (y[1] - x[1]).abs() < 1e-12);
        }
    }

    #[test]
    fn s3_dc_is_kept_away_by_3_db_at_no_more_than_5_hz_at_every_rate() {
        for rate_hz in [44_100.0, 192_000.0] {
            let filter = OnePole::high_pass(super::super::engine::DC_HZ, rate_hz);
            let gain = |hz: f64| {
                let mut state = State::default();
                let seconds = 2.0;
                (0..(seconds * rate_hz) as usize)
                    .map(|i| {
                        let x = (std::f64::consts::TAU * hz * i as f64 / rate_hz).sin();
                        let [y, _] = state.tick(&filter, [x, 0.0]);
                        if i > rate_hz as usize { y * y } else { 0.0 }
                    })
                    .sum::<f64>()
                    / (0.5 * (seconds - 1.0) * rate_hz)
            };
            assert!((gain(4.0) - 0.5).abs() < 0.01 && gain(5.0) > 0.5, "{}", gain(4.0));
        }
    }
}
