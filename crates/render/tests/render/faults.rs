//! Numbers that are none: contained where they arise.

use twobus_dsp::processor::Processor;
use twobus_dsp::{Db, DeviceKind};
use twobus_render::compile::build_device;
use twobus_render::{Fault, Purpose, Renderer};
use twobus_session::{Bus, BusKind, Device, DeviceId, Output, Strip, StripId};

use crate::support::{RATE_HZ, Random, Scene, bounce};

const SPECIALS: [f32; 4] = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e38];

#[test]
fn e9_r31_one_special_sample_in_one_track_leaves_the_others_bit_identical() {
    let mut random = Random::new(21);
    for special in SPECIALS {
        let clean = random.noise(4000);
        let mut poisoned = random.noise(4000);
        poisoned[2000] = special;
        let mut alone = Scene::default();
        let _ = alone.track(1, clean.clone(), clean);
        let mut both = alone.clone();
        let strip = both.track(2, poisoned.clone(), poisoned);
        strip.trim = Db(24.0);
        strip.inserts.push(Device::new(DeviceId(1), DeviceKind::Utility));
        strip.inserts[0].values[0] = 24.0;
        strip.output = Output::Strip(StripId(3));
        let group = Strip { output: Output::Nowhere, ..Strip::new(StripId(3), "Group") };
        both.mix.buses.push(Bus { strip: group, kind: BusKind::Group });
        let mut renderer = both.renderer();
        assert_eq!(bounce(&mut renderer, 4000), alone.bounce(4000));
        let faults: Vec<Fault> = renderer.plan().faults().collect();
        assert!(faults.iter().all(|fault| fault.strip == StripId(2)));
        assert_eq!(faults.iter().map(|fault| fault.blocks).sum::<u32>(), 1, "{special}");
    }
}

#[test]
fn e9_r31_the_output_is_finite_at_all_times_and_clean_one_block_later() {
    for special in SPECIALS {
        let mut samples = vec![0.25_f32; 4000];
        samples[1000] = special;
        let mut scene = Scene::default();
        for id in 1..=3 {
            let strip = scene.track(id, samples.clone(), samples.clone());
            strip.trim = Db(24.0);
            strip.fader = Db(10.0);
            strip.inserts.push(Device::new(DeviceId(id), DeviceKind::Utility));
        }
        let (left, right) = scene.bounce(4000);
        let as_file: Vec<f32> = left.iter().chain(&right).map(|&x| x as f32).collect();
        assert!(as_file.iter().all(|x| x.is_finite()), "{special}");
        assert!((left[1100] - left[900]).abs() < 1e-9, "{special}");
    }
}

/// Turns everything into NaN from its 100th block on until it is reset.
struct Sick {
    blocks: u32,
}

impl Processor for Sick {
    fn latency_frames(&self) -> usize {
        0
    }
    fn set(&mut self, _param: usize, _value: f64) {}
    fn reset(&mut self) {
        self.blocks = 0;
    }
    fn process(&mut self, left: &mut [f32], _right: &mut [f32]) {
        self.blocks += 1;
        if self.blocks > 100 {
            left[0] = f32::NAN;
        }
    }
}

#[test]
fn e9_r31_a_device_that_fails_is_silenced_named_and_reset() {
    let ones = vec![1.0_f32; 64 * 150];
    let mut scene = Scene::default();
    let strip = scene.track(1, ones.clone(), ones.clone());
    strip.inserts.push(Device::new(DeviceId(7), DeviceKind::Utility));
    let build = |_: &Device, _: u32| -> Box<dyn Processor> { Box::new(Sick { blocks: 0 }) };
    let mut renderer = Renderer::new(scene.plan(Purpose::Bounce, &build).unwrap());
    let (left, _) = bounce(&mut renderer, 64 * 150);
    assert!(left[64 * 100..64 * 101].iter().all(|&x| x == 0.0));
    assert!(left[64 * 101..].iter().chain(&left[..64 * 100]).all(|&x| x == 1.0));
    let expected = Fault { strip: StripId(1), device: Some(DeviceId(7)), blocks: 1 };
    assert_eq!(renderer.plan().faults().collect::<Vec<_>>(), vec![expected]);
}

/// Each kind of device, each parameter, at random, extreme and impossible values.
#[test]
fn e12_no_value_of_any_parameter_breaks_a_device() {
    let rounds = if std::env::var_os("TWOBUS_FULL").is_some() { 100_000 } else { 3000 };
    for kind in DeviceKind::ALL {
        let mut random = Random::new(31);
        let mut device = build_device(&Device::new(DeviceId(1), kind), RATE_HZ);
        for round in 0..rounds {
            let param = random.below(kind.specs().len() as u64) as usize;
            let spec = &kind.specs()[param];
            let extremes = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1e300, 1e300, 0.0];
            let value = match random.below(3) {
                0 => extremes[random.below(6) as usize],
                1 => *if random.below(2) == 0 { spec.range.start() } else { spec.range.end() },
                _ => spec.from_travel(f64::from(random.sample()).abs()),
            };
            device.set(param, value);
            let (mut left, mut right) = (random.noise(64), random.noise(64));
            device.process(&mut left, &mut right);
            let loudest = left.iter().chain(&right).fold(0.0_f32, |peak, x| peak.max(x.abs()));
            assert!(left.iter().chain(&right).all(|x| x.is_finite()), "{} {round}", kind.name());
            // 40 dB above the input, but for devices whose gains, or gains and resonances, say more.
            let bound = match kind {
                DeviceKind::Equalizer => f32::MAX,
                // Make-up of 24 dB, and an automatic one of up to 30.
                DeviceKind::Compressor => Db(24.0 + 30.0).to_gain() as f32,
                _ => 100.0,
            };
            assert!(loudest <= bound, "{} {} {value}: {loudest}", kind.name(), spec.id);
        }
    }
}
