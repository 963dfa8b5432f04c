//! Acceptance of the delay and the reverb.

mod delay;
mod reverb;
mod robust;
mod signals;

use twobus_dsp::{DeviceKind, Processor};

/// Stereo, planar.
type Stereo = [Vec<f32>; 2];

const RATES_HZ: [f64; 5] = [44_100.0, 48_000.0, 88_200.0, 96_000.0, 192_000.0];

/// A device with the parameters named in `settings` set.
fn device(kind: DeviceKind, rate_hz: f64, settings: &[(&str, f64)]) -> Box<dyn Processor> {
    let mut device = kind.build(&[], rate_hz);
    set(device.as_mut(), kind, settings);
    device.reset();
    device
}

/// Sets parameters by hand.
fn set(device: &mut dyn Processor, kind: DeviceKind, settings: &[(&str, f64)]) {
    for (id, value) in settings {
        device.set(kind.param(id).expect("a parameter of the device"), *value);
    }
}

/// `input` through `device`, in blocks of `length`.
fn run_in_blocks(device: &mut dyn Processor, input: &Stereo, length: usize) -> Stereo {
    let mut output = input.clone();
    let [left, right] = &mut output;
    for (left, right) in left.chunks_mut(length).zip(right.chunks_mut(length)) {
        device.process(left, right);
    }
    output
}

/// `input` through `device`.
fn run(device: &mut dyn Processor, input: &Stereo) -> Stereo {
    run_in_blocks(device, input, 64)
}

fn bits(signal: &Stereo) -> Vec<u32> {
    signal.iter().flatten().map(|x| x.to_bits()).collect()
}

fn peak(signal: &Stereo) -> f64 {
    signal.iter().flatten().fold(0.0, |peak, &x| f64::max(peak, f64::from(x).abs()))
}

fn db(gain: f64) -> f64 {
    20.0 * gain.log10()
}

fn whole_grid() -> bool {
    std::env::var_os("TWOBUS_FULL").is_some_and(|value| value == "1")
}
