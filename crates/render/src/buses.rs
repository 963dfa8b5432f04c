//! The buses between strips: sums in 64 bit.

use twobus_dsp::pan::Matrix;

use crate::RUN;
use crate::stereo::{self, Stereo};

/// One channel of a bus.
pub(crate) type Side = [f64; RUN];

/// What strips put on each bus in a run; of each only the first frames of the run at hand count.
///
/// Both sides of a bus stand by themselves, so that threads can share all sides out among them.
pub(crate) struct Buses {
    /// Left and right of the first bus, then of the next.
    sides: Vec<Side>,
}

impl Buses {
    /// So many silent buses.
    pub(crate) fn silent(count: usize) -> Self {
        Self { sides: vec![[0.0; RUN]; 2 * count] }
    }

    /// Adds so many silent buses, and returns the index of the first.
    pub(crate) fn extend(&mut self, count: usize) -> usize {
        let first = self.sides.len() / 2;
        self.sides.resize(2 * (first + count), [0.0; RUN]);
        first
    }

    /// All sides: of bus n, the left one stands at 2 n, the right one behind it.
    pub(crate) fn sides_mut(&mut self) -> &mut [Side] {
        &mut self.sides
    }

    pub(crate) fn clear(&mut self, frames: usize) {
        self.sides.iter_mut().for_each(|side| side[..frames].fill(0.0));
    }

    /// Left and right of a bus.
    pub(crate) fn channels(&self, bus: usize, frames: usize) -> [&[f64]; 2] {
        [&self.sides[2 * bus][..frames], &self.sides[2 * bus + 1][..frames]]
    }

    pub(crate) fn channels_mut(&mut self, bus: usize, frames: usize) -> [&mut [f64]; 2] {
        let (before, after) = self.sides.split_at_mut(2 * bus + 1);
        [&mut before[2 * bus][..frames], &mut after[0][..frames]]
    }

    pub(crate) fn copy_to(&self, bus: usize, to: &mut Stereo<f64>, frames: usize) {
        let [left, right] = self.channels(bus, frames);
        to.left[..frames].copy_from_slice(left);
        to.right[..frames].copy_from_slice(right);
    }

    /// Sets `to` to a bus, rounded to 32 bit.
    pub(crate) fn round_to(&self, bus: usize, to: &mut Stereo<f32>, frames: usize) {
        let (left, right) = to.channels(frames);
        stereo::round(self.channels(bus, frames), 1.0, [left, right]);
    }

    /// Adds `signal` to a bus: first through `matrix`, then by `level`.
    pub(crate) fn add<T: Copy + Into<f64>>(
        &mut self,
        bus: usize,
        signal: &Stereo<T>,
        matrix: Matrix,
        level: f64,
        frames: usize,
    ) {
        for (side, sum) in self.channels_mut(bus, frames).into_iter().enumerate() {
            signal.add_side(side, matrix, level, sum);
        }
    }
}
