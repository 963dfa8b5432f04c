//! Spectra of 0.4 s, one a hop: the bands and the low end of each, and the mean of all.
//!
//! A frame is as long as 0.4 s at any rate, so a bin is 2.5 Hz wide at any rate. Its window is
//! Hann's; frames overlap by half. Powers are mean squares: those of all bins of a frame sum to the
//! mean square of its samples as the window weights them (Heinzel, Rüdiger and Schilling, "Spectrum
//! and spectral density estimation by the DFT", 2002, §9).

use std::collections::VecDeque;
use std::f64::consts::TAU;
use std::ops::Range;
use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};

use super::windows::PairSums;

/// Thirds of an octave from 25 Hz to 20 kHz, by their centres of 10^(n/10) Hz.
pub(crate) const THIRDS: usize = 30;
/// The n of the first of them: 10^1.4 = 25 Hz.
const FIRST_THIRD: i32 = 14;
/// The low end.
const LOW_HZ: (f64, f64) = (20.0, 120.0);
/// Below hearing; what is below 5 Hz cannot be told from an offset.
const SUBSONIC_HZ: (f64, f64) = (5.0, 25.0);
/// Where an S lies, and what it is held against.
const HIGH_HZ: (f64, f64) = (5000.0, 10_000.0);
const MID_HZ: (f64, f64) = (1000.0, 4000.0);
/// Where the mains is looked for.
const MAINS_TOP_HZ: f64 = 400.0;
/// Spectra that are kept of the head and of the tail, 5 s each.
const KEPT: usize = 25;

/// What one spectrum holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    /// Power of each third of an octave, both channels together.
    pub(crate) thirds: [f32; THIRDS],
    /// The low end of both channels.
    pub(crate) low: PairSums,
    pub(crate) subsonic: f32,
    pub(crate) mid: f32,
    pub(crate) high: f32,
    /// All from 5 Hz on.
    pub(crate) total: f32,
    /// A-weighted, mean of both channels.
    pub(crate) a_weighted: f32,
    /// Whether all of its samples belong to the file.
    pub(crate) whole: bool,
}

/// Takes spectra of a stereo signal.
pub(crate) struct Spectra {
    fft: Arc<dyn RealToComplex<f32>>,
    window: Box<[f32]>,
    bin_hz: f64,
    bands: Bands,
    /// The last hop and the present one, per channel.
    samples: [Vec<f32>; 2],
    hop_frames: usize,
    scratch: Scratch,
    /// The low end of the last spectrum.
    low_bins: [Vec<Complex32>; 2],
    /// Sum of all spectra, both channels together.
    sum: Vec<f64>,
    pub(crate) frames: Vec<Frame>,
    /// The lowest bins of the first and of the last frames.
    pub(crate) head: Vec<Box<[f32]>>,
    pub(crate) tail: VecDeque<Box<[f32]>>,
}

impl std::fmt::Debug for Spectra {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Spectra").field("frames", &self.frames.len()).finish_non_exhaustive()
    }
}

struct Scratch {
    input: Vec<f32>,
    output: [Vec<Complex32>; 2],
    work: Vec<Complex32>,
    power: Vec<f32>,
}

/// Which bins belong to what.
struct Bands {
    thirds: [Range<usize>; THIRDS],
    low: Range<usize>,
    subsonic: Range<usize>,
    mid: Range<usize>,
    high: Range<usize>,
    audible: Range<usize>,
    mains: usize,
    a_weights: Vec<f32>,
}

impl Spectra {
    pub(crate) fn new(rate_hz: u32, hop_frames: usize) -> Self {
        let length = 2 * hop_frames;
        let fft = RealFftPlanner::new().plan_fft_forward(length);
        // Periodic, and scaled so that powers are mean squares: Σw² = 3N/8.
        let scale = (1.0 / (length as f64 * 0.375 * length as f64)).sqrt();
        let hann = |n: usize| 0.5 - 0.5 * (TAU * n as f64 / length as f64).cos();
        let window = (0..length).map(|n| (hann(n) * scale) as f32).collect();
        let bin_hz = f64::from(rate_hz) / length as f64;
        let scratch = Scratch {
            input: fft.make_input_vec(),
            output: [fft.make_output_vec(), fft.make_output_vec()],
            work: fft.make_scratch_vec(),
            power: vec![0.0; hop_frames + 1],
        };
        Self {
            fft,
            window,
            bin_hz,
            bands: Bands::new(bin_hz, hop_frames + 1),
            samples: [Vec::with_capacity(length), Vec::with_capacity(length)],
            hop_frames,
            scratch,
            low_bins: [Vec::new(), Vec::new()],
            sum: vec![0.0; hop_frames + 1],
            frames: Vec::new(),
            head: Vec::new(),
            tail: VecDeque::new(),
        }
    }

