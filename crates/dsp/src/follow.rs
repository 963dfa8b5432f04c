//! Frequencies of crossovers that move while they play.
//!
//! A crossover turns the phase of what passes it, so one that moves modulates the phase of every tone it passes. What
//! is heard as a click is not the way but its corners: a speed that begins at once spreads a tone over the whole
//! spectrum. So neither place nor speed jumps here, and the speed has a limit.

/// Fastest way, in octaves per second.
const OCTAVES_PER_S: f64 = 40.0;
/// Time constant of each of the two stages that round corners, in seconds.
const ROUND_S: f64 = 0.012;
/// Distance at which it has arrived, in octaves: a jump by it turns the phase by less than 0.002°.
const ARRIVED: f64 = 1e-5;

/// A frequency that follows another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Follower {
    /// Logarithms to base 2 of the frequency behind the limit of speed, and behind each stage.
    stages: [f64; 3],
    hz: f64,
    most: f64,
    share: f64,
}

impl Follower {
    /// At `hz`, at a rate of `rate_hz`.
    pub(crate) fn new(hz: f64, rate_hz: f64) -> Self {
        let share = 1.0 - (-1.0 / (ROUND_S * rate_hz)).exp();
        Self { stages: [hz.log2(); 3], hz, most: OCTAVES_PER_S / rate_hz, share }
    }

    /// Is at `hz` at once.
    pub(crate) fn jump(&mut self, hz: f64) {
        (self.stages, self.hz) = ([hz.log2(); 3], hz);
    }

    /// Where it is.
    pub(crate) fn hz(&self) -> f64 {
        self.hz
    }

    /// One frame nearer to `hz`; true if it is still on its way then.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn follow(&mut self, hz: f64) -> bool {
        if self.hz == hz {
            return false;
        }
        let (target, [limited, first, second]) = (hz.log2(), &mut self.stages);
        *limited += (target - *limited).clamp(-self.most, self.most);
        *first += self.share * (*limited - *first);
        *second += self.share * (*first - *second);
        let is_near = [&*limited, first, second].iter().all(|at| (**at - target).abs() < ARRIVED);
        if is_near {
            self.jump(hz);
        } else {
            self.hz = second.exp2();
        }
        !is_near
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_place_nor_speed_jumps_and_it_arrives_exactly() {
        let mut follower = Follower::new(30.0, 48_000.0);
        let (mut at, mut speed, mut frames) = (30.0_f64.log2(), 0.0_f64, 0);
        while follower.follow(16_000.0) {
            let (next, limit) = (follower.hz().log2(), OCTAVES_PER_S / 48_000.0);
            assert!((0.0..=1.001 * limit).contains(&(next - at)));
            assert!((next - at - speed).abs() <= limit / (ROUND_S * 48_000.0));
            (speed, at, frames) = (next - at, next, frames + 1);
        }
        assert_eq!(follower.hz(), 16_000.0);
        let seconds = f64::from(frames) / 48_000.0;
        println!("nine octaves in {seconds:.3} s");
        assert!(seconds < 0.45 && !follower.follow(16_000.0));
    }
}
