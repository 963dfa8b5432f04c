//! Pictures of every screen.

use super::*;

/// Draws what is shown into a picture, twice as large as it is.
pub(super) fn picture(window: &Window, size: Size, folder: &Path, name: &str) {
    let mut simulator = Simulator::with_size(settings(), size, window.app.view());
    let drawn = simulator.snapshot(&theme::iced()).unwrap();
    assert!(drawn.matches_image(folder.join(name)).unwrap());
}

/// Waits until the waves of all lanes are there.
pub(super) fn waves(window: &mut Window) {
    let desk = window.app.desk.as_mut().unwrap();
    for _ in 0..1000 {
        let _any = desk.waves.arrived();
        if !desk.waves.is_loading() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A window with the demo in its mix if pictures are wanted, or else with two tones; and the folder of the
/// pictures.
pub(super) fn stage(place: &Path) -> (Window, std::path::PathBuf) {
    let wanted = wanted();
    let mut window = match &wanted {
        Some(_) => Window::with_table(Path::new(crate::app::files::DEMO)),
        None => Window::with_table(&two_stems(place)),
    };
    window.accept();
    waves(&mut window);
    (window, wanted.unwrap_or(place.to_owned()))
}

/// The folder that `cargo xtask screenshots` names, if it does.
pub(super) fn wanted() -> Option<std::path::PathBuf> {
    std::env::var_os("TWOBUS_SCREENSHOTS").map(Into::into)
}

#[test]
fn a_wave_ends_where_its_clip_does() {
    let place = tempfile::tempdir().unwrap();
    let mut window = Window::with_table(&two_stems(place.path()));
    window.accept();
    waves(&mut window);
    let desk = window.app.desk.as_ref().unwrap();
    let media = desk.mix().tracks[0].clips[0].media;
    let Some(Wave::Ready(peaks)) = desk.waves.of(media) else { panic!("no wave") };
    let key = TileKey {
        media,
        channels: twobus_session::ChannelMap::AsIs.into(),
        frames_per_px: 10.0_f64.to_bits(),
        index: 0,
        columns: (7, 90),
        height: 34,
        colour: 0,
    };
    let colours = Colours { peak: iced::Color::WHITE, body: iced::Color::BLACK };
    let iced::widget::image::Handle::Rgba { pixels, .. } = desk.waves.tile(key, peaks, colours)
    else {
        panic!("a tile is pixels")
    };
    for column in 0..TILE as usize {
        let drawn = pixels.chunks(4 * TILE as usize).any(|row| row[4 * column + 3] > 0);
        assert_eq!(drawn, (7..90).contains(&column), "column {column}");
    }
}

/// Every screen at every size; `cargo xtask screenshots` says where the pictures go.
#[test]
fn every_screen_is_drawn_at_every_size() {
    let place = tempfile::tempdir().unwrap();
    let wanted = wanted();
    let folder = wanted.as_deref().unwrap_or(place.path());
    let start = Window::new();
    picture(&start, WINDOW, folder, "start");
    let mut window = match &wanted {
        Some(_) => Window::with_table(Path::new(crate::app::files::DEMO)),
        None => Window::with_table(&two_stems(place.path())),
    };
    picture(&window, WINDOW, folder, "import");
    window.accept();
    waves(&mut window);
    if wanted.is_some() {
        mix(&mut window);
    }
    window.app.mixer.choose(StripId(5));
    play(&mut window, Duration::from_millis(if wanted.is_some() { 5000 } else { 100 }));
    for (name, width, height) in [
        ("mix", 1600.0, 900.0),
        ("mix-medium", 1100.0, 700.0),
        ("mix-small", 1024.0, 640.0),
        ("mix-large", 2560.0, 1440.0),
    ] {
        window.app.resized(Size::new(width, height));
        picture(&window, Size::new(width, height), folder, name);
    }
    narrow_sends(&mut window, folder);
    window.app.resized(WINDOW);
    window.app.open_devices(StripId(5), None);
    play(&mut window, Duration::from_millis(if wanted.is_some() { 3000 } else { 100 }));
    picture(&window, WINDOW, folder, "mix-devices");
    window.named(Named::Escape);
    window.named(Named::Space);
    window.send(Message::Mixer(crate::widgets::Input::Menu(fader_part(1), FADER)));
    picture(&window, WINDOW, folder, "menu");
    window.app.menu = None;
    window.letter("o", Modifiers::CTRL);
    picture(&window, WINDOW, folder, "unsaved");
    window.named(Named::Escape);
    sheets(&mut window, folder);
}

/// The sends of a narrow strip.
fn narrow_sends(window: &mut Window, folder: &Path) {
    use crate::screens::mix::mixer::{Part, Piece};
    let size = Size::new(1100.0, 700.0);
    window.app.resized(size);
    let part = Part::Strip(StripId(2), Piece::Sends);
    let (modifiers, at) = (Modifiers::empty(), Point::ORIGIN);
    window.send(Message::Mixer(crate::widgets::Input::Press { part, modifiers, at }));
    picture(window, size, folder, "mix-sends");
    window.app.menu = None;
}

/// The demo's mix, as one step.
fn mix(window: &mut Window) {
    let text = std::fs::read_to_string(Path::new(crate::app::files::DEMO).join("../mix.json"));
    let edits = serde_json::from_str(&text.unwrap()).unwrap();
    let name = "Mix of the demo".to_owned();
    window.app.on_desk(|desk| desk.apply(twobus_session::Edit::Batch { name, edits }));
}

/// The sheets, with a real print.
fn sheets(window: &mut Window, folder: &Path) {
    window.letter("b", Modifiers::CTRL);
    picture(window, WINDOW, folder, "bounce-asked");
    let desk = window.app.desk.as_ref().unwrap();
    let (place, project) = (desk.folder().clone(), desk.project().clone());
    let song = desk.song().clone();
    let progress = Arc::new(twobus_jobs::Progress::new());
    let options = twobus_jobs::BounceOptions::default();
    let watched = Arc::clone(&progress);
    let job = std::thread::spawn(move || {
        twobus_jobs::bounce(&place, &project, &song, &options, &watched).unwrap()
    });
    while progress.share() < 0.6 && !job.is_finished() {
        std::thread::sleep(Duration::from_millis(2));
    }
    let Some(Sheet::Bounce(sheet)) = &mut window.app.sheet else { panic!("the sheet is shown") };
    sheet.started(progress);
    picture(window, WINDOW, folder, "bounce");
    let done = job.join().unwrap();
    let print = done.print.clone();
    window.done(Outcome::Bounced(Box::new(done)));
    let desk = window.app.desk.as_ref().unwrap();
    let progress = twobus_jobs::Progress::new();
    let (project, song) = (desk.project(), desk.song());
    let examined =
        twobus_jobs::check_print(desk.folder(), project, song, &print, true, &progress).unwrap();
    window.done(Outcome::Examined(1, Box::new(examined)));
    picture(window, WINDOW, folder, "ready");
    picture(window, Size::new(1024.0, 640.0), folder, "ready-small");
    let part = crate::screens::ready::Part::Show(0);
    let (modifiers, at) = (Modifiers::empty(), Point::ORIGIN);
    window.send(Message::Ready(crate::widgets::Input::Press { part, modifiers, at }));
    picture(window, WINDOW, folder, "ready-shown");
    master_screens(window, folder);
}

/// Master: empty of devices, with a chain and a reference while it plays, folded, and what is proposed.
fn master_screens(window: &mut Window, folder: &Path) {
    window.letter("2", Modifiers::CTRL);
    picture(window, WINDOW, folder, "master-bare");
    let chain = twobus_session::presets::chains()[0].name.clone();
    let song = window.app.desk.as_ref().unwrap().song_id();
    let edit = |change| twobus_session::Edit::Master { song, change };
    let preset = edit(twobus_session::MasterEdit::Preset(chain));
    window.app.desk.as_mut().unwrap().apply(preset);
    // A whole song is compared with only where somebody looks at the pictures.
    let wanted = wanted().is_some();
    if wanted {
        let desk = window.app.desk.as_ref().unwrap();
        let path = Path::new(crate::app::files::DEMO).join("../../reference").join(REFERENCE);
        let progress = twobus_jobs::Progress::new();
        let frames = twobus_jobs::analyze(&path, &progress).unwrap().report.frames;
        let noted = twobus_jobs::matching::note_reference;
        let edit = noted(desk.folder(), desk.project(), song, (&path, frames)).unwrap();
        window.app.desk.as_mut().unwrap().apply(edit);
    }
    window.app.study_now();
    play(window, Duration::from_millis(if wanted { 9000 } else { 100 }));
    picture(window, WINDOW, folder, "master");
    for (name, width, height) in [("master-small", 1024.0, 640.0), ("master-large", 2560.0, 1440.0)]
    {
        window.app.resized(Size::new(width, height));
        picture(window, Size::new(width, height), folder, name);
    }
    window.app.resized(WINDOW);
    window.named(Named::Space);
    if wanted {
        propose(window, folder);
    }
    window.letter("e", Modifiers::CTRL);
    picture(window, WINDOW, folder, "deliver");
    picture(window, Size::new(1024.0, 640.0), folder, "deliver-small");
    let done = deliver(window);
    window.done(Outcome::Delivered(Some(1), Box::new(done)));
    picture(window, WINDOW, folder, "deliver-done");
}

/// What a match proposes.
fn propose(window: &mut Window, folder: &Path) {
    let desk = window.app.desk.as_ref().unwrap();
    let (input, _) =
        twobus_jobs::master::input(desk.folder(), desk.project(), desk.song()).unwrap();
    let media = desk.project().media(desk.song().master.references[0].media).unwrap();
    let path = desk.folder().resolve(media);
    let progress = Arc::new(twobus_jobs::Progress::new());
    let references = [twobus_jobs::ReferenceFile { path, weight: 1.0 }];
    let options = twobus_jobs::MatchOptions::default();
    let found = twobus_jobs::match_reference(&input, &references, &options, &progress).unwrap();
    let title = format!("Match to {REFERENCE}");
    let sheet = crate::screens::proposal::Proposal::new(title, progress);
    window.app.sheet = Some(Sheet::Proposal(Box::new(sheet)));
    window.done(Outcome::Matched(Box::new(found)));
    picture(window, WINDOW, folder, "match");
    window.named(Named::Escape);
}

/// A song to compare with.
const REFERENCE: &str = "Lost Islands.mp3";

/// Plays for a while, frame by frame of the window.
fn play(window: &mut Window, time: Duration) {
    let wait = |window: &mut Window, until: &dyn Fn(&Window) -> bool| {
        for _ in 0..500 {
            window.send(Message::Frame(std::time::Instant::now()));
            if until(window) {
                return;
            }
            std::thread::sleep(Duration::from_millis(16));
        }
    };
    if !window.app.desk.as_ref().unwrap().live.is_playing() {
        wait(window, &|window| window.app.desk.as_ref().unwrap().live.is_ready());
        window.app.desk.as_mut().unwrap().live.locate(44_100 * 30);
        window.named(Named::Space);
    }
    let start = std::time::Instant::now();
    wait(window, &|_| start.elapsed() > time);
}
