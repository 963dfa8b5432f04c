//! Make-up that keeps the loudness.
//!
//! The loudness of the signal is measured over the last [`WINDOW_S`], K-weighted and with both gates, much
//! as integrated loudness is (ITU-R BS.1770-5, Annex 1), and so is the same part of it behind the
//! compression; the difference is the make-up. What the made-up signal lacks of the loudness, because the
//! make-up is learned late, is given a little later.

use crate::dynamics::CELL;
use crate::dynamics::levels::{exp2_of, from_db, log2_of, to_db};
use crate::meter::loudness::k_weighting::KWeighting;
use crate::smooth::Ramp;
use crate::units::one_pole;

/// Time over which loudness is matched, in seconds of sound.
const WINDOW_S: f64 = 6.0;

/// Of what was heard before a setting was changed by hand, this part counts on.
const REMEMBERED: f64 = 0.03;

/// Time constant of the make-up, in seconds.
const SMOOTHING_S: f64 = 0.1;

/// Most that is given for what was lacking, in dB.
const LARGEST_DEBT_DB: f64 = 3.0;

/// Largest make-up, in dB.
const LARGEST_DB: f64 = 30.0;

/// Time constant of what stands for the 400 ms of a gating block, in seconds.
const BLOCK_S: f64 = 0.2;

/// Time between two gating blocks, in seconds.
const STEP_S: f64 = 0.1;

/// The K-weighted mean square of both channels at the absolute gate, −70 LUFS.
const ABSOLUTE_GATE: f64 = 1.17e-7;

/// The relative gate, −10 LU.
const RELATIVE_GATE: f64 = 0.1;

/// Classes of loudness, each 1 LU wide, from the absolute gate up.
const CLASSES: usize = 100;

/// The make-up, from what it has heard.
#[derive(Debug)]
pub(super) struct AutoMakeup {
    /// Of the input and of the compressed signal.
    weightings: [KWeighting; 2],
    /// Frames in this cell.
    frames: usize,
    /// False while nothing has been heard since the last reset.
    has_heard: bool,
    /// The input, and the compressed signal with it.
    input: GatedMean,
    made_up: GatedMean,
    smoothing: f64,
    /// As a level.
    makeup: Ramp,
}

impl AutoMakeup {
    pub(super) fn new(rate_hz: f64) -> Self {
        let cell_rate_hz = rate_hz / CELL as f64;
        let mean = GatedMean::new(cell_rate_hz);
        Self {
            weightings: std::array::from_fn(|_| KWeighting::new(rate_hz)),
            frames: 0,
            has_heard: false,
            input: mean.clone(),
            made_up: mean,
            smoothing: one_pole(SMOOTHING_S, cell_rate_hz),
            makeup: Ramp::new(0.0),
        }
    }

    /// Forgets everything; costs nothing when there is nothing to forget.
    pub(super) fn reset(&mut self) {
        if !std::mem::take(&mut self.has_heard) {
            return;
        }
        self.weightings.iter_mut().for_each(KWeighting::reset);
        self.input.reset();
        self.made_up.reset();
        self.frames = 0;
        self.makeup = Ramp::new(0.0);
    }

    /// Lets what comes outweigh what was.
    pub(super) fn forget(&mut self) {
        self.input.scale(REMEMBERED);
        self.made_up.scale(REMEMBERED);
    }

    /// Adds `share` (0 to 1) of the make-up of the next frames to `makeups`.
    pub(super) fn add_to(&mut self, makeups: &mut [f64], share: f64) {
        makeups.iter_mut().for_each(|makeup| *makeup += share * self.makeup.advance());
    }

    /// Takes what the gains are for, and the gains, in which `makeups` are contained.
    pub(super) fn push(&mut self, signal: [&[f32]; 2], gains: [&[f64]; 2], makeups: &[f64; CELL]) {
        let frames = signal[0].len();
        let mut compressed = [[0.0; CELL]; 2];
        for ((out, signal), gains) in compressed.iter_mut().zip(signal).zip(gains) {
            for (((out, x), gain), makeup) in out.iter_mut().zip(signal).zip(gains).zip(makeups) {
                *out = (f64::from(*x) * gain * exp2_of(-makeup)) as f32;
            }
        }
        self.weightings[0].push(signal[0], signal[1]);
        self.weightings[1].push(&compressed[0][..frames], &compressed[1][..frames]);
        self.frames += frames;
        self.has_heard = true;
    }

