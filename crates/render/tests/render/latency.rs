//! Latency: reported, real, and compensated on every path.

use twobus_dsp::delay_line::DelayLine;
use twobus_dsp::processor::Processor;
use twobus_dsp::smooth::Ramp;
use twobus_dsp::{Db, DeviceKind};
use twobus_render::{Purpose, Renderer};
use twobus_session::{
    AuxSend, Bus, BusKind, Device, DeviceId, LaneTarget, Output, SendId, Strip, StripId, Tap,
};

use crate::automation::lane;
use crate::support::{Random, Scene, bits, bounce};

/// A device that only delays; the latency is the gain value of the document's stand-in, in frames.
pub(crate) struct Late(pub(crate) DelayLine<f32>);

impl Processor for Late {
    fn latency_frames(&self) -> usize {
        self.0.frames()
    }
    fn is_linear(&self) -> bool {
        true
    }
    fn set(&mut self, _param: usize, _value: f64) {}
    fn reset(&mut self) {
        self.0.reset();
    }
    fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        self.0.process(left, right);
    }
}

/// A device that adds what it listens to.
struct Sum;

impl Processor for Sum {
    fn latency_frames(&self) -> usize {
        0
    }
    fn set(&mut self, _param: usize, _value: f64) {}
    fn reset(&mut self) {}
    fn process(&mut self, _left: &mut [f32], _right: &mut [f32]) {}
    fn process_keyed(&mut self, left: &mut [f32], right: &mut [f32], key: [&[f32]; 2]) {
        left.iter_mut().zip(key[0]).for_each(|(x, key)| *x += key);
        right.iter_mut().zip(key[1]).for_each(|(x, key)| *x += key);
    }
}

pub(crate) fn late(device: &Device, _rate_hz: u32) -> Box<dyn Processor> {
    if device.key.is_some() {
        return Box::new(Sum);
    }
    Box::new(Late(DelayLine::new(device.values[0] as usize)))
}

pub(crate) fn late_device(id: u32, frames: u64) -> Device {
    let mut device = Device::new(DeviceId(id), DeviceKind::Utility);
    device.values[0] = frames as f64;
    device
}

/// A random graph: tracks and buses with late devices, some of which listen to earlier strips; outputs and
/// sends only to later strips, some of them tracks.
fn random_graph(random: &mut Random) -> Scene {
    let mut scene = Scene::default();
    let (tracks, buses) = (1 + random.below(5) as u32, random.below(5) as u32);
    let mut device = 0;
    let mut send = 0;
    for id in 1..=tracks + buses {
        let mut strip = Strip::new(StripId(id), format!("S{id}"));
        for _ in 0..random.below(3) {
            device += 1;
            let most = if random.below(20) == 0 { 16_384 } else { 300 };
            let mut inserted = late_device(device, random.below(most));
            if id > 1 && random.below(4) == 0 {
                inserted.key = Some(StripId(1 + random.below(u64::from(id - 1)) as u32));
            }
            strip.inserts.push(inserted);
        }
        let first_bus = (tracks + 1).max(id + 1);
        let choices = u64::from(tracks + buses + 1 - first_bus);
        let any = |random: &mut Random| match random.below(choices + 1) {
            _ if id < tracks && random.below(5) == 0 => {
                StripId(id + 1 + random.below(u64::from(tracks - id)) as u32)
            }
            0 => StripId::MIX_BUS,
            n => StripId(first_bus + n as u32 - 1),
        };
        strip.output = Output::Strip(any(random));
        for _ in 0..random.below(3) {
            send += 1;
            let tap = if random.below(2) == 0 { Tap::Pre } else { Tap::Post };
            strip.sends.push(AuxSend {
                id: SendId(send),
                to: any(random),
                level: Db::UNITY,
                tap,
                off: false,
            });
        }
        if id <= tracks {
            let mut impulse = vec![0.0; 200];
            impulse[100] = 1.0;
            *scene.track(id, impulse.clone(), impulse) = strip;
        } else {
            scene.mix.buses.push(Bus { strip, kind: BusKind::Group });
        }
    }
    device += 1;
    scene.mix.bus.inserts.push(late_device(device, random.below(500)));
    scene
}

