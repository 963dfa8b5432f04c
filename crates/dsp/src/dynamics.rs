//! What all processors of dynamics are made of: levels, gain computer, detector, side-chain.
//!
//! Feed-forward, in the log domain: D. Giannoulis, M. Massberg, J. Reiss, "Digital Dynamic Range
//! Compressor Design: A Tutorial and Analysis", JAES 60(6), 2012, sections 2 and 3. Levels are logarithms
//! to base 2 ([`levels`]), of which one is 6.02 dB, because those are cheap to compute and to undo.
//!
//! The way of a block: the magnitudes of what is listened to ([`SideChain`], [`Detector`]) become levels,
//! levels become wanted reductions ([`GainComputer`]), these are smoothed in time ([`Ballistics`]), and
//! [`levels::exp2`] makes gains of them. All but the smoothing runs over slices without a branch, so that
//! the compiler uses vectors.

mod ballistics;
pub(crate) mod cells;
mod controls;
mod detector;
mod gain_computer;
pub mod levels;
mod lookahead;
mod shell;
mod side_chain;

pub use ballistics::{Ballistics, Times};
pub(crate) use ballistics::{NONE, fall_pole, release_pole};
pub use controls::{Controls, HAND_S};
pub use detector::{Detector, LOUDEST, QUIETEST, RMS_S};
pub use gain_computer::{GainComputer, Side};
pub(crate) use lookahead::Lookahead;
pub use lookahead::{LOOKAHEAD, LOOKAHEAD_S, lookahead_frames};
pub use shell::{Dynamics, Shell};
pub use side_chain::{BELL_FREQUENCY, BELL_GAIN, EXTERNAL, HIGH_CUT, LISTEN, LOW_CUT, SideChain};

/// Frames between two looks at what changes slowly: coefficients of times and filters. Counted from the
/// last reset, so that it does not matter how the signal is cut into blocks.
pub const CELL: usize = 64;

/// Moves `signal` by `share` (0 to 1) of the way to `other`.
pub(crate) fn move_to(signal: &mut [f32], other: &[f32], share: f32) {
    for (sample, other) in signal.iter_mut().zip(other) {
        *sample = if share < 1.0 { *sample + share * (other - *sample) } else { *other };
    }
}
