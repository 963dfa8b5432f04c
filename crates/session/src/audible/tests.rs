use twobus_dsp::curve::Breakpoint;
use twobus_dsp::{Db, DeviceKind};

use super::*;
use crate::testing;
use crate::*;

mod count;

fn changes(edits: &[Edit]) -> Vec<String> {
    let mut project = testing::project();
    for edit in edits {
        let _undo = project.apply(edit.clone()).unwrap();
    }
    let song = &project.songs[0];
    changes_since(&song.prints[0], &project, song)
}

fn strip(strip: u32, change: StripEdit) -> Edit {
    Edit::Strip { song: SongId(1), strip: StripId(strip), change }
}

#[test]
fn a_print_is_current_until_something_audible_changes() {
    assert_eq!(changes(&[]), Vec::<String>::new());
    let timeline = |change| Edit::Timeline { song: SongId(1), change };
    let marker = Marker { id: MarkerId(1), name: "Verse".to_owned(), frame: 0 };
    let silent = [
        strip(1, StripEdit::Name("Kick".to_owned())),
        strip(1, StripEdit::Colour(5)),
        strip(1, StripEdit::Role(Role::Drums)),
        strip(1, StripEdit::Solo(true)),
        strip(1, StripEdit::SoloSafe(true)),
        timeline(TimelineEdit::Markers(ListEdit::add(marker))),
        timeline(TimelineEdit::Loop(Some(LoopRange { start: 0, end: 9, on: true }))),
        Edit::Song {
            song: SongId(1),
            change: SongEdit::Monitor(Monitor { mono: true, ..Monitor::default() }),
        },
        Edit::Song { song: SongId(1), change: SongEdit::Title("Other".to_owned()) },
        Edit::Master { song: SongId(1), change: MasterEdit::Trim(Db(3.0)) },
        strip(1, StripEdit::Pan(-0.0)),
    ];
    assert_eq!(changes(&silent), Vec::<String>::new());
}

