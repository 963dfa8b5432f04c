//! The WAV family: RIFF/WAVE with PCM or floating point, Broadcast Wave, RF64/BW64, RIFX and Wave64.
//!
//! Sources: Microsoft & IBM, "Multimedia Programming Interface and Data Specifications 1.0", 1991;
//! Microsoft, "Multiple Channel Audio Data and WAVE Files" (WAVE_FORMAT_EXTENSIBLE); EBU Tech 3285
//! (bext); EBU Tech 3306 and ITU-R BS.2088 (ds64); Sonic Foundry, "Wave64".

mod fmt;

use crate::chunks::{Chunk, Chunks, Layout, Order, UNKNOWN, begins_chunk};
use crate::error::{Error, ErrorKind, Result};
use crate::file::SourceFile;
use crate::header::{Data, Stored};
use crate::info::Format;
use fmt::Fmt;
pub(crate) use fmt::{EXTENSIBLE, FLOAT, PCM, SUBTYPE_TAIL};

/// A chunk size of 32 bits that says "look into the ds64 chunk", or that was never written.
pub(crate) const SIZE_ELSEWHERE: u32 = u32::MAX;

/// Bytes of the ds64 chunk's content without a table: RIFF size, data size, frames, table length.
pub(crate) const DS64_BYTES: u32 = 28;

/// Where the time reference stands in a bext chunk: after description, originator, reference, date
/// and time.
pub(crate) const BEXT_TIME_REFERENCE: u64 = 256 + 32 + 32 + 10 + 8;

/// What a 32-bit size cannot tell.
const FOUR_GIB: u64 = 1 << 32;

/// What the walk over the chunks gathers.
#[derive(Debug, Default)]
struct Found {
    fmt: Option<Fmt>,
    data: Option<Data>,
    /// Size of the data by the ds64 chunk.
    data_bytes_64: Option<u64>,
    start_frame: Option<u64>,
}

/// Reads the header of a WAV file whose chunks are laid out so.
pub(crate) fn read(file: &SourceFile, layout: Layout) -> Result<Stored> {
    let found = walk(file, layout)?;
    let broken = |what| Error::new(ErrorKind::Broken(what), file.path());
    let data = found.data.ok_or_else(|| broken("it has no data chunk, so no audio"))?;
    let fmt = found.fmt.ok_or_else(|| broken("it has no fmt chunk"))?;
    Ok(Stored {
        format: if layout == Layout::Wave64 { Format::Wave64 } else { Format::Wav },
        encoding: fmt.encoding,
        channels: fmt.channels,
        rate_hz: fmt.rate_hz,
        start_frame: found.start_frame,
        data,
    })
}

fn walk(file: &SourceFile, layout: Layout) -> Result<Found> {
    let mut found = Found::default();
    let order = match layout {
        Layout::Iff(order) => order,
        Layout::Wave64 => Order::Little,
    };
    let number = |at| {
        let read = |bytes| match order {
            Order::Little => u64::from_le_bytes(bytes),
            Order::Big => u64::from_be_bytes(bytes),
        };
        Ok::<_, Error>(file.array_at(at)?.map(read))
    };
    let mut chunks = Chunks::new(file, layout);
    while let Some(chunk) = chunks.next()? {
        let mut size = chunk.size;
        match &chunk.id {
            b"ds64" => found.data_bytes_64 = number(chunk.start + 8)?,
            b"fmt " if found.fmt.is_none() => found.fmt = Some(read_fmt(file, &chunk, order)?),
            b"bext" => {
                let reference = number(chunk.start + BEXT_TIME_REFERENCE)?;
                found.start_frame = reference.filter(|&frame| frame > 0);
            }
            b"data" if found.data.is_none() => {
                let data = read_data(file, &chunk, layout, found.data_bytes_64)?;
                found.data = Some(data);
                size = data.present;
            }
            _ => {}
        }
        chunks.skip(&chunk, size)?;
    }
    Ok(found)
}

fn read_fmt(file: &SourceFile, chunk: &Chunk, order: Order) -> Result<Fmt> {
    let mut bytes = [0; fmt::LONG];
    let size = chunk.size.min(fmt::LONG as u64) as usize;
    let count = file.read_at(chunk.start, &mut bytes[..size])?;
    fmt::parse(&bytes[..count], order).map_err(|kind| Error::new(kind, file.path()))
}

/// Finds the true extent of the data chunk.
fn read_data(
    file: &SourceFile,
    chunk: &Chunk,
    layout: Layout,
    bytes_64: Option<u64>,
) -> Result<Data> {
    let rest = file.bytes().saturating_sub(chunk.start);
    let promised = match chunk.size {
        UNKNOWN => bytes_64.filter(|&bytes| bytes > 0),
        // No audio at all, unless what follows is not a chunk: then the size was never written.
        0 if rest == 0 || begins_chunk(file, layout, chunk.start)? => Some(0),
        0 => None,
        // A recorder that went on beyond 4 GiB and kept the lower 32 bits of the size.
        bytes
            if matches!(layout, Layout::Iff(_))
                && rest >= bytes + FOUR_GIB
                && !begins_chunk(file, layout, chunk.start + bytes + bytes % 2)? =>
        {
            None
        }
        bytes => Some(bytes),
    };
    Ok(Data::new(file, chunk.start, promised))
}
