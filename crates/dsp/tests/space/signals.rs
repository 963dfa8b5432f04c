//! Signals to test with.

use std::f64::consts::TAU;

use crate::Stereo;

/// A small generator of numbers that are random enough (xorshift64*).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// From 0 to below 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// From −1 to below 1.
    pub(crate) fn symmetric(&mut self) -> f64 {
        2.0 * self.unit() - 1.0
    }

    /// A whole number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.unit() * end as f64) as usize
    }
}

/// White noise that reaches up to `level`, different left and right.
pub(crate) fn noise(frames: usize, level: f64, seed: u64) -> Stereo {
    let mut random = Random::new(seed);
    let mut channel = || (0..frames).map(|_| (level * random.symmetric()) as f32).collect();
    [channel(), channel()]
}

/// Pink noise of about `level` RMS, different left and right: white noise through three poles, within 0.5 dB
/// of 3 dB per octave from 40 Hz at 44.1 kHz (P. Kellett's "economy" filter, musicdsp.org, "Pink noise
/// filter").
pub(crate) fn pink(frames: usize, level: f64, seed: u64) -> Stereo {
    const POLES: [(f64, f64); 3] =
        [(0.99765, 0.099_046), (0.963, 0.296_516_4), (0.57, 1.052_691_3)];
    let mut random = Random::new(seed);
    let mut channel = || {
        let mut states = [0.0; 3];
        let sample = |_| {
            let white = random.symmetric();
            for (state, (pole, gain)) in states.iter_mut().zip(POLES) {
                *state = pole * *state + gain * white;
            }
            (0.6 * level * (states.iter().sum::<f64>() + 0.1848 * white)) as f32
        };
        (0..frames).map(sample).collect()
    };
    [channel(), channel()]
}

/// A single sample at frame 0 of both channels, then silence.
pub(crate) fn impulse(frames: usize, [left, right]: [f32; 2]) -> Stereo {
    let mut signal = silence(frames);
    (signal[0][0], signal[1][0]) = (left, right);
    signal
}

pub(crate) fn silence(frames: usize) -> Stereo {
    [vec![0.0; frames], vec![0.0; frames]]
}

/// A sine on both channels, with a fade-in of 50 ms so that its beginning is no click.
pub(crate) fn sine(frames: usize, frequency_hz: f64, level: f64, rate_hz: f64) -> Stereo {
    let omega = TAU * frequency_hz / rate_hz;
    let sample = |n: usize| {
        let fade = (n as f64 / (0.05 * rate_hz)).min(1.0);
        (fade * fade * (3.0 - 2.0 * fade) * level * (omega * n as f64).sin()) as f32
    };
    let channel: Vec<f32> = (0..frames).map(sample).collect();
    [channel.clone(), channel]
}
