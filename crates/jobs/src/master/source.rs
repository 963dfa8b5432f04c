//! What is mastered: a print, or a stereo file from elsewhere, as PCM.

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use twobus_media::{ContentHash, Info, PcmReader, converted_frames, probe};

use super::chain::through_chain;
use super::{MasterOptions, Processed, pcm_path, scratch_beside, spool};
use crate::analyze::{Analysis, analyze_beside};
use crate::error::Result;
use crate::progress::Progress;
use crate::room::check_room;

/// A file that is about to be mastered, with a temporary folder for what comes in between.
pub(crate) struct Source {
    path: PathBuf,
    scratch: TempDir,
    /// What it is.
    pub(crate) info: Info,
    /// A file that holds it as PCM.
    pcm: PathBuf,
    /// Its length at its own rate.
    frames: u64,
}

impl Source {
    /// Opens the file at `input`, and decodes it where it is no PCM; the temporary folder lies beside
    /// `out`, on the disk that the master goes to.
    ///
    /// # Errors
    /// When it cannot be read, has too many channels, the folder cannot be made, or the job is cancelled.
    pub(crate) fn open(input: &Path, out: &Path, progress: &Progress) -> Result<Self> {
        let scratch = scratch_beside(out)?;
        let info = probe(input)?;
        let pcm = pcm_path(input, &scratch, progress)?;
        let frames = PcmReader::open(&pcm)?.frames();
        Ok(Self { path: input.to_owned(), scratch, info, pcm, frames })
    }

    /// What it measures, and XXH3 (64-bit) of its bytes, as 16 hexadecimal digits; the progress is that of
    /// work beside this.
    ///
    /// # Errors
    /// When it cannot be read, or the job is cancelled.
    pub(crate) fn measure(&self, progress: &Progress) -> Result<(Analysis, String)> {
        let hash = || ContentHash::of_file(&self.path);
        let (analysis, hash) = rayon::join(|| analyze_beside(&self.path, progress), hash);
        Ok((analysis?, hash?.to_string()))
    }

    /// Its length at `rate_hz`, or at its own rate.
    pub(crate) fn frames_at(&self, rate_hz: Option<u32>) -> u64 {
        let own_hz = self.info.rate_hz;
        converted_frames(self.frames, own_hz, rate_hz.unwrap_or(own_hz))
    }

    /// Renders it through trim and chain and converts it to `rate_hz`: what lies before the limiter.
    ///
    /// # Errors
    /// When the disk has no room for it, or the job is cancelled.
    pub(crate) fn process(
        &self,
        rate_hz: u32,
        options: &MasterOptions,
        progress: &Progress,
    ) -> Result<Processed> {
        let folder = self.scratch.path();
        let frames = self.frames_at(Some(rate_hz));
        // Before the limiter, and behind it.
        check_room(&folder.join("before-limiter"), frames.saturating_mul(2 * spool::FRAME_BYTES))?;
        through_chain(PcmReader::open(&self.pcm)?, folder, rate_hz, options, progress)
    }
}
