//! The identity of a file's content: 64-bit XXH3 of all its bytes (Collet, "xxHash", format version
//! 0.1.1), gathered from the reads that decoding makes anyway.

use std::fmt;
use std::hash::Hasher as _;
use std::path::Path;

use twox_hash::XxHash3_64;

use crate::error::Result;
use crate::file::SourceFile;

/// Bytes read at a time where nothing but the hash wants them.
const BLOCK_BYTES: usize = 1 << 16;

/// XXH3 of a file's bytes. Two files with one hash are taken for the same content; it guards against
/// accidents, not against forgery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentHash(pub u64);

impl ContentHash {
    /// The hash of the file at `path`, which is read from front to back.
    ///
    /// # Errors
    /// When there is no regular file, or it cannot be read.
    pub fn of_file(path: &Path) -> Result<Self> {
        let file = SourceFile::open(path)?;
        let mut hasher = FileHasher::new();
        while !hasher.catch_up(&file, file.bytes())? {}
        Ok(hasher.finish())
    }
}

/// Sixteen hexadecimal digits, fit for a file name.
impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// XXH3 (64-bit) of samples, each channel by itself: two runs of the same samples have one, whatever blocks
/// they came in.
#[derive(Clone)]
pub struct SampleHash(Vec<XxHash3_64>);

impl SampleHash {
    /// Of no samples yet.
    pub fn new(channels: usize) -> Self {
        Self(vec![XxHash3_64::new(); channels])
    }

    /// Takes the next samples, one slice a channel.
    ///
    /// # Panics
    /// When the slices are not as many as the channels.
    pub fn push(&mut self, planar: &[&[f32]]) {
        assert_eq!(planar.len(), self.0.len(), "one slice for each channel");
        for (hash, samples) in self.0.iter_mut().zip(planar) {
            for piece in samples.chunks(PIECE_SAMPLES) {
                let mut bytes = [0; 4 * PIECE_SAMPLES];
                let to = bytes.as_chunks_mut::<4>().0.iter_mut();
                to.zip(piece).for_each(|(to, sample)| *to = sample.to_le_bytes());
                hash.write(&bytes[..4 * piece.len()]);
            }
        }
    }

    fn sums(&self) -> Vec<u64> {
        self.0.iter().map(XxHash3_64::finish).collect()
    }
}

/// Samples hashed at a time.
const PIECE_SAMPLES: usize = 1024;

impl PartialEq for SampleHash {
    fn eq(&self, other: &Self) -> bool {
        self.sums() == other.sums()
    }
}

impl fmt::Debug for SampleHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SampleHash({:016x?})", self.sums())
    }
}

/// Hashes a file from front to back while others read it here and there.
pub(crate) struct FileHasher {
    state: XxHash3_64,
    /// Everything before is hashed.
    position: u64,
}

impl FileHasher {
    pub(crate) fn new() -> Self {
        Self { state: XxHash3_64::new(), position: 0 }
    }

    /// Bytes hashed so far.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// Takes what of `bytes`, read at `position`, continues the hashed part; reads further on in the
    /// file are left to [`catch_up`](Self::catch_up).
    pub(crate) fn see(&mut self, position: u64, bytes: &[u8]) {
        let Some(known) = self.position.checked_sub(position) else { return };
        let new = usize::try_from(known).ok().and_then(|known| bytes.get(known..));
        if let Some(new) = new {
            self.state.write(new);
            self.position += new.len() as u64;
        }
    }

    /// Reads and hashes what lies between the hashed part and `end`, one block at most; true when
    /// nothing is left.
    pub(crate) fn catch_up(&mut self, file: &SourceFile, end: u64) -> Result<bool> {
        let left = end.saturating_sub(self.position);
        if left == 0 {
            return Ok(true);
        }
        let mut block = [0; BLOCK_BYTES];
        let block = &mut block[..left.min(BLOCK_BYTES as u64) as usize];
        let count = file.read_at(self.position, block)?;
        self.see(self.position, &block[..count]);
        Ok(count == 0 || self.position >= end)
    }

    pub(crate) fn finish(&self) -> ContentHash {
        ContentHash(self.state.finish())
    }
}

impl fmt::Debug for FileHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileHasher").field("position", &self.position).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_out_of_order_and_twice_hash_as_one_pass() {
        let bytes: Vec<u8> = (0..100_000_u32).map(|i| ((i * 7919) >> 3) as u8).collect();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bytes");
        std::fs::write(&path, &bytes).unwrap();
        let file = SourceFile::open(&path).unwrap();
        let mut hasher = FileHasher::new();
        hasher.see(0, &bytes[..10]);
        hasher.see(90_000, &bytes[90_000..]);
        hasher.see(5, &bytes[5..2000]);
        hasher.see(100, &bytes[100..500]);
        while !hasher.catch_up(&file, bytes.len() as u64).unwrap() {}
        assert_eq!(hasher.finish(), ContentHash(XxHash3_64::oneshot(&bytes)));
        assert_eq!(ContentHash::of_file(&path).unwrap(), hasher.finish());
        assert_eq!(ContentHash(XxHash3_64::oneshot(b"")).to_string(), "2d06800538d394c2");
    }
}
