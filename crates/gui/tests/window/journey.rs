//! From nothing to delivered files, with the window alone: every place is where a person would click.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::capture::Rig;
use crate::display::Window;
use crate::picture::Area;
use crate::stems::{
    BOTTOM_Y, FADER, METER, PERIOD, STRIPS_Y, accept, level, saved, steady_level, turn, two_stems,
};

/// The first strip's first insert, and "Equalizer" in the menu that it opens.
const INSERT: (i32, i32) = (40, STRIPS_Y + 20);
const EQUALIZER: (i32, i32) = (93, STRIPS_Y + 84);
/// Where the line of a flat equalizer lies, the node of its fourth band, and where that is dragged to: onto
/// the frequency of the stems, down.
const FLAT: Area = Area { x: 600, y: 294, width: 400, height: 8 };
const NODE: (i32, i32) = (802, 298);
const CUT: (i32, i32) = (707, 392);
/// The badge that counts what is fine in a report, and the button that goes on to the master.
const FINE: Area = Area { x: 1276, y: 158, width: 100, height: 40 };
const MASTER_IT: (i32, i32) = (1127, 799);
/// What is heard in Master, while it is the master.
const HEARD: Area = Area { x: 1386, y: 86, width: 96, height: 48 };
/// The button that chooses a target, and "Reach −14 LUFS" in its menu.
const TARGET: (i32, i32) = (1440, 250);
const REACH_14: (i32, i32) = (1480, 386);
/// The switch that brings print, master and reference to one loudness.
const MATCHED: (i32, i32) = (1570, 69);

/// A file that was written into a folder of the project, by its ending.
fn written(project: &Path, folder: &str, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(project.join(folder)).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    paths.filter(|path| path.extension().is_some_and(|found| found == ending)).collect()
}

/// A number of the saved document.
fn number(project: &Path, pointer: &str) -> f64 {
    saved(project, pointer).and_then(|value| value.as_f64()).unwrap_or(f64::NAN)
}

/// Starts on nothing; the stems' folder is typed into the dialog for files.
fn load(rig: &Rig) -> Window {
    let stems = two_stems(rig);
    let window = Window::open(rig, &[]);
    window.key("ctrl+i");
    // The first Return goes to the folder, the second takes what is in it.
    window.type_line(stems.to_str().unwrap());
    window.key("Return");
    accept(&window);
    window
}

/// Moves a fader and hears it, and takes that back.
fn balance(rig: &Rig, window: &Window) {
    window.key("space");
    window.until("the song is heard", || level(rig) > -40.0);
    window.until("the meter shows it", || window.picture().signal(METER) > 300);
    let both = steady_level(rig);
    window.drag(FADER, (FADER.0, BOTTOM_Y + 20));
    window.until("one of two equal tones is gone", || (both - level(rig) - 6.02).abs() < 0.05);
    window.key("ctrl+z");
    window.until("undo is heard", || (both - level(rig)).abs() < 0.05);
}

/// Adds an equalizer and drags a node of it; what is heard is what the document says.
fn shape(rig: &Rig, window: &Window, project: &Path) {
    let before = steady_level(rig);
    window.click(INSERT);
    window.click(EQUALIZER);
    window.until("the equalizer is shown", || window.picture().accent(FLAT) > 400);
    window.drag(NODE, CUT);
    window.until("the cut is heard", || before - level(rig) > 3.0);
    window.key("ctrl+s");
    window.type_line(project.to_str().unwrap());
    let equalizer = "/mix/tracks/0/strip/inserts/0";
    window.until("it is saved", || saved(project, equalizer).is_some());
    window.until("the window says so", || !window.title().starts_with('•'));
    let gain_db = number(project, &format!("{equalizer}/values/b4_gain"));
    assert!((-12.0..-10.0).contains(&gain_db), "94 of some 102 pixels for 12 dB: {gain_db} dB");
    // Of two equal tones one is so much quieter. It plays on while it is saved.
    let expected = 20.0 * ((1.0 + 10.0_f64.powf(gain_db / 20.0)) / 2.0).log10();
    window.until("as much is heard as the document says", || {
        (level(rig) - before - expected).abs() < 0.3
    });
    window.key("space");
}

/// Bounces, and reads whether the print is ready.
fn bounce(window: &Window, project: &Path) {
    window.key("ctrl+b");
    window.type_line("first");
    window.until("the print is there", || written(project, "prints", "wav").len() == 1);
    window.until("the report is shown", || window.picture().signal(FINE) > 40);
    window.click(MASTER_IT);
    window.until("Master is shown", || window.picture().accent(HEARD) > 2000);
    window.key("ctrl+s");
    window.until("the print is noted", || saved(project, "/prints/0/readiness/rows/0").is_some());
    let note = saved(project, "/prints/0/note").unwrap();
    assert_eq!(note.as_str(), Some("first"));
}

/// Level while the print (key 1) or the master (key 2) is heard.
fn level_of(rig: &Rig, window: &Window, key: &str) -> f64 {
    window.key(key);
    std::thread::sleep(Duration::from_millis(500));
    steady_level(rig)
}

/// Brings the master to −14 LUFS; print and master are then heard equally loud, and as they are.
fn reach(rig: &Rig, window: &Window, project: &Path) {
    window.click(TARGET);
    window.click(REACH_14);
    window.until("the loudness is reached", || {
        window.key("ctrl+s");
        number(project, "/master/target/loudness_lufs") == -14.0
    });
    let gain_db = -14.0 - number(project, "/prints/0/measurements/integrated_lufs");
    assert!(gain_db.abs() > 1.0, "{gain_db} dB would hardly be heard");
    window.key("Home");
    window.key("space");
    window.until("the master is heard", || level(rig) > -40.0);
    window.until("print and master are equally loud", || {
        let print = level_of(rig, window, "1");
        (print - level_of(rig, window, "2")).abs() < 0.2
    });
    window.click(MATCHED);
    // Tones as these do not reach the ceiling: the gain is all that is heard.
    window.until("they differ by what the target takes", || {
        let print = level_of(rig, window, "1");
        (level_of(rig, window, "2") - print - gain_db).abs() < 0.2
    });
    window.key("space");
}

/// Delivers, and measures one of the files.
fn deliver(window: &Window, project: &Path) {
    window.key("ctrl+e");
    // Return is for the sheet once it is shown, not for the switch that was clicked last.
    std::thread::sleep(Duration::from_millis(500));
    window.key("Return");
    window.until("the files are verified and noted", || {
        window.key("Escape");
        window.key("ctrl+s");
        let noted = saved(project, "/master/deliveries");
        noted.is_some_and(|noted| noted.as_array().is_some_and(|noted| noted.len() == 3))
    });
    assert_eq!(written(project, "masters", "wav").len(), 2);
    let flac = written(project, "masters", "flac");
    let measured = twobus_jobs::analyze(&flac[0], &twobus_jobs::Progress::new()).unwrap();
    let lufs = measured.report.integrated_lufs.unwrap();
    assert!((lufs + 14.0).abs() < 0.1, "{lufs} LUFS");
    assert!(measured.report.true_peak.unwrap().value < -0.95);
}

#[test]
fn stems_become_a_print_a_master_at_a_loudness_and_verified_files() {
    let _turn = turn();
    let rig = Rig::start(PERIOD);
    let project = rig.file("Saved");
    let mut window = load(&rig);
    balance(&rig, &window);
    shape(&rig, &window, &project);
    bounce(&window, &project);
    reach(&rig, &window, &project);
    deliver(&window, &project);
    window.terminate();
}
