//! The look at a device while it plays.

use twobus_dsp::meter::spectrum::{Averaging, Spectrum};
use twobus_dsp::{Db, DeviceKind};
use twobus_render::Probed;
use twobus_session::{Device, DeviceId, StripId};

use super::Stage;
use crate::heap::heap_operations;
use crate::support::{RATE_HZ, Random, Scene, sine};

/// A track of noise whose second device turns it down by 6 dB.
fn stage() -> (Stage, Vec<f32>) {
    let mut scene = Scene::default();
    let noise = Random::new(5).noise(60_000);
    let mut utility = Device::new(DeviceId(2), DeviceKind::Utility);
    utility.values[DeviceKind::Utility.param("gain").unwrap()] = -6.0;
    let strip = scene.track(1, noise.clone(), noise.iter().map(|x| -x).collect());
    strip.inserts.push(Device::new(DeviceId(1), DeviceKind::Equalizer));
    strip.inserts.push(utility);
    (Stage::new(scene), noise)
}

#[test]
fn a7_what_a_scope_gets_is_the_signal_before_and_after_frame_by_frame() {
    let (mut stage, noise) = stage();
    let mut look = stage.control.probe(StripId(1), DeviceId(2)).unwrap();
    let _ = stage.control.play();
    let mut seen: Vec<Probed> = Vec::new();
    for part in 0..30 {
        if part == 12 {
            // Another plan takes over, and the look stays.
            let _ = stage.scene.track(2, vec![0.0; 60_000], vec![0.0; 60_000]);
            let _ = stage.swap();
        }
        let _ = stage.run(1000);
        seen.extend(std::iter::from_fn(|| look.frames.pop().ok()));
    }
    assert!(seen.len() >= 30_000);
    let gain = Db(-6.0).to_gain() as f32;
    let expected = |&x: &f32| {
        let after = x * gain;
        Probed { before: [x, -x], after: [after, -after] }
    };
    let close =
        |(a, b): (&Probed, Probed)| a.before == b.before && (a.after[0] - b.after[0]).abs() < 1e-6;
    // The gain runs to its value from where it begins, at it.
    assert!(seen.iter().zip(noise.iter().map(expected)).all(close));

    let spectrum = |signal: &dyn Fn(usize) -> f32| {
        let mut spectrum = Spectrum::new(f64::from(RATE_HZ), Averaging::Infinite);
        let samples: Vec<f32> = (0..seen.len()).map(signal).collect();
        spectrum.push(&samples, &samples);
        spectrum
    };
    let (live, offline) = (spectrum(&|n| seen[n].before[0]), spectrum(&|n| noise[n]));
    let equal = (0..live.length() / 2).all(|bin| live.tone_db(bin) == offline.tone_db(bin));
    assert!(equal);
}

#[test]
fn e11_a_look_that_begins_ends_and_is_not_taken_costs_the_audio_thread_no_heap() {
    let (mut stage, _) = stage();
    let _ = stage.control.play();
    let _ = stage.run(500);
    let first = stage.control.probe(StripId(1), DeviceId(1)).unwrap();
    let (mut left, mut right) = ([0.0; 333], [0.0; 333]);
    for turn in 0..120 {
        let second = (turn == 60).then(|| stage.control.probe(StripId(1), DeviceId(2)).unwrap());
        let fill = || stage.player.fill(&mut left, &mut right);
        assert_eq!(heap_operations(fill), 0);
        stage.control.poll();
        assert_eq!(second.is_some(), turn == 60);
    }
    assert!(first.frames.is_abandoned());
    stage.control.unprobe(StripId(1));
    assert_eq!(heap_operations(|| stage.player.fill(&mut left, &mut right)), 0);
    assert!(stage.control.probe(StripId(99), DeviceId(1)).is_none());
}

#[test]
fn q8_a_look_shows_what_the_bands_of_an_equalizer_do() {
    let mut equalizer = Device::new(DeviceId(3), DeviceKind::Equalizer);
    let settings = [("b4_dynamic", 1.0), ("b4_threshold", -30.0), ("b4_range", -9.0)];
    for (id, value) in settings.into_iter().chain([("b4_ratio", 20.0), ("b4_release", 1000.0)]) {
        equalizer.values[DeviceKind::Equalizer.param(id).unwrap()] = value;
    }
    let mut scene = Scene::default();
    let tone = sine(700.0, 90_000);
    scene.track(1, tone.clone(), tone).inserts.push(equalizer);
    let mut stage = Stage::new(scene);
    let look = stage.control.probe(StripId(1), DeviceId(3)).unwrap();
    assert_eq!(look.band_gains_db(), [0.0; 8]);
    let _ = stage.control.play();
    let _ = stage.run(30_000);
    let moved = look.band_gains_db();
    assert!((moved[3] + 9.0).abs() < 0.01 && moved.iter().sum::<f32>() == moved[3], "{moved:?}");
    let reduction = stage.control.meter(StripId(1)).unwrap().look().reductions_db[0];
    assert!((reduction - 9.0).abs() < 0.01, "{reduction}");
    // Bypassed, it does nothing.
    stage.scene.mix.tracks[0].strip.inserts[0].bypass = true;
    let _ = stage.swap();
    let _ = stage.run(30_000);
    assert_eq!(look.band_gains_db(), [0.0; 8]);
}
