//! Play, stop, locate and loop, against the offline render.

use twobus_dsp::Db;
use twobus_render::live::{Cue, State};
use twobus_render::source::{MemorySource, stream};
use twobus_render::{Command, Cycle, Source};
use twobus_session::StripId;

use super::{FADE, SLACK, Stage, jump_db, offline, render};
use crate::determinism::busy_scene;
use crate::support::{Random, Scene, bits, sine};

#[test]
fn e3_playback_from_the_start_is_the_bounce_bit_for_bit() {
    let mut stage = Stage::new(busy_scene());
    let _ = stage.control.play();
    let (played, _) = stage.run(12_000);
    assert_eq!(bits(&played), bits(&render(&mut offline(&stage.scene, 0), 12_000)));
}

#[test]
fn e3_r33_the_length_of_the_callback_changes_no_bit() {
    let expected = render(&mut offline(&busy_scene(), 0), 10_000);
    for length in [1, 16, 64, 127, 512, 4096] {
        let mut stage = Stage::new(busy_scene());
        let _ = stage.control.play();
        let (mut left, mut right) = (vec![0.0; 10_000], vec![0.0; 10_000]);
        for (left, right) in left.chunks_mut(length).zip(right.chunks_mut(length)) {
            stage.player.fill(left, right);
        }
        assert_eq!(bits(&left), bits(&expected), "{length}");
    }
}

#[test]
fn e3_playback_from_a_place_is_the_offline_render_reset_there_after_its_fade() {
    let mut stage = Stage::new(busy_scene());
    let latency = stage.control.latency_frames() as usize;
    for start in [64, 5000, 11_111] {
        let _ = stage.cue(start, None, None);
        let _ = stage.control.play();
        let (played, _) = stage.run(4000);
        let expected = render(&mut offline(&stage.scene, start), 4000);
        let whole = latency + FADE + SLACK;
        assert_eq!(bits(&played[whole..]), bits(&expected[whole..]));
        // The fade itself is the same signal, times a gain that only rises.
        assert!(played[..latency].iter().all(|x| *x == 0.0));
        let pairs = played[latency..whole].iter().zip(&expected[latency..whole]);
        assert!(pairs.clone().all(|(faded, plain)| faded.abs() <= plain.abs()));
        let _ = stage.control.stop();
        let _ = stage.run(2 * FADE);
    }
}

#[test]
fn e3_locating_while_it_plays_fades_out_and_goes_on_as_if_reset_there() {
    let mut stage = Stage::new(busy_scene());
    let _ = stage.control.play();
    let (before, _) = stage.run(3001);
    let serial = stage.cue(9000, None, None);
    let (after, _) = stage.run(5000);
    let at = stage.taken(serial).frame as usize;
    assert_eq!(at, 3001);
    let mut old = offline(&stage.scene, 0);
    assert_eq!(bits(&before), bits(&render(&mut old, 3001)));
    let leaving = render(&mut old, FADE);
    assert!(after[..FADE].iter().zip(&leaving).all(|(faded, plain)| faded.abs() <= plain.abs()));
    let begins = FADE + SLACK;
    let whole = stage.control.latency_frames() as usize + FADE + SLACK;
    let expected = render(&mut offline(&stage.scene, 9000), 5000 - begins);
    assert_eq!(bits(&after[begins + whole..]), bits(&expected[whole..]));
}

#[test]
fn e3_a_loop_keeps_all_state_and_wraps_at_its_frame() {
    let mut stage = Stage::new(busy_scene());
    let cycle = Cycle::new(1001, 3333);
    let _ = stage.cue(0, cycle, None);
    let _ = stage.control.play();
    let (played, _) = stage.run(15_000);
    let mut expected = offline(&stage.scene, 0);
    expected.set_cycle(cycle);
    assert_eq!(bits(&played), bits(&render(&mut expected, 15_000)));
    let playhead = stage.control.moment().playhead;
    assert!((1001..3333).contains(&playhead), "{playhead}");
}

#[test]
fn a_loop_repeats_exactly_its_frames() {
    let mut scene = Scene::default();
    let noise = Random::new(3).noise(5000);
    let _ = scene.track(1, noise.clone(), noise.clone());
    let mut stage = Stage::new(scene);
    let _ = stage.cue(0, Cycle::new(1000, 1777), None);
    let _ = stage.control.play();
    let (played, _) = stage.run(4000);
    let path = (0..1777).chain((0..).map(|n| 1000 + n % 777));
    let expected = path.take(4000).map(|frame: usize| f64::from(noise[frame]));
    assert!(played.iter().copied().eq(expected));
}

#[test]
fn a_loop_set_while_it_plays_joins_without_a_seam() {
    let mut scene = Scene::default();
    let noise = Random::new(4).noise(20_000);
    let _ = scene.track(1, noise.clone(), noise.clone());
    let mut stage = Stage::new(scene);
    let _ = stage.control.play();
    let (before, _) = stage.run(2000);
    let moment = stage.control.moment();
    // Streams made for the loop; playback goes on while they fill.
    let (mut writer, source) = stream(8192, true);
    let (meanwhile, _) = stage.run(1500);
    let mut path = (moment.position..4000).chain((0..).map(|n| 3000 + n % 1000));
    let filled = writer.write(8000, |_, left, _| {
        left.iter_mut().zip(&mut path).for_each(|(x, frame)| *x = noise[frame as usize]);
        Ok::<(), ()>(())
    });
    assert_eq!(filled, Ok(()));
    let sources = vec![(StripId(1), Box::new(source) as Box<dyn Source>)];
    let (start, joins) = (moment.position, Some(moment.clock));
    let cycle = Cycle::new(3000, 4000);
    let _ = stage.control.cue(Cue { start, cycle, joins, sources, reference: None });
    let (after, _) = stage.run(3000);
    let played = [before, meanwhile, after].concat();
    let expected = (0..4000).chain((0..).map(|n| 3000 + n % 1000)).take(6500);
    assert!(played.iter().copied().eq(expected.map(|frame: usize| f64::from(noise[frame]))));
}

