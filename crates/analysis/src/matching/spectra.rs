//! The spectrum of every moment of a song, middle and side, in the cells of [`grid`](super::grid).
//!
//! Windows have one length in seconds at every rate, so that nothing depends on the rate. Hann windows that
//! overlap by three quarters weigh the power of every frame alike, wherever the song begins: the squares of
//! the windows add up to a constant (J. O. Smith, "Spectral Audio Signal Processing", 2011, "COLA Examples").

use std::f64::consts::TAU;
use std::fmt;
use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};

use super::grid::{CELLS, edge_hz};

/// Length of a window, in seconds: bins are 1.6 Hz apart, a sixth of a third of an octave at 40 Hz. A
/// number for which the usual rates make lengths with small factors.
pub const WINDOW_S: f64 = 0.64;
/// From one window to the next, as a part of the window.
const HOPS_PER_WINDOW: usize = 4;
/// Time from one window to the next, in seconds.
pub const HOP_S: f64 = WINDOW_S / HOPS_PER_WINDOW as f64;
/// Share of the rate up to which cells count: beyond lie the filters of converters.
const USED: f64 = 0.48;

/// Mean squares of middle and side in every cell, in one window.
#[derive(Debug, Clone)]
pub(super) struct Hop {
    pub(super) mid: [f32; CELLS],
    pub(super) side: [f32; CELLS],
}

/// Cuts a signal into windows and keeps their spectra.
pub(super) struct Spectra {
    transform: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    /// Middle and side, from the begin of the next window on.
    pending: [Vec<f32>; 2],
    windowed: Vec<f32>,
    bins: Vec<Complex32>,
    scratch: Vec<Complex32>,
    shares: Vec<Share>,
    /// Power of a bin by its squared magnitude.
    scale: f32,
    hops: Vec<Hop>,
}

/// The bins of a cell: whole ones from `first` to `end`, and parts of the ones at its edges.
#[derive(Debug, Clone, Copy)]
struct Share {
    first: usize,
    end: usize,
    /// What of the first and of the last bin lies outside.
    outside: [f32; 2],
}

impl Spectra {
    pub(super) fn new(rate_hz: u32) -> Self {
        let rate = f64::from(rate_hz);
        let hop = ((HOP_S * rate).round() as usize).max(1);
        let length = hop * HOPS_PER_WINDOW;
        let transform = RealFftPlanner::<f32>::new().plan_fft_forward(length);
        let hann = |frame: usize| 0.5 - 0.5 * (TAU * frame as f64 / length as f64).cos();
        let power: f64 = (0..length).map(|frame| hann(frame).powi(2)).sum();
        Self {
            window: (0..length).map(|frame| hann(frame) as f32).collect(),
            pending: Default::default(),
            windowed: transform.make_input_vec(),
            bins: transform.make_output_vec(),
            scratch: transform.make_scratch_vec(),
            transform,
            shares: shares(rate, length),
            // One-sided, so each bin stands for two.
            scale: (2.0 / (power * length as f64)) as f32,
            hops: Vec::new(),
        }
    }

    /// How many cells lie below what the rate carries.
    pub(super) fn cells(&self) -> usize {
        self.shares.len()
    }

    /// Takes the next block of middle and side.
    pub(super) fn push(&mut self, mid: &[f32], side: &[f32]) {
        self.pending[0].extend_from_slice(mid);
        self.pending[1].extend_from_slice(side);
        let (length, hop) = (self.window.len(), self.window.len() / HOPS_PER_WINDOW);
        let mut start = 0;
        while self.pending[0].len() >= start + length {
            self.add(start);
            start += hop;
        }
        for pending in &mut self.pending {
            let _done = pending.drain(..start);
        }
    }

    /// All windows; a signal that is shorter than one is followed by silence.
    pub(super) fn finish(mut self) -> Vec<Hop> {
        if self.hops.is_empty() && !self.pending[0].is_empty() {
            for pending in &mut self.pending {
                pending.resize(self.window.len(), 0.0);
            }
            self.add(0);
        }
        self.hops
    }

