//! What each place will do with a master: the gain that it applies by its own rules, what is heard then,
//! and what it will not like.
//!
//! ```text
//! integrated loudness, true peak, sample peak ──► rules of the place ──► gain ──► level, headroom, words
//! ```
//!
//! The rules are data: [`twobus_session::targets`]. Gains are those of songs played one by one; services
//! that keep an album's levels use one gain for all of it.

use serde::{Deserialize, Serialize};
use twobus_dsp::Db;
use twobus_dsp::units::signed;
use twobus_session::targets::{Destination, Playback, Raise, targets};

use crate::report::Report;

/// How far a reading may be off before it is said, in dB or LU.
const TOLERANCE: f64 = 0.05;

/// What one setting of a place does with a master.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Played {
    /// The place, by the id of its [`Destination`].
    pub place: String,
    /// Its name.
    pub name: String,
    /// The setting; empty where a file is played as it is.
    pub mode: String,
    /// Whether it is the setting that most people hear.
    pub usual: bool,
    /// Gain that is applied, in dB.
    pub gain_db: f64,
    /// Integrated loudness of what is heard, in LUFS. Where [`limited_db`](Self::limited_db) is not 0 it
    /// is a little less.
    pub loudness_lufs: f64,
    /// True peak of what is heard, in dBTP; where its limiter works, the peak before that.
    pub true_peak_dbtp: f64,
    /// From there to 0 dBTP, in dB.
    pub headroom_db: f64,
    /// How far the limiter of the place has to hold samples down, in dB.
    pub limited_db: f64,
    /// What is worth knowing about this, one sentence each.
    pub remarks: Vec<String>,
    /// What speaks against this master here, one sentence each.
    pub warnings: Vec<String>,
}

/// What is measured of a master.
#[derive(Debug, Clone, Copy)]
struct Measured {
    lufs: f64,
    true_peak: f64,
    sample_peak: f64,
    short_term_max: Option<f64>,
}

impl Measured {
    /// `None` where there is no loudness or no true peak.
    fn of(report: &Report) -> Option<Self> {
        let lufs = report.integrated_lufs?;
        let true_peak = report.true_peak?.value;
        let sample_peak = report.sample_peak.map_or(true_peak, |peak| peak.value);
        let short_term_max = report.short_term_max.map(|max| max.value);
        Some(Self { lufs, true_peak, sample_peak, short_term_max })
    }
}

/// What all places do with the master that `report` is about; nothing where it has no loudness.
pub fn all(report: &Report) -> Vec<Played> {
    targets().destinations.iter().flat_map(|place| at(place, report)).collect()
}

/// What `place` does with the master that `report` is about: one entry for each of its settings.
pub fn at(place: &Destination, report: &Report) -> Vec<Played> {
    let Some(measured) = Measured::of(report) else { return Vec::new() };
    let warnings = warnings(place, &measured);
    let as_it_is = || played(place, None, &measured, warnings.clone());
    if place.playback.is_empty() {
        return vec![as_it_is()];
    }
    place.playback.iter().map(|s| played(place, Some(s), &measured, warnings.clone())).collect()
}

fn played(
    place: &Destination,
    setting: Option<&Playback>,
    measured: &Measured,
    warnings: Vec<String>,
) -> Played {
    let gain_db = setting.map_or(0.0, |setting| gain_db(setting, measured));
    let limited_db = match setting.map(|setting| setting.raise) {
        Some(Raise::Limited(peak)) if gain_db > 0.0 => {
            (measured.sample_peak + gain_db - peak).max(0.0)
        }
        _ => 0.0,
    };
    let mut played = Played {
        place: place.id.clone(),
        name: place.name.clone(),
        mode: setting.map(|setting| setting.mode.clone()).unwrap_or_default(),
        usual: setting.is_none_or(|setting| setting.usual),
        gain_db,
        loudness_lufs: measured.lufs + gain_db,
        true_peak_dbtp: measured.true_peak + gain_db,
        headroom_db: -(measured.true_peak + gain_db),
        limited_db,
        remarks: Vec::new(),
        warnings,
    };
    if let Some(setting) = setting {
        played.remarks = remarks(setting, &played);
    }
    played
}

