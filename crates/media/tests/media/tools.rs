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
    let block = channels.wrapping_mul(bits.div_ceil(8));
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

/// A chunk of RIFX or IFF.
fn big_chunk(id: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut out = chunk(id, content);
    out[4..8].reverse();
    out
}

/// The big-endian sister of [`riff`].
pub(crate) fn rifx(tag: u16, channels: u16, rate_hz: u32, bits: u16, data: &[u8]) -> Vec<u8> {
    let block = channels.wrapping_mul(bits.div_ceil(8));
    let mut format = Vec::new();
    format.extend_from_slice(&tag.to_be_bytes());
    format.extend_from_slice(&channels.to_be_bytes());
    format.extend_from_slice(&rate_hz.to_be_bytes());
    format.extend_from_slice(&rate_hz.wrapping_mul(u32::from(block)).to_be_bytes());
    format.extend_from_slice(&block.to_be_bytes());
    format.extend_from_slice(&bits.to_be_bytes());
    let chunks =
        [big_chunk(b"LIST", b"INFOx"), big_chunk(b"fmt ", &format), big_chunk(b"data", data)];
    [b"RIFX\0\0\0\0WAVE", &chunks.concat()[..]].concat()
}

/// Sony Wave64, with a chunk of odd size before the format.
pub(crate) fn wave64(tag: u16, channels: u16, rate_hz: u32, bits: u16, data: &[u8]) -> Vec<u8> {
    const TAIL: [u8; 12] = [0xF3, 0xAC, 0xD3, 0x11, 0x8C, 0xD1, 0, 0xC0, 0x4F, 0x8E, 0xDB, 0x8A];
    let long = |id: &[u8; 4], content: &[u8]| {
        let size = 24 + content.len() as u64;
        [&id[..], &TAIL, &size.to_le_bytes(), content].concat()
    };
    let format = fmt(tag, channels, rate_hz, bits);
    let mut out = b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\0\0".to_vec();
    out.extend_from_slice(&[0; 8]);
    out.extend_from_slice(b"wave");
    out.extend_from_slice(&TAIL);
    for piece in [long(b"junk", b"odd"), long(b"fmt ", &format[8..24]), long(b"data", data)] {
        out.resize(out.len().next_multiple_of(8), 0);
        out.extend_from_slice(&piece);
    }
    out
}

/// Core Audio Format with PCM: flag 1 is floating point, 2 the little end first; `size` replaces that
/// of the data chunk.
pub(crate) fn caf(
    flags: u32,
    channels: u16,
    rate_hz: u32,
    bits: u16,
    size: Option<i64>,
    data: &[u8],
) -> Vec<u8> {
    let (channels, bits) = (u32::from(channels), u32::from(bits));
    let size = size.unwrap_or(data.len() as i64 + 4);
    let mut out = b"caff\0\x01\0\0desc\0\0\0\0\0\0\0\x20".to_vec();
    out.extend_from_slice(&f64::from(rate_hz).to_be_bytes());
    out.extend_from_slice(b"lpcm");
    for word in [flags, channels * (bits / 8), 1, channels, bits] {
        out.extend_from_slice(&word.to_be_bytes());
    }
    out.extend_from_slice(b"free\0\0\0\0\0\0\0\x03odddata");
    out.extend_from_slice(&size.to_be_bytes());
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(data);
    out
}

/// AIFF-C.
pub(crate) fn aiff(
    compression: &[u8; 4],
    channels: u16,
    rate_hz: u32,
    bits: u16,
    data: &[u8],
) -> Vec<u8> {
    let frame_bytes = usize::from(channels.max(1)) * usize::from(bits.div_ceil(8));
    let mut common = channels.to_be_bytes().to_vec();
    common.extend_from_slice(&((data.len() / frame_bytes) as u32).to_be_bytes());
    common.extend_from_slice(&bits.to_be_bytes());
    let shift = rate_hz.leading_zeros();
    let exponent = if rate_hz == 0 { 0 } else { 16_383 + 31 - shift as u16 };
    common.extend_from_slice(&exponent.to_be_bytes());
    common.extend_from_slice(&rate_hz.checked_shl(shift).unwrap_or(0).to_be_bytes());
    common.extend_from_slice(&[0; 4]);
    common.extend_from_slice(compression);
    common.extend_from_slice(b"\x03odd");
    let sound = [&[0; 8], data].concat();
    let chunks =
        [big_chunk(b"ANNO", b"odd"), big_chunk(b"COMM", &common), big_chunk(b"SSND", &sound)];
    [b"FORM\0\0\0\0AIFC", &chunks.concat()[..]].concat()
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
