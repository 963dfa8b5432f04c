//! Opening, importing, saving, finding.

use std::path::{Path, PathBuf};

use iced::widget::image::Handle;
use iced::{Size, Task, window};
use twobus_jobs::{Folder, ImportOptions, Relink, RelinkOptions, import, relink};
use twobus_session::recover::Snapshot;
use twobus_session::{MediaFile, Song};

use super::jobs::{Kind, Outcome};
use super::{App, Message, Region};
use crate::desk::{Colours, Desk, Lately, Room, is_audio, kept, thumbnail};
use crate::screens::dialog::{About, Dialog, Then};
use crate::screens::import::{self as table, WAVE};
use crate::screens::start::{self, Offered};
use crate::theme;
use crate::widgets::Input;

/// The demo's stems, as they lie in the program's source.
pub(super) const DEMO: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../projects/mdn-multitrack/stems");

impl App {
    /// Opens what was named: a project, or stems.
    pub(super) fn open_named(&mut self, paths: Vec<PathBuf>) -> Task<Message> {
        match paths.as_slice() {
            [] => Task::none(),
            [one] if is_project(one) => self.ask_then(Then::Open(one.clone())),
            _ => self.import(&paths),
        }
    }

    /// Takes in what was dropped: in Master a song to compare with, else as if it had been named.
    pub(super) fn take_dropped(&mut self, paths: Vec<PathBuf>) -> Task<Message> {
        if self.sheet.is_some() || self.dialog.is_some() || self.panel.is_some() {
            let text = "Close what lies over the window, and drop it again.";
            self.on_desk(|desk| desk.live.say(text, true));
            return Task::none();
        }
        let in_master = self.desk.as_ref().is_some_and(|desk| desk.room() == Room::Master);
        match paths.as_slice() {
            [one] if in_master && one.is_file() && !is_project(one) => self.note_reference(one),
            [one] if is_project(one) => self.open_named(paths),
            _ if in_master => {
                let text = "In Master one song at a time is taken, as reference; stems go to Mix.";
                self.on_desk(|desk| desk.live.say(text, true));
                Task::none()
            }
            _ => self.open_named(paths),
        }
    }

    /// Shows a desk in place of what was there.
    pub(super) fn show(&mut self, desk: Desk) {
        self.on_desk(|old| old.live.close());
        self.leave_jobs();
        let (size, desk) = (self.size, Some(desk));
        let region = match desk.as_ref().map(Desk::room) {
            Some(Room::Master) => Region::Master,
            Some(Room::Mix) | None => Region::Mixer,
        };
        (self.desk, self.table, self.region) = (desk, None, region);
        (self.arrange, self.devices, self.mixer) = Default::default();
        self.set_meters();
        (self.master, self.study, self.sheet) = Default::default();
        (self.examination, self.refreshed) = (None, None);
        self.resized(size);
    }

    /// Begins anew: the start screen.
    pub(super) fn new_project(&mut self) {
        self.on_desk(|old| old.live.close());
        self.leave_jobs();
        (self.desk, self.table, self.region) = (None, None, Region::Main);
        (self.study, self.sheet) = Default::default();
        self.refresh_start();
    }

    /// Reads files, and those in folders, for the open song or a new one; their table is shown then.
    pub(super) fn import(&mut self, paths: &[PathBuf]) -> Task<Message> {
        let files = audio_files(paths);
        if paths.is_empty() || !self.is_free_for(Kind::Import) {
            return Task::none();
        }
        if self.table.is_some() {
            self.fail("Make the session, or cancel it, before more files are added.");
            return Task::none();
        }
        if files.is_empty() {
            self.fail("There is no audio file in what was dropped.");
            return Task::none();
        }
        if self.desk.is_none() {
            match Desk::draft(&song_name(paths), &self.means) {
                Ok(desk) => self.show(desk),
                Err(error) => {
                    self.fail(error);
                    return Task::none();
                }
            }
        }
        let Some(desk) = &self.desk else { return Task::none() };
        let (folder, project) = (desk.folder().clone(), desk.project().clone());
        let song: Song = desk.song().clone();
        self.job(Kind::Import, move |progress| {
            let options = ImportOptions { groups: true, ..ImportOptions::default() };
            let import = import(&folder, &project, &song, &files, options, progress)?;
            let waves = import.rows.iter().map(|row| {
                let found = row.outcome.as_ref().ok()?;
                wave(&folder, &found.media, import.rate_hz, found.guess.colour)
            });
            let waves = waves.collect();
            Ok(Outcome::Import(Box::new(import), waves))
        })
    }

