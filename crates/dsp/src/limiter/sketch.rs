//! What a drive would make of a programme, at a small part of the cost of limiting it: for a search, which
//! ends with the limiter itself.
//!
//! The programme is kept as one entry for [`SEGMENT`] frames: its K-weighted energy, its peak, and what its
//! low notes ask for. A limiter at the rate of these entries makes its gains from them, with its own laws
//! of hold, release and attack; energies are multiplied by gains.

use super::Limiter;
use super::hold::BassHold;
use super::path::Need;
use crate::meter::STEP_S;
use crate::meter::loudness::k_weighting::KWeighting;
use crate::meter::loudness::{Loudness, STEREO};
use crate::oversample::{REACH, windowed_sinc};
use crate::processor::Processor;
use crate::units::Db;
use crate::wide::{self, Work};

/// Frames of an entry.
const SEGMENT: usize = 32;

/// Frames on each side of a point between two frames that its value is made of.
const NEAR: usize = 8;

/// Points looked at between two frames.
const POINTS: usize = 3;

/// Side lobes of the window of the filters between frames, in dB.
const ATTENUATION_DB: f64 = 50.0;

/// A stereo programme before its limiter, in little.
#[derive(Debug, Clone)]
pub struct Sketch {
    rate_hz: f64,
    weighting: KWeighting,
    taps: [[f32; 2 * NEAR]; POINTS],
    channels: [Channel; 2],
    filled: usize,
    segments: Vec<Segment>,
}

/// What is kept of some frames, by channel.
#[derive(Debug, Clone, Copy)]
struct Segment {
    /// Sums of squares, K-weighted.
    energies: [f32; 2],
    peaks: [f32; 2],
    /// In entries.
    holds: [f32; 2],
}

/// What a limiter would do, about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sketched {
    /// Integrated loudness, in LUFS.
    pub loudness: Db,
    /// Largest gain reduction, in dB; below 0, how far the highest peak stays below the ceiling.
    pub reduction_db: f64,
}

impl Sketch {
    /// Of nothing yet, at `rate_hz`.
    pub fn new(rate_hz: f64) -> Self {
        let channel = || Channel::new(rate_hz / SEGMENT as f64);
        Self {
            rate_hz,
            weighting: KWeighting::new(rate_hz),
            taps: between(),
            channels: [channel(), channel()],
            filled: 0,
            segments: Vec::new(),
        }
    }

    /// Takes the next block; both slices have the same length, of any size. Allocates now and then.
    pub fn push(&mut self, mut left: &[f32], mut right: &[f32]) {
        while !left.is_empty() {
            let frames = left.len().min(SEGMENT - self.filled);
            let (now, later) = (left.split_at(frames), right.split_at(frames));
            self.weighting.push(now.0, later.0);
            for (channel, samples) in self.channels.iter_mut().zip([now.0, later.0]) {
                channel.frames[2 * NEAR + self.filled..][..frames].copy_from_slice(samples);
            }
            self.filled += frames;
            if self.filled == SEGMENT {
                self.end_segment();
            }
            (left, right) = (now.1, later.1);
        }
    }

    fn end_segment(&mut self) {
        let energies = self.weighting.take().map(|sum| sum as f32);
        let [left, right] = &mut self.channels;
        let (left, right) = (left.take(&self.taps), right.take(&self.taps));
        let (peaks, holds) = ([left.0, right.0], [left.1, right.1]);
        self.segments.push(Segment { energies, peaks, holds });
        self.filled = 0;
    }

    /// Integrated loudness of the programme itself, in LUFS.
    pub fn loudness(&self) -> Db {
        let mut steps = Steps::new(self.rate_hz / SEGMENT as f64);
        self.segments.iter().for_each(|segment| steps.push(segment.energy([1.0; 2])));
        steps.loudness.integrated()
    }

