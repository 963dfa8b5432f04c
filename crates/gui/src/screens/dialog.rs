//! Dialogs: a question, a line to type, files to choose. Over everything else, with the keyboard.

mod browse;
mod draw;

use iced::keyboard::key::Named;
use iced::{Element, Length, Size};
use std::path::PathBuf;

use twobus_session::{MarkerId, MediaId, SectionId, SendId, StripId};

use crate::painter::Painter;
use crate::widgets::{Control, Help, Input, Scene, Surface, Touch};
use browse::Folder;
pub(crate) use browse::start;

/// What a dialog is about, and so what its answer does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum About {
    /// Something went wrong; there is nothing to choose.
    Failure,
    /// Unsaved work, before `then`.
    Unsaved(Then),
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

/// A dialog while it is shown.
#[derive(Debug)]
pub(crate) struct Dialog {
    /// What it is about.
    pub(crate) about: About,
    title: String,
    text: String,
    buttons: Vec<&'static str>,
    /// What is typed, where there is a line for it.
    field: Option<String>,
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

    /// Asks whether unsaved work is saved.
    pub(crate) fn unsaved(name: &str, then: Then) -> Self {
        let title = format!("Save the changes to {name}?");
        let text = "What is not saved is kept for a while as unsaved work on the start screen.";
        Self::ask(About::Unsaved(then), title, text, vec!["Cancel", "Don't save", "Save"])
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
        Self { field: Some(text.into()), ..asked }
    }

    /// Lets choose in the folder `start`.
    pub(crate) fn browse(about: About, start: PathBuf) -> Self {
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
        Self { field: Some(String::new()), folder, focus: None, ..asked }
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

    /// A key; what is typed goes into the line.
    pub(crate) fn key(&mut self, named: Option<Named>, text: Option<&str>) -> Option<Answer> {
        match (named, &mut self.field) {
            (Some(Named::Escape), _) => Some(Answer::Cancelled),
            (Some(Named::Enter), _) => self.button(self.buttons.len() - 1),
            (Some(Named::Backspace), Some(field)) => {
                let _letter = field.pop();
                None
            }
            (_, Some(field)) => {
                let letters = text.unwrap_or("").chars().filter(|letter| !letter.is_control());
                field.extend(letters);
                None
            }
            _ => None,
        }
    }

    fn button(&mut self, index: usize) -> Option<Answer> {
        let main = index + 1 == self.buttons.len();
        if !main && (self.field.is_some() || index == 0) && self.buttons.len() > 1 {
            return Some(Answer::Cancelled);
        }
        match (&mut self.folder, &mut self.field) {
            (Some(folder), Some(field)) => {
                let typed = std::mem::take(field);
                folder.answer(&typed, self.about == About::SaveAs).map(Answer::Paths)
            }
            (None, Some(field)) => Some(Answer::Text(field.trim().to_owned())),
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
        assert_eq!(dialog.key(Some(Named::Backspace), None), None);
        assert_eq!(dialog.key(None, Some("k 2")), None);
        assert_eq!(dialog.key(Some(Named::Enter), None), Some(Answer::Text("Kick 2".to_owned())));
        assert_eq!(dialog.key(Some(Named::Escape), None), Some(Answer::Cancelled));
    }

    #[test]
    fn of_unsaved_work_each_button_is_an_answer() {
        let mut dialog = Dialog::unsaved("Song", Then::Close);
        assert_eq!(dialog.button(0), Some(Answer::Cancelled));
        assert_eq!(dialog.button(1), Some(Answer::Button(1)));
        assert_eq!(dialog.button(2), Some(Answer::Button(2)));
    }

    #[test]
    fn a_typed_path_leads_into_a_folder_and_chooses_a_file() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("kick.wav"), []).unwrap();
        std::fs::create_dir(folder.path().join("more")).unwrap();
        let mut dialog = Dialog::browse(About::Stems, folder.path().join("more"));
        let type_in = |dialog: &mut Dialog, path: PathBuf| {
            let _none = dialog.key(None, path.to_str());
            dialog.key(Some(Named::Enter), None)
        };
        assert_eq!(type_in(&mut dialog, folder.path().to_owned()), None);
        assert_eq!(dialog.folder.as_ref().unwrap().names(), ["more", "kick.wav"]);
        let kick = folder.path().join("kick.wav");
        assert_eq!(type_in(&mut dialog, kick.clone()), Some(Answer::Paths(vec![kick])));
    }
}
