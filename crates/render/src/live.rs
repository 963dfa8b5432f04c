//! The live side: a plan that plays while it is changed.
//!
//! ```text
//!  window's thread                            audio thread
//!  Control ── messages, one ordered ring ──►  Player { Renderer, Exit: gate, tap, monitor }
//!          ◄── retired: what is to be freed ──┤
//!          ◄── taken: when each one acted ────┤
//!          ◄── tap: the mix, before the monitor
//!          ◄── moment, meters (atomics) ──────┘
//! ```
//!
//! **What is played.** From a frame `p` on, a player puts out what a renderer that was reset at `p` puts
//! out, bit for bit, but for the fades at its ends: [`FADE_S`] from the first sounding frame on (none at
//! frame 0, where a song begins by itself), and [`FADE_S`] before it stops or leaves for elsewhere. A loop
//! wraps without a fade and keeps all state. A change of a control acts at the beginning of a rendered
//! block; [`Taken`] says which.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use rtrb::RingBuffer;

use crate::Plan;
use crate::plan::Helpers;

pub use crate::pool::Enlist;
pub use control::Control;
pub use listen::Range;
pub use message::{Act, Cue, Taken};
pub use moment::{Moment, State};
pub use player::Player;
pub use speaker::Speaker;

mod control;
mod exit;
mod layout;
mod listen;
mod message;
mod moment;
mod monitor;
mod player;
mod speaker;
mod swap;

/// Length of the fades around a stop, a start and a jump, in seconds.
pub const FADE_S: f64 = crate::control::MUTE_S;
/// How much quieter the dim switch makes it.
pub const DIM: twobus_dsp::Db = twobus_dsp::Db(-20.0);

/// Messages that fit the ring to the audio thread.
const MESSAGES: usize = 1024;
/// Things that fit the ring back. While it is full, the player takes no message.
const RETIRED: usize = 64;
/// Notes on what was taken; those beyond are dropped.
const TAKEN: usize = 4096;
/// Length of the tap, in seconds; what does not fit is dropped.
const TAP_S: f64 = 0.5;

/// Makes the two ends of a playing mix: keep [`Control`] on the window's thread, move [`Player`] to the
/// audio thread.
///
/// The player stands at frame 0 of `plan`, whose sources must be made for that place.
pub fn pair(plan: Plan, rate_hz: u32) -> (Control, Player) {
    pair_with(plan, rate_hz, Crew { threads: NonZeroUsize::MIN, enlist: || false })
}

/// Threads that render what plays.
#[derive(Debug, Clone, Copy)]
pub struct Crew {
    /// How many, the audio thread included; the samples are the same for any number.
    pub threads: NonZeroUsize,
    /// What each of the others does first. It should ask for a real-time priority, and return false if it
    /// was given none: a thread that may be pre-empted in the midst of a strip would hold up the song.
    pub enlist: Enlist,
}

/// As [`pair`], with the help of other threads. The audio thread neither wakes nor waits for one that
/// sleeps; [`Control`] wakes them when something is to play. They end with the player.
pub fn pair_with(mut plan: Plan, rate_hz: u32, crew: Crew) -> (Control, Player) {
    let (messages, message_end) = RingBuffer::new(MESSAGES);
    let (retired_end, retired) = RingBuffer::new(RETIRED);
    let (taken_end, taken) = RingBuffer::new(TAKEN);
    let (tap_end, tap) = RingBuffer::new((TAP_S * f64::from(rate_hz)) as usize);
    let shared = Arc::default();
    let mut meters = BTreeMap::new();
    control::attach(&mut plan, &mut meters);
    let layout = layout::Layout::of(&plan);
    let ends = player::Ends {
        messages: message_end,
        retired: retired_end,
        taken: taken_end,
        shared: Arc::clone(&shared),
    };
    let ends_here = control::Ends { messages, retired, taken, tap, shared };
    let exit = exit::Exit::new(tap_end, f64::from(rate_hz));
    let helpers = (crew.threads.get() > 1).then(|| Helpers::live(crew.threads, crew.enlist));
    let sleepers = helpers.as_ref().map_or_else(Vec::new, Helpers::sleepers);
    (
        Control::new(ends_here, layout, meters, f64::from(rate_hz), sleepers),
        Player::new(plan, rate_hz, exit, ends, helpers),
    )
}
