//! Flat tops: runs of equal samples at the highest level of a channel, which a stage that clips
//! leaves behind.
//!
//! The top of a slow wave in whole numbers is flat too, but it is reached and left slowly. So a run
//! counts only if the sample two before it, or two after, lies more than [`EDGE_STEPS`] steps lower.

/// Equal samples that make a run.
const RUN: u64 = 3;
/// How far a wave must fall within two samples, in steps of its file.
const EDGE_STEPS: f32 = 4.0;
/// The step of 16 bits: the smallest that is looked for, since a float file may hold such a stem.
const MIN_STEP: f32 = 1.0 / 32_768.0;
/// A maximum below this (−40 dBFS) is quiet, and nothing clips there.
const MIN_LEVEL: f32 = 0.01;
/// Samples looked at together.
const BLOCK: usize = 64;
/// Most runs that are remembered with their places.
const MAX_PLACES: usize = 256;

/// Finds the flat tops of one channel.
#[derive(Debug)]
pub(super) struct FlatTops {
    edge: f32,
    /// Highest magnitude so far, and the runs at it.
    highest: f32,
    count: u64,
    /// Samples in these runs, and in the longest of them.
    samples: u64,
    longest: u64,
    /// First frame and length of the first runs.
    places: Vec<(u64, u64)>,
    frame: u64,
    /// The last two samples, newest first.
    last: [f32; 2],
    run: Option<Run>,
}

/// A run that goes on, or has ended one sample ago.
#[derive(Debug, Clone, Copy)]
struct Run {
    start: u64,
    length: u64,
    sign: f32,
    /// Fall from it to the sample two before.
    before: f32,
    ended: bool,
}

impl FlatTops {
    /// A finder in a file with steps of `step`, 0 for floating point.
    pub(super) fn new(step: f32) -> Self {
        Self {
            edge: EDGE_STEPS * step.max(MIN_STEP),
            highest: 0.0,
            count: 0,
            samples: 0,
            longest: 0,
            places: Vec::new(),
            frame: 0,
            last: [0.0; 2],
            run: None,
        }
    }

    pub(super) fn push(&mut self, samples: &[f32]) {
        for block in samples.chunks(BLOCK) {
            let peak = block.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
            if self.run.is_some() || peak >= self.highest && peak > 0.0 {
                block.iter().for_each(|&sample| self.see(sample));
            } else {
                self.frame += block.len() as u64;
                self.last = match *block {
                    [.., second, first] => [first, second],
                    [first] => [first, self.last[0]],
                    [] => self.last,
                };
            }
        }
    }

    fn see(&mut self, sample: f32) {
        let magnitude = sample.abs();
        if magnitude > self.highest {
            self.highest = magnitude;
            self.count = 0;
            self.samples = 0;
            self.longest = 0;
            self.places.clear();
            self.run = None;
        }
        match &mut self.run {
            Some(run) if !run.ended && sample == run.sign * self.highest => run.length += 1,
            Some(run) if !run.ended => run.ended = true,
            Some(run) => {
                let ended = *run;
                self.end(ended, ended.sign * sample);
            }
            None => {}
        }
        if self.run.is_none() && magnitude == self.highest {
            let sign = sample.signum();
            let before = self.highest - sign * self.last[1];
            self.run = Some(Run { start: self.frame, length: 1, sign, before, ended: false });
        }
        self.last = [sample, self.last[0]];
        self.frame += 1;
    }

    /// Counts a run if it is long and is reached or left fast; `after` is the sample two behind it.
    fn end(&mut self, run: Run, after: f32) {
        self.run = None;
        let steep = run.before.max(self.highest - after) > self.edge;
        if run.length >= RUN && steep && self.highest >= MIN_LEVEL {
            self.count += 1;
            self.samples += run.length;
            self.longest = self.longest.max(run.length);
            if self.places.len() < MAX_PLACES {
                self.places.push((run.start, run.length));
            }
        }
    }

    /// Highest magnitude.
    pub(super) fn highest(&self) -> f32 {
        self.highest
    }

    /// Runs at the highest magnitude; a file that ends at its top has no last one.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Samples in the runs.
    pub(super) fn samples(&self) -> u64 {
        self.samples
    }

    /// Samples in the longest run.
    pub(super) fn longest(&self) -> u64 {
        self.longest
    }

    /// First frame and length of the first runs.
    pub(super) fn places(&self) -> &[(u64, u64)] {
        &self.places
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    fn sine(frequency_hz: f64, level: f64, bits: i32, clip: f64) -> Vec<f32> {
        let scale = 2.0_f64.powi(bits - 1);
        let at = |n: usize| level * (TAU * frequency_hz * n as f64 / 48_000.0).sin();
        (0..48_000).map(|n| ((at(n).clamp(-clip, clip) * scale).round() / scale) as f32).collect()
    }

    fn count(samples: &[f32], bits: i32, block: usize) -> u64 {
        let mut tops = FlatTops::new(1.0 / 2.0_f32.powi(bits - 1));
        samples.chunks(block).for_each(|block| tops.push(block));
        tops.count()
    }

    #[test]
    fn dsp19_clipped_runs_slow_waves_in_whole_numbers_are_not_clipped() {
        for (frequency_hz, level, bits) in
            [(30.0, 0.5, 16), (20.0, 0.9, 16), (50.0, 0.7, 8), (1000.0, 0.99, 8)]
        {
            let samples = sine(frequency_hz, level, bits, 1.0);
            let flat = samples.windows(3).filter(|w| w[0] == w[1] && w[1] == w[2]).count();
            assert_eq!(count(&samples, bits, 64), 0, "{frequency_hz} Hz, {flat} flat");
        }
    }

    #[test]
    fn dsp19_clipped_runs_count_each_top_whatever_the_blocks() {
        let samples = sine(100.0, 1.2, 24, 0.8);
        for block in [1, 7, 64, 9600, 48_000] {
            assert_eq!(count(&samples, 24, block), 200);
        }
        // One peak above them: they are not at the maximum any more.
        let mut higher = samples;
        higher[24_000] = 0.9;
        assert_eq!(count(&higher, 24, 64), 0);
    }
}
