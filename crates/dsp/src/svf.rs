//! Second-order filters that may be moved while they run.
//!
//! The state-variable filter in its topology-preserving form keeps its stored energy meaningful while
//! its parameters move, which the direct forms do not: V. Zavalishin, "The Art of VA Filter Design",
//! rev. 2.1.2, 2018, sections 3.10 and 4.4 to 4.6; A. Simper, "Linear Trapezoidal Integrated State
//! Variable Filter With Low Noise Optimisation", Cytomic, 2013; A. Wishnick, "Time-Varying Filters for
//! Musical Applications", DAFx-14. States are 64 bit.

mod direct;

use std::f64::consts::{PI, SQRT_2};

pub(crate) use direct::{Delayed, Direct};

/// What a state-variable filter computes with: cut-off and damping, and how much of the input, of the
/// band-pass and of the low-pass make the output.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coefficients {
    /// Cut-off: `tan(π f / rate)` in the bilinear designs.
    pub g: f64,
    /// Damping: 1/Q.
    pub k: f64,
    /// Shares of the input, the band-pass and the low-pass in the output.
    pub mix: [f64; 3],
}

/// A direct-form transfer function `(b0 + b1 z⁻¹ + b2 z⁻²) / (1 + a1 z⁻¹ + a2 z⁻²)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Biquad {
    /// Numerator.
    pub b: [f64; 3],
    /// Denominator after its leading 1.
    pub a: [f64; 2],
}

/// A polynomial `c0 + c1 z⁻¹ + c2 z⁻²` by what decides the filter it makes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Polynomial {
    /// Its value at 0 Hz: `c0 + c1 + c2`.
    pub zero: f64,
    /// Its value at half the rate: `c0 − c1 + c2`.
    pub half: f64,
    /// `c0 − c2`.
    pub outer: f64,
}

impl Polynomial {
    /// The constant 1.
    pub const ONE: Self = Self { zero: 1.0, half: 1.0, outer: 1.0 };

    fn new([c0, c1, c2]: [f64; 3]) -> Self {
        Self { zero: c0 + c1 + c2, half: c0 - c1 + c2, outer: c0 - c2 }
    }
}

impl Coefficients {
    /// Lets everything through, exactly.
    pub const UNITY: Self = Self { g: 1.0, k: SQRT_2, mix: [1.0, 0.0, 0.0] };

    /// Low-pass of 12 dB/octave; `q` is the gain at the cut-off. Bilinear.
    pub fn low_pass(cutoff_hz: f64, q: f64, rate_hz: f64) -> Self {
        Self::bilinear(cutoff_hz, q, rate_hz, |_| [0.0, 0.0, 1.0])
    }

    /// High-pass of 12 dB/octave; `q` is the gain at the cut-off. Bilinear.
    pub fn high_pass(cutoff_hz: f64, q: f64, rate_hz: f64) -> Self {
        Self::bilinear(cutoff_hz, q, rate_hz, |k| [1.0, -k, -1.0])
    }

    /// Band-pass with unity gain at its centre. Bilinear.
    pub fn band_pass(centre_hz: f64, q: f64, rate_hz: f64) -> Self {
        Self::bilinear(centre_hz, q, rate_hz, |k| [0.0, k, 0.0])
    }

    /// All-pass whose phase is −180° at `centre_hz`. Bilinear.
    pub fn all_pass(centre_hz: f64, q: f64, rate_hz: f64) -> Self {
        Self::bilinear(centre_hz, q, rate_hz, |k| [1.0, -2.0 * k, 0.0])
    }

    fn bilinear(frequency_hz: f64, q: f64, rate_hz: f64, mix: impl Fn(f64) -> [f64; 3]) -> Self {
        let (g, k) = ((PI * frequency_hz / rate_hz).tan(), 1.0 / q);
        Self { g, k, mix: mix(k) }
    }

