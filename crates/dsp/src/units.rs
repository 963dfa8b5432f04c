//! Levels, and the conversions between user units and what the sound is computed in.

/// Level relative to unity gain, in decibels, unity by default; minus infinity is [`Db::SILENCE`].
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct Db(#[cfg_attr(feature = "serde", serde(with = "level"))] pub f64);

impl Db {
    /// 0 dB: a gain of exactly 1.
    pub const UNITY: Self = Self(0.0);
    /// Minus infinity: a gain of exactly 0.
    pub const SILENCE: Self = Self(f64::NEG_INFINITY);

    /// Amplitude gain, `10^(dB/20)`: exactly 1 at 0 dB and exactly 0 at minus infinity.
    pub fn to_gain(self) -> f64 {
        10.0_f64.powf(self.0 / 20.0)
    }

    /// The level of an amplitude `gain`; zero and below give [`Db::SILENCE`].
    pub fn from_gain(gain: f64) -> Self {
        if gain > 0.0 { Self(20.0 * gain.log10()) } else { Self::SILENCE }
    }

    /// The level of a mean square `power`; zero and below give [`Db::SILENCE`].
    pub fn from_power(power: f64) -> Self {
        if power > 0.0 { Self(10.0 * power.log10()) } else { Self::SILENCE }
    }

    /// True for [`Db::SILENCE`].
    pub fn is_silence(self) -> bool {
        self.0 == f64::NEG_INFINITY
    }
}

/// One decimal, a true minus (U+2212) and "−∞" for silence, as every readout of the program has it.
impl std::fmt::Display for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&signed(self.0, 1))
    }
}

/// `value` with `decimals` places and U+2212 for minus; never "−0.0".
pub fn signed(value: f64, decimals: usize) -> String {
    if value == f64::NEG_INFINITY {
        return "−∞".to_owned();
    }
    let text = format!("{:.*}", decimals, value.abs());
    let rounds_to_zero = text.bytes().all(|b| b == b'0' || b == b'.');
    if value < 0.0 && !rounds_to_zero { format!("−{text}") } else { text }
}

/// One-pole smoothing coefficient: after `time_s` the value has covered 1 − 1/e = 63 % of a step.
///
/// For `y += a * (x - y)` at `rate_hz`: `a = 1 - exp(-1 / (time_s * rate_hz))`.
pub fn one_pole(time_s: f64, rate_hz: f64) -> f64 {
    1.0 - (-1.0 / (time_s * rate_hz)).exp()
}

/// How a level stands in a file: a number, or the text "-inf" for silence, since JSON has no infinity.
#[cfg(feature = "serde")]
pub mod level {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// The text for minus infinity.
    pub const SILENCE: &str = "-inf";

    /// Writes a number, or [`SILENCE`] for minus infinity.
    ///
    /// # Errors
    /// For NaN and plus infinity, which no document holds.
    pub fn serialize<S: Serializer>(value: &f64, to: S) -> Result<S::Ok, S::Error> {
        match *value {
            f64::NEG_INFINITY => to.serialize_str(SILENCE),
            finite if finite.is_finite() => to.serialize_f64(finite),
            _ => Err(serde::ser::Error::custom("a level must be a number or -inf")),
        }
    }

    /// Reads a number or [`SILENCE`].
    ///
    /// # Errors
    /// For anything else.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Level<'a> {
            Number(f64),
            Text(std::borrow::Cow<'a, str>),
        }
        match Level::deserialize(from) {
            Ok(Level::Number(value)) if value.is_finite() => Ok(value),
            Ok(Level::Text(text)) if text == SILENCE => Ok(f64::NEG_INFINITY),
            _ => Err(D::Error::custom("expected a level in dB: a number, or \"-inf\" for silence")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unity_is_one_and_silence_is_zero_exactly() {
        assert_eq!(Db::UNITY.to_gain().to_bits(), 1.0_f64.to_bits());
        assert_eq!(Db::SILENCE.to_gain().to_bits(), 0.0_f64.to_bits());
        assert!(Db::from_gain(0.0).is_silence());
    }

    #[test]
    fn levels_read_as_people_write_them() {
        assert_eq!(Db(-1.5).to_string(), "−1.5");
        assert_eq!(Db(-0.04).to_string(), "0.0");
        assert_eq!(Db::SILENCE.to_string(), "−∞");
    }

    #[test]
    fn one_pole_reaches_63_percent_after_its_time() {
        let (rate_hz, time_s) = (48_000.0, 0.01);
        let a = one_pole(time_s, rate_hz);
        let y = (0..480).fold(0.0, |y, _| y + a * (1.0 - y));
        assert!((y - (1.0 - (-1.0_f64).exp())).abs() < 1e-9);
    }
}
