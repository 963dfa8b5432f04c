//! How meters move: what the engine has measured since the last look, made readable.

use std::collections::VecDeque;

use twobus_dsp::Db;
use twobus_dsp::meter::level::{HOLD_S, LIVE_WINDOW_S};
use twobus_render::meters::{Levels, SHOWN_SLOTS};

/// Fall of a peak and of a hold line, in dB a second.
pub(crate) const RELEASE_DB_PER_S: f64 = 20.0;
/// Return of a gain reduction, in dB a second.
const REDUCTION_RELEASE_DB_PER_S: f64 = 40.0;
/// Time in which a VU reaches 99 % of a level, in seconds (IEC 60268-17).
const VU_S: f64 = 0.3;
/// Level in dBFS that reads 0 VU.
pub(crate) const VU_DBFS: f64 = -18.0;
/// Level of the bottom of every meter, in dB.
pub(crate) const FLOOR_DB: f64 = -60.0;

/// Levels of the meter's scale and where they lie, from 0 at its bottom to 1; linear between.
const SCALE: [(f64, f64); 9] = [
    (-60.0, 0.0),
    (-48.0, 0.10),
    (-36.0, 0.23),
    (-24.0, 0.41),
    (-18.0, 0.52),
    (-12.0, 0.64),
    (-6.0, 0.76),
    (0.0, 0.88),
    (6.0, 1.0),
];

/// Where `db` lies on a meter, 0 to 1.
pub(crate) fn place(db: f64) -> f64 {
    let above = SCALE.iter().position(|mark| db < mark.0);
    match above {
        Some(0) => 0.0,
        Some(next) => {
            let ((low, from), (high, to)) = (SCALE[next - 1], SCALE[next]);
            from + (db - low) / (high - low) * (to - from)
        }
        None => 1.0,
    }
}

/// One side of a meter as it stands, in dB.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bar {
    /// The peak, falling.
    pub(crate) peak_db: f64,
    /// The mean of the last 300 ms.
    pub(crate) rms_db: f64,
    /// The highest peak of a moment ago.
    pub(crate) hold_db: f64,
    /// What a VU reads, as dBFS of a sine's peak.
    pub(crate) vu_db: f64,
    hold_age_s: f64,
}

impl Bar {
    /// A bar that stands still.
    pub(crate) fn still(peak_db: f64, rms_db: f64, hold_db: f64) -> Self {
        Self { peak_db, rms_db, hold_db, vu_db: rms_db, hold_age_s: 0.0 }
    }
}

impl Default for Bar {
    fn default() -> Self {
        let low = f64::NEG_INFINITY;
        Self { peak_db: low, rms_db: low, hold_db: low, vu_db: low, hold_age_s: 0.0 }
    }
}

impl Bar {
    /// Moves the needle towards the amplitude of a sine of this mean power.
    fn swing(&mut self, power: f64, dt_s: f64) {
        let now = Db(self.vu_db).to_gain();
        let share = 1.0 - 0.01_f64.powf(dt_s / VU_S);
        self.vu_db = sunk(Db::from_gain(now + ((2.0 * power).sqrt() - now) * share).0);
    }

    fn advance(&mut self, peak_db: f64, rms_db: f64, dt_s: f64) {
        let fall = RELEASE_DB_PER_S * dt_s;
        self.peak_db = sunk(peak_db.max(self.peak_db - fall));
        self.rms_db = sunk(rms_db);
        self.hold_age_s += dt_s;
        if peak_db >= self.hold_db {
            (self.hold_db, self.hold_age_s) = (peak_db, 0.0);
        } else if self.hold_age_s > HOLD_S {
            self.hold_db = sunk((self.hold_db - fall).max(self.peak_db));
        }
    }
}

/// Below the floor there is nothing to see.
fn sunk(db: f64) -> f64 {
    if db < FLOOR_DB { f64::NEG_INFINITY } else { db }
}

/// The meter of a strip.
#[derive(Debug, Clone, Default)]
pub(crate) struct Meter {
    /// Left and right.
    pub(crate) bars: [Bar; 2],
    /// Highest peak since it was cleared, in dB.
    pub(crate) highest_db: Option<f64>,
    /// Something was at or above full scale since it was cleared.
    pub(crate) over: bool,
    /// Gain reduction of each device, in dB.
    pub(crate) reductions_db: [f64; SHOWN_SLOTS],
    window: VecDeque<(f64, [f64; 2])>,
    before: Option<Levels>,
}

