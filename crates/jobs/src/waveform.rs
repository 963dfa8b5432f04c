//! What a file's wave is drawn from.

use std::sync::atomic::AtomicU64;

use twobus_media::{ContentHash, Peaks, ScanJob, scan};
use twobus_session::MediaFile;

use crate::audio::check_unchanged;
use crate::error::{Error, Result};
use crate::folder::Folder;
use crate::progress::Progress;

/// The peaks of `file` at `rate_hz`: from the cache, or, when they are gone from it, from the file itself.
///
/// # Errors
/// When the file is missing, is not what was imported, or cannot be read.
pub fn peaks(folder: &Folder, file: &MediaFile, rate_hz: u32) -> Result<Peaks> {
    let path = folder.resolve(file);
    check_unchanged(folder, file, &path)?;
    let cached = folder.peaks(&file.hash, rate_hz)?;
    let known = u64::from_str_radix(&file.hash, 16).map(ContentHash);
    if let Some(peaks) = known.ok().and_then(|hash| Peaks::load(&cached, hash).ok()) {
        return Ok(peaks);
    }
    let (progress, bytes_done) = (Progress::new(), AtomicU64::new(0));
    let converted = folder.converted(&file.hash, rate_hz)?;
    let cancel = progress.cancel_flag();
    let rate_hz = Some(rate_hz);
    let job = ScanJob { rate_hz, converted: &converted, bytes_done: &bytes_done, cancel };
    let found = scan(&path, &job)?;
    if found.hash.to_string() != file.hash {
        let problem = "the stem is not the file that was imported";
        return Err(Error::Stem { path, problem });
    }
    // Without room for a cache they are made again next time.
    let _cached = found.peaks.save(&cached, found.hash);
    Ok(found.peaks)
}
