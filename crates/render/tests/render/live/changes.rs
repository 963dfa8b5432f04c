//! Plans that are swapped while they play: what carries over, what fades, what does not click.

use twobus_dsp::{Db, DeviceKind};
use twobus_render::Command;
use twobus_session::{
    AuxSend, Bus, BusKind, Device, DeviceId, LaneTarget, Output, SendId, Strip, StripId, Tap,
};

use super::{FADE, SLACK, Stage, jump_db, offline, render};
use crate::automation::lane;
use crate::determinism::busy_scene;
use crate::support::{RATE_HZ, Scene, bits, sine};

/// Frames of 50 ms.
const SETTLED: usize = RATE_HZ as usize / 20;
/// A discontinuity may be this large, in dBFS.
const CLICK_DB: f64 = -60.0;
/// A corner of a ramp between two gains in 5 or 10 ms, as the slope it turns by.
const CORNER_DB: f64 = -50.0;
/// A step of 0.5 dB, the most that a level moved by hand may change from one frame to the next.
const HAND_DB: f64 = -24.5;

/// One track with a low sine, through a group into the mix bus.
fn low_sine() -> Scene {
    let mut scene = Scene::default();
    let wave = sine(70.0, 60_000);
    scene.track(1, wave.clone(), wave).output = Output::Strip(StripId(10));
    let group = Strip::new(StripId(10), "Group");
    scene.mix.buses.push(Bus { strip: group, kind: BusKind::Group });
    scene
}

fn limiter(id: u32, drive_db: f64) -> Device {
    let mut limiter = Device::new(DeviceId(id), DeviceKind::Limiter);
    limiter.values[DeviceKind::Limiter.param("drive").unwrap()] = drive_db;
    limiter
}

/// Plays `scene`, swaps it after 10 000 frames for what `edit` makes of it, and returns what was heard.
fn heard(scene: Scene, edit: impl FnOnce(&mut Scene)) -> (Stage, Vec<f64>) {
    heard_for([10_000, 20_000], scene, edit)
}

/// As [`heard`], for so many frames before and after the change.
fn heard_for(
    [before, after]: [usize; 2],
    scene: Scene,
    edit: impl FnOnce(&mut Scene),
) -> (Stage, Vec<f64>) {
    let mut stage = Stage::new(scene);
    let _ = stage.control.play();
    let (mut played, _) = stage.run(before);
    edit(&mut stage.scene);
    let _ = stage.swap();
    played.extend(stage.run(after).0);
    (stage, played)
}

/// Asserts that `edit` makes no click, and that 50 ms later the edited scene is heard as it is; or, where the
/// latency has grown by more than they last, that much later.
fn assert_smooth(name: &str, click_db: f64, scene: Scene, edit: impl FnOnce(&mut Scene)) {
    let mut edited = scene.clone();
    edit(&mut edited);
    let latency = |scene: &Scene| offline(scene, 0).plan().latency_frames() as usize;
    let (before, after) = (latency(&scene), latency(&edited));
    let growth = after.saturating_sub(before);
    let settled = if growth < SETTLED / 2 { SETTLED } else { SETTLED + growth };
    let changed = 10_000.max(before + 2000);
    let frames = [changed, settled + 10_000];
    let (stage, played) = heard_for(frames, scene, |scene| *scene = edited);
    let click = jump_db(&played[before + 1..]);
    assert!(click <= click_db, "{name}: {click:.1} dB");
    let expected = render(&mut offline(&stage.scene, 0), played.len());
    let from = changed + settled;
    let worst = played[from..].iter().zip(&expected[from..]).map(|(a, b)| (a - b).abs());
    let worst = 20.0 * worst.fold(0.0, f64::max).log10();
    assert!(worst <= -120.0, "{name}: {worst:.1} dB from the edited scene after 50 ms");
}

#[test]
fn a_swap_to_the_same_plan_changes_no_bit_even_in_the_middle_of_a_drag() {
    let mut stage = Stage::new(busy_scene());
    let _ = stage.control.play();
    let mut played = stage.run(2000).0;
    let command = Command::Param(StripId(10), DeviceId(1), 0, 9.0);
    let drag = stage.control.change(command);
    let trim = Command::Trim(StripId(1), Db(-12.0));
    let _ = stage.control.change(trim);
    played.extend(stage.run(200).0);
    // What the drag has come to, as a document says it.
    stage.scene.mix.buses[0].strip.inserts[0].values[0] = 9.0;
    stage.scene.mix.tracks[0].strip.trim = Db(-12.0);
    let _ = stage.swap();
    played.extend(stage.run(8000).0);
    let at = stage.taken(drag).frame as usize;
    let mut expected = offline(&busy_scene(), 0);
    let mut wanted = render(&mut expected, at);
    expected.apply(command);
    expected.apply(trim);
    wanted.extend(render(&mut expected, 10_200 - at));
    assert_eq!(bits(&played), bits(&wanted));
}

