//! The WAV writer: plain RIFF with room kept for the sizes of RF64.
//!
//! Source: EBU Tech 3306, "On-the-fly conversion from RIFF to RF64": a JUNK chunk reserves the place
//! of ds64, which replaces it when the file has grown beyond what 32 bits can tell.

use super::target::Target;
use super::{Broadcast, SampleFormat, WriteSpec};
use crate::error::Result;
use crate::tags::Tags;
use crate::wav::{DS64_BYTES, EXTENSIBLE, FLOAT, PCM, SIZE_ELSEWHERE, SUBTYPE_TAIL};

/// Frames converted before the buffer is looked after.
const BLOCK_FRAMES: usize = 8192;

/// Where the size of the RIFF chunk stands.
const RIFF_SIZE: u64 = 4;
/// Where the JUNK or ds64 chunk stands.
const RESERVED: u64 = 12;
/// Sizes of the fixed fields of a bext chunk.
const BEXT_RESERVED_BYTES: usize = 254;

/// A WAV file in the making.
#[derive(Debug)]
pub(super) struct WavWriter {
    target: Target,
    format: SampleFormat,
    /// Where the fact chunk keeps the number of frames.
    fact: Option<u64>,
    /// Where the size of the data chunk stands.
    data_size: u64,
    /// Chunks that follow the samples: what the file says of its content.
    tags: Vec<([u8; 4], Vec<u8>)>,
    clamped: u64,
}

impl WavWriter {
    pub(super) fn new(mut target: Target, spec: &WriteSpec, tags: &Tags) -> Result<Self> {
        let mut head = Vec::with_capacity(1024);
        head.extend_from_slice(b"RIFF\0\0\0\0WAVE");
        chunk(&mut head, b"JUNK", &[0; DS64_BYTES as usize]);
        if let Some(broadcast) = &spec.broadcast {
            chunk(&mut head, b"bext", &bext(broadcast));
        }
        chunk(&mut head, b"fmt ", &fmt(spec));
        let fact = (spec.format == SampleFormat::Float32).then(|| {
            chunk(&mut head, b"fact", &[0; 4]);
            head.len() as u64 - 4
        });
        head.extend_from_slice(b"data\0\0\0\0");
        target.append(&head)?;
        let data_size = head.len() as u64 - 4;
        let tags = tags.riff_chunks();
        Ok(Self { target, format: spec.format, fact, data_size, tags, clamped: 0 })
    }

    pub(super) fn write_codes(&mut self, planar: &[&[i32]]) -> Result<()> {
        const MAX_16: i32 = i16::MAX as i32;
        const MAX_24: i32 = (1 << 23) - 1;
        let max = if self.format == SampleFormat::Int16 { MAX_16 } else { MAX_24 };
        let outside = |code: &&i32| !(-max - 1..=max).contains(*code);
        self.clamped +=
            planar.iter().map(|codes| codes.iter().filter(outside).count() as u64).sum::<u64>();
        match self.format {
            SampleFormat::Int16 => {
                self.append(planar, |code| (code.clamp(-MAX_16 - 1, MAX_16) as i16).to_le_bytes())
            }
            SampleFormat::Int24 | SampleFormat::Float32 => self.append(planar, |code| {
                let [a, b, c, _] = code.clamp(-MAX_24 - 1, MAX_24).to_le_bytes();
                [a, b, c]
            }),
        }
    }

    pub(super) fn write_floats(&mut self, planar: &[&[f32]]) -> Result<()> {
        self.append(planar, f32::to_le_bytes)
    }

    /// Completes the header and the file; its size and the number of clamped samples.
    pub(super) fn finish(mut self, frames: u64) -> Result<(u64, u64)> {
        let data_bytes = self.target.bytes() - (self.data_size + 4);
        if data_bytes % 2 == 1 {
            self.target.append(&[0])?;
        }
        for (id, content) in &self.tags {
            let mut bytes = Vec::with_capacity(content.len() + 9);
            chunk(&mut bytes, id, content);
            bytes.resize(bytes.len().next_multiple_of(2), 0);
            self.target.append(&bytes)?;
        }
        let riff_bytes = self.target.bytes() - (RIFF_SIZE + 4);
        let narrow = |size| u32::try_from(size).unwrap_or(SIZE_ELSEWHERE);
        if riff_bytes >= u64::from(SIZE_ELSEWHERE) {
            self.switch_to_rf64(riff_bytes, data_bytes, frames)?;
        } else {
            self.target.replace(RIFF_SIZE, &(riff_bytes as u32).to_le_bytes())?;
            self.target.replace(self.data_size, &(data_bytes as u32).to_le_bytes())?;
        }
        if let Some(fact) = self.fact {
            self.target.replace(fact, &narrow(frames).to_le_bytes())?;
        }
        Ok((self.target.finish()?, self.clamped))
    }

