//! The walk over the chunks of a RIFF or IFF file, forgiving where writers are known to be careless.
//!
//! Source: "EA IFF 85, Standard for Interchange Format Files", Electronic Arts, 1985; RIFF is the same
//! with the little end first.

use crate::error::Result;
use crate::file::SourceFile;

/// Where the first chunk begins: after "RIFF" or "FORM", a size that is often wrong, and the kind of
/// file.
const FIRST: u64 = 12;

/// Chunks looked at in one file; no real file comes near.
const MOST: usize = 10_000;

/// One chunk: its name, and where its content lies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chunk {
    pub(crate) id: [u8; 4],
    pub(crate) start: u64,
    /// As the header says: it may be wrong.
    pub(crate) size: u32,
}

/// Which end of a number comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Little,
    Big,
}

/// A position among the chunks of a file.
#[derive(Debug)]
pub(crate) struct Chunks<'a> {
    file: &'a SourceFile,
    order: Order,
    position: u64,
    left: usize,
}

impl<'a> Chunks<'a> {
    pub(crate) fn new(file: &'a SourceFile, order: Order) -> Self {
        Self { file, order, position: FIRST, left: MOST }
    }

    /// The chunk here, or `None` at the end of the file; [`skip`](Self::skip) goes on behind it.
    pub(crate) fn next(&mut self) -> Result<Option<Chunk>> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        chunk_at(self.file, self.order, self.position)
    }

    /// Continues behind `size` bytes of `chunk`'s content.
    ///
    /// Chunks begin at even positions, but some writers leave out the byte of padding, so the
    /// position without it is taken when only there a chunk begins.
    pub(crate) fn skip(&mut self, chunk: &Chunk, size: u64) -> Result<()> {
        let end = chunk.start.saturating_add(size);
        let padded = end.saturating_add(end & 1);
        let unpadded = padded != end
            && !begins_chunk(self.file, self.order, padded)?
            && begins_chunk(self.file, self.order, end)?;
        self.position = if unpadded { end } else { padded };
        Ok(())
    }
}

/// The chunk whose header stands at `position`.
fn chunk_at(file: &SourceFile, order: Order, position: u64) -> Result<Option<Chunk>> {
    if position >= file.bytes() {
        return Ok(None);
    }
    Ok(file.array_at(position)?.map(|[a, b, c, d, size @ ..]: [u8; 8]| Chunk {
        id: [a, b, c, d],
        start: position + 8,
        size: match order {
            Order::Little => u32::from_le_bytes(size),
            Order::Big => u32::from_be_bytes(size),
        },
    }))
}

/// True when a chunk with a readable name that fits the file stands at `position`.
pub(crate) fn begins_chunk(file: &SourceFile, order: Order, position: u64) -> Result<bool> {
    Ok(chunk_at(file, order, position)?.is_some_and(|chunk| {
        let readable = chunk.id.iter().all(|byte| matches!(byte, b' '..=b'~'));
        readable && chunk.start + u64::from(chunk.size) <= file.bytes()
    }))
}
