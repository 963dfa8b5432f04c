//! Clips: pieces of audio files on a track.

use serde::{Deserialize, Serialize};
use twobus_dsp::Db;
use twobus_dsp::param::{ParamSpec, Unit};

use crate::ids::{ClipId, MediaId};
use crate::strip::control;

/// Gain of a clip.
pub const GAIN: ParamSpec = control("gain", "gain", Unit::Db, -24.0, 24.0, 0.0);

/// A piece of an audio file on a track. All lengths are in frames at the song's rate, after
/// conversion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clip {
    /// Identity within the song.
    pub id: ClipId,
    /// The file it plays.
    pub media: MediaId,
    /// Which of the file's channels it plays.
    #[serde(default)]
    pub channels: ChannelMap,
    /// Where it begins on the timeline.
    pub position: u64,
    /// Where in the file it begins.
    pub offset: u64,
    /// How long it plays.
    pub length: u64,
    /// Gain: [`GAIN`].
    pub gain: Db,
    /// Fade at its start.
    #[serde(default)]
    pub fade_in: Fade,
    /// Fade at its end. The two together are no longer than the clip.
    #[serde(default)]
    pub fade_out: Fade,
}

impl Clip {
    /// First frame after the clip on the timeline.
    pub fn end(&self) -> u64 {
        self.position.saturating_add(self.length)
    }
}

/// Which channels of a file a clip plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChannelMap {
    /// The file as it is: one channel, or the first two as left and right.
    #[default]
    AsIs,
    /// One channel of the file, counted from 0, as a mono signal.
    Only(u16),
}

/// A fade of `frames` frames; 0 is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fade {
    /// Length in frames.
    pub frames: u64,
    /// Shape of the gain.
    pub shape: FadeShape,
}

/// Shape of a fade's gain over its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FadeShape {
    /// Straight: two of them cross-fade with constant sum.
    #[default]
    Linear,
    /// A quarter sine: two of them cross-fade with constant power.
    EqualPower,
    /// Half a cosine: starts and ends flat.
    Smooth,
}
