//! Ducking: the repeats step back while the dry signal plays.

use crate::glide::Glide;
use crate::units::{Db, one_pole};

/// Frames from one reading of the level to the next.
const GRID: usize = 16;

/// How fast a rising level is followed, in seconds.
const ATTACK_S: f64 = 0.002;

/// How fast the gain follows what was read, in seconds, so that it has no corners.
const SMOOTH_S: f64 = 0.003;

/// A gain this near to its target is there.
const ARRIVED: f64 = 1e-9;

/// From no ducking to all of it, the level rises by this much over the threshold, in dB.
pub const KNEE_DB: f64 = 12.0;

/// Reduction in dB for a dry signal at `level_db`, with at most `amount_db`.
pub fn reduction_db(level_db: f64, threshold_db: f64, amount_db: f64) -> f64 {
    let over = ((level_db - threshold_db) / KNEE_DB).clamp(0.0, 1.0);
    amount_db * over * over * (3.0 - 2.0 * over)
}

/// Follows the dry signal and says by how much the repeats step back.
#[derive(Debug)]
pub(super) struct Ducker {
    pub(super) amount_db: Glide,
    pub(super) threshold_db: Glide,
    pub(super) release_ms: Glide,
    rate_hz: f64,
    attack: f64,
    release: f64,
    level: f64,
    smooth: f64,
    target: f64,
    gain: f64,
    lowest: f64,
}

impl Ducker {
    pub(super) fn new([amount_db, threshold_db, release_ms]: [Glide; 3], rate_hz: f64) -> Self {
        let mut ducker = Self {
            amount_db,
            threshold_db,
            release_ms,
            rate_hz,
            attack: one_pole(ATTACK_S, rate_hz),
            release: 0.0,
            level: 0.0,
            smooth: one_pole(SMOOTH_S, rate_hz),
            target: 1.0,
            gain: 1.0,
            lowest: 1.0,
        };
        ducker.reset();
        ducker
    }

    pub(super) fn reset(&mut self) {
        [&mut self.amount_db, &mut self.threshold_db, &mut self.release_ms]
            .into_iter()
            .for_each(Glide::finish);
        (self.level, self.target, self.gain, self.lowest) = (0.0, 1.0, 1.0, 1.0);
        self.release = one_pole(self.release_ms.value() / 1000.0, self.rate_hz);
    }

    /// True when nothing is ducked.
    pub(super) fn is_off(&self) -> bool {
        self.amount_db.is_off() && self.gain == 1.0
    }

    /// Largest reduction of the last block, in dB.
    pub(super) fn reduction_db(&self) -> f32 {
        (0.0 - Db::from_gain(self.lowest).0) as f32
    }

    /// Multiplies `wet` by the gain for `dry`; `frame` is the first one's number.
    pub(super) fn process(&mut self, frame: u64, dry: [&[f64]; 2], wet: [&mut [f64]; 2]) {
        self.lowest = 1.0;
        if self.is_off() {
            (self.level, self.target) = (0.0, 1.0);
            return;
        }
        let [left, right] = wet;
        for (at, (left, right)) in left.iter_mut().zip(right).enumerate() {
            let peak = dry[0][at].abs().max(dry[1][at].abs());
            let speed = if peak > self.level { self.attack } else { self.release };
            self.level += speed * (peak - self.level);
            let settings = [&mut self.amount_db, &mut self.threshold_db, &mut self.release_ms];
            let _ = settings.map(Glide::advance);
            if (frame + at as u64).is_multiple_of(GRID as u64) {
                self.read_level();
            }
            self.gain += self.smooth * (self.target - self.gain);
            (*left, *right) = (*left * self.gain, *right * self.gain);
            self.lowest = self.lowest.min(self.gain);
        }
    }

    fn read_level(&mut self) {
        self.release = one_pole(self.release_ms.value() / 1000.0, self.rate_hz);
        let level_db = Db::from_gain(self.level).0;
        let reduction = reduction_db(level_db, self.threshold_db.value(), self.amount_db.value());
        self.target = Db(-reduction).to_gain();
        if (self.target - self.gain).abs() < ARRIVED {
            self.gain = self.target;
        }
    }
}
