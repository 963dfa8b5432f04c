//! Rows 5, 6, 32, 42 and E13: what is written is complete, exact, and never in the way.

use std::path::{Path, PathBuf};

use twobus_media::{
    AudioWriter, Broadcast, Container, ErrorKind, Format, SampleFormat, WriteSpec, probe,
};

use crate::tools::{Random, decode};

fn spec(container: Container, format: SampleFormat, channels: usize) -> WriteSpec {
    WriteSpec { container, format, rate_hz: 48_000, channels, broadcast: None, overwrite: false }
}

/// Codes all over the range of `bits`, its ends among them.
fn codes(bits: u32, channels: usize, frames: usize) -> Vec<Vec<i32>> {
    let mut random = Random::new(9);
    let (low, range) = (-(1_i64 << (bits - 1)), 1_u64 << bits);
    let mut code = |n: usize| match n {
        0 => low as i32,
        1 => (-low - 1) as i32,
        _ => (low + (random.next() % range) as i64) as i32,
    };
    (0..channels).map(|_| (0..frames).map(&mut code).collect()).collect()
}

fn write(path: &Path, spec: &WriteSpec, planar: &[Vec<i32>], piece: usize) {
    let mut writer = AudioWriter::create(path, spec).unwrap();
    let frames = planar[0].len();
    for start in (0..frames).step_by(piece) {
        let end = frames.min(start + piece);
        let slices: Vec<&[i32]> = planar.iter().map(|channel| &channel[start..end]).collect();
        writer.write_codes(&slices).unwrap();
    }
    let written = writer.finish().unwrap();
    assert_eq!(written.frames, frames as u64);
    assert_eq!(written.bytes, std::fs::metadata(path).unwrap().len());
    assert_eq!(written.clamped, 0);
}

