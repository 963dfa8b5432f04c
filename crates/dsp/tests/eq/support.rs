//! Settings, signals and measurements.

use std::f64::consts::PI;

use realfft::RealFftPlanner;
use realfft::num_complex::Complex;
use twobus_dsp::eq::Equalizer;
use twobus_dsp::eq::params::{BAND_PARAMS, band};
use twobus_dsp::eq::prototype::{Setting, Shape};
use twobus_dsp::processor::Processor;

/// True when the whole grids are wanted.
pub(crate) fn is_full() -> bool {
    std::env::var_os("TWOBUS_FULL").is_some()
}

pub(crate) fn db(amplitude: f64) -> f64 {
    20.0 * amplitude.max(1e-300).log10()
}

/// Sets band `number` (from 0) to `setting`.
pub(crate) fn set_band(eq: &mut Equalizer, number: usize, setting: &Setting) {
    let at = BAND_PARAMS * number;
    eq.set(at + band::ON, 1.0);
    eq.set(at + band::SHAPE, setting.shape as usize as f64);
    eq.set(at + band::FREQUENCY, setting.frequency_hz);
    eq.set(at + band::GAIN, setting.gain_db);
    eq.set(at + band::Q, setting.q);
    eq.set(at + band::SLOPE, (setting.poles - 1) as f64);
}

/// An equalizer at rest with one band.
pub(crate) fn one_band(setting: &Setting, rate_hz: f64) -> Equalizer {
    let mut eq = Equalizer::new(rate_hz, false);
    set_band(&mut eq, 3, setting);
    eq.reset();
    eq
}

pub(crate) fn bell(frequency_hz: f64, gain_db: f64, q: f64) -> Setting {
    Setting { shape: Shape::Bell, frequency_hz, gain_db, q, poles: 1 }
}

/// What comes out for `left` and `right`, in blocks of 64.
pub(crate) fn run(eq: &mut dyn Processor, left: &[f32], right: &[f32]) -> (Vec<f32>, Vec<f32>) {
    let (mut left, mut right) = (left.to_vec(), right.to_vec());
    for (left, right) in left.chunks_mut(64).zip(right.chunks_mut(64)) {
        eq.process(left, right);
    }
    (left, right)
}

/// The left channel's impulse response, `frames` long.
pub(crate) fn impulse_response(eq: &mut Equalizer, frames: usize) -> Vec<f32> {
    let mut impulse = vec![0.0; frames];
    impulse[0] = 1.0;
    run(eq, &impulse, &impulse).0
}

/// The spectrum of `signal`, from 0 Hz to half the rate.
pub(crate) fn spectrum(signal: &[f32]) -> Vec<Complex<f64>> {
    let forward = RealFftPlanner::new().plan_fft_forward(signal.len());
    let mut time: Vec<f64> = signal.iter().map(|&x| f64::from(x)).collect();
    let mut spectrum = forward.make_output_vec();
    forward.process(&mut time, &mut spectrum).expect("lengths come from the plan");
    spectrum
}

pub(crate) fn sine(frequency_hz: f64, amplitude: f64, rate_hz: f64, frames: usize) -> Vec<f32> {
    let omega = 2.0 * PI * frequency_hz / rate_hz;
    (0..frames).map(|n| (amplitude * (omega * n as f64).sin()) as f32).collect()
}

/// White noise between ±1: xorshift64*.
pub(crate) fn noise(seed: u64, frames: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 40) as f32 / (1_u32 << 23) as f32 - 1.0
    };
    (0..frames).map(|_| next()).collect()
}

pub(crate) fn peak(signal: &[f32]) -> f64 {
    signal.iter().fold(0.0, |peak, x| f64::from(x.abs()).max(peak))
}

/// Largest difference of two signals.
pub(crate) fn null(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).fold(0.0, |most, (a, b)| (f64::from(*a) - f64::from(*b)).abs().max(most))
}
