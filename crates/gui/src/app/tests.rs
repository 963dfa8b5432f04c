//! The window without a display: what pointer and keyboard do, as messages, states and walks.

mod automation;
mod devices;
mod frame;
mod master;
mod mixer;
mod pictures;
mod safe;
#[path = "../../../../tests/shared/tone.rs"]
mod tone;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use iced::keyboard::key::Named;
use iced::keyboard::{Event as Keyboard, Key, Modifiers};
use iced::mouse::{self, Button};
use iced::{Event, Point, Settings, Size};
use iced_test::Simulator;
use tempfile::TempDir;
use twobus_dsp::Db;
use twobus_engine::device::fake::{Fake, FakeOutput};
use twobus_engine::device::{PERIOD_FRAMES, Wish};
use twobus_session::StripId;

use super::jobs::{Done, Job, Kind, Outcome};
use super::sheets::Sheet;
use super::{App, Message, WINDOW};
use crate::desk::{Colours, Means, TILE, TileKey, Wave};
use crate::theme;
use master::deliver;
use pictures::{picture, stage, wanted, waves};

/// A window over a made-up sound device, and the folder of its files.
struct Window {
    app: App,
    place: TempDir,
    fake: Fake,
}

impl Window {
    fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        let output = FakeOutput::paced("fake", 44_100);
        let fake = Fake::with(output);
        let backend = Arc::new(fake.clone());
        let wish = Wish { output: None, period_frames: PERIOD_FRAMES };
        let (state, config) = (place.path().join("state"), place.path().join("config"));
        let music = place.path().join("Music");
        let means = Means { backend, wish, state, config, music };
        Self { app: App::on(means), place, fake }
    }

    /// With two short stems on it.
    fn with_stems() -> Self {
        let mut window = Self::new();
        let stems = two_stems(window.place.path());
        window.drop_files(&stems);
        window.accept();
        window
    }

    /// With the table of the stems in a folder.
    fn with_table(stems: &Path) -> Self {
        let mut window = Self::new();
        window.drop_files(stems);
        window
    }

    /// Presses "Make session".
    fn accept(&mut self) {
        self.press(1480.0, 900.0 - 24.0 - 98.0 + 45.0);
        assert!(self.app.table.is_none(), "the table is accepted");
    }

    /// Drops a folder, and waits until its table is shown.
    fn drop_files(&mut self, folder: &Path) {
        // What the window does on a thread of its own is done here: there is no runtime that would bring
        // its message back.
        let name = super::files::song_name(&[folder.to_owned()]);
        self.app.show(crate::desk::Desk::draft(&name, &self.app.means).unwrap());
        let import = self.import_of(folder);
        self.done(import);
    }

    /// What comes of reading the files in a folder for the open song.
    fn import_of(&self, folder: &Path) -> Outcome {
        let desk = self.app.desk.as_ref().unwrap();
        let progress = twobus_jobs::Progress::new();
        let files = super::files::audio_files(&[folder.to_owned()]);
        let options = twobus_jobs::ImportOptions { groups: true, ..Default::default() };
        let (project, song) = (desk.project(), desk.song());
        let import =
            twobus_jobs::import(desk.folder(), project, song, &files, options, &progress).unwrap();
        let waves = import.rows.iter().map(|_| None).collect();
        Outcome::Import(Box::new(import), waves)
    }

    /// Waits until what is opened or saved has come back: there is no runtime that would bring the word.
    fn settle(&mut self) {
        self.app.settle();
        self.send(Message::Arrived);
    }

    fn open(&mut self, path: &Path) {
        let _task = self.app.open(path);
        self.settle();
    }

    /// Asks for a place to save in, and is told one if it may be.
    fn save_as_now(&mut self) {
        self.letter("s", Modifiers::CTRL);
        self.named(Named::Escape);
    }

    fn save_as(&mut self, to: &Path) {
        let _task = self.app.save_as(to);
        self.settle();
    }

    /// Begins anew, and waits for what the start screen offers.
    fn start_anew(&mut self) {
        self.app.new_project();
        self.wait_for_offer();
    }

    fn wait_for_offer(&mut self) {
        for _ in 0..1000 {
            if self.app.offered() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("nothing is offered");
    }

    /// Brings what came of the job that runs, or of one that would have been begun.
    fn done(&mut self, outcome: Outcome) {
        let kind = match outcome {
            Outcome::Delivered(..) => Kind::Deliver,
            _ => Kind::Import,
        };
        self.bring(kind, Ok(outcome));
    }

    fn failed(&mut self, error: twobus_jobs::Error) {
        self.bring(Kind::Import, Err(error));
    }

    fn bring(&mut self, kind: Kind, outcome: Result<Outcome, twobus_jobs::Error>) {
        let new = self.app.ticket();
        let slot = match kind {
            Kind::Deliver => &mut self.app.delivery,
            _ => &mut self.app.job,
        };
        let never = |_: &twobus_jobs::Progress| Err(twobus_jobs::Error::Cancelled);
        let ticket = slot.get_or_insert_with(|| Job::run((kind, new), never).0).ticket;
        self.send(Message::Done(Done::new(ticket, outcome)));
    }

    fn send(&mut self, message: Message) {
        let _task = self.app.update(message);
    }

    /// Sends events to what is shown, and what they make of it to the window.
    fn simulate(&mut self, at: Point, events: Vec<Event>) {
        let mut simulator = Simulator::with_size(settings(), WINDOW, self.app.view());
        simulator.point_at(at);
        let statuses = simulator.simulate(events.clone());
        let messages: Vec<Message> = simulator.into_messages().collect();
        for message in messages {
            self.send(message);
        }
        // Keys that nobody has taken go to the window, as the subscription has it.
        for (event, status) in events.into_iter().zip(statuses) {
            if let (Event::Keyboard(key), iced::event::Status::Ignored) = (event, status) {
                self.send(Message::Key(key));
            }
        }
    }

    fn press(&mut self, x: f32, y: f32) {
        let left = Button::Left;
        let at = Point::new(x, y);
        let pressed = Event::Mouse(mouse::Event::ButtonPressed(left));
        let released = Event::Mouse(mouse::Event::ButtonReleased(left));
        self.simulate(at, vec![moved(at), pressed, released]);
    }

    fn key(&mut self, key: Key, modifiers: Modifiers) {
        self.simulate(Point::ORIGIN, vec![key_event(key, modifiers)]);
    }

    fn letter(&mut self, letter: &str, modifiers: Modifiers) {
        self.key(Key::Character(letter.into()), modifiers);
    }

    fn named(&mut self, named: Named) {
        self.key(Key::Named(named), Modifiers::empty());
    }

    fn fader(&self, strip: u32) -> Db {
        self.app.desk.as_ref().unwrap().strip(StripId(strip)).unwrap().fader
    }

    fn muted(&self, strip: u32) -> bool {
        self.app.desk.as_ref().unwrap().strip(StripId(strip)).unwrap().mute
    }
}

