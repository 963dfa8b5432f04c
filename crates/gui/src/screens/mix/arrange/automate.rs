//! What is done to automation: which control is shown, its mode, its points.

use iced::Point;
use iced::keyboard::Modifiers;
use twobus_dsp::DeviceKind;
use twobus_dsp::curve::{Breakpoint, Interpolation, MAX_BEND};
use twobus_dsp::eq::params::{BAND_PARAMS, BANDS, band};
use twobus_session::edit::{LaneEdit, ListEdit};
use twobus_session::{
    Control, Device, DeviceId, Edit, Lane, LaneMode, LaneTarget, ParamId, Stretch, Strip,
    StripEdit, StripId, overwrite,
};

use super::Arrange;
use super::lane::{name_of, points, value_at, y_of};
use super::layout::Frame;
use super::update::{Action, Hold};
use crate::desk::Desk;
use crate::screens::menu::{Choice, Menu};
use crate::widgets::Phase;

/// Pixels about a point in which it is taken hold of.
const CATCH_PX: f32 = 8.0;
/// Pixels that bend a segment from straight to its most.
const BEND_PX: f64 = 30.0;
/// Pixels between two points that are drawn.
const DRAWN_PX: f32 = 3.0;

/// What is held in a lane.
#[derive(Debug, Clone)]
pub(super) enum Grip {
    /// A point between its neighbours, which stand at `from` − 1 and `to`.
    Point {
        strip: StripId,
        target: LaneTarget,
        from: u64,
        to: u64,
        bend: f64,
        now: Option<(u64, f64)>,
    },
    /// The way from `first` to the next point, bent from where the pointer stood.
    Bend { strip: StripId, target: LaneTarget, first: Breakpoint, rises: bool, y: f32 },
    /// The first point of a lane that is not there yet.
    New { strip: StripId, target: LaneTarget, points: Vec<Breakpoint> },
    /// What is drawn over a lane: all of its points, and where it was drawn.
    Draw {
        strip: StripId,
        target: LaneTarget,
        points: Vec<Breakpoint>,
        drawn: Vec<Breakpoint>,
        last: Breakpoint,
    },
}

impl Grip {
    /// The control it is about.
    pub(super) fn handle(&self) -> (StripId, LaneTarget) {
        match self {
            Self::Point { strip, target, .. }
            | Self::Bend { strip, target, .. }
            | Self::New { strip, target, .. }
            | Self::Draw { strip, target, .. } => (*strip, *target),
        }
    }

    /// The point that is under the pointer, and what it stands at.
    pub(super) fn now(&self) -> Option<(u64, f64)> {
        match self {
            Self::Point { now, .. } => *now,
            Self::New { points, .. } => points.first().map(|point| (point.frame, point.value)),
            Self::Draw { last, .. } => Some((last.frame, last.value)),
            Self::Bend { .. } => None,
        }
    }
}

fn breakpoint(frame: u64, value: f64) -> Breakpoint {
    Breakpoint { frame, value, bend: 0.0 }
}

/// The frames between the neighbours of a place: the first after the one before, and the next one.
fn between(points: &[Breakpoint], frame: u64, without: bool) -> (u64, u64) {
    let before = points.partition_point(|point| point.frame < frame);
    let after = if without { before + 1 } else { before };
    let from = before.checked_sub(1).map_or(0, |index| points[index].frame + 1);
    (from, points.get(after).map_or(u64::MAX, |point| point.frame))
}

impl Arrange {
    /// Shows the automation of a strip, or no longer.
    pub(crate) fn automate(&mut self, strip: StripId, desk: &Desk) {
        self.point = None;
        if self.open.remove(&strip).is_none() {
            let first = desk.strip(strip).and_then(|strip| strip.lanes.first());
            let target = first.map_or(LaneTarget::Fader, |lane| lane.target);
            let _before = self.open.insert(strip, target);
        }
    }

    /// Shows the automation of a control.
    pub(crate) fn show_lane(&mut self, strip: StripId, target: LaneTarget) {
        self.point = None;
        let _before = self.open.insert(strip, target);
    }

