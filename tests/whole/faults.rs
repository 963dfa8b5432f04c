//! Faults of the system at every single step, put there by strace: kills, failing disks, full disks.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::json;
use twobus_media::SampleFormat::Int24;

use crate::support::{Studio, frames, is_root, program, stereo_noise};

/// The system calls of a save. `?` lets an architecture lack some.
const CALLS: [&str; 16] = [
    "openat",
    "?open",
    "write",
    "fsync",
    "?fdatasync",
    "?rename",
    "?renameat",
    "?renameat2",
    "?link",
    "linkat",
    "?unlink",
    "unlinkat",
    "fchmod",
    "ftruncate",
    "flock",
    "?statx",
];

/// A project and an edit of it, with the document before and after.
struct Save {
    studio: Studio,
    old: Vec<u8>,
    new: Vec<u8>,
}

const APPLY: &str = "apply song edits.json";

impl Save {
    fn new() -> Self {
        let studio = Studio::with_stems(Int24, &[stereo_noise(1, 0.3, frames(0.1))]);
        let old = studio.bytes("song/project.json");
        studio.apply(&json!([{"strip": {"song": 1, "strip": 1, "change": {"fader": -3.0}}}]));
        let new = studio.bytes("song/project.json");
        assert!(old != new);
        Self { studio, old, new }
    }

    /// As it was before the edit, with a backup and without leftovers.
    fn begin(&self) {
        for name in self.documents() {
            std::fs::remove_file(self.studio.at("song").join(name)).unwrap();
        }
        let _document = self.studio.file("song/project.json", &self.old);
        let _backup = self.studio.file("song/project.json.bak", &self.old);
    }

    /// Names of the document and everything that was made beside it.
    fn documents(&self) -> Vec<String> {
        let mut names = self.studio.names("song");
        names.retain(|name| name.contains("project"));
        names
    }

    /// True when the new document is there, false for the old one; anything else fails.
    fn is_new(&self, at: &str) -> bool {
        let now = self.studio.bytes("song/project.json");
        let backup = self.studio.bytes("song/project.json.bak");
        assert!(backup == self.old, "{at}: the backup is not whole");
        assert!(now == self.old || now == self.new, "{at}: neither the old nor the new document");
        now == self.new
    }

    /// The next start goes on from what is there, and nothing strange is left.
    fn goes_on(&self, at: &str) {
        let _ = self.studio.done(APPLY);
        assert_eq!(self.documents(), ["project.json", "project.json.bak"], "{at}");
        assert!(self.studio.bytes("song/project.json") == self.new, "{at}");
    }
}

/// Runs `line` under strace with `options`; its log is in the file "log".
fn traced(studio: &Studio, options: &[&str], line: &str) -> Output {
    let mut command = Command::new("strace");
    let _ = command.args(["-f", "-qq", "-y", "-o", "log"]).args(options).arg(program());
    let _ = command.args(line.split_whitespace()).current_dir(studio.at("."));
    let _ = command.env("XDG_STATE_HOME", studio.at(".state"));
    command.output().expect("strace is there; cargo xtask test installs it")
}

/// Runs `line` with `fault` at the `count`-th `call` of a thread.
fn faulty(studio: &Studio, call: &str, fault: &str, count: u32, line: &str) -> Output {
    let (trace, inject) = (format!("trace={call}"), format!("inject={call}:{fault}:when={count}"));
    traced(studio, &["-e", &trace, "-e", &inject], line)
}

#[test]
fn r1_a_kill_at_every_step_of_a_save_leaves_the_old_or_the_new_document() {
    let save = Save::new();
    let mut seen = [0; 2];
    for call in CALLS {
        for count in 1.. {
            save.begin();
            let output = faulty(&save.studio, call, "signal=KILL", count, APPLY);
            if output.status.success() {
                assert!(save.is_new(call));
                break;
            }
            let at = format!("kill at {call} {count}");
            assert_eq!(output.status.code(), None, "{at}: {output:?}");
            seen[usize::from(save.is_new(&at))] += 1;
            save.goes_on(&at);
        }
    }
    println!("{} kills left the old document, {} the new one", seen[0], seen[1]);
    assert!(seen[0] >= 30 && seen[1] >= 3, "{seen:?}");
}

