//! The ways from a strip to buses.

use twobus_dsp::delay_line::DelayLine;
use twobus_dsp::pan::Matrix;
use twobus_session::{DeviceId, SendId};

use super::LatePlace;
use super::carried::{Load, What};
use super::signal::{SILENT, Signal};
use crate::buses::Buses;
use crate::control::LevelControl;
use crate::fade::Fade;
use crate::scratch::Scratch;

/// Which of a strip's signals an edge carries.
pub(crate) enum Tap {
    /// The output.
    Output,
    /// A send before the fader.
    Pre(SendId, LevelControl),
    /// A send after the pan.
    Post(SendId, LevelControl),
    /// What a device elsewhere listens to: after the inserts, whatever fader, mute and solo say.
    Key(DeviceId),
}

/// A way from a strip to a bus, by index, late enough to meet the others there.
pub(crate) struct Edge {
    pub(crate) to: usize,
    pub(crate) tap: Tap,
    pub(crate) delay: DelayLine<f64>,
    /// Open but where the edge has just come or is about to go.
    pub(crate) gate: Fade,
    /// Frames that a closed gate waits before it opens.
    pub(crate) wait_frames: usize,
}

/// Where the signal of an edge has come to before it meets the others.
enum Arrived {
    /// It needs no more than a level.
    Level(Signal, f64),
    /// It lies in the scratch, in [`Scratch::edge`], as it is to be added.
    Whole,
}

impl Edge {
    /// Takes over the signal of `old`, an edge of the same way, and goes on from its level at `frame`.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn take_over(&mut self, old: &mut Self, frame: i64) {
        self.delay.take_over_from(&mut old.delay);
        if let (
            Tap::Pre(_, level) | Tap::Post(_, level),
            Tap::Pre(_, before) | Tap::Post(_, before),
        ) = (&mut self.tap, &old.tap)
        {
            level.follow(before, frame);
        }
        self.gate = old.gate.clone();
        self.gate.set(true);
        self.wait_frames = old.wait_frames;
    }

    /// Comes in as soon as its delay is filled.
    pub(crate) fn come_in(&mut self) {
        self.gate.set(false);
        self.gate.finish();
        self.gate.set(true);
        self.wait_frames = self.delay.frames();
    }

    /// Carries one run to its bus.
    pub(super) fn process(
        &mut self,
        at: LatePlace,
        signals: [Signal; 3],
        buses: &mut Buses,
        scratch: &mut Scratch,
    ) {
        match self.arrive(at, signals, scratch) {
            Arrived::Level(signal, level) => {
                signal.add_to(scratch, buses, self.to, level, at.frames);
            }
            Arrived::Whole => {
                buses.add(self.to, &scratch.edge, Matrix::IDENTITY, 1.0, at.frames);
            }
        }
    }

    /// Leaves one run in `load`, for others to add it to the bus.
    pub(super) fn prepare(
        &mut self,
        at: LatePlace,
        signals: [Signal; 3],
        scratch: &mut Scratch,
        load: &mut Load,
    ) {
        load.what = match self.arrive(at, signals, scratch) {
            Arrived::Level(Signal::Single(matrix) | Signal::Double(matrix), _)
                if matrix == SILENT =>
            {
                What::Nothing
            }
            Arrived::Level(Signal::Single(matrix), level) => What::Strips(matrix, level),
            Arrived::Level(signal, level) => {
                for i in 0..at.frames {
                    let (left, right) = signal.frame(scratch, i);
                    (load.room.left[i], load.room.right[i]) = (left * level, right * level);
                }
                What::Own
            }
            Arrived::Whole => {
                load.room.copy_from(&scratch.edge, at.frames);
                What::Own
            }
        };
    }

    /// Passes all that lies between the strip and the bus.
    fn arrive(
        &mut self,
        at: LatePlace,
        [inserted, pre, post]: [Signal; 3],
        scratch: &mut Scratch,
    ) -> Arrived {
        let (signal, level) = match &mut self.tap {
            Tap::Output => (post, Some(1.0)),
            Tap::Key(_) => (inserted, Some(1.0)),
            Tap::Pre(_, level) => (pre, level.fill(at.start, at.frames, &mut scratch.gains)),
            Tap::Post(_, level) => (post, level.fill(at.start, at.frames, &mut scratch.gains)),
        };
        let open = self.gate.resting() == Some(1.0);
        if let (Some(level), 0, true) = (level, self.delay.frames(), open) {
            return Arrived::Level(signal, level);
        }
        for i in 0..at.frames {
            let (left, right) = signal.frame(scratch, i);
            let level = level.unwrap_or(scratch.gains[i]);
            (scratch.edge.left[i], scratch.edge.right[i]) = (left * level, right * level);
        }
        let (left, right) = scratch.edge.channels(at.frames);
        self.delay.process(left, right);
        if !open {
            for (left, right) in left.iter_mut().zip(right) {
                let waits = self.wait_frames > 0;
                self.wait_frames = self.wait_frames.saturating_sub(1);
                let gain = if waits { 0.0 } else { self.gate.advance() };
                (*left, *right) = (*left * gain, *right * gain);
            }
        }
        Arrived::Whole
    }
}
