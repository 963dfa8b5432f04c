//! Dynamics: how far peaks stand out, and the compressor that brings them nearer.
//!
//! A compressor can only take. Where a reference has more dynamics, nothing here gives them back.
//!
//! A compressor lowers a crest factor only where its gain falls before a peak is over and rises again before the rest of
//! the sound has fallen with it, which no formula tells of a song. So settings are tried on the song's loudest parts,
//! behind the equalizer, and what remains of the crests is measured ([`Proposal::compress`]): thresholds are lowered
//! until the peaks stand out as in the reference, or until a lower one brings nothing more under the cap.

use twobus_dsp::Db;

use super::bands::{CREST_BANDS, CREST_SPLITS_HZ, Heard};
use super::decision::{Area, Decision, hertz};
use super::profile::Profile;
use super::proposal::Proposal;
use super::traits::Traits;

/// Most reduction, in dB.
pub const MAX_REDUCTION_DB: f64 = 3.0;
/// Difference of crests below which dynamics are left alone, in dB.
const FINE_DB: f64 = 1.0;
/// Fall of a crest below which a band is not compressed for it, in dB.
const LEAST_FALL_DB: f64 = 0.3;
/// Rest of a difference that is told, in dB.
const TOLD_DB: f64 = 0.3;
/// Ratio of what is proposed for bands: steep, so that what lies below the peaks stays.
const RATIO: f64 = 4.0;
/// Ratio of what is proposed for everything.
const WHOLE_RATIO: f64 = 2.0;
/// Attack of each band, in ms: before its peaks are over.
pub const ATTACKS_MS: [f64; CREST_BANDS] = [1.0, 0.3, 0.1, 0.1];
/// Release of each band, in ms: before the next.
pub const RELEASES_MS: [f64; CREST_BANDS] = [80.0, 30.0, 20.0, 20.0];
/// Thresholds that are tried, in dB below the typical peak of a band.
const TRIED_DB: [f64; 6] = [1.0, 2.5, 4.0, 6.0, 8.5, 12.0];

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
        /// Most reduction of each, in dB.
        range_db: f64,
    },
}

/// What is wished of the crests.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// Crests to come down to, in dB; none of bands that are left alone.
    crest_db: [Option<f64>; CREST_BANDS],
    /// How much of the way.
    amount: f64,
    /// The crests of both, in words.
    crests: String,
}

/// What is wished; or why nothing is.
pub(super) fn dynamics(song: &Traits, reference: &Traits, amount: f64) -> Result<Wanted, Decision> {
    let fine = |text: String| Err(Decision::fine(Area::Dynamics, text));
    if amount <= 0.0 {
        return fine("Left alone: its amount is 0 %.".to_owned());
    }
    let gaps: [Option<f64>; CREST_BANDS] =
        std::array::from_fn(|band| Some(song.crest_db[band]? - reference.crest_db[band]?));
    let there: Vec<f64> = gaps.iter().copied().flatten().collect();
    let mean = there.iter().sum::<f64>() / there.len().max(1) as f64;
    let crests = crests(song, reference);
    let crest_db = std::array::from_fn(|band| {
        reference.crest_db[band].filter(|_| gaps[band].is_some_and(|gap| gap >= FINE_DB))
    });
    if crest_db.iter().any(Option::is_some) {
        return Ok(Wanted { crest_db, amount, crests });
    }
    if mean <= -FINE_DB {
        let text = format!(
            "Left alone: peaks stand out less than in the reference ({crests}), and nothing here brings back \
             what was taken in the mix."
        );
        return Err(Decision::refused(Area::Dynamics, text));
    }
    fine(format!("Left alone: peaks stand out about as in the reference ({crests})."))
}

/// The compressor that lowers typical peaks by `reduction`, and never more; none of a silent song.
pub(super) fn compressor(profile: &Profile, reduction: f64) -> Option<Compression> {
    let peak_dbfs = profile.typical_peak_dbfs(None)?;
    let threshold_db = threshold(peak_dbfs, reduction / (1.0 - 1.0 / WHOLE_RATIO));
    Some(Compression::Whole { threshold_db, ratio: WHOLE_RATIO, range_db: round(reduction) })
}

impl Proposal {
    /// Finds the compressor that is [wanted](Self::wanted) by trying: `play` tells what is heard of the song's loudest
    /// parts behind the equalizer and the compressor it is given, if any.
    pub fn compress(&mut self, play: &mut dyn FnMut(Option<&Compression>) -> Heard) {
        let Some(wanted) = self.wanted.take() else { return };
        let before = play(None);
        let tried = TRIED_DB.map(|depth_db| {
            let depths = wanted.crest_db.map(|crest| crest.map(|_| depth_db));
            play(Some(&bands(&before, &depths)))
        });
        let mut depths: [Option<f64>; CREST_BANDS] =
            std::array::from_fn(|band| wanted.depth_db(band, &before, &tried));
        let mut compression = bands(&before, &depths);
        let mut after = play(Some(&compression));
        // Bands were tried with one depth for all; one that brings nothing beside the others' final ones goes.
        let idle =
            |band: usize| depths[band].is_some() && fall_db(band, &before, &after) < LEAST_FALL_DB;
        let idle: [bool; CREST_BANDS] = std::array::from_fn(idle);
        if idle.contains(&true) {
            depths
                .iter_mut()
                .zip(idle)
                .filter(|(_, idle)| *idle)
                .for_each(|(depth, _)| *depth = None);
            compression = bands(&before, &depths);
            after = play(Some(&compression));
        }
        let place = self.decisions.iter().take_while(|d| d.area == Area::Tone).count();
        let told = wanted.told(&compression, &before, &after);
        let _none_removed = self.decisions.splice(place..place, told);
        self.compression = depths.iter().any(Option::is_some).then_some(compression);
    }
}

