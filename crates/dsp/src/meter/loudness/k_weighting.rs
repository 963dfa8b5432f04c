//! K-weighting at any rate: the two filters of ITU-R BS.1770-5, Annex 1, Tables 1 and 2.
//!
//! The standard prints coefficients for 48 kHz and asks for the same frequency response at other
//! rates. Here every pole keeps its place in the s-plane (`p^(48000/rate)`), and the zeros follow
//! from the magnitude: a biquad's `|B|²` is `c0 + c1·cos ω + c2·cos 2ω`, so three frequencies fix
//! it (after M. Vicanek, "Matched Second Order Digital Filters", 2016). At 48 kHz this gives back
//! the printed coefficients. The printed gain of the high-pass, which is not exactly 1, is kept at
//! every rate: the standard's calibration contains it.

use std::f64::consts::TAU;

const STANDARD_RATE_HZ: f64 = 48_000.0;

const SHELF: Biquad = Biquad {
    b: [1.535_124_859_586_97, -2.691_696_189_406_38, 1.198_392_810_852_85],
    a: [-1.690_659_293_182_41, 0.732_480_774_215_85],
};

const HIGH_PASS: Biquad =
    Biquad { b: [1.0, -2.0, 1.0], a: [-1.990_047_454_833_98, 0.990_072_250_366_21] };

/// Where the shelf's magnitude is matched, in Hz: below, in and above its transition.
const SHELF_MATCHED_HZ: [f64; 3] = [0.0, 1700.0, 8000.0];
/// Where the high-pass's magnitude is matched, in Hz; its two zeros stay at 0 Hz.
const HIGH_PASS_MATCHED_HZ: f64 = 997.0;
/// Highest matched frequency as a part of the rate, for rates below 20 kHz.
const MATCHED_LIMIT: f64 = 0.4;

/// `(b0 + b1/z + b2/z²) / (1 + a1/z + a2/z²)`.
#[derive(Debug, Clone, Copy)]
struct Biquad {
    b: [f64; 3],
    a: [f64; 2],
}

/// Both filters in series, for a pair of channels; sums the squares of what comes out.
///
/// Direct form I: the shelf's past output is the high-pass's past input.
#[derive(Debug, Clone)]
pub(crate) struct KWeighting {
    b: [f64; 3],
    shelf_a: [f64; 2],
    high_pass_a: [f64; 2],
    state: State,
    sums: [f64; 2],
}

/// The last two values, newest first, of the input and behind either filter, per channel.
#[derive(Debug, Clone, Copy, Default)]
struct State {
    input: [[f64; 2]; 2],
    shelf: [[f64; 2]; 2],
    output: [[f64; 2]; 2],
}

impl KWeighting {
    pub(crate) fn new(rate_hz: f64) -> Self {
        let shelf = shelf_at(rate_hz);
        let (high_pass_a, gain) = high_pass_at(rate_hz);
        Self {
            b: shelf.b.map(|b| b * gain),
            shelf_a: shelf.a,
            high_pass_a,
            state: State::default(),
            sums: [0.0; 2],
        }
    }

    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn push(&mut self, left: &[f32], right: &[f32]) {
        let mut sums = self.sums;
        self.filter(left, right, |z| {
            sums[0] += z[0] * z[0];
            sums[1] += z[1] * z[1];
        });
        self.sums = sums;
    }

