//! Reference match and assistant: files in, a chain with its reasons out.
//!
//! ```text
//! song, references ── profile (a core each) ──► analysis::matching ──► proposal
//!                                              ▲ tries compressors       │ devices
//!                         loudest parts ───────┘ (rehearsal)             │
//!                                   song ── through them, measured ◄─────┘
//!                                                    │
//!                            gain that keeps it as loud, what the limiter would have to do
//! ```
//!
//! Nothing is changed here: the result is a chain and a target, and [`Matched::edit`] makes one step of them.

mod devices;
mod edit;
mod limiter;
mod measure;
mod rehearsal;

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use twobus_analysis::matching::{
    Amounts, Area, Decision, Profile, Proposal, Traits, assist, propose,
};
use twobus_dsp::Db;
use twobus_dsp::units::signed;
use twobus_session::{Device, Target};

use crate::error::{Error, Result};
use crate::progress::Progress;
pub use edit::note_reference;
use measure::{Chained, profile, through};

/// Most gain reduction of the limiter that a match asks for, in dB, unless more is allowed.
pub const MAX_REDUCTION_DB: f64 = 3.0;
/// Gain below which none is told, in dB.
const LEAST_TOLD_DB: f64 = 0.05;
/// Most references.
pub const MOST_REFERENCES: usize = 16;

/// A song to compare with.
#[derive(Debug, Clone, PartialEq)]
pub struct ReferenceFile {
    /// Its file.
    pub path: PathBuf,
    /// Its share among several, above 0.
    pub weight: f64,
}

/// What to do.
#[derive(Debug, Clone)]
pub struct MatchOptions {
    /// How much of each difference is made up for.
    pub amounts: Amounts,
    /// Loudness to reach whatever the references have, in LUFS.
    pub loudness_lufs: Option<f64>,
    /// Highest true peak, in dBTP.
    pub ceiling_dbtp: f64,
    /// Most gain reduction of the limiter, in dB.
    pub max_reduction_db: f64,
    /// Gain before the chain.
    pub trim: Db,
    /// Whether what is no matter of a reference is looked at too: rumble, lows out of phase, peaks in
    /// the way of the loudness.
    pub assist: bool,
}

impl Default for MatchOptions {
    fn default() -> Self {
        Self {
            amounts: Amounts::FULL,
            loudness_lufs: None,
            ceiling_dbtp: Target::default().ceiling_dbtp,
            max_reduction_db: MAX_REDUCTION_DB,
            trim: Db::UNITY,
            assist: false,
        }
    }
}

/// One reference as it was found.
#[derive(Debug, Clone)]
pub struct Compared {
    /// Its file and weight.
    pub file: ReferenceFile,
    /// What it measures.
    pub traits: Traits,
    /// Its length, in frames at its own rate.
    pub frames: u64,
    /// Gain at which it is as loud as the song, in dB: for listening from one to the other.
    pub audition_db: f64,
}

/// A song, what it was compared with, and what is proposed.
#[derive(Debug, Clone)]
pub struct Matched {
    /// What the song measures.
    pub song: Traits,
    /// The references.
    pub references: Vec<Compared>,
    /// Their weighted mean; none without a reference.
    pub reference: Option<Traits>,
    /// What the chain is made of.
    pub proposal: Proposal,
    /// The devices before the limiter, in order, with ids from 1 on. Through them, the song is as loud as
    /// it was: to 0.1 LU.
    pub chain: Vec<Device>,
    /// Integrated loudness behind the chain, in LUFS.
    pub chain_lufs: f64,
    /// True peak behind the chain, in dBTP.
    pub chain_peak_dbtp: f64,
    /// What a master would be held to; none where the loudness is left alone.
    pub target: Option<Target>,
    /// What was decided and why, in the order of the signal.
    pub decisions: Vec<Decision>,
}

impl Matched {
    /// True when nothing is to be done.
    pub fn is_nothing(&self) -> bool {
        self.chain.is_empty() && self.target.is_none()
    }
}

