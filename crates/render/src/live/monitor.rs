//! What the listener hears of the mix: after it, and never in a bounce.

use twobus_dsp::Db;
use twobus_dsp::pan::Matrix;
use twobus_dsp::smooth::Ramp;
use twobus_session::Monitor;

use super::listen::{Listen, Range};
use super::speaker::{Speaker, SpeakerPath};
use super::{DIM, FADE_S};
use crate::BLOCK;
use crate::RUN;
use crate::control::{LevelControl, frames};
use crate::fade::Fade;
use crate::stereo::through;

/// Left and right summed, at the level of each.
const MONO: Matrix = Matrix { ll: 0.5, rl: 0.5, lr: 0.5, rr: 0.5 };
/// The difference of left and right, on both.
const SIDE: Matrix = Matrix { ll: 0.5, rl: -0.5, lr: 0.5, rr: -0.5 };

/// Level, dim, mono, side, reference, a range heard alone, small speakers, and a gain for comparing. With all of
/// them off, at 0 dB, it changes no bit.
pub(super) struct MonitorPath {
    level: LevelControl,
    dim: LevelControl,
    offset: LevelControl,
    /// Gains left→left, right→left, left→right, right→right.
    matrix: [Ramp; 4],
    /// Share of the reference.
    reference: Fade,
    listen: Listen,
    speakers: [SpeakerPath; 2],
    fade_frames: u32,
    gains: [f64; RUN],
}

impl MonitorPath {
    pub(super) fn new(rate_hz: f64) -> Self {
        Self {
            level: LevelControl::new(Db::UNITY, None, rate_hz),
            dim: LevelControl::new(Db::UNITY, None, rate_hz),
            offset: LevelControl::new(Db::UNITY, None, rate_hz),
            matrix: gains(Matrix::IDENTITY).map(Ramp::new),
            reference: Fade::new(false, FADE_S * rate_hz),
            listen: Listen::new(rate_hz),
            speakers: Speaker::ALL.map(|speaker| SpeakerPath::new(speaker, rate_hz)),
            fade_frames: frames(FADE_S, rate_hz),
            gains: [0.0; RUN],
        }
    }

    /// Takes the switches as they stand now.
    pub(super) fn set(&mut self, monitor: Monitor, has_reference: bool) {
        self.level.set(monitor.level);
        self.dim.set(if monitor.dim { DIM } else { Db::UNITY });
        // The side signal is the same on both sides, so mono leaves it as it is.
        let matrix = match (monitor.side, monitor.mono) {
            (true, _) => SIDE,
            (false, true) => MONO,
            (false, false) => Matrix::IDENTITY,
        };
        for (ramp, gain) in self.matrix.iter_mut().zip(gains(matrix)) {
            ramp.set(gain, self.fade_frames);
        }
        self.reference.set(monitor.reference && has_reference);
    }

    /// Takes the gain that makes what is heard as loud as what it is compared with.
    pub(super) fn set_offset(&mut self, offset: Db) {
        self.offset.set(offset);
    }

    /// Takes the range of frequencies that is heard alone.
    pub(super) fn set_listen(&mut self, range: Option<Range>) {
        self.listen.set(range);
    }

    /// Takes the speaker that everything is heard through.
    pub(super) fn set_speaker(&mut self, speaker: Option<Speaker>) {
        self.speakers.iter_mut().for_each(|path| path.set(speaker));
    }

    /// Passes up to a block; `reference` holds what the reference switch lets through.
    pub(super) fn process(
        &mut self,
        left: &mut [f64],
        right: &mut [f64],
        reference: &[[f32; BLOCK]; 2],
    ) {
        // The reference has a gain of its own.
        amplify(&mut self.offset, left, right, &mut self.gains);
        self.cross(left, right, reference);
        self.listen.process(left, right);
        self.fold(left, right);
        for path in &mut self.speakers {
            path.process(left, right);
        }
        for control in [&mut self.level, &mut self.dim] {
            amplify(control, left, right, &mut self.gains);
        }
    }

    fn cross(&mut self, left: &mut [f64], right: &mut [f64], reference: &[[f32; BLOCK]; 2]) {
        if self.reference.resting() == Some(0.0) {
            return;
        }
        for (i, (left, right)) in left.iter_mut().zip(right.iter_mut()).enumerate() {
            let share = self.reference.advance();
            let mix = |mix: f64, other: f32| mix * (1.0 - share) + f64::from(other) * share;
            (*left, *right) = (mix(*left, reference[0][i]), mix(*right, reference[1][i]));
        }
    }

    fn fold(&mut self, left: &mut [f64], right: &mut [f64]) {
        let resting = self.matrix.iter().all(|ramp| ramp.resting().is_some());
        let [ll, rl, lr, rr] = self.matrix.each_ref().map(Ramp::value);
        if resting && (Matrix { ll, rl, lr, rr }) == Matrix::IDENTITY {
            return;
        }
        for (left, right) in left.iter_mut().zip(right) {
            let [ll, rl, lr, rr] = self.matrix.each_mut().map(Ramp::advance);
            (*left, *right) = through(Matrix { ll, rl, lr, rr }, *left, *right);
        }
    }
}

/// Applies the gain of `control`; at rest at 0 dB it changes no bit.
fn amplify(
    control: &mut LevelControl,
    left: &mut [f64],
    right: &mut [f64],
    gains: &mut [f64; RUN],
) {
    let gain = control.fill(0, left.len(), gains);
    if gain == Some(1.0) {
        return;
    }
    for (i, (left, right)) in left.iter_mut().zip(right.iter_mut()).enumerate() {
        let gain = gain.unwrap_or(gains[i]);
        (*left, *right) = (*left * gain, *right * gain);
    }
}

fn gains(matrix: Matrix) -> [f64; 4] {
    [matrix.ll, matrix.rl, matrix.lr, matrix.rr]
}
