//! Row 26: damaged files keep their time, and say what is lost.

use twobus_media::{Warning, probe};

use crate::tools::{data, decode, file};

fn loudest(samples: &[f32]) -> usize {
    (0..samples.len()).max_by(|&a, &b| samples[a].abs().total_cmp(&samples[b].abs())).unwrap()
}

/// Largest magnitude from `from` on of the difference of two signals.
fn difference(a: &[f32], b: &[f32], from: usize) -> f32 {
    a[from..].iter().zip(&b[from..]).fold(0.0, |most, (a, b)| most.max((a - b).abs()))
}

#[test]
fn r26_500_zeroed_bytes_of_an_mp3_do_not_move_what_follows() {
    for name in ["music.mp3", "music-vbr.mp3"] {
        let good = std::fs::read(data(name)).unwrap();
        let (whole, none) = decode(&data(name)).unwrap();
        assert_eq!(none, [], "{name}");
        let mut told = 0;
        for at in [2_000, 4_000, 7_001, 9_090] {
            let mut bad = good.clone();
            bad[at..at + 500].fill(0);
            let (_folder, path) = file("bad.mp3", &bad);
            let (planar, warnings) = decode(&path).unwrap();
            assert_eq!(planar[0].len(), whole[0].len(), "{name} {at} {warnings:?}");
            // Within one long frame, MP3 has nothing to notice it by.
            told += usize::from(matches!(warnings[..], [Warning::Lost { packets: 1.., .. }]));
            // A second later nothing is left of it, and nothing has moved: a shift by one frame would
            // leave a hundred times as much.
            let apart = difference(&planar[0], &whole[0], 66_150);
            println!("{name} {at}: {warnings:?}, {apart}");
            assert!(apart < 1e-4, "{name} {at}: {apart}");
        }
        assert!(told >= 3, "{name}: {told}");
    }
}

#[test]
fn r26_what_is_between_the_frames_of_an_mp3_is_not_taken_for_lost_audio() {
    let good = std::fs::read(data("music.mp3")).unwrap();
    let (whole, _) = decode(&data("music.mp3")).unwrap();
    let frames = good.windows(2).enumerate().filter(|(_, bytes)| *bytes == [0xFF, 0xFB]);
    let (begin, end) = {
        let mut frames = frames.map(|(at, _)| at).skip(20);
        (frames.next().unwrap(), frames.next().unwrap())
    };
    // Garbage between two frames, as long as two of them: the header tells that none is missing.
    let garbage: Vec<u8> = (0..836).map(|n| (n * 7 % 200) as u8).collect();
    let (_folder, path) = file("bad.mp3", &[&good[..begin], &garbage, &good[begin..]].concat());
    let (planar, warnings) = decode(&path).unwrap();
    assert_eq!((planar == whole, warnings), (true, vec![]));
    // A frame that is gone without a trace leaves the file short, and that is said.
    let (_folder, path) = file("bad.mp3", &[&good[..begin], &good[end..]].concat());
    let warnings = decode(&path).unwrap().1;
    assert!(matches!(warnings[..], [Warning::Truncated { .. }, ..]), "{warnings:?}");
}

#[test]
fn r26_a_bare_aac_with_zeroed_bytes_keeps_its_time() {
    let good = std::fs::read(data("long.aac")).unwrap();
    let (whole, _) = decode(&data("long.aac")).unwrap();
    // The header of the second packet: both impulses come after it.
    let second = good.windows(2).enumerate().skip(2).find(|(_, b)| *b == [0xFF, 0xF1]).unwrap().0;
    let mut bad = good.clone();
    bad[second..second + 7].fill(0);
    let (_folder, path) = file("bad.aac", &bad);
    let (planar, warnings) = decode(&path).unwrap();
    assert_eq!(planar[0].len(), whole[0].len(), "{warnings:?}");
    assert_eq!(loudest(&planar[1]), loudest(&whole[1]));
    let lost = warnings.iter().any(|w| matches!(w, Warning::Lost { packets: 1, .. }));
    assert!(lost, "{warnings:?}");
}

