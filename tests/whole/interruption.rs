//! Jobs that are stopped, killed, or run into a full disk.

use std::process::{Child, Command};
use std::time::{Duration, Instant};

use twobus_media::SampleFormat::Int24;

use crate::support::{Run, Studio, frames, program, stereo_noise};

fn one_stem() -> Studio {
    Studio::with_stems(Int24, &[stereo_noise(1, 0.3, frames(1.0))])
}

/// A WAV file of silence at 44.1 kHz that takes no room on the disk and long to convert.
fn long_file(studio: &Studio, path: &str, seconds: u32) {
    const RATE_HZ: u32 = 44_100;
    let data_bytes = seconds * RATE_HZ * 2;
    let mut head = Vec::new();
    head.extend_from_slice(b"RIFF");
    head.extend_from_slice(&(data_bytes + 36).to_le_bytes());
    head.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    head.extend_from_slice(&RATE_HZ.to_le_bytes());
    head.extend_from_slice(&(RATE_HZ * 2).to_le_bytes());
    head.extend_from_slice(b"\x02\0\x10\0data");
    head.extend_from_slice(&data_bytes.to_le_bytes());
    let path = studio.file(path, &head);
    let file = std::fs::File::options().write(true).open(path).unwrap();
    file.set_len(u64::from(data_bytes) + head.len() as u64).unwrap();
}

