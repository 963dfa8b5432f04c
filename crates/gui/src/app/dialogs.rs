//! Menus and dialogs, and what their answers do.

use std::path::{Path, PathBuf};

use iced::{Point, Task};
use twobus_dsp::Db;
use twobus_session::edit::ListEdit;
use twobus_session::strip::{SEND, TRIM, WIDTH};
use twobus_session::{DeviceId, Edit, SendEdit, SendId, Strip, StripEdit, StripId};

use super::{App, Message};
use crate::desk::Desk;
use crate::screens::dialog::{self, About, Answer, Dialog, Then};
use crate::screens::menu::{self, Choice};
use crate::screens::mix::arrange::{name_of, named};
use crate::screens::mix::{arrange, mixer};
use crate::widgets::Input;

/// Where the menu of a send that was chosen in another menu opens.
const SEND_MENU: Point = Point::new(160.0, 300.0);
/// Where the menu of a device's parameters opens.
const LANE_MENU: Point = Point::new(130.0, 160.0);

impl App {
    pub(super) fn menu_did(&mut self, action: menu::Action) -> Task<Message> {
        match action {
            menu::Action::None => {}
            menu::Action::Close => self.menu = None,
            menu::Action::Chosen(choice) => {
                self.menu = None;
                return self.chose(choice);
            }
        }
        Task::none()
    }

    pub(super) fn chose(&mut self, choice: Choice) -> Task<Message> {
        let strip = |desk: &Option<Desk>, id| desk.as_ref()?.strip(id).cloned();
        let asked = match choice {
            Choice::Edit(edit) => {
                let added = added_device(&edit);
                self.on_desk(|desk| desk.apply(edit));
                if let Some((strip, device)) = added {
                    self.open_devices(strip, Some(device));
                }
                return Task::none();
            }
            Choice::Sends(id, index) => {
                let menu = self
                    .desk
                    .as_ref()
                    .and_then(|desk| mixer::of_send(desk, desk.strip(id)?, index, SEND_MENU));
                self.menu = menu;
                return Task::none();
            }
            Choice::SendLevel(id, send) => (About::SendLevel(id, send), id),
            Choice::Lane(strip, target) => {
                self.arrange.show_lane(strip, target);
                return Task::none();
            }
            Choice::LaneOf(strip, device) => {
                let menu = self
                    .desk
                    .as_ref()
                    .and_then(|desk| arrange::device_menu(desk.strip(strip)?, device, LANE_MENU));
                self.menu = menu;
                return Task::none();
            }
            Choice::Reach(target) => return self.reach(target),
            Choice::Role(index, role) => {
                self.table.iter_mut().for_each(|table| table.set_role(index, role));
                return Task::none();
            }
            Choice::Ask(about) => {
                self.ask(about);
                return Task::none();
            }
            Choice::Rename(id) => (About::Rename(id), id),
            Choice::Trim(id) => (About::Trim(id), id),
            Choice::Width(id) => (About::Width(id), id),
        };
        if let (about, Some(strip)) = (asked.0, strip(&self.desk, asked.1)) {
            self.dialog = Some(prompt(about, &strip));
        }
        Task::none()
    }

    /// Asks for the name of a section or marker, or for a file.
    pub(super) fn ask(&mut self, about: About) {
        if about == About::Reference {
            return self.browse(about);
        }
        let name = self.desk.as_ref().and_then(|desk| name_of(desk, &about));
        if let Some(name) = name {
            self.dialog = Some(Dialog::prompt(about, format!("New name of {name}"), name));
        }
    }

    pub(super) fn dialog(&mut self, input: Input<dialog::Part>) -> Task<Message> {
        let answer = self.dialog.as_mut().and_then(|dialog| dialog.update(input));
        self.answered(answer)
    }

    /// Shows a folder to choose in.
    pub(super) fn browse(&mut self, about: About) {
        let near = self.desk.as_ref().filter(|desk| !desk.is_draft());
        let near = near.and_then(|desk| desk.folder().path().parent().map(Path::to_owned));
        let name = match (&about, &self.desk) {
            (About::SaveAs, Some(desk)) => twobus_jobs::file_name(desk.name()),
            _ => String::new(),
        };
        self.dialog = Some(Dialog::browse(about, dialog::start(near.as_deref()), &name));
    }

    /// Shows what went wrong.
    pub(super) fn fail(&mut self, error: impl std::fmt::Display) {
        self.dialog = Some(Dialog::failure(error.to_string()));
    }

