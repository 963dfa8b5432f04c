use std::fs::File;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::*;
use crate::file::{Document, FILE_NAME};
use crate::{Edit, History, ProjectEdit};

struct Place {
    folder: tempfile::TempDir,
    store: Store,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().join("state"));
        Self { folder, store }
    }

    fn document(&self) -> Document {
        let path = self.folder.path().join(FILE_NAME);
        let mut document = Document::new(path, crate::testing::project());
        let _saved = document.save().unwrap();
        document
    }

    fn names(&self) -> Vec<String> {
        self.store.offer().unwrap().snapshots.iter().map(Snapshot::name).collect()
    }

    fn project(&self, snapshot: &Snapshot) -> Project {
        self.store.attempt(snapshot).unwrap().0
    }
}

fn rename(project: &mut Project, history: &mut History, name: &str) {
    let edit = Edit::Project(ProjectEdit::Name(name.to_owned()));
    let _step = history.apply(project, edit).unwrap();
}

const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn r9_every_edit_is_in_a_snapshot_within_thirty_seconds() {
    let place = Place::new();
    let mut document = place.document();
    let mut history = History::default();
    let mut saver = Autosaver::of(place.store.clone(), &document).unwrap();
    let mut edited_at = Vec::new();
    let mut kept_at = Vec::new();
    for now in 0..300 {
        // Edits that never pause for as long as the delay, and the slowest caller allowed.
        if now % 7 == 3 && now < 250 {
            rename(&mut document.project, &mut history, &format!("At {now}"));
            edited_at.push(now);
        }
        if now % 15 == 0
            && let Some(snapshot) = saver.pump(s(now), &document.project, &history).unwrap()
        {
            kept_at.push(now);
            assert_eq!(place.project(&snapshot), document.project);
        }
    }
    for edit in edited_at {
        let kept = kept_at.iter().find(|kept| **kept >= edit).unwrap();
        assert!(kept - edit <= 30, "the edit at {edit} s was kept at {kept} s");
    }
    assert!(saver.pump(s(1_000), &document.project, &history).unwrap().is_none());
    assert!(kept_at.len() <= 10, "{kept_at:?}");
}

#[test]
fn r9_snapshots_go_when_the_work_is_saved_and_those_of_others_stay() {
    let place = Place::new();
    let mut document = place.document();
    let other = place.store.keep(&document.project, Some(document.path()), Why::Edited).unwrap();
    let mut history = History::default();
    let mut saver = Autosaver::of(place.store.clone(), &document).unwrap();
    rename(&mut document.project, &mut history, "Later");
    let own = saver.flush(&document.project, &history).unwrap().unwrap();
    assert!(saver.flush(&document.project, &history).unwrap().is_none(), "it is kept already");
    assert_eq!(place.names(), [other.name()], "what is still open is not offered");
    assert!(own.file().exists());
    let _saved = document.save().unwrap();
    history.mark_saved();
    saver.saved(&document);
    assert!(!own.file().exists());
    assert_eq!(place.names(), [other.name()]);
    // Restored from the other one and saved: that has served too.
    saver.adopt(&other);
    saver.saved(&document);
    assert!(place.names().is_empty());
}

#[test]
fn r9_a_clean_end_keeps_what_was_not_saved() {
    let place = Place::new();
    let mut document = place.document();
    let mut history = History::default();
    let mut saver = Autosaver::of(place.store.clone(), &document).unwrap();
    rename(&mut document.project, &mut history, "Later");
    let snapshot = saver.flush(&document.project, &history).unwrap().unwrap();
    drop(saver);
    let offer = place.store.offer_for(None, document.path()).unwrap();
    assert_eq!(offer.snapshots, [snapshot]);
    assert_eq!(place.project(&offer.snapshots[0]), document.project);
    let saved = crate::load(document.path()).unwrap().project;
    assert_eq!(saved, crate::testing::project(), "offered, and never forced");
}

#[test]
fn r9_twenty_are_kept() {
    let place = Place::new();
    let document = place.document();
    for _ in 0..KEPT + 7 {
        let _kept = place.store.keep(&document.project, None, Why::Edited).unwrap();
    }
    let numbers: Vec<u64> =
        place.store.offer().unwrap().snapshots.iter().map(|snapshot| snapshot.number).collect();
    assert_eq!(numbers, (8..=27).collect::<Vec<u64>>());
}

