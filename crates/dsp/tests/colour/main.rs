//! Acceptance of the saturator and the clipper, by spectra of what they put out.

mod clipper;
mod common;
mod saturator;

use std::f64::consts::TAU;

use realfft::RealFftPlanner;
use twobus_dsp::meter::loudness::{LoudnessMeter, STEREO};
use twobus_dsp::{Db, DeviceKind, Processor};

/// Stereo, planar.
type Stereo = [Vec<f32>; 2];

const RATE_HZ: f64 = 44_100.0;
const RATES_HZ: [f64; 5] = [44_100.0, 48_000.0, 88_200.0, 96_000.0, 192_000.0];

/// A device with the parameters named in `settings` set.
fn device(kind: DeviceKind, rate_hz: f64, settings: &[(&str, f64)]) -> Box<dyn Processor> {
    let mut values: Vec<f64> = kind.specs().iter().map(|spec| spec.default).collect();
    for (id, value) in settings {
        values[kind.param(id).expect("a parameter of the device")] = *value;
    }
    kind.build(&values, rate_hz)
}

/// `input` through `device` in blocks of 64 frames, without the frames of its latency.
fn run(device: &mut dyn Processor, input: &Stereo) -> Stereo {
    let latency = device.latency_frames();
    let mut output = input.clone();
    output.iter_mut().for_each(|channel| channel.resize(channel.len() + latency, 0.0));
    let [left, right] = &mut output;
    for (l, r) in left.chunks_mut(64).zip(right.chunks_mut(64)) {
        device.process(l, r);
    }
    output.map(|channel| channel[latency..].to_vec())
}

/// A second of a sine of `amplitude` and a whole number of Hz, after it has run for `settle_s`; left is
/// its sine and right its cosine.
fn settled(device: &mut dyn Processor, hz: u32, amplitude: f64, settle_s: usize) -> Stereo {
    // The end of the tone must not be heard in the second that is looked at.
    let second = settle_s * RATE_HZ as usize..(settle_s + 1) * RATE_HZ as usize;
    let frames = second.end + 2000;
    let angle = |i: usize| TAU * f64::from(hz) * (i as f64 / RATE_HZ);
    let input = [
        (0..frames).map(|i| (amplitude * angle(i).sin()) as f32).collect(),
        (0..frames).map(|i| (amplitude * angle(i).cos()) as f32).collect(),
    ];
    run(device, &input).map(|channel| channel[second.clone()].to_vec())
}

/// Amplitude of every whole number of Hz in a second of sound, up to half the rate.
fn spectrum(second: &[f32]) -> Vec<f64> {
    let fft = RealFftPlanner::<f64>::new().plan_fft_forward(second.len());
    let mut time: Vec<f64> = second.iter().map(|x| f64::from(*x)).collect();
    let mut bins = fft.make_output_vec();
    fft.process(&mut time, &mut bins).expect("the lengths fit");
    let scale = 2.0 / second.len() as f64;
    bins.iter()
        .enumerate()
        .map(|(i, z)| z.norm() * if i == 0 { 0.5 } else { 1.0 } * scale)
        .collect()
}

/// Largest amplitude that is neither DC nor a harmonic of `hz`, in dB below that of `hz`, and where.
fn worst_alias(spectrum: &[f64], hz: usize) -> (f64, usize) {
    let (at, worst) = spectrum
        .iter()
        .enumerate()
        .filter(|(at, _)| at % hz != 0)
        .fold((0, 0.0), |worst, (at, x)| if *x > worst.1 { (at, *x) } else { worst });
    (db(worst / spectrum[hz]), at)
}

/// Root of the power of the harmonics of `hz` from the second on, relative to the first, in dB.
fn thd_db(spectrum: &[f64], hz: usize) -> f64 {
    let power: f64 = spectrum.iter().step_by(hz).skip(2).map(|x| x * x).sum();
    db(power.sqrt() / spectrum[hz])
}