impl Wanted {
    /// By how much the crest of a band is to fall from what it was `before`, in dB; none if by nothing.
    fn fall_db(&self, band: usize, before: &Heard) -> Option<f64> {
        let fall = self.amount * (before.crest_db[band]? - self.crest_db[band]?);
        (fall > 0.0).then_some(fall)
    }

    /// How far below the typical peak the threshold of a band is to lie, in dB: where the crest falls as it is to, between
    /// what was tried, else where it falls most; none where it hardly does.
    fn depth_db(&self, band: usize, before: &Heard, tried: &[Heard]) -> Option<f64> {
        let wanted = self.fall_db(band, before)?;
        let own = before.crest_db[band]?;
        let fall = |heard: &Heard| heard.crest_db[band].map_or(0.0, |crest| own - crest);
        let falls = std::iter::once(0.0).chain(tried.iter().map(fall));
        let points: Vec<(f64, f64)> = std::iter::once(0.0).chain(TRIED_DB).zip(falls).collect();
        let reached = points.windows(2).find(|pair| pair[1].1 >= wanted);
        if let Some(&[(low, below), (high, above)]) = reached {
            return Some(low + (high - low) * (wanted - below) / (above - below));
        }
        let most = points.into_iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
        (most.1 >= LEAST_FALL_DB).then_some(most.0)
    }

    fn told(&self, compression: &Compression, before: &Heard, after: &Heard) -> Vec<Decision> {
        let mut decisions = Vec::new();
        let Compression::Bands { thresholds_db, ratio, range_db } = compression else {
            return decisions;
        };
        let range = Db(*range_db);
        for band in (0..CREST_BANDS).filter(|band| self.crest_db[*band].is_some()) {
            let Some(wanted) = self.fall_db(band, before) else {
                let text = format!(
                    "Left alone {}: behind the equalizer peaks stand out no more than in the reference ({}).",
                    name(band),
                    self.crests
                );
                decisions.push(Decision::fine(Area::Dynamics, text));
                continue;
            };
            let fallen = fall_db(band, before, after);
            if let Some(threshold_db) = thresholds_db[band] {
                let text = format!(
                    "Compressor {ratio:.0}:1 from {} dBFS {} alone, {range} dB at most, attack {} ms, release {} \
                     ms: there the crest falls by {} dB on the loudest parts; {} dB were wanted ({}).",
                    Db(threshold_db),
                    name(band),
                    ATTACKS_MS[band],
                    RELEASES_MS[band],
                    Db(fallen),
                    Db(wanted),
                    self.crests
                );
                decisions.push(Decision::done(Area::Dynamics, text));
            }
            if thresholds_db[band].is_none() {
                let text = format!(
                    "No compression {}: {} dB less of crest are wanted ({}), and no threshold brings it under {range} \
                     dB of reduction, which are the most.",
                    name(band),
                    Db(wanted),
                    self.crests
                );
                decisions.push(Decision::refused(Area::Dynamics, text));
            } else if wanted - fallen >= TOLD_DB {
                let text = format!(
                    "Not all {} dB of crest {}: under {range} dB of reduction, which are the most, it falls by {} dB.",
                    Db(wanted),
                    name(band),
                    Db(fallen)
                );
                decisions.push(Decision::refused(Area::Dynamics, text));
            }
        }
        decisions
    }
}

/// By how much the crest of a band has fallen, in dB.
fn fall_db(band: usize, before: &Heard, after: &Heard) -> f64 {
    let crest = |heard: &Heard| heard.crest_db[band].unwrap_or(0.0);
    crest(before) - crest(after)
}

/// Bands whose thresholds lie this far below their typical peaks, in dB.
fn bands(heard: &Heard, depths_db: &[Option<f64>; CREST_BANDS]) -> Compression {
    let threshold =
        |band: usize| depths_db[band].map(|depth| threshold(heard.peak_dbfs[band], depth));
    Compression::Bands {
        thresholds_db: std::array::from_fn(threshold),
        ratio: RATIO,
        range_db: MAX_REDUCTION_DB,
    }
}

/// The threshold this far below a peak.
fn threshold(peak_dbfs: f64, depth_db: f64) -> f64 {
    round((peak_dbfs - depth_db).clamp(-60.0, 0.0))
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
