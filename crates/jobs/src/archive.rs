//! A project with all its files as one archive: a ZIP in which nothing is compressed and no path leads
//! outside.

use std::path::Path;

mod entry;
mod pack;
mod unpack;

pub use pack::{Packed, pack};
pub use unpack::unpack;

use crate::error::Error;

/// Most entries of an archive.
pub const MAX_ENTRIES: usize = 20_000;
/// Most bytes that an archive may unpack to.
pub const MAX_BYTES: u64 = 1 << 40;
/// Most bytes that an archive unpacks to for each of its own, beyond 256 MiB.
pub const MAX_RATIO: u64 = 100;
/// Bytes that an archive may unpack to however small it is: silence packs well.
pub(crate) const FREE_BYTES: u64 = 256 << 20;

fn refused(path: &Path, problem: impl Into<String>) -> Error {
    Error::Archive { path: path.to_owned(), problem: problem.into() }
}

#[cfg(test)]
mod tests;
