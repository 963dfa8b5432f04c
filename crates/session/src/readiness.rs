//! "Ready for mastering?": the report on a print, as it is kept with the print and shown.
//!
//! It holds what was measured and how it was judged; [`words`] says it in sentences. It is made by
//! `twobus_analysis::readiness` from thresholds in `assets/readiness.json`.

pub mod bars;
pub mod words;

use serde::{Deserialize, Serialize};

use crate::ids::StripId;

/// The value of [`Check::BitDepth`] for 32-bit float: the bits of its mantissa and sign.
pub const FLOAT_BITS: f64 = 25.0;

/// How a row was judged, from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nothing to do.
    Fine,
    /// Worth a look; mastering can correct it, or it is taste.
    Consider,
    /// No master can cure it: back to the mix.
    Fix,
}

impl Verdict {
    /// The word shown to people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Consider => "consider",
            Self::Fix => "fix",
        }
    }

    /// A sign that stands for it beside the word.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Fine => "✓",
            Self::Consider => "△",
            Self::Fix => "✗",
        }
    }
}

/// What is looked at, in the order of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// True peak, in dBTP.
    TruePeak,
    /// Runs of equal samples at the file's own maximum.
    ClippedRuns,
    /// Integrated loudness, in LUFS.
    Loudness,
    /// True peak above integrated loudness, in LU.
    Plr,
    /// Share of 10 ms whose peak is within 0.3 dB of the highest, in percent.
    FlatPeaks,
    /// Sample peak above short-term loudness in the loudest 3 s, in dB.
    Psr,
    /// Loudness range, in LU.
    LoudnessRange,
    /// Mean correlation of left and right in windows of 3 s.
    Correlation,
    /// Longest stretch in which that correlation stays below −0.2, in s.
    OutOfPhase,
    /// Loudness that folding to mono costs, in LU.
    MonoLoss,
    /// Correlation of left and right below 120 Hz.
    LowEndPhase,
    /// Loudness of left above right, in LU.
    ChannelBalance,
    /// RMS of the louder channel above the quieter one, in dB.
    DeadChannel,
    /// Energy from 5 to 25 Hz against all, in dB.
    Subsonic,
    /// Highest octave above the trend of the song's own spectrum, in dB.
    TonalBalance,
    /// 5 to 10 kHz against 1 to 4 kHz where it is highest, in dB.
    Sibilance,
    /// Lead vocals above all else while they sing, in dB; only where a mix is known.
    VocalLevel,
    /// DC offset, in dBFS.
    DcOffset,
    /// A-weighted noise before and after the music, in dBFS.
    NoiseFloor,
    /// Lines of 50 or 60 Hz above the noise beside them, in dB.
    Hum,
    /// Isolated clicks.
    Clicks,
    /// Holes of digital silence.
    Dropouts,
    /// Silence before the first sound, in s.
    HeadSilence,
    /// The first sample, in dBFS.
    CutHead,
    /// Peak of the last 50 ms, in dBFS.
    CutTail,
    /// Sample rate, in Hz.
    SampleRate,
    /// Bits of a sample; of a float, those of its mantissa and sign.
    BitDepth,
    /// Whether the file is coded with loss: 1 or 0.
    LossyFile,
    /// Lowest bits that are never used.
    IdleBits,
    /// Where the content ends, as a part of the sample rate; 0.5 where it does not end.
    Bandwidth,
    /// Where the content is cut off as a lossy coder cuts it, in Hz.
    Shelf,
}

/// What a value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// dB.
    Db,
    /// dBFS.
    Dbfs,
    /// dBTP.
    Dbtp,
    /// LUFS.
    Lufs,
    /// LU.
    Lu,
    /// Seconds.
    Seconds,
    /// Hz.
    Hz,
    /// Percent.
    Percent,
    /// Bits.
    Bits,
    /// Parts of the sample rate.
    OfRate,
    /// Yes (1) or no (0).
    YesNo,
    /// A number of things.
    Count,
    /// A number without a unit, two decimals.
    Number,
}

