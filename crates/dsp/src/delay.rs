//! Delay: repeats in time or in notes of the song's tempo, with filters and saturation in the loop.
//!
//! - The line is read through a windowed sinc of 24 frames whose gain is nowhere above one, so that even
//!   a loop that loses nothing stays as loud as it is: `kernel`, after Laakso, Välimäki, Karjalainen and
//!   Laine, "Splitting the Unit Delay", IEEE Signal Processing Magazine 13(1), 1996. Whole frames are
//!   read as they are, to the bit.
//! - **Tempo.** With `sync` on a note, the length follows `tempo_bpm`. People do not set that parameter:
//!   whoever renders the song sets it to the song's tempo before frame 0, at each change of tempo, and
//!   glides it along each ramp. A note's length is a quotient of whole numbers, rounded once.
//! - **Tape** runs to a new length with the inertia of a motor, so that the pitch sweeps; **digital** fades
//!   over to it. Both are as accurate while the length stays.
//! - **Routing.** In "Ping-pong" each side repeats the other, so a part at one side wanders; a part in the
//!   middle has no side to come from, so there are two more that sum to mono and begin at one side.
//! - **Feedback** above 100 % needs something that holds it: then the loop saturates at 0 dBFS. The filters
//!   and the saturation have nowhere more gain than one, so the loop's gain is the knob's at most.
//! - **Mix** keeps the dry signal as it is up to 50 %, and the repeats from 50 % on; at 0 % the output is
//!   the input to the bit. On a send, use 100 %.
//!
//! Latency: none.

mod ducking;
mod kernel;
mod line;
mod saturation;
mod time;

use std::f64::consts::TAU;

use crate::block::{BLOCK, mix_gains, taken, widened};
use crate::cut::{Cut, CutFilter};
use crate::glide::Glide;
use crate::param::{ParamSpec, Unit, Values};
use crate::processor::Processor;
use crate::smooth::Ramp;
use crate::svf::SILENCE;
use crate::wide;

use ducking::Ducker;
use line::{Line, SHORTEST};
use saturation::Saturation;
use time::{Character, Head, Length, Path};

pub use ducking::{KNEE_DB, reduction_db};
pub use saturation::{FULL_DRIVE, saturate};
pub use time::{FADE_S, FASTEST, INERTIA_S, LONGEST_S, frames};

/// How long a change by hand takes, in seconds.
pub const HAND_S: f64 = 0.02;

/// The mix takes longer: its gains go through their whole range in half of its travel.
pub const HAND_MIX_S: f64 = 0.05;

const CHARACTER: usize = 0;
const TIME: usize = 1;
const SYNC: usize = 2;
/// Index of `tempo_bpm`, which the renderer sets.
pub const TEMPO: usize = 3;
const OFFSET: usize = 4;
const ROUTING: usize = 5;
const FEEDBACK: usize = 6;
const LOW_CUT: usize = 7;
const HIGH_CUT: usize = 8;
const SATURATION: usize = 9;
const MOD_RATE: usize = 10;
const MOD_DEPTH: usize = 11;
const DUCK: usize = 12;
const DUCK_THRESHOLD: usize = 13;
const DUCK_RELEASE: usize = 14;
const WIDTH: usize = 15;
const MIX: usize = 16;

/// Parameters of a [`Delay`], in order.
///
/// The cuts are off at the open ends of their ranges. `offset` makes the right side later; below zero, the
/// left. The shortest time is what half a kernel takes at 44.1 kHz.
pub const SPECS: &[ParamSpec] = &[
    ParamSpec::choice("character", "Character", &["Tape", "Digital"], 1),
    ParamSpec::log("time", "Time", Unit::Ms, (0.3, 4000.0), 350.0),
    ParamSpec::choice("sync", "Sync", time::SYNC, 0),
    ParamSpec::linear("tempo_bpm", "Tempo", Unit::Number, (20.0, 400.0), 120.0),
    ParamSpec::linear("offset", "Offset", Unit::Ms, (-50.0, 50.0), 0.0),
    ParamSpec::choice("routing", "Routing", ROUTINGS, 0),
    ParamSpec::linear("feedback", "Feedback", Unit::Percent, (0.0, 110.0), 35.0),
    ParamSpec::log("low_cut", "Low cut", Unit::Hz, (20.0, 2000.0), 20.0),
    ParamSpec::log("high_cut", "High cut", Unit::Hz, (500.0, 20_000.0), 20_000.0),
    ParamSpec::linear("saturation", "Saturation", Unit::Percent, (0.0, 100.0), 0.0),
    ParamSpec::log("mod_rate", "Mod rate", Unit::Hz, (0.05, 10.0), 0.5),
    ParamSpec::linear("mod_depth", "Mod depth", Unit::Ms, (0.0, 5.0), 0.0),
    ParamSpec::linear("duck", "Ducking", Unit::Db, (0.0, 24.0), 0.0),
    ParamSpec::linear("duck_threshold", "Ducking threshold", Unit::Db, (-60.0, 0.0), -36.0),
    ParamSpec::log("duck_release", "Ducking release", Unit::Ms, (20.0, 2000.0), 250.0),
    ParamSpec::linear("width", "Width", Unit::Percent, (0.0, 200.0), 100.0),
    ParamSpec::linear("mix", "Mix", Unit::Percent, (0.0, 100.0), 30.0),
];

