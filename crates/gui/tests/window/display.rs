//! A display, the window on it, and the hand that moves it.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::capture::Rig;
use crate::picture::Picture;

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
const ABSENT: &str =
    "the tests of the window need Xvfb and xdotool; `cargo xtask test` installs them";

/// Whether it is `done` within the time that anything may take.
fn comes(mut done: impl FnMut() -> bool) -> bool {
    let started = Instant::now();
    while !done() {
        if started.elapsed() > PATIENCE {
            return false;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    true
}

/// Waits until `done`.
pub(crate) fn until(what: &str, done: impl FnMut() -> bool) {
    assert!(comes(done), "not within {PATIENCE:?}: {what}");
}

/// The program on a display of its own.
pub(crate) struct Window {
    server: Child,
    program: Child,
    display: String,
    id: String,
    state: PathBuf,
    /// Where the display's picture lies.
    picture: PathBuf,
}

impl Window {
    /// Opens it on `paths`, on the sound device of `rig`; its own files lie in a home folder there.
    pub(crate) fn open(rig: &Rig, paths: &[&Path]) -> Self {
        let place = rig.file("home");
        std::fs::create_dir_all(&place).unwrap();
        let (server, display) = serve(&place);
        let state = place.join("state");
        let program = rig
            .command(env!("CARGO_BIN_EXE_twobus"))
            .args(paths)
            .env("DISPLAY", &display)
            .env_remove("WAYLAND_DISPLAY")
            .env("ICED_BACKEND", "tiny-skia")
            .env("XDG_STATE_HOME", &state)
            .env("HOME", &place)
            .stderr(rig.log("player.log"))
            .spawn()
            .unwrap();
        let id = String::new();
        let mut window = Self { server, program, display, id, state, picture: place };
        until("the window opens", || {
            let found = window.hand(&["search", "--name", "Twobus"]);
            window.id = found.lines().next().unwrap_or_default().to_owned();
            !window.id.is_empty()
        });
        // There is no window manager that would give it the keyboard.
        let id = window.id.clone();
        let _ = window.hand(&["windowfocus", &id]);
        window
    }

    /// What xdotool says to a command.
    fn hand(&self, args: &[&str]) -> String {
        let mut command = Command::new("xdotool");
        let output = command.args(args).env("DISPLAY", &self.display).output().expect(ABSENT);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// What the window is called.
    pub(crate) fn title(&self) -> String {
        self.hand(&["getwindowname", &self.id]).trim().to_owned()
    }

    /// What the display shows.
    pub(crate) fn picture(&self) -> Picture {
        Picture::read(&self.picture)
    }

    /// Waits until `done`; keeps a picture of the window when that does not come.
    pub(crate) fn until(&self, what: &str, done: impl FnMut() -> bool) {
        if !comes(done) {
            let path = std::env::temp_dir().join("twobus-window.ppm");
            self.picture().keep(&path);
            panic!("not within {PATIENCE:?}: {what}; {} shows the window", path.display());
        }
    }

    fn point(&self, (x, y): (i32, i32)) {
        let _ = self.hand(&["mousemove", &x.to_string(), &y.to_string()]);
        pause();
    }

    /// Clicks.
    pub(crate) fn click(&self, at: (i32, i32)) {
        self.point(at);
        let _ = self.hand(&["click", "1"]);
        pause();
    }

    /// Drags from one point to another, in steps.
    pub(crate) fn drag(&self, from: (i32, i32), to: (i32, i32)) {
        const STEPS: i32 = 8;
        self.point(from);
        let _ = self.hand(&["mousedown", "1"]);
        for step in 1..=STEPS {
            let along = |a: i32, b: i32| a + (b - a) * step / STEPS;
            self.point((along(from.0, to.0), along(from.1, to.1)));
        }
        let _ = self.hand(&["mouseup", "1"]);
        pause();
    }

    /// Presses a key.
    pub(crate) fn key(&self, key: &str) {
        let _ = self.hand(&["key", key]);
        pause();
    }

    /// Types a line.
    pub(crate) fn type_line(&self, text: &str) {
        let _ = self.hand(&["type", "--delay", "20", "--", text]);
        self.key("Return");
    }

    /// Processor time of the program so far, in seconds.
    pub(crate) fn processor_s(&self) -> f64 {
        /// Ticks a second, as `/proc` counts them on Linux.
        const TICKS: f64 = 100.0;
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.program.id())).unwrap();
        let after_name = text.rsplit(')').next().unwrap();
        let fields: Vec<&str> = after_name.split_whitespace().collect();
        (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / TICKS
    }

    /// Asks the program to end, and waits until it has.
    pub(crate) fn terminate(&mut self) {
        kill(Pid::from_raw(self.program.id().cast_signed()), Signal::SIGTERM).unwrap();
        let program = &mut self.program;
        until("it ends", || program.try_wait().unwrap().is_some());
    }

    /// Snapshots of unsaved work that are there.
    pub(crate) fn snapshots(&self) -> usize {
        let documents = self.state.join("twobus").join("snapshots");
        let folders = std::fs::read_dir(documents).into_iter().flatten().flatten();
        folders.map(|folder| std::fs::read_dir(folder.path()).map_or(0, Iterator::count)).sum()
    }
}

/// A display without a screen that draws into a file in `folder`, and its name. It does not begin anew
/// when its last client leaves: whoever comes at that moment would be turned away.
fn serve(folder: &Path) -> (Child, String) {
    let mut server = Command::new("Xvfb")
        .args(["-displayfd", "1", "-screen", "0", "1600x900x24", "-nolisten", "tcp", "-noreset"])
        .arg("-fbdir")
        .arg(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect(ABSENT);
    let mut number = String::new();
    let _ = BufReader::new(server.stdout.take().unwrap()).read_line(&mut number).unwrap();
    (server, format!(":{}", number.trim()))
}

impl Drop for Window {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Between two movements of the hand.
fn pause() {
    std::thread::sleep(Duration::from_millis(60));
}
