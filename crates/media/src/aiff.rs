//! AIFF and AIFF-C with PCM or floating point.
//!
//! Sources: Apple, "Audio Interchange File Format: AIFF", version 1.3, 1989; Apple, "AIFF-C", draft of
//! 1991, and the compression types "sowt", "twos", "in24", "in32", "fl32" and "fl64" of QuickTime.

use crate::chunks::Order::{Big, Little};
use crate::chunks::{Chunk, Chunks, Layout, UNKNOWN};
use crate::error::{Error, ErrorKind, Result};
use crate::file::SourceFile;
use crate::header::{Data, Stored};
use crate::info::Format;
use crate::samples::Encoding;

/// Bytes of a COMM chunk up to the compression type that AIFF-C adds.
const COMMON: usize = 18;

/// The content of a COMM chunk.
#[derive(Debug, Clone, Copy)]
struct Common {
    channels: usize,
    frames: u32,
    rate_hz: u32,
    encoding: Encoding,
}

/// Reads the header of an AIFF file.
pub(crate) fn read(file: &SourceFile) -> Result<Stored> {
    let compressed = file.array_at(8)? == Some(*b"AIFC");
    let (mut common, mut sound) = (None, None);
    let mut chunks = Chunks::new(file, Layout::Iff(Big));
    while let Some(chunk) = chunks.next()? {
        match &chunk.id {
            b"COMM" if common.is_none() => common = Some(read_common(file, &chunk, compressed)?),
            b"SSND" if sound.is_none() => sound = Some(chunk),
            _ => {}
        }
        chunks.skip(&chunk, chunk.size)?;
    }
    let broken = |what| Error::new(ErrorKind::Broken(what), file.path());
    let common = common.ok_or_else(|| broken("it has no COMM chunk"))?;
    let data = match sound {
        Some(sound) => read_sound(file, &sound, &common)?,
        None if common.frames == 0 => Data::new(file, file.bytes(), Some(0)),
        None => return Err(broken("it has no SSND chunk, so no audio")),
    };
    Ok(Stored {
        format: Format::Aiff,
        encoding: common.encoding,
        channels: common.channels,
        rate_hz: common.rate_hz,
        start_frame: None,
        data,
    })
}

fn read_common(file: &SourceFile, chunk: &Chunk, compressed: bool) -> Result<Common> {
    let fail = |kind| Error::new(kind, file.path());
    let bytes: [u8; COMMON] = file
        .array_at(chunk.start)?
        .ok_or_else(|| fail(ErrorKind::Broken("its COMM chunk is too short")))?;
    let kind = if compressed { file.array_at(chunk.start + COMMON as u64)? } else { None };
    let bits = u16::from_be_bytes([bytes[6], bytes[7]]);
    let [.., r0, r1, r2, r3, r4, r5, r6, r7, r8, r9] = bytes;
    Ok(Common {
        channels: usize::from(u16::from_be_bytes([bytes[0], bytes[1]])),
        frames: u32::from_be_bytes([bytes[2], bytes[3], bytes[4], bytes[5]]),
        rate_hz: extended([r0, r1], [r2, r3, r4, r5, r6, r7, r8, r9]),
        encoding: encoding(kind.as_ref().unwrap_or(b"NONE"), bits).map_err(fail)?,
    })
}

/// The nearest whole number to an 80-bit IEEE 754 number; 0 for what no rate can be.
fn extended(exponent: [u8; 2], mantissa: [u8; 8]) -> u32 {
    /// The exponent at which the mantissa is the value.
    const WHOLE: i32 = 16_383 + 63;
    let exponent = i32::from(u16::from_be_bytes(exponent)) - WHOLE;
    let value = u64::from_be_bytes(mantissa) as f64 * 2.0_f64.powi(exponent);
    value.round() as u32
}

fn encoding(compression: &[u8; 4], bits: u16) -> std::result::Result<Encoding, ErrorKind> {
    match (compression, bits.div_ceil(8)) {
        (b"raw ", 1) => Ok(Encoding::U8),
        (b"NONE" | b"twos" | b"sowt", 1) => Ok(Encoding::I8),
        (b"NONE" | b"twos", 2) => Ok(Encoding::I16(Big)),
        (b"NONE" | b"twos", 3) | (b"in24", _) => Ok(Encoding::I24(Big)),
        (b"NONE" | b"twos", 4) | (b"in32", _) => Ok(Encoding::I32(Big)),
        (b"sowt", 2) => Ok(Encoding::I16(Little)),
        (b"sowt", 3) => Ok(Encoding::I24(Little)),
        (b"sowt", 4) => Ok(Encoding::I32(Little)),
        (b"fl32" | b"FL32", _) => Ok(Encoding::F32(Big)),
        (b"fl64" | b"FL64", _) => Ok(Encoding::F64(Big)),
        (b"NONE" | b"twos" | b"sowt" | b"raw ", _) => {
            Err(ErrorKind::Unsupported("an unusual sample size"))
        }
        _ => Err(ErrorKind::Unsupported("a compressed codec in AIFF-C")),
    }
}

/// Finds the true extent of the sound: behind two numbers, of which the first is the distance to the
/// first frame. A file whose header was never completed promises no frames, or as many as can be.
fn read_sound(file: &SourceFile, chunk: &Chunk, common: &Common) -> Result<Data> {
    let offset = file.array_at(chunk.start)?.map_or(0, u32::from_be_bytes);
    let before = 8 + u64::from(offset);
    let start = chunk.start + before;
    let frame_bytes = (common.channels * common.encoding.bytes()) as u64;
    let promised = match (common.frames, chunk.size) {
        (0 | u32::MAX, 0..=8 | UNKNOWN) if start < file.bytes() => None,
        (0, size) => Some(size.saturating_sub(before)),
        (frames, _) => Some(u64::from(frames) * frame_bytes),
    };
    Ok(Data::new(file, start, promised))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_80_bit_numbers() {
        let rate = |exponent: u16, top: u16| {
            let [a, b] = top.to_be_bytes();
            extended(exponent.to_be_bytes(), [a, b, 0, 0, 0, 0, 0, 0])
        };
        assert_eq!(rate(0x400E, 0xAC44), 44_100);
        assert_eq!(rate(0x400E, 0xBB80), 48_000);
        assert_eq!(rate(0x4010, 0xBB80), 192_000);
        assert_eq!(rate(0x7FFF, 0xFFFF), u32::MAX);
        assert_eq!(rate(0, 0), 0);
    }
}
