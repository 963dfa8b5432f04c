//! Unsaved work: snapshots of projects in a folder of the user's, never in a project.
//!
//! ```text
//! edits ── Autosaver::pump ──► snapshots/<document>/<number>.snapshot ── crash ──► offered at the next start
//!                               │ saved: this program's own ones go       ├─ restored: marked while it is tried
//!                               │ discarded: one is kept                  └─ damaged, or tried in vain: set aside
//! ```
//!
//! A snapshot is one line of JSON about it ([`About`]) and then the document as it stands in a file.
//! Snapshots are ordered by their numbers, whatever the clock says, and the newest [`KEPT`] of each
//! document are kept until the work in them is saved or discarded.

mod autosave;
mod format;
mod places;
mod run;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

pub use autosave::{Autosaver, DELAY};
use format::{TRYING, about, document, entries, number, prune, put, set_aside};
use run::{Mark, Run};

use crate::file::{FileError, FileFault, stamp, to_json};
use crate::project::Project;

/// How many snapshots of a document are kept.
pub const KEPT: usize = 20;

/// What a snapshot says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The document's file; `None` for a project that was never saved.
    pub path: Option<String>,
    /// Name of the project.
    pub name: String,
    /// What it was kept for.
    pub why: Why,
    /// When it was made, in seconds since 1970, for people.
    pub unix_time_s: u64,
    /// Stamp of the saved document that the work began from.
    pub base: Option<String>,
    /// The run of the program that made it.
    run: String,
    /// Stamp of the document in it.
    stamp: String,
}

/// What a snapshot was kept for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// It has changes that were not saved yet.
    Edited,
    /// Its changes were discarded.
    Discarded,
    /// Another state was restored in its place.
    Replaced,
}

impl Why {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Edited => "not saved",
            Self::Discarded => "discarded",
            Self::Replaced => "replaced",
        }
    }
}

/// A snapshot that is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Identity of its document.
    pub document: String,
    /// Its number: higher ones were made later.
    pub number: u64,
    /// What it says about itself.
    pub about: About,
    file: PathBuf,
}

impl Snapshot {
    /// What it is called: unique in its store, `00000000000000a1/7`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.document, self.number)
    }

    /// Its file.
    pub fn file(&self) -> &Path {
        &self.file
    }
}

/// What a store has to offer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Offer {
    /// Snapshots, but for those of unsaved work that a running program has still open: by document, then
    /// by number.
    pub snapshots: Vec<Snapshot>,
    /// Snapshots that were set aside just now: damaged, or the program ended while it tried them.
    pub set_aside: Vec<PathBuf>,
}

/// The folder in which snapshots are kept.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
}

impl Store {
    /// The store in the folder `root`, which need not be there yet.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The user's own, where the system keeps the state of programs; `None` when the user has no home.
    pub fn of_user() -> Option<Self> {
        let places = directories::ProjectDirs::from("org", "Twobus", "twobus")?;
        Some(Self::new(places.state_dir().unwrap_or_else(|| places.data_local_dir())))
    }