/// Waits until `folder` holds a file whose name ends with `ending`.
fn wait_for(studio: &Studio, folder: &str, ending: &str, child: &mut Child) {
    let started = Instant::now();
    while !studio.names(folder).iter().any(|name| name.ends_with(ending)) {
        assert!(child.try_wait().unwrap().is_none(), "it ended too soon");
        assert!(started.elapsed() < Duration::from_secs(60), "no {ending} in {folder}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn interrupt(child: &Child) {
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(sent.unwrap().success());
}

fn assert_stopped(line: &str, child: Child) {
    let run = Run::of(line, child.wait_with_output().unwrap());
    assert_eq!(run.code, Some(1), "{run:?}");
    let _ = run.says(&["error: ", "stopped before it was done"]);
}

#[test]
fn r6_a_bounce_that_is_interrupted_leaves_nothing_behind() {
    let studio = one_stem();
    let before = studio.bytes("song/project.json");
    for options in ["", "--stems"] {
        let line = format!("bounce song --from 0 --to 60:00 {options}");
        let mut child = studio.command(&line).spawn().unwrap();
        wait_for(&studio, "song/prints", ".part", &mut child);
        interrupt(&child);
        assert_stopped(&line, child);
        assert_eq!(studio.names("song/prints"), [""; 0]);
        assert!(before == studio.bytes("song/project.json"));
    }
}

#[test]
fn an_import_that_is_interrupted_leaves_the_project_as_it_was() {
    let studio = Studio::new();
    long_file(&studio, "long.wav", 3_600);
    let before = studio.bytes("song/project.json");
    for options in ["", "--copy"] {
        let line = format!("import song long.wav {options}");
        let mut child = studio.command(&line).spawn().unwrap();
        wait_for(&studio, "song/.cache/pcm", ".part", &mut child);
        interrupt(&child);
        assert_stopped(&line, child);
        assert_eq!(studio.names("song/.cache/pcm"), [""; 0]);
        assert_eq!(studio.names("song/audio"), [""; 0]);
        assert!(before == studio.bytes("song/project.json"));
    }
}

#[test]
fn a_master_that_is_interrupted_leaves_nothing_behind() {
    let studio = Studio::empty();
    long_file(&studio, "long.wav", 1_800);
    let mut child = studio.command("master long.wav").spawn().unwrap();
    std::thread::sleep(Duration::from_millis(300));
    interrupt(&child);
    assert!(child.try_wait().unwrap().is_none(), "it ended too soon");
    assert_stopped("master long.wav", child);
    assert_eq!(studio.names("."), ["long.wav"]);
}

#[test]
fn product_a_delivery_that_is_interrupted_keeps_what_is_whole_and_leaves_nothing_else() {
    let studio = Studio::empty();
    let print = stereo_noise(1, 0.3, frames(40.0));
    studio.wav("print.wav", Int24, &print);
    let line = "deliver print.wav --out out --format wav24,flac24@96000,wav16@96000";
    let mut child = studio.command(line).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(100));
    interrupt(&child);
    assert!(child.try_wait().unwrap().is_none(), "it ended too soon");
    assert_stopped(line, child);
    assert_eq!(studio.names("out"), [""; 0]);
    let mut child = studio.command(line).spawn().unwrap();
    wait_for(&studio, "out", ".wav", &mut child);
    interrupt(&child);
    let run = Run::of(line, child.wait_with_output().unwrap());
    assert_eq!(run.code, Some(3), "{run:?}");
    let run = run.says(&["Stopped before all was done; the files that were finished stay"]);
    assert!(run.stdout.contains("1 of 3 files written and verified"), "{run:?}");
    assert_eq!(studio.names("out"), ["print [48-24].wav"]);
}

#[test]
fn r6_a_bounce_killed_at_any_time_leaves_no_short_print() {
    let studio = one_stem();
    let line = "bounce song --from 0 --to 40 --threads 2";
    let _ = studio.done(line);
    let whole = studio.bytes("song/prints/Song 001.wav").len() as u64;
    let mut killed = 0;
    for tenth in 0..10 {
        let stale = studio.names("song/prints");
        let mut child = studio.command(line).spawn().unwrap();
        let written = || part_bytes(&studio, &stale);
        while written() < Some(whole * tenth / 10) && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        killed += u32::from(!child.wait().unwrap().success());
        for name in studio.names("song/prints").iter().filter(|name| !name.ends_with(".part")) {
            let path = format!("song/prints/{name}");
            assert_eq!(studio.bytes(&path).len() as u64, whole, "{name}");
        }
        let _ = studio.done("info song");
    }
    assert!(killed >= 3, "{killed} of 10 kills hit a bounce at work");
    let _ = studio.done(line);
    // The next start has cleared up.
    let names = studio.names("song/prints");
    assert!(names.iter().all(|name| name.ends_with(".wav")), "{names:?}");
}

/// Size of the file in the making, if there is one; `stale` were there before.
fn part_bytes(studio: &Studio, stale: &[String]) -> Option<u64> {
    let names = studio.names("song/prints");
    let part = names.iter().find(|name| name.ends_with(".part") && !stale.contains(name))?;
    Some(std::fs::metadata(studio.at(&format!("song/prints/{part}"))).ok()?.len())
}

/// Runs `line` with files limited to `kib` KiB, as on a volume that is full.
fn with_limit(studio: &Studio, kib: u32, line: &str) -> Run {
    let script = format!("trap '' XFSZ; ulimit -f {}; exec {} {line}", 2 * kib, program());
    let mut command = Command::new("sh");
    let output = command.args(["-c", &script]).current_dir(studio.at(".")).output();
    Run::of(line, output.unwrap())
}

fn assert_full(run: Run) {
    assert_eq!(run.code, Some(1), "{run:?}");
    let _ = run.says(&["disk is full"]);
}

#[test]
fn r5_a_bounce_to_a_full_disk_fails_and_leaves_nothing() {
    let studio = one_stem();
    let before = studio.bytes("song/project.json");
    for options in ["", "--stems", "--format wav24"] {
        assert_full(with_limit(&studio, 100, &format!("bounce song {options}")));
        assert_eq!(studio.names("song/prints"), [""; 0]);
        assert!(before == studio.bytes("song/project.json"));
    }
}

#[test]
fn r5_a_master_to_a_full_disk_fails_and_leaves_the_old_file() {
    let studio = one_stem();
    let _ = studio.done("bounce song");
    for format in ["wav24", "flac24"] {
        let line = format!("master song --out out.file --format {format} --force");
        let _ = studio.file("out.file", b"old");
        assert_full(with_limit(&studio, 50, &line));
        assert_eq!(studio.bytes("out.file"), b"old");
    }
    let mut names = studio.names(".");
    names.retain(|name| name.contains("part") || name.starts_with("out"));
    assert_eq!(names, ["out.file"]);
}

#[test]
fn r5_a_delivery_to_a_full_disk_says_so_of_each_file_and_leaves_the_old_ones() {
    let studio = one_stem();
    let _ = studio.done("bounce song");
    let _ = studio.file("song/masters/Song [48-24].wav", b"old");
    let run = with_limit(&studio, 20, "deliver song --format wav24,flac24,vorbis --force");
    assert_full(run);
    assert_eq!(studio.bytes("song/masters/Song [48-24].wav"), b"old");
    assert_eq!(studio.names("song/masters"), ["Song [48-24].wav"]);
}

#[test]
fn r5_an_import_to_a_full_disk_fails_and_leaves_the_project_as_it_was() {
    let studio = Studio::new();
    studio.wav("stems/a.wav", Int24, &stereo_noise(1, 0.3, frames(1.0)));
    long_file(&studio, "b.wav", 20);
    let before = studio.bytes("song/project.json");
    let run = with_limit(&studio, 64, "import song b.wav");
    assert_full(run);
    let run = with_limit(&studio, 64, "import song stems/a.wav --copy");
    assert_eq!(run.code, Some(1), "{run:?}");
    let _ = run.says(&["stems/a.wav: copying it into the project failed"]);
    assert_eq!(studio.names("song/audio"), [""; 0]);
    assert_eq!(studio.names("song/.cache/pcm"), [""; 0]);
    assert!(before == studio.bytes("song/project.json"));
}