impl Check {
    /// Every check, in the order of the report.
    pub const ALL: [Self; 31] = [
        Self::TruePeak,
        Self::ClippedRuns,
        Self::Loudness,
        Self::Plr,
        Self::FlatPeaks,
        Self::Psr,
        Self::LoudnessRange,
        Self::Correlation,
        Self::OutOfPhase,
        Self::MonoLoss,
        Self::LowEndPhase,
        Self::ChannelBalance,
        Self::DeadChannel,
        Self::Subsonic,
        Self::TonalBalance,
        Self::Sibilance,
        Self::VocalLevel,
        Self::DcOffset,
        Self::NoiseFloor,
        Self::Hum,
        Self::Clicks,
        Self::Dropouts,
        Self::HeadSilence,
        Self::CutHead,
        Self::CutTail,
        Self::SampleRate,
        Self::BitDepth,
        Self::LossyFile,
        Self::IdleBits,
        Self::Bandwidth,
        Self::Shelf,
    ];

    /// The unit of its value.
    pub fn unit(self) -> Unit {
        match self {
            Self::TruePeak => Unit::Dbtp,
            Self::ClippedRuns | Self::Clicks | Self::Dropouts => Unit::Count,
            Self::Loudness => Unit::Lufs,
            Self::Plr | Self::LoudnessRange | Self::MonoLoss | Self::ChannelBalance => Unit::Lu,
            Self::FlatPeaks => Unit::Percent,
            Self::Psr
            | Self::DeadChannel
            | Self::Subsonic
            | Self::TonalBalance
            | Self::Sibilance
            | Self::VocalLevel
            | Self::Hum => Unit::Db,
            Self::Correlation | Self::LowEndPhase => Unit::Number,
            Self::OutOfPhase | Self::HeadSilence => Unit::Seconds,
            Self::DcOffset | Self::NoiseFloor | Self::CutHead | Self::CutTail => Unit::Dbfs,
            Self::SampleRate | Self::Shelf => Unit::Hz,
            Self::BitDepth | Self::IdleBits => Unit::Bits,
            Self::LossyFile => Unit::YesNo,
            Self::Bandwidth => Unit::OfRate,
        }
    }
}

/// The whole report on one print or file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Readiness {
    /// Date of the thresholds it was judged by, "2026-11-24".
    pub thresholds: String,
    /// Sample rate in Hz, which places count in.
    pub rate_hz: u32,
    /// Length, in frames.
    pub frames: u64,
    /// What was looked at, in the order of [`Check::ALL`]; one row a check.
    pub rows: Vec<Row>,
}

impl Readiness {
    /// The worst verdict of all rows.
    pub fn worst(&self) -> Verdict {
        self.rows.iter().map(|row| row.verdict).max().unwrap_or(Verdict::Fine)
    }

    /// How many rows were judged so.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.rows.iter().filter(|row| row.verdict == verdict).count()
    }

    /// The row of `check`, if it was looked at.
    pub fn row(&self, check: Check) -> Option<&Row> {
        self.rows.iter().find(|row| row.check == check)
    }

    /// The rows from worst to best, otherwise in their order.
    pub fn by_weight(&self) -> Vec<&Row> {
        let mut rows: Vec<&Row> = self.rows.iter().collect();
        rows.sort_by_key(|row| (std::cmp::Reverse((row.verdict, row.strong)), row.check));
        rows
    }
}

/// One check: what was measured, how it was judged, and where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// What was looked at.
    pub check: Check,
    /// What was measured, in [`Check::unit`]; `None` where there was nothing to measure.
    pub value: Option<f64>,
    /// How it was judged.
    pub verdict: Verdict,
    /// Whether it lies beyond the second threshold too: far off.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub strong: bool,
    /// The frequencies it is about, in Hz, where it is about some of them only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub band_hz: Option<(f64, f64)>,
    /// Where in the song, worst first; empty for all of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<Place>,
    /// The strips of the mix that cause it, the one with the largest part first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<Cause>,
    /// Length of the longest run that was counted, in frames; of [`Check::ClippedRuns`] only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longest: Option<u64>,
}

/// A stretch of a file, in frames from its first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// First frame.
    pub start: u64,
    /// First frame after it.
    pub end: u64,
}

/// A strip of the mix that has a part in what was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    /// The strip.
    pub strip: StripId,
    /// What it was called then.
    pub name: String,
    /// What was measured of it.
    pub part: Part,
    /// Where it has its part, longest first; empty for wherever the row is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<Place>,
}

/// What of a fault a strip carries.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Its share of the power in question against that of all strips, in dB: 0 is all of it.
    ShareDb(f64),
    /// What the value would be without the strip.
    Without(f64),
    /// The same value, measured of the strip alone.
    Alone(f64),
    /// Samples at full scale in the files of its clips.
    ClippedSamples(u64),
}
