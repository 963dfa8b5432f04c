//! The curves: one family of algebraic functions whose mean between two points needs no limit.
//!
//! With s(u) = √(1 + u²) and p(u) = u / s(u), which runs from −1 to 1, the family is
//!
//! f(u) = p + h p³ − e p⁴ (1 + 4/s²),
//!
//! h being its hardness and e its asymmetry. Near 0 it is u − (½ − h) u³ − 5e u⁴ …, so that soft
//! passages stay clean; it ends at 1 + h − e and −(1 + h) − e. It is smooth everywhere: its nearest
//! singularities are u = ±i, which is what makes high harmonics die away quickly. It rises everywhere
//! for |e| ≤ [`MOST_ASYMMETRY`]: its slope is (1 + 3h p² − e (20p³ − 24p⁵)) / s³.
//!
//! A shaper that puts out the mean of f between the last two inputs, instead of f, suppresses what
//! would alias (antiderivative antialiasing): J. Parker, V. Zavalishin, E. Le Bivic, "Reducing the
//! Aliasing of Nonlinear Waveshaping Using Continuous-Time Convolution", DAFx-16; S. Bilbao,
//! F. Esqueda, J. Parker, V. Välimäki, "Antiderivative Antialiasing for Memoryless Nonlinearities",
//! IEEE Signal Processing Letters 24(7), 2017. In general it is (F(a) − F(b)) / (a − b) with the
//! antiderivative F, which is undefined for a = b and inexact near it. Here
//! F(u) = (1 + h) s + h/s − e u p⁴, and the division can be carried out once and for all:
//!
//! - (s(a) − s(b)) / (a − b) = (a + b) / (s(a) + s(b)) =: q, because s(a)² − s(b)² = a² − b²;
//! - (1/s(a) − 1/s(b)) / (a − b) = −q / (s(a) s(b));
//! - (p(a) − p(b)) / (a − b) = (s(b) − b q) / (s(a) s(b)), and powers of p divide as polynomials do.

/// Largest asymmetry for which the curve rises everywhere: see the slope above.
pub const MOST_ASYMMETRY: f64 = 0.24;

/// One member of the family.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Curve {
    /// How late and how suddenly it bends: from 0, the softest, to ½, where nothing of third order is
    /// left.
    pub hardness: f64,
    /// By how much the upper half bends more than the lower, up to [`MOST_ASYMMETRY`].
    pub asymmetry: f64,
}

impl Curve {
    /// The curve at `u`.
    pub fn at(&self, u: f64) -> f64 {
        let s = scale(u);
        self.mean([u, s], [u, s])
    }

    /// Mean of the curve from the input `b` to the input `a`, each given with its [`scale`].
    #[inline(always)]
    pub(super) fn mean(&self, [a, scale_a]: [f64; 2], [b, scale_b]: [f64; 2]) -> f64 {
        let q = (a + b) / (scale_a + scale_b);
        let inverse = 1.0 / (scale_a * scale_b);
        let odd = q * (1.0 + self.hardness - self.hardness * inverse);
        let (p_a, p_b) = (a * scale_b * inverse, b * scale_a * inverse);
        let (a2, b2) = (p_a * p_a, p_b * p_b);
        let steepness = (scale_b - b * q) * inverse;
        odd - self.asymmetry * (a2 * a2 + b * ((p_a + p_b) * (a2 + b2)) * steepness)
    }
}

/// √(1 + u²).
#[inline(always)]
pub(super) fn scale(u: f64) -> f64 {
    (1.0 + u * u).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CURVES: [Curve; 4] = [
        Curve { hardness: 0.0, asymmetry: 0.0 },
        Curve { hardness: 0.0, asymmetry: MOST_ASYMMETRY },
        Curve { hardness: 0.0, asymmetry: -MOST_ASYMMETRY },
        Curve { hardness: 0.5, asymmetry: 0.1 },
    ];

    /// The formula of the module's first lines.
    fn formula(curve: &Curve, u: f64) -> f64 {
        let p = u / scale(u);
        let even = p.powi(4) * (1.0 + 4.0 / scale(u).powi(2));
        p + curve.hardness * p.powi(3) - curve.asymmetry * even
    }

    #[test]
    fn the_mean_is_the_mean() {
        for curve in &CURVES {
            for (a, b) in [(0.3, 0.2), (-2.0, 3.0), (1.0, 1.0), (5.0, -5.0), (40.0, 39.0)] {
                let points = 20_000;
                let sum: f64 = (0..points)
                    .map(|i| formula(curve, b + (a - b) * (f64::from(i) + 0.5) / f64::from(points)))
                    .sum();
                let mean = curve.mean([a, scale(a)], [b, scale(b)]);
                assert!((mean - sum / f64::from(points)).abs() < 1e-6, "{a} {b}");
                assert!((curve.at(a) - formula(curve, a)).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn it_rises_everywhere_from_a_slope_of_one_and_stays_within_its_ends() {
        for curve in &CURVES {
            assert!((curve.at(1e-6) * 1e6 - 1.0).abs() < 1e-9);
            let values: Vec<f64> =
                (-3000..=3000).map(|i| curve.at((f64::from(i) * 0.003).sinh())).collect();
            assert!(values.windows(2).all(|pair| pair[1] > pair[0]));
            let end = 1.0 + curve.hardness;
            assert!((curve.at(1e6) - (end - curve.asymmetry)).abs() < 1e-6);
            assert!((curve.at(-1e6) + (end + curve.asymmetry)).abs() < 1e-6);
        }
    }
}
