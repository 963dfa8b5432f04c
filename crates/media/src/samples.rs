//! Bytes to samples: the loops everything that is read passes through.

use crate::chunks::Order::{self, Big, Little};
use crate::info::Depth;

/// How one sample of PCM is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    U8,
    I8,
    I16(Order),
    I24(Order),
    I32(Order),
    F32(Order),
    F64(Order),
}

impl Encoding {
    /// Bytes of one sample.
    pub(crate) fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::I16(_) => 2,
            Self::I24(_) => 3,
            Self::I32(_) | Self::F32(_) => 4,
            Self::F64(_) => 8,
        }
    }

    pub(crate) fn depth(self) -> Depth {
        let bits = 8 * self.bytes() as u32;
        if self.is_float() { Depth::Float(bits) } else { Depth::Int(bits) }
    }

    fn is_float(self) -> bool {
        matches!(self, Self::F32(_) | Self::F64(_))
    }

    /// Converts channel `channel` of the frames in `bytes` to `out`, full scale being 1, and
    /// returns how many samples were not finite and became 0. Integers up to 24 bits and 32-bit
    /// floats are exact; 32-bit integers and 64-bit floats are rounded to the nearest `f32`.
    ///
    /// As many frames are converted as both slices hold.
    pub(crate) fn to_f32(
        self,
        bytes: &[u8],
        channels: usize,
        channel: usize,
        out: &mut [f32],
    ) -> u64 {
        let layout = (channels, channel);
        match self {
            Self::U8 => each(bytes, layout, out, |[b]| f32::from(i16::from(b) - 128) * STEP_8),
            Self::I8 => each(bytes, layout, out, |b| f32::from(i8::from_le_bytes(b)) * STEP_8),
            Self::I16(Little) => each(bytes, layout, out, |b| int_16(i16::from_le_bytes(b))),
            Self::I16(Big) => each(bytes, layout, out, |b| int_16(i16::from_be_bytes(b))),
            // The three bytes stand at the top of 32 bits; 24 significant bits fit an f32 exactly.
            Self::I24(Little) => each(bytes, layout, out, |[a, b, c]| int_32([0, a, b, c])),
            Self::I24(Big) => each(bytes, layout, out, |[a, b, c]| int_32([0, c, b, a])),
            Self::I32(Little) => each(bytes, layout, out, int_32),
            Self::I32(Big) => each(bytes, layout, out, |[a, b, c, d]| int_32([d, c, b, a])),
            Self::F32(Little) => each(bytes, layout, out, f32::from_le_bytes),
            Self::F32(Big) => each(bytes, layout, out, f32::from_be_bytes),
            Self::F64(Little) => each(bytes, layout, out, |b| f64::from_le_bytes(b) as f32),
            Self::F64(Big) => each(bytes, layout, out, |b| f64::from_be_bytes(b) as f32),
        }
        if self.is_float() { silence_non_finite(out) } else { 0 }
    }
}

const STEP_8: f32 = 1.0 / (1 << 7) as f32;
const STEP_16: f32 = 1.0 / (1 << 15) as f32;
const STEP_32: f32 = 1.0 / (1_u32 << 31) as f32;

fn int_16(code: i16) -> f32 {
    f32::from(code) * STEP_16
}

fn int_32(little_endian: [u8; 4]) -> f32 {
    i32::from_le_bytes(little_endian) as f32 * STEP_32
}

/// Replaces samples that are not finite by 0 and returns how many there were.
pub(crate) fn silence_non_finite(samples: &mut [f32]) -> u64 {
    let mut count = 0_u64;
    for block in samples.chunks_mut(1024) {
        // Nearly always so, and found out faster than sample by sample.
        if block.iter().all(|x| x.is_finite()) {
            continue;
        }
        for x in block.iter_mut().filter(|x| !x.is_finite()) {
            *x = 0.0;
            count += 1;
        }
    }
    count
}

/// Applies `convert` to one channel; the common layouts are unrolled by the compiler.
fn each<const BYTES: usize>(
    bytes: &[u8],
    (channels, channel): (usize, usize),
    out: &mut [f32],
    convert: impl Fn([u8; BYTES]) -> f32,
) {
    let samples = bytes.as_chunks::<BYTES>().0;
    match (channels, channel) {
        (1, 0) => out.iter_mut().zip(samples).for_each(|(out, &x)| *out = convert(x)),
        (2, 0) => {
            out.iter_mut().zip(samples.as_chunks().0).for_each(|(out, &[x, _])| *out = convert(x));
        }
        (2, 1) => {
            out.iter_mut().zip(samples.as_chunks().0).for_each(|(out, &[_, x])| *out = convert(x));
        }
        _ => {
            let frames = samples.chunks_exact(channels);
            out.iter_mut().zip(frames).for_each(|(out, frame)| *out = convert(frame[channel]));
        }
    }
}
