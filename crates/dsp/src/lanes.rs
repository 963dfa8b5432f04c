//! Filters in a row, computed side by side in the lanes of vectors.
//!
//! A row of recursive filters has to wait for its own last output at every step; a vector unit idles
//! meanwhile. Here each lane runs one filter of one channel, and every filter is one frame behind the one
//! before it, so that all lanes step at once: a wavefront, as in systolic arrays (H. T. Kung, "Why Systolic
//! Architectures?", IEEE Computer 15(1), 1982). The frames by which the last filter is behind are made up
//! within each call, so there is no latency, and every filter computes exactly what it computes alone.
//!
//! Vectors of four are used where the machine has them, two filters of two channels in each, and as many of
//! them as there are filters; no operation is fused, so the bytes are the same everywhere.

#[cfg(target_arch = "x86_64")]
mod x86;

use crate::svf::{Delayed, Direct, SILENCE};
use crate::wide::{self, Work};

/// Most filters of a [`Row`].
pub(crate) const FILTERS: usize = 8;

/// Channels of a [`Row`].
pub(crate) const CHANNELS: usize = 2;

/// Filters in a vector.
const PAIR: usize = 2;

/// Vectors of the longest row.
const PAIRS: usize = FILTERS / PAIR;

/// A value for each lane of a vector: filter by filter, in each the channels.
type Lanes = [f64; PAIR * CHANNELS];

/// Both channels of one frame.
pub type Frame = [f64; CHANNELS];

/// Puts both channels of a block side by side, in 64 bit; all of one length.
///
/// Audio thread: no allocation, no lock, no system call.
pub(crate) fn join(left: &[f32], right: &[f32], frames: &mut [Frame]) {
    struct Join<'a>(&'a [f32], &'a [f32], &'a mut [Frame]);
    impl Work for Join<'_> {
        #[inline(always)]
        fn run(self) {
            for ((left, right), frame) in self.0.iter().zip(self.1).zip(self.2) {
                *frame = [f64::from(*left), f64::from(*right)];
            }
        }
    }
    wide::run(Join(left, right, frames));
}

/// Takes a block apart into its channels, rounded to 32 bit; all of one length.
///
/// Audio thread: no allocation, no lock, no system call.
pub(crate) fn part(frames: &[Frame], left: &mut [f32], right: &mut [f32]) {
    struct Part<'a>(&'a [Frame], &'a mut [f32], &'a mut [f32]);
    impl Work for Part<'_> {
        #[inline(always)]
        fn run(self) {
            for (frame, (left, right)) in self.0.iter().zip(self.1.iter_mut().zip(self.2)) {
                (*left, *right) = (frame[0] as f32, frame[1] as f32);
            }
        }
    }
    wide::run(Part(frames, left, right));
}

/// Up to [`FILTERS`] filters in a row, for both channels of a signal.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// Filters that are there.
    filters: usize,
    /// [`Direct::b`], [`Direct::a`] and [`Delayed`], each by vector.
    b: [[Lanes; PAIRS]; 3],
    a: [[Lanes; PAIRS]; 2],
    state: [[Lanes; PAIRS]; 2],
}

impl Default for Row {
    fn default() -> Self {
        let none = [[0.0; PAIR * CHANNELS]; PAIRS];
        let mut row = Self { filters: 0, b: [none; 3], a: [none; 2], state: [none; 2] };
        row.clear();
        row
    }
}

