//! What saturator and clipper do alike, around what each does with its signal: values on their way, two
//! qualities, a grid, and level compensation.

use crate::auto_level::{AutoLevel, GRID_FRAMES};
use crate::param::{ParamSpec, Values};
use crate::processor::Processor;

/// Length of the ramp after a change of a setting by hand, in seconds.
pub const RAMP_S: f64 = 0.01;

/// What one of them does with its signal.
pub trait Colour<const N: usize>: Send {
    /// Its parameters.
    const SPECS: &'static [ParamSpec];
    /// The choice of the quality, on which the latency depends.
    const QUALITY: usize;
    /// The switch of the level compensation.
    const AUTO_LEVEL: usize;
    /// The parameter that has nothing between two values, and so changes as by hand also when it is
    /// automated.
    const STEPS: usize;

    /// The way of the signal at one quality.
    type Engine: Engine;

    /// Sends what depends on the parameter `param` on its way.
    fn start(&mut self, param: usize, values: &Values<N>, frames: u32);

    /// Arrives at all values at once.
    fn finish(&mut self);

    /// True when several frames can be computed at once.
    fn is_steady(&self) -> bool;

    /// Processes frames that lie within the grid, and returns by how much it brought down the loudest
    /// sample, in dB.
    fn run(
        &mut self,
        engine: &mut Self::Engine,
        level: &mut AutoLevel,
        signal: [&mut [f32]; 2],
    ) -> f32;
}

/// The way of the signal at one quality.
pub trait Engine: Send {
    /// Frames by which the output lies behind the input.
    fn latency_frames(&self) -> usize;

    /// Forgets all signal.
    fn reset(&mut self);

    /// Zeroes what has died away.
    fn flush(&mut self) {}
}

/// `sample` within ± `loudest`; 0 for one that is not finite.
pub(crate) fn sane(sample: f32, loudest: f32) -> f32 {
    if sample.is_finite() { sample.clamp(-loudest, loudest) } else { 0.0 }
}

/// A processor that colours a stereo signal: `C`, with `N` parameters.
#[derive(Debug)]
pub struct Shell<C: Colour<N>, const N: usize> {
    values: Values<N>,
    ramp_frames: u32,
    core: C,
    engines: [C::Engine; 2],
    auto_level: AutoLevel,
    /// Since the last reset, counted on the grid.
    frame: usize,
    /// How far the last block's loudest sample was brought down, in dB.
    reduction_db: f32,
}

impl<C: Colour<N>, const N: usize> Shell<C, N> {
    /// `core` at `rate_hz` with the defaults of its parameters, and an engine for each quality.
    pub(crate) fn around(
        core: C,
        engines: [C::Engine; 2],
        auto_level: AutoLevel,
        rate_hz: f64,
    ) -> Self {
        let ramp_frames = (RAMP_S * rate_hz).round() as u32;
        let (values, frame, reduction_db) = (Values::new(C::SPECS), 0, 0.0);
        let mut shell =
            Self { values, ramp_frames, core, engines, auto_level, frame, reduction_db };
        (0..N).for_each(|param| shell.start(param, 0));
        shell.reset();
        shell
    }

    fn start(&mut self, param: usize, frames: u32) {
        if param == C::AUTO_LEVEL {
            self.auto_level.switch(self.values.is_on(param));
        } else if param == C::QUALITY {
            self.reset();
        } else {
            self.core.start(param, &self.values, frames);
        }
    }

    /// How many of `frames` can be computed at once, without crossing the grid.
    fn run_length(&self, frames: usize) -> usize {
        let most = if self.core.is_steady() { GRID_FRAMES - self.frame % GRID_FRAMES } else { 1 };
        frames.min(most)
    }

    fn run(&mut self, left: &mut [f32], right: &mut [f32]) {
        let engine = &mut self.engines[self.values.index(C::QUALITY)];
        if self.frame.is_multiple_of(GRID_FRAMES) {
            engine.flush();
            self.auto_level.aim();
        }
        self.frame += left.len();
        let reduction_db = self.core.run(engine, &mut self.auto_level, [left, right]);
        self.reduction_db = self.reduction_db.max(reduction_db);
    }
}

impl<C: Colour<N>, const N: usize> Processor for Shell<C, N> {
    fn latency_frames(&self) -> usize {
        self.engines[self.values.index(C::QUALITY)].latency_frames()
    }

    fn set(&mut self, param: usize, value: f64) {
        if self.values.set(param, value) {
            self.start(param, self.ramp_frames);
        }
    }

    fn glide(&mut self, param: usize, value: f64, frames: usize) {
        let frames = if param == C::STEPS { self.ramp_frames as usize } else { frames };
        if self.values.set(param, value) {
            self.start(param, u32::try_from(frames).unwrap_or(u32::MAX));
        }
    }

    fn reset(&mut self) {
        self.core.finish();
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
