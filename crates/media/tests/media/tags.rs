//! Tags and Ogg Vorbis: what is written is read back, in every container.

use std::path::{Path, PathBuf};

use twobus_media::{
    AudioWriter, Container, Cover, Decoder, Depth, ErrorKind, Field, Format, SampleFormat, Tags,
    WriteSpec, read_tags,
};

const ALL: [(Container, SampleFormat); 6] = [
    (Container::Wav, SampleFormat::Int16),
    (Container::Wav, SampleFormat::Int24),
    (Container::Wav, SampleFormat::Float32),
    (Container::Flac, SampleFormat::Int16),
    (Container::Flac, SampleFormat::Int24),
    (Container::Vorbis { quality: 6 }, SampleFormat::Float32),
];

fn spec(container: Container, format: SampleFormat, rate_hz: u32) -> WriteSpec {
    WriteSpec { container, format, rate_hz, channels: 2, broadcast: None, overwrite: true }
}

/// A sound that a lossy encoder can follow: chords that move slowly.
fn sound(channel: usize, frames: usize, rate_hz: u32) -> Vec<f32> {
    let tone =
        |hz: f64, n: usize| (std::f64::consts::TAU * hz * n as f64 / f64::from(rate_hz)).sin();
    let level = |n: usize| 0.5 + 0.5 * tone(0.7, n);
    let pitch = 1.0 + channel as f64 * 0.5;
    let chord = |n| tone(220.0 * pitch, n) + 0.5 * tone(554.0 * pitch, n) + 0.25 * tone(1320.0, n);
    (0..frames).map(|n| (0.25 * level(n) * chord(n)) as f32).collect()
}

/// A PNG of 3 × 2 pixels: its header, no picture.
fn png() -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend([0, 0, 0, 3, 0, 0, 0, 2, 8, 2, 0, 0, 0, 0x12, 0x16, 0xF1, 0x4D]);
    bytes.extend(b"\0\0\0\0IEND\xAE\x42\x60\x82");
    bytes
}

/// A JPEG of 3 × 2 pixels: its headers, no picture.
fn jpeg() -> Vec<u8> {
    let mut bytes = b"\xFF\xD8\xFF\xE0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0".to_vec();
    bytes.extend([0xFF, 0xC0, 0, 17, 8, 0, 2, 0, 3, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]);
    bytes.extend([0xFF, 0xD9]);
    bytes
}

fn said(cover: Option<Cover>) -> Tags {
    let text = |field: Field| match field {
        Field::Track => "3".to_owned(),
        Field::Tracks => "12".to_owned(),
        Field::Date => "2026-11-24".to_owned(),
        Field::Isrc => "DEA122600001".to_owned(),
        Field::Upc => "4006381333931".to_owned(),
        _ => format!("{} = \u{e4}\u{1F3B5} \"\\/", field.name()),
    };
    Tags { fields: Field::ALL.into_iter().map(|field| (field, text(field))).collect(), cover }
}

fn write(path: &Path, spec: &WriteSpec, tags: &Tags, frames: usize) {
    let sides = [0, 1].map(|channel| sound(channel, frames, spec.rate_hz));
    let mut writer = AudioWriter::create_tagged(path, spec, tags).unwrap();
    if spec.format == SampleFormat::Float32 {
        writer.write_floats(&[&sides[0], &sides[1]]).unwrap();
    } else {
        let scale = f32::from(i16::MAX);
        let codes = sides.map(|side| side.iter().map(|x| (x * scale) as i32).collect::<Vec<_>>());
        writer.write_codes(&[&codes[0], &codes[1]]).unwrap();
    }
    let written = writer.finish().unwrap();
    assert_eq!(written.bytes, path.metadata().unwrap().len());
}

fn decode(path: &Path) -> (twobus_media::Info, Vec<Vec<f32>>) {
    let mut decoder = Decoder::open(path).unwrap();
    let mut all = vec![Vec::new(); decoder.info().channels];
    let mut block = Vec::new();
    while decoder.next(&mut block).unwrap() > 0 {
        all.iter_mut().zip(&block).for_each(|(all, block)| all.extend_from_slice(block));
    }
    (decoder.info().clone(), all)
}

fn file(folder: &Path, container: Container, format: SampleFormat) -> PathBuf {
    folder.join(format!("{container:?} {format:?}.audio"))
}

#[test]
fn product_tags_are_read_back_from_every_container() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes, size) in [("a.png", png(), (3, 2)), ("b.jpg", jpeg(), (3, 2))] {
        let picture = folder.path().join(name);
        std::fs::write(&picture, bytes).unwrap();
        let cover = Cover::open(&picture).unwrap();
        assert_eq!(cover.size, size, "{name}");
        let tags = said(Some(cover));
        for (container, format) in ALL {
            let path = file(folder.path(), container, format);
            write(&path, &spec(container, format, 48_000), &tags, 4801);
            assert_eq!(read_tags(&path).unwrap(), tags, "{path:?}");
        }
    }
}

