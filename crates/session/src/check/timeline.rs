//! The rules of what lies along a song.

use super::{MAX_FRAME, each, in_order, name, rule, unique, value};
use crate::error::EditError;
use crate::timeline::{BPM, LoopRange, Marker, Section, TempoChange, Timeline};

pub(super) fn timeline(timeline: &Timeline) -> Result<(), EditError> {
    unique(&timeline.markers, "markers")?;
    in_order(&timeline.markers).map_err(|e| e.within("markers", "markers"))?;
    each(&timeline.markers, "markers", |m| format!("marker {}", m.id.0), marker)?;
    unique(&timeline.sections, "sections")?;
    each(&timeline.sections, "sections", |s| format!("section {}", s.id.0), section)?;
    if timeline.sections.windows(2).any(|pair| pair[0].end > pair[1].start) {
        return Err(rule("sections", "two sections overlap, or they are not in order"));
    }
    timeline.loop_range.as_ref().map_or(Ok(()), loop_range)?;
    unique(&timeline.tempo, "tempo")?;
    in_order(&timeline.tempo).map_err(|e| e.within("tempo", "tempo"))?;
    if timeline.tempo.first().is_some_and(|first| first.frame != 0) {
        return Err(rule("tempo", "the first tempo stands at frame 0"));
    }
    each(&timeline.tempo, "tempo", |t| format!("tempo at frame {}", t.frame), tempo)
}

fn marker(marker: &Marker) -> Result<(), EditError> {
    name(&marker.name)?;
    if marker.frame > MAX_FRAME { Err(rule("frame", "the marker lies too late")) } else { Ok(()) }
}

fn section(section: &Section) -> Result<(), EditError> {
    name(&section.name)?;
    stretch(section.start, section.end)
}

fn loop_range(range: &LoopRange) -> Result<(), EditError> {
    stretch(range.start, range.end).map_err(|e| e.within("loop_range", "loop"))
}

fn stretch(start: u64, end: u64) -> Result<(), EditError> {
    if start < end && end <= MAX_FRAME {
        Ok(())
    } else {
        Err(rule("end", "it ends before it has begun, or too late"))
    }
}

fn tempo(tempo: &TempoChange) -> Result<(), EditError> {
    value(&BPM, tempo.bpm)?;
    if tempo.frame > MAX_FRAME {
        return Err(rule("frame", "the tempo changes too late"));
    }
    if !TempoChange::BEATS.contains(&tempo.beats) {
        return Err(rule("beats", "a bar has 1 to 64 beats"));
    }
    if !tempo.unit.is_power_of_two() || tempo.unit > TempoChange::MAX_UNIT {
        return Err(rule("unit", "a beat is a note of 1, 2, 4, 8, 16 or 32"));
    }
    Ok(())
}
