//! Bypass: no click, no change of latency, and nothing done to the signal.

use twobus_dsp::DeviceKind;
use twobus_dsp::delay_line::DelayLine;
use twobus_dsp::processor::Processor;
use twobus_render::compile::build_device;
use twobus_render::{Command, Purpose, Renderer};
use twobus_session::{Device, DeviceId, StripId};

use crate::latency::{Late, late, late_device};
use crate::support::{Random, Scene, bounce, sine};

#[test]
fn e7_a_bypassed_device_is_its_delayed_input_bit_for_bit() {
    let noise = Random::new(12).noise(9000);
    let mut plain = Scene::default();
    let _ = plain.track(1, noise.clone(), noise.clone());
    let mut bypassed = plain.clone();
    let mut device = late_device(1, 777);
    device.bypass = true;
    bypassed.mix.tracks[0].strip.inserts.push(device);
    let mut renderer = Renderer::new(bypassed.plan(Purpose::Bounce, &late).unwrap());
    assert_eq!(renderer.plan().latency_frames(), 777);
    assert_eq!(bounce(&mut renderer, 9000), plain.bounce(9000));
}

/// A device that halves, so that bypass is heard as a change of level.
struct Half(Late);

impl Processor for Half {
    fn latency_frames(&self) -> usize {
        self.0.latency_frames()
    }
    fn set(&mut self, _param: usize, _value: f64) {}
    fn reset(&mut self) {
        self.0.reset();
    }
    fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        self.0.process(left, right);
        left.iter_mut().chain(right).for_each(|x| *x *= 0.5);
    }
}

#[test]
fn e7_bypass_on_and_off_again_is_a_cross_fade_without_a_gap() {
    for latency in [0, 300] {
        let ones = vec![1.0_f32; 40_000];
        let mut scene = Scene::default();
        let strip = scene.track(1, ones.clone(), ones);
        strip.inserts.push(late_device(1, latency));
        let build = |device: &Device, rate| -> Box<dyn Processor> {
            let _ = late(device, rate);
            Box::new(Half(Late(DelayLine::new(device.values[0] as usize))))
        };
        let mut renderer = Renderer::new(scene.plan(Purpose::Playback, &build).unwrap());
        let (mut left, mut right) = (vec![0.0; 32_000], vec![0.0; 32_000]);
        for (i, on) in [(0, false), (1, true), (2, false), (3, true)] {
            renderer.apply(Command::Bypass(StripId(1), DeviceId(1), on));
            let block = i * 8000..(i + 1) * 8000;
            renderer.render(&mut left[block.clone()], &mut right[block]);
        }
        let heard = &left[1000..];
        assert!(heard.iter().all(|&x| (0.5..=1.0).contains(&x)), "{latency}");
        assert!(heard.windows(2).all(|pair| (pair[0] - pair[1]).abs() < 0.002), "{latency}");
        assert_eq!((left[15_999], left[23_999]), (1.0, 0.5));
    }
}

/// A device of `kind` that does something to a low tone; a de-esser does not.
fn at_work(kind: DeviceKind) -> Device {
    let settings: &[(&str, f64)] = match kind {
        DeviceKind::Utility => &[("gain", -6.0)],
        DeviceKind::Equalizer => &[("b2_gain", 6.0), ("b5_gain", -6.0)],
        DeviceKind::Compressor => &[("threshold", -40.0)],
        DeviceKind::Gate => &[("threshold", 0.0), ("lookahead", 2.0)],
        DeviceKind::DeEsser => &[("threshold", -40.0)],
        DeviceKind::Saturator => &[("drive", 12.0), ("auto_level", 0.0)],
        DeviceKind::Clipper => &[("drive", 6.0), ("ceiling", -12.0), ("auto_level", 0.0)],
        DeviceKind::Multiband => &[("threshold_1", -40.0), ("threshold_2", -40.0)],
        DeviceKind::Stereo => &[("width", 0.0)],
        DeviceKind::Limiter => &[("drive", 6.0), ("ceiling", -12.0)],
        DeviceKind::Delay | DeviceKind::Reverb => &[("mix", 50.0)],
    };
    let mut device = Device::new(DeviceId(1), kind);
    for (id, value) in settings {
        device.values[kind.param(id).unwrap()] = *value;
    }
    device
}

/// Largest step of the slope, of which a jump is one and a low tone has hardly any.
fn bend(samples: &[f64]) -> f64 {
    samples.windows(3).map(|w| (w[2] - 2.0 * w[1] + w[0]).abs()).fold(0.0, f64::max)
}

#[test]
fn e7_every_kind_of_device_is_bypassed_without_a_click_or_a_change_of_latency() {
    // The tone is at its peak where the device comes back.
    const PART: usize = 24_080;
    let tone: Vec<f32> = sine(50.0, 6 * PART).iter().map(|x| 0.25 * x).collect();
    for kind in DeviceKind::ALL {
        let mut scene = Scene::default();
        let right = tone.iter().map(|x| -0.5 * x).collect();
        scene.track(1, tone.clone(), right).inserts.push(at_work(kind));
        let plan = scene.plan(Purpose::Playback, &build_device).unwrap();
        let latency = plan.latency_frames() as usize;
        let mut renderer = Renderer::new(plan);
        scene.mix.tracks[0].strip.inserts[0].bypass = true;
        let bypassed = scene.plan(Purpose::Playback, &build_device).unwrap();
        assert_eq!(bypassed.latency_frames() as usize, latency, "{}", kind.name());

        // On, on, bypassed, on, bypassed: the first part is left to its beginnings.
        let (mut left, mut right) = (vec![0.0; 5 * PART], vec![0.0; 5 * PART]);
        for (part, on) in [false, false, true, false, true].into_iter().enumerate() {
            renderer.apply(Command::Bypass(StripId(1), DeviceId(1), on));
            let part = part * PART..(part + 1) * PART;
            renderer.render(&mut left[part.clone()], &mut right[part]);
        }
        let dry = |n: usize| f64::from(tone[n - latency]);
        // Bypassed, it is the delayed input to the bit, 10 ms and a block of the grid after the switch.
        for part in [2, 4] {
            let after = part * PART + 480 + 64..(part + 1) * PART;
            assert!(after.into_iter().all(|n| left[n] == dry(n)), "{}", kind.name());
        }
        // On, it does something, and no switch bends the signal more than that does.
        let works = (PART..2 * PART).any(|n| (left[n] - dry(n)).abs() > 1e-3);
        assert!(works || kind == DeviceKind::DeEsser, "{}", kind.name());
        for channel in [&left, &right] {
            let (own, all) = (bend(&channel[PART..2 * PART]), bend(&channel[PART..]));
            let click_db = 20.0 * (all - own).log10();
            assert!(click_db <= -60.0, "{}: {click_db:.1} dBFS", kind.name());
        }
    }
}