fn settings() -> Settings {
    let fonts = theme::FONTS.into_iter().map(std::borrow::Cow::Borrowed).collect();
    Settings { fonts, default_font: theme::SANS, ..Settings::default() }
}

fn moved(position: Point) -> Event {
    Event::Mouse(mouse::Event::CursorMoved { position })
}

fn key_event(key: Key, modifiers: Modifiers) -> Event {
    let text = match &key {
        Key::Character(text) if !modifiers.command() => Some(text.clone()),
        _ => None,
    };
    Event::Keyboard(Keyboard::KeyPressed {
        modified_key: key.clone(),
        key,
        physical_key: iced::keyboard::key::Physical::Unidentified(
            iced::keyboard::key::NativeCode::Unidentified,
        ),
        location: iced::keyboard::Location::Standard,
        modifiers,
        repeat: false,
        text,
    })
}

/// A folder with two short stems.
fn two_stems(place: &Path) -> std::path::PathBuf {
    let stems = place.join("Song");
    std::fs::create_dir(&stems).unwrap();
    for name in ["01_Kick.wav", "02_Bass DI.wav"] {
        write_tone(&stems.join(name));
    }
    stems
}

/// A second of a quiet tone.
fn write_tone(path: &Path) {
    tone::write_tone(path, 44_100, 1);
}

