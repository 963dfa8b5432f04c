//! True-peak limiter: drive, then a gain that keeps the signal between the samples below a ceiling.
//!
//! - Each channel is read at [`FACTOR`](crate::oversample::FACTOR) points per frame; the gain is
//!   computed and applied once per frame.
//! - The lowest gain needed is held over the look-ahead and then smoothed over most of it, so that
//!   the gain is at its lowest when the peak arrives and never overshoots: P. Hämäläinen,
//!   "Smoothing of the Control Signal Without Clipped Output in Digital Peak Limiters", DAFx-02.
//! - Low notes lengthen the hold to half their period, so that a short release does not follow the
//!   waveform: an idea of F. Adriaensen's DPL-1.
//! - Automatic release recovers at once from a single peak, and slowly from a dense passage.
//! - A [`Character`] is a set of laws for attack, hold and release. Both attacks always run; a change of
//!   the character cross-fades their gains, of which each keeps the ceiling, so that their mean does.
//!
//! ```text
//! peaks ─► lowest gain, held ─► release ─┬─► attack ───────────────────────┬─► gain
//!                                        └─► wait ─► attack of "punchy" ───┘
//! ```
//!
//! Latency: [`ATTACK_S`], [`EARLY_S`] and the [`REACH`] of the interpolation; no setting changes it.

mod attack;
mod character;
mod detect;
mod hold;
mod release;

use std::slice::from_mut;

use crate::delay_line::DelayLine;
use crate::oversample::{Interpolator, REACH};
use crate::param::{ParamSpec, Unit};
use crate::processor::Processor;
use crate::smooth::Ramp;
use crate::units::Db;

use attack::Attack;
pub use character::Character;
use character::LONGEST_HOLD_S;
use detect::Detector;
use hold::{BassHold, SlidingMin};
use release::{Coefficients, Release};

/// Time over which the gain falls before a peak, in seconds.
pub const ATTACK_S: f64 = 0.0015;

/// The same where the character is [`Character::Punchy`].
pub const PUNCHY_ATTACK_S: f64 = 0.0005;

/// Time by which the gain has fallen before the peak comes, in seconds: frames before a peak
/// between the samples have part in it, so they get the same gain.
pub const EARLY_S: f64 = 0.0005;

/// Length of the ramp after a change of the drive or of the character, in seconds.
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
const CHARACTER: usize = 5;

/// Parameters of a [`Limiter`], in order.
pub const SPECS: &[ParamSpec] = &[
    ParamSpec::linear("drive", "Drive", Unit::Db, (0.0, 24.0), 0.0),
    ParamSpec::linear("ceiling", "Ceiling", Unit::Db, (-12.0, 0.0), -1.0),
    ParamSpec::log("release", "Release", Unit::Ms, (10.0, 1000.0), 50.0),
    ParamSpec::switch("auto_release", "Auto release", true),
    ParamSpec::linear("link", "Link", Unit::Percent, (0.0, 100.0), 100.0),
    ParamSpec::choice("character", "Character", &Character::NAMES, 0),
];

/// A stereo true-peak limiter.
#[derive(Debug)]
pub struct Limiter {
    rate_hz: f64,
    values: [f64; SPECS.len()],
    /// In dB.
    drive: Ramp,
    drive_gain: f64,
    ceiling: f64,
    release: Coefficients,
    /// 0 is none, 1 is full.
    link: f64,
    /// For how many frames the gain is held at least.
    hold_frames: f64,
    /// Share of the shorter attack.
    punch: Ramp,
    interpolator: Interpolator,
    channels: [Channel; 2],
    delay: DelayLine<f32>,
    lowest_in_block: f64,
    lowest: f64,
}

