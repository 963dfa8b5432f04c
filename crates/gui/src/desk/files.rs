//! Files of the open project: opening, saving, what was open lately, and snapshots of unsaved work.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use twobus_engine::device::{Backend, System, Wish};
use twobus_jobs::{Error, Folder, OpenProject, Saving};
use twobus_session::recover::{Autosaver, Snapshot, Store, Why};
use twobus_session::{History, Project, Song, SongId};

use super::recent::Recent;
use super::{Desk, Waves, drafts};

/// Why a project did not open or save, in a sentence.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A job or the document.
    #[error("{0}")]
    Job(#[from] Error),
    /// There is nothing in it.
    #[error("{}: there is no song in it; make one with twobus-cli add-song", .0.display())]
    NoSong(PathBuf),
}

/// What a desk needs of the world: where sound goes, and where the program's own files lie.
#[derive(Clone)]
pub(crate) struct Means {
    /// Where sound goes.
    pub(crate) backend: Arc<dyn Backend>,
    /// What is asked of it.
    pub(crate) wish: Wish,
    /// The program's own files: unsaved work, what was open lately.
    pub(crate) state: PathBuf,
    /// Where the program's settings lie.
    pub(crate) config: PathBuf,
    /// Where masters of projects go that have no place of their own.
    pub(crate) music: PathBuf,
}

impl Means {
    /// Those of the system; `None` where it tells no folder for a program's own files.
    pub(crate) fn of_system(wish: Wish) -> Option<Self> {
        let places = directories::ProjectDirs::from("org", "Twobus", "twobus")?;
        let state = places.state_dir().unwrap_or_else(|| places.data_local_dir()).to_owned();
        let config = places.config_dir().to_owned();
        let user = directories::UserDirs::new()?;
        let music = user.audio_dir().map_or_else(|| user.home_dir().join("Music"), Path::to_owned);
        Some(Self { backend: Arc::new(System), wish, state, config, music })
    }

    /// Where snapshots of unsaved work lie.
    pub(crate) fn store(&self) -> Store {
        Store::new(&self.state)
    }

    /// Unsaved work on the project at `path` that began from what is saved there, if it is not damaged.
    pub(crate) fn newer(&self, path: &Path, opened: Option<&Opened>) -> Option<Snapshot> {
        let document = opened.map(|opened| &opened.open.document);
        let id = document.map(|document| document.project.id.as_str());
        let offer = self.store().offer_for(id, &Folder::new(path).document()).ok()?;
        let fits = |snapshot: &Snapshot| {
            let same = document.is_none_or(|saved| snapshot.about.base.as_deref() == saved.stamp());
            same && snapshot.about.why == Why::Edited && snapshot.about.path.is_some()
        };
        offer.snapshots.into_iter().rev().find(fits)
    }

    /// Gives unsaved work up for good: all there is of it.
    ///
    /// # Errors
    /// When something of it cannot be removed.
    pub(crate) fn discard(&self, snapshot: &Snapshot) -> std::io::Result<()> {
        let store = self.store();
        let of = |other: &Snapshot| other.document == snapshot.document;
        let all = store.offer()?.snapshots;
        for other in all.iter().filter(|other| of(other) && other.about.why == Why::Edited) {
            store.discard(other)?;
        }
        if snapshot.about.path.is_none() {
            drafts::give_up(&drafts::place(self, &snapshot.document));
        }
        Ok(())
    }

    /// Where it is noted what was open lately.
    pub(super) fn recent(&self) -> PathBuf {
        self.state.join("recent")
    }
}

/// Endings of files that are taken out of a folder.
const ENDINGS: [&str; 15] = [
    "wav", "wave", "bwf", "rf64", "w64", "aif", "aiff", "aifc", "caf", "flac", "mp3", "ogg", "m4a",
    "mp4", "aac",
];

