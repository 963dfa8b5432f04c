use twobus_dsp::DeviceKind;
use twobus_dsp::curve::FLOOR_DB;

use super::thin::coordinate;
use super::*;
use crate::edit::{Edit, LaneEdit, StripEdit};
use crate::file::to_json;
use crate::strip::Device;
use crate::testing::{self, Chance};
use crate::{History, SongId, StripId};

/// Length of the lanes of the tests, in frames.
const LENGTH: u64 = 20_000;
/// Frames that a hand's move takes.
const MOVE: u32 = 480;
/// The rounding of numbers, on scales of some hundred.
const ROUNDING: f64 = 1e-9;

fn cases(most: u64) -> u64 {
    if std::env::var_os("TWOBUS_FULL").is_some() { most * 20 } else { most }
}

/// A strip with controls of every kind.
fn strip() -> Strip {
    let mut strip = testing::track(1).strip;
    strip.lanes.clear();
    strip.inserts = vec![Device::new(DeviceId(1), DeviceKind::Equalizer)];
    strip
}

fn targets() -> [LaneTarget; 8] {
    let of_device = |id| {
        let param = ParamId::new(id).unwrap();
        LaneTarget::Device { device: DeviceId(1), param }
    };
    let of_strip = [LaneTarget::Fader, LaneTarget::Pan, LaneTarget::Width, LaneTarget::Mute];
    let [fader, pan, width, mute] = of_strip;
    let send = LaneTarget::Send(SendId(1));
    [fader, pan, width, mute, send, of_device("b1_freq"), of_device("b1_gain"), of_device("b1_on")]
}

fn value(chance: &mut Chance, control: &Control) -> f64 {
    let share = chance.below(1001) as f64 / 1000.0;
    if control.is_level {
        return if chance.yes(10) { f64::NEG_INFINITY } else { -70.0 + 80.0 * share };
    }
    control.spec.from_travel(share)
}

fn random_lane(chance: &mut Chance, target: LaneTarget, control: &Control) -> Lane {
    let mut points = Vec::new();
    let mut frame = chance.below(3000);
    for _ in 0..chance.below(8) {
        let bend = if chance.yes(50) { 0.0 } else { chance.below(201) as f64 / 100.0 - 1.0 };
        points.push(Breakpoint { frame, value: value(chance, control), bend });
        frame += 1 + if chance.yes(30) { chance.below(4) } else { chance.below(5000) };
    }
    Lane { target, mode: LaneMode::Touch, points }
}

/// What a hand may do from `start` on; it may be as quick as it likes.
fn random_recording(chance: &mut Chance, control: &Control, start: i64) -> (Recording, i64) {
    let first = value(chance, control);
    let mut recording = Recording::new(control.interpolation(), start, first);
    let mut at = start;
    for _ in 0..chance.below(20) {
        let to = value(chance, control);
        let frames = if control.interpolation() == Interpolation::Hold { 0 } else { MOVE };
        recording.stroke(at, recording.value_at(at - 1), to, frames);
        at += chance.below(1200) as i64;
    }
    (recording, at + 1 + chance.below(600) as i64)
}

/// The lane's value, or the control's where it has no points.
fn at(lane: &Lane, control: &Control, frame: u64) -> f64 {
    Curve::new(lane.points.clone(), control.interpolation())
        .map_or(control.value, |curve| curve.value_at(frame.cast_signed()))
}

fn distance(control: &Control, a: f64, b: f64) -> f64 {
    let place = |value| coordinate(control.interpolation(), value);
    (place(a) - place(b)).abs()
}

fn outside<'a>(lane: &'a Lane, heard: &'a Stretch) -> Vec<&'a Breakpoint> {
    let inside = |frame| (heard.start..heard.end).contains(&frame);
    lane.points.iter().filter(|point| !inside(point.frame)).collect()
}

fn written(lane: &Lane, control: Control, heard: &Stretch) -> Lane {
    let mut lane = lane.clone();
    let _undo = overwrite(&lane, control, heard).swap(&mut lane).unwrap();
    lane
}

