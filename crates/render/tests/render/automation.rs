//! Moves of controls: exact where they are drawn, smooth where they are sudden.

use realfft::RealFftPlanner;
use twobus_dsp::curve::Breakpoint;
use twobus_dsp::{Db, DeviceKind};
use twobus_render::Command;
use twobus_session::{Device, DeviceId, Lane, LaneMode, LaneTarget, StripId, TempoChange};

use crate::support::{RATE_HZ, Scene, sine};

pub(crate) fn lane(target: LaneTarget, points: &[(u64, f64)]) -> Lane {
    let points = points.iter().map(|&(frame, value)| Breakpoint { frame, value, bend: 0.0 });
    Lane { target, mode: LaneMode::Read, points: points.collect() }
}

/// Level of the largest line of the spectrum of one second of `residual`, in dBFS.
fn largest_line_db(residual: &[f64]) -> f64 {
    let mut fft = RealFftPlanner::<f64>::new();
    let fft = fft.plan_fft_forward(residual.len());
    let mut input = residual.to_vec();
    let mut lines = fft.make_output_vec();
    fft.process(&mut input, &mut lines).unwrap();
    let scale = 2.0 / residual.len() as f64;
    20.0 * lines.iter().map(|line| line.norm() * scale).fold(0.0, f64::max).log10()
}

const START: u64 = 1003;
const RAMP: u64 = 4800;

#[test]
fn f4_an_automated_fade_of_20_db_in_100_ms_has_no_zipper() {
    let tone = sine(1000.0, RATE_HZ as usize);
    let mut scene = Scene::default();
    let strip = scene.track(1, tone.clone(), tone.clone());
    strip.lanes.push(lane(LaneTarget::Fader, &[(START, 0.0), (START + RAMP, -20.0)]));
    let (left, _) = scene.bounce(u64::from(RATE_HZ));
    let ideal = |frame: u64| {
        let travelled = (frame.max(START) - START).min(RAMP) as f64 / RAMP as f64;
        Db(-20.0 * travelled).to_gain()
    };
    let residual = |(y, (x, i)): (&f64, (&f32, u64))| y - f64::from(*x) * ideal(i);
    let residual: Vec<f64> = left.iter().zip(tone.iter().zip(0..)).map(residual).collect();
    let db = largest_line_db(&residual);
    assert!(db <= -100.0, "{db}");
}

#[test]
fn f4_a_jump_of_the_fader_by_hand_takes_10_ms_in_small_steps() {
    let ones = vec![1.0_f32; 9600];
    for (from, to) in [(0.0, -20.0), (-60.0, 10.0), (0.0, f64::NEG_INFINITY)] {
        let mut scene = Scene::default();
        scene.track(1, ones.clone(), ones.clone()).fader = Db(from);
        let mut renderer = scene.renderer();
        let (mut left, mut right) = ([0.0; 9600], [0.0; 9600]);
        renderer.render(&mut left[..640], &mut right[..640]);
        renderer.apply(Command::Fader(StripId(1), Db(to)));
        renderer.render(&mut left[640..], &mut right[640..]);
        let steps = left.windows(2).filter(|pair| pair[1] > 1e-6 && pair[0] > 1e-6);
        let largest =
            steps.map(|pair| Db::from_gain(pair[1] / pair[0]).0.abs()).fold(0.0, f64::max);
        assert!(largest <= 0.5, "{largest}");
        assert_eq!(left[639], Db(from).to_gain());
        assert_eq!(left[640 + 480], Db(to).to_gain());
    }
}

#[test]
fn f6_mute_by_hand_and_by_lane_fades_over_5_ms_to_exact_silence() {
    let ones = vec![1.0_f32; 4800];
    let mut by_lane = Scene::default();
    let strip = by_lane.track(1, ones.clone(), ones.clone());
    strip.lanes.push(lane(LaneTarget::Mute, &[(0, 0.0), (1000, 1.0), (3000, 0.0)]));
    let (left, _) = by_lane.bounce(4800);
    assert_eq!((left[999], left[1000 + 240], left[2999], left[3000 + 240]), (1.0, 0.0, 0.0, 1.0));
    assert!(left[1000..1240].windows(2).all(|pair| pair[0] >= pair[1] && pair[0] - pair[1] < 0.01));

    let mut by_hand = Scene::default();
    let _ = by_hand.track(1, ones.clone(), ones);
    let mut renderer = by_hand.renderer();
    let (mut left, mut right) = ([0.0; 960], [0.0; 960]);
    renderer.apply(Command::Mute(StripId(1), true));
    renderer.render(&mut left, &mut right);
    assert!(left[0] > 0.99 && left[120] > 0.1 && left[240..].iter().all(|&x| x == 0.0));
}

