//! The equalizer in linear phase: the bands' prototypes as one symmetric impulse response.
//!
//! The magnitude is sampled in frequency, transformed, and windowed (A. V. Oppenheim, R. W. Schafer,
//! "Discrete-Time Signal Processing", section 7.5). The window is flat but for its ends: what it takes away is only
//! the end of the ringing, so that a bell keeps its height. The convolution is uniformly partitioned overlap-save: T. G. Stockham, "High-Speed Convolution and Correlation", AFIPS
//! 1966, and G. Garcia, "Optimal Filter Partition for Efficient Convolution with Short Input/Output Delay",
//! AES 113th, 2002, section 2.
//!
//! Only what bands are at rest is in the impulse response; what dynamic bands add to it follows behind it
//! ([`Equalizer`](super::Equalizer)).
//!
//! A change of the curve is heard from the next partition on, under a cross-fade over that partition.
//! Pre-ringing lasts at most half of [`taps`]. A bell that would ring for longer, because it is narrower than some
//! 2 Hz (its frequency by its Q and by the root of its gain), moves the level less and more widely;
//! the drawn curve ([`Curve`](super::curve::Curve)) shows it as it is.

use std::f64::consts::PI;
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::params::{BANDS, Kind, PARAMS, Side, rest_of};
use super::prototype::{Part, Section};
use crate::delay_line::DelayLine;
use crate::lanes::{CHANNELS, Frame};
use crate::param::Values;

/// Partitions of the impulse response.
const PARTITIONS: usize = 32;

/// Length of the impulse response in seconds, at least.
const LENGTH_S: f64 = 1.36;

/// Share of each half of the window that falls, as a half period of a cosine.
const TAPER: f64 = 0.25;

/// Frames of the impulse response at `rate_hz`, a power of two; the last one is zero, so that the others
/// are symmetric about their middle.
pub fn taps(rate_hz: f64) -> usize {
    ((LENGTH_S * rate_hz) as usize).next_power_of_two()
}

/// Latency at `rate_hz` in frames: half of the impulse response, and one partition to collect.
pub fn latency_frames(rate_hz: f64) -> usize {
    let taps = taps(rate_hz);
    taps / 2 - 1 + taps / PARTITIONS
}

/// A spectrum, bin by bin.
type Spectrum = Vec<Complex<f64>>;

/// An equalizer in linear phase.
pub(crate) struct Linear {
    partition: usize,
    designer: Designer,
    now: Kernel,
    before: Kernel,
    changed: bool,
    convolution: Convolution,
    /// By channel: what has come of this partition, and what goes out meanwhile.
    input: [Vec<f64>; CHANNELS],
    output: [Vec<f64>; CHANNELS],
    /// What the kernel before makes of this partition, under a cross-fade.
    old: Vec<f64>,
    filled: usize,
    /// Passes what is not to be changed, bit for bit.
    dry: DelayLine<f64>,
}

impl Linear {
    pub(crate) fn new(rate_hz: f64) -> Self {
        let taps = taps(rate_hz);
        let partition = taps / PARTITIONS;
        let convolution = Convolution::new(partition);
        let silence = || [vec![0.0; partition], vec![0.0; partition]];
        Self {
            partition,
            designer: Designer::new(rate_hz),
            now: convolution.kernel(),
            before: convolution.kernel(),
            changed: false,
            convolution,
            input: silence(),
            output: silence(),
            old: vec![0.0; partition],
            filled: 0,
            dry: DelayLine::new(latency_frames(rate_hz) - partition),
        }
    }

    /// The curve is another one from the next partition on.
    pub(crate) fn change(&mut self) {
        self.changed = true;
    }

    /// Forgets the signal and takes the curve of `values`.
    pub(crate) fn reset(&mut self, values: &Values<PARAMS>) {
        self.convolution.reset();
        self.output.iter_mut().for_each(|output| output.fill(0.0));
        self.dry.reset();
        (self.filled, self.changed) = (0, false);
        self.designer.design(values, &mut self.convolution, &mut self.now);
    }

