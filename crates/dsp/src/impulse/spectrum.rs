//! Filters and spectra of whole responses.

use realfft::RealFftPlanner;
use realfft::num_complex::Complex;

/// The spectrum of `signal`, padded with zeros to `frames`.
pub(super) fn spectrum(signal: &[f64], frames: usize) -> Vec<Complex<f64>> {
    let fft = RealFftPlanner::new().plan_fft_forward(frames);
    let mut input = fft.make_input_vec();
    let shared = signal.len().min(frames);
    input[..shared].copy_from_slice(&signal[..shared]);
    let mut output = fft.make_output_vec();
    fft.process(&mut input, &mut output).expect("the plan's own lengths");
    output
}

/// `signal` from `low_hz` to `high_hz`, without delay; each edge is a third of an octave wide, or half the band
/// where that is narrower.
pub(super) fn band(signal: &[f64], low_hz: f64, high_hz: f64, rate_hz: f64) -> Vec<f64> {
    // Twice as long, so that what the filter spreads does not come round to the other end.
    let frames = (2 * signal.len()).next_power_of_two();
    let mut spectrum = spectrum(signal, frames);
    let width_hz = |edge_hz: f64| (edge_hz * THIRD_OCTAVE).min(0.5 * (high_hz - low_hz));
    let (low_width_hz, high_width_hz) = (width_hz(low_hz), width_hz(high_hz));
    for (bin, value) in spectrum.iter_mut().enumerate() {
        let frequency_hz = bin as f64 * rate_hz / frames as f64;
        let above = edge((frequency_hz - low_hz) / low_width_hz);
        let below = edge((high_hz - frequency_hz) / high_width_hz);
        *value *= above * below / frames as f64;
    }
    let inverse = RealFftPlanner::new().plan_fft_inverse(frames);
    let mut output = inverse.make_output_vec();
    inverse.process(&mut spectrum, &mut output).expect("the plan's own lengths, real at both ends");
    output.truncate(signal.len());
    output
}

/// Width of a third of an octave, as a share of its centre.
const THIRD_OCTAVE: f64 = 0.231_563;

/// From 0 to 1 while `place` goes from half before an edge to half behind it.
fn edge(place: f64) -> f64 {
    let part = (place + 0.5).clamp(0.0, 1.0);
    part * part * (3.0 - 2.0 * part)
}
