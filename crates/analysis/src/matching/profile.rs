//! What is measured of a song before anything is compared, and its loudest parts.

use super::bands::{CREST_BANDS, Crests, PIECE_S, Piece, median};
use super::grid::{CELLS, CELLS_PER_OCTAVE, POINTS, db, edge_hz, k_weights, kernels};
use super::spectra::{HOP_S, Hop, Spectra};
use crate::analyzer::Analyzer;
use crate::report::Report;

/// Half of the time over which loudness is judged, in windows: short-term loudness looks at 3 s.
const HALF_SHORT_TERM: usize = (1.5 / HOP_S) as usize;
/// Half of the width of the way from no part in it to full part, in LU.
const RAMP_LU: f64 = 1.0;
/// Loudness below which nothing counts, in LUFS, and what a sum of squares lacks to LUFS: BS.1770-5.
const ABSOLUTE_GATE_LUFS: f64 = -70.0;
const LUFS_OF_SQUARE: f64 = -0.691;
/// The relative gate, in LU.
const RELATIVE_GATE_LU: f64 = -10.0;
/// How far below the loudness a passage shows the noise floor, in LU.
const QUIET_LU: f64 = -20.0;
/// Loudness below which a passage is digital silence, in LUFS.
const SILENT_LUFS: f64 = -100.0;
/// Shortest time of quiet passages that says something, in seconds.
const LEAST_QUIET_S: f64 = 1.0;
/// Part of the quiet passages' distribution that is taken for noise: most of what is above is music that
/// fades.
const NOISE_PERCENTILE: f64 = 0.25;
/// How far the spectrum falls where a song ends, in dB, within how many cells, and where that is looked for.
const END_DROP_DB: f64 = 20.0;
const END_WIDTH: usize = CELLS_PER_OCTAVE / 6;
const LOWEST_END_HZ: f64 = 4000.0;
/// From where on before its end a song is not compared, in octaves.
const END_MARGIN_OCTAVES: f64 = 0.25;

/// Measures a stereo or mono file, handed over in blocks of any length.
#[derive(Debug)]
pub struct Profiler {
    analyzer: Analyzer,
    spectra: Spectra,
    crests: Crests,
    mid: Vec<f32>,
    side: Vec<f32>,
    quantisation: f64,
    rate_hz: u32,
}

impl Profiler {
    /// A profiler at `rate_hz`. `bits` is the depth of the file if it holds whole numbers: its rounding is
    /// a noise below which there is nothing.
    pub fn new(rate_hz: u32, bits: Option<u32>) -> Self {
        Self {
            analyzer: Analyzer::new(rate_hz, 2),
            spectra: Spectra::new(rate_hz),
            crests: Crests::new(rate_hz),
            mid: Vec::new(),
            side: Vec::new(),
            quantisation: bits.map_or(0.0, dither_power),
            rate_hz,
        }
    }

    /// Takes the next block; mono is given as the same channel twice.
    pub fn push(&mut self, left: &[f32], right: &[f32]) {
        self.analyzer.push(&[left, right]);
        self.crests.push(left, right);
        let pairs = || left.iter().zip(right);
        self.mid.clear();
        self.mid.extend(pairs().map(|(left, right)| 0.5 * (left + right)));
        self.side.clear();
        self.side.extend(pairs().map(|(left, right)| 0.5 * (left - right)));
        self.spectra.push(&self.mid, &self.side);
    }

    /// What was measured; none if nothing is loud enough to be heard.
    pub fn finish(self) -> Option<Profile> {
        let cells = self.spectra.cells();
        let profile = Profile {
            report: self.analyzer.finish(),
            cells,
            hops: self.spectra.finish(),
            pieces: self.crests.finish(),
            quantisation_per_hz: self.quantisation / (0.5 * f64::from(self.rate_hz)),
        };
        let audible = profile.report.integrated_lufs.is_some() && !profile.hops.is_empty();
        (audible && profile.parts(&FLAT).is_some()).then_some(profile)
    }
}

/// Mean square of rounding with dither of two steps, TPDF: a quarter of a squared step (S. P. Lipshitz,
/// R. A. Wannamaker, J. Vanderkooy, "Quantization and Dither", JAES 40(5), 1992).
fn dither_power(bits: u32) -> f64 {
    0.25 * (1.0 - f64::from(bits)).exp2().powi(2)
}

/// Gain of every cell as a ratio of powers: a curve that is tried on a song.
pub type CellGains = [f64; CELLS];

/// No curve.
pub const FLAT: CellGains = [1.0; CELLS];

/// What was measured of a song.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Loudness, peaks, range.
    pub report: Report,
    /// Cells that its rate carries.
    cells: usize,
    hops: Vec<Hop>,
    pieces: Vec<Piece>,
    quantisation_per_hz: f64,
}

