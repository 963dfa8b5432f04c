//! How the listener hears it: none of this is in any file.

use twobus_dsp::Db;
use twobus_render::live::{Range, Speaker};
use twobus_session::Monitor;

use super::Engine;

impl Engine {
    /// Sets the monitor's switches as the listener holds them, until the document's are changed.
    pub fn set_monitor(&mut self, monitor: Monitor) {
        if monitor != self.monitor {
            self.monitor = monitor;
            let _serial = self.control.monitor(monitor);
        }
    }

    /// Makes what is heard as loud as what it is compared with, as [`twobus_jobs::compare()`] and
    /// [`twobus_jobs::bypass_gains`] find it. It belongs to the monitor and is in no file.
    pub fn set_offset(&mut self, offset: Db) {
        let _serial = self.control.offset(offset);
    }

    /// Lets everything be heard through a small speaker, or no longer. It belongs to the monitor and is in no
    /// file.
    pub fn set_speaker(&mut self, speaker: Option<Speaker>) {
        if speaker != self.speaker {
            self.speaker = speaker;
            let _serial = self.control.speaker(speaker);
        }
    }

    /// Lets a range of frequencies be heard alone, or everything again. It belongs to the monitor and is in no
    /// file.
    pub fn set_listen(&mut self, range: Option<Range>) {
        let _serial = self.control.listen(range);
    }
}