    /// Takes the next hop, or the last part of one.
    pub(crate) fn push(&mut self, left: &[f32], right: &[f32]) {
        for (kept, samples) in self.samples.iter_mut().zip([left, right]) {
            kept.extend_from_slice(samples);
        }
        if self.samples[0].len() >= 2 * self.hop_frames {
            self.take(true);
            let hop = self.hop_frames;
            self.samples.iter_mut().for_each(|kept| kept.drain(..hop).for_each(drop));
        }
    }

    /// Ends the file: what is left is followed by silence.
    pub(crate) fn finish(&mut self) {
        let left_over = self.samples[0].len() > self.hop_frames || self.frames.is_empty();
        if left_over && !self.samples[0].is_empty() {
            self.samples.iter_mut().for_each(|kept| kept.resize(2 * self.hop_frames, 0.0));
            self.take(false);
        }
    }

    /// The low end of the last spectrum, left and right.
    pub(crate) fn low_bins(&self) -> [&[Complex32]; 2] {
        self.low_bins.each_ref().map(Vec::as_slice)
    }

    /// Width of a bin, in Hz.
    pub(crate) fn bin_hz(&self) -> f64 {
        self.bin_hz
    }

    /// Mean power of each bin, both channels together.
    pub(crate) fn mean(&self) -> Vec<f64> {
        let count = self.frames.len().max(1) as f64;
        self.sum.iter().map(|sum| sum / count).collect()
    }

    fn take(&mut self, whole: bool) {
        let Self { fft, window, samples, scratch, sum, bands, .. } = self;
        let Scratch { input, output, work, power } = scratch;
        for (samples, output) in samples.iter().zip(output.iter_mut()) {
            let windowed = samples.iter().zip(window.iter()).map(|(x, w)| x * w);
            input.iter_mut().zip(windowed).for_each(|(to, x)| *to = x);
            fft.process_with_scratch(input, output, work)
                .expect("all buffers were made by the transform");
        }
        let [left, right] = &*output;
        for ((power, l), r) in power.iter_mut().zip(left).zip(right) {
            // Each bin stands for its mirror image too.
            *power = 2.0 * (l.norm_sqr() + r.norm_sqr());
        }
        sum.iter_mut().zip(power.iter()).for_each(|(sum, power)| *sum += f64::from(*power));
        let frame = bands.frame(power, left, right, whole);
        self.frames.push(frame);
        for (kept, bins) in self.low_bins.iter_mut().zip([left, right]) {
            kept.clear();
            kept.extend_from_slice(&bins[bands.low.clone()]);
        }
        let low: Box<[f32]> = power[..bands.mains.min(power.len())].into();
        if whole && self.head.len() < KEPT {
            self.head.push(low.clone());
        }
        if whole {
            self.tail.push_back(low);
            if self.tail.len() > KEPT {
                let _oldest = self.tail.pop_front();
            }
        }
    }
}

impl Bands {
    fn new(bin_hz: f64, bins: usize) -> Self {
        let range = |(low, high): (f64, f64)| bins_of(low, high, bin_hz, bins);
        let mut a_weights: Vec<f32> =
            (0..bins).map(|bin| a_weight(bin as f64 * bin_hz) as f32 / 2.0).collect();
        a_weights[0] = 0.0;
        Self {
            thirds: std::array::from_fn(|third| range(third_hz(third))),
            low: range(LOW_HZ),
            subsonic: range(SUBSONIC_HZ),
            mid: range(MID_HZ),
            high: range(HIGH_HZ),
            audible: range((SUBSONIC_HZ.0, f64::INFINITY)),
            mains: range((0.0, MAINS_TOP_HZ)).end,
            a_weights,
        }
    }

