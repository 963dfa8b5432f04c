//! What can go wrong in a chore.

use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

/// Why a chore stopped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A file or folder.
    #[error("{action} {}: {source}", path.display())]
    Io {
        /// What was being done, such as "reading".
        action: &'static str,
        /// To which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A program that did not start.
    #[error("cannot start {program}: {source}; is it installed and in the PATH?")]
    Start {
        /// Its name.
        program: String,
        /// What the system said.
        source: io::Error,
    },
    /// A program that ran and failed.
    #[error("{command} failed ({status}); what it said is above")]
    Failed {
        /// The whole command line.
        command: String,
        /// How it ended.
        status: ExitStatus,
    },
    /// Something that is not as it must be, with what to do about it.
    #[error("{0}")]
    Unfit(String),
}

impl Error {
    /// Makes the error of `action` on `path` from what the system said.
    pub(crate) fn io(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}

/// The result of a chore, or of a part of one.
pub(crate) type Result<T> = std::result::Result<T, Error>;
