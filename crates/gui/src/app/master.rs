//! The Master view: rooms, what is measured of the master, reaching a loudness, proposals.

use std::path::PathBuf;
use std::time::Instant;

use iced::Task;
use twobus_jobs::{
    Error, MatchOptions, Matched, Progress, Reached, ReferenceFile, match_reference, reach,
};
use twobus_session::{Edit, MasterEdit, Target};

use super::jobs::{Job, Kind, Outcome};
use super::sheets::Sheet;
use super::{App, Message, Region};
use crate::desk::{Desk, Room, Studied, StudyKey};
use crate::screens::dialog::About;
use crate::screens::master::{self, Action};
use crate::screens::proposal::Proposal;
use crate::widgets::Input;

/// How long nothing has changed until the master is measured anew.
const STILL_S: f64 = 0.5;

/// A measurement that is wanted, or under way.
#[derive(Default)]
pub(crate) struct Study {
    wanted: Option<(StudyKey, Instant)>,
    runs: Option<(StudyKey, Job)>,
    /// What could not be measured, so that it is not tried again and again.
    failed: Option<StudyKey>,
}

impl Study {
    /// Whether one is wanted or under way.
    pub(super) fn is_busy(&self) -> bool {
        self.runs.is_some()
    }
}

impl App {
    /// Goes to a room.
    pub(super) fn enter_room(&mut self, room: Room) {
        let Some(desk) = &mut self.desk else { return };
        desk.enter(room);
        self.region = match room {
            Room::Mix => Region::Mixer,
            Room::Master => Region::Master,
        };
        self.menu = None;
    }

    /// Looks anew how far the print is behind its mix, whenever the document is another in Master.
    pub(super) fn refresh_master(&mut self) {
        let Some(desk) = self.desk.as_ref().filter(|desk| desk.room() == Room::Master) else {
            return;
        };
        if self.refreshed != Some(desk.revision()) {
            self.refreshed = Some(desk.revision());
            self.master.refresh(desk);
        }
    }

    pub(super) fn master(&mut self, input: Input<master::Part>) -> Task<Message> {
        let Some(desk) = &mut self.desk else { return Task::none() };
        if matches!(input, Input::Focus(_)) {
            self.region = Region::Master;
        }
        match self.master.update(input, desk) {
            Action::None => {}
            Action::Menu(menu) => self.menu = Some(menu),
            Action::Leave { back } => self.leave(back),
            Action::Update => return self.update_print(),
            Action::Readiness => return self.show_readiness(),
            Action::Reference => self.browse(About::Reference),
            Action::Propose { matching } => return self.propose(matching),
        }
        Task::none()
    }

    /// Asks for a bounce; where the print is behind its mix, it begins at once.
    pub(super) fn update_print(&mut self) -> Task<Message> {
        let again = !self.master.changes().is_empty();
        self.ask_bounce();
        match again {
            true => self.sheet_key(Some(iced::keyboard::key::Named::Enter), None),
            false => Task::none(),
        }
    }

    fn show_readiness(&mut self) -> Task<Message> {
        let Some(desk) = &self.desk else { return Task::none() };
        let found = twobus_jobs::master::input(desk.folder(), desk.project(), desk.song());
        match found {
            Ok((_, Some(print))) if print.readiness.is_some() => {
                let print = print.clone();
                self.check(&print)
            }
            _ => {
                let text = "This print was not looked at; bounce it again with the check on.";
                self.on_desk(|desk| desk.live.say(text, false));
                Task::none()
            }
        }
    }

    /// Measures the master when it has stood still for a moment since it was last measured.
    pub(super) fn study(&mut self, now: Instant) -> Option<Task<Message>> {
        let key = self.desk.as_ref().and_then(StudyKey::of)?;
        let is = |other: Option<&StudyKey>| other == Some(&key);
        let known = is(self.master.studied.as_ref().map(|studied| &studied.key));
        let runs = is(self.study.runs.as_ref().map(|(key, _)| key));
        if known || runs || is(self.study.failed.as_ref()) {
            return None;
        }
        match &self.study.wanted {
            Some((wanted, since)) if *wanted == key => {
                if (now - *since).as_secs_f64() < STILL_S {
                    return None;
                }
            }
            _ => {
                // What runs is for a chain of before.
                self.study.runs = None;
                self.study.wanted = Some((key, now));
                return None;
            }
        }
        let (wanted, before) = (key.clone(), self.master.studied.clone());
        let ticket = self.ticket();
        let (job, task) = Job::run((Kind::Study, ticket), move |progress| {
            let found = wanted.clone().study(before, progress);
            Ok(Outcome::Studied(Box::new((wanted, found))))
        });
        self.study.runs = Some((key, job));
        Some(task)
    }

