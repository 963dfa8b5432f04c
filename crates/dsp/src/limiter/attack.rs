//! Smoothing of the gain over the attack.

/// Moving averages in a row: their response is a smooth bump made of parabolas.
const STAGES: usize = 3;

/// Unity gain. Gains are counted in integers, whose sums are exact for ever.
const UNITY: f64 = (1_u64 << 32) as f64;

/// A gain's weighted mean over the attack; never above the largest gain in it.
#[derive(Debug, Clone)]
pub(super) struct Attack {
    stages: [Sum; STAGES],
    /// What the last stage gives for unity gain.
    full: f64,
}

impl Attack {
    /// Smoothing over at most `at_most` frames, and at least three.
    pub(super) fn new(at_most: f64) -> Self {
        let length = 1 + (at_most / STAGES as f64).max(1.0) as usize;
        let mut attack = Self {
            stages: std::array::from_fn(|_| Sum::new(length)),
            full: UNITY * (length as f64).powi(STAGES as i32),
        };
        attack.reset();
        attack
    }

    /// Frames after which a step of the gain has fully arrived.
    pub(super) fn frames(&self) -> usize {
        STAGES * (self.stages[0].last.len() - 1)
    }

    /// Gains that it remembers, at most.
    pub(super) fn memory(&self) -> usize {
        STAGES * self.stages[0].last.len()
    }

    /// Goes on as `other` would, which has the same length.
    pub(super) fn follow(&mut self, other: &Self) {
        for (own, other) in self.stages.iter_mut().zip(&other.stages) {
            own.last.copy_from_slice(&other.last);
            (own.oldest, own.sum) = (other.oldest, other.sum);
        }
    }

    /// Forgets all but unity gain.
    pub(super) fn reset(&mut self) {
        let _ = self.stages.iter_mut().fold(UNITY as u64, |value, stage| {
            stage.fill(value);
            stage.sum
        });
    }

    /// Takes the next gain (0 to 1) and returns the mean, rounded down.
    #[inline]
    pub(super) fn push(&mut self, gain: f64) -> f64 {
        let gain = (gain * UNITY) as u64;
        self.stages.iter_mut().fold(gain, |value, stage| stage.push(value)) as f64 / self.full
    }
}

/// The sum of the last values, as many as the ring holds.
#[derive(Debug, Clone)]
struct Sum {
    last: Box<[u64]>,
    oldest: usize,
    sum: u64,
}

impl Sum {
    fn new(length: usize) -> Self {
        Self { last: vec![0; length].into(), oldest: 0, sum: 0 }
    }

    fn fill(&mut self, value: u64) {
        self.last.fill(value);
        self.oldest = 0;
        self.sum = value * self.last.len() as u64;
    }

    #[inline]
    fn push(&mut self, value: u64) -> u64 {
        self.sum = self.sum + value - self.last[self.oldest];
        self.last[self.oldest] = value;
        self.oldest = if self.oldest + 1 == self.last.len() { 0 } else { self.oldest + 1 };
        self.sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_arrives_within_the_attack_without_overshoot() {
        let mut attack = Attack::new(96.0);
        let frames = attack.frames();
        assert_eq!(frames, 96);
        let gains: Vec<f64> = (0..=frames).map(|_| attack.push(0.25)).collect();
        assert!(gains.is_sorted_by(|a, b| a >= b) && gains[0] < 1.0);
        assert!(gains[frames - 1] > 0.25 && gains[frames] == 0.25);
    }

    #[test]
    fn t3_unity_is_exact_after_any_history() {
        let mut attack = Attack::new(400.0);
        for i in 0..100_000 {
            let _ = attack.push(f64::from(i).sin().abs());
        }
        let gain = (0..=attack.frames()).map(|_| attack.push(1.0)).last();
        assert_eq!(gain, Some(1.0));
    }
}