    /// What a limiter with `values`, in the order of [`SPECS`](super::SPECS), would make of it after a gain
    /// of `drive_db`.
    pub fn limited(&self, values: &[f64], drive_db: f64) -> Sketched {
        let rate_hz = self.rate_hz / SEGMENT as f64;
        let mut limiter = Limiter::new(rate_hz);
        values.iter().enumerate().for_each(|(param, value)| limiter.set(param, *value));
        limiter.reset();
        let lookahead = limiter.latency_frames() - REACH;
        let (drive, mut lowest) = (Db(drive_db).to_gain(), 1.0_f64);
        let mut steps = Steps::new(rate_hz);
        let ending = std::iter::repeat_n(Segment::SILENT, lookahead);
        let ahead = self.segments.iter().copied().chain(ending).enumerate();
        for (index, segment) in ahead {
            let gains = limiter.gains(segment.needs(limiter.ceiling / drive, limiter.hold_frames));
            if let Some(leaving) = index.checked_sub(lookahead) {
                lowest = lowest.min(gains[0]).min(gains[1]);
                steps.push(self.segments[leaving].energy(gains.map(|gain| gain * drive)));
            }
        }
        let highest = self.segments.iter().flat_map(|segment| segment.peaks).fold(0.0, f32::max);
        let below = Db::from_gain(f64::from(highest) * drive / limiter.ceiling).0;
        let reduction_db = if lowest < 1.0 { 0.0 - Db::from_gain(lowest).0 } else { below };
        Sketched { loudness: steps.loudness.integrated(), reduction_db }
    }
}

impl Segment {
    const SILENT: Self = Self { energies: [0.0; 2], peaks: [0.0; 2], holds: [0.0; 2] };

    fn needs(&self, ceiling: f64, hold: f64) -> [Need; 2] {
        [0, 1].map(|side| {
            let hold_frames = f64::from(self.holds[side]).max(hold);
            Need::of(f64::from(self.peaks[side]), ceiling, hold_frames)
        })
    }

    /// Behind these gains.
    fn energy(&self, gains: [f64; 2]) -> f64 {
        let energy =
            |side: usize| STEREO[side] * f64::from(self.energies[side]) * gains[side].powi(2);
        energy(0) + energy(1)
    }
}

/// Filters for points that divide the way between two frames evenly.
fn between() -> [[f32; 2 * NEAR]; POINTS] {
    std::array::from_fn(|point| {
        let position = (point + 1) as f64 / (POINTS + 1) as f64;
        let taps = windowed_sinc(NEAR, position, ATTENUATION_DB);
        std::array::from_fn(|k| taps[k] as f32)
    })
}

/// One channel of the segment at hand.
#[derive(Debug, Clone)]
struct Channel {
    bass: BassHold,
    /// The last frames before the segment, and the segment.
    frames: [f32; 2 * NEAR + SEGMENT],
}

impl Channel {
    fn new(rate_hz: f64) -> Self {
        Self { bass: BassHold::new(rate_hz), frames: [0.0; 2 * NEAR + SEGMENT] }
    }

    /// Peak and hold of the segment that ends, which another follows.
    fn take(&mut self, taps: &[[f32; 2 * NEAR]; POINTS]) -> (f32, f32) {
        let frames = &self.frames;
        let mut peak = 0.0;
        wide::run(Reading { frames, taps, peak: &mut peak });
        let mean = frames[2 * NEAR..].iter().map(|x| f64::from(*x)).sum::<f64>() / SEGMENT as f64;
        self.frames.copy_within(SEGMENT.., 0);
        let peak = if peak.is_finite() { peak } else { 0.0 };
        let mean = if mean.is_finite() { mean } else { 0.0 };
        (peak, self.bass.push_apart(mean, f64::from(peak)) as f32)
    }
}

/// The largest magnitude of a segment, at and between its frames.
struct Reading<'a> {
    frames: &'a [f32; 2 * NEAR + SEGMENT],
    taps: &'a [[f32; 2 * NEAR]; POINTS],
    peak: &'a mut f32,
}

