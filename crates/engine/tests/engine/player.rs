//! A program that plays on a rig's device: this test program, started again.
//!
//! ALSA reads its configuration from the environment of the process, which the tests share.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use twobus_engine::device::{Output, OutputId, State, System, Wish};

use crate::capture::{Rig, run};
use crate::signals::{Player, Signal};

/// The script, and the file for the report.
const SCRIPT: &str = "TWOBUS_SCRIPT";
const REPORT: &str = "TWOBUS_REPORT";

/// What the program is to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Script {
    pub(crate) signal: Signal,
    pub(crate) song_hz: u32,
    pub(crate) period: u32,
    /// Length of the signal; a second of silence follows.
    pub(crate) frames: u64,
    /// Blocks when it comes to this frame, for so many milliseconds.
    pub(crate) stall: Option<(u64, u64)>,
}

/// What the program has seen.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) rate_hz: u32,
    pub(crate) period: u32,
    pub(crate) xruns: u64,
    pub(crate) dropped_frames: u64,
    /// Most frames that what is heard was behind.
    pub(crate) behind_frames: u64,
    pub(crate) realtime: String,
    pub(crate) notices: Vec<String>,
    /// Milliseconds from the last moved frame to the notice that the device was lost.
    pub(crate) noticed_ms: Option<u64>,
    /// Whether the playback came back at the end.
    pub(crate) returned: bool,
    /// How far it was then.
    pub(crate) position: u64,
}

/// Runs `script` on a device of `rig`, to its end.
pub(crate) fn play(rig: &Rig, script: &Script) -> Report {
    let mut command = command(rig, script);
    let seconds = script.frames / u64::from(script.song_hz) + 30;
    let status = run(&mut command, Duration::from_secs(seconds));
    assert!(status.success(), "the player failed: {}", rig.said());
    report(rig)
}

/// The program, not yet started.
pub(crate) fn command(rig: &Rig, script: &Script) -> Command {
    let mut command = rig.command(std::env::current_exe().unwrap());
    let _ = command
        .args(["--exact", "player::plays_a_script", "--ignored", "--nocapture"])
        .env(SCRIPT, serde_json::to_string(script).unwrap())
        .env(REPORT, rig.file("report.json"))
        .stdout(rig.log("player.log"))
        .stderr(rig.log("player.log"));
    command
}

/// What the program run last on this rig has seen.
pub(crate) fn report(rig: &Rig) -> Report {
    serde_json::from_slice(&std::fs::read(rig.file("report.json")).unwrap()).unwrap()
}

#[test]
#[ignore = "the capture tests start it as a program of its own"]
fn plays_a_script() {
    let Ok(script) = std::env::var(SCRIPT) else { return };
    let script: Script = serde_json::from_str(&script).unwrap();
    let mut player = Player::new(script.signal, script.frames);
    player.stall = script.stall.map(|(frame, ms)| (frame, Duration::from_millis(ms)));
    let position = Arc::clone(&player.position);
    let wish = Wish { output: Some(OutputId::new("alsa:default")), period_frames: script.period };
    let output = Output::new(Arc::new(System), wish, Box::new(player), script.song_hz);
    let mut report = Report::default();
    let end = script.frames + u64::from(script.song_hz);
    let (mut moved, mut last) = (Instant::now(), 0);
    let started = Instant::now();
    while last < end && report.noticed_ms.is_none() {
        thread::sleep(Duration::from_millis(5));
        let now = position.load(Relaxed);
        if now != last {
            (moved, last) = (Instant::now(), now);
        }
        let status = output.status();
        if let State::Playing(config) = &status.state {
            (report.rate_hz, report.period) = (config.rate_hz, config.period_frames);
        } else if last > 0 {
            report.noticed_ms = Some(moved.elapsed().as_millis() as u64);
        }
        report.behind_frames = report.behind_frames.max(status.behind_frames);
        report.realtime = format!("{:?}", status.realtime);
        (report.xruns, report.dropped_frames) = (status.xruns, status.dropped_frames);
        report.notices.extend(output.notices().iter().map(ToString::to_string));
        assert!(started.elapsed().as_secs() < end / u64::from(script.song_hz) + 20, "{report:?}");
    }
    report.returned = output.close().is_some();
    report.position = position.load(Relaxed);
    let file = std::env::var(REPORT).unwrap();
    std::fs::write(file, serde_json::to_vec(&report).unwrap()).unwrap();
}
