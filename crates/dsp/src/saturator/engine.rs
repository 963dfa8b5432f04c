//! The way of the signal at one quality: what the curve adds, and the signal beside it.

use super::LOUDEST;
use super::curve::Curve;
use super::shaper::Shaper;
use super::tilt::{OnePole, State};
use crate::auto_level::{AutoLevel, GRID_FRAMES};
use crate::colour::{self, sane};
use crate::delay_line::DelayLine;
use crate::resample::{MAX_FRAMES, Oversampler};
use crate::units::Db;
use crate::wide;

/// Below this, what a curve adds is kept from shifting the signal, in Hz.
pub(super) const DC_HZ: f64 = 4.0;

const _: () = assert!(GRID_FRAMES <= MAX_FRAMES, "a run fits into the oversampler");

/// The controls of a run of frames.
#[derive(Debug)]
pub(super) struct Controls {
    pub(super) curve: Curve,
    /// Gain of the highs before the curve.
    pub(super) tilt_db: f64,
    /// From the signal to the curve's input, by frame.
    pub(super) drive: [f64; GRID_FRAMES],
    /// From what the curve adds to the output, by frame.
    pub(super) wet: [f64; GRID_FRAMES],
    /// Gain of the output, by frame.
    pub(super) output: [f64; GRID_FRAMES],
}

/// From input to output at one quality.
#[derive(Debug)]
pub struct Engine {
    rate_hz: f64,
    oversampler: Oversampler,
    shaper: Shaper,
    tilt_db: f64,
    tilt: [OnePole; 2],
    high_pass: OnePole,
    before: State,
    after: State,
    no_dc: State,
    dry: DelayLine<f32>,
    /// The controls of the output, as late as the signal.
    controls: DelayLine<f64>,
}

impl Engine {
    pub(super) fn new(oversampler: Oversampler, rate_hz: f64) -> Self {
        let latency = oversampler.latency_frames();
        Self {
            rate_hz,
            shaper: Shaper::new(MAX_FRAMES * oversampler.factor()),
            oversampler,
            tilt_db: 0.0,
            tilt: OnePole::tilt(1.0, rate_hz),
            high_pass: OnePole::high_pass(DC_HZ, rate_hz),
            before: State::default(),
            after: State::default(),
            no_dc: State::default(),
            dry: DelayLine::new(latency),
            controls: DelayLine::new(latency),
        }
    }

    /// Processes up to [`GRID_FRAMES`] frames in place.
    pub(super) fn process(
        &mut self,
        controls: &Controls,
        level: &mut AutoLevel,
        left: &mut [f32],
        right: &mut [f32],
    ) {
        let frames = left.len();
        let mut added = [0.0; 2 * GRID_FRAMES];
        let added = &mut added[..2 * frames];
        self.aim_tilt(controls.tilt_db);
        self.drive(&controls.drive, left, right, added);
        let Self { oversampler, shaper, .. } = self;
        wide::run(Shaping { oversampler, shaper, curve: &controls.curve, block: added });
        self.dry.process(left, right);
        let (mut wet, mut output) = (controls.wet, controls.output);
        self.controls.process(&mut wet[..frames], &mut output[..frames]);
        let mut sums = [[0.0_f32; GRID_FRAMES]; 2];
        for (i, added) in added.chunks_exact_mut(2).enumerate() {
            let [l, r] = self
                .after
                .tick(&self.tilt[1], self.no_dc.tick(&self.high_pass, [added[0], added[1]]));
            let sum = [f64::from(left[i]) + wet[i] * l, f64::from(right[i]) + wet[i] * r];
            (sums[0][i], sums[1][i]) = (sum[0] as f32, sum[1] as f32);
            added.copy_from_slice(&sum);
        }
        level.push([left, right], [&sums[0][..frames], &sums[1][..frames]]);
        for (i, sum) in added.chunks_exact(2).enumerate() {
            let gain = output[i] * level.advance();
            (left[i], right[i]) = ((sum[0] * gain) as f32, (sum[1] * gain) as f32);
        }
    }

    fn aim_tilt(&mut self, tilt_db: f64) {
        if tilt_db != self.tilt_db {
            self.tilt_db = tilt_db;
            self.tilt = OnePole::tilt(Db(tilt_db).to_gain(), self.rate_hz);
        }
    }

    /// Makes the signal sane and fills `driven` with what goes into the curve.
    fn drive(
        &mut self,
        drive: &[f64; GRID_FRAMES],
        left: &mut [f32],
        right: &mut [f32],
        driven: &mut [f64],
    ) {
        let frames = left.iter_mut().zip(right).zip(driven.chunks_exact_mut(2)).zip(drive);
        for (((l, r), driven), drive) in frames {
            (*l, *r) = (sane(*l, LOUDEST), sane(*r, LOUDEST));
            let frame = [f64::from(*l) * drive, f64::from(*r) * drive];
            driven.copy_from_slice(&self.before.tick(&self.tilt[0], frame));
        }
    }
}

impl colour::Engine for Engine {
    fn latency_frames(&self) -> usize {
        self.dry.frames()
    }

    fn reset(&mut self) {
        self.oversampler.reset();
        self.shaper.reset();
        [self.before, self.after, self.no_dc] = [State::default(); 3];
        self.dry.reset();
        self.controls.reset();
    }

    fn flush(&mut self) {
        [&mut self.before, &mut self.after, &mut self.no_dc].into_iter().for_each(State::flush);
    }
}

/// What runs at the multiple of the rate.
struct Shaping<'a> {
    oversampler: &'a mut Oversampler,
    shaper: &'a mut Shaper,
    curve: &'a Curve,
    block: &'a mut [f64],
}

impl wide::Work for Shaping<'_> {
    #[inline(always)]
    fn run(self) {
        let Self { oversampler, shaper, curve, block } = self;
        shaper.process(curve, oversampler.up(block));
        oversampler.down(block);
    }
}
