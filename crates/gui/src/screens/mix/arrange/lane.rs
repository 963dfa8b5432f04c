//! An automation lane: where it lies, and how it looks.

use iced::{Color, Point, Rectangle};
use twobus_dsp::curve::{Breakpoint, Curve};
use twobus_dsp::{Db, fader};
use twobus_session::{Control as Automated, Lane, LaneMode, LaneTarget, Strip, StripId};

use super::automate::Grip;
use super::layout::Frame;
use super::update::Hold;
use super::{ArrangeScene, Part};
use crate::grid::Grid;
use crate::icon::{self, Icon};
use crate::painter::{Ink, Painter, rect};
use crate::parts::plot::through;
use crate::theme::layout::HEADER;
use crate::theme::{
    self, NARROW, NARROW_MEDIUM, accent, bg, ink, line, radius, size, state, track,
};
use crate::widgets::{Control, Touch};

/// Space above and below the curve.
const MARGIN: f32 = 5.0;
/// Radius of a point.
const POINT: f32 = 3.5;

/// How far up a value lies, 0 to 1: levels as the fader has them.
fn travel(control: &Automated, value: f64) -> f64 {
    match control.is_level {
        true => fader::travel(Db(value)),
        false => control.spec.to_travel(value).clamp(0.0, 1.0),
    }
}

/// Where a value lies in a lane.
pub(super) fn y_of(area: Rectangle, control: &Automated, value: f64) -> f32 {
    let height = area.height - 2.0 * MARGIN - 1.0;
    area.y + MARGIN + height * (1.0 - travel(control, value)) as f32
}

/// The value at a place in a lane, as people read it.
pub(super) fn value_at(area: Rectangle, control: &Automated, y: f32) -> f64 {
    let height = area.height - 2.0 * MARGIN - 1.0;
    let travel = f64::from(1.0 - (y - area.y - MARGIN) / height).clamp(0.0, 1.0);
    if !control.is_level {
        let value = control.spec.from_travel(travel);
        return control.spec.parse(&control.spec.format(value)).unwrap_or(value);
    }
    let level = fader::level(travel).0;
    if level.is_finite() { (level * 10.0).round() / 10.0 } else { level }
}

/// What a control of a strip is called in a lane.
pub(super) fn name_of(strip: &Strip, target: LaneTarget, to: impl Fn(StripId) -> String) -> String {
    match target {
        LaneTarget::Fader => "Volume".to_owned(),
        LaneTarget::Pan => "Pan".to_owned(),
        LaneTarget::Width => "Width".to_owned(),
        LaneTarget::Mute => "Mute".to_owned(),
        LaneTarget::Send(id) => {
            let send = strip.sends.iter().find(|send| send.id == id);
            send.map_or_else(|| "Send".to_owned(), |send| format!("To {}", to(send.to)))
        }
        LaneTarget::Device { .. } => strip.control_name(target),
    }
}

/// Which control, and whether it is read or written.
fn header(area: Rectangle, index: usize) -> Rectangle {
    match index {
        0 => rect(20.0, area.y + 2.0, 104.0, 19.0),
        _ => rect(20.0, area.y + 20.0, 60.0, 17.0),
    }
}

pub(super) fn controls(frame: &Frame, all: &mut Vec<Control<Part>>) {
    for (id, _, area) in frame.automation() {
        let head = |index| header(area, index).intersection(&frame.headers).unwrap_or_default();
        all.push(Control::button(Part::Target(id), head(0)));
        all.push(Control::button(Part::Mode(id), head(1)));
        let curve = rect(frame.lanes.x, area.y, frame.lanes.width, area.height);
        let curve = curve.intersection(&frame.lanes).unwrap_or_default();
        all.push(Control { stops: true, ..Control::field(Part::Curve(id), curve) });
    }
}

/// The points of a lane as they are shown: those of the document, or of what is being drawn.
pub(super) fn points<'a>(lane: Option<&'a Lane>, hold: Option<&'a Grip>) -> &'a [Breakpoint] {
    match hold {
        Some(Grip::New { points, .. } | Grip::Draw { points, .. }) => points,
        _ => lane.map_or(&[], |lane| &lane.points),
    }
}

