//! One windowed transform.

use std::f64::consts::TAU;
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

/// Sum of cosines whose side lobes lie below -125 dB and whose main lobe is ten bins wide: H.-H. Albrecht,
/// "A family of cosine-sum windows for high-resolution measurements", ICASSP 2001, table 1, five terms.
const TERMS: [f64; 5] = [
    3.232_153_788_877_343e-1,
    -4.714_921_439_576_26e-1,
    1.755_341_299_601_972e-1,
    -2.849_699_010_614_994e-2,
    1.261_357_088_292_677e-3,
];

/// A transform of a fixed length, with its window and its room.
pub(super) struct Transform {
    window: Vec<f64>,
    fft: Arc<dyn RealToComplex<f64>>,
    input: Vec<f64>,
    output: Vec<Complex<f64>>,
    scratch: Vec<Complex<f64>>,
    /// Sum of the window, and of its squares.
    sums: (f64, f64),
}

impl Transform {
    pub(super) fn new(length: usize) -> Self {
        let term = |n: usize, k: usize| (TAU * (k * n) as f64 / length as f64).cos();
        let at = |n: usize| (0..TERMS.len()).map(|k| TERMS[k] * term(n, k)).sum();
        let window: Vec<f64> = (0..length).map(at).collect();
        let sums = (window.iter().sum(), window.iter().map(|w| w * w).sum());
        let fft = RealFftPlanner::new().plan_fft_forward(length);
        let (input, output) = (fft.make_input_vec(), fft.make_output_vec());
        let scratch = fft.make_scratch_vec();
        Self { window, fft, input, output, scratch, sums }
    }

    /// Adds `gain` times the power of each bin of a ring whose oldest frame is at `oldest`.
    pub(super) fn add(&mut self, ring: &[f64], oldest: usize, gain: f64, sum: &mut [f64]) {
        let frames = ring[oldest..].iter().chain(&ring[..oldest]);
        for ((input, frame), window) in self.input.iter_mut().zip(frames).zip(&self.window) {
            *input = frame * window;
        }
        let (input, output) = (&mut self.input, &mut self.output);
        self.fft
            .process_with_scratch(input, output, &mut self.scratch)
            .expect("the lengths come from the transform");
        for (sum, bin) in sum.iter_mut().zip(&self.output) {
            *sum += gain * bin.norm_sqr();
        }
    }

    /// Sum of the window: a constant of 1 has its square as power.
    pub(super) fn window_sum(&self) -> f64 {
        self.sums.0
    }

    /// Sum of the window's squares: what noise of mean square 1 has as power in each bin.
    pub(super) fn window_power(&self) -> f64 {
        self.sums.1
    }
}
