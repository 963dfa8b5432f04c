//! The audio of a media file at a song's rate: the file itself where it is PCM at that rate, else its
//! conversion in the cache, which is made again when it is gone.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::time::UNIX_EPOCH;

use twobus_media::{Channels, ContentHash, PcmReader, ScanJob, scan};
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
    check_unchanged(folder, file, &path)?;
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

/// Fails when `file` is not at `path`, or its content is not what was imported.
///
/// Content is hashed when the file was written since it was last seen; what was seen is noted in the cache.
pub(crate) fn check_unchanged(folder: &Folder, file: &MediaFile, path: &Path) -> Result<()> {
    let Ok(found) = std::fs::metadata(path) else {
        let problem = "the stem is missing; put it back, or import it again from where it is now";
        return Err(Error::Stem { path: path.to_owned(), problem });
    };
    if found.len() != file.bytes {
        return Err(changed(path.to_owned()));
    }
    let seen = folder.seen(file)?;
    let now = seen_now(file, &found);
    if std::fs::read_to_string(&seen).is_ok_and(|before| before == now) {
        return Ok(());
    }
    if ContentHash::of_file(path)?.to_string() != file.hash {
        return Err(changed(path.to_owned()));
    }
    std::fs::write(&seen, now).map_err(Error::io("noting what was seen", &seen))
}

/// Notes that `file` was just read as it is.
pub(crate) fn note_seen(folder: &Folder, file: &MediaFile, path: &Path) -> Result<()> {
    let Ok(found) = std::fs::metadata(path) else { return Ok(()) };
    let seen = folder.seen(file)?;
    std::fs::write(&seen, seen_now(file, &found)).map_err(Error::io("noting what was seen", &seen))
}

/// What tells a file from one that was written over it: its hash, and when it was last written.
fn seen_now(file: &MediaFile, found: &Metadata) -> String {
    let written = found.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let written = written.map_or(0, |since| since.as_nanos());
    format!("{} {} {written}", file.hash, found.len())
}

fn changed(path: PathBuf) -> Error {
    let problem = "the stem is not the file that was imported; bring the old one back, or import it anew and remove its old track";
    Error::Stem { path, problem }
}
