//! Delivery: asked for in a sheet, written by a job that goes on when the sheet is closed.

use std::path::Path;
use std::process::Command;

use iced::Task;
use twobus_jobs::Delivered;
use twobus_session::{Edit, MasterEdit};

use super::jobs::{Kind, Outcome};
use super::sheets::Sheet;
use super::{App, Message};
use crate::screens::deliver::{self, Action, Deliver};
use crate::screens::dialog::About;
use crate::widgets::Input;

impl App {
    /// Asks what is to be delivered.
    pub(super) fn ask_deliver(&mut self) {
        if self.sheet.is_some() {
            return;
        }
        let Some(desk) = &mut self.desk else { return };
        // What came of a delivery is shown as long as nothing else has changed.
        let is_new = |sheet: &Deliver| sheet.is_running() || sheet.revision == desk.revision();
        if let Some(sheet) = self.aside.take().filter(|sheet| is_new(sheet)) {
            self.sheet = Some(Sheet::Deliver(sheet));
            return;
        }
        self.master.refresh(desk);
        match Deliver::new(desk, self.master.changes().to_vec()) {
            Ok(sheet) => self.sheet = Some(Sheet::Deliver(Box::new(sheet))),
            Err(why) => desk.live.say(format!("{why}."), true),
        }
    }

    pub(super) fn deliver(&mut self, input: Input<deliver::Part>) -> Task<Message> {
        let (Some(Sheet::Deliver(sheet)), Some(desk)) = (&mut self.sheet, &self.desk) else {
            return Task::none();
        };
        let action = sheet.update(input, desk);
        self.deliver_did(action)
    }

    pub(super) fn deliver_did(&mut self, action: Action) -> Task<Message> {
        match action {
            Action::None => {}
            Action::Close => self.lay_aside(),
            Action::Stop => self.delivery.iter().for_each(|job| job.progress.cancel()),
            Action::Update => {
                self.sheet = None;
                return self.update_print();
            }
            Action::Folder => self.browse(About::Masters),
            Action::Open => self.open_folder(),
            Action::Edit(edit) => {
                self.on_desk(|desk| desk.apply(*edit));
                if let (Some(Sheet::Deliver(sheet)), Some(desk)) = (&mut self.sheet, &self.desk) {
                    sheet.read_tags(desk);
                }
            }
            Action::Write => return self.write(),
        }
        Task::none()
    }

    /// Closes the sheet. While it runs it is only laid aside.
    fn lay_aside(&mut self) {
        match self.sheet.take() {
            Some(Sheet::Deliver(sheet)) if sheet.is_running() => self.aside = Some(sheet),
            _ => {}
        }
    }

    /// The sheet of the delivery that runs, shown or laid aside.
    fn deliver_sheet(&mut self) -> Option<&mut Deliver> {
        match (&mut self.sheet, &mut self.aside) {
            (Some(Sheet::Deliver(sheet)), _) => Some(sheet),
            (_, aside) => aside.as_deref_mut(),
        }
    }

    /// Takes another folder for the files.
    pub(super) fn deliver_to(&mut self, folder: &Path) {
        if let Some(Sheet::Deliver(sheet)) = &mut self.sheet {
            sheet.set_folder(folder);
        }
    }

    fn write(&mut self) -> Task<Message> {
        let (Some(Sheet::Deliver(sheet)), Some(desk)) = (&self.sheet, &self.desk) else {
            return Task::none();
        };
        let (project, song) = (desk.project(), desk.song());
        let Ok((input, print)) = twobus_jobs::master::input(desk.folder(), project, song) else {
            return Task::none();
        };
        let (planned, options) = (sheet.to_write(), sheet.options(desk));
        let (number, to) = (print.map(|print| print.number), sheet.folder.clone());
        if let Err(error) = std::fs::create_dir_all(&to) {
            let why = format!("{}: {error}; choose another folder.", to.display());
            if let Some(Sheet::Deliver(sheet)) = &mut self.sheet {
                sheet.failed(why);
            }
            return Task::none();
        }
        if !self.is_free_for(Kind::Deliver) {
            return Task::none();
        }
        let task = self.job(Kind::Deliver, move |progress| {
            let done = twobus_jobs::deliver(&input, &planned, &options, progress)?;
            Ok(Outcome::Delivered(number, Box::new(done)))
        });
        if let (Some(Sheet::Deliver(sheet)), Some(job)) = (&mut self.sheet, &self.delivery) {
            sheet.started(job.progress.clone());
        }
        task
    }

    /// Files were written: they are noted, and shown if their sheet is still open.
    pub(super) fn delivered(&mut self, print: Option<u32>, done: Delivered) {
        let Some(desk) = &mut self.desk else { return };
        let right = done.files.iter().filter(|file| file.is_right()).count();
        let all = done.files.len();
        match done.deliveries(desk.folder(), print) {
            Ok(new) if !new.is_empty() => {
                let mut master = desk.song().master.clone();
                for delivery in new {
                    master.deliveries = master.delivered(delivery);
                }
                let change = MasterEdit::Deliveries(master.deliveries);
                desk.apply(Edit::Master { song: desk.song_id(), change });
            }
            Ok(_) => {}
            Err(error) => {
                desk.live.say(format!("The files are not noted in the project: {error}."), true);
            }
        }
        let text = format!("{right} of {all} files written and verified.");
        desk.live.say(text, right < all);
        desk.flush();
        if right == all {
            // There is nothing left to do in a sheet that nobody looks at.
            self.aside = None;
        }
        let revision = desk.revision();
        if let Some(sheet) = self.deliver_sheet() {
            sheet.revision = revision;
            sheet.delivered(done);
        }
    }

    /// A delivery was stopped before it came to anything.
    pub(super) fn delivery_stopped(&mut self) {
        self.delivery_failed("It was stopped before a file was finished.".to_owned());
    }

    /// Nothing was delivered; why. It stands in its sheet, also when that is laid aside.
    pub(super) fn delivery_failed(&mut self, why: String) {
        self.on_desk(|desk| desk.live.say(format!("Nothing was delivered: {why}"), true));
        if let Some(sheet) = self.deliver_sheet() {
            sheet.failed(why);
        }
    }

    /// Shows the folder in the system's file manager.
    fn open_folder(&mut self) {
        let Some(Sheet::Deliver(sheet)) = &self.sheet else { return };
        let program = match std::env::consts::OS {
            "macos" => "open",
            "windows" => "explorer",
            _ => "xdg-open",
        };
        let folder = sheet.folder.display().to_string();
        let started = Command::new(program).arg(&sheet.folder).spawn();
        let (text, warning) = match started {
            Ok(_child) => (folder, false),
            Err(_) => (format!("There is no file manager to open {folder} with."), true),
        };
        self.on_desk(|desk| desk.live.say(text, warning));
    }
}
