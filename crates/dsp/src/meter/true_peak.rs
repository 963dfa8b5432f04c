//! True-peak meter: the largest magnitude of the signal between its samples, after ITU-R BS.1770-5,
//! Annex 2, with the interpolation of [`crate::oversample`] in place of the printed filter.
//!
//! It looks at [`FACTOR`](crate::oversample::FACTOR) points per frame at every rate, so that it
//! reads the same signal alike at every rate. [`VerifiedPeak`] asks a second, unrelated
//! interpolator too.

mod verify;

pub use verify::VerifiedPeak;

use crate::oversample::{BLOCK, Interpolator, MARGIN, Scanner};
use crate::units::Db;
use crate::wide::{self, Work};

/// A streaming true-peak meter of any number of channels.
///
/// The reading does not depend on how the signal is cut into pushes. A sample that is not finite
/// counts as silence.
#[derive(Debug, Clone)]
pub struct TruePeak {
    interpolator: Interpolator,
    channels: Box<[Channel]>,
}

impl TruePeak {
    /// A meter of `channels` channels, for every rate.
    pub fn new(channels: usize) -> Self {
        Self::above(channels, 0.0)
    }

    /// A meter that reads what is above `floor`, and `floor` where nothing is: sooner done.
    pub fn above(channels: usize, floor: f64) -> Self {
        let channel = |_| Channel { peak: floor, ..Channel::new() };
        Self { interpolator: Interpolator::new(), channels: (0..channels).map(channel).collect() }
    }

    /// Takes the next samples of `channel`, which counts from 0.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn push(&mut self, channel: usize, samples: &[f32]) {
        self.channels[channel].push(&self.interpolator, samples);
    }

    /// As [`push`](Self::push), for samples that have not been rounded.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn push_f64(&mut self, channel: usize, samples: &[f64]) {
        self.channels[channel].push(&self.interpolator, samples);
    }

    /// Reads what is still to come after the last sample; the signal is then followed by silence.
    pub fn finish(&mut self) {
        for channel in &mut self.channels {
            channel.push(&self.interpolator, &[0.0_f64; MARGIN + BLOCK]);
        }
    }

    /// Largest magnitude so far of `channel`; 1 is full scale.
    pub fn peak(&self, channel: usize) -> f64 {
        self.channels[channel].peak
    }

    /// Largest level so far of all channels, in dBTP.
    pub fn peak_db(&self) -> Db {
        Db::from_gain(self.channels.iter().fold(0.0, |peak, channel| peak.max(channel.peak)))
    }

    /// Forgets all signal.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn reset(&mut self) {
        self.channels.iter_mut().for_each(Channel::reset);
    }
}

#[derive(Debug, Clone)]
struct Channel {
    /// The margin, then the block that is being filled.
    frames: Box<[f64]>,
    filled: usize,
    scanner: Scanner,
    peak: f64,
}

impl Channel {
    fn new() -> Self {
        let frames = vec![0.0; MARGIN + BLOCK].into();
        Self { frames, filled: MARGIN, scanner: Scanner::new(), peak: 0.0 }
    }

    fn reset(&mut self) {
        self.frames.fill(0.0);
        self.filled = MARGIN;
        self.peak = 0.0;
    }

    fn push<T: Copy + Into<f64>>(&mut self, interpolator: &Interpolator, samples: &[T]) {
        let mut left = samples;
        while !left.is_empty() {
            let room = &mut self.frames[self.filled..];
            let (now, later) = left.split_at(room.len().min(left.len()));
            for (frame, sample) in room.iter_mut().zip(now) {
                let sample: f64 = (*sample).into();
                *frame = if sample.is_finite() { sample } else { 0.0 };
            }
            self.filled += now.len();
            if self.filled == self.frames.len() {
                wide::run_widest(Reading { channel: self, interpolator });
                self.frames.copy_within(BLOCK.., 0);
                self.filled = MARGIN;
            }
            left = later;
        }
    }

    /// Raises the peak to that of the block, unless nothing in it can be higher.
    #[inline(always)]
    fn read_block(&mut self, interpolator: &Interpolator) {
        let peaks = self.scanner.peaks(interpolator, &self.frames, self.peak);
        self.peak =
            peaks.unwrap_or_default().iter().fold(self.peak, |peak, other| peak.max(*other));
    }
}

/// A call of [`Channel::read_block`].
struct Reading<'a> {
    channel: &'a mut Channel,
    interpolator: &'a Interpolator,
}

impl Work for Reading<'_> {
    #[inline(always)]
    fn run(self) {
        self.channel.read_block(self.interpolator);
    }
}

#[cfg(test)]
mod tests;
