//! Audio files of Twobus: what is read, what is written, and what is remembered about them.
//!
//! | to | use |
//! |---|---|
//! | learn rate, channels and length of a file | [`probe`] gives an [`Info`] |
//! | import a file: hash, peaks, levels, audio at the song's rate | [`scan`] does a [`ScanJob`] and gives a [`Scan`] |
//! | hash a file | [`ContentHash::of_file`] |
//! | keep and draw a waveform | [`Peaks`]: `save`, `load`, `over` |
//! | decode any file from start to end | [`Decoder`]: `open`, `next`, `warnings` |
//! | read PCM at any frame, in place | [`PcmReader`]: `open`, `read` |
//! | convert from one rate to another | [`Converter`]: `push`, `finish`; lengths by [`converted_frames`] |
//! | write WAV, RF64, FLAC or Ogg Vorbis | [`AudioWriter`]: `create`, `write_codes` or `write_floats`, `finish` |
//! | say what a file holds, and read that back | [`Tags`], [`AudioWriter::create_tagged`], [`read_tags`] |
//!
//! Samples are `f32`, planar, full scale being 1; everything read is finite. WAV, RF64, BW64 and AIFF
//! are read by the crate itself, in place; CAF, FLAC, MP3, Ogg Vorbis, and M4A with AAC or ALAC are
//! decoded by Symphonia, whose gaps and delays are corrected here. Only regular files are opened, by
//! content and never by extension, and never mapped into memory.
//!
//! Errors are one type, [`Error`], whose message tells what was wrong, where, and what to do; what a
//! person should know about a file that could be read is a [`Warning`]. What is written takes its
//! name only when it is complete.

mod aiff;
mod caf;
mod chunks;
mod convert;
mod decode;
mod error;
mod file;
mod hash;
mod header;
mod info;
mod pcm;
mod peaks;
mod samples;
mod scan;
mod sniff;
mod tags;
mod wav;
mod write;

pub use convert::{Converter, converted_frames};
pub use decode::{Decoder, probe};
pub use error::{Error, ErrorKind, Result};
pub use hash::{ContentHash, SampleHash};
pub use info::{CHANNELS, Depth, Format, Info, RATES_HZ, Warning};
pub use pcm::{Channels, PcmReader};
pub use peaks::{BIN_FRAMES, Bin, Peaks};
pub use scan::{Level, Scan, ScanJob, scan};
pub use sniff::Content;
pub use tags::{Cover, Field, Tags, read_tags};
pub use write::{AudioWriter, Broadcast, Container, SampleFormat, WriteSpec, Written};
