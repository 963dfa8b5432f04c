//! What is mastered: a print, or a stereo file from elsewhere, as PCM.

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use twobus_media::{ContentHash, PcmReader, converted_frames};

use super::chain::through_chain;
use super::{MasterOptions, Processed, as_pcm, scratch_beside};
use crate::analyze::{Analysis, analyze};
use crate::error::Result;
use crate::output::Format;
use crate::progress::Progress;
use crate::room::check_room;

/// A file that is about to be mastered, with a temporary folder for what comes in between.
pub(crate) struct Source {
    path: PathBuf,
    scratch: TempDir,
    /// What it is and measures.
    pub(crate) before: Analysis,
    /// XXH3 (64-bit) of its bytes, as 16 hexadecimal digits.
    pub(crate) hash: String,
}

impl Source {
    /// Measures the file at `input`; the temporary folder lies beside `out`, on the disk that the master
    /// goes to.
    ///
    /// # Errors
    /// When it cannot be read, the folder cannot be made, or the job is cancelled.
    pub(crate) fn open(input: &Path, out: &Path, progress: &Progress) -> Result<Self> {
        let scratch = scratch_beside(out)?;
        let hash = ContentHash::of_file(input)?.to_string();
        let before = analyze(input, progress)?;
        Ok(Self { path: input.to_owned(), scratch, before, hash })
    }

    /// Its length at `rate_hz`, or at its own rate.
    pub(crate) fn frames_at(&self, rate_hz: Option<u32>) -> u64 {
        let own_hz = self.before.info.rate_hz;
        converted_frames(self.before.report.frames, own_hz, rate_hz.unwrap_or(own_hz))
    }

    /// Renders it through trim and chain and converts it to `rate_hz`: what lies before the limiter.
    ///
    /// # Errors
    /// When the disk has no room for it, it has too many channels, or the job is cancelled.
    pub(crate) fn process(
        &self,
        rate_hz: u32,
        options: &MasterOptions,
        progress: &Progress,
    ) -> Result<Processed> {
        let path = self.scratch.path().join(format!("before-limiter-{rate_hz}.wav"));
        let frames = self.frames_at(Some(rate_hz));
        check_room(&path, frames.saturating_mul(Format::Wav32f.frame_bytes()))?;
        let print: PcmReader = as_pcm(&self.path, &self.scratch, progress)?;
        through_chain(print, &path, rate_hz, options, progress)
    }
}
