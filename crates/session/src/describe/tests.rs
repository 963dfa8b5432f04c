use twobus_dsp::{Db, DeviceKind};

use crate::testing;
use crate::*;

fn says(edit: &Edit) -> String {
    describe(edit, &testing::project())
}

fn strip(change: StripEdit) -> String {
    says(&Edit::Strip { song: SongId(1), strip: StripId(1), change })
}

#[test]
fn edits_are_told_with_their_values_before_and_after() {
    assert_eq!(strip(StripEdit::Fader(Db(-1.5))), "Track 1 fader 0.0 → −1.5 dB");
    assert_eq!(strip(StripEdit::Fader(Db::SILENCE)), "Track 1 fader 0.0 → −∞ dB");
    assert_eq!(strip(StripEdit::Pan(-24.0)), "Track 1 pan C → L24");
    assert_eq!(strip(StripEdit::Width(50.0)), "Track 1 width 100 → 50 %");
    assert_eq!(strip(StripEdit::Mute(true)), "Track 1 mute on");
    assert_eq!(strip(StripEdit::Invert(true)), "Track 1 polarity inverted");
    assert_eq!(strip(StripEdit::Name("Kick".to_owned())), "Rename Track 1 → Kick");
    assert_eq!(strip(StripEdit::Output(Output::Nowhere)), "Track 1 output Bus 5 → nowhere");
    let limiter = ListEdit::add(Device::new(DeviceId(9), DeviceKind::Limiter));
    assert_eq!(strip(StripEdit::Inserts(limiter)), "Track 1: add device Limiter");
    let level = StripEdit::Send { send: SendId(1), change: SendEdit::Level(Db(-6.0)) };
    assert_eq!(strip(level), "Track 1 send to Bus 7 −12.0 → −6.0 dB");
    let lane = StripEdit::Lane { target: LaneTarget::Fader, change: LaneEdit::Mode(LaneMode::Off) };
    assert_eq!(strip(lane), "Track 1 fader automation off");
}

#[test]
fn clips_devices_and_songs_are_told_too() {
    let clip = |clip| {
        let change = TrackEdit::Clips(ListEdit::change(clip));
        says(&Edit::Track { song: SongId(1), strip: StripId(1), change })
    };
    let old = testing::clip(1, 1);
    assert_eq!(clip(Clip { position: 5, ..old.clone() }), "Track 1: move clip");
    assert_eq!(clip(Clip { length: 5, ..old.clone() }), "Track 1: trim clip");
    assert_eq!(clip(Clip { gain: Db(2.0), ..old }), "Track 1: clip gain −1.0 → 2.0 dB");
    let param = DeviceEdit::Param { id: ParamId::new("gain").unwrap(), value: 3.0 };
    let edit = Edit::Device { song: SongId(1), device: DeviceId(1), change: param };
    assert_eq!(says(&edit), "Track 1 Utility Gain 0.0 → 3.0 dB");
    let song = |change| says(&Edit::Song { song: SongId(2), change });
    assert_eq!(song(SongEdit::Gap(500.0)), "Gap before Song 2 2.00 s → 500.0 ms");
    assert_eq!(song(SongEdit::Buses(ListEdit::Remove(StripId(7)))), "Remove bus Bus 7");
    assert_eq!(says(&Edit::Songs(ListEdit::Remove(SongId(2)))), "Remove song Song 2");
}
