//! Reverb: room, hall and plate, by a network of sixteen delay lines that feed each other.
//!
//! - **Network.** M. Gerzon's and J.-M. Jot's feedback delay network (Jot and Chaigne, "Digital delay
//!   networks for designing artificial reverberators", AES 90th Convention, 1991) with a Hadamard matrix, in which
//!   every line feeds every other by the same share; S. Schlecht, E. Habets, "On lossless feedback delay
//!   networks", IEEE Transactions on Signal Processing 65(6), 2017. Lengths are primes.
//! - **Diffusion.** Before the network, three stages of sixteen short delays, each followed by the same
//!   matrix, multiply the echoes by sixteen: S. Schlecht, E. Habets, "Scattering in feedback delay networks",
//!   IEEE/ACM TASLP 28, 2020, and N. Agus et al., "Minimally simple binaural room modelling using a single
//!   feedback delay network", JAES 66(10), 2018, on feeding early and late sound by one network.
//! - **Modulation.** The matrix turns, slowly and by four angles, and stays orthogonal at every frame: S.
//!   Schlecht, E. Habets, "Time-varying feedback matrices in feedback delay networks and their application in
//!   artificial reverberation", JASA 138(3), 2015. No delay moves, so nothing is read between frames: no
//!   treble is lost, decay times hold, and a frozen sound stays as loud as it is.
//! - **Spaces.** Room and hall have the first reflections of a box; the plate has none, and is dense at
//!   once. Their lengths differ: see `layout`.
//! - **Decay.** `decay` is the time to fall by 60 dB at every frequency while both damping ratios are 100 %;
//!   they stretch or shorten it below and above their crossovers. [`Reverb::decay_s`] draws it.
//!   A space is at most as large as lets its sound go round before it is gone: 100 % from 0.35 s of decay on,
//!   less by the same ratio below (`FULL_SIZE_S`).
//! - **Loudness.** At 0 dB of level the reverb of a steady sound is as loud as the sound, whatever the decay.
//! - **Mix** keeps the dry signal as it is up to 50 %, and the wet from 50 % on; at 0 % the output is the
//!   input to the bit. On a send, use 100 %.
//!
//! Values that shape the network run on a grid of [`BLOCK`] frames, straight in between; a new space, size or
//! pre-delay fades over in [`FADE_S`]. Latency: none.

mod bank;
mod damping;
mod decay;
mod early;
mod layout;
mod mixing;
mod params;

use std::f64::consts::TAU;

use crate::block::{BLOCK, PLACES, mix_gains, taken, widened};
use crate::cut::{Cut, CutFilter};
use crate::glide::Glide;
use crate::param::Values;
use crate::processor::Processor;
use crate::smooth::Ramp;
use crate::units::Db;
use crate::wide;

use bank::{Bank, Blocks, Slope};
use damping::Damping;
use decay::Gains;
use early::REFLECTIONS;
use layout::{DIFFUSERS, Layout};
use mixing::{ANGLES, LINES, Lines, fade, hadamard, rotate, scatter};
use params::{
    BALANCE, DECAY, FREEZE, HIGH_CROSSOVER, HIGH_CUT, HIGH_DECAY, LEVEL, LOW_CROSSOVER, LOW_CUT,
    LOW_DECAY, MIX, MOD_DEPTH, MOD_RATE, ON_GRID, PRE_DELAY, SIZE, SPACE, WIDTH,
};

pub use decay::Decay;
pub use layout::Space;
pub use params::SPECS;

/// How long a change by hand takes, in seconds.
pub const HAND_S: f64 = 0.02;

/// The mix takes longer: its gains go through their whole range in half of its travel.
pub const HAND_MIX_S: f64 = 0.05;

/// A new space, size or pre-delay fades in over this time, in seconds.
pub const FADE_S: f64 = 0.06;

/// Freezing and letting go take this time, in seconds.
pub const FREEZE_S: f64 = 0.05;

