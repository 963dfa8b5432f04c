//! How the gain recovers.

use super::character::Law;
use crate::units::one_pole;

/// Automatic release: longest time in which that level recovers, in seconds.
const SLOWEST_S: f64 = 2.0;

/// A gain this close to unity is unity (1e-6 is 0.00001 dB), so that the signal is untouched again.
const UNITY_WITHIN: f64 = 1e-6;

/// How fast the gain recovers, per frame.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Coefficients {
    fast: f64,
    /// Down and up; 1 where the release is not automatic.
    slow: [f64; 2],
}

impl Coefficients {
    /// A recovery that covers 63 % in `time_s`, by itself or automatically by the laws of a character.
    pub(super) fn new(time_s: f64, automatic: Option<&Law>, rate_hz: f64) -> Self {
        let slow = automatic.map_or([1.0, 1.0], |law| {
            let slow_s = (law.slowness * time_s).min(SLOWEST_S);
            [one_pole(law.settle_s, rate_hz), one_pole(slow_s, rate_hz)]
        });
        Self { fast: one_pole(time_s, rate_hz), slow }
    }
}

/// Two recoveries in a row: the gain follows a slower level, which a short peak hardly moves.
///
/// Falls are immediate. The gain is never above the slow level, which is never below what is held.
#[derive(Debug, Clone)]
pub(super) struct Release {
    slow: f64,
    gain: f64,
}

impl Release {
    pub(super) fn new() -> Self {
        Self { slow: 1.0, gain: 1.0 }
    }

    pub(super) fn reset(&mut self) {
        *self = Self::new();
    }

    /// The gain for the next frame, at most `held`.
    pub(super) fn push(&mut self, held: f64, coefficients: &Coefficients) -> f64 {
        let [down, up] = coefficients.slow;
        self.slow += if held < self.slow { down } else { up } * (held - self.slow);
        self.gain = held.min(self.gain + coefficients.fast * (self.slow - self.gain));
        if self.gain > 1.0 - UNITY_WITHIN && held == 1.0 {
            *self = Self::new();
        }
        self.gain
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limiter::Character;

    const RATE_HZ: f64 = 48_000.0;

    /// Frames until the gain is within 1 dB of unity, after `held_s` at −6 dB.
    fn recovery(held_s: f64, automatic: Option<Character>) -> usize {
        let automatic = automatic.map(Character::law);
        let automatic = automatic.as_ref();
        let coefficients = Coefficients::new(0.05, automatic, RATE_HZ);
        let mut release = Release::new();
        for _ in 0..(held_s * RATE_HZ) as usize {
            assert!(release.push(0.5, &coefficients) <= 0.5);
        }
        (0..).find(|_| release.push(1.0, &coefficients) > 0.891).unwrap()
    }

    #[test]
    fn manual_release_covers_63_percent_in_its_time_whatever_came_before() {
        assert_eq!(recovery(0.001, None), recovery(3.0, None));
        let coefficients = Coefficients::new(0.05, None, RATE_HZ);
        let mut release = Release::new();
        assert_eq!(release.push(0.0, &coefficients), 0.0);
        let gain = (0..2400).map(|_| release.push(1.0, &coefficients)).last().unwrap();
        assert!((gain - (1.0 - (-1.0_f64).exp())).abs() < 1e-6);
    }

    #[test]
    fn automatic_release_is_fast_after_a_peak_and_slow_after_a_passage() {
        let of = |held_s, character| recovery(held_s, Some(character));
        let (peak, passage) = (of(0.003, Character::Transparent), of(3.0, Character::Transparent));
        assert!(peak < 2 * recovery(0.003, None));
        assert!(passage > 5 * peak, "{peak} {passage}");
        assert!(of(3.0, Character::Punchy) < passage / 2);
        assert!(of(3.0, Character::Safe) > passage * 3 / 2);
    }

    #[test]
    fn t3_the_gain_returns_to_exactly_one() {
        let laws = Character::ALL.map(Character::law);
        for automatic in laws.iter().map(Some).chain([None]) {
            let coefficients = Coefficients::new(0.01, automatic, RATE_HZ);
            let mut release = Release::new();
            let _ = release.push(0.2, &coefficients);
            assert!((0..480_000).any(|_| release.push(1.0, &coefficients) == 1.0));
        }
    }
}
