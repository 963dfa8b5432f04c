//! Equalizer: eight bands of any shape, static or dynamic, in stereo, mid or side.
//!
//! - Each band imitates an analogue filter ([`prototype`]) to within 0.1 dB up to 20 kHz at every rate
//!   ([`matched`]); none is oversampled, so that there is no latency.
//! - Filters are state-variable ([`crate::svf`]) and run side by side in vector lanes
//!   ([`crate::lanes`]). While a band moves, its coefficients run straight from one point of the grid of
//!   [`CONTROL`] frames to the next: frequency and Q linearly in their logarithm, gain linearly in dB.
//! - A dynamic band moves its gain by what the level in its own range is above a threshold: the detector and
//!   curve of [`crate::dynamics`], the gain in a filter instead of on the whole signal.
//! - A dynamic notch or cut rests at nothing and deepens towards the whole ([`prototype::Part`]).
//! - In linear phase the curve of the bands at rest becomes a symmetric impulse response ([`linear`]). What
//!   dynamics add follows behind it, in filters without latency, which hear the input as late as it comes out:
//!   the moving part is of minimum phase there too.
//! - A band of 0 dB, and an equalizer with none other, passes the samples bit for bit.
//!
//! Latency: none, or that of [`linear::latency_frames`].

mod auto_gain;
mod bands;
mod bank;
pub mod curve;
mod dynamic;
pub mod linear;
pub mod matched;
pub mod params;
pub mod prototype;

use crate::delay_line::DelayLine;
use crate::lanes::{self, Frame};
use crate::param::Values;
use crate::processor::{Processor, SHOWN_BANDS};
use crate::smooth::Ramp;
use crate::units::Db;

use bands::Bands;
use bank::{Bank, Way};
use linear::Linear;
use params::{AUTO_GAIN, BAND_PARAMS, OUTPUT, PARAMS, PHASE};

pub use auto_gain::compensation_db;
pub use params::SPECS;

/// Frames between two points at which coefficients are computed anew, on a grid from the last reset on.
pub const CONTROL: usize = 16;

/// Length of the way to a value set by hand, and of the cross-fade to a band of another kind, in seconds.
pub const HAND_S: f64 = 0.02;

/// Frames that are processed at a time.
const BLOCK: usize = dynamic::MOST;

/// An eight-band equalizer.
pub struct Equalizer {
    rate_hz: f64,
    values: Values<PARAMS>,
    bands: Bands,
    bank: Bank,
    way: Option<Way>,
    /// What is heard until the bands are of their new kind.
    before: Bank,
    fade_left: usize,
    fade_frames: usize,
    /// Output gain with its compensation, in dB.
    output: Ramp,
    loudness_changed: bool,
    linear: Option<Box<Linear>>,
    /// In linear phase: what dynamic bands listen to, as late as the signal.
    late: DelayLine<f32>,
    /// A band is to be of another kind than it is.
    kinds_changed: bool,
    /// Frames since the last reset.
    clock: u64,
    /// How far down a dynamic band went at most in the last block, in dB (0 or positive).
    deepest_db: f64,
}

impl Equalizer {
    /// An equalizer at `rate_hz` with the defaults of [`SPECS`]; in linear phase if `linear`.
    pub fn new(rate_hz: f64, linear: bool) -> Self {
        let values = Values::new(SPECS);
        let fade_frames = (HAND_S * rate_hz).round().max(1.0) as usize;
        let mut equalizer = Self {
            rate_hz,
            bands: Bands::new(&values, linear, rate_hz),
            values,
            bank: Bank::new(),
            way: None,
            before: Bank::new(),
            fade_left: 0,
            fade_frames,
            output: Ramp::new(0.0),
            loudness_changed: false,
            late: DelayLine::new(if linear { linear::latency_frames(rate_hz) } else { 0 }),
            linear: linear.then(|| Box::new(Linear::new(rate_hz))),
            kinds_changed: false,
            clock: 0,
            deepest_db: 0.0,
        };
        equalizer.reset();
        equalizer
    }

