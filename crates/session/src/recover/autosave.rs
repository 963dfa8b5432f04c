//! Snapshots while one works.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Run, Snapshot, Store, Why};
use crate::file::{Document, FileError, FileFault};
use crate::history::History;
use crate::project::Project;

/// Time from an edit to the snapshot that holds it. With [`pump`](Autosaver::pump) called at least every
/// 15 s, none is older than 30 s.
pub const DELAY: Duration = Duration::from_secs(10);

/// Keeps snapshots of one open project.
#[derive(Debug)]
pub struct Autosaver {
    store: Store,
    run: Run,
    /// The document's file; `None` for a project that was never saved.
    path: Option<PathBuf>,
    base: Option<String>,
    /// Off for a document that did not load completely.
    armed: bool,
    /// State of the document in the newest snapshot.
    kept: Option<u64>,
    /// When the oldest edit that is in no snapshot was seen, or the last attempt failed.
    waiting_since: Option<Duration>,
    /// Snapshots whose work is saved as soon as the project is.
    own: Vec<PathBuf>,
}

impl Autosaver {
    /// For `document`. It is disarmed while that is read-only, since what is not whole must not pass
    /// for the user's work.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn of(store: Store, document: &Document) -> Result<Self, FileError> {
        let base = document.stamp().map(str::to_owned);
        let armed = document.read_only().is_none();
        Ok(Self { base, armed, ..Self::new(store, Some(document.path()))? })
    }

    /// For a project that was never saved.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn of_new(store: Store) -> Result<Self, FileError> {
        Self::new(store, None)
    }

    fn new(store: Store, path: Option<&Path>) -> Result<Self, FileError> {
        let run = Run::begin(&store.root).map_err(|source| {
            let (step, room) = ("preparing for snapshots", String::new());
            let fault = FileFault::Write { step, room, source };
            FileError { path: store.root.clone(), fault, backup: false }
        })?;
        let path = path.map(Path::to_owned);
        let (kept, waiting_since, own) = (None, None, Vec::new());
        Ok(Self { store, run, path, base: None, armed: true, kept, waiting_since, own })
    }

    /// Says that the project came from `snapshot`, which is no longer needed once it is saved.
    pub fn adopt(&mut self, snapshot: &Snapshot) {
        self.own.push(snapshot.file.clone());
    }

    /// Looks whether it is time for a snapshot and makes it. `now` is the time since any fixed moment,
    /// from a clock that is never set.
    ///
    /// # Errors
    /// When it cannot be written; it is tried again after [`DELAY`].
    pub fn pump(
        &mut self,
        now: Duration,
        project: &Project,
        history: &History,
    ) -> Result<Option<Snapshot>, FileError> {
        if !self.armed || !history.is_dirty() || self.kept == Some(history.state()) {
            self.waiting_since = None;
            return Ok(None);
        }
        let since = *self.waiting_since.get_or_insert(now);
        if now.saturating_sub(since) < DELAY {
            return Ok(None);
        }
        self.waiting_since = Some(now);
        self.keep(project, history).map(Some)
    }

    /// Makes a snapshot at once, as before the program is ended from outside.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn flush(
        &mut self,
        project: &Project,
        history: &History,
    ) -> Result<Option<Snapshot>, FileError> {
        if !self.armed || !history.is_dirty() || self.kept == Some(history.state()) {
            return Ok(None);
        }
        self.keep(project, history).map(Some)
    }

    fn keep(&mut self, project: &Project, history: &History) -> Result<Snapshot, FileError> {
        let snapshot = self.write(project, Why::Edited)?;
        self.own.push(snapshot.file.clone());
        self.kept = Some(history.state());
        self.waiting_since = None;
        Ok(snapshot)
    }

    fn write(&self, project: &Project, why: Why) -> Result<Snapshot, FileError> {
        let origin = (self.path.as_deref(), self.base.as_deref());
        self.store.write(project, origin, why, &self.run.name)
    }

    /// Says that `document` was saved: its snapshots have served. Those of other runs stay until their
    /// work is restored or discarded.
    pub fn saved(&mut self, document: &Document) {
        self.path = Some(document.path().to_owned());
        self.base = document.stamp().map(str::to_owned);
        self.armed = document.read_only().is_none();
        self.kept = None;
        self.forget();
    }

    /// Says that the changes are discarded: one snapshot of them is kept, should that be a mistake.
    ///
    /// # Errors
    /// When it cannot be written; then the ones there are stay.
    pub fn discard(
        &mut self,
        project: &Project,
        history: &History,
    ) -> Result<Option<Snapshot>, FileError> {
        if !self.armed || !history.is_dirty() {
            return Ok(None);
        }
        let snapshot = self.write(project, Why::Discarded)?;
        self.forget();
        Ok(Some(snapshot))
    }

    fn forget(&mut self) {
        self.waiting_since = None;
        self.own.drain(..).for_each(|file| drop_file(&file));
    }
}

/// Removes `file` if it is there; a program that cannot leaves it to be offered.
fn drop_file(file: &Path) {
    let _removed = std::fs::remove_file(file);
}
