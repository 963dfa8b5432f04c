//! The live side of Twobus: what plays a song on a sound device.
//!
//! ```text
//!  window's thread        disk reader           audio thread
//!  Engine ── orders ────► Reader ── streams ──► Player (a Playback) ─► edge ─► device
//!    │ ▲                                          ▲
//!    │ └────────── meters, playhead ──────────────┤
//!    └──────────── messages, plans ───────────────┘
//! ```
//!
//! [`Engine`] opens a song, plays it, and is changed while it does. A [`Playback`] fills blocks of stereo
//! at the song's rate; [`device`] calls it from the audio thread of whatever sound device there is, and
//! gives it back when that device is lost.

pub mod command;
pub mod device;
mod edge;
mod engine;
mod error;
mod reader;
mod readings;
mod scope;
mod tape;
mod trial;

pub use device::Playback;
pub use engine::{Engine, MIN_LOOP_S, Notice, Status};
pub use error::Error;
pub use readings::Readings;
pub use scope::{MEMORY_S, Scope, View};
pub use trial::{LEVEL_DB, Side, Trial, TrialState};
