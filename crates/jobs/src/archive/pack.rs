//! Packing.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use twobus_session::file::{FILE_NAME, to_json};
use twobus_session::{MediaFile, Project};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{entry, refused};
use crate::audio::check_unchanged;
use crate::collect::AUDIO;
use crate::error::{Error, Result};
use crate::folder::{Folder, folded, last_part};
use crate::leftovers::is_unfinished;
use crate::master::is_same_file;
use crate::progress::Progress;
use crate::room::check_room;

/// Bytes that are copied at a time.
const BLOCK_BYTES: usize = 1 << 20;
/// From here on an entry needs sizes of 64 bits; some room is left for a file that grows.
const LARGE_BYTES: u64 = 0xF000_0000;
/// Folders that go along as they are.
const FOLDERS: [&str; 2] = ["prints", "masters"];

/// What was packed.
#[derive(Debug, Clone)]
pub struct Packed {
    /// How many files.
    pub files: usize,
    /// Size of the archive, in bytes.
    pub bytes: u64,
    /// What a person should know, one sentence each.
    pub notes: Vec<String>,
}

/// Packs the project in `folder` with its stems, prints and masters into the archive `file`, which has
/// its name only when it is complete. In the archive, all stems lie in `audio/`.
///
/// # Errors
/// When a stem is missing or changed, `file` is there and may not be replaced or is a part of the
/// project, or something cannot be read or written; what was there stays.
pub fn pack(folder: &Folder, file: &Path, overwrite: bool, progress: &Progress) -> Result<Packed> {
    let mut project = folder.load()?;
    let mut notes = Vec::new();
    let mut files = stems(folder, &mut project)?;
    for place in FOLDERS {
        below(&folder.path().join(place), place, &mut files, &mut notes)?;
    }
    let taken = files
        .iter()
        .map(|file| &file.from)
        .chain([&folder.document()])
        .any(|own| is_same_file(own, file));
    if taken || (!overwrite && file.exists()) {
        let what = if taken { "is a part of the project" } else { "is there already" };
        return Err(refused(file, format!("{what}; name another file")));
    }
    let bytes = files.iter().map(|file| file.bytes).sum();
    check_room(file, bytes)?;
    progress.begin("Reading", bytes);
    let text = to_json(&project)?;
    let bytes = write(file, &text, &files, overwrite, progress)?;
    Ok(Packed { files: files.len() + 1, bytes, notes })
}

/// A file and its name in the archive.
struct Entry {
    from: PathBuf,
    name: String,
    bytes: u64,
}

/// The stems of `project`, which then refers to them in `audio/`.
fn stems(folder: &Folder, project: &mut Project) -> Result<Vec<Entry>> {
    let mut names = HashSet::new();
    let mut entries: Vec<Entry> = Vec::new();
    for file in &mut project.media {
        let from = folder.resolve(file);
        check_unchanged(folder, file, &from)?;
        let known = entries.iter().find(|entry| entry.from == from);
        let name = match known {
            Some(entry) => entry.name.clone(),
            None => free_name(file, &mut names),
        };
        if known.is_none() {
            entries.push(Entry { from, name: name.clone(), bytes: file.bytes });
        }
        file.path = name;
    }
    Ok(entries)
}

/// A name in `audio/` that no other stem has, on any system.
fn free_name(file: &MediaFile, names: &mut HashSet<String>) -> String {
    let name = crate::names::file_name(last_part(&file.path));
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) => (stem, format!(".{ending}")),
        None => (name.as_str(), String::new()),
    };
    let numbered = (1_u32..).map(|number| match number {
        1 => format!("{AUDIO}/{name}"),
        _ => format!("{AUDIO}/{stem} ({number}){ending}"),
    });
    let mut free = numbered.filter(|name| names.insert(folded(name)));
    free.next().expect("there are more numbers than stems")
}

/// All regular files below `path`, which is called `name` in the archive. Links are left out.
fn below(path: &Path, name: &str, into: &mut Vec<Entry>, notes: &mut Vec<String>) -> Result<()> {
    let inside = match fs::read_dir(path) {
        Ok(inside) => inside,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Error::io("reading the folder", path)(error)),
    };
    let mut inside: Vec<_> = inside.flatten().collect();
    inside.sort_by_key(fs::DirEntry::file_name);
    for each in inside {
        let (from, own) = (each.path(), each.file_name());
        let name = own.to_str().map(|own| format!("{name}/{own}"));
        let safe = name.filter(|name| entry::safe_path(name).is_some());
        match (each.metadata(), safe) {
            (Ok(about), Some(name)) if about.is_dir() => below(&from, &name, into, notes)?,
            (Ok(about), Some(_)) if about.is_file() && is_unfinished(&own.to_string_lossy()) => {}
            (Ok(about), Some(name)) if about.is_file() => {
                into.push(Entry { from, name, bytes: about.len() });
            }
            _ => notes.push(format!("{} was left out: a link, or an odd name.", from.display())),
        }
    }
    Ok(())
}

fn write(
    file: &Path,
    document: &str,
    files: &[Entry],
    overwrite: bool,
    progress: &Progress,
) -> Result<u64> {
    let failed = || Error::io("packing", file);
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    let prefix = format!("{}.", file.file_name().unwrap_or_default().to_string_lossy());
    let part = builder.prefix(&prefix).suffix(".part").tempfile_in(folder).map_err(failed())?;
    let mut archive = ZipWriter::new(part);
    let zip_failed = |error: zip::result::ZipError| failed()(error.into());
    archive.start_file(FILE_NAME, options(0)).map_err(zip_failed)?;
    archive.write_all(document.as_bytes()).map_err(failed())?;
    for entry in files {
        archive.start_file(&entry.name, options(entry.bytes)).map_err(zip_failed)?;
        copy(entry, &mut archive, file, progress)?;
    }
    let part = archive.finish().map_err(zip_failed)?;
    finish(part, file, folder, overwrite).map_err(failed())
}

fn options(bytes: u64) -> SimpleFileOptions {
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    stored.large_file(bytes >= LARGE_BYTES)
}

fn copy(entry: &Entry, to: &mut impl Write, archive: &Path, progress: &Progress) -> Result<()> {
    let mut from = File::open(&entry.from).map_err(Error::io("reading it", &entry.from))?;
    let mut block = vec![0; BLOCK_BYTES];
    loop {
        let count = from.read(&mut block).map_err(Error::io("reading it", &entry.from))?;
        if count == 0 {
            return Ok(());
        }
        to.write_all(&block[..count]).map_err(Error::io("packing", archive))?;
        progress.advance(count as u64)?;
    }
}

/// Puts the archive on the disk and gives it its name.
fn finish(part: NamedTempFile, file: &Path, folder: &Path, overwrite: bool) -> io::Result<u64> {
    use twobus_session::file::{Disk, Fs as _};
    part.as_file().sync_all()?;
    let bytes = part.as_file().metadata()?.len();
    let done = if overwrite { part.persist(file) } else { part.persist_noclobber(file) };
    let _file = done.map_err(|error| error.error)?;
    Disk.sync_folder(folder)?;
    Ok(bytes)
}
