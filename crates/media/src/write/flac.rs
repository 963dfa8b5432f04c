//! The FLAC writer: encoded block by block, so that only one block is in memory.
//!
//! Source: RFC 9639, sections 8.1 (metadata blocks), 8.2 (STREAMINFO) and 9.1 (frame header).

use std::fmt;

use flacenc::bitsink::ByteSink;
use flacenc::component::{BitRepr, Frame, StreamInfo};
use flacenc::config;
use flacenc::error::{Verified, Verify};
use flacenc::source::{Context, Fill, FrameBuf};

use super::target::Target;
use super::{SampleFormat, WriteSpec};
use crate::error::{Error, ErrorKind, Result};
use crate::tags::Tags;

/// Most channels that FLAC holds.
pub(super) const MAX_CHANNELS: usize = 8;
/// Highest rate that FLAC holds, in Hz: 20 bits.
pub(super) const MAX_RATE_HZ: u32 = (1 << 20) - 1;
/// Most frames that FLAC holds: 36 bits.
const MAX_FRAMES: u64 = (1 << 36) - 1;

/// Frames in a block.
const BLOCK_FRAMES: usize = 4096;
/// The rate that the encoder is told. It knows only rates up to 96 kHz, but a rate changes nothing
/// but the header of each block, which [`set_rate`] corrects.
const NOMINAL_RATE_HZ: usize = 44_100;
/// "fLaC", then the header of the first metadata block: STREAMINFO, 34 bytes.
const SIGNATURE: &[u8] = b"fLaC\0\0\0\x22";
/// The same where it is the only one.
const LONE_SIGNATURE: &[u8] = b"fLaC\x80\0\0\x22";
/// Metadata blocks by their numbers (section 8.1), and the mark of the last one.
const COMMENTS: u8 = 4;
const PICTURE: u8 = 6;
const LAST: u8 = 0x80;
/// Bytes of STREAMINFO's content.
const STREAM_INFO_BYTES: usize = 34;

/// A FLAC file in the making.
pub(super) struct FlacWriter {
    target: Target,
    format: SampleFormat,
    rate_hz: u32,
    channels: usize,
    config: Verified<config::Encoder>,
    /// For a block that prediction makes no smaller: its samples as they are.
    verbatim: Verified<config::Encoder>,
    nominal: StreamInfo,
    block: FrameBuf,
    checksum: Context,
    /// Interleaved samples of the block that is not full yet.
    waiting: Vec<i32>,
    /// The same as little-endian bytes, for the checksum.
    bytes: Vec<u8>,
    sink: ByteSink,
    blocks: usize,
    /// Smallest and largest encoded block, in bytes.
    sizes: (usize, usize),
    clamped: u64,
}

impl FlacWriter {
    pub(super) fn new(mut target: Target, spec: &WriteSpec, tags: &Tags) -> Result<Self> {
        let path = target.path().to_owned();
        let failed = |_| Error::new(ErrorKind::Unsupported("an unusual FLAC format"), &path);
        let bits = spec.format.bits() as usize;
        let verified =
            |config: config::Encoder| config.into_verified().map_err(|(_, error)| failed(error));
        let (config, verbatim) = (verified(config::Encoder::default())?, verified(verbatim())?);
        let nominal = StreamInfo::new(NOMINAL_RATE_HZ, spec.channels, bits).map_err(failed)?;
        let block = FrameBuf::with_size(spec.channels, BLOCK_FRAMES).map_err(failed)?;
        target.append(if tags.is_empty() { LONE_SIGNATURE } else { SIGNATURE })?;
        target.append(&[0; STREAM_INFO_BYTES])?;
        append_tags(&mut target, tags)?;
        Ok(Self {
            target,
            format: spec.format,
            rate_hz: spec.rate_hz,
            channels: spec.channels,
            config,
            verbatim,
            nominal,
            block,
            checksum: Context::new(bits, spec.channels),
            waiting: Vec::with_capacity(BLOCK_FRAMES * spec.channels),
            bytes: Vec::with_capacity(BLOCK_FRAMES * spec.channels * spec.format.bytes()),
            sink: ByteSink::new(),
            blocks: 0,
            sizes: (usize::MAX, 0),
            clamped: 0,
        })
    }

