//! The true peak around each frame, as the signal comes in.

use crate::oversample::{HALF_REACH, Interpolator, WINDOW};
use crate::wide::{self, Work};

/// Frames that the half-band filter sees.
const SPAN: usize = 2 * HALF_REACH;

/// Reads one channel's true peak frame by frame, [`REACH`](crate::oversample::REACH) frames late.
#[derive(Debug, Clone)]
pub(super) struct Detector {
    /// A ring of the last frames, stored twice in a row so that any span of it is contiguous.
    frames: Box<[f64]>,
    next: usize,
    /// Midpoints and frames in turn.
    doubled: [f64; WINDOW],
}

impl Detector {
    pub(super) fn new() -> Self {
        Self { frames: vec![0.0; 2 * SPAN].into(), next: 0, doubled: [0.0; WINDOW] }
    }

    pub(super) fn reset(&mut self) {
        self.frames.fill(0.0);
        self.next = 0;
        self.doubled.fill(0.0);
    }

    /// Takes the next sample and returns the peak of the interval that has become known: exact if
    /// above `floor`, else any value not above it.
    pub(super) fn push(&mut self, interpolator: &Interpolator, sample: f64, floor: f64) -> f64 {
        let mut peak = 0.0;
        let detector = self;
        wide::run_widest(Reading { detector, interpolator, sample, floor, peak: &mut peak });
        peak
    }

    #[inline(always)]
    fn read(&mut self, interpolator: &Interpolator, sample: f64, floor: f64) -> f64 {
        self.frames[self.next] = sample;
        self.frames[self.next + SPAN] = sample;
        self.next = (self.next + 1) % SPAN;
        let span = &self.frames[self.next..self.next + SPAN];
        self.doubled.copy_within(2.., 0);
        self.doubled[WINDOW - 2] = span[HALF_REACH - 1];
        self.doubled[WINDOW - 1] = interpolator.midpoint(span);
        interpolator.peak(&self.doubled, floor)
    }
}

/// A call of [`Detector::read`].
struct Reading<'a> {
    detector: &'a mut Detector,
    interpolator: &'a Interpolator,
    sample: f64,
    floor: f64,
    peak: &'a mut f64,
}

impl Work for Reading<'_> {
    #[inline(always)]
    fn run(self) {
        *self.peak = self.detector.read(self.interpolator, self.sample, self.floor);
    }
}
