//! Stereo: width, low frequencies in mono, balance.
//!
//! - Width is the gain of the side signal alone: A. D. Blumlein, British Patent 394325, 1931. The sum of
//!   both channels, and so the mono fold-down, stays what it is at any width.
//! - Mono below a frequency takes the side signal away there, as M. Gerzon, "Signal Processing for
//!   Simulating Realistic Stereo Images", AES 93rd Convention, 1992, treats width by frequency. The side
//!   passes the high-pass of a Linkwitz–Riley crossover of 48 dB/octave (S. H. Linkwitz, "Active Crossover
//!   Networks for Noncoincident Drivers", JAES 24(1), 1976), s⁸ / B(s)² with the Butterworth polynomial B
//!   of fourth order, and the middle the all-pass B(−s) / B(s). Both turn the phase by −2 arg B(jω), so
//!   middle and side never part, and the fold-down keeps its magnitude.
//!   The frequency moves without a jump of place or speed, so that no tone is spread into a click.
//! - Balance fades the far side: [`balance`].
//!
//! Neutral settings let every bit pass. Linear. Latency: none.

#[cfg(test)]
mod tests;

use std::f64::consts::PI;

use crate::dynamics::{CELL, Controls};
use crate::follow::Follower;
use crate::pan::balance;
use crate::param::{ParamSpec, Unit};
use crate::processor::Processor;
use crate::svf::{Coefficients, Solved, Svf};

const WIDTH: usize = 0;
const MONO: usize = 1;
const MONO_BELOW: usize = 2;
const BALANCE: usize = 3;

/// Parameters of a [`Stereo`], in order.
pub const SPECS: &[ParamSpec] = &[
    ParamSpec::linear("width", "Width", Unit::Percent, (0.0, 200.0), 100.0),
    ParamSpec::switch("mono", "Mono lows", false),
    ParamSpec::log("mono_below", "Mono below", Unit::Hz, (30.0, 500.0), 120.0),
    ParamSpec::linear("balance", "Balance", Unit::Percent, (-100.0, 100.0), 0.0),
];

/// Order of the Butterworth filter of which the crossover's high-pass is the square.
const ORDER: usize = 4;

/// Second-order sections of that Butterworth filter.
const SECTIONS: usize = ORDER / 2;

/// Where the crossover lies above the frequency below which the sound is mono: far enough for the side
/// to be 33 dB down there, where the correlation of equally loud middle and side reaches 0.999.
pub const CROSSOVER_RATIO: f64 = 1.61;

/// Width, low mono and balance of a stereo signal.
#[derive(Debug)]
pub struct Stereo {
    rate_hz: f64,
    controls: Controls<{ SPECS.len() }>,
    /// Where the frequency below which the sound is mono is on its way to.
    below: Follower,
    is_below_moving: bool,
    lows: Lows,
    /// Frames since the last reset, within a cell.
    frame: usize,
}

impl Stereo {
    /// A neutral one at `rate_hz`.
    pub fn new(rate_hz: f64) -> Self {
        let mut stereo = Self {
            rate_hz,
            controls: Controls::new(SPECS, rate_hz),
            below: Follower::new(SPECS[MONO_BELOW].default, rate_hz),
            is_below_moving: false,
            lows: Lows::default(),
            frame: 0,
        };
        stereo.reset();
        stereo
    }

    /// Processes frames with one set of controls.
    fn piece(&mut self, left: &mut [f32], right: &mut [f32]) {
        let width = self.controls[WIDTH] / 100.0;
        let (left_gain, right_gain) = balance(self.controls[BALANCE] / 100.0);
        let mono = self.controls[MONO];
        // Exact at a width of 1 and, in both channels alike, at 0.
        let (same, other) = (0.5 * (1.0 + width), 0.5 * (1.0 - width));
        for (l, r) in left.iter_mut().zip(right) {
            let mut frame = [f64::from(*l), f64::from(*r)];
            if mono > 0.0 {
                frame = self.lows.tick(frame, mono);
            }
            *l = (left_gain * (same * frame[0] + other * frame[1])) as f32;
            *r = (right_gain * (other * frame[0] + same * frame[1])) as f32;
        }
    }

