//! What the limiter does with what it holds down: when the gain falls, how long it stays, how it recovers.

/// A way to limit. All hold the same ceiling with the same latency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Character {
    /// The gain moves as little as the peaks allow: a long attack; after a single peak it recovers in the
    /// release time, in a dense passage towards a level that recovers much more slowly.
    #[default]
    Transparent,
    /// Hits keep their front: the gain waits until just before the peak, and comes back fast, also in
    /// dense passages, which get louder and denser by that.
    Punchy,
    /// The gain is held after every peak and comes back very slowly: least distortion, and least for a
    /// lossy codec to stumble over; gives the least loudness.
    Safe,
}

/// The laws of a character.
#[derive(Debug, Clone, Copy)]
pub(super) struct Law {
    /// Share of the shorter attack: 0 falls over [`ATTACK_S`](super::ATTACK_S), 1 over
    /// [`PUNCHY_ATTACK_S`](super::PUNCHY_ATTACK_S).
    pub(super) punch: f64,
    /// Time for which the gain is held after a peak, in seconds, besides what low notes ask for.
    pub(super) hold_s: f64,
    /// Automatic release: time in which lasting reduction becomes the level to recover to, in seconds.
    pub(super) settle_s: f64,
    /// Automatic release: how many times slower that level recovers than the gain recovers to it.
    pub(super) slowness: f64,
}

/// Longest hold of any character, in seconds.
pub(super) const LONGEST_HOLD_S: f64 = 0.03;

impl Character {
    /// Every character, in the order of the parameter's choices.
    pub const ALL: [Self; 3] = [Self::Transparent, Self::Punchy, Self::Safe];

    /// What the parameter calls them.
    pub const NAMES: [&str; 3] = ["transparent", "punchy", "safe"];

    pub(super) fn law(self) -> Law {
        match self {
            Self::Transparent => Law { punch: 0.0, hold_s: 0.0, settle_s: 0.3, slowness: 8.0 },
            Self::Punchy => Law { punch: 1.0, hold_s: 0.0, settle_s: 1.0, slowness: 2.0 },
            Self::Safe => Law { punch: 0.0, hold_s: LONGEST_HOLD_S, settle_s: 0.1, slowness: 16.0 },
        }
    }
}
