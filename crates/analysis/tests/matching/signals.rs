//! Music that is made up, devices that change it, and what is measured of it.

use std::f64::consts::TAU;
use std::sync::OnceLock;

use twobus_analysis::matching::{Curve, Profile, Profiler, Traits};
use twobus_dsp::eq::params::{BAND_PARAMS, BANDS, OUTPUT, band};
use twobus_dsp::eq::prototype::{Setting, Shape};
use twobus_dsp::{Db, DeviceKind, Processor};

pub(crate) const RATE_HZ: u32 = 48_000;

/// Left and right.
pub(crate) type Stereo = [Vec<f32>; 2];

/// White noise between −1 and 1; SplitMix64.
pub(crate) struct Noise(u64);

impl Noise {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0xA076_1D64_78BD_642F))
    }

    pub(crate) fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}

/// A song of 24 s: kick, snare and hats, a bass line, chords that are wide, and air; half of it louder and
/// fuller than the other. `seed` chooses notes, balance and brightness.
pub(crate) fn music(seed: u64) -> Stereo {
    static SONGS: [OnceLock<Stereo>; 8] = [const { OnceLock::new() }; 8];
    SONGS[seed as usize].get_or_init(|| played(seed)).clone()
}

fn played(seed: u64) -> Stereo {
    let mut random = Noise::new(1000 + seed);
    let mut between = |low: f64, high: f64| low + (high - low) * (0.5 + 0.5 * random.next());
    let (root, bass, pad, air) =
        (between(38.0, 60.0), between(0.1, 0.25), between(0.02, 0.05), between(0.015, 0.04));
    let (bright, kick, snare) = (between(0.3, 0.8), between(0.2, 0.4), between(0.1, 0.25));
    let mut noises = [Noise::new(seed), Noise::new(seed + 77)];
    let (mut filtered, mut low) = ([0.0; 2], [0.0; 2]);
    let frames = 24 * RATE_HZ as usize;
    let mut song = [Vec::with_capacity(frames), Vec::with_capacity(frames)];
    for frame in 0..frames {
        let t = frame as f64 / f64::from(RATE_HZ);
        let chorus = (8.0..20.0).contains(&t);
        let level = if chorus { 1.0 } else { 0.45 };
        let note = root * [1.0, 1.335, 0.89, 1.5][(t / 2.0) as usize % 4];
        let beat = (2.0 * t).fract() / 2.0;
        let back = (t + 0.5).fract();
        let hat = (8.0 * t).fract() / 8.0;
        let mut middle =
            kick * (-22.0 * beat).exp() * (TAU * (48.0 * beat - 3.0 * (-40.0 * beat).exp())).sin();
        for harmonic in 1..=8 {
            let h = f64::from(harmonic);
            middle += bass * h.powf(-1.4) * (TAU * note * h * t).sin();
        }
        for (channel, out) in song.iter_mut().enumerate() {
            let white = noises[channel].next();
            filtered[channel] += bright * (white - filtered[channel]);
            let side = if channel == 0 { 1.0 } else { -1.0 };
            let mut sound = middle + snare * white * (-18.0 * back).exp();
            low[channel] += 0.01 * (white - low[channel]);
            sound += 0.3 * low[channel];
            sound +=
                air * (filtered[channel] + 3.0 * (white - filtered[channel]) * (-60.0 * hat).exp());
            for (number, ratio) in [4.0, 5.04, 5.99, 8.0, 12.0].into_iter().enumerate() {
                let drift = 1.0 + 0.0007 * side * (number as f64 + 1.0);
                sound += pad * (TAU * note * ratio * drift * t + side * number as f64).sin();
                if chorus {
                    sound += 0.4 * pad * (TAU * note * 3.0 * ratio * drift * t + side).sin();
                }
            }
            out.push((0.8 * level * sound) as f32);
        }
    }
    song
}

pub(crate) fn profile_at(song: &Stereo, rate_hz: u32) -> Profile {
    let mut profiler = Profiler::new(rate_hz, None);
    for (left, right) in song[0].chunks(4096).zip(song[1].chunks(4096)) {
        profiler.push(left, right);
    }
    profiler.finish().expect("the song is not silent")
}

pub(crate) fn profile(song: &Stereo) -> Profile {
    profile_at(song, RATE_HZ)
}

pub(crate) fn traits(song: &Stereo) -> Traits {
    Traits::of(&profile(song))
}

/// `song` through a device.
pub(crate) fn through(song: &Stereo, device: &mut dyn Processor) -> Stereo {
    let [mut left, mut right] = song.clone();
    for (left, right) in left.chunks_mut(512).zip(right.chunks_mut(512)) {
        device.process(left, right);
    }
    [left, right]
}

