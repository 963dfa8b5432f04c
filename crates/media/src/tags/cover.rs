//! The picture of a cover.

use std::fmt;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use lofty::picture::{MimeType, Picture, PictureInformation};

use crate::error::{Error, ErrorKind, Result};
use crate::file::SourceFile;

/// A JPEG or PNG, as it is in its file.
#[derive(Clone, PartialEq, Eq)]
pub struct Cover {
    pub(super) data: Arc<[u8]>,
    pub(super) is_png: bool,
    /// Width and height in pixels.
    pub size: (u32, u32),
}

impl Cover {
    /// Largest picture, in bytes: what a metadata block of FLAC holds, with room for its own fields.
    pub const MOST_BYTES: u64 = (1 << 24) - 1024;

    /// Reads the picture at `path`.
    ///
    /// # Errors
    /// When it cannot be read, is neither JPEG nor PNG, or larger than [`MOST_BYTES`](Self::MOST_BYTES).
    pub fn open(path: &Path) -> Result<Self> {
        let file = SourceFile::open(path)?;
        if file.bytes() > Self::MOST_BYTES {
            return Err(Error::new(ErrorKind::LargePicture(file.bytes()), path));
        }
        let mut data = Vec::new();
        let opened = std::fs::File::open(path).map_err(|error| Error::read(path, error))?;
        let read = opened.take(Self::MOST_BYTES).read_to_end(&mut data);
        let _bytes = read.map_err(|error| Error::read(path, error))?;
        Self::new(data).ok_or_else(|| Error::new(ErrorKind::NotAPicture, path))
    }

    /// The picture with these bytes, if they are one.
    pub(super) fn new(data: Vec<u8>) -> Option<Self> {
        let picture = Picture::from_reader(&mut data.as_slice()).ok()?;
        let is_png = match picture.mime_type()? {
            MimeType::Png => true,
            MimeType::Jpeg => false,
            _ => return None,
        };
        let found = if is_png {
            PictureInformation::from_png(&data)
        } else {
            PictureInformation::from_jpeg(&data)
        };
        let info = found.ok().filter(|info| info.width > 0 && info.height > 0)?;
        Some(Self { data: data.into(), is_png, size: (info.width, info.height) })
    }

    /// Its size in bytes.
    pub fn bytes(&self) -> usize {
        self.data.len()
    }
}

/// Without its bytes.
impl fmt::Debug for Cover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, (width, height)) = (if self.is_png { "PNG" } else { "JPEG" }, self.size);
        write!(f, "{kind} of {width} × {height}, {} bytes", self.data.len())
    }
}
