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

use crate::dynamics::levels::{exp2_of, largest};
use crate::dynamics::{Ballistics, CELL, Controls, Dynamics, GainComputer, Shell, Side, Times};
use crate::param::{ParamSpec, Unit};

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
pub const RELEASE_S: f64 = 0.016;

/// Width of the knee, in dB.
const KNEE_DB: f64 = 6.0;

/// Reduction per decibel above the threshold.
const SLOPE: f64 = 2.0;

/// A stereo de-esser.
pub type DeEsser = Shell<Core, { SPECS.len() }>;

/// What a [`DeEsser`] does with its signal.
#[derive(Debug)]
pub struct Core {
    rate_hz: f64,
    times: Times,
    hiss: Hiss,
    ballistics: [Ballistics; 2],
    cut: Cut,
}

/// What the controls mean at one frame.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
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
        let core = Core {
            rate_hz,
            times: Times::new(ATTACK_S, RELEASE_S, 0.0, false, rate_hz),
            hiss: Hiss::new(rate_hz),
            ballistics: [Ballistics::default(); 2],
            cut: Cut::default(),
        };
        Self::around(core, SPECS, rate_hz)
    }
}

impl Dynamics<{ SPECS.len() }> for Core {
    const FIXED: Option<usize> = None;

    type Settings = Settings;

    fn settings(controls: &Controls<{ SPECS.len() }>) -> Settings {
        Settings::new(controls)
    }

    fn refresh(&mut self, controls: &Controls<{ SPECS.len() }>) {
        let [range_db, hz, octaves] = [RANGE, FREQUENCY, BANDWIDTH].map(|param| controls[param]);
        let is_bell = controls[SHAPE] >= 0.5;
        self.cut.set(is_bell, hz, octaves, range_db, self.rate_hz);
        self.hiss.set(is_bell, hz, octaves, self.rate_hz);
    }

    fn begin_cell(&mut self, _: &Settings) {
        self.hiss.flush();
        self.ballistics.iter_mut().for_each(Ballistics::flush);
        self.cut.flush();
    }

    #[inline(always)]
    fn piece(
        &mut self,
        settings: &Settings,
        [left, right]: [&mut [f32]; 2],
        _: Option<[&[f32]; 2]>,
    ) -> f64 {
        let frames = left.len();
        let mut wanted = [[0.0; CELL]; 2];
        let [wanted_left, wanted_right] = wanted.each_mut().map(|channel| &mut channel[..frames]);
        self.hiss.levels([left, right], [&mut *wanted_left, &mut *wanted_right]);
        let Settings { computer, link, listen, bell } = *settings;
        computer.reductions(wanted_left);
        computer.reductions(wanted_right);
        for (left, right) in wanted_left.iter_mut().zip(wanted_right.iter_mut()) {
            let both = left.max(*right);
            *left += link * (both - *left);
            *right += link * (both - *right);
        }
        let mut moves = [[0.0; CELL]; 2];
        let (share, mut most) = (self.cut.share(bell), 0.0_f64);
        for (channel, moves) in moves.iter_mut().enumerate() {
            let moves = &mut moves[..frames];
            self.ballistics[channel].process(&self.times, &wanted[channel][..frames], moves);
            most = most.max(share * largest(moves));
            for reduction in moves {
                *reduction = exp2_of(-0.25 * share * *reduction);
            }
        }
        self.cut.process([left, right], [&moves[0][..frames], &moves[1][..frames]], listen);
        most
    }

    fn reset(&mut self) {
        self.hiss.reset();
        self.ballistics.iter_mut().for_each(Ballistics::reset);
        self.cut.reset();
    }
}
