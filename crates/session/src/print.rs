//! Prints: bounces of a mix, kept with the whole mix they came from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use twobus_dsp::pan::PanLaw;

use crate::ids::MediaId;
use crate::mix::Mix;
use crate::project::Project;
use crate::readiness::Readiness;
use crate::version::Version;

/// A bounce of a mix. Prints are never overwritten.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Print {
    /// Number within the song, from 1.
    pub number: u32,
    /// What it is.
    pub kind: PrintKind,
    /// A note for people.
    pub note: String,
    /// Path of the file, relative to the project's folder.
    pub file: String,
    /// XXH3 (64-bit) of the file's bytes, as 16 hexadecimal digits.
    pub file_hash: String,
    /// Sample rate in Hz: the song's.
    pub rate_hz: u32,
    /// Length in frames, tail included.
    pub frames: u64,
    /// Range of the song it covers, in frames; `None` for all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<(u64, u64)>,
    /// What was measured of the file.
    pub measurements: Measurements,
    /// Hash of the mix's audible state, as 16 hexadecimal digits.
    pub audible_hash: String,
    /// The whole mix it came from.
    pub mix: Box<Mix>,
    /// The version of that mix it is; `None` for the mix as it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// Whether it is ready for mastering; `None` where that was not looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub readiness: Option<Readiness>,
    /// What it depends on besides the mix; `None` in prints of earlier programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conditions: Option<Conditions>,
}

impl Print {
    /// The mix that was heard: the whole mix, or the version of it.
    pub fn heard(&self) -> Mix {
        self.as_heard(&self.mix)
    }

    /// What this print would be of `mix`: the whole of it, or the same version of it.
    pub fn as_heard(&self, mix: &Mix) -> Mix {
        self.version.as_ref().map_or_else(|| mix.clone(), |version| version.of(mix))
    }

    /// True for a print of the whole song and the whole mix: what a master is made of.
    pub fn is_main(&self) -> bool {
        self.kind == PrintKind::Main && self.range.is_none()
    }
}

/// What a bounce depends on besides its mix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conditions {
    /// Pan law of mono tracks.
    pub pan_law: PanLaw,
    /// Version of the sound: [`RENDER_VERSION`](crate::audible::RENDER_VERSION).
    pub render_version: u32,
    /// Hashes of the files that were played, by their ids; those that were missing are not in it.
    pub files: BTreeMap<MediaId, String>,
}

impl Conditions {
    /// What a bounce of `mix` in `project` depends on now.
    pub fn of(project: &Project, mix: &Mix) -> Self {
        let clips = mix.tracks.iter().flat_map(|track| &track.clips);
        let found = clips.filter_map(|clip| project.media(clip.media));
        Self {
            pan_law: project.pan_law,
            render_version: crate::audible::RENDER_VERSION,
            files: found.map(|file| (file.id, file.hash.clone())).collect(),
        }
    }
}

/// Which version of the song a print is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PrintKind {
    /// The mix itself.
    #[default]
    Main,
    /// Without vocals.
    Instrumental,
    /// Without lead vocal, for performing over.
    Tv,
    /// Vocals alone.
    ACappella,
    /// With the vocal a little louder.
    VocalUp,
    /// With the vocal a little quieter.
    VocalDown,
    /// Without explicit words.
    Clean,
    /// Anything else; the note says what.
    Other,
}

impl PrintKind {
    /// Every kind, in the order menus show them.
    pub const ALL: [Self; 8] = [
        Self::Main,
        Self::Instrumental,
        Self::Tv,
        Self::ACappella,
        Self::VocalUp,
        Self::VocalDown,
        Self::Clean,
        Self::Other,
    ];

    /// Name shown to people, and taken by the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Instrumental => "instrumental",
            Self::Tv => "TV",
            Self::ACappella => "a cappella",
            Self::VocalUp => "vocal up",
            Self::VocalDown => "vocal down",
            Self::Clean => "clean",
            Self::Other => "other",
        }
    }
}

/// What was measured of a file; `None` where silence leaves nothing to measure.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measurements {
    /// Integrated loudness, in LUFS.
    pub integrated_lufs: Option<f64>,
    /// Largest short-term loudness, in LUFS.
    pub short_term_max_lufs: Option<f64>,
    /// Largest momentary loudness, in LUFS.
    pub momentary_max_lufs: Option<f64>,
    /// Loudness range, in LU.
    pub range_lu: Option<f64>,
    /// True peak, in dBTP.
    pub true_peak_dbtp: Option<f64>,
    /// Sample peak, in dBFS.
    pub peak_dbfs: Option<f64>,
}
