//! Streams from disk to the renderer: each track's playlist fills its rings, either between two blocks
//! or from threads of its own. Which it is changes nothing in the samples.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, Thread};
use std::time::Duration;

use twobus_dsp::dither::Depth;
use twobus_render::source::{StreamSource, StreamWriter, stream};

use crate::error::{Error, Result};
use crate::playlist::{PIECE_FRAMES, Playlist};
use crate::progress::Progress;

/// Frames each ring holds.
const RING_FRAMES: usize = 2 * PIECE_FRAMES;
/// Frames between two reports of progress.
const REPORT_FRAMES: u64 = 1 << 14;
/// Longest time a thread sleeps without being woken.
const NAP: Duration = Duration::from_micros(200);

/// One track's way from disk to the renderer.
pub(crate) struct Feed {
    playlist: Playlist,
    stream: StreamWriter,
    position: u64,
    filled: Arc<AtomicU64>,
}

impl Feed {
    /// A feed and the source it fills, from frame 0 on.
    pub(crate) fn new(playlist: Playlist) -> (Self, StreamSource) {
        let (stream, source) = stream(RING_FRAMES, playlist.is_mono());
        (Self { playlist, stream, position: 0, filled: Arc::default() }, source)
    }

    /// The finest depth of the files it reads.
    pub(crate) fn depth(&self) -> Depth {
        self.playlist.depth()
    }

    /// Puts one more piece into the rings; false when they have no room for it.
    fn pump(&mut self) -> Result<bool> {
        if self.stream.room() < PIECE_FRAMES {
            return Ok(false);
        }
        let (playlist, start) = (&mut self.playlist, self.position);
        self.stream.write(PIECE_FRAMES, |done, left, right| {
            playlist.read(start + done as u64, left, right)
        })?;
        self.position += PIECE_FRAMES as u64;
        self.filled.store(self.position, Ordering::Release);
        Ok(true)
    }
}

/// Runs `act` with a function that waits until all sources hold the frames before a position.
///
/// With one thread the feeds are pumped by the waiting itself, otherwise by `threads − 1` others. What is
/// waited for is told to `progress`, which may cancel it.
pub(crate) fn with_feeds<T>(
    feeds: Vec<Feed>,
    threads: usize,
    progress: &Progress,
    act: impl FnOnce(&mut dyn FnMut(u64) -> Result<()>) -> Result<T>,
) -> Result<T> {
    let act = |supply: &mut dyn FnMut(u64) -> Result<()>| {
        let mut told = 0;
        act(&mut |until| {
            if until >= told + REPORT_FRAMES {
                progress.advance(until - told)?;
                told = until;
            }
            supply(until)
        })
    };
    if threads <= 1 { inline(feeds, act) } else { threaded(feeds, threads - 1, act) }
}

fn inline<T>(
    mut feeds: Vec<Feed>,
    act: impl FnOnce(&mut dyn FnMut(u64) -> Result<()>) -> Result<T>,
) -> Result<T> {
    let mut ready = 0;
    act(&mut |until| {
        while ready < until {
            for feed in &mut feeds {
                let _there_was_room = feed.pump()?;
            }
            ready = feeds.iter().map(|feed| feed.position).min().unwrap_or(u64::MAX);
        }
        Ok(())
    })
}

/// What the renderer's thread and the feeding threads share.
struct Shared {
    stop: AtomicBool,
    error: Mutex<Option<Error>>,
    renderer: Thread,
}

fn threaded<T>(
    feeds: Vec<Feed>,
    workers: usize,
    act: impl FnOnce(&mut dyn FnMut(u64) -> Result<()>) -> Result<T>,
) -> Result<T> {
    let filled: Vec<Arc<AtomicU64>> = feeds.iter().map(|feed| Arc::clone(&feed.filled)).collect();
    let workers = workers.min(feeds.len()).max(1);
    let mut shares: Vec<Vec<Feed>> = (0..workers).map(|_| Vec::new()).collect();
    for (index, feed) in feeds.into_iter().enumerate() {
        shares[index % workers].push(feed);
    }
    let stop = AtomicBool::new(false);
    let shared = Shared { stop, error: Mutex::new(None), renderer: thread::current() };
    thread::scope(|scope| {
        // Whatever becomes of this thread, the others are told to stop, or the scope would wait for ever.
        let _stopping = StopOnDrop(&shared);
        let shared = &shared;
        let handles = shares.into_iter().map(|feeds| scope.spawn(move || work(feeds, shared)));
        let handles: Vec<_> = handles.collect();
        let mut ready = 0;
        act(&mut |until| {
            while ready < until {
                ready = filled.iter().map(|f| f.load(Ordering::Acquire)).min().unwrap_or(u64::MAX);
                // Before they are told to stop, workers end only by an error.
                let ended = handles.iter().any(thread::ScopedJoinHandle::is_finished);
                if let Some(error) = take_error(shared) {
                    return Err(error);
                }
                if ready < until && ended {
                    return Err(Error::Missing("reading the stems broke off".to_owned()));
                }
                handles.iter().for_each(|handle| handle.thread().unpark());
                if ready < until {
                    thread::park_timeout(NAP);
                }
            }
            Ok(())
        })
    })
}

/// Tells the feeding threads to stop, also when the thread that renders panics.
struct StopOnDrop<'a>(&'a Shared);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.stop.store(true, Ordering::Release);
    }
}

fn take_error(shared: &Shared) -> Option<Error> {
    shared.error.lock().ok().and_then(|mut error| error.take())
}

/// A feeding thread: keeps the rings of its feeds full until it is told to stop.
fn work(mut feeds: Vec<Feed>, shared: &Shared) {
    while !shared.stop.load(Ordering::Acquire) {
        let mut pumped = false;
        for feed in &mut feeds {
            match feed.pump() {
                Ok(one_more) => pumped |= one_more,
                Err(error) => {
                    if let Ok(mut slot) = shared.error.lock() {
                        *slot = Some(error);
                    }
                    shared.renderer.unpark();
                    return;
                }
            }
        }
        if pumped {
            shared.renderer.unpark();
        } else {
            thread::park_timeout(NAP);
        }
    }
}
