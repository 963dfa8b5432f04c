//! The fmt chunk: how the samples of a WAV file are stored.

use crate::chunks::Order;
use crate::error::ErrorKind;
use crate::samples::Encoding;

/// Format tag of integer PCM.
pub(crate) const PCM: u16 = 1;
/// Format tag of IEEE floating point.
pub(crate) const FLOAT: u16 = 3;
/// Format tag that refers to a GUID, whose first two bytes are the real tag.
pub(crate) const EXTENSIBLE: u16 = 0xFFFE;
/// The rest of that GUID behind the tag.
pub(crate) const SUBTYPE_TAIL: [u8; 14] =
    [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];

/// Bytes of a fmt chunk with the extension of [`EXTENSIBLE`].
pub(super) const LONG: usize = 40;
/// Where in the long form the GUID stands.
const SUBTYPE: usize = 24;

/// The content of a fmt chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fmt {
    pub(super) encoding: Encoding,
    pub(super) channels: usize,
    pub(super) rate_hz: u32,
}

/// Reads the content of a fmt chunk, 16 bytes or more.
pub(super) fn parse(bytes: &[u8], order: Order) -> Result<Fmt, ErrorKind> {
    let u16_of = |bytes| match order {
        Order::Little => u16::from_le_bytes(bytes),
        Order::Big => u16::from_be_bytes(bytes),
    };
    let u16_at = |at: usize| bytes.get(at..at + 2).map(|b| u16_of([b[0], b[1]]));
    let short = || ErrorKind::Broken("its fmt chunk is too short");
    let tag = u16_at(0).ok_or_else(short)?;
    let channels = usize::from(u16_at(2).ok_or_else(short)?);
    let [first, second] = [u16_at(4).ok_or_else(short)?, u16_at(6).ok_or_else(short)?];
    let (rate_low, rate_high) = match order {
        Order::Little => (first, second),
        Order::Big => (second, first),
    };
    let block = usize::from(u16_at(12).ok_or_else(short)?);
    let bits = usize::from(u16_at(14).ok_or_else(short)?);
    let tag = if tag == EXTENSIBLE { u16_at(SUBTYPE).ok_or_else(short)? } else { tag };
    if channels == 0 {
        return Err(ErrorKind::ChannelCount(channels));
    }
    Ok(Fmt {
        encoding: encoding(tag, bits, container_bytes(block, channels, bits), order)?,
        channels,
        rate_hz: u32::from(rate_low) | u32::from(rate_high) << 16,
    })
}

/// Bytes of one sample: by the frame's size if that can be, otherwise by the bits.
///
/// The specification puts fewer bits than the container holds at its top, so that the container
/// alone decides how to read.
fn container_bytes(block: usize, channels: usize, bits: usize) -> usize {
    let needed = bits.div_ceil(8);
    let by_block = block / channels;
    if block.is_multiple_of(channels) && (needed.max(1)..=8).contains(&by_block) {
        by_block
    } else {
        needed
    }
}

fn encoding(tag: u16, bits: usize, bytes: usize, order: Order) -> Result<Encoding, ErrorKind> {
    match (tag, bytes) {
        (PCM, 1) if bits <= 8 => Ok(Encoding::U8),
        (PCM, 2) => Ok(Encoding::I16(order)),
        (PCM, 3) => Ok(Encoding::I24(order)),
        (PCM, 4) => Ok(Encoding::I32(order)),
        (FLOAT, 4) => Ok(Encoding::F32(order)),
        (FLOAT, 8) => Ok(Encoding::F64(order)),
        (PCM | FLOAT, _) => Err(ErrorKind::Unsupported("an unusual sample size")),
        (2 | 0x11, _) => Err(ErrorKind::Unsupported("ADPCM in WAV")),
        (6 | 7, _) => Err(ErrorKind::Unsupported("A-law or µ-law in WAV")),
        (0x50 | 0x55, _) => Err(ErrorKind::Unsupported("MPEG audio in WAV")),
        _ => Err(ErrorKind::Unsupported("a compressed codec in WAV")),
    }
}
