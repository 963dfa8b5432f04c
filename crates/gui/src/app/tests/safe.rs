//! Nothing is lost: drafts, recovery, and jobs that run while one works.

use super::master::{deliver, master_press, mastering};
use super::*;
use crate::screens::{deliver as sheet, start, status};
use crate::widgets::Input;

fn draft(window: &Window) -> std::path::PathBuf {
    window.app.desk.as_ref().unwrap().folder().path().to_owned()
}

fn said(window: &Window) -> String {
    let said = window.app.desk.as_ref().unwrap().live.said();
    said.map_or_else(String::new, |(text, _)| text.to_owned())
}

fn answer(window: &mut Window, button: usize) {
    let (modifiers, at) = (Modifiers::empty(), Point::ORIGIN);
    let part = crate::screens::dialog::Part::Button(button);
    window.send(Message::Dialog(Input::Press { part, modifiers, at }));
}

fn press_sheet(window: &mut Window, part: sheet::Part) {
    let (modifiers, at) = (Modifiers::empty(), Point::ORIGIN);
    window.send(Message::Deliver(Input::Press { part, modifiers, at }));
}

fn press_start(window: &mut Window, part: start::Part) {
    let (modifiers, at) = (Modifiers::empty(), Point::ORIGIN);
    window.send(Message::Start(Input::Press { part, modifiers, at }));
}

/// A delivery that has begun, in the folder of the project.
fn delivering() -> Window {
    let mut window = mastering();
    window.letter("e", Modifiers::CTRL);
    press_sheet(&mut window, sheet::Part::Write);
    assert!(window.app.delivery.is_some(), "it is written");
    window
}

/// Delivers a file into the folder of the draft, as earlier programs did.
fn deliver_into_draft(window: &mut Window) -> std::path::PathBuf {
    window.letter("e", Modifiers::CTRL);
    let folder = draft(window).join("masters");
    window.app.deliver_to(&folder);
    for index in [1, 2] {
        press_sheet(window, sheet::Part::Tick(index));
    }
    let done = deliver(window);
    let file = done.files[0].planned.path.clone();
    window.done(Outcome::Delivered(Some(1), Box::new(done)));
    window.named(Named::Escape);
    assert!(file.starts_with(&folder) && file.is_file());
    file
}

#[test]
fn a_draft_that_is_saved_takes_its_masters_prints_and_reports_along() {
    let mut window = mastering();
    let file = deliver_into_draft(&mut window);
    let draft = draft(&window);
    let print = window.app.desk.as_ref().unwrap().song().prints[0].file.clone();
    let report = Path::new(&print).with_extension("html");
    std::fs::write(draft.join(&report), "A report.").unwrap();
    let saved = window.place.path().join("Saved");
    window.save_as(&saved);
    let master = saved.join("masters").join(file.file_name().unwrap());
    assert!(master.is_file() && saved.join(&print).is_file() && saved.join(&report).is_file());
    assert!(!draft.exists(), "all of it lies elsewhere");
    let noted = &window.app.desk.as_ref().unwrap().song().master.deliveries[0];
    assert!(saved.join(&noted.file).is_file());
}

#[test]
fn a_draft_with_something_that_was_not_copied_stays() {
    let mut window = mastering();
    let draft = draft(&window);
    std::fs::write(draft.join("prints/Taken back 002.wav"), "A print that undo took back.")
        .unwrap();
    window.save_as(&window.place.path().join("Saved"));
    assert!(draft.join("prints/Taken back 002.wav").is_file());
}

#[test]
fn masters_of_a_draft_go_to_the_music_and_stay_when_it_is_given_up() {
    let mut window = mastering();
    window.letter("e", Modifiers::CTRL);
    let Some(Sheet::Deliver(sheet)) = &window.app.sheet else { panic!("the sheet is shown") };
    assert_eq!(sheet.folder, window.place.path().join("Music/Song"));
    window.named(Named::Escape);
    let file = deliver_into_draft(&mut window);
    window.letter("n", Modifiers::CTRL);
    answer(&mut window, 1);
    assert!(window.app.desk.is_none() && file.is_file(), "a master is never removed");
}

#[test]
fn a_draft_without_masters_goes_when_it_is_given_up_and_its_prints_are_told() {
    let mut window = mastering();
    let draft = draft(&window);
    assert_eq!(window.app.desk.as_ref().unwrap().prints_of_draft(), 1);
    window.letter("n", Modifiers::CTRL);
    answer(&mut window, 1);
    assert!(!draft.exists());
}