#[test]
fn f4_a_swap_with_other_settings_moves_there_without_a_click() {
    assert_smooth("fader", HAND_DB, low_sine(), |s| s.mix.tracks[0].strip.fader = Db(-14.0));
    assert_smooth("fader to silence", HAND_DB, low_sine(), |s| s.mix.bus.fader = Db::SILENCE);
    assert_smooth("pan", HAND_DB, low_sine(), |s| s.mix.tracks[0].strip.pan = 80.0);
    assert_smooth("width", HAND_DB, low_sine(), |s| s.mix.bus.width = 0.0);
    assert_smooth("polarity", HAND_DB, low_sine(), |s| s.mix.tracks[0].strip.invert = true);
    assert_smooth("mute", HAND_DB, low_sine(), |s| s.mix.tracks[0].strip.mute = true);
    assert_smooth("a lane", HAND_DB, low_sine(), |s| {
        let points = [(0, -9.0), (60_000, -30.0)];
        s.mix.tracks[0].strip.lanes.push(lane(LaneTarget::Fader, &points));
    });
    assert_smooth("pan lane", HAND_DB, low_sine(), |s| {
        s.mix.tracks[0].strip.lanes.push(lane(LaneTarget::Pan, &[(0, -90.0), (60_000, 0.0)]));
    });
}

#[test]
fn what_is_new_or_gone_fades() {
    let gain = |db: f64| {
        let mut utility = Device::new(DeviceId(5), DeviceKind::Utility);
        utility.values[0] = db;
        utility
    };
    assert_smooth("device comes", CORNER_DB, low_sine(), |s| s.mix.bus.inserts.push(gain(-12.0)));
    let mut with_device = low_sine();
    with_device.mix.buses[0].strip.inserts.push(gain(-12.0));
    assert_smooth("device goes", CORNER_DB, with_device.clone(), |s| {
        s.mix.buses[0].strip.inserts.clear();
    });
    assert_smooth("device is another", CORNER_DB, with_device.clone(), |s| {
        s.mix.buses[0].strip.inserts = vec![Device { id: DeviceId(6), ..gain(6.0) }];
    });
    assert_smooth("bypass", CORNER_DB, with_device, |s| {
        s.mix.buses[0].strip.inserts[0].bypass = true;
    });
    assert_smooth("output", CORNER_DB, low_sine(), |s| {
        s.mix.tracks[0].strip.output = Output::Strip(StripId::MIX_BUS);
    });
    assert_smooth("no output", CORNER_DB, low_sine(), |s| {
        s.mix.tracks[0].strip.output = Output::Nowhere;
    });
    let send =
        AuxSend { id: SendId(1), to: StripId::MIX_BUS, level: Db(-3.0), tap: Tap::Pre, off: false };
    let mut with_send = low_sine();
    with_send.mix.tracks[0].strip.sends.push(send.clone());
    assert_smooth("send comes", CORNER_DB, low_sine(), |s| s.mix.tracks[0].strip.sends.push(send));
    assert_smooth("send goes", CORNER_DB, with_send, |s| s.mix.tracks[0].strip.sends.clear());
    assert_smooth("track goes", CORNER_DB, low_sine(), |s| s.mix.tracks.clear());
    assert_smooth("group goes", CORNER_DB, low_sine(), |s| {
        s.mix.tracks[0].strip.output = Output::Strip(StripId::MIX_BUS);
        s.mix.buses.clear();
    });
    assert_smooth("track comes", CORNER_DB, low_sine(), |s| {
        let wave = sine(50.0, 60_000);
        let _ = s.track(2, wave.clone(), wave);
    });
    assert_smooth("solo", CORNER_DB, low_sine(), |s| {
        let _ = s.track(3, Vec::new(), Vec::new());
        s.mix.tracks[1].strip.solo = true;
    });
}

#[test]
fn e6_a_latency_that_changes_while_it_plays_does_not_click_and_settles_within_50_ms() {
    // Quiet enough that the limiter only delays.
    let mut quiet = low_sine();
    quiet.mix.tracks[0].strip.trim = Db(-6.0);
    let dry = sine(55.0, 60_000);
    quiet.track(2, dry.clone(), dry).trim = Db(-12.0);
    let mut late = quiet.clone();
    late.mix.tracks[0].strip.inserts.push(limiter(1, 0.0));
    let mut later = late.clone();
    later.mix.bus.inserts.push(limiter(2, 0.0));
    for (name, from, to) in [
        ("none to one", &quiet, &late),
        ("one to none", &late, &quiet),
        ("one to two", &late, &later),
        ("two to none", &later, &quiet),
    ] {
        assert_smooth(name, CLICK_DB, from.clone(), |s| *s = to.clone());
    }
    // 34,815 frames come, which must be heard before the new mix can be; and go.
    let mut linear = quiet.clone();
    let mut equalizer = Device::new(DeviceId(4), DeviceKind::Equalizer);
    equalizer.values[DeviceKind::Equalizer.param("phase").unwrap()] = 1.0;
    linear.mix.tracks[0].strip.inserts.push(equalizer);
    assert_smooth("none to linear phase", CLICK_DB, quiet.clone(), |s| *s = linear.clone());
    assert_smooth("linear phase to none", CLICK_DB, linear, |s| *s = quiet.clone());
    let devices = |s: &mut Scene| s.mix.tracks[0].strip.inserts.push(limiter(3, 0.0));
    assert_smooth("a second on one track", CLICK_DB, late.clone(), devices);
    assert_smooth("the other order", CLICK_DB, late.clone(), |s| s.mix.tracks.swap(0, 1));
    late.mix.tracks[0].strip.inserts.push(Device::new(DeviceId(9), DeviceKind::Utility));
    assert_smooth("devices pass each other", CLICK_DB, late, |s| {
        s.mix.tracks[0].strip.inserts.swap(0, 1);
    });
}

