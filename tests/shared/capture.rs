//! The capture rig: a real sound device with a real clock, and a file of every frame it was given.
//!
//! ```text
//! program ─► cpal ─► ALSA ─► plug ─► file (keeps each frame as it comes) ─► jack ─► jackd, driver "dummy"
//! ```
//!
//! ALSA's `null` device has no clock; JACK's dummy driver has. Each rig runs a server of its own name, so
//! that several run side by side.

use std::fs;
use std::io::Read as _;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

/// Rate of the device.
pub(crate) const RATE_HZ: u32 = 48_000;

const ABSENT: &str = "The capture tests need jackd, jack_lsp and ALSA's jack and file plug-ins (Debian: \
                      jackd2, libasound2-plugins); `cargo xtask test` installs them.";

/// How long a server may take to start or end.
const PATIENCE: Duration = Duration::from_secs(10);

/// So many servers are started until one takes clients.
const ATTEMPTS: usize = 3;

static RIGS: AtomicU32 = AtomicU32::new(0);

/// One rig at a time in this process, so that they do not make each other late.
static TURN: Mutex<()> = Mutex::new(());

/// A sound server, a device on it, and what was played there.
pub(crate) struct Rig {
    folder: TempDir,
    name: String,
    period: u32,
    server: Child,
    killed: bool,
    _turn: MutexGuard<'static, ()>,
}

impl Rig {
    /// A device that takes `period` frames at a time, stereo, 32-bit float, at [`RATE_HZ`].
    pub(crate) fn start(period: u32) -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("asound.conf"), configuration(&folder)).unwrap();
        let number = RIGS.fetch_add(1, Ordering::Relaxed);
        let name = format!("twobus{}-{number}", std::process::id());
        let server = launch(&folder, &name, period);
        let mut rig = Self { folder, name, period, server, killed: false, _turn: turn };
        for attempt in 1.. {
            if rig.is_ready() {
                break;
            }
            assert!(attempt < ATTEMPTS, "jackd did not start: {}", rig.said());
            rig.kill_server();
            rig.relaunch();
        }
        rig
    }

    fn relaunch(&mut self) {
        self.server = launch(&self.folder, &self.name, self.period);
        self.killed = false;
    }

    /// Waits until the server takes clients. While it starts it may turn some away; on a busy machine it
    /// may never take any.
    fn is_ready(&self) -> bool {
        let start = Instant::now();
        let mut list = self.command("jack_lsp");
        let _ = list.stdout(Stdio::null()).stderr(Stdio::null());
        while !run(&mut list, PATIENCE).success() {
            if start.elapsed() > PATIENCE {
                return false;
            }
            thread::sleep(Duration::from_millis(50));
        }
        true
    }

    /// A program whose default sound device is this one.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        let _ = command
            .env("ALSA_CONFIG_PATH", self.folder.path().join("asound.conf"))
            .env("JACK_DEFAULT_SERVER", &self.name)
            .env("JACK_NO_START_SERVER", "1")
            .env("JACK_NO_AUDIO_RESERVATION", "1")
            .env("XDG_RUNTIME_DIR", self.folder.path())
            .stdin(Stdio::null());
        command
    }

    /// Every frame the device was given since it was last opened: left, right; none until it is.
    pub(crate) fn captured(&self) -> Vec<[f32; 2]> {
        let mut bytes = Vec::new();
        let file = fs::File::open(self.folder.path().join("captured.raw"));
        let Ok(mut file) = file else { return Vec::new() };
        let _ = file.read_to_end(&mut bytes).unwrap();
        let sample = |bytes: &[u8]| f32::from_le_bytes(bytes.try_into().unwrap());
        bytes.chunks_exact(8).map(|frame| [sample(&frame[..4]), sample(&frame[4..])]).collect()
    }

    /// The server dies as if it had crashed.
    pub(crate) fn kill_server(&mut self) {
        self.server.kill().unwrap();
        let _ = self.server.wait().unwrap();
        self.killed = true;
    }

    /// The path of a file that lives as long as the rig.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file for what a program says, to be appended to.
    pub(crate) fn log(&self, name: &str) -> fs::File {
        open(&self.folder, name)
    }

    /// What the server and the programs have said.
    pub(crate) fn said(&self) -> String {
        let read = |name| fs::read_to_string(self.folder.path().join(name)).unwrap_or_default();
        format!("{}{}", read("jackd.log"), read("player.log"))
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        // A server that is killed leaves its entry among the eight that JACK has room for; the next of the
        // same name takes it over.
        if self.killed {
            self.relaunch();
            let _ = self.is_ready();
        }
        // Asked to end, it takes its entry and its shared memory with it.
        let pid = Pid::from_raw(self.server.id().cast_signed());
        if matches!(self.server.try_wait(), Ok(None)) && kill(pid, Signal::SIGTERM).is_ok() {
            let _ = wait(&mut self.server, PATIENCE / 2);
        }
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Runs a program to its end.
///
/// # Panics
/// When it does not start, or takes longer than `limit`.
pub(crate) fn run(command: &mut Command, limit: Duration) -> ExitStatus {
    let mut child =
        command.spawn().unwrap_or_else(|error| panic!("{ABSENT} ({command:?}: {error})"));
    let status = wait(&mut child, limit);
    if status.is_none() {
        let _ = child.kill();
        let _ = child.wait();
    }
    status.unwrap_or_else(|| panic!("{command:?} took longer than {limit:?}"))
}

fn wait(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let start = Instant::now();
    while start.elapsed() < limit {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        thread::sleep(Duration::from_millis(10));
    }
    None
}

fn launch(folder: &TempDir, name: &str, period: u32) -> Child {
    let log = open(folder, "jackd.log");
    Command::new("jackd")
        .args(["-R", "-P", "70", "-n", name, "-d", "dummy", "-C", "2", "-P", "2"])
        .args(["-r", &RATE_HZ.to_string(), "-p", &period.to_string()])
        .env("JACK_NO_AUDIO_RESERVATION", "1")
        .env("XDG_RUNTIME_DIR", folder.path())
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap_or_else(|error| panic!("{ABSENT} ({error})"))
}

fn open(folder: &TempDir, name: &str) -> fs::File {
    fs::File::options().create(true).append(true).open(folder.path().join(name)).unwrap()
}

/// `plug` takes any format and rate, as the default device of a desktop does; `file` keeps what comes.
fn configuration(folder: &TempDir) -> String {
    let file = folder.path().join("captured.raw");
    format!(
        r#"</usr/share/alsa/alsa.conf>
pcm.paced {{ type jack playback_ports {{ 0 system:playback_1 1 system:playback_2 }} }}
pcm.capture {{ type file slave.pcm "paced" file "{}" format "raw" truncate true }}
pcm.!default {{ type plug slave.pcm "capture" }}
"#,
        file.display()
    )
}
