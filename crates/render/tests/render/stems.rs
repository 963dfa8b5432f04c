//! Stems of the same pass.

use twobus_dsp::{Db, DeviceKind};
use twobus_render::compile::build_device;
use twobus_render::offline::Span;
use twobus_render::{Purpose, Renderer};
use twobus_session::{Device, DeviceId};

use crate::support::{Scene, bounce_all, null_db};

/// Largest difference between the print and the sum of the stems as 32-bit files, in dB.
fn residual_db(scene: &Scene) -> (f64, bool) {
    let mut renderer = Renderer::new(scene.plan(Purpose::Stems, &build_device).unwrap());
    assert!(!renderer.plan().stem_names().is_empty());
    let outputs = bounce_all(&mut renderer, Span::Exactly { start: 0, end: 15_000 });
    let as_file =
        |samples: &[f64]| samples.iter().map(|&x| f64::from(x as f32)).collect::<Vec<_>>();
    let mut sum = vec![0.0; outputs[0].0.len()];
    for (left, _) in &outputs[1..] {
        sum.iter_mut().zip(as_file(left)).for_each(|(sum, x)| *sum += x);
    }
    (null_db(&as_file(&outputs[0].0), &sum), renderer.plan().stems_pass_inserts())
}

#[test]
fn stems_null_against_the_print_where_the_mix_bus_is_linear() {
    let mut scene = crate::determinism::busy_scene();
    scene.mix.bus.inserts.clear();
    scene.mix.bus.fader = Db(-2.5);
    scene.mix.bus.width = 80.0;
    scene.mix.bus.inserts.push(Device::new(DeviceId(9), DeviceKind::Utility));
    let (residual, through_devices) = residual_db(&scene);
    assert!(through_devices);
    assert!(residual <= -120.0, "{residual}");
}

#[test]
fn stems_of_a_mix_bus_with_a_limiter_leave_it_out_and_stay_in_time() {
    let mut scene = crate::determinism::busy_scene();
    let (_, through_devices) = residual_db(&scene);
    assert!(!through_devices);
    // With the limiter's stand-in neutral in level, the stems line up with the print.
    for bus in &mut scene.mix.buses {
        bus.strip.fader = Db(-40.0);
    }
    scene.mix.bus.inserts[0]
        .values
        .iter_mut()
        .zip(DeviceKind::Limiter.specs())
        .for_each(|(v, s)| *v = s.default);
    let (residual, _) = residual_db(&scene);
    assert!(residual <= -120.0, "{residual}");
}

#[test]
fn the_print_is_the_same_with_and_without_stems() {
    let scene = crate::determinism::busy_scene();
    let mut renderer = Renderer::new(scene.plan(Purpose::Stems, &build_device).unwrap());
    let outputs = bounce_all(&mut renderer, Span::Exactly { start: 0, end: 15_000 });
    assert_eq!(outputs[0], scene.bounce(15_000));
}

#[test]
fn dsp19_what_tracks_and_returns_give_sums_to_the_print_through_their_groups() {
    let mut scene = crate::determinism::busy_scene();
    scene.mix.bus.inserts.clear();
    scene.mix.bus.fader = Db(-2.5);
    for bus in &mut scene.mix.buses {
        bus.strip.inserts.clear();
    }
    let mut renderer = Renderer::new(scene.plan(Purpose::Tracks, &build_device).unwrap());
    let strips = renderer.plan().stem_strips().to_vec();
    assert!(scene.mix.tracks.iter().all(|track| strips.contains(&track.strip.id)));
    let outputs = bounce_all(&mut renderer, Span::Exactly { start: 0, end: 15_000 });
    assert_eq!(outputs.len(), strips.len() + 1);
    let mut sum = vec![0.0; outputs[0].0.len()];
    for (left, _) in &outputs[1..] {
        sum.iter_mut().zip(left).for_each(|(sum, x)| *sum += x);
    }
    let residual = null_db(&outputs[0].0, &sum);
    assert!(residual <= -120.0, "{residual}");
    assert_eq!(outputs[0], scene.bounce(15_000));
}