    /// As [`push`](Self::push); returns the sum of the products of both channels.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn push_pair(&mut self, left: &[f32], right: &[f32]) -> f64 {
        let (mut sums, mut product) = (self.sums, 0.0);
        self.filter(left, right, |z| {
            sums[0] += z[0] * z[0];
            sums[1] += z[1] * z[1];
            product += z[0] * z[1];
        });
        self.sums = sums;
        product
    }

    #[inline]
    fn filter(&mut self, left: &[f32], right: &[f32], mut weighted: impl FnMut([f64; 2])) {
        let ([b0, b1, b2], [a1, a2], [c1, c2]) = (self.b, self.shelf_a, self.high_pass_a);
        let State { input: [mut x1, mut x2], shelf: [mut y1, mut y2], output: [mut z1, mut z2] } =
            self.state;
        for (&left, &right) in left.iter().zip(right) {
            let x = [f64::from(left), f64::from(right)];
            let (mut y, mut z) = ([0.0; 2], [0.0; 2]);
            for i in 0..2 {
                // The newest output comes last: the next sample waits for one product and one sum.
                y[i] = (b0 * x[i] + b1 * x1[i] + b2 * x2[i] - a2 * y2[i]) - a1 * y1[i];
                z[i] = (y[i] - 2.0 * y1[i] + y2[i] - c2 * z2[i]) - c1 * z1[i];
            }
            weighted(z);
            (x2, x1, y2, y1, z2, z1) = (x1, x, y1, y, z1, z);
        }
        self.state = State { input: [x1, x2], shelf: [y1, y2], output: [z1, z2] };
    }

    /// The sums of squares since the last call. Ends a step: a state that is not finite is cleared
    /// and its sum reads 0, and what has decayed below hearing is cleared before it is subnormal.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn take(&mut self) -> [f64; 2] {
        let sums = std::mem::take(&mut self.sums);
        if !sums.iter().all(|sum| sum.is_finite()) {
            self.state = State::default();
            return [0.0; 2];
        }
        let State { input, shelf, output } = &mut self.state;
        for value in [input, shelf, output].into_iter().flatten().flatten() {
            if value.abs() < SILENT {
                *value = 0.0;
            }
        }
        sums
    }

    /// Forgets the signal.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn reset(&mut self) {
        self.state = State::default();
        self.sums = [0.0; 2];
    }

    /// The sums of squares since the last [`take`](Self::take).
    pub(crate) fn sums(&self) -> [f64; 2] {
        self.sums
    }
}

/// −400 dBFS: states below are cleared.
const SILENT: f64 = 1e-20;

fn shelf_at(rate_hz: f64) -> Biquad {
    let a = moved_poles(SHELF.a, rate_hz);
    let scale = (MATCHED_LIMIT * rate_hz / SHELF_MATCHED_HZ[2]).min(1.0);
    let matched_hz = SHELF_MATCHED_HZ.map(|f| f * scale);
    let poles = Biquad { b: [1.0, 0.0, 0.0], a };
    let power = matched_hz.map(|f| SHELF.power(f, STANDARD_RATE_HZ) / poles.power(f, rate_hz));
    Biquad { b: numerator(matched_hz.map(|f| TAU * f / rate_hz), power), a }
}

/// The denominator, and the gain that keeps the magnitude.
fn high_pass_at(rate_hz: f64) -> ([f64; 2], f64) {
    let moved = Biquad { b: HIGH_PASS.b, a: moved_poles(HIGH_PASS.a, rate_hz) };
    let matched_hz = HIGH_PASS_MATCHED_HZ.min(MATCHED_LIMIT * rate_hz);
    let power = HIGH_PASS.power(matched_hz, STANDARD_RATE_HZ) / moved.power(matched_hz, rate_hz);
    (moved.a, power.sqrt())
}

/// The denominator of a biquad with complex poles, moved from 48 kHz to `rate_hz`.
fn moved_poles([a1, a2]: [f64; 2], rate_hz: f64) -> [f64; 2] {
    let exponent = STANDARD_RATE_HZ / rate_hz;
    let radius = a2.sqrt();
    let angle = (-a1 / (2.0 * radius)).acos();
    [-2.0 * radius.powf(exponent) * (angle * exponent).cos(), radius.powf(2.0 * exponent)]
}