    /// Shows the automation of the next control of a strip: those of the mixer, then what has a lane.
    pub(crate) fn next_lane(&mut self, id: StripId, desk: &Desk) {
        let Some(strip) = desk.strip(id) else { return };
        let all = targets(strip);
        let here = self.open.get(&id).and_then(|now| all.iter().position(|other| other == now));
        let next = here.map_or(0, |here| (here + 1) % all.len());
        self.show_lane(id, all[next]);
    }

    /// Whether a lane is shown, and which.
    #[cfg(test)]
    pub(crate) fn shown_lane(&self, strip: StripId) -> Option<LaneTarget> {
        self.open.get(&strip).copied()
    }

    /// Shows one strip only, over the devices, or all again.
    pub(crate) fn fold(&mut self, strip: Option<StripId>) {
        self.folded = strip;
    }

    pub(super) fn target_menu(&self, id: StripId, at: Point, desk: &Desk) -> Action {
        let Some(strip) = desk.strip(id) else { return Action::None };
        let to = |id| desk.strip(id).map_or_else(String::new, |to| to.name.clone());
        let shown = self.open.get(&id);
        let mut menu = Menu::new(format!("{} automation", strip.name), at);
        for target in targets(strip) {
            let name = name_of(strip, target, to);
            menu.check(&name, shown == Some(&target), Choice::Lane(id, target));
        }
        for device in &strip.inserts {
            menu.row(&format!("{}…", device.kind.name()), Choice::LaneOf(id, device.id));
        }
        if let Some(lane) = shown.and_then(|target| strip.lane(*target)) {
            let change = StripEdit::Lanes(ListEdit::Remove(lane.target));
            let edit = Edit::Strip { song: desk.song_id(), strip: id, change };
            menu.row("Remove these points", Choice::Edit(edit));
        }
        Action::Menu(menu)
    }

    pub(super) fn mode_menu(&self, id: StripId, at: Point, desk: &Desk) -> Action {
        let (Some(strip), Some(target)) = (desk.strip(id), self.open.get(&id).copied()) else {
            return Action::None;
        };
        let lane = strip.lane(target);
        let mut menu = Menu::new("Automation mode", at);
        let modes =
            [LaneMode::Off, LaneMode::Read, LaneMode::Touch, LaneMode::Latch, LaneMode::Write];
        for mode in modes {
            let change = match lane {
                Some(_) => StripEdit::Lane { target, change: LaneEdit::Mode(mode) },
                None => StripEdit::Lanes(ListEdit::add(Lane { target, mode, points: Vec::new() })),
            };
            let edit = Edit::Strip { song: desk.song_id(), strip: id, change };
            let on = lane.is_some_and(|lane| lane.mode == mode);
            menu.check(mode.name(), on, Choice::Edit(edit));
        }
        Action::Menu(menu)
    }

    /// The pointer in the lane of a strip.
    pub(super) fn on_curve(
        &mut self,
        id: StripId,
        (phase, at, modifiers): (Phase, Point, Modifiers),
        desk: &mut Desk,
    ) {
        let frame = self.frame(desk);
        let found = frame.automation().find(|(strip, _, _)| *strip == id);
        let Some((_, target, area)) = found else { return };
        let Some(control) = desk.strip(id).and_then(|strip| strip.control(target)) else { return };
        let value = value_at(area, &control, at.y);
        let here = (frame.frame(at.x), value);
        match (phase, self.hold.take()) {
            (Phase::Twice, _) if modifiers.alt() => {
                straighten((id, target), here.0, desk);
            }
            (Phase::Drag, Some(Hold::Point(Grip::Bend { first, rises, y, .. }))) => {
                bend((id, target), first, (rises, at.y - y), desk);
                let grip = Grip::Bend { strip: id, target, first, rises, y };
                self.hold = Some(Hold::Point(grip));
            }
            (Phase::Down, _) => self.grab_point(&frame, (id, target), (at, here), modifiers, desk),
            (Phase::Drag, Some(Hold::Point(grip))) => self.drag_point(grip, here, &frame, desk),
            (Phase::Up, Some(Hold::Point(grip))) => self.drop_point(grip, control, desk),
            (_, hold) => self.hold = hold,
        }
    }