#[test]
fn r26_a_damaged_page_of_ogg_keeps_its_time() {
    let good = std::fs::read(data("music.ogg")).unwrap();
    let (whole, _) = decode(&data("music.ogg")).unwrap();
    let pages = good.windows(4).enumerate().filter(|(_, bytes)| *bytes == b"OggS");
    let pages: Vec<usize> = pages.map(|(at, _)| at).collect();
    // Behind the headers and the first page of audio.
    for page in pages[3..].windows(2) {
        let mut bad = good.clone();
        bad[usize::midpoint(page[0], page[1])] ^= 0x10;
        let (_folder, path) = file("bad.ogg", &bad);
        let (planar, warnings) = decode(&path).unwrap();
        println!("{page:?}: {warnings:?}");
        // The last page tells the end of the file, not where its own packets belong.
        if pages.last() == Some(&page[1]) {
            assert!(matches!(warnings[..], [Warning::Truncated { promised: 88_200, .. }]));
            continue;
        }
        assert!(matches!(warnings[..], [Warning::Lost { packets: 1, .. }]), "{warnings:?}");
        assert_eq!(planar[0].len(), whole[0].len());
        let apart = difference(&planar[0], &whole[0], whole[0].len() - 4_000);
        assert!(apart < 1e-4, "{apart}");
    }
}

#[test]
fn r26_one_flipped_bit_of_a_flac_stays_where_it_is() {
    let good = std::fs::read(data("long-24.flac")).unwrap();
    let (whole, _) = decode(&data("long-24.flac")).unwrap();
    // In the content of a block in the middle of the file, far from any header.
    for at in (9_000 - 700..9_000 - 100).step_by(37) {
        let mut bad = good.clone();
        let Some(byte) = bad.get_mut(at) else { continue };
        *byte ^= 0x20;
        let (_folder, path) = file("bad.flac", &bad);
        let (planar, warnings) = decode(&path).unwrap();
        assert_eq!(planar[0].len(), whole[0].len(), "{at}");
        let told = matches!(warnings[..], [Warning::Lost { packets: 1, .. }] | [Warning::Checksum]);
        assert!(told, "{at}: {warnings:?}");
    }
}

#[test]
fn r26_a_flac_whose_checksum_does_not_match_says_so() {
    // The checksum of all audio: 16 bytes at the end of STREAMINFO.
    let mut bytes = std::fs::read(data("long-16.flac")).unwrap();
    bytes[8 + 20] ^= 1;
    let (_folder, path) = file("bad.flac", &bytes);
    let (planar, warnings) = decode(&path).unwrap();
    assert_eq!(warnings, [Warning::Checksum]);
    assert_eq!(planar, decode(&data("long-16.flac")).unwrap().0);
    // All zeros stand for "not computed".
    bytes[8 + 18..8 + 34].fill(0);
    let (_folder, path) = file("unknown.flac", &bytes);
    assert_eq!(decode(&path).unwrap().1, []);
}

#[test]
fn r26_junk_before_and_tags_behind_an_mp3_are_not_damage() {
    let good = std::fs::read(data("music.mp3")).unwrap();
    let (whole, _) = decode(&data("music.mp3")).unwrap();
    let tag = [b"TAG", &[b' '; 125][..]].concat();
    let cover = [b"ID3\x04\0\0\0\0\x02\0", &vec![0_u8; 256][..]].concat();
    assert_eq!(probe(&data("music.mp3")).unwrap().frames, Some(88_200));
    for bytes in [[&good[..], &tag].concat(), [&cover, &good[20..]].concat()] {
        let (_folder, path) = file("tagged.mp3", &bytes);
        let (planar, warnings) = decode(&path).unwrap();
        assert_eq!(warnings, []);
        assert_eq!(planar, whole);
    }
}
