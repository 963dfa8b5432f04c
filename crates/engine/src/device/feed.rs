//! The callback: what runs on the audio thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use rtrb::{Consumer, Producer, RingBuffer};

use crate::device::vitals::Vitals;
use crate::device::{Error, ErrorKind, Playback, priority};
use crate::edge::{DeviceSample, PIECE, RateEdge, write};

/// Where a device gets its sound; owned by the device's callback.
///
/// When it is dropped, on whatever thread, it hands the playback back to the supervisor: nothing of the
/// song is ever freed on the audio thread.
pub struct Feed {
    /// `None` only once it was handed back.
    playback: Option<Box<dyn Playback>>,
    way_back: Producer<Box<dyn Playback>>,
    edge: RateEdge,
    channels: usize,
    song_hz: u32,
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
    /// The first call asks for a real-time priority. A panic of the playback ends it: from then on there
    /// is silence.
    ///
    /// Audio thread: no allocation, no lock, no system call after the first.
    pub fn call<S: DeviceSample>(&mut self, out: &mut [S], delay: Duration) {
        if !std::mem::replace(&mut self.started, true) {
            self.vitals.set_realtime(priority::promote());
        }
        if self.failed || catch_unwind(AssertUnwindSafe(|| self.fill(out))).is_err() {
            self.failed = true;
            self.vitals.set_panicked();
            out.fill(S::from_unit(0.0));
        }
        let frames = out.len() / self.channels;
        self.vitals.beat(frames as u64, self.behind_frames(frames, delay));
    }

    #[rtsan_standalone::nonblocking]
    fn fill<S: DeviceSample>(&mut self, out: &mut [S]) {
        let Some(playback) = &mut self.playback else { return };
        for piece in out.chunks_mut(PIECE * self.channels) {
            let frames = piece.len() / self.channels;
            let (left, right) = self.edge.pull(playback.as_mut(), frames);
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

impl Drop for Feed {
    fn drop(&mut self) {
        if let Some(playback) = self.playback.take() {
            // The ring holds one and was empty, so that this cannot fail.
            let _ = self.way_back.push(playback);
        }
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

/// Makes feeds for a device that is being opened, and keeps the other end of them.
pub struct Outlet {
    song_hz: u32,
    playback: Option<Box<dyn Playback>>,
    way_back: Option<Consumer<Box<dyn Playback>>>,
    vitals: Arc<Vitals>,
}

impl Outlet {
    /// For a playback at `song_hz`.
    pub fn new(playback: Box<dyn Playback>, song_hz: u32) -> Self {
        Self { song_hz, playback: Some(playback), way_back: None, vitals: Arc::default() }
    }

    /// What a device of this rate and these channels calls, and where it reports errors. If opening it
    /// fails, drop the feed and ask again.
    ///
    /// # Errors
    /// When the feed made before was not dropped; when a number is 0.
    pub fn feed(&mut self, rate_hz: u32, channels: u16) -> Result<(Feed, Alarm), Error> {
        if rate_hz == 0 || channels == 0 {
            return Err(Error::new(ErrorKind::Format));
        }
        let playback = self.take_back().ok_or_else(|| Error::new(ErrorKind::Held))?;
        let (way_back, other_end) = RingBuffer::new(1);
        self.way_back = Some(other_end);
        self.vitals = Arc::default();
        let feed = Feed {
            playback: Some(playback),
            way_back,
            edge: RateEdge::new(self.song_hz, rate_hz),
            channels: usize::from(channels),
            song_hz: self.song_hz,
            song_per_device: f64::from(self.song_hz) / f64::from(rate_hz),
            vitals: Arc::clone(&self.vitals),
            started: false,
            failed: false,
        };
        Ok((feed, Alarm(Arc::clone(&self.vitals))))
    }

    /// The playback, if the last feed has handed it back.
    pub fn take_back(&mut self) -> Option<Box<dyn Playback>> {
        self.playback.take().or_else(|| self.way_back.as_mut()?.pop().ok())
    }

    /// Rate of the song. The device's should be the same where that costs nothing.
    pub fn song_hz(&self) -> u32 {
        self.song_hz
    }

    pub(crate) fn vitals(&self) -> &Arc<Vitals> {
        &self.vitals
    }
}

impl std::fmt::Debug for Outlet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outlet").field("song_hz", &self.song_hz).finish_non_exhaustive()
    }
}
