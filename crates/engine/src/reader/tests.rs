//! The reader, pumped by hand.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::sync::mpsc::channel;

use twobus_render::Source as _;

use super::*;

/// Frames that are their own position, for some time; then it fails, if it is to.
struct Ruler {
    fails: Arc<AtomicBool>,
    mono: bool,
}

impl Tape for Ruler {
    fn is_mono(&self) -> bool {
        self.mono
    }

    fn read(
        &mut self,
        start: u64,
        left: &mut [f32],
        right: &mut [f32],
    ) -> Result<(), twobus_jobs::Error> {
        if self.fails.load(Ordering::Relaxed) {
            return Err(twobus_jobs::Error::Missing("the tape".to_owned()));
        }
        left.iter_mut().zip(start..).for_each(|(x, frame)| *x = frame as f32);
        right.iter_mut().zip(start..).for_each(|(x, frame)| *x = -(frame as f32));
        Ok(())
    }
}

struct Bench {
    reader: Reader,
    orders: Sender<Order>,
    news: Receiver<News>,
    fails: Arc<AtomicBool>,
}

const TRACK: Part = Part::Track(StripId(1));

impl Bench {
    fn new() -> Self {
        let (orders, inbox) = channel();
        let (outbox, news) = channel();
        let reader = Reader::new(inbox, outbox, Arc::default(), 48_000);
        let bench = Self { reader, orders, news, fails: Arc::default() };
        bench.load(TRACK, false);
        bench
    }

    fn load(&self, part: Part, mono: bool) {
        let ruler = Ruler { fails: Arc::clone(&self.fails), mono };
        self.orders.send(Order::Load(part, Box::new(ruler))).unwrap();
    }

    fn prepare(&self, request: u64, start: u64, cycle: Option<Cycle>) {
        let preparation = Preparation { request, parts: None, start, cycle };
        self.orders.send(Order::Prepare(preparation)).unwrap();
    }

    /// Pumps until streams are handed over.
    fn ready(&mut self) -> (u64, Vec<(Part, StreamSource)>) {
        for _ in 0..1000 {
            let _ = self.reader.pump();
            if let Ok(News::Ready(request, sources)) = self.news.try_recv() {
                return (request, sources);
            }
        }
        panic!("never ready");
    }

    fn fill(&mut self) {
        while self.reader.pump() == Pump::Busy {}
    }
}

fn read(source: &mut StreamSource, frames: usize) -> (Vec<f32>, usize) {
    let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
    let missing = source.read(0, &mut left, &mut right);
    (left, missing)
}

#[test]
fn streams_begin_at_their_place_and_hold_enough_when_they_are_handed_over() {
    let mut bench = Bench::new();
    bench.load(Part::Reference, true);
    bench.prepare(7, 1000, None);
    let (request, mut sources) = bench.ready();
    assert_eq!((request, sources.len()), (7, 2));
    for (_, source) in &mut sources {
        let (left, missing) = read(source, PREFILL_FRAMES);
        assert_eq!((left[0], left[8191], missing), (1000.0, 9191.0, 0));
    }
    // And about two seconds when it was given the time.
    bench.fill();
    let (left, missing) = read(&mut sources[0].1, 90_000);
    assert_eq!((left[0], left[89_999], missing), (9192.0, 99_191.0, 0));
}

#[test]
fn streams_follow_a_loop_of_any_length() {
    for (start, end) in [(0, 1), (3, 70), (100, 5000), (10_000, 30_000)] {
        let mut bench = Bench::new();
        let cycle = Cycle::new(start, end);
        bench.prepare(1, 50, cycle);
        let (_, mut sources) = bench.ready();
        bench.fill();
        let (left, missing) = read(&mut sources[0].1, 60_000);
        let path = (0..60_000).map(|n| Cycle::after(cycle, 50, n) as f32);
        assert_eq!(missing, 0);
        assert!(left.into_iter().eq(path), "{start} to {end}");
    }
}

#[test]
fn an_order_that_was_replaced_is_not_answered_and_leaves_nothing() {
    let mut bench = Bench::new();
    bench.prepare(1, 0, None);
    bench.prepare(2, 5000, None);
    let (request, sources) = bench.ready();
    assert_eq!(request, 2);
    let _ = bench.reader.pump();
    assert_eq!(bench.reader.feeds.len(), 1);
    drop(sources);
    let _ = bench.reader.pump();
    assert!(bench.reader.feeds.is_empty());
}

#[test]
fn the_emptiest_stream_is_filled_first() {
    let mut bench = Bench::new();
    bench.prepare(1, 0, None);
    let (_, _playing) = bench.ready();
    bench.fill();
    bench.load(Part::Reference, false);
    bench.prepare(2, 0, None);
    // Two pieces for each of two streams, though the first stream of all has seconds left.
    for pumped in 1..=4 {
        let _ = bench.reader.pump();
        let ready = matches!(bench.news.try_recv(), Ok(News::Ready(2, _)));
        assert_eq!(ready, pumped == 4);
    }
}

#[test]
fn r46_a_tape_that_fails_is_reported_once_and_silent() {
    let mut bench = Bench::new();
    bench.prepare(1, 0, None);
    let (_, mut sources) = bench.ready();
    bench.fails.store(true, Ordering::Relaxed);
    bench.fill();
    let broken = |news: &News| matches!(news, News::Broken(TRACK, _));
    assert_eq!(bench.news.try_iter().filter(broken).count(), 1);
    let (left, missing) = read(&mut sources[0].1, 20_000);
    assert_eq!((left[8191], left[8192], missing), (8191.0, 0.0, 0));
}

#[test]
fn r46_after_a_hang_the_reader_goes_on_where_playback_is() {
    let mut bench = Bench::new();
    bench.prepare(1, 0, None);
    let (_, mut sources) = bench.ready();
    bench.fill();
    // Ten seconds in which nothing is read: what was there is played, then silence.
    let (_, missing) = read(&mut sources[0].1, 480_000);
    assert!(missing > 300_000);
    // One piece is enough to sound again.
    let _ = bench.reader.pump();
    let (left, missing) = read(&mut sources[0].1, 1000);
    assert_eq!((left[0], missing), (480_000.0, 0));
}

#[test]
fn r46_a_read_that_hangs_is_seen_from_outside() {
    let pulse = Pulse::default();
    assert_eq!(pulse.stuck(Duration::ZERO), None);
    pulse.begin(TRACK);
    thread::sleep(Duration::from_millis(20));
    assert_eq!(pulse.stuck(Duration::from_millis(5)), Some(TRACK));
    assert_eq!(pulse.stuck(Duration::from_secs(60)), None);
    pulse.end();
    assert_eq!(pulse.stuck(Duration::from_millis(5)), None);
}

#[test]
fn many_parts_hold_less_each() {
    let mut bench = Bench::new();
    let few = bench.reader.ring_frames();
    (2..=1000).for_each(|id| bench.load(Part::Track(StripId(id)), false));
    let _ = bench.reader.pump();
    let many = bench.reader.ring_frames();
    assert!(few >= 96_000 && many < few / 3 && many >= 24_000, "{few} {many}");
}
