//! Multiband compressor of two to five bands.
//!
//! - The signal is split by Linkwitz–Riley crossovers of 24 dB/octave (S. H. Linkwitz, "Active Crossover
//!   Networks for Noncoincident Drivers", JAES 24(1), 1976), from the lowest split up. What was split off
//!   early passes the all-passes of the later splits, so that the bands sum to an all-pass: J. D'Appolito,
//!   "Active Realization of Multiway All-Pass Crossover Systems", JAES 35(4), 1987. All filters are state
//!   variable filters, so that a split may be moved while it plays; it goes there without a jump of
//!   place or speed, nine octaves in 0.4 s, so that no tone is spread into a click.
//! - Each band has the compressor of [`crate::dynamics`].
//! - **Bands** puts out the sum of the compressed bands: a steep separation, and the phase of an
//!   all-pass even where nothing is compressed. **Shelves** only listens in bands, and gives each its
//!   gain by a chain of shelving filters at the splits ([`shelves`]): gentler transitions, and where
//!   nothing is compressed every bit passes.
//! - **Solo** weighs the bands before they are summed, and where there are shelves what comes of them
//!   (`solo.rs`), so that in both the soloed bands, each rendered by itself, sum to the whole.
//! - The mix is between each band's gain and none, so that it cannot comb: dry and wet pass the same
//!   filters.
//!
//! Latency: none.

mod band;
mod crossover;
pub mod shelves;
mod solo;
mod specs;
#[cfg(test)]
mod tests;

use crate::dynamics::levels::{exp2_of, from_db, log2_of, to_db};
use crate::dynamics::{CELL, Controls, GainComputer, LOUDEST, Side};
use crate::follow::Follower;
use crate::processor::{Processor, SHOWN_BANDS};
use crate::wide;

use band::Band;
use crossover::{Crossover, Frame, Frames};
use shelves::Shelves;
use solo::Solo;
pub use specs::{
    ATTACK, BAND_PARAMS, GAIN, INFINITE_RATIO, ON, RATIO, RELEASE, SOLO, THRESHOLD, band_param,
};
pub use specs::{BANDS, KNEE, LINK, MIX, MODE, OUTPUT, RANGE, SPECS, SPLITS};

/// Most bands.
pub const MOST_BANDS: usize = 5;

/// Splits lie at least this far apart: a third of an octave. One that is set too low for its place acts
/// where it may.
pub const CLOSEST: f64 = 1.259_921_049_894_873;

/// A stereo multiband compressor.
#[derive(Debug)]
pub struct Multiband {
    rate_hz: f64,
    controls: Controls<{ SPECS.len() }>,
    /// Where the splits are on their way to where they are to act.
    splits: [Follower; MOST_BANDS - 1],
    /// True while one of them is on its way.
    are_splits_moving: bool,
    crossover: Crossover,
    shelves: Shelves,
    solo: Solo,
    bands: [Band; MOST_BANDS],
    /// True while coefficients that are looked at once a cell may be behind the controls.
    is_stale: bool,
    /// Frames since the last reset, within a cell.
    frame: usize,
    /// Largest reductions in the last block, as levels.
    largest: [f64; MOST_BANDS],
}

/// Where the splits act, from what they are set to: in order, and not too close.
pub fn splits_hz(set_hz: [f64; MOST_BANDS - 1]) -> [f64; MOST_BANDS - 1] {
    let mut lowest = 0.0;
    set_hz.map(|hz| {
        let acts_at = hz.max(lowest);
        lowest = CLOSEST * acts_at;
        acts_at
    })
}

/// The static curve of a band with these settings: what the sound uses and a window draws.
/// The ratio may be infinite.
pub fn computer(threshold_db: f64, knee_db: f64, ratio: f64, range_db: f64) -> GainComputer {
    let slope = GainComputer::slope(Side::Above, ratio);
    GainComputer::new(Side::Above, threshold_db, knee_db, slope, range_db)
}

impl Multiband {
    /// A multiband compressor at `rate_hz` with the defaults of [`SPECS`].
    pub fn new(rate_hz: f64) -> Self {
        let mut multiband = Self {
            rate_hz,
            controls: Controls::new(SPECS, rate_hz),
            splits: std::array::from_fn(|split| {
                Follower::new(SPECS[SPLITS + split].default, rate_hz)
            }),
            are_splits_moving: false,
            crossover: Crossover::default(),
            shelves: Shelves::default(),
            solo: Solo::default(),
            bands: [Band::default(); MOST_BANDS],
            is_stale: true,
            frame: 0,
            largest: [0.0; MOST_BANDS],
        };
        multiband.reset();
        multiband
    }

