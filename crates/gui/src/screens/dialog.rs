//! Dialogs: a question, a line to type, files to choose. Over everything else, with the keyboard.

mod browse;
mod draw;

use iced::keyboard::key::Named;
use iced::keyboard::{Key, Modifiers};
use iced::{Element, Length, Size};
use std::path::PathBuf;

use twobus_session::recover::Snapshot;
use twobus_session::{MarkerId, MediaId, SectionId, SendId, StripId};

use crate::desk::kept;
use crate::painter::Painter;
use crate::widgets::{Control, Edited, Help, Input, Scene, Surface, TextLine, Touch};
use browse::Folder;
pub(crate) use browse::start;

/// What a dialog is about, and so what its answer does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum About {
    /// Something went wrong; there is nothing to choose.
    Failure,
    /// Unsaved work, before `then`.
    Unsaved(Then),
    /// A delivery that runs, before `then`.
    Delivering(Then),
    /// Unsaved work that is given up.
    Discard(Box<Snapshot>),
    /// Newer work on the project at a path.
    Newer(PathBuf, Box<Snapshot>),
    /// A strip's new name.
    Rename(StripId),
    /// A strip's trim.
    Trim(StripId),
    /// A strip's width.
    Width(StripId),
    /// A section's new name.
    Section(SectionId),
    /// A marker's new name.
    Marker(MarkerId),
    /// A song to hear beside the mix.
    Reference,
    /// The level of a send.
    SendLevel(StripId, SendId),
    /// Files to add.
    Stems,
    /// A project to open.
    Project,
    /// The folder of a project that is saved.
    SaveAs,
    /// A finished mix to master.
    Stereo,
    /// The folder that delivered files go to.
    Masters,
    /// A folder in which to look for a missing file.
    Find(MediaId),
}

/// What was asked for when unsaved work stood in its way.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Then {
    /// To close the window.
    Close,
    /// To open a project.
    Open(PathBuf),
    /// To choose a project.
    Choose,
    /// To begin anew.
    New,
}

/// Turns of the wheel that a page of a folder is.
const PAGE: f32 = 5.0;

/// A dialog while it is shown.
#[derive(Debug)]
pub(crate) struct Dialog {
    /// What it is about.
    pub(crate) about: About,
    title: String,
    text: String,
    buttons: Vec<&'static str>,
    /// What is typed, where there is a line for it.
    field: Option<TextLine>,
    folder: Option<Folder>,
    focus: Option<Part>,
}

/// A part of a dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Everything beside it.
    Beside,
    /// Its ground.
    Ground,
    /// A button, from the left; the last one is the main one.
    Button(usize),
    /// A row of the folder.
    Row(usize),
    /// The folder above.
    Above,
}

/// What came of a dialog.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Answer {
    /// A button, by its place.
    Button(usize),
    /// What was typed.
    Text(String),
    /// What was chosen.
    Paths(Vec<PathBuf>),
    /// It was closed.
    Cancelled,
}

impl Dialog {
    /// Says what went wrong.
    pub(crate) fn failure(text: impl Into<String>) -> Self {
        Self::ask(About::Failure, "That did not work", text, vec!["Close"])
    }

    /// Asks whether unsaved work is saved. So many prints go with it if it is not.
    pub(crate) fn unsaved(name: &str, prints: usize, then: Then) -> Self {
        let title = format!("Save the changes to {name}?");
        let kept = "What is not saved is kept as a snapshot, which twobus-cli recover brings back";
        let text = match prints {
            0 => format!("{kept}."),
            1 => format!("{kept}; its print goes."),
            _ => format!("{kept}; its {prints} prints go."),
        };
        Self::ask(About::Unsaved(then), title, text, vec!["Cancel", "Don't save", "Save"])
    }

    /// Asks whether a delivery is stopped.
    pub(crate) fn delivering(then: Then) -> Self {
        let text = "Files that are finished stay; the others are not written.";
        let buttons = vec!["Go on", "Stop it"];
        Self::ask(About::Delivering(then), "Stop the delivery?", text, buttons)
    }

    /// Asks whether unsaved work is given up.
    pub(crate) fn discard(snapshot: Snapshot) -> Self {
        let title = format!("Discard the unsaved work on {}?", snapshot.about.name);
        let text = match snapshot.about.path {
            Some(_) => "The project stays as it was saved last.",
            None => "It was never saved: nothing of it stays but its stems and masters.",
        };
        let text = format!("It was kept {}. {text}", kept(&snapshot));
        Self::ask(About::Discard(Box::new(snapshot)), title, text, vec!["Cancel", "Discard"])
    }

