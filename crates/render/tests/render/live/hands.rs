//! Hands at automated controls: what the player says was heard, written into the lane, is heard again.

use twobus_dsp::{Db, DeviceKind};
use twobus_render::compile::build_device;
use twobus_render::{Command, Purpose, RETURN_S, Renderer};
use twobus_session::automation::{LEVEL_ERROR_DB, TRAVEL_ERROR, overwrite};
use twobus_session::{
    AuxSend, Bus, BusKind, Device, DeviceId, Lane, LaneEdit, LaneTarget, Output, ParamId,
    Recording, SendId, Strip, StripId, Tap,
};

use super::{Stage, offline, render};
use crate::automation::lane;
use crate::support::{RATE_HZ, Random, Scene};

const FRAMES: usize = 40_000;
const ID: StripId = StripId(1);
const DEVICE: DeviceId = DeviceId(2);

/// Constant sides of different size, behind a limiter that only makes them late, then through a gain.
fn scene(lanes: Vec<Lane>) -> Scene {
    let mut scene = Scene::default();
    let strip = scene.track(1, vec![0.2; FRAMES], vec![-0.1; FRAMES]);
    strip.inserts.push(Device::new(DeviceId(1), DeviceKind::Limiter));
    strip.inserts.push(Device::new(DEVICE, DeviceKind::Utility));
    strip.lanes = lanes;
    // The send alone is heard where the send is tested.
    let targets: Vec<LaneTarget> = strip.lanes.iter().map(|lane| lane.target).collect();
    if targets.contains(&LaneTarget::Send(SendId(1))) {
        strip.output = Output::Nowhere;
    }
    let (id, to, level) = (SendId(1), StripId(20), Db::UNITY);
    strip.sends.push(AuxSend { id, to, level, tap: Tap::Pre, off: false });
    let bus = Strip::new(to, "Return");
    scene.mix.buses.push(Bus { strip: bus, kind: BusKind::Return });
    if !targets.contains(&LaneTarget::Send(SendId(1))) {
        scene.mix.tracks[0].strip.sends[0].level = Db::SILENCE;
    }
    scene
}

fn command(target: LaneTarget, value: f64) -> Command {
    match target {
        LaneTarget::Fader => Command::Fader(ID, Db(value)),
        LaneTarget::Pan => Command::Pan(ID, value),
        LaneTarget::Width => Command::Width(ID, value),
        LaneTarget::Mute => Command::Mute(ID, value >= 0.5),
        LaneTarget::Send(send) => Command::Send(ID, send, Db(value)),
        LaneTarget::Device { device, param } => {
            let index = DeviceKind::Utility.param(param.as_str()).unwrap();
            Command::Param(ID, device, index, value)
        }
    }
}

/// A player whose messages' strokes become a recording.
struct Take {
    stage: Stage,
    target: LaneTarget,
    recording: Option<Recording>,
    played: Vec<f64>,
    end: i64,
}

impl Take {
    /// Says `command`, lets it act, and keeps what that is heard as.
    fn say(&mut self, command: Command, frames: usize) {
        let serial = self.stage.control.change(command);
        self.played.extend(self.stage.run(frames).0);
        let stroke = self.stage.taken(serial).stroke.unwrap();
        let control = self.stage.scene.mix.tracks[0].strip.control(self.target).unwrap();
        match &mut self.recording {
            Some(recording) => {
                recording.stroke(stroke.frame, stroke.from, stroke.to, stroke.frames);
            }
            None => {
                let runs = control.interpolation();
                self.recording = Some(Recording::new(runs, stroke.frame, stroke.from));
            }
        }
        self.end = stroke.frame + i64::from(stroke.frames);
    }
}

/// Plays `scene` with a hand at `target`, and returns what was heard of the left side, the scene with what
/// was written of that, and how late the output is.
fn played(scene: Scene, target: LaneTarget, values: &[f64]) -> (Vec<f64>, Scene, usize) {
    let mut stage = Stage::new(scene);
    let late = stage.control.lag_frames(ID, LaneTarget::Fader).unwrap() as usize;
    let _ = stage.control.play();
    let played = stage.run(5000).0;
    let mut take = Take { stage, target, recording: None, played, end: 0 };
    take.say(Command::Take(ID, target), 900);
    for (value, frames) in values.iter().zip([800, 100, 2000, 700].into_iter().cycle()) {
        take.say(command(target, *value), frames);
    }
    take.say(Command::Let(ID, target), 3000);
    let rest = FRAMES - take.played.len();
    take.played.extend(take.stage.run(rest).0);
    let heard = take.recording.unwrap().finish(take.end).unwrap();
    let mut scene = take.stage.scene;
    let strip = &mut scene.mix.tracks[0].strip;
    let control = strip.control(target).unwrap();
    let edit = overwrite(&strip.lanes[0], control, &heard);
    let LaneEdit::Points { from, to, points } = edit else { panic!("no points") };
    let lane = &mut strip.lanes[0].points;
    lane.retain(|point| !(from..to).contains(&point.frame));
    lane.extend(points);
    lane.sort_by_key(|point| point.frame);
    (take.played, scene, late)
}

/// A control, where a hand puts it, what lies in its lane, and the largest error that thinning may make: as
/// a part of what is heard, or of the input.
struct Case {
    target: LaneTarget,
    values: [f64; 4],
    points: [(u64, f64); 3],
    error: f64,
}

