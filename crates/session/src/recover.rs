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
mod places;
mod run;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

pub use autosave::{Autosaver, DELAY};
use run::{Mark, Run};

use crate::file::{Disk, FileError, FileFault, Fs, MAX_BYTES, from_json, stamp, to_json};
use crate::project::Project;

/// How many snapshots of a document are kept.
pub const KEPT: usize = 20;

/// Longest first line of a snapshot, in bytes.
const MOST_ABOUT: usize = 64 << 10;
const ENDING: &str = "snapshot";
const TRYING: &str = "trying";
const BAD: &str = "bad";

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

fn entries(folder: &Path) -> io::Result<Option<Vec<PathBuf>>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>().map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The number of a snapshot's file; `None` for any other.
fn number(file: &Path) -> Option<u64> {
    let is_snapshot = file.extension().is_some_and(|ending| ending == ENDING);
    is_snapshot.then(|| file.file_stem()?.to_str()?.parse().ok())?
}

/// Writes a snapshot under the next free number: complete and on the disk before it has its name.
fn put(folder: &Path, about: &About, text: &str) -> io::Result<(PathBuf, u64)> {
    fs::create_dir_all(folder)?;
    let mut file =
        tempfile::Builder::new().prefix(&format!(".{}.", about.run)).tempfile_in(folder)?;
    serde_json::to_writer(&mut file, about)?;
    file.write_all(b"\n")?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    let used = entries(folder)?.unwrap_or_default();
    // Numbers of snapshots that were set aside are not used again.
    let used = used.iter().filter_map(|file| file.file_stem()?.to_str()?.parse::<u64>().ok());
    for number in used.max().unwrap_or(0) + 1.. {
        let path = folder.join(format!("{number:010}.{ENDING}"));
        match file.persist_noclobber(&path) {
            Ok(_file) => {
                Disk.sync_folder(folder)?;
                return Ok((path, number));
            }
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => file = error.file,
            Err(error) => return Err(error.error),
        }
    }
    unreachable!("a folder cannot hold every number")
}

/// Removes the oldest snapshots beyond [`KEPT`], and of those set aside as many. What cannot be removed
/// goes next time.
fn prune(folder: &Path) {
    let files = entries(folder).ok().flatten().unwrap_or_default();
    for ending in [ENDING, BAD] {
        let of_kind = files.iter().filter(|file| file.extension().is_some_and(|e| e == ending));
        let mut of_kind: Vec<&PathBuf> = of_kind.collect();
        of_kind.sort();
        for file in of_kind.iter().rev().skip(KEPT) {
            let _removed = fs::remove_file(file);
        }
    }
}

/// Takes a snapshot out of the offer, and keeps it for who wants to look into it.
fn set_aside(file: &Path) -> Option<PathBuf> {
    let aside = file.with_extension(BAD);
    fs::rename(file, &aside).ok()?;
    let _mark = fs::remove_file(file.with_extension(TRYING));
    Some(aside)
}

/// What a snapshot says about itself, if all of it is as it was written.
fn about(file: &Path) -> Result<About, FileFault> {
    parts(&Disk.read(file, MAX_BYTES)?).map(|(about, _)| about)
}

fn document(file: &Path) -> Result<Project, FileFault> {
    let bytes = Disk.read(file, MAX_BYTES)?;
    from_json(parts(&bytes)?.1)
}

fn parts(bytes: &[u8]) -> Result<(About, &[u8]), FileFault> {
    let damaged =
        |message: &str| FileFault::Json { line: 1, column: 1, message: message.to_owned() };
    let end = bytes.iter().take(MOST_ABOUT).position(|byte| *byte == b'\n');
    let (first, rest) = bytes.split_at(end.ok_or_else(|| damaged("it is not a snapshot"))?);
    let about: About = serde_json::from_slice(first)?;
    let text = &rest[1..];
    if stamp(text) != about.stamp {
        return Err(damaged("it is not as it was written"));
    }
    Ok((about, text))
}

/// Removes `file` if it is there; a program that cannot leaves it to be offered.
fn drop_file(file: &Path) {
    let _removed = fs::remove_file(file);
}

/// Makes an empty file, and the folder it lies in.
fn make(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    File::options().write(true).create(true).truncate(false).open(path)
}

#[cfg(test)]
mod tests;