    /// Looks for missing files in a folder.
    pub(super) fn find(&mut self, paths: Vec<PathBuf>) -> Task<Message> {
        if !self.is_free_for(Kind::Find) {
            return Task::none();
        }
        let Some(desk) = &self.desk else { return Task::none() };
        let (folder, project) = (desk.folder().clone(), desk.project().clone());
        self.job(Kind::Find, move |progress| {
            let options = RelinkOptions { search: paths.into_iter().next(), replace: false };
            let found = relink(&folder, &project, &options, progress)?;
            Ok(Outcome::Found(Box::new(found)))
        })
    }

    pub(super) fn found(&mut self, found: Relink) {
        let Some(desk) = &mut self.desk else { return };
        let missing = found.rows.len();
        desk.apply(found.edit);
        let still = twobus_jobs::offline(desk.folder(), desk.project());
        for row in &found.rows {
            if still.iter().all(|gone| gone.file.id != row.file.id) {
                desk.waves.forget(row.file.id);
            }
        }
        desk.reload();
        let text = format!("{} of {missing} files found.", missing.saturating_sub(still.len()));
        desk.live.say(text, !still.is_empty());
    }

    /// A draft whose import was given up is nothing to keep.
    pub(super) fn leave_empty_draft(&mut self) {
        let empty = |desk: &Desk| desk.is_draft() && desk.mix().tracks.is_empty();
        if self.desk.as_ref().is_some_and(empty) {
            self.on_desk(Desk::discard);
            self.new_project();
        }
    }

    /// Leaves everything as it was before files were dropped.
    pub(super) fn leave_table(&mut self) {
        self.table = None;
        self.leave_empty_draft();
    }

    pub(super) fn table(&mut self, input: Input<table::Part>) -> Task<Message> {
        if matches!(input, Input::Focus(_)) {
            self.region = Region::Main;
        }
        let action = self.table.as_mut().map(|table| table.update(input));
        match action {
            Some(table::Action::Menu(menu)) => self.menu = Some(menu),
            Some(table::Action::Leave { back }) => self.leave(back),
            Some(table::Action::Cancel) => self.leave_table(),
            Some(table::Action::Make(edit)) => {
                (self.table, self.region) = (None, Region::Mixer);
                self.on_desk(|desk| desk.apply(edit));
            }
            Some(table::Action::None) | None => {}
        }
        Task::none()
    }

    /// The window itself.
    pub(super) fn window(&mut self, event: window::Event) -> Task<Message> {
        match event {
            window::Event::Opened { size, .. } => {
                self.outside(size);
                let scale = window::latest().and_then(window::scale_factor);
                return scale.map(Message::Display);
            }
            window::Event::Resized(size) => self.outside(size),
            window::Event::Rescaled(scale) => self.displayed(scale),
            window::Event::FileHovered(_) => self.hang(true),
            window::Event::FilesHoveredLeft => self.hang(false),
            window::Event::FileDropped(path) => {
                self.hang(false);
                self.dropped.push(path);
            }
            window::Event::CloseRequested => return self.ask_then(Then::Close),
            _ => {}
        }
        Task::none()
    }

    fn hang(&mut self, over: bool) {
        (self.start.dropping, self.arrange.dropping) = (over, over);
    }

    pub(super) fn resized(&mut self, size: Size) {
        self.size = size;
        self.arranged();
        let bars = theme::layout::TOP_BAR + theme::layout::STATUS_BAR;
        self.master.resized(Size::new(size.width, size.height - bars));
    }