    /// Passes a block of any length.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn process(&mut self, block: &mut [Frame], values: &Values<PARAMS>) {
        for frame in block {
            for (channel, sample) in frame.iter_mut().enumerate() {
                self.input[channel][self.filled] = *sample;
                *sample = self.output[channel][self.filled];
            }
            self.filled += 1;
            if self.filled == self.partition {
                self.run(values);
                self.filled = 0;
            }
        }
    }

    /// Turns a full partition of input into the next partition of output.
    fn run(&mut self, values: &Values<PARAMS>) {
        let [left, right] = &mut self.input;
        self.convolution.hear([left, right]);
        self.dry.process(left, right);
        let fades = std::mem::take(&mut self.changed);
        if fades {
            std::mem::swap(&mut self.now, &mut self.before);
            self.designer.design(values, &mut self.convolution, &mut self.now);
        }
        for channel in 0..CHANNELS {
            let (dry, output) = (&self.input[channel], &mut self.output[channel]);
            self.convolution.write(&self.now, channel, dry, output);
            if fades {
                self.convolution.write(&self.before, channel, dry, &mut self.old);
                let step = 1.0 / self.partition as f64;
                for (frame, (new, old)) in output.iter_mut().zip(&self.old).enumerate() {
                    *new = old + (frame + 1) as f64 * step * (*new - old);
                }
            }
        }
    }
}

/// An impulse response as the spectra of its partitions.
struct Kernel {
    /// From each channel to itself.
    same: Vec<Spectrum>,
    /// From each channel to the other, where mid and side differ.
    across: Vec<Spectrum>,
    has_across: bool,
    /// It lets everything through.
    is_neutral: bool,
}

/// Makes kernels of curves.
struct Designer {
    rate_hz: f64,
    backward: Arc<dyn ComplexToReal<f64>>,
    spectrum: Spectrum,
    response: Vec<f64>,
    scratch: Spectrum,
    window: Vec<f64>,
}

impl Designer {
    fn new(rate_hz: f64) -> Self {
        let taps = taps(rate_hz);
        let backward = RealFftPlanner::new().plan_fft_inverse(taps);
        Self {
            rate_hz,
            spectrum: backward.make_input_vec(),
            response: backward.make_output_vec(),
            scratch: backward.make_scratch_vec(),
            backward,
            window: flat_topped(taps / 2),
        }
    }

    /// Makes `kernel` follow the curve of `values`.
    fn design(
        &mut self,
        values: &Values<PARAMS>,
        convolution: &mut Convolution,
        kernel: &mut Kernel,
    ) {
        let kinds = std::array::from_fn::<_, BANDS, _>(|number| Kind::of(values, number));
        let heard = |side: Side| kinds.iter().any(|kind| kind.on && kind.side == side);
        kernel.has_across = heard(Side::Mid) || heard(Side::Side);
        kernel.is_neutral =
            (0..BANDS).all(|number| !kinds[number].on || rest_of(values, number).is_neutral());
        if kernel.is_neutral {
            return;
        }
        self.sample(values, 0);
        convolution.transform(&self.response, &self.window, &mut kernel.same);
        if kernel.has_across {
            self.sample(values, 1);
            convolution.transform(&self.response, &self.window, &mut kernel.across);
            for (same, across) in
                kernel.same.iter_mut().flatten().zip(kernel.across.iter_mut().flatten())
            {
                (*same, *across) = (0.5 * (*same + *across), 0.5 * (*same - *across));
            }
        }
    }

    /// The impulse response of channel 0 (left, mid) or 1 (right, side), around its middle at index 0.
    fn sample(&mut self, values: &Values<PARAMS>, channel: usize) {
        self.spectrum.fill(Complex::new(1.0, 0.0));
        for number in 0..BANDS {
            let kind = Kind::of(values, number);
            let rest = rest_of(values, number);
            if kind.on && !rest.is_neutral() && kind.side.covers(channel) {
                self.shape(&rest);
            }
        }
        let transformed = self.backward.process_with_scratch(
            &mut self.spectrum,
            &mut self.response,
            &mut self.scratch,
        );
        debug_assert!(transformed.is_ok(), "all lengths come from the plan");
        let scale = 1.0 / self.response.len() as f64;
        self.response.iter_mut().for_each(|x| *x *= scale);
    }

