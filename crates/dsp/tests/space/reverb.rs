//! The reverb.

mod decay;
mod level;
mod robust;
mod tail;

use twobus_dsp::{DeviceKind, Processor};

use crate::signals::{impulse, silence};
use crate::{device, run, set};

const KIND: DeviceKind = DeviceKind::Reverb;
const RATE_HZ: f64 = 48_000.0;
const SPACES: [&str; 3] = ["room", "hall", "plate"];

/// A reverb that lets only its wet sound out, without pre-delay.
fn wet(settings: &[(&str, f64)]) -> Box<dyn Processor> {
    wet_at(RATE_HZ, settings)
}

fn wet_at(rate_hz: f64, settings: &[(&str, f64)]) -> Box<dyn Processor> {
    let mut reverb = device(KIND, rate_hz, &[("mix", 100.0), ("pre_delay", 0.0)]);
    set(reverb.as_mut(), KIND, settings);
    reverb.reset();
    reverb
}

/// Both outputs' responses to an impulse at `inputs`, `start` frames after the reset.
fn response(
    settings: &[(&str, f64)],
    inputs: [f32; 2],
    start: usize,
    seconds: f64,
) -> [Vec<f64>; 2] {
    let mut reverb = wet(settings);
    let _ = run(reverb.as_mut(), &silence(start));
    let heard = run(reverb.as_mut(), &impulse((seconds * RATE_HZ) as usize, inputs));
    heard.map(|channel| channel.into_iter().map(f64::from).collect())
}

/// Responses of both outputs to each input, and at `starts` moments of the modulation.
fn responses(settings: &[(&str, f64)], starts: usize, seconds: f64) -> Vec<Vec<f64>> {
    let inputs = [[1.0, 0.0], [0.0, 1.0]];
    (0..starts)
        .flat_map(|start| inputs.map(|inputs| response(settings, inputs, start * 17_777, seconds)))
        .flatten()
        .collect()
}