#[test]
fn r9_a_disk_that_is_full_is_said_and_tried_again() {
    let place = Place::new();
    let mut document = place.document();
    let mut history = History::default();
    let mut saver = Autosaver::of(place.store.clone(), &document).unwrap();
    rename(&mut document.project, &mut history, "Later");
    let snapshots = place.folder.path().join("state/snapshots");
    std::fs::write(&snapshots, "in the way").unwrap();
    assert!(saver.pump(s(0), &document.project, &history).unwrap().is_none());
    let error = saver.pump(s(10), &document.project, &history).unwrap_err();
    assert!(error.to_string().contains("keeping a snapshot"), "{error}");
    assert!(saver.pump(s(12), &document.project, &history).unwrap().is_none());
    std::fs::remove_file(&snapshots).unwrap();
    assert!(saver.pump(s(20), &document.project, &history).unwrap().is_some());
}

#[test]
fn r12_a_read_only_document_is_not_kept_as_work() {
    let place = Place::new();
    let mut document = place.document();
    document.make_read_only("it did not load completely");
    let mut history = History::default();
    let mut saver = Autosaver::of(place.store.clone(), &document).unwrap();
    rename(&mut document.project, &mut history, "Later");
    assert!(saver.pump(s(0), &document.project, &history).unwrap().is_none());
    assert!(saver.pump(s(60), &document.project, &history).unwrap().is_none());
    assert!(saver.flush(&document.project, &history).unwrap().is_none());
    let _saved = document.save_as(&place.folder.path().join("other.json")).unwrap();
    saver.saved(&document);
    rename(&mut document.project, &mut history, "Later still");
    assert!(saver.flush(&document.project, &history).unwrap().is_some());
}