impl Row {
    /// Takes all filters away.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn clear(&mut self) {
        for filter in 0..FILTERS {
            self.set(filter, [Direct::UNITY; CHANNELS], [[0.0; 2]; CHANNELS]);
        }
        self.filters = 0;
    }

    /// Adds a filter to the end, by channel, with its states.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn push(&mut self, direct: [Direct; CHANNELS], states: [Delayed; CHANNELS]) {
        self.set(self.filters, direct, states);
        self.filters += 1;
    }

    fn set(&mut self, filter: usize, direct: [Direct; CHANNELS], states: [Delayed; CHANNELS]) {
        for (channel, (direct, state)) in direct.iter().zip(states).enumerate() {
            let (pair, lane) = place(filter, channel);
            self.b.iter_mut().zip(direct.b).for_each(|(lanes, x)| lanes[pair][lane] = x);
            self.a.iter_mut().zip(direct.a).for_each(|(lanes, x)| lanes[pair][lane] = x);
            self.state.iter_mut().zip(state).for_each(|(lanes, x)| lanes[pair][lane] = x);
        }
    }

    /// The states of filter `filter`, by channel.
    pub(crate) fn states(&self, filter: usize) -> [Delayed; CHANNELS] {
        [0, 1].map(|channel| {
            let (pair, lane) = place(filter, channel);
            self.state.map(|lanes| lanes[pair][lane])
        })
    }

    /// Ends what has died away; call it once in a while.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn flush(&mut self) {
        let [first, second] = &mut self.state;
        for (z1, z2) in first.as_flattened_mut().iter_mut().zip(second.as_flattened_mut()) {
            let is_heard = z1.abs() >= SILENCE || z2.abs() >= SILENCE;
            (*z1, *z2) = if is_heard { (*z1, *z2) } else { (0.0, 0.0) };
        }
    }

    /// Passes a block through all filters, in place.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn process(&mut self, block: &mut [Frame]) {
        #[cfg(target_arch = "x86_64")]
        if block.len() >= FILTERS && x86::run(self, block) {
            return;
        }
        for filter in 0..self.filters {
            for channel in 0..CHANNELS {
                self.pass(filter, channel, block);
            }
        }
    }

    /// One filter of one channel by itself.
    fn pass(&mut self, filter: usize, channel: usize, block: &mut [Frame]) {
        let (pair, lane) = place(filter, channel);
        let direct = Direct {
            b: self.b.map(|lanes| lanes[pair][lane]),
            a: self.a.map(|lanes| lanes[pair][lane]),
        };
        let mut state = self.state.map(|lanes| lanes[pair][lane]);
        for frame in block {
            frame[channel] = direct.tick(&mut state, frame[channel]);
        }
        self.state.iter_mut().zip(state).for_each(|(lanes, x)| lanes[pair][lane] = x);
    }
}

/// Vector and lane of a filter's channel.
fn place(filter: usize, channel: usize) -> (usize, usize) {
    (filter / PAIR, filter % PAIR * CHANNELS + channel)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::svf::Coefficients;

    #[test]
    fn e3_a_row_computes_what_its_filters_compute_alone_however_it_is_cut() {
        let rate_hz = 48_000.0;
        let filters: [Direct; FILTERS] = std::array::from_fn(|n| {
            let hz = 40.0 * 2.3_f64.powi(n as i32);
            Direct::new(&match n % 3 {
                0 => Coefficients::all_pass(hz, 3.0, rate_hz).solve(),
                1 => Coefficients::high_pass(hz, 1.3, rate_hz).solve(),
                _ => Coefficients::low_pass(hz, 0.7, rate_hz).solve(),
            })
        });
        let other = Direct::new(&Coefficients::low_pass(100.0, 0.5, rate_hz).solve());
        let in_right = |index: usize| if index == 1 { other } else { filters[index] };
        let noise = |n: u32| f64::from(n * 7919 % 1009) / 1009.0 - 0.5;
        let input: Vec<Frame> = (0..500).map(|n| [noise(n), noise(n + 77)]).collect();
        for count in 0..=FILTERS {
            let mut states = [[[0.0; 2]; CHANNELS]; FILTERS];
            let expected = input.iter().map(|&frame| {
                (0..count).fold(frame, |[left, right], index| {
                    let [state_left, state_right] = &mut states[index];
                    let left = filters[index].tick(state_left, left);
                    [left, in_right(index).tick(state_right, right)]
                })
            });
            let expected: Vec<Frame> = expected.collect();
            for cut in [1, 7, 8, 9, 64, 500] {
                let mut row = Row::default();
                for (index, filter) in filters.iter().enumerate().take(count) {
                    row.push([*filter, in_right(index)], [[0.0; 2]; CHANNELS]);
                }
                let mut block = input.clone();
                block.chunks_mut(cut).for_each(|piece| row.process(piece));
                assert_eq!(block, expected, "{count} filters, cut to {cut}");
                assert!((0..count).all(|filter| row.states(filter) == states[filter]));
            }
        }
    }
}
