//! How controls and pictures look. Each is drawn in a rectangle, from plain values.

mod button;
mod dial;
mod eq_graph;
mod fader;
mod history;
mod knob;
mod meter;
pub(crate) mod plot;
pub(crate) mod sheet;
mod spectrum;
mod transfer;

pub(crate) use button::{Lamp, button, chip, icon_button, main_button};
pub(crate) use dial::{DIAL, dial, field, segment, small_chip};
pub(crate) use eq_graph::{eq_band, eq_curve, eq_grid, eq_node, eq_plot, split_line};
pub(crate) use fader::{CAP, fader, fader_scale, groove};
pub(crate) use history::{HistoryLook, Moment, history, reduction_meter};
pub(crate) use knob::knob;
pub(crate) use meter::{Look, meter, meter_scale, small_meter};
pub(crate) use spectrum::{Trace, spectrum, trace_colour};
pub(crate) use transfer::{Transfer, shape, transfer};