    /// The filter whose transfer function is `biquad`, which must be stable.
    pub fn from_biquad(Biquad { b, a: [a1, a2] }: Biquad) -> Self {
        Self::from_polynomials(&Polynomial::new(b), &Polynomial::new([1.0, a1, a2]), 1.0)
    }

    /// The filter `gain · numerator / denominator`; all roots of the denominator must lie inside the unit
    /// circle.
    ///
    /// At 0 Hz only the input and the low-pass pass, at half the rate only the input; what is left of the
    /// numerator is the band-pass.
    pub fn from_polynomials(numerator: &Polynomial, denominator: &Polynomial, gain: f64) -> Self {
        let g = (denominator.zero / denominator.half).sqrt();
        let scale = 4.0 / denominator.half; // 1 + g k + g²
        let k = scale * denominator.outer / (2.0 * g);
        let input = gain * numerator.half / denominator.half;
        let low = gain * numerator.zero / denominator.zero - input;
        let band = gain * scale * numerator.outer / (2.0 * g) - input * k;
        Self { g, k, mix: [input, band, low] }
    }

    /// Complex gain at `omega` radians per frame, as real and imaginary part.
    pub fn response(&self, omega: f64) -> (f64, f64) {
        // With z = e^{jω}, (z − 1)/(z + 1) = j tan(ω/2): the analogue s of the bilinear form.
        let s = (0.5 * omega).tan() / self.g;
        let denominator = (1.0 - s * s, self.k * s);
        let [input, band, low] = self.mix;
        let numerator = (input * denominator.0 + low, input * denominator.1 + band * s);
        let size = denominator.0.powi(2) + denominator.1.powi(2);
        (
            (numerator.0 * denominator.0 + numerator.1 * denominator.1) / size,
            (numerator.1 * denominator.0 - numerator.0 * denominator.1) / size,
        )
    }

    /// The feedback equations solved, ready to run.
    ///
    /// With h = 1/(1 + g (g + k)) the band-pass is `h s₁ + g h (x − s₂)` and the low-pass
    /// `s₂ + g h s₁ + g² h (x − s₂)`; each state becomes twice its output less itself (Zavalishin, section
    /// 3.10). Written out as one sum of products for each result, the shortest way from one frame's state
    /// to the next.
    pub fn solve(&self) -> Solved {
        let h = 1.0 / (1.0 + self.g * (self.g + self.k));
        let (gh, ggh) = (self.g * h, self.g * self.g * h);
        let [input, band, low] = self.mix;
        Solved {
            step: [2.0 * h - 1.0, 2.0 * gh, 1.0 - 2.0 * ggh, 2.0 * ggh],
            out: [
                input + (band * gh + low * ggh),
                band * h + low * gh,
                low - (band * gh + low * ggh),
            ],
        }
    }
}

/// [`Coefficients`] ready to run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Solved {
    /// Of the states' recursion: s₁ on s₁, everything across, s₂ on s₂, the input on s₂.
    pub(crate) step: [f64; 4],
    /// Shares of the input and of both states in the output.
    pub(crate) out: [f64; 3],
}

/// The state of a filter in one channel.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Svf {
    pub(crate) state: [f64; 2],
}

/// States below this are taken to be zero, so that no recursion ends in denormal numbers.
pub const SILENCE: f64 = 1e-20;

impl Svf {
    /// The next output for the next `input`.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    #[inline]
    pub fn tick(&mut self, filter: &Solved, input: f64) -> f64 {
        let ([first, second], [s11, s12, s22, in2]) = (self.state, filter.step);
        let [x, y1, y2] = filter.out;
        self.state = [
            s12 * input + (s11 * first - s12 * second),
            in2 * input + (s12 * first + s22 * second),
        ];
        x * input + (y1 * first + y2 * second)
    }

