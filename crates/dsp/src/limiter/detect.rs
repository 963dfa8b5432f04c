//! The true peak around each frame, as the signal comes in.

use crate::oversample::{BLOCK, Interpolator, MARGIN, Scanner};
use crate::wide::{self, Work};

/// Blocks that are gathered before the frames are moved to the front.
const BLOCKS: usize = 16;

/// Reads one channel's true peak frame by frame, [`REACH`](crate::oversample::REACH) frames late.
#[derive(Debug, Clone)]
pub(super) struct Detector {
    /// The last frames, and room for those to come.
    frames: Box<[f64]>,
    /// Where the next frame goes.
    next: usize,
    scanner: Scanner,
}

impl Detector {
    pub(super) fn new() -> Self {
        let frames = vec![0.0; MARGIN + BLOCKS * BLOCK].into();
        Self { frames, next: MARGIN, scanner: Scanner::new() }
    }

    pub(super) fn reset(&mut self) {
        self.frames.fill(0.0);
        self.next = MARGIN;
    }

    /// Takes the next samples, at most [`BLOCK`], and writes the peaks of the intervals that have become
    /// known: exact if above `floor`, else any value not above it.
    pub(super) fn push(
        &mut self,
        interpolator: &Interpolator,
        samples: &[f32],
        floor: f64,
        peaks: &mut [f64],
    ) {
        if self.next + samples.len() > self.frames.len() {
            self.frames.copy_within(self.next - MARGIN..self.next, 0);
            self.next = MARGIN;
        }
        let detector = self;
        wide::run_widest(Reading { detector, interpolator, samples, floor, peaks });
    }

    #[inline(always)]
    fn read(
        &mut self,
        interpolator: &Interpolator,
        samples: &[f32],
        floor: f64,
        peaks: &mut [f64],
    ) {
        let (first, end) = (self.next - MARGIN, self.next + samples.len());
        let new = &mut self.frames[self.next..end];
        new.iter_mut().zip(samples).for_each(|(frame, sample)| *frame = f64::from(*sample));
        self.next = end;
        match self.scanner.peaks(interpolator, &self.frames[first..end], floor) {
            Some(found) => peaks.copy_from_slice(found),
            None => peaks.fill(0.0),
        }
    }
}

/// A call of [`Detector::read`].
struct Reading<'a> {
    detector: &'a mut Detector,
    interpolator: &'a Interpolator,
    samples: &'a [f32],
    floor: f64,
    peaks: &'a mut [f64],
}

impl Work for Reading<'_> {
    #[inline(always)]
    fn run(self) {
        self.detector.read(self.interpolator, self.samples, self.floor, self.peaks);
    }
}
