//! How long the lowest gain is held.

use std::collections::VecDeque;
use std::f64::consts::TAU;

use crate::units::one_pole;

/// Corner of the low-pass that recognises low notes, in hertz.
const BASS_HZ: f64 = 40.0;

/// Time in which the levels that are compared fall to 37 %, in seconds.
const LEVEL_S: f64 = 0.2;

/// The part of a peak that a low note may leave to others and still get its half period of hold.
const MARGIN: f64 = 2.5;

/// States below this are silence (−400 dBFS).
const SILENCE: f64 = 1e-20;

/// Tells from the share of bass in a signal how long its gain must be held.
///
/// A one-pole low-pass with corner c passes a tone of frequency f ≫ c with the gain c / f, so that
/// the passed share of the level, divided by 2 c, is the tone's half period 1 / (2 f): the time
/// between two peaks, for which the gain must not recover.
#[derive(Debug, Clone)]
pub(super) struct BassHold {
    low: f64,
    low_level: f64,
    level: f64,
    low_coefficient: f64,
    fall: f64,
    frames_per_share: f64,
}

impl BassHold {
    pub(super) fn new(rate_hz: f64) -> Self {
        Self {
            low: 0.0,
            low_level: 0.0,
            level: 0.0,
            low_coefficient: one_pole(1.0 / (TAU * BASS_HZ), rate_hz),
            fall: 1.0 - one_pole(LEVEL_S, rate_hz),
            frames_per_share: MARGIN / (2.0 * BASS_HZ) * rate_hz,
        }
    }

    /// Most frames that are ever asked for at `rate_hz`.
    pub(super) fn longest(rate_hz: f64) -> usize {
        (MARGIN / (2.0 * BASS_HZ) * rate_hz).ceil() as usize
    }

    pub(super) fn reset(&mut self) {
        [self.low, self.low_level, self.level] = [0.0; 3];
    }

    /// Takes the next sample and returns for how many frames to hold.
    pub(super) fn push(&mut self, sample: f64) -> f64 {
        self.push_apart(sample, sample.abs())
    }

    /// As [`push`](Self::push), where a sample stands for more than itself: for `level` in all.
    pub(super) fn push_apart(&mut self, sample: f64, level: f64) -> f64 {
        self.low = flush(self.low + self.low_coefficient * (sample - self.low));
        self.low_level = flush((self.low_level * self.fall).max(self.low.abs()));
        self.level = flush((self.level * self.fall).max(level));
        if self.level > 0.0 {
            (self.low_level / self.level).min(1.0) * self.frames_per_share
        } else {
            0.0
        }
    }
}

fn flush(state: f64) -> f64 {
    if state.abs() < SILENCE { 0.0 } else { state }
}

/// The minimum over the last frames, as many as each frame asks for.
#[derive(Debug)]
pub(super) struct SlidingMin {
    /// Candidates in rising order of time and value, each with its time.
    candidates: VecDeque<(u64, f64)>,
    now: u64,
    shortest: usize,
    longest: usize,
}

impl SlidingMin {
    /// A minimum over at least `shortest` and at most `longest` frames.
    pub(super) fn new(shortest: usize, longest: usize) -> Self {
        let longest = longest.max(shortest);
        let mut minimum =
            Self { candidates: VecDeque::with_capacity(longest + 1), now: 0, shortest, longest };
        minimum.reset();
        minimum
    }

    pub(super) fn reset(&mut self) {
        self.candidates.clear();
        self.now = 0;
    }

    /// Goes on as `other` would, which has the same limits.
    pub(super) fn follow(&mut self, other: &Self) {
        self.candidates.clear();
        self.candidates.extend(other.candidates.iter().copied());
        self.now = other.now;
    }

    /// Takes the next value and returns the minimum over the last `frames` values, this included.
    /// A value that has once been too old does not come back.
    pub(super) fn push(&mut self, value: f64, frames: usize) -> f64 {
        while self.candidates.pop_back_if(|(_, candidate)| *candidate >= value).is_some() {}
        self.candidates.push_back((self.now, value));
        let frames = frames.clamp(self.shortest, self.longest) as u64;
        let now = self.now;
        while self.candidates.pop_front_if(|(time, _)| *time + frames <= now).is_some() {}
        self.now += 1;
        self.candidates[0].1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t4_the_hold_spans_half_a_period_of_every_low_tone() {
        let rate_hz = 48_000.0;
        for frequency in [20.0, 30.0, 50.0, 80.0, 120.0, 200.0, 250.0] {
            let mut bass = BassHold::new(rate_hz);
            let frames = |i: u32| bass.push((TAU * frequency * f64::from(i) / rate_hz).sin());
            let shortest = (0..96_000).map(frames).skip(48_000).fold(f64::MAX, f64::min);
            assert!(shortest / rate_hz > 0.5 / frequency, "{frequency} Hz: {shortest} frames");
        }
    }

    #[test]
    fn treble_asks_for_almost_no_hold_and_silence_for_none() {
        let mut bass = BassHold::new(48_000.0);
        let treble = (0..48_000).map(|i| bass.push(f64::from(i).sin())).fold(0.0, f64::max);
        assert!(treble < 0.002 * 48_000.0, "{treble}");
        let after = (0..480_000).map(|_| bass.push(0.0)).last();
        assert_eq!(after, Some(0.0));
        assert_eq!((bass.low, bass.low_level, bass.level), (0.0, 0.0, 0.0));
    }

    #[test]
    fn a_sliding_minimum_equals_the_plain_one() {
        let values: Vec<f64> = (0..500).map(|i| (f64::from(i) * 12.9898).sin()).collect();
        let mut minimum = SlidingMin::new(3, 40);
        for (i, value) in values.iter().enumerate() {
            let frames = if i < 250 { 10 } else { 33 };
            let first = (i + 1).saturating_sub(frames);
            let first = if (250..283).contains(&i) { first.max(240) } else { first };
            let plain = values[first..=i].iter().copied().fold(f64::MAX, f64::min);
            assert_eq!(minimum.push(*value, frames), plain, "at {i}");
        }
    }
}