/// The gain that a setting applies, in dB.
fn gain_db(setting: &Playback, measured: &Measured) -> f64 {
    let missing = setting.lufs - measured.lufs;
    match setting.raise {
        _ if missing <= 0.0 => missing,
        Raise::Never => 0.0,
        Raise::ToPeak(peak) => missing.min((peak - measured.true_peak).max(0.0)),
        Raise::Limited(_) => missing,
    }
}

fn remarks(setting: &Playback, played: &Played) -> Vec<String> {
    let missing = setting.lufs - played.loudness_lufs;
    let mut remarks = Vec::new();
    if missing > TOLERANCE {
        let why = match setting.raise {
            Raise::Never => "soft songs are not turned up",
            Raise::ToPeak(_) | Raise::Limited(_) => "its peaks leave no more room",
        };
        let (missing, level) = (signed(missing, 1), Db(setting.lufs));
        remarks.push(format!("Stays {missing} LU below the {level} LUFS of others: {why}."));
    }
    if played.limited_db > TOLERANCE {
        let held = signed(played.limited_db, 1);
        remarks.push(format!("The service's own limiter holds peaks down by up to {held} dB."));
    }
    remarks
}

/// What speaks against the master at `place`.
fn warnings(place: &Destination, measured: &Measured) -> Vec<String> {
    let mut warnings = Vec::new();
    let ceiling = place.ceiling_for(Some(measured.lufs));
    let over = measured.true_peak - ceiling;
    if over > TOLERANCE {
        let peak = signed(measured.true_peak, 1);
        let rule = match &place.louder {
            Some(louder) if ceiling == louder.ceiling_dbtp => {
                format!(", as it is louder than {} LUFS", Db(louder.than_lufs))
            }
            _ => String::new(),
        };
        let name = &place.name;
        warnings.push(format!(
            "{name} wants at most {} dBTP{rule}; the true peak is {peak} dBTP, {} dB above that.",
            Db(ceiling),
            signed(over, 1)
        ));
    }
    warnings.extend(asked(place, measured));
    if let (Some(most), Some(found)) = (place.most_short_term_lufs, measured.short_term_max)
        && found > most + TOLERANCE
    {
        let (name, found) = (&place.name, signed(found, 1));
        warnings.push(format!(
            "{name} takes a short-term loudness of at most {} LUFS; here it reaches {found}.",
            Db(most)
        ));
    }
    warnings.extend(too_dense(place, measured));
    warnings
}

/// The loudness that is asked for, where it is missed.
fn asked(place: &Destination, measured: &Measured) -> Option<String> {
    let asked = place.loudness?;
    let off = measured.lufs - asked.lufs;
    let (allowed, side) =
        if off > 0.0 { (asked.above_lu, "louder") } else { (asked.below_lu, "softer") };
    (off.abs() > allowed + TOLERANCE).then(|| {
        format!(
            "{} asks for {} LUFS; this is {} LU {side}.",
            place.name,
            Db(asked.lufs),
            signed(off.abs(), 1)
        )
    })
}

/// Where a master is too loud or too dense for what becomes of it.
fn too_dense(place: &Destination, measured: &Measured) -> Vec<String> {
    let (name, plr) = (&place.name, measured.true_peak - measured.lufs);
    let loud = place
        .most_lufs
        .filter(|most| measured.lufs > most + TOLERANCE)
        .map(|most| format!("{name}: louder than {} LUFS comes out worse, not louder.", Db(most)));
    let dense = place.least_plr_lu.filter(|least| plr < least - TOLERANCE).map(|least| {
        let plr = signed(plr, 1);
        format!("{name}: with peaks only {plr} LU above its loudness it comes out worse; {} LU or more is better.", Db(least))
    });
    loud.into_iter().chain(dense).collect()
}

#[cfg(test)]
mod tests;
