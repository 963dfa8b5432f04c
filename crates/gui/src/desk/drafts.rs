//! Drafts: projects that have no place of their own yet lie in a folder of the program's.
//!
//! A draft goes when all of it lies elsewhere, or when it is given up; masters in it are never removed.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use twobus_jobs::{Folder, file_name};
use twobus_session::Project;

use super::Desk;
use super::files::Means;

/// Folders of a project that hold what cannot be made again.
const KEPT: [&str; 3] = ["prints", MASTERS, "audio"];
/// Folder of a project's masters.
const MASTERS: &str = "masters";

/// Where the draft with an identity lies.
pub(super) fn place(means: &Means, id: &str) -> PathBuf {
    means.state.join("drafts").join(id)
}

/// Removes a draft that was saved in `to` as `project`, unless something is in it that is not there.
pub(super) fn moved_out(draft: &Folder, to: &Folder, project: &Project) {
    let old = draft.path();
    let is_needed = |path: PathBuf| path.starts_with(old);
    let deliveries = project.songs.iter().flat_map(|song| &song.master.deliveries);
    let needed = project.media.iter().any(|file| is_needed(to.resolve(file)))
        || deliveries.into_iter().any(|delivery| is_needed(to.path().join(&delivery.file)));
    if !needed && KEPT.iter().all(|name| is_copied(&old.join(name), &to.path().join(name))) {
        let _removed = fs::remove_dir_all(old);
    }
}

/// Removes a draft that is given up, unless it holds masters.
pub(super) fn give_up(draft: &Path) {
    if files(&draft.join(MASTERS)).is_ok_and(|files| files.is_empty()) {
        let _removed = fs::remove_dir_all(draft);
    }
}

/// Removes what jobs that were stopped have left of drafts: folders without a document, in which nothing
/// has changed for `still`.
pub(super) fn sweep(means: &Means, still: Duration) {
    let Ok(entries) = fs::read_dir(means.state.join("drafts")) else { return };
    for draft in entries.flatten().map(|entry| entry.path()) {
        let changed = fs::metadata(&draft).and_then(|about| about.modified());
        let is_still = changed.is_ok_and(|at| at.elapsed().is_ok_and(|since| since >= still));
        let is_empty =
            |name: &&'static str| files(&draft.join(name)).is_ok_and(|files| files.is_empty());
        if is_still && !draft.join(Folder::DOCUMENT).exists() && KEPT.iter().all(is_empty) {
            let _removed = fs::remove_dir_all(&draft);
        }
    }
}

/// Whether every file in the folder `old`, and below, is in `new` too.
fn is_copied(old: &Path, new: &Path) -> bool {
    let bytes = |path: &Path| fs::metadata(path).ok().map(|about| about.len());
    let is_there = |file: &PathBuf| {
        let there = bytes(&new.join(file));
        there.is_some() && there == bytes(&old.join(file))
    };
    files(old).is_ok_and(|files| files.iter().all(is_there))
}

/// The files in a folder and below, by their paths from it; none where it is not there.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = PathBuf::from(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => found.extend(files(&entry.path())?.iter().map(|file| name.join(file))),
            false => found.push(name),
        }
    }
    Ok(found)
}

impl Desk {
    /// Where masters go: into the project's folder, or that of the user's music while it has none.
    pub(crate) fn masters(&self) -> PathBuf {
        match self.draft {
            true => self.means.music.join(file_name(self.name())),
            false => self.folder.path().join(MASTERS),
        }
    }

    /// How many prints a draft would lose if it were given up.
    pub(crate) fn prints_of_draft(&self) -> usize {
        let songs = self.project().songs.iter().filter(|_| self.draft);
        songs.map(|song| song.prints.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use twobus_engine::device::fake::Fake;
    use twobus_engine::device::{PERIOD_FRAMES, Wish};

    use super::*;

    #[test]
    fn only_what_is_left_of_drafts_that_were_given_up_is_swept() {
        let place = tempfile::tempdir().unwrap();
        let at = |path: &str| place.path().join("drafts").join(path);
        for path in ["left/.cache/pcm/a.wav", "open/project.json", "kept/masters/Song.wav"] {
            fs::create_dir_all(at(path).parent().unwrap()).unwrap();
            fs::write(at(path), "x").unwrap();
        }
        let wish = Wish { output: None, period_frames: PERIOD_FRAMES };
        let [state, config, music] = [place.path(); 3].map(Path::to_owned);
        let means = Means { backend: Arc::new(Fake::default()), wish, state, config, music };
        sweep(&means, Duration::from_secs(60));
        assert!(at("left").exists(), "it may be one that is just made");
        sweep(&means, Duration::ZERO);
        assert!(!at("left").exists());
        assert!(at("open/project.json").exists() && at("kept/masters/Song.wav").exists());
    }
}