    fn grab_point(
        &mut self,
        frame: &Frame,
        (id, target): (StripId, LaneTarget),
        (at, (place, value)): (Point, (u64, f64)),
        modifiers: Modifiers,
        desk: &mut Desk,
    ) {
        let found = frame.automation().find(|(strip, _, _)| *strip == id);
        let (Some((_, _, area)), Some(strip)) = (found, desk.strip(id)) else { return };
        let Some(control) = strip.control(target) else { return };
        let lane = strip.lane(target);
        let is_near = |point: &&Breakpoint| {
            let (x, y) = (frame.x(point.frame), y_of(area, &control, point.value));
            (x - at.x).abs() <= CATCH_PX && (y - at.y).abs() <= CATCH_PX
        };
        let existing = points(lane, None);
        let near = existing.iter().find(is_near).copied();
        if modifiers.command() {
            let last = breakpoint(place, value);
            let (mut points, drawn) = (existing.to_vec(), vec![last]);
            put(&mut points, last);
            self.point = None;
            let grip = Grip::Draw { strip: id, target, points, drawn, last };
            self.hold = Some(Hold::Point(grip));
            return;
        }
        if let Some(point) = near {
            if modifiers.alt() {
                return remove_point((id, target), point.frame, desk);
            }
            let (from, to) = between(existing, point.frame, true);
            let now = Some((point.frame, point.value));
            self.point = Some((id, target, point.frame));
            let grip = Grip::Point { strip: id, target, from, to, bend: point.bend, now };
            self.hold = Some(Hold::Point(grip));
            return;
        }
        if modifiers.alt() {
            let bent = segment(existing, place).filter(|_| bends(control));
            self.hold = bent.map(|(first, rises)| {
                Hold::Point(Grip::Bend { strip: id, target, first, rises, y: at.y })
            });
            return;
        }
        self.point = Some((id, target, place));
        if lane.is_none() {
            let points = vec![breakpoint(place, value)];
            self.hold = Some(Hold::Point(Grip::New { strip: id, target, points }));
            return;
        }
        let (from, to) = between(existing, place, false);
        let grip = Grip::Point { strip: id, target, from, to, bend: 0.0, now: None };
        self.drag_point(grip, (place, value), frame, desk);
    }

    fn drag_point(
        &mut self,
        mut grip: Grip,
        (place, value): (u64, f64),
        frame: &Frame,
        desk: &mut Desk,
    ) {
        let (id, target) = grip.handle();
        match &mut grip {
            Grip::Bend { .. } => {}
            Grip::Point { from, to, now, bend, .. } => {
                let place = place.clamp(*from, (*to - 1).max(*from));
                *now = Some((place, value));
                self.point = Some((id, target, place));
                let points = vec![Breakpoint { bend: *bend, ..breakpoint(place, value) }];
                let change = LaneEdit::Points { from: *from, to: *to, points };
                let change = StripEdit::Lane { target, change };
                desk.drag(Edit::Strip { song: desk.song_id(), strip: id, change }, None);
            }
            Grip::New { points, .. } => {
                *points = vec![breakpoint(place, value)];
                self.point = Some((id, target, place));
            }
            Grip::Draw { points, drawn, last, .. } => {
                if (frame.x(last.frame) - frame.x(place)).abs() >= DRAWN_PX {
                    let new = breakpoint(place, value);
                    stroke(points, *last, new);
                    stroke(drawn, *last, new);
                    *last = new;
                }
            }
        }
        self.hold = Some(Hold::Point(grip));
    }

    fn drop_point(&mut self, grip: Grip, control: Control, desk: &mut Desk) {
        let (id, target) = grip.handle();
        match grip {
            Grip::Point { .. } | Grip::Bend { .. } => desk.drop_held(),
            Grip::New { points, .. } => {
                let lane = Lane { target, mode: LaneMode::Read, points };
                desk.edit(id, StripEdit::Lanes(ListEdit::add(lane)));
            }
            Grip::Draw { drawn, .. } => draw((id, target), control, &drawn, desk),
        }
    }