/// The equalizer of a curve.
pub(crate) fn equalizer(curve: &Curve) -> Box<dyn Processor> {
    assert!(curve.bands.len() <= BANDS);
    let specs = DeviceKind::Equalizer.specs();
    let mut values: Vec<f64> = specs.iter().map(|spec| spec.default).collect();
    for number in 0..BANDS {
        values[number * BAND_PARAMS + band::ON] = 0.0;
    }
    for (number, setting) in curve.bands.iter().enumerate() {
        let shape = Shape::ALL
            .iter()
            .position(|shape| *shape == setting.shape)
            .expect("every shape is listed");
        let first = number * BAND_PARAMS;
        values[first + band::ON] = 1.0;
        values[first + band::SHAPE] = shape as f64;
        values[first + band::FREQUENCY] = setting.frequency_hz;
        values[first + band::GAIN] = setting.gain_db;
        values[first + band::Q] = setting.q;
        values[first + band::SLOPE] = setting.poles as f64 - 1.0;
    }
    values[OUTPUT] = curve.output_db;
    for (spec, value) in specs.iter().zip(&values) {
        assert_eq!(spec.check(*value), Ok(()), "{}", spec.id);
    }
    DeviceKind::Equalizer.build(&values, f64::from(RATE_HZ))
}

pub(crate) fn with_curve(song: &Stereo, curve: &Curve) -> Stereo {
    through(song, &mut *equalizer(curve))
}

/// What an equalizer with `curve` does at a frequency, in dB: its impulse response, transformed there.
pub(crate) fn rendered_db(curve: &Curve) -> impl Fn(f64) -> f64 {
    let mut impulse = [vec![0.0_f32; 1 << 16], vec![0.0_f32; 1 << 16]];
    impulse[0][0] = 1.0;
    let [response, _] = through(&impulse, &mut *equalizer(curve));
    move |hz| {
        let (mut re, mut im) = (0.0, 0.0);
        for (frame, x) in response.iter().enumerate() {
            let (sin, cos) = (TAU * hz * frame as f64 / f64::from(RATE_HZ)).sin_cos();
            (re, im) = (re + f64::from(*x) * cos, im - f64::from(*x) * sin);
        }
        20.0 * re.hypot(im).log10()
    }
}

pub(crate) fn curve(bands: &[(Shape, f64, f64, f64)]) -> Curve {
    let setting = |&(shape, frequency_hz, gain_db, q): &(Shape, f64, f64, f64)| Setting {
        shape,
        frequency_hz,
        gain_db,
        q,
        poles: 8,
    };
    Curve { bands: bands.iter().map(setting).collect(), output_db: 0.0 }
}

/// `song` without anything above `hz`: a low-pass of linear phase, 60 dB down within 500 Hz.
pub(crate) fn ended(song: &Stereo, hz: f64) -> Stereo {
    const HALF: i32 = 190;
    let cutoff = TAU * hz / f64::from(RATE_HZ);
    let tap = |n: i32| {
        let (x, place) = (f64::from(n), f64::from(n) / f64::from(HALF + 1));
        let sinc = if n == 0 { cutoff } else { (cutoff * x).sin() / x };
        // Blackman's window.
        sinc / (0.5 * TAU) * (0.42 + 0.5 * (0.5 * TAU * place).cos() + 0.08 * (TAU * place).cos())
    };
    let taps: Vec<f32> = (-HALF..=HALF).map(|n| tap(n) as f32).collect();
    song.clone().map(|side| {
        let padded = [vec![0.0; HALF as usize], side, vec![0.0; HALF as usize]].concat();
        let dot = |frames: &[f32]| frames.iter().zip(&taps).map(|(x, tap)| x * tap).sum::<f32>();
        padded.windows(taps.len()).map(dot).collect()
    })
}

/// `song` with a gain in dB.
pub(crate) fn louder(song: &Stereo, db: f64) -> Stereo {
    let gain = Db(db).to_gain();
    song.clone().map(|side| side.iter().map(|x| (f64::from(*x) * gain) as f32).collect())
}

/// `song` with its side turned by `db`.
pub(crate) fn wider(song: &Stereo, db: f64) -> Stereo {
    let gain = Db(db).to_gain();
    let pairs = || song[0].iter().zip(&song[1]).map(|(l, r)| (f64::from(*l), f64::from(*r)));
    [1.0, -1.0].map(|sign| {
        pairs().map(|(l, r)| (0.5 * (l + r) + sign * gain * 0.5 * (l - r)) as f32).collect()
    })
}

/// Frequencies from `low` to `high`, 24 an octave.
pub(crate) fn frequencies(low: f64, high: f64) -> impl Iterator<Item = f64> {
    (0..).map(move |step| low * (f64::from(step) / 24.0).exp2()).take_while(move |hz| *hz <= high)
}
