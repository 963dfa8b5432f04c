//! Files of the open project: opening, saving, what was open lately, and snapshots of unsaved work.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use twobus_engine::device::{Backend, System, Wish};
use twobus_jobs::{Error, Folder, OpenProject};
use twobus_session::recover::{Autosaver, Snapshot, Store};
use twobus_session::{History, Project, Song, SongId};

use super::{Desk, Waves};

/// Why a project did not open or save, in a sentence.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A job or the document.
    #[error("{0}")]
    Job(#[from] Error),
    /// There is nothing to mix in it.
    #[error("{}: it has no song with a mix; Twobus opens those in Mix", .0.display())]
    NoMix(PathBuf),
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
}

impl Means {
    /// Those of the system; `None` where it tells no folder for a program's own files.
    pub(crate) fn of_system(wish: Wish) -> Option<Self> {
        let places = directories::ProjectDirs::from("org", "Twobus", "twobus")?;
        let state = places.state_dir().unwrap_or_else(|| places.data_local_dir()).to_owned();
        Some(Self { backend: Arc::new(System), wish, state })
    }

    /// Where snapshots of unsaved work lie.
    pub(crate) fn store(&self) -> Store {
        Store::new(&self.state)
    }

    fn recent(&self) -> PathBuf {
        self.state.join("recent")
    }
}

impl Desk {
    /// Opens the project at `path`: its folder, or its document.
    ///
    /// # Errors
    /// When it cannot be read, or has no song to mix.
    pub(crate) fn open(path: &Path, means: &Means) -> Result<Self, Failure> {
        let folder = Folder::new(path);
        let open = folder.open()?;
        let has_mix = |song: &&Song| song.mix.is_some();
        let song = open.project().songs.iter().find(has_mix).map(|song| song.id);
        let song = song.ok_or_else(|| Failure::NoMix(path.to_owned()))?;
        Recent::note(&open, &means.recent());
        Ok(Self::with((open, folder, false), song, means.clone()))
    }

    /// A project without a place of its own, called `name`: an empty song at 120 BPM.
    ///
    /// # Errors
    /// When the folder for such work cannot be written.
    pub(crate) fn draft(name: &str, means: &Means) -> Result<Self, Failure> {
        let mut project = Project::new(name);
        let song = SongId(1);
        project.songs.push(Song::new(song, name));
        Self::draft_of(project, song, means)
    }

    fn draft_of(project: Project, song: SongId, means: &Means) -> Result<Self, Failure> {
        let drafts = means.state.join("drafts");
        let folder = Folder::new(&drafts.join(&project.id));
        if folder.document().exists() {
            // Left by a program that was killed; what it held is in the snapshot that is restored.
            let _removed = fs::remove_dir_all(folder.path());
        }
        folder.create(&project)?;
        let open = folder.open()?;
        Ok(Self::with((open, folder, true), song, means.clone()))
    }

    /// Opens what a snapshot holds: in its old place, or as a draft if it never had one.
    ///
    /// # Errors
    /// When the snapshot is damaged, or its place cannot be written.
    pub(crate) fn restore(snapshot: &Snapshot, means: &Means) -> Result<Self, Failure> {
        if snapshot.about.path.is_some() {
            let restored = twobus_jobs::recovery::restore(snapshot, None)?;
            return Self::open(&restored.document, means);
        }
        let (project, _attempt) = means.store().attempt(snapshot).map_err(Error::from)?;
        let song = project.songs.first().map(|song| song.id);
        let song = song.ok_or_else(|| Failure::NoMix(snapshot.file().to_owned()))?;
        let mut desk = Self::draft_of(project, song, means)?;
        if let Some(keeper) = &mut desk.keeper {
            keeper.saver.adopt(snapshot);
        }
        Ok(desk)
    }

    /// Saves it where it is.
    ///
    /// # Errors
    /// When it has no place yet, or cannot be written.
    pub(crate) fn save(&mut self) -> Result<Vec<String>, Failure> {
        let notes = self.open.save()?;
        self.was_saved();
        Ok(notes)
    }

    /// Saves it as another project in the folder `to`, and goes on with that one.
    ///
    /// # Errors
    /// When there is a project already, or it cannot be written.
    pub(crate) fn save_as(&mut self, to: &Path) -> Result<Vec<String>, Failure> {
        let to = Folder::new(to);
        let saved = self.open.save_as(&self.folder, &to)?;
        let old = std::mem::replace(&mut self.folder, to);
        if std::mem::take(&mut self.draft) {
            let _removed = fs::remove_dir_all(old.path());
        } else {
            // Files have other paths now, which steps of before do not know.
            self.history = History::default();
        }
        self.was_saved();
        self.open_live();
        self.waves = Waves::default();
        self.waves.load(&self.folder, self.open.project(), self.song);
        Ok(saved.notes)
    }

    fn was_saved(&mut self) {
        self.history.mark_saved();
        if let Some(keeper) = &mut self.keeper {
            keeper.saver.saved(&self.open.document);
        }
        Recent::note(&self.open, &self.means.recent());
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
            let _removed = fs::remove_dir_all(self.folder.path());
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

/// A project that was open lately.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recent {
    /// Its document.
    pub(crate) path: PathBuf,
    /// Its name.
    pub(crate) name: String,
    /// What is in it, in a few words.
    pub(crate) about: String,
    /// Whether it can be opened.
    pub(crate) is_there: bool,
}

impl Recent {
    /// How many are remembered.
    const KEPT: usize = 12;

    /// Those that are remembered, the latest first.
    pub(crate) fn all(means: &Means) -> Vec<Self> {
        paths(&means.recent()).into_iter().map(Self::look).collect()
    }

    fn look(path: PathBuf) -> Self {
        let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
        let name = folder.to_string_lossy().into_owned();
        match twobus_session::load(&path) {
            Ok(loaded) => {
                let project = loaded.project;
                let mixes = project.songs.iter().filter_map(|song| song.mix.as_ref());
                let tracks: usize = mixes.map(|mix| mix.tracks.len()).sum();
                let about = format!("{tracks} tracks · {} songs", project.songs.len());
                Self { path, name: project.name, about, is_there: true }
            }
            Err(_) if path.exists() => {
                Self { path, name, about: "cannot be read".to_owned(), is_there: true }
            }
            Err(_) => Self { path, name, about: "not there".to_owned(), is_there: false },
        }
    }

    /// Remembers that `open` was open. It is a help only: nothing is said when it fails.
    fn note(open: &OpenProject, file: &Path) {
        let Ok(new) = std::path::absolute(open.document.path()) else { return };
        let mut all = paths(file);
        all.retain(|old| *old != new);
        all.insert(0, new);
        all.truncate(Self::KEPT);
        let lines: Vec<&str> = all.iter().filter_map(|path| path.to_str()).collect();
        let write = || -> std::io::Result<()> {
            let folder = file.parent().unwrap_or(Path::new("."));
            fs::create_dir_all(folder)?;
            let new = tempfile::NamedTempFile::new_in(folder)?;
            fs::write(new.path(), lines.join("\n"))?;
            let _file = new.persist(file)?;
            Ok(())
        };
        let _noted = write();
    }
}

fn paths(file: &Path) -> Vec<PathBuf> {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines().filter(|line| !line.is_empty()).map(PathBuf::from).collect()
}
