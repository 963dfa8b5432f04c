//! How long a large document takes.

use std::time::{Duration, Instant};

use twobus_dsp::curve::Breakpoint;
use twobus_dsp::{Db, DeviceKind};

use super::*;
use crate::{
    AuxSend, Device, DeviceId, Edit, Lane, LaneMode, LaneTarget, SendId, SongId, StripEdit,
    StripId, testing,
};

/// A song of 100 tracks with 8 devices, 2 sends and 10 clips each, and 400 breakpoints.
fn large() -> Project {
    let mut project = testing::project();
    let mix = project.songs[0].mix.as_mut().unwrap();
    mix.tracks = (100..200).map(testing::track).collect();
    for (at, track) in (1..).zip(&mut mix.tracks) {
        track.clips = (0..10).map(|n| testing::clip(at * 10 + n, 1)).collect();
        let strip = &mut track.strip;
        strip.inserts =
            (0..8).map(|n| Device::new(DeviceId(1000 + at * 8 + n), DeviceKind::Utility)).collect();
        let id = SendId(1000 + at);
        strip.sends.push(AuxSend { id, ..strip.sends[0].clone() });
        let point = |n: u64| Breakpoint { frame: n * 4801, value: -(n as f64) / 7.0, bend: 0.0 };
        let points: Vec<Breakpoint> = (0..200).map(point).collect();
        strip.lanes = [LaneTarget::Fader, LaneTarget::Send(id)]
            .map(|target| Lane { target, mode: LaneMode::Read, points: points.clone() })
            .to_vec();
    }
    project
}

#[test]
fn r41_a_hundred_tracks_are_saved_loaded_and_edited_in_no_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    let mut project = large();
    let start = Instant::now();
    let _stamp = save(&path, &project).unwrap();
    let saved = start.elapsed();
    let start = Instant::now();
    assert_eq!(load(&path).unwrap().project, project);
    let loaded = start.elapsed();
    let start = Instant::now();
    for step in 0..100 {
        let change = StripEdit::Fader(Db(-f64::from(step)));
        let edit = Edit::Strip { song: SongId(1), strip: StripId(150), change };
        let _undo = project.apply(edit).unwrap();
    }
    let edited = start.elapsed() / 100;
    let start = Instant::now();
    project.validate().unwrap();
    let checked = start.elapsed();
    let bytes = std::fs::metadata(&path).unwrap().len();
    println!(
        "{bytes} bytes: saved {saved:?}, loaded {loaded:?}, an edit {edited:?}, all checked {checked:?}"
    );
    let most = Duration::from_secs(2);
    assert!(
        saved < most && loaded < most && edited < most / 100,
        "{saved:?} {loaded:?} {edited:?}"
    );
}
