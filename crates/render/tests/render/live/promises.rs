//! What the audio thread promises, under every message, and what happens when a ring is full.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use twobus_dsp::{Db, DeviceKind};
use twobus_render::compile::build_device;
use twobus_render::live::{Control, Cue, Player, Range, pair};
use twobus_render::source::MemorySource;
use twobus_render::{Command, Purpose, Source};
use twobus_session::{Device, DeviceId, LaneTarget, Monitor, ParamId, StripId};

use super::{Stage, offline, render};
use crate::automation::lane;
use crate::determinism::busy_scene;
use crate::heap::heap_operations;
use crate::support::{RATE_HZ, Scene, bits};

const _: () = {
    const fn send<T: Send>() {}
    send::<Player>();
    send::<Control>();
};

/// Heap operations of the audio thread over some callbacks; this side frees in between.
fn operations(stage: &mut Stage, callbacks: usize) -> u64 {
    let (mut left, mut right) = ([0.0; 177], [0.0; 177]);
    let mut count = 0;
    for _ in 0..callbacks {
        count += heap_operations(|| stage.player.fill(&mut left, &mut right));
        stage.control.poll();
    }
    count
}

#[test]
fn e11_r39_play_swap_seek_loop_starve_and_stop_leave_the_heap_alone() {
    let mut stage = Stage::new(busy_scene());
    let _ = stage.control.play();
    assert_eq!(operations(&mut stage, 20), 0, "steady");
    let _ = stage.cue(6000, None, None);
    assert_eq!(operations(&mut stage, 20), 0, "seek");
    let _ = stage.cue(3000, twobus_render::Cycle::new(3000, 3500), None);
    assert_eq!(operations(&mut stage, 20), 0, "loop");
    stage.scene.mix.bus.inserts.push(Device::new(DeviceId(8), DeviceKind::Limiter));
    let _ = stage.swap();
    assert_eq!(operations(&mut stage, 20), 0, "swap with another latency");
    let _gone = stage.scene.mix.tracks.pop().unwrap();
    stage.scene.mix.tracks[0].strip.fader = Db(-3.0);
    stage.scene.mix.tracks[0].strip.lanes.clear();
    let _ = stage.swap();
    assert_eq!(operations(&mut stage, 20), 0, "swap with a track less");
    for switches in [(true, false), (false, true), (false, false)] {
        let (mono, side) = switches;
        let _ = stage.control.monitor(Monitor { dim: true, mono, side, ..Monitor::default() });
        assert_eq!(operations(&mut stage, 6), 0, "monitor");
    }
    for range in [Some(Range::Around { hz: 900.0, q: 2.0 }), None] {
        let _ = stage.control.listen(range);
        assert_eq!(operations(&mut stage, 6), 0, "a range heard alone");
    }
    let (writer, source) = twobus_render::source::stream(64, false);
    let sources = vec![(StripId(1), Box::new(source) as Box<dyn Source>)];
    let reference = Some(Box::new(MemorySource::mono(vec![0.5; 9000], 0)) as Box<dyn Source>);
    let _ = stage.control.cue(Cue { start: 99, cycle: None, joins: None, sources, reference });
    assert_eq!(operations(&mut stage, 20), 0, "starve");
    drop(writer);
    assert_eq!(operations(&mut stage, 20), 0, "a reader that is gone");
    let _ = stage.control.stop();
    assert_eq!(operations(&mut stage, 20), 0, "stop");
}

#[test]
fn e11_every_device_with_every_parameter_moving_leaves_the_heap_alone() {
    let mut scene = busy_scene();
    scene.mix.bus.inserts.clear();
    for (kind, id) in DeviceKind::ALL.into_iter().zip(50..) {
        scene.mix.bus.inserts.push(Device::new(DeviceId(id), kind));
    }
    let mut stage = Stage::new(scene);
    let _ = stage.control.play();
    for (kind, id) in DeviceKind::ALL.into_iter().zip(50..) {
        for (param, spec) in kind.specs().iter().enumerate() {
            for value in [*spec.range.start(), *spec.range.end(), spec.default] {
                let bus = StripId::MIX_BUS;
                let _ = stage.control.change(Command::Param(bus, DeviceId(id), param, value));
                assert_eq!(operations(&mut stage, 2), 0, "{kind:?} {}", spec.id);
            }
        }
    }
}