    /// Takes the chosen point away; false when none is chosen.
    pub(crate) fn delete_point(&mut self, desk: &mut Desk) -> bool {
        let Some((id, target, frame)) = self.point.take() else { return false };
        remove_point((id, target), frame, desk);
        true
    }
}

/// Whether the way between two points of a control may be bent: switches hold.
fn bends(control: Control) -> bool {
    control.interpolation() != Interpolation::Hold
}

/// The point before a place that has one behind it, and whether the way between them rises.
fn segment(points: &[Breakpoint], place: u64) -> Option<(Breakpoint, bool)> {
    let after = points.partition_point(|point| point.frame <= place);
    let (first, next) = (points.get(after.checked_sub(1)?)?, points.get(after)?);
    (first.value != next.value).then_some((*first, next.value > first.value))
}

/// Bends the way behind `first` so that it goes with the pointer, which has moved `down` pixels: a late way
/// stays where it was, low where it rises and high where it falls.
fn bend(
    handle: (StripId, LaneTarget),
    first: Breakpoint,
    (rises, down): (bool, f32),
    desk: &mut Desk,
) {
    let late = if rises { f64::from(down) } else { f64::from(-down) };
    let bend = (first.bend + late / BEND_PX).clamp(-MAX_BEND, MAX_BEND);
    let bend = (bend * 100.0).round() / 100.0;
    let edit = put_point(handle, Breakpoint { bend, ..first }, desk);
    desk.drag(edit, None);
}

/// Makes the way at a place straight.
fn straighten(handle: (StripId, LaneTarget), place: u64, desk: &mut Desk) {
    let lane = desk.strip(handle.0).and_then(|strip| strip.lane(handle.1));
    let found = lane.and_then(|lane| segment(&lane.points, place));
    if let Some((first, _)) = found.filter(|(first, _)| first.bend != 0.0) {
        let edit = put_point(handle, Breakpoint { bend: 0.0, ..first }, desk);
        desk.apply(edit);
    }
}

/// Exchanges a point for one at the same frame.
fn put_point((id, target): (StripId, LaneTarget), point: Breakpoint, desk: &Desk) -> Edit {
    let (from, to) = (point.frame, point.frame + 1);
    let change = LaneEdit::Points { from, to, points: vec![point] };
    let change = StripEdit::Lane { target, change };
    Edit::Strip { song: desk.song_id(), strip: id, change }
}

/// Puts a point into a list that is sorted by frame, in place of one at the same frame.
fn put(list: &mut Vec<Breakpoint>, new: Breakpoint) {
    match list.binary_search_by_key(&new.frame, |point| point.frame) {
        Ok(at) => list[at] = new,
        Err(at) => list.insert(at, new),
    }
}

/// Draws on from `last` to `new`: what lies between goes.
fn stroke(list: &mut Vec<Breakpoint>, last: Breakpoint, new: Breakpoint) {
    let (low, high) = (last.frame.min(new.frame), last.frame.max(new.frame));
    list.retain(|point| point.frame == last.frame || !(low..=high).contains(&point.frame));
    put(list, new);
}

/// Writes what was drawn into a lane, which is made if there is none, as one step.
fn draw(
    (id, target): (StripId, LaneTarget),
    control: Control,
    drawn: &[Breakpoint],
    desk: &mut Desk,
) {
    let (Some(first), Some(last)) = (drawn.first(), drawn.last()) else { return };
    let stretch = Stretch { start: first.frame, end: last.frame + 1, points: drawn.to_vec() };
    let Some(strip) = desk.strip(id) else { return };
    let (name, song) =
        (format!("Draw {} {}", strip.name, strip.control_name(target)), desk.song_id());
    let empty = Lane { target, mode: LaneMode::Read, points: Vec::new() };
    let lane = strip.lane(target).unwrap_or(&empty);
    let change = StripEdit::Lane { target, change: overwrite(lane, control, &stretch) };
    let add = strip.lane(target).is_none().then(|| StripEdit::Lanes(ListEdit::add(empty.clone())));
    let edits = add.into_iter().chain([change]);
    let edits = edits.map(|change| Edit::Strip { song, strip: id, change }).collect();
    desk.apply(Edit::Batch { name, edits });
}

