//! Hands at controls while a song plays, what is written of that, and what it sounds like afterwards.

use twobus_dsp::curve::Breakpoint;
use twobus_dsp::{Db, DeviceKind};
use twobus_render::live::{Act, Taken};
use twobus_render::{Command, Cycle, RETURN_S};
use twobus_session::automation::{LEVEL_ERROR_DB, TRAVEL_ERROR};
use twobus_session::{
    Device, DeviceId, Edit, History, Lane, LaneMode, LaneTarget, ParamId, Strip, StripId,
};

use crate::song::{Deck, RATE_HZ, Tune, assert_same, noise, render};

const FRAMES: usize = 200_000;
const TRACK: StripId = StripId(1);
const GAIN: DeviceId = DeviceId(11);
/// Frames between two moves of a hand.
const PACE: usize = 800;
/// Frames of the way back.
const BACK: usize = (RETURN_S * RATE_HZ as f64) as usize;

fn gain() -> LaneTarget {
    LaneTarget::Device { device: GAIN, param: ParamId::new("gain").unwrap() }
}

fn lane(target: LaneTarget, mode: LaneMode, points: &[(u64, f64)]) -> Lane {
    let points = points.iter().map(|&(frame, value)| Breakpoint { frame, value, bend: 0.3 });
    Lane { target, mode, points: points.collect() }
}

/// One track of noise behind a limiter that has nothing to do but be late, with lanes of these modes.
fn deck(fader: LaneMode, device: LaneMode) -> Deck {
    let mut tune = Tune::of(vec![(noise(1, FRAMES), noise(2, FRAMES))]);
    let strip = &mut tune.mix().tracks[0].strip;
    assert_eq!(strip.id, TRACK);
    strip.trim = Db(-20.0);
    strip.inserts.push(Device::new(DeviceId(10), DeviceKind::Limiter));
    strip.inserts.push(Device::new(GAIN, DeviceKind::Utility));
    strip.lanes = vec![
        lane(LaneTarget::Fader, fader, &[(1000, 0.0), (30_001, -8.0), (60_000, -2.0)]),
        lane(gain(), device, &[]),
        lane(LaneTarget::Pan, LaneMode::Read, &[(0, -50.0), (100_000, 50.0)]),
    ];
    let mut deck = Deck::new(tune);
    deck.engine.set_recording(true);
    deck.ready();
    deck
}

fn strip(deck: &mut Deck) -> Strip {
    deck.tune.mix().tracks[0].strip.clone()
}

/// A hand rides the fader for some moves.
fn ride(deck: &mut Deck, moves: u32) -> Vec<[f32; 2]> {
    let mut played = Vec::new();
    for step in 0..moves {
        let db = -10.0 + 8.0 * (f64::from(step) * 0.7).sin();
        let _ = deck.engine.preview(Command::Fader(TRACK, Db(db)));
        played.extend(deck.pull(PACE));
    }
    played
}

/// Stops, and plays the silence after it.
fn stop(deck: &mut Deck) -> (Vec<[f32; 2]>, Vec<Taken>) {
    let _ = deck.engine.stop();
    let rest = deck.pull(2000);
    (rest, deck.engine.notes().collect())
}

/// The frame of the last note on this.
fn frame(notes: &[Taken], act: Act) -> usize {
    notes.iter().rfind(|note| note.act == act).unwrap().frame as usize
}

/// Takes what was written into the document, as one step each; returns their names.
fn take(deck: &mut Deck, history: &mut History) -> Vec<String> {
    let edits: Vec<Edit> = deck.written.drain(..).collect();
    let step = |edit| history.apply(&mut deck.tune.project, edit).unwrap().to_owned();
    edits.into_iter().map(step).collect()
}

/// Asserts that what was played is what the document sounds like now, within what thinning may change.
fn assert_written_as_heard(deck: &Deck, played: &[[f32; 2]], utility: bool) {
    let expected = render(&mut deck.tune.offline(0), played.len());
    let range = &DeviceKind::Utility.specs()[0].range;
    let of_gain = if utility { TRAVEL_ERROR * (range.end() - range.start()) } else { 0.0 };
    let error = Db(LEVEL_ERROR_DB + of_gain).to_gain() - 1.0;
    for (frame, (heard, wanted)) in played.iter().zip(&expected).enumerate() {
        for (heard, wanted) in heard.iter().zip(wanted) {
            let (heard, wanted) = (f64::from(*heard), f64::from(*wanted));
            let most = error * heard.abs().max(wanted.abs()) + 1e-7;
            assert!((heard - wanted).abs() <= most, "frame {frame}: {heard} became {wanted}");
        }
    }
}