#[test]
fn changes_are_counted_by_value_and_told_in_words() {
    let send = |change| StripEdit::Send { send: SendId(1), change };
    let told = changes(&[
        strip(1, StripEdit::Fader(Db(-1.5))),
        strip(1, StripEdit::Pan(-24.0)),
        strip(2, StripEdit::Mute(true)),
        strip(1, StripEdit::Output(Output::Strip(StripId(6)))),
        strip(1, send(SendEdit::Level(Db::SILENCE))),
        strip(3, StripEdit::Inserts(ListEdit::add(Device::new(DeviceId(30), DeviceKind::Utility)))),
        Edit::Device {
            song: SongId(1),
            device: DeviceId(1),
            change: DeviceEdit::Param { id: ParamId::new("gain").unwrap(), value: -3.0 },
        },
    ]);
    let expected = [
        "Track 1 fader 0.0 → −1.5 dB",
        "Track 1 output Bus 5 → Bus 6",
        "Track 1 pan C → L24",
        "Track 1 Utility Gain 0.0 → −3.0 dB",
        "Track 1 send to Bus 7 level −12.0 → −∞ dB",
        "Track 2 mute off → on",
        "Track 3 Utility added",
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_lane_counts_as_one_and_a_strip_that_came_or_went_too() {
    let points = vec![
        Breakpoint { frame: 5, value: 0.0, bend: 0.0 },
        Breakpoint { frame: 6, value: 1.0, bend: 0.0 },
    ];
    let write = LaneEdit::Points { from: 0, to: 9, points };
    let target = LaneTarget::Fader;
    let told = changes(&[
        strip(1, StripEdit::Lane { target, change: write }),
        strip(2, StripEdit::Lane { target, change: LaneEdit::Mode(LaneMode::Off) }),
        Edit::Song { song: SongId(1), change: SongEdit::Tracks(ListEdit::Remove(StripId(4))) },
        Edit::Song {
            song: SongId(1),
            change: SongEdit::Tracks(ListEdit::add(Track { clips: vec![], ..bare(9) })),
        },
    ]);
    let expected = [
        "Track 1 fader automation changed",
        "Track 2 fader automation removed",
        "Track 4 removed",
        "Track 9 added",
    ];
    assert_eq!(told, expected);
    let order = SongEdit::Tracks(ListEdit::Move { id: StripId(1), to: 3 });
    let told = changes(&[Edit::Song { song: SongId(1), change: order }]);
    assert_eq!(told, ["Mix order of tracks changed"]);
}

fn bare(id: u32) -> Track {
    Track { strip: Strip::new(StripId(id), format!("Track {id}")), mono: true, clips: vec![] }
}

#[test]
fn what_a_print_keeps_no_copy_of_makes_it_old_too() {
    let media = MediaFile { hash: "f".repeat(16), ..testing::media(1) };
    let files = "an audio file, the pan law or the program's sound has changed";
    assert_eq!(changes(&[Edit::Media(ListEdit::change(media))]), [files]);
    let law = ProjectEdit::PanLaw(twobus_dsp::pan::PanLaw::ConstantSum);
    assert_eq!(changes(&[Edit::Project(law)]), [files]);
}

#[test]
fn a_print_that_knows_its_conditions_says_which_of_them_changed() {
    let mut project = testing::project();
    let song = &mut project.songs[0];
    song.prints[0].conditions = Some(Conditions::of(&testing::project(), &song.prints[0].mix));
    let media = MediaFile { hash: "f".repeat(16), ..testing::media(1) };
    let _undo = project.apply(Edit::Media(ListEdit::change(media))).unwrap();
    let law = ProjectEdit::PanLaw(twobus_dsp::pan::PanLaw::ConstantSum);
    let _undo = project.apply(Edit::Project(law)).unwrap();
    let told = changes_since(&project.songs[0].prints[0], &project, &project.songs[0]);
    assert_eq!(told, ["Pan law −3 dB → −6 dB", "Track 1 clip 1 file 1.wav is not what it was"]);
    // A bounce that had to leave a file out is no print of the whole mix.
    let print = &mut project.songs[0].prints[0];
    let conditions = print.conditions.as_mut().unwrap();
    let _hash = conditions.files.remove(&MediaId(2));
    print.audible_hash = hash_under(conditions, print.rate_hz, &print.mix, None);
    let told = changes_since(&project.songs[0].prints[0], &project, &project.songs[0]);
    assert_eq!(told.last().unwrap(), "Track 2 clip 2 file missing → 2.wav");
}

#[test]
fn a_print_of_a_version_is_held_against_the_same_version() {
    let mut project = testing::project();
    let mix = project.songs[0].mix.clone().unwrap();
    let version = Version {
        id: VersionId(1),
        name: "TV".to_owned(),
        kind: PrintKind::Tv,
        mute: vec![StripId(1)],
        only: Vec::new(),
        shift: vec![Shift { strip: StripId(2), by: Db(1.0) }],
    };
    let audible_hash = audible_hash(&project, &project.songs[0], &version.of(&mix), None);
    let version = Some(version);
    project.songs[0].prints.push(Print { audible_hash, version, ..testing::print(2, &mix) });
    let now =
        |project: &Project| changes_since(&project.songs[0].prints[1], project, &project.songs[0]);
    assert_eq!(now(&project), Vec::<String>::new());
    let _undo = project.apply(strip(2, StripEdit::Fader(Db(-3.0)))).unwrap();
    assert_eq!(now(&project), ["Track 2 fader 1.0 → −2.0 dB"]);
}

#[test]
fn the_hash_is_the_same_on_every_run() {
    let project = testing::project();
    let song = &project.songs[0];
    let mix = song.mix.as_ref().unwrap();
    let hash = audible_hash(&project, song, mix, None);
    assert_eq!(hash, song.prints[0].audible_hash);
    assert_ne!(hash, audible_hash(&project, song, mix, Some((0, 1000))));
    let alone = Project { media: vec![], ..Project::new("x") };
    let empty = audible_hash(
        &alone,
        &Song { rate_hz: 48_000, ..Song::new(SongId(1), "") },
        &Mix::default(),
        None,
    );
    // Whoever changes this value makes every print of every project look old.
    assert_eq!(empty, "4584d818c8785852");
}

#[test]
fn the_tempo_is_heard_where_a_delay_follows_it() {
    let mut project = testing::project();
    let tempo = |project: &mut Project, bpm: f64| {
        project.songs[0].mix.as_mut().unwrap().timeline.tempo[0].bpm = bpm;
        let song = &project.songs[0];
        audible_hash(project, song, song.mix.as_ref().unwrap(), None)
    };
    assert_eq!(tempo(&mut project, 96.0), tempo(&mut project, 100.0));
    let mix = project.songs[0].mix.as_mut().unwrap();
    mix.bus.inserts.push(Device::new(DeviceId(90), twobus_dsp::DeviceKind::Delay));
    assert_ne!(tempo(&mut project, 96.0), tempo(&mut project, 100.0));
}