fn names(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn e13_integers_come_back_bit_exactly_from_wav_and_flac() {
    let folder = tempfile::tempdir().unwrap();
    for container in [Container::Wav, Container::Flac] {
        for format in [SampleFormat::Int16, SampleFormat::Int24] {
            for (channels, frames) in [(1, 9001), (2, 0), (2, 1), (2, 4096), (2, 10_007), (5, 999)]
            {
                // A FLAC without a single block is legal, but not opened by its decoder.
                if frames == 0 && container == Container::Flac {
                    continue;
                }
                let path = folder.path().join(format!("{container:?}{format:?}{channels}{frames}"));
                let planar = codes(format.bits(), channels, frames);
                write(&path, &spec(container, format, channels), &planar, 1000);
                let (back, warnings) = decode(&path).unwrap();
                assert_eq!(warnings, [], "{path:?}");
                let scale = f64::from(1_u32 << (format.bits() - 1));
                for (back, codes) in back.iter().zip(&planar) {
                    let back: Vec<i32> =
                        back.iter().map(|&x| (f64::from(x) * scale) as i32).collect();
                    assert_eq!(back, *codes, "{path:?}");
                }
            }
        }
    }
}

#[test]
fn e13_floats_come_back_bit_exactly() {
    let folder = tempfile::tempdir().unwrap();
    let mut random = Random::new(4);
    for channels in [1, 2, 6] {
        let path = folder.path().join(format!("{channels}.wav"));
        let planar: Vec<Vec<f32>> = (0..channels)
            .map(|_| (0..20_000).map(|_| random.next() as i32 as f32 / 1e9).collect())
            .collect();
        let spec = spec(Container::Wav, SampleFormat::Float32, channels);
        let mut writer = AudioWriter::create(&path, &spec).unwrap();
        writer.write_floats(&planar.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap();
        let _written = writer.finish().unwrap();
        assert_eq!(decode(&path).unwrap().0, planar);
        let mut other = hound::WavReader::open(&path).unwrap();
        assert_eq!(usize::from(other.spec().channels), channels);
        let samples: Vec<f32> = other.samples().map(Result::unwrap).collect();
        let same =
            samples.iter().enumerate().all(|(n, x)| planar[n % channels][n / channels] == *x);
        assert!(same && samples.len() == 20_000 * channels);
    }
}

#[test]
fn flac_of_every_rate_tells_its_rate_and_passes_its_checksum() {
    let folder = tempfile::tempdir().unwrap();
    for rate_hz in [8_000, 44_100, 47_999, 88_200, 96_000, 176_400, 192_000, 384_000] {
        let path = folder.path().join(format!("{rate_hz}.flac"));
        let planar = codes(24, 2, 9_999);
        let spec = WriteSpec { rate_hz, ..spec(Container::Flac, SampleFormat::Int24, 2) };
        write(&path, &spec, &planar, 4096);
        let info = probe(&path).unwrap();
        assert_eq!((info.rate_hz, info.frames), (rate_hz, Some(9_999)));
        assert_eq!(info.format, Format::Flac);
        let (back, warnings) = decode(&path).unwrap();
        assert_eq!((back[1].len(), warnings), (9_999, vec![]), "{rate_hz}");
    }
}

#[test]
fn flac_of_music_is_smaller_than_pcm() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tone.flac");
    let tone = |hz: f64| -> Vec<i32> {
        (0..48_000).map(|n| ((n as f64 * hz / 7639.4).sin() * 10_000.0) as i32).collect()
    };
    write(&path, &spec(Container::Flac, SampleFormat::Int16, 2), &[tone(440.0), tone(660.0)], 500);
    let bytes = std::fs::metadata(&path).unwrap().len();
    assert!(bytes < 48_000 * 4 / 2, "{bytes}");
}

#[test]
fn hound_reads_what_was_written_and_padding_is_even() {
    let folder = tempfile::tempdir().unwrap();
    for (format, channels) in [(SampleFormat::Int16, 1), (SampleFormat::Int24, 1)] {
        let path = folder.path().join(format!("{format:?}.wav"));
        let planar = codes(format.bits(), channels, 1001);
        write(&path, &spec(Container::Wav, format, channels), &planar, 77);
        let mut reader = hound::WavReader::open(&path).unwrap();
        let samples: Vec<i32> = reader.samples().map(Result::unwrap).collect();
        assert_eq!(samples, planar[0]);
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(bytes.len() % 2, 0);
        let riff = u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize;
        assert_eq!(riff + 8, bytes.len());
    }
}

#[test]
fn r32_codes_out_of_range_are_clamped_and_counted_never_wrapped() {
    let folder = tempfile::tempdir().unwrap();
    for container in [Container::Wav, Container::Flac] {
        for (format, max) in [(SampleFormat::Int16, 32_767), (SampleFormat::Int24, 8_388_607)] {
            let path = folder.path().join(format!("{container:?}{format:?}"));
            let mut writer = AudioWriter::create(&path, &spec(container, format, 1)).unwrap();
            writer.write_codes(&[&[max + 1, max, -max - 2, i32::MIN, i32::MAX, 0]]).unwrap();
            assert_eq!(writer.finish().unwrap().clamped, 4);
            let scale = (max + 1) as f32;
            let codes: Vec<i32> =
                decode(&path).unwrap().0[0].iter().map(|x| (x * scale) as i32).collect();
            assert_eq!(codes, [max, max, -max - 1, -max - 1, max, 0]);
        }
    }
}

#[test]
fn r5_a_writer_that_does_not_finish_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mix.wav");
    let mut writer =
        AudioWriter::create(&path, &spec(Container::Wav, SampleFormat::Int16, 1)).unwrap();
    writer.write_codes(&[&[1; 2_000_000]]).unwrap();
    // While it is written, only the temporary file is there, and named so.
    let during = names(folder.path());
    assert_eq!(during.len(), 1);
    let name = during[0].file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("mix.wav.") && name.ends_with(".part"), "{name}");
    drop(writer);
    assert_eq!(names(folder.path()), Vec::<PathBuf>::new());
}

#[test]
fn r5_an_existing_file_is_replaced_only_when_allowed_and_only_when_complete() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mix.wav");
    std::fs::write(&path, b"precious").unwrap();
    let careful = spec(Container::Wav, SampleFormat::Int16, 1);
    let error = AudioWriter::create(&path, &careful).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Exists);
    let bold = WriteSpec { overwrite: true, ..careful.clone() };
    let mut writer = AudioWriter::create(&path, &bold).unwrap();
    writer.write_codes(&[&[1, 2, 3]]).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"precious");
    let _written = writer.finish().unwrap();
    assert_eq!(probe(&path).unwrap().frames, Some(3));
    // A file that appeared in the meantime stays.
    let other = folder.path().join("other.wav");
    let writer = AudioWriter::create(&other, &careful).unwrap();
    std::fs::write(&other, b"sooner").unwrap();
    assert_eq!(writer.finish().unwrap_err().kind(), ErrorKind::Exists);
    assert_eq!(std::fs::read(&other).unwrap(), b"sooner");
    assert_eq!(names(folder.path()).len(), 2);
}

/// Runs the test below in a process that the system lets write files of 1 MiB only.
#[cfg(target_os = "linux")]
#[test]
fn r5_a_full_disk_is_an_error_and_the_old_file_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mix.wav");
    std::fs::write(&path, b"precious").unwrap();
    for container in ["wav", "flac"] {
        let status = std::process::Command::new("sh")
            .arg("-c")
            .arg("trap '' XFSZ; ulimit -f 2048; exec \"$0\" --ignored --exact \"$1\"")
            .arg(std::env::current_exe().unwrap())
            .arg("write::r5_child_writes_more_than_there_is_room_for")
            .env("TWOBUS_FULL_DISK", &path)
            .env("TWOBUS_CONTAINER", container)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&status.stdout);
        assert!(status.status.success() && text.contains("1 passed"), "{text}");
        assert_eq!(std::fs::read(&path).unwrap(), b"precious");
        assert_eq!(names(folder.path()), std::slice::from_ref(&path));
    }
}

