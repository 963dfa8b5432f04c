//! Rows 22 to 24: whatever is handed in, an answer comes, soon, and without eating the memory.
//!
//! On Linux the tests that damage files run in a process whose memory the system limits, so that a
//! reader which asks for more than a file can need ends it.

use std::path::Path;
use std::time::{Duration, Instant};

use twobus_media::{Decoder, ErrorKind, probe};

use crate::tools::{Random, aiff, caf, chunk, data, file, fmt, riff, rifx, wav, wave64};

/// Longest time one file of a few kilobytes may take: far above what it needs, on a busy machine.
const LIMIT: Duration = Duration::from_secs(5);

/// Memory of the process that reads damaged files, in KiB: what it may ask for, and what it may use.
const ADDRESSES_KIB: u64 = 1 << 20;
const RESIDENT_KIB: u64 = 512 << 10;

/// Most frames one of the small files may decode to: the longest of them is half a second, and
/// silence for what is lost is limited to a minute.
const MOST_FRAMES: usize = 70 * 48_000 * 16;

const FILES: [&str; 19] = [
    "short-24.aiff",
    "short-f32.caf",
    "short-24.m4a",
    "long-16.m4a",
    "long-16.flac",
    "long-24.flac",
    "long-flac.ogg",
    "long-vorbis.ogg",
    "long.mp3",
    "long-no-header.mp3",
    "long-aac.m4a",
    "long.aac",
    "short-24.w64",
    "long-alac.caf",
    "long-vbr.mp3",
    "low-mono.mp3",
    "music.ogg",
    "music.mp3",
    "music.m4a",
];

/// Decodes to the end or to an error, checks every promise on the way.
fn survive(path: &Path, what: &str) {
    let begun = Instant::now();
    let Ok(mut decoder) = Decoder::open(path) else {
        assert!(begun.elapsed() < LIMIT, "{what}");
        return;
    };
    let channels = decoder.info().channels;
    assert!(twobus_media::RATES_HZ.contains(&decoder.info().rate_hz), "{what}");
    assert!(twobus_media::CHANNELS.contains(&channels), "{what}");
    let (mut block, mut total) = (Vec::new(), 0);
    while let Ok(frames @ 1..) = decoder.next(&mut block) {
        assert_eq!(block.len(), channels, "{what}");
        assert!(block.iter().all(|samples| samples.len() == frames), "{what}");
        assert!(block.iter().flatten().all(|sample| sample.is_finite()), "{what}");
        total += frames;
        assert!(total <= MOST_FRAMES, "{what}: {total} frames");
    }
    assert!(begun.elapsed() < LIMIT, "{what}: {:?}", begun.elapsed());
}

/// Changes a few bytes, or cuts, doubles or removes a piece.
fn mutate(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(out.len());
        // Headers decide most, so half of the changes go there.
        let at = if random.below(2) == 0 { at.min(random.below(200)) } else { at };
        match random.below(8) {
            0 => out.truncate(at.max(1)),
            1 => out.extend_from_within(at / 2..at),
            2 => drop(out.drain(at..(at + random.below(50)).min(out.len()).max(at))),
            3 => out[at] = [0, 0xFF, 0x7F, 0x80][random.below(4)],
            4 => {
                let end = (at + 4).min(out.len());
                out[at..end].fill([0, 0xFF][random.below(2)]);
            }
            _ => out[at] ^= 1 << random.below(8),
        }
        if out.is_empty() {
            out.push(0);
        }
    }
    out
}

/// A good file of every kind that is read.
fn corpus(random: &mut Random) -> Vec<(String, Vec<u8>)> {
    let mut corpus: Vec<(String, Vec<u8>)> =
        FILES.iter().map(|name| (name.to_string(), std::fs::read(data(name)).unwrap())).collect();
    let content: Vec<u8> = (0..960).map(|_| random.next() as u8).collect();
    for (tag, bits) in [(1, 8), (1, 16), (1, 24), (1, 32), (3, 32), (3, 64)] {
        let list = chunk(b"LIST", b"INFOx");
        let bytes = riff(&[list, fmt(tag, 2, 48_000, bits), chunk(b"data", &content)]);
        corpus.push((format!("wav {tag} {bits}"), bytes));
    }
    let mut sizes = [0; 28];
    sizes[8..16].copy_from_slice(&960_u64.to_le_bytes());
    let audio = chunk(b"data", &content);
    let mut rf64 = riff(&[chunk(b"ds64", &sizes), fmt(1, 2, 48_000, 24), audio]);
    rf64[..4].copy_from_slice(b"RF64");
    corpus.push(("rf64".into(), rf64));
    corpus.push(("rifx".into(), rifx(1, 2, 48_000, 16, &content)));
    corpus.push(("wave64".into(), wave64(1, 2, 48_000, 24, &content)));
    corpus.push(("caf".into(), caf(1, 2, 48_000, 32, None, &content)));
    corpus.push(("aiff".into(), aiff(b"sowt", 2, 48_000, 16, &content)));
    corpus
}

