//! The files that could be what is looked for.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::folder::{Folder, folded};
use crate::progress::Progress;

/// Most entries that are looked at in one place.
const MOST_ENTRIES: usize = 200_000;
/// How deep a folder that is given, or the project's own, is searched.
const DEPTH: usize = 12;
/// How deep the folders beside the project are searched: they may hold anything.
const DEPTH_BESIDE: usize = 4;

/// The regular files of some folders, by size and by name.
#[derive(Debug, Default)]
pub(super) struct Index {
    files: Vec<(PathBuf, u64)>,
    by_name: HashMap<String, Vec<usize>>,
}

impl Index {
    /// The files of `chosen`, the files `before`, those of the project, and of the folders beside it.
    pub(super) fn of(
        folder: &Folder,
        chosen: Option<&Path>,
        before: &[PathBuf],
        progress: &Progress,
    ) -> Result<Self> {
        let own = folder.path();
        let beside = own.canonicalize().ok().and_then(|own| own.parent().map(Path::to_owned));
        let mut index = Self::default();
        if let Some(chosen) = chosen {
            index.add(chosen, DEPTH, progress)?;
        }
        for path in before {
            if let Some(about) = path.metadata().ok().filter(fs::Metadata::is_file) {
                index.add_file(path.clone(), about.len());
            }
        }
        index.add(own, DEPTH, progress)?;
        if let Some(beside) = beside {
            index.add(&beside, DEPTH_BESIDE, progress)?;
        }
        Ok(index)
    }

    /// Files of `bytes` bytes, those of the chosen folder first.
    pub(super) fn of_size(&self, bytes: u64) -> impl Iterator<Item = &Path> {
        self.files.iter().filter(move |file| file.1 == bytes).map(|file| file.0.as_path())
    }

    /// Files whose folded name is `name`.
    pub(super) fn of_name(&self, name: &str) -> impl Iterator<Item = &Path> {
        let places = self.by_name.get(name).into_iter().flatten();
        places.map(|&place| self.files[place].0.as_path())
    }

    /// Adds what lies below `place`. Links are not followed, and what may not be read is passed over.
    fn add(&mut self, place: &Path, depth: usize, progress: &Progress) -> Result<()> {
        let mut entries = 0;
        let mut ahead = vec![(place.to_owned(), depth)];
        while let Some((folder, depth)) = ahead.pop() {
            progress.advance(0)?;
            let Ok(inside) = fs::read_dir(&folder) else { continue };
            for entry in inside.flatten() {
                entries += 1;
                let Ok(kind) = entry.file_type() else { continue };
                if entries > MOST_ENTRIES {
                    return Ok(());
                }
                if kind.is_dir() && depth > 0 && entry.file_name() != ".cache" {
                    ahead.push((entry.path(), depth - 1));
                } else if kind.is_file() {
                    self.add_file(entry.path(), entry.metadata().map_or(0, |about| about.len()));
                }
            }
        }
        Ok(())
    }

    fn add_file(&mut self, path: PathBuf, bytes: u64) {
        self.by_name.entry(name(&path)).or_default().push(self.files.len());
        self.files.push((path, bytes));
    }
}

/// The folded name of a file.
pub(super) fn name(path: &Path) -> String {
    folded(&path.file_name().unwrap_or_default().to_string_lossy())
}
