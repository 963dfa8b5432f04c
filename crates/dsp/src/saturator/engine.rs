//! The way of the signal at one quality: what the curve adds, and the signal beside it.

use super::LOUDEST;
use super::curve::Curve;
use super::shaper::Shaper;
use crate::auto_level::{AutoLevel, GRID_FRAMES};
use crate::colour::{self, sane};
use crate::delay_line::DelayLine;
use crate::resample::{MAX_FRAMES, Oversampler};
use crate::tilt::{Emphasis, OnePole, State};
use crate::wide;

/// Below this, what a curve adds is kept from shifting the signal, in Hz.
const DC_HZ: f64 = 4.0;

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
    oversampler: Oversampler,
    shaper: Shaper,
    emphasis: Emphasis,
    high_pass: OnePole,
    no_dc: State,
    dry: DelayLine<f32>,
    /// The controls of the output, as late as the signal.
    controls: DelayLine<f64>,
}

impl Engine {
    pub(super) fn new(oversampler: Oversampler, rate_hz: f64) -> Self {
        let latency = oversampler.latency_frames();
        Self {
            shaper: Shaper::new(MAX_FRAMES * oversampler.factor()),
            oversampler,
            emphasis: Emphasis::new(rate_hz),
            high_pass: OnePole::high_pass(DC_HZ, rate_hz),
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
        self.emphasis.aim(controls.tilt_db);
        self.drive(&controls.drive, left, right, added);
        let Self { oversampler, shaper, .. } = self;
        wide::run(Shaping { oversampler, shaper, curve: &controls.curve, block: added });
        self.dry.process(left, right);
        let (mut wet, mut output) = (controls.wet, controls.output);
        self.controls.process(&mut wet[..frames], &mut output[..frames]);
        let mut sums = [[0.0_f32; GRID_FRAMES]; 2];
        for (i, added) in added.chunks_exact_mut(2).enumerate() {
            let centred = self.no_dc.tick(&self.high_pass, [added[0], added[1]]);
            let [l, r] = self.emphasis.after(centred);
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
        self.shaper.reset();
        self.emphasis.reset();
        self.no_dc = State::default();
        self.dry.reset();
        self.controls.reset();
    }

    fn flush(&mut self) {
        self.emphasis.flush();
        self.no_dc.flush();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s3_dc_is_kept_away_by_3_db_at_no_more_than_5_hz_at_every_rate() {
        for rate_hz in [44_100.0, 192_000.0] {
            let filter = OnePole::high_pass(DC_HZ, rate_hz);
            let gain = |hz: f64| {
                let mut state = State::default();
                let seconds = 2.0;
                (0..(seconds * rate_hz) as usize)
                    .map(|i| {
                        let x = (std::f64::consts::TAU * hz * i as f64 / rate_hz).sin();
                        let [y, _] = state.tick(&filter, [x, 0.0]);
                        if i > rate_hz as usize { y * y } else { 0.0 }
                    })
                    .sum::<f64>()
                    / (0.5 * (seconds - 1.0) * rate_hz)
            };
            assert!((gain(4.0) - 0.5).abs() < 0.01 && gain(5.0) > 0.5, "{}", gain(4.0));
        }
    }
}
