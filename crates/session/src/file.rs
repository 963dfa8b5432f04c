//! `project.json`: read with limits, written so that a crash leaves the old or the new document whole.

mod fs;

use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use twox_hash::XxHash3_64;

pub use fs::{Disk, Fs};

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
}

/// A document could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{}: {fault}{}", path.display(), if *backup { BACKUP_LOADS } else { "" })]
pub struct FileError {
    /// The file.
    pub path: PathBuf,
    /// What went wrong.
    #[source]
    pub fault: FileFault,
    /// True when the version before it can be opened with [`load_backup`].
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
    /// It was written by a newer version of the program.
    #[error("is a document of version {found}, this program reads version {SCHEMA}; update it")]
    Newer {
        /// The version of the document.
        found: u32,
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
    /// The system could not write it.
    #[error(
        "was not saved ({bytes} bytes), {step} failed: {source}; the saved version is unchanged"
    )]
    Write {
        /// What failed.
        step: &'static str,
        /// How many bytes were to be written.
        bytes: usize,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The document was written, but the system did not confirm that it will survive a power cut.
    #[error("was written, but may not survive a power cut: {0}; save again")]
    Unconfirmed(#[source] io::Error),
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

/// The document that `text` holds.
///
/// # Errors
/// With line and column when it is not the JSON of a project, with the place in the document when a
/// rule is broken, with the version when it is newer than this program.
pub fn from_json(text: &[u8]) -> Result<Project, FileFault> {
    let Version { schema } = serde_json::from_slice(text)?;
    if schema > SCHEMA {
        return Err(FileFault::Newer { found: schema });
    }
    let project: Project = serde_json::from_slice(text)?;
    project.validate().map_err(|error| FileFault::Invalid { error: Box::new(error) })?;
    Ok(project)
}

/// What every version of the document has.
#[derive(Deserialize)]
struct Version {
    schema: u32,
}

impl From<serde_json::Error> for FileFault {
    fn from(error: serde_json::Error) -> Self {
        Self::Json { line: error.line(), column: error.column(), message: error.to_string() }
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

/// Where the version before the one at `path` is kept: beside it, with `.bak` at the end.
pub fn backup_path(path: &Path) -> PathBuf {
    with_suffix(path, ".bak")
}

fn read(path: &Path) -> Result<Loaded, FileFault> {
    let bytes = Disk.read(path, MAX_BYTES)?;
    Ok(Loaded { project: from_json(&bytes)?, stamp: stamp(&bytes) })
}

/// Writes the document to `path` and returns its [`stamp`]; the version before it becomes the backup.
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
    let text =
        to_json(project).map_err(|error| fail(FileFault::Unsavable { error: Box::new(error) }))?;
    write(fs, path, text.as_bytes()).map_err(fail)?;
    Ok(stamp(text.as_bytes()))
}

fn write(fs: &impl Fs, path: &Path, bytes: &[u8]) -> Result<(), FileFault> {
    let failed = |step| move |source| FileFault::Write { step, bytes: bytes.len(), source };
    let target = fs.target(path).map_err(failed("following the link"))?;
    let new = temporary(&target, "new");
    let old = temporary(&target, "old");
    let replaced = (|| {
        clear(fs, &new)
            .and_then(|()| fs.write_new(&new, &target, bytes))
            .map_err(failed("writing"))?;
        if is_whole(fs, &target) {
            clear(fs, &old)
                .and_then(|()| fs.link(&target, &old))
                .and_then(|()| fs.rename(&old, &backup_path(&target)))
                // Renaming one name of a file to another of its names does nothing at all.
                .and_then(|()| clear(fs, &old))
                .map_err(failed("keeping the version before it"))?;
        }
        fs.rename(&new, &target).map_err(failed("replacing the old file"))
    })();
    if replaced.is_err() {
        // What matters is reported already; a leftover does no harm and is removed by the next save.
        let _leftovers = (clear(fs, &new), clear(fs, &old));
    }
    replaced?;
    let folder = target.parent().unwrap_or(Path::new(""));
    fs.sync_folder(folder).map_err(FileFault::Unconfirmed)
}

/// Removes what a killed program may have left beside `path`; call it while no other program has the
/// project open. Returns how many files there were.
///
/// # Errors
/// When the folder cannot be listed or a file not removed.
pub fn remove_leftovers(path: &Path) -> io::Result<usize> {
    let target = Disk.target(path)?;
    let start = format!(".{}.", file_name(&target));
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut removed = 0;
    for entry in std::fs::read_dir(folder.unwrap_or(Path::new(".")))? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(&start) && name.ends_with(TEMPORARY) && entry.file_type()?.is_file() {
            std::fs::remove_file(entry.path())?;
            removed += 1;
        }
    }
    Ok(removed)
}

const TEMPORARY: &str = ".tmp";

/// A name beside `target` that no other process uses.
fn temporary(target: &Path, what: &str) -> PathBuf {
    let name = format!(".{}.{}.{what}{TEMPORARY}", file_name(target), std::process::id());
    target.with_file_name(name)
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Removes `path` if it is there.
fn clear(fs: &impl Fs, path: &Path) -> io::Result<()> {
    match fs.remove(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// True when `path` holds a whole document of any version, worth keeping as the backup.
fn is_whole(fs: &impl Fs, path: &Path) -> bool {
    let Ok(bytes) = fs.read(path, MAX_BYTES) else { return false };
    serde_json::from_slice::<Version>(&bytes).is_ok()
}

#[cfg(test)]
mod tests;