/// Works on a project until it is killed: run by the tests below, in a process of its own.
#[test]
#[ignore = "a child of other tests"]
fn child_edits_until_it_is_killed() {
    let Some(root) = std::env::var_os("TWOBUS_TEST_STATE") else { return };
    let store = Store::new(root);
    let path = std::env::var_os("TWOBUS_TEST_PROJECT");
    let (mut project, mut saver) = match path {
        Some(path) => {
            let document = Document::open(Path::new(&path)).unwrap();
            let saver = Autosaver::of(store, &document).unwrap();
            (document.project, saver)
        }
        None => (crate::testing::project(), Autosaver::of_new(store).unwrap()),
    };
    let mut history = History::default();
    rename(&mut project, &mut history, "Hours of work");
    for second in 0.. {
        let now = s(second * 10);
        let kept = saver.pump(now, &project, &history).unwrap();
        println!("{}", if kept.is_some() { "kept" } else { "waiting" });
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn child(root: &Path, project: Option<&Path>) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let test = "recover::tests::child_edits_until_it_is_killed";
    let command = command.args(["--exact", test, "--ignored", "--nocapture"]);
    let command = command.env("TWOBUS_TEST_STATE", root).stdout(Stdio::null());
    let command = match project {
        Some(path) => command.env("TWOBUS_TEST_PROJECT", path),
        None => command.env_remove("TWOBUS_TEST_PROJECT"),
    };
    command.spawn().unwrap()
}

/// Lets a child work until it has kept a snapshot, then kills it without a warning.
fn killed_at_work(place: &Place, project: Option<&Path>) {
    let root = place.folder.path().join("state");
    let mut child = child(&root, project);
    let started = Instant::now();
    let there = || {
        let documents = entries(&root.join("snapshots")).unwrap().unwrap_or_default();
        let files = documents.iter().filter_map(|folder| entries(folder).unwrap()).flatten();
        files.filter_map(|file| number(&file)).count() > 0
    };
    while !there() {
        assert!(started.elapsed() < s(60) && child.try_wait().unwrap().is_none());
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(place.names().is_empty(), "what is still open is not offered");
    child.kill().unwrap();
    let _status = child.wait().unwrap();
}

#[test]
fn r9_unsaved_work_of_a_killed_program_is_offered_and_the_saved_file_is_as_it_was() {
    let place = Place::new();
    let document = place.document();
    killed_at_work(&place, Some(document.path()));
    let offer = place.store.offer_for(Some(&document.project.id), document.path()).unwrap();
    assert_eq!((offer.snapshots.len(), offer.set_aside.len()), (1, 0));
    let snapshot = &offer.snapshots[0];
    assert_eq!(snapshot.about.base.as_deref(), document.stamp());
    assert_eq!(place.project(snapshot).name, "Hours of work");
    assert_eq!(crate::load(document.path()).unwrap().stamp, document.stamp().unwrap());
    // Offered until it is decided about.
    assert_eq!(place.names().len(), 1);
    place.store.discard(snapshot).unwrap();
    assert!(place.names().is_empty());
}

#[test]
fn r9_a_project_that_was_never_saved_is_offered_whole() {
    let place = Place::new();
    killed_at_work(&place, None);
    let offer = place.store.offer().unwrap();
    assert_eq!(offer.snapshots[0].about.path, None);
    let mut expected = crate::testing::project();
    "Hours of work".clone_into(&mut expected.name);
    assert_eq!(place.project(&offer.snapshots[0]), expected);
}

#[test]
fn r9_work_on_a_project_that_was_moved_is_found_and_that_on_a_copy_is_not() {
    let place = Place::new();
    let document = place.document();
    let id = Some(document.project.id.as_str());
    let _kept = place.store.keep(&document.project, Some(document.path()), Why::Edited).unwrap();
    let moved = place.folder.path().join("moved.json");
    let _bytes = std::fs::copy(document.path(), &moved).unwrap();
    let offered = |path: &Path| place.store.offer_for(id, path).unwrap().snapshots.len();
    assert_eq!((offered(document.path()), offered(&moved)), (1, 0));
    std::fs::remove_file(document.path()).unwrap();
    assert_eq!(offered(&moved), 1);
}

#[test]
fn r10_a_damaged_snapshot_is_set_aside_once_and_the_others_are_offered() {
    let place = Place::new();
    let document = place.document();
    let keep = || place.store.keep(&document.project, None, Why::Edited).unwrap();
    let kept: Vec<Snapshot> = (0..6).map(|_| keep()).collect();
    let whole = std::fs::read(kept[0].file()).unwrap();
    let mut flipped = whole.clone();
    let at = whole.len() / 2;
    flipped[at] ^= 1;
    let damages: [&[u8]; 5] = [&whole[..at], &flipped, b"", b"\0\0\0\0", &whole[at..]];
    for (snapshot, damage) in kept.iter().zip(damages) {
        std::fs::write(snapshot.file(), damage).unwrap();
    }
    let first = place.store.offer().unwrap();
    assert_eq!(first.set_aside.len(), 5);
    assert_eq!(first.snapshots, kept[5..]);
    let second = place.store.offer().unwrap();
    assert_eq!((second.set_aside.len(), second.snapshots.len()), (0, 1));
    assert!(first.set_aside.iter().all(|aside| aside.exists()), "kept for who looks into it");
    assert_eq!(keep().number, 7, "no number is used twice");
}

#[test]
fn r10_a_snapshot_that_ended_the_program_is_not_tried_again() {
    let place = Place::new();
    let document = place.document();
    let bad = place.store.keep(&document.project, None, Why::Edited).unwrap();
    let good = place.store.keep(&document.project, None, Why::Edited).unwrap();
    let (_project, attempt) = place.store.attempt(&bad).unwrap();
    assert_eq!(place.names(), [good.name()], "while it is tried, nobody else tries it");
    drop(attempt);
    assert_eq!(place.names(), [bad.name(), good.name()], "an error is not the end of the program");
    for panics in [true, false] {
        let tried = if panics { &bad } else { &good };
        let thread = std::thread::scope(|scope| {
            let trying = scope.spawn(|| {
                let _attempt = place.store.attempt(tried).unwrap();
                assert!(!panics, "as a document might make the program do");
            });
            trying.join()
        });
        assert_eq!(thread.is_err(), panics);
    }
    let offer = place.store.offer().unwrap();
    assert_eq!((offer.set_aside.len(), offer.snapshots.len()), (1, 1));
    assert_eq!(place.names(), [good.name()]);
}

/// Tries the snapshots of a store and ends without a warning, as when one makes the program crash.
#[test]
#[ignore = "a child of another test"]
fn child_ends_while_it_tries() {
    let Some(root) = std::env::var_os("TWOBUS_TEST_STATE") else { return };
    let store = Store::new(root);
    let offer = store.offer().unwrap();
    let Some(first) = offer.snapshots.first() else { std::process::exit(7) };
    let _attempt = store.attempt(first).unwrap();
    std::process::abort();
}

#[test]
fn r10_a_program_that_crashes_on_a_snapshot_starts_again_without_it() {
    let place = Place::new();
    let document = place.document();
    let _bad = place.store.keep(&document.project, None, Why::Edited).unwrap();
    let start = || {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let test = "recover::tests::child_ends_while_it_tries";
        let command = command.args(["--exact", test, "--ignored", "--nocapture"]);
        let command = command.env("TWOBUS_TEST_STATE", place.folder.path().join("state"));
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().code()
    };
    assert_eq!((start(), start()), (None, Some(7)), "a crash, then a start that skips it");
}

#[test]
fn r11_discarded_changes_are_kept_once() {
    let place = Place::new();
    let mut document = place.document();
    let mut history = History::default();
    let mut saver = Autosaver::of(place.store.clone(), &document).unwrap();
    assert!(saver.discard(&document.project, &history).unwrap().is_none(), "nothing to lose");
    rename(&mut document.project, &mut history, "Later");
    let _kept = saver.flush(&document.project, &history).unwrap().unwrap();
    rename(&mut document.project, &mut history, "Later still");
    let kept = saver.discard(&document.project, &history).unwrap().unwrap();
    let offer = place.store.offer_for(None, document.path()).unwrap();
    assert_eq!(offer.snapshots, [kept]);
    assert_eq!(offer.snapshots[0].about.why, Why::Discarded);
    assert_eq!(place.project(&offer.snapshots[0]).name, "Later still");
    // A later save does not take it away.
    saver.saved(&document);
    assert_eq!(place.names().len(), 1);
}

#[test]
fn r45_order_and_age_do_not_follow_the_clock() {
    let place = Place::new();
    let document = place.document();
    let keep = || place.store.keep(&document.project, None, Why::Edited).unwrap();
    let mut kept: Vec<Snapshot> = (0..3).map(|_| keep()).collect();
    // A clock that was a century ahead, then before 1970, then right.
    let times = [Duration::from_secs(5_000_000_000), Duration::ZERO, s(1_800_000_000)];
    for (snapshot, time) in kept.iter().zip(times) {
        let file = File::options().write(true).open(snapshot.file()).unwrap();
        file.set_modified(UNIX_EPOCH + time).unwrap();
    }
    let (first, rest) = std::fs::read(kept[0].file())
        .map(|bytes| String::from_utf8(bytes).unwrap())
        .map(|text| text.split_once('\n').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap())
        .unwrap();
    let mut about: serde_json::Value = serde_json::from_str(&first).unwrap();
    about["unix_time_s"] = 5_000_000_000_u64.into();
    std::fs::write(kept[0].file(), format!("{about}\n{rest}")).unwrap();
    kept.push(keep());
    let numbers: Vec<u64> =
        place.store.offer().unwrap().snapshots.iter().map(|snapshot| snapshot.number).collect();
    assert_eq!(numbers, [1, 2, 3, 4]);

    // The autosaver's clock stands still, or even runs back: no panic, and no snapshot is lost by it.
    let mut document = place.document_again();
    let mut history = History::default();
    let mut saver = Autosaver::of(place.store.clone(), &document).unwrap();
    rename(&mut document.project, &mut history, "Later");
    for now in [100, 100, 3, 90] {
        assert!(saver.pump(s(now), &document.project, &history).unwrap().is_none());
    }
    assert!(saver.pump(s(110), &document.project, &history).unwrap().is_some());
}

impl Place {
    fn document_again(&self) -> Document {
        Document::open(&self.folder.path().join(FILE_NAME)).unwrap()
    }
}