#[test]
fn r9_after_a_kill_a_project_that_was_never_saved_has_its_prints_and_can_be_mastered() {
    let mut window = mastering();
    let place = draft(&window);
    let print = window.app.desk.as_ref().unwrap().song().prints[0].file.clone();
    // A bounce is kept at once: nobody waits for the next snapshot.
    window.app.desk = None;
    window.start_anew();
    press_start(&mut window, start::Part::Restore(0));
    window.settle();
    assert_eq!(draft(&window), place);
    assert!(place.join(&print).is_file(), "the print is there");
    window.letter("2", Modifiers::CTRL);
    window.app.study_now();
    assert!(window.app.master.problem.is_none());
    window.letter("e", Modifiers::CTRL);
    let done = deliver(&mut window);
    assert!(done.files.iter().all(twobus_jobs::DeliveredFile::is_right));
}

#[test]
fn a_delivery_goes_on_whatever_else_is_begun_and_a_second_job_is_refused_with_a_sentence() {
    let mut window = delivering();
    let delivery = window.app.delivery.as_ref().unwrap().progress.clone();
    window.named(Named::Escape);
    assert!(window.app.sheet.is_none());
    let target = twobus_session::Target { loudness_lufs: Some(-16.0), ..Default::default() };
    let _task = window.app.reach(target);
    let reach = window.app.job.as_ref().unwrap().progress.clone();
    master_press(&mut window, crate::screens::master::Part::Assistant);
    assert!(window.app.sheet.is_none() && !reach.is_cancelled() && !delivery.is_cancelled());
    assert!(said(&window).contains("Reaching the loudness"), "{}", said(&window));
    window.named(Named::Escape);
    assert!(reach.is_cancelled() && !delivery.is_cancelled());
}

#[test]
fn a_delivery_whose_sheet_was_closed_is_seen_again_and_stopped() {
    let mut window = delivering();
    let delivery = window.app.delivery.as_ref().unwrap().progress.clone();
    window.named(Named::Escape);
    window.letter("e", Modifiers::CTRL);
    let Some(Sheet::Deliver(sheet)) = &window.app.sheet else { panic!("the sheet is shown") };
    assert!(sheet.is_running());
    press_sheet(&mut window, sheet::Part::Cancel);
    assert!(delivery.is_cancelled());
    window.bring(Kind::Deliver, Err(twobus_jobs::Error::Cancelled));
    let Some(Sheet::Deliver(sheet)) = &window.app.sheet else { panic!("the sheet stays") };
    assert!(!sheet.is_running() && window.app.delivery.is_none());
}

#[test]
fn what_a_job_brings_after_its_project_was_left_is_let_go_and_a_delivery_is_asked_about() {
    let mut window = delivering();
    let ticket = window.app.delivery.as_ref().unwrap().ticket;
    let done = deliver(&mut window);
    window.named(Named::Escape);
    window.save_as_now();
    assert!(window.app.desk.as_ref().unwrap().is_draft(), "it is read where it lies");
    window.letter("n", Modifiers::CTRL);
    assert!(window.app.delivery.is_some(), "it is asked about");
    answer(&mut window, 0);
    assert!(window.app.delivery.is_some() && window.app.desk.is_some());
    window.letter("n", Modifiers::CTRL);
    answer(&mut window, 1);
    assert!(window.app.delivery.is_none());
    answer(&mut window, 1);
    assert!(window.app.desk.is_none());
    let stems = window.place.path().join("Song");
    window.drop_files(&stems);
    window.accept();
    let before = window.app.desk.as_ref().unwrap().project().clone();
    let outcome = Ok(Outcome::Delivered(Some(1), Box::new(done)));
    window.send(Message::Done(Done::new(ticket, outcome)));
    assert!(*window.app.desk.as_ref().unwrap().project() == before);
}

#[test]
fn an_import_is_stopped_by_its_cross_or_escape_and_leaves_nothing() {
    for by_key in [true, false] {
        let mut window = Window::new();
        let stems = two_stems(window.place.path());
        let _task = window.app.import(std::slice::from_ref(&stems));
        let progress = window.app.job.as_ref().unwrap().progress.clone();
        let (ticket, draft) = (window.app.job.as_ref().unwrap().ticket, draft(&window));
        // A second drop is told why it is not taken.
        let _task = window.app.take_dropped(vec![stems]);
        assert!(said(&window).contains("Reading files"), "{}", said(&window));
        match by_key {
            true => window.named(Named::Escape),
            false => window.press(1600.0 - 21.0, 900.0 - 12.0),
        }
        assert!(progress.is_cancelled() && window.app.job.is_none());
        assert!(window.app.desk.is_none() && !draft.join("project.json").exists());
        let late = Done::new(ticket, Err(twobus_jobs::Error::Cancelled));
        window.send(Message::Done(late));
        assert!(window.app.dialog.is_none());
    }
}

