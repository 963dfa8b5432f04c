//! "Ready for mastering?": what a print measures, row by row, and how that is judged.
//!
//! A [`Checker`] is handed the audio in blocks, once; the report does not depend on their lengths.
//! It keeps some 3 kB a second, whatever the rate.
//!
//! ```text
//! blocks ─► hops of 0.2 s ─┬─► Analyzer        loudness, true peak, offset
//!                          ├─► Sides           loudness of left, right, mono
//!                          ├─► Peaks           10 ms peaks, last 50 ms, first sound
//!                          ├─► FlatTops        runs at the own maximum
//!                          ├─► Grain           bits in use
//!                          ├─► Clicks, Holes   clicks, dropouts
//!                          └─► Spectra         spectrum, bands, low end, noise, hum
//!                                    │
//!                                    └─► rows ─ limits ─► Readiness, Pictures
//! ```

mod clicks;
mod grain;
mod holes;
mod limits;
mod noise;
mod parts;
mod peaks;
mod pictures;
mod places;
mod rows;
mod shelf;
mod sides;
mod source;
mod spectra;
#[cfg(test)]
mod tests;
mod tone;
mod tops;
mod windows;

pub use limits::{Limit, Limits, Range};
pub use parts::{PartInfo, Parts};
pub use pictures::Pictures;
pub use source::{ClippedAt, SourceClipping};

use twobus_session::Readiness;

use crate::analyzer::Analyzer;
use crate::report::{Report, SoFar};
use clicks::ClickFinder;
use grain::Grain;
use holes::HoleFinder;
use peaks::Peaks;
use sides::Sides;
use spectra::Spectra;
use tops::FlatTops;
use windows::Windows;

/// Length of a hop in seconds: what spectra and windows move by.
pub(crate) const HOP_S: f64 = 0.2;

/// What is known of a file before its samples are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Material {
    /// Sample rate, in Hz.
    pub rate_hz: u32,
    /// How its samples are stored.
    pub coding: Coding,
}

/// How samples are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// Whole numbers of this many bits.
    Integer(u32),
    /// Floating point.
    Float,
    /// By a lossy coder.
    Lossy,
}

impl Coding {
    /// One step of its whole numbers, 0 where it has none.
    fn step(self) -> f32 {
        match self {
            Self::Integer(bits) => f64::from(bits.clamp(1, 24) - 1).exp2().recip() as f32,
            Self::Float | Self::Lossy => 0.0,
        }
    }
}

/// What came of a check.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// The rows; none of them names tracks yet.
    pub readiness: Readiness,
    /// What else was measured on the way.
    pub report: Report,
    /// Curves to draw.
    pub pictures: Pictures,
}

/// Checks one stereo file, handed over in blocks of any length.
#[derive(Debug)]
pub struct Checker {
    material: Material,
    hop_frames: usize,
    /// What has come of the present hop.
    hop: [Vec<f32>; 2],
    frames: u64,
    analyzer: Analyzer,
    sides: Sides,
    peaks: Peaks,
    tops: [FlatTops; 2],
    grain: Grain,
    clicks: [ClickFinder; 2],
    holes: [HoleFinder; 2],
    windows: Windows,
    spectra: Spectra,
}

impl Checker {
    /// A checker of `material`, which has left and right; a mono file is both.
    pub fn new(material: Material) -> Self {
        let rate_hz = material.rate_hz.max(1);
        let hop_frames = ((HOP_S * f64::from(rate_hz)).round() as usize).max(1);
        let step = material.coding.step();
        Self {
            material,
            hop_frames,
            hop: [Vec::with_capacity(hop_frames), Vec::with_capacity(hop_frames)],
            frames: 0,
            analyzer: Analyzer::new(rate_hz, 2),
            sides: Sides::new(f64::from(rate_hz)),
            peaks: Peaks::new(rate_hz, hop_frames),
            tops: [FlatTops::new(step), FlatTops::new(step)],
            grain: Grain::new(material.coding),
            clicks: [ClickFinder::new(rate_hz), ClickFinder::new(rate_hz)],
            holes: [HoleFinder::new(rate_hz), HoleFinder::new(rate_hz)],
            windows: Windows::default(),
            spectra: Spectra::new(rate_hz, hop_frames),
        }
    }

    /// Takes the next block, left and right of equal length. A sample that is not finite is silence.
    pub fn push(&mut self, left: &[f32], right: &[f32]) {
        let mut start = 0;
        let frames = left.len().min(right.len());
        while start < frames {
            let end = frames.min(start + self.hop_frames - self.hop[0].len());
            for (hop, samples) in self.hop.iter_mut().zip([left, right]) {
                hop.extend(
                    samples[start..end].iter().map(|&x| if x.is_finite() { x } else { 0.0 }),
                );
            }
            if self.hop[0].len() == self.hop_frames {
                self.take_hop();
            }
            start = end;
        }
    }

    /// The report on everything pushed.
    pub fn finish(mut self) -> Checked {
        if !self.hop[0].is_empty() {
            self.take_hop();
        }
        self.clicks.iter_mut().for_each(ClickFinder::finish);
        self.spectra.finish();
        let report = self.analyzer.clone().finish();
        let measured = rows::Measured { checker: &self, report: &report };
        let readiness = rows::readiness(&measured);
        let pictures = pictures::draw(&self, &report);
        Checked { readiness, report, pictures }
    }

    /// What is known by now.
    pub fn so_far(&self) -> SoFar {
        self.analyzer.so_far()
    }

    /// Bytes of samples that wait to be looked at for clicks.
    #[cfg(test)]
    fn clicks_held(&self) -> usize {
        self.clicks.iter().map(ClickFinder::held_bytes).sum()
    }

    fn take_hop(&mut self) {
        let [left, right] = &self.hop;
        self.frames += left.len() as u64;
        self.analyzer.push(&[left, right]);
        self.sides.push(left, right);
        self.peaks.push(left, right);
        self.grain.push(left);
        self.grain.push(right);
        for (channel, samples) in [left, right].into_iter().enumerate() {
            self.tops[channel].push(samples);
            self.clicks[channel].push(samples);
            self.holes[channel].push(samples);
        }
        self.windows.push(left, right);
        self.spectra.push(left, right);
        self.hop.iter_mut().for_each(Vec::clear);
    }
}
