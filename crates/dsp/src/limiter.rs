//! True-peak limiter: drive, then a gain that keeps the signal between the samples below a ceiling.
//!
//! - Each channel is read at [`FACTOR`](crate::oversample::FACTOR) points per frame; the gain is
//!   computed and applied once per frame.
//! - The lowest gain needed is held over the look-ahead and then smoothed over the same time, so
//!   that the gain is at its lowest when the peak arrives and never overshoots: P. Hämäläinen,
//!   "Smoothing of the Control Signal Without Clipped Output in Digital Peak Limiters", DAFx-02.
//! - Low notes lengthen the hold to half their period, so that a short release does not follow the
//!   waveform: an idea of F. Adriaensen's DPL-1.
//! - Automatic release recovers at once from a single peak, and slowly from a dense passage.
//!
//! Latency: the look-ahead, [`LOOKAHEAD_S`], and the reach of the interpolation; no setting changes
//! it.

mod detect;
mod hold;
mod release;
mod smooth;

use std::collections::VecDeque;

use crate::oversample::REACH;
use crate::param::{ParamSpec, Scale, Unit};
use crate::processor::Processor;
use crate::units::Db;

use detect::Detector;
use hold::{BassHold, SlidingMin};
use release::{Coefficients, Release};
use smooth::Smooth;

/// Time over which the gain falls before a peak, in seconds.
pub const LOOKAHEAD_S: f64 = 0.002;

/// Length of the ramp after a change of the drive, in seconds.
pub const RAMP_S: f64 = 0.01;

/// Louder samples are taken to be this loud (+120 dBFS), so that no input silences the output for
/// long; a sample that is not finite is taken to be 0.
const LOUDEST: f64 = 1e6;

/// How far below the ceiling the gain aims, so that rounding to `f32` does not exceed it.
const ROUNDING: f64 = 1.0 - f32::EPSILON as f64;

const DRIVE: usize = 0;
const CEILING: usize = 1;
const RELEASE: usize = 2;
const AUTO_RELEASE: usize = 3;
const LINK: usize = 4;

/// Parameters of a [`Limiter`], in order.
pub const SPECS: &[ParamSpec] = &[
    spec("drive", "Drive", Unit::Db, (0.0, 24.0), 0.0, Scale::Linear),
    spec("ceiling", "Ceiling", Unit::Db, (-12.0, 0.0), -1.0, Scale::Linear),
    spec("release", "Release", Unit::Ms, (10.0, 1000.0), 50.0, Scale::Log),
    spec("auto_release", "Auto release", Unit::Switch, (0.0, 1.0), 1.0, Scale::Stepped),
    spec("link", "Link", Unit::Percent, (0.0, 100.0), 100.0, Scale::Linear),
];

const fn spec(
    id: &'static str,
    name: &'static str,
    unit: Unit,
    (low, high): (f64, f64),
    default: f64,
    scale: Scale,
) -> ParamSpec {
    ParamSpec {
        id,
        name,
        unit,
        range: std::ops::RangeInclusive::new(low, high),
        default,
        scale,
        choices: &[],
    }
}

/// A stereo true-peak limiter.
#[derive(Debug, Clone)]
pub struct Limiter {
    rate_hz: f64,
    values: [f64; SPECS.len()],
    drive: Drive,
    ceiling: f64,
    release: Coefficients,
    /// 0 is none, 1 is full.
    link: f64,
    channels: [Channel; 2],
    lowest_in_block: f64,
    lowest: f64,
}

impl Limiter {
    /// A limiter at `rate_hz` with the defaults of [`SPECS`].
    pub fn new(rate_hz: f64) -> Self {
        let mut limiter = Self {
            rate_hz,
            values: std::array::from_fn(|param| SPECS[param].default),
            drive: Drive::new((RAMP_S * rate_hz).round().max(1.0) as usize),
            ceiling: 1.0,
            release: Coefficients::default(),
            link: 1.0,
            channels: [Channel::new(rate_hz), Channel::new(rate_hz)],
            lowest_in_block: 1.0,
            lowest: 1.0,
        };
        limiter.derive();
        limiter.reset();
        limiter
    }

    /// Largest gain reduction since the last reset, in dB (0 or positive).
    pub fn max_gain_reduction_db(&self) -> f32 {
        reduction_db(self.lowest)
    }

    /// Converts the settings to what [`process`](Processor::process) computes in.
    fn derive(&mut self) {
        self.drive.go_to(Db(self.values[DRIVE]).to_gain());
        self.ceiling = Db(self.values[CEILING]).to_gain();
        let automatic = self.values[AUTO_RELEASE] >= 0.5;
        self.release = Coefficients::new(self.values[RELEASE] / 1000.0, automatic, self.rate_hz);
        self.link = self.values[LINK] / 100.0;
    }

    /// The next output frame for the next input frame.
    fn frame(&mut self, input: [f32; 2]) -> [f32; 2] {
        let drive = self.drive.next();
        let ceiling = self.ceiling;
        let [left, right] = &mut self.channels;
        let mut needs = [left.read(input[0], drive, ceiling), right.read(input[1], drive, ceiling)];
        let [a, b] = needs;
        needs[0].link(b, self.link);
        needs[1].link(a, self.link);
        let (left, left_gain) = left.write(needs[0], &self.release);
        let (right, right_gain) = right.write(needs[1], &self.release);
        self.lowest_in_block = self.lowest_in_block.min(left_gain).min(right_gain);
        [left, right]
    }
}

