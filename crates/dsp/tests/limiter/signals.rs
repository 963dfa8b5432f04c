//! Signals that are hard to limit, all made here.

use std::f64::consts::{PI, TAU};

use crate::{Stereo, both};

/// +12 dB.
const HOT: f64 = 4.0;

/// How far meters agree about a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tier {
    /// Little content above 0.485 of the rate: meters agree within 0.02 dB.
    A,
    /// Strong content at half the rate: meters differ by up to 0.8 dB.
    B,
}

/// A signal by name.
pub(crate) struct Signal {
    pub(crate) name: &'static str,
    pub(crate) tier: Tier,
    make: fn(rate_hz: f64, frames: usize) -> Stereo,
}

impl Signal {
    /// `time_s` of it, which some signals need to be at least 0.3.
    pub(crate) fn make(&self, rate_hz: f64, time_s: f64) -> Stereo {
        (self.make)(rate_hz, (time_s * rate_hz) as usize)
    }
}

const fn signal(name: &'static str, tier: Tier, make: fn(f64, usize) -> Stereo) -> Signal {
    Signal { name, tier, make }
}

pub(crate) const SIGNALS: [Signal; 18] = [
    signal("fs/4 at 45 degrees", Tier::A, |_, n| tone(n, 0.25, 45.0)),
    signal("fs/6 at 60 degrees", Tier::A, |_, n| tone(n, 1.0 / 6.0, 60.0)),
    signal("fs/8 at 67.5 degrees", Tier::A, |_, n| tone(n, 0.125, 67.5)),
    signal("fs/3", Tier::A, |_, n| tone(n, 1.0 / 3.0, 0.0)),
    signal("0.45 fs", Tier::A, |_, n| tone(n, 0.45, 0.0)),
    signal("997 Hz", Tier::A, |rate, n| tone(n, 997.0 / rate, 0.0)),
    signal("30 Hz", Tier::A, |rate, n| tone(n, 30.0 / rate, 0.0)),
    signal("1 kHz square", Tier::A, |rate, n| {
        // Half a frame away from the zero crossings: a frame on one would be one sign or the other.
        both((0..n).map(move |i| HOT * (TAU * 1000.0 / rate * (i as f64 + 0.5)).sin().signum()))
    }),
    signal("pairs", Tier::A, |_, n| both((0..n).map(|i| if i % 4 < 2 { HOT } else { -HOT }))),
    signal("impulses", Tier::A, |_, n| sparse(n, &[HOT], &[-HOT])),
    signal("doublets", Tier::A, |_, n| sparse(n, &[HOT, HOT], &[HOT, -HOT])),
    signal("step", Tier::A, |_, n| both((0..n).map(move |i| if i < n / 4 { 0.0 } else { HOT }))),
    signal("burst", Tier::A, burst),
    signal("one channel", Tier::A, |rate, n| {
        let [left, mut right] = tone(n, 997.0 / rate, 0.0);
        right.fill(0.0);
        [left, right]
    }),
    signal("clipped noise", Tier::B, |_, n| {
        let mut random = Random::new(7);
        both((0..n).map(move |_| (HOT * random.symmetric()).clamp(-1.0, 1.0)))
    }),
    signal("random signs", Tier::B, |_, n| {
        let mut random = Random::new(11);
        both((0..n).map(move |_| random.symmetric().signum()))
    }),
    signal("sweep to 0.49 fs", Tier::B, sweep),
    signal("worst inter-sample peak", Tier::B, worst),
];

fn tone(frames: usize, frequency: f64, degrees: f64) -> Stereo {
    let phase = degrees.to_radians();
    both((0..frames).map(move |i| HOT * (TAU * frequency * i as f64 + phase).sin()))
}

/// Short shapes far apart, in turn.
fn sparse(frames: usize, first: &[f64], second: &[f64]) -> Stereo {
    const APART: usize = 997;
    both((0..frames).map(|i| {
        let shape = if (i / APART).is_multiple_of(2) { first } else { second };
        shape.get(i % APART).copied().unwrap_or(0.0)
    }))
}

/// 5 ms at full level within a tone 20 dB softer.
fn burst(rate_hz: f64, frames: usize) -> Stereo {
    let (start, length) = (frames / 2, (0.005 * rate_hz) as usize);
    both((0..frames).map(move |i| {
        let level = if (start..start + length).contains(&i) { HOT } else { 0.1 * HOT };
        level * (TAU * 0.24 * i as f64).sin()
    }))
}

/// Logarithmic, from 20 Hz.
fn sweep(rate_hz: f64, frames: usize) -> Stereo {
    let (low, high) = (20.0 / rate_hz, 0.49);
    let rise = (high / low).ln() / frames as f64;
    both((0..frames).map(move |i| HOT * (TAU * low * ((rise * i as f64).exp() - 1.0) / rise).sin()))
}

/// Samples at full scale with the signs of a sinc's taps, all of which add up halfway between the
/// two central ones.
fn worst(_: f64, frames: usize) -> Stereo {
    const REACH: i64 = 64;
    let centre = frames as i64 / 2;
    both((0..frames as i64).map(move |i| {
        let distance = i - centre;
        if (-REACH..REACH).contains(&distance) {
            (PI * (distance as f64 + 0.5)).sin() / (distance as f64 + 0.5).signum()
        } else {
            0.0
        }
    }))
}

/// Uniform random numbers, the same on every run.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number from 0 to 1.
    pub(crate) fn unit(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number from −1 to 1.
    pub(crate) fn symmetric(&mut self) -> f64 {
        2.0 * self.unit() - 1.0
    }

    /// An index below `count`.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        (self.unit() * count as f64) as usize
    }
}
