//! What is seen of the master while it plays: its spectrum, its stereo image, and the last seconds of its
//! level and of what each device took away.

use std::collections::VecDeque;

use twobus_dsp::Db;
use twobus_dsp::meter::spectrum::{Averaging, Spectrum};
use twobus_render::meters::{SHOWN_POINTS, SHOWN_SLOTS};

use crate::parts::Moment;
use crate::parts::plot::sampled;

/// How long the spectrum remembers, in seconds, and how often it is drawn anew.
const MEMORY_S: f64 = 0.3;
const RENEWAL_S: f64 = 1.0 / 30.0;
/// Points of a drawn spectrum, and octaves about each in which the highest level counts.
const POINTS: usize = 256;
const WIDTH_OCTAVES: f64 = 1.0 / 24.0;
/// A spectrum is drawn as if it were turned by so much, so that music looks level.
const SLOPE_DB_PER_OCTAVE: f64 = 4.5;
/// Frames that the stereo image shows.
pub(crate) const DOTS: usize = 480;
/// Time of one moment, and how far they reach back, in seconds.
const MOMENT_S: f64 = 0.025;
const HISTORY_S: f64 = 8.0;

/// A short time of the master.
#[derive(Debug, Clone, Copy)]
struct Past {
    /// Highest level before the first device and after each, in dBFS.
    levels_db: [f32; SHOWN_POINTS],
    /// Largest reduction of each device, in dB.
    reductions_db: [f32; SHOWN_SLOTS],
}

impl Past {
    const SILENT: Self =
        Self { levels_db: [f32::NEG_INFINITY; SHOWN_POINTS], reductions_db: [0.0; SHOWN_SLOTS] };

    fn highest(&mut self, other: &Self) {
        for (mine, other) in self.levels_db.iter_mut().zip(other.levels_db) {
            *mine = mine.max(other);
        }
        for (mine, other) in self.reductions_db.iter_mut().zip(other.reductions_db) {
            *mine = mine.max(other);
        }
    }
}

/// What is seen of the master.
pub(crate) struct Hearing {
    spectrum: Spectrum,
    /// Levels in dB, evenly spaced along a picture; empty until something has played.
    pub(crate) spectrum_db: Vec<f32>,
    age_s: f64,
    /// The newest frames, left and right.
    pub(crate) dots: VecDeque<[f32; 2]>,
    past: Vec<Past>,
    next: Past,
    part_s: f64,
}

impl Hearing {
    /// Nothing was heard yet, at `rate_hz`.
    pub(crate) fn new(rate_hz: u32) -> Self {
        Self {
            spectrum: Spectrum::new(f64::from(rate_hz), Averaging::Exponential(MEMORY_S)),
            spectrum_db: Vec::new(),
            age_s: 0.0,
            dots: VecDeque::with_capacity(DOTS),
            past: vec![Past::SILENT; (HISTORY_S / MOMENT_S) as usize],
            next: Past::SILENT,
            part_s: 0.0,
        }
    }

    /// Takes in what was heard in `dt_s`: what each device took away of it, and the peaks before the first
    /// device and after each.
    pub(crate) fn take(
        &mut self,
        frames: &[[f32; 2]],
        (reductions_db, peaks): (&[f64], &[f32; SHOWN_POINTS]),
        dt_s: f64,
    ) {
        if frames.is_empty() {
            return;
        }
        let [left, right] = [0, 1].map(|side| frames.iter().map(|f| f[side]).collect::<Vec<_>>());
        self.spectrum.push(&left, &right);
        self.age_s += dt_s;
        if self.age_s >= RENEWAL_S {
            self.age_s = 0.0;
            let spectrum = &self.spectrum;
            let level = |hz| spectrum.curve_db(hz, WIDTH_OCTAVES, SLOPE_DB_PER_OCTAVE).0;
            self.spectrum_db = sampled(POINTS, level);
        }
        for frame in frames.iter().rev().take(DOTS).rev() {
            if self.dots.len() == DOTS {
                let _oldest = self.dots.pop_front();
            }
            self.dots.push_back(*frame);
        }
        let level_db = |peak: f32| Db::from_gain(f64::from(peak)).0 as f32;
        let mut now = Past { levels_db: peaks.map(level_db), ..Past::SILENT };
        for (mine, db) in now.reductions_db.iter_mut().zip(reductions_db) {
            *mine = *db as f32;
        }
        self.remember(&now, dt_s);
    }

    fn remember(&mut self, now: &Past, dt_s: f64) {
        self.next.highest(now);
        self.part_s += dt_s;
        let over = ((self.part_s / MOMENT_S) as usize).min(self.past.len());
        if over == 0 {
            return;
        }
        self.part_s = (self.part_s - over as f64 * MOMENT_S).clamp(0.0, MOMENT_S);
        self.past.rotate_left(over);
        let from = self.past.len() - over;
        self.past[from..].fill(self.next);
        self.next = Past::SILENT;
    }

    /// The last seconds of the device at place `slot`: the levels before and after it, and what it took
    /// away.
    pub(crate) fn moments(&self, slot: usize) -> Vec<Moment> {
        let moment = |past: &Past| {
            let reduction_db = past.reductions_db.get(slot).copied().unwrap_or(0.0);
            let level =
                |point: usize| past.levels_db.get(point).copied().unwrap_or(f32::NEG_INFINITY);
            Moment { input_db: level(slot), output_db: level(slot + 1), reduction_db }
        };
        self.past.iter().map(moment).collect()
    }

    /// What the device at place `slot` takes away: of late, and at most within the last seconds, in dB.
    pub(crate) fn reduction_db(&self, slot: usize) -> (f64, f64) {
        let of = |past: &Past| f64::from(past.reductions_db.get(slot).copied().unwrap_or(0.0));
        let now = self.past.last().map_or(0.0, of);
        (now, self.past.iter().map(of).fold(0.0, f64::max))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_seconds_hold_level_and_reduction_and_the_newest_frames() {
        let mut hearing = Hearing::new(48_000);
        let frames = vec![[0.5, -0.25]; 2400];
        let mut peaks = [0.5; SHOWN_POINTS];
        peaks[2] = 0.25;
        hearing.take(&frames, (&[0.0, 3.0], &peaks), 0.05);
        assert_eq!(hearing.dots.len(), DOTS);
        let moments = hearing.moments(1);
        let last = moments.last().unwrap();
        assert!((last.input_db + 6.02).abs() < 0.01 && (last.output_db + 12.04).abs() < 0.01);
        assert_eq!(last.reduction_db, 3.0);
        assert_eq!(hearing.reduction_db(1), (3.0, 3.0));
        assert_eq!(hearing.reduction_db(0), (0.0, 0.0));
        hearing.take(&[], (&[9.0, 9.0], &peaks), 1.0);
        assert_eq!(hearing.reduction_db(0), (0.0, 0.0), "what is not heard is not seen");
    }
}