#[test]
fn r3_r4_an_error_at_every_step_of_a_save_is_loud_and_keeps_the_old_document() {
    let save = Save::new();
    let mut seen = [0; 2];
    for (call, error) in [
        ("write", "EIO"),
        ("write", "ENOSPC"),
        ("fsync", "EIO"),
        ("fsync", "ENOSPC"),
        ("?rename", "EACCES"),
        ("?rename", "EIO"),
        ("?rename", "ENOSPC"),
        ("?renameat,?renameat2", "EIO"),
        ("?renameat,?renameat2", "ENOSPC"),
        ("?link,linkat", "EIO"),
        ("?link,linkat", "ENOSPC"),
        ("?unlink,unlinkat", "EIO"),
        ("openat", "EIO"),
        ("openat", "ENOSPC"),
        ("fchmod", "EIO"),
        ("ftruncate", "EIO"),
        ("flock", "EIO"),
    ] {
        for count in 1.. {
            save.begin();
            let fault = format!("error={error}");
            let output = faulty(&save.studio, call, &fault, count, APPLY);
            let at = format!("{error} at {call} {count}");
            let is_new = save.is_new(&at);
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            if output.status.success() {
                assert!(is_new, "{at}: it said that it saved");
            } else {
                assert!(!said.is_empty(), "{at}: it failed without a word");
                assert_eq!(is_new, said.contains("may not survive a power cut"), "{at}: {said}");
                seen[usize::from(is_new)] += 1;
            }
            save.goes_on(&at);
            if !String::from_utf8(save.studio.bytes("log")).unwrap().contains("(INJECTED)") {
                break;
            }
        }
    }
    println!("{} errors kept the old document, {} came after the new one", seen[0], seen[1]);
    assert!(seen[0] >= 15 && seen[1] >= 1, "{seen:?}");
}

#[test]
fn r2_the_new_document_is_on_the_disk_before_it_has_the_name_and_then_the_name_is() {
    let save = Save::new();
    save.begin();
    let calls = ["-e", "trace=write,fsync,?rename,?renameat,?renameat2"];
    assert!(traced(&save.studio, &calls, APPLY).status.success());
    let log = String::from_utf8(save.studio.bytes("log")).unwrap();
    let places = |what: &dyn Fn(&str) -> bool| -> Vec<usize> {
        log.lines().enumerate().filter(|(_, line)| what(line)).map(|(at, _)| at).collect()
    };
    let on_file =
        |line: &str, call: &str| line.contains(&format!("{call}(")) && line.contains(".new.tmp>");
    let writes = places(&|line| on_file(line, "write"));
    let syncs = places(&|line| on_file(line, "fsync"));
    let renames = places(&|line| line.contains("rename") && line.contains(".new.tmp"));
    let folder = places(&|line| line.contains("fsync(") && line.contains("/song>"));
    let (write, rename) = (writes.last().unwrap(), renames[0]);
    assert_eq!((syncs.len(), renames.len(), folder.len()), (1, 1, 1), "{log}");
    assert!(*write < syncs[0] && syncs[0] < rename && rename < folder[0], "{log}");
}

#[test]
fn r3_a_failed_fsync_is_never_tried_again_on_the_same_file() {
    let save = Save::new();
    save.begin();
    let output = faulty(&save.studio, "fsync", "error=EIO", 1, APPLY);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let log = String::from_utf8(save.studio.bytes("log")).unwrap();
    assert_eq!(log.matches("fsync(").count(), 1, "{log}");
    assert!(!save.is_new("EIO at fsync"));
}

#[test]
fn r6_a_kill_at_every_sync_and_rename_of_a_bounce_leaves_no_print_or_a_whole_one() {
    let studio = Studio::with_stems(Int24, &[stereo_noise(1, 0.3, frames(0.2))]);
    let line = "bounce song --no-measure --threads 1";
    let whole = studio.bytes(&studio.printed("--threads 1"));
    let document = studio.bytes("song/project.json");
    let _ = std::fs::remove_file(studio.at("song/prints/Song 001.wav"));
    let mut kills = 0;
    for call in ["fsync", "?rename", "?renameat,?renameat2", "?link,linkat", "?unlink,unlinkat"] {
        for count in 1.. {
            let _ = std::fs::remove_dir_all(studio.at("song/prints"));
            let output = faulty(&studio, call, "signal=KILL", count, line);
            for name in studio.names("song/prints") {
                let path = format!("song/prints/{name}");
                let bytes = studio.bytes(&path);
                assert!(name.ends_with(".part") || bytes == whole, "{name} after {call} {count}");
            }
            let _ = studio.file("song/project.json", &document);
            if output.status.success() {
                break;
            }
            kills += 1;
            let _ = studio.done(line);
            let _ = studio.file("song/project.json", &document);
            let names = studio.names("song/prints");
            assert!(names.iter().all(|name| name.ends_with(".wav")), "{names:?}");
        }
    }
    println!("{kills} kills");
    assert!(kills >= 8, "{kills}");
}