    /// Asks which state of a project is opened.
    pub(crate) fn newer(path: PathBuf, snapshot: Snapshot) -> Self {
        let title = format!("There is unsaved work on {}", snapshot.about.name);
        let when = kept(&snapshot);
        let text = format!("It was kept {when}. Restored, it is saved; what was there is kept.");
        let buttons = vec!["Cancel", "Open as saved", "Restore"];
        Self::ask(About::Newer(path, Box::new(snapshot)), title, text, buttons)
    }

    fn ask(
        about: About,
        title: impl Into<String>,
        text: impl Into<String>,
        buttons: Vec<&'static str>,
    ) -> Self {
        let focus = Some(Part::Button(buttons.len() - 1));
        let (title, text) = (title.into(), text.into());
        Self { about, title, text, buttons, field: None, folder: None, focus }
    }

    /// Asks for a line, which is `text` at first.
    pub(crate) fn prompt(about: About, title: impl Into<String>, text: impl Into<String>) -> Self {
        let asked = Self::ask(about, title, "", vec!["Cancel", "Set"]);
        Self { field: Some(TextLine::selected(&text.into())), ..asked }
    }

    /// Lets choose in the folder `start`; `name` is proposed for what is made there.
    pub(crate) fn browse(about: About, start: PathBuf, name: &str) -> Self {
        let (title, text, main) = match about {
            About::Stems => {
                ("Add files", "Click files to choose them; a folder's name opens it.", "Add")
            }
            About::Reference => (
                "Choose a reference",
                "A song that sounds as this one should, or the rough mix. It is played as loud as the mix.",
                "Choose",
            ),
            About::Stereo => (
                "Master a stereo file",
                "A finished mix, in any format. It stays where it is.",
                "Master",
            ),
            About::Masters => ("Deliver to a folder", "Go to it, or type its name.", "Choose"),
            About::SaveAs => ("Save the project", "Type the name of its new folder.", "Save"),
            About::Find(_) => (
                "Find missing files",
                "Go to the folder that they are in, or below.",
                "Search here",
            ),
            _ => ("Open a project", "Go to its folder.", "Open"),
        };
        let files = matches!(about, About::Stems | About::Reference | About::Stereo);
        let folder = Some(Folder::new(start, files));
        let asked = Self::ask(about, title, text, vec!["Cancel", main]);
        Self { field: Some(TextLine::selected(name)), folder, focus: None, ..asked }
    }

    /// Takes in what was done to it; `Some` when it has come to an end.
    pub(crate) fn update(&mut self, input: Input<Part>) -> Option<Answer> {
        match input {
            Input::Press { part: Part::Button(index), .. } => self.button(index),
            Input::Press { part: Part::Row(index), .. } => self.row(index),
            Input::Press { part: Part::Above, .. } => {
                self.folder.as_mut().into_iter().for_each(Folder::above);
                None
            }
            Input::Focus(part) => {
                self.focus = Some(part);
                None
            }
            Input::Leave { .. } => {
                self.focus = Some(Part::Button(0));
                None
            }
            Input::Wheel { down, .. } => {
                self.folder.as_mut().into_iter().for_each(|folder| folder.scroll(down));
                None
            }
            _ => None,
        }
    }

    /// A key that changes the line, if there is one.
    pub(crate) fn type_in(
        &mut self,
        key: &Key,
        text: Option<&str>,
        modifiers: Modifiers,
    ) -> Edited {
        self.field.as_mut().map_or(Edited::Passed, |field| field.key(key, text, modifiers))
    }

    /// What was in the clipboard.
    pub(crate) fn paste(&mut self, text: &str) {
        self.field.iter_mut().for_each(|field| field.insert(text));
    }

    /// A key that the line has not taken.
    pub(crate) fn key(&mut self, named: Option<Named>) -> Option<Answer> {
        let lines = match named {
            Some(Named::Escape) => return Some(Answer::Cancelled),
            Some(Named::Enter) => return self.button(self.buttons.len() - 1),
            Some(Named::ArrowUp) => -0.5,
            Some(Named::ArrowDown) => 0.5,
            Some(Named::PageUp) => -PAGE,
            Some(Named::PageDown) => PAGE,
            _ => return None,
        };
        self.folder.iter_mut().for_each(|folder| folder.scroll(lines));
        None
    }

