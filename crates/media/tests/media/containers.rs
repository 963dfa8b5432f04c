//! Rows 24, 25 and 30: the containers of plain PCM besides WAV, built byte by byte.

use twobus_media::{Depth, ErrorKind, Format, PcmReader, Warning, probe};

use crate::tools::{Random, aiff, caf, data, decode, file, rifx, wav, wave64};

fn ramp(bytes: usize) -> Vec<u8> {
    let mut random = Random::new(4);
    (0..bytes).map(|_| random.next() as u8).collect()
}

/// Both readers on one file: they must agree to the last bit.
fn read(bytes: &[u8]) -> (Vec<Vec<f32>>, Vec<Warning>) {
    let (_folder, path) = file("test", bytes);
    let (planar, warnings) = decode(&path).unwrap();
    let mut reader = PcmReader::open(&path).unwrap();
    let frames = usize::try_from(reader.frames()).unwrap();
    let mut other = vec![vec![0.0; frames]; reader.channels()];
    let mut slices: Vec<&mut [f32]> = other.iter_mut().map(Vec::as_mut_slice).collect();
    assert_eq!(reader.read(0, &mut slices).unwrap(), frames);
    assert_eq!(planar, other);
    (planar, warnings)
}

/// `content` with the bytes of each sample the other way round.
fn swapped(content: &[u8], size: usize) -> Vec<u8> {
    content.chunks(size).flat_map(|sample| sample.iter().rev().copied()).collect()
}

/// A header, and whether its content has the big end first.
type Writer = fn(float: bool, channels: u16, rate_hz: u32, bits: u16, content: &[u8]) -> Vec<u8>;

/// Every container that holds integers of 16 to 32 bits and floats, besides WAV.
const WRITERS: [(&str, Writer, bool); 5] = [
    ("rifx", |float, c, r, b, content| rifx(if float { 3 } else { 1 }, c, r, b, content), true),
    ("w64", |float, c, r, b, content| wave64(if float { 3 } else { 1 }, c, r, b, content), false),
    ("caf big", |float, c, r, b, content| caf(u32::from(float), c, r, b, None, content), true),
    (
        "caf little",
        |float, c, r, b, content| caf(u32::from(float) | 2, c, r, b, None, content),
        false,
    ),
    (
        "aiff",
        |float, c, r, b, content| {
            aiff(
                if float { [b"fl32", b"fl64"][usize::from(b == 64)] } else { b"NONE" },
                c,
                r,
                b,
                content,
            )
        },
        true,
    ),
];

#[test]
fn r30_every_container_gives_the_samples_of_a_wav_with_left_and_right_in_place() {
    let content = ramp(24 * 40);
    let floats: Vec<u8> = (0..120).flat_map(|n| (n as f32 / 7.0 - 3.0).to_le_bytes()).collect();
    let doubles: Vec<u8> = (0..120).flat_map(|n| (f64::from(n) / 7.0).to_le_bytes()).collect();
    let cases = [
        (false, 16, &content),
        (false, 24, &content),
        (false, 32, &content),
        (true, 32, &floats),
        (true, 64, &doubles),
    ];
    for (name, write, big) in WRITERS {
        for (float, bits, content) in cases {
            for channels in [1, 2, 3] {
                let size = usize::from(bits / 8);
                let bytes = if big { swapped(content, size) } else { content.clone() };
                let found = read(&write(float, channels, 48_000, bits, &bytes));
                let wav = read(&wav(if float { 3 } else { 1 }, channels, bits, content));
                assert_eq!(found, wav, "{name} {bits} {channels}");
            }
        }
    }
}

#[test]
fn r30_a_wave64_by_another_program_is_exact() {
    let info = probe(&data("short-24.w64")).unwrap();
    assert_eq!(
        (info.format, info.depth, info.frames),
        (Format::Wave64, Depth::Int(24), Some(2205))
    );
    let (planar, warnings) = decode(&data("short-24.w64")).unwrap();
    assert_eq!(warnings, []);
    let code = ((0.9_f64 * 8_388_608.0).round() / 8_388_608.0) as f32;
    for (samples, at) in planar.iter().zip([500, 900]) {
        let mut expected = vec![0.0; 2205];
        expected[at] = code;
        assert_eq!(*samples, expected);
    }
}

