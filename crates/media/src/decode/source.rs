//! The file as the codecs' readers see it, hashed on the way.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use symphonia::core::io::MediaSource;

use crate::file::SourceFile;
use crate::hash::FileHasher;

/// A hasher shared with a reader that runs on the same thread, but inside another library.
#[derive(Debug, Clone)]
pub(super) struct SharedHasher(Arc<Mutex<FileHasher>>);

impl SharedHasher {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(FileHasher::new())))
    }

    /// The hasher; a panic elsewhere cannot have left it half-way.
    pub(super) fn get(&self) -> MutexGuard<'_, FileHasher> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A file with a position of its own.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) file: Arc<SourceFile>,
    pub(super) hasher: SharedHasher,
    pub(super) position: u64,
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.fill_at(self.position, buffer)?;
        self.hasher.get().see(self.position, &buffer[..count]);
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for Source {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(offset) => self.file.bytes().checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

impl MediaSource for Source {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.file.bytes())
    }
}
