//! Room on the disk, asked before long work.

use std::path::Path;

use twobus_session::file::room;

use crate::error::{Error, Result};

/// Refuses work that writes `needed_bytes` where `path` will lie, if there is no room for them. Where the
/// system does not tell, writing will.
pub(crate) fn check_room(path: &Path, needed_bytes: u64) -> Result<()> {
    match room(path) {
        Some(room) if room.free_bytes < needed_bytes => Err(Error::Room {
            path: path.to_owned(),
            volume: room.volume,
            needed_bytes,
            free_bytes: room.free_bytes,
        }),
        Some(_) | None => Ok(()),
    }
}
