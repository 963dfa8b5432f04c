//! Audio files the project refers to.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::ids::MediaId;

/// An audio file: where it lies, and what it was when it came in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MediaFile {
    /// Identity within the project.
    pub id: MediaId,
    /// Path with `/` between its parts: relative to the project's folder where it lies inside it or
    /// beside it, absolute otherwise.
    pub path: String,
    /// Size of the file, in bytes.
    pub bytes: u64,
    /// XXH3 (64-bit) of the file's bytes, as 16 hexadecimal digits.
    pub hash: String,
    /// Sample rate of the file, in Hz.
    pub rate_hz: u32,
    /// Length at the file's own rate, in frames.
    pub frames: u64,
    /// Number of channels.
    pub channels: u16,
    /// What it is, for people: "WAV 24-bit", "MP3".
    pub format: String,
    /// Position on the recording's own timeline (BWF time reference), in frames at the file's rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<u64>,
}

impl MediaFile {
    /// Rates a file may have, in Hz.
    pub const RATES_HZ: RangeInclusive<u32> = 1_000..=768_000;
    /// Numbers of channels a file may have.
    pub const CHANNELS: RangeInclusive<u16> = 1..=64;

    /// Length in frames once converted to `rate_hz`: rounded to the nearest.
    pub fn frames_at(&self, rate_hz: u32) -> u64 {
        if rate_hz == self.rate_hz || self.rate_hz == 0 {
            return self.frames;
        }
        let (frames, to, from) =
            (u128::from(self.frames), u128::from(rate_hz), u128::from(self.rate_hz));
        u64::try_from((frames * to * 2 + from) / (from * 2)).unwrap_or(u64::MAX)
    }
}
