//! A program that plays on a rig's device: this test program, started again.
//!
//! ALSA reads its configuration from the environment of the process, which the tests share.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use twobus_engine::device::{Output, OutputId, State, System, Wish};

use crate::capture::{RATE_HZ, Rig, run};
use crate::signals::{Player, Signal};

/// The script, and the file for the report.
const SCRIPT: &str = "TWOBUS_SCRIPT";
const REPORT: &str = "TWOBUS_REPORT";

/// Extension of the file that says that the first second was played.
const PLAYS: &str = "plays";

/// How long that may take.
const PATIENCE: Duration = Duration::from_secs(20);

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
    /// The device.
    pub(crate) output: String,
    /// Goes on for so many milliseconds after the first second of the song, whatever happens; otherwise it ends with the song, or when the
    /// device is lost.
    pub(crate) linger_ms: Option<u64>,
}

impl Script {
    /// A signal of so many frames on the rig's device, at its rate.
    pub(crate) fn new(signal: Signal, period: u32, frames: u64) -> Self {
        let output = "alsa:default".to_owned();
        Self { signal, song_hz: RATE_HZ, period, frames, stall: None, output, linger_ms: None }
    }
}

/// What the program sees at one moment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Moment {
    /// Milliseconds of the system's clock.
    pub(crate) time_ms: u128,
    /// The device that plays, if one does.
    pub(crate) output: Option<String>,
    /// How far the song is.
    pub(crate) position: u64,
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
    pub(crate) moments: Vec<Moment>,
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
    let log = rig.log("player.log");
    let _ = command.stdout(log.try_clone().unwrap()).stderr(log);
    instruct(&mut command, script, &rig.file("report.json"));
    command
}

/// Tells the program, in whatever environment, what to do and where to report.
pub(crate) fn instruct(command: &mut Command, script: &Script, report: &Path) {
    let _ = command
        .args(["--exact", "player::plays_a_script", "--ignored", "--nocapture"])
        .env(SCRIPT, serde_json::to_string(script).unwrap())
        .env(REPORT, report);
}

/// What the program run last on this rig has seen.
pub(crate) fn report(rig: &Rig) -> Report {
    read(&rig.file("report.json"))
}

/// Waits until a program that reports into `file` has played the first second of its song.
pub(crate) fn until_it_plays(file: &Path) {
    let start = Instant::now();
    while !file.with_extension(PLAYS).exists() {
        assert!(start.elapsed() < PATIENCE, "nothing is played");
        thread::sleep(Duration::from_millis(5));
    }
}

/// What a program has reported.
pub(crate) fn read(file: &Path) -> Report {
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}

/// Milliseconds of the system's clock, which all programs share.
pub(crate) fn now_ms() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()
}

#[test]
#[ignore = "the capture tests start it as a program of its own"]
fn plays_a_script() {
    let Ok(script) = std::env::var(SCRIPT) else { return };
    let script: Script = serde_json::from_str(&script).unwrap();
    let mut player = Player::new(script.signal, script.frames);
    player.stall = script.stall.map(|(frame, ms)| (frame, Duration::from_millis(ms)));
    let position = Arc::clone(&player.position);
    let output = Some(OutputId::new(&script.output));
    let wish = Wish { output, period_frames: script.period };
    let output = Output::new(Arc::new(System), wish, Box::new(player), script.song_hz);
    let mut report = Report::default();
    let file = PathBuf::from(std::env::var(REPORT).unwrap());
    let (started, mut moved, mut last) = (Instant::now(), Instant::now(), 0);
    let mut plays = None;
    while !over(&script, &report, last, plays.unwrap_or(started).elapsed()) {
        thread::sleep(Duration::from_millis(5));
        let now = position.load(Relaxed);
        if now != last {
            (moved, last) = (Instant::now(), now);
        }
        observe(&mut report, &output, last);
        if plays.is_none() && last > u64::from(script.song_hz) {
            plays = Some(Instant::now());
            std::fs::write(file.with_extension(PLAYS), "").unwrap();
        }
        if report.moments.last().is_some_and(|now| now.output.is_none()) && last > 0 {
            let ms = moved.elapsed().as_millis() as u64;
            let _first = report.noticed_ms.get_or_insert(ms);
        }
    }
    report.returned = output.close().is_some();
    report.position = position.load(Relaxed);
    std::fs::write(file, serde_json::to_vec(&report).unwrap()).unwrap();
}

fn over(script: &Script, report: &Report, position: u64, passed: Duration) -> bool {
    if let Some(linger_ms) = script.linger_ms {
        let plays = position > u64::from(script.song_hz);
        let limit = if plays { Duration::from_millis(linger_ms) } else { PATIENCE };
        return passed >= limit;
    }
    let end = script.frames + u64::from(script.song_hz);
    let limit_s = end / u64::from(script.song_hz) + 20;
    assert!(passed.as_secs() < limit_s, "{report:?}");
    position >= end || report.noticed_ms.is_some()
}

fn observe(report: &mut Report, output: &Output, position: u64) {
    let status = output.status();
    let mut moment = Moment { time_ms: now_ms(), output: None, position };
    if let State::Playing(config) = &status.state {
        (report.rate_hz, report.period) = (config.rate_hz, config.period_frames);
        moment.output = Some(config.output.to_string());
        report.behind_frames = report.behind_frames.max(status.behind_frames);
        report.realtime = format!("{:?}", status.realtime);
    }
    report.moments.push(moment);
    (report.xruns, report.dropped_frames) = (status.xruns, status.dropped_frames);
    report.notices.extend(output.notices().iter().map(ToString::to_string));
}