    /// Gives the sampled magnitude that of a band too.
    fn shape(&mut self, part: &Part) {
        let hz_per_bin = 0.5 * self.rate_hz / (self.spectrum.len() - 1) as f64;
        for section in part.prototype().into_iter().filter(|section| *section != Section::UNITY) {
            for (bin, gain) in self.spectrum.iter_mut().enumerate() {
                let ratio = bin as f64 * hz_per_bin / part.setting.frequency_hz;
                gain.re *= section.power(ratio).sqrt();
            }
        }
    }
}

/// The magnitude of a kernel, as it is heard.
#[derive(Debug, Clone)]
pub(super) struct Drawn {
    hz_per_bin: f64,
    gains: Vec<f64>,
}

impl Drawn {
    /// Of the kernel for the curve of `values` on `channel`: takes some milliseconds and memory.
    pub(super) fn new(values: &Values<PARAMS>, channel: usize, rate_hz: f64) -> Self {
        let mut designer = Designer::new(rate_hz);
        designer.sample(values, channel);
        let Designer { response, window, .. } = designer;
        // The kernel in a room four times its length, so that its magnitude is smooth from bin to bin.
        let forward = RealFftPlanner::new().plan_fft_forward(4 * response.len());
        let (mut kernel, mut bins) = (forward.make_input_vec(), forward.make_output_vec());
        for (distance, (x, window)) in response.iter().zip(&window).enumerate() {
            kernel[distance] = x * window;
            if distance > 0 {
                let before = kernel.len() - distance;
                kernel[before] = x * window;
            }
        }
        let done = forward.process(&mut kernel, &mut bins);
        debug_assert!(done.is_ok(), "all lengths come from the plan");
        let gains: Vec<f64> = bins.iter().map(|bin| bin.re).collect();
        Self { hz_per_bin: 0.5 * rate_hz / (gains.len() - 1) as f64, gains }
    }

    /// Gain at `frequency_hz`, in dB.
    pub(super) fn db_at(&self, frequency_hz: f64) -> f64 {
        let last = self.gains.len() - 1;
        let at = (frequency_hz / self.hz_per_bin).clamp(0.0, last as f64);
        let middle = (at.round() as usize).clamp(1, last - 1);
        let [before, here, after] = [middle - 1, middle, middle + 1].map(|bin| self.gains[bin]);
        let offset = at - middle as f64;
        let bend = 0.5 * (before - 2.0 * here + after);
        let gain = here + offset * (0.5 * (after - before) + offset * bend);
        20.0 * gain.abs().log10()
    }
}

/// One half of the window, from its middle on, `length` values.
fn flat_topped(length: usize) -> Vec<f64> {
    let value = |n: usize| {
        let into_taper = (n as f64 / length as f64 - (1.0 - TAPER)) / TAPER;
        0.5 + 0.5 * (PI * into_taper.max(0.0)).cos()
    };
    (0..length).map(value).collect()
}

/// Partitioned convolution of both channels.
struct Convolution {
    partition: usize,
    forward: Arc<dyn RealToComplex<f64>>,
    backward: Arc<dyn ComplexToReal<f64>>,
    /// The last two partitions of input, by channel.
    input: [Vec<f64>; CHANNELS],
    /// Spectra of past inputs, by channel: rings, whose newest place is `newest`.
    past: [Vec<Spectrum>; CHANNELS],
    newest: usize,
    sum: Spectrum,
    time: Vec<f64>,
    scratch: Spectrum,
}

