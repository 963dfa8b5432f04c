//! Changes of what lies along a song.

use std::mem::replace;

use serde::{Deserialize, Serialize};

use super::list::ListEdit;
use crate::error::Problem;
use crate::timeline::{LoopRange, Marker, Section, TempoChange, Timeline};

/// A change of what lies along a song.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimelineEdit {
    /// Its markers.
    Markers(ListEdit<Marker>),
    /// Its sections.
    Sections(ListEdit<Section>),
    /// The loop.
    Loop(Option<LoopRange>),
    /// Tempo and metre; a change is known by its frame.
    Tempo(ListEdit<TempoChange>),
}

impl TimelineEdit {
    pub(super) fn swap(self, timeline: &mut Timeline) -> Result<Self, Problem> {
        Ok(match self {
            Self::Markers(change) => Self::Markers(change.swap(&mut timeline.markers)?),
            Self::Sections(change) => Self::Sections(change.swap(&mut timeline.sections)?),
            Self::Loop(new) => Self::Loop(replace(&mut timeline.loop_range, new)),
            Self::Tempo(change) => Self::Tempo(change.swap(&mut timeline.tempo)?),
        })
    }
}