impl Processor for Limiter {
    fn latency_frames(&self) -> usize {
        self.channels[0].latency_frames()
    }

    fn set(&mut self, param: usize, value: f64) {
        let (Some(slot), true) = (self.values.get_mut(param), value.is_finite()) else { return };
        *slot = value.clamp(*SPECS[param].range.start(), *SPECS[param].range.end());
        self.derive();
    }

    fn reset(&mut self) {
        self.drive.finish();
        self.channels.iter_mut().for_each(Channel::reset);
        self.lowest_in_block = 1.0;
        self.lowest = 1.0;
    }

    fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        self.lowest_in_block = 1.0;
        for (l, r) in left.iter_mut().zip(right.iter_mut()) {
            [*l, *r] = self.frame([*l, *r]);
        }
        self.lowest = self.lowest.min(self.lowest_in_block);
    }

    fn gain_reduction_db(&self) -> f32 {
        reduction_db(self.lowest_in_block)
    }
}

fn reduction_db(gain: f64) -> f32 {
    // Adding 0 turns −0 dB, which unity gain would give, into 0 dB.
    (0.0 - Db::from_gain(gain).0) as f32 + 0.0
}

/// What one channel asks for at one frame.
#[derive(Debug, Clone, Copy)]
struct Need {
    /// The highest gain that keeps the ceiling.
    gain: f64,
    /// For how many frames low notes ask to hold it.
    hold_frames: f64,
}

impl Need {
    /// Moves towards what both channels need, by `amount` (0 to 1).
    fn link(&mut self, other: Self, amount: f64) {
        let mix = |own: f64, both: f64| own * (1.0 - amount) + both * amount;
        self.gain = mix(self.gain, self.gain.min(other.gain));
        self.hold_frames = mix(self.hold_frames, self.hold_frames.max(other.hold_frames));
    }
}

/// One channel's signal and gain.
#[derive(Debug, Clone)]
struct Channel {
    detector: Detector,
    bass: BassHold,
    lowest: SlidingMin,
    release: Release,
    smooth: Smooth,
    /// Driven samples on their way to the output, oldest first.
    delay: VecDeque<f32>,
}

impl Channel {
    fn new(rate_hz: f64) -> Self {
        let smooth = Smooth::new(LOOKAHEAD_S * rate_hz);
        let latency = REACH + smooth.lookahead_frames();
        Self {
            detector: Detector::new(),
            bass: BassHold::new(rate_hz),
            // An interval's peak concerns the frames at both of its ends: one more than the
            // smoothing sees.
            lowest: SlidingMin::new(smooth.lookahead_frames() + 2, BassHold::longest(rate_hz)),
            release: Release::new(),
            smooth,
            delay: VecDeque::from(vec![0.0; latency]),
        }
    }

    fn latency_frames(&self) -> usize {
        self.delay.len()
    }

    fn reset(&mut self) {
        self.detector.reset();
        self.bass.reset();
        self.lowest.reset();
        self.release.reset();
        self.smooth.reset();
        self.delay.iter_mut().for_each(|sample| *sample = 0.0);
    }

    /// Takes an input sample and says what gain its neighbourhood needs.
    fn read(&mut self, input: f32, drive: f64, ceiling: f64) -> Need {
        let driven = f64::from(input) * drive;
        let driven = if driven.is_finite() { driven.clamp(-LOUDEST, LOUDEST) as f32 } else { 0.0 };
        self.delay.push_back(driven);
        let peak = self.detector.push(f64::from(driven), ceiling);
        let gain = if peak > ceiling { ROUNDING * ceiling / peak } else { 1.0 };
        Need { gain, hold_frames: self.bass.push(f64::from(driven)) }
    }

    /// The next output sample, and the gain it has got.
    fn write(&mut self, need: Need, release: &Coefficients) -> (f32, f64) {
        let held = self.lowest.push(need.gain, need.hold_frames as usize);
        let gain = self.smooth.push(self.release.push(held, release));
        let sample = self.delay.pop_front().expect("a sample was pushed for this frame");
        ((f64::from(sample) * gain) as f32, gain)
    }
}

/// A gain that moves linearly to its target within a fixed number of frames.
#[derive(Debug, Clone)]
struct Drive {
    now: f64,
    target: f64,
    step: f64,
    frames_left: usize,
    ramp_frames: usize,
}

impl Drive {
    fn new(ramp_frames: usize) -> Self {
        Self { now: 1.0, target: 1.0, step: 0.0, frames_left: 0, ramp_frames }
    }

    fn go_to(&mut self, target: f64) {
        if target != self.target {
            self.target = target;
            self.step = (target - self.now) / self.ramp_frames as f64;
            self.frames_left = self.ramp_frames;
        }
    }

    fn finish(&mut self) {
        self.now = self.target;
        self.frames_left = 0;
    }

    fn next(&mut self) -> f64 {
        match self.frames_left {
            0 => {}
            1 => self.finish(),
            _ => {
                self.frames_left -= 1;
                self.now += self.step;
            }
        }
        self.now
    }
}
