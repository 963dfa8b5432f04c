//! Filters in a row, computed side by side in the lanes of a vector.
//!
//! A row of recursive filters has to wait for its own last output at every step; a vector unit idles
//! meanwhile. Here each lane runs one filter of one channel, and every filter is one frame behind the one
//! before it, so that all lanes step at once: a wavefront, as in systolic arrays (H. T. Kung, "Why Systolic
//! Architectures?", IEEE Computer 15(1), 1982). The frames by which the last filter is behind are made up
//! within each call, so there is no latency, and every filter computes exactly what it computes alone.
//!
//! Vectors of four are used where the machine has them; no operation is fused, so the bytes are the same
//! everywhere.

#[cfg(target_arch = "x86_64")]
mod x86;

use crate::svf::{Coefficients, Solved, Svf};

/// Filters of a [`Cascade`].
pub const FILTERS: usize = 4;

/// Channels of a [`Cascade`].
pub const CHANNELS: usize = 2;

const LANES: usize = FILTERS * CHANNELS;

/// Frames by which the last filter is behind the first.
const LAG: usize = FILTERS - 1;

/// A value for each lane: filter by filter, in each the channels.
type Lanes = [f64; LANES];

/// Both channels of one frame.
pub type Frame = [f64; CHANNELS];

/// [`FILTERS`] filters in a row, for both channels of a signal.
#[derive(Debug, Clone)]
pub struct Cascade {
    /// [`Solved::step`] and [`Solved::out`] by lane.
    step: [Lanes; 4],
    out: [Lanes; 3],
    /// [`Svf`] by lane.
    state: [Lanes; 2],
}

impl Default for Cascade {
    /// All filters let everything through, exactly.
    fn default() -> Self {
        let none = [0.0; LANES];
        let mut cascade = Self { step: [none; 4], out: [none; 3], state: [none; 2] };
        for filter in 0..FILTERS {
            cascade.set(filter, [&Coefficients::UNITY.solve(); CHANNELS]);
        }
        cascade
    }
}

impl Cascade {
    /// Sets what filter `filter` does in each channel.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn set(&mut self, filter: usize, coefficients: [&Solved; CHANNELS]) {
        for (channel, solved) in coefficients.into_iter().enumerate() {
            let lane = CHANNELS * filter + channel;
            self.step.iter_mut().zip(solved.step).for_each(|(lanes, x)| lanes[lane] = x);
            self.out.iter_mut().zip(solved.out).for_each(|(lanes, x)| lanes[lane] = x);
        }
    }

    /// The states of filter `filter`, by channel.
    pub fn state(&self, filter: usize) -> [Svf; CHANNELS] {
        [0, 1].map(|channel| self.svf(CHANNELS * filter + channel))
    }

    /// Continues filter `filter` from `states`, by channel.
    pub fn set_state(&mut self, filter: usize, states: [Svf; CHANNELS]) {
        for (channel, svf) in states.into_iter().enumerate() {
            self.set_svf(CHANNELS * filter + channel, svf);
        }
    }

    /// Ends what has died away; call it once in a while.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn flush(&mut self) {
        for lane in 0..LANES {
            let mut svf = self.svf(lane);
            svf.flush();
            self.set_svf(lane, svf);
        }
    }

    /// Passes a block through all filters, in place.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn process(&mut self, block: &mut [Frame]) {
        if block.len() < FILTERS {
            block.iter_mut().for_each(|frame| *frame = self.through(*frame));
            return;
        }
        #[cfg(target_arch = "x86_64")]
        if x86::run(self, block) {
            return;
        }
        let mut last = [0.0; LANES];
        for step in 0..block.len() + LAG {
            let [left, right] = block.get(step).copied().unwrap_or_default();
            let [a, b, c, d, e, f, _, _] = last;
            let before = self.state;
            last = self.advance(&[left, right, a, b, c, d, e, f]);
            self.keep(&before, step, block.len());
            if step >= LAG {
                block[step - LAG] = [last[LANES - 2], last[LANES - 1]];
            }
        }
    }

    /// Takes back what filters did that have no frame at this step of a block.
    fn keep(&mut self, before: &[Lanes; 2], step: usize, frames: usize) {
        for filter in (0..FILTERS).filter(|&filter| step < filter || step >= frames + filter) {
            for lane in [CHANNELS * filter, CHANNELS * filter + 1] {
                (self.state[0][lane], self.state[1][lane]) = (before[0][lane], before[1][lane]);
            }
        }
    }

    /// Passes one frame through all filters.
    fn through(&mut self, frame: Frame) -> Frame {
        let mut out = frame;
        for lane in 0..LANES {
            let mut svf = self.svf(lane);
            let sample = &mut out[lane % CHANNELS];
            *sample = svf.tick(&self.solved(lane), *sample);
            self.set_svf(lane, svf);
        }
        out
    }

    /// One step of every lane.
    fn advance(&mut self, input: &Lanes) -> Lanes {
        std::array::from_fn(|lane| {
            let mut svf = self.svf(lane);
            let out = svf.tick(&self.solved(lane), input[lane]);
            self.set_svf(lane, svf);
            out
        })
    }

    fn solved(&self, lane: usize) -> Solved {
        Solved { step: self.step.map(|lanes| lanes[lane]), out: self.out.map(|lanes| lanes[lane]) }
    }

    fn svf(&self, lane: usize) -> Svf {
        Svf { state: self.state.map(|lanes| lanes[lane]) }
    }

    fn set_svf(&mut self, lane: usize, svf: Svf) {
        self.state.iter_mut().zip(svf.state).for_each(|(lanes, x)| lanes[lane] = x);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e3_a_row_computes_what_its_filters_compute_alone_however_it_is_cut() {
        let rate_hz = 48_000.0;
        let filters = [
            Coefficients::low_pass(8000.0, 0.7, rate_hz).solve(),
            Coefficients::high_pass(40.0, 1.3, rate_hz).solve(),
            Coefficients::band_pass(900.0, 0.2, rate_hz).solve(),
            Coefficients::all_pass(3000.0, 5.0, rate_hz).solve(),
        ];
        let other = Coefficients::low_pass(100.0, 0.5, rate_hz).solve();
        let noise = |n: u32| f64::from(n * 7919 % 1009) / 1009.0 - 0.5;
        let input: Vec<Frame> = (0..500).map(|n| [noise(n), noise(n + 77)]).collect();
        let mut states = [[Svf::default(); 2]; FILTERS];
        let expected = input.iter().map(|&[left, right]| {
            let chain = filters.iter().zip(&mut states).enumerate();
            chain.fold([left, right], |[l, r], (index, (filter, [state_l, state_r]))| {
                let in_right = if index == 1 { &other } else { filter };
                [state_l.tick(filter, l), state_r.tick(in_right, r)]
            })
        });
        let expected: Vec<Frame> = expected.collect();
        for cut in [1, 2, 3, 4, 5, 64, 500] {
            let mut row = Cascade::default();
            for (index, filter) in filters.iter().enumerate() {
                row.set(index, [filter, if index == 1 { &other } else { filter }]);
            }
            let mut block = input.clone();
            block.chunks_mut(cut).for_each(|piece| row.process(piece));
            assert_eq!(block, expected, "cut to {cut}");
        }
    }
}
