//! The walk over the chunks of a RIFF, IFF or Wave64 file, forgiving where writers are known to be
//! careless.
//!
//! Sources: "EA IFF 85, Standard for Interchange Format Files", Electronic Arts, 1985; RIFF is the same
//! with the little end first, RIFX the same with "RIFX". Sonic Foundry, "Wave64": names of 16 bytes,
//! sizes of 64 bits that count their header, positions that are multiples of 8.

use crate::error::Result;
use crate::file::SourceFile;

/// The size of a chunk whose header does not tell it: it was never written, or stands elsewhere.
pub(crate) const UNKNOWN: u64 = u64::MAX;

/// Chunks looked at in one file; no real file comes near.
const MOST: usize = 10_000;

/// One chunk: its name, and where its content lies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chunk {
    pub(crate) id: [u8; 4],
    pub(crate) start: u64,
    /// Bytes of its content, as the header says: it may be wrong, or [`UNKNOWN`].
    pub(crate) size: u64,
}

/// Which end of a number comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Little,
    Big,
}

/// How chunks are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// RIFF, RIFX and IFF.
    Iff(Order),
    /// Sony Wave64.
    Wave64,
}

impl Layout {
    /// Where the first chunk begins: after the file's own name, a size that is often wrong, and the
    /// kind of file.
    fn first(self) -> u64 {
        match self {
            Self::Iff(_) => 12,
            Self::Wave64 => 40,
        }
    }

    /// Chunks begin at multiples of this.
    fn alignment(self) -> u64 {
        match self {
            Self::Iff(_) => 2,
            Self::Wave64 => 8,
        }
    }
}

/// A position among the chunks of a file.
#[derive(Debug)]
pub(crate) struct Chunks<'a> {
    file: &'a SourceFile,
    layout: Layout,
    position: u64,
    left: usize,
}

impl<'a> Chunks<'a> {
    pub(crate) fn new(file: &'a SourceFile, layout: Layout) -> Self {
        Self { file, layout, position: layout.first(), left: MOST }
    }

    /// The chunk here, or `None` at the end of the file; [`skip`](Self::skip) goes on behind it.
    pub(crate) fn next(&mut self) -> Result<Option<Chunk>> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        chunk_at(self.file, self.layout, self.position)
    }

    /// Continues behind `size` bytes of `chunk`'s content.
    ///
    /// Chunks begin at even positions, but some writers leave out the byte of padding, so the
    /// position without it is taken when only there a chunk begins.
    pub(crate) fn skip(&mut self, chunk: &Chunk, size: u64) -> Result<()> {
        let end = chunk.start.saturating_add(size);
        let padded = end.checked_next_multiple_of(self.layout.alignment()).unwrap_or(end);
        let unpadded = padded != end
            && !begins_chunk(self.file, self.layout, padded)?
            && begins_chunk(self.file, self.layout, end)?;
        self.position = if unpadded { end } else { padded };
        Ok(())
    }
}

/// The chunk whose header stands at `position`.
fn chunk_at(file: &SourceFile, layout: Layout, position: u64) -> Result<Option<Chunk>> {
    if position >= file.bytes() {
        return Ok(None);
    }
    match layout {
        Layout::Iff(order) => {
            Ok(file.array_at(position)?.map(|header| short(header, order, position)))
        }
        Layout::Wave64 => Ok(file.array_at(position)?.map(|header| long(header, position))),
    }
}

/// The chunk with a header of 8 bytes: name and size of the content.
fn short([a, b, c, d, size @ ..]: [u8; 8], order: Order, position: u64) -> Chunk {
    let size = match order {
        Order::Little => u32::from_le_bytes(size),
        Order::Big => u32::from_be_bytes(size),
    };
    let size = if size == u32::MAX { UNKNOWN } else { u64::from(size) };
    Chunk { id: [a, b, c, d], start: position + 8, size }
}

/// The chunk with a header of 24 bytes: a name whose first four bytes tell it, and the size of header
/// and content.
fn long([a, b, c, d, rest @ ..]: [u8; 24], position: u64) -> Chunk {
    let [.., s0, s1, s2, s3, s4, s5, s6, s7] = rest;
    let size = match u64::from_le_bytes([s0, s1, s2, s3, s4, s5, s6, s7]) {
        0 | u64::MAX => UNKNOWN,
        size => size.saturating_sub(24),
    };
    Chunk { id: [a, b, c, d], start: position + 24, size }
}

/// True when a chunk with a readable name that fits the file stands at `position`.
pub(crate) fn begins_chunk(file: &SourceFile, layout: Layout, position: u64) -> Result<bool> {
    Ok(chunk_at(file, layout, position)?.is_some_and(|chunk| {
        let readable = chunk.id.iter().all(|byte| matches!(byte, b' '..=b'~'));
        readable && chunk.start.saturating_add(chunk.size) <= file.bytes()
    }))
}
