//! What moves the gain of a dynamic band: the level in its own range of frequencies.

use super::params::Side;
use super::prototype::Shape;
use crate::dynamics::levels::{from_db, to_db};
use crate::dynamics::{Ballistics, Detector, GainComputer, Side as Beyond, Times};
use crate::lanes::Frame;
use crate::svf::{Coefficients, Solved, Svf};

/// Most frames at a time.
pub(crate) const MOST: usize = 64;

/// Settings of a dynamic band, in user units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Setting {
    pub(crate) threshold_db: f64,
    pub(crate) ratio: f64,
    pub(crate) range_db: f64,
    pub(crate) attack_ms: f64,
    pub(crate) release_ms: f64,
}

/// The detector of one band.
#[derive(Debug, Clone)]
pub(crate) struct Dynamic {
    rate_hz: f64,
    range_db: f64,
    computer: GainComputer,
    times: Times,
    filter: Solved,
    states: [Svf; 2],
    ballistics: Ballistics,
    /// The reduction after the last frame, in levels.
    reduction: f64,
}

impl Dynamic {
    pub(crate) fn new(rate_hz: f64) -> Self {
        Self {
            rate_hz,
            range_db: 0.0,
            computer: GainComputer::new(Beyond::Above, 0.0, 0.0, 0.0, 0.0),
            times: Times::new(0.01, 0.1, 0.0, false, rate_hz),
            filter: Coefficients::UNITY.solve(),
            states: [Svf::default(); 2],
            ballistics: Ballistics::default(),
            reduction: 0.0,
        }
    }

    /// Takes new settings.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn set(&mut self, setting: &Setting) {
        let slope = GainComputer::slope(Beyond::Above, setting.ratio);
        let range_db = setting.range_db.abs();
        self.computer =
            GainComputer::new(Beyond::Above, setting.threshold_db, 0.0, slope, range_db);
        self.range_db = setting.range_db;
        let (attack, release) = (setting.attack_ms / 1000.0, setting.release_ms / 1000.0);
        self.times = Times::new(attack, release, 0.0, false, self.rate_hz);
    }

    /// Listens to where a band of this shape works.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn listen(&mut self, shape: Shape, frequency_hz: f64, q: f64) {
        let frequency_hz = frequency_hz.min(0.45 * self.rate_hz);
        let filter = match shape {
            Shape::LowShelf | Shape::LowCut => {
                Coefficients::low_pass(frequency_hz, 0.7, self.rate_hz)
            }
            Shape::HighShelf | Shape::Tilt | Shape::HighCut => {
                Coefficients::high_pass(frequency_hz, 0.7, self.rate_hz)
            }
            Shape::Bell | Shape::Notch => Coefficients::band_pass(frequency_hz, q, self.rate_hz),
        };
        self.filter = filter.solve();
    }

    /// Hears the next frames, at most [`MOST`].
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn hear(&mut self, block: &[Frame], side: Side) {
        let mut heard = [[0.0_f32; MOST]; 2];
        for (frame, &[left, right]) in block.iter().enumerate() {
            let channels = match side {
                Side::Stereo => [left, right],
                Side::Mid => [0.5 * (left + right), 0.0],
                Side::Side => [0.0, 0.5 * (left - right)],
            };
            for ((heard, state), x) in heard.iter_mut().zip(&mut self.states).zip(channels) {
                heard[frame] = state.tick(&self.filter, x) as f32;
            }
        }
        let (mut levels, mut smooth) = ([0.0_f32; MOST], [0.0_f64; MOST]);
        let (levels, smooth) = (&mut levels[..block.len()], &mut smooth[..block.len()]);
        Detector::peak_linked([&heard[0][..block.len()], &heard[1][..block.len()]], levels);
        self.computer.reductions(levels);
        self.ballistics.process(&self.times, levels, smooth);
        self.reduction = smooth.last().copied().unwrap_or(self.reduction);
    }

    /// What is to be added to the gain of a band of this shape now, in dB.
    pub(crate) fn gain_db(&self, shape: Shape) -> f64 {
        let sign = if shape.has_gain() { self.range_db.signum() } else { -1.0 };
        sign * to_db(self.reduction)
    }

    /// Ends what has died away; once in a while.
    pub(crate) fn flush(&mut self) {
        self.ballistics.flush();
        self.states.iter_mut().for_each(Svf::flush);
        if self.reduction < from_db(1e-6) {
            self.reduction = 0.0;
        }
    }

    /// Forgets the signal.
    pub(crate) fn reset(&mut self) {
        self.ballistics.reset();
        self.states = [Svf::default(); 2];
        self.reduction = 0.0;
    }
}
