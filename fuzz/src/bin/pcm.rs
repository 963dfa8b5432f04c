//! The readers of plain PCM: WAV, RF64, RIFX, Wave64, AIFF and CAF. Whatever the bytes are, they open or
//! give an error; what opens reads the same from start to end and from anywhere, every sample finite.

#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;
use twobus_media::{CHANNELS, Decoder, PcmReader, RATES_HZ};

/// The file that is written again for every input.
static FILE: LazyLock<(TempDir, PathBuf)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let path = folder.path().join("input");
    (folder, path)
});

/// Frames read from one place.
const PIECE: usize = 300;

fuzz_target!(|bytes: &[u8]| {
    std::fs::write(&FILE.1, bytes).expect("a temporary file can be written");
    let Ok(mut reader) = PcmReader::open(&FILE.1) else { return };
    let (frames, channels) = (reader.frames(), reader.channels());
    assert!(RATES_HZ.contains(&reader.info().rate_hz) && CHANNELS.contains(&channels));
    assert!(frames <= bytes.len() as u64, "more frames than bytes");
    let mut decoder = Decoder::open(&FILE.1).expect("it was opened before");
    let (mut block, mut position) = (Vec::new(), 0);
    while let Ok(count @ 1..) = decoder.next(&mut block) {
        let mut planar = vec![vec![0.0; count.min(PIECE)]; channels];
        let mut slices: Vec<&mut [f32]> = planar.iter_mut().map(Vec::as_mut_slice).collect();
        let read = reader.read(position, &mut slices).expect("it is still there");
        assert_eq!(read, count.min(PIECE));
        for (a, b) in planar.iter().zip(&block) {
            assert!(a.iter().all(|sample| sample.is_finite()));
            assert_eq!(a[..], b[..read]);
        }
        position += count as u64;
    }
    assert_eq!(position, frames);
});