    /// Starts a parameter on its way to a value; `frames` is its length.
    fn run(&mut self, param: usize, value: f64, frames: usize) {
        if !self.values.set(param, value) {
            return;
        }
        match param {
            PHASE => return,
            OUTPUT => return self.aim_output(frames),
            AUTO_GAIN => {}
            _ => {
                self.stop();
                let (band, offset) = (param / BAND_PARAMS, param % BAND_PARAMS);
                self.bands.run(band, offset, &self.values, frames);
                self.kinds_changed = self.bands.are_of_another_kind(&self.values);
                if let Some(linear) = &mut self.linear {
                    linear.change();
                }
            }
        }
        self.loudness_changed = param == AUTO_GAIN || self.values.is_on(AUTO_GAIN);
    }

    /// Makes the point where everything is on its way a point to set out from.
    fn stop(&mut self) {
        if let Some(way) = self.way.take() {
            self.bank.stop(way);
            self.bands.skip(way.done, true);
        }
    }

    fn aim_output(&mut self, frames: usize) {
        let auto = self.values.is_on(AUTO_GAIN);
        let compensation = if auto { compensation_db(&self.values) } else { 0.0 };
        let frames = u32::try_from(frames).unwrap_or(u32::MAX);
        self.output.set(self.values[OUTPUT] + compensation, frames);
    }

    /// Passes the next frames, at most [`BLOCK`], while dynamic bands listen to `heard`, or to the frames
    /// themselves.
    fn filter(&mut self, block: &mut [Frame], heard: Option<&[Frame]>) {
        let (mut rest, mut at) = (block, 0);
        while !rest.is_empty() {
            let frames = self.set_out(rest.len());
            let (now, later) = rest.split_at_mut(frames);
            self.bands.hear(heard.map_or(&*now, |heard| &heard[at..at + frames]));
            at += frames;
            if self.fade_left > 0 {
                self.cross_fade(now);
            } else {
                self.bank.process(now, self.way);
            }
            self.go_on(frames);
            rest = later;
        }
    }

    /// Decides what happens to the next frames, of which there are `most`; returns how many that concerns.
    fn set_out(&mut self, most: usize) -> usize {
        if self.fade_left == 0 && self.kinds_changed {
            self.change_kinds();
        }
        let to_grid = CONTROL - (self.clock % CONTROL as u64) as usize;
        if to_grid == CONTROL {
            self.bands.ask();
            self.deepest_db = self.deepest_db.max(self.bands.deepest_db());
        }
        if self.way.is_none() {
            let length = self.bands.frames_to_next_arrival().map_or(to_grid, |n| n.min(to_grid));
            if self.bands.aim(&mut self.bank, length) {
                self.way = Some(Way { done: 0, length });
            }
        }
        let unbroken = match self.way {
            Some(way) => way.length - way.done,
            None if self.bands.any_is_dynamic() => to_grid,
            None => most,
        };
        let fading = if self.fade_left > 0 { self.fade_left } else { most };
        unbroken.min(most).min(fading)
    }

    fn go_on(&mut self, frames: usize) {
        self.clock += frames as u64;
        let Some(way) = &mut self.way else { return };
        way.done += frames;
        if way.done == way.length {
            self.bands.skip(way.length, false);
            self.bank.arrive();
            self.way = None;
        }
    }

    /// Lets the bands be of the kind that is wanted, and what was heard until now fade out.
    fn change_kinds(&mut self) {
        self.stop();
        self.before.copy_from(&mut self.bank);
        self.before.arrive();
        self.bands.take_kinds(&self.values);
        self.kinds_changed = false;
        let _moved = self.bands.aim(&mut self.bank, 0);
        self.bank.arrive();
        self.fade_left = self.fade_frames;
    }

