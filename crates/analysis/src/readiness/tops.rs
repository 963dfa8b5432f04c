//! Flat tops: runs of equal samples at the highest level of a channel, which a stage that clips
//! leaves behind.
//!
//! The top of a slow wave in whole numbers is flat too, but it is reached and left slowly. So a run
//! counts only if the sample two before it, or two after, lies more than [`EDGE_STEPS`] steps lower.
//!
//! Tops and bottoms are looked for by themselves, since full scale in whole numbers is one step less
//! above than below (+32,767 and −32,768); a side counts if it reaches the channel's maximum to a step.

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
/// Most runs that are remembered one by one.
const MAX_RUNS: usize = 256;
/// Runs closer than this are one stretch, in frames: 0.5 s at 48 kHz.
const APART: u64 = 24_000;
/// Most stretches that are remembered; an hour of them.
const MAX_STRETCHES: usize = 8192;

/// Finds the flat tops of one channel, above and below.
#[derive(Debug)]
pub(super) struct FlatTops {
    step: f32,
    above: Side,
    below: Side,
}

/// Flat tops found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Tops {
    /// Runs at the highest magnitude; a file that ends at its top has no last one.
    pub(super) count: u64,
    /// Samples in these runs, and in the longest of them.
    pub(super) samples: u64,
    pub(super) longest: u64,
    /// First frame and length of the first runs, in order.
    pub(super) runs: Vec<(u64, u64)>,
    /// First frame and end of the stretches in which runs lie, in order.
    pub(super) stretches: Vec<(u64, u64)>,
}

impl FlatTops {
    /// A finder in a file with steps of `step`, 0 for floating point.
    pub(super) fn new(step: f32) -> Self {
        let step = step.max(MIN_STEP);
        Self { step, above: Side::new(1.0, step), below: Side::new(-1.0, step) }
    }

    pub(super) fn push(&mut self, samples: &[f32]) {
        self.above.push(samples);
        self.below.push(samples);
    }

    /// Highest magnitude.
    pub(super) fn highest(&self) -> f32 {
        self.above.highest.max(self.below.highest)
    }

    /// The runs at the highest magnitude.
    pub(super) fn found(&self) -> Tops {
        let floor = self.highest() - self.step;
        let sides = [&self.above, &self.below].into_iter().filter(|side| side.highest >= floor);
        let mut all = Tops::default();
        for side in sides {
            all.count += side.tops.count;
            all.samples += side.tops.samples;
            all.longest = all.longest.max(side.tops.longest);
            all.runs.extend(&side.tops.runs);
            all.stretches.extend(&side.tops.stretches);
        }
        all.runs.sort_unstable();
        all.stretches.sort_unstable();
        all
    }
}

/// The tops above, or with the other sign those below.
#[derive(Debug)]
struct Side {
    sign: f32,
    edge: f32,
    /// Highest sample so far, and the runs at it.
    highest: f32,
    tops: Tops,
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
    /// Fall from it to the sample two before.
    before: f32,
    ended: bool,
}

impl Side {
    fn new(sign: f32, step: f32) -> Self {
        Self {
            sign,
            edge: EDGE_STEPS * step,
            highest: 0.0,
            tops: Tops::default(),
            frame: 0,
            last: [0.0; 2],
            run: None,
        }
    }

    fn push(&mut self, samples: &[f32]) {
        for block in samples.chunks(BLOCK) {
            let peak = block.iter().fold(0.0_f32, |peak, x| peak.max(self.sign * x));
            if self.run.is_some() || peak >= self.highest && peak > 0.0 {
                block.iter().for_each(|&sample| self.see(self.sign * sample));
            } else {
                self.frame += block.len() as u64;
                self.last = match *block {
                    [.., second, first] => [self.sign * first, self.sign * second],
                    [first] => [self.sign * first, self.last[0]],
                    [] => self.last,
                };
            }
        }
    }

    fn see(&mut self, sample: f32) {
        if sample > self.highest {
            self.highest = sample;
            self.tops = Tops::default();
            self.run = None;
        }
        match &mut self.run {
            Some(run) if !run.ended && sample == self.highest => run.length += 1,
            Some(run) if !run.ended => run.ended = true,
            Some(run) => {
                let ended = *run;
                self.end(ended, sample);
            }
            None => {}
        }
        if self.run.is_none() && sample == self.highest {
            let before = self.highest - self.last[1];
            self.run = Some(Run { start: self.frame, length: 1, before, ended: false });
        }
        self.last = [sample, self.last[0]];
        self.frame += 1;
    }

    /// Counts a run if it is long and is reached or left fast; `after` is the sample two behind it.
    fn end(&mut self, run: Run, after: f32) {
        self.run = None;
        let steep = run.before.max(self.highest - after) > self.edge;
        if run.length >= RUN && steep && self.highest >= MIN_LEVEL {
            self.tops.add(run.start, run.length);
        }
    }
}

impl Tops {
    fn add(&mut self, start: u64, length: u64) {
        self.count += 1;
        self.samples += length;
        self.longest = self.longest.max(length);
        if self.runs.len() < MAX_RUNS {
            self.runs.push((start, length));
        }
        let room = self.stretches.len() < MAX_STRETCHES;
        match self.stretches.last_mut() {
            Some((_, end)) if start <= *end + APART => *end = start + length,
            _ if room => self.stretches.push((start, start + length)),
            _ => {}
        }
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
        tops.found().count
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

    /// In 16 bits the tops stop at +32,767, the bottoms at −32,768.
    #[test]
    fn dsp19_clipped_runs_count_both_ends_of_whole_numbers() {
        let lowest_only = |x: &mut f32| *x = x.max(-0.5);
        let full = 1.0 - 1.0 / 32_768.0;
        let both: Vec<f32> =
            sine(100.0, 1.5, 16, 2.0).iter().map(|x| x.clamp(-1.0, full)).collect();
        assert_eq!(count(&both, 16, 64), 200);
        let mut tops = both.clone();
        tops.iter_mut().for_each(lowest_only);
        assert_eq!(count(&tops, 16, 64), 100);
        // One sample lower than all of them hides none.
        tops[24_000] = -1.0;
        assert_eq!(count(&tops, 16, 64), 100);
    }

    /// Of very many runs the first are remembered one by one, but each lies in a stretch.
    #[test]
    fn dsp19_clipped_runs_lie_in_stretches_however_many_they_are() {
        let mut tops = FlatTops::new(1.0 / 32_768.0);
        let second = sine(1000.0, 1.2, 16, 0.9);
        let quiet = vec![0.0; 48_000];
        for part in [&second, &second, &quiet, &quiet, &second] {
            tops.push(part);
        }
        let found = tops.found();
        assert_eq!(found.count, 6000);
        let spans = found.stretches;
        let first = spans.iter().filter(|(start, _)| *start < 96_000).map(|(_, end)| *end).max();
        assert!(first.is_some_and(|end| (95_900..96_000).contains(&end)), "{spans:?}");
        assert!(spans.iter().any(|(start, end)| *start < 192_100 && *end > 239_900), "{spans:?}");
    }
}
