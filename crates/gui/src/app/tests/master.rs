//! Master and delivery.

use super::*;

/// A window in Master, with a print.
pub(super) fn mastering() -> Window {
    let mut window = Window::with_stems();
    let done = bounce(&mut window);
    window.done(Outcome::Bounced(Box::new(done)));
    window.letter("2", Modifiers::CTRL);
    assert_eq!(window.app.region, crate::app::Region::Master);
    window
}

pub(super) fn master_press(window: &mut Window, part: crate::screens::master::Part) {
    let (modifiers, at) = (Modifiers::empty(), Point::ORIGIN);
    window.send(Message::Master(crate::widgets::Input::Press { part, modifiers, at }));
}

#[test]
fn master_adds_devices_at_their_usual_places_each_as_one_step() {
    use crate::screens::master::{Panel, Part};
    let mut window = mastering();
    for panel in [Panel::Limit, Panel::Image, Panel::Dynamics, Panel::Tone] {
        master_press(&mut window, Part::New(panel));
    }
    let kinds = |window: &Window| -> Vec<&'static str> {
        let chain = &window.app.desk.as_ref().unwrap().song().master.chain;
        chain.iter().map(|device| device.kind.name()).collect()
    };
    let all = kinds(&window);
    assert_eq!((all[0], all[3]), ("Equalizer", "Limiter"), "{all:?}");
    window.letter("z", Modifiers::CTRL);
    assert_eq!(kinds(&window).len(), 3);
    // A knob is turned, and one step takes that back.
    let chain = window.app.desk.as_ref().unwrap().song().master.chain.clone();
    let limiter = chain.last().unwrap();
    let drive = limiter.kind.param("drive").unwrap();
    let part = Part::Param(limiter.id, drive);
    let value = |window: &Window| {
        let chain = &window.app.desk.as_ref().unwrap().song().master.chain;
        chain.last().unwrap().values[drive]
    };
    window.send(Message::Master(crate::widgets::Input::Move(part, 0.25)));
    window.send(Message::Master(crate::widgets::Input::Move(part, 0.5)));
    window.send(Message::Master(crate::widgets::Input::Drop(part)));
    assert_eq!(value(&window), 12.0);
    window.send(Message::Master(crate::widgets::Input::Typed(part, "99".to_owned())));
    assert_eq!(value(&window), 12.0, "what is out of range changes nothing");
    window.letter("z", Modifiers::CTRL);
    assert_eq!(value(&window), 0.0);
}

/// What a key has done, when it has.
type Proof = fn(&Window) -> bool;

