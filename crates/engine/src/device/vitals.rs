//! What the audio thread tells of itself: atomics only.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::device::{Fault, Realtime};

/// Time over which the load is averaged, in seconds: long enough to be read.
const LOAD_S: f32 = 0.5;

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
    /// Share of its time that a callback takes, averaged: bits of an f32.
    load: AtomicU32,
    /// Frames of the last callback.
    last: AtomicU64,
    fault: AtomicU8,
    realtime: AtomicU8,
    panicked: AtomicBool,
}

/// A reading of [`Vitals`].
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(crate) struct Signs {
    pub(crate) callbacks: u64,
    pub(crate) frames: u64,
    pub(crate) xruns: u64,
    pub(crate) dropped_frames: u64,
    pub(crate) errors: u64,
    pub(crate) overs: u64,
    pub(crate) not_numbers: u64,
    pub(crate) behind_frames: u64,
    pub(crate) load: f32,
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

    /// Takes note that a callback of `span_s` seconds of sound took `took`.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn worked(&self, took: Duration, span_s: f32) {
        if span_s > 0.0 {
            let before = f32::from_bits(self.load.load(Relaxed));
            let new = before + (took.as_secs_f32() / span_s - before) * (span_s / LOAD_S).min(1.0);
            self.load.store(new.to_bits(), Relaxed);
        }
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
            load: f32::from_bits(self.load.load(Relaxed)),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_load_is_the_mean_share_of_the_time_between_callbacks() {
        let vitals = Vitals::default();
        for turn in 0..1000 {
            // 10 ms each; 2 ms and 4 ms of work in turn.
            vitals.worked(Duration::from_millis(2 + 2 * (turn % 2)), 0.01);
        }
        vitals.worked(Duration::from_millis(9), 0.0);
        let load = vitals.read().load;
        assert!((load - 0.3).abs() < 0.01, "{load}");
    }
}
