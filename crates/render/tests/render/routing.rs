//! Where signals may go, and who is heard under solo.

use twobus_dsp::Db;
use twobus_render::compile::build_device;
use twobus_render::{CompileError, Purpose, Renderer};
use twobus_session::{AuxSend, Bus, BusKind, Output, SendId, Strip, StripId, Tap};

use crate::support::{Scene, bounce};

fn bus(scene: &mut Scene, id: u32, name: &str, to: u32) -> usize {
    let strip = Strip { output: Output::Strip(StripId(to)), ..Strip::new(StripId(id), name) };
    scene.mix.buses.push(Bus { strip, kind: BusKind::Group });
    scene.mix.buses.len() - 1
}

fn send(to: u32) -> AuxSend {
    AuxSend { id: SendId(to), to: StripId(to), level: Db::UNITY, tap: Tap::Post, off: false }
}

// Drums ──► Glue ──► mix bus
//   ▲         └─ send ─► Plate ──┐
//   └────────────────────────────┘
#[test]
fn f7_feedback_is_refused_with_its_path() {
    let mut scene = Scene::default();
    let _ = bus(&mut scene, 1, "Drums", 2);
    let glue = bus(&mut scene, 2, "Glue", 0);
    let _ = bus(&mut scene, 3, "Plate", 1);
    scene.mix.buses[glue].strip.sends.push(send(3));
    let Err(CompileError::Cycle(path)) = scene.plan(Purpose::Bounce, &build_device) else {
        panic!("a cycle was not seen")
    };
    assert_eq!(path.first(), path.last());
    assert_eq!(path.len(), 4);
    for (from, to) in [("Drums", "Glue"), ("Glue", "Plate"), ("Plate", "Drums")] {
        assert!(path.windows(2).any(|pair| pair == [from, to]), "{path:?}");
    }
}

// Kick ──► Drums ──► Band ──► mix bus        pre: before the fader, post: after it
//   │pre      │post    └─post─► Plate ──► mix bus
//   ▼         ▼                   ▲
//  Room ─────────────post─────────┘
#[test]
fn f7_groups_lie_in_groups_and_sends_lead_from_any_strip_to_any_later_bus() {
    let mut scene = Scene::default();
    let kick = scene.track(1, vec![1.0; 640], vec![1.0; 640]);
    (kick.fader, kick.output) = (Db::from_gain(0.5), Output::Strip(StripId(10)));
    kick.sends.push(AuxSend { tap: Tap::Pre, ..send(12) });
    let drums = bus(&mut scene, 10, "Drums", 11);
    let band = bus(&mut scene, 11, "Band", 0);
    let room = bus(&mut scene, 12, "Room", 0);
    let _plate = bus(&mut scene, 13, "Plate", 0);
    scene.mix.buses[drums].strip.fader = Db::from_gain(0.25);
    scene.mix.buses[drums].strip.sends.push(send(12));
    scene.mix.buses[band].strip.sends.push(AuxSend { id: SendId(20), ..send(13) });
    scene.mix.buses[room].strip.fader = Db::from_gain(2.0);
    scene.mix.buses[room].strip.sends.push(AuxSend { id: SendId(21), ..send(13) });
    let mut renderer = Renderer::new(scene.plan(Purpose::Bounce, &build_device).unwrap());
    // Drums and Band carry 1/8, Room twice 1 and 1/8, Plate both once more.
    let expected = 2.0 * (0.125 + 2.0 * (1.0 + 0.125));
    assert!((bounce(&mut renderer, 640).0[639] - expected).abs() < 1e-12);
}

#[test]
fn a_strip_that_feeds_itself_or_nothing_is_refused() {
    let mut scene = Scene::default();
    let track = scene.track(1, vec![], vec![]);
    (track.output, track.name) = (Output::Strip(StripId(1)), "Vox".to_owned());
    let refused = scene.plan(Purpose::Bounce, &build_device).err();
    assert_eq!(refused, Some(CompileError::Cycle(vec!["Vox".to_owned(), "Vox".to_owned()])));
    scene.mix.tracks[0].strip.output = Output::Strip(StripId(7));
    let refused = scene.plan(Purpose::Bounce, &build_device).err();
    assert_eq!(refused, Some(CompileError::Nowhere("Vox".to_owned())));
}

