//! Small speakers: what is left of a mix on them.

use twobus_dsp::svf::{Coefficients, Solved, Svf};

use super::FADE_S;
use crate::fade::Fade;

/// A kind of small speaker that the listener can hear through.
///
/// Its band is a round figure of its kind, not that of a model: a driver falls by 24 dB an octave below its
/// resonance in a tight enclosure behind a steep protection filter, and by 12 dB an octave above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    /// One driver of a phone: left and right summed.
    Phone,
    /// Two drivers of a laptop.
    Laptop,
}

impl Speaker {
    /// All kinds.
    pub const ALL: [Self; 2] = [Self::Phone, Self::Laptop];

    /// The frequencies, in Hz, between which it is within 3 dB.
    pub const fn band_hz(self) -> (f64, f64) {
        match self {
            Self::Phone => (400.0, 10_000.0),
            Self::Laptop => (200.0, 14_000.0),
        }
    }

    /// Whether it has one driver for both sides.
    pub const fn is_mono(self) -> bool {
        matches!(self, Self::Phone)
    }
}

/// Poles of the lower end: Q of the sections of a Butterworth filter of order 4.
const LOW_Q: [f64; 2] = [0.541_196_100_146_197, 1.306_562_964_876_377];
/// Q of the upper end, a Butterworth filter of order 2.
const HIGH_Q: f64 = std::f64::consts::FRAC_1_SQRT_2;

/// One kind of speaker in the monitor's way. While it is off it changes no bit.
pub(super) struct SpeakerPath {
    speaker: Speaker,
    share: Fade,
    sections: [Solved; 3],
    states: [[Svf; 3]; 2],
}

impl SpeakerPath {
    pub(super) fn new(speaker: Speaker, rate_hz: f64) -> Self {
        let (low_hz, high_hz) = speaker.band_hz();
        let low = |q| Coefficients::high_pass(low_hz, q, rate_hz).solve();
        let high = Coefficients::low_pass(high_hz.min(0.45 * rate_hz), HIGH_Q, rate_hz).solve();
        Self {
            speaker,
            share: Fade::new(false, FADE_S * rate_hz),
            sections: [low(LOW_Q[0]), low(LOW_Q[1]), high],
            states: [[Svf::default(); 3]; 2],
        }
    }

    /// Takes the speaker that is heard, if one is.
    pub(super) fn set(&mut self, heard: Option<Speaker>) {
        self.share.set(heard == Some(self.speaker));
    }

    /// Passes up to a block.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(super) fn process(&mut self, left: &mut [f64], right: &mut [f64]) {
        if self.share.resting() == Some(0.0) {
            self.states.iter_mut().flatten().for_each(Svf::reset);
            return;
        }
        for (left, right) in left.iter_mut().zip(right) {
            let share = self.share.advance();
            let input = match self.speaker.is_mono() {
                true => [0.5 * (*left + *right); 2],
                false => [*left, *right],
            };
            let [l, r] = std::array::from_fn(|side| {
                let states = self.states[side].iter_mut().zip(&self.sections);
                states.fold(input[side], |x, (state, section)| state.tick(section, x))
            });
            let mix = |plain: f64, small: f64| plain * (1.0 - share) + small * share;
            (*left, *right) = (mix(*left, l), mix(*right, r));
        }
        self.states.iter_mut().flatten().for_each(Svf::flush);
    }
}
