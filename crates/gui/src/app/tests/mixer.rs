//! Narrow strips, sends by menu, and the edge between arrange and mixer.

use twobus_dsp::DeviceKind;
use twobus_session::edit::ListEdit;
use twobus_session::{AuxSend, Bus, SendId, SongEdit, StripEdit, Tap};

use super::*;
use crate::screens::menu::Choice;
use crate::screens::mix::Split;
use crate::screens::mix::mixer::{Choice as Shown, Part, Piece, Switch};
use crate::widgets::{Input, Phase};

impl Window {
    fn split(&mut self, phase: Phase, y: f32) {
        let at = Point::new(800.0, y);
        let modifiers = Modifiers::empty();
        self.send(Message::Mixer(Input::Point { part: Part::Split, phase, at, modifiers }));
    }
}

#[test]
fn the_edge_of_the_mixer_is_dragged_and_pressed_twice() {
    let mut window = Window::with_stems();
    let before = window.app.rooms();
    window.split(Phase::Down, 10.0);
    window.split(Phase::Drag, -30.0);
    window.split(Phase::Drag, 10.0);
    window.split(Phase::Up, 10.0);
    assert_eq!(window.app.rooms().mixer, before.mixer + 40.0);
    window.split(Phase::Twice, 10.0);
    assert_eq!((window.app.split, window.app.rooms().arrange), (Split::Mixer, 0.0));
    window.split(Phase::Twice, 10.0);
    window.split(Phase::Twice, 10.0);
    assert_eq!(window.app.rooms(), before);
}

#[test]
fn narrow_strips_have_chips_for_inserts_and_polarity_in_their_menu() {
    let mut window = Window::with_stems();
    let device = twobus_session::Device::new(twobus_session::DeviceId(1), DeviceKind::Equalizer);
    let add = StripEdit::Inserts(ListEdit::add(device));
    window.app.on_desk(|desk| desk.edit(StripId(1), add));
    window.app.resized(Size::new(1100.0, 700.0));
    let controls = |window: &Window| {
        let desk = window.app.desk.as_ref().unwrap();
        let size = Size::new(1100.0, window.app.rooms().mixer);
        window.app.mixer.parts(desk, size)
    };
    let parts = controls(&window);
    let of = |piece| Part::Strip(StripId(1), piece);
    assert!(parts.contains(&of(Piece::Insert(0))) && parts.contains(&of(Piece::AddInsert)));
    assert!(!parts.contains(&of(Piece::Polarity)));
    window.app.resized(WINDOW);
    assert!(controls(&window).contains(&of(Piece::Fader)));
}

/// Returns with these names.
fn add_returns(window: &mut Window, names: &[&str]) {
    let song = window.app.desk.as_ref().unwrap().song_id();
    for (name, id) in names.iter().zip(20..) {
        let bus = Bus::effect_return(twobus_session::Strip::new(StripId(id), *name));
        let change = SongEdit::Buses(ListEdit::add(bus));
        window.app.on_desk(|desk| desk.apply(twobus_session::Edit::Song { song, change }));
    }
}

fn parts_of(window: &Window) -> Vec<Part> {
    let desk = window.app.desk.as_ref().unwrap();
    let size = Size::new(window.app.size.width, window.app.rooms().mixer);
    window.app.mixer.parts(desk, size)
}

#[test]
fn the_sends_of_a_narrow_strip_open_on_a_click_and_close_on_escape() {
    let mut window = Window::with_stems();
    add_returns(&mut window, &["Plate", "Delay"]);
    window.app.resized(Size::new(1100.0, 700.0));
    let of = |piece| Part::Strip(StripId(1), piece);
    assert!(!parts_of(&window).contains(&of(Piece::Send(0))));
    let (part, modifiers, at) = (of(Piece::Sends), Modifiers::empty(), Point::ORIGIN);
    window.send(Message::Mixer(Input::Press { part, modifiers, at }));
    assert!(parts_of(&window).contains(&of(Piece::Send(1))));
    assert_eq!(window.app.mixer.focus, Some(of(Piece::Send(0))));
    // The keyboard steps it and goes on to the next; a send begins where its return is first sent to.
    window.app.region = super::super::Region::Mixer;
    window.send(Message::Mixer(Input::Typed(of(Piece::Send(0)), "-9".to_owned())));
    window.named(Named::Tab);
    assert_eq!(window.app.mixer.focus, Some(of(Piece::Send(1))));
    let strip = window.app.desk.as_ref().unwrap().strip(StripId(1)).unwrap();
    assert_eq!((strip.sends.len(), strip.sends[0].level), (1, Db(-9.0)));
    window.named(Named::Escape);
    assert!(!parts_of(&window).contains(&of(Piece::Send(0))));
    assert_eq!(window.app.mixer.focus, Some(of(Piece::Sends)));
    window.send(Message::Mixer(Input::Press { part, modifiers, at }));
    let elsewhere = Part::Strip(StripId(2), Piece::Mute);
    window.send(Message::Mixer(Input::Focus(elsewhere)));
    assert!(!parts_of(&window).contains(&of(Piece::Send(0))), "what is done elsewhere closes it");
}

#[test]
fn a_narrow_window_chooses_what_is_shown_and_keeps_the_monitor() {
    let mut window = Window::with_stems();
    window.app.resized(Size::new(1024.0, 640.0));
    let parts = parts_of(&window);
    assert!(parts.contains(&Part::Listen) && parts.contains(&Part::Monitor(Switch::Mono)));
    assert!(!parts.contains(&Part::Bar(Shown::Narrow)));
    let press = |part| Input::Press { part, modifiers: Modifiers::empty(), at: Point::ORIGIN };
    window.send(Message::Mixer(press(Part::Bar(Shown::Alone))));
    assert_eq!(window.app.rooms().arrange, 0.0);
    window.send(Message::Mixer(press(Part::Bar(Shown::Both))));
    assert!(window.app.rooms().arrange > 0.0);
    window.app.resized(WINDOW);
    assert!(parts_of(&window).contains(&Part::Bar(Shown::Narrow)));
}

#[test]
fn the_level_of_a_send_is_typed_where_it_has_no_row() {
    let mut window = Window::with_stems();
    let song = window.app.desk.as_ref().unwrap().song_id();
    let bus = Bus::effect_return(twobus_session::Strip::new(StripId(9), "Plate"));
    let change = SongEdit::Buses(ListEdit::add(bus));
    window.app.on_desk(|desk| desk.apply(twobus_session::Edit::Song { song, change }));
    let (id, to) = (SendId(1), StripId(9));
    let send = AuxSend { id, to, level: Db(-12.0), tap: Tap::Post, off: false };
    window.app.on_desk(|desk| desk.edit(StripId(1), StripEdit::Sends(ListEdit::add(send))));
    let level = |window: &Window| {
        window.app.desk.as_ref().unwrap().strip(StripId(1)).unwrap().sends[0].level
    };
    let _ = window.app.chose(Choice::Sends(StripId(1), 0));
    assert!(window.app.menu.is_some());
    let _ = window.app.chose(Choice::SendLevel(StripId(1), id));
    for letter in ["-", "7"] {
        window.letter(letter, Modifiers::empty());
    }
    window.named(Named::Enter);
    assert_eq!(level(&window), Db(-7.0));
}
