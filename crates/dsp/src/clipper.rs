//! Clipper: cuts peaks at a ceiling, from hard to soft.
//!
//! - As in the saturator only what is cut off is oversampled and filtered; what lies below the knee
//!   passes beside it, delayed, and every bit of it does.
//! - What is cut off has its antiderivative antialiasing in closed form: [`Knee`].
//! - A clipped wave without what no file at its rate can hold is not flat at the top: the filter behind
//!   the clipper lets it swing above the ceiling. Driven by 6 dB into a hard edge that is 0.1 dB for
//!   a tone of 1 kHz, 1 dB for drums, voice and square waves, 2 dB for a tone of 8 kHz, and more the more
//!   there is above 20 kHz, which passes beside the clipper: 4 dB for white noise (test
//!   `s5_overshoot_…`). **Catch**, on unless freedom from aliases matters more, cuts those samples once
//!   more at the rate of the signal. Peaks between the samples are the limiter's: [`crate::limiter`].
//! - Auto level keeps the output as loud as the input, but never makes it louder, since that would lift
//!   it over the ceiling: [`AutoLevel`].
//!
//! Latency: that of the [`Oversampler`] at the chosen quality; [`QUALITIES`].

mod engine;
mod excess;

use crate::auto_level::{AutoLevel, GRID_FRAMES};
use crate::param::{ParamSpec, Unit, Values};
use crate::processor::Processor;
use crate::resample::{Grade, Oversampler};
use crate::smooth::{Ramp, fill_gains};
use crate::units::Db;

use engine::{Controls, Engine};
pub use excess::Knee;

/// Length of the ramp after a change of a setting by hand, in seconds.
pub const RAMP_S: f64 = 0.01;

/// How the two qualities oversample, in the order of the parameter's choices. A hard edge has far more
/// above half the rate than a saturator's curve, so the factors are higher and both are steep.
pub const QUALITIES: [Grade; 2] = [
    Grade { factor: 8, attenuation_db: 100.0, steep: true },
    Grade { factor: 32, attenuation_db: 120.0, steep: true },
];

/// Louder samples are taken to be this loud (+60 dBFS), and one that is not finite to be 0.
const LOUDEST: f32 = 1e3;

const DRIVE: usize = 0;
const CEILING: usize = 1;
const KNEE: usize = 2;
const CATCH: usize = 3;
const AUTO_LEVEL: usize = 4;
/// Index of the parameter that the latency depends on.
pub const QUALITY: usize = 5;

/// Parameters of a [`Clipper`], in order.
pub const SPECS: &[ParamSpec] = &[
    ParamSpec::linear("drive", "Drive", Unit::Db, (0.0, 24.0), 0.0),
    ParamSpec::linear("ceiling", "Ceiling", Unit::Db, (-24.0, 0.0), 0.0),
    ParamSpec::linear("knee", "Knee", Unit::Percent, (0.0, 100.0), 20.0),
    ParamSpec::switch("catch", "Catch", true),
    ParamSpec::switch("auto_level", "Auto level", true),
    ParamSpec::choice("quality", "Quality", &["Real time", "Offline"], 0),
];

/// A stereo clipper.
#[derive(Debug)]
pub struct Clipper {
    values: Values<{ SPECS.len() }>,
    ramp_frames: u32,
    drive_db: Ramp,
    ceiling_db: Ramp,
    /// From 0, hard, to 1, soft.
    softness: Ramp,
    /// From 0, off, to 1, on.
    catch: Ramp,
    engines: [Engine; 2],
    auto_level: AutoLevel,
    /// Since the last reset, counted on the grid.
    frame: usize,
    /// How far the last block's loudest sample was brought down, in dB.
    reduction_db: f32,
}

