//! The gain before the limiter that reaches a loudness, under a cap on gain reduction.

use twobus_dsp::meter::loudness::{LoudnessMeter, weights};

use super::limit::{Meter, limit};
use super::{MasterOptions, Processed};
use crate::error::{Error, Result};
use crate::progress::Progress;

/// The loudness that is found lies this close to the one asked for, in LU.
const CLOSE_LU: f64 = 0.02;
/// The gain reduction under a cap lies this close to it, in dB, and never above.
const CLOSE_DB: f64 = 0.02;
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

/// The loudness of the limited signal.
struct Measured<'a>(&'a mut LoudnessMeter);

impl Meter for Measured<'_> {
    fn push(&mut self, left: &[f32], right: &[f32]) {
        self.0.push(&[left, right]);
    }
    fn true_peak(&mut self) -> f64 {
        0.0
    }
}

/// Finds the drive for the target: 0 dB when it names no loudness.
///
/// Loudness and gain reduction rise with the drive, so each is found between a drive that is too low
/// and one that is too high.
pub(super) fn find(
    processed: &Processed,
    options: &MasterOptions,
    progress: &Progress,
) -> Result<Drive> {
    let Some(wanted) = options.target.loudness_lufs else {
        return Ok(Drive { db: 0.0, capped: false });
    };
    let attempt = |db: f64| trial(processed, db, options, progress);
    let loud = search(attempt, wanted, |trial| trial.lufs, CLOSE_LU)?;
    let cap = options.target.max_reduction_db;
    if loud.reduction_db <= cap {
        return Ok(Drive { db: loud.db, capped: false });
    }
    let capped = search_from(
        attempt,
        loud,
        cap - CLOSE_DB / 2.0,
        |trial| trial.reduction_db,
        CLOSE_DB / 2.0,
    )?;
    Ok(Drive { db: capped.db, capped: true })
}

fn trial(
    processed: &Processed,
    db: f64,
    options: &MasterOptions,
    progress: &Progress,
) -> Result<Trial> {
    let mut meter = LoudnessMeter::new(f64::from(processed.rate_hz), &weights(2));
    let limited = limit(processed, db, options, progress, Measured(&mut meter), |_, _| Ok(()))?;
    meter.finish();
    let lufs = meter.loudness().integrated().0;
    if lufs.is_finite() {
        Ok(Trial { db, lufs, reduction_db: limited.reduction_db })
    } else {
        let text = "the input is too quiet for its loudness to be measured; leave the target out";
        Err(Error::Missing(text.to_owned()))
    }
}

/// Finds the trial whose `value` is `wanted`, within `close`.
fn search(
    attempt: impl Fn(f64) -> Result<Trial>,
    wanted: f64,
    value: impl Fn(&Trial) -> f64,
    close: f64,
) -> Result<Trial> {
    let first = attempt(0.0)?;
    search_from(attempt, first, wanted, value, close)
}

/// As [`search`], from a first trial: steps of what is missing, then by regula falsi between the nearest
/// trials on either side, halving where that hardly moves.
fn search_from(
    attempt: impl Fn(f64) -> Result<Trial>,
    first: Trial,
    wanted: f64,
    value: impl Fn(&Trial) -> f64,
    close: f64,
) -> Result<Trial> {
    let missing = |trial: &Trial| wanted - value(trial);
    let (mut low, mut high): (Option<Trial>, Option<Trial>) = (None, None);
    let mut best = first;
    for step in 0..MOST_STEPS {
        let gap = missing(&best);
        if gap.abs() <= close {
            break;
        }
        if gap > 0.0 {
            low = Some(best);
        } else {
            high = Some(best);
        }
        let next = match (low, high) {
            (Some(low), Some(high)) if step % 3 == 2 => 0.5 * (low.db + high.db),
            (Some(low), Some(high)) => {
                let (below, above) = (missing(&low), -missing(&high));
                low.db + (high.db - low.db) * below / (below + above)
            }
            // A limiter takes part of a gain away, so step a little further than what is missing.
            _ => best.db + 1.2 * gap,
        };
        best = attempt(next)?;
    }
    Ok(best)
}