/// Middle of the first strip's fader at 0 dB: see the layout of strips.
const FADER: Point = Point::new(35.0, 52.0 + 324.0 + 26.0 + 266.0 + 158.0 * 0.25);

#[test]
fn dropped_stems_become_a_session_with_names_roles_and_one_step_to_undo() {
    let mut window = Window::with_stems();
    let desk = window.app.desk.as_ref().unwrap();
    let names: Vec<&str> = desk.mix().strips().map(|strip| strip.name.as_str()).collect();
    assert_eq!(names, ["Kick", "Bass DI", "Mix bus"]);
    assert_eq!(desk.name(), "Song");
    assert!(desk.is_dirty() && desk.is_draft());
    window.letter("z", Modifiers::CTRL);
    assert!(window.app.desk.as_ref().unwrap().mix().tracks.is_empty());
    window.letter("z", Modifiers::CTRL | Modifiers::SHIFT);
    assert_eq!(window.app.desk.as_ref().unwrap().mix().tracks.len(), 2);
}

#[test]
fn a_drag_of_a_fader_is_one_step_and_escape_takes_it_back() {
    let mut window = Window::with_stems();
    let to = Point::new(FADER.x, FADER.y + 0.25 * 158.0);
    let left = |event: fn(Button) -> mouse::Event| Event::Mouse(event(Button::Left));
    let (down, up) = (left(mouse::Event::ButtonPressed), left(mouse::Event::ButtonReleased));
    // As on a busy machine: all of it in one batch, with the pointer where it has come to.
    window.simulate(to, vec![moved(FADER), down, moved(to), up]);
    assert_eq!(window.fader(1), Db(-10.0));
    window.letter("z", Modifiers::CTRL);
    assert_eq!(window.fader(1), Db::UNITY);
    window.send(Message::Mixer(crate::widgets::Input::Move(fader_part(1), 0.9)));
    window.send(Message::Mixer(crate::widgets::Input::Cancel(fader_part(1))));
    assert_eq!(window.fader(1), Db::UNITY);
}

fn fader_part(strip: u32) -> crate::screens::mix::mixer::Part {
    use crate::screens::mix::mixer::{Part, Piece};
    Part::Strip(StripId(strip), Piece::Fader)
}

#[test]
fn a_value_is_typed_into_the_control_that_has_the_keyboard() {
    let mut window = Window::with_stems();
    window.send(Message::Mixer(crate::widgets::Input::Focus(fader_part(1))));
    let keys =
        ["-", "3", ".", "5"].map(|text| key_event(Key::Character(text.into()), Modifiers::empty()));
    let enter = key_event(Key::Named(Named::Enter), Modifiers::empty());
    window.simulate(Point::ORIGIN, keys.into_iter().chain([enter]).collect());
    assert_eq!(window.fader(1), Db(-3.5));
    window.send(Message::Mixer(crate::widgets::Input::Typed(fader_part(1), "loud".to_owned())));
    assert_eq!(window.fader(1), Db(-3.5), "wrong text keeps the old value");
    let (said, warning) = window.app.desk.as_ref().unwrap().live.said().unwrap();
    assert!(warning && said.contains("loud"), "{said}");
}

#[test]
fn arrows_step_the_fader_and_walk_the_strips() {
    let mut window = Window::with_stems();
    window.send(Message::Mixer(crate::widgets::Input::Focus(fader_part(1))));
    window.named(Named::ArrowUp);
    assert_eq!(window.fader(1), Db(0.5));
    window.key(Key::Named(Named::ArrowDown), Modifiers::SHIFT);
    assert!((window.fader(1).0 - 0.4).abs() < 1e-9);
    window.named(Named::ArrowRight);
    assert_eq!(window.app.mixer.chosen, Some(StripId(2)));
    window.named(Named::ArrowRight);
    assert_eq!(window.app.mixer.chosen, Some(StripId::MIX_BUS));
    window.named(Named::ArrowLeft);
    assert_eq!(window.app.mixer.chosen, Some(StripId(2)));
}

