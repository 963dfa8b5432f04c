//! Loudness of left, right, and of both folded to mono.

use twobus_dsp::Db;
use twobus_dsp::meter::loudness::{Loudness, PairEnergies};

/// The loudness of each side and of the fold-down, over one pass of the K-weighting.
#[derive(Debug)]
pub(super) struct Sides {
    energies: PairEnergies,
    left: Loudness,
    right: Loudness,
    /// `(left + right) / 2` on one speaker.
    mono: Loudness,
    /// What that would be if left and right were equal.
    equal: Loudness,
}

impl Sides {
    pub(super) fn new(rate_hz: f64) -> Self {
        let new = Loudness::new;
        let energies = PairEnergies::new(rate_hz);
        Self { energies, left: new(), right: new(), mono: new(), equal: new() }
    }

    pub(super) fn push(&mut self, left: &[f32], right: &[f32]) {
        let Self { energies, left: l, right: r, mono, equal } = self;
        energies.push(left, right, |step| {
            l.push(step.left);
            r.push(step.right);
            mono.push(step.mono());
            equal.push(step.mean());
        });
    }

    /// Loudness of left above right, in LU.
    pub(super) fn balance_lu(&self) -> Option<f64> {
        difference(self.left.integrated(), self.right.integrated())
    }

    /// Loudness that the fold-down costs, in LU: 0 for equal channels, 3 for unrelated ones, and
    /// [`ALL_LOST_LU`] where nothing is left.
    pub(super) fn mono_loss_lu(&self) -> Option<f64> {
        let (equal, mono) = (self.equal.integrated(), self.mono.integrated());
        match (equal.is_silence(), mono.is_silence()) {
            (true, _) => None,
            (false, true) => Some(ALL_LOST_LU),
            (false, false) => difference(equal, mono).map(|loss| loss.min(ALL_LOST_LU)),
        }
    }
}

/// What is said where a fold-down leaves nothing.
pub(super) const ALL_LOST_LU: f64 = 60.0;

fn difference(high: Db, low: Db) -> Option<f64> {
    (!high.is_silence() && !low.is_silence()).then_some(high.0 - low.0)
}