const ROUTINGS: &[&str] = &["Stereo", "Ping-pong", "Ping-pong from left", "Ping-pong from right"];

/// What goes into each line: how much of a channel itself and of the other at the input, and how much of
/// the other side in what is fed back.
type Weights = [f64; 5];

/// [`Weights`] of each of [`ROUTINGS`]: left from left and right, right from left and right, crossed.
const ROUTES: [Weights; 4] = [
    [1.0, 0.0, 0.0, 1.0, 0.0],
    [1.0, 0.0, 0.0, 1.0, 1.0],
    [0.5, 0.5, 0.0, 0.0, 1.0],
    [0.0, 0.0, 0.5, 0.5, 1.0],
];

/// A stereo delay.
pub struct Delay {
    values: Values<{ SPECS.len() }>,
    rate_hz: f64,
    /// Frames since the reset.
    frame: u64,
    length: Length,
    offset_ms: Glide,
    heads: [Head; 2],
    lines: [Line; 2],
    route: [Ramp; 5],
    feedback_percent: Glide,
    low_cut: CutFilter,
    high_cut: CutFilter,
    saturation: Saturation,
    mod_rate_hz: Glide,
    mod_depth_ms: Glide,
    /// Of the modulation, 0 to 1.
    phase: f64,
    ducker: Ducker,
    width_percent: Glide,
    mix_percent: Glide,
    buffers: Box<Buffers>,
}

/// A block's signals and settings.
struct Buffers {
    dry: [[f64; BLOCK]; 2],
    /// The read heads' output, then the repeats as they are heard.
    wet: [[f64; BLOCK]; 2],
    paths: [Path; 2],
    feedback: [f64; BLOCK],
    drives: [f64; BLOCK],
    is_driven: bool,
}

impl Delay {
    /// A delay at `rate_hz` with the defaults of [`SPECS`].
    pub fn new(rate_hz: f64) -> Self {
        let glide = |param: usize| Glide::new(&SPECS[param]);
        let spare_s = (SPECS[OFFSET].range.end() + SPECS[MOD_DEPTH].range.end()) / 1000.0;
        let longest = ((LONGEST_S + spare_s) * rate_hz) as usize;
        let mut delay = Self {
            values: Values::new(SPECS),
            rate_hz,
            frame: 0,
            length: Length::new(glide(TIME), glide(TEMPO), rate_hz),
            offset_ms: glide(OFFSET),
            heads: [Head::new(rate_hz); 2],
            lines: [Line::new(longest), Line::new(longest)],
            route: ROUTES[0].map(Ramp::new),
            feedback_percent: glide(FEEDBACK),
            low_cut: CutFilter::new(
                Cut::Low,
                glide(LOW_CUT),
                *SPECS[LOW_CUT].range.start(),
                rate_hz,
            ),
            high_cut: CutFilter::new(
                Cut::High,
                glide(HIGH_CUT),
                *SPECS[HIGH_CUT].range.end(),
                rate_hz,
            ),
            saturation: Saturation::new(glide(SATURATION), rate_hz),
            mod_rate_hz: glide(MOD_RATE),
            mod_depth_ms: glide(MOD_DEPTH),
            phase: 0.0,
            ducker: Ducker::new([DUCK, DUCK_THRESHOLD, DUCK_RELEASE].map(glide), rate_hz),
            width_percent: glide(WIDTH),
            mix_percent: glide(MIX),
            buffers: Box::new(Buffers::new()),
        };
        delay.reset();
        delay
    }

    fn hand_frames(&self) -> usize {
        (HAND_S * self.rate_hz) as usize
    }

