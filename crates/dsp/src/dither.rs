//! Rounding to whole steps of a fixed-point format, with TPDF dither, white or shaped. Latency: none.
//!
//! Dither is noise with a triangular density of ±1 step, added before rounding and not subtracted
//! after: the mean and the power of the error then do not depend on the signal (S. Lipshitz,
//! R. Wannamaker, J. Vanderkooy, "Quantization and Dither: A Theoretical Survey", JAES 40(5),
//! 1992, §5). It is a function of seed, channel and absolute frame, so a range rendered alone holds
//! the bytes it has in the whole, and it repeats after 2⁶⁴ frames.
//!
//! [Shaped](Dither::Shaped) dither filters the error, so that it lies where it is heard least: see
//! [`shape`]. Its error depends on those before it, so that files are written from their begin on.

pub mod shape;
#[cfg(test)]
mod tests;

use crate::units::Db;
use shape::{Shape, Shaper};

/// Bits per sample a [`Quantizer`] can write.
pub const BITS: std::ops::RangeInclusive<u32> = 8..=24;

/// How samples of a file are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Fixed point with this many bits.
    Fixed(u32),
    /// Floating point.
    Float,
}

/// The noise added before rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dither {
    /// None: plain rounding, whose error follows the signal.
    Off,
    /// White triangular noise of ±1 step, independent per channel.
    Tpdf {
        /// Chooses the noise; equal seeds give equal noise.
        seed: u64,
    },
    /// The same, its error shaped to the threshold of hearing at this rate.
    Shaped {
        /// Chooses the noise; equal seeds give equal noise.
        seed: u64,
        /// Rate of the file, in Hz.
        rate_hz: u32,
    },
}

/// Power of an error without dither and with it, in squares of a step.
const ROUNDING_POWER: f64 = 1.0 / 12.0;
const TPDF_POWER: f64 = 3.0 * ROUNDING_POWER;

/// Largest error without dither and with it, in steps.
const ROUNDING_PEAK: f64 = 0.5;
const TPDF_PEAK: f64 = 1.5;

impl Dither {
    /// What it is called where it is shown to people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "none",
            Self::Tpdf { .. } => "TPDF",
            Self::Shaped { .. } => "shaped",
        }
    }

    /// RMS of the error in a file of this many bits, in dBFS: that of all frequencies together, which for
    /// shaped dither says little about what is heard.
    pub fn rms_dbfs(self, bits: u32) -> f64 {
        let power = match self {
            Self::Off => ROUNDING_POWER,
            Self::Tpdf { .. } => TPDF_POWER,
            Self::Shaped { rate_hz, .. } => TPDF_POWER * Shape::new(rate_hz).power(),
        };
        Db::from_power(power).0 - Db::from_gain(2.0_f64.powi(bits as i32 - 1)).0
    }

    /// Most that the error may add to a sample, in steps.
    pub fn peak_steps(self) -> f64 {
        match self {
            Self::Off => ROUNDING_PEAK,
            Self::Tpdf { .. } => TPDF_PEAK,
            Self::Shaped { rate_hz, .. } => TPDF_PEAK * Shape::new(rate_hz).magnitude_sum(),
        }
    }

    /// What to write a file of depth `target` with: this dither where resolution is lost, and
    /// [`Dither::Off`] for floating point and for a copy that needs no rounding.
    ///
    /// `source` is the depth of what is written, `processed` whether anything has changed it since.
    pub fn for_target(self, target: Depth, source: Depth, processed: bool) -> Self {
        match (target, source) {
            (Depth::Float, _) => Self::Off,
            (Depth::Fixed(to), Depth::Fixed(from)) if to >= from && !processed => Self::Off,
            (Depth::Fixed(_), Depth::Fixed(_) | Depth::Float) => self,
        }
    }
}

/// Turns samples into whole codes of a fixed-point format.
///
/// A sample of 1 is `2^(bits − 1)` steps; codes end at `−2^(bits − 1)` and `2^(bits − 1) − 1`, and
/// what lies beyond is clamped and counted.
#[derive(Debug, Clone)]
pub struct Quantizer {
    bits: u32,
    dither: Dither,
    clamped: u64,
    /// By channel, where the error is shaped.
    shapers: Vec<Shaper>,
}

impl Quantizer {
    /// A quantizer to `bits` of [`BITS`]; others are taken as the nearest of them.
    pub fn new(bits: u32, dither: Dither) -> Self {
        let bits = bits.clamp(*BITS.start(), *BITS.end());
        Self { bits, dither, clamped: 0, shapers: Vec::new() }
    }

