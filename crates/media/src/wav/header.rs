//! What a WAV file's chunks say, checked against what is really there.

use super::chunks::{Chunk, Chunks, begins_chunk};
use super::format::{self, Fmt};
use super::{BEXT_TIME_REFERENCE, SIZE_ELSEWHERE};
use crate::error::{Error, ErrorKind, Result};
use crate::file::SourceFile;
use crate::info::{Format, Info, Warning};
use crate::samples::Encoding;

/// Where the audio of a WAV file lies and how to read it.
#[derive(Debug, Clone)]
pub(crate) struct Header {
    pub(crate) info: Info,
    pub(crate) encoding: Encoding,
    /// File position of the first frame.
    pub(crate) data_start: u64,
    /// Whole frames present.
    pub(crate) frames: u64,
    pub(crate) warning: Option<Warning>,
}

/// The audio in the file: what its header says about it, and what there is.
#[derive(Debug, Clone, Copy)]
struct Data {
    start: u64,
    /// `None` where it was never written.
    promised: Option<u64>,
    present: u64,
}

/// What the walk over the chunks gathers.
#[derive(Debug, Default)]
struct Found {
    fmt: Option<Fmt>,
    data: Option<Data>,
    /// Size of the data by the ds64 chunk.
    data_bytes_64: Option<u64>,
    start_frame: Option<u64>,
}

impl Header {
    /// Reads the header of `file`, whose signature has been checked.
    pub(crate) fn read(file: &SourceFile) -> Result<Self> {
        let found = walk(file)?;
        let broken = |what| Error::new(ErrorKind::Broken(what), file.path());
        let data = found.data.ok_or_else(|| broken("it has no data chunk, so no audio"))?;
        let fmt = found.fmt.ok_or_else(|| broken("it has no fmt chunk"))?;
        let frame_bytes = (fmt.channels * fmt.encoding.bytes()) as u64;
        let frames = data.present / frame_bytes;
        let warning = match data.promised {
            None => Some(Warning::Unfinished { found: frames }),
            Some(bytes) if bytes > data.present => {
                Some(Warning::Truncated { promised: bytes / frame_bytes, found: frames })
            }
            Some(_) => None,
        };
        let info = Info {
            format: Format::Wav,
            depth: fmt.encoding.depth(),
            rate_hz: fmt.rate_hz,
            channels: fmt.channels,
            frames: Some(frames),
            start_frame: found.start_frame,
        };
        let info = info.check(file.path())?;
        Ok(Self { info, encoding: fmt.encoding, data_start: data.start, frames, warning })
    }

    pub(crate) fn frame_bytes(&self) -> usize {
        self.info.channels * self.encoding.bytes()
    }
}

fn walk(file: &SourceFile) -> Result<Found> {
    let mut found = Found::default();
    let mut chunks = Chunks::new(file);
    while let Some(chunk) = chunks.next()? {
        let mut size = u64::from(chunk.size);
        match &chunk.id {
            b"ds64" => {
                found.data_bytes_64 = file.array_at(chunk.start + 8)?.map(u64::from_le_bytes)
            }
            b"fmt " if found.fmt.is_none() => found.fmt = Some(read_fmt(file, &chunk)?),
            b"bext" => {
                let reference = file.array_at(chunk.start + BEXT_TIME_REFERENCE)?;
                found.start_frame = reference.map(u64::from_le_bytes).filter(|&frame| frame > 0);
            }
            b"data" if found.data.is_none() => {
                let data = read_data(file, &chunk, found.data_bytes_64)?;
                found.data = Some(data);
                size = data.present;
            }
            _ => {}
        }
        chunks.skip(&chunk, size)?;
    }
    Ok(found)
}

fn read_fmt(file: &SourceFile, chunk: &Chunk) -> Result<Fmt> {
    let mut bytes = [0; format::LONG];
    let size = bytes.len().min(chunk.size as usize);
    let count = file.read_at(chunk.start, &mut bytes[..size])?;
    format::parse(&bytes[..count]).map_err(|kind| Error::new(kind, file.path()))
}

/// Finds the true extent of the data chunk.
fn read_data(file: &SourceFile, chunk: &Chunk, bytes_64: Option<u64>) -> Result<Data> {
    let start = chunk.start;
    let rest = file.bytes().saturating_sub(start);
    let promised = match chunk.size {
        SIZE_ELSEWHERE => bytes_64.filter(|&bytes| bytes > 0),
        // No audio at all, unless what follows is not a chunk: then the size was never written.
        0 if rest == 0 || begins_chunk(file, start)? => Some(0),
        0 => None,
        bytes => Some(u64::from(bytes)),
    };
    Ok(Data { start, promised, present: promised.unwrap_or(rest).min(rest) })
}
