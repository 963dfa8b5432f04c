//! Core Audio Format with plain PCM; with a codec in it, it is left to the codecs' reader.
//!
//! Source: Apple, "Core Audio Format Specification 1.0": big-endian numbers, chunks with sizes of 64
//! bits and no padding, of which the size of the data may be -1 for "up to the end".

use crate::chunks::Order::{self, Big, Little};
use crate::error::{Error, ErrorKind, Result};
use crate::file::SourceFile;
use crate::header::{Data, Stored};
use crate::info::Format;
use crate::samples::Encoding;

/// Where the audio description stands, which comes first: behind the file's header and its own.
const DESCRIPTION: u64 = 8 + 12;
/// Bytes of the description.
const DESCRIPTION_BYTES: usize = 32;
/// The format of plain PCM.
pub(crate) const LINEAR: &[u8; 4] = b"lpcm";
/// Where in the file the format is named.
pub(crate) const FORMAT_AT: usize = DESCRIPTION as usize + 8;
/// Chunks looked at in one file.
const MOST: usize = 10_000;

/// Reads the header of a CAF file with plain PCM.
pub(crate) fn read(file: &SourceFile) -> Result<Stored> {
    let fail = |kind| Error::new(kind, file.path());
    let description: [u8; DESCRIPTION_BYTES] = file
        .array_at(DESCRIPTION)?
        .ok_or_else(|| fail(ErrorKind::Broken("its description is too short")))?;
    let [r0, r1, r2, r3, r4, r5, r6, r7, ..] = description;
    let rate_hz = f64::from_be_bytes([r0, r1, r2, r3, r4, r5, r6, r7]).round() as u32;
    let [_, _, flags, packet_bytes, packet_frames, channels, bits] = words(&description[4..]);
    let channels = usize::try_from(channels).unwrap_or(usize::MAX);
    if channels == 0 || packet_frames != 1 {
        return Err(fail(ErrorKind::Broken("its description contradicts itself")));
    }
    let data = find_data(file)?;
    Ok(Stored {
        format: Format::Caf,
        encoding: encoding(flags, packet_bytes as usize, channels, bits).map_err(fail)?,
        channels,
        rate_hz,
        start_frame: None,
        data: data.ok_or_else(|| fail(ErrorKind::Broken("it has no data chunk, so no audio")))?,
    })
}

/// The numbers of 32 bits in `bytes`.
fn words<const COUNT: usize>(bytes: &[u8]) -> [u32; COUNT] {
    let words = bytes.as_chunks().0;
    std::array::from_fn(|n| words.get(n).copied().map_or(0, u32::from_be_bytes))
}

fn encoding(
    flags: u32,
    packet_bytes: usize,
    channels: usize,
    bits: u32,
) -> std::result::Result<Encoding, ErrorKind> {
    let float = flags & 1 != 0;
    let order: Order = if flags & 2 != 0 { Little } else { Big };
    let bytes = packet_bytes / channels;
    let exact = packet_bytes.is_multiple_of(channels) && bytes == bits.div_ceil(8) as usize;
    match (float, bytes) {
        _ if !exact => Err(ErrorKind::Unsupported("an unusual sample size")),
        (false, 1) => Ok(Encoding::I8),
        (false, 2) => Ok(Encoding::I16(order)),
        (false, 3) => Ok(Encoding::I24(order)),
        (false, 4) => Ok(Encoding::I32(order)),
        (true, 4) => Ok(Encoding::F32(order)),
        (true, 8) => Ok(Encoding::F64(order)),
        _ => Err(ErrorKind::Unsupported("an unusual sample size")),
    }
}

/// The extent of the data chunk, whose content begins with a count of edits.
fn find_data(file: &SourceFile) -> Result<Option<Data>> {
    let mut at = DESCRIPTION - 12;
    for _ in 0..MOST {
        let Some(id) = file.array_at::<4>(at)? else { return Ok(None) };
        let size = file.array_at(at + 4)?.map_or(0, i64::from_be_bytes);
        let start = at + 12;
        if &id == b"data" {
            // -1 on purpose, 0 where it was never written.
            let promised = u64::try_from(size).ok().filter(|&size| size > 0);
            let there = file.bytes() > start + 4;
            let promised = if there { promised } else { Some(promised.unwrap_or(4)) };
            let promised = promised.map(|size| size.saturating_sub(4));
            return Ok(Some(Data::new(file, start + 4, promised)));
        }
        let Ok(size) = u64::try_from(size) else { return Ok(None) };
        at = start.saturating_add(size);
        if at >= file.bytes() {
            return Ok(None);
        }
    }
    Ok(None)
}