/// Draws all lanes of automation.
pub(super) fn draw(scene: &ArrangeScene<'_>, painter: &mut Painter<'_>, frame: &Frame) {
    for (id, target, area) in frame.automation() {
        let Some(strip) = scene.desk.strip(id) else { continue };
        let Some(control) = strip.control(target) else { continue };
        let lane = rect(frame.lanes.x, area.y, frame.lanes.width, area.height - 1.0);
        if lane.intersects(&frame.lanes) {
            draw_lane(scene, painter, frame, (strip, target, control), lane);
        }
    }
}

fn draw_lane(
    scene: &ArrangeScene<'_>,
    painter: &mut Painter<'_>,
    frame: &Frame,
    (strip, target, control): (&Strip, LaneTarget, Automated),
    area: Rectangle,
) {
    let colour = track(strip.colour);
    painter.fill(area, theme::over(bg::APP, colour, 0.07));
    painter.fill(rect(area.x, area.y + area.height, area.width, 1.0), line::SUBTLE);
    let zero = if control.is_level { 0.0 } else { control.spec.default };
    let zero = y_of(area, &control, zero).round();
    painter.fill(rect(area.x, zero, area.width, 1.0), line::GRID);
    let lane = strip.lane(target);
    let hold = match &scene.arrange.hold {
        Some(Hold::Point(grip)) if grip.handle() == (strip.id, target) => Some(grip),
        _ => None,
    };
    let points = points(lane, hold);
    let off = lane.is_some_and(|lane| lane.mode == LaneMode::Off);
    let colour = if off { ink::DISABLED } else { colour };
    painter.layer(area.intersection(&frame.lanes).unwrap_or_default(), |painter| {
        draw_curve(painter, frame, (points, control), area, colour);
    });
    painter.layer(area.intersection(&frame.lanes).unwrap_or_default(), |painter| {
        for point in points {
            let at = Point::new(frame.x(point.frame), y_of(area, &control, point.value));
            let chosen = scene.arrange.point == Some((strip.id, target, point.frame));
            draw_point(painter, at, colour, chosen);
        }
        let held = hold.and_then(Grip::now);
        if let Some((at, value)) = held {
            let grid = Grid::new(&scene.desk.mix().timeline, scene.desk.rate_hz());
            let place = grid.place(at).to_string();
            let words = format!("{place}   {}", control.spec.format(value));
            draw_note(painter, area, Point::new(frame.x(at), y_of(area, &control, value)), &words);
        }
    });
}

/// The curve at every second pixel, as it is played; without a point the control's own value.
fn draw_curve(
    painter: &mut Painter<'_>,
    frame: &Frame,
    (points, control): (&[Breakpoint], Automated),
    area: Rectangle,
    colour: Color,
) {
    let Some(curve) = Curve::new(points.to_vec(), control.interpolation()) else {
        let y = y_of(area, &control, control.value).round();
        return painter.fill(rect(area.x, y, area.width, 1.0), theme::faded(colour, 0.5));
    };
    let steps = (area.width / 2.0) as usize;
    let place = |step: usize| {
        let x = area.x + step as f32 * 2.0;
        let frame = i64::try_from(frame.frame(x)).unwrap_or(i64::MAX);
        Point::new(x, y_of(area, &control, curve.value_at(frame)))
    };
    let line: Vec<Point> = (0..=steps).map(place).collect();
    let feet = [(area.x + area.width), area.x].map(|x| Point::new(x, area.y + area.height));
    let under = through(line.iter().copied().chain(feet));
    painter.shape(&under, theme::faded(colour, 0.08));
    painter.stroke(&through(line.into_iter()), colour, 1.5);
}

fn draw_point(painter: &mut Painter<'_>, at: Point, colour: Color, chosen: bool) {
    let radius = if chosen { POINT + 2.0 } else { POINT };
    let disc = |radius: f32| rect(at.x - radius, at.y - radius, 2.0 * radius, 2.0 * radius);
    let (edge, fill) = if chosen { (ink::PRIMARY, accent::BASE) } else { (colour, bg::APP) };
    painter.card(disc(radius), edge, radius);
    painter.card(disc(radius - 1.2), fill, radius - 1.2);
}

