//! A file in the making: written under a temporary name in the folder of its final place.

use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::error::{Error, ErrorKind, Result};

/// Bytes gathered before the system is asked to write.
const BUFFER_BYTES: usize = 1 << 20;

/// The unfinished file; dropping it removes it.
#[derive(Debug)]
pub(crate) struct Target {
    path: PathBuf,
    overwrite: bool,
    file: NamedTempFile,
    buffer: Vec<u8>,
    /// Bytes handed over so far, those in `buffer` included.
    bytes: u64,
}

impl Target {
    /// Begins the file that will be at `path`.
    pub(crate) fn create(path: &Path, overwrite: bool) -> Result<Self> {
        if !overwrite && path.symlink_metadata().is_ok() {
            return Err(Error::new(ErrorKind::Exists, path));
        }
        let (Some(folder), Some(name)) = (folder(path), path.file_name()) else {
            return Err(Error::new(ErrorKind::NotAFile, path));
        };
        if path.is_dir() {
            return Err(Error::new(ErrorKind::NotAFile, path));
        }
        let mut prefix = name.to_owned();
        prefix.push(".");
        let mut builder = Builder::new();
        let builder = builder.prefix(&prefix).suffix(".part");
        let file = shared(builder).tempfile_in(folder).map_err(|e| Error::write(path, e))?;
        let buffer = Vec::with_capacity(BUFFER_BYTES);
        Ok(Self { path: path.to_owned(), overwrite, file, buffer, bytes: 0 })
    }

    /// Where the file will be.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes appended so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Appends what `fill` pushes; for at most a block of audio at a time.
    pub(crate) fn append_with(&mut self, fill: impl FnOnce(&mut Vec<u8>)) -> Result<()> {
        let before = self.buffer.len();
        fill(&mut self.buffer);
        self.bytes += (self.buffer.len() - before) as u64;
        if self.buffer.len() >= BUFFER_BYTES { self.flush() } else { Ok(()) }
    }

    /// Appends `bytes`.
    pub(crate) fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.append_with(|buffer| buffer.extend_from_slice(bytes))
    }

    /// Replaces the bytes at `position`, which must have been appended before.
    pub(crate) fn replace(&mut self, position: u64, bytes: &[u8]) -> Result<()> {
        self.flush()?;
        self.seek(SeekFrom::Start(position))?;
        let written = self.file.write_all(bytes);
        written.map_err(|error| Error::write(&self.path, error))?;
        self.seek(SeekFrom::End(0))
    }

    /// Puts the content on the disk and gives it its name.
    pub(crate) fn finish(mut self) -> Result<u64> {
        self.flush()?;
        let Self { path, overwrite, file, bytes, .. } = self;
        let failed = |error| Error::write(&path, error);
        file.as_file().sync_all().map_err(failed)?;
        let persisted = match overwrite {
            true => file.persist(&path),
            false => file.persist_noclobber(&path),
        };
        let _file = persisted.map_err(|error| failed(error.error))?;
        sync_folder(&path).map_err(failed)?;
        Ok(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        let written = self.file.write_all(&self.buffer);
        written.map_err(|error| Error::write(&self.path, error))?;
        self.buffer.clear();
        Ok(())
    }

    fn seek(&mut self, to: SeekFrom) -> Result<()> {
        let result = self.file.seek(to);
        result.map(drop).map_err(|error| Error::write(&self.path, error))
    }
}

/// The folder `path` lies in; the current one for a bare name.
fn folder(path: &Path) -> Option<&Path> {
    let folder = path.parent()?;
    Some(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })
}

/// Gives the file the permissions of any new file, not those of a private temporary one.
#[cfg(unix)]
fn shared<'a, 'b, 'c>(builder: &'c mut Builder<'a, 'b>) -> &'c mut Builder<'a, 'b> {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(std::fs::Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn shared<'a, 'b, 'c>(builder: &'c mut Builder<'a, 'b>) -> &'c mut Builder<'a, 'b> {
    builder
}

/// Makes the new name survive a loss of power.
#[cfg(unix)]
fn sync_folder(path: &Path) -> std::io::Result<()> {
    folder(path).map_or(Ok(()), |folder| std::fs::File::open(folder)?.sync_all())
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> std::io::Result<()> {
    Ok(())
}
