//! The three spaces: how long their delays are, and where the walls send the first reflections.

use super::Shape;
use super::bank::Delays;
use super::early::{self, Reflections, Walls};
use super::mixing::LINES;

/// What the reverb imitates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Space {
    /// A furnished room: first reflections within milliseconds, short lines.
    Room,
    /// A concert hall: first reflections from far walls, a slower build-up, long lines.
    Hall,
    /// A steel plate: dense at once, without reflections of its own.
    Plate,
}

impl Space {
    /// Every space, in the order of the choices of the parameter `space`.
    pub const ALL: [Self; 3] = [Self::Room, Self::Hall, Self::Plate];

    const fn tuning(self) -> Tuning {
        match self {
            Self::Room => Tuning {
                lines_ms: [19.0, 96.0],
                diffusers_ms: [[0.0, 7.0], [0.5, 12.0], [0.8, 20.0]],
                walls: Some(Walls { size_m: [5.3, 6.9, 2.8], apart_m: [1.9, 0.5] }),
            },
            Self::Hall => Tuning {
                lines_ms: [29.0, 113.0],
                diffusers_ms: [[0.0, 11.0], [0.9, 19.0], [1.5, 33.0]],
                walls: Some(Walls { size_m: [19.0, 27.0, 10.5], apart_m: [6.0, 2.2] }),
            },
            Self::Plate => Tuning {
                lines_ms: [20.0, 104.0],
                diffusers_ms: [[0.0, 3.0], [0.4, 8.0], [0.6, 14.0]],
                walls: None,
            },
        }
    }
}

/// Delays at 100 % size: shortest and longest.
struct Tuning {
    lines_ms: [f64; 2],
    diffusers_ms: [[f64; 2]; DIFFUSERS],
    walls: Option<Walls>,
}

/// Stages that spread the input over the lines before it enters the loop.
pub(super) const DIFFUSERS: usize = 3;

/// All delays of a space, in frames.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Layout {
    pub(super) pre_delay: usize,
    pub(super) diffusers: [Delays; DIFFUSERS],
    pub(super) lines: Delays,
    pub(super) reflections: Reflections,
}

impl Layout {
    /// The delays of a space of this shape.
    pub(super) fn new(shape: &Shape, rate_hz: f64) -> Self {
        let (tuning, size) = (shape.space.tuning(), shape.size);
        let frames_per_ms = rate_hz / 1000.0;
        let spread = |stage: usize| {
            let [low, high] = tuning.diffusers_ms[stage].map(|ms| ms * size * frames_per_ms);
            spread(stage, low, high)
        };
        Self {
            pre_delay: (shape.pre_delay_ms * frames_per_ms).round() as usize,
            diffusers: [spread(0), spread(1), spread(2)],
            lines: line_lengths(tuning.lines_ms.map(|ms| ms * size * frames_per_ms)),
            reflections: tuning
                .walls
                .map_or(Reflections::NONE, |walls| early::reflections(&walls, size, rate_hz)),
        }
    }

    /// The longest delays of any space and size up to `size`: of the diffusers, of the lines and of what
    /// is read from the input besides the pre-delay.
    pub(super) fn longest(size: f64, rate_hz: f64) -> [usize; 3] {
        let mut longest = [0; 3];
        for space in Space::ALL {
            let layout = Self::new(&Shape { space, size, pre_delay_ms: 0.0 }, rate_hz);
            let most = |delays: &[usize]| delays.iter().copied().max().unwrap_or(0);
            let [first, rest @ ..] = &layout.diffusers;
            let rest = rest.iter().map(|delays| most(delays)).max().unwrap_or(0);
            let input = most(first).max(layout.reflections.longest());
            let all = [rest, most(&layout.lines), input];
            longest = std::array::from_fn(|i| longest[i].max(all[i]));
        }
        longest
    }
}

/// A number from 0 to 1 that looks random: the golden ratio's multiples, evenly spread over any range of
/// `index`.
fn scattered(index: usize) -> f64 {
    (index as f64 * 0.618_033_988_749_895).fract()
}

/// One delay in each sixteenth of the range, at a scattered place in it, in an order of its own for each
/// stage: no two paths through the stages are alike.
fn spread(stage: usize, low: f64, high: f64) -> Delays {
    const STRIDES: [usize; DIFFUSERS] = [5, 7, 11];
    std::array::from_fn(|line| {
        let part = (line * STRIDES[stage] + 3 * stage) % LINES;
        let place = if stage == 0 && part == 0 { 0.0 } else { scattered(line + 17 * stage + 1) };
        (low + (high - low) * (part as f64 + place) / LINES as f64).round() as usize
    })
}

/// Primes near equal ratios from the shortest to the longest, so that no two lines' echoes coincide for
/// long (M. Schroeder, "Natural Sounding Artificial Reverberation", JAES 10(3), 1962), scattered so that
/// their sums do not fall into a pattern; neighbouring lines differ much in length.
fn line_lengths([shortest, longest]: [f64; 2]) -> Delays {
    let mut lengths = [0; LINES];
    let mut last = 0;
    for part in 0..LINES {
        let place = (part as f64 + 0.6 * (scattered(part + 5) - 0.5)) / (LINES - 1) as f64;
        let length = shortest * (longest / shortest).powf(place.clamp(0.0, 1.0));
        last = prime_from((length.round() as usize).max(last + 1));
        lengths[part * 7 % LINES] = last;
    }
    lengths
}

/// The first prime not below `number`.
fn prime_from(number: usize) -> usize {
    let is_prime = |n: &usize| (2..).take_while(|d| d * d <= *n).all(|d| !n.is_multiple_of(d));
    (number.max(2)..).find(is_prime).unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::BLOCK;

    #[test]
    fn every_space_has_sixteen_different_primes_longer_than_a_block() {
        for space in Space::ALL {
            for (size, rate_hz) in [(0.28, 44_100.0), (1.0, 48_000.0), (1.5, 192_000.0)] {
                let shape = Shape { space, size, pre_delay_ms: 0.0 };
                let mut lines = Layout::new(&shape, rate_hz).lines;
                lines.sort_unstable();
                assert!(lines[0] > BLOCK && lines.windows(2).all(|w| w[0] < w[1]));
                assert!(lines.iter().all(|&n| (2..n).take(500).all(|d| n % d != 0)));
            }
        }
    }
}