    fn add(&mut self, start: usize) {
        let mut hop = Hop { mid: [0.0; CELLS], side: [0.0; CELLS] };
        for (channel, cells) in [&mut hop.mid, &mut hop.side].into_iter().enumerate() {
            let frames = &self.pending[channel][start..start + self.window.len()];
            if frames.iter().all(|x| *x == 0.0) {
                continue;
            }
            for ((out, x), w) in self.windowed.iter_mut().zip(frames).zip(&self.window) {
                *out = x * w;
            }
            self.transform
                .process_with_scratch(&mut self.windowed, &mut self.bins, &mut self.scratch)
                .expect("the buffers have the transform's own lengths");
            for (cell, share) in cells.iter_mut().zip(&self.shares) {
                *cell = self.scale * share.of(&self.bins);
            }
        }
        self.hops.push(hop);
    }
}

impl fmt::Debug for Spectra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spectra").field("hops", &self.hops.len()).finish_non_exhaustive()
    }
}

impl Share {
    fn of(&self, bins: &[Complex32]) -> f32 {
        let bins = &bins[self.first..self.end];
        let all: f32 = bins.iter().map(Complex32::norm_sqr).sum();
        let edge = |bin: Option<&Complex32>| bin.map_or(0.0, Complex32::norm_sqr);
        let outside = self.outside[0] * edge(bins.first()) + self.outside[1] * edge(bins.last());
        (all - outside).max(0.0)
    }
}

/// What each cell has of the bins, which reach half their distance to either side.
fn shares(rate_hz: f64, length: usize) -> Vec<Share> {
    let to_bin = |hz: f64| hz * length as f64 / rate_hz + 0.5;
    let cells = (0..CELLS).take_while(|cell| edge_hz(cell + 1) <= USED * rate_hz);
    let share = |cell: usize| {
        let (low, high) = (to_bin(edge_hz(cell)), to_bin(edge_hz(cell + 1)));
        let (first, end) = (low.floor() as usize, high.ceil() as usize);
        Share { first, end, outside: [(low - low.floor()) as f32, (high.ceil() - high) as f32] }
    };
    cells.map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::grid::cell_hz;

    fn tone(hz: f64, rate_hz: u32, seconds: f64) -> Vec<f32> {
        let step = TAU * hz / f64::from(rate_hz);
        let frames = (seconds * f64::from(rate_hz)) as usize;
        (0..frames).map(|frame| (step * frame as f64).sin() as f32).collect()
    }

    #[test]
    fn a_tone_has_its_power_around_its_own_cell_at_every_rate() {
        for rate_hz in [44_100, 48_000, 96_000, 22_050] {
            for cell in [40, 120, 199] {
                let tone = tone(cell_hz(cell), rate_hz, 2.0);
                let mut spectra = Spectra::new(rate_hz);
                for block in tone.chunks(1000) {
                    spectra.push(block, &vec![0.0; block.len()]);
                }
                let hops = spectra.finish();
                assert_eq!(hops.len(), 9);
                for hop in hops {
                    let near: f32 = hop.mid[cell - 5..=cell + 5].iter().sum();
                    let all: f32 = hop.mid.iter().sum();
                    assert!(
                        (all - 0.5).abs() < 1e-3 && near / all > 0.999,
                        "{rate_hz} {cell} {all}"
                    );
                    assert!(hop.side.iter().all(|side| *side == 0.0));
                }
            }
        }
    }

    #[test]
    fn short_and_low_files_have_what_they_can() {
        let mut spectra = Spectra::new(8_000);
        assert!(spectra.cells() < CELLS && edge_hz(spectra.cells()) <= 0.48 * 8000.0);
        spectra.push(&[0.5; 100], &[0.0; 100]);
        assert_eq!(spectra.finish().len(), 1);
        assert!(Spectra::new(44_100).finish().is_empty());
    }
}
