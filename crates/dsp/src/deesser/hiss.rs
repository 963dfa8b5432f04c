//! How much of a voice is hiss.

use std::f64::consts::FRAC_1_SQRT_2;

use crate::dynamics::levels::from_db;
use crate::dynamics::{CELL, Detector, LOUDEST};
use crate::svf::{Coefficients, Solved, Svf};

use super::cut::{limit, q_of};

/// Time constant of the mean squares that are compared, in seconds.
const WINDOW_S: f64 = 0.004;

/// How fast the voice's level is forgotten, in dB per second.
const FORGETTING_DB_PER_S: f64 = 6.0;

/// A voice is never taken to be softer than this, in dBFS, so that noise in its pauses is no hiss.
const SOFTEST_DB: f64 = -55.0;

/// What a voice that has not been heard yet is taken to be, in dBFS.
const UNHEARD_DB: f64 = -24.0;

/// The levels of a band relative to the voice, in both channels.
///
/// The voice's level is the highest of the last seconds, slowly forgotten: mostly that of the vowels.
#[derive(Debug, Clone)]
pub(super) struct Hiss {
    filter: Solved,
    states: [Svf; 2],
    band: Detector,
    whole: Detector,
    /// As levels.
    voices: [f32; 2],
    forgetting: f32,
}

impl Hiss {
    pub(super) fn new(rate_hz: f64) -> Self {
        Self {
            filter: Coefficients::UNITY.solve(),
            states: [Svf::default(); 2],
            band: Detector::new(WINDOW_S, rate_hz),
            whole: Detector::new(WINDOW_S, rate_hz),
            voices: [from_db(UNHEARD_DB) as f32; 2],
            forgetting: (from_db(FORGETTING_DB_PER_S) / rate_hz) as f32,
        }
    }

    /// Sets the band: everything above `hz`, or `octaves` around it.
    pub(super) fn set(&mut self, is_bell: bool, hz: f64, octaves: f64, rate_hz: f64) {
        let hz = limit(hz, rate_hz);
        let band = if is_bell {
            Coefficients::band_pass(hz, q_of(octaves), rate_hz)
        } else {
            Coefficients::high_pass(hz, FRAC_1_SQRT_2, rate_hz)
        };
        self.filter = band.solve();
    }

    /// The relative levels of the band at each frame of `signal`, at most [`CELL`].
    ///
    /// Audio thread: no allocation, no lock, no system call.
    #[inline(always)]
    pub(super) fn levels(&mut self, signal: [&[f32]; 2], [left, right]: [&mut [f32]; 2]) {
        let frames = left.len();
        let mut band = [[0.0; CELL]; 2];
        for (i, (left, right)) in signal[0].iter().zip(signal[1]).enumerate() {
            for (channel, x) in [*left, *right].into_iter().enumerate() {
                let clean = if x.abs() <= LOUDEST { f64::from(x) } else { 0.0 };
                band[channel][i] = self.states[channel].tick(&self.filter, clean) as f32;
            }
        }
        let mut whole = [[0.0; CELL]; 2];
        let whole = whole.each_mut().map(|channel| &mut channel[..frames]);
        self.band.rms([&band[0][..frames], &band[1][..frames]], [&mut *left, &mut *right]);
        let [whole_left, whole_right] = whole;
        self.whole.rms(signal, [&mut *whole_left, &mut *whole_right]);
        let softest = from_db(SOFTEST_DB) as f32;
        let channels = [(left, whole_left), (right, whole_right)];
        for (voice, (levels, whole)) in self.voices.iter_mut().zip(channels) {
            for (level, whole) in levels.iter_mut().zip(whole) {
                *voice = whole.max(*voice - self.forgetting).max(softest);
                *level -= *voice;
            }
        }
    }

    pub(super) fn flush(&mut self) {
        self.states.iter_mut().for_each(Svf::flush);
    }

    pub(super) fn reset(&mut self) {
        self.states.iter_mut().for_each(Svf::reset);
        self.band.reset();
        self.whole.reset();
        self.voices = [from_db(UNHEARD_DB) as f32; 2];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dynamics::levels::log2_of;

    #[test]
    fn d3_the_relative_level_is_that_of_the_spectrum() {
        let mut hiss = Hiss::new(48_000.0);
        hiss.set(false, 4000.0, 1.0, 48_000.0);
        let tone = |n: usize| {
            let n = n as f32;
            0.5 * (n * 0.05).sin() + 0.05 * (n * std::f32::consts::TAU * 12.0 / 48.0).sin()
        };
        let signal: Vec<f32> = (0..9600).map(tone).collect();
        let mut levels = [[0.0; CELL]; 2];
        for cell in signal.chunks(CELL) {
            hiss.levels([cell, cell], levels.each_mut().map(|channel| &mut channel[..]));
        }
        let expected = log2_of(0.05 / 0.5);
        assert!((levels[0][0] - expected).abs() < 0.1, "{} {expected}", levels[0][0]);
    }
}
