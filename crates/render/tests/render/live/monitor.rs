//! The monitor: after the mix, and not in it.

use twobus_dsp::Db;
use twobus_render::live::{Cue, DIM, Range, Speaker};
use twobus_render::source::MemorySource;
use twobus_session::Monitor;

use super::{FADE, SLACK, Stage, jump_db, offline, render};
use crate::determinism::busy_scene;
use crate::support::{Scene, bits, sine};

/// Frames after which a level set by hand is where it belongs.
const ARRIVED: usize = 600;

fn tone() -> (Scene, Vec<f64>, Vec<f64>) {
    let mut scene = Scene::default();
    let (left, right) = (sine(60.0, 40_000), sine(90.0, 40_000));
    let _ = scene.track(1, left.clone(), right.clone());
    let wide = |x: Vec<f32>| x.into_iter().map(f64::from).collect();
    (scene, wide(left), wide(right))
}

/// What is heard from frame 2000 on with the monitor set so, and the mix there.
fn heard(monitor: Monitor) -> [Vec<f64>; 4] {
    let (scene, left, right) = tone();
    let mut stage = Stage::new(scene);
    let _ = stage.control.play();
    let (mut l, mut r) = stage.run(1000);
    let _ = stage.control.monitor(monitor);
    let (more_l, more_r) = stage.run(4000);
    l.extend(more_l);
    r.extend(more_r);
    // The corners of short ramps; a level may fall by 0.5 dB a frame.
    let click_db = if monitor.level.is_silence() || monitor.dim { -24.5 } else { -40.0 };
    let worst = jump_db(&l).max(jump_db(&r));
    assert!(worst <= click_db, "{monitor:?}: {worst:.1} dB");
    let from = 1000 + ARRIVED;
    [&l, &r, &left, &right].map(|x| x[from..5000].to_vec())
}

#[test]
fn with_everything_off_at_0_db_no_bit_changes() {
    let mut stage = Stage::new(busy_scene());
    let _ = stage.control.monitor(Monitor::default());
    let _ = stage.control.play();
    let (played, _) = stage.run(3000);
    assert_eq!(bits(&played), bits(&render(&mut offline(&stage.scene, 0), 3000)));
}

#[test]
fn issue5_the_gain_for_comparing_is_the_monitor_s_and_leaves_the_reference_alone() {
    let (scene, left, _) = tone();
    let mut stage = Stage::new(scene);
    let _ = stage.control.play();
    let (mut l, _) = stage.run(1000);
    let _ = stage.control.offset(Db(-4.5));
    l.extend(stage.run(4000).0);
    assert!(jump_db(&l) <= -40.0, "{:.1} dB", jump_db(&l));
    let gain = Db(-4.5).to_gain();
    let from = 1000 + ARRIVED;
    assert!(l[from..5000].iter().zip(&left[from..]).all(|(x, y)| (x - gain * y).abs() < 1e-12));
    // The tap, before the monitor, has nothing of it.
    let tapped: Vec<f64> =
        std::iter::from_fn(|| stage.control.tap().pop().ok()).map(|[l, _]| f64::from(l)).collect();
    assert!(tapped[from..5000].iter().zip(&left[from..]).all(|(x, y)| (x - y).abs() < 1e-6));
    // Back at 0 dB no bit changes.
    let _ = stage.control.offset(Db::UNITY);
    let back = stage.run(3000).0;
    assert_eq!(bits(&back[ARRIVED..]), bits(&left[5000 + ARRIVED..8000]));
}

#[test]
fn a_range_is_heard_alone_without_a_click_and_then_everything_again_to_the_bit() {
    let (scene, left, _) = tone();
    let hz = 60.0;
    let peak = |x: &[f64]| x.iter().fold(0.0_f64, |peak, x| peak.max(x.abs()));
    let cases = [
        (Range::Around { hz, q: 1.0 }, (0.99, 1.01)),
        (Range::Around { hz: 64.0 * hz, q: 1.0 }, (0.0, 0.05)),
        (Range::Below(64.0 * hz), (0.99, 1.01)),
        (Range::Above(64.0 * hz), (0.0, 0.05)),
    ];
    for (range, (low, high)) in cases {
        let mut stage = Stage::new(scene.clone());
        let _ = stage.control.play();
        let mut l = stage.run(1000).0;
        let _ = stage.control.listen(Some(range));
        l.extend(stage.run(4000).0);
        let share = peak(&l[3000..5000]) / peak(&left[3000..5000]);
        assert!((low..=high).contains(&share), "{range:?}: {share}");
        let _ = stage.control.listen(None);
        l.extend(stage.run(3000).0);
        assert!(jump_db(&l) <= -40.0, "{range:?}: {:.1} dB", jump_db(&l));
        assert_eq!(bits(&l[5000 + ARRIVED..8000]), bits(&left[5000 + ARRIVED..8000]));
        // The tap has nothing of it.
        let tapped = std::iter::from_fn(|| stage.control.tap().pop().ok());
        assert!(tapped.zip(&left).all(|([l, _], x)| (f64::from(l) - x).abs() < 1e-6));
    }
}