/// Shortest decay for 100 % of size, in seconds. In a larger space the decay that is asked for is over before
/// the lines' sound has taken over from the early one, and what is heard is the early sound's own: measured
/// at 0.2 s, T30 is off by −5 % in the hall and by +6 % on the plate, and T20 by 10 % from T30.
const FULL_SIZE_S: f64 = 0.35;

/// The largest angle by which a pair of lines turns at full depth, in radians.
const WIDEST: f64 = 2.4;

/// Each angle has its own speed and beginning, so that they do not meet.
const SPEEDS: [f64; ANGLES] = [1.0, 1.31, 0.79, 1.57];

/// A stereo reverb.
pub struct Reverb {
    values: Values<{ SPECS.len() }>,
    /// Each parameter's value on its way; choices and switches have none.
    glides: [Glide; SPECS.len()],
    rate_hz: f64,
    /// Frames since the reset.
    frame: u64,
    /// 1 while frozen.
    frozen: Ramp,
    low_cut: CutFilter,
    high_cut: CutFilter,
    layout: Layout,
    next: Layout,
    /// Frames of the fade to `next` that are left.
    fade_left: usize,
    fade_frames: usize,
    gains: Ramped<Gains>,
    /// Where the gains are at the cell's end, and for what.
    goal: Gains,
    asked: Asked,
    tangents: Ramped<[f64; ANGLES]>,
    /// Of the angles, 0 to 1.
    phases: [f64; ANGLES],
    /// What comes in, a ring for each channel.
    input: [Vec<f64>; 2],
    diffusers: [Bank; DIFFUSERS - 1],
    network: Bank,
    damping: Damping,
    buffers: Box<Buffers>,
}

/// Values at the first frame of a cell of the grid, and their change from frame to frame.
#[derive(Debug, Clone, Copy)]
struct Ramped<T> {
    now: T,
    step: T,
}

/// What the gains depend on.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Asked {
    shape: Shape,
    decay: Decay,
    frozen: f64,
}

/// What the delays depend on.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Shape {
    space: Space,
    /// 1 at 100 %; what the decay allows of what is set.
    size: f64,
    pre_delay_ms: f64,
}

/// A block's signals.
struct Buffers {
    dry: [[f64; BLOCK]; 2],
    early: [[f64; BLOCK]; 2],
    late: [[f64; BLOCK]; 2],
    /// What passes the diffusers and goes into the network.
    entering: Lines,
    /// What comes out of the network and is fed back.
    turning: Lines,
    /// What is read from other places while those fade in.
    other: Lines,
    /// Share of the other places.
    share: [f64; BLOCK],
}

impl Reverb {
    /// A reverb at `rate_hz` with the defaults of [`SPECS`].
    pub fn new(rate_hz: f64) -> Self {
        let glides: [Glide; SPECS.len()] = std::array::from_fn(|param| Glide::new(&SPECS[param]));
        let largest = SPECS[SIZE].range.end() / 100.0;
        let [diffuser, line, input] = Layout::longest(largest, rate_hz);
        let input = input + (SPECS[PRE_DELAY].range.end() * rate_hz / 1000.0) as usize;
        let input = vec![0.0; bank::ring_frames(input)];
        let asked = Asked {
            shape: shape(&glides, SPECS[SPACE].default as usize),
            decay: decay(&glides),
            frozen: 0.0,
        };
        let layout = Layout::new(&asked.shape, rate_hz);
        let gains = Gains::new(&layout, &asked.decay, 0.0, rate_hz);
        let [low, high] = [SPECS[LOW_CUT].range.start(), SPECS[HIGH_CUT].range.end()];
        let mut reverb = Self {
            values: Values::new(SPECS),
            glides,
            rate_hz,
            frame: 0,
            frozen: Ramp::new(0.0),
            low_cut: CutFilter::new(Cut::Low, glides[LOW_CUT], *low, rate_hz),
            high_cut: CutFilter::new(Cut::High, glides[HIGH_CUT], *high, rate_hz),
            layout,
            next: layout,
            fade_left: 0,
            fade_frames: ((FADE_S * rate_hz) as usize).next_multiple_of(BLOCK),
            gains: Ramped { now: gains, step: gains.with(&gains, |_, _| 0.0) },
            goal: gains,
            asked,
            tangents: Ramped { now: [0.0; ANGLES], step: [0.0; ANGLES] },
            phases: [0.0; ANGLES],
            input: [input.clone(), input],
            diffusers: [Bank::new(diffuser), Bank::new(diffuser)],
            network: Bank::new(line),
            damping: Damping::SILENT,
            buffers: Box::new(Buffers::new()),
        };
        reverb.reset();
        reverb
    }