    fn button(&mut self, index: usize) -> Option<Answer> {
        let main = index + 1 == self.buttons.len();
        if !main && (self.field.is_some() || index == 0) && self.buttons.len() > 1 {
            return Some(Answer::Cancelled);
        }
        match (&mut self.folder, &mut self.field) {
            (Some(folder), Some(field)) => {
                let is_new = self.about == About::SaveAs;
                let answer = folder.answer(&field.text(), is_new).map(Answer::Paths);
                // A folder that was gone to needs no name any more.
                if answer.is_none() && !is_new && folder.problem.is_none() {
                    *field = TextLine::default();
                }
                answer
            }
            (None, Some(field)) => Some(Answer::Text(field.text().trim().to_owned())),
            _ => Some(Answer::Button(index)),
        }
    }

    fn row(&mut self, index: usize) -> Option<Answer> {
        let folder = self.folder.as_mut()?;
        let whole = self.about == About::Project && folder.is_project(index);
        match whole {
            true => folder.path_of(index).map(|path| Answer::Paths(vec![path])),
            false => {
                folder.press(index);
                None
            }
        }
    }

    /// The dialog over the whole window.
    pub(crate) fn view<'a, Message: 'a>(
        &'a self,
        publish: impl Fn(Input<Part>) -> Message + 'a,
    ) -> Element<'a, Message> {
        Surface::new(self, (Length::Fill, Length::Fill), publish).focus(self.focus).into()
    }
}

impl Scene for &Dialog {
    type Part = Part;

    fn controls(&self, size: Size) -> Vec<Control<Part>> {
        draw::controls(self, size)
    }

    fn help(&self, _: Part) -> Help {
        Help::default()
    }

    fn draw(&self, painter: &mut Painter<'_>, size: Size, touch: Touch<Part>) {
        draw::draw(self, painter, size, touch);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_typed_corrected_and_set() {
        let mut dialog = Dialog::prompt(About::Rename(StripId(1)), "Rename", "Kick");
        let press = |dialog: &mut Dialog, named| {
            assert_eq!(dialog.type_in(&Key::Named(named), None, Modifiers::empty()), Edited::Done);
        };
        press(&mut dialog, Named::End);
        press(&mut dialog, Named::Backspace);
        dialog.paste("k 2");
        assert_eq!(dialog.key(Some(Named::Enter)), Some(Answer::Text("Kick 2".to_owned())));
        assert_eq!(dialog.key(Some(Named::Escape)), Some(Answer::Cancelled));
    }

    #[test]
    fn of_unsaved_work_each_button_is_an_answer() {
        let mut dialog = Dialog::unsaved("Song", 0, Then::Close);
        assert_eq!(dialog.button(0), Some(Answer::Cancelled));
        assert_eq!(dialog.button(1), Some(Answer::Button(1)));
        assert_eq!(dialog.button(2), Some(Answer::Button(2)));
    }

    #[test]
    fn a_typed_path_leads_into_a_folder_and_chooses_a_file() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("kick.wav"), []).unwrap();
        std::fs::create_dir(folder.path().join("more")).unwrap();
        std::fs::write(folder.path().join("notes.txt"), []).unwrap();
        let mut dialog = Dialog::browse(About::Stems, folder.path().join("more"), "");
        let type_in = |dialog: &mut Dialog, path: PathBuf| {
            dialog.paste(path.to_str().unwrap());
            dialog.key(Some(Named::Enter))
        };
        assert_eq!(type_in(&mut dialog, folder.path().to_owned()), None);
        let names = dialog.folder.as_ref().unwrap().names();
        assert_eq!(names, ["more", "kick.wav"], "only what can be added is listed");
        let kick = folder.path().join("kick.wav");
        assert_eq!(type_in(&mut dialog, kick.clone()), Some(Answer::Paths(vec![kick])));
    }

    #[test]
    fn saving_proposes_a_name_and_says_what_is_in_its_way() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("Taken")).unwrap();
        std::fs::write(folder.path().join("Taken/project.json"), "{}").unwrap();
        let browse = |name| Dialog::browse(About::SaveAs, folder.path().to_owned(), name);
        let song = Answer::Paths(vec![folder.path().join("Song")]);
        assert_eq!(browse("Song").key(Some(Named::Enter)), Some(song));
        for (name, why) in [("", "type a name"), ("Taken", "a project here already")] {
            let mut dialog = browse(name);
            assert_eq!(dialog.key(Some(Named::Enter)), None);
            let problem = dialog.folder.as_ref().unwrap().problem.clone().unwrap();
            assert!(problem.contains(why), "{problem}");
            assert_eq!(dialog.field.unwrap().text(), name, "what was typed stays");
        }
    }
}
