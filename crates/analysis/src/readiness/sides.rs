//! Loudness of left, right, and of both folded to mono.

use twobus_dsp::Db;
use twobus_dsp::meter::loudness::{Loudness, PairEnergies};

/// How far below the loudness a block has no part in it, in LU: the relative gate of BS.1770-5.
const GATE_LU: f64 = -10.0;
/// Points of a curve before the first whole block of 400 ms.
const INCOMPLETE: usize = 3;

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
    ///
    /// Both are measured over the blocks that the gates leave of both channels. Gates of its own would leave
    /// out of the fold-down just what it loses.
    pub(super) fn mono_loss_lu(&self) -> Option<f64> {
        let equal = self.equal.integrated();
        if equal.is_silence() {
            return None;
        }
        let gate = equal.0 + GATE_LU;
        let blocks = self.equal.momentary_curve().zip(self.mono.momentary_curve());
        let heard = blocks.skip(INCOMPLETE).filter(|(equal, _)| equal.0 > gate);
        let power =
            |level: Db| if level.is_silence() { 0.0 } else { 10.0_f64.powf(level.0 / 10.0) };
        let [both, mono] = heard.fold([0.0; 2], |[both, mono], (equal, folded)| {
            [both + power(equal), mono + power(folded)]
        });
        (both > 0.0)
            .then(|| (Db::from_power(both / mono.max(f64::MIN_POSITIVE)).0).min(ALL_LOST_LU))
    }
}

/// What is said where a fold-down leaves nothing.
pub(super) const ALL_LOST_LU: f64 = 60.0;

fn difference(high: Db, low: Db) -> Option<f64> {
    (!high.is_silence() && !low.is_silence()).then_some(high.0 - low.0)
}
