//! Left and right in windows of 3 s, one a hop.

use twobus_dsp::Db;

use super::HOP_S;

/// Hops in a window.
pub(super) const WINDOW: usize = 15;
/// Mean square below which a window is silent: −60 dBFS.
const SILENT: f64 = 1e-6;

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

    /// Level of left above right, in dB; as far as `most_db` where one side is silent, `None` where both
    /// are.
    pub(crate) fn lean_db(&self, most_db: f64) -> Option<f64> {
        let ratio = self.left / self.right;
        (self.left + self.right > 0.0).then(|| Db::from_power(ratio).0.clamp(-most_db, most_db))
    }

    /// What folding to mono costs by power, in dB, at most `most_db`; `None` for silence.
    pub(crate) fn mono_loss_db(&self, most_db: f64) -> Option<f64> {
        let equal = self.left + self.right;
        let mono = f64::midpoint(equal, 2.0 * self.product);
        (equal > 0.0).then(|| Db::from_power(equal / mono.max(0.0)).0.min(most_db))
    }

    fn is_audible(&self) -> bool {
        f64::midpoint(self.left, self.right) > SILENT * self.frames.max(1.0)
    }
}

/// The sums of every hop.
#[derive(Debug, Default)]
pub(super) struct Windows {
    hops: Vec<PairSums>,
    /// Sum of the samples of each channel.
    offsets: Vec<[f64; 2]>,
}

impl Windows {
    pub(super) fn push(&mut self, left: &[f32], right: &[f32]) {
        self.hops.push(PairSums::of(left, right));
        self.offsets.push([sum_of(left), sum_of(right)]);
    }

    /// The sums of each window that is not silent; one window for all of a shorter file.
    pub(super) fn audible(&self) -> impl Iterator<Item = Option<PairSums>> {
        let windows = self.hops.windows(WINDOW.min(self.hops.len()).max(1));
        let sum = |hops: &[PairSums]| hops.iter().fold(PairSums::default(), PairSums::plus);
        windows.map(sum).map(|window| window.is_audible().then_some(window))
    }

    /// Correlation of each window that is not silent.
    pub(super) fn correlations(&self) -> Vec<Option<f64>> {
        self.audible().map(|window| window?.correlation()).collect()
    }

    /// Offset of each window, that of the channel with the larger one, in dBFS.
    pub(super) fn offsets_dbfs(&self) -> impl Iterator<Item = Option<f64>> {
        let length = WINDOW.min(self.hops.len()).max(1);
        let windows = self.offsets.windows(length).zip(self.hops.windows(length));
        windows.map(|(offsets, hops)| {
            let frames: f64 = hops.iter().map(|hop| hop.frames).sum();
            let of = |channel: usize| offsets.iter().map(|sums| sums[channel]).sum::<f64>().abs();
            Some(Db::from_gain(of(0).max(of(1)) / frames.max(1.0)).0)
        })
    }

    /// Mean of the windows that are not silent.
    pub(super) fn mean(correlations: &[Option<f64>]) -> Option<f64> {
        let audible = || correlations.iter().flatten();
        let count = audible().count();
        (count > 0).then(|| audible().sum::<f64>() / count as f64)
    }

    /// The longest stretch of windows whose correlation is below `limit`, in seconds.
    pub(super) fn longest_below_s(correlations: &[Option<f64>], limit: f64) -> f64 {
        let against = |c: &Option<f64>| c.is_some_and(|c| c < limit);
        let runs = correlations.chunk_by(|a, b| against(a) == against(b));
        let longest = runs.filter(|run| against(&run[0])).map(<[_]>::len).max().unwrap_or(0);
        longest as f64 * HOP_S
    }
}

/// The sum of `samples`, in eight lanes.
fn sum_of(samples: &[f32]) -> f64 {
    let (eights, rest) = samples.as_chunks::<8>();
    let mut lanes = [0.0_f64; 8];
    for eight in eights {
        lanes.iter_mut().zip(eight).for_each(|(lane, x)| *lane += f64::from(*x));
    }
    lanes.iter().sum::<f64>() + rest.iter().map(|x| f64::from(*x)).sum::<f64>()
}