#[test]
fn product_equal_tags_are_equal_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("a.png");
    std::fs::write(&picture, png()).unwrap();
    let tags = said(Some(Cover::open(&picture).unwrap()));
    for (container, format) in ALL {
        let bytes = |_| {
            let path = file(folder.path(), container, format);
            let _gone = std::fs::remove_file(&path);
            write(&path, &spec(container, format, 44_100), &tags, 3000);
            std::fs::read(&path).unwrap()
        };
        let all: Vec<Vec<u8>> = (0..8).map(bytes).collect();
        assert!(all.windows(2).all(|two| two[0] == two[1]), "{container:?} {format:?}");
    }
}

#[test]
fn product_tags_change_no_sample() {
    let folder = tempfile::tempdir().unwrap();
    for (container, format) in ALL {
        let path = file(folder.path(), container, format);
        let spec = spec(container, format, 44_100);
        write(&path, &spec, &Tags::default(), 50_001);
        assert!(read_tags(&path).unwrap().fields.is_empty(), "{path:?}");
        let bare = decode(&path);
        write(&path, &spec, &said(None), 50_001);
        assert_eq!(decode(&path), bare, "{path:?}");
        assert_eq!(bare.1[0].len(), 50_001, "{path:?}");
    }
}

#[test]
fn product_vorbis_keeps_length_and_place_and_comes_close() {
    let folder = tempfile::tempdir().unwrap();
    for rate_hz in [44_100, 48_000, 96_000] {
        for frames in [1, 1000, 64_007] {
            let path = folder.path().join("song.ogg");
            write(
                &path,
                &spec(Container::Vorbis { quality: 8 }, SampleFormat::Float32, rate_hz),
                &Tags::default(),
                frames,
            );
            let (info, decoded) = decode(&path);
            assert_eq!((info.format, info.depth), (Format::Vorbis, Depth::Lossy));
            assert_eq!(
                (info.rate_hz, decoded[0].len(), decoded[1].len()),
                (rate_hz, frames, frames)
            );
            if frames < 10_000 {
                continue;
            }
            for (channel, decoded) in decoded.iter().enumerate() {
                let sound = sound(channel, frames, rate_hz);
                let power =
                    |x: &mut dyn Iterator<Item = f32>| x.map(|x| f64::from(x * x)).sum::<f64>();
                let error = power(&mut sound.iter().zip(decoded).map(|(a, b)| a - b));
                let ratio = 10.0 * (power(&mut sound.iter().copied()) / error).log10();
                assert!(ratio > 25.0, "{rate_hz} Hz: {ratio} dB");
            }
        }
    }
}

#[test]
fn r5_loud_noise_makes_no_flac_larger_than_its_samples() {
    let folder = tempfile::tempdir().unwrap();
    for format in [SampleFormat::Int16, SampleFormat::Int24] {
        let max = (1_i64 << (format.bits() - 1)) - 1;
        let mut state = 1_u64;
        let mut noise = || -> Vec<i32> {
            let mut next = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                ((state >> 33) as i64 % (2 * max + 1) - max) as i32
            };
            (0..30_000).map(|_| next()).collect()
        };
        // Once different noise on both sides, once the same: side channels have a bit more.
        let (left, right) = (noise(), noise());
        for right in [&right, &left] {
            let path = folder.path().join("noise.flac");
            let spec = spec(Container::Flac, format, 48_000);
            let mut writer = AudioWriter::create(&path, &spec).unwrap();
            writer.write_codes(&[&left, right]).unwrap();
            let bytes = writer.finish().unwrap().bytes;
            let samples = 2 * 30_000 * format.bytes() as u64;
            assert!(bytes < samples + samples / 100, "{bytes} of {samples}");
            let step = 1.0 / (1_u32 << (format.bits() - 1)) as f32;
            let (_, decoded) = decode(&path);
            for (decoded, codes) in decoded.iter().zip([&left, right]) {
                assert!(decoded.iter().zip(codes).all(|(x, code)| *x == *code as f32 * step));
                assert_eq!(decoded.len(), codes.len());
            }
        }
    }
}

#[test]
fn product_what_a_container_cannot_hold_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.ogg");
    let vorbis = |quality| Container::Vorbis { quality };
    let cases = [
        spec(vorbis(11), SampleFormat::Float32, 48_000),
        spec(vorbis(6), SampleFormat::Int24, 48_000),
        spec(vorbis(6), SampleFormat::Float32, 384_000),
        WriteSpec { channels: 6, ..spec(vorbis(6), SampleFormat::Float32, 48_000) },
    ];
    for spec in cases {
        let error = AudioWriter::create(&path, &spec).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Unsupported(_)), "{error}");
    }
    assert!(!path.exists());
    let text = folder.path().join("cover.jpg");
    std::fs::write(&text, "a letter").unwrap();
    assert_eq!(Cover::open(&text).unwrap_err().kind(), ErrorKind::NotAPicture);
    std::fs::File::create(&text).unwrap().set_len(1 << 30).unwrap();
    assert_eq!(Cover::open(&text).unwrap_err().kind(), ErrorKind::LargePicture(1 << 30));
}
