//! Opening and saving: what reads and writes project files runs on a thread of its own.
//!
//! While a project is opened or changes its place, the controls wait; while it is saved, one works on. What
//! was asked for meanwhile and needs the file, such as closing the window, comes after it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use iced::Task;
use iced::keyboard::key::Named;
use iced::keyboard::{Event, Key};
use twobus_session::recover::Snapshot;

use super::{App, Message};
use crate::desk::{Desk, Failure, Moved, Opened, Written};
use crate::screens::dialog::{Dialog, Then};

/// What came of an errand.
enum Outcome {
    Opened(Box<Opened>),
    /// There is newer work on the project than was saved.
    Newer(PathBuf, Box<Snapshot>),
    Written(Box<Written>),
    Moved(Box<Moved>),
}

/// Where the thread leaves what came of it.
type Slot = Arc<Mutex<Option<Result<Outcome, Failure>>>>;

/// What an errand is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Open,
    Save,
    SaveAs,
}

/// Something that is fetched or brought away.
pub(crate) struct Errand {
    kind: Kind,
    words: String,
    slot: Slot,
    thread: Option<JoinHandle<()>>,
    /// What comes after it.
    then: Option<Then>,
    /// It was asked to save once more meanwhile.
    again: bool,
}

impl Errand {
    /// What it does, in words.
    pub(super) fn words(&self) -> String {
        self.words.clone()
    }
}

impl App {
    fn errand(
        &mut self,
        (kind, words): (Kind, String),
        work: impl FnOnce() -> Result<Outcome, Failure> + Send + 'static,
    ) -> Task<Message> {
        let slot = Slot::default();
        let (done, result) = iced::futures::channel::oneshot::channel();
        let fills = Arc::clone(&slot);
        let run = move || {
            let outcome = work();
            if let Ok(mut slot) = fills.lock() {
                *slot = Some(outcome);
            }
            // The window may be gone by then.
            let _closed = done.send(());
        };
        let thread = std::thread::Builder::new().name("errand".to_owned()).spawn(run).ok();
        let then = self.after.take();
        self.errand = Some(Errand { kind, words, slot, thread, then, again: false });
        Task::perform(result, |_| Message::Arrived)
    }

    /// Opens a project in place of the one before it. Of one with newer unsaved work it is asked which is
    /// meant.
    pub(super) fn open(&mut self, path: &Path) -> Task<Message> {
        let (path, means) = (path.to_owned(), self.means.clone());
        let words = format!("Opening {}…", path.display());
        self.errand((Kind::Open, words), move || {
            let opened = Opened::at(&path, &means);
            match means.newer(&path, opened.as_ref().ok()) {
                Some(snapshot) => Ok(Outcome::Newer(path, Box::new(snapshot))),
                None => opened.map(|opened| Outcome::Opened(Box::new(opened))),
            }
        })
    }

    /// Opens a project as it was saved, whatever else there is of it.
    pub(super) fn open_as_saved(&mut self, path: &Path) -> Task<Message> {
        let (path, means) = (path.to_owned(), self.means.clone());
        let words = format!("Opening {}…", path.display());
        self.errand((Kind::Open, words), move || {
            Opened::at(&path, &means).map(|opened| Outcome::Opened(Box::new(opened)))
        })
    }

    /// Opens unsaved work.
    pub(super) fn restore(&mut self, snapshot: Snapshot) -> Task<Message> {
        let means = self.means.clone();
        let words = format!("Restoring {}…", snapshot.about.name);
        self.errand((Kind::Open, words), move || {
            Opened::restored(&snapshot, &means).map(|opened| Outcome::Opened(Box::new(opened)))
        })
    }

    /// Saves where it is; asks for a place where it has none.
    pub(super) fn save(&mut self) -> Task<Message> {
        if let Some(errand) = &mut self.errand {
            errand.again = errand.kind == Kind::Save;
            return Task::none();
        }
        let begun = match &self.desk {
            Some(desk) if desk.is_draft() => {
                self.ask_save_as();
                return Task::none();
            }
            Some(desk) => desk.begin_save(),
            None => return Task::none(),
        };
        match begun {
            Ok(write) => {
                let work = move || write().map(|written| Outcome::Written(Box::new(written)));
                self.errand((Kind::Save, "Saving…".to_owned()), work)
            }
            Err(error) => {
                self.after = None;
                self.fail(error);
                Task::none()
            }
        }
    }

    /// Saves it as another project.
    pub(super) fn save_as(&mut self, to: &Path) -> Task<Message> {
        let Some(desk) = &self.desk else { return Task::none() };
        let (write, words) = (desk.begin_save_as(to), format!("Saving in {}…", to.display()));
        self.errand((Kind::SaveAs, words), move || {
            write().map(|moved| Outcome::Moved(Box::new(moved)))
        })
    }

    /// Whether a message must wait for an errand. Escape gives an opening up.
    pub(super) fn waits(&mut self, message: &Message) -> bool {
        let Some(errand) = self.errand.as_ref().filter(|errand| errand.kind != Kind::Save) else {
            return false;
        };
        if let (
            Kind::Open,
            Message::Key(Event::KeyPressed { key: Key::Named(Named::Escape), .. }),
        ) = (errand.kind, message)
        {
            self.errand = None;
            return true;
        }
        let passes = matches!(
            message,
            Message::Frame(_)
                | Message::Idle
                | Message::Window(_)
                | Message::Done(_)
                | Message::Arrived
                | Message::Nothing
        );
        !passes
    }

    /// Puts `then` behind a save that is under way; false when there is none.
    pub(super) fn is_deferred(&mut self, then: &Then) -> bool {
        match &mut self.errand {
            Some(errand) if errand.kind != Kind::Open => {
                errand.then = Some(then.clone());
                true
            }
            _ => false,
        }
    }

    /// Takes in what came of an errand, if it has come to an end.
    pub(super) fn arrived(&mut self) -> Task<Message> {
        let slot = self.errand.as_ref().map(|errand| Arc::clone(&errand.slot));
        let outcome = slot.and_then(|slot| slot.lock().ok()?.take());
        let Some(outcome) = outcome else { return Task::none() };
        let Some(errand) = self.errand.take() else { return Task::none() };
        match outcome {
            Ok(Outcome::Opened(opened)) => self.show(Desk::on(*opened, self.means.clone())),
            Ok(Outcome::Newer(path, snapshot)) => {
                self.dialog = Some(Dialog::newer(path, *snapshot));
                return Task::none();
            }
            Ok(Outcome::Written(written)) => {
                self.said_saved(|desk| desk.end_save(*written), "Saved.".to_owned());
                if errand.again {
                    self.after = errand.then;
                    return self.save();
                }
            }
            Ok(Outcome::Moved(moved)) => {
                let words = errand.words.replacen("Saving", "Saved", 1).replace('…', ".");
                self.said_saved(|desk| desk.end_save_as(*moved), words);
            }
            Err(error) => {
                self.fail(error);
                return Task::none();
            }
        }
        errand.then.map_or_else(Task::none, |then| self.ask_then(then))
    }

    fn said_saved(&mut self, end: impl FnOnce(&mut Desk) -> Vec<String>, words: String) {
        if let Some(desk) = &mut self.desk {
            let notes = end(desk);
            desk.live.say(notes.into_iter().next().unwrap_or(words), false);
        }
    }

    /// Waits for a save that is under way, as before the window closes.
    pub(super) fn settle(&mut self) {
        let thread = self.errand.as_mut().and_then(|errand| errand.thread.take());
        if let Some(thread) = thread {
            // A thread that panicked has left nothing to take in.
            let _ended = thread.join();
        }
    }
}
