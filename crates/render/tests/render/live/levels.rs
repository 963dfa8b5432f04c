//! Meters: nothing is lost between two looks.

use twobus_dsp::{Db, DeviceKind};
use twobus_render::Source;
use twobus_render::live::Cue;
use twobus_render::meters::PointLevels;
use twobus_render::source::stream;
use twobus_session::{Device, DeviceId, StripId};

use super::Stage;
use crate::heap::heap_operations;
use crate::support::{RATE_HZ, Scene, sine};

#[test]
fn a_peak_of_one_frame_is_seen_however_late_one_looks() {
    let mut scene = Scene::default();
    let mut left = vec![0.0; 50_000];
    let right = left.clone();
    left[20_001] = -0.75;
    scene.track(1, left, right).fader = Db(-6.0);
    let mut stage = Stage::new(scene);
    let _ = stage.control.play();
    let _ = stage.run(48_000);
    let levels = stage.control.meter(StripId(1)).unwrap().look();
    let expected = (0.75 * Db(-6.0).to_gain()) as f32;
    assert_eq!(levels.peaks, [expected, 0.0]);
    let again = stage.control.meter(StripId(1)).unwrap().look();
    assert_eq!(again.peaks, [0.0, 0.0]);
    assert_eq!(again.squares, levels.squares);
}

#[test]
fn power_is_that_of_all_frames_between_two_looks() {
    let mut scene = Scene::default();
    let rate = RATE_HZ as usize;
    scene.track(1, sine(1000.0, 3 * rate), vec![0.0; 3 * rate]).pan = -30.0;
    let mut stage = Stage::new(scene);
    let _ = stage.control.play();
    let first = stage.control.meter(StripId(1)).unwrap().look();
    let _ = stage.run(rate);
    let second = stage.control.meter(StripId(1)).unwrap().look();
    let power = second.power_since(&first);
    assert!((Db::from_power(power[0]).0 + 3.01).abs() < 0.01, "{power:?}");
    assert_eq!(power[1], 0.0);
    assert!(second.frames.abs_diff(RATE_HZ.into()) < 64);
}

#[test]
fn overs_gain_reduction_and_the_mix_bus_are_shown() {
    let mut scene = Scene::default();
    let mut loud = vec![0.1_f32; 40_000];
    loud[100..103].fill(1.0);
    scene.track(1, loud.clone(), loud).trim = Db(0.0);
    let mut limiter = Device::new(DeviceId(4), DeviceKind::Limiter);
    limiter.values[DeviceKind::Limiter.param("drive").unwrap()] = 6.0;
    scene.mix.bus.inserts.push(Device::new(DeviceId(3), DeviceKind::Utility));
    scene.mix.bus.inserts.push(limiter);
    let mut stage = Stage::new(scene);
    let _ = stage.control.play();
    let _ = stage.run(9000);
    assert_eq!(stage.control.meter(StripId(1)).unwrap().look().overs, 3);
    let bus = stage.control.meter(StripId::MIX_BUS).unwrap().look();
    assert_eq!(bus.overs, 0);
    assert_eq!(bus.reductions_db[0], 0.0);
    // 6 dB of drive on a full-scale peak, higher still between its samples, under a ceiling of −1 dB.
    assert!((7.0..8.0).contains(&bus.reductions_db[1]), "{}", bus.reductions_db[1]);
    let later = stage.control.meter(StripId::MIX_BUS).unwrap().look();
    assert_eq!(later.reductions_db[1], 0.0);
}

