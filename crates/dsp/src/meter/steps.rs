//! The grid of steps that meters share.

use super::STEP_S;

/// Counts frames into steps, each boundary rounded to the nearest frame.
#[derive(Debug, Clone)]
pub(super) struct Steps {
    step_frames: f64,
    /// Steps completed.
    done: u64,
    /// Length of the present step, in frames.
    length: usize,
    /// Frames of it that have passed.
    filled: usize,
}

impl Steps {
    pub(super) fn new(rate_hz: f64) -> Self {
        let mut steps = Self { step_frames: STEP_S * rate_hz, done: 0, length: 0, filled: 0 };
        steps.length = steps.present_length();
        steps
    }

    /// Begins again, with the first step.
    pub(super) fn reset(&mut self) {
        (self.done, self.filled) = (0, 0);
        self.length = self.present_length();
    }

    /// Calls `part` with each range of a block of `frames` that lies in one step, and with the
    /// step's length if the range completes it.
    pub(super) fn split(
        &mut self,
        frames: usize,
        mut part: impl FnMut(std::ops::Range<usize>, Option<usize>),
    ) {
        let mut start = 0;
        while start < frames {
            let end = frames.min(start + self.length - self.filled);
            let completed = self.advance(end - start);
            part(start..end, completed);
            start = end;
        }
    }

    /// Length of the present step, in frames.
    pub(super) fn length(&self) -> usize {
        self.length
    }

    fn advance(&mut self, frames: usize) -> Option<usize> {
        self.filled += frames;
        if self.filled < self.length {
            return None;
        }
        let completed = self.length;
        self.done += 1;
        self.filled = 0;
        self.length = self.present_length();
        Some(completed)
    }

    /// At least one frame, so that a step always ends.
    fn present_length(&self) -> usize {
        let boundary = |step: u64| (step as f64 * self.step_frames).round();
        (boundary(self.done + 1) - boundary(self.done)).max(1.0) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boundaries_do_not_depend_on_the_blocks_and_do_not_drift() {
        let ends = |rate_hz: f64, block: usize| {
            let (mut steps, mut frame, mut ends) = (Steps::new(rate_hz), 0, Vec::new());
            while frame < rate_hz as usize {
                let frames = block.min(rate_hz as usize - frame);
                steps.split(frames, |part, completed| {
                    ends.extend(completed.map(|_| frame + part.end));
                });
                frame += frames;
            }
            ends
        };
        for rate_hz in [8000.0, 11_025.0, 22_050.0, 44_100.0, 192_000.0] {
            let whole = ends(rate_hz, usize::MAX);
            assert_eq!(whole.len(), 100);
            assert_eq!(whole[99], rate_hz as usize);
            assert_eq!(whole, ends(rate_hz, 1));
            assert_eq!(whole, ends(rate_hz, 4096));
        }
    }
}
