//! A player whom other threads help.
#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "a test that calls back at the pace of a device has to wait"
)]

use std::time::{Duration, Instant};

use twobus_dsp::DeviceKind;
use twobus_session::{Device, DeviceId};

use super::Stage;
use crate::determinism::heavy_scene;
use crate::heap::heap_operations;
use crate::support::bits;

const FRAMES: usize = 6000;

/// Plays, is changed meanwhile, and goes back; all of it has to come out the same.
fn played(threads: usize) -> Vec<u64> {
    let mut stage = Stage::with_crew(heavy_scene(), threads);
    let _ = stage.control.play();
    let mut all = Vec::new();
    for round in 0..4 {
        let (left, right) = stage.run(FRAMES);
        all.extend(bits(&left).into_iter().chain(bits(&right)));
        match round {
            0 => {
                let limiter = Device::new(DeviceId(90), DeviceKind::Limiter);
                stage.scene.mix.bus.inserts.push(limiter);
                let _ = stage.swap();
            }
            1 => drop(stage.cue(1000, None, None)),
            _ => drop(stage.scene.mix.tracks[2].strip.inserts.pop()),
        }
    }
    all
}

#[test]
fn e3_e11_a_player_with_any_number_of_threads_puts_out_the_same_bits() {
    let one = played(1);
    for threads in [2, 3, 8] {
        assert!(played(threads) == one, "{threads} threads");
    }
}

#[test]
fn e11_r39_a_player_with_helpers_leaves_the_heap_alone() {
    let mut stage = Stage::with_crew(heavy_scene(), 3);
    let _ = stage.control.play();
    let (mut left, mut right) = ([0.0; 177], [0.0; 177]);
    for _ in 0..60 {
        let fill = || stage.player.fill(&mut left, &mut right);
        assert_eq!(heap_operations(fill), 0);
        stage.control.poll();
    }
}

/// Callbacks in the time of a device, with standstills in between, which send helpers to sleep: what is heard
/// does not depend on who is awake.
#[test]
fn e3_helpers_that_sleep_change_nothing() {
    let render = |threads: usize, pauses: bool| {
        let mut stage = Stage::with_crew(heavy_scene(), threads);
        let _ = stage.control.play();
        let (mut all, mut next) = (Vec::new(), Instant::now());
        for callback in 1..=60 {
            let (mut left, mut right) = ([0.0; 64], [0.0; 64]);
            stage.player.fill(&mut left, &mut right);
            all.extend(bits(&left).into_iter().chain(bits(&right)));
            let pause = if pauses && callback % 20 == 0 { 300_000 } else { 1333 };
            next += Duration::from_micros(pause);
            std::thread::sleep(next.saturating_duration_since(Instant::now()));
            stage.control.poll();
        }
        all
    };
    assert!(render(3, true) == render(1, false));
}