#[test]
fn r6_a_kill_at_every_sync_and_rename_of_a_master_leaves_the_old_file_or_the_new_one() {
    let studio = Studio::with_stems(Int24, &[stereo_noise(1, 0.3, frames(0.2))]);
    let _ = studio.done("bounce song");
    let line = "master song --force";
    let _ = studio.done(line);
    let path = "song/masters/Song 24-bit.wav";
    let whole = studio.bytes(path);
    let document = studio.bytes("song/project.json");
    let mut seen = [0; 2];
    for call in ["fsync", "?rename", "?renameat,?renameat2", "?unlink,unlinkat"] {
        for count in 1.. {
            let _ = studio.file(path, b"the old master");
            let output = faulty(&studio, call, "signal=KILL", count, line);
            let now = studio.bytes(path);
            assert!(now == b"the old master" || now == whole, "{call} {count}");
            let _ = studio.file("song/project.json", &document);
            if output.status.success() {
                break;
            }
            seen[usize::from(now == whole)] += 1;
            let _ = studio.done(line);
            let _ = studio.file("song/project.json", &document);
            assert_eq!(studio.names("song/masters"), ["Song 24-bit.wav"], "{call} {count}");
        }
    }
    println!("{} kills left the old master, {} the new one", seen[0], seen[1]);
    // Nothing that comes in between is synced or renamed.
    assert!(seen[0] >= 2 && seen[1] >= 3, "{seen:?}");
}

#[test]
fn r3_r5_a_disk_that_fails_at_any_write_or_sync_of_a_bounce_or_master_leaves_what_was_there() {
    let studio = Studio::with_stems(Int24, &[stereo_noise(1, 0.3, frames(2.0))]);
    let _ = studio.done("bounce song");
    let whole = studio.bytes("song/prints/Song 001.wav");
    let document = studio.bytes("song/project.json");
    let _ = studio.done("master song --out out.wav");
    let master = studio.bytes("out.wav");
    let _ = studio.file("song/project.json", &document);
    let _ = studio.file("out.wav", b"the old master");
    let mut failed = 0;
    let lines = ["bounce song --threads 1", "master song --out out.wav --force"];
    // Errors of the first writes hit the notes of what was seen; those of the last, standard output.
    let faults = [("write", "error=ENOSPC", 20), ("fsync", "error=EIO", 6)];
    let faults = lines.into_iter().flat_map(|line| faults.map(|fault| (line, fault)));
    for (line, (call, fault, counts)) in faults {
        for count in 1..counts {
            let output = faulty(&studio, call, fault, count, line);
            if output.status.code() == Some(1) {
                failed += 1;
                // Calls are counted by thread, and what is said may be the first write of the main one.
                let is_muted = (call, count) == ("write", 1);
                assert!(is_muted || !output.stderr.is_empty(), "{line} {count}");
                // A print that could not be noted is whole, and is named.
                let said = String::from_utf8_lossy(&output.stderr);
                let unnoted = said.contains("is whole, but could not be noted");
                let path = studio.at("song/prints/Song 002.wav");
                let out = studio.bytes("out.wav");
                // Where only the last sync fails, that of the folder, the file is whole under its name.
                let late = call == "fsync" && (path.exists() || out == master);
                assert!(late || path.exists() == unnoted, "{line} {count}: {said}");
                assert!(late || out == b"the old master", "{line} {count}");
            } else {
                assert!(output.status.success() || output.status.code() == Some(3), "{output:?}");
                let _ = studio.file("out.wav", b"the old master");
            }
            for name in studio.names("song/prints") {
                assert!(studio.bytes(&format!("song/prints/{name}")) == whole, "{name}");
            }
            let _ = std::fs::remove_file(studio.at("song/prints/Song 002.wav"));
            let _ = studio.file("song/project.json", &document);
        }
    }
    let mut names = studio.names(".");
    names.retain(|name| name.contains("twobus") || name.contains("part"));
    println!("{failed} bounces and masters failed");
    assert_eq!((names, failed >= 8), (Vec::new(), true), "{failed} failed");
}

