//! A cut of treble, or of a band, whose depth may move at every frame.
//!
//! Poles stand still, and zeros go down with the depth: then input minus output is a sum of what the
//! filters hold anyway, no energy is stored for another filter than the one that releases it, and at no
//! depth the sum is exactly the input.
//!
//! - Shelf: `|H|² = (1 + G² s⁸) / (1 + s⁸)`, maximally flat on both sides: the poles of a Butterworth filter
//!   of fourth order, and its zeros at `1/q` times their frequency, with `q = G^¼`. In two sections
//!   `(q² s² + k q s + 1) / (s² + k s + 1)`, each of which takes `(1 − q²)` of its high-pass and `(1 − q) k` of
//!   its band-pass away.
//! - Bell: `1 − (1 − G)` times a band-pass.

use crate::dynamics::levels::{exp2_of, from_db};
use crate::svf::{Coefficients, SILENCE};

/// Q of the two sections of a Butterworth filter of fourth order: `1 / (2 cos(π/8))`, `1 / (2 cos(3π/8))`.
const SECTION_Q: [f64; 2] = [0.541_196_100_146_197, 1.306_562_964_876_377];

/// Highest frequency of a filter, as a part of the rate.
const HIGHEST: f64 = 0.45;

/// A frequency that a filter at `rate_hz` can have.
pub(super) fn limit(hz: f64, rate_hz: f64) -> f64 {
    hz.min(HIGHEST * rate_hz)
}

/// Q of a band-pass whose −3 dB points are `octaves` apart.
pub(super) fn q_of(octaves: f64) -> f64 {
    0.5 / (0.5 * std::f64::consts::LN_2 * octaves).sinh()
}

/// A state-variable filter in both channels, of which the high-pass and the band-pass are wanted: as
/// [`crate::svf`].
#[derive(Debug, Clone, Copy, Default)]
struct Section {
    a: [f64; 3],
    k: f64,
    /// First and second, each for both channels.
    states: [[f64; 2]; 2],
}

impl Section {
    /// Sets cut-off and damping, as in [`Coefficients`].
    fn set(&mut self, g: f64, k: f64) {
        let a = 1.0 / (1.0 + g * (g + k));
        self.a = [a, g * a, g * g * a];
        self.k = k;
    }

    /// The high-pass, and `k` times the band-pass, of the next `input`.
    #[inline(always)]
    fn split(&mut self, input: [f64; 2]) -> [[f64; 2]; 2] {
        let [a1, a2, a3] = self.a;
        let (mut high, mut band) = ([0.0; 2], [0.0; 2]);
        for i in 0..2 {
            let [first, second] = [self.states[0][i], self.states[1][i]];
            let rest = input[i] - second;
            let out = a1 * first + a2 * rest;
            let low = second + a2 * first + a3 * rest;
            self.states[0][i] = 2.0 * out - first;
            self.states[1][i] = 2.0 * low - second;
            band[i] = self.k * out;
            high[i] = input[i] - band[i] - low;
        }
        [high, band]
    }

    fn flush(&mut self) {
        for state in self.states.iter_mut().flatten() {
            *state = if state.abs() < SILENCE { 0.0 } else { *state };
        }
    }
}

/// A cut in both channels.
#[derive(Debug, Clone, Default)]
pub(super) struct Cut {
    sections: [Section; 2],
    is_bell: bool,
}

impl Cut {
    /// Sets where it cuts: a bell around `hz`, `octaves` wide, or a shelf that has half of its decibels at
    /// `hz` when it is as deep as `range_db`.
    pub(super) fn set(
        &mut self,
        is_bell: bool,
        hz: f64,
        octaves: f64,
        range_db: f64,
        rate_hz: f64,
    ) {
        self.is_bell = is_bell;
        let Coefficients { g, k, .. } =
            Coefficients::band_pass(limit(hz, rate_hz), q_of(octaves), rate_hz);
        if is_bell {
            self.sections[0].set(g, k);
        } else {
            // Its middle is halfway from the poles to the zeros.
            let poles = g * exp2_of(-from_db(range_db) / 8.0);
            for (section, q) in self.sections.iter_mut().zip(SECTION_Q) {
                section.set(poles, 1.0 / q);
            }
        }
    }

