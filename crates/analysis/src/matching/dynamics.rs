//! Dynamics: how far peaks stand out, and the compressor that brings them nearer.
//!
//! A compressor can only take. Where a reference has more dynamics, nothing here gives them back.

use twobus_dsp::Db;

use super::bands::{CREST_BANDS, CREST_SPLITS_HZ};
use super::decision::{Area, Decision, hertz};
use super::profile::Profile;
use super::traits::Traits;

/// Most reduction, in dB.
pub const MAX_REDUCTION_DB: f64 = 3.0;
/// Difference of crests below which dynamics are left alone, in dB.
const FINE_DB: f64 = 1.0;
/// A band by itself: when the bands' differences lie further apart than this, in dB.
const APART_DB: f64 = 3.0;
/// Ratio of what is proposed.
const RATIO: f64 = 2.0;

/// What brings the peaks nearer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Compression {
    /// One compressor of everything.
    Whole {
        /// Threshold, in dBFS.
        threshold_db: f64,
        /// Ratio.
        ratio: f64,
        /// Most reduction, in dB.
        range_db: f64,
    },
    /// Bands by themselves; those without a threshold are left alone.
    Bands {
        /// Thresholds, in dBFS, from the lowest band up.
        thresholds_db: [Option<f64>; CREST_BANDS],
        /// Ratio of all.
        ratio: f64,
    },
}

/// What is proposed, and why.
pub(super) fn dynamics(
    profile: &Profile,
    song: &Traits,
    reference: &Traits,
    amount: f64,
) -> (Option<Compression>, Vec<Decision>) {
    let fine = |text: String| (None, vec![Decision::fine(Area::Dynamics, text)]);
    if amount <= 0.0 {
        return fine("Left alone: its amount is 0 %.".to_owned());
    }
    let gaps: [Option<f64>; CREST_BANDS] =
        std::array::from_fn(|band| Some(song.crest_db[band]? - reference.crest_db[band]?));
    let there: Vec<f64> = gaps.iter().copied().flatten().collect();
    let mean = there.iter().sum::<f64>() / there.len().max(1) as f64;
    let highest = there.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let lowest = there.iter().copied().fold(f64::INFINITY, f64::min);
    let crests = crests(song, reference);
    if highest >= FINE_DB && highest - lowest >= APART_DB {
        return in_bands(profile, &gaps, amount, &crests);
    }
    if mean >= FINE_DB {
        return whole(profile, mean, amount, &crests);
    }
    if mean <= -FINE_DB {
        let text = format!(
            "Left alone: peaks stand out less than in the reference ({crests}), and nothing here brings back \
             what was taken in the mix."
        );
        return (None, vec![Decision::refused(Area::Dynamics, text)]);
    }
    fine(format!("Left alone: peaks stand out about as in the reference ({crests})."))
}

/// The compressor that lowers typical peaks by `reduction`, and never more; none of a silent song.
pub(super) fn compressor(profile: &Profile, reduction: f64) -> Option<Compression> {
    let threshold_db = threshold(profile.typical_peak_dbfs(None)?, reduction);
    Some(Compression::Whole { threshold_db, ratio: RATIO, range_db: round(reduction) })
}

fn whole(
    profile: &Profile,
    gap: f64,
    amount: f64,
    crests: &str,
) -> (Option<Compression>, Vec<Decision>) {
    let reduction = (amount * gap).min(MAX_REDUCTION_DB);
    let compression = compressor(profile, reduction);
    let mut decisions = Vec::new();
    if let Some(Compression::Whole { threshold_db, range_db, .. }) = compression {
        let text = format!(
            "Compressor {RATIO:.0}:1 from {} dBFS, {} dB at most: peaks stand out more than in the reference \
             ({crests}).",
            Db(threshold_db),
            Db(range_db)
        );
        decisions.push(Decision::done(Area::Dynamics, text));
    }
    decisions.extend(beyond(amount * gap, "of reduction"));
    (compression, decisions)
}

fn in_bands(
    profile: &Profile,
    gaps: &[Option<f64>; CREST_BANDS],
    amount: f64,
    crests: &str,
) -> (Option<Compression>, Vec<Decision>) {
    let mut thresholds_db = [None; CREST_BANDS];
    let mut decisions = Vec::new();
    for (band, gap) in gaps.iter().enumerate() {
        let wanted = amount * gap.unwrap_or(0.0);
        let Some(peak) = profile.typical_peak_dbfs(Some(band)).filter(|_| wanted >= FINE_DB) else {
            continue;
        };
        let typical = threshold(peak, wanted.min(MAX_REDUCTION_DB));
        // The highest peak of the song is reduced by no more than the cap either.
        let lowest = threshold(profile.highest_peak_dbfs(band), MAX_REDUCTION_DB);
        let chosen = typical.max(lowest);
        thresholds_db[band] = Some(chosen);
        let text = format!(
            "Compressor {RATIO:.0}:1 from {} dBFS {} alone: there peaks stand out {} dB more than in the \
             reference ({crests}).",
            Db(chosen),
            name(band),
            Db(gap.unwrap_or(0.0))
        );
        decisions.push(Decision::done(Area::Dynamics, text));
        decisions.extend(beyond(wanted, &format!("of reduction {}", name(band))));
    }
    let any = thresholds_db.iter().any(Option::is_some);
    (any.then_some(Compression::Bands { thresholds_db, ratio: RATIO }), decisions)
}

/// The threshold that reduces a peak by `reduction`.
fn threshold(peak_dbfs: f64, reduction: f64) -> f64 {
    round((peak_dbfs - reduction / (1.0 - 1.0 / RATIO)).clamp(-60.0, 0.0))
}

fn beyond(wanted: f64, what: &str) -> Option<Decision> {
    let text =
        || format!("Not all {} dB {what}: {MAX_REDUCTION_DB:.0} dB is the most.", Db(wanted));
    (wanted > MAX_REDUCTION_DB + 0.05).then(|| Decision::refused(Area::Dynamics, text()))
}

fn round(db: f64) -> f64 {
    (db * 10.0).round() / 10.0
}

/// Where a band lies, in words.
fn name(band: usize) -> String {
    match (band.checked_sub(1).map(|below| CREST_SPLITS_HZ[below]), CREST_SPLITS_HZ.get(band)) {
        (None, Some(high)) => format!("below {}", hertz(*high)),
        (Some(low), Some(high)) => format!("from {} to {}", hertz(low), hertz(*high)),
        (Some(low), None) => format!("above {}", hertz(low)),
        (None, None) => "everywhere".to_owned(),
    }
}

/// The crests of both, from the lowest band up: "crest 9.1/12.0/14.2/15.0 dB, reference …".
fn crests(song: &Traits, reference: &Traits) -> String {
    let list = |traits: &Traits| {
        let one =
            |crest: &Option<f64>| crest.map_or("–".to_owned(), |crest| Db(crest).to_string());
        traits.crest_db.iter().map(one).collect::<Vec<_>>().join("/")
    };
    format!("crest in four bands {} dB, reference {} dB", list(song), list(reference))
}