impl Convolution {
    fn new(partition: usize) -> Self {
        let mut planner = RealFftPlanner::new();
        let forward = planner.plan_fft_forward(2 * partition);
        let backward = planner.plan_fft_inverse(2 * partition);
        let scratch = forward.get_scratch_len().max(backward.get_scratch_len());
        let spectra = || vec![forward.make_output_vec(); PARTITIONS];
        Self {
            partition,
            input: [vec![0.0; 2 * partition], vec![0.0; 2 * partition]],
            past: [spectra(), spectra()],
            newest: 0,
            sum: forward.make_output_vec(),
            time: vec![0.0; 2 * partition],
            scratch: vec![Complex::default(); scratch],
            forward,
            backward,
        }
    }

    /// A kernel of the right size, which lets everything through.
    fn kernel(&self) -> Kernel {
        let spectra = || vec![self.forward.make_output_vec(); PARTITIONS];
        Kernel { same: spectra(), across: spectra(), has_across: false, is_neutral: true }
    }

    fn reset(&mut self) {
        self.input.iter_mut().for_each(|input| input.fill(0.0));
        let spectra = self.past.iter_mut().flatten();
        spectra.for_each(|spectrum| spectrum.fill(Complex::default()));
        self.newest = 0;
    }

    /// Takes a partition of input.
    fn hear(&mut self, channels: [&[f64]; CHANNELS]) {
        self.newest = (self.newest + 1) % PARTITIONS;
        for (channel, new) in channels.into_iter().enumerate() {
            let input = &mut self.input[channel];
            input.copy_within(self.partition.., 0);
            input[self.partition..].copy_from_slice(new);
            self.time.copy_from_slice(input);
            let spectrum = &mut self.past[channel][self.newest];
            let done =
                self.forward.process_with_scratch(&mut self.time, spectrum, &mut self.scratch);
            debug_assert!(done.is_ok(), "all lengths come from the plan");
        }
    }

    /// Writes what `kernel` makes of the input; `dry` is the input, as late as that.
    fn write(&mut self, kernel: &Kernel, channel: usize, dry: &[f64], output: &mut [f64]) {
        if kernel.is_neutral {
            output.copy_from_slice(dry);
            return;
        }
        self.sum.fill(Complex::default());
        for age in 0..PARTITIONS {
            let place = (self.newest + PARTITIONS - age) % PARTITIONS;
            add_product(&mut self.sum, &kernel.same[age], &self.past[channel][place]);
            if kernel.has_across {
                let other = &self.past[CHANNELS - 1 - channel][place];
                add_product(&mut self.sum, &kernel.across[age], other);
            }
        }
        let done =
            self.backward.process_with_scratch(&mut self.sum, &mut self.time, &mut self.scratch);
        debug_assert!(done.is_ok(), "the ends of a spectrum are real where its factors' are");
        let scale = 1.0 / self.time.len() as f64;
        for (out, x) in output.iter_mut().zip(&self.time[self.partition..]) {
            *out = scale * x;
        }
    }

    /// The spectra of the partitions of `response`, which is centred at index 0, made causal, windowed by
    /// the half window `window`.
    fn transform(&mut self, response: &[f64], window: &[f64], spectra: &mut [Spectrum]) {
        let half = window.len();
        let at = |tap: usize| {
            // Tap half − 1 is the middle; the last one has no counterpart.
            let distance = (half - 1).abs_diff(tap);
            if tap == 2 * half - 1 { 0.0 } else { response[distance] * window[distance] }
        };
        for (part, spectrum) in spectra.iter_mut().enumerate() {
            let (taps, rest) = self.time.split_at_mut(self.partition);
            taps.iter_mut().zip(part * self.partition..).for_each(|(x, tap)| *x = at(tap));
            rest.fill(0.0);
            let done =
                self.forward.process_with_scratch(&mut self.time, spectrum, &mut self.scratch);
            debug_assert!(done.is_ok(), "all lengths come from the plan");
        }
    }
}

fn add_product(sum: &mut [Complex<f64>], a: &[Complex<f64>], b: &[Complex<f64>]) {
    for ((sum, a), b) in sum.iter_mut().zip(a).zip(b) {
        *sum += a * b;
    }
}