#[test]
fn f5_a_breakpoint_acts_at_its_frame_whatever_the_grid() {
    for at in [1_u64, 63, 64, 65, 777, 1000] {
        let ones = vec![1.0_f32; 2000];
        let mut scene = Scene::default();
        let strip = scene.track(1, ones.clone(), ones);
        strip.lanes.push(lane(LaneTarget::Fader, &[(at, 0.0), (at + 500, -10.0)]));
        let (left, _) = scene.bounce(2000);
        let at = usize::try_from(at).unwrap();
        assert_eq!(left[at], 1.0);
        assert!(left[at + 1] < 1.0);
        assert_eq!(left[at + 500], Db(-10.0).to_gain());
        assert!((Db::from_gain(left[at + 250]).0 + 5.0).abs() < 1e-9);
    }
}

/// A lane that is switched off leaves the fader where it stands.
#[test]
fn f5_a_lane_that_is_off_is_not_read() {
    let ones = vec![1.0_f32; 256];
    let mut scene = Scene::default();
    let strip = scene.track(1, ones.clone(), ones);
    strip.lanes.push(Lane { mode: LaneMode::Off, ..lane(LaneTarget::Fader, &[(0, -20.0)]) });
    assert!(scene.bounce(256).0.iter().all(|&x| x == 1.0));
}

/// A lane on it reserves the longest look-ahead: the latency stays, and the detector waits.
#[test]
fn f5_the_look_ahead_of_a_gate_is_automated_without_a_change_of_latency() {
    let hit = |n: usize| (10_000..14_000).contains(&n) || (60_000..64_000).contains(&n);
    let hits: Vec<f32> = (0..70_000).map(|n| if hit(n) { 0.5 } else { 0.0 }).collect();
    let mut gate = Device::new(DeviceId(1), DeviceKind::Gate);
    for (id, value) in [("threshold", -30.0), ("range", 80.0), ("attack", 5.0)] {
        gate.values[DeviceKind::Gate.param(id).unwrap()] = value;
    }
    for mode in [LaneMode::Read, LaneMode::Off] {
        let mut scene = Scene::default();
        let strip = scene.track(1, hits.clone(), hits.clone());
        strip.inserts.push(gate.clone());
        let param = twobus_session::ParamId::new("lookahead").unwrap();
        let target = LaneTarget::Device { device: DeviceId(1), param };
        assert!(strip.can_move(target));
        strip.lanes.push(Lane { mode, ..lane(target, &[(0, 4.0), (40_000, 0.0)]) });
        assert_eq!(scene.renderer().plan().latency_frames(), 480);
        let (left, _) = scene.bounce(70_000);
        let looks_ahead = mode == LaneMode::Read;
        assert_eq!(left[10_000] > 0.45, looks_ahead, "{}", left[10_000]);
        assert!(left[60_000] < 0.01 && left[63_000] > 0.45, "{}", left[60_000]);
    }
}

/// An eighth at 120 beats a minute is 12 000 frames, and from the change on, at 150, 9600.
#[test]
fn l1_a_delay_in_notes_follows_the_tempo_of_the_song() {
    let mut impulses = vec![0.0; 120_000];
    (impulses[1000], impulses[70_000]) = (1.0, 1.0);
    let mut scene = Scene::default();
    let mut delay = Device::new(DeviceId(1), DeviceKind::Delay);
    let value = |name: &str| DeviceKind::Delay.param(name).unwrap();
    let eighth = DeviceKind::Delay.specs()[value("sync")].parse("1/8").unwrap();
    for (name, setting) in [("sync", eighth), ("mix", 100.0), ("feedback", 0.0), ("character", 1.0)]
    {
        delay.values[value(name)] = setting;
    }
    scene.track(1, impulses.clone(), impulses).inserts.push(delay);
    let tempo = |frame, bpm| TempoChange { frame, bpm, beats: 4, unit: 4 };
    scene.mix.timeline.tempo = vec![tempo(0, 120.0), tempo(40_000, 150.0)];
    let (left, _) = scene.bounce(120_000);
    let loudest = |from: usize, to: usize| {
        (from..to).max_by(|&a, &b| left[a].abs().total_cmp(&left[b].abs())).unwrap()
    };
    assert_eq!(loudest(0, 40_000), 13_000);
    assert_eq!(loudest(60_000, 120_000), 79_600);
}
