//! Stereo samples on their way from one pass to the next: in memory as long as they are few, else in a
//! temporary file.

use std::io::{BufWriter, IntoInnerError, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tempfile::{SpooledTempFile, spooled_tempfile_in};

use crate::error::{Error, Result};
use crate::playlist::PIECE_FRAMES;

/// Bytes of a frame.
pub(crate) const FRAME_BYTES: u64 = 8;

/// Bytes of a piece: all of its left channel, then all of its right.
const PIECE_BYTES: usize = FRAME_BYTES as usize * PIECE_FRAMES;

/// Most bytes that are kept in memory: six minutes at 44.1 kHz.
const MOST_IN_MEMORY: usize = 1 << 27;

/// Samples that were written, to be read from start to end as often as wanted.
#[derive(Debug, Clone)]
pub(crate) struct Spool {
    file: Arc<Mutex<SpooledTempFile>>,
    folder: PathBuf,
    frames: u64,
}

impl Spool {
    /// The folder of the file.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Hands all samples to `sink`, left and right, in pieces of [`PIECE_FRAMES`], of which the last may be
    /// shorter.
    ///
    /// # Errors
    /// When they cannot be read, or those of `sink`.
    pub(crate) fn read(&self, mut sink: impl FnMut(&[f32], &[f32]) -> Result<()>) -> Result<()> {
        let reading = || Error::io("reading a temporary file in", &self.folder);
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.rewind().map_err(reading())?;
        let mut bytes = vec![0; PIECE_BYTES];
        let mut piece = [vec![0.0; PIECE_FRAMES], vec![0.0; PIECE_FRAMES]];
        let mut left = self.frames;
        while left > 0 {
            let frames = left.min(PIECE_FRAMES as u64) as usize;
            let bytes = &mut bytes[..FRAME_BYTES as usize * frames];
            file.read_exact(bytes).map_err(reading())?;
            for (side, bytes) in piece.iter_mut().zip(bytes.chunks_exact(4 * frames)) {
                let samples = bytes.as_chunks::<4>().0.iter().map(|four| f32::from_le_bytes(*four));
                side.iter_mut().zip(samples).for_each(|(to, sample)| *to = sample);
            }
            sink(&piece[0][..frames], &piece[1][..frames])?;
            left -= frames as u64;
        }
        Ok(())
    }
}

/// Writes a [`Spool`].
pub(crate) struct SpoolWriter {
    file: BufWriter<SpooledTempFile>,
    folder: PathBuf,
    piece: [Vec<f32>; 2],
    bytes: Vec<u8>,
    frames: u64,
}

impl SpoolWriter {
    /// Begins a file in `folder`.
    pub(crate) fn create(folder: &Path) -> Self {
        let file = spooled_tempfile_in(MOST_IN_MEMORY, folder);
        let file = BufWriter::with_capacity(PIECE_BYTES, file);
        let piece = [Vec::with_capacity(PIECE_FRAMES), Vec::with_capacity(PIECE_FRAMES)];
        Self { file, folder: folder.to_owned(), piece, bytes: Vec::new(), frames: 0 }
    }

    /// Appends samples; both slices have the same length.
    ///
    /// # Errors
    /// When the disk is full, or fails.
    pub(crate) fn push(&mut self, mut left: &[f32], mut right: &[f32]) -> Result<()> {
        while !left.is_empty() {
            let frames = left.len().min(PIECE_FRAMES - self.piece[0].len());
            let (now, later) = (left.split_at(frames), right.split_at(frames));
            self.piece[0].extend_from_slice(now.0);
            self.piece[1].extend_from_slice(later.0);
            if self.piece[0].len() == PIECE_FRAMES {
                self.flush()?;
            }
            (left, right) = (now.1, later.1);
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        self.frames += self.piece[0].len() as u64;
        self.bytes.clear();
        for side in &mut self.piece {
            self.bytes.extend(side.drain(..).flat_map(f32::to_le_bytes));
        }
        self.file
            .write_all(&self.bytes)
            .map_err(Error::io("writing a temporary file in", &self.folder))
    }

    /// All that was written.
    ///
    /// # Errors
    /// When the disk is full, or fails.
    pub(crate) fn finish(mut self) -> Result<Spool> {
        self.flush()?;
        let Self { file, folder, frames, .. } = self;
        let file = file.into_inner().map_err(IntoInnerError::into_error);
        let file = file.map_err(Error::io("writing a temporary file in", &folder))?;
        Ok(Spool { file: Arc::new(Mutex::new(file)), folder, frames })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_what_was_written_whatever_the_blocks() {
        let folder = tempfile::tempdir().unwrap();
        for frames in [0, 1, PIECE_FRAMES, 3 * PIECE_FRAMES + 7] {
            let left: Vec<f32> = (0..frames).map(|n| n as f32 * 0.001).collect();
            let right: Vec<f32> = left.iter().map(|x| -x).collect();
            let mut writer = SpoolWriter::create(folder.path());
            for (left, right) in left.chunks(1000).zip(right.chunks(1000)) {
                writer.push(left, right).unwrap();
            }
            let spool = writer.finish().unwrap();
            assert_eq!(spool.folder(), folder.path());
            let mut read = [Vec::new(), Vec::new()];
            let mut sink = |left: &[f32], right: &[f32]| {
                read[0].extend_from_slice(left);
                read[1].extend_from_slice(right);
                Ok(())
            };
            spool.read(&mut sink).unwrap();
            assert_eq!(read, [left, right]);
        }
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    }
}