/// Runs the ignored test `name` of this file, its memory limited; it must pass.
#[cfg(target_os = "linux")]
fn run_limited(name: &str) {
    let output = std::process::Command::new("sh")
        .arg("-c")
        .arg(format!("ulimit -v {ADDRESSES_KIB}; exec \"$0\" --ignored --nocapture --exact \"$1\""))
        .arg(std::env::current_exe().unwrap())
        .arg(format!("hostile::{name}"))
        .output()
        .unwrap();
    let (out, err) = (&output.stdout, &output.stderr);
    let (out, err) = (String::from_utf8_lossy(out), String::from_utf8_lossy(err));
    assert!(output.status.success() && out.contains("1 passed"), "{out}{err}");
    println!("{out}");
}

/// Fails when this process has used more memory than it may; prints how much it was.
#[cfg(target_os = "linux")]
fn check_memory() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kib: u64 = most.trim().trim_end_matches(" kB").parse().unwrap();
    println!("most memory in use: {} MiB", kib / 1024);
    assert!(kib < RESIDENT_KIB, "{kib} KiB");
}

#[cfg(not(target_os = "linux"))]
fn check_memory() {}

#[cfg(target_os = "linux")]
#[test]
fn r24_thousands_of_damaged_files_neither_panic_nor_hang_nor_take_the_memory() {
    run_limited("r24_child_reads_thousands_of_damaged_files");
}

#[test]
#[cfg_attr(target_os = "linux", ignore = "run by the test above, with little memory")]
fn r24_child_reads_thousands_of_damaged_files() {
    let rounds = if std::env::var_os("TWOBUS_FULL").is_some() { 5000 } else { 150 };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged");
    let mut random = Random::new(24);
    for (name, good) in corpus(&mut random) {
        for round in 0..rounds {
            std::fs::write(&path, mutate(&good, &mut random)).unwrap();
            survive(&path, &format!("{name}, round {round}"));
        }
    }
    check_memory();
}

#[cfg(target_os = "linux")]
#[test]
fn r24_large_files_that_promise_too_much_do_not_take_the_memory() {
    run_limited("r24_child_reads_large_files_that_promise_too_much");
}

/// Every number of four bytes in the header of every file says "a gigabyte", "all ones", or "one less
/// than nothing"; and the file is two gigabytes of nothing longer, so that the promise could be true.
#[test]
#[cfg_attr(target_os = "linux", ignore = "run by the test above, with little memory")]
fn r24_child_reads_large_files_that_promise_too_much() {
    const LONGER: u64 = 2 << 30;
    let step = if std::env::var_os("TWOBUS_FULL").is_some() { 7 } else { 67 };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large");
    let mut random = Random::new(25);
    let mut tried = 0;
    for (name, good) in corpus(&mut random) {
        // The header of an MP4 comes last.
        let index = good.windows(4).position(|id| id == b"moov").unwrap_or(0);
        for at in (index..good.len().min(index + 900) - 8).step_by(step) {
            let mut bad = good.clone();
            let promise = [0x4000_0000_u32, u32::MAX, 0x7FFF_FFFE][at % 3];
            bad[at..at + 4].copy_from_slice(&promise.to_be_bytes());
            std::fs::write(&path, bad).unwrap();
            std::fs::File::options().append(true).open(&path).unwrap().set_len(LONGER).unwrap();
            let begun = Instant::now();
            // PCM is read by blocks, of what is there; all of it would take long.
            if let Ok(mut decoder) = Decoder::open(&path)
                && !decoder.is_pcm()
            {
                let mut block = Vec::new();
                for _ in 0..100 {
                    if !matches!(decoder.next(&mut block), Ok(1..)) {
                        break;
                    }
                }
            }
            assert!(begun.elapsed() < 2 * LIMIT, "{name} {at}: {:?}", begun.elapsed());
            tried += 1;
        }
    }
    println!("{tried} files");
    check_memory();
}

