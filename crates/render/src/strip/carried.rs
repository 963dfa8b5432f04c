//! What a strip has for its buses, kept until all strips of its level have run.

use twobus_dsp::pan::Matrix;

use super::edge::Edge;
use crate::stereo::Stereo;

/// What the edges of a strip carry in one run.
pub(crate) struct Carried {
    /// The strip's signal behind its devices.
    pub(super) signal: Box<Stereo<f32>>,
    /// By edge.
    pub(super) loads: Vec<Load>,
}

/// What one edge carries.
pub(super) struct Load {
    /// The bus that it leads to.
    to: usize,
    pub(super) what: What,
    /// Room for a signal that is not its strip's own through constant gains.
    pub(super) room: Box<Stereo<f64>>,
}

pub(super) enum What {
    Nothing,
    /// The strip's signal through a matrix, by a level.
    Strips(Matrix, f64),
    /// What lies in the room.
    Own,
}

impl Carried {
    /// Room for what `edges` carry.
    pub(super) fn by(edges: &[Edge]) -> Self {
        let load = |edge: &Edge| Load {
            to: edge.to,
            what: What::Nothing,
            room: Box::new(Stereo::silent()),
        };
        Self { signal: Box::new(Stereo::silent()), loads: edges.iter().map(load).collect() }
    }

    /// Adds all that leads to `bus` to one `side` of it (0 is left), whose samples are `sum`.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn add_to(&self, bus: usize, side: usize, sum: &mut [f64]) {
        for load in self.loads.iter().filter(|load| load.to == bus) {
            match load.what {
                What::Nothing => {}
                What::Strips(matrix, level) => self.signal.add_side(side, matrix, level, sum),
                What::Own => load.room.add_side(side, Matrix::IDENTITY, 1.0, sum),
            }
        }
    }
}
