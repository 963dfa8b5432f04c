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

/// Least height of the arrange that a drag leaves.
const LEAST_LANES: f32 = 80.0;

/// Heights of the regions between the bars.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rooms {
    pub(crate) arrange: f32,
    pub(crate) devices: f32,
    pub(crate) mixer: f32,
}

/// How the room is shared out between arrange and mixer.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) enum Split {
    /// As the window's height suggests.
    #[default]
    Both,
    /// The mixer has so much height.
    At(f32),
    /// The mixer alone.
    Mixer,
    /// The arrange alone, and the bar of the mixer.
    Arrange,
}

impl Split {
    /// The heights in a window of so much height, with the device panel or without.
    pub(crate) fn rooms(self, window: f32, with_devices: bool) -> Rooms {
        let room = (window - TOP_BAR - STATUS_BAR).max(0.0);
        let (whole, compact) = (STRIP_HEIGHT + MIXER_BAR, COMPACT + MIXER_BAR);
        if with_devices {
            let left = room - FOLDED - DEVICES;
            // Where the mixer would be too low to be of use, the devices get its room.
            let mixer = if left >= LEAST_MIXER { left.min(whole) } else { 0.0 };
            let devices = (room - FOLDED - mixer).max(0.0);
            return Rooms { arrange: FOLDED.min(room), devices, mixer };
        }
        let mixer = match self {
            Self::Both if room >= whole + LEAST_ARRANGE => whole,
            Self::Both => compact.min(room),
            Self::At(height) => height.clamp(MIXER_BAR.min(room), room),
            Self::Mixer => room,
            Self::Arrange => MIXER_BAR.min(room),
        };
        Rooms { arrange: room - mixer, devices: 0.0, mixer }
    }

    /// Makes the mixer lower by so many pixels, or higher.
    pub(crate) fn drag(&mut self, by: f32, window: f32, with_devices: bool) {
        if !with_devices {
            let rooms = self.rooms(window, false);
            let most = rooms.arrange + rooms.mixer - LEAST_LANES;
            *self = Self::At((rooms.mixer - by).clamp(MIXER_BAR, most.max(MIXER_BAR)));
        }
    }

    /// Both, then the mixer, then the arrange.
    pub(crate) fn toggle(&mut self) {
        *self = match self {
            Self::Both | Self::At(_) => Self::Mixer,
            Self::Mixer => Self::Arrange,
            Self::Arrange => Self::Both,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_room_is_shared_out_whatever_the_split_and_the_window() {
        for window in [640.0, 700.0, 900.0, 1440.0, 2160.0] {
            let room = window - TOP_BAR - STATUS_BAR;
            for split in
                [Split::Both, Split::At(10.0), Split::At(9999.0), Split::Mixer, Split::Arrange]
            {
                for with_devices in [false, true] {
                    let Rooms { arrange, devices, mixer } = split.rooms(window, with_devices);
                    assert!((arrange + devices + mixer - room).abs() < 1e-3, "{window} {split:?}");
                    assert!(arrange >= 0.0 && devices >= 0.0 && mixer >= 0.0);
                    assert_eq!(devices >= DEVICES, with_devices);
                }
            }
        }
        let mut split = Split::Both;
        split.drag(-50.0, 900.0, false);
        assert_eq!(split, Split::At(550.0));
        split.toggle();
        assert_eq!(split.rooms(900.0, false).arrange, 0.0);
    }
}
