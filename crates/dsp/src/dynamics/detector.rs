//! The level of what a processor of dynamics listens to.

use crate::units::one_pole;

use super::CELL;
use super::levels::log2_of;

/// Magnitudes below this (−200 dBFS) count as this, so that every level is a number.
pub const QUIETEST: f32 = 1e-10;

/// Magnitudes above this (+120 dBFS) count as this.
pub const LOUDEST: f32 = 1e6;

/// Time constant of the mean square, in seconds.
pub const RMS_S: f64 = 0.01;

/// Peak and RMS levels of a stereo signal.
///
/// RMS is calibrated to sines: a sine has the same level either way, 3.01 dB above its root mean square.
#[derive(Debug, Clone)]
pub struct Detector {
    power: [f64; 2],
    coefficient: f64,
}

impl Detector {
    /// A detector at `rate_hz` whose mean square has the time constant `rms_s`: [`RMS_S`] usually.
    pub fn new(rms_s: f64, rate_hz: f64) -> Self {
        Self { power: [f64::from(QUIETEST).powi(2); 2], coefficient: one_pole(rms_s, rate_hz) }
    }

    /// Forgets the signal.
    pub fn reset(&mut self) {
        self.power = [f64::from(QUIETEST).powi(2); 2];
    }

    /// The peak level of each frame, of the louder channel.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    #[inline(always)]
    pub fn peak_linked(key: [&[f32]; 2], levels: &mut [f32]) {
        for ((left, right), level) in key[0].iter().zip(key[1]).zip(levels) {
            *level = log2_of(louder(magnitude(*left), magnitude(*right)));
        }
    }

    /// The peak level of each frame of one channel.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    #[inline(always)]
    pub fn peak(key: &[f32], levels: &mut [f32]) {
        for (sample, level) in key.iter().zip(levels) {
            *level = log2_of(magnitude(*sample));
        }
    }

    /// The RMS levels of each frame of both channels.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    #[inline(always)]
    pub fn rms(&mut self, key: [&[f32]; 2], levels: [&mut [f32]; 2]) {
        let (stay, go) = (1.0 - self.coefficient, self.coefficient);
        let (mut power, [left, right]) = (self.power, levels);
        let out = left.iter_mut().zip(right.iter_mut());
        for ((left, right), (left_level, right_level)) in key[0].iter().zip(key[1]).zip(out) {
            let sizes = [*left, *right].map(|sample| f64::from(magnitude(sample)));
            power = std::array::from_fn(|i| stay * power[i] + go * (sizes[i] * sizes[i]));
            (*left_level, *right_level) = (power[0] as f32, power[1] as f32);
        }
        self.power = power;
        for levels in [left, right] {
            levels.iter_mut().for_each(|level| *level = 0.5 * log2_of(2.0 * *level));
        }
    }

    /// The levels of both channels, `rms` (0 to 1) of the way from peak to RMS, up to [`CELL`] frames.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    #[inline(always)]
    pub fn levels(&mut self, rms: f64, key: [&[f32]; 2], levels: [&mut [f32]; 2]) {
        if rms == 1.0 {
            return self.rms(key, levels);
        }
        let [left, right] = levels;
        Self::peak(key[0], left);
        Self::peak(key[1], right);
        if rms == 0.0 {
            return self.reset();
        }
        let (mut other, frames) = ([[0.0; CELL]; 2], left.len());
        self.rms(key, other.each_mut().map(|channel| &mut channel[..frames]));
        for (levels, other) in [left, right].into_iter().zip(&other) {
            for (level, other) in levels.iter_mut().zip(other) {
                *level += rms as f32 * (other - *level);
            }
        }
    }
}

/// The size of a sample, within [`QUIETEST`] and [`LOUDEST`]; what is not a number is quiet.
#[inline(always)]
fn magnitude(sample: f32) -> f32 {
    let size = louder(sample.abs(), QUIETEST);
    if size < LOUDEST { size } else { LOUDEST }
}

/// The larger one; `b` if `a` is not a number.
#[inline(always)]
fn louder(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dynamics::levels::to_db;

    #[test]
    fn e9_any_sample_has_a_level() {
        let key = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0, 1e-45, f32::MAX, -1.0];
        let mut levels = [0.0; 7];
        Detector::peak(&key, &mut levels);
        let db = levels.map(|level| to_db(f64::from(level)).round());
        assert_eq!(db, [-200.0, 120.0, 120.0, -200.0, -200.0, 120.0, 0.0]);
    }

    #[test]
    fn c1_a_sine_has_its_peak_as_rms_level() {
        let rate_hz = 48_000.0;
        let sine: Vec<f32> = (0..9600).map(|n| 0.1 * (n as f32 * 0.130_899_7).sin()).collect();
        let (mut left, mut right) = (vec![0.0; 9600], vec![0.0; 9600]);
        Detector::new(RMS_S, rate_hz).rms([&sine, &sine], [&mut left, &mut right]);
        assert!(left[9000..].iter().all(|&x| (to_db(f64::from(x)) + 20.0).abs() < 0.05));
        assert_eq!(left, right);
    }
}
