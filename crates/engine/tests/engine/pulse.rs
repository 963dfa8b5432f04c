//! A PulseAudio server of our own with two sinks that lead nowhere but keep time; devices are unplugged and
//! the server is killed while a song plays.
//!
//! What is played is not compared here: PulseAudio's gaps are its own and go unreported.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::capture::run;
use crate::player::{Report, Script, instruct, now_ms, read, until_it_plays};
use crate::signals;

const ABSENT: &str = "These tests need PulseAudio (Debian: pulseaudio, pulseaudio-utils); `cargo xtask test` \
                      installs it, unless there is PipeWire, which takes its place.";

const PATIENCE: Duration = Duration::from_secs(20);

/// A server that nobody else talks to.
struct Server {
    folder: TempDir,
    process: Child,
}

impl Server {
    /// With the sinks "one" at 48 kHz and "two" at 44.1 kHz; "one" is the default.
    ///
    /// `None` where PipeWire stands in its place.
    fn start() -> Option<Self> {
        let installed = |program: &str| {
            let mut probe = Command::new(program);
            probe.arg("--version").stdout(Stdio::null()).status().is_ok()
        };
        if !installed("pulseaudio") && installed("pipewire") {
            println!("left out: PipeWire stands in PulseAudio's place");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let process = launch(&folder);
        Some(Self { folder, process })
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A program whose sound server is this one.
    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        let socket = format!("unix:{}", self.file("socket").display());
        let _ = command.env("PULSE_SERVER", socket).env("HOME", self.folder.path());
        let _ = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn control(&self, words: &[&str]) {
        let status = run(self.command("pactl").args(words), PATIENCE);
        assert!(status.success(), "pactl {words:?}");
    }

    /// Its device goes, without the program's doing.
    fn unplug(&self, sink: &str) {
        let list = self
            .command("pactl")
            .args(["list", "short", "modules"])
            .stdout(Stdio::piped())
            .output();
        let list = String::from_utf8(list.unwrap().stdout).unwrap();
        let line = list.lines().find(|line| line.contains(&format!("sink_name={sink} "))).unwrap();
        self.control(&["unload-module", line.split('\t').next().unwrap()]);
    }

    fn kill(&mut self) {
        self.process.kill().unwrap();
        let _ = self.process.wait().unwrap();
    }

    /// Starts a song of minutes on a device.
    fn play(&self, output: &str, linger_ms: u64) -> Child {
        let mut script = Script::new(signals::Signal::Ramp, 512, 48_000 * 600);
        output.clone_into(&mut script.output);
        script.linger_ms = Some(linger_ms);
        let mut command = self.command(std::env::current_exe().unwrap());
        instruct(&mut command, &script, &self.file("report.json"));
        command.spawn().unwrap()
    }

    fn report(&self, mut player: Child) -> Report {
        assert!(player.wait().unwrap().success());
        read(&self.file("report.json"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn launch(folder: &TempDir) -> Child {
    let socket = folder.path().join("socket");
    // A server that was killed leaves its socket.
    let _ = fs::remove_file(&socket);
    let protocol =
        format!("module-native-protocol-unix auth-anonymous=1 socket={}", socket.display());
    let process = Command::new("pulseaudio")
        .args(["-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1"])
        .args(["-L", "module-null-sink sink_name=one rate=48000"])
        .args(["-L", "module-null-sink sink_name=two rate=44100"])
        .args(["-L", &protocol])
        .env("HOME", folder.path())
        .env("XDG_RUNTIME_DIR", folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("{ABSENT} ({error})"));
    let start = Instant::now();
    while !socket.exists() {
        assert!(start.elapsed() < PATIENCE, "pulseaudio did not start");
        thread::sleep(Duration::from_millis(20));
    }
    process
}

/// The longest time that the song stood still, after that moment.
fn stood_still_ms(report: &Report, from_ms: u128) -> u128 {
    let (mut longest, mut moved, mut position) = (0, from_ms, 0);
    for moment in report.moments.iter().filter(|moment| moment.time_ms >= from_ms) {
        if moment.position != position {
            (moved, position) = (moment.time_ms, moment.position);
        }
        longest = longest.max(moment.time_ms - moved);
    }
    assert!(position > 0, "nothing was played: {:?}", report.notices);
    longest
}

#[test]
fn r35_r36_an_unplugged_sink_is_followed_by_one_of_another_rate_within_two_seconds() {
    for output in ["pulseaudio:one", "alsa:default"] {
        let Some(server) = Server::start() else { return };
        let player = server.play(output, 4000);
        until_it_plays(&server.file("report.json"));
        let event_ms = now_ms();
        server.unplug("one");
        let report = server.report(player);
        let gap_ms = stood_still_ms(&report, event_ms);
        println!("{output}: a gap of {gap_ms} ms; {:?}", report.notices);
        assert!(gap_ms <= 2000, "{output}: {gap_ms} ms, {:?}", report.notices);
        assert!(report.returned);
    }
}

#[test]
fn r37_a_killed_pulseaudio_is_noticed_and_found_again_when_it_returns() {
    let Some(mut server) = Server::start() else { return };
    let player = server.play("pulseaudio:one", 11_000);
    until_it_plays(&server.file("report.json"));
    server.kill();
    let killed = now_ms();
    thread::sleep(Duration::from_secs(3));
    server.process = launch(&server.folder);
    let back = now_ms();
    let report = server.report(player);
    let lost = report.moments.iter().find(|now| now.time_ms > killed && now.output.is_none());
    let noticed = lost.map_or(u128::MAX, |moment| moment.time_ms - killed);
    let found = report.moments.iter().find(|now| now.time_ms > back && now.output.is_some());
    let found = found.map_or(u128::MAX, |moment| moment.time_ms - back);
    println!(
        "noticed after {noticed} ms, found {found} ms after it was back; {:?}",
        report.notices
    );
    assert!(noticed <= 2000 && found <= 4500, "{:?}", report.notices);
    let last = report.moments.last().unwrap();
    assert!(report.returned && last.position > 4 * 48_000, "{}", last.position);
}

/// The server is stopped, so that any call to it may block for ever.
#[test]
fn r37_a_server_that_hangs_blocks_nobody_and_the_song_is_taken_from_it() {
    for output in ["pulseaudio:one", "alsa:default"] {
        let Some(server) = Server::start() else { return };
        let player = server.play(output, 6000);
        until_it_plays(&server.file("report.json"));
        let pid = Pid::from_raw(server.process.id().cast_signed());
        let stopped = now_ms();
        kill(pid, Signal::SIGSTOP).unwrap();
        let report = server.report(player);
        let looks = report.moments.windows(2);
        let blocked = looks.map(|pair| pair[1].time_ms - pair[0].time_ms).max().unwrap();
        let lost = report.moments.iter().find(|now| now.time_ms > stopped && now.output.is_none());
        let noticed = lost.map_or(u128::MAX, |moment| moment.time_ms - stopped);
        println!(
            "{output}: noticed after {noticed} ms, blocked for {blocked} ms, {:?}",
            report.notices
        );
        assert!(noticed <= 2000 && blocked < 500, "{output}: {noticed} ms, {blocked} ms");
        assert!(report.returned, "{:?}", report.notices);
    }
}