/// Whether a file is named as audio is.
pub(crate) fn is_audio(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

/// A project that was read, on its way to a desk. Made on a thread that may wait for a disk.
pub(crate) struct Opened {
    pub(super) open: OpenProject,
    pub(super) folder: Folder,
    pub(super) draft: bool,
    pub(super) song: SongId,
    pub(super) keeper: Option<Keeper>,
}

impl Opened {
    /// The project at `path`: its folder, or its document.
    ///
    /// # Errors
    /// When it cannot be read, or has no song.
    pub(crate) fn at(path: &Path, means: &Means) -> Result<Self, Failure> {
        let folder = Folder::new(path);
        let open = folder.open()?;
        let has_mix = |song: &&Song| song.mix.is_some();
        let songs = &open.project().songs;
        let song = songs.iter().find(has_mix).or(songs.first()).map(|song| song.id);
        let song = song.ok_or_else(|| Failure::NoSong(path.to_owned()))?;
        Recent::note(open.document.path(), means);
        let keeper = Keeper::of(&open, false, means.store());
        Ok(Self { open, folder, draft: false, song, keeper })
    }

    /// A project without a place of its own.
    fn draft_of(project: Project, song: SongId, means: &Means) -> Result<Self, Failure> {
        let folder = Folder::new(&drafts::place(means, &project.id));
        match folder.document().exists() {
            // Left by a program that was killed: the prints in it are those of what is restored.
            true => {
                let _stamp =
                    twobus_session::save(&folder.document(), &project).map_err(Error::from)?;
            }
            false => folder.create(&project)?,
        }
        let open = folder.open()?;
        let keeper = Keeper::of(&open, true, means.store());
        Ok(Self { open, folder, draft: true, song, keeper })
    }

    /// What a snapshot holds: in its old place, or as a draft if it never had one.
    ///
    /// # Errors
    /// When the snapshot is damaged, or its place cannot be written.
    pub(crate) fn restored(snapshot: &Snapshot, means: &Means) -> Result<Self, Failure> {
        if snapshot.about.path.is_some() {
            let restored = twobus_jobs::recovery::restore(snapshot, None)?;
            return Self::at(&restored.document, means);
        }
        let (project, _attempt) = means.store().attempt(snapshot).map_err(Error::from)?;
        let song = project.songs.first().map(|song| song.id);
        let song = song.ok_or_else(|| Failure::NoSong(snapshot.file().to_owned()))?;
        let mut opened = Self::draft_of(project, song, means)?;
        if let Some(keeper) = &mut opened.keeper {
            keeper.saver.adopt(snapshot);
        }
        Ok(opened)
    }
}

/// A document that was written, and what a person should know of that.
pub(crate) struct Written {
    saving: Saving,
    /// State of the history that was written.
    state: u64,
    pub(crate) notes: Vec<String>,
}

/// A project that was saved as another, which goes on.
pub(crate) struct Moved {
    open: OpenProject,
    folder: Folder,
    pub(crate) notes: Vec<String>,
}

impl Desk {
    /// A project without a place of its own, called `name`: an empty song at 120 BPM.
    ///
    /// # Errors
    /// When the folder for such work cannot be written.
    pub(crate) fn draft(name: &str, means: &Means) -> Result<Self, Failure> {
        let mut project = Project::new(name);
        let song = SongId(1);
        project.songs.push(Song::new(song, name));
        Ok(Self::on(Opened::draft_of(project, song, means)?, means.clone()))
    }

    /// Saving it where it is, as it is now: to be run on another thread.
    ///
    /// # Errors
    /// When it has no place yet, or is read-only.
    pub(crate) fn begin_save(
        &self,
    ) -> Result<impl FnOnce() -> Result<Written, Failure> + Send + use<>, Failure> {
        let (mut saving, state) = (self.open.begin_save()?, self.history.state());
        let (path, means) = (self.open.document.path().to_owned(), self.means.clone());
        let sketch = self.sketch();
        Ok(move || {
            let notes = saving.write()?;
            Recent::note(&path, &means);
            sketch.keep(&means);
            Ok(Written { saving, state, notes })
        })
    }

    /// Takes in that it was saved.
    pub(crate) fn end_save(&mut self, written: Written) -> Vec<String> {
        self.open.end_save(written.saving);
        self.history.mark_saved_at(written.state);
        self.was_saved();
        written.notes
    }

    /// Saving it as another project in the folder `to`: to be run on another thread, while nothing here
    /// changes.
    pub(crate) fn begin_save_as(
        &self,
        to: &Path,
    ) -> impl FnOnce() -> Result<Moved, Failure> + Send + use<> {
        let (document, from, to) =
            (self.open.document.clone(), self.folder.clone(), Folder::new(to));
        let (sketch, means) = (self.sketch(), self.means.clone());
        move || {
            let (open, saved) = OpenProject::of_another(document, &from, &to)?;
            Recent::note(open.document.path(), &means);
            sketch.of_another(&open.project().id).keep(&means);
            Ok(Moved { open, folder: to, notes: saved.notes })
        }
    }

    /// Goes on with the project that it was saved as.
    pub(crate) fn end_save_as(&mut self, moved: Moved) -> Vec<String> {
        self.open = moved.open;
        let old = std::mem::replace(&mut self.folder, moved.folder);
        if std::mem::take(&mut self.draft) {
            drafts::moved_out(&old, &self.folder, self.open.project());
        } else {
            // Files have other paths now, which steps of before do not know.
            self.history = History::default();
        }
        self.history.mark_saved();
        self.was_saved();
        self.reopen_live();
        self.waves = Waves::default();
        self.waves.load(&self.folder, self.open.project(), self.song);
        moved.notes
    }

    fn was_saved(&mut self) {
        if let Some(keeper) = &mut self.keeper {
            keeper.saver.saved(&self.open.document);
        }
    }

    /// Keeps a snapshot of unsaved work when it is time for one.
    pub(crate) fn keep(&mut self) {
        let Some(keeper) = &mut self.keeper else { return };
        let now = keeper.begun.elapsed();
        if let Err(error) = keeper.saver.pump(now, self.open.project(), &self.history) {
            self.live.say(error.to_string(), true);
        }
    }

    /// Keeps a snapshot at once, as before the program is ended.
    pub(crate) fn flush(&mut self) {
        if let Some(keeper) = &mut self.keeper {
            // There is nobody left to tell.
            let _kept = keeper.saver.flush(self.open.project(), &self.history);
        }
    }

    /// Gives unsaved work up; a snapshot of it is kept, should that be a mistake.
    pub(crate) fn discard(&mut self) {
        if let Some(keeper) = &mut self.keeper
            && let Err(error) = keeper.saver.discard(self.open.project(), &self.history)
        {
            self.live.say(error.to_string(), true);
            return;
        }
        if self.draft {
            drafts::give_up(self.folder.path());
        }
    }
}

/// Keeps snapshots of unsaved work.
pub(super) struct Keeper {
    saver: Autosaver,
    begun: Instant,
}

impl Keeper {
    /// For `open`; `None` where the system has no place for them.
    pub(super) fn of(open: &OpenProject, draft: bool, store: Store) -> Option<Self> {
        let saver = match draft {
            true => Autosaver::of_new(store),
            false => Autosaver::of(store, &open.document),
        };
        Some(Self { saver: saver.ok()?, begun: Instant::now() })
    }
}