    /// The lengths of both sides, in frames, once everything has arrived.
    pub fn lengths(&self) -> [f64; 2] {
        let offset = self.values[OFFSET] * self.rate_hz / 1000.0;
        let [time, tempo] = [self.values[TIME], self.values[TEMPO]];
        sides(frames(time, self.length.sync, tempo, self.rate_hz), offset)
    }

    /// Gain of one turn of the loop for small signals at `frequency_hz`; nowhere more than the feedback.
    pub fn loop_gain(&self, frequency_hz: f64) -> f64 {
        let gain = |cut: Cut, param: usize, open_hz: f64| {
            if self.values[param] == open_hz {
                return 1.0;
            }
            let filter = cut.coefficients(self.values[param], 1.0, self.rate_hz);
            let (re, im) = filter.response(TAU * frequency_hz / self.rate_hz);
            f64::hypot(re, im)
        };
        self.values[FEEDBACK] / 100.0
            * gain(Cut::Low, LOW_CUT, *SPECS[LOW_CUT].range.start())
            * gain(Cut::High, HIGH_CUT, *SPECS[HIGH_CUT].range.end())
    }

    /// The largest gain of one turn of the loop over all frequencies, for a window to show.
    pub fn largest_loop_gain(&self) -> f64 {
        const STEPS_PER_OCTAVE: f64 = 24.0;
        (0..240)
            .map(|step| 20.0 * (f64::from(step) / STEPS_PER_OCTAVE).exp2())
            .take_while(|&frequency_hz| frequency_hz < 0.5 * self.rate_hz)
            .map(|frequency_hz| self.loop_gain(frequency_hz))
            .fold(0.0, f64::max)
    }

    fn start(&mut self, param: usize, value: f64, frames: usize) {
        if !self.values.set(param, value) {
            return;
        }
        let value = self.values[param];
        match param {
            TIME => self.length.time_ms.start(value, frames),
            SYNC => self.length.sync = self.values.index(SYNC),
            TEMPO => self.length.tempo_bpm.start(value, frames),
            OFFSET => self.offset_ms.start(value, frames),
            ROUTING => self.fade_route(),
            FEEDBACK => self.feedback_percent.start(value, frames),
            LOW_CUT => self.low_cut.start(value, frames),
            HIGH_CUT => self.high_cut.start(value, frames),
            SATURATION => self.saturation.amount_percent.start(value, frames),
            MOD_RATE => self.mod_rate_hz.start(value, frames),
            MOD_DEPTH => self.mod_depth_ms.start(value, frames),
            DUCK => self.ducker.amount_db.start(value, frames),
            DUCK_THRESHOLD => self.ducker.threshold_db.start(value, frames),
            DUCK_RELEASE => self.ducker.release_ms.start(value, frames),
            WIDTH => self.width_percent.start(value, frames),
            MIX => self.mix_percent.start(value, frames),
            _ => {}
        }
    }

    fn fade_route(&mut self) {
        let frames = self.hand_frames() as u32;
        for (weight, target) in self.route.iter_mut().zip(ROUTES[self.values.index(ROUTING)]) {
            weight.set(target, frames);
        }
    }

    fn character(&self) -> Character {
        if self.values.index(CHARACTER) == 0 { Character::Tape } else { Character::Digital }
    }

    /// One block of at most [`BLOCK`] frames, none of which begins a new grid cell but the first.
    #[inline(always)]
    fn block(&mut self, left: &mut [f32], right: &mut [f32]) {
        let frames = left.len();
        for (dry, input) in self.buffers.dry.iter_mut().zip([&*left, &*right]) {
            for (dry, &sample) in dry.iter_mut().zip(input) {
                *dry = taken(sample);
            }
        }
        self.move_heads(frames);
        let feedback = &mut self.buffers.feedback[..frames];
        self.feedback_percent.fill(feedback);
        feedback.iter_mut().for_each(|feedback| *feedback *= 0.01);
        self.buffers.is_driven = self.saturation.fill(feedback, &mut self.buffers.drives);
        let mut done = 0;
        while done < frames {
            done += self.turn(done, frames);
        }
        self.duck(frames);
        self.mix(left, right);
        self.frame += frames as u64;
        if self.frame.is_multiple_of(BLOCK as u64) {
            self.low_cut.flush();
            self.high_cut.flush();
        }
    }

