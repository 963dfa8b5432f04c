//! Replacing a file by a new one, so that a crash at any time leaves one of the two.

use std::io;
use std::path::{Path, PathBuf};

use super::{Disk, FileFault, Fs, MAX_BYTES, file_name, room, versions, with_suffix};

/// Ending of the names under which files are made.
const TEMPORARY: &str = ".tmp";

/// Where the version before the one at `path` is kept: beside it, with `.bak` at the end.
pub fn backup_path(path: &Path) -> PathBuf {
    with_suffix(path, ".bak")
}

/// Where a document of the older `version` is kept when it is first saved by a newer program.
pub fn version_path(path: &Path, version: u32) -> PathBuf {
    with_suffix(path, &format!(".v{version}.bak"))
}

/// Writes `bytes` to `path`; what was there becomes the backup, and is kept under the name `keep` too.
pub(super) fn replace(
    fs: &impl Fs,
    path: &Path,
    bytes: &[u8],
    keep: Option<&Path>,
) -> Result<(), FileFault> {
    let failed = |step| move |source| write_fault(path, step, bytes.len(), source);
    let target = fs.target(path).map_err(failed("following the link"))?;
    let new = temporary(&target, "new");
    let old = temporary(&target, "old");
    let replaced = (|| {
        clear(fs, &new)
            .and_then(|()| fs.write_new(&new, &target, bytes))
            .map_err(failed("writing"))?;
        if is_whole(fs, &target) {
            let backup = backup_path(&target);
            for name in keep.into_iter().chain([backup.as_path()]) {
                clear(fs, &old)
                    .and_then(|()| fs.link(&target, &old))
                    .and_then(|()| fs.rename(&old, name))
                    // Renaming one name of a file to another of its names does nothing at all.
                    .and_then(|()| clear(fs, &old))
                    .map_err(failed("keeping the version before it"))?;
            }
        }
        fs.rename(&new, &target).map_err(failed("replacing the old file"))
    })();
    if replaced.is_err() {
        // What matters is reported already; a leftover does no harm and is removed by the next save.
        let _leftovers = (clear(fs, &new), clear(fs, &old));
    }
    replaced?;
    let folder = target.parent().unwrap_or(Path::new(""));
    fs.sync_folder(folder).map_err(FileFault::Unconfirmed)
}

fn write_fault(path: &Path, step: &'static str, bytes: usize, source: io::Error) -> FileFault {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    let full = matches!(source.kind(), StorageFull | QuotaExceeded | FileTooLarge);
    let room = if full { room::needed(path, bytes as u64) } else { String::new() };
    FileFault::Write { step, room, source }
}

/// Removes what a killed program may have left beside `path`; call it while no other program has the
/// project open. Returns how many files there were.
///
/// # Errors
/// When the folder cannot be listed or a file not removed.
pub fn remove_leftovers(path: &Path) -> io::Result<usize> {
    let target = Disk.target(path)?;
    let start = format!(".{}.", file_name(&target));
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut removed = 0;
    for entry in std::fs::read_dir(folder.unwrap_or(Path::new(".")))? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(&start) && name.ends_with(TEMPORARY) && entry.file_type()?.is_file() {
            std::fs::remove_file(entry.path())?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// A name beside `target` that no other process uses.
fn temporary(target: &Path, what: &str) -> PathBuf {
    let name = format!(".{}.{}.{what}{TEMPORARY}", file_name(target), std::process::id());
    target.with_file_name(name)
}

/// Removes `path` if it is there.
fn clear(fs: &impl Fs, path: &Path) -> io::Result<()> {
    match fs.remove(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// True when `path` holds a whole document of any version, worth keeping as the backup.
fn is_whole(fs: &impl Fs, path: &Path) -> bool {
    fs.read(path, MAX_BYTES).is_ok_and(|bytes| versions::of(&bytes).is_ok())
}