/// A small volume, for as long as it lives. Only root may make one.
struct Volume(PathBuf);

impl Volume {
    fn new(studio: &Studio, path: &str, bytes: u64) -> Option<Self> {
        if !is_root() {
            println!("NOT TESTED: only root can make a small volume");
            return None;
        }
        let path = studio.at(path);
        std::fs::create_dir_all(&path).unwrap();
        let size = format!("size={bytes}");
        let mut mount = Command::new("mount");
        let mounted =
            mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&path).status().unwrap();
        if !mounted.success() {
            println!("NOT TESTED: this container lets root make no volume");
            return None;
        }
        Some(Self(path))
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn r8_a_link_to_another_volume_is_saved_there_and_stays_a_link() {
    let studio = Studio::with_stems(Int24, &[stereo_noise(1, 0.3, frames(0.1))]);
    let Some(_volume) = Volume::new(&studio, "volume", 1 << 20) else { return };
    let document = studio.bytes("song/project.json");
    let _ = studio.file("volume/real.json", &document);
    std::fs::remove_file(studio.at("song/project.json")).unwrap();
    let target = studio.at("volume/real.json");
    std::os::unix::fs::symlink(&target, studio.at("song/project.json")).unwrap();
    studio.apply(&json!([{"strip": {"song": 1, "strip": 1, "change": {"fader": -3.0}}}]));
    assert!(studio.at("song/project.json").is_symlink());
    assert!(studio.bytes("volume/real.json") != document);
    assert!(studio.bytes("volume/real.json.bak") == document);
    assert_eq!(studio.names("volume"), ["real.json", "real.json.bak"]);
    let _ = studio.done("bounce song");
}

#[test]
fn r4_a_save_to_a_full_volume_names_the_volume_and_keeps_the_old_document() {
    let studio = Studio::empty();
    let Some(volume) = Volume::new(&studio, "volume", 256 << 10) else { return };
    let _ = studio.done("new volume/song --song Song --rate 48000");
    let old = studio.bytes("volume/song/project.json");
    let mut filled = 0;
    while studio.command("info volume/song").output().is_ok_and(|_| filled < 400) {
        let name = studio.at(&format!("volume/{filled}"));
        if std::fs::write(name, [1; 4096]).is_err() {
            break;
        }
        filled += 1;
    }
    let _ = studio.file("edits.json", br#"[{"project": {"name": "Later"}}]"#);
    let run = studio.ends("apply volume/song edits.json", 1);
    let place = volume.0.canonicalize().unwrap();
    let place = place.to_str().unwrap();
    let _ = run.says(&["cannot be written", "No space left"]);
    assert!(studio.bytes("volume/song/project.json") == old);
    // With room for a lock and half a document.
    std::fs::remove_file(studio.at("volume/0")).unwrap();
    let edits: Vec<_> = (1..200)
        .map(|id| {
            json!({"timeline": {"song": 1, "change": {"markers": {"add":
            {"item": {"id": id, "name": "x".repeat(100), "frame": id}}}}}})
        })
        .collect();
    let _ = studio.file("edits.json", json!(edits).to_string().as_bytes());
    let run = studio.ends("apply volume/song edits.json", 1);
    let _ = run.says(&["was not saved", "bytes are needed on the volume", place]);
    assert!(studio.bytes("volume/song/project.json") == old);
    let mut names = studio.names("volume/song");
    names.retain(|name| name.contains("tmp") || name.contains("lock"));
    assert_eq!(names, [""; 0]);
}

#[test]
fn r5_a_volume_without_room_is_told_before_the_work_and_keeps_its_files() {
    let studio = Studio::with_stems(Int24, &[stereo_noise(1, 0.3, frames(4.0))]);
    let _ = studio.done("bounce song");
    let Some(_volume) = Volume::new(&studio, "volume", 1 << 20) else { return };
    let _ = studio.file("volume/out.wav", b"the old master");
    let run = studio.ends("master song --out volume/out.wav --force", 1);
    let _ = run.says(&["volume/out.wav", "needs", "bytes on the volume", "are free"]);
    assert_eq!(studio.bytes("volume/out.wav"), b"the old master");
    assert_eq!(studio.names("volume"), ["out.wav"]);
    let _ = studio.ends("save-as song volume/song", 1).says(&["No space left"]);
    assert_eq!(studio.names("volume"), ["out.wav"]);
}
