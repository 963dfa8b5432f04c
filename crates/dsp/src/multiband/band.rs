//! The compressor of one band.

use super::crossover::Frame;
use crate::dynamics::{Ballistics, CELL, Detector, GainComputer, Times};

/// What listens to one band and says how much to take away.
#[derive(Debug, Clone, Copy)]
pub(super) struct Band {
    pub(super) computer: GainComputer,
    times: Times,
    ballistics: [Ballistics; 2],
}

impl Default for Band {
    fn default() -> Self {
        Self {
            computer: super::computer(0.0, 0.0, 1.0, 0.0),
            times: Times::default(),
            ballistics: [Ballistics::default(); 2],
        }
    }
}

impl Band {
    pub(super) fn set_times(&mut self, attack_s: f64, release_s: f64, rate_hz: f64) {
        self.times = Times::new(attack_s, release_s, 0.0, false, rate_hz);
    }

    pub(super) fn reset(&mut self) {
        self.ballistics = [Ballistics::default(); 2];
    }

    pub(super) fn flush(&mut self) {
        self.ballistics.iter_mut().for_each(Ballistics::flush);
    }

    /// Fills `reductions` (levels, 0 or positive) for up to [`CELL`] frames of `signal`, `link` (0 to 1)
    /// of the way to the same in both channels; returns the largest.
    #[inline(always)]
    pub(super) fn reduce(&mut self, link: f64, signal: &[Frame], reductions: &mut [Frame]) -> f64 {
        let frames = signal.len();
        let mut wanted = [[0.0_f32; CELL]; 2];
        let mut wanted = wanted.each_mut().map(|channel| &mut channel[..frames]);
        self.want(link, signal, &mut wanted);
        let mut largest = 0.0_f64;
        let mut smooth = [0.0; CELL];
        let smooth = &mut smooth[..frames];
        for channel in 0..2 {
            // Fully linked, the right channel has what the left one has.
            if channel == 0 || link < 1.0 {
                self.ballistics[channel].process(&self.times, wanted[channel], smooth);
            } else {
                self.ballistics[1] = self.ballistics[0];
            }
            for (frame, smooth) in reductions.iter_mut().zip(&*smooth) {
                frame[channel] = *smooth;
                largest = largest.max(*smooth);
            }
        }
        largest
    }

    /// The reductions that `signal` asks for in both channels; fully linked, those of the left one hold
    /// for both.
    #[inline(always)]
    fn want(&self, link: f64, signal: &[Frame], wanted: &mut [&mut [f32]; 2]) {
        let mut key = [[0.0; CELL]; 2];
        let [left, right] = key.each_mut().map(|channel| &mut channel[..signal.len()]);
        for ((left, right), frame) in left.iter_mut().zip(right.iter_mut()).zip(signal) {
            (*left, *right) = (frame[0] as f32, frame[1] as f32);
        }
        if link == 1.0 {
            Detector::peak_linked([left, right], wanted[0]);
            return self.computer.reductions(wanted[0]);
        }
        for (key, wanted) in [left, right].into_iter().zip(wanted.iter_mut()) {
            Detector::peak(key, wanted);
            self.computer.reductions(wanted);
        }
        let [left, right] = wanted;
        for (left, right) in left.iter_mut().zip(right.iter_mut()) {
            let both = left.max(*right);
            *left += link as f32 * (both - *left);
            *right += link as f32 * (both - *right);
        }
    }
}
