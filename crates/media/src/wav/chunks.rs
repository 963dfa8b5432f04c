//! The walk over the chunks of a RIFF file, forgiving where writers are known to be careless.

use crate::error::Result;
use crate::file::SourceFile;

/// Where the first chunk begins: after "RIFF", a size that is often wrong, and "WAVE".
const FIRST: u64 = 12;

/// Chunks looked at in one file; no real file comes near.
const MOST: usize = 10_000;

/// One chunk: its name, and where its content lies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chunk {
    pub(super) id: [u8; 4],
    pub(super) start: u64,
    /// As the header says: it may be wrong.
    pub(super) size: u32,
}

/// An iterator over chunks by file position.
#[derive(Debug)]
pub(super) struct Chunks<'a> {
    file: &'a SourceFile,
    position: u64,
    left: usize,
}

impl<'a> Chunks<'a> {
    pub(super) fn new(file: &'a SourceFile) -> Self {
        Self { file, position: FIRST, left: MOST }
    }

    /// The chunk here, or `None` at the end of the file; [`skip`](Self::skip) goes on behind it.
    pub(super) fn next(&mut self) -> Result<Option<Chunk>> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        chunk_at(self.file, self.position)
    }

    /// Continues behind `size` bytes of `chunk`'s content.
    ///
    /// Chunks begin at even positions, but some writers leave out the byte of padding, so the
    /// position without it is taken when only there a chunk begins.
    pub(super) fn skip(&mut self, chunk: &Chunk, size: u64) -> Result<()> {
        let end = chunk.start.saturating_add(size);
        let padded = end.saturating_add(end & 1);
        let unpadded =
            padded != end && !begins_chunk(self.file, padded)? && begins_chunk(self.file, end)?;
        self.position = if unpadded { end } else { padded };
        Ok(())
    }
}

/// The chunk whose header stands at `position`.
pub(super) fn chunk_at(file: &SourceFile, position: u64) -> Result<Option<Chunk>> {
    Ok(file.array_at(position)?.map(|[a, b, c, d, s0, s1, s2, s3]| Chunk {
        id: [a, b, c, d],
        start: position + 8,
        size: u32::from_le_bytes([s0, s1, s2, s3]),
    }))
}

/// True when a chunk with a readable name that fits the file stands at `position`.
pub(super) fn begins_chunk(file: &SourceFile, position: u64) -> Result<bool> {
    Ok(chunk_at(file, position)?.is_some_and(|chunk| {
        let readable = chunk.id.iter().all(|byte| matches!(byte, b' '..=b'~'));
        readable && chunk.start + u64::from(chunk.size) <= file.bytes()
    }))
}
