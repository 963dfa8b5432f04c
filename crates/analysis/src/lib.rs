//! What a piece of audio measures, as a report that can be stored, compared and shown; and what brings
//! it closer to a reference.
//!
//! This crate opens no file: an [`Analyzer`] and a [`matching::Profiler`] are handed the audio in blocks.

mod analyzer;
pub mod loudest;
pub mod matching;
mod peaks;
pub mod places;
pub mod readiness;
pub mod report;

pub use analyzer::Analyzer;
pub use loudest::LoudestPart;
pub use peaks::{Peaks, TruePeaks};
pub use places::Played;
pub use readiness::{Checked, Checker, Coding, Material};
pub use report::{ChannelReport, Extreme, Report, SoFar};