impl Work for Reading<'_> {
    #[inline(always)]
    fn run(self) {
        let mut highest = [0.0_f32; SEGMENT];
        for taps in self.taps {
            let mut sums = [0.0; SEGMENT];
            for (tap, frames) in taps.iter().zip(self.frames.array_windows::<SEGMENT>()) {
                for lane in 0..SEGMENT {
                    sums[lane] += tap * frames[lane];
                }
            }
            for (high, sum) in highest.iter_mut().zip(sums) {
                *high = if sum.abs() > *high { sum.abs() } else { *high };
            }
        }
        let frames = &self.frames[NEAR..NEAR + SEGMENT];
        let at_frames = frames.iter().fold(0.0_f32, |peak, frame| peak.max(frame.abs()));
        *self.peak = highest.into_iter().fold(at_frames, f32::max);
    }
}

/// Gathers the energies of segments to those of steps.
struct Steps {
    loudness: Loudness,
    /// Segments of a step.
    length: f64,
    done: f64,
    sum: f64,
    count: f64,
}

impl Steps {
    fn new(rate_hz: f64) -> Self {
        let length = STEP_S * rate_hz;
        Self { loudness: Loudness::new(), length, done: 0.0, sum: 0.0, count: 0.0 }
    }

    fn push(&mut self, energy: f64) {
        self.sum += energy;
        self.count += 1.0;
        self.done += 1.0;
        if self.done >= self.length {
            self.done -= self.length;
            self.loudness.push(self.sum / (self.count * SEGMENT as f64));
            (self.sum, self.count) = (0.0, 0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limiter::{CEILING, CHARACTER, SPECS};
    use crate::meter::loudness::LoudnessMeter;

    const RATE_HZ: f64 = 44_100.0;

    /// Hits of noise and a low note, four a second, louder every second.
    fn music() -> [Vec<f32>; 2] {
        let (mut state, mut last) = (7_u32, 0.0);
        let frame = |n: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let white = f64::from(state >> 8) / f64::from(1 << 23) - 1.0;
            // Treble falls towards half the rate, as that of music.
            let noise = white + std::mem::replace(&mut last, white);
            let (hit, second) = (n % 11_025, n / 44_100);
            let level = 0.035 * (1.0 + second as f64) * (-(hit as f64) / 3000.0).exp();
            let low = 0.15 * (std::f64::consts::TAU * 55.0 / RATE_HZ * n as f64).sin();
            [(level * noise + low) as f32, (0.7 * level * noise + low) as f32]
        };
        let frames: Vec<[f32; 2]> = (0..8 * 44_100).map(frame).collect();
        [0, 1].map(|side| frames.iter().map(|frame| frame[side]).collect())
    }

    #[test]
    fn a_sketch_is_what_the_limiter_does_within_0_2_lu_and_half_a_db() {
        let [left, right] = music();
        let mut sketch = Sketch::new(RATE_HZ);
        left.chunks(1000).zip(right.chunks(1000)).for_each(|(l, r)| sketch.push(l, r));
        for (character, drive_db) in [(0.0, 0.0), (0.0, 6.0), (0.0, 12.0), (1.0, 9.0), (2.0, 9.0)] {
            let mut values: Vec<f64> = SPECS.iter().map(|spec| spec.default).collect();
            (values[CEILING], values[CHARACTER]) = (-2.0, character);
            let mut limiter = Limiter::new(RATE_HZ);
            values.iter().enumerate().for_each(|(param, value)| limiter.set(param, *value));
            limiter.reset();
            let driven = |x: &f32| (f64::from(*x) * Db(drive_db).to_gain()) as f32;
            let mut left: Vec<f32> = left.iter().map(driven).collect();
            let mut right: Vec<f32> = right.iter().map(driven).collect();
            limiter.process(&mut left, &mut right);
            let mut meter = LoudnessMeter::new(RATE_HZ, STEREO);
            meter.push(&[&left, &right]);
            let sketched = sketch.limited(&values, drive_db);
            let off = sketched.loudness.0 - meter.loudness().integrated().0;
            let reduction_db = f64::from(limiter.max_gain_reduction_db());
            println!("{character} {drive_db}: {off:+.3} LU, {sketched:?}, {reduction_db:.2} dB");
            assert!(off.abs() < 0.2, "{character}, {drive_db} dB: {off:+} LU");
            let off = sketched.reduction_db.max(0.0) - reduction_db;
            assert!(off.abs() < 0.5, "{character}, {drive_db} dB: {off:+} dB of reduction");
        }
    }
}
