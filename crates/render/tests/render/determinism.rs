//! The same samples whatever the driver asks for.

use twobus_dsp::{Db, DeviceKind};
use twobus_render::compile::build_device;
use twobus_render::offline::Span;
use twobus_render::{Purpose, Renderer};
use twobus_session::{
    AuxSend, Bus, BusKind, Device, DeviceId, Lane, LaneTarget, Output, ParamId, SendId, Strip,
    StripId, Tap,
};

use crate::automation::lane;
use crate::support::{RATE_HZ, Random, Scene, bits, bounce_all};

const FRAMES: usize = 20_000;

/// Tracks with lanes and devices, a group with a limiter, a return, and a limiter on the mix bus.
pub(crate) fn busy_scene() -> Scene {
    let mut random = Random::new(11);
    let mut scene = Scene::default();
    for id in 1..=4_u32 {
        let (l, r) = (random.noise(FRAMES), random.noise(FRAMES));
        let strip = scene.track(id, l, r);
        strip.trim = Db(-6.0);
        strip.pan = f64::from(id) * 20.0 - 50.0;
        strip.lanes.push(lane(LaneTarget::Fader, &[(500, -3.0), (9000, 2.0), (12_001, -40.0)]));
        strip.lanes.push(lane(LaneTarget::Mute, &[(0, 0.0), (7001, 1.0), (8000, 0.0)]));
        strip.lanes.push(lane(LaneTarget::Width, &[(0, 100.0), (FRAMES as u64, 0.0)]));
        strip.output = Output::Strip(StripId(10));
        let to = StripId(11);
        strip.sends.push(AuxSend {
            id: SendId(id),
            to,
            level: Db(-9.0),
            tap: Tap::Post,
            off: false,
        });
    }
    let mut limiter = Device::new(DeviceId(1), DeviceKind::Limiter);
    if let Some(drive) = DeviceKind::Limiter.param("drive") {
        limiter.values[drive] = 6.0;
    }
    let mut group = Strip::new(StripId(10), "Group");
    group.inserts.push(limiter.clone());
    scene.mix.buses.push(Bus { strip: group, kind: BusKind::Group });
    let mut plate = Strip::new(StripId(11), "Plate");
    plate.inserts.push(Device::new(DeviceId(2), DeviceKind::Utility));
    scene.mix.buses.push(Bus { strip: plate, kind: BusKind::Return });
    scene.mix.bus.inserts.push(Device { id: DeviceId(3), ..limiter });
    scene
}

/// Drives a renderer as a device would, in the block lengths that `lengths` gives.
fn paced(
    renderer: &mut Renderer,
    frames: usize,
    mut length: impl FnMut() -> usize,
) -> (Vec<f64>, Vec<f64>) {
    let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
    let mut done = 0;
    while done < frames {
        let end = frames.min(done + length().max(1));
        renderer.render(&mut left[done..end], &mut right[done..end]);
        done = end;
    }
    (left, right)
}

#[test]
fn e3_every_block_length_and_every_repeat_gives_the_same_bits() {
    let scene = busy_scene();
    let whole = paced(&mut scene.renderer(), FRAMES, || FRAMES);
    for length in [1, 16, 17, 64, 127, 128, 480, 512, 1024, 4096] {
        let (left, right) = paced(&mut scene.renderer(), FRAMES, || length);
        assert_eq!((bits(&left), bits(&right)), (bits(&whole.0), bits(&whole.1)), "{length}");
    }
    let mut random = Random::new(5);
    for _ in 0..20 {
        let (left, right) = paced(&mut scene.renderer(), FRAMES, || random.below(700) as usize);
        assert_eq!((bits(&left), bits(&right)), (bits(&whole.0), bits(&whole.1)));
    }
}

#[test]
fn e3_paced_playback_and_bounce_are_the_same_samples() {
    let scene = busy_scene();
    let mut renderer = scene.renderer();
    let latency = renderer.plan().latency_frames() as usize;
    let (played, _) = paced(&mut renderer, FRAMES, || 441);
    let (bounced, _) = scene.bounce((FRAMES - latency) as u64);
    assert_eq!(bits(&played[latency..]), bits(&bounced));
}

/// [`busy_scene`] with every kind of device at work on every track, one of which goes to a bus where a
/// compressor and a gate listen to a group.
pub(crate) fn heavy_scene() -> Scene {
    let mut scene = busy_scene();
    let mut ids = (50..).map(DeviceId);
    for track in &mut scene.mix.tracks {
        let devices = DeviceKind::ALL.iter().zip(&mut ids);
        track.strip.inserts.extend(devices.map(|(kind, id)| at_work(id, *kind)));
        let lanes: Vec<_> = track.strip.inserts.iter().flat_map(device_lanes).collect();
        track.strip.lanes.extend(lanes);
    }
    let mut bus = Strip::new(StripId(12), "Listener");
    for (id, kind) in [(5, DeviceKind::Compressor), (6, DeviceKind::Gate)] {
        bus.inserts.push(Device { key: Some(StripId(10)), ..at_work(DeviceId(id), kind) });
    }
    scene.mix.buses.push(Bus { strip: bus, kind: BusKind::Group });
    scene.mix.tracks[3].strip.output = Output::Strip(StripId(12));
    scene
}

/// A lane for every parameter of a device that can be automated: across half its travel and back, with corners
/// on no block's border.
fn device_lanes(device: &Device) -> Vec<Lane> {
    let specs = device.kind.specs().iter().enumerate();
    let automated = specs.filter(|(param, _)| !device.kind.is_fixed(*param));
    let moves = automated.map(|(param, spec)| {
        let travel = spec.to_travel(device.values[param]);
        let far = if travel < 0.5 { travel + 0.5 } else { travel - 0.5 };
        let [home, far] = [travel, far].map(|travel| spec.from_travel(travel));
        let at = 101 + 7 * param as u64;
        let id = ParamId::new(spec.id).expect("declared ids are valid");
        let points = [(at, home), (at + 1777, far), (at + 3333, far), (at + 5003, home)];
        lane(LaneTarget::Device { device: device.id, param: id }, &points)
    });
    moves.collect()
}

