//! Collect: brings every file the project refers to into its `audio/` folder.

use std::fs;
use std::path::{Path, PathBuf};

use twobus_session::{Edit, ListEdit, MediaFile, Project};

use crate::audio::check_unchanged;
use crate::error::{Error, Result};
use crate::folder::Folder;
use crate::progress::Progress;
use crate::room::check_room;

/// Folder of collected files.
pub(crate) const AUDIO: &str = "audio";

/// Copies all files that lie outside `audio/` into it, and returns the edits that refer to the copies.
///
/// A file whose name is taken by another gets a number. What was copied is complete before it has its
/// name; the originals stay.
///
/// # Errors
/// When a file is missing, changed or cannot be copied, or the job is cancelled.
pub fn collect(folder: &Folder, project: &Project, progress: &Progress) -> Result<Vec<Edit>> {
    let inside = format!("{AUDIO}/");
    let outside: Vec<&MediaFile> =
        project.media.iter().filter(|file| !file.path.starts_with(&inside)).collect();
    for file in &outside {
        check_unchanged(folder, file, &folder.resolve(file))?;
    }
    let _at_work = folder.at_work()?;
    check_room(&folder.path().join(AUDIO), outside.iter().map(|file| file.bytes).sum())?;
    progress.begin("Reading", outside.iter().map(|file| file.bytes).sum());
    let mut edits = Vec::new();
    for file in outside {
        let copy = copy_in(folder, &folder.resolve(file), file.bytes)?;
        progress.advance(file.bytes)?;
        let changed = MediaFile { path: folder.relative(&copy)?, ..file.clone() };
        edits.push(Edit::Media(ListEdit::change(changed)));
    }
    Ok(edits)
}

/// Copies `from` into `audio/` under a free name and returns the copy's path. A file with the same name
/// and the same bytes is taken as the copy.
pub(crate) fn copy_in(folder: &Folder, from: &Path, bytes: u64) -> Result<PathBuf> {
    let audio = folder.sub(AUDIO)?;
    let name = from.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = name.ok_or(Error::Stem { path: from.to_owned(), problem: "has no name" })?;
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) => (stem.to_owned(), format!(".{extension}")),
        None => (name.clone(), String::new()),
    };
    for copy in 1_u32.. {
        let name = if copy == 1 { name.clone() } else { format!("{stem} ({copy}){extension}") };
        let to = audio.join(name);
        match fs::metadata(&to) {
            Ok(there) if there.len() == bytes && same_content(from, &to)? => return Ok(to),
            Ok(_) => {}
            Err(_) => {
                copy_whole(from, &to)?;
                return Ok(to);
            }
        }
    }
    unreachable!("a folder cannot hold every number")
}

fn same_content(a: &Path, b: &Path) -> Result<bool> {
    use twobus_media::ContentHash;
    Ok(ContentHash::of_file(a)? == ContentHash::of_file(b)?)
}

/// Copies a file; the copy has its name only when it is complete.
pub(crate) fn copy_whole(from: &Path, to: &Path) -> Result<()> {
    let folder = to.parent().unwrap_or(Path::new("."));
    let copy = || -> std::io::Result<()> {
        let mut source = fs::File::open(from)?;
        let mut part = tempfile::NamedTempFile::new_in(folder)?;
        let _bytes = std::io::copy(&mut source, &mut part)?;
        part.as_file().sync_all()?;
        let _file = part.persist_noclobber(to)?;
        Ok(())
    };
    copy().map_err(Error::io("copying it into the project", from))
}
