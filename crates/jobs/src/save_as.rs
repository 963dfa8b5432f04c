//! Save as: a project as another, in a folder of its own.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use twobus_session::{Document, Project};

use crate::bounce::stems_folder;
use crate::collect::copy_whole;
use crate::error::{Error, Result};
use crate::folder::Folder;

/// Ending of a print's report.
const REPORT: &str = "html";

/// What came of saving a project as another.
#[derive(Debug, Clone)]
pub struct SavedAs {
    /// How many prints were copied, with their stems and reports.
    pub prints: usize,
    /// How many delivered files of the old folder were copied.
    pub masters: usize,
    /// What a person should know, one sentence each.
    pub notes: Vec<String>,
}

/// Saves the project in `from` as a new one in `to`: the document, which refers to the same stems, and
/// copies of its prints and of what was delivered into its folder. What a newer version has put into it, and this program does not know, goes along.
///
/// # Errors
/// When there is a project in `to` already, or something cannot be read or written.
pub fn save_as(from: &Folder, to: &Folder) -> Result<SavedAs> {
    save_document_as(from.read(Document::open)?, from, to)
}

/// Saves `document`, which lay in `from`, as a new one in `to`.
pub(crate) fn save_document_as(
    mut document: Document,
    from: &Folder,
    to: &Folder,
) -> Result<SavedAs> {
    beginning(to, |to| {
        let saved = move_in(&mut document.project, from, to)?;
        document.project.become_another();
        let _stamp = document.save_as(&to.document())?;
        Ok(saved)
    })
}

/// Runs `act` on a folder that holds no project yet. A folder that was made for it goes when it fails.
pub(crate) fn beginning<T>(to: &Folder, act: impl FnOnce(&Folder) -> Result<T>) -> Result<T> {
    if to.document().exists() {
        let text = "there is a project here already; choose another folder";
        return Err(Error::Missing(format!("{}: {text}", to.document().display())));
    }
    let is_new = !to.path().exists();
    fs::create_dir_all(to.path()).map_err(Error::io("making the folder", to.path()))?;
    let done = act(to);
    if is_new && done.is_err() {
        let _removed = fs::remove_dir_all(to.path());
    }
    done
}

/// Makes `project`, which lay in `from`, one that lies in `to`: paths lead to the same files, and prints
/// and masters are copied.
pub(crate) fn move_in(project: &mut Project, from: &Folder, to: &Folder) -> Result<SavedAs> {
    for file in &mut project.media {
        file.path = moved(&from.resolve(file), to)?;
    }
    let mut saved = SavedAs { prints: 0, masters: 0, notes: Vec::new() };
    let mut masters = BTreeSet::new();
    for song in &mut project.songs {
        for delivery in &mut song.master.deliveries {
            let old = from.path().join(&delivery.file);
            match inside(&delivery.file).filter(|_| old.is_file()) {
                // A later song may have replaced the file of an earlier one.
                Some(file) if masters.insert(old.clone()) => {
                    copy_beside(&old, &to.path().join(file))?;
                    saved.masters += 1;
                }
                Some(_) => {}
                None => delivery.file = moved(&old, to)?,
            }
        }
        for print in &song.prints {
            let (old, new) = (from.path().join(&print.file), to.path().join(&print.file));
            if !old.is_file() {
                let (number, title) = (print.number, &song.title);
                saved.notes.push(format!("The file of print {number} of \"{title}\" is missing."));
                continue;
            }
            copy_beside(&old, &new)?;
            copy_companions(&old, &new)?;
            saved.prints += 1;
        }
    }
    Ok(saved)
}

/// `path` as it was noted, if it stays in the project's folder.
fn inside(path: &str) -> Option<&Path> {
    let path = Path::new(path);
    path.components().all(|part| matches!(part, Component::Normal(_))).then_some(path)
}

/// Copies what lies beside a print under its name: its stems and its report.
fn copy_companions(old: &Path, new: &Path) -> Result<()> {
    let report = old.with_extension(REPORT);
    if report.is_file() {
        copy_beside(&report, &new.with_extension(REPORT))?;
    }
    let (stems, to) = (stems_folder(old), stems_folder(new));
    let Ok(entries) = fs::read_dir(&stems) else { return Ok(()) };
    for entry in entries {
        let entry = entry.map_err(Error::io("reading the folder", &stems))?;
        if entry.path().is_file() {
            copy_beside(&entry.path(), &to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// Copies a file into a folder that is made for it.
fn copy_beside(old: &Path, new: &Path) -> Result<()> {
    if let Some(folder) = new.parent() {
        fs::create_dir_all(folder).map_err(Error::io("making the folder", folder))?;
    }
    copy_whole(old, new)
}

/// The path of a file as a project in `to` writes it; one that is not there keeps its place too.
fn moved(path: &Path, to: &Folder) -> Result<String> {
    if path.exists() {
        return to.relative(path);
    }
    let absolute = std::path::absolute(path).map_err(Error::io("finding it", path))?;
    let absolute = without_detours(&absolute);
    let not_unicode = || Error::Stem { path: path.to_owned(), problem: "its path is not Unicode" };
    Ok(absolute.to_str().ok_or_else(not_unicode)?.replace('\\', "/"))
}

/// `path` without `..`, for one that cannot be asked.
pub(crate) fn without_detours(path: &Path) -> PathBuf {
    let mut straight = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => _ = straight.pop(),
            _ => straight.push(part),
        }
    }
    straight
}
