//! Sheets over the window: bounce, the report on a print, what is proposed for a chain.

use iced::Task;
use iced::keyboard::key::Named;
use twobus_jobs::{Bounce as Bounced, BounceOptions, Error, Examination, check_print, report_page};
use twobus_session::{Edit, Print, SongEdit};

use super::jobs::{Kind, Outcome};
use super::{App, Message};
use crate::desk::{Desk, Room};
use crate::screens::bounce::{self, Bounce};
use crate::screens::deliver::Deliver;
use crate::screens::mix::arrange::Marked;
use crate::screens::proposal::{self, Proposal};
use crate::screens::ready::{self, Cause, Ready};
use crate::widgets::Input;

/// A sheet while it is shown.
#[derive(Debug)]
pub(crate) enum Sheet {
    /// What is bounced, and how far it is.
    Bounce(Box<Bounce>),
    /// The report on a print.
    Ready(Box<Ready>),
    /// What match or assistant propose.
    Proposal(Box<Proposal>),
    /// What is delivered, and what came of it.
    Deliver(Box<Deliver>),
}

impl App {
    /// The step that the main button names: to bounce the mix, or to deliver the master.
    pub(super) fn next_step(&mut self) {
        match self.desk.as_ref().map(Desk::room) {
            Some(Room::Mix) => self.ask_bounce(),
            Some(Room::Master) => self.ask_deliver(),
            None => {}
        }
    }

    /// Asks what is to be bounced.
    pub(super) fn ask_bounce(&mut self) {
        if self.sheet.is_none()
            && self.desk.is_some()
            && self.is_free_for(Kind::Bounce)
            && let Some(desk) = &self.desk
        {
            self.sheet = Some(Sheet::Bounce(Box::new(Bounce::new(desk))));
        }
    }

    /// A key, while a sheet is shown.
    pub(super) fn sheet_key(&mut self, named: Option<Named>, text: Option<&str>) -> Task<Message> {
        match &mut self.sheet {
            Some(Sheet::Bounce(sheet)) => {
                let action = sheet.key(named, text);
                self.bounce_did(action)
            }
            Some(Sheet::Ready(sheet)) => {
                let action = sheet.key(named);
                self.ready_did(action)
            }
            Some(Sheet::Proposal(sheet)) => {
                let action = sheet.key(named);
                self.proposal_did(action);
                Task::none()
            }
            Some(Sheet::Deliver(sheet)) => {
                let action = sheet.key(named);
                self.deliver_did(action)
            }
            None => Task::none(),
        }
    }

    pub(super) fn bounce(&mut self, input: Input<bounce::Part>) -> Task<Message> {
        let Some(Sheet::Bounce(sheet)) = &mut self.sheet else { return Task::none() };
        let action = sheet.update(input);
        self.bounce_did(action)
    }

    fn bounce_did(&mut self, action: bounce::Action) -> Task<Message> {
        match action {
            bounce::Action::None => {}
            bounce::Action::Close => (self.sheet, self.job) = (None, None),
            bounce::Action::Start(options) => return self.start_bounce(*options),
        }
        Task::none()
    }

    fn start_bounce(&mut self, options: BounceOptions) -> Task<Message> {
        if !self.is_free_for(Kind::Bounce) {
            return Task::none();
        }
        let Some(desk) = &self.desk else { return Task::none() };
        let (folder, project) = (desk.folder().clone(), desk.project().clone());
        let song = desk.song().clone();
        let task = self.job(Kind::Bounce, move |progress| {
            let done = twobus_jobs::bounce(&folder, &project, &song, &options, progress)?;
            Ok(Outcome::Bounced(Box::new(done)))
        });
        if let (Some(Sheet::Bounce(sheet)), Some(job)) = (&mut self.sheet, &self.job) {
            sheet.started(job.progress.clone());
        }
        task
    }

    /// A print is there: it is noted in the song, at the level that the master's chain had before.
    pub(super) fn bounced(&mut self, mut done: Bounced) -> Task<Message> {
        let sheet = self.sheet.take();
        let Some(desk) = &mut self.desk else { return Task::none() };
        let checks = match &sheet {
            Some(Sheet::Bounce(sheet)) => {
                done.print.note = sheet.note().to_owned();
                sheet.checks()
            }
            Some(Sheet::Ready(_) | Sheet::Proposal(_) | Sheet::Deliver(_)) | None => false,
        };
        let number = done.print.number;
        desk.apply(noted(desk, &done.print));
        let text = done.notes.first().cloned();
        desk.live.say(
            text.unwrap_or_else(|| format!("Print {number} is done.")),
            !done.notes.is_empty(),
        );
        desk.flush();
        if checks { self.check(&done.print) } else { Task::none() }
    }