/// The mean spectrum of the loudest parts, before any curve: mean squares in every cell.
#[derive(Debug, Clone)]
pub struct Loudest {
    /// Of the middle, half the sum of left and right.
    pub mid: [f64; CELLS],
    /// Of the side, half the difference.
    pub side: [f64; CELLS],
    /// Loudness of these parts, under the curve they were chosen with, as a K-weighted mean square.
    pub loudness: f64,
    /// Cells that the song's rate carries.
    pub cells: usize,
}

impl Loudest {
    /// Middle and side together, each for two channels: the sum of the channels' mean squares.
    pub fn both(&self) -> [f64; CELLS] {
        std::array::from_fn(|cell| 2.0 * (self.mid[cell] + self.side[cell]))
    }

    /// Whether the song's rate carries the point of comparison.
    pub fn carries(&self, point: usize) -> bool {
        let kernel = &kernels()[point];
        kernel.first + kernel.weights.len() / 2 < self.cells
    }

    /// Where the song ends, in Hz: the upper edge of the highest cell that stands far above everything beyond a
    /// sixth of an octave further up. A low-pass or a codec does that, music does not.
    pub fn end_hz(&self) -> Option<f64> {
        let levels = self.both().map(db);
        let mut beyond = f64::NEG_INFINITY;
        for cell in (0..self.cells).rev() {
            if edge_hz(cell) < LOWEST_END_HZ {
                return None;
            }
            if let Some(next) = levels[..self.cells].get(cell + END_WIDTH) {
                beyond = beyond.max(*next);
                if levels[cell] > beyond + END_DROP_DB {
                    return Some(edge_hz(cell + 1));
                }
            }
        }
        None
    }

    /// True where a point lies so near to the end that its smoothing looks beyond.
    pub(super) fn is_beyond(end_hz: Option<f64>, hz: f64) -> bool {
        end_hz.is_some_and(|end| hz * END_MARGIN_OCTAVES.exp2() > end)
    }

    /// Smoothed level of both at every point, in dB relative to the loudness; what lies beyond `end_hz`
    /// has no part in it.
    pub fn levels_db(&self, end_hz: Option<f64>) -> [f64; POINTS] {
        let cells = self.both();
        let is_inside = |cell: &usize| end_hz.is_none_or(|end| edge_hz(*cell) < end);
        let inside = (0..self.cells).take_while(is_inside).count();
        // The last cells before an end lie on its slope.
        let end = if inside < self.cells { inside.saturating_sub(END_WIDTH) } else { inside };
        std::array::from_fn(|point| db(kernels()[point].mean_below(&cells, end) / self.loudness))
    }

    /// Smoothed level of the side relative to the middle at every point, in dB.
    pub fn widths_db(&self) -> [f64; POINTS] {
        std::array::from_fn(|point| {
            let kernel = &kernels()[point];
            db(kernel.mean(&self.side) / kernel.mean(&self.mid).max(f64::MIN_POSITIVE))
        })
    }
}

impl Profile {
    /// The spectrum of the loudest parts as they are under `curve`.
    pub fn loudest(&self, curve: &CellGains) -> Loudest {
        let parts = self.parts(curve).unwrap_or_default();
        let mut found =
            Loudest { mid: [0.0; CELLS], side: [0.0; CELLS], loudness: 0.0, cells: self.cells };
        let all: f64 = parts.iter().map(|part| part.weight).sum();
        for (hop, part) in self.hops.iter().zip(&parts).filter(|(_, part)| part.weight > 0.0) {
            let share = part.weight / all;
            found.loudness += share * part.energy;
            let add = |sums: &mut [f64; CELLS], cells: &[f32; CELLS]| {
                sums.iter_mut().zip(cells).for_each(|(sum, cell)| *sum += share * f64::from(*cell));
            };
            add(&mut found.mid, &hop.mid);
            add(&mut found.side, &hop.side);
        }
        found
    }

    /// Peak above RMS of each band over the loudest parts, in dB; none where a band is silent.
    pub fn crests_db(&self) -> [Option<f64>; CREST_BANDS] {
        std::array::from_fn(|band| self.median(|piece| piece.crest_db(band)))
    }

    /// Typical peak over the loudest parts, in dBFS, of a band, or of the whole signal.
    pub(super) fn typical_peak_dbfs(&self, band: Option<usize>) -> Option<f64> {
        self.median(|piece| Some(piece.peak_dbfs(band)).filter(|peak| peak.is_finite()))
    }

    /// The noise under the song at every point, as a mean square in one cell: what is left in its quiet
    /// passages, if it has any, and what its depth rounds away.
    pub fn noise(&self) -> [f64; POINTS] {
        let quiet = self.quiet();
        std::array::from_fn(|point| {
            let kernel = &kernels()[point];
            let rounding = |cell: usize| edge_hz(cell + 1) - edge_hz(cell);
            let rounding: Vec<f64> =
                (0..CELLS).map(|cell| 2.0 * self.quantisation_per_hz * rounding(cell)).collect();
            let mut levels: Vec<f64> = quiet.iter().map(|cells| kernel.mean(cells)).collect();
            levels.sort_unstable_by(f64::total_cmp);
            let place = (levels.len() as f64 * NOISE_PERCENTILE) as usize;
            let heard = levels.get(place).copied().unwrap_or(0.0);
            heard.max(kernel.mean(&rounding))
        })
    }

