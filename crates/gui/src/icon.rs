//! Our icons: one path each, in `assets/icons`.

use std::sync::OnceLock;

use iced::advanced::graphics::geometry::Path;
use iced::{Color, Point, Rectangle};
use kurbo::{BezPath, PathEl};

use crate::painter::Painter;

/// Width and height of the grid that icons are drawn on.
const GRID: f32 = 16.0;
/// Stroke of those that are lines, on that grid.
const STROKE: f32 = 1.5;

/// An icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Icon {
    Logo,
    Play,
    Stop,
    Start,
    Loop,
    Follow,
    Undo,
    Redo,
    Plus,
    Down,
    Right,
    Check,
    Cross,
    Warn,
    Turn,
    Speaker,
    Phones,
    Lamp,
    Folder,
    File,
    Up,
    Search,
    Flag,
    Curve,
    Mono,
    Stereo,
    Clock,
    Power,
    Phone,
    Laptop,
}

/// Icons in the order of [`SOURCES`].
const ALL: [Icon; 30] = [
    Icon::Logo,
    Icon::Play,
    Icon::Stop,
    Icon::Start,
    Icon::Loop,
    Icon::Follow,
    Icon::Undo,
    Icon::Redo,
    Icon::Plus,
    Icon::Down,
    Icon::Right,
    Icon::Check,
    Icon::Cross,
    Icon::Warn,
    Icon::Turn,
    Icon::Speaker,
    Icon::Phones,
    Icon::Lamp,
    Icon::Folder,
    Icon::File,
    Icon::Up,
    Icon::Search,
    Icon::Flag,
    Icon::Curve,
    Icon::Mono,
    Icon::Stereo,
    Icon::Clock,
    Icon::Power,
    Icon::Phone,
    Icon::Laptop,
];

const SOURCES: [&str; 30] = [
    include_str!("../../../assets/icons/logo.svg"),
    include_str!("../../../assets/icons/play.svg"),
    include_str!("../../../assets/icons/stop.svg"),
    include_str!("../../../assets/icons/start.svg"),
    include_str!("../../../assets/icons/loop.svg"),
    include_str!("../../../assets/icons/follow.svg"),
    include_str!("../../../assets/icons/undo.svg"),
    include_str!("../../../assets/icons/redo.svg"),
    include_str!("../../../assets/icons/plus.svg"),
    include_str!("../../../assets/icons/down.svg"),
    include_str!("../../../assets/icons/right.svg"),
    include_str!("../../../assets/icons/check.svg"),
    include_str!("../../../assets/icons/cross.svg"),
    include_str!("../../../assets/icons/warn.svg"),
    include_str!("../../../assets/icons/turn.svg"),
    include_str!("../../../assets/icons/speaker.svg"),
    include_str!("../../../assets/icons/phones.svg"),
    include_str!("../../../assets/icons/lamp.svg"),
    include_str!("../../../assets/icons/folder.svg"),
    include_str!("../../../assets/icons/file.svg"),
    include_str!("../../../assets/icons/up.svg"),
    include_str!("../../../assets/icons/search.svg"),
    include_str!("../../../assets/icons/flag.svg"),
    include_str!("../../../assets/icons/curve.svg"),
    include_str!("../../../assets/icons/mono.svg"),
    include_str!("../../../assets/icons/stereo.svg"),
    include_str!("../../../assets/icons/clock.svg"),
    include_str!("../../../assets/icons/power.svg"),
    include_str!("../../../assets/icons/phone.svg"),
    include_str!("../../../assets/icons/laptop.svg"),
];

/// An icon that was read.
struct Drawing {
    path: BezPath,
    filled: bool,
}

fn drawings() -> &'static [Drawing] {
    static DRAWINGS: OnceLock<Vec<Drawing>> = OnceLock::new();
    DRAWINGS.get_or_init(|| SOURCES.iter().map(|source| read(source)).collect())
}

/// Reads one of our files: its first path, filled unless the file says `fill="none"`.
fn read(source: &str) -> Drawing {
    let data = source.split(" d=\"").nth(1).and_then(|rest| rest.split('"').next());
    let path = data.and_then(|data| BezPath::from_svg(data).ok()).unwrap_or_default();
    Drawing { path, filled: !source.contains("fill=\"none\"") }
}

/// Draws an icon in the middle of `area`, `size` wide and high.
pub(crate) fn draw(
    painter: &mut Painter<'_>,
    icon: Icon,
    area: Rectangle,
    size: f32,
    colour: Color,
) {
    let at = ALL.iter().position(|other| *other == icon);
    let Some(drawing) = at.and_then(|at| drawings().get(at)) else { return };
    if !area.intersects(&painter.seen()) {
        return;
    }
    let (scale, x, y) = (size / GRID, area.center_x() - size / 2.0, area.center_y() - size / 2.0);
    let point = |p: kurbo::Point| Point::new(x + p.x as f32 * scale, y + p.y as f32 * scale);
    let path = Path::new(|builder| {
        for element in drawing.path.elements() {
            match *element {
                PathEl::MoveTo(to) => builder.move_to(point(to)),
                PathEl::LineTo(to) => builder.line_to(point(to)),
                PathEl::QuadTo(by, to) => builder.quadratic_curve_to(point(by), point(to)),
                PathEl::CurveTo(a, b, to) => builder.bezier_curve_to(point(a), point(b), point(to)),
                PathEl::ClosePath => builder.close(),
            }
        }
    });
    match drawing.filled {
        true => painter.shape(&path, colour),
        false => painter.stroke(&path, colour, STROKE * scale),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kurbo::Shape as _;

    #[test]
    fn every_icon_is_drawn_within_its_grid() {
        for (icon, drawing) in ALL.iter().zip(drawings()) {
            let bounds = drawing.path.bounding_box();
            assert!(!drawing.path.elements().is_empty(), "{icon:?}");
            assert!(bounds.x0 >= 0.0 && bounds.y0 >= 0.0, "{icon:?} {bounds:?}");
            assert!(bounds.x1 <= 16.0 && bounds.y1 <= 16.0, "{icon:?} {bounds:?}");
        }
    }
}
