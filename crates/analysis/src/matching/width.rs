//! Width: the level of the side, as one gain.
//!
//! Side is only ever turned up or down, and little: where there is none, none is made.

use twobus_dsp::Db;

use super::decision::{Area, Decision, change};
use super::profile::{FLAT, Profile};
use super::traits::{LEAST_WIDTH_DB, Traits, shares};

/// Most change of the side, in dB.
pub(super) const MAX_DB: f64 = 3.0;
/// Highest level of the side relative to the middle after a change, in dB: beyond, mono loses more than it
/// keeps.
pub(super) const HIGHEST_DB: f64 = 0.0;
/// Difference below which the width is left alone, in dB.
const FINE_DB: f64 = 0.5;

/// The width for a stereo device, in percent, and why; 100 changes nothing.
pub(super) fn width(
    profile: &Profile,
    song: &Traits,
    reference: &Traits,
    amount: f64,
) -> (f64, Vec<Decision>) {
    let fine = |text: String| (100.0, vec![Decision::fine(Area::Width, text)]);
    let refused = |text: String| (100.0, vec![Decision::refused(Area::Width, text)]);
    if amount <= 0.0 {
        return fine("Left alone: its amount is 0 %.".to_owned());
    }
    let Some(own) = song.width_db else {
        return refused(format!(
            "Left alone: the side lies below {} dB relative to the middle, and no width is made from nothing.",
            Db(LEAST_WIDTH_DB)
        ));
    };
    let Some(wanted) = reference.width_db else {
        return refused("Left alone: the reference is as good as mono.".to_owned());
    };
    let gap = gap_db(profile, song, reference);
    let levels = format!("side relative to middle {} dB, reference {} dB", Db(own), Db(wanted));
    if gap.abs() < FINE_DB {
        let text = format!(
            "frequency by frequency, the side lies within {} dB of the reference's",
            Db(FINE_DB)
        );
        return fine(format!("Left alone: {text} ({levels} over all)."));
    }
    let most = MAX_DB.min((HIGHEST_DB - own).max(0.0));
    let capped = gap.clamp(-MAX_DB, most);
    let percent = (100.0 * Db(amount * capped).to_gain()).round();
    let mut decisions = Vec::new();
    if percent != 100.0 {
        let text = format!("Width {percent:.0} % ({} of side): {levels}.", change(amount * capped));
        decisions.push(Decision::done(Area::Width, text));
    }
    if capped != gap {
        let why = if capped == -MAX_DB || capped == MAX_DB {
            format!("{MAX_DB:.0} dB is the most; more belongs in the mix")
        } else {
            "the side would be louder than the middle, and vanish in mono".to_owned()
        };
        let text = format!("Not all of {}: {why} ({levels}).", change(gap));
        decisions.push(Decision::refused(Area::Width, text));
    }
    (percent, decisions)
}

/// By how much the side is to change, in dB: the mean over frequency, each point by what it adds to the
/// song's loudness, where the song has a side. A reference without one there counts as the least width.
fn gap_db(profile: &Profile, song: &Traits, reference: &Traits) -> f64 {
    let (mut sum, mut all) = (0.0, 0.0);
    let points = song.spectrum.iter().zip(&reference.spectrum);
    for (share, (own, wanted)) in shares(&profile.loudest(&FLAT)).iter().zip(points) {
        if let (Some(own), Some(_)) = (own.side_db, wanted.level_db) {
            sum += share * (wanted.side_db.unwrap_or(LEAST_WIDTH_DB) - own);
            all += share;
        }
    }
    if all > 0.0 { sum / all } else { 0.0 }
}