#[test]
fn f5_a_touch_is_written_as_it_was_heard_and_nothing_else_is() {
    let mut deck = deck(LaneMode::Touch, LaneMode::Touch);
    let before = strip(&mut deck);
    let _ = deck.engine.play();
    let mut played = deck.pull(8001);
    assert!(deck.engine.touch(TRACK, LaneTarget::Fader) && deck.engine.touch(TRACK, gain()));
    played.extend(deck.pull(3000));
    played.extend(ride(&mut deck, 12));
    for step in 0..5 {
        let value = 3.0 * f64::from(step % 3) - 6.0;
        let _ = deck.engine.preview(Command::Param(TRACK, GAIN, 0, value));
        played.extend(deck.pull(PACE));
    }
    deck.engine.let_go(TRACK, LaneTarget::Fader);
    deck.engine.let_go(TRACK, gain());
    played.extend(deck.pull(1000));
    // Caught on its way back, and let go for good.
    assert!(deck.engine.touch(TRACK, LaneTarget::Fader));
    played.extend(ride(&mut deck, 3));
    deck.engine.let_go(TRACK, LaneTarget::Fader);
    played.extend(deck.pull(3 * BACK));
    assert!(deck.written.is_empty(), "a pass ends with the stop");
    let (rest, notes) = stop(&mut deck);
    played.extend(rest);
    let end = frame(&notes, Act::Stop);
    let mut history = History::default();
    let names = take(&mut deck, &mut history);
    assert_eq!(names, ["Automation of 2 controls written, 0:00.1 to 0:00.6"]);
    assert_eq!(frame(&notes, Act::Begin), 0);
    assert_written_as_heard(&deck, &played[..end], true);
    let after = strip(&mut deck);
    assert_eq!(before.lanes[2], after.lanes[2], "a lane that is only read");
    let old: Vec<_> =
        before.lanes[0].points.iter().filter(|p| !(7000..35_000).contains(&p.frame)).collect();
    assert!(old.iter().all(|point| after.lanes[0].points.contains(point)));
    assert!(after.lanes[1].points.len() > 4 && after.lanes[0].points.len() < 90);
    // One step: taken back as a whole.
    let _name = history.undo(&mut deck.tune.project).unwrap();
    assert_eq!(strip(&mut deck), before);
}

#[test]
fn f5_latch_writes_until_stop_and_write_from_start_to_stop_then_it_is_touch() {
    let mut deck = deck(LaneMode::Latch, LaneMode::Write);
    let _ = deck.engine.play();
    let mut played = deck.pull(5000);
    assert!(deck.engine.touch(TRACK, LaneTarget::Fader));
    played.extend(ride(&mut deck, 5));
    deck.engine.let_go(TRACK, LaneTarget::Fader);
    assert!(deck.engine.touch(TRACK, gain()));
    let _ = deck.engine.preview(Command::Param(TRACK, GAIN, 0, -9.0));
    deck.engine.let_go(TRACK, gain());
    // Both stay where they were left, whatever lies in the lanes.
    played.extend(deck.pull(60_000));
    let (rest, notes) = stop(&mut deck);
    played.extend(rest);
    let mut history = History::default();
    assert_eq!(take(&mut deck, &mut history).len(), 1);
    assert_written_as_heard(&deck, &played[..frame(&notes, Act::Stop)], true);
    let after = strip(&mut deck);
    let modes: Vec<LaneMode> = after.lanes.iter().map(|lane| lane.mode).collect();
    assert_eq!(modes, [LaneMode::Latch, LaneMode::Touch, LaneMode::Read]);
    let fader = after.curve(LaneTarget::Fader).unwrap();
    let last = -10.0 + 8.0 * (4.0_f64 * 0.7).sin();
    assert!((fader.value_at(60_000) - last).abs() <= LEVEL_ERROR_DB);
    assert!((fader.value_at(150_000) + 2.0).abs() < 1e-9, "what lies behind the stop is as it was");
    // Played again, in touch and let go, it is what was written.
    deck.engine.update(&deck.tune.project).unwrap();
    deck.engine.locate(0);
    deck.loaded();
    let _ = deck.engine.play();
    let again = deck.pull(60_000);
    assert_same(&again, &render(&mut deck.tune.offline(0), 60_000));
    let _ = stop(&mut deck);
    assert!(deck.written.is_empty());
}

