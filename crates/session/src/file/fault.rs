//! Why a document could not be read or written.

use std::io;
use std::path::PathBuf;

use super::{MAX_BYTES, SCHEMA};
use crate::error::EditError;

/// A document could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{}: {fault}{}", path.display(), if *backup { BACKUP_LOADS } else { "" })]
pub struct FileError {
    /// The file.
    pub path: PathBuf,
    /// What went wrong.
    #[source]
    pub fault: FileFault,
    /// True when the version before it can be opened with [`load_backup`](super::load_backup).
    pub backup: bool,
}

const BACKUP_LOADS: &str = "; the version before it lies beside it as project.json.bak and is whole: copy it over the damaged file";

/// What went wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    /// The system could not read it.
    #[error("cannot be read: {0}; check that it is there and that you may read it")]
    Read(#[source] io::Error),
    /// It is a folder, a pipe or a device.
    #[error("is not a regular file; choose a project.json")]
    NotAFile,
    /// It is larger than any project.
    #[error("has {0} bytes, more than the {MAX_BYTES} a project may have")]
    TooLarge(u64),
    /// There is not enough memory to read or write it.
    #[error("needs about {} MiB of memory, which the system does not give; close something", .bytes >> 20)]
    Memory {
        /// How much was asked for.
        bytes: u64,
    },
    /// It is not the JSON of a project.
    #[error("is damaged or was edited wrongly: {message}")]
    Json {
        /// Line of the fault, from 1.
        line: usize,
        /// Column of the fault, from 1; 0 at the very start of a line.
        column: usize,
        /// What is wrong, with line and column.
        message: String,
    },
    /// It was written by a newer version of the program and needs that.
    #[error(
        "is a document of version {found}, this program knows version {SCHEMA} and cannot do without what is new in it ({why}); update Twobus"
    )]
    Newer {
        /// The version of the document.
        found: u32,
        /// What is not understood.
        why: String,
    },
    /// It is JSON, but breaks a rule of the document.
    #[error("is not valid at {}: {error}", .error.path())]
    Invalid {
        /// The rule, with its place.
        #[source]
        error: Box<EditError>,
    },
    /// The document to be written breaks a rule; nothing was written.
    #[error("was not saved, since the project is not valid at {}: {error}", .error.path())]
    Unsavable {
        /// The rule, with its place.
        #[source]
        error: Box<EditError>,
    },
    /// The document may be looked at, but not be written where it is.
    #[error("was not saved: {why}; save it under another name")]
    ReadOnly {
        /// Why.
        why: String,
    },
    /// Something else is there already.
    #[error("was not saved: there is a file of that name already; choose another name")]
    Exists,
    /// Someone else has written the file since it was read.
    #[error(
        "was changed by another program since it was read and is left as that wrote it; your version was saved beside it as {}",
        saved_as.display()
    )]
    Conflict {
        /// Where the document was written instead.
        saved_as: PathBuf,
    },
    /// The system could not write it.
    #[error("was not saved, {step} failed: {source}{room}; the saved version is unchanged")]
    Write {
        /// What failed.
        step: &'static str,
        /// Where room ran out, if that was why: the volume, and how much is needed there.
        room: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The document was written, but the system did not confirm that it will survive a power cut.
    #[error("was written, but may not survive a power cut: {0}; save again")]
    Unconfirmed(#[source] io::Error),
}

impl From<serde_json::Error> for FileFault {
    fn from(error: serde_json::Error) -> Self {
        Self::Json { line: error.line(), column: error.column(), message: error.to_string() }
    }
}