    /// Filters for where the controls are.
    fn refresh(&mut self) {
        self.lows.aim(self.below.hz(), self.rate_hz);
    }
}

impl Processor for Stereo {
    fn latency_frames(&self) -> usize {
        0
    }

    fn is_linear(&self) -> bool {
        true
    }

    fn set(&mut self, param: usize, value: f64) {
        let was_off = self.controls[MONO] == 0.0;
        if self.controls.set(param, value) && param == MONO && was_off {
            self.lows.reset();
        }
    }

    fn glide(&mut self, param: usize, value: f64, frames: usize) {
        match SPECS.get(param) {
            Some(_) if param == MONO => self.set(param, value),
            _ => self.controls.glide(param, value, frames),
        }
    }

    fn reset(&mut self) {
        self.controls.finish();
        self.below.jump(self.controls[MONO_BELOW]);
        self.is_below_moving = false;
        self.refresh();
        self.lows.reset();
        self.frame = 0;
    }

    fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        let mut done = 0;
        while done < left.len() {
            if self.frame == 0 {
                self.lows.flush();
            }
            let mut longest = CELL - self.frame;
            if self.controls.are_moving() || self.is_below_moving {
                self.controls.advance();
                self.is_below_moving = self.below.follow(self.controls[MONO_BELOW]);
                self.refresh();
                longest = 1;
            }
            let part = done..left.len().min(done + longest);
            self.piece(&mut left[part.clone()], &mut right[part.clone()]);
            self.frame = (self.frame + part.len()) % CELL;
            done = part.end;
        }
    }
}

/// What makes the lows mono.
#[derive(Debug)]
struct Lows {
    below_hz: f64,
    high_pass: [Solved; SECTIONS],
    all_pass: [Solved; SECTIONS],
    /// Each section twice.
    side: [[Svf; 2]; SECTIONS],
    middle: [Svf; SECTIONS],
}

impl Default for Lows {
    fn default() -> Self {
        let unity = Coefficients::UNITY.solve();
        Self {
            below_hz: 0.0,
            high_pass: [unity; SECTIONS],
            all_pass: [unity; SECTIONS],
            side: Default::default(),
            middle: Default::default(),
        }
    }
}

impl Lows {
    fn aim(&mut self, below_hz: f64, rate_hz: f64) {
        if below_hz == self.below_hz {
            return;
        }
        self.below_hz = below_hz;
        let crossover_hz = (CROSSOVER_RATIO * below_hz).min(0.4 * rate_hz);
        for section in 0..SECTIONS {
            let q = butterworth_q(section);
            self.high_pass[section] = Coefficients::high_pass(crossover_hz, q, rate_hz).solve();
            self.all_pass[section] = Coefficients::all_pass(crossover_hz, q, rate_hz).solve();
        }
    }

    /// A frame of left and right, `amount` (0 to 1) of the way to mono lows.
    #[inline]
    fn tick(&mut self, [left, right]: [f64; 2], amount: f64) -> [f64; 2] {
        let (middle, side) = (0.5 * (left + right), 0.5 * (left - right));
        let (mut turned, mut high) = (middle, side);
        for section in 0..SECTIONS {
            turned = self.middle[section].tick(&self.all_pass[section], turned);
            for svf in &mut self.side[section] {
                high = svf.tick(&self.high_pass[section], high);
            }
        }
        // A fade without corners.
        let amount = amount * amount * (3.0 - 2.0 * amount);
        let (middle, side) = (middle + amount * (turned - middle), side + amount * (high - side));
        [middle + side, middle - side]
    }

    fn filters(&mut self) -> impl Iterator<Item = &mut Svf> {
        self.side.iter_mut().flatten().chain(&mut self.middle)
    }

    fn reset(&mut self) {
        self.filters().for_each(Svf::reset);
    }

    fn flush(&mut self) {
        self.filters().for_each(Svf::flush);
    }
}

/// Q of a section of a Butterworth filter of [`ORDER`].
fn butterworth_q(section: usize) -> f64 {
    0.5 / ((2 * section + 1) as f64 * PI / (2 * ORDER) as f64).cos()
}
