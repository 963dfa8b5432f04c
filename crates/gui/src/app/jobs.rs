//! Jobs: what takes time runs on a thread of its own, and comes back as a message.

use std::sync::{Arc, Mutex};

use iced::Task;
use iced::widget::image::Handle;
use twobus_jobs::{
    Bounce, Delivered, Error, Examination, Import, Matched, Progress, Reached, Relink,
};
use twobus_session::{Edit, Target};

use super::{App, Message, Region};
use crate::desk::{Heard, Studied, StudyKey};
use crate::screens::import::Table;

/// What came of a job.
pub(super) enum Outcome {
    Import(Box<Import>, Vec<Option<Handle>>),
    Found(Box<Relink>),
    /// A reference is noted, if it was not, and measured.
    Reference(Option<Box<Edit>>, Heard),
    Bounced(Box<Bounce>),
    Examined(u32, Box<Examination>),
    Studied(Box<(StudyKey, Result<Studied, Error>)>),
    Reached(Target, Box<Reached>),
    Matched(Box<Matched>),
    Delivered(Option<u32>, Box<Delivered>),
    /// A song that is a finished mix.
    Arrived(Box<Edit>),
}

/// What came of a job, on its way to the window: it is taken out once.
#[derive(Clone)]
pub(crate) struct Done(Arc<Mutex<Option<Result<Outcome, Error>>>>);

impl Done {
    fn new(outcome: Result<Outcome, Error>) -> Self {
        Self(Arc::new(Mutex::new(Some(outcome))))
    }

    #[cfg(test)]
    pub(super) fn failed(error: Error) -> Self {
        Self::new(Err(error))
    }

    #[cfg(test)]
    pub(super) fn of(outcome: Outcome) -> Self {
        Self::new(Ok(outcome))
    }
}

impl std::fmt::Debug for Done {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Done")
    }
}

/// A job that runs.
pub(crate) struct Job {
    pub(super) progress: Arc<Progress>,
}

impl Job {
    /// How far it is, in words.
    pub(super) fn words(&self) -> String {
        let percent = (self.progress.share() * 100.0).round();
        format!("{}… {percent} %", self.progress.stage())
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        self.progress.cancel();
    }
}

impl Job {
    /// Runs on a thread called `name`, and comes back as a message.
    pub(super) fn run(
        name: &str,
        work: impl FnOnce(&Progress) -> Result<Outcome, Error> + Send + 'static,
    ) -> (Self, Task<Message>) {
        let progress = Arc::new(Progress::new());
        let job = Self { progress: Arc::clone(&progress) };
        let (done, result) = iced::futures::channel::oneshot::channel();
        let run = move || {
            // The window may be gone by then.
            let _closed = done.send(Done::new(work(&progress)));
        };
        let _thread = std::thread::Builder::new().name(name.to_owned()).spawn(run);
        (job, Task::perform(result, |done| done.map_or(Message::Nothing, Message::Done)))
    }
}

impl App {
    /// Runs a job that the window waits for, in place of the one before it.
    pub(super) fn job(
        &mut self,
        work: impl FnOnce(&Progress) -> Result<Outcome, Error> + Send + 'static,
    ) -> Task<Message> {
        let (job, task) = Job::run("job", work);
        self.job = Some(job);
        task
    }

    /// Takes in what came of a job.
    pub(super) fn done(&mut self, done: Done) -> Task<Message> {
        let outcome = done.0.lock().ok().and_then(|mut outcome| outcome.take());
        let outcome = match outcome {
            Some(Ok(Outcome::Studied(found))) => {
                let (key, found) = *found;
                self.studied(key, found);
                return Task::none();
            }
            // One that was given up may be followed by another, which goes on.
            Some(Err(Error::Cancelled)) => {
                self.stopped();
                return Task::none();
            }
            None => return Task::none(),
            Some(outcome) => outcome,
        };
        self.job = None;
        match outcome {
            Ok(Outcome::Import(import, waves)) => {
                self.table = Some(Table::new(*import, waves));
                self.region = Region::Main;
            }
            Ok(Outcome::Found(found)) => self.found(*found),
            Ok(Outcome::Reference(edit, heard)) => self.reference_is_there(edit, heard),
            Ok(Outcome::Bounced(bounce)) => return self.bounced(*bounce),
            Ok(Outcome::Examined(print, examined)) => self.examined(print, *examined),
            Ok(Outcome::Reached(target, reached)) => self.reached(target, &reached),
            Ok(Outcome::Matched(matched)) => self.matched(*matched),
            Ok(Outcome::Delivered(print, done)) => self.delivered(print, *done),
            Ok(Outcome::Arrived(edit)) => self.file_arrived(*edit),
            Ok(Outcome::Studied(_)) => {}
            Err(error) => {
                if !self.sheet_failed(&error) {
                    self.leave_empty_draft();
                    self.fail(error);
                }
            }
        }
        Task::none()
    }
}
