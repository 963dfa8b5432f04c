//! The gain before the limiter that reaches a loudness, under a cap on gain reduction.

use super::limit::{limiter_values, param};
use super::pass::{Pass, pass};
use super::{MasterOptions, Processed};
use crate::error::{Error, Result};
use crate::progress::Progress;

/// How close a search comes to the loudness asked for, in LU, or to the cap on gain reduction, in dB.
const CLOSE: f64 = 0.02;
/// How close a pass of the limiter has to come, in LU or dB: masters are promised to ±0.1 LU.
const ENOUGH: f64 = 0.05;
/// Passes of the limiter, at most.
const MOST_PASSES: usize = 6;
/// How much worse it is to exceed the cap than to miss the loudness.
const ABOVE_CAP: f64 = 100.0;
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

/// What one drive gives: a reduction below 0 is how far peaks stay below the ceiling.
#[derive(Debug, Clone, Copy)]
struct Trial {
    db: f64,
    lufs: f64,
    reduction_db: f64,
}

/// Limits with the drive for the target: the limiter's own when it names no loudness.
///
/// Loudness and gain reduction both rise with the drive, so what is missing to the nearer of the target
/// and the cap falls with it, and is zero at one drive. It is searched for in the sketch; then the limiter
/// itself runs, and by what it does otherwise than the sketch, the search is corrected, until the limiter is
/// where it should be; mostly, that is one pass.
///
/// # Errors
/// When the input is too quiet for a loudness, temporary files fail, or the job is cancelled.
pub(super) fn settle(
    processed: &Processed,
    options: &MasterOptions,
    progress: &Progress,
) -> Result<(Drive, Pass)> {
    let Some(wanted) = options.target.loudness_lufs else {
        let own = options.limiter.values.get(param("drive")).copied().unwrap_or(0.0);
        let pass = pass(processed, own, options, progress)?;
        return Ok((Drive { db: own, capped: false }, pass));
    };
    if processed.loudness_lufs.is_infinite() {
        return Err(too_quiet());
    }
    let aim = Aim::new(wanted, options);
    let values = limiter_values(options);
    let sketched = |db: f64| {
        let found = processed.sketch.limited(&values, db);
        Trial { db, lufs: found.loudness.0, reduction_db: found.reduction_db }
    };
    let (mut off, mut best): (Off, Option<(Trial, Pass)>) = (Off::EXPECTED, None);
    let mut start = wanted - processed.loudness_lufs;
    for _ in 0..MOST_PASSES {
        let found = search(|db| off.correct(sketched(db)), start, |trial| aim.missing(trial));
        let pass = pass(processed, found.db, options, progress)?;
        if pass.lufs.is_infinite() {
            return Err(too_quiet());
        }
        let trial = Trial::of(&pass, &found);
        (start, off) = (found.db, Off::between(&trial, &sketched(found.db)));
        if best.as_ref().is_none_or(|(best, _)| aim.distance(&trial) < aim.distance(best)) {
            best = Some((trial, pass));
        }
        if best.as_ref().is_some_and(|(best, _)| aim.distance(best) <= ENOUGH) {
            break;
        }
    }
    let (trial, mut best) = best.expect("there is at least one pass");
    let (to_cap, to_target) = (aim.to_cap(&trial), aim.to_target(&trial));
    let capped = to_cap < to_target && to_target > ENOUGH;
    // A little too loud is cured by the gain that follows the limiter.
    let over = -to_target;
    if over > CLOSE {
        best.trim_db -= over;
        best.lufs -= over;
    }
    Ok((Drive { db: best.drive_db, capped }, best))
}

/// What is gone for.
struct Aim {
    lufs: f64,
    /// Largest gain reduction, in dB: a little below the cap, so that what is found is not above it.
    reduction_db: f64,
}

impl Aim {
    fn new(lufs: f64, options: &MasterOptions) -> Self {
        Self { lufs, reduction_db: (options.target.max_reduction_db - CLOSE).max(0.0) }
    }

    fn to_cap(&self, trial: &Trial) -> f64 {
        self.reduction_db - trial.reduction_db
    }

    fn to_target(&self, trial: &Trial) -> f64 {
        self.lufs - trial.lufs
    }

    fn missing(&self, trial: &Trial) -> f64 {
        self.to_target(trial).min(self.to_cap(trial))
    }

    /// How far a pass is from where it should be; what is above the cap counts for much more.
    fn distance(&self, trial: &Trial) -> f64 {
        let above = (-self.to_cap(trial) - CLOSE).max(0.0);
        self.missing(trial).abs() + ABOVE_CAP * above
    }
}

/// What the limiter does beyond its sketch.
#[derive(Debug, Clone, Copy)]
struct Off {
    lufs: f64,
    reduction_db: f64,
}

impl Off {
    /// Of most music: the trim, and peaks that the sketch does not see.
    const EXPECTED: Self = Self { lufs: -0.05, reduction_db: 0.0 };

    fn between(found: &Trial, sketched: &Trial) -> Self {
        Self {
            lufs: found.lufs - sketched.lufs,
            reduction_db: found.reduction_db - sketched.reduction_db,
        }
    }

    /// The loudness of a sketch that reduces nothing is taken at its word.
    fn correct(self, sketched: Trial) -> Trial {
        let Trial { db, lufs, reduction_db } = sketched;
        let lufs = if reduction_db > 0.0 { lufs + self.lufs } else { lufs };
        Trial { db, lufs, reduction_db: reduction_db + self.reduction_db }
    }
}

impl Trial {
    /// Where a pass reduces nothing, it does not tell how far it is from that; what was `expected` does.
    fn of(pass: &Pass, expected: &Self) -> Self {
        let reduction_db = match pass.deepest.db {
            0.0 => expected.reduction_db.min(0.0),
            reduction_db => reduction_db,
        };
        Self { db: pass.drive_db, lufs: pass.lufs, reduction_db }
    }
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
fn search(attempt: impl Fn(f64) -> Trial, start: f64, missing: impl Fn(&Trial) -> f64) -> Trial {
    let mut trial = attempt(start);
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
        trial = attempt(next);
        if missing(&trial).abs() < missing(&best).abs() {
            best = trial;
        }
    }
    best
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
            curve(db)
        };
        let to_cap = |t: &Trial| match t.reduction_db {
            0.0 => f64::INFINITY,
            reduction_db => cap - reduction_db,
        };
        let missing = |t: &Trial| (wanted - t.lufs).min(to_cap(t));
        (search(attempt, wanted + 25.0, missing), attempts.get())
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
