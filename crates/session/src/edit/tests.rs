use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use twobus_dsp::Db;
use twobus_dsp::curve::Breakpoint;

use super::*;
use crate::testing;
use crate::*;

fn read(json: &str) -> Edit {
    serde_json::from_str(json).unwrap()
}

fn strip(strip: u32, change: StripEdit) -> Edit {
    Edit::Strip { song: SongId(1), strip: StripId(strip), change }
}

fn refused(edit: Edit) -> String {
    testing::project().apply(edit).unwrap_err().to_string()
}

fn mix(project: &Project) -> &Mix {
    project.songs[0].mix.as_ref().unwrap()
}

#[test]
fn edits_are_pleasant_to_write_by_hand() {
    let edits: Vec<Edit> = serde_json::from_str(
        r#"[
          {"strip": {"song": 1, "strip": 3, "change": {"fader": -1.5}}},
          {"strip": {"song": 1, "strip": 3, "change": {"fader": "-inf"}}},
          {"strip": {"song": 1, "strip": 3, "change": {"mute": true}}},
          {"strip": {"song": 1, "strip": 3, "change": {"output": {"strip": 5}}}},
          {"strip": {"song": 1, "strip": 3, "change": {"sends": {"remove": 3}}}},
          {"strip": {"song": 1, "strip": 1, "change": {"send": {"send": 1, "change": {"tap": "pre"}}}}},
          {"strip": {"song": 1, "strip": 1, "change":
            {"lane": {"target": "fader", "change": {"points": {"from": 0, "to": 9, "points": []}}}}}},
          {"device": {"song": 1, "device": 2, "change": {"param": {"id": "gain", "value": 3}}}},
          {"timeline": {"song": 1, "change":
            {"markers": {"add": {"item": {"id": 1, "name": "Verse", "frame": 96000}}}}}},
          {"master": {"song": 1, "change": {"input": {"print": 1}}}},
          {"project": {"pan-law": "constant-sum"}},
          {"batch": {"name": "Nothing", "edits": []}}
        ]"#,
    )
    .unwrap();
    let mut project = testing::project();
    for edit in edits {
        let _undo = project.apply(edit).unwrap();
    }
    assert_eq!(mix(&project).tracks[2].strip.fader, Db::SILENCE);
    assert_eq!(mix(&project).timeline.markers[0].name, "Verse");
    let typo = r#"{"strip": {"song": 1, "strip": 3, "change": {"fadr": 0}}}"#;
    let error = serde_json::from_str::<Edit>(typo).unwrap_err().to_string();
    assert!(error.contains("fadr") && error.contains("`fader`"), "{error}");
}

#[test]
fn a_removed_group_hands_its_inputs_on_and_comes_back_whole() {
    // 1, 2 ──► 5 ──► 6 ──► mix bus        4 ─ send ─► 5, automated
    let mut project = testing::project();
    let send = AuxSend { id: SendId(9), to: StripId(5), level: Db(0.0), tap: Tap::Pre, off: false };
    let points = vec![Breakpoint { frame: 0, value: -3.0, bend: 0.0 }];
    let lane = Lane { target: LaneTarget::Send(SendId(9)), mode: LaneMode::Read, points };
    for edit in [
        strip(5, StripEdit::Output(Output::Strip(StripId(6)))),
        strip(4, StripEdit::Sends(ListEdit::Add { item: Box::new(send), at: Some(0) })),
        strip(4, StripEdit::Lanes(ListEdit::add(lane))),
    ] {
        let _undo = project.apply(edit).unwrap();
    }
    let before = project.clone();
    let remove = SongEdit::Buses(ListEdit::Remove(StripId(5)));
    let undo = project.apply(Edit::Song { song: SongId(1), change: remove }).unwrap();
    for track in &mix(&project).tracks[..2] {
        assert_eq!(track.strip.output, Output::Strip(StripId(6)));
    }
    assert_eq!(mix(&project).tracks[3].strip.sends.len(), 1);
    assert_eq!(mix(&project).tracks[3].strip.lanes.len(), 2);
    let redo = project.apply(undo).unwrap();
    assert_eq!(project, before);
    assert!(matches!(redo, Edit::Batch { name, .. } if name == "Remove bus Bus 5"));
}

#[test]
fn a_batch_is_done_as_a_whole_or_not_at_all() {
    let mut project = testing::project();
    let before = project.clone();
    let edits = vec![
        strip(1, StripEdit::Fader(Db(-3.0))),
        Edit::Song { song: SongId(1), change: SongEdit::Buses(ListEdit::Remove(StripId(5))) },
        strip(1, StripEdit::Pan(101.0)),
    ];
    let error = project.apply(Edit::Batch { name: "Three".to_owned(), edits }).unwrap_err();
    let words = "“Song 1”, “Track 1”, pan: 101 % is outside −100 % to 100 %";
    assert_eq!(error.to_string(), words);
    assert_eq!(error.path(), "songs[0].mix.tracks[0].strip.pan");
    assert_eq!(project, before);
}

