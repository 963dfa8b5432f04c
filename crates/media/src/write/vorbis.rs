//! The Ogg Vorbis writer.

use std::fmt;
use std::io::{self, Write};
use std::num::{NonZeroU8, NonZeroU32};
use std::path::Path;

use vorbis_rs::{
    VorbisBitrateManagementStrategy, VorbisEncoder, VorbisEncoderBuilder, VorbisError,
};

use super::WriteSpec;
use super::target::Target;
use crate::error::{Error, ErrorKind, Result};
use crate::tags::Tags;

/// Most channels that the encoder is given.
pub(super) const MAX_CHANNELS: usize = 2;
/// Highest rate that the encoder has settings for, in Hz.
pub(super) const MAX_RATE_HZ: u32 = 192_000;
/// Number of the stream: the same bytes for the same samples.
const SERIAL: i32 = 1;
/// Frames encoded at a time.
const BLOCK_FRAMES: usize = 1024;
/// The field that holds a picture.
const PICTURE: &str = "METADATA_BLOCK_PICTURE";

/// An Ogg Vorbis file in the making.
pub(super) struct VorbisWriter {
    encoder: VorbisEncoder<Sink>,
}

/// The target as the encoder writes to it.
struct Sink(Target);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.append(bytes).map_err(io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl VorbisWriter {
    /// Begins a file of `quality`, −1 to 10.
    pub(super) fn new(target: Target, spec: &WriteSpec, quality: i8, tags: &Tags) -> Result<Self> {
        let path = target.path().to_owned();
        let failed = |error| failure(error, &path);
        let odd = || Error::new(ErrorKind::Unsupported("an unusual Ogg Vorbis format"), &path);
        let rate_hz = NonZeroU32::new(spec.rate_hz).ok_or_else(odd)?;
        let channels = u8::try_from(spec.channels).ok().and_then(NonZeroU8::new).ok_or_else(odd)?;
        let mut builder =
            VorbisEncoderBuilder::new_with_serial(rate_hz, channels, Sink(target), SERIAL);
        let target_quality = f32::from(quality) / 10.0;
        let strategy = VorbisBitrateManagementStrategy::QualityVbr { target_quality };
        let _builder = builder.bitrate_management_strategy(strategy);
        for (name, text) in tags.comments() {
            let _builder = builder.comment_tag(name, text).map_err(failed)?;
        }
        if let Some(cover) = &tags.cover {
            let text = String::from_utf8(cover.block(true)).expect("base 64 is ASCII");
            let _builder = builder.comment_tag(PICTURE, text).map_err(failed)?;
        }
        Ok(Self { encoder: builder.build().map_err(failed)? })
    }

    pub(super) fn write(&mut self, planar: &[&[f32]], path: &Path) -> Result<()> {
        let frames = planar[0].len();
        for start in (0..frames).step_by(BLOCK_FRAMES) {
            let end = frames.min(start + BLOCK_FRAMES);
            let block: Vec<&[f32]> = planar.iter().map(|channel| &channel[start..end]).collect();
            self.encoder.encode_audio_block(block).map_err(|error| failure(error, path))?;
        }
        Ok(())
    }

    /// Completes the file; its size.
    pub(super) fn finish(self, path: &Path) -> Result<u64> {
        let Sink(target) = self.encoder.finish().map_err(|error| failure(error, path))?;
        target.finish()
    }
}

impl fmt::Debug for VorbisWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VorbisWriter").finish_non_exhaustive()
    }
}

/// What the target said, which the encoder has passed on, or what the encoder itself has.
fn failure(error: VorbisError, path: &Path) -> Error {
    match error {
        VorbisError::Io(error) => match error.downcast::<Error>() {
            Ok(own) => own,
            Err(error) => Error::write(path, error),
        },
        other => {
            let what = ErrorKind::Unsupported("a rate or quality that Ogg Vorbis does not have");
            Error::new(what, path).with_source(other)
        }
    }
}
