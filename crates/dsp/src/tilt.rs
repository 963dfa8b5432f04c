//! One-pole filters of a stereo frame: the tilt around a curve, and what keeps DC away.
//!
//! Trapezoidal integrators: V. Zavalishin, "The Art of VA Filter Design", rev. 2.1.2, 2018, chapter 3.

use std::f64::consts::PI;

use crate::svf::SILENCE;
use crate::units::Db;

/// Frequency at which a tilt leaves the level alone, in Hz.
pub const PIVOT_HZ: f64 = 1000.0;

/// A low-pass's and a high-pass's share of the output, and where they part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct OnePole {
    share: f64,
    low: f64,
    high: f64,
}

impl OnePole {
    fn new(g: f64, low: f64, high: f64) -> Self {
        Self { share: g / (1.0 + g), low, high }
    }

    /// Lets through what lies above `cutoff_hz`, where it takes 3 dB.
    pub(crate) fn high_pass(cutoff_hz: f64, rate_hz: f64) -> Self {
        Self::new((PI * cutoff_hz / rate_hz).tan(), 0.0, 1.0)
    }

    /// Multiplies the highs by `gain` and divides the lows by it, and the exact inverse of that:
    /// (gain · s + ω) / (s + gain · ω) and its reciprocal.
    pub(crate) fn tilt(gain: f64, rate_hz: f64) -> [Self; 2] {
        let pivot = (PI * PIVOT_HZ / rate_hz).tan();
        let inverse = 1.0 / gain;
        [Self::new(pivot * gain, inverse, gain), Self::new(pivot * inverse, gain, inverse)]
    }
}

/// The state of a [`OnePole`] in both channels.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct State([f64; 2]);

impl State {
    #[inline(always)]
    pub(crate) fn tick(&mut self, filter: &OnePole, input: [f64; 2]) -> [f64; 2] {
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
    pub(crate) fn flush(&mut self) {
        for state in &mut self.0 {
            *state = if state.abs() < SILENCE { 0.0 } else { *state };
        }
    }
}

/// A tilt before something that bends the signal, and its inverse behind it: what is raised gives way first.
#[derive(Debug)]
pub(crate) struct Emphasis {
    rate_hz: f64,
    gain_db: f64,
    filters: [OnePole; 2],
    before: State,
    after: State,
}

impl Emphasis {
    /// None, at `rate_hz`.
    pub(crate) fn new(rate_hz: f64) -> Self {
        let filters = OnePole::tilt(1.0, rate_hz);
        let state = State::default();
        Self { rate_hz, gain_db: 0.0, filters, before: state, after: state }
    }

    /// Raises the highs by `gain_db` before, and lowers the lows by as much.
    pub(crate) fn aim(&mut self, gain_db: f64) {
        if gain_db != self.gain_db {
            self.gain_db = gain_db;
            self.filters = OnePole::tilt(Db(gain_db).to_gain(), self.rate_hz);
        }
    }

    /// The next frame before the curve; as it came where nothing is raised, to the bit.
    #[inline(always)]
    pub(crate) fn before(&mut self, frame: [f64; 2]) -> [f64; 2] {
        let tilted = self.before.tick(&self.filters[0], frame);
        if self.gain_db == 0.0 { frame } else { tilted }
    }

    /// The next frame behind the curve.
    #[inline(always)]
    pub(crate) fn after(&mut self, frame: [f64; 2]) -> [f64; 2] {
        let tilted = self.after.tick(&self.filters[1], frame);
        if self.gain_db == 0.0 { frame } else { tilted }
    }

    /// Zeroes what has died away.
    pub(crate) fn flush(&mut self) {
        self.before.flush();
        self.after.flush();
    }

    /// Forgets the signal.
    pub(crate) fn reset(&mut self) {
        [self.before, self.after] = [State::default(); 2];
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
}
