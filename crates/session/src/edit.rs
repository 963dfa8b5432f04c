//! Every change of the document, as data: applied, undone, named, and read from JSON.
//!
//! In JSON an edit is an object with one key, which names the part of the document; ids are those of
//! `project.json`:
//!
//! ```json
//! [
//!   {"strip": {"song": 1, "strip": 3, "change": {"fader": -1.5}}},
//!   {"strip": {"song": 1, "strip": 3, "change": {"output": {"strip": 7}}}},
//!   {"strip": {"song": 1, "strip": 3, "change": {"sends": {"remove": 2}}}},
//!   {"device": {"song": 1, "device": 5, "change": {"param": {"id": "gain", "value": 3}}}},
//!   {"timeline": {"song": 1, "change":
//!     {"markers": {"add": {"item": {"id": 1, "name": "Verse", "frame": 96000}}}}}},
//!   {"batch": {"name": "Quieter", "edits": []}}
//! ]
//! ```

mod consequences;
mod control;
mod list;
pub(crate) mod master;
mod project;
mod reach;
mod song;
mod strip;
mod timeline;

use serde::{Deserialize, Serialize};

pub use list::{Item, ListEdit};
pub use master::{DeviceEdit, MasterEdit};
pub use project::ProjectEdit;
pub use song::SongEdit;
pub use strip::{LaneEdit, SendEdit, StripEdit, TrackEdit};
pub use timeline::TimelineEdit;

use self::reach::Reach;
use crate::error::{EditError, Problem, id_text};
use crate::ids::{DeviceId, SongId, StripId};
use crate::media_file::MediaFile;
use crate::mix::{Mix, Track};
use crate::project::{Project, Song};
use crate::strip::Strip;

/// A change of the document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Edit {
    /// Several edits as one step: all of them or none. Each must leave a valid document.
    Batch {
        /// What people call the step.
        name: String,
        /// The edits, in order.
        edits: Vec<Edit>,
    },
    /// The record as a whole.
    Project(ProjectEdit),
    /// The files the project knows. One that is still used cannot be removed.
    Media(ListEdit<MediaFile>),
    /// The songs and their order.
    Songs(ListEdit<Song>),
    /// A song, its tracks, buses and prints.
    Song {
        /// Which song.
        song: SongId,
        /// What changes.
        change: SongEdit,
    },
    /// What lies along a song.
    Timeline {
        /// Which song.
        song: SongId,
        /// What changes.
        change: TimelineEdit,
    },
    /// A track: what it has besides its strip.
    Track {
        /// Which song.
        song: SongId,
        /// The track's strip.
        strip: StripId,
        /// What changes.
        change: TrackEdit,
    },
    /// The strip of a track, group, effect return or mix bus.
    Strip {
        /// Which song.
        song: SongId,
        /// Which strip.
        strip: StripId,
        /// What changes.
        change: StripEdit,
    },
    /// A device, wherever in the song it is.
    Device {
        /// Which song.
        song: SongId,
        /// Which device.
        device: DeviceId,
        /// What changes.
        change: DeviceEdit,
    },
    /// The master of a song.
    Master {
        /// Which song.
        song: SongId,
        /// What changes.
        change: MasterEdit,
    },
}

impl Project {
    /// Applies `edit` and returns the edit that undoes it exactly.
    ///
    /// What a removal leaves without a hold goes with it: inputs of a removed bus go on to the bus's own
    /// output, sends to it and lanes of removed sends and devices are removed too; the returned edit
    /// brings all of it back.
    ///
    /// # Errors
    /// When the document would not be valid afterwards; then nothing has changed.
    pub fn apply(&mut self, edit: Edit) -> Result<Edit, EditError> {
        match edit {
            Edit::Batch { name, edits } => self.apply_all(name, edits),
            single => {
                let mut edits = consequences::of(self, &single);
                if edits.is_empty() {
                    return self.apply_one(single);
                }
                let name = crate::describe(&single, self);
                edits.push(single);
                self.apply_all(name, edits)
            }
        }
    }

