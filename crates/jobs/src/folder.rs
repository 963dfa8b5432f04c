//! A project's folder: where everything lies, and how paths are written down.

use std::fs;
use std::path::{Component, Path, PathBuf};

use twobus_session::{MediaFile, Project};

use crate::error::{Error, Result};

/// The folder of a project.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Name of the document in the folder.
    pub const DOCUMENT: &'static str = "project.json";

    /// The project in the folder `path`, or of the document `path`.
    pub fn new(path: &Path) -> Self {
        let names_document = path.file_name().is_some_and(|name| name == Self::DOCUMENT);
        let folder = if names_document { path.parent().unwrap_or(Path::new("")) } else { path };
        let here = folder.as_os_str().is_empty();
        Self { path: if here { PathBuf::from(".") } else { folder.to_owned() } }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The document.
    pub fn document(&self) -> PathBuf {
        self.path.join(Self::DOCUMENT)
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
        self.save(project)
    }

    /// Reads the document.
    ///
    /// # Errors
    /// When it cannot be read or is not valid; the error says where, and whether there is a backup.
    pub fn load(&self) -> Result<Project> {
        Ok(twobus_session::load(&self.document())?.project)
    }

    /// Writes the document, atomically.
    ///
    /// # Errors
    /// When it cannot be written; what was there stays.
    pub fn save(&self, project: &Project) -> Result<()> {
        let _stamp = twobus_session::save(&self.document(), project)?;
        Ok(())
    }

    /// Reads the document as it is now, lets `act` change it, and writes it: what another program or command
    /// has changed during a long job is kept.
    ///
    /// # Errors
    /// When it cannot be read or written, or `act` fails; what was there stays.
    pub fn change<T>(&self, act: impl FnOnce(&mut Project) -> Result<T>) -> Result<T> {
        let mut project = self.load()?;
        let done = act(&mut project)?;
        self.save(&project)?;
        Ok(done)
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

    /// Where a file of the project lies.
    pub fn resolve(&self, file: &MediaFile) -> PathBuf {
        self.path.join(&file.path)
    }

    /// `path` as it is written down: relative with `/` where it lies in the folder or beside it,
    /// absolute otherwise.
    ///
    /// # Errors
    /// When a path has a name that is not Unicode, or cannot be found.
    pub(crate) fn relative(&self, path: &Path) -> Result<String> {
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
