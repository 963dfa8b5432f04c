//! The scan of an import: one pass, the same numbers whichever way the audio comes.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use twobus_media::{Channels, ErrorKind, PcmReader, Scan, ScanJob, Warning, probe};

use crate::tools::{data, decode, file, wav};

fn scan(path: &Path, rate_hz: Option<u32>, converted: &Path) -> Scan {
    let (bytes_done, cancel) = (AtomicU64::new(7), AtomicBool::new(false));
    let job = ScanJob { rate_hz, converted, bytes_done: &bytes_done, cancel: &cancel };
    let scan = twobus_media::scan(path, &job).unwrap();
    let bytes = std::fs::metadata(path).unwrap().len();
    assert_eq!(bytes_done.load(Ordering::Relaxed), 7 + bytes, "every byte is counted once");
    scan
}

fn pcm(codes: impl Iterator<Item = i16>) -> Vec<u8> {
    codes.flat_map(i16::to_le_bytes).collect()
}

#[test]
fn pcm_at_the_songs_rate_stays_where_it_is_and_is_measured() {
    let content = pcm((0..40_001_i32)
        .flat_map(|n| [((n % 200 - 100) * 50) as i16, if n == 777 { 16_384 } else { 0 }]));
    let (folder, path) = file("stem.wav", &wav(1, 2, 16, &content));
    let converted = folder.path().join("converted.wav");
    for rate_hz in [None, Some(48_000)] {
        let scan = scan(&path, rate_hz, &converted);
        assert!(!scan.converted && !converted.exists());
        assert_eq!((scan.rate_hz, scan.frames, scan.warnings), (48_000, 40_001, vec![]));
        assert_eq!((scan.silent, scan.dual_mono), (false, false));
        assert_eq!(scan.levels[0].peak, 5000.0 / 32_768.0);
        assert_eq!(scan.levels[1].peak, 0.5);
        let power: f64 = (0..40_001).map(|n| f64::from((n % 200 - 100) * 50).powi(2)).sum();
        let rms = (power / 40_001.0).sqrt() / 32_768.0;
        assert!((scan.levels[0].rms / rms - 1.0).abs() < 1e-6);
        assert_eq!(scan.peaks.over(1, 768..832).max, 0.5);
        assert_eq!(scan.peaks.over(1, 4096..40_001).max, 0.0);
        assert_eq!(scan.peaks.frames(), 40_001);
    }
}

/// The two channels at a frame.
type Signal = fn(i16) -> [i16; 2];

#[test]
fn silence_and_dual_mono_are_noticed() {
    let cases: [(Signal, bool, bool); 5] = [
        (|_| [0, 0], true, false),
        (|n| [n % 3 - 1, (n + 1) % 3 - 1], true, false),
        (|n| [n % 500, n % 500], false, true),
        (|n| [n % 500, n % 500 + n % 2], false, true),
        (|n| [n % 500, n % 500 + 2 * (n % 2)], false, false),
    ];
    for (n, (signal, silent, dual_mono)) in cases.into_iter().enumerate() {
        let (folder, path) = file("stem.wav", &wav(1, 2, 16, &pcm((0..9999).flat_map(signal))));
        let scan = scan(&path, None, &folder.path().join("none.wav"));
        assert_eq!((scan.silent, scan.dual_mono), (silent, dual_mono), "case {n}");
    }
}

#[test]
fn a_compressed_file_is_decoded_to_the_cache_sample_by_sample() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["long-24.flac", "long.mp3", "long-vorbis.ogg", "long-aac.m4a", "long-alac.caf"] {
        let converted = folder.path().join(name);
        let scan = scan(&data(name), None, &converted);
        assert!(scan.converted);
        let (expected, _) = decode(&data(name)).unwrap();
        assert_eq!(decode(&converted).unwrap().0, expected, "{name}");
        assert_eq!(scan.frames, expected[0].len() as u64);
        assert_eq!(probe(&converted).unwrap().rate_hz, 44_100);
        let peak = expected[0].iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
        assert_eq!(scan.levels[0].peak, f64::from(peak), "{name}");
        assert!(scan.peaks.over(0, 0..scan.frames).max >= peak * 0.999);
    }
}

