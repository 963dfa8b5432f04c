//! Look-ahead: by how much the signal is delayed, so that its gain can move before it.

use crate::delay_line::DelayLine;
use crate::param::ParamSpec;

/// The look-aheads one can choose, in seconds.
pub const LOOKAHEAD_S: [f64; 5] = [0.0, 0.001, 0.0025, 0.005, 0.01];

/// Index into [`LOOKAHEAD_S`]. It is the latency of the device, unless that is
/// [reserved](crate::Processor::reserve).
pub const LOOKAHEAD: ParamSpec =
    ParamSpec::choice("lookahead", "Look-ahead", &["Off", "1 ms", "2.5 ms", "5 ms", "10 ms"], 0);

/// Frames of the look-ahead with index `choice`.
pub fn lookahead_frames(choice: usize, rate_hz: f64) -> usize {
    LOOKAHEAD_S.get(choice).map_or(0, |seconds| (seconds * rate_hz).round() as usize)
}

/// The delay of a signal by its look-ahead; or by the longest one, where that is reserved: then what the
/// detector says waits for what the look-ahead in use is shorter.
#[derive(Debug)]
pub(crate) struct Lookahead {
    rate_hz: f64,
    signal: DelayLine<f32>,
    /// Frames of the one in use.
    frames: usize,
    wait: Option<Wait>,
}

impl Lookahead {
    /// None, at `rate_hz`.
    pub(crate) fn new(rate_hz: f64) -> Self {
        let mut signal = DelayLine::new(longest(rate_hz));
        signal.set_frames(0);
        Self { rate_hz, signal, frames: 0, wait: None }
    }

    /// Takes the one with index `choice`.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn choose(&mut self, choice: usize) {
        self.frames = lookahead_frames(choice, self.rate_hz);
        if self.wait.is_none() {
            self.signal.set_frames(self.frames);
        }
    }

    /// Delays the signal by the longest one from now on, whichever is in use. While the detector finds
    /// nothing, it says `nothing`.
    pub(crate) fn reserve(&mut self, nothing: f32) {
        let longest = longest(self.rate_hz);
        self.signal.set_frames(longest);
        self.wait = Some(Wait::new(longest, nothing));
    }

    /// Frames of the one in use.
    pub(crate) fn frames(&self) -> usize {
        self.frames
    }

    /// Frames by which the signal is delayed.
    pub(crate) fn latency_frames(&self) -> usize {
        self.signal.frames()
    }

    /// Delays the signal, and lets `said`, what a detector says of it by channel, wait.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    #[inline(always)]
    pub(crate) fn process(&mut self, [left, right]: [&mut [f32]; 2], said: [&mut [f32]; 2]) {
        self.signal.process(left, right);
        if let Some(wait) = &mut self.wait {
            wait.process(self.signal.frames() - self.frames, said);
        }
    }

    /// True when what a detector says of a channel is needed for a second one, too.
    pub(crate) fn waits(&self) -> bool {
        self.wait.is_some()
    }

    /// Forgets the signal.
    pub(crate) fn reset(&mut self) {
        self.signal.reset();
        let frames = self.signal.frames() - self.frames;
        self.wait.iter_mut().for_each(|wait| wait.reset(frames));
    }
}

fn longest(rate_hz: f64) -> usize {
    lookahead_frames(LOOKAHEAD_S.len() - 1, rate_hz)
}

/// A delay whose length moves, of what changes slowly: one frame longer or shorter with each frame, so that
/// nothing jumps.
#[derive(Debug)]
struct Wait {
    past: [Vec<f32>; 2],
    nothing: f32,
    next: usize,
    frames: usize,
}

impl Wait {
    fn new(longest: usize, nothing: f32) -> Self {
        let past = || vec![nothing; longest + 1];
        Self { past: [past(), past()], nothing, next: 0, frames: longest }
    }

    /// Delays both channels in place, on its way to a length of `target` frames.
    fn process(&mut self, target: usize, said: [&mut [f32]; 2]) {
        let length = self.past[0].len();
        let [left, right] = said;
        for (left, right) in left.iter_mut().zip(right) {
            self.frames = match self.frames.cmp(&target) {
                std::cmp::Ordering::Less => self.frames + 1,
                std::cmp::Ordering::Equal => target,
                std::cmp::Ordering::Greater => self.frames - 1,
            };
            let from = (self.next + length - self.frames) % length;
            for (sample, past) in [left, right].into_iter().zip(&mut self.past) {
                past[self.next] = *sample;
                *sample = past[from];
            }
            self.next = (self.next + 1) % length;
        }
    }

    fn reset(&mut self, frames: usize) {
        self.past.iter_mut().for_each(|past| past.fill(self.nothing));
        (self.next, self.frames) = (0, frames);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choices_are_named_by_their_length() {
        assert_eq!(LOOKAHEAD.choices.len(), LOOKAHEAD_S.len());
        for (name, seconds) in LOOKAHEAD.choices.iter().zip(LOOKAHEAD_S).skip(1) {
            assert_eq!(*name, format!("{} ms", 1000.0 * seconds));
        }
    }

    #[test]
    fn what_a_detector_says_waits_and_never_jumps_when_the_look_ahead_moves() {
        let mut lookahead = Lookahead::new(48_000.0);
        lookahead.reserve(0.0);
        lookahead.reset();
        let mut heard = Vec::new();
        for (block, choice) in [4, 2, 0, 1, 4].into_iter().enumerate() {
            lookahead.choose(choice);
            assert_eq!(lookahead.latency_frames(), 480);
            let mut said: Vec<f32> = (1..=1000).map(|n| (1000 * block + n) as f32).collect();
            let mut signal = [vec![0.0; 1000], vec![0.0; 1000]];
            let [left, right] = &mut signal;
            lookahead.process([left, right], [&mut said.clone(), &mut said]);
            let waits = 480 - lookahead_frames(choice, 48_000.0);
            assert_eq!(said[999], (1000 * (block + 1) - waits) as f32);
            heard.extend(said);
        }
        assert!(heard.windows(2).all(|w| (0.0..=2.0).contains(&(w[1] - w[0]))));
    }
}
