//! The WAV family: RIFF/WAVE with PCM or floating point, Broadcast Wave, and RF64/BW64.
//!
//! Sources: Microsoft & IBM, "Multimedia Programming Interface and Data Specifications 1.0", 1991;
//! Microsoft, "Multiple Channel Audio Data and WAVE Files" (WAVE_FORMAT_EXTENSIBLE); EBU Tech 3285
//! (bext); EBU Tech 3306 and ITU-R BS.2088 (ds64).

mod chunks;
mod format;
mod header;

pub(crate) use format::{EXTENSIBLE, FLOAT, PCM, SUBTYPE_TAIL};
pub(crate) use header::Header;

/// A chunk size that says "look into the ds64 chunk", or that was never written.
pub(crate) const SIZE_ELSEWHERE: u32 = u32::MAX;

/// Bytes of the ds64 chunk's content without a table: RIFF size, data size, frames, table length.
pub(crate) const DS64_BYTES: u32 = 28;

/// Where the time reference stands in a bext chunk: after description, originator, reference, date
/// and time.
pub(crate) const BEXT_TIME_REFERENCE: u64 = 256 + 32 + 32 + 10 + 8;
