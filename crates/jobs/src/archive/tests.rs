//! Crafted archives: whatever they hold, nothing appears but the new folder, and mostly not that.

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use twobus_session::Project;
use twobus_session::file::{FILE_NAME, to_json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::unpack;
use crate::progress::Progress;

type Zip = ZipWriter<Cursor<Vec<u8>>>;

fn options(method: CompressionMethod) -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(method)
}

fn add(zip: &mut Zip, name: &str, content: &[u8]) {
    zip.start_file(name, options(CompressionMethod::Stored)).unwrap();
    zip.write_all(content).unwrap();
}

fn document(paths: &[&str]) -> Vec<u8> {
    let mut project = Project::new("Packed");
    for (id, path) in (1..).zip(paths) {
        project.media.push(twobus_session::MediaFile {
            id: twobus_session::MediaId(id),
            path: (*path).to_owned(),
            bytes: 4,
            hash: "0123456789abcdef".to_owned(),
            rate_hz: 48_000,
            frames: 1,
            channels: 1,
            format: "WAV 16-bit".to_owned(),
            timestamp: None,
        });
    }
    to_json(&project).unwrap().into_bytes()
}

/// An archive with a project in it, and what `fill` adds.
fn archive(paths: &[&str], fill: impl FnOnce(&mut Zip)) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    add(&mut zip, FILE_NAME, &document(paths));
    fill(&mut zip);
    zip.finish().unwrap().into_inner()
}

/// A folder with a canary, a folder to unpack in, and the archive.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new(archive: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("in")).unwrap();
        fs::write(folder.path().join("canary"), "alive").unwrap();
        fs::write(folder.path().join("a.zip"), archive).unwrap();
        Self { folder }
    }

    fn unpack(&self) -> crate::error::Result<usize> {
        let at = |name: &str| self.folder.path().join(name);
        unpack(&at("a.zip"), &at("in/song"), &Progress::new())
    }

    /// Everything below the folder, sorted.
    fn all(&self) -> Vec<String> {
        fn below(folder: &Path, all: &mut Vec<PathBuf>) {
            for entry in fs::read_dir(folder).unwrap().flatten() {
                all.push(entry.path());
                if entry.file_type().unwrap().is_dir() {
                    below(&entry.path(), all);
                }
            }
        }
        let mut all = Vec::new();
        below(self.folder.path(), &mut all);
        let name = |path: &PathBuf| {
            path.strip_prefix(self.folder.path()).unwrap().to_str().unwrap().to_owned()
        };
        let mut names: Vec<String> = all.iter().map(name).collect();
        names.sort();
        names
    }

    /// Fails unless the archive is refused, with these words, and nothing is there but before.
    fn refuses(&self, words: &str) {
        let before = self.all();
        let error = self.unpack().expect_err(words).to_string();
        assert!(error.contains(words), "{words}: {error}");
        assert_eq!(self.all(), before, "{words}");
        assert_eq!(fs::read(self.folder.path().join("canary")).unwrap(), b"alive");
    }
}

#[test]
fn r21_a_plain_archive_is_unpacked_also_with_a_folder_around_it() {
    let place = Place::new(&archive(&["audio/a.wav"], |zip| {
        zip.add_directory("audio", options(CompressionMethod::Stored)).unwrap();
        add(zip, "audio/a.wav", b"RIFF");
    }));
    assert_eq!(place.unwrap_count(), 2);
    assert_eq!(fs::read(place.folder.path().join("in/song/audio/a.wav")).unwrap(), b"RIFF");
    place.refuses("is there already");

    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    add(&mut zip, "Song/project.json", &document(&["audio/a.wav"]));
    zip.start_file("Song/audio/a.wav", options(CompressionMethod::Deflated)).unwrap();
    zip.write_all(b"RIFF").unwrap();
    let place = Place::new(&zip.finish().unwrap().into_inner());
    assert_eq!(place.unwrap_count(), 2);
    assert!(place.all().contains(&"in/song/audio/a.wav".to_owned()));
}

impl Place {
    fn unwrap_count(&self) -> usize {
        self.unpack().unwrap_or_else(|error| panic!("{error}"))
    }
}

#[test]
fn r21_names_that_lead_outside_or_are_not_portable_are_refused() {
    for name in [
        "../canary",
        "audio/../../canary",
        "/tmp/twobus-canary",
        "..\\canary",
        "audio\\a.wav",
        "C:/canary",
        "C:canary",
        "./project.json",
        "audio//a.wav",
        "audio/./a.wav",
        "audio/a.wav:stream",
        "a\0b",
        "a\nb",
        "..",
    ] {
        Place::new(&archive(&[], |zip| add(zip, name, b"gotcha"))).refuses("leads outside");
    }
    assert!(!Path::new("/tmp/twobus-canary").exists());
}

