//! Sample peak with hold, overs, RMS, correlation, DC offset: of the last moment and of the whole.
//!
//! RMS is the plain root of the mean square: a full-scale sine reads −3.01 dBFS, 3.01 dB less than
//! by AES17, which calls that sine 0 dB. Correlation is `Σlr / √(Σl²·Σr²)`.

#[cfg(test)]
mod tests;

use super::STEP_S;
use super::steps::Steps;
use crate::units::Db;

/// Window of RMS and correlation of a live meter, in seconds.
pub const LIVE_WINDOW_S: f64 = 0.3;
/// How long a live meter holds a peak, in seconds.
pub const HOLD_S: f64 = 1.5;
/// Consecutive samples at or above [`FULL_SCALE`] that make an over.
pub const OVER_FRAMES: u32 = 3;
/// What counts as 0 dBFS for overs: the highest code of 16 bits, −0.0003 dBFS, because no code of
/// any fixed-point file reaches +1.
pub const FULL_SCALE: f32 = 32_767.0 / 32_768.0;

/// Bits of an `f32` without its sign; they order as the magnitudes do.
const MAGNITUDE_BITS: u32 = 0x7FFF_FFFF;

/// Levels of all channels of a signal.
///
/// Readings advance in steps of [`STEP_S`]. A channel that does not exist reads as
/// silent.
#[derive(Debug, Clone)]
pub struct LevelMeter {
    steps: Steps,
    /// Two channels each; an odd last channel is there twice.
    pairs: Vec<Pair>,
    channels: usize,
    /// Length of a full window, in steps.
    window_steps: usize,
}

impl LevelMeter {
    /// A meter of `channels` at `rate_hz` whose RMS and correlation look back over `window_s`:
    /// [`LIVE_WINDOW_S`] for the eye.
    pub fn new(rate_hz: f64, channels: usize, window_s: f64) -> Self {
        let window_steps = in_steps(window_s);
        let pair = Pair::new(window_steps.max(in_steps(HOLD_S)));
        Self {
            steps: Steps::new(rate_hz),
            pairs: vec![pair; channels.div_ceil(2)],
            channels,
            window_steps,
        }
    }

    /// Takes one block, a slice of equal length per channel.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn push(&mut self, channels: &[&[f32]]) {
        let pairs = &mut self.pairs;
        let frames = channels.first().map_or(0, |channel| channel.len());
        self.steps.split(frames, |part, completed| {
            for (channels, pair) in channels.chunks(2).zip(pairs.iter_mut()) {
                let (left, right) = (channels[0], channels.last().unwrap_or(&channels[0]));
                pair.push(&left[part.clone()], &right[part.clone()]);
                if completed.is_some() {
                    pair.end_step();
                }
            }
        });
    }

    /// Highest sample magnitude of `channel` so far, in dBFS.
    pub fn peak(&self, channel: usize) -> Db {
        self.read(channel, |pair, side| Db::from_gain(pair.peak(side)))
    }

    /// Highest sample magnitude of `channel` in the last [`HOLD_S`], in dBFS.
    pub fn held_peak(&self, channel: usize) -> Db {
        self.read(channel, |pair, side| {
            let held = pair.recent(in_steps(HOLD_S)).map(|step| step.peaks[side]);
            Db::from_gain(f64::from(f32::from_bits(held.fold(pair.step.peaks[side], u32::max))))
        })
    }

    /// Overs of `channel` so far: runs of [`OVER_FRAMES`] or more samples at [`FULL_SCALE`].
    pub fn overs(&self, channel: usize) -> u64 {
        self.pair(channel).map_or(0, |pair| pair.overs[channel % 2].count)
    }

    /// RMS of `channel` over the window, in dBFS; silence is taken to precede the first frame.
    pub fn rms(&self, channel: usize) -> Db {
        self.read(channel, |pair, side| {
            let sums = self.window_sums(pair);
            Db::from_power(sums.square[side] / self.window_frames())
        })
    }

    /// RMS of `channel` over all frames so far, in dBFS.
    pub fn whole_rms(&self, channel: usize) -> Db {
        self.read(channel, |pair, side| {
            let sums = pair.whole();
            Db::from_power(sums.square[side] / sums.frames.max(1) as f64)
        })
    }

    /// Mean of all samples of `channel` so far, as a part of full scale.
    pub fn dc_offset(&self, channel: usize) -> f64 {
        self.pair(channel).map_or(0.0, |pair| {
            let sums = pair.whole();
            sums.sum[channel % 2] / sums.frames.max(1) as f64
        })
    }

    /// Correlation of the first two channels over the window, −1 to 1; none if either is silent.
    pub fn correlation(&self) -> Option<f64> {
        self.window_sums(self.stereo()?).correlation()
    }

    /// Correlation of the first two channels over all frames so far; none if either is silent.
    pub fn whole_correlation(&self) -> Option<f64> {
        self.stereo()?.whole().correlation()
    }

    /// Forgets the peaks, overs and sums of the whole, keeps the window.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn reset_whole(&mut self) {
        for pair in &mut self.pairs {
            pair.peaks = [0; 2];
            pair.overs.iter_mut().for_each(|overs| overs.count = 0);
            pair.completed = Sums::default();
        }
    }

    fn read(&self, channel: usize, reading: impl Fn(&Pair, usize) -> Db) -> Db {
        self.pair(channel).map_or(Db::SILENCE, |pair| reading(pair, channel % 2))
    }

    fn pair(&self, channel: usize) -> Option<&Pair> {
        if channel < self.channels { self.pairs.get(channel / 2) } else { None }
    }

    fn stereo(&self) -> Option<&Pair> {
        if self.channels >= 2 { self.pairs.first() } else { None }
    }

    fn window_sums(&self, pair: &Pair) -> Sums {
        pair.recent(self.window_steps).fold(Sums::default(), |sum, step| sum.plus(&step.sums))
    }

    fn window_frames(&self) -> f64 {
        (self.window_steps * self.steps.length()) as f64
    }
}

