//! Bars and beats of a frame, from the song's tempo.

use crate::timeline::{TempoChange, Timeline};

/// A bar and a beat, both counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct BarBeat {
    /// The bar.
    pub bar: u64,
    /// The beat in it.
    pub beat: u64,
}

/// Where `frame` lies; `None` without a tempo.
///
/// A change of tempo or metre begins a bar, so the bar before it may be short.
pub fn bar_beat(timeline: &Timeline, rate_hz: u32, frame: u64) -> Option<BarBeat> {
    let mut bars_before = 0;
    let mut present: Option<&TempoChange> = None;
    for change in timeline.tempo.iter().take_while(|change| change.frame <= frame) {
        if let Some(last) = present {
            let beats = beats(last, rate_hz, change.frame - last.frame);
            bars_before +=
                (beats / f64::from(last.beats.max(1)) - TOLERANCE).ceil().max(0.0) as u64;
        }
        present = Some(change);
    }
    let tempo = present?;
    let beats = (beats(tempo, rate_hz, frame - tempo.frame) + TOLERANCE).floor() as u64;
    let in_bar = u64::from(tempo.beats.max(1));
    Some(BarBeat { bar: bars_before + beats / in_bar + 1, beat: beats % in_bar + 1 })
}

/// Part of a beat by which a frame may lie before the line it stands on, since frames are whole.
const TOLERANCE: f64 = 1e-3;

/// Beats in `frames`: the tempo counts quarter notes, a metre its own unit.
fn beats(tempo: &TempoChange, rate_hz: u32, frames: u64) -> f64 {
    let minutes = frames as f64 / f64::from(rate_hz.max(1)) / 60.0;
    minutes * tempo.bpm * f64::from(tempo.unit.max(1)) / 4.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(timeline: &Timeline, frame: u64) -> (u64, u64) {
        let place = bar_beat(timeline, 48_000, frame).unwrap();
        (place.bar, place.beat)
    }

    #[test]
    fn dsp19_bars_and_beats_follow_tempo_and_metre() {
        let change = |frame, bpm, beats, unit| TempoChange { frame, bpm, beats, unit };
        let mut timeline = Timeline::default();
        assert_eq!(bar_beat(&timeline, 48_000, 0), None);
        timeline.tempo = vec![change(0, 120.0, 4, 4)];
        // Half a second a beat, two seconds a bar.
        assert_eq!(at(&timeline, 0), (1, 1));
        assert_eq!(at(&timeline, 24_000), (1, 2));
        assert_eq!(at(&timeline, 95_000), (1, 4));
        assert_eq!(at(&timeline, 96_000), (2, 1));
        timeline.tempo.push(change(192_000, 60.0, 6, 8));
        // Two bars before; then eighths of half a second.
        assert_eq!(at(&timeline, 192_000), (3, 1));
        assert_eq!(at(&timeline, 192_000 + 6 * 24_000), (4, 1));
    }
}
