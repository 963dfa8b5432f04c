//! Holes: digital silence in the middle of a sound, as a buffer that ran dry leaves it.

/// Shortest and longest hole, in seconds. A longer one is a pause.
const SHORTEST_S: f64 = 0.001;
const LONGEST_S: f64 = 0.5;
/// The sample before and the one after are at least this large, −40 dBFS: the sound is cut.
const CUT: f32 = 0.01;
/// Samples looked at together.
const BLOCK: usize = 64;

/// Finds the holes of one channel.
#[derive(Debug)]
pub(super) struct HoleFinder {
    shortest: u64,
    longest: u64,
    frame: u64,
    /// The last sample that was not 0.
    last: f32,
    /// Zeros since.
    zeros: u64,
    found: Vec<(u64, u64)>,
}

impl HoleFinder {
    pub(super) fn new(rate_hz: u32) -> Self {
        let frames = |seconds: f64| (seconds * f64::from(rate_hz)).ceil() as u64;
        let (shortest, longest) = (frames(SHORTEST_S).max(2), frames(LONGEST_S));
        Self { shortest, longest, frame: 0, last: 0.0, zeros: 0, found: Vec::new() }
    }

    pub(super) fn push(&mut self, samples: &[f32]) {
        for block in samples.chunks(BLOCK) {
            let zeros: u32 = block.iter().map(|&sample| u32::from(sample == 0.0)).sum();
            match block.last() {
                Some(&last) if zeros == 0 && self.zeros == 0 => {
                    self.last = last;
                    self.frame += block.len() as u64;
                }
                Some(_) => block.iter().for_each(|&sample| self.see(sample)),
                None => {}
            }
        }
    }

    fn see(&mut self, sample: f32) {
        if sample == 0.0 {
            self.zeros += 1;
        } else {
            let long = (self.shortest..=self.longest).contains(&self.zeros);
            if long && self.last.abs() >= CUT && sample.abs() >= CUT {
                self.found.push((self.frame - self.zeros, self.frame));
            }
            (self.last, self.zeros) = (sample, 0);
        }
        self.frame += 1;
    }
}

/// The holes of both channels, first and last frame; one that both have is one.
pub(super) fn holes(channels: &[HoleFinder; 2]) -> Vec<(u64, u64)> {
    let mut all: Vec<(u64, u64)> = channels.iter().flat_map(|c| c.found.iter().copied()).collect();
    all.sort_unstable();
    let mut holes: Vec<(u64, u64)> = Vec::new();
    for (start, end) in all {
        match holes.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => holes.push((start, end)),
        }
    }
    holes
}