#[test]
fn refusals_say_where_and_what_to_do() {
    let fader = |level| strip(1, StripEdit::Fader(Db(level)));
    let place = "“Song 1”, “Track 1”";
    assert_eq!(
        refused(fader(12.0)),
        format!("{place}, fader: 12.0 dB is outside −∞ dB to 10.0 dB")
    );
    assert_eq!(
        refused(fader(f64::NAN)),
        format!("{place}, fader: the value is not a number; give a finite one")
    );
    assert_eq!(
        refused(strip(1, StripEdit::Output(Output::Strip(StripId(99))))),
        format!("{place}: there is no strip 99; use one that is in the project")
    );
    assert_eq!(
        refused(strip(0, StripEdit::Output(Output::Strip(StripId(5))))),
        "“Song 1”, “Mix bus”: the mix bus has no output; what it carries is the mix"
    );
    assert_eq!(
        refused(strip(40, StripEdit::Mute(true))),
        "“Song 1”: there is no strip 40; use one that is in the project"
    );
    assert_eq!(
        refused(Edit::Media(ListEdit::Remove(MediaId(2)))),
        "it is still used by track “Track 2” in “Song 1”; change that first"
    );
    let reference = Edit::Media(ListEdit::Remove(MediaId(4)));
    assert!(refused(reference).contains("track “Track 4” in “Song 1”"));
    let rate = Edit::Song { song: SongId(1), change: SongEdit::Rate(44_100) };
    assert!(refused(rate).contains("the rate is fixed"));
    let old = Edit::Song { song: SongId(1), change: SongEdit::RemovePrint(7) };
    assert!(refused(old).contains("no print 7"));
}

#[test]
fn a_clip_ends_within_its_file_at_the_rate_of_the_song() {
    let change = |clip| Edit::Track {
        song: SongId(1),
        strip: StripId(1),
        change: TrackEdit::Clips(ListEdit::change(clip)),
    };
    let whole = Clip { offset: 0, length: 480_000, ..testing::clip(1, 1) };
    let mut project = testing::project();
    let _undo = project.apply(change(whole.clone())).unwrap();
    for clip in [
        Clip { offset: 1, ..whole.clone() },
        Clip { offset: u64::MAX, ..whole.clone() },
        Clip { length: 0, ..whole.clone() },
        Clip { position: u64::MAX, ..whole.clone() },
        Clip { channels: ChannelMap::Only(2), ..whole.clone() },
        Clip { fade_in: Fade { frames: 480_001, ..Fade::default() }, ..whole.clone() },
        Clip { media: MediaId(99), ..whole },
    ] {
        let words = refused(change(clip));
        assert!(words.starts_with("“Song 1”, “Track 1”, clip 1: "), "{words}");
    }
}

#[test]
fn a_circle_is_named_strip_by_strip() {
    let mut project = testing::project();
    for (id, name) in [(5, "Drum Bus"), (7, "Plate")] {
        let _undo = project.apply(strip(id, StripEdit::Name(name.to_owned()))).unwrap();
    }
    let send =
        AuxSend { id: SendId(9), to: StripId(7), level: Db(0.0), tap: Tap::Post, off: false };
    let _undo = project.apply(strip(5, StripEdit::Sends(ListEdit::add(send)))).unwrap();
    let error = project.apply(strip(7, StripEdit::Output(Output::Strip(StripId(5))))).unwrap_err();
    let Problem::Cycle { path } = &error.problem else { panic!("{error}") };
    assert_eq!(path, "Drum Bus → Plate → Drum Bus");
}

