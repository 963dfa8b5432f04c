//! How much of the document an edit can make invalid, so that only that is checked again.

use super::{Edit, ListEdit, SongEdit, TrackEdit};
use crate::check;
use crate::error::{EditError, Problem};
use crate::ids::{MediaId, SongId, StripId};
use crate::project::Project;

/// The part of the document that an edit touches.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reach {
    /// What is said about the record.
    Record,
    /// The list of files alone: one was added.
    Files,
    /// Anything.
    Everything,
    /// A song without its prints.
    Song(SongId),
    /// A song and its newest print.
    NewestPrint(SongId),
    /// A strip and, if it is one of a track, its clips.
    Strip(SongId, StripId),
}

impl Reach {
    pub(super) fn of(edit: &Edit) -> Self {
        match edit {
            Edit::Project(_) => Self::Record,
            Edit::Media(ListEdit::Add { .. } | ListEdit::Remove(_) | ListEdit::Move { .. }) => {
                Self::Files
            }
            Edit::Batch { .. }
            | Edit::Media(ListEdit::Change(_))
            | Edit::Songs(_)
            | Edit::Song { change: SongEdit::Drafts(_), .. } => Self::Everything,
            Edit::Song { song, change: SongEdit::AddPrint(_) } => Self::NewestPrint(*song),
            Edit::Song { song, .. }
            | Edit::Timeline { song, .. }
            | Edit::Device { song, .. }
            | Edit::Master { song, .. }
            | Edit::Track { song, change: TrackEdit::Clips(_), .. } => Self::Song(*song),
            Edit::Strip { song, change, .. } if change.is_structural() => Self::Song(*song),
            Edit::Strip { song, strip, .. } | Edit::Track { song, strip, .. } => {
                Self::Strip(*song, *strip)
            }
        }
    }

    /// Checks everything the edit could have made invalid.
    pub(super) fn check_after(self, project: &Project) -> Result<(), EditError> {
        let find = |id| project.songs.iter().position(|song| song.id == id);
        match self {
            Self::Record => check::record(project),
            Self::Files => check::files(project),
            Self::Everything => project.validate(),
            Self::Song(id) => find(id).map_or(Ok(()), |at| check::song(project, at)),
            Self::NewestPrint(id) => find(id).map_or(Ok(()), |at| {
                check::song(project, at)?;
                check::prints(project, at, project.songs[at].prints.len().saturating_sub(1))
            }),
            Self::Strip(id, strip) => {
                find(id).map_or(Ok(()), |at| check::strip(project, at, strip))
            }
        }
    }

    /// Adds to `error` the names of the song and strip it concerns.
    pub(super) fn locate(self, project: &Project, error: EditError) -> EditError {
        let (song, strip) = match self {
            Self::Record | Self::Files | Self::Everything => return error,
            Self::Song(song) | Self::NewestPrint(song) => (song, None),
            Self::Strip(song, strip) => (song, Some(strip)),
        };
        let Some(song) = project.song(song) else { return error };
        let strip = strip.and_then(|id| song.mix.as_ref()?.strip(id));
        let error = match strip {
            Some(strip) => error.within("", &check::quoted(&strip.name)),
            None => error,
        };
        error.within("", &check::quoted(&song.title))
    }
}

/// Refuses while anything refers to the file `id`, naming the first that does.
pub(super) fn check_unused(project: &Project, id: MediaId) -> Result<(), EditError> {
    for song in &project.songs {
        if let Some(by) = check::user_of(song, id) {
            let by = format!("{by} in {}", check::quoted(&song.title));
            return Err(Problem::InUse { by }.into());
        }
    }
    Ok(())
}