#[test]
fn r23_what_is_not_audio_is_called_by_its_name() {
    let cases: [(&str, &[u8], &str); 10] = [
        ("song.mp3", b"<!DOCTYPE html><html><body>404</body></html>", "it is a web page"),
        ("song.wav", b"Bass, take 3. The second chorus is late.", "it is text"),
        ("song.flac", b"PK\x03\x04\x14\0\0\0\x08\0", "it is an archive"),
        ("song.aiff", &[0; 4096], "zero bytes"),
        ("song.ogg", b"\x1a\x45\xdf\xa3\x01\0\0\0", "Matroska"),
        (
            "song.wav",
            b"OggS\0\x02\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\x01\x13OpusHead",
            "it is Opus",
        ),
        ("._song.wav", b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X", "what macOS notes"),
        ("song.wv", b"wvpk\x10\0\0\0\x10\x04", "it is WavPack"),
        ("song.wma", b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9", "it is Windows Media"),
        ("song.m4a", &[0xA5; 5000], "first bytes do not tell"),
    ];
    for (name, bytes, expected) in cases {
        let (_folder, path) = file(name, bytes);
        let error = probe(&path).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::NotAudio(_)), "{error}");
        let text = error.to_string();
        assert!(text.contains(name) && text.contains(expected), "{text}");
    }
    let (_folder, path) = file("song.wav", b"");
    assert_eq!(probe(&path).unwrap_err().kind(), ErrorKind::Empty);
}

#[test]
fn r23_headers_without_audio_are_damaged_files() {
    let header = fmt(1, 2, 48_000, 16);
    for bytes in [
        riff(&[]),
        riff(&[header]),
        riff(&[chunk(b"data", &[0; 40])]),
        riff(&[fmt(1, 1, 48_000, 16)[..14].to_vec()]),
    ] {
        let (_folder, path) = file("song.wav", &bytes);
        let kind = probe(&path).unwrap_err().kind();
        assert!(matches!(kind, ErrorKind::Broken(_)), "{kind:?}");
    }
    for name in FILES {
        let bytes = std::fs::read(data(name)).unwrap();
        let (_folder, path) = file(name, &bytes[..12]);
        assert!(probe(&path).is_err(), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn r22_only_regular_files_are_opened_and_nothing_blocks() {
    let folder = tempfile::tempdir().unwrap();
    let fifo = folder.path().join("pipe.wav");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status().unwrap();
    assert!(made.success());
    let ring = folder.path().join("ring.wav");
    std::os::unix::fs::symlink(&ring, &ring).unwrap();
    let begun = Instant::now();
    for path in [folder.path(), &fifo, Path::new("/dev/zero"), Path::new("/dev/null")] {
        assert_eq!(probe(path).unwrap_err().kind(), ErrorKind::NotAFile, "{path:?}");
    }
    assert_eq!(probe(&ring).unwrap_err().kind(), ErrorKind::Read);
    assert_eq!(probe(&folder.path().join("none")).unwrap_err().kind(), ErrorKind::Missing);
    // A link to a file is as good as the file.
    let (_target, path) = file("song.wav", &wav(1, 1, 16, &[0; 40]));
    let link = folder.path().join("link.wav");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    assert_eq!(probe(&link).unwrap().frames, Some(20));
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[test]
fn r24_a_million_empty_chunks_do_not_take_long() {
    let mut bytes = riff(&[]);
    for _ in 0..1_000_000 {
        bytes.extend_from_slice(b"junk\0\0\0\0");
    }
    let (_folder, path) = file("chunks.wav", &bytes);
    let begun = Instant::now();
    assert!(probe(&path).is_err());
    assert!(begun.elapsed() < LIMIT);
}

#[test]
fn r17_a_file_that_shrinks_while_it_is_read_gives_a_short_count() {
    let (_folder, path) = file("song.wav", &wav(1, 1, 16, &[1; 200_000]));
    let mut reader = twobus_media::PcmReader::open(&path).unwrap();
    let whole = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    whole.set_len(44 + 2000).unwrap();
    let mut samples = vec![0.0; 5000];
    assert_eq!(reader.read(500, &mut [&mut samples]).unwrap(), 500);
    assert_eq!(reader.read(1500, &mut [&mut samples]).unwrap(), 0);
}
