//! Oversampling: a block is taken to a multiple of its rate, shaped there, and brought back.
//!
//! Each doubling and each halving is a linear-phase FIR filter of odd length, of which only the taps
//! that meet a sample are computed (polyphase): R. E. Crochiere, L. R. Rabiner, "Multirate Digital
//! Signal Processing", 1983, chapters 3 and 4. Doublings are half-band filters, in which every
//! second tap is zero. The last halving, the only long filter, is a half-band too where cost matters
//! ([`Grade::steep`] is off: what lies just above half the rate then comes back between
//! [`PASS_HZ`] and half the rate, where it is not heard), or stops everything from half the rate on.
//! Windows are Kaiser's: J. F. Kaiser, "Nonrecursive Digital Filter Design Using the I0-sinh Window
//! Function", ISCAS 1974. On what suits shapers: J. Kahles, F. Esqueda, V. Välimäki, "Oversampling
//! for Nonlinear Waveshaping: Choosing the Right Filters", JAES 67(6), 2019.
//!
//! The signal is stereo and interleaved, so that both channels lie side by side in vector lanes.
//! Latency: [`Oversampler::latency_frames`], padded to whole frames. (Points *between* frames, for
//! peaks, are the matter of [`crate::oversample`].)

mod filter;
mod stage;
#[cfg(test)]
mod tests;

use filter::Filter;
use stage::{Doubling, Halving};

/// Most frames that [`Oversampler::up`] takes at once.
pub const MAX_FRAMES: usize = 64;

/// Everything up to here passes unchanged, in Hz; no more than [`PASS_PART`] of the rate.
pub const PASS_HZ: f64 = 20_000.0;

/// Part of the rate up to which everything passes with a [steep](Grade::steep) filter: [`PASS_HZ`] at
/// 44.1 kHz.
pub const PASS_PART: f64 = PASS_HZ / 44_100.0;

/// From this rate on, half of the factor does: the usual rates above it begin at twice 44.1 kHz.
const DOUBLE_RATE_HZ: f64 = 64_000.0;

/// How well to oversample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grade {
    /// Multiple of the rate at 44.1 and 48 kHz, a power of two; half of it at double rates, and so on.
    pub factor: usize,
    /// What the filters leave of images and aliases, in dB below the signal.
    pub attenuation_db: f64,
    /// Whether everything above half the rate is removed and everything up to [`PASS_PART`] of it kept,
    /// instead of only what would come back below [`PASS_HZ`] removed.
    pub steep: bool,
}

impl Grade {
    /// The multiple of `rate_hz`.
    pub fn factor_at(&self, rate_hz: f64) -> usize {
        let mut factor = self.factor;
        let mut rate_hz = rate_hz;
        while rate_hz >= DOUBLE_RATE_HZ && factor > 1 {
            factor /= 2;
            rate_hz /= 2.0;
        }
        factor
    }
}

/// Takes a stereo signal to a multiple of its rate and back.
#[derive(Debug, Clone)]
pub struct Oversampler {
    factor: usize,
    latency_frames: usize,
    doublings: Vec<Doubling>,
    /// In the order of use: from the highest rate down.
    halvings: Vec<Halving>,
    /// The signal at the highest rate; first what waits so that the latency is whole.
    top: Vec<f64>,
    padding: usize,
    /// The signal on its way up or down.
    scratch: [Vec<f64>; 2],
}

impl Oversampler {
    /// For signals at `rate_hz`; `inner_latency` is that of the shaper, in frames at the multiple of
    /// the rate.
    pub fn new(grade: &Grade, rate_hz: f64, inner_latency: usize) -> Self {
        let factor = grade.factor_at(rate_hz);
        let stages = factor.ilog2() as usize;
        let (mut doublings, mut halvings) = (Vec::new(), Vec::new());
        let mut delay = inner_latency;
        for stage in 0..stages {
            let (up, down) = filters(grade, rate_hz, stage);
            let frames = MAX_FRAMES << stage;
            delay += (up.centre() + down.centre()) * (factor >> (stage + 1));
            doublings.push(Doubling::new(&up, frames));
            halvings.insert(0, Halving::new(down, frames));
        }
        let latency_frames = delay.div_ceil(factor);
        let padding = latency_frames * factor - delay;
        let longest = 2 * MAX_FRAMES * factor;
        Self {
            factor,
            latency_frames,
            doublings,
            halvings,
            top: vec![0.0; 2 * padding + longest],
            padding,
            scratch: [vec![0.0; longest], vec![0.0; longest]],
        }
    }

    /// The multiple of the rate.
    pub fn factor(&self) -> usize {
        self.factor
    }

    /// Frames by which the output lies behind the input, the shaper's latency included.
    pub fn latency_frames(&self) -> usize {
        self.latency_frames
    }

    /// Forgets the signal.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn reset(&mut self) {
        self.doublings.iter_mut().for_each(Doubling::reset);
        self.halvings.iter_mut().for_each(Halving::reset);
        self.top.fill(0.0);
    }

    /// Takes `block`, interleaved and of at most [`MAX_FRAMES`] frames, to [`factor`](Self::factor) times
    /// its rate: what is returned is to be shaped in place, and then brought [`down`](Self::down).
    ///
    /// Audio thread: no allocation, no lock, no system call.
    #[inline(always)]
    pub fn up(&mut self, block: &[f64]) -> &mut [f64] {
        debug_assert!(block.len() <= 2 * MAX_FRAMES, "a block of at most MAX_FRAMES frames");
        let [mut from, mut to] = self.scratch.each_mut().map(Vec::as_mut_slice);
        let mut length = block.len();
        from[..length].copy_from_slice(block);
        for doubling in &mut self.doublings {
            doubling.process(&from[..length], &mut to[..2 * length]);
            length *= 2;
            (from, to) = (to, from);
        }
        let newest = &mut self.top[2 * self.padding..][..length];
        newest.copy_from_slice(&from[..length]);
        newest
    }

    /// Fills `block`, as long as that which went [`up`](Self::up) last, with what was made of it.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    #[inline(always)]
    pub fn down(&mut self, block: &mut [f64]) {
        let [mut from, mut to] = self.scratch.each_mut().map(Vec::as_mut_slice);
        let mut length = self.factor * block.len();
        from[..length].copy_from_slice(&self.top[..length]);
        self.top.copy_within(length..length + 2 * self.padding, 0);
        for halving in &mut self.halvings {
            length /= 2;
            halving.process(&from[..2 * length], &mut to[..length]);
            (from, to) = (to, from);
        }
        block.copy_from_slice(&from[..length]);
    }
}

/// The filters of a doubling from the rate `rate_hz · 2^stage` and of the halving back to it.
fn filters(grade: &Grade, rate_hz: f64, stage: usize) -> (Filter, Filter) {
    if stage == 0 {
        let pass = PASS_PART.min(PASS_HZ / rate_hz);
        let half_band = |pass| Filter::half_band(pass, grade.attenuation_db);
        let steep = || Filter::low_pass([PASS_PART, 0.5], grade.attenuation_db);
        return if grade.steep {
            (half_band(PASS_PART), steep())
        } else {
            (half_band(pass), half_band(pass))
        };
    }
    // Here everything below half the base rate must stay clean, since what follows lets it through.
    let pass = 0.5 / (1 << stage) as f64;
    let half_band = || Filter::half_band(pass, grade.attenuation_db);
    (half_band(), half_band())
}
