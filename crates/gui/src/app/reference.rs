//! The reference in Mix: chosen, measured, and heard at the mix's loudness.

use std::path::{Path, PathBuf};

use iced::Task;
use twobus_jobs::{Error, Progress, analyze_as_heard};
use twobus_session::Edit;

use super::jobs::{Kind, Outcome};
use super::{App, Message};
use crate::desk::{Desk, Heard, Room};
use crate::screens::dialog::About;

/// What a file measures as it is heard, and its frames.
pub(super) fn heard(path: &Path, progress: &Progress) -> Result<(Heard, u64), Error> {
    let report = analyze_as_heard(path, progress)?.report;
    let silent = || Error::Stem {
        path: path.to_owned(),
        problem: "is silent, or as good as; there is nothing to compare",
    };
    let lufs = report.integrated_lufs.ok_or_else(silent)?;
    let peak_dbtp = report.true_peak.map_or(0.0, |extreme| extreme.value);
    Ok((Heard { lufs, peak_dbtp }, report.frames))
}

impl App {
    /// Hears the reference or the mix; without one, asks for it, and measures one that is not known yet.
    pub(super) fn hear_reference(&mut self) -> Task<Message> {
        let Some(desk) = &mut self.desk else { return Task::none() };
        let file = desk.reference().map(|file| desk.folder().resolve(file));
        match file {
            None => {
                self.browse(About::Reference);
                Task::none()
            }
            Some(path) if !desk.knows_reference() => self.measure_reference(path),
            Some(_) => {
                desk.toggle_reference();
                Task::none()
            }
        }
    }

    fn measure_reference(&mut self, path: PathBuf) -> Task<Message> {
        if !self.is_free_for(Kind::Reference) {
            return Task::none();
        }
        self.job(Kind::Reference, move |progress| {
            Ok(Outcome::Reference(None, heard(&path, progress)?.0))
        })
    }

    /// Makes a file the song's reference.
    pub(super) fn note_reference(&mut self, path: &Path) -> Task<Message> {
        if !self.is_free_for(Kind::Reference) {
            return Task::none();
        }
        let Some(desk) = &self.desk else { return Task::none() };
        let (folder, project) = (desk.folder().clone(), desk.project().clone());
        let (song, path) = (desk.song_id(), path.to_owned());
        self.job(Kind::Reference, move |progress| {
            let (heard, frames) = heard(&path, progress)?;
            let edit =
                twobus_jobs::matching::note_reference(&folder, &project, song, (&path, frames))?;
            Ok(Outcome::Reference(Some(Box::new(edit)), heard))
        })
    }

    /// It is noted and measured: it is heard.
    pub(super) fn reference_is_there(&mut self, edit: Option<Box<Edit>>, heard: Heard) {
        self.on_desk(|desk: &mut Desk| {
            edit.into_iter().for_each(|edit| desk.apply(*edit));
            desk.reference_heard(heard);
            if desk.room() == Room::Mix && !desk.mix().monitor.reference {
                desk.toggle_reference();
            }
        });
    }
}