    /// What part of the reduction may be used while the shape cross-fades from shelf (0) to bell (1): none
    /// where one takes over from the other.
    pub(super) fn share(&self, bell: f64) -> f64 {
        if (bell >= 0.5) == self.is_bell { (1.0 - 2.0 * bell).abs() } else { 0.0 }
    }

    /// Cuts a block in place by a gain whose fourth root is given for each frame and channel; `listen` (0 to
    /// 1) of the way to what is taken away.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    #[inline(always)]
    pub(super) fn process(
        &mut self,
        [left, right]: [&mut [f32]; 2],
        [left_roots, right_roots]: [&[f64]; 2],
        listen: f64,
    ) {
        let roots = left_roots.iter().zip(right_roots);
        for ((left, right), (left_root, right_root)) in left.iter_mut().zip(right).zip(roots) {
            let input = [f64::from(*left), f64::from(*right)];
            let taken = self.away(input, [*left_root, *right_root]);
            for (i, sample) in [left, right].into_iter().enumerate() {
                if taken[i] != 0.0 || listen > 0.0 {
                    let output = input[i] - taken[i];
                    *sample = (output + listen * (taken[i] - output)) as f32;
                }
            }
        }
    }

    /// What is taken away from the next `input` by gains whose fourth roots are `root`.
    #[inline(always)]
    fn away(&mut self, input: [f64; 2], root: [f64; 2]) -> [f64; 2] {
        let [first, second] = &mut self.sections;
        let square = root.map(|root| root * root);
        let [high, band] = first.split(input);
        if self.is_bell {
            return std::array::from_fn(|i| (1.0 - square[i] * square[i]) * band[i]);
        }
        let of = |high: [f64; 2], band: [f64; 2]| -> [f64; 2] {
            std::array::from_fn(|i| (1.0 - square[i]) * high[i] + (1.0 - root[i]) * band[i])
        };
        let taken = of(high, band);
        let [high, band] = second.split(std::array::from_fn(|i| input[i] - taken[i]));
        let more = of(high, band);
        std::array::from_fn(|i| taken[i] + more[i])
    }

    pub(super) fn flush(&mut self) {
        self.sections.iter_mut().for_each(Section::flush);
    }

    /// Forgets the signal.
    pub(super) fn reset(&mut self) {
        self.sections.iter_mut().for_each(|section| section.states = Default::default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    const RATE_HZ: f64 = 48_000.0;

    /// Gain in dB at `hz` of a cut that stays `depth_db` deep.
    fn gain_db(is_bell: bool, depth_db: f64, hz: f64) -> f64 {
        let mut cut = Cut::default();
        cut.set(is_bell, 4000.0, 1.0, depth_db, RATE_HZ);
        let tone: Vec<f32> =
            (0..9600).map(|n| (TAU * hz * f64::from(n) / RATE_HZ).sin() as f32).collect();
        let (mut left, mut right) = (tone.clone(), tone.clone());
        let roots = vec![exp2_of(-from_db(depth_db) / 4.0); tone.len()];
        cut.process([&mut left, &mut right], [&roots, &roots], 0.0);
        let power = |x: &[f32]| x[4800..].iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
        10.0 * (power(&left) / power(&tone)).log10()
    }

    #[test]
    fn a_shelf_has_half_its_decibels_at_its_frequency_and_all_of_them_above() {
        for depth_db in [3.0, 8.0, 16.0] {
            assert!((gain_db(false, depth_db, 4000.0) + 0.5 * depth_db).abs() < 0.1);
            assert!((gain_db(false, depth_db, 16_000.0) + depth_db).abs() < 0.05);
            assert!(gain_db(false, depth_db, 1000.0).abs() < 0.05);
        }
    }

    #[test]
    fn a_bell_has_its_depth_at_its_centre_and_is_nothing_far_away() {
        assert!((gain_db(true, 8.0, 4000.0) + 8.0).abs() < 0.01);
        assert!(gain_db(true, 8.0, 400.0).abs() < 0.1);
    }

    #[test]
    fn d1_at_no_depth_it_is_the_input() {
        for is_bell in [false, true] {
            assert_eq!(gain_db(is_bell, 0.0, 5000.0), 0.0);
        }
    }
}
