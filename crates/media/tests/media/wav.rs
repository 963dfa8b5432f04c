//! Row E13, and 25 and 29: WAV files as they are found in the wild.

use std::io::{Seek, SeekFrom, Write};

use twobus_media::{Channels, Depth, ErrorKind, PcmReader, Warning, probe};

use crate::tools::{Random, aiff, chunk, data, decode, file, fmt, riff, wav};

/// Both readers on one file: they must agree to the last bit.
fn read(bytes: &[u8]) -> (Vec<Vec<f32>>, Vec<Warning>) {
    let (_folder, path) = file("test.wav", bytes);
    let (planar, warnings) = decode(&path).unwrap();
    let mut reader = PcmReader::open(&path).unwrap();
    let frames = usize::try_from(reader.frames()).unwrap();
    let mut other = vec![vec![0.0; frames + 10]; reader.channels()];
    let mut slices: Vec<&mut [f32]> = other.iter_mut().map(Vec::as_mut_slice).collect();
    assert_eq!(reader.read(0, &mut slices).unwrap(), frames);
    other.iter_mut().for_each(|channel| channel.truncate(frames));
    assert_eq!(planar, other);
    (planar, warnings)
}

fn ramp(bytes: usize) -> Vec<u8> {
    let mut random = Random::new(3);
    (0..bytes).map(|_| random.next() as u8).collect()
}

#[test]
fn e13_integers_of_every_depth_arrive_exactly() {
    let codes = [i32::MIN, -1 << 30, -1, 0, 1, 12_345_678, 1 << 30, i32::MAX];
    for bytes in 1..=4_usize {
        for channels in [1_u16, 2, 3] {
            let mut content = Vec::new();
            for (n, code) in codes.iter().cycle().take(24).enumerate() {
                let code = (code >> (32 - 8 * bytes)).wrapping_add((n % 3) as i32 - 1);
                match bytes {
                    1 => content.push((code.clamp(-128, 127) + 128) as u8),
                    _ => content.extend_from_slice(&code.to_le_bytes()[..bytes]),
                }
            }
            let (planar, warnings) = read(&wav(1, channels, 8 * bytes as u16, &content));
            assert_eq!(warnings, []);
            for (n, sample) in content.chunks(bytes).enumerate() {
                let exact = match sample {
                    [unsigned] => (f64::from(*unsigned) - 128.0) / 128.0,
                    _ => {
                        let mut top = [0; 4];
                        top[4 - bytes..].copy_from_slice(sample);
                        f64::from(i32::from_le_bytes(top)) / f64::from(1_u32 << 31)
                    }
                };
                let got = planar[n % channels as usize][n / channels as usize];
                // Exact up to 24 bits; beyond, the nearest 32-bit float.
                assert_eq!(got, exact as f32, "{bytes} bytes, sample {n}");
                assert!(bytes == 4 || f64::from(got) == exact);
            }
        }
    }
}

