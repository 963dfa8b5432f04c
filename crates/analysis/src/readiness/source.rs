//! Clipping at the source: flat tops at full scale in a stem, before the mix does anything to it.

use super::Coding;
use super::tops::FlatTops;

/// Full scale as the highest code of 16 bits has it; a stem that clips reaches at least this.
const FULL_SCALE: f32 = 32_767.0 / 32_768.0;

/// Runs of equal samples at full scale.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClippedAt {
    /// How many runs.
    pub runs: u64,
    /// Samples in them.
    pub samples: u64,
    /// First frame and length of the first runs.
    pub places: Vec<(u64, u64)>,
    /// First frame and end of the stretches in which all of them lie.
    pub stretches: Vec<(u64, u64)>,
}

/// Looks for clipping in one channel of a stem.
#[derive(Debug)]
pub struct SourceClipping {
    tops: FlatTops,
}

impl SourceClipping {
    /// For a channel of a file that is stored so.
    pub fn new(coding: Coding) -> Self {
        Self { tops: FlatTops::new(coding.step()) }
    }

    /// Takes the next samples.
    pub fn push(&mut self, samples: &[f32]) {
        self.tops.push(samples);
    }

    /// What was found: nothing in a stem whose maximum is below full scale, where a synthesiser's
    /// square wave is flat by right, or above, where only a float file goes.
    pub fn found(&self) -> ClippedAt {
        if !(FULL_SCALE..=1.0).contains(&self.tops.highest()) {
            return ClippedAt::default();
        }
        let found = self.tops.found();
        ClippedAt {
            runs: found.count,
            samples: found.samples,
            places: found.runs,
            stretches: found.stretches,
        }
    }
}
