//! Where the audio of a file with plain PCM lies, checked against what is really there.

use crate::chunks::{Layout, Order};
use crate::error::{Error, ErrorKind, Result};
use crate::file::SourceFile;
use crate::info::{Format, Info, Warning};
use crate::samples::Encoding;
use crate::sniff::Pcm;
use crate::{aiff, caf, wav};

/// Where the audio of a PCM file lies and how to read it.
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

/// What the header of a PCM file says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stored {
    pub(crate) format: Format,
    pub(crate) encoding: Encoding,
    pub(crate) channels: usize,
    pub(crate) rate_hz: u32,
    pub(crate) start_frame: Option<u64>,
    pub(crate) data: Data,
}

/// The audio in the file: what its header says about it, and what there is, in bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Data {
    pub(crate) start: u64,
    /// `None` where it was never written.
    pub(crate) promised: Option<u64>,
    pub(crate) present: u64,
}

impl Data {
    /// The audio from `start` on, no further than the file goes.
    pub(crate) fn new(file: &SourceFile, start: u64, promised: Option<u64>) -> Self {
        let rest = file.bytes().saturating_sub(start);
        Self { start, promised, present: promised.unwrap_or(rest).min(rest) }
    }
}

impl Header {
    /// Reads the header of `file`, whose signature has been checked.
    pub(crate) fn read(file: &SourceFile, container: Pcm) -> Result<Self> {
        let stored = match container {
            Pcm::Wav => wav::read(file, Layout::Iff(Order::Little))?,
            Pcm::Rifx => wav::read(file, Layout::Iff(Order::Big))?,
            Pcm::Wave64 => wav::read(file, Layout::Wave64)?,
            Pcm::Aiff => aiff::read(file)?,
            Pcm::Caf => caf::read(file)?,
        };
        if stored.channels == 0 {
            return Err(Error::new(ErrorKind::ChannelCount(0), file.path()));
        }
        let data = stored.data;
        let frame_bytes = (stored.channels * stored.encoding.bytes()) as u64;
        let frames = data.present / frame_bytes;
        let warning = match data.promised {
            None => Some(Warning::Unfinished { found: frames }),
            Some(bytes) if bytes > data.present => {
                Some(Warning::Truncated { promised: bytes / frame_bytes, found: frames })
            }
            Some(_) => None,
        };
        let info = Info {
            format: stored.format,
            depth: stored.encoding.depth(),
            rate_hz: stored.rate_hz,
            channels: stored.channels,
            frames: Some(frames),
            start_frame: stored.start_frame,
        };
        let info = info.check(file.path())?;
        Ok(Self { info, encoding: stored.encoding, data_start: data.start, frames, warning })
    }

    pub(crate) fn frame_bytes(&self) -> usize {
        self.info.channels * self.encoding.bytes()
    }
}