/// Lanes of every kind, with bends and jumps; stretches anywhere, hands that do anything.
#[test]
fn f5_touch_never_changes_data_outside_what_was_touched_and_is_what_was_heard_inside() {
    let strip = strip();
    let mut chance = Chance::new(5);
    for case in 0..cases(150) {
        let target = chance.pick(&targets());
        let control = strip.control(target).unwrap();
        let lane = random_lane(&mut chance, target, &control);
        let start = chance.below(LENGTH) as i64 - 200;
        let (recording, end) = random_recording(&mut chance, &control, start);
        let Some(heard) = recording.finish(end) else { continue };
        let new = written(&lane, control, &heard);
        assert!(new.points.windows(2).all(|pair| pair[0].frame < pair[1].frame));
        // The breakpoints outside are all there, byte for byte.
        let (old_points, new_points) = (outside(&lane, &heard), outside(&new, &heard));
        assert!(old_points.iter().all(|old| new_points.contains(old)), "case {case}");
        assert!(new_points.len() <= old_points.len() + 3);
        for frame in 0..LENGTH + 30_000 {
            let (old, new) = (at(&lane, &control, frame), at(&new, &control, frame));
            if (heard.start..heard.end).contains(&frame) {
                let heard = recording.value_at(frame.cast_signed());
                let error = distance(&control, heard, new);
                assert!(error <= control.tolerance() + ROUNDING, "{case}, {frame}: {error}");
            } else {
                let error = distance(&control, old, new);
                assert!(error <= ROUNDING, "{case}, {frame}: {old} is {new}, {error}");
            }
        }
    }
}

/// Written again as it stands, a lane stays what it is.
#[test]
fn f5_write_read_write_is_idempotent() {
    let strip = strip();
    let mut chance = Chance::new(6);
    for target in targets() {
        let control = strip.control(target).unwrap();
        let lane = random_lane(&mut chance, target, &control);
        let (recording, end) = random_recording(&mut chance, &control, 1000);
        let heard = recording.finish(end).unwrap();
        let first = written(&lane, control, &heard);
        let points = first.points.iter().filter(|p| (heard.start..heard.end).contains(&p.frame));
        let mut points: Vec<Breakpoint> = points.copied().collect();
        if points.first().is_none_or(|point| point.frame > heard.start) {
            let value = at(&first, &control, heard.start);
            points.insert(0, Breakpoint { frame: heard.start, value, bend: 0.0 });
        }
        if points.last().is_some_and(|point| point.frame < heard.end - 1) {
            let value = at(&first, &control, heard.end - 1);
            points.push(Breakpoint { frame: heard.end - 1, value, bend: 0.0 });
        }
        let again = written(&first, control, &Stretch { points, ..heard });
        for frame in 0..LENGTH + 30_000 {
            let (old, new) = (at(&first, &control, frame), at(&again, &control, frame));
            assert!(distance(&control, old, new) <= control.tolerance() + ROUNDING);
        }
        assert!(again.points.len() <= first.points.len() + 2, "{target:?}");
    }
}

/// A hand at a fader for a minute, 60 moves a second: rests, slow rides, and a few quick pulls.
#[test]
fn f5_thinning_leaves_few_points_of_a_fader_ride() {
    let control = strip().control(LaneTarget::Fader).unwrap();
    let mut recording = Recording::new(Interpolation::Level, 0, 0.0);
    let place = |step: u32| match step % 600 {
        rest @ 0..300 => f64::from(rest / 300) - 6.0,
        slow @ 300..560 => -6.0 + f64::from(slow - 300) * 6.0 / 260.0,
        quick => -f64::from(quick - 560) * 6.0 / 40.0,
    };
    for step in 0..3600 {
        let frame = i64::from(step) * 800;
        recording.stroke(frame, recording.value_at(frame - 1), place(step), MOVE);
    }
    let heard = recording.finish(3600 * 800).unwrap();
    let lane = Lane { target: LaneTarget::Fader, mode: LaneMode::Touch, points: Vec::new() };
    let points = written(&lane, control, &heard).points.len();
    assert!(heard.points.len() > 7000, "{} corners", heard.points.len());
    assert!(points < 500, "{points} points");
}