    pub(super) fn write(&mut self, planar: &[&[i32]]) -> Result<()> {
        let max = (1 << (self.format.bits() - 1)) - 1;
        for frame in 0..planar[0].len() {
            for channel in planar {
                let code = channel[frame].clamp(-max - 1, max);
                self.clamped += u64::from(code != channel[frame]);
                self.waiting.push(code);
            }
            if self.waiting.len() == BLOCK_FRAMES * self.channels {
                self.encode()?;
            }
        }
        Ok(())
    }

    /// Encodes the last block and completes the file; its size and the number of clamped samples.
    pub(super) fn finish(mut self) -> Result<(u64, u64)> {
        if !self.waiting.is_empty() {
            self.encode()?;
        }
        let info = self.stream_info();
        self.target.replace(SIGNATURE.len() as u64, &info)?;
        Ok((self.target.finish()?, self.clamped))
    }

    /// Encodes the waiting samples as one block.
    fn encode(&mut self) -> Result<()> {
        let failed = |path| Error::new(ErrorKind::Unsupported("an unusual FLAC format"), path);
        if self.checksum.total_samples() as u64 + BLOCK_FRAMES as u64 > MAX_FRAMES {
            return Err(Error::new(ErrorKind::Unsupported("FLAC this long"), self.target.path()));
        }
        let sample_bytes = self.format.bytes();
        self.bytes.clear();
        for code in &self.waiting {
            self.bytes.extend_from_slice(&code.to_le_bytes()[..sample_bytes]);
        }
        let fail = |_| failed(self.target.path());
        self.checksum.fill_le_bytes(&self.bytes, sample_bytes).map_err(fail)?;
        self.block.fill_interleaved(&self.waiting).map_err(fail)?;
        let frame = self.frame(&self.config)?;
        // The encoder's largest Rice parameter is too small for loud noise of 24 bits, and its estimate of
        // the size overflows: a block may come out many thousand times as large, and damaged.
        let samples_bits = 8 * self.bytes.len();
        let frame =
            if frame.count_bits() > samples_bits { self.frame(&self.verbatim)? } else { frame };
        self.sink.clear();
        frame.write(&mut self.sink).map_err(|_| failed(self.target.path()))?;
        self.bytes.clear();
        self.bytes.extend_from_slice(self.sink.as_slice());
        set_rate(&mut self.bytes, self.rate_hz);
        let size = self.bytes.len();
        self.sizes = (self.sizes.0.min(size), self.sizes.1.max(size));
        self.blocks += 1;
        self.waiting.clear();
        self.target.append(&self.bytes)
    }

    /// The waiting block, encoded by `config`.
    fn frame(&self, config: &Verified<config::Encoder>) -> Result<Frame> {
        let encoded =
            flacenc::encode_fixed_size_frame(config, &self.block, self.blocks, &self.nominal);
        let kind = ErrorKind::Unsupported("an unusual FLAC format");
        encoded.map_err(|_| Error::new(kind, self.target.path()))
    }

    fn stream_info(&self) -> [u8; STREAM_INFO_BYTES] {
        let mut out = [0; STREAM_INFO_BYTES];
        let block = (BLOCK_FRAMES as u16).to_be_bytes();
        out[0..2].copy_from_slice(&block);
        out[2..4].copy_from_slice(&block);
        if self.blocks > 0 {
            out[4..7].copy_from_slice(&(self.sizes.0 as u32).to_be_bytes()[1..]);
            out[7..10].copy_from_slice(&(self.sizes.1 as u32).to_be_bytes()[1..]);
        }
        let packed = u64::from(self.rate_hz) << 44
            | (self.channels as u64 - 1) << 41
            | (u64::from(self.format.bits()) - 1) << 36
            | self.checksum.total_samples() as u64;
        out[10..18].copy_from_slice(&packed.to_be_bytes());
        out[18..].copy_from_slice(&self.checksum.md5_digest());
        out
    }
}

