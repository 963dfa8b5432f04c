//! Pan of mono signals, balance and width of stereo signals.
//!
//! Laws: 0 dB (balance), −3 dB (sine and cosine, constant power), −4.5 dB (the geometric mean of the
//! two neighbours) and −6 dB (linear, constant sum). Rumsey, *Spatial Audio*, ch. 2.

use std::f64::consts::FRAC_PI_2;

/// How much quieter each channel of a centred mono signal is than a hard-panned one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "kebab-case")
)]
pub enum PanLaw {
    /// 0 dB at the centre; panning only takes away from the far side.
    Balance,
    /// −3 dB: the power stays the same.
    #[default]
    ConstantPower,
    /// −4.5 dB: between constant power and constant sum.
    Compromise,
    /// −6 dB: left plus right stays the same, so a mono fold-down does not change.
    ConstantSum,
}

/// Gains from the two inputs to the two outputs of a strip.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Matrix {
    /// Left input to left output.
    pub ll: f64,
    /// Right input to left output.
    pub rl: f64,
    /// Left input to right output.
    pub lr: f64,
    /// Right input to right output.
    pub rr: f64,
}

impl Matrix {
    /// Lets both channels through unchanged.
    pub const IDENTITY: Self = Self { ll: 1.0, rl: 0.0, lr: 0.0, rr: 1.0 };

    /// Every gain multiplied by `gain`.
    #[must_use]
    pub fn scaled(self, gain: f64) -> Self {
        Self { ll: self.ll * gain, rl: self.rl * gain, lr: self.lr * gain, rr: self.rr * gain }
    }
}

/// Gains left and right of a mono signal at `pan`, −1 (left) to 1 (right).
///
/// The far side of a hard pan is exactly 0, the near side exactly 1.
pub fn mono(law: PanLaw, pan: f64) -> (f64, f64) {
    let pan = pan.clamp(-1.0, 1.0);
    if pan == -1.0 {
        return (1.0, 0.0);
    }
    if pan == 1.0 {
        return (0.0, 1.0);
    }
    let right = (pan + 1.0) / 2.0;
    // The same function of the same argument for both sides, so that the centre is exactly even.
    let (cos, sin) = ((right * FRAC_PI_2).cos(), ((1.0 - right) * FRAC_PI_2).cos());
    match law {
        PanLaw::Balance => balance(pan),
        PanLaw::ConstantPower => (cos, sin),
        PanLaw::Compromise => ((cos * (1.0 - right)).sqrt(), (sin * right).sqrt()),
        PanLaw::ConstantSum => (1.0 - right, right),
    }
}

/// Gains left and right of a stereo signal at `balance`, −1 to 1: the far side fades linearly.
///
/// Exactly 1 and 1 at the centre.
pub fn balance(balance: f64) -> (f64, f64) {
    let balance = balance.clamp(-1.0, 1.0);
    (1.0 - balance.max(0.0), 1.0 + balance.min(0.0))
}

/// The matrix of a stereo strip: width first (1 = unchanged, 0 = mono, 2 = twice the side signal), then
/// balance. The identity, exactly, at width 1 and balance 0.
pub fn stereo(width: f64, balance: f64) -> Matrix {
    let (left, right) = self::balance(balance);
    let (same, other) = ((1.0 + width) / 2.0, (1.0 - width) / 2.0);
    Matrix { ll: left * same, rl: left * other, lr: right * other, rr: right * same }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn positions() -> impl Iterator<Item = f64> {
        (0..=200).map(|i| f64::from(i) / 100.0 - 1.0)
    }

    fn db(gain: f64) -> f64 {
        20.0 * gain.log10()
    }

    #[test]
    fn f2_each_law_keeps_what_it_promises_at_201_positions() {
        for pan in positions() {
            let (l, r) = mono(PanLaw::ConstantPower, pan);
            assert!((10.0 * (l * l + r * r).log10()).abs() < 0.01);
            let (l, r) = mono(PanLaw::ConstantSum, pan);
            assert!(db(l + r).abs() < 0.01);
            let (l, r) = mono(PanLaw::Balance, pan);
            assert!((l.max(r) - 1.0).abs() < 1e-12);
            let (power, sum) = (mono(PanLaw::ConstantPower, pan), mono(PanLaw::ConstantSum, pan));
            let (l, r) = mono(PanLaw::Compromise, pan);
            assert!(
                (l * l - power.0 * sum.0).abs() < 1e-12 && (r * r - power.1 * sum.1).abs() < 1e-12
            );
        }
    }

    #[test]
    fn f2_centre_levels_and_hard_sides() {
        let centre = |law| db(mono(law, 0.0).0);
        assert_eq!(mono(PanLaw::Balance, 0.0), (1.0, 1.0));
        assert_eq!(mono(PanLaw::ConstantPower, 0.0).0, mono(PanLaw::ConstantPower, 0.0).1);
        assert!((centre(PanLaw::ConstantPower) + 3.0103).abs() < 1e-3);
        assert!((centre(PanLaw::Compromise) + 4.515).abs() < 1e-3);
        assert!((centre(PanLaw::ConstantSum) + 6.0206).abs() < 1e-3);
        for law in [PanLaw::Balance, PanLaw::ConstantPower, PanLaw::Compromise, PanLaw::ConstantSum]
        {
            assert_eq!(mono(law, -1.0), (1.0, 0.0));
            assert_eq!(mono(law, 1.0), (0.0, 1.0));
        }
    }

    #[test]
    fn f2_stereo_balance_at_the_centre_is_the_identity() {
        assert_eq!(stereo(1.0, 0.0), Matrix::IDENTITY);
        let narrow = stereo(0.0, 0.0);
        assert_eq!((narrow.ll, narrow.rl, narrow.lr, narrow.rr), (0.5, 0.5, 0.5, 0.5));
    }

    #[test]
    fn stereo_width_leaves_the_mid_signal_alone() {
        for width in [0.0, 0.3, 1.0, 1.7, 2.0] {
            let m = stereo(width, 0.0);
            assert!((m.ll + m.lr - 1.0).abs() < 1e-12 && (m.rl + m.rr - 1.0).abs() < 1e-12);
        }
    }
}