    /// Measures it here and now.
    #[cfg(test)]
    pub(super) fn study_now(&mut self) {
        let key = self.desk.as_ref().and_then(StudyKey::of).unwrap();
        let ticket = self.ticket();
        let (job, _task) = Job::run((Kind::Study, ticket), |_| Err(Error::Cancelled));
        self.study.runs = Some((key.clone(), job));
        let found = key.clone().study(self.master.studied.clone(), &Progress::new());
        self.studied(key, found);
    }

    /// The master was measured.
    pub(super) fn studied(&mut self, key: StudyKey, found: Result<Studied, Error>) {
        if self.study.runs.as_ref().is_none_or(|(runs, _)| *runs != key) {
            return;
        }
        self.study.runs = None;
        match found {
            Ok(found) => {
                let gains_db = found.gains_db();
                (self.master.studied, self.master.problem) = (Some(found), None);
                self.on_desk(|desk| desk.listen(|listening| listening.gains_db = gains_db));
            }
            Err(Error::Cancelled) => {}
            Err(error) => {
                self.master.problem = Some(error.to_string());
                self.study.failed = Some(key);
            }
        }
    }

    /// Brings the master to a target: without a loudness at once, else by a job.
    pub(super) fn reach(&mut self, target: Target) -> Task<Message> {
        let Some(desk) = &mut self.desk else { return Task::none() };
        if target.loudness_lufs.is_none() {
            let change = MasterEdit::Target(target);
            let edit = Edit::Master { song: desk.song_id(), change };
            desk.apply(edit);
            return Task::none();
        }
        if !self.is_free_for(Kind::Reach) {
            return Task::none();
        }
        let Some(desk) = &self.desk else { return Task::none() };
        let (project, song) = (desk.project(), desk.song());
        let input = match twobus_jobs::master::input(desk.folder(), project, song) {
            Ok((input, _)) => input,
            Err(error) => {
                self.fail(error);
                return Task::none();
            }
        };
        let master = song.master.clone();
        self.job(Kind::Reach, move |progress| {
            let reached = reach(&input, &master, target, progress)?;
            Ok(Outcome::Reached(target, Box::new(reached)))
        })
    }

    /// The drive that a target takes was found.
    pub(super) fn reached(&mut self, target: Target, reached: &Reached) {
        let Some(desk) = &mut self.desk else { return };
        desk.apply(reached.edit(desk.song(), target));
        let lufs = reached.report.integrated_lufs.map(twobus_dsp::Db);
        let lufs = lufs.map_or("silence".to_owned(), |lufs| format!("{lufs} LUFS"));
        let taken = twobus_dsp::Db(reached.reduction_db);
        match reached.notes.first() {
            Some(note) => desk.live.say(note.clone(), true),
            None => desk.live.say(format!("{lufs}, with up to {taken} dB of limiting."), false),
        }
    }

    /// Begins a project with a finished mix, which goes straight to its master.
    pub(super) fn master_file(&mut self, paths: Vec<PathBuf>) -> Task<Message> {
        let Some(path) = paths.into_iter().next().filter(|path| path.is_file()) else {
            self.fail("Choose one audio file: a finished mix.");
            return Task::none();
        };
        let name = path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        if !self.is_free_for(Kind::Arrive) {
            return Task::none();
        }
        match Desk::draft(&name, &self.means) {
            Ok(desk) => self.show(desk),
            Err(error) => {
                self.fail(error);
                return Task::none();
            }
        }
        let Some(desk) = &self.desk else { return Task::none() };
        let (folder, project) = (desk.folder().clone(), desk.project().clone());
        self.job(Kind::Arrive, move |progress| {
            let arrived =
                twobus_jobs::import::arrive(&folder, &project, &path, &name, false, progress)?;
            Ok(Outcome::Arrived(Box::new(arrived.edit)))
        })
    }

