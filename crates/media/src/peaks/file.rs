//! Peak pyramids on disk: a cache that may be deleted at any time.
//!
//! Little-endian: the signature, the version, the content's hash, the number of frames and of
//! channels; then channel by channel and level by level the bins, whose number follows from the
//! number of frames; then XXH3 of all that.

use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;
use twox_hash::XxHash3_64;

use super::{BIN_FRAMES, Packed, Peaks};
use crate::error::{Error, ErrorKind, Result};
use crate::hash::ContentHash;
use crate::info::CHANNELS;

const SIGNATURE: &[u8; 8] = b"TwoPeaks";
/// Counted up with every change of the format or of what the numbers mean.
const VERSION: u32 = 1;
const BIN_BYTES: usize = 6;
const CHECKSUM_BYTES: usize = 8;

impl Peaks {
    /// Writes the pyramid of the file with the hash `content` to `path`, replacing what is there
    /// when it is complete.
    ///
    /// # Errors
    /// When the folder does not exist, or the disk is full or fails.
    pub fn save(&self, path: &Path, content: ContentHash) -> Result<()> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let write = || -> io::Result<()> {
            let mut file = NamedTempFile::new_in(folder)?;
            file.write_all(&self.to_bytes(content))?;
            let _file = file.persist(path).map_err(|error| error.error)?;
            Ok(())
        };
        write().map_err(|error| Error::write(path, error))
    }

    /// Reads the pyramid that was saved at `path` for the file with the hash `content`.
    ///
    /// # Errors
    /// When there is none, or it is damaged, of another version or of other content: then scan the
    /// file again.
    pub fn load(path: &Path, content: ContentHash) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(|error| Error::read(path, error))?;
        let stale = || Error::new(ErrorKind::Broken("these are not the peaks of this audio"), path);
        parse(&bytes, content).ok_or_else(stale)
    }

    fn to_bytes(&self, content: ContentHash) -> Vec<u8> {
        let mut out = Vec::new();
        out.extend_from_slice(SIGNATURE);
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.extend_from_slice(&content.0.to_le_bytes());
        out.extend_from_slice(&self.frames.to_le_bytes());
        out.extend_from_slice(&(self.channels.len() as u32).to_le_bytes());
        for bin in self.channels.iter().flatten().flatten() {
            for number in [bin.min, bin.max, bin.rms] {
                out.extend_from_slice(&number.to_le_bytes());
            }
        }
        let checksum = XxHash3_64::oneshot(&out);
        out.extend_from_slice(&checksum.to_le_bytes());
        out
    }
}

fn parse(bytes: &[u8], content: ContentHash) -> Option<Peaks> {
    let (body, checksum) = bytes.split_last_chunk::<CHECKSUM_BYTES>()?;
    let rest = body.strip_prefix(SIGNATURE)?;
    let (version, rest) = rest.split_first_chunk()?;
    let (hash, rest) = rest.split_first_chunk()?;
    let (frames, rest) = rest.split_first_chunk()?;
    let (count, rest) = rest.split_first_chunk()?;
    let frames = u64::from_le_bytes(*frames);
    let count = u32::from_le_bytes(*count) as usize;
    let valid = XxHash3_64::oneshot(body) == u64::from_le_bytes(*checksum)
        && u32::from_le_bytes(*version) == VERSION
        && u64::from_le_bytes(*hash) == content.0
        && CHANNELS.contains(&count);
    if !valid {
        return None;
    }
    let mut bins = rest.chunks_exact(BIN_BYTES).map(parse_bin);
    let mut channels = Vec::with_capacity(count);
    for _ in 0..count {
        let mut levels = std::array::from_fn(|_| Vec::new());
        for (level, bin_frames) in levels.iter_mut().zip(BIN_FRAMES) {
            let length = usize::try_from(frames.div_ceil(bin_frames as u64)).ok()?;
            level.extend(bins.by_ref().take(length));
            if level.len() != length {
                return None;
            }
        }
        channels.push(levels);
    }
    bins.next().is_none().then_some(Peaks { frames, channels })
}

fn parse_bin(bytes: &[u8]) -> Packed {
    let number = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
    Packed { min: number(0), max: number(2), rms: number(4) }
}

#[cfg(test)]
mod tests {
    use super::super::{PeaksBuilder, Tally, build};
    use super::*;

    #[test]
    fn a_saved_pyramid_loads_and_a_damaged_one_does_not() {
        let mut builders = vec![PeaksBuilder::new(), PeaksBuilder::new()];
        for bin in 0..100 {
            let samples = vec![bin as f32 / 100.0; if bin < 99 { 64 } else { 10 }];
            builders.iter_mut().for_each(|builder| builder.push(&Tally::of(&samples)));
        }
        let peaks = build(99 * 64 + 10, builders);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("0123.peaks");
        let hash = ContentHash(0x0123);
        peaks.save(&path, hash).unwrap();
        assert_eq!(Peaks::load(&path, hash).unwrap(), peaks);
        assert!(Peaks::load(&path, ContentHash(1)).is_err());
        let good = std::fs::read(&path).unwrap();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x10;
            assert!(parse(&bad, hash).is_none(), "byte {at}");
            assert!(parse(&good[..at], hash).is_none(), "cut at {at}");
        }
        std::fs::remove_file(&path).unwrap();
        assert_eq!(Peaks::load(&path, hash).unwrap_err().kind(), ErrorKind::Missing);
    }
}
