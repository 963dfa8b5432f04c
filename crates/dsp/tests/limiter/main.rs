//! Acceptance of the true-peak limiter, judged by meters that share no code with it.

mod ceiling;
#[path = "../../../../tests/shared/referee.rs"]
mod referee;
mod robust;
mod signals;
mod sound;

use twobus_dsp::Processor;
use twobus_dsp::limiter::{Limiter, SPECS};

/// Stereo, planar.
type Stereo = [Vec<f32>; 2];

/// A limiter with the parameters named in `settings` set.
fn limiter(rate_hz: f64, settings: &[(&str, f64)]) -> Limiter {
    let mut limiter = Limiter::new(rate_hz);
    for (id, value) in settings {
        let param = SPECS.iter().position(|spec| spec.id == *id);
        limiter.set(param.expect("a parameter of the limiter"), *value);
    }
    limiter.reset();
    limiter
}

/// `input` and its tail through `limiter`, as long as `input` plus the latency.
fn run(limiter: &mut Limiter, input: &Stereo) -> Stereo {
    let mut output = input.clone();
    for channel in &mut output {
        channel.resize(channel.len() + limiter.latency_frames(), 0.0);
    }
    let [left, right] = &mut output;
    limiter.process(left, right);
    output
}

/// The same signal on both channels.
fn both(signal: impl Iterator<Item = f64>) -> Stereo {
    let left: Vec<f32> = signal.map(|x| x as f32).collect();
    [left.clone(), left]
}

fn db(gain: f64) -> f64 {
    20.0 * gain.log10()
}

fn whole_grid() -> bool {
    std::env::var_os("TWOBUS_FULL").is_some_and(|value| value == "1")
}
