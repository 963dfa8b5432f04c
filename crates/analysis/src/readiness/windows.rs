//! Correlation of left and right in windows of 3 s, one a hop.

use super::HOP_S;

/// Hops in a window.
pub(super) const WINDOW: usize = 15;
/// Mean square below which a window is silent: −60 dBFS.
const SILENT: f64 = 1e-6;
/// Below this, both sides work against each other.
pub(super) const AGAINST: f64 = -0.2;

/// Sums over one hop, or any part of a spectrum.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct PairSums {
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) product: f64,
    pub(crate) frames: f64,
}

impl PairSums {
    pub(crate) fn of(left: &[f32], right: &[f32]) -> Self {
        let mut sums = [[0.0_f64; 4]; 3];
        let (left_fours, left_rest) = left.as_chunks::<4>();
        let (right_fours, right_rest) = right.as_chunks::<4>();
        let mut add = |lane: usize, l: f32, r: f32| {
            let (l, r) = (f64::from(l), f64::from(r));
            sums[0][lane] += l * l;
            sums[1][lane] += r * r;
            sums[2][lane] += l * r;
        };
        for (l, r) in left_fours.iter().zip(right_fours) {
            (0..4).for_each(|lane| add(lane, l[lane], r[lane]));
        }
        left_rest.iter().zip(right_rest).for_each(|(l, r)| add(0, *l, *r));
        let [left_sum, right_sum, product] = sums.map(|lanes| lanes.iter().sum());
        Self { left: left_sum, right: right_sum, product, frames: left.len() as f64 }
    }

    pub(crate) fn plus(self, other: &Self) -> Self {
        Self {
            left: self.left + other.left,
            right: self.right + other.right,
            product: self.product + other.product,
            frames: self.frames + other.frames,
        }
    }

    /// Correlation, −1 to 1; `None` if either side is silent.
    pub(crate) fn correlation(&self) -> Option<f64> {
        let scale = (self.left * self.right).sqrt();
        (scale > 0.0).then(|| (self.product / scale).clamp(-1.0, 1.0))
    }

    fn is_audible(&self) -> bool {
        f64::midpoint(self.left, self.right) > SILENT * self.frames.max(1.0)
    }
}

/// The sums of every hop.
#[derive(Debug, Default)]
pub(super) struct Windows {
    hops: Vec<PairSums>,
}

impl Windows {
    pub(super) fn push(&mut self, hop: PairSums) {
        self.hops.push(hop);
    }

    /// Correlation of each window that is not silent; one window for all of a shorter file.
    pub(super) fn correlations(&self) -> Vec<Option<f64>> {
        let windows = self.hops.windows(WINDOW.min(self.hops.len()).max(1));
        let sum = |hops: &[PairSums]| hops.iter().fold(PairSums::default(), PairSums::plus);
        windows.map(sum).map(|w| w.is_audible().then(|| w.correlation()).flatten()).collect()
    }

    /// Mean of the windows that are not silent.
    pub(super) fn mean(correlations: &[Option<f64>]) -> Option<f64> {
        let audible = || correlations.iter().flatten();
        let count = audible().count();
        (count > 0).then(|| audible().sum::<f64>() / count as f64)
    }

    /// The longest stretch of windows below [`AGAINST`], in seconds.
    pub(super) fn longest_against_s(correlations: &[Option<f64>]) -> f64 {
        let against = |c: &Option<f64>| c.is_some_and(|c| c < AGAINST);
        let runs = correlations.chunk_by(|a, b| against(a) == against(b));
        let longest = runs.filter(|run| against(&run[0])).map(<[_]>::len).max().unwrap_or(0);
        longest as f64 * HOP_S
    }
}
