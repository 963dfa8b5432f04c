//! The player's end: one playback on whatever device there is.

mod keeper;

use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::device::vitals::Vitals;
use crate::device::{Backend, Config, Notice, Outlet, Playback, Realtime, Wish};

use keeper::{Keeper, Message, Shared, lock};

/// How long [`Output::close`] waits: longer than the supervisor waits for a device that hangs.
const CLOSING: Duration = Duration::from_secs(4);

/// Plays on a device, and on the next one when that is lost. Its methods return at once.
///
/// Dropping it closes the device and frees the playback, on a thread of its own.
#[derive(Debug)]
pub struct Output {
    messages: Sender<Message>,
    shared: Arc<Mutex<Shared>>,
}

/// What [`Output::status`] tells.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// What it does.
    pub state: State,
    /// Times that sound was asked for or given too late, since the beginning. Not every sound system
    /// tells; ALSA and JACK do.
    pub xruns: u64,
    /// Frames at the device's rate that may have been dropped at xruns: the last block at each, at most.
    pub dropped_frames: u64,
    /// Other errors that devices have reported.
    pub errors: u64,
    /// Samples that the clip guard has held at ±1.
    pub overs: u64,
    /// Samples that were no numbers and were played as silence.
    pub not_numbers: u64,
    /// How far what is heard lies behind the last frame that was filled, in frames of the song: the
    /// callback, the device's delay and that of the rate conversion. 0 without a device.
    pub behind_frames: u64,
    /// Share of the time between two callbacks that a callback takes, averaged over half a second: at 1 sound
    /// comes too late. 0 without a device.
    pub load: f32,
    /// The audio thread's priority, once it runs.
    pub realtime: Option<Realtime>,
}

/// What an output does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum State {
    /// A device is being opened or changed.
    #[default]
    Opening,
    /// A device plays.
    Playing(Config),
    /// There is none; one is waited for.
    NoOutput,
    /// The playback was lost: it hangs in a device, or has panicked. Give another with
    /// [`Output::provide`].
    Dead,
    /// All is closed.
    Closed,
}

impl Output {
    /// Plays `playback`, a song at `song_hz`, on what `wish` asks for, or on whatever there is.
    ///
    /// # Panics
    /// When `song_hz` is 0.
    pub fn new(
        backend: Arc<dyn Backend>,
        wish: Wish,
        playback: Box<dyn Playback>,
        song_hz: u32,
    ) -> Self {
        let (messages, inbox) = channel();
        let shared = Arc::default();
        let outlet = Outlet::new(playback, song_hz);
        let keeper = Keeper::new(backend, outlet, messages.clone(), Arc::clone(&shared));
        let _detached = thread::spawn(move || keeper.run(wish, &inbox));
        Self { messages, shared }
    }

    /// How it is.
    pub fn status(&self) -> Status {
        let shared = lock(&self.shared);
        let now = shared.vitals.as_deref().map(Vitals::read).unwrap_or_default();
        let sum = shared.sum.plus(&now);
        Status {
            state: shared.state.clone(),
            xruns: sum.xruns,
            dropped_frames: sum.dropped_frames,
            errors: sum.errors,
            overs: sum.overs,
            not_numbers: sum.not_numbers,
            behind_frames: now.behind_frames,
            load: now.load,
            realtime: now.realtime,
        }
    }

    /// What happened since this was last asked, the oldest first.
    pub fn notices(&self) -> Vec<Notice> {
        lock(&self.shared).notices.drain(..).collect()
    }

    /// Changes to another device or period.
    pub fn choose(&self, wish: Wish) {
        self.send(Message::Choose(wish));
    }

    /// Gives a new playback in place of one that was lost ([`State::Dead`]); otherwise it is dropped.
    ///
    /// # Panics
    /// When `song_hz` is 0.
    pub fn provide(&self, playback: Box<dyn Playback>, song_hz: u32) {
        self.send(Message::Provide(Outlet::new(playback, song_hz)));
    }

    /// Closes the device and returns the playback; `None` if a device that hangs holds it. This waits
    /// until it is known which: for milliseconds, or a few seconds if something hangs.
    pub fn close(self) -> Option<Box<dyn Playback>> {
        let (heir, playback) = channel();
        self.send(Message::Stop(Some(heir)));
        playback.recv_timeout(CLOSING).ok()
    }

    fn send(&self, message: Message) {
        // Without a supervisor all is closed, and there is nothing left to tell it.
        let _ = self.messages.send(message);
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        self.send(Message::Stop(None));
    }
}
