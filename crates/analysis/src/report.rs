//! The report on one piece of audio.

use serde::{Deserialize, Serialize};

/// What one piece of audio measures.
///
/// Every number is finite. Where there is nothing to measure, as the level of silence, a value is
/// `None`, which is `null` in JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Sample rate, in Hz.
    pub rate_hz: u32,
    /// Length, in frames.
    pub frames: u64,
    /// Integrated loudness after BS.1770-5, in LUFS; `None` if nothing passes the gates.
    pub integrated_lufs: Option<f64>,
    /// Highest momentary loudness, in LUFS, and the begin of its 400 ms.
    pub momentary_max: Option<Extreme>,
    /// Highest short-term loudness, in LUFS, and the begin of its 3 s.
    pub short_term_max: Option<Extreme>,
    /// Loudness range after EBU Tech 3342, in LU; `None` below 3 s.
    pub range_lu: Option<f64>,
    /// Highest true peak of all channels, in dBTP; `None` also if it was not asked for.
    pub true_peak: Option<Extreme>,
    /// Highest sample of all channels, in dBFS.
    pub sample_peak: Option<Extreme>,
    /// Peak to loudness ratio: true peak above integrated loudness, in LU.
    pub plr_lu: Option<f64>,
    /// RMS of all channels together, in dBFS; a full-scale sine reads −3.01.
    pub rms_dbfs: Option<f64>,
    /// Crest factor: sample peak above RMS, in dB.
    pub crest_db: Option<f64>,
    /// Correlation of the first two channels over the whole, −1 to 1; `None` if either is silent.
    pub correlation: Option<f64>,
    /// Lowest correlation of the first two channels within 3 s, and the begin of these, leaving
    /// out what is quieter than [`CORRELATION_FLOOR_DBFS`]; `None` below 3 s.
    pub correlation_min: Option<Extreme>,
    /// Runs of three or more samples at 0 dBFS, all channels together.
    pub clipped_runs: u64,
    /// Each channel by itself.
    pub channels: Vec<ChannelReport>,
    /// Short-term loudness in LUFS at every multiple of [`CURVE_STEP_S`]; `None` where silent.
    pub short_term_lufs: Vec<Option<f32>>,
}

/// What is known of a piece of audio before all of it has passed.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SoFar {
    /// Integrated loudness, in LUFS.
    pub integrated_lufs: Option<f64>,
    /// Loudness range, in LU.
    pub range_lu: Option<f64>,
    /// Highest true peak, in dBTP.
    pub true_peak_dbtp: Option<f64>,
}

/// What one channel measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelReport {
    /// True peak, in dBTP; `None` also if it was not asked for.
    pub true_peak_dbtp: Option<f64>,
    /// Highest sample, in dBFS.
    pub sample_peak_dbfs: Option<f64>,
    /// RMS, in dBFS; a full-scale sine reads −3.01.
    pub rms_dbfs: Option<f64>,
    /// Mean of all samples as a part of full scale, −1 to 1.
    pub dc_offset: f64,
    /// Runs of three or more samples at 0 dBFS.
    pub clipped_runs: u64,
}

/// An extreme value and where it is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extreme {
    /// The value, in the unit of its field.
    pub value: f64,
    /// Its place, in seconds from the first frame, to the nearest [`TIME_STEP_S`].
    pub time_s: f64,
}

/// Resolution of [`Extreme::time_s`], in seconds.
pub const TIME_STEP_S: f64 = twobus_dsp::meter::STEP_S;

/// Time between two values of [`Report::short_term_lufs`], in seconds.
pub const CURVE_STEP_S: f64 = twobus_dsp::meter::loudness::CURVE_STEP_S;

/// RMS in dBFS below which the correlation of a passage says nothing.
pub const CORRELATION_FLOOR_DBFS: f64 = -60.0;