#[test]
fn letters_of_the_mix_do_nothing_in_master_nor_under_the_import_table() {
    let mut window = mastering();
    window.app.mixer.choose(StripId(1));
    let before = window.app.desk.as_ref().unwrap().project().clone();
    for letter in ["m", "s", "p", "a"] {
        window.letter(letter, Modifiers::empty());
        window.letter(&letter.to_uppercase(), Modifiers::SHIFT);
    }
    assert!(*window.app.desk.as_ref().unwrap().project() == before);
    let mut window = Window::with_stems();
    window.app.mixer.choose(StripId(1));
    let stems = window.place.path().join("Song");
    let import = window.import_of(&stems);
    window.done(import);
    let before = window.app.desk.as_ref().unwrap().project().clone();
    for (letter, modifiers) in [("m", Modifiers::empty()), ("z", Modifiers::CTRL)] {
        window.letter(letter, modifiers);
    }
    assert!(*window.app.desk.as_ref().unwrap().project() == before);
    window.named(Named::Escape);
    assert!(window.app.table.is_none() && !window.muted(1));
}

#[test]
fn in_master_undo_of_a_mix_step_is_seen_at_the_print_at_once() {
    let mut window = Window::with_stems();
    window.send(Message::Mixer(Input::Typed(fader_part(1), "-6".to_owned())));
    let done = bounce(&mut window);
    window.done(Outcome::Bounced(Box::new(done)));
    window.named(Named::Escape);
    window.send(Message::Mixer(Input::Typed(fader_part(1), "-9".to_owned())));
    window.letter("2", Modifiers::CTRL);
    assert_eq!(window.app.master.changes().len(), 1);
    window.letter("z", Modifiers::CTRL);
    assert!(window.app.master.changes().is_empty());
}

#[test]
fn a_print_that_is_current_is_not_bounced_again_by_one_click() {
    let mut window = mastering();
    master_press(&mut window, crate::screens::master::Part::Update);
    assert!(window.app.job.is_none());
    let Some(Sheet::Bounce(sheet)) = &window.app.sheet else { panic!("it is asked for") };
    assert!(!sheet.is_running());
}

#[test]
fn r9_a_project_with_newer_unsaved_work_asks_which_is_opened() {
    let mut window = Window::with_stems();
    let saved = window.place.path().join("Saved");
    window.save_as(&saved);
    window.app.mixer.choose(StripId(1));
    window.letter("m", Modifiers::empty());
    window.app.desk.as_mut().unwrap().flush();
    window.app.desk = None;
    window.open(&saved);
    assert!(window.app.desk.is_none() && window.app.dialog.is_some(), "it asks");
    answer(&mut window, 1);
    window.settle();
    assert!(!window.muted(1), "as it was saved");
    window.app.new_project();
    window.open(&saved);
    answer(&mut window, 2);
    window.settle();
    assert!(window.muted(1), "as it was kept");
}

#[test]
fn unsaved_work_is_discarded_only_after_a_question() {
    let mut window = Window::with_stems();
    let draft = draft(&window);
    window.app.desk.as_mut().unwrap().flush();
    window.app.desk = None;
    window.start_anew();
    assert!(window.app.start.offered[0].about.starts_with("kept just now"));
    press_start(&mut window, start::Part::Discard(0));
    answer(&mut window, 0);
    window.start_anew();
    assert_eq!(window.app.start.offered.len(), 1);
    press_start(&mut window, start::Part::Discard(0));
    answer(&mut window, 1);
    window.wait_for_offer();
    assert!(window.app.start.offered.is_empty() && !draft.exists());
}

#[test]
fn a_song_that_is_dropped_in_master_becomes_its_reference() {
    let mut window = mastering();
    let song = window.place.path().join("Admired.wav");
    write_tone(&song);
    let tracks = window.app.desk.as_ref().unwrap().mix().tracks.len();
    let _task = window.app.take_dropped(vec![song]);
    assert_eq!(window.app.job.as_ref().unwrap().kind, Kind::Reference);
    assert_eq!(window.app.desk.as_ref().unwrap().mix().tracks.len(), tracks);
    let stems = window.place.path().join("Song");
    let _task = window.app.take_dropped(vec![stems]);
    assert!(said(&window).contains("one song at a time"), "{}", said(&window));
}

#[test]
fn the_line_at_the_bottom_has_a_cross_only_while_something_runs() {
    use crate::widgets::Scene as _;
    let size = Size::new(1600.0, 24.0);
    let line = status::Line::new(None, None, None);
    assert!(line.controls(size).is_empty());
    assert_eq!(line.working(Some("Reading files… 4 %".to_owned())).controls(size).len(), 1);
}

