//! Two stems become a session.

use std::time::Duration;

use crate::capture::Rig;
use crate::display::Window;
use crate::stems::{
    BOTTOM_Y, FADER, METER, PERIOD, accept, fader, level, steady_level, turn, two_stems,
};

/// What is dragged is heard, seen, undone, typed, saved, and kept when the program is asked to end.
#[test]
fn stems_become_a_session_whose_fader_is_heard_undone_typed_and_saved() {
    let _turn = turn();
    let rig = Rig::start(PERIOD);
    let mut window = Window::open(&rig, &[&two_stems(&rig)]);
    accept(&window);
    assert_eq!(window.picture().signal(METER), 0, "a meter at rest is empty");
    window.key("space");
    window.until("the song is heard", || level(&rig) > -40.0);
    window.until("the meter shows it", || window.picture().signal(METER) > 300);
    let both = steady_level(&rig);
    window.drag(FADER, (FADER.0, BOTTOM_Y + 20));
    window.until("one of two equal tones is gone", || (both - level(&rig) - 6.02).abs() < 0.05);
    window.until("the meter is empty again", || window.picture().signal(METER) == 0);
    window.key("ctrl+z");
    window.until("undo is heard", || (both - level(&rig)).abs() < 0.05);
    window.key("space");
    let saved = rig.file("Saved");
    window.drag(FADER, (FADER.0, FADER.1 + 40));
    window.key("ctrl+s");
    window.type_line(saved.to_str().unwrap());
    window.until("it is saved", || fader(&saved, 1).is_some());
    let dragged = fader(&saved, 1).unwrap();
    assert!((-12.0..-8.0).contains(&dragged), "40 of 158 pixels below 0 dB: {dragged} dB");
    // Clicking the fader gives it the keyboard; digits open its field.
    window.click((FADER.0, FADER.1 + 40));
    window.type_line("-7.5");
    window.key("ctrl+s");
    window.until("a typed value is saved", || fader(&saved, 1) == Some(-7.5));
    window.key("m");
    window.until("a mute is unsaved", || window.title().starts_with('•'));
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
