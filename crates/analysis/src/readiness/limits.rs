//! The thresholds, from `assets/readiness.json`: dated, each with its source.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;
use twobus_session::readiness::{Check, Verdict};

/// All thresholds.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Date of the thresholds, "2026-11-24".
    pub dated: String,
    /// What the sources of [`Limit::source`] are.
    pub sources: BTreeMap<String, String>,
    checks: BTreeMap<Check, Limit>,
}

/// The thresholds of one check; limits belong to the range that they end.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// From where on something is counted, for checks that count: of flattened peaks the level below the
    /// highest in dB, of the stretch out of phase the correlation.
    #[serde(default)]
    pub counts: Option<f64>,
    /// Lowest and highest value that is fine.
    pub fine: Range,
    /// Lowest and highest value that is no more than worth a look; `None` if there is no such range.
    pub consider: Option<Range>,
    /// What lies outside of both.
    pub beyond: Verdict,
    /// Names of its sources.
    pub source: Vec<String>,
}

/// Lowest and highest value; `None` is open.
pub type Range = (Option<f64>, Option<f64>);

impl Limits {
    /// The thresholds that are shipped with the program.
    pub fn shipped() -> &'static Self {
        static SHIPPED: OnceLock<Limits> = OnceLock::new();
        SHIPPED.get_or_init(|| {
            let text = include_str!("../../../../assets/readiness.json");
            serde_json::from_str(text).expect("a test reads the shipped thresholds")
        })
    }

    /// The thresholds of `check`.
    pub fn of(&self, check: Check) -> &Limit {
        self.checks.get(&check).expect("a test looks every check up")
    }

    /// [`Limit::counts`] of `check`, which must have it.
    pub fn counts(&self, check: Check) -> f64 {
        self.of(check).counts.expect("a test looks up every check that counts")
    }

    /// How `value` is judged, and whether it lies beyond the second threshold.
    pub fn judge(&self, check: Check, value: f64) -> (Verdict, bool) {
        let limit = self.of(check);
        if holds(limit.fine, value) {
            (Verdict::Fine, false)
        } else if limit.consider.is_some_and(|range| holds(range, value)) {
            (Verdict::Consider, false)
        } else {
            (limit.beyond, true)
        }
    }
}

fn holds((low, high): Range, value: f64) -> bool {
    low.is_none_or(|low| value >= low) && high.is_none_or(|high| value <= high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dsp19_every_check_has_thresholds_and_a_named_source() {
        let limits = Limits::shipped();
        for check in Check::ALL {
            let limit = limits.of(check);
            assert!(!limit.source.is_empty(), "{check:?}");
            assert!(limit.source.iter().all(|name| limits.sources.contains_key(name)), "{check:?}");
        }
        assert_eq!([Check::FlatPeaks, Check::OutOfPhase].map(|c| limits.counts(c)), [-0.3, -0.2]);
        assert_eq!(limits.dated.len(), "2026-11-24".len());
    }

    /// Both sides of each threshold, to the last digit that a row has.
    #[test]
    fn dsp19_both_sides_of_every_threshold() {
        let limits = Limits::shipped();
        let mut sides = 0;
        for check in Check::ALL {
            let limit = limits.of(check);
            let mut side = |value: f64, expected: (Verdict, bool)| {
                assert_eq!(limits.judge(check, value), expected, "{check:?} at {value}");
                sides += 1;
            };
            let outside_fine = |value: f64| match limit.consider {
                Some(range) if holds(range, value) => (Verdict::Consider, false),
                _ => (limit.beyond, true),
            };
            for (edge, outward) in [(limit.fine.0, -1e-3), (limit.fine.1, 1e-3)] {
                let Some(edge) = edge else { continue };
                side(edge, (Verdict::Fine, false));
                side(edge + outward, outside_fine(edge + outward));
            }
            let Some((low, high)) = limit.consider else { continue };
            for (edge, outward) in [(low, -1e-3), (high, 1e-3)] {
                let Some(edge) = edge else { continue };
                side(edge + outward, (limit.beyond, true));
            }
        }
        assert!(sides >= 80, "{sides}");
    }

    #[test]
    fn dsp19_fix_is_kept_for_what_a_print_cannot_be_cured_of() {
        let fix =
            Check::ALL.into_iter().filter(|c| Limits::shipped().of(*c).beyond == Verdict::Fix);
        let incurable = [
            Check::ClippedRuns,
            Check::DeadChannel,
            Check::Clicks,
            Check::Dropouts,
            Check::CutHead,
            Check::CutTail,
            Check::SampleRate,
            Check::LossyFile,
        ];
        assert_eq!(fix.collect::<Vec<_>>(), incurable);
    }
}
