//! Writing audio files: never under the final name before they are complete, never over another
//! file unless told to.

mod flac;
mod target;
mod vorbis;
mod wav;

use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};
use crate::info::{CHANNELS, RATES_HZ};
use crate::tags::Tags;
use flac::FlacWriter;
use target::Target;
use vorbis::VorbisWriter;
use wav::WavWriter;

/// Containers that can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// WAV, and RF64 in its place where the file grows beyond 4 GiB.
    Wav,
    /// FLAC: 8 channels at most, rates up to 655350 Hz, integers only.
    Flac,
    /// Ogg Vorbis of a quality from −1 to 10: floating point, two channels at most, up to 192 kHz.
    Vorbis {
        /// As the usual encoders count it: 6 is about 192 kbit/s in stereo at 44.1 kHz.
        quality: i8,
    },
}

impl Container {
    /// Qualities of Ogg Vorbis.
    pub const VORBIS_QUALITIES: std::ops::RangeInclusive<i8> = -1..=10;
}

/// Sample formats that can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleFormat {
    /// 16-bit integers.
    Int16,
    /// 24-bit integers.
    Int24,
    /// 32-bit floating point: WAV, and what lossy encoders are given.
    Float32,
}

impl SampleFormat {
    /// Bytes of one sample.
    pub fn bytes(self) -> usize {
        match self {
            Self::Int16 => 2,
            Self::Int24 => 3,
            Self::Float32 => 4,
        }
    }

    /// Bits of one sample.
    pub fn bits(self) -> u32 {
        8 * self.bytes() as u32
    }
}

/// What to write.
#[derive(Debug, Clone)]
pub struct WriteSpec {
    /// Container.
    pub container: Container,
    /// Sample format.
    pub format: SampleFormat,
    /// Frames per second.
    pub rate_hz: u32,
    /// Samples in a frame.
    pub channels: usize,
    /// Description, origin and place in time for a WAV; none for no bext chunk.
    pub broadcast: Option<Broadcast>,
    /// Whether an existing file may be replaced, which happens only when the new one is complete.
    pub overwrite: bool,
}

/// The content of a bext chunk (EBU Tech 3285), as far as it is used. Text that is too long is cut,
/// and what is not ASCII becomes "?".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Broadcast {
    /// What it is, up to 256 characters.
    pub description: String,
    /// Who made it, up to 32 characters.
    pub originator: String,
    /// Date of origin, `yyyy-mm-dd`; empty to write the same bytes on every day.
    pub date: String,
    /// Time of origin, `hh:mm:ss`; may be empty.
    pub time: String,
    /// Place of the first frame, in frames since midnight.
    pub start_frame: u64,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Frames.
    pub frames: u64,
    /// Size of the file.
    pub bytes: u64,
    /// Integer samples that lay outside the format's range and were clamped to it.
    pub clamped: u64,
}

/// Writes one audio file, into a temporary file beside it that takes its name when it is complete;
/// a writer that is dropped before leaves nothing behind.
#[derive(Debug)]
pub struct AudioWriter {
    path: PathBuf,
    channels: usize,
    format: SampleFormat,
    frames: u64,
    coder: Coder,
}

#[derive(Debug)]
enum Coder {
    Wav(WavWriter),
    Flac(Box<FlacWriter>),
    Vorbis(Box<VorbisWriter>),
}

impl AudioWriter {
    /// Begins the file that will be at `path`.
    ///
    /// # Errors
    /// When the format cannot hold what `spec` asks for, the folder does not exist or cannot be
    /// written to, or `path` exists and may not be overwritten.
    pub fn create(path: &Path, spec: &WriteSpec) -> Result<Self> {
        Self::create_tagged(path, spec, &Tags::default())
    }

