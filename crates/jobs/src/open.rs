//! A project that is open: its document, and the right to write it or why there is none.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use twobus_session::file::remove_leftovers;
use twobus_session::{Document, Project};

use crate::error::{Error, Result};
use crate::folder::Folder;
use crate::lock::{Attempt, Holder, Lock};
use crate::recovery;
use crate::save_as::{SavedAs, save_document_as};

/// Longest wait for a program that will let go in a moment.
const PATIENCE: Duration = Duration::from_secs(10);
/// Time between two looks.
const LOOK: Duration = Duration::from_millis(5);

/// An open project. Read-only while another program has it open, where its folder may not be written,
/// or when it did not load completely.
#[derive(Debug)]
pub struct OpenProject {
    /// The document.
    pub document: Document,
    _lock: Option<Lock>,
}

impl OpenProject {
    pub(crate) fn new(folder: &Folder, brief: bool) -> Result<Self> {
        let path = folder.document();
        let (lock, why_not) = match lock(folder, brief) {
            Ok(Ok(lock)) => (Some(lock), None),
            Ok(Err(holder)) => (None, Some(taken(folder, &holder))),
            Err(error) => (None, Some(format!("its folder cannot be written ({error})"))),
        };
        if lock.is_some() {
            // What cannot be removed does no harm.
            let _removed = remove_leftovers(&path);
        }
        let mut document = folder.read(Document::open)?;
        if let (None, Some(why)) = (document.read_only(), why_not) {
            document.make_read_only(why);
        }
        Ok(Self { document, _lock: lock })
    }

    /// Refuses, before long work, what [`save`](Self::save) would refuse after it.
    ///
    /// # Errors
    /// When the document is read-only.
    pub fn check_writable(&self) -> Result<()> {
        match self.document.read_only() {
            Some(why) => {
                Err(Error::ReadOnly { path: self.document.path().to_owned(), why: why.to_owned() })
            }
            None => Ok(()),
        }
    }

    /// The project.
    pub fn project(&self) -> &Project {
        &self.document.project
    }

    /// Writes the document where it is; returns what a person should know, one sentence each.
    ///
    /// # Errors
    /// As [`Document::save`].
    pub fn save(&mut self) -> Result<Vec<String>> {
        let mut saving = self.begin_save()?;
        let notes = saving.write()?;
        self.end_save(saving);
        Ok(notes)
    }

    /// The document as it is now, to be written on another thread while it is worked on here.
    ///
    /// # Errors
    /// When the document is read-only.
    pub fn begin_save(&self) -> Result<Saving> {
        self.check_writable()?;
        Ok(Saving { document: self.document.clone() })
    }

    /// Takes in that `saving` was written.
    pub fn end_save(&mut self, saving: Saving) {
        self.document.was_saved_as(saving.document);
    }

    /// Saves the document as it is here, which lay in `from`, as another project in `to`, and is that one
    /// from then on. The old one stays as it was saved last.
    ///
    /// # Errors
    /// As [`save_as`](crate::save_as); then it is the old project still.
    pub fn save_as(&mut self, from: &Folder, to: &Folder) -> Result<SavedAs> {
        let (new, saved) = Self::of_another(self.document.clone(), from, to)?;
        *self = new;
        Ok(saved)
    }

    /// Saves `document`, which lay in `from`, as another project in `to`, and opens that one.
    ///
    /// # Errors
    /// As [`save_as`](crate::save_as).
    pub fn of_another(document: Document, from: &Folder, to: &Folder) -> Result<(Self, SavedAs)> {
        let saved = save_document_as(document, from, to)?;
        let new = Self::new(to, false)?;
        recovery::note_place(new.project(), new.document.path());
        Ok((new, saved))
    }
}

/// A document on its way to its file.
#[derive(Debug)]
pub struct Saving {
    document: Document,
}

impl Saving {
    /// Writes it where it is; returns what a person should know, one sentence each.
    ///
    /// # Errors
    /// As [`Document::save`].
    pub fn write(&mut self) -> Result<Vec<String>> {
        let version = self.document.version();
        let saved = self.document.save()?;
        recovery::note_place(&self.document.project, self.document.path());
        let kept = saved.old_version.map(|kept| {
            format!(
                "The project was one of version {version}; as it was, it is kept as {}.",
                kept.display()
            )
        });
        Ok(kept.into_iter().collect())
    }
}

/// The lock of a document that is about to be replaced, damaged or not.
pub(crate) fn lock_for_restoring(folder: &Folder) -> Result<Lock> {
    let path = folder.document();
    match lock(folder, true).map_err(Error::io("locking it", &path))? {
        Ok(lock) => Ok(lock),
        Err(holder) => Err(Error::ReadOnly { why: taken(folder, &holder), path }),
    }
}

/// The lock of a folder's document, or who has it.
fn lock(folder: &Folder, brief: bool) -> io::Result<std::result::Result<Lock, Holder>> {
    let started = Instant::now();
    loop {
        match Lock::attempt(&folder.document(), brief)? {
            Attempt::Held(lock) => return Ok(Ok(lock)),
            // Without a name it is being signed just now.
            Attempt::Taken(holder)
                if (holder.brief || holder.pid == 0) && started.elapsed() < PATIENCE =>
            {
                thread::sleep(LOOK);
            }
            Attempt::Taken(holder) => return Ok(Err(holder)),
        }
    }
}

fn taken(folder: &Folder, holder: &Holder) -> String {
    let lock = Lock::path(&folder.document());
    format!(
        "it is open in {holder}; close it there, or remove {} if that no longer runs",
        lock.display()
    )
}