    /// The largest reduction of each band in the last block, in dB (0 or positive).
    pub fn band_reductions_db(&self) -> [f32; MOST_BANDS] {
        self.largest.map(|level| to_db(level) as f32)
    }

    fn band_count(&self) -> usize {
        2 + self.controls.target(BANDS) as usize
    }

    fn has_shelves(&self) -> bool {
        self.controls.target(MODE) as usize == 0
    }

    /// Where the splits are to act.
    fn wanted_splits_hz(&self) -> [f64; MOST_BANDS - 1] {
        splits_hz(std::array::from_fn(|split| self.controls[SPLITS + split]))
    }

    /// Everything that moves one frame further.
    fn advance(&mut self) {
        self.controls.advance();
        self.are_splits_moving = false;
        let wanted = self.wanted_splits_hz();
        for (split, hz) in self.splits.iter_mut().zip(wanted) {
            self.are_splits_moving |= split.follow(hz);
        }
        self.aim();
    }

    /// Filters and curves, which may change at any frame.
    fn aim(&mut self) {
        let controls = &self.controls;
        let splits = self.splits.map(|split| split.hz());
        self.crossover.aim(splits, self.rate_hz);
        self.shelves.aim(splits, self.rate_hz);
        for (index, band) in self.bands.iter_mut().enumerate() {
            let value = |param| controls[band_param(index, param)];
            // On its way to infinite, the slope goes straight to 1.
            let ratio = value(RATIO) / (1.0 - value(INFINITE_RATIO));
            band.computer = computer(value(THRESHOLD), controls[KNEE], ratio, controls[RANGE]);
        }
    }

    /// Times, which are looked at once a cell.
    fn begin_cell(&mut self) {
        if self.is_stale {
            for (index, band) in self.bands.iter_mut().enumerate() {
                let ms = |param| self.controls[band_param(index, param)];
                band.set_times(ms(ATTACK) / 1000.0, ms(RELEASE) / 1000.0, self.rate_hz);
            }
            self.is_stale = self.controls.are_moving();
        }
        self.bands.iter_mut().for_each(Band::flush);
        self.crossover.flush();
        self.shelves.flush();
        self.solo.flush();
    }

    /// Processes a part of a cell with constant settings.
    #[inline(always)]
    fn piece(&mut self, left: &mut [f32], right: &mut [f32]) {
        let (frames, count) = (left.len(), self.band_count());
        let mut input = [[0.0; 2]; CELL];
        let input = &mut input[..frames];
        for ((frame, l), r) in input.iter_mut().zip(&*left).zip(&*right) {
            *frame = [sane(*l), sane(*r)];
        }
        let mut bands = [[[0.0; 2]; CELL]; MOST_BANDS];
        self.crossover.split(count, input, &mut bands);
        let mut levels = [[[0.0; 2]; CELL]; MOST_BANDS];
        self.listen(frames, &bands, &mut levels);
        let shares = self.shares(count);
        let output = exp2_of(from_db(self.controls[OUTPUT]));
        if self.has_shelves() {
            let linked = self.controls[LINK] == 100.0;
            self.shelves.process(count, linked, &levels, input);
            self.hear(&shares[..count], input);
        } else {
            self.sum(count, shares, &levels, &mut bands, input);
        }
        for ((frame, l), r) in input.iter().zip(left).zip(right) {
            *l = (output * frame[0]) as f32;
            *r = (output * frame[1]) as f32;
        }
    }

    /// The gain of each band, as levels.
    #[inline(always)]
    fn listen(&mut self, frames: usize, bands: &Frames, levels: &mut Frames) {
        let link = self.controls[LINK] / 100.0;
        let mix = self.controls[MIX] / 100.0;
        for index in 0..self.band_count() {
            let value = |param| self.controls[band_param(index, param)];
            let (on, gain) = (value(ON), from_db(value(GAIN)));
            let levels = &mut levels[index][..frames];
            let largest = self.bands[index].reduce(link, &bands[index][..frames], levels);
            self.largest[index] = self.largest[index].max(on * largest);
            let level = |reduction: f64| {
                let level = gain - on * reduction;
                if mix == 1.0 || level == 0.0 {
                    return level;
                }
                f64::from(log2_of(((1.0 - mix) + mix * exp2_of(level)) as f32))
            };
            levels.iter_mut().for_each(|frame| *frame = frame.map(level));
        }
    }