#[test]
fn letters_switch_the_chosen_strip_and_shift_clears_all() {
    let mut window = Window::with_stems();
    window.app.mixer.choose(StripId(1));
    window.letter("m", Modifiers::empty());
    window.app.mixer.choose(StripId(2));
    window.letter("m", Modifiers::empty());
    assert!(window.muted(1) && window.muted(2));
    window.letter("M", Modifiers::SHIFT);
    assert!(!window.muted(1) && !window.muted(2));
    window.letter("p", Modifiers::empty());
    assert!(window.app.desk.as_ref().unwrap().strip(StripId(2)).unwrap().invert);
    window.letter("k", Modifiers::empty());
    assert_eq!(window.app.desk.as_ref().unwrap().mix().timeline.markers.len(), 1);
    window.letter("l", Modifiers::empty());
    assert!(window.app.desk.as_ref().unwrap().mix().timeline.loop_range.unwrap().on);
}

#[test]
fn linked_faders_keep_their_distance() {
    let mut window = Window::with_stems();
    window.send(Message::Mixer(crate::widgets::Input::Typed(fader_part(2), "-6".to_owned())));
    window.app.mixer.selected = vec![StripId(1), StripId(2)];
    window.send(Message::Mixer(crate::widgets::Input::Move(fader_part(1), 0.5)));
    window.send(Message::Mixer(crate::widgets::Input::Drop(fader_part(1))));
    assert_eq!((window.fader(1), window.fader(2)), (Db(-10.0), Db(-16.0)));
    window.letter("z", Modifiers::CTRL);
    assert_eq!((window.fader(1), window.fader(2)), (Db::UNITY, Db(-6.0)));
}

#[test]
fn the_tab_key_reaches_every_control_and_comes_round() {
    let mut window = Window::with_stems();
    window.app.region = super::Region::Top;
    window.app.top.enter(false);
    let mut regions = vec![window.app.region];
    for _ in 0..120 {
        window.named(Named::Tab);
        if regions.last() != Some(&window.app.region) {
            regions.push(window.app.region);
        }
    }
    use super::Region::{Arrange, Mixer, Top};
    assert_eq!(regions[..4], [Top, Arrange, Mixer, Top]);
}

#[test]
fn a_project_is_saved_opened_again_and_asks_before_unsaved_work_is_lost() {
    let mut window = Window::with_stems();
    let to = window.place.path().join("Saved");
    window.save_as(&to);
    assert!(to.join("project.json").is_file());
    assert!(!window.app.desk.as_ref().unwrap().is_dirty());
    window.app.mixer.choose(StripId(1));
    window.letter("m", Modifiers::empty());
    window.send(Message::Window(iced::window::Event::CloseRequested));
    assert!(window.app.dialog.is_some(), "it asks");
    window.named(Named::Escape);
    assert!(window.app.dialog.is_none() && window.app.desk.as_ref().unwrap().is_dirty());
    window.letter("s", Modifiers::CTRL);
    window.settle();
    assert!(!window.app.desk.as_ref().unwrap().is_dirty());
    window.start_anew();
    assert_eq!(window.app.start.recent.first().map(|recent| recent.name.as_str()), Some("Song"));
    window.open(&to);
    assert!(window.muted(1));
}

