//! Files as they are read here: regular ones only, at explicit positions, never mapped, so that a
//! file which shrinks or vanishes gives an error or a short count instead of a crash.
//!
//! A file may be closed between two reads, when more are in use than the system lets be open, and is
//! opened again by the next: see [`pool`].

mod pool;

use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::error::{Error, ErrorKind, Result};
use pool::Handle;

/// A regular file for reading at any position.
#[derive(Debug)]
pub(crate) struct SourceFile {
    handle: Handle,
    path: PathBuf,
    seen: Seen,
}

/// What tells a file from another that took its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    bytes: u64,
    written: Option<SystemTime>,
    #[cfg(unix)]
    inode: u64,
}

impl Seen {
    fn of(metadata: &Metadata) -> Self {
        Self {
            bytes: metadata.len(),
            written: metadata.modified().ok(),
            #[cfg(unix)]
            inode: std::os::unix::fs::MetadataExt::ino(metadata),
        }
    }
}

impl SourceFile {
    /// Opens `path`; anything but a regular file with content is refused before it is opened, since
    /// opening a pipe or a device may block or do something.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let read = |error| Error::read(path, error);
        if !std::fs::metadata(path).map_err(read)?.is_file() {
            return Err(Error::new(ErrorKind::NotAFile, path));
        }
        let handle = Handle::closed();
        let metadata = handle.with(|| open(path), File::metadata).map_err(read)?;
        // What was there a moment ago may have been replaced.
        if !metadata.is_file() {
            return Err(Error::new(ErrorKind::NotAFile, path));
        }
        if metadata.len() == 0 {
            return Err(Error::new(ErrorKind::Empty, path));
        }
        Ok(Self { handle, path: path.to_owned(), seen: Seen::of(&metadata) })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Length when it was opened.
    pub(crate) fn bytes(&self) -> u64 {
        self.seen.bytes
    }

    /// Fills `buffer` from `position` on; the count is short only at the end of the file.
    pub(crate) fn read_at(&self, position: u64, buffer: &mut [u8]) -> Result<usize> {
        self.fill_at(position, buffer).map_err(|error| Error::read(&self.path, error))
    }

    /// As [`read_at`](Self::read_at), with the bare error of the system.
    pub(crate) fn fill_at(&self, position: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.handle.with(|| self.reopen(), |file| fill(file, position, buffer))
    }

    /// Opens the file again, if it is still the same.
    fn reopen(&self) -> io::Result<File> {
        let file = open(&self.path)?;
        if Seen::of(&file.metadata()?) == self.seen {
            Ok(file)
        } else {
            Err(io::Error::new(io::ErrorKind::StaleNetworkFileHandle, "it was changed meanwhile"))
        }
    }

    /// The `N` bytes at `position`, or `None` where the file ends before.
    pub(crate) fn array_at<const N: usize>(&self, position: u64) -> Result<Option<[u8; N]>> {
        let mut bytes = [0; N];
        let count = self.read_at(position, &mut bytes)?;
        Ok((count == N).then_some(bytes))
    }
}

fn fill(file: &File, position: u64, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match read_some(file, position + filled as u64, &mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Opens a file so that not even a pipe that took its name makes it wait.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    File::options().read(true).custom_flags(libc::O_NONBLOCK).open(path)
}

#[cfg(windows)]
fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

#[cfg(unix)]
fn read_some(file: &File, position: u64, buffer: &mut [u8]) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, position)
}

#[cfg(windows)]
fn read_some(file: &File, position: u64, buffer: &mut [u8]) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, position)
}
