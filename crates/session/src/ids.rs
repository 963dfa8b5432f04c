//! Identities. Each is unique among its kind within a song (media, songs: within the project) and
//! never changes; a new one is one more than the largest in use.

use serde::{Deserialize, Serialize};

use crate::mix::Mix;
use crate::project::{Project, Song};

/// A song of the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SongId(pub u32);

/// A track, group, effect return or mix bus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StripId(pub u32);

impl StripId {
    /// The mix bus of every mix.
    pub const MIX_BUS: Self = Self(0);
}

/// An audio file known to the project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MediaId(pub u32);

/// A clip on a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClipId(pub u32);

/// A device in an insert slot or a master chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeviceId(pub u32);

/// A send of a strip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SendId(pub u32);

/// A marker on the timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MarkerId(pub u32);

/// A named section of the song.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SectionId(pub u32);

/// A version of a mix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VersionId(pub u32);

/// One more than the largest of `ids`, counted from 1.
fn next(ids: impl Iterator<Item = u32>) -> u32 {
    ids.max().unwrap_or(0).saturating_add(1)
}

impl Project {
    /// An id for a new song.
    pub fn fresh_song_id(&self) -> SongId {
        SongId(next(self.songs.iter().map(|song| song.id.0)))
    }

    /// An id for a new file.
    pub fn fresh_media_id(&self) -> MediaId {
        MediaId(next(self.media.iter().map(|file| file.id.0)))
    }
}

impl Song {
    /// An id for a new device, in the mix or the master.
    pub fn fresh_device_id(&self) -> DeviceId {
        DeviceId(next(self.devices().map(|device| device.id.0)))
    }

    /// A number for a new draft.
    pub fn fresh_draft_number(&self) -> u32 {
        next(self.drafts.iter().map(|draft| draft.number))
    }

    /// A number for a new print.
    pub fn fresh_print_number(&self) -> u32 {
        next(self.prints.iter().map(|print| print.number))
    }
}

impl Mix {
    /// An id for a new track, group or effect return.
    pub fn fresh_strip_id(&self) -> StripId {
        StripId(next(self.strips().map(|strip| strip.id.0)))
    }

    /// An id for a new clip.
    pub fn fresh_clip_id(&self) -> ClipId {
        ClipId(next(self.tracks.iter().flat_map(|track| &track.clips).map(|clip| clip.id.0)))
    }

    /// An id for a new send.
    pub fn fresh_send_id(&self) -> SendId {
        SendId(next(self.strips().flat_map(|strip| &strip.sends).map(|send| send.id.0)))
    }

    /// An id for a new marker.
    pub fn fresh_marker_id(&self) -> MarkerId {
        MarkerId(next(self.timeline.markers.iter().map(|marker| marker.id.0)))
    }

    /// An id for a new version.
    pub fn fresh_version_id(&self) -> VersionId {
        VersionId(next(self.versions.iter().map(|version| version.id.0)))
    }

    /// An id for a new section.
    pub fn fresh_section_id(&self) -> SectionId {
        SectionId(next(self.timeline.sections.iter().map(|section| section.id.0)))
    }
}