fn integrated(signal: &Stereo, rate_hz: f64) -> Db {
    let mut meter = LoudnessMeter::new(rate_hz, STEREO);
    meter.push(&[&signal[0], &signal[1]]);
    meter.finish();
    meter.loudness().integrated()
}

fn db(gain: f64) -> f64 {
    20.0 * gain.log10()
}

fn whole_grid() -> bool {
    std::env::var_os("TWOBUS_FULL").is_some_and(|value| value == "1")
}

/// Numbers that look random and are the same in every run.
struct Random(u64);

impl Random {
    /// Between 0 and 1.
    fn unit(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn below(&mut self, end: usize) -> usize {
        (self.unit() * end as f64) as usize
    }

    fn noise(&mut self, frames: usize, level: f64) -> Stereo {
        let mut channel =
            || (0..frames).map(|_| (level * (2.0 * self.unit() - 1.0)) as f32).collect();
        [channel(), channel()]
    }
}

/// Five kinds of programme of `time_s`, with peaks near full scale.
fn programmes(rate_hz: f64, time_s: f64) -> [(&'static str, Stereo); 5] {
    let frames = (time_s * rate_hz) as usize;
    let make = |voice: &dyn Fn(f64, &mut Random) -> f64| -> Stereo {
        let mut random = Random(7);
        let mut mono: Vec<f64> =
            (0..frames).map(|i| voice(i as f64 / rate_hz, &mut random)).collect();
        let peak = mono.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
        mono.iter_mut().for_each(|x| *x *= 0.9 / peak);
        let left = mono.iter().map(|x| *x as f32).collect();
        [left, mono.iter().map(|x| (0.7 * x) as f32).collect()]
    };
    let beat = |t: f64, length: f64| (t / length).fract() * length;
    let tone = |t: f64, hz: f64| (TAU * hz * t).sin();
    let drums = move |t: f64, random: &mut Random| {
        let (kick, snare) = (beat(t, 0.5), beat(t + 0.25, 0.5));
        let hit = (2.0 * random.unit() - 1.0) * (-18.0 * snare).exp();
        tone(kick, 50.0 + 60.0 * (-30.0 * kick).exp()) * (-8.0 * kick).exp() + 0.5 * hit
    };
    let bass = move |t: f64, _: &mut Random| {
        let hz = [41.2, 55.0, 49.0, 36.7][(t / 0.5) as usize % 4];
        let note = beat(t, 0.5);
        (tone(note, hz) + 0.4 * tone(note, 2.0 * hz) + 0.15 * tone(note, 3.0 * hz))
            * (-2.0 * note).exp()
    };
    let chords = move |t: f64, _: &mut Random| {
        let root = [220.0, 174.6, 261.6, 196.0][(t / 1.0) as usize % 4];
        let sum: f64 = [1.0, 1.26, 1.498, 2.0, 2.52].iter().map(|r| tone(t, r * root)).sum();
        sum * (0.6 + 0.4 * tone(t, 0.5))
    };
    let voice = move |t: f64, random: &mut Random| {
        let syllable = beat(t, 0.3);
        let gate = (tone(t, 1.0 / 3.1) + 0.6).clamp(0.0, 1.0);
        let sung: f64 = (1..12).map(|h| tone(t, 180.0 * f64::from(h)) / f64::from(h)).sum();
        let hiss = (2.0 * random.unit() - 1.0) * if syllable < 0.05 { 0.3 } else { 0.0 };
        gate * (sung * (-4.0 * syllable).exp() + hiss)
    };
    let noise = |_: f64, random: &mut Random| (0..6).map(|_| random.unit() - 0.5).sum::<f64>();
    [
        ("drums", make(&drums)),
        ("bass", make(&bass)),
        ("chords", make(&chords)),
        ("voice", make(&voice)),
        ("noise", make(&noise)),
    ]
}
