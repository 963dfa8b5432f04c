//! Any audio file as planar 32-bit float, from its first audible frame on.

mod codec;
mod ending;
mod gaps;
mod mp4;
mod pcm;
mod source;
mod tag;

use std::path::Path;
use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result};
use crate::file::SourceFile;
use crate::hash::ContentHash;
use crate::info::{Info, Warning};
use crate::samples::silence_non_finite;
use crate::sniff::{self, Reader};
use codec::CodecDecoder;
use pcm::PcmDecoder;
use source::SharedHasher;

/// What is known about the file at `path` without decoding it.
///
/// # Errors
/// As [`Decoder::open`].
pub fn probe(path: &Path) -> Result<Info> {
    Ok(Decoder::open(path)?.info().clone())
}

/// Decodes an audio file from start to end, with the delay of its encoder removed and what is
/// damaged replaced by silence of the same length, so that everything stays in its place.
#[derive(Debug)]
pub struct Decoder {
    file: Arc<SourceFile>,
    hasher: SharedHasher,
    inner: Inner,
    non_finite: u64,
}

#[derive(Debug)]
enum Inner {
    Pcm(PcmDecoder),
    Codec(Box<CodecDecoder>),
}

impl Decoder {
    /// Opens the file at `path`, whatever its extension.
    ///
    /// # Errors
    /// When there is no regular file, it holds no audio that can be decoded, or its rate or channel
    /// count is out of range.
    pub fn open(path: &Path) -> Result<Self> {
        let file = Arc::new(SourceFile::open(path)?);
        let hasher = SharedHasher::new();
        let inner = match sniff::reader(&file)? {
            Reader::Pcm(container) => Inner::Pcm(PcmDecoder::new(&file, container)?),
            Reader::Codec => {
                Inner::Codec(Box::new(CodecDecoder::new(Arc::clone(&file), hasher.clone())?))
            }
            Reader::Nobody(content) => return Err(Error::new(ErrorKind::NotAudio(content), path)),
        };
        Ok(Self { file, hasher, inner, non_finite: 0 })
    }

    /// What is known about the file.
    pub fn info(&self) -> &Info {
        match &self.inner {
            Inner::Pcm(pcm) => pcm.info(),
            Inner::Codec(codec) => codec.info(),
        }
    }

    /// True for PCM that [`PcmReader`](crate::PcmReader) can read in place.
    pub fn is_pcm(&self) -> bool {
        matches!(self.inner, Inner::Pcm(_))
    }

    /// Replaces the content of `out` by the next frames, one vector per channel, and returns how
    /// many there are: 0 at the end only. Full scale is 1; every sample is finite.
    ///
    /// # Errors
    /// When the system cannot read the file, or it is damaged so that nothing more can be found.
    pub fn next(&mut self, out: &mut Vec<Vec<f32>>) -> Result<usize> {
        let frames = match &mut self.inner {
            Inner::Pcm(pcm) => {
                let (frames, non_finite) = pcm.next(&self.file, &self.hasher, out)?;
                self.non_finite += non_finite;
                return Ok(frames);
            }
            Inner::Codec(codec) => codec.next(out)?,
        };
        self.non_finite += out.iter_mut().map(|channel| silence_non_finite(channel)).sum::<u64>();
        Ok(frames)
    }

    /// Bytes of the file that have been read, for progress.
    pub fn bytes_read(&self) -> u64 {
        self.hasher.get().position()
    }

    /// Samples that were not finite and were replaced by 0, in all that was decoded so far.
    pub fn non_finite(&self) -> u64 {
        self.non_finite
    }

    /// What is worth telling about what was decoded so far; complete after the end.
    pub fn warnings(&self) -> Vec<Warning> {
        let mut warnings = match &self.inner {
            Inner::Pcm(pcm) => pcm.warning().into_iter().collect(),
            Inner::Codec(codec) => codec.warnings(),
        };
        if self.non_finite > 0 {
            warnings.push(Warning::NonFinite { count: self.non_finite });
        }
        warnings
    }

    /// Reads on towards the end of the file, a block at a time, for what decoding did not need;
    /// the hash of the whole file when there is nothing left.
    ///
    /// # Errors
    /// When the system cannot read the file.
    pub fn finish_hash(&mut self) -> Result<Option<ContentHash>> {
        let mut hasher = self.hasher.get();
        let done = hasher.catch_up(&self.file, self.file.bytes())?;
        Ok(done.then(|| hasher.finish()))
    }
}