    /// The finished mix was read.
    pub(super) fn file_arrived(&mut self, edit: Edit) {
        self.on_desk(|desk| desk.arrive(edit));
        self.enter_room(Room::Master);
    }

    /// Proposes a chain: by the reference, or by what is looked at without one.
    fn propose(&mut self, matching: bool) -> Task<Message> {
        if !self.is_free_for(Kind::Propose) {
            return Task::none();
        }
        let Some(desk) = &self.desk else { return Task::none() };
        let (project, song) = (desk.project(), desk.song());
        let Ok((input, _)) = twobus_jobs::master::input(desk.folder(), project, song) else {
            return Task::none();
        };
        let file = |reference: &twobus_session::Reference| {
            let media = project.media(reference.media)?;
            Some(ReferenceFile { path: desk.folder().resolve(media), weight: reference.weight })
        };
        let references: Vec<ReferenceFile> = match matching {
            true => song.master.references.iter().filter_map(file).collect(),
            false => Vec::new(),
        };
        let options = MatchOptions {
            amounts: self.master.amounts,
            loudness_lufs: song.master.target.loudness_lufs.filter(|_| !matching),
            ceiling_dbtp: song.master.target.ceiling_dbtp,
            trim: song.master.trim,
            assist: !matching,
            ..MatchOptions::default()
        };
        let title = match references.first().and_then(|file| file.path.file_name()) {
            Some(name) => format!("Match to {}", name.to_string_lossy()),
            None => "Assistant".to_owned(),
        };
        let task = self.job(Kind::Propose, move |progress: &Progress| {
            let found = match_reference(&input, &references, &options, progress)?;
            Ok(Outcome::Matched(Box::new(found)))
        });
        if let Some(job) = &self.job {
            let proposal = Proposal::new(title, job.progress.clone());
            self.sheet = Some(Sheet::Proposal(Box::new(proposal)));
        }
        task
    }

    /// What is proposed was found.
    pub(super) fn matched(&mut self, matched: Matched) {
        if let Some(Sheet::Proposal(sheet)) = &mut self.sheet {
            sheet.found(matched);
        }
    }

    /// Puts what is proposed into the chain.
    pub(super) fn apply_proposal(&mut self) {
        let Some(Sheet::Proposal(sheet)) = self.sheet.take() else { return };
        let (Some(desk), Some(matched)) = (&mut self.desk, sheet.matched()) else { return };
        let edit = matched.edit(desk.folder(), desk.project(), desk.song_id(), sheet.title());
        match edit {
            Ok(edit) => desk.apply(edit),
            Err(error) => desk.live.say(error.to_string(), true),
        }
    }

    /// A letter or digit that only Master knows; true if it did something.
    pub(super) fn master_letter(&mut self, letter: &str) -> bool {
        let Some(desk) = self.desk.as_mut().filter(|desk| desk.room() == Room::Master) else {
            return false;
        };
        match letter {
            "1" | "2" | "3" => {
                let index = usize::from(letter.as_bytes()[0] - b'1');
                self.master.hear(index, desk);
            }
            _ if check(letter).is_some() => hold(letter, true, desk),
            "b" => self.master.bypass_focused(desk),
            _ => return false,
        }
        true
    }

    /// A key that was held is let go.
    pub(super) fn key_released(&mut self, letter: &str) {
        self.on_desk(|desk| hold(letter, false, desk));
    }

    /// A check that was found by its name stays on until it is chosen again; false for any other command.
    pub(super) fn toggle_check(&mut self, letter: &str) -> bool {
        let desk = self.desk.as_mut().filter(|desk| desk.room() == Room::Master);
        let (Some(index), Some(desk)) = (check(letter), desk) else { return false };
        let on = !master::is_checked(index, desk.listening());
        master::hold_check(index, on, desk);
        if on {
            desk.live.say(format!("It stays on until key {letter} is pressed and let go."), false);
        }
        true
    }
}

/// The check of a key.
fn check(letter: &str) -> Option<usize> {
    ["4", "5", "6", "7"].iter().position(|key| *key == letter)
}

fn hold(letter: &str, on: bool, desk: &mut Desk) {
    if let Some(index) = check(letter) {
        master::hold_check(index, on, desk);
    }
}
