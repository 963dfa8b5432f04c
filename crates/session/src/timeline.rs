//! Markers, sections, the loop, tempo and metre: typed by people, for display and delay times.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use twobus_dsp::param::{ParamSpec, Unit};

use crate::ids::{MarkerId, SectionId};
use crate::strip::control;

/// Tempo, in quarter notes a minute.
pub const BPM: ParamSpec = control("bpm", "tempo", Unit::Number, 10.0, 999.0, 120.0);

/// What lies along the song besides its audio. Positions are frames at the song's rate.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timeline {
    /// Markers, in order of position.
    pub markers: Vec<Marker>,
    /// Sections, in order of start; they do not overlap.
    pub sections: Vec<Section>,
    /// The loop, if one is set.
    pub loop_range: Option<LoopRange>,
    /// Tempo and metre, in order of position; the first one, if any, at frame 0.
    pub tempo: Vec<TempoChange>,
}

/// A named place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Marker {
    /// Identity within the song.
    pub id: MarkerId,
    /// Shown to people.
    pub name: String,
    /// Position.
    pub frame: u64,
}

/// A named stretch, such as a chorus.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Identity within the song.
    pub id: SectionId,
    /// Shown to people.
    pub name: String,
    /// First frame.
    pub start: u64,
    /// First frame after it.
    pub end: u64,
}

/// The loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoopRange {
    /// First frame.
    pub start: u64,
    /// First frame after it.
    pub end: u64,
    /// Whether playback loops.
    pub on: bool,
}

/// Tempo and metre from a frame on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TempoChange {
    /// Position.
    pub frame: u64,
    /// Quarter notes a minute: [`BPM`].
    pub bpm: f64,
    /// Beats in a bar: [`TempoChange::BEATS`].
    pub beats: u8,
    /// The note that counts as a beat: 1, 2, 4, 8, 16 or 32.
    pub unit: u8,
}

impl TempoChange {
    /// How many beats a bar may have.
    pub const BEATS: RangeInclusive<u8> = 1..=64;
    /// The shortest note that counts as a beat.
    pub const MAX_UNIT: u8 = 32;
}