impl fmt::Debug for FlacWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FlacWriter").field("target", &self.target).finish_non_exhaustive()
    }
}

/// Settings by which every block holds its samples as they are.
fn verbatim() -> config::Encoder {
    let mut config = config::Encoder::default();
    config.subframe_coding.use_fixed = false;
    config.subframe_coding.use_lpc = false;
    config.stereo_coding.use_leftside = false;
    config.stereo_coding.use_rightside = false;
    config.stereo_coding.use_midside = false;
    config
}

/// Appends the blocks of comments and of the cover, if there is anything to say.
fn append_tags(target: &mut Target, tags: &Tags) -> Result<()> {
    if tags.is_empty() {
        return Ok(());
    }
    let comments = std::iter::once((COMMENTS, tags.comment_block()));
    let cover = tags.cover.iter().map(|cover| (PICTURE, cover.block(false)));
    let blocks: Vec<(u8, Vec<u8>)> = comments.chain(cover).collect();
    for (index, (kind, content)) in blocks.iter().enumerate() {
        let last = if index + 1 == blocks.len() { LAST } else { 0 };
        let [zero, size @ ..] = (content.len() as u32).to_be_bytes();
        if zero > 0 {
            return Err(Error::new(
                ErrorKind::Unsupported("tags this long in FLAC"),
                target.path(),
            ));
        }
        target.append(&[kind | last])?;
        target.append(&size)?;
        target.append(content)?;
    }
    Ok(())
}

/// Writes the rate into an encoded block and corrects its two checksums.
///
/// Rates without a code of their own get code 0: "see STREAMINFO".
fn set_rate(block: &mut [u8], rate_hz: u32) {
    const CODES: &[(u32, u8)] = &[
        (88_200, 1),
        (176_400, 2),
        (192_000, 3),
        (8_000, 4),
        (16_000, 5),
        (22_050, 6),
        (24_000, 7),
        (32_000, 8),
        (44_100, 9),
        (48_000, 10),
        (96_000, 11),
    ];
    let code = CODES.iter().find(|(rate, _)| *rate == rate_hz).map_or(0, |(_, code)| *code);
    block[2] = block[2] & 0xF0 | code;
    // Four bytes, the block's number as in UTF-8, and the size of a block that is not full.
    let number_bytes = block[4].leading_ones().max(1) as usize;
    let size_bytes = match block[2] >> 4 {
        6 => 1,
        7 => 2,
        _ => 0,
    };
    let header = 4 + number_bytes + size_bytes;
    block[header] = (crc(&block[..header], &CRC_8) >> 8) as u8;
    let end = block.len() - 2;
    let sum = crc(&block[..end], &CRC_16);
    block[end..].copy_from_slice(&sum.to_be_bytes());
}

/// Cyclic redundancy check of 8 or 16 bits, starting from 0.
fn crc(bytes: &[u8], table: &[u16; 256]) -> u16 {
    bytes.iter().fold(0, |sum, byte| (sum << 8) ^ table[usize::from(byte ^ (sum >> 8) as u8)])
}

/// What each byte does to the sum; sums of 8 bits stand at the top of 16.
const fn crc_table(polynomial: u16) -> [u16; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < table.len() {
        let mut sum = (byte as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum & 0x8000 == 0 { sum << 1 } else { (sum << 1) ^ polynomial };
            bit += 1;
        }
        table[byte] = sum;
        byte += 1;
    }
    table
}

static CRC_8: [u16; 256] = crc_table(0x07 << 8);
static CRC_16: [u16; 256] = crc_table(0x8005);