/// Whether one can come back to where one started, by following every way as far as there are strips.
fn has_circle(ways: &[(u32, u32)]) -> bool {
    let reach = |from: u32| {
        let mut seen = vec![from];
        for _ in 0..=ways.len() {
            let next: Vec<u32> =
                ways.iter().filter(|(a, _)| seen.contains(a)).map(|(_, b)| *b).collect();
            if next.contains(&from) {
                return true;
            }
            next.into_iter().for_each(|to| {
                if !seen.contains(&to) {
                    seen.push(to);
                }
            });
        }
        false
    };
    ways.iter().any(|(from, _)| reach(*from))
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 512,
        rng_seed: RngSeed::Fixed(6),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn routing_is_refused_if_and_only_if_it_has_a_circle(
        outputs in prop::collection::vec(0..8_u32, 6),
        sends in prop::collection::vec((1..7_u32, 0..8_u32), 0..6),
    ) {
        let mut project = testing::project();
        let mix = project.songs[0].mix.as_mut().unwrap();
        mix.tracks.clear();
        mix.buses.clear();
        let mut ways = Vec::new();
        for (id, to) in (1..).zip(&outputs) {
            let mut strip = Strip::new(StripId(id), format!("Bus {id}"));
            strip.output = if *to == 7 { Output::Nowhere } else { Output::Strip(StripId(*to)) };
            ways.extend((*to != 7).then_some((id, *to)));
            mix.buses.push(Bus { strip, kind: BusKind::Group });
        }
        for (send, (from, to)) in (1..).zip(&sends) {
            let (from, to) = (*from, *to % 7);
            ways.push((from, to));
            let send = AuxSend {
                id: SendId(send), to: StripId(to), level: Db(0.0), tap: Tap::Post, off: true,
            };
            mix.buses[from as usize - 1].strip.sends.push(send);
        }
        let result = project.validate();
        if let Err(EditError { problem: Problem::Cycle { path }, .. }) = &result {
            let along: Vec<u32> =
                path.split(" → ").map(|name| name["Bus ".len()..].parse().unwrap()).collect();
            prop_assert!(along.len() > 1 && along.first() == along.last());
            prop_assert!(along.windows(2).all(|way| ways.contains(&(way[0], way[1]))), "{path}");
        }
        let circle = matches!(&result, Err(error) if matches!(error.problem, Problem::Cycle { .. }));
        prop_assert_eq!(circle, has_circle(&ways));
        prop_assert!(circle || result.is_ok());
    }
}

#[test]
fn a_lane_is_rewritten_between_two_frames() {
    let mut project = testing::project();
    let point = |frame, value| Breakpoint { frame, value, bend: 0.0 };
    let write = |from, to, points| {
        let change = LaneEdit::Points { from, to, points };
        strip(1, StripEdit::Lane { target: LaneTarget::Fader, change })
    };
    let before = project.clone();
    let undo = project.apply(write(5, 48_000, vec![point(5, -1.0), point(6, -2.0)])).unwrap();
    let frames = |project: &Project| -> Vec<u64> {
        mix(project).tracks[0].strip.lanes[0].points.iter().map(|point| point.frame).collect()
    };
    assert_eq!(frames(&project), [0, 5, 6, 48_000]);
    assert!(refused(write(0, 9, vec![point(9, 0.0)])).contains("do not lie between"));
    assert!(refused(write(1, 9, vec![point(4, 0.0), point(4, 0.0)])).contains("not in order"));
    assert!(refused(write(1, 9, vec![point(4, 10.5)])).contains("fader: 10.5 dB is outside"));
    let _redo = project.apply(undo).unwrap();
    assert_eq!(project, before);
}

