//! Clicks: samples whose second difference stands alone, far above what is around them.
//!
//! The second difference of an edge or a spike is large where music, which falls with frequency, has
//! little. A drum's attack is large too, but its sound follows; so a click must stand out from both
//! sides. Pulses that come again and again are a sound (a low saw wave), not a fault.

/// How far it must stand out, in standard deviations of what is before and after.
const SIGMAS: f32 = 12.0;
/// Least size of a second difference, −54 dBFS.
const FLOOR: f32 = 0.002;
/// Length of what is before and after, in seconds.
const AROUND_S: f64 = 0.003;
/// What lies next to a click and may belong to it, in seconds.
const GUARD_S: f64 = 0.000_17;
/// Clicks that follow each other within this time are one sound, in seconds: the period of 16 Hz.
const APART_S: f64 = 0.06;
/// More than this many in one sound are pulses.
const MAX_IN_A_ROW: usize = 2;
/// Samples looked at together.
const BLOCK: usize = 64;
/// A block is looked at closely if one second difference holds this part of its energy.
const DOMINANT: f32 = 0.3;

/// Finds clicks of one channel.
#[derive(Debug)]
pub(super) struct ClickFinder {
    around: usize,
    guard: usize,
    apart: u64,
    /// Samples from frame `start` on that are still needed.
    samples: Vec<f32>,
    start: u64,
    /// Index of the next sample to look at.
    next: usize,
    found: Vec<u64>,
}

impl ClickFinder {
    pub(super) fn new(rate_hz: u32) -> Self {
        let frames = |seconds: f64| ((seconds * f64::from(rate_hz)).ceil() as usize).max(1);
        let (around, guard) = (frames(AROUND_S), frames(GUARD_S));
        Self {
            around,
            guard,
            apart: frames(APART_S) as u64,
            samples: Vec::new(),
            start: 0,
            next: around + guard + 1,
            found: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, samples: &[f32]) {
        self.samples.extend_from_slice(samples);
        let reach = self.guard + self.around + 1;
        while self.next + BLOCK + reach < self.samples.len() {
            self.look_at(self.next, self.next + BLOCK);
            self.next += BLOCK;
        }
        let done = self.next.saturating_sub(reach);
        self.samples.drain(..done.min(self.samples.len())).for_each(drop);
        self.start += done as u64;
        self.next -= done;
    }

    /// Bytes that are kept.
    #[cfg(test)]
    pub(super) fn held_bytes(&self) -> usize {
        4 * self.samples.len() + 8 * self.found.len()
    }

    /// Looks at what is left; the last 3 ms have nothing after them to stand out from.
    pub(super) fn finish(&mut self) {
        let end = self.samples.len().saturating_sub(self.guard + self.around + 1);
        if self.next < end {
            self.look_at(self.next, end);
        }
    }

    /// Looks for clicks at the samples with these indices.
    fn look_at(&mut self, from: usize, to: usize) {
        let around = &self.samples[from - 1..=to];
        let mut highest = 0.0_f32;
        let mut energy = 0.0;
        for three in around.array_windows() {
            let square = second_difference(three).powi(2);
            highest = highest.max(square);
            energy += square;
        }
        if highest < FLOOR * FLOOR || highest < DOMINANT * energy {
            return;
        }
        let at =
            around.array_windows().position(|three| second_difference(three).powi(2) >= highest);
        let Some(at) = at.map(|at| from + at) else { return };
        let before = self.power(at - self.guard - self.around, at - self.guard);
        let after = self.power(at + self.guard, at + self.guard + self.around);
        let frame = self.start + at as u64;
        let known = self.found.last().is_some_and(|last| frame <= last + self.guard as u64);
        if highest > SIGMAS * SIGMAS * before.max(after) && !known {
            self.found.push(frame);
        }
    }

    /// Mean square of the second differences of these samples.
    fn power(&self, from: usize, to: usize) -> f32 {
        let samples = &self.samples[from - 1..=to];
        let squares = samples.array_windows().map(|three| second_difference(three).powi(2));
        squares.sum::<f32>() / (to - from + 1) as f32
    }
}

/// The clicks of both channels, each once: their frames.
pub(super) fn clicks(channels: &[ClickFinder; 2]) -> Vec<u64> {
    let [left, right] = channels;
    let mut frames: Vec<u64> = left.found.iter().chain(&right.found).copied().collect();
    frames.sort_unstable();
    frames.dedup_by(|next, last| *next <= *last + left.guard as u64);
    let sounds = frames.chunk_by(|last, next| next - last <= left.apart);
    sounds.filter(|sound| sound.len() <= MAX_IN_A_ROW).map(|sound| sound[0]).collect()
}

fn second_difference([a, b, c]: &[f32; 3]) -> f32 {
    (a - b) - (b - c)
}