/// A device with settings at which it changes what passes.
fn at_work(id: DeviceId, kind: DeviceKind) -> Device {
    let settings: &[(&str, f64)] = match kind {
        DeviceKind::Equalizer => &[("b2_gain", 4.0), ("b3_gain", -6.0), ("b6_dynamic", 1.0)],
        DeviceKind::Compressor => &[("threshold", -40.0), ("external", 1.0)],
        DeviceKind::Gate => &[("threshold", -20.0), ("hysteresis", 1.0), ("external", 1.0)],
        DeviceKind::Saturator | DeviceKind::Clipper => &[("drive", 9.0)],
        _ => &[],
    };
    let mut device = Device::new(id, kind);
    for (param, value) in settings {
        device.values[kind.param(param).expect("a parameter of this kind")] = *value;
    }
    device
}

/// What listens to another strip hears it: its key changes what comes out.
#[test]
fn e3_the_keys_of_the_scene_are_heard() {
    let heard = |keyed: bool| {
        let mut scene = heavy_scene();
        let bus = scene.mix.buses.last_mut().expect("the listener");
        bus.strip.inserts.iter_mut().filter(|_| !keyed).for_each(|device| device.key = None);
        bits(&scene.bounce(6000).0)
    };
    assert!(heard(true) != heard(false));
}

/// With and without stems.
#[test]
fn e3_any_number_of_threads_gives_the_same_bits() {
    let scene = heavy_scene();
    for purpose in [Purpose::Bounce, Purpose::Stems] {
        let outputs = |threads: usize| {
            let mut renderer = Renderer::new(scene.plan(purpose, &build_device).unwrap());
            renderer.set_threads(threads.try_into().unwrap());
            bounce_all(&mut renderer, Span::Exactly { start: 0, end: 6000 })
        };
        let one = outputs(1);
        for threads in [2, 3, 8] {
            assert!(outputs(threads) == one, "{purpose:?} with {threads} threads");
        }
    }
}

/// Lanes of every device, in blocks of any length, paced, and from any place on.
#[test]
fn f5_lanes_of_every_device_give_the_same_bits_however_they_are_played() {
    const SOME: usize = 6000;
    let scene = heavy_scene();
    let (whole, _) = scene.bounce(SOME as u64);
    let mut renderer = scene.renderer();
    let latency = renderer.plan().latency_frames() as usize;
    for length in [17, 128, 480] {
        renderer.locate(0);
        let (played, _) = paced(&mut renderer, SOME + latency, || length);
        assert!(bits(&played[latency..]) == bits(&whole), "blocks of {length}");
    }
    for (start, end) in [(2999, 4001), (64, 65)] {
        let range = bounce_all(&mut scene.renderer(), Span::Exactly { start, end });
        assert!(bits(&range[0].0) == bits(&whole[start as usize..end as usize]), "{start}");
    }
    // They are heard.
    let mut still = heavy_scene();
    for track in &mut still.mix.tracks {
        track.strip.lanes.retain(|lane| !matches!(lane.target, LaneTarget::Device { .. }));
    }
    assert!(bits(&still.bounce(SOME as u64).0) != bits(&whole));
}

#[test]
fn e3_a_range_is_the_same_range_of_the_whole() {
    let scene = busy_scene();
    let (whole, _) = scene.bounce(FRAMES as u64);
    for (start, end) in [(0, 1), (63, 65), (4999, 12_345), (FRAMES as u64 - 1, FRAMES as u64)] {
        let range = bounce_all(&mut scene.renderer(), Span::Exactly { start, end });
        let expected = &whole[start as usize..end as usize];
        assert_eq!(bits(&range[0].0), bits(expected));
    }
}

#[test]
fn e3_playback_from_a_place_is_a_renderer_reset_there() {
    let scene = busy_scene();
    for start in [0, 64, 5000, 11_111] {
        let mut used = scene.renderer();
        let _ = paced(&mut used, 3333, || 100);
        used.locate(start);
        let mut fresh = scene.renderer();
        fresh.locate(start);
        let (a, b) = (paced(&mut used, 4000, || 33), paced(&mut fresh, 4000, || 512));
        assert_eq!((bits(&a.0), bits(&a.1)), (bits(&b.0), bits(&b.1)));
    }
}

#[test]
fn tails_end_half_a_second_after_the_last_sound_or_after_30_seconds() {
    let rate = RATE_HZ as usize;
    let mut scene = Scene::default();
    let mut samples = vec![0.5_f32; 1000];
    samples.extend(vec![0.01; 500]);
    let _ = scene.track(1, samples.clone(), samples);
    // The content ends after 1000 frames, its sound after 1500.
    let tail = bounce_all(&mut scene.renderer(), Span::WithTail { end: 1000 });
    assert_eq!(tail[0].0.len(), 1500 + rate / 2);
    let endless = vec![0.1_f32; 40 * rate];
    let _ = scene.samples.insert(StripId(1), (endless.clone(), endless));
    let tail = bounce_all(&mut scene.renderer(), Span::WithTail { end: 1000 });
    assert_eq!(tail[0].0.len(), 1000 + 30 * rate);
    let silence = vec![0.0_f32; rate];
    let _ = scene.samples.insert(StripId(1), (silence.clone(), silence));
    let tail = bounce_all(&mut scene.renderer(), Span::WithTail { end: rate as u64 });
    assert_eq!(tail[0].0.len(), rate);
}
