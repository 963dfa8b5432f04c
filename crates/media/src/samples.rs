//! Bytes to samples: the loops everything that is read passes through.

use crate::info::Depth;

/// How one sample of PCM is stored; multi-byte ones are little-endian.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    U8,
    I16,
    I24,
    I32,
    F32,
    F64,
}

impl Encoding {
    /// Bytes of one sample.
    pub(crate) fn bytes(self) -> usize {
        match self {
            Self::U8 => 1,
            Self::I16 => 2,
            Self::I24 => 3,
            Self::I32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }

    pub(crate) fn depth(self) -> Depth {
        let bits = 8 * self.bytes() as u32;
        match self {
            Self::U8 | Self::I16 | Self::I24 | Self::I32 => Depth::Int(bits),
            Self::F32 | Self::F64 => Depth::Float(bits),
        }
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
        const STEP_8: f32 = 1.0 / (1 << 7) as f32;
        const STEP_16: f32 = 1.0 / (1 << 15) as f32;
        const STEP_32: f32 = 1.0 / (1_u32 << 31) as f32;
        let layout = (channels, channel);
        match self {
            Self::U8 => {
                each(bytes, layout, out, |[b]: [u8; 1]| f32::from(i16::from(b) - 128) * STEP_8)
            }
            Self::I16 => each(bytes, layout, out, |b| f32::from(i16::from_le_bytes(b)) * STEP_16),
            // The three bytes stand at the top of 32 bits; 24 significant bits fit an f32 exactly.
            Self::I24 => each(bytes, layout, out, |[a, b, c]: [u8; 3]| {
                i32::from_le_bytes([0, a, b, c]) as f32 * STEP_32
            }),
            Self::I32 => each(bytes, layout, out, |b| i32::from_le_bytes(b) as f32 * STEP_32),
            Self::F32 => each(bytes, layout, out, f32::from_le_bytes),
            Self::F64 => each(bytes, layout, out, |b| f64::from_le_bytes(b) as f32),
        }
        match self {
            Self::U8 | Self::I16 | Self::I24 | Self::I32 => 0,
            Self::F32 | Self::F64 => silence_non_finite(out),
        }
    }
}

/// Replaces samples that are not finite by 0 and returns how many there were.
pub(crate) fn silence_non_finite(samples: &mut [f32]) -> u64 {
    let mut count = 0_u64;
    for block in samples.chunks_mut(1024) {
        // A sum of differences x − x is 0 unless one is not finite: cheap, and nearly always so.
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