#[test]
fn a_missing_stem_keeps_its_track_and_is_found_again() {
    let mut window = Window::with_stems();
    let (from, to) = (window.place.path().join("Song"), window.place.path().join("Moved"));
    let saved = window.place.path().join("Saved");
    window.save_as(&saved);
    window.app.new_project();
    std::fs::rename(&from, &to).unwrap();
    window.open(&saved);
    let wave = |window: &mut Window| {
        let desk = window.app.desk.as_mut().unwrap();
        for _ in 0..200 {
            let _any = desk.waves.arrived();
            if !desk.waves.is_loading() {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let media = desk.mix().tracks[0].clips[0].media;
        matches!(desk.waves.of(media), Some(crate::desk::Wave::Missing(_)))
    };
    assert!(wave(&mut window), "it is shown as missing");
    let desk = window.app.desk.as_ref().unwrap();
    let options = twobus_jobs::RelinkOptions { search: Some(to), replace: false };
    let progress = twobus_jobs::Progress::new();
    let found = twobus_jobs::relink(desk.folder(), desk.project(), &options, &progress).unwrap();
    window.done(Outcome::Found(Box::new(found)));
    assert!(!wave(&mut window), "it is found");
}

#[test]
fn unsaved_work_is_offered_after_the_program_was_ended() {
    let mut window = Window::with_stems();
    window.app.desk.as_mut().unwrap().flush();
    window.app.desk = None;
    window.start_anew();
    assert_eq!(window.app.start.offered.len(), 1);
    assert_eq!(window.app.start.offered[0].name, "Song");
    window.send(Message::Start(crate::widgets::Input::Press {
        part: crate::screens::start::Part::Restore(0),
        modifiers: Modifiers::empty(),
        at: Point::ORIGIN,
    }));
    window.settle();
    assert_eq!(window.app.desk.as_ref().unwrap().mix().tracks.len(), 2);
}

/// Bounces what is open: what the job does on a thread of its own is done here.
fn bounce(window: &mut Window) -> twobus_jobs::Bounce {
    let desk = window.app.desk.as_ref().unwrap();
    let options = twobus_jobs::BounceOptions::default();
    let progress = twobus_jobs::Progress::new();
    let (project, song) = (desk.project(), desk.song());
    twobus_jobs::bounce(desk.folder(), project, song, &options, &progress).unwrap()
}

#[test]
fn control_b_asks_what_is_bounced_and_escape_stops_it() {
    let mut window = Window::with_stems();
    window.letter("b", Modifiers::CTRL);
    assert!(matches!(window.app.sheet, Some(Sheet::Bounce(_))));
    window.letter("v", Modifiers::empty());
    window.letter("2", Modifiers::empty());
    window.named(Named::Enter);
    let Some(Sheet::Bounce(sheet)) = &window.app.sheet else { panic!("the sheet stays") };
    assert!(sheet.is_running() && window.app.job.is_some());
    assert_eq!(sheet.note(), "v2");
    let progress = window.app.job.as_ref().unwrap().progress.clone();
    window.named(Named::Escape);
    assert!(window.app.sheet.is_none() && progress.is_cancelled());
    assert!(window.app.desk.as_ref().unwrap().song().prints.is_empty());
}

#[test]
fn a_bounce_becomes_a_print_with_its_note_and_a_report_that_leads_into_the_mix() {
    let mut window = Window::with_stems();
    window.letter("b", Modifiers::CTRL);
    window.letter("!", Modifiers::empty());
    let mut done = bounce(&mut window);
    // The stems sit on each other, and so does what is found of them.
    let readiness = done.print.readiness.as_mut().unwrap();
    let row = &mut readiness.rows[0];
    row.verdict = twobus_session::readiness::Verdict::Fix;
    row.places = vec![twobus_session::readiness::Place { start: 22_050, end: 33_075 }];
    window.done(Outcome::Bounced(Box::new(done)));
    let print = window.app.desk.as_ref().unwrap().song().prints[0].clone();
    assert_eq!((print.number, print.note.as_str()), (1, "!"));
    let Some(Sheet::Ready(sheet)) = &window.app.sheet else { panic!("the report is shown") };
    assert_eq!(sheet.print(), 1);
    window.send(Message::Ready(crate::widgets::Input::Press {
        part: crate::screens::ready::Part::Show(0),
        modifiers: Modifiers::empty(),
        at: Point::ORIGIN,
    }));
    assert!(window.app.sheet.is_none() && window.app.arrange.is_marked());
    window.letter("k", Modifiers::empty());
    assert!(!window.app.arrange.is_marked(), "the next action takes the outline away");
    window.letter("z", Modifiers::CTRL);
    window.letter("z", Modifiers::CTRL);
    assert!(window.app.desk.as_ref().unwrap().song().prints.is_empty(), "a print is one step");
}

#[test]
fn a_bounce_that_fails_keeps_its_sheet_and_can_be_tried_again() {
    let mut window = Window::with_stems();
    window.letter("b", Modifiers::CTRL);
    window.named(Named::Enter);
    let text = "the disk is full".to_owned();
    window.failed(twobus_jobs::Error::Missing(text));
    let Some(Sheet::Bounce(sheet)) = &window.app.sheet else { panic!("the sheet stays") };
    assert!(!sheet.is_running() && window.app.job.is_none());
    window.named(Named::Enter);
    assert!(window.app.job.is_some(), "Enter tries it again");
}
