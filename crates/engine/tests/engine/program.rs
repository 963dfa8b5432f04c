//! `twobus-play play`, as a person runs it.

use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use twobus_dsp::{Db, DeviceKind};
use twobus_session::{Device, DeviceId, MasterInput, MediaId};

use crate::capture::Rig;
use crate::song::{RATE_HZ, Tune, assert_same, noise, render};

const PROGRAM: &str = env!("CARGO_BIN_EXE_twobus-play");
/// A device that takes this much at a time.
const PERIOD: u32 = 512;

fn play(mut command: Command, tune: &Tune, args: &[&str]) -> Command {
    let _ = command.arg("play").arg(tune.folder.path()).args(args).stdin(Stdio::null());
    command
}

/// Without any sound device.
fn silent() -> Command {
    let mut command = Command::new(PROGRAM);
    let _ = command.env("ALSA_CONFIG_PATH", "/nonexistent").env("XDG_RUNTIME_DIR", "/nonexistent");
    let _ = command.env("PULSE_SERVER", "/nonexistent");
    command
}

fn text(output: &[u8]) -> String {
    String::from_utf8_lossy(output).into_owned()
}

fn ends(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{output:?}");
}

#[test]
fn r33_the_program_plays_a_song_from_disk_to_its_end() {
    let tune = Tune::noise(2, 40_000);
    tune.save();
    let rig = Rig::start(PERIOD);
    let args = ["--json", "--from", "0.25", "--period", "512"];
    let output = play(rig.command(PROGRAM), &tune, &args).output().unwrap();
    // A busy machine may miss a period, or its disk be late: then that is a warning, and no proof.
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    if json["xruns"] != 0 || json["starved_frames"] != 0 {
        return ends(&output, 3);
    }
    ends(&output, 0);
    assert_eq!(json["from_s"], 0.25);
    assert!(json["to_s"].as_f64().unwrap() > 40_000.0 / f64::from(RATE_HZ));
    let captured = rig.captured();
    let sounds = captured.iter().position(|frame| *frame != [0.0; 2]).unwrap();
    let mut offline = tune.offline(12_000);
    let latency = offline.plan().latency_frames() as usize;
    let expected = render(&mut offline, 25_000);
    // The first frame of a fade has the gain of its first step, which is not 0.
    let whole = latency + 300;
    let begins = sounds - latency;
    assert_same(&captured[begins + whole..begins + 25_000], &expected[whole..]);
}

/// Level of what was captured between a third and two thirds of it, in dBFS.
fn level_db(captured: &[[f32; 2]]) -> f64 {
    let sounding: Vec<_> = captured.iter().skip_while(|frame| **frame == [0.0; 2]).collect();
    let middle = &sounding[sounding.len() / 3..sounding.len() * 2 / 3];
    let power: f64 = middle.iter().flat_map(|frame| frame.map(|x| f64::from(x).powi(2))).sum();
    10.0 * (power / (2 * middle.len()) as f64).log10()
}

