//! The file as the codecs' readers see it, hashed on the way.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::atomic::{AtomicU64, Ordering};
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

/// Bytes that a codec's reader may read for one packet, or to learn what a file holds. It keeps no
/// more than a few times as much, so this bounds the memory that a hostile file takes, whatever its
/// size. Real files need some megabytes, for the pictures in their tags.
pub(super) const MOST_BYTES_AT_ONCE: u64 = 1 << 25;

/// The same to open CAF, of whose table of packets each byte may become 32: that of a day of audio.
pub(super) const MOST_BYTES_OF_CAF: u64 = 1 << 21;

/// What a reader may still read, shared by the two ends of it.
#[derive(Debug, Clone)]
pub(super) struct Allowance(Arc<AtomicU64>);

impl Allowance {
    pub(super) fn new(bytes: u64) -> Self {
        Self(Arc::new(AtomicU64::new(bytes)))
    }

    /// Allows the amount of one packet again.
    pub(super) fn renew(&self) {
        self.0.store(MOST_BYTES_AT_ONCE, Ordering::Relaxed);
    }

    /// Takes `bytes` from what is left.
    fn take(&self, bytes: u64) -> io::Result<()> {
        let left = self.0.load(Ordering::Relaxed).checked_sub(bytes);
        let left = left.ok_or(io::Error::from(io::ErrorKind::QuotaExceeded))?;
        self.0.store(left, Ordering::Relaxed);
        Ok(())
    }
}

/// A file with a position of its own.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) allowance: Allowance,
    pub(super) file: Arc<SourceFile>,
    pub(super) hasher: SharedHasher,
    pub(super) position: u64,
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.fill_at(self.position, buffer)?;
        self.allowance.take(count as u64)?;
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
