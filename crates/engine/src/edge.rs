//! Where the song meets the device: its rate, its channels, its sample format.
//!
//! ```text
//! Playback ─ f64, song's rate ─► RateEdge ─ f64, device's rate ─► clip guard ─► channels, format
//! ```
//!
//! Between equal rates nothing is changed: a 32-bit float device gets each 64-bit sample rounded once.

mod rate;
mod sample;

pub(crate) use rate::{PIECE, RateEdge};
pub use sample::DeviceSample;
pub(crate) use sample::{Tally, write};
