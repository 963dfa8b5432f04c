//! A fixed pool of threads that shares out the strips of a run, then the sides of its buses.
//!
//! One caller opens a job, works on it itself, closes it and waits for those who have joined; nobody waits
//! for a worker that sleeps. There is no lock and no allocation. All of it turns on one word, which holds
//! the number of the job, whether it is open, and how many workers are at it:
//!
//! ```text
//! caller:  open(n) ─ take items … ─ close ─ wait until nobody is at it ─► done
//! worker:  resting … awake ─ join(n), if open ─ take items … ─ leave ─► resting
//! ```
//!
//! Which thread takes an item is left to chance; what is done to it is not, so results are the same for any
//! number of threads.
//!
//! **Without a deadline** ([`Pool::new`]) the caller wakes its workers, which is a system call, and lets
//! others have the processor while it waits for one that has none.
//!
//! **On an audio thread** ([`Pool::live`]) the caller makes no system call and takes no lock: it never wakes
//! anybody. Workers rest as [`Pace`] has it, so that they are awake when the next callback comes; whoever is
//! not does not help, and the caller does it all by itself. What it waits for at the end of a job is bounded
//! by the work: no item is begun after the job is closed, so each worker that has joined has at most the rest
//! of one item before it, which the caller would have had to do itself. That holds as long as a worker that
//! has begun an item keeps its processor. So workers only help if they were given a real-time priority
//! ([`Enlist`]): then nothing ordinary pre-empts them, and what does, the kernel's own threads and a sound
//! server, does so for some microseconds, as it does to the caller. Without that priority an ordinary
//! thread might take a worker's place for milliseconds in the midst of an item, and the song would wait; so
//! then there is one thread.
#![expect(unsafe_code, reason = "items are lent to other threads for the length of a call")]

use std::cell::UnsafeCell;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle, Thread};

use crate::pace::Pace;

/// Set in the word while workers may join; below it their number, above it the job's.
const OPEN: u64 = 1 << 16;
const AT_WORK: u64 = OPEN - 1;
const NEXT_JOB: u64 = OPEN << 1;

/// Tries to find an open job before a worker sleeps.
const TRIES: u32 = 200;

/// Looks at a word that is to change before the processor is offered to others.
const PATIENCE: u32 = 2000;

/// What a worker of a live pool does first, on its own thread: asks for a real-time priority. True when it
/// may help.
pub type Enlist = fn() -> bool;

/// Threads that help a renderer.
pub(crate) struct Pool {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
    /// The caller may make system calls.
    is_patient: bool,
}

/// A job as its takers see it: takes items until none is left. The argument is the number of the thread.
type Take<'a> = dyn Fn(usize) + Sync + 'a;

struct Shared {
    word: AtomicU64,
    stop: AtomicBool,
    /// The job; written only while none is open and nobody is at it.
    job: UnsafeCell<Option<*const Take<'static>>>,
}

// SAFETY: `job` is written by the one caller while the word says that no worker is at it or may join
// (`Pool::run` takes `&mut self`), and read by workers only after they have joined: the release of the word
// by the caller and its acquisition by the worker order the two. What it points to is `Sync`.
unsafe impl Sync for Shared {}
// SAFETY: as above; the pointer is only ever used between opening and closing a job.
unsafe impl Send for Shared {}

impl Pool {
    /// A pool of `threads`, of which the caller is one, that has no deadline.
    pub(crate) fn new(threads: NonZeroUsize) -> Self {
        Self::with(threads, true, Shared::work)
    }

    /// A pool of `threads`, of which the caller is one, for an audio thread.
    pub(crate) fn live(threads: NonZeroUsize, enlist: Enlist) -> Self {
        Self::with(threads, false, move |shared, number| {
            if enlist() {
                shared.attend(number);
            }
        })
    }

    fn with(
        threads: NonZeroUsize,
        is_patient: bool,
        work: impl Fn(&Shared, usize) + Clone + Send + 'static,
    ) -> Self {
        let shared = Arc::new(Shared {
            word: AtomicU64::new(0),
            stop: AtomicBool::new(false),
            job: UnsafeCell::new(None),
        });
        let worker = |number: usize| {
            let (shared, work) = (Arc::clone(&shared), work.clone());
            let named = thread::Builder::new().name(format!("strips {number}"));
            named.spawn(move || work(&shared, number)).ok()
        };
        // A machine that gives no thread leaves the work to those there are.
        let workers = (1..threads.get()).map_while(worker).collect();
        Self { shared, workers, is_patient }
    }

    /// The workers, to be woken by someone who may.
    pub(crate) fn sleepers(&self) -> Vec<Thread> {
        self.workers.iter().map(|worker| worker.thread().clone()).collect()
    }

    /// Number of threads, the caller's included.
    pub(crate) fn threads(&self) -> usize {
        self.workers.len() + 1
    }

