//! The sound of Twobus: processors and meters as pure functions and small structs.
//!
//! This crate knows no file, no thread, no JSON and no window, and allocates only in constructors.
//! Samples between processors are `f32`, planar, one slice per channel; states and sums are `f64`.

pub mod auto_level;
pub mod block;
pub mod clipper;
pub mod colour;
pub mod compressor;
pub mod curve;
mod cut;
pub mod deesser;
pub mod delay;
pub mod delay_line;
pub mod device;
pub mod dither;
pub mod dynamics;
pub mod eq;
pub mod fader;
mod follow;
pub mod gate;
pub mod glide;
pub mod impulse;
pub mod lanes;
pub mod limiter;
pub mod meter;
pub mod multiband;
pub mod oversample;
pub mod pan;
pub mod param;
pub mod processor;
pub mod resample;
pub mod reverb;
pub mod saturator;
pub mod smooth;
pub mod stereo;
pub mod svf;
mod tilt;
pub mod units;
pub mod utility;
pub mod wide;

pub use device::DeviceKind;
pub use processor::Processor;
pub use units::Db;
