//! Jobs: what takes time runs on a thread of its own, and comes back as a message.
//!
//! One job runs at a time, and a delivery beside it. Both belong to the project that is open: with it they
//! end, and what they still bring back is let go.

use std::sync::{Arc, Mutex};

use iced::Task;
use iced::widget::image::Handle;
use twobus_jobs::{
    Bounce, Delivered, Error, Examination, Import, Matched, Progress, Reached, Relink,
};
use twobus_session::{Edit, Target};

use super::sheets::Sheet;
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

/// What a job is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Import,
    /// A finished mix is read.
    Arrive,
    Find,
    Reference,
    Bounce,
    /// The tracks behind a report are looked for.
    Trace,
    Study,
    Reach,
    Propose,
    Deliver,
}

impl Kind {
    /// What it does, in words.
    fn words(self) -> &'static str {
        match self {
            Self::Import | Self::Arrive => "Reading files",
            Self::Find => "Looking for files",
            Self::Reference => "Measuring the reference",
            Self::Bounce => "Bouncing",
            Self::Trace => "Looking for tracks",
            Self::Study => "Measuring the master",
            Self::Reach => "Reaching the loudness",
            Self::Propose => "Listening",
            Self::Deliver => "Delivering",
        }
    }
}

/// Names a job that was begun.
type Ticket = u64;

/// What came of a job, on its way to the window: it is taken out once.
#[derive(Clone)]
pub(crate) struct Done {
    ticket: Ticket,
    outcome: Arc<Mutex<Option<Result<Outcome, Error>>>>,
}

impl Done {
    pub(super) fn new(ticket: Ticket, outcome: Result<Outcome, Error>) -> Self {
        Self { ticket, outcome: Arc::new(Mutex::new(Some(outcome))) }
    }
}

impl std::fmt::Debug for Done {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Done")
    }
}

/// A job that runs; dropped, it is given up.
pub(crate) struct Job {
    pub(super) progress: Arc<Progress>,
    pub(super) kind: Kind,
    pub(super) ticket: Ticket,
}

impl Job {
    /// How far it is, in words.
    pub(super) fn words(&self) -> String {
        let percent = (self.progress.share() * 100.0).round();
        format!("{}… {percent} %", self.kind.words())
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        self.progress.cancel();
    }
}

impl Job {
    /// Runs on a thread of its own, and comes back as a message.
    pub(super) fn run(
        (kind, ticket): (Kind, Ticket),
        work: impl FnOnce(&Progress) -> Result<Outcome, Error> + Send + 'static,
    ) -> (Self, Task<Message>) {
        let progress = Arc::new(Progress::new());
        let job = Self { progress: Arc::clone(&progress), kind, ticket };
        let (done, result) = iced::futures::channel::oneshot::channel();
        let run = move || {
            // The window may be gone by then.
            let _closed = done.send(Done::new(ticket, work(&progress)));
        };
        let _thread = std::thread::Builder::new().name("job".to_owned()).spawn(run);
        (job, Task::perform(result, |done| done.map_or(Message::Nothing, Message::Done)))
    }
}

impl App {
    /// Runs a job. [`is_free_for`](Self::is_free_for) is asked before.
    pub(super) fn job(
        &mut self,
        kind: Kind,
        work: impl FnOnce(&Progress) -> Result<Outcome, Error> + Send + 'static,
    ) -> Task<Message> {
        let ticket = self.ticket();
        let (job, task) = Job::run((kind, ticket), work);
        *self.slot(kind) = Some(job);
        task
    }

    /// A name for the next job.
    pub(super) fn ticket(&mut self) -> Ticket {
        self.tickets += 1;
        self.tickets
    }

    fn slot(&mut self, kind: Kind) -> &mut Option<Job> {
        if kind == Kind::Deliver { &mut self.delivery } else { &mut self.job }
    }

    /// Whether a job of this kind can begin; if not, it says what is in its way. Only the search for tracks
    /// behind a report gives way: it is begun again with the report.
    pub(super) fn is_free_for(&mut self, kind: Kind) -> bool {
        let runs = self.slot(kind).as_ref().filter(|job| job.kind != Kind::Trace);
        let Some(words) = runs.map(Job::words) else { return true };
        self.say_busy(&words);
        false
    }

    /// Whether nothing runs that reads the project where it lies; if not, it says so.
    pub(super) fn is_idle(&mut self) -> bool {
        match self.work() {
            None => true,
            Some(words) => {
                self.say_busy(&words);
                false
            }
        }
    }

    fn say_busy(&mut self, works: &str) {
        let text = format!("{works}: wait for it, or stop it with the cross at the bottom right.");
        match &mut self.desk {
            Some(desk) => desk.live.say(text, true),
            None => self.fail(text),
        }
    }

    /// What runs, in words.
    pub(super) fn work(&self) -> Option<String> {
        let words: Vec<String> = self.job.iter().chain(&self.delivery).map(Job::words).collect();
        (!words.is_empty()).then(|| words.join("   "))
    }

    /// Whether anything runs.
    pub(super) fn works(&self) -> bool {
        self.job.is_some() || self.delivery.is_some()
    }

    /// Stops what runs: the job, or else the delivery, whose finished files stay.
    pub(super) fn stop(&mut self) {
        match (self.job.take(), &self.delivery) {
            (Some(job), _) => self.gave_up(job.kind),
            (None, Some(delivery)) => delivery.progress.cancel(),
            (None, None) => {}
        }
    }

    /// A job was given up: what waited for it does so no longer.
    fn gave_up(&mut self, kind: Kind) {
        match (kind, &self.sheet) {
            (Kind::Import | Kind::Arrive, _) => {
                self.table = None;
                self.leave_empty_draft();
            }
            (Kind::Bounce, Some(Sheet::Bounce(_)))
            | (Kind::Propose, Some(Sheet::Proposal(_)))
            | (Kind::Trace, Some(Sheet::Ready(_))) => self.sheet = None,
            _ => {}
        }
        self.on_desk(|desk| desk.live.say(format!("{}: stopped.", kind.words()), false));
    }

    /// Gives up what runs for the project that is left.
    pub(super) fn leave_jobs(&mut self) {
        (self.job, self.delivery, self.aside) = (None, None, None);
    }

    /// Ends the job that `ticket` names; `None` for one that was given up before.
    fn ended(&mut self, ticket: Ticket) -> Option<Kind> {
        let mut slots = [&mut self.job, &mut self.delivery].into_iter();
        let slot = slots.find(|slot| slot.as_ref().is_some_and(|job| job.ticket == ticket))?;
        slot.take().map(|job| job.kind)
    }

    /// Takes in what came of a job.
    pub(super) fn done(&mut self, done: Done) -> Task<Message> {
        let outcome = done.outcome.lock().ok().and_then(|mut outcome| outcome.take());
        let outcome = match outcome {
            Some(Ok(Outcome::Studied(found))) => {
                let (key, found) = *found;
                self.studied(key, found);
                return Task::none();
            }
            None => return Task::none(),
            Some(outcome) => outcome,
        };
        let Some(kind) = self.ended(done.ticket) else { return Task::none() };
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
            Err(Error::Cancelled) if kind == Kind::Deliver => self.delivery_stopped(),
            Err(Error::Cancelled) => self.gave_up(kind),
            Err(error) => {
                if !self.sheet_failed(kind, &error) {
                    self.leave_empty_draft();
                    self.fail(error);
                }
            }
        }
        Task::none()
    }
}