/// Takes a point away; a lane without points goes with the last one, unless it is to be written.
fn remove_point((id, target): (StripId, LaneTarget), frame: u64, desk: &mut Desk) {
    let Some(lane) = desk.strip(id).and_then(|strip| strip.lane(target)) else { return };
    let is_last = lane.points.len() == 1 && !lane.mode.writes();
    let change = match is_last {
        true => StripEdit::Lanes(ListEdit::Remove(target)),
        false => {
            let change = LaneEdit::Points { from: frame, to: frame + 1, points: Vec::new() };
            StripEdit::Lane { target, change }
        }
    };
    desk.edit(id, change);
}

/// The controls of a strip that a lane is offered for: those of the mixer, and what has a lane.
fn targets(strip: &Strip) -> Vec<LaneTarget> {
    let mut all = vec![LaneTarget::Fader, LaneTarget::Pan, LaneTarget::Width, LaneTarget::Mute];
    all.extend(strip.sends.iter().map(|send| LaneTarget::Send(send.id)));
    let others: Vec<LaneTarget> =
        strip.lanes.iter().map(|lane| lane.target).filter(|target| !all.contains(target)).collect();
    all.extend(others);
    all
}

/// The parameters of a device that a lane may move; of an equalizer those of the bands that are on.
pub(crate) fn device_menu(strip: &Strip, id: DeviceId, at: Point) -> Option<Menu> {
    let device = strip.inserts.iter().find(|device| device.id == id)?;
    let mut menu = Menu::new(format!("{} automation", device.kind.name()), at);
    for (param, spec) in device.kind.specs().iter().enumerate() {
        if !device.kind.is_automatable(param) || !is_offered(device, param) {
            continue;
        }
        let target = LaneTarget::Device { device: id, param: ParamId::new(spec.id)? };
        let has_lane = strip.lane(target).is_some();
        menu.check(spec.name, has_lane, Choice::Lane(strip.id, target));
    }
    Some(menu)
}

/// Of an equalizer's hundred parameters those that move what is heard now.
fn is_offered(device: &Device, param: usize) -> bool {
    if device.kind != DeviceKind::Equalizer || param >= BANDS * BAND_PARAMS {
        return true;
    }
    let (number, offset) = (param / BAND_PARAMS, param % BAND_PARAMS);
    let on = device.values.get(number * BAND_PARAMS + band::ON).is_some_and(|on| *on >= 0.5);
    on && matches!(offset, band::FREQUENCY | band::GAIN | band::Q)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_replaces_what_it_passes_over_and_leaves_the_rest() {
        let mut points: Vec<Breakpoint> =
            [0, 100, 200, 300, 400].map(|frame| breakpoint(frame, 0.0)).into();
        let frames = |points: &[Breakpoint]| points.iter().map(|p| p.frame).collect::<Vec<u64>>();
        let way = [150, 250, 320, 240].map(|frame| breakpoint(frame, -1.0));
        put(&mut points, way[0]);
        stroke(&mut points, way[0], way[1]);
        stroke(&mut points, way[1], way[2]);
        assert_eq!(frames(&points), [0, 100, 150, 250, 320, 400]);
        stroke(&mut points, way[2], way[3]);
        assert_eq!(frames(&points), [0, 100, 150, 240, 320, 400], "drawn over on the way back");
    }

    #[test]
    fn only_what_lies_between_two_different_points_is_bent() {
        let points = [(10, 0.0), (20, 0.0), (30, -6.0)].map(|(at, db)| breakpoint(at, db));
        assert_eq!(segment(&points, 25), Some((points[1], false)));
        for place in [5, 15, 30, 40] {
            assert_eq!(segment(&points, place), None, "{place}");
        }
    }

    #[test]
    fn a_point_moves_between_its_neighbours() {
        let points = [10, 20, 30].map(|frame| breakpoint(frame, 0.0));
        assert_eq!(between(&points, 20, true), (11, 30));
        assert_eq!(between(&points, 25, false), (21, 30));
        assert_eq!(between(&points, 30, true), (21, u64::MAX));
        assert_eq!(between(&[], 5, false), (0, u64::MAX));
    }
}
