//! Meters: what a signal measures, live and of a whole file by the same code.
//!
//! They cut time into steps of [`STEP_S`] on a grid from the first frame on, so that no reading
//! depends on the lengths of the blocks pushed. A step that holds a sample that is not finite
//! counts as silence.

pub mod level;
pub mod loudness;
mod steps;
pub mod true_peak;

/// Length of a step, in seconds: what windows move by.
pub const STEP_S: f64 = 0.01;