#[test]
fn the_chains_of_a_master_change_places() {
    let mut project = testing::project();
    let swap = || Edit::Master { song: SongId(1), change: MasterEdit::SwapChains };
    assert!(project.apply(swap()).unwrap_err().to_string().contains("no other chain"));
    let edit = read(r#"{"master": {"song": 1, "change": {"alternative": []}}}"#);
    let _undo = project.apply(edit).unwrap();
    let _undo = project.apply(swap()).unwrap();
    assert!(project.songs[0].master.chain.is_empty());
    assert_eq!(project.songs[0].master.alternative.as_ref().unwrap().len(), 1);
}

#[test]
fn a_chain_is_copied_to_its_alternative_with_ids_of_its_own_and_back_by_a_swap() {
    let mut project = testing::project();
    let before = project.clone();
    let chain = project.songs[0].master.chain.clone();
    assert!(!chain.is_empty());
    let undo = project.apply(read(r#"{"master": {"song": 1, "change": "copy-chain"}}"#)).unwrap();
    let master = &project.songs[0].master;
    let copy = master.alternative.clone().unwrap();
    let without_ids = |devices: &[Device]| -> Vec<Device> {
        devices.iter().map(|device| Device { id: DeviceId(0), ..device.clone() }).collect()
    };
    assert_eq!((&master.chain, without_ids(&copy)), (&chain, without_ids(&chain)));
    let ids: std::collections::BTreeSet<u32> = project.songs[0].devices().map(|d| d.id.0).collect();
    assert_eq!(ids.len(), project.songs[0].devices().count());
    let _undo = project.apply(undo).unwrap();
    assert_eq!(project, before);
}

#[test]
fn a_chain_preset_is_one_step_that_can_be_undone() {
    let mut project = testing::project();
    let before = project.clone();
    let load = read(r#"{"master": {"song": 1, "change": {"preset": "gentle polish"}}}"#);
    let undo = project.apply(load).unwrap();
    let preset = presets::chain("Gentle polish").unwrap();
    let kinds: Vec<_> = project.songs[0].master.chain.iter().map(|device| device.kind).collect();
    assert_eq!(kinds, preset.devices.iter().map(|(kind, _)| *kind).collect::<Vec<_>>());
    let _redo = project.apply(undo).unwrap();
    assert_eq!(project, before);
    let unknown = read(r#"{"master": {"song": 1, "change": {"preset": "Nobody's"}}}"#);
    assert!(project.apply(unknown).unwrap_err().to_string().contains("Nobody's"));
}

/// Track 1 with a delay as device 40.
fn with_delay() -> (Project, Result<Edit, EditError>) {
    with_device(Device::new(DeviceId(40), twobus_dsp::DeviceKind::Delay))
}

/// Track 1 with a compressor as device 40, which listens to strip `key`.
fn with_listener(key: u32) -> (Project, Result<Edit, EditError>) {
    let mut device = Device::new(DeviceId(40), twobus_dsp::DeviceKind::Compressor);
    device.key = Some(StripId(key));
    with_device(device)
}

/// Track 1 with this device in its last place.
fn with_device(device: Device) -> (Project, Result<Edit, EditError>) {
    let mut project = testing::project();
    let add = strip(1, StripEdit::Inserts(ListEdit::Add { item: Box::new(device), at: None }));
    let undo = project.apply(add);
    (project, undo)
}

fn device_40(change: DeviceEdit) -> Edit {
    Edit::Device { song: SongId(1), device: DeviceId(40), change }
}

#[test]
fn a_preset_is_one_step_that_can_be_undone() {
    let (mut project, _) = with_delay();
    let _ = project.apply(device_40(DeviceEdit::Bypass(true))).unwrap();
    let before = project.clone();
    let load = read(r#"{"device": {"song": 1, "device": 40, "change": {"preset": "slap"}}}"#);
    let undo = project.apply(load).unwrap();
    let preset = presets::find(twobus_dsp::DeviceKind::Delay, "Slap").unwrap();
    let device = mix(&project).tracks[0].strip.inserts.last().unwrap();
    assert!(device.values == preset.values && device.bypass);
    let _redo = project.apply(undo).unwrap();
    assert_eq!(project, before);
    let unknown = project.apply(device_40(DeviceEdit::Preset("Nobody's".to_owned())));
    assert!(unknown.unwrap_err().to_string().contains("Nobody's"));
    let short = project.apply(device_40(DeviceEdit::Values(vec![1.0])));
    assert!(short.is_err() && project == before);
}

#[test]
fn a_device_without_a_side_chain_is_given_no_strip_to_listen_to() {
    let (mut project, _) = with_delay();
    let before = project.clone();
    let error = project.apply(device_40(DeviceEdit::Key(Some(StripId(2))))).unwrap_err();
    assert!(error.to_string().contains("Delay cannot listen") && project == before, "{error}");
}

#[test]
fn that_a_side_chain_is_off_is_said_where_it_is_routed() {
    let (mut project, _) = with_listener(3);
    let key = device_40(DeviceEdit::Key(Some(StripId(2))));
    assert!(crate::describe(&key, &project).contains("once its External side-chain is on"));
    let external = ParamId::new("external").unwrap();
    let _undo = project.apply(device_40(DeviceEdit::Param { id: external, value: 1.0 }));
    assert!(!crate::describe(&key, &project).contains("once"));
}

#[test]
fn a_device_listens_to_what_is_there_and_does_not_feed_it() {
    // 1, 2 ──► 5 ──► mix bus ◄── 7 ◄─ sends ─ 1 to 4
    assert!(with_listener(2).1.is_ok());
    assert!(with_listener(77).1.unwrap_err().to_string().contains("77"));
    for circle in [5, 7, 0, 1] {
        let error = with_listener(circle).1.unwrap_err().to_string();
        assert!(error.contains("→"), "{circle}: {error}");
    }
    let (mut project, _) = with_listener(2);
    let before = project.clone();
    let json = file::to_json(&project).unwrap();
    assert_eq!(file::from_json(json.as_bytes()).unwrap(), project);
    let remove = read(r#"{"song": {"song": 1, "change": {"tracks": {"remove": 2}}}}"#);
    let undo = project.apply(remove).unwrap();
    assert_eq!(mix(&project).tracks[0].strip.inserts.last().unwrap().key, None);
    let _redo = project.apply(undo).unwrap();
    assert_eq!(project, before);
}