#[test]
fn each_switch_does_what_it_says_without_a_click() {
    let close = |a: &[f64], b: &dyn Fn(usize) -> f64| {
        a.iter().enumerate().all(|(i, x)| (x - b(i)).abs() < 1e-12)
    };
    let off = Monitor::default();
    let [l, r, left, right] = heard(Monitor { level: Db(-6.0), ..off });
    let gain = Db(-6.0).to_gain();
    assert!(close(&l, &|i| left[i] * gain) && close(&r, &|i| right[i] * gain));
    let [l, r, left, right] = heard(Monitor { level: Db::SILENCE, ..off });
    assert!(l.iter().chain(&r).all(|x| *x == 0.0) && left.len() == right.len());
    let [l, r, left, right] = heard(Monitor { dim: true, ..off });
    assert!(close(&l, &|i| left[i] * DIM.to_gain()) && close(&r, &|i| right[i] * DIM.to_gain()));
    let [l, r, left, right] = heard(Monitor { mono: true, ..off });
    assert!(close(&l, &|i| 0.5 * (left[i] + right[i])) && l == r);
    let [l, r, left, right] = heard(Monitor { side: true, ..off });
    assert!(close(&l, &|i| 0.5 * (left[i] - right[i])) && l == r);
    let [also_l, ..] = heard(Monitor { side: true, mono: true, ..off });
    assert_eq!(bits(&also_l), bits(&l));
}

/// A small speaker takes away what its band does not have, a phone sums both sides, neither clicks, and gone
/// they change no bit.
#[test]
fn small_speakers_keep_their_band_and_come_and_go_without_a_click() {
    for speaker in Speaker::ALL {
        let (low_hz, high_hz) = speaker.band_hz();
        // Frequency and the gain that is expected there, with what it may be off by, in dB.
        let cases = [
            (1000.0, -0.2, 0.3),
            (low_hz, -3.0, 0.2),
            (low_hz / 4.0, -48.0, 0.5),
            (high_hz, -3.0, 0.3),
        ];
        for (hz, expected_db, off_db) in cases {
            let mut scene = Scene::default();
            let tone = sine(hz, 80_000);
            let _ = scene.track(1, tone.clone(), tone.clone());
            let mut stage = Stage::new(scene);
            let _ = stage.control.play();
            let mut played = stage.run(1000).0;
            let _ = stage.control.speaker(Some(speaker));
            played.extend(stage.run(20_000).0);
            let rms = |x: &[f64]| (x.iter().map(|x| x * x).sum::<f64>() / x.len() as f64).sqrt();
            let plain: Vec<f64> = tone[9000..21_000].iter().map(|x| f64::from(*x)).collect();
            let found_db = 20.0 * (rms(&played[9000..21_000]) / rms(&plain)).log10();
            assert!(
                (found_db - expected_db).abs() < off_db,
                "{speaker:?} {hz} Hz: {found_db:.2} dB"
            );
            let _ = stage.control.speaker(None);
            let back = stage.run(3000).0;
            let after = FADE + SLACK;
            let plain: Vec<f64> =
                tone[21_000 + after..24_000].iter().map(|x| f64::from(*x)).collect();
            assert_eq!(bits(&back[after..]), bits(&plain), "{speaker:?} {hz} Hz");
        }
    }
    let (scene, ..) = tone();
    let mut stage = Stage::new(scene);
    let _ = stage.control.play();
    let _ = stage.control.speaker(Some(Speaker::Phone));
    let (left, right) = stage.run(4000);
    assert_eq!(bits(&left[FADE + SLACK..]), bits(&right[FADE + SLACK..]), "a phone has one driver");
    assert!(jump_db(&left) <= -40.0, "{:.1} dB", jump_db(&left));
}

#[test]
fn the_reference_comes_and_goes_in_5_ms_and_stays_beside_the_song() {
    let (scene, left, _) = tone();
    let mut stage = Stage::new(scene);
    let other = sine(75.0, 40_000);
    let reference = MemorySource::mono(other.clone(), 0);
    // Without one, the switch leaves the song on.
    let _ = stage.control.monitor(Monitor { reference: true, ..Monitor::default() });
    let _ = stage.control.play();
    let mut played = stage.run(1000).0;
    assert_eq!(played, left[..1000]);
    let _ = stage.control.stop();
    played.extend(stage.run(500).0);
    let _ = stage.control.monitor(Monitor::default());
    let reference = Some(Box::new(reference) as _);
    let _ =
        stage.control.cue(Cue { start: 0, cycle: None, joins: None, sources: vec![], reference });
    let _ = stage.control.play();
    let mut played = stage.run(1000).0;
    let _ = stage.control.monitor(Monitor { reference: true, ..Monitor::default() });
    played.extend(stage.run(2000).0);
    let _ = stage.control.monitor(Monitor::default());
    played.extend(stage.run(2000).0);
    let steps = FADE + SLACK;
    assert_eq!(played[..1000], left[..1000]);
    let beside = other[1000 + steps..3000].iter().map(|x| f64::from(*x));
    assert!(played[1000 + steps..3000].iter().copied().eq(beside));
    assert_eq!(played[3000 + steps..], left[3000 + steps..5000]);
    assert!(jump_db(&played) <= -60.0, "{}", jump_db(&played));
}

#[test]
fn the_tap_has_the_mix_whatever_the_monitor_does() {
    let (scene, left, right) = tone();
    let mut stage = Stage::new(scene);
    let _ = stage.control.monitor(Monitor { level: Db(-30.0), mono: true, ..Monitor::default() });
    let _ = stage.control.play();
    let _ = stage.run(1500);
    let tapped: Vec<[f32; 2]> = std::iter::from_fn(|| stage.control.tap().pop().ok()).collect();
    let expected = left.iter().zip(&right).map(|(&l, &r)| [l as f32, r as f32]);
    assert!(tapped.iter().copied().eq(expected.take(1500)));
    // Nobody looks for a while: what does not fit is dropped and counted, and nothing waits.
    let _ = stage.run(38_000);
    assert!(stage.control.moment().untapped > 0);
}
