//! Relink: finds the files of a project that have moved, and takes changed ones in their place if told
//! to. Tracks keep all their settings.

use std::path::{Path, PathBuf};

use twobus_media::ContentHash;
use twobus_session::{Edit, ListEdit, MediaFile, Project};

use crate::error::Result;
use crate::folder::{Folder, folded, last_part};
use crate::progress::Progress;
use crate::recovery;
use crate::save_as::without_detours;
use crate::stems::{StemState, state};

mod replace;
mod search;

use search::Index;

/// Where to look, and what to take.
#[derive(Debug, Clone, Default)]
pub struct RelinkOptions {
    /// A folder to search besides the project's own and those beside it.
    pub search: Option<PathBuf>,
    /// Whether a file of the same name with another content is taken in place of the one that was
    /// imported.
    pub replace: bool,
}

/// What was found for a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The same content, elsewhere.
    Moved(PathBuf),
    /// Another content, which was taken in its place; with what a person should know about that.
    Replaced(PathBuf, Vec<String>),
    /// Another content under the same name, which was not taken.
    Candidate(PathBuf),
    /// Nothing.
    Nothing,
}

/// A file that was not there as it was, and what was found for it.
#[derive(Debug, Clone)]
pub struct Relinked {
    /// The file as the project knows it.
    pub file: MediaFile,
    /// What was wrong.
    pub state: StemState,
    /// What was found.
    pub found: Found,
}

/// What a search came to.
#[derive(Debug, Clone)]
pub struct Relink {
    /// One row for every file that was not there as it was.
    pub rows: Vec<Relinked>,
    /// The edit that links what was found; an empty batch when there is nothing to do.
    pub edit: Edit,
}

/// Looks for the files of `project` that are missing or changed: by content first, whatever they are
/// called now, then by name; in the project, the folders beside it, where its paths led before it was
/// moved, and where it is told to.
///
/// # Errors
/// When a folder or file cannot be read, or the job is cancelled.
pub fn relink(
    folder: &Folder,
    project: &Project,
    options: &RelinkOptions,
    progress: &Progress,
) -> Result<Relink> {
    progress.begin("Reading", project.media.len() as u64);
    let mut offline = Vec::new();
    for file in &project.media {
        let state = state(folder, file)?;
        if state != StemState::Present {
            offline.push((file, state));
        }
        progress.advance(1)?;
    }
    let mut edits = Vec::new();
    let mut rows = Vec::new();
    if !offline.is_empty() {
        let before: Vec<PathBuf> = recovery::places(project)
            .into_iter()
            .flat_map(|place| paths_in(place, &offline))
            .collect();
        let index = Index::of(folder, options.search.as_deref(), &before, progress)?;
        // What is replaced changes the project for those that follow.
        let mut now = project.clone();
        for (file, state) in offline {
            let (found, edit) = find(folder, &now, file, &index, options.replace)?;
            if let Some(edit) = edit {
                let _undo = now.apply(edit.clone())?;
                edits.push(edit);
            }
            rows.push(Relinked { file: file.clone(), state, found });
            progress.advance(0)?;
        }
    }
    Ok(Relink { rows, edit: Edit::Batch { name: "Relink".to_owned(), edits } })
}

/// Where the files lay for a project in `place`, which need not be there any more.
fn paths_in(place: PathBuf, files: &[(&MediaFile, StemState)]) -> Vec<PathBuf> {
    let path = |file: &MediaFile| without_detours(&place.join(&file.path));
    files.iter().map(|(file, _)| path(file)).collect()
}

fn find(
    folder: &Folder,
    project: &Project,
    file: &MediaFile,
    index: &Index,
    replace: bool,
) -> Result<(Found, Option<Edit>)> {
    if let Some(path) = same_content(file, index) {
        let moved = MediaFile { path: folder.relative(&path)?, ..file.clone() };
        return Ok((Found::Moved(path), Some(Edit::Media(ListEdit::change(moved)))));
    }
    let Some(path) = same_name(folder, file, index) else { return Ok((Found::Nothing, None)) };
    if !replace {
        return Ok((Found::Candidate(path), None));
    }
    let (edit, notes) = replace::edit(folder, project, file, &path)?;
    Ok((Found::Replaced(path, notes), Some(edit)))
}

/// The first file with the content of `file`; those with its name come first.
fn same_content(file: &MediaFile, index: &Index) -> Option<PathBuf> {
    let name = folded(last_part(&file.path));
    let mut alike: Vec<&Path> = index.of_size(file.bytes).collect();
    alike.sort_by_key(|path| search::name(path) != name);
    let is_it =
        |path: &&Path| ContentHash::of_file(path).is_ok_and(|hash| hash.to_string() == file.hash);
    alike.into_iter().find(is_it).map(Path::to_owned)
}

/// A file with the name of `file` that can be read: the one in its place, then one of the same length.
fn same_name(folder: &Folder, file: &MediaFile, index: &Index) -> Option<PathBuf> {
    let place = folder.resolve(file);
    let name = folded(last_part(&file.path));
    let named = index.of_name(&name);
    let candidates = std::iter::once(place.as_path()).chain(named);
    let readable = candidates.filter_map(|path| Some((path, twobus_media::probe(path).ok()?)));
    let ranked = readable.map(|(path, info)| {
        let rank = (path != place, info.frames != Some(file.frames));
        (rank, path)
    });
    ranked.min_by_key(|(rank, _)| *rank).map(|(_, path)| path.to_owned())
}
