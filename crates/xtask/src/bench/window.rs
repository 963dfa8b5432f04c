//! How many frames the window draws while a song plays, and what each costs.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::project::Project;
use super::stems::Stems;
use crate::command::{cargo, run as run_command, start, stdout, target};
use crate::error::{Error, Result};
use crate::setup;
use crate::terminal::say;

/// Tracks that play, how long their stems are, and how long frames are counted, in seconds.
const TRACKS: u32 = 32;
const STEM_S: u32 = 30;
const COUNT_S: &str = "10";
/// Numbers of tracks that are scrolled.
const SCROLLED: [u32; 3] = [14, TRACKS, 200];

/// Opens the window on a display without a screen, 1600 by 900, drawn without a GPU, and prints a table.
///
/// # Errors
/// When something that it needs is missing, or the window does not open.
pub(super) fn run() -> Result<()> {
    setup::ensure(setup::WINDOW)?;
    let packages = ["--package", "twobus-cli", "--package", "twobus-gui"];
    run_command(&mut cargo(&[&["build", "--release", "--locked"], &packages[..]].concat())?)?;
    let folder = target()?.join("bench");
    let stems = Stems::make(&folder, TRACKS, STEM_S)?;
    let place = folder.join("window");
    let mut display = Display::open()?;
    let measured = measure(&stems, &place, &display);
    display.close();
    measured
}

/// Prints a row for all that is shown.
fn measure(stems: &Stems, place: &Path, display: &Display) -> Result<()> {
    say("| Shown | Tracks | Frames/s | CPU a frame, window's thread |\n|---|---:|---:|---:|");
    let project = Project::new(place)?;
    let _cost = project.import(stems.first(TRACKS))?;
    project.mix()?;
    row("Mix", "mix", TRACKS, (place, display))?;
    row("Mixer alone", "mixer", TRACKS, (place, display))?;
    project.add_devices()?;
    let _cost = project.bounce()?;
    row("Mix, two devices a track", "mix", TRACKS, (place, display))?;
    row("Device panel", "devices", TRACKS, (place, display))?;
    row("Master", "master", TRACKS, (place, display))?;
    project.remove()?;
    for tracks in SCROLLED {
        let project = Project::new(place)?;
        // More tracks than stems play some of them twice.
        let paths: Vec<PathBuf> =
            stems.first(TRACKS).iter().cycle().take(tracks as usize).cloned().collect();
        let _cost = project.import(&paths)?;
        row("Mix, scrolled", "scroll", tracks, (place, display))?;
        project.remove()?;
    }
    Ok(())
}

/// Opens the window on a project and prints what its frames cost.
fn row(shown: &str, subject: &str, tracks: u32, (place, display): (&Path, &Display)) -> Result<()> {
    let mut window = Command::new(target()?.join("release").join("twobus"));
    let _window = window.args(["--measure", COUNT_S, "--measured", subject]).arg(place);
    let counted = stdout(window.envs(display.variables()))?;
    let counted = String::from_utf8_lossy(&counted).into_owned();
    let [rate, cpu_ms] = counted.split_whitespace().collect::<Vec<_>>()[..] else {
        return Err(Error::Unfit(format!("not a measurement: {counted}")));
    };
    say(format!("| {shown} | {tracks} | {rate} | {cpu_ms} ms |"));
    Ok(())
}

/// An X server without a screen.
struct Display {
    server: Child,
    name: String,
}

impl Display {
    fn open() -> Result<Self> {
        let mut command = Command::new("Xvfb");
        let _command = command.args(["-displayfd", "1", "-screen", "0", "1600x900x24"]);
        let quiet = command.args(["-nolisten", "tcp"]).stderr(Stdio::null());
        let mut server = quiet.stdout(Stdio::piped()).spawn().map_err(start(quiet))?;
        let output = server.stdout.take().expect("standard output was asked for just before");
        let mut number = String::new();
        let _bytes = BufReader::new(output)
            .read_line(&mut number)
            .map_err(Error::io("asking for the display of", "Xvfb"))?;
        Ok(Self { server, name: format!(":{}", number.trim()) })
    }

    fn variables(&self) -> [(&'static str, &str); 2] {
        [("DISPLAY", &self.name), ("ICED_BACKEND", "tiny-skia")]
    }

    fn close(&mut self) {
        // It ends, or has ended.
        let _ended = self.server.kill().and_then(|()| self.server.wait());
    }
}