#[test]
fn r28_another_rate_is_converted_once_and_keeps_time_and_pitch() {
    let content = pcm((0..44_100_i32).map(|n| {
        (20_000.0 * (f64::from(n) * std::f64::consts::TAU * 441.0 / 48_000.0).sin()) as i16
    }));
    let (folder, path) = file("stem.wav", &wav(1, 1, 16, &content));
    for rate_hz in [8_000, 44_100, 88_200, 384_000] {
        let converted = folder.path().join("converted.wav");
        let scan = scan(&path, Some(rate_hz), &converted);
        let exact = 44_100.0 * f64::from(rate_hz) / 48_000.0;
        assert_eq!(scan.frames, exact.round() as u64);
        assert!(scan.converted && scan.rate_hz == rate_hz && scan.info.rate_hz == 48_000);
        let (planar, _) = decode(&converted).unwrap();
        assert_eq!(planar[0].len() as u64, scan.frames);
        // 441 Hz: so many upward crossings in the time there is.
        let crossings = planar[0].windows(2).filter(|w| w[0] <= 0.0 && w[1] > 0.0).count();
        assert!(crossings.abs_diff((44_100.0 / 48_000.0 * 441.0) as usize) <= 1, "{crossings}");
    }
}

#[test]
fn r27_stems_of_all_formats_line_up_after_conversion() {
    let folder = tempfile::tempdir().unwrap();
    let expected = 5000.0 * 48_000.0 / 44_100.0;
    for name in ["long-16.flac", "long.mp3", "long-vorbis.ogg", "long-aac.m4a", "long-16.m4a"] {
        let converted = folder.path().join(name);
        let scan = scan(&data(name), Some(48_000), &converted);
        assert_eq!(scan.frames, 24_000);
        let (planar, _) = decode(&converted).unwrap();
        let samples = &planar[0];
        let at = (0..samples.len()).max_by(|&a, &b| samples[a].abs().total_cmp(&samples[b].abs()));
        assert!((at.unwrap() as f64 - expected).abs() <= 1.0, "{name}: {at:?}");
    }
}

#[test]
fn the_hash_depends_on_the_content_and_on_nothing_else() {
    let bytes = wav(1, 1, 16, &pcm(0..3000));
    let (folder, path) = file("a.wav", &bytes);
    let copy = folder.path().join("b.bin");
    std::fs::write(&copy, &bytes).unwrap();
    let none = folder.path().join("none.wav");
    let hash = scan(&path, None, &none).hash;
    assert_eq!(scan(&copy, None, &none).hash, hash);
    assert_eq!(scan(&copy, Some(44_100), &none).hash, hash);
    let mut other = bytes;
    *other.last_mut().unwrap() ^= 1;
    std::fs::write(&copy, &other).unwrap();
    assert_ne!(scan(&copy, None, &none).hash, hash);
}

#[test]
fn a_cancelled_scan_ends_and_leaves_nothing() {
    let (folder, path) = file("stem.wav", &wav(1, 1, 16, &pcm((0..30_000).cycle().take(200_000))));
    let (bytes_done, cancel) = (AtomicU64::new(0), AtomicBool::new(true));
    let converted = folder.path().join("converted.wav");
    for rate_hz in [48_000, 44_100] {
        bytes_done.store(0, Ordering::Relaxed);
        let job = ScanJob {
            rate_hz: Some(rate_hz),
            converted: &converted,
            bytes_done: &bytes_done,
            cancel: &cancel,
        };
        let error = twobus_media::scan(&path, &job).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cancelled);
        assert!(bytes_done.load(Ordering::Relaxed) <= 1 << 16);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

#[test]
fn r29_r31_many_channels_and_odd_samples_are_reported() {
    let mut values = vec![0.25_f32; 6 * 1000];
    values[60] = f32::NAN;
    let content: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
    let (folder, path) = file("six.wav", &wav(3, 6, 32, &content));
    let converted = folder.path().join("converted.wav");
    let scan = scan(&path, Some(96_000), &converted);
    assert_eq!((scan.info.channels, scan.levels.len()), (6, 6));
    assert_eq!(scan.warnings, [Warning::NonFinite { count: 1 }]);
    let reader = PcmReader::open_channels(&converted, Channels::Mono(5)).unwrap();
    assert_eq!(reader.frames(), 2000);
}

#[test]
fn r24_a_conversion_that_would_take_the_memory_is_refused() {
    let content = vec![0; 64 * 2 * 100];
    let mut bytes = wav(1, 64, 16, &content);
    bytes[24..28].copy_from_slice(&767_999_u32.to_le_bytes());
    let (folder, path) = file("odd.wav", &bytes);
    let (bytes_done, cancel) = (AtomicU64::new(0), AtomicBool::new(false));
    let converted = folder.path().join("converted.wav");
    let job = ScanJob {
        rate_hz: Some(192_000),
        converted: &converted,
        bytes_done: &bytes_done,
        cancel: &cancel,
    };
    let error = twobus_media::scan(&path, &job).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conversion(64));
    assert!(error.to_string().contains("Export it at a usual rate"), "{error}");
    assert!(!converted.exists());
    // Two channels of it, and many at a usual rate, are converted.
    bytes[24..28].copy_from_slice(&768_000_u32.to_le_bytes());
    std::fs::write(&path, &bytes).unwrap();
    assert_eq!(twobus_media::scan(&path, &job).unwrap().frames, 25);
}