fn sheet(window: &Window) -> &crate::screens::deliver::Deliver {
    let Some(Sheet::Deliver(sheet)) = &window.app.sheet else { panic!("the sheet is shown") };
    sheet
}

#[test]
fn only_files_that_are_not_right_are_written_again() {
    let mut window = mastering();
    window.letter("e", Modifiers::CTRL);
    press_sheet(&mut window, sheet::Part::Tick(1));
    let mut done = deliver(&mut window);
    assert_eq!(done.files.len(), 2);
    done.files[1].outcome = Err(twobus_jobs::Error::Missing("the disk is full".to_owned()));
    let wrong = done.files[1].planned.path.clone();
    window.done(Outcome::Delivered(Some(1), Box::new(done)));
    let paths = |window: &Window| -> Vec<std::path::PathBuf> {
        sheet(window).to_write().into_iter().map(|file| file.path).collect()
    };
    assert_eq!(paths(&window), [wrong]);
    // A format that is ticked now can be written, and what is right stays.
    press_sheet(&mut window, sheet::Part::Tick(1));
    assert_eq!(paths(&window).len(), 2);
    press_sheet(&mut window, sheet::Part::Replace);
    assert_eq!(sheet(&window).obstacle(), None);
    press_sheet(&mut window, sheet::Part::Write);
    assert!(window.app.delivery.is_some());
    window.app.leave_jobs();
    window.send(Message::Deliver(Input::Typed(sheet::Part::Title, "Night".to_owned())));
    assert_eq!(paths(&window).len(), 3, "under another title nothing is written yet");
}

#[test]
fn a_prompt_shows_what_it_stands_at_and_a_wrong_value_is_said_without_a_dialog() {
    use crate::screens::menu::Choice;
    let mut window = Window::with_stems();
    let _task = window.app.chose(Choice::Trim(StripId(1)));
    window.letter("4", Modifiers::empty());
    window.named(Named::Enter);
    let trim = |window: &Window| window.app.desk.as_ref().unwrap().strip(StripId(1)).unwrap().trim;
    assert_eq!(trim(&window), Db(4.0));
    let _task = window.app.chose(Choice::Trim(StripId(1)));
    window.named(Named::Enter);
    assert_eq!(trim(&window), Db(4.0), "what it shows is what it stands at");
    let _task = window.app.chose(Choice::Trim(StripId(1)));
    window.letter("x", Modifiers::empty());
    window.named(Named::Enter);
    assert!(window.app.dialog.is_none() && said(&window).contains("stays as it was"));
}

#[test]
fn a_field_of_the_delivery_opens_by_one_click_and_leaving_it_changes_nothing() {
    use crate::widgets::Scene as _;
    let mut window = mastering();
    let artist = |window: &Window| window.app.desk.as_ref().unwrap().song().credits.artist.clone();
    window.letter("e", Modifiers::CTRL);
    window.send(Message::Deliver(Input::Typed(sheet::Part::Artist, "Nina".to_owned())));
    assert_eq!(artist(&window), "Nina");
    let area = {
        let controls = (&sheet(&window)).controls(WINDOW);
        controls.into_iter().find(|control| control.part == sheet::Part::Artist).unwrap().area
    };
    let click = || {
        let pressed = Event::Mouse(mouse::Event::ButtonPressed(Button::Left));
        [moved(area.center()), pressed, Event::Mouse(mouse::Event::ButtonReleased(Button::Left))]
    };
    let key = |named| key_event(Key::Named(named), Modifiers::empty());
    let steps = window.app.desk.as_ref().unwrap().revision();
    for leave in [Named::Enter, Named::Tab, Named::Escape] {
        window.simulate(area.center(), click().into_iter().chain([key(leave)]).collect());
        assert_eq!(artist(&window), "Nina");
    }
    assert_eq!(window.app.desk.as_ref().unwrap().revision(), steps, "no step is made");
    let letter = key_event(Key::Character("s".into()), Modifiers::empty());
    let events = click().into_iter().chain([key(Named::End), letter, key(Named::Enter)]);
    window.simulate(area.center(), events.collect());
    assert_eq!(artist(&window), "Ninas");
}

#[test]
fn the_demo_is_offered_only_where_it_lies() {
    use crate::widgets::Scene as _;
    let mut window = Window::new();
    let offers = |window: &Window| {
        let controls = (&&window.app.start).controls(WINDOW);
        controls.iter().any(|control| control.part == start::Part::Demo)
    };
    assert_eq!(offers(&window), Path::new(crate::app::files::DEMO).is_dir());
    window.app.start.has_demo = false;
    assert!(!offers(&window));
}