#[test]
fn r24_rates_out_of_range_are_refused_in_every_container() {
    for (name, write, _) in WRITERS {
        for rate_hz in [0, 1, 999, 768_001, u32::MAX] {
            let (_folder, path) = file("test", &write(false, 2, rate_hz, 16, &ramp(40)));
            assert_eq!(probe(&path).unwrap_err().kind(), ErrorKind::Rate(rate_hz), "{name}");
        }
        for rate_hz in [1_000, 8_000, 44_100, 192_000, 384_000, 768_000] {
            let (_folder, path) = file("test", &write(false, 2, rate_hz, 16, &ramp(40)));
            assert_eq!(probe(&path).unwrap().rate_hz, rate_hz, "{name}");
        }
        for channels in [0, 65, u16::MAX] {
            let (_folder, path) = file("test", &write(false, channels, 48_000, 16, &ramp(40)));
            let kind = probe(&path).unwrap_err().kind();
            let told = matches!(kind, ErrorKind::ChannelCount(_) | ErrorKind::Broken(_));
            assert!(told, "{name} {channels}: {kind:?}");
        }
    }
}

#[test]
fn r24_rates_out_of_range_are_refused_in_flac_too() {
    // The rate of STREAMINFO: 20 bits behind 10 bytes of the block's content.
    let mut bytes = std::fs::read(data("long-16.flac")).unwrap();
    for rate_hz in [0_u32, 1, 999] {
        let at = 8 + 10;
        bytes[at..at + 2].copy_from_slice(&(rate_hz as u16 >> 4).to_be_bytes());
        bytes[at + 2] = (rate_hz as u8) << 4 | bytes[at + 2] & 0x0F;
        let (_folder, path) = file("test.flac", &bytes);
        assert!(probe(&path).is_err(), "{rate_hz}");
    }
}

#[test]
fn r25_files_of_killed_recorders_are_read_to_their_end_in_every_container() {
    let content = ramp(400);
    let expected = read(&wav(1, 2, 16, &content)).0;
    let swapped = swapped(&content, 2);
    let rifx_file = rifx(1, 2, 48_000, 16, &swapped);
    let wave64_file = wave64(1, 2, 48_000, 16, &content);
    let aiff_file = aiff(b"NONE", 2, 48_000, 16, &swapped);
    let patched = |file: &[u8], back: usize, size: &[u8]| {
        let mut file = file.to_vec();
        let at = file.len() - content.len() - back;
        file[at..at + size.len()].copy_from_slice(size);
        file
    };
    let mut no_frames = patched(&aiff_file, 12, &0_u32.to_be_bytes());
    let at = no_frames.windows(4).position(|id| id == b"COMM").unwrap();
    no_frames[at + 10..at + 14].fill(0);
    let unfinished = [
        patched(&rifx_file, 4, &0_u32.to_be_bytes()),
        patched(&rifx_file, 4, &u32::MAX.to_be_bytes()),
        patched(&wave64_file, 8, &0_u64.to_le_bytes()),
        patched(&wave64_file, 8, &24_u64.to_le_bytes()),
        patched(&wave64_file, 8, &u64::MAX.to_le_bytes()),
        caf(2, 2, 48_000, 16, Some(-1), &content),
        caf(2, 2, 48_000, 16, Some(0), &content),
        no_frames,
    ];
    for (n, bytes) in unfinished.iter().enumerate() {
        let found = read(bytes);
        assert_eq!(found, (expected.clone(), vec![Warning::Unfinished { found: 100 }]), "case {n}");
    }
    for (n, bytes) in [rifx_file, wave64_file, caf(2, 2, 48_000, 16, None, &content), aiff_file]
        .iter()
        .enumerate()
    {
        let (planar, warnings) = read(&bytes[..bytes.len() - 102]);
        assert_eq!(planar[0], expected[0][..74], "case {n}");
        assert_eq!(warnings, [Warning::Truncated { promised: 100, found: 74 }], "case {n}");
    }
}

#[test]
fn r25_a_codec_file_that_was_never_completed_is_read_and_said() {
    // FLAC without a length and a checksum, as a recorder leaves it.
    let mut flac = std::fs::read(data("long-16.flac")).unwrap();
    flac[8 + 13] &= 0xF0;
    flac[8 + 14..8 + 34].fill(0);
    // Ogg without its last page.
    let ogg = std::fs::read(data("music.ogg")).unwrap();
    let last = ogg.windows(4).rposition(|id| id == b"OggS").unwrap();
    for (name, bytes) in [("a.flac", &flac[..]), ("a.ogg", &ogg[..last])] {
        let (_folder, path) = file(name, bytes);
        let (planar, warnings) = decode(&path).unwrap();
        let found = planar[0].len() as u64;
        assert!(found > 5_000, "{name} {found}");
        assert_eq!(warnings, [Warning::Unfinished { found }], "{name}");
    }
    // MP4 whose index would have come last.
    let mp4 = std::fs::read(data("long-aac.m4a")).unwrap();
    let index = mp4.windows(4).position(|id| id == b"moov").unwrap() - 4;
    assert!(index > 1000, "the index comes last in this file");
    let (_folder, path) = file("a.m4a", &mp4[..index]);
    let text = probe(&path).unwrap_err().to_string();
    assert!(text.contains("index was never written"), "{text}");
}
