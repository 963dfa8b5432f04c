//! What is seen of the device that is looked at: spectra, levels and reductions of the last seconds.

use twobus_dsp::Db;
use twobus_dsp::processor::SHOWN_BANDS;
use twobus_engine::{Scope, View};
use twobus_session::{DeviceId, StripId};

use crate::parts::Moment;
use crate::parts::plot::sampled;

/// Points of a drawn spectrum.
const POINTS: usize = 256;
/// Width about a point in which the highest level counts, in octaves.
const WIDTH_OCTAVES: f64 = 1.0 / 24.0;
/// A spectrum is drawn as if it were turned by so much, so that music looks level.
const SLOPE_DB_PER_OCTAVE: f64 = 4.5;
/// How often a spectrum is drawn anew, in seconds.
const SPECTRUM_S: f64 = 1.0 / 30.0;
/// Fall of the held spectrum, in dB a second.
const HOLD_FALL_DB_PER_S: f64 = 6.0;
/// Return of a shown reduction, in dB a second.
const REDUCTION_FALL_DB_PER_S: f64 = 40.0;
/// Fall of a shown level, in dB a second.
const LEVEL_FALL_DB_PER_S: f64 = 40.0;
/// Meters of a place in the chain still tell of the device that was there before, for so long.
const STALE_S: f64 = 0.3;
/// How long the largest reduction is held, in seconds.
const MOST_HELD_S: f64 = 1.5;

/// Time of one moment of the history, and how far it reaches back, in seconds.
pub(crate) const MOMENT_S: f64 = 0.02;
pub(crate) const HISTORY_S: f64 = 6.0;

/// A device of a strip and the place it has there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) strip: StripId,
    pub(crate) device: DeviceId,
    pub(crate) slot: usize,
}

/// What is seen of a device.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) target: Target,
    /// Spectra in dBFS, evenly spaced along a picture; empty until something has played.
    pub(crate) before_db: Vec<f32>,
    pub(crate) after_db: Vec<f32>,
    pub(crate) hold_db: Vec<f32>,
    /// What each band adds to its gain now, in dB.
    pub(crate) band_gains_db: [f64; SHOWN_BANDS],
    /// The last [`HISTORY_S`] of playback, the oldest first.
    pub(crate) moments: Vec<Moment>,
    /// As it is now; levels and reduction fall back slowly.
    pub(crate) now: Moment,
    /// The largest reduction of late, in dB.
    pub(crate) most_db: f64,
    most_age_s: f64,
    /// Since it was first looked at, in seconds.
    age_s: f64,
    spectrum_age_s: f64,
    /// What of the next moment has passed, and what it holds so far.
    part_s: f64,
    next: Moment,
}

impl Seen {
    /// Nothing has been seen yet.
    pub(crate) fn new(target: Target) -> Self {
        let count = (HISTORY_S / MOMENT_S).round() as usize;
        Self {
            target,
            before_db: Vec::new(),
            after_db: Vec::new(),
            hold_db: Vec::new(),
            band_gains_db: [0.0; SHOWN_BANDS],
            moments: vec![Moment::SILENT; count],
            now: Moment::SILENT,
            most_db: 0.0,
            most_age_s: 0.0,
            age_s: 0.0,
            spectrum_age_s: SPECTRUM_S,
            part_s: 0.0,
            next: Moment::SILENT,
        }
    }

    /// Takes in what `scope` shows, and that the device reduces by `reduction_db`, after `dt_s`.
    pub(crate) fn take(&mut self, scope: &Scope, reduction_db: f64, dt_s: f64, playing: bool) {
        self.band_gains_db = scope.band_gains_db();
        self.age_s += dt_s;
        let reduction_db = if self.age_s < STALE_S { 0.0 } else { reduction_db };
        let level = |view: &View| Db::from_gain(view.newest_peak.into()).0 as f32;
        let found = Moment {
            input_db: level(scope.before()),
            output_db: level(scope.after()),
            reduction_db: reduction_db as f32,
        };
        self.settle(&found, dt_s);
        if !playing {
            return;
        }
        self.remember(&found, dt_s);
        self.spectrum_age_s += dt_s;
        if self.spectrum_age_s >= SPECTRUM_S {
            let fall = (HOLD_FALL_DB_PER_S * self.spectrum_age_s) as f32;
            self.spectrum_age_s = 0.0;
            self.before_db = drawn(scope.before());
            self.after_db = drawn(scope.after());
            self.hold_db.resize(self.after_db.len(), f32::NEG_INFINITY);
            for (hold, after) in self.hold_db.iter_mut().zip(&self.after_db) {
                *hold = after.max(*hold - fall);
            }
        }
    }

