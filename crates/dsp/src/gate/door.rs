//! When a gate opens and closes, and how fast.

use std::f64::consts::LOG2_E;

use crate::dynamics::levels::DB_PER_LEVEL;
use crate::dynamics::{GainComputer, NONE, QUIETEST, fall_pole, release_pole};
use crate::units::one_pole;

/// Time in which the level that is looked at falls to 37 %, in seconds: low notes do not close a gate
/// between two of their peaks.
const FALL_S: f64 = 0.01;

/// A reduction this close to where it goes has arrived: 10⁻⁹ dB, in levels. That is 10⁻¹⁰ of a sample.
const ARRIVED: f64 = 1e-9 / DB_PER_LEVEL;

/// Attack, hold and release, as coefficients.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Times {
    attack: f64,
    /// What smooths the closing: the attack too, but where the release is shorter.
    close: f64,
    release: f64,
    hold_frames: u32,
    /// In levels per frame.
    fall: f32,
}

impl Times {
    /// From attack, hold and release in seconds.
    pub(super) fn new([attack_s, hold_s, release_s]: [f64; 3], rate_hz: f64) -> Self {
        Self {
            attack: one_pole(attack_s, rate_hz),
            close: one_pole(fall_pole(attack_s, release_s), rate_hz),
            release: one_pole(release_pole(attack_s, release_s), rate_hz),
            hold_frames: (hold_s * rate_hz).round() as u32,
            fall: (LOG2_E / (FALL_S * rate_hz)) as f32,
        }
    }
}

/// The state of a gate.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Door {
    /// The level, with its slow fall.
    level: f32,
    is_open: bool,
    hold_left: u32,
    /// The reduction behind the release, and behind the attack too.
    released: f64,
    smooth: f64,
}

impl Door {
    /// Open for at least the time of the hold.
    pub(super) fn open(times: &Times) -> Self {
        let (level, hold_left) = (QUIETEST.log2(), times.hold_frames);
        Self { level, is_open: true, hold_left, released: 0.0, smooth: 0.0 }
    }

    /// The reductions (levels, 0 or positive) for the next `levels`; it opens and closes at `thresholds`.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    #[inline(always)]
    pub(super) fn process(
        &mut self,
        times: &Times,
        computer: &GainComputer,
        thresholds: [f32; 2],
        levels: &[f32],
        reductions: &mut [f64],
    ) {
        if times.close == times.attack {
            self.run::<false>(times, computer, thresholds, levels, reductions);
        } else {
            self.run::<true>(times, computer, thresholds, levels, reductions);
        }
    }

    /// As [`process`](Self::process); the closing is smoothed otherwise than the opening if `PARTS`.
    #[inline(always)]
    fn run<const PARTS: bool>(
        &mut self,
        times: &Times,
        computer: &GainComputer,
        thresholds: [f32; 2],
        levels: &[f32],
        reductions: &mut [f64],
    ) {
        for (level, reduction) in levels.iter().zip(reductions) {
            self.level = level.max(self.level - times.fall);
            self.decide(times, thresholds);
            let wanted = if self.is_open { 0.0 } else { f64::from(computer.reduction(self.level)) };
            let closing = self.released + times.release * (wanted - self.released);
            self.released = wanted.min(closing);
            let closes = PARTS && self.released > self.smooth;
            let speed = if closes { times.close } else { times.attack };
            self.smooth += speed * (self.released - self.smooth);
            *reduction = self.smooth;
        }
    }

    /// The reduction that holds at all of the next `levels`, when nothing moves at them: what
    /// [`process`](Self::process) would give, bit for bit, and its state would stay.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    #[inline(always)]
    pub(super) fn at_rest(
        &self,
        computer: &GainComputer,
        [opens, _]: [f32; 2],
        levels: &[f32],
    ) -> Option<f64> {
        let is_shut = !self.is_open && self.hold_left == 0 && self.level < opens;
        let floor = f64::from(computer.reduction(self.level));
        let has_arrived = self.released == floor && self.smooth == floor;
        // All are looked at, so that the compiler takes many at a time.
        let is_level = || levels.iter().fold(true, |all, level| all & (*level == self.level));
        (is_shut && has_arrived && is_level()).then_some(floor)
    }

    #[inline(always)]
    fn decide(&mut self, times: &Times, [opens, closes]: [f32; 2]) {
        let stays = if self.is_open { closes } else { opens };
        if self.level >= stays {
            self.is_open = true;
            self.hold_left = times.hold_frames;
        } else if self.hold_left > 0 {
            self.hold_left -= 1;
        } else {
            self.is_open = false;
        }
    }

    /// Ends a reduction that has died away, and one that has arrived at its floor; call it once per cell.
    pub(super) fn flush(&mut self, computer: &GainComputer) {
        if self.released < NONE && self.smooth < NONE {
            (self.released, self.smooth) = (0.0, 0.0);
        }
        let floor = f64::from(computer.reduction(self.level));
        let is_there = |reduction: f64| (reduction - floor).abs() < ARRIVED;
        if !self.is_open && is_there(self.released) && is_there(self.smooth) {
            (self.released, self.smooth) = (floor, floor);
        }
    }
}
