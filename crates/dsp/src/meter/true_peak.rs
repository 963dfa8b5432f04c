//! True-peak meter: the largest magnitude of the signal between its samples, after ITU-R BS.1770-5,
//! Annex 2, with the interpolation of [`crate::oversample`] in place of the printed filter.
//!
//! It looks at [`FACTOR`](crate::oversample::FACTOR) points per frame at every rate, so that it
//! reads the same signal alike at every rate. [`VerifiedPeak`] asks a second, unrelated
//! interpolator too.

mod verify;

pub use verify::VerifiedPeak;

use crate::oversample::{FINE_TAPS, HALF_REACH, Interpolator, REACH, WINDOW};
use crate::units::Db;
use crate::wide::{self, Work};

/// Frames interpolated at a time.
const BLOCK: usize = 128;

/// Frames that surround a block.
const MARGIN: usize = 2 * REACH - 1;

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
        Self {
            interpolator: Interpolator::new(),
            channels: (0..channels).map(|_| Channel::new()).collect(),
        }
    }

    /// Takes the next samples of `channel`, which counts from 0.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn push(&mut self, channel: usize, samples: &[f32]) {
        self.channels[channel].push(&self.interpolator, samples.iter().map(|x| f64::from(*x)));
    }

    /// As [`push`](Self::push), for samples that have not been rounded.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn push_f64(&mut self, channel: usize, samples: &[f64]) {
        self.channels[channel].push(&self.interpolator, samples.iter().copied());
    }

    /// Reads what is still to come after the last sample; the signal is then followed by silence.
    pub fn finish(&mut self) {
        for channel in &mut self.channels {
            channel.push(&self.interpolator, std::iter::repeat_n(0.0, MARGIN + BLOCK));
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
    /// Midpoints and frames in turn, around the block.
    doubled: Box<[f64]>,
    peak: f64,
}

impl Channel {
    fn new() -> Self {
        Self {
            frames: vec![0.0; MARGIN + BLOCK].into(),
            filled: MARGIN,
            doubled: vec![0.0; 2 * BLOCK + FINE_TAPS - 1].into(),
            peak: 0.0,
        }
    }

    fn reset(&mut self) {
        self.frames.fill(0.0);
        self.filled = MARGIN;
        self.peak = 0.0;
    }

    fn push(&mut self, interpolator: &Interpolator, samples: impl Iterator<Item = f64>) {
        for sample in samples {
            self.frames[self.filled] = if sample.is_finite() { sample } else { 0.0 };
            self.filled += 1;
            if self.filled == self.frames.len() {
                wide::run_widest(Reading { channel: self, interpolator });
                self.frames.copy_within(BLOCK.., 0);
                self.filled = MARGIN;
            }
        }
    }

    /// Raises the peak to that of the block, unless nothing in it can be higher.
    #[inline(always)]
    fn read_block(&mut self, interpolator: &Interpolator) {
        if interpolator.bound(&self.frames) <= self.peak {
            return;
        }
        for (k, point) in self.doubled.iter_mut().enumerate() {
            let at = k / 2;
            *point = if k % 2 == 0 {
                interpolator.midpoint(&self.frames[at..at + 2 * HALF_REACH])
            } else {
                self.frames[at + HALF_REACH]
            };
        }
        for around in self.doubled.array_windows::<WINDOW>().step_by(2) {
            self.peak = self.peak.max(interpolator.peak(around, self.peak));
        }
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