#[test]
fn r21_links_and_devices_are_refused() {
    let link = archive(&[], |zip| {
        zip.add_symlink("audio", "..", options(CompressionMethod::Stored)).unwrap();
        add(zip, "audio/canary", b"gotcha");
    });
    Place::new(&link).refuses("link or a device");
    for kind in [0o010_644_u32, 0o020_644, 0o060_644, 0o140_644] {
        let mut odd = archive(&[], |zip| add(zip, "odd", b"x"));
        let at = central(&odd, "odd");
        odd[at + 38..at + 42].copy_from_slice(&(kind << 16).to_le_bytes());
        Place::new(&odd).refuses("link or a device");
    }
}

/// Where the central directory describes `name`.
fn central(archive: &[u8], name: &str) -> usize {
    let is_it = |at: &usize| {
        archive[*at..].starts_with(b"PK\x01\x02") && archive[at + 46..].starts_with(name.as_bytes())
    };
    (0..archive.len() - 46).find(is_it).unwrap()
}

#[test]
fn r21_names_that_are_one_on_some_systems_are_refused() {
    for (a, b) in [("audio/A.wav", "audio/a.wav"), ("audio/\u{e9}.wav", "audio/e\u{301}.wav")] {
        let twice = archive(&[], |zip| {
            add(zip, a, b"1");
            add(zip, b, b"2");
        });
        Place::new(&twice).refuses("twice");
    }
}

#[test]
fn r21_a_bomb_is_refused_by_its_ratio_before_anything_is_written() {
    let zeros = vec![0; 1 << 20];
    let bomb = archive(&[], |zip| {
        for name in ["a", "b", "c"] {
            zip.start_file(name, options(CompressionMethod::Deflated)).unwrap();
            (0..100).for_each(|_| zip.write_all(&zeros).unwrap());
        }
    });
    assert!(bomb.len() < 1 << 20);
    Place::new(&bomb).refuses("would unpack to");
}

#[test]
fn r21_a_bomb_that_says_it_is_small_or_unpacks_to_ten_gigabytes_is_refused() {
    let zeros = vec![0; 64 << 20];
    let honest = archive(&[], |zip| {
        zip.start_file("a", options(CompressionMethod::Deflated)).unwrap();
        zip.write_all(&zeros).unwrap();
    });
    let at = central(&honest, "a");
    let mut small = honest.clone();
    small[at + 24..at + 28].copy_from_slice(&1000_u32.to_le_bytes());
    let place = Place::new(&small);
    let before = place.all();
    let error = place.unpack().unwrap_err().to_string();
    assert!(error.contains("a "), "{error}");
    assert_eq!(place.all(), before);
    // Three entries of almost 4 GiB, as they say.
    let mut large =
        archive(&[], |zip| ["a", "b", "c"].map(|n| add(zip, n, b"x")).iter().for_each(drop));
    for name in ["a", "b", "c"] {
        let at = central(&large, name);
        large[at + 24..at + 28].copy_from_slice(&0xFFFF_FFF0_u32.to_le_bytes());
    }
    Place::new(&large).refuses("would unpack to 1288490");
}

#[test]
fn r21_too_many_entries_are_refused() {
    let many = archive(&[], |zip| {
        (0..super::MAX_ENTRIES).for_each(|number| add(zip, &number.to_string(), b""));
    });
    Place::new(&many).refuses("more than 20000");
}

#[test]
fn r21_a_project_that_refers_outside_is_refused() {
    for path in ["../canary", "/etc/passwd", "C:/a.wav", "..\\canary", "audio/missing.wav"] {
        Place::new(&archive(&[path], |_| {})).refuses("which it does not hold");
    }
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    add(&mut zip, "audio/a.wav", b"RIFF");
    Place::new(&zip.finish().unwrap().into_inner()).refuses("no project.json");
    Place::new(b"<html>").refuses("is not an archive");
    Place::new(b"").refuses("is not an archive");
}

#[test]
fn r21_thousands_of_damaged_archives_neither_panic_nor_leave_anything() {
    let full = std::env::var_os("TWOBUS_FULL").is_some();
    let whole = archive(&["audio/a.wav"], |zip| {
        zip.start_file("audio/a.wav", options(CompressionMethod::Deflated)).unwrap();
        zip.write_all(&b"RIFF".repeat(300)).unwrap();
    });
    let place = Place::new(&whole);
    let before = place.all();
    let mut state = 21_u64;
    let mut chance = |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let mut refused = 0;
    let most = if full { 20_000 } else { 2_000 };
    for _ in 0..most {
        let mut bytes = whole.clone();
        match chance(4) {
            0 => bytes.truncate(chance(whole.len())),
            1 => bytes[chance(whole.len())] ^= 1 << chance(8),
            2 => bytes[chance(whole.len())] = chance(256) as u8,
            // The directory at the end is where it hurts.
            _ => bytes[whole.len() - 1 - chance(150)] = chance(256) as u8,
        }
        fs::write(place.folder.path().join("a.zip"), &bytes).unwrap();
        match place.unpack() {
            Ok(_) => fs::remove_dir_all(place.folder.path().join("in/song")).unwrap(),
            Err(_) => refused += 1,
        }
        assert_eq!(place.all(), before);
    }
    assert!(refused > most / 2, "{refused} of {most} refused");
}