    fn frame(&self, power: &[f32], left: &[Complex32], right: &[Complex32], whole: bool) -> Frame {
        let of = |range: &Range<usize>| sum(&power[range.clone()]);
        let low = pair_sums(&left[self.low.clone()], &right[self.low.clone()]);
        Frame {
            thirds: std::array::from_fn(|third| of(&self.thirds[third])),
            low,
            subsonic: of(&self.subsonic),
            mid: of(&self.mid),
            high: of(&self.high),
            total: of(&self.audible),
            a_weighted: power.iter().zip(&self.a_weights).map(|(p, w)| p * w).sum(),
            whole,
        }
    }
}

/// Powers of two channels over some bins, and what they have in common.
pub(crate) fn pair_sums(left: &[Complex32], right: &[Complex32]) -> PairSums {
    left.iter().zip(right).fold(PairSums::default(), |sums, (l, r)| PairSums {
        left: sums.left + f64::from(l.norm_sqr()),
        right: sums.right + f64::from(r.norm_sqr()),
        product: sums.product + f64::from((l * r.conj()).re),
        frames: 1.0,
    })
}

/// The limits of a third, in Hz.
pub(crate) fn third_hz(third: usize) -> (f64, f64) {
    let centre = third_centre_hz(third);
    let half = 10.0_f64.powf(0.05);
    (centre / half, centre * half)
}

/// The centre of a third, in Hz (IEC 61260-1, base ten).
pub(crate) fn third_centre_hz(third: usize) -> f64 {
    10.0_f64.powf(f64::from(FIRST_THIRD + third as i32) / 10.0)
}

fn bins_of(low_hz: f64, high_hz: f64, bin_hz: f64, bins: usize) -> Range<usize> {
    // A bin on the line belongs to the band above it, whatever the last digit of its frequency.
    let first = |hz: f64| (hz / bin_hz - 1e-6).ceil().min(bins as f64) as usize;
    first(low_hz)..first(high_hz).max(first(low_hz))
}

/// Sums in eight lanes.
fn sum(values: &[f32]) -> f32 {
    let (eights, rest) = values.as_chunks::<8>();
    let lanes = eights
        .iter()
        .fold([0.0_f32; 8], |lanes, eight| std::array::from_fn(|i| lanes[i] + eight[i]));
    lanes.iter().chain(rest).sum()
}

/// A-weighting as a ratio of powers (IEC 61672-1, Annex E), 1 at 1 kHz.
fn a_weight(hz: f64) -> f64 {
    let response = |hz: f64| {
        let f = hz * hz;
        let [a, b, c, d] = [20.598_997, 107.652_65, 737.862_23, 12_194.217_f64].map(|p| p * p);
        d * f * f / ((f + a) * ((f + b) * (f + c)).sqrt() * (f + d))
    };
    (response(hz) / response(1000.0)).powi(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weighting_is_that_of_the_standard() {
        // IEC 61672-1, Table 3.
        for (hz, db) in [(31.62, -39.4), (100.0, -19.1), (1000.0, 0.0), (4000.0, 1.0), (10e3, -2.5)]
        {
            let ours = 10.0 * a_weight(hz).log10();
            assert!((ours - db).abs() < 0.06, "{ours} dB at {hz} Hz");
        }
    }

    #[test]
    fn powers_are_mean_squares_at_every_rate() {
        for rate_hz in [22_050, 44_100, 48_000, 96_000, 192_000] {
            let hop = (0.2 * f64::from(rate_hz)).round() as usize;
            let sine = |n: usize| 0.5 * (TAU * 1000.0 * n as f64 / f64::from(rate_hz)).sin();
            let samples: Vec<f32> = (0..20 * hop).map(|n| sine(n) as f32).collect();
            let mut spectra = Spectra::new(rate_hz, hop);
            samples.chunks(hop).for_each(|hop| spectra.push(hop, hop));
            spectra.finish();
            assert_eq!(spectra.frames.len(), 19);
            // Two channels of 0.125 each.
            for frame in &spectra.frames {
                assert!((frame.total - 0.25).abs() < 1e-4, "{} at {rate_hz} Hz", frame.total);
                assert!((frame.a_weighted - 0.125).abs() < 1e-4);
                assert!((frame.thirds[16] - 0.25).abs() < 1e-4);
            }
        }
    }
}
