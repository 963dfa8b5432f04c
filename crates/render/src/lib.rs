//! The real-time core: a mix compiled to a [`Plan`] and rendered block by block.
//!
//! ```text
//! session::Mix ── compile ──► Plan ── Renderer ──► 64-bit stereo
//!                              ▲          ▲
//!                    one Source a track   the driver: a bounce, a device, a test
//! ```
//!
//! This crate opens no file and no device, takes no lock, and allocates only in [`compile()`] and in
//! constructors. Everything happens on a fixed grid of [`BLOCK`] frames counted from frame 0 of the
//! song, so that the same project gives the same samples whatever lengths a driver asks for.

mod buses;
mod bypass;
pub mod command;
pub mod compile;
mod control;
mod cycle;
mod fade;
pub mod live;
pub mod meters;
pub mod offline;
mod pace;
pub mod plan;
mod pool;
pub mod probe;
pub mod renderer;
mod scratch;
pub mod source;
mod stereo;
mod strip;
mod voice;

pub use command::Command;
pub use compile::{CompileError, Context, Purpose, compile};
pub use control::hand::{RETURN_S, Stroke};
pub use cycle::Cycle;
pub use plan::{Fault, Plan};
pub use probe::{Look, Probed};
pub use renderer::Renderer;
pub use source::Source;

/// Frames of the inner block. Control values are computed, and devices run, on a grid of this many
/// frames counted from frame 0 of the song.
pub const BLOCK: usize = 64;

/// Frames that an offline driver renders at a time: several blocks of every strip in a row, which keeps
/// memory streaming. It changes nothing in the samples.
pub const RUN: usize = 8 * BLOCK;
