//! Sections, markers and changes of tempo, in the rows over the lanes.

use iced::Point;
use iced::keyboard::Modifiers;
use twobus_session::edit::ListEdit;
use twobus_session::timeline::TempoChange;
use twobus_session::{
    Edit, LoopRange, Marker, MarkerId, Section, SectionId, Timeline, TimelineEdit,
};

use super::Arrange;
use super::layout::Frame;
use super::update::{Action, Hold};
use crate::desk::Desk;
use crate::grid::Grid;
use crate::screens::dialog::About;
use crate::screens::menu::{Choice, Menu};
use crate::widgets::Phase;

/// Pixels from an edge of a section in which it is moved, and right of a marker's flag in which it is meant.
const EDGE_PX: f32 = 5.0;
const FLAG_PX: f32 = 12.0;
/// Pixels that a drag moves until it makes a section.
const MAKE_PX: f32 = 4.0;

impl Arrange {
    /// The pointer in the row of sections: a drag over free room makes one, a drag of an edge moves it, a
    /// click goes to its start.
    pub(super) fn on_sections(
        &mut self,
        phase: Phase,
        at: Point,
        modifiers: Modifiers,
        desk: &mut Desk,
    ) -> Action {
        let frame = self.frame(desk);
        let to = snapped(desk, frame.frame(at.x), modifiers);
        match (phase, self.hold.clone()) {
            (Phase::Down, _) => self.hold = self.grab_section(&frame, at, desk),
            (Phase::Twice, _) => {
                if let Some(section) = section_at(&desk.mix().timeline, frame.frame(at.x)) {
                    return Action::Ask(About::Section(section.id));
                }
            }
            (Phase::Drag, Some(Hold::NewSection { from, x, .. })) if (at.x - x).abs() > MAKE_PX => {
                let (low, high) = room(desk, from);
                let start = snapped(desk, from, modifiers).clamp(low, high);
                let to = to.clamp(low, high);
                let range = Some((start.min(to), start.max(to)));
                self.hold = Some(Hold::NewSection { from, x, range });
            }
            (Phase::Drag, Some(Hold::SectionEdge { section, is_start })) => {
                let moved = moved_edge(desk, &section, is_start, to);
                desk.drag(sections(desk, ListEdit::change(moved)), None);
            }
            (Phase::Up, Some(Hold::NewSection { range, .. })) => {
                self.hold = None;
                if let Some((start, end)) = range.filter(|(start, end)| start < end) {
                    return make(desk, start, end);
                }
            }
            (Phase::Up, Some(Hold::SectionEdge { .. })) => {
                self.hold = None;
                desk.drop_held();
            }
            _ => {}
        }
        Action::None
    }

    fn grab_section(&self, frame: &Frame, at: Point, desk: &mut Desk) -> Option<Hold> {
        let from = frame.frame(at.x);
        let timeline = &desk.mix().timeline;
        let near = |edge: u64| (frame.x(edge) - at.x).abs() <= EDGE_PX;
        let edge = timeline.sections.iter().find_map(|section| match () {
            () if near(section.end) && frame.x(section.start) < at.x - EDGE_PX => {
                Some((section.clone(), false))
            }
            () if near(section.start) => Some((section.clone(), true)),
            () => None,
        });
        if let Some((section, is_start)) = edge {
            return Some(Hold::SectionEdge { section, is_start });
        }
        match section_at(timeline, from).map(|section| section.start) {
            Some(start) => {
                desk.live.locate(start);
                None
            }
            None => Some(Hold::NewSection { from, x: at.x, range: None }),
        }
    }