    /// Lets what is shown now rise at once and fall slowly.
    fn settle(&mut self, found: &Moment, dt_s: f64) {
        let (level, reduction) =
            ((LEVEL_FALL_DB_PER_S * dt_s) as f32, (REDUCTION_FALL_DB_PER_S * dt_s) as f32);
        self.now = Moment {
            input_db: found.input_db.max(self.now.input_db - level),
            output_db: found.output_db.max(self.now.output_db - level),
            reduction_db: found.reduction_db.max(self.now.reduction_db - reduction).max(0.0),
        };
        self.most_age_s += dt_s;
        let reduction = f64::from(found.reduction_db);
        if reduction >= self.most_db || self.most_age_s > MOST_HELD_S {
            (self.most_db, self.most_age_s) = (f64::from(self.now.reduction_db), 0.0);
        }
    }

    fn remember(&mut self, found: &Moment, dt_s: f64) {
        self.next = highest(&self.next, found);
        self.part_s += dt_s;
        let over = (self.part_s / MOMENT_S) as usize;
        if over == 0 {
            return;
        }
        self.part_s -= over as f64 * MOMENT_S;
        let over = over.min(self.moments.len());
        self.moments.rotate_left(over);
        let from = self.moments.len() - over;
        self.moments[from..].fill(self.next);
        self.next = Moment::SILENT;
    }
}

fn highest(a: &Moment, b: &Moment) -> Moment {
    Moment {
        input_db: a.input_db.max(b.input_db),
        output_db: a.output_db.max(b.output_db),
        reduction_db: a.reduction_db.max(b.reduction_db),
    }
}

/// A spectrum as it is drawn.
fn drawn(view: &View) -> Vec<f32> {
    let spectrum = &view.spectrum;
    sampled(POINTS, |hz| spectrum.curve_db(hz, WIDTH_OCTAVES, SLOPE_DB_PER_OCTAVE).0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_keeps_the_highest_of_each_moment_and_forgets_the_oldest() {
        let target = Target { strip: StripId(1), device: DeviceId(1), slot: 0 };
        let mut seen = Seen::new(target);
        let found = |db: f32| Moment { input_db: db, output_db: db - 3.0, reduction_db: 3.0 };
        seen.remember(&found(-6.0), MOMENT_S / 2.0);
        seen.remember(&found(-20.0), MOMENT_S / 2.0 + 1e-9);
        seen.remember(&found(-12.0), 2.0 * MOMENT_S);
        let last: Vec<f32> = seen.moments.iter().rev().take(4).map(|m| m.input_db).collect();
        assert_eq!(last, [-12.0, -12.0, -6.0, f32::NEG_INFINITY]);
        seen.remember(&found(-1.0), 100.0);
        assert!(seen.moments.iter().all(|moment| moment.input_db == -1.0));
    }

    #[test]
    fn a_reduction_rises_at_once_and_falls_slowly() {
        let target = Target { strip: StripId(1), device: DeviceId(1), slot: 0 };
        let mut seen = Seen::new(target);
        seen.settle(&Moment { reduction_db: 6.0, ..Moment::SILENT }, 0.1);
        assert_eq!((seen.now.reduction_db, seen.most_db), (6.0, 6.0));
        seen.settle(&Moment::SILENT, 0.05);
        assert!((seen.now.reduction_db - 4.0).abs() < 1e-3);
        assert_eq!(seen.most_db, 6.0, "the largest stays a while");
        seen.settle(&Moment::SILENT, MOST_HELD_S + 0.1);
        assert_eq!(seen.most_db, 0.0);
    }
}