    /// Does what a dialog was about.
    pub(super) fn answered(&mut self, answer: Option<Answer>) -> Task<Message> {
        let Some(answer) = answer else { return Task::none() };
        let Some(dialog) = self.dialog.take() else { return Task::none() };
        match (dialog.about, answer) {
            (About::Delivering(then), Answer::Button(_)) => {
                self.leave_jobs();
                return self.ask_then(then);
            }
            (About::Discard(snapshot), Answer::Button(_)) => self.discard_work(&snapshot),
            (About::Newer(path, _), Answer::Button(1)) => return self.open_as_saved(&path),
            (About::Newer(_, snapshot), Answer::Button(_)) => return self.restore(*snapshot),
            (About::Unsaved(then), Answer::Button(1)) => {
                self.on_desk(Desk::discard);
                return self.then(then);
            }
            (About::Unsaved(then), Answer::Button(_)) => return self.save_then(then),
            (About::Rename(id), Answer::Text(text)) if !text.is_empty() => {
                self.on_desk(|desk| desk.edit(id, StripEdit::Name(text)));
            }
            (about @ (About::Section(_) | About::Marker(_)), Answer::Text(text))
                if !text.is_empty() =>
            {
                let edit = self.desk.as_ref().and_then(|desk| named(desk, &about, text));
                self.on_desk(|desk| edit.into_iter().for_each(|edit| desk.apply(edit)));
            }
            (About::Trim(id), Answer::Text(text)) => self.set_typed(id, &text, &TRIM),
            (About::Width(id), Answer::Text(text)) => self.set_typed(id, &text, &WIDTH),
            (About::SendLevel(id, send), Answer::Text(text)) => self.set_send(id, send, &text),
            (About::Stems, Answer::Paths(paths)) => return self.import(&paths),
            (About::Project, Answer::Paths(paths)) => return self.open_first(&paths),
            (About::Reference, Answer::Paths(paths)) => {
                return paths.first().map_or_else(Task::none, |path| self.note_reference(path));
            }
            (About::SaveAs, Answer::Paths(paths)) => {
                return paths.first().map_or_else(Task::none, |to| self.save_as(to));
            }
            (_, Answer::Cancelled) => self.after = None,
            (About::Find(_), Answer::Paths(paths)) => return self.find(paths),
            (About::Stereo, Answer::Paths(paths)) => return self.master_file(paths),
            (About::Masters, Answer::Paths(paths)) => {
                paths.first().into_iter().for_each(|folder| self.deliver_to(folder));
            }
            _ => {}
        }
        Task::none()
    }

    fn set_typed(&mut self, id: StripId, text: &str, spec: &twobus_dsp::param::ParamSpec) {
        match spec.parse(text) {
            Ok(value) if spec.id == TRIM.id => {
                self.on_desk(|desk| desk.edit(id, StripEdit::Trim(Db(value))));
            }
            Ok(value) => self.on_desk(|desk| desk.edit(id, StripEdit::Width(value))),
            Err(_) => {
                let (low, high) =
                    (spec.format(*spec.range.start()), spec.format(*spec.range.end()));
                let words = format!("“{text}” is not from {low} to {high}; it stays as it was");
                self.on_desk(|desk| desk.live.say(words, true));
            }
        }
    }

    fn set_send(&mut self, id: StripId, send: SendId, text: &str) {
        let text = text.trim();
        let level = match text {
            "-inf" | "−∞" | "off" => Some(f64::NEG_INFINITY),
            _ => SEND.parse(text).ok(),
        };
        match level {
            Some(level) => {
                let change = SendEdit::Level(Db(level));
                self.on_desk(|desk| desk.edit(id, StripEdit::Send { send, change }));
            }
            None => {
                let words = format!("“{text}” is no level to +10 dB; it stays as it was");
                self.on_desk(|desk| desk.live.say(words, true));
            }
        }
    }

    fn open_first(&mut self, paths: &[PathBuf]) -> Task<Message> {
        paths.first().map_or_else(Task::none, |path| self.open(path))
    }

    /// Does `then`, after asking about unsaved work.
    pub(super) fn ask_then(&mut self, then: Then) -> Task<Message> {
        if self.is_deferred(&then) {
            return Task::none();
        }
        if self.delivery.is_some() {
            self.dialog = Some(Dialog::delivering(then));
            return Task::none();
        }
        match &self.desk {
            Some(desk) if desk.is_dirty() => {
                let lost = desk.prints_of_draft();
                self.dialog = Some(Dialog::unsaved(desk.name(), lost, then));
                Task::none()
            }
            _ => self.then(then),
        }
    }

    fn then(&mut self, then: Then) -> Task<Message> {
        match then {
            Then::Close => return self.close(),
            Then::Open(path) => return self.open(&path),
            Then::Choose => self.browse(About::Project),
            Then::New => self.new_project(),
        }
        Task::none()
    }

    /// Asks where to save the project, unless something runs that reads it where it lies.
    pub(super) fn ask_save_as(&mut self) {
        if self.is_idle() {
            self.browse(About::SaveAs);
        } else {
            self.after = None;
        }
    }

    fn save_then(&mut self, then: Then) -> Task<Message> {
        self.after = Some(then);
        self.save()
    }

    pub(super) fn close(&mut self) -> Task<Message> {
        self.settle();
        self.on_desk(|desk| desk.live.close());
        iced::exit()
    }

    /// The system asks the program to end: what is not saved is kept as a snapshot.
    pub(super) fn end(&mut self) -> Task<Message> {
        self.on_desk(Desk::flush);
        self.close()
    }
}

/// The device that an edit adds to a strip, and that strip.
fn added_device(edit: &Edit) -> Option<(StripId, DeviceId)> {
    match edit {
        Edit::Strip { strip, change: StripEdit::Inserts(ListEdit::Add { item, .. }), .. } => {
            Some((*strip, item.id))
        }
        _ => None,
    }
}

fn prompt(about: About, strip: &Strip) -> Dialog {
    let name = &strip.name;
    let (title, now) = match &about {
        About::Trim(_) => (format!("Trim of {name} in dB"), TRIM.format(strip.trim.0)),
        About::Width(_) => (format!("Width of {name} in %"), WIDTH.format(strip.width)),
        About::SendLevel(_, id) => {
            let send = strip.sends.iter().find(|send| send.id == *id);
            let level = send.map_or(Db::SILENCE, |send| send.level);
            let now = if level.is_silence() { "−∞".to_owned() } else { SEND.format(level.0) };
            (format!("Level of a send of {name} in dB"), now)
        }
        _ => (format!("New name of {name}"), name.clone()),
    };
    Dialog::prompt(about, title, now)
}
