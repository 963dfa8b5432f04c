//! One stream on its way from disk.

use std::cell::RefCell;
use std::rc::Rc;

use twobus_jobs::playlist::PIECE_FRAMES;
use twobus_render::Cycle;
use twobus_render::source::StreamWriter;

use super::Part;
use crate::tape::Tape;

/// A tape that several streams may be read from.
pub(super) type Shared = Rc<RefCell<Box<dyn Tape>>>;

/// Reads a part into a stream, from a position on.
pub(super) struct Feed {
    part: Part,
    /// `None` once it could not be read.
    tape: Option<Shared>,
    stream: StreamWriter,
    /// Timeline position of the frame that is written next.
    position: u64,
    cycle: Option<Cycle>,
}

impl Feed {
    pub(super) fn new(
        part: Part,
        tape: Shared,
        stream: StreamWriter,
        position: u64,
        cycle: Option<Cycle>,
    ) -> Self {
        Self { part, tape: Some(tape), stream, position, cycle }
    }

    pub(super) fn part(&self) -> Part {
        self.part
    }

    pub(super) fn is_abandoned(&self) -> bool {
        self.stream.is_abandoned()
    }

    /// Frames that wait to be played.
    pub(super) fn waiting(&self) -> usize {
        self.stream.waiting()
    }

    /// True when there is room for a piece.
    pub(super) fn is_hungry(&self) -> bool {
        self.stream.room() >= PIECE_FRAMES
    }

    /// Writes a piece.
    ///
    /// What could not be read in its time is left out. A tape that cannot be read at all is reported, once,
    /// and is silent from there on.
    pub(super) fn pump(&mut self) -> Result<(), twobus_jobs::Error> {
        let late = self.stream.leap();
        self.position = Cycle::after(self.cycle, self.position, late);
        let outcome = match self.tape.clone() {
            Some(tape) => self.copy(&mut **tape.borrow_mut()),
            None => Ok(()),
        };
        if outcome.is_err() || self.tape.is_none() {
            self.tape = None;
            let silence = self.stream.write(PIECE_FRAMES, |_, left, right| {
                left.fill(0.0);
                right.fill(0.0);
                Ok::<(), std::convert::Infallible>(())
            });
            let Ok(()) = silence;
        }
        self.position = Cycle::after(self.cycle, self.position, PIECE_FRAMES as u64);
        outcome
    }

    fn copy(&mut self, tape: &mut dyn Tape) -> Result<(), twobus_jobs::Error> {
        let (from, cycle) = (self.position, self.cycle);
        self.stream.write(PIECE_FRAMES, |done, left, right| {
            read_along(tape, cycle, Cycle::after(cycle, from, done as u64), left, right)
        })
    }
}

/// Reads frames from `start` on, by way of `cycle`.
fn read_along(
    tape: &mut dyn Tape,
    cycle: Option<Cycle>,
    start: u64,
    left: &mut [f32],
    right: &mut [f32],
) -> Result<(), twobus_jobs::Error> {
    let mut done = 0;
    while done < left.len() {
        let position = Cycle::after(cycle, start, done as u64);
        let to_wrap = cycle.and_then(|cycle| cycle.ahead(position)).unwrap_or(u64::MAX);
        let frames = usize::try_from(to_wrap).unwrap_or(usize::MAX).min(left.len() - done);
        let run = done..done + frames;
        let into_right = right.get_mut(run.clone()).unwrap_or_default();
        tape.read(position, &mut left[run], into_right)?;
        done += frames;
    }
    Ok(())
}
