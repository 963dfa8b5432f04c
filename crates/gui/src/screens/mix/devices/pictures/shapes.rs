//! Saturator and clipper: output over input. Utility: what becomes of both sides.

use iced::advanced::graphics::geometry::Path;
use iced::{Point, Rectangle};
use twobus_dsp::clipper::Knee;
use twobus_dsp::{Db, DeviceKind, saturator};

use super::{View, cut_left};
use crate::painter::{Ink, Painter, rect};
use crate::parts;
use crate::theme::{NARROW_MEDIUM, SANS_MEDIUM, accent, bg, ink, line, lit, size};

/// Points of the curve.
const POINTS: usize = 241;

pub(super) fn draw(view: &View<'_>, painter: &mut Painter<'_>) {
    let input = |index: usize| 2.0 * index as f64 / (POINTS - 1) as f64 - 1.0;
    let outputs: Vec<f32> = (0..POINTS).map(|index| shaped(view, input(index)) as f32).collect();
    let ceiling = match view.device.kind {
        DeviceKind::Clipper => Db(view.get("ceiling")).to_gain(),
        _ => 1.0,
    };
    let (left, rest) = cut_left(view.area, view.area.height * 1.2);
    parts::shape(painter, left, &outputs, ceiling);
    super::dynamics::draw_history(view, painter, rest);
}

/// The output for an input, both as parts of full scale, before what evens the level out.
fn shaped(view: &View<'_>, x: f64) -> f64 {
    let (drive, wet) = (Db(view.get("drive")).to_gain(), view.get("mix") / 100.0);
    if view.device.kind == DeviceKind::Clipper {
        let ceiling = Db(view.get("ceiling")).to_gain();
        let clipped = ceiling * Knee::new(view.get("knee") / 100.0).at(x * drive / ceiling);
        return wet * clipped + (1.0 - wet) * x;
    }
    let curve = saturator::curve(view.get("curve") as usize, view.get("asymmetry"));
    let drive = drive * saturator::REFERENCE;
    let bent = (curve.at(x * drive) - x * drive) / drive;
    (x + wet * bent) * Db(view.get("output")).to_gain()
}

/// Both sides as lines from what goes in to what comes out.
pub(super) fn draw_utility(view: &View<'_>, painter: &mut Painter<'_>) {
    painter.fill(view.area, bg::WELL);
    let width = view.area.width.min(420.0);
    let x = view.area.x + (view.area.width - width) / 2.0;
    let place = |out: bool, side: usize| {
        let share = if side == 0 { 0.3 } else { 0.7 };
        let y = view.area.y + view.area.height * share;
        Point::new(if out { x + width - 60.0 } else { x + 60.0 }, y)
    };
    let swap = view.is_on("swap");
    for side in 0..2 {
        let to = if swap { 1 - side } else { side };
        let wire = Path::line(place(false, side), place(true, to));
        painter.stroke(&wire, accent::BASE, 2.0);
    }
    painter.layer(view.area, |painter| {
        for (side, id) in ["invert_left", "invert_right"].into_iter().enumerate() {
            let label = ["L", "R"][side];
            jack(painter, place(false, side), label, accent::LINE);
            jack(painter, place(true, side), label, accent::LINE);
            if view.is_on(id) {
                let at = place(false, side);
                jack(painter, Point::new(at.x + 48.0, at.y), "Ø", lit::POLARITY);
            }
        }
        let gain = view.device.kind.specs()[0].format(view.get("gain"));
        let words = rect(x, view.area.y + view.area.height - 30.0, width, 20.0);
        painter.text(&gain, words, Ink::new(SANS_MEDIUM, size::HEADING, ink::PRIMARY).centred());
    });
}

fn jack(painter: &mut Painter<'_>, at: Point, label: &str, colour: iced::Color) {
    let disc: Rectangle = rect(at.x - 13.0, at.y - 13.0, 26.0, 26.0);
    painter.card(disc, line::STRONG, 13.0);
    painter.card(rect(at.x - 11.5, at.y - 11.5, 23.0, 23.0), bg::RAISED, 11.5);
    let words = if colour == lit::POLARITY { colour } else { ink::PRIMARY };
    painter.text(label, disc, Ink::new(NARROW_MEDIUM, size::TITLE, words).centred());
}
