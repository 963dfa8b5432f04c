//! The fader's taper: travel from 0 (bottom) to 1 (top) and the level there.
//!
//! Linear in dB between the marks of [`TAPER`]; below the lowest mark the amplitude falls linearly to
//! silence. Channel faders and sends share it.

use crate::units::Db;

/// Highest level of a fader or send.
pub const MAX: Db = Db(10.0);

/// Travel and level of the marks, from the top down.
pub const TAPER: [(f64, f64); 9] = [
    (1.00, 10.0),
    (0.90, 6.0),
    (0.75, 0.0),
    (0.625, -5.0),
    (0.50, -10.0),
    (0.30, -20.0),
    (0.18, -30.0),
    (0.10, -40.0),
    (0.03, -60.0),
];

const LOWEST: (f64, f64) = TAPER[TAPER.len() - 1];

/// The level at `travel`, which is clamped to 0 to 1.
pub fn level(travel: f64) -> Db {
    let travel = travel.clamp(0.0, 1.0);
    let segment = TAPER.windows(2).find(|marks| travel >= marks[1].0);
    match segment {
        Some(marks) => {
            let ((high, high_db), (low, low_db)) = (marks[0], marks[1]);
            // Anchored at the upper mark, so that each mark's level is met exactly.
            Db(high_db + (travel - high) / (high - low) * (high_db - low_db))
        }
        None => Db::from_gain(Db(LOWEST.1).to_gain() * travel / LOWEST.0),
    }
}

/// The travel at which `level` lies; levels above [`MAX`] give 1.
pub fn travel(level: Db) -> f64 {
    let db = level.0.min(MAX.0);
    let segment = TAPER.windows(2).find(|marks| db >= marks[1].1);
    match segment {
        Some(marks) => {
            let ((high, high_db), (low, low_db)) = (marks[0], marks[1]);
            high + (db - high_db) / (high_db - low_db) * (high - low)
        }
        None => LOWEST.0 * level.to_gain() / Db(LOWEST.1).to_gain(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f1_travel_to_level_and_back() {
        for step in 0..=100_000 {
            let position = f64::from(step) / 100_000.0;
            assert!((travel(level(position)) - position).abs() <= 1e-6, "{position}");
        }
    }

    #[test]
    fn f1_strictly_rising_with_exact_unity_and_silence() {
        let levels: Vec<Db> = (0..=10_000).map(|i| level(f64::from(i) / 10_000.0)).collect();
        assert!(levels.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(level(0.75).to_gain().to_bits(), 1.0_f64.to_bits());
        assert_eq!(level(0.0).to_gain().to_bits(), 0.0_f64.to_bits());
        assert_eq!(travel(Db::UNITY), 0.75);
        TAPER.iter().for_each(|&(position, db)| assert_eq!(level(position), Db(db)));
    }

    /// The strip's fader travels 158 px; Shift moves a tenth as far.
    #[test]
    fn f1_steps_are_fine_enough_for_a_pointer() {
        const TRAVEL_PX: f64 = 158.0;
        let px = 1.0 / TRAVEL_PX;
        let mut position = travel(Db(-20.0));
        while position < travel(Db(6.0)) {
            assert!(level(position + px).0 - level(position).0 <= 0.32 + 1e-9);
            assert!(level(position + px / 10.0).0 - level(position).0 <= 0.04);
            position += px;
        }
    }
}
