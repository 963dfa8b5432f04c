//! How a file of a codec ends: whether its writer came to its end, and where that is.

use crate::error::Result;
use crate::file::SourceFile;

/// Bytes at the end of an Ogg file that hold its last page: the longest there can be.
const OGG_PAGE: u64 = 27 + 255 + 255 * 255;
/// The flag of the last page of a stream (RFC 3533, section 6).
const END_OF_STREAM: u8 = 4;

/// The last page of an Ogg file, as its header tells.
#[derive(Debug, Clone, Copy)]
pub(super) struct LastPage {
    /// True when it ends a stream, so that the file is complete.
    pub(super) ends_stream: bool,
    /// Number of its stream in the file.
    pub(super) stream: u32,
    /// Where it ends, in frames since the stream began.
    pub(super) end: u64,
}

/// The last page of an Ogg file.
pub(super) fn last_page(file: &SourceFile) -> Result<Option<LastPage>> {
    let length = OGG_PAGE.min(file.bytes());
    let mut bytes = vec![0; length as usize];
    let count = file.read_at(file.bytes() - length, &mut bytes)?;
    let last = bytes[..count].windows(18).rfind(|page| page.starts_with(b"OggS\0"));
    Ok(last.and_then(|page| {
        let end = page[6..].first_chunk().map(|bytes| i64::from_le_bytes(*bytes))?;
        let ends_stream = page[5] & END_OF_STREAM != 0;
        let stream = page[14..].first_chunk().map(|bytes| u32::from_le_bytes(*bytes))?;
        Some(LastPage { ends_stream, stream, end: u64::try_from(end).unwrap_or(0) })
    }))
}
