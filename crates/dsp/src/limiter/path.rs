//! From what the peaks need to the gain that is applied.

use super::attack::Attack;
use super::hold::SlidingMin;
use super::release::{Coefficients, Release};

/// How far below the ceiling the gain aims, so that rounding to `f32` does not exceed it.
const ROUNDING: f64 = 1.0 - f32::EPSILON as f64;

/// What one channel asks for at one frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Need {
    /// The highest gain that keeps the ceiling.
    pub(super) gain: f64,
    /// For how many frames to hold it.
    pub(super) hold_frames: f64,
}

impl Need {
    /// Nothing is asked for.
    pub(super) const NONE: Self = Self { gain: 1.0, hold_frames: 0.0 };

    /// What keeps `peak` below `ceiling`.
    #[inline(always)]
    pub(super) fn of(peak: f64, ceiling: f64, hold_frames: f64) -> Self {
        let gain = if peak > ceiling { ROUNDING * ceiling / peak } else { 1.0 };
        Self { gain, hold_frames }
    }

    /// What satisfies both.
    #[inline(always)]
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            gain: self.gain.min(other.gain),
            hold_frames: self.hold_frames.max(other.hold_frames),
        }
    }

    /// This need, moved by `amount` (0 to 1) towards what satisfies `other` too.
    pub(super) fn linked(self, other: Self, amount: f64) -> Self {
        let both = self.and(other);
        Self {
            gain: mix(self.gain, both.gain, amount),
            hold_frames: mix(self.hold_frames, both.hold_frames, amount),
        }
    }
}

/// `a`, moved by `amount` (0 to 1) towards `b`: exact at both ends, and where both are equal.
fn mix(a: f64, b: f64, amount: f64) -> f64 {
    if a == b { a } else { a * (1.0 - amount) + b * amount }
}

/// Hold, release and attack of one channel, or of both where they are linked.
#[derive(Debug)]
pub(super) struct Path {
    lowest: SlidingMin,
    release: Release,
    attack: Attack,
    /// The attack of [`Character::Punchy`](super::Character::Punchy), at rest while it has no share.
    punchy: Attack,
    punchy_runs: bool,
    recent: Recent,
}

impl Path {
    /// A path whose gain is held for `shortest` to `longest` frames.
    pub(super) fn new([attack, punchy]: [Attack; 2], shortest: usize, longest: usize) -> Self {
        Self {
            lowest: SlidingMin::new(shortest, longest),
            release: Release::new(),
            recent: Recent::new(attack.frames() - punchy.frames(), punchy.memory()),
            attack,
            punchy,
            punchy_runs: false,
        }
    }

    pub(super) fn reset(&mut self) {
        self.lowest.reset();
        self.release.reset();
        self.attack.reset();
        self.recent.gains.fill(1.0);
        self.punchy_runs = false;
    }

    /// Goes on as `other` would.
    pub(super) fn follow(&mut self, other: &Self) {
        self.lowest.follow(&other.lowest);
        self.release = other.release.clone();
        self.attack.follow(&other.attack);
        self.punchy.follow(&other.punchy);
        self.punchy_runs = other.punchy_runs;
        self.recent.follow(&other.recent);
    }

    /// The gain for the frame that leaves the delay; `punch` is the share of the shorter attack.
    #[inline]
    pub(super) fn gain(&mut self, need: Need, release: &Coefficients, punch: f64) -> f64 {
        let held = self.lowest.push(need.gain, need.hold_frames as usize);
        let gain = self.release.push(held, release);
        self.recent.push(gain);
        let long = self.attack.push(gain);
        if punch == 0.0 {
            self.punchy_runs = false;
            return long;
        }
        mix(long, self.punchy_gain(), punch)
    }

    /// The same behind the shorter attack, which ends when the other does.
    fn punchy_gain(&mut self) -> f64 {
        let mut due = self.recent.due(self.punchy_runs);
        let first = self.punchy.push(due.next().unwrap_or(1.0));
        self.punchy_runs = true;
        due.fold(first, |_, gain| self.punchy.push(gain))
    }
}

/// The last gains before any attack: what the shorter one waits for, and before that, what it would remember.
#[derive(Debug)]
struct Recent {
    gains: Box<[f64]>,
    next: usize,
    wait: usize,
}

impl Recent {
    fn new(wait: usize, memory: usize) -> Self {
        let wait = wait.max(1);
        Self { gains: vec![1.0; wait + memory].into(), next: 0, wait }
    }

    fn follow(&mut self, other: &Self) {
        self.gains.copy_from_slice(&other.gains);
        self.next = other.next;
    }

    fn push(&mut self, gain: f64) {
        self.gains[self.next] = gain;
        self.next = if self.next + 1 == self.gains.len() { 0 } else { self.next + 1 };
    }

    /// What has waited until now: the latest, or all, for an attack that has not followed so far.
    fn due(&self, follows: bool) -> impl Iterator<Item = f64> + use<'_> {
        let length = self.gains.len();
        let (memory, newest) = (length - self.wait, self.next + length - 1 - self.wait);
        let ages = if follows { 0..1 } else { 0..memory };
        ages.rev().map(move |age| self.gains[(newest + length - age) % length])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limiter::Character;

    fn path() -> Path {
        Path::new([Attack::new(72.0), Attack::new(24.0)], 90, 400)
    }

    fn need(n: u32) -> Need {
        Need { gain: 1.0 - 0.5 * f64::from(n * n % 97 / 90), hold_frames: f64::from(n % 200) }
    }

    #[test]
    fn e3_an_attack_that_was_at_rest_gives_what_it_would_have_given() {
        let law = Character::Punchy.law();
        let release = Coefficients::new(0.05, Some(&law), 48_000.0);
        let (mut resting, mut running) = (path(), path());
        for n in 0..5000 {
            let punch = f64::from(u8::from(n % 1700 > 800));
            let all = running.gain(need(n), &release, 1.0);
            let some = resting.gain(need(n), &release, punch);
            assert!(punch == 0.0 || some == all, "at {n}: {some} {all}");
        }
    }

    #[test]
    fn e3_a_path_that_follows_goes_on_like_the_other() {
        let release = Coefficients::new(0.05, None, 48_000.0);
        let (mut one, mut other) = (path(), path());
        for n in 0..3000 {
            let _ = one.gain(need(n), &release, 0.5);
            let _ = other.gain(need(n + 50), &release, 0.0);
        }
        other.follow(&one);
        for n in 3000..6000 {
            assert_eq!(one.gain(need(n), &release, 0.5), other.gain(need(n), &release, 0.5));
        }
    }
}
