//! The Mix view: arrange above, mixer below.

pub(crate) mod arrange;
pub(crate) mod devices;
pub(crate) mod mixer;

use crate::theme::layout::{MIXER_BAR, STATUS_BAR, STRIP_HEIGHT, TOP_BAR};

/// Height of a mixer that shows pan, buttons, fader and meter only.
const COMPACT: f32 = 340.0;
/// Least height of a mixer under the device panel.
const LEAST_MIXER: f32 = 240.0;
/// Least height of the arrange beside a whole mixer.
const LEAST_ARRANGE: f32 = 150.0;

/// Height of the device panel, and of the arrange folded over it.
const DEVICES: f32 = 392.0;
const FOLDED: f32 = 66.0;

/// Heights of the regions between the bars.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rooms {
    pub(crate) arrange: f32,
    pub(crate) devices: f32,
    pub(crate) mixer: f32,
}

/// How a window of so much height is shared out, with the device panel or without.
pub(crate) fn rooms(window: f32, with_devices: bool) -> Rooms {
    let room = (window - TOP_BAR - STATUS_BAR).max(0.0);
    let (whole, compact) = (STRIP_HEIGHT + MIXER_BAR, COMPACT + MIXER_BAR);
    if with_devices {
        let left = room - FOLDED - DEVICES;
        // Where the mixer would be too low to be of use, the devices get its room.
        let mixer = if left >= LEAST_MIXER { left.min(whole) } else { 0.0 };
        let devices = (room - FOLDED - mixer).max(0.0);
        return Rooms { arrange: FOLDED.min(room), devices, mixer };
    }
    let mixer = if room >= whole + LEAST_ARRANGE { whole } else { compact.min(room) };
    Rooms { arrange: room - mixer, devices: 0.0, mixer }
}
