//! The live side of Twobus: what plays a song on a sound device.
//!
//! A [`Playback`] fills blocks of stereo at the song's rate; [`device`] calls it from the audio thread
//! of whatever sound device there is, and gives it back when that device is lost.

pub mod device;
mod edge;

pub use device::Playback;
