//! Rows 26, 27 and 30: stems of different formats line up, and stay in place when damaged.

use twobus_media::{Decoder, Depth, Format, Warning, probe};

use crate::tools::{data, decode, file};

/// Frames of the impulses in left and right, and the file's length.
const LONG: (usize, usize, usize) = (5000, 9000, 22_050);
const SHORT: (usize, usize, usize) = (500, 900, 2205);

fn loudest(samples: &[f32]) -> usize {
    (0..samples.len()).max_by(|&a, &b| samples[a].abs().total_cmp(&samples[b].abs())).unwrap()
}

#[test]
fn r27_r30_lossless_files_are_exact_to_the_sample_in_both_channels() {
    let cases = [
        ("short-24.aiff", Format::Aiff, Depth::Int(24), SHORT),
        ("short-f32.caf", Format::Caf, Depth::Float(32), SHORT),
        ("short-24.m4a", Format::Alac, Depth::Int(24), SHORT),
        ("long-16.m4a", Format::Alac, Depth::Int(16), LONG),
        ("long-16.flac", Format::Flac, Depth::Int(16), LONG),
        ("long-24.flac", Format::Flac, Depth::Int(24), LONG),
        ("long-flac.ogg", Format::Flac, Depth::Int(16), LONG),
    ];
    for (name, format, depth, (left, right, frames)) in cases {
        let info = probe(&data(name)).unwrap();
        assert_eq!((info.format, info.depth, info.rate_hz), (format, depth, 44_100), "{name}");
        assert_eq!(info.frames, Some(frames as u64), "{name}");
        let (planar, warnings) = decode(&data(name)).unwrap();
        assert_eq!(warnings, [], "{name}");
        let code = match depth {
            Depth::Int(bits) => {
                let scale = f64::from(1_u32 << (bits - 1));
                ((0.9 * scale).round() / scale) as f32
            }
            Depth::Float(_) | Depth::Lossy => 0.9,
        };
        for (samples, at) in planar.iter().zip([left, right]) {
            let mut expected = vec![0.0; frames];
            expected[at] = code;
            assert_eq!(*samples, expected, "{name}");
        }
    }
}

#[test]
fn r27_r30_lossy_files_that_tell_their_delay_line_up_within_a_sample() {
    let cases = [
        ("long.mp3", Format::Mp3),
        ("long-vorbis.ogg", Format::Vorbis),
        ("long-aac.m4a", Format::Aac),
    ];
    for (name, format) in cases {
        let (left, right, frames) = LONG;
        let info = probe(&data(name)).unwrap();
        assert_eq!((info.format, info.depth), (format, Depth::Lossy), "{name}");
        let (planar, warnings) = decode(&data(name)).unwrap();
        assert_eq!(warnings, [], "{name}");
        assert_eq!(planar[0].len(), frames, "{name}");
        let found = (loudest(&planar[0]), loudest(&planar[1]));
        println!("{name}: {found:?}");
        assert!(found.0.abs_diff(left) <= 1, "{name}: {found:?}");
        assert!(found.1.abs_diff(right) <= 1, "{name}: {found:?}");
    }
}

#[test]
fn r27_a_file_that_does_not_tell_its_delay_says_so() {
    for name in ["long-no-header.mp3", "long.aac"] {
        let (planar, warnings) = decode(&data(name)).unwrap();
        assert_eq!(warnings, [Warning::DelayUnknown], "{name}");
        // Late by what the encoder added, nothing lost.
        assert!((5000..8000).contains(&loudest(&planar[0])), "{name}");
        assert_eq!(loudest(&planar[1]) - loudest(&planar[0]), 4000, "{name}");
    }
}

#[test]
fn r26_a_damaged_flac_keeps_its_time_and_says_so() {
    let good = std::fs::read(data("long-16.flac")).unwrap();
    // A bit in the second block, which is constant silence; the impulses lie behind it.
    let second = good.windows(2).enumerate().filter(|(_, pair)| *pair == [0xFF, 0xF8]);
    let second = second.map(|(at, _)| at).nth(1).unwrap();
    for at in second + 2..second + 8 {
        let mut bad = good.clone();
        bad[at] ^= 0x04;
        let (_folder, path) = file("bad.flac", &bad);
        let (planar, warnings) = decode(&path).unwrap();
        assert_eq!(planar[0].len(), LONG.2, "byte {at}");
        assert_eq!((loudest(&planar[0]), loudest(&planar[1])), (LONG.0, LONG.1), "byte {at}");
        // The block, and with it the one before when its end cannot be told any more.
        let lost = |blocks: u64| [Warning::Lost { packets: 1, frames: blocks * 1152 }];
        assert!(warnings == lost(1) || warnings == lost(2), "byte {at}: {warnings:?}");
    }
}

#[test]
fn r25_a_file_cut_short_gives_what_is_there_and_says_so() {
    for name in ["long-24.flac", "long.mp3", "short-24.aiff"] {
        let good = std::fs::read(data(name)).unwrap();
        let (_folder, path) = file(name, &good[..good.len() - good.len() / 50]);
        let (planar, warnings) = decode(&path).unwrap();
        let promised = probe(&data(name)).unwrap().frames;
        let told = warnings.iter().any(|warning| matches!(warning, Warning::Truncated { .. }));
        println!("{name}: {} of {promised:?} {warnings:?}", planar[0].len());
        assert!(told && !planar[0].is_empty(), "{name}: {warnings:?}");
    }
}

#[test]
fn r23_a_wrong_extension_does_not_matter() {
    let bytes = std::fs::read(data("long-16.flac")).unwrap();
    let (_folder, path) = file("song.wav", &bytes);
    assert_eq!(probe(&path).unwrap().format, Format::Flac);
}

#[test]
fn a_decoder_reads_every_byte_into_the_hash_whatever_the_format() {
    for name in ["long-aac.m4a", "long-vorbis.ogg", "long.mp3", "long-16.flac", "short-24.aiff"] {
        let hash = |path: &std::path::Path, decode: bool| {
            let mut decoder = Decoder::open(path).unwrap();
            let mut block = Vec::new();
            while decode && decoder.next(&mut block).unwrap() > 0 {}
            loop {
                if let Some(hash) = decoder.finish_hash().unwrap() {
                    return hash;
                }
            }
        };
        let (_folder, copy) = file("copy", &std::fs::read(data(name)).unwrap());
        assert_eq!(hash(&data(name), true), hash(&copy, false), "{name}");
    }
}
