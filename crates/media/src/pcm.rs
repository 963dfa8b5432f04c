//! PCM by position: what playback and bounces read stems with, without decoding or copying them.

use std::path::Path;

use crate::error::{Error, ErrorKind, Result};
use crate::file::SourceFile;
use crate::header::Header;
use crate::info::{Info, Warning};
use crate::sniff::{self, Reader};

/// Bytes read from the file at a time: small enough to stay in a core's cache.
const BLOCK_BYTES: usize = 1 << 16;

/// The channels a [`PcmReader`] delivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channels {
    /// All, in the file's order.
    All,
    /// One, by index.
    Mono(usize),
    /// Two, by index.
    Stereo(usize, usize),
}

impl Channels {
    /// The indices among the `channels` of a file.
    fn indices(self, channels: usize) -> Vec<usize> {
        match self {
            Self::All => (0..channels).collect(),
            Self::Mono(channel) => vec![channel],
            Self::Stereo(left, right) => vec![left, right],
        }
    }
}

/// A file with plain PCM of any depth (WAV, RF64, BW64, AIFF), read in place at any frame.
#[derive(Debug)]
pub struct PcmReader {
    file: SourceFile,
    header: Header,
    picks: Vec<usize>,
    bytes: Vec<u8>,
    non_finite: u64,
}

impl PcmReader {
    /// Opens the file at `path` with all its channels.
    ///
    /// # Errors
    /// When there is no regular file, it does not hold plain PCM, or its header cannot be used.
    pub fn open(path: &Path) -> Result<Self> {
        Self::open_channels(path, Channels::All)
    }

    /// Opens the file at `path` with a choice of its channels.
    ///
    /// # Errors
    /// As [`open`](Self::open), and when the file lacks one of the channels.
    pub fn open_channels(path: &Path, channels: Channels) -> Result<Self> {
        let file = SourceFile::open(path)?;
        match sniff::reader(&file)? {
            Reader::Pcm(container) => Self::new(Header::read(&file, container)?, file, channels),
            Reader::Codec => Err(Error::new(ErrorKind::Unsupported("a codec, not PCM,"), path)),
            Reader::Nobody(content) => Err(Error::new(ErrorKind::NotAudio(content), path)),
        }
    }

    fn new(header: Header, file: SourceFile, channels: Channels) -> Result<Self> {
        let picks = channels.indices(header.info.channels);
        if let Some(&missing) = picks.iter().find(|&&pick| pick >= header.info.channels) {
            return Err(Error::new(ErrorKind::NoChannel(missing), file.path()));
        }
        let frames = (BLOCK_BYTES / header.frame_bytes()).max(1);
        let bytes = vec![0; frames * header.frame_bytes()];
        Ok(Self { file, header, picks, bytes, non_finite: 0 })
    }

    /// What is known about the file; its `channels` are those of the file, not of the choice.
    pub fn info(&self) -> &Info {
        &self.header.info
    }

    /// Length in frames.
    pub fn frames(&self) -> u64 {
        self.header.frames
    }

    /// Channels delivered: the slices that [`read`](Self::read) takes.
    pub fn channels(&self) -> usize {
        self.picks.len()
    }

    /// Bytes of one frame in the file.
    pub fn frame_bytes(&self) -> usize {
        self.header.frame_bytes()
    }

    /// What was wrong with the file but did not keep it from being read.
    pub fn warning(&self) -> Option<Warning> {
        self.header.warning
    }

    /// Samples that were not finite and were replaced by 0, in all that was read so far.
    pub fn non_finite(&self) -> u64 {
        self.non_finite
    }

    /// Reads frames from `start_frame` on into `planar`, one slice per channel, and returns how
    /// many there were: fewer than asked for only at the end of the file.
    ///
    /// Full scale is 1. Integers up to 24 bits and 32-bit floats arrive exactly. Nothing is
    /// allocated. The frames behind the count keep what the slices held.
    ///
    /// # Errors
    /// When the system cannot read the file.
    ///
    /// # Panics
    /// When the number of slices is not [`channels`](Self::channels).
    pub fn read(&mut self, start_frame: u64, planar: &mut [&mut [f32]]) -> Result<usize> {
        assert_eq!(planar.len(), self.picks.len(), "one slice for each channel");
        let wanted = planar.iter().map(|channel| channel.len()).min().unwrap_or(0);
        let left = self.header.frames.saturating_sub(start_frame);
        let wanted = wanted.min(usize::try_from(left).unwrap_or(usize::MAX));
        let mut done = 0;
        while done < wanted {
            let frames = self.fetch(start_frame + done as u64, wanted - done)?;
            if frames == 0 {
                break;
            }
            let bytes = &self.bytes[..frames * self.header.frame_bytes()];
            for (out, &pick) in planar.iter_mut().zip(&self.picks) {
                let out = &mut out[done..done + frames];
                self.non_finite +=
                    self.header.encoding.to_f32(bytes, self.header.info.channels, pick, out);
            }
            done += frames;
        }
        Ok(done)
    }

    /// Reads whole frames into the byte buffer, `most` at most, and returns how many.
    fn fetch(&mut self, frame: u64, most: usize) -> Result<usize> {
        let frame_bytes = self.header.frame_bytes();
        let count = (most * frame_bytes).min(self.bytes.len());
        let position = self.header.data_start + frame * frame_bytes as u64;
        Ok(self.file.read_at(position, &mut self.bytes[..count])? / frame_bytes)
    }
}