#[test]
fn e7_a_bypassed_device_stays_so_under_a_swap_and_is_the_delayed_input_bit_for_bit() {
    let mut scene = low_sine();
    scene.mix.bus.inserts.push(limiter(1, 12.0));
    let mut stage = Stage::new(scene);
    let _ = stage.control.play();
    let mut played = stage.run(6000).0;
    let _ = stage.control.change(Command::Bypass(StripId::MIX_BUS, DeviceId(1), true));
    // In the middle of its cross-fade.
    played.extend(stage.run(200).0);
    stage.scene.mix.bus.inserts[0].bypass = true;
    let _ = stage.swap();
    played.extend(stage.run(9800).0);
    let latency = stage.control.latency_frames() as usize;
    assert!(latency > 0);
    let wave = sine(70.0, 60_000);
    let expected = wave[8000 - latency..16_000 - latency].iter().map(|x| f64::from(*x));
    assert!(played[8000..].iter().copied().eq(expected));
    assert!(jump_db(&played[latency + 1..]) <= CORNER_DB);
}

/// A limiter that was just made would let the first peak pass at another gain than one that has worked.
#[test]
fn a_device_that_stays_keeps_its_signal_when_others_come() {
    let mut scene = low_sine();
    scene.mix.bus.inserts.push(limiter(1, 18.0));
    let (stage, played) = heard(scene, |s| {
        let _ = s.track(2, vec![0.0; 100], vec![0.0; 100]);
    });
    let expected = render(&mut offline(&stage.scene, 0), 30_000);
    assert_eq!(bits(&played), bits(&expected));
}

#[test]
fn a_track_with_other_clips_cross_fades_to_them() {
    let mut stage = Stage::new(low_sine());
    let _ = stage.control.play();
    let mut played = stage.run(7000).0;
    let other = sine(40.0, 60_000);
    let _ = stage.scene.samples.insert(StripId(1), (other.clone(), other.clone()));
    let moment = stage.control.moment();
    // Its stream is made while playback goes on.
    played.extend(stage.run(500).0);
    let serial = stage.cue(moment.position, None, Some(moment.clock));
    played.extend(stage.run(2500).0);
    let at = stage.taken(serial).frame as usize;
    assert!(jump_db(&played) <= CLICK_DB);
    let whole = at + FADE + SLACK;
    let expected = other[whole..10_000].iter().map(|x| f64::from(*x));
    assert!(played[whole..].iter().copied().eq(expected));
}

#[test]
fn swaps_follow_each_other_in_order() {
    let mut stage = Stage::new(low_sine());
    let _ = stage.control.play();
    let _ = stage.run(1000);
    for n in 0..20_u32 {
        stage.scene.mix.bus.inserts = vec![limiter(1 + n % 3, 0.0)];
        stage.scene.mix.tracks[0].strip.trim = Db(-6.0 - f64::from(n));
        let _ = stage.swap();
        let _ = stage.run(100);
    }
    let _ = stage.run(20_000);
    let (played, _) = stage.run(1000);
    let expected = render(&mut offline(&stage.scene, 0), 24_000);
    assert_eq!(bits(&played), bits(&expected[23_000..]));
}

#[test]
fn f4_a_control_moved_by_hand_goes_there_by_at_most_half_a_decibel_a_frame() {
    let mut scene = Scene::default();
    let _ = scene.track(1, vec![0.5; 60_000], vec![0.5; 60_000]);
    let mut stage = Stage::new(scene);
    let _ = stage.control.play();
    let mut played = stage.run(1000).0;
    for (command, gain) in [
        (Command::Fader(StripId(1), Db(-20.0)), 0.1),
        (Command::Fader(StripId(1), Db(6.0)), Db(6.0).to_gain()),
        (Command::Fader(StripId(1), Db(0.0)), 1.0),
        (Command::Pan(StripId(1), 50.0), 0.5),
        (Command::Trim(StripId(1), Db(-6.0)), 0.5 * Db(-6.0).to_gain()),
    ] {
        let _ = stage.control.change(command);
        let moved = stage.run(2000).0;
        // It has arrived 20 ms later, exactly.
        let arrived = &moved[960 + 64..];
        assert!(arrived.iter().all(|x| (x - 0.5 * gain).abs() < 1e-12), "{command:?}");
        played.extend(moved);
    }
    let steps = played.windows(2).map(|pair| (20.0 * (pair[1] / pair[0]).log10()).abs());
    let largest = steps.fold(0.0, f64::max);
    assert!(largest <= 0.5, "{largest} dB from one frame to the next");
}