/// A track takes in what others send to it, beside its own clips, in front of its trim and devices.
#[test]
fn f7_a_track_is_fed_by_others_beside_its_own_clips() {
    let mut scene = Scene::default();
    let second = scene.track(2, vec![0.25; 640], vec![0.25; 640]);
    (second.trim, second.fader) = (Db::from_gain(2.0), Db::from_gain(0.5));
    // In the document it stands behind the one that it feeds.
    let first = scene.track(1, vec![1.0; 640], vec![0.5; 640]);
    (first.output, first.fader) = (Output::Nowhere, Db::from_gain(0.5));
    first.sends.push(send(2));
    let mut renderer = Renderer::new(scene.plan(Purpose::Bounce, &build_device).unwrap());
    let (left, right) = bounce(&mut renderer, 640);
    assert!((left[639] - (0.25 + 0.5)).abs() < 1e-12, "{}", left[639]);
    assert!((right[639] - (0.25 + 0.25)).abs() < 1e-12, "{}", right[639]);
}

/// What each of three tracks gives to the mix under some solos, as a sum of 1, 10 and 100.
fn heard(solo: &[u32], purpose: Purpose) -> f64 {
    let mut scene = Scene::default();
    for (id, level) in [(1, 1.0), (2, 10.0), (3, 100.0)] {
        let strip = scene.track(id, vec![level; 640], vec![level; 640]);
        strip.solo = solo.contains(&id);
    }
    // Tracks 1 and 2 go through group 10; track 3 also sends to return 11, which is solo-safe.
    let group = bus(&mut scene, 10, "Group", 0);
    scene.mix.buses[group].strip.solo = solo.contains(&10);
    let plate = Strip { solo: solo.contains(&11), ..Strip::new(StripId(11), "Plate") };
    scene.mix.buses.push(Bus::effect_return(plate));
    scene.mix.tracks[0].strip.output = Output::Strip(StripId(10));
    scene.mix.tracks[1].strip.output = Output::Strip(StripId(10));
    scene.mix.tracks[2].strip.sends.push(send(11));
    let mut renderer = Renderer::new(scene.plan(purpose, &build_device).unwrap());
    bounce(&mut renderer, 640).0[639]
}

#[test]
fn f6_solo_in_place_keeps_what_feeds_and_what_is_fed_and_returns_safe() {
    assert_eq!(heard(&[], Purpose::Playback), 211.0);
    assert_eq!(heard(&[1], Purpose::Playback), 1.0);
    assert_eq!(heard(&[1, 2], Purpose::Playback), 11.0);
    assert_eq!(heard(&[10], Purpose::Playback), 11.0);
    assert_eq!(heard(&[3], Purpose::Playback), 200.0);
    // A soloed return is heard with what is sent to it, and without the senders themselves.
    assert_eq!(heard(&[11], Purpose::Playback), 100.0);
    assert_eq!(heard(&[1, 11], Purpose::Playback), 101.0);
}

#[test]
fn a_send_that_is_off_is_no_path_at_all() {
    let mut scene = Scene::default();
    let _ = scene.track(1, vec![1.0; 64], vec![1.0; 64]);
    let drums = bus(&mut scene, 2, "Drums", 3);
    let _ = bus(&mut scene, 3, "Glue", 0);
    let glue = drums + 1;
    scene.mix.buses[glue].strip.sends.push(AuxSend { off: true, ..send(2) });
    assert!(scene.plan(Purpose::Bounce, &build_device).is_ok());
}

#[test]
fn a_bounce_ignores_solo() {
    assert_eq!(heard(&[1], Purpose::Bounce), 211.0);
    assert_eq!(heard(&[3], Purpose::Stems), 211.0);
}
