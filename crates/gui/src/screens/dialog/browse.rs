//! A folder to choose in. Our own, so that it is there on every system, with or without a portal.

use std::path::{Path, PathBuf};

use crate::desk::is_audio;

/// Rows that are shown at a time.
pub(super) const ROWS: usize = 12;

/// An entry of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: String,
    path: PathBuf,
    pub(super) is_folder: bool,
    pub(super) is_project: bool,
    pub(super) chosen: bool,
}

/// A folder while one chooses in it.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) path: PathBuf,
    pub(super) entries: Vec<Entry>,
    pub(super) top: usize,
    /// Audio files can be chosen, not only folders.
    files: bool,
    /// Why it cannot be read.
    pub(super) problem: Option<String>,
}

impl Folder {
    pub(super) fn new(path: PathBuf, files: bool) -> Self {
        let mut folder = Self { path, entries: Vec::new(), top: 0, files, problem: None };
        folder.read();
        folder
    }

    fn read(&mut self) {
        self.top = 0;
        self.entries.clear();
        match std::fs::read_dir(&self.path) {
            Ok(entries) => {
                self.problem = None;
                let found = entries.flatten().filter_map(|entry| Entry::of(entry.path()));
                let fits = |entry: &Entry| entry.is_folder || (self.files && is_audio(&entry.path));
                self.entries = found.filter(fits).collect();
                self.entries.sort_by_key(|entry| (!entry.is_folder, entry.name.to_lowercase()));
            }
            Err(error) => self.problem = Some(error.to_string()),
        }
    }

    fn enter(&mut self, path: PathBuf) {
        self.path = path;
        self.read();
    }

    pub(super) fn above(&mut self) {
        if let Some(above) = self.path.parent() {
            self.enter(above.to_owned());
        }
    }

    pub(super) fn scroll(&mut self, lines: f32) {
        let most = self.entries.len().saturating_sub(ROWS);
        let lines = lines.round() as isize * 2;
        self.top = self.top.saturating_add_signed(lines).min(most);
    }

    pub(super) fn is_project(&self, row: usize) -> bool {
        self.entries.get(self.top + row).is_some_and(|entry| entry.is_project)
    }

    pub(super) fn path_of(&self, row: usize) -> Option<PathBuf> {
        self.entries.get(self.top + row).map(|entry| entry.path.clone())
    }

    /// Opens a folder, or chooses a file or no longer.
    pub(super) fn press(&mut self, row: usize) {
        self.problem = None;
        let Some(entry) = self.entries.get_mut(self.top + row) else { return };
        match entry.is_folder {
            true => {
                let path = entry.path.clone();
                self.enter(path);
            }
            false => entry.chosen = !entry.chosen,
        }
    }

    /// What is chosen: what was typed, else the files that are marked, else the folder itself. A folder
    /// that was typed is gone to instead.
    pub(super) fn answer(&mut self, typed: &str, new: bool) -> Option<Vec<PathBuf>> {
        let typed = typed.trim();
        let home = || directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned());
        let path = match typed.strip_prefix("~/") {
            Some(rest) => home().map_or_else(|| PathBuf::from(typed), |home| home.join(rest)),
            None => self.path.join(typed),
        };
        let chosen = self.entries.iter().filter(|entry| entry.chosen);
        let chosen: Vec<PathBuf> = chosen.map(|entry| entry.path.clone()).collect();
        match typed.is_empty() {
            true if new => {
                self.problem = Some("type a name for the new folder".to_owned());
                None
            }
            false if new && path.join(twobus_jobs::Folder::DOCUMENT).exists() => {
                let text = "there is a project here already; type another name";
                self.problem = Some(text.to_owned());
                None
            }
            true if chosen.is_empty() => Some(vec![self.path.clone()]),
            true => Some(chosen),
            false if !new && path.is_dir() => {
                self.enter(path);
                None
            }
            false if !new && !path.exists() => {
                self.problem = Some(format!("there is no {}", path.display()));
                None
            }
            false => Some(vec![path]),
        }
    }

    #[cfg(test)]
    pub(super) fn names(&self) -> Vec<&str> {
        self.entries.iter().map(|entry| entry.name.as_str()).collect()
    }
}

impl Entry {
    /// The entry at `path`; `None` for one that is hidden.
    fn of(path: PathBuf) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().into_owned();
        let is_folder = path.is_dir();
        let is_project = is_folder && path.join(twobus_jobs::Folder::DOCUMENT).is_file();
        let hidden = name.starts_with('.');
        (!hidden).then_some(Self { name, path, is_folder, is_project, chosen: false })
    }
}

/// Where choosing begins: beside `near`, else at home.
pub(crate) fn start(near: Option<&Path>) -> PathBuf {
    let home = || directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned());
    near.map(Path::to_owned).or_else(home).unwrap_or_else(|| PathBuf::from("/"))
}
