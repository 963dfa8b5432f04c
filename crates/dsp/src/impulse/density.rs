//! Echo density: J. Abel, P. Huang, "A Simple, Robust Measure of Reverberation Echo Density", AES 121st
//! Convention, 2006: the share of frames in a window that lie outside one standard deviation, relative to
//! that of Gaussian noise.

use std::f64::consts::PI;

/// Length of the window, in seconds.
pub const DENSITY_WINDOW_S: f64 = 0.02;

/// The share of Gaussian noise outside one standard deviation: erfc(1/√2).
const OUTSIDE: f64 = 0.317_310_507_862_914;

/// The normalised echo density around each `step_s`, beginning at 0; the window is Hann's.
pub fn echo_density(response: &[f64], step_s: f64, rate_hz: f64) -> Vec<f64> {
    let half = (DENSITY_WINDOW_S * rate_hz / 2.0) as usize;
    let window: Vec<f64> = (0..=2 * half)
        .map(|n| (PI * (n as f64 + 0.5) / (2 * half + 1) as f64).sin().powi(2))
        .collect();
    let step = step_s * rate_hz;
    let steps = (response.len() as f64 / step) as usize;
    (0..steps).map(|at| density((at as f64 * step) as usize, response, &window)).collect()
}

fn density(centre: usize, response: &[f64], window: &[f64]) -> f64 {
    let half = window.len() / 2;
    let weighted = || {
        let frames = window.iter().enumerate();
        frames.filter_map(|(n, w)| Some((w, response.get((centre + n).checked_sub(half)?)?)))
    };
    let total: f64 = weighted().map(|(w, _)| w).sum();
    let variance = weighted().map(|(w, x)| w * x * x).sum::<f64>() / total;
    let deviation = variance.sqrt();
    let outside: f64 = weighted().filter(|(_, x)| x.abs() > deviation).map(|(w, _)| w).sum();
    outside / total / OUTSIDE
}

/// When the density first reaches `goal`, in seconds; `density` in steps of `step_s`.
pub fn time_to_density(density: &[f64], goal: f64, step_s: f64) -> Option<f64> {
    density.iter().position(|&density| density >= goal).map(|at| at as f64 * step_s)
}