fn draw_note(painter: &mut Painter<'_>, area: Rectangle, at: Point, words: &str) {
    let width = 118.0;
    let x =
        if at.x + width + 14.0 > area.x + area.width { at.x - width - 10.0 } else { at.x + 10.0 };
    let y = (at.y + 4.0).clamp(area.y + 1.0, area.y + area.height - 17.0);
    painter.card(rect(x, y, width, 16.0), bg::CONTROL, radius::SLOT);
    let inner = rect(x + 6.0, y, width - 8.0, 16.0);
    painter.text(words, inner, Ink::new(NARROW_MEDIUM, size::SMALL, ink::PRIMARY));
}

/// What stands before the lanes: control, mode, and what it stands at.
pub(super) fn draw_headers(
    scene: &ArrangeScene<'_>,
    painter: &mut Painter<'_>,
    frame: &Frame,
    touch: Touch<Part>,
) {
    for (id, target, area) in frame.automation() {
        let Some(strip) = scene.desk.strip(id) else { continue };
        if area.intersects(&frame.headers) {
            draw_header(scene, painter, (strip, target), area, touch);
        }
    }
}

fn draw_header(
    scene: &ArrangeScene<'_>,
    painter: &mut Painter<'_>,
    (strip, target): (&Strip, LaneTarget),
    area: Rectangle,
    touch: Touch<Part>,
) {
    let ground = rect(0.0, area.y, HEADER - 1.0, area.height - 1.0);
    painter.fill(ground, bg::PANEL);
    painter.fill(rect(0.0, area.y, 4.0, ground.height), track(strip.colour));
    for (index, part) in [Part::Target(strip.id), Part::Mode(strip.id)].into_iter().enumerate() {
        if touch.is_over(part) {
            painter.card(header(area, index), bg::HOVER, radius::SLOT);
        }
    }
    let (first, second) = (header(area, 0), header(area, 1));
    icon::draw(painter, Icon::Down, rect(8.0, first.y, 12.0, first.height), 9.0, ink::TERTIARY);
    let to = |id| scene.desk.strip(id).map_or_else(String::new, |to| to.name.clone());
    let is_track = scene.desk.mix().tracks.iter().any(|track| track.strip.id == strip.id);
    let name = name_of(strip, target, to);
    let name = if is_track { name } else { format!("{} {name}", strip.name) };
    let words = rect(first.x + 4.0, first.y, first.width - 6.0, first.height);
    painter.text(&name, words, Ink::new(NARROW_MEDIUM, size::BASE, ink::PRIMARY));
    let mode = strip.lane(target).map(|lane| lane.mode);
    let colour = match mode {
        Some(LaneMode::Write) => state::FAIL,
        Some(mode) if mode.writes() => state::WARN,
        _ => ink::TERTIARY,
    };
    let mode = mode.map_or("No points", |mode| capital(mode));
    let words = rect(second.x + 4.0, second.y, second.width - 6.0, second.height);
    painter.text(mode, words, Ink::new(NARROW, size::SMALL, colour));
    let Some(control) = strip.control(target) else { return };
    let value = control.spec.format(scene.desk.shown(strip, target));
    let well = rect(126.0, area.y + 9.0, 82.0, 22.0);
    painter.card(well, bg::WELL, radius::SLOT);
    let inner = rect(well.x, well.y, well.width - 6.0, well.height);
    painter.text(&value, inner, Ink::new(NARROW_MEDIUM, size::BASE, ink::PRIMARY).right());
}

/// A mode as it begins a line.
fn capital(mode: LaneMode) -> &'static str {
    match mode {
        LaneMode::Off => "Off",
        LaneMode::Read => "Read",
        LaneMode::Touch => "Touch",
        LaneMode::Latch => "Latch",
        LaneMode::Write => "Write",
    }
}
