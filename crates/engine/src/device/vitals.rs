//! What the audio thread tells of itself: atomics only.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering::Relaxed};

use crate::device::{Fault, Realtime};

/// Signs of life of one stream, written by its callbacks and read by the supervisor.
#[derive(Debug, Default)]
pub(crate) struct Vitals {
    callbacks: AtomicU64,
    /// Frames played, at the device's rate.
    frames: AtomicU64,
    xruns: AtomicU64,
    /// Frames of the callbacks after which an xrun was reported.
    dropped: AtomicU64,
    errors: AtomicU64,
    overs: AtomicU64,
    not_numbers: AtomicU64,
    /// From the last frame filled back to the one that is heard, in frames of the song.
    behind: AtomicU64,
    /// Frames of the last callback.
    last: AtomicU64,
    fault: AtomicU8,
    realtime: AtomicU8,
    panicked: AtomicBool,
}

/// A reading of [`Vitals`].
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Signs {
    pub(crate) callbacks: u64,
    pub(crate) frames: u64,
    pub(crate) xruns: u64,
    pub(crate) dropped_frames: u64,
    pub(crate) errors: u64,
    pub(crate) overs: u64,
    pub(crate) not_numbers: u64,
    pub(crate) behind_frames: u64,
    pub(crate) fault: Option<Fault>,
    pub(crate) realtime: Option<Realtime>,
    pub(crate) panicked: bool,
}

impl Vitals {
    /// Counts a callback of `frames` frames.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn beat(&self, frames: u64, behind: u64) {
        self.last.store(frames, Relaxed);
        self.behind.store(behind, Relaxed);
        let _ = self.frames.fetch_add(frames, Relaxed);
        let _ = self.callbacks.fetch_add(1, Relaxed);
    }

    /// Counts what the clip guard met.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn guarded(&self, tally: crate::edge::Tally) {
        if tally != crate::edge::Tally::default() {
            let _ = self.overs.fetch_add(tally.overs, Relaxed);
            let _ = self.not_numbers.fetch_add(tally.not_numbers, Relaxed);
        }
    }

    /// Counts an error.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn error(&self, fault: Fault) {
        match fault {
            Fault::Xrun => {
                let _ = self.xruns.fetch_add(1, Relaxed);
                let _ = self.dropped.fetch_add(self.last.load(Relaxed), Relaxed);
            }
            Fault::RealtimeDenied => self.set_realtime(Realtime::Denied),
            Fault::Rerouted => {}
            Fault::Unknown => drop(self.errors.fetch_add(1, Relaxed)),
            Fault::Gone | Fault::Invalidated => {
                let _ = self.errors.fetch_add(1, Relaxed);
                self.fault.store(fault as u8, Relaxed);
            }
        }
    }

    pub(crate) fn set_realtime(&self, outcome: Realtime) {
        self.realtime.store(outcome as u8, Relaxed);
    }

    pub(crate) fn set_panicked(&self) {
        self.panicked.store(true, Relaxed);
    }

    pub(crate) fn read(&self) -> Signs {
        let get = |value: &AtomicU64| value.load(Relaxed);
        Signs {
            callbacks: get(&self.callbacks),
            frames: get(&self.frames),
            xruns: get(&self.xruns),
            dropped_frames: get(&self.dropped),
            errors: get(&self.errors),
            overs: get(&self.overs),
            not_numbers: get(&self.not_numbers),
            behind_frames: get(&self.behind),
            fault: Fault::of(self.fault.load(Relaxed)),
            realtime: Realtime::of(self.realtime.load(Relaxed)),
            panicked: self.panicked.load(Relaxed),
        }
    }
}

impl Signs {
    /// The counters of both.
    pub(crate) fn plus(&self, other: &Self) -> Self {
        Self {
            callbacks: self.callbacks + other.callbacks,
            frames: self.frames + other.frames,
            xruns: self.xruns + other.xruns,
            dropped_frames: self.dropped_frames + other.dropped_frames,
            errors: self.errors + other.errors,
            overs: self.overs + other.overs,
            not_numbers: self.not_numbers + other.not_numbers,
            ..*other
        }
    }
}
