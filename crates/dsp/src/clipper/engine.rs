//! The way of the signal at one quality: what is cut off, and the signal beside it.

use super::LOUDEST;
use super::excess::{Excess, Knee};
use crate::auto_level::{AutoLevel, GRID_FRAMES};
use crate::colour::{self, sane};
use crate::delay_line::DelayLine;
use crate::resample::{MAX_FRAMES, Oversampler};
use crate::tilt::Emphasis;
use crate::wide;

const _: () = assert!(GRID_FRAMES <= MAX_FRAMES, "a run fits into the oversampler");

/// The controls of a run of frames: gains by frame, and the knee.
#[derive(Debug)]
pub(super) struct Controls {
    pub(super) knee: Knee,
    /// Gain of the highs before the clipper, in dB.
    pub(super) tilt_db: f64,
    pub(super) drive: [f64; GRID_FRAMES],
    pub(super) ceiling: [f64; GRID_FRAMES],
    /// How much of an overshoot is caught, 0 to 1.
    pub(super) catch: [f64; GRID_FRAMES],
    /// How much of the output is clipped, 0 to 1.
    pub(super) mix: [f64; GRID_FRAMES],
}

impl Controls {
    pub(super) fn new(knee: Knee, tilt_db: f64) -> Self {
        let unity = [1.0; GRID_FRAMES];
        Self { knee, tilt_db, drive: unity, ceiling: unity, catch: unity, mix: unity }
    }
}

/// From input to output at one quality.
#[derive(Debug)]
pub struct Engine {
    oversampler: Oversampler,
    excess: Excess,
    emphasis: Emphasis,
    dry: DelayLine<f32>,
    /// Drive and ceiling, as late as the signal.
    gains: DelayLine<f64>,
    /// Catch and mix, as late as the signal.
    shares: DelayLine<f64>,
}

impl Engine {
    pub(super) fn new(oversampler: Oversampler, rate_hz: f64) -> Self {
        let latency = oversampler.latency_frames();
        Self {
            excess: Excess::new(MAX_FRAMES * oversampler.factor()),
            oversampler,
            emphasis: Emphasis::new(rate_hz),
            dry: DelayLine::new(latency),
            gains: DelayLine::new(latency),
            shares: DelayLine::new(latency),
        }
    }

    /// Processes up to [`GRID_FRAMES`] frames in place; returns the largest magnitudes before and
    /// behind the clipper.
    pub(super) fn process(
        &mut self,
        controls: &mut Controls,
        level: &mut AutoLevel,
        left: &mut [f32],
        right: &mut [f32],
    ) -> [f64; 2] {
        let frames = left.len();
        let mut cut = [0.0; 2 * GRID_FRAMES];
        let cut = &mut cut[..2 * frames];
        self.emphasis.aim(controls.tilt_db);
        self.drive(controls, left, right, cut);
        let Self { oversampler, excess, .. } = self;
        wide::run(Cutting { oversampler, excess, knee: &controls.knee, block: cut });
        self.dry.process(left, right);
        let (drive, ceiling) = (&mut controls.drive[..frames], &mut controls.ceiling[..frames]);
        self.gains.process(drive, ceiling);
        let (catch, mix) = (&mut controls.catch[..frames], &mut controls.mix[..frames]);
        self.shares.process(catch, mix);
        let mut peaks = [0.0_f64; 2];
        let mut clipped = [[0.0_f32; GRID_FRAMES]; 2];
        for (i, cut) in cut.chunks_exact_mut(2).enumerate() {
            cut.copy_from_slice(&self.emphasis.after([cut[0], cut[1]]));
            for (cut, dry) in cut.iter_mut().zip([left[i], right[i]]) {
                let driven = f64::from(dry) * drive[i];
                let out = driven - ceiling[i] * *cut;
                let caught = out.clamp(-ceiling[i], ceiling[i]);
                *cut = out + catch[i] * (caught - out);
                peaks = [peaks[0].max(driven.abs()), peaks[1].max(cut.abs())];
            }
            (clipped[0][i], clipped[1][i]) = (cut[0] as f32, cut[1] as f32);
        }
        level.push([left, right], [&clipped[0][..frames], &clipped[1][..frames]]);
        for (i, cut) in cut.chunks_exact(2).enumerate() {
            let (gain, dry) = (mix[i] * level.advance(), 1.0 - mix[i]);
            for (out, cut) in [&mut left[i], &mut right[i]].into_iter().zip(cut) {
                *out = (dry * f64::from(*out) + gain * cut) as f32;
            }
        }
        peaks
    }

    /// Makes the signal sane and fills `driven` with what goes into the clipper, in parts of the ceiling.
    fn drive(
        &mut self,
        controls: &Controls,
        left: &mut [f32],
        right: &mut [f32],
        driven: &mut [f64],
    ) {
        let gains = controls.drive.iter().zip(&controls.ceiling);
        let frames = left.iter_mut().zip(right).zip(driven.chunks_exact_mut(2)).zip(gains);
        for (((l, r), driven), (drive, ceiling)) in frames {
            (*l, *r) = (sane(*l, LOUDEST), sane(*r, LOUDEST));
            let gain = drive / ceiling;
            let frame = [f64::from(*l) * gain, f64::from(*r) * gain];
            driven.copy_from_slice(&self.emphasis.before(frame));
        }
    }
}

impl colour::Engine for Engine {
    fn latency_frames(&self) -> usize {
        self.dry.frames()
    }

    fn reset(&mut self) {
        self.oversampler.reset();
        self.excess.reset();
        self.emphasis.reset();
        self.dry.reset();
        self.gains.reset();
        self.shares.reset();
    }

    fn flush(&mut self) {
        self.emphasis.flush();
    }
}

/// What runs at the multiple of the rate.
struct Cutting<'a> {
    oversampler: &'a mut Oversampler,
    excess: &'a mut Excess,
    knee: &'a Knee,
    block: &'a mut [f64],
}

impl wide::Work for Cutting<'_> {
    #[inline(always)]
    fn run(self) {
        let Self { oversampler, excess, knee, block } = self;
        excess.process(knee, oversampler.up(block));
        oversampler.down(block);
    }
}
