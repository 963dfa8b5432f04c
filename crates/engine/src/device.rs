//! Sound devices: finding, opening, feeding and losing them.
//!
//! ```text
//!  UI thread            supervisor thread                helpers, one a call      audio thread
//!  Output ── choose ──► Supervisor (state machine) ────► Backend::open ─────────► Feed ◄─ Playback
//!    ▲                      ▲ every 50 ms: vital signs      survey, close           │
//!    └── status, notices ───┘◄──────────────────── Vitals (atomics) ◄───────────────┘
//! ```
//!
//! [`Output`] plays one [`Playback`] on whatever device there is. When the device is lost, falls silent
//! or is changed, the playback is taken back and goes on at its position on the next one; having none at
//! all is a normal state. Whatever may block (the system's sound library, a hung server) runs on helper
//! threads, so that neither the window nor the supervisor waits for it.
//!
//! What is lost at an xrun: ALSA empties its buffer, and the block that was just filled may be dropped.
//! The song has moved on by that block; it is not played again, so that time goes on evenly. The playhead
//! of what is heard is the song's position less [`Status::behind_frames`], which follows the device's own
//! account of its delay and so is right again from the next callback on.

mod backend;
mod error;
pub mod fake;
mod feed;
mod notice;
mod output;
mod priority;
mod supervisor;
mod system;
mod vitals;

pub use crate::edge::DeviceSample;
pub use backend::{
    Backend, Config, OutputId, OutputInfo, PERIOD_FRAMES, Period, RateRange, SampleFormat, Stream,
    Survey, Wish,
};
pub use error::{Error, ErrorKind};
pub use feed::{Alarm, Fault, Feed, Outlet};
pub use notice::{Notice, Realtime, Reason};
pub use output::{Output, State, Status};
pub use system::System;

/// Asks for a real-time priority for this thread; true when it has one now.
///
/// Makes system calls.
pub fn is_made_realtime() -> bool {
    matches!(priority::promote(), Realtime::Given | Realtime::Taken)
}

/// What is played: fills blocks of stereo at the song's rate, of whatever length is asked for.
///
/// It is moved into the audio thread when a device is opened, and handed back when that device is
/// closed or lost, so that it goes on at its position on another.
pub trait Playback: Send {
    /// Fills both slices, which are of the same length (any, also 0), with the next frames.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    fn fill(&mut self, left: &mut [f64], right: &mut [f64]);
}
