//! A signal between two strips: where it lies in the scratch, and the gains that it has still to pass.

use twobus_dsp::pan::Matrix;

use crate::buses::Buses;
use crate::meters::StripMeter;
use crate::scratch::Scratch;
use crate::stereo::through;

/// A signal in the scratch, and the gains it has still to pass.
#[derive(Clone, Copy)]
pub(super) enum Signal {
    Single(Matrix),
    Double(Matrix),
    Post,
    PreTap,
}

impl Signal {
    /// The same signal through one more matrix.
    pub(super) fn through(self, after: Matrix) -> Self {
        match self {
            Self::Single(before) => Self::Single(product(before, after)),
            Self::Double(before) => Self::Double(product(before, after)),
            Self::Post | Self::PreTap => self,
        }
    }

    /// Frame `i`, all gains passed.
    pub(super) fn frame(self, scratch: &Scratch, i: usize) -> (f64, f64) {
        let single = |x: f32| f64::from(x);
        match self {
            Self::Single(matrix) => {
                through(matrix, single(scratch.single.left[i]), single(scratch.single.right[i]))
            }
            Self::Double(matrix) => {
                through(matrix, scratch.double.left[i], scratch.double.right[i])
            }
            Self::Post => (scratch.post.left[i], scratch.post.right[i]),
            Self::PreTap => (scratch.pre_tap.left[i], scratch.pre_tap.right[i]),
        }
    }

    /// Shows its levels, all gains passed, on `meter`.
    pub(super) fn measure(self, scratch: &Scratch, frames: usize, meter: &StripMeter) {
        match self {
            Self::Single(matrix) => meter.measure(&scratch.single, matrix, frames),
            Self::Double(matrix) => meter.measure(&scratch.double, matrix, frames),
            Self::Post => meter.measure(&scratch.post, Matrix::IDENTITY, frames),
            Self::PreTap => meter.measure(&scratch.pre_tap, Matrix::IDENTITY, frames),
        }
    }

    /// Adds all frames, all gains passed, to bus `to` by `level`.
    pub(super) fn add_to(
        self,
        scratch: &Scratch,
        buses: &mut Buses,
        to: usize,
        level: f64,
        frames: usize,
    ) {
        match self {
            Self::Single(m) | Self::Double(m) if m == SILENT => {}
            Self::Single(matrix) => buses.add(to, &scratch.single, matrix, level, frames),
            Self::Double(matrix) => buses.add(to, &scratch.double, matrix, level, frames),
            Self::Post => buses.add(to, &scratch.post, Matrix::IDENTITY, level, frames),
            Self::PreTap => buses.add(to, &scratch.pre_tap, Matrix::IDENTITY, level, frames),
        }
    }
}

pub(super) const SILENT: Matrix = Matrix { ll: 0.0, rl: 0.0, lr: 0.0, rr: 0.0 };

/// First `before`, then `after`.
fn product(before: Matrix, after: Matrix) -> Matrix {
    Matrix {
        ll: before.ll * after.ll + before.lr * after.rl,
        rl: before.rl * after.ll + before.rr * after.rl,
        lr: before.ll * after.lr + before.lr * after.rr,
        rr: before.rl * after.lr + before.rr * after.rr,
    }
}