    /// Time in which the reverb at `frequency_hz` falls by 60 dB, in seconds, once every parameter has
    /// arrived and while nothing is frozen.
    pub fn decay_s(&self, frequency_hz: f64) -> f64 {
        let mut arrived = self.glides;
        arrived.iter_mut().for_each(Glide::finish);
        let layout = Layout::new(&shape(&arrived, self.values.index(SPACE)), self.rate_hz);
        decay::time_at(&layout, &decay(&arrived), frequency_hz, self.rate_hz)
    }

    fn start(&mut self, param: usize, value: f64, frames: usize) {
        if !self.values.set(param, value) {
            return;
        }
        let value = self.values[param];
        match param {
            SPACE => {}
            FREEZE => self.frozen.set(value, (FREEZE_S * self.rate_hz) as u32),
            LOW_CUT => self.low_cut.start(value, frames),
            HIGH_CUT => self.high_cut.start(value, frames),
            _ => self.glides[param].start(value, frames),
        }
    }

    /// Begins a cell of the grid: what moves on it runs to where it will be at the cell's end.
    fn begin_cell(&mut self) {
        ON_GRID.iter().for_each(|&param| self.glides[param].skip(BLOCK));
        (0..BLOCK).for_each(|_| _ = self.frozen.advance());
        self.gains.now = self.goal;
        let asked = self.ask();
        if asked == self.asked {
            self.gains.step = self.goal.with(&self.goal, |_, _| 0.0);
        } else {
            self.asked = asked;
            self.goal = Gains::new(&self.next, &asked.decay, asked.frozen, self.rate_hz);
            self.gains.step = self.goal.with(&self.gains.now, |goal, now| (goal - now) / CELL);
        }
        self.turn();
        self.damping.flush();
        self.low_cut.flush();
        self.high_cut.flush();
    }

    /// What the gains must suit at the cell's end; begins a fade to another shape unless one is under way.
    fn ask(&mut self) -> Asked {
        let shape = shape(&self.glides, self.values.index(SPACE));
        let is_new = self.fade_left == 0 && shape != self.asked.shape;
        if is_new {
            (self.next, self.fade_left) = (Layout::new(&shape, self.rate_hz), self.fade_frames);
        }
        Asked {
            shape: if is_new { shape } else { self.asked.shape },
            decay: decay(&self.glides),
            frozen: self.frozen.value(),
        }
    }

    /// Lets the angles run on for a cell.
    fn turn(&mut self) {
        let turns = self.glides[MOD_RATE].value() * CELL / self.rate_hz;
        let depth = WIDEST * self.glides[MOD_DEPTH].value() / 100.0;
        for (angle, speed) in SPEEDS.iter().enumerate() {
            self.tangents.now[angle] += self.tangents.step[angle] * CELL;
            self.phases[angle] = (self.phases[angle] + speed * turns).fract();
            let goal = (0.5 * depth * (TAU * self.phases[angle]).sin()).tan();
            self.tangents.step[angle] = (goal - self.tangents.now[angle]) / CELL;
        }
    }

    /// One block, all of it in one cell of the grid.
    #[inline(always)]
    fn block(&mut self, left: &mut [f32], right: &mut [f32]) {
        let frames = left.len();
        for (dry, input) in self.buffers.dry.iter_mut().zip([&*left, &*right]) {
            dry.iter_mut().zip(input).for_each(|(dry, &sample)| *dry = taken(sample));
        }
        // Nearly every block is a whole cell: compiled for its length, no loop has to look for its end.
        if frames == BLOCK {
            self.sound(0, BLOCK);
        } else {
            self.sound((self.frame % BLOCK as u64) as usize, frames);
        }
        self.mix(left, right);
        self.frame += frames as u64;
        if self.fade_left > 0 {
            self.fade_left -= frames;
            if self.fade_left == 0 {
                self.layout = self.next;
            }
        }
    }