/// Compares the file `song` with `references` and proposes what brings it there.
///
/// # Errors
/// When there is neither a reference nor anything else to go by, a file cannot be read, is silent or has
/// more than two channels, or the job is cancelled.
pub fn match_reference(
    song: &Path,
    references: &[ReferenceFile],
    options: &MatchOptions,
    progress: &Progress,
) -> Result<Matched> {
    check(references, options)?;
    let mut profiles = profiles(song, references, options, progress)?;
    let compared: Vec<(Traits, u64)> =
        profiles.drain(1..).map(|profile| (Traits::of(&profile), profile.report.frames)).collect();
    let profile = profiles.pop().ok_or_else(|| Error::Missing("there is no song".to_owned()))?;
    let weights = references.iter().map(|file| file.weight);
    let weighted: Vec<(Traits, f64)> =
        compared.iter().map(|(traits, _)| traits.clone()).zip(weights).collect();
    let reference = Traits::mean(&weighted);
    let own = Traits::of(&profile);
    let mut proposal = proposed(&profile, reference.as_ref(), options);
    rehearsal::compress(&mut proposal, song, &profile, options.trim, progress)?;
    let mut chain = devices::chain(&proposal);
    let chained = measured(song, &mut chain, &profile, options, progress)?;
    let mut decisions = proposal.decisions.clone();
    decisions.extend(gain_decision(&proposal, &chained));
    let target = limiter::target(&own, &chained, &proposal, options, &mut decisions);
    let audition = |traits: &Traits| own.integrated_lufs - traits.integrated_lufs;
    let references = references.iter().cloned().zip(compared).map(|(file, (traits, frames))| {
        Compared { file, audition_db: audition(&traits), traits, frames }
    });
    Ok(Matched {
        references: references.collect(),
        reference,
        chain,
        chain_lufs: chained.integrated_lufs,
        chain_peak_dbtp: chained.true_peak_dbtp,
        target,
        decisions,
        proposal,
        song: own,
    })
}

fn check(references: &[ReferenceFile], options: &MatchOptions) -> Result<()> {
    if references.is_empty() && !options.assist {
        return Err(Error::Missing("name at least one reference with --reference".to_owned()));
    }
    if references.len() > MOST_REFERENCES {
        let text = format!("{} references are more than {MOST_REFERENCES}", references.len());
        return Err(Error::Missing(text));
    }
    if let Some(bad) =
        references.iter().find(|file| !(file.weight > 0.0 && file.weight.is_finite()))
    {
        let text = format!("{}: its weight must be above 0", bad.path.display());
        return Err(Error::Missing(text));
    }
    Ok(())
}

/// Measures the song, which comes first, and the references, each on a core of its own.
fn profiles(
    song: &Path,
    references: &[ReferenceFile],
    options: &MatchOptions,
    progress: &Progress,
) -> Result<Vec<Profile>> {
    let paths: Vec<(&Path, Db)> = std::iter::once((song, options.trim))
        .chain(references.iter().map(|file| (file.path.as_path(), Db::UNITY)))
        .collect();
    let bytes = paths.iter().map(|(path, _)| std::fs::metadata(path).map_or(0, |file| file.len()));
    progress.begin("Measuring", bytes.sum());
    paths.par_iter().map(|(path, trim)| profile(path, *trim, progress)).collect()
}

fn proposed(profile: &Profile, reference: Option<&Traits>, options: &MatchOptions) -> Proposal {
    let mut proposal = match reference {
        Some(reference) => propose(profile, reference, &options.amounts),
        None => Proposal::nothing("no reference was given"),
    };
    if let Some(lufs) = options.loudness_lufs {
        let own = profile.report.integrated_lufs.unwrap_or(lufs);
        let text =
            format!("Aims for {} LUFS, as was asked for; the song measures {}.", Db(lufs), Db(own));
        proposal.loudness_lufs = Some(lufs);
        proposal.decisions.retain(|decision| decision.area != Area::Loudness);
        proposal.decisions.push(Decision::done(Area::Loudness, text));
    }
    if options.assist {
        assist(&mut proposal, profile, options.ceiling_dbtp, options.max_reduction_db);
    }
    proposal
}

/// What is measured behind the chain, whose gain is set so that the song is as loud as before it.
fn measured(
    song: &Path,
    chain: &mut Vec<Device>,
    profile: &Profile,
    options: &MatchOptions,
    progress: &Progress,
) -> Result<Chained> {
    if chain.is_empty() {
        return Ok(Chained::untouched(&profile.report));
    }
    let mut chained = through(song, chain, (options.trim, profile.report.frames), progress)?;
    let before = profile.report.integrated_lufs.unwrap_or(chained.integrated_lufs);
    let lost_db = before - chained.integrated_lufs;
    devices::add_gain(chain, lost_db);
    chained.integrated_lufs += lost_db;
    chained.true_peak_dbtp += lost_db;
    chained.made_up_db = lost_db;
    Ok(chained)
}

/// The gain that keeps the song as loud as it was, and why.
fn gain_decision(proposal: &Proposal, chained: &Chained) -> Option<Decision> {
    let gain_db = proposal.curve.output_db + chained.made_up_db;
    let (sign, way) = if gain_db > 0.0 { ("+", "quieter") } else { ("", "louder") };
    let text = format!(
        "Output {sign}{gain} dB: without it the chain makes the song {size} LU {way}; with it the song stays at {lufs} \
         LUFS.",
        gain = signed(gain_db, 1),
        size = Db(gain_db.abs()),
        lufs = Db(chained.integrated_lufs)
    );
    (gain_db.abs() >= LEAST_TOLD_DB).then(|| Decision::done(Area::Loudness, text))
}

#[cfg(test)]
mod tests;
