//! The document over its life: versions, locks, conflicts, unsaved work, folders that may not be written.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use twobus_media::SampleFormat::Int24;
use twobus_session::recover::{Autosaver, Snapshot, Store, Why};
use twobus_session::{Document, Edit, History, ProjectEdit};

use crate::support::{Run, Studio, frames, is_root, noise, program, stereo_noise};

fn one_stem() -> Studio {
    Studio::with_stems(Int24, &[stereo_noise(1, 0.3, frames(0.5))])
}

fn fader(db: f64) -> Value {
    json!([{"strip": {"song": 1, "strip": 1, "change": {"fader": db}}}])
}

fn store(studio: &Studio) -> Store {
    Store::new(studio.at(".state/twobus"))
}

/// Keeps a snapshot of the project "song" under another name, as a program that was killed did.
fn snapshot(studio: &Studio, name: &str, why: Why) -> Snapshot {
    let path = studio.at("song/project.json");
    let mut project = twobus_session::load(&path).unwrap().project;
    name.clone_into(&mut project.name);
    store(studio).keep(&project, Some(&path), why).unwrap()
}

fn project_name(studio: &Studio, path: &str) -> String {
    studio.json(&format!("info {path}"))["name"].as_str().unwrap().to_owned()
}

#[test]
fn r9_unsaved_work_is_listed_and_restored_when_asked_for_and_not_before() {
    let studio = one_stem();
    let before = studio.bytes("song/project.json");
    let first = snapshot(&studio, "First", Why::Edited);
    let second = snapshot(&studio, "Second", Why::Edited);
    let list = studio.json("recover song");
    let names: Vec<&str> = list["snapshots"]
        .as_array()
        .unwrap()
        .iter()
        .map(|snapshot| snapshot["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, [first.name(), second.name()]);
    let text = studio.done("recover song --list").stdout;
    assert!(text.contains("Second") && text.contains("not saved"), "{text}");
    let _ = studio.done("info song");
    assert!(studio.bytes("song/project.json") == before, "offered, and never forced");

    let (json, notes) = studio.warned(&format!("recover song --restore {}", second.name()));
    assert!(json["restored"].as_str().unwrap().ends_with("project.json"));
    assert_eq!(project_name(&studio, "song"), "Second");
    assert!(studio.bytes("song/project.json.bak") == before);
    // What stood there can be brought back too.
    let replaced = notes.split("snapshot ").nth(1).unwrap().trim_end_matches('.');
    let _ = studio.ends(&format!("recover song --restore {replaced}"), 3);
    assert_eq!(project_name(&studio, "song"), "song");
    let _ = studio.done("recover song --discard 1");
    let _ = studio.ends("recover song --restore 1", 1).says(&["no snapshot 1"]);
    let _ = studio.done("recover --discard all");
    assert_eq!(studio.json("recover")["snapshots"], json!([]));
    let _ = studio.done("bounce song");
}

#[test]
fn r9_a_project_that_was_never_saved_is_restored_into_a_folder_of_its_own() {
    let studio = one_stem();
    let mut project = twobus_session::load(&studio.at("song/project.json")).unwrap().project;
    project.become_another();
    project.media.clear();
    project.songs[0].mix = None;
    let kept = store(&studio).keep(&project, None, Why::Edited).unwrap();
    let line = format!("recover --restore {}", kept.name());
    let _ = studio.ends(&line, 1).says(&["never saved", "--to"]);
    let _ = studio.ends(&format!("{line} --to song"), 1).says(&["already"]);
    let _ = studio.done(&format!("{line} --to rescued"));
    let rescued = twobus_session::load(&studio.at("rescued/project.json")).unwrap().project;
    assert_eq!(rescued, project);
    assert_eq!(studio.json("recover")["snapshots"], json!([]));
}

#[test]
fn r9_work_restored_elsewhere_plays_the_same_files() {
    let studio = one_stem();
    let before = studio.bytes(&studio.printed(""));
    let kept = snapshot(&studio, "Elsewhere", Why::Edited);
    std::fs::create_dir(studio.at("far")).unwrap();
    let _ = studio.done(&format!("recover --restore {} --to far/away", kept.name()));
    let print = studio.json("bounce far/away --no-measure");
    assert!(studio.bytes(print["path"].as_str().unwrap()) == before);
}

#[test]
fn r10_a_damaged_snapshot_is_set_aside_with_a_word_and_once() {
    let studio = one_stem();
    let bad = snapshot(&studio, "Bad", Why::Edited);
    let _good = snapshot(&studio, "Good", Why::Edited);
    std::fs::write(bad.file(), "{\"path\": ").unwrap();
    let (list, warnings) = studio.warned("recover song");
    assert!(warnings.contains("set aside"), "{warnings}");
    assert_eq!(list["snapshots"].as_array().unwrap().len(), 1);
    assert_eq!(studio.json("recover song")["snapshots"].as_array().unwrap().len(), 1);
}

#[test]
fn r11_discarded_changes_can_be_listed_and_restored() {
    let studio = one_stem();
    let document = Document::open(&studio.at("song/project.json")).unwrap();
    let mut project = document.project.clone();
    let mut history = History::default();
    let mut saver = Autosaver::of(store(&studio), &document).unwrap();
    let edit = Edit::Project(ProjectEdit::Name("Thrown away".to_owned()));
    let _step = history.apply(&mut project, edit).unwrap();
    let kept = saver.discard(&project, &history).unwrap().unwrap();
    drop(saver);
    assert_eq!(studio.json("recover song")["snapshots"][0]["why"], "discarded");
    let _ = studio.ends(&format!("recover song --restore {}", kept.number), 3);
    assert_eq!(project_name(&studio, "song"), "Thrown away");
}

#[test]
fn r13_a_damaged_document_names_its_backup_and_the_snapshots_and_is_kept_by_a_restore() {
    let studio = one_stem();
    studio.apply(&fader(-3.0));
    let kept = snapshot(&studio, "Rescued", Why::Edited);
    let damaged = &studio.bytes("song/project.json")[..700];
    let _ = studio.file("song/project.json", damaged);
    let run = studio.ends("info song", 1);
    let _ = run.says(&["line", "column", "project.json.bak", "twobus-cli recover"]);
    let (_, notes) = studio.warned(&format!("recover song --restore {}", kept.number));
    assert!(notes.contains("project (damaged).json"), "{notes}");
    assert!(studio.bytes("song/project (damaged).json") == damaged);
    assert_eq!(project_name(&studio, "song"), "Rescued");
}

#[test]
fn r14_a_newer_project_can_be_looked_at_and_saved_as_another_with_all_that_is_in_it() {
    let studio = one_stem();
    let _ = studio.done("bounce song");
    let mut tree: Value = serde_json::from_slice(&studio.bytes("song/project.json")).unwrap();
    tree["schema"] = json!(99);
    tree["songs"][0]["mix"]["tracks"][0]["strip"]["tilt"] = json!(0.5);
    let newer = tree.to_string();
    let _ = studio.file("song/project.json", newer.as_bytes());
    let _ = studio.file("edits.json", fader(-3.0).to_string().as_bytes());
    let (info, warnings) = studio.warned("info song");
    assert!(info["read_only"].as_str().unwrap().contains("tracks[].strip.tilt"), "{info}");
    assert!(warnings.contains("version 99") && warnings.contains("save-as"), "{warnings}");
    for line in ["apply song edits.json", "bounce song", "import song stems", "collect song"] {
        let _ = studio.ends(line, 1).says(&["version 99", "tilt"]);
    }
    assert!(studio.bytes("song/project.json") == newer.as_bytes());
    assert_eq!(studio.json("save-as song other")["prints"], 1);
    let other: Value = serde_json::from_slice(&studio.bytes("other/project.json")).unwrap();
    assert_eq!(other["songs"][0]["mix"]["tracks"][0]["strip"]["tilt"], 0.5);
    assert_eq!(other["schema"], 99);
    assert!(studio.bytes("other/prints/Song 001.wav") == studio.bytes("song/prints/Song 001.wav"));
}

/// Nothing of the old project is needed by the new one, but for its stems.
#[test]
fn r18_a_project_saved_as_another_has_its_own_prints_stems_reports_and_masters() {
    let studio = one_stem();
    let _ = studio.done("bounce song --stems");
    let _ = studio.file("song/prints/Song 001.html", b"A report.");
    // It warns of the ISRC that is missing.
    let _ = studio.ends("deliver song --format flac24", 3);
    let masters = studio.names("song/masters");
    let saved = studio.json("save-as song other");
    assert_eq!((&saved["prints"], &saved["masters"]), (&json!(1), &json!(1)));
    std::fs::remove_dir_all(studio.at("song")).unwrap();
    assert_eq!(studio.names("other/masters"), masters);
    let prints = ["Song 001.html", "Song 001.stems", "Song 001.wav"];
    assert_eq!(studio.names("other/prints"), prints);
    assert_eq!(studio.names("other/prints/Song 001.stems").len(), 1);
    let info = studio.json("info other");
    let master = &info["songs"][0]["masters"][0];
    assert_eq!(
        (&master["file"], &master["current"]),
        (&json!(format!("masters/{}", masters[0])), &json!(true))
    );
}

#[test]
fn r15_an_older_project_sounds_the_same_and_is_kept_when_it_is_first_changed() {
    let studio = one_stem();
    studio.apply(&fader(-3.0));
    let before = studio.bytes(&studio.printed(""));
    let mut tree: Value = serde_json::from_slice(&studio.bytes("song/project.json")).unwrap();
    tree["schema"] = json!(1);
    let _ = tree.as_object_mut().unwrap().remove("id");
    let old = tree.to_string();
    let _ = studio.file("song/project.json", old.as_bytes());
    let (json, notes) = studio.warned("bounce song --no-measure");
    assert!(notes.contains("version 1") && notes.contains("project.json.v1.bak"), "{notes}");
    assert!(studio.bytes(json["path"].as_str().unwrap()) == before);
    assert!(studio.bytes("song/project.json.v1.bak") == old.as_bytes());
    let _ = studio.done("bounce song");
    assert!(studio.bytes("song/project.json.v1.bak") == old.as_bytes());
}

/// A command that has the project "song" open until it is given edits.
fn waiting(studio: &Studio) -> Child {
    let mut child = studio.command("apply song -").stdin(Stdio::piped()).spawn().unwrap();
    let lock = studio.at("song/.project.json.lock");
    let started = Instant::now();
    let mut asleep = 0;
    // It has read the document when it has the lock and sleeps, waiting for input.
    while asleep < 5 {
        assert!(started.elapsed() < Duration::from_secs(60) && child.try_wait().unwrap().is_none());
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap();
        let sleeps = stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('S'));
        let locked = std::fs::metadata(&lock).is_ok_and(|about| about.len() > 0);
        asleep = if sleeps && locked { asleep + 1 } else { 0 };
        std::thread::sleep(Duration::from_millis(20));
    }
    child
}

fn finish(mut child: Child, edits: &Value) -> Run {
    child.stdin.take().unwrap().write_all(edits.to_string().as_bytes()).unwrap();
    Run::of("apply song -", child.wait_with_output().unwrap())
}

#[test]
fn r19_a_second_program_may_look_but_not_write_and_is_told_who_has_it_open() {
    let studio = one_stem();
    let first = waiting(&studio);
    let before = studio.bytes("song/project.json");
    let _ = studio.file("edits.json", fader(-9.0).to_string().as_bytes());
    let pid = first.id().to_string();
    for line in ["apply song edits.json", "bounce song", "import song stems", "collect song"] {
        let _ = studio.ends(line, 1).says(&["it is open in twobus-cli", &pid, "close it there"]);
    }
    assert!(studio.bytes("song/project.json") == before);
    assert!(studio.names("song/prints").is_empty(), "refused before the work");
    let _ = studio.done("info song");
    let run = finish(first, &fader(-6.0));
    assert_eq!(run.code, Some(0), "{run:?}");
    let _ = studio.done("apply song edits.json");
    assert!(!studio.at("song/.project.json.lock").exists());
}

#[test]
fn r19_a_lock_of_a_killed_program_is_taken_over() {
    let studio = one_stem();
    let mut first = waiting(&studio);
    first.kill().unwrap();
    let _ = first.wait().unwrap();
    assert!(studio.at("song/.project.json.lock").exists());
    studio.apply(&fader(-9.0));
    assert!(!studio.at("song/.project.json.lock").exists());
}

#[test]
fn r19_commands_that_take_a_moment_wait_for_each_other() {
    let studio = one_stem();
    let children: Vec<Child> = (1..=8)
        .map(|id| {
            let marker = json!({"id": id, "name": format!("{id}"), "frame": id});
            let change = json!({"markers": {"add": {"item": marker}}});
            let edits = json!([{"timeline": {"song": 1, "change": change}}]);
            let _ = studio.file(&format!("{id}.json"), edits.to_string().as_bytes());
            studio.command(&format!("apply song {id}.json")).spawn().unwrap()
        })
        .collect();
    for child in children {
        let run = Run::of("apply", child.wait_with_output().unwrap());
        assert_eq!(run.code, Some(0), "{run:?}");
    }
    let project = twobus_session::load(&studio.at("song/project.json")).unwrap().project;
    assert_eq!(project.songs[0].mix.as_ref().unwrap().timeline.markers.len(), 8);
}

#[test]
fn r20_a_project_that_is_replaced_meanwhile_is_left_alone_and_the_work_lies_beside_it() {
    let studio = one_stem();
    let old = studio.bytes("song/project.json");
    studio.apply(&fader(-6.0));
    let theirs = studio.bytes("song/project.json");
    let _ = studio.file("song/project.json", &old);
    let child = waiting(&studio);
    let _ = studio.file("song/project.json", &theirs);
    let run = finish(child, &fader(-9.0));
    assert_eq!(run.code, Some(1), "{run:?}");
    let _ = run.says(&["changed by another program", "project (conflict).json"]);
    assert!(studio.bytes("song/project.json") == theirs);
    let mut info = studio.command("info");
    let output = info.arg("song/project (conflict).json").arg("--json").output().unwrap();
    let mine = Run::of("info", output).json();
    assert_eq!(mine["songs"][0]["strips"][0]["fader_db"], -9.0);
}

#[test]
fn r20_a_project_that_is_only_touched_is_saved() {
    let studio = one_stem();
    let child = waiting(&studio);
    let file = std::fs::File::options().write(true).open(studio.at("song/project.json")).unwrap();
    file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    let run = finish(child, &fader(-9.0));
    assert_eq!(run.code, Some(0), "{run:?}");
}

/// Runs the program as somebody who may write only what anybody may.
fn as_nobody(studio: &Studio, line: &str) -> Run {
    let mut command = if is_root() {
        // Nobody may not reach the build folder everywhere.
        let copy = studio.at("twobus-cli");
        if !copy.exists() {
            let _bytes = std::fs::copy(program(), &copy).unwrap();
        }
        let mut command = Command::new("setpriv");
        let _ = command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(copy);
        command
    } else {
        Command::new(program())
    };
    let _ = command.args(line.split_whitespace()).current_dir(studio.at("."));
    let _ = command.env("XDG_STATE_HOME", studio.at("open/.state"));
    Run::of(line, command.output().unwrap())
}

fn mode(studio: &Studio, path: &str, mode: u32) {
    let permissions = std::fs::Permissions::from_mode(mode);
    std::fs::set_permissions(studio.at(path), permissions).unwrap();
}

#[test]
fn r7_a_folder_that_may_not_be_written_can_be_opened_and_saved_as_another() {
    let studio = one_stem();
    let _ = studio.done("bounce song");
    let _ = studio.file("edits.json", fader(-3.0).to_string().as_bytes());
    std::fs::create_dir(studio.at("open")).unwrap();
    mode(&studio, ".", 0o755);
    mode(&studio, "open", 0o777);
    mode(&studio, "song", 0o555);
    let before = studio.bytes("song/project.json");
    let run = as_nobody(&studio, "info song");
    assert_eq!(run.code, Some(0), "{run:?}");
    for line in ["apply song edits.json", "bounce song"] {
        let run = as_nobody(&studio, line);
        assert_eq!(run.code, Some(1), "{run:?}");
        let _ = run.says(&["song/project.json", "its folder cannot be written"]);
    }
    let run = as_nobody(&studio, "save-as song open/mine");
    assert_eq!(run.code, Some(0), "{run:?}");
    let run = as_nobody(&studio, "apply open/mine edits.json");
    assert_eq!(run.code, Some(0), "{run:?}");
    let run = as_nobody(&studio, "bounce open/mine");
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(studio.bytes("song/project.json") == before);
    mode(&studio, "song", 0o755);
}

#[test]
fn r7_a_document_that_is_write_protected_is_not_replaced() {
    let studio = one_stem();
    let _ = studio.file("edits.json", fader(-3.0).to_string().as_bytes());
    let before = studio.bytes("song/project.json");
    mode(&studio, "song/project.json", 0o444);
    let _ = studio.ends("apply song edits.json", 1).says(&["write-protected", "project.json"]);
    assert!(studio.bytes("song/project.json") == before);
    mode(&studio, "song/project.json", 0o644);
    let _ = studio.done("apply song edits.json");
}

/// Runs `line` with `mib` MiB of address space.
fn with_memory(studio: &Studio, mib: u64, line: &str) -> Run {
    let mut command = Command::new("prlimit");
    let _ = command.arg(format!("--as={}", mib << 20)).arg(program());
    let _ = command.args(line.split_whitespace()).current_dir(studio.at("."));
    let _ = command.env("XDG_STATE_HOME", studio.at(".state"));
    // Printing where it ran out takes memory too, for which the standard library waits for ever.
    let _ = command.env("RUST_BACKTRACE", "0");
    Run::of(line, command.output().unwrap())
}

#[test]
fn r44_a_document_that_does_not_fit_into_memory_is_refused_before_it_is_read() {
    let studio = one_stem();
    let text = String::from_utf8(studio.bytes("song/project.json")).unwrap();
    let padding = " ".repeat(48 << 20);
    let _ =
        studio.file("song/project.json", text.replacen('{', &format!("{{{padding}"), 1).as_bytes());
    let run = with_memory(&studio, 300, "info song");
    assert_eq!(run.code, Some(1), "{run:?}");
    let _ = run.says(&["MiB of memory", "project.json"]);
    let _ = studio.done("info song");
}

#[test]
fn r44_whatever_memory_there_is_the_document_stays_whole_and_a_save_after_a_failure_works() {
    let studio = one_stem();
    // A stem of 40 MB, and edits that make the document large.
    studio.wav("long.wav", Int24, &[noise(1, 0.3, frames(140.0)), noise(2, 0.3, frames(140.0))]);
    let _ = studio.file("edits.json", fader(-3.0).to_string().as_bytes());
    let mut failed = 0;
    for mib in [8, 16, 24, 32, 48, 64, 96, 128, 256] {
        for line in ["import song long.wav --copy", "apply song edits.json"] {
            let before = studio.bytes("song/project.json");
            let run = with_memory(&studio, mib, line);
            let now = studio.bytes("song/project.json");
            let whole = twobus_session::file::from_json(&now).is_ok();
            assert!(whole, "{line} with {mib} MiB: {run:?}");
            if run.code != Some(0) {
                failed += 1;
                assert!(now == before, "{line} with {mib} MiB changed it and failed: {run:?}");
                studio.apply(&fader(-4.0));
            }
        }
    }
    println!("{failed} of 18 commands failed for want of memory");
    assert!((1..18).contains(&failed), "{failed} failed");
    studio.apply(&fader(-5.0));
}