    /// The menu of the row of sections, or of the ruler.
    pub(super) fn timeline_menu(&self, in_ruler: bool, window: Point, desk: &Desk) -> Action {
        let frame = self.frame(desk);
        // The arrange lies at the left edge of the window.
        let at = frame.frame(window.x);
        let timeline = &desk.mix().timeline;
        if !in_ruler {
            return Action::Menu(section_menu(desk, at, window));
        }
        let is_near = |marker: &&Marker| {
            let x = frame.x(marker.frame);
            (x - EDGE_PX..x + FLAG_PX).contains(&window.x)
        };
        match timeline.markers.iter().rev().find(is_near) {
            Some(marker) => Action::Menu(marker_menu(desk, marker, window)),
            None => Action::Menu(ruler_menu(desk, at, window)),
        }
    }
}

/// The bar that lies nearest; with Shift the beat.
fn snapped(desk: &Desk, frame: u64, modifiers: Modifiers) -> u64 {
    let grid = Grid::new(&desk.mix().timeline, desk.rate_hz());
    if modifiers.shift() { grid.nearest_beat(frame) } else { grid.nearest_bar(frame) }
}

fn section_at(timeline: &Timeline, frame: u64) -> Option<&Section> {
    timeline.sections.iter().find(|section| (section.start..section.end).contains(&frame))
}

/// The free room around a frame, from the section before to the one after.
fn room(desk: &Desk, frame: u64) -> (u64, u64) {
    let sections = &desk.mix().timeline.sections;
    let before = sections.iter().map(|section| section.end).filter(|end| *end <= frame).max();
    let after = sections.iter().map(|section| section.start).filter(|start| *start > frame).min();
    (before.unwrap_or(0), after.unwrap_or(u64::MAX))
}

fn sections(desk: &Desk, change: ListEdit<Section>) -> Edit {
    Edit::Timeline { song: desk.song_id(), change: TimelineEdit::Sections(change) }
}

/// `section` with an edge at `to`, as far as its neighbours and its other edge let it.
fn moved_edge(desk: &Desk, section: &Section, is_start: bool, to: u64) -> Section {
    let others = desk.mix().timeline.sections.iter().filter(|other| other.id != section.id);
    let others: Vec<&Section> = others.collect();
    let (start, end) = (section.start, section.end);
    match is_start {
        true => {
            let least = others.iter().map(|other| other.end).filter(|e| *e <= start).max();
            let start = to.max(least.unwrap_or(0));
            Section { start: if start < end { start } else { section.start }, ..section.clone() }
        }
        false => {
            let most = others.iter().map(|other| other.start).filter(|s| *s >= end).min();
            let end = to.min(most.unwrap_or(u64::MAX));
            Section { end: if end > start { end } else { section.end }, ..section.clone() }
        }
    }
}

/// Makes a section, and asks what it is called.
fn make(desk: &mut Desk, start: u64, end: u64) -> Action {
    let section = new_section(desk, start, end);
    let id = section.id;
    desk.apply(sections(desk, ListEdit::add(section)));
    Action::Ask(About::Section(id))
}

fn new_section(desk: &Desk, start: u64, end: u64) -> Section {
    let id = desk.mix().fresh_section_id();
    Section { id, name: format!("Section {}", id.0), start, end }
}

fn section_menu(desk: &Desk, at: u64, window: Point) -> Menu {
    let Some(section) = section_at(&desk.mix().timeline, at) else {
        let mut menu = Menu::new("Sections", window);
        /// Bars of a section that is made by the menu.
        const BARS: f64 = 8.0;
        let grid = Grid::new(&desk.mix().timeline, desk.rate_hz());
        let (low, high) = room(desk, at);
        let start = grid.bar_before(at).clamp(low, high);
        let end = (start + (grid.lengths(start).1 * BARS).round() as u64).min(high);
        let section = new_section(desk, start, end);
        menu.row(
            "Make a section of 8 bars here",
            Choice::Edit(sections(desk, ListEdit::add(section))),
        );
        return menu;
    };
    let mut menu = Menu::new(section.name.clone(), window);
    menu.row("Rename…", Choice::Ask(About::Section(section.id)));
    let range = LoopRange { start: section.start, end: section.end, on: true };
    let change = TimelineEdit::Loop(Some(range));
    menu.row("Loop it", Choice::Edit(Edit::Timeline { song: desk.song_id(), change }));
    menu.row("Remove", Choice::Edit(sections(desk, ListEdit::Remove(section.id))));
    menu
}

