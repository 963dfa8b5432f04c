//! WAV files built byte by byte, independently of the writer under test, and small helpers.

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use twobus_media::{Decoder, Warning};

/// A folder that vanishes, and a file in it with `bytes`.
pub(crate) fn file(name: &str, bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

/// A file of the repository's test data.
pub(crate) fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// All frames of a file, planar, and what was warned about.
pub(crate) fn decode(path: &Path) -> twobus_media::Result<(Vec<Vec<f32>>, Vec<Warning>)> {
    let mut decoder = Decoder::open(path)?;
    let mut all = vec![Vec::new(); decoder.info().channels];
    let mut block = Vec::new();
    while decoder.next(&mut block)? > 0 {
        all.iter_mut().zip(&block).for_each(|(all, block)| all.extend_from_slice(block));
    }
    Ok((all, decoder.warnings()))
}

/// A chunk with its byte of padding.
pub(crate) fn chunk(id: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut out = id.to_vec();
    out.extend_from_slice(&(content.len() as u32).to_le_bytes());
    out.extend_from_slice(content);
    out.resize(out.len().next_multiple_of(2), 0);
    out
}

/// A plain fmt chunk.
pub(crate) fn fmt(tag: u16, channels: u16, rate_hz: u32, bits: u16) -> Vec<u8> {
    let block = channels * bits.div_ceil(8);
    let mut out = Vec::new();
    out.extend_from_slice(&tag.to_le_bytes());
    out.extend_from_slice(&channels.to_le_bytes());
    out.extend_from_slice(&rate_hz.to_le_bytes());
    out.extend_from_slice(&rate_hz.wrapping_mul(u32::from(block)).to_le_bytes());
    out.extend_from_slice(&block.to_le_bytes());
    out.extend_from_slice(&bits.to_le_bytes());
    chunk(b"fmt ", &out)
}

/// A RIFF file of `chunks`.
pub(crate) fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    let body = chunks.concat();
    let mut out = b"RIFF".to_vec();
    out.extend_from_slice(&(body.len() as u32 + 4).to_le_bytes());
    out.extend_from_slice(b"WAVE");
    out.extend_from_slice(&body);
    out
}

/// The plainest WAV there is.
pub(crate) fn wav(tag: u16, channels: u16, bits: u16, data: &[u8]) -> Vec<u8> {
    riff(&[fmt(tag, channels, 48_000, bits), chunk(b"data", data)])
}

/// Numbers that look random and are the same in every run.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(2).wrapping_add(0x9E37_79B9_7F4A_7C15))
    }

    /// SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
}
