//! The true peak by two interpolators: what a delivery is held to.

use std::f64::consts::PI;
use std::fmt;
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::TruePeak;
use crate::oversample::{FINE_TAPS, Interpolator, WINDOW};
use crate::units::Db;
use crate::wide::{self, Work};

/// Frames transformed at a time.
const SPAN: usize = 8192;

/// Frames over which a span fades in, and out.
const FADE: usize = SPAN / 8;

/// Frames read of each span, from its middle.
const HOP: usize = SPAN - 2 * FADE;

/// Points of the doubled signal that one fine filter or the next sees.
const POINTS: usize = 2 * (HOP - 1) + WINDOW;

/// The higher of the readings of [`TruePeak`] and of an FFT, streaming.
///
/// The FFT finds the midpoints between frames in spans that overlap and fade to silence at both ends, with
/// a brick wall at half the rate where the meter's filter has a slope. It computes in 32 bit, whose
/// rounding it reads too: less than 0.0001 dB. The two agree about music and differ where much of the signal
/// lies at half its rate, as it does after hard clipping. No meter is right there, so that a level below
/// both is below what any other may read.
///
/// The reading does not depend on how the signal is cut into pushes. A sample that is not finite
/// counts as silence. Not for the audio thread: a push may compute a whole span.
pub struct VerifiedPeak {
    meter: TruePeak,
    shifter: Shifter,
    channels: Box<[Channel]>,
}

impl VerifiedPeak {
    /// A meter of `channels` channels, for every rate.
    pub fn new(channels: usize) -> Self {
        Self::above(channels, 0.0)
    }

    /// A meter that reads what is above `floor`, and `floor` where nothing is: sooner done.
    pub fn above(channels: usize, floor: f64) -> Self {
        Self {
            meter: TruePeak::above(channels, floor),
            shifter: Shifter::new(),
            channels: (0..channels).map(|_| Channel::new(floor)).collect(),
        }
    }

    /// Takes the next samples of `channel`, which counts from 0.
    pub fn push(&mut self, channel: usize, samples: &[f32]) {
        self.meter.push(channel, samples);
        self.channels[channel].push(&mut self.shifter, samples);
    }

    /// Reads what is still to come after the last sample; the signal is then followed by silence.
    pub fn finish(&mut self) {
        self.meter.finish();
        for channel in &mut self.channels {
            channel.push(&mut self.shifter, &[0.0; SPAN]);
        }
    }

    /// Largest magnitude so far of `channel` by either interpolator; 1 is full scale.
    pub fn peak(&self, channel: usize) -> f64 {
        self.meter.peak(channel).max(self.channels[channel].peak)
    }

    /// Largest level so far of all channels by either interpolator, in dBTP.
    pub fn peak_db(&self) -> Db {
        Db::from_gain((0..self.channels.len()).map(|i| self.peak(i)).fold(0.0, f64::max))
    }
}

impl fmt::Debug for VerifiedPeak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedPeak").field("peak_db", &self.peak_db()).finish_non_exhaustive()
    }
}

struct Channel {
    frames: Box<[f32]>,
    filled: usize,
    peak: f64,
}

impl Channel {
    fn new(floor: f64) -> Self {
        Self { frames: vec![0.0; SPAN].into(), filled: SPAN - HOP, peak: floor }
    }

    fn push(&mut self, shifter: &mut Shifter, samples: &[f32]) {
        let mut left = samples;
        while !left.is_empty() {
            let room = &mut self.frames[self.filled..];
            let (now, later) = left.split_at(room.len().min(left.len()));
            for (frame, sample) in room.iter_mut().zip(now) {
                *frame = if sample.is_finite() { *sample } else { 0.0 };
            }
            self.filled += now.len();
            if self.filled == SPAN {
                self.peak = shifter.peak(&self.frames, self.peak);
                self.frames.copy_within(HOP.., 0);
                self.filled = SPAN - HOP;
            }
            left = later;
        }
    }
}

