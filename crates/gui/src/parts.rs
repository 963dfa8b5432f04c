//! How controls look. Each is drawn in a rectangle, from what it stands at.

mod button;
mod fader;
mod knob;
mod meter;

pub(crate) use button::{Lamp, button, chip, icon_button, main_button};
pub(crate) use fader::{CAP, fader, fader_scale};
pub(crate) use knob::knob;
pub(crate) use meter::{meter, meter_scale, small_meter};