#[test]
fn a_recording_is_what_its_strokes_say() {
    let mut recording = Recording::new(Interpolation::Linear, 100, 1.0);
    recording.stroke(200, 1.0, 11.0, 100);
    // Interrupted half way, then a jump.
    recording.stroke(250, 6.0, 6.0, 0);
    recording.stroke(300, 6.0, -2.0, 0);
    let values = [100, 199, 200, 249, 250, 299, 300, 1000].map(|frame| recording.value_at(frame));
    assert_eq!(values, [1.0, 1.0, 1.1, 6.0, 6.0, 6.0, -2.0, -2.0]);
    assert_eq!(recording.rest_at(299), (-2.0, 1));
    let heard = recording.finish(400).unwrap();
    let frames: Vec<u64> = heard.points.iter().map(|point| point.frame).collect();
    assert_eq!(
        (heard.start, heard.end, frames.first(), frames.last()),
        (100, 400, Some(&100), Some(&399))
    );
    assert_eq!(recording.finish(100), None);
    assert_eq!(Recording::new(Interpolation::Linear, -50, 0.0).finish(0), None);
    let silent = Recording::new(Interpolation::Level, 0, f64::NEG_INFINITY);
    assert!(silent.value_at(7) <= FLOOR_DB);
}

#[test]
fn f5_a_pass_is_one_step_with_a_name_and_its_undo_gives_every_byte_back() {
    let mut project = testing::project();
    let song = SongId(1);
    let first = to_json(&project).unwrap();
    let stretch = |start, end, value| {
        let point = |frame| Breakpoint { frame, value, bend: 0.0 };
        Stretch { start, end, points: vec![point(start), point(end - 1)] }
    };
    let fader = Pass {
        strip: StripId(1),
        target: LaneTarget::Fader,
        // A bar lasts 120 000 frames at 96 beats a minute.
        heard: vec![stretch(130_000, 140_000, -9.0), stretch(370_000, 380_000, -4.0)],
        mode: Some(LaneMode::Touch),
    };
    let edit = pass_edit(&project, song, std::slice::from_ref(&fader)).unwrap();
    let mut history = History::default();
    let name = history.apply(&mut project, edit).unwrap();
    assert_eq!(name, "Track 1 fader: automation written, bars 2 to 4");
    let strip = project.songs[0].mix.as_ref().unwrap().strip(StripId(1)).unwrap();
    let curve = strip.curve(LaneTarget::Fader).unwrap();
    let values = [135_000, 375_000].map(|frame| curve.value_at(frame));
    assert_eq!((values, strip.lanes[0].mode), ([-9.0, -4.0], LaneMode::Touch));
    assert!(history.undo(&mut project).unwrap().is_some());
    assert_eq!(to_json(&project).unwrap(), first);

    let gone = Pass { target: LaneTarget::Send(SendId(99)), ..fader.clone() };
    assert_eq!(pass_edit(&project, song, std::slice::from_ref(&gone)), None);
    let send = Pass { target: LaneTarget::Send(SendId(1)), mode: None, ..fader.clone() };
    let both = pass_edit(&project, song, &[gone, fader.clone(), send]).unwrap();
    let Edit::Batch { name, edits } = &both else { panic!("not one step") };
    assert_eq!((name.as_str(), edits.len()), ("Automation of 2 controls written, bars 2 to 4", 5));
    let _undo = project.apply(both).unwrap();
    project.songs[0].mix.as_mut().unwrap().timeline.tempo.clear();
    let heard = vec![stretch(48_000, 96_001, 0.0)];
    let edit = pass_edit(&project, song, &[Pass { heard, ..fader.clone() }]).unwrap();
    assert_eq!(
        crate::describe(&edit, &project),
        "Track 1 fader: automation written, 0:01.0 to 0:02.0"
    );
    // Nothing was played: only the mode changes.
    let target = LaneTarget::Fader;
    let change = StripEdit::Lane { target, change: LaneEdit::Mode(LaneMode::Write) };
    let _undo = project.apply(Edit::Strip { song, strip: StripId(1), change }).unwrap();
    let edit = pass_edit(&project, song, &[Pass { heard: Vec::new(), ..fader }]).unwrap();
    assert_eq!(crate::describe(&edit, &project), "Automation from write to touch");
}
