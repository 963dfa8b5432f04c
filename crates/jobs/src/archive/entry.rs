//! What an archive's entries may be called and be.

use std::io::Read;
use std::path::{Path, PathBuf};

use zip::read::ZipFile;

/// The bits of a mode that say what a file is, and their values for files and folders.
const KIND: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;
const FOLDER: u32 = 0o040_000;

/// An entry that may be unpacked.
#[derive(Debug)]
pub(super) struct Entry {
    /// Where it goes, below the folder that is unpacked to.
    pub(super) path: PathBuf,
    pub(super) is_folder: bool,
    /// Bytes it says to unpack to.
    pub(super) bytes: u64,
    /// Bytes it takes in the archive.
    pub(super) packed: u64,
}

impl Entry {
    /// Looks at an entry; the error says what is wrong with it.
    pub(super) fn of<R: Read>(file: &ZipFile<'_, R>) -> Result<Self, String> {
        let name = std::str::from_utf8(file.name_raw()).map_err(|_| "a name is not Unicode")?;
        let is_folder = name.ends_with('/');
        let path = safe_path(name.strip_suffix('/').unwrap_or(name))
            .ok_or_else(|| format!("the name {name:?} leads outside, or is not portable"))?;
        let kind = file.unix_mode().map_or(0, |mode| mode & KIND);
        let is_plain = kind == 0 || kind == if is_folder { FOLDER } else { REGULAR };
        if file.is_symlink() || !is_plain {
            return Err(format!("{name:?} is a link or a device"));
        }
        if file.encrypted() {
            return Err(format!("{name:?} is encrypted"));
        }
        let path = path.to_owned();
        Ok(Self { path, is_folder, bytes: file.size(), packed: file.compressed_size() })
    }
}

/// `name` as a path below a folder, if it is one on every system: with `/` between its parts, none of
/// them empty, `.` or `..`, without a drive, `\` or control characters.
pub(super) fn safe_path(name: &str) -> Option<&Path> {
    let part = |part: &str| !matches!(part, "" | "." | "..");
    let character = |c: char| !c.is_control() && !matches!(c, '\\' | ':');
    let is_safe = name.split('/').all(part) && name.chars().all(character);
    is_safe.then(|| Path::new(name))
}
