//! The stems of the tests, where their session lies in the window, and what of it is heard and saved.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;

use crate::capture::Rig;
use crate::display::{Window, until};
use crate::picture::Area;
use crate::tone::write_tone;

/// Length of the stems in seconds: longer than the test plays.
const STEM_S: u32 = 120;
/// Rate of the stems in hertz.
const RATE_HZ: u32 = 48_000;
/// Frames that the sound device takes at a time.
pub(crate) const PERIOD: u32 = 1024;

/// Where the strips begin in a window of 1600 by 900.
pub(crate) const STRIPS_Y: i32 = 52 + 324 + 26;
/// The first strip's fader at 0 dB.
pub(crate) const FADER: (i32, i32) = (35, STRIPS_Y + 266 + 39);
/// The lower end of a fader's travel.
pub(crate) const BOTTOM_Y: i32 = STRIPS_Y + 424;
/// The first strip's meter.
pub(crate) const METER: Area = Area { x: 51, y: STRIPS_Y + 260, width: 15, height: 160 };
/// The button "Make session".
const MAKE: (i32, i32) = (1480, 823);

/// A part of the saved document, by a JSON pointer into its song.
pub(crate) fn saved(project: &Path, pointer: &str) -> Option<Value> {
    let text = std::fs::read_to_string(project.join("project.json")).ok()?;
    let document: Value = serde_json::from_str(&text).ok()?;
    document.pointer("/songs/0")?.pointer(pointer).cloned()
}

/// The fader of a strip as the document has it.
pub(crate) fn fader(project: &Path, strip: u64) -> Option<f64> {
    let tracks = saved(project, "/mix/tracks")?;
    let strip = tracks.as_array()?.iter().find(|track| track["strip"]["id"] == strip)?;
    strip["strip"]["fader"].as_f64()
}

/// Level of the last quarter second that was played, in dBFS of a mean square.
pub(crate) fn level(rig: &Rig) -> f64 {
    let captured = rig.captured();
    let last = &captured[captured.len().saturating_sub(RATE_HZ as usize / 4)..];
    let square: f64 = last.iter().map(|frame| f64::from(frame[0]).powi(2)).sum();
    10.0 * (square / last.len().max(1) as f64).max(1e-15).log10()
}

/// The same, once it stays.
pub(crate) fn steady_level(rig: &Rig) -> f64 {
    let mut last = f64::NAN;
    until("the level stays", || {
        let before = std::mem::replace(&mut last, level(rig));
        std::thread::sleep(Duration::from_millis(200));
        (last - before).abs() < 0.02
    });
    last
}

/// Two equal stems in a folder.
pub(crate) fn two_stems(rig: &Rig) -> PathBuf {
    let stems = rig.file("Song");
    std::fs::create_dir(&stems).unwrap();
    ["01_Kick.wav", "02_Bass.wav"]
        .into_iter()
        .for_each(|name| write_tone(&stems.join(name), RATE_HZ, STEM_S));
    stems
}

/// Accepts the table of the stems once they have been read; until then there is nothing to lose.
pub(crate) fn accept(window: &Window) {
    window.until("the session is made", || {
        window.click(MAKE);
        window.title().starts_with('•')
    });
}

/// One window at a time: each wants a processor, and the sound another.
static TURN: Mutex<()> = Mutex::new(());

pub(crate) fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}