#[test]
fn e13_floats_arrive_exactly_or_as_the_nearest_32_bit_float() {
    let values = [0.0, -0.0, 1.0, -1.0, 1.5e-39, 0.1, -3.25, 1e30, -7.0 / 9.0, 1.0 / 3.0];
    let singles: Vec<u8> = values.iter().flat_map(|&x: &f64| (x as f32).to_le_bytes()).collect();
    let doubles: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
    for (content, bits) in [(singles, 32), (doubles, 64)] {
        let (planar, warnings) = read(&wav(3, 1, bits, &content));
        assert_eq!(warnings, []);
        let bits_of = |x: f32| x.to_bits();
        let expected: Vec<u32> = values.iter().map(|&x| bits_of(x as f32)).collect();
        assert_eq!(planar[0].iter().copied().map(bits_of).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn r31_what_is_not_finite_becomes_silence_and_is_counted() {
    let values = [0.5, f32::NAN, f32::INFINITY, 1e38, f32::NEG_INFINITY, -0.5];
    let content: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
    let (planar, warnings) = read(&wav(3, 1, 32, &content));
    assert_eq!(planar[0], [0.5, 0.0, 0.0, 1e38, 0.0, -0.5]);
    assert_eq!(warnings, [Warning::NonFinite { count: 3 }]);
    let content: Vec<u8> = [1e300_f64, 0.25].iter().flat_map(|x| x.to_le_bytes()).collect();
    assert_eq!(read(&wav(3, 1, 64, &content)).0[0], [0.0, 0.25]);
}

#[test]
fn e13_chunks_of_odd_size_and_list_before_data_do_not_swap_or_shift() {
    let content = ramp(600);
    let plain = read(&wav(1, 2, 24, &content)).0;
    let format = fmt(1, 2, 48_000, 24);
    let audio = chunk(b"data", &content);
    let odd = chunk(b"LIST", b"INFOx");
    let unpadded = odd[..odd.len() - 1].to_vec();
    let cases = [
        vec![format.clone(), odd.clone(), audio.clone()],
        vec![odd.clone(), format.clone(), odd.clone(), odd.clone(), audio.clone(), odd.clone()],
        vec![format.clone(), unpadded.clone(), audio.clone()],
        vec![unpadded.clone(), format.clone(), audio.clone(), odd],
        vec![audio, format],
    ];
    for (n, chunks) in cases.iter().enumerate() {
        assert_eq!(read(&riff(chunks)), (plain.clone(), vec![]), "case {n}");
    }
}

#[test]
fn e13_extensible_is_read_and_bits_stand_at_the_top_of_their_container() {
    let content = ramp(240);
    let mut bytes = fmt(0xFFFE, 2, 48_000, 24);
    bytes[4] = 40;
    bytes.extend_from_slice(&22_u16.to_le_bytes());
    bytes.extend_from_slice(&20_u16.to_le_bytes());
    bytes.extend_from_slice(&3_u32.to_le_bytes());
    bytes.extend_from_slice(&[1, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]);
    let extensible = read(&riff(&[bytes, chunk(b"data", &content)])).0;
    assert_eq!(extensible, read(&wav(1, 2, 24, &content)).0);
    // 20 bits in 3 bytes, told by a frame of 6 bytes.
    let mut twenty = fmt(1, 2, 48_000, 20);
    twenty[20..22].copy_from_slice(&6_u16.to_le_bytes());
    assert_eq!(read(&riff(&[twenty, chunk(b"data", &content)])).0, extensible);
}

#[test]
fn e13_a_wrong_riff_length_does_not_matter() {
    let good = wav(1, 1, 16, &ramp(400));
    let expected = read(&good);
    for length in [0_u32, 1, 100, 5_000, u32::MAX] {
        let mut bad = good.clone();
        bad[4..8].copy_from_slice(&length.to_le_bytes());
        assert_eq!(read(&bad), expected, "{length}");
    }
}

#[test]
fn r25_unfinished_and_truncated_files_are_read_to_their_end_with_a_warning() {
    let good = wav(1, 2, 16, &ramp(400));
    let expected = read(&good).0;
    for size in [0_u32, u32::MAX] {
        let mut bad = good.clone();
        bad[40..44].copy_from_slice(&size.to_le_bytes());
        assert_eq!(read(&bad), (expected.clone(), vec![Warning::Unfinished { found: 100 }]));
    }
    let (planar, warnings) = read(&good[..good.len() - 102]);
    assert_eq!(planar[0], expected[0][..74]);
    assert_eq!(warnings, [Warning::Truncated { promised: 100, found: 74 }]);
    // A file that is empty on purpose.
    let empty = riff(&[fmt(1, 2, 48_000, 16), chunk(b"data", b""), chunk(b"LIST", b"INFO")]);
    assert_eq!(read(&empty), (vec![vec![], vec![]], vec![]));
}

#[test]
fn e13_r42_rf64_beyond_4_gib_is_read_at_its_end() {
    for magic in [b"RF64", b"BW64"] {
        let data_bytes = 5_u64 << 30;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("long.wav");
        let mut sizes = Vec::new();
        for size in [data_bytes + 72, data_bytes, data_bytes / 6] {
            sizes.extend_from_slice(&u64::to_le_bytes(size));
        }
        sizes.extend_from_slice(&[0; 4]);
        let mut head = magic.to_vec();
        head.extend_from_slice(b"\xff\xff\xff\xffWAVE");
        head.extend_from_slice(&chunk(b"ds64", &sizes));
        head.extend_from_slice(&fmt(1, 2, 96_000, 24));
        head.extend_from_slice(b"data\xff\xff\xff\xff");
        let mut out = std::fs::File::create(&path).unwrap();
        out.write_all(&head).unwrap();
        let frames = data_bytes / 6;
        let last = head.len() as u64 + (frames - 1) * 6;
        let _position = out.seek(SeekFrom::Start(last)).unwrap();
        out.write_all(&[0, 0, 0x40, 0, 0, 0xC0]).unwrap();
        out.set_len(head.len() as u64 + data_bytes).unwrap();
        let mut reader = PcmReader::open(&path).unwrap();
        assert_eq!(reader.frames(), frames);
        assert_eq!(reader.warning(), None);
        let (mut left, mut right) = ([9.0; 4], [9.0; 4]);
        let count = reader.read(frames - 2, &mut [&mut left, &mut right]).unwrap();
        assert_eq!((count, left, right), (2, [0.0, 0.5, 9.0, 9.0], [0.0, -0.5, 9.0, 9.0]));
        assert_eq!(reader.read(frames, &mut [&mut left, &mut right]).unwrap(), 0);
        assert_eq!(reader.read(u64::MAX, &mut [&mut left, &mut right]).unwrap(), 0);
    }
}

#[test]
fn a_broadcast_wave_tells_where_it_began() {
    let mut bext = vec![0; 602];
    bext[338..346].copy_from_slice(&172_800_000_u64.to_le_bytes());
    let format = fmt(1, 1, 48_000, 16);
    let audio = chunk(b"data", &ramp(20));
    for chunks in [
        [chunk(b"bext", &bext), format.clone(), audio.clone()],
        [format.clone(), audio.clone(), chunk(b"bext", &bext)],
    ] {
        let (_folder, path) = file("test.wav", &riff(&chunks));
        assert_eq!(probe(&path).unwrap().start_frame, Some(172_800_000));
    }
}

#[test]
fn r29_any_channel_can_be_chosen_and_none_is_chosen_silently() {
    let content: Vec<u8> = (0..60_i16).flat_map(|n| (n * 100).to_le_bytes()).collect();
    let (_folder, path) = file("six.wav", &wav(1, 6, 16, &content));
    assert_eq!(probe(&path).unwrap().channels, 6);
    assert_eq!(PcmReader::open(&path).unwrap().channels(), 6);
    let mut one = PcmReader::open_channels(&path, Channels::Mono(4)).unwrap();
    let mut samples = [0.0; 10];
    assert_eq!(one.read(0, &mut [&mut samples]).unwrap(), 10);
    assert_eq!(samples, std::array::from_fn(|n| (n * 6 + 4) as f32 * 100.0 / 32_768.0));
    let mut pair = PcmReader::open_channels(&path, Channels::Stereo(5, 0)).unwrap();
    let (mut left, mut right) = ([0.0; 1], [0.0; 1]);
    assert_eq!(pair.read(9, &mut [&mut left, &mut right]).unwrap(), 1);
    assert_eq!((left, right), ([5900.0 / 32_768.0], [5400.0 / 32_768.0]));
    let error = PcmReader::open_channels(&path, Channels::Mono(6)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoChannel(6));
}

#[test]
fn r24_rates_channels_and_codecs_out_of_range_are_refused() {
    let audio = chunk(b"data", &ramp(64));
    let with = |format: Vec<u8>| file("test.wav", &riff(&[format, audio.clone()]));
    for rate_hz in [0, 1, 999, 768_001, u32::MAX] {
        let (_folder, path) = with(fmt(1, 1, rate_hz, 16));
        assert_eq!(probe(&path).unwrap_err().kind(), ErrorKind::Rate(rate_hz));
    }
    for rate_hz in [1_000, 384_000, 768_000] {
        let (_folder, path) = with(fmt(1, 1, rate_hz, 16));
        assert_eq!(probe(&path).unwrap().rate_hz, rate_hz);
    }
    for channels in [0, 65, 4000] {
        let (_folder, path) = with(fmt(1, channels, 48_000, 16));
        let expected = ErrorKind::ChannelCount(channels.into());
        assert_eq!(probe(&path).unwrap_err().kind(), expected);
    }
    for (tag, bits) in [(2, 4), (0x55, 16), (6, 8), (1, 48), (3, 16), (0xFFFE, 16), (1, 0)] {
        let (_folder, path) = with(fmt(tag, 1, 48_000, bits));
        let kind = probe(&path).unwrap_err().kind();
        assert!(matches!(kind, ErrorKind::Unsupported(_) | ErrorKind::Broken(_)), "{tag} {bits}");
    }
}

#[test]
fn pcm_reads_from_anywhere_agree_with_one_read() {
    let content = ramp(6 * 50_000);
    let (_folder, path) = file("test.wav", &wav(1, 2, 24, &content));
    let (all, _) = decode(&path).unwrap();
    let mut reader = PcmReader::open(&path).unwrap();
    assert_eq!(reader.frame_bytes(), 6);
    let mut random = Random::new(5);
    for _ in 0..300 {
        let (start, length) = (random.below(50_100), random.below(30_000));
        let (mut left, mut right) = (vec![7.0; length], vec![7.0; length]);
        let count = reader.read(start as u64, &mut [&mut left, &mut right]).unwrap();
        assert_eq!(count, length.min(50_000_usize.saturating_sub(start)));
        if count > 0 {
            assert_eq!(left[..count], all[0][start..start + count]);
            assert_eq!(right[..count], all[1][start..start + count]);
        }
        assert!(left[count..].iter().all(|&x| x == 7.0));
    }
    assert_eq!(reader.info().depth, Depth::Int(24));
}

#[test]
fn a_compressed_file_is_not_pcm_to_be_read_in_place() {
    let error = PcmReader::open(&data("long-16.flac")).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unsupported(_)));
}

#[test]
fn e13_aiff_of_every_encoding_is_read_in_place_and_exactly() {
    let content = ramp(240);
    let swapped = |size: usize| -> Vec<u8> {
        content.chunks(size).flat_map(|sample| sample.iter().rev().copied()).collect()
    };
    let signed: Vec<u8> = content.iter().map(|byte| byte ^ 0x80).collect();
    let floats: Vec<u8> = (0..60).flat_map(|n| (n as f32 / 7.0 - 3.0).to_le_bytes()).collect();
    let big_floats: Vec<u8> = floats.chunks(4).flat_map(|x| x.iter().rev().copied()).collect();
    let cases = [
        (b"raw ", 8, content.clone(), wav(1, 1, 8, &content)),
        (b"NONE", 8, signed, wav(1, 1, 8, &content)),
        (b"NONE", 16, swapped(2), wav(1, 1, 16, &content)),
        (b"twos", 24, swapped(3), wav(1, 1, 24, &content)),
        (b"in32", 32, swapped(4), wav(1, 1, 32, &content)),
        (b"sowt", 16, content.clone(), wav(1, 1, 16, &content)),
        (b"sowt", 24, content.clone(), wav(1, 1, 24, &content)),
        (b"fl32", 32, big_floats, wav(3, 1, 32, &floats)),
    ];
    for (compression, bits, bytes, same) in cases {
        let frames = (bytes.len() / usize::from(bits / 8)) as u32;
        let file = aiff(compression, 1, 44_100, bits, &bytes);
        assert_eq!(read(&file), read(&same), "{compression:?} {bits}");
        let cut = read(&file[..file.len() - bytes.len() / 2]).1;
        let found = u64::from(frames) / 2;
        assert_eq!(cut, [Warning::Truncated { promised: frames.into(), found }]);
    }
    let (_folder, path) = file("test.aifc", &aiff(b"ima4", 1, 44_100, 16, &content));
    assert!(matches!(probe(&path).unwrap_err().kind(), ErrorKind::Unsupported(_)));
}