    fn apply_all(&mut self, name: String, edits: Vec<Edit>) -> Result<Edit, EditError> {
        let mut undo = Vec::with_capacity(edits.len());
        for edit in edits {
            match self.apply(edit) {
                Ok(inverse) => undo.push(inverse),
                Err(error) => {
                    undo.into_iter().rev().for_each(|inverse| self.take_back(inverse));
                    return Err(error);
                }
            }
        }
        undo.reverse();
        Ok(Edit::Batch { name, edits: undo })
    }

    fn apply_one(&mut self, edit: Edit) -> Result<Edit, EditError> {
        let reach = Reach::of(&edit);
        if let Edit::Media(ListEdit::Remove(id)) = &edit {
            reach::check_unused(self, *id)?;
        }
        let inverse = self.swap(edit).map_err(|error| reach.locate(self, error))?;
        match reach.check_after(self) {
            Ok(()) => Ok(inverse),
            Err(error) => {
                self.take_back(inverse);
                Err(error)
            }
        }
    }

    /// Undoes what was just done, without checking again what was valid before.
    fn take_back(&mut self, inverse: Edit) {
        if let Edit::Batch { edits, .. } = inverse {
            edits.into_iter().for_each(|edit| self.take_back(edit));
        } else {
            let _redo = self.swap(inverse).expect("an inverse fits the document it came from");
        }
    }

    /// Does a single edit, checking no more than that its target is there, and returns the way back.
    fn swap(&mut self, edit: Edit) -> Result<Edit, EditError> {
        Ok(match edit {
            Edit::Batch { name, edits } => return self.apply_all(name, edits),
            Edit::Project(change) => Edit::Project(change.swap(self)),
            Edit::Media(change) => Edit::Media(change.swap(&mut self.media)?),
            Edit::Songs(change) => Edit::Songs(change.swap(&mut self.songs)?),
            Edit::Song { song, change } => {
                Edit::Song { song, change: change.swap(self.song_mut(song)?)? }
            }
            Edit::Timeline { song, change } => {
                let timeline = &mut mix_mut(self.song_mut(song)?)?.timeline;
                Edit::Timeline { song, change: change.swap(timeline)? }
            }
            Edit::Track { song, strip, change } => {
                let track = track_mut(mix_mut(self.song_mut(song)?)?, strip)?;
                Edit::Track { song, strip, change: change.swap(track)? }
            }
            Edit::Strip { song, strip, change } => {
                let found = strip_mut(mix_mut(self.song_mut(song)?)?, strip)?;
                Edit::Strip { song, strip, change: change.swap(found)? }
            }
            Edit::Device { song, device, change } => {
                let found = master::device_mut(self.song_mut(song)?, device)?;
                Edit::Device { song, device, change: change.swap(found)? }
            }
            Edit::Master { song, change } => {
                Edit::Master { song, change: change.swap(self.song_mut(song)?)? }
            }
        })
    }

    fn song_mut(&mut self, id: SongId) -> Result<&mut Song, Problem> {
        let found = self.songs.iter_mut().find(|song| song.id == id);
        found.ok_or_else(|| Problem::Missing { what: "song", id: id_text(&id) })
    }
}

fn mix_mut(song: &mut Song) -> Result<&mut Mix, Problem> {
    song.mix.as_mut().ok_or(Problem::Rule("the song has no mix; it arrived as a finished print"))
}

fn track_mut(mix: &mut Mix, id: StripId) -> Result<&mut Track, Problem> {
    let found = mix.tracks.iter_mut().find(|track| track.strip.id == id);
    found.ok_or_else(|| Problem::Missing { what: "track", id: id_text(&id) })
}

fn strip_mut(mix: &mut Mix, id: StripId) -> Result<&mut Strip, Problem> {
    let tracks = mix.tracks.iter_mut().map(|track| &mut track.strip);
    let buses = mix.buses.iter_mut().map(|bus| &mut bus.strip);
    let found = tracks.chain(buses).chain([&mut mix.bus]).find(|strip| strip.id == id);
    found.ok_or_else(|| Problem::Missing { what: "strip", id: id_text(&id) })
}

#[cfg(test)]
mod tests;
