//! The audio thread's promises, counted.

use std::time::Duration;

use twobus_engine::Playback;
use twobus_engine::device::{Fault, Outlet};

use crate::heap::heap_operations;
use crate::signals::{Player, Signal};

/// Ramps, overs and NaN at equal and other rates, in callbacks of every length and format, with errors
/// in between; from the first call on.
#[test]
fn r39_the_callback_leaves_the_heap_alone() {
    struct Loud(Player);
    impl Playback for Loud {
        fn fill(&mut self, left: &mut [f64], right: &mut [f64]) {
            self.0.fill(left, right);
            left.iter_mut().step_by(7).for_each(|sample| *sample = f64::NAN);
            right.iter_mut().step_by(5).for_each(|sample| *sample = f64::MAX);
        }
    }
    for (rate_hz, channels) in [(48_000, 2), (44_100, 2), (96_000, 1), (44_100, 8)] {
        let playback = Loud(Player::new(Signal::Ramp, u64::MAX));
        let outlet = Outlet::new(Box::new(playback), 48_000);
        let (mut feed, alarm) = outlet.feed(rate_hz, channels).unwrap();
        let mut float = vec![0.0_f32; 5000 * usize::from(channels)];
        let mut whole = vec![0_i16; 5000 * usize::from(channels)];
        let operations = heap_operations(|| {
            for frames in [64, 1, 0, 5000, 341, 1024, 17] {
                let samples = frames * usize::from(channels);
                feed.call(&mut float[..samples], Duration::from_millis(5));
                feed.call(&mut whole[..samples], Duration::ZERO);
                [Fault::Xrun, Fault::Unknown, Fault::Gone]
                    .into_iter()
                    .for_each(|fault| alarm.raise(fault));
            }
        });
        assert_eq!(operations, 0, "{rate_hz} Hz, {channels} channels");
        drop(feed);
        assert!(outlet.take_back().is_some(), "not freed");
    }
}

#[test]
fn r39_the_playback_outlives_its_feed_and_can_be_taken_away_from_it() {
    struct Tell(std::sync::mpsc::Sender<()>);
    impl Playback for Tell {
        fn fill(&mut self, left: &mut [f64], right: &mut [f64]) {
            left.fill(0.5);
            right.fill(0.5);
        }
    }
    impl Drop for Tell {
        fn drop(&mut self) {
            let _ = self.0.send(());
        }
    }
    let (dropped, news) = std::sync::mpsc::channel();
    let outlet = Outlet::new(Box::new(Tell(dropped)), 48_000);
    let (feed, _) = outlet.feed(48_000, 2).unwrap();
    std::thread::spawn(move || drop(feed)).join().unwrap();
    let (mut feed, _) = outlet.feed(48_000, 2).unwrap();
    let mut out = [1.0_f32; 4];
    feed.call(&mut out, Duration::ZERO);
    assert_eq!(out, [0.5; 4]);
    assert!(news.try_recv().is_err(), "not freed with the first feed");
    let playback = outlet.take_back();
    assert!(playback.is_some() && outlet.feed(48_000, 2).is_err());
    assert_eq!(heap_operations(|| feed.call(&mut out, Duration::ZERO)), 0);
    assert_eq!(out, [0.0; 4], "silence without a playback");
    drop(playback);
    assert!(news.try_recv().is_ok());
}
