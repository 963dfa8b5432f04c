//! The audio of a media file at a song's rate: the file itself where it is PCM at that rate, else its
//! conversion in the cache, which is made again when it is gone.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;

use twobus_media::{Channels, PcmReader, ScanJob, scan};
use twobus_session::{ChannelMap, MediaFile};

use crate::error::{Error, Result};
use crate::folder::Folder;
use crate::progress::Progress;

/// Opens the channels `map` of `file` at `rate_hz`.
pub(crate) fn open(
    folder: &Folder,
    file: &MediaFile,
    map: ChannelMap,
    rate_hz: u32,
    progress: &Progress,
) -> Result<PcmReader> {
    let path = locate(folder, file, rate_hz, progress)?;
    let channels = match map {
        ChannelMap::Only(channel) => Channels::Mono(usize::from(channel)),
        ChannelMap::AsIs if file.channels == 1 => Channels::Mono(0),
        ChannelMap::AsIs => Channels::Stereo(0, 1),
    };
    Ok(PcmReader::open_channels(&path, channels)?)
}

/// The file to read `file` from at `rate_hz`.
fn locate(folder: &Folder, file: &MediaFile, rate_hz: u32, progress: &Progress) -> Result<PathBuf> {
    let path = folder.resolve(file);
    check_unchanged(file, &path)?;
    if file.rate_hz == rate_hz && PcmReader::open(&path).is_ok() {
        return Ok(path);
    }
    let converted = folder.converted(&file.hash, rate_hz)?;
    if PcmReader::open(&converted).is_err() {
        let bytes_done = AtomicU64::new(0);
        let cancel = progress.cancel_flag();
        let job = ScanJob {
            rate_hz: Some(rate_hz),
            converted: &converted,
            bytes_done: &bytes_done,
            cancel,
        };
        let again = scan(&path, &job)?;
        if again.hash.to_string() != file.hash {
            return Err(changed(path));
        }
    }
    Ok(converted)
}

/// Fails when `file` is not at `path`, or has another size than the one that was imported.
pub(crate) fn check_unchanged(file: &MediaFile, path: &Path) -> Result<()> {
    let Ok(found) = std::fs::metadata(path) else {
        let problem = "the stem is missing; put it back, or import it again from where it is now";
        return Err(Error::Stem { path: path.to_owned(), problem });
    };
    if found.len() == file.bytes { Ok(()) } else { Err(changed(path.to_owned())) }
}

fn changed(path: PathBuf) -> Error {
    let problem = "the stem is not the file that was imported; bring the old one back, or import it anew and remove its old track";
    Error::Stem { path, problem }
}