impl Meter {
    /// Takes in what `levels` tell, `dt_s` after the last time.
    pub(crate) fn advance(&mut self, levels: &Levels, dt_s: f64) {
        let power = self.before.map_or([0.0; 2], |before| levels.power_since(&before));
        self.over |= self.before.is_some_and(|before| levels.overs > before.overs);
        self.before = Some(*levels);
        self.window.push_back((dt_s, power));
        let mut span: f64 = self.window.iter().map(|(dt, _)| dt).sum();
        while let Some((oldest, _)) =
            self.window.front().filter(|(dt, _)| span - dt >= LIVE_WINDOW_S)
        {
            span -= oldest;
            let _oldest = self.window.pop_front();
        }
        for (side, bar) in self.bars.iter_mut().enumerate() {
            let energy: f64 = self.window.iter().map(|(dt, power)| dt * power[side]).sum();
            let mean = energy / span.max(LIVE_WINDOW_S);
            let peak_db = Db::from_gain(f64::from(levels.peaks[side])).0;
            bar.advance(peak_db, Db::from_power(mean).0, dt_s);
            bar.swing(power[side], dt_s);
            if peak_db > self.highest_db.unwrap_or(f64::NEG_INFINITY) {
                self.highest_db = Some(peak_db);
            }
        }
        for (shown, new) in self.reductions_db.iter_mut().zip(levels.reductions_db) {
            let fallen = (*shown - REDUCTION_RELEASE_DB_PER_S * dt_s).max(0.0);
            *shown = f64::from(new).max(fallen);
        }
    }

    /// Forgets the highest peak and the over.
    pub(crate) fn clear(&mut self) {
        (self.highest_db, self.over) = (None, false);
    }

    /// Whether it still moves without sound.
    pub(crate) fn is_falling(&self) -> bool {
        let up = |bar: &Bar| {
            [bar.peak_db, bar.rms_db, bar.hold_db, bar.vu_db].into_iter().any(f64::is_finite)
        };
        self.bars.iter().any(up) || self.reductions_db.iter().any(|db| *db > 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sounding(gain: f32, frames: u64) -> Levels {
        let squares = f64::from(gain).powi(2) * frames as f64;
        Levels { peaks: [gain; 2], squares: [squares; 2], frames, ..Levels::default() }
    }

    #[test]
    fn the_scale_meets_its_marks_and_rises() {
        for (db, place_of) in SCALE {
            assert!((place(db) - place_of).abs() < 1e-12);
        }
        assert_eq!(place(f64::NEG_INFINITY), 0.0);
        let places: Vec<f64> = (-600..=60).map(|tenth| place(f64::from(tenth) / 10.0)).collect();
        assert!(places.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn a_peak_rises_at_once_falls_by_20_db_a_second_and_holds_for_a_while() {
        let mut meter = Meter::default();
        meter.advance(&Levels::default(), 0.01);
        meter.advance(&sounding(1.0, 480), 0.01);
        assert_eq!(meter.bars[0].peak_db, 0.0);
        let still = Levels { peaks: [0.0; 2], ..sounding(1.0, 480) };
        for _ in 0..100 {
            meter.advance(&still, 0.01);
        }
        assert!((meter.bars[0].peak_db + RELEASE_DB_PER_S).abs() < 1e-6);
        assert_eq!(meter.bars[0].hold_db, 0.0);
        assert_eq!(meter.highest_db, Some(0.0));
        for _ in 0..1000 {
            meter.advance(&still, 0.01);
        }
        assert!(!meter.is_falling(), "it comes to rest");
    }

    #[test]
    fn the_body_is_the_mean_of_its_window() {
        let mut meter = Meter::default();
        for step in 0..40_u64 {
            meter.advance(&sounding(0.5, step * 480), 0.01);
        }
        let expected = Db::from_gain(0.5).0;
        assert!((meter.bars[1].rms_db - expected).abs() < 0.05, "{}", meter.bars[1].rms_db);
    }

    /// IEC 60268-17: a VU reaches 99 % of a level in 300 ms. A sine of −18 dBFS reads 0 VU.
    #[test]
    fn a_needle_takes_300_ms_to_its_place() {
        let mut meter = Meter::default();
        let (gain, frames) = (Db(VU_DBFS).to_gain(), 480);
        let mut levels = Levels::default();
        meter.advance(&levels, 0.0);
        let mut at_300_ms = f64::NEG_INFINITY;
        for turn in 1..=100 {
            levels.frames += frames;
            levels.squares = levels.squares.map(|sum| sum + gain * gain / 2.0 * frames as f64);
            meter.advance(&levels, 0.01);
            if turn == 30 {
                at_300_ms = Db(meter.bars[0].vu_db).to_gain() / gain;
            }
        }
        assert!((at_300_ms - 0.99).abs() < 1e-3, "{at_300_ms}");
        assert!((meter.bars[1].vu_db - VU_DBFS).abs() < 0.001, "{}", meter.bars[1].vu_db);
    }
}