    /// Samples clamped so far.
    pub fn clamped(&self) -> u64 {
        self.clamped
    }

    /// Writes the codes of `samples` of `channel`, of which the first is at `frame` from the begin
    /// of the whole; what is not a number becomes 0. Both slices have the same length.
    ///
    /// Shaped dither takes the frames of a channel in order; where one is left out, its error begins anew.
    ///
    /// Audio thread: no allocation, no lock, no system call, unless the dither is shaped.
    pub fn quantize<S>(&mut self, channel: usize, frame: u64, samples: &[S], codes: &mut [i32])
    where
        S: Copy + Into<f64>,
    {
        match self.dither {
            Dither::Off => self.round(samples, codes, |_| 0),
            Dither::Tpdf { seed } => {
                let noise = Noise::new(seed, channel, frame);
                self.round(samples, codes, |index| noise.at(index));
            }
            Dither::Shaped { seed, rate_hz } => {
                while self.shapers.len() <= channel {
                    self.shapers.push(Shaper::new(&Shape::new(rate_hz)));
                }
                let noise = Noise::new(seed, channel, frame);
                let full_scale = 1_i32 << (self.bits - 1);
                let shaper = &mut self.shapers[channel];
                shaper.begin_at(frame);
                for (index, (sample, code)) in samples.iter().zip(codes).enumerate() {
                    let steps = (*sample).into() * f64::from(full_scale);
                    let dither = noise.at(index) as f64 / (1_i64 << FRACTION_BITS) as f64;
                    let nearest = shaper.round(steps, dither);
                    let inside = nearest.clamp(-f64::from(full_scale), f64::from(full_scale - 1));
                    self.clamped += u64::from(inside != nearest);
                    *code = inside as i32;
                }
            }
        }
    }

    /// Rounds the sum of sample and `noise`, both in fixed point with [`FRACTION_BITS`].
    fn round<S>(&mut self, samples: &[S], codes: &mut [i32], noise: impl Fn(usize) -> i64)
    where
        S: Copy + Into<f64>,
    {
        let full_scale = 1_i64 << (self.bits - 1);
        let scale = (full_scale << FRACTION_BITS) as f64;
        let mut clamped = 0;
        for (index, (sample, code)) in samples.iter().zip(codes).enumerate() {
            // The conversion saturates, and makes 0 of what is not a number.
            let steps = ((*sample).into() * scale) as i64;
            let nearest = steps.saturating_add(noise(index) + HALF) >> FRACTION_BITS;
            let inside = nearest.clamp(-full_scale, full_scale - 1);
            clamped += u64::from(inside != nearest);
            *code = inside as i32;
        }
        self.clamped += clamped;
    }
}

/// Bits behind the point while rounding: finer than the noise of any input.
const FRACTION_BITS: u32 = 32;
/// Half a step, with [`FRACTION_BITS`].
const HALF: i64 = 1 << (FRACTION_BITS - 1);

/// Increment of a counter whose hash is the noise: 2⁶⁴ divided by the golden ratio, odd.
const WEYL: u64 = 0x9E37_79B9_7F4A_7C15;

/// The noise of a channel from a frame on.
#[derive(Clone, Copy)]
struct Noise(u64);

impl Noise {
    fn new(seed: u64, channel: usize, frame: u64) -> Self {
        Self(stream(seed, channel).wrapping_add(frame.wrapping_mul(WEYL)))
    }

    /// That of the frame `index` frames later, with [`FRACTION_BITS`].
    fn at(self, index: usize) -> i64 {
        triangular(mix(self.0.wrapping_add((index as u64).wrapping_mul(WEYL))))
    }
}

/// Where the counter of a channel begins.
fn stream(seed: u64, channel: usize) -> u64 {
    mix(mix(seed).wrapping_add(channel as u64))
}

/// Hash of a counter, every output bit depending on every input bit; a bijection.
///
/// The output function of SplitMix64: G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom
/// Number Generators", OOPSLA 2014, with the constants of D. Stafford's variant 13.
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The sum of both halves of `random`: a triangular density from −1 to 1 step with a mean of 0, with
/// [`FRACTION_BITS`].
fn triangular(random: u64) -> i64 {
    let sum = (random >> 32) + (random & 0xFFFF_FFFF);
    sum as i64 + 1 - (1 << FRACTION_BITS)
}