/// The minimum-phase numerator with the squared magnitudes `power` at the angles `omega`, of which
/// the first is 0.
fn numerator(omega: [f64; 3], power: [f64; 3]) -> [f64; 3] {
    // In φ = sin²(ω/2), |B|² = p0 + p1·φ + p2·φ², a parabola through three points.
    let [_, u, v] = omega.map(|w| (w / 2.0).sin().powi(2));
    let (slope_u, slope_v) = ((power[1] - power[0]) / u, (power[2] - power[0]) / v);
    let p2 = (slope_v - slope_u) / (v - u);
    let p1 = slope_u - p2 * u;
    // At 0 and at half the rate, and from the product b0·b2 = p2/16.
    let at_zero = power[0].sqrt();
    let at_half = (power[0] + p1 + p2).sqrt();
    let even = f64::midpoint(at_zero, at_half);
    let b0 = f64::midpoint(even, (even * even - p2 / 4.0).sqrt());
    [b0, f64::midpoint(at_zero, -at_half), p2 / (16.0 * b0)]
}

impl Biquad {
    /// Squared magnitude at `frequency_hz`.
    fn power(&self, frequency_hz: f64, rate_hz: f64) -> f64 {
        let omega = TAU * frequency_hz / rate_hz;
        let square = |[c0, c1, c2]: [f64; 3]| {
            let real = c0 + c1 * omega.cos() + c2 * (2.0 * omega).cos();
            let imaginary = c1 * omega.sin() + c2 * (2.0 * omega).sin();
            real * real + imaginary * imaginary
        };
        square(self.b) / square([1.0, self.a[0], self.a[1]])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATES_HZ: [f64; 7] =
        [32_000.0, 44_100.0, 88_200.0, 96_000.0, 176_400.0, 192_000.0, 384_000.0];

    /// Squared magnitude of both filters.
    fn weighting(frequency_hz: f64, rate_hz: f64) -> f64 {
        let shelf = shelf_at(rate_hz);
        let (a, gain) = high_pass_at(rate_hz);
        let high_pass = Biquad { b: HIGH_PASS.b.map(|b| b * gain), a };
        shelf.power(frequency_hz, rate_hz) * high_pass.power(frequency_hz, rate_hz)
    }

    #[test]
    fn bs1770_at_48_khz_the_printed_coefficients_come_back() {
        let shelf = shelf_at(STANDARD_RATE_HZ);
        let (high_pass_a, gain) = high_pass_at(STANDARD_RATE_HZ);
        let ours = [shelf.b.as_slice(), &shelf.a, &high_pass_a, &[gain]].concat();
        let printed = [SHELF.b.as_slice(), &SHELF.a, &HIGH_PASS.a, &[1.0]].concat();
        for (ours, printed) in ours.iter().zip(printed) {
            assert!((ours - printed).abs() < 1e-11, "{ours} is not {printed}");
        }
    }

    #[test]
    fn bs1770_the_response_is_the_same_within_0_0005_db_at_every_rate() {
        for rate_hz in RATES_HZ {
            let top_hz = (0.45 * rate_hz).min(20_000.0);
            let frequencies = (0..400).map(|i| 10.0 * (top_hz / 10.0).powf(f64::from(i) / 399.0));
            let worst_db = frequencies
                .map(|f| 10.0 * (weighting(f, rate_hz) / weighting(f, STANDARD_RATE_HZ)).log10())
                .fold(0.0, |worst: f64, db| worst.max(db.abs()));
            println!("{rate_hz} Hz: {worst_db:.6} dB");
            assert!(worst_db < 0.0005, "{worst_db} dB at {rate_hz} Hz");
        }
    }

    #[test]
    fn the_signal_path_has_the_response_of_the_coefficients() {
        for (rate_hz, frequency_hz) in [(8000.0, 100.0), (48_000.0, 30.0), (192_000.0, 3000.0)] {
            let mut filter = KWeighting::new(rate_hz);
            let sine = |frame: usize| (TAU * frequency_hz * frame as f64 / rate_hz).sin() as f32;
            let second: Vec<f32> = (0..rate_hz as usize).map(sine).collect();
            filter.push(&second, &second);
            let _settling = filter.take();
            filter.push(&second, &second);
            let power = filter.take()[0] / rate_hz * 2.0;
            let ratio_db = 10.0 * (power / weighting(frequency_hz, rate_hz)).log10();
            assert!(ratio_db.abs() < 1e-4, "{ratio_db} dB");
        }
    }
}
