//! Snapshots as files: one line of JSON about them, then the document; named by their numbers.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{About, KEPT};
use crate::file::{Disk, FileFault, Fs, MAX_BYTES, from_json, stamp};
use crate::project::Project;

/// Longest first line of a snapshot, in bytes.
const MOST_ABOUT: usize = 64 << 10;
const ENDING: &str = "snapshot";
const BAD: &str = "bad";
/// Ending of the mark beside a snapshot that is being tried.
pub(super) const TRYING: &str = "trying";

/// The entries of a folder; `None` when it is not there.
pub(super) fn entries(folder: &Path) -> io::Result<Option<Vec<PathBuf>>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>().map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The number of a snapshot's file; `None` for any other.
pub(super) fn number(file: &Path) -> Option<u64> {
    let is_snapshot = file.extension().is_some_and(|ending| ending == ENDING);
    is_snapshot.then(|| file.file_stem()?.to_str()?.parse().ok())?
}

/// Writes a snapshot under the next free number: complete and on the disk before it has its name.
pub(super) fn put(folder: &Path, about: &About, text: &str) -> io::Result<(PathBuf, u64)> {
    fs::create_dir_all(folder)?;
    let mut file =
        tempfile::Builder::new().prefix(&format!(".{}.", about.run)).tempfile_in(folder)?;
    serde_json::to_writer(&mut file, about)?;
    file.write_all(b"\n")?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    let used = entries(folder)?.unwrap_or_default();
    // Numbers of snapshots that were set aside are not used again.
    let used = used.iter().filter_map(|file| file.file_stem()?.to_str()?.parse::<u64>().ok());
    for number in used.max().unwrap_or(0) + 1.. {
        let path = folder.join(format!("{number:010}.{ENDING}"));
        match file.persist_noclobber(&path) {
            Ok(_file) => {
                Disk.sync_folder(folder)?;
                return Ok((path, number));
            }
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => file = error.file,
            Err(error) => return Err(error.error),
        }
    }
    unreachable!("a folder cannot hold every number")
}

/// Removes the oldest snapshots beyond [`KEPT`], and of those set aside as many. What cannot be removed
/// goes next time.
pub(super) fn prune(folder: &Path) {
    let files = entries(folder).ok().flatten().unwrap_or_default();
    for ending in [ENDING, BAD] {
        let of_kind = files.iter().filter(|file| file.extension().is_some_and(|e| e == ending));
        let mut of_kind: Vec<&PathBuf> = of_kind.collect();
        of_kind.sort();
        for file in of_kind.iter().rev().skip(KEPT) {
            let _removed = fs::remove_file(file);
        }
    }
}

/// Takes a snapshot out of the offer, and keeps it for who wants to look into it.
pub(super) fn set_aside(file: &Path) -> Option<PathBuf> {
    let aside = file.with_extension(BAD);
    fs::rename(file, &aside).ok()?;
    let _mark = fs::remove_file(file.with_extension(TRYING));
    Some(aside)
}

/// What a snapshot says about itself, if all of it is as it was written.
pub(super) fn about(file: &Path) -> Result<About, FileFault> {
    parts(&Disk.read(file, MAX_BYTES)?).map(|(about, _)| about)
}

pub(super) fn document(file: &Path) -> Result<Project, FileFault> {
    let bytes = Disk.read(file, MAX_BYTES)?;
    from_json(parts(&bytes)?.1)
}

fn parts(bytes: &[u8]) -> Result<(About, &[u8]), FileFault> {
    let damaged =
        |message: &str| FileFault::Json { line: 1, column: 1, message: message.to_owned() };
    let end = bytes.iter().take(MOST_ABOUT).position(|byte| *byte == b'\n');
    let (first, rest) = bytes.split_at(end.ok_or_else(|| damaged("it is not a snapshot"))?);
    let about: About = serde_json::from_slice(first)?;
    let text = &rest[1..];
    if stamp(text) != about.stamp {
        return Err(damaged("it is not as it was written"));
    }
    Ok((about, text))
}
