//! How fast files are read, scanned and written. Run with
//! `cargo test --release -p twobus-media --test media speed -- --ignored --nocapture --test-threads 1`.

use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Instant;

use twobus_media::{AudioWriter, Container, PcmReader, SampleFormat, ScanJob, WriteSpec, scan};

use crate::tools::{Random, file, wav};

const FRAMES: usize = 180 * 48_000;

/// Nanoseconds per frame of the fastest of five runs.
fn ns_per_frame(mut work: impl FnMut()) -> f64 {
    let fastest = (0..5).map(|_| {
        let begun = Instant::now();
        work();
        begun.elapsed().as_secs_f64()
    });
    fastest.fold(f64::INFINITY, f64::min) * 1e9 / FRAMES as f64
}

#[test]
#[ignore = "measures; takes seconds"]
fn speed_of_scanning_reading_and_writing() {
    let mut random = Random::new(1);
    for (tag, bits) in [(1, 16), (1, 24), (3, 32)] {
        let size = usize::from(bits) / 8;
        let mut sample = || match tag {
            1 => random.next().to_le_bytes(),
            _ => u64::from((random.next() as i32 as f32 / 3e9).to_bits()).to_le_bytes(),
        };
        let bytes: Vec<u8> =
            (0..FRAMES * 2).flat_map(|_| sample().into_iter().take(size)).collect();
        let (folder, path) = file("stem.wav", &wav(tag, 2, bits, &bytes));
        let (bytes_done, cancel) = (AtomicU64::new(0), AtomicBool::new(false));
        let job = ScanJob {
            rate_hz: None,
            converted: &folder.path().join("none.wav"),
            bytes_done: &bytes_done,
            cancel: &cancel,
        };
        let scan_ns = ns_per_frame(|| drop(scan(&path, &job).unwrap()));
        let mut reader = PcmReader::open(&path).unwrap();
        let (mut left, mut right) = (vec![0.0; 8192], vec![0.0; 8192]);
        let read_ns = ns_per_frame(|| {
            let mut at = 0;
            while at < FRAMES as u64 {
                at += reader.read(at, &mut [&mut left, &mut right]).unwrap() as u64;
            }
        });
        let plain_ns = ns_per_frame(|| {
            let all = std::fs::read(&path).unwrap();
            let sum = sum_of(&all[44..], size);
            std::fs::write(folder.path().join("sum"), sum.to_le_bytes()).unwrap();
        });
        println!(
            "{bits} bits: scan {scan_ns:.2}, read {read_ns:.2}, plain loop {plain_ns:.2} ns per \
             stereo frame"
        );
    }
    speed_of_writing();
}

/// What a plain program would do with all samples.
fn sum_of(bytes: &[u8], size: usize) -> f64 {
    let wide = |x: f32| f64::from(x);
    match size {
        2 => bytes.as_chunks().0.iter().map(|&b| wide(i16::from_le_bytes(b).into())).sum(),
        3 => {
            let code = |&[a, b, c]: &[u8; 3]| i32::from_le_bytes([0, a, b, c]) as f32;
            bytes.as_chunks().0.iter().map(|b| wide(code(b))).sum()
        }
        _ => bytes.as_chunks().0.iter().map(|&b| wide(f32::from_le_bytes(b))).sum(),
    }
}

fn speed_of_writing() {
    let mut random = Random::new(2);
    let folder = tempfile::tempdir().unwrap();
    let block: Vec<i32> = (0..8192).map(|_| (random.next() as i32) >> 8).collect();
    for container in [Container::Wav, Container::Flac] {
        let spec = WriteSpec {
            container,
            format: SampleFormat::Int24,
            rate_hz: 48_000,
            channels: 2,
            broadcast: None,
            overwrite: true,
        };
        let path = folder.path().join("out");
        let write_ns = ns_per_frame(|| {
            let mut writer = AudioWriter::create(&path, &spec).unwrap();
            for _ in 0..FRAMES / 8192 {
                writer.write_codes(&[&block, &block]).unwrap();
            }
            let _written = writer.finish().unwrap();
        });
        println!(
            "{container:?} 24 bits: {write_ns:.2} ns per stereo frame, {:.0} MB/s",
            6e3 / write_ns
        );
    }
}
