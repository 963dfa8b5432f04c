//! What surrounds the screens: files, settings, commands, sections, tempo.

use std::path::Path;
use std::time::Duration;

use iced::Point;
use iced::keyboard::key::Named;
use iced::keyboard::{Key, Modifiers};
use twobus_engine::device::Fault;
use twobus_session::{LaneTarget, StripId};

use super::{Window, picture, stage, waves};
use crate::app::jobs::Outcome;
use crate::app::panels::{Panel, Touched};
use crate::app::{Message, Region, WINDOW};
use crate::commands::COMMANDS;
use crate::screens::dialog::{About, Then};
use crate::screens::mix::{arrange, mixer};
use crate::screens::{menu, settings, start, top};
use crate::settings::{KScale, MeterKind, Settings};
use crate::topics::Topic;
use crate::widgets::{Input, Phase};

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

fn press<P>(part: P) -> Input<P> {
    Input::Press { part, modifiers: Modifiers::empty(), at: Point::ORIGIN }
}

fn settings_press(window: &mut Window, part: settings::Part) {
    window.send(Message::Panel(Touched::Settings(press(part))));
}

#[test]
fn settings_are_kept_and_go_to_the_device_the_meters_and_the_scale() {
    let mut window = Window::with_stems();
    window.letter(",", Modifiers::CTRL);
    settings_press(&mut window, settings::Part::Period(1));
    settings_press(&mut window, settings::Part::Meter(MeterKind::Vu));
    settings_press(&mut window, settings::Part::Scaled(KScale::K14));
    settings_press(&mut window, settings::Part::Scale(2));
    assert_eq!(window.app.means.wish.period_frames, 128);
    let live = &window.app.desk.as_ref().unwrap().live;
    assert_eq!((live.meter_kind(), live.k_scale()), (MeterKind::Vu, KScale::K14));
    assert_eq!(window.app.scale_factor(), 1.25);
    assert_eq!(window.app.size, iced::Size::new(1280.0, 720.0));
    let (kept, note) = Settings::load(&window.app.means.config);
    assert_eq!((&kept, note), (&window.app.settings, None));
    window.named(Named::Escape);
    assert!(window.app.panel.is_none());
}

#[test]
fn the_scale_steps_by_keys_from_that_of_the_display() {
    let mut window = Window::with_stems();
    window.send(Message::Display(2.0));
    assert_eq!((window.app.scale_factor(), window.app.size.width), (1.0, 1600.0));
    window.letter("-", Modifiers::CTRL);
    assert_eq!((window.app.scale_factor(), window.app.settings.scale_percent), (0.875, Some(175)));
    for _ in 0..9 {
        window.letter("+", Modifiers::CTRL);
    }
    assert_eq!(window.app.settings.scale_percent, Some(250));
    assert!((window.app.size.width - 1280.0).abs() < 0.01, "as large as before, in fewer pixels");
}

#[test]
fn a_scale_that_leaves_too_little_room_is_drawn_as_large_as_there_is() {
    let mut window = Window::with_stems();
    window.app.set(Settings { scale_percent: Some(250), ..Settings::default() });
    assert_eq!(window.app.size, iced::Size::new(1600.0 * 640.0 / 900.0, 640.0));
    // Made as large as a larger display, it is told in the pixels of now, and all of the scale is there.
    let (now, twice) = (window.app.size, iced::Size::new(3200.0, 1800.0));
    let size = iced::Size::new(now.width * 2.0, now.height * 2.0);
    window.send(Message::Window(iced::window::Event::Resized(size)));
    assert!((window.app.scale_factor() - 2.5).abs() < 1e-4);
    assert!((window.app.size.width - twice.width / 2.5).abs() < 0.1, "{:?}", window.app.size);
}

