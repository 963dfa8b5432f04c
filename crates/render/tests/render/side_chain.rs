//! Devices that listen to another strip.

use twobus_dsp::processor::Processor;
use twobus_dsp::{Db, DeviceKind};
use twobus_render::{CompileError, Purpose, Renderer};
use twobus_session::{Bus, BusKind, Device, DeviceId, Mix, Output, Strip, StripId};

use crate::latency::{late, late_device};
use crate::support::{Random, Scene, bounce};

/// A device that puts out what it listens to, taken from its input: silence where both are equal.
struct Difference;

impl Processor for Difference {
    fn latency_frames(&self) -> usize {
        0
    }
    fn set(&mut self, _param: usize, _value: f64) {}
    fn reset(&mut self) {}
    fn process(&mut self, _left: &mut [f32], _right: &mut [f32]) {}
    fn process_keyed(&mut self, left: &mut [f32], right: &mut [f32], key: [&[f32]; 2]) {
        left.iter_mut().zip(key[0]).for_each(|(x, key)| *x -= key);
        right.iter_mut().zip(key[1]).for_each(|(x, key)| *x -= key);
    }
}

const LISTENER: DeviceId = DeviceId(500);

fn build(device: &Device, rate_hz: u32) -> Box<dyn Processor> {
    if device.id == LISTENER { Box::new(Difference) } else { late(device, rate_hz) }
}

fn listener(key: u32) -> Device {
    let mut device = Device::new(LISTENER, DeviceKind::Utility);
    device.key = Some(StripId(key));
    device
}

/// Two tracks of the same noise behind latencies; track 1 listens to what track 2 feeds, between two of
/// its own devices.
///
/// ```text
/// 2 ─ late(b) ─► group 3 ─ late(c) ─► mix bus
///                   └── key ──┐
/// 1 ──── late(a) ─────── difference ─ late(a) ─► mix bus
/// ```
fn scene(a: u64, b: u64, c: u64) -> Scene {
    let noise = Random::new(5).noise(9000);
    let mut scene = Scene::default();
    let strip = scene.track(1, noise.clone(), noise.clone());
    strip.inserts = vec![late_device(1, a), listener(3), late_device(2, a)];
    let strip = scene.track(2, noise.clone(), noise);
    strip.inserts = vec![late_device(3, b)];
    strip.output = Output::Strip(StripId(3));
    let mut group = Strip::new(StripId(3), "Group");
    group.inserts = vec![late_device(4, c)];
    // Whatever the strip's fader and mute say, the device hears it.
    (group.fader, group.mute) = (Db(-20.0), true);
    scene.mix.buses.push(Bus { strip: group, kind: BusKind::Group });
    scene
}

#[test]
fn e6_what_a_device_listens_to_arrives_with_the_signal_it_belongs_to() {
    let mut random = Random::new(99);
    let mut latencies = vec![(0, 0, 0), (0, 700, 0), (700, 0, 0), (64, 1, 300), (0, 3000, 4000)];
    latencies.extend((0..60).map(|_| (random.below(900), random.below(900), random.below(900))));
    for (a, b, c) in latencies {
        let scene = scene(a, b, c);
        let plan = scene.plan(Purpose::Bounce, &build).unwrap();
        assert_eq!(plan.latency_frames(), a.max(b + c) + a, "{a} {b} {c}");
        let (left, right) = bounce(&mut Renderer::new(plan), 9000);
        assert!(left.iter().chain(&right).all(|&x| x == 0.0), "{a} {b} {c}");
    }
}

#[test]
fn a_track_may_listen_to_a_later_one_and_no_signal_runs_in_a_circle() {
    let noise = Random::new(5).noise(500);
    let mut scene = Scene::default();
    scene.track(1, noise.clone(), noise.clone()).inserts.push(listener(2));
    scene.track(2, noise.clone(), noise).mute = true;
    let plan = scene.plan(Purpose::Bounce, &build).unwrap();
    let (left, _) = bounce(&mut Renderer::new(plan), 500);
    assert!(left.iter().all(|&x| x == 0.0));
    let circle = |change: &dyn Fn(&mut Mix)| {
        let mut scene = scene.clone();
        change(&mut scene.mix);
        scene.plan(Purpose::Bounce, &build).err()
    };
    let names = |error: Option<CompileError>| match error {
        Some(CompileError::Cycle(names)) => names.len(),
        _ => 0,
    };
    assert_eq!(names(circle(&|mix| mix.tracks[0].strip.inserts[0].key = Some(StripId(1)))), 2);
    assert_eq!(names(circle(&|mix| mix.tracks[0].strip.inserts[0].key = Some(StripId(0)))), 3);
    let gone = circle(&|mix| mix.tracks[0].strip.inserts[0].key = Some(StripId(9)));
    assert_eq!(gone, Some(CompileError::NothingToHear("Track 1".to_owned())));
}

#[test]
fn solo_elsewhere_does_not_silence_what_a_device_listens_to() {
    let mut scene = scene(10, 20, 30);
    scene.mix.tracks[0].strip.solo = true;
    let plan = scene.plan(Purpose::Playback, &build).unwrap();
    let (left, _) = bounce(&mut Renderer::new(plan), 9000);
    assert!(left.iter().all(|&x| x == 0.0));
}
