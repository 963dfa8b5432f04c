//! A spectrum.

use iced::Color;

use super::plot::Plot;
use crate::painter::Painter;
use crate::theme::{faded, plot as colours};

/// What a spectrum is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trace {
    /// What goes in.
    Before,
    /// What comes out.
    After,
    /// The highest of it.
    Hold,
    /// What it is compared with.
    #[allow(dead_code, reason = "the Master view draws it")]
    Reference,
}

/// Draws levels in dB, evenly spaced from the left to the right edge of `plot`.
pub(crate) fn spectrum(painter: &mut Painter<'_>, plot: &Plot, levels_db: &[f32], trace: Trace) {
    let line = plot.line(levels_db);
    match trace {
        Trace::Before => painter.stroke(&line, faded(colours::INPUT, 0.55), 1.0),
        Trace::After => {
            let below = plot.under(levels_db, plot.bottom_db);
            painter.shape(&below, faded(colours::SPECTRUM, 0.16));
            painter.stroke(&line, colours::SPECTRUM, 1.25);
        }
        Trace::Hold => painter.stroke(&line, faded(colours::SPECTRUM, 0.38), 1.0),
        Trace::Reference => painter.dashed(&line, colours::REFERENCE, 1.5, &[5.0, 4.0]),
    }
}

/// The colour of a trace, for a legend.
pub(crate) fn trace_colour(trace: Trace) -> Color {
    match trace {
        Trace::Before => colours::INPUT,
        Trace::After => colours::SPECTRUM,
        Trace::Hold => faded(colours::SPECTRUM, 0.45),
        Trace::Reference => colours::REFERENCE,
    }
}