    /// Shows the report on a print, and looks for the tracks behind it.
    pub(super) fn check(&mut self, print: &Print) -> Task<Message> {
        if !self.is_free_for(Kind::Trace) {
            return Task::none();
        }
        let Some(desk) = &self.desk else { return Task::none() };
        let Some(mut ready) = Ready::new(&desk.song().title, print) else { return Task::none() };
        ready.trace();
        self.sheet = Some(Sheet::Ready(Box::new(ready)));
        let (folder, project) = (desk.folder().clone(), desk.project().clone());
        let (song, print) = (desk.song().clone(), print.clone());
        self.job(Kind::Trace, move |progress| {
            let examined = check_print(&folder, &project, &song, &print, true, progress)?;
            Ok(Outcome::Examined(print.number, Box::new(examined)))
        })
    }

    /// The tracks behind a report are found.
    pub(super) fn examined(&mut self, print: u32, examined: Examination) {
        if let Some(Sheet::Ready(sheet)) = &mut self.sheet
            && sheet.print() == print
        {
            sheet.traced(examined.readiness.clone(), examined.notes.clone());
            self.examination = Some((print, Box::new(examined)));
        }
    }

    /// Says in a sheet why its job failed; false where no sheet waits for one.
    pub(super) fn sheet_failed(&mut self, kind: Kind, error: &Error) -> bool {
        match (kind, &mut self.sheet) {
            (Kind::Deliver, _) => self.delivery_failed(error.to_string()),
            (Kind::Bounce, Some(Sheet::Bounce(sheet))) => sheet.failed(error.to_string()),
            (Kind::Trace, Some(Sheet::Ready(sheet))) => sheet.untraced(error.to_string()),
            (Kind::Propose, Some(Sheet::Proposal(sheet))) => sheet.failed(error.to_string()),
            _ => return false,
        }
        true
    }

    pub(super) fn proposal(&mut self, input: Input<proposal::Part>) -> Task<Message> {
        let Some(Sheet::Proposal(sheet)) = &mut self.sheet else { return Task::none() };
        let action = sheet.update(input);
        self.proposal_did(action);
        Task::none()
    }

    fn proposal_did(&mut self, action: proposal::Action) {
        match action {
            proposal::Action::None => {}
            proposal::Action::Close => (self.sheet, self.job) = (None, None),
            proposal::Action::Apply => self.apply_proposal(),
        }
    }

    pub(super) fn ready(&mut self, input: Input<ready::Part>) -> Task<Message> {
        let Some(Sheet::Ready(sheet)) = &mut self.sheet else { return Task::none() };
        let action = sheet.update(input);
        self.ready_did(action)
    }

    fn ready_did(&mut self, action: ready::Action) -> Task<Message> {
        match action {
            ready::Action::None => {}
            ready::Action::Close => (self.sheet, self.job) = (None, None),
            ready::Action::Show(cause) => self.show_cause(cause),
            ready::Action::Save => return self.save_report(),
            ready::Action::Master => {
                (self.sheet, self.job) = (None, None);
                self.enter_room(Room::Master);
            }
        }
        Task::none()
    }

    /// Goes to what is behind a row of the report, in the mix.
    fn show_cause(&mut self, cause: Cause) {
        (self.sheet, self.job) = (None, None);
        self.devices.close();
        self.enter_room(Room::Mix);
        self.arranged();
        let Some(desk) = &mut self.desk else { return };
        if let Some(first) = cause.strips.first() {
            self.mixer.choose(*first);
            self.mixer.selected.clone_from(&cause.strips);
        }
        if let Some((start, _)) = cause.place {
            desk.live.locate(start);
        }
        desk.live.say(cause.words, false);
        self.arrange.mark(Marked { place: cause.place, strips: cause.strips }, desk);
    }

    /// Writes the report as a page beside its print.
    fn save_report(&mut self) -> Task<Message> {
        let Some(desk) = &mut self.desk else { return Task::none() };
        let Some((number, examined)) = &self.examination else {
            desk.live.say("The report can be saved once the tracks behind it are found.", false);
            return Task::none();
        };
        let print = desk.song().prints.iter().find(|print| print.number == *number);
        let Some(print) = print else { return Task::none() };
        let path = desk.folder().path().join(&print.file).with_extension("html");
        match std::fs::write(&path, report_page(examined)) {
            Ok(()) => desk.live.say(format!("The report is in {}.", path.display()), false),
            Err(error) => {
                let text = format!("{}: {error}. The report was not written.", path.display());
                desk.live.say(text, true);
            }
        }
        Task::none()
    }
}

/// The step that adds a print to the song; the master's trim holds the drive that its chain was set for.
fn noted(desk: &Desk, print: &Print) -> Edit {
    let song = desk.song();
    let add = Edit::Song { song: song.id, change: SongEdit::AddPrint(Box::new(print.clone())) };
    let hold = song.level_change(print).map(|level| level.hold(song));
    let name = format!("Print {} of {}", print.number, song.title);
    Edit::Batch { name, edits: std::iter::once(add).chain(hold).collect() }
}
