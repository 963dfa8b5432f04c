//! Whether the reader waits for a disk that does not answer: looked at by a thread that never waits.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use twobus_session::StripId;

use super::Part;

/// No read is under way.
const NONE: u64 = u64::MAX;
/// Stands for the reference among the numbers of tracks.
const REFERENCE: u64 = u64::MAX - 1;

/// What the reader reads, and since when.
#[derive(Debug)]
pub(crate) struct Pulse {
    start: Instant,
    since_ms: AtomicU64,
    part: AtomicU64,
}

impl Default for Pulse {
    fn default() -> Self {
        Self { start: Instant::now(), since_ms: AtomicU64::new(0), part: AtomicU64::new(NONE) }
    }
}

impl Pulse {
    /// A read begins.
    pub(super) fn begin(&self, part: Part) {
        self.since_ms.store(self.now_ms(), Ordering::Relaxed);
        let part = match part {
            Part::Track(StripId(id)) => u64::from(id),
            Part::Reference => REFERENCE,
        };
        self.part.store(part, Ordering::Release);
    }

    /// It has ended.
    pub(super) fn end(&self) {
        self.part.store(NONE, Ordering::Release);
    }

    /// What has been read for longer than `limit`, if anything.
    pub(crate) fn stuck(&self, limit: Duration) -> Option<Part> {
        let part = match self.part.load(Ordering::Acquire) {
            NONE => return None,
            REFERENCE => Part::Reference,
            id => Part::Track(StripId(u32::try_from(id).ok()?)),
        };
        let since = self.now_ms().saturating_sub(self.since_ms.load(Ordering::Relaxed));
        (u128::from(since) > limit.as_millis()).then_some(part)
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
