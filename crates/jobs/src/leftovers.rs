//! What killed jobs leave behind, and how it is told from the files of jobs at work.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

use crate::error::{Error, Result};
use crate::folder::Folder;

/// Where jobs at work are known from.
const JOBS: &str = ".cache/jobs.lock";
/// Folders in which jobs make files.
const PLACES: [&str; 5] = ["prints", "masters", "audio", ".cache/pcm", ".cache/peaks"];

/// A job at work: until it is dropped, nobody takes its files for leftovers.
#[derive(Debug)]
pub struct AtWork {
    _shared: File,
}

impl AtWork {
    /// Begins work in `folder`. When no other job is at work there, what killed ones have left goes.
    pub(crate) fn begin(folder: &Folder) -> Result<Self> {
        let _cache = folder.sub(".cache")?;
        let path = folder.path().join(JOBS);
        let failed = || Error::io("noting that a job is at work", &path);
        let mut options = OpenOptions::new();
        let file = options.write(true).create(true).truncate(false).open(&path);
        let file = file.map_err(failed())?;
        if file.try_lock().is_ok() {
            clear(folder.path());
            file.unlock().map_err(failed())?;
        }
        match file.lock_shared() {
            // Where the system knows no locks, nothing is cleared either.
            Err(error) if error.kind() != io::ErrorKind::Unsupported => Err(failed()(error)),
            Ok(()) | Err(_) => Ok(Self { _shared: file }),
        }
    }
}

/// Removes unfinished files. What cannot be removed does no harm.
fn clear(project: &Path) {
    for place in PLACES {
        clear_in(&project.join(place));
    }
}

fn clear_in(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_file() && is_unfinished(&name) {
            let _removed = fs::remove_file(&path);
        } else if kind.is_dir() && name.starts_with(SCRATCH) {
            let _removed = fs::remove_dir_all(&path);
        } else if kind.is_dir() && name.ends_with(".stems") {
            clear_in(&path);
            // Only an empty folder goes.
            let _removed = fs::remove_dir(&path);
        }
    }
}

/// How the temporary folder of a master begins.
pub(crate) const SCRATCH: &str = ".twobus-";

/// True for the names under which files are made: `Song 001.wav.aB3dE9.part`, `.tmpaB3dE9`.
pub(crate) fn is_unfinished(name: &str) -> bool {
    let chance = |text: &str| text.len() == 6 && text.bytes().all(|b| b.is_ascii_alphanumeric());
    let part = name.strip_suffix(".part").and_then(|name| name.rsplit_once('.'));
    part.is_some_and(|(_, end)| chance(end)) || name.strip_prefix(".tmp").is_some_and(chance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r6_leftovers_go_when_nobody_works_and_stay_while_someone_does() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::new(place.path());
        let at = |path: &str| place.path().join(path);
        let make = |path: &str| {
            fs::create_dir_all(at(path).parent().unwrap()).unwrap();
            fs::write(at(path), "x").unwrap();
        };
        let left = [
            "prints/Song 001.wav.aB3dE9.part",
            "prints/Song 002.stems/01 Bass.wav.aB3dE9.part",
            "masters/.twobus-aB3dE9/before-limiter.wav",
            "audio/.tmpaB3dE9",
            ".cache/pcm/0.wav.aB3dE9.part",
        ];
        let own = ["prints/Song 001.wav", "prints/my.part", "prints/Song 003.stems/01 Bass.wav"];
        let make_all = || left.iter().chain(&own).for_each(|path| make(path));
        make_all();
        let first = AtWork::begin(&folder).unwrap();
        assert!(left.iter().all(|path| !at(path).exists()));
        assert!(!at("prints/Song 002.stems").exists() && !at("masters/.twobus-aB3dE9").exists());
        make_all();
        let second = AtWork::begin(&folder).unwrap();
        assert!(left.iter().all(|path| at(path).exists()));
        drop((first, second));
        let _third = AtWork::begin(&folder).unwrap();
        assert!(left.iter().all(|path| !at(path).exists()));
        assert!(own.iter().all(|path| at(path).exists()));
    }
}