#[test]
fn streams_that_join_too_late_to_be_seamless_fade_in_where_they_are() {
    let mut scene = Scene::default();
    // Four periods fit the loop, so that its wrap is smooth.
    let wave = sine(60.0, 40_000);
    let _ = scene.track(1, wave.clone(), wave);
    let mut stage = Stage::new(scene);
    let _ = stage.control.play();
    let (mut played, _) = stage.run(2000);
    let moment = stage.control.moment();
    played.extend(stage.run(3000).0);
    // Its end has gone by: playback must go back into it.
    let _ = stage.cue(moment.position, Cycle::new(1000, 4200), Some(moment.clock));
    played.extend(stage.run(3000).0);
    let playhead = stage.control.moment().playhead;
    assert!((1000..4200).contains(&playhead), "{playhead}");
    assert!(jump_db(&played) <= -60.0, "{}", jump_db(&played));
}

#[test]
fn a_stop_ends_in_silence_without_a_click_and_keeps_its_place() {
    let mut scene = Scene::default();
    let wave = sine(90.0, 40_000);
    let _ = scene.track(1, wave.clone(), wave);
    let mut stage = Stage::new(scene);
    assert_eq!(stage.control.moment().state, State::Ready);
    let _ = stage.control.play();
    let (mut played, _) = stage.run(5003);
    assert_eq!(stage.control.moment().state, State::Playing);
    let _ = stage.control.stop();
    let (rest, _) = stage.run(3000);
    assert!(rest[FADE + SLACK..].iter().all(|x| *x == 0.0));
    let stopped = stage.control.moment();
    assert_eq!(stopped.state, State::Stopped);
    assert_eq!(stopped.playhead, 5003 + (FADE + SLACK) as u64);
    played.extend(rest);
    // Told to play before there are streams for the place, it begins when they come.
    let _ = stage.control.play();
    played.extend(stage.run(500).0);
    let _ = stage.cue(stopped.playhead, None, None);
    played.extend(stage.run(3000).0);
    assert_eq!(stage.control.moment().state, State::Playing);
    assert!(jump_db(&played) <= -60.0, "{}", jump_db(&played));
    assert!(played[8503..].iter().any(|x| x.abs() > 0.9));
}

#[test]
fn e3_a_fader_that_moves_while_it_plays_does_so_at_the_frame_it_is_said_to() {
    let mut stage = Stage::new(busy_scene());
    let _ = stage.control.play();
    let mut played = stage.run(2222).0;
    let command = Command::Pan(StripId(2), 66.0);
    let serial = stage.control.change(command);
    played.extend(stage.run(4000).0);
    let at = stage.taken(serial).frame as usize;
    assert!((2222..2222 + 64).contains(&at) && at.is_multiple_of(64), "{at}");
    let mut expected = offline(&stage.scene, 0);
    let mut wanted = render(&mut expected, at);
    expected.apply(command);
    wanted.extend(render(&mut expected, 6222 - at));
    assert_eq!(bits(&played), bits(&wanted));
}

#[test]
fn controls_moved_while_it_stands_are_where_they_belong_when_it_begins() {
    let mut stage = Stage::new(busy_scene());
    let _ = stage.control.change(Command::Trim(StripId(1), Db(-20.0)));
    let _ = stage.run(100);
    let _ = stage.control.play();
    let (played, _) = stage.run(3000);
    let mut scene = stage.scene.clone();
    scene.mix.tracks[0].strip.trim = Db(-20.0);
    assert_eq!(bits(&played), bits(&render(&mut offline(&scene, 0), 3000)));
}

#[test]
fn the_playhead_is_the_frame_that_is_heard_next() {
    let mut scene = busy_scene();
    let ramp: Vec<f32> = (0..20_000).map(|i| i as f32 / 65_536.0).collect();
    scene.mix.tracks.truncate(1);
    scene.mix.tracks[0].strip = twobus_session::Strip::new(StripId(1), "Ramp");
    let _ = scene.samples.insert(StripId(1), (ramp.clone(), ramp));
    scene.mix.bus.inserts[0].values[0] = 0.0;
    let mut stage = Stage::new(scene);
    assert!(stage.control.latency_frames() > 0);
    let _ = stage.cue(3000, None, None);
    let _ = stage.control.play();
    let (played, _) = stage.run(2047);
    let heard = played.last().unwrap() * 65_536.0;
    let playhead = stage.control.moment().playhead as f64;
    assert!((heard - (playhead - 1.0)).abs() < 0.1, "{heard} {playhead}");
}

#[test]
fn a_source_in_memory_goes_by_position_alone() {
    let mut source = MemorySource::mono(vec![1.0, 2.0, 3.0], 0);
    source.skip(2);
    let (mut left, mut right) = ([0.0; 1], [0.0; 1]);
    assert_eq!(source.read(1, &mut left, &mut right), 0);
    assert_eq!((left, right), ([2.0], [2.0]));
}
