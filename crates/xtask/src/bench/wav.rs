//! The one kind of file that `bench` makes: WAV, 48 kHz, stereo, 24-bit, plain 44-byte header (RIFF
//! "Multimedia Programming Interface and Data Specifications 1.0", IBM and Microsoft, 1991).

use crate::error::{Error, Result};

/// Frames a second.
pub(crate) const RATE_HZ: u32 = 48_000;
/// Bytes of a sample of one channel.
pub(crate) const SAMPLE_BYTES: usize = 3;
/// Bytes of a sample of both channels.
pub(crate) const FRAME_BYTES: usize = 2 * SAMPLE_BYTES;
/// Bytes before the first frame.
pub(crate) const HEADER_BYTES: usize = 44;
/// Full scale, as an integer sample.
pub(crate) const FULL_SCALE: f32 = (1 << 23) as f32;

/// The header of a file with `frames`.
///
/// # Errors
/// When the file would be longer than a WAV file can be, 4 GiB.
pub(crate) fn header(frames: usize) -> Result<[u8; HEADER_BYTES]> {
    let data = frames.checked_mul(FRAME_BYTES).and_then(|bytes| u32::try_from(bytes).ok());
    let riff = data.and_then(|bytes| bytes.checked_add(HEADER_BYTES as u32 - 8));
    let (Some(data), Some(riff)) = (data, riff) else {
        return Err(Error::Unfit(format!("{frames} frames do not fit in a WAV file")));
    };
    let mut header = [0; HEADER_BYTES];
    let fields: [&[u8]; 13] = [
        b"RIFF",
        &riff.to_le_bytes(),
        b"WAVE",
        b"fmt ",
        &16_u32.to_le_bytes(), // Bytes of this chunk.
        &1_u16.to_le_bytes(),  // PCM.
        &2_u16.to_le_bytes(),  // Channels.
        &RATE_HZ.to_le_bytes(),
        &(RATE_HZ * FRAME_BYTES as u32).to_le_bytes(),
        &(FRAME_BYTES as u16).to_le_bytes(),
        &(8 * SAMPLE_BYTES as u16).to_le_bytes(),
        b"data",
        &data.to_le_bytes(),
    ];
    let bytes = fields.into_iter().flatten();
    header.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    Ok(header)
}

/// The sample, full scale at ±1, that three bytes are.
#[inline]
pub(crate) fn sample([low, middle, high]: [u8; SAMPLE_BYTES]) -> f32 {
    let aligned = i32::from_le_bytes([0, low, middle, high]);
    (aligned >> 8) as f32 * (1.0 / FULL_SCALE)
}

/// The three bytes of a sample, rounded, held within full scale.
#[inline]
pub(crate) fn bytes(sample: f32) -> [u8; SAMPLE_BYTES] {
    let value = (sample * FULL_SCALE).round_ties_even().clamp(-FULL_SCALE, FULL_SCALE - 1.0);
    let [low, middle, high, _] = (value as i32).to_le_bytes();
    [low, middle, high]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_survive_their_bytes() {
        for value in [-8_388_608, -1, 0, 1, 4_711, 8_388_607] {
            let level = value as f32 / FULL_SCALE;
            assert_eq!(sample(bytes(level)), level);
        }
        assert_eq!(sample(bytes(2.0)), (FULL_SCALE - 1.0) / FULL_SCALE);
        assert_eq!(sample(bytes(-2.0)), -1.0);
    }

    #[test]
    fn the_header_tells_the_sizes() {
        let header = header(100).unwrap();
        assert_eq!(header[4..8], (36 + 600_u32).to_le_bytes());
        assert_eq!(header[40..], 600_u32.to_le_bytes());
        assert_eq!(&header[36..40], b"data");
        assert!(super::header(1 << 30).is_err());
    }
}
