//! The decoder of plain PCM: the file's own samples, block by block.

use super::source::SharedHasher;
use crate::error::Result;
use crate::file::SourceFile;
use crate::header::Header;
use crate::info::{Info, Warning};
use crate::sniff::Pcm;

/// Most bytes read at a time: few enough that they and their samples stay in a core's cache, and that
/// a cancelled scan ends at once.
const BLOCK_BYTES: usize = 1 << 16;
/// Most frames delivered at a time.
const BLOCK_FRAMES: usize = 4096;

#[derive(Debug)]
pub(super) struct PcmDecoder {
    header: Header,
    /// Next frame to read.
    frame: u64,
    bytes: Vec<u8>,
}

impl PcmDecoder {
    pub(super) fn new(file: &SourceFile, container: Pcm) -> Result<Self> {
        let header = Header::read(file, container)?;
        let frames = (BLOCK_BYTES / header.frame_bytes()).clamp(1, BLOCK_FRAMES);
        let bytes = vec![0; frames * header.frame_bytes()];
        Ok(Self { header, frame: 0, bytes })
    }

    pub(super) fn info(&self) -> &Info {
        &self.header.info
    }

    pub(super) fn warning(&self) -> Option<Warning> {
        self.header.warning
    }

    /// Replaces `out` by the next frames; their number, and how many samples were not finite.
    pub(super) fn next(
        &mut self,
        file: &SourceFile,
        hasher: &SharedHasher,
        out: &mut Vec<Vec<f32>>,
    ) -> Result<(usize, u64)> {
        let (frame_bytes, channels) = (self.header.frame_bytes(), self.header.info.channels);
        let left = self.header.frames - self.frame;
        let wanted = left.min((self.bytes.len() / frame_bytes) as u64) as usize * frame_bytes;
        let position = self.header.data_start + self.frame * frame_bytes as u64;
        let mut hasher = hasher.get();
        while !hasher.catch_up(file, position)? {}
        let count = file.read_at(position, &mut self.bytes[..wanted])?;
        let bytes = &self.bytes[..count];
        hasher.see(position, bytes);
        let frames = count / frame_bytes;
        self.frame += frames as u64;
        out.resize_with(channels, Vec::new);
        let mut non_finite = 0;
        for (channel, samples) in out.iter_mut().enumerate() {
            samples.resize(frames, 0.0);
            non_finite += self.header.encoding.to_f32(bytes, channels, channel, samples);
        }
        Ok((frames, non_finite))
    }
}
