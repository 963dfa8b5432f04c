//! What a piece of audio measures, as a report that can be stored, compared and shown.
//!
//! This crate opens no file: an [`Analyzer`] is handed the audio in blocks.

mod analyzer;
pub mod report;

pub use analyzer::Analyzer;
pub use report::{ChannelReport, Extreme, Report};