#[test]
fn f5_a_loop_s_wrap_ends_a_pass_and_what_is_held_is_written_in_the_next() {
    let mut deck = deck(LaneMode::Touch, LaneMode::Off);
    let _ = deck.engine.play();
    let mut played = deck.pull(5000);
    deck.engine.set_loop(Cycle::new(20_001, 32_000)).unwrap();
    deck.loaded();
    played.extend(deck.pull(13_000));
    assert!(!deck.engine.touch(TRACK, gain()), "its lane is off");
    assert!(deck.engine.touch(TRACK, LaneTarget::Fader));
    // Once around and half of that again.
    played.extend(ride(&mut deck, 25));
    deck.engine.let_go(TRACK, LaneTarget::Fader);
    let (rest, notes) = stop(&mut deck);
    played.extend(rest);
    let mut history = History::default();
    assert_eq!(take(&mut deck, &mut history).len(), 2, "a step a pass");
    let last = frame(&notes, Act::Stop);
    let wrap = notes.iter().find(|note| note.act == Act::Wrap).unwrap();
    assert_eq!((wrap.clock, wrap.position), (32_000, 20_001));
    // What the last pass left of the first, and the last pass in its place.
    let lag = 227;
    let over = last - 32_000;
    let expected = render(&mut deck.tune.offline(0), 32_000 + lag);
    let error = Db(LEVEL_ERROR_DB).to_gain() - 1.0;
    let same = |a: &[f32; 2], b: &[f32; 2]| {
        (0..2).all(|i| (a[i] - b[i]).abs() <= error as f32 * a[i].abs().max(b[i].abs()) + 1e-7)
    };
    // Around the wrap, and where the way back was cut, what is late in the devices belongs to both.
    assert!((0..20_001).all(|frame| same(&played[frame], &expected[frame])));
    assert!((20_001 + over + 2 * lag..32_000).all(|frame| same(&played[frame], &expected[frame])));
    assert!(
        (2 * lag..over - 2 * lag)
            .all(|frame| same(&played[32_000 + frame], &expected[20_001 + frame]))
    );
}

#[test]
fn f5_what_is_not_recorded_is_heard_while_it_is_held_and_then_the_lane_again() {
    for (mode, recording) in [(LaneMode::Read, true), (LaneMode::Write, false)] {
        let mut deck = deck(mode, LaneMode::Read);
        deck.engine.set_recording(recording);
        let _ = deck.engine.play();
        let mut played = deck.pull(4000);
        assert!(deck.engine.touch(TRACK, LaneTarget::Fader));
        played.extend(ride(&mut deck, 6));
        deck.engine.let_go(TRACK, LaneTarget::Fader);
        let notes: Vec<Taken> = deck.engine.notes().collect();
        let taken = frame(&notes, Act::Change);
        played.extend(deck.pull(2 * BACK));
        let _ = stop(&mut deck);
        assert!(deck.written.is_empty(), "{mode:?}");
        let expected = render(&mut deck.tune.offline(0), played.len());
        let first = notes.iter().find(|note| note.act == Act::Change).unwrap().frame as usize;
        assert_same(&played[..first], &expected[..first]);
        let back = taken + PACE + BACK + 227 + 64;
        assert_same(&played[back..], &expected[back..]);
        assert!((first + 600..taken).any(|frame| played[frame] != expected[frame]));
    }
}

/// A locate ends a pass; what is latched and in no hand returns to its lane there.
#[test]
fn f5_a_locate_ends_a_pass_and_a_latch() {
    let mut deck = deck(LaneMode::Latch, LaneMode::Off);
    let _ = deck.engine.play();
    let mut played = deck.pull(3000);
    assert!(deck.engine.touch(TRACK, LaneTarget::Fader));
    played.extend(ride(&mut deck, 4));
    deck.engine.let_go(TRACK, LaneTarget::Fader);
    deck.engine.locate(80_000);
    deck.loaded();
    played.extend(deck.pull(3000));
    let notes: Vec<Taken> = deck.engine.notes().collect();
    let mut history = History::default();
    assert_eq!(
        take(&mut deck, &mut history),
        ["Stem 1 fader: automation written, 0:00.0 to 0:00.1"]
    );
    assert_written_as_heard(&deck, &played[..frame(&notes, Act::Cue)], false);
    let arrived = frame(&notes, Act::Begin);
    let settled = 300 + 227;
    let expected = render(&mut deck.tune.offline(80_000), played.len() - arrived);
    assert_same(&played[arrived + settled..], &expected[settled..]);
    let _ = stop(&mut deck);
    assert!(deck.written.is_empty(), "nothing was held after the locate");
}
