//! How the sound dies: what each delay takes away, so that every path loses the same in the same time.
//!
//! J.-M. Jot, A. Chaigne, "Digital delay networks for designing artificial reverberators", AES 90th
//! Convention, 1991: a line of d frames has the gain 10^(−3 d / (T rate)), and at each frequency that of the
//! decay time there. Here the same law holds for the diffusers and the first reflections, so that the decay
//! is straight from the first millisecond on.
//!
//! Each line's filter has three gains, below, between and above two crossovers, made of two one-pole
//! low-passes L and H: `above + (below − between) L + (between − above) H`. Compare S. Schlecht, E. Habets,
//! "Accurate reverberation time control in feedback delay networks", DAFx-17, on what such filters can reach.

use std::f64::consts::{LN_10, TAU};

use super::bank::Delays;
use super::early::REFLECTIONS;
use super::layout::{DIFFUSERS, Layout};
use super::mixing::{LINES, WEIGHTS};

/// The decay that is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decay {
    /// Time to fall by 60 dB between the crossovers, in seconds.
    pub time_s: f64,
    /// Times as long far below `low_hz` and far above `high_hz`.
    pub low: f64,
    /// See `low`.
    pub high: f64,
    /// Lower crossover, in Hz.
    pub low_hz: f64,
    /// Upper crossover, in Hz.
    pub high_hz: f64,
}

/// Gain of `frames` frames in a sound that falls by 60 dB in `time_s`.
fn gain(frames: usize, time_s: f64, rate_hz: f64) -> f64 {
    (-3.0 * LN_10 * frames as f64 / (time_s * rate_hz)).exp()
}

/// Speed of a one-pole low-pass at `cutoff_hz`.
fn speed(cutoff_hz: f64, rate_hz: f64) -> f64 {
    1.0 - (-TAU * cutoff_hz / rate_hz).exp()
}

/// What the network multiplies with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Gains {
    /// Of what comes in, so that the sound is as loud whatever the decay.
    pub(super) input: f64,
    /// Of each diffuser, with the weights for the matrix that follows.
    pub(super) diffusers: [[f64; LINES]; DIFFUSERS],
    pub(super) reflections: [[f64; REFLECTIONS]; 2],
    /// Of each line, with the weights for the matrix: of its sound, and of the two low-passes of it.
    pub(super) lines: [[f64; LINES]; 3],
    /// Speeds of the two low-passes.
    pub(super) speeds: [f64; 2],
    /// Of the diffused input in the early sound.
    pub(super) diffused: f64,
}

/// Share of the early sound's power that comes from the walls.
const WALLS_SHARE: f64 = 0.5;

impl Gains {
    /// The gains for `decay` in `layout`; `frozen` (0 to 1) takes away all loss and all input.
    pub(super) fn new(layout: &Layout, decay: &Decay, frozen: f64, rate_hz: f64) -> Self {
        let open = 1.0 - frozen;
        let between = |delays: &Delays| delays.map(|d| gain(d, decay.time_s, rate_hz));
        let diffusers = layout.diffusers.map(|delays| between(&delays));
        let lines = between(&layout.lines);
        let [diffused, walls] = early_shares(layout);
        let mut gains = Self {
            input: loudness(&diffusers, &lines, diffused * diffused + walls * walls),
            diffusers,
            reflections: [[0.0; REFLECTIONS]; 2],
            lines: [lines, [0.0; LINES], [0.0; LINES]],
            speeds: [speed(decay.low_hz, rate_hz), speed(decay.high_hz, rate_hz)],
            diffused,
        };
        gains.diffusers[0].iter_mut().for_each(|gain| *gain *= open * FIRST_STAGE);
        for output in 0..2 {
            for tap in 0..REFLECTIONS {
                let delay = layout.reflections.delays[output][tap];
                gains.reflections[output][tap] = open
                    * 0.25
                    * walls
                    * layout.reflections.gains[output][tap]
                    * gain(delay, decay.time_s, rate_hz);
            }
        }
        for (line, &delay) in layout.lines.iter().enumerate() {
            let below = gain(delay, decay.time_s * decay.low, rate_hz);
            let above = gain(delay, decay.time_s * decay.high, rate_hz);
            let parts = [above, below - lines[line], lines[line] - above];
            let held = [1.0, 0.0, 0.0];
            for (part, (loss, held)) in parts.iter().zip(held).enumerate() {
                gains.lines[part][line] = open * loss + frozen * held;
            }
        }
        for stage in gains.diffusers.iter_mut().chain(&mut gains.lines) {
            stage.iter_mut().zip(WEIGHTS).for_each(|(gain, weight)| *gain *= weight);
        }
        gains
    }

