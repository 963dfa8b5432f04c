//! Audio files of Twobus: what is read, what is written, and what is remembered about them.
//!
//! | to | use |
//! |---|---|
//! | learn rate, channels and length | [`probe`] |
//! | decode any file from start to end | [`Decoder`] |
//! | read PCM at any frame, in place | [`PcmReader`] |
//! | write WAV, RF64 or FLAC | [`AudioWriter`] |
//!
//! Samples are `f32`, planar, full scale being 1. Everything read is finite. Errors are one type,
//! [`Error`], whose message tells what was wrong, where, and what to do; what a person should know
//! about a file that could be read is a [`Warning`].

mod decode;
mod error;
mod file;
mod hash;
mod info;
mod pcm;
mod samples;
mod sniff;
mod wav;
mod write;

pub use decode::{Decoder, probe};
pub use error::{Error, ErrorKind, Result};
pub use hash::ContentHash;
pub use info::{CHANNELS, Depth, Format, Info, RATES_HZ, Warning};
pub use pcm::{Channels, PcmReader};
pub use sniff::Content;
pub use write::{AudioWriter, Broadcast, Container, SampleFormat, WriteSpec, Written};