    /// Ends a cell: the make-up moves on.
    pub(super) fn end_cell(&mut self) {
        let frames = std::mem::take(&mut self.frames).max(1) as f64;
        let [before, after] =
            self.weightings.each_mut().map(|k| k.take().iter().sum::<f64>() / frames);
        let now = self.makeup.target();
        self.input.push([before, after]);
        self.made_up.push([after * exp2_of(2.0 * now), 0.0]);
        let ([input, compressed], [made_up, _]) = (self.input.means, self.made_up.means);
        if compressed > 0.0 && made_up > 0.0 {
            let most = from_db(LARGEST_DEBT_DB);
            let debt = gain_between(made_up, input).clamp(-most, most);
            let makeup = gain_between(compressed, input) + debt;
            let makeup = makeup.clamp(0.0, from_db(LARGEST_DB));
            self.makeup.finish();
            self.makeup.set(now + self.smoothing * (makeup - now), CELL as u32);
        }
    }
}

/// The level by which an energy must be raised to become another.
fn gain_between(from: f64, to: f64) -> f64 {
    0.5 * f64::from(log2_of((to / from).clamp(1e-6, 1e6) as f32))
}

/// The mean energy of what is above both gates, forgotten over [`WINDOW_S`], and that of something that
/// goes with it.
///
/// Blocks are sorted by their loudness, so that the relative gate concerns those of the past, too.
#[derive(Debug, Clone)]
struct GatedMean {
    block: [f64; 2],
    cells: u32,
    classes: [Class; CLASSES],
    means: [f64; 2],
    smoothing: f64,
    cells_per_step: u32,
    decay: f64,
}

/// How many blocks were in a class, and their energies.
#[derive(Debug, Clone, Copy, Default)]
struct Class {
    count: f64,
    energies: [f64; 2],
}

impl GatedMean {
    fn new(cell_rate_hz: f64) -> Self {
        Self {
            block: [0.0; 2],
            cells: 0,
            classes: [Class::default(); CLASSES],
            means: [0.0; 2],
            smoothing: one_pole(BLOCK_S, cell_rate_hz),
            cells_per_step: (STEP_S * cell_rate_hz).ceil() as u32,
            decay: 1.0 - one_pole(WINDOW_S, 1.0 / STEP_S),
        }
    }

    /// Takes the mean squares of the next cell.
    fn push(&mut self, energies: [f64; 2]) {
        for (block, energy) in self.block.iter_mut().zip(energies) {
            *block += self.smoothing * (energy - *block);
        }
        self.cells += 1;
        if self.cells == self.cells_per_step {
            self.cells = 0;
            self.step();
        }
    }

    /// Takes the block.
    fn step(&mut self) {
        if self.block[0] <= ABSOLUTE_GATE {
            return;
        }
        self.scale(self.decay);
        let lu = 0.5 * to_db(f64::from(log2_of((self.block[0] / ABSOLUTE_GATE) as f32)));
        let class = &mut self.classes[(lu as usize).min(CLASSES - 1)];
        class.count += 1.0;
        (0..2).for_each(|i| class.energies[i] += self.block[i]);
        let [ungated, _] = self.means_above(0.0);
        self.means = self.means_above(RELATIVE_GATE * ungated);
    }

    /// Means of the classes whose own mean is above `gate`.
    fn means_above(&self, gate: f64) -> [f64; 2] {
        let mut sum = Class::default();
        for class in self.classes.iter().filter(|class| class.energies[0] > gate * class.count) {
            sum.count += class.count;
            (0..2).for_each(|i| sum.energies[i] += class.energies[i]);
        }
        sum.energies.map(|energy| energy / sum.count)
    }

    fn scale(&mut self, factor: f64) {
        for class in &mut self.classes {
            class.count *= factor;
            class.energies = class.energies.map(|energy| factor * energy);
        }
    }

    fn reset(&mut self) {
        self.classes = [Class::default(); CLASSES];
        (self.block, self.means, self.cells) = ([0.0; 2], [0.0; 2], 0);
    }
}
