//! A document that is open: the project with the file it is bound to, and whether that may be written.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::unknown::Unknown;
use super::{Disk, FileError, FileFault, Fs, MAX_BYTES, stamp, to_json, version_path, write};
use crate::project::{Project, SCHEMA};

/// An open document. One that did not load completely is read-only until it is saved under another
/// name.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The project, to be changed at will.
    pub project: Project,
    path: PathBuf,
    /// What the file was when it was read or written last; `None` when there is none yet.
    stamp: Option<String>,
    /// Version of the document in the file.
    version: u32,
    unknown: Unknown,
    read_only: Option<String>,
}

/// What a save did besides writing the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// The [`stamp`] of the document.
    pub stamp: String,
    /// Where the document as an older version wrote it was kept, if this was the first save since.
    pub old_version: Option<PathBuf>,
}

impl Document {
    /// A project that has no file yet and will get the one at `path`.
    pub fn new(path: impl Into<PathBuf>, project: Project) -> Self {
        let path = path.into();
        let (unknown, read_only) = (Unknown::default(), None);
        Self { project, path, stamp: None, version: SCHEMA, unknown, read_only }
    }

    /// Opens the document at `path`. One of a newer version, if it can be read at all, is read-only, and
    /// so is one whose file is write-protected.
    ///
    /// # Errors
    /// As [`load`](super::load).
    pub fn open(path: &Path) -> Result<Self, FileError> {
        let loaded = super::load(path)?;
        let newer = loaded.version > SCHEMA;
        let (version, unknown) = (loaded.version, loaded.unknown);
        let mut document = Self {
            project: loaded.project,
            path: path.to_owned(),
            stamp: Some(loaded.stamp),
            version,
            unknown,
            read_only: None,
        };
        if newer {
            document.make_read_only(document.newer());
        } else if path.metadata().is_ok_and(|about| about.permissions().readonly()) {
            document.make_read_only("its file is write-protected");
        }
        Ok(document)
    }

    fn newer(&self) -> String {
        let names: Vec<String> = self.unknown.names().collect();
        let names = match names.len() {
            0 => "nothing".to_owned(),
            _ => names.join(", "),
        };
        format!(
            "it is of the newer version {}, of which this program does not know {names}",
            self.version
        )
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Version of the document in the file.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Why it cannot be saved where it is; `None` when it can.
    pub fn read_only(&self) -> Option<&str> {
        self.read_only.as_deref()
    }

    /// From now on it can only be saved under another name, because `why`.
    pub fn make_read_only(&mut self, why: impl Into<String>) {
        self.read_only = Some(why.into());
    }

    /// What the file was when it was read or written last; `None` when there is none yet.
    pub fn stamp(&self) -> Option<&str> {
        self.stamp.as_deref()
    }

    /// Writes it where it is, as [`save`](super::save).
    ///
    /// A file that someone else has written since is left alone; the document is then written beside
    /// it, under a name of its own, which the error tells.
    ///
    /// # Errors
    /// When it is read-only, not valid, someone else has written the file, or anything fails. Unless it
    /// says otherwise, the old file is as it was.
    pub fn save(&mut self) -> Result<Saved, FileError> {
        let fail = |fault| FileError { path: self.path.clone(), fault, backup: false };
        let saved = self.write(&self.path).map_err(fail)?;
        self.stamp = Some(saved.stamp.clone());
        self.version = self.version.max(SCHEMA);
        Ok(saved)
    }

    /// Says that `written`, a clone of this document, was saved: the file is now that one. The project stays
    /// as it is here, where it may have changed since.
    pub fn was_saved_as(&mut self, written: Self) {
        (self.stamp, self.version) = (written.stamp, written.version);
    }

    /// Writes it to `path`, where there must be no file yet, and is bound to that from then on. What
    /// this program does not know of it goes along.
    ///
    /// # Errors
    /// As [`save`](Self::save); then it is bound to its old file still.
    pub fn save_as(&mut self, path: &Path) -> Result<Saved, FileError> {
        let mut renamed =
            Self { path: path.to_owned(), stamp: None, read_only: None, ..self.clone() };
        let saved = renamed.save()?;
        *self = renamed;
        Ok(saved)
    }

    fn write(&self, path: &Path) -> Result<Saved, FileFault> {
        if let Some(why) = &self.read_only {
            return Err(FileFault::ReadOnly { why: why.clone() });
        }
        let text = self.text()?;
        let bytes = text.as_bytes();
        match (&self.stamp, now(path)?) {
            (None, Now::Nothing) => {}
            (None, _) => return Err(FileFault::Exists),
            (Some(then), Now::Bytes(now)) if *then == now => {}
            // Whoever removed it did not mean to keep it; the document is here.
            (Some(_), Now::Nothing) => {}
            (Some(_), Now::Bytes(_) | Now::Other) => {
                let saved_as = free_name(path);
                write::replace(&Disk, &saved_as, bytes, None)?;
                return Err(FileFault::Conflict { saved_as });
            }
        }
        let old = (self.version < SCHEMA).then(|| version_path(path, self.version));
        let old_version = old.filter(|old| !old.exists());
        write::replace(&Disk, path, bytes, old_version.as_deref())?;
        Ok(Saved { stamp: stamp(bytes), old_version })
    }

    /// The document as it is written, with all that is not known of it.
    fn text(&self) -> Result<String, FileFault> {
        let unsavable = |error| FileFault::Unsavable { error: Box::new(error) };
        let text = to_json(&self.project).map_err(unsavable)?;
        if self.version <= SCHEMA {
            return Ok(text);
        }
        let mut tree: Value = serde_json::from_str(&text)?;
        tree["schema"] = self.version.into();
        self.unknown.put_back(&mut tree);
        Ok(format!("{tree:#}\n"))
    }
}

/// What stands at a path.
enum Now {
    Nothing,
    /// A file with this stamp.
    Bytes(String),
    /// Something that is no document.
    Other,
}

fn now(path: &Path) -> Result<Now, FileFault> {
    match Disk.read(path, MAX_BYTES) {
        Ok(bytes) => Ok(Now::Bytes(stamp(&bytes))),
        Err(FileFault::Read(error)) if error.kind() == ErrorKind::NotFound => Ok(Now::Nothing),
        Err(FileFault::Read(source)) => {
            let (step, room) = ("looking whether it has changed", String::new());
            Err(FileFault::Write { step, room, source })
        }
        Err(_) => Ok(Now::Other),
    }
}

/// A name beside `path` for a document that must not replace it.
fn free_name(path: &Path) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let ending = path.extension().map_or_else(String::new, |e| format!(".{}", e.to_string_lossy()));
    let names = (1_u32..).map(|number| match number {
        1 => format!("{stem} (conflict){ending}"),
        _ => format!("{stem} (conflict {number}){ending}"),
    });
    let free = names.map(|name| path.with_file_name(name)).find(|path| !path.exists());
    free.expect("a folder cannot hold every number")
}
