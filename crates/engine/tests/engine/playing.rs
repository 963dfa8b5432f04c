//! A song on a made-up device, driven by hand, against the offline render.

use twobus_dsp::Db;
use twobus_engine::device::fake::{Fake, FakeOutput};
use twobus_render::live::{Act, FADE_S, State};
use twobus_render::{Command, Cycle};
use twobus_session::{ClipId, Monitor, StripId};

use crate::song::{Deck, RATE_HZ, Tune, assert_same, noise, render};

/// Frames of a fade, and the step at its end.
const FADE: usize = (FADE_S * RATE_HZ as f64) as usize + 1;

/// The note on when the last message of this kind acted.
fn note(deck: &mut Deck, act: Act) -> twobus_render::live::Taken {
    deck.engine.notes().filter(|note| note.act == act).last().unwrap()
}

#[test]
fn e3_r33_a_song_from_disk_is_the_offline_render_with_a_locate_a_loop_and_a_fader_move() {
    let mut deck = Deck::new(Tune::noise(4, 120_000));
    deck.ready();
    let _ = deck.engine.play();
    let mut played = deck.pull(20_000);
    let _ = deck.engine.preview(Command::Trim(StripId(1), Db(-15.0)));
    played.extend(deck.pull(10_000));
    let at = note(&mut deck, Act::Change).frame as usize;
    let mut expected = deck.tune.offline(0);
    let start = played.iter().position(|frame| *frame != [0.0; 2]).unwrap();
    let latency = deck.tune.offline(0).plan().latency_frames() as usize;
    let began = start - latency;
    let mut wanted = render(&mut expected, at - began);
    expected.apply(Command::Trim(StripId(1), Db(-15.0)));
    wanted.extend(render(&mut expected, 30_000 - at));
    assert_same(&played[began..], &wanted);
    // A locate, and a loop around it that is off the grid.
    let cycle = Cycle::new(50_001, 53_333);
    deck.engine.set_loop(cycle).unwrap();
    deck.engine.locate(51_000);
    deck.loaded();
    let _ = deck.pull(2000);
    let note = note(&mut deck, Act::Cue);
    let after = deck.pull(20_000);
    let mut expected = deck.tune.offline(51_000);
    expected.apply(Command::Trim(StripId(1), Db(-15.0)));
    expected.locate(51_000);
    expected.set_cycle(cycle);
    let passed = 32_000 - (note.frame as usize + FADE);
    let _ = render(&mut expected, passed);
    assert!(passed > latency + FADE);
    assert_same(&after, &render(&mut expected, 20_000));
}

#[test]
fn a_loop_set_while_it_plays_has_no_seam() {
    let mut deck = Deck::new(Tune::noise(2, 120_000));
    deck.ready();
    let _ = deck.engine.play();
    let mut played = deck.pull(5000);
    let cycle = Cycle::new(10_000, 12_000);
    deck.engine.set_loop(cycle).unwrap();
    deck.loaded();
    played.extend(deck.pull(20_000));
    deck.engine.set_loop(None).unwrap();
    deck.loaded();
    let mut expected = deck.tune.offline(0);
    expected.set_cycle(cycle);
    assert_same(&played, &render(&mut expected, 25_000));
    // It goes on behind the loop.
    let _ = deck.pull(5000);
    assert!(deck.engine.poll().playhead > 12_000);
    assert!(deck.engine.set_loop(Cycle::new(0, 100)).is_err());
}

#[test]
fn stop_and_play_go_on_at_the_same_place_at_once() {
    let mut deck = Deck::new(Tune::noise(2, 120_000));
    deck.ready();
    let _ = deck.engine.play();
    let _ = deck.pull(5000);
    let _ = deck.engine.stop();
    let rest = deck.pull(3000);
    assert!(rest[FADE..].iter().all(|frame| *frame == [0.0; 2]));
    // Streams for the place come by themselves.
    while deck.engine.poll().state != State::Ready {
        let _silence = deck.pull(1);
    }
    deck.loaded();
    let stopped = deck.engine.poll().playhead;
    let latency = deck.tune.offline(0).plan().latency_frames();
    assert_eq!(stopped + latency, 5000 + FADE as u64);
    let _ = deck.engine.play();
    let played = deck.pull(4000);
    let expected = render(&mut deck.tune.offline(stopped), 4000);
    let whole = latency as usize + FADE;
    assert_same(&played[whole..], &expected[whole..]);
}