#[test]
fn f5_what_a_hand_does_is_written_so_that_it_sounds_the_same_again() {
    let gain = LaneTarget::Device { device: DEVICE, param: ParamId::new("gain").unwrap() };
    let swap = LaneTarget::Device { device: DEVICE, param: ParamId::new("swap").unwrap() };
    let level = Db(LEVEL_ERROR_DB).to_gain() - 1.0;
    let silence = f64::NEG_INFINITY;
    let cases = [
        Case {
            target: LaneTarget::Fader,
            values: [-8.0, -3.0, silence, 2.0],
            points: [(1000, -20.0), (9000, 0.0), (30_000, -6.0)],
            error: level,
        },
        Case {
            target: LaneTarget::Send(SendId(1)),
            values: [-8.0, silence, -30.0, 2.0],
            points: [(0, -20.0), (12_000, 0.0), (13_000, -6.0)],
            error: level,
        },
        Case {
            target: LaneTarget::Pan,
            values: [100.0, -30.0, -31.0, 0.0],
            points: [(100, 10.0), (9000, -20.0), (30_000, 40.0)],
            error: 0.01,
        },
        Case {
            target: LaneTarget::Width,
            values: [0.0, 200.0, 190.0, 60.0],
            points: [(100, 100.0), (8000, 100.0), (9000, 60.0)],
            error: 0.01,
        },
        Case {
            target: LaneTarget::Mute,
            values: [1.0, 0.0, 1.0, 1.0],
            points: [(0, 0.0), (8000, 1.0), (9500, 0.0)],
            error: 0.0,
        },
        Case {
            target: gain,
            values: [-12.0, 6.0, 6.5, -3.0],
            points: [(0, 0.0), (9000, -6.0), (12_000, 6.0)],
            error: Db(48.0 * TRAVEL_ERROR).to_gain() - 1.0,
        },
        Case {
            target: swap,
            values: [1.0, 0.0, 1.0, 1.0],
            points: [(0, 0.0), (8000, 1.0), (12_000, 0.0)],
            error: 0.0,
        },
    ];
    for Case { target, values, points, error } in cases {
        let before = scene(vec![lane(target, &points)]);
        let (played, after, late) = played(before.clone(), target, &values);
        let expected = render(&mut offline(&after, 0), FRAMES);
        let untouched = render(&mut offline(&before, 0), FRAMES);
        // To the rounding of a segment that is cut in two.
        let before = played[..5000].iter().zip(&expected[..5000]);
        assert!(before.into_iter().all(|(a, b)| (a - b).abs() < 1e-12), "{target:?}");
        assert!(played[5000..14_000] != untouched[5000..14_000], "{target:?}");
        for (frame, (heard, written)) in played.iter().zip(&expected).enumerate() {
            let most = error * heard.abs().max(written.abs()).max(0.1) + 1e-6;
            assert!(
                (heard - written).abs() <= most,
                "{target:?}, {frame}: {heard} became {written}"
            );
        }
        let back = 5900 + 4 * 2000 + (RETURN_S * f64::from(RATE_HZ)) as usize + late;
        assert_eq!(played[back..], untouched[back..], "{target:?}: it is back at its lane");
    }
}

/// Takes, moves and lets go of all controls at any time, with cues and swaps in between: nothing jumps.
#[test]
fn f4_hands_do_not_click_whatever_comes_between() {
    let mut random = Random::new(77);
    let points = [(2000, -9.0), (9000, -1.0), (20_000, -12.0)];
    let mut stage = Stage::new(scene(vec![lane(LaneTarget::Fader, &points)]));
    let _ = stage.control.play();
    let mut heard = stage.run(1000).0;
    for round in 0..60 {
        let _serial = match random.below(4) {
            0 => stage.control.change(Command::Take(ID, LaneTarget::Fader)),
            1 => stage.control.change(Command::Let(ID, LaneTarget::Fader)),
            2 => stage.control.change(Command::Fader(ID, Db(-(random.below(12) as f64)))),
            _ => {
                let strip = &mut stage.scene.mix.tracks[0].strip;
                strip.lanes[0].points[1].value = -(round % 5) as f64;
                stage.swap()
            }
        };
        heard.extend(stage.run(1 + random.below(900) as usize).0);
    }
    // At most 0.5 dB from a frame to the next, of 0.2 and what the fader makes of it.
    let worst = heard[300..].windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f64::max);
    assert!(worst <= 0.2 * (Db(0.5).to_gain() - 1.0), "{worst}");
}

/// A hand that is only there to hold keeps what the lane said when it came.
#[test]
fn f5_a_control_that_is_only_taken_stays_where_it_is() {
    let scene = scene(vec![lane(LaneTarget::Fader, &[(0, -20.0), (20_000, 0.0)])]);
    let mut stage = Stage::new(scene);
    let _ = stage.control.play();
    let _ = stage.run(6000);
    let serial = stage.control.change(Command::Take(ID, LaneTarget::Fader));
    let held = stage.run(3000).0;
    let stroke = stage.taken(serial).stroke.unwrap();
    let stood = -20.0 + 20.0 * (stroke.frame - 1) as f64 / 20_000.0;
    assert!((stroke.from - stood).abs() < 1e-9 && stroke.from == stroke.to);
    assert!(held[400..].iter().all(|x| *x == held[400]));
    // Playback that begins elsewhere takes it along where it does not move: there the lane says more.
    let _ = stage.cue(16_000, None, None);
    let there = stage.run(3000).0;
    let ratio = Db::from_gain(there[2000] / held[400]).0;
    let late = stage.control.lag_frames(ID, LaneTarget::Fader).unwrap() as f64;
    let stands = -20.0 + 20.0 * (16_000.0 - late) / 20_000.0;
    assert!((ratio - (stands - stood)).abs() < 1e-3, "{ratio}");
    let mut renderer = Renderer::new(stage.scene.plan(Purpose::Playback, &build_device).unwrap());
    renderer.apply(Command::Let(ID, LaneTarget::Fader));
    assert_eq!(render(&mut renderer, 64), render(&mut offline(&stage.scene, 0), 64));
}
