//! What plays a track: its source, and for a moment the one before it.

use crate::fade::Fade;
use crate::source::Source;
use crate::stereo::Stereo;

/// A source, and while it comes in, the one that it takes over from.
pub(crate) struct Voice {
    source: Option<Box<dyn Source>>,
    before: Option<Box<dyn Source>>,
    /// Share of the source; the rest is what was before.
    share: Fade,
}

impl Voice {
    /// Plays `source`; a change to another takes `fade_frames`.
    pub(crate) fn new(source: Box<dyn Source>, fade_frames: f64) -> Self {
        Self { source: Some(source), before: None, share: Fade::new(true, fade_frames) }
    }

    /// Reads the frames from `start` on into `out`; returns how many were missing.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn read(
        &mut self,
        start: u64,
        frames: usize,
        out: &mut Stereo<f32>,
        leaving: &mut Stereo<f32>,
    ) -> u64 {
        let missing = read(&mut self.source, start, frames, out);
        if self.share.resting().is_none() {
            let _missing = read(&mut self.before, start, frames, leaving);
            for i in 0..frames {
                let share = self.share.advance();
                let mix = |new: f32, old: f32| {
                    (f64::from(new) * share + f64::from(old) * (1.0 - share)) as f32
                };
                out.left[i] = mix(out.left[i], leaving.left[i]);
                out.right[i] = mix(out.right[i], leaving.right[i]);
            }
        }
        missing as u64
    }

    /// Plays only the source from now on.
    pub(crate) fn finish(&mut self) {
        self.share.finish();
    }

    /// Exchanges the source for `other`.
    pub(crate) fn exchange(&mut self, other: &mut Option<Box<dyn Source>>) {
        std::mem::swap(&mut self.source, other);
    }

    /// Goes over to `other` with a cross-fade; what was before the one that leaves is put in its place.
    ///
    /// Where both play the same, no bit changes.
    pub(crate) fn cross_to(&mut self, other: &mut Option<Box<dyn Source>>) {
        std::mem::swap(&mut self.before, &mut self.source);
        std::mem::swap(&mut self.source, other);
        self.share.set(false);
        self.share.finish();
        self.share.set(true);
    }

    /// Takes over all that `old` plays.
    pub(crate) fn take_over(&mut self, old: &mut Self) {
        std::mem::swap(self, old);
    }

    /// Leaves out `frames` frames.
    pub(crate) fn skip(&mut self, frames: u64) {
        if let Some(source) = &mut self.source {
            source.skip(frames);
        }
    }
}

fn read(
    source: &mut Option<Box<dyn Source>>,
    start: u64,
    frames: usize,
    into: &mut Stereo<f32>,
) -> usize {
    let (left, right) = into.channels(frames);
    match source {
        Some(source) => source.read(start, left, right),
        None => {
            left.fill(0.0);
            right.fill(0.0);
            0
        }
    }
}