#[test]
fn edits_are_heard_while_it_plays_and_a_drag_goes_on_through_them() {
    let mut deck = Deck::new(Tune::noise(3, 200_000).without_devices());
    deck.ready();
    let _ = deck.engine.play();
    let _ = deck.pull(5000);
    let drag = Command::Pan(StripId(2), 55.0);
    let _ = deck.engine.preview(drag);
    deck.tune.mix().tracks[0].strip.fader = Db(-20.0);
    // Half a clip later, and another one.
    let mut clip = deck.tune.mix().tracks[1].clips[0].clone();
    (clip.id, clip.position, clip.gain) = (ClipId(77), 1000, Db(-6.0));
    deck.tune.mix().tracks[1].clips.push(clip);
    deck.engine.update(&deck.tune.project).unwrap();
    let _ = deck.pull(20_000);
    deck.loaded();
    let _ = deck.pull(20_000);
    let after = deck.pull(4000);
    deck.tune.mix().tracks[1].strip.pan = 55.0;
    deck.engine.release();
    // The scene in memory knows no clips: the sum is made here.
    let (left, right) = (noise(4, 200_000), noise(5, 200_000));
    let later = |x: &[f32]| -> Vec<f32> {
        let half = Db(-6.0).to_gain();
        let at = |i: usize| if i < 1000 { 0.0 } else { f64::from(x[i - 1000]) * half };
        (0..x.len()).map(|i| (f64::from(x[i]) + at(i)) as f32).collect()
    };
    let summed = (later(&left), later(&right));
    deck.tune.replace(StripId(2), summed);
    let mut expected = deck.tune.offline(0);
    let wanted = render(&mut expected, 49_000);
    assert_same(&after, &wanted[45_000..]);
}

#[test]
fn a_track_that_comes_joins_and_one_that_goes_leaves() {
    let mut deck = Deck::new(Tune::noise(3, 200_000).without_devices());
    let third = deck.tune.mix().tracks.pop().unwrap();
    deck.engine.update(&deck.tune.project).unwrap();
    deck.ready();
    let _ = deck.engine.play();
    let _ = deck.pull(5000);
    deck.tune.mix().tracks.push(third);
    deck.engine.update(&deck.tune.project).unwrap();
    deck.loaded();
    let _ = deck.pull(20_000);
    let after = deck.pull(3000);
    let wanted = render(&mut deck.tune.offline(0), 28_000);
    assert_same(&after, &wanted[25_000..]);
    let _gone = deck.tune.mix().tracks.remove(0);
    deck.engine.update(&deck.tune.project).unwrap();
    let _ = deck.pull(20_000);
    let after = deck.pull(3000);
    let wanted = render(&mut deck.tune.offline(0), 51_000);
    assert_same(&after, &wanted[48_000..]);
}

#[test]
fn r35_a_lost_device_loses_no_frame() {
    let mut deck = Deck::new(Tune::noise(2, 120_000));
    deck.ready();
    let _ = deck.engine.play();
    let mut played = deck.pull(5000);
    deck.fake.unplug("a", true);
    let _ = deck.wait(|status| status.device.state == twobus_engine::device::State::NoOutput);
    deck.fake.plug(FakeOutput::new("a", RATE_HZ));
    deck.opens();
    played.extend(deck.pull(5000));
    assert_same(&played, &render(&mut deck.tune.offline(0), 10_000));
}

