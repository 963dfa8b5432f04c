//! What an impulse response says about a reverb: how it decays, how dense it is, whether it rings or
//! flutters, and how its sides go together.
//!
//! These measures know nothing of how the response was made, so they judge any reverb.

mod decay;
mod density;
mod ringing;
mod spectrum;
mod stereo;

pub use decay::{Decay, decay, decay_in_octave};
pub use density::{DENSITY_WINDOW_S, echo_density, time_to_density};
pub use ringing::{BAND_HZ, Ringing, flutter, ringing};
pub use stereo::{correlation, mono_power_db};

/// The octaves from 125 Hz to 8 kHz, by their centres, in Hz.
pub const OCTAVES_HZ: [f64; 7] = [125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0];

#[cfg(test)]
mod tests;