    /// Everything that is offered. A snapshot that is damaged, or that was being tried when the program
    /// ended, is set aside and never tried again.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub fn offer(&self) -> io::Result<Offer> {
        let mut offer = Offer::default();
        let Some(documents) = entries(&self.root.join("snapshots"))? else { return Ok(offer) };
        for document in documents.iter().filter(|path| path.is_dir()) {
            self.offer_of(document, &mut offer)?;
        }
        Ok(offer)
    }

    /// What is offered of one document: by its identity, or by its file.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub fn offer_for(&self, id: Option<&str>, path: &Path) -> io::Result<Offer> {
        let mut offer = self.offer()?;
        let path = place(path);
        // A copy of a project has its identity too; a project that was moved has left its old place.
        let elsewhere = |of: &str| of != path && Path::new(of).exists();
        offer.snapshots.retain(|snapshot| match snapshot.about.path.as_deref() {
            Some(of) if of == path => true,
            Some(of) => id == Some(&*snapshot.document) && !elsewhere(of),
            None => id == Some(&*snapshot.document),
        });
        Ok(offer)
    }

    fn offer_of(&self, folder: &Path, offer: &mut Offer) -> io::Result<()> {
        let mut found = Vec::new();
        for file in entries(folder)?.unwrap_or_default() {
            let Some(number) = number(&file) else {
                self.clear_unfinished(&file);
                continue;
            };
            let mark = file.with_extension(TRYING);
            let about = match mark.exists() {
                true if Mark::is_held(&mark) => continue,
                true => None,
                false => about(&file).ok(),
            };
            match about {
                Some(about) if about.why == Why::Edited && self.is_running(&about.run) => {}
                Some(about) => {
                    let document = folder.file_name().unwrap_or_default();
                    let document = document.to_string_lossy().into_owned();
                    found.push(Snapshot { document, number, about, file });
                }
                None => offer.set_aside.extend(set_aside(&file)),
            }
        }
        found.sort_by_key(|snapshot| snapshot.number);
        offer.snapshots.extend(found);
        Ok(())
    }

    /// Removes what a killed program was writing.
    fn clear_unfinished(&self, file: &Path) {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let run = name.strip_prefix('.').and_then(|name| name.split_once('.'));
        if run.is_some_and(|(run, _)| !self.is_running(run)) {
            let _removed = fs::remove_file(file);
        }
    }

    fn is_running(&self, run: &str) -> bool {
        Run::is_running(&self.root, run)
    }

    /// Keeps a snapshot of `project`, whose file is `path`, for a program that runs no autosave.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep(
        &self,
        project: &Project,
        path: Option<&Path>,
        why: Why,
    ) -> Result<Snapshot, FileError> {
        self.write(project, (path, None), why, "none")
    }

    fn write(
        &self,
        project: &Project,
        (path, base): (Option<&Path>, Option<&str>),
        why: Why,
        run: &str,
    ) -> Result<Snapshot, FileError> {
        let folder = self.root.join("snapshots").join(&project.id);
        let fail = |fault| FileError { path: folder.clone(), fault, backup: false };
        let unsavable = |error| fail(FileFault::Unsavable { error: Box::new(error) });
        let text = to_json(project).map_err(unsavable)?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let about = About {
            path: path.map(place),
            name: project.name.clone(),
            why,
            unix_time_s: now.as_secs(),
            base: base.map(str::to_owned),
            run: run.to_owned(),
            stamp: stamp(text.as_bytes()),
        };
        let (file, number) = put(&folder, &about, &text).map_err(|source| {
            let room = crate::file::needed(&folder, text.len() as u64);
            fail(FileFault::Write { step: "keeping a snapshot of it", room, source })
        })?;
        prune(&folder);
        Ok(Snapshot { document: project.id.clone(), number, about, file })
    }

    /// Reads a snapshot, which is marked as being tried as long as the attempt lives: when the program
    /// ends before, the next start sets it aside.
    ///
    /// # Errors
    /// When it is damaged, and then it is set aside, or cannot be read.
    pub fn attempt(&self, snapshot: &Snapshot) -> Result<(Project, Attempt), FileError> {
        let fail = |fault| FileError { path: snapshot.file.clone(), fault, backup: false };
        let mark = snapshot.file.with_extension(TRYING);
        let mark = Mark::make(&mark).map_err(|error| fail(FileFault::Read(error)))?;
        match document(&snapshot.file) {
            Ok(project) => Ok((project, Attempt { mark: Some(mark) })),
            Err(fault) => {
                mark.remove();
                let _aside = set_aside(&snapshot.file);
                Err(fail(fault))
            }
        }
    }

    /// Removes a snapshot for good.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn discard(&self, snapshot: &Snapshot) -> io::Result<()> {
        fs::remove_file(&snapshot.file)?;
        if let Some(folder) = snapshot.file.parent() {
            // Only an empty folder goes.
            let _removed = fs::remove_dir(folder);
        }
        Ok(())
    }
}

/// A snapshot that is being tried: over when dropped, unless by a panic, which is what it is there for.
#[derive(Debug)]
pub struct Attempt {
    mark: Option<Mark>,
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.mark.take().into_iter().for_each(Mark::remove);
        }
    }
}

/// The absolute path of a document, however it was named.
fn place(path: &Path) -> String {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new(".")).canonicalize();
    let place = folder.map(|folder| folder.join(path.file_name().unwrap_or_default()));
    place.unwrap_or_else(|_| path.to_owned()).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests;
