//! Files as they are read here: regular ones only, at explicit positions, never mapped, so that a
//! file which shrinks or vanishes gives an error or a short count instead of a crash.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};

/// A regular file open for reading at any position.
#[derive(Debug)]
pub(crate) struct SourceFile {
    file: File,
    path: PathBuf,
    bytes: u64,
}

impl SourceFile {
    /// Opens `path`; anything but a regular file with content is refused before it is opened, since
    /// opening a pipe or a device may block or do something.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let read = |error| Error::read(path, error);
        if !std::fs::metadata(path).map_err(read)?.is_file() {
            return Err(Error::new(ErrorKind::NotAFile, path));
        }
        let file = File::open(path).map_err(read)?;
        let bytes = file.metadata().map_err(read)?.len();
        if bytes == 0 {
            return Err(Error::new(ErrorKind::Empty, path));
        }
        Ok(Self { file, path: path.to_owned(), bytes })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Length when it was opened.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Fills `buffer` from `position` on; the count is short only at the end of the file.
    pub(crate) fn read_at(&self, position: u64, buffer: &mut [u8]) -> Result<usize> {
        self.fill_at(position, buffer).map_err(|error| Error::read(&self.path, error))
    }

    /// As [`read_at`](Self::read_at), with the bare error of the system.
    pub(crate) fn fill_at(&self, position: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            match read_some(&self.file, position + filled as u64, &mut buffer[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    /// The `N` bytes at `position`, or `None` where the file ends before.
    pub(crate) fn array_at<const N: usize>(&self, position: u64) -> Result<Option<[u8; N]>> {
        let mut bytes = [0; N];
        let count = self.read_at(position, &mut bytes)?;
        Ok((count == N).then_some(bytes))
    }
}

#[cfg(unix)]
fn read_some(file: &File, position: u64, buffer: &mut [u8]) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, position)
}

#[cfg(windows)]
fn read_some(file: &File, position: u64, buffer: &mut [u8]) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, position)
}