    /// Where both heads read in the next `frames` frames.
    #[inline(always)]
    fn move_heads(&mut self, frames: usize) {
        let (mut lengths, mut offsets) = ([0.0; BLOCK], [0.0; BLOCK]);
        self.length.fill(&mut lengths[..frames]);
        self.offset_ms.fill(&mut offsets[..frames]);
        let mut both = [lengths; 2];
        for frame in 0..frames {
            let offset = offsets[frame] * self.rate_hz / 1000.0;
            (both[0][frame], both[1][frame]) = sides(lengths[frame], offset).into();
        }
        let character = self.character();
        for ((head, lengths), path) in self.heads.iter_mut().zip(&both).zip(&mut self.buffers.paths)
        {
            head.follow(&lengths[..frames], character, path);
        }
        self.modulate(frames);
    }

    #[inline(always)]
    fn modulate(&mut self, frames: usize) {
        if self.mod_depth_ms.is_off() {
            self.mod_rate_hz.skip(frames);
            return;
        }
        let (mut phases, mut depths) = ([0.0; BLOCK], [0.0; BLOCK]);
        for phase in &mut phases[..frames] {
            self.phase = fraction(self.phase + self.mod_rate_hz.advance() / self.rate_hz);
            *phase = self.phase;
        }
        self.mod_depth_ms.fill(&mut depths[..frames]);
        let scale = self.rate_hz / 1000.0;
        for (path, apart) in self.buffers.paths.iter_mut().zip([0.0, 0.25]) {
            let mut offsets = [0.0; BLOCK];
            for ((offset, phase), depth) in offsets.iter_mut().zip(&phases).zip(&depths) {
                *offset = scale * depth * sine(fraction(phase + apart));
            }
            path.add(&offsets[..frames], SHORTEST);
        }
    }

    /// As many frames of the loop, from frame `from` to `to` of the block, as lie in the lines already;
    /// returns their number.
    #[inline(always)]
    fn turn(&mut self, from: usize, to: usize) -> usize {
        let Buffers { dry, wet, paths, feedback, drives, is_driven } = &mut *self.buffers;
        let nearest = paths.iter().map(|path| path.nearest(from..to)).fold(f64::MAX, f64::min);
        let frames = (to - from).min((nearest - SHORTEST) as usize + 1);
        let range = from..from + frames;
        for ((line, path), wet) in self.lines.iter().zip(&*paths).zip(&mut *wet) {
            path.read(line, range.clone(), &mut wet[range.clone()]);
        }
        let mut into = [[0.0; BLOCK]; 2];
        let [left, right] = &mut into;
        let (left, right) = (&mut left[..frames], &mut right[..frames]);
        let is_moving = self.route.iter().any(|weight| weight.resting().is_none());
        let resting = self.route.map(|weight| weight.value());
        let mut pass = |frame: usize, [ll, rl, lr, rr, crossed]: Weights| {
            let (at, straight) = (from + frame, 1.0 - crossed);
            let [x, y, l, r] = [dry[0][at], dry[1][at], wet[0][at], wet[1][at]];
            left[frame] = (ll * x + rl * y) + feedback[at] * (straight * l + crossed * r);
            right[frame] = (rr * y + lr * x) + feedback[at] * (straight * r + crossed * l);
        };
        if is_moving {
            for frame in 0..frames {
                pass(frame, [0, 1, 2, 3, 4].map(|weight| self.route[weight].advance()));
            }
        } else {
            (0..frames).for_each(|frame| pass(frame, resting));
        }
        CutFilter::process_both(&mut self.low_cut, &mut self.high_cut, left, right);
        for (line, into) in self.lines.iter_mut().zip(&mut into) {
            let into = &mut into[..frames];
            if *is_driven {
                for (x, &drive) in into.iter_mut().zip(&drives[range.clone()]) {
                    *x = saturate(*x, drive);
                }
            }
            into.iter_mut().for_each(|x| *x = if x.abs() < SILENCE { 0.0 } else { *x });
            line.write(into);
        }
        frames
    }

    fn duck(&mut self, frames: usize) {
        let Buffers { dry, wet, .. } = &mut *self.buffers;
        let [left, right] = wet;
        let dry = [&dry[0][..frames], &dry[1][..frames]];
        self.ducker.process(self.frame, dry, [&mut left[..frames], &mut right[..frames]]);
    }

