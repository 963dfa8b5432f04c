//! The Mix view: arrange above, mixer below.

pub(crate) mod arrange;
pub(crate) mod mixer;

use crate::theme::layout::{MIXER_BAR, STATUS_BAR, STRIP_HEIGHT, TOP_BAR};

/// Height of a mixer that shows pan, buttons, fader and meter only.
const COMPACT: f32 = 340.0;
/// Least height of the arrange beside a whole mixer.
const LEAST_ARRANGE: f32 = 150.0;

/// Heights of arrange and mixer in a window of so much height.
pub(crate) fn heights(window: f32) -> (f32, f32) {
    let room = (window - TOP_BAR - STATUS_BAR).max(0.0);
    let (whole, compact) = (STRIP_HEIGHT + MIXER_BAR, COMPACT + MIXER_BAR);
    let mixer = if room >= whole + LEAST_ARRANGE { whole } else { compact.min(room) };
    (room - mixer, mixer)
}
