//! Mastering of one song: what goes in, the chain, and what is aimed for.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use twobus_dsp::Db;
use twobus_dsp::param::{ParamSpec, Unit};

use crate::clip::Clip;
use crate::ids::{MediaId, StripId};
use crate::mix::{Mix, Track};
use crate::strip::{Device, Strip, control};

/// True-peak ceiling of the delivered file, in dBTP.
pub const CEILING: ParamSpec = control("ceiling_dbtp", "ceiling", Unit::Db, -20.0, 0.0, -1.0);
/// Integrated loudness to reach, in LUFS.
pub const LOUDNESS: ParamSpec =
    control("loudness_lufs", "loudness", Unit::Number, -40.0, 0.0, -14.0);
/// Most gain reduction the limiter may apply for it.
pub const MAX_REDUCTION: ParamSpec =
    control("max_reduction_db", "most reduction", Unit::Db, 0.0, 30.0, 6.0);
/// Share of a reference among several.
pub const WEIGHT: ParamSpec = control("weight", "weight", Unit::Number, 0.001, 100.0, 1.0);

/// The master of a song.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Master {
    /// What is mastered.
    pub input: MasterInput,
    /// Gain before the chain: [`TRIM`](crate::strip::TRIM).
    pub trim: Db,
    /// The chain that is heard and delivered, in the order the signal passes it.
    pub chain: Vec<Device>,
    /// The other chain of an A/B comparison, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alternative: Option<Vec<Device>>,
    /// What the delivered file is held to.
    pub target: Target,
    /// Songs to compare with.
    #[serde(default)]
    pub references: Vec<Reference>,
    /// Files that were delivered, the newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deliveries: Vec<Delivery>,
}

impl Master {
    /// The chain of this letter of an A/B comparison; `None` where there is no B.
    pub fn chain_of(&self, version: ChainVersion) -> Option<&[Device]> {
        match version {
            ChainVersion::A => Some(&self.chain),
            ChainVersion::B => self.alternative.as_deref(),
        }
    }

    /// The deliveries once `new` is one of them: it takes the place of one with the same file.
    pub fn delivered(&self, new: Delivery) -> Vec<Delivery> {
        let mut all = self.deliveries.clone();
        all.retain(|other| other.file != new.file);
        all.push(new);
        all
    }
}

/// The two chains of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChainVersion {
    /// The chain that is heard and delivered.
    #[default]
    A,
    /// The alternative.
    B,
}

/// The mix that plays a master: `clips` of what goes in on one track, after `trim`, and `chain` on the
/// mix bus. Playback, the job and the command line all render this.
pub fn as_mix(trim: Db, chain: &[Device], clips: Vec<Clip>) -> Mix {
    let mut mix = Mix::default();
    let strip = Strip { trim, ..Strip::new(StripId(1), "Print") };
    mix.tracks.push(Track { strip, mono: false, clips });
    mix.bus.inserts = chain.to_vec();
    mix
}

/// A file that was delivered, and what it was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// Path with `/` between its parts: relative to the project's folder where it lies inside it or
    /// beside it, absolute otherwise.
    pub file: String,
    /// XXH3 (64-bit) of its bytes, as 16 hexadecimal digits.
    pub file_hash: String,
    /// Number of the print it was made from; `None` for a file from elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub print: Option<u32>,
    /// XXH3 (64-bit) of the bytes of what it was made from, as 16 hexadecimal digits.
    pub input_hash: String,
}

/// What is mastered.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MasterInput {
    /// The newest main print.
    #[default]
    NewestPrint,
    /// The print with this number.
    Print(u32),
    /// A stereo file from elsewhere.
    File(MediaId),
    /// Several stems, summed: [`MasterInput::STEMS`].
    Stems(Vec<MediaId>),
}

impl MasterInput {
    /// How many stems make an input.
    pub const STEMS: RangeInclusive<usize> = 2..=8;
}

/// What a delivered file is held to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Highest true peak, in dBTP: [`CEILING`].
    pub ceiling_dbtp: f64,
    /// Integrated loudness to reach, in LUFS, if any: [`LOUDNESS`].
    pub loudness_lufs: Option<f64>,
    /// Most gain reduction the limiter may apply to reach it, in dB: [`MAX_REDUCTION`].
    pub max_reduction_db: f64,
}

impl Default for Target {
    fn default() -> Self {
        Self {
            ceiling_dbtp: CEILING.default,
            loudness_lufs: None,
            max_reduction_db: MAX_REDUCTION.default,
        }
    }
}

/// A song to compare with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// Its file.
    pub media: MediaId,
    /// Its share among several references: [`WEIGHT`].
    pub weight: f64,
}
