//! What can go wrong with an audio file, said to people: what was wrong, where, and what to do.

use std::error::Error as StdError;
use std::io;
use std::path::{Path, PathBuf};

use crate::info::{CHANNELS, RATES_HZ};
use crate::sniff::Content;

/// An error about one file; [`kind`](Error::kind) is for code, the message for people.
#[derive(Debug, thiserror::Error)]
#[error("{} {kind}", path.display())]
pub struct Error {
    kind: ErrorKind,
    path: PathBuf,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What was wrong with the file. Each message continues a sentence that begins with the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ErrorKind {
    /// There is nothing at this path.
    #[error("does not exist. Check the name, or that its disk is connected.")]
    Missing,
    /// A folder, device, pipe or socket.
    #[error("is not a regular file. Choose an audio file.")]
    NotAFile,
    /// A file of zero bytes.
    #[error("is empty. Export or copy it again.")]
    Empty,
    /// The content is not audio, whatever the name says.
    #[error(
        "is not an audio file Twobus knows: it is {0}. Known are WAV, RF64, Wave64, AIFF, CAF, \
         FLAC, MP3, Ogg Vorbis, and M4A with AAC or ALAC."
    )]
    NotAudio(Content),
    /// Audio, but coded in a way that is not read or cannot be written.
    #[error("uses {0}, which Twobus does not support. Export it as WAV, 24-bit or 32-bit float.")]
    Unsupported(&'static str),
    /// The sample rate lies outside [`RATES_HZ`](crate::RATES_HZ).
    #[error(
        "has a sample rate of {0} Hz; Twobus takes {min} to {max} Hz. Export it again.",
        min = RATES_HZ.start(),
        max = RATES_HZ.end()
    )]
    Rate(u32),
    /// The channel count lies outside [`CHANNELS`](crate::CHANNELS).
    #[error(
        "has {0} channels; Twobus takes {min} to {max}. Export it with fewer.",
        min = CHANNELS.start(),
        max = CHANNELS.end()
    )]
    ChannelCount(usize),
    /// A conversion between rates without a common divisor, of many channels.
    #[error(
        "has {0} channels at a sample rate that would take too much memory to convert. Export it at \
         a usual rate, such as 48000 Hz, or with fewer channels."
    )]
    Conversion(usize),
    /// A channel was asked for that the file does not have.
    #[error("has no channel with the index {0}. Choose one that it has.")]
    NoChannel(usize),
    /// The file contradicts itself so far that its audio cannot be found.
    #[error("is damaged: {0}. Export or copy it again.")]
    Broken(&'static str),
    /// The system lets no more files be open.
    #[error(
        "could not be opened: too many files are open. Close other programs, or raise the limit \
         (ulimit -n)."
    )]
    TooManyOpen,
    /// The system could not read it.
    #[error("could not be read. Check its permissions and its disk.")]
    Read,
    /// It was written over since it was opened.
    #[error("was changed while it was in use. Bring the old file back, or import it again.")]
    Changed,
    /// The system could not write it.
    #[error("could not be written. Check the folder's permissions and its disk.")]
    Write,
    /// The folder to write into does not exist.
    #[error("cannot be written: its folder does not exist. Create the folder first.")]
    NoFolder,
    /// No room on the volume, or no room for so large a file.
    #[error(
        "could not be written: the disk is full, or takes no file this large. Free some space, or \
         choose another disk."
    )]
    DiskFull,
    /// The target exists and overwriting was not asked for.
    #[error("already exists and was left as it is. Choose another name, or allow overwriting.")]
    Exists,
    /// Not a picture that covers are made of.
    #[error("is neither a JPEG nor a PNG. Choose another picture for the cover.")]
    NotAPicture,
    /// A picture that is larger than files take.
    #[error(
        "has {0} bytes, more than the {most} of a cover. Save it smaller.",
        most = crate::tags::Cover::MOST_BYTES
    )]
    LargePicture(u64),
    /// The caller's cancel flag was set.
    #[error("was cancelled.")]
    Cancelled,
}

/// The result of work on one file.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub(crate) fn new(kind: ErrorKind, path: &Path) -> Self {
        Self { kind, path: path.to_owned(), source: None }
    }

    pub(crate) fn with_source(
        mut self,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        self.source = Some(source.into());
        self
    }

    pub(crate) fn read(path: &Path, source: io::Error) -> Self {
        let kind = match source.kind() {
            _ if too_many_open(&source) => ErrorKind::TooManyOpen,
            io::ErrorKind::NotFound => ErrorKind::Missing,
            io::ErrorKind::StaleNetworkFileHandle => ErrorKind::Changed,
            _ => ErrorKind::Read,
        };
        Self::new(kind, path).with_source(source)
    }

    pub(crate) fn write(path: &Path, source: io::Error) -> Self {
        let kind = match source.kind() {
            _ if too_many_open(&source) => ErrorKind::TooManyOpen,
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => ErrorKind::NoFolder,
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge => ErrorKind::DiskFull,
            io::ErrorKind::AlreadyExists => ErrorKind::Exists,
            _ => ErrorKind::Write,
        };
        Self::new(kind, path).with_source(source)
    }

    /// What was wrong, for code that branches on it.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// True when the system has no room for another open file. Errors that were passed on may hide their
/// number; then trying tells.
#[cfg(unix)]
fn too_many_open(error: &io::Error) -> bool {
    let full = |number| matches!(number, Some(libc::EMFILE | libc::ENFILE));
    let another = || std::fs::File::open("/").map_err(|error| error.raw_os_error());
    full(error.raw_os_error()) || (error.raw_os_error().is_none() && another().is_err_and(full))
}

#[cfg(not(unix))]
fn too_many_open(_: &io::Error) -> bool {
    false
}
