//! The whole proposal: what brings a song nearer to a reference, and why.

use twobus_dsp::Db;

use super::decision::{Area, Decision};
use super::dynamics::{Compression, Wanted, dynamics};
use super::profile::Profile;
use super::tone::{Curve, tone};
use super::traits::Traits;
use super::width::width;

/// Difference of loudness below which it is left alone, in LU.
const FINE_LU: f64 = 0.3;
/// Difference between the two measures of loudness that is told, in LU.
const UNLIKE_LU: f64 = 2.0;

/// How much of each difference is made up for, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Amounts {
    /// Of the balance of frequencies.
    pub tone: f64,
    /// Of the loudness.
    pub loudness: f64,
    /// Of the width.
    pub width: f64,
    /// Of the dynamics.
    pub dynamics: f64,
}

impl Amounts {
    /// All of everything.
    pub const FULL: Self = Self { tone: 1.0, loudness: 1.0, width: 1.0, dynamics: 1.0 };
    /// Nothing of anything.
    pub const NONE: Self = Self { tone: 0.0, loudness: 0.0, width: 0.0, dynamics: 0.0 };
}

/// What brings a song nearer to a reference.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// For an equalizer.
    pub curve: Curve,
    /// For a compressor; where one is still to be found, [`wanted`](Self::wanted) says so.
    pub compression: Option<Compression>,
    /// What is wished of the crests, until [`compress`](Self::compress) has found what does it.
    pub wanted: Option<Wanted>,
    /// For a stereo device, in percent.
    pub width_percent: f64,
    /// For a low cut, in Hz.
    pub low_cut_hz: Option<f64>,
    /// Below which the side is to go, in Hz.
    pub mono_below_hz: Option<f64>,
    /// Integrated loudness to aim for, in LUFS, if that is to change.
    pub loudness_lufs: Option<f64>,
    /// Why, one for each thing that is done, left alone or refused.
    pub decisions: Vec<Decision>,
}

impl Proposal {
    /// Nothing at all, for a reason.
    pub fn nothing(why: &str) -> Self {
        let areas = [Area::Tone, Area::Dynamics, Area::Width, Area::Loudness];
        let left = |area| Decision::fine(area, format!("Left alone: {why}."));
        Self {
            curve: Curve::default(),
            compression: None,
            wanted: None,
            width_percent: 100.0,
            low_cut_hz: None,
            mono_below_hz: None,
            loudness_lufs: None,
            decisions: areas.map(left).into(),
        }
    }
}

/// What brings the song of `profile` nearer to `reference`, by `amounts`.
pub fn propose(profile: &Profile, reference: &Traits, amounts: &Amounts) -> Proposal {
    let song = Traits::of(profile);
    let (curve, mut decisions) = tone(profile, reference, amounts.tone);
    let wanted = match dynamics(&song, reference, amounts.dynamics) {
        Ok(wanted) => Some(wanted),
        Err(left_alone) => {
            decisions.push(left_alone);
            None
        }
    };
    let (width_percent, more) = width(profile, &song, reference, amounts.width);
    decisions.extend(more);
    let (loudness_lufs, decision) = loudness(&song, reference, amounts.loudness);
    decisions.push(decision);
    let (low_cut_hz, mono_below_hz) = (None, None);
    Proposal {
        curve,
        compression: None,
        wanted,
        width_percent,
        low_cut_hz,
        mono_below_hz,
        loudness_lufs,
        decisions,
    }
}

/// The loudness to aim for: nearer by the mean of what integrated and highest short-term loudness lack, so
/// that neither a long quiet intro nor one loud moment decides alone.
fn loudness(song: &Traits, reference: &Traits, amount: f64) -> (Option<f64>, Decision) {
    if amount <= 0.0 {
        return (None, Decision::fine(Area::Loudness, "Left alone: its amount is 0 %."));
    }
    let integrated = reference.integrated_lufs - song.integrated_lufs;
    let short_term = reference.short_term_max_lufs - song.short_term_max_lufs;
    let gap = 0.5 * (integrated + short_term);
    let mut levels = format!(
        "integrated {} LUFS, reference {}; loudest 3 s {} LUFS, reference {}",
        Db(song.integrated_lufs),
        Db(reference.integrated_lufs),
        Db(song.short_term_max_lufs),
        Db(reference.short_term_max_lufs)
    );
    if (integrated - short_term).abs() > UNLIKE_LU {
        levels.push_str("; their quiet parts differ, so the mean of both is aimed for");
    }
    if (amount * gap).abs() < FINE_LU {
        return (None, Decision::fine(Area::Loudness, format!("Left alone: {levels}.")));
    }
    let aim = ((song.integrated_lufs + amount * gap) * 10.0).round() / 10.0;
    let text = format!("Aims for {} LUFS: {levels}.", Db(aim));
    (Some(aim), Decision::done(Area::Loudness, text))
}
