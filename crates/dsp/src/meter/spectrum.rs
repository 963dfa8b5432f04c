//! Spectrum of a signal, live and of a whole file by the same code.
//!
//! Overlapping windowed transforms whose powers are averaged: P. D. Welch, "The use of fast Fourier
//! transform for the estimation of power spectra", IEEE Trans. Audio Electroacoust. 15, 1967. Scales follow
//! G. Heinzel, A. Rüdiger, R. Schilling, "Spectrum and spectral density estimation by the discrete Fourier
//! transform", 2002, sections 9 and 10: an amplitude spectrum for tones, a density for noise, and bands of a
//! third of an octave (IEC 61260-1:2014) for what lies between.
//!
//! Transforms begin on a grid from the first frame on, so that no reading depends on the lengths of the
//! blocks pushed.

mod bands;
mod transform;

pub use bands::{Band, third_octaves};

use self::transform::Transform;
use crate::units::Db;

/// Least length of a transform, in seconds; it is a power of two of frames.
pub const LENGTH_S: f64 = 0.3;
/// Transforms that cover a frame.
pub const OVERLAP: usize = 8;
/// Lowest level that is told; below it there is silence.
pub const FLOOR: Db = Db(-240.0);

/// How the powers of successive transforms are averaged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Averaging {
    /// All since the last [`reset`](Spectrum::reset) count the same.
    Infinite,
    /// They fade from memory with this time constant, in seconds; 0 shows the newest alone.
    Exponential(f64),
}

/// Mean power spectrum of two channels.
///
/// A tone that is the same in both reads its own level; one that is in one of them reads 3.01 dB less.
pub struct Spectrum {
    rate_hz: f64,
    averaging: Averaging,
    transform: Transform,
    /// The newest frames of each channel, as a ring.
    rings: [Vec<f64>; 2],
    /// Where the next frame goes.
    next: usize,
    /// Frames until the next transform.
    until: usize,
    /// Mean of `|X|²`, bin by bin.
    power: Vec<f64>,
    transforms: u64,
}

impl Spectrum {
    /// Of a signal at `rate_hz`.
    pub fn new(rate_hz: f64, averaging: Averaging) -> Self {
        let length = ((LENGTH_S * rate_hz) as usize).next_power_of_two();
        Self {
            rate_hz,
            averaging,
            transform: Transform::new(length),
            rings: [vec![0.0; length], vec![0.0; length]],
            next: 0,
            until: length,
            power: vec![0.0; length / 2 + 1],
            transforms: 0,
        }
    }

    /// Takes one block, two slices of equal length. What is not finite counts as silence.
    ///
    /// Audio thread: no allocation, no lock, no system call; but a transform now and then takes its time.
    pub fn push(&mut self, left: &[f32], right: &[f32]) {
        for (&left, &right) in left.iter().zip(right) {
            for (ring, sample) in self.rings.iter_mut().zip([left, right]) {
                ring[self.next] = if sample.is_finite() { f64::from(sample) } else { 0.0 };
            }
            self.next = (self.next + 1) % self.rings[0].len();
            self.until -= 1;
            if self.until == 0 {
                self.until = self.hop();
                self.take();
            }
        }
    }

    /// Begins anew.
    pub fn reset(&mut self) {
        self.rings.iter_mut().for_each(|ring| ring.fill(0.0));
        self.power.fill(0.0);
        (self.next, self.until, self.transforms) = (0, self.rings[0].len(), 0);
    }

    /// Frames of a transform.
    pub fn length(&self) -> usize {
        self.rings[0].len()
    }

    /// Frames from one transform to the next.
    pub fn hop(&self) -> usize {
        self.length() / OVERLAP
    }

    /// Transforms that were taken so far; 0 until the first [`length`](Self::length) frames are there.
    pub fn transforms(&self) -> u64 {
        self.transforms
    }

    /// Distance of two bins, in Hz.
    pub fn bin_hz(&self) -> f64 {
        self.rate_hz / self.length() as f64
    }

    /// Level of each bin as that of a tone: a sine at its middle reads its peak, in dBFS.
    pub fn tone_db(&self, bin: usize) -> Db {
        decibels(self.power[bin] * self.tone_scale())
    }

    /// Power density of each bin, in dB of mean square per Hz: white noise reads flat.
    pub fn density_db(&self, bin: usize) -> Db {
        decibels(self.density(bin))
    }

