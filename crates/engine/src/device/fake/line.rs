//! An open stream of a made-up device.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::device::{Alarm, Config, Error, Fault, Feed, OutputId, Stream};

use super::{Behaviour, FakeOutput, World};

/// Errors a storm reports at once.
const GUST: usize = 1000;

/// The callback of an open stream.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) output: OutputId,
    pub(crate) alarm: Alarm,
    channels: usize,
    delay: Duration,
    started: AtomicBool,
    closed: AtomicBool,
    /// Locked while a callback runs, so that closing waits for it, as with real devices.
    feed: Mutex<Option<Feed>>,
    played: Mutex<Vec<f32>>,
}

impl Line {
    pub(crate) fn new(output: &FakeOutput, feed: Feed, alarm: Alarm) -> Self {
        Self {
            output: output.id.clone(),
            alarm,
            channels: usize::from(output.channels),
            delay: output.delay,
            started: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            feed: Mutex::new(Some(feed)),
            played: Mutex::default(),
        }
    }

    /// Whether a callback may come.
    pub(crate) fn is_open(&self) -> bool {
        self.started.load(SeqCst) && !self.closed.load(SeqCst)
    }

    /// One callback.
    pub(crate) fn call(&self, frames: usize) -> Option<Vec<f32>> {
        if !self.is_open() {
            return None;
        }
        let mut out = vec![f32::NAN; frames * self.channels];
        lock(&self.feed).as_mut()?.call(&mut out, self.delay);
        Some(out)
    }

    pub(crate) fn played(&self) -> Vec<f32> {
        lock(&self.played).clone()
    }

    /// Calls back in real time until it is closed.
    fn pace(&self, world: &World, rate_hz: u32, period: usize) {
        let start = Instant::now();
        let (mut due_frames, mut turn) = (0.0, 0);
        while !self.closed.load(SeqCst) {
            let output = world.output(&self.output);
            match output.as_ref().map_or(Behaviour::Silent, |output| output.behaviour) {
                Behaviour::Normal => {
                    let due = start + Duration::from_secs_f64(due_frames / f64::from(rate_hz));
                    thread::sleep(due.saturating_duration_since(Instant::now()));
                }
                Behaviour::Runaway => {}
                Behaviour::Silent => {
                    world.wait();
                    continue;
                }
                Behaviour::Storm => {
                    (0..GUST).for_each(|_| self.alarm.raise(Fault::Unknown));
                    world.wait();
                    continue;
                }
                Behaviour::Hang => {
                    self.hang(world);
                    continue;
                }
            }
            let lengths = output.map(|output| output.lengths).unwrap_or_default();
            let length = lengths.get(turn % lengths.len().max(1)).copied().unwrap_or(period);
            due_frames += length as f64;
            turn += 1;
            let out = self.call(length).unwrap_or_default();
            lock(&self.played).extend(out);
        }
    }

    /// Holds the callback until the device behaves otherwise.
    fn hang(&self, world: &World) {
        let _held = lock(&self.feed);
        let hangs = |output: FakeOutput| output.behaviour == Behaviour::Hang;
        while world.output(&self.output).is_some_and(hangs) {
            world.wait();
        }
    }
}

/// What the supervisor holds of it.
pub(crate) struct FakeStream {
    world: Arc<World>,
    line: Arc<Line>,
    config: Config,
    thread: Option<JoinHandle<()>>,
}

impl FakeStream {
    pub(crate) fn new(world: Arc<World>, line: Arc<Line>, config: Config) -> Self {
        Self { world, line, config, thread: None }
    }
}

impl Stream for FakeStream {
    fn config(&self) -> &Config {
        &self.config
    }

    fn start(&mut self) -> Result<(), Error> {
        self.line.started.store(true, SeqCst);
        if self.world.output(&self.line.output).is_some_and(|output| output.paced) {
            let (world, line) = (Arc::clone(&self.world), Arc::clone(&self.line));
            let (rate_hz, period) = (self.config.rate_hz, self.config.period_frames as usize);
            self.thread = Some(thread::spawn(move || line.pace(&world, rate_hz, period)));
        }
        Ok(())
    }
}

impl Drop for FakeStream {
    fn drop(&mut self) {
        self.line.closed.store(true, SeqCst);
        // Waits for a callback that runs, and for ever if it hangs.
        drop(lock(&self.line.feed).take());
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has shown itself in the test.
            let _ = thread.join();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
