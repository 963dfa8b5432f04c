//! Acceptance of compressor, gate and de-esser.

mod compressor;
mod deesser;
mod every_device;
mod gate;
mod programme;

use twobus_dsp::{DeviceKind, Processor};

use realfft::RealFftPlanner;

/// Stereo, planar.
type Stereo = [Vec<f32>; 2];

const RATES_HZ: [f64; 5] = [44_100.0, 48_000.0, 88_200.0, 96_000.0, 192_000.0];

/// A device with the parameters named in `settings` set.
fn device(kind: DeviceKind, rate_hz: f64, settings: &[(&str, f64)]) -> Box<dyn Processor> {
    let mut values: Vec<f64> = kind.specs().iter().map(|spec| spec.default).collect();
    for (id, value) in settings {
        values[param(kind, id)] = *value;
    }
    kind.build(&values, rate_hz)
}

fn param(kind: DeviceKind, id: &str) -> usize {
    kind.param(id).unwrap_or_else(|| panic!("{} has no parameter {id}", kind.name()))
}

/// `input` through `device` in blocks as the renderer's, without the latency.
fn run(device: &mut dyn Processor, input: &Stereo) -> Stereo {
    let latency = device.latency_frames();
    let mut output = input.clone();
    for channel in &mut output {
        channel.resize(channel.len() + latency, 0.0);
    }
    let [left, right] = &mut output;
    for (left, right) in left.chunks_mut(64).zip(right.chunks_mut(64)) {
        device.process(left, right);
    }
    output.map(|channel| channel[latency..].to_vec())
}

/// As [`run`], with a key.
fn run_keyed(device: &mut dyn Processor, input: &Stereo, key: &Stereo) -> Stereo {
    assert_eq!(device.latency_frames(), 0);
    let mut output = input.clone();
    let [left, right] = &mut output;
    let keys = key[0].chunks(64).zip(key[1].chunks(64));
    for ((left, right), (key_left, key_right)) in
        left.chunks_mut(64).zip(right.chunks_mut(64)).zip(keys)
    {
        device.process_keyed(left, right, [key_left, key_right]);
    }
    output
}

/// The same signal on both channels.
fn both(signal: impl Iterator<Item = f64>) -> Stereo {
    let left: Vec<f32> = signal.map(|x| x as f32).collect();
    [left.clone(), left]
}

/// A sine of `level_db` at `hz`, on both channels.
fn sine(rate_hz: f64, hz: f64, level_db: f64, time_s: f64) -> Stereo {
    let frames = (time_s * rate_hz) as usize;
    let phase = |n: usize| std::f64::consts::TAU * (hz * n as f64 / rate_hz).fract();
    both((0..frames).map(|n| gain(level_db) * phase(n).sin()))
}

fn db(gain: f64) -> f64 {
    20.0 * gain.log10()
}

fn gain(db: f64) -> f64 {
    10.0_f64.powf(db / 20.0)
}

fn rms(signal: &[f32]) -> f64 {
    (signal.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / signal.len() as f64).sqrt()
}

/// Largest difference of two signals.
fn null(a: &[f32], b: &[f32]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (f64::from(*a) - f64::from(*b)).abs()).fold(0.0, f64::max)
}

/// Asserts that two signals are the same to the bit; says where they are not.
#[track_caller]
fn assert_same(a: &Stereo, b: &Stereo) {
    for (a, b) in a.iter().zip(b) {
        assert_eq!(a.len(), b.len());
        let place = a.iter().zip(b).position(|(a, b)| a.to_bits() != b.to_bits());
        assert!(place.is_none(), "different at {place:?}: {:?}", place.map(|n| (a[n], b[n])));
    }
}

/// Amplitudes of the lines of a signal that repeats after its length, from 0 Hz on.
fn lines(signal: &[f64]) -> Vec<f64> {
    let fft = RealFftPlanner::<f64>::new().plan_fft_forward(signal.len());
    let (mut input, mut output) = (signal.to_vec(), fft.make_output_vec());
    fft.process(&mut input, &mut output).expect("the lengths fit");
    output.iter().map(|line| 2.0 * line.norm() / signal.len() as f64).collect()
}

fn wide(signal: &[f32]) -> Vec<f64> {
    signal.iter().map(|x| f64::from(*x)).collect()
}

fn whole_grid() -> bool {
    std::env::var_os("TWOBUS_FULL").is_some_and(|value| value == "1")
}

/// Uniform random numbers, the same on every run.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number from 0 to 1.
    fn unit(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number from −1 to 1.
    fn symmetric(&mut self) -> f64 {
        2.0 * self.unit() - 1.0
    }

    /// An index below `count`.
    fn below(&mut self, count: usize) -> usize {
        (self.unit() * count as f64) as usize
    }

    fn noise(&mut self, frames: usize, level: f64) -> Stereo {
        let mut channel = || (0..frames).map(|_| (level * self.symmetric()) as f32).collect();
        [channel(), channel()]
    }
}
