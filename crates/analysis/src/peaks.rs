//! True peaks by themselves: half of the work of a measurement, for a thread of its own.

use twobus_dsp::Db;
use twobus_dsp::meter::true_peak::TruePeak;

use crate::analyzer::{finite, keep_higher, step_frames};
use crate::report::{Extreme, TIME_STEP_S};

/// Reads the true peaks of one piece of audio, handed over in blocks of any length.
#[derive(Debug, Clone)]
pub struct TruePeaks {
    meter: TruePeak,
    channels: usize,
    step_frames: u64,
    frames: u64,
    highest: Option<Extreme>,
}

/// The true peaks of a piece of audio; none where they were not read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Peaks {
    /// The highest of all channels, in dBTP.
    pub highest: Option<Extreme>,
    /// Of each channel, in dBTP; `None` for silence.
    pub channels_dbtp: Vec<Option<f64>>,
}

impl TruePeaks {
    /// A reader of `channels` at `rate_hz`.
    pub fn new(rate_hz: u32, channels: usize) -> Self {
        let (meter, step_frames) = (TruePeak::new(channels), step_frames(rate_hz));
        Self { meter, channels, step_frames, frames: 0, highest: None }
    }

    /// Takes the next block, a slice of equal length per channel.
    pub fn push(&mut self, channels: &[&[f32]]) {
        let frames = channels.first().map_or(0, |channel| channel.len());
        let mut start = 0;
        while start < frames {
            let room = self.step_frames - self.frames % self.step_frames;
            let end = frames.min(start.saturating_add(room as usize));
            for (index, channel) in channels.iter().enumerate() {
                self.meter.push(index, &channel[start..end]);
            }
            self.note(self.frames);
            self.frames += (end - start) as u64;
            start = end;
        }
    }

    /// The highest peak so far, in dBTP.
    pub fn highest_dbtp(&self) -> Option<f64> {
        self.highest.map(|highest| highest.value)
    }

    /// The peaks of everything pushed.
    pub fn finish(mut self) -> Peaks {
        self.meter.finish();
        self.note(self.frames.saturating_sub(1));
        let peak = |channel| finite(Db::from_gain(self.meter.peak(channel)));
        Peaks { highest: self.highest, channels_dbtp: (0..self.channels).map(peak).collect() }
    }

    /// Keeps the highest peak if it has risen since the last call; `frame` lies in the step at hand.
    fn note(&mut self, frame: u64) {
        let time_s = (frame / self.step_frames) as f64 * TIME_STEP_S;
        for channel in 0..self.channels {
            keep_higher(&mut self.highest, Db::from_gain(self.meter.peak(channel)), time_s);
        }
    }
}
