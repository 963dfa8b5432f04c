//! What is shared by all that compute in blocks.

use crate::wide::{self, Work};

/// Frames that a device computes at a time, at most; its slower values stand on a grid of as many.
pub const BLOCK: usize = 64;

/// The places in a cell of the grid, as numbers to multiply with: a conversion for each frame costs more.
pub(crate) static PLACES: [f64; BLOCK] = {
    let mut places = [0.0; BLOCK];
    let mut place = 0;
    while place < BLOCK {
        places[place] = place as f64;
        place += 1;
    }
    places
};

/// True when all samples of both channels are finite numbers.
///
/// Audio thread: no allocation, no lock, no system call.
pub fn are_finite(left: &[f32], right: &[f32]) -> bool {
    /// The largest magnitude, as bits, which order as the magnitudes do.
    struct Largest<'a>([&'a [f32]; 2], &'a mut u32);
    impl Work for Largest<'_> {
        #[inline(always)]
        fn run(self) {
            for channel in self.0 {
                let bits = channel.iter().map(|sample| sample.to_bits() & !SIGN);
                *self.1 = bits.fold(*self.1, u32::max);
            }
        }
    }
    const SIGN: u32 = 1 << 31;
    let mut largest = 0;
    wide::run(Largest([left, right], &mut largest));
    largest < f32::INFINITY.to_bits()
}

/// Louder samples are taken to be this loud (+120 dBFS), so that no sum of them is infinite.
const LOUDEST: f64 = 1e6;

/// A sample as far as a device takes it at its word: one that is not finite is taken to be 0.
#[inline(always)]
pub(crate) fn taken(sample: f32) -> f64 {
    let sample = f64::from(sample);
    if sample.is_finite() { sample.clamp(-LOUDEST, LOUDEST) } else { 0.0 }
}

/// Gains of the dry and the wet signal at `percent` of wet: the dry stays as it is up to 50 %, the wet from
/// there on.
#[inline(always)]
pub(crate) fn mix_gains(percent: f64) -> [f64; 2] {
    let mix = 0.02 * percent;
    [(2.0 - mix).min(1.0), mix.min(1.0)]
}

/// A stereo frame as wide as `percent` of itself; at 100 % itself, to the bit.
#[inline(always)]
pub(crate) fn widened([left, right]: [f64; 2], percent: f64) -> [f64; 2] {
    let other = 0.5 - 0.005 * percent;
    [left + other * (right - left), right + other * (left - right)]
}
