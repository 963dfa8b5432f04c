//! Row 27: what a lossy file tells of its encoder's delay is taken off, wherever it is told; where it
//! is not told, that is said.

use std::f64::consts::TAU;

use twobus_media::{Format, Warning, probe};

use crate::tools::{data, decode, file};

/// The music that `tests/data/README.md` encodes, from its formula.
fn music() -> [Vec<f64>; 2] {
    let channel = |low: f64, high: f64, every: f64| {
        (0..88_200)
            .map(|n| {
                let t = f64::from(n) / 44_100.0;
                0.4 * (TAU * low * t).sin() * (-6.0 * (t % 0.5)).exp()
                    + 0.2 * (TAU * high * t).sin() * (-16.0 * (t % every)).exp()
            })
            .collect()
    };
    [channel(220.0, 1234.5, 0.25), channel(330.0, 2345.6, 0.125)]
}

/// RMS of what is left of `found` less `expected` moved by `shift` frames, as a ratio in dB.
fn null_db(found: &[f32], expected: &[f64], shift: isize) -> f64 {
    let (mut rest, mut all) = (0.0, 0.0);
    for n in 2_000..86_000_isize {
        let x = expected[usize::try_from(n).unwrap()];
        let y = f64::from(found[usize::try_from(n + shift).unwrap()]);
        rest += (x - y) * (x - y);
        all += x * x;
    }
    10.0 * (rest / all).log10()
}

#[test]
fn r27_music_in_every_lossy_format_nulls_against_its_source_without_a_shift() {
    let source = music();
    for (name, format) in [
        ("music.mp3", Format::Mp3),
        ("music-vbr.mp3", Format::Mp3),
        ("music.ogg", Format::Vorbis),
        ("music.m4a", Format::Aac),
    ] {
        let (planar, warnings) = decode(&data(name)).unwrap();
        assert_eq!((warnings, probe(&data(name)).unwrap().format), (vec![], format), "{name}");
        for (found, expected) in planar.iter().zip(&source) {
            assert_eq!(found.len(), expected.len(), "{name}");
            let at = |shift| null_db(found, expected, shift);
            let best = (-1_200..=1_200).min_by(|&a, &b| at(a).total_cmp(&at(b))).unwrap();
            println!("{name}: {best} frames, {:.1} dB; one frame late {:.1} dB", at(best), at(1));
            assert_eq!(best, 0, "{name}");
            assert!(at(0) < -15.0, "{name}: {} dB", at(0));
        }
        // The channels are not swapped.
        assert!(null_db(&planar[0], &source[1], 0) > 0.0, "{name}");
    }
}

#[test]
fn r27_left_and_right_of_more_files_are_in_place() {
    for (name, channels, (left, right, frames)) in [
        ("long-vbr.mp3", 2, (5000, 9000, 22_050)),
        ("long-alac.caf", 2, (5000, 9000, 22_050)),
        // MPEG-2 at half the rate, the mean of both channels.
        ("low-mono.mp3", 1, (2500, 4500, 11_025)),
    ] {
        let (planar, warnings) = decode(&data(name)).unwrap();
        assert_eq!((planar.len(), warnings), (channels, vec![]), "{name}");
        assert_eq!(planar[0].len(), frames, "{name}");
        let peak = |samples: &[f32], range: std::ops::Range<usize>| {
            let first = range.start;
            range.max_by(|&a, &b| samples[a].abs().total_cmp(&samples[b].abs())).unwrap_or(first)
        };
        let half = (left + right) / 2;
        let found = peak(&planar[0], 0..half);
        assert!(found.abs_diff(left) <= 1, "{name}: {found}");
        let found = peak(&planar[channels - 1], half..frames);
        assert!(found.abs_diff(right) <= 1, "{name}: {found}");
    }
}

/// `file` with `content` in place of the first `old`, which is as long.
fn replaced(file: &[u8], old: &[u8], content: &[u8]) -> Vec<u8> {
    let at = file.windows(old.len()).position(|piece| piece == old).unwrap();
    [&file[..at], content, &file[at + old.len()..]].concat()
}

#[test]
fn r27_apples_comment_is_taken_where_an_mp4_has_no_edit_list() {
    let good = std::fs::read(data("long-aac.m4a")).unwrap();
    let none = replaced(&good, b"edts", b"free");
    let (_folder, path) = file("none.m4a", &none);
    let (late, warnings) = decode(&path).unwrap();
    assert_eq!(warnings, [Warning::DelayUnknown]);
    // The comment in a box of its own at the end of the index, which is the file's last.
    let value = b" 00000000 00000400 0000026A 0000000000005622 00000000 00000000";
    let boxed = |id: &[u8; 4], content: &[u8]| {
        [&(content.len() as u32 + 8).to_be_bytes(), &id[..], content].concat()
    };
    let data_box = boxed(b"data", &[b"\0\0\0\x01\0\0\0\0", &value[..]].concat());
    let mean = boxed(b"mean", b"\0\0\0\0com.apple.iTunes");
    let name = boxed(b"name", b"\0\0\0\0iTunSMPB");
    let free_form = boxed(b"----", &[mean, name, data_box].concat());
    let meta = boxed(b"meta", &[&[0; 4], &boxed(b"ilst", &free_form)[..]].concat());
    let udta = boxed(b"udta", &meta);
    let at = none.windows(4).position(|id| id == b"moov").unwrap() - 4;
    let size = (none.len() - at + udta.len()) as u32;
    let with = [&none[..at], &size.to_be_bytes(), &none[at + 4..], &udta].concat();
    let (_folder, path) = file("apple.m4a", &with);
    let (planar, warnings) = decode(&path).unwrap();
    assert_eq!(warnings, []);
    assert_eq!(planar[0], late[0][1024..1024 + 22_050]);
    assert_eq!(planar, decode(&data("long-aac.m4a")).unwrap().0);
}

#[test]
fn r27_apples_comment_in_the_tag_of_an_mp3_is_taken_where_there_is_no_header() {
    let bare = std::fs::read(data("long-no-header.mp3")).unwrap();
    let (late, _) = decode(&data("long-no-header.mp3")).unwrap();
    let comment = b"\0eng\x69TunSMPB\0 00000000 00000240 00000000 0000000000005622 00000000";
    let frame = [b"COMM", &(comment.len() as u32).to_be_bytes()[..], b"\0\0", comment].concat();
    let size = frame.len() as u8;
    let bytes = [b"ID3\x03\0\0\0\0\0", &[size][..], &frame, &bare].concat();
    let (_folder, path) = file("apple.mp3", &bytes);
    let (planar, warnings) = decode(&path).unwrap();
    assert_eq!(warnings, []);
    // LAME's delay of 576 frames, and the decoder's.
    assert_eq!(planar[0], late[0][1105..1105 + 22_050]);
}

#[test]
fn r27_a_header_by_an_encoder_that_tells_no_delay_is_not_taken_for_a_delay_of_0() {
    let good = std::fs::read(data("long.mp3")).unwrap();
    let bytes = replaced(&good, b"Lavf", b"Gogo");
    let (_folder, path) = file("other.mp3", &bytes);
    let (planar, warnings) = decode(&path).unwrap();
    assert_eq!(warnings, [Warning::DelayUnknown]);
    assert!(planar[0].len() >= 22_050);
}