    /// Does `act` to every item, with its index, on any thread, each of which has a state of its own; `states`
    /// holds one for each of [`threads`](Self::threads).
    pub(crate) fn for_each<T: Send, S: Send>(
        &mut self,
        items: &mut [T],
        states: &mut [S],
        act: impl Fn(usize, &mut T, &mut S) + Sync,
    ) {
        assert!(states.len() >= self.threads(), "each thread has a state of its own");
        let (count, next) = (items.len(), AtomicUsize::new(0));
        let (items, states) = (Lent(items.as_mut_ptr()), Lent(states.as_mut_ptr()));
        let take = |thread: usize| {
            // SAFETY: threads have different numbers, all below the length of `states`, and one is at this
            // job only once.
            let state = unsafe { &mut *states.at(thread) };
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= count {
                    return;
                }
                // SAFETY: `index` is below the length of `items`, and no other taker gets it.
                act(index, unsafe { &mut *items.at(index) }, state);
            }
        };
        self.run(&take);
    }

    /// Runs `take` on this thread and on those that join until it returns here; returns when all are done.
    fn run(&mut self, take: &Take<'_>) {
        let shared = &*self.shared;
        // SAFETY: only the lifetime is changed. The pointer is used by workers that have joined, and this
        // function does not return (or unwind: see `Closing`) before all of those have left.
        let job = unsafe { std::mem::transmute::<*const Take<'_>, *const Take<'static>>(take) };
        // SAFETY: no job is open and nobody is at one, since every `run` ends so.
        unsafe { *shared.job.get() = Some(job) };
        let number = shared.word.load(Ordering::Relaxed) & !(OPEN | AT_WORK);
        shared.word.store(number.wrapping_add(NEXT_JOB) | OPEN, Ordering::Release);
        let _closing = Closing { shared, is_patient: self.is_patient };
        if self.is_patient {
            self.workers.iter().for_each(|worker| worker.thread().unpark());
        }
        take(0);
    }
}

/// A pointer to the first of several items that are lent for the length of a job.
struct Lent<T>(*mut T);

// SAFETY: takers use different items, each from one thread at a time, which `T: Send` allows.
unsafe impl<T: Send> Sync for Lent<T> {}

impl<T> Lent<T> {
    fn at(&self, index: usize) -> *mut T {
        self.0.wrapping_add(index)
    }
}

/// Closes a job and waits for those who are at it, also when the caller panics.
struct Closing<'a> {
    shared: &'a Shared,
    is_patient: bool,
}

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        let word = &self.shared.word;
        let _before = word.fetch_and(!OPEN, Ordering::AcqRel);
        let mut looks = 0;
        while word.load(Ordering::Acquire) & AT_WORK != 0 {
            looks += 1;
            if self.is_patient && looks > PATIENCE {
                thread::yield_now();
            } else {
                std::hint::spin_loop();
            }
        }
    }
}

impl Shared {
    /// A worker of a pool without a deadline.
    fn work(&self, number: usize) {
        let mut last = 0;
        while !self.stop.load(Ordering::Acquire) {
            match (0..TRIES).find_map(|_| self.join(last)) {
                Some(job) => {
                    last = job;
                    self.help(number);
                }
                None => thread::park(),
            }
        }
    }

    /// A worker of a live pool.
    fn attend(&self, number: usize) {
        let (mut last, mut pace) = (0, Pace::new());
        while !self.stop.load(Ordering::Acquire) {
            match (0..TRIES).find_map(|_| self.join(last)) {
                Some(job) => {
                    last = job;
                    self.help(number);
                    pace.helped();
                }
                None => pace.rest(),
            }
        }
    }

    /// Takes items of the job that this thread has joined.
    fn help(&self, number: usize) {
        let _leaving = Leaving(self);
        // SAFETY: this thread has joined an open job, so the pointer is there and valid until it has left.
        if let Some(take) = unsafe { *self.job.get() } {
            // SAFETY: as above.
            unsafe { (*take)(number) };
        }
    }

    /// Joins the open job, if it is another than `last`; returns its number.
    fn join(&self, last: u64) -> Option<u64> {
        let word = self.word.load(Ordering::Relaxed);
        let job = word & !(OPEN | AT_WORK);
        if word & OPEN == 0 || job == last {
            std::hint::spin_loop();
            return None;
        }
        let joined =
            self.word.compare_exchange(word, word + 1, Ordering::Acquire, Ordering::Relaxed);
        joined.ok().map(|_| job)
    }
}

/// Leaves a job, also when the work panics.
struct Leaving<'a>(&'a Shared);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        let _before = self.0.word.fetch_sub(1, Ordering::Release);
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Release);
        for worker in self.workers.drain(..) {
            worker.thread().unpark();
            // A worker that panicked has said so already.
            let _panicked = worker.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e3_every_item_is_taken_once_by_any_number_of_threads() {
        let threads = [1, 2, 3, 8].map(|threads| NonZeroUsize::new(threads).unwrap());
        let pools = threads.into_iter().flat_map(|n| [Pool::new(n), Pool::live(n, || true)]);
        for mut pool in pools {
            let rounds = if cfg!(miri) { 3 } else { 2000 };
            let mut items: Vec<u64> = (0..37).collect();
            let mut states = vec![0_u64; pool.threads()];
            for _ in 0..rounds {
                pool.for_each(&mut items, &mut states, |index, item, state| {
                    assert_eq!(*item % 1000, index as u64);
                    *item += 1000;
                    *state += 1;
                });
            }
            assert!(items.iter().enumerate().all(|(i, item)| *item == i as u64 + 1000 * rounds));
            assert_eq!(states.iter().sum::<u64>(), 37 * rounds);
        }
    }

    #[test]
    fn a_pool_ends_while_its_workers_sleep() {
        drop(Pool::new(NonZeroUsize::new(4).unwrap()));
        drop(Pool::live(NonZeroUsize::new(4).unwrap(), || true));
        drop(Pool::live(NonZeroUsize::new(4).unwrap(), || false));
    }
}