fn markers(desk: &Desk, change: ListEdit<Marker>) -> Choice {
    let change = TimelineEdit::Markers(change);
    Choice::Edit(Edit::Timeline { song: desk.song_id(), change })
}

fn marker_menu(desk: &Desk, marker: &Marker, window: Point) -> Menu {
    let mut menu = Menu::new(marker.name.clone(), window);
    menu.row("Rename…", Choice::Ask(About::Marker(marker.id)));
    let here = Marker { frame: desk.live.heard(), ..marker.clone() };
    menu.row("Move to the playhead", markers(desk, ListEdit::change(here)));
    menu.row("Remove", markers(desk, ListEdit::Remove(marker.id)));
    menu
}

fn ruler_menu(desk: &Desk, at: u64, window: Point) -> Menu {
    let grid = Grid::new(&desk.mix().timeline, desk.rate_hz());
    let mut menu = Menu::new(format!("Bar {}", grid.place(at).bar), window);
    let id = desk.mix().fresh_marker_id();
    let marker = Marker { id, name: format!("Marker {}", id.0), frame: at };
    menu.row("Drop a marker here", markers(desk, ListEdit::add(marker)));
    let tempo = |change| {
        let change = TimelineEdit::Tempo(change);
        Choice::Edit(Edit::Timeline { song: desk.song_id(), change })
    };
    let (bar, now) = (grid.bar_before(at), grid.tempo(at));
    if bar > now.frame {
        let label = "Another tempo from this bar on";
        menu.row(label, Choice::Edit(begin_tempo(desk, TempoChange { frame: bar, ..now })));
    }
    if now.frame > 0 {
        let label = format!("Remove the change to {} BPM", now.bpm);
        menu.row(&label, tempo(ListEdit::Remove(now.frame)));
    }
    menu
}

/// A change of tempo, and before it the one of the song's start, which must be there first.
fn begin_tempo(desk: &Desk, change: TempoChange) -> Edit {
    let song = desk.song_id();
    let of = |change| {
        let change = TimelineEdit::Tempo(ListEdit::add(change));
        Edit::Timeline { song, change }
    };
    let first =
        desk.mix().timeline.tempo.is_empty().then(|| of(TempoChange { frame: 0, ..change }));
    let edits = first.into_iter().chain([of(change)]).collect();
    Edit::Batch { name: "Change of tempo".to_owned(), edits }
}

/// The edit that gives a section or a marker a name; `None` for what has none, or is gone.
pub(crate) fn named(desk: &Desk, about: &About, name: String) -> Option<Edit> {
    let timeline = &desk.mix().timeline;
    let change = match about {
        About::Section(id) => {
            let section = timeline.sections.iter().find(|section| section.id == *id)?.clone();
            TimelineEdit::Sections(ListEdit::change(Section { name, ..section }))
        }
        About::Marker(id) => {
            let marker = timeline.markers.iter().find(|marker| marker.id == *id)?.clone();
            TimelineEdit::Markers(ListEdit::change(Marker { name, ..marker }))
        }
        _ => return None,
    };
    Some(Edit::Timeline { song: desk.song_id(), change })
}

/// What a section or marker is called now.
pub(crate) fn name_of(desk: &Desk, about: &About) -> Option<String> {
    let timeline = &desk.mix().timeline;
    let section = |id: SectionId| timeline.sections.iter().find(|section| section.id == id);
    let marker = |id: MarkerId| timeline.markers.iter().find(|marker| marker.id == id);
    match about {
        About::Section(id) => section(*id).map(|section| section.name.clone()),
        About::Marker(id) => marker(*id).map(|marker| marker.name.clone()),
        _ => None,
    }
}