#[test]
fn the_devices_of_the_machine_are_listed_and_one_is_chosen() {
    let mut window = Window::with_stems();
    window.letter(",", Modifiers::CTRL);
    for _ in 0..200 {
        let _new = window.app.look_at_panel();
        if !window.app.panel_moves() {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    settings_press(&mut window, settings::Part::Device(1));
    assert_eq!(window.app.settings.device.as_ref().unwrap().name, "fake");
    assert_eq!(window.app.means.wish.output.as_ref().unwrap().as_str(), "fake");
    settings_press(&mut window, settings::Part::Device(0));
    assert_eq!(window.app.means.wish.output, None);
}

#[test]
fn the_test_tone_takes_the_device_from_the_song_and_gives_it_back() {
    let mut window = Window::new();
    window.send(Message::Start(press(start::Part::Try)));
    let mut said = Vec::new();
    let began = std::time::Instant::now();
    while window.app.panel_moves() && began.elapsed() < Duration::from_secs(20) {
        let _new = window.app.look_at_panel();
        let words = window.app.start.tried.words().0;
        if said.last() != Some(&words) {
            said.push(words);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(said.iter().any(|words| words.contains("left…")), "{said:?}");
    assert!(said.last().unwrap().starts_with("Played left, then right on fake"), "{said:?}");
    let mut window = Window::with_stems();
    window.letter(",", Modifiers::CTRL);
    settings_press(&mut window, settings::Part::Try);
    assert!(!window.app.desk.as_ref().unwrap().live.is_open(), "the song has left the device");
    window.named(Named::Escape);
    assert!(window.app.desk.as_ref().unwrap().live.is_open() && !window.app.trying.is_on());
}

#[test]
fn a_command_is_found_by_its_name_and_done() {
    let mut window = Window::with_stems();
    window.app.mixer.choose(StripId(2));
    window.letter("k", Modifiers::CTRL);
    for letter in "mute strip".chars() {
        window.letter(&letter.to_string(), Modifiers::empty());
    }
    window.named(Named::Enter);
    assert!(window.muted(2) && window.app.panel.is_none());
    window.letter("k", Modifiers::CTRL);
    window.named(Named::Escape);
    assert!(window.app.panel.is_none());
}

#[test]
fn f1_explains_what_has_the_keyboard() {
    let mut window = Window::with_stems();
    window.send(Message::Mixer(Input::Focus(super::fader_part(1))));
    window.named(Named::F1);
    let Some(Panel::Page(page)) = &window.app.panel else { panic!("a page") };
    assert_eq!(page.topic(), Topic::Fader);
    window.named(Named::Escape);
    assert!(window.app.panel.is_none());
    let mut window = Window::new();
    window.named(Named::F1);
    assert!(matches!(&window.app.panel, Some(Panel::Page(page)) if page.topic() == Topic::Start));
}

/// A drag in the row of sections, from one pixel to another.
fn drag_section(window: &mut Window, from: f32, to: f32) {
    for (phase, x) in [(Phase::Down, from), (Phase::Drag, to), (Phase::Up, to)] {
        let (part, modifiers) = (arrange::Part::Sections, Modifiers::empty());
        let at = Point::new(x, 9.0);
        window.send(Message::Arrange(Input::Point { part, phase, at, modifiers }));
    }
}

fn sections(window: &Window) -> Vec<(String, u64, u64)> {
    let timeline = &window.app.desk.as_ref().unwrap().mix().timeline;
    let of = |section: &twobus_session::Section| (section.name.clone(), section.start, section.end);
    timeline.sections.iter().map(of).collect()
}

#[test]
fn a_section_is_drawn_named_stretched_and_removed() {
    let mut window = Window::with_stems();
    // A second of song at 120 BPM fills half a bar; at 240 in 1/4 it has four bars of 11,025 frames.
    window.send(Message::Top(Input::Typed(top::Part::Tempo, "240".to_owned())));
    window.send(Message::Top(Input::Typed(top::Part::Metre, "1/4".to_owned())));
    let wide = 1380.0 / 1.02;
    let x = |bar: f32| 220.0 + wide / 4.0 * bar;
    drag_section(&mut window, x(1.1), x(2.9));
    assert_eq!(sections(&window), [("Section 1".to_owned(), 11_025, 33_075)]);
    for _ in 0.."Section 1".len() {
        window.named(Named::Backspace);
    }
    for letter in "Chorus".chars() {
        window.letter(&letter.to_string(), Modifiers::empty());
    }
    window.named(Named::Enter);
    drag_section(&mut window, x(3.0), x(3.9));
    assert_eq!(sections(&window), [("Chorus".to_owned(), 11_025, 44_100)], "its edge is moved");
    window.letter("z", Modifiers::CTRL);
    drag_section(&mut window, x(0.1), x(3.9));
    window.named(Named::Escape);
    let all = sections(&window);
    assert_eq!(all[0].1..all[0].2, 0..11_025, "a new one ends where another begins");
    window.send(Message::Arrange(Input::Menu(arrange::Part::Sections, Point::new(x(2.0), 60.0))));
    let remove = Message::Menu(press(menu::Part::Row(2)));
    window.send(remove);
    assert_eq!(sections(&window).len(), 1);
}

#[test]
fn a_marker_is_renamed_and_a_change_of_tempo_begins_and_ends_by_the_ruler() {
    let mut window = Window::with_stems();
    window.letter("k", Modifiers::empty());
    let timeline = |window: &Window| window.app.desk.as_ref().unwrap().mix().timeline.clone();
    let ruler = |x: f32| Message::Arrange(Input::Menu(arrange::Part::Ruler, Point::new(x, 80.0)));
    window.send(ruler(222.0));
    window.send(Message::Menu(press(menu::Part::Row(0))));
    window.named(Named::End);
    window.letter("!", Modifiers::empty());
    window.named(Named::Enter);
    assert_eq!(timeline(&window).markers[0].name, "Marker 1!");
    window.send(Message::Top(Input::Typed(top::Part::Tempo, "240".to_owned())));
    window.send(Message::Top(Input::Typed(top::Part::Metre, "1/4".to_owned())));
    window.send(ruler(1000.0));
    window.send(Message::Menu(press(menu::Part::Row(1))));
    let tempo = timeline(&window).tempo;
    assert_eq!((tempo.len(), tempo[1].frame, tempo[1].bpm), (2, 22_050, 240.0));
    window.send(ruler(1200.0));
    window.send(Message::Menu(press(menu::Part::Row(1))));
    assert_eq!(timeline(&window).tempo.len(), 1);
}

#[test]
fn tempo_and_metre_are_typed_dragged_and_refused_with_a_reason() {
    let mut window = Window::with_stems();
    let tempo = |window: &Window| window.app.desk.as_ref().unwrap().mix().timeline.tempo.clone();
    let typed = |window: &mut Window, part, text: &str| {
        window.send(Message::Top(Input::Typed(part, text.to_owned())));
    };
    typed(&mut window, top::Part::Tempo, "96.5");
    typed(&mut window, top::Part::Metre, "6/8");
    let now = tempo(&window)[0];
    assert_eq!((now.frame, now.bpm, now.beats, now.unit), (0, 96.5, 6, 8));
    typed(&mut window, top::Part::Metre, "6/7");
    typed(&mut window, top::Part::Tempo, "fast");
    assert_eq!(tempo(&window)[0], now);
    let (said, warning) = window.app.desk.as_ref().unwrap().live.said().unwrap();
    assert!(warning && said.contains("fast"), "{said}");
    window.send(Message::Top(Input::Step { part: top::Part::Tempo, steps: 2.0, fine: false }));
    assert_eq!(tempo(&window)[0].bpm, 98.5);
    for _ in 0..3 {
        window.letter("z", Modifiers::CTRL);
    }
    assert!(tempo(&window).is_empty());
}

#[test]
fn a_dropout_is_counted_said_and_leads_to_the_settings() {
    let mut window = Window::with_stems();
    let look = |window: &mut Window| {
        let desk = window.app.desk.as_mut().unwrap();
        desk.live.look(std::time::Instant::now(), std::iter::empty());
    };
    for _ in 0..500 {
        look(&mut window);
        if window.app.desk.as_ref().unwrap().live.is_ready() {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    window.fake.raise(Fault::Xrun, 2);
    look(&mut window);
    let live = &window.app.desk.as_ref().unwrap().live;
    assert_eq!(live.xruns(), 2);
    assert!(live.has_dropped() && live.said().unwrap().0.contains("longer period"));
    window.send(Message::Top(press(top::Part::Dropouts)));
    assert!(matches!(window.app.panel, Some(Panel::Settings(_))));
}

/// Every key of the program that has a target in Mix does its thing.
#[test]
fn every_key_does_what_its_command_says() {
    type Proof = fn(&Window) -> bool;
    let proofs: [(&str, Proof); 27] = [
        ("Open the chosen strip's devices", |w| w.app.devices.is_open()),
        ("Mute the chosen strip", |w| w.muted(1)),
        ("Solo the chosen strip", |w| strip(w).solo),
        ("Turn the chosen strip's polarity", |w| strip(w).invert),
        ("Clear all mutes", |w| !w.muted(1)),
        ("Clear all solos", |w| !strip(w).solo),
        ("Undo", |w| strip(w).solo),
        ("Redo", |w| !strip(w).solo),
        ("Loop on or off", |w| timeline(w).loop_range.is_some_and(|range| range.on)),
        ("Loop the chosen clip", |w| timeline(w).loop_range.is_some_and(|r| r.end == 44_100)),
        ("Drop a marker", |w| timeline(w).markers.len() == 1),
        ("Show the chosen track's automation", |w| shown_lane(w) == Some(LaneTarget::Fader)),
        ("Automate its next control", |w| shown_lane(w).is_some_and(|t| t != LaneTarget::Fader)),
        ("Zoom in", |w| w.app.arrange.is_zoomed()),
        ("Zoom out", |w| !w.app.arrange.is_zoomed()),
        ("Draw everything larger", |w| w.app.settings.scale_percent == Some(125)),
        ("Draw everything smaller", |w| w.app.settings.scale_percent == Some(100)),
        ("Audio and display settings…", |w| matches!(w.app.panel, Some(Panel::Settings(_)))),
        ("Longer help", |w| matches!(w.app.panel, Some(Panel::Page(_)))),
        ("Next region of the window", |w| w.app.region == Region::Top),
        ("Region before", |w| w.app.region == Region::Mixer),
        ("Save as…", |w| asks(w, &About::SaveAs)),
        ("Save", |w| asks(w, &About::SaveAs)),
        ("Add files…", |w| asks(w, &About::Stems)),
        ("Open a project…", |w| asks(w, &About::Unsaved(Then::Choose))),
        ("New: back to the start screen", |w| asks(w, &About::Unsaved(Then::New))),
        ("Bounce…", |w| w.app.sheet.is_some()),
    ];
    let mut window = Window::with_stems();
    window.app.mixer.choose(StripId(1));
    let track = &window.app.desk.as_ref().unwrap().mix().tracks[0];
    window.app.arrange.clip = Some((track.strip.id, track.clips[0].id));
    for (name, holds) in proofs {
        let command = COMMANDS.iter().find(|command| command.name == name);
        let (key, modifiers) = command.unwrap_or_else(|| panic!("no command {name}")).press();
        window.key(key, modifiers);
        assert!(holds(&window), "{name}");
        let app = &window.app;
        let covered = app.panel.is_some() || app.dialog.is_some() || app.sheet.is_some();
        if covered || app.devices.is_open() {
            window.named(Named::Escape);
        }
    }
    let proven: Vec<&str> = proofs.iter().map(|(name, _)| *name).collect();
    // The transport needs its device: the next test plays.
    let elsewhere = ["Play or stop", "Go to the start", "Go to the end"];
    for command in COMMANDS {
        let in_master = super::master::proofs().iter().any(|(name, _)| *name == command.name);
        let known = proven.contains(&command.name) || elsewhere.contains(&command.name);
        let known = known || in_master;
        assert!(known, "{command:?} is not tried");
    }
}

fn shown_lane(window: &Window) -> Option<LaneTarget> {
    window.app.arrange.shown_lane(StripId(1))
}

fn strip(window: &Window) -> &twobus_session::Strip {
    window.app.desk.as_ref().unwrap().strip(StripId(1)).unwrap()
}

fn timeline(window: &Window) -> &twobus_session::Timeline {
    &window.app.desk.as_ref().unwrap().mix().timeline
}

fn asks(window: &Window, about: &About) -> bool {
    window.app.dialog.as_ref().is_some_and(|dialog| dialog.about == *about)
}

#[test]
fn space_home_end_and_the_arrows_move_the_song() {
    let mut window = Window::with_stems();
    window.app.region = Region::Arrange;
    let until = |window: &mut Window, what: &str, so: fn(&Window) -> bool| {
        for _ in 0..1000 {
            let desk = window.app.desk.as_mut().unwrap();
            desk.live.look(std::time::Instant::now(), std::iter::empty());
            if so(window) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("never {what}");
    };
    let heard = |window: &Window| window.app.desk.as_ref().unwrap().live.heard();
    until(&mut window, "ready", |w| w.app.desk.as_ref().unwrap().live.is_ready());
    window.named(Named::End);
    until(&mut window, "at the end", |w| w.app.desk.as_ref().unwrap().live.heard() == 44_100);
    window.named(Named::ArrowLeft);
    until(&mut window, "a beat before", |w| w.app.desk.as_ref().unwrap().live.heard() == 22_050);
    window.named(Named::Home);
    until(&mut window, "at the start", |w| w.app.desk.as_ref().unwrap().live.heard() == 0);
    window.key(Key::Named(Named::ArrowRight), Modifiers::SHIFT);
    until(&mut window, "a bar later", |w| w.app.desk.as_ref().unwrap().live.heard() == 88_200);
    window.named(Named::Home);
    until(&mut window, "at the start", |w| w.app.desk.as_ref().unwrap().live.heard() == 0);
    window.named(Named::Space);
    until(&mut window, "playing", |w| w.app.desk.as_ref().unwrap().live.is_playing());
    until(&mut window, "moved", |w| w.app.desk.as_ref().unwrap().live.heard() > 0);
    window.named(Named::Space);
    until(&mut window, "stopped", |w| !w.app.desk.as_ref().unwrap().live.is_playing());
    assert!(heard(&window) > 0);
}

/// What surrounds the screens; `cargo xtask screenshots` says where the pictures go.
#[test]
fn every_screen_is_drawn_under_its_panels() {
    let place = tempfile::tempdir().unwrap();
    let (mut window, folder) = stage(place.path());
    let folder = folder.as_path();
    let to = window.place.path().join("Saved");
    window.save_as(&to);
    let typed = |part, text: &str| Message::Top(Input::Typed(part, text.to_owned()));
    window.send(typed(top::Part::Tempo, "96"));
    for (from, to) in [(230.0, 500.0), (510.0, 900.0), (910.0, 1300.0)] {
        drag_section(&mut window, from, to);
        window.named(Named::Escape);
    }
    window.send(Message::Mixer(Input::Focus(super::fader_part(1))));
    waves(&mut window);
    picture(&window, WINDOW, folder, "mix-sections");
    for (key, name) in [(",", "settings"), ("k", "search")] {
        window.letter(key, Modifiers::CTRL);
        for _ in 0..100 {
            let _new = window.app.look_at_panel();
            std::thread::sleep(Duration::from_millis(2));
        }
        picture(&window, WINDOW, folder, name);
        window.named(Named::Escape);
    }
    help_pages(&mut window, folder);
    window.letter("s", Modifiers::CTRL);
    window.settle();
    let settings = Settings { meter: MeterKind::Vu, k_scale: KScale::K14, ..Settings::default() };
    window.app.set(settings);
    picture(&window, WINDOW, folder, "mix-vu");
    window.start_anew();
    picture(&window, WINDOW, folder, "start-recent");
    picture(&window, iced::Size::new(1024.0, 640.0), folder, "start-small");
}

/// Level of the last fifth of a second that was played, in dB.
fn level(window: &Window) -> f64 {
    let played = window.fake.played();
    let last = &played[played.len().saturating_sub(2 * 44_100 / 5)..];
    let power: f64 = last.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    10.0 * (power / last.len().max(1) as f64).max(1e-12).log10()
}

fn play_for(window: &mut Window, time: Duration) {
    let began = std::time::Instant::now();
    while began.elapsed() < time {
        let desk = window.app.desk.as_mut().unwrap();
        desk.live.look(std::time::Instant::now(), std::iter::empty());
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_reference_is_chosen_and_heard_as_loud_as_the_mix() {
    let mut window = Window::with_stems();
    let ask = || Message::Mixer(press(mixer::Part::Monitor(mixer::Switch::Reference)));
    window.send(ask());
    assert!(asks(&window, &About::Reference), "without one it asks for it");
    window.named(Named::Escape);
    window.letter("l", Modifiers::empty());
    play_for(&mut window, Duration::from_millis(300));
    window.named(Named::Space);
    play_for(&mut window, Duration::from_millis(1500));
    let mix = level(&window);
    assert!(mix > -60.0, "the mix sounds: {mix}");
    // What the job does on a thread of its own is done here.
    let path = window.place.path().join("Song").join("01_Kick.wav");
    let (heard, frames) =
        crate::app::reference::heard(&path, &twobus_jobs::Progress::new()).unwrap();
    let desk = window.app.desk.as_ref().unwrap();
    let place = (path.as_path(), frames);
    let (folder, project) = (desk.folder(), desk.project());
    let edit =
        twobus_jobs::matching::note_reference(folder, project, desk.song_id(), place).unwrap();
    let outcome = Outcome::Reference(Some(Box::new(edit)), heard);
    window.done(outcome);
    let desk = window.app.desk.as_ref().unwrap();
    assert!(desk.mix().monitor.reference && desk.knows_reference());
    let (said, _) = desk.live.said().unwrap();
    assert!(said.contains("as loud as the mix"), "{said}");
    play_for(&mut window, Duration::from_millis(1500));
    // The tone of a stem alone, lifted to the loudness of two of them.
    let reference = level(&window);
    assert!((reference - mix).abs() < 0.5, "mix {mix} dB, reference {reference} dB");
    window.send(ask());
    assert!(!window.app.desk.as_ref().unwrap().mix().monitor.reference);
}

/// The longer help on what the pointer is on, with and without a drawn example.
fn help_pages(window: &mut Window, folder: &Path) {
    use crate::screens::mix::mixer::{Part, Piece};
    let strip = |piece| Some(Part::Strip(StripId(1), piece));
    for (over, name) in [
        (None, "help"),
        (strip(Piece::Meter), "help-meter"),
        (strip(Piece::Fader), "help-fader"),
        (strip(Piece::AddSend), "help-sends"),
        (Some(Part::Correlation), "help-correlation"),
    ] {
        window.send(Message::Mixer(crate::widgets::Input::Over(over)));
        window.named(Named::F1);
        picture(window, WINDOW, folder, name);
        window.named(Named::Escape);
    }
    window.send(Message::Mixer(crate::widgets::Input::Over(None)));
}
