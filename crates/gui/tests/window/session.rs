//! Two stems become a session.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::capture::Rig;
use crate::display::{Window, until};
use crate::picture::Area;

/// Length of the stems in seconds: longer than the test plays.
const STEM_S: u32 = 120;
/// Rate of the stems in hertz.
const RATE_HZ: u32 = 48_000;
/// Frames that the sound device takes at a time.
const PERIOD: u32 = 1024;

/// A quiet tone, 16 bit, mono.
fn write_tone(path: &Path) {
    let samples: Vec<u8> = (0..STEM_S * RATE_HZ)
        .flat_map(|n| (((f64::from(n) * 0.06).sin() * 3000.0) as i16).to_le_bytes())
        .collect();
    let mut file = Vec::new();
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + samples.len() as u32).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend_from_slice(&RATE_HZ.to_le_bytes());
    file.extend_from_slice(&(2 * RATE_HZ).to_le_bytes());
    file.extend_from_slice(b"\x02\0\x10\0data");
    file.extend_from_slice(&(samples.len() as u32).to_le_bytes());
    file.extend_from_slice(&samples);
    std::fs::write(path, file).unwrap();
}

/// Where the strips begin in a window of 1600 by 900.
const STRIPS_Y: i32 = 52 + 324 + 26;
/// The first strip's fader at 0 dB.
const FADER: (i32, i32) = (35, STRIPS_Y + 266 + 39);
/// The lower end of a fader's travel.
const BOTTOM_Y: i32 = STRIPS_Y + 424;
/// The first strip's meter.
const METER: Area = Area { x: 51, y: STRIPS_Y + 260, width: 15, height: 160 };
/// The button "Make session".
const MAKE: (i32, i32) = (1480, 823);

/// The fader of a strip as the document has it.
fn fader(project: &Path, strip: u64) -> Option<f64> {
    let text = std::fs::read_to_string(project.join("project.json")).ok()?;
    let document: serde_json::Value = serde_json::from_str(&text).ok()?;
    let tracks = document["songs"][0]["mix"]["tracks"].as_array()?;
    let strip = tracks.iter().find(|track| track["strip"]["id"] == strip)?;
    strip["strip"]["fader"].as_f64()
}

/// Level of the last quarter second that was played, in dBFS of a mean square.
fn level(rig: &Rig) -> f64 {
    let captured = rig.captured();
    let last = &captured[captured.len().saturating_sub(RATE_HZ as usize / 4)..];
    let square: f64 = last.iter().map(|frame| f64::from(frame[0]).powi(2)).sum();
    10.0 * (square / last.len().max(1) as f64).max(1e-15).log10()
}

/// Two stems in a folder; a window that shows them in a mix.
fn two_stems(rig: &Rig) -> Window {
    let stems = rig.file("Song");
    std::fs::create_dir(&stems).unwrap();
    ["01_Kick.wav", "02_Bass.wav"].into_iter().for_each(|name| write_tone(&stems.join(name)));
    let window = Window::open(rig, &[&stems]);
    // The table is shown when the files have been read; until it is accepted there is nothing to lose.
    until("the session is made", || {
        window.click(MAKE);
        window.title().starts_with('•')
    });
    window
}

/// One window at a time: each wants a processor, and the sound another.
static TURN: Mutex<()> = Mutex::new(());

fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is dragged is heard, seen, undone, typed, saved, and kept when the program is asked to end.
#[test]
fn stems_become_a_session_whose_fader_is_heard_undone_typed_and_saved() {
    let _turn = turn();
    let rig = Rig::start(PERIOD);
    let mut window = two_stems(&rig);
    assert_eq!(window.picture().signal(METER), 0, "a meter at rest is empty");
    window.key("space");
    until("the song is heard", || level(&rig) > -40.0);
    until("the meter shows it", || window.picture().signal(METER) > 300);
    let both = level(&rig);
    window.drag(FADER, (FADER.0, BOTTOM_Y + 20));
    until("one of two equal tones is gone", || (both - level(&rig) - 6.02).abs() < 0.05);
    until("the meter is empty again", || window.picture().signal(METER) == 0);
    window.key("ctrl+z");
    until("undo is heard", || (both - level(&rig)).abs() < 0.05);
    window.key("space");
    let saved = rig.file("Saved");
    window.drag(FADER, (FADER.0, FADER.1 + 40));
    window.key("ctrl+s");
    window.type_line(saved.to_str().unwrap());
    until("it is saved", || fader(&saved, 1).is_some());
    let dragged = fader(&saved, 1).unwrap();
    assert!((-12.0..-8.0).contains(&dragged), "40 of 158 pixels below 0 dB: {dragged} dB");
    // Clicking the fader gives it the keyboard; digits open its field.
    window.click((FADER.0, FADER.1 + 40));
    window.type_line("-7.5");
    window.key("ctrl+s");
    until("a typed value is saved", || fader(&saved, 1) == Some(-7.5));
    window.key("m");
    until("a mute is unsaved", || window.title().starts_with('•'));
    window.terminate();
    assert!(window.snapshots() > 0, "unsaved work is kept when the program is asked to end");
    assert_eq!(fader(&saved, 1), Some(-7.5));
}

/// Nothing is drawn while nothing moves.
#[test]
fn the_start_screen_opens_on_nothing_and_rests() {
    let _turn = turn();
    let rig = Rig::start(PERIOD);
    let mut window = Window::open(&rig, &[]);
    assert_eq!(window.title(), "Twobus");
    std::thread::sleep(Duration::from_secs(2));
    let before = window.processor_s();
    std::thread::sleep(Duration::from_secs(4));
    let used = window.processor_s() - before;
    assert!(used < 0.4, "{used} s of processor time in 4 s of rest");
    window.terminate();
}