    /// What is early and what is late of a block that begins `from` frames into a cell.
    #[inline(always)]
    fn sound(&mut self, from: usize, frames: usize) {
        self.take_in(from, frames);
        self.fill_shares(frames);
        self.diffuse(from, frames);
        self.reflect(from, frames);
        self.go_round(from, frames);
    }

    /// Filters what comes in and keeps it for the pre-delay.
    #[inline(always)]
    fn take_in(&mut self, from: usize, frames: usize) {
        let [mut left, mut right] = self.buffers.dry;
        let (left, right) = (&mut left[..frames], &mut right[..frames]);
        CutFilter::process_both(&mut self.low_cut, &mut self.high_cut, left, right);
        let (now, step) = (self.gains.now.input, self.gains.step.input);
        for (ring, channel) in self.input.iter_mut().zip([left, right]) {
            let places = &PLACES[from..from + frames];
            let samples = channel.iter().zip(places).map(|(x, place)| x * (now + step * place));
            bank::write(ring, self.frame, samples);
        }
    }

    /// How far a fade to other places has come in each frame.
    #[inline(always)]
    fn fill_shares(&mut self, frames: usize) {
        if self.fade_left == 0 {
            return;
        }
        let done = self.fade_frames - self.fade_left;
        for (frame, share) in self.buffers.share[..frames].iter_mut().enumerate() {
            let part = (done + frame) as f64 / self.fade_frames as f64;
            *share = part * part * (3.0 - 2.0 * part);
        }
    }

