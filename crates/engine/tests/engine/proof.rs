//! The proof: what was really played, through the sound system, is the offline render, bit for bit.
//!
//! A program of its own plays a song from disk on the capture rig, with a control moved, a loop set and a
//! locate on the way, and notes when each acted. Every frame that the device was given is compared.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use twobus_dsp::Db;
use twobus_engine::device::{OutputId, System, Wish};
use twobus_engine::{Engine, Status};
use twobus_render::live::{Act, FADE_S, State, Taken};
use twobus_render::{Command, Cycle};
use twobus_session::StripId;

use crate::capture::{Rig, run};
use crate::song::{RATE_HZ, Tune, assert_same, render};

/// A busy machine may miss a period; then it says so, and another attempt is made.
const ATTEMPTS: usize = 3;
/// Frames of a fade, and the step at its end.
const FADE: usize = (FADE_S * RATE_HZ as f64) as usize + 1;
/// Where to, in the middle of the song.
const PLACE: u64 = 60_123;
/// The control that moves.
const MOVE: Command = Command::Fader(StripId(1), Db(-12.0));

/// The period, and the file for the report.
const PERIOD: &str = "TWOBUS_PROOF_PERIOD";
const REPORT: &str = "TWOBUS_PROOF_REPORT";

/// What the program has noted.
#[derive(Debug, Serialize, Deserialize)]
struct Report {
    xruns: u64,
    starved: u64,
    period: u32,
    /// Frames at which playback began, the control moved, the locate began, and the stop.
    play: usize,
    change: usize,
    locate: usize,
    stop: usize,
}

fn tune() -> Tune {
    Tune::noise(4, 300_000)
}

/// A loop whose ends lie off the grid.
fn cycle() -> Option<Cycle> {
    Cycle::new(57_001, 68_999)
}

#[test]
fn r33_what_was_really_played_is_the_offline_render_bit_for_bit() {
    let tune = tune();
    for period in [64, 256, 1024] {
        let (report, captured) = play_cleanly(period);
        assert_eq!(report.period, period);
        check(&tune, &report, &captured);
    }
}

/// Plays until no xrun is reported.
fn play_cleanly(period: u32) -> (Report, Vec<[f32; 2]>) {
    for _ in 0..ATTEMPTS {
        let rig = Rig::start(period);
        let mut command = rig.command(std::env::current_exe().unwrap());
        let _ = command
            .args(["--exact", "proof::plays_a_song", "--ignored", "--nocapture"])
            .env(PERIOD, period.to_string())
            .env(REPORT, rig.file("report.json"))
            .stdout(rig.log("player.log"))
            .stderr(rig.log("player.log"));
        let status = run(&mut command, Duration::from_secs(60));
        assert!(status.success(), "the player failed: {}", rig.said());
        let report = std::fs::read(rig.file("report.json")).unwrap();
        let report: Report = serde_json::from_slice(&report).unwrap();
        if report.xruns == 0 && report.starved == 0 {
            return (report, rig.captured());
        }
    }
    panic!("an xrun in each of {ATTEMPTS} attempts at period {period}");
}

fn check(tune: &Tune, report: &Report, captured: &[[f32; 2]]) {
    let Report { play, change, locate, stop, .. } = *report;
    // From the first frame of the song to the locate, with the control moved where it was said to.
    assert!(captured[..play].iter().all(|frame| *frame == [0.0; 2]));
    let mut offline = tune.offline(0);
    let mut expected = render(&mut offline, change - play);
    offline.apply(MOVE);
    expected.extend(render(&mut offline, locate - change));
    assert_same(&captured[play..locate], &expected);
    // From the locate's fade to the stop, through several rounds of the loop.
    let begins = locate + FADE;
    offline.locate(PLACE);
    offline.set_cycle(cycle());
    let expected = render(&mut offline, stop - begins);
    let whole = usize::try_from(offline.plan().latency_frames()).unwrap() + FADE;
    let rounds = (stop - begins) as u64 / 11_998;
    assert!(rounds >= 2, "{rounds} rounds of the loop");
    assert_same(&captured[begins + whole..stop], &expected[whole..]);
    assert!(captured[stop + FADE..].iter().all(|frame| *frame == [0.0; 2]));
    assert!(captured.len() > stop + FADE, "the fade was played to its end");
}

/// The frame at which a message of this kind acted last.
fn frame(notes: &[Taken], act: Act) -> usize {
    let note = notes.iter().rfind(|note| note.act == act);
    note.unwrap_or_else(|| panic!("no {act:?} in {notes:?}")).frame as usize
}

#[test]
#[ignore = "the proof starts it as a program of its own"]
fn plays_a_song() {
    let Ok(period) = std::env::var(PERIOD) else { return };
    let output = Some(OutputId::new("alsa:default"));
    let wish = Wish { output, period_frames: period.parse().unwrap() };
    let tune = tune();
    let mut engine = tune.engine(Arc::new(System), wish);
    let opened = |status: &Status| match &status.device.state {
        twobus_engine::device::State::Playing(config) => Some(config.period_frames),
        _ => None,
    };
    let status = until(&mut engine, |status| opened(status).is_some() && !status.loading);
    let period = opened(&status).unwrap();
    let _ = engine.play();
    let _ = until(&mut engine, |status| status.playhead > 24_000);
    let _ = engine.preview(MOVE);
    let _ = until(&mut engine, |status| status.playhead > 40_000);
    engine.set_loop(cycle()).unwrap();
    engine.locate(PLACE);
    let clock = Instant::now();
    let _ = until(&mut engine, |_| clock.elapsed() > Duration::from_millis(900));
    let _ = engine.stop();
    let status = until(&mut engine, |status| status.state != State::Playing);
    let notes: Vec<Taken> = engine.notes().collect();
    let clock = Instant::now();
    let _ = until(&mut engine, |_| clock.elapsed() > Duration::from_millis(100));
    engine.close();
    // The cue that follows the stop makes no sound.
    let report = Report {
        xruns: status.device.xruns,
        starved: status.starved_frames,
        period,
        play: frame(&notes, Act::Play),
        change: frame(&notes, Act::Change),
        locate: frame(&notes, Act::Cue),
        stop: frame(&notes, Act::Stop),
    };
    std::fs::write(std::env::var(REPORT).unwrap(), serde_json::to_vec(&report).unwrap()).unwrap();
}

/// Polls until it is so.
fn until(engine: &mut Engine, so: impl Fn(&Status) -> bool) -> Status {
    let start = Instant::now();
    loop {
        let status = engine.poll();
        let warning = status.notices.iter().find(|notice| notice.is_warning());
        assert!(warning.is_none(), "{warning:?}");
        if so(&status) {
            return status;
        }
        assert!(start.elapsed() < Duration::from_secs(15), "{status:?}");
        thread::sleep(Duration::from_millis(2));
    }
}
