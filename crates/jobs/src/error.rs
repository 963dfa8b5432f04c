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
    pub(crate) fn io(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}
