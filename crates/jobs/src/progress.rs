//! How far a job is, and whether it should go on: shared between the job and who watches it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use crate::error::{Error, Result};
use crate::sketch::Sketch;

/// Work done and to do, in the job's own unit (bytes or frames), and the wish to stop.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicU64,
    total: AtomicU64,
    stage: AtomicU64,
    cancelled: AtomicBool,
    sketch: Arc<Mutex<Sketch>>,
    /// Of a delivery, which of its first 64 files are finished: a bit each.
    files: AtomicU64,
}

impl Progress {
    /// Names of the stages, by what [`stage`](Self::stage) returns.
    pub const STAGES: [&'static str; 6] =
        ["Starting", "Reading", "Balancing", "Mixing", "Measuring", "Mastering"];

    /// Nothing done yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the job to stop soon.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// True once it was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Share of the work that is done, 0 to 1.
    pub fn share(&self) -> f64 {
        let total = self.total.load(Ordering::Relaxed);
        let done = self.done.load(Ordering::Relaxed);
        if total == 0 { 0.0 } else { (done as f64 / total as f64).min(1.0) }
    }

    /// What is being done, for people.
    pub fn stage(&self) -> &'static str {
        let stage = usize::try_from(self.stage.load(Ordering::Relaxed)).unwrap_or(0);
        Self::STAGES.get(stage).copied().unwrap_or("")
    }

    /// Whether the file at place `index` of a delivery is finished, for better or worse.
    pub fn is_file_done(&self, index: usize) -> bool {
        u32::try_from(index).is_ok_and(|index| {
            let bit = 1_u64.checked_shl(index).unwrap_or(0);
            self.files.load(Ordering::Relaxed) & bit != 0
        })
    }

    pub(crate) fn file_done(&self, index: usize) {
        let bit = u32::try_from(index).ok().and_then(|index| 1_u64.checked_shl(index));
        let _before = self.files.fetch_or(bit.unwrap_or(0), Ordering::Relaxed);
    }

    /// Looks at what a bounce has written so far.
    pub fn look<T>(&self, look: impl FnOnce(&Sketch) -> T) -> T {
        // Whoever drew it may have panicked; what stands there is whole all the same.
        look(&self.sketch.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// What a sketch is drawn into.
    pub(crate) fn sketch(&self) -> Arc<Mutex<Sketch>> {
        Arc::clone(&self.sketch)
    }

    pub(crate) fn begin(&self, stage: &str, total: u64) {
        let index = Self::STAGES.iter().position(|name| *name == stage).unwrap_or(0);
        self.stage.store(index as u64, Ordering::Relaxed);
        self.done.store(0, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
    }

    pub(crate) fn advance(&self, work: u64) -> Result<()> {
        let _before = self.done.fetch_add(work, Ordering::Relaxed);
        if self.is_cancelled() { Err(Error::Cancelled) } else { Ok(()) }
    }

    pub(crate) fn done(&self) -> &AtomicU64 {
        &self.done
    }

    pub(crate) fn cancel_flag(&self) -> &AtomicBool {
        &self.cancelled
    }
}