#[test]
fn e6_in_600_random_graphs_with_side_chains_every_path_arrives_at_the_same_frame() {
    let mut random = Random::new(66);
    let mut listeners = 0;
    for graph in 0..600 {
        let scene = random_graph(&mut random);
        let mut renderer = Renderer::new(scene.plan(Purpose::Bounce, &late).unwrap());
        let (left, right) = bounce(&mut renderer, 200);
        let arrived: Vec<usize> = (0..200).filter(|&i| left[i] != 0.0 || right[i] != 0.0).collect();
        assert_eq!(arrived, vec![100], "graph {graph}");
        // Every path carries the impulse at unity, so what arrives is their number.
        assert_eq!(left[100], paths(&scene), "graph {graph}");
        let devices = scene.mix.strips().flat_map(|strip| &strip.inserts);
        listeners += devices.filter(|device| device.key.is_some()).count();
    }
    assert!(listeners > 300, "{listeners} side-chains");
}

/// Number of paths from any track to the output.
fn paths(scene: &Scene) -> f64 {
    fn from(scene: &Scene, id: StripId) -> f64 {
        if id == StripId::MIX_BUS {
            return 1.0;
        }
        let strip = scene.mix.strip(id).unwrap();
        let Output::Strip(output) = strip.output else { return 0.0 };
        let sends = strip.sends.iter().map(|send| from(scene, send.to));
        let listens = |other: &Strip| other.inserts.iter().filter(|d| d.key == Some(id)).count();
        let heard = scene.mix.strips().map(|other| match listens(other) {
            0 => 0.0,
            count => count as f64 * from(scene, other.id),
        });
        from(scene, output) + sends.sum::<f64>() + heard.sum::<f64>()
    }
    scene.mix.tracks.iter().map(|track| from(scene, track.strip.id)).sum()
}

// track ──► late insert ──► mix bus
//   └────── polarity-inverted copy without insert ──► mix bus
#[test]
fn e6_a_late_path_and_a_dry_one_null() {
    let noise = Random::new(9).noise(30_000);
    for frames in [0, 1, 63, 64, 65, 1000, 16_384] {
        let mut scene = Scene::default();
        scene.track(1, noise.clone(), noise.clone()).inserts.push(late_device(1, frames));
        scene.track(2, noise.clone(), noise.clone()).invert = true;
        let mut renderer = Renderer::new(scene.plan(Purpose::Bounce, &late).unwrap());
        assert_eq!(renderer.plan().latency_frames(), frames);
        let (left, right) = bounce(&mut renderer, 30_000);
        assert!(left.iter().chain(&right).all(|&x| x == 0.0), "{frames}");
    }
}

/// A device of `kind` that leaves the signal as it is: with its defaults, and without its effect where it
/// is mixed with the dry signal or has a range.
fn neutral(kind: DeviceKind) -> Device {
    let mut device = Device::new(DeviceId(1), kind);
    for param in ["mix", "range"].into_iter().filter_map(|id| kind.param(id)) {
        device.values[param] = 0.0;
    }
    device
}

/// Every kind of device, neutral: its reported latency is its real one.
#[test]
fn e5_a_neutral_device_nulls_with_the_dry_signal() {
    let noise: Vec<f32> = Random::new(10).noise(20_000).iter().map(|x| x * 0.01).collect();
    for kind in DeviceKind::ALL {
        let mut scene = Scene::default();
        scene.track(1, noise.clone(), noise.clone()).inserts.push(neutral(kind));
        scene.track(2, noise.clone(), noise.clone()).invert = true;
        let (left, right) = scene.bounce(20_000);
        let peak = left.iter().chain(&right).fold(0.0_f64, |peak, x| peak.max(x.abs()));
        assert!(Db::from_gain(peak).0 <= -120.0, "{}: {}", kind.name(), Db::from_gain(peak));
    }
}