    /// The spectra of passages far below the loudness, digital silence left out; empty if they are too short.
    fn quiet(&self) -> Vec<[f64; CELLS]> {
        let parts = self.parts(&FLAT).unwrap_or_default();
        let energies: Vec<f64> = parts.iter().map(|part| part.energy).collect();
        let loud = gated_mean(&energies);
        let range = square(SILENT_LUFS)..loud * 10.0_f64.powf(QUIET_LU / 10.0);
        let is_quiet = |part: &Part| range.contains(&part.energy);
        let both = |hop: &Hop| -> [f64; CELLS] {
            std::array::from_fn(|cell| 2.0 * f64::from(hop.mid[cell] + hop.side[cell]))
        };
        let hops = self.hops.iter().zip(&parts).filter(|(_, part)| is_quiet(part));
        let quiet: Vec<_> = hops.map(|(hop, _)| both(hop)).collect();
        if quiet.len() as f64 * HOP_S >= LEAST_QUIET_S { quiet } else { Vec::new() }
    }

    /// The pieces of [`PIECE_S`] of the loudest parts, by number; of more than `most`, some from everywhere.
    pub fn loudest_pieces(&self, most: usize) -> Vec<usize> {
        let all = self.loud_pieces();
        let count = most.min(all.len());
        (0..count).map(|number| all[(2 * number + 1) * all.len() / (2 * count)]).collect()
    }

    /// The pieces of the loudest parts, by number.
    fn loud_pieces(&self) -> Vec<usize> {
        let parts = self.parts(&FLAT).unwrap_or_default();
        let is_loud = |piece: usize| {
            let hop = ((piece as f64 + 0.5) * PIECE_S / HOP_S) as usize;
            parts.get(hop.min(parts.len().saturating_sub(1))).is_some_and(|part| part.weight > 0.5)
        };
        (0..self.pieces.len()).filter(|number| is_loud(*number)).collect()
    }

    /// The median of what `value` gives for the pieces of the loudest parts.
    fn median(&self, value: impl Fn(&Piece) -> Option<f64>) -> Option<f64> {
        let loud = self.loud_pieces();
        median(loud.into_iter().filter_map(|number| value(&self.pieces[number])))
    }

    /// How loud each window is under `curve`, and what part it has in the loudest parts.
    ///
    /// These are where the short-term loudness is above its own gated mean: about half of a song, its
    /// choruses rather than its verses. A share of the song rather than a number of seconds, because then
    /// neither silence, nor a longer version, nor a gain changes what is chosen; and with a ramp, because
    /// then a small difference changes little.
    fn parts(&self, curve: &CellGains) -> Option<Vec<Part>> {
        let weights = k_weights();
        let energy = |hop: &Hop| -> f64 {
            let cell = |cell: usize| {
                2.0 * f64::from(hop.mid[cell] + hop.side[cell]) * curve[cell] * weights[cell]
            };
            (0..CELLS).map(cell).sum()
        };
        let energies: Vec<f64> = self.hops.iter().map(energy).collect();
        let short_term: Vec<f64> = (0..energies.len())
            .map(|at| {
                let end = (at + HALF_SHORT_TERM + 1).min(energies.len());
                mean(&energies[at.saturating_sub(HALF_SHORT_TERM)..end])
            })
            .collect();
        let gate = gated_mean(&short_term);
        let weight = |energy: f64| (0.5 + db(energy / gate) / (2.0 * RAMP_LU)).clamp(0.0, 1.0);
        let parts = energies.iter().zip(&short_term);
        let parts = parts.map(|(&energy, &loudness)| Part { energy, weight: weight(loudness) });
        (gate > 0.0).then(|| parts.collect())
    }
}

/// A window of a song.
#[derive(Debug, Clone, Copy)]
struct Part {
    /// K-weighted mean square.
    energy: f64,
    /// Its part in the loudest parts, 0 to 1.
    weight: f64,
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// Mean of what passes both gates of BS.1770-5; 0 if nothing does.
fn gated_mean(energies: &[f64]) -> f64 {
    let above =
        |gate: f64| -> Vec<f64> { energies.iter().copied().filter(|&e| e > gate).collect() };
    let absolute = square(ABSOLUTE_GATE_LUFS);
    let ungated = mean(&above(absolute));
    mean(&above(absolute.max(ungated * 10.0_f64.powf(RELATIVE_GATE_LU / 10.0))))
}

/// K-weighted mean square of a loudness.
fn square(lufs: f64) -> f64 {
    10.0_f64.powf((lufs - LUFS_OF_SQUARE) / 10.0)
}
