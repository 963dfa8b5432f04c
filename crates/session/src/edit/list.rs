//! One way to change every list of the document.

use std::fmt::Debug;

use serde::{Deserialize, Serialize};

use crate::automation::{Lane, LaneTarget};
use crate::clip::Clip;
use crate::draft::Draft;
use crate::error::{Problem, id_text};
use crate::ids::{
    ClipId, DeviceId, MarkerId, MediaId, SectionId, SendId, SongId, StripId, VersionId,
};
use crate::master::Reference;
use crate::media_file::MediaFile;
use crate::mix::{Bus, Track};
use crate::project::Song;
use crate::strip::{AuxSend, Device};
use crate::timeline::{Marker, Section, TempoChange};
use crate::version::Version;

/// What a list of the document holds.
pub trait Item: Clone + Debug + PartialEq {
    /// What tells it from the others of its list.
    type Id: Copy + Debug + PartialEq + Serialize;

    /// What people call it.
    const KIND: &'static str;

    /// What tells it from the others of its list.
    fn id(&self) -> Self::Id;

    /// Its place along the song; `None` where people choose the order of the list.
    fn place(&self) -> Option<(u64, u32)> {
        None
    }
}

/// A change of a list: `{"add": {"item": {..}, "at": 0}}`, `{"remove": 3}`,
/// `{"move": {"id": 3, "to": 0}}`, `{"change": {..}}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "kebab-case",
    deny_unknown_fields,
    bound(
        serialize = "T: Serialize",
        deserialize = "T: Deserialize<'de>, T::Id: Deserialize<'de>"
    )
)]
pub enum ListEdit<T: Item> {
    /// Adds `item`: at the end, or before the one that is at place `at` now. What lies along the song
    /// finds its place by itself and takes no `at`.
    Add {
        /// What is added, with an id of its own.
        item: Box<T>,
        /// Its place, counted from 0.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<usize>,
    },
    /// Removes one.
    Remove(T::Id),
    /// Moves one so that it stands at place `to`, counted from 0.
    Move {
        /// Which one.
        id: T::Id,
        /// Its new place.
        to: usize,
    },
    /// Replaces the one of the same id.
    Change(Box<T>),
}

impl<T: Item> ListEdit<T> {
    /// Adds `item` at the end, or where it lies along the song.
    pub fn add(item: T) -> Self {
        Self::Add { item: Box::new(item), at: None }
    }

    /// Replaces the one of the same id by `item`.
    pub fn change(item: T) -> Self {
        Self::Change(Box::new(item))
    }

    /// Does it and returns the way back; on error, `list` is as it was.
    pub(super) fn swap(self, list: &mut Vec<T>) -> Result<Self, Problem> {
        match self {
            Self::Add { item, at } => {
                let id = item.id();
                if list.iter().any(|other| other.id() == id) {
                    return Err(Problem::Taken { what: T::KIND, id: id_text(&id) });
                }
                let at = place_of(&*item, at, list)?;
                list.insert(at, *item);
                Ok(Self::Remove(id))
            }
            Self::Remove(id) => {
                let at = find(list, id)?;
                let item = Box::new(list.remove(at));
                Ok(Self::Add { at: item.place().is_none().then_some(at), item })
            }
            Self::Move { id, to } => {
                let from = find(list, id)?;
                let free = list.get(to).ok_or(Problem::NoPlace { place: to, count: list.len() })?;
                if free.place().is_some() {
                    return Err(BY_POSITION);
                }
                let item = list.remove(from);
                list.insert(to, item);
                Ok(Self::Move { id, to: from })
            }
            Self::Change(item) => {
                let from = find(list, item.id())?;
                let old = list.remove(from);
                let to = if item.place().is_some() { sorted_place(&*item, list) } else { from };
                list.insert(to, *item);
                Ok(Self::Change(Box::new(old)))
            }
        }
    }
}

const BY_POSITION: Problem =
    Problem::Rule("its place follows from its position; change the position instead");

fn find<T: Item>(list: &[T], id: T::Id) -> Result<usize, Problem> {
    let found = list.iter().position(|item| item.id() == id);
    found.ok_or_else(|| Problem::Missing { what: T::KIND, id: id_text(&id) })
}

fn place_of<T: Item>(item: &T, at: Option<usize>, list: &[T]) -> Result<usize, Problem> {
    match (item.place(), at) {
        (Some(_), Some(_)) => Err(BY_POSITION),
        (Some(_), None) => Ok(sorted_place(item, list)),
        (None, Some(at)) if at > list.len() => {
            Err(Problem::NoPlace { place: at, count: list.len() })
        }
        (None, at) => Ok(at.unwrap_or(list.len())),
    }
}

fn sorted_place<T: Item>(item: &T, list: &[T]) -> usize {
    list.partition_point(|other| other.place() <= item.place())
}

impl Item for MediaFile {
    type Id = MediaId;
    const KIND: &'static str = "file";
    fn id(&self) -> MediaId {
        self.id
    }
}

impl Item for Song {
    type Id = SongId;
    const KIND: &'static str = "song";
    fn id(&self) -> SongId {
        self.id
    }
}

impl Item for Draft {
    type Id = u32;
    const KIND: &'static str = "draft";
    fn id(&self) -> u32 {
        self.number
    }
}

impl Item for Version {
    type Id = VersionId;
    const KIND: &'static str = "version";
    fn id(&self) -> VersionId {
        self.id
    }
}

impl Item for Track {
    type Id = StripId;
    const KIND: &'static str = "track";
    fn id(&self) -> StripId {
        self.strip.id
    }
}

impl Item for Bus {
    type Id = StripId;
    const KIND: &'static str = "bus";
    fn id(&self) -> StripId {
        self.strip.id
    }
}

impl Item for Device {
    type Id = DeviceId;
    const KIND: &'static str = "device";
    fn id(&self) -> DeviceId {
        self.id
    }
}

impl Item for AuxSend {
    type Id = SendId;
    const KIND: &'static str = "send";
    fn id(&self) -> SendId {
        self.id
    }
}

impl Item for Lane {
    type Id = LaneTarget;
    const KIND: &'static str = "lane";
    fn id(&self) -> LaneTarget {
        self.target
    }
}

impl Item for Reference {
    type Id = MediaId;
    const KIND: &'static str = "reference";
    fn id(&self) -> MediaId {
        self.media
    }
}

/// Clips lie in order of position, those at the same position in order of id.
impl Item for Clip {
    type Id = ClipId;
    const KIND: &'static str = "clip";
    fn id(&self) -> ClipId {
        self.id
    }
    fn place(&self) -> Option<(u64, u32)> {
        Some((self.position, self.id.0))
    }
}

impl Item for Marker {
    type Id = MarkerId;
    const KIND: &'static str = "marker";
    fn id(&self) -> MarkerId {
        self.id
    }
    fn place(&self) -> Option<(u64, u32)> {
        Some((self.frame, self.id.0))
    }
}

impl Item for Section {
    type Id = SectionId;
    const KIND: &'static str = "section";
    fn id(&self) -> SectionId {
        self.id
    }
    fn place(&self) -> Option<(u64, u32)> {
        Some((self.start, self.id.0))
    }
}

/// A change of tempo is known by its frame.
impl Item for TempoChange {
    type Id = u64;
    const KIND: &'static str = "tempo at frame";
    fn id(&self) -> u64 {
        self.frame
    }
    fn place(&self) -> Option<(u64, u32)> {
        Some((self.frame, 0))
    }
}
