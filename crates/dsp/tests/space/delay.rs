//! The delay.

mod accuracy;
mod loops;
mod moves;
mod robust;

use twobus_dsp::{DeviceKind, Processor};

const RATE_HZ: f64 = 48_000.0;

/// A delay that lets only its repeats out.
fn wet(rate_hz: f64, settings: &[(&str, f64)]) -> Box<dyn Processor> {
    let mut delay = crate::device(DeviceKind::Delay, rate_hz, &[("mix", 100.0), ("feedback", 0.0)]);
    crate::set(delay.as_mut(), DeviceKind::Delay, settings);
    delay.reset();
    delay
}