/// Hands take, move and let go controls of every kind, with a swap in between.
#[test]
fn e11_hands_at_automated_controls_leave_the_heap_alone() {
    let mut scene = busy_scene();
    let (id, device) = (StripId(1), DeviceId(70));
    let strip = &mut scene.mix.tracks[0].strip;
    strip.inserts.push(Device::new(device, DeviceKind::Equalizer));
    let param = |id| LaneTarget::Device { device, param: ParamId::new(id).unwrap() };
    let of_strip = [LaneTarget::Fader, LaneTarget::Pan, LaneTarget::Width, LaneTarget::Mute];
    let targets = of_strip.into_iter().chain([param("b1_freq"), param("b1_on")]);
    let targets: Vec<LaneTarget> = targets.collect();
    strip.lanes = targets.iter().map(|target| lane(*target, &[(0, 1.0), (4000, 0.0)])).collect();
    let frequency = strip.lanes.iter_mut().find(|lane| lane.target == param("b1_freq")).unwrap();
    frequency.points.iter_mut().for_each(|point| point.value += 200.0);
    let mut stage = Stage::new(scene);
    let _ = stage.control.play();
    let index = |name| DeviceKind::Equalizer.param(name).unwrap();
    for round in 0..3 {
        for target in &targets {
            let _ = stage.control.change(Command::Take(id, *target));
        }
        assert_eq!(operations(&mut stage, 4), 0, "take");
        for command in [
            Command::Fader(id, Db::SILENCE),
            Command::Pan(id, -50.0),
            Command::Width(id, 10.0),
            Command::Mute(id, true),
            Command::Param(id, device, index("b1_freq"), 2000.0),
            Command::Param(id, device, index("b1_on"), 1.0),
        ] {
            let _ = stage.control.change(command);
        }
        assert_eq!(operations(&mut stage, 4), 0, "move");
        stage.scene.mix.tracks[0].strip.trim = Db(-f64::from(round));
        let _ = stage.swap();
        assert_eq!(operations(&mut stage, 12), 0, "swap");
        for target in &targets {
            let _ = stage.control.change(Command::Let(id, *target));
        }
        assert_eq!(operations(&mut stage, 40), 0, "let go");
    }
}

/// A source that says when it is freed.
struct Mortal(Arc<AtomicU64>);

impl Source for Mortal {
    fn read(&mut self, _: u64, left: &mut [f32], right: &mut [f32]) -> usize {
        left.fill(0.0);
        right.fill(0.0);
        0
    }
}

impl Drop for Mortal {
    fn drop(&mut self) {
        let _before = self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn e11_r39_with_a_full_return_ring_nothing_is_taken_and_nothing_is_freed() {
    let mut scene = Scene::default();
    let _ = scene.track(1, Vec::new(), Vec::new());
    let mut stage = Stage::new(scene);
    let freed = Arc::new(AtomicU64::new(0));
    for start in 0..200 {
        let sources = vec![(StripId(1), Box::new(Mortal(Arc::clone(&freed))) as Box<dyn Source>)];
        let cue = Cue { start, cycle: None, joins: None, sources, reference: None };
        let _ = stage.control.cue(cue);
    }
    let (mut left, mut right) = ([0.0; 64], [0.0; 64]);
    let count = heap_operations(|| (0..300).for_each(|_| stage.player.fill(&mut left, &mut right)));
    assert_eq!((count, freed.load(Ordering::Relaxed)), (0, 0));
    let first = stage.control.moment().position;
    assert!(first < 199, "the player must have stopped taking at {first}");
    // This side frees what came back; then the rest is taken.
    for _ in 0..10 {
        stage.control.poll();
        stage.player.fill(&mut left, &mut right);
    }
    assert_eq!(stage.control.moment().position, 199);
    stage.control.poll();
    // The first cue replaced the scene's own source, and the last one's plays.
    assert_eq!(freed.load(Ordering::Relaxed), 199);
}

#[test]
fn r38_what_does_not_fit_the_ring_is_parked_with_only_the_newest_value_of_each_control() {
    let scene = busy_scene();
    let plan = scene.plan(Purpose::Playback, &build_device).unwrap();
    let (mut control, mut player) = pair(plan, RATE_HZ);
    let _ = control.play();
    // Nobody takes: a dragged fader and pan, with a stop and a play among their values.
    for n in 0..5000 {
        let _ = control.change(Command::Trim(StripId(1), Db(-f64::from(n % 24))));
        let _ = control.change(Command::Pan(StripId(2), f64::from(n % 100)));
    }
    assert!(control.parked() <= 2, "{}", control.parked());
    let _ = control.change(Command::Trim(StripId(1), Db(-5.0)));
    let last = control.monitor(Monitor { dim: true, ..Monitor::default() });
    let (mut left, mut right) = ([0.0; 64], [0.0; 64]);
    for _ in 0..40 {
        player.fill(&mut left, &mut right);
        control.poll();
    }
    assert_eq!(control.parked(), 0);
    let notes: Vec<u64> = std::iter::from_fn(|| control.taken()).map(|note| note.serial).collect();
    assert!(notes.is_sorted() && notes.last() == Some(&last));
    // The newest values are what plays.
    let _ = control.stop();
    let _ = control.monitor(Monitor::default());
    let mut stage = Stage { scene, control, player, ..Stage::new(Scene::default()) };
    let _ = stage.run(2000);
    let _ = stage.cue(0, None, None);
    let _ = stage.control.play();
    let (played, _) = stage.run(3000);
    stage.scene.mix.tracks[0].strip.trim = Db(-5.0);
    stage.scene.mix.tracks[1].strip.pan = 99.0;
    assert_eq!(bits(&played), bits(&render(&mut offline(&stage.scene, 0), 3000)));
}

#[test]
fn facts_keep_their_order_however_long_they_wait() {
    let mut stage = Stage::new(busy_scene());
    for n in 0..600 {
        let _ = stage.control.play();
        let _ = stage.control.stop();
        let _ = stage.control.change(Command::Fader(StripId(3), Db(-f64::from(n))));
    }
    let end = stage.cue(500, None, None);
    let _ = stage.run(1 << 19);
    let notes: Vec<u64> = std::iter::from_fn(|| stage.control.taken()).map(|n| n.serial).collect();
    assert!(notes.is_sorted() && notes.last() == Some(&end), "{:?}", notes.last());
}
