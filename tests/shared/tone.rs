//! A stem of one tone, for tests that need a file to play and no library to write it.

use std::path::Path;

/// Writes a quiet tone (−21 dBFS peak) of `seconds` at `rate_hz`: WAV, 16 bit, mono.
pub(crate) fn write_tone(path: &Path, rate_hz: u32, seconds: u32) {
    let samples: Vec<u8> = (0..seconds * rate_hz)
        .flat_map(|n| (((f64::from(n) * 0.06).sin() * 3000.0) as i16).to_le_bytes())
        .collect();
    let mut file = Vec::new();
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + samples.len() as u32).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend_from_slice(&rate_hz.to_le_bytes());
    file.extend_from_slice(&(2 * rate_hz).to_le_bytes());
    file.extend_from_slice(b"\x02\0\x10\0data");
    file.extend_from_slice(&(samples.len() as u32).to_le_bytes());
    file.extend_from_slice(&samples);
    std::fs::write(path, file).unwrap();
}
