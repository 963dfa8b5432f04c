//! Runs a plan: whole blocks on the grid, handed out in whatever lengths the driver asks for.

use std::num::NonZeroUsize;

use crate::command::Command;
use crate::control::hand::Stroke;
use crate::cycle::Cycle;
use crate::plan::{Helpers, Plan};
use crate::strip::Place;
use crate::{BLOCK, RUN};

/// Renders a plan from a position on, for a bounce, a device or a test alike.
pub struct Renderer {
    plan: Box<Plan>,
    helpers: Option<Helpers>,
    /// Helpers that an audio thread may have.
    live_helpers: Option<Helpers>,
    /// Timeline position of the next block.
    position: u64,
    /// Where the timeline goes from a frame back to an earlier one.
    cycle: Option<Cycle>,
    /// Frames rendered so far.
    rendered: u64,
    /// What was rendered and not yet asked for: frames `carry_at` to `carry_end`.
    carry: [[f64; BLOCK]; 2],
    carry_at: usize,
    carry_end: usize,
}

/// What was rendered at once: the print, and the stems if the plan has any.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    plan: &'a Plan,
    frames: usize,
}

impl<'a> Run<'a> {
    /// Its length in frames, 1 to [`RUN`].
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// Number of outputs: the print and one for each stem.
    pub fn outputs(&self) -> usize {
        self.plan.outputs.len()
    }

    /// Left and right of output `index`; 0 is the print.
    pub fn output(&self, index: usize) -> (&'a [f64], &'a [f64]) {
        self.plan.output(index, self.frames)
    }
}

impl Renderer {
    /// Runs `plan` from frame 0.
    pub fn new(plan: Plan) -> Self {
        let carry = [[0.0; BLOCK]; 2];
        Self {
            plan: Box::new(plan),
            helpers: None,
            live_helpers: None,
            position: 0,
            cycle: None,
            rendered: 0,
            carry,
            carry_at: 0,
            carry_end: 0,
        }
    }

    /// Lets `threads` work on [shared runs](Self::next_shared_run), this one included; the samples are the
    /// same for any number.
    pub fn set_threads(&mut self, threads: NonZeroUsize) {
        self.helpers = (threads.get() > 1).then(|| Helpers::new(threads));
    }

    /// Lets `helpers`, made for an audio thread, work on everything that is not a shared run.
    pub(crate) fn set_live_helpers(&mut self, helpers: Helpers) {
        self.live_helpers = Some(helpers);
    }

    /// The running plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Timeline position of the next block to be rendered.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Begins anew at `frame`: all signal is forgotten, all controls stand where they belong there.
    ///
    /// Sources are read on from where they are: they must be made for that place.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    #[rtsan_standalone::nonblocking]
    pub fn locate(&mut self, frame: u64) {
        self.plan.reset(frame);
        self.position = frame;
        (self.carry_at, self.carry_end) = (0, 0);
    }

    /// Repeats a part of the timeline from now on, as long as what is rendered lies before its end.
    ///
    /// At the wrap all state is kept: what rings goes on ringing. Sources are read in the order in which
    /// frames are rendered.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn set_cycle(&mut self, cycle: Option<Cycle>) {
        self.cycle = cycle;
    }

    /// Goes on at `frame` with all state kept.
    pub(crate) fn jump(&mut self, frame: u64) {
        self.position = frame;
    }

    /// Frames rendered so far, wherever they lie.
    pub(crate) fn rendered(&self) -> u64 {
        self.rendered
    }

    /// Frames that were rendered and not yet asked for.
    pub(crate) fn carried(&self) -> usize {
        self.carry_end - self.carry_at
    }

    pub(crate) fn plan_mut(&mut self) -> &mut Box<Plan> {
        &mut self.plan
    }

    /// Takes a change of a control; it begins with the next block.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    #[rtsan_standalone::nonblocking]
    pub fn apply(&mut self, command: Command) {
        let _heard = self.hear(command);
    }

    /// As [`apply`](Self::apply); returns what a hand's move is heard as.
    pub(crate) fn hear(&mut self, command: Command) -> Option<Stroke> {
        self.plan.apply(command, self.position)
    }

    /// Renders a run of whole blocks at once, or the rest of one block up to the next line of the grid.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    #[rtsan_standalone::nonblocking]
    pub fn next_run(&mut self) -> Run<'_> {
        let frames = self.advance(RUN, false);
        Run { plan: &self.plan, frames }
    }

    /// As [`next_run`](Self::next_run), with the help of the threads of [`set_threads`](Self::set_threads).
    ///
    /// For drivers without a deadline: helpers that sleep are woken, which is a system call.
    pub fn next_shared_run(&mut self) -> Run<'_> {
        let frames = self.advance(RUN, true);
        Run { plan: &self.plan, frames }
    }

    /// Renders up to `most` frames, a multiple of [`BLOCK`], or the rest of one block, with the helpers of a
    /// `shared` run or with those of an audio thread, if there are any.
    fn advance(&mut self, most: usize, shared: bool) -> usize {
        let into_block = usize::try_from(self.position % BLOCK as u64).unwrap_or(0);
        let mut frames = if into_block == 0 { most } else { BLOCK - into_block };
        if let Some(to_end) = self.cycle.and_then(|cycle| cycle.ahead(self.position)) {
            frames = usize::try_from(to_end).map_or(frames, |to_end| frames.min(to_end));
        }
        let place = Place { start: self.position, frames };
        let helpers = if shared { &mut self.helpers } else { &mut self.live_helpers };
        self.plan.render_run(place, helpers.as_mut());
        self.rendered += frames as u64;
        self.position = Cycle::after(self.cycle, self.position, frames as u64);
        frames
    }

    /// Fills both slices, of equal and any length, with the next frames of the print.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    #[rtsan_standalone::nonblocking]
    pub fn render(&mut self, left: &mut [f64], right: &mut [f64]) {
        let wanted = left.len().min(right.len());
        let mut done = 0;
        while done < wanted {
            if self.carry_at == self.carry_end {
                self.refill();
            }
            let frames = (wanted - done).min(self.carry_end - self.carry_at);
            let (from, to) = (self.carry_at..self.carry_at + frames, done..done + frames);
            left[to.clone()].copy_from_slice(&self.carry[0][from.clone()]);
            right[to].copy_from_slice(&self.carry[1][from]);
            self.carry_at += frames;
            done += frames;
        }
    }

    fn refill(&mut self) {
        let frames = self.advance(BLOCK, false);
        let (left, right) = self.plan.output(0, frames);
        self.carry[0][..frames].copy_from_slice(left);
        self.carry[1][..frames].copy_from_slice(right);
        (self.carry_at, self.carry_end) = (0, frames);
    }
}
