//! What all processors of dynamics do alike, around what each does with its signal: parameters on their
//! way, cells, and a meter.

use super::cells::{self, Celled};
use super::levels::to_db;
use super::{CELL, Controls};
use crate::param::ParamSpec;
use crate::processor::Processor;

/// What one of them does with its signal.
pub trait Dynamics<const N: usize>: Send {
    /// The parameter that the latency depends on, if there is one: it stays while a plan plays.
    const FIXED: Option<usize>;

    /// What the controls mean at one frame.
    type Settings: Copy + Send;

    /// The settings from the controls.
    fn settings(controls: &Controls<N>) -> Self::Settings;

    /// Takes times and filters, which are looked at once a cell.
    fn refresh(&mut self, controls: &Controls<N>);

    /// What happens once per [`CELL`], before its first frame.
    fn begin_cell(&mut self, settings: &Self::Settings);

    /// Processes up to a cell with constant settings, and returns the largest reduction, as a level; inlined,
    /// so that it is compiled for every width of vectors.
    fn piece(
        &mut self,
        settings: &Self::Settings,
        signal: [&mut [f32]; 2],
        key: Option<[&[f32]; 2]>,
    ) -> f64;

    /// A parameter was set by hand to something else.
    fn turned(&mut self, param: usize, controls: &Controls<N>) {
        let _ = (param, controls);
    }

    /// Frames by which the output lies behind the input.
    fn latency_frames(&self) -> usize {
        0
    }

    /// Makes room for all values of the [`FIXED`](Self::FIXED) parameter.
    fn reserve(&mut self) {}

    /// Forgets all signal.
    fn reset(&mut self);
}

/// A processor of dynamics: `D`, with `N` parameters.
#[derive(Debug)]
pub struct Shell<D: Dynamics<N>, const N: usize> {
    controls: Controls<N>,
    settings: D::Settings,
    /// True while what is looked at once a cell may be behind the controls.
    is_stale: bool,
    core: D,
    /// Frames since the last reset, within a cell.
    frame: usize,
    /// Largest reduction in the last block, as a level.
    largest: f64,
}

impl<D: Dynamics<N>, const N: usize> Shell<D, N> {
    /// `core` at `rate_hz` with the defaults of `specs`.
    pub(crate) fn around(core: D, specs: &'static [ParamSpec], rate_hz: f64) -> Self {
        let controls = Controls::new(specs, rate_hz);
        let settings = D::settings(&controls);
        let mut shell = Self { controls, settings, is_stale: true, core, frame: 0, largest: 0.0 };
        shell.reset();
        shell
    }

    fn refresh(&mut self) {
        self.core.refresh(&self.controls);
        self.is_stale = self.controls.are_moving();
    }

    fn run(&mut self, left: &mut [f32], right: &mut [f32], key: Option<[&[f32]; 2]>) {
        self.largest = 0.0;
        self.frame = cells::run(self, self.frame, left, right, key);
    }
}

impl<D: Dynamics<N>, const N: usize> Celled for Shell<D, N> {
    fn begin_cell(&mut self) {
        if self.is_stale {
            self.refresh();
        }
        self.core.begin_cell(&self.settings);
    }

    fn advance(&mut self) -> bool {
        let moving = self.controls.are_moving();
        if moving {
            self.controls.advance();
            self.settings = D::settings(&self.controls);
        }
        moving
    }

    #[inline(always)]
    fn piece(&mut self, left: &mut [f32], right: &mut [f32], key: Option<[&[f32]; 2]>) {
        debug_assert!(left.len() <= CELL, "a piece lies within a cell");
        let reduction = self.core.piece(&self.settings, [left, right], key);
        self.largest = self.largest.max(reduction);
    }
}

impl<D: Dynamics<N>, const N: usize> Processor for Shell<D, N> {
    fn latency_frames(&self) -> usize {
        self.core.latency_frames()
    }

    fn reserve(&mut self, param: usize) {
        if D::FIXED == Some(param) {
            self.core.reserve();
            self.reset();
        }
    }

    fn set(&mut self, param: usize, value: f64) {
        if self.controls.set(param, value) {
            self.is_stale = true;
            self.core.turned(param, &self.controls);
        }
    }

    fn glide(&mut self, param: usize, value: f64, frames: usize) {
        if D::FIXED != Some(param) {
            self.controls.glide(param, value, frames);
            self.is_stale = true;
        }
    }

    fn reset(&mut self) {
        self.controls.finish();
        self.settings = D::settings(&self.controls);
        self.refresh();
        self.core.reset();
        self.frame = 0;
        self.largest = 0.0;
    }

    fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        self.run(left, right, None);
    }

    fn process_keyed(&mut self, left: &mut [f32], right: &mut [f32], key: [&[f32]; 2]) {
        self.run(left, right, Some(key));
    }

    fn gain_reduction_db(&self) -> f32 {
        to_db(self.largest) as f32
    }
}
