//! Opening a file for Symphonia, and its errors as ours.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use symphonia::core::errors::Error as CodecError;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;

use crate::decode::mp4;
use crate::decode::source::{
    Allowance, MOST_BYTES_AT_ONCE, MOST_BYTES_OF_CAF, SharedHasher, Source,
};
use crate::error::{Error, ErrorKind, Result};
use crate::file::SourceFile;
use crate::sniff;

/// Runs the foreign code `work`; a panic in it becomes an error of the file.
pub(super) fn guard<T>(file: &SourceFile, work: impl FnOnce() -> T) -> Result<T> {
    let kind = ErrorKind::Broken("its content confuses the decoder");
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| Error::new(kind, file.path()))
}

/// What the codec's error means for the file.
pub(super) fn codec_error(file: &SourceFile, error: CodecError) -> Error {
    let kind = match &error {
        CodecError::IoError(io) if io.kind() == std::io::ErrorKind::UnexpectedEof => {
            ErrorKind::Broken("it ends before its audio begins")
        }
        CodecError::IoError(_) => ErrorKind::Read,
        CodecError::Unsupported(_) => ErrorKind::Unsupported("a codec or a variant of one"),
        _ => ErrorKind::Broken("its audio cannot be decoded"),
    };
    Error::new(kind, file.path()).with_source(error)
}

/// Opens the file for its codec's reader, and what that may read of it at a time.
pub(super) fn open_format(
    file: &Arc<SourceFile>,
    hasher: SharedHasher,
) -> Result<(Box<dyn FormatReader>, Allowance)> {
    let caf = file.array_at(0)? == Some(*b"caff");
    let allowance = Allowance::new(if caf { MOST_BYTES_OF_CAF } else { MOST_BYTES_AT_ONCE });
    let source =
        Source { allowance: allowance.clone(), file: Arc::clone(file), hasher, position: 0 };
    let stream = MediaSourceStream::new(Box::new(source), MediaSourceStreamOptions::default());
    let opened = guard(file, || {
        symphonia::default::get_probe().probe(
            &Hint::new(),
            stream,
            FormatOptions::default(),
            MetadataOptions::default(),
        )
    })?;
    let opened = opened.map_err(|error| match sniff::content(file) {
        sniff::Content::Unknown
            if sniff::is_mp4(file) && mp4::lacks_index(file).unwrap_or(false) =>
        {
            let kind = ErrorKind::Broken(
                "its index was never written, as after a crash while recording, or is cut off",
            );
            Error::new(kind, file.path()).with_source(error)
        }
        sniff::Content::Unknown if sniff::promises_audio(file) => codec_error(file, error),
        content => Error::new(ErrorKind::NotAudio(content), file.path()).with_source(error),
    });
    Ok((opened?, allowance))
}