/// Lanes of every kind from the first frame on, behind latencies that fit no grid: what is late in the
/// signal is as late in its controls.
#[test]
fn e6_controls_are_as_late_as_the_signal_they_move() {
    let noise = Random::new(13).noise(6000);
    let lanes = [
        lane(LaneTarget::Fader, &[(0, -6.0), (100, 0.0), (333, -20.0), (4000, 3.0)]),
        lane(LaneTarget::Pan, &[(0, -100.0), (500, 80.0)]),
        lane(LaneTarget::Width, &[(10, 0.0), (600, 200.0)]),
        lane(LaneTarget::Mute, &[(0, 0.0), (201, 1.0), (402, 0.0)]),
        lane(LaneTarget::Send(SendId(1)), &[(0, -12.0), (450, 0.0)]),
    ];
    let rendered = |latencies: &[u64]| {
        let mut scene = Scene::default();
        let strip = scene.track(1, noise.clone(), noise.iter().map(|x| -0.3 * x).collect());
        strip.lanes.extend(lanes.clone());
        let (id, to, level) = (SendId(1), StripId(2), Db::UNITY);
        strip.sends.push(AuxSend { id, to, level, tap: Tap::Pre, off: false });
        let devices = latencies.iter().zip(1..).map(|(frames, id)| late_device(id, *frames));
        strip.inserts.extend(devices);
        let bus = Bus { strip: Strip::new(StripId(2), "Return"), kind: BusKind::Return };
        scene.mix.buses.push(bus);
        Renderer::new(scene.plan(Purpose::Bounce, &late).unwrap())
    };
    let expected = bounce(&mut rendered(&[0]), 6000);
    for latencies in [&[1][..], &[227], &[64, 13], &[777], &[5000]] {
        let mut renderer = rendered(latencies);
        assert_eq!(bounce(&mut renderer, 6000), expected, "{latencies:?}");
        // As a device plays it, in blocks of its own.
        renderer.locate(0);
        let frames = 6000 + renderer.plan().latency_frames() as usize;
        let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
        for (left, right) in left.chunks_mut(100).zip(right.chunks_mut(100)) {
            renderer.render(left, right);
        }
        assert_eq!(bits(&left[frames - 6000..]), bits(&expected.0), "{latencies:?}");
    }
}

/// A gain that does exactly what it is told, so that each frame's value can be seen.
struct Told(Ramp);

impl Processor for Told {
    fn latency_frames(&self) -> usize {
        0
    }
    fn set(&mut self, _param: usize, value: f64) {
        self.0 = Ramp::new(value);
    }
    fn glide(&mut self, _param: usize, value: f64, frames: usize) {
        self.0.set(value, frames as u32);
    }
    fn reset(&mut self) {}
    fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        for (left, right) in left.iter_mut().zip(right) {
            let gain = self.0.advance() as f32;
            (*left, *right) = (*left * gain, *right * gain);
        }
    }
}

/// Behind a latency that fits no grid: corners, a jump, and a switch, each at its frame.
#[test]
fn f5_a_device_s_lanes_act_at_their_breakpoints_and_stand_right_from_the_first_frame() {
    let ones = vec![1.0_f32; 3000];
    let rendered = |id: &str, points: &[(u64, f64)]| {
        let mut scene = Scene::default();
        let strip = scene.track(1, ones.clone(), ones.clone());
        strip.inserts.push(late_device(1, 227));
        strip.inserts.push(Device::new(DeviceId(2), DeviceKind::Utility));
        let param = twobus_session::ParamId::new(id).unwrap();
        strip.lanes.push(lane(LaneTarget::Device { device: DeviceId(2), param }, points));
        let build = |device: &Device, rate| -> Box<dyn Processor> {
            let told = || Box::new(Told(Ramp::new(0.0)));
            if device.id == DeviceId(1) { late(device, rate) } else { told() }
        };
        bounce(&mut Renderer::new(scene.plan(Purpose::Bounce, &build).unwrap()), 3000).0
    };
    let wanted = |points: &[(f64, f64)], at: f64| {
        let after = points.iter().position(|(frame, _)| *frame > at).unwrap_or(points.len());
        match (points.get(after.wrapping_sub(1)), points.get(after)) {
            (Some((f0, v0)), Some((f1, v1))) => v0 + (v1 - v0) * (at - f0) / (f1 - f0),
            (Some((_, only)), None) | (None, Some((_, only))) => *only,
            (None, None) => 0.0,
        }
    };
    let heard = rendered("gain", &[(0, 2.0), (777, 2.0), (1501, 5.0), (1502, -3.0)]);
    // A jump takes 5 ms.
    let points = [(0.0, 2.0), (777.0, 2.0), (1501.0, 5.0), (1741.0, -3.0)];
    for (frame, value) in heard.iter().enumerate() {
        let wanted = wanted(&points, frame as f64);
        assert!((value - wanted).abs() < 1e-5, "frame {frame}: {value} instead of {wanted}");
    }
    let heard = rendered("swap", &[(0, 1.0), (777, 0.0), (1501, 1.0)]);
    assert!(heard[..777].iter().chain(&heard[1501..]).all(|&x| x == 1.0));
    assert!(heard[777..1501].iter().all(|&x| x == 0.0));
}
