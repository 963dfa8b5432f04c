//! Unsaved work of a project, offered and restored.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use twobus_session::recover::{Offer, Snapshot, Store, Why};
use twobus_session::{FileError, Project};

use crate::error::{Error, Result};
use crate::folder::Folder;
use crate::open;
use crate::save_as::{beginning, move_in};

/// A snapshot that became a document again.
#[derive(Debug, Clone)]
pub struct Restored {
    /// The document.
    pub document: PathBuf,
    /// What a person should know, one sentence each.
    pub notes: Vec<String>,
}

/// The snapshots of the project in `folder`, or all there are.
///
/// # Errors
/// When the user's folder for them cannot be read.
pub fn offer(folder: Option<&Folder>) -> Result<Offer> {
    let store = store()?;
    let found = match folder {
        None => store.offer(),
        Some(folder) => {
            let project = twobus_session::load(&folder.document()).ok();
            let id = project.as_ref().map(|loaded| loaded.project.id.as_str());
            store.offer_for(id, &folder.document())
        }
    };
    found.map_err(Error::io("reading snapshots", ""))
}

/// Puts `snapshot` in the place of the document in `folder`, or of the one it is of. What stood there is
/// kept: as a snapshot, or, if it is damaged, beside the document.
///
/// # Errors
/// When the snapshot is damaged, the project is open in another program, or cannot be written.
pub fn restore(snapshot: &Snapshot, folder: Option<&Folder>) -> Result<Restored> {
    let folder = match (folder, &snapshot.about.path) {
        (Some(folder), _) => folder.clone(),
        (None, Some(path)) => Folder::new(Path::new(path)),
        (None, None) => return Err(Error::Missing(NEVER_SAVED.to_owned())),
    };
    let _lock = open::lock_for_restoring(&folder)?;
    let store = store()?;
    let (project, _attempt) = store.attempt(snapshot)?;
    let document = folder.document();
    let mut notes = Vec::new();
    match twobus_session::load(&document) {
        Ok(now) if now.version > twobus_session::SCHEMA => {
            let why = "it is of a newer version".to_owned();
            return Err(Error::ReadOnly { path: document, why });
        }
        Ok(now) => {
            let kept = store.keep(&now.project, Some(&document), Why::Replaced)?;
            notes.push(format!("What it replaced is kept as snapshot {}.", kept.name()));
        }
        Err(_) if document.exists() => {
            let aside = aside(&document)?;
            notes.push(format!("The damaged document is kept as {}.", aside.display()));
        }
        Err(_) => {}
    }
    let _stamp = twobus_session::save(&document, &project)?;
    discard(&[snapshot])?;
    Ok(Restored { document, notes })
}

const NEVER_SAVED: &str = "this project was never saved; name a folder for it with --to";

/// Makes a new project of `snapshot` in `to`.
///
/// # Errors
/// When the snapshot is damaged, there is a project in `to`, or it cannot be written.
pub fn restore_to(snapshot: &Snapshot, to: &Folder) -> Result<Restored> {
    let (mut project, _attempt) = store()?.attempt(snapshot)?;
    let notes = beginning(to, |to| {
        let notes = match &snapshot.about.path {
            Some(path) => move_in(&mut project, &Folder::new(Path::new(path)), to)?.notes,
            None => Vec::new(),
        };
        to.create(&project)?;
        Ok(notes)
    })?;
    discard(&[snapshot])?;
    Ok(Restored { document: to.document(), notes })
}

/// Removes snapshots for good.
///
/// # Errors
/// When one cannot be removed.
pub fn discard(snapshots: &[&Snapshot]) -> Result<()> {
    let store = store()?;
    snapshots.iter().try_for_each(|snapshot| {
        store.discard(snapshot).map_err(Error::io("removing the snapshot", snapshot.file()))
    })
}

fn store() -> Result<Store> {
    let text = "the system tells no folder for a program's own files; set HOME";
    Store::of_user().ok_or_else(|| Error::Missing(text.to_owned()))
}

/// Copies a damaged document to a name beside it, so that nothing of it is lost.
fn aside(document: &Path) -> Result<PathBuf> {
    let stem = document.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let names = (1_u32..).map(|number| match number {
        1 => format!("{stem} (damaged).json"),
        _ => format!("{stem} (damaged {number}).json"),
    });
    for name in names {
        let path = document.with_file_name(name);
        let copy = || -> io::Result<()> {
            let mut to = fs::File::create_new(&path)?;
            let _bytes = io::copy(&mut fs::File::open(document)?, &mut to)?;
            to.sync_all()
        };
        match copy() {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            result => return result.map(|()| path.clone()).map_err(Error::io("keeping it", path)),
        }
    }
    unreachable!("a folder cannot hold every number")
}

/// Remembers on this machine where a project lies.
pub(crate) fn note_place(project: &Project, document: &Path) {
    Store::of_user().into_iter().for_each(|store| store.note_place(&project.id, document));
}

/// The folders that a project has lain in on this machine.
pub(crate) fn places(project: &Project) -> Vec<PathBuf> {
    Store::of_user().map_or_else(Vec::new, |store| store.places(&project.id))
}

/// A document that cannot be read, with word of the snapshots that there are of it.
pub(crate) fn with_offer(error: FileError, document: &Path) -> Error {
    let offer = Store::of_user().and_then(|store| store.offer_for(None, document).ok());
    match offer.map_or(0, |offer| offer.snapshots.len()) {
        0 => Error::File(error),
        snapshots => Error::Recoverable { source: error, snapshots },
    }
}