impl Clipper {
    /// A clipper at `rate_hz` with the defaults of [`SPECS`].
    pub fn new(rate_hz: f64) -> Self {
        let engine = |grade| Engine::new(Oversampler::new(grade, rate_hz, excess::LATENCY_FRAMES));
        let mut clipper = Self {
            values: Values::new(SPECS),
            ramp_frames: (RAMP_S * rate_hz).round() as u32,
            drive_db: Ramp::new(0.0),
            ceiling_db: Ramp::new(0.0),
            softness: Ramp::new(0.0),
            catch: Ramp::new(0.0),
            engines: QUALITIES.each_ref().map(engine),
            auto_level: AutoLevel::attenuating(rate_hz),
            frame: 0,
            reduction_db: 0.0,
        };
        (0..SPECS.len()).for_each(|param| clipper.start(param, 0));
        clipper.reset();
        clipper
    }

    /// Sends what depends on the parameter `param` on its way.
    fn start(&mut self, param: usize, frames: u32) {
        let values = &self.values;
        match param {
            DRIVE => self.drive_db.set(values[DRIVE], frames),
            CEILING => self.ceiling_db.set(values[CEILING], frames),
            KNEE => self.softness.set(values[KNEE] / 100.0, frames),
            CATCH => self.catch.set(values[CATCH], frames),
            AUTO_LEVEL => self.auto_level.switch(values.is_on(AUTO_LEVEL)),
            QUALITY => self.reset(),
            _ => {}
        }
    }

    /// How many of `frames` can be computed with one knee, without crossing the grid.
    fn run_length(&self, frames: usize) -> usize {
        if self.softness.resting().is_none() {
            return frames.min(1);
        }
        frames.min(GRID_FRAMES - self.frame % GRID_FRAMES)
    }

    /// Processes frames that share a knee.
    fn run(&mut self, left: &mut [f32], right: &mut [f32]) {
        let frames = left.len();
        if self.frame.is_multiple_of(GRID_FRAMES) {
            self.auto_level.aim();
        }
        self.frame += frames;
        let mut controls = Controls::new(Knee::new(self.softness.advance()));
        fill_gains(&mut self.drive_db, &mut controls.drive[..frames]);
        fill_gains(&mut self.ceiling_db, &mut controls.ceiling[..frames]);
        controls.catch[..frames].iter_mut().for_each(|catch| *catch = self.catch.advance());
        let engine = &mut self.engines[self.values.index(QUALITY)];
        let peaks = engine.process(&mut controls, &mut self.auto_level, left, right);
        let reduction =
            if peaks[1] < peaks[0] { Db::from_gain(peaks[0] / peaks[1]).0 } else { 0.0 };
        self.reduction_db = self.reduction_db.max(reduction as f32);
    }
}

impl Processor for Clipper {
    fn latency_frames(&self) -> usize {
        self.engines[self.values.index(QUALITY)].latency_frames()
    }

    fn set(&mut self, param: usize, value: f64) {
        if self.values.set(param, value) {
            self.start(param, self.ramp_frames);
        }
    }

    fn glide(&mut self, param: usize, value: f64, frames: usize) {
        let frames = if param == CATCH { self.ramp_frames as usize } else { frames };
        if self.values.set(param, value) {
            self.start(param, u32::try_from(frames).unwrap_or(u32::MAX));
        }
    }

    fn reset(&mut self) {
        let ramps = [&mut self.drive_db, &mut self.ceiling_db, &mut self.softness, &mut self.catch];
        ramps.into_iter().for_each(Ramp::finish);
        self.engines.iter_mut().for_each(Engine::reset);
        self.auto_level.reset();
        self.frame = 0;
        self.reduction_db = 0.0;
    }

    fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        self.reduction_db = 0.0;
        let mut done = 0;
        while done < left.len() {
            let end = done + self.run_length(left.len() - done);
            self.run(&mut left[done..end], &mut right[done..end]);
            done = end;
        }
    }

    fn gain_reduction_db(&self) -> f32 {
        self.reduction_db
    }
}
