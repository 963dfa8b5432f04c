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
//! - A [`Character`] is a set of laws for attack, hold and release. A change of the character cross-fades
//!   the gains of both attacks, of which each keeps the ceiling, so that their mean does.
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
mod path;
mod release;
mod sketch;

use crate::delay_line::DelayLine;
use crate::oversample::{BLOCK, Interpolator, REACH};
use crate::param::{ParamSpec, Unit};
use crate::processor::Processor;
use crate::smooth::Ramp;
use crate::units::Db;

use attack::Attack;
pub use character::Character;
use character::LONGEST_HOLD_S;
use detect::Detector;
use hold::BassHold;
use path::{Need, Path};
use release::Coefficients;
pub use sketch::{Sketch, Sketched};

/// Time over which the gain falls before a peak, in seconds.
pub const ATTACK_S: f64 = 0.0015;

/// The same where the character is [`Character::Punchy`].
pub const PUNCHY_ATTACK_S: f64 = 0.0007;

/// Time by which the gain has fallen before the peak comes, in seconds: frames before a peak
/// between the samples have part in it, so they get the same gain.
pub const EARLY_S: f64 = 0.0005;

/// Length of the ramp after a change of the drive or of the character, in seconds.
pub const RAMP_S: f64 = 0.01;

/// Louder samples are taken to be this loud (+120 dBFS), so that no input silences the output for
/// long; a sample that is not finite is taken to be 0.
const LOUDEST: f64 = 1e6;

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
    detectors: [Detector; 2],
    bass: [BassHold; 2],
    paths: [Path; 2],
    /// Whether both channels have had one gain since the last reset: then the first path makes it.
    together: bool,
    delay: DelayLine<f32>,
    lowest_in_block: f64,
    lowest: f64,
}

impl Limiter {
    /// A limiter at `rate_hz` with the defaults of [`SPECS`].
    pub fn new(rate_hz: f64) -> Self {
        let attack = |time_s: f64| Attack::new(time_s * rate_hz);
        let lookahead = attack(ATTACK_S).frames() + (EARLY_S * rate_hz) as usize;
        let longest = BassHold::longest(rate_hz).max((LONGEST_HOLD_S * rate_hz).ceil() as usize);
        // From the peak's reading to its playing, and one more frame: an interval's peak concerns the
        // frames at both of its ends.
        let path = || Path::new([ATTACK_S, PUNCHY_ATTACK_S].map(attack), lookahead + 2, longest);
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
            detectors: [Detector::new(), Detector::new()],
            bass: [BassHold::new(rate_hz), BassHold::new(rate_hz)],
            paths: [path(), path()],
            together: true,
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
        if self.together && self.link < 1.0 {
            let [first, second] = &mut self.paths;
            second.follow(first);
            self.together = false;
        }
        self.hold_frames = law.hold_s * self.rate_hz;
    }

    /// The first half of [`process`](Processor::process), which offline may run on another thread than the
    /// second: drives a block of any length, and reads what its peaks ask for. Both halves may belong to one
    /// limiter, or to two with the same settings.
    pub fn ask(&mut self, left: &mut [f32], right: &mut [f32]) -> Asked {
        let mut needs = vec![[Need::NONE; 2]; left.len()];
        let blocks = left.chunks_mut(BLOCK).zip(right.chunks_mut(BLOCK));
        for ((left, right), needs) in blocks.zip(needs.chunks_mut(BLOCK)) {
            self.drive(left, right);
            self.read([left, right], needs);
        }
        Asked(needs)
    }

    /// The second half: delays the block that `asked`, and gives it the gains.
    pub fn answer(&mut self, left: &mut [f32], right: &mut [f32], asked: &Asked) {
        self.lowest_in_block = 1.0;
        self.apply(left, right, &asked.0);
        self.lowest = self.lowest.min(self.lowest_in_block);
    }

    /// Replaces at most [`BLOCK`] frames of input by output.
    fn block(&mut self, left: &mut [f32], right: &mut [f32]) {
        let mut needs = [[Need::NONE; 2]; BLOCK];
        let needs = &mut needs[..left.len()];
        self.drive(left, right);
        self.read([left, right], needs);
        self.apply(left, right, needs);
    }

    fn apply(&mut self, left: &mut [f32], right: &mut [f32], needs: &[[Need; 2]]) {
        self.delay.process(left, right);
        for ((left, right), needs) in left.iter_mut().zip(right).zip(needs) {
            let [left_gain, right_gain] = self.gains(*needs);
            *left = (f64::from(*left) * left_gain) as f32;
            *right = (f64::from(*right) * right_gain) as f32;
            self.lowest_in_block = self.lowest_in_block.min(left_gain).min(right_gain);
        }
    }

    /// What the signal around the frames that have become known needs.
    fn read(&mut self, sides: [&[f32]; 2], needs: &mut [[Need; 2]]) {
        let (ceiling, hold) = (self.ceiling, self.hold_frames);
        let mut peaks = [[0.0; BLOCK]; 2];
        for (side, samples) in sides.into_iter().enumerate() {
            let peaks = &mut peaks[side][..samples.len()];
            self.detectors[side].push(&self.interpolator, samples, ceiling, peaks);
        }
        // Both channels in turn, so that neither waits for its own last frame.
        for (at, needs) in needs.iter_mut().enumerate() {
            for (side, need) in needs.iter_mut().enumerate() {
                let hold_frames = self.bass[side].push(f64::from(sides[side][at])).max(hold);
                *need = Need::of(peaks[side][at], ceiling, hold_frames);
            }
        }
    }

    fn drive(&mut self, left: &mut [f32], right: &mut [f32]) {
        if self.drive.resting().is_some() {
            let drive = self.drive_gain;
            left.iter_mut().chain(right).for_each(|sample| *sample = driven(*sample, drive));
            return;
        }
        for (left, right) in left.iter_mut().zip(right) {
            self.drive_gain = Db(self.drive.advance()).to_gain();
            *left = driven(*left, self.drive_gain);
            *right = driven(*right, self.drive_gain);
        }
    }

    /// The gains of both channels for the frame that leaves the delay.
    #[inline(always)]
    fn gains(&mut self, [left, right]: [Need; 2]) -> [f64; 2] {
        let (punch, link, release) = (self.punch.advance(), self.link, &self.release);
        let [first, second] = &mut self.paths;
        if self.together {
            return [first.gain(left.and(right), release, punch); 2];
        }
        let left_gain = first.gain(left.linked(right, link), release, punch);
        [left_gain, second.gain(right.linked(left, link), release, punch)]
    }
}

/// What the peaks of a block ask for: see [`Limiter::ask`].
#[derive(Debug, Clone)]
pub struct Asked(Vec<[Need; 2]>);

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
        self.detectors.iter_mut().for_each(Detector::reset);
        self.bass.iter_mut().for_each(BassHold::reset);
        self.paths.iter_mut().for_each(Path::reset);
        self.together = self.link >= 1.0;
        self.delay.reset();
        self.lowest_in_block = 1.0;
        self.lowest = 1.0;
    }

    fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        self.lowest_in_block = 1.0;
        for (left, right) in left.chunks_mut(BLOCK).zip(right.chunks_mut(BLOCK)) {
            self.block(left, right);
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
