//! Room on volumes.

use std::path::{Path, PathBuf};

/// The volume a path lies on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// Where the volume begins: its mount point, where the system tells.
    pub volume: PathBuf,
    /// Bytes that may be written to it.
    pub free_bytes: u64,
}

/// The volume that `path`, which need not be there yet, lies on; `None` when the system does not tell.
pub fn room(path: &Path) -> Option<Room> {
    let there = std::path::absolute(path).ok()?;
    let there = there.ancestors().find(|ancestor| ancestor.exists())?;
    let free_bytes = fs4::available_space(there).ok()?;
    Some(Room { volume: volume(there), free_bytes })
}

/// What to say when `bytes` more did not fit where `path` lies.
pub(crate) fn needed(path: &Path, bytes: u64) -> String {
    let Some(Room { volume, free_bytes }) = room(path) else { return String::new() };
    format!(" ({bytes} bytes are needed on the volume {}, {free_bytes} are free)", volume.display())
}

/// The outermost folder around `path` on the same device.
#[cfg(unix)]
fn volume(path: &Path) -> PathBuf {
    use std::os::unix::fs::MetadataExt;
    let device = |path: &Path| path.metadata().ok().map(|about| about.dev());
    let own = device(path);
    let same = path.ancestors().take_while(|ancestor| device(ancestor) == own);
    same.last().unwrap_or(path).to_owned()
}

#[cfg(not(unix))]
fn volume(path: &Path) -> PathBuf {
    path.ancestors().last().unwrap_or(path).to_owned()
}
