//! The callback: what runs on the audio thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_utils::atomic::AtomicCell;

use crate::device::vitals::Vitals;
use crate::device::{Error, ErrorKind, Playback, priority};
use crate::edge::{DeviceSample, PIECE, RateEdge, write};

/// Where the playback lies between two callbacks. A callback takes it out and puts it back, which is one
/// atomic exchange each; whoever else takes it out has it, whatever the device does. (Boxed twice, because
/// only what is as small as a pointer is exchanged without a lock.)
type Slot = AtomicCell<Option<Box<Box<dyn Playback>>>>;

const _: () = assert!(Slot::is_lock_free());

/// Where a device gets its sound; owned by the device's callback. Nothing of the song is freed with it.
pub struct Feed {
    slot: Arc<Slot>,
    edge: RateEdge,
    channels: usize,
    song_hz: u32,
    rate_hz: u32,
    song_per_device: f64,
    vitals: Arc<Vitals>,
    started: bool,
    /// The playback has panicked.
    failed: bool,
}

impl Feed {
    /// Fills `out`, interleaved and of any length. `delay` is how long it takes until its first frame is
    /// heard, as the device tells.
    ///
    /// The first call asks for a real-time priority. When the playback was taken away there is silence;
    /// so there is after a panic of the playback.
    ///
    /// Audio thread: no allocation, no lock, no system call after the first.
    pub fn call<S: DeviceSample>(&mut self, out: &mut [S], delay: Duration) {
        if !std::mem::replace(&mut self.started, true) {
            self.vitals.set_realtime(priority::promote());
        }
        // Read without a system call wherever a clock is mapped into the process.
        let begun = Instant::now();
        self.play(out);
        let frames = out.len() / self.channels;
        self.vitals.worked(begun.elapsed(), frames as f32 / self.rate_hz as f32);
        self.vitals.beat(frames as u64, self.behind_frames(frames, delay));
    }

    #[rtsan_standalone::nonblocking]
    fn play<S: DeviceSample>(&mut self, out: &mut [S]) {
        let mut silent = true;
        let mut taken = self.slot.swap(None);
        if let Some(playback) = taken.as_mut().filter(|_| !self.failed) {
            let act = AssertUnwindSafe(|| self.fill(playback.as_mut().as_mut(), out));
            self.failed = catch_unwind(act).is_err();
            silent = self.failed;
        }
        self.slot.store(taken);
        if silent {
            out.fill(S::from_unit(0.0));
        }
        if self.failed {
            self.vitals.set_panicked();
        }
    }

    fn fill<S: DeviceSample>(&mut self, playback: &mut dyn Playback, out: &mut [S]) {
        for piece in out.chunks_mut(PIECE * self.channels) {
            let frames = piece.len() / self.channels;
            let (left, right) = self.edge.pull(playback, frames);
            let mut tally = write(left, right, self.channels, piece);
            tally.not_numbers += std::mem::take(&mut self.edge.not_numbers);
            self.vitals.guarded(tally);
        }
    }

    /// From the last frame of this callback back to the one that is heard, in frames of the song.
    fn behind_frames(&self, frames: usize, delay: Duration) -> u64 {
        let device_frames = (frames + self.edge.latency_frames()) as f64;
        let delay_frames = delay.as_secs_f64() * f64::from(self.song_hz);
        (device_frames * self.song_per_device + delay_frames) as u64
    }
}

impl std::fmt::Debug for Feed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Feed").field("channels", &self.channels).finish_non_exhaustive()
    }
}

/// Takes a device's errors; any number of them, from any thread.
#[derive(Debug, Clone)]
pub struct Alarm(Arc<Vitals>);

impl Alarm {
    /// Counts an error.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn raise(&self, fault: Fault) {
        self.0.error(fault);
    }
}

/// What a device may report while it plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Fault {
    /// Sound was asked for too late or given too late.
    Xrun = 1,
    /// The device or its server is gone.
    Gone = 2,
    /// Its rate or format changed, so that it must be opened again.
    Invalidated = 3,
    /// The sound server moved the stream to another device; it plays on.
    Rerouted = 4,
    /// The system gave no real-time priority.
    RealtimeDenied = 5,
    /// Anything else: harmless now and then, a loss when there is nothing else.
    Unknown = 6,
}

impl Fault {
    pub(crate) fn of(code: u8) -> Option<Self> {
        [Self::Gone, Self::Invalidated].into_iter().find(|fault| *fault as u8 == code)
    }
}

/// Makes feeds for devices that are being opened. Clones are the same one.
#[derive(Clone)]
pub struct Outlet {
    song_hz: u32,
    line: Arc<Mutex<Line>>,
}

/// The other end of the feed made last.
struct Line {
    slot: Arc<Slot>,
    vitals: Arc<Vitals>,
}

impl Outlet {
    /// For a playback at `song_hz`.
    pub fn new(playback: Box<dyn Playback>, song_hz: u32) -> Self {
        Self { song_hz, line: Arc::new(Mutex::new(Line::new(playback))) }
    }

    /// What a device of this rate and these channels calls, and where it reports errors. The feed made
    /// before is silent from now on.
    ///
    /// # Errors
    /// When a callback of the feed made before is running, or the playback was taken away; when a number
    /// is 0.
    pub fn feed(&self, rate_hz: u32, channels: u16) -> Result<(Feed, Alarm), Error> {
        if rate_hz == 0 || channels == 0 || self.song_hz == 0 {
            return Err(Error::new(ErrorKind::Format));
        }
        let mut line = self.line();
        let playback = line.slot.swap(None).ok_or_else(|| Error::new(ErrorKind::Held))?;
        *line = Line::new(*playback);
        let feed = Feed {
            slot: Arc::clone(&line.slot),
            edge: RateEdge::new(self.song_hz, rate_hz),
            channels: usize::from(channels),
            song_hz: self.song_hz,
            rate_hz,
            song_per_device: f64::from(self.song_hz) / f64::from(rate_hz),
            vitals: Arc::clone(&line.vitals),
            started: false,
            failed: false,
        };
        Ok((feed, Alarm(Arc::clone(&line.vitals))))
    }

    /// Takes the playback away; its feed is silent from now on. `None` while a callback is running, or if
    /// it was taken before.
    pub fn take_back(&self) -> Option<Box<dyn Playback>> {
        self.line().slot.swap(None).map(|playback| *playback)
    }

    /// Rate of the song. The device's should be the same where that costs nothing.
    pub fn song_hz(&self) -> u32 {
        self.song_hz
    }

    pub(crate) fn vitals(&self) -> Arc<Vitals> {
        Arc::clone(&self.line().vitals)
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    fn new(playback: Box<dyn Playback>) -> Self {
        let slot = AtomicCell::new(Some(Box::new(playback)));
        Self { slot: Arc::new(slot), vitals: Arc::default() }
    }
}

impl std::fmt::Debug for Outlet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outlet").field("song_hz", &self.song_hz).finish_non_exhaustive()
    }
}
