//! The gain before the limiter that reaches a loudness, under a cap on gain reduction.

use twobus_dsp::meter::loudness::{LoudnessMeter, weights};

use super::limit::{limit, param};
use super::{MasterOptions, Processed};
use crate::error::{Error, Result};
use crate::progress::Progress;

/// How close a search comes to the loudness asked for, in LU, or to the cap on gain reduction, in dB.
pub(super) const CLOSE: f64 = 0.02;
/// Largest step of a search that has not yet passed its aim, in dB.
const LARGEST_STEP_DB: f64 = 12.0;
/// Steps after which a search ends in any case.
const MOST_STEPS: usize = 24;

/// The drive that was chosen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Drive {
    /// Gain before the limiter, in dB.
    pub(super) db: f64,
    /// True when the cap kept it from reaching the loudness.
    pub(super) capped: bool,
}

/// What one drive gives.
#[derive(Debug, Clone, Copy)]
struct Trial {
    db: f64,
    lufs: f64,
    reduction_db: f64,
}

/// Finds the drive for the target: the limiter's own when it names no loudness.
///
/// Loudness and gain reduction both rise with the drive, so what is missing to the nearer of the target
/// and the cap falls with it, and is zero at one drive.
///
/// The search begins at `start_db` where a drive close by is known, and goes for `made_up_db` more than
/// the target: for what is taken away after the limiter.
pub(super) fn find(
    processed: &Processed,
    start_db: Option<f64>,
    made_up_db: f64,
    options: &MasterOptions,
    progress: &Progress,
) -> Result<Drive> {
    let Some(target) = options.target.loudness_lufs else {
        let own = options.limiter.values.get(param("drive")).copied().unwrap_or(0.0);
        return Ok(Drive { db: own, capped: false });
    };
    let wanted = target + made_up_db;
    if processed.loudness_lufs.is_infinite() {
        return Err(too_quiet());
    }
    // Aimed for a little below the cap, so that what is found is not above it. Where nothing is reduced
    // there is no telling how far away it is.
    let aim = (options.target.max_reduction_db - CLOSE).max(0.0);
    let to_cap = |trial: &Trial| match trial.reduction_db {
        0.0 => f64::INFINITY,
        reduction_db => aim - reduction_db,
    };
    let to_target = |trial: &Trial| wanted - trial.lufs;
    let found = search(
        |db| trial(processed, db, options, progress),
        start_db.unwrap_or(wanted - processed.loudness_lufs),
        |trial| to_target(trial).min(to_cap(trial)),
    )?;
    Ok(Drive {
        db: found.db,
        capped: to_cap(&found) < to_target(&found) && to_target(&found) > CLOSE,
    })
}

fn trial(
    processed: &Processed,
    db: f64,
    options: &MasterOptions,
    progress: &Progress,
) -> Result<Trial> {
    let mut meter = LoudnessMeter::new(f64::from(processed.rate_hz), &weights(2));
    let reduction_db = limit(processed, db, options, progress, |left, right| {
        meter.push(&[left, right]);
        Ok(())
    })?
    .db;
    meter.finish();
    let lufs = meter.loudness().integrated().0;
    if lufs.is_infinite() {
        return Err(too_quiet());
    }
    Ok(Trial { db, lufs, reduction_db })
}

fn too_quiet() -> Error {
    let text = "the input is too quiet for its loudness to be measured; leave the target out";
    Error::Missing(text.to_owned())
}

/// A drive, in dB, and what is missing with it.
type Point = (f64, f64);

/// Finds the drive at which nothing is missing any more, within [`CLOSE`], from `start` on.
///
/// Until there is a trial on either side, steps follow the slope of the last two; then regula falsi
/// between the nearest of them, the end that stays being halved each time it does ("Illinois": M. Dowell,
/// P. Jarratt, "A modified regula falsi method", BIT 11, 1971).
fn search(
    attempt: impl Fn(f64) -> Result<Trial>,
    start: f64,
    missing: impl Fn(&Trial) -> f64,
) -> Result<Trial> {
    let mut trial = attempt(start)?;
    let mut best = trial;
    let mut last: Option<Point> = None;
    // On the side that has too little, and on the side that has too much.
    let (mut low, mut high): (Option<Point>, Option<Point>) = (None, None);
    for _ in 0..MOST_STEPS {
        let here = (trial.db, missing(&trial));
        if here.1.abs() <= CLOSE {
            break;
        }
        let too_little = here.1 > 0.0;
        let same_side = last.is_some_and(|(_, gap)| (gap > 0.0) == too_little);
        let (near, far) = if too_little { (&mut low, &mut high) } else { (&mut high, &mut low) };
        *near = Some(here);
        if let (true, Some((_, gap))) = (same_side, far) {
            *gap *= 0.5;
        }
        let next = match (low, high) {
            (Some((a, above)), Some((b, below))) => a + (b - a) * above / (above - below),
            _ => here.0 + outward_step(here, last),
        };
        last = Some(here);
        trial = attempt(next)?;
        if missing(&trial).abs() < missing(&best).abs() {
            best = trial;
        }
    }
    Ok(best)
}

/// The step to where the line through the last two trials crosses zero, and a little beyond.
fn outward_step((db, gap): Point, last: Option<Point>) -> f64 {
    let slope = last.map_or(1.0, |(last_db, last_gap)| (last_gap - gap) / (db - last_db));
    let step = 1.1 * gap / slope.max(0.05);
    step.clamp(-LARGEST_STEP_DB, LARGEST_STEP_DB)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// A limiter as its loudness sees it: more and more of the drive is taken away.
    fn curve(db: f64) -> Trial {
        let over = (db - 5.0).max(0.0);
        Trial { db, lufs: -25.0 + db - 0.02 * over * over, reduction_db: over }
    }

    fn found(wanted: f64, cap: f64) -> (Trial, u32) {
        let attempts = Cell::new(0);
        let attempt = |db| {
            attempts.set(attempts.get() + 1);
            Ok(curve(db))
        };
        let to_cap = |t: &Trial| match t.reduction_db {
            0.0 => f64::INFINITY,
            reduction_db => cap - reduction_db,
        };
        let missing = |t: &Trial| (wanted - t.lufs).min(to_cap(t));
        (search(attempt, wanted + 25.0, missing).unwrap(), attempts.get())
    }

    #[test]
    fn a_target_is_found_in_few_steps() {
        for wanted in [-40.0, -23.0, -16.0, -14.0, -11.0] {
            let (trial, attempts) = found(wanted, 100.0);
            assert!((trial.lufs - wanted).abs() <= CLOSE, "{wanted}");
            assert!(attempts <= 6, "{wanted}: {attempts}");
        }
    }

    #[test]
    fn a_cap_ends_the_search_before_the_target() {
        for cap in [0.0, 0.5, 3.0, 6.0] {
            let (trial, attempts) = found(-9.0, cap);
            assert!((trial.reduction_db - cap).abs() <= CLOSE, "{cap}");
            assert!(attempts <= if cap == 0.0 { 20 } else { 12 }, "{cap}: {attempts}");
        }
    }
}
