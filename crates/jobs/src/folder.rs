//! A project's folder: where everything lies, and how paths are written down.

use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};

use twobus_session::file::FILE_NAME;
use twobus_session::{Document, FileError, MediaFile, Project};

use crate::error::{Error, Result};
use crate::leftovers::AtWork;
use crate::open::OpenProject;
use crate::recovery::{note_place, with_offer};

mod spelling;

pub(crate) use spelling::{folded, last_part};

/// A change that was written.
#[derive(Debug)]
pub struct Changed<T> {
    /// What the change had to tell.
    pub value: T,
    /// What a person should know, one sentence each.
    pub notes: Vec<String>,
}

/// The folder of a project, and which document of it is meant.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
    name: OsString,
}

impl Folder {
    /// Name of the document in the folder.
    pub const DOCUMENT: &'static str = FILE_NAME;

    /// The project in the folder `path`, or of the document `path`, whose name ends in `.json`.
    pub fn new(path: &Path) -> Self {
        let is_json = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
        let (folder, name) = match path.file_name() {
            Some(name) if is_json && !path.is_dir() => {
                (path.parent().unwrap_or(Path::new("")), name.to_owned())
            }
            _ => (path, OsString::from(Self::DOCUMENT)),
        };
        let here = folder.as_os_str().is_empty();
        Self { path: if here { PathBuf::from(".") } else { folder.to_owned() }, name }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The document.
    pub fn document(&self) -> PathBuf {
        self.path.join(&self.name)
    }

    /// Makes the folder with its document.
    ///
    /// # Errors
    /// When there is a document already, or the folder cannot be made.
    pub fn create(&self, project: &Project) -> Result<()> {
        if self.document().exists() {
            let text = "there is a project here already; choose another folder";
            return Err(Error::Missing(format!("{}: {text}", self.document().display())));
        }
        make(&self.path)?;
        let _saved = Document::new(self.document(), project.clone()).save()?;
        note_place(project, &self.document());
        Ok(())
    }

    /// Reads the project, to look at it. [`open`](Self::open) is for who means to change it.
    ///
    /// # Errors
    /// When it cannot be read or is not valid; the error says where, and whether there is a backup.
    pub fn load(&self) -> Result<Project> {
        Ok(self.read(twobus_session::load)?.project)
    }

    /// Opens the document to look at it, with what it says about being of a newer version.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn look(&self) -> Result<Document> {
        self.read(Document::open)
    }

    pub(crate) fn read<T>(
        &self,
        read: impl FnOnce(&Path) -> std::result::Result<T, FileError>,
    ) -> Result<T> {
        let document = self.document();
        read(&document).map_err(|error| with_offer(error, &document))
    }

    /// Opens the project for as long as the result lives; it is read-only while another program has it
    /// open.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn open(&self) -> Result<OpenProject> {
        OpenProject::new(self, false)
    }

    /// Opens the project for a moment: others that do so wait for each other.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn open_briefly(&self) -> Result<OpenProject> {
        OpenProject::new(self, true)
    }

    /// Refuses, before long work, what [`change`](Self::change) would refuse after it.
    ///
    /// # Errors
    /// When the project is open in another program, or cannot be changed here.
    pub fn check_writable(&self) -> Result<()> {
        self.open_briefly()?.check_writable()
    }

    /// Reads the document as it is now, lets `act` change it, and writes it: what another program or command
    /// has changed during a long job is kept.
    ///
    /// # Errors
    /// When it cannot be read or written, or `act` fails; what was there stays.
    pub fn change<T>(&self, act: impl FnOnce(&mut Project) -> Result<T>) -> Result<Changed<T>> {
        let mut open = self.open_briefly()?;
        open.check_writable()?;
        let value = act(&mut open.document.project)?;
        let notes = open.save()?;
        Ok(Changed { value, notes })
    }

    /// Begins a job that writes files into the folder.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn at_work(&self) -> Result<AtWork> {
        AtWork::begin(self)
    }

    /// The sub-folder `name`, made if it is not there.
    pub(crate) fn sub(&self, name: &str) -> Result<PathBuf> {
        let path = self.path.join(name);
        make(&path)?;
        Ok(path)
    }

    /// Where converted audio with the content `hash` at `rate_hz` lies or will lie.
    pub(crate) fn converted(&self, hash: &str, rate_hz: u32) -> Result<PathBuf> {
        Ok(self.sub(".cache/pcm")?.join(format!("{hash}-{rate_hz}.wav")))
    }

    /// Where the peaks of the audio with the content `hash` at `rate_hz` lie or will lie.
    pub(crate) fn peaks(&self, hash: &str, rate_hz: u32) -> Result<PathBuf> {
        Ok(self.sub(".cache/peaks")?.join(format!("{hash}-{rate_hz}.peaks")))
    }

    /// Where it is noted which state of a file was last seen.
    pub(crate) fn seen(&self, file: &MediaFile) -> Result<PathBuf> {
        Ok(self.sub(".cache/seen")?.join(format!("{}.txt", file.id.0)))
    }

    /// Where a file of the project lies, also when another system spells its name in another way.
    pub fn resolve(&self, file: &MediaFile) -> PathBuf {
        spelling::find(&self.path, &file.path)
    }

    /// `path` as it is written down: relative with `/` where it lies in the folder or beside it,
    /// absolute otherwise.
    ///
    /// # Errors
    /// When a path has a name that is not Unicode, or cannot be found.
    pub fn relative(&self, path: &Path) -> Result<String> {
        let absolute = |path: &Path| path.canonicalize().map_err(Error::io("finding it", path));
        let (file, folder) = (absolute(path)?, absolute(&self.path)?);
        let beside = folder.parent();
        let below = |base: &Path, prefix: &str| {
            Some((file.strip_prefix(base).ok()?.to_owned(), prefix.to_owned()))
        };
        let inside = below(&folder, "").or_else(|| below(beside?, "../"));
        let text = match &inside {
            Some((rest, prefix)) => slashed(rest).map(|rest| format!("{prefix}{rest}")),
            None => file.to_str().map(str::to_owned),
        };
        text.ok_or_else(|| Error::Stem {
            path: path.to_owned(),
            problem: "its path has a name that is not Unicode, which a project cannot hold; rename it",
        })
    }
}

fn slashed(path: &Path) -> Option<String> {
    let parts = path.components().map(|part| match part {
        Component::Normal(name) => name.to_str(),
        _ => None,
    });
    Some(parts.collect::<Option<Vec<_>>>()?.join("/"))
}

fn make(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(Error::io("making the folder", path))
}