#[test]
#[ignore = "run by the test above, with little room"]
fn r5_child_writes_more_than_there_is_room_for() {
    let path = PathBuf::from(std::env::var_os("TWOBUS_FULL_DISK").unwrap());
    let wav = std::env::var_os("TWOBUS_CONTAINER").unwrap() == "wav";
    let container = if wav { Container::Wav } else { Container::Flac };
    let spec = WriteSpec { overwrite: true, ..spec(container, SampleFormat::Int24, 2) };
    let mut writer = AudioWriter::create(&path, &spec).unwrap();
    let planar = codes(24, 2, 1 << 20);
    let error = writer.write_codes(&[&planar[0], &planar[1]]).and_then(|()| {
        let _written = writer.finish()?;
        Ok(())
    });
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DiskFull, "{error}");
    assert!(error.to_string().contains("Free some space"));
}

#[test]
fn errors_tell_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let spec = spec(Container::Wav, SampleFormat::Int16, 2);
    let missing = folder.path().join("nowhere").join("mix.wav");
    let error = AudioWriter::create(&missing, &spec).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoFolder);
    let text = error.to_string();
    assert!(text.contains("mix.wav") && text.contains("Create the folder"), "{text}");
    let error = AudioWriter::create(folder.path(), &WriteSpec { overwrite: true, ..spec.clone() });
    assert_eq!(error.unwrap_err().kind(), ErrorKind::NotAFile);
    let path = folder.path().join("mix.flac");
    let float = WriteSpec { container: Container::Flac, ..spec.clone() };
    let float = WriteSpec { format: SampleFormat::Float32, ..float };
    let many = WriteSpec { container: Container::Flac, channels: 9, ..spec.clone() };
    for spec in [float, many, WriteSpec { channels: 0, ..spec.clone() }] {
        assert!(AudioWriter::create(&path, &spec).is_err());
    }
    assert_eq!(names(folder.path()), Vec::<PathBuf>::new());
}

#[test]
fn a_broadcast_chunk_carries_the_place_in_time_and_the_same_bytes_every_day() {
    let folder = tempfile::tempdir().unwrap();
    let broadcast = Broadcast {
        description: "Print 3, naïve".to_owned() + &"x".repeat(400),
        originator: "Twobus".to_owned(),
        start_frame: 5 << 32,
        ..Broadcast::default()
    };
    let spec =
        WriteSpec { broadcast: Some(broadcast), ..spec(Container::Wav, SampleFormat::Int24, 2) };
    let planar = codes(24, 2, 500);
    let paths = ["a.wav", "b.wav"].map(|name| folder.path().join(name));
    paths.iter().for_each(|path| write(path, &spec, &planar, 100));
    assert_eq!(std::fs::read(&paths[0]).unwrap(), std::fs::read(&paths[1]).unwrap());
    assert_eq!(probe(&paths[0]).unwrap().start_frame, Some(5 << 32));
    let bytes = std::fs::read(&paths[0]).unwrap();
    let at = bytes.windows(4).position(|id| id == b"bext").unwrap();
    assert_eq!(bytes[at + 4..at + 8], 602_u32.to_le_bytes());
    assert!(bytes[at + 8..].starts_with(b"Print 3, na?vexxx"));
}

/// Writes 4.3 GB: only in the full run.
#[test]
fn r42_a_file_beyond_4_gib_becomes_rf64_by_itself() {
    if std::env::var_os("TWOBUS_FULL").is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.wav");
    let spec = spec(Container::Wav, SampleFormat::Float32, 2);
    let mut writer = AudioWriter::create(&path, &spec).unwrap();
    let block = vec![0.25_f32; 1 << 20];
    for _ in 0..513 {
        writer.write_floats(&[&block, &block]).unwrap();
    }
    writer.write_floats(&[&[1.0], &[-1.0]]).unwrap();
    let frames = writer.finish().unwrap().frames;
    let mut reader = twobus_media::PcmReader::open(&path).unwrap();
    assert_eq!((reader.frames(), reader.warning()), (frames, None));
    let (mut left, mut right) = ([0.0; 2], [0.0; 2]);
    assert_eq!(reader.read(frames - 2, &mut [&mut left, &mut right]).unwrap(), 2);
    assert_eq!((left, right), ([0.25, 1.0], [0.25, -1.0]));
}
