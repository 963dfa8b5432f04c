//! Meters: what a signal measures, live and of a whole file by the same code.
//!
//! They cut time into steps of [`STEP_S`] on a grid from the first frame on, so that no reading
//! depends on the lengths of the blocks pushed. A sample that is not finite has no level, and a
//! mean counts the step that holds one as silence.

pub mod level;
pub mod loudness;
pub mod spectrum;
mod steps;
pub mod true_peak;

/// Length of a step, in seconds: what windows move by.
pub const STEP_S: f64 = 0.01;
