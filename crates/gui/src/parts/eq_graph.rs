//! The curve of an equalizer, and the nodes on it.

use iced::advanced::graphics::geometry::Path;
use iced::{Point, Rectangle};

use super::plot::{Plot, frequency_grid, level_grid};
use crate::painter::{Ink, Painter, rect};
use crate::theme::{NARROW_BOLD, accent, bg, faded, ink, size};

/// Room above and below the largest gain, in pixels.
const MARGIN: f32 = 14.0;
/// Radius of a node, and of the ring around the chosen one.
const NODE: f32 = 9.0;
const RING: f32 = 13.0;

/// The frame of a graph of gains up to `range_db` either way.
pub(crate) fn eq_plot(area: Rectangle, range_db: f64) -> Plot {
    let half = (area.height / 2.0).max(MARGIN + 1.0);
    let most_db = range_db * f64::from(half / (half - MARGIN));
    Plot::new(area, -most_db, most_db)
}

/// The ground of the graph with its lines.
pub(crate) fn eq_grid(painter: &mut Painter<'_>, plot: &Plot, range_db: f64) {
    frequency_grid(painter, plot);
    let marks = [-1.0, -0.5, 0.0, 0.5, 1.0].map(|share| share * range_db);
    level_grid(painter, plot, &marks);
}

/// The whole curve: gains in dB, evenly spaced from the left to the right edge.
pub(crate) fn eq_curve(painter: &mut Painter<'_>, plot: &Plot, gains_db: &[f32]) {
    painter.shape(&plot.under(gains_db, 0.0), faded(accent::BASE, 0.1));
    painter.stroke(&plot.line(gains_db), accent::BASE, 2.0);
}

/// The curve of the chosen band alone.
pub(crate) fn eq_band(painter: &mut Painter<'_>, plot: &Plot, gains_db: &[f32]) {
    painter.shape(&plot.under(gains_db, 0.0), faded(accent::BASE, 0.2));
    painter.stroke(&plot.line(gains_db), accent::LINE, 1.0);
}

/// A node with the number of its band.
pub(crate) fn eq_node(
    painter: &mut Painter<'_>,
    at: Point,
    number: usize,
    (chosen, over): (bool, bool),
) {
    let disc = |radius: f32| rect(at.x - radius, at.y - radius, 2.0 * radius, 2.0 * radius);
    if chosen || over {
        painter.outline(disc(RING), faded(accent::BASE, 0.6), 1.0, RING);
    }
    let (edge, body, words) = match chosen {
        true => (ink::PRIMARY, accent::BASE, ink::DARK),
        false => (accent::BASE, bg::WELL, ink::PRIMARY),
    };
    painter.card(disc(NODE), edge, NODE);
    painter.card(disc(NODE - 1.5), body, NODE - 1.5);
    let number = number.to_string();
    painter.text(&number, disc(NODE), Ink::new(NARROW_BOLD, size::SMALL, words).centred());
}

/// A line down the graph, as where bands are split.
pub(crate) fn split_line(painter: &mut Painter<'_>, plot: &Plot, hz: f64, lit: bool) {
    let (x, area) = (plot.x(hz).round(), plot.area);
    let line = Path::line(Point::new(x, area.y), Point::new(x, area.y + area.height));
    painter.dashed(&line, if lit { accent::BASE } else { accent::LINE }, 1.5, &[4.0, 3.0]);
}