impl Limiter {
    /// A limiter at `rate_hz` with the defaults of [`SPECS`].
    pub fn new(rate_hz: f64) -> Self {
        let attack = |time_s: f64| Attack::new(time_s * rate_hz);
        let lookahead = attack(ATTACK_S).frames() + (EARLY_S * rate_hz) as usize;
        let channel =
            || Channel::new([attack(ATTACK_S), attack(PUNCHY_ATTACK_S)], lookahead, rate_hz);
        let mut limiter = Self {
            rate_hz,
            values: std::array::from_fn(|param| SPECS[param].default),
            drive: Ramp::new(SPECS[DRIVE].default),
            drive_gain: 1.0,
            ceiling: 1.0,
            release: Coefficients::default(),
            link: 1.0,
            hold_frames: 0.0,
            punch: Ramp::new(0.0),
            interpolator: Interpolator::new(),
            channels: [channel(), channel()],
            delay: DelayLine::new(REACH + lookahead),
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

    /// Takes a value, and converts the settings to what [`process`](Processor::process) computes in. The
    /// drive arrives after `frames` frames, everything else at once.
    fn run(&mut self, param: usize, value: f64, frames: usize) {
        let (Some(slot), true) = (self.values.get_mut(param), value.is_finite()) else { return };
        *slot = value.clamp(*SPECS[param].range.start(), *SPECS[param].range.end());
        if param == DRIVE {
            self.drive.set(self.values[DRIVE], u32::try_from(frames).unwrap_or(u32::MAX));
            if let Some(drive) = self.drive.resting() {
                self.drive_gain = Db(drive).to_gain();
            }
        }
        self.derive();
        if param == CHARACTER {
            let frames = (RAMP_S * self.rate_hz) as u32;
            self.punch.set(self.character().law().punch, frames);
        }
    }

    fn character(&self) -> Character {
        let index = self.values[CHARACTER] as usize;
        Character::ALL.get(index).copied().unwrap_or_default()
    }

    fn derive(&mut self) {
        self.ceiling = Db(self.values[CEILING]).to_gain();
        let law = self.character().law();
        let automatic = (self.values[AUTO_RELEASE] >= 0.5).then_some(&law);
        self.release = Coefficients::new(self.values[RELEASE] / 1000.0, automatic, self.rate_hz);
        self.link = self.values[LINK] / 100.0;
        self.hold_frames = law.hold_s * self.rate_hz;
    }

    /// The next frame's drive, as a gain.
    fn next_drive(&mut self) -> f64 {
        if self.drive.resting().is_none() {
            self.drive_gain = Db(self.drive.advance()).to_gain();
        }
        self.drive_gain
    }

    /// Replaces the input frame by an output frame.
    fn frame(&mut self, frame: [&mut f32; 2]) {
        let drive = self.next_drive();
        let [left, right] = frame;
        (*left, *right) = (driven(*left, drive), driven(*right, drive));
        let [left_channel, right_channel] = &mut self.channels;
        let (hold, punch) = (self.hold_frames, self.punch.advance());
        let left_need = left_channel.need(&self.interpolator, *left, self.ceiling).held(hold);
        let right_need = right_channel.need(&self.interpolator, *right, self.ceiling).held(hold);
        let linked = |own: Need, other| own.linked(other, self.link);
        let left_gain = left_channel.gain(linked(left_need, right_need), &self.release, punch);
        let right_gain = right_channel.gain(linked(right_need, left_need), &self.release, punch);
        self.delay.process(from_mut(left), from_mut(right));
        *left = (f64::from(*left) * left_gain) as f32;
        *right = (f64::from(*right) * right_gain) as f32;
        self.lowest_in_block = self.lowest_in_block.min(left_gain).min(right_gain);
    }
}

impl Processor for Limiter {
    fn latency_frames(&self) -> usize {
        self.delay.frames()
    }

    fn set(&mut self, param: usize, value: f64) {
        self.run(param, value, (RAMP_S * self.rate_hz) as usize);
    }

    fn glide(&mut self, param: usize, value: f64, frames: usize) {
        self.run(param, value, frames);
    }

    fn reset(&mut self) {
        self.drive.finish();
        self.punch.finish();
        self.drive_gain = Db(self.values[DRIVE]).to_gain();
        self.channels.iter_mut().for_each(Channel::reset);
        self.delay.reset();
        self.lowest_in_block = 1.0;
        self.lowest = 1.0;
    }

    fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        self.lowest_in_block = 1.0;
        for (left, right) in left.iter_mut().zip(right.iter_mut()) {
            self.frame([left, right]);
        }
        self.lowest = self.lowest.min(self.lowest_in_block);
    }

    fn gain_reduction_db(&self) -> f32 {
        reduction_db(self.lowest_in_block)
    }
}

fn reduction_db(gain: f64) -> f32 {
    (0.0 - Db::from_gain(gain).0) as f32
}

/// A sample after the drive, within what the limiter takes at its word.
fn driven(sample: f32, drive: f64) -> f32 {
    let sample = f64::from(sample) * drive;
    if sample.is_finite() { sample.clamp(-LOUDEST, LOUDEST) as f32 } else { 0.0 }
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
    /// This need, held for at least as many `frames`.
    fn held(self, frames: f64) -> Self {
        Self { hold_frames: self.hold_frames.max(frames), ..self }
    }

    /// This need, moved by `amount` (0 to 1) towards what satisfies `other` too.
    fn linked(self, other: Self, amount: f64) -> Self {
        Self {
            gain: mix(self.gain, self.gain.min(other.gain), amount),
            hold_frames: mix(self.hold_frames, self.hold_frames.max(other.hold_frames), amount),
        }
    }
}

/// `a`, moved by `amount` (0 to 1) towards `b`: exact at both ends, and where both are equal.
fn mix(a: f64, b: f64, amount: f64) -> f64 {
    if a == b { a } else { a * (1.0 - amount) + b * amount }
}

/// From one channel's signal to its gain.
#[derive(Debug)]
struct Channel {
    detector: Detector,
    bass: BassHold,
    lowest: SlidingMin,
    release: Release,
    attack: Attack,
    /// The attack of [`Character::Punchy`], and what makes it end when the other does.
    punchy: Attack,
    wait: Wait,
}

impl Channel {
    fn new([attack, punchy]: [Attack; 2], lookahead: usize, rate_hz: f64) -> Self {
        let longest = BassHold::longest(rate_hz).max((LONGEST_HOLD_S * rate_hz).ceil() as usize);
        Self {
            detector: Detector::new(),
            bass: BassHold::new(rate_hz),
            // From the peak's reading to its playing, and one more frame: an interval's peak
            // concerns the frames at both of its ends.
            lowest: SlidingMin::new(lookahead + 2, longest),
            release: Release::new(),
            wait: Wait::new(attack.frames() - punchy.frames()),
            attack,
            punchy,
        }
    }