#[test]
fn m17h_versions_of_a_master_are_heard_equally_loud() {
    let mut tune = Tune::of(vec![(noise(1, 96_000), noise(2, 96_000))]);
    let song = &mut tune.project.songs[0];
    song.mix = None;
    song.master.input = MasterInput::File(MediaId(1));
    song.master.trim = Db(-12.0);
    let gain = |id, gain_db| {
        let mut device = Device::new(DeviceId(id), DeviceKind::Utility);
        device.values[DeviceKind::Utility.param("gain").unwrap()] = gain_db;
        device
    };
    song.master.chain = vec![gain(1, 4.0), gain(2, 3.0)];
    song.master.alternative = Some(vec![gain(3, -2.0)]);
    tune.save();
    let rig = Rig::start(PERIOD);
    let heard = |args: &[&str]| {
        let all = [&["--json", "--master", "--seconds", "1.5", "--period", "512"], args].concat();
        let output = play(rig.command(PROGRAM), &tune, &all).output().unwrap();
        assert!(matches!(output.status.code(), Some(0 | 3)), "{output:?}");
        let json: Value = serde_json::from_slice(&output.stdout).unwrap();
        (level_db(&rig.captured()), json["offset_db"].as_f64())
    };
    // Print 0, A +7, B −2 dB, against the print.
    let (plain, none) = heard(&[]);
    assert_eq!(none, None);
    for (args, offset_db) in [
        (&["--chain", "a"][..], -9.0),
        (&["--chain", "b"], 0.0),
        (&["--chain", "print"], -2.0),
        (&["--chain", "a", "--bypass", "1"], -5.0),
    ] {
        let (level, offset) = heard(&[args, &["--matched"]].concat());
        assert!((offset.unwrap() - offset_db).abs() < 0.01, "{args:?}: {offset:?}");
        assert!((level - (plain - 9.0)).abs() <= 0.1, "{args:?}: {level} dBFS, plain {plain}");
    }
    let output = play(silent(), &tune, &["--master", "--bypass", "9"]).output().unwrap();
    ends(&output, 1);
    assert!(text(&output.stderr).contains("no device 9"), "{output:?}");
}

#[test]
fn r47_a_request_to_terminate_ends_it_in_time_and_without_a_click() {
    let tune = Tune::noise(2, 480_000);
    let rig = Rig::start(PERIOD);
    let mut command = play(rig.command(PROGRAM), &tune, &["--loop", "1", "2"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let is_there = || rig.file("captured.raw").exists();
    let sounds = || is_there() && rig.captured().iter().any(|frame| *frame != [0.0; 2]);
    let start = Instant::now();
    while !sounds() {
        assert!(start.elapsed() < Duration::from_secs(20), "{}", rig.said());
        thread::sleep(Duration::from_millis(50));
    }
    let asked = Instant::now();
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM).unwrap();
    let status = child.wait().unwrap();
    assert!(asked.elapsed() < Duration::from_secs(2));
    assert!(matches!(status.code(), Some(0 | 3)), "{status:?}");
    let captured = rig.captured();
    let end = captured.iter().rposition(|frame| *frame != [0.0; 2]).unwrap();
    let last = captured[end - 20..=end].iter().flatten().fold(0.0_f32, |a, x| a.max(x.abs()));
    assert!(last < 0.02, "it ends with {last}");
}

#[test]
fn r37_without_a_sound_device_it_says_so() {
    let tune = Tune::noise(1, 5000);
    let output = play(silent(), &tune, &[]).output().unwrap();
    ends(&output, 1);
    assert!(text(&output.stderr).contains("error: nothing can be played: "), "{output:?}");
    let output = play(silent(), &tune, &["--json"]).output().unwrap();
    ends(&output, 1);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(json["error"].is_string() && output.stderr.is_empty());
}

#[test]
fn what_cannot_be_played_is_said_and_wrong_words_are_refused() {
    let tune = Tune::noise(1, 5000);
    for (args, said) in [
        (&["--song", "2"][..], "there is no song 2; the project has 1"),
        (&["--loop", "1", "1.001"][..], "a loop must be at least 10 ms long"),
    ] {
        let output = play(silent(), &tune, args).output().unwrap();
        ends(&output, 1);
        assert!(text(&output.stderr).contains(said), "{output:?}");
    }
    for args in
        [&["--from", "-1"][..], &["--period", "3"], &["--loop", "1"], &["--sung"], &["--matched"]]
    {
        ends(&play(silent(), &tune, args).output().unwrap(), 2);
    }
    let mut missing = silent();
    let output = missing.args(["play", "/nowhere/at/all"]).output().unwrap();
    ends(&output, 1);
    assert!(text(&output.stderr).contains("/nowhere/at/all"), "{output:?}");
    let help = silent().args(["play", "--help"]).output().unwrap();
    ends(&help, 0);
    for word in ["--song", "--device", "--seconds", "--from", "--loop", "--period"] {
        assert!(text(&help.stdout).contains(word), "{word}");
    }
}