    /// Mean square of what lies between two frequencies, in full scale squared: a sine of full scale has 0.5.
    pub fn band_power(&self, from_hz: f64, to_hz: f64) -> f64 {
        let bin_hz = self.bin_hz();
        let edge = |hz: f64| (hz / bin_hz + 0.5).clamp(0.0, self.power.len() as f64);
        let (from, to) = (edge(from_hz), edge(to_hz));
        let share = |bin: usize| {
            let (lower, upper) = (bin as f64, bin as f64 + 1.0);
            (to.min(upper) - from.max(lower)).max(0.0)
        };
        let bins = from as usize..(to.ceil() as usize).min(self.power.len());
        bins.map(|bin| share(bin) * self.density(bin)).sum::<f64>() * bin_hz
    }

    /// Level at any frequency for a drawn curve, in dBFS of a tone: the highest of what lies within `width`
    /// octaves about it, read between the bins, plus `slope_db_per_octave` from 1 kHz on.
    pub fn curve_db(&self, frequency_hz: f64, width: f64, slope_db_per_octave: f64) -> Db {
        let (low, high) = (2.0_f64.powf(-width / 2.0), 2.0_f64.powf(width / 2.0));
        let (low, high) = (frequency_hz * low / self.bin_hz(), frequency_hz * high / self.bin_hz());
        let last = self.power.len() - 1;
        let inside = (low as usize).min(last)..=(high.ceil() as usize).min(last);
        let peaks = inside.map(|bin| self.vertex(bin)).filter(|(at, _)| (low..=high).contains(at));
        let ends = [self.between(low), self.between(high)].into_iter();
        let highest = peaks.map(|(_, db)| db).chain(ends).fold(FLOOR.0, f64::max);
        Db(highest + slope_db_per_octave * (frequency_hz / 1000.0).log2())
    }

    /// Frequency in Hz and level in dBFS of the strongest tone, read between the bins.
    pub fn strongest(&self) -> (f64, Db) {
        let louder = |a: &usize, b: &usize| self.power[*a].total_cmp(&self.power[*b]);
        let bin = (0..self.power.len()).max_by(louder).unwrap_or(0);
        let (at, db) = self.vertex(bin);
        (at * self.bin_hz(), Db(db))
    }

    /// Takes the transform of the newest frames.
    fn take(&mut self) {
        self.transforms += 1;
        let newest = match self.averaging {
            Averaging::Infinite => 1.0 / self.transforms as f64,
            Averaging::Exponential(_) if self.transforms == 1 => 1.0,
            Averaging::Exponential(time_s) => {
                -(-(self.hop() as f64) / (time_s * self.rate_hz)).exp_m1()
            }
        };
        self.power.iter_mut().for_each(|power| *power *= 1.0 - newest);
        for ring in &self.rings {
            self.transform.add(ring, self.next, newest / 2.0, &mut self.power);
        }
    }

    /// Where the peak at or about `bin` is, in bins, and its level in dB: the vertex of a parabola through
    /// three levels, which the main lobe of the window nearly is.
    fn vertex(&self, bin: usize) -> (f64, f64) {
        let here = self.tone_db(bin).0;
        if bin == 0 || bin + 1 >= self.power.len() {
            return (bin as f64, here);
        }
        let (before, after) = (self.tone_db(bin - 1).0, self.tone_db(bin + 1).0);
        let bend = before - 2.0 * here + after;
        if bend >= 0.0 || here < before || here < after {
            return (bin as f64, here);
        }
        let offset = 0.5 * (before - after) / bend;
        (bin as f64 + offset, here - 0.25 * (before - after) * offset)
    }

    /// Level at a place between two bins, in dB: on the parabola through the three that are nearest.
    fn between(&self, at: f64) -> f64 {
        let last = self.power.len() - 1;
        let at = at.clamp(0.0, last as f64);
        let bin = (at.round() as usize).clamp(1, last - 1);
        let [before, here, after] = [bin - 1, bin, bin + 1].map(|bin| self.tone_db(bin).0);
        let offset = at - bin as f64;
        here + offset * 0.5 * (after - before)
            + offset * offset * 0.5 * (before - 2.0 * here + after)
    }

    fn tone_scale(&self) -> f64 {
        4.0 / self.transform.window_sum().powi(2)
    }

    /// Mean square per Hz.
    fn density(&self, bin: usize) -> f64 {
        // All bins but the outermost stand for their negative frequency too.
        let sides = if bin == 0 || bin == self.power.len() - 1 { 1.0 } else { 2.0 };
        sides * self.power[bin] / (self.rate_hz * self.transform.window_power())
    }
}

/// A power in dB, not below [`FLOOR`].
fn decibels(power: f64) -> Db {
    Db((10.0 * power.log10()).max(FLOOR.0))
}