    /// Width, then dry and wet together.
    #[inline(always)]
    fn mix(&mut self, left: &mut [f32], right: &mut [f32]) {
        if self.mix_percent.is_off() {
            self.width_percent.skip(left.len());
            return;
        }
        let frames = left.len();
        let (mut widths, mut mixes) = ([0.0; BLOCK], [0.0; BLOCK]);
        self.width_percent.fill(&mut widths[..frames]);
        self.mix_percent.fill(&mut mixes[..frames]);
        let Buffers { dry, wet, .. } = &*self.buffers;
        for frame in 0..frames {
            let [dry_gain, wet_gain] = mix_gains(mixes[frame]);
            let [l, r] = widened([wet[0][frame], wet[1][frame]], widths[frame]);
            left[frame] = (dry_gain * dry[0][frame] + wet_gain * l) as f32;
            right[frame] = (dry_gain * dry[1][frame] + wet_gain * r) as f32;
        }
    }
}

/// A block to compute in vectors.
struct Block<'a> {
    delay: &'a mut Delay,
    left: &'a mut [f32],
    right: &'a mut [f32],
}

impl wide::Work for Block<'_> {
    #[inline(always)]
    fn run(self) {
        self.delay.block(self.left, self.right);
    }
}

impl Processor for Delay {
    fn latency_frames(&self) -> usize {
        0
    }

    fn set(&mut self, param: usize, value: f64) {
        let mix_frames = (HAND_MIX_S * self.rate_hz) as usize;
        self.start(param, value, if param == MIX { mix_frames } else { self.hand_frames() });
    }

    fn glide(&mut self, param: usize, value: f64, frames: usize) {
        self.start(param, value, frames);
    }

    fn reset(&mut self) {
        self.frame = 0;
        self.phase = 0.0;
        self.length.finish();
        let glides = [
            &mut self.offset_ms,
            &mut self.feedback_percent,
            &mut self.mod_rate_hz,
            &mut self.mod_depth_ms,
            &mut self.width_percent,
            &mut self.mix_percent,
        ];
        glides.into_iter().for_each(Glide::finish);
        self.route.iter_mut().for_each(Ramp::finish);
        self.saturation.reset(self.feedback_percent.value() / 100.0);
        self.low_cut.reset();
        self.high_cut.reset();
        self.ducker.reset();
        self.lines.iter_mut().for_each(Line::reset);
        let lengths = self.lengths();
        self.heads.iter_mut().zip(lengths).for_each(|(head, length)| head.jump(length));
    }

    fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        let (mut left, mut right) = (left, right);
        while !left.is_empty() && !right.is_empty() {
            let to_grid = BLOCK - (self.frame % BLOCK as u64) as usize;
            let frames = to_grid.min(left.len()).min(right.len());
            let (left_block, left_rest) = left.split_at_mut(frames);
            let (right_block, right_rest) = right.split_at_mut(frames);
            wide::run(Block { delay: self, left: left_block, right: right_block });
            (left, right) = (left_rest, right_rest);
        }
    }

    fn gain_reduction_db(&self) -> f32 {
        self.ducker.reduction_db()
    }
}

impl Buffers {
    fn new() -> Self {
        Self {
            dry: [[0.0; BLOCK]; 2],
            wet: [[0.0; BLOCK]; 2],
            paths: [Path::new(), Path::new()],
            feedback: [0.0; BLOCK],
            drives: [0.0; BLOCK],
            is_driven: false,
        }
    }
}

/// The lengths left and right of a delay of `length` frames, the right later by `offset`.
#[inline(always)]
fn sides(length: f64, offset: f64) -> [f64; 2] {
    [length + (-offset).max(0.0), length + offset.max(0.0)].map(|length| length.max(SHORTEST))
}

/// What lies behind the point of a number that is not negative.
#[inline(always)]
fn fraction(x: f64) -> f64 {
    x - (x as i64) as f64
}

/// The sine of a phase from 0 to 1, to 4e-9: the Taylor series about the nearest zero, where the angle is
/// at most a quarter turn.
#[inline(always)]
fn sine(phase: f64) -> f64 {
    // Folded into −1/4 … 1/4 of a turn; sin(π − x) = sin x.
    let from_half = 0.5 - phase;
    let folded =
        if from_half.abs() > 0.25 { 0.5_f64.copysign(from_half) - from_half } else { from_half };
    let x = TAU * folded;
    let square = x * x;
    let terms = [
        1.0,
        -1.0 / 6.0,
        1.0 / 120.0,
        -1.0 / 5040.0,
        1.0 / 362_880.0,
        -1.0 / 39_916_800.0,
        1.0 / 6_227_020_800.0,
    ];
    x * terms.iter().rev().fold(0.0, |sum, term| sum * square + term)
}
