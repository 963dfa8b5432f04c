//! How long the delay is: milliseconds or a note of the song's tempo, and how the line's read head gets
//! from one length to another.

use std::ops::Range;

use super::line::Line;
use crate::block::BLOCK;
use crate::glide::Glide;

/// Names of the choices of `sync`: the first is the time in milliseconds, then notes.
pub(super) const SYNC: &[&str] = &[
    "Off",
    "1/64 triplet",
    "1/64",
    "1/64 dotted",
    "1/32 triplet",
    "1/32",
    "1/32 dotted",
    "1/16 triplet",
    "1/16",
    "1/16 dotted",
    "1/8 triplet",
    "1/8",
    "1/8 dotted",
    "1/4 triplet",
    "1/4",
    "1/4 dotted",
    "1/2 triplet",
    "1/2",
    "1/2 dotted",
    "1/1 triplet",
    "1/1",
    "1/1 dotted",
];

/// The longest delay, in seconds; longer notes (a whole one below 22.3 BPM) are cut to it.
pub const LONGEST_S: f64 = 10.8;

/// A new length fades in over this time in the digital character, in seconds.
pub const FADE_S: f64 = 0.02;

/// Inertia of the tape: each of two smoothing stages has this time constant, in seconds.
pub const INERTIA_S: f64 = 0.05;

/// The fastest that the tape's length changes, in frames per frame: the pitch stays between two octaves
/// below and most of one above.
pub const FASTEST: f64 = 0.75;

/// Length of the `sync`-th note in quarters, as a fraction of whole numbers; `None` for [`SYNC`]'s first
/// choice.
fn quarters(sync: usize) -> Option<(f64, f64)> {
    let note = sync.checked_sub(1)?;
    // From 1/64, which is a sixteenth of a quarter, doubling.
    let (twice, kind) = (f64::from(1_u16 << (note / 3).min(6)), note % 3);
    let (numerator, denominator) = [(2.0, 3.0), (1.0, 1.0), (3.0, 2.0)][kind];
    Some((twice * numerator, 16.0 * denominator))
}

/// The length in frames that the settings ask for: `time_ms`, or the `sync`-th note at `tempo_bpm`.
///
/// A note's length is a quotient of whole numbers for whole tempi and rates; it is rounded once.
pub fn frames(time_ms: f64, sync: usize, tempo_bpm: f64, rate_hz: f64) -> f64 {
    let frames = match quarters(sync) {
        None => time_ms * rate_hz / 1000.0,
        Some((numerator, denominator)) => (rate_hz * 60.0 * numerator) / (tempo_bpm * denominator),
    };
    frames.min(LONGEST_S * rate_hz)
}

/// What of the settings makes the length.
#[derive(Debug, Clone, Copy)]
pub(super) struct Length {
    pub(super) time_ms: Glide,
    pub(super) tempo_bpm: Glide,
    pub(super) sync: usize,
    rate_hz: f64,
}

impl Length {
    pub(super) fn new(time_ms: Glide, tempo_bpm: Glide, rate_hz: f64) -> Self {
        Self { time_ms, tempo_bpm, sync: 0, rate_hz }
    }

    pub(super) fn finish(&mut self) {
        self.time_ms.finish();
        self.tempo_bpm.finish();
    }

    pub(super) fn is_resting(&self) -> bool {
        self.time_ms.is_resting() && self.tempo_bpm.is_resting()
    }

    /// The length now, in frames.
    pub(super) fn now(&self) -> f64 {
        frames(self.time_ms.value(), self.sync, self.tempo_bpm.value(), self.rate_hz)
    }

    /// The lengths of the next frames.
    pub(super) fn fill(&mut self, lengths: &mut [f64]) {
        if self.is_resting() {
            lengths.fill(self.now());
            return;
        }
        for length in lengths {
            let _ = (self.time_ms.advance(), self.tempo_bpm.advance());
            *length = self.now();
        }
    }
}

/// What a head does about a new length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Character {
    /// Runs to it, so that the pitch sweeps.
    Tape,
    /// Fades over to it.
    Digital,
}

/// One channel's read head: where it reads, and where else while it fades over.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    now: f64,
    /// Where the fade goes.
    next: f64,
    fade_left: u32,
    /// First of the tape's two smoothing stages.
    smooth: f64,
    fade_frames: u32,
    inertia: f64,
}

/// Where a head reads in each frame of a block.
pub(super) struct Path {
    /// Delays in frames, and those faded to.
    pub(super) now: [f64; BLOCK],
    pub(super) next: [f64; BLOCK],
    /// Share of `next`, 0 to 1.
    pub(super) share: [f64; BLOCK],
    /// True when any share is above 0.
    pub(super) is_fading: bool,
    /// True when every delay is the same.
    pub(super) is_still: bool,
}

impl Path {
    pub(super) fn new() -> Self {
        Self {
            now: [0.0; BLOCK],
            next: [0.0; BLOCK],
            share: [0.0; BLOCK],
            is_fading: false,
            is_still: true,
        }
    }