    /// True when no line needs its low-passes.
    pub(super) fn is_even(&self) -> bool {
        self.lines[1..].iter().flatten().all(|&gain| gain == 0.0)
    }

    /// `change` of each number of this and the same one of `other`.
    pub(super) fn with(&self, other: &Self, change: impl Fn(f64, f64) -> f64) -> Self {
        let mut out = *self;
        let pairs = |a: &mut [f64], b: &[f64]| {
            a.iter_mut().zip(b).for_each(|(a, &b)| *a = change(*a, b));
        };
        pairs(out.diffusers.as_flattened_mut(), other.diffusers.as_flattened());
        pairs(out.reflections.as_flattened_mut(), other.reflections.as_flattened());
        pairs(out.lines.as_flattened_mut(), other.lines.as_flattened());
        pairs(&mut out.speeds, &other.speeds);
        out.input = change(self.input, other.input);
        out.diffused = change(self.diffused, other.diffused);
        out
    }
}

/// Each input goes to half of the first stage's lines.
const FIRST_STAGE: f64 = 0.353_553_390_593_273_8;

/// Amplitudes of the diffused sound and of the walls in the early sound, so that it is as dense in power as
/// the lines' sound that follows: the lines' power is spread over all their frames.
fn early_shares(layout: &Layout) -> [f64; 2] {
    let sum = |delays: &Delays| delays.iter().sum::<usize>() as f64;
    let spread = layout.diffusers.iter().map(|delays| sum(delays) / LINES as f64).sum::<f64>();
    let early = LINES as f64 * 2.6 * spread / sum(&layout.lines);
    if layout.reflections.is_none() {
        [early.sqrt(), 0.0]
    } else {
        [(early * (1.0 - WALLS_SHARE)).sqrt(), (early * WALLS_SHARE).sqrt()]
    }
}

/// The gain with which the sound of an impulse has the power of the impulse in each channel, for an input
/// on both.
///
/// Every stage spreads its power evenly, so it leaves the mean of its squared gains; a turn of the loop
/// leaves m, all turns together m / (1 − m), and one sixteenth of it is heard in each channel.
fn loudness(diffusers: &[[f64; LINES]; DIFFUSERS], lines: &[f64; LINES], early: f64) -> f64 {
    let mean = |gains: &[f64; LINES]| gains.iter().map(|g| g * g).sum::<f64>() / LINES as f64;
    let entering: f64 = diffusers.iter().map(mean).product();
    let turn = mean(lines);
    let heard = entering * (turn / (1.0 - turn) + early) / LINES as f64;
    (2.0 * heard).sqrt().recip()
}

/// Time in which the sound at `frequency_hz` falls by 60 dB, in seconds: that of all lines together.
pub(super) fn time_at(layout: &Layout, decay: &Decay, frequency_hz: f64, rate_hz: f64) -> f64 {
    let gains = Gains::new(layout, decay, 0.0, rate_hz);
    let omega = TAU * frequency_hz / rate_hz;
    // a / (1 − (1 − a) e^{−jω}), real and imaginary part.
    let low_pass = |a: f64| {
        let (re, im) = (1.0 - (1.0 - a) * omega.cos(), (1.0 - a) * omega.sin());
        let size = re * re + im * im;
        [a * re / size, -a * im / size]
    };
    let [low, high] = gains.speeds.map(low_pass);
    let loss: f64 = (0..LINES)
        .map(|line| {
            let [all, below, above] = gains.lines.map(|gains| gains[line] / WEIGHTS[line]);
            let re = all + below * low[0] + above * high[0];
            f64::hypot(re, below * low[1] + above * high[1]).ln()
        })
        .sum();
    let frames: usize = layout.lines.iter().sum();
    -3.0 * LN_10 * frames as f64 / (loss * rate_hz)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reverb::{Shape, Space};

    #[test]
    fn r6_no_damping_makes_any_line_louder_than_its_longest_decay() {
        let shape = Shape { space: Space::Hall, size: 1.0, pre_delay_ms: 0.0 };
        let layout = Layout::new(&shape, 48_000.0);
        for low in [0.2, 1.0, 2.0] {
            for high in [0.1, 1.0, 1.5] {
                let decay = Decay { time_s: 2.0, low, high, low_hz: 700.0, high_hz: 1500.0 };
                for step in 0..200 {
                    let frequency_hz = 20.0 * (f64::from(step) / 20.0).exp2();
                    let time = time_at(&layout, &decay, frequency_hz, 48_000.0);
                    let longest = 2.0 * low.max(high).max(1.0);
                    assert!(time > 0.0 && time <= longest * 1.001, "{low} {high} {frequency_hz}");
                }
            }
        }
    }
}
