//! The files that are open at a time: no more than the system allows, however many are in use.
//!
//! Systems let a process have a few hundred files open, and a song may have a thousand stems. So the
//! file that was opened first is closed when there is no room for another, and opened again when it is
//! read. Who reads a thousand files in turn opens one for every piece; that costs some microseconds.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

/// Open files asked of the system at the start; it may allow fewer.
const WANTED: u64 = 4096;
/// Most open files of the pool where the system does not tell a limit.
const UNTOLD: u64 = 512;
/// Fewest, whatever the system allows.
const FEWEST: usize = 8;

/// A file's place among those that are open.
type Slot = Mutex<Option<File>>;

/// A file that is open or can be opened again.
#[derive(Debug)]
pub(super) struct Handle(Arc<Slot>);

impl Handle {
    /// A file that is not open yet.
    pub(super) fn closed() -> Self {
        Self(Arc::default())
    }

    /// Reads from the file with `act`; it is opened first with `open`, if it is not.
    pub(super) fn with<T>(
        &self,
        open: impl FnOnce() -> io::Result<File>,
        act: impl FnOnce(&File) -> io::Result<T>,
    ) -> io::Result<T> {
        let mut slot = lock(&self.0);
        if slot.is_none() {
            admit(&self.0);
            *slot = Some(open()?);
        }
        act(slot.as_ref().expect("it was opened above"))
    }
}

/// The slots of open files, the first opened first.
static OPEN: Mutex<VecDeque<Weak<Slot>>> = Mutex::new(VecDeque::new());

/// Notes that `slot` is about to be filled, and closes others until there is room for it. Those that
/// are being read at this moment stay open.
fn admit(slot: &Arc<Slot>) {
    let mut open = lock(&OPEN);
    open.retain(|other| other.strong_count() > 0 && !other.ptr_eq(&Arc::downgrade(slot)));
    for _ in 0..open.len() {
        if open.len() < capacity() {
            break;
        }
        let Some(oldest) = open.pop_front() else { break };
        let Some(held) = oldest.upgrade() else { continue };
        match held.try_lock() {
            Ok(mut file) => *file = None,
            Err(_) => open.push_back(oldest),
        }
    }
    open.push_back(Arc::downgrade(slot));
}

/// Files of the pool that may be open: half of what the system allows, so that what is written and
/// all else finds room, too. The first call asks the system for more.
fn capacity() -> usize {
    static CAPACITY: OnceLock<usize> = OnceLock::new();
    *CAPACITY.get_or_init(|| {
        let allowed = rlimit::increase_nofile_limit(WANTED).unwrap_or(UNTOLD).min(WANTED);
        usize::try_from(allowed / 2).unwrap_or(usize::MAX).max(FEWEST)
    })
}

/// A panic elsewhere cannot have left a slot half-way.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