#[test]
fn r37_without_a_device_everything_else_works_and_nothing_piles_up() {
    let fake = Fake::default();
    let mut deck = Deck::on(Tune::noise(2, 120_000), fake.clone());
    for frame in 0..300 {
        deck.engine.locate(frame * 100);
        deck.tune.mix().tracks[0].strip.trim = Db(-9.0 - frame as f64 / 100.0);
        deck.engine.update(&deck.tune.project).unwrap();
        let _ = deck.engine.preview(Command::Fader(StripId(2), Db(-(frame as f64) / 10.0)));
        let _ = deck.engine.poll();
    }
    let _ = deck.engine.play();
    deck.engine.release();
    deck.tune.mix().tracks[1].strip.fader = Db(-29.9);
    let said = deck.engine.poll().device.state;
    assert_eq!(said, twobus_engine::device::State::NoOutput);
    fake.set_default(&"late".parse().unwrap());
    fake.plug(FakeOutput::new("late", RATE_HZ));
    deck.opens();
    let mut place = 0;
    for _ in 0..500 {
        let _ = deck.pull(64);
        place = deck.engine.poll().playhead;
        if place >= 29_900 {
            break;
        }
    }
    assert!((29_900..40_000).contains(&place), "{place}");
}

#[test]
fn stems_that_are_missing_are_silent_and_named_and_the_others_play() {
    let mut tune = Tune::noise(2, 60_000);
    std::fs::remove_file(tune.folder.path().join("stem 1.wav")).unwrap();
    let name = tune.mix().tracks[0].strip.name.clone();
    let mut deck = Deck::new(tune);
    let said = format!("\"{name}\" is silent: ");
    let status = deck.wait(|status| {
        !status.notices.is_empty() && {
            status.notices.iter().any(|notice| notice.to_string().starts_with(&said))
        }
    });
    assert!(status.notices.iter().any(|notice| notice.to_string().contains("stem 1.wav")));
    deck.ready();
    let _ = deck.engine.play();
    let played = deck.pull(3000);
    deck.tune.mix().tracks[0].strip.mute = true;
    assert_same(&played, &render(&mut deck.tune.offline(0), 3000));
}

#[test]
fn r17_a_stem_that_is_cut_short_while_it_plays_is_silent_from_there_on() {
    let mut tune = Tune::of(vec![(noise(1, 500_000), noise(2, 500_000))]);
    tune.mix().tracks[0].strip.trim = Db(-6.0);
    let mut deck = Deck::new(tune);
    deck.ready();
    let _ = deck.engine.play();
    let _ = deck.pull(1000);
    let path = deck.tune.folder.path().join("stem 1.wav");
    let file = std::fs::File::options().write(true).open(path).unwrap();
    file.set_len(8 * 200_000).unwrap();
    deck.engine.locate(190_000);
    deck.loaded();
    let played = deck.pull(40_000);
    assert!(played[2000..8000].iter().any(|frame| *frame != [0.0; 2]));
    assert!(played[20_000..].iter().all(|frame| *frame == [0.0; 2]));
}

#[test]
fn the_reference_is_heard_beside_the_song() {
    let mut deck = Deck::new(Tune::noise(3, 120_000));
    let media = deck.tune.project.media[1].id;
    deck.engine.set_reference(Some((media, Db(-6.0))));
    deck.ready();
    let _ = deck.engine.play();
    let _ = deck.pull(5000);
    deck.tune.mix().monitor = Monitor { reference: true, ..Monitor::default() };
    deck.engine.update(&deck.tune.project).unwrap();
    let _ = deck.pull(5000);
    let place = deck.engine.poll().playhead as usize;
    assert!(deck.tune.offline(0).plan().latency_frames() > 0);
    let played = deck.pull(1000);
    let gain = Db(-6.0).to_gain();
    let loud = |x: f32| (f64::from(x) * gain) as f32;
    let (left, right) = (noise(4, 120_000), noise(5, 120_000));
    let expected = (place..place + 1000).map(|frame| [loud(left[frame]), loud(right[frame])]);
    assert!(played.iter().copied().eq(expected));
}