    /// The shortest delay in `frames`.
    #[inline(always)]
    pub(super) fn nearest(&self, frames: Range<usize>) -> f64 {
        if self.is_still && !self.is_fading {
            return self.now[frames.start];
        }
        let least = |delays: &[f64]| delays.iter().fold(f64::MAX, |least, &x| least.min(x));
        let now = least(&self.now[frames.clone()]);
        if self.is_fading { now.min(least(&self.next[frames])) } else { now }
    }

    /// What the head reads from `line` in `frames`, the next to be written.
    #[inline(always)]
    pub(super) fn read(&self, line: &Line, frames: Range<usize>, out: &mut [f64]) {
        if self.is_still {
            line.read(self.now[frames.start], out);
        } else {
            line.read_moving(&self.now[frames.clone()], out);
        }
        if !self.is_fading {
            return;
        }
        let mut next = [0.0; BLOCK];
        let next = &mut next[..out.len()];
        line.read_moving(&self.next[frames.clone()], next);
        for ((out, next), share) in out.iter_mut().zip(next).zip(&self.share[frames]) {
            *out += share * (*next - *out);
        }
    }

    /// Adds `offsets` to every delay.
    pub(super) fn add(&mut self, offsets: &[f64], shortest: f64) {
        for (frame, offset) in offsets.iter().enumerate() {
            self.now[frame] = (self.now[frame] + offset).max(shortest);
            self.next[frame] = (self.next[frame] + offset).max(shortest);
        }
        self.is_still = false;
    }
}

impl Head {
    pub(super) fn new(rate_hz: f64) -> Self {
        Self {
            now: 0.0,
            next: 0.0,
            fade_left: 0,
            smooth: 0.0,
            fade_frames: (FADE_S * rate_hz).round() as u32,
            inertia: crate::units::one_pole(INERTIA_S, rate_hz),
        }
    }

    /// Stands at `length` at once.
    pub(super) fn jump(&mut self, length: f64) {
        *self = Self { now: length, next: length, smooth: length, fade_left: 0, ..*self };
    }

    /// Where the head reads in the next frames, in which `lengths` are asked for.
    #[inline(always)]
    pub(super) fn follow(&mut self, lengths: &[f64], character: Character, path: &mut Path) {
        let frames = lengths.len();
        (path.is_fading, path.is_still) = (false, true);
        if self.fade_left == 0 && lengths.iter().all(|&length| length == self.now) {
            self.smooth = self.now;
            path.now[..frames].fill(self.now);
            path.next[..frames].fill(self.now);
            return;
        }
        path.is_still = character == Character::Digital;
        for (frame, &length) in lengths.iter().enumerate() {
            let before = self.now;
            path.share[frame] = self.step(length, character);
            (path.now[frame], path.next[frame]) = (self.now, self.next);
            path.is_fading |= path.share[frame] > 0.0;
            path.is_still &= frame == 0 || before == self.now;
        }
    }

    /// Goes one frame on; returns the share of `next`.
    fn step(&mut self, length: f64, character: Character) -> f64 {
        if self.fade_left == 0 {
            match character {
                Character::Tape => self.run(length),
                Character::Digital if length != self.now => {
                    (self.next, self.fade_left) = (length, self.fade_frames);
                }
                Character::Digital => self.smooth = self.now,
            }
        }
        if self.fade_left == 0 {
            return 0.0;
        }
        self.fade_left -= 1;
        if self.fade_left == 0 {
            (self.now, self.smooth) = (self.next, self.next);
            return 0.0;
        }
        let part = 1.0 - f64::from(self.fade_left) / f64::from(self.fade_frames);
        part * part * (3.0 - 2.0 * part)
    }

    /// The tape's motor: the length runs at no more than [`FASTEST`], with inertia.
    fn run(&mut self, length: f64) {
        const ARRIVED: f64 = 1e-7;
        let most = FASTEST / self.inertia;
        self.smooth += self.inertia * (length - self.smooth).clamp(-most, most);
        self.now += self.inertia * (self.smooth - self.now);
        if (length - self.now).abs() < ARRIVED && (length - self.smooth).abs() < ARRIVED {
            (self.now, self.smooth) = (length, length);
        }
        self.next = self.now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l1_notes_are_exact() {
        let note = |name: &str| SYNC.iter().position(|note| *note == name).unwrap();
        for (name, tempo_bpm, rate_hz, expected) in [
            ("1/8", 120.0, 48_000.0, 12_000.0),
            ("1/1", 120.0, 48_000.0, 96_000.0),
            ("1/4 dotted", 90.0, 44_100.0, 44_100.0),
            ("1/8 triplet", 125.0, 48_000.0, 7680.0),
            ("1/64", 125.0, 48_000.0, 1440.0),
            ("1/16 dotted", 140.0, 44_100.0, 7087.5),
            ("1/1 dotted", 20.0, 48_000.0, LONGEST_S * 48_000.0),
        ] {
            assert_eq!(frames(1.0, note(name), tempo_bpm, rate_hz), expected, "{name}");
        }
        assert_eq!(frames(350.0, 0, 120.0, 48_000.0), 16_800.0);
    }
}
