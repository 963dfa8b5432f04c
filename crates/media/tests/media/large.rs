//! Rows 24, 41, 42 and 43: many files, long files, files that promise much, high rates.

use std::io::{Seek, SeekFrom, Write};

use twobus_media::{Converter, PcmReader, Warning, probe};

use crate::tools::{file, riff, wav};

#[test]
fn r42_frames_beyond_32_bits_are_read_and_counted() {
    // Five thousand million frames of one byte, of which the disk holds a few.
    let frames = 5_000_000_000_u64;
    let header = {
        let mut sizes = Vec::new();
        for size in [frames + 72, frames, frames] {
            sizes.extend_from_slice(&u64::to_le_bytes(size));
        }
        sizes.extend_from_slice(&[0; 4]);
        let whole =
            riff(&[crate::tools::chunk(b"ds64", &sizes), crate::tools::fmt(1, 1, 96_000, 8)]);
        [b"RF64", &whole[4..], b"data\xff\xff\xff\xff"].concat()
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.wav");
    let mut out = std::fs::File::create(&path).unwrap();
    out.write_all(&header).unwrap();
    out.set_len(header.len() as u64 + frames).unwrap();
    for edge in [1_u64 << 31, 1 << 32, frames - 1] {
        let position = header.len() as u64 + edge - 1;
        let _position = out.seek(SeekFrom::Start(position)).unwrap();
        out.write_all(&[192, 64, 160][..if edge == frames - 1 { 2 } else { 3 }]).unwrap();
    }
    assert_eq!(probe(&path).unwrap().frames, Some(frames));
    let mut reader = PcmReader::open(&path).unwrap();
    for edge in [1_u64 << 31, 1 << 32] {
        let mut samples = [9.0; 5];
        assert_eq!(reader.read(edge - 2, &mut [&mut samples]).unwrap(), 5);
        assert_eq!(samples, [-1.0, 0.5, -0.5, 0.25, -1.0], "{edge}");
    }
    let mut samples = [9.0; 3];
    assert_eq!(reader.read(frames - 2, &mut [&mut samples]).unwrap(), 2);
    assert_eq!(samples, [0.5, -0.5, 9.0]);
}

#[test]
fn r42_a_recorder_that_went_on_beyond_4_gib_is_read_to_its_end() {
    let mut bytes = wav(1, 1, 16, &[0; 100]);
    bytes[40..44].copy_from_slice(&1_000_u32.to_le_bytes());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.wav");
    std::fs::write(&path, &bytes).unwrap();
    let length = 44 + (1 << 32) + 1_000;
    std::fs::File::options().write(true).open(&path).unwrap().set_len(length).unwrap();
    let reader = PcmReader::open(&path).unwrap();
    assert_eq!(reader.frames(), (1 << 31) + 500);
    assert_eq!(reader.warning(), Some(Warning::Unfinished { found: (1 << 31) + 500 }));
}

#[test]
fn r28_r43_an_hour_of_44_1_khz_does_not_drift_in_48_khz() {
    // One impulse a minute, each at a time that is a whole frame at both rates.
    const MINUTES: usize = 60;
    let mut minute = vec![0.0_f32; 44_100 * 60];
    minute[441] = 1.0;
    let mut converter = Converter::new(44_100, 48_000, 1);
    let (mut out, mut before, mut found) = (vec![Vec::new()], 0_u64, Vec::new());
    let mut look = |out: &mut Vec<f32>, before: &mut u64| {
        found.extend(out.iter().zip(*before..).filter(|(x, _)| **x > 0.9).map(|(_, at)| at));
        *before += out.len() as u64;
        out.clear();
    };
    for _ in 0..MINUTES {
        converter.push(&[&minute], &mut out);
        look(&mut out[0], &mut before);
    }
    converter.finish(&mut out);
    look(&mut out[0], &mut before);
    let expected: Vec<u64> = (0..MINUTES as u64).map(|n| n * 48_000 * 60 + 480).collect();
    assert_eq!(found, expected);
    assert_eq!(before, 48_000 * 3_600);
}

#[cfg(target_os = "linux")]
#[test]
fn r41_six_thousand_files_are_read_in_turn_with_few_of_them_open() {
    let (folder, path) = file("0.wav", &wav(1, 1, 16, &[7; 4_000]));
    let mut readers = vec![PcmReader::open(&path).unwrap()];
    for n in 1..6_000 {
        let link = folder.path().join(format!("{n}.wav"));
        std::fs::hard_link(&path, &link).unwrap();
        readers.push(PcmReader::open(&link).unwrap());
    }
    let open = || std::fs::read_dir("/proc/self/fd").unwrap().count();
    let allowed = rlimit::Resource::NOFILE.get_soft().unwrap() as usize;
    for start in [0, 1_000] {
        for reader in &mut readers {
            let mut samples = [0.0; 500];
            assert_eq!(reader.read(start, &mut [&mut samples]).unwrap(), 500);
        }
        assert!(open() <= allowed.min(4096) / 2 + 100, "{} of {allowed}", open());
    }
    // One that is not the same any more is not read on.
    std::fs::remove_file(folder.path().join("0.wav")).unwrap();
    std::fs::write(folder.path().join("0.wav"), wav(1, 1, 16, &[8; 4_000])).unwrap();
    let error = readers[0].read(0, &mut [&mut [0.0; 10]]).unwrap_err();
    assert_eq!(error.kind(), twobus_media::ErrorKind::Changed);
    assert!(error.to_string().contains("was changed while it was in use"));
}