    /// How much of each band is heard: all of all where none is soloed.
    fn shares(&self, count: usize) -> [f64; MOST_BANDS] {
        let share = |band| if band < count { self.controls[band_param(band, SOLO)] } else { 0.0 };
        let shares: [f64; MOST_BANDS] = std::array::from_fn(share);
        let most = shares.iter().fold(0.0, |m: f64, share| m.max(*share));
        shares.map(|share| (1.0 - most) + most * share)
    }

    /// Leaves the `shares` of bands of what the shelves gave.
    #[inline(always)]
    fn hear(&mut self, shares: &[f64], signal: &mut [Frame]) {
        if shares.iter().all(|share| *share == 1.0) {
            // Whatever the states are when a solo begins, the bands sum to the whole.
            self.solo.reset();
        } else {
            self.solo.process(self.shelves.g(), shares, signal);
        }
    }

    /// The `shares` of the compressed bands summed, in the place of `signal`.
    #[inline(always)]
    fn sum(
        &mut self,
        count: usize,
        shares: [f64; MOST_BANDS],
        levels: &Frames,
        bands: &mut Frames,
        signal: &mut [Frame],
    ) {
        let frames = signal.len();
        for ((band, levels), share) in bands.iter_mut().zip(levels).zip(shares).take(count) {
            for (frame, level) in band.iter_mut().zip(levels).take(frames) {
                for (x, level) in frame.iter_mut().zip(level) {
                    *x *= share * exp2_of(*level);
                }
            }
        }
        self.crossover.join(count, bands, signal);
    }
}

/// A part of a cell.
struct Piece<'a> {
    multiband: &'a mut Multiband,
    left: &'a mut [f32],
    right: &'a mut [f32],
}

impl wide::Work for Piece<'_> {
    #[inline(always)]
    fn run(self) {
        self.multiband.piece(self.left, self.right);
    }
}

/// A sample within what the detectors take at its word; one that is not finite is 0.
fn sane(sample: f32) -> f64 {
    let loudest = LOUDEST;
    f64::from(if sample.is_finite() { sample.clamp(-loudest, loudest) } else { 0.0 })
}

impl Processor for Multiband {
    fn latency_frames(&self) -> usize {
        0
    }

    fn set(&mut self, param: usize, value: f64) {
        if self.controls.set(param, value) {
            self.is_stale = true;
            if [BANDS, MODE].contains(&param) {
                self.reset();
            }
        }
    }

    fn glide(&mut self, param: usize, value: f64, frames: usize) {
        if [BANDS, MODE].contains(&param) {
            return self.set(param, value);
        }
        self.controls.glide(param, value, frames);
        self.is_stale = true;
    }

    fn reset(&mut self) {
        self.controls.finish();
        let wanted = self.wanted_splits_hz();
        self.splits.iter_mut().zip(wanted).for_each(|(split, hz)| split.jump(hz));
        self.are_splits_moving = false;
        self.aim();
        self.crossover.reset();
        self.shelves.reset();
        self.solo.reset();
        self.bands.iter_mut().for_each(Band::reset);
        self.is_stale = true;
        self.frame = 0;
        self.largest = [0.0; MOST_BANDS];
    }

    fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        self.largest = [0.0; MOST_BANDS];
        let mut done = 0;
        while done < left.len() {
            if self.frame == 0 {
                self.begin_cell();
            }
            // While controls move, each frame has its own settings.
            let mut longest = CELL - self.frame;
            if self.controls.are_moving() || self.are_splits_moving {
                self.advance();
                longest = 1;
            }
            let part = done..left.len().min(done + longest);
            let (left, right) = (&mut left[part.clone()], &mut right[part.clone()]);
            wide::run(Piece { multiband: self, left, right });
            self.frame = (self.frame + part.len()) % CELL;
            done = part.end;
        }
    }

    fn gain_reduction_db(&self) -> f32 {
        to_db(self.largest.iter().fold(0.0, |m: f64, level| m.max(*level))) as f32
    }

    fn band_gains_db(&self) -> [f32; SHOWN_BANDS] {
        let mut gains_db = [0.0; SHOWN_BANDS];
        for (gain_db, reduction_db) in gains_db.iter_mut().zip(self.band_reductions_db()) {
            *gain_db = -reduction_db;
        }
        gains_db
    }
}