    pub(super) fn start(&mut self, input: Input<start::Part>) -> Task<Message> {
        match self.start.update(input) {
            start::Action::None => {}
            start::Action::Leave { back } => self.leave(back),
            start::Action::Settings => self.show_settings(),
            start::Action::Try => self.toggle_trial(),
            start::Action::Files => self.browse(About::Stems),
            start::Action::Other => self.browse(About::Project),
            start::Action::Stereo => self.browse(About::Stereo),
            start::Action::Demo => return self.import(&[PathBuf::from(DEMO)]),
            start::Action::Recent(index) => {
                if let Some(path) = self.start.recent.get(index).map(|recent| recent.path.clone()) {
                    return self.open(&path);
                }
            }
            start::Action::Restore(index) => {
                if let Some(snapshot) = self.snapshots.get(index).cloned() {
                    return self.restore(snapshot);
                }
            }
            start::Action::Discard(index) => {
                if let Some(snapshot) = self.snapshots.get(index).cloned() {
                    self.dialog = Some(Dialog::discard(snapshot));
                }
            }
        }
        Task::none()
    }

    /// Gives unsaved work up for good.
    pub(super) fn discard_work(&mut self, snapshot: &Snapshot) {
        if let Err(error) = self.means.discard(snapshot) {
            self.fail(error);
        }
        self.refresh_start();
    }

    /// Looks anew what the start screen has to offer.
    pub(super) fn refresh_start(&mut self) {
        // It lies in the source of the program; who has only the program is not offered it.
        self.start.has_demo = Path::new(DEMO).is_dir();
        self.lately = Lately::look(&self.means);
    }

    /// Takes in what the start screen has to offer, once it is there.
    pub(super) fn offered(&mut self) -> bool {
        let Some(offer) = self.lately.arrived() else { return false };
        let of = |snapshot: &Snapshot| Offered {
            name: snapshot.about.name.clone(),
            about: format!(
                "kept {} · {}",
                kept(snapshot),
                snapshot.about.path.as_deref().unwrap_or("never saved")
            ),
        };
        self.start.offered = offer.snapshots.iter().map(of).collect();
        (self.snapshots, self.start.recent) = (offer.snapshots, offer.recent);
        true
    }

    /// Asks for the device again.
    pub(super) fn reopen_device(&mut self) {
        self.on_desk(|desk| desk.live.retry());
    }
}

/// A small picture of a file's wave; `None` when it cannot be read.
fn wave(folder: &Folder, file: &MediaFile, rate_hz: u32, colour: u8) -> Option<Handle> {
    let peaks = twobus_jobs::peaks(folder, file, rate_hz).ok()?;
    let body = theme::track(colour);
    let colours = Colours { peak: theme::over(theme::bg::WELL, body, 0.6), body };
    Some(thumbnail(&peaks, (WAVE.width, WAVE.height), colours))
}

/// Whether a path is a project rather than stems.
fn is_project(path: &Path) -> bool {
    let is_json = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    is_json || path.join(Folder::DOCUMENT).is_file()
}

/// Names of folders that tell nothing of the song in them.
const PLAIN: [&str; 6] = ["stems", "audio", "tracks", "bounces", "exports", "wav"];

/// A name for the song that files make: that of their folder, or of the one above it.
pub(super) fn song_name(paths: &[PathBuf]) -> String {
    let first = paths.first().map_or(Path::new(""), PathBuf::as_path);
    let folder = if first.is_dir() { Some(first) } else { first.parent() };
    let names = folder.into_iter().flat_map(Path::ancestors).filter_map(Path::file_name);
    let mut names = names.map(|name| name.to_string_lossy().into_owned());
    let name = names.find(|name| !PLAIN.contains(&name.to_lowercase().as_str()));
    name.unwrap_or_else(|| "Untitled".to_owned())
}

/// Files that were named, and audio files of folders that were, by name.
pub(super) fn audio_files(paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
        let fits = |path: &PathBuf| path.is_file() && is_audio(path);
        let mut found: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(fits).collect();
        found.sort();
        files.append(&mut found);
    }
    files
}