    /// Spreads the input over all lines, with ever more echoes.
    #[inline(always)]
    fn diffuse(&mut self, from: usize, frames: usize) {
        let Buffers { entering, turning, other, share, early, .. } = &mut *self.buffers;
        let is_fading = self.fade_left > 0;
        let (now, step) = (&self.gains.now.diffusers, &self.gains.step.diffusers);
        let slope = |stage: usize| Slope { now: &now[stage], step: &step[stage], from };
        let (input, frame) = (&self.input, self.frame);
        let blocks = |layout: &Layout| -> Blocks<'_> {
            std::array::from_fn(|line| {
                let delay = layout.pre_delay + layout.diffusers[0][line];
                bank::behind(&input[line % 2], frame, delay)
            })
        };
        let shares = is_fading.then_some(&*share);
        let both = [blocks(&self.layout), blocks(&self.next)];
        spread(&slope(0), both, shares, [turning, other], entering, frames);
        for (stage, bank) in (1..).zip(&mut self.diffusers) {
            bank.write(frame, entering, frames);
            let places = [&self.layout, &self.next].map(|layout| &layout.diffusers[stage]);
            let blocks = places.map(|delays| bank.blocks(frame, delays));
            spread(&slope(stage), blocks, shares, [turning, other], entering, frames);
        }
        let (now, step) = (self.gains.now.diffused, self.gains.step.diffused);
        for (early, line) in early.iter_mut().zip(&*entering) {
            let early = early[..frames].iter_mut();
            for ((early, x), place) in early.zip(line).zip(&PLACES[from..]) {
                *early = x * (now + step * place);
            }
        }
    }

    /// Adds the walls' first reflections.
    #[inline(always)]
    fn reflect(&mut self, from: usize, frames: usize) {
        let (now, step) = (&self.gains.now.reflections, &self.gains.step.reflections);
        let Buffers { early, other, share, .. } = &mut *self.buffers;
        let [reflection, ..] = other;
        let reflection = &mut reflection[..frames];
        for (output, early) in early.iter_mut().enumerate() {
            for tap in 0..REFLECTIONS {
                let (now, step) = (now[output][tap], step[output][tap]);
                if now == 0.0 && step == 0.0 {
                    continue;
                }
                let ring = &self.input[tap * 2 / REFLECTIONS];
                let delay =
                    |layout: &Layout| layout.pre_delay + layout.reflections.delays[output][tap];
                let heard = |layout: &Layout| bank::behind(ring, self.frame, delay(layout));
                let (early, places) = (&mut early[..frames], &PLACES[from..]);
                if self.fade_left == 0 {
                    add(early, heard(&self.layout), [now, step], places);
                    continue;
                }
                let blocks = heard(&self.layout).iter().zip(heard(&self.next));
                for ((out, (x, y)), share) in reflection.iter_mut().zip(blocks).zip(&*share) {
                    *out = x + share * (y - x);
                }
                add(early, reflection, [now, step], places);
            }
        }
    }

    /// One turn of the network for a block; it is shorter than every line.
    #[inline(always)]
    fn go_round(&mut self, from: usize, frames: usize) {
        let Buffers { entering, turning, other, share, late, .. } = &mut *self.buffers;
        let (now, step) = (&self.gains.now, &self.gains.step);
        let is_even = now.is_even() && step.is_even();
        let slope = Slope { now: &now.lines[0], step: &step.lines[0], from };
        let blocks = |layout: &Layout| self.network.blocks(self.frame, &layout.lines);
        if is_even && self.fade_left == 0 {
            slope.scale(blocks(&self.layout), turning, frames);
        } else {
            bank::copy(blocks(&self.layout), turning, frames);
            if self.fade_left > 0 {
                bank::copy(blocks(&self.next), other, frames);
                fade(turning, other, share, frames);
            }
            if is_even {
                slope.scale_all(turning, frames);
            } else {
                self.damping.process(&self.gains, turning, from, frames);
            }
        }
        if is_even {
            self.damping = Damping::SILENT;
        }
        rotate(turning, &self.tangents.now, &self.tangents.step, from, frames);
        hadamard(turning, other, frames);
        for (late, line) in late.iter_mut().zip(&*other) {
            late[..frames].copy_from_slice(&line[..frames]);
        }
        self.network.write_sums(self.frame, [other, entering], frames);
    }

    /// Early and late, width and level, then dry and wet together.
    #[inline(always)]
    fn mix(&mut self, left: &mut [f32], right: &mut [f32]) {
        let frames = left.len();
        let mut values = [[0.0; BLOCK]; 4];
        let params = [BALANCE, WIDTH, LEVEL, MIX];
        let is_dry = self.glides[MIX].is_off();
        for (values, param) in values.iter_mut().zip(params) {
            self.glides[param].fill(&mut values[..frames]);
        }
        if is_dry {
            return;
        }
        let [balances, widths, levels, mixes] = &mut values;
        let first_db = levels[0];
        if first_db == levels[frames - 1] && self.glides[LEVEL].is_resting() {
            levels.fill(Db(first_db).to_gain());
        } else {
            levels[..frames].iter_mut().for_each(|level| *level = Db(*level).to_gain());
        }
        let Buffers { dry, early, late, .. } = &*self.buffers;
        for frame in 0..frames {
            let [early_gain, late_gain] = mix_gains(balances[frame]);
            let part = |side: usize| {
                levels[frame] * (early_gain * early[side][frame] + late_gain * late[side][frame])
            };
            let [l, r] = widened([part(0), part(1)], widths[frame]);
            let [dry_gain, wet_gain] = mix_gains(mixes[frame]);
            left[frame] = (dry_gain * dry[0][frame] + wet_gain * l) as f32;
            right[frame] = (dry_gain * dry[1][frame] + wet_gain * r) as f32;
        }
    }
}

/// Frames of a cell of the grid.
const CELL: f64 = BLOCK as f64;

/// A block to compute in vectors.
struct Block<'a> {
    reverb: &'a mut Reverb,
    left: &'a mut [f32],
    right: &'a mut [f32],
}

impl wide::Work for Block<'_> {
    #[inline(always)]
    fn run(self) {
        self.reverb.block(self.left, self.right);
    }
}

impl Processor for Reverb {
    fn latency_frames(&self) -> usize {
        0
    }

    fn is_linear(&self) -> bool {
        true
    }

