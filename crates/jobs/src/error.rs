//! What can go wrong in a job.

use std::io;
use std::path::PathBuf;

/// The result of a job.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a job did not finish; the message says what was wrong, where, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Someone stopped it.
    #[error("stopped before it was done; nothing was changed")]
    Cancelled,
    /// An audio file.
    #[error(transparent)]
    Media(#[from] twobus_media::Error),
    /// The project file.
    #[error(transparent)]
    File(#[from] twobus_session::FileError),
    /// A change of the document was refused.
    #[error(transparent)]
    Edit(#[from] twobus_session::EditError),
    /// The mix cannot run.
    #[error(transparent)]
    Compile(#[from] twobus_render::CompileError),
    /// A folder or file of the project.
    #[error("{}: {action} failed: {source}", path.display())]
    Io {
        /// What was being done.
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The project lacks what the job needs.
    #[error("{0}")]
    Missing(String),
    /// The project file, of which there is unsaved work.
    #[error(
        "{source}; there {} unsaved work of it: list it with \"twobus-cli recover\" and this project",
        if *snapshots == 1 { "is a snapshot with" } else { "are snapshots with" }
    )]
    Recoverable {
        /// What is wrong with the file.
        source: twobus_session::FileError,
        /// How many snapshots there are.
        snapshots: usize,
    },
    /// A file that is whole, but of which the project knows nothing.
    #[error("{}: is whole, but could not be noted in the project: {source}", path.display())]
    Unnoted {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Box<Error>,
    },
    /// An archive.
    #[error("{}: {problem}", path.display())]
    Archive {
        /// The archive, or the folder to unpack it to.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// The project may only be looked at.
    #[error("{}: cannot be changed: {why}", path.display())]
    ReadOnly {
        /// The document.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A volume has not the room that the work needs.
    #[error(
        "{}: needs {needed_bytes} bytes on the volume {}, where {free_bytes} are free; free some space or \
         choose another disk",
        path.display(),
        volume.display()
    )]
    Room {
        /// What was to be written.
        path: PathBuf,
        /// Where the volume begins.
        volume: PathBuf,
        /// What is needed at least.
        needed_bytes: u64,
        /// What there is.
        free_bytes: u64,
    },
    /// A stem is not there, or not what it was.
    #[error("{}: {problem}", path.display())]
    Stem {
        /// Where it should be.
        path: PathBuf,
        /// What is wrong and what to do.
        problem: &'static str,
    },
    /// A file with more channels than a track has, and no choice what to do with them.
    #[error(
        "{} has {channels} channels, and a track has one or two. Import it again with its channels \
         split into mono tracks (--split), or export it in stereo.",
        path.display()
    )]
    Channels {
        /// The file.
        path: PathBuf,
        /// How many it has.
        channels: usize,
    },
    /// More files at a time than are taken.
    #[error("{files} files are more than one import takes ({most}). Import them in parts.")]
    TooManyFiles {
        /// How many were given.
        files: usize,
        /// How many are taken.
        most: usize,
    },
}

impl Error {
    /// The same again, for each of several things that one failure concerns.
    pub(crate) fn again(&self) -> Self {
        match self {
            Self::Cancelled => Self::Cancelled,
            other => Self::Missing(other.to_string()),
        }
    }

    pub(crate) fn io(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}
