//! What the loudness of a mix is while it plays, for the eye.

use twobus_dsp::Db;
use twobus_dsp::meter::level::{LIVE_WINDOW_S, LevelMeter};
use twobus_dsp::meter::loudness::{LoudnessMeter, STEREO};
use twobus_dsp::meter::true_peak::TruePeak;

/// Frames that are measured at a time.
const RUN: usize = 512;

/// Loudness, true peak and correlation of what an engine's [`tap`](crate::Engine::tap) gives, as BS.1770
/// and EBU Tech 3341 have them. Runs on the window's thread.
pub struct Readings {
    rate_hz: u32,
    loudness: LoudnessMeter,
    true_peak: TruePeak,
    level: LevelMeter,
    run: [Vec<f32>; 2],
}

impl Readings {
    /// Nothing heard yet, at `rate_hz`.
    pub fn new(rate_hz: u32) -> Self {
        let rate = f64::from(rate_hz);
        Self {
            rate_hz,
            loudness: LoudnessMeter::new(rate, STEREO),
            true_peak: TruePeak::new(2),
            level: LevelMeter::new(rate, 2, LIVE_WINDOW_S),
            run: [Vec::with_capacity(RUN), Vec::with_capacity(RUN)],
        }
    }

    /// Takes in what was heard since the last time.
    pub fn take(&mut self, frames: impl Iterator<Item = [f32; 2]>) {
        for [left, right] in frames {
            self.run[0].push(left);
            self.run[1].push(right);
            if self.run[0].len() == RUN {
                self.measure();
            }
        }
        self.measure();
    }

    fn measure(&mut self) {
        let [left, right] = &self.run;
        self.loudness.push(&[left, right]);
        self.level.push(&[left, right]);
        self.true_peak.push(0, left);
        self.true_peak.push(1, right);
        self.run.iter_mut().for_each(Vec::clear);
    }

    /// Begins anew.
    pub fn reset(&mut self) {
        *self = Self::new(self.rate_hz);
    }

    /// Loudness of the last 400 ms, in LUFS.
    pub fn momentary(&self) -> Db {
        self.loudness.loudness().momentary()
    }

    /// Loudness of the last 3 s, in LUFS.
    pub fn short_term(&self) -> Db {
        self.loudness.loudness().short_term()
    }

    /// Gated loudness of everything heard, in LUFS.
    pub fn integrated(&self) -> Db {
        self.loudness.loudness().integrated()
    }

    /// Highest true peak so far, in dBTP.
    pub fn true_peak(&self) -> Db {
        self.true_peak.peak_db()
    }

    /// Correlation of left and right over 300 ms; `None` in silence.
    pub fn correlation(&self) -> Option<f64> {
        self.level.correlation()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// EBU Tech 3341, minimum requirements, case 1: a stereo sine of 1 kHz at −23 dBFS reads −23 LUFS.
    #[test]
    fn a_sine_reads_its_loudness_and_a_reset_forgets_it() {
        let tone = |n: u32| {
            let x = (f64::from(n) / 48.0 * std::f64::consts::TAU).sin() * Db(-23.0).to_gain();
            [x as f32; 2]
        };
        let mut readings = Readings::new(48_000);
        readings.take((0..48_000 * 5).map(tone));
        for level in [readings.momentary(), readings.short_term(), readings.integrated()] {
            assert!((level.0 + 23.0).abs() <= 0.1, "{level}");
        }
        assert!((readings.true_peak().0 + 23.0).abs() < 0.1);
        assert!(readings.correlation().is_some_and(|correlation| correlation > 0.999));
        readings.reset();
        assert!(readings.integrated().is_silence() && readings.true_peak().is_silence());
    }
}
