//! Audio files of Twobus: what is read, what is written, and what is remembered about them.
//!
//! | to | use |
//! |---|---|
//! | learn rate, channels and length of a file | [`probe`] |
//! | import a file: hash, peaks, levels, audio at the song's rate | [`scan`] |
//! | keep and draw a waveform | [`Peaks`] |
//! | decode any file from start to end | [`Decoder`] |
//! | read PCM at any frame, in place | [`PcmReader`] |
//! | convert from one rate to another | [`Converter`] |
//! | write WAV, RF64 or FLAC | [`AudioWriter`] |
//!
//! Samples are `f32`, planar, full scale being 1. Everything read is finite. Errors are one type,
//! [`Error`], whose message tells what was wrong, where, and what to do; what a person should know
//! about a file that could be read is a [`Warning`].

mod aiff;
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
mod wav;
mod write;

pub use convert::{Converter, converted_frames};
pub use decode::{Decoder, probe};
pub use error::{Error, ErrorKind, Result};
pub use hash::ContentHash;
pub use info::{CHANNELS, Depth, Format, Info, RATES_HZ, Warning};
pub use pcm::{Channels, PcmReader};
pub use peaks::{BIN_FRAMES, Bin, Peaks};
pub use scan::{Level, Scan, ScanJob, scan};
pub use sniff::Content;
pub use write::{AudioWriter, Broadcast, Container, SampleFormat, WriteSpec, Written};