fn in_steps(time_s: f64) -> usize {
    (time_s / STEP_S).round().max(1.0) as usize
}

/// What two channels measure.
#[derive(Debug, Clone)]
struct Pair {
    /// The present step.
    step: Step,
    /// The last steps, in a ring.
    ring: Vec<Step>,
    next: usize,
    /// Sums of all completed steps.
    completed: Sums,
    /// Highest magnitudes of all completed steps, as bits.
    peaks: [u32; 2],
    overs: [Overs; 2],
}

impl Pair {
    fn new(ring_steps: usize) -> Self {
        Self {
            step: Step::default(),
            ring: vec![Step::default(); ring_steps],
            next: 0,
            completed: Sums::default(),
            peaks: [0; 2],
            overs: [Overs::default(); 2],
        }
    }

    fn push(&mut self, left: &[f32], right: &[f32]) {
        self.step.sums.push(left, right);
        for (side, samples) in [left, right].into_iter().enumerate() {
            let mut peak = peak_bits(samples);
            if peak >= f32::INFINITY.to_bits() {
                self.step.finite = false;
                peak = finite_peak_bits(samples);
            }
            self.step.peaks[side] = self.step.peaks[side].max(peak);
            self.overs[side].push(samples, peak);
        }
    }

    fn end_step(&mut self) {
        let mut step = std::mem::take(&mut self.step);
        step.sums = step.sums();
        self.completed = self.completed.plus(&step.sums);
        self.peaks = [0, 1].map(|side| self.peaks[side].max(step.peaks[side]));
        self.ring[self.next] = step;
        self.next = (self.next + 1) % self.ring.len();
    }

    /// The last `steps` completed, in the order of the ring.
    fn recent(&self, steps: usize) -> impl Iterator<Item = &Step> {
        let newest = &self.ring[self.next.saturating_sub(steps)..self.next];
        let oldest = &self.ring[self.ring.len() - (steps - newest.len())..];
        oldest.iter().chain(newest)
    }

    fn whole(&self) -> Sums {
        self.completed.plus(&self.step.sums())
    }

    fn peak(&self, side: usize) -> f64 {
        f64::from(f32::from_bits(self.peaks[side].max(self.step.peaks[side])))
    }
}

/// One step of a pair.
#[derive(Debug, Clone, Copy)]
struct Step {
    sums: Sums,
    /// Highest magnitudes, as bits.
    peaks: [u32; 2],
    /// Whether every sample is.
    finite: bool,
}

impl Default for Step {
    fn default() -> Self {
        Self { sums: Sums::default(), peaks: [0; 2], finite: true }
    }
}

impl Step {
    /// The sums; those of silence of the same length if a sample is not finite.
    fn sums(&self) -> Sums {
        if self.finite { self.sums } else { Sums { frames: self.sums.frames, ..Sums::default() } }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    frames: u64,
    sum: [f64; 2],
    square: [f64; 2],
    product: f64,
}

impl Sums {
    fn push(&mut self, left: &[f32], right: &[f32]) {
        self.frames += left.len() as u64;
        let Self { mut sum, mut square, mut product, .. } = *self;
        for (&left, &right) in left.iter().zip(right) {
            let frame = [f64::from(left), f64::from(right)];
            for side in 0..2 {
                sum[side] += frame[side];
                square[side] += frame[side] * frame[side];
            }
            product += frame[0] * frame[1];
        }
        *self = Self { sum, square, product, ..*self };
    }

    fn plus(&self, other: &Self) -> Self {
        Self {
            frames: self.frames + other.frames,
            sum: [0, 1].map(|side| self.sum[side] + other.sum[side]),
            square: [0, 1].map(|side| self.square[side] + other.square[side]),
            product: self.product + other.product,
        }
    }

    fn correlation(&self) -> Option<f64> {
        let scale = (self.square[0] * self.square[1]).sqrt();
        (scale > 0.0).then(|| (self.product / scale).clamp(-1.0, 1.0))
    }
}

/// Counts runs of samples at full scale.
#[derive(Debug, Clone, Copy, Default)]
struct Overs {
    run: u32,
    count: u64,
}

impl Overs {
    fn push(&mut self, samples: &[f32], peak: u32) {
        if peak < FULL_SCALE.to_bits() {
            self.run = 0;
            return;
        }
        for sample in samples {
            self.run = if sample.abs() >= FULL_SCALE { self.run.saturating_add(1) } else { 0 };
            self.count += u64::from(self.run == OVER_FRAMES);
        }
    }
}

/// Bits of the highest finite magnitude.
fn finite_peak_bits(samples: &[f32]) -> u32 {
    let finite = samples.iter().filter(|sample| sample.is_finite());
    finite.map(|sample| sample.abs().to_bits()).max().unwrap_or(0)
}

/// Bits of the highest magnitude; a sample that is not a number is higher than all others.
fn peak_bits(samples: &[f32]) -> u32 {
    // As signed integers, whose maximum every processor has in its vector unit.
    let magnitudes = samples.iter().map(|sample| (sample.to_bits() & MAGNITUDE_BITS) as i32);
    magnitudes.fold(0, i32::max) as u32
}