    /// Begins the file that will be at `path`, which says `tags` of its content.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub fn create_tagged(path: &Path, spec: &WriteSpec, tags: &Tags) -> Result<Self> {
        check(path, spec)?;
        let target = Target::create(path, spec.overwrite)?;
        let coder = match spec.container {
            Container::Wav => Coder::Wav(WavWriter::new(target, spec, tags)?),
            Container::Flac => Coder::Flac(Box::new(FlacWriter::new(target, spec, tags)?)),
            Container::Vorbis { quality } => {
                Coder::Vorbis(Box::new(VorbisWriter::new(target, spec, quality, tags)?))
            }
        };
        Ok(Self {
            path: path.to_owned(),
            channels: spec.channels,
            format: spec.format,
            frames: 0,
            coder,
        })
    }

    /// Appends integer samples, one slice per channel and all of one length, in units of the last
    /// bit of the format: full scale is ±32768 for 16 bits and ±8388608 for 24. Values outside are
    /// clamped and counted.
    ///
    /// # Errors
    /// When the disk is full or fails.
    ///
    /// # Panics
    /// When the slices do not fit the channels, or the format is floating point.
    pub fn write_codes(&mut self, planar: &[&[i32]]) -> Result<()> {
        assert_ne!(self.format, SampleFormat::Float32, "integers go to an integer format");
        self.frames += self.frames_of(planar);
        match &mut self.coder {
            Coder::Wav(wav) => wav.write_codes(planar),
            Coder::Flac(flac) => flac.write(planar),
            Coder::Vorbis(_) => Err(Error::new(INTEGER_VORBIS, &self.path)),
        }
    }

    /// Appends floating-point samples, one slice per channel and all of one length, as they are.
    ///
    /// # Errors
    /// When the disk is full or fails.
    ///
    /// # Panics
    /// When the slices do not fit the channels, or the format is integer.
    pub fn write_floats(&mut self, planar: &[&[f32]]) -> Result<()> {
        assert_eq!(self.format, SampleFormat::Float32, "floats go to a float format");
        self.frames += self.frames_of(planar);
        match &mut self.coder {
            Coder::Wav(wav) => wav.write_floats(planar),
            Coder::Flac(_) => Err(Error::new(FLOAT_FLAC, &self.path)),
            Coder::Vorbis(vorbis) => vorbis.write(planar, &self.path),
        }
    }

    /// Completes the file: its header is finalised, its content is on the disk, and only then it
    /// takes its name.
    ///
    /// # Errors
    /// When the disk is full or fails, or another file has taken the name; a file that was there
    /// stays as it was.
    pub fn finish(self) -> Result<Written> {
        let (bytes, clamped) = match self.coder {
            Coder::Wav(wav) => wav.finish(self.frames)?,
            Coder::Flac(flac) => flac.finish()?,
            Coder::Vorbis(vorbis) => (vorbis.finish(&self.path)?, 0),
        };
        Ok(Written { frames: self.frames, bytes, clamped })
    }

    /// Where the file will be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn frames_of<T>(&self, planar: &[&[T]]) -> u64 {
        assert_eq!(planar.len(), self.channels, "one slice for each channel");
        let frames = planar[0].len();
        assert!(planar.iter().all(|channel| channel.len() == frames), "slices of one length");
        frames as u64
    }
}

const FLOAT_FLAC: ErrorKind = ErrorKind::Unsupported("floating point in FLAC");
const INTEGER_VORBIS: ErrorKind = ErrorKind::Unsupported("integers in Ogg Vorbis");

fn check(path: &Path, spec: &WriteSpec) -> Result<()> {
    let fail = |kind| Err(Error::new(kind, path));
    if !RATES_HZ.contains(&spec.rate_hz) {
        return fail(ErrorKind::Rate(spec.rate_hz));
    }
    if !CHANNELS.contains(&spec.channels) {
        return fail(ErrorKind::ChannelCount(spec.channels));
    }
    let is_float = spec.format == SampleFormat::Float32;
    let fault = match spec.container {
        Container::Wav => None,
        Container::Flac if is_float => Some(FLOAT_FLAC),
        Container::Flac if spec.channels > flac::MAX_CHANNELS => {
            Some(ErrorKind::Unsupported("FLAC with more than 8 channels"))
        }
        Container::Flac if spec.rate_hz > flac::MAX_RATE_HZ => {
            Some(ErrorKind::Unsupported("FLAC at such a high sample rate"))
        }
        Container::Flac => None,
        Container::Vorbis { .. } if !is_float => Some(INTEGER_VORBIS),
        Container::Vorbis { .. } if spec.channels > vorbis::MAX_CHANNELS => {
            Some(ErrorKind::Unsupported("Ogg Vorbis with more than 2 channels"))
        }
        Container::Vorbis { .. } if spec.rate_hz > vorbis::MAX_RATE_HZ => {
            Some(ErrorKind::Unsupported("Ogg Vorbis above 192 kHz"))
        }
        Container::Vorbis { quality } if !Container::VORBIS_QUALITIES.contains(&quality) => {
            Some(ErrorKind::Unsupported("an Ogg Vorbis quality outside of -1 to 10"))
        }
        Container::Vorbis { .. } => None,
    };
    fault.map_or(Ok(()), fail)
}
