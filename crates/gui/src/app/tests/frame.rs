//! What surrounds the screens: files, settings, commands.

use iced::keyboard::Modifiers;
use iced::keyboard::key::Named;
use twobus_session::StripId;

use super::{Window, waves};
use crate::app::Message;

#[test]
fn one_works_on_while_a_save_is_under_way_and_what_was_done_meanwhile_is_unsaved() {
    let mut window = Window::with_stems();
    let to = window.place.path().join("Saved");
    window.save_as(&to);
    window.app.mixer.choose(StripId(1));
    window.letter("m", Modifiers::empty());
    window.letter("s", Modifiers::CTRL);
    window.letter("p", Modifiers::empty());
    let written = |window: &mut Window| {
        window.settle();
        let project = twobus_session::load(&to.join("project.json")).unwrap().project;
        let strip = project.songs[0].mix.as_ref().unwrap().strip(StripId(1)).unwrap().clone();
        (strip.mute, strip.invert)
    };
    assert_eq!(written(&mut window), (true, false), "as it was when it was asked for");
    assert!(window.app.desk.as_ref().unwrap().is_dirty());
    // Asked again while it is under way, it is saved again; closing comes after both, and needs no question.
    window.letter("s", Modifiers::CTRL);
    window.letter("m", Modifiers::empty());
    window.letter("s", Modifiers::CTRL);
    window.send(Message::Window(iced::window::Event::CloseRequested));
    assert!(window.app.dialog.is_none());
    window.settle();
    assert_eq!(written(&mut window), (false, true));
    assert!(!window.app.desk.as_ref().unwrap().is_dirty() && window.app.errand.is_none());
}

#[test]
fn while_a_project_is_opened_the_controls_wait_and_escape_gives_it_up() {
    let mut window = Window::with_stems();
    let to = window.place.path().join("Saved");
    window.save_as(&to);
    let task = window.app.open(&to);
    window.app.mixer.choose(StripId(1));
    window.letter("m", Modifiers::empty());
    assert!(!window.muted(1), "nothing is done that would be lost");
    assert!(window.app.errand.as_ref().is_some_and(|errand| errand.words().starts_with("Opening")));
    window.named(Named::Escape);
    window.letter("m", Modifiers::empty());
    assert!(window.muted(1) && window.app.errand.is_none());
    drop(task);
    window.open(&to.join("nothing here"));
    assert!(
        window.app.dialog.is_some() && window.muted(1),
        "a failure is said and nothing is lost"
    );
}

#[test]
fn a_project_that_was_saved_is_listed_with_its_wave() {
    let mut window = Window::with_stems();
    waves(&mut window);
    let to = window.place.path().join("Saved");
    window.save_as(&to);
    window.start_anew();
    let recent = &window.app.start.recent[0];
    assert_eq!((recent.name.as_str(), recent.about.as_str()), ("Song", "2 tracks · 0:01"));
    assert_eq!(recent.state.0, "no print yet");
    let Some(iced::widget::image::Handle::Rgba { pixels, .. }) = &recent.wave else {
        panic!("no wave")
    };
    assert!(pixels.iter().skip(3).step_by(4).filter(|alpha| **alpha > 0).count() > 1000);
    std::fs::remove_dir_all(window.place.path().join("Song")).unwrap();
    window.start_anew();
    assert_eq!(window.app.start.recent[0].state.0, "2 files missing: open to find them");
}