    /// The next outputs of two filters that differ only in what they take out of the states: low and high
    /// pass, say, at one frequency and Q.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    #[inline]
    pub fn tick_pair(&mut self, filters: [&Solved; 2], input: f64) -> [f64; 2] {
        debug_assert_eq!(filters[0].step, filters[1].step, "one recursion");
        let ([first, second], [x, y1, y2]) = (self.state, filters[1].out);
        let other = x * input + (y1 * first + y2 * second);
        [self.tick(filters[0], input), other]
    }

    /// Forgets the signal.
    pub fn reset(&mut self) {
        self.state = [0.0; 2];
    }

    /// Zeroes a state that has died away; call it once a block.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn flush(&mut self) {
        if self.state.iter().all(|state| state.abs() < SILENCE) {
            self.state = [0.0; 2];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE_HZ: f64 = 48_000.0;

    #[test]
    fn a_pair_is_what_both_filters_are_alone() {
        let low = Coefficients::low_pass(300.0, 0.7, RATE_HZ).solve();
        let high = Coefficients::high_pass(300.0, 0.7, RATE_HZ).solve();
        assert_eq!(low.step, high.step);
        let (mut both, mut alone) = (Svf::default(), [Svf::default(); 2]);
        for i in 0..1000 {
            let x = (f64::from(i) * 0.7).sin();
            let expected = [alone[0].tick(&low, x), alone[1].tick(&high, x)];
            assert_eq!(both.tick_pair([&low, &high], x), expected);
        }
    }

    fn gain_db(filter: &Coefficients, frequency_hz: f64) -> f64 {
        let (re, im) = filter.response(2.0 * PI * frequency_hz / RATE_HZ);
        10.0 * (re * re + im * im).log10()
    }

    #[test]
    fn designs_have_their_gains_where_they_say() {
        let low = Coefficients::low_pass(1000.0, 0.7, RATE_HZ);
        assert!((gain_db(&low, 1000.0) - 20.0 * 0.7_f64.log10()).abs() < 1e-9);
        assert!(gain_db(&low, 1.0).abs() < 1e-4);
        let high = Coefficients::high_pass(1000.0, 2.0, RATE_HZ);
        assert!((gain_db(&high, 1000.0) - 20.0 * 2.0_f64.log10()).abs() < 1e-9);
        let band = Coefficients::band_pass(3000.0, 5.0, RATE_HZ);
        assert!(gain_db(&band, 3000.0).abs() < 1e-9);
        let all = Coefficients::all_pass(3000.0, 1.0, RATE_HZ);
        assert!([10.0, 3000.0, 20_000.0].iter().all(|&f| gain_db(&all, f).abs() < 1e-9));
        assert!(all.response(2.0 * PI * 3000.0 / RATE_HZ).0 < -0.999_999);
    }

    #[test]
    fn a_biquad_and_its_state_variable_form_have_one_impulse_response() {
        let biquad = Biquad { b: [0.7, -0.3, 0.11], a: [-1.61, 0.83] };
        let filter = Coefficients::from_biquad(biquad).solve();
        let (mut svf, mut x, mut y) = (Svf::default(), [0.0; 3], [0.0; 3]);
        for n in 0..500 {
            x = [if n == 0 { 1.0 } else { 0.0 }, x[0], x[1]];
            let fed_back = biquad.a[0] * y[0] + biquad.a[1] * y[1];
            let out = biquad.b[0] * x[0] + biquad.b[1] * x[1] + biquad.b[2] * x[2] - fed_back;
            y = [out, y[0], y[1]];
            assert!((svf.tick(&filter, x[0]) - out).abs() < 1e-12);
        }
    }

    #[test]
    fn e8_a_state_that_has_died_away_is_zero() {
        let filter = Coefficients::low_pass(20.0, 0.7, RATE_HZ).solve();
        let mut svf = Svf::default();
        let _ = svf.tick(&filter, 1.0);
        for _ in 0..10 {
            for _ in 0..RATE_HZ as usize {
                let _ = svf.tick(&filter, 0.0);
            }
            svf.flush();
        }
        assert_eq!(svf, Svf::default());
    }
}
