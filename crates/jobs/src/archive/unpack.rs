//! Unpacking: whatever an archive says, nothing is written but new files in a new folder.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use twobus_session::file::FILE_NAME;
use zip::ZipArchive;

use super::entry::{Entry, safe_path};
use super::{FREE_BYTES, MAX_BYTES, MAX_ENTRIES, MAX_RATIO, refused};
use crate::error::{Error, Result};
use crate::folder::{Folder, folded};
use crate::leftovers::SCRATCH;
use crate::progress::Progress;
use crate::room::check_room;

/// Bytes that are copied at a time.
const BLOCK_BYTES: u64 = 1 << 20;

/// Unpacks the archive `file` into `folder`, which must not be there yet, and returns how many files there
/// were. All is looked at before anything is written, and the folder has its name only when all is there.
///
/// # Errors
/// When the archive is damaged, holds no project, or holds what could reach outside or fill the disk;
/// then nothing is left behind.
pub fn unpack(file: &Path, folder: &Path, progress: &Progress) -> Result<usize> {
    if folder.symlink_metadata().is_ok() {
        return Err(refused(folder, "is there already; name a new folder"));
    }
    let opened = File::open(file).map_err(Error::io("opening it", file))?;
    let about = opened.metadata().map_err(Error::io("opening it", file))?;
    if !about.is_file() {
        return Err(refused(file, "is not a regular file"));
    }
    let damaged = |error| refused(file, format!("is not an archive, or is damaged: {error}"));
    let mut archive = ZipArchive::new(opened).map_err(damaged)?;
    let entries = entries(file, &mut archive, about.len())?;
    let bytes = entries.iter().map(|entry| entry.bytes).sum();
    check_room(folder, bytes)?;
    progress.begin("Reading", bytes);
    let scratch = scratch(folder)?;
    for (index, entry) in entries.iter().enumerate() {
        let mut from = archive.by_index(index).map_err(damaged)?;
        write(file, &mut from, entry, scratch.path(), progress)?;
    }
    check_project(file, scratch.path())?;
    take_name(scratch, folder)?;
    Ok(entries.iter().filter(|entry| !entry.is_folder).count())
}

/// All entries, if they may be unpacked.
fn entries(file: &Path, archive: &mut ZipArchive<File>, file_bytes: u64) -> Result<Vec<Entry>> {
    if archive.len() > MAX_ENTRIES {
        let text = format!("has {} entries, more than {MAX_ENTRIES}", archive.len());
        return Err(refused(file, text));
    }
    let mut entries = Vec::new();
    let mut names = HashSet::new();
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|error| error.to_string());
        let entry = entry.and_then(|entry| Entry::of(&entry));
        let entry = entry.map_err(|problem| refused(file, problem))?;
        if !names.insert(folded(&entry.path.to_string_lossy())) {
            return Err(refused(file, format!("holds {} twice", entry.path.display())));
        }
        entries.push(entry);
    }
    let sum = |of: fn(&Entry) -> u64| entries.iter().map(of).fold(0, u64::saturating_add);
    let bytes = sum(|entry| entry.bytes);
    let most = MAX_BYTES.min(FREE_BYTES.max(file_bytes.saturating_mul(MAX_RATIO)));
    if bytes > most {
        let text = format!("has {file_bytes} bytes and would unpack to {bytes}, more than {most}");
        return Err(refused(file, text));
    }
    // Entries that lie over each other are how a small archive holds a large one many times.
    if sum(|entry| entry.packed) > file_bytes {
        return Err(refused(file, "holds entries that lie over each other"));
    }
    without_outer_folder(&mut entries);
    Ok(entries)
}

/// Takes off the folder that other programs pack around a project's own files.
fn without_outer_folder(entries: &mut Vec<Entry>) {
    if entries.iter().any(|entry| entry.path == Path::new(FILE_NAME)) {
        return;
    }
    let outer = |entry: &Entry| entry.path.iter().next().map(PathBuf::from);
    let Some(first) = entries.first().and_then(outer) else { return };
    if entries.iter().all(|entry| outer(entry).as_ref() == Some(&first)) {
        for entry in entries {
            entry.path = entry.path.strip_prefix(&first).unwrap_or(&entry.path).to_owned();
        }
    }
}

/// A new folder beside the one that will have the name.
fn scratch(folder: &Path) -> Result<TempDir> {
    let beside = folder.parent().filter(|folder| !folder.as_os_str().is_empty());
    let beside = beside.unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    let builder = shared(builder.prefix(SCRATCH));
    builder.tempdir_in(beside).map_err(Error::io("making a folder in it", beside))
}

/// Gives the folder the permissions of any new one, not those of a private one.
#[cfg(unix)]
fn shared<'a, 'b, 'c>(
    builder: &'c mut tempfile::Builder<'a, 'b>,
) -> &'c mut tempfile::Builder<'a, 'b> {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(fs::Permissions::from_mode(0o777))
}

#[cfg(not(unix))]
fn shared<'a, 'b, 'c>(
    builder: &'c mut tempfile::Builder<'a, 'b>,
) -> &'c mut tempfile::Builder<'a, 'b> {
    builder
}

fn write(
    archive: &Path,
    from: &mut impl Read,
    entry: &Entry,
    folder: &Path,
    progress: &Progress,
) -> Result<()> {
    let path = folder.join(&entry.path);
    let failed = || Error::io("unpacking", &path);
    if entry.is_folder {
        return fs::create_dir_all(&path).map_err(failed());
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(failed())?;
    }
    let mut to = File::create_new(&path).map_err(failed())?;
    let mut left = entry.bytes;
    loop {
        // One byte more than there is left shows an entry that says less than it holds.
        let mut block = from.take(BLOCK_BYTES.min(left + 1));
        let count = match io::copy(&mut block, &mut to) {
            Ok(count) => count,
            Err(error) => {
                let text = format!("{} cannot be unpacked: {error}", entry.path.display());
                return Err(refused(archive, text));
            }
        };
        left = left.checked_sub(count).ok_or_else(|| {
            refused(archive, format!("{} holds more than it says", entry.path.display()))
        })?;
        progress.advance(count)?;
        if count == 0 {
            break;
        }
    }
    if left > 0 {
        let text = format!("{} holds less than it says", entry.path.display());
        return Err(refused(archive, text));
    }
    to.sync_all().map_err(failed())
}

/// Fails unless there is a project in `folder` that refers to files in it only.
fn check_project(archive: &Path, folder: &Path) -> Result<()> {
    if !folder.join(FILE_NAME).is_file() {
        return Err(refused(archive, "holds no project.json"));
    }
    let read = twobus_session::load(&folder.join(FILE_NAME));
    let project = read.map_err(|error| refused(archive, error.fault.to_string()))?.project;
    let folder = Folder::new(folder);
    for file in &project.media {
        let inside = safe_path(&file.path).is_some() && folder.resolve(file).is_file();
        if !inside {
            let text = format!("refers to {:?}, which it does not hold", file.path);
            return Err(refused(archive, text));
        }
    }
    Ok(())
}

/// Gives the unpacked folder its name.
fn take_name(scratch: TempDir, folder: &Path) -> Result<()> {
    use twobus_session::file::{Disk, Fs as _};
    let failed = || Error::io("naming the folder", folder);
    fs::rename(scratch.path(), folder).map_err(failed())?;
    let _named = scratch.keep();
    let parent = folder.parent().unwrap_or(Path::new(""));
    Disk.sync_folder(parent).map_err(failed())
}
