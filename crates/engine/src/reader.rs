//! The disk reader: one thread that fills the streams of all tracks.
//!
//! It works in pieces, the emptiest stream first, so that a stream that was just made is filled before
//! those that have seconds left. Streams for another place are handed over when each holds enough to
//! begin with; meanwhile those that play go on being filled.

mod feed;
mod pulse;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError};
use std::thread;
use std::time::Duration;

use twobus_jobs::playlist::PIECE_FRAMES;
use twobus_render::Cycle;
use twobus_render::source::{StreamSource, stream};
use twobus_session::StripId;

use self::feed::{Feed, Shared};
pub(crate) use self::pulse::Pulse;
use crate::tape::Tape;

/// Audio that streams hold ahead, in seconds, ...
const AHEAD_S: f64 = 2.0;
/// ... with at most so many parts; with more, less each, so that memory stays bounded, ...
const PARTS_AT_FULL: usize = 128;
/// ... but never less than this, in seconds.
const LEAST_AHEAD_S: f64 = 0.5;
/// Frames that every stream holds before it is handed over.
pub(crate) const PREFILL_FRAMES: usize = 2 * PIECE_FRAMES;
/// How long the thread sleeps when all streams are full.
const NAP: Duration = Duration::from_millis(5);

/// What is streamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// A track's clips.
    Track(StripId),
    /// What the monitor's reference switch lets through.
    Reference,
}

/// What the reader is told.
pub(crate) enum Order {
    /// Reads this for the part from now on; streams that play keep what they read.
    Load(Part, Box<dyn Tape>),
    /// The part is gone.
    Forget(Part),
    /// Makes streams, and forgets those that were ordered before and are not yet handed over.
    Prepare(Preparation),
}

/// Streams to be made.
#[derive(Debug, Clone)]
pub(crate) struct Preparation {
    /// Number of the order, for the answer.
    pub(crate) request: u64,
    /// Which parts; `None` for all.
    pub(crate) parts: Option<BTreeSet<Part>>,
    /// Timeline position at which they begin.
    pub(crate) start: u64,
    /// What repeats from there on.
    pub(crate) cycle: Option<Cycle>,
}

/// What the reader tells.
pub(crate) enum News {
    /// Streams are made, and hold enough to begin with.
    Ready(u64, Vec<(Part, StreamSource)>),
    /// A part cannot be read and is silent.
    Broken(Part, twobus_jobs::Error),
}

/// What a [`Reader::pump`] has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pump {
    /// Filled something; there may be more to fill.
    Busy,
    /// Everything is full.
    Idle,
    /// Nobody orders anything any more.
    Finished,
}

/// Fills streams; driven by a thread of its own or, in tests, by hand.
pub(crate) struct Reader {
    orders: Receiver<Order>,
    news: Sender<News>,
    pulse: Arc<Pulse>,
    rate_hz: u32,
    tapes: BTreeMap<Part, Shared>,
    feeds: Vec<Feed>,
    /// Streams that are not yet handed over, and the number of their order.
    prepared: Option<(u64, Vec<(Part, StreamSource)>)>,
}

/// Starts the reader's thread. It ends when the orders' other end is dropped; it is not waited for, since
/// a disk may hang.
pub(crate) fn spawn(
    orders: Receiver<Order>,
    news: Sender<News>,
    pulse: Arc<Pulse>,
    rate_hz: u32,
) -> std::io::Result<()> {
    let run = move || Reader::new(orders, news, pulse, rate_hz).run();
    let _detached = thread::Builder::new().name("disk reader".to_owned()).spawn(run)?;
    Ok(())
}

impl Reader {
    pub(crate) fn new(
        orders: Receiver<Order>,
        news: Sender<News>,
        pulse: Arc<Pulse>,
        rate_hz: u32,
    ) -> Self {
        let (tapes, feeds) = (BTreeMap::new(), Vec::new());
        Self { orders, news, pulse, rate_hz, tapes, feeds, prepared: None }
    }

    fn run(mut self) {
        loop {
            match self.pump() {
                Pump::Busy => {}
                Pump::Idle => match self.orders.recv_timeout(NAP) {
                    Ok(order) => self.take(order),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return,
                },
                Pump::Finished => return,
            }
        }
    }

    /// Takes what was ordered, and fills one piece of the emptiest stream.
    pub(crate) fn pump(&mut self) -> Pump {
        loop {
            match self.orders.try_recv() {
                Ok(order) => self.take(order),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => return Pump::Finished,
            }
        }
        self.feeds.retain(|feed| !feed.is_abandoned());
        let hungry = self.feeds.iter_mut().filter(|feed| feed.is_hungry());
        let fed = hungry.min_by_key(|feed| feed.waiting()).map(|feed| {
            self.pulse.begin(feed.part());
            let fed = feed.pump();
            self.pulse.end();
            (feed.part(), fed)
        });
        if let Some((part, Err(error))) = fed {
            self.tell(News::Broken(part, error));
        }
        self.hand_over();
        if self.feeds.iter().any(Feed::is_hungry) { Pump::Busy } else { Pump::Idle }
    }

    fn take(&mut self, order: Order) {
        match order {
            Order::Load(part, tape) => {
                let _before = self.tapes.insert(part, Rc::new(RefCell::new(tape)));
            }
            Order::Forget(part) => {
                let _gone = self.tapes.remove(&part);
            }
            Order::Prepare(preparation) => self.prepare(&preparation),
        }
    }

    fn prepare(&mut self, preparation: &Preparation) {
        let Preparation { request, parts, start, cycle } = preparation;
        let wanted = |part: &Part| parts.as_ref().is_none_or(|parts| parts.contains(part));
        let frames = self.ring_frames();
        let mut sources = Vec::new();
        for (part, tape) in self.tapes.iter().filter(|(part, _)| wanted(part)) {
            let (writer, source) = stream(frames, tape.borrow().is_mono());
            self.feeds.push(Feed::new(*part, Rc::clone(tape), writer, *start, *cycle));
            sources.push((*part, source));
        }
        // The sources of an older order are dropped, and with them its feeds.
        self.prepared = Some((*request, sources));
    }

    /// Frames of a stream.
    fn ring_frames(&self) -> usize {
        let share = PARTS_AT_FULL as f64 / self.tapes.len().max(PARTS_AT_FULL) as f64;
        let ahead_s = (AHEAD_S * share).max(LEAST_AHEAD_S);
        let frames = (ahead_s * f64::from(self.rate_hz)) as usize;
        frames.next_multiple_of(PIECE_FRAMES).max(2 * PREFILL_FRAMES)
    }

    /// Hands streams over as soon as each holds enough to begin with.
    fn hand_over(&mut self) {
        let Some((request, sources)) = self.prepared.take() else { return };
        // The youngest feeds are those of the order.
        let of_order = self.feeds.iter().rev().take(sources.len());
        if of_order.clone().all(|feed| feed.waiting() >= PREFILL_FRAMES) {
            self.tell(News::Ready(request, sources));
        } else {
            self.prepared = Some((request, sources));
        }
    }

    fn tell(&self, news: News) {
        // Who no longer listens has dropped the orders' end as well: the thread ends.
        let _nobody = self.news.send(news);
    }
}

#[cfg(test)]
mod tests;
