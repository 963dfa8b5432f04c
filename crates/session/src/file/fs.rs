//! The few file operations that saving needs, so that tests can fail each of them.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::FileFault;

/// What saving needs of a file system.
pub trait Fs {
    /// Where `path` leads: the target if it is a symbolic link, else `path`.
    ///
    /// # Errors
    /// When the link leads to another link.
    fn target(&self, path: &Path) -> io::Result<PathBuf>;

    /// The bytes of a regular file, of which there must be no more than `most`.
    ///
    /// # Errors
    /// When it is not there, not a regular file, or larger.
    fn read(&self, path: &Path, most: u64) -> Result<Vec<u8>, FileFault>;

    /// Writes a new file, with the permissions and the owner of `like` if there is such a file; on return its bytes
    /// are on the disk.
    ///
    /// # Errors
    /// When there is a file of that name, or anything fails; then an incomplete file may be left.
    fn write_new(&self, path: &Path, like: &Path, bytes: &[u8]) -> io::Result<()>;

    /// Gives the file `from` a second name, or copies it where the file system has no such links.
    ///
    /// # Errors
    /// When it fails.
    fn link(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Gives the file `from` the name `to`, atomically, replacing what is there.
    ///
    /// # Errors
    /// When it fails; then nothing has changed.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// When it fails, or there is none.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Waits until the names in `folder` are on the disk.
    ///
    /// # Errors
    /// When it fails.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
}

/// The file system of this machine.
#[derive(Debug, Clone, Copy)]
pub struct Disk;

impl Fs for Disk {
    fn target(&self, path: &Path) -> io::Result<PathBuf> {
        if !path.is_symlink() {
            return Ok(path.to_owned());
        }
        let target = path.with_file_name(std::fs::read_link(path)?);
        if target.is_symlink() {
            return Err(io::Error::other("the link leads to another link"));
        }
        Ok(target)
    }

    fn read(&self, path: &Path, most: u64) -> Result<Vec<u8>, FileFault> {
        let about = std::fs::metadata(path).map_err(FileFault::Read)?;
        if !about.is_file() {
            return Err(FileFault::NotAFile);
        }
        if about.len() > most {
            return Err(FileFault::TooLarge(about.len()));
        }
        let mut bytes = Vec::new();
        let file = File::open(path).map_err(FileFault::Read)?;
        let read = file.take(most + 1).read_to_end(&mut bytes).map_err(FileFault::Read)? as u64;
        if read > most { Err(FileFault::TooLarge(read)) } else { Ok(bytes) }
    }

    fn write_new(&self, path: &Path, like: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
        if let Ok(about) = std::fs::metadata(like) {
            keep_owner(&file, &about);
            file.set_permissions(about.permissions())?;
        }
        file.write_all(bytes)?;
        file.sync_all()
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        if std::fs::hard_link(from, to).is_ok() {
            return Ok(());
        }
        self.write_new(to, from, &std::fs::read(from)?)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }

    #[cfg(unix)]
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        File::open(folder)?.sync_all()
    }

    /// Folders cannot be opened here; the rename itself is logged by the file system.
    #[cfg(not(unix))]
    fn sync_folder(&self, _folder: &Path) -> io::Result<()> {
        Ok(())
    }
}

/// Gives `file` the owner of another, so that saving as root takes it from nobody; others may not, and
/// own it already or replace what is not theirs, as the folder allows them.
#[cfg(unix)]
fn keep_owner(file: &File, like: &std::fs::Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    let same = file.metadata().is_ok_and(|own| (own.uid(), own.gid()) == (like.uid(), like.gid()));
    if !same {
        let _may_not = fchown(file, Some(like.uid()), Some(like.gid()));
    }
}

#[cfg(not(unix))]
fn keep_owner(_file: &File, _like: &std::fs::Metadata) {}