/// Raises a peak to that of a doubled signal.
struct Reading<'a> {
    interpolator: &'a Interpolator,
    points: &'a [f64],
    peak: &'a mut f64,
}

impl Work for Reading<'_> {
    #[inline(always)]
    fn run(self) {
        *self.peak = self.interpolator.highest(self.points, *self.peak);
    }
}

/// Finds the midpoints of a span by FFT and reads the peak of its middle.
struct Shifter {
    interpolator: Interpolator,
    forward: Arc<dyn RealToComplex<f32>>,
    back: Arc<dyn ComplexToReal<f32>>,
    /// Also divides by the length, which the inverse transform does not.
    fade: Box<[f32]>,
    span: Box<[f32]>,
    spectrum: Box<[Complex<f32>]>,
    /// What moves each frequency half a frame on.
    turns: Box<[Complex<f32>]>,
    doubled: Box<[f64]>,
    scratch: [Box<[Complex<f32>]>; 2],
}

impl Shifter {
    fn new() -> Self {
        let mut planner = RealFftPlanner::new();
        let forward = planner.plan_fft_forward(SPAN);
        let back = planner.plan_fft_inverse(SPAN);
        let rise = |k: usize| 0.5 - 0.5 * (PI * (k as f64 + 0.5) / FADE as f64).cos();
        let fade = |k: usize| rise(k.min(SPAN - 1 - k).min(FADE)) / SPAN as f64;
        // At half the rate, positive and negative frequencies are one, and their midpoints are 0.
        let turn = |k: usize| match k {
            0 => Complex::new(1.0, 0.0),
            _ if k == SPAN / 2 => Complex::new(0.0, 0.0),
            _ => Complex::from_polar(1.0, PI * k as f64 / SPAN as f64),
        };
        let single = |turn: Complex<f64>| Complex::new(turn.re as f32, turn.im as f32);
        let scratch = [forward.make_scratch_vec().into(), back.make_scratch_vec().into()];
        Self {
            interpolator: Interpolator::new(),
            span: forward.make_input_vec().into(),
            spectrum: back.make_input_vec().into(),
            turns: (0..=SPAN / 2).map(turn).map(single).collect(),
            doubled: vec![0.0; POINTS].into(),
            fade: (0..SPAN).map(|k| fade(k) as f32).collect(),
            scratch,
            forward,
            back,
        }
    }

    /// The higher of `floor` and the peak in the middle of `frames`.
    fn peak(&mut self, frames: &[f32], floor: f64) -> f64 {
        for ((span, frame), fade) in self.span.iter_mut().zip(frames).zip(&self.fade) {
            *span = frame * fade;
        }
        self.shift();
        // The first, the last and every second point are midpoints.
        let first = FADE - FINE_TAPS / 4;
        let (points, last) = self.doubled.as_chunks_mut::<2>();
        let middle = self.span[first..].iter().zip(&frames[first + 1..]);
        for ([midpoint, frame], (between, next)) in points.iter_mut().zip(middle) {
            (*midpoint, *frame) = (f64::from(*between), f64::from(*next));
        }
        last[0] = f64::from(self.span[first + points.len()]);
        let mut peak = floor;
        let (interpolator, points) = (&self.interpolator, &*self.doubled);
        wide::run_widest(Reading { interpolator, points, peak: &mut peak });
        peak
    }

    /// Replaces the span by the midpoints after each of its frames.
    fn shift(&mut self) {
        const FITS: &str = "the planner made the buffers for these lengths";
        let [there, back] = &mut self.scratch;
        self.forward.process_with_scratch(&mut self.span, &mut self.spectrum, there).expect(FITS);
        self.spectrum.iter_mut().zip(&self.turns).for_each(|(value, turn)| *value *= turn);
        self.back.process_with_scratch(&mut self.spectrum, &mut self.span, back).expect(FITS);
    }
}
