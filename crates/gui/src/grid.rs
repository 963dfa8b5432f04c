//! Bars and beats along the song, from its tempo and metre.

use twobus_session::Timeline;
use twobus_session::timeline::{BPM, TempoChange};

/// Tempo and metre where a song says nothing.
const DEFAULT: TempoChange = TempoChange { frame: 0, bpm: BPM.default, beats: 4, unit: 4 };

/// A part of the song with one tempo and metre.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    change: TempoChange,
    /// Number of its first bar, from 0.
    bar: f64,
}

/// Where bars and beats lie.
#[derive(Debug, Clone)]
pub(crate) struct Grid {
    rate_hz: f64,
    stretches: Vec<Stretch>,
}

/// A place in bars: bar and beat counted from 1, and hundredths of a beat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) bar: u64,
    pub(crate) beat: u64,
    pub(crate) hundredths: u64,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{:02}", self.bar, self.beat, self.hundredths)
    }
}

impl Grid {
    /// The grid of a timeline at `rate_hz`.
    pub(crate) fn new(timeline: &Timeline, rate_hz: u32) -> Self {
        let rate_hz = f64::from(rate_hz);
        let mut stretches = vec![Stretch { change: DEFAULT, bar: 0.0 }];
        for change in &timeline.tempo {
            let Some(last) = stretches.last() else { break };
            let bars = (change.frame - last.change.frame) as f64 / bar_frames(last.change, rate_hz);
            // A change in the middle of a bar begins a new one.
            let next = Stretch { change: *change, bar: last.bar + bars.ceil() };
            match change.frame {
                0 => stretches[0] = Stretch { bar: 0.0, ..next },
                _ => stretches.push(next),
            }
        }
        Self { rate_hz, stretches }
    }

    fn at_frame(&self, frame: u64) -> Stretch {
        let next = self.stretches.partition_point(|stretch| stretch.change.frame <= frame);
        self.stretches[next.saturating_sub(1)]
    }

    /// Tempo and metre at a frame.
    pub(crate) fn tempo(&self, frame: u64) -> TempoChange {
        self.at_frame(frame).change
    }

    /// The place of a frame.
    pub(crate) fn place(&self, frame: u64) -> Place {
        let Stretch { change, bar } = self.at_frame(frame);
        let beats = (frame - change.frame) as f64 / beat_frames(change, self.rate_hz);
        let per_bar = f64::from(change.beats);
        let within = beats % per_bar;
        Place {
            bar: (bar + (beats / per_bar).floor()) as u64 + 1,
            beat: within as u64 + 1,
            hundredths: (within.fract() * 100.0) as u64,
        }
    }

    /// Frames of a beat, and of a bar, at a frame.
    pub(crate) fn lengths(&self, frame: u64) -> (f64, f64) {
        let change = self.at_frame(frame).change;
        (beat_frames(change, self.rate_hz), bar_frames(change, self.rate_hz))
    }

    /// The bars that begin from `from` to before `to`: their numbers from 1, and their frames.
    pub(crate) fn bars(&self, from: u64, to: u64) -> Vec<(u64, u64)> {
        let mut bars = Vec::new();
        for (index, stretch) in self.stretches.iter().enumerate() {
            let end = self.stretches.get(index + 1).map_or(to, |next| next.change.frame.min(to));
            let length = bar_frames(stretch.change, self.rate_hz);
            let start = stretch.change.frame;
            let first = (from.saturating_sub(start) as f64 / length).ceil() as u64;
            for bar in first.. {
                let frame = start + (bar as f64 * length).round() as u64;
                if frame >= end {
                    break;
                }
                bars.push((stretch.bar as u64 + bar + 1, frame));
            }
        }
        bars
    }

    /// The frame of the bar that a frame lies in.
    pub(crate) fn bar_before(&self, frame: u64) -> u64 {
        let change = self.at_frame(frame).change;
        let bar = bar_frames(change, self.rate_hz);
        change.frame + (((frame - change.frame) as f64 / bar).floor() * bar).round() as u64
    }

    /// The frame of the bar that lies nearest.
    pub(crate) fn nearest_bar(&self, frame: u64) -> u64 {
        let (_, bar) = self.lengths(frame);
        self.bar_before(frame + (bar / 2.0) as u64)
    }

    /// The frame of the beat that lies nearest.
    pub(crate) fn nearest_beat(&self, frame: u64) -> u64 {
        let change = self.at_frame(frame).change;
        let beat = beat_frames(change, self.rate_hz);
        let count = ((frame - change.frame) as f64 / beat).round();
        change.frame + (count * beat).round() as u64
    }
}

fn beat_frames(change: TempoChange, rate_hz: f64) -> f64 {
    // Tempo counts quarter notes.
    rate_hz * 60.0 / change.bpm * 4.0 / f64::from(change.unit.max(1))
}

fn bar_frames(change: TempoChange, rate_hz: f64) -> f64 {
    beat_frames(change, rate_hz) * f64::from(change.beats.max(1))
}

/// A time as people read it: minutes, seconds, thousandths.
pub(crate) fn clock(frame: u64, rate_hz: u32) -> String {
    let ms = (u128::from(frame) * 1000 / u128::from(rate_hz.max(1))) as u64;
    format!("{}:{:02}.{:03}", ms / 60_000, ms / 1000 % 60, ms % 1000)
}

/// A length: minutes and seconds.
pub(crate) fn minutes(frame: u64, rate_hz: u32) -> String {
    let seconds = frame / u64::from(rate_hz.max(1));
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(tempo: Vec<TempoChange>) -> Grid {
        Grid::new(&Timeline { tempo, ..Timeline::default() }, 48_000)
    }

    #[test]
    fn a_song_without_a_tempo_runs_at_120_in_four() {
        let grid = grid(Vec::new());
        assert_eq!(grid.place(0).to_string(), "1.1.00");
        assert_eq!(grid.place(96_000 + 24_000 + 12_000).to_string(), "2.2.50");
        assert_eq!(grid.bars(1, 200_000), [(2, 96_000), (3, 192_000)]);
        assert_eq!(grid.nearest_beat(35_000), 24_000);
        assert_eq!((grid.bar_before(191_999), grid.bar_before(192_000)), (96_000, 192_000));
        assert_eq!((grid.nearest_bar(47_999), grid.nearest_bar(48_000)), (0, 96_000));
    }

    #[test]
    fn a_change_of_tempo_begins_a_bar() {
        let grid = grid(vec![
            TempoChange { frame: 0, bpm: 60.0, beats: 4, unit: 4 },
            TempoChange { frame: 250_000, bpm: 120.0, beats: 3, unit: 4 },
        ]);
        assert_eq!(grid.place(249_999).bar, 2);
        assert_eq!(grid.place(250_000).to_string(), "3.1.00");
        assert_eq!(grid.bars(200_000, 400_000), [(3, 250_000), (4, 322_000), (5, 394_000)]);
    }

    #[test]
    fn times_are_cut_not_rounded() {
        assert_eq!(clock(48_000 * 91 + 47_999, 48_000), "1:31.999");
        assert_eq!(minutes(48_000 * 222, 48_000), "3:42");
    }
}
