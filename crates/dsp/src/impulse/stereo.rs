//! How the two sides of a response go together.

use super::spectrum::band;

/// Correlation of the sides from `low_hz` to `high_hz`, −1 to 1.
pub fn correlation(sides: [&[f64]; 2], low_hz: f64, high_hz: f64, rate_hz: f64) -> f64 {
    let [left, right] = sides.map(|side| band(side, low_hz, high_hz, rate_hz));
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    product(&left, &right) / (product(&left, &left) * product(&right, &right)).sqrt()
}

/// Level of the mono sum, halved, against the power of both sides together, in dB: −3.01 where the sides
/// have nothing in common, 0 where they are the same.
pub fn mono_power_db([left, right]: [&[f64]; 2]) -> f64 {
    let power = |x: f64| x * x;
    let (mut mono, mut both) = (0.0, 0.0);
    for (l, r) in left.iter().zip(right) {
        mono += power((l + r) / 2.0);
        both += (power(*l) + power(*r)) / 2.0;
    }
    10.0 * (mono / both).log10()
}
