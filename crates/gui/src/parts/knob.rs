//! The knob.

use iced::advanced::graphics::geometry::Path;
use iced::advanced::graphics::geometry::path::Arc;
use iced::{Color, Point, Radians};

use crate::painter::{Painter, rect};
use crate::theme::{bg, ink, line};

/// Angle of a knob at the end of its travel, either way from twelve o'clock.
const SWEEP: f32 = 135.0;
const ARC: f32 = 2.5;

fn angle(travel: f64) -> Radians {
    Radians((-90.0 - SWEEP + 2.0 * SWEEP * travel as f32).to_radians())
}

/// Draws a knob that stands at `travel`, lit from `from` on in `colour`.
pub(crate) fn knob(
    painter: &mut Painter<'_>,
    centre: Point,
    radius: f32,
    (from, travel): (f64, f64),
    colour: Color,
    over: bool,
) {
    let arc = |a: f64, b: f64| {
        let (start_angle, end_angle) = (angle(a), angle(b));
        Path::new(|p| {
            p.arc(Arc { center: centre, radius: radius - ARC / 2.0, start_angle, end_angle });
        })
    };
    painter.stroke(&arc(0.0, 1.0), line::STRONG, ARC);
    if (travel - from).abs() > 1e-3 {
        painter.stroke(&arc(from.min(travel), from.max(travel)), colour, ARC);
    }
    let body = radius - ARC - 1.5;
    let fill = if over { bg::HOVER } else { bg::CONTROL };
    painter.card(rect(centre.x - body, centre.y - body, 2.0 * body, 2.0 * body), fill, body);
    let Radians(at) = angle(travel);
    let on = |r: f32| Point::new(centre.x + r * at.cos(), centre.y + r * at.sin());
    painter.stroke(&Path::line(on(body * 0.35), on(body - 1.0)), ink::PRIMARY, 2.0);
}