#[test]
fn levels_along_a_chain_are_those_before_and_after_each_device_and_cost_nothing_unwatched() {
    let mut scene = Scene::default();
    let rate = RATE_HZ as usize;
    let strip = scene.track(1, sine(1000.0, 3 * rate), vec![0.25; 3 * rate]);
    for (id, gain) in [(1, -6.0), (2, -14.0)] {
        let mut utility = Device::new(DeviceId(id), DeviceKind::Utility);
        utility.values[DeviceKind::Utility.param("gain").unwrap()] = gain;
        strip.inserts.push(utility);
    }
    let mut stage = Stage::new(scene);
    let _ = stage.control.play();
    let _ = stage.run(rate / 2);
    let unwatched = stage.control.meter(StripId(1)).unwrap().look_along();
    assert!(unwatched.iter().all(|point| point.frames == 0 && point.peaks == [0.0; 2]));
    stage.control.meter(StripId(1)).unwrap().watch(true);
    let (mut left, mut right) = ([0.0; 333], [0.0; 333]);
    for _ in 0..rate / 333 {
        assert_eq!(heap_operations(|| stage.player.fill(&mut left, &mut right)), 0);
    }
    let points = stage.control.meter(StripId(1)).unwrap().look_along();
    for (point, expected) in points.iter().zip([0.0, -6.0, -20.0]) {
        let db = |peak: f32| Db::from_gain(peak.into()).0;
        assert!((db(point.peaks[0]) - expected).abs() < 0.01, "{point:?}");
        assert!((db(point.peaks[1]) - expected + 12.041).abs() < 0.01, "{point:?}");
        let power = point.power_since(&PointLevels::default());
        assert!((Db::from_power(power[0]).0 - expected + 3.01).abs() < 0.01, "{power:?}");
    }
    assert!(points[3..].iter().all(|point| point.frames == 0));
    // It stays watched over a change of plan, until it is no longer.
    let _ = stage.scene.track(2, vec![0.0; 100], vec![0.0; 100]);
    let _ = stage.swap();
    let _ = stage.run(2000);
    let meter = stage.control.meter(StripId(1)).unwrap();
    assert!(meter.look_along()[2].frames > points[2].frames);
    meter.watch(false);
    let before = meter.look_along()[2].frames;
    let _ = stage.run(2000);
    assert_eq!(stage.control.meter(StripId(1)).unwrap().look_along()[2].frames, before);
}

#[test]
fn meters_stay_with_their_strips_over_a_swap() {
    let mut scene = Scene::default();
    let _ = scene.track(1, sine(100.0, 20_000), sine(100.0, 20_000));
    let mut stage = Stage::new(scene);
    let _ = stage.control.play();
    let _ = stage.run(2000);
    let before = stage.control.meter(StripId(1)).unwrap().look();
    let _ = stage.scene.track(2, sine(50.0, 20_000), sine(50.0, 20_000));
    let _ = stage.swap();
    let _ = stage.run(2000);
    let after = stage.control.meter(StripId(1)).unwrap().look();
    assert!(after.frames > before.frames && after.squares[0] > before.squares[0]);
    assert!(stage.control.meter(StripId(2)).unwrap().look().peaks[0] > 0.9);
    let _gone = stage.scene.mix.tracks.pop().unwrap();
    let _ = stage.swap();
    assert!(stage.control.meter(StripId(2)).is_none());
}

#[test]
fn r46_a_stream_that_starves_is_silent_counted_and_comes_back_in_its_place() {
    let mut scene = Scene::default();
    let _ = scene.track(1, Vec::new(), Vec::new());
    let mut stage = Stage::new(scene);
    let ramp = |frame: usize| frame as f32 / 65_536.0;
    let (mut writer, source) = stream(4096, true);
    let mut at = 0;
    let mut fill = |frames: usize| {
        let filled = writer.write(frames, |done, left, _| {
            left.iter_mut().zip(at + done..).for_each(|(x, frame)| *x = ramp(frame));
            Ok::<(), ()>(())
        });
        assert_eq!(filled, Ok(()));
        at += frames;
    };
    let sources = vec![(StripId(1), Box::new(source) as Box<dyn Source>)];
    let _ = stage.control.cue(Cue { start: 0, cycle: None, joins: None, sources, reference: None });
    let _ = stage.control.play();
    fill(1024);
    let (played, _) = stage.run(2048);
    let in_time = |x: &[f64], from: usize| {
        x.iter().zip(from..).all(|(x, frame)| *x == f64::from(ramp(frame)))
    };
    assert!(in_time(&played[..1024], 0) && played[1024..].iter().all(|x| *x == 0.0));
    assert_eq!(stage.control.meter(StripId(1)).unwrap().look().starved, 1024);
    fill(3000);
    let (played, _) = stage.run(1500);
    assert!(in_time(&played, 2048));
    assert_eq!(stage.control.meter(StripId(1)).unwrap().look().starved, 1024);
}
