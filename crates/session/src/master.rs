//! Mastering of one song: what goes in, the chain, and what is aimed for.

use serde::{Deserialize, Serialize};
use twobus_dsp::Db;

use crate::ids::MediaId;
use crate::strip::Device;

/// The master of a song.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Master {
    /// What is mastered.
    pub input: MasterInput,
    /// Gain before the chain, ±24 dB.
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
    /// Two to eight stems, summed.
    Stems(Vec<MediaId>),
}

/// What a delivered file is held to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// Highest true peak, in dBTP.
    pub ceiling_dbtp: f64,
    /// Integrated loudness to reach, in LUFS, if any.
    pub loudness_lufs: Option<f64>,
    /// Most gain reduction the limiter may apply to reach it, in dB.
    pub max_reduction_db: f64,
}

impl Default for Target {
    fn default() -> Self {
        Self { ceiling_dbtp: -1.0, loudness_lufs: None, max_reduction_db: 6.0 }
    }
}

/// A song to compare with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    /// Its file.
    pub media: MediaId,
    /// Its share among several references, above 0.
    pub weight: f64,
}
