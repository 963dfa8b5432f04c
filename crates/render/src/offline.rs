//! The driver of a bounce: renders from frame 0 as fast as its sink takes it, with the tail.

use twobus_dsp::Db;

use crate::RUN;
use crate::renderer::{Renderer, Run};

/// A tail is over when everything stays below this level ...
pub const TAIL_FLOOR: Db = Db(-90.0);
/// ... for this long, in seconds,
pub const TAIL_QUIET_S: f64 = 0.5;
/// and after this long in any case, in seconds.
pub const TAIL_MAX_S: f64 = 30.0;

/// Which frames of the song a bounce delivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// From the start to `end`, then until the tail is over.
    WithTail {
        /// First frame after the last clip.
        end: u64,
    },
    /// Exactly these frames; what lies before is rendered and discarded.
    Exactly {
        /// First frame.
        start: u64,
        /// First frame after it.
        end: u64,
    },
}

impl Span {
    fn start(self) -> u64 {
        match self {
            Self::WithTail { .. } => 0,
            Self::Exactly { start, .. } => start,
        }
    }
}

/// The part of a rendered run that belongs to the bounce.
#[derive(Clone, Copy)]
pub struct Piece<'a> {
    run: Run<'a>,
    from: usize,
    to: usize,
}

impl<'a> Piece<'a> {
    /// Its length in frames.
    pub fn frames(&self) -> usize {
        self.to - self.from
    }

    /// Number of outputs: the print and one for each stem.
    pub fn outputs(&self) -> usize {
        self.run.outputs()
    }

    /// Left and right of output `index`; 0 is the print.
    pub fn output(&self, index: usize) -> (&'a [f64], &'a [f64]) {
        let (left, right) = self.run.output(index);
        (&left[self.from..self.to], &right[self.from..self.to])
    }
}

/// Renders `span` and hands it to `sink` piece by piece, latency taken away.
///
/// `supply` is called before every run with the position up to which sources must have their
/// samples. Returns the number of frames delivered.
///
/// # Errors
/// The first error of `supply` or `sink` ends the bounce.
pub fn run<E>(
    renderer: &mut Renderer,
    span: Span,
    rate_hz: u32,
    mut supply: impl FnMut(u64) -> Result<(), E>,
    mut sink: impl FnMut(Piece<'_>) -> Result<(), E>,
) -> Result<u64, E> {
    renderer.locate(0);
    let latency = renderer.plan().latency_frames();
    let mut end = End::new(span, rate_hz);
    let mut delivered = 0;
    while !end.is_reached() {
        supply(renderer.position() + RUN as u64)?;
        let at = renderer.position();
        let run = renderer.next_shared_run();
        // Frames of the song that this run holds, its latency taken away.
        let (first, after) =
            (at.max(latency) - latency, (at + run.frames() as u64).max(latency) - latency);
        let first_wanted = first.max(span.start()).min(after);
        let skipped = run.frames() as u64 - (after - first_wanted);
        let from = usize::try_from(skipped).expect("a run is short");
        let mut piece = Piece { run, from, to: run.frames() };
        piece.to = end.advance(first_wanted, piece);
        if piece.frames() > 0 {
            delivered += piece.frames() as u64;
            sink(piece)?;
        }
    }
    Ok(delivered)
}

/// Finds the last frame of a bounce.
struct End {
    /// No end before this frame.
    earliest: u64,
    /// No frame from here on.
    latest: u64,
    /// Quiet frames that end a tail; `None` where the end is fixed.
    quiet_needed: Option<u64>,
    quiet: u64,
    floor: f64,
    reached: bool,
}

impl End {
    fn new(span: Span, rate_hz: u32) -> Self {
        let frames = |seconds: f64| (seconds * f64::from(rate_hz)).round() as u64;
        let (earliest, latest, quiet_needed) = match span {
            Span::WithTail { end } => {
                (end, end.saturating_add(frames(TAIL_MAX_S)), Some(frames(TAIL_QUIET_S)))
            }
            Span::Exactly { start, end } => (end.max(start), end.max(start), None),
        };
        let floor = TAIL_FLOOR.to_gain();
        Self { earliest, latest, quiet_needed, quiet: 0, floor, reached: latest == 0 }
    }

    fn is_reached(&self) -> bool {
        self.reached
    }

    /// Looks at `piece`, whose first frame is `first`; returns where within its run to cut it.
    fn advance(&mut self, first: u64, piece: Piece<'_>) -> usize {
        for (frame, index) in (first..).zip(piece.from..piece.to) {
            let quiet_enough = self.quiet_needed.is_none_or(|needed| self.quiet >= needed);
            if frame >= self.latest || (frame >= self.earliest && quiet_enough) {
                self.reached = true;
                return index;
            }
            self.quiet = if self.is_quiet(piece.run, index) { self.quiet + 1 } else { 0 };
        }
        piece.to
    }

    fn is_quiet(&self, run: Run<'_>, index: usize) -> bool {
        self.quiet_needed.is_none()
            || (0..run.outputs()).all(|output| {
                let (left, right) = run.output(output);
                left[index].abs() < self.floor && right[index].abs() < self.floor
            })
    }
}
