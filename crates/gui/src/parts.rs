//! How controls and pictures look. Each is drawn in a rectangle, from plain values.

mod button;
#[allow(dead_code, reason = "device panel and Master view show it")]
mod dial;
#[allow(dead_code, reason = "device panel and Master view show it")]
mod eq_graph;
mod fader;
#[allow(dead_code, reason = "device panel and Master view show it")]
mod history;
mod knob;
mod meter;
#[allow(dead_code, reason = "device panel and Master view show it")]
pub(crate) mod plot;
pub(crate) mod sheet;
#[allow(dead_code, reason = "device panel and Master view show it")]
mod spectrum;
#[allow(dead_code, reason = "device panel and Master view show it")]
mod transfer;

pub(crate) use button::{Lamp, button, chip, icon_button, main_button};
#[allow(unused_imports, reason = "device panel and Master view show it")]
pub(crate) use dial::{DIAL, dial, field, segment, small_chip};
#[allow(unused_imports, reason = "device panel and Master view show it")]
pub(crate) use eq_graph::{eq_band, eq_curve, eq_grid, eq_node, eq_plot, split_line};
pub(crate) use fader::{CAP, fader, fader_scale};
#[allow(unused_imports, reason = "device panel and Master view show it")]
pub(crate) use history::{HistoryLook, Moment, history, reduction_meter};
pub(crate) use knob::knob;
pub(crate) use meter::{meter, meter_scale, small_meter};
#[allow(unused_imports, reason = "device panel and Master view show it")]
pub(crate) use plot::Plot;
#[allow(unused_imports, reason = "device panel and Master view show it")]
pub(crate) use spectrum::{Trace, spectrum, trace_colour};
#[allow(unused_imports, reason = "device panel and Master view show it")]
pub(crate) use transfer::{Transfer, shape, transfer};
