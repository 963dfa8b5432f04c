//! The loop that all processors of dynamics share.

use super::CELL;
use crate::wide::{self, Work};

/// A processor that works cell by cell.
pub(crate) trait Celled {
    /// What happens once per [`CELL`], before its first frame.
    fn begin_cell(&mut self);

    /// Moves the controls one frame further; true if any of them moves, so that each frame has its own
    /// settings.
    fn advance(&mut self) -> bool;

    /// Processes a part of a cell with constant settings; inlined, so that it is compiled for every width of
    /// vectors.
    fn piece(&mut self, left: &mut [f32], right: &mut [f32], key: Option<[&[f32]; 2]>);
}

/// Processes a block of any length that begins at `frame` of a cell, and returns where the next one begins.
/// Cells begin at the same frames however the signal is cut.
///
/// Audio thread: no allocation, no lock, no system call.
pub(crate) fn run(
    processor: &mut impl Celled,
    mut frame: usize,
    left: &mut [f32],
    right: &mut [f32],
    key: Option<[&[f32]; 2]>,
) -> usize {
    let mut done = 0;
    while done < left.len() {
        if frame == 0 {
            processor.begin_cell();
        }
        let longest = if processor.advance() { 1 } else { CELL - frame };
        let part = done..left.len().min(done + longest);
        let key = key.map(|key| key.map(|channel| &channel[part.clone()]));
        let (left, right) = (&mut left[part.clone()], &mut right[part.clone()]);
        wide::run_widest(Piece { processor, left, right, key });
        frame = (frame + part.len()) % CELL;
        done = part.end;
    }
    frame
}

/// A piece of work for the widest vectors of the machine.
struct Piece<'a, P> {
    processor: &'a mut P,
    left: &'a mut [f32],
    right: &'a mut [f32],
    key: Option<[&'a [f32]; 2]>,
}

impl<P: Celled> Work for Piece<'_, P> {
    #[inline(always)]
    fn run(self) {
        self.processor.piece(self.left, self.right, self.key);
    }
}
