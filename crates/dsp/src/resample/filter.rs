//! Linear-phase low-pass filters at twice a rate, split into the two parts that polyphase
//! computation needs.

use std::f64::consts::{PI, TAU};

/// A symmetric FIR filter of odd length `2 centre + 1` with an odd `centre`.
///
/// Its taps at even distance from the first, and those at odd distance (with the centre), are used
/// in turn; both add up to one half at 0 Hz.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    /// One of each pair of equal taps 0, 2, 4 …, from the outside in.
    pub(super) even: Box<[f64]>,
    /// One of each pair of equal taps 1, 3, 5 …, from the outside in, without the centre; none in a
    /// half-band filter.
    pub(super) odd: Box<[f64]>,
    /// The tap at the centre.
    pub(super) middle: f64,
}

impl Filter {
    /// Passes up to `pass` and stops from `1 - pass` on, in parts of the lower rate.
    pub(super) fn half_band(pass: f64, attenuation_db: f64) -> Self {
        let mut filter = Self::low_pass([pass, 1.0 - pass], attenuation_db);
        filter.odd = Box::new([]);
        filter.middle = 0.5;
        filter
    }

    /// Passes up to the first and stops from the second edge on, in parts of the lower rate.
    ///
    /// Kaiser's window and his estimate of the length.
    pub(super) fn low_pass([pass, stop]: [f64; 2], attenuation_db: f64) -> Self {
        // At the higher rate, which is 1 here.
        let (width, cutoff) = (0.5 * (stop - pass), 0.25 * (pass + stop));
        let order = (attenuation_db - 8.0) / (2.285 * TAU * width);
        let centre = (0.5 * order).ceil() as usize | 1;
        let beta = 0.1102 * (attenuation_db - 8.7);
        let tap = |index: usize| {
            let distance = (centre - index) as f64;
            let window = bessel_i0(beta * (1.0 - (distance / (centre + 1) as f64).powi(2)).sqrt());
            window * sinc(2.0 * cutoff * distance)
        };
        let middle = tap(centre);
        let even: Vec<f64> = (0..centre).step_by(2).map(tap).collect();
        let odd: Vec<f64> = (1..centre).step_by(2).map(tap).collect();
        let even_sum = 4.0 * even.iter().sum::<f64>();
        let odd_sum = 4.0 * odd.iter().sum::<f64>() + 2.0 * middle;
        Self {
            even: even.iter().map(|tap| tap / even_sum).collect(),
            odd: odd.iter().map(|tap| tap / odd_sum).collect(),
            middle: middle / odd_sum,
        }
    }

    /// Index of the tap at the centre: the delay in frames of the higher rate.
    pub(super) fn centre(&self) -> usize {
        2 * self.even.len() - 1
    }
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

/// Modified Bessel function of the first kind and order 0, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let mut term = 1.0;
    (1..100).fold(1.0, |sum, k| {
        term *= (0.5 * x / f64::from(k)).powi(2);
        sum + term
    })
}