    fn cross_fade(&mut self, block: &mut [Frame]) {
        let mut old = [[0.0; 2]; BLOCK];
        let old = &mut old[..block.len()];
        old.copy_from_slice(block);
        self.before.process(old, None);
        self.bank.process(block, self.way);
        for (new, old) in block.iter_mut().zip(old) {
            self.fade_left -= 1;
            let done = 1.0 - self.fade_left as f64 / self.fade_frames as f64;
            let share = done * done * (3.0 - 2.0 * done);
            for (new, old) in new.iter_mut().zip(old) {
                *new = *old + share * (*new - *old);
            }
        }
    }

    fn apply_output(&mut self, block: &mut [Frame]) {
        if let Some(db) = self.output.resting() {
            if db != 0.0 {
                let gain = Db(db).to_gain();
                block.iter_mut().flatten().for_each(|x| *x *= gain);
            }
            return;
        }
        for frame in block {
            let gain = Db(self.output.advance()).to_gain();
            frame.iter_mut().for_each(|x| *x *= gain);
        }
    }

    /// True when nothing is done to the signal.
    fn is_idle(&self) -> bool {
        let still = self.way.is_none() && self.fade_left == 0 && self.bank.is_idle();
        let listens = self.bands.any_is_dynamic() || self.bands.are_moving();
        let output = self.output.resting() == Some(0.0);
        still && !listens && output && !self.kinds_changed
    }

    fn process_block(&mut self, left: &mut [f32], right: &mut [f32]) {
        let mut block = [[0.0; 2]; BLOCK];
        let block = &mut block[..left.len()];
        lanes::join(left, right, block);
        match &mut self.linear {
            None => self.filter(block, None),
            Some(linear) => {
                linear.process(block, &self.values);
                let mut heard = [[0.0; 2]; BLOCK];
                let heard = &mut heard[..left.len()];
                self.late.process(left, right);
                lanes::join(left, right, heard);
                self.filter(block, Some(heard));
            }
        }
        self.apply_output(block);
        lanes::part(block, left, right);
    }

    /// Ends what has died away, on the grid.
    fn flush(&mut self, before: u64) {
        if before / BLOCK as u64 != self.clock / BLOCK as u64 {
            self.bank.flush();
            if self.fade_left > 0 {
                self.before.flush();
            }
            self.bands.flush();
        }
    }
}

impl Processor for Equalizer {
    fn latency_frames(&self) -> usize {
        if self.linear.is_some() { linear::latency_frames(self.rate_hz) } else { 0 }
    }

    fn is_linear(&self) -> bool {
        !self.bands.any_is_dynamic()
    }

    fn set(&mut self, param: usize, value: f64) {
        self.run(param, value, self.fade_frames);
    }

    fn glide(&mut self, param: usize, value: f64, frames: usize) {
        self.run(param, value, frames);
    }

    fn reset(&mut self) {
        self.way = None;
        self.fade_left = 0;
        self.bank.clear();
        self.bands.take_kinds(&self.values);
        self.kinds_changed = false;
        self.bands.reset();
        let _moved = self.bands.aim(&mut self.bank, 0);
        self.bank.arrive();
        self.aim_output(0);
        self.loudness_changed = false;
        self.clock = 0;
        self.deepest_db = 0.0;
        self.late.reset();
        if let Some(linear) = &mut self.linear {
            linear.reset(&self.values);
        }
    }

    fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        if self.loudness_changed {
            self.loudness_changed = false;
            self.aim_output(self.fade_frames);
        }
        self.deepest_db = self.bands.deepest_db();
        if self.linear.is_none() && self.is_idle() {
            self.clock += left.len() as u64;
            return;
        }
        for (left, right) in left.chunks_mut(BLOCK).zip(right.chunks_mut(BLOCK)) {
            let before = self.clock;
            self.process_block(left, right);
            self.flush(before);
        }
    }

    fn gain_reduction_db(&self) -> f32 {
        self.deepest_db as f32
    }

    fn band_gains_db(&self) -> [f32; SHOWN_BANDS] {
        std::array::from_fn(|band| self.bands.dynamic_gain_db(band) as f32)
    }
}
