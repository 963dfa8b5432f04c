//! The filter of each line: two one-pole low-passes and three gains, as [`decay`](super::decay) derives.

use super::Ramped;
use super::decay::Gains;
use super::mixing::{LINES, Lines};
use crate::block::PLACES;
use crate::svf::SILENCE;

/// The low-passes' states of all lines.
#[derive(Debug, Clone, Copy)]
pub(super) struct Damping {
    low: [f64; LINES],
    high: [f64; LINES],
}

impl Damping {
    pub(super) const SILENT: Self = Self { low: [0.0; LINES], high: [0.0; LINES] };

    /// Zeroes states that have died away.
    pub(super) fn flush(&mut self) {
        for state in self.low.iter_mut().chain(&mut self.high) {
            if state.abs() < SILENCE {
                *state = 0.0;
            }
        }
    }

    /// Filters a block of all lines that begins `from` frames into the grid's cell.
    #[inline(always)]
    pub(super) fn process(
        &mut self,
        gains: &Ramped<Gains>,
        lines: &mut Lines,
        from: usize,
        frames: usize,
    ) {
        let (now, step) = (&gains.now, &gains.step);
        for (frame, at) in PLACES[from..from + frames].iter().enumerate() {
            let low_speed = now.speeds[0] + step.speeds[0] * at;
            let high_speed = now.speeds[1] + step.speeds[1] * at;
            for (line, samples) in lines.iter_mut().enumerate() {
                let x = samples[frame];
                self.low[line] += low_speed * (x - self.low[line]);
                self.high[line] += high_speed * (x - self.high[line]);
                let gain = |part: usize| now.lines[part][line] + step.lines[part][line] * at;
                samples[frame] = gain(0) * x + gain(1) * self.low[line] + gain(2) * self.high[line];
            }
        }
    }
}
