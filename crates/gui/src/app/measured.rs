//! The window while its frames are counted.

use iced::keyboard::Modifiers;
use iced::time::Instant;
use iced::{Point, Task};

use super::{App, Message};
use crate::desk::Room;
use crate::measure::Subject;
use crate::screens::mix::Split;
use crate::widgets::Input;

impl App {
    /// Counts a frame, when it was asked to; shows what is measured, and plays, before the first one.
    pub(super) fn count_frame(&mut self, now: Instant) -> Task<Message> {
        let (Some(measure), Some(desk)) = (&mut self.measure, &mut self.desk) else {
            return Task::none();
        };
        if desk.live.is_playing() {
            let lines = measure.lines();
            if measure.frame(now) {
                return self.close();
            }
            return lines.map_or_else(Task::none, |lines| self.turn_wheel(lines));
        }
        if desk.live.is_ready() {
            match measure.pose() {
                Some(subject) => self.pose(subject),
                None => desk.live.toggle(),
            }
        }
        Task::none()
    }

    /// Shows what is measured.
    fn pose(&mut self, subject: Subject) {
        match subject {
            Subject::Mix | Subject::Scroll => {}
            Subject::Mixer => self.split = Split::Mixer,
            Subject::Devices => {
                let first = self.desk.as_ref().and_then(|desk| desk.mix().tracks.first());
                if let Some(strip) = first.map(|track| track.strip.id) {
                    self.open_devices(strip, None);
                }
            }
            Subject::Master => self.enter_room(Room::Master),
        }
        self.arranged();
    }

    /// Turns the wheel over lanes and strips.
    fn turn_wheel(&mut self, lines: f32) -> Task<Message> {
        let (at, across, modifiers) = (Point::ORIGIN, 0.0, Modifiers::empty());
        let _lanes = self.arrange(Input::Wheel { at, across, down: lines, modifiers });
        self.mixer(Input::Wheel { at, across, down: lines, modifiers })
    }
}
