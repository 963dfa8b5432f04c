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

/// Frames read of each span, from its middle; the rest fades the span in and out.
const HOP: usize = SPAN / 2;

/// Frames before the part that is read.
const FADE: usize = SPAN / 4;

/// The higher of the readings of [`TruePeak`] and of an FFT, streaming.
///
/// The FFT doubles the rate in spans that overlap by half and fade to silence at both ends, with a
/// brick wall at half the rate where the meter's filter has a slope. The two agree about music and
/// differ where much of the signal lies at half its rate, as it does after hard clipping. No meter
/// is right there, so that a level below both is below what any other may read.
///
/// The reading does not depend on how the signal is cut into pushes. A sample that is not finite
/// counts as silence. Not for the audio thread: a push may compute a whole span.
pub struct VerifiedPeak {
    meter: TruePeak,
    doubler: Doubler,
    channels: Box<[Channel]>,
}

impl VerifiedPeak {
    /// A meter of `channels` channels, for every rate.
    pub fn new(channels: usize) -> Self {
        Self {
            meter: TruePeak::new(channels),
            doubler: Doubler::new(),
            channels: (0..channels).map(|_| Channel::new()).collect(),
        }
    }

    /// Takes the next samples of `channel`, which counts from 0.
    pub fn push(&mut self, channel: usize, samples: &[f32]) {
        self.meter.push(channel, samples);
        self.channels[channel].push(&mut self.doubler, samples);
    }

    /// Reads what is still to come after the last sample; the signal is then followed by silence.
    pub fn finish(&mut self) {
        self.meter.finish();
        for channel in &mut self.channels {
            channel.push(&mut self.doubler, &[0.0; SPAN]);
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
    frames: Box<[f64]>,
    filled: usize,
    peak: f64,
}

impl Channel {
    fn new() -> Self {
        Self { frames: vec![0.0; SPAN].into(), filled: SPAN - HOP, peak: 0.0 }
    }

    fn push(&mut self, doubler: &mut Doubler, samples: &[f32]) {
        for sample in samples {
            self.frames[self.filled] = if sample.is_finite() { f64::from(*sample) } else { 0.0 };
            self.filled += 1;
            if self.filled == SPAN {
                self.peak = doubler.peak(&self.frames, self.peak);
                self.frames.copy_within(HOP.., 0);
                self.filled = SPAN - HOP;
            }
        }
    }
}

/// Raises a peak to that of a doubled signal.
struct Reading<'a> {
    interpolator: &'a Interpolator,
    middle: &'a [f64],
    peak: &'a mut f64,
}

impl Work for Reading<'_> {
    #[inline(always)]
    fn run(self) {
        for around in self.middle.array_windows::<WINDOW>().step_by(2) {
            *self.peak = self.peak.max(self.interpolator.peak(around, *self.peak));
        }
    }
}

/// Doubles the rate of a span by FFT and reads the peak of its middle.
struct Doubler {
    interpolator: Interpolator,
    forward: Arc<dyn RealToComplex<f64>>,
    back: Arc<dyn ComplexToReal<f64>>,
    fade: Box<[f64]>,
    span: Box<[f64]>,
    spectrum: Box<[Complex<f64>]>,
    doubled: Box<[f64]>,
    scratch: [Box<[Complex<f64>]>; 2],
}

impl Doubler {
    fn new() -> Self {
        let mut planner = RealFftPlanner::new();
        let forward = planner.plan_fft_forward(SPAN);
        let back = planner.plan_fft_inverse(2 * SPAN);
        let rise = |k: usize| 0.5 - 0.5 * (PI * (k as f64 + 0.5) / FADE as f64).cos();
        // The inverse transform sums without dividing.
        let fade = (0..SPAN).map(|k| rise(k.min(SPAN - 1 - k).min(FADE)) / SPAN as f64).collect();
        let scratch = [forward.make_scratch_vec().into(), back.make_scratch_vec().into()];
        Self {
            interpolator: Interpolator::new(),
            span: forward.make_input_vec().into(),
            spectrum: back.make_input_vec().into(),
            doubled: back.make_output_vec().into(),
            scratch,
            forward,
            back,
            fade,
        }
    }

    /// The higher of `floor` and the peak in the middle of `frames`.
    fn peak(&mut self, frames: &[f64], floor: f64) -> f64 {
        for ((span, frame), fade) in self.span.iter_mut().zip(frames).zip(&self.fade) {
            *span = frame * fade;
        }
        self.double();
        let first = 2 * FADE + 1 - FINE_TAPS / 2;
        let middle = &self.doubled[first..first + 2 * (HOP - 1) + WINDOW];
        let mut peak = floor;
        wide::run_widest(Reading { interpolator: &self.interpolator, middle, peak: &mut peak });
        peak
    }

    fn double(&mut self) {
        const FITS: &str = "the planner made the buffers for these lengths";
        let (own, above) = self.spectrum.split_at_mut(SPAN / 2 + 1);
        self.forward.process_with_scratch(&mut self.span, own, &mut self.scratch[0]).expect(FITS);
        // At the old half rate, positive and negative frequencies were one.
        own[SPAN / 2] *= 0.5;
        above.fill(Complex::new(0.0, 0.0));
        self.back
            .process_with_scratch(&mut self.spectrum, &mut self.doubled, &mut self.scratch[1])
            .expect(FITS);
    }
}
