//! De-esser: takes the treble back where a voice hisses.
//!
//! - A dynamic equalizer, not a split band: at rest there is no filter in the way, and the signal passes
//!   bit for bit. It is a shelf or a bell whose poles stand still while its zeros move (`cut.rs`).
//! - The detector is relative: the level of the band against the voice's own (`hiss.rs`), so that the level of
//!   the take does not matter.
//! - How reduction moves in time is that of the compressor: [`crate::dynamics::Ballistics`].
//! - To listen is to hear what is taken away: input minus output.
//!
//! Latency: none.

mod cut;
mod hiss;

use crate::dynamics::cells::{self, Celled};
use crate::dynamics::levels::{exp2_of, largest, to_db};
use crate::dynamics::{Ballistics, CELL, Controls, GainComputer, Side, Times};
use crate::param::{ParamSpec, Unit};
use crate::processor::Processor;

use cut::Cut;
use hiss::Hiss;

const THRESHOLD: usize = 0;
const RANGE: usize = 1;
const FREQUENCY: usize = 2;
const SHAPE: usize = 3;
const BANDWIDTH: usize = 4;
const LINK: usize = 5;
const LISTEN_ON: usize = 6;

/// Parameters of a [`DeEsser`], in order.
pub const SPECS: &[ParamSpec] = &[
    ParamSpec::linear("threshold", "Threshold", Unit::Db, (-40.0, 0.0), -22.0),
    ParamSpec::linear("range", "Range", Unit::Db, (0.0, 24.0), 8.0),
    ParamSpec::log("frequency", "Frequency", Unit::Hz, (2000.0, 12_000.0), 4000.0),
    ParamSpec::choice("shape", "Shape", &["Shelf", "Bell"], 0),
    ParamSpec::log("bandwidth", "Bandwidth", Unit::Number, (0.3, 3.0), 1.0),
    ParamSpec::linear("link", "Stereo link", Unit::Percent, (0.0, 100.0), 100.0),
    ParamSpec::switch("listen", "Listen to what is removed", false),
];

/// Attack, in seconds.
pub const ATTACK_S: f64 = 0.001;

/// Release, in seconds.
pub const RELEASE_S: f64 = 0.02;

/// Width of the knee, in dB.
const KNEE_DB: f64 = 6.0;

/// Reduction per decibel above the threshold.
const SLOPE: f64 = 2.0;

/// A stereo de-esser.
#[derive(Debug)]
pub struct DeEsser {
    rate_hz: f64,
    controls: Controls<{ SPECS.len() }>,
    settings: Settings,
    times: Times,
    /// True while filters, which are looked at once a cell, may be behind the controls.
    is_stale: bool,
    hiss: Hiss,
    ballistics: [Ballistics; 2],
    cut: Cut,
    /// Frames since the last reset, within a cell.
    frame: usize,
    /// Largest reduction in the last block, as a level.
    largest: f64,
}

/// What the controls mean at one frame.
#[derive(Debug, Clone, Copy)]
struct Settings {
    computer: GainComputer,
    /// All of these are 0 to 1.
    link: f32,
    listen: f64,
    bell: f64,
}

impl Settings {
    fn new(controls: &Controls<{ SPECS.len() }>) -> Self {
        Self {
            computer: computer(std::array::from_fn(|param| controls[param])),
            link: (controls[LINK] / 100.0) as f32,
            listen: controls[LISTEN_ON],
            bell: controls[SHAPE],
        }
    }
}

/// The static curve of `values`, which stand in the order of [`SPECS`], over the level of the hiss relative
/// to the voice: what the sound uses and a window draws.
pub fn computer(values: [f64; SPECS.len()]) -> GainComputer {
    GainComputer::new(Side::Above, values[THRESHOLD], KNEE_DB, SLOPE, values[RANGE])
}

impl DeEsser {
    /// A de-esser at `rate_hz` with the defaults of [`SPECS`].
    pub fn new(rate_hz: f64) -> Self {
        let controls = Controls::new(SPECS, rate_hz);
        let mut deesser = Self {
            rate_hz,
            settings: Settings::new(&controls),
            controls,
            times: Times::new(ATTACK_S, RELEASE_S, 0.0, false, rate_hz),
            is_stale: true,
            hiss: Hiss::new(rate_hz),
            ballistics: [Ballistics::default(); 2],
            cut: Cut::default(),
            frame: 0,
            largest: 0.0,
        };
        deesser.reset();
        deesser
    }

    /// Filters, from the controls.
    fn refresh(&mut self) {
        let [range_db, hz, octaves] = [RANGE, FREQUENCY, BANDWIDTH].map(|p| self.controls[p]);
        let is_bell = self.controls[SHAPE] >= 0.5;
        self.cut.set(is_bell, hz, octaves, range_db, self.rate_hz);
        self.hiss.set(is_bell, hz, octaves, self.rate_hz);
        self.is_stale = self.controls.are_moving();
    }
}

impl Celled for DeEsser {
    fn begin_cell(&mut self) {
        if self.is_stale {
            self.refresh();
        }
        self.hiss.flush();
        self.ballistics.iter_mut().for_each(Ballistics::flush);
        self.cut.flush();
    }

    fn advance(&mut self) -> bool {
        let moving = self.controls.are_moving();
        if moving {
            self.controls.advance();
            self.settings = Settings::new(&self.controls);
        }
        moving
    }

    #[inline(always)]
    fn piece(&mut self, left: &mut [f32], right: &mut [f32], _: Option<[&[f32]; 2]>) {
        let frames = left.len();
        let mut wanted = [[0.0; CELL]; 2];
        let [wanted_left, wanted_right] = wanted.each_mut().map(|channel| &mut channel[..frames]);
        self.hiss.levels([left, right], [&mut *wanted_left, &mut *wanted_right]);
        let Settings { computer, link, listen, bell } = self.settings;
        computer.reductions(wanted_left);
        computer.reductions(wanted_right);
        for (left, right) in wanted_left.iter_mut().zip(wanted_right.iter_mut()) {
            let both = left.max(*right);
            *left += link * (both - *left);
            *right += link * (both - *right);
        }
        let mut moves = [[0.0; CELL]; 2];
        let share = self.cut.share(bell);
        for (channel, moves) in moves.iter_mut().enumerate() {
            let moves = &mut moves[..frames];
            self.ballistics[channel].process(&self.times, &wanted[channel][..frames], moves);
            self.largest = self.largest.max(share * largest(moves));
            for reduction in moves {
                *reduction = exp2_of(-0.25 * share * *reduction);
            }
        }
        self.cut.process([left, right], [&moves[0][..frames], &moves[1][..frames]], listen);
    }
}

impl Processor for DeEsser {
    fn latency_frames(&self) -> usize {
        0
    }

    fn set(&mut self, param: usize, value: f64) {
        self.is_stale |= self.controls.set(param, value);
    }

    fn glide(&mut self, param: usize, value: f64, frames: usize) {
        self.controls.glide(param, value, frames);
        self.is_stale = true;
    }

    fn reset(&mut self) {
        self.controls.finish();
        self.settings = Settings::new(&self.controls);
        self.refresh();
        self.hiss.reset();
        self.ballistics.iter_mut().for_each(Ballistics::reset);
        self.cut.reset();
        self.frame = 0;
        self.largest = 0.0;
    }

    fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        self.largest = 0.0;
        self.frame = cells::run(self, self.frame, left, right, None);
    }

    fn gain_reduction_db(&self) -> f32 {
        to_db(self.largest) as f32
    }
}
