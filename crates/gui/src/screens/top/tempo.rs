//! Tempo and metre: those of the stretch of the song that the playhead stands in.

use iced::Rectangle;
use twobus_session::edit::ListEdit;
use twobus_session::timeline::{BPM, TempoChange};
use twobus_session::{Edit, TimelineEdit};

use super::Part;
use crate::desk::Desk;
use crate::grid::Grid;
use crate::widgets::{Acts, Control};

/// Pixels of the whole range of tempos: one and a half make 1 BPM.
const TRAVEL_PX: f32 = 1500.0;
/// Steps of the wheel and the arrow keys, in BPM, and with Shift.
const STEP_BPM: (f64, f64) = (1.0, 0.1);

/// The control of tempo or metre.
pub(super) fn control(part: Part, desk: Option<&Desk>, area: Rectangle) -> Control<Part> {
    let acts = match (part, desk) {
        (_, None) => Acts::Nothing,
        (Part::Tempo, Some(desk)) => {
            let travel = BPM.to_travel(now(desk).bpm);
            Acts::Turn { travel, pixels: TRAVEL_PX, catch: None }
        }
        (_, Some(_)) => Acts::Type,
    };
    Control { part, area, acts, stops: desk.is_some() }
}

/// Tempo and metre at the playhead.
pub(super) fn now(desk: &Desk) -> TempoChange {
    Grid::new(&desk.mix().timeline, desk.rate_hz()).tempo(desk.live.heard())
}

/// What sets the stretch at the playhead to `new`.
fn edit(desk: &Desk, new: TempoChange) -> Edit {
    let known = desk.mix().timeline.tempo.iter().any(|change| change.frame == new.frame);
    let change = if known { ListEdit::change(new) } else { ListEdit::add(new) };
    Edit::Timeline { song: desk.song_id(), change: TimelineEdit::Tempo(change) }
}

/// A value was typed.
pub(super) fn typed(part: Part, text: &str, desk: &mut Desk) {
    let (text, old) = (text.trim(), now(desk));
    let new = match part {
        Part::Tempo => BPM.parse(text).ok().map(|bpm| TempoChange { bpm, ..old }),
        _ => metre(text).map(|(beats, unit)| TempoChange { beats, unit, ..old }),
    };
    match new {
        _ if text.is_empty() => {}
        Some(new) if new == old => {}
        Some(new) => desk.apply(edit(desk, new)),
        None => {
            let wanted = match part {
                Part::Tempo => "a tempo from 10 to 999 BPM",
                _ => "a metre such as 4/4 or 6/8",
            };
            desk.live.say(format!("“{text}” is not {wanted}; it stays as it was"), true);
        }
    }
}

/// Beats of a bar and their note.
fn metre(text: &str) -> Option<(u8, u8)> {
    let (beats, unit) = text.split_once('/')?;
    let (beats, unit) = (beats.trim().parse().ok()?, unit.trim().parse().ok()?);
    let is_note = |unit: u8| unit.is_power_of_two() && unit <= TempoChange::MAX_UNIT;
    (TempoChange::BEATS.contains(&beats) && is_note(unit)).then_some((beats, unit))
}

/// The tempo is moved by steps.
pub(super) fn step(part: Part, steps: f64, fine: bool, desk: &mut Desk) {
    if part == Part::Tempo {
        let by = steps * if fine { STEP_BPM.1 } else { STEP_BPM.0 };
        set(now(desk).bpm + by, desk);
        desk.drop_held();
    }
}

/// The tempo is moved while it is held.
pub(super) fn set(bpm: f64, desk: &mut Desk) {
    let old = now(desk);
    if let Some(bpm) = BPM.nearest((bpm * 10.0).round() / 10.0) {
        desk.drag(edit(desk, TempoChange { bpm, ..old }), None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metre_is_read_as_it_is_written() {
        assert_eq!(metre("6/8"), Some((6, 8)));
        assert_eq!(metre(" 4 / 4 "), Some((4, 4)));
        for wrong in ["4", "4/5", "0/4", "65/4", "4/64", "a/b", "/"] {
            assert_eq!(metre(wrong), None, "{wrong}");
        }
    }
}
