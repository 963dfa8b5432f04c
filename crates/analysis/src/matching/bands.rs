//! How far peaks stand out, in four bands.
//!
//! The crest factor of a whole song grows with its length and hangs on one peak; the median over seconds does
//! neither. Bands by crossovers of 24 dB/octave (S. H. Linkwitz, "Active Crossover Networks for Noncoincident
//! Drivers", JAES 24(1), 1976).

use std::f64::consts::FRAC_1_SQRT_2;

use twobus_dsp::Db;
use twobus_dsp::svf::{Coefficients, Solved, Svf};

/// Number of bands.
pub const CREST_BANDS: usize = CREST_SPLITS_HZ.len() + 1;
/// Where the bands meet, in Hz: those of the multiband compressor as it begins.
pub const CREST_SPLITS_HZ: [f64; 3] = [120.0, 600.0, 3000.0];
/// Length of a piece, in seconds.
pub(super) const PIECE_S: f64 = 1.0;
/// Level below which a band has no crest, in dBFS.
const FLOOR_DBFS: f64 = -80.0;
/// Highest cut-off, as a share of the rate.
const MOST_OF_RATE: f64 = 0.4;

/// What each band does in one piece.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Piece {
    /// Of every band, and behind them of the whole signal.
    peak: [f32; CREST_BANDS + 1],
    sum: [f64; CREST_BANDS],
    frames: usize,
}

impl Piece {
    /// Peak above RMS, in dB; none where the band is silent.
    pub(super) fn crest_db(&self, band: usize) -> Option<f64> {
        let rms = Db::from_power(self.sum[band] / (2 * self.frames.max(1)) as f64).0;
        let peak = Db::from_gain(f64::from(self.peak[band])).0;
        (rms > FLOOR_DBFS).then_some(peak - rms)
    }

    /// Highest sample of a band, or of the whole signal, in dBFS.
    pub(super) fn peak_dbfs(&self, band: Option<usize>) -> f64 {
        Db::from_gain(f64::from(self.peak[band.unwrap_or(CREST_BANDS)])).0
    }
}

/// Measures the pieces of a stereo signal.
#[derive(Debug)]
pub(super) struct Crests {
    splits: [Split; CREST_SPLITS_HZ.len()],
    piece_frames: usize,
    piece: Piece,
    pieces: Vec<Piece>,
}

/// A crossover: each side is the same second-order filter twice, of which the first is one for both.
#[derive(Debug)]
struct Split {
    low: Solved,
    high: Solved,
    states: [[Svf; 3]; 2],
}

impl Split {
    fn new(hz: f64, rate_hz: f64) -> Self {
        let hz = hz.min(MOST_OF_RATE * rate_hz);
        Self {
            low: Coefficients::low_pass(hz, FRAC_1_SQRT_2, rate_hz).solve(),
            high: Coefficients::high_pass(hz, FRAC_1_SQRT_2, rate_hz).solve(),
            states: Default::default(),
        }
    }

    /// The low part; what is above stays in `rest`.
    #[inline]
    fn tick(&mut self, rest: &mut [f64; 2]) -> [f64; 2] {
        let mut lows = [0.0; 2];
        let states = self.states.iter_mut();
        for ((rest, low), [first, lower, upper]) in rest.iter_mut().zip(&mut lows).zip(states) {
            let [below, above] = first.tick_pair([&self.low, &self.high], *rest);
            *low = lower.tick(&self.low, below);
            *rest = upper.tick(&self.high, above);
        }
        lows
    }

    fn flush(&mut self) {
        self.states.iter_mut().flatten().for_each(Svf::flush);
    }
}

impl Crests {
    pub(super) fn new(rate_hz: u32) -> Self {
        let rate = f64::from(rate_hz);
        Self {
            splits: CREST_SPLITS_HZ.map(|hz| Split::new(hz, rate)),
            piece_frames: ((PIECE_S * rate).round() as usize).max(1),
            piece: Piece::default(),
            pieces: Vec::new(),
        }
    }

    /// Takes the next block.
    pub(super) fn push(&mut self, mut left: &[f32], mut right: &[f32]) {
        while !left.is_empty() {
            let frames = left.len().min(self.piece_frames - self.piece.frames);
            self.part(&left[..frames], &right[..frames]);
            (left, right) = (&left[frames..], &right[frames..]);
            if self.piece.frames == self.piece_frames {
                self.pieces.push(std::mem::take(&mut self.piece));
                self.splits.iter_mut().for_each(Split::flush);
            }
        }
    }

    fn part(&mut self, left: &[f32], right: &[f32]) {
        let Piece { peak, sum, frames } = &mut self.piece;
        *frames += left.len();
        for (left, right) in left.iter().zip(right) {
            let mut rest = [f64::from(*left), f64::from(*right)];
            peak[CREST_BANDS] = peak[CREST_BANDS].max(left.abs()).max(right.abs());
            let mut splits = self.splits.iter_mut();
            for (peak, sum) in peak.iter_mut().zip(sum.iter_mut()) {
                let part = match splits.next() {
                    Some(split) => split.tick(&mut rest),
                    None => rest,
                };
                *peak = peak.max(part[0].abs().max(part[1].abs()) as f32);
                *sum += part[0] * part[0] + part[1] * part[1];
            }
        }
    }

    /// All whole pieces; what there is, where there is not one.
    pub(super) fn finish(mut self) -> Vec<Piece> {
        if self.pieces.is_empty() && self.piece.frames > 0 {
            self.pieces.push(self.piece);
        }
        self.pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sine_has_a_crest_of_3_db_in_its_band_alone() {
        for (band, hz) in [40.0, 300.0, 1300.0, 9000.0].into_iter().enumerate() {
            let mut crests = Crests::new(48_000);
            let step = std::f64::consts::TAU * hz / 48_000.0;
            let tone: Vec<f32> =
                (0..144_000).map(|n| 0.5 * (step * f64::from(n)).sin() as f32).collect();
            tone.chunks(777).for_each(|block| crests.push(block, block));
            let pieces = crests.finish();
            assert_eq!(pieces.len(), 3);
            let crest = pieces[1].crest_db(band).unwrap();
            assert!((crest - 3.01).abs() < 0.1, "{hz} Hz: {crest}");
            assert!((pieces[1].peak_dbfs(Some(band)) + 6.02).abs() < 1.0, "{hz} Hz");
        }
        let mut silent = Crests::new(44_100);
        silent.push(&[0.0; 500], &[0.0; 500]);
        assert_eq!(silent.finish()[0].crest_db(0), None);
    }
}
