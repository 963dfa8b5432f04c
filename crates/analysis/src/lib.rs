//! What a piece of audio measures, as a report that can be stored, compared and shown.
//!
//! This crate opens no file: an [`Analyzer`] is handed the audio in blocks.

mod analyzer;
pub mod loudest;
pub mod places;
pub mod readiness;
pub mod report;

pub use analyzer::Analyzer;
pub use loudest::LoudestPart;
pub use places::Played;
pub use readiness::{Checked, Checker, Coding, Material};
pub use report::{ChannelReport, Extreme, Report};