    fn reset(&mut self) {
        self.detector.reset();
        self.bass.reset();
        self.lowest.reset();
        self.release.reset();
        self.attack.reset();
        self.punchy.reset();
        self.wait.reset();
    }

    /// What the signal around the frame that has become known needs.
    fn need(&mut self, interpolator: &Interpolator, sample: f32, ceiling: f64) -> Need {
        let sample = f64::from(sample);
        let peak = self.detector.push(interpolator, sample, ceiling);
        let gain = if peak > ceiling { ROUNDING * ceiling / peak } else { 1.0 };
        Need { gain, hold_frames: self.bass.push(sample) }
    }

    /// The gain for the frame that leaves the delay; `punch` is the share of the shorter attack.
    fn gain(&mut self, need: Need, release: &Coefficients, punch: f64) -> f64 {
        let held = self.lowest.push(need.gain, need.hold_frames as usize);
        let gain = self.release.push(held, release);
        let short = self.punchy.push(self.wait.push(gain));
        mix(self.attack.push(gain), short, punch)
    }
}

/// Gains that wait for some frames.
#[derive(Debug)]
struct Wait {
    gains: Box<[f64]>,
    next: usize,
}

impl Wait {
    /// A wait of `frames`, at least one.
    fn new(frames: usize) -> Self {
        Self { gains: vec![1.0; frames.max(1)].into(), next: 0 }
    }

    fn reset(&mut self) {
        self.gains.fill(1.0);
    }

    /// Takes a gain and returns the one of as many frames ago.
    fn push(&mut self, gain: f64) -> f64 {
        let oldest = std::mem::replace(&mut self.gains[self.next], gain);
        self.next = if self.next + 1 == self.gains.len() { 0 } else { self.next + 1 };
        oldest
    }
}