    fn set(&mut self, param: usize, value: f64) {
        let time_s = if param == MIX { HAND_MIX_S } else { HAND_S };
        self.start(param, value, (time_s * self.rate_hz) as usize);
    }

    fn glide(&mut self, param: usize, value: f64, frames: usize) {
        self.start(param, value, frames);
    }

    fn reset(&mut self) {
        self.frame = 0;
        self.glides.iter_mut().for_each(Glide::finish);
        self.frozen.finish();
        self.low_cut.reset();
        self.high_cut.reset();
        self.fade_left = 0;
        self.asked = self.ask();
        self.layout = Layout::new(&self.asked.shape, self.rate_hz);
        (self.next, self.fade_left) = (self.layout, 0);
        self.goal = Gains::new(&self.layout, &self.asked.decay, self.asked.frozen, self.rate_hz);
        self.phases = std::array::from_fn(|angle| angle as f64 / ANGLES as f64);
        self.tangents = Ramped { now: [0.0; ANGLES], step: [0.0; ANGLES] };
        self.input.iter_mut().for_each(|ring| ring.fill(0.0));
        self.diffusers.iter_mut().for_each(Bank::reset);
        self.network.reset();
        self.damping = Damping::SILENT;
    }

    fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        let (mut left, mut right) = (left, right);
        while !left.is_empty() && !right.is_empty() {
            let in_cell = (self.frame % BLOCK as u64) as usize;
            if in_cell == 0 {
                self.begin_cell();
            }
            let frames = (BLOCK - in_cell).min(left.len()).min(right.len());
            let (left_block, left_rest) = left.split_at_mut(frames);
            let (right_block, right_rest) = right.split_at_mut(frames);
            wide::run_widest(Block { reverb: self, left: left_block, right: right_block });
            (left, right) = (left_rest, right_rest);
        }
    }
}

impl Buffers {
    fn new() -> Self {
        let silent = [[0.0; BLOCK]; LINES];
        let stereo = [[0.0; BLOCK]; 2];
        Self {
            dry: stereo,
            early: stereo,
            late: stereo,
            entering: silent,
            turning: silent,
            other: silent,
            share: [0.0; BLOCK],
        }
    }
}

fn decay(glides: &[Glide]) -> Decay {
    let value = |param: usize| glides[param].value();
    Decay {
        time_s: value(DECAY) / 1000.0,
        low: value(LOW_DECAY) / 100.0,
        high: value(HIGH_DECAY) / 100.0,
        low_hz: value(LOW_CROSSOVER),
        high_hz: value(HIGH_CROSSOVER),
    }
}

fn shape(glides: &[Glide], space: usize) -> Shape {
    let [size, pre_delay_ms] = [SIZE, PRE_DELAY].map(|param| glides[param].value());
    let largest = decay(glides).time_s / FULL_SIZE_S;
    Shape { space: Space::ALL[space], size: (size / 100.0).min(largest), pre_delay_ms }
}

/// Adds `sound`, by a gain that runs from frame to frame.
#[inline(always)]
fn add(out: &mut [f64], sound: &[f64], [now, step]: [f64; 2], places: &[f64]) {
    if step == 0.0 {
        out.iter_mut().zip(sound).for_each(|(out, x)| *out += x * now);
        return;
    }
    for ((out, x), place) in out.iter_mut().zip(sound).zip(places) {
        *out += x * (now + step * place);
    }
}

/// Sets `out` to the first of both `blocks` or, by `shares`, to what lies between them, multiplied by `slope` and
/// mixed; `room` is there to compute in.
#[inline(always)]
fn spread(
    slope: &Slope<'_>,
    [now, next]: [Blocks<'_>; 2],
    shares: Option<&[f64; BLOCK]>,
    [room, other]: [&mut Lines; 2],
    out: &mut Lines,
    frames: usize,
) {
    if slope.is_level() && shares.is_none() {
        return scatter(now, slope.now, out, frames);
    }
    slope.scale(now, room, frames);
    if let Some(share) = shares {
        slope.scale(next, other, frames);
        fade(room, other, share, frames);
    }
    hadamard(room, out, frames);
}
