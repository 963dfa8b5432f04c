//! How far peaks stand out, in four bands.
//!
//! The crest factor of a whole song grows with its length and hangs on one peak; the median over seconds does
//! neither. Bands by crossovers of 24 dB/octave (S. H. Linkwitz, "Active Crossover Networks for Noncoincident
//! Drivers", JAES 24(1), 1976).

use std::f64::consts::{PI, SQRT_2};

use twobus_dsp::Db;
use twobus_dsp::svf::SILENCE;
use twobus_dsp::wide::{self, Work};

/// Number of bands.
pub const CREST_BANDS: usize = CREST_SPLITS_HZ.len() + 1;
/// Where the bands meet, in Hz: those of the multiband compressor as it begins.
pub const CREST_SPLITS_HZ: [f64; 3] = [120.0, 600.0, 3000.0];
/// Length of a piece, in seconds.
pub const PIECE_S: f64 = 1.0;
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

/// A part of a song, and what comes before it.
#[derive(Debug, Clone)]
pub struct Excerpt {
    /// Left and right.
    pub sides: [Vec<f32>; 2],
    /// Frames before the part itself, in which filters and devices settle.
    pub lead_frames: usize,
}

/// What is measured of some excerpts, each of a piece's length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Heard {
    /// Median of the peak above RMS in each band, in dB; none where a band is silent.
    pub crest_db: [Option<f64>; CREST_BANDS],
    /// Median of the highest sample in each band, and behind them of the whole, in dBFS.
    pub peak_dbfs: [f64; CREST_BANDS + 1],
}

impl Heard {
    /// What `excerpts` at `rate_hz` measure.
    pub fn of(excerpts: &[Excerpt], rate_hz: u32) -> Self {
        let pieces: Vec<Piece> = excerpts.iter().map(|excerpt| excerpt.piece(rate_hz)).collect();
        let crest = |band: usize| median(pieces.iter().filter_map(|piece| piece.crest_db(band)));
        let peak = |band: usize| {
            let place = Some(band).filter(|band| *band < CREST_BANDS);
            median(pieces.iter().map(|piece| piece.peak_dbfs(place))).unwrap_or(f64::NEG_INFINITY)
        };
        Self { crest_db: std::array::from_fn(crest), peak_dbfs: std::array::from_fn(peak) }
    }
}

impl Excerpt {
    fn piece(&self, rate_hz: u32) -> Piece {
        let mut crests = Crests::new(rate_hz);
        let [left, right] = &self.sides;
        let lead = self.lead_frames.min(left.len());
        crests.part(&left[..lead], &right[..lead]);
        crests.piece = Piece::default();
        crests.part(&left[lead..], &right[lead..]);
        crests.piece
    }
}

/// The middle one of some values; none of none.
pub(super) fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// Measures the pieces of a stereo signal.
#[derive(Debug)]
pub(super) struct Crests {
    splits: [Split; CREST_SPLITS_HZ.len()],
    piece_frames: usize,
    piece: Piece,
    pieces: Vec<Piece>,
}

/// Left and right of what is below a crossover, then of what is above.
type Lanes = [f64; 4];

/// How the middle tap of a second-order low pass and high pass counts, by lane.
const MIDDLE: Lanes = [2.0, 2.0, -2.0, -2.0];

/// A crossover: each side is the same second-order filter twice, and all of them are one recursion,
/// w ← x − a₁w₁ − a₂w₂, out of which a low pass takes w + 2w₁ + w₂ and a high pass w − 2w₁ + w₂ (the bilinear
/// transform in direct form II: J. O. Smith, "Introduction to Digital Filters", sections "Direct Form II" and
/// "Bilinear Transformation"). So the first filters of both sides are one, and the second ones run side by side.
#[derive(Debug, Clone, Copy)]
struct Split {
    a: [f64; 2],
    /// Of both filters of a side.
    gain: Lanes,
    /// w₁ and w₂ of the first filter, of left and right.
    first: [[f64; 2]; 2],
    /// The same of the second ones.
    second: [Lanes; 2],
}

impl Split {
    fn new(hz: f64, rate_hz: f64) -> Self {
        let g = (PI * hz.min(MOST_OF_RATE * rate_hz) / rate_hz).tan();
        let norm = 1.0 / (1.0 + SQRT_2 * g + g * g);
        let (low, high) = (g * g * norm, norm);
        Self {
            a: [2.0 * (g * g - 1.0) * norm, (1.0 - SQRT_2 * g + g * g) * norm],
            gain: [low * low, low * low, high * high, high * high],
            first: [[0.0; 2]; 2],
            second: [[0.0; 4]; 2],
        }
    }

    /// The low part; what is above stays in `rest`.
    #[inline(always)]
    fn tick(&mut self, rest: &mut [f64; 2]) -> [f64; 2] {
        let ([a1, a2], [w1, w2]) = (self.a, self.first);
        let (mut w, mut x) = ([0.0; 2], [0.0; 4]);
        for i in 0..2 {
            w[i] = (rest[i] - a2 * w2[i]) - a1 * w1[i];
        }
        for i in 0..4 {
            x[i] = (w[i % 2] + w2[i % 2]) + MIDDLE[i] * w1[i % 2];
        }
        self.first = [w, w1];
        let [w1, w2] = self.second;
        let (mut w, mut y) = ([0.0; 4], [0.0; 4]);
        for i in 0..4 {
            w[i] = (x[i] - a2 * w2[i]) - a1 * w1[i];
            y[i] = self.gain[i] * ((w[i] + w2[i]) + MIDDLE[i] * w1[i]);
        }
        self.second = [w, w1];
        *rest = [y[2], y[3]];
        [y[0], y[1]]
    }

    /// Ends what has died away.
    fn flush(&mut self) {
        let all = self.first.as_flattened_mut().iter_mut().chain(self.second.as_flattened_mut());
        all.filter(|state| state.abs() < SILENCE).for_each(|state| *state = 0.0);
    }
}

/// A part of a piece.
struct Stretch<'a> {
    splits: &'a mut [Split; CREST_SPLITS_HZ.len()],
    piece: &'a mut Piece,
    left: &'a [f32],
    right: &'a [f32],
}

impl Work for Stretch<'_> {
    #[inline(always)]
    fn run(self) {
        let mut splits = *self.splits;
        let (mut peaks, mut sums) = ([[0.0_f64; 2]; CREST_BANDS], [[0.0; 2]; CREST_BANDS]);
        let mut whole = 0.0_f32;
        for (&left, &right) in self.left.iter().zip(self.right) {
            let mut rest = [f64::from(left), f64::from(right)];
            whole = whole.max(left.abs()).max(right.abs());
            for band in 0..CREST_BANDS {
                let part = match splits.get_mut(band) {
                    Some(split) => split.tick(&mut rest),
                    None => rest,
                };
                for i in 0..2 {
                    peaks[band][i] = peaks[band][i].max(part[i].abs());
                    sums[band][i] += part[i] * part[i];
                }
            }
        }
        *self.splits = splits;
        let Piece { peak, sum, frames } = self.piece;
        *frames += self.left.len();
        peak[CREST_BANDS] = peak[CREST_BANDS].max(whole);
        for band in 0..CREST_BANDS {
            peak[band] = peak[band].max(peaks[band][0].max(peaks[band][1]) as f32);
            sum[band] += sums[band][0] + sums[band][1];
        }
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
        let Self { splits, piece, .. } = self;
        wide::run(Stretch { splits, piece, left, right });
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
