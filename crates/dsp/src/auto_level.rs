//! Level compensation: a gain that keeps what leaves a device as loud as what enters it.
//!
//! Both signals are measured with the K-weighting and the steps of ITU-R BS.1770-5; the gain follows
//! the ratio of their energies, each averaged over about [`AVERAGE_S`]. A ratio is right from the
//! first step on, and so slow afterwards that it leaves the shape of a passage alone.

use crate::meter::STEP_S;
use crate::meter::loudness::{Energies, STEREO};
use crate::smooth::Ramp;
use crate::units::Db;

/// Time constant of each of the two averages in a row, in seconds.
pub const AVERAGE_S: f64 = 1.0;

/// Frames between two looks at the energies, on a grid from the last reset on.
pub const GRID_FRAMES: usize = 64;

/// The gain stays within these.
const LIMITS: [Db; 2] = [Db(-36.0), Db(18.0)];

/// What counts as silence, as energy (−110 dB): there the gain is 1.
const SILENCE: f64 = 1e-11;

/// Averages below this are taken to be zero.
const NOTHING: f64 = 1e-40;

/// Gain that makes one signal as loud as another.
#[derive(Debug, Clone)]
pub struct AutoLevel {
    on: bool,
    /// Lowest and highest gain.
    gains: [f64; 2],
    /// Of what enters and what leaves.
    energies: [Energies; 2],
    averages: [[f64; 2]; 2],
    coefficient: f64,
    has_step: bool,
    gain: Ramp,
    step_frames: u32,
}

impl AutoLevel {
    /// For signals at `rate_hz`, switched on.
    pub fn new(rate_hz: f64) -> Self {
        let energies = || Energies::new(rate_hz, STEREO);
        Self {
            on: true,
            gains: LIMITS.map(Db::to_gain),
            energies: [energies(), energies()],
            averages: [[0.0; 2]; 2],
            coefficient: crate::units::one_pole(AVERAGE_S, 1.0 / STEP_S),
            has_step: false,
            gain: Ramp::new(1.0),
            step_frames: (STEP_S * rate_hz).round() as u32,
        }
    }

    /// The same, but never louder than without it.
    pub fn attenuating(rate_hz: f64) -> Self {
        Self { gains: [LIMITS[0].to_gain(), 1.0], ..Self::new(rate_hz) }
    }

    /// Switches it on or off; the gain runs to where it belongs in one step of [`STEP_S`].
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn switch(&mut self, on: bool) {
        if on != self.on {
            self.on = on;
            self.forget();
            self.gain.set(1.0, self.step_frames);
        }
    }

    /// Forgets the signal; the gain is 1.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn reset(&mut self) {
        self.forget();
        self.gain = Ramp::new(1.0);
    }

    fn forget(&mut self) {
        self.energies.iter_mut().for_each(Energies::reset);
        self.averages = [[0.0; 2]; 2];
        self.has_step = false;
    }

    /// Aims at the ratio of what was pushed; call it on a grid of [`GRID_FRAMES`].
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn aim(&mut self) {
        if !std::mem::take(&mut self.has_step) {
            return;
        }
        let [before, after] = self.averages.map(|[_, average]| average + SILENCE);
        let gain = (before / after).sqrt().clamp(self.gains[0], self.gains[1]);
        self.gain.set(gain, self.step_frames);
    }

    /// The next frame's gain.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    #[inline]
    pub fn advance(&mut self) -> f64 {
        self.gain.advance()
    }

    /// Takes a block before and after the device, before this gain.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn push(&mut self, before: [&[f32]; 2], after: [&[f32]; 2]) {
        if !self.on {
            return;
        }
        let (coefficient, has_step) = (self.coefficient, &mut self.has_step);
        let averages = self.averages.iter_mut();
        for ((energies, averages), block) in
            self.energies.iter_mut().zip(averages).zip([before, after])
        {
            energies.push(&block, |energy| {
                *has_step = true;
                let mut value = energy;
                for average in averages.iter_mut() {
                    *average += coefficient * (value - *average);
                    *average = if *average < NOTHING { 0.0 } else { *average };
                    value = *average;
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE_HZ: f64 = 48_000.0;

    /// The gain after `time_s` of a tone that leaves with `factor` of its amplitude.
    fn gain_after(level: &mut AutoLevel, factor: f32, time_s: f64) -> f64 {
        let mut gain = 1.0;
        for block in 0..(time_s * RATE_HZ) as usize / GRID_FRAMES {
            let sine = |i: usize| (0.1 * (block * GRID_FRAMES + i) as f32).sin();
            let before: [f32; GRID_FRAMES] = std::array::from_fn(sine);
            let after = before.map(|x| factor * x);
            level.aim();
            (0..GRID_FRAMES).for_each(|_| gain = level.advance());
            level.push([&before; 2], [&after; 2]);
        }
        gain
    }

    #[test]
    fn s6_a_lost_half_is_made_up_at_once_and_an_equal_signal_left_alone() {
        let mut level = AutoLevel::new(RATE_HZ);
        assert_eq!(gain_after(&mut level, 1.0, 1.0), 1.0);
        level.reset();
        assert!((gain_after(&mut level, 0.5, 0.05) - 2.0).abs() < 0.01);
        level.switch(false);
        assert_eq!(gain_after(&mut level, 0.5, 0.05), 1.0);
        let mut attenuating = AutoLevel::attenuating(RATE_HZ);
        assert_eq!(gain_after(&mut attenuating, 0.5, 1.0), 1.0);
        assert!((gain_after(&mut attenuating, 2.0, 9.0) - 0.5).abs() < 0.01);
    }
}
