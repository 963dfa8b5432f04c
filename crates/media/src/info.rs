//! What is known about an audio file, and what is worth a warning.

use std::fmt;
use std::ops::RangeInclusive;
use std::path::Path;

use crate::error::{Error, ErrorKind, Result};

/// Sample rates accepted, in Hz.
pub const RATES_HZ: RangeInclusive<u32> = 1_000..=768_000;

/// Channel counts accepted.
pub const CHANNELS: RangeInclusive<usize> = 1..=64;

/// What is known about an audio file before its samples are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Info {
    /// Container and codec.
    pub format: Format,
    /// Resolution of the stored samples.
    pub depth: Depth,
    /// Frames per second.
    pub rate_hz: u32,
    /// Samples in a frame.
    pub channels: usize,
    /// Length; `None` where the file does not say and only decoding tells.
    pub frames: Option<u64>,
    /// Place of the first frame on the timeline it was recorded on, in frames since midnight: the
    /// time reference of a Broadcast Wave file (EBU Tech 3285).
    pub start_frame: Option<u64>,
}

impl Info {
    /// Fails when the rate or the channel count is out of range.
    pub(crate) fn check(self, path: &Path) -> Result<Self> {
        if !RATES_HZ.contains(&self.rate_hz) {
            return Err(Error::new(ErrorKind::Rate(self.rate_hz), path));
        }
        if !CHANNELS.contains(&self.channels) {
            return Err(Error::new(ErrorKind::ChannelCount(self.channels), path));
        }
        Ok(self)
    }
}

/// A container and what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// WAV with PCM; RF64, BW64 and RIFX included.
    Wav,
    /// Sony Wave64 with PCM.
    Wave64,
    /// AIFF or AIFF-C with PCM.
    Aiff,
    /// Core Audio Format.
    Caf,
    /// FLAC, in its own container or in Ogg.
    Flac,
    /// MPEG audio of any layer.
    Mp3,
    /// Vorbis in Ogg.
    Vorbis,
    /// AAC in MP4, or bare.
    Aac,
    /// Apple Lossless in MP4.
    Alac,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Wav => "WAV",
            Self::Wave64 => "Wave64",
            Self::Aiff => "AIFF",
            Self::Caf => "CAF",
            Self::Flac => "FLAC",
            Self::Mp3 => "MP3",
            Self::Vorbis => "Ogg Vorbis",
            Self::Aac => "AAC",
            Self::Alac => "ALAC",
        })
    }
}

/// The resolution of stored samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Depth {
    /// Integers of this many bits.
    Int(u32),
    /// Floating point of this many bits.
    Float(u32),
    /// None, since the codec is lossy.
    Lossy,
}

/// As people write it: "24-bit", "32-bit float", "lossy".
impl fmt::Display for Depth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(bits) => write!(f, "{bits}-bit"),
            Self::Float(bits) => write!(f, "{bits}-bit float"),
            Self::Lossy => f.write_str("lossy"),
        }
    }
}

/// Something about a file that a person should know, though its audio could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Warning {
    /// The header promises more than there is: a copy cut short, or a recorder killed.
    #[error(
        "The file promises {promised} frames and holds {found}: it was cut short. \
         What is there was read."
    )]
    Truncated {
        /// Frames by the header.
        promised: u64,
        /// Frames found.
        found: u64,
    },
    /// The header was never completed; everything up to the end of the file was taken as audio.
    #[error(
        "The file's length was never written, as after a crash while recording. \
         It was read to its end: {found} frames."
    )]
    Unfinished {
        /// Frames found.
        found: u64,
    },
    /// Samples that are not numbers, or infinite.
    #[error("{count} samples were not finite numbers and were replaced by silence.")]
    NonFinite {
        /// How many, over all channels.
        count: u64,
    },
    /// Damaged packets.
    #[error("{packets} damaged places ({frames} frames) were replaced by silence.")]
    Lost {
        /// Places of damage.
        packets: u64,
        /// Frames of silence in their stead.
        frames: u64,
    },
    /// The decoded audio has another checksum than the file says.
    #[error("The audio does not match the checksum in the file: it is damaged somewhere.")]
    Checksum,
    /// A lossy file that does not tell the delay its encoder added.
    #[error(
        "The file does not tell its encoder's delay, so it may start late by some 20 to 50 ms. \
         Compare it with the other stems and move it if needed."
    )]
    DelayUnknown,
}
