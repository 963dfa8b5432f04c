//! `project.json`: read with limits, written so that a crash leaves the old or the new document whole.
//!
//! ```text
//! bytes ── limits ── version ─┬─ this one ────────────► Project
//!                             ├─ an older one ─ migrate ─► Project, written back as this version
//!                             └─ a newer one ── set aside what is not known ─► Project, read-only
//! Project ── Document::save ── unchanged since it was read? ── new file, fsync, backup, rename, fsync
//! ```

mod document;
mod fault;
mod fs;
mod room;
mod unknown;
mod versions;
mod write;

use std::path::{Path, PathBuf};

use twox_hash::XxHash3_64;

pub use document::{Document, Saved};
pub use fault::{FileError, FileFault};
pub use fs::{Disk, Fs};
pub(crate) use room::needed;
pub use room::{Room, room};
pub use unknown::Unknown;
pub use write::{backup_path, remove_leftovers, version_path};

use crate::error::EditError;
use crate::project::{Project, SCHEMA};

/// Name of the document in a project's folder.
pub const FILE_NAME: &str = "project.json";

/// Largest document that is read, in bytes.
pub const MAX_BYTES: u64 = 256 << 20;

/// A document that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The document; it is valid.
    pub project: Project,
    /// What the file was: the [`stamp`] of its bytes.
    pub stamp: String,
    /// Version of the document in the file.
    pub version: u32,
    /// What this program does not know of a newer document; empty for any other.
    pub unknown: Unknown,
}

/// The document as it stands in a file: pretty-printed, keys in a fixed order, schema first, floats
/// such that they read back exactly.
///
/// # Errors
/// When the document is not valid.
pub fn to_json(project: &Project) -> Result<String, EditError> {
    project.validate()?;
    let mut text = serde_json::to_string_pretty(project)
        .expect("a valid document has neither infinite numbers nor keys that are not text");
    text.push('\n');
    Ok(text)
}

/// The document that `text` holds, whatever version of this program or an older one has written it.
///
/// # Errors
/// With line and column when it is not the JSON of a project, with the place in the document when a
/// rule is broken, with the version when it is newer than this program.
pub fn from_json(text: &[u8]) -> Result<Project, FileFault> {
    let read = versions::read(text)?;
    match read.unknown.names().next() {
        Some(why) => Err(FileFault::Newer { found: read.version, why }),
        None => Ok(read.project),
    }
}

/// XXH3 (64-bit) of a document's bytes, as 16 hexadecimal digits: tells whether someone else has
/// written the file since.
pub fn stamp(bytes: &[u8]) -> String {
    format!("{:016x}", XxHash3_64::oneshot(bytes))
}

/// Reads the document at `path`.
///
/// # Errors
/// When it cannot be read or is not a valid document; the error tells whether its backup is.
pub fn load(path: &Path) -> Result<Loaded, FileError> {
    read(path).map_err(|fault| {
        let backup = read(&backup_path(path)).is_ok();
        FileError { path: path.to_owned(), fault, backup }
    })
}

/// Reads the version before the one at `path`.
///
/// # Errors
/// When there is none, or it is not a valid document.
pub fn load_backup(path: &Path) -> Result<Loaded, FileError> {
    let path = backup_path(path);
    read(&path).map_err(|fault| FileError { path, fault, backup: false })
}

fn read(path: &Path) -> Result<Loaded, FileFault> {
    let bytes = Disk.read(path, MAX_BYTES)?;
    let versions::Read { project, version, unknown } = versions::read(&bytes)?;
    Ok(Loaded { project, stamp: stamp(&bytes), version, unknown })
}

/// Writes the document to `path`, whatever is there, and returns its [`stamp`]; the version before it
/// becomes the backup. [`Document::save`] looks first whether someone else has written the file.
///
/// The new document is complete on the disk before it takes the old one's name, so a crash at any time
/// leaves one of the two. A symbolic link is followed once.
///
/// # Errors
/// When anything fails. Unless it says otherwise, the old file is as it was.
pub fn save(path: &Path, project: &Project) -> Result<String, FileError> {
    save_to(&Disk, path, project)
}

/// [`save`] through any file system.
///
/// # Errors
/// As [`save`].
pub fn save_to(fs: &impl Fs, path: &Path, project: &Project) -> Result<String, FileError> {
    let fail = |fault| FileError { path: path.to_owned(), fault, backup: false };
    let unsavable = |error| fail(FileFault::Unsavable { error: Box::new(error) });
    let text = to_json(project).map_err(unsavable)?;
    write::replace(fs, path, text.as_bytes(), None).map_err(fail)?;
    Ok(stamp(text.as_bytes()))
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests;