    fn switch_to_rf64(&mut self, riff_bytes: u64, data_bytes: u64, frames: u64) -> Result<()> {
        let elsewhere = SIZE_ELSEWHERE.to_le_bytes();
        let mut sizes = Vec::with_capacity(DS64_BYTES as usize);
        for size in [riff_bytes, data_bytes, frames] {
            sizes.extend_from_slice(&size.to_le_bytes());
        }
        sizes.extend_from_slice(&[0; 4]);
        let mut ds64 = Vec::new();
        chunk(&mut ds64, b"ds64", &sizes);
        self.target.replace(RESERVED, &ds64)?;
        self.target.replace(0, b"RF64")?;
        self.target.replace(RIFF_SIZE, &elsewhere)?;
        self.target.replace(self.data_size, &elsewhere)
    }

    /// Interleaves and appends, block by block.
    fn append<T: Copy, const BYTES: usize>(
        &mut self,
        planar: &[&[T]],
        bytes_of: impl Fn(T) -> [u8; BYTES] + Copy,
    ) -> Result<()> {
        let frames = planar[0].len();
        for start in (0..frames).step_by(BLOCK_FRAMES) {
            let block = start..frames.min(start + BLOCK_FRAMES);
            self.target.append_with(|out| {
                let at = out.len();
                out.resize(at + block.len() * planar.len() * BYTES, 0);
                let samples = out[at..].as_chunks_mut::<BYTES>().0;
                match planar {
                    [mono] => {
                        let mono = &mono[block];
                        samples.iter_mut().zip(mono).for_each(|(out, &x)| *out = bytes_of(x));
                    }
                    [left, right] => {
                        let frames = left[block.clone()].iter().zip(&right[block]);
                        let out = samples.as_chunks_mut().0.iter_mut();
                        out.zip(frames)
                            .for_each(|(out, (&l, &r))| *out = [bytes_of(l), bytes_of(r)]);
                    }
                    _ => {
                        for (channel, codes) in planar.iter().enumerate() {
                            let out = samples.chunks_exact_mut(planar.len());
                            out.zip(&codes[block.clone()])
                                .for_each(|(out, &x)| out[channel] = bytes_of(x));
                        }
                    }
                }
            })?;
        }
        Ok(())
    }
}

/// Appends a chunk; who appends one of odd size pads it.
fn chunk(out: &mut Vec<u8>, id: &[u8; 4], content: &[u8]) {
    out.extend_from_slice(id);
    out.extend_from_slice(&(content.len() as u32).to_le_bytes());
    out.extend_from_slice(content);
}

/// The fmt chunk: the plain form for one or two channels, which everything reads; the extensible one
/// for more, with no places assigned to the channels.
fn fmt(spec: &WriteSpec) -> Vec<u8> {
    let tag = if spec.format == SampleFormat::Float32 { FLOAT } else { PCM };
    let extensible = spec.channels > 2;
    let block = spec.channels * spec.format.bytes();
    let bits = spec.format.bits() as u16;
    let mut out = Vec::with_capacity(40);
    out.extend_from_slice(&if extensible { EXTENSIBLE } else { tag }.to_le_bytes());
    out.extend_from_slice(&(spec.channels as u16).to_le_bytes());
    out.extend_from_slice(&spec.rate_hz.to_le_bytes());
    out.extend_from_slice(&(spec.rate_hz * block as u32).to_le_bytes());
    out.extend_from_slice(&(block as u16).to_le_bytes());
    out.extend_from_slice(&bits.to_le_bytes());
    if extensible {
        out.extend_from_slice(&22_u16.to_le_bytes());
        out.extend_from_slice(&bits.to_le_bytes());
        out.extend_from_slice(&0_u32.to_le_bytes());
        out.extend_from_slice(&tag.to_le_bytes());
        out.extend_from_slice(&SUBTYPE_TAIL);
    } else if tag == FLOAT {
        out.extend_from_slice(&0_u16.to_le_bytes());
    }
    out
}

/// The content of a bext chunk, version 1 with an empty UMID and no coding history.
fn bext(broadcast: &Broadcast) -> Vec<u8> {
    let mut out = Vec::with_capacity(602);
    text(&mut out, &broadcast.description, 256);
    text(&mut out, &broadcast.originator, 32);
    text(&mut out, "", 32);
    text(&mut out, &broadcast.date, 10);
    text(&mut out, &broadcast.time, 8);
    out.extend_from_slice(&broadcast.start_frame.to_le_bytes());
    out.extend_from_slice(&1_u16.to_le_bytes());
    out.resize(out.len() + BEXT_RESERVED_BYTES, 0);
    out
}

/// Appends `text` as ASCII in a field of `size` bytes.
fn text(out: &mut Vec<u8>, text: &str, size: usize) {
    let end = out.len() + size;
    let ascii = |c: char| if c.is_ascii() { c as u8 } else { b'?' };
    out.extend(text.chars().map(ascii).take(size));
    out.resize(end, 0);
}