/// Every key of Master and Deliver, in an order in which each changes something.
pub(super) fn proofs() -> [(&'static str, Proof); 12] {
    use crate::desk::{Room, Source};
    use twobus_render::live::Speaker;
    fn heard(window: &Window) -> crate::desk::Listening {
        *window.app.desk.as_ref().unwrap().listening()
    }
    fn master(window: &Window) -> &twobus_session::Master {
        &window.app.desk.as_ref().unwrap().song().master
    }
    [
        ("Go to the mix", |w| w.app.desk.as_ref().unwrap().room() == Room::Mix),
        ("Go to the master", |w| w.app.desk.as_ref().unwrap().room() == Room::Master),
        ("Hear the print (Master)", |w| heard(w).source == Source::Print),
        ("Hear the master (Master)", |w| heard(w).source == Source::Master),
        ("Hear the reference (Master)", |w| {
            let said = w.app.desk.as_ref().unwrap().live.said();
            said.is_some_and(|(text, _)| text.starts_with("There is no reference yet"))
        }),
        ("Hear it in mono (Master)", |w| heard(w).mono),
        ("Hear the side alone (Master)", |w| heard(w).side),
        ("Hear it as on a phone (Master)", |w| heard(w).speaker == Some(Speaker::Phone)),
        ("Hear it as on a laptop (Master)", |w| heard(w).speaker == Some(Speaker::Laptop)),
        ("Compare chains A and B (Master)", |w| master(w).alternative.is_some()),
        ("Bypass the focused device (Master)", |w| master(w).chain[0].bypass),
        ("Deliver…", |w| matches!(w.app.sheet, Some(Sheet::Deliver(_)))),
    ]
}

#[test]
fn every_key_of_master_does_what_its_command_says() {
    let mut window = mastering();
    let limit = crate::screens::master::Panel::Limit;
    master_press(&mut window, crate::screens::master::Part::New(limit));
    for (name, holds) in proofs() {
        let command = crate::commands::COMMANDS.iter().find(|command| command.name == name);
        let (key, modifiers) = command.unwrap_or_else(|| panic!("no command {name}")).press();
        window.key(key, modifiers);
        assert!(holds(&window), "{name}");
    }
}

/// A key that was held is let go.
fn let_go(key: &str) -> Keyboard {
    Keyboard::KeyReleased {
        modified_key: Key::Character(key.into()),
        key: Key::Character(key.into()),
        physical_key: iced::keyboard::key::Physical::Unidentified(
            iced::keyboard::key::NativeCode::Unidentified,
        ),
        location: iced::keyboard::Location::Standard,
        modifiers: Modifiers::empty(),
    }
}

#[test]
fn digits_choose_what_is_heard_at_one_loudness_and_hold_checks() {
    use crate::desk::Source;
    use twobus_render::live::Speaker;
    let mut window = mastering();
    let listening = |window: &Window| *window.app.desk.as_ref().unwrap().listening();
    master_press(
        &mut window,
        crate::screens::master::Part::New(crate::screens::master::Panel::Limit),
    );
    let chain = window.app.desk.as_ref().unwrap().song().master.chain.clone();
    let drive = chain[0].kind.param("drive").unwrap();
    let part = crate::screens::master::Part::Param(chain[0].id, drive);
    window.send(Message::Master(crate::widgets::Input::Typed(part, "9".to_owned())));
    window.app.study_now();
    let gains = listening(&window).gains_db;
    assert!(gains[1] < -3.0 && gains[0] == 0.0, "the louder one comes down: {gains:?}");
    window.letter("1", Modifiers::empty());
    assert_eq!(listening(&window).source, Source::Print);
    window.letter("3", Modifiers::empty());
    assert_eq!(listening(&window).source, Source::Print, "there is no reference to hear");
    window.letter("2", Modifiers::empty());
    assert_eq!(listening(&window).source, Source::Master);
    // Key, mono, side, small speaker; held, and let go.
    for (key, mono, side, speaker) in [
        ("4", true, false, None),
        ("5", false, true, None),
        ("6", false, false, Some(Speaker::Phone)),
        ("7", false, false, Some(Speaker::Laptop)),
    ] {
        let heard = |window: &Window| {
            let heard = listening(window);
            (heard.mono, heard.side, heard.speaker)
        };
        window.letter(key, Modifiers::empty());
        assert_eq!(heard(&window), (mono, side, speaker), "key {key}");
        window.send(Message::Key(let_go(key)));
        assert_eq!(heard(&window), (false, false, None), "key {key}");
        // Found by its name, it stays until it is chosen again.
        let name =
            crate::commands::COMMANDS.iter().find(|command| command.keys == key).unwrap().name;
        for expected in [(mono, side, speaker), (false, false, None)] {
            window.letter("k", Modifiers::CTRL);
            name.chars().for_each(|letter| window.letter(&letter.to_string(), Modifiers::empty()));
            window.named(Named::Enter);
            assert_eq!(heard(&window), expected, "{name}");
        }
    }
    assert!(
        !window.app.desk.as_ref().unwrap().mix().monitor.is_altering(),
        "the document is as it was"
    );
}

#[test]
fn a_loudness_is_reached_as_one_step_with_its_limiter() {
    let mut window = mastering();
    let target = twobus_session::Target { loudness_lufs: Some(-16.0), ..Default::default() };
    let desk = window.app.desk.as_ref().unwrap();
    let (input, _) =
        twobus_jobs::master::input(desk.folder(), desk.project(), desk.song()).unwrap();
    let progress = twobus_jobs::Progress::new();
    let found = twobus_jobs::reach(&input, &desk.song().master, target, &progress).unwrap();
    window.done(Outcome::Reached(target, Box::new(found)));
    window.app.study_now();
    let studied = window.app.master.studied.as_ref().unwrap();
    let lufs = studied.master.report.integrated_lufs.unwrap();
    assert!((lufs + 16.0).abs() < 0.15, "{lufs}");
    window.letter("z", Modifiers::CTRL);
    let song = window.app.desk.as_ref().unwrap().song().clone();
    assert!(song.master.chain.is_empty() && song.master.target.loudness_lufs.is_none());
}

#[test]
fn a_mix_that_has_changed_is_said_and_bounced_again_with_one_click() {
    let mut window = mastering();
    window.letter("1", Modifiers::CTRL);
    window.send(Message::Mixer(crate::widgets::Input::Typed(fader_part(1), "-6".to_owned())));
    window.letter("2", Modifiers::CTRL);
    assert_eq!(window.app.master.changes().len(), 1);
    let done = bounce(&mut window);
    master_press(&mut window, crate::screens::master::Part::Update);
    assert!(window.app.job.is_some(), "it bounces at once");
    window.done(Outcome::Bounced(Box::new(done)));
    assert!(window.app.master.changes().is_empty());
    assert_eq!(window.app.desk.as_ref().unwrap().song().prints.len(), 2);
}

#[test]
fn the_tab_key_reaches_every_control_of_master() {
    let mut window = mastering();
    for panel in [crate::screens::master::Panel::Tone, crate::screens::master::Panel::Limit] {
        master_press(&mut window, crate::screens::master::Part::New(panel));
    }
    window.app.region = crate::app::Region::Top;
    window.app.top.enter(false);
    let mut seen = Vec::new();
    for _ in 0..120 {
        window.named(Named::Tab);
        if window.app.region == crate::app::Region::Master {
            seen.extend(window.app.master.focus);
        }
    }
    use crate::screens::master::Part;
    let has = |part: &dyn Fn(&Part) -> bool| seen.iter().any(part);
    assert!(has(&|part| matches!(part, Part::Wave)));
    assert!(has(&|part| matches!(part, Part::Source(2))));
    assert!(has(&|part| matches!(part, Part::Param(..))));
    assert!(has(&|part| matches!(part, Part::Target)));
    assert_eq!(window.app.master.focus, seen.last().copied());
}

#[test]
fn a_stereo_file_goes_straight_to_master() {
    let mut window = Window::new();
    let file = window.place.path().join("Mix.wav");
    write_tone(&file);
    // Its job runs on a thread whose message nobody brings; the same is done here.
    let _task = window.app.master_file(vec![file.clone()]);
    let desk = window.app.desk.as_ref().unwrap();
    let (folder, project) = (desk.folder(), desk.project());
    let progress = twobus_jobs::Progress::new();
    let arrive = twobus_jobs::import::arrive;
    let arrived = arrive(folder, project, &file, "Mix", false, &progress).unwrap();
    window.done(Outcome::Arrived(Box::new(arrived.edit)));
    let desk = window.app.desk.as_ref().unwrap();
    assert_eq!(window.app.region, crate::app::Region::Master);
    assert!(desk.song().mix.is_none() && desk.is_dirty() && desk.end() == 44_100);
    window.app.study_now();
    let saved = window.place.path().join("Saved");
    window.save_as(&saved);
    window.app.new_project();
    window.open(&saved);
    assert_eq!(window.app.region, crate::app::Region::Master, "it opens where its work is");
}

/// Delivers what the sheet plans, as its job would.
pub(super) fn deliver(window: &mut Window) -> twobus_jobs::Delivered {
    let (Some(Sheet::Deliver(sheet)), Some(desk)) = (&window.app.sheet, &window.app.desk) else {
        panic!("the sheet is shown")
    };
    let (input, _) =
        twobus_jobs::master::input(desk.folder(), desk.project(), desk.song()).unwrap();
    std::fs::create_dir_all(&sheet.folder).unwrap();
    let progress = twobus_jobs::Progress::new();
    twobus_jobs::deliver(&input, sheet.planned(), &sheet.options(desk), &progress).unwrap()
}

#[test]
fn files_are_delivered_checked_and_never_replaced_unasked() {
    use crate::screens::deliver::Part;
    let mut window = mastering();
    let press = |window: &mut Window, part| {
        let (modifiers, at) = (Modifiers::empty(), Point::ORIGIN);
        window.send(Message::Deliver(crate::widgets::Input::Press { part, modifiers, at }));
    };
    window.letter("e", Modifiers::CTRL);
    let Some(Sheet::Deliver(sheet)) = &window.app.sheet else { panic!("the sheet is shown") };
    assert_eq!((sheet.planned().len(), sheet.obstacle()), (3, None));
    let title = "Night".to_owned();
    window.send(Message::Deliver(crate::widgets::Input::Typed(Part::Title, title)));
    assert_eq!(window.app.desk.as_ref().unwrap().song().title, "Night");
    press(&mut window, Part::Tick(2));
    press(&mut window, Part::Dither(1));
    let done = deliver(&mut window);
    let dithers: Vec<_> = done.files.iter().map(|file| file.dither.name()).collect();
    assert_eq!(dithers, ["TPDF", "shaped"], "each file has its own");
    assert!(done.files.iter().all(twobus_jobs::DeliveredFile::is_right));
    let file = done.files[0].planned.path.clone();
    assert!(file.is_file() && file.to_string_lossy().contains("Night"));
    window.done(Outcome::Delivered(Some(1), Box::new(done)));
    assert_eq!(window.app.desk.as_ref().unwrap().song().master.deliveries.len(), 2);
    window.named(Named::Escape);
    window.letter("e", Modifiers::CTRL);
    for index in [1, 2] {
        press(&mut window, Part::Tick(index));
    }
    let obstacle = |window: &Window| match &window.app.sheet {
        Some(Sheet::Deliver(sheet)) => sheet.obstacle(),
        _ => panic!("the sheet is shown"),
    };
    assert!(obstacle(&window).unwrap().contains("there already"));
    press(&mut window, Part::Write);
    assert!(window.app.job.is_none(), "nothing is written");
    press(&mut window, Part::Replace);
    assert_eq!(obstacle(&window), None);
    // What was delivered out of a draft outlives the draft's folder.
    let saved = tempfile::tempdir().unwrap();
    window.save_as(&saved.path().join("Night"));
    assert!(file.is_file());
}

#[test]
fn an_older_print_is_asked_about_before_anything_is_written() {
    use crate::screens::deliver::Part;
    let mut window = mastering();
    window.letter("1", Modifiers::CTRL);
    window.send(Message::Mixer(crate::widgets::Input::Typed(fader_part(1), "-6".to_owned())));
    window.letter("2", Modifiers::CTRL);
    window.letter("e", Modifiers::CTRL);
    let obstacle = |window: &Window| match &window.app.sheet {
        Some(Sheet::Deliver(sheet)) => sheet.obstacle(),
        _ => panic!("the sheet is shown"),
    };
    assert!(obstacle(&window).unwrap().contains("question"));
    let (modifiers, at) = (Modifiers::empty(), Point::ORIGIN);
    let part = Part::Keep;
    window.send(Message::Deliver(crate::widgets::Input::Press { part, modifiers, at }));
    assert_eq!(obstacle(&window), None);
}
